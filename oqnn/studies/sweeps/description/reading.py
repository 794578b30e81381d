"""Files of settings, of either kind, and what is wrong with them."""

import tomllib
from pathlib import Path
from typing import Any

from ...settings_errors import SettingsError

__all__ = ["is_sweep", "read_toml"]


def is_sweep(path: str | Path) -> bool:
    """Tell whether a file describes a sweep: whether it has a table ``[sweep]``.

    Raises
    ------
    SettingsError
        If the text is no TOML.
    FileNotFoundError
        If there is no such file.
    """
    return "sweep" in read_toml(path)[1]


def read_toml(path: str | Path) -> tuple[str, dict[str, Any]]:
    """Return the text of a file and what it says.

    Raises
    ------
    SettingsError
        If the text is no TOML.
    FileNotFoundError
        If there is no such file.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")  # as some editors write it
        return text, tomllib.loads(text)
    except FileNotFoundError:
        raise FileNotFoundError(f"The settings file {path} does not exist.") from None
    except IsADirectoryError:
        raise SettingsError(
            f"The settings must be a TOML file, but {path} is a folder."
        ) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path.name} is no valid TOML: {error}.") from error
