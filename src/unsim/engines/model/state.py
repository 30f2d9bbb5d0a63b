"""States, and the group ROW: they vote, may lead a campaign, and may buy what the DPRK sells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from unsim.engines.model.actor import Actor
from unsim.rules import chance, coalition, council, maths, sanctions, trade, world
from unsim.rules.world import BOOKS, NOT_CAST, REAL, SHADOW, WEAPONS

if TYPE_CHECKING:
    from unsim.engines.model.pressure import PressureModel

VOTE_NAMES = ("no", "abstain", "yes")


@dataclass(frozen=True)
class Vote:
    """A vote that was cast: when, on what, how, how likely it was, and the terms behind it (logits)."""

    month: int
    draft: str
    choice: str
    probability_of_yes: float
    probability_of_no: float
    terms: Mapping[str, float]


class State(Actor):
    """A state (or ROW, the rest of the world): it votes, may lead, and may buy what the DPRK sells."""

    def __init__(self, model: PressureModel, name: str, row: int) -> None:
        super().__init__(model, name, row)
        self.code = self.s.state_code[row]
        self.campaigns = bool(self.s.campaigns[row])
        self.is_rival = bool(self.s.rival[row])
        partners = self.s.partner_state.tolist()
        self.partner: Any = partners.index(row) if row in partners else None  # its row among the partners
        self.last_vote: Vote | None = None

    @property
    def posture(self) -> float:
        """0 engagement … 1 pressure."""
        return float(self.w.posture[self.row])

    @property
    def stance(self) -> float:
        """Posture after summits, 0 engagement … 1 pressure."""
        return float(self.w.stance[self.row])

    @property
    def position(self) -> float:
        """Record on DPRK human rights, -1 … 1."""
        return float(self.w.position[self.row])

    @property
    def rivalry(self) -> float:
        """Rivalry towards the coalition on this file, share."""
        return float(self.w.rivalry[self.row])

    @property
    def seated(self) -> bool:
        """Whether it sits on the Council this month."""
        return self.row in self.s.seats[self.model.t]

    @property
    def vote(self) -> str | None:
        """How it voted this month, None if it did not."""
        cast = int(self.w.vote[self.row])
        return VOTE_NAMES[cast] if cast >= 0 else None

    @property
    def letter(self) -> float | None:
        """Compliance of its declared trade with Council bans, share; None if it is no trading partner."""
        return None if self.partner is None else float(self.w.letter[self.partner])

    @property
    def policing(self) -> float | None:
        """Policing effort against undeclared trade, share; None if it is no trading partner."""
        return None if self.partner is None else float(self.w.policing[self.partner])

    @property
    def enforcement(self) -> float | None:
        """Share of listed potential that is not realised this month; None if it is no trading partner."""
        return None if self.partner is None else self.model.outcome(f"enforcement_{self.name}")

    def begin(self) -> None:
        w, s, i = self.w, self.s, self.row
        self._take_position(start=True)
        w.posture[i] = s.posture[i]
        w.stance[i] = world.stance(s.posture[i], 0.0)
        w.sponsors[i] = self.sponsor()
        w.vote[i] = NOT_CAST
        if self.is_rival:
            normal = self.normal(chance.RIVALRY_LEVEL, self.code, start=True)
            w.rivalry[i] = world.rivalry_start(s.rivalry_path[0, i], self.p.rivalry_spread, normal)
        if self.partner is not None:
            w.letter[self.partner] = self._compliance_goal()
        if self.campaigns:
            self.campaign()
        self.press()

    def _take_position(self, *, start: bool) -> None:
        s, t, i = self.s, self.model.t, self.row
        spread = world.position_spread(s.position_sd[t, i], self.p.position_drift, s.position_years[t])
        normal = self.normal(chance.POSITION, self.code, start=start)
        self.w.position[i] = world.member_position(s.position_mean[t, i], spread, normal)

    def world(self) -> None:
        w, s, p, i, t = self.w, self.s, self.p, self.row, self.model.t
        if self.is_rival:
            step = s.rivalry_path[t, i] - s.rivalry_path[max(t - 1, 0), i]
            normal = self.normal(chance.RIVALRY_WALK, self.code)
            w.rivalry[i] = world.rivalry_next(
                w.rivalry[i], step, p.rivalry_walk * s.rivalry_open[t], normal, p.rivalry_response * s.rivalry_open[t], w.reach[0]
            )
        if s.change[t, i] > 0.0:
            u = self.draw(chance.ELECTION, self.code)
            w.posture[i] = world.posture_next(w.posture[i], s.camp[i], s.other_posture[i], s.change[t, i], u[0])
        w.posture[i] = world.as_recorded(s.takes_office[t, i], s.posture_record[t, i], w.posture[i])
        if s.term_begins[t, i] > 0.0:
            self._take_position(start=False)
        elif s.position_known[t] > 0.0:
            self._take_position(start=True)
        if s.meets[i] > 0.0:
            w.met[i] = world.as_recorded(s.record[t], s.met_record[t, i], self.meet())
            w.thaw[i] = maths.stock_next(w.thaw[i], p.thaw_half_life, w.met[i] * p.summit_depth)
        w.stance[i] = world.stance(w.posture[i], w.thaw[i])

    def meet(self) -> float:
        """1 if it holds a summit with the DPRK this month, where no record says whether it did."""
        return world.summit_happens(self.s.summit_rate[self.row], self.w.posture[self.row], self.draw(chance.SUMMIT, self.code)[0])

    def coalition(self) -> None:
        self.w.sponsors[self.row] = self.sponsor()
        if self.campaigns:
            self.campaign()
        self.press()

    def campaign(self) -> None:
        """Make its effort, and divide it between its pens and the Council."""
        w, i, pens = self.w, self.row, 0.0
        for f in range(len(self.s.forum_code)):
            pens = pens + self.s.pens[f, i]
        w.effort[i] = self.choose_effort()
        w.council_effort[i] = coalition.council_effort(w.effort[i], pens, self.p.pen_cost)

    def willing(self) -> float:
        """1 if it would put its name to the coalition's drafts this month."""
        return coalition.sponsors(self.s.sponsor[self.row], self.w.stance[self.row], self.p.sponsor_threshold)

    def sponsor(self) -> float:
        """1 if its name stands under this month's draft: as it would sign, or as the record has it."""
        s, t = self.s, self.model.t
        return coalition.signature(s.text_record[t], s.signed[t, self.row], self.willing())

    def choose_effort(self) -> float:
        """Campaign effort of a leader or penholder, in full efforts of one state."""
        return coalition.campaign_effort(self.s.budget[self.row], self.p.engagement_cost, self.w.stance[self.row])

    def press(self) -> None:
        """Use secondary sanctions, if it is the state that imposes them."""
        if self.s.secondary_sender[self.row] > 0.0:
            self.w.secondary[0] = sanctions.secondary_now(self.s.secondary_use[self.model.t], self.w.stance[self.row])

    def terms(self, text: council.Text, bite: float, lobbying: float, cosponsors: float | None = None) -> council.Terms:
        """Its support for a text at some bite, term by term (logits)."""
        m, w, i = self.model, self.w, self.row
        mood = m.mood if cosponsors is None else m.mood._replace(cosponsors=cosponsors)
        return council.member_terms(
            m.weights, text, mood, w.position[i], w.rivalry[i], self.s.permanent[i], w.stance[i], bite, lobbying
        )

    def chances(self, support: float, draft: int) -> tuple[float, float]:
        """Probabilities of a yes and of a no to a draft at some support."""
        sponsor = self.w.sponsors[self.row]
        band = council.band_of(self.model.bands, self.model.stops(self.row, draft))
        yes = council.probability_of_yes(support, band, sponsor)
        return yes, council.probability_of_no(support, sponsor)

    def council(self) -> None:
        w, i = self.w, self.row
        w.vote[i] = NOT_CAST
        draft = self.model.tabled
        if draft is None or not self.seated:
            return
        terms = self.terms(self.model.text(draft), w.bite[0], w.lobbying[draft, i])
        w.support[i] = terms.support
        yes, no = self.chances(terms.support, draft)
        u = self.draw(chance.VOTE, self.code, self.s.draft_code[draft])
        w.vote[i] = council.cast_vote(yes, no, u[0])
        choice = VOTE_NAMES[int(w.vote[i])]
        self.last_vote = Vote(self.model.month, self.model.labels.drafts[draft], choice, yes, no, terms._asdict())

    def _compliance_goal(self) -> float:
        p, s, t = self.p, self.s, self.model.t
        usual = sanctions.compliance_with(p.unclear_compliance, p.compliance, s.clarity[t])
        return sanctions.compliance_goal(usual, self.w.need[self.partner], p.need_break)

    def enforce_letter(self) -> float:
        """Compliance of declared trade with Council bans next, share."""
        j = self.partner
        return sanctions.letter_next(self.w.letter[j], self._compliance_goal(), self.w.need[j], self.p.letter_speed)

    def settle(self) -> None:
        if self.partner is not None:
            self.w.policing[self.partner] = sanctions.policing_start(self._police_odds(sanctions.NO_CHOICE))

    def _police_odds(self, choice: float) -> float:
        w, s, p, j = self.w, self.s, self.p, self.partner
        squeezed = sanctions.squeeze(w.revenue[REAL], w.revenue[SHADOW])
        return sanctions.policing_log_odds(
            p.policing_rivalry,
            w.rivalry[self.row],
            p.policing_monitoring,
            w.monitoring[WEAPONS],
            p.policing_naming,
            w.reach[0],
            p.policing_secondary,
            w.secondary[0],
            s.exposed[j],
            p.policing_fear,
            s.fears[j],
            squeezed,
            choice,
        )

    def police(self) -> float:
        """Policing of undeclared trade next, share."""
        odds = self._police_odds(self.s.policing_choice[self.model.t, self.partner])
        return sanctions.policing_next(self.w.policing[self.partner], odds, self.p.policing_speed)

    def sanctions(self) -> None:
        if self.partner is not None:
            self.w.letter[self.partner] = self.enforce_letter()
            self.w.policing[self.partner] = self.police()

    def trade(self) -> None:
        w, s, p, j, t = self.w, self.s, self.p, self.partner, self.model.t
        if j is None:
            return
        for market in self.model.markets.values():
            k, coefficient = market.row, market.resale_coefficient()
            if not s.trades[k, j]:
                continue
            ban = (market.covered(), w.letter[j], s.own_ban[t, k, j], p.own_compliance)
            w.blocked[REAL, k, j] = sanctions.blocked_share(*ban)
            w.evadable[REAL, k, j] = sanctions.evadable_share(*ban, s.own_government[j])
            w.listed[REAL, k, j] = sanctions.listed_share(market.covered(), s.own_ban[t, k, j])
            for b in BOOKS:
                demand = trade.potential(s.base_potential[t, k, j], w.arms_wanted[j] * s.for_conflicts[k], market.output(b))
                if b == REAL:
                    w.taken[b, k, j] = trade.resale_lost(
                        coefficient, s.resale[t, k, j], s.resale_conditional[t, k, j], w.coercion[b]
                    )
                evadable = w.evadable[b, k, j]
                unlisted = trade.left_by_listing(w.designated[0], s.designated, p.designation_effect)
                evaded = trade.evaded_share(p.evadability[k], w.skill[b], w.policing[j], unlisted)
                w.potential[b, k, j] = potential = trade.demand_left(demand, w.taken[b, k, j])
                w.undeclared[b, k, j] = trade.undeclared(potential, market.border(), evadable, evaded)
                w.lost[b, k, j] = trade.lost_trade(potential, w.blocked[b, k, j], evadable, evaded)
