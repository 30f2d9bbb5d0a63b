"""Whole months of the model, for any parameters: money balances, shares are shares, and golden outputs hold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import unsim
import unsim.parameters
from conftest import SHIPPED
from unsim.engines.model import PressureModel
from unsim.rules.world import BOOKS, REAL, SHADOW

GOLDEN = Path(__file__).with_name("golden.json")
SHARES = (
    "salience", "evidence", "rivalry", "posture", "reach", "resolve", "adoption", "bite", "team", "legislated", "enacted",
    "legislated_goods", "enacted_goods", "monitoring", "letter", "policing", "blocked", "evadable", "skill", "cohesion",
    "rally", "isolation", "credibility", "accountability", "legitimacy_loss",
)  # fmt: skip
AMOUNTS = (
    "potential", "declared", "undeclared", "redirected", "unlisted", "receipts", "revenue", "coerced", "imports", "free",
    "cloth", "paid", "income", "reserves", "extraction", "apparatus", "patronage", "weapons", "civilian", "effort",
)  # fmt: skip


def watched(model: PressureModel) -> None:
    """Step to the horizon; every month the books must balance and every share must be one."""
    w = model.world
    before = w.reserves.copy()
    while model.running:
        model.step()
        for name in SHARES:
            row = getattr(w, name)
            assert ((row >= 0.0) & (row <= 1.0)).all(), (model.t, name, row)
        for name in AMOUNTS:
            row = getattr(w, name)
            assert (np.isfinite(row) & (row >= 0.0)).all(), (model.t, name, row)
        for book in BOOKS:
            spent = w.apparatus[book] + w.patronage[book] + w.weapons[book] + w.civilian[book]
            assert spent == pytest.approx(w.paid[book] + w.extraction[book], rel=1e-12)
            assert w.reserves[book] == pytest.approx(before[book] + w.cash[book] - w.paid[book], rel=1e-12)
            assert w.receipts[book].sum() == pytest.approx(w.declared[book].sum() + w.undeclared[book].sum(), rel=1e-12)
            assert w.revenue[book] == pytest.approx(w.receipts[book].sum(), rel=1e-12)
        assert (w.blocked[SHADOW] == 0.0).all()
        assert (w.undeclared[SHADOW] == 0.0).all()
        assert (w.declared[REAL] + w.undeclared[REAL]).sum() == pytest.approx(model.outcome("revenue"), rel=1e-12)
        before = w.reserves.copy()
        for name in ("political_cost", "civilian_welfare", "cost_of_defiance"):
            assert 0.0 <= model.outcome(name) <= 100.0


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(
    draw=st.integers(0, 100_000), replicate=st.integers(0, 2**32 - 1), seed=st.integers(0, 2**32 - 1), name=st.sampled_from(SHIPPED)
)
def test_money_balances_and_shares_are_shares_for_any_parameters(draw: int, replicate: int, seed: int, name: str) -> None:
    watched(PressureModel(unsim.load(name).over(10), seed=seed, replicate=replicate, draw=draw, collect=False))


EXTREMES = [name for name in unsim.load("baseline_2024").priors if "." not in name]


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_money_balances_at_the_edges_of_every_range(data: st.DataObject) -> None:
    baseline = unsim.load("baseline_2024")
    edges = {}
    for name in data.draw(st.lists(st.sampled_from(EXTREMES), min_size=5, max_size=40, unique=True)):
        prior = unsim.parameters.BY_NAME[name].prior
        edges[f"parameters.{name}"] = data.draw(st.sampled_from((prior.low, prior.high)))
    watched(PressureModel(baseline.over(6).override(edges), seed=1, draw=-1, collect=False))


def test_a_border_that_is_shut_stops_goods_but_not_arms_or_theft(baseline: unsim.Scenario) -> None:
    shut = {"world.border": [{"from": "2023-01", "value": 0.0}]}
    run = unsim.run(baseline.over(12).override(shut), 4, draws=0)
    assert run.outcome("revenue_coal").max() == 0.0
    assert run.outcome("revenue_cyber").min() > 0.0
    assert run.outcome("revenue_arms").min() > 0.0


def test_a_shut_border_harms_civilians(baseline: unsim.Scenario) -> None:
    shut = {"world.border": [{"from": "2020-01", "value": 0.1}]}
    effect = unsim.compare(baseline.over(24).override(shut), baseline.over(24), 100, draws=20).effect("civilian_welfare")
    assert effect.effect < -0.5
    assert effect.sign_share > 0.8


RECORD = {  # USD million a year in 2023-2024, low and high: customs, UN Panel, INSS, Chainalysis (see channels.csv)
    "coal": (200, 475), "minerals": (55, 130), "textiles": (0, 60), "seafood": (0, 60), "unlisted": (100, 205),
    "other_goods": (50, 150), "workers": (250, 525), "arms": (145, 680), "sea_transfers": (30, 150), "cyber": (250, 990),
}  # fmt: skip


@pytest.mark.parametrize("channel", RECORD)
def test_the_baseline_starts_at_the_level_of_the_record(baseline: unsim.Scenario, channel: str) -> None:
    run = unsim.run(baseline.over(12), 200, draws=100)
    low, high = RECORD[channel]
    assert low <= 12 * run.outcome(f"revenue_{channel}").mean() <= high


def test_without_measures_in_force_the_two_books_differ_by_own_bans_only(baseline: unsim.Scenario) -> None:
    from unsim.tables import table

    nothing = {"measures.without": [row["id"] for row in table("measures")], "coalition.menu": ["rights_meeting"]}
    run = unsim.run(baseline.over(24).override({**nothing, "parameters.accountability_weight": 0.0}), 10, draws=5)
    np.testing.assert_allclose(run.outcome("economic_cost"), 0.0, atol=1e-9)
    np.testing.assert_allclose(run.outcome("coercion"), 1.0, atol=1e-12)


def test_stricter_measures_cost_the_regime_more(baseline: unsim.Scenario) -> None:
    strict = {"measures.add": {"hair": {"sender": "UN", "channel": "unlisted", "coverage": 1.0, "from": "2024-01"}}}
    comparison = unsim.compare(baseline.over(24).override(strict), baseline.over(24), 100, draws=20)
    effect = comparison.effect("revenue_unlisted")
    assert effect.high < 0.0


@pytest.mark.parametrize("name", SHIPPED)
def test_golden_outputs_change_only_on_purpose(name: str) -> None:
    """Means over 40 futures of 36 months; after a change that is meant, see CONTRIBUTING for how to renew them."""
    run = unsim.run(unsim.load(name).over(36), 40, draws=10, seed=2024)
    found = {outcome.name: float(run.outcome(outcome.name).mean()) for outcome in run.scenario.outcomes}
    expected = json.loads(GOLDEN.read_text())[name]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_both_engines_give_the_same_bits_over_the_whole_horizon(name: str) -> None:
    scenario = unsim.load(name)
    arms = [unsim.run(scenario, 12, draws=6, seed=3, keep=12, engine=engine) for engine in ("kernel", "mesa")]
    np.testing.assert_array_equal(arms[0].kept, arms[1].kept)
    assert arms[0].digest == arms[1].digest


@pytest.mark.slow
def test_the_predicted_probability_of_adoption_is_the_frequency_of_adoption(baseline: unsim.Scenario) -> None:
    """The coalition's own forecast against what the Council then does, over many futures of the first vote."""
    eager = {"parameters.tabling_threshold": 0.1, "drafts.sanctions.interval": 1, "drafts.sanctions.value": 3.0}
    only = baseline.override({"coalition.menu": ["sanctions"], "months": 2, **eager})
    predicted, adopted = [], []
    for replicate in range(1500):
        model = PressureModel(only, seed=1, replicate=replicate, draw=replicate, collect=False)
        model.step()
        model.step()  # nothing is tabled in the first month
        if model.tabled is not None:
            predicted.append(model.world.adoption[0])
            adopted.append(model.world.adopted[0])
    assert len(predicted) > 200
    gap = np.mean(adopted) - np.mean(predicted)
    error = np.sqrt(np.mean(np.array(predicted) * (1 - np.array(predicted))) / len(predicted))
    assert abs(gap) < 4 * error


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(draw=st.integers(0, 2**31), replicate=st.integers(0, 2**32 - 1))
def test_money_balances_over_the_whole_horizon(draw: int, replicate: int) -> None:
    watched(PressureModel("tripartite_2024", seed=7, replicate=replicate, draw=draw, collect=False))
