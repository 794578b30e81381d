"""Textbook decoupling of a qubit with pulses as strong as the bounds allow."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from .._core.checks import check_between, check_choice, check_positive
from ..dynamics import PiecewiseControls
from .cost import ProtectionCost
from .environment import Environment
from .material import Material
from .readout import readout_infidelity

__all__ = ["SEQUENCES", "best_decoupling", "decoupling_material"]

SEQUENCES: Mapping[str, str] = MappingProxyType(
    {"cpmg": "yy", "xy4": "xyxy", "xy8": "xyxyyxyx", "eulerian": "xyxyyxyx"}
)
FILLS = "eulerian"  # its pulses fill the whole interval


def decoupling_material(
    environment: Environment,
    sequence: str = "xy8",
    *,
    spacing: float,
    rest: Mapping[str, float] | None = None,
) -> Material:
    r"""Return the material under a decoupling cycle of π pulses.

    The pulses of CPMG, XY4 and XY8 have the full field |y| = 1 and stand in the middle
    of equal intervals. The Eulerian cycle [1]_ walks the Cayley graph of the Pauli
    group along generators X and Y; its pulses fill the intervals at a field of
    π/spacing, and their finite length does no harm to first order. The noise is on all
    the while.

    Parameters
    ----------
    environment : Environment
        Of a qubit, with channels named "x" and "y" that are fields along these axes.
    sequence : {"xy8", "xy4", "cpmg", "eulerian"}
        Axes of the pulses: ``SEQUENCES[sequence]``.
    spacing : float, time
        Distance between pulses; at least π/h, the length of a pulse.
    rest : mapping str → float, optional
        Constant values of other channels; zero where not named.

    Raises
    ------
    ValueError
        If the environment has no such fields, a pulse is longer than `spacing`, or
        `rest` names what is no other channel or leaves [−1, 1].

    References
    ----------
    .. [1] Viola, Knill, Phys. Rev. Lett. 90, 037901 (2003).

    Examples
    --------
    >>> from oqnn.environments import ReferenceEnvironment
    >>> material = decoupling_material(
    ...     ReferenceEnvironment(), "xy4", spacing=0.5, rest={"hopping": -1}
    ... )
    >>> material.drive.times[-1]
    np.float64(2.0)
    """
    check_choice(sequence, "sequence", SEQUENCES)
    check_positive(spacing, "spacing")
    axes = SEQUENCES[sequence]
    constant = _constants(environment, rest or {})
    lengths, values = [], []
    for axis in axes:
        channel, h = _field(environment, axis)
        pulse = np.pi / h
        if pulse > spacing * (1 + 1e-12):
            raise ValueError(
                f"`spacing` must be at least π/h = {pulse:.6g}, but is {spacing}."
            )
        pulse = min(pulse, spacing)  # rounding of one that just fits
        strength = pulse / spacing if sequence == FILLS else 1.0
        width = pulse / strength
        free = (spacing - width) / 2
        lengths += [free, width, free]
        values += [constant, constant.copy(), constant]
        values[-2][channel] = strength
    kept = np.array(lengths) > 1e-12 * spacing
    times = np.concatenate([[0.0], np.cumsum(np.array(lengths)[kept])])
    times[-1] = len(axes) * spacing  # exactly, so that cycles do not drift
    drive = PiecewiseControls(times, np.array(values)[kept], periodic=True)
    return Material(kind=sequence, environment=environment, drive=drive)


def best_decoupling(
    environment: Environment,
    cost: ProtectionCost | None = None,
    *,
    period: float = 8.0,
    H: np.ndarray | None = None,
    sequences: Sequence[str] = tuple(SEQUENCES),
    rest: Mapping[str, float] | None = None,
) -> tuple[Material, dict[tuple[str, float], float]]:
    """Return the best textbook cycle, and the readout infidelities of all tried.

    Each sequence is tried at every spacing at which a whole number of cycles fills the
    period and a pulse fits.

    Parameters
    ----------
    environment, sequences, rest : as in `decoupling_material`
        Register, noise and channels; what to try; other channels.
    cost : ProtectionCost, optional
        What is to be kept, and when.
    period : float, time
        T, to which the readouts refer.
    H : shape (2, 2), optional
        Hamiltonian of the qubit alone; zero by default.

    Returns
    -------
    Material, dict (sequence, spacing) → float
        The best, and what each loses.

    Raises
    ------
    ValueError
        If no sequence fits into the period.
    """
    check_positive(period, "period")
    tried: dict[tuple[str, float], float] = {}
    made: dict[tuple[str, float], Material] = {}
    for sequence in sequences:
        check_choice(sequence, "sequences", SEQUENCES)
        axes = SEQUENCES[sequence]
        longest = max(np.pi / _field(environment, axis)[1] for axis in set(axes))
        for cycles in range(1, int(period / (longest * len(axes)) + 1e-9) + 1):
            case = (sequence, period / (cycles * len(axes)))
            made[case] = decoupling_material(
                environment, sequence, spacing=case[1], rest=rest
            )
            tried[case] = readout_infidelity(made[case], cost, period=period, H=H)
    if not tried:
        raise ValueError(
            f"`period` must hold a cycle of π pulses, but {period} does not. Take a "
            "longer one, or stronger fields."
        )
    return made[min(tried, key=tried.__getitem__)], tried


def _field(environment: Environment, axis: str) -> tuple[int, float]:
    """Return which control is the field along an axis, and its splitting at y = 1."""
    names = environment.control_names
    if environment.d != 2 or axis not in names:
        raise ValueError(
            "`environment` must be that of a qubit with channels 'x' and 'y', but has "
            f"d = {environment.d} and channels {list(names)}."
        )
    channel = names.index(axis)
    field = environment.frame_generator().channels[channel].matrix()[1:, 1:]
    turn = "xyz".index(axis)
    others = [i for i in range(3) if i != turn]
    h = abs(field[others[0], others[1]])
    along = np.zeros((3, 3))
    along[others[0], others[1]] = field[others[0], others[1]]
    along[others[1], others[0]] = field[others[1], others[0]]
    if not h > 0 or not np.allclose(field, along, atol=1e-12 * max(1, h)):
        raise ValueError(
            f"`environment` must have a field along {axis} as its channel {axis!r}, "
            "but that channel is something else, or zero."
        )
    return channel, float(h)


def _constants(environment: Environment, rest: Mapping[str, float]) -> np.ndarray:
    """Return the controls between pulses."""
    names = environment.control_names
    values = np.zeros(environment.n_controls)
    for name, value in rest.items():
        if name not in names or name in "xy":
            raise ValueError(
                f"`rest` must name channels other than x and y, among {list(names)}, "
                f"but names {name!r}."
            )
        check_between(value, f"rest[{name!r}]", -1, 1)
        values[names.index(name)] = value
    return values
