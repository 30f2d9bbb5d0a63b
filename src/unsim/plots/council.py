"""How members of the Security Council vote."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from unsim.effects import Comparison
from unsim.plots.style import (
    INK,
    TEXT_SIZE,
    WIDTHS,
    Picture,
    Result,
    Width,
    arms,
    blank,
    legend,
    main_arm,
    numbered,
    panel_title,
    rests_on,
    sheet,
    sheets,
    styled,
    wrapped,
)
from unsim.results import Run, spread_of
from unsim.rules.world import SEATS

if TYPE_CHECKING:
    import pandas as pd

VOTE_STYLE: Any = {
    "yes": {"facecolor": "#0072B2", "edgecolor": "#0072B2"},
    "abstain": {"facecolor": "#F2F2F2", "hatch": "....", "edgecolor": "#888888"},
    "no": {"facecolor": "#E69F00", "hatch": "////", "edgecolor": "#5A3D00"},
}
DRAFT = 1.4
"""Width of the panel of a draft, inches."""
NAMES = 1.2
"""Width of the names of members, inches."""


def voted(result: Result) -> list[str]:
    """Drafts that were put to the vote in either arm."""
    runs = arms(result).values()
    menus = dict.fromkeys(draft for arm in runs for draft in arm.scenario.labels.drafts)
    return [draft for draft in menus if any(draft in set(arm.vote_shares()["draft"]) for arm in runs)]


def votes(result: Result, drafts: Sequence[str], width: Width = "page", more: str = "") -> Figure:
    """How each member voted on each draft, over all futures and months in which it was put to the vote.

    ``more``: what the note says at its end.
    """
    runs = arms(result)
    tables = [arm.vote_shares().set_index(["draft", "state"]) for arm in runs.values()]
    texts = {name: text for arm in reversed(runs.values()) for name, text in arm.scenario.file.texts.items()}
    seen = {state for table in tables for draft, state in table.index if draft in drafts}
    states = [state for state in _council_order(list(runs.values())) if state in seen]
    columns = max(1, min(len(drafts), _beside(width)))
    room = (WIDTHS[width] - NAMES) / columns
    paired = isinstance(result, Comparison)
    places = ((-0.2, 0.42), (0.22, 0.3)) if paired else ((0.0, 0.6),)
    with styled():
        rows, height = max(1, -(-len(drafts) // columns)), 0.75 + (0.155 if paired else 0.125) * len(states)
        note, key = f"{_note(result, bool(drafts))} {more}".strip(), list(VOTE_STYLE) if drafts else []
        figure, axes = sheet(width, rows, columns, height, _heading(result), note, key=key, across=3, sharey=True)
        for axis, draft in zip(axes.flat, drafts, strict=False):
            for row, state in enumerate(states):
                for table, (offset, thickness) in zip(tables, places, strict=True):
                    if (draft, state) in table.index:
                        _bar(axis, row + offset, thickness, table.loc[(draft, state)])
            counts = wrapped(" / ".join(_counts(arm, draft) for arm in runs.values()), TEXT_SIZE, room)
            axis.set_title(panel_title(texts[draft].label, DRAFT + 0.3))
            axis.set(xlim=(0, 1), xlabel=f"share of votes\n{counts}")
            axis.set_xticks([0, 0.5, 1], ["0", "½", "1"])
            axis.tick_params(axis="y", length=0)
            axis.axhline(4.5, color=INK, linewidth=0.6)
        if not drafts:
            axes[0, 0].text(0.5, 0.5, "No draft was put to the vote.", ha="center", transform=axes[0, 0].transAxes)
            axes[0, 0].set_axis_off()
        axes[0, 0].set_yticks(range(len(states)), [_member(main_arm(result), state) for state in states])
        axes[0, 0].set_ylim(max(len(states), 1) - 0.4, -0.6)
        blank(axes, max(1, len(drafts)))
        if drafts:
            handles = [Patch(**style) for style in VOTE_STYLE.values()]
            legend(figure, handles, list(VOTE_STYLE), _heading(result), columns=3)
    return figure


def _beside(width: Width) -> int:
    """Drafts that have room side by side."""
    return int((WIDTHS[width] - 0.6) / DRAFT)


def _heading(result: Result) -> str:
    if isinstance(result, Run):
        return f"Votes by member and draft: {result.scenario.title}"
    upper, lower = (arm.scenario.title for arm in (result.strategy, result.reference))
    return f"Votes by member and draft. Upper bar, strategy: {upper}. Lower bar, reference: {lower}"


def _note(result: Result, any_draft: bool) -> str:
    paired = isinstance(result, Comparison)
    menus = ", or the draft is not on that arm's menu" if isinstance(result, Comparison) and result.menus_differ else ""
    said = [
        rests_on(result),
        "Shares over all futures and months in which the draft was put to the vote, "
        f"{spread_of(main_arm(result).draws)}; no interval.",
        f"Below each panel{', strategy / reference' if paired else ''}: drafts put to the vote in all futures, in one on average.",
        "Below the permanent five: elected members, then seats whose members are not yet known, by regional group (African, "
        "Asia-Pacific, Eastern European, Latin American and Caribbean, Western European and others).",
        f"No bar: not on the Council when the draft was put to the vote{menus}." if any_draft else "",
    ]
    return " ".join(said).strip()


def _bar(axis: Any, y: float, thickness: float, shares: Any) -> None:
    left = 0.0
    for vote, style in VOTE_STYLE.items():
        axis.barh(y, shares[vote], thickness, left=left, linewidth=0.3, **style)
        left += shares[vote]


def _counts(arm: Run, draft: str) -> str:
    d = arm.scenario.labels.drafts.index(draft) if draft in arm.scenario.labels.drafts else None
    number = 0 if d is None else int(arm.votes[d].sum()) // SEATS
    return f"{number:,} ({number / arm.replicates:.1f})"


def _council_order(runs: list[Run]) -> list[str]:
    """Members that voted in any arm: permanent ones, elected ones by their first month, unknown ones by regional group."""
    first: dict[str, int] = {}
    permanent: set[str] = set()
    for arm in runs:
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


def _member(arm: Run, state: str) -> str:
    group, _, number = state.partition("-")
    return f"{group} seat {number}" if number else arm.scenario.called(state)


def votes_table(result: Result) -> pd.DataFrame:
    """The numbers behind :func:`votes`, for all drafts: arm, draft, state, votes cast, shares of no, abstain and yes."""
    import pandas as pd

    return pd.concat([arm.vote_shares().assign(arm=name) for name, arm in arms(result).items()], ignore_index=True)


def pictures(result: Result, width: Width, more: str = "") -> list[Picture]:
    """The figures of votes, each with as many drafts as have room side by side; ``more`` as in :func:`votes`."""
    found = []
    for index, some in enumerate(sheets(voted(result), _beside(width))):
        drawn = (partial(votes, result, some, width, more), partial(votes_table, result))
        found.append(Picture(numbered("votes", index), "How each member votes on each draft", *drawn))
    return found
