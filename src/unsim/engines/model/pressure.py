"""One run of a scenario as a Mesa model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mesa
import numpy as np

from unsim.engines.model.actor import Actor
from unsim.engines.model.bodies import Coalition, Council, Ledger, Public
from unsim.engines.model.forums import Consequence, Court, Forum, Mandate
from unsim.engines.model.market import Conflicts, Good, Market
from unsim.engines.model.regime import Regime, Treasury
from unsim.engines.model.state import State
from unsim.parameters import PARAMETER_AXES, Params
from unsim.rules import chance, council
from unsim.rules.world import FORUMS, LINK, PHASES, SCOPES, WORLD_AXES, World, offsets, views
from unsim.scenario import Scenario, loaded

RANKS: tuple[type[Actor], ...] = (
    *(Conflicts, State, Regime, Market, Treasury, Good, Public, Coalition, Council),
    *(Forum, Consequence, Mandate, Court, Ledger),
)
"""Kinds of agents in the order in which they act within a phase; a subclass acts with its nearest kind."""


def _rank(agent: Actor) -> int:
    return next(RANKS.index(kind) for kind in type(agent).__mro__ if kind in RANKS)


REPORTED = ("posture", "stance", "rivalry", "vote", "letter", "policing", "enforcement")
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
    has every outcome by month, and posture, stance, rivalry, vote, letter, policing and enforcement of every state.
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
            if isinstance(value, bool) or not (isinstance(value, int | np.integer) and low <= value <= chance.MAX_WORD):
                raise ValueError(f"{name} {value!r}; allowed: a whole number from {low} to {chance.MAX_WORD}")
        super().__init__(seed=int(seed))
        self.running = True
        self.scenario = loaded(scenario)
        self.setting, self.labels, sizes = self.scenario.setting, self.scenario.labels, self.scenario.sizes
        self.seed_word, self.replicate_word = np.uint64(seed), np.uint64(replicate)
        self.block = np.zeros((offsets(WORLD_AXES, sizes)[1], 1))
        self.parameter_block = self.scenario.draw(seed, [draw])
        self.world = _single(World, WORLD_AXES, sizes, self.block)
        parameters = _single(Params, PARAMETER_AXES, sizes, self.parameter_block)._asdict()
        self.params = Params(**{name: field if PARAMETER_AXES[name] else field[0] for name, field in parameters.items()})
        self.t = 0  # month of the horizon: the first before any step, then the one last stepped
        self.stepped = False
        self.shuffle = shuffle
        self.replicate, self.draw = replicate, draw
        own = dict(agents or {})
        own.pop("conflicts", Conflicts)(self, "conflicts", 0)
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
        self.mandates: dict[str, Mandate] = {}
        for row, name in enumerate(self.labels.mandates):
            self.mandates[name] = own.pop(name, Mandate)(self, name, row)
        self.forums: dict[str, Forum] = {}
        for row, name in enumerate(FORUMS):
            self.forums[name] = own.pop(name, Forum)(self, name, row)
        for row, kind in enumerate((Treasury, Public, Coalition, Council, Consequence, Court, Ledger)):
            own.pop(kind.__name__.lower(), kind)(self, kind.__name__.lower(), row)
        if own:
            known = ", ".join([*self.states, *self.markets, *self.goods, *self.mandates, *self.forums])
            raise ValueError(f"no agent named {', '.join(own)}; there are {known}")
        self.weights = council.Weights(*(float(getattr(self.params, name)) for name in council.Weights._fields))
        self.bands = council.bands(self.params.abstention_band, self.params.blocking_band)
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

    def text(self, draft: int) -> council.Text:
        """The contents of the draft in a row, and how it is judged this month."""
        s = self.setting
        return council.Text(
            s.draft_security[draft],
            s.draft_accountability[draft],
            s.draft_linkage[draft],
            council.vetoable(s.draft_procedural[draft], s.draft_statement[draft]),
            s.weakest_link,
            s.audience[self.t],
        )

    @property
    def month(self) -> int:
        """Absolute month of this step (year * 12 + month - 1)."""
        return int(self.setting.first_month) + self.t

    @property
    def mood(self) -> council.Mood:
        """What all members see alike this month."""
        w = self.world
        return council.Mood(w.reach[0], w.salience[0], self.setting.attention[self.t], w.cosponsors[0], w.monitoring[LINK])

    def stops(self, state: int, draft: int) -> float:
        """1 where the no of a state stops a draft by itself."""
        s = self.setting
        return council.can_stop(s.permanent[state], s.draft_procedural[draft], s.draft_statement[draft])

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
        self.begin_month()
        for phase in PHASES:
            self.step_phase(phase)
        self.end_month()

    def begin_month(self) -> None:
        """Go to the next month (the first before any); raises RuntimeError after the last."""
        if not self.running:
            raise RuntimeError(f"the horizon of {self.scenario.months} months is over")
        self.t += self.stepped
        self.stepped = True

    def end_month(self) -> None:
        """Collect the month's data, and stop at the horizon."""
        if self.collect:
            self.datacollector.collect(self)
        self.running = self.t + 1 < self.scenario.months

    def axis_names(self, axis: str) -> tuple[str, ...]:
        """Names along an axis of World."""
        names = {"book": ("real", "shadow"), "scope": SCOPES, "forum": FORUMS, "outcome": tuple(self._outcome_row)}
        found: tuple[str, ...] = names[axis] if axis in names else getattr(self.labels, f"{axis}s")
        return found

    def step_phase(self, phase: str) -> None:
        """One phase of the month, every kind of agent in order."""
        for group in self._ranked:
            for agent in self.random.sample(group, len(group)) if self.shuffle else group:
                getattr(agent, phase)()
