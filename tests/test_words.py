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
    assert "For economic cost (90% [-0.5, +1] USD million a month) the sign is open: the interval includes 0." in told[0]
    assert "Coalition cost does not differ in any future." in told[0]


def test_a_small_effect_is_called_small_however_sure_its_sign(comparison: Comparison) -> None:
    assert "which is small" in words.finding(moved(comparison, economic_cost=0.01))[0]
    assert "which is small" not in words.finding(moved(comparison, economic_cost=50.0))[0]


def test_two_equal_scenarios_are_said_to_be_equal_and_nothing_else(baseline: unsim.Scenario) -> None:
    (told,) = words.finding(unsim.compare(unsim.load("placebo").over(3), baseline.over(3), 4))
    assert "equal in every outcome of every future" in told


def test_what_it_does_not_say_follows_from_level_menus_draws_and_first_month(
    comparison: Comparison, baseline: unsim.Scenario
) -> None:
    def told(subject: Comparison, found: Structure | None = None) -> str:
        return words.finding(subject, found)[1]

    assert "exploration, no forecast" in told(comparison)
    assert "menus differ" not in told(comparison)
    other = baseline.over(6).override({"coalition.menu": ["rights_meeting"]})
    assert "the menus differ" in told(unsim.compare(other, baseline.over(6), 20))
    assert "Parameters were not varied" in told(unsim.compare("tripartite_2024", "baseline_2024", 4, draws=0))
    begun = Structure({}, None, {}, {"revenue": comparison.effect("revenue")})
    assert "differ in the first month already" in told(comparison, begun)


def test_what_would_flip_it_follows_from_what_was_examined(comparison: Comparison) -> None:
    subject = moved(comparison, political_cost=2.0, economic_cost=3.0)
    assert words.finding(subject)[2] == "What would flip it. Not examined (--structure)."
    flips = {"political_cost": Flip(0.004, False), "economic_cost": Flip(None, True), "policing_CHN": Flip(0.001, True)}
    found = Structure({"economic_cost": Part(0.8, 0.7, 0.9), "political_cost": Part(0.2, 0.1, 0.3)},
                      moved(comparison, political_cost=-2.0, economic_cost=3.0), flips, {})  # fmt: skip
    told = words.finding(subject, found)[2]
    assert "turns the sign for political cost." in told
    assert "turns the sign for political cost at +0.0040 (within noise)." in told
    assert "policing" not in told
    assert "no record identifies for economic cost (80%)." in told
    calm = replace(found, variant=None, flips={"political_cost": Flip(None, True)}, unidentified={})
    assert "turns a sign" in words.finding(subject, calm)[2]
    assert "No answer of rivals" in words.finding(subject, calm)[2]
