"""Paired effects: what they are, against textbook formulas and another library's intervals."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

import unsim
import unsim.parameters
from unsim.effects import paired_effect, told_apart
from unsim.parameters import BY_NAME, PARAMETERS
from unsim.results import claim_level, horizons_within
from unsim.rules import chance
from unsim.sweep import default_draws


def made(draws: int, each: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    shared = random.normal(size=draws * each)
    by_draw = np.tile(random.normal(0.3, 0.5, draws), each)
    return shared + by_draw + 0.1 * random.normal(size=draws * each), shared


def test_the_effect_is_the_mean_paired_difference() -> None:
    a, b = made(25, 8)
    effect = paired_effect(a, b, 25, "unit")
    assert effect.effect == pytest.approx(np.mean(a - b))
    assert effect.n == 200
    means = (a - b).reshape(8, 25).mean(axis=0)
    assert (effect.low, effect.high) == pytest.approx(tuple(np.quantile(means, [0.05, 0.95])))
    assert effect.sign_share == pytest.approx(np.mean(np.sign(means) == np.sign(effect.effect)))
    assert effect.sign_against == pytest.approx(1.0 - effect.sign_share)
    assert "25 parameter draws" in effect.interval


def test_effects_made_together_have_the_bits_of_effects_made_one_by_one(
    one_year: unsim.Scenario, tripartite: unsim.Scenario
) -> None:
    for replicates, draws in ((48, 24), (24, 24), (12, 6), (6, 0), (1, 0)):
        arms = tripartite.over(one_year.months), one_year
        found = unsim.compare(*arms, replicates, draws)
        alone = {
            name: paired_effect(found.strategy.outcome(name), found.reference.outcome(name), draws, "") for name in found.shared
        }
        assert {name: replace(effect, unit="") for name, effect in found.effects().items()} == alone


def test_rounding_moves_no_effect_out_of_its_interval_and_off_zero() -> None:
    a = np.full(200, 11.0) / 12.0
    effect = paired_effect(a, np.zeros(200), 20, "unit")
    assert effect.settled
    assert not effect.outside
    means = np.repeat([-0.1, 0.0], [10, 11])  # the 95% quantile of 21 draws is the twentieth: 0
    assert paired_effect(np.tile(means / 3.0, 10), np.zeros(210), 21, "unit").high == 0.0
    assert paired_effect(a, a, 20, "unit").sign_share == 0.0


def test_with_few_draws_the_interval_is_the_t_interval_of_scipy() -> None:
    a, b = made(6, 5)
    effect = paired_effect(a, b, 6, "unit")
    means = (a - b).reshape(5, 6).mean(axis=0)
    expected = stats.ttest_1samp(means, 0.0).confidence_interval(0.90)
    assert (effect.low, effect.high) == pytest.approx((expected.low, expected.high))
    alone = paired_effect(a, b, 0, "unit")
    expected = stats.ttest_rel(a, b).confidence_interval(0.90)
    assert (alone.low, alone.high) == pytest.approx((expected.low, expected.high))
    assert "chance only" in alone.interval


def test_chance_and_parameters_are_told_apart() -> None:
    random = np.random.default_rng(1)
    between = np.tile(random.normal(0, 2.0, 400), 50)
    within = random.normal(0, 1.0, 20_000)
    effect = paired_effect(between + within, np.zeros(20_000), 400, "unit")
    assert effect.sd_chance == pytest.approx(1.0, rel=0.02)
    assert effect.sd_parameters == pytest.approx(2.0, rel=0.1)
    assert effect.chance_share == pytest.approx((1.0 / 50) / (2.0**2 + 1.0 / 50), rel=0.2)


def test_the_share_of_chance_in_an_interval_falls_with_the_futures_of_a_draw() -> None:
    random = np.random.default_rng(2)
    for each, expected in ((2, 1 / 3), (32, 1 / 33)):
        between = np.tile(random.normal(0, 1.0, 2000), each)
        effect = paired_effect(between + random.normal(0, 1.0, 2000 * each), np.zeros(2000 * each), 2000, "unit")
        assert effect.chance_share == pytest.approx(expected, rel=0.1)
    assert paired_effect(between[:2000], np.zeros(2000), 2000, "unit").chance_share is None


def test_draws_in_which_nothing_differs_count_for_neither_sign() -> None:
    difference = np.array([1.0, 2.0, 0.0, -1.0, 3.0, 0.0, 0.0, 0.0])
    effect = paired_effect(difference, np.zeros(8), 8, "unit")
    assert (effect.sign_share, effect.sign_against) == (3 / 8, 1 / 8)
    nothing = paired_effect(np.zeros(8), np.zeros(8), 8, "unit")
    assert (nothing.effect, nothing.sign_against) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("kept", "draws", "used", "told", "interval"),
    [
        (60, 25, 50, 25, "90% of 25 parameter draws, each the mean of 2 paired futures"),
        (40, 40, 40, 40, "90% of 40 paired futures, one for each parameter draw"),
        (30, 40, 30, 30, "90% of 30 paired futures, one for each parameter draw"),
        (30, 0, 30, 0, "90% t interval of the mean over 30 paired futures, chance only"),
    ],
)
def test_kept_futures_are_taken_so_that_each_draw_is_there_equally_often(
    kept: int, draws: int, used: int, told: int, interval: str
) -> None:
    paths = np.random.default_rng(3).normal(size=(6, kept))
    some, among = told_apart(paths, draws)
    assert (some.shape, among) == ((6, used), told)
    np.testing.assert_array_equal(some, paths[:, :used])
    assert paired_effect(some[0], np.zeros(used), among, "unit").interval == interval


def test_variance_reduction_says_what_pairing_saves() -> None:
    a, b = made(20, 10)
    effect = paired_effect(a, b, 20, "unit")
    assert effect.variance_reduction == pytest.approx((a.var(ddof=1) + b.var(ddof=1)) / (a - b).var(ddof=1))
    assert effect.variance_reduction is not None
    assert effect.variance_reduction > 2
    assert paired_effect(a, a, 20, "unit").variance_reduction is None


def test_a_single_pair_has_no_interval_to_speak_of() -> None:
    effect = paired_effect(np.array([2.0]), np.array([1.0]), 1, "unit")
    assert (effect.effect, effect.low, effect.high, effect.standard_error) == (1.0, 1.0, 1.0, 0.0)


@given(st.integers(1, 5000))
def test_the_default_number_of_draws_divides_the_replicates(replicates: int) -> None:
    draws = default_draws(replicates)
    assert replicates % draws == 0
    assert 1 <= draws <= 200


def test_a_comparison_needs_arms_that_share_months(baseline: unsim.Scenario, one_year: unsim.Scenario) -> None:
    with pytest.raises(unsim.ScenarioError, match="both arms share months"):
        unsim.compare(one_year, baseline, 2)


@pytest.mark.parametrize(
    ("options", "part"),
    [({"replicates": 0}, "--replicates"), ({"replicates": 10, "draws": 3}, "a divisor"), ({"seed": -1}, "--seed")],
)
def test_impossible_designs_are_refused(one_year: unsim.Scenario, options: dict[str, int], part: str) -> None:
    with pytest.raises(unsim.ScenarioError, match=part):
        unsim.run(one_year, **options)


def test_both_arms_share_luck_and_draws(one_year: unsim.Scenario, tripartite: unsim.Scenario) -> None:
    comparison = unsim.compare(tripartite.over(12), one_year, 60, draws=20)
    tests = "missile_tests"
    difference = comparison.strategy.outcome(tests) - comparison.reference.outcome(tests)
    assert np.mean(difference == 0.0) > 0.8
    reduction = comparison.effect("economic_cost").variance_reduction
    assert reduction is not None
    assert reduction > 10


def test_horizons_are_the_usual_ones_that_fit() -> None:
    assert horizons_within(120) == (12, 36, 120)
    assert horizons_within(40) == (12, 36, 40)
    assert horizons_within(6) == (6,)


def test_results_are_labelled_arrays_with_units(one_year: unsim.Scenario) -> None:
    run = unsim.run(one_year, 20, draws=10, keep=5)
    assert run.outcomes["economic_cost"].attrs["units"] == "USD million a month"
    assert dict(run.outcomes.sizes) == {"horizon": 1, "replicate": 20}
    assert list(run.outcomes["draw"].values[:12]) == [*range(10), 0, 1]
    assert run.paths["political_cost"].sizes == {"month": 12, "replicate": 5}
    assert str(run.paths["month"].values[0])[:7] == "2024-01"
    mean = float(run.paths["economic_cost"].isel(replicate=3).mean())
    assert mean == pytest.approx(float(run.outcomes["economic_cost"].sel(horizon=12, replicate=3)))
    frame = run.frame()
    assert len(frame) == 20 * len(one_year.outcomes)
    assert set(frame.columns) == {"horizon", "replicate", "draw", "outcome", "value", "unit"}


def test_drafts_tabled_are_adopted_vetoed_or_failed(baseline: unsim.Scenario) -> None:
    run = unsim.run(baseline.over(36), 50, draws=10)
    parts = sum(run.outcome(f"drafts_{result}") for result in ("adopted", "vetoed", "failed"))
    np.testing.assert_array_equal(parts, run.outcome("drafts_tabled"))
    assert run.votes.sum() == 15 * run.outcome("drafts_tabled").sum()


def test_the_claim_level_is_computed_from_where_parameters_come_from(baseline: unsim.Scenario) -> None:
    assert claim_level(baseline) == "calibrated"
    assert claim_level(baseline.override({"uncertainty": "prior"})) == "exploration"


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter.name)
def test_every_parameter_is_declared_in_full_and_its_default_is_in_range(parameter: unsim.parameters.Parameter) -> None:
    assert parameter.meaning
    assert parameter.unit
    assert parameter.source
    assert parameter.identified in ("yes", "partly", "no")
    assert parameter.prior.low <= parameter.default <= parameter.prior.high
    draws = [parameter.prior.quantile(u) for u in (1e-9, 0.1, 0.5, 0.9, 1 - 1e-9)]
    assert all(parameter.prior.low <= value <= parameter.prior.high for value in draws)
    assert draws == sorted(draws)


def test_quantiles_of_priors_agree_with_scipy() -> None:
    u = np.linspace(0.01, 0.99, 25)
    normal = BY_NAME["compliance"].prior
    expected = stats.truncnorm.ppf(u, (normal.low - normal.a) / normal.b, (normal.high - normal.a) / normal.b, normal.a, normal.b)
    assert [normal.quantile(x) for x in u] == pytest.approx(expected, rel=1e-9)
    triangular = unsim.parameters.triangular(0.2, 0.3, 0.9)
    assert [triangular.quantile(x) for x in u] == pytest.approx(stats.triang.ppf(u, 0.1 / 0.7, 0.2, 0.7), rel=1e-9)
    heavy = BY_NAME["bite_weight"].prior
    assert heavy.quantile(0.5) == pytest.approx(heavy.a, rel=0.05)


def one_by_one(prior: unsim.parameters.Prior, u: float) -> float:
    """A quantile in plain Python, for one uniform alone."""
    if prior.kind == "fixed" or prior.low == prior.high:
        return prior.a
    if prior.kind == "uniform":
        return prior.low + (prior.high - prior.low) * u
    if prior.kind == "triangular":
        width, left = prior.high - prior.low, prior.a - prior.low
        rising = u * width < left
        return prior.low + math.sqrt(u * width * left) if rising else prior.high - math.sqrt((1.0 - u) * width * (width - left))
    log = prior.kind == "log-normal"
    low, high = ((np.log(max(e, 1e-300) / prior.a) if log else e - prior.a) / prior.b for e in (prior.low, prior.high))
    normal = float(special.ndtri(special.ndtr(low) + u * (special.ndtr(high) - special.ndtr(low))))
    return float(prior.a * np.exp(prior.b * normal)) if log else float(prior.a + prior.b * normal)


@pytest.mark.parametrize("name", ["baseline_2024", "tripartite_2024"])
def test_draws_made_together_have_the_bits_of_draws_made_one_by_one(name: str) -> None:
    scenario, seed, draws = unsim.load(name, {"uncertainty": "prior"}), 77, [3, -1, 0, 250, 2**31 + 1]
    together = scenario.draw(seed, draws)
    assert {prior.kind for prior in scenario.priors.values()} == {"normal", "log-normal", "uniform", "triangular", "fixed"}
    for row, (label, prior) in enumerate(scenario.priors.items()):
        who = np.uint64(chance.permanent_code(label))
        for column, draw in enumerate(draws):
            address = (np.uint64(seed), np.uint64(max(draw, 0)), np.uint64(0), chance.PARAMETER, who, np.uint64(0))
            expected = prior.a if draw < 0 else one_by_one(prior, chance.uniforms(*address)[0])
            assert together[row, column] == expected, label
