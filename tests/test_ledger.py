"""What a month costs and whom: the regime's stocks, the population, the coalition; then that a run's outcomes add up.

A slope of log 3 turns even odds into three to one, so that a share of a half becomes three quarters or one quarter.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unsim
from unsim.rules import ledger, regime

share = st.floats(0.0, 1.0)
percent = st.floats(0.0, 100.0)
amount = st.floats(0.0, 1e4)
weight = st.floats(0.1, 2.0)
THREE_TO_ONE = math.log(3.0)


# Isolation


def test_a_text_that_all_fifteen_adopt_isolates_by_its_weight_and_bite() -> None:
    assert ledger.isolation_jump(
        yes=15.0, bite=0.5, adopted=1.0, statement=0.0, vetoed=0.0, adopted_weight=0.3, vetoed_weight=0.1
    ) == pytest.approx(0.15)


def test_a_text_that_nine_adopt_isolates_by_nine_fifteenths_of_that() -> None:
    assert ledger.isolation_jump(
        yes=9.0, bite=0.5, adopted=1.0, statement=0.0, vetoed=0.0, adopted_weight=0.3, vetoed_weight=0.1
    ) == pytest.approx(0.09)


def test_a_vetoed_text_isolates_by_its_own_weight() -> None:
    assert ledger.isolation_jump(
        yes=12.0, bite=0.5, adopted=0.0, statement=0.0, vetoed=1.0, adopted_weight=0.3, vetoed_weight=0.1
    ) == pytest.approx(0.04)


@given(st.integers(0, 15), share, share)
def test_a_text_that_fails_isolates_nobody(yes: int, adopted_weight: float, vetoed_weight: float) -> None:
    assert ledger.isolation_jump(float(yes), 0.8, 0.0, 0.0, 0.0, adopted_weight, vetoed_weight) == 0.0
    assert ledger.isolation_jump(float(yes), 0.8, 1.0, 1.0, 0.0, adopted_weight, vetoed_weight) == 0.0  # a statement counts apart


# Credibility, accountability, legitimacy


def credibility(meeting: float = 0.0, adopted: float = 0.0, content: float = 0.0, statement: float = 0.0) -> float:
    return ledger.credibility_jump(meeting, 0.2, adopted, content, 0.4, statement, 0.3)


def test_a_meeting_and_an_adopted_text_on_abuse_each_make_consequences_credible() -> None:
    assert credibility(meeting=1.0) == pytest.approx(0.2)
    assert credibility(adopted=1.0, content=0.5) == pytest.approx(0.2)
    assert credibility(adopted=1.0, content=1.0) == pytest.approx(0.4)
    assert credibility(meeting=1.0, adopted=1.0, content=1.0) == pytest.approx(0.2)  # the agenda is adopted, and no text
    assert credibility(adopted=1.0, content=1.0, statement=1.0) == pytest.approx(0.12)


def test_only_an_adopted_text_that_names_abuse_makes_consequences_credible() -> None:
    assert credibility() == 0.0
    assert credibility(adopted=1.0, content=0.0) == 0.0
    assert credibility(adopted=0.0, content=1.0) == 0.0


@pytest.mark.parametrize(("credible", "expected"), [(0.0, 0.05), (0.5, 0.125), (1.0, 0.2)])
def test_exposure_counts_as_far_as_consequences_are_credible(credible: float, expected: float) -> None:
    found = ledger.accountability_jump(exposure=1.0, gain=0.2, least=0.25, credibility=credible)
    assert found == pytest.approx(expected)


@given(share, share, share)
def test_without_an_exposure_event_nothing_is_exposed(gain: float, least: float, credible: float) -> None:
    assert ledger.accountability_jump(0.0, gain, least, credible) == 0.0
    assert ledger.legitimacy_jump(0.0, gain, credible) == 0.0


@pytest.mark.parametrize(("openness", "expected"), [(0.0, 0.0), (0.1, 0.005), (1.0, 0.05)])
def test_what_is_exposed_leaks_as_far_as_the_border_is_open(openness: float, expected: float) -> None:
    assert ledger.legitimacy_jump(exposure=1.0, leak=0.05, openness=openness) == pytest.approx(expected)


# Political cost and the cost of defiance


def test_political_cost_is_the_weighted_mean_of_its_four_components() -> None:
    assert ledger.political_cost(0.4, 0.2, 0.1, 0.3, 1.0, 1.0, 1.0, 1.0) == pytest.approx(25.0)
    assert ledger.political_cost(0.4, 0.2, 0.1, 0.3, 2.0, 1.0, 1.0, 0.0) == pytest.approx(27.5)
    assert ledger.political_cost(1.0, 1.0, 1.0, 1.0, 0.5, 1.5, 0.7, 1.1) == pytest.approx(100.0)


@pytest.mark.parametrize("component", range(4))
def test_a_component_weighs_as_its_own_weight_says(component: int) -> None:
    alone = [float(i == component) for i in range(4)]
    weights = [1.0, 2.0, 3.0, 4.0]
    assert ledger.political_cost(*alone, *weights) == pytest.approx(10.0 * weights[component])


@given(st.lists(share, min_size=4, max_size=4), st.lists(weight, min_size=4, max_size=4), st.floats(0.1, 10.0))
def test_only_the_ratio_of_weights_counts_and_the_mean_lies_between_the_components(
    components: list[float], weights: list[float], factor: float
) -> None:
    found = ledger.political_cost(*components, *weights)
    assert found == pytest.approx(ledger.political_cost(*components, *[factor * w for w in weights]))
    assert 100.0 * min(components) - 1e-9 <= found <= 100.0 * max(components) + 1e-9


def test_the_cost_of_defiance_is_what_is_lost_of_standing_and_of_revenue() -> None:
    assert ledger.cost_of_defiance(political=20.0, lost=0.25) == pytest.approx(0.40)
    assert ledger.cost_of_defiance(political=0.0, lost=0.25) == pytest.approx(0.25)
    assert ledger.cost_of_defiance(political=20.0, lost=0.0) == pytest.approx(0.20)


@given(percent, share)
def test_the_cost_of_defiance_is_at_least_each_of_its_parts_and_at_most_their_sum(political: float, lost: float) -> None:
    found = 100.0 * ledger.cost_of_defiance(political, lost)
    assert max(political, 100.0 * lost) - 1e-9 <= found <= min(political + 100.0 * lost, 100.0) + 1e-9


@given(percent)
def test_no_more_than_all_revenue_can_be_lost_and_a_gain_is_no_discount(political: float) -> None:
    assert ledger.cost_of_defiance(political, 1.5) == pytest.approx(1.0)
    assert ledger.cost_of_defiance(political, -0.5) == pytest.approx(political / 100.0)


# Civilians


def welfare(usual: float = 0.0, spending: float = 50.0, taken: float = 80.0, harvest: float = 0.0, slope: float = THREE_TO_ONE,
            goods: float = 1.0) -> float:  # fmt: skip
    return ledger.civilian_welfare(
        usual=usual, import_slope=goods, spending=spending, spending_base=50.0, extraction_slope=slope, taken=taken,
        taken_base=80.0, harvest_slope=slope, harvest=harvest,
    )  # fmt: skip


@pytest.mark.parametrize(("usual", "expected"), [(0.0, 50.0), (THREE_TO_ONE, 75.0), (-THREE_TO_ONE, 25.0)])
def test_welfare_is_usual_where_spending_and_extraction_are_at_their_base(usual: float, expected: float) -> None:
    assert welfare(usual) == pytest.approx(expected, abs=0.05)


def test_goods_raise_welfare_as_their_logarithm() -> None:
    assert welfare(spending=150.0) == pytest.approx(75.0, abs=0.1)
    assert welfare(spending=50.0 / 3.0) == pytest.approx(25.0, abs=0.1)
    assert welfare(spending=450.0, goods=0.5) == pytest.approx(75.0, abs=0.1)
    assert welfare(spending=150.0, goods=0.0) == pytest.approx(50.0)


def test_what_is_taken_lowers_welfare_and_a_good_harvest_raises_it() -> None:
    assert welfare(taken=160.0) == pytest.approx(25.0, abs=0.1)
    assert welfare(taken=0.0) == pytest.approx(75.0, abs=0.1)
    assert welfare(harvest=1.0) == pytest.approx(75.0, abs=0.1)
    assert welfare(harvest=-1.0) == pytest.approx(25.0, abs=0.1)
    assert welfare(taken=160.0, harvest=1.0) == pytest.approx(50.0, abs=0.1)


@given(st.floats(0.1, 0.4), st.floats(0.01, 100.0), st.floats(0.01, 100.0))
def test_fewer_goods_are_never_better(slope: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert welfare(spending=low, goods=slope) <= welfare(spending=high, goods=slope)
    assert 0.0 < welfare(spending=0.0, goods=slope) < welfare(goods=slope)


# The coalition


def coalition_cost(forgone: float = 0.0, efforts: float = 0.0, coordination: float = 0.0, leaders: float = 3.0,
                   secondary: float = 0.0, reach: float = 0.0, rivalry: float = 0.0) -> float:  # fmt: skip
    return ledger.coalition_cost(
        forgone=forgone, margin=0.1, efforts=efforts, effort_cost=2.0, coordination_cost=0.5, coordination=coordination,
        leaders=leaders, retaliation=20.0, secondary=secondary, reach=reach, rivalry=rivalry,
    )  # fmt: skip


def test_a_coalition_that_does_nothing_pays_nothing() -> None:
    assert coalition_cost() == 0.0
    assert coalition_cost(coordination=1.0, rivalry=2.0) == 0.0


def test_trade_forgone_costs_its_margin() -> None:
    assert coalition_cost(forgone=50.0) == pytest.approx(5.0)


def test_efforts_cost_more_where_several_act_as_one() -> None:
    assert coalition_cost(efforts=1.5) == pytest.approx(3.0)
    assert coalition_cost(efforts=1.5, coordination=1.0) == pytest.approx(4.5)
    assert coalition_cost(efforts=1.5, coordination=0.4, leaders=2.0) == pytest.approx(3.6)


def test_one_leader_pays_nothing_for_acting_as_one() -> None:
    assert coalition_cost(efforts=1.5, coordination=1.0, leaders=1.0) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("secondary", "reach", "expected"), [(0.0, 0.0, 0.0), (0.5, 0.0, 10.0), (0.0, 0.5, 10.0), (0.5, 0.6, 16.0), (1.0, 1.0, 20.0)]
)
def test_rivals_answer_secondary_sanctions_and_the_campaign_but_no_more_than_once(
    secondary: float, reach: float, expected: float
) -> None:
    assert coalition_cost(secondary=secondary, reach=reach, rivalry=1.0) == pytest.approx(expected)
    assert coalition_cost(secondary=secondary, reach=reach, rivalry=1.5) == pytest.approx(1.5 * expected)
    assert coalition_cost(secondary=secondary, reach=reach, rivalry=0.0) == 0.0


def test_the_costs_of_the_coalition_add() -> None:
    found = coalition_cost(forgone=50.0, efforts=1.5, coordination=0.4, secondary=0.5, reach=0.6, rivalry=1.5)
    assert found == pytest.approx(5.0 + 3.6 + 24.0)


# Enforcement


def test_enforcement_is_the_share_of_listed_trade_that_does_not_happen() -> None:
    assert ledger.enforcement(prevented=30.0, listed=40.0) == pytest.approx(0.75)
    assert ledger.enforcement(prevented=0.0, listed=40.0) == 0.0


@given(st.floats(-1e4, 1e4), amount)
def test_enforcement_is_a_share_and_whole_where_nothing_is_listed(prevented: float, listed: float) -> None:
    assert 0.0 <= ledger.enforcement(prevented, listed) <= 1.0
    assert ledger.enforcement(prevented, 0.0) == 1.0


# The regime's own means


def test_what_is_taken_grows_with_coercion_to_the_power_of_its_response() -> None:
    assert regime.extraction(base=80.0, coercion=4.0, response=0.5) == pytest.approx(160.0)
    assert regime.extraction(base=80.0, coercion=0.25, response=0.5) == pytest.approx(40.0)
    assert regime.extraction(base=40.0, coercion=4.0, response=0.0) == pytest.approx(40.0)


def cohesion(usual: float = 0.0, patronage: float = 10.0, accountability: float = 0.0, rally: float = 0.0,
             rung: float = 0.0) -> float:  # fmt: skip
    slope = THREE_TO_ONE
    return regime.cohesion_goal(usual, 1.0, patronage, 10.0, slope, accountability, slope, rally, slope, rung)


def test_patronage_and_rallying_hold_the_elite_together_and_exposure_drives_it_apart() -> None:
    assert cohesion() == pytest.approx(0.5)
    assert cohesion(usual=THREE_TO_ONE) == pytest.approx(0.75)
    assert cohesion(patronage=30.0) == pytest.approx(0.75)
    assert cohesion(patronage=10.0 / 3.0) == pytest.approx(0.25)
    assert cohesion(accountability=1.0) == pytest.approx(0.25)
    assert cohesion(rung=3.0) == pytest.approx(0.25)  # opening itself endangers the regime
    assert cohesion(rally=1.0) == pytest.approx(0.75)
    assert cohesion(usual=THREE_TO_ONE, patronage=10.0 / 3.0, accountability=0.5, rally=0.5) == pytest.approx(0.5)


# A run adds up

ELASTICITY, INTENSITY, BASE, INCOME = 0.4, 0.75, 90.0, 2500.0


@pytest.fixture(scope="module")
def run(baseline: unsim.Scenario) -> unsim.Run:
    held = {"output_elasticity": ELASTICITY, "extraction_intensity": INTENSITY, "extraction_base": BASE, "national_income": INCOME}
    changes = {f"parameters.{name}": value for name, value in held.items()}
    weights = {"isolation": 0.5, "accountability": 1.5, "cohesion": 1.0, "legitimacy": 1.0}
    changes |= {f"parameters.weight_{name}": value for name, value in weights.items()}
    return unsim.run(baseline.override({"months": 8, **changes}), 4, draws=4, seed=3, keep=4)


def kept(run: unsim.Run, name: str) -> np.ndarray:
    """An outcome by month and replicate."""
    return np.asarray(run.paths[name])


def test_political_cost_is_the_mean_of_the_components_beside_it(run: unsim.Run) -> None:
    components = 0.5 * kept(run, "isolation") + 1.5 * kept(run, "accountability")
    components += kept(run, "cohesion_loss") + kept(run, "legitimacy_loss")
    np.testing.assert_allclose(kept(run, "political_cost"), components / 4.0)


def test_economic_cost_is_told_in_money_and_as_a_share_of_national_income(run: unsim.Run) -> None:
    economic = kept(run, "economic_cost")
    assert (economic > 0.0).all()
    np.testing.assert_allclose(kept(run, "economic_cost_share") * INCOME, economic)
    lost = economic / (kept(run, "revenue") + economic)
    left = (1.0 - kept(run, "political_cost") / 100.0) * (1.0 - lost)
    np.testing.assert_allclose(kept(run, "cost_of_defiance"), 100.0 * (1.0 - left))


def test_revenue_is_the_sum_over_partners_and_over_channels(run: unsim.Run) -> None:
    labels = run.scenario.labels
    for parts in ([f"revenue_from_{p}" for p in labels.partners], [f"revenue_{c}" for c in labels.channels]):
        np.testing.assert_allclose(sum(kept(run, part) for part in parts), kept(run, "revenue"))
    assert (kept(run, "undeclared_revenue") < kept(run, "revenue")).all()
    assert (kept(run, "forced_labour_revenue") < kept(run, "revenue")).all()


def test_what_is_taken_answers_last_months_coercion(run: unsim.Run) -> None:
    coercion = kept(run, "coercion")
    assert np.ptp(coercion) > 0.0
    np.testing.assert_allclose(kept(run, "extraction")[1:], BASE * coercion[:-1] ** (ELASTICITY * INTENSITY))
    np.testing.assert_allclose(kept(run, "extraction")[0], BASE)


def test_the_loss_of_cohesion_is_what_is_missing_from_whole_cohesion(baseline: unsim.Scenario) -> None:
    """Where nothing else weighs, an elite held together nine to one has lost a tenth."""
    slopes = {f"parameters.cohesion_{cause}": 0.0 for cause in ("patronage", "accountability", "rally")}
    scenario = baseline.override({"months": 3, "parameters.cohesion_usual": math.log(9.0), **slopes})
    assert unsim.run(scenario, 2, draws=2, seed=3).outcome("cohesion_loss") == pytest.approx(10.0)


def test_nothing_goes_on_undeclared_where_nothing_can_be_evaded(baseline: unsim.Scenario, run: unsim.Run) -> None:
    assert kept(run, "undeclared_revenue").min() > 0.0
    nothing = dict.fromkeys(baseline.labels.channels, 0.0)
    scenario = baseline.override({"months": 3, "parameters.evadability": nothing})
    assert unsim.run(scenario, 2, draws=2, seed=3).outcome("undeclared_revenue").max() == 0.0


def test_own_bans_that_hold_are_enforced(run: unsim.Run) -> None:
    """Seoul and Tokyo ban all their trade, and next to none goes on."""
    for partner in ("KOR", "JPN"):
        assert kept(run, f"enforcement_{partner}").min() > 0.95
    assert 0.0 < kept(run, "enforcement_CHN").min() <= kept(run, "enforcement_CHN").max() < 1.0
