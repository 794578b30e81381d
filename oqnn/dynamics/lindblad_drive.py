"""Lindblad equations with operators that depend on time, as controlled generators."""

from collections.abc import Callable, Sequence

import numpy as np

from .._core.checks import HERMITIAN_TOLERANCE
from .combined import Channel
from .controlled import ControlledGenerator
from .controls import ConstantControls, Controls, PiecewiseControls
from .quadratic import jump_channels, jump_controls
from .qutip_inputs import TimeOperator
from .register import RegisterGenerator
from .smooth import SmoothControls
from .solvers.memory_limit import check_memory

__all__ = ["driven_lindblad"]

Values = Callable[[np.ndarray], np.ndarray]  # times (s,) → real controls (s, k)

ROUNDING = 1e-14  # relative size of a Hermitian part that is no channel


def driven_lindblad(
    H: TimeOperator, jumps: Sequence[TimeOperator], tlist: np.ndarray, edges: np.ndarray
) -> tuple[RegisterGenerator | ControlledGenerator, Controls | None]:
    """Return a generator and its controls; no batch axes.

    The controls refuse times at which `H` is not Hermitian. Without any channel that
    moves a state there are no controls.
    """
    hamiltonians, values = _hamiltonian_channels(H)
    channels: list[Channel] = [RegisterGenerator(K) for K in hamiltonians[1:]]
    parts: list[Values] = [values]
    steady = []
    for jump in jumps:
        operators = [*([jump.constant] if jump.constant.any() else []), *jump.terms]
        if not jump.terms:
            steady += operators
            continue
        _check_size(len(operators) ** 2, jump)
        first = jump.constant.any()
        steady += operators[:1] if first else []
        channels += jump_channels(np.array(operators))[int(first) :]
        parts.append(_jump_values(jump, bool(first)))
    drift = RegisterGenerator(hamiltonians[0], {(0, 0): steady} if steady else None)
    if not channels:
        return drift, None

    def controls(times: np.ndarray) -> np.ndarray:
        many = np.atleast_1d(times)  # one time comes as a number
        values = np.concatenate([part(many) for part in parts], axis=1)
        return values if np.ndim(times) else values[0]

    operators_of_time = (H, *jumps)
    knots = np.concatenate([edges, *(A.knots for A in operators_of_time)])
    generator = ControlledGenerator(drift, channels)
    if len(tlist) == 1:
        return generator, ConstantControls(controls(tlist)[0])
    if all(A.is_step for A in operators_of_time):
        inside = knots[(knots > tlist[0]) & (knots < tlist[-1])]
        ends = np.unique(np.concatenate([tlist[[0, -1]], inside]))
        middles = (ends[:-1] + ends[1:]) / 2
        return generator, PiecewiseControls(ends, controls(middles))
    return generator, SmoothControls(controls, len(channels), edges=knots)


def _hamiltonian_channels(H: TimeOperator) -> tuple[np.ndarray, Values]:
    """Return the constant Hamiltonian, those of the channels, and the controls.

    With c = (1, f) and all A, the Hermitian part of Σ c A is a real combination of the
    Hermitian parts of A and iA; its anti-Hermitian part has to vanish.
    """
    A = np.array([H.constant, *H.terms])
    _check_size(2 * len(A), H)
    directions = np.concatenate([A, 1j * A])  # with Re c, then Im c
    hermitian = (directions + directions.conj().mT) / 2
    rest = (directions - directions.conj().mT) / 2
    # ‖Σ x R‖ = ‖T x‖, with at most as many rows as directions
    flat = rest.reshape(len(rest), -1)
    T = np.linalg.qr(np.concatenate([flat.real, flat.imag], axis=1).T).R
    size = np.abs(A).max()

    d = A.shape[-1]
    traces = np.trace(hermitian, axis1=1, axis2=2)[:, None, None]
    moving = np.abs(hermitian - traces * np.eye(d) / d).max(axis=(1, 2))
    # each beside itself: a weak term may have a strong coefficient
    kept = moving > ROUNDING * np.abs(directions).max(axis=(1, 2))
    kept[[0, len(A)]] = False  # c = 1: constant, and its imaginary part is zero

    def controls(times: np.ndarray) -> np.ndarray:
        f = H.values(times)
        c = np.concatenate([np.ones((len(times), 1)), f], axis=1)
        x = np.concatenate([c.real, c.imag], axis=1)  # (s, 2 + 2 k)
        gaps = 2 * np.linalg.norm(x @ T.T, axis=1)
        scale = HERMITIAN_TOLERANCE * max(1.0, size * np.abs(x).max(initial=0.0))
        if not gaps.max(initial=0.0) <= scale:
            worst = int(gaps.argmax())
            raise ValueError(
                f"`{H.name}` must be Hermitian at all times, but at t = "
                f"{times[worst]:.6g} differs from its adjoint by {gaps[worst]:.3g}. "
                "Does each term have its adjoint, with the conjugate coefficient?"
            )
        return x[:, kept]

    return np.concatenate([hermitian[:1], hermitian[kept]]), controls


def _jump_values(jump: TimeOperator, with_constant: bool) -> Values:
    """Return the controls of one jump's channels, without the constant |1|²."""

    def controls(times: np.ndarray) -> np.ndarray:
        f = jump.values(times)
        if with_constant:
            f = np.concatenate([np.ones((len(times), 1)), f], axis=1)
        return jump_controls(f)[:, int(with_constant) :]

    return controls


def _check_size(channels: int, operator: TimeOperator) -> None:
    """Refuse terms whose operators do not fit in memory, however they are moved."""
    d = operator.constant.shape[-1]
    check_memory(
        3 * 16 * channels * d**2,
        f"`{operator.name}`: {channels} channels of size {d} × {d}",
        "Write it as a list [A, [B, f], ...] of few terms.",
    )
