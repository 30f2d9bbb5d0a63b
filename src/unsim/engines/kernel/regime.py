"""The regime phase: the budget of both books, coercion and evasion skill, elite cohesion, weapons capability."""

from __future__ import annotations

from typing import Any

import numpy as np

from unsim.rules import chance, maths, regime, sanctions, trade
from unsim.rules.chance import uniforms
from unsim.rules.jit import inner, part
from unsim.rules.lanes import each
from unsim.rules.world import REAL, SHADOW


@inner
def phase_regime(w: Any, p: Any, c: Any, t: int, seed: Any, replicate: Any, r: Any) -> None:
    """The budget of both books, the shadow's first since the real one is measured against it; then cohesion, weapons."""
    for b in (SHADOW, REAL):
        spend(w, p, c, b, r)
    coerce(w, p, c, t, r)
    hold_together(w, p, c, r)
    climb(w, p, c, t, seed, replicate, r)


@part
def spend(w: Any, p: Any, c: Any, b: int, r: Any) -> None:
    """Money in and out, and the budget: what the lines before have left goes to civilians.

    In the shadow book coercion is usual and resources are those that they are measured against, so both factors are 1.
    """
    at, pt = c.at, c.pt
    w[at.cash + b, r] = trade.hard_currency(w[at.revenue + b, r], w[at.cloth + b, r], p[pt.other_income, r])
    w[at.reserves + b, r] = regime.reserves_next(w[at.reserves + b, r], w[at.cash + b, r], w[at.paid + b, r])
    w[at.income + b, r] = regime.income_next(w[at.income + b, r], w[at.cash + b, r], p[pt.income_speed, r])
    if b == SHADOW:
        w[at.extraction + b, r] = p[pt.extraction_base, r]
    else:
        response = trade.response(p[pt.output_elasticity, r], p[pt.extraction_intensity, r])
        w[at.extraction + b, r] = regime.extraction(p[pt.extraction_base, r], w[at.coercion + b, r], response)
    w[at.resources + b, r] = regime.resources(w[at.paid + b, r], w[at.extraction + b, r])
    total = w[at.resources + b, r]
    for_patronage, for_weapons = each(1.0, r), each(1.0, r)
    if b == REAL:
        for_patronage = regime.raised_share(total, w[at.resources + SHADOW, r], p[pt.patronage_protection, r])
        for_weapons = regime.raised_share(total, w[at.resources + SHADOW, r], p[pt.weapons_protection, r])
    w[at.apparatus + b, r] = regime.apparatus_spending(total, p[pt.apparatus_weight, r], w[at.coercion + b, r])
    left = total - w[at.apparatus + b, r]
    w[at.patronage + b, r] = regime.protected_spending(left, p[pt.patronage_share, r], for_patronage)
    left = left - w[at.patronage + b, r]
    w[at.weapons + b, r] = regime.protected_spending(left, p[pt.weapons_share, r], for_weapons)
    w[at.civilian + b, r] = left - w[at.weapons + b, r]
    w[at.expectation + b, r] = regime.expectation_next(w[at.expectation + b, r], w[at.patronage + b, r], p[pt.expectation_speed, r])


@part
def coerce(w: Any, p: Any, c: Any, t: int, r: Any) -> None:
    """Coercion of labour and evasion skill; the shadow book, with neither exposure nor squeeze, is what coercion is measured
    against: there it stays usual."""
    at, pt = c.at, c.pt
    learning, forgetting = p[pt.skill_learning, r], p[pt.skill_forgetting, r]
    squeezed = sanctions.squeeze(w[at.revenue + REAL, r], w[at.revenue + SHADOW, r])
    coerced = regime.coerced_earnings(w[at.coerced + REAL, r], p[pt.extraction_intensity, r], w[at.extraction + REAL, r])
    goal = regime.coercion_goal(
        regime.marginal_coerced(coerced, w[at.conditional + REAL, r], p[pt.condition_believed, r], p[pt.output_elasticity, r]),
        regime.coerced_earnings(w[at.coerced + SHADOW, r], p[pt.extraction_intensity, r], w[at.extraction + SHADOW, r]),
        w[at.revenue + REAL, r] + w[at.extraction + REAL, r],
        w[at.revenue + SHADOW, r] + w[at.extraction + SHADOW, r],
        p[pt.value_curvature, r],
        p[pt.coercion_curvature, r],
        regime.accountability_factor(p[pt.accountability_weight, r], w[at.accountability, r]),
    )
    goal = regime.reformed_goal(goal, p[pt.reform_relief, r], w[at.rung, r])
    w[at.coercion + REAL, r] = regime.coercion_next(w[at.coercion + REAL, r], goal, p[pt.coercion_speed, r], np.float64(t))
    w[at.skill + REAL, r] = regime.skill_next(w[at.skill + REAL, r], learning, squeezed, forgetting)
    w[at.skill + SHADOW, r] = regime.skill_next(w[at.skill + SHADOW, r], learning, 0.0, forgetting)


@part
def hold_together(w: Any, p: Any, c: Any, r: Any) -> None:
    """Rallying, elite cohesion, weapons capability."""
    at, pt = c.at, c.pt
    jump = regime.rally_jump(
        p[pt.rally_gain, r], w[at.added, r], p[pt.rally_rights, r], w[at.adopted, r], w[at.meeting, r], w[at.abuse, r]
    )
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
        p[pt.cohesion_opening, r],
        w[at.rung, r],
    )
    w[at.cohesion, r] = regime.cohesion_next(w[at.cohesion, r], goal, p[pt.cohesion_speed, r])
    w[at.weapons_reference, r] = regime.first_level(w[at.weapons_reference, r], w[at.weapons + REAL, r])
    w[at.capability, r] = regime.capability_next(
        w[at.capability, r], w[at.weapons + REAL, r], w[at.weapons_reference, r], p[pt.capability_speed, r]
    )


@part
def climb(w: Any, p: Any, c: Any, t: int, seed: Any, replicate: Any, r: Any) -> None:
    """A step on the concession ladder, up or back."""
    at, pt = c.at, c.pt
    when = np.uint64(c.settings[c.st.first_month] + t)
    u = uniforms(seed, replicate, when, chance.LADDER, chance.NOBODY, chance.NOBODY)
    hazard = regime.climb_hazard(
        p[pt.ladder_hazard, r],
        p[pt.ladder_response, r],
        w[at.defiance, r],
        w[at.defiance_reference, r],
        p[pt.ladder_opening, r],
        w[at.cohesion, r],
        regime.cohesion_start(p[pt.cohesion_usual, r]),
        p[pt.ladder_offer, r],
        w[at.engagement, r],
        w[at.engagement_reference, r],
    )
    w[at.rung, r] = regime.rung_next(w[at.rung, r], hazard, p[pt.ladder_fall, r], u[0])
