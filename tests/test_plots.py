"""What is shown of a run: figures, the numbers behind them, quantiles, and how far a result can be claimed."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from itertools import product
from types import SimpleNamespace
from typing import Any

import matplotlib.colors
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure

import unsim
from conftest import cut_off
from unsim import plots
from unsim.effects import Comparison
from unsim.plots import council, effects, levels, paths, style
from unsim.posterior import marginals
from unsim.results import Run

COSTS = ("political_cost", "economic_cost")
LEVELS = {"q05": 0.05, "q25": 0.25, "q50": 0.50, "q75": 0.75, "q95": 0.95}
START, MONTHS, REPLICATES, DRAWS, KEPT = "2024-02", 5, 36, 12, 24
NAMES = ["2024-02", "2024-03", "2024-04", "2024-05", "2024-06"]


@pytest.fixture(scope="module")
def comparison(baseline: unsim.Scenario, tripartite: unsim.Scenario) -> Comparison:
    arms = (arm.override({"start": START, "months": MONTHS}) for arm in (tripartite, baseline))
    return unsim.compare(*arms, REPLICATES, draws=DRAWS, seed=7, keep=KEPT)


def quantile(run: Run, outcome: str, level: float) -> np.ndarray:
    """A quantile of the kept paths by month."""
    return np.array([np.quantile(month, level) for month in np.asarray(run.paths[outcome])])


# Costs


def test_the_numbers_behind_the_figure_are_quantiles_of_the_kept_paths(comparison: Comparison) -> None:
    table = paths.costs_table(comparison)
    assert len(table) == 2 * MONTHS
    for outcome in COSTS:
        rows = table[table["outcome"] == outcome]
        assert rows["month"].tolist() == NAMES
        for name, arm in (("strategy", comparison.strategy), ("reference", comparison.reference)):
            for label, level in LEVELS.items():
                np.testing.assert_allclose(
                    rows[f"{name}_{label}"], quantile(arm, outcome, level), err_msg=f"{outcome} {name} {label}"
                )


def test_the_effect_of_each_month_is_the_mean_paired_difference(comparison: Comparison) -> None:
    table = paths.costs_table(comparison)
    for outcome in COSTS:
        rows = table[table["outcome"] == outcome]
        difference = np.asarray(comparison.strategy.paths[outcome] - comparison.reference.paths[outcome])
        assert np.ptp(difference) > 0.0
        np.testing.assert_allclose(rows["effect"], difference.mean(axis=1))
        assert (rows["low"] <= rows["effect"]).all()
        assert (rows["effect"] <= rows["high"]).all()


@pytest.fixture(scope="module")
def figure(comparison: Comparison) -> Figure:
    return paths.costs(comparison)


def lines(axis: Axes, colour: str) -> list[Any]:
    """Lines over all months in a colour."""
    same = matplotlib.colors.same_color
    return [line for line in axis.lines if len(np.atleast_1d(line.get_xdata())) == MONTHS and same(line.get_color(), colour)]


def edges(band: Any) -> np.ndarray:
    """Lower and upper edge of a filled band, by month (edge, month)."""
    corners = band.get_paths()[0].vertices
    by_month = [corners[np.isclose(corners[:, 0], date)][:, 1] for date in date2num(np.array(NAMES, dtype="datetime64[M]"))]
    return np.array([[y.min() for y in by_month], [y.max() for y in by_month]])


def test_the_month_axis_has_the_scenarios_months(figure: Figure) -> None:
    assert len(figure.axes) == 4
    for axis in figure.axes:
        drawn = [line for line in axis.lines if np.issubdtype(np.asarray(line.get_xdata()).dtype, np.datetime64)]
        assert drawn
        for line in drawn:
            assert [str(month)[:7] for month in line.get_xdata()] == NAMES


def test_kept_paths_carry_the_scenarios_months(comparison: Comparison) -> None:
    assert [str(month)[:7] for month in comparison.strategy.paths["month"].values] == NAMES


def test_bands_of_the_strategy_hold_half_and_nine_tenths_of_its_futures(comparison: Comparison, figure: Figure) -> None:
    for outcome, axis in zip(COSTS, figure.axes[::2], strict=True):
        wide, narrow = (edges(band) for band in axis.collections)
        np.testing.assert_allclose(wide, [quantile(comparison.strategy, outcome, q) for q in (0.05, 0.95)])
        np.testing.assert_allclose(narrow, [quantile(comparison.strategy, outcome, q) for q in (0.25, 0.75)])
        (median,) = lines(axis, style.STRATEGY)
        np.testing.assert_allclose(median.get_ydata(), quantile(comparison.strategy, outcome, 0.5))
        assert median.get_linestyle() == "-"


def test_lines_of_the_reference_are_its_quantiles(comparison: Comparison, figure: Figure) -> None:
    for outcome, axis in zip(COSTS, figure.axes[::2], strict=True):
        drawn = sorted((line.get_ydata() for line in lines(axis, style.REFERENCE)), key=np.sum)
        np.testing.assert_allclose(drawn, [quantile(comparison.reference, outcome, q) for q in LEVELS.values()])
        (median,) = (line for line in lines(axis, style.REFERENCE) if line.get_linewidth() > 1.0)
        np.testing.assert_allclose(median.get_ydata(), quantile(comparison.reference, outcome, 0.5))
        assert {line.get_linestyle() for line in lines(axis, style.REFERENCE)} == {"--"}


def test_the_legend_names_the_arms_in_the_colours_of_their_lines(comparison: Comparison, figure: Figure) -> None:
    (legend,) = figure.legends
    told = [" ".join(text.get_text().split()) for text in legend.get_texts()]
    assert told == [f"Strategy: {comparison.strategy.scenario.title}", f"Reference: {comparison.reference.scenario.title}"]
    handles = legend.get_lines()
    assert [(line.get_color(), line.get_linestyle()) for line in handles] == [(style.STRATEGY, "-"), (style.REFERENCE, "--")]


def test_the_effect_beside_them_is_strategy_less_reference_with_its_interval(comparison: Comparison, figure: Figure) -> None:
    for outcome, axis in zip(COSTS, figure.axes[1::2], strict=True):
        (line,) = lines(axis, style.STRATEGY)
        difference = np.asarray(comparison.strategy.paths[outcome] - comparison.reference.paths[outcome])
        np.testing.assert_allclose(line.get_ydata(), difference.mean(axis=1))
        monthly = comparison.monthly(outcome)
        np.testing.assert_allclose(edges(axis.collections[0]), [monthly["low"], monthly["high"]])


def test_a_figure_says_what_it_rests_on(comparison: Comparison, figure: Figure) -> None:
    note = " ".join(figure.get_supxlabel().split())
    for part in (
        "n = 36 paired futures (paths",
        "12 parameter draws",
        "seed 7",
        "(paths: the first 24)",
        "Claim level: calibrated (",
    ):
        assert part.replace(" (paths", "") in note
    assert comparison.monthly_interval in note
    assert [axis.get_title(loc="left") for axis in figure.axes] == [
        "Political cost", "Effect on political cost", "Economic cost", "Effect on economic cost",
    ]  # fmt: skip
    assert [axis.get_ylabel() for axis in figure.axes] == ["index 0-100", "index points"] + ["USD million a month"] * 2


LONG = "A title as long as they come: the three act as one, inside the Council and outside, on weapons and on abuse"


@pytest.fixture(scope="module")
def named_long(comparison: Comparison) -> Comparison:
    """Three months of scenarios with titles as long as they come."""
    arms = (arm.scenario.override({"title": LONG, "months": 3}) for arm in (comparison.strategy, comparison.reference))
    return unsim.compare(*arms, 20, draws=20, keep=20)


@pytest.mark.parametrize("width", ["page", pytest.param("column", marks=pytest.mark.slow)])
def test_no_text_of_a_figure_is_cut_off(named_long: Comparison, width: style.Width) -> None:
    for result in (named_long, named_long.strategy) if width == "column" else (named_long,):
        for picture in plots.pictures(result, width):
            assert cut_off(picture.draw()) == [], picture.name
    arms = (named_long.strategy.scenario, named_long.reference.scenario)
    for points in (3, 15):
        x, y = np.meshgrid(np.linspace(0.0, 3.0, points), np.linspace(0.0, 2.0, points))
        table = pd.DataFrame({"value_curvature": x.ravel(), "accountability_weight": y.ravel(), "effect": (x - y).ravel(),
                              "low": (x - y).ravel() - 0.1, "high": (x - y).ravel() + 0.1})  # fmt: skip
        note = "Positive at 50% of the points; each: n = 400 paired futures, 90% of 40 parameter draws, seed 1. " * 2
        assert cut_off(plots.surface(table, "value_curvature", "accountability_weight", "coercion", *arms, note, width)) == []


def test_every_outcome_of_a_scenario_has_its_path_and_its_place_in_a_forest(comparison: Comparison) -> None:
    found = {picture.name: picture for picture in plots.pictures(comparison)}
    every = [outcome.name for outcome in comparison.strategy.scenario.outcomes]
    for kind in ("paths_", "effects_"):
        shown = [name for key, picture in found.items() if key.startswith(kind) for name in picture.table()["outcome"].unique()]
        assert sorted(shown) == sorted(every)


@pytest.mark.parametrize("result", ["comparison", "run"])
def test_every_figure_says_n_draws_seed_interval_and_claim_level(comparison: Comparison, result: str) -> None:
    subject = comparison if result == "comparison" else comparison.strategy
    intervals = ("90% of", "no interval", "t interval", "5% ")
    for picture in plots.pictures(subject):
        note = " ".join(picture.draw().get_supxlabel().split())
        paired = "paired " if result == "comparison" else ""
        for part in (f"n = 36 {paired}futures", "12 parameter draws", "seed 7", "Claim level: calibrated ("):
            assert part in note, picture.name
        assert any(words in note for words in intervals), picture.name


def test_counts_add_up_over_the_months_of_a_path(comparison: Comparison) -> None:
    (picture,) = (picture for picture in plots.pictures(comparison.strategy) if picture.name == "paths_un_output")
    rows = picture.table()
    rows = rows[rows["outcome"] == "drafts_tabled"]
    assert rows["unit"].unique() == ["drafts so far"]
    np.testing.assert_allclose(
        rows["run_q50"], np.quantile(np.cumsum(comparison.strategy.paths["drafts_tabled"], axis=0), 0.5, axis=1)
    )


def test_a_forest_shows_each_horizon_with_its_interval_and_names_what_does_not_move(comparison: Comparison) -> None:
    figure = effects.forest(comparison, paths.groups(comparison)["others"], "Civilians and the coalition")
    drawn = {axis.get_title(loc="left"): axis for axis in figure.axes if axis.get_title(loc="left")}
    effect = comparison.effect("coalition_cost")
    mark, bar = drawn["Coalition cost"].lines[2], drawn["Coalition cost"].lines[1]
    assert mark.get_xdata() == pytest.approx([effect.effect])
    assert bar.get_xdata() == pytest.approx([effect.low, effect.high])
    settled = effect.settled
    assert (mark.get_markerfacecolor() != "white") == settled
    still = [name for name in ("summits", "engagement") if comparison.effect(name).effect == 0.0]
    assert still
    assert all(name.capitalize() in " ".join(figure.get_supxlabel().split()) for name in still)


def test_the_burden_is_signed_so_that_more_is_worse_for_those_who_bear_it(comparison: Comparison) -> None:
    (picture,) = (picture for picture in plots.pictures(comparison) if picture.name == "burden")
    rows = picture.table().set_index("outcome")
    assert rows.loc["civilian_welfare", "effect"] == -comparison.effect("civilian_welfare").effect
    assert rows.loc["civilian_welfare", "low"] == -comparison.effect("civilian_welfare").high
    assert rows.loc["coalition_cost", "effect"] == comparison.effect("coalition_cost").effect
    assert set(rows["bearer"]) == {"regime", "civilians", "coalition"}


def marks(axis: Axes) -> list[float]:
    """Where the marks of effects stand on an axis, from the top."""
    found = [line for line in axis.lines if line.get_marker() == "o" and len(line.get_xdata()) == 1]
    return [float(line.get_xdata()[0]) for line in sorted(found, key=lambda line: line.get_ydata()[0])]


def test_what_is_drawn_of_a_burden_is_what_its_table_says(comparison: Comparison) -> None:
    figure = effects.burden(comparison)
    table = effects.burden_table(comparison)
    drawn = {axis.get_xlabel(): marks(axis) for axis in figure.axes}
    assert drawn["USD million a month"] == pytest.approx(table[table["unit"] == "USD million a month"]["effect"].tolist())
    assert drawn["index points"] == pytest.approx(table[table["unit"] == "index 0-100"]["effect"].tolist())
    signs = table.set_index("outcome")["sign"]
    worse_when_less = {"civilian_welfare", "revenue", "weapons_spending", "civilian_spending"}
    assert {outcome for outcome, sign in signs.items() if sign < 0.0} == worse_when_less


def test_what_is_drawn_of_levels_is_what_their_table_says(comparison: Comparison) -> None:
    parts = levels.parts_of(comparison, "components")
    figure, table = levels.levels(comparison, "components", parts), levels.levels_table(comparison, parts)
    for left, right, part in zip(figure.axes[::2], figure.axes[1::2], ("political", "economic"), strict=True):
        rows = table[table["part"] == part]
        assert marks(left) == pytest.approx(rows["strategy_mean"].tolist())
        assert marks(right) == pytest.approx(rows["effect"].tolist())


def test_a_map_is_bold_where_the_sign_is_settled_and_its_line_is_where_it_turns(comparison: Comparison) -> None:
    x, y = np.meshgrid(np.linspace(0.0, 3.0, 4), np.linspace(0.0, 2.0, 3))
    table = pd.DataFrame({"value_curvature": x.ravel(), "accountability_weight": y.ravel(), "effect": (x - 1.5).ravel(),
                          "low": (x - 1.5).ravel() - 0.6, "high": (x - 1.5).ravel() + 0.6})  # fmt: skip
    arms = (comparison.strategy.scenario, comparison.reference.scenario)
    figure = plots.surface(table, "value_curvature", "accountability_weight", "coercion", *arms, "n = 1.")
    bold = {text.get_text(): text.get_fontweight() for text in figure.axes[0].texts}
    assert bold == {"−1.5": "bold", "−0.5": "normal", "+0.5": "normal", "+1.5": "bold"}
    line = figure.axes[0].collections[-1]
    turned = np.concatenate([path.vertices[:, 0] for path in line.get_paths() if len(path.vertices)])
    assert turned == pytest.approx(1.5)


def test_a_channel_of_one_arm_alone_is_shown_and_said_to_have_no_effect(comparison: Comparison) -> None:
    gold = {"channels.gold": {"label": "gold", "flows": {"CHN": {"usd_million_a_year": 50.0}}}}
    reference = comparison.reference.scenario.over(2)
    for arms in ((reference.override(gold), reference), (reference, reference.override(gold))):
        found = unsim.compare(*arms, 20, keep=20)
        assert found.alone == ("revenue_gold",)
        drawn = {picture.name: picture for picture in plots.pictures(found)}
        assert "revenue_gold" in set(drawn["paths_trade"].table()["outcome"])
        assert "revenue_gold" in set(drawn["revenue"].table()["outcome"])
        assert "In one arm only: Revenue gold" in " ".join(drawn["effects_trade"].draw().get_supxlabel().split())
        (legend,) = drawn["paths_trade"].draw().legends
        assert len(legend.get_texts()) == 2


@pytest.mark.parametrize("width", ["page", "column"])
def test_every_figure_fits_on_a_page(comparison: Comparison, width: style.Width) -> None:
    many = unsim.compare("icc_referral", "baseline_2024", 20, keep=2)
    for result in (many, comparison.strategy):
        for picture in plots.pictures(result, width):
            assert picture.draw().get_figheight() < 11.0, picture.name


def test_levels_are_means_and_quantiles_over_futures_beside_the_effect(comparison: Comparison) -> None:
    (picture,) = (picture for picture in plots.pictures(comparison) if picture.name == "revenue")
    row = picture.table().set_index("outcome").loc["revenue_coal"]
    values = comparison.strategy.outcome("revenue_coal")
    assert row["strategy_mean"] == pytest.approx(values.mean())
    assert row["strategy_q95"] == pytest.approx(np.quantile(values, 0.95))
    assert row["effect"] == comparison.effect("revenue_coal").effect
    labels = comparison.strategy.scenario.labels
    assert set(picture.table()["outcome"]) == {f"revenue_{name}" for name in labels.channels} | {
        f"revenue_from_{name}" for name in labels.partners
    }


# Votes

NO, ABSTAIN, YES = 0, 1, 2


@pytest.fixture(scope="module")
def divided(comparison: Comparison) -> Comparison:
    """All members vote yes on two meetings in the strategy; in the reference they are divided on one."""
    arms = []
    for arm, cast in ((comparison.strategy, {YES: 2}), (comparison.reference, {NO: 0.5, ABSTAIN: 0.25, YES: 0.25})):
        votes = np.zeros_like(arm.votes)
        for vote, often in cast.items():
            votes[0, arm.scenario.setting.seats[0], vote] = int(often * REPLICATES)
        arms.append(replace(arm, votes=votes))
    return Comparison(*arms)


def votes_of(result: Comparison) -> Figure:
    return council.votes(result, council.voted(result))


def test_the_upper_bar_of_a_member_is_the_strategys_vote(divided: Comparison) -> None:
    figure = votes_of(divided)
    (axis,) = figure.axes
    _, upper = " ".join(figure.legends[0].get_title().get_text().split()).split("Upper bar")
    upper, lower = upper.split("Lower bar")
    assert divided.strategy.scenario.title in upper
    assert divided.reference.scenario.title in lower
    bottom, top = axis.get_ylim()
    assert bottom > top  # members are read from the top
    bars: dict[tuple[int, str], dict[str, tuple[float, float]]] = {}
    colours = {matplotlib.colors.to_hex(style["facecolor"]): vote for vote, style in council.VOTE_STYLE.items()}
    for bar in axis.patches:
        middle = bar.get_y() + bar.get_height() / 2.0
        member = round(middle)
        shares = bars.setdefault((member, "upper" if middle < member else "lower"), {})
        shares[colours[matplotlib.colors.to_hex(bar.get_facecolor())]] = (bar.get_x(), bar.get_width())
    assert len(bars) == 2 * 15
    begin_and_width = {
        "upper": {"yes": (0.0, 1.0), "abstain": (1.0, 0.0), "no": (1.0, 0.0)},
        "lower": {"yes": (0.0, 0.25), "abstain": (0.25, 0.25), "no": (0.5, 0.5)},
    }
    for (_, place), shares in bars.items():
        assert shares == begin_and_width[place]
    assert "72 (2.0) / 36 (1.0)" in axis.get_xlabel()


def test_the_permanent_five_stand_above_the_elected(divided: Comparison) -> None:
    (axis,) = votes_of(divided).axes
    members = [label.get_text() for label in axis.get_yticklabels()]
    assert set(members[:5]) == {"China", "France", "United Kingdom", "Russia", "United States"}
    assert len(members) == len(set(members)) == 15
    assert [line.get_ydata()[0] for line in axis.lines] == [4.5]
    legend = votes_of(divided).legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["yes", "abstain", "no"]


def test_the_table_of_votes_keeps_the_arms_apart(divided: Comparison) -> None:
    table = council.votes_table(divided)
    assert len(table) == 2 * 15
    ours, theirs = (table[table["arm"] == arm] for arm in ("strategy", "reference"))
    assert (ours["yes"] == 1.0).all()
    assert (ours["cast"] == 2 * REPLICATES).all()
    assert (theirs["no"] == 0.5).all()
    assert (theirs["abstain"] == 0.25).all()
    assert (theirs["cast"] == REPLICATES).all()


def test_a_comparison_without_any_vote_has_a_figure_too(comparison: Comparison) -> None:
    silent = Comparison(*(replace(arm, votes=np.zeros_like(arm.votes)) for arm in (comparison.strategy, comparison.reference)))
    assert council.votes_table(silent).empty
    figure = votes_of(silent)
    figure.savefig(BytesIO())  # a warning about its layout would be an error here
    assert not figure.axes[0].patches
    assert "No draft" in figure.axes[0].texts[0].get_text()


# Quantiles of outcomes


@pytest.fixture(scope="module")
def counted(one_year: unsim.Scenario) -> Run:
    """Twenty-one futures in which every outcome adds up to 0, 12, 24 … 240 over the year."""
    outcomes = len(one_year.outcomes)
    totals = np.tile(12.0 * np.arange(21.0), (1, outcomes, 1))[:, :, ::-1].copy()
    votes = np.zeros((len(one_year.labels.drafts), len(one_year.labels.states), 3), dtype=np.int64)
    return Run(one_year, 21, 0, 1, "kernel", (12,), totals, np.zeros((outcomes, 12, 0)), votes)


@pytest.mark.parametrize(("outcome", "scale"), [("political_cost", 1.0), ("missile_tests", 12.0)])
def test_a_summary_gives_mean_spread_and_quantiles_over_futures(counted: Run, outcome: str, scale: float) -> None:
    """Means are taken over months; counts are sums."""
    expected = {"mean": 10.0, "sd": 38.5**0.5, "q05": 1.0, "q25": 5.0, "q50": 10.0, "q75": 15.0, "q95": 19.0}
    summary = counted.summary().set_index("outcome").loc[outcome]
    printed = counted.as_json()["outcomes"][outcome]
    for name, value in expected.items():
        assert summary[name] == pytest.approx(scale * value), name
        assert printed[name] == pytest.approx(scale * value), name
    assert summary["horizon"] == 12


def test_a_summary_agrees_with_numpy_over_every_horizon(baseline: unsim.Scenario) -> None:
    run = unsim.run(baseline.over(13), 20, draws=10)
    summary = run.summary().set_index(["outcome", "horizon"])
    for horizon, name in product((12, 13), ("revenue", "drafts_tabled", "civilian_welfare")):
        values = np.asarray(run.outcomes[name].sel(horizon=horizon))
        row = summary.loc[(name, horizon)]
        assert [row[q] for q in LEVELS] == pytest.approx([np.quantile(values, level) for level in LEVELS.values()])
        assert row["mean"] == pytest.approx(values.mean())
        assert row["sd"] == pytest.approx(values.std(ddof=1))


# Claim levels


@pytest.fixture
def plain(comparison: Comparison) -> Run:
    """The reference, with all parameters from their priors."""
    return replace(comparison.reference, scenario=comparison.reference.scenario.override({"uncertainty": "prior"}))


def test_a_comparison_claims_no_more_than_either_arm(comparison: Comparison, plain: Run) -> None:
    calibrated = comparison.strategy
    assert (plain.claim_level, calibrated.claim_level) == ("exploration", "calibrated")
    assert Comparison(calibrated, plain).claim_level == "exploration"
    assert Comparison(plain, calibrated).claim_level == "exploration"
    assert Comparison(calibrated, calibrated).claim_level == "calibrated"
    assert Comparison(calibrated, plain).as_json()["claim_level"] == "exploration"
    assert "Claim level: exploration." in " ".join(paths.costs(Comparison(calibrated, plain)).get_supxlabel().split())


RISING = ("exploration", "calibrated", "back-tested")


@pytest.mark.parametrize(("ours", "theirs"), list(product(RISING, RISING)))
def test_the_lower_level_counts(ours: str, theirs: str) -> None:
    same = {"seed": 1, "draws": 1, "replicates": 1, "months": 1, "horizons": (1,)}
    arms: list[Any] = [SimpleNamespace(claim_level=level, **same) for level in (ours, theirs)]
    assert Comparison(*arms).claim_level == RISING[min(RISING.index(ours), RISING.index(theirs))]


def test_parameters_held_by_the_user_calibrate_nothing(comparison: Comparison) -> None:
    fitted = [name for name, prior in comparison.strategy.scenario.priors.items() if prior.origin == "posterior"]
    assert len(fitted) > 20
    held = comparison.strategy.scenario.override({f"parameters.{name}": marginals()[name].a for name in fitted})
    assert replace(comparison.strategy, scenario=held).claim_level == "exploration"
