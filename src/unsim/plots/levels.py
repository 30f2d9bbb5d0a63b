"""Levels over the horizon, each beside its effect: revenue by channel and partner, costs by component."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from unsim.effects import Comparison, unit_of_difference
from unsim.plots.effects import interval
from unsim.plots.paths import has
from unsim.plots.style import (
    INK,
    LOOKS,
    TEXT_SIZE,
    Picture,
    Result,
    Width,
    arms,
    capital,
    described,
    legend,
    main_arm,
    named_rows,
    numbered,
    rests_on,
    sheet,
    signed,
    styled,
    wrapped,
)
from unsim.results import QUANTILES, Run, spread_of
from unsim.rules.ledger import Outcome

if TYPE_CHECKING:
    import pandas as pd

POLITICAL = ("political_cost", "isolation", "accountability", "cohesion_loss", "legitimacy_loss")
ECONOMIC = ("revenue_without_measures", "revenue", "undeclared_revenue", "resale_lost", "economic_cost")


def revenue_rows(arm: Run) -> dict[str, dict[str, str]]:
    """Outcomes of revenue by channel and by partner, with what the figure calls them."""
    file = arm.scenario.file
    channels = {f"revenue_{name}": file.channels[name].label or name for name in arm.scenario.labels.channels}
    partners = {f"revenue_from_{code}": arm.scenario.called(code) for code in arm.scenario.labels.partners}
    return {"by channel": channels, "by partner": partners}


def component_rows(arm: Run) -> dict[str, dict[str, str]]:
    """Outcomes of political and economic cost by component, with what the figure calls them."""
    return {
        part: {name: name.replace("_", " ") for name in names} for part, names in (("political", POLITICAL), ("economic", ECONOMIC))
    }


KINDS = {
    "revenue": (revenue_rows, "Revenue"),
    "components": (component_rows, "Costs by component"),
}
EXPLAINED = {
    "revenue": "",
    "components": "Political cost is the weighted mean of the four below it, with weights that are parameters. Economic cost is "
    "revenue without measures less revenue; the undeclared is part of revenue; resale lost is part of the cost.",
}


Part = tuple[str, dict[str, str]]
"""A panel: what it is about, and its outcomes with what the figure calls them."""


def parts_of(result: Result, kind: str) -> list[Part]:
    """The panels of a kind, with the outcomes of either arm."""
    merged: dict[str, dict[str, str]] = {}
    for arm in arms(result).values():
        for part, names in KINDS[kind][0](arm).items():
            merged[part] = {**names, **merged.get(part, {})}
    return list(merged.items())


def levels(result: Result, kind: str, parts: Sequence[Part], width: Width = "page") -> Figure:
    """Each outcome over the whole horizon: mean, 50% and 90% of futures in each arm, and the effect beside it."""
    runs, paired = arms(result), isinstance(result, Comparison)
    labels = [described(name, arm) for name, arm in runs.items()]
    beside = paired and width == "page"
    told = [{name: wrapped(label, TEXT_SIZE, 1.5) for name, label in names.items()} for _, names in parts]
    lines = [max(label.count("\n") + 1 for label in names.values()) for names in told]
    heights = [0.62 + len(names) * max(0.23, 0.13 * most + 0.04) for names, most in zip(told, lines, strict=True)]
    rows, columns = (len(parts), 2) if beside else (len(parts) * (1 + paired), 1)
    each = heights if beside or not paired else [height for height in heights for _ in range(2)]
    options: dict[str, Any] = {"width_ratios": [1.5, 1.0]} if beside else {}
    with styled():
        figure, axes = sheet(width, rows, columns, sum(each) / len(each), KINDS[kind][1], _note(result, kind), key=labels,
                             height_ratios=each, **options)  # fmt: skip
        grid = axes.reshape(len(parts), 1 + paired)
        for row, (part, _), names in zip(grid, parts, told, strict=True):
            unit = _kind_of(result, next(iter(names))).unit
            _spread(row[0], runs, list(names))
            row[0].set(title=capital(part), xlabel=unit)
            if isinstance(result, Comparison):
                _effects(row[1], result, list(names))
                row[1].set(title="Effect" if beside else f"Effect, {part}", xlabel=unit_of_difference(unit))
            for axis in row:
                named_rows(axis, list(names.values()) if axis is row[0] or not beside else [""] * len(names))
        handles = [Line2D([], [], linestyle="", markersize=4, color=look["color"], marker=look["marker"])
                   for look in (LOOKS[name] for name in runs)]  # fmt: skip
        legend(figure, handles, labels, KINDS[kind][1])
    return figure


def _kind_of(result: Result, outcome: str) -> Outcome:
    return next(kind for arm in arms(result).values() for kind in arm.scenario.outcomes if kind.name == outcome)


def _note(result: Result, kind: str) -> str:
    said = [
        rests_on(result),
        f"Over {main_arm(result).months} months. Mark: mean; bars: 50% and 90% of futures, {spread_of(main_arm(result).draws)}.",
        EXPLAINED[kind],
    ]
    if isinstance(result, Comparison):
        bar = result.effect(result.shared[0]).interval
        said.append(f"Effect: mean paired difference; bar: {bar}; filled: it leaves out 0 and holds the mean.")
        said.append("No effect is defined where one arm alone has the channel." if kind == "revenue" and result.alone else "")
    return " ".join(part for part in said if part)


def _spread(axis: Any, runs: dict[str, Run], names: list[str]) -> None:
    for offset, (name, arm) in zip((-0.16, 0.16) if len(runs) > 1 else (0.0,), runs.items(), strict=True):
        look = LOOKS[name]
        for y, outcome in enumerate(names):
            if has(arm, outcome):
                values = arm.outcome(outcome)
                low, left, _, right, high = np.quantile(values, list(QUANTILES.values()))
                axis.plot([low, high], [y + offset] * 2, color=look["color"], linewidth=0.7, linestyle=look["linestyle"])
                axis.plot([left, right], [y + offset] * 2, color=look["color"], linewidth=2.2, solid_capstyle="butt", alpha=0.6)
                axis.plot([values.mean()], [y + offset], marker=look["marker"], markersize=3.6, color=look["color"])
    axis.set_xlim(left=min(0.0, axis.get_xlim()[0]))


def _effects(axis: Any, comparison: Comparison, names: list[str]) -> None:
    axis.axvline(0.0, color=INK, linewidth=0.6)
    for y, outcome in enumerate(names):
        if outcome in comparison.shared:
            effect = comparison.effect(outcome)
            interval(axis, y, effect)
            axis.annotate(signed(effect.effect), (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=TEXT_SIZE)


def levels_table(result: Result, parts: Sequence[Part]) -> pd.DataFrame:
    """The numbers behind :func:`levels`: part, outcome, unit, mean and quantiles of each arm, effect with interval."""
    import pandas as pd

    rows = []
    for part, names in parts:
        for outcome, label in names.items():
            row: dict[str, Any] = {"part": part, "outcome": outcome, "shown_as": label, "unit": _kind_of(result, outcome).unit}
            for name, arm in arms(result).items():
                if has(arm, outcome):
                    values = arm.outcome(outcome)
                    quantiles = np.quantile(values, list(QUANTILES.values()))
                    row[f"{name}_mean"] = values.mean()
                    row |= {f"{name}_{level}": value for level, value in zip(QUANTILES, quantiles, strict=True)}
            if isinstance(result, Comparison) and outcome in result.shared:
                effect = result.effect(outcome)
                row |= {key: getattr(effect, key) for key in ("effect", "low", "high", "interval", "n")}
            rows.append(row)
    return pd.DataFrame(rows)


def pictures(result: Result, width: Width) -> list[Picture]:
    """The figures of levels; in a column each panel and its effect are a figure."""
    found = []
    for kind, (_, title) in KINDS.items():
        parts = parts_of(result, kind)
        for index, some in enumerate([parts] if width == "page" else [[part] for part in parts]):
            drawn = (partial(levels, result, kind, some, width), partial(levels_table, result, some))
            found.append(Picture(numbered(kind, index), f"{title} over the whole horizon", *drawn))
    return found
