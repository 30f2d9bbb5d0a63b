"""Outcomes month by month: every outcome in small panels, and the two costs with the effect beside them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from unsim.effects import Comparison
from unsim.plots.style import (
    INK,
    LEVELS,
    LOOKS,
    NOTE_SIZE,
    PANEL,
    STRATEGY,
    WIDTHS,
    Picture,
    Result,
    Width,
    arms,
    blank,
    described,
    legend,
    main_arm,
    month_axis,
    months_of,
    panel_title,
    plain_ticks,
    rests_on,
    sheet,
    spoken,
    styled,
    wrapped,
)
from unsim.results import Run, spread_of
from unsim.rules.ledger import Outcome

if TYPE_CHECKING:
    import pandas as pd

COSTS = ("political_cost", "economic_cost")


def groups(arm: Run) -> dict[str, list[Outcome]]:
    """All outcomes in groups that make one figure each."""
    found: dict[str, list[Outcome]] = {}
    for outcome in arm.scenario.outcomes:
        trade = outcome.name.startswith("revenue_") and outcome.name != "revenue_without_measures"
        group = "trade" if trade else "others" if outcome.about in ("civilians", "coalition") else outcome.about
        found.setdefault(group.lower().replace(" ", "_"), []).append(outcome)
    return found


TITLES = {
    "regime": "What the regime has and bears",
    "trade": "Revenue by partner and by channel",
    "others": "Civilians and the coalition",
    "un_output": "What the UN puts out",
    "enforcement": "Enforcement by partner",
}


def _title(group: str) -> str:
    return TITLES.get(group, spoken(group))


def _values(arm: Run, outcome: Outcome) -> NDArray[np.float64]:
    """Kept paths (month, replicate) as they are shown: counts add up over the months."""
    kept = arm.kept[arm.row(outcome.name)]
    return np.cumsum(kept, axis=0) if outcome.aggregate == "sum" else kept


def _quantiles(arm: Run, outcome: Outcome) -> dict[str, NDArray[np.float64]]:
    return dict(zip(LEVELS, np.quantile(_values(arm, outcome), list(LEVELS.values()), axis=1), strict=True))


def _unit(outcome: Outcome) -> str:
    return f"{outcome.unit} so far" if outcome.aggregate == "sum" else outcome.unit


def fan(axis: Any, arm: Run, name: str, quantiles: dict[str, NDArray[np.float64]]) -> Any:
    """Median, 50% and 90% of futures: areas for a run or strategy, broken lines for a reference. Returns the line."""
    look, months = LOOKS[name], months_of(arm)
    if arm.months == 1:  # a line and an area through one month are nothing
        beside = months + np.timedelta64(2 if name == "reference" else -2, "D")
        axis.vlines(beside, quantiles["q05"], quantiles["q95"], color=look["color"], linewidth=0.8, linestyle=look["linestyle"])
        axis.vlines(beside, quantiles["q25"], quantiles["q75"], color=look["color"], linewidth=3.0)
        (line,) = axis.plot(beside, quantiles["q50"], markersize=4, **look)
        return line
    if name == "reference":  # the arms often lie close: one is filled, the other drawn by its edges
        for edge in ("q05", "q25", "q75", "q95"):
            axis.plot(months, quantiles[edge], color=look["color"], linewidth=0.5, linestyle="--")
    else:
        axis.fill_between(months, quantiles["q05"], quantiles["q95"], color=look["color"], alpha=0.14, linewidth=0)
        axis.fill_between(months, quantiles["q25"], quantiles["q75"], color=look["color"], alpha=0.28, linewidth=0)
    (line,) = axis.plot(months, quantiles["q50"], color=look["color"], linestyle=look["linestyle"], linewidth=1.3)
    return line


def paths(result: Result, group: str, width: Width = "page") -> Figure:
    """Every outcome of a group month by month, in both arms; counts add up. Needs runs that kept paths (``keep``)."""
    outcomes, runs = groups(main_arm(result))[group], arms(result)
    columns = min(int(WIDTHS[width] / PANEL), len(outcomes))
    labels = [described(name, arm) for name, arm in runs.items()]
    note = f"{_paths_note(result)} Counts add up over the months."
    with styled():
        rows, heading = -(-len(outcomes) // columns), _title(group)
        figure, axes = sheet(width, rows, columns, 1.42, heading, note, key=labels)
        handles: list[Any] = []
        for axis, outcome in zip(axes.flat, outcomes, strict=False):
            handles = [
                fan(axis, arm, name, _quantiles(arm, outcome))
                for name, arm in reversed(runs.items())
                if outcome.name in {kind.name for kind in arm.scenario.outcomes}
            ]
            axis.set_title(panel_title(spoken(outcome.name, main_arm(result))))
            axis.set_ylabel(wrapped(_unit(outcome), NOTE_SIZE, 0.9), fontsize=NOTE_SIZE)
            plain_ticks(axis.yaxis)
            month_axis(axis, main_arm(result), 3)
        blank(axes, len(outcomes))
        legend(figure, handles[::-1], labels, heading)
    return figure


def _paths_note(result: Result) -> str:
    kept, draws = main_arm(result).kept.shape[2], main_arm(result).draws
    both = "Strategy: areas; reference: broken lines." if isinstance(result, Comparison) else ""
    return f"{rests_on(result, kept)} Median, 50% and 90% of futures, {spread_of(draws)}. {both}".strip()


def paths_table(result: Result, group: str) -> pd.DataFrame:
    """The numbers behind :func:`paths`: outcome, unit, month, and the quantiles of each arm."""
    import pandas as pd

    parts = []
    for outcome in groups(main_arm(result))[group]:
        columns: dict[str, Any] = {
            "outcome": outcome.name,
            "unit": _unit(outcome),
            "month": months_of(main_arm(result)).astype(str),
        }
        for name, arm in arms(result).items():
            if outcome.name in {kind.name for kind in arm.scenario.outcomes}:
                columns |= {f"{name}_{level}": values for level, values in _quantiles(arm, outcome).items()}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def costs(comparison: Comparison, width: Width = "page") -> Figure:
    """Paths of political and economic cost in both arms, and the effect month by month. Needs kept paths (``keep``)."""
    runs, narrow = arms(comparison), width == "column"
    labels = [described(name, arm) for name, arm in runs.items()]
    note = f"{_paths_note(comparison)} Effects: mean paired difference; band: {comparison.monthly_interval}."
    with styled():
        options: dict[str, Any] = {} if narrow else {"width_ratios": [1.35, 1.0]}
        shape = (4, 1) if narrow else (2, 2)
        figure, axes = sheet(width, *shape, 1.45 if narrow else 2.1, "", note, key=labels, **options)
        for (left, right), outcome in zip(axes.reshape(2, 2), COSTS, strict=True):
            kind = comparison.strategy.scenario.outcomes[comparison.strategy.row(outcome)]
            handles = [fan(left, arm, name, _quantiles(arm, kind)) for name, arm in reversed(runs.items())]
            left.set(title=spoken(outcome), ylabel=kind.unit)
            _effect(right, comparison, outcome)
            right.set(title=f"Effect on {outcome.replace('_', ' ')}", ylabel=kind.unit)
        for axis in axes.flat:
            month_axis(axis, comparison.strategy, 5)
        legend(figure, handles[::-1], labels)
    return figure


def _effect(axis: Any, comparison: Comparison, outcome: str) -> None:
    """The mean paired difference by month with its interval."""
    monthly, months = comparison.monthly(outcome), months_of(comparison.strategy)
    single = len(months) == 1
    axis.axhline(0.0, color=INK, linewidth=0.6)
    axis.fill_between(months, monthly["low"], monthly["high"], color=STRATEGY, alpha=0.25, linewidth=0)
    axis.plot(months, monthly["effect"], color=STRATEGY, linewidth=1.3, marker="o" if single else "")
    if single:
        axis.vlines(months, monthly["low"], monthly["high"], color=STRATEGY, linewidth=0.8)


def costs_table(comparison: Comparison) -> pd.DataFrame:
    """The numbers behind :func:`costs`: outcome, month, quantiles of both arms, effect with its interval."""
    import pandas as pd

    parts = []
    for outcome in COSTS:
        table = comparison.monthly(outcome).assign(outcome=outcome)
        kind = comparison.strategy.scenario.outcomes[comparison.strategy.row(outcome)]
        for name, arm in arms(comparison).items():
            for level, values in _quantiles(arm, kind).items():
                table[f"{name}_{level}"] = values
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def pictures(result: Result) -> list[Picture]:
    """The figures of paths that a result has."""
    found = []
    if isinstance(result, Comparison):
        caption = "Political and economic cost in both arms, and the effect on each"
        found.append(Picture("costs", caption, partial(costs, result), partial(costs_table, result)))
    for group in groups(main_arm(result)):
        drawn = (partial(paths, result, group), partial(paths_table, result, group))
        found.append(Picture(f"paths_{group}", f"{_title(group)}, month by month", *drawn))
    return found
