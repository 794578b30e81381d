"""Dissipation that prepares and holds one known state."""

from typing import Any

import numpy as np

from .._core.checks import check_finite, check_positive, check_shapes
from .._core.qobj import as_operator
from ..dynamics import RegisterGenerator
from .environment import Environment
from .register_environment import RegisterEnvironment

__all__ = ["dark_state_jumps", "with_dissipation"]


def dark_state_jumps(psi: Any, rate: float = 1.0) -> np.ndarray:
    r"""Return jumps that drive every state into one pure state, their dark state.

    With an orthonormal basis :math:`|\phi_m\rangle` of what is orthogonal to ψ,

    .. math:: L_m = \sqrt{\text{rate}}\; |\psi\rangle\langle\phi_m|, \qquad
        L_m|\psi\rangle = 0.

    By themselves they keep :math:`1 - \langle\psi|\rho|\psi\rangle ∝ e^{-\text{rate}\,
    t}`, so ψ is their only steady state. Any other basis gives the same generator.

    Parameters
    ----------
    psi : Qobj ket, or shape (d,) or (d, 1)
        Normalised, d ≥ 2.
    rate : float, 1/time
        Of each jump.

    Returns
    -------
    np.ndarray
        Shape (d − 1, d, d).

    Raises
    ------
    ValueError
        If `psi` is not normalised or has size one, or `rate` is not positive.

    Examples
    --------
    >>> dark_state_jumps([1, 0], 4.0).real.tolist()
    [[[0.0, 2.0], [0.0, 0.0]]]
    """
    psi = as_operator(psi, "psi").reshape(-1)
    check_finite(psi, "psi")
    check_positive(rate, "rate")
    norm = np.linalg.norm(psi)
    if psi.size < 2 or not np.isclose(norm, 1, rtol=0, atol=1e-9):
        raise ValueError(
            f"`psi` must be a normalised ket of size two or more, but has size "
            f"{psi.size} and norm {norm:.6g}."
        )
    others = np.linalg.svd(psi.conj()[None])[2][1:].conj()  # (d − 1, d), ⟨ψ|φ⟩ = 0
    return np.sqrt(rate) * psi[:, None] * others.conj()[:, None, :]


def with_dissipation(
    environment: Environment, jumps: Any, *, name: str = "dissipation"
) -> RegisterEnvironment:
    r"""Return an environment with one more channel: jumps whose rate is a control.

    The control y in [−1, 1] gives the `jumps`, the same in every level, the rate
    :math:`(1 + y)/2` of what they have: none at −1, all at 1. Half of it is there at
    y = 0, so compare with the environment without the channel, and not with the bare
    one of this.

    Parameters
    ----------
    environment : Environment
        On dense blocks, without an ancilla.
    jumps : Qobj, or shape (d, d) or (l, d, d)
        With rates as square roots; these are the bound of the channel. Such as
        `dark_state_jumps`.
    name : str, optional
        Of the channel, the last one.

    Raises
    ------
    TypeError
        If the blocks of the environment are not those of a dense RegisterGenerator.
    ValueError
        If the environment has an ancilla or such a channel, or `jumps` have another
        size.

    Examples
    --------
    >>> from oqnn.environments import ReferenceEnvironment
    >>> pumped = with_dissipation(ReferenceEnvironment(), dark_state_jumps([1, 0], 2.0))
    >>> pumped.control_names
    ('x', 'y', 'z', 'hopping', 'dissipation')
    """
    jumps = as_operator(jumps, "jumps")
    jumps = jumps[None] if jumps.ndim == 2 else jumps
    check_shapes(jumps=(jumps, f"l {environment.d} {environment.d}"))
    check_finite(jumps, "jumps")
    if environment.ancilla is not None or name in environment.control_names:
        raise ValueError(
            f"`environment` must have no ancilla and no channel {name!r} yet, but has "
            f"channels {list(environment.control_names)}."
        )
    drift, *parts = register_parts(environment)
    n, d = drift.n, drift.d
    half = {(i, i): list(jumps / np.sqrt(2)) for i in range(n)}
    noise = {pair: list(operators) for pair, operators in drift.jumps.items()}
    for pair, operators in half.items():
        noise[pair] = noise.get(pair, []) + operators
    channels = dict(zip(environment.control_names, parts, strict=True))
    channels[name] = RegisterGenerator(np.zeros((n, d, d)), half)
    return RegisterEnvironment(
        RegisterGenerator(drift.hamiltonians, noise),
        channels,
        1.0,  # the bounds are in the channels already
        register_law=environment.register_law,
    )


def register_parts(environment: Environment) -> list[RegisterGenerator]:
    """Return the noise and the channels of an environment, dense, in this order."""
    own = environment.generator()
    parts = []
    for part in (own.drift, *own.channels):
        if not isinstance(part, RegisterGenerator) or part.is_sparse:
            raise TypeError(
                "`environment` must be made of dense RegisterGenerators, but a "
                f"{type(environment).__name__} holds another {type(part).__name__}."
            )
        parts.append(part)
    return parts
