"""Systems and environments that a user writes, named as ``module:function``."""

import importlib
import inspect
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict

from ....dynamics import System
from ....environments import Environment
from ...settings_errors import PartError, SettingsError

__all__ = ["CustomEnvironment", "CustomSystem", "named_function"]


def named_function(name: str) -> Any:
    """Return what ``module:function`` names.

    Raises
    ------
    SettingsError
        If the module or the function does not exist.
    """
    module, _, function = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(
            f"`{name}` must name a function as module:function that can be imported, "
            f"but cannot: {error}. Is its folder on PYTHONPATH?"
        ) from error
    if not callable(found):
        raise SettingsError(
            f"`{name}` must name a function, but names a {type(found).__name__}."
        )
    return found


class CustomSystem(BaseModel):
    """A system made by a function of the other entries of its table.

    The function takes them by name and returns a `System`.
    """

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)
    controls_kind: str = "spin"
    kind: str

    @property
    def controls(self) -> str:
        """The fields that are natural for it."""
        return self.controls_kind

    @property
    def d(self) -> int:
        """Dimension of the system."""
        return self.build().d

    @property
    def partner(self) -> tuple[int, ...]:
        """Dimensions of a kept partner."""
        return self.build().kept

    def build(self) -> System:
        """Return the system with its initial state."""
        made = _called(self.kind, named_function(self.kind), self.model_extra or {})
        if not isinstance(made, System):
            raise PartError(
                "kind",
                "`it` must name a function that returns an oqnn.System, but it returns "
                f"a {type(made).__name__}.",
            )
        return made


class CustomEnvironment(BaseModel):
    """An environment made by a function of the other entries of its table.

    The function takes them by name, and the system as `system` if it asks for it.
    """

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)
    kind: str

    def check(self, d: int, natural: str) -> None:
        """Check that the function takes the entries."""
        function = named_function(self.kind)
        _check_call(self.kind, function, self._entries(function, None))

    def build(self, system: System, natural: str = "spin") -> Environment:
        """Return the environment of a system."""
        function = named_function(self.kind)
        made = _called(self.kind, function, self._entries(function, system))
        missing = [name for name in NEEDED if not hasattr(made, name)]
        if missing:
            raise PartError(
                "kind",
                "`it` must name a function that returns an environment, but it returns "
                f"a {type(made).__name__} without {', '.join(missing)}.",
            )
        return made

    def _entries(self, function: Callable[..., Any], system: Any) -> dict[str, Any]:
        entries = dict(self.model_extra or {})
        if "system" in inspect.signature(function).parameters:
            entries["system"] = system
        return entries


NEEDED = ("d", "n_controls", "control_names", "register_law", "ancilla", "generator")


def _called(name: str, function: Callable[..., Any], entries: dict[str, Any]) -> Any:
    _check_call(name, function, entries)
    return function(**entries)


def _check_call(
    name: str, function: Callable[..., Any], entries: dict[str, Any]
) -> None:
    """Check entries against the names that a function takes."""
    signature = inspect.signature(function)
    try:
        signature.bind(**entries)
    except TypeError as error:
        known = ", ".join(name for name in signature.parameters if name != "system")
        unknown = [key for key in entries if key not in signature.parameters]
        raise PartError(
            unknown[0] if unknown else "kind",
            f"`it` must fit the function {name}, but does not: {error}. It takes "
            f"{known or 'nothing'}.",
        ) from None
