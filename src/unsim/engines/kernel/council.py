"""The Council phase: the vote on the tabled draft, its result, and what an adopted text does."""

from __future__ import annotations

from typing import Any

import numpy as np

from unsim.rules import chance, council
from unsim.rules.chance import uniforms
from unsim.rules.jit import kernel, part
from unsim.rules.world import NOT_CAST, SEATS


@kernel
def phase_council(w: Any, p: Any, c: Any, t: int, seed: Any, replicates: Any, runs: int) -> None:
    """The vote on the tabled draft, its result, and what an adopted text does."""
    at, n = c.at, c.sizes
    for r in range(runs):
        for i in range(n.state):
            w[at.vote + i, r] = NOT_CAST
        w[at.yes, r] = 0.0
        w[at.adopted, r] = 0.0
        w[at.vetoed, r] = 0.0
        w[at.failed, r] = 0.0
        w[at.meeting, r] = 0.0
        w[at.added, r] = 0.0
        for d in range(n.draft):
            if w[at.tabled, r] != np.float64(d):
                continue
            yes_votes, permanent_no = vote(w, p, c, t, d, seed, replicates[r], r)
            decide(w, p, c, t, d, r, yes_votes, permanent_no)


@part
def vote(w: Any, p: Any, c: Any, t: int, d: int, seed: Any, replicate: Any, r: int) -> tuple[float, float]:
    """Every member votes on the draft in row ``d``: yes votes, and noes of permanent members."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    when = np.uint64(s[st.first_month] + t)
    band = council.band_width(p[pt.abstention_band, r])
    weights = weights_of(p, pt, r)
    mood = council.Mood(w[at.reach, r], w[at.salience, r], s[st.attention + t])
    text = text_of(s, st, d)
    yes_votes = 0.0
    permanent_no = 0.0
    for q in range(SEATS):
        i = c.seats[t, q]
        w[at.support + i, r] = council.member_terms(
            weights,
            text,
            mood,
            w[at.position + i, r],
            w[at.rivalry + i, r],
            s[st.permanent + i],
            w[at.bite, r],
            w[at.lobbying + d * n.state + i, r],
        ).support
        yes = council.probability_of_yes(w[at.support + i, r], band, s[st.sponsor + i])
        no = council.probability_of_no(w[at.support + i, r], s[st.sponsor + i])
        u = uniforms(seed, replicate, when, chance.VOTE, c.state_code[i], c.draft_code[d])
        w[at.vote + i, r] = council.cast_vote(yes, no, u[0])
        yes_votes = yes_votes + council.is_yes(w[at.vote + i, r])
        permanent_no = permanent_no + council.is_no(w[at.vote + i, r]) * s[st.permanent + i]
    return yes_votes, permanent_no


@part
def decide(w: Any, p: Any, c: Any, t: int, d: int, r: int, yes_votes: float, permanent_no: float) -> None:
    """The result of the vote on the draft in row ``d``, and what it does if it is adopted."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    month = s[st.first_month] + t
    w[at.yes, r] = yes_votes
    w[at.adopted, r] = council.is_adopted(yes_votes, permanent_no, s[st.draft_procedural + d])
    w[at.vetoed, r] = council.is_vetoed(yes_votes, permanent_no, s[st.draft_procedural + d])
    w[at.failed, r] = council.is_failed(w[at.adopted, r], w[at.vetoed, r])
    w[at.meeting, r] = council.is_meeting(w[at.adopted, r], s[st.draft_procedural + d], s[st.draft_accountability + d])
    w[at.added, r] = council.measures_added(w[at.adopted, r], w[at.bite, r], s[st.draft_panel + d], s[st.draft_procedural + d])
    w[at.panel_until, r] = council.mandate_end(
        w[at.panel_until, r], month, p[pt.mandate_length, r], w[at.adopted, r], s[st.draft_panel + d]
    )
    for k in range(n.channel):
        w[at.legislated + k, r] = council.legislated_coverage(
            w[at.legislated + k, r],
            s[st.draft_covers + d * n.channel + k],
            w[at.bite, r],
            s[st.draft_bite + d],
            w[at.adopted, r],
        )
    for g in range(n.good):
        w[at.legislated_goods + g, r] = council.legislated_coverage(
            w[at.legislated_goods + g, r],
            s[st.draft_covers_goods + d * n.good + g],
            w[at.bite, r],
            s[st.draft_bite + d],
            w[at.adopted, r],
        )


@part
def weights_of(p: Any, pt: Any, r: int) -> council.Weights:
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
        p[pt.veto_price, r],
        p[pt.weapons_mood, r],
    )


@part
def text_of(s: Any, st: Any, d: int) -> council.Text:
    """The contents of the draft in row ``d``."""
    return council.Text(
        s[st.draft_security + d],
        s[st.draft_accountability + d],
        s[st.draft_linkage + d],
        s[st.draft_procedural + d],
        s[st.weakest_link],
        s[st.audience],
    )
