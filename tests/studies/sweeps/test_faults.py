"""Faults that really happen: workers, parents and schedulers killed, disks full.

After each, what is in the folder must equal an undisturbed serial run to the last byte.
"""

import contextlib
import errno
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest
from studies.sweeps import faults

from oqnn.studies import provenance
from oqnn.studies.store import NoSpaceError, Store, StudyBusy, StudyMismatch
from oqnn.studies.sweeps import run as running
from oqnn.studies.sweeps.engine import cluster
from oqnn.studies.sweeps.result.sweep import Sweep
from oqnn.studies.sweeps.run import sweep

ROOT = Path(__file__).parents[3]
QUIET = 1.5  # seconds between two kills
PATIENCE = 120  # seconds, on a machine that does much else


@pytest.fixture(scope="module", autouse=True)
def same_commit():
    """Whoever commits while these tests run changes no bytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provenance, "commit", faults.no_commit)
        yield


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The bytes of the slow sweep, run serially."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(faults.time, "sleep", lambda seconds: None)
        assert len(sweep(faults.described(), folder).dataset.point) == 200
    return faults.bytes_of(folder)


@pytest.fixture(scope="module")
def launcher():
    """A process that forks runs to be killed, so that none has to import anything."""
    process = subprocess.Popen(
        [sys.executable, faults.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout.readline() == "ready\n"
    yield process
    process.stdin.close()
    process.wait()
    process.stdout.close()


def launch(launcher, folder, workers=1):
    """Start a run and return its process id."""
    launcher.stdin.write(f"{folder} {workers}\n")
    launcher.stdin.flush()
    return int(launcher.stdout.readline())


def ended(launcher):
    """Return how the run ended."""
    return int(launcher.stdout.readline())


def blocks_in(folder):
    """Return how many blocks of points have landed."""
    return len(list(folder.glob("study.zarr/points/*/*/*")))


def await_that(told, what):
    """Wait until something is told; a test that fails must end."""
    end = time.monotonic() + PATIENCE
    while not told():
        assert time.monotonic() < end, f"{what} takes longer than {PATIENCE} s"
        time.sleep(0.01)


def leads_a_group(process):
    """Tell whether a process has become the foreground group of a terminal."""
    return os.getpgid(process) == process


def await_blocks(folder, number):
    await_that(lambda: blocks_in(folder) >= number, f"block {number}")


def workers_of(process):
    """Return the worker processes of a process, without its resource tracker."""
    found = []
    for child in psutil.Process(process).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if any("spawn_main" in word for word in child.cmdline()):
                found.append(child)
    return found


@contextlib.contextmanager
def killing(times):
    """Kill a worker of this process every few seconds, so many times."""
    killed, stop, rng = [], threading.Event(), random.Random(8)

    def kill():
        while len(killed) < times and not stop.wait(QUIET):
            alive = workers_of(os.getpid())
            if len(alive) == 2:  # both are there: no kill hits one that never began
                victim = rng.choice(alive)
                victim.kill()
                killed.append(victim.pid)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        stop.set()
        thread.join()


def events(folder, settings, kind):
    with Store(folder, settings.to_dict()) as store:
        return [entry for entry in store.read_log() if entry["event"] == kind]


@pytest.mark.slow
def test_workers_of_a_dask_cluster_are_killed_every_few_seconds(tmp_path, undisturbed):
    with killing(4) as killed:
        sweep(faults.described(), tmp_path, scheduler="dask", workers=2)
    assert len(killed) >= 2
    assert faults.bytes_of(tmp_path) == undisturbed
    assert not workers_of(os.getpid())


@pytest.mark.slow
def test_a_parent_is_killed_at_ten_random_moments(tmp_path, undisturbed, launcher):
    rng, ends = random.Random(3), []
    for more in (0, 0, 0, 2, 3, 4, 5, 6, 7, 8):
        run = launch(launcher, tmp_path)
        await_blocks(tmp_path, blocks_in(tmp_path) + more)
        time.sleep(rng.uniform(0.0, 0.3))
        os.kill(run, signal.SIGKILL)
        ends.append(ended(launcher))
    assert ends == [-signal.SIGKILL] * 10
    some = Sweep.open(tmp_path)
    assert 0 < len(some.dataset.point) < 200
    launch(launcher, tmp_path)
    assert ended(launcher) == 0
    assert faults.bytes_of(tmp_path) == undisturbed


@pytest.mark.slow
def test_workers_end_with_a_parent_that_is_killed(tmp_path, undisturbed, launcher):
    run = launch(launcher, tmp_path, workers=2)
    await_blocks(tmp_path, 5)
    orphans = workers_of(run)
    assert len(orphans) == 2
    os.kill(run, signal.SIGKILL)
    assert ended(launcher) == -signal.SIGKILL
    _, alive = psutil.wait_procs(orphans, timeout=10)
    assert not alive
    launch(launcher, tmp_path)
    assert ended(launcher) == 0
    assert faults.bytes_of(tmp_path) == undisturbed


@pytest.mark.slow
def test_interrupts_at_any_moment_exit_130_and_lose_nothing(
    tmp_path, undisturbed, launcher
):
    """As a terminal sends them: to the parent and all that it has started."""
    rng, ends = random.Random(5), []
    for workers, until in ((1, 0), (1, 0), (1, 0), (1, 0), (2, 0), (2, 40)):
        run = launch(launcher, tmp_path, workers)
        await_that(partial(leads_a_group, run), "a group of its own")
        time.sleep(0.05 + rng.uniform(0.0, 0.8 * workers))
        await_blocks(tmp_path, until)
        before = faults.bytes_of(tmp_path)
        workers_then = workers_of(run)
        os.killpg(run, signal.SIGINT)
        ends.append(ended(launcher))
        assert before.items() <= faults.bytes_of(tmp_path).items()
        assert not psutil.wait_procs(workers_then, timeout=10)[1]
    assert ends == [130] * 6
    launch(launcher, tmp_path)
    assert ended(launcher) == 0
    assert faults.bytes_of(tmp_path) == undisturbed


@pytest.mark.slow
def test_points_that_kill_three_workers_are_marked(tmp_path):
    """The other points of the sweep are those of a sweep without them."""
    settings = faults.few("deadly")
    found = sweep(settings, tmp_path, workers=2).dataset.sortby("point")
    sentence = "The worker that computed its block died 3 times. Often the memory does"
    assert [str(error)[: len(sentence)] for error in found.error.values] == [
        sentence if i == 3 else "" for i in range(6)
    ]
    assert np.isnan(found.fidelity.values[3]).all()
    quiet = sweep(faults.few("broken"), tmp_path / "quiet").dataset.sortby("point")
    others = [0, 1, 2, 4, 5]
    np.testing.assert_array_equal(
        found.fidelity.values[others], quiet.fidelity.values[others]
    )
    assert len(events(tmp_path, settings, "died")) == 3


@pytest.fixture
def remote(tmp_path, monkeypatch):
    """Start a scheduler with one worker on a port, whenever called; end them all."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    started = []
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

    def start(*words):
        command = [sys.executable, "-m", "dask", *words]
        process = subprocess.Popen(
            command, env=env, cwd=tmp_path, stderr=subprocess.DEVNULL
        )
        started.append(process)
        return process

    def start_both():
        place = ("--host", "127.0.0.1", "--port", port, "--no-dashboard")
        scheduler = start("scheduler", *place)
        quick = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
        return scheduler, start("worker", f"tcp://127.0.0.1:{port}", *quick)

    def answers():
        with socket.socket() as knock:
            return not knock.connect_ex(("127.0.0.1", int(port)))

    start_both.address, start_both.answers = f"tcp://127.0.0.1:{port}", answers
    yield start_both
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_scheduler_is_lost_and_back(tmp_path, undisturbed, remote):
    def lose():
        await_blocks(out, 5)
        for process in first:
            process.kill()
            process.wait()
        remote()

    out, first = tmp_path / "out", remote()
    await_that(remote.answers, "the scheduler")
    loser = threading.Thread(target=lose, daemon=True)
    loser.start()
    sweep(faults.described(), out, scheduler=remote.address)
    loser.join()
    assert faults.bytes_of(out) == undisturbed
    returned = events(out, faults.described(), "returned")
    assert returned


def test_no_scheduler_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 0.2)
    sentence = r"`scheduler` must be the address .* none answers at tcp://127.0.0.1:9"
    with pytest.raises(ConnectionError, match=sentence):
        sweep(faults.few("slow"), tmp_path, scheduler="tcp://127.0.0.1:9")


def test_a_full_disk_is_a_sentence_and_loses_nothing(tmp_path, monkeypatch):
    """It is full at one moment of each run, and the next one goes on."""
    settings = faults.few("broken", block=2)
    whole = sweep(settings, tmp_path / "whole")
    fsync, left = os.fsync, []

    def full(descriptor):
        if not left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left.pop()
        fsync(descriptor)

    for writes in (0, 1, 2, 4, 7, 12):
        left[:] = range(writes)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(NoSpaceError, match="no space is left"):
                sweep(settings, tmp_path / "out")
    sweep(settings, tmp_path / "out")
    assert faults.bytes_of(tmp_path / "out") == faults.bytes_of(tmp_path / "whole")
    assert (whole.dataset.error.values != "").sum() == 1


def test_two_runs_on_one_folder_are_refused(tmp_path):
    settings = faults.few("slow")
    busy = pytest.raises(StudyBusy, match="must be free, but process")
    with Store(tmp_path, settings.to_dict()), busy:
        sweep(settings, tmp_path)


def test_another_study_is_refused_unless_told(tmp_path, monkeypatch):
    monkeypatch.setattr(faults.time, "sleep", lambda seconds: None)
    sweep(faults.few("slow"), tmp_path)
    other = faults.few("broken")
    with pytest.raises(StudyMismatch, match="holds a study with other settings"):
        sweep(other, tmp_path)
    assert "slow" in str(Sweep.open(tmp_path).settings.sweep.measures)
    assert sweep(other, tmp_path, replace=True).settings == other


def test_failed_points_are_done_again_when_told(tmp_path, monkeypatch):
    """A fault that passes: the memory was full once, in one block and one training."""
    settings = faults.few("broken", block=2)
    clean = sweep(settings, tmp_path / "clean").dataset
    compute = running.SerialEngine._outcome.__globals__["compute_block"]
    full, calls = {"trained/bare/00000", "points/d2t5/bare/00002"}, []

    def once(plan, name, inputs, **options):
        calls.append(name)
        if name in full:
            raise MemoryError
        return compute(plan, name, inputs, **options)

    module = "oqnn.studies.sweeps.engine.serial.compute_block"
    monkeypatch.setattr(module, once)
    first = sweep(settings, tmp_path / "out").dataset
    assert (first.error.values != "").all()
    full.clear()
    calls.clear()
    again = sweep(settings, tmp_path / "out").dataset
    assert not calls
    assert again.equals(first)
    retried = sweep(settings, tmp_path / "out", retry_failed=True).dataset
    assert calls[0] == "trained/bare/00000"
    assert len(calls) == 4
    assert retried.equals(clean)
    assert faults.bytes_of(tmp_path / "out") == faults.bytes_of(tmp_path / "clean")
    calls.clear()
    sweep(settings, tmp_path / "out", retry_failed=True)
    assert calls == ["points/d2t5/bare/00001"]  # that of the point that always fails
