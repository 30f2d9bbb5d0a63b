"""The public, the coalition, the Security Council, and the ledger."""

from __future__ import annotations

from typing import Any

from unsim.engines.model.actor import Actor
from unsim.engines.model.state import State
from unsim.rules import chance, coalition, council, ledger, maths, sanctions, world
from unsim.rules.world import REAL, STOCKS


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
        self.campaign(coalition.UNCOORDINATED)
        self.w.tabled[0] = coalition.NO_DRAFT
        self.w.last_tabled[:] = self.s.draft_last
        self.w.team[0] = self.s.team

    def campaign(self, coordination: float) -> None:
        """What the leaders' efforts come to together, and how their governments lean."""
        w, s, p = self.w, self.s, self.p
        exponent = coalition.complementarity(coordination, p.effort_exponent)
        largest, efforts, weighted, leaning, budgets = 0.0, 0.0, 0.0, 0.0, 0.0
        for i in s.leaders:
            leaning = leaning + coalition.leaning(s.budget[i], w.posture[i])
            budgets = budgets + s.budget[i]
            largest = maths.larger(largest, w.effort[i])
            efforts = efforts + w.effort[i]
            weighted = weighted + w.effort[i] * w.posture[i]
        terms = 0.0
        for i in s.leaders:
            terms = terms + coalition.effort_term(w.effort[i], largest, exponent)
        w.campaign[0] = coalition.combined_effort(terms, largest, exponent, s.attention[self.model.t])
        w.reach[0] = coalition.campaign_reach(w.campaign[0])
        w.resolve[0] = coalition.resolve(weighted, efforts)
        w.engagement[0] = coalition.engagement(leaning, budgets)

    def coalition(self) -> None:
        self.campaign(self.s.coordination)
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
