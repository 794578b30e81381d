"""What a study will compute, how long it takes and how large it becomes."""

from ...settings import StudySettings
from ..description.settings import SweepSettings
from .findings import Check
from .reference_check import check_reference
from .sweep_check import check_sweep

__all__ = ["check"]


def check(settings: SweepSettings | StudySettings, *, measure: bool = True) -> Check:
    """Return what a study will compute, how long it will take and how large it is.

    Parameters
    ----------
    settings : SweepSettings or StudySettings
        The description.
    measure : bool, optional
        Whether to try a few epochs and points of each material, for seconds up to a
        minute, and so to estimate time and disk.

    Returns
    -------
    Check
        Whose text is meant for the terminal.

    Raises
    ------
    TypeError
        If the settings are of another kind.
    """
    if isinstance(settings, StudySettings):
        return check_reference(settings, measure=measure)
    if isinstance(settings, SweepSettings):
        return check_sweep(settings, measure=measure)
    raise TypeError(
        "`settings` must be SweepSettings or StudySettings, but is a "
        f"{type(settings).__name__}."
    )
