"""The council phase: how a member votes, what passes, and what an adopted text does.

An ordered logit: *no* below 0, *abstain* up to the width of the abstention band, *yes* above. The band is another for
members whose no stops the draft. A draft has an accountability side and a security side; the record supports little more,
and no draft in it has both.
"""

from __future__ import annotations

from typing import NamedTuple

from unsim.rules.jit import rule
from unsim.rules.maths import exp, larger, logistic, ratio, select, smaller
from unsim.rules.world import ABSTAIN, NO, YES

Tally = tuple[float, float, float, float, float, float, float, float, float, float]
NOBODY_HAS_VOTED: Tally = (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
MAJORITY = 9.0


class Weights(NamedTuple):
    """The parameters of the vote rule, by their names in :mod:`unsim.parameters`."""

    accountability_base: float
    accountability_position: float
    campaign_shortfall: float
    security_base: float
    rivalry_weight: float
    bite_weight: float
    linkage_gain: float
    linkage_lift: float
    linkage_unproven: float
    veto_price: float
    weapons_mood: float
    posture_weight: float
    cosponsor_pull: float
    security_position: float


class Bands(NamedTuple):
    """Widths of the abstention band, logits: of most members, and of one whose no stops the draft by itself."""

    usual: float
    blocking: float


class Text(NamedTuple):
    """What a draft contains, and how it is judged."""

    security: float
    accountability: float
    linkage: float
    vetoable: float
    weakest_link: float
    audience: float


LISTING = Text(1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""A listing by the 1718 Committee, as its members judge it: security content, and no veto that would have to be defended."""


class Mood(NamedTuple):
    """What all members see alike in a month: the campaign's reach, attention to weapons, attention left, co-sponsors in
    tens, traceability of goods."""

    reach: float
    salience: float
    attention: float
    cosponsors: float
    traceability: float


@rule
def position_on_file(position: float, rivalry: float) -> float:
    """Position on the rights of the state that a text is about: a full rival stands with the firmest opponents (-1)."""
    return position - rivalry * (1.0 + position)


@rule
def accountability_side(intercept: float, slope: float, position: float, shortfall: float, reach: float) -> float:
    """Support for the accountability side of a draft, logits; without a campaign it falls short by ``shortfall``."""
    return intercept + slope * position - shortfall * (1.0 - reach)


@rule
def security_side(intercept: float, rivalry: float, weight: float, bite_weight: float, bite: float, slope: float,
                  position: float, permanent: float) -> float:  # fmt: skip
    """Support for the security side of a draft, logits.

    Rivals mind it, and more so the harder it bites. Elected members give less the further they stand from those who judge
    single states (position 1); a permanent member's interest on the file is its rivalry.
    """
    return intercept - slope * (1.0 - position) * (1.0 - permanent) - rivalry * (weight + bite_weight * bite)


@rule
def linked_support(security: float, accountability: float, a: float, h: float, linkage: float, weakest_link: float,
                   gain: float, lift: float) -> float:  # fmt: skip
    """Support for a draft with security content ``a`` and accountability content ``h``, logits.

    Additive: the sides weigh as their contents do, plus ``gain`` logits for linkage. Weakest link: the smaller side rules,
    and linkage lifts it by the share ``lift`` of the way towards the larger. A draft with one content has one side.
    """
    weight = ratio(a, a + h)
    additive = weight * security + (1.0 - weight) * accountability + gain * linkage
    low = smaller(security, accountability)
    lifted = low + lift * linkage * (larger(security, accountability) - low)
    mixed = select(weakest_link > 0.0, lifted, additive)
    return select(h <= 0.0, security, select(a <= 0.0, accountability, mixed))


@rule
def believed_linkage(linkage: float, unproven: float, traceability: float) -> float:
    """How far members believe the link between abuse and weapons that a text draws: more once it is traced."""
    return linkage * (unproven + (1.0 - unproven) * traceability)


@rule
def veto_price(price: float, audience: float, permanent: float, vetoable: float) -> float:
    """Logits that the price of a veto adds to a permanent member's support; nothing where there is no veto."""
    return price * audience * permanent * vetoable


@rule
def posture_term(weight: float, stance: float) -> float:
    """Logits that a government's own stance adds: 0 half way between engagement and pressure."""
    return weight * (stance - 0.5)


@rule
def cosponsor_term(pull: float, cosponsors: float, rivalry: float) -> float:
    """Logits that the names under a text add; rivals do not mind them."""
    return pull * cosponsors * (1.0 - rivalry)


@rule
def weapons_mood(slope: float, salience: float, attention: float, a: float) -> float:
    """Logits that attention to weapons adds to support for a security draft."""
    return slope * salience * attention * a


@rule
def total_support(linked: float, price: float, mood: float, posture: float, names: float, lobbying: float) -> float:
    """Latent support: the sum of its terms, logits."""
    return ((((linked + price) + mood) + posture) + names) + lobbying


class Terms(NamedTuple):
    """Why a member supports a draft as it does, logits: the two sides, how they join, and what is added."""

    accountability_side: float
    security_side: float
    linked: float
    veto_price: float
    weapons_mood: float
    posture: float
    cosponsors: float
    lobbying: float
    support: float


@rule
def member_terms(weights: Weights, text: Text, mood: Mood, position: float, rivalry: float, permanent: float, stance: float,
                 bite: float, lobbying: float) -> Terms:  # fmt: skip
    """One member's support for one draft, term by term."""
    h_side = accountability_side(weights.accountability_base, weights.accountability_position,
                                 position_on_file(position, rivalry), weights.campaign_shortfall, mood.reach)  # fmt: skip
    a_side = security_side(weights.security_base, rivalry, weights.rivalry_weight, weights.bite_weight, bite,
                           weights.security_position, position, permanent)  # fmt: skip
    linkage = believed_linkage(text.linkage, weights.linkage_unproven, mood.traceability)
    linked = linked_support(a_side, h_side, text.security, text.accountability, linkage, text.weakest_link,
                            weights.linkage_gain, weights.linkage_lift)  # fmt: skip
    price = veto_price(weights.veto_price, text.audience, permanent, text.vetoable)
    weapons = weapons_mood(weights.weapons_mood, mood.salience, mood.attention, text.security)
    posture = posture_term(weights.posture_weight, stance)
    names = cosponsor_term(weights.cosponsor_pull, mood.cosponsors, rivalry)
    support = total_support(linked, price, weapons, posture, names, lobbying)
    return Terms(h_side, a_side, linked, price, weapons, posture, names, lobbying, support)


@rule
def bands(log_band: float, log_blocking: float) -> Bands:
    """Widths of the abstention band from their logs; ``log_blocking`` is the log of the second against the first."""
    return Bands(exp(log_band), exp(log_band + log_blocking))


@rule
def band_of(widths: Bands, stops: float) -> float:
    """Width of the abstention band of one member, logits; ``stops``: its no stops the draft by itself."""
    return select(stops > 0.0, widths.blocking, widths.usual)


@rule
def probability_of_yes(support: float, band: float, sponsor: float) -> float:
    """Probability of a yes; sponsors vote for their own text."""
    return select(sponsor > 0.0, 1.0, logistic(support - band))


@rule
def probability_of_no(support: float, sponsor: float) -> float:
    """Probability of a no."""
    return select(sponsor > 0.0, 0.0, logistic(-support))


@rule
def cast_vote(yes: float, no: float, uniform: float) -> float:
    """A vote from its probabilities: NO, ABSTAIN or YES."""
    return select(uniform < no, NO, select(uniform > 1.0 - yes, YES, ABSTAIN))


@rule
def count_member(tally: Tally, yes: float) -> Tally:
    """Distribution of the number of yes votes (0 to 8, and nine or more) after one more member."""
    other = 1.0 - yes
    return (
        tally[0] * other,
        tally[1] * other + tally[0] * yes,
        tally[2] * other + tally[1] * yes,
        tally[3] * other + tally[2] * yes,
        tally[4] * other + tally[3] * yes,
        tally[5] * other + tally[4] * yes,
        tally[6] * other + tally[5] * yes,
        tally[7] * other + tally[6] * yes,
        tally[8] * other + tally[7] * yes,
        tally[9] + tally[8] * yes,
    )


@rule
def count_yes(tally: Tally) -> Tally:
    """The distribution after one more member who says yes for certain."""
    return (0.0, tally[0], tally[1], tally[2], tally[3], tally[4], tally[5], tally[6], tally[7], tally[9] + tally[8])


@rule
def nine_or_more(tally: Tally) -> float:
    """Probability of at least nine yes votes."""
    return tally[9]


@rule
def can_stop(permanent: float, procedural: float, statement: float) -> float:
    """1 where a member's no stops a draft by itself: a veto, or any objection to a presidential statement."""
    return select(statement > 0.0, 1.0, permanent * (1.0 - procedural))


@rule
def vetoable(procedural: float, statement: float) -> float:
    """1 for a draft that only the permanent members can stop by themselves."""
    return (1.0 - procedural) * (1.0 - statement)


@rule
def counted_yes(yes: float, no: float, stops: float) -> float:
    """Probability of a yes as the count needs it: for a member that can stop the draft given that it does not."""
    return select(stops > 0.0, smaller(ratio(yes, 1.0 - no), 1.0), yes)


@rule
def not_stopped(no: float, stops: float) -> float:
    """Probability that this member does not stop the draft by itself."""
    return 1.0 - no * stops


@rule
def adoption_probability(unstopped: float, majority: float, statement: float) -> float:
    """P(adopted), exactly: nobody stops it, and at least nine vote yes given that; a statement needs no yes."""
    return unstopped * select(statement > 0.0, 1.0, majority)


@rule
def veto_probability(majority: float, adoption: float, can_be_vetoed: float) -> float:
    """P(nine vote yes and a permanent member stops the draft), exactly; ``majority`` is P(nine) without any condition."""
    return larger(majority - adoption, 0.0) * can_be_vetoed


@rule
def is_yes(vote: float) -> float:
    """1 for a yes."""
    return select(vote == YES, 1.0, 0.0)


@rule
def is_no(vote: float) -> float:
    """1 for a no."""
    return select(vote == NO, 1.0, 0.0)


@rule
def is_adopted(yes: float, stopping_no: float, statement: float) -> float:
    """1 where nobody who can stop a draft votes against it, and it has nine votes (a statement needs none)."""
    enough = (yes >= MAJORITY) | (statement > 0.0)
    return select(enough & (stopping_no <= 0.0), 1.0, 0.0)


@rule
def is_vetoed(yes: float, stopping_no: float, can_be_vetoed: float) -> float:
    """1 where a draft with nine votes is stopped by a permanent member alone."""
    return select((yes >= MAJORITY) & (stopping_no > 0.0) & (can_be_vetoed > 0.0), 1.0, 0.0)


@rule
def is_failed(adopted: float, vetoed: float) -> float:
    """1 where a tabled draft is neither adopted nor vetoed."""
    return 1.0 - adopted - vetoed


@rule
def is_meeting(adopted: float, procedural: float, accountability: float) -> float:
    """1 where a procedural vote put human rights on the Council's agenda."""
    return select((adopted > 0.0) & (procedural > 0.0) & (accountability > 0.0), 1.0, 0.0)


@rule
def is_statement(adopted: float, statement: float) -> float:
    """1 where the Council's president speaks for it."""
    return adopted * statement


@rule
def measures_added(adopted: float, bite: float, whole: float) -> float:
    """Bite of the measures that the Council has added this month; a meeting, a statement, a mandate or a court adds none."""
    return adopted * bite * (1.0 - whole)


@rule
def seised_strength(seised: float, adopted: float, referral: float, referral_strength: float, tribunal: float,
                    tribunal_strength: float) -> float:  # fmt: skip
    """Strength of the court that the Council has seised: an adopted referral, or a tribunal of its own."""
    new = adopted * larger(referral * referral_strength, tribunal * tribunal_strength)
    return larger(seised, new)


@rule
def debate(vetoed: float, audience: float) -> float:
    """1 where a veto brings a debate of the General Assembly (resolution 76/262)."""
    return vetoed * audience


@rule
def mandate_end(until: float, month: float, length: float, adopted: float, panel: float) -> float:
    """Month in which the Panel's mandate ends: a renewal runs from the old end, a new one from now."""
    return select((adopted > 0.0) & (panel > 0.0), larger(until, month) + length, until)


@rule
def legislated_coverage(coverage: float, covers: float, bite: float, full_bite: float, adopted: float) -> float:
    """Coverage that the Council has added: an adopted text covers what it names, less what was diluted away."""
    return select(adopted > 0.0, larger(coverage, covers * ratio(bite, full_bite)), coverage)
