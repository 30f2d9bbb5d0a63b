"""The trade phase: offers, what is blocked and smuggled, what moves elsewhere, what is realised, imports; in both books."""

from __future__ import annotations

from typing import Any

import numpy as np

from unsim.rules import ledger, maths, sanctions, trade
from unsim.rules.jit import inner, part
from unsim.rules.lanes import each
from unsim.rules.world import BOOKS, LINK, REAL


@inner
def phase_trade(w: Any, p: Any, c: Any, t: int, seed: Any, replicate: Any, r: Any) -> None:
    """Trade of both books: offers, what is blocked, what moves elsewhere, what is realised, imports."""
    passing = trade.closure(c.settings[c.st.open + t], p[c.pt.closure_exponent, r])
    for b in BOOKS:
        offer(w, p, c, t, b, r, passing)
        move(w, p, c, t, b, r)
        clear(w, p, c, t, b, r, passing)
        order(w, p, c, t, b, r, passing)


@part
def offer(w: Any, p: Any, c: Any, t: int, b: int, r: Any, passing: float) -> None:
    """What each partner would buy, what measures name and stop of it, what is smuggled, what is lost."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    coefficient = trade.resale_coefficient(w[at.monitoring + LINK, r], p[pt.resale_scale, r], p[pt.resale_diverted, r])
    # What is the same for all channels is read once: the compiler cannot know that no row written below is one of these.
    coercion, skill = w[at.coercion + b, r], w[at.skill + b, r]
    elasticity, spread, own_compliance = p[pt.output_elasticity, r], p[pt.shock_spread, r], p[pt.own_compliance, r]
    unlisted = trade.left_by_listing(w[at.designated, r], s[st.designated], p[pt.designation_effect, r])
    for k in range(n.channel):
        response = trade.response(elasticity, p[pt.forced_labour + k, r])
        factor = trade.output(p[pt.potential_scale + k, r], w[at.shock + k, r], spread, coercion, response)
        covered = sanctions.coverage(s[st.standing + t * n.channel + k], p[pt.text_reach + k, r], w[at.enacted + k, r])
        border = trade.border(passing, s[st.merchandise + k])
        evadability = p[pt.evadability + k, r]
        for j in range(n.partner):
            if s[st.trades + k * n.partner + j] <= 0.0:
                continue
            cell = (b * n.channel + k) * n.partner + j
            named = (t * n.channel + k) * n.partner + j
            demand = trade.potential(s[st.base_potential + named], w[at.arms_wanted + j, r] * s[st.for_conflicts + k], factor)
            taken, blocked, evadable = each(0.0, r), each(0.0, r), each(0.0, r)
            if b == REAL:
                taken = trade.resale_lost(coefficient, s[st.resale + named], s[st.resale_conditional + named], coercion)
                letter, own_ban = w[at.letter + j, r], s[st.own_ban + named]
                blocked = sanctions.blocked_share(covered, letter, own_ban, own_compliance)
                evadable = sanctions.evadable_share(covered, letter, own_ban, own_compliance, s[st.own_government + j])
                w[at.taken + cell, r] = taken
                w[at.blocked + cell, r] = blocked
                w[at.evadable + cell, r] = evadable
                w[at.listed + cell, r] = sanctions.listed_share(covered, own_ban)
            evaded = trade.evaded_share(evadability, skill, w[at.policing + j, r], unlisted)
            potential = trade.demand_left(demand, taken)
            w[at.potential + cell, r] = potential
            w[at.undeclared + cell, r] = trade.undeclared(potential, border, evadable, evaded)
            w[at.lost + cell, r] = trade.lost_trade(potential, blocked, evadable, evaded)


@part
def move(w: Any, p: Any, c: Any, t: int, b: int, r: Any) -> None:
    """Lost trade looks for another partner, or turns to goods that no text lists."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    willing, to_unlisted, speed = p[pt.redirection, r], p[pt.to_unlisted, r], p[pt.redirection_speed, r]
    unlisted_goal = each(0.0, r)
    for k in range(n.channel):
        lost = each(0.0, r)
        turned = each(0.0, r)
        for j in range(n.partner):
            if s[st.trades + k * n.partner + j] > 0.0:
                here = w[at.lost + (b * n.channel + k) * n.partner + j, r]
                lost = lost + here
                turned = turned + trade.turned_goal(here, to_unlisted, s[st.own_ban + (t * n.channel + k) * n.partner + j])
        moved = w[at.redirected + b * n.channel + k, r]
        goal = trade.redirected_goal(lost, willing)
        w[at.redirected + b * n.channel + k, r] = trade.moved_next(moved, goal, speed, np.float64(t))
        unlisted_goal = unlisted_goal + turned * s[st.merchandise + k]
    w[at.unlisted + b, r] = trade.moved_next(w[at.unlisted + b, r], unlisted_goal, p[pt.unlisted_speed, r], np.float64(t))


@part
def clear(w: Any, p: Any, c: Any, t: int, b: int, r: Any, passing: float) -> None:
    """Declared trade with what has moved in, what import bans abroad take of it, and all receipts."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    coefficient = trade.resale_coefficient(w[at.monitoring + LINK, r], p[pt.resale_scale, r], p[pt.resale_diverted, r])
    coercion, cap, cloth_share = w[at.coercion + b, r], p[pt.redirection_cap, r], p[pt.cloth_share, r]
    takes = trade.absorbed(w[at.unlisted + b, r], p[pt.unlisted_capacity, r])
    revenue = each(0.0, r)
    coerced = each(0.0, r)
    cloth = each(0.0, r)
    for k in range(n.channel):
        border = trade.border(passing, s[st.merchandise + k])
        whole = each(0.0, r)
        for j in range(n.partner):
            whole = whole + w[at.potential + (b * n.channel + k) * n.partner + j, r]
        absorbed = takes * s[st.takes_redirected + k]
        redirected = w[at.redirected + b * n.channel + k, r]
        receipts = each(0.0, r)
        for j in range(n.partner):
            if s[st.trades + k * n.partner + j] <= 0.0:
                continue
            cell = (b * n.channel + k) * n.partner + j
            named = (t * n.channel + k) * n.partner + j
            potential, blocked, taken = w[at.potential + cell, r], w[at.blocked + cell, r], w[at.taken + cell, r]
            weight = maths.ratio(trade.pull(potential, blocked), whole)
            moved = trade.redirected_in(redirected, weight, potential, cap)
            moved = trade.demand_left(moved + absorbed * weight, taken)
            declared = trade.declared(potential, moved, border, blocked)
            w[at.declared + cell, r] = declared
            realised = declared + w[at.undeclared + cell, r]
            receipts = receipts + realised
            if b == REAL and s[st.resale + named] + s[st.resale_conditional + named] > 0.0:
                eases = trade.conditional_share(coefficient, s[st.resale_conditional + named], coercion)
                w[at.resale_taken + cell, r] = trade.resale_money(realised, taken, taken)
                w[at.resale_easing + cell, r] = trade.resale_money(realised, taken, eases)
            else:  # nothing is taken
                w[at.resale_taken + cell, r] = 0.0
                w[at.resale_easing + cell, r] = 0.0
        w[at.receipts + b * n.channel + k, r] = receipts
        revenue = revenue + receipts
        coerced = coerced + receipts * p[pt.forced_labour + k, r]
        cloth = cloth + trade.cloth_cost(receipts, cloth_share, s[st.uses_cloth + k])
    number = n.channel * n.partner
    w[at.resale_lost + b, r] = ledger.total(w, at.resale_taken + b * number, number, r)
    w[at.conditional + b, r] = ledger.total(w, at.resale_easing + b * number, number, r)
    w[at.revenue + b, r] = revenue
    w[at.coerced + b, r] = coerced
    w[at.cloth + b, r] = cloth


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
