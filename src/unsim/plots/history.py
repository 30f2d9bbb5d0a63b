"""Figures of a back-test (votes: reliability, forecasts of drafts; trade: replayed series) and of a calibration."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from unsim.history.backtest import Backtest
from unsim.history.calibrate import Calibration
from unsim.history.economy import COVERED, ORIGIN, Tested
from unsim.history.report import SPOKEN, calibration_frame, drafts_frame, economy_frame, reliability_frame
from unsim.plots.style import INK, REFERENCE, STRATEGY, WIDTHS, Picture, Width, blank, legend, plain_ticks, sheet, styled

if TYPE_CHECKING:
    import pandas as pd

LOOKS: tuple[dict[str, Any], ...] = (
    {"color": STRATEGY, "marker": "o", "linestyle": "-"},
    {"color": REFERENCE, "marker": "s", "linestyle": "--"},
)
MOST = 40
"""Drafts in the figure of drafts: the last so many."""
ROW = 0.165
"""Height of a draft's row, inches."""


def reliability(result: Backtest, width: Width = "page") -> Figure:
    """The share of members that voted yes against the probability forecast for it, in bins."""
    table = reliability_frame(result)
    names = [name for name in ("rolling", "loo", "as_shipped") if name in result.schemes]
    labels = [SPOKEN[name] for name in names]
    heading = "How often members voted yes, against the forecast"
    with styled():
        figure, axes = sheet(width, 1, 1, 2.9, heading, _note(result, "Numbers beside the marks: votes in the bin."), key=labels)
        axis, handles = axes[0, 0], []
        axis.plot([0, 1], [0, 1], color="#999999", linewidth=0.6)
        for place, (name, look) in enumerate(zip(names, LOOKS, strict=False)):
            rows = table[table["scheme"] == name]
            handles += axis.plot(rows["forecast"], rows["observed"], markersize=4, linewidth=1.0, **look)
            for row in rows.itertuples():
                offset = (5, -8) if place == 0 else (-5, 5)
                axis.annotate(str(row.n), (row.forecast, row.observed), xytext=offset, textcoords="offset points", fontsize=6,
                              color=look["color"], ha="left" if place == 0 else "right")  # fmt: skip
        axis.set(xlim=(-0.06, 1.06), ylim=(-0.06, 1.08), xlabel="forecast: probability of a yes", ylabel="share that voted yes")
        legend(figure, handles, labels, heading, columns=2)
    return figure


def drafts(result: Backtest, width: Width = "page") -> Figure:
    """P(adopted) and P(vetoed) of each draft, and what happened."""
    scheme = result.schemes[result.main]
    table = drafts_frame(scheme).tail(MOST).iloc[::-1].reset_index(drop=True)
    labels = ["P(adopted)", "P(vetoed)", "filled: it happened", "empty: it did not"]
    heading = f"Forecasts of each draft, {SPOKEN[scheme.name]}"
    with styled():
        figure, axes = sheet(width, 1, 1, 0.5 + ROW * len(table), heading, _note(result, ""), key=labels[:2])
        axis = axes[0, 0]
        for row, draft in table.iterrows():
            axis.plot([0, 1], [row, row], color="#DDDDDD", linewidth=0.5, zorder=0)
            for column, colour, marker, what in (("p_adopted", STRATEGY, "o", "adopted"), ("p_vetoed", REFERENCE, "D", "vetoed")):
                if what == "vetoed" and draft["kind"].startswith(("procedural", "presidential")):
                    continue  # no veto there
                face = colour if draft["result"] == what else "white"
                axis.plot(draft[column], row, marker, color=colour, markerfacecolor=face, markersize=4, clip_on=False)
        axis.set_yticks(
            range(len(table)), [f"{draft} ({day[:4]})" for draft, day in zip(table["draft"], table["date"], strict=True)]
        )
        axis.set(xlim=(-0.02, 1.02), ylim=(-0.7, len(table) - 0.3), xlabel="probability")
        axis.tick_params(axis="y", length=0)
        handles = [axis.plot([], [], marker, color=colour, markerfacecolor=face)[0]
                   for marker, colour, face in (("o", STRATEGY, STRATEGY), ("D", REFERENCE, REFERENCE),
                                                ("o", INK, INK), ("o", INK, "white"))]  # fmt: skip
        legend(figure, handles, labels, heading, columns=4 if width == "page" else 2)
    return figure


def _note(result: Backtest, more: str) -> str:
    record = result.schemes[result.main].record
    dissents = int((record.outcome[:, 2] == 0).sum())
    size = f"{len(record.drafts)} drafts, {len(record.cast)} votes, {dissents} of them not yes."
    fitted = (
        "Nothing is fitted to this record."
        if "as_shipped" in result.schemes
        else "Rolling origin: fitted to earlier drafts alone, from the ninth."
    )
    return " ".join(part for part in (size, fitted, "Means over 4,000 parameter draws; no interval.", more) if part)


def pictures(result: Backtest, width: Width = "page") -> list[Picture]:
    """Both figures of a back-test, each with its numbers."""

    def numbers() -> pd.DataFrame:
        return drafts_frame(result.schemes[result.main])

    pictures = [
        Picture("reliability", "How often members voted yes, against the forecast", partial(reliability, result, width),
                partial(reliability_frame, result)),
        Picture("drafts", "P(adopted) and P(vetoed) of each draft, and what happened", partial(drafts, result, width), numbers),
    ]  # fmt: skip
    if result.economy:
        pictures.append(trade_picture(result.economy, width))
    return pictures


# Trade

TITLES = {
    "china_exports": "Exports to China", "china_trade": "Trade with China", "imports": "All imports", "coal": "Coal",
    "minerals": "Minerals", "textiles": "Textiles", "seafood": "Seafood", "other_goods": "Other goods",
    "unlisted": "Hair products, watches",
}  # fmt: skip
PANEL_HEIGHT = 1.35


def trade(tested: Tested, width: Width = "page", fitted: int = ORIGIN) -> Figure:
    """Recorded trade beside the bands of the replay, series by series."""
    columns = 3 if width == "page" else 1
    rows = -(-len(COVERED) // columns)
    labels = ["median", "50% band", "90% band", "recorded"]
    heading = "Recorded trade of the DPRK and its replay, USD million a year"
    note = (
        f"{tested.futures:,} futures, {tested.draws:,} posterior draws of a fit to {fitted} (line: its end). Bands are of recorded "
        "values, recording error included. Channels: declared exports to China. Wars, theft and the closed border are given."
    )
    table = economy_frame(tested)
    with styled():
        figure, axes = sheet(width, rows, columns, PANEL_HEIGHT, heading, note, key=labels[:2])
        for axis, name in zip(axes.flat, COVERED, strict=False):
            found = table[table["series"] == name]
            axis.fill_between(found["year"], found["q05"], found["q95"], color=STRATEGY, alpha=0.18, linewidth=0)
            axis.fill_between(found["year"], found["q25"], found["q75"], color=STRATEGY, alpha=0.35, linewidth=0)
            axis.plot(found["year"], found["median"], color=STRATEGY, linewidth=1.0)
            axis.plot(found["year"], found["observed"], "o", color=INK, markersize=2.4, linestyle="none", zorder=3)
            axis.axvline(fitted + 0.5, color="#777777", linewidth=0.6, linestyle=":")
            axis.set_title(TITLES[name])
            axis.set_ylim(bottom=0.0)
            axis.set_xticks([2006, 2012, 2018, 2024])
            plain_ticks(axis.yaxis)
        blank(axes, len(COVERED))
        handles = [Line2D([], [], color=STRATEGY, linewidth=1.0), Patch(color=STRATEGY, alpha=0.45, linewidth=0),
                   Patch(color=STRATEGY, alpha=0.18, linewidth=0),
                   Line2D([], [], color=INK, marker="o", markersize=2.4, linestyle="none")]  # fmt: skip
        legend(figure, handles, labels, heading, columns=4 if width == "page" else 2)
    return figure


def trade_picture(tested: Tested, width: Width = "page", fitted: int = ORIGIN) -> Picture:
    """The figure of :func:`trade` with its numbers."""
    draw = partial(trade, tested, width, fitted)
    return Picture("trade", "Recorded trade of the DPRK and its replay", draw, partial(economy_frame, tested))


# Calibration


def prior_posterior(made: Calibration, width: Width = "page") -> Figure:
    """Prior and posterior of each fitted parameter, on the scale of the prior's quantiles."""
    table = calibration_frame(made).iloc[::-1].reset_index(drop=True)
    labels = ["prior, 90%", "posterior, 90% and median"]
    heading = f"What trade to {made.until} says of each parameter"
    note = (
        f"{len(made.draws):,} draws from {made.posterior.simulations:,} simulations; effective sample size "
        f"{made.posterior.effective:,.0f}. Scores: standard normal under the prior. Numbers: share of the prior's variance gone."
    )
    scores = made.posterior.draws[:, ::-1]
    with styled():
        figure, axes = sheet(width, 1, 1, 0.5 + ROW * len(table), heading, note, key=labels)
        axis = axes[0, 0]
        for row in range(len(table)):
            low, middle, high = np.quantile(scores[:, row], [0.05, 0.5, 0.95])
            axis.plot([-1.645, 1.645], [row, row], color="#CCCCCC", linewidth=4.0, solid_capstyle="butt", zorder=0)
            axis.plot([low, high], [row, row], color=STRATEGY, linewidth=1.4)
            axis.plot(middle, row, "o", color=STRATEGY, markersize=3.5)
            axis.annotate(f"{table['identified'][row]:.2f}", (1.0, row), xycoords=("axes fraction", "data"), fontsize=6,
                          va="center", ha="right")  # fmt: skip
        axis.set_yticks(range(len(table)), list(table["parameter"]))
        axis.set(xlim=(-4.4, 4.6), ylim=(-0.7, len(table) - 0.3), xlabel="score of the parameter")
        axis.tick_params(axis="y", length=0)
        handles = [Line2D([], [], color="#CCCCCC", linewidth=4.0), Line2D([], [], color=STRATEGY, marker="o", markersize=3.5)]
        legend(figure, handles, labels, heading, columns=2)
    return figure


MOST_PAIRS = 6
"""Parameters in the figure of pairs: those that depend most on each other."""


def pairs(made: Calibration, width: Width = "page") -> Figure:
    """Joint posterior draws of the parameters that depend most on each other."""
    correlation = np.abs(np.corrcoef(made.draws.T)) - np.eye(len(made.names))
    chosen = np.sort(np.argsort(correlation.max(axis=0))[::-1][:MOST_PAIRS])
    heading = "Parameters that the fit cannot tell apart by themselves"
    most = f"The {len(chosen)} most correlated of {len(made.names)}."
    note = f"{len(made.draws):,} posterior draws of trade to {made.until}; r: correlation. {most}"
    number = len(chosen)
    with styled():
        figure, axes = sheet(width, number, number, WIDTHS[width] / number, heading, note)
        for i, row in enumerate(chosen):
            for j, column in enumerate(chosen):
                axis = axes[i, j]
                axis.tick_params(labelsize=5)
                plain_ticks(axis.xaxis)
                plain_ticks(axis.yaxis)
                if j > i:
                    axis.set_axis_off()
                elif i == j:
                    axis.hist(made.draws[:, row], bins=24, color=STRATEGY)
                    axis.set_yticks([])
                    axis.set_title(made.names[row].replace(".", "\n"), fontsize=5.5)
                else:
                    axis.plot(made.draws[:, column], made.draws[:, row], ".", color=STRATEGY, markersize=0.8, alpha=0.5)
                    r = np.corrcoef(made.draws[:, column], made.draws[:, row])[0, 1]
                    axis.set_title(f"r = {r:.2f}", fontsize=5.5, fontweight="normal")
    return figure


def calibration_pictures(made: Calibration, check: Tested, width: Width = "page") -> list[Picture]:
    """Prior against posterior, pairs, and the posterior predictive check."""

    def draws() -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame(made.draws, columns=list(made.names))

    return [
        Picture("prior_posterior", f"What trade to {made.until} says of each parameter", partial(prior_posterior, made, width),
                partial(calibration_frame, made)),
        Picture("pairs", "Joint posterior draws", partial(pairs, made, width), draws),
        trade_picture(check, width, made.until),
    ]  # fmt: skip
