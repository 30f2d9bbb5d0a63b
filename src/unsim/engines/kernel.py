"""The kernel: the same month as the Mesa engine's, for many runs at once.

Each phase loops over the runs of a block and calls the rules; ``w`` holds the rows of World, ``p`` those of
Params (row, run), ``c`` the case: the settings in one array, and where each field of the three begins. ``t`` is the month of
the horizon. No rule of behaviour stands here: no constant, no function of a parameter.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from unsim.rules import chance, coalition, council, ledger, maths, regime, sanctions, trade, world
from unsim.rules.jit import kernel
from unsim.rules.world import BOOKS, NOT_CAST, REAL, SHADOW

U = np.uint64
uniforms = chance.uniforms
SEATS = 15


@kernel
def _campaign(w: Any, p: Any, c: Any, t: int, r: int) -> None:
    """The leaders' efforts in run ``r``, what they come to together, and how the governments lean."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    postures = 0.0
    exponent = coalition.complementarity(s[st.coordination], p[pt.effort_exponent, r])
    largest = 0.0
    efforts = 0.0
    weighted = 0.0
    for leader in range(n.leader):
        i = c.leaders[leader]
        w[at.effort + i, r] = coalition.campaign_effort(s[st.budget + i], p[pt.engagement_cost, r], w[at.posture + i, r])
        postures = postures + w[at.posture + i, r]
        largest = maths.larger(largest, w[at.effort + i, r])
        efforts = efforts + w[at.effort + i, r]
        weighted = weighted + w[at.effort + i, r] * w[at.posture + i, r]
    terms = 0.0
    for leader in range(n.leader):
        terms = terms + coalition.effort_term(w[at.effort + c.leaders[leader], r], largest, exponent)
    w[at.campaign, r] = coalition.combined_effort(terms, largest, exponent, s[st.attention + t])
    w[at.reach, r] = coalition.campaign_reach(w[at.campaign, r])
    w[at.resolve, r] = coalition.resolve(weighted, efforts)
    w[at.engagement, r] = coalition.engagement(postures, np.float64(n.leader))


@kernel
def begin(w: Any, p: Any, c: Any, seed: Any, replicates: Any, runs: int) -> None:
    """The state of the world before the first month."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    start = chance.NOBODY
    for r in range(runs):
        replicate = replicates[r]
        w[at.salience, r] = s[st.start + 0]
        w[at.evidence, r] = s[st.start + 1]
        w[at.isolation, r] = s[st.start + 2]
        w[at.credibility, r] = s[st.start + 3]
        w[at.accountability, r] = s[st.start + 4]
        w[at.legitimacy_loss, r] = s[st.start + 5]
        for i in range(n.state):
            u = uniforms(seed, replicate, start, chance.POSITION, c.state_code[i], chance.NOBODY)
            spread = world.position_spread(s[st.position_sd + i], p[pt.position_drift, r], s[st.position_years])
            w[at.position + i, r] = world.member_position(s[st.position_mean + i], spread, maths.two_normals(u[0], u[1])[0])
            w[at.posture + i, r] = s[st.posture + i]
            w[at.vote + i, r] = NOT_CAST
            if s[st.rival + i] > 0.0:
                u = uniforms(seed, replicate, start, chance.RIVALRY_LEVEL, c.state_code[i], chance.NOBODY)
                normal = maths.two_normals(u[0], u[1])[0]
                w[at.rivalry + i, r] = world.rivalry_start(s[st.rivalry_path + i], p[pt.rivalry_spread, r], normal)
        u = uniforms(seed, replicate, start, chance.WORLD_PRICE, chance.NOBODY, chance.NOBODY)
        common = maths.two_normals(u[0], u[1])[0]
        for k in range(n.channel):
            u = uniforms(seed, replicate, start, chance.PRICE, c.channel_code[k], chance.NOBODY)
            own = maths.two_normals(u[0], u[1])[0]
            w[at.shock + k, r] = world.price_shock_start(p[pt.shock_spread, r], p[pt.shock_common, r], common, own)
        u = uniforms(seed, replicate, start, chance.HARVEST, chance.NOBODY, chance.NOBODY)
        w[at.harvest, r] = maths.two_normals(u[0], u[1])[0]
        _campaign(w, p, c, 0, r)
        w[at.tabled, r] = coalition.NO_DRAFT
        for d in range(n.draft):
            w[at.last_tabled + d, r] = s[st.draft_last + d]
        w[at.team, r] = s[st.team]
        w[at.panel_until, r] = s[st.panel_until]
        runs_now = sanctions.mandate_runs(s[st.first_month], s[st.panel_until])
        w[at.monitoring, r] = sanctions.monitoring(
            runs_now, p[pt.panel_strength, r], s[st.team], p[pt.team_strength, r], p[pt.background_monitoring, r]
        )
        for j in range(n.partner):
            w[at.letter + j, r] = sanctions.compliance_goal(
                p[pt.unclear_compliance, r], p[pt.compliance, r], s[st.clarity], s[st.need + j], p[pt.need_break, r]
            )
        free_trade = 0.0
        cloth = 0.0
        for k in range(n.channel):
            sold = 0.0
            for j in range(n.partner):
                flow = k * n.partner + j
                sold = sold + trade.potential(
                    s[st.base_potential + flow], p[pt.potential_scale + k, r], s[st.with_need + flow], s[st.need + j]
                )
            free_trade = free_trade + sold
            cloth = cloth + trade.cloth_cost(sold, p[pt.cloth_share, r], s[st.uses_cloth + k])
        w[at.income + REAL, r] = p[pt.start_income, r]
        w[at.income + SHADOW, r] = trade.hard_currency(free_trade, cloth, p[pt.other_income, r])
        w[at.revenue + REAL, r] = p[pt.start_income, r]
        w[at.revenue + SHADOW, r] = free_trade
        for b in BOOKS:
            w[at.reserves + b, r] = p[pt.start_reserves, r]
            w[at.coercion + b, r] = regime.USUAL
            w[at.skill + b, r] = regime.MIDDLING_SKILL
        w[at.cohesion, r] = regime.cohesion_start(p[pt.cohesion_usual, r])
        w[at.capability, r] = regime.USUAL


@kernel
def phase_world(w: Any, p: Any, c: Any, t: int, seed: Any, replicates: Any, runs: int) -> None:
    """Tests and exposure, rivalry, elections, new members, prices and harvests."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    month = s[st.first_month] + t
    when = U(month)
    before = t - 1 if t > 0 else 0
    for r in range(runs):
        replicate = replicates[r]
        u = uniforms(seed, replicate, when, chance.PROVOCATION, chance.NOBODY, chance.NOBODY)
        w[at.missile, r] = maths.happens(
            world.test_log_odds(
                p[pt.missile_base, r],
                p[pt.test_capability, r],
                w[at.capability, r],
                p[pt.test_backlash, r],
                w[at.reach, r],
                p[pt.test_calming, r],
                w[at.engagement, r],
            ),
            u[0],
        )
        w[at.nuclear, r] = maths.happens(
            world.test_log_odds(
                p[pt.nuclear_base, r],
                p[pt.test_capability, r],
                w[at.capability, r],
                p[pt.test_backlash, r],
                w[at.reach, r],
                p[pt.test_calming, r],
                w[at.engagement, r],
            ),
            u[1],
        )
        jump = world.weapons_jump(w[at.missile, r], w[at.nuclear, r], p[pt.missile_weight, r], p[pt.nuclear_weight, r])
        w[at.salience, r] = maths.stock_next(w[at.salience, r], p[pt.salience_half_life, r], jump)
        u = uniforms(seed, replicate, when, chance.EXPOSURE, chance.NOBODY, chance.NOBODY)
        odds = world.exposure_log_odds(
            p[pt.exposure_base, r],
            p[pt.exposure_monitoring, r],
            w[at.monitoring, r],
            p[pt.exposure_abuse, r],
            w[at.coercion + REAL, r],
        )
        w[at.exposure, r] = maths.happens(odds, u[0])
        w[at.evidence, r] = maths.stock_next(
            w[at.evidence, r], p[pt.evidence_half_life, r], w[at.exposure, r] * p[pt.evidence_gain, r]
        )
        for i in range(n.state):
            if s[st.rival + i] > 0.0:
                u = uniforms(seed, replicate, when, chance.RIVALRY_WALK, c.state_code[i], chance.NOBODY)
                step = s[st.rivalry_path + t * n.state + i] - s[st.rivalry_path + before * n.state + i]
                normal = maths.two_normals(u[0], u[1])[0]
                w[at.rivalry + i, r] = world.rivalry_next(
                    w[at.rivalry + i, r],
                    step,
                    p[pt.rivalry_walk, r] * s[st.rivalry_open + t],
                    normal,
                    p[pt.rivalry_response, r] * s[st.rivalry_open + t],
                    w[at.reach, r],
                )
            if s[st.change + t * n.state + i] > 0.0:
                u = uniforms(seed, replicate, when, chance.ELECTION, c.state_code[i], chance.NOBODY)
                w[at.posture + i, r] = world.posture_next(
                    w[at.posture + i, r], s[st.posture + i], s[st.other_posture + i], s[st.change + t * n.state + i], u[0]
                )
            if s[st.term_begins + t * n.state + i] > 0.0:
                u = uniforms(seed, replicate, when, chance.POSITION, c.state_code[i], chance.NOBODY)
                spread = world.position_spread(s[st.position_sd + i], p[pt.position_drift, r], s[st.position_years])
                w[at.position + i, r] = world.member_position(s[st.position_mean + i], spread, maths.two_normals(u[0], u[1])[0])
        u = uniforms(seed, replicate, when, chance.WORLD_PRICE, chance.NOBODY, chance.NOBODY)
        common = maths.two_normals(u[0], u[1])[0]
        for k in range(n.channel):
            u = uniforms(seed, replicate, when, chance.PRICE, c.channel_code[k], chance.NOBODY)
            own = maths.two_normals(u[0], u[1])[0]
            w[at.shock + k, r] = world.price_shock_next(
                w[at.shock + k, r], p[pt.shock_persistence, r], p[pt.shock_spread, r], p[pt.shock_common, r], common, own
            )
        if s[st.harvest_month + t] > 0.0:
            u = uniforms(seed, replicate, when, chance.HARVEST, chance.NOBODY, chance.NOBODY)
            w[at.harvest, r] = maths.two_normals(u[0], u[1])[0]


@kernel
def phase_coalition(w: Any, p: Any, c: Any, t: int, seed: Any, replicates: Any, runs: int) -> None:
    """Effort, the agenda, what is tabled and how far it is diluted, where lobbying goes, the team outside the UN."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    month = s[st.first_month] + t
    when = U(month)
    for r in range(runs):
        _campaign(w, p, c, t, r)
        best = coalition.NEVER
        chosen = coalition.NO_DRAFT
        bite = 0.0
        band = council.band_width(p[pt.abstention_band, r])
        weights = _weights(p, pt, r)
        mood = council.Mood(w[at.reach, r], w[at.salience, r], s[st.attention + t])
        for d in range(n.draft):
            text = _text(s, st, d)
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
                tally, no_veto, nine = _fold(
                    tally, no_veto, nine, support, band, s[st.sponsor + i], s[st.permanent + i], s[st.draft_procedural + d]
                )
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
                        full, free, anyhow = _fold(
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


@kernel
def _weights(p: Any, pt: Any, r: int) -> council.Weights:
    """The parameters of the vote rule in run ``r``."""
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


@kernel
def _text(s: Any, st: Any, d: int) -> council.Text:
    """The contents of the draft in row ``d``."""
    return council.Text(
        s[st.draft_security + d],
        s[st.draft_accountability + d],
        s[st.draft_linkage + d],
        s[st.draft_procedural + d],
        s[st.weakest_link],
        s[st.audience],
    )


@kernel
def _fold(
    tally: Any, no_veto: float, nine: Any, support: float, band: float, sponsor: float, permanent: float, procedural: float
) -> Any:
    """The tally given no veto, the probability of no veto, and the tally without that condition after one more member."""
    yes = council.probability_of_yes(support, band, sponsor)
    no = council.probability_of_no(support, sponsor)
    counted = council.counted_yes(yes, no, permanent, procedural)
    unvetoed = no_veto * council.not_vetoed(no, permanent, procedural)
    return council.count_member(tally, counted), unvetoed, council.count_member(nine, yes)


@kernel
def phase_council(w: Any, p: Any, c: Any, t: int, seed: Any, replicates: Any, runs: int) -> None:
    """The vote on the tabled draft, its result, and what an adopted text does."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    month = s[st.first_month] + t
    when = U(month)
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
            band = council.band_width(p[pt.abstention_band, r])
            weights = _weights(p, pt, r)
            mood = council.Mood(w[at.reach, r], w[at.salience, r], s[st.attention + t])
            text = _text(s, st, d)
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
                u = uniforms(seed, replicates[r], when, chance.VOTE, c.state_code[i], c.draft_code[d])
                w[at.vote + i, r] = council.cast_vote(yes, no, u[0])
                yes_votes = yes_votes + council.is_yes(w[at.vote + i, r])
                permanent_no = permanent_no + council.is_no(w[at.vote + i, r]) * s[st.permanent + i]
            w[at.yes, r] = yes_votes
            w[at.adopted, r] = council.is_adopted(yes_votes, permanent_no, s[st.draft_procedural + d])
            w[at.vetoed, r] = council.is_vetoed(yes_votes, permanent_no, s[st.draft_procedural + d])
            w[at.failed, r] = council.is_failed(w[at.adopted, r], w[at.vetoed, r])
            w[at.meeting, r] = council.is_meeting(w[at.adopted, r], s[st.draft_procedural + d], s[st.draft_accountability + d])
            w[at.added, r] = council.measures_added(
                w[at.adopted, r], w[at.bite, r], s[st.draft_panel + d], s[st.draft_procedural + d]
            )
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


@kernel
def phase_sanctions(w: Any, p: Any, c: Any, t: int, seed: Any, replicates: Any, runs: int) -> None:
    """Letter and policing of each partner, measures that take effect, and monitoring (which partners see next month)."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    month = s[st.first_month] + t
    for r in range(runs):
        squeezed = sanctions.squeeze(w[at.revenue + REAL, r], w[at.revenue + SHADOW, r])
        for j in range(n.partner):
            goal = sanctions.compliance_goal(
                p[pt.unclear_compliance, r],
                p[pt.compliance, r],
                s[st.clarity + t],
                s[st.need + t * n.partner + j],
                p[pt.need_break, r],
            )
            w[at.letter + j, r] = sanctions.letter_next(
                w[at.letter + j, r], goal, s[st.need + t * n.partner + j], p[pt.letter_speed, r]
            )
            odds = sanctions.policing_log_odds(
                p[pt.policing_rivalry, r],
                w[at.rivalry + c.partner_state[j], r],
                p[pt.policing_monitoring, r],
                w[at.monitoring, r],
                p[pt.policing_naming, r],
                w[at.reach, r],
                p[pt.policing_secondary, r],
                s[st.secondary + t],
                s[st.exposed + j],
                p[pt.policing_fear, r],
                s[st.fears + j],
                squeezed,
            )
            w[at.policing + j, r] = sanctions.policing_next(w[at.policing + j, r], odds, p[pt.policing_speed, r], np.float64(t))
        for k in range(n.channel):
            w[at.enacted + k, r] = sanctions.enacted_next(w[at.enacted + k, r], w[at.legislated + k, r], p[pt.wind_down, r])
        for g in range(n.good):
            w[at.enacted_goods + g, r] = sanctions.enacted_next(
                w[at.enacted_goods + g, r], w[at.legislated_goods + g, r], p[pt.wind_down, r]
            )
        runs_now = sanctions.mandate_runs(month, w[at.panel_until, r])
        w[at.monitoring, r] = sanctions.monitoring(
            runs_now, p[pt.panel_strength, r], w[at.team, r], p[pt.team_strength, r], p[pt.background_monitoring, r]
        )


@kernel
def phase_trade(w: Any, p: Any, c: Any, t: int, seed: Any, replicates: Any, runs: int) -> None:
    """Trade of both books: offers, what is blocked, what moves elsewhere, what is realised, imports."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    for r in range(runs):
        passing = trade.closure(s[st.open + t], p[pt.closure_exponent, r])
        for b in BOOKS:
            for k in range(n.channel):
                response = p[pt.output_elasticity, r] * p[pt.forced_labour + k, r]
                factor = trade.output(
                    p[pt.potential_scale + k, r], w[at.shock + k, r], p[pt.shock_spread, r], w[at.coercion + b, r], response
                )
                covered = sanctions.coverage(s[st.standing + t * n.channel + k], p[pt.text_reach + k, r], w[at.enacted + k, r])
                border = trade.border(passing, s[st.merchandise + k])
                for j in range(n.partner):
                    cell = (b * n.channel + k) * n.partner + j
                    w[at.potential + cell, r] = trade.potential(
                        s[st.base_potential + k * n.partner + j],
                        factor,
                        s[st.with_need + k * n.partner + j],
                        s[st.need + t * n.partner + j],
                    )
                    if b == REAL:
                        own_ban = s[st.own_ban + (t * n.channel + k) * n.partner + j]
                        w[at.blocked + cell, r] = sanctions.blocked_share(
                            covered, w[at.letter + j, r], own_ban, p[pt.own_compliance, r]
                        )
                        w[at.evadable + cell, r] = sanctions.evadable_share(
                            covered, w[at.letter + j, r], own_ban, p[pt.own_compliance, r]
                        )
                        w[at.listed + cell, r] = sanctions.listed_share(covered, own_ban)
                    evaded = trade.evaded_share(p[pt.evadability + k, r], w[at.skill + b, r], w[at.policing + j, r])
                    w[at.undeclared + cell, r] = trade.undeclared(
                        w[at.potential + cell, r], border, w[at.evadable + cell, r], evaded
                    )
                    w[at.lost + cell, r] = trade.lost_trade(
                        w[at.potential + cell, r], w[at.blocked + cell, r], w[at.evadable + cell, r], evaded
                    )
            unlisted_goal = 0.0
            for k in range(n.channel):
                lost = 0.0
                for j in range(n.partner):
                    lost = lost + w[at.lost + (b * n.channel + k) * n.partner + j, r]
                w[at.redirected + b * n.channel + k, r] = trade.moved_next(
                    w[at.redirected + b * n.channel + k, r],
                    trade.redirected_goal(lost, p[pt.redirection, r]),
                    p[pt.redirection_speed, r],
                    np.float64(t),
                )
                unlisted_goal = unlisted_goal + trade.redirected_goal(lost, p[pt.to_unlisted, r]) * s[st.merchandise + k]
            w[at.unlisted + b, r] = trade.moved_next(w[at.unlisted + b, r], unlisted_goal, p[pt.unlisted_speed, r], np.float64(t))
            revenue = 0.0
            coerced = 0.0
            cloth = 0.0
            for k in range(n.channel):
                border = trade.border(passing, s[st.merchandise + k])
                whole = 0.0
                for j in range(n.partner):
                    whole = whole + w[at.potential + (b * n.channel + k) * n.partner + j, r]
                absorbed = trade.absorbed(w[at.unlisted + b, r], p[pt.unlisted_capacity, r]) * s[st.takes_redirected + k]
                receipts = 0.0
                for j in range(n.partner):
                    cell = (b * n.channel + k) * n.partner + j
                    weight = maths.ratio(trade.pull(w[at.potential + cell, r], w[at.blocked + cell, r]), whole)
                    moved = trade.redirected_in(
                        w[at.redirected + b * n.channel + k, r], weight, w[at.potential + cell, r], p[pt.redirection_cap, r]
                    )
                    moved = moved + absorbed * weight
                    w[at.declared + cell, r] = trade.declared(w[at.potential + cell, r], moved, border, w[at.blocked + cell, r])
                    receipts = receipts + (w[at.declared + cell, r] + w[at.undeclared + cell, r])
                w[at.receipts + b * n.channel + k, r] = receipts
                revenue = revenue + receipts
                coerced = coerced + receipts * p[pt.forced_labour + k, r]
                cloth = cloth + trade.cloth_cost(receipts, p[pt.cloth_share, r], s[st.uses_cloth + k])
            w[at.revenue + b, r] = revenue
            w[at.coerced + b, r] = coerced
            w[at.cloth + b, r] = cloth
            w[at.free + b, r] = trade.free_spending(
                passing, p[pt.spending_propensity, r], w[at.income + b, r], p[pt.drawdown, r], w[at.reserves + b, r]
            )
            letter = 0.0
            for j in range(n.partner):
                letter = letter + s[st.supplies + j] * w[at.letter + j, r]
            paid = 0.0
            for g in range(n.good):
                banned = 0.0
                if b == REAL:
                    banned = trade.import_ban(
                        s[st.standing_goods + t * n.good + g], w[at.enacted_goods + g, r], letter, p[pt.substitution, r]
                    )
                order = trade.ordered_import(
                    w[at.free + b, r],
                    s[st.good_share + g],
                    banned,
                    s[st.good_cloth + g],
                    cloth,
                    s[st.good_crude + g],
                    p[pt.pipeline_crude, r],
                )
                w[at.imports + b * n.good + g, r] = order
                paid = paid + trade.paid_import(order, s[st.good_cloth + g], s[st.good_crude + g])
            w[at.paid + b, r] = paid


@kernel
def phase_regime(w: Any, p: Any, c: Any, t: int, seed: Any, replicates: Any, runs: int) -> None:
    """The budget of both books, the shadow's first since the real one is measured against it; then cohesion, weapons."""
    at, pt = c.at, c.pt
    for r in range(runs):
        response = p[pt.output_elasticity, r] * p[pt.extraction_intensity, r]
        squeezed = sanctions.squeeze(w[at.revenue + REAL, r], w[at.revenue + SHADOW, r])
        for b in (SHADOW, REAL):
            w[at.cash + b, r] = trade.hard_currency(w[at.revenue + b, r], w[at.cloth + b, r], p[pt.other_income, r])
            w[at.reserves + b, r] = regime.reserves_next(w[at.reserves + b, r], w[at.cash + b, r], w[at.paid + b, r])
            w[at.income + b, r] = regime.income_next(w[at.income + b, r], w[at.cash + b, r], p[pt.income_speed, r])
            w[at.extraction + b, r] = regime.extraction(p[pt.extraction_base, r], w[at.coercion + b, r], response)
            w[at.resources + b, r] = regime.resources(w[at.paid + b, r], w[at.extraction + b, r])
            total = w[at.resources + b, r]
            total_base = w[at.resources + SHADOW, r]
            w[at.apparatus + b, r] = regime.apparatus_spending(total, p[pt.apparatus_weight, r], w[at.coercion + b, r])
            left = total - w[at.apparatus + b, r]
            w[at.patronage + b, r] = regime.protected_spending(
                left, p[pt.patronage_share, r], total, total_base, p[pt.patronage_protection, r]
            )
            left = left - w[at.patronage + b, r]
            w[at.weapons + b, r] = regime.protected_spending(
                left, p[pt.weapons_share, r], total, total_base, p[pt.weapons_protection, r]
            )
            w[at.civilian + b, r] = left - w[at.weapons + b, r]
            w[at.expectation + b, r] = regime.expectation_next(
                w[at.expectation + b, r], w[at.patronage + b, r], p[pt.expectation_speed, r]
            )
        for b in BOOKS:
            exposure = 0.0
            pressed = 0.0
            if b == REAL:
                exposure = w[at.accountability, r]
                pressed = squeezed
            goal = regime.coercion_goal(
                w[at.coerced + b, r] + p[pt.extraction_intensity, r] * w[at.extraction + b, r],
                w[at.coerced + SHADOW, r] + p[pt.extraction_intensity, r] * w[at.extraction + SHADOW, r],
                w[at.revenue + b, r] + w[at.extraction + b, r],
                w[at.revenue + SHADOW, r] + w[at.extraction + SHADOW, r],
                p[pt.value_curvature, r],
                p[pt.coercion_curvature, r],
                regime.accountability_factor(p[pt.accountability_weight, r], exposure),
            )
            w[at.coercion + b, r] = regime.coercion_next(w[at.coercion + b, r], goal, p[pt.coercion_speed, r], np.float64(t))
            w[at.skill + b, r] = regime.skill_next(w[at.skill + b, r], p[pt.skill_learning, r], pressed, p[pt.skill_forgetting, r])
        jump = regime.rally_jump(p[pt.rally_gain, r], w[at.added, r])
        w[at.rally, r] = maths.stock_next(w[at.rally, r], p[pt.rally_half_life, r], jump)
        goal = regime.cohesion_goal(
            p[pt.cohesion_usual, r],
            p[pt.cohesion_patronage, r],
            w[at.patronage + REAL, r],
            w[at.expectation + REAL, r],
            p[pt.cohesion_accountability, r],
            w[at.accountability, r],
            p[pt.cohesion_rally, r],
            w[at.rally, r],
        )
        w[at.cohesion, r] = regime.cohesion_next(w[at.cohesion, r], goal, p[pt.cohesion_speed, r])
        w[at.weapons_reference, r] = regime.weapons_reference(w[at.weapons_reference, r], w[at.weapons + REAL, r])
        w[at.capability, r] = regime.capability_next(
            w[at.capability, r], w[at.weapons + REAL, r], w[at.weapons_reference, r], p[pt.capability_speed, r]
        )


@kernel
def phase_ledger(w: Any, p: Any, c: Any, t: int, seed: Any, replicates: Any, runs: int) -> None:
    """What the month cost: isolation, credibility, accountability, legitimacy; then every outcome."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    for r in range(runs):
        content = 0.0
        for d in range(n.draft):
            content = maths.select(w[at.tabled, r] == np.float64(d), s[st.draft_accountability + d], content)
        jump = ledger.isolation_jump(
            w[at.yes, r], w[at.adopted, r], w[at.vetoed, r], p[pt.isolation_adopted, r], p[pt.isolation_vetoed, r]
        )
        w[at.isolation, r] = maths.stock_next(w[at.isolation, r], p[pt.isolation_half_life, r], jump)
        jump = ledger.credibility_jump(
            w[at.meeting, r], p[pt.credibility_meeting, r], w[at.adopted, r], content, p[pt.credibility_text, r]
        )
        w[at.credibility, r] = maths.stock_next(w[at.credibility, r], p[pt.credibility_half_life, r], jump)
        jump = ledger.accountability_jump(
            w[at.exposure, r], p[pt.accountability_gain, r], p[pt.accountability_least, r], w[at.credibility, r]
        )
        w[at.accountability, r] = maths.stock_next(w[at.accountability, r], p[pt.accountability_half_life, r], jump)
        jump = ledger.legitimacy_jump(w[at.exposure, r], p[pt.legitimacy_leak, r], s[st.open + t])
        w[at.legitimacy_loss, r] = maths.stock_next(w[at.legitimacy_loss, r], p[pt.legitimacy_half_life, r], jump)
    ledger.measure(w, p, c, t, runs)


@kernel
def simulate(
    w: Any, p: Any, c: Any, seed: Any, replicates: Any, table: Any, draws: Any, horizons: Any, totals: Any, kept: Any, votes: Any
) -> None:
    """Run every replicate over the horizon.

    ``w`` and ``p`` hold the world and the parameters of a block of runs (row, run) and are used again for block after
    block. ``table`` has the parameter rows by draw, ``draws`` the column of each replicate. Written: ``totals`` (horizon,
    outcome, replicate), the sums of each outcome over the first months; ``kept`` (outcome, month, replicate), whole paths
    of the first replicates, as many as it has room for; ``votes`` (draft, state, vote), counts.
    """
    at, n = c.at, c.sizes
    months = c.seats.shape[0]
    width = w.shape[1]
    number = replicates.shape[0]
    n_outcomes = totals.shape[1]
    running = np.zeros((n_outcomes, width))
    for first in range(0, number, width):
        runs = min(width, number - first)
        block = replicates[first : first + runs]
        w[:] = 0.0
        running[:] = 0.0
        for r in range(runs):
            p[:, r] = table[:, draws[first + r]]
        begin(w, p, c, seed, block, runs)
        for t in range(months):
            phase_world(w, p, c, t, seed, block, runs)
            phase_coalition(w, p, c, t, seed, block, runs)
            phase_council(w, p, c, t, seed, block, runs)
            phase_sanctions(w, p, c, t, seed, block, runs)
            phase_trade(w, p, c, t, seed, block, runs)
            phase_regime(w, p, c, t, seed, block, runs)
            phase_ledger(w, p, c, t, seed, block, runs)
            for o in range(n_outcomes):
                for r in range(runs):
                    running[o, r] = running[o, r] + w[at.outcome + o, r]
            for h in range(horizons.shape[0]):
                if horizons[h] == t + 1:
                    totals[h, :, first : first + runs] = running[:, :runs]
            for r in range(min(runs, kept.shape[2] - first)):
                for o in range(n_outcomes):
                    kept[o, t, first + r] = w[at.outcome + o, r]
            for r in range(runs):
                for d in range(n.draft):
                    if w[at.tabled, r] == np.float64(d):
                        for q in range(SEATS):
                            i = c.seats[t, q]
                            votes[d, i, int(w[at.vote + i, r])] += 1
