"""Every claim has a mechanism that can be switched, acts first where it should, and moves what it is said to move."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import unsim
from conftest import SHIPPED
from unsim.claims import CLAIMS, Claim, arms, difference, first_difference
from unsim.engines.model import PressureModel
from unsim.rules.world import WORLD_AXES


def name(claim: Claim) -> str:
    return f"{claim.code} {claim.mechanism}"


@pytest.mark.parametrize("claim", CLAIMS, ids=name)
def test_a_switched_mechanism_acts_first_where_it_should_and_nothing_moves_before(claim: Claim) -> None:
    found = first_difference(claim)
    assert found is not None
    _, phase, rows = found
    assert phase == claim.phase
    assert set(claim.rows) <= set(rows) <= set(WORLD_AXES)


@pytest.mark.parametrize("claim", CLAIMS, ids=name)
def test_a_switched_mechanism_moves_its_outcome(claim: Claim) -> None:
    comparison = unsim.compare(*arms(claim, 60), replicates=300, draws=20)  # a court is seised once in hundreds of futures
    assert comparison.effect(claim.outcome).effect != 0.0


def test_every_claim_has_a_mechanism() -> None:
    assert {claim.code for claim in CLAIMS} == {f"C{number}" for number in range(1, 14)}


def test_two_futures_of_one_scenario_do_not_differ(baseline: unsim.Scenario) -> None:
    short = baseline.over(3)
    assert difference(PressureModel(short, 1, 0, -1), PressureModel(short, 1, 0, -1)) is None
    assert difference(PressureModel(short, 1, 0, -1), PressureModel(short, 2, 0, -1)) is not None


def test_all_shipped_scenarios_differ_but_for_the_placebo() -> None:
    digests = {name: unsim.run(unsim.load(name).over(36), 20, draws=10, seed=3).digest for name in SHIPPED}
    for one, other in itertools.combinations(SHIPPED, 2):
        same = digests[one] == digests[other]
        assert same == ({one, other} == {"baseline_2024", "placebo"}), (one, other)


@pytest.mark.parametrize("scenario", [s for s in SHIPPED if s != "baseline_2024"])
def test_the_engines_agree_to_the_bit_on_every_shipped_scenario(scenario: str) -> None:
    loaded = unsim.load(scenario).over(15)
    kernel, mesa = (unsim.run(loaded, 2, draws=2, seed=11, engine=engine) for engine in ("kernel", "mesa"))
    for outcome in loaded.outcomes:
        np.testing.assert_array_equal(kernel.outcome(outcome.name), mesa.outcome(outcome.name), outcome.name)


DECISIONS = ("blood_coal", "china_enforces", "human_rights_only", "icc_referral", "integrated", "nonproliferation_only",
             "supply_chain", "trace_the_link", "tripartite_2024", "after_the_panel")  # fmt: skip


@pytest.mark.parametrize("scenario", DECISIONS)
def test_a_decision_has_no_effect_on_trade_and_coercion_before_it_begins(scenario: str) -> None:
    comparison = unsim.compare(unsim.load(scenario).over(1), unsim.load("baseline_2024").over(1), 40, draws=20)
    for outcome in ("revenue", "coercion", "policing_CHN", "enforcement_CHN", "resale_lost"):
        assert comparison.effect(outcome).effect == 0.0, outcome


def test_a_lifted_measure_ends_with_the_first_month_and_one_that_never_was_is_not_there() -> None:
    base = unsim.load("baseline_2024", {"months": 3})
    k = base.labels.channels.index("coal")
    coal = ["P027", "P038", "P045"]
    assert base.setting.standing[:, k].tolist() == [1.0, 1.0, 1.0]
    assert base.override({"measures.lift": coal}).setting.standing[:, k].tolist() == [1.0, 0.0, 0.0]
    assert base.override({"measures.without": coal}).setting.standing[:, k].tolist() == [0.0, 0.0, 0.0]


def test_a_scenario_may_suppose_what_lies_after_its_information_date() -> None:
    later = {"from": "2024-07", "value": 1.0}
    with pytest.raises(unsim.ScenarioError, match="supposed: true"):
        unsim.load("baseline_2024", {"conflicts.syria.open": [later]})
    supposed = {"conflicts.syria.open": [{**later, "supposed": True}], "conflicts.syria.ends": 1.0, "months": 12}
    ban = {"sender": "KOR", "channel": "resale", "coverage": 1.0, "from": "2024-09", "until": "2024-11", "supposed": True}
    scenario = unsim.load("baseline_2024", {**supposed, "measures.add": {"ban": ban}})
    resale = scenario.setting.resale.sum(axis=(1, 2)) - unsim.load("baseline_2024", {"months": 12}).setting.resale.sum(axis=(1, 2))
    assert (resale > 0.0).tolist() == [False] * 8 + [True] * 2 + [False] * 2
    model = PressureModel(scenario, draw=-1, collect=False)
    row = model.labels.conflicts.index("syria")
    going = []
    while model.running:
        model.step()
        going.append(float(model.world.conflict[row]))
    assert going == [1.0] * 6 + [0.0] * 6  # it cannot end before it has opened


def test_a_war_may_begin_by_chance() -> None:
    scenario = unsim.load("baseline_2024", {"months": 6, "conflicts.syria.begins": 1.0, "conflicts.syria.ends": 0.0})
    model = PressureModel(scenario, draw=-1, collect=False)
    row = model.labels.conflicts.index("syria")
    assert model.world.conflict[row] == 0.0
    model.step()
    assert model.world.conflict[row] == 1.0


def model_of(**changes: Any) -> PressureModel:
    model = PressureModel(unsim.load("baseline_2024", {"months": 36, **changes}), seed=4, draw=-1, collect=False)
    while model.running:
        model.step()
    return model


LINK = {"label": "tracer", "forum": "human_rights_council", "scope": "link", "strength": [0.3, 0.3, 0.3], "demand": 0.0}


def test_a_body_of_one_scope_sees_nothing_of_the_others() -> None:
    plain = model_of().world.monitoring
    for row, scope in enumerate(("weapons", "rights", "link")):
        body = {**LINK, "scope": scope, "demand": 0.0, "from": "2023-01", "until": "2099-01"}
        seen = model_of(**{"mandates.tracer": body}).world.monitoring
        others = [other for other in range(3) if other != row]
        assert seen[row] == pytest.approx(1.0 - (1.0 - plain[row]) * 0.7)
        if scope == "link":  # what weapons and rights bodies see moves other things, so their paths part
            np.testing.assert_array_equal(seen[others], plain[others])


def test_a_mandate_that_no_text_is_strong_enough_for_lapses_and_one_that_is_easy_is_renewed() -> None:
    running = {"from": "2020-01", "until": "2024-05"}
    lapsed = model_of(**{"mandates.tracer": {**LINK, **running, "demand": 1.0}}).mandates["tracer"]
    renewed = model_of(**{"mandates.tracer": {**LINK, **running, "demand": 0.0}}).mandates["tracer"]
    assert not lapsed.running
    assert renewed.running


def test_a_body_of_states_runs_without_a_forum_and_without_an_end() -> None:
    body = {**LINK, "forum": "states", "from": "2024-01"}
    assert model_of(**{"mandates.tracer": body, "human_rights_council.penholders": []}).mandates["tracer"].running


def test_a_stronger_pen_creates_a_body_that_a_weak_one_cannot() -> None:
    body = {"mandates.tracer": {**LINK, "demand": 0.20}}
    pens = {"human_rights_council.penholders": ["EUU", "JPN", "KOR"], "coalition.coordination": 0.9}
    assert not model_of(**body).mandates["tracer"].running
    assert model_of(**body, **pens).mandates["tracer"].running


def test_refused_access_has_a_consequence_once_a_year_and_nobody_can_stop_it() -> None:
    months = []
    scenario = unsim.load("baseline_2024", {"months": 36, "standing_consequence": {"forum": "general_assembly", "in_force": True}})
    model = PressureModel(scenario, seed=4, draw=-1, collect=False)
    while model.running:
        model.step()
        if model.world.triggered[0]:
            months.append(model.t)
    assert months == [11, 23, 35]


def test_refused_access_renews_the_mandate_that_the_consequence_names() -> None:
    body = {**LINK, "demand": 1.0}
    named = {"forum": "general_assembly", "in_force": True, "mandate": "tracer"}
    assert model_of(**{"mandates.tracer": body, "standing_consequence": named}).mandates["tracer"].running
    named = {"forum": "general_assembly", "in_force": True}
    assert not model_of(**{"mandates.tracer": body, "standing_consequence": named}).mandates["tracer"].running


def test_a_referral_that_the_council_adopts_works_with_a_lag_and_lasts() -> None:
    friendly = {"states.CHN.rivalry": [], "states.RUS.rivalry": [], "states.CHN.position": {"mean": 1.0, "sd": 0.0},
                "states.RUS.position": {"mean": 1.0, "sd": 0.0}, "coalition.menu": ["icc_referral"]}  # fmt: skip
    scenario = unsim.load("baseline_2024", {"months": 60, **friendly})
    model = PressureModel(scenario, seed=1, draw=-1, collect=False)
    path = []
    while model.running:
        model.step()
        path.append(float(model.world.court[0]))
    begun = int(np.argmax(np.array(path) > 0.0))
    assert np.all(np.diff(path[begun:]) > 0.0)
    assert path[-1] <= float(model.params.referral_strength)
    assert path[begun] < 0.1 * path[-1]


def test_a_rival_stops_a_referral_and_its_veto_brings_a_debate() -> None:
    run = unsim.run(unsim.load("icc_referral").over(60), 200, draws=20)
    assert run.outcome("drafts_vetoed").mean() > run.outcome("court").mean()
    np.testing.assert_array_equal(run.outcome("drafts_vetoed"), run.outcome("veto_debates"))


def test_an_import_ban_takes_nothing_where_nothing_is_traced() -> None:
    ban = {"measures.add": {"ban": {"sender": "KOR", "channel": "resale", "coverage": 1.0, "from": "2024-01"}}}
    dark = {"parameters.trace_background": 0.0, "months": 24}
    before, after = (unsim.load("baseline_2024", {**dark, **more}) for more in ({}, ban))
    assert unsim.run(before, 20, draws=10).digest == unsim.run(after, 20, draws=10).digest


def test_a_conditional_ban_that_is_believed_lowers_coercion_whatever_the_curvature_of_the_value_of_revenue() -> None:
    ban = {"sender": "USA", "channel": "resale", "coverage": 1.0, "conditional": 1.0, "from": "2024-01"}
    tracer = {**LINK, "from": "2024-01", "until": "2099-01", "strength": [0.5, 0.5, 0.5]}
    for sigma in (0.0, 1.5, 3.0):
        base = {"months": 48, "mandates.tracer": tracer, "measures.lift": ["P044"],
                "parameters.value_curvature": sigma, "parameters.condition_believed": 1.0}  # fmt: skip
        with_ban = unsim.load("baseline_2024", {**base, "measures.add": {"ban": ban}})
        effect = unsim.compare(with_ban, unsim.load("baseline_2024", base), 40, draws=20).effect("coercion")
        assert effect.effect < 0.0, sigma


def test_a_war_that_ends_takes_its_arms_and_its_need_with_it() -> None:
    scenario = unsim.load("baseline_2024", {"months": 24, "conflicts.ukraine.ends": 1.0})
    model = PressureModel(scenario, draw=-1, collect=False)
    row = model.labels.partners.index("RUS")
    assert model.world.need[row] == 1.0
    model.step()
    assert model.world.need[row] == 0.0
    assert model.world.arms_wanted[row] == 0.0


def test_the_eu_holds_the_pen_without_a_vote() -> None:
    model = model_of()
    assert model.states["EUU"].campaigns
    assert model.states["EUU"].last_vote is None
    assert model.world.pen.min() > 0.0


def test_the_ladder_is_climbed_about_as_often_as_its_hazard_says() -> None:
    held = {"months": 12, "parameters.ladder_hazard": 0.008, "parameters.ladder_response": 0.0, "parameters.ladder_opening": 0.0,
            "parameters.ladder_offer": 0.0, "parameters.ladder_fall": 0.01}  # fmt: skip
    run = unsim.run(unsim.load("baseline_2024", held), 2000, draws=20)
    climbed = float((run.outcome("concession_rung") > 0.0).mean())
    expected = 1.0 - (1.0 - 0.008) ** 12
    assert climbed == pytest.approx(expected, abs=4.0 * (expected * (1.0 - expected) / 2000) ** 0.5)
