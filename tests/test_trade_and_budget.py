"""Rules of sanctions, trade and the regime: what must hold for any parameters in their range."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from unsim.parameters import BY_NAME
from unsim.rules import regime, sanctions, trade

share = st.floats(0.0, 1.0)
amount = st.floats(0.0, 1e4)


def within(name: str) -> Any:
    """Any value that a parameter may take."""
    prior = BY_NAME[name].prior
    return st.floats(prior.low, prior.high)


def own(potential: float, covered: float, letter: float, policing: float, skill: float, evadability: float) -> tuple[float, float]:
    """A channel's declared and undeclared revenue from one partner, without redirection."""
    blocked = sanctions.blocked_share(covered, letter, 0.0, 0.99)
    evadable = sanctions.evadable_share(covered, letter, 0.0, 0.99)
    evaded = trade.evaded_share(evadability, skill, policing)
    return trade.declared(potential, 0.0, 1.0, blocked), trade.undeclared(potential, 1.0, evadable, evaded)


def test_with_full_enforcement_and_no_evasion_a_banned_channel_earns_nothing() -> None:
    assert own(100.0, 1.0, 1.0, 0.5, 0.5, 0.0) == (0.0, 0.0)
    assert own(100.0, 1.0, 1.0, 1.0, 0.9, 0.9) == (0.0, 0.0)


@given(amount, share, share, share, share)
def test_more_enforcement_never_raises_a_channels_declared_revenue(potential: float, covered: float, more: float, letter: float,
                                                                   stricter: float) -> None:  # fmt: skip
    (covered, more), (letter, stricter) = sorted((covered, more)), sorted((letter, stricter))
    base = own(potential, covered, letter, 0.5, 0.5, 0.3)[0]
    assert own(potential, more, letter, 0.5, 0.5, 0.3)[0] <= base + 1e-9
    assert own(potential, covered, stricter, 0.5, 0.5, 0.3)[0] <= base + 1e-9


@given(amount, share, share, share, share, share, share)
def test_no_dollar_is_earned_twice(potential: float, covered: float, letter: float, policing: float, skill: float,
                                   evadability: float, own_ban: float) -> None:  # fmt: skip
    blocked = sanctions.blocked_share(covered, letter, own_ban, 0.99)
    evadable = sanctions.evadable_share(covered, letter, own_ban, 0.99)
    evaded = trade.evaded_share(evadability, skill, policing)
    lost = trade.lost_trade(potential, blocked, evadable, evaded)
    realised = trade.declared(potential, 0.0, 1.0, blocked) + trade.undeclared(potential, 1.0, evadable, evaded)
    assert 0.0 <= evadable <= blocked + 1e-15
    assert blocked <= sanctions.listed_share(covered, own_ban) + 1e-12
    assert lost >= -1e-9
    assert realised + lost == pytest.approx(potential)


@given(share, share, share, share, within("own_compliance"))
def test_shares_of_sanctions_are_shares(
    standing: float, reach: float, enacted: float, letter: float, own_compliance: float
) -> None:
    covered = sanctions.coverage(standing, reach, enacted)
    assert 0.0 <= covered <= 1.0
    assert covered >= enacted * (1.0 - standing * reach) - 1e-12
    assert 0.0 <= sanctions.blocked_share(covered, letter, enacted, own_compliance) <= 1.0


@given(within("unclear_compliance"), within("compliance"), share, share, within("need_break"), share, within("letter_speed"))
def test_the_letter_ratchets_unless_own_need_breaks_it(unclear: float, full: float, clarity: float, need: float, broken: float,
                                                       letter: float, speed: float) -> None:  # fmt: skip
    goal = sanctions.compliance_goal(unclear, full, clarity, need, broken)
    assert 0.0 <= goal <= 1.0
    moved = sanctions.letter_next(letter, goal, need, speed)
    assert min(letter, goal) - 1e-12 <= moved <= max(letter, goal) + 1e-12
    if need == 0.0:
        assert moved >= letter
    assert sanctions.letter_next(0.9, 0.2, 0.5, speed) < 0.9


@given(within("panel_strength"), within("team_strength"), within("background_monitoring"), st.sampled_from((0.0, 1.0)))
def test_each_source_of_monitoring_adds_to_it(panel: float, team: float, background: float, runs: float) -> None:
    found = sanctions.monitoring(runs, panel, 1.0, team, background)
    assert background <= sanctions.monitoring(0.0, panel, 0.0, team, background) + 1e-12
    assert sanctions.monitoring(runs, panel, 0.0, team, background) <= found <= 1.0


@given(share, st.floats(-5, 5), within("policing_speed"), st.sampled_from((0.0, 5.0)))
def test_policing_is_a_share(policing: float, log_odds: float, speed: float, month: float) -> None:
    assert 0.0 <= sanctions.policing_next(policing, log_odds, speed, month) <= 1.0


@given(amount, share, amount, share)
def test_redirection_needs_an_open_door(stock: float, blocked: float, potential: float, cap: float) -> None:
    assert trade.pull(potential, 1.0) == 0.0
    assert trade.redirected_in(stock, 0.0, potential, cap) == 0.0
    assert trade.redirected_in(stock, 1.0 - blocked, potential, cap) <= cap * potential + 1e-9


@given(amount, within("unlisted_capacity"))
def test_markets_for_unlisted_goods_saturate(stock: float, capacity: float) -> None:
    taken = trade.absorbed(stock, capacity)
    assert 0.0 <= taken <= min(stock, capacity) + 1e-9


@given(share, within("spending_propensity"), amount, within("drawdown"), amount)
def test_the_regime_never_spends_more_than_it_holds(passing: float, propensity: float, income: float, drawdown: float,
                                                    reserves: float) -> None:  # fmt: skip
    assert 0.0 <= trade.free_spending(passing, propensity, income, drawdown, reserves) <= reserves


@given(share, share, share, within("substitution"), amount, share)
def test_an_import_ban_keeps_a_share_out(standing: float, enacted: float, letter: float, substitution: float, spending: float,
                                         good: float) -> None:  # fmt: skip
    banned = trade.import_ban(standing, enacted, letter, substitution)
    assert 0.0 <= banned <= 1.0
    assert 0.0 <= trade.imported(spending, good, banned) <= spending * good + 1e-9


@given(share, within("closure_exponent"))
def test_the_border_stops_merchandise_only(openness: float, exponent: float) -> None:
    passing = trade.closure(openness, exponent)
    assert 0.0 <= passing <= 1.0 + 1e-12
    assert trade.border(passing, 0.0) == 1.0
    assert trade.border(passing, 1.0) == passing


@given(amount, amount, within("apparatus_weight"), st.floats(0.05, 20), within("patronage_share"), within("patronage_protection"),
       within("weapons_share"), within("weapons_protection"))  # fmt: skip
def test_the_budget_balances_and_nobody_gets_less_than_nothing(total: float, base: float, weight: float, coercion: float,
                                                               patronage: float, protected: float, weapons: float,
                                                               guarded: float) -> None:  # fmt: skip
    apparatus = regime.apparatus_spending(total, weight, coercion)
    elite = regime.protected_spending(total - apparatus, patronage, total, base, protected)
    arms = regime.protected_spending(total - apparatus - elite, weapons, total, base, guarded)
    civilian = total - apparatus - elite - arms
    assert min(apparatus, elite, arms) >= 0.0
    assert civilian >= -1e-9
    assert apparatus + elite + arms + civilian == pytest.approx(total)


def test_protected_spending_keeps_its_level_and_unprotected_falls_in_proportion() -> None:
    assert regime.protected_spending(60.0, 0.3, 60.0, 100.0, 1.0) == pytest.approx(0.3 * 100.0)
    assert regime.protected_spending(60.0, 0.3, 60.0, 100.0, 0.0) == pytest.approx(0.3 * 60.0)
    assert regime.protected_spending(1.0, 0.3, 1.0, 100.0, 1.0) == pytest.approx(0.9)


@given(st.lists(st.tuples(st.floats(1, 500), st.floats(0.05, 0.95)), min_size=2, max_size=8), st.integers(0, 7), st.floats(0, 3),
       within("coercion_curvature"))  # fmt: skip
def test_blocking_a_channel_raises_coercion_if_and_only_if_the_curvature_exceeds_its_relative_intensity(
    channels: list[tuple[float, float]], which: int, curvature: float, cost: float
) -> None:
    revenue = sum(r for r, _ in channels)
    coerced = sum(r * phi for r, phi in channels)
    r, phi = channels[which % len(channels)]
    threshold = phi / (coerced / revenue)
    assume(abs(curvature - threshold) > 1e-3)
    cut = 1e-4 * r
    goal = regime.coercion_goal(coerced - cut * phi, coerced, revenue - cut, revenue, curvature, cost, 1.0)
    assert (goal > 1.0) == (curvature > threshold)


@given(amount, amount, within("value_curvature"), within("coercion_curvature"), within("accountability_weight"), share)
def test_coercion_is_held_and_accountability_lowers_it(coerced: float, total: float, curvature: float, cost: float, weight: float,
                                                       exposure: float) -> None:  # fmt: skip
    free = regime.coercion_goal(coerced, 100.0, total, 200.0, curvature, cost, 1.0)
    factor = regime.accountability_factor(weight, exposure)
    exposed = regime.coercion_goal(coerced, 100.0, total, 200.0, curvature, cost, factor)
    assert math.exp(-3) * 0.999 <= exposed <= free * (1 + 1e-12) <= math.exp(3) * 1.001
    assert regime.coercion_goal(100.0, 100.0, 200.0, 200.0, curvature, cost, 1.0) == 1.0


@given(share, within("skill_learning"), share, within("skill_forgetting"))
def test_evasion_skill_is_a_share_and_fades_without_use(skill: float, learning: float, squeezed: float, forgetting: float) -> None:
    assert 0.0 <= regime.skill_next(skill, learning, squeezed, forgetting) <= 1.0
    assert regime.skill_next(skill, learning, 0.0, forgetting) <= skill


@given(amount, amount)
def test_the_squeeze_is_the_share_of_shadow_revenue_lost(revenue: float, shadow: float) -> None:
    found = sanctions.squeeze(revenue, shadow)
    assert 0.0 <= found <= 1.0
    if shadow > 0.0 and revenue <= shadow:
        assert found == pytest.approx(1.0 - revenue / shadow, abs=1e-12)
