"""A map of an effect over two parameters, with the line on which its sign flips."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from unsim.effects import unit_of_difference
from unsim.parameters import BY_NAME
from unsim.plots.style import (
    BOLD_LETTER,
    INK,
    NOTE_SIZE,
    TEXT_SIZE,
    WIDTHS,
    Width,
    sheet,
    signed,
    styled,
    wrapped,
)

if TYPE_CHECKING:
    import pandas as pd

    from unsim.scenario import Scenario

MOST_MARKS: dict[Width, int] = {"page": 9, "column": 5}
SIZES: dict[Width, float] = {"page": TEXT_SIZE, "column": NOTE_SIZE - 1.0}
"""Of numbers in cells, points."""


def map_title(outcome: str, strategy: Scenario, reference: Scenario) -> str:
    """What a map shows, in one line."""
    return f"Effect on {outcome} over {strategy.months} months: {strategy.title}, against {reference.title}"


def surface(
    table: pd.DataFrame,
    x: str,
    y: str,
    outcome: str,
    strategy: Scenario,
    reference: Scenario,
    note: str,
    width: Width = "page",
) -> Figure:
    """A map of an effect over two parameters, with the line on which its sign flips.

    ``table`` is that of :func:`unsim.structure.surface` for the same parameters, outcome and scenarios.
    """
    unit = next(kind.unit for kind in strategy.outcomes if kind.name == outcome)
    grid = table.pivot(index=y, columns=x, values="effect")
    settled = table.assign(settled=(table["low"] > 0.0) | (table["high"] < 0.0)).pivot(index=y, columns=x, values="settled")
    height = 4.3 if width == "page" else 2.9
    said = f"{note} {legend_of(grid, width)}: the interval leaves out 0 and holds the mean. Other parameters "
    with styled():
        title = map_title(outcome, strategy, reference)
        figure, axes = sheet(width, 1, 1, height, title, f"{said}are drawn, with the same draws and luck at every point.")
        axis = axes[0, 0]
        shades = shade(axis, grid, settled, width)
        room = (WIDTHS[width] - 1.3, height - 0.7)
        axis.set(xlabel=parameter_label(x, room[0]), ylabel=parameter_label(y, room[1]))
        figure.colorbar(shades, label=unit_of_difference(unit))
    return figure


def legend_of(grid: pd.DataFrame, width: Width) -> str:
    """How to read a map that :func:`shade` draws: the last word is the mark of a settled sign."""
    low, high = float(grid.to_numpy().min()), float(grid.to_numpy().max())
    both = "Line: where the effect changes sign; hatched: below 0."
    signs = both if low < 0.0 < high else f"Nowhere {'above' if low < 0.0 else 'below'} 0."
    return f"{signs} {'Bold' if _few(grid, width) else 'Dot'}"


def _few(grid: pd.DataFrame, width: Width) -> bool:
    """Whether each cell has room for its number."""
    longest = max(len(signed(value)) for value in grid.to_numpy().flat)
    room = (WIDTHS[width] - 1.6) / len(grid.columns)
    return len(grid.columns) <= MOST_MARKS[width] and longest * BOLD_LETTER * SIZES[width] / 72 + 0.06 <= room


def shade(axis: Any, grid: pd.DataFrame, settled: pd.DataFrame, width: Width) -> Any:
    """A map of effects: columns are places across, the index those upwards; ``settled`` says where the sign is. Returns the shades.

    Shades of both signs are alike in grey, so what is below 0 is hatched.
    """
    values, across, up = grid.to_numpy(), grid.columns.to_numpy(dtype=float), grid.index.to_numpy(dtype=float)
    reach = float(np.abs(values).max()) or 1.0
    shades = axis.pcolormesh(across, up, values, cmap="PuOr_r", vmin=-reach, vmax=reach, shading="nearest")
    if _few(grid, width):
        _numbers(axis, across, up, values, settled.to_numpy(), SIZES[width])
    else:
        rows, columns = np.nonzero(settled.to_numpy())
        axis.plot(across[columns], up[rows], linestyle="", marker=".", markersize=2.0, color=INK)
    if float(values.min()) < 0.0 < float(values.max()) and min(values.shape) > 1:
        whole = (_to_the_edges(across), _to_the_edges(up), np.pad(values, 1, mode="edge"))
        axis.contourf(*whole, levels=[-reach, 0.0], colors="none", hatches=["////"])
        axis.contour(*whole, levels=[0.0], colors=INK, linewidths=1.6)
    for ticked, points in ((axis.xaxis, across), (axis.yaxis, up)):  # a cell reaches beyond its point, the prior does not
        places = points[:: -(-len(points) // MOST_MARKS[width])]
        ticked.set_ticks(places, [f"{value:.3g}" for value in places])
    return shades


def _to_the_edges(points: Any) -> Any:
    """Places, and the outer edges of the cells around the first and the last."""
    first, last = points[0] - (points[1] - points[0]) / 2.0, points[-1] + (points[-1] - points[-2]) / 2.0
    return np.concatenate([[first], points, [last]])


def _numbers(axis: Any, across: Any, up: Any, values: Any, settled: Any, size: float) -> None:
    """The effect in every cell, bold where its interval leaves out 0."""
    for (i, j), value in np.ndenumerate(values):
        weight = "bold" if settled[i, j] else "normal"
        text = axis.text(float(across[j]), float(up[i]), signed(value), ha="center", va="center", fontsize=size, color=INK,
                         fontweight=weight)  # fmt: skip
        text.set_bbox({"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 0.8})


def parameter_label(name: str, inches: float, size: float = TEXT_SIZE) -> str:
    """What a parameter means, beside an axis of so many inches."""
    return wrapped(f"{name}: {BY_NAME[name].meaning} ({BY_NAME[name].unit})", size, inches)
