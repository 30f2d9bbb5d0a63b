"""The ledger phase: what the month cost."""

from __future__ import annotations

from typing import Any

import numpy as np

from unsim.rules import ledger, maths
from unsim.rules.jit import kernel


@kernel
def phase_ledger(w: Any, p: Any, c: Any, t: int, seed: Any, replicates: Any, runs: int) -> None:
    """What the month cost: isolation, credibility, accountability, legitimacy; then every outcome."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    for r in range(runs):
        content = 0.0
        for d in range(n.draft):
            content = maths.select(w[at.tabled, r] == np.float64(d), s[st.draft_accountability + d], content)
        jump = ledger.isolation_jump(
            w[at.yes, r], w[at.adopted, r], w[at.vetoed, r], p[pt.isolation_adopted, r], p[pt.isolation_vetoed, r]
        )
        w[at.isolation, r] = maths.stock_next(w[at.isolation, r], p[pt.isolation_half_life, r], jump)
        jump = ledger.credibility_jump(
            w[at.meeting, r], p[pt.credibility_meeting, r], w[at.adopted, r], content, p[pt.credibility_text, r]
        )
        w[at.credibility, r] = maths.stock_next(w[at.credibility, r], p[pt.credibility_half_life, r], jump)
        jump = ledger.accountability_jump(
            w[at.exposure, r], p[pt.accountability_gain, r], p[pt.accountability_least, r], w[at.credibility, r]
        )
        w[at.accountability, r] = maths.stock_next(w[at.accountability, r], p[pt.accountability_half_life, r], jump)
        jump = ledger.legitimacy_jump(w[at.exposure, r], p[pt.legitimacy_leak, r], s[st.open + t])
        w[at.legitimacy_loss, r] = maths.stock_next(w[at.legitimacy_loss, r], p[pt.legitimacy_half_life, r], jump)
    ledger.measure(w, p, c, t, runs)
