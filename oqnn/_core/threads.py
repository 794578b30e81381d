"""One BLAS thread round small matrices, where two are up to a hundred times slower."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController

__all__ = ["one_blas_thread"]


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread inside the block; the old limit returns after it."""
    with _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> ThreadpoolController:
    """Return the libraries of NumPy and SciPy; looking for them takes a millisecond."""
    import scipy.linalg  # noqa: F401

    return ThreadpoolController()
