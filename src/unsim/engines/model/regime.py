"""The DPRK and its treasury."""

from __future__ import annotations

from typing import Any

from unsim.engines.model.actor import Actor
from unsim.engines.model.state import State
from unsim.rules import chance, maths, regime, sanctions, trade, world
from unsim.rules.world import BOOKS, REAL, SHADOW


class Regime(State):
    """The DPRK: it tests weapons, chooses coercion, moves trade elsewhere, and spends what it earns."""

    def begin(self) -> None:
        super().begin()
        w, p, s = self.w, self.p, self.s
        free_trade, cloth = 0.0, 0.0
        for k in range(len(s.channel_code)):
            sold = 0.0
            for j in range(len(s.partner_state)):
                wanted = w.arms_wanted[j] * s.for_conflicts[k]
                sold = sold + trade.potential(s.base_potential[0, k, j], wanted, p.potential_scale[k])
            free_trade = free_trade + sold
            cloth = cloth + trade.cloth_cost(sold, p.cloth_share, s.uses_cloth[k])
        w.income[REAL], w.income[SHADOW] = p.start_income, trade.hard_currency(free_trade, cloth, p.other_income)
        w.revenue[REAL], w.revenue[SHADOW] = p.start_income, free_trade
        for b in BOOKS:
            w.reserves[b] = p.start_reserves
            w.coercion[b] = regime.USUAL
            w.skill[b] = regime.MIDDLING_SKILL
        free = trade.free_spending(1.0, p.spending_propensity, w.income[SHADOW], p.drawdown, p.start_reserves)
        w.civilian_reference[0] = regime.usual_civilian(
            free + p.extraction_base, p.apparatus_weight, p.patronage_share, p.weapons_share
        )
        w.cohesion[0] = regime.cohesion_start(p.cohesion_usual)
        w.capability[0] = regime.USUAL

    def world(self) -> None:
        super().world()
        w, p, s, t = self.w, self.p, self.s, self.model.t
        u = self.draw(chance.PROVOCATION)
        missile, nuclear = (w.missile, s.missile_record, p.missile_base, u[0]), (w.nuclear, s.nuclear_record, p.nuclear_base, u[1])
        for test, record, base, uniform in (missile, nuclear):
            odds = world.test_log_odds(
                base, p.test_capability, w.capability[0], p.test_backlash, w.reach[0], p.test_calming, w.engagement[0]
            )
            test[0] = world.as_recorded(s.record[t], record[t], maths.happens(odds, uniform))

    def trade(self) -> None:
        super().trade()
        w, s, p, t = self.w, self.s, self.p, float(self.model.t)
        for b in BOOKS:
            goal = 0.0
            for k in range(len(s.channel_code)):
                lost, turned = 0.0, 0.0
                for j in range(len(s.partner_state)):
                    lost = lost + w.lost[b, k, j]
                    turned = turned + trade.turned_goal(w.lost[b, k, j], p.to_unlisted, s.own_ban[self.model.t, k, j])
                wanted = trade.redirected_goal(lost, p.redirection)
                w.redirected[b, k] = trade.moved_next(w.redirected[b, k], wanted, p.redirection_speed, t)
                goal = goal + turned * s.merchandise[k]
            w.unlisted[b] = trade.moved_next(w.unlisted[b], goal, p.unlisted_speed, t)

    def choose_coercion(self, book: int) -> float:
        """Coercion next in a book, 1 without measures."""
        w, p, b = self.w, self.p, book
        exposure = w.accountability[0] if b == REAL else 0.0
        rung = w.rung[0] if b == REAL else 0.0
        coerced = regime.coerced_earnings(w.coerced[b], p.extraction_intensity, w.extraction[b])
        goal = regime.coercion_goal(
            regime.marginal_coerced(coerced, w.conditional[b], p.condition_believed, p.output_elasticity),
            regime.coerced_earnings(w.coerced[SHADOW], p.extraction_intensity, w.extraction[SHADOW]),
            w.revenue[b] + w.extraction[b],
            w.revenue[SHADOW] + w.extraction[SHADOW],
            p.value_curvature,
            p.coercion_curvature,
            regime.accountability_factor(p.accountability_weight, exposure),
        )
        goal = regime.reformed_goal(goal, p.reform_relief, rung)
        return regime.coercion_next(w.coercion[b], goal, p.coercion_speed, float(self.model.t))

    def spend(self, book: int) -> None:
        """Divide the month's resources of a book; what is left goes to civilians."""
        w, p, b = self.w, self.p, book
        total, base = w.resources[b], w.resources[SHADOW]
        w.apparatus[b] = regime.apparatus_spending(total, p.apparatus_weight, w.coercion[b])
        left = total - w.apparatus[b]
        raised = regime.raised_share(total, base, p.patronage_protection)
        w.patronage[b] = regime.protected_spending(left, p.patronage_share, raised)
        left = left - w.patronage[b]
        raised = regime.raised_share(total, base, p.weapons_protection)
        w.weapons[b] = regime.protected_spending(left, p.weapons_share, raised)
        w.civilian[b] = left - w.weapons[b]

    def regime(self) -> None:
        w, p = self.w, self.p
        response = trade.response(p.output_elasticity, p.extraction_intensity)
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
        jump = regime.rally_jump(p.rally_gain, w.added[0], p.rally_rights, w.adopted[0], w.meeting[0], w.abuse[0])
        w.rally[0] = maths.stock_next(w.rally[0], p.rally_half_life, jump)
        goal = regime.cohesion_goal(
            p.cohesion_usual,
            p.cohesion_patronage,
            w.patronage[REAL],
            w.expectation[REAL],
            p.cohesion_accountability,
            w.accountability[0],
            p.cohesion_rally,
            w.rally[0],
            p.cohesion_opening,
            w.rung[0],
        )
        w.cohesion[0] = regime.cohesion_next(w.cohesion[0], goal, p.cohesion_speed)
        w.weapons_reference[0] = reference = regime.first_level(w.weapons_reference[0], w.weapons[REAL])
        w.capability[0] = regime.capability_next(w.capability[0], w.weapons[REAL], reference, p.capability_speed)
        w.rung[0] = self.climb()

    def climb(self) -> float:
        """The rung of the concession ladder next."""
        w, p = self.w, self.p
        defiance = (p.ladder_response, w.defiance[0], w.defiance_reference[0])
        opening = (p.ladder_opening, w.cohesion[0], regime.cohesion_start(p.cohesion_usual))
        offer = (p.ladder_offer, w.engagement[0], w.engagement_reference[0])
        hazard = regime.climb_hazard(p.ladder_hazard, *defiance, *opening, *offer)
        return regime.rung_next(w.rung[0], hazard, p.ladder_fall, self.draw(chance.LADDER)[0])


def total(cells: Any) -> float:
    """Sum of the cells of a table, row by row: the order in which the kernel adds them."""
    found = 0.0
    for cell in cells.flat:
        found = found + cell
    return found


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
            w.resale_lost[b], w.conditional[b] = total(w.resale_taken[b]), total(w.resale_easing[b])
            w.free[b] = trade.free_spending(passing, p.spending_propensity, w.income[b], p.drawdown, w.reserves[b])
            for good in self.model.goods.values():
                w.imports[b, good.row] = good.order(b, letter)
                paid = paid + trade.paid_import(w.imports[b, good.row], s.good_cloth[good.row], s.good_crude[good.row])
            w.paid[b] = paid
