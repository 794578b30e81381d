"""How a study's numbers came about, in sentences."""

from collections.abc import Iterable

__all__ = ["MATERIALS", "comparison_method", "sweep_method"]

MATERIALS = {
    "bare": "Bare: the environment with all its controls at zero.",
    "plain": "Plain: neurons with fixed random weights drive the environment.",
    "engineered": "Engineered: the best constant controls, found by random points and "
    "descents from the best of them.",
    "xy8": "XY8: the textbook sequence of π pulses, made by the same controls.",
    "learning": "Learning: neurons drive the environment by weights W(τ) that "
    "learn, epoch by epoch, along the gradient of the readout infidelity.",
    "optimal": "Optimal: piecewise-constant controls by gradient ascent (GRAPE), "
    "which no network binds.",
}
FAIR = (
    "All materials share one environment: the same noise, the same control channels "
    "and the same bounds. They differ only in how the controls are set."
)
EVOLUTION = (
    "States follow the master equation of the material exactly where controls are "
    "constant, and by exponentials over short steps where they change. Nothing is "
    "clipped, symmetrised or normalised."
)
BREAKING = (
    "A time shown as “beyond” lies after the last time looked at. A coherence time is "
    "when the coherence first falls below 1/e, a breaking time when no entanglement "
    "with the kept partner is left."
)


WIDE = (
    "Intervals are Student's, of the mean. With two or three seeds they are wide and "
    "may reach beyond what a measure can be: so little is known then."
)


def comparison_method(materials: Iterable[str]) -> tuple[str, ...]:
    """Return the paragraphs on a reference comparison."""
    return (FAIR, *_of(materials), EVOLUTION, BREAKING)


def sweep_method(materials: Iterable[str], seeds: int) -> tuple[str, ...]:
    """Return the paragraphs on a sweep."""
    return (
        "Every combination of the swept parameters is one place of a grid; a point is "
        "a material and a seed at one place. A drive is found once for every training "
        "environment and serves all points that share it.",
        FAIR,
        *_of(materials),
        EVOLUTION,
        f"Materials that draw random numbers have {seeds} seeds; seeds follow from the "
        "study's seed and a point's coordinates, so that neither order nor number of "
        "processes changes any digit.",
        WIDE,
    )


def _of(materials: Iterable[str]) -> list[str]:
    return [MATERIALS.get(name, f"{name}: see the settings.") for name in materials]
