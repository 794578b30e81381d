"""Learning without the matrix of a generator, for three qubits and more."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from .._core.bases import from_coordinates
from .._core.checks import check_integer, check_shapes
from .._core.jax64 import in_double_precision
from ..dynamics import ControlledGenerator, RegisterGenerator
from ..dynamics.solvers.memory_limit import check_memory
from .cost import ProtectionCost, overlap_columns
from .drives import STEPS_PER_TAU, even_steps
from .environment import Environment
from .rule import LearningRule
from .sparse_jumps import jump_entries
from .state import LearningState

__all__ = ["MatrixFree"]

LONGEST = 0.5  # |X| of a Taylor exponential, whose remainder is then 5e-9
MOST_CORNERS = 2**12
COMPLEX, GATHERED = 5, 8  # times of a multiplication, in those of large real matrices


@dataclass(frozen=True, kw_only=True)
class MatrixFree:
    r"""Epochs of the Hamiltonian dynamics without the matrix of a generator.

    The states are stacks of blocks, and two things move them: the exponentials of the
    small matrices :math:`-iH_i - \tfrac12\sum R^\dagger R`, to fourth order in the
    change of the controls, and the jumps, by RK4 in the picture that moves with the
    former. An epoch therefore costs :math:`l D^3` operations a step and column, l the
    number of jump operators and D the size of a block, and no :math:`(nD^2)^3`.
    Cost and gradient are of fourth order in the step; the gradient is the exact
    derivative of the discrete steps.

    `learn`, `step` and `cost_and_gradient` take it by themselves where matrices would
    cost more or not fit; pass it as ``method=`` of `learn` to choose its settings.

    Parameters
    ----------
    checkpointed : bool
        Keep the states at the ends of slices only, and compute the inside of each
        slice again on the way back. Takes a few tenths more time and far less memory.
    columns : int, optional
        How many columns to move at a time; all by default. Fewer need less memory.
    """

    checkpointed: bool = True
    columns: int | None = None

    def __post_init__(self) -> None:
        if self.columns is not None:
            check_integer(self.columns, "columns")

    @in_double_precision
    def __call__(
        self,
        state: LearningState,
        environment: Environment,
        rule: LearningRule,
        cost: ProtectionCost,
        *,
        H: np.ndarray | None = None,
        epochs: int = 1,
        seeds: Sequence[int] = (),
    ) -> LearningState:
        """Return the state after so many more epochs, as `step` does."""
        from .learning_jax import Learner
        from .matrix_free_jax import learn_blocks

        check_integer(epochs, "epochs")
        k = rule.neurons
        check_shapes(weights=(state.weights, f"b {rule.slices} {k} {k + 1}"))
        problem, active = block_problem(environment, rule, cost, H, self.columns)
        learners, costs, infidelities = learn_blocks(
            problem,
            Learner(*state[:6]),
            (rule.friction, rule.rate, rule.mass),
            self._numerics(rule, active),
            epochs,
        )
        costs, infidelities = np.asarray(costs).T, np.asarray(infidelities).T
        return LearningState(
            **{name: np.asarray(value) for name, value in learners._asdict().items()},
            costs=np.concatenate([state.costs, costs], axis=1),
            infidelities=np.concatenate([state.infidelities, infidelities], axis=1),
        )

    @in_double_precision
    def cost_and_gradient(
        self,
        environment: Environment,
        weights: np.ndarray,
        *,
        y0: np.ndarray | None = None,
        H: np.ndarray | None = None,
        rule: LearningRule | None = None,
        cost: ProtectionCost | None = None,
    ) -> tuple[float, np.ndarray]:
        """Return J of one epoch and its derivative by the weights, over the width.

        Arguments, values and errors are those of the function `cost_and_gradient`.
        """
        import jax

        from .matrix_free_jax import block_epoch

        rule, cost = rule or LearningRule(), cost or ProtectionCost()
        weights = np.asarray(weights, dtype=float)
        s, k = rule.slices, rule.neurons
        check_shapes(weights=(weights, f"{s} {k} {k + 1}"))
        y0 = np.zeros(k) if y0 is None else np.asarray(y0, dtype=float)
        check_shapes(y0=(y0, f"{k}"))
        problem, active = block_problem(environment, rule, cost, H, self.columns)
        run = jax.jit(block_epoch, static_argnums=1)
        result = run(problem, self._numerics(rule, active), weights, y0)
        return float(result.cost), np.asarray(result.gradient)

    def _numerics(self, rule: LearningRule, active: tuple[int, ...]) -> Any:
        from .matrix_free_jax import Numerics

        return Numerics(rule.resolution, self.checkpointed, active)


def block_problem(
    environment: Environment,
    rule: LearningRule,
    cost: ProtectionCost,
    H: np.ndarray | None,
    at_a_time: int | None = None,
) -> tuple[Any, tuple[int, ...]]:
    """Gather a learning problem without matrices, and which controls change rates."""
    from .matrix_free_jax import BlockProblem

    if rule.neurons < environment.n_controls:
        raise ValueError(
            f"`rule.neurons` must be at least {environment.n_controls}, one for each "
            f"control, but is {rule.neurons}."
        )
    parts = register_parts(environment.generator(H))
    drifts, decays = _drifts(parts)
    _check_steps(drifts, decays, rule)
    jumps, active = jump_entries(parts, _dense)
    columns, targets, constant = overlap_columns(cost, environment)
    shape = (parts[0].n, parts[0].d, at_a_time or columns.shape[1])
    problem = BlockProblem(
        drifts=drifts,
        jumps=jumps,
        columns=_as_blocks(columns, *shape),
        targets=_as_blocks(targets, *shape),
        readouts=cost.slice_weights(rule.slices),
        constant=np.float64(constant),
        tau=np.float64(rule.tau),
        period=np.float64(rule.period),
        cost_controls=np.float64(cost.controls),
        cost_weights=np.float64(cost.network),
    )
    return problem, active


def prefers_matrix_free(
    environment: Environment,
    rule: LearningRule,
    cost: ProtectionCost,
    *,
    learners: int = 1,
) -> bool:
    """Say whether epochs without matrices cost less, or matrices do not fit.

    Counts multiplications of both ways for one step. A complex one of small matrices
    takes the time of five real ones of large matrices, and a gathered entry that of
    eight (measured). Matrices may take a quarter of the memory.
    """
    generator = environment.generator()
    try:
        parts = register_parts(generator)
    except TypeError:
        return False
    m, D, k = generator.dimension, generator.d, environment.n_controls
    columns = overlap_columns(cost, environment)[0].shape[1]
    with_matrices = m**2 * (3 * m + 8 * columns + 5 * k + k**2 // 2)
    kept = 14 * 8 * m**2 * rule.slices * rule.resolution // 2 * learners
    if not _fits(4 * kept):
        return True
    # four stages a step, forward, again, and back by two factors
    per_number = 4 * GATHERED * _entries_a_row(parts[0]) + 4 * COMPLEX * 2 * D
    return 4 * m * columns * per_number < with_matrices


def _fits(n_bytes: float) -> bool:
    try:
        check_memory(n_bytes, "`rule`", "")
    except ValueError:
        return False
    return True


def _entries_a_row(part: RegisterGenerator) -> int:
    """Bound the nonzero entries of Σ R ρ R† in a row, from those of the operators."""
    counts = np.zeros((part.n, part.d, part.d))
    for (i, _), operators in part.jumps.items():
        in_row = np.count_nonzero(_dense(operators), axis=2)  # (l, d)
        counts[i] += np.einsum("la,lb->ab", in_row, in_row)
    return int(counts.max())


def register_parts(generator: ControlledGenerator) -> tuple[RegisterGenerator, ...]:
    """Return L₀, L₁, … of Hamiltonians and jumps.

    Raises
    ------
    TypeError
        If a part has none, being a matrix or a sum of other things.
    """
    parts = []
    for part in (generator.drift, *generator.channels):
        if not isinstance(part, RegisterGenerator):
            raise TypeError(
                "`environment` must be made of RegisterGenerators to learn without "
                f"matrices, but holds a {type(part).__name__}."
            )
        parts.append(part)
    return tuple(parts)


def _drifts(parts: Sequence[RegisterGenerator]) -> tuple[np.ndarray, np.ndarray]:
    """Return −iH − D/2 and D = Σ R†R out of each level, both (1 + k, n, D, D)."""
    fields = np.array([_dense(part.hamiltonians) for part in parts])
    decays = np.zeros_like(fields, dtype=complex)
    for decay, part in zip(decays, parts, strict=True):
        for (_, j), operators in part.jumps.items():
            R = _dense(operators)
            decay[j] += (R.conj().mT @ R).sum(axis=0)
    return -1j * fields - decays / 2, decays


def _as_blocks(columns: np.ndarray, n: int, d: int, at_a_time: int) -> np.ndarray:
    """Return columns (m, c) as blocks (chunks, n, d, d, at_a_time), zeros added."""
    chunks = -(-columns.shape[1] // at_a_time)
    padded = np.zeros((len(columns), chunks * at_a_time))
    padded[:, : columns.shape[1]] = columns
    blocks = from_coordinates(padded.T.reshape(chunks, at_a_time, n, d * d))
    return np.ascontiguousarray(np.moveaxis(blocks, 1, -1))


def least_block_resolution(
    drifts: np.ndarray, decays: np.ndarray, tau: float, width: float
) -> int:
    """Return the least number of steps in a slice, for exponentials and jumps.

    Over all controls within their bounds, fields and rates turn a block by at most
    half a radian, or decay, in a step of the states, which is two of the neurons.
    """
    size = drifts.shape[-1]
    shift = np.trace(drifts, axis1=-2, axis2=-1).imag / size  # a phase, of no effect
    drifts = drifts - 1j * shift[..., None, None] * np.eye(size)
    if 2 ** (len(drifts) - 1) <= MOST_CORNERS:
        corners = np.array(list(product((-1.0, 1.0), repeat=len(drifts) - 1)))
        fastest = max(_norm(_at(drifts, y)) + _norm(_at(decays, y)) for y in corners)
    else:
        fastest = sum(_norm(a) + _norm(b) for a, b in zip(drifts, decays, strict=True))
    longest = tau / STEPS_PER_TAU
    if 2 * longest * fastest > LONGEST:
        longest = LONGEST / (2 * fastest)
    return even_steps(width, longest)


def _at(parts: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.asarray(parts[0] + np.tensordot(y, parts[1:], 1))


def _norm(matrices: np.ndarray) -> float:
    return float(np.linalg.norm(matrices, 2, axis=(-2, -1)).max())


def _check_steps(drifts: np.ndarray, decays: np.ndarray, rule: LearningRule) -> None:
    width = rule.period / rule.slices
    least = least_block_resolution(drifts, decays, rule.tau, width)
    if rule.resolution < least:
        raise ValueError(
            f"`resolution` must be at least {least} with {rule.slices} slices of a "
            f"period of {rule.period}, λ = {rule.tau} and this generator, but is "
            f"{rule.resolution}. More slices help as well."
        )


def _dense(operators: Any) -> np.ndarray:
    if isinstance(operators, np.ndarray):
        return operators
    return np.array([operator.toarray() for operator in operators])
