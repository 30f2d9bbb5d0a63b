"""Sanctions and trade: what enforcement, evasion, redirection and the border do to money, for any parameters in range."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unsim.parameters import BY_NAME
from unsim.rules import sanctions, trade

share = st.floats(0.0, 1.0)
amount = st.floats(0.0, 1e4)
flag = st.sampled_from((0.0, 1.0))


def within(name: str) -> Any:
    """Any value that a parameter may take."""
    prior = BY_NAME[name].prior
    return st.floats(prior.low, prior.high)


class Cell(NamedTuple):
    """One channel to one partner in one month."""

    potential: float
    covered: float
    letter: float
    own_ban: float
    own_compliance: float
    evadability: float
    skill: float
    policing: float
    border: float

    def declared(self, moved_in: float = 0.0) -> float:
        return trade.declared(self.potential, moved_in, self.border, self.blocked())

    def undeclared(self) -> float:
        return trade.undeclared(self.potential, self.border, self.evadable(), self.evaded())

    def lost(self) -> float:
        return trade.lost_trade(self.potential, self.blocked(), self.evadable(), self.evaded())

    def blocked(self) -> float:
        return sanctions.blocked_share(self.covered, self.letter, self.own_ban, self.own_compliance)

    def evadable(self) -> float:
        return sanctions.evadable_share(self.covered, self.letter, self.own_ban, self.own_compliance, 0.0)

    def evaded(self) -> float:
        return trade.evaded_share(self.evadability, self.skill, self.policing, trade.left_by_listing(0.1, 0.1, 0.5))


cells = st.builds(
    Cell,
    potential=amount,
    covered=share,
    letter=share,
    own_ban=share,
    own_compliance=within("own_compliance"),
    evadability=within("evadability"),
    skill=share,
    policing=share,
    border=share,
)


# Enforcement and evasion


@given(cells, amount)
def test_with_full_enforcement_and_no_evasion_a_banned_channel_earns_nothing(cell: Cell, moved_in: float) -> None:
    banned = cell._replace(covered=1.0, letter=1.0)
    assert banned.blocked() == 1.0
    for none in (banned._replace(evadability=0.0), banned._replace(skill=0.0), banned._replace(policing=1.0)):
        assert none.declared(moved_in) + none.undeclared() == 0.0


@given(cells)
def test_an_own_ban_that_is_kept_ends_declared_and_undeclared_trade_alike(cell: Cell) -> None:
    banned = cell._replace(own_ban=1.0, own_compliance=1.0)
    assert banned.declared() + banned.undeclared() == 0.0


@given(cells)
def test_without_any_ban_a_channel_earns_its_potential(cell: Cell) -> None:
    free = cell._replace(covered=0.0, own_ban=0.0)
    assert free.declared() == cell.potential * cell.border
    assert free.undeclared() == 0.0
    assert free.lost() == 0.0


@given(cells, st.sampled_from(("covered", "letter", "own_ban", "own_compliance")), share, share, amount)
def test_more_enforcement_never_raises_a_channels_own_declared_revenue(
    cell: Cell, margin: str, one: float, other: float, moved_in: float
) -> None:
    low, high = sorted((one, other))
    strict, lax = (cell._replace(**{margin: value}).declared(moved_in) for value in (high, low))
    assert strict <= lax + 1e-12 * (cell.potential + moved_in)


@given(cells, share, share)
def test_more_policing_or_less_skill_never_raises_undeclared_revenue(cell: Cell, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert cell._replace(policing=high).undeclared() <= cell._replace(policing=low).undeclared()
    assert cell._replace(skill=low).undeclared() <= cell._replace(skill=high).undeclared()


@given(within("evadability"))
def test_evadability_is_the_share_evaded_at_middling_skill_and_policing(evadability: float) -> None:
    assert trade.evaded_share(evadability, 0.5, 0.5, trade.left_by_listing(0.1, 0.1, 0.6)) == pytest.approx(evadability)
    assert trade.evaded_share(evadability, 0.5, 0.5, trade.left_by_listing(1.0, 0.0, 0.6)) == pytest.approx(
        0.4 * evadability
    )  # all networks listed


@given(cells)
def test_no_dollar_is_earned_twice(cell: Cell) -> None:
    whole = cell._replace(border=1.0)
    earned = whole.declared() + whole.undeclared()
    assert whole.lost() >= -1e-12 * cell.potential
    assert earned + whole.lost() == pytest.approx(cell.potential, rel=1e-12, abs=1e-12)


# Shares stay shares


def assert_share(value: float) -> None:
    assert -1e-15 <= value <= 1.0 + 1e-15


@given(share, within("text_reach"), share, share)
def test_coverage_is_a_share_that_added_measures_never_lower(standing: float, reach: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert_share(sanctions.coverage(standing, reach, high))
    assert sanctions.coverage(standing, reach, low) <= sanctions.coverage(standing, reach, high) + 1e-15
    assert sanctions.coverage(standing, reach, 0.0) == standing * reach
    assert sanctions.coverage(standing, reach, 1.0) == 1.0


@given(cells)
def test_shares_of_a_cell_are_shares_and_nothing_is_blocked_that_no_ban_names(cell: Cell) -> None:
    listed = sanctions.listed_share(cell.covered, cell.own_ban)
    for value in (listed, cell.blocked(), cell.evadable(), cell.evaded()):
        assert_share(value)
    assert cell.blocked() <= listed + 1e-15
    assert cell.evadable() <= cell.blocked() + 1e-15


@given(flag, within("panel_strength"), flag, within("team_strength"), within("background_monitoring"))
def test_monitoring_is_a_share_to_which_every_source_adds(
    panel: float, panel_strength: float, team: float, team_strength: float, background: float
) -> None:
    def seen(panel: float, team: float) -> float:
        left = sanctions.unseen(sanctions.unseen(1.0, 1.0, background), panel, panel_strength)
        return sanctions.seen(sanctions.unseen(left, team, team_strength))

    found = seen(panel, team)
    assert_share(found)
    assert seen(0.0, 0.0) == pytest.approx(background)
    for fewer in ((0.0, team), (panel, 0.0)):
        assert seen(*fewer) <= found + 1e-15


@given(within("policing_rivalry"), share, within("policing_monitoring"), share, within("policing_naming"), share,
       within("policing_secondary"), share, share, within("policing_fear"), share, share, share,
       within("policing_speed"))  # fmt: skip
def test_policing_is_a_share_and_moves_towards_its_goal(
    rivalry_slope: float, rivalry: float, monitoring_slope: float, watched: float, naming_slope: float, reach: float,
    secondary_slope: float, secondary: float, exposed: float, fear_slope: float, fears: float, squeezed: float,
    policing: float, speed: float,
) -> None:  # fmt: skip
    odds = sanctions.policing_log_odds(
        rivalry_slope, rivalry, monitoring_slope, watched, naming_slope, reach, secondary_slope, secondary, exposed, fear_slope,
        fears, squeezed, 0.0,
    )  # fmt: skip
    goal = sanctions.policing_start(odds)  # it has long answered
    found = sanctions.policing_next(policing, odds, speed)
    assert_share(found)
    assert abs(goal - found) == pytest.approx((1.0 - speed) * abs(goal - policing), abs=1e-12)


def test_policing_weighs_each_cause_in_its_direction() -> None:
    def odds(rivalry: float = 0.5, watched: float = 0.5, reach: float = 0.0, secondary: float = 0.0, fears: float = 0.0) -> float:
        return sanctions.policing_log_odds(1.0, rivalry, 0.8, watched, 0.3, reach, 0.7, secondary, 0.5, 1.0, fears, 0.6, 0.0)

    assert odds() == 0.0
    assert odds(rivalry=1.0) < 0.0
    assert odds(fears=1.0) < 0.0
    assert odds(watched=1.0) > 0.0
    assert odds(reach=1.0) > 0.0
    assert odds(secondary=1.0) > 0.0


@given(amount, amount)
def test_the_squeeze_is_the_share_of_shadow_revenue_that_is_lost(revenue: float, shadow: float) -> None:
    found = sanctions.squeeze(revenue, shadow)
    assert found == pytest.approx(max(0.0, 1.0 - revenue / shadow) if shadow > 0.0 else 0.0, abs=1e-12)


@given(share, share, within("wind_down"))
def test_a_new_measure_takes_effect_bit_by_bit(enacted: float, legislated: float, wind_down: float) -> None:
    found = sanctions.enacted_next(enacted, legislated, wind_down)
    assert_share(found)
    assert min(enacted, legislated) - 1e-15 <= found <= max(enacted, legislated) + 1e-15


@given(st.integers(24000, 25000), st.integers(24000, 25000))
def test_a_mandate_runs_to_its_end(month: int, until: int) -> None:
    assert sanctions.mandate_runs(float(month), float(until)) == float(month < until)


# The letter


def compliance_goal(unclear: float, full: float, clarity: float, need: float, broken: float) -> float:
    return sanctions.compliance_goal(sanctions.compliance_with(unclear, full, clarity), need, broken)


goals = st.builds(compliance_goal, within("unclear_compliance"), within("compliance"), share, share, within("need_break"))


@given(share, st.lists(goals, min_size=1, max_size=12), within("letter_speed"))
def test_the_letter_never_falls_without_own_need(start: float, path: list[float], speed: float) -> None:
    letter = start
    for goal in path:
        moved = sanctions.letter_next(letter, goal, 0.0, speed)
        assert letter <= moved <= max(letter, goal) + 1e-15
        letter = moved


@given(within("unclear_compliance"), within("compliance"), share, st.floats(0.05, 1.0), within("need_break"),
       within("letter_speed"))  # fmt: skip
def test_the_letter_falls_with_need(unclear: float, full: float, clarity: float, need: float, broken: float, speed: float) -> None:
    letter = compliance_goal(unclear, full, clarity, 0.0, broken)
    goal = compliance_goal(unclear, full, clarity, need, broken)
    assert goal < letter
    assert sanctions.letter_next(letter, goal, need, speed) == pytest.approx(letter - speed * (letter - goal))


@given(within("unclear_compliance"), within("compliance"), share, share, share, share, within("need_break"))
def test_compliance_is_a_share_that_clarity_raises_and_need_lowers(
    unclear: float, full: float, c1: float, c2: float, n1: float, n2: float, broken: float
) -> None:
    (vague, clear), (little, much) = sorted((c1, c2)), sorted((n1, n2))
    found = compliance_goal(unclear, full, clear, little, broken)
    assert_share(found)
    assert compliance_goal(unclear, full, vague, little, broken) <= found + 1e-15
    assert compliance_goal(unclear, full, clear, much, broken) <= found + 1e-15


# What moves elsewhere


partners = st.lists(st.tuples(amount, share), min_size=1, max_size=6)


@given(partners, amount, within("redirection_cap"))
def test_partners_take_no_more_redirected_trade_than_there_is_nor_than_they_can(
    offers: list[tuple[float, float]], stock: float, cap: float
) -> None:
    whole = sum(potential for potential, _ in offers)
    taken = []
    for potential, blocked in offers:
        weight = trade.pull(potential, blocked) / whole if whole > 0.0 else 0.0
        taken.append(trade.redirected_in(stock, weight, potential, cap))
        assert 0.0 <= taken[-1] <= cap * potential
    assert sum(taken) <= stock * (1.0 + 1e-12)


@given(amount)
def test_a_closed_door_draws_nothing(potential: float) -> None:
    assert trade.pull(potential, 1.0) == 0.0
    assert trade.pull(potential, 0.0) == potential


@given(amount, amount, within("redirection"), within("redirection_speed"), st.integers(1, 120))
def test_trade_moves_part_of_the_way_and_has_moved_at_the_start(
    stock: float, lost: float, willingness: float, speed: float, month: int
) -> None:
    goal = trade.redirected_goal(lost, willingness)
    assert 0.0 <= goal <= lost
    assert trade.moved_next(stock, goal, speed, 0.0) == goal
    assert min(stock, goal) - 1e-9 <= trade.moved_next(stock, goal, speed, float(month)) <= max(stock, goal) + 1e-9


@given(amount, amount, within("unlisted_capacity"))
def test_markets_for_unlisted_goods_saturate(one: float, other: float, capacity: float) -> None:
    low, high = sorted((one, other))
    assert trade.absorbed(high, capacity) <= min(high, capacity) * (1 + 1e-12)
    assert trade.absorbed(low, capacity) <= trade.absorbed(high, capacity) + 1e-12


# The border


@given(share, share, within("closure_exponent"))
def test_closure_is_a_share_that_opens_with_the_border(one: float, other: float, exponent: float) -> None:
    low, high = sorted((one, other))
    assert_share(trade.closure(high, exponent))
    assert trade.closure(low, exponent) <= trade.closure(high, exponent) + 1e-14
    assert trade.closure(0.0, exponent) == 0.0
    assert trade.closure(1.0, exponent) == 1.0


@given(cells, share, within("closure_exponent"))
def test_the_border_does_not_stop_what_does_not_cross_it(cell: Cell, openness: float, exponent: float) -> None:
    passing = trade.closure(openness, exponent)
    services = cell._replace(border=trade.border(passing, 0.0))
    goods = cell._replace(border=trade.border(passing, 1.0))
    open_border = cell._replace(border=1.0)
    assert (services.declared(), services.undeclared()) == (open_border.declared(), open_border.undeclared())
    assert goods.declared() == pytest.approx(passing * open_border.declared())
    assert goods.undeclared() >= passing * open_border.undeclared() * (1.0 - 1e-12)  # smuggling suffers less than trade


@given(cells)
def test_a_shut_border_stops_merchandise_declared_or_not(cell: Cell) -> None:
    shut = cell._replace(border=trade.border(0.0, 1.0))
    assert shut.declared() + shut.undeclared() == 0.0


# Output and demand


@given(within("potential_scale"), st.floats(-2.0, 2.0), within("shock_spread"), st.floats(-3.0, 3.0), st.floats(-3.0, 3.0),
       within("output_elasticity"), within("forced_labour"))  # fmt: skip
def test_more_coercion_never_lowers_output(
    scale: float, shock: float, spread: float, one: float, other: float, elasticity: float, intensity: float
) -> None:
    low, high = (math.exp(log) for log in sorted((one, other)))
    usual = trade.usual_output(scale, shock, spread)
    less, more = (usual * trade.coerced_output(coercion, trade.response(elasticity, intensity)) for coercion in (low, high))
    assert 0.0 <= less <= more * (1 + 1e-13)
    assert usual * trade.coerced_output(1.0, trade.response(elasticity, intensity)) == usual


@given(amount, amount, st.floats(0.0, 20.0))
def test_conflicts_that_go_on_add_to_what_a_partner_buys(base: float, wanted: float, factor: float) -> None:
    assert trade.potential(base, 0.0, factor) == base * factor
    assert trade.potential(base, wanted, factor) == pytest.approx((base + wanted) * factor)


@given(share, share, share, st.floats(0.0, 3.0), share)
def test_import_bans_take_away_no_more_than_there_is_and_ease_as_coercion_falls(
    traced: float, fixed: float, conditional: float, coercion: float, less: float
) -> None:
    coefficient = trade.resale_coefficient(traced, 1.0, 0.5)
    assert coefficient == pytest.approx(traced / 2.0)
    taken = trade.resale_lost(coefficient, fixed, conditional, coercion)
    assert 0.0 <= taken < 1.0
    assert trade.resale_lost(coefficient, fixed, conditional, coercion * less) <= taken + 1e-15
    assert trade.resale_lost(0.0, fixed, conditional, coercion) == 0.0  # what nobody traces nobody stops
    left = trade.demand_left(100.0, taken)
    assert left + trade.resale_money(left, taken, taken) == pytest.approx(100.0)
    assert trade.conditional_share(coefficient, conditional, coercion) >= 0.0


# Money out


@given(share, within("spending_propensity"), amount, within("drawdown"), amount)
def test_free_spending_never_exceeds_reserves_and_is_never_negative(
    passing: float, propensity: float, income: float, drawdown: float, reserves: float
) -> None:
    found = trade.free_spending(passing, propensity, income, drawdown, reserves)
    assert 0.0 <= found <= reserves
    assert found <= propensity * income + drawdown * reserves + 1e-9
    assert trade.free_spending(0.0, propensity, income, drawdown, reserves) == 0.0


@given(share, share, share, share, within("substitution"))
def test_import_bans_are_shares_that_substitution_softens(
    standing: float, enacted: float, one: float, other: float, substitution: float
) -> None:
    lax, strict = sorted((one, other))
    found = trade.import_ban(standing, enacted, strict, substitution)
    assert_share(found)
    assert trade.import_ban(standing, enacted, lax, substitution) <= found + 1e-15
    assert found == pytest.approx(trade.import_ban(standing, enacted, strict, 0.0) * (1.0 - substitution), abs=1e-15)
    assert trade.import_ban(0.0, 0.0, strict, substitution) == 0.0
    assert trade.import_ban(1.0, enacted, 1.0, 0.0) == 1.0


@given(st.lists(st.tuples(st.floats(0.01, 1.0), share), min_size=1, max_size=6), amount, amount, within("pipeline_crude"))
def test_imports_outside_the_budget_are_not_paid_out_of_free_spending(
    goods: list[tuple[float, float]], spending: float, cloth: float, crude: float
) -> None:
    weight = sum(good for good, _ in goods)
    paid = 0.0
    for good, banned in goods:
        order = trade.ordered_import(spending, good / weight, banned, 0.0, cloth, 0.0, crude)
        assert order == trade.imported(spending, good / weight, banned)
        paid += trade.paid_import(order, 0.0, 0.0)
    for is_cloth, is_crude, worth in ((1.0, 0.0, cloth), (0.0, 1.0, crude)):
        order = trade.ordered_import(spending, 0.1, 0.9, is_cloth, cloth, is_crude, crude)
        assert order == worth
        paid += trade.paid_import(order, is_cloth, is_crude)
    assert paid <= spending * (1.0 + 1e-12)
    assert paid == pytest.approx(spending * sum(good / weight * (1.0 - banned) for good, banned in goods))


@given(amount, within("cloth_share"), flag, within("other_income"))
def test_hard_currency_is_revenue_less_cloth_and_never_negative(
    receipts: float, cloth_share: float, uses_cloth: float, other: float
) -> None:
    cloth = trade.cloth_cost(receipts, cloth_share, uses_cloth)
    assert cloth == receipts * cloth_share * uses_cloth
    assert trade.hard_currency(receipts, cloth, other) == pytest.approx(receipts * (1.0 - cloth_share * uses_cloth) + other)
    assert trade.hard_currency(receipts, cloth, other) >= 0.0
