"""The trade phase: what each partner would buy, what is blocked, what goes undeclared, what moves elsewhere.

Everything is kept in two books: the real one, and the shadow of the same month without any measure.
"""

from __future__ import annotations

from unsim.rules.jit import rule
from unsim.rules.maths import approach, exp, power, ratio, root, select, share, smaller


@rule
def response(elasticity: float, intensity: float) -> float:
    """Elasticity of output in coercion: of output in coerced labour, as far as labour is coerced."""
    return elasticity * intensity


@rule
def usual_output(scale: float, shock: float, spread: float) -> float:
    """What a channel could sell at usual coercion against its central estimate: a price shock (mean one), a factor."""
    return scale * exp(shock - 0.5 * spread * spread)


@rule
def coerced_output(coercion: float, response: float) -> float:
    """What coercion makes of usual output, a factor; ``response`` is the elasticity of output in coercion."""
    return power(coercion, response)


@rule
def potential(base: float, arms_wanted: float, factor: float) -> float:
    """What a partner would buy without measures, conflicts that go on included, USD million a month."""
    return (base + arms_wanted) * factor


MOST_TAKEN = 0.999
"""Some demand is always left, so that what was taken can be told from what is left."""


@rule
def resale_coefficient(traceability: float, scale: float, diverted: float) -> float:
    """Share of goods under an import ban abroad that loses its market: what is traced and finds no other market."""
    return scale * traceability * (1.0 - diverted)


@rule
def resale_lost(coefficient: float, fixed: float, conditional: float, coercion: float) -> float:
    """Share of a partner's demand that import bans on what it sells on take away.

    The conditional part bites in proportion to coercion, so it eases as coercion falls.
    """
    return smaller(coefficient * (fixed + conditional * coercion), MOST_TAKEN)


@rule
def resale_money(realised: float, taken: float, part: float) -> float:
    """Earnings that import bans abroad take away, USD million a month: ``part`` of demand, where ``taken`` of it is gone and
    ``realised`` is what the rest still earns."""
    return ratio(realised, 1.0 - taken) * part


@rule
def conditional_share(coefficient: float, conditional: float, coercion: float) -> float:
    """Part of that share of demand which eases as coercion falls."""
    return coefficient * conditional * coercion


@rule
def demand_left(demand: float, taken: float) -> float:
    """Demand that import bans abroad leave, USD million a month."""
    return demand * (1.0 - taken)


@rule
def closure(openness: float, exponent: float) -> float:
    """Share of merchandise trade that the border lets through."""
    return power(openness, exponent)


@rule
def border(passing: float, merchandise: float) -> float:
    """Share of a channel's declared trade that crosses the border; services, arms and theft do not cross it."""
    return select(merchandise > 0.0, passing, 1.0)


@rule
def left_by_listing(designated: float, listed_before: float, effect: float) -> float:
    """What listing the ships, banks and traders behind evasion, beyond those listed at the start, leaves of it.

    Full listing takes off ``effect``.
    """
    return (1.0 - effect * designated) / (1.0 - effect * listed_before)


@rule
def evaded_share(evadability: float, skill: float, policing: float, unlisted: float) -> float:
    """Share of blocked trade that goes on undeclared; evadability is its value at middling skill and policing (1/2)."""
    return share(evadability * (2.0 * skill) * (2.0 * (1.0 - policing)) * unlisted)


@rule
def undeclared(potential_trade: float, border_share: float, evadable: float, evaded: float) -> float:
    """Undeclared trade, USD million a month; smuggling crosses a closed border more easily than trade."""
    return potential_trade * root(border_share) * evadable * evaded


@rule
def lost_trade(potential_trade: float, blocked: float, evadable: float, evaded: float) -> float:
    """Trade that measures stop and that does not go on undeclared, USD million a month: what looks for another outlet."""
    return potential_trade * (blocked - evadable * evaded)


@rule
def pull(potential_trade: float, blocked: float) -> float:
    """How strongly a partner draws redirected trade: its potential, squared in how open it is."""
    open_share = 1.0 - blocked
    return potential_trade * open_share * open_share


@rule
def redirected_goal(lost: float, willingness: float) -> float:
    """Trade that looks for another outlet, USD million a month: one pass, so what is redirected is not redirected again."""
    return willingness * lost


@rule
def turned_goal(lost: float, willingness: float, own_ban: float) -> float:
    """Trade that turns to goods which no Council text lists, USD million a month.

    Where a partner's own government bans trade with the DPRK, the same goods go to other partners; other goods would not help.
    """
    return willingness * lost * (1.0 - own_ban)


@rule
def redirected_in(stock: float, weight: float, potential_trade: float, cap: float) -> float:
    """What a partner takes of the redirected trade, at most ``cap`` times its own potential, USD million a month.

    ``weight`` is its pull over the whole potential of the channel: where every door is shut, nothing is redirected.
    """
    return smaller(stock * weight, cap * potential_trade)


@rule
def moved_next(stock: float, goal: float, speed: float, month: float) -> float:
    """Trade that has moved elsewhere; at the start the standing measures have long had their effect."""
    return select(month > 0.0, approach(stock, goal, speed), goal)


@rule
def absorbed(stock: float, capacity: float) -> float:
    """What markets for unlisted goods take, saturating at ``capacity``, USD million a month."""
    return stock * capacity / (stock + capacity)


@rule
def declared(potential_trade: float, moved_in: float, border_share: float, blocked: float) -> float:
    """Declared trade, USD million a month."""
    return (potential_trade + moved_in) * border_share * (1.0 - blocked)


@rule
def cloth_cost(receipts: float, cloth_share: float, uses_cloth: float) -> float:
    """Imported cloth in what is earned by processing, USD million a month."""
    return receipts * cloth_share * uses_cloth


@rule
def hard_currency(revenue: float, cloth: float, other_income: float) -> float:
    """Hard currency earned in a month, USD million."""
    return revenue - cloth + other_income


@rule
def free_spending(passing: float, propensity: float, income: float, drawdown: float, reserves: float) -> float:
    """Foreign spending that the regime plans out of smoothed income and reserves, never more than it holds."""
    return smaller(passing * (propensity * income + drawdown * reserves), reserves)


@rule
def import_ban(standing: float, enacted: float, letter: float, substitution: float) -> float:
    """Share of an import that measures keep out, after substitution by goods that they do not name."""
    return (1.0 - (1.0 - standing) * (1.0 - enacted)) * letter * (1.0 - substitution)


@rule
def imported(spending: float, good_share: float, banned: float) -> float:
    """Imports of a good, USD million a month."""
    return spending * good_share * (1.0 - banned)


@rule
def ordered_import(spending: float, good_share: float, banned: float, is_cloth: float, cloth: float, is_crude: float,
                   crude: float) -> float:  # fmt: skip
    """Imports of a good, USD million a month: a share of free spending less bans, or cloth, or pipeline crude."""
    free = imported(spending, good_share, banned)
    return select(is_cloth > 0.0, cloth, select(is_crude > 0.0, crude, free))


@rule
def paid_import(order: float, is_cloth: float, is_crude: float) -> float:
    """The part of an import that is paid out of free spending: neither cloth nor crude."""
    return order * (1.0 - is_cloth) * (1.0 - is_crude)
