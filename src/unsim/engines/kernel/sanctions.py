"""The sanctions phase: letter and policing of each partner, measures that take effect, monitoring."""

from __future__ import annotations

from typing import Any

from unsim.rules import forums, sanctions
from unsim.rules.jit import inner, part
from unsim.rules.lanes import each
from unsim.rules.world import LINK, REAL, RIGHTS, SHADOW, WEAPONS


@inner
def phase_sanctions(w: Any, p: Any, c: Any, t: int, seed: Any, replicate: Any, r: Any) -> None:
    """Letter and policing of each partner, measures that take effect, and monitoring (which partners see next month)."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    month = s[st.first_month] + t
    squeezed = sanctions.squeeze(w[at.revenue + REAL, r], w[at.revenue + SHADOW, r])
    usual = sanctions.compliance_with(p[pt.unclear_compliance, r], p[pt.compliance, r], s[st.clarity + t])
    for j in range(n.partner):
        goal = sanctions.compliance_goal(usual, w[at.need + j, r], p[pt.need_break, r])
        w[at.letter + j, r] = sanctions.letter_next(w[at.letter + j, r], goal, w[at.need + j, r], p[pt.letter_speed, r])
        odds = police_odds(w, p, c, j, r, squeezed, s[st.policing_choice + t * n.partner + j])
        w[at.policing + j, r] = sanctions.policing_next(w[at.policing + j, r], odds, p[pt.policing_speed, r])
    for k in range(n.channel):
        w[at.enacted + k, r] = sanctions.enacted_next(w[at.enacted + k, r], w[at.legislated + k, r], p[pt.wind_down, r])
    for g in range(n.good):
        w[at.enacted_goods + g, r] = sanctions.enacted_next(
            w[at.enacted_goods + g, r], w[at.legislated_goods + g, r], p[pt.wind_down, r]
        )
    watch(w, p, c, month, r)


@part
def watch(w: Any, p: Any, c: Any, month: float, r: Any) -> None:
    """Monitoring of each scope by the bodies that run this month."""
    s, at, st, pt = c.settings, c.at, c.st, c.pt
    left = sanctions.unseen(1.0, 1.0, p[pt.background_monitoring, r])
    left = sanctions.unseen(left, sanctions.mandate_runs(month, w[at.panel_until, r]), p[pt.panel_strength, r])
    left = sanctions.unseen(left, w[at.team, r], p[pt.team_strength, r])
    w[at.monitoring + WEAPONS, r] = seen_by_mandates(w, p, c, month, WEAPONS, r, left)
    left = sanctions.unseen(1.0, s[st.civil_society], p[pt.civil_society, r])
    w[at.monitoring + RIGHTS, r] = seen_by_mandates(w, p, c, month, RIGHTS, r, left)
    left = sanctions.unseen(1.0, 1.0, p[pt.trace_background, r])
    w[at.monitoring + LINK, r] = seen_by_mandates(w, p, c, month, LINK, r, left)


@part
def seen_by_mandates(w: Any, p: Any, c: Any, month: float, scope: int, r: Any, left: float) -> float:
    """Monitoring of a scope after the forums' mandates have looked; counts those that run."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    number = each(0.0, r)
    for m in range(n.mandate):
        running = forums.mandate_running(month, s[st.mandate_from + m], w[at.mandate_until + m, r])
        number = number + running
        left = sanctions.unseen(left, running * s[st.mandate_scope + scope * n.mandate + m], p[pt.mandate_strength + m, r])
    w[at.mandates, r] = number
    return sanctions.seen(left)


@part
def police_odds(w: Any, p: Any, c: Any, j: int, r: Any, squeezed: float, choice: float) -> float:
    """Log odds of policing by the partner in row ``j``."""
    s, at, st, pt = c.settings, c.at, c.st, c.pt
    return sanctions.policing_log_odds(
        p[pt.policing_rivalry, r],
        w[at.rivalry + c.partner_state[j], r],
        p[pt.policing_monitoring, r],
        w[at.monitoring + WEAPONS, r],
        p[pt.policing_naming, r],
        w[at.reach, r],
        p[pt.policing_secondary, r],
        w[at.secondary, r],
        s[st.exposed + j],
        p[pt.policing_fear, r],
        s[st.fears + j],
        squeezed,
        choice,
    )
