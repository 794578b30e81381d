"""Means and variances of samples that come in portions."""

import numpy as np

__all__ = ["RunningMoments"]


class RunningMoments:
    """Mean and standard error of complex arrays, portion by portion.

    Real and imaginary parts have variances of their own. Merged by the formula of
    Chan, Golub and LeVeque, which does not subtract squares.

    Parameters
    ----------
    shape : tuple of int
        Of one sample, with an index that portions name first, as a time.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.count = np.zeros(shape[0], dtype=int)
        self.mean = np.zeros(shape, dtype=complex)
        self._squares = np.zeros((2, *shape))  # Σ (x − mean)² of both parts

    def add(self, samples: np.ndarray, *, at: int) -> None:
        """Add samples of shape (s, *shape[1:]) for one index."""
        old, new = int(self.count[at]), len(samples)
        mean = samples.mean(axis=0)
        gap, apart = samples - mean, mean - self.mean[at]
        share = old * new / (old + new)
        for k, part in enumerate((np.real, np.imag)):
            self._squares[k, at] += (part(gap) ** 2).sum(axis=0)
            self._squares[k, at] += share * part(apart) ** 2
        self.mean[at] += apart * new / (old + new)
        self.count[at] = old + new

    def errors(self) -> np.ndarray:
        """Return the standard errors of the mean, those of both parts as one number."""
        count = self.count.reshape(-1, *[1] * (self.mean.ndim - 1))
        real, imaginary = np.sqrt(self._squares / (count * (count - 1)))
        return real + 1j * imaginary
