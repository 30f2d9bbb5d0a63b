"""What the DPRK earns by, what it imports, and the wars whose parties buy its arms."""

from __future__ import annotations

from unsim.engines.model.actor import Actor
from unsim.rules import chance, maths, sanctions, trade, world
from unsim.rules.world import BOOKS, LINK, REAL


class Conflicts(Actor):
    """The wars whose parties buy arms from the DPRK: which go on, and what each partner wants for them."""

    def begin(self) -> None:
        self.w.conflict[:] = self.s.conflict_start
        self.supply()

    def world(self) -> None:
        w, s = self.w, self.s
        for x, code in enumerate(s.conflict_code):
            begins, ends = s.conflict_begins[self.model.t, x], s.conflict_ends[self.model.t, x]
            if begins + ends > 0.0:
                opened, u = s.conflict_path[self.model.t, x], self.draw(chance.CONFLICT, code)
                w.conflict[x] = world.conflict_next(w.conflict[x], begins, ends, opened, u[0])
        self.supply()

    def supply(self) -> None:
        """What each partner wants for the wars that go on: arms, and how far it needs the DPRK."""
        w, s, t = self.w, self.s, self.model.t
        for j in range(len(s.partner_state)):
            wanted, need = 0.0, 0.0
            for x in range(len(s.conflict_code)):
                open_now = w.conflict[x] * s.conflict_path[t, x] * s.conflict_buyer[x, j]
                wanted = wanted + open_now * s.conflict_arms[x]
                need = maths.larger(need, open_now * s.conflict_need[x])
            w.arms_wanted[j], w.need[j] = wanted, need


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
        usual = trade.usual_output(p.potential_scale[k], w.shock[k], p.shock_spread)
        return usual * trade.coerced_output(w.coercion[book], trade.response(p.output_elasticity, p.forced_labour[k]))

    def covered(self) -> float:
        """Share of the channel that Council texts name."""
        return sanctions.coverage(self.s.standing[self.model.t, self.row], self.p.text_reach[self.row], self.w.enacted[self.row])

    def resale_coefficient(self) -> float:
        """Share of goods under an import ban abroad that loses its market."""
        return trade.resale_coefficient(self.w.monitoring[LINK], self.p.resale_scale, self.p.resale_diverted)

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
                if not s.trades[k, j]:
                    continue
                potential, blocked = w.potential[b, k, j], w.blocked[b, k, j]
                weight = maths.ratio(trade.pull(potential, blocked), whole)
                moved = trade.redirected_in(w.redirected[b, k], weight, potential, p.redirection_cap)
                moved = trade.demand_left(moved + absorbed * weight, w.taken[b, k, j])
                w.declared[b, k, j] = trade.declared(potential, moved, border, blocked)
                realised = w.declared[b, k, j] + w.undeclared[b, k, j]
                receipts = receipts + realised
                taken = w.taken[b, k, j]
                w.resale_taken[b, k, j] = trade.resale_money(realised, taken, taken)
                if b == REAL:
                    easing = s.resale_conditional[self.model.t, k, j]
                    eases = trade.conditional_share(self.resale_coefficient(), easing, w.coercion[b])
                    w.resale_easing[b, k, j] = trade.resale_money(realised, taken, eases)
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
