"""Which block comes next: trainings first, points once their trainings are there."""

from collections import Counter, deque

import xarray as xr

from ...store import Store
from ..plan import Plan, PointBlock, TrainingBlock
from .job import Job

__all__ = ["MOST_DEATHS", "Schedule", "Task"]

MOST_DEATHS = 3

Task = TrainingBlock | PointBlock


class Schedule:
    """What is left to do in a store, in order.

    A block whose worker died comes back at the end, and for the last time alone, with
    nothing beside it: then it cannot be another that kills it or takes its memory.

    Parameters
    ----------
    plan : Plan
        Of the sweep.
    store : Store
        Of the same settings.
    retry_failed : bool
        Whether finished blocks in which something failed are to be done again.
    """

    def __init__(self, plan: Plan, store: Store, *, retry_failed: bool) -> None:
        self._store = store
        finished = set(store.blocks())
        if retry_failed:
            finished -= {name for name in finished if _has_failed(store.read(name))}
        left = [task for name, task in plan.tasks.items() if name not in finished]
        self.tasks = {task.name: task for task in left}
        self._needs = {
            task.name: {name for name in task.needs if name not in finished}
            for task in left
        }
        self._waited_for: dict[str, list[str]] = {}
        for name, needs in self._needs.items():
            for need in needs:
                self._waited_for.setdefault(need, []).append(name)
        self._ready = deque(name for name, needs in self._needs.items() if not needs)
        self._trainings = deque(n for n in self._ready if self._is_training(n))
        self._ready = deque(n for n in self._ready if not self._is_training(n))
        self._suspects: deque[str] = deque()
        self._running: set[str] = set()
        self._deaths: Counter[str] = Counter()
        self._readers = Counter(need for task in left for need in task.needs)
        self._inputs: dict[str, xr.Dataset] = {}
        self._left = len(left)

    def __len__(self) -> int:
        """Return how many blocks are not finished."""
        return self._left

    @property
    def running(self) -> bool:
        """Whether anything has been handed out and not come back."""
        return bool(self._running)

    def next(self) -> Task | None:
        """Return the block that comes next, if any may begin now."""
        for queue in (self._trainings, self._ready):
            if queue:
                return self.tasks[queue[0]]
        if self._suspects and not self._running:  # and so nothing else can begin
            return self.tasks[self._suspects[0]]
        return None

    def hand_out(self, task: Task) -> Job:
        """Return a block with all that it reads, and count it as begun."""
        for queue in (self._trainings, self._ready, self._suspects):
            if queue and queue[0] == task.name:
                queue.popleft()
                break
        self._running.add(task.name)
        return Job(task, {need: self._input(need) for need in task.needs})

    def finish(self, name: str) -> None:
        """Count a block as finished; those that waited for it become ready."""
        self._running.discard(name)
        self._left -= 1
        for need in self.tasks[name].needs:
            self._readers[need] -= 1
            if not self._readers[need]:
                self._inputs.pop(need, None)
        for waiting in self._waited_for.pop(name, []):
            self._needs[waiting].discard(name)
            if not self._needs[waiting]:
                self._queue(waiting).append(waiting)

    def give_back(self, name: str, *, died: bool = False) -> bool:
        """Take a block back; tell whether it may be tried again."""
        self._running.discard(name)
        self._deaths[name] += died
        if self._deaths[name] >= MOST_DEATHS:
            return False
        self._queue(name).append(name)
        return True

    def _queue(self, name: str) -> deque[str]:
        if self._deaths[name] >= MOST_DEATHS - 1:
            return self._suspects
        return self._trainings if self._is_training(name) else self._ready

    def _is_training(self, name: str) -> bool:
        return isinstance(self.tasks[name], TrainingBlock)

    def _input(self, name: str) -> xr.Dataset:
        """Return a finished block, from disk, as long as another one needs it."""
        if name not in self._inputs:
            self._inputs[name] = self._store.read(name)
        return self._inputs[name]


def _has_failed(block: xr.Dataset) -> bool:
    return "error" in block and bool((block.error != "").any())
