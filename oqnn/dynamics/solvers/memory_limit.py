"""Refuse computations that do not fit in this machine's memory, before they start."""

import os

__all__ = ["check_memory"]


def check_memory(n_bytes: float, what: str, advice: str) -> None:
    """Raise if `n_bytes` is more than this machine has.

    Parameters
    ----------
    n_bytes : float
        Largest amount held at a time.
    what : str
        The argument to blame and what it asks for, as in "`tlist` asks for 10⁹ steps".
    advice : str
        What to try instead.

    Raises
    ------
    ValueError
        If it does not fit. Where the size of the memory is unknown nothing is refused.
    """
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return
    if n_bytes > total:
        raise ValueError(
            f"{what} must fit in memory, but needs about {n_bytes / 2**30:.3g} GiB and "
            f"this machine has {total / 2**30:.3g} GiB. {advice}"
        )
