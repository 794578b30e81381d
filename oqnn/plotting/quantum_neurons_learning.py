"""How networks of several models of neurons learn, and how good their gradients are."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_shapes
from .style import (
    BLACK,
    ELEMENTS,
    GREY,
    MEDIUM,
    NARROW,
    SMALL,
    THICK,
    THIN,
    WIDE,
    Dashes,
    dress,
    entitle,
    new_figure,
)

__all__ = ["accuracies_of_models", "gradient_estimators", "learning_of_models"]

ROW, MARGIN = 0.2, 0.75  # inches
DASHES: list[Dashes] = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 2))]


def learning_of_models(
    curves: Mapping[str, ArrayLike],
    epochs: ArrayLike | None = None,
    *,
    label: str = "accuracy",
    level: float | None = None,
) -> Figure:
    """Draw the median over seeds against the epoch, and the range of all seeds.

    Parameters
    ----------
    curves : mapping of model → shape (seeds, epochs)
        At most six models; numbers of seeds may differ. NaN where a seed has none.
    epochs : shape (epochs,), optional
        Where the values were taken, 0, 1, … by default.
    label : str, optional
        Text beside the axis.
    level : float, optional
        A level to compare with, such as chance.

    Returns
    -------
    Figure
        One axes: a line and a band a model.

    Raises
    ------
    ValueError
        If there is no model or more than six, shapes disagree, or an epoch has no
        value of any seed of a model.
    """
    given = {name: np.asarray(runs, dtype=float) for name, runs in curves.items()}
    _check_count(given, "curves")
    count = next(iter(given.values())).shape[-1:]
    for name, runs in given.items():
        check_shapes(**{name: (runs, f"seeds {count[0] if count else 'epochs'}")})
    where = np.arange(*count) if epochs is None else np.asarray(epochs, dtype=float)
    check_shapes(epochs=(where, str(*count)))
    for name, runs in given.items():
        if np.isnan(runs).all(axis=0).any():
            raise ValueError(
                f"`{name}` must have a value at every epoch, but epoch "
                f"{int(np.isnan(runs).all(axis=0).argmax())} has none."
            )

    figure = new_figure(NARROW, 2.5)
    axes = figure.subplots()
    for k, (name, runs) in enumerate(given.items()):
        low, high = np.nanmin(runs, axis=0), np.nanmax(runs, axis=0)
        axes.fill_between(where, low, high, color=ELEMENTS[k], alpha=0.18, linewidth=0)
        axes.plot(
            where,
            np.nanmedian(runs, axis=0),
            color=ELEMENTS[k],
            linestyle=DASHES[k],
            linewidth=THICK,
            label=name,
        )
    if level is not None:
        axes.axhline(level, color=GREY, linewidth=THIN, zorder=1)
    dress(axes, x="epoch", y=label)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_xlim(where[0], where[-1] if len(where) > 1 else where[0] + 1)
    axes.legend(fontsize=SMALL, frameon=False)
    return figure


def accuracies_of_models(
    panels: Mapping[str, Mapping[str, ArrayLike]],
    *,
    label: str = "accuracy",
    chance: Mapping[str, float] | None = None,
) -> Figure:
    """Draw what every seed of every model reached, a row a model, a panel a task.

    Parameters
    ----------
    panels : mapping of task → mapping of model → shape (seeds,)
        All tasks have the same models, at most six, in the same order.
    label : str, optional
        Text under the axes.
    chance : mapping of task → float, optional
        Levels to draw.

    Returns
    -------
    Figure
        One axes a task: open dots are seeds, bars their median.

    Raises
    ------
    ValueError
        If there is no task, models differ or are more than six, a model has no seed, a
        value is not finite, or `chance` names no task.
    """
    tasks, names = _as_tasks(panels)
    levels = dict(chance or {})
    if not levels.keys() <= tasks.keys():
        raise ValueError(
            f"`chance` must name tasks {sorted(tasks)}, but names {sorted(levels)}."
        )
    figure = new_figure(min(WIDE, 1.3 + 2.1 * len(tasks)), MARGIN + ROW * len(names))
    grid = figure.subplots(1, len(tasks), sharey=True, squeeze=False)[0]
    for axes, (task, models) in zip(grid, tasks.items(), strict=True):
        _draw_dots(axes, models)
        if task in levels:
            axes.axvline(levels[task], color=GREY, linestyle=":", linewidth=1, zorder=1)
        dress(axes, x=label)
        axes.grid(visible=False, axis="y")
        entitle(axes, task)
    grid[0].set_yticks(range(len(names)), names)
    grid[0].set_ylim(len(names) - 0.4, -0.6)
    return figure


def gradient_estimators(
    exact: ArrayLike,
    means: Mapping[str, ArrayLike],
    standard_errors: Mapping[str, ArrayLike],
    deviations: Mapping[str, ArrayLike],
) -> Figure:
    """Draw the bias of estimators of a gradient, and the spread of single estimates.

    Parameters
    ----------
    exact : shape (P,)
        The exact gradient.
    means : mapping of estimator → shape (P,)
        Mean of many estimates. At most six estimators.
    standard_errors : mapping of estimator → shape (P,)
        Of the means.
    deviations : mapping of estimator → shape (P,)
        Standard deviations of single estimates.

    Returns
    -------
    Figure
        Axes of means against the exact gradient, with five standard errors; of the
        difference in standard errors, sorted, beside the band of 5, linear up to 10;
        and of the deviations over the gradient's length, on a logarithmic axis.
        Components whose estimates never vary are in the first axes alone.

    Raises
    ------
    ValueError
        If there is no estimator or more than six, the mappings hold different ones,
        shapes disagree, a value is not finite, an error is negative, or `exact` is zero
        everywhere.
    """
    exact, table = _as_estimators(exact, means, standard_errors, deviations)
    figure = new_figure(WIDE, 2.5)
    compare, bias, spread = figure.subplots(1, 3)
    reach = [np.abs(exact).max(), *(np.abs(row[0]).max() for row in table.values())]
    ends = 1.1 * np.array([-max(reach), max(reach)])
    compare.plot(ends, ends, color=GREY, linewidth=THIN, zorder=1)
    bias.axhspan(-5, 5, color="0.93", zorder=0)
    for k, (name, (mean, error, deviation)) in enumerate(table.items()):
        colour = ELEMENTS[k]
        compare.errorbar(
            exact, mean, 5 * error, fmt="o", color=colour, markersize=2.5, linewidth=0.7
        )
        varies = (error > 0) & (deviation > 0)
        score = np.sort((mean - exact)[varies] / error[varies])
        share = (np.arange(score.size) + 0.5) / score.size
        bias.plot(share, score, "o-", color=colour, markersize=2, linewidth=THIN)
        size = np.sort(deviation[varies]) / np.linalg.norm(exact)
        spread.plot(share, size, "o-", color=colour, markersize=2, linewidth=THIN)
        spread.plot([], [], "o-", color=colour, markersize=3, label=name)
    dress(compare, x="exact gradient", y="mean of estimates")
    dress(bias, x="share of parameters", y="bias (standard errors)")
    dress(spread, x="share of parameters", y="deviation of one estimate / gradient")
    bias.set_yscale("symlog", linthresh=10)
    spread.set_yscale("log")
    spread.yaxis.label.set_size(MEDIUM - 1)
    figure.legend(
        *spread.get_legend_handles_labels(),
        loc="outside upper center",
        ncols=len(table),
        fontsize=SMALL,
        frameon=False,
    )
    return figure


def _as_tasks(
    panels: Mapping[str, Mapping[str, ArrayLike]],
) -> tuple[dict[str, dict[str, np.ndarray]], tuple[str, ...]]:
    """Return what the seeds of each task and model reached, and the models."""
    tasks = {
        task: {name: np.asarray(runs, dtype=float) for name, runs in models.items()}
        for task, models in panels.items()
    }
    orders = {tuple(models) for models in tasks.values()}
    if len(orders) != 1:
        raise ValueError(
            "`panels` must hold tasks with the same models, but they have "
            f"{sorted(orders)}."
        )
    names = orders.pop()
    _check_count(names, "panels")
    for task, models in tasks.items():
        for name, runs in models.items():
            check_shapes(**{f"{task}, {name}": (runs, "seeds")})
            check_finite(runs, f"{task}, {name}")
            if runs.size == 0:
                raise ValueError(f"`{task}, {name}` must hold a seed, but holds none.")
    return tasks, names


def _as_estimators(
    exact: ArrayLike,
    means: Mapping[str, ArrayLike],
    standard_errors: Mapping[str, ArrayLike],
    deviations: Mapping[str, ArrayLike],
) -> tuple[np.ndarray, dict[str, list[np.ndarray]]]:
    """Return the exact gradient, and mean, error and deviation of each estimator."""
    exact = np.asarray(exact, dtype=float)
    check_shapes(exact=(exact, "P"))
    check_finite(exact, "exact")
    if not exact.any():
        raise ValueError("`exact` must not be zero everywhere, but is.")
    _check_count(means, "means")
    table = {}
    for name in means:
        if not (name in standard_errors and name in deviations):
            raise ValueError(
                f"`standard_errors` and `deviations` must hold {name!r} as `means` do, "
                "but one does not."
            )
        rows = [means[name], standard_errors[name], deviations[name]]
        table[name] = [np.asarray(row, dtype=float) for row in rows]
        for row in table[name]:
            check_shapes(exact=(exact, "P"), **{name: (row, "P")})
            check_finite(row, name)
        least = min(row.min() for row in table[name][1:])
        if least < 0:
            raise ValueError(
                f"`{name}` must have no negative error, but has {least:.3g}."
            )
    return exact, table


def _draw_dots(axes: Axes, models: Mapping[str, np.ndarray]) -> None:
    """Draw the seeds of each model in its row, and their median."""
    for row, runs in enumerate(models.values()):
        # the least shift that parts equal values, the same in every drawing
        shift = 0.18 * np.linspace(-1, 1, runs.size) if runs.size > 1 else np.zeros(1)
        axes.plot(
            runs,
            row + shift,
            "o",
            color=ELEMENTS[row],
            markerfacecolor="none",
            markersize=3,
            markeredgewidth=0.8,
            zorder=3,
        )
        axes.plot(
            [np.median(runs)] * 2,
            [row - 0.33, row + 0.33],
            color=BLACK,
            linewidth=THICK,
            zorder=4,
        )


def _check_count(models: object, name: str) -> None:
    """Check that there are as many models as colours, or fewer."""
    count = len(models)  # type: ignore[arg-type]
    if not 1 <= count <= len(ELEMENTS):
        raise ValueError(
            f"`{name}` must hold one to {len(ELEMENTS)} models, but hold {count}."
        )
