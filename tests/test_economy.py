"""The record of trade, its scores and rivals, and the sampler that fits parameters to it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unsim
from unsim.history import calibrate, economy, inference, patterns, votes
from unsim.history.record import conditions, shipped_known, shipped_record
from unsim.parameters import BY_NAME
from unsim.posterior import FITS, fitted, marginals
from unsim.sweep import run
from unsim.tables import table

HISTORY = economy.SCENARIO


@pytest.fixture(scope="module")
def made() -> economy.Replay:
    return economy.replay(unsim.load(HISTORY, {"uncertainty": "prior"}), 64, 1)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30), st.floats(-1e3, 1e3))
def test_crps_is_the_mean_distance_less_half_the_mean_distance_between_futures(futures: list[float], value: float) -> None:
    sample = np.array(futures)
    direct = np.abs(sample - value).mean() - 0.5 * np.abs(sample[:, None] - sample[None, :]).mean()
    assert economy.crps(sample, value) == pytest.approx(direct, abs=1e-6)


def test_crps_of_a_point_is_its_absolute_error() -> None:
    assert economy.crps(np.full(7, 3.0), 10.0) == pytest.approx(7.0)


def test_crps_of_a_normal_sample_comes_near_the_formula_of_gneiting_and_raftery() -> None:
    sample = np.random.default_rng(1).standard_normal(200_000)
    assert economy.crps(sample, 0.0) == pytest.approx(2.0 / np.sqrt(2.0 * np.pi) - 1.0 / np.sqrt(np.pi), abs=3e-3)


def test_the_channels_of_the_record_add_up_to_china_s_total() -> None:
    record = economy.record()
    for year in range(2010, 2025):
        parts = [record[name].get(year) for name in economy.CHANNELS if name != "unlisted"]
        whole = sum(part for part in parts if part is not None) + record["unlisted"].get(year, 0.0)
        assert whole == pytest.approx(record["china_exports"][year], rel=0.005, abs=6.0), year


def test_every_row_of_the_record_has_a_source_and_a_basis() -> None:
    for row in table("trade_record"):
        assert row["basis"] in ("looked-up", "recalled", "derived")
        assert row["source"].strip()
    for row in table("past_flows"):
        assert row["source"].strip()
        assert float(row["usd_million_a_year"]) >= 0.0


def test_rivals_know_nothing_of_the_years_they_forecast() -> None:
    assert economy.last_value("coal", 2019) == economy.record()["coal"][2016]
    assert economy.last_year("china_exports", 2019) == economy.record()["china_exports"][2018]
    assert economy.legal_zero("coal", 2018) == 0.0  # the full ban of 2017 stands
    assert economy.legal_zero("coal", 2016) > 0.5 * economy.record()["coal"][2016]
    assert economy.trend("minerals", 2024) == 0.0  # a falling line does not go below nothing


def test_a_replay_gives_every_scored_series_in_every_year(made: economy.Replay) -> None:
    assert made.years == list(range(2006, 2025))
    for name in economy.COVERED:
        assert made.series[name].shape == (19, 64)
        assert np.isfinite(made.series[name]).all()


def test_a_replay_sees_the_full_bans_of_2017_and_the_closed_border(made: economy.Replay) -> None:
    coal = np.median(made.series["coal"], axis=1)
    assert coal[2018 - 2006] < 0.1 * coal[2016 - 2006]
    imports = np.median(made.series["imports"], axis=1)
    assert imports[2021 - 2006] < 0.5 * imports[2019 - 2006]


def test_sums_over_years_or_other_spans_are_those_of_the_monthly_path() -> None:
    names = ["outcome.revenue", "outcome.imports"]
    found = run("baseline_2024", 4, 2, 3, keep=4, watch=names)
    for place, name in enumerate(("revenue", "imports")):
        path = found.paths[name].to_numpy()  # (month, replicate)
        assert found.sums[place] == pytest.approx(path.reshape(10, 12, 4).sum(axis=1), rel=1e-12)
    assert np.array_equal(run("baseline_2024", 4, 2, 3, watch=names, span=1).sums[0], found.paths["revenue"])


def test_both_engines_give_the_same_sums() -> None:
    scenario = unsim.load("baseline_2024").over(14)
    names = ["declared.real.coal.CHN", "undeclared.real.coal.CHN", "imports.real.fuel", "reserves.shadow"]
    for span, number in ((12, 2), (1, 14)):
        kernel = run(scenario, 2, 1, 5, watch=names, span=span)
        mesa = run(scenario, 2, 1, 5, engine="mesa", watch=names, span=span)
        assert kernel.sums.shape == (4, number, 2)
        assert np.array_equal(kernel.sums, mesa.sums)


def test_values_that_are_given_take_the_place_of_drawn_ones() -> None:
    values = {"compliance": np.array([2.0, 9.0])}
    found = run("baseline_2024", 2, 2, 5, watch=["declared.real.coal.CHN"], held=values)
    loose, tight = found.sums[0].sum(axis=0)
    assert loose > 10.0 * tight


@pytest.mark.parametrize("name", ["nothing.real", "declared.real.coal", "declared.real.gold.CHN", "declared.false.coal.CHN"])
def test_an_unknown_variable_of_the_world_is_refused_with_what_there_is(name: str) -> None:
    with pytest.raises(KeyError, match=r"there are|allowed"):
        unsim.load("baseline_2024").world_row(name)


def test_demand_of_the_past_acts_in_a_history_alone() -> None:
    history = unsim.load(HISTORY)
    coal, china = history.labels.channels.index("coal"), history.labels.partners.index("CHN")
    path = history.setting.base_potential[:, coal, china] * 12.0
    assert path[6] < 10.0
    assert path[-1] == pytest.approx(1290.0)
    assert (np.diff(path) >= -1e-9).all()
    baseline = unsim.load("baseline_2024")
    assert np.ptp(baseline.setting.base_potential[:, coal, china]) == 0.0


def test_an_own_ban_winds_down_over_its_months_and_spares_kaesong() -> None:
    history = unsim.load(HISTORY)
    labels, ban = history.labels, history.setting.own_ban
    seoul, start = labels.partners.index("KOR"), (2010 - 2006) * 12 + 4
    textiles = ban[:, labels.channels.index("textiles"), seoul]
    assert textiles[start - 1] == 0.0
    assert 0.0 < textiles[start] < 0.2
    assert textiles[start + 24] > 0.99
    assert ban[start + 24, labels.channels.index("workers"), seoul] == 0.0  # until February 2016
    assert ban[-1, labels.channels.index("workers"), seoul] == 1.0


def test_a_partner_s_own_ban_turns_no_trade_to_goods_that_no_text_lists() -> None:
    from unsim.rules.trade import turned_goal

    assert turned_goal(100.0, 0.1, 1.0) == 0.0
    assert turned_goal(100.0, 0.1, 0.0) == pytest.approx(10.0)


# The sampler


def test_the_sampler_finds_a_posterior_that_is_known() -> None:
    rng = np.random.default_rng(5)
    slopes, noise = rng.normal(size=(20, 3)), 2.0
    truth = np.array([1.0, -0.5, 0.0])
    data = slopes @ truth + noise * rng.normal(size=20)

    def simulate(z: np.ndarray, luck: int) -> np.ndarray:
        return z @ slopes.T + noise * np.random.default_rng(luck + 1000).normal(size=(len(z), 20))

    covariance = np.linalg.inv(np.eye(3) + slopes.T @ slopes / noise**2)
    mean = covariance @ slopes.T @ data / noise**2
    found = inference.sample(simulate, data, 3, 1000, 8, 1)
    assert found.draws.mean(axis=0) == pytest.approx(mean, abs=0.12)
    assert found.draws.std(axis=0) == pytest.approx(np.sqrt(np.diag(covariance)), rel=0.2)
    assert list(found.tolerances) == sorted(found.tolerances, reverse=True)


def test_a_parameter_that_the_data_do_not_move_keeps_its_prior() -> None:
    def simulate(z: np.ndarray, luck: int) -> np.ndarray:
        return z[:, :1] + 0.3 * np.random.default_rng(luck + 7).normal(size=(len(z), 4))

    found = inference.sample(simulate, np.ones(4), 2, 1000, 6, 3)
    assert found.draws[:, 1].mean() == pytest.approx(0.0, abs=0.15)
    assert found.draws[:, 1].std() == pytest.approx(1.0, abs=0.12)


def test_scores_are_the_prior_s_quantiles() -> None:
    prior = unsim.load("baseline_2024", {"uncertainty": "prior"}).priors["redirection"]
    low, middle, high = calibrate.from_scores(prior, np.array([-8.0, 0.0, 8.0]))
    assert low == pytest.approx(prior.low)
    assert high == pytest.approx(prior.high)
    assert low < middle < high


# What ships


@pytest.mark.parametrize("fit", [*FITS, "posterior_economy_2016"])
def test_shipped_draws_lie_within_the_ranges_of_their_priors(fit: str) -> None:
    priors = unsim.load(HISTORY, {"uncertainty": "prior"}).priors
    for name, values in fitted(fit).items():
        prior = priors[name]
        assert len(values) >= 1000
        assert prior.low - 1e-3 * abs(prior.low) <= values.min(), name
        assert values.max() <= prior.high + 1e-3 * abs(prior.high), name


def test_the_fit_to_2016_knows_nothing_that_only_the_bans_of_2017_tell() -> None:
    assert not set(fitted("posterior_economy_2016")) & set(calibrate.SINCE)
    assert set(fitted("posterior_economy")) == {*calibrate.TO_2016, *calibrate.SINCE}


IDENTIFIED = {"no": (-1.0, 0.42), "partly": (0.38, 0.95), "yes": (0.8, 1.0)}
"""Share of the prior's variance that the record takes away, by the word that a parameter has for it; edges overlap a little."""


def test_what_a_parameter_says_of_being_identified_is_what_the_fit_of_trade_found() -> None:
    for name, share in calibrate.shipped("posterior_economy").identified().items():
        low, high = IDENTIFIED[BY_NAME[name.partition(".")[0]].identified]
        assert low <= share <= high, name


def test_scores_of_values_and_values_of_scores_are_inverse() -> None:
    prior = unsim.load(HISTORY, {"uncertainty": "prior"}).priors["to_unlisted"]
    scores = np.linspace(-2.5, 2.5, 11)
    assert calibrate.scores_of(prior, calibrate.from_scores(prior, scores)) == pytest.approx(scores, abs=0.02)


def test_nothing_dated_after_2016_moves_what_the_fit_to_2016_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    before = calibrate.observed(2016)
    corrupted = {name: {year: v * (7.0 if year > 2016 else 1.0) for year, v in by.items()} for name, by in economy.record().items()}
    monkeypatch.setattr(calibrate, "record", lambda: corrupted)
    assert np.array_equal(calibrate.observed(2016), before)
    assert not np.array_equal(calibrate.observed(2024)[: len(before)], before)


def test_a_posterior_s_marginal_is_not_drawn_by_itself() -> None:
    with pytest.raises(ValueError, match="a row at a time"):
        marginals()["compliance"].quantile(0.5)


def test_a_run_takes_whole_rows_of_the_joint_draws() -> None:
    scenario = unsim.load("baseline_2024")
    drawn = scenario.draw(4, list(range(30)))
    rows = {name: row for row, name in enumerate(scenario.priors)}
    for fit in FITS:
        names = list(fitted(fit))
        shipped = {tuple(row) for row in np.stack([fitted(fit)[name] for name in names], axis=1)}
        taken = np.stack([drawn[rows[name]] for name in names], axis=1)
        assert all(tuple(row) in shipped for row in taken)
        assert len({tuple(row) for row in taken}) > 20


def test_priors_alone_can_be_asked_for_and_a_held_value_wins_over_both() -> None:
    usual, alone = unsim.load("baseline_2024"), unsim.load("baseline_2024", {"uncertainty": "prior"})
    assert usual.priors["compliance"].origin == "posterior"
    assert alone.priors["compliance"].origin == "prior"
    held = unsim.load("baseline_2024", {"parameters.compliance": 4.0})
    assert held.priors["compliance"].kind == "fixed"
    assert (held.draw(1, [0, 1, 2])[list(held.priors).index("compliance")] == 4.0).all()


def test_a_range_that_a_file_changes_is_drawn_from_that_range() -> None:
    changed = unsim.load("baseline_2024", {"channels.coal.scale": [0.1, 0.2, 0.3]})
    assert changed.priors["potential_scale.coal"].kind == "triangular"
    assert changed.priors["potential_scale.minerals"].origin == "posterior"


def test_the_claim_level_follows_from_where_the_draws_come_from() -> None:
    assert unsim.run("baseline_2024", 2, draws=2).claim_level == "calibrated"
    assert unsim.run(unsim.load("baseline_2024", {"uncertainty": "prior"}), 2, draws=2).claim_level == "exploration"


def test_medians_stand_where_parameters_are_not_drawn() -> None:
    scenario = unsim.load("baseline_2024")
    row = list(scenario.priors).index("compliance")
    assert scenario.draw(1, [-1])[row, 0] == marginals()["compliance"].a == np.median(fitted("posterior_economy")["compliance"])


# The test against the record


@pytest.fixture(scope="module")
def scored() -> economy.Tested:
    return economy.against_record(1000)


def test_the_fit_to_2016_reaches_its_bars_and_beats_every_rival(scored: economy.Tested) -> None:
    found = scored.as_json()
    bars = {"2017-2019": 0.08, "2020-2024": 0.05}
    for period, by in found["economy_crps"].items():
        assert by["model"] <= bars[period]
        assert by["model"] < min(score for who, score in by.items() if who != "model")
        assert 0.80 <= found["coverage"][period]["90"] <= 0.95
        assert found["coverage_above_zero"][period]["90"] < found["coverage"][period]["90"]  # zeros are held by any band


def test_the_test_of_2016_draws_nothing_from_a_prior_that_leans_on_later_trade(scored: economy.Tested) -> None:
    leaning = {"to_unlisted", "unlisted_speed", "unlisted_capacity", "text_reach.minerals", "text_reach.other_goods"}
    assert set(economy.BEFOREHAND) == leaning
    shipped = unsim.load(HISTORY, {"uncertainty": "prior"}).priors
    for name, prior in economy.BEFOREHAND.items():
        assert prior.low <= shipped[name].low  # no narrower, and no mode
        assert prior.kind == "uniform"
    wider = economy.with_draws(fitted("posterior_economy_2016"), 2024, 1000).made.of("unlisted", 2019)
    assert scored.made.of("unlisted", 2019).std() > wider.std()


def test_unanimity_is_rarer_than_no_veto_and_certain_where_support_is_beyond_doubt(scored: economy.Tested) -> None:
    found = patterns.shares(scored.made)
    assert 0.0 < found["unanimity_to_2017"]["share_of_draws"] < found["no_veto_to_2017"]["share_of_draws"]
    whole = shipped_record()
    x, values = conditions(whole, shipped_known()), votes.shipped(100)
    values[:, votes.COLUMNS.index("security_base")] = 1e3
    assert votes.unanimity(values, x, [0, 1, 2]) == pytest.approx(np.ones(100))


def test_patterns_say_whether_they_emerge(scored: economy.Tested) -> None:
    found = patterns.shares(scored.made)
    assert all(0.0 <= entry["share_of_draws"] <= 1.0 for entry in found.values())
    assert found["collapse_within_a_year"] == {"share_of_draws": pytest.approx(1.0, abs=0.05), "emergent": True}
    assert not found["russian_arms_replace_part"]["emergent"]
