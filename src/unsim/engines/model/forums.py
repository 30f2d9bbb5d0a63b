"""The bodies around the Council: General Assembly, Human Rights Council, their mandates, a standing consequence, courts."""

from __future__ import annotations

from unsim.engines.model.actor import Actor
from unsim.rules import chance, forums, maths


class Forum(Actor):
    """A body that adopts a yearly text by majority, or without a vote."""

    def council(self) -> None:
        w, s, p, f = self.w, self.s, self.p, self.row
        w.text[f], w.called[f], w.resolved[f], w.agreed[f] = 0.0, 0.0, 0.0, 0.0
        if s.forum_meets[self.model.t, f] <= 0.0:
            return
        content = forums.content(w.pen[f], p.content_least, w.evidence[0])
        u = self.draw(chance.FORUM, s.forum_code[f])
        odds = forums.call_log_odds(p.call_base, p.call_content, content, p.call_names, w.names[0])
        w.called[f] = maths.happens(odds, u[0])
        w.agreed[f] = forums.agreed(w.called[f], forums.yes_share(p.forum_support, p.forum_cost, content))
        w.resolved[f] = forums.is_resolved(content, w.agreed[f])
        w.text[f] = content * w.resolved[f]


class Mandate(Actor):
    """A monitoring body: it runs from its start to its end; a forum's text or refused access may renew or create it."""

    def begin(self) -> None:
        self.w.mandate_until[self.row] = self.s.mandate_until[self.row]

    @property
    def running(self) -> bool:
        """Whether it runs this month."""
        begins, until = self.s.mandate_from[self.row], self.w.mandate_until[self.row]
        return bool(forums.mandate_running(float(self.model.month), begins, until))

    def council(self) -> None:
        w, s, m = self.w, self.s, self.row
        grant = w.triggered[0] * s.consequence_mandate[m]
        for f in range(len(s.forum_code)):
            grant = maths.larger(grant, forums.granted(w.text[f], s.mandate_demand[m]) * s.mandate_forum[f, m])
        w.mandate_until[m] = forums.mandate_next(
            w.mandate_until[m], float(self.model.month), grant, s.mandate_term[m], s.mandate_from[m]
        )


class Consequence(Actor):
    """The standing consequence of refused access: a report, an agenda item and a mandate each year that no state can stop."""

    def begin(self) -> None:
        self.w.consequence[0] = self.s.consequence

    def council(self) -> None:
        w, s = self.w, self.s
        w.triggered[0] = 0.0
        for f, mine in enumerate(s.consequence_forum):
            w.consequence[0] = forums.in_force(w.consequence[0], forums.granted(w.text[f], s.consequence_demand) * mine)
            meets = s.forum_meets[self.model.t, f] * mine
            w.triggered[0] = w.triggered[0] + forums.is_triggered(w.consequence[0], meets, w.rung[0])
        w.evidence[0] = forums.evidence_next(w.evidence[0], w.triggered[0], self.p.consequence_report)


class Court(Actor):
    """The International Criminal Court or an ad hoc tribunal, once the Council has seised it."""

    def council(self) -> None:
        self.w.court[0] = forums.court_next(self.w.court[0], self.w.seised[0], self.p.court_lag)
