"""The ledger phase: what the month cost."""

from __future__ import annotations

from typing import Any

from unsim.rules import ledger, maths, regime, sanctions
from unsim.rules.jit import inner
from unsim.rules.lanes import each
from unsim.rules.world import REAL, SHADOW


@inner
def phase_ledger(w: Any, p: Any, c: Any, t: int, seed: Any, replicate: Any, r: Any) -> None:
    """What the month cost: isolation, credibility, accountability, legitimacy; then every outcome."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    texts = each(0.0, r)
    for f in range(n.forum):
        texts = texts + w[at.text + f, r] * w[at.agreed + f, r]
    votes = ledger.isolation_jump(
        w[at.yes, r],
        w[at.bite, r],
        w[at.adopted, r],
        w[at.statement, r],
        w[at.vetoed, r],
        p[pt.isolation_adopted, r],
        p[pt.isolation_vetoed, r],
    )
    around = ledger.isolation_around(
        w[at.statement, r],
        p[pt.statement_weight, r],
        p[pt.isolation_adopted, r],
        w[at.debate, r],
        p[pt.isolation_debate, r],
        texts,
        p[pt.isolation_forum, r],
    )
    w[at.isolation, r] = maths.stock_next(w[at.isolation, r], p[pt.isolation_half_life, r], ledger.joined(votes, around))
    said = ledger.credibility_jump(
        w[at.meeting, r],
        p[pt.credibility_meeting, r],
        w[at.adopted, r],
        w[at.abuse, r],
        p[pt.credibility_text, r],
        w[at.statement, r],
        p[pt.statement_weight, r],
    )
    agenda = ledger.agenda_jump(w[at.triggered, r], p[pt.credibility_agenda, r])
    left = ledger.credibility_left(w[at.credibility, r], w[at.vetoed, r], w[at.abuse, r], p[pt.impunity, r])
    w[at.credibility, r] = maths.stock_next(left, p[pt.credibility_half_life, r], ledger.joined(said, agenda))
    event = ledger.accountability_jump(
        w[at.exposure, r],
        p[pt.accountability_gain, r],
        p[pt.accountability_least, r],
        ledger.credible(w[at.credibility, r], w[at.court, r]),
    )
    work = ledger.court_jump(w[at.court, r], p[pt.court_gain, r])
    w[at.accountability, r] = maths.stock_next(
        w[at.accountability, r], p[pt.accountability_half_life, r], ledger.joined(event, work)
    )
    jump = ledger.legitimacy_jump(w[at.exposure, r], p[pt.legitimacy_leak, r], s[st.open + t])
    w[at.legitimacy_loss, r] = maths.stock_next(w[at.legitimacy_loss, r], p[pt.legitimacy_half_life, r], jump)
    w[at.political, r] = ledger.political_cost(
        w[at.isolation, r],
        w[at.accountability, r],
        1.0 - w[at.cohesion, r],
        w[at.legitimacy_loss, r],
        p[pt.weight_isolation, r],
        p[pt.weight_accountability, r],
        p[pt.weight_cohesion, r],
        p[pt.weight_legitimacy, r],
    )
    lost = sanctions.squeeze(w[at.revenue + REAL, r], w[at.revenue + SHADOW, r])
    w[at.defiance, r] = ledger.cost_of_defiance(w[at.political, r], lost)
    w[at.defiance_reference, r] = regime.first_level(w[at.defiance_reference, r], w[at.defiance, r])
    ledger.measure(w, p, c, t, r)
