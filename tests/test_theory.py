"""The theory book runs: its chapters as notebooks, and the checks of the errata."""

import doctest
import re
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

THEORY = Path(__file__).parent.parent / "theory"
CHAPTERS = sorted(THEORY.glob("[0-9][0-9]_*.md"))
LIMIT_S = 120  # a cell that takes longer hangs; whole chapters take seconds


def run(notebook, monkeypatch):
    """Execute a notebook in the repository's root; warnings are errors."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    strict = "import warnings\nwarnings.simplefilter('error')"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(strict))
    resources = {"metadata": {"path": str(THEORY.parent)}}
    NotebookClient(
        notebook, timeout=LIMIT_S, kernel_name="python3", resources=resources
    ).execute()


def test_the_chapters_are_numbered_in_order():
    numbers = [int(path.name[:2]) for path in CHAPTERS]
    assert numbers == list(range(1, 27))


@pytest.mark.slow
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_chapter_runs(path, monkeypatch):
    notebook = jupytext.read(path)
    assert any(cell.cell_type == "code" for cell in notebook.cells)
    run(notebook, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("line", ["assert 1 == 2", "warnings.warn('not so')"])
def test_a_failing_cell_fails(line, monkeypatch):
    text = f"# Title\n\n```{{code-cell}} python\n{line}\n```\n"
    with pytest.raises(CellExecutionError, match=r"AssertionError|UserWarning"):
        run(jupytext.reads(text, fmt="md:myst"), monkeypatch)


def test_the_errata_name_tests_that_exist():
    text = (THEORY / "errata.md").read_text()
    named = set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", text))
    assert len(named) >= 15
    for path, name in named:
        assert f"def {name}(" in (THEORY.parent / path).read_text()


def test_the_readme_prints_what_it_says():
    readme = THEORY.parent / "README.md"
    found = doctest.testfile(str(readme), module_relative=False)
    assert found.attempted >= 3
    assert found.failed == 0


@pytest.mark.slow
def test_every_correction_holds():
    found = doctest.testfile(str(THEORY / "errata.md"), module_relative=False)
    assert found.attempted > 40
    assert found.failed == 0
