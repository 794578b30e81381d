"""Systems and environments that a user writes, named as ``module:function``."""

import importlib
import inspect
from collections.abc import Callable, Collection
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from ....dynamics import System
from ....environments import Environment
from ...settings_errors import PartError, SettingsError

__all__ = ["CustomEnvironment", "CustomSystem", "named_function", "taken_by"]


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
    except Exception as error:  # whatever a user's module raises
        raise SettingsError(
            f"`{name}` must name a function as module:function that can be imported, "
            f"but cannot: {_told(error)}. Is its folder on PYTHONPATH?"
        ) from error
    if not callable(found):
        raise SettingsError(
            f"`{name}` must name a function, but names a {type(found).__name__}."
        )
    return found


class CustomSystem(BaseModel):
    """A system made by a function of the other entries of its table.

    The function takes them by name and returns a `System`. `controls_kind` says which
    fields are natural for it.
    """

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)
    controls_kind: Literal["spin", "qubits", "ladder"] = "spin"
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
        made = _called(self.kind, _function(self.kind), self.model_extra or {})
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
        function = _function(self.kind)
        _check_call(self.kind, function, self._entries(function, None))

    def build(self, system: System, natural: str = "spin") -> Environment:
        """Return the environment of a system."""
        function = _function(self.kind)
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
        if "system" in signature_of(function).parameters:
            entries["system"] = system
        return entries


NEEDED = ("d", "n_controls", "control_names", "register_law", "ancilla", "generator")


def taken_by(name: str, entries: Collection[str]) -> set[str]:
    """Return which entries a function takes by name, all of them with ``**``."""
    parameters = signature_of(named_function(name)).parameters
    if any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
        return {*entries}
    return {*entries} & {*parameters}


def signature_of(function: Callable[..., Any]) -> inspect.Signature:
    """Return the signature of a function, or that of any for some built-in ones."""
    try:
        return inspect.signature(function)
    except ValueError:
        return inspect.signature(lambda **entries: entries)


def _function(kind: str) -> Callable[..., Any]:
    try:
        return named_function(kind)
    except SettingsError as error:
        raise PartError("kind", str(error).replace(f"`{kind}`", "`it`", 1)) from error


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(".: ")


def _called(name: str, function: Callable[..., Any], entries: dict[str, Any]) -> Any:
    _check_call(name, function, entries)
    try:
        return function(**entries)
    except Exception as error:  # whatever a user's function raises
        raise PartError(
            "kind",
            f"`it` must name a function that takes these entries, but {name} raised "
            f"{_told(error)}.",
        ) from error


def _check_call(
    name: str, function: Callable[..., Any], entries: dict[str, Any]
) -> None:
    """Check entries against the names that a function takes."""
    signature = signature_of(function)
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
