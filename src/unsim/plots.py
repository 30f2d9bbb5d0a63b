"""Figures: each says n, draws, seed, interval and claim level, and reads in grey as well as in colour."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from unsim.effects import Comparison
from unsim.parameters import BY_NAME
from unsim.results import Run, design, spread_of
from unsim.rules.world import SEATS

if TYPE_CHECKING:
    import pandas as pd

    from unsim.scenario import Scenario

STRATEGY, REFERENCE, INK = "#0072B2", "#D55E00", "#222222"  # Okabe and Ito: safe for colour-blind readers
VOTE_STYLE: Any = {
    "yes": {"facecolor": "#0072B2", "edgecolor": "#0072B2"},
    "abstain": {"facecolor": "#F2F2F2", "hatch": "....", "edgecolor": "#888888"},
    "no": {"facecolor": "#E69F00", "hatch": "////", "edgecolor": "#5A3D00"},
}
NOTE_SIZE, HEADING_SIZE = 7.5, 9.5  # points
STYLE: Any = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "hatch.linewidth": 0.5,
    "svg.hashsalt": "unsim",
    "text.parse_math": False,  # a title may name a price in $
    "figure.constrained_layout.use": True,
}


def _provenance(comparison: Comparison, kept: int | None = None) -> str:
    arm = comparison.strategy
    paths = f" (paths: the first {kept:,})" if kept is not None and kept < arm.replicates else ""
    return f"{design(arm, paired=True)}{paths}. Claim level: {comparison.claim_level}."


def _wrapped(figure: Figure, text: str, size: float, share: float = 0.98) -> str:
    """Text broken to a share of the width of a figure; a letter is about 0.53 of its size wide."""
    return textwrap.fill(text, int(figure.get_figwidth() * share * 72 / (0.53 * size)))


def _note(figure: Figure, *sentences: str) -> None:
    """What a figure rests on, below it."""
    figure.supxlabel(_wrapped(figure, " ".join(sentences), NOTE_SIZE), x=0.01, ha="left", fontsize=NOTE_SIZE, color=INK)


def costs(comparison: Comparison) -> Figure:
    """Paths of political and economic cost in both arms, and the effect month by month.

    Needs runs that kept whole paths (``keep``).
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.2, 6.6))
        axes = figure.subplots(2, 2, sharex=True, width_ratios=[1.35, 1.0])
        rows = (("political_cost", "Political cost", "index 0–100"), ("economic_cost", "Economic cost", "USD million a month"))
        for (left, right), (outcome, title, unit) in zip(axes, rows, strict=True):
            for arm, colour, line in ((comparison.reference, REFERENCE, "--"), (comparison.strategy, STRATEGY, "-")):
                _fan(left, arm, outcome, colour, line)
            left.set(title=title, ylabel=unit)
            monthly = comparison.monthly(outcome)
            months = _months(comparison.strategy)
            right.axhline(0.0, color=INK, linewidth=0.8)
            right.fill_between(months, monthly["low"], monthly["high"], color=STRATEGY, alpha=0.25, linewidth=0)
            single = len(months) == 1
            right.plot(months, monthly["effect"], color=STRATEGY, marker="o" if single else "")
            if single:
                right.vlines(months, monthly["low"], monthly["high"], color=STRATEGY, linewidth=1.0)
            right.set(title=f"Effect on {title.lower()}", ylabel=unit)
        for axis in axes.flat:
            _month_axis(axis, comparison.strategy)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        wrapped = [_wrapped(figure, label, STYLE["font.size"], 0.9) for label in labels[::-1]]
        figure.legend(handles[::-1], wrapped, loc="outside upper left", frameon=False)
        kept = comparison.strategy.kept.shape[2]
        _note(
            figure,
            _provenance(comparison, kept),
            f"Left: median, 50% and 90% of futures, {spread_of(comparison.strategy.draws)}.",
            "Strategy: areas; reference: broken lines.",
            f"Right: mean paired difference; its band: {comparison.monthly_interval}.",
        )
    return figure


def _months(arm: Run) -> Any:
    return np.datetime64(arm.scenario.file.start, "M") + np.arange(arm.months)


SPACINGS = {1: 4, 2: 8, 3: 12, 6: 24, 12: 72, 24: 144, 60: 360, 120: 720, 240: 1440}
"""Months between the marks of a time axis, and the longest horizon for which that leaves room for their names."""


def _month_axis(axis: Any, arm: Run) -> None:
    """Marks at full months or years."""
    months = _months(arm)
    spacing = next(spacing for spacing, longest in SPACINGS.items() if arm.months <= longest)
    ticks = [month for month in months if int(month.astype(int)) % spacing == 0]
    axis.set_xticks(ticks, [str(month)[: 4 if spacing >= 12 else 7] for month in ticks])
    axis.set_xlim(months[0] - np.timedelta64(15, "D"), months[-1] + np.timedelta64(15, "D"))


def _fan(axis: Any, arm: Run, outcome: str, colour: str, line: str) -> None:
    quantiles = np.quantile(arm.kept[arm.row(outcome)], [0.05, 0.25, 0.5, 0.75, 0.95], axis=1)
    months = _months(arm)
    label = f"{'Strategy' if line == '-' else 'Reference'}: {arm.scenario.title}"
    if arm.months == 1:  # a line and an area through one month are nothing
        beside = months + np.timedelta64(-2 if line == "-" else 2, "D")
        axis.vlines(beside, quantiles[0], quantiles[4], color=colour, linewidth=1.0, linestyle=line)
        axis.vlines(beside, quantiles[1], quantiles[3], color=colour, linewidth=4.0)
        axis.plot(beside, quantiles[2], color=colour, linestyle=line, marker="o", label=label)
        return
    if line == "-":  # the arms often lie close: one is filled, the other drawn by its edges
        axis.fill_between(months, quantiles[0], quantiles[4], color=colour, alpha=0.13, linewidth=0)
        axis.fill_between(months, quantiles[1], quantiles[3], color=colour, alpha=0.25, linewidth=0)
    else:
        for edge in (0, 1, 3, 4):
            axis.plot(months, quantiles[edge], color=colour, linewidth=0.7, linestyle=line)
    axis.plot(months, quantiles[2], color=colour, linewidth=1.6, linestyle=line, label=label)


def costs_table(comparison: Comparison) -> pd.DataFrame:
    """The numbers behind :func:`costs`: outcome, month, quantiles of both arms, effect with its interval."""
    import pandas as pd

    parts = []
    for outcome in ("political_cost", "economic_cost"):
        table = comparison.monthly(outcome).assign(outcome=outcome)
        for name, arm in (("strategy", comparison.strategy), ("reference", comparison.reference)):
            levels = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
            quantiles = np.quantile(arm.kept[arm.row(outcome)], list(levels.values()), axis=1)
            for label, values in zip(levels, quantiles, strict=True):
                table[f"{name}_{label}"] = values
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def map_title(outcome: str, strategy: Scenario, reference: Scenario) -> str:
    """What a map shows, in one line."""
    return f"Effect on {outcome} over {strategy.months} months: {strategy.title}, against {reference.title}"


MOST_MARKS = 9


def surface(table: pd.DataFrame, x: str, y: str, outcome: str, strategy: Scenario, reference: Scenario, note: str) -> Figure:
    """A map of an effect over two parameters, with the line on which its sign flips.

    ``table`` is that of :func:`unsim.structure.surface` for the same parameters, outcome and scenarios.
    """
    unit = next(kind.unit for kind in strategy.outcomes if kind.name == outcome)
    grid = table.pivot(index=y, columns=x, values="effect")
    settled = table.assign(settled=(table["low"] > 0.0) | (table["high"] < 0.0)).pivot(index=y, columns=x, values="settled")
    reach = float(np.abs(grid.to_numpy()).max()) or 1.0
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.8, 5.2))
        axis = figure.subplots()
        shades = axis.pcolormesh(grid.columns, grid.index, grid, cmap="PuOr_r", vmin=-reach, vmax=reach, shading="nearest")
        marked, across, up = settled.to_numpy(), grid.columns.to_numpy(), grid.index.to_numpy()
        for (i, j), value in np.ndenumerate(grid.to_numpy()):
            place = (float(across[j]), float(up[i]))
            weight = "bold" if marked[i, j] else "normal"
            text = axis.text(*place, f"{value:+.2g}", ha="center", va="center", fontsize=7, color=INK, fontweight=weight)
            text.set_bbox({"facecolor": "white", "alpha": 0.6, "linewidth": 0, "pad": 0.8})
        if float(grid.to_numpy().min()) < 0.0 < float(grid.to_numpy().max()):
            axis.contour(grid.columns, grid.index, grid, levels=[0.0], colors=INK, linewidths=1.8)
        axis.set(xlabel=_parameter(x), ylabel=_parameter(y))
        for ticked, values in ((axis.xaxis, across), (axis.yaxis, up)):  # a cell reaches beyond its point, the prior does not
            places = values[:: -(-len(values) // MOST_MARKS)]
            ticked.set_ticks(places, [f"{value:.3g}" for value in places])
        title = map_title(outcome, strategy, reference)
        figure.suptitle(_wrapped(figure, title, HEADING_SIZE, 0.95), x=0.01, ha="left", fontsize=HEADING_SIZE)
        figure.colorbar(shades, label=unit)
        _note(
            figure,
            note,
            "Line: where the effect changes sign. Bold: the interval leaves out 0.",
            "Other parameters are drawn, with the same draws and luck at every point.",
        )
    return figure


def _parameter(name: str) -> str:
    return textwrap.fill(f"{name}: {BY_NAME[name].meaning} ({BY_NAME[name].unit})", 70)


def votes(comparison: Comparison) -> Figure:
    """How each member voted on each draft, over all futures and months in which it was put to the vote."""
    arms = (comparison.strategy, comparison.reference)
    tables = [arm.vote_shares().set_index(["draft", "state"]) for arm in arms]
    texts = {**arms[1].scenario.file.drafts, **arms[0].scenario.file.drafts}
    menus = dict.fromkeys([*arms[0].scenario.labels.drafts, *arms[1].scenario.labels.drafts])
    drafts = [d for d in menus if any(d in table.index.get_level_values(0) for table in tables)]
    states = _council_order(comparison)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(max(3.0 + 2.3 * len(drafts), 7.6), 2.2 + 0.26 * len(states)))
        axes = np.atleast_1d(figure.subplots(1, max(len(drafts), 1), sharey=True))
        for axis, draft in zip(axes, drafts, strict=False):
            for row, state in enumerate(states):
                for table, offset, height in zip(tables, (-0.2, 0.22), (0.42, 0.3), strict=True):
                    if (draft, state) in table.index:
                        _vote_bar(axis, row + offset, height, table.loc[(draft, state)])
            counts = " / ".join(_counts(comparison, arm, draft) for arm in arms)
            axis.set(title=textwrap.fill(texts[draft].label, 28), xlim=(0, 1), xlabel=f"share of votes\n{counts}")
            axis.set_xticks([0, 0.5, 1], ["0", "½", "1"])
            axis.tick_params(axis="y", length=0)
            axis.axhline(4.5, color=INK, linewidth=0.6)
        if not drafts:
            axes[0].text(0.5, 0.5, "No draft was put to the vote in either arm.", ha="center", transform=axes[0].transAxes)
            axes[0].set_axis_off()
        axes[0].set_yticks(range(len(states)), [_member(comparison, state) for state in states])
        axes[0].set_ylim(max(len(states), 1) - 0.4, -0.6)
        handles = [Patch(label=vote, **style) for vote, style in VOTE_STYLE.items()]
        if drafts:
            figure.legend(handles=handles, loc="outside upper right", ncols=3, frameon=False)
        titles = (f"Upper bar, strategy: {arms[0].scenario.title}", f"Lower bar, reference: {arms[1].scenario.title}")
        heading = "\n".join(["Votes by member and draft", *(_wrapped(figure, line, HEADING_SIZE, 0.62) for line in titles)])
        figure.suptitle(heading, x=0.01, ha="left", fontsize=HEADING_SIZE)
        _note(
            figure,
            _provenance(comparison),
            f"Shares over all futures and months in which the draft was put to the vote, {spread_of(arms[0].draws)}; no interval.",
            "Below each panel, strategy / reference: drafts put to the vote in all futures, and in one on average.",
            "Below the permanent five: elected members, then seats whose members are not yet known, by regional group (African,",
            "Asia-Pacific, Eastern European, Latin American and Caribbean, Western European and others).",
            "No bar: not on the Council when the draft was put to the vote." if drafts else "",
        )
    return figure


def _vote_bar(axis: Any, y: float, height: float, shares: Any) -> None:
    left = 0.0
    for vote, style in VOTE_STYLE.items():
        axis.barh(y, shares[vote], height, left=left, linewidth=0.3, **style)
        left += shares[vote]


def _counts(comparison: Comparison, arm: Run, draft: str) -> str:
    d = arm.scenario.labels.drafts.index(draft) if draft in arm.scenario.labels.drafts else None
    number = 0 if d is None else int(arm.votes[d].sum()) // SEATS
    return f"{number:,} ({number / arm.replicates:.1f})"


def _council_order(comparison: Comparison) -> list[str]:
    """Members that voted in either arm: permanent ones, elected ones by their first month, unknown ones by regional group."""
    first: dict[str, int] = {}
    permanent: set[str] = set()
    for arm in (comparison.strategy, comparison.reference):
        setting, names = arm.scenario.setting, arm.scenario.labels.states
        permanent |= {names[i] for i in np.flatnonzero(setting.permanent)}
        for month, seats in enumerate(setting.seats):
            for i in seats:
                if arm.votes[:, i].sum():
                    first[names[i]] = min(month, first.get(names[i], month))

    def place(state: str) -> tuple[bool, bool, int, str]:
        unknown = "-" in state
        return state not in permanent, unknown, 0 if unknown else first[state], state

    return sorted(first, key=place)


def _member(comparison: Comparison, state: str) -> str:
    group, _, number = state.partition("-")
    return f"{group} seat {number}" if number else state


def votes_table(comparison: Comparison) -> pd.DataFrame:
    """The numbers behind :func:`votes`: arm, draft, state, votes cast, shares of no, abstain and yes."""
    import pandas as pd

    arms = (("strategy", comparison.strategy), ("reference", comparison.reference))
    return pd.concat([arm.vote_shares().assign(arm=name) for name, arm in arms], ignore_index=True)
