"""Effects over the whole horizon: of every arm, by parameter, and what civilians bear beside the regime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.special import ndtr

from unsim.effects import LEVEL, Z
from unsim.experiments.figures.look import (
    Asked,
    called,
    difference,
    drawn,
    interval_of,
    look,
    made_with,
    note,
    over_points,
    titled,
)
from unsim.experiments.findings import Findings, chance_of
from unsim.experiments.flips import CLEAR
from unsim.files import Problem, ScenarioError
from unsim.plots.effects import panel
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
    beside,
    blank,
    legend,
    named_rows,
    number,
    sheet,
    sheets,
    signed,
    styled,
    wrapped,
)

if TYPE_CHECKING:
    import pandas as pd


def forests(found: Findings, asked: Asked) -> list[Picture]:
    """Effects of each arm on the outcomes, as many as pages hold."""
    outcomes = [asked.outcome] if asked.outcome else found.experiment.names
    most = int(WIDTHS[asked.width] / PANEL) * max(1, int((TALLEST - 1.2) / _height(found)))
    pages = [(some,) for some in sheets(outcomes, most)]
    return drawn(found, asked, "forest", "Effects of each arm", forest, forest_table, pages)


def _height(found: Findings) -> float:
    """Height of a panel of the forest, inches."""
    return 0.8 + 0.17 * len(found.experiment.strategies)


def forest(found: Findings, outcomes: Sequence[str], width: Width) -> Figure:
    """The effect of each arm on each outcome over the whole horizon."""
    arms = found.experiment.strategies
    columns = max(1, min(int(WIDTHS[width] / PANEL), len(outcomes)))
    outside = any(found.effect(arm, outcome).outside for outcome in outcomes for arm in arms)
    told = note(
        found,
        f"Mean paired difference over {found.experiment.months} months; bar: {interval_of(found)}; thick part: chance alone.",
        "Filled: the interval leaves out 0 and holds the mean.",
        "A mark beside its bar: a few draws far out carry the mean." if outside else "",
        over_points(found),
    )
    names = [wrapped(called(arm), TEXT_SIZE, 1.0) for arm in arms]
    with styled():
        heading = f"{found.experiment.title}: effects against {called(found.experiment.reference)}"
        figure, axes = sheet(width, -(-len(outcomes) // columns), columns, _height(found), heading, told)
        for index, (axis, outcome) in enumerate(zip(axes.flat, outcomes, strict=False)):
            effects = [found.effect(arm, outcome) for arm in arms]
            beside_it = names if index % columns == 0 else [""] * len(arms)
            panel(axis, effects, beside_it, found.kind(outcome), titled(found, outcome))
            for y, effect in enumerate(effects):
                chance = chance_of(effect) or 0.0
                around = [effect.effect - chance, effect.effect + chance]
                axis.plot(around, [y, y], color=STRATEGY, linewidth=4.0, alpha=0.35, solid_capstyle="butt")
        blank(axes, len(outcomes))
    return figure


def forest_table(found: Findings, outcomes: Sequence[str]) -> pd.DataFrame:
    """The numbers behind :func:`forest`: effects over every horizon."""
    table = found.effects()
    return table[table["outcome"].isin(outcomes)].reset_index(drop=True)


# One parameter at a time

MOST_BARS = 12
"""Parameters of a tornado: those with the largest shifts."""
ENDS = (("#9ECAE1", -0.17), (STRATEGY, 0.17))
"""Colour and place of the bars of the lower and the upper end."""

SCREEN: Any = {"parameter": str, "held_at": float, "effect": float, "shift": float, "error": float, "n": int, "draws": int}
"""Columns of the screen of parameters."""


def tornados(found: Findings, asked: Asked) -> list[Picture]:
    """The screen of parameters, where the sweep made one; it shows the main effect."""
    if asked.outcome or not _screen(found).is_file():
        return []
    return drawn(found, asked, "tornado", "One parameter at a time", tornado, tornado_table)


def _screen(found: Findings) -> Path:
    return found.folder.path / "tables" / "flips.csv"


def tornado_table(found: Findings) -> pd.DataFrame:
    """The screen of parameters, as the sweep's tables hold it, and whether the shift at each end is told apart from chance
    (``apart``). Raises ``ScenarioError`` where the file is not what a sweep writes.
    """
    import pandas as pd

    path = _screen(found)
    try:
        table = pd.read_csv(path, usecols=list(SCREEN), dtype=SCREEN)
    except ValueError as error:
        allowed = "a table that unsim sweep has written: the same command writes it again"
        raise ScenarioError([Problem(str(path), None, "", f"no screen of parameters ({error})", allowed)]) from None
    return table.assign(apart=table["shift"].abs() > CLEAR * table["error"])


def _unmoved(table: pd.DataFrame) -> float:
    """The effect with all parameters drawn."""
    return float((table["effect"] - table["shift"]).iloc[0])


def tornado(found: Findings, width: Width) -> Figure:
    """The main effect with each parameter held at either end of its range: those that chance does not explain, the most telling
    first.
    """
    table, (outcome, arm, horizon) = tornado_table(found), found.experiment.question
    apart, examined = list(dict.fromkeys(table["parameter"][table["apart"]])), table["parameter"].nunique()
    names = apart[:MOST_BARS]
    with styled():
        heading = f"{titled(found, outcome)}: effect of {called(arm)} over {horizon} months, one parameter at a time"
        height = 0.5 + 0.22 * max(2, len(names))
        figure, axes = sheet(width, 1, 1, height, heading, _screened(found, table, len(apart), len(names)))
        axis = axes[0, 0]
        if not names:
            told = f"None of {examined} parameters, held at either end,\nmoves the effect by more than chance explains."
            axis.text(0.5, 0.5, told, ha="center", va="center", transform=axis.transAxes)
            axis.set_axis_off()
            return figure
        base = _unmoved(table)
        for y, name in enumerate(names):
            rows = table[table["parameter"] == name].sort_values("held_at")
            for (_, row), (colour, offset) in zip(rows.iterrows(), ENDS, strict=True):
                axis.barh(y + offset, row["shift"], 0.32, left=base, color=colour, edgecolor=INK, linewidth=0.3)
                reach, outwards = Z * row["error"], 1.0 if row["shift"] >= 0.0 else -1.0
                interval = [row["effect"] - reach, row["effect"] + reach]
                for ink, wide in (("white", 2.2), (INK, 0.8)):  # on a white one, so that it is seen on dark bars, too
                    axis.plot(interval, [y + offset] * 2, color=ink, linewidth=wide, marker="|", markersize=3.5, mew=wide)
                axis.annotate(number(row["held_at"]), (row["effect"] + outwards * reach, y + offset), xytext=(3 * outwards, 0),
                              va="center", ha="left" if outwards > 0.0 else "right", textcoords="offset points",
                              fontsize=NOTE_SIZE - 0.8, zorder=5,
                              bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"})  # fmt: skip
        axis.axvline(base, color=INK, linewidth=0.8)
        axis.axvline(0.0, color=INK, linewidth=0.6, linestyle=":")
        named_rows(axis, [wrapped(name.replace("_", " ").replace(".", ": "), TEXT_SIZE, 1.9) for name in names])
        axis.margins(x=0.12)
        axis.set_xlabel(difference(found, outcome))
    return figure


def _screened(found: Findings, table: pd.DataFrame, apart: int, shown: int) -> str:
    """The words below a tornado: pairs and draws are those of the screen, not of the sweep."""
    ends = [f"{n:,} paired futures at {number} ends" for n, number in sorted(table["n"].value_counts().items())]
    draws = max(table["draws"], default=0)
    drawn_with = f"{draws} of {found.draws} parameter draws" if draws else "parameters at their defaults"
    moved = int((table["error"] > 0.0).sum())
    by_chance = 2.0 * float(ndtr(-CLEAR)) * moved
    line = f"Line: the effect with all drawn, {signed(_unmoved(table))}; dotted: 0." if shown else ""
    said = [
        f"n = {' and '.join(ends) or 'no pairs: no parameter has a range'}, {drawn_with}, seed {found.experiment.file.seed}. "
        f"{found.claimed}.",
        f"{table['parameter'].nunique()} parameters were examined, each held at the ends of its range by itself, on the same luck, "
        f"all others as in the sweep. {apart} are told apart from chance: at an end the effect differs by more than {CLEAR:g} "
        f"standard errors, as by chance alone about {by_chance:.0f} of {moved} ends would.",
        f"Drawn: the {shown} with the largest such shifts." if shown < apart else "",
        f"Light: the lower end; dark: the upper; bars over them: {LEVEL:.0%}, chance alone. {line}" if shown else "",
        "The arms as they are, without factors." if found.experiment.file.factors else "",
        made_with(found),
    ]
    return " ".join(words for words in said if words)


# Political cost against civilian harm

TRADED = ("political_cost", "civilian_welfare")


def trade_offs(found: Findings, asked: Asked) -> list[Picture]:
    """The figure of two outcomes, where both were kept."""
    if asked.outcome or not set(TRADED) <= set(found.experiment.names):
        return []
    return drawn(found, asked, "trade_off", "Political cost against civilian harm", trade_off, trade_off_table)


def trade_off_table(found: Findings) -> pd.DataFrame:
    """Effects of each arm on political cost and on civilian welfare lost, with intervals, and the mean of every draw."""
    import pandas as pd

    rows = []
    groups = max(found.draws, 1)
    for arm in found.experiment.strategies:
        means = {}
        for name in TRADED:
            differences = found.values(arm, name)[:, -1] - found.values(found.experiment.reference, name)[:, -1]
            means[name] = differences.reshape(-1, groups).mean(axis=0)
        cost, harm = (found.effect(arm, name) for name in TRADED)
        told: dict[str, Any] = {"interval": cost.interval, "n": cost.n}
        told |= {"political_cost": cost.effect, "political_cost_low": cost.low, "political_cost_high": cost.high}
        told |= {"harm": -harm.effect, "harm_low": -harm.high, "harm_high": -harm.low}
        rows.append({"arm": arm, "draw": "all", **told})
        rows += [
            {"arm": arm, "draw": draw, "political_cost": means[TRADED[0]][draw], "harm": -means[TRADED[1]][draw]}
            for draw in range(groups)
        ]
    return pd.DataFrame(rows)


def trade_off(found: Findings, width: Width) -> Figure:
    """What each arm adds to the regime's political cost against what it takes from civilian welfare."""
    table, arms = trade_off_table(found), found.experiment.strategies
    told = note(
        found,
        f"Mean paired differences over {found.experiment.months} months; bars: {interval_of(found)}. Small marks: draws.",
        over_points(found),
        "Above 0: civilians are worse off. Drawn to the 1st and 99th percentile of draws.",
    )
    names = [called(arm) for arm in arms]
    with styled():
        heading, across = f"{found.experiment.title}: political cost against civilian harm", beside(names, width)
        figure, axes = sheet(width, 1, 1, 3.0 if width == "page" else 2.6, heading, told, key=names, across=across)
        axis = axes[0, 0]
        axis.axhline(0.0, color=INK, linewidth=0.6)
        axis.axvline(0.0, color=INK, linewidth=0.6)
        for arm in arms:
            _cross(axis, table[table["arm"] == arm], look(found, arm))
        for column, limits in (("political_cost", axis.set_xlim), ("harm", axis.set_ylim)):
            values = table[column].astype(float)
            low, high = min(0.0, float(values.quantile(0.01))), max(0.0, float(values.quantile(0.99)))
            limits(low - 0.08 * (high - low or 1.0), high + 0.08 * (high - low or 1.0))
        axis.set(xlabel="political cost added, index points", ylabel="civilian welfare lost, index points")
        handles = [Line2D([], [], linestyle="", marker=look(found, arm)["marker"], color=look(found, arm)["color"], markersize=4.5)
                   for arm in arms]  # fmt: skip
        legend(figure, handles, names, heading, columns=across)
    return figure


def _cross(axis: Any, rows: pd.DataFrame, style: dict[str, Any]) -> None:
    """An arm: its mean with the intervals of both effects, over a small mark for each draw."""
    draws, mean, colour = rows[rows["draw"] != "all"], rows[rows["draw"] == "all"].iloc[0], style["color"]
    axis.plot(draws["political_cost"], draws["harm"], linestyle="", marker=style["marker"], markersize=2.4, color=colour,
              markeredgewidth=0.0, alpha=0.4)  # fmt: skip
    axis.plot([mean["political_cost_low"], mean["political_cost_high"]], [mean["harm"]] * 2, color=colour, linewidth=1.4)
    axis.plot([mean["political_cost"]] * 2, [mean["harm_low"], mean["harm_high"]], color=colour, linewidth=1.4)
    axis.plot([mean["political_cost"]], [mean["harm"]], marker=style["marker"], markersize=6.5, color=colour,
              markeredgecolor="white", markeredgewidth=0.8)  # fmt: skip
