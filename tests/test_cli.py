"""The command line: what it prints, how it refuses, and with which exit code."""

import contextlib
import errno
import io
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from commands import invoke
from studies import fake_study

import oqnn
import oqnn.symbolic
from oqnn._core.errors import ConvergenceError
from oqnn.cli import compare, derive, tables
from oqnn.studies import (
    Estimate,
    NoSpaceError,
    Store,
    StudyBusy,
    StudyMismatch,
    StudySettings,
)
from oqnn.studies.table import COLUMNS

COMMAND = Path(fake_study.__file__).with_name("fake_command.py")
HEAVY = ("numpy", "jax", "xarray", "pydantic", "matplotlib", "qutip", "sympy")


@pytest.fixture
def study(monkeypatch):
    """Stand in for the study's module; `calls` holds what the command asked for."""
    calls = []

    def run(settings, out, *, progress=None, replace=False):
        calls.append((settings, out, progress))
        if study.error is not None:
            raise study.error
        return fake_study.run(settings, out, replace=replace)

    module = ModuleType("oqnn.studies.compare")
    module.run = run
    monkeypatch.setitem(sys.modules, "oqnn.studies.compare", module)
    study = SimpleNamespace(calls=calls, error=None)
    return study


# compare


def test_compare_prints_table_figures_and_dataset(study, tmp_path):
    result = invoke("compare", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "learning" in result.output
    assert "0.800" in result.output
    assert "200.0 ± 10.0" in result.output
    assert "not realizable: learning at t = 5, visibility 0.9" in result.output
    assert result.output.splitlines()[-2:] == [
        f"figure   {tmp_path}/out/figures/one.png",
        f"dataset  {tmp_path}/out/study.zarr",
    ]
    assert study.calls == [(StudySettings(), tmp_path / "out", None)]


def test_the_command_line_comes_after_the_file(study, tmp_path):
    (tmp_path / "study.toml").write_text("seed = 4\n[learning]\nepochs=9\nseeds=3\n")
    arguments = ["--epochs", 5, "--seed", 6, "--no-progress", "--out", tmp_path / "o"]
    assert invoke("compare", tmp_path / "study.toml", *arguments).exit_code == 0
    settings, _, progress = study.calls[0]
    assert settings == StudySettings(seed=6, learning={"epochs": 5, "seeds": 3})
    assert progress is False


def test_results_go_to_a_folder_of_their_own(study, tmp_path, monkeypatch):
    """The folder `results` may hold other things, such as those of `make demo`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results" / "demo").mkdir(parents=True)
    assert invoke("compare").exit_code == 0
    assert study.calls[0][1] == Path("results/study")


def test_paper_size_is_that_of_the_published_networks(study, tmp_path):
    arguments = ["compare", "--quick", "--paper-size", "--out", tmp_path / "out"]
    assert invoke(*arguments).exit_code == 0
    size = {"spikes.neurons": 64, "spikes.sources": 128}
    assert study.calls[0][0] == StudySettings.quick().replaced(size)


def test_tables_on_a_narrow_terminal_lose_no_number(study, tmp_path, monkeypatch):
    times = ("0", "5", "20", "45", "80")
    rows = [{"material": "engineered"} | {t: Estimate(0.02, 2e-5) for t in times}]
    summary = {"material": "engineered", "seeds": 8, "epochs": 2000}
    summary |= {column.key: np.array([0.9, 19.0]) for column in COLUMNS}
    shown = SimpleNamespace(
        summary=lambda: [summary], spike_summary=lambda: rows, not_realizable=list
    )
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", terminal)
    tables.print_study(shown)
    text = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue())
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert text.count("200.0") == text.count("± 0.2") == 5
    wide = [column for column in COLUMNS if column.digits == 3]
    assert text.count("0.900–19.000") == len(wide)
    assert text.count("0.9–19.0") == len(COLUMNS) - len(wide)


def test_quick_gives_way_to_what_is_named(study, tmp_path):
    invoke("compare", "--quick", "--epochs", 5000, "--out", tmp_path / "out")
    expected = StudySettings.quick().replaced({"learning.epochs": 5000})
    assert study.calls[0][0] == expected


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError("`x` must be 1, but is 2."), 1),
        (TypeError("`x` must be a Qobj."), 1),
        (np.linalg.LinAlgError("SVD did not converge"), 1),
        (StudyMismatch("`out` holds another study."), 2),
        (StudyBusy("`out` must be free."), 2),
        (PermissionError("`out` cannot be written."), 2),
        (NoSpaceError("No space is left."), 1),
        (OSError(errno.EIO, "broken"), 1),
        (ConvergenceError("Did not converge."), 1),
    ],
    ids=lambda x: type(x).__name__,
)
def test_errors_end_in_a_sentence_and_a_code(study, tmp_path, error, code):
    study.error = error
    result = invoke("compare", "--out", tmp_path / "out")
    assert result.exit_code == code
    assert result.stderr == f"oqnn: {error}\n"
    assert result.stdout == ""
    with pytest.raises(type(error)):
        invoke("--debug", "compare", "--out", tmp_path / "out")


@pytest.mark.parametrize("reason", ["", "Unable to allocate 7 TiB"])
def test_too_little_memory_is_a_failure_with_a_sentence(study, tmp_path, reason):
    study.error = MemoryError(reason) if reason else MemoryError()
    result = invoke("compare", "--out", tmp_path / "out")
    assert result.exit_code == 1
    said = f" ({reason})" if reason else ""
    assert result.stderr.startswith(f"oqnn: The memory does not suffice{said}. Ask")
    with pytest.raises(MemoryError):
        invoke("--debug", "compare", "--out", tmp_path / "out")


def test_mistakes_of_our_own_keep_their_traceback(study, tmp_path):
    study.error = KeyError("ours")
    with pytest.raises(KeyError):
        invoke("compare", "--out", tmp_path / "out")


def test_wrong_settings_and_folders_are_bad_input(study, tmp_path):
    (tmp_path / "study.toml").write_text("[learning]\nepochs = -3\n")
    result = invoke("compare", tmp_path / "study.toml")
    assert result.exit_code == 2
    assert result.stderr.startswith("oqnn: study.toml, line 2: `learning.epochs` must")
    assert invoke("compare", tmp_path / "gone.toml").exit_code == 2
    result = invoke("compare", tmp_path)
    assert result.exit_code == 2
    assert "must be a TOML file, but" in result.stderr
    assert invoke("compare", "--epochs", 0).exit_code == 2
    assert invoke("compare", "--epochs", "many").exit_code == 2
    assert study.calls == []
    Store(tmp_path / "out", {**fake_study.SETTINGS, "seed": 9}).close()
    result = invoke("compare", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "`seed` is 9 there and 3 here" in result.stderr


def test_an_interrupt_that_was_lost_ends_the_command(study, tmp_path, monkeypatch):
    """Even if the callback that swallowed it was the last thing to run."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def swallow(*_):
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(compare, "print_study", swallow)
    try:
        result = invoke("compare", "--out", tmp_path / "out")
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert result.exit_code == 130
    assert "oqnn: interrupted. The finished blocks in" in result.stderr


@pytest.mark.slow
def test_an_interrupted_run_keeps_its_blocks_and_goes_on(tmp_path):
    """Ctrl-C in the third block: exit code 130 and a sentence; then the same command
    computes the last two blocks only.
    """
    command = [sys.executable, str(COMMAND), "compare", "--out", str(tmp_path / "out")]
    child = subprocess.Popen(
        command, env={**os.environ, "SLEEPY": "1"}, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 30
    while not (tmp_path / "out" / "checkpoints" / "map-002.npz").exists():
        assert time.monotonic() < deadline
        assert child.poll() is None
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=30)
    assert child.returncode == 130
    assert said.strip() == (
        f"oqnn: interrupted. The finished blocks in {tmp_path}/out are kept: "
        "the same command goes on from there."
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    with Store(tmp_path / "out", fake_study.SETTINGS) as store:
        assert [entry["block"] for entry in store.read_log()] == fake_study.BLOCKS


# realize


def test_derive_prints_text_or_latex(tmp_path):
    result = invoke("derive", "cat")
    assert result.exit_code == 0
    assert result.output.startswith("A superposition of two packets\n====")
    derivation = oqnn.symbolic.derive("cat")
    assert result.output == f"{derivation}\n"
    assert invoke("derive", "cat", "--latex").output == derivation.latex_document()
    result = invoke("derive", "cat", "--out", tmp_path / "cat.txt")
    assert result.output == f"saved {tmp_path}/cat.txt\n"
    assert (tmp_path / "cat.txt").read_text(encoding="utf-8") == f"{derivation}\n"


def test_derive_passes_the_order_on(monkeypatch):
    asked = []
    derivation = oqnn.symbolic.Derivation("Nothing", ())
    module = sys.modules["oqnn.symbolic.derive"]
    monkeypatch.setattr(module, "derive", lambda *a: asked.append(a) or derivation)
    result = invoke("derive", "tcl", "--order", 4)
    assert (result.output, asked) == ("Nothing\n=======\n", [("tcl", 4)])


def test_derive_lists_its_topics():
    result = invoke("derive")
    assert result.exit_code == 0
    assert result.output.split() == list(oqnn.symbolic.TOPICS)


def test_derive_refuses_unknown_topics_and_orders(tmp_path):
    for arguments, said in [
        (["dog"], "`topic` must be one of 'moyal', 'cat', 'mixture', "),
        (["cat", "--order", 3], "`order` must be None for the cat, but is 3"),
        (["cat", "--order", -1], "`order` must be at least 0, but is -1"),
        (["cat", "--out", tmp_path], "`--out` must be free"),
        (["cat", "--out", tmp_path / "a" / "b"], "No such file or directory"),
    ]:
        result = invoke("derive", *arguments)
        assert result.exit_code == 2
        assert said in result.stderr


def test_derive_keeps_to_ascii_where_it_must(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace")
    monkeypatch.setattr(sys, "stdout", stream)
    assert derive._page(None) == {"width": 80, "unicode": False}
    assert derive._page(Path("cat.txt")) == {"width": 80, "unicode": True}


# info and the rest


def test_info_shows_versions_threads_and_devices():
    result = invoke("info")
    assert result.exit_code == 0
    words = {line.split()[0] for line in result.output.splitlines()}
    assert {"python", "oqnn", "numpy", "jax", "cores", "threads", "device"} <= words


def test_version_and_help():
    assert invoke("--version").output == f"oqnn {oqnn.__version__}\n"
    assert "compare" in invoke("--help").output
    assert invoke("dream").exit_code == 2


def test_the_command_loads_nothing_heavy():
    code = f"import sys, oqnn.cli; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_a_terminal_without_greek_is_no_failure(tmp_path):
    np.save(tmp_path / "state.npy", np.array([1, 0, 0, 1j]) / np.sqrt(2))
    code = "from oqnn.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "realize", str(tmp_path / "state.npy")],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
