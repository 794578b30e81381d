"""A law of spins that is zero on all but a few configurations."""

from dataclasses import dataclass
from typing import final

import numpy as np

from ..._core.checks import check_integer, check_law
from ..._core.seeds import rng_from
from .correlation import check_memory
from .real_arrays import as_real
from .samples import as_spins, mean_products

__all__ = ["Law"]

MOST_ROWS = 256  # written


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Law:
    """Probabilities of some of the configurations of 3n spins; the rest have none.

    Parameters
    ----------
    configurations : shape (k, 3n)
        Spins, −1 or +1, in the order of `CorrelationMap`.
    probabilities : shape (k,)
        Not negative, summing to one, up to rounding.

    Raises
    ------
    TypeError, ValueError
        If there are no real numbers, the shapes disagree, there is no configuration or
        no spin, a spin is neither −1 nor +1, or the probabilities are not a law.

    Examples
    --------
    >>> print(Law(configurations=[[1, -1, 1], [1, 1, 1]], probabilities=[0.25, 0.75]))
    spins  probability
    +−+    0.250000
    +++    0.750000
    """

    configurations: np.ndarray
    probabilities: np.ndarray

    def __post_init__(self) -> None:
        spins = as_spins(self.configurations, "configurations").astype(np.int8)
        p = np.array(as_real(self.probabilities, "probabilities"))
        shaped = spins.ndim == 2 and spins.size and spins.shape[1] % 3 == 0
        if not shaped or p.shape != spins.shape[:1]:
            raise ValueError(
                "`configurations` and `probabilities` must have shapes (k, 3n) and "
                f"(k,), but have shapes {spins.shape} and {p.shape}."
            )
        check_law(p, "probabilities")
        for name, value in (("configurations", spins), ("probabilities", p)):
            value.setflags(write=False)
            object.__setattr__(self, name, value)

    @property
    def n_qubits(self) -> int:
        """Number n of qubits."""
        return self.configurations.shape[1] // 3

    def dense(self) -> np.ndarray:
        """Return the probability of every configuration, shape (8**n,), n ≤ 9."""
        check_memory(8 * 8**self.n_qubits, f"the dense law of {self.n_qubits} qubits")
        n_spins = self.configurations.shape[1]
        indices = (self.configurations > 0) @ (1 << np.arange(n_spins)[::-1])
        return np.bincount(indices, self.probabilities, minlength=8**self.n_qubits)

    def correlators(self) -> np.ndarray:
        """Return χ, shape (4, …, 4)."""
        n = self.n_qubits
        check_memory(16 * 4**n, f"the correlators of {n} qubits")
        parties = [range(3 * q, 3 * q + 3) for q in range(n)]
        means = mean_products(self.configurations, parties, self.probabilities)
        return means.reshape((4,) * n)

    def sample(self, n_samples: int, *, seed: int) -> np.ndarray:
        """Draw independent configurations, −1 or +1, shape (n_samples, 3n)."""
        check_integer(n_samples, "n_samples")
        rng = rng_from(seed, "law")
        # Rounding may leave entries below zero and the sum off by 1e-9, more than the
        # generator allows.
        p = np.maximum(self.probabilities, 0.0)
        p /= p.sum()
        return self.configurations[rng.choice(len(p), size=n_samples, p=p)]

    def __str__(self) -> str:
        rows = [
            " ".join(
                "".join("+" if s > 0 else "−" for s in spins[3 * q : 3 * q + 3])
                for q in range(self.n_qubits)
            )
            for spins in self.configurations[:MOST_ROWS]
        ]
        width = max([len("spins"), *map(len, rows)])
        lines = [f"{'spins':<{width}}  probability"]
        lines += [
            f"{row:<{width}}  {p:.6f}"
            for row, p in zip(rows, self.probabilities, strict=False)
        ]
        if len(self.probabilities) > MOST_ROWS:
            lines.append(f"… ({len(self.probabilities) - MOST_ROWS} more)")
        return "\n".join(lines)
