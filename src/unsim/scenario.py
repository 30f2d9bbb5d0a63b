"""A scenario: a file that was read, checked and turned into arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unsim.checks import checked
from unsim.consistency import ENTRY_PRIORS
from unsim.files import Document, Key, locate, override, read, shipped_scenarios
from unsim.parameters import BY_NAME, PARAMETER_AXES, Params, Prior, labels, triangular
from unsim.posterior import Brought, draw_table, marginals
from unsim.rules.ledger import Outcome, outcomes
from unsim.rules.world import BOOKS, FORUMS, SCOPES, STOCKS, WORKING, WORLD_AXES, Case, Setting, Sizes, case, offsets
from unsim.schema import ScenarioFile
from unsim.setting import Labels, build
from unsim.tables import state_names, table


@dataclass(frozen=True)
class Scenario:
    """A checked scenario.

    ``file`` is its content after ``extends``; ``setting`` the arrays of the horizon; ``priors`` the prior of every
    parameter row, a fixed one where the file holds the parameter at a value. ``brought``: draws that a user brings.
    """

    name: str
    file: ScenarioFile
    months: int
    document: Document
    brought: Brought | None = None

    @cached_property
    def _built(self) -> tuple[Setting, Labels]:
        return build(self.file, self.months)

    @property
    def title(self) -> str:
        """Title in tables and figures."""
        return self.file.title

    @property
    def setting(self) -> Setting:
        """Arrays that all runs share."""
        return self._built[0]

    @property
    def labels(self) -> Labels:
        """Names of the setting's rows."""
        return self._built[1]

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes of every run, in their fixed order."""
        return outcomes(self.labels.partners, self.labels.channels)

    @cached_property
    def sizes(self) -> Sizes:
        """How long each axis of the world, the setting and the parameters is."""
        setting, names = self.setting, self.labels
        return Sizes(
            month=self.months,
            state=len(names.states),
            seat=setting.seats.shape[1],
            leader=len(setting.leaders),
            partner=len(names.partners),
            channel=len(names.channels),
            good=len(names.goods),
            draft=len(names.drafts),
            level=len(setting.dilution),
            book=len(BOOKS),
            stock=len(STOCKS),
            scope=len(SCOPES),
            forum=len(FORUMS),
            mandate=len(names.mandates),
            conflict=len(names.conflicts),
            outcome=len(self.outcomes),
        )

    @cached_property
    def case(self) -> Case:
        """The scenario as the engines' compiled code reads it."""
        return case(self.setting, self.sizes, Params(**offsets(PARAMETER_AXES, self.sizes)[0]))

    @cached_property
    def priors(self) -> dict[str, Prior]:
        """Prior of each parameter row (``compliance``, ``forced_labour.coal``, …), in row order."""
        found = {}
        names = {"channel": self.labels.channels, "mandate": self.labels.mandates}
        for label in labels(names):
            name, _, entry = label.partition(".")
            if entry:
                section, key = ENTRY_PRIORS[name]
                found[label] = triangular(*getattr(getattr(self.file, section)[entry], key))
            else:
                found[label] = BY_NAME[name].prior
        if self.file.uncertainty == "posterior":
            found |= {label: fit for label, fit in marginals().items() if label in found and found[label] == _usual(label)}
        if self.brought:
            found |= {label: drawn for label, drawn in self.brought.marginals.items() if label in found}
        for label, value in _held(self.file):
            found[label] = Prior("fixed", value, 0.0, value, value)
        return found

    def world_row(self, name: str) -> int:
        """Row of a variable of the world by its name and labels, such as ``declared.real.coal.CHN`` (its axes in order).

        Raises ``KeyError`` with what is allowed.
        """
        variable, *given = str(name).split(".")
        if variable not in WORLD_AXES or variable in WORKING:
            kept = ", ".join(one for one in WORLD_AXES if one not in WORKING)
            raise KeyError(f"no variable {variable!r} of the world; there are {kept}")
        axes, names = WORLD_AXES[variable], self.labels
        known = {
            "state": names.states, "partner": names.partners, "channel": names.channels, "good": names.goods,
            "draft": names.drafts, "conflict": names.conflicts, "mandate": names.mandates, "forum": FORUMS, "scope": SCOPES,
            "book": ("real", "shadow"), "outcome": tuple(outcome.name for outcome in self.outcomes),
        }  # fmt: skip
        if len(given) != len(axes):
            raise KeyError(f"{name!r}; allowed: {'.'.join([variable, *axes])}")
        row = 0
        for axis, label in zip(axes, given, strict=True):
            if label not in known[axis]:
                raise KeyError(f"no {axis} {label!r}; there are {', '.join(known[axis])}")
            row = row * len(known[axis]) + known[axis].index(label)
        return self._first_rows[variable] + row

    @cached_property
    def _first_rows(self) -> dict[str, int]:
        """First row of each variable of the world."""
        return offsets(WORLD_AXES, self.sizes)[0]

    def called(self, code: str) -> str:
        """The name of a state or partner: what the file calls it, its usual short name, or the code itself."""
        given = [entry.name for entry in (self.file.states.get(code), self.file.partners.get(code)) if entry and entry.name]
        return given[0] if given else state_names().get(code, code)

    def draw(self, seed: int, draws: list[int]) -> NDArray[np.float64]:
        """Parameter values, shape (row, draw); draw -1 holds each parameter at its default. Raises ValueError below that."""
        if min(draws, default=0) < -1:
            raise ValueError(f"draw {min(draws)}; allowed: from -1 (defaults) on")
        return draw_table(self.priors, seed, draws, self.brought)

    def override(self, changes: Mapping[str, Any]) -> Scenario:
        """The same scenario with some keys set, such as ``{"coalition.coordination": 0.5}``.

        Raises ``ScenarioError`` if a key does not exist or a value is not allowed.
        """
        return replace(_scenario(override(self.document, _split(changes)), self.name), brought=self.brought)

    def over(self, months: int) -> Scenario:
        """The same scenario over another horizon."""
        return self.override({"months": months})


def load(reference: str, set: Mapping[str, Any] | None = None) -> Scenario:
    """Load a scenario by path or by the name of a shipped one, with some keys set.

    Raises ``ScenarioError``, which lists every problem with its file, line and key.
    """
    return load_with(reference, _split(set or {}))


def loaded(scenario: Scenario | str) -> Scenario:
    """A scenario, given itself, its path or its name."""
    return scenario if isinstance(scenario, Scenario) else load(scenario)


def _split(changes: Mapping[str, Any]) -> list[tuple[Key, Any]]:
    if not isinstance(changes, Mapping) or not all(isinstance(key, str) for key in changes):
        raise TypeError(f'changes {changes!r}; allowed: keys with values, such as {{"coalition.coordination": 0.5}}')
    return [(tuple(key.split(".")), value) for key, value in changes.items()]


def load_with(reference: str, changes: Sequence[tuple[Key, Any]]) -> Scenario:
    """Load a scenario with changes given as split keys (``--set``)."""
    document = read(str(reference))
    return _scenario(override(document, changes), locate(str(reference)).stem)


def from_layers(layers: Sequence[dict[str, Any]], name: str) -> Scenario:
    """A scenario from the content of its files (``document.layers``), as a sweep keeps it."""
    return _scenario(Document(tuple(layers), {}, name, ()), name)


def _scenario(document: Document, name: str) -> Scenario:
    file = checked(document)
    return Scenario(name, file, file.months, document)


@cache
def _usual(label: str) -> Prior:
    """The prior of a parameter row where no file changes it: only to this does a shipped posterior apply."""
    name, _, entry = label.partition(".")
    if not entry:
        return BY_NAME[name].prior
    row = next(row for row in table("channels") if row["channel"] == entry)
    key = ENTRY_PRIORS[name][1]
    return triangular(*(float(row[f"{key}_{level}"]) for level in ("low", "central", "high")))


def _held(file: ScenarioFile) -> Iterator[tuple[str, float]]:
    for name, value in file.parameters.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{channel}", float(number)) for channel, number in value.items())
        else:
            yield name, float(value)


def shipped() -> dict[str, str]:
    """Names of the shipped scenarios, each with its title."""
    return {path.stem: load(path.stem).title for path in sorted(shipped_scenarios().glob("*.yaml"))}
