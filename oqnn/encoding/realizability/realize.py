"""Which states a law of spins can carry: the law, or the inequality that forbids it.

A law of the 3n spins has the correlators of a state exactly when these lie in the
Bell polytope of n parties with three settings each (Fine's theorem), which one linear
program decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from ..maps.correlation import CorrelationMap, as_correlators
from ..maps.extended import ExtendedMap
from ..maps.extended_law import ExtendedLaw, component_scenario
from ..maps.law import Law
from ..maps.real_arrays import as_real
from .bell import BellInequality
from .decide import Carried, decide
from .products import as_words
from .qubit_state import as_qubit_state
from .scenario import Scenario, qubit_scenario

if TYPE_CHECKING:
    import qutip

__all__ = ["Realization", "realize", "realize_correlators", "visibility"]

MOST_QUBITS = 6
MOST_EXTENDED = 3


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Realization:
    """The law of spins that realizes a state, or the inequality that forbids it.

    Parameters
    ----------
    law : Law, ExtendedLaw or None
        A law whose correlators are those of the state. Up to four qubits it is on at
        most 4**n configurations, or one more than the products that are asked for. So
        it is for five unless rounding prevents it; for six it may be on all 262144.
    inequality : BellInequality or None
        Where there is no law, an inequality that every law obeys and the state
        violates.
    visibility : float
        Greatest v in [0, 1] for which v ρ + (1 − v) 1/2ⁿ can be realized: 1 exactly
        where there is a law.
    """

    law: Law | ExtendedLaw | None
    inequality: BellInequality | None
    visibility: float

    @property
    def realizable(self) -> bool:
        """Whether there is a law."""
        return self.law is not None

    def __str__(self) -> str:
        if self.law is None:
            return (
                f"not realizable, visibility {self.visibility:.9f}\n{self.inequality}"
            )
        if isinstance(self.law, ExtendedLaw):
            return f"realizable, by laws of its components\n{self.law}"
        size = len(self.law.probabilities)
        return f"realizable, by a law on {size} configurations\n{self.law}"


def realize(
    rho: "qutip.Qobj | ArrayLike",
    map: CorrelationMap | ExtendedMap | None = None,
    *,
    products: Sequence[str | Sequence[int]] | None = None,
) -> Realization:
    r"""Find the law of spins that realizes a state, or why there is none.

    Solves the linear program

    .. math:: \max v \quad \text{subject to} \quad
              A p = \chi\bigl(v\rho + (1 - v) 2^{-n}\bigr),
              \quad p \ge 0, \quad 0 \le v \le 1,

    whose primal solution at v = 1 is the law, and whose dual solution otherwise is a
    Bell inequality [1]_ [2]_. Neither answer rests on the solver's tolerance: the
    correlators of the law are compared with χ; the bound of the inequality is found by
    looking at every configuration, and the visibility is that of a law as well.

    Parameters
    ----------
    rho : Qobj, ket of shape (2**n,), or shape (2**n, 2**n)
        State of one to six qubits. On one core up to three take milliseconds, four
        half a second, five some seconds and six about a minute and 0.7 GB; states with
        many correlators that vanish, as GHZ and W, take less.
    map : CorrelationMap or ExtendedMap, optional
        The spins: three a qubit, which is what is meant by default, or those of the
        extended map, for two and three qubits.
    products : sequence of str or of n integers, optional
        Only these correlators are asked for, named "XZI" or (1, 3, 0), the rest being
        left to the law. By default all of them. Not with the extended map.

    Returns
    -------
    Realization
        ``law`` or ``inequality``, and ``visibility``. The visibility does not exceed
        1; without that bound it would be infinite for the maximally mixed state. With
        the extended map it is the least one of the components', and the inequality is
        that of the component.

    Raises
    ------
    TypeError, ValueError
        If `rho` is not a state, not one of qubits, one of too many, not of the size of
        `map`, or if `products` are not some different Pauli products.
    ConvergenceError
        If the program is not solved, or its solution fails the checks.

    References
    ----------
    .. [1] Fine, Phys. Rev. Lett. 48, 291 (1982).
    .. [2] Kaszlikowski, Gnaciński, Żukowski, Miklaszewski and Zeilinger, Phys. Rev.
       Lett. 85, 4418 (2000), for the linear program. The claims of Pehle and
       Wetterich, Phys. Rev. E 106, 045311 (2022), that every state of two qubits has a
       law (sec. IV) does not hold: see the example. Nor is their extended map complete
       for three, which they leave open (sec. VI).

    Examples
    --------
    >>> found = realize([1, 0, 0, np.exp(0.25j * np.pi)] / np.sqrt(2))
    >>> print(found)
    not realizable, visibility 0.707106781
    ⟨XX⟩ + ⟨XY⟩ + ⟨YX⟩ − ⟨YY⟩ ≤ 2, but the state has 2.828427
    >>> realize([1, 0, 0, 1] / np.sqrt(2)).realizable
    True
    >>> tilted_ghz = np.r_[1, np.zeros(6), np.exp(0.25j * np.pi)] / np.sqrt(2)
    >>> round(realize(tilted_ghz, ExtendedMap(3)).visibility, 9)
    0.707106781
    """
    matrix = as_qubit_state(rho, "rho", MOST_QUBITS)
    n_qubits = len(matrix).bit_length() - 1
    if map is not None and not isinstance(map, CorrelationMap | ExtendedMap):
        raise TypeError(
            "`map` must be a CorrelationMap or an ExtendedMap, but is "
            f"{type(map).__name__}."
        )
    if map is not None and map.n_qubits != n_qubits:
        raise ValueError(
            f"`map` must have as many qubits as `rho`, {n_qubits}, but has "
            f"{map.n_qubits}."
        )
    chi = CorrelationMap(n_qubits).chi_from_state(matrix)
    if not isinstance(map, ExtendedMap):
        return realize_correlators(chi, products)
    if products is not None:
        raise ValueError("`products` must be left out for the extended map.")
    return _realize_extended(chi, map)


def realize_correlators(
    chi: ArrayLike, products: Sequence[str | Sequence[int]] | None = None
) -> Realization:
    """Do what `realize` does for correlators, which need not be those of a state.

    Parameters
    ----------
    chi : shape (4, …, 4)
        One to six axes, with χ[0, …, 0] = 1.
    products : sequence of str or of n integers, optional
        The correlators that are asked for, as in `realize`. Those of the law are
        others elsewhere.

    Raises
    ------
    TypeError, ValueError
        If `chi` has another shape, is not finite, or has χ[0, …, 0] ≠ 1; if `products`
        are not some different Pauli products.
    ConvergenceError
        As `realize`.

    Examples
    --------
    Three neighbours on a ring cannot all be opposite, but two can:

    >>> chi = np.zeros((4, 4, 4))
    >>> chi[0, 0, 0] = 1
    >>> chi[3, 3, 0] = chi[0, 3, 3] = chi[3, 0, 3] = -1
    >>> print(realize_correlators(chi, ["ZZI", "IZZ", "ZIZ"]))
    not realizable, visibility 0.333333333
    −⟨IZZ⟩ − ⟨ZIZ⟩ − ⟨ZZI⟩ ≤ 1, but the state has 3.000000
    >>> realize_correlators(chi, ["ZZI", "IZZ"]).realizable
    True
    """
    chi = as_real(chi, "chi")
    n_qubits = chi.ndim
    if not 1 <= n_qubits <= MOST_QUBITS:
        raise ValueError(
            f"`chi` must have one to {MOST_QUBITS} axes, but has {n_qubits}."
        )
    chi = as_correlators(chi, n_qubits)
    scenario = qubit_scenario(n_qubits)
    if products is not None:
        scenario = Scenario(scenario.sizes, as_words(products, n_qubits))

    where = tuple(scenario.words.T)
    found = decide(scenario, chi[where])
    if isinstance(found, Carried):
        law = Law(
            configurations=scenario.spins(found.indices),
            probabilities=found.probabilities,
        )
        return Realization(law=law, inequality=None, visibility=1.0)
    coefficients = np.zeros(chi.shape)
    coefficients[where] = found.coefficients
    inequality = BellInequality(
        coefficients=coefficients, local_bound=found.local_bound, value=found.value
    )
    return Realization(law=None, inequality=inequality, visibility=found.visibility)


def visibility(
    rho: "qutip.Qobj | ArrayLike", map: CorrelationMap | ExtendedMap | None = None
) -> float:
    """Return the greatest v ≤ 1 for which v ρ + (1 − v) 1/2ⁿ can be realized.

    Parameters, limits and errors are those of `realize`.

    Examples
    --------
    >>> visibility([1, 0, 0, 1] / np.sqrt(2))
    1.0
    """
    return realize(rho, map).visibility


def _realize_extended(chi: np.ndarray, extended: ExtendedMap) -> Realization:
    """Decide the components one by one; the worst of them is the state's."""
    if extended.n_qubits > MOST_EXTENDED:
        raise ValueError(
            f"`map` must have at most {MOST_EXTENDED} qubits if it is an extended one, "
            f"but has {extended.n_qubits}: from four on all its spins hang together, "
            f"{extended.n_spins} spins with 2**{extended.n_spins} configurations."
        )
    laws, worst = [], None
    for component in extended.components:
        scenario = component_scenario(component)
        found = decide(scenario, component.required(chi))
        if isinstance(found, Carried):
            laws.append((scenario.spins(found.indices), found.probabilities))
        elif worst is None or found.visibility < worst[1].visibility:
            worst = component, found
    if worst is None:
        law = ExtendedLaw(
            n_qubits=extended.n_qubits,
            configurations=tuple(spins for spins, _ in laws),
            probabilities=tuple(p for _, p in laws),
        )
        return Realization(law=law, inequality=None, visibility=1.0)
    component, found = worst
    coefficients = np.zeros(chi.shape)
    coefficients[tuple(np.transpose(component.targets))] = found.coefficients
    inequality = BellInequality(
        coefficients=coefficients,
        local_bound=found.local_bound,
        value=found.value,
        spins=str(component),
    )
    return Realization(law=None, inequality=inequality, visibility=found.visibility)
