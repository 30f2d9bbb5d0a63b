"""The public, the coalition, the Security Council, and the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from unsim.engines.model.actor import Actor
from unsim.engines.model.state import State
from unsim.rules import chance, coalition, council, forums, ledger, maths, regime, sanctions, world
from unsim.rules.world import LINK, REAL, RIGHTS, SHADOW, STOCKS, WEAPONS


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
        odds = world.exposure_log_odds(
            p.exposure_base,
            p.exposure_monitoring,
            w.monitoring[RIGHTS],
            p.exposure_abuse,
            w.coercion[REAL],
            p.exposure_access,
            w.rung[0],
        )
        w.exposure[0] = maths.happens(odds, self.draw(chance.EXPOSURE)[0])
        w.evidence[0] = maths.stock_next(w.evidence[0], p.evidence_half_life, w.exposure[0] * p.evidence_gain)
        if self.s.harvest_month[self.model.t] > 0.0:
            w.harvest[0] = self.normal(chance.HARVEST)


class Coalition(Actor):
    """The leaders together: combined effort, lobbying, and the decision what to table."""

    def begin(self) -> None:
        self.campaign(coalition.UNCOORDINATED)
        self.w.engagement_reference[0] = self.w.engagement[0]
        self.w.tabled[0] = coalition.NO_DRAFT
        self.w.last_tabled[:] = self.s.draft_last
        self.w.team[0] = self.s.team

    def campaign(self, coordination: float) -> None:
        """What the leaders' efforts come to together, and how their governments lean."""
        w, s, p = self.w, self.s, self.p
        exponent = coalition.complementarity(coordination, p.effort_exponent)
        names, beside = 0.0, 0.0
        for i, state in enumerate(self.model.by_row):
            names = names + state.willing()
            beside = beside + w.sponsors[i] * (1.0 - s.leads[i])
        w.cosponsors[0], w.names[0] = coalition.in_tens(beside), coalition.in_tens(names)
        efforts, weighted, leaning, budgets = 0.0, 0.0, 0.0, 0.0
        for i in s.leaders:
            leaning = leaning + coalition.leaning(s.budget[i], w.stance[i])
            budgets = budgets + s.budget[i]
            efforts = efforts + w.council_effort[i]
            weighted = weighted + w.council_effort[i] * w.stance[i]
        w.campaign[0] = self.join(w.council_effort, s.leaders, exponent)
        w.reach[0] = coalition.campaign_reach(w.campaign[0])
        w.resolve[0] = coalition.resolve_left(coalition.resolve(weighted, efforts), p.relief_given, w.rung[0])
        w.engagement[0] = coalition.engagement(leaning, budgets)
        for f, pens in enumerate(s.pens):
            w.pen[f] = coalition.campaign_reach(self.join(w.effort, pens.nonzero()[0], exponent))

    def join(self, effort: Any, states: Iterable[int], exponent: float) -> float:
        """What the efforts of some states come to together."""
        largest, terms = 0.0, 0.0
        for i in states:
            largest = maths.larger(largest, effort[i])
        for i in states:
            terms = terms + coalition.effort_term(effort[i], largest, exponent)
        return coalition.combined_effort(terms, largest, exponent, self.s.attention[self.model.t])

    def coalition(self) -> None:
        self.campaign(self.s.coordination[self.model.t])
        w, s, p = self.w, self.s, self.p
        best, chosen, bite = coalition.NEVER, coalition.NO_DRAFT, 0.0
        for d in range(len(s.draft_code)):
            best, chosen, bite = self.consider(d, best, chosen, bite)
        month = float(self.model.month)
        odds = coalition.tabling_log_odds(best, p.tabling_threshold, p.tabling_noise)
        decided = coalition.table_draft(chosen, best, odds, self.draw(chance.TABLING)[0])
        w.tabled[0] = world.as_recorded(s.record[self.model.t], s.text_record[self.model.t], decided)
        w.bite[0] = bite
        for d in range(len(s.draft_code)):
            w.last_tabled[d] = coalition.last_tabled(w.last_tabled[d], month, w.tabled[0], float(d))
        odds = coalition.team_log_odds(p.team_base, p.team_reach, w.reach[0])
        runs_now = sanctions.mandate_runs(month, w.panel_until[0])
        w.team[0] = coalition.team_next(w.team[0], runs_now, s.team_plan, odds, self.draw(chance.TEAM)[0])

    def consider(self, draft: int, best: float, chosen: float, bite: float) -> tuple[float, float, float]:
        """The better of the best so far and this draft at its best dilution: its value, the draft, the bite."""
        w, s, p, d, t = self.w, self.s, self.p, draft, self.model.t
        members = [self.model.by_row[i] for i in s.seats[t]]
        others = [member for member in members if not member.is_rival]
        rivals = [member for member in members if member.is_rival]
        text, statement = self.model.text(d), s.draft_statement[d]
        slopes = 0.0
        for member in rivals:
            w.lobbying[d, member.row] = 0.0
        for member in others:
            i = member.row
            w.support[i] = member.terms(text, s.draft_bite[d], 0.0).support
            w.lobbying[d, i] = coalition.uncommitted(member.chances(w.support[i], d)[0], s.permanent[i])
            slopes = slopes + w.lobbying[d, i]
        count = (council.NOBODY_HAS_VOTED, 1.0, council.NOBODY_HAS_VOTED)
        for member in others:
            i = member.row
            w.lobbying[d, i] = coalition.lobbying_share(w.lobbying[d, i], slopes, p.lobbying_logits, w.reach[0])
            count = self.count(member, w.support[i] + w.lobbying[d, i], d, count)
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
        available = coalition.not_yet(available, s.draft_referral[d] + s.draft_tribunal[d], w.seised[0])
        available = coalition.on_table(s.record[t], s.text_record[t], float(d), available)
        seated = 0.0
        for i in s.seats[t]:
            seated = seated + w.sponsors[i]
        heard = coalition.voice(seated, w.names[0], s.letters, p.letter_hearing, s.draft_procedural[d])
        own_best = coalition.NEVER
        for level in s.dilution:
            kept = coalition.kept_share(level, s.draft_whole[d])
            diluted = s.draft_bite[d] * kept
            expected = count
            for member in rivals:
                expected = self.count(member, member.terms(text, diluted, 0.0).support, d, expected)
            full, free, anyhow = expected
            adoption = council.adoption_probability(free, council.nine_or_more(full), statement)
            worth = coalition.expected_value(
                s.draft_value[d],
                importance,
                w.resolve[0],
                adoption,
                kept,
                s.draft_naming[d],
                council.veto_probability(council.nine_or_more(anyhow), adoption, text.vetoable),
                heard,
            )
            value = coalition.if_available(available, worth)
            if worth > own_best:
                w.adoption[d], own_best = adoption, worth
            if value > best:
                best, chosen, bite = value, float(d), diluted
        return best, chosen, bite

    def count(self, member: State, support: float, draft: int, count: tuple[Any, float, Any]) -> tuple[Any, float, Any]:
        """The tally given that nobody stops the draft, the probability of that, and the tally without it after one more member."""
        tally, unstopped, nine = count
        yes, no = member.chances(support, draft)
        stops = self.model.stops(member.row, draft)
        counted = council.counted_yes(yes, no, stops)
        return council.count_member(tally, counted), unstopped * council.not_stopped(no, stops), council.count_member(nine, yes)


class Council(Actor):
    """The Security Council with its Panel of Experts and its 1718 Committee: it counts votes, adopts texts, lists networks."""

    def begin(self) -> None:
        self.w.panel_until[0] = self.s.panel_until
        self.watch()

    def panel_runs(self) -> float:
        """1 while the mandate of the Panel of Experts runs."""
        return sanctions.mandate_runs(float(self.model.month), self.w.panel_until[0])

    def watch(self) -> None:
        """Monitoring of each scope by the bodies that run this month."""
        w, s, p = self.w, self.s, self.p
        left = sanctions.unseen(1.0, 1.0, p.background_monitoring)
        left = sanctions.unseen(left, self.panel_runs(), p.panel_strength)
        w.monitoring[WEAPONS] = self._by_mandates(WEAPONS, sanctions.unseen(left, w.team[0], p.team_strength))
        w.monitoring[RIGHTS] = self._by_mandates(RIGHTS, sanctions.unseen(1.0, s.civil_society, p.civil_society))
        w.monitoring[LINK] = self._by_mandates(LINK, sanctions.unseen(1.0, 1.0, p.trace_background))

    def _by_mandates(self, scope: int, left: float) -> float:
        w, s, p = self.w, self.s, self.p
        number, month = 0.0, float(self.model.month)
        for m in range(len(s.mandate_from)):
            running = forums.mandate_running(month, s.mandate_from[m], w.mandate_until[m])
            number = number + running
            left = sanctions.unseen(left, running * s.mandate_scope[scope, m], p.mandate_strength[m])
        w.mandates[0] = number
        return sanctions.seen(left)

    def council(self) -> None:
        w = self.w
        for row in (w.yes, w.adopted, w.vetoed, w.failed, w.meeting, w.statement, w.abuse, w.added):
            row[0] = 0.0
        if self.model.tabled is not None:
            self.decide(self.model.tabled)
        w.debate[0] = council.debate(w.vetoed[0], self.s.audience[self.model.t])
        self.list_networks()

    def decide(self, draft: int) -> None:
        """The result of the vote on a draft, and what it does if it is adopted."""
        w, s, p, d = self.w, self.s, self.p, draft
        yes_votes, stopping_no = 0.0, 0.0
        for i in s.seats[self.model.t]:
            yes_votes = yes_votes + council.is_yes(w.vote[i])
            stopping_no = stopping_no + council.is_no(w.vote[i]) * self.model.stops(i, d)
        procedural, statement, bite = s.draft_procedural[d], s.draft_statement[d], w.bite[0]
        w.yes[0] = yes_votes
        w.adopted[0] = adopted = council.is_adopted(yes_votes, stopping_no, statement)
        w.vetoed[0] = council.is_vetoed(yes_votes, stopping_no, self.model.text(d).vetoable)
        w.failed[0] = council.is_failed(adopted, w.vetoed[0])
        w.meeting[0] = council.is_meeting(adopted, procedural, s.draft_accountability[d])
        w.abuse[0] = s.draft_accountability[d]
        w.statement[0] = council.is_statement(adopted, statement)
        w.added[0] = council.measures_added(adopted, bite, s.draft_whole[d])
        w.seised[0] = council.seised_strength(
            w.seised[0], adopted, s.draft_referral[d], p.referral_strength, s.draft_tribunal[d], p.tribunal_strength
        )
        w.panel_until[0] = council.mandate_end(
            w.panel_until[0], float(self.model.month), p.mandate_length, adopted, s.draft_panel[d]
        )
        for rows, covers in ((w.legislated, s.draft_covers[d]), (w.legislated_goods, s.draft_covers_goods[d])):
            for row, cover in enumerate(covers):
                rows[row] = council.legislated_coverage(rows[row], cover, bite, s.draft_bite[d], adopted)

    def list_networks(self) -> None:
        """The Committee lists what it sees where nobody objects; states list by themselves."""
        w, s, p = self.w, self.s, self.p
        consensus = 1.0
        for i in s.seats[self.model.t]:
            member = self.model.by_row[i]
            support = member.terms(council.LISTING, p.designation_bite, 0.0, cosponsors=0.0).support
            consensus = forums.no_objection(consensus, council.probability_of_no(support, 0.0))
        sight = sanctions.seen(sanctions.unseen(sanctions.unseen(1.0, 1.0, w.monitoring[WEAPONS]), 1.0, w.monitoring[LINK]))
        autonomous = s.designations[self.model.t]
        gains = (p.designation_unaided, p.designation_gain, autonomous, p.designation_autonomous)
        jump = forums.listing_jump(consensus, sight, self.panel_runs(), *gains)
        w.designated[0] = maths.stock_next(w.designated[0], p.designation_half_life, jump)

    def sanctions(self) -> None:
        self.watch()


class Ledger(Actor):
    """Book-keeping at the end of the month: what it cost whom."""

    def ledger(self) -> None:
        w, s, p, model = self.w, self.s, self.p, self.model
        result = (w.adopted[0], w.statement[0], w.vetoed[0])
        votes = ledger.isolation_jump(w.yes[0], w.bite[0], *result, p.isolation_adopted, p.isolation_vetoed)
        texts = 0.0
        for text, agreed in zip(w.text, w.agreed, strict=True):
            texts = texts + text * agreed
        around = ledger.isolation_around(
            w.statement[0], p.statement_weight, p.isolation_adopted, w.debate[0], p.isolation_debate, texts, p.isolation_forum
        )
        w.isolation[0] = maths.stock_next(w.isolation[0], p.isolation_half_life, ledger.joined(votes, around))
        said = ledger.credibility_jump(
            w.meeting[0], p.credibility_meeting, w.adopted[0], w.abuse[0], p.credibility_text, w.statement[0], p.statement_weight
        )
        agenda = ledger.agenda_jump(w.triggered[0], p.credibility_agenda)
        left = ledger.credibility_left(w.credibility[0], w.vetoed[0], w.abuse[0], p.impunity)
        w.credibility[0] = maths.stock_next(left, p.credibility_half_life, ledger.joined(said, agenda))
        credible = ledger.credible(w.credibility[0], w.court[0])
        event = ledger.accountability_jump(w.exposure[0], p.accountability_gain, p.accountability_least, credible)
        work = ledger.court_jump(w.court[0], p.court_gain)
        w.accountability[0] = maths.stock_next(w.accountability[0], p.accountability_half_life, ledger.joined(event, work))
        jump = ledger.legitimacy_jump(w.exposure[0], p.legitimacy_leak, s.open[model.t])
        w.legitimacy_loss[0] = maths.stock_next(w.legitimacy_loss[0], p.legitimacy_half_life, jump)
        w.political[0] = ledger.political_cost(
            w.isolation[0],
            w.accountability[0],
            1.0 - w.cohesion[0],
            w.legitimacy_loss[0],
            p.weight_isolation,
            p.weight_accountability,
            p.weight_cohesion,
            p.weight_legitimacy,
        )
        w.defiance[0] = ledger.cost_of_defiance(w.political[0], sanctions.squeeze(w.revenue[REAL], w.revenue[SHADOW]))
        w.defiance_reference[0] = regime.first_level(w.defiance_reference[0], w.defiance[0])
        ledger.measure(model.block, model.parameter_block, model.scenario.case, model.t, 0)
