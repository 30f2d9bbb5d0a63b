"""A map of an effect over two parameters, with the line on which its sign flips."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from unsim.parameters import BY_NAME
from unsim.plots.style import INK, NOTE_SIZE, STYLE, WIDTHS, Width, sheet, signed, styled, unit_of_difference, wrapped

if TYPE_CHECKING:
    import pandas as pd

    from unsim.scenario import Scenario

MOST_MARKS: dict[Width, int] = {"page": 9, "column": 5}


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
    values, across, up = grid.to_numpy(), grid.columns.to_numpy(), grid.index.to_numpy()
    reach = float(np.abs(values).max()) or 1.0
    height = 4.3 if width == "page" else 2.9
    few = len(across) <= MOST_MARKS[width]
    settling = "Bold" if few else "Dot"
    said = f"{note} Line: where the effect changes sign; hatched: below 0. {settling}: the interval leaves out 0. Other parameters "
    with styled():
        title = map_title(outcome, strategy, reference)
        figure, axes = sheet(width, 1, 1, height, title, f"{said}are drawn, with the same draws and luck at every point.")
        axis = axes[0, 0]
        shades = axis.pcolormesh(across, up, values, cmap="PuOr_r", vmin=-reach, vmax=reach, shading="nearest")
        if few:
            _numbers(axis, across, up, values, settled.to_numpy(), STYLE["font.size"] if width == "page" else NOTE_SIZE - 1.0)
        else:
            rows, columns = np.nonzero(settled.to_numpy())
            axis.plot(across[columns], up[rows], linestyle="", marker=".", markersize=2.0, color=INK)
        if float(values.min()) < 0.0 < float(values.max()):
            axis.contourf(across, up, values, levels=[-reach, 0.0], colors="none", hatches=["////"])
            axis.contour(across, up, values, levels=[0.0], colors=INK, linewidths=1.6)
        room = (WIDTHS[width] - 1.3, height - 0.7)
        axis.set(xlabel=_parameter(x, room[0]), ylabel=_parameter(y, room[1]))
        for ticked, points in ((axis.xaxis, across), (axis.yaxis, up)):  # a cell reaches beyond its point, the prior does not
            places = points[:: -(-len(points) // MOST_MARKS[width])]
            ticked.set_ticks(places, [f"{value:.3g}" for value in places])
        figure.colorbar(shades, label=unit_of_difference(unit))
    return figure


def _numbers(axis: Any, across: Any, up: Any, values: Any, settled: Any, size: float) -> None:
    """The effect in every cell, bold where its interval leaves out 0."""
    for (i, j), value in np.ndenumerate(values):
        weight = "bold" if settled[i, j] else "normal"
        text = axis.text(float(across[j]), float(up[i]), signed(value), ha="center", va="center", fontsize=size, color=INK,
                         fontweight=weight)  # fmt: skip
        text.set_bbox({"facecolor": "white", "alpha": 0.6, "linewidth": 0, "pad": 0.8})


def _parameter(name: str, inches: float) -> str:
    return wrapped(f"{name}: {BY_NAME[name].meaning} ({BY_NAME[name].unit})", STYLE["font.size"], inches)
