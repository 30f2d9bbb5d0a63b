"""The Mesa engine: one run as agents, to be stepped, asked why, collected, and extended in Python.

Every agent has a method for each phase in which it acts. Agents of one kind may act in any order; kinds act in the order
of ``RANKS``. What an agent does is a rule of :mod:`unsim.rules`; override a method to change it for one agent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import mesa
import numpy as np

from unsim.parameters import PARAMETER_AXES, Params
from unsim.rules import chance, coalition, council, ledger, maths, regime, sanctions, trade, world
from unsim.rules.world import BOOKS, NOT_CAST, PHASES, REAL, SHADOW, STOCKS, WORLD_AXES, World, offsets, views
from unsim.scenario import Scenario, load

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


class Actor(mesa.Agent):  # type: ignore[misc]
    """An agent of the pressure model; it does nothing in a phase unless it says so."""

    def __init__(self, model: PressureModel, name: str, row: int) -> None:
        super().__init__(model)
        self.name, self.row = name, row
        self.w, self.p, self.s = model.world, model.params, model.setting

    def begin(self) -> None:
        """Set this agent's rows before the first month."""

    def draw(self, purpose: Any, who: Any = chance.NOBODY, whom: Any = chance.NOBODY, *, start: bool = False) -> Any:
        """The four uniforms of an address in this month (or of the start)."""
        month = chance.NOBODY if start else np.uint64(self.model.month)
        return chance.uniforms(self.model.seed_word, self.model.replicate_word, month, purpose, who, whom)

    def normal(self, purpose: Any, who: Any = chance.NOBODY, *, start: bool = False) -> float:
        """The first standard normal of an address."""
        u = self.draw(purpose, who, start=start)
        return maths.two_normals(u[0], u[1])[0]

    def world(self) -> None:
        """Act in the world phase."""

    def coalition(self) -> None:
        """Act in the coalition phase."""

    def council(self) -> None:
        """Act in the Council phase."""

    def sanctions(self) -> None:
        """Act in the sanctions phase."""

    def trade(self) -> None:
        """Act in the trade phase."""

    def regime(self) -> None:
        """Act in the regime phase."""

    def ledger(self) -> None:
        """Act in the ledger phase."""


class State(Actor):
    """A state (or ROW, the rest of the world): it votes, may lead, and may buy what the DPRK sells."""

    def __init__(self, model: PressureModel, name: str, row: int) -> None:
        super().__init__(model, name, row)
        self.code = self.s.state_code[row]
        self.leads = row in self.s.leaders.tolist()
        self.is_rival = bool(self.s.rival[row])
        partners = self.s.partner_state.tolist()
        self.partner: Any = partners.index(row) if row in partners else None  # its row among the partners
        self.last_vote: Vote | None = None

    @property
    def posture(self) -> float:
        """0 engagement … 1 pressure."""
        return float(self.w.posture[self.row])

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
        w.vote[i] = NOT_CAST
        if self.is_rival:
            normal = self.normal(chance.RIVALRY_LEVEL, self.code, start=True)
            w.rivalry[i] = world.rivalry_start(s.rivalry_path[0, i], self.p.rivalry_spread, normal)
        if self.partner is not None:
            w.letter[self.partner] = self._compliance_goal()
        if self.leads:
            w.effort[i] = self.choose_effort()

    def _take_position(self, *, start: bool) -> None:
        spread = world.position_spread(self.s.position_sd[self.row], self.p.position_drift, self.s.position_years)
        normal = self.normal(chance.POSITION, self.code, start=start)
        self.w.position[self.row] = world.member_position(self.s.position_mean[self.row], spread, normal)

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
            w.posture[i] = world.posture_next(w.posture[i], s.posture[i], s.other_posture[i], s.change[t, i], u[0])
        if s.term_begins[t, i] > 0.0:
            self._take_position(start=False)

    def coalition(self) -> None:
        if self.leads:
            self.w.effort[self.row] = self.choose_effort()

    def choose_effort(self) -> float:
        """Campaign effort of a leader, in full efforts of one state."""
        return coalition.campaign_effort(self.s.budget[self.row], self.p.engagement_cost, self.w.posture[self.row])

    def terms(self, draft: int, bite: float, lobbying: float) -> council.Terms:
        """Its support for a draft at some bite, term by term (logits)."""
        m, i = self.model, self.row
        return council.member_terms(
            m.weights, m.texts[draft], m.mood, self.w.position[i], self.w.rivalry[i], self.s.permanent[i], bite, lobbying
        )

    def chances(self, support: float) -> tuple[float, float]:
        """Probabilities of a yes and of a no at some support."""
        sponsor = self.s.sponsor[self.row]
        yes = council.probability_of_yes(support, self.model.band, sponsor)
        return yes, council.probability_of_no(support, sponsor)

    def council(self) -> None:
        w, i = self.w, self.row
        w.vote[i] = NOT_CAST
        draft = self.model.tabled
        if draft is None or not self.seated:
            return
        terms = self.terms(draft, w.bite[0], w.lobbying[draft, i])
        w.support[i] = terms.support
        yes, no = self.chances(terms.support)
        u = self.draw(chance.VOTE, self.code, self.s.draft_code[draft])
        w.vote[i] = council.cast_vote(yes, no, u[0])
        choice = VOTE_NAMES[int(w.vote[i])]
        self.last_vote = Vote(self.model.month, self.model.labels.drafts[draft], choice, yes, no, terms._asdict())

    def _compliance_goal(self) -> float:
        p, s, t = self.p, self.s, self.model.t
        return sanctions.compliance_goal(p.unclear_compliance, p.compliance, s.clarity[t], s.need[t, self.partner], p.need_break)

    def enforce_letter(self) -> float:
        """Compliance of declared trade with Council bans next, share."""
        j = self.partner
        return sanctions.letter_next(self.w.letter[j], self._compliance_goal(), self.s.need[self.model.t, j], self.p.letter_speed)

    def police(self) -> float:
        """Policing of undeclared trade next, share."""
        w, s, p, j, t = self.w, self.s, self.p, self.partner, self.model.t
        squeezed = sanctions.squeeze(w.revenue[REAL], w.revenue[SHADOW])
        odds = sanctions.policing_log_odds(
            p.policing_rivalry,
            w.rivalry[self.row],
            p.policing_monitoring,
            w.monitoring[0],
            p.policing_naming,
            w.reach[0],
            p.policing_secondary,
            s.secondary[t],
            s.exposed[j],
            p.policing_fear,
            s.fears[j],
            squeezed,
        )
        return sanctions.policing_next(w.policing[j], odds, p.policing_speed, float(t))

    def sanctions(self) -> None:
        if self.partner is not None:
            self.w.letter[self.partner] = self.enforce_letter()
            self.w.policing[self.partner] = self.police()

    def trade(self) -> None:
        w, s, p, j, t = self.w, self.s, self.p, self.partner, self.model.t
        if j is None:
            return
        for market in self.model.markets.values():
            k = market.row
            for b in BOOKS:
                w.potential[b, k, j] = trade.potential(s.base_potential[k, j], market.output(b), s.with_need[k, j], s.need[t, j])
            ban = (market.covered(), w.letter[j], s.own_ban[t, k, j], p.own_compliance)
            w.blocked[REAL, k, j] = sanctions.blocked_share(*ban)
            w.evadable[REAL, k, j] = sanctions.evadable_share(*ban)
            w.listed[REAL, k, j] = sanctions.listed_share(market.covered(), s.own_ban[t, k, j])
            for b in BOOKS:
                potential, evadable = w.potential[b, k, j], w.evadable[b, k, j]
                evaded = trade.evaded_share(p.evadability[k], w.skill[b], w.policing[j])
                w.undeclared[b, k, j] = trade.undeclared(potential, market.border(), evadable, evaded)
                w.lost[b, k, j] = trade.lost_trade(potential, w.blocked[b, k, j], evadable, evaded)


class Regime(State):
    """The DPRK: it tests weapons, chooses coercion, moves trade elsewhere, and spends what it earns."""

    def begin(self) -> None:
        super().begin()
        w, p, s = self.w, self.p, self.s
        free_trade, cloth = 0.0, 0.0
        for k in range(len(s.channel_code)):
            sold = 0.0
            for j in range(len(s.partner_state)):
                sold = sold + trade.potential(s.base_potential[k, j], p.potential_scale[k], s.with_need[k, j], s.need[0, j])
            free_trade = free_trade + sold
            cloth = cloth + trade.cloth_cost(sold, p.cloth_share, s.uses_cloth[k])
        w.income[REAL], w.income[SHADOW] = p.start_income, trade.hard_currency(free_trade, cloth, p.other_income)
        w.revenue[REAL], w.revenue[SHADOW] = p.start_income, free_trade
        for b in BOOKS:
            w.reserves[b] = p.start_reserves
            w.coercion[b] = regime.USUAL
            w.skill[b] = regime.MIDDLING_SKILL
        w.cohesion[0] = regime.cohesion_start(p.cohesion_usual)
        w.capability[0] = regime.USUAL

    def world(self) -> None:
        super().world()
        w, p = self.w, self.p
        u = self.draw(chance.PROVOCATION)
        for test, base, uniform in ((w.missile, p.missile_base, u[0]), (w.nuclear, p.nuclear_base, u[1])):
            odds = world.test_log_odds(
                base, p.test_capability, w.capability[0], p.test_backlash, w.reach[0], p.test_calming, w.engagement[0]
            )
            test[0] = maths.happens(odds, uniform)

    def trade(self) -> None:
        super().trade()
        w, s, p, t = self.w, self.s, self.p, float(self.model.t)
        for b in BOOKS:
            goal = 0.0
            for k in range(len(s.channel_code)):
                lost = 0.0
                for j in range(len(s.partner_state)):
                    lost = lost + w.lost[b, k, j]
                wanted = trade.redirected_goal(lost, p.redirection)
                w.redirected[b, k] = trade.moved_next(w.redirected[b, k], wanted, p.redirection_speed, t)
                goal = goal + trade.redirected_goal(lost, p.to_unlisted) * s.merchandise[k]
            w.unlisted[b] = trade.moved_next(w.unlisted[b], goal, p.unlisted_speed, t)

    def choose_coercion(self, book: int) -> float:
        """Coercion next in a book, 1 without measures."""
        w, p, b = self.w, self.p, book
        exposure = w.accountability[0] if b == REAL else 0.0
        goal = regime.coercion_goal(
            w.coerced[b] + p.extraction_intensity * w.extraction[b],
            w.coerced[SHADOW] + p.extraction_intensity * w.extraction[SHADOW],
            w.revenue[b] + w.extraction[b],
            w.revenue[SHADOW] + w.extraction[SHADOW],
            p.value_curvature,
            p.coercion_curvature,
            regime.accountability_factor(p.accountability_weight, exposure),
        )
        return regime.coercion_next(w.coercion[b], goal, p.coercion_speed, float(self.model.t))

    def spend(self, book: int) -> None:
        """Divide the month's resources of a book; what is left goes to civilians."""
        w, p, b = self.w, self.p, book
        total, base = w.resources[b], w.resources[SHADOW]
        w.apparatus[b] = regime.apparatus_spending(total, p.apparatus_weight, w.coercion[b])
        left = total - w.apparatus[b]
        w.patronage[b] = regime.protected_spending(left, p.patronage_share, total, base, p.patronage_protection)
        left = left - w.patronage[b]
        w.weapons[b] = regime.protected_spending(left, p.weapons_share, total, base, p.weapons_protection)
        w.civilian[b] = left - w.weapons[b]

    def regime(self) -> None:
        w, p = self.w, self.p
        response = p.output_elasticity * p.extraction_intensity
        squeezed = sanctions.squeeze(w.revenue[REAL], w.revenue[SHADOW])
        for b in (SHADOW, REAL):
            w.cash[b] = trade.hard_currency(w.revenue[b], w.cloth[b], p.other_income)
            w.reserves[b] = regime.reserves_next(w.reserves[b], w.cash[b], w.paid[b])
            w.income[b] = regime.income_next(w.income[b], w.cash[b], p.income_speed)
            w.extraction[b] = regime.extraction(p.extraction_base, w.coercion[b], response)
            w.resources[b] = regime.resources(w.paid[b], w.extraction[b])
            self.spend(b)
            w.expectation[b] = regime.expectation_next(w.expectation[b], w.patronage[b], p.expectation_speed)
        for b in BOOKS:
            w.coercion[b] = self.choose_coercion(b)
            pressed = squeezed if b == REAL else 0.0
            w.skill[b] = regime.skill_next(w.skill[b], p.skill_learning, pressed, p.skill_forgetting)
        w.rally[0] = maths.stock_next(w.rally[0], p.rally_half_life, regime.rally_jump(p.rally_gain, w.added[0]))
        goal = regime.cohesion_goal(
            p.cohesion_usual,
            p.cohesion_patronage,
            w.patronage[REAL],
            w.expectation[REAL],
            p.cohesion_accountability,
            w.accountability[0],
            p.cohesion_rally,
            w.rally[0],
        )
        w.cohesion[0] = regime.cohesion_next(w.cohesion[0], goal, p.cohesion_speed)
        w.weapons_reference[0] = reference = regime.weapons_reference(w.weapons_reference[0], w.weapons[REAL])
        w.capability[0] = regime.capability_next(w.capability[0], w.weapons[REAL], reference, p.capability_speed)


class Market(Actor):
    """The trade in one channel: its price, what measures cover, and what is realised."""

    def begin(self) -> None:
        common = self.normal(chance.WORLD_PRICE, start=True)
        own = self.normal(chance.PRICE, self.s.channel_code[self.row], start=True)
        self.w.shock[self.row] = world.price_shock_start(self.p.shock_spread, self.p.shock_common, common, own)

    def world(self) -> None:
        p, k = self.p, self.row
        common, own = self.normal(chance.WORLD_PRICE), self.normal(chance.PRICE, self.s.channel_code[k])
        self.w.shock[k] = world.price_shock_next(self.w.shock[k], p.shock_persistence, p.shock_spread, p.shock_common, common, own)

    def sanctions(self) -> None:
        self.w.enacted[self.row] = sanctions.enacted_next(self.w.enacted[self.row], self.w.legislated[self.row], self.p.wind_down)

    def output(self, book: int) -> float:
        """What the channel could sell against its central estimate, a factor."""
        w, p, k = self.w, self.p, self.row
        response = p.output_elasticity * p.forced_labour[k]
        return trade.output(p.potential_scale[k], w.shock[k], p.shock_spread, w.coercion[book], response)

    def covered(self) -> float:
        """Share of the channel that Council texts name."""
        return sanctions.coverage(self.s.standing[self.model.t, self.row], self.p.text_reach[self.row], self.w.enacted[self.row])

    def border(self) -> float:
        """Share of the channel's declared trade that crosses the border."""
        return trade.border(trade.closure(self.s.open[self.model.t], self.p.closure_exponent), self.s.merchandise[self.row])

    def trade(self) -> None:
        w, s, p, k = self.w, self.s, self.p, self.row
        border = self.border()
        for b in BOOKS:
            whole = 0.0
            for j in range(len(s.partner_state)):
                whole = whole + w.potential[b, k, j]
            absorbed = trade.absorbed(w.unlisted[b], p.unlisted_capacity) * s.takes_redirected[k]
            receipts = 0.0
            for j in range(len(s.partner_state)):
                potential, blocked = w.potential[b, k, j], w.blocked[b, k, j]
                weight = maths.ratio(trade.pull(potential, blocked), whole)
                moved = trade.redirected_in(w.redirected[b, k], weight, potential, p.redirection_cap)
                moved = moved + absorbed * weight
                w.declared[b, k, j] = trade.declared(potential, moved, border, blocked)
                receipts = receipts + (w.declared[b, k, j] + w.undeclared[b, k, j])
            w.receipts[b, k] = receipts


class Good(Actor):
    """An import: what measures keep out of it, and what the regime orders."""

    def sanctions(self) -> None:
        w, g = self.w, self.row
        w.enacted_goods[g] = sanctions.enacted_next(w.enacted_goods[g], w.legislated_goods[g], self.p.wind_down)

    def order(self, book: int, letter: float) -> float:
        """Imports of this good in a book, USD million a month."""
        w, s, p, g, b = self.w, self.s, self.p, self.row, book
        banned = 0.0
        if b == REAL:
            banned = trade.import_ban(s.standing_goods[self.model.t, g], w.enacted_goods[g], letter, p.substitution)
        return trade.ordered_import(
            w.free[b], s.good_share[g], banned, s.good_cloth[g], w.cloth[b], s.good_crude[g], p.pipeline_crude
        )


class Treasury(Actor):
    """The foreign-trade side of the regime's money: receipts, and orders of imports."""

    def trade(self) -> None:
        w, s, p, t = self.w, self.s, self.p, self.model.t
        passing = trade.closure(s.open[t], p.closure_exponent)
        letter = 0.0
        for j in range(len(s.partner_state)):
            letter = letter + s.supplies[j] * w.letter[j]
        for b in BOOKS:
            revenue, coerced, cloth, paid = 0.0, 0.0, 0.0, 0.0
            for k in range(len(s.channel_code)):
                revenue = revenue + w.receipts[b, k]
                coerced = coerced + w.receipts[b, k] * p.forced_labour[k]
                cloth = cloth + trade.cloth_cost(w.receipts[b, k], p.cloth_share, s.uses_cloth[k])
            w.revenue[b], w.coerced[b], w.cloth[b] = revenue, coerced, cloth
            w.free[b] = trade.free_spending(passing, p.spending_propensity, w.income[b], p.drawdown, w.reserves[b])
            for good in self.model.goods.values():
                w.imports[b, good.row] = good.order(b, letter)
                paid = paid + trade.paid_import(w.imports[b, good.row], s.good_cloth[good.row], s.good_crude[good.row])
            w.paid[b] = paid


class Public(Actor):
    """What the world and the population notice: attention to weapons, evidence of abuse, the harvest."""

    def begin(self) -> None:
        for stock, value in zip(STOCKS, self.s.start, strict=True):
            getattr(self.w, stock)[0] = value
        self.w.harvest[0] = self.normal(chance.HARVEST, start=True)

    def world(self) -> None:
        w, p = self.w, self.p
        jump = world.weapons_jump(w.missile[0], w.nuclear[0], p.missile_weight, p.nuclear_weight)
        w.salience[0] = maths.stock_next(w.salience[0], p.salience_half_life, jump)
        odds = world.exposure_log_odds(p.exposure_base, p.exposure_monitoring, w.monitoring[0], p.exposure_abuse, w.coercion[REAL])
        w.exposure[0] = maths.happens(odds, self.draw(chance.EXPOSURE)[0])
        w.evidence[0] = maths.stock_next(w.evidence[0], p.evidence_half_life, w.exposure[0] * p.evidence_gain)
        if self.s.harvest_month[self.model.t] > 0.0:
            w.harvest[0] = self.normal(chance.HARVEST)


class Coalition(Actor):
    """The leaders together: combined effort, lobbying, and the decision what to table."""

    def begin(self) -> None:
        self.campaign()
        self.w.tabled[0] = coalition.NO_DRAFT
        self.w.last_tabled[:] = self.s.draft_last
        self.w.team[0] = self.s.team

    def campaign(self) -> None:
        """What the leaders' efforts come to together, and how their governments lean."""
        w, s, p = self.w, self.s, self.p
        exponent = coalition.complementarity(s.coordination, p.effort_exponent)
        largest, efforts, weighted, postures = 0.0, 0.0, 0.0, 0.0
        for i in s.leaders:
            postures = postures + w.posture[i]
            largest = maths.larger(largest, w.effort[i])
            efforts = efforts + w.effort[i]
            weighted = weighted + w.effort[i] * w.posture[i]
        terms = 0.0
        for i in s.leaders:
            terms = terms + coalition.effort_term(w.effort[i], largest, exponent)
        w.campaign[0] = coalition.combined_effort(terms, largest, exponent, s.attention[self.model.t])
        w.reach[0] = coalition.campaign_reach(w.campaign[0])
        w.resolve[0] = coalition.resolve(weighted, efforts)
        w.engagement[0] = coalition.engagement(postures, float(len(s.leaders)))

    def coalition(self) -> None:
        self.campaign()
        w, s, p = self.w, self.s, self.p
        best, chosen, bite = coalition.NEVER, coalition.NO_DRAFT, 0.0
        for d in range(len(s.draft_code)):
            best, chosen, bite = self.consider(d, best, chosen, bite)
        month = float(self.model.month)
        odds = coalition.tabling_log_odds(best, p.tabling_threshold, p.tabling_noise)
        w.tabled[0] = coalition.table_draft(chosen, best, odds, self.draw(chance.TABLING)[0])
        w.bite[0] = bite
        for d in range(len(s.draft_code)):
            w.last_tabled[d] = coalition.last_tabled(w.last_tabled[d], month, w.tabled[0], float(d))
        odds = coalition.team_log_odds(p.team_base, p.team_reach, w.reach[0])
        runs_now = sanctions.mandate_runs(month, w.panel_until[0])
        w.team[0] = coalition.team_next(w.team[0], runs_now, odds, self.draw(chance.TEAM)[0])

    def consider(self, draft: int, best: float, chosen: float, bite: float) -> tuple[float, float, float]:
        """The better of the best so far and this draft at its best dilution: its value, the draft, the bite."""
        w, s, p, d, t = self.w, self.s, self.p, draft, self.model.t
        members = [self.model.by_row[i] for i in s.seats[t]]
        others = [member for member in members if not member.is_rival]
        rivals = [member for member in members if member.is_rival]
        procedural = s.draft_procedural[d]
        slopes = 0.0
        for member in rivals:
            w.lobbying[d, member.row] = 0.0
        for member in others:
            i = member.row
            w.support[i] = member.terms(d, s.draft_bite[d], 0.0).support
            w.lobbying[d, i] = coalition.uncommitted(member.chances(w.support[i])[0], s.permanent[i])
            slopes = slopes + w.lobbying[d, i]
        count = (council.NOBODY_HAS_VOTED, 1.0, council.NOBODY_HAS_VOTED)
        for member in others:
            i = member.row
            w.lobbying[d, i] = coalition.lobbying_share(w.lobbying[d, i], slopes, p.lobbying_logits, w.reach[0])
            count = self.count(member, w.support[i] + w.lobbying[d, i], procedural, count)
        importance = coalition.stake(
            s.draft_security[d],
            s.draft_accountability[d],
            s.draft_panel[d],
            w.salience[0] * s.attention[t],
            w.evidence[0] * s.attention[t],
        )
        available = coalition.availability(
            float(self.model.month), s.draft_opens[d], w.last_tabled[d], s.draft_interval[d], s.draft_panel[d], w.panel_until[0]
        )
        own_best = coalition.NEVER
        for level in s.dilution:
            kept = coalition.kept_share(level, s.draft_panel[d], procedural)
            diluted = s.draft_bite[d] * kept
            expected = count
            for member in rivals:
                expected = self.count(member, member.terms(d, diluted, 0.0).support, procedural, expected)
            full, free, anyhow = expected
            adoption = council.adoption_probability(free, council.nine_or_more(full))
            worth = coalition.expected_value(
                s.draft_value[d],
                importance,
                w.resolve[0],
                adoption,
                kept,
                s.draft_naming[d],
                council.veto_probability(council.nine_or_more(anyhow), adoption),
            )
            value = coalition.if_available(available, worth)
            if worth > own_best:
                w.adoption[d], own_best = adoption, worth
            if value > best:
                best, chosen, bite = value, float(d), diluted
        return best, chosen, bite

    def count(self, member: State, support: float, procedural: float, count: tuple[Any, float, Any]) -> tuple[Any, float, Any]:
        """The tally given no veto, the probability of no veto, and the tally without that condition after one more member."""
        tally, no_veto, nine = count
        yes, no = member.chances(support)
        permanent = self.s.permanent[member.row]
        counted = council.counted_yes(yes, no, permanent, procedural)
        unvetoed = no_veto * council.not_vetoed(no, permanent, procedural)
        return council.count_member(tally, counted), unvetoed, council.count_member(nine, yes)


class Council(Actor):
    """The Security Council: it counts votes, adopts texts, and runs the Panel of Experts."""

    def begin(self) -> None:
        self.w.panel_until[0] = self.s.panel_until
        self.w.monitoring[0] = self.watch()

    def watch(self) -> float:
        """Monitoring by the Panel, the team outside and civil society, share."""
        w, p = self.w, self.p
        runs_now = sanctions.mandate_runs(float(self.model.month), w.panel_until[0])
        return sanctions.monitoring(runs_now, p.panel_strength, w.team[0], p.team_strength, p.background_monitoring)

    def council(self) -> None:
        w, s, p, d = self.w, self.s, self.p, self.model.tabled
        for row in (w.yes, w.adopted, w.vetoed, w.failed, w.meeting, w.added):
            row[0] = 0.0
        if d is None:
            return
        yes_votes, permanent_no = 0.0, 0.0
        for i in s.seats[self.model.t]:
            yes_votes = yes_votes + council.is_yes(w.vote[i])
            permanent_no = permanent_no + council.is_no(w.vote[i]) * s.permanent[i]
        procedural, bite, full = s.draft_procedural[d], w.bite[0], s.draft_bite[d]
        w.yes[0] = yes_votes
        w.adopted[0] = adopted = council.is_adopted(yes_votes, permanent_no, procedural)
        w.vetoed[0] = council.is_vetoed(yes_votes, permanent_no, procedural)
        w.failed[0] = council.is_failed(adopted, w.vetoed[0])
        w.meeting[0] = council.is_meeting(adopted, procedural, s.draft_accountability[d])
        w.added[0] = council.measures_added(adopted, bite, s.draft_panel[d], procedural)
        w.panel_until[0] = council.mandate_end(
            w.panel_until[0], float(self.model.month), p.mandate_length, adopted, s.draft_panel[d]
        )
        for rows, covers in ((w.legislated, s.draft_covers[d]), (w.legislated_goods, s.draft_covers_goods[d])):
            for row, cover in enumerate(covers):
                rows[row] = council.legislated_coverage(rows[row], cover, bite, full, adopted)

    def sanctions(self) -> None:
        self.w.monitoring[0] = self.watch()


class Ledger(Actor):
    """Book-keeping at the end of the month: what it cost whom."""

    def ledger(self) -> None:
        w, s, p, model = self.w, self.s, self.p, self.model
        content = s.draft_accountability[model.tabled] if model.tabled is not None else 0.0
        jump = ledger.isolation_jump(w.yes[0], w.adopted[0], w.vetoed[0], p.isolation_adopted, p.isolation_vetoed)
        w.isolation[0] = maths.stock_next(w.isolation[0], p.isolation_half_life, jump)
        jump = ledger.credibility_jump(w.meeting[0], p.credibility_meeting, w.adopted[0], content, p.credibility_text)
        w.credibility[0] = maths.stock_next(w.credibility[0], p.credibility_half_life, jump)
        jump = ledger.accountability_jump(w.exposure[0], p.accountability_gain, p.accountability_least, w.credibility[0])
        w.accountability[0] = maths.stock_next(w.accountability[0], p.accountability_half_life, jump)
        jump = ledger.legitimacy_jump(w.exposure[0], p.legitimacy_leak, s.open[model.t])
        w.legitimacy_loss[0] = maths.stock_next(w.legitimacy_loss[0], p.legitimacy_half_life, jump)
        ledger.measure(model.block, model.parameter_block, model.scenario.case, model.t, 1)


RANKS: tuple[type[Actor], ...] = (State, Regime, Market, Treasury, Good, Public, Coalition, Council, Ledger)
"""Kinds of agents in the order in which they act within a phase; a subclass acts with its nearest kind."""


def _rank(agent: Actor) -> int:
    return next(RANKS.index(kind) for kind in type(agent).__mro__ if kind in RANKS)


REPORTED = ("posture", "rivalry", "vote", "letter", "policing", "enforcement")
"""What the data collector asks of every agent each month; None where an agent has no such thing."""


def _reported(agent: Actor, name: str) -> Any:
    return getattr(agent, name, None)


def _single(kind: Any, axes: Any, sizes: Any, block: Any) -> Any:
    """Views of a block of one run: rows without axes have shape (1,), others their own axes."""
    fields = views(kind, axes, sizes, block)
    return kind(*(field if field.ndim == 1 else field[..., 0] for field in fields))


class PressureModel(mesa.Model):  # type: ignore[misc]
    """One run of a scenario as a Mesa model.

    ``scenario`` is a :class:`unsim.Scenario`, a path, or the name of a shipped one; ``seed``, ``replicate`` and ``draw``
    (of the parameters; -1 holds each at its default) are the address of the run, so the kernel's run with the same
    address gives the same bits. ``agents`` maps names of states (or of channels, goods) to subclasses of their agent.
    ``shuffle`` activates agents of a kind in random order, which changes nothing.

    ``states``, ``markets`` and ``goods`` map names to agents; ``running`` turns false at the horizon; ``datacollector``
    has every outcome by month, and posture, rivalry, vote, letter, policing and enforcement of every state.
    """

    def __init__(
        self,
        scenario: Scenario | str = "baseline_2024",
        seed: int = 0,
        replicate: int = 0,
        draw: int = 0,
        agents: Mapping[str, type[Actor]] | None = None,
        shuffle: bool = False,
        collect: bool = True,
    ) -> None:
        super().__init__(seed=seed)
        self.scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
        self.setting, self.labels, sizes = self.scenario.setting, self.scenario.labels, self.scenario.sizes
        self.seed_word, self.replicate_word = np.uint64(seed), np.uint64(replicate)
        self.block = np.zeros((offsets(WORLD_AXES, sizes)[1], 1))
        self.parameter_block = self.scenario.draw(seed, [draw])
        self.world = _single(World, WORLD_AXES, sizes, self.block)
        self.params = Params(
            *(f[0] if f.shape == (1,) else f for f in _single(Params, PARAMETER_AXES, sizes, self.parameter_block))
        )
        self.t = 0
        self.shuffle = shuffle
        self.replicate, self.draw = replicate, draw
        own = dict(agents or {})
        self.states: dict[str, State] = {}
        for row, name in enumerate(self.labels.states):
            self.states[name] = own.pop(name, Regime if name == "PRK" else State)(self, name, row)
        self.by_row = list(self.states.values())
        self.markets: dict[str, Market] = {}
        for row, name in enumerate(self.labels.channels):
            self.markets[name] = own.pop(name, Market)(self, name, row)
        self.goods: dict[str, Good] = {}
        for row, name in enumerate(self.labels.goods):
            self.goods[name] = own.pop(name, Good)(self, name, row)
        for row, kind in enumerate((Treasury, Public, Coalition, Council, Ledger)):
            own.pop(kind.__name__.lower(), kind)(self, kind.__name__.lower(), row)
        if own:
            raise ValueError(f"no agent named {', '.join(own)}; there are {', '.join([*self.states, *self.markets, *self.goods])}")
        self.weights = council.Weights(*(float(getattr(self.params, name)) for name in COUNCIL_PARAMETERS))
        self.band = council.band_width(self.params.abstention_band)
        self.texts = [self._text(d) for d in range(sizes.draft)]
        self._ranked = [[a for a in self.agents if _rank(a) == rank] for rank in range(len(RANKS))]
        self._outcome_row = {outcome.name: row for row, outcome in enumerate(self.scenario.outcomes)}
        for agent in self.agents:
            agent.begin()
        self.datacollector = mesa.DataCollector(
            model_reporters={name: [self.outcome, [name]] for name in self._outcome_row},
            agent_reporters={"name": "name", **{name: [_reported, [name]] for name in REPORTED}},
        )
        self.collect = collect

    def _text(self, draft: int) -> council.Text:
        s = self.setting
        return council.Text(
            s.draft_security[draft],
            s.draft_accountability[draft],
            s.draft_linkage[draft],
            s.draft_procedural[draft],
            s.weakest_link,
            s.audience,
        )

    @property
    def month(self) -> int:
        """Absolute month of this step (year * 12 + month - 1)."""
        return int(self.setting.first_month) + self.t

    @property
    def mood(self) -> council.Mood:
        """What all members see alike this month."""
        return council.Mood(self.world.reach[0], self.world.salience[0], self.setting.attention[self.t])

    @property
    def tabled(self) -> int | None:
        """Row of the draft tabled this month, or None."""
        draft = int(self.world.tabled[0])
        return draft if draft >= 0 else None

    def outcome(self, name: str) -> float:
        """This month's value of an outcome."""
        return float(self.world.outcome[self._outcome_row[name]])

    def step(self) -> None:
        """One month: every phase in order, every kind of agent in order within it."""
        for phase in PHASES:
            for group in self._ranked:
                order = self.random.sample(group, len(group)) if self.shuffle else group
                for agent in order:
                    getattr(agent, phase)()
        if self.collect:
            self.datacollector.collect(self)
        self.t += 1
        self.running = self.t < self.scenario.months


COUNCIL_PARAMETERS = (
    "accountability_base",
    "accountability_position",
    "campaign_shortfall",
    "security_base",
    "rivalry_weight",
    "bite_weight",
    "linkage_gain",
    "linkage_lift",
    "veto_price",
    "weapons_mood",
)
