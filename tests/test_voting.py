"""The vote rule and the count: what the Council may do, and that forecasts of it are exact."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unsim.rules import coalition, council

logits = st.floats(-30, 30)
share = st.floats(0.0, 1.0)
PROCEDURAL, VETOABLE = 1.0, 0.0


def result(votes: list[float], permanent: list[float], procedural: float) -> tuple[float, float, float]:
    yes = sum(council.is_yes(vote) for vote in votes)
    no = sum(council.is_no(vote) * p for vote, p in zip(votes, permanent, strict=True))
    adopted, vetoed = council.is_adopted(yes, no, procedural), council.is_vetoed(yes, no, procedural)
    return adopted, vetoed, council.is_failed(adopted, vetoed)


FIVE = [1.0] * 5 + [0.0] * 10
Y, A, N = 2.0, 1.0, 0.0


def test_a_veto_stops_any_majority() -> None:
    assert result([N] + [Y] * 14, FIVE, VETOABLE) == (0.0, 1.0, 0.0)


def test_a_permanent_members_abstention_does_not() -> None:
    assert result([A, A] + [Y] * 13, FIVE, VETOABLE) == (1.0, 0.0, 0.0)


def test_nine_votes_carry_a_procedural_draft_against_two_permanent_noes() -> None:
    assert result([N, N] + [Y] * 9 + [N] * 4, FIVE, PROCEDURAL) == (1.0, 0.0, 0.0)


def test_eight_votes_carry_nothing_and_are_no_veto() -> None:
    assert result([Y] * 8 + [A] * 7, FIVE, PROCEDURAL) == (0.0, 0.0, 1.0)
    assert result([N] + [Y] * 8 + [A] * 6, FIVE, VETOABLE) == (0.0, 0.0, 1.0)


def test_an_elected_members_no_is_no_veto() -> None:
    assert result([Y] * 14 + [N], FIVE, VETOABLE) == (1.0, 0.0, 0.0)


def folded(yes: list[float], no: list[float], permanent: list[float], procedural: float) -> tuple[float, float]:
    tally, nine, no_veto = council.NOBODY_HAS_VOTED, council.NOBODY_HAS_VOTED, 1.0
    for y, n, p in zip(yes, no, permanent, strict=True):
        tally = council.count_member(tally, council.counted_yes(y, n, p, procedural))
        nine = council.count_member(nine, y)
        no_veto *= council.not_vetoed(n, p, procedural)
    adoption = council.adoption_probability(no_veto, council.nine_or_more(tally))
    return adoption, council.veto_probability(council.nine_or_more(nine), adoption)


@st.composite
def councils(draw: Any) -> tuple[list[float], list[float], list[float]]:
    """Fifteen members, eight of them uncertain; five permanent ones anywhere among them."""
    yes, no = [], []
    for _ in range(8):
        a, b = sorted((draw(share), draw(share)))
        yes.append(a)
        no.append(1.0 - b)
    for _ in range(7):
        certain = draw(st.sampled_from((Y, Y, Y, A, N)))
        yes.append(float(certain == Y))
        no.append(float(certain == N))
    permanent = draw(st.permutations(FIVE))
    return yes, no, list(permanent)


@given(councils(), st.sampled_from((PROCEDURAL, VETOABLE)))
def test_the_adoption_probability_equals_brute_force_over_all_vote_patterns(members: Any, procedural: float) -> None:
    yes, no, permanent = members
    chances = np.array([no, [1.0 - y - n for y, n in zip(yes, no, strict=True)], yes])  # (vote, member)
    uncertain = np.array(list(itertools.product((0, 1, 2), repeat=8)))  # every pattern of the uncertain eight
    certain = np.argmax(chances[:, 8:], axis=0)
    patterns = np.hstack([uncertain, np.tile(certain, (len(uncertain), 1))])
    weight = np.prod(chances[patterns, np.arange(15)], axis=1)
    nine = (patterns == 2).sum(axis=1) >= 9
    stopped = ((patterns == 0) & (np.array(permanent) > 0)).any(axis=1) & (procedural == VETOABLE)
    adoption, veto = folded(yes, no, permanent, procedural)
    assert adoption == pytest.approx(weight[nine & ~stopped].sum(), abs=1e-12)
    assert veto == pytest.approx(weight[nine & stopped].sum(), abs=1e-12)


@given(logits, st.floats(0, 5))
def test_probabilities_of_a_vote_are_probabilities(support: float, band: float) -> None:
    yes, no = council.probability_of_yes(support, band, 0.0), council.probability_of_no(support, 0.0)
    assert 0.0 <= yes <= 1.0
    assert 0.0 <= no <= 1.0
    assert yes + no <= 1.0 + 1e-15


@given(logits, st.floats(0, 5), st.floats(1e-9, 1 - 1e-9))
def test_a_sponsor_votes_for_its_own_text(support: float, band: float, uniform: float) -> None:
    yes, no = council.probability_of_yes(support, band, 1.0), council.probability_of_no(support, 1.0)
    assert council.cast_vote(yes, no, uniform) == Y


def test_votes_are_cast_as_often_as_they_are_likely() -> None:
    uniform = (np.arange(10_000) + 0.5) / 10_000
    votes = np.array([council.cast_vote(0.5, 0.2, u) for u in uniform])
    assert [np.mean(votes == vote) for vote in (N, A, Y)] == pytest.approx([0.2, 0.3, 0.5], abs=1e-3)


@given(logits, logits, share, st.floats(-2, 2), share, st.sampled_from((0.0, 1.0)))
def test_a_draft_with_one_content_has_one_side(security: float, rights: float, linkage: float, gain: float, lift: float,
                                               weakest: float) -> None:  # fmt: skip
    assert council.linked_support(security, rights, 1.0, 0.0, linkage, weakest, gain, lift) == security
    assert council.linked_support(security, rights, 0.0, 1.0, linkage, weakest, gain, lift) == rights


@given(logits, logits, st.floats(0.01, 1), st.floats(0.01, 1), share, st.floats(-2, 2), share)
def test_a_mixed_draft_lies_between_its_sides(security: float, rights: float, a: float, h: float, linkage: float, gain: float,
                                              lift: float) -> None:  # fmt: skip
    low, high = min(security, rights), max(security, rights)
    weakest = council.linked_support(security, rights, a, h, linkage, 1.0, gain, lift)
    assert low - 1e-9 <= weakest <= high + 1e-9
    additive = council.linked_support(security, rights, a, h, linkage, 0.0, gain, lift)
    assert low + gain * linkage - 1e-9 <= additive <= high + gain * linkage + 1e-9


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_more_rivalry_or_bite_never_raises_support(r1: float, r2: float, b1: float, b2: float) -> None:
    (r1, r2), (b1, b2) = sorted((r1, r2)), sorted((b1, b2))
    assert council.security_side(7.0, r2, 6.0, 8.0, b1) <= council.security_side(7.0, r1, 6.0, 8.0, b1)
    assert council.security_side(7.0, r1, 6.0, 8.0, b2) <= council.security_side(7.0, r1, 6.0, 8.0, b1)
    assert council.security_side(7.0, 0.0, 6.0, 8.0, b2) == 7.0


@given(share, share)
def test_more_campaign_never_lowers_support(reach: float, more: float) -> None:
    reach, more = sorted((reach, more))
    assert council.accountability_side(1.3, 3.7, 0.2, 1.7, reach) <= council.accountability_side(1.3, 3.7, 0.2, 1.7, more)


def test_the_terms_of_support_add_up_and_the_veto_has_no_price_where_there_is_none() -> None:
    weights = council.Weights(1.3, 3.7, 1.7, 7.2, 6.2, 8.2, 0.5, 0.3, 0.4, 0.2)
    mood = council.Mood(0.6, 0.7, 0.8)
    for procedural in (PROCEDURAL, VETOABLE):
        text = council.Text(0.6, 0.4, 0.5, procedural, 0.0, 1.0)
        terms = council.member_terms(weights, text, mood, 0.1, 0.7, 1.0, 0.8, 0.25)
        assert terms.support == pytest.approx(terms.linked + terms.veto_price + terms.weapons_mood + terms.lobbying)
        assert terms.veto_price == (0.0 if procedural else 0.4)


def test_an_adopted_text_covers_what_dilution_has_left_and_never_less_than_before() -> None:
    assert council.legislated_coverage(0.0, 0.4, 0.4, 0.8, 1.0) == pytest.approx(0.2)
    assert council.legislated_coverage(0.3, 0.4, 0.4, 0.8, 1.0) == 0.3
    assert council.legislated_coverage(0.0, 0.4, 0.8, 0.8, 0.0) == 0.0


def test_a_mandate_is_renewed_from_its_end_and_made_anew_from_now() -> None:
    assert council.mandate_end(100.0, 99.0, 12.0, 1.0, 1.0) == 112.0
    assert council.mandate_end(100.0, 130.0, 12.0, 1.0, 1.0) == 142.0
    assert council.mandate_end(100.0, 99.0, 12.0, 0.0, 1.0) == 100.0
    assert council.mandate_end(100.0, 99.0, 12.0, 1.0, 0.0) == 100.0


def test_a_mandate_may_be_renewed_in_its_last_month_and_asked_for_again_after_a_while() -> None:
    def may(month: float, last: float) -> float:
        return coalition.availability(month, 0.0, last, 24.0, 1.0, 100.0)

    assert [may(month, 87.0) for month in (97.0, 98.0, 99.0)] == [0.0, 0.0, 1.0]
    assert [may(month, 99.0) for month in (100.0, 110.0, 122.0, 123.0)] == [0.0, 0.0, 0.0, 1.0]


@given(st.lists(st.floats(0, 2), min_size=1, max_size=6), st.floats(0.6, 1.0), share)
def test_coordination_never_makes_efforts_worth_less(efforts: list[float], exponent: float, coordination: float) -> None:
    def combined(coordination: float) -> float:
        r, largest = coalition.complementarity(coordination, exponent), max(efforts)
        return coalition.combined_effort(sum(coalition.effort_term(e, largest, r) for e in efforts), largest, r, 1.0)

    assert combined(0.0) == pytest.approx(sum(efforts), abs=1e-12)
    assert combined(coordination) >= sum(efforts) - 1e-9


def test_a_worthless_draft_is_never_tabled() -> None:
    assert coalition.table_draft(0.0, 0.0, 10.0, 0.5) == coalition.NO_DRAFT
    assert coalition.table_draft(0.0, 0.1, 10.0, 0.5) == 0.0


@given(st.lists(share, min_size=3, max_size=3), st.floats(0, 2.5), share)
def test_lobbying_goes_where_the_slope_is_and_spends_no_more_than_there_is(
    chances: list[float], logits: float, reach: float
) -> None:
    slopes = [coalition.uncommitted(yes, 0.0) for yes in chances]
    shares = [coalition.lobbying_share(slope, sum(slopes), logits, reach) for slope in slopes]
    assert sum(shares) <= logits * reach + 1e-12
    by_slope = [found for _, found in sorted(zip(slopes, shares, strict=True))]
    assert by_slope == sorted(by_slope)
    assert coalition.uncommitted(0.5, 1.0) == 0.0
