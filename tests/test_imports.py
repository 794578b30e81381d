"""Who may import whom: the direction between rooms, no cycles, a quick `import oqnn`.

The checker reads the source with `ast`, so it also sees imports inside functions and
under `if TYPE_CHECKING`. Its own tests come last.
"""

import ast
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

import oqnn

PACKAGE = Path(oqnn.__file__).parent
ROOMS_ABOVE_CORE = {
    "symbolic": set(),
    "phase_space": set(),
    "measures": set(),
    "spiking": set(),
    "dynamics": set(),
    "environments": {"dynamics", "measures"},
    "encoding": {"spiking", "measures"},
    "ground_states": {"encoding", "spiking", "measures"},
    "quantum_neurons": {"measures"},
    "plotting": set(),
}
MAY_IMPORT = {
    "_core": set(),
    **ROOMS_ABOVE_CORE,
    "studies": set(ROOMS_ABOVE_CORE),
    "cli": {*ROOMS_ABOVE_CORE, "studies"},
}
SLOW_TO_IMPORT = ["qutip", "jax", "xarray", "matplotlib", "sympy"]
MAY_START_SLOWLY = {"studies", "plotting", "cli"}


@dataclass(frozen=True)
class Import:
    """One import statement, with relative names made absolute."""

    line: int
    base: str  # a in `import a` and in `from a import b`
    name: str | None  # b in `from a import b`
    at_start: bool  # it runs when the module is imported


def module_name(path: str) -> str:
    parts = PurePosixPath(path).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The room of a module, "oqnn" for the package itself."""
    return module.split(".")[1] if "." in module else module


def absolute(name: str, level: int, path: str) -> str:
    """Resolve `level` leading dots in the module at `path`."""
    if level == 0:
        return name
    folders = PurePosixPath(path).parts[:-1]
    if level > len(folders):
        return "." * level + name
    return ".".join([*folders[: len(folders) - level + 1], *([name] if name else [])])


def imports_of(path: str, source: str) -> Iterator[Import]:
    """Walk a module's syntax tree for imports of every form."""
    yield from visit(ast.parse(source, path), path, at_start=True)


def visit(node: ast.AST, path: str, *, at_start: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(node.lineno, alias.name, None, at_start)
    elif isinstance(node, ast.ImportFrom):
        base = absolute(node.module or "", node.level, path)
        for alias in node.names:
            yield Import(node.lineno, base, alias.name, at_start)
    elif isinstance(node, ast.Call) and (name := named_module(node)) is not None:
        dots = len(name) - len(name.lstrip("."))
        yield Import(node.lineno, absolute(name[dots:], dots, path), None, at_start)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        at_start = False
    typing_only = node.body if is_type_checking(node) else []
    for child in ast.iter_child_nodes(node):
        yield from visit(child, path, at_start=at_start and child not in typing_only)


def named_module(call: ast.Call) -> str | None:
    """The module in ``import_module("a.b")`` or ``__import__("a.b")``."""
    function = getattr(call.func, "id", getattr(call.func, "attr", None))
    if function not in ("import_module", "__import__") or not call.args:
        return None
    first = call.args[0]
    constant = isinstance(first, ast.Constant) and isinstance(first.value, str)
    return first.value if constant else None


def is_type_checking(node: ast.AST) -> bool:
    if not isinstance(node, ast.If):
        return False
    return "TYPE_CHECKING" in (
        getattr(node.test, "id", None),
        getattr(node.test, "attr", None),
    )


def target_of(found: Import, modules: set[str]) -> str:
    """The module that an import reaches: the longest name that is one."""
    whole = f"{found.base}.{found.name}"
    return whole if whole in modules else found.base


def violations(sources: dict[str, str]) -> list[str]:
    """Everything wrong in modules given as {path from the root: source}."""
    modules = {module_name(path): path for path in sources}
    graph: dict[str, set[str]] = {}
    wrong = []
    for module, path in sorted(modules.items()):
        if module != "oqnn" and room_of(module) not in MAY_IMPORT:
            wrong.append(f"{path}: {room_of(module)} is no known room")
            continue
        targets = graph.setdefault(module, set())
        for found in imports_of(path, sources[path]):
            target = target_of(found, set(modules))
            if complaint := judge(module, found, target, set(modules)):
                wrong.append(f"{path}:{found.line}: {complaint}")
            elif target in modules:
                targets.add(target)
    return wrong + [f"cycle: {' -> '.join(cycle)}" for cycle in cycles(graph)]


def judge(module: str, found: Import, target: str, modules: set[str]) -> str | None:
    """What is wrong with one import, or None."""
    room, top = room_of(module), target.split(".")[0]
    if top not in ("oqnn", ""):
        slow = top in ("qutip", "matplotlib") and room not in MAY_START_SLOWLY
        return f"imports {top} at start" if slow and found.at_start else None
    if target not in modules:
        return f"imports {target}, which does not exist"
    if found.name == "*":
        return f"imports everything from {target}"
    if room == "oqnn":
        return f"the package imports {target} instead of resolving it on first use"
    if target == "oqnn":
        fine = found.name == "__version__"
        return None if fine else f"imports {found.name or 'oqnn'} past its room"
    other = room_of(target)
    if other in (room, "_core") or other in MAY_IMPORT[room]:
        return None
    return f"{room} may not import {other}"


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Cycles of modules, found by depth-first search; empty if there is none."""
    found: list[list[str]] = []
    done: set[str] = set()

    def follow(module: str, trail: list[str]) -> None:
        if module in trail:
            found.append([*trail[trail.index(module) :], module])
        elif module not in done:
            for target in sorted(graph.get(module, ())):
                follow(target, [*trail, module])
            done.add(module)

    for module in sorted(graph):
        follow(module, [])
    return found


def loaded_by(statements: str, packages: list[str]) -> list[str]:
    """The packages that a fresh interpreter holds after some statements."""
    script = (
        f"{statements}\nimport json, sys\n"
        f"print(json.dumps([p for p in {packages!r} if p in sys.modules]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return json.loads(run.stdout)


def sources_of_the_package() -> dict[str, str]:
    return {
        path.relative_to(PACKAGE.parent).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def test_the_package_keeps_to_the_table():
    sources = sources_of_the_package()
    assert "oqnn/_core/checks.py" in sources
    assert violations(sources) == []


def test_only_known_rooms_exist():
    found = {
        path.stem for path in PACKAGE.iterdir() if path.is_dir() or path.suffix == ".py"
    }
    assert found - {"__pycache__", "__init__"} <= set(MAY_IMPORT)


def test_importing_the_package_loads_nothing_slow():
    assert loaded_by("import oqnn", SLOW_TO_IMPORT) == []


@pytest.mark.slow
def test_rooms_start_without_qutip_and_matplotlib():
    """One interpreter for all: a room that loads them fails the whole list."""
    rooms = [
        f"oqnn.{room}"
        for room in MAY_IMPORT
        if room not in MAY_START_SLOWLY and importlib.util.find_spec(f"oqnn.{room}")
    ]
    assert {"oqnn._core", "oqnn.measures"} <= set(rooms)
    assert loaded_by(f"import {', '.join(rooms)}", ["qutip", "matplotlib"]) == []


def test_unknown_names_are_refused_and_known_ones_listed():
    with pytest.raises(AttributeError, match="'oqnn' has no attribute 'nothing'"):
        _ = oqnn.nothing
    assert set(oqnn.__all__) <= set(dir(oqnn))


# The checker itself, on made-up sources.

GOOD = {
    "oqnn/__init__.py": "",
    "oqnn/_core/__init__.py": "",
    "oqnn/_core/checks.py": "import numpy",
    "oqnn/measures/__init__.py": "from .states import purity",
    "oqnn/measures/states.py": "from .._core.checks import check\nfrom . import other",
    "oqnn/measures/other.py": "from typing import TYPE_CHECKING\n"
    "if TYPE_CHECKING:\n    import qutip\n"
    "def f():\n    import matplotlib",
    "oqnn/environments/__init__.py": "from ..measures import purity",
    "oqnn/studies/__init__.py": "import qutip\nfrom .. import measures, __version__",
    "oqnn/cli.py": "from .studies import compare",
}


def test_good_sources_pass():
    assert violations(GOOD) == []


UPWARD = "measures may not import environments"
LATER = "measures may not import studies"


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("from ..environments import x", UPWARD),
        ("from .. import environments", UPWARD),
        ("import oqnn.environments as e", UPWARD),
        ("from oqnn import environments", UPWARD),
        ("def f():\n  class A:\n    from ..studies import x", f"a.py:3: {LATER}"),
        ("if TYPE_CHECKING:\n  from ..studies import x", LATER),
        ("if t.TYPE_CHECKING:\n  pass\nelse:\n  import qutip", "qutip at start"),
        ("try:\n  import matplotlib.cm\nfinally:\n  f()", "matplotlib at start"),
        ("import_module('..studies', __package__)", LATER),
        ("importlib.import_module('oqnn.studies')", LATER),
        ("from .. import compare", "imports compare past its room"),
        ("import oqnn", "imports oqnn past its room"),
        ("from .nowhere import x", "oqnn.measures.nowhere, which does not exist"),
        ("from ..._core import x", "..._core, which does not exist"),
        ("from .states import *", "imports everything from oqnn.measures.states"),
    ],
)
def test_bad_imports_are_found(source, complaint):
    (found,) = violations({**GOOD, "oqnn/measures/a.py": source})
    assert complaint in found


@pytest.mark.parametrize(
    ("path", "source", "complaint"),
    [
        (
            "oqnn/_core/a.py",
            "from ..measures import f",
            "_core may not import measures",
        ),
        ("oqnn/studies/a.py", "from ..cli import f", "studies may not import cli"),
        ("oqnn/__init__.py", "from .measures import f", "resolving it on first use"),
        ("oqnn/utils/a.py", "", "utils is no known room"),
        ("oqnn/utils.py", "", "utils is no known room"),
    ],
)
def test_bad_places_are_found(path, source, complaint):
    (found,) = violations({**GOOD, path: source})
    assert complaint in found


@pytest.mark.parametrize(
    ("sources", "cycle"),
    [
        ({"a": "from . import b", "b": "from .a import f"}, "a -> b -> a"),
        (
            {
                "a": "from .b import f",
                "b": "def f():\n  from .c import g",
                "c": "if TYPE_CHECKING:\n  from .a import h",
            },
            "a -> b -> c -> a",
        ),
        ({"a": "from .a import f"}, "a -> a"),
    ],
)
def test_cycles_are_found(sources, cycle):
    room = {f"oqnn/spiking/{name}.py": source for name, source in sources.items()}
    (found,) = violations({**GOOD, "oqnn/spiking/__init__.py": "", **room})
    assert found.replace("oqnn.spiking.", "") == f"cycle: {cycle}"


def test_a_module_that_asks_its_package_for_names_makes_a_cycle():
    sources = {"oqnn/spiking/__init__.py": "from .a import f"}
    sources["oqnn/spiking/a.py"] = "from . import g"
    (found,) = violations({**GOOD, **sources})
    assert found == "cycle: oqnn.spiking -> oqnn.spiking.a -> oqnn.spiking"


def test_loaded_packages_are_seen():
    assert loaded_by("import wave", ["wave", "qutip"]) == ["wave"]
