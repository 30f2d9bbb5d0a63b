"""The trade phase: offers, what is blocked and smuggled, what moves elsewhere, what is realised, imports; in both books."""

from __future__ import annotations

from typing import Any

import numpy as np

from unsim.rules import maths, sanctions, trade
from unsim.rules.jit import inner, part
from unsim.rules.lanes import each
from unsim.rules.world import BOOKS, LINK, REAL, SHADOW


@inner
def phase_trade(w: Any, p: Any, c: Any, t: int, seed: Any, replicate: Any, r: Any) -> None:
    """Trade of both books: offers, what is blocked, what moves elsewhere, what is realised, imports."""
    passing = trade.closure(c.settings[c.st.open + t], p[c.pt.closure_exponent, r])
    offer(w, p, c, t, r, passing)
    move(w, p, c, t, r)
    clear(w, p, c, t, r, passing)
    for b in BOOKS:
        order(w, p, c, t, b, r, passing)


@part
def offer(w: Any, p: Any, c: Any, t: int, r: Any, passing: float) -> None:
    """What each partner would buy, what measures name and stop of it, what is smuggled, what is lost.

    The shadow book has no measures, so in it nothing is named, stopped, taken or smuggled (those rows stay at 0), and coercion
    is usual.
    """
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    coefficient = trade.resale_coefficient(w[at.monitoring + LINK, r], p[pt.resale_scale, r], p[pt.resale_diverted, r])
    # What is the same for all channels is read once: the compiler cannot know that no row written below is one of these.
    coercion, skill = w[at.coercion + REAL, r], w[at.skill + REAL, r]
    elasticity, spread, own_compliance = p[pt.output_elasticity, r], p[pt.shock_spread, r], p[pt.own_compliance, r]
    unlisted = trade.left_by_listing(w[at.designated, r], s[st.designated], p[pt.designation_effect, r])
    for k in range(n.channel):
        response = trade.response(elasticity, p[pt.forced_labour + k, r])
        usual = trade.usual_output(p[pt.potential_scale + k, r], w[at.shock + k, r], spread)
        factor = usual * trade.coerced_output(coercion, response)
        covered = sanctions.coverage(s[st.standing + t * n.channel + k], p[pt.text_reach + k, r], w[at.enacted + k, r])
        border = trade.border(passing, s[st.merchandise + k])
        evadability = p[pt.evadability + k, r]
        for j in range(n.partner):
            cell = k * n.partner + j
            if s[st.trades + cell] <= 0.0:
                continue
            named = t * n.channel * n.partner + cell
            base, wanted = s[st.base_potential + named], w[at.arms_wanted + j, r] * s[st.for_conflicts + k]
            taken = trade.resale_lost(coefficient, s[st.resale + named], s[st.resale_conditional + named], coercion)
            letter, own_ban = w[at.letter + j, r], s[st.own_ban + named]
            blocked = sanctions.blocked_share(covered, letter, own_ban, own_compliance)
            evadable = sanctions.evadable_share(covered, letter, own_ban, own_compliance, s[st.own_government + j])
            evaded = trade.evaded_share(evadability, skill, w[at.policing + j, r], unlisted)
            potential = trade.demand_left(trade.potential(base, wanted, factor), taken)
            real = REAL * n.channel * n.partner + cell
            w[at.taken + real, r] = taken
            w[at.blocked + real, r] = blocked
            w[at.evadable + real, r] = evadable
            w[at.listed + real, r] = sanctions.listed_share(covered, own_ban)
            w[at.potential + real, r] = potential
            w[at.undeclared + real, r] = trade.undeclared(potential, border, evadable, evaded)
            w[at.lost + real, r] = trade.lost_trade(potential, blocked, evadable, evaded)
            w[at.potential + SHADOW * n.channel * n.partner + cell, r] = trade.potential(base, wanted, usual)


@part
def move(w: Any, p: Any, c: Any, t: int, r: Any) -> None:
    """Lost trade looks for another partner, or turns to goods that no text lists; none is lost in the shadow book."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    willing, to_unlisted, speed = p[pt.redirection, r], p[pt.to_unlisted, r], p[pt.redirection_speed, r]
    unlisted_goal = each(0.0, r)
    for k in range(n.channel):
        lost = each(0.0, r)
        turned = each(0.0, r)
        for j in range(n.partner):
            if s[st.trades + k * n.partner + j] > 0.0:
                here = w[at.lost + (REAL * n.channel + k) * n.partner + j, r]
                lost = lost + here
                turned = turned + trade.turned_goal(here, to_unlisted, s[st.own_ban + (t * n.channel + k) * n.partner + j])
        moved = w[at.redirected + REAL * n.channel + k, r]
        goal = trade.redirected_goal(lost, willing)
        w[at.redirected + REAL * n.channel + k, r] = trade.moved_next(moved, goal, speed, np.float64(t))
        unlisted_goal = unlisted_goal + turned * s[st.merchandise + k]
    w[at.unlisted + REAL, r] = trade.moved_next(w[at.unlisted + REAL, r], unlisted_goal, p[pt.unlisted_speed, r], np.float64(t))


@part
def clear(w: Any, p: Any, c: Any, t: int, r: Any, passing: float) -> None:
    """Declared trade with what has moved in, what import bans abroad take of it, and all receipts, in both books."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    coefficient = trade.resale_coefficient(w[at.monitoring + LINK, r], p[pt.resale_scale, r], p[pt.resale_diverted, r])
    coercion, cap, cloth_share = w[at.coercion + REAL, r], p[pt.redirection_cap, r], p[pt.cloth_share, r]
    takes = trade.absorbed(w[at.unlisted + REAL, r], p[pt.unlisted_capacity, r])
    resale_lost, conditional = each(0.0, r), each(0.0, r)
    revenue, coerced, cloth = each(0.0, r), each(0.0, r), each(0.0, r)
    shadow_revenue, shadow_coerced, shadow_cloth = each(0.0, r), each(0.0, r), each(0.0, r)
    for k in range(n.channel):
        border = trade.border(passing, s[st.merchandise + k])
        whole = each(0.0, r)
        for j in range(n.partner):
            whole = whole + w[at.potential + (REAL * n.channel + k) * n.partner + j, r]
        absorbed = takes * s[st.takes_redirected + k]
        redirected = w[at.redirected + REAL * n.channel + k, r]
        receipts, shadow_receipts = each(0.0, r), each(0.0, r)
        for j in range(n.partner):
            cell = k * n.partner + j
            if s[st.trades + cell] <= 0.0:
                continue
            named = t * n.channel * n.partner + cell
            shadow = SHADOW * n.channel * n.partner + cell
            declared = trade.declared(w[at.potential + shadow, r], 0.0, border, 0.0)
            w[at.declared + shadow, r] = declared
            shadow_receipts = shadow_receipts + declared
            real = REAL * n.channel * n.partner + cell
            potential, blocked, taken = w[at.potential + real, r], w[at.blocked + real, r], w[at.taken + real, r]
            weight = maths.ratio(trade.pull(potential, blocked), whole)
            moved = trade.redirected_in(redirected, weight, potential, cap)
            moved = trade.demand_left(moved + absorbed * weight, taken)
            declared = trade.declared(potential, moved, border, blocked)
            w[at.declared + real, r] = declared
            realised = declared + w[at.undeclared + real, r]
            receipts = receipts + realised
            if s[st.resale + named] + s[st.resale_conditional + named] > 0.0:
                eases = trade.conditional_share(coefficient, s[st.resale_conditional + named], coercion)
                gone, easing = trade.resale_money(realised, taken, taken), trade.resale_money(realised, taken, eases)
                w[at.resale_taken + real, r] = gone
                w[at.resale_easing + real, r] = easing
                resale_lost = resale_lost + gone
                conditional = conditional + easing
            else:  # nothing is taken
                w[at.resale_taken + real, r] = 0.0
                w[at.resale_easing + real, r] = 0.0
        w[at.receipts + REAL * n.channel + k, r] = receipts
        w[at.receipts + SHADOW * n.channel + k, r] = shadow_receipts
        forced, uses = p[pt.forced_labour + k, r], s[st.uses_cloth + k]
        revenue, shadow_revenue = revenue + receipts, shadow_revenue + shadow_receipts
        coerced, shadow_coerced = coerced + receipts * forced, shadow_coerced + shadow_receipts * forced
        cloth = cloth + trade.cloth_cost(receipts, cloth_share, uses)
        shadow_cloth = shadow_cloth + trade.cloth_cost(shadow_receipts, cloth_share, uses)
    w[at.resale_lost + REAL, r] = resale_lost
    w[at.conditional + REAL, r] = conditional
    w[at.revenue + REAL, r] = revenue
    w[at.coerced + REAL, r] = coerced
    w[at.cloth + REAL, r] = cloth
    w[at.revenue + SHADOW, r] = shadow_revenue
    w[at.coerced + SHADOW, r] = shadow_coerced
    w[at.cloth + SHADOW, r] = shadow_cloth


@part
def order(w: Any, p: Any, c: Any, t: int, b: int, r: Any, passing: float) -> None:
    """Imports out of what is held, less what measures keep out."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    w[at.free + b, r] = trade.free_spending(
        passing, p[pt.spending_propensity, r], w[at.income + b, r], p[pt.drawdown, r], w[at.reserves + b, r]
    )
    letter = each(0.0, r)
    for j in range(n.partner):
        letter = letter + s[st.supplies + j] * w[at.letter + j, r]
    paid = each(0.0, r)
    for g in range(n.good):
        banned = each(0.0, r)
        if b == REAL:
            banned = trade.import_ban(
                s[st.standing_goods + t * n.good + g], w[at.enacted_goods + g, r], letter, p[pt.substitution, r]
            )
        order = trade.ordered_import(
            w[at.free + b, r],
            s[st.good_share + g],
            banned,
            s[st.good_cloth + g],
            w[at.cloth + b, r],
            s[st.good_crude + g],
            p[pt.pipeline_crude, r],
        )
        w[at.imports + b * n.good + g, r] = order
        paid = paid + trade.paid_import(order, s[st.good_cloth + g], s[st.good_crude + g])
    w[at.paid + b, r] = paid
