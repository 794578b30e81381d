"""One BLAS thread round small matrices, where two are up to a hundred times slower."""

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

__all__ = ["one_blas_thread"]


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread inside the block; the old limit returns after it."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield
