"""Figures of a back-test of votes: reliability, and what was forecast for each draft."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from unsim.history.backtest import Backtest
from unsim.history.report import SPOKEN, drafts_frame, reliability_frame
from unsim.plots.style import INK, REFERENCE, STRATEGY, Picture, Width, legend, sheet, styled

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
        "Nothing is fitted."
        if "as_shipped" in result.schemes
        else "Rolling origin: fitted to earlier drafts alone, from the ninth."
    )
    return " ".join(part for part in (size, fitted, "Means over 4,000 parameter draws; no interval.", more) if part)


def pictures(result: Backtest, width: Width = "page") -> list[Picture]:
    """Both figures of a back-test, each with its numbers."""

    def numbers() -> pd.DataFrame:
        return drafts_frame(result.schemes[result.main])

    return [
        Picture("reliability", "How often members voted yes, against the forecast", partial(reliability, result, width),
                partial(reliability_frame, result)),
        Picture("drafts", "P(adopted) and P(vetoed) of each draft, and what happened", partial(drafts, result, width), numbers),
    ]  # fmt: skip
