"""The sentences after a comparison come from its numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import unsim
from unsim import words
from unsim.effects import Comparison
from unsim.structure import Flip, Part, Structure


@pytest.fixture(scope="module")
def comparison(baseline: unsim.Scenario, tripartite: unsim.Scenario) -> Comparison:
    return unsim.compare(tripartite.over(6), baseline.over(6), 40, draws=20)


def moved(comparison: Comparison, **shifts: Any) -> Comparison:
    """The comparison of the reference with itself, but for shifts of some outcomes (a number, or one for each future)."""
    arm = comparison.reference
    totals = arm.totals.copy()
    for name, shift in shifts.items():
        totals[:, arm.row(name)] += np.asarray(shift) * np.array(arm.horizons)[:, None]
    return Comparison(replace(arm, totals=totals), arm)


OPEN = np.where(np.arange(40) % 20 < 10, 1.0, -0.5)


def test_what_is_settled_is_told_with_direction_size_and_interval(comparison: Comparison) -> None:
    told = words.finding(moved(comparison, political_cost=2.0, civilian_welfare=-1.5, economic_cost=OPEN))
    assert told[0].startswith("What this says. Over 6 months, political cost rises by 2 index points (90% [+2, +2]; ")
    assert "civilian welfare falls by 1.5 index points" in told[0]
    assert "For economic cost (90% [-0.5, +1] USD million a month) the sign is open." in told[0]
    assert "Coalition cost does not differ in any future." in told[0]


def test_a_small_effect_is_called_small_however_sure_its_sign(comparison: Comparison) -> None:
    usual = float(comparison.reference.outcome("economic_cost").mean())
    assert "which is small" in words.finding(moved(comparison, economic_cost=0.009 * usual))[0]
    assert "which is small" not in words.finding(moved(comparison, economic_cost=0.011 * usual))[0]


def test_two_equal_scenarios_are_said_to_be_equal_and_nothing_else(baseline: unsim.Scenario) -> None:
    (told,) = words.finding(unsim.compare(unsim.load("placebo").over(3), baseline.over(3), 4))
    assert "equal in every outcome of every future" in told


def test_what_it_does_not_say_follows_from_level_menus_draws_and_first_month(
    comparison: Comparison, baseline: unsim.Scenario
) -> None:
    def told(subject: Comparison, found: Structure | None = None) -> str:
        return words.finding(subject, found)[1]

    assert "never seen, and it is no forecast" in told(comparison)
    assert "menus differ" not in told(comparison)
    other = baseline.over(6).override({"coalition.menu": ["rights_meeting"]})
    assert "the menus differ" in told(unsim.compare(other, baseline.over(6), 20))
    for draws, words_ in ((0, "not varied"), (1, "not varied"), (4, "varied 4 times only"), (20, "come from priors")):
        found = told(unsim.compare("tripartite_2024", "baseline_2024", 20, draws=draws))
        assert words_ in found
        assert ("come from priors" in found) == (draws == 20)
    begun = Structure({}, None, {}, {"revenue": comparison.effect("revenue")})
    assert "differ in the first month already" in told(comparison, begun)


def test_what_would_flip_it_follows_from_what_was_examined(comparison: Comparison) -> None:
    subject = moved(comparison, political_cost=2.0, economic_cost=3.0)
    assert words.finding(subject)[2] == "What would flip it. Not examined (--structure)."
    flips = {"political_cost": Flip(0.004, False), "economic_cost": Flip(None, True), "policing_CHN": Flip(0.001, True)}
    found = Structure({"economic_cost": Part(0.8, 0.7, 0.9), "political_cost": Part(0.2, 0.1, 0.3)},
                      moved(comparison, political_cost=-2.0, economic_cost=3.0), flips, {})  # fmt: skip
    told = words.finding(subject, found)[2]
    assert "does not keep the sign for political cost." in told
    assert "turns the sign of the mean for political cost at +0.0040 (within noise)." in told
    assert "policing" not in told
    assert "no record identifies for economic cost (80%)." in told
    near = replace(found, unidentified={"economic_cost": Part(0.45, 0.4, 0.5), "political_cost": Part(0.55, 0.5, 0.6)})
    assert "identifies for political cost (55%)." in words.finding(subject, near)[2]
    calm = replace(found, variant=None, flips={"political_cost": Flip(None, True)}, unidentified={})
    assert "turns the sign of the mean for political cost." in words.finding(subject, calm)[2]
    assert "No answer of rivals" in words.finding(subject, calm)[2]
    assert "Nothing could be examined" in words.finding(subject, replace(calm, flips={}))[2]
    assert (
        "keeps the signs of the means of political cost and economic cost"
        in words.finding(subject, replace(calm, variant=subject))[2]
    )


def test_one_pair_of_futures_is_said_to_tell_nothing(comparison: Comparison, baseline: unsim.Scenario) -> None:
    (told,) = words.finding(unsim.compare(comparison.strategy.scenario, baseline.over(6), 1))
    assert "ask for more replicates" in told


def test_differences_that_cancel_are_no_equality_and_settle_nothing(comparison: Comparison) -> None:
    cancelled = np.where(np.arange(40) < 20, 1.0, -1.0)
    told = words.finding(moved(comparison, political_cost=cancelled))[0]
    assert "for political cost (90% [" in told
    assert "the sign is open" in told
    assert "Political cost" not in told


def test_a_mean_that_a_few_draws_carry_is_not_settled(comparison: Comparison) -> None:
    subject = moved(comparison, political_cost=np.where(np.arange(40) == 0, 100.0, -0.1))
    told = words.finding(Comparison(*(replace(arm, draws=40) for arm in (subject.strategy, subject.reference))))[0]
    assert "(90% [-0.1, -0.1] index points; a few draws far out carry the mean of +2.4) the sign is open" in told


def test_revenue_stands_for_economic_cost_where_the_world_without_measures_differs(comparison: Comparison) -> None:
    told = words.finding(moved(comparison, revenue_without_measures=5.0, economic_cost=1.0, revenue=4.0))
    assert "revenue rises by 4" in told[0]
    assert "economic cost rises" not in told[0]
    assert "so economic cost is left out" in told[1]


def test_what_is_settled_beside_the_headline_is_named_or_counted(comparison: Comparison) -> None:
    assert "settled for reserves and evidence." in words.finding(moved(comparison, reserves=1.0, evidence=0.1))[0]
    many = dict.fromkeys(("isolation", "revenue", "imports", "reserves", "weapons_spending", "evidence"), 1.0)
    assert "isolation, revenue, imports, reserves and 2 more." in words.finding(moved(comparison, **many))[0]
