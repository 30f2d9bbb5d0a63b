"""The coalition phase: effort, what each draft would be worth, what is tabled, lobbying, the team outside the UN."""

from __future__ import annotations

from typing import Any

import numpy as np

from unsim.engines.kernel.council import mood_of, sponsored, support_of, text_of, weights_of
from unsim.rules import chance, coalition, council, maths, sanctions, world
from unsim.rules.chance import uniforms
from unsim.rules.jit import inner, part
from unsim.rules.lanes import anywhere, each
from unsim.rules.world import SEATS


@inner
def phase_coalition(w: Any, p: Any, c: Any, t: int, seed: Any, replicate: Any, r: Any) -> None:
    """Effort, the agenda, what is tabled and how far it is diluted, where lobbying goes, the team outside the UN."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    month = s[st.first_month] + t
    when = np.uint64(month)
    campaign(w, p, c, t, r, c.settings[c.st.coordination + t])
    press(w, c, t, r)
    bands = council.bands(p[pt.abstention_band, r], p[pt.blocking_band, r])
    seated = each(0.0, r)
    for q in range(SEATS):
        seated = seated + w[at.sponsors + c.seats[t, q], r]
    best, chosen, bite = each(coalition.NEVER, r), each(coalition.NO_DRAFT, r), each(0.0, r)
    for d in range(n.draft):
        available = availability(w, c, t, d, r)
        if anywhere(available > 0.0):
            best, chosen, bite = consider(w, p, c, t, d, r, bands, seated, available, (best, chosen, bite))
    u = uniforms(seed, replicate, when, chance.TABLING, chance.NOBODY, chance.NOBODY)
    odds = coalition.tabling_log_odds(best, p[pt.tabling_threshold, r], p[pt.tabling_noise, r])
    decided = coalition.table_draft(chosen, best, odds, u[0])
    w[at.tabled, r] = world.as_recorded(s[st.record + t], s[st.text_record + t], decided)
    w[at.bite, r] = bite
    for d in range(n.draft):
        w[at.last_tabled + d, r] = coalition.last_tabled(w[at.last_tabled + d, r], month, w[at.tabled, r], np.float64(d))
    u = uniforms(seed, replicate, when, chance.TEAM, chance.NOBODY, chance.NOBODY)
    runs_now = sanctions.mandate_runs(month, w[at.panel_until, r])
    odds = coalition.team_log_odds(p[pt.team_base, r], p[pt.team_reach, r], w[at.reach, r])
    w[at.team, r] = coalition.team_next(w[at.team, r], runs_now, s[st.team_plan], odds, u[0])


@part
def press(w: Any, c: Any, t: int, r: Any) -> None:
    """Secondary sanctions, as far as their sender's government presses."""
    s, at, st, n = c.settings, c.at, c.st, c.sizes
    for i in range(n.state):
        if s[st.secondary_sender + i] > 0.0:
            w[at.secondary, r] = sanctions.secondary_now(s[st.secondary_use + t], w[at.stance + i, r])


@part
def campaign(w: Any, p: Any, c: Any, t: int, r: Any, coordination: float) -> None:
    """Who sponsors, the efforts in a run, what they come to together, and how the leaders' governments lean."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    exponent = coalition.complementarity(coordination, p[pt.effort_exponent, r])
    threshold = p[pt.sponsor_threshold, r]
    beside = each(0.0, r)
    names = each(0.0, r)
    for i in range(n.state):
        w[at.sponsors + i, r] = 0.0
        if s[st.sponsor + i] > 0.0 or s[st.signed + t * n.state + i] > 0.0:
            willing = coalition.sponsors(s[st.sponsor + i], w[at.stance + i, r], threshold)
            signature = coalition.signature(s[st.text_record + t], s[st.signed + t * n.state + i], willing)
            w[at.sponsors + i, r] = signature
            names = names + willing
            beside = beside + signature * (1.0 - s[st.leads + i])
        if s[st.campaigns + i] > 0.0:
            pens = 0.0
            for f in range(n.forum):
                pens = pens + s[st.pens + f * n.state + i]
            w[at.effort + i, r] = coalition.campaign_effort(s[st.budget + i], p[pt.engagement_cost, r], w[at.stance + i, r])
            w[at.council_effort + i, r] = coalition.council_effort(w[at.effort + i, r], pens, p[pt.pen_cost, r])
    w[at.cosponsors, r] = coalition.in_tens(beside)
    w[at.names, r] = coalition.in_tens(names)
    leaning = each(0.0, r)
    budgets = 0.0
    largest = each(0.0, r)
    efforts = each(0.0, r)
    weighted = each(0.0, r)
    for leader in range(n.leader):
        i = c.leaders[leader]
        leaning = leaning + coalition.leaning(s[st.budget + i], w[at.stance + i, r])
        budgets = budgets + s[st.budget + i]
        largest = maths.larger(largest, w[at.council_effort + i, r])
        efforts = efforts + w[at.council_effort + i, r]
        weighted = weighted + w[at.council_effort + i, r] * w[at.stance + i, r]
    terms = each(0.0, r)
    for leader in range(n.leader):
        terms = terms + coalition.effort_term(w[at.council_effort + c.leaders[leader], r], largest, exponent)
    w[at.campaign, r] = coalition.combined_effort(terms, largest, exponent, s[st.attention + t])
    w[at.reach, r] = coalition.campaign_reach(w[at.campaign, r])
    w[at.resolve, r] = coalition.resolve_left(coalition.resolve(weighted, efforts), p[pt.relief_given, r], w[at.rung, r])
    w[at.engagement, r] = coalition.engagement(leaning, budgets)
    for f in range(n.forum):
        largest = each(0.0, r)
        for i in range(n.state):
            if s[st.pens + f * n.state + i] > 0.0:
                largest = maths.larger(largest, w[at.effort + i, r] * s[st.pens + f * n.state + i])
        terms = each(0.0, r)
        for i in range(n.state):
            if s[st.pens + f * n.state + i] > 0.0:
                terms = terms + coalition.effort_term(w[at.effort + i, r], largest, exponent)
        w[at.pen + f, r] = coalition.campaign_reach(coalition.combined_effort(terms, largest, exponent, s[st.attention + t]))


@part
def availability(w: Any, c: Any, t: int, d: int, r: Any) -> float:
    """1 where the draft in row ``d`` may be tabled."""
    s, at, st = c.settings, c.at, c.st
    month = s[st.first_month] + t
    available = coalition.availability(
        month,
        s[st.draft_opens + d],
        w[at.last_tabled + d, r],
        s[st.draft_interval + d],
        s[st.draft_panel + d],
        w[at.panel_until, r],
    )
    available = coalition.not_yet(available, s[st.draft_referral + d] + s[st.draft_tribunal + d], w[at.seised, r])
    return coalition.on_table(s[st.record + t], s[st.text_record + t], np.float64(d), available)


@part
def consider(
    w: Any, p: Any, c: Any, t: int, d: int, r: Any, bands: Any, seated: float, available: float, so_far: Any
) -> tuple[float, float, float]:
    """The better of the best so far and the draft in row ``d`` at its best dilution: its value, the draft, the bite."""
    best, chosen, bite = so_far
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    weights = weights_of(p, pt, r)
    mood = mood_of(w, c, t, r)
    text = text_of(s, st, d, t)
    tally, no_veto, nine = expect_others(w, p, c, t, d, r, bands, weights, text, mood)
    importance = coalition.stake(
        s[st.draft_security + d],
        s[st.draft_accountability + d],
        s[st.draft_panel + d],
        w[at.salience, r] * s[st.attention + t],
        w[at.evidence, r] * s[st.attention + t],
    )
    statement = s[st.draft_statement + d]
    heard = coalition.voice(seated, w[at.names, r], s[st.letters], p[pt.letter_hearing, r], s[st.draft_procedural + d])
    own_best = each(coalition.NEVER, r)
    levels = 1 if s[st.draft_whole + d] > 0.0 else n.level  # a whole draft is the same at every one
    for level in range(levels):
        kept = coalition.kept_share(s[st.dilution + level], s[st.draft_whole + d])
        diluted = s[st.draft_bite + d] * kept
        full, free, anyhow = tally, no_veto, nine
        for q in range(SEATS):
            i = c.seats[t, q]
            if s[st.rival + i] > 0.0:
                support = support_of(w, c, i, r, weights, text, mood, diluted, 0.0)
                full, free, anyhow = fold(w, c, d, i, r, full, free, anyhow, support, bands)
        adoption = council.adoption_probability(free, council.nine_or_more(full), statement)
        worth = coalition.expected_value(
            s[st.draft_value + d],
            importance,
            w[at.resolve, r],
            adoption,
            kept,
            s[st.draft_naming + d],
            council.veto_probability(council.nine_or_more(anyhow), adoption, text.vetoable),
            heard,
        )
        value = coalition.if_available(available, worth)
        w[at.adoption + d, r] = maths.select(worth > own_best, adoption, w[at.adoption + d, r])
        own_best = maths.larger(own_best, worth)
        chosen = maths.select(value > best, np.float64(d), chosen)
        bite = maths.select(value > best, diluted, bite)
        best = maths.larger(best, value)
    return best, chosen, bite


@part
def expect_others(w: Any, p: Any, c: Any, t: int, d: int, r: Any, bands: Any, weights: Any, text: Any, mood: Any) -> Any:
    """The expected count of all members but the rivals, with lobbying where it moves most."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    slopes = each(0.0, r)
    for q in range(SEATS):
        i = c.seats[t, q]
        w[at.lobbying + d * n.state + i, r] = 0.0
        if s[st.rival + i] > 0.0 or sponsored(w, c, i, r):
            continue
        w[at.support + i, r] = support_of(w, c, i, r, weights, text, mood, s[st.draft_bite + d], 0.0)
        if s[st.permanent + i] > 0.0:  # nobody lobbies a permanent member
            continue
        stops = council.can_stop(s[st.permanent + i], s[st.draft_procedural + d], s[st.draft_statement + d])
        yes = council.probability_of_yes(w[at.support + i, r], council.band_of(bands, stops), w[at.sponsors + i, r])
        w[at.lobbying + d * n.state + i, r] = coalition.uncommitted(yes, s[st.permanent + i])
        slopes = slopes + w[at.lobbying + d * n.state + i, r]
    tally = council.NOBODY_HAS_VOTED
    nine = council.NOBODY_HAS_VOTED
    no_veto = each(1.0, r)
    for q in range(SEATS):
        i = c.seats[t, q]
        if s[st.rival + i] > 0.0:
            continue
        if sponsored(w, c, i, r):
            tally = council.count_yes(tally)
            if s[st.draft_naming + d] > 0.0:
                nine = council.count_yes(nine)
            continue
        w[at.lobbying + d * n.state + i, r] = coalition.lobbying_share(
            w[at.lobbying + d * n.state + i, r], slopes, p[pt.lobbying_logits, r], w[at.reach, r]
        )
        support = w[at.support + i, r] + w[at.lobbying + d * n.state + i, r]
        tally, no_veto, nine = fold(w, c, d, i, r, tally, no_veto, nine, support, bands)
    return tally, no_veto, nine


@part
def fold(w: Any, c: Any, d: int, i: int, r: Any, tally: Any, unstopped: float, nine: Any, support: float, bands: Any) -> Any:
    """The tally given that nobody stops the draft, the probability of that, and the tally without it after member ``i``."""
    s, at, st = c.settings, c.at, c.st
    stops = council.can_stop(s[st.permanent + i], s[st.draft_procedural + d], s[st.draft_statement + d])
    yes = council.probability_of_yes(support, council.band_of(bands, stops), w[at.sponsors + i, r])
    if stops > 0.0:
        no = council.probability_of_no(support, w[at.sponsors + i, r])
        tally = council.count_member(tally, council.counted_yes(yes, no, stops))
        unstopped = unstopped * council.not_stopped(no, stops)
    else:  # its no changes neither count
        tally = council.count_member(tally, yes)
    if s[st.draft_naming + d] > 0.0:  # else nobody asks for the chance of a veto
        nine = council.count_member(nine, yes)
    return tally, unstopped, nine
