"""The state of the world before the first month."""

from __future__ import annotations

from typing import Any

from unsim.engines.kernel.coalition import campaign, press
from unsim.engines.kernel.sanctions import police_odds, watch
from unsim.engines.kernel.world import take_position, wars
from unsim.rules import chance, coalition, maths, regime, sanctions, trade, world
from unsim.rules.chance import uniforms
from unsim.rules.jit import inner
from unsim.rules.lanes import each
from unsim.rules.world import BOOKS, NOT_CAST, REAL, SHADOW


@inner
def begin(w: Any, p: Any, c: Any, seed: Any, replicate: Any, r: Any) -> None:
    """The state of the world before the first month."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    start = chance.NOBODY
    w[at.salience, r] = s[st.start + 0]
    w[at.evidence, r] = s[st.start + 1]
    w[at.isolation, r] = s[st.start + 2]
    w[at.credibility, r] = s[st.start + 3]
    w[at.accountability, r] = s[st.start + 4]
    w[at.legitimacy_loss, r] = s[st.start + 5]
    w[at.designated, r] = s[st.start + 6]
    for i in range(n.state):
        take_position(w, p, c, 0, i, start, seed, replicate, r)
        w[at.posture + i, r] = s[st.posture + i]
        w[at.stance + i, r] = world.stance(s[st.posture + i], 0.0)
        w[at.vote + i, r] = NOT_CAST
        if s[st.rival + i] > 0.0:
            u = uniforms(seed, replicate, start, chance.RIVALRY_LEVEL, c.state_code[i], chance.NOBODY)
            normal = maths.normal(u[0], u[1])
            w[at.rivalry + i, r] = world.rivalry_start(s[st.rivalry_path + i], p[pt.rivalry_spread, r], normal)
    u = uniforms(seed, replicate, start, chance.WORLD_PRICE, chance.NOBODY, chance.NOBODY)
    common = maths.normal(u[0], u[1])
    for k in range(n.channel):
        u = uniforms(seed, replicate, start, chance.PRICE, c.channel_code[k], chance.NOBODY)
        own = maths.normal(u[0], u[1])
        w[at.shock + k, r] = world.price_shock_start(p[pt.shock_spread, r], p[pt.shock_common, r], common, own)
    u = uniforms(seed, replicate, start, chance.HARVEST, chance.NOBODY, chance.NOBODY)
    w[at.harvest, r] = maths.normal(u[0], u[1])
    for x in range(n.conflict):
        w[at.conflict + x, r] = s[st.conflict_start + x]
    wars(w, c, 0, r)
    campaign(w, p, c, 0, r, coalition.UNCOORDINATED)
    w[at.engagement_reference, r] = w[at.engagement, r]
    w[at.tabled, r] = coalition.NO_DRAFT
    for d in range(n.draft):
        w[at.last_tabled + d, r] = s[st.draft_last + d]
    w[at.team, r] = s[st.team]
    w[at.panel_until, r] = s[st.panel_until]
    for m in range(n.mandate):
        w[at.mandate_until + m, r] = s[st.mandate_until + m]
    w[at.consequence, r] = s[st.consequence]
    watch(w, p, c, s[st.first_month], r)
    press(w, c, 0, r)
    usual = sanctions.compliance_with(p[pt.unclear_compliance, r], p[pt.compliance, r], s[st.clarity])
    for j in range(n.partner):
        w[at.letter + j, r] = sanctions.compliance_goal(usual, w[at.need + j, r], p[pt.need_break, r])
    free_trade = each(0.0, r)
    cloth = each(0.0, r)
    for k in range(n.channel):
        sold = each(0.0, r)
        for j in range(n.partner):
            flow = k * n.partner + j
            wanted = w[at.arms_wanted + j, r] * s[st.for_conflicts + k]
            sold = sold + trade.potential(s[st.base_potential + flow], wanted, p[pt.potential_scale + k, r])
        free_trade = free_trade + sold
        cloth = cloth + trade.cloth_cost(sold, p[pt.cloth_share, r], s[st.uses_cloth + k])
    w[at.income + REAL, r] = p[pt.start_income, r]
    w[at.income + SHADOW, r] = trade.hard_currency(free_trade, cloth, p[pt.other_income, r])
    w[at.revenue + REAL, r] = p[pt.start_income, r]
    w[at.revenue + SHADOW, r] = free_trade
    squeezed = sanctions.squeeze(w[at.revenue + REAL, r], w[at.revenue + SHADOW, r])
    for j in range(n.partner):
        w[at.policing + j, r] = sanctions.policing_start(police_odds(w, p, c, j, r, squeezed, sanctions.NO_CHOICE))
    for b in BOOKS:
        w[at.reserves + b, r] = p[pt.start_reserves, r]
        w[at.coercion + b, r] = regime.USUAL
        w[at.skill + b, r] = regime.MIDDLING_SKILL
    free = trade.free_spending(
        1.0, p[pt.spending_propensity, r], w[at.income + SHADOW, r], p[pt.drawdown, r], p[pt.start_reserves, r]
    )
    w[at.civilian_reference, r] = regime.usual_civilian(
        free + p[pt.extraction_base, r], p[pt.apparatus_weight, r], p[pt.patronage_share, r], p[pt.weapons_share, r]
    )
    w[at.cohesion, r] = regime.cohesion_start(p[pt.cohesion_usual, r])
    w[at.capability, r] = regime.USUAL
