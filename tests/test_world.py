"""What happens in the world, what leaders make of it, and which facts a scenario knows: numbers worked by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unsim
from unsim.calendar import month_number, path
from unsim.measures import measures_in_force
from unsim.rules import coalition, council, world
from unsim.schema import ScenarioFile, Step

share = st.floats(0.0, 1.0)


# Tests and exposure


def odds(capability: float = 1.0, pressure: float = 0.0, engagement: float = 0.0) -> float:
    return world.test_log_odds(
        base=-2.0, slope=1.5, capability=capability, backlash=0.5, pressure=pressure, calming=2.0, engagement=engagement
    )


def test_tests_are_at_their_base_rate_where_nothing_has_changed() -> None:
    assert odds() == -2.0


def test_capability_and_backlash_bring_tests_and_engagement_calms() -> None:
    assert odds(capability=1.2) == pytest.approx(-1.7)
    assert odds(capability=0.8) == pytest.approx(-2.3)
    assert odds(pressure=0.4) == pytest.approx(-1.8)
    assert odds(engagement=0.3) == pytest.approx(-2.6)
    assert odds(1.2, 0.4, 0.3) == pytest.approx(-2.1)


def test_pressure_may_also_deter() -> None:
    assert world.test_log_odds(-2.0, 1.5, 1.0, -0.5, 0.4, 2.0, 0.0) == pytest.approx(-2.2)


def test_the_weightier_test_of_a_month_draws_the_attention() -> None:
    def jump(missile: float, nuclear: float) -> float:
        return world.weapons_jump(missile, nuclear, missile_weight=0.2, nuclear_weight=0.6)

    assert [jump(0.0, 0.0), jump(1.0, 0.0), jump(0.0, 1.0), jump(1.0, 1.0)] == [0.0, 0.2, 0.6, 0.6]


def test_monitoring_and_abuse_itself_bring_abuse_to_light() -> None:
    def log_odds(monitoring: float, coercion: float, rung: float = 0.0) -> float:
        return world.exposure_log_odds(-2.0, 1.5, monitoring, 0.5, coercion, 1.0, rung)

    assert log_odds(0.0, 1.0) == pytest.approx(-2.0)
    assert log_odds(0.4, 1.0) == pytest.approx(-1.4)
    assert log_odds(0.0, 4.0) == pytest.approx(-2.0 + math.log(2.0))
    assert log_odds(0.4, 0.25) == pytest.approx(-1.4 - math.log(2.0))
    assert [log_odds(0.0, 1.0, rung) for rung in (1.0, 2.0, 3.0)] == pytest.approx([-2.0, -1.0, -1.0])  # access is rung 2


# Rivalry and governments


def rivalry(level: float = 0.5, step: float = 0.0, normal: float = 0.0, response: float = 0.0, pressure: float = 0.4) -> float:
    return world.rivalry_next(level, path_step=step, walk=0.1, normal=normal, response=response, pressure=pressure)


def test_rivalry_follows_its_path_walks_and_answers_pressure() -> None:
    assert rivalry() == 0.5
    assert rivalry(step=0.33) == pytest.approx(0.83)
    assert rivalry(step=-0.33) == pytest.approx(0.17)
    assert rivalry(normal=2.0) == pytest.approx(0.7)
    assert rivalry(normal=-2.0) == pytest.approx(0.3)
    assert rivalry(response=0.5) == pytest.approx(0.7)
    assert rivalry(response=-0.5) == pytest.approx(0.3)
    assert rivalry(step=0.1, normal=1.0, response=-0.25) == pytest.approx(0.6)


@given(share, st.floats(-1.0, 1.0), st.floats(-40.0, 40.0), st.floats(-5.0, 5.0), share)
def test_rivalry_stays_a_share(level: float, step: float, normal: float, response: float, pressure: float) -> None:
    assert 0.0 <= rivalry(level, step, normal, response, pressure) <= 1.0


def test_rivalry_stops_at_its_ends() -> None:
    assert rivalry(step=0.7) == 1.0
    assert rivalry(step=-0.7) == 0.0
    assert world.rivalry_start(path=0.9, spread=0.5, normal=3.0) == 1.0


def test_rivalry_starts_around_its_path() -> None:
    assert world.rivalry_start(path=0.4, spread=0.5, normal=0.0) == pytest.approx(0.4)
    assert world.rivalry_start(path=0.4, spread=0.5, normal=2.0 * math.log(2.0)) == pytest.approx(0.8)
    assert world.rivalry_start(path=0.4, spread=0.5, normal=-2.0 * math.log(2.0)) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("posture", "uniform", "expected"), [(0.8, 0.49, 0.4), (0.8, 0.51, 0.8), (0.4, 0.49, 0.8), (0.4, 0.51, 0.4)]
)
def test_an_election_that_changes_the_government_brings_the_other_camp(posture: float, uniform: float, expected: float) -> None:
    assert world.posture_next(posture, one=0.8, other=0.4, change=0.5, uniform=uniform) == expected


@given(st.sampled_from((0.8, 0.4)), st.floats(1e-9, 1.0 - 1e-9))
def test_a_sure_election_always_changes_camp_and_an_impossible_one_never(posture: float, uniform: float) -> None:
    assert world.posture_next(posture, 0.8, 0.4, 1.0, uniform) == {0.8: 0.4, 0.4: 0.8}[posture]
    assert world.posture_next(posture, 0.8, 0.4, 0.0, uniform) == posture


# Positions


def test_what_is_unknown_of_a_position_grows_with_the_years_since_the_last_roll_call() -> None:
    assert world.position_spread(estimate=0.3, drift=0.2, years=4.0) == pytest.approx(0.5)
    assert world.position_spread(estimate=0.3, drift=0.2, years=0.0) == pytest.approx(0.3)
    assert world.position_spread(estimate=0.0, drift=0.2, years=9.0) == pytest.approx(0.6)


def test_a_position_lies_around_its_estimate_and_within_its_scale() -> None:
    assert world.member_position(mean=0.2, spread=0.5, normal=1.0) == pytest.approx(0.7)
    assert world.member_position(mean=0.2, spread=0.5, normal=-1.0) == pytest.approx(-0.3)
    assert world.member_position(0.2, 0.5, 3.0) == 1.0
    assert world.member_position(0.2, 0.5, -3.0) == -1.0


# Prices


def test_a_price_shock_fades_and_takes_its_part_of_the_worlds() -> None:
    def shock(before: float, common: float, own: float) -> float:
        return world.price_shock_next(before, 0.6, spread=0.5, common_share=0.36, common=common, own=own)

    assert shock(1.0, 0.0, 0.0) == pytest.approx(0.6)
    assert shock(0.0, 1.0, 0.0) == pytest.approx(0.24)  # 0.8 * 0.5 * 0.6
    assert shock(0.0, 0.0, 1.0) == pytest.approx(0.32)  # 0.8 * 0.5 * 0.8
    assert shock(1.0, -1.0, 1.0) == pytest.approx(0.68)


@given(st.floats(0.0, 0.99), st.floats(0.01, 2.0), share)
def test_price_shocks_keep_their_spread_and_what_channels_share(persistence: float, spread: float, common: float) -> None:
    """A rule that is linear in independent normals: the variance is the sum of its squared coefficients."""
    kept, world_part, own_part = (world.price_shock_next(*case) for case in (
        (1.0, persistence, spread, common, 0.0, 0.0), (0.0, persistence, spread, common, 1.0, 0.0),
        (0.0, persistence, spread, common, 0.0, 1.0)))  # fmt: skip
    fresh = world_part**2 + own_part**2
    assert kept**2 * spread**2 + fresh == pytest.approx(spread**2)
    assert world_part**2 == pytest.approx(common * fresh, abs=1e-12)
    start = [world.price_shock_start(spread, common, *normals) for normals in ((1.0, 0.0), (0.0, 1.0))]
    assert start[0] ** 2 + start[1] ** 2 == pytest.approx(spread**2)
    assert start[0] ** 2 == pytest.approx(common * spread**2, abs=1e-12)


# What leaders make of it


def test_a_government_that_leans_to_engagement_campaigns_less() -> None:
    assert coalition.campaign_effort(budget=0.6, engagement_cost=1.0, posture=1.0) == pytest.approx(0.6)
    assert coalition.campaign_effort(budget=0.6, engagement_cost=1.0, posture=0.5) == pytest.approx(0.4)
    assert coalition.campaign_effort(budget=0.6, engagement_cost=2.0, posture=0.0) == pytest.approx(0.2)


def test_efforts_that_complement_each_other_are_worth_more_and_attention_scales_them() -> None:
    half = coalition.complementarity(coordination=1.0, exponent=0.5)
    assert half == pytest.approx(0.5)
    assert coalition.complementarity(coordination=0.4, exponent=0.75) == pytest.approx(0.9)
    assert coalition.complementarity(coordination=0.0, exponent=0.75) == 1.0
    terms = coalition.effort_term(0.8, 0.8, half) + coalition.effort_term(0.2, 0.8, half)
    assert terms == pytest.approx(1.5)
    assert coalition.combined_effort(terms, largest=0.8, exponent=half, attention=0.7) == pytest.approx(0.7 * 0.8 * 2.25)


def test_reach_grows_with_the_campaign_and_never_becomes_whole() -> None:
    assert coalition.campaign_reach(0.0) == 0.0
    assert coalition.campaign_reach(math.log(4.0)) == pytest.approx(0.75)


def test_resolve_and_engagement_are_means_of_the_leaders_postures() -> None:
    assert coalition.resolve(weighted=0.6 * 0.8 + 0.2 * 0.4, efforts=0.8) == pytest.approx(0.7)
    assert coalition.resolve(0.0, 0.0) == 0.0
    leaning = coalition.leaning(0.6, 0.8) + coalition.leaning(0.2, 0.4)
    assert coalition.engagement(leaning, budgets=0.8) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("security", "accountability", "panel", "expected"),
    [(1.0, 0.0, 0.0, 0.8), (0.0, 1.0, 0.0, 0.3), (0.5, 0.5, 0.0, 0.55), (0.6, 0.2, 0.0, 0.675), (1.0, 0.0, 1.0, 1.0)],
)
def test_weapons_give_security_drafts_their_stake_evidence_rights_drafts_and_a_mandate_needs_neither(
    security: float, accountability: float, panel: float, expected: float
) -> None:
    assert coalition.stake(security, accountability, panel, salience=0.8, evidence=0.3) == pytest.approx(expected)


def may(month: float, *, opens: float = 0.0, last: float = 90.0, panel: float = 0.0, until: float = 100.0) -> float:
    return coalition.availability(month, opens, last, 12.0, panel, until)


def test_a_draft_rests_for_its_interval_and_waits_until_it_opens() -> None:
    assert [may(month) for month in (90.0, 101.0, 102.0, 103.0)] == [0.0, 0.0, 1.0, 1.0]
    assert [may(month, opens=104.0) for month in (103.0, 104.0)] == [0.0, 1.0]
    assert [may(month, until=0.0) for month in (101.0, 102.0)] == [0.0, 1.0]


def test_a_running_mandate_is_renewed_in_its_last_month_however_lately_it_was_tabled() -> None:
    assert [may(month, panel=1.0, last=98.0) for month in (97.0, 98.0, 99.0)] == [0.0, 0.0, 1.0]
    assert may(95.0, panel=1.0, last=0.0) == 0.0
    assert may(99.0, panel=1.0, opens=100.0) == 0.0


def test_a_lapsed_mandate_is_asked_for_again_after_its_interval() -> None:
    assert [may(month, panel=1.0, last=99.0) for month in (100.0, 110.0, 111.0)] == [0.0, 0.0, 1.0]
    assert may(100.0, panel=1.0, last=50.0) == 1.0


def test_a_draft_is_worth_its_value_times_what_may_come_of_it() -> None:
    def worth(**changes: float) -> float:
        usual = {"value": 2.0, "importance": 0.5, "leaders_resolve": 0.8, "adoption": 0.6, "kept": 0.75, "naming": 0.3, "veto": 0.2,
                 "heard": 1.0}  # fmt: skip
        return coalition.expected_value(**{**usual, **changes})

    assert worth() == pytest.approx(0.8 * (0.45 + 0.06))
    assert worth(veto=0.0) == pytest.approx(0.36)
    assert worth(adoption=0.0) == pytest.approx(0.048)
    assert worth(naming=1.0, adoption=0.0, veto=1.0, kept=0.5) == pytest.approx(0.8)  # a veto names the whole text
    assert worth(heard=0.5) == pytest.approx(0.5 * worth())
    assert worth(value=0.0) == worth(importance=0.0) == worth(leaders_resolve=0.0) == 0.0


def test_dilution_keeps_its_share_of_a_text_but_a_mandate_and_a_procedural_draft_are_whole() -> None:
    assert coalition.kept_share(0.75, whole=0.0) == 0.75
    assert coalition.kept_share(0.75, whole=1.0) == 1.0


def test_a_court_is_seised_once() -> None:
    assert coalition.not_yet(1.0, creates=1.0, seised=0.0) == 1.0
    assert coalition.not_yet(1.0, creates=1.0, seised=0.3) == 0.0
    assert coalition.not_yet(1.0, creates=0.0, seised=0.3) == 1.0


def test_a_government_that_courts_the_north_withholds_its_name() -> None:
    assert coalition.sponsors(1.0, stance=0.4, threshold=0.35) == 1.0
    assert coalition.sponsors(1.0, stance=0.3, threshold=0.35) == 0.0
    assert coalition.sponsors(0.0, stance=1.0, threshold=0.35) == 0.0


def test_a_summit_is_likelier_the_more_a_government_leans_to_engagement_and_thaws_its_stance() -> None:
    assert world.summit_happens(0.1, posture=0.2, uniform=0.063) == 1.0  # 0.1 * 0.8 squared
    assert world.summit_happens(0.1, posture=0.2, uniform=0.065) == 0.0
    assert world.summit_happens(1.0, posture=1.0, uniform=0.0001) == 0.0
    assert world.stance(0.8, 0.0) == 0.8
    assert world.stance(0.8, 0.75) == pytest.approx(0.2)


def test_a_conflict_may_begin_and_may_end() -> None:
    assert world.conflict_next(1.0, begins=0.0, ends=0.02, opened=1.0, uniform=0.5) == 1.0
    assert world.conflict_next(1.0, begins=0.0, ends=0.02, opened=1.0, uniform=0.01) == 0.0
    assert world.conflict_next(1.0, begins=0.0, ends=0.02, opened=0.0, uniform=0.01) == 1.0  # it has yet to open
    assert world.conflict_next(0.0, begins=0.0, ends=0.02, opened=1.0, uniform=0.01) == 0.0
    assert world.conflict_next(0.0, begins=0.02, ends=0.02, opened=1.0, uniform=0.01) == 1.0
    assert world.conflict_next(0.0, begins=0.02, ends=0.02, opened=1.0, uniform=0.5) == 0.0


def test_a_draft_that_may_not_be_tabled_is_worth_less_than_any_other() -> None:
    assert coalition.if_available(1.0, 0.3) == 0.3
    assert coalition.if_available(0.0, 0.3) == coalition.NEVER < -1e6


def test_the_odds_of_tabling_grow_with_what_the_best_draft_is_worth_over_the_threshold() -> None:
    assert coalition.tabling_log_odds(best=0.2, threshold=0.2, noise=0.1) == pytest.approx(0.0)
    assert coalition.tabling_log_odds(best=0.4, threshold=0.2, noise=0.5) == pytest.approx(2.0 * math.log(2.0))
    assert coalition.tabling_log_odds(best=0.1, threshold=0.2, noise=0.5) == pytest.approx(-2.0 * math.log(2.0))
    assert coalition.tabling_log_odds(best=0.001, threshold=0.25, noise=0.24) < -20.0  # a worthless draft is not tabled


def test_a_text_is_heard_by_a_sponsor_with_a_seat_and_a_meeting_also_by_letter() -> None:
    assert coalition.voice(seated=1.0, names=0.1, letters=0.0, hearing=0.5, procedural=0.0) == 1.0
    assert coalition.voice(seated=0.0, names=0.1, letters=0.0, hearing=0.5, procedural=1.0) == 0.0
    assert coalition.voice(seated=0.0, names=0.1, letters=1.0, hearing=0.5, procedural=1.0) == 0.5
    assert coalition.voice(seated=0.0, names=0.1, letters=1.0, hearing=0.5, procedural=0.0) == 0.0
    assert coalition.voice(seated=0.0, names=0.0, letters=1.0, hearing=0.5, procedural=1.0) == 0.0  # nobody signs


def test_pens_take_their_share_of_effort_and_concessions_of_resolve() -> None:
    assert coalition.council_effort(0.5, pens=2.0, pen_cost=0.15) == pytest.approx(0.35)
    assert coalition.council_effort(0.5, pens=0.0, pen_cost=0.15) == 0.5
    assert [coalition.resolve_left(0.8, 0.5, rung) for rung in (0.0, 3.0)] == pytest.approx([0.8, 0.4])
    assert coalition.in_tens(5.0) == 0.5


def test_only_the_draft_that_is_tabled_is_remembered() -> None:
    assert coalition.last_tabled(last=90.0, month=100.0, tabled=2.0, draft=2.0) == 100.0
    assert coalition.last_tabled(last=90.0, month=100.0, tabled=1.0, draft=2.0) == 90.0


def test_the_team_outside_the_un_comes_only_after_the_panel_and_stays() -> None:
    likely, unlikely = 5.0, -5.0
    assert coalition.team_next(team=0.0, panel=1.0, plan=1.0, log_odds=likely, uniform=0.5) == 0.0
    assert coalition.team_next(team=0.0, panel=0.0, plan=1.0, log_odds=likely, uniform=0.5) == 1.0
    assert coalition.team_next(team=0.0, panel=0.0, plan=1.0, log_odds=unlikely, uniform=0.5) == 0.0
    assert coalition.team_next(team=1.0, panel=0.0, plan=1.0, log_odds=unlikely, uniform=0.5) == 1.0
    assert coalition.team_next(team=1.0, panel=1.0, plan=1.0, log_odds=unlikely, uniform=0.5) == 1.0
    assert coalition.team_next(team=0.0, panel=0.0, plan=0.0, log_odds=likely, uniform=0.5) == 0.0
    assert coalition.team_next(team=0.0, panel=0.0, plan=2.0, log_odds=unlikely, uniform=0.5) == 1.0
    assert coalition.team_next(team=0.0, panel=1.0, plan=2.0, log_odds=likely, uniform=0.5) == 0.0
    assert coalition.team_log_odds(base=-3.0, slope=2.0, reach=0.5) == pytest.approx(-2.0)


def test_a_member_that_wavers_is_lobbied_and_one_with_a_veto_is_not() -> None:
    assert [coalition.uncommitted(yes, 0.0) for yes in (0.0, 0.5, 0.8, 1.0)] == pytest.approx([0.0, 0.25, 0.16, 0.0])
    assert coalition.uncommitted(0.5, 1.0) == 0.0
    assert coalition.lobbying_share(slope=0.1, slopes=0.4, logits=2.0, reach=0.5) == pytest.approx(0.25)


def test_attention_to_weapons_moves_members_as_far_as_a_text_is_about_security() -> None:
    assert council.weapons_mood(slope=0.5, salience=0.8, attention=0.5, a=1.0) == pytest.approx(0.2)
    assert council.weapons_mood(slope=0.5, salience=0.8, attention=0.5, a=0.25) == pytest.approx(0.05)
    assert council.weapons_mood(slope=-0.5, salience=0.8, attention=1.0, a=0.25) == pytest.approx(-0.1)
    assert council.weapons_mood(0.5, 0.8, 0.0, 1.0) == council.weapons_mood(0.5, 0.8, 0.5, 0.0) == 0.0


# What a scenario knows


def steps(*dated: tuple[str, float]) -> list[Step]:
    return [Step.model_validate({"from": month, "value": value}) for month, value in dated]


SPAN = np.arange(month_number("2024-01"), month_number("2024-07"))


def test_a_step_holds_from_its_month_until_the_next() -> None:
    found = path(steps(("2024-03", 0.5), ("2024-05", 0.2)), SPAN, before=1.0, until=None)
    assert found.tolist() == [1.0, 1.0, 0.5, 0.5, 0.2, 0.2]
    unordered = path(steps(("2024-05", 0.2), ("2024-03", 0.5)), SPAN, before=1.0, until=None)
    assert unordered.tolist() == found.tolist()


def test_a_step_dated_at_the_information_date_is_known_and_one_after_it_is_not() -> None:
    dated = steps(("2023-06", 0.9), ("2024-01", 0.5), ("2024-02", 0.2))
    assert path(dated, SPAN, 1.0, until=month_number("2024-01")).tolist() == [0.9] + [0.5] * 5
    assert path(dated, SPAN, 1.0, until=month_number("2023-12")).tolist() == [0.9] * 6
    assert path(dated, SPAN, 1.0, until=month_number("2024-02")).tolist() == [0.9] + [0.2] * 5


def test_a_step_of_the_first_month_acts_from_the_second(baseline: unsim.Scenario) -> None:
    scenario = baseline.override({"world.border": [{"from": "2024-01", "value": 0.4}], "months": 3})
    assert scenario.setting.open.tolist() == [1.0, 0.4, 0.4]


def at(scenario: unsim.Scenario, **changes: Any) -> ScenarioFile:
    return scenario.file.model_copy(update=changes)


def test_a_measure_dated_at_the_start_is_in_force_and_one_after_it_is_not_known(baseline: unsim.Scenario) -> None:
    for start in ("2017-08", "2017-12", "2024-01", "2024-04"):
        known = {measure.start for measure in measures_in_force(at(baseline, start=start))}
        assert max(known) <= start
        assert (start in known) == (start != "2024-01")  # no measure began in that month


def test_history_knows_measures_that_were_yet_to_come(baseline: unsim.Scenario) -> None:
    known, all_of_them = (measures_in_force(at(baseline, as_it_happened=told)) for told in (False, True))
    assert len(known) < len(all_of_them)
    assert [measure for measure in all_of_them if measure.start <= "2024-01"] == known
    assert max(measure.start for measure in all_of_them) > "2024-01"
