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
    for k in range(n.channel):
        response = trade.response(p[pt.output_elasticity, r], p[pt.forced_labour + k, r])
        factor = trade.output(
            p[pt.potential_scale + k, r], w[at.shock + k, r], p[pt.shock_spread, r], w[at.coercion + b, r], response
        )
        covered = sanctions.coverage(s[st.standing + t * n.channel + k], p[pt.text_reach + k, r], w[at.enacted + k, r])
        border = trade.border(passing, s[st.merchandise + k])
        for j in range(n.partner):
            cell = (b * n.channel + k) * n.partner + j
            named = (t * n.channel + k) * n.partner + j
            wanted = w[at.arms_wanted + j, r] * s[st.for_conflicts + k]
            demand = trade.potential(s[st.base_potential + named], wanted, factor)
            if b == REAL:
                easing = s[st.resale_conditional + named]
                w[at.taken + cell, r] = trade.resale_lost(coefficient, s[st.resale + named], easing, w[at.coercion + b, r])
                own_ban = s[st.own_ban + named]
                w[at.blocked + cell, r] = sanctions.blocked_share(covered, w[at.letter + j, r], own_ban, p[pt.own_compliance, r])
                w[at.evadable + cell, r] = sanctions.evadable_share(
                    covered, w[at.letter + j, r], own_ban, p[pt.own_compliance, r], s[st.own_government + j]
                )
                w[at.listed + cell, r] = sanctions.listed_share(covered, own_ban)
            evaded = trade.evaded_share(
                p[pt.evadability + k, r],
                w[at.skill + b, r],
                w[at.policing + j, r],
                w[at.designated, r],
                s[st.designated],
                p[pt.designation_effect, r],
            )
            w[at.potential + cell, r] = trade.demand_left(demand, w[at.taken + cell, r])
            w[at.undeclared + cell, r] = trade.undeclared(w[at.potential + cell, r], border, w[at.evadable + cell, r], evaded)
            w[at.lost + cell, r] = trade.lost_trade(
                w[at.potential + cell, r], w[at.blocked + cell, r], w[at.evadable + cell, r], evaded
            )


@part
def move(w: Any, p: Any, c: Any, t: int, b: int, r: Any) -> None:
    """Lost trade looks for another partner, or turns to goods that no text lists."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    unlisted_goal = each(0.0, r)
    for k in range(n.channel):
        lost = each(0.0, r)
        turned = each(0.0, r)
        for j in range(n.partner):
            here = w[at.lost + (b * n.channel + k) * n.partner + j, r]
            lost = lost + here
            turned = turned + trade.turned_goal(here, p[pt.to_unlisted, r], s[st.own_ban + (t * n.channel + k) * n.partner + j])
        w[at.redirected + b * n.channel + k, r] = trade.moved_next(
            w[at.redirected + b * n.channel + k, r],
            trade.redirected_goal(lost, p[pt.redirection, r]),
            p[pt.redirection_speed, r],
            np.float64(t),
        )
        unlisted_goal = unlisted_goal + turned * s[st.merchandise + k]
    w[at.unlisted + b, r] = trade.moved_next(w[at.unlisted + b, r], unlisted_goal, p[pt.unlisted_speed, r], np.float64(t))


@part
def clear(w: Any, p: Any, c: Any, t: int, b: int, r: Any, passing: float) -> None:
    """Declared trade with what has moved in, what import bans abroad take of it, and all receipts."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    coefficient = trade.resale_coefficient(w[at.monitoring + LINK, r], p[pt.resale_scale, r], p[pt.resale_diverted, r])
    revenue = each(0.0, r)
    coerced = each(0.0, r)
    cloth = each(0.0, r)
    for k in range(n.channel):
        border = trade.border(passing, s[st.merchandise + k])
        whole = each(0.0, r)
        for j in range(n.partner):
            whole = whole + w[at.potential + (b * n.channel + k) * n.partner + j, r]
        absorbed = trade.absorbed(w[at.unlisted + b, r], p[pt.unlisted_capacity, r]) * s[st.takes_redirected + k]
        receipts = each(0.0, r)
        for j in range(n.partner):
            cell = (b * n.channel + k) * n.partner + j
            weight = maths.ratio(trade.pull(w[at.potential + cell, r], w[at.blocked + cell, r]), whole)
            moved = trade.redirected_in(
                w[at.redirected + b * n.channel + k, r], weight, w[at.potential + cell, r], p[pt.redirection_cap, r]
            )
            moved = trade.demand_left(moved + absorbed * weight, w[at.taken + cell, r])
            w[at.declared + cell, r] = trade.declared(w[at.potential + cell, r], moved, border, w[at.blocked + cell, r])
            realised = w[at.declared + cell, r] + w[at.undeclared + cell, r]
            receipts = receipts + realised
            w[at.resale_taken + cell, r] = trade.resale_money(realised, w[at.taken + cell, r], w[at.taken + cell, r])
            if b == REAL:
                easing = s[st.resale_conditional + (t * n.channel + k) * n.partner + j]
                eases = trade.conditional_share(coefficient, easing, w[at.coercion + b, r])
                w[at.resale_easing + cell, r] = trade.resale_money(realised, w[at.taken + cell, r], eases)
        w[at.receipts + b * n.channel + k, r] = receipts
        revenue = revenue + receipts
        coerced = coerced + receipts * p[pt.forced_labour + k, r]
        cloth = cloth + trade.cloth_cost(receipts, p[pt.cloth_share, r], s[st.uses_cloth + k])
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
