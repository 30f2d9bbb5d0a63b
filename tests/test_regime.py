"""The regime: a budget that balances, what raises coercion and what lowers it, and stocks that keep their range."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from unsim.parameters import BY_NAME
from unsim.rules import regime, trade

share = st.floats(0.0, 1.0)
amount = st.floats(0.0, 1e4)
positive = st.floats(1e-2, 1e4)
log_coercion = st.floats(-3.0, 3.0)
LEAST, MOST = math.exp(-3.0) * (1.0 - 1e-12), math.exp(3.0) * (1.0 + 1e-12)


def within(name: str) -> Any:
    """Any value that a parameter may take."""
    prior = BY_NAME[name].prior
    return st.floats(prior.low, prior.high)


# The budget


class Rules(NamedTuple):
    """The parameters of the budget."""

    apparatus_weight: float
    patronage_share: float
    patronage_protection: float
    weapons_share: float
    weapons_protection: float


class Budget(NamedTuple):
    """What a month's resources are spent on."""

    apparatus: float
    patronage: float
    weapons: float
    civilian: float


rules = st.builds(Rules, **{name: within(name) for name in Rules._fields})


def protected(available: float, usual: float, total: float, base: float, protection: float) -> float:
    """Spending on a purpose that is protected, out of what is available of all resources."""
    return regime.protected_spending(available, usual, regime.raised_share(total, base, protection))


def budget(r: Rules, total: float, base: float, coercion: float) -> Budget:
    """The budget in the order in which both engines draw it up."""
    apparatus = regime.apparatus_spending(total, r.apparatus_weight, coercion)
    left = total - apparatus
    patronage = protected(left, r.patronage_share, total, base, r.patronage_protection)
    left = left - patronage
    weapons = protected(left, r.weapons_share, total, base, r.weapons_protection)
    return Budget(apparatus, patronage, weapons, left - weapons)


@given(rules, amount, amount, log_coercion)
def test_the_budget_balances_and_nobody_gets_less_than_nothing(r: Rules, total: float, base: float, log: float) -> None:
    spent = budget(r, total, base, math.exp(log))
    assert sum(spent) == pytest.approx(total, rel=1e-12, abs=1e-12)
    assert min(spent) >= 0.0


@given(rules, positive, log_coercion)
def test_without_scarcity_every_purpose_gets_its_usual_share(r: Rules, total: float, log: float) -> None:
    spent = budget(r, total, total, math.exp(log))
    left = total - spent.apparatus
    assert spent.patronage == pytest.approx(r.patronage_share * left)
    assert spent.weapons == pytest.approx(r.weapons_share * (left - spent.patronage))


@given(rules, positive, log_coercion, log_coercion)
def test_a_larger_apparatus_costs_more_but_never_everything(r: Rules, total: float, one: float, other: float) -> None:
    mild, harsh = (regime.apparatus_spending(total, r.apparatus_weight, math.exp(log)) for log in sorted((one, other)))
    assert mild <= harsh * (1.0 + 1e-12)
    assert mild > 0.0
    assert harsh < total


@given(within("patronage_share"), positive, st.floats(0.6, 1.0), st.floats(0.5, 1.0))
def test_full_protection_keeps_the_level_of_spending(usual: float, base: float, kept: float, left: float) -> None:
    """Where the other claims fall in proportion: then what is left of resources is the same share as before."""
    assume(usual / kept < 0.9)
    before = protected(base * left, usual, base, base, 1.0)
    after = protected(base * kept * left, usual, base * kept, base, 1.0)
    assert after == pytest.approx(before)


@given(within("weapons_share"), positive, st.floats(0.01, 3.0), share)
def test_without_protection_spending_falls_in_proportion(usual: float, base: float, kept: float, left: float) -> None:
    found = protected(base * kept * left, usual, base * kept, base, 0.0)
    assert found == pytest.approx(kept * protected(base * left, usual, base, base, 0.0))


@given(within("weapons_share"), positive, st.floats(0.01, 1.0), share, share)
def test_more_protection_never_lowers_spending_in_scarcity(
    usual: float, base: float, kept: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    less, more = (protected(base * kept, usual, base * kept, base, p) for p in (low, high))
    assert less <= more * (1.0 + 1e-12)
    assert more <= 0.9 * base * kept * (1.0 + 1e-12)


@given(rules, positive, log_coercion, st.floats(0.05, 0.999))
def test_civilians_bear_at_least_their_part_of_a_loss(r: Rules, base: float, log: float, kept: float) -> None:
    before, after = budget(r, base, base, math.exp(log)), budget(r, kept * base, base, math.exp(log))
    assert after.civilian <= kept * before.civilian * (1.0 + 1e-9)


# Reserves and income


months = st.lists(st.tuples(share, amount, st.lists(share, min_size=3, max_size=3)), min_size=1, max_size=24)


@given(within("start_reserves"), within("start_income"), within("income_speed"), within("spending_propensity"), within("drawdown"),
       months)  # fmt: skip
def test_reserves_are_what_came_in_less_what_was_paid_and_never_run_out(
    start: float, income: float, speed: float, propensity: float, drawdown: float, path: list[tuple[float, float, list[float]]]
) -> None:
    reserves, received, paid = start, 0.0, 0.0
    for passing, cash, bans in path:
        free = trade.free_spending(passing, propensity, income, drawdown, reserves)
        spent = sum(trade.imported(free, 1.0 / len(bans), banned) for banned in bans)
        reserves = regime.reserves_next(reserves, cash, spent)
        income = regime.income_next(income, cash, speed)
        received, paid = received + cash, paid + spent
        assert reserves >= 0.0
        assert income >= 0.0
    assert reserves == pytest.approx(start + received - paid)


@given(amount, amount)
def test_resources_are_what_is_paid_and_what_is_taken(paid: float, taken: float) -> None:
    assert regime.resources(paid, taken) == paid + taken


@given(within("extraction_base"), log_coercion, within("output_elasticity"), within("extraction_intensity"))
def test_extraction_is_at_its_base_without_measures_and_follows_coercion(
    base: float, log: float, elasticity: float, intensity: float
) -> None:
    response = elasticity * intensity
    assert regime.extraction(base, 1.0, response) == base
    assert regime.extraction(base, math.exp(log), response) == pytest.approx(base * math.exp(log * response))


# Coercion


@st.composite
def economies(draw: Any) -> tuple[list[tuple[float, float]], int]:
    """Channels as (revenue, forced-labour intensity), and which of them is cut."""
    channels = draw(st.lists(st.tuples(st.floats(1.0, 500.0), st.floats(0.02, 0.98)), min_size=2, max_size=10))
    return channels, draw(st.integers(0, len(channels) - 1))


@given(economies(), within("value_curvature"), within("coercion_curvature"))
def test_blocking_a_channel_raises_coercion_if_and_only_if_curvature_exceeds_its_relative_intensity(
    economy: tuple[list[tuple[float, float]], int], curvature: float, cost: float
) -> None:
    channels, which = economy
    total = sum(revenue for revenue, _ in channels)
    coerced = sum(revenue * intensity for revenue, intensity in channels)
    intensity = channels[which][1]
    threshold = intensity / (coerced / total)
    # The condition is of the first order; this cut is so small that the second stays below the margin.
    cut, margin = 1e-6 * total, 0.01
    assume(abs(curvature - threshold) > margin)
    goal = regime.coercion_goal(coerced - intensity * cut, coerced, total - cut, total, curvature, cost, 1.0)
    assert (goal > 1.0) == (curvature > threshold)
    slope = (curvature - threshold) * cut / total / (1.0 + cost)
    assert math.log(goal) == pytest.approx(slope, rel=0.05)


@given(economies(), within("coercion_curvature"), st.floats(0.05, 0.95))
def test_without_curvature_losing_revenue_never_raises_coercion(
    economy: tuple[list[tuple[float, float]], int], cost: float, kept: float
) -> None:
    channels, which = economy
    total, coerced = sum(revenue for revenue, _ in channels), sum(revenue * phi for revenue, phi in channels)
    revenue, phi = channels[which]
    cut = revenue * (1.0 - kept)
    assert regime.coercion_goal(coerced - phi * cut, coerced, total - cut, total, 0.0, cost, 1.0) <= 1.0


@given(positive, positive, within("value_curvature"), within("coercion_curvature"))
def test_without_measures_coercion_is_usual(coerced: float, total: float, curvature: float, cost: float) -> None:
    assert regime.coercion_goal(coerced, coerced, total, total, curvature, cost, 1.0) == regime.USUAL


anything = (amount, amount, amount, amount, within("value_curvature"), within("coercion_curvature"))


@given(*anything, within("accountability_weight"), share)
def test_the_goal_of_coercion_stays_within_three_log_units(
    coerced: float, coerced_base: float, total: float, total_base: float, curvature: float, cost: float, weight: float,
    exposure: float
) -> None:  # fmt: skip
    factor = regime.accountability_factor(weight, exposure)
    goal = regime.coercion_goal(coerced, coerced_base, total, total_base, curvature, cost, factor)
    assert LEAST <= goal <= MOST


@given(*anything, within("accountability_weight"), share, share)
def test_more_accountability_never_raises_the_goal_of_coercion(
    coerced: float, coerced_base: float, total: float, total_base: float, curvature: float, cost: float, weight: float,
    one: float, other: float
) -> None:  # fmt: skip
    little, much = (
        regime.coercion_goal(
            coerced, coerced_base, total, total_base, curvature, cost, regime.accountability_factor(weight, exposure)
        )
        for exposure in sorted((one, other))
    )
    assert much <= little * (1.0 + 1e-14)


@given(positive, positive, within("value_curvature"), within("coercion_curvature"), st.floats(0.05, 2.0), st.floats(0.05, 1.0))
def test_accountability_lowers_the_goal_of_coercion_by_its_weight(
    coerced: float, total: float, curvature: float, cost: float, weight: float, exposure: float
) -> None:
    factor = regime.accountability_factor(weight, exposure)
    assert factor == pytest.approx(1.0 / (1.0 + weight * exposure))
    goal = regime.coercion_goal(coerced, coerced, total, total, curvature, cost, factor)
    assert goal == pytest.approx(factor ** (1.0 / (1.0 + cost)))
    assert goal < 1.0


@given(log_coercion, st.lists(log_coercion, min_size=1, max_size=24), within("coercion_speed"))
def test_coercion_stays_within_three_log_units_and_never_overshoots(start: float, goals: list[float], speed: float) -> None:
    coercion = math.exp(start)
    for month, log in enumerate(goals, start=1):
        goal = math.exp(log)
        moved = regime.coercion_next(coercion, goal, speed, float(month))
        assert min(coercion, goal) * (1.0 - 1e-12) <= moved <= max(coercion, goal) * (1.0 + 1e-12)
        coercion = moved
        assert LEAST <= coercion <= MOST


@given(log_coercion, log_coercion, within("coercion_speed"))
def test_at_the_start_coercion_has_long_answered(before: float, log: float, speed: float) -> None:
    assert regime.coercion_next(math.exp(before), math.exp(log), speed, 0.0) == math.exp(log)


# Skill, cohesion, capability


@given(share, st.lists(share, min_size=1, max_size=24), within("skill_learning"), within("skill_forgetting"))
def test_evasion_skill_is_a_share_that_grows_where_there_is_something_to_evade(
    start: float, squeezes: list[float], learning: float, forgetting: float
) -> None:
    skill = start
    for squeezed in squeezes:
        pressed, idle = (regime.skill_next(skill, learning, s, forgetting) for s in (squeezed, 0.0))
        assert 0.0 <= idle <= pressed <= 1.0
        assert idle == pytest.approx(skill * (1.0 - forgetting), abs=1e-15)
        skill = pressed


conditions = (
    within("cohesion_usual"), within("cohesion_patronage"), amount, amount, within("cohesion_accountability"), share,
    within("cohesion_rally"), share,
)  # fmt: skip


@given(*conditions, share, within("cohesion_speed"))
def test_cohesion_is_a_share(
    usual: float, slope: float, patronage: float, expectation: float, accountability_slope: float, accountability: float,
    rally_slope: float, rally: float, cohesion: float, speed: float
) -> None:  # fmt: skip
    goal = regime.cohesion_goal(
        usual, slope, patronage, expectation, accountability_slope, accountability, rally_slope, rally, 1.0, 1.0
    )
    assert 0.0 <= goal <= 1.0
    moved = regime.cohesion_next(cohesion, goal, speed)
    assert 0.0 <= moved <= 1.0
    assert abs(goal - moved) == pytest.approx((1.0 - speed) * abs(goal - cohesion), abs=1e-12)


@given(*conditions, share, amount)
def test_patronage_and_rallying_hold_the_elite_together_and_exposure_does_not(
    usual: float, slope: float, patronage: float, expectation: float, accountability_slope: float, accountability: float,
    rally_slope: float, rally: float, more: float, richer: float
) -> None:  # fmt: skip
    def goal(paid: float, exposed: float, rallied: float) -> float:
        return regime.cohesion_goal(usual, slope, paid, expectation, accountability_slope, exposed, rally_slope, rallied, 1.0, 0.0)

    here = goal(patronage, accountability, rally)
    assert goal(max(patronage, richer), accountability, rally) >= here - 1e-14
    assert goal(patronage, accountability, max(rally, more)) >= here - 1e-14
    assert goal(patronage, max(accountability, more), rally) <= here + 1e-14


@given(
    within("cohesion_usual"), within("cohesion_patronage"), positive, within("cohesion_accountability"), within("cohesion_rally")
)
def test_cohesion_is_usual_where_patronage_meets_expectation(
    usual: float, slope: float, patronage: float, accountability_slope: float, rally_slope: float
) -> None:
    start = regime.cohesion_start(usual)
    assert regime.cohesion_goal(usual, slope, patronage, patronage, accountability_slope, 0.0, rally_slope, 0.0, 1.0, 0.0) == start


@given(positive, amount, within("expectation_speed"))
def test_expectation_starts_at_patronage_and_follows_it(expectation: float, patronage: float, speed: float) -> None:
    assert regime.expectation_next(0.0, patronage, speed) == patronage
    found = regime.expectation_next(expectation, patronage, speed)
    assert min(expectation, patronage) * (1.0 - 1e-12) <= found <= max(expectation, patronage) * (1.0 + 1e-12)


@given(within("rally_gain"), share, within("rally_rights"), share)
def test_only_adopted_texts_rally_the_elite(gain: float, added: float, rights_gain: float, abuse: float) -> None:
    assert regime.rally_jump(gain, 0.0, rights_gain, 0.0, 0.0, abuse) == 0.0
    assert 0.0 <= regime.rally_jump(gain, added, rights_gain, 1.0, 0.0, abuse) <= max(gain, rights_gain)
    assert regime.rally_jump(gain, 0.0, rights_gain, 1.0, 0.0, abuse) == rights_gain * abuse
    assert regime.rally_jump(gain, 0.0, rights_gain, 1.0, 1.0, abuse) == 0.0  # a meeting is no text


@given(positive, positive, within("capability_speed"))
def test_capability_is_measured_against_the_first_month(first: float, later: float, speed: float) -> None:
    reference = regime.first_level(0.0, first)
    assert reference == first
    assert regime.first_level(reference, later) == first
    assert regime.capability_next(1.0, first, reference, speed) == pytest.approx(1.0)
    assert regime.capability_next(1.0, later, reference, speed) == pytest.approx(1.0 + speed * (later / first - 1.0))
