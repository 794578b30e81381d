"""Settings that are wrong, in one sentence: where, which key, what would be right."""

import difflib
import re
from collections.abc import Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

__all__ = ["PartError", "SettingsError", "explain", "line_of", "named"]

KINDS = {int: "an integer", float: "a number", bool: "true or false", str: "a text"}
ITSELF = re.compile(r"\bit(?=[`\[])")  # the name that validators use
HEADER = re.compile(r"""\s*\[{1,2}([\w.\s"'-]+)\]{1,2}\s*(#.*)?$""")
TOKEN = re.compile(r"""#.*|"(?:\\.|[^"\\])*"|'[^']*'|[\[\]{},]|[^\s#"'\[\]{},]+""")
ASSIGNMENT = re.compile(r"""\s*([\w.\s"'-]+?)\s*=""")


class SettingsError(ValueError):
    """A setting is wrong.

    Parameters
    ----------
    message : str
        One sentence, without the file.
    key : sequence of str
        The path of the key, such as ``("learning", "epochs")``.
    index : int, optional
        Which value, where the key has several.
    alone : bool, optional
        Whether the value is wrong whatever the other settings are.
    """

    def __init__(
        self,
        message: str,
        key: Sequence[str] = (),
        *,
        index: int | None = None,
        alone: bool = False,
    ) -> None:
        super().__init__(message)
        self.key = tuple(key)
        self.index = index
        self.alone = alone


class PartError(ValueError):
    """One setting of a part is wrong, which several of its settings tell together.

    Parameters
    ----------
    field : str
        Its name within the part.
    message : str
        One sentence in which `it` stands for the setting.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def explain(
    error: ValidationError, model: type[BaseModel], *, table: str | None = None
) -> SettingsError:
    """Turn the first of pydantic's errors into a sentence, about keys of a table."""
    first, *more = error.errors()
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, SettingsError):  # of several parts: it names its key
        return cause
    location = first["loc"]
    key = _path(model, location)
    field, siblings = _find(model, key)
    verb = "is" if len(location) == len(key) else "holds"
    key = key if table is None else (table, *key)
    if isinstance(cause, PartError):
        key = (*key, cause.field)
    name = ".".join(key)
    if first["type"] == "value_error":
        reason = named(cause, key)
    elif first["type"] == "extra_forbidden":
        guess = difflib.get_close_matches(key[-1], siblings, n=1)
        known = ".".join([*key[:-1], *guess]) if guess else ", ".join(siblings)
        hint = f"Did you mean `{known}`?" if guess else f"Known here: {known}."
        reason = f"`{name}` must be a known setting, but is not. {hint}"
    else:
        wanted = _wanted(field) if field is not None else "a table of settings"
        reason = f"`{name}` must be {wanted}, but {verb} {_shown(first['input'])}."
    if more:
        others = "another setting is" if len(more) == 1 else f"{len(more)} others are"
        reason += f" And {others} wrong."
    return SettingsError(reason, key, alone=len(location) > 0)


def named(error: Any, key: Sequence[str]) -> str:
    """Return what an error says, with the name of a key for `it`.

    In what a `PartError` says, `it.x` is the setting x beside it.
    """
    text = str(error)
    if isinstance(error, PartError):
        text = text.replace("`it.", "`" + "".join(f"{part}." for part in key[:-1]))
    return ITSELF.sub(".".join(key), text)


def line_of(text: str, key: Sequence[str], index: int | None = None) -> int | None:
    """Return the line, from 1, where a TOML text sets a key, or else its table.

    With an index, the line of that value of a list over several lines.
    """
    here: list[str] = []
    header = None
    lines = text.splitlines()
    depth = 0  # of brackets that earlier lines left open
    for number, line in enumerate(lines, start=1) if key else ():
        inside, depth = depth > 0, depth + _opened(line)
        if inside:
            continue
        if found := HEADER.match(line):
            here = _split(found[1])
            header = number if here == list(key[: len(here)]) else header
        elif found := ASSIGNMENT.match(line):
            full = here + _split(found[1])
            if full == list(key[: len(full)]):
                rest = [line[found.end() :], *lines[number:]]
                return number + (0 if index is None else _lines_to(rest, index))
            if header is None and full[: len(key)] == list(key):
                header = number
    return header


def _lines_to(lines: Sequence[str], index: int) -> int:
    """Return how many lines below the first one a value of a list begins."""
    depth, commas, inside = 0, 0, False
    for below, line in enumerate(lines):
        for token in TOKEN.findall(line):
            if token.startswith("#"):
                break
            if depth == 1 and token not in ",]":
                inside = True
                if commas == index:
                    return below
            depth += (token == "[") - (token == "]")
            commas += depth == 1 and token == ","
            if inside and depth == 0:
                return 0
    return 0


def _opened(line: str) -> int:
    """Return how many more brackets a line opens than it closes."""
    tokens = [token for token in TOKEN.findall(line) if not token.startswith("#")]
    return sum((t in "[{") - (t in "]}") for t in tokens)


def _split(dotted: str) -> list[str]:
    return [part.strip(" \t\"'") for part in dotted.split(".")]


def _path(model: type[BaseModel], location: Sequence[str | int]) -> tuple[str, ...]:
    """Return the names of a location up to a field that is no table."""
    path: list[str] = []
    for part in location:
        if isinstance(part, str):
            path.append(part)
            inner = model.model_fields.get(part)
            kind = inner.annotation if inner is not None else None
            if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
                break
            model = kind
    return tuple(path)


def _find(
    model: type[BaseModel], key: Sequence[str]
) -> tuple[FieldInfo | None, list[str]]:
    """Return the field at a path, None for a part or an unknown one, and its table."""
    names = list(model.model_fields)
    field = None
    for part in key:
        names = list(model.model_fields)
        field = model.model_fields.get(part)
        inner = field.annotation if field is not None else None
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            model, field = inner, None
    return field, names


def _wanted(field: FieldInfo) -> str:
    """Say in words what a field takes."""
    annotation = field.annotation
    if get_origin(annotation) is Literal and not field.description:
        names = [repr(name) for name in get_args(annotation)]
        return " or ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
    if get_origin(annotation) is tuple or type(None) in get_args(annotation):
        return field.description or "a list"
    words = KINDS.get(annotation, field.description or "something else")  # type: ignore[arg-type]
    low = high = None
    for limit in field.metadata:
        low = f"above {limit.gt:g}" if hasattr(limit, "gt") else low
        low = f"of at least {limit.ge:g}" if hasattr(limit, "ge") else low
        high = f"at most {limit.le:g}" if hasattr(limit, "le") else high
        high = f"below {limit.lt:g}" if hasattr(limit, "lt") else high
        if hasattr(limit, "multiple_of"):
            words = words.replace("an integer", f"a multiple of {limit.multiple_of}")
    bounds = " and ".join(bound for bound in (low, high) if bound)
    return f"{words} {bounds}".strip()


def _shown(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
