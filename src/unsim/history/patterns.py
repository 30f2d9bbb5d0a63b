"""Patterns of the record, and the share of replayed futures that show each.

A pattern is *emergent* where nothing in the scenario or a prior says it directly; the others follow from dates, events or codes
that somebody put in, and a high share of them says only that the model does what it was told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from unsim.history import votes
from unsim.history.economy import CHANNELS, Replay, sum_of
from unsim.history.record import conditions, shipped_known, shipped_record

Shown = NDArray[np.bool_] | NDArray[np.float64]
"""Whether each future shows a pattern, or the probability that each parameter draw gives it."""


@dataclass(frozen=True)
class Pattern:
    """A pattern: what is looked for, whether it is emergent and why or why not, and which futures of a replay show it."""

    name: str
    meaning: str
    emergent: bool
    rests_on: str
    shown: Callable[[Replay], Shown]


def _exports(made: Replay, year: int, partner: str = "CHN") -> NDArray[np.float64]:
    return sum_of(made.sold("declared", channel, partner, year) for channel in CHANNELS)


@cache
def _unanimous(through: int) -> NDArray[np.float64]:
    """By draw of the shipped fit of votes: probability that all fifteen say yes to every text on weapons up to a year."""
    whole = shipped_record()
    texts = [d for d, draft in enumerate(whole.drafts) if draft.security > 0.0 and draft.date.year <= through]
    return votes.unanimity(votes.shipped(), conditions(whole, shipped_known()), texts)


def _unanimity(_: Replay) -> Shown:
    return _unanimous(2017)


def _no_veto(made: Replay) -> Shown:
    return np.asarray(made.counted("drafts_vetoed", 2006, 2017) == 0)


def _vetoes(made: Replay) -> Shown:
    return np.asarray(made.counted("drafts_vetoed", 2022, 2024) >= 1)


def _two_vetoes(made: Replay) -> Shown:
    return np.asarray(made.counted("drafts_vetoed", 2022, 2024) == 2)


def _collapse(made: Replay) -> Shown:
    return np.asarray(_exports(made, 2018) <= 0.5 * _exports(made, 2016))


def _mostly_china(made: Replay) -> Shown:
    """China's share of the loss is above its share of the trade before."""
    lost = {p: _exports(made, 2016, p) - _exports(made, 2018, p) for p in ("CHN", "RUS", "KOR", "JPN", "ROW")}
    return np.asarray(lost["CHN"] > 0.5 * sum_of(np.maximum(one, 0.0) for one in lost.values()))


def _at_sea(made: Replay) -> Shown:
    before, after = (
        sum_of(made.sold("undeclared", "coal", "CHN", year) for year in years) / 2.0 for years in ((2015, 2016), (2018, 2019))
    )
    return np.asarray((after > 100.0) & (after > 2.0 * before))


def _deficit(made: Replay) -> Shown:
    gap = {year: made.of("imports", year) - _exports(made, year) for year in (2016, 2018)}
    return np.asarray(gap[2018] >= gap[2016])


def _unlisted(made: Replay) -> Shown:
    return np.asarray(made.sold("declared", "unlisted", "CHN", 2019) >= 3.0 * made.sold("declared", "unlisted", "CHN", 2016))


def _russian_arms(made: Replay) -> Shown:
    """Arms to Russia in 2024 make up at least a tenth of what declared exports to China lost after 2016."""
    sold = made.sold("declared", "arms", "RUS", 2024) + made.sold("undeclared", "arms", "RUS", 2024)
    return np.asarray(sold >= 0.1 * (_exports(made, 2016) - _exports(made, 2018)))


PATTERNS = (
    Pattern("unanimity_to_2017", "all fifteen say yes to every text on weapons from 2006 to 2017", False,
            "rivalry is coded as nought before December 2019; that support is then large is fitted to these votes", _unanimity),
    Pattern("no_veto_to_2017", "no draft on the DPRK is vetoed from 2006 to 2017", False,
            "rivalry is coded as nought before December 2019; that support is then large is fitted", _no_veto),
    Pattern("veto_2022_to_2024", "at least one of the drafts of 2022 to 2024 is vetoed", False,
            "rivalry is coded from dated signals of 2019 to 2023; its weight is fitted to the two vetoes", _vetoes),
    Pattern("two_vetoes_2022_to_2024", "exactly two of them are, as in the record", False, "likewise", _two_vetoes),
    Pattern("collapse_within_a_year", "declared exports to China in 2018 are at most half of 2016", True,
            "texts and dates are given; that they are obeyed is a prior from Seoul's and Tokyo's own bans", _collapse),
    Pattern("loss_mostly_china", "more than half of the loss of declared exports from 2016 to 2018 is in China", True,
            "China bought most of them before, so this tells little", _mostly_china),
    Pattern("evasion_at_sea", "undeclared coal in 2018-2019 is above USD 100 million a year, and twice that of 2015-2016", False,
            "evasion begins with a ban by construction; its size is the prior of evadability", _at_sea),
    Pattern("deficit_persists", "imports less declared exports to China in 2018 are no less than in 2016", True,
            "reserves, hidden income and smoothing of spending", _deficit),
    Pattern("unlisted_goods_rise", "goods that no text lists sell three times as much in 2019 as in 2016", True,
            "trade that texts stop may turn to them; the share is a prior", _unlisted),
    Pattern("russian_arms_replace_part", "arms to Russia in 2024 are at least a tenth of the loss of 2016 to 2018", False,
            "the war, what it buys and Russia's need are put in by hand", _russian_arms),
)  # fmt: skip
"""Patterns of mission and model that declared trade, undeclared trade and the fate of drafts can show."""


def shares(made: Replay) -> dict[str, dict[str, float | bool]]:
    """By pattern: share of the replay's futures that show it (a parameter draw each), and whether it is emergent."""
    return {p.name: {"share_of_draws": float(p.shown(made).mean()), "emergent": p.emergent} for p in PATTERNS}
