"""The world phase: tests and exposure, rivalry, elections, new members, summits, conflicts, prices and harvests."""

from __future__ import annotations

from typing import Any

import numpy as np

from unsim.rules import chance, maths, world
from unsim.rules.chance import uniforms
from unsim.rules.jit import inner, part
from unsim.rules.lanes import each
from unsim.rules.world import REAL, RIGHTS


@inner
def phase_world(w: Any, p: Any, c: Any, t: int, seed: Any, replicate: Any, r: Any) -> None:
    """Tests and exposure, rivalry, elections, new members, summits, conflicts, prices and harvests."""
    when = np.uint64(c.settings[c.st.first_month] + t)
    tests_and_exposure(w, p, c, t, when, seed, replicate, r)
    states_change(w, p, c, t, when, seed, replicate, r)
    summits(w, p, c, t, when, seed, replicate, r)
    conflicts(w, c, t, when, seed, replicate, r)
    prices_and_harvest(w, p, c, t, when, seed, replicate, r)


@part
def test(w: Any, p: Any, c: Any, r: Any, base: float, uniform: float) -> float:
    """1 if a weapons test of some base rate happens this month."""
    at, pt = c.at, c.pt
    odds = world.test_log_odds(
        base,
        p[pt.test_capability, r],
        w[at.capability, r],
        p[pt.test_backlash, r],
        w[at.reach, r],
        p[pt.test_calming, r],
        w[at.engagement, r],
    )
    return maths.happens(odds, uniform)


@part
def tests_and_exposure(w: Any, p: Any, c: Any, t: int, when: Any, seed: Any, replicate: Any, r: Any) -> None:
    """Weapons tests with the attention they draw, and public evidence of abuse."""
    s, at, st, pt = c.settings, c.at, c.st, c.pt
    u = uniforms(seed, replicate, when, chance.PROVOCATION, chance.NOBODY, chance.NOBODY)
    missile = test(w, p, c, r, p[pt.missile_base, r], u[0])
    nuclear = test(w, p, c, r, p[pt.nuclear_base, r], u[1])
    w[at.missile, r] = world.as_recorded(s[st.record + t], s[st.missile_record + t], missile)
    w[at.nuclear, r] = world.as_recorded(s[st.record + t], s[st.nuclear_record + t], nuclear)
    jump = world.weapons_jump(w[at.missile, r], w[at.nuclear, r], p[pt.missile_weight, r], p[pt.nuclear_weight, r])
    w[at.salience, r] = maths.stock_next(w[at.salience, r], p[pt.salience_half_life, r], jump)
    u = uniforms(seed, replicate, when, chance.EXPOSURE, chance.NOBODY, chance.NOBODY)
    odds = world.exposure_log_odds(
        p[pt.exposure_base, r],
        p[pt.exposure_monitoring, r],
        w[at.monitoring + RIGHTS, r],
        p[pt.exposure_abuse, r],
        w[at.coercion + REAL, r],
        p[pt.exposure_access, r],
        w[at.rung, r],
    )
    w[at.exposure, r] = maths.happens(odds, u[0])
    w[at.evidence, r] = maths.stock_next(w[at.evidence, r], p[pt.evidence_half_life, r], w[at.exposure, r] * p[pt.evidence_gain, r])


@part
def states_change(w: Any, p: Any, c: Any, t: int, when: Any, seed: Any, replicate: Any, r: Any) -> None:
    """Rivalry, governments, and the positions of members whose term begins."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    before = t - 1 if t > 0 else 0
    for i in range(n.state):
        if s[st.rival + i] > 0.0:
            u = uniforms(seed, replicate, when, chance.RIVALRY_WALK, c.state_code[i], chance.NOBODY)
            step = s[st.rivalry_path + t * n.state + i] - s[st.rivalry_path + before * n.state + i]
            normal = maths.normal(u[0], u[1])
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
                w[at.posture + i, r], s[st.camp + i], s[st.other_posture + i], s[st.change + t * n.state + i], u[0]
            )
        if s[st.takes_office + t * n.state + i] > 0.0:
            w[at.posture + i, r] = world.as_recorded(
                s[st.takes_office + t * n.state + i], s[st.posture_record + t * n.state + i], w[at.posture + i, r]
            )
        if s[st.term_begins + t * n.state + i] > 0.0:
            take_position(w, p, c, t, i, when, seed, replicate, r)
        elif s[st.position_known + t] > 0.0:
            take_position(w, p, c, t, i, chance.NOBODY, seed, replicate, r)


@part
def take_position(w: Any, p: Any, c: Any, t: int, i: int, when: Any, seed: Any, replicate: Any, r: Any) -> None:
    """The position of the state in row ``i``, as estimated in month ``t`` and with the luck of month ``when``."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    u = uniforms(seed, replicate, when, chance.POSITION, c.state_code[i], chance.NOBODY)
    spread = world.position_spread(s[st.position_sd + t * n.state + i], p[pt.position_drift, r], s[st.position_years + t])
    normal = maths.normal(u[0], u[1])
    w[at.position + i, r] = world.member_position(s[st.position_mean + t * n.state + i], spread, normal)


@part
def summits(w: Any, p: Any, c: Any, t: int, when: Any, seed: Any, replicate: Any, r: Any) -> None:
    """Summits with the DPRK, what they thaw, and every government's stance."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    for i in range(n.state):
        if s[st.meets + i] > 0.0:
            u = uniforms(seed, replicate, when, chance.SUMMIT, c.state_code[i], chance.NOBODY)
            met = world.summit_happens(s[st.summit_rate + i], w[at.posture + i, r], u[0])
            w[at.met + i, r] = world.as_recorded(s[st.record + t], s[st.met_record + t * n.state + i], met)
            jump = w[at.met + i, r] * p[pt.summit_depth, r]
            w[at.thaw + i, r] = maths.stock_next(w[at.thaw + i, r], p[pt.thaw_half_life, r], jump)
        changes = s[st.change + t * n.state + i] > 0.0 or s[st.takes_office + t * n.state + i] > 0.0
        if changes or s[st.meets + i] > 0.0:  # else its stance stays
            w[at.stance + i, r] = world.stance(w[at.posture + i, r], w[at.thaw + i, r])


@part
def conflicts(w: Any, c: Any, t: int, when: Any, seed: Any, replicate: Any, r: Any) -> None:
    """Wars whose parties buy arms from the DPRK: some begin, some end."""
    s, at, st, n = c.settings, c.at, c.st, c.sizes
    for x in range(n.conflict):
        begins, ends = s[st.conflict_begins + t * n.conflict + x], s[st.conflict_ends + t * n.conflict + x]
        if begins + ends > 0.0:
            u = uniforms(seed, replicate, when, chance.CONFLICT, c.conflict_code[x], chance.NOBODY)
            w[at.conflict + x, r] = world.conflict_next(
                w[at.conflict + x, r],
                begins,
                ends,
                s[st.conflict_path + t * n.conflict + x],
                u[0],
            )
    wars(w, c, t, r)


@part
def wars(w: Any, c: Any, t: int, r: Any) -> None:
    """What each partner wants for the wars that go on: arms, and how far it needs the DPRK."""
    s, at, st, n = c.settings, c.at, c.st, c.sizes
    for j in range(n.partner):
        wanted = each(0.0, r)
        need = each(0.0, r)
        for x in range(n.conflict):
            open_now = w[at.conflict + x, r] * s[st.conflict_path + t * n.conflict + x] * s[st.conflict_buyer + x * n.partner + j]
            wanted = wanted + open_now * s[st.conflict_arms + x]
            need = maths.larger(need, open_now * s[st.conflict_need + x])
        w[at.arms_wanted + j, r] = wanted
        w[at.need + j, r] = need


@part
def prices_and_harvest(w: Any, p: Any, c: Any, t: int, when: Any, seed: Any, replicate: Any, r: Any) -> None:
    """Price shocks of all channels, and the harvest once a year."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    u = uniforms(seed, replicate, when, chance.WORLD_PRICE, chance.NOBODY, chance.NOBODY)
    common = maths.normal(u[0], u[1])
    persistence, spread, shared = p[pt.shock_persistence, r], p[pt.shock_spread, r], p[pt.shock_common, r]
    for k in range(n.channel):
        u = uniforms(seed, replicate, when, chance.PRICE, c.channel_code[k], chance.NOBODY)
        own = maths.normal(u[0], u[1])
        w[at.shock + k, r] = world.price_shock_next(w[at.shock + k, r], persistence, spread, shared, common, own)
    if s[st.harvest_month + t] > 0.0:
        u = uniforms(seed, replicate, when, chance.HARVEST, chance.NOBODY, chance.NOBODY)
        w[at.harvest, r] = maths.normal(u[0], u[1])
