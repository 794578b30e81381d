"""Any register, any noise, any bounded channels."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from .._core.checks import (
    check_density_matrix,
    check_hermitian,
    check_law,
    check_positive,
    check_shapes,
)
from .._core.qobj import as_operator, as_state
from ..dynamics import ControlledGenerator, RegisterGenerator
from ..dynamics.frozen import frozen_copy
from .channels import field_channel
from .register_arrays import generator_from_arrays, generator_to_arrays

__all__ = ["RegisterEnvironment"]

MOST_CORNERS = 2**12
POSITIVE = 1e-10  # of the largest rate


@dataclass(frozen=True, init=False, eq=False)
class RegisterEnvironment:
    r"""A system of any size in any register noise, with bounded control channels.

    With controls :math:`y_k ∈ [-1, 1]` and bounds :math:`h_k`, blocks follow

    .. math:: \dot\rho_i = K_i(\rho) - i[H, \rho_i] + \sum_k y_k h_k C_k(\rho)_i,

    a noise generator K, the system's own Hamiltonian H, and channels C_k. A channel of
    jumps enters with either sign, so the noise must hold jumps that keep the sum
    positive; this is checked at all corners of the controls.

    Parameters
    ----------
    noise : RegisterGenerator
        K, on n blocks of size d, or d a with an ancilla.
    channels : mapping str → RegisterGenerator
        C_k by name; see `field_channel`, `level_channel`, `rate_channel`.
    bounds : mapping str → float, or float for all, 1/time
        h_k > 0, the strength of a channel at |y| = 1.
    register_law : shape (n,), optional
        Law in which the register starts; uniform by default.
    ancilla : ket or shape (a, a), optional
        State in which a quantum part of the environment starts, such as a pseudomode.
        Blocks are then matrices on system ⊗ ancilla. None by default.

    Raises
    ------
    TypeError
        If noise or a channel is no RegisterGenerator.
    ValueError
        If there is no channel, one has no bound or other blocks, a bound is not
        positive, a rate would be negative within the bounds, or the law is none.

    Examples
    --------
    A qubit under telegraph noise along z, steered along x.

    >>> from oqnn.environments import Telegraph, field_channel
    >>> noise = Telegraph(1.0, 0.2)
    >>> environment = RegisterEnvironment(
    ...     noise.generator(), {"x": field_channel([[0, 0.5], [0.5, 0]], 2)}, 4.0
    ... )
    >>> environment.d, environment.n_levels, environment.control_names
    (2, 2, ('x',))
    """

    noise: RegisterGenerator
    channels: Mapping[str, RegisterGenerator]
    bounds: Mapping[str, float]
    register_law: np.ndarray  # (n,)
    ancilla: np.ndarray | None  # (a, a)

    def __init__(
        self,
        noise: RegisterGenerator,
        channels: Mapping[str, RegisterGenerator],
        bounds: Mapping[str, float] | float,
        *,
        register_law: ArrayLike | None = None,
        ancilla: Any = None,
    ) -> None:
        _check_channels(noise, channels)
        limits = _bounds(channels, bounds)
        law = np.full(noise.n, 1 / noise.n)
        if register_law is not None:
            law = frozen_copy(register_law)
            check_shapes(register_law=(law, f"{noise.n}"))
            check_law(law, "register_law")
        if ancilla is not None:
            ancilla = frozen_copy(as_state(ancilla, "ancilla"), complex)
            check_density_matrix(ancilla, "ancilla")
            if noise.d % len(ancilla):
                raise ValueError(
                    f"`ancilla` must have a size that divides that of the blocks, "
                    f"{noise.d}, but has size {len(ancilla)}."
                )
        _check_rates(noise, channels, limits)
        law.setflags(write=False)
        for name, value in {
            "noise": noise,
            "channels": dict(channels),
            "bounds": limits,
            "register_law": law,
            "ancilla": ancilla,
        }.items():
            object.__setattr__(self, name, value)

    @property
    def d(self) -> int:
        """Dimension of the system."""
        return self.noise.d if self.ancilla is None else self.noise.d // self._a

    @property
    def n_levels(self) -> int:
        """Number n of register levels."""
        return self.noise.n

    @property
    def n_controls(self) -> int:
        """Number of controls."""
        return len(self.channels)

    @property
    def control_names(self) -> tuple[str, ...]:
        """Names of the channels, in the order of the controls."""
        return tuple(self.channels)

    @property
    def _a(self) -> int:
        return 1 if self.ancilla is None else len(self.ancilla)

    def generator(self, H: Any = None) -> ControlledGenerator:
        """Return L₀ + Σ y_k L_k for a system with its own Hamiltonian H.

        Parameters
        ----------
        H : Qobj or shape (d, d), angular frequency, optional
            Hermitian, the same in every level; zero by default.
        """
        drift = self.noise
        if H is not None:
            H = as_operator(H, "H")
            check_shapes(H=(H, f"{self.d} {self.d}"))
            check_hermitian(H, "H")
            own: Any = np.kron(H, np.eye(self._a))
            if drift.is_sparse:
                own = sp.csr_array(own)
            fields = [K + own for K in drift.hamiltonians]
            drift = RegisterGenerator(fields, drift.jumps)
        return ControlledGenerator(drift, [self.channel(k) for k in self.channels])

    def channel(self, name: str) -> RegisterGenerator:
        """Return h_k C_k, what the control adds at y = 1."""
        channel, h = self.channels[name], self.bounds[name]
        jumps = {
            pair: [np.sqrt(h) * R for R in operators]
            for pair, operators in channel.jumps.items()
        }
        return RegisterGenerator([h * K for K in channel.hamiltonians], jumps)

    def frame_generator(self) -> ControlledGenerator:
        """Return the rotation by fields that act on the system alone, on one block.

        Channels of jumps, fields that differ between levels, and whatever touches an
        ancilla are no part of it.
        """
        none = RegisterGenerator(np.zeros((1, self.d, self.d)))
        return ControlledGenerator(none, [self._frame(k) for k in self.channels])

    def to_arrays(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and settings from which `from_arrays` makes it again."""
        arrays = {
            "noise": generator_to_arrays(self.noise),
            "channels": {k: generator_to_arrays(c) for k, c in self.channels.items()},
            "register_law": self.register_law,
            "ancilla": self.ancilla,
        }
        return arrays, {"bounds": dict(self.bounds)}

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, Any], settings: Mapping[str, Any]
    ) -> "RegisterEnvironment":
        """Undo `to_arrays`."""
        channels = arrays["channels"].items()
        return cls(
            generator_from_arrays(arrays["noise"]),
            {name: generator_from_arrays(parts) for name, parts in channels},
            settings["bounds"],
            register_law=arrays["register_law"],
            ancilla=arrays["ancilla"],
        )

    def _frame(self, name: str) -> RegisterGenerator:
        channel = self.channel(name)
        first = _dense(channel.hamiltonians[0])
        split = first.reshape(self.d, self._a, self.d, self._a)
        field = np.trace(split, axis1=1, axis2=3) / self._a
        same = all(
            np.allclose(_dense(K), np.kron(field, np.eye(self._a)), atol=1e-12)
            for K in channel.hamiltonians
        )
        return field_channel(field if same and not channel.jumps else 0 * field, 1)


def _dense(operator: Any) -> np.ndarray:
    return operator if isinstance(operator, np.ndarray) else operator.toarray()


def _check_channels(noise: Any, channels: Any) -> None:
    if not isinstance(channels, Mapping) or not channels:
        raise ValueError(
            "`channels` must be a mapping that names one channel or more, but is "
            f"{channels!r}."
        )
    for name, value in {"noise": noise, **channels}.items():
        if not isinstance(value, RegisterGenerator):
            raise TypeError(
                f"`{name}` must be a RegisterGenerator, but is a "
                f"{type(value).__name__}. Make channels with field_channel, "
                "level_channel or rate_channel."
            )
        if (value.n, value.d) != (noise.n, noise.d):
            raise ValueError(
                f"`channels` must act on (n, d) = {(noise.n, noise.d)} blocks as "
                f"`noise` does, but {name!r} acts on {(value.n, value.d)}."
            )


def _bounds(channels: Mapping[str, RegisterGenerator], bounds: Any) -> dict[str, float]:
    if not isinstance(bounds, Mapping):
        bounds = dict.fromkeys(channels, bounds)
    if set(bounds) != set(channels):
        raise ValueError(
            f"`bounds` must give a bound to each of the channels {[*channels]}, but "
            f"has {[*bounds]}. Without one a comparison means nothing."
        )
    for name in channels:
        check_positive(bounds[name], f"bounds[{name!r}]")
    return {name: float(bounds[name]) for name in channels}


def _check_rates(
    noise: RegisterGenerator,
    channels: Mapping[str, RegisterGenerator],
    bounds: Mapping[str, float],
) -> None:
    """Check that jumps keep positive weights at all corners of the controls.

    The weights of a pair (i, j) are the matrix Σ_l vec(R_l) vec(R_l)†, without the
    part along 1 if i = j, where it is a Hamiltonian's. It is affine in the controls,
    so the corners decide.
    """
    acting = {k: c for k, c in channels.items() if c.jumps}
    if 2 ** len(acting) > MOST_CORNERS:
        raise ValueError(
            f"`channels` must hold at most {MOST_CORNERS.bit_length() - 1} channels "
            f"of jumps, but hold {len(acting)}. Join some."
        )
    pairs = dict.fromkeys(pair for c in acting.values() for pair in c.jumps)
    for pair in pairs:
        own = _weights(noise, pair)
        parts = [bounds[name] * _weights(c, pair) for name, c in acting.items()]
        size = max(np.abs(w).max() for w in (own, *parts))
        for signs in product((-1, 1), repeat=len(parts)):
            total = own + np.tensordot(signs, parts, axes=1)
            least = np.linalg.eigvalsh(total)[0]
            if least < -POSITIVE * size:
                at = dict(zip(acting, signs, strict=True))
                raise ValueError(
                    f"`bounds` must keep all rates from being negative, but jumps "
                    f"{pair} have a rate of {least:.3g} at y = {at}. Lower a bound, "
                    "or give the noise jumps of the same form."
                )


def _weights(generator: RegisterGenerator, pair: tuple[int, int]) -> np.ndarray:
    """Return Σ_l vec(R_l) vec(R_l)† of a pair, shape (d², d²)."""
    d = generator.d
    if pair not in generator.jumps:
        return np.zeros((d * d, d * d), dtype=complex)
    vectors = np.array([_dense(R).reshape(-1) for R in generator.jumps[pair]])
    if pair[0] == pair[1]:
        one = np.eye(d).reshape(-1) / np.sqrt(d)
        vectors = vectors - (vectors @ one)[:, None] * one
    return vectors.T @ vectors.conj()
