"""The one exception class of our own."""

from typing import Any

__all__ = ["ConvergenceError"]


class ConvergenceError(RuntimeError):
    """A computation was set up correctly but did not reach its goal.

    Raised instead of returning a number that is not an answer: a solver that did
    not converge, a linear program that was not solved, a state that left the
    numbers that floats can hold.

    Parameters
    ----------
    message : str
        What happened and what to try.
    reached : object, optional
        What the computation had reached before, where that is of use: of a training
        the result that it returns otherwise.
    """

    def __init__(self, message: str, *, reached: Any = None) -> None:
        super().__init__(message)
        self.reached = reached
