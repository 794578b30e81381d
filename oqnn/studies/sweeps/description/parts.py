"""Parts of a sweep's settings beside system and environment, each one table."""

from typing import Annotated, Literal

from pydantic import Field

from ...settings_parts import (
    Count,
    Positive,
    RuleSettings,
    SettingsPart,
)

__all__ = [
    "DecouplingPart",
    "EngineeredPart",
    "LearningPart",
    "OptimalPart",
    "SolverPart",
    "SweepPart",
    "ViewPart",
]

Names = Annotated[tuple[str, ...], Field(strict=False, description="a list of names")]


class LearningPart(RuleSettings):
    """The learning material of a sweep."""

    epochs: Count = 500


class EngineeredPart(SettingsPart):
    """The best constants: random points, and descents from the best of them.

    The landscape has many minima of nearly the same depth. In the reference
    environment, at h = 4 to 16 and κ = 0.1 to 0.5, the defaults end on average within
    a thousandth of the least infidelity found by 900 descents; 100 points and 8 starts
    end 0.3 to 2 percent above it, and 13 at worst.

    Parameters
    ----------
    points, starts : int
        Random points, and how many of the best are descended from.
    """

    points: Count = 400
    starts: Count = 40


class DecouplingPart(SettingsPart):
    """Textbook decoupling of a qubit; the material "xy8" and its sisters."""

    sequence: Literal["xy8", "xy4", "cpmg", "eulerian"] = "xy8"
    spacing: Positive = 0.5


class OptimalPart(SettingsPart):
    """Optimal control by GRAPE, the rival that no network binds.

    Parameters
    ----------
    slices : int
        Of a period.
    starts : int
        Random ones, beside the best constants.
    iterations : int
        Most of each start.
    """

    slices: Count = 40
    starts: Count = 3
    iterations: Count = 300


class SolverPart(SettingsPart):
    """How evolutions are computed; constant drives are exact without any steps.

    Parameters
    ----------
    resolution : int
        Even number of steps in a slice of a network's weights, at least as many as it
        learned with; 0 takes 32 if that is more.
    """

    resolution: Annotated[int, Field(ge=0, multiple_of=2)] = 0


class ViewPart(SettingsPart):
    """What beside the measures is kept of an evolution.

    Parameters
    ----------
    times : int
        At how many of the study's times the views are taken, evenly over them.
    points : int
        Points of a Wigner function along each of its axes.
    samples : int
        Outcomes drawn for the view "povm"; 0 for the exact law alone.
    """

    times: Count = 5
    points: Annotated[int, Field(ge=4, le=512)] = 33
    samples: Annotated[int, Field(ge=0)] = 10_000


class SweepPart(SettingsPart):
    """How a sweep is laid out.

    Parameters
    ----------
    seeds, first_seed : int
        Members first_seed, first_seed + 1, ... of every material that draws numbers.
    zip : list of lists of names
        Parameters that run together instead of against each other.
    measures : list of str
        Names of measures, or ``module:function``.
    views : list of str
        Among "density_matrix", "wigner", "spins" and "povm".
    block : int
        Points that are computed, saved and lost together.
    """

    seeds: Count = 1
    first_seed: Annotated[int, Field(ge=0)] = 0
    zip: Annotated[
        tuple[Annotated[tuple[str, ...], Field(strict=False, min_length=2)], ...],
        Field(strict=False, description="a list of lists of two parameters or more"),
    ] = ()
    measures: Names = ("fidelity", "average_fidelity", "purity", "l1_coherence")
    views: Names = ()
    block: Annotated[int, Field(ge=1, le=10_000)] = 64
