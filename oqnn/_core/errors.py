"""The one exception class of our own."""

__all__ = ["ConvergenceError"]


class ConvergenceError(RuntimeError):
    """A computation was set up correctly but did not reach its goal.

    Raised instead of returning a number that is not an answer: a solver that did
    not converge, a linear program that was not solved, a state that left the
    numbers that floats can hold.
    """
