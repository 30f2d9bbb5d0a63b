"""One run of a scenario as a Mesa model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mesa
import numpy as np

from unsim.engines.model.actor import Actor
from unsim.engines.model.bodies import Coalition, Council, Ledger, Public
from unsim.engines.model.market import Good, Market
from unsim.engines.model.regime import Regime, Treasury
from unsim.engines.model.state import State
from unsim.parameters import PARAMETER_AXES, Params
from unsim.rules import chance, council
from unsim.rules.world import PHASES, WORLD_AXES, World, offsets, views
from unsim.scenario import Scenario, load

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
    ``shuffle`` activates agents of a kind in random order, which changes nothing. In ``mesa.batch_run`` vary ``replicate``
    (``iterations`` would repeat one address, so the same run).

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
        for name, value, low in (("seed", seed, 0), ("replicate", replicate, 0), ("draw", draw, -1)):
            if not (isinstance(value, int | np.integer) and low <= value <= chance.MAX_WORD):
                raise ValueError(f"{name} {value!r}; allowed: a whole number from {low} to {chance.MAX_WORD}")
        super().__init__(seed=int(seed))
        self.running = True
        self.scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
        self.setting, self.labels, sizes = self.scenario.setting, self.scenario.labels, self.scenario.sizes
        self.seed_word, self.replicate_word = np.uint64(seed), np.uint64(replicate)
        self.block = np.zeros((offsets(WORLD_AXES, sizes)[1], 1))
        self.parameter_block = self.scenario.draw(seed, [draw])
        self.world = _single(World, WORLD_AXES, sizes, self.block)
        self.params = Params(
            *(f[0] if f.shape == (1,) else f for f in _single(Params, PARAMETER_AXES, sizes, self.parameter_block))
        )
        self.t = 0  # month of the horizon: the first before any step, then the one last stepped
        self.stepped = False
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
        for agent in self.agents:
            agent.settle()
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
        """One month: every phase in order, every kind of agent in order within it; raises RuntimeError after the last."""
        if not self.running:
            raise RuntimeError(f"the horizon of {self.scenario.months} months is over")
        self.t += self.stepped
        self.stepped = True
        for phase in PHASES:
            for group in self._ranked:
                order = self.random.sample(group, len(group)) if self.shuffle else group
                for agent in order:
                    getattr(agent, phase)()
        if self.collect:
            self.datacollector.collect(self)
        self.running = self.t + 1 < self.scenario.months


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
