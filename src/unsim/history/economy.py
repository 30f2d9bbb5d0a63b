"""The DPRK's recorded trade, and the same years replayed by the model.

What is compared is what China's customs and others recorded: declared trade. Undeclared trade is in no series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unsim.calendar import month_number
from unsim.parameters import Prior, draw_rows
from unsim.posterior import fitted
from unsim.rules.world import YEAR
from unsim.scenario import Scenario, load
from unsim.sweep import Held, run
from unsim.tables import table

Floats = NDArray[np.float64]

SCENARIO = "history_2006_2024"
CHANNELS = ("coal", "minerals", "textiles", "seafood", "unlisted", "other_goods")
"""Channels of declared exports to China."""
SCORED = ("china_exports", "china_trade", "imports", "coal", "minerals", "textiles", "seafood", "other_goods")
"""Series whose scores count. Goods that no text lists were next to nothing in 2016, the yardstick: they count for coverage only."""
COVERED = (*SCORED, "unlisted")
ORIGIN = 2016
"""Last year that the tested fit knows, and the year whose values scale all scores."""
PERIODS = {"2017-2019": (2017, 2019), "2020-2024": (2020, 2024)}
ROK_EXPORTS_PER_WAGE = 13.7
"""The ROK's imports from Kaesong for each dollar of wages there (13.2 to 15.5 in 2011-2016): what is left is trade outside it."""
RECORDING = {"rest_exports": 0.15}
RECORDING_USUAL = 0.07
"""Standard deviation of the log of what is recorded: sources differ by 5 to 10% for China, by more for the rest of the world."""
DERIVED_ERROR = {"rok_exports": 40.0, "crude": 60.0}
"""Standard deviation of series that are differences of two others, USD million a year: the ROK's trade outside Kaesong, crude."""
COUNTED = ("drafts_adopted", "drafts_vetoed", "drafts_failed", "missile_tests", "nuclear_tests")
"""Outcomes that a replay counts by year."""
HALF_ROUNDING = 0.5
"""The record is in whole USD million: a band covers what it reaches within half a million."""

KAESONG = ("workers", "KOR")
"""Channel and partner under which Kaesong's wages stand."""
BEFOREHAND = {
    "to_unlisted": Prior("uniform", 0.15, 0.0, 0.0, 0.3),
    "unlisted_speed": Prior("uniform", 0.055, 0.0, 0.01, 0.1),
    "unlisted_capacity": Prior("uniform", 32.5, 0.0, 5.0, 60.0),
    "text_reach.minerals": Prior("uniform", 0.825, 0.0, 0.7, 0.95),
    "text_reach.other_goods": Prior("uniform", 0.65, 0.0, 0.4, 0.9),
}
"""Ranges that could be given in 2016, for parameters whose shipped priors lean on later trade: what a test of it draws from."""
SEED, FUTURES = 20161231, 4000


@cache
def record() -> Mapping[str, Mapping[int, float]]:
    """What was recorded: series → year → USD million a year."""
    found: dict[str, dict[int, float]] = {}
    for row in table("trade_record"):
        found.setdefault(row["series"], {})[int(row["year"])] = float(row["usd_million"])
    exports, imports = found["china_exports"], found["china_imports"]
    found["china_trade"] = {year: exports[year] + imports[year] for year in exports if year in imports}
    wages = {int(r["year"]): float(r["usd_million_a_year"]) for r in table("past_flows") if (r["channel"], r["partner"]) == KAESONG}
    outside = found.pop("rok_exports")
    found["rok_exports"] = {year: value - ROK_EXPORTS_PER_WAGE * wages[year] for year, value in outside.items() if year in wages}
    return found


def watched(scenario: Scenario) -> list[str]:
    """Variables of the world that a replay keeps by year."""
    labels = scenario.labels
    cells = [f"{channel}.{partner}" for channel in labels.channels for partner in labels.partners]
    trade = [f"{kind}.real.{cell}" for kind in ("declared", "undeclared") for cell in cells]
    return trade + [f"imports.real.{good}" for good in labels.goods] + [f"outcome.{name}" for name in COUNTED]


@dataclass(frozen=True)
class Replay:
    """The years of a history as futures, each array (year, future).

    ``series``: what would have been recorded of each series, USD million a year, recording error included; ``world``: yearly
    sums of variables of the world, without it.
    """

    first: int
    series: Mapping[str, Floats]
    world: Mapping[str, Floats]

    @property
    def years(self) -> list[int]:
        """The years in order."""
        return list(range(self.first, self.first + len(next(iter(self.series.values())))))

    def of(self, name: str, year: int) -> Floats:
        """All futures of a series in a year."""
        return np.asarray(self.series[name][year - self.first])

    def sold(self, kind: str, channel: str, partner: str, year: int) -> Floats:
        """All futures of ``declared`` or ``undeclared`` trade in a year."""
        return np.asarray(self.world[f"{kind}.real.{channel}.{partner}"][year - self.first])

    def counted(self, outcome: str, first: int, last: int) -> Floats:
        """Sum of a counting outcome over some years, of every future."""
        return np.asarray(self.world[f"outcome.{outcome}"][first - self.first : last + 1 - self.first].sum(axis=0))


def replay(scenario: Scenario, futures: int, seed: int, held: Held | None = None) -> Replay:
    """Replay a history: each future with parameters of its own, from ``held`` where they are given and else as usual."""
    names = watched(scenario)
    found = run(scenario, futures, futures, seed, watch=names, held=held)
    at = dict(zip(names, found.sums, strict=True))
    goods = scenario.file.goods
    series = {channel: at[f"declared.real.{channel}.CHN"] for channel in CHANNELS}
    series["china_exports"] = sum_of(series.values())
    series["imports"] = sum_of(at[f"imports.real.{name}"] for name in goods)
    series["crude"] = sum_of(at[f"imports.real.{name}"] for name, good in goods.items() if good.crude)
    bought = scenario.file.partners["CHN"].supplies * (series["imports"] - series["crude"])
    series["china_trade"] = series["china_exports"] + bought
    for name, partner in (("rok_exports", "KOR"), ("japan_exports", "JPN"), ("rest_exports", "ROW")):
        series[name] = sum_of(at[f"declared.real.{channel}.{partner}"] for channel in CHANNELS)
    rng = np.random.default_rng(seed)
    recorded = {}
    for name, values_now in sorted(series.items()):
        normal = rng.standard_normal(values_now.shape)
        recorded[name] = values_now * np.exp(RECORDING.get(name, RECORDING_USUAL) * normal)
        if name in DERIVED_ERROR:
            recorded[name] = values_now + DERIVED_ERROR[name] * normal
    return Replay(month_number(scenario.file.start) // YEAR, recorded, at)


def sum_of(parts: Any) -> Floats:
    """Sum of arrays in their order."""
    found = 0.0
    for part in parts:
        found = found + part
    return np.asarray(found, dtype=np.float64)


QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}


def bands(futures: Floats) -> dict[str, float]:
    """Median and the edges of the 50% and the 90% band."""
    return dict(zip(QUANTILES, map(float, np.quantile(futures, list(QUANTILES.values()))), strict=True))


def crps(futures: Floats, observed: float) -> float:
    """Continuous ranked probability score of a sample of futures (Gneiting and Raftery 2007, J. Am. Stat. Assoc. 102(477))."""
    ordered = np.sort(futures)
    number = len(ordered)
    rank = np.arange(1, number + 1)
    return float(np.mean(np.abs(ordered - observed)) - np.sum((2 * rank - number - 1) * ordered) / number**2)


def years(period: tuple[int, int], name: str) -> list[int]:
    """Years of a period in which a series was recorded."""
    return [year for year in range(period[0], period[1] + 1) if year in record()[name]]


def scaled_error(period: tuple[int, int], error: Any) -> dict[str, float]:
    """Mean of ``error(series, year)`` over a period, as a share of each series' value in 2016."""
    return {name: float(np.mean([error(name, year) for year in years(period, name)])) / record()[name][ORIGIN] for name in SCORED}


def coverage(made: Replay, period: tuple[int, int], names: Sequence[str] = COVERED, zeros: bool = True) -> dict[str, float]:
    """Share of recorded values, those of 0 included or not, inside the 50% and the 90% band."""
    inside: dict[str, list[bool]] = {"50": [], "90": []}
    for name in names:
        for year in years(period, name):
            band, value = bands(made.of(name, year)), record()[name][year]
            if not (zeros or value > 0.0):
                continue
            for which, low, high in (("50", "q25", "q75"), ("90", "q05", "q95")):
                inside[which].append(band[low] - HALF_ROUNDING <= value <= band[high] + HALF_ROUNDING)
    return {band: float(np.mean(found)) for band, found in inside.items()}


# Rivals: each gives a series' value in a year from the record up to 2016, or up to the year before


def last_value(name: str, year: int) -> float:
    """The value of 2016."""
    return record()[name][ORIGIN]


def last_year(name: str, year: int) -> float:
    """The last value recorded before the year: it knows each year of the test before the next."""
    found = record()[name]
    return found[max(known for known in found if known < year)]


def trend(name: str, year: int) -> float:
    """The straight line through the five years up to 2016, not below zero."""
    found = record()[name]
    known = [one for one in range(ORIGIN - 4, ORIGIN + 1) if one in found]
    slope, level = np.polyfit(known, [found[one] for one in known], 1)
    return max(float(slope * year + level), 0.0)


def legal_zero(name: str, year: int) -> float:
    """The value of 2016 less what the texts name: a legal ban means zero. The closed border is given, as it is to the model."""
    return float(_legal().of(name, year)[0])


@cache
def _legal() -> Replay:
    """Yearly mean share that texts and the border leave, times the values of 2016."""
    scenario = load(SCENARIO)
    setting, labels, file = scenario.setting, scenario.labels, scenario.file
    first = month_number(file.start) // YEAR

    def yearly(left: Floats) -> Floats:
        return np.asarray(left.reshape(-1, YEAR).mean(axis=1), dtype=np.float64)

    found = {}
    for name in CHANNELS:
        named = setting.standing[:, labels.channels.index(name)] * file.channels[name].text_reach[1]
        found[name] = yearly((1.0 - named) * setting.open) * record()[name][ORIGIN]
    found["china_exports"] = sum_of(found.values())
    free, goods = np.zeros(len(setting.open)), list(file.goods.values())
    for g, good in enumerate(goods):
        free = free + good.share_of_free_spending * (1.0 - setting.standing_goods[:, g]) * setting.open
    found["imports"] = yearly(free) * record()["imports"][ORIGIN]
    found["china_trade"] = found["china_exports"] + yearly(free) * record()["china_imports"][ORIGIN]
    return Replay(first, {name: values[:, None] for name, values in found.items()}, {})


RIVALS = {"last_value": last_value, "last_year": last_year, "linear_trend": trend, "legal_ban_means_zero": legal_zero}


# The test


@dataclass(frozen=True)
class Tested:
    """The record of trade beside a replay whose fit knew it to 2016."""

    made: Replay
    futures: int
    draws: int

    def scores(self) -> dict[str, dict[str, dict[str, float]]]:
        """Period → forecaster → series → mean score as a share of 2016: CRPS of the model, absolute error of a rival."""
        found = {}
        for label, period in PERIODS.items():
            by = {"model": scaled_error(period, lambda name, year: crps(self.made.of(name, year), record()[name][year]))}
            for rival, says in RIVALS.items():
                by[rival] = scaled_error(period, lambda name, year, says=says: abs(says(name, year) - record()[name][year]))
            found[label] = by
        return found

    def coverage(self) -> dict[str, dict[str, float]]:
        """Period → share of recorded values inside the 50% and the 90% band."""
        return {label: coverage(self.made, period) for label, period in PERIODS.items()}

    def coverage_above_zero(self) -> dict[str, dict[str, float]]:
        """The same of what is recorded above zero: a band that reaches down to nothing holds every zero."""
        return {label: coverage(self.made, period, zeros=False) for label, period in PERIODS.items()}

    def told(self) -> dict[str, dict[str, dict[str, float | None]]]:
        """Series → year → what was recorded (None where nothing was), median and bands."""
        names = (*COVERED, *(name for name in self.made.series if name not in COVERED))
        return {
            name: {str(year): {"observed": record()[name].get(year), **bands(self.made.of(name, year))} for year in self.made.years}
            for name in names
        }

    def as_json(self) -> dict[str, Any]:
        """Scores, the series, coverage."""
        scores = self.scores()
        means = {period: {who: float(np.mean(list(by.values()))) for who, by in found.items()} for period, found in scores.items()}
        return {
            "economy_crps": means,
            "economy_crps_by_series": scores,
            "economy": self.told(),
            "coverage": self.coverage(),
            "coverage_above_zero": self.coverage_above_zero(),
            "economy_fit": {"until": ORIGIN, "futures": self.futures, "draws": self.draws, "seed": SEED},
        }


def with_draws(columns: Mapping[str, Floats], until: int, futures: int = FUTURES) -> Tested:
    """Replay the history with posterior draws (parameter row → draw) of a fit that knew trade up to a year.

    Each draw is taken as often as any other. With a fit to 2016 no prior may know more: see ``BEFOREHAND``.
    """
    number = len(next(iter(columns.values())))
    rows = np.arange(futures) % number
    held: dict[str, Any] = {}
    if until == ORIGIN:
        held = dict(zip(BEFOREHAND, draw_rows(BEFOREHAND, SEED, range(futures)), strict=True))
    held |= {name: column[rows] for name, column in columns.items()}
    return Tested(replay(load(SCENARIO, {"uncertainty": "prior"}), futures, SEED, held), futures, number)


def against_record(futures: int = FUTURES) -> Tested:
    """The test: the history replayed with the shipped fit that knew trade to 2016."""
    return with_draws(fitted("posterior_economy_2016"), ORIGIN, futures)
