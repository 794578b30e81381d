"""Monte Carlo over the histories of a register: the check of every register model.

A register that hops makes the system feel one Hamiltonian after another. The mean state
over sampled histories is the sum of the blocks that a register generator evolves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import (
    check_density_matrix,
    check_finite,
    check_increasing,
    check_integer,
    check_law,
    check_shapes,
)
from ..._core.progress import ProgressLine
from ..._core.qobj import as_operator, as_state
from ..._core.seeds import rng_from
from ..evolution import Evolution
from ..register import RegisterGenerator
from .jump_trajectories import ket_runs
from .register_channels import channels_of
from .register_histories import classical_runs
from .running_moments import RunningMoments

__all__ = ["HistoryEnsemble", "evolve_histories"]

CHUNK = 4096  # histories run at once; the random numbers follow from it


@dataclass(frozen=True, kw_only=True, eq=False)
class HistoryEnsemble:
    """Means over histories, with standard errors of their real and imaginary parts."""

    evolution: Evolution  # means; its `error` is the largest standard error of a state
    block_errors: np.ndarray  # (t, n, d, d), real part for real parts, imaginary alike
    state_errors: np.ndarray  # (t, d, d)
    expect_errors: dict[str, np.ndarray]  # name → (t,)
    histories: int

    @property
    def times(self) -> np.ndarray:
        """Times, shape (t,)."""
        return self.evolution.times

    @property
    def states(self) -> np.ndarray:
        """Mean states, shape (t, d, d)."""
        return self.evolution.states


def evolve_histories(
    generator: RegisterGenerator,
    rho0: Any,
    tlist: ArrayLike,
    *,
    register_law: ArrayLike | None = None,
    histories: int,
    seed: int,
    e_ops: Sequence[Any] | Mapping[str, Any] | None = None,
    progress: bool | None = None,
) -> HistoryEnsemble:
    r"""Average the state of the system over sampled histories of its register.

    If every jump is :math:`\sqrt{\text{rate}}` times a unitary, a history is classical:
    the system turns under one Hamiltonian after another, and each hop applies its
    unitary. Otherwise the jumps of a ket are drawn with the probabilities that the ket
    gives them [1]_, and the register follows. Without a step size in either case; the
    times of the second kind are drawn on a grid of 2⁻⁴⁰ of the interval of `tlist`.

    Parameters
    ----------
    generator : RegisterGenerator
        Acts on n blocks of d × d.
    rho0 : Qobj, or shape (n, d, d), (d, d) or (d,)
        Positive blocks at ``tlist[0]``, or with `register_law` (and for n = 1) a state.
    tlist : shape (t,)
        Strictly increasing times; the first is that of `rho0`.
    register_law : shape (n,), optional
        Law p of the register: the blocks start as p_i ρ.
    histories : int
        Number of histories, at least two.
    seed : int
        Everything follows from it.
    e_ops : sequence or mapping of operators, optional
        Observables on the reduced state.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    HistoryEnsemble
        Means and their standard errors, which fall as 1/√histories.

    Raises
    ------
    TypeError
        If `generator` has controls or is of another kind.
    ValueError
        If shapes disagree, `rho0` is no state, times do not increase, or `register_law`
        is missing or no law.

    References
    ----------
    .. [1] K. Mølmer, Y. Castin, J. Dalibard, J. Opt. Soc. Am. B 10, 524 (1993).

    Examples
    --------
    >>> sigma_z, one = np.diag([1.0, -1.0]), np.eye(2)
    >>> telegraph = RegisterGenerator(
    ...     [sigma_z, -sigma_z], {(0, 1): 0.5 * one, (1, 0): 0.5 * one}
    ... )
    >>> mean = evolve_histories(
    ...     telegraph, np.full((2, 2), 0.5), [0.0, 1.0],
    ...     register_law=[0.5, 0.5], histories=400, seed=1,
    ... )
    >>> bool(mean.evolution.error < 0.05)
    True
    """
    if not isinstance(generator, RegisterGenerator):
        raise TypeError(
            "`generator` must be a RegisterGenerator, but is a "
            f"{type(generator).__name__}. Controls must be put in first."
        )
    tlist = np.asarray(tlist, dtype=float)
    check_shapes(tlist=(tlist, "t"))
    check_increasing(tlist, "tlist")
    check_integer(histories, "histories", least=2)
    blocks0 = _start(generator, rho0, register_law)
    observables = _observables(generator.d, e_ops)
    channels = channels_of(generator)
    runs = classical_runs if channels.are_unitary else ket_runs

    n, d, t = generator.n, generator.d, len(tlist)
    of_blocks, of_states = RunningMoments((t, n, d, d)), RunningMoments((t, d, d))
    of_values = RunningMoments((t, len(observables)))
    operators = np.array(list(observables.values())).reshape(-1, d, d)
    with ProgressLine("histories", histories, show=progress) as line:
        for number, first in enumerate(range(0, histories, CHUNK)):
            size = min(CHUNK, histories - first)
            rng = rng_from(seed, "histories", number)
            portion = runs(channels, blocks0, tlist, size, rng)
            for k, (levels, rho) in enumerate(portion):
                held = (levels[:, None] == np.arange(n))[..., None, None]
                of_blocks.add(held * rho[:, None], at=k)
                of_states.add(rho, at=k)
                of_values.add(np.einsum("aij,hji->ha", operators, rho), at=k)
            line.advance(size)
    state_errors, value_errors = of_states.errors(), of_values.errors()
    kind = "a stochastic Hamiltonian each" if channels.are_unitary else "quantum jumps"
    evolution = Evolution(
        times=tlist,
        blocks=of_blocks.mean,
        method=f"mean over {histories} register histories, {kind}",
        dims=(d,),
        error=float(np.abs(state_errors).max()),
        expect=dict(zip(observables, of_values.mean.T, strict=True)),
    )
    return HistoryEnsemble(
        evolution=evolution,
        block_errors=of_blocks.errors(),
        state_errors=state_errors,
        expect_errors=dict(zip(observables, value_errors.T, strict=True)),
        histories=histories,
    )


def _start(
    generator: RegisterGenerator, rho0: Any, register_law: ArrayLike | None
) -> np.ndarray:
    """Return checked positive blocks (n, d, d) whose traces sum to one."""
    n, d = generator.n, generator.d
    if register_law is None and n > 1:
        blocks = as_operator(rho0, "rho0")
        if blocks.shape != (n, d, d):
            raise ValueError(
                f"`rho0` must have shape ({n}, {d}, {d}), but has shape "
                f"{blocks.shape}. For one state, pass register_law=."
            )
    else:
        law = np.ones(1) if register_law is None else np.asarray(register_law, float)
        rho = as_state(rho0, "rho0")
        check_shapes(register_law=(law, f"{n}"))
        check_law(law, "register_law")
        rho = rho[0] if rho.ndim == 3 and len(rho) == 1 else rho
        check_shapes(rho0=(rho, f"{d} {d}"))
        blocks = law[:, None, None] * rho
    check_finite(blocks, "rho0")
    whole = np.zeros((n * d, n * d), dtype=complex)
    for i, block in enumerate(blocks):
        whole[i * d : (i + 1) * d, i * d : (i + 1) * d] = block
    check_density_matrix(whole, "rho0")
    return blocks


def _observables(
    d: int, e_ops: Sequence[Any] | Mapping[str, Any] | None
) -> dict[str, np.ndarray]:
    """Return checked observables by name."""
    if e_ops is None:
        return {}
    named = e_ops.items() if isinstance(e_ops, Mapping) else enumerate(e_ops)
    found = {str(name): as_operator(A, "e_ops") for name, A in named}
    for A in found.values():
        check_shapes(e_ops=(A, f"{d} {d}"))
    return found
