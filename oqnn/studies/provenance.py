"""Where numbers come from: versions, settings, seeds and commit.

Nothing here names a machine, a path or a time, so that a run that was interrupted
and one that was not write the same bytes.
"""

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .. import __version__

__all__ = [
    "MUST_AGREE",
    "SCHEMA_VERSION",
    "canonical_json",
    "commit",
    "fingerprint",
    "provenance",
    "versions",
]

SCHEMA_VERSION = 1
PACKAGES = (
    "numpy",
    "scipy",
    "jax",
    "jaxlib",
    "diffrax",
    "optax",
    "qutip",
    "xarray",
    "zarr",
)
MUST_AGREE = ("oqnn", "numpy", "scipy", "jax", "jaxlib")  # within one study


def canonical_json(value: Any) -> str:
    """Return JSON with sorted keys and no spaces; equal values give equal text.

    Raises
    ------
    TypeError
        If a value is of a kind that JSON cannot hold.
    ValueError
        If a number is infinite or not a number.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain
    )


def fingerprint(settings: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON of some settings."""
    return hashlib.sha256(canonical_json(settings).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python, oqnn and the packages that compute."""
    return dict(_versions())


@cache  # looking them all up takes longer than writing a block
def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "oqnn": __version__}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


@cache
def commit() -> str | None:
    """Return the git commit of oqnn, or None where oqnn is no checkout.

    Tracked source files that differ from the commit add ``+changes``.
    """
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    try:
        head = _git(root, "rev-parse", "HEAD")
        changes = _git(root, "status", "--porcelain", "--untracked-files=no", "oqnn")
    except (OSError, subprocess.SubprocessError):
        return None
    return head + ("+changes" if changes else "")


def provenance(
    settings: Mapping[str, Any], *, seeds: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return what is needed to compute a result again, as JSON can hold it.

    Parameters
    ----------
    settings : mapping
        The settings, without paths.
    seeds : mapping, optional
        Seeds that the settings do not name.

    Returns
    -------
    dict
        ``schema_version``, ``versions``, ``settings``, ``fingerprint``, and where
        they are known ``seeds`` and ``commit``.
    """
    record: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "versions": versions(),
        "settings": json.loads(canonical_json(settings)),
        "fingerprint": fingerprint(settings),
    }
    if seeds is not None:
        record["seeds"] = json.loads(canonical_json(seeds))
    if (found := commit()) is not None:
        record["commit"] = found
    return record


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "--no-optional-locks", "-C", str(root), *words],
        capture_output=True,
        text=True,
        check=True,
        timeout=10,
    )
    return done.stdout.strip()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(
        f"A setting must be something that JSON can hold, but {value!r} is a "
        f"{type(value).__name__}."
    )
