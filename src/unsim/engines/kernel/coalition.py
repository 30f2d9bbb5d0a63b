"""The coalition phase: effort, what each draft would be worth, what is tabled, lobbying, the team outside the UN."""

from __future__ import annotations

from typing import Any

import numpy as np

from unsim.engines.kernel.council import text_of, weights_of
from unsim.rules import chance, coalition, council, maths, sanctions
from unsim.rules.chance import uniforms
from unsim.rules.jit import kernel, part
from unsim.rules.world import SEATS


@kernel
def phase_coalition(w: Any, p: Any, c: Any, t: int, seed: Any, replicates: Any, runs: int) -> None:
    """Effort, the agenda, what is tabled and how far it is diluted, where lobbying goes, the team outside the UN."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    month = s[st.first_month] + t
    when = np.uint64(month)
    for r in range(runs):
        campaign(w, p, c, t, r, c.settings[c.st.coordination])
        best, chosen, bite = coalition.NEVER, coalition.NO_DRAFT, 0.0
        for d in range(n.draft):
            best, chosen, bite = consider(w, p, c, t, d, r, best, chosen, bite)
        u = uniforms(seed, replicates[r], when, chance.TABLING, chance.NOBODY, chance.NOBODY)
        odds = coalition.tabling_log_odds(best, p[pt.tabling_threshold, r], p[pt.tabling_noise, r])
        w[at.tabled, r] = coalition.table_draft(chosen, best, odds, u[0])
        w[at.bite, r] = bite
        for d in range(n.draft):
            w[at.last_tabled + d, r] = coalition.last_tabled(w[at.last_tabled + d, r], month, w[at.tabled, r], np.float64(d))
        u = uniforms(seed, replicates[r], when, chance.TEAM, chance.NOBODY, chance.NOBODY)
        runs_now = sanctions.mandate_runs(month, w[at.panel_until, r])
        w[at.team, r] = coalition.team_next(
            w[at.team, r], runs_now, coalition.team_log_odds(p[pt.team_base, r], p[pt.team_reach, r], w[at.reach, r]), u[0]
        )


@part
def campaign(w: Any, p: Any, c: Any, t: int, r: int, coordination: float) -> None:
    """The leaders' efforts in a run, what they come to together, and how the governments lean."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    leaning = 0.0
    budgets = 0.0
    exponent = coalition.complementarity(coordination, p[pt.effort_exponent, r])
    largest = 0.0
    efforts = 0.0
    weighted = 0.0
    for leader in range(n.leader):
        i = c.leaders[leader]
        w[at.effort + i, r] = coalition.campaign_effort(s[st.budget + i], p[pt.engagement_cost, r], w[at.posture + i, r])
        leaning = leaning + coalition.leaning(s[st.budget + i], w[at.posture + i, r])
        budgets = budgets + s[st.budget + i]
        largest = maths.larger(largest, w[at.effort + i, r])
        efforts = efforts + w[at.effort + i, r]
        weighted = weighted + w[at.effort + i, r] * w[at.posture + i, r]
    terms = 0.0
    for leader in range(n.leader):
        terms = terms + coalition.effort_term(w[at.effort + c.leaders[leader], r], largest, exponent)
    w[at.campaign, r] = coalition.combined_effort(terms, largest, exponent, s[st.attention + t])
    w[at.reach, r] = coalition.campaign_reach(w[at.campaign, r])
    w[at.resolve, r] = coalition.resolve(weighted, efforts)
    w[at.engagement, r] = coalition.engagement(leaning, budgets)


@part
def consider(w: Any, p: Any, c: Any, t: int, d: int, r: int, best: float, chosen: float, bite: float) -> tuple[float, float, float]:
    """The better of the best so far and the draft in row ``d`` at its best dilution: its value, the draft, the bite."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    month = s[st.first_month] + t
    band = council.band_width(p[pt.abstention_band, r])
    weights = weights_of(p, pt, r)
    mood = council.Mood(w[at.reach, r], w[at.salience, r], s[st.attention + t])
    text = text_of(s, st, d)
    tally, no_veto, nine = expect_others(w, p, c, t, d, r, band, weights, text, mood)
    importance = coalition.stake(
        s[st.draft_security + d],
        s[st.draft_accountability + d],
        s[st.draft_panel + d],
        w[at.salience, r] * s[st.attention + t],
        w[at.evidence, r] * s[st.attention + t],
    )
    available = coalition.availability(
        month,
        s[st.draft_opens + d],
        w[at.last_tabled + d, r],
        s[st.draft_interval + d],
        s[st.draft_panel + d],
        w[at.panel_until, r],
    )
    own_best = coalition.NEVER
    for level in range(n.level):
        kept = coalition.kept_share(s[st.dilution + level], s[st.draft_panel + d], s[st.draft_procedural + d])
        diluted = s[st.draft_bite + d] * kept
        full, free, anyhow = tally, no_veto, nine
        for q in range(SEATS):
            i = c.seats[t, q]
            if s[st.rival + i] > 0.0:
                support = council.member_terms(
                    weights, text, mood, w[at.position + i, r], w[at.rivalry + i, r], s[st.permanent + i], diluted, 0.0
                ).support
                full, free, anyhow = fold(
                    full, free, anyhow, support, band, s[st.sponsor + i], s[st.permanent + i], s[st.draft_procedural + d]
                )
        adoption = council.adoption_probability(free, council.nine_or_more(full))
        worth = coalition.expected_value(
            s[st.draft_value + d],
            importance,
            w[at.resolve, r],
            adoption,
            kept,
            s[st.draft_naming + d],
            council.veto_probability(council.nine_or_more(anyhow), adoption),
        )
        value = coalition.if_available(available, worth)
        w[at.adoption + d, r] = maths.select(worth > own_best, adoption, w[at.adoption + d, r])
        own_best = maths.larger(own_best, worth)
        chosen = maths.select(value > best, np.float64(d), chosen)
        bite = maths.select(value > best, diluted, bite)
        best = maths.larger(best, value)
    return best, chosen, bite


@part
def expect_others(w: Any, p: Any, c: Any, t: int, d: int, r: int, band: float, weights: Any, text: Any, mood: Any) -> Any:
    """The expected count of all members but the rivals, with lobbying where it moves most."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    slopes = 0.0
    for q in range(SEATS):
        i = c.seats[t, q]
        if s[st.rival + i] > 0.0:
            w[at.lobbying + d * n.state + i, r] = 0.0
            continue
        w[at.support + i, r] = council.member_terms(
            weights, text, mood, w[at.position + i, r], w[at.rivalry + i, r], s[st.permanent + i], s[st.draft_bite + d], 0.0
        ).support
        yes = council.probability_of_yes(w[at.support + i, r], band, s[st.sponsor + i])
        w[at.lobbying + d * n.state + i, r] = coalition.uncommitted(yes, s[st.permanent + i])
        slopes = slopes + w[at.lobbying + d * n.state + i, r]
    tally = council.NOBODY_HAS_VOTED
    nine = council.NOBODY_HAS_VOTED
    no_veto = 1.0
    for q in range(SEATS):
        i = c.seats[t, q]
        if s[st.rival + i] > 0.0:
            continue
        w[at.lobbying + d * n.state + i, r] = coalition.lobbying_share(
            w[at.lobbying + d * n.state + i, r], slopes, p[pt.lobbying_logits, r], w[at.reach, r]
        )
        support = w[at.support + i, r] + w[at.lobbying + d * n.state + i, r]
        tally, no_veto, nine = fold(
            tally, no_veto, nine, support, band, s[st.sponsor + i], s[st.permanent + i], s[st.draft_procedural + d]
        )
    return tally, no_veto, nine


@part
def fold(
    tally: Any, no_veto: float, nine: Any, support: float, band: float, sponsor: float, permanent: float, procedural: float
) -> Any:
    """The tally given no veto, the probability of no veto, and the tally without that condition after one more member."""
    yes = council.probability_of_yes(support, band, sponsor)
    no = council.probability_of_no(support, sponsor)
    counted = council.counted_yes(yes, no, permanent, procedural)
    unvetoed = no_veto * council.not_vetoed(no, permanent, procedural)
    return council.count_member(tally, counted), unvetoed, council.count_member(nine, yes)
