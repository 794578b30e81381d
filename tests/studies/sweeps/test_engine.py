"""Engines: the same numbers from all of them, in any order, and what they say."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from unittest.mock import Mock

import numpy as np
import pytest
import xarray as xr
from studies.sweeps import faults

from oqnn.studies.store import Store, StudyMismatch
from oqnn.studies.sweeps.computation.compute import compute_block
from oqnn.studies.sweeps.engine import pool, worker
from oqnn.studies.sweeps.engine.failed import failed_block
from oqnn.studies.sweeps.engine.job import Job, Outcome
from oqnn.studies.sweeps.engine.schedule import MOST_DEATHS, Schedule
from oqnn.studies.sweeps.engine.surroundings import (
    interrupts_held,
    one_thread_each,
    worker_variables,
)
from oqnn.studies.sweeps.plan import Plan
from oqnn.studies.sweeps.result.sweep import Sweep
from oqnn.studies.sweeps.run import sweep

LEARNED = faults.described(
    materials=["bare", "plain", "learning"],
    environment={"kappa": [0.1, 0.4], "h": [2.0, 4.0]},
    training={"kappa": 0.2},
    learning={"epochs": 2},
    sweep={"seeds": 2, "block": 3, "measures": ["fidelity", "readout_infidelity"]},
)


@pytest.fixture(scope="module")
def serial(tmp_path_factory):
    """The folder of the learning sweep, run serially."""
    folder = tmp_path_factory.mktemp("serial")
    sweep(LEARNED, folder)
    return folder


@pytest.mark.slow
def test_a_pool_writes_the_bytes_of_a_serial_run(serial, tmp_path):
    sweep(LEARNED, tmp_path, workers=2)
    assert faults.bytes_of(tmp_path) == faults.bytes_of(serial)


def test_blocks_do_not_depend_on_what_was_computed_before(serial):
    """In random order, some by plans that know one block alone, as workers have."""
    names = [*Plan(LEARNED).tasks]
    random.Random(1).shuffle(names)
    packed, plan = worker.packed_settings(LEARNED), Plan(LEARNED)
    with Store(serial, LEARNED.to_dict()) as store:
        for name in (n for n in names if not n.startswith("trained/learning")):
            task, there = plan.tasks[name], store.read(name)
            inputs = {need: store.read(need) for need in task.needs}
            outcome = worker._outcome(packed, worker.packed(Job(task, inputs)))
            for found in (outcome.dataset, compute_block(plan, name, inputs)):
                for key, values in found.variables.items():
                    kept = there.variables[key].values
                    assert values.values.tobytes() == kept.tobytes(), (name, key)
    assert not worker.plan_of(packed).tasks  # workers keep none


def test_nothing_is_kept_without_a_folder(serial):
    small = faults.few("broken", block=6)
    found = sweep(small)
    assert len(found.dataset.point) == 6


def test_a_finished_sweep_is_opened_without_an_engine(serial, monkeypatch):
    monkeypatch.setattr("oqnn.studies.sweeps.run._engine", None)
    before = faults.bytes_of(serial)
    again = sweep(LEARNED, serial, workers=2)
    assert len(again.dataset.point) == len(Plan(LEARNED).points) == 20
    assert faults.bytes_of(serial) == before


@pytest.fixture
def schedule(tmp_path):
    plan = Plan(faults.described(sweep={"seeds": 2, "block": 50}))
    with Store(tmp_path, plan.settings.to_dict()) as store:
        yield Schedule(plan, store, retry_failed=False), store


def done(schedule, store, task):
    store.write(task.name, failed_block(task, ""))
    schedule.finish(task.name)


def test_trainings_come_first_and_points_once_theirs_are_there(schedule):
    schedule, store = schedule
    assert len(schedule) == 2 + 3  # 50 points of bare, 100 of plain
    bare = schedule.hand_out(schedule.next()).task
    plain = schedule.hand_out(schedule.next()).task
    assert [bare.name, plain.name] == ["trained/bare/00000", "trained/plain/00000"]
    assert schedule.next() is None
    done(schedule, store, plain)
    assert schedule.next().name == "points/d2t5/plain/00000"
    assert schedule.give_back(bare.name, died=True)
    assert schedule.hand_out(schedule.next()).task is bare
    done(schedule, store, bare)
    order = []
    while (task := schedule.next()) is not None:
        job = schedule.hand_out(task)
        assert list(job.inputs) == [f"trained/{task.points[0].material}/00000"]
        order.append(task.name[12:])
        done(schedule, store, task)
    assert order == ["plain/00000", "plain/00001", "bare/00000"]
    assert not schedule
    assert not schedule._inputs  # none is kept longer than it is needed


def test_a_block_that_died_comes_last_then_alone_and_no_fourth_time(schedule):
    schedule, store = schedule
    for _ in range(2):
        schedule.hand_out(schedule.next())
    for name in ("trained/bare/00000", "trained/plain/00000"):
        done(schedule, store, schedule.tasks[name])
    assert MOST_DEATHS == 3
    bad = schedule.hand_out(schedule.next()).task.name
    assert schedule.give_back(bad, died=True)
    assert schedule.next().name != bad
    other = schedule.hand_out(schedule.next()).task
    another = schedule.hand_out(schedule.next()).task
    assert schedule.hand_out(schedule.next()).task.name == bad
    assert schedule.give_back(bad)  # by no fault of its own: not counted
    schedule.hand_out(schedule.next())
    assert schedule.give_back(bad, died=True)
    assert schedule.next() is None  # others still run
    done(schedule, store, other)
    assert schedule.next() is None
    done(schedule, store, another)
    assert schedule.hand_out(schedule.next()).task.name == bad
    assert schedule.next() is None  # and none runs beside it
    assert not schedule.give_back(bad, died=True)


def test_points_of_a_training_that_failed_say_so(tmp_path):
    settings = faults.few("broken", block=6)
    plan = Plan(settings)
    (training,) = plan.trainings
    (name,) = (block.name for block in plan.blocks)
    inputs = {training.name: failed_block(training, "it rained")}
    found = compute_block(plan, name, inputs)
    assert all("it rained" in text for text in found.error.values)
    assert np.isnan(found.fidelity).all()


def test_failed_blocks_are_labelled_like_others():
    plan = Plan(LEARNED)
    training, block = plan.trainings[1], plan.blocks[-1]
    failed = failed_block(training, "why")
    assert failed.error.values.tolist() == ["why"] * 2
    trained = compute_block(plan, training.name, {})
    xr.testing.assert_identical(failed.member, trained[["error"]].member)
    assert failed.error.attrs == trained.error.attrs
    failed = failed_block(block, "why")
    assert failed.point.values.tolist() == [point.index for point in block.points]
    assert set(failed.error.values.tolist()) == {"why"}


def test_errors_beside_points_mark_the_block_and_are_logged(tmp_path, monkeypatch):
    def fail(plan, name, inputs, **options):
        if name.startswith("points"):
            raise ZeroDivisionError("by nothing")
        return compute_block(plan, name, inputs, **options)

    monkeypatch.setattr("oqnn.studies.sweeps.engine.serial.compute_block", fail)
    settings = faults.few("broken", block=6)
    found = sweep(settings, tmp_path).dataset
    assert set(found.error.values) == {"ZeroDivisionError: by nothing"}
    with Store(tmp_path, settings.to_dict()) as store:
        (entry,) = (e for e in store.read_log() if e["event"] == "failed")
    assert 'raise ZeroDivisionError("by nothing")' in entry["trace"]


@pytest.mark.parametrize(
    ("measure", "reason"),
    [
        ("unwritable", r"ValueError: \\udc80 and \S+$"),
        ("endless", r"ValueError: x{900,1000}\.\.\.$"),
        ("leaving", r"SystemExit: 3$"),
    ],
)
def test_whatever_a_measure_raises_marks_its_points(measure, reason, tmp_path):
    """No text that files cannot hold, none of many MB, and no end of the run."""
    settings = faults.few(measure, block=6)
    found = sweep(settings, tmp_path).dataset
    assert all(re.search(reason, text) for text in found.error.values)
    xr.testing.assert_identical(Sweep.open(tmp_path).dataset, found)


def test_progress_tells_points_rate_time_left_and_trainings(tmp_path, capsys):
    sweep(faults.few("slow", block=2), tmp_path, progress=True)
    said = capsys.readouterr()
    assert said.out == ""
    assert re.search(r"^trained/bare/00000 +\d+\.\d s$", said.err, re.MULTILINE)
    line = r"points .* 6/6 \d:\d\d:\d\d \d:\d\d:\d\d [\d.]+ points/s, 1 of 1 trainings"
    assert re.search(line, said.err)


def test_nothing_is_said_without_a_terminal(tmp_path, capsys):
    sweep(faults.few("slow", block=6), tmp_path)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "kind", "sentence"),
    [
        ({"workers": 0}, ValueError, r"`workers` must be"),
        ({"workers": 1.5}, TypeError, r"`workers` must be"),
        (
            {"scheduler": "host"},
            ValueError,
            r'`scheduler` must be "dask" or an address .*, but is \'host\'\.',
        ),
        (
            {"settings": {}},
            TypeError,
            r"`settings` must be SweepSettings, but is a dict\. Make them with",
        ),
    ],
)
def test_wrong_arguments_are_refused(arguments, kind, sentence, tmp_path):
    arguments = {"settings": LEARNED} | arguments
    with pytest.raises(kind, match=sentence):
        sweep(**arguments, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_workers_of_other_versions_are_refused():
    expected = worker.versions() | {"numpy": "0.1"}
    with pytest.raises(StudyMismatch, match=r"numpy is \S+ there and 0\.1 here\. Inst"):
        worker.compute_packed(b"", b"", expected)


def test_workers_are_sent_settings_without_their_points():
    """A grid of ten times the points is no more to send."""
    sizes = []
    for count in (10, 100):
        kappa = {"from": 0.1, "to": 0.9, "count": count}
        settings = faults.described(environment={"kappa": kappa})
        sent = worker.packed_settings(settings)
        sizes.append(len(sent))
        plan, whole = worker.plan_of(sent), Plan(settings)
        assert plan.settings == settings
        for point in (whole.points[0], whole.points[-1]):
            found = plan.at(point.coordinates)
            assert found.texts == whole.at(point.coordinates).texts
        assert len(plan._points) == 2
    assert sizes[0] < 2000
    assert abs(sizes[1] - sizes[0]) < 10


def test_workers_that_never_begin_are_a_sentence(monkeypatch):
    """As where a script without a main guard asks for them."""
    monkeypatch.setattr(pool, "serve", os.getpid)  # it takes no arguments
    monkeypatch.setattr(pool, "MOST_DEAD_AT_BIRTH", 2)
    engine = pool.PoolEngine(LEARNED, 1)
    sentence = r"Workers must start, but the last 2 ended with exit code 1 before they"
    with pytest.raises(RuntimeError, match=sentence):
        wait_for_ever(engine)
    engine.close()


def test_a_worker_keeps_one_more_block_of_points_ready():
    """Behind a training none waits, since others could begin with it at once."""
    plan = Plan(LEARNED)
    training, (one, two, three, *_) = plan.trainings[0], plan.blocks
    worker = pool.Worker(None, None)
    assert not worker.accepts(one)
    worker.ready = True
    assert worker.accepts(one)
    assert worker.accepts(training)
    worker.tasks.append(one)
    assert worker.accepts(two)
    assert not worker.accepts(training)
    worker.tasks.append(two)
    assert not worker.accepts(three)
    worker.tasks.clear()
    worker.tasks.append(training)
    assert not worker.accepts(one)


def test_the_block_behind_a_deadly_one_is_not_blamed(monkeypatch):
    """What the dead worker had sent before counts."""
    ours, theirs = pool.get_context("spawn").Pipe()
    dead = Mock(exitcode=-9, **{"is_alive.return_value": False})
    workers = iter([pool.Worker(dead, ours, ready=True), pool.Worker(Mock(), Mock())])
    monkeypatch.setattr(pool.PoolEngine, "_start", lambda engine: next(workers))
    engine = pool.PoolEngine(LEARNED, 1)
    (worker,) = engine._workers
    worker.tasks.extend(Plan(LEARNED).blocks[:3])
    names = [task.name for task in worker.tasks]
    sent = Outcome(name=names[0], status="done")
    theirs.send_bytes(pool.packed(sent))
    theirs.close()
    done, died, behind = engine._heard(worker)
    assert done == sent
    end = "died of SIGKILL"
    assert died == Outcome(name=names[1], status="died", message=end)
    assert behind == Outcome(name=names[2], status="returned", message=end)
    assert len(engine._workers) == 1
    assert engine._workers[0] is not worker


def wait_for_ever(engine):
    while True:
        engine.wait(10)


def test_variables_are_lent_to_children_alone(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("NPROC", raising=False)
    before = dict(os.environ)
    with one_thread_each():
        assert {os.environ[name] for name in ("OMP_NUM_THREADS", "NPROC")} == {"1"}
    assert dict(os.environ) == before
    assert set(worker_variables()) >= {"OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}


@pytest.fixture
def interruptible():
    """Hear Ctrl-C even where the tests run in the background, and so do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_is_held_back_not_lost():
    late = []
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012
        with interrupts_held():
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            time.sleep(0.05)
            late.append("still here")
        time.sleep(1)
    assert late == ["still here"]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_processes_are_born_without_an_ear_for_interrupts():
    mask = "import signal; print(*signal.pthread_sigmask(signal.SIG_BLOCK, ()))"
    with interrupts_held():
        said = subprocess.check_output([sys.executable, "-c", mask], text=True)
    assert said.split() == [str(int(signal.SIGINT))]


def test_a_worker_ends_when_its_parent_closes(monkeypatch):
    ends = []
    monkeypatch.setattr(worker.os, "_exit", ends.append)
    ours, theirs = pool.get_context("spawn").Pipe()
    jobs = worker.queue.SimpleQueue()
    reader = threading.Thread(target=worker._read, args=(theirs, jobs))
    reader.start()
    ours.send_bytes(b"job")
    assert jobs.get(timeout=5) == b"job"
    ours.close()
    reader.join(5)
    theirs.close()
    assert ends == [0]


def test_outcomes_travel_as_bytes():
    """Also those of errors that cannot be pickled: only their words travel."""

    class Odd(Exception):
        def __init__(self, one, two):
            super().__init__(f"{one} and {two}")

    outcome = worker.raised("block", Odd(1, 2))
    back = worker.pickle.loads(worker.packed(outcome))
    assert back == Outcome(
        name="block", status="raised", message="Odd: 1 and 2", trace=outcome.trace
    )
