"""What a strategy changes: a forest plot of effects over horizons, and who bears what."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from unsim.effects import Comparison, Effect, unit_of_difference
from unsim.plots.paths import groups, title_of
from unsim.plots.style import (
    INK,
    NOTE_SIZE,
    PANEL,
    STRATEGY,
    TALLEST,
    TEXT_SIZE,
    WIDTHS,
    Picture,
    Width,
    blank,
    named_rows,
    numbered,
    panel_title,
    plain_ticks,
    rests_on,
    sheet,
    sheets,
    signed,
    spoken,
    styled,
    wrapped,
)
from unsim.rules.ledger import Outcome

if TYPE_CHECKING:
    import pandas as pd


def _heading(what: str, comparison: Comparison) -> str:
    return f"{what}. {comparison.strategy.scenario.title}, against {comparison.reference.scenario.title}"


def _note(comparison: Comparison) -> str:
    told = f"{rests_on(comparison)} Mean paired difference; bar: {comparison.effect(comparison.shared[0]).interval}."
    shadow = " The world without measures differs between the arms: read revenue rather than economic cost."
    return told + (shadow if comparison.shadow_differs else "")


def interval(axis: Any, y: float, effect: Effect, sign: float = 1.0) -> None:
    """An effect and its interval; the mark is filled where the sign is settled."""
    if effect.n > 1:
        axis.plot([sign * effect.low, sign * effect.high], [y, y], color=STRATEGY, linewidth=1.6, solid_capstyle="butt")
    face = STRATEGY if effect.settled else "white"
    axis.plot([sign * effect.effect], [y], marker="o", markersize=4.2, color=STRATEGY, markerfacecolor=face, markeredgewidth=0.9)


def panel(axis: Any, effects: Sequence[Effect], names: Sequence[str], kind: Outcome, title: str) -> None:
    """Effects on one outcome, one below the other, each with its name."""
    axis.axvline(0.0, color=INK, linewidth=0.6)
    for y, effect in enumerate(effects):
        interval(axis, y, effect)
    named_rows(axis, names)
    plain_ticks(axis.xaxis)
    axis.set_title(panel_title(title))
    unit = unit_of_difference(kind.unit) + ("" if kind.aggregate == "mean" else ", sum")
    axis.set_xlabel(wrapped(unit, NOTE_SIZE, PANEL - 0.25), fontsize=NOTE_SIZE)


def forest(comparison: Comparison, outcomes: Sequence[Outcome], title: str, width: Width = "page") -> Figure:
    """The effect on each outcome over each horizon; those without any difference are named below."""
    horizons = comparison.horizons
    shared = [kind.name for kind in outcomes if kind.name in comparison.shared]
    effects = {name: [comparison.effect(name, horizon) for horizon in horizons] for name in shared}
    moved = [kind for kind in outcomes if kind.name in shared and not comparison.unchanged(kind.name)]
    note = f"{_note(comparison)} Filled: the interval leaves out 0 and holds the mean."
    if any(effect.outside for kind in moved for effect in effects[kind.name]):
        note += " A mark beside its bar: a few draws far out carry the mean."
    for words, names in (
        ("No difference in any future", [kind.name for kind in outcomes if kind.name in effects and kind not in moved]),
        ("In one arm only", [kind.name for kind in outcomes if kind.name not in effects]),
    ):
        note += f" {words}: {', '.join(spoken(name, comparison.strategy.scenario) for name in names)}." if names else ""
    columns = max(1, min(int(WIDTHS[width] / PANEL), len(moved)))
    with styled():
        rows = max(1, -(-len(moved) // columns))
        figure, axes = sheet(width, rows, columns, _height(comparison), _heading(f"Effects: {title}", comparison), note)
        for index, (axis, kind) in enumerate(zip(axes.flat, moved, strict=False)):
            names = [f"{h} months" for h in horizons] if index % columns == 0 else [""] * len(horizons)
            panel(axis, effects[kind.name], names, kind, spoken(kind.name, comparison.strategy.scenario))
        if not moved:
            axes[0, 0].text(0.5, 0.5, "No outcome differs in any future.", ha="center", transform=axes[0, 0].transAxes)
        blank(axes, len(moved))
    return figure


def _height(comparison: Comparison) -> float:
    """Height of a panel of the forest, inches."""
    return 0.78 + 0.14 * len(comparison.horizons)


def forest_table(comparison: Comparison, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """The numbers behind :func:`forest`: those of ``Comparison.frame`` for the outcomes."""
    table = comparison.frame()
    return table[table["outcome"].isin([kind.name for kind in outcomes])].reset_index(drop=True)


BORNE = (
    ("regime", "political_cost", 1.0, "political cost"),
    ("regime", "cost_of_defiance", 1.0, "cost of defiance"),
    ("civilians", "civilian_welfare", -1.0, "welfare lost"),
    ("regime", "economic_cost", 1.0, "economic cost"),
    ("regime", "revenue", -1.0, "revenue lost"),
    ("regime", "weapons_spending", -1.0, "weapons spending forgone"),
    ("civilians", "civilian_spending", -1.0, "civilian spending lost"),
    ("civilians", "extraction", 1.0, "more extraction"),
    ("coalition", "coalition_cost", 1.0, "cost of its own"),
)
"""Who bears it, the outcome, the sign with which more is worse for them, and what a figure calls it."""


def _borne(comparison: Comparison) -> dict[str, list[tuple[str, str, float, str]]]:
    """The outcomes of :data:`BORNE` by unit: only what has one unit is compared on one axis."""
    found: dict[str, list[tuple[str, str, float, str]]] = {}
    for entry in BORNE:
        if entry[1] in comparison.shared:
            unit = comparison.strategy.scenario.outcomes[comparison.strategy.row(entry[1])].unit
            found.setdefault(unit, []).append(entry)
    return found


def burden(comparison: Comparison, width: Width = "page") -> Figure:
    """Who bears what: effects on the regime, civilians and the coalition, to the right where it is worse for them."""
    borne = _borne(comparison)
    note = f"{_note(comparison)} Over {comparison.strategy.months} months; right of 0: worse for those who bear it. "
    note += "Only what has one unit is on one axis; costs of different kinds are not added up. "
    note += "Filled: the interval leaves out 0 and holds the mean."
    with styled():
        counts = [len(entries) for entries in borne.values()]
        height = sum(0.2 * count + 0.62 for count in counts) / len(counts)
        figure, axes = sheet(width, len(borne), 1, height, _heading("Who bears what", comparison), note, height_ratios=counts)
        for axis, (unit, entries) in zip(axes.flat, borne.items(), strict=True):
            axis.axvline(0.0, color=INK, linewidth=0.6)
            for y, (_, outcome, sign, _) in enumerate(entries):
                effect = comparison.effect(outcome)
                interval(axis, y, effect, sign)
                axis.annotate(
                    signed(sign * effect.effect), (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=TEXT_SIZE
                )
            for last in np.flatnonzero([a[0] != b[0] for a, b in pairwise(entries)]):
                axis.axhline(last + 0.5, color=INK, linewidth=0.4, linestyle=":")
            named_rows(axis, [f"{who}: {words}" for who, _, _, words in entries])
            axis.set_xlabel(unit_of_difference(unit))
    return figure


def burden_table(comparison: Comparison) -> pd.DataFrame:
    """The numbers behind :func:`burden`: bearer, outcome, unit, and the effect with its interval, signed so that more is worse."""
    import pandas as pd

    rows = []
    for unit, entries in _borne(comparison).items():
        for bearer, outcome, sign, words in entries:
            effect = comparison.effect(outcome)
            low, high = sorted((sign * effect.low, sign * effect.high))
            row = {"bearer": bearer, "outcome": outcome, "shown_as": words, "unit": unit, "sign": sign}
            rows.append(
                {**row, "effect": sign * effect.effect, "low": low, "high": high, "interval": effect.interval, "n": effect.n}
            )
    return pd.DataFrame(rows)


def pictures(comparison: Comparison, width: Width) -> list[Picture]:
    """The figures of effects; a group that a page cannot hold makes several."""
    caption = "Who bears what: effects signed so that more is worse for those who bear it"
    found = [Picture("burden", caption, partial(burden, comparison, width), partial(burden_table, comparison))]
    most = int(WIDTHS[width] / PANEL) * int((TALLEST - 1.0) / _height(comparison))
    for group, outcomes in groups(comparison).items():
        for index, some in enumerate(sheets(outcomes, most)):
            drawn = (partial(forest, comparison, some, title_of(group), width), partial(forest_table, comparison, some))
            caption = f"{title_of(group)}: the effect on each outcome over each horizon"
            found.append(Picture(numbered(f"effects_{group}", index), caption, *drawn))
    return found
