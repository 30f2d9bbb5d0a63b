"""The sanctions phase: letter and policing of each partner, measures that take effect, monitoring."""

from __future__ import annotations

from typing import Any

from unsim.rules import sanctions
from unsim.rules.jit import kernel, part
from unsim.rules.world import REAL, SHADOW


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
            odds = police_odds(w, p, c, t, j, r, squeezed)
            w[at.policing + j, r] = sanctions.policing_next(w[at.policing + j, r], odds, p[pt.policing_speed, r])
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


@part
def police_odds(w: Any, p: Any, c: Any, t: int, j: int, r: int, squeezed: float) -> float:
    """Log odds of policing by the partner in row ``j``."""
    s, at, st, pt = c.settings, c.at, c.st, c.pt
    return sanctions.policing_log_odds(
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
