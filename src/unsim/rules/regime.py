"""The regime phase: a budget that balances, coercion, evasion skill, elite cohesion and weapons."""

from __future__ import annotations

from unsim.rules.jit import rule
from unsim.rules.maths import approach, clip, exp, larger, log, logistic, power, ratio, select, share

MIDDLING_SKILL = 0.5
USUAL = 1.0  # coercion without measures, capability at the start
TOP_RUNG = 3.0  # of the concession ladder: 0 defiance, 1 procedural engagement, 2 access, 3 reform


@rule
def reserves_next(reserves: float, cash: float, paid: float) -> float:
    """Reserves, USD million: what came in stays, less what was paid for imports."""
    return reserves + cash - paid


@rule
def income_next(income: float, cash: float, speed: float) -> float:
    """Smoothed hard-currency income, USD million a month."""
    return approach(income, cash, speed)


@rule
def accountability_factor(weight: float, exposure: float) -> float:
    """What expected accountability takes off the marginal return of coercion, a factor in (0, 1]."""
    return 1.0 / (1.0 + weight * exposure)


@rule
def coerced_earnings(coerced: float, intensity: float, extracted: float) -> float:
    """What the regime earns by coercion, abroad and at home, USD million a month."""
    return coerced + intensity * extracted


@rule
def marginal_coerced(coerced: float, conditional: float, believed: float, elasticity: float) -> float:
    """Coerced earnings at the margin, USD million a month: less what conditional import bans take as coercion rises.

    Earnings rise with coercion by the elasticity of output, the loss one for one, as far as the regime believes that the
    ban would ease; a floor keeps the margin positive.
    """
    return larger(coerced - ratio(believed * conditional, elasticity), 0.05 * coerced)


@rule
def coercion_goal(coerced: float, coerced_base: float, total: float, total_base: float, curvature: float,
                  cost_curvature: float, accountability: float) -> float:  # fmt: skip
    """Coercion where its marginal revenue meets its marginal cost, relative to a world without measures.

    Log of ``[(coerced / base) * accountability * (total / base)**-curvature]**(1 / (1 + cost_curvature))``, held inside
    ±3. Blocking a channel raises it if and only if the curvature exceeds that channel's forced-labour intensity divided
    by the mean intensity of revenue: fewer coerced goods can be sold, but each dollar is worth more.
    """
    marginal = log(larger(ratio(coerced, coerced_base) * accountability, 1e-6))
    worth = -curvature * log(larger(ratio(total, total_base), 1e-6))
    return exp(clip((marginal + worth) / (1.0 + cost_curvature), -3.0, 3.0))


@rule
def coercion_next(coercion: float, goal: float, speed: float, month: float) -> float:
    """Damped step of coercion towards its goal, in logs; at the start it has long answered the standing measures."""
    return select(month > 0.0, exp(approach(log(coercion), log(goal), speed)), goal)


@rule
def extraction(base: float, coercion: float, response: float) -> float:
    """Taken from the population through quotas, labour and levies, USD million a month."""
    return base * power(coercion, response)


@rule
def resources(paid: float, extracted: float) -> float:
    """What there is to spend in a month: foreign spending other than cloth, and domestic extraction, USD million."""
    return paid + extracted


@rule
def apparatus_spending(available: float, weight: float, coercion: float) -> float:
    """Cost of the coercive apparatus, USD million a month: a share that grows with coercion."""
    load = weight * coercion
    return available * (load / (1.0 + load))


@rule
def raised_share(total: float, total_base: float, protection: float) -> float:
    """What the regime makes of a protected purpose's share of its resources as these fall, a factor: 1 without measures.

    With protection 0 the share stays, so spending falls in proportion to all resources; with protection 1 it rises as they
    fall, so that spending keeps its level while the other claims on them fall in proportion.
    """
    scarcity = select(total > 0.0, total_base / select(total > 0.0, total, 1.0), 1.0)
    return power(scarcity, protection)


@rule
def protected_spending(available: float, usual_share: float, raised: float) -> float:
    """Spending on a protected purpose, USD million a month: at most nine tenths of what is left."""
    return available * clip(usual_share * raised, 0.0, 0.9)


@rule
def usual_civilian(available: float, apparatus_weight: float, patronage_share: float, weapons_share: float) -> float:
    """What civilians get of resources without measures and at usual coercion, USD million a month."""
    left = available - apparatus_spending(available, apparatus_weight, USUAL)
    return left * (1.0 - patronage_share) * (1.0 - weapons_share)


@rule
def skill_next(skill: float, learning: float, squeezed: float, forgetting: float) -> float:
    """Evasion skill, a share: it grows where there is something to evade, and fades."""
    return clip(skill + learning * squeezed * (1.0 - skill) - forgetting * skill, 0.0, 1.0)


@rule
def rally_jump(gain: float, added: float, rights_gain: float, adopted: float, meeting: float, abuse: float) -> float:
    """Rallying round the flag when the Council adds measures, or adopts a text that names abuse (a meeting is no text), a share."""
    return larger(gain * added, rights_gain * adopted * (1.0 - meeting) * abuse)


@rule
def cohesion_goal(usual: float, patronage_slope: float, patronage: float, expectation: float,
                  accountability_slope: float, accountability: float, rally_slope: float, rally: float,
                  opening_slope: float, rung: float) -> float:  # fmt: skip
    """Elite cohesion that present conditions support, a share: patronage against expectation, exposure, rallying, opening."""
    relative = log(larger(ratio(patronage, expectation), 1e-3))
    strain = accountability_slope * accountability + opening_slope * rung / TOP_RUNG
    return logistic(usual + patronage_slope * relative - strain + rally_slope * rally)


@rule
def cohesion_start(usual: float) -> float:
    """Elite cohesion when patronage meets expectation and nothing else weighs, a share."""
    return logistic(usual)


@rule
def cohesion_next(cohesion: float, goal: float, speed: float) -> float:
    """Elite cohesion adjusts part of the way each month, a share."""
    return approach(cohesion, goal, speed)


@rule
def expectation_next(expectation: float, patronage: float, speed: float) -> float:
    """The elite's expectation follows patronage slowly; at the start it is what patronage is."""
    return select(expectation > 0.0, approach(expectation, patronage, speed), patronage)


@rule
def first_level(reference: float, spending: float) -> float:
    """Spending in the first month, against which later months are measured, USD million a month."""
    return select(reference > 0.0, reference, spending)


@rule
def capability_next(capability: float, spending: float, reference: float, speed: float) -> float:
    """Weapons capability follows spending against that of the first month, slowly."""
    return approach(capability, ratio(spending, reference), speed)


@rule
def reformed_goal(goal: float, relief: float, rung: float) -> float:
    """Coercion that a regime on the top rung of the ladder allows itself."""
    return goal * (1.0 - select(rung >= TOP_RUNG, relief, 0.0))


@rule
def climb_hazard(hazard: float, response: float, defiance: float, reference: float, opening: float, cohesion: float,
                 usual_cohesion: float, offer: float, engagement: float, usual_engagement: float) -> float:  # fmt: skip
    """Probability of a step up the concession ladder in a month: ``hazard`` (twenty years without an event) as the cost of
    defiance against that of the first month raises it, and the cost of opening lowers it.

    Opening costs more where the elite is less cohesive than usual, and gains more where leaders offer more than at the start.
    """
    gains = response * (defiance - reference) + offer * (engagement - usual_engagement)
    return share(hazard * exp(gains - opening * (usual_cohesion - cohesion)))


@rule
def rung_next(rung: float, climb: float, fall: float, uniform: float) -> float:
    """The rung after a month: a step up, a step back, or neither."""
    up = select((uniform < climb) & (rung < TOP_RUNG), rung + 1.0, rung)
    return select((uniform > 1.0 - fall) & (rung > 0.0), rung - 1.0, up)
