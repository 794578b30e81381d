"""One run at a time in a folder, without locks that outlive their process."""

import errno
import os
import time
from pathlib import Path
from types import ModuleType

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # no POSIX
    fcntl = None

__all__ = ["FolderLock", "StudyBusy"]

HALF_WRITTEN_S = 10.0  # how long a name may take to be written
UNSUPPORTED = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}


class StudyBusy(BlockingIOError):
    """Another run holds the folder."""


class FolderLock:
    """An exclusive lock on a file, freed by the kernel when its process ends.

    Where the system or the file system has no such locks, a second file named
    ``<path>.pid`` is created exclusively instead. It holds the process id and the
    start time of that process, and is taken over when no such process runs.

    Parameters
    ----------
    path : path
        The lock file, made if need be. It stays: deleting it would race.

    Raises
    ------
    StudyBusy
        If another run, or another lock in this process, holds it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._owned: Path | None = None
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if self._lock_by_kernel():
                os.ftruncate(self._descriptor, 0)
                os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)
            else:
                self._lock_by_name(path.with_name(path.name + ".pid"))
        except BaseException:
            os.close(self._descriptor)
            raise

    def release(self) -> None:
        """Free the lock."""
        if self._owned is not None:
            self._owned.unlink(missing_ok=True)
            self._owned = None
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _lock_by_kernel(self) -> bool:
        if fcntl is None:
            return False
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = self._path.read_text().strip() or "unknown"
            raise StudyBusy(
                f"`{self._path.parent}` must be free, but process {holder} is writing "
                "to it. Wait for that run or choose another folder."
            ) from error
        except OSError as error:
            if error.errno in UNSUPPORTED:
                return False
            raise
        return True

    def _lock_by_name(self, path: Path) -> None:
        mine = f"{os.getpid()} {_start_time(os.getpid())}\n"
        for _ in range(2):
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            except FileExistsError as error:
                if holder := _holder(path):
                    raise StudyBusy(
                        f"`{path.parent}` must be free, but {holder} seems to write "
                        f"to it. If no such run exists, delete {path}."
                    ) from error
                path.unlink(missing_ok=True)
                continue
            os.write(descriptor, mine.encode())
            os.close(descriptor)
            self._owned = path
            return
        raise StudyBusy(f"`{path.parent}` must be free, but another run took it.")


def _holder(path: Path) -> str:
    """Say which process a file names that runs, or has not yet written its name."""
    try:
        words = path.read_text(errors="replace").split()
        age = time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return ""
    if len(words) == 2 and words[0].isdecimal():
        return f"process {words[0]}" if _is_running(int(words[0]), words[1]) else ""
    return "another process" if age < HALF_WRITTEN_S else ""


def _start_time(pid: int) -> str:
    """Return when a process started, in the kernel's ticks, or "unknown"."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "unknown"
    return stat.rpartition(")")[2].split()[19]  # the name before ")" may hold spaces


def _is_running(pid: int, start: str) -> bool:
    """Tell whether the process that wrote a lock still runs; if in doubt, yes."""
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return "unknown" in (start, _start_time(pid)) or _start_time(pid) == start
