"""The bodies around the Council, in the Council phase: yearly resolutions, mandates, the standing consequence."""

from __future__ import annotations

from typing import Any

import numpy as np

from unsim.rules import chance, forums, maths
from unsim.rules.chance import uniforms
from unsim.rules.jit import part


@part
def forums_meet(w: Any, p: Any, c: Any, t: int, seed: Any, replicate: Any, r: Any) -> None:
    """The yearly text of each forum, what refused access triggers, and the mandates that either renews or creates."""
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    month = s[st.first_month] + t
    for f in range(n.forum):
        w[at.text + f, r] = 0.0
        w[at.called + f, r] = 0.0
        w[at.resolved + f, r] = 0.0
        w[at.agreed + f, r] = 0.0
        meets = s[st.forum_meets + t * n.forum + f]
        if meets > 0.0:
            content = forums.content(w[at.pen + f, r], p[pt.content_least, r], w[at.evidence, r])
            u = uniforms(seed, replicate, np.uint64(month), chance.FORUM, c.forum_code[f], chance.NOBODY)
            odds = forums.call_log_odds(p[pt.call_base, r], p[pt.call_content, r], content, p[pt.call_names, r], w[at.names, r])
            w[at.called + f, r] = maths.happens(odds, u[0])
            yes = forums.yes_share(p[pt.forum_support, r], p[pt.forum_cost, r], content)
            w[at.agreed + f, r] = forums.agreed(w[at.called + f, r], yes)
            w[at.resolved + f, r] = forums.is_resolved(content, w[at.agreed + f, r])
            w[at.text + f, r] = content * w[at.resolved + f, r]
    w[at.triggered, r] = 0.0
    for f in range(n.forum):
        mine = s[st.consequence_forum + f]
        asked = forums.granted(w[at.text + f, r], s[st.consequence_demand])
        w[at.consequence, r] = forums.in_force(w[at.consequence, r], asked * mine)
        meets = s[st.forum_meets + t * n.forum + f] * mine
        w[at.triggered, r] = w[at.triggered, r] + forums.is_triggered(w[at.consequence, r], meets, w[at.rung, r])
    for m in range(n.mandate):
        grant = w[at.triggered, r] * s[st.consequence_mandate + m]
        for f in range(n.forum):
            asked = forums.granted(w[at.text + f, r], s[st.mandate_demand + m])
            grant = maths.larger(grant, asked * s[st.mandate_forum + f * n.mandate + m])
        w[at.mandate_until + m, r] = forums.mandate_next(
            w[at.mandate_until + m, r], month, grant, s[st.mandate_term + m], s[st.mandate_from + m]
        )
    w[at.evidence, r] = forums.evidence_next(w[at.evidence, r], w[at.triggered, r], p[pt.consequence_report, r])
