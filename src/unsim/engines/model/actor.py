"""What every agent of the Mesa engine can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from unsim.rules import chance, maths

if TYPE_CHECKING:
    from unsim.engines.model.pressure import PressureModel


class Actor(mesa.Agent):  # type: ignore[misc]
    """An agent of the pressure model; it does nothing in a phase unless it says so."""

    def __init__(self, model: PressureModel, name: str, row: int) -> None:
        super().__init__(model)
        self.name, self.row = name, row
        self.w, self.p, self.s = model.world, model.params, model.setting

    def begin(self) -> None:
        """Set this agent's rows before the first month."""

    def settle(self) -> None:
        """Set what follows from how other agents begin."""

    def draw(self, purpose: Any, who: Any = chance.NOBODY, whom: Any = chance.NOBODY, *, start: bool = False) -> Any:
        """The four uniforms of an address in this month (or of the start)."""
        month = chance.NOBODY if start else np.uint64(self.model.month)
        return chance.uniforms(self.model.seed_word, self.model.replicate_word, month, purpose, who, whom)

    def normal(self, purpose: Any, who: Any = chance.NOBODY, *, start: bool = False) -> float:
        """The first standard normal of an address."""
        u = self.draw(purpose, who, start=start)
        return maths.normal(u[0], u[1])

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
