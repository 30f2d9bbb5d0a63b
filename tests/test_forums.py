"""Bodies that adopt by majority or without a vote, their mandates, the Committee, a court, and what refused access triggers."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unsim.parameters import BY_NAME
from unsim.rules import forums, ledger, regime, sanctions

share = st.floats(0.0, 1.0)
flag = st.sampled_from((0.0, 1.0))
month = st.integers(24000, 25000).map(float)


def within(name: str) -> Any:
    prior = BY_NAME[name].prior
    return st.floats(prior.low, prior.high)


@given(share, within("content_least"), share, share)
def test_content_is_a_share_that_pen_and_evidence_raise(pen: float, least: float, evidence: float, more: float) -> None:
    found = forums.content(pen, least, evidence)
    assert 0.0 <= found <= pen
    assert forums.content(pen, least, max(evidence, more)) >= found - 1e-15
    assert forums.content(max(pen, more), least, evidence) >= found - 1e-15
    assert forums.content(0.0, least, evidence) == 0.0  # evidence writes no text: only a penholder does
    assert forums.content(1.0, least, 1.0) == pytest.approx(1.0)


def test_a_text_is_adopted_without_a_vote_unless_one_is_called_and_then_by_a_majority() -> None:
    assert forums.agreed(called=0.0, yes=0.1) == 1.0
    assert forums.agreed(called=1.0, yes=0.1) == 0.1
    assert forums.is_resolved(text=0.2, agreement=1.0) == 1.0
    assert forums.is_resolved(text=0.2, agreement=0.51) == 1.0
    assert forums.is_resolved(text=0.2, agreement=0.5) == 0.0
    assert forums.is_resolved(text=0.0, agreement=1.0) == 0.0  # no pen, no text


def test_a_stronger_text_is_likelier_put_to_the_vote_and_has_fewer_friends() -> None:
    assert forums.call_log_odds(-2.0, 4.0, 0.5, 1.0, 0.0) == 0.0
    assert forums.call_log_odds(-2.0, 4.0, 0.5, 1.0, 0.3) == pytest.approx(-0.3)  # names under a text keep others quiet
    assert forums.yes_share(1.0986122886681098, 1.0, 0.0) == pytest.approx(0.75)
    assert forums.yes_share(1.0986122886681098, 1.0986122886681098, 1.0) == pytest.approx(0.5)


@given(share, share)
def test_a_text_grants_what_it_is_strong_enough_for(text: float, demand: float) -> None:
    assert forums.granted(text, demand) == float(text > 0.0 and text >= demand)


@given(month, month, st.integers(1, 36).map(float))
def test_a_granted_mandate_runs_from_its_old_end_or_from_now_and_another_is_left(until: float, now: float, term: float) -> None:
    assert forums.mandate_next(until, now, 0.0, term, 0.0) == until
    assert forums.mandate_next(until, now, 1.0, term, 0.0) == max(until, now) + term
    assert forums.mandate_next(until, now, 1.0, term, now + 1.0) == until, "not yet begun"


def test_a_mandate_runs_from_its_first_month_to_the_month_before_its_end() -> None:
    running = [forums.mandate_running(now, begins=10.0, until=12.0) for now in (9.0, 10.0, 11.0, 12.0)]
    assert running == [0.0, 1.0, 1.0, 0.0]


@given(flag, flag, st.sampled_from((0.0, 1.0, 2.0, 3.0)))
def test_only_refused_access_triggers_a_consequence_that_is_in_force(consequence: float, meets: float, rung: float) -> None:
    assert forums.is_triggered(consequence, meets, rung) == float(consequence > 0.0 and meets > 0.0 and rung < 2.0)


@given(share, flag, within("consequence_report"))
def test_a_report_closes_its_share_of_the_gap_in_evidence(evidence: float, triggered: float, report: float) -> None:
    found = forums.evidence_next(evidence, triggered, report)
    assert evidence - 1e-15 <= found <= 1.0
    assert found == pytest.approx(evidence + (1.0 - evidence) * report if triggered else evidence)


@given(share, share, flag, within("designation_unaided"), within("designation_gain"), share, within("designation_autonomous"))
def test_the_committee_lists_by_consensus_from_the_panels_reports_and_states_by_themselves(
    consensus: float, sight: float, panel: float, unaided: float, gain: float, autonomous: float, own: float
) -> None:
    found = forums.listing_jump(consensus, sight, panel, unaided, gain, autonomous, own)
    assert 0.0 <= found <= 1.0
    assert forums.listing_jump(0.0, sight, panel, unaided, gain, autonomous, own) == pytest.approx(sight * own * autonomous)
    assert forums.listing_jump(consensus, sight, 0.0, unaided, gain, autonomous, own) <= forums.listing_jump(
        consensus, sight, 1.0, unaided, gain, autonomous, own
    )
    assert forums.listing_jump(consensus, 0.0, panel, unaided, gain, autonomous, own) == 0.0
    assert forums.no_objection(forums.no_objection(1.0, 0.2), 0.5) == pytest.approx(0.4)


@given(share, share, within("court_lag"))
def test_a_court_moves_towards_the_strength_with_which_it_was_seised_over_its_lag(court: float, seised: float, lag: float) -> None:
    found = forums.court_next(court, seised, lag)
    assert min(court, seised) - 1e-15 <= found <= max(court, seised) + 1e-15
    assert found - court == pytest.approx((seised - court) / lag)


@given(share, share)
def test_two_causes_join_to_a_share_no_smaller_than_either(one: float, other: float) -> None:
    found = ledger.joined(one, other)
    assert max(one, other) - 1e-15 <= found <= 1.0
    assert found == pytest.approx(one + other - one * other)


def test_what_is_said_without_a_vote_isolates_by_its_own_weights() -> None:
    assert ledger.isolation_around(1.0, 0.3, 0.4, 0.0, 0.02, 0.0, 0.05) == pytest.approx(0.12)
    assert ledger.isolation_around(0.0, 0.3, 0.4, 1.0, 0.02, 0.0, 0.05) == pytest.approx(0.02)
    assert ledger.isolation_around(0.0, 0.3, 0.4, 0.0, 0.02, 0.5, 0.05) == pytest.approx(0.025)


def test_a_court_makes_consequences_credible_and_exposes_by_its_own_work() -> None:
    assert ledger.credible(0.0, 0.3) == pytest.approx(0.3)
    assert ledger.credible(0.5, 0.3) == pytest.approx(0.65)
    assert ledger.court_jump(0.3, 0.02) == pytest.approx(0.006)
    assert ledger.agenda_jump(1.0, 0.1) == 0.1
    assert ledger.agenda_jump(0.0, 0.1) == 0.0


@given(st.sampled_from((0.0, 1.0, 2.0, 3.0)), share, share, st.floats(1e-9, 1.0 - 1e-9))
def test_the_ladder_moves_one_rung_at_a_time_between_defiance_and_reform(rung: float, climb: float, fall: float, u: float) -> None:
    found = regime.rung_next(rung, climb, fall, u)
    assert 0.0 <= found <= 3.0
    assert abs(found - rung) in (0.0, 1.0)


@given(within("ladder_hazard"), within("ladder_response"), share, within("ladder_opening"), share, within("ladder_offer"), share)
def test_the_hazard_of_a_step_answers_the_cost_of_defiance_the_cost_of_opening_and_an_offer(
    hazard: float, response: float, defiance: float, opening: float, cohesion: float, offer: float, engagement: float
) -> None:
    usual = regime.climb_hazard(hazard, response, 0.5, 0.5, opening, 0.8, 0.8, offer, 0.3, 0.3)
    assert usual == pytest.approx(hazard)

    def risen(found: float, exponent: float) -> None:
        assert 0.0 <= found <= 1.0
        assert found == pytest.approx(min(hazard * math.exp(exponent), 1.0), rel=1e-9)

    risen(regime.climb_hazard(hazard, response, defiance, 0.5, opening, 0.8, 0.8, offer, 0.3, 0.3), response * (defiance - 0.5))
    risen(regime.climb_hazard(hazard, response, 0.5, 0.5, opening, cohesion, 0.8, offer, 0.3, 0.3), -opening * (0.8 - cohesion))
    risen(regime.climb_hazard(hazard, response, 0.5, 0.5, opening, 0.8, 0.8, offer, engagement, 0.3), offer * (engagement - 0.3))


def test_reform_eases_coercion_on_the_top_rung_alone() -> None:
    assert [regime.reformed_goal(1.2, 0.25, rung) for rung in (0.0, 1.0, 2.0, 3.0)] == pytest.approx([1.2, 1.2, 1.2, 0.9])


@given(st.floats(0.0, 500.0), st.floats(0.0, 500.0), within("condition_believed"), within("output_elasticity"))
def test_a_conditional_ban_takes_from_the_margin_of_coercion_and_leaves_it_positive(
    coerced: float, conditional: float, believed: float, elasticity: float
) -> None:
    found = regime.marginal_coerced(coerced, conditional, believed, elasticity)
    assert 0.05 * coerced - 1e-12 <= found <= coerced + 1e-12
    assert regime.marginal_coerced(coerced, 0.0, believed, elasticity) == coerced
    assert regime.marginal_coerced(coerced, conditional, 0.0, elasticity) == coerced  # a promise that nobody believes


def test_a_vetoed_text_on_abuse_shows_that_nothing_follows() -> None:
    assert ledger.credibility_left(0.5, vetoed=1.0, content=1.0, impunity=0.2) == pytest.approx(0.4)
    assert ledger.credibility_left(0.5, vetoed=1.0, content=0.0, impunity=0.2) == 0.5
    assert ledger.credibility_left(0.5, vetoed=0.0, content=1.0, impunity=0.2) == 0.5


@given(share, share)
def test_secondary_sanctions_are_used_as_far_as_their_sender_presses(use: float, stance: float) -> None:
    assert sanctions.secondary_now(use, stance) == use * stance
