"""The Council phase: the vote on the tabled draft, its result, what an adopted text does; then the bodies around the Council."""

from __future__ import annotations

from typing import Any

import numpy as np

from unsim.engines.kernel.forums import forums_meet
from unsim.rules import chance, council, forums, maths, sanctions
from unsim.rules.chance import uniforms
from unsim.rules.jit import inner, part
from unsim.rules.lanes import anywhere, each
from unsim.rules.world import LINK, NOT_CAST, SEATS, WEAPONS


@inner
def phase_council(w: Any, p: Any, c: Any, t: int, seed: Any, replicate: Any, r: Any) -> None:
    """The vote on the tabled draft, its result, what an adopted text does; the Committee, the forums, a court."""
    at, n = c.at, c.sizes
    for i in range(n.state):
        w[at.vote + i, r] = NOT_CAST
    w[at.yes, r] = 0.0
    w[at.adopted, r] = 0.0
    w[at.vetoed, r] = 0.0
    w[at.failed, r] = 0.0
    w[at.meeting, r] = 0.0
    w[at.statement, r] = 0.0
    w[at.abuse, r] = 0.0
    w[at.added, r] = 0.0
    on_table = w[at.tabled, r] >= 0.0
    if anywhere(on_table):
        vote(w, p, c, t, seed, replicate, r, on_table)
        decide(w, p, c, t, r)
    w[at.debate, r] = council.debate(w[at.vetoed, r], c.settings[c.st.audience + t])
    list_networks(w, p, c, t, r)
    forums_meet(w, p, c, t, seed, replicate, r)
    w[at.court, r] = forums.court_next(w[at.court, r], w[at.seised, r], p[c.pt.court_lag, r])


@part
def vote(w: Any, p: Any, c: Any, t: int, seed: Any, replicate: Any, r: Any, on_table: Any) -> None:
    """Every member votes on the draft that is tabled in its run; nobody does where there is none."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    when = np.uint64(s[st.first_month] + t)
    bands = council.bands(p[pt.abstention_band, r], p[pt.blocking_band, r])
    weights = weights_of(p, pt, r)
    mood = mood_of(w, c, t, r)
    tabled = w[at.tabled, r]
    procedural = of_tabled(tabled, s, st.draft_procedural, 1, n.draft, r)
    statement = of_tabled(tabled, s, st.draft_statement, 1, n.draft, r)
    text = council.Text(
        of_tabled(tabled, s, st.draft_security, 1, n.draft, r),
        of_tabled(tabled, s, st.draft_accountability, 1, n.draft, r),
        of_tabled(tabled, s, st.draft_linkage, 1, n.draft, r),
        council.vetoable(procedural, statement),
        s[st.weakest_link],
        s[st.audience + t],
    )
    whom = each(chance.NOBODY, r)
    for d in range(n.draft):
        whom = maths.select(tabled == np.float64(d), c.draft_code[d], whom)
    yes_votes = each(0.0, r)
    stopping_no = each(0.0, r)
    for q in range(SEATS):
        i = c.seats[t, q]
        lobbying = each(0.0, r)
        for d in range(n.draft):
            lobbying = maths.select(tabled == np.float64(d), w[at.lobbying + d * n.state + i, r], lobbying)
        w[at.support + i, r] = support_of(w, c, i, r, weights, text, mood, w[at.bite, r], lobbying)
        stops = council.can_stop(s[st.permanent + i], procedural, statement)
        yes = council.probability_of_yes(w[at.support + i, r], council.band_of(bands, stops), w[at.sponsors + i, r])
        no = council.probability_of_no(w[at.support + i, r], w[at.sponsors + i, r])
        u = uniforms(seed, replicate, when, chance.VOTE, c.state_code[i], whom)
        w[at.vote + i, r] = maths.select(on_table, council.cast_vote(yes, no, u[0]), NOT_CAST)
        yes_votes = yes_votes + council.is_yes(w[at.vote + i, r])
        stopping_no = stopping_no + council.is_no(w[at.vote + i, r]) * stops
    w[at.yes, r] = yes_votes
    w[at.adopted, r] = council.is_adopted(yes_votes, stopping_no, statement)
    w[at.vetoed, r] = council.is_vetoed(yes_votes, stopping_no, text.vetoable)
    w[at.failed, r] = maths.select(on_table, council.is_failed(w[at.adopted, r], w[at.vetoed, r]), 0.0)


@part
def decide(w: Any, p: Any, c: Any, t: int, r: Any) -> None:
    """What the tabled draft does if it is adopted."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    month = s[st.first_month] + t
    tabled = w[at.tabled, r]
    abuse = of_tabled(tabled, s, st.draft_accountability, 1, n.draft, r)
    w[at.meeting, r] = council.is_meeting(w[at.adopted, r], of_tabled(tabled, s, st.draft_procedural, 1, n.draft, r), abuse)
    w[at.abuse, r] = abuse
    w[at.statement, r] = council.is_statement(w[at.adopted, r], of_tabled(tabled, s, st.draft_statement, 1, n.draft, r))
    w[at.added, r] = council.measures_added(w[at.adopted, r], w[at.bite, r], of_tabled(tabled, s, st.draft_whole, 1, n.draft, r))
    w[at.seised, r] = council.seised_strength(
        w[at.seised, r],
        w[at.adopted, r],
        of_tabled(tabled, s, st.draft_referral, 1, n.draft, r),
        p[pt.referral_strength, r],
        of_tabled(tabled, s, st.draft_tribunal, 1, n.draft, r),
        p[pt.tribunal_strength, r],
    )
    w[at.panel_until, r] = council.mandate_end(
        w[at.panel_until, r], month, p[pt.mandate_length, r], w[at.adopted, r], of_tabled(tabled, s, st.draft_panel, 1, n.draft, r)
    )
    full_bite = of_tabled(tabled, s, st.draft_bite, 1, n.draft, r)
    for k in range(n.channel):
        covers = of_tabled(tabled, s, st.draft_covers + k, n.channel, n.draft, r)
        w[at.legislated + k, r] = council.legislated_coverage(
            w[at.legislated + k, r], covers, w[at.bite, r], full_bite, w[at.adopted, r]
        )
    for g in range(n.good):
        covers = of_tabled(tabled, s, st.draft_covers_goods + g, n.good, n.draft, r)
        w[at.legislated_goods + g, r] = council.legislated_coverage(
            w[at.legislated_goods + g, r], covers, w[at.bite, r], full_bite, w[at.adopted, r]
        )


@inner
def of_tabled(tabled: Any, s: Any, first: int, step: int, n_drafts: int, r: Any) -> Any:
    """The setting of the tabled draft among those of all drafts, ``step`` apart from ``first``; 0 where none is tabled."""
    found = each(0.0, r)
    for d in range(n_drafts):
        found = maths.select(tabled == np.float64(d), s[first + d * step], found)
    return found


@part
def list_networks(w: Any, p: Any, c: Any, t: int, r: Any) -> None:
    """The Committee lists what it sees where nobody objects; states list by themselves."""
    s, at, st, pt = c.settings, c.at, c.st, c.pt
    weights = weights_of(p, pt, r)
    mood = council.Mood(w[at.reach, r], w[at.salience, r], s[st.attention + t], 0.0, w[at.monitoring + LINK, r])
    consensus = each(1.0, r)
    for q in range(SEATS):
        i = c.seats[t, q]
        support = support_of(w, c, i, r, weights, council.LISTING, mood, p[pt.designation_bite, r], 0.0)
        consensus = forums.no_objection(consensus, council.probability_of_no(support, 0.0))
    sight = sanctions.seen(
        sanctions.unseen(sanctions.unseen(1.0, 1.0, w[at.monitoring + WEAPONS, r]), 1.0, w[at.monitoring + LINK, r])
    )
    jump = forums.listing_jump(
        consensus,
        sight,
        sanctions.mandate_runs(s[st.first_month] + t, w[at.panel_until, r]),
        p[pt.designation_unaided, r],
        p[pt.designation_gain, r],
        s[st.designations + t],
        p[pt.designation_autonomous, r],
    )
    w[at.designated, r] = maths.stock_next(w[at.designated, r], p[pt.designation_half_life, r], jump)


@part
def support_of(w: Any, c: Any, i: int, r: Any, weights: Any, text: Any, mood: Any, bite: float, lobbying: float) -> float:
    """Support of the state in row ``i`` for a text, logits."""
    at = c.at
    return council.member_terms(
        weights,
        text,
        mood,
        w[at.position + i, r],
        w[at.rivalry + i, r],
        c.settings[c.st.permanent + i],
        w[at.stance + i, r],
        bite,
        lobbying,
    ).support


@part
def mood_of(w: Any, c: Any, t: int, r: Any) -> council.Mood:
    """What all members see alike in a run."""
    at = c.at
    return council.Mood(
        w[at.reach, r], w[at.salience, r], c.settings[c.st.attention + t], w[at.cosponsors, r], w[at.monitoring + LINK, r]
    )


@part
def sponsored(w: Any, c: Any, i: int, r: Any) -> bool:
    """Whether the state in row ``i`` sponsors in every run of the block: then it votes yes, whatever it thinks of the text."""
    return not anywhere(w[c.at.sponsors + i, r] <= 0.0)


@part
def weights_of(p: Any, pt: Any, r: Any) -> council.Weights:
    """The parameters of the vote rule in a run."""
    return council.Weights(
        p[pt.accountability_base, r],
        p[pt.accountability_position, r],
        p[pt.campaign_shortfall, r],
        p[pt.security_base, r],
        p[pt.rivalry_weight, r],
        p[pt.bite_weight, r],
        p[pt.linkage_gain, r],
        p[pt.linkage_lift, r],
        p[pt.linkage_unproven, r],
        p[pt.veto_price, r],
        p[pt.weapons_mood, r],
        p[pt.posture_weight, r],
        p[pt.cosponsor_pull, r],
        p[pt.security_position, r],
    )


@part
def text_of(s: Any, st: Any, d: int, t: int) -> council.Text:
    """The contents of the draft in row ``d``, and how it is judged in month ``t``."""
    return council.Text(
        s[st.draft_security + d],
        s[st.draft_accountability + d],
        s[st.draft_linkage + d],
        council.vetoable(s[st.draft_procedural + d], s[st.draft_statement + d]),
        s[st.weakest_link],
        s[st.audience + t],
    )
