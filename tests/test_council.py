"""The vote: what members support and why, what carries, and that forecasts of it are exact."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unsim
from unsim.parameters import BY_NAME
from unsim.rules import council
from unsim.rules.council import Mood, Terms, Text, Weights
from unsim.rules.world import ABSTAIN, NO, YES

PROCEDURAL, VETOABLE = 1.0, 0.0
WEAKEST, ADDITIVE = 1.0, 0.0
share = st.floats(0.0, 1.0)
content = st.one_of(st.just(0.0), st.floats(1e-3, 1.0))
logits = st.floats(-60.0, 60.0)
flag = st.sampled_from((0.0, 1.0))
position = st.floats(-1.0, 1.0)


def within(name: str) -> Any:
    """Any value that a parameter may take."""
    prior = BY_NAME[name].prior
    return st.floats(prior.low, prior.high)


weights = st.builds(
    Weights,
    **{name: within(name) for name in Weights._fields},
)
moods = st.builds(Mood, reach=share, salience=share, attention=share, cosponsors=share, traceability=share)
texts = st.builds(Text, security=content, accountability=content, linkage=share, vetoable=flag, weakest_link=flag, audience=flag)


# What carries


def result(votes: list[float], permanent: list[float], procedural: float) -> str:
    yes = sum(council.is_yes(vote) for vote in votes)
    no = sum(council.is_no(vote) * held for vote, held in zip(votes, permanent, strict=True))
    no *= 1.0 - procedural
    adopted, vetoed = council.is_adopted(yes, no, 0.0), council.is_vetoed(yes, no, council.vetoable(procedural, 0.0))
    outcome = {(1.0, 0.0, 0.0): "adopted", (0.0, 1.0, 0.0): "vetoed", (0.0, 0.0, 1.0): "failed"}
    return outcome[adopted, vetoed, council.is_failed(adopted, vetoed)]


FIVE_PERMANENT = [1.0] * 5 + [0.0] * 10


@pytest.mark.parametrize("yes", range(9, 15))
def test_a_veto_stops_any_majority(yes: int) -> None:
    votes = [NO] + [YES] * yes + [ABSTAIN] * (14 - yes)
    assert result(votes, FIVE_PERMANENT, VETOABLE) == "vetoed"


@pytest.mark.parametrize("abstentions", range(1, 6))
def test_a_permanent_members_abstention_does_not_stop_a_draft(abstentions: int) -> None:
    votes = [ABSTAIN] * abstentions + [YES] * (15 - abstentions)
    assert result(votes, FIVE_PERMANENT, VETOABLE) == "adopted"


def test_an_elected_members_no_is_no_veto() -> None:
    assert result([YES] * 9 + [NO] * 6, FIVE_PERMANENT, VETOABLE) == "adopted"


def test_nine_votes_carry_a_procedural_draft_against_two_permanent_noes() -> None:
    votes = [NO, NO] + [YES] * 9 + [ABSTAIN] * 4
    assert result(votes, FIVE_PERMANENT, PROCEDURAL) == "adopted"
    assert result(votes, FIVE_PERMANENT, VETOABLE) == "vetoed"


@pytest.mark.parametrize("procedural", [PROCEDURAL, VETOABLE])
@pytest.mark.parametrize("first", [YES, ABSTAIN, NO])
def test_eight_votes_carry_nothing_and_a_no_against_them_is_no_veto(first: float, procedural: float) -> None:
    votes = [first] + [YES] * (8 - int(first == YES)) + [ABSTAIN] * (6 + int(first == YES))
    assert result(votes, FIVE_PERMANENT, procedural) == "failed"


# Votes and their probabilities


any_band = st.builds(
    lambda usual, blocking, stops: council.band_of(council.bands(usual, blocking), stops),
    within("abstention_band"),
    within("blocking_band"),
    flag,
)


@given(logits, any_band, st.floats(0.5 / 2**32, 1.0 - 0.5 / 2**32))
def test_sponsors_vote_yes(support: float, band: float, uniform: float) -> None:
    yes, no = council.probability_of_yes(support, band, 1.0), council.probability_of_no(support, 1.0)
    assert (yes, no) == (1.0, 0.0)
    assert council.cast_vote(yes, no, uniform) == YES


@given(st.floats(-700.0, 700.0), any_band)
def test_probabilities_of_yes_and_no_never_exceed_one_together(support: float, band: float) -> None:
    yes, no = council.probability_of_yes(support, band, 0.0), council.probability_of_no(support, 0.0)
    assert 0.0 <= yes <= 1.0
    assert 0.0 <= no <= 1.0
    assert yes + no <= 1.0


@given(logits, logits, any_band)
def test_more_support_means_more_yes_and_less_no(one: float, other: float, band: float) -> None:
    low, high = sorted((one, other))
    assert council.probability_of_yes(low, band, 0.0) <= council.probability_of_yes(high, band, 0.0)
    assert council.probability_of_no(low, 0.0) >= council.probability_of_no(high, 0.0)


@given(within("abstention_band"), within("blocking_band"), flag, flag, flag)
def test_only_a_member_whose_no_stops_the_draft_has_a_band_of_its_own(
    log_band: float, log_blocking: float, permanent: float, procedural: float, statement: float
) -> None:
    widths = council.bands(log_band, log_blocking)
    band = council.band_of(widths, council.can_stop(permanent, procedural, statement))
    alone = statement or (permanent and not procedural)
    assert band == pytest.approx(math.exp(log_band + (log_blocking if alone else 0.0)))
    assert council.bands(log_band, 0.0).blocking == widths.usual


@pytest.mark.parametrize(("yes", "no"), [(0.5, 0.2), (0.0, 0.7), (0.9, 0.0), (0.35, 0.65)])
def test_votes_are_cast_as_often_as_they_are_likely(yes: float, no: float) -> None:
    uniforms = (np.arange(10_000) + 0.5) / 10_000
    votes = np.array([council.cast_vote(yes, no, uniform) for uniform in uniforms])
    assert [np.mean(votes == vote) for vote in (NO, ABSTAIN, YES)] == pytest.approx([no, 1.0 - yes - no, yes], abs=1e-9)


# The exact forecast


def forecast(yes: list[float], no: list[float], permanent: list[float], procedural: float) -> tuple[float, float]:
    """Probabilities of adoption and of a veto, member by member."""
    given_no_veto = unconditional = council.NOBODY_HAS_VOTED
    no_veto = 1.0
    for y, n, held in zip(yes, no, permanent, strict=True):
        stops = council.can_stop(held, procedural, 0.0)
        given_no_veto = council.count_member(given_no_veto, council.counted_yes(y, n, stops))
        unconditional = council.count_member(unconditional, y)
        no_veto *= council.not_stopped(n, stops)
    adoption = council.adoption_probability(no_veto, council.nine_or_more(given_no_veto), 0.0)
    can_be_vetoed = council.vetoable(procedural, 0.0)
    return adoption, council.veto_probability(council.nine_or_more(unconditional), adoption, can_be_vetoed)


UNCERTAIN = 8
PATTERNS = np.array(list(itertools.product((0, 1, 2), repeat=UNCERTAIN)))  # 0 no, 1 abstain, 2 yes


def by_brute_force(yes: list[float], no: list[float], permanent: list[float], procedural: float) -> tuple[float, float]:
    """The same over every pattern of the first members' votes; the others vote as they certainly do."""
    chances = np.array([no, [1.0 - y - n for y, n in zip(yes, no, strict=True)], yes])
    certain = np.argmax(chances[:, UNCERTAIN:], axis=0)
    votes = np.hstack([PATTERNS, np.tile(certain, (len(PATTERNS), 1))])
    weight = np.prod(chances[votes, np.arange(15)], axis=1)
    carried = (votes == 2).sum(axis=1) >= 9
    stopped = ((votes == 0) & (np.array(permanent) > 0.0)).any(axis=1) & (procedural == VETOABLE)
    return float(weight[carried & ~stopped].sum()), float(weight[carried & stopped].sum())


@st.composite
def councils(draw: Any) -> tuple[list[float], list[float], list[float]]:
    """Fifteen members, eight of them uncertain, with the veto in anyone's hands."""
    yes, no = [], []
    for _ in range(UNCERTAIN):
        low, high = sorted((draw(share), draw(share)))
        no.append(low)
        yes.append(1.0 - high)
    # At most one certain no or abstention more than the majority can bear, so that the uncertain decide.
    least = draw(st.integers(1, 7))
    for member in range(15 - UNCERTAIN):
        vote = YES if member < least else draw(st.sampled_from((YES, ABSTAIN, NO)))
        yes.append(float(vote == YES))
        no.append(float(vote == NO))
    return yes, no, draw(st.lists(flag, min_size=15, max_size=15))


@given(councils(), st.sampled_from((PROCEDURAL, VETOABLE)))
def test_the_adoption_probability_equals_brute_force_over_all_vote_patterns(members: Any, procedural: float) -> None:
    assert forecast(*members, procedural) == pytest.approx(by_brute_force(*members, procedural), abs=1e-12)


@given(councils(), st.sampled_from((PROCEDURAL, VETOABLE)), st.randoms(use_true_random=False))
def test_the_adoption_probability_does_not_depend_on_the_order_of_members(members: Any, procedural: float, random: Any) -> None:
    """The engines count rivals last, since only they mind dilution."""
    shuffled = list(zip(*members, strict=True))
    random.shuffle(shuffled)
    yes, no, permanent = (list(column) for column in zip(*shuffled, strict=True))
    assert forecast(yes, no, permanent, procedural) == pytest.approx(forecast(*members, procedural), abs=1e-12)


@given(st.lists(share, min_size=0, max_size=14))
def test_a_member_who_says_yes_for_certain_is_counted_like_any_other(chances: list[float]) -> None:
    tally = council.NOBODY_HAS_VOTED
    for yes in chances:
        tally = council.count_member(tally, yes)
    assert council.count_yes(tally) == council.count_member(tally, 1.0)


@given(st.lists(logits, min_size=15, max_size=15), st.lists(flag, min_size=15, max_size=15), within("abstention_band"),
       within("blocking_band"), st.sampled_from((PROCEDURAL, VETOABLE)))  # fmt: skip
def test_a_forecast_from_any_support_is_a_probability(
    supports: list[float], permanent: list[float], log_band: float, log_blocking: float, procedural: float
) -> None:
    widths = council.bands(log_band, log_blocking)
    bands = [council.band_of(widths, council.can_stop(held, procedural, 0.0)) for held in permanent]
    yes = [council.probability_of_yes(support, band, 0.0) for support, band in zip(supports, bands, strict=True)]
    no = [council.probability_of_no(support, 0.0) for support in supports]
    adoption, veto = forecast(yes, no, permanent, procedural)
    assert 0.0 <= adoption <= 1.0 + 1e-12
    assert 0.0 <= veto <= 1.0 + 1e-12
    if procedural:
        assert veto <= 1e-12


def test_the_adoption_probability_agrees_with_votes_that_are_cast() -> None:
    random = np.random.default_rng(24)
    supports, widths = random.normal(1.0, 1.5, 15), council.bands(0.17, 0.3)
    bands = [council.band_of(widths, stops) for stops in FIVE_PERMANENT]
    yes = [council.probability_of_yes(support, band, 0.0) for support, band in zip(supports, bands, strict=True)]
    no = [council.probability_of_no(support, 0.0) for support in supports]
    adopted, vetoed = forecast(yes, no, FIVE_PERMANENT, VETOABLE)
    n = 4000
    found = [
        result([council.cast_vote(y, x, u) for y, x, u in zip(yes, no, row, strict=True)], FIVE_PERMANENT, VETOABLE)
        for row in random.uniform(size=(n, 15))
    ]
    assert 0.02 < adopted < 0.98
    assert found.count("adopted") / n == pytest.approx(adopted, abs=4.5 * (adopted * (1.0 - adopted) / n) ** 0.5)
    assert found.count("vetoed") / n == pytest.approx(vetoed, abs=4.5 * (vetoed * (1.0 - vetoed) / n) ** 0.5)


# Support and its terms


@given(logits, logits, st.floats(1e-3, 1.0), share, within("linkage_gain"), within("linkage_lift"))
def test_a_draft_with_one_content_has_one_side_under_both_variants(
    security: float, rights: float, amount: float, linkage: float, gain: float, lift: float
) -> None:
    for variant in (WEAKEST, ADDITIVE):
        assert council.linked_support(security, rights, amount, 0.0, linkage, variant, gain, lift) == security
        assert council.linked_support(security, rights, 0.0, amount, linkage, variant, gain, lift) == rights


mixed = (logits, logits, st.floats(1e-3, 1.0), st.floats(1e-3, 1.0), share, within("linkage_gain"), within("linkage_lift"))


@given(*mixed)
def test_the_weakest_link_lies_between_the_sides_and_rules_without_linkage(
    security: float, rights: float, a: float, h: float, linkage: float, gain: float, lift: float
) -> None:
    low, high = sorted((security, rights))
    found = council.linked_support(security, rights, a, h, linkage, WEAKEST, gain, lift)
    assert low <= found <= high + 1e-12
    assert found == pytest.approx(low + lift * linkage * (high - low))
    assert council.linked_support(security, rights, a, h, 0.0, WEAKEST, gain, lift) == low


@given(*mixed)
def test_added_sides_lie_between_the_sides_plus_the_gain(
    security: float, rights: float, a: float, h: float, linkage: float, gain: float, lift: float
) -> None:
    low, high = sorted((security, rights))
    found = council.linked_support(security, rights, a, h, linkage, ADDITIVE, gain, lift)
    assert low - 1e-12 <= found - gain * linkage <= high + 1e-12
    assert found == pytest.approx((a * security + h * rights) / (a + h) + gain * linkage, abs=1e-9)


@given(weights, texts, moods, position, share, share, flag, share, share, within("lobbying_logits"))
def test_more_rivalry_or_bite_never_raises_a_rivals_support(
    w: Weights, text: Text, mood: Mood, where: float, r1: float, r2: float, permanent: float, b1: float, b2: float, lobbying: float
) -> None:
    (mild, hostile), (soft, hard) = sorted((r1, r2)), sorted((b1, b2))

    def support(rivalry: float, bite: float) -> float:
        return council.member_terms(w, text, mood, where, rivalry, permanent, 0.5, bite, lobbying).support

    names = max(-w.cosponsor_pull, 0.0) * mood.cosponsors * (hostile - mild)  # names that put off friends put off rivals less
    assert support(hostile, soft) <= support(mild, soft) + names + 1e-12
    assert support(mild, hard) <= support(mild, soft) + 1e-12
    assert support(0.0, hard) == support(0.0, soft)  # only rivals mind


@given(weights, moods, position, flag, share)
def test_a_security_draft_loses_what_rivalry_and_bite_weigh(
    w: Weights, mood: Mood, where: float, permanent: float, bite: float
) -> None:
    text = Text(1.0, 0.0, 0.0, 1.0, ADDITIVE, 0.0)
    friend, rival = (council.member_terms(w, text, mood, where, rivalry, permanent, 0.5, bite, 0.0) for rivalry in (0.0, 1.0))
    assert friend.linked - rival.linked == pytest.approx(w.rivalry_weight + w.bite_weight * bite)
    distant = w.security_position * (1.0 - where) * (1.0 - permanent)  # of elected members alone
    assert friend.linked == pytest.approx(w.security_base - distant)
    assert friend.cosponsors == pytest.approx(w.cosponsor_pull * mood.cosponsors)
    assert rival.cosponsors == 0.0


@given(position, share, share)
def test_a_rival_moves_with_its_rivalry_to_where_the_firmest_opponents_stand(where: float, one: float, other: float) -> None:
    mild, hostile = (council.position_on_file(where, rivalry) for rivalry in sorted((one, other)))
    assert council.position_on_file(where, 0.0) == where
    assert council.position_on_file(where, 1.0) == pytest.approx(-1.0)
    assert -1.0 - 1e-12 <= hostile <= mild <= where


@given(weights, texts, share, share, share, share, position, share, flag, share)
def test_more_campaign_reach_never_lowers_accountability_support(
    w: Weights, text: Text, salience: float, attention: float, one: float, other: float, where: float, rivalry: float,
    permanent: float, bite: float
) -> None:  # fmt: skip
    low, high = (
        council.member_terms(w, text, Mood(reach, salience, attention, 0.3, 0.1), where, rivalry, permanent, 0.5, bite, 0.0)
        for reach in sorted((one, other))
    )
    assert low.accountability_side <= high.accountability_side
    assert low.support <= high.support + 1e-12
    if text.accountability == 0.0:
        assert low.linked == high.linked  # a campaign for rights does nothing for a text without them


@given(weights, texts, moods, position, share, flag, share, share, st.floats(-3.0, 3.0))
def test_support_is_the_sum_of_its_terms(
    w: Weights, text: Text, mood: Mood, where: float, rivalry: float, permanent: float, stance: float, bite: float, lobbying: float
) -> None:
    found: Terms = council.member_terms(w, text, mood, where, rivalry, permanent, stance, bite, lobbying)
    added = found.veto_price + found.weapons_mood + found.posture + found.cosponsors + found.lobbying
    assert found.support == pytest.approx(found.linked + added, abs=1e-12)
    assert found.lobbying == lobbying
    linkage = text.linkage * (w.linkage_unproven + (1.0 - w.linkage_unproven) * mood.traceability)
    assert found.linked == pytest.approx(council.linked_support(
        found.security_side, found.accountability_side, text.security, text.accountability, linkage, text.weakest_link,
        w.linkage_gain, w.linkage_lift,
    ))  # fmt: skip
    assert found.weapons_mood == pytest.approx(w.weapons_mood * mood.salience * mood.attention * text.security, abs=1e-15)


@given(within("veto_price"), flag, flag)
def test_a_veto_has_a_price_only_for_those_who_hold_one_and_where_there_is_one(
    price: float, audience: float, permanent: float
) -> None:
    none, one = council.vetoable(1.0, 0.0), council.vetoable(0.0, 0.0)
    assert council.vetoable(0.0, 1.0) == none
    assert council.veto_price(price, audience, permanent, none) == 0.0
    assert council.veto_price(price, audience, 0.0, one) == 0.0
    assert council.veto_price(price, 0.0, permanent, one) == 0.0
    assert council.veto_price(price, 1.0, 1.0, one) == price


def test_any_members_no_stops_a_presidential_statement_and_no_yes_is_needed() -> None:
    assert council.is_adopted(0.0, 0.0, 1.0) == 1.0
    assert council.is_adopted(14.0, council.can_stop(0.0, 0.0, 1.0), 1.0) == 0.0
    assert council.is_vetoed(14.0, 1.0, council.vetoable(0.0, 1.0)) == 0.0
    assert council.adoption_probability(0.25, 0.0, 1.0) == 0.25
    assert council.adoption_probability(0.25, 0.5, 0.0) == 0.125


@given(within("posture_weight"), share)
def test_a_government_that_courts_the_north_supports_less(weight: float, stance: float) -> None:
    assert council.posture_term(weight, 0.5) == 0.0
    assert council.posture_term(weight, 1.0) == pytest.approx(weight / 2.0)
    assert council.posture_term(weight, stance) <= council.posture_term(weight, 1.0)


def test_a_court_once_seised_stays_and_a_tribunal_and_a_referral_have_strengths_of_their_own() -> None:
    assert council.seised_strength(0.0, 1.0, 1.0, 0.3, 0.0, 0.5) == 0.3
    assert council.seised_strength(0.0, 1.0, 0.0, 0.3, 1.0, 0.5) == 0.5
    assert council.seised_strength(0.0, 0.0, 1.0, 0.3, 0.0, 0.5) == 0.0
    assert council.seised_strength(0.5, 1.0, 1.0, 0.3, 0.0, 0.5) == 0.5


# What an adopted text does


@given(share, share, st.floats(1e-3, 1.0), share, flag)
def test_an_adopted_text_covers_what_dilution_has_left_and_never_less_than_before(
    coverage: float, covers: float, full_bite: float, kept: float, adopted: float
) -> None:
    found = council.legislated_coverage(coverage, covers, full_bite * kept, full_bite, adopted)
    expected = max(coverage, covers * kept) if adopted else coverage
    assert found == pytest.approx(expected, abs=1e-12)
    assert coverage <= found <= 1.0


def test_a_renewed_mandate_runs_from_its_old_end_and_a_lapsed_one_from_now() -> None:
    assert council.mandate_end(24292.0, 24290.0, 12.0, 1.0, 1.0) == 24304.0
    assert council.mandate_end(24292.0, 24300.0, 12.0, 1.0, 1.0) == 24312.0


@given(st.integers(24000, 25000), st.integers(24000, 25000), within("mandate_length"), flag, flag)
def test_only_an_adopted_mandate_moves_the_end_of_a_mandate_and_never_back(
    until: int, month: int, length: float, adopted: float, panel: float
) -> None:
    found = council.mandate_end(float(until), float(month), length, adopted, panel)
    if adopted and panel:
        assert found >= max(until, month) + length
    else:
        assert found == until


def test_a_meeting_or_a_mandate_adds_no_measures() -> None:
    assert council.measures_added(1.0, 0.6, 0.0) == 0.6
    assert council.measures_added(0.0, 0.6, 0.0) == 0.0
    assert council.measures_added(1.0, 0.6, 1.0) == 0.0


@pytest.mark.parametrize(("menu", "moves"), [("rights_meeting", False), ("sanctions", True)])
def test_a_band_for_those_who_can_block_moves_nothing_where_nobody_can(baseline: unsim.Scenario, menu: str, moves: bool) -> None:
    short = baseline.over(24).override({"coalition.menu": [menu]})
    one, other = (unsim.run(short.override({"parameters.blocking_band": value}), 64, draws=16) for value in (0.0, 2.0))
    same = [(one.outcome(o.name) == other.outcome(o.name)).all() for o in one.scenario.outcomes]
    assert all(same) != moves
