"""What a run leaves behind: every outcome of every replicate, labelled, and a digest of the raw numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from unsim.bands import Bands
from unsim.files import Problem, ScenarioError
from unsim.parameters import BY_NAME
from unsim.rules.ledger import Outcome
from unsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Engine = Literal["kernel", "mesa"]
ClaimLevel = Literal["exploration", "calibrated", "back-tested"]
QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.50, "q75": 0.75, "q95": 0.95}
VOTES = ("no", "abstain", "yes")


def claim_level(scenario: Scenario) -> ClaimLevel:
    """How far a result can be claimed, from where its parameters came: *exploration* while all come from priors.

    *calibrated* needs parameters drawn from a posterior that is shipped; *back-tested* also needs months that were
    replayed and scored, which no scenario has yet.
    """
    return "calibrated" if any(prior.origin == "posterior" for prior in scenario.priors.values()) else "exploration"


def lowest(levels: Iterable[ClaimLevel]) -> ClaimLevel:
    """How far what rests on several results can be claimed: no further than any of them."""
    return min(levels, key=get_args(ClaimLevel).index)


def claimed(scenario: Scenario, level: ClaimLevel) -> str:
    """A claim level in words, with the number of parameter values that the record or a table of the user's informs."""
    free = [prior.origin for prior in scenario.priors.values() if prior.kind != "fixed"]
    fitted, told = free.count("posterior"), []
    if level != "exploration":
        told.append(f"{fitted} of {len(free)} parameters fitted")
    if scenario.brought:
        told.append(f"{free.count('brought')}{'' if told else f' of {len(free)} parameters'} drawn from {scenario.brought.name}")
    return f"Claim level: {level}" + (f" ({', '.join(told)}, the rest priors)" if told else "")


@dataclass(frozen=True)
class Run:
    """All futures of one scenario.

    ``totals`` (horizon, outcome, replicate) holds sums over the first ``horizons`` months; ``kept`` (outcome, month,
    replicate) whole paths of the first replicates; ``votes`` (draft, state, vote) counts of votes over all futures;
    ``counted`` the months of all futures in bins, where they were asked for; ``sums`` (variable, span, replicate) those of the
    variables of the world in ``watched`` over each span of months, usually a year. Replicate ``i`` uses parameter draw
    ``i % draws`` (``draws`` 0: every parameter at its default).
    """

    scenario: Scenario
    replicates: int
    draws: int
    seed: int
    engine: Engine
    horizons: tuple[int, ...]
    totals: NDArray[np.float64]
    kept: NDArray[np.float64]
    votes: NDArray[np.int64]
    counted: Bands | None = None
    watched: tuple[str, ...] = ()
    sums: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0, 0)))

    @property
    def months(self) -> int:
        """Months of the horizon."""
        return self.scenario.months

    @property
    def claim_level(self) -> ClaimLevel:
        """How far the result can be claimed."""
        return claim_level(self.scenario)

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """Each outcome over each horizon (horizon, outcome, replicate): a mean or a sum of months, as the outcome says."""
        means = np.array([outcome.aggregate == "mean" for outcome in self.scenario.outcomes])
        months = np.where(means[None, :], np.array(self.horizons, dtype=np.float64)[:, None], 1.0)
        return np.asarray(self.totals / months[:, :, None], dtype=np.float64)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the raw values: float64, little-endian, in the order (horizon, outcome, replicate)."""
        return hashlib.sha256(np.ascontiguousarray(self.values, dtype="<f8").tobytes()).hexdigest()

    def outcome(self, name: str, horizon: int | None = None) -> NDArray[np.float64]:
        """An outcome of every replicate over a horizon in months (default: the whole), shape (replicate,).

        Raises ``KeyError`` for an unknown outcome, ``ValueError`` for a horizon that is not kept.
        """
        wanted = self.months if horizon is None else horizon
        if wanted not in self.horizons:
            raise ValueError(f"no horizon of {wanted} months; there are {', '.join(map(str, self.horizons))}")
        values: NDArray[np.float64] = self.values[self.horizons.index(wanted), self.row(name)]
        return values

    def row(self, name: str) -> int:
        """Row of an outcome; raises ``KeyError`` with the known names."""
        if name not in self._rows:
            raise KeyError(f"no outcome {name!r}; there are {', '.join(self._rows)}")
        return self._rows[name]

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {outcome.name: row for row, outcome in enumerate(self.scenario.outcomes)}

    @cached_property
    def outcomes(self) -> xr.Dataset:
        """Outcomes as labelled arrays (horizon, replicate) with units."""
        import xarray as xr

        coords = {"horizon": list(self.horizons), "replicate": np.arange(self.replicates), **self._draw_coordinate}
        data = {o.name: (("horizon", "replicate"), self.values[:, i], _attributes(o)) for i, o in enumerate(self.scenario.outcomes)}
        return xr.Dataset(data, coords, self._provenance)

    @cached_property
    def paths(self) -> xr.Dataset:
        """Whole paths (month, replicate) of the replicates that were kept, with units."""
        import xarray as xr

        coords = {"month": self._months, "replicate": np.arange(self.kept.shape[2])}
        data = {o.name: (("month", "replicate"), self.kept[i], _attributes(o)) for i, o in enumerate(self.scenario.outcomes)}
        return xr.Dataset(data, coords, self._provenance)

    @cached_property
    def bands(self) -> xr.Dataset:
        """Quantiles (quantile, month) over all futures, with units; what is counted adds up over the months.

        Off by at most 1/32 of their size (:mod:`unsim.bands`). Raises ``ValueError`` where the run kept none (``bands``).
        """
        import xarray as xr

        if self.counted is None:
            raise ValueError("no bands were kept: run with bands=True")
        rows = self.counted.rows.tolist()
        found = self.counted.quantiles(list(QUANTILES.values()), rows)
        coords = {"quantile": list(QUANTILES.values()), "month": self._months}
        kinds = [self.scenario.outcomes[row] for row in rows]
        data = {o.name: (("quantile", "month"), found[:, i], _attributes(o)) for i, o in enumerate(kinds)}
        return xr.Dataset(data, coords, self._provenance)

    @property
    def _months(self) -> NDArray[np.datetime64]:
        first = np.datetime64(self.scenario.file.start, "M")
        return (first + np.arange(self.months)).astype("datetime64[ns]")

    @property
    def _draw_coordinate(self) -> dict[str, Any]:
        draws = np.arange(self.replicates) % self.draws if self.draws else np.full(self.replicates, -1)
        return {"draw": ("replicate", draws)}

    @property
    def _provenance(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "seed": self.seed,
            "draws": self.draws,
            "engine": self.engine,
            "claim_level": self.claim_level,
        }

    @cached_property
    def parameters(self) -> xr.Dataset:
        """The value of every parameter in each draw (draw), with units; draw -1 holds the defaults."""
        import xarray as xr

        draws = list(range(self.draws)) or [-1]
        table = self.scenario.draw(self.seed, draws)
        data = {}
        for label, values in zip(self.scenario.priors, table, strict=True):
            parameter = BY_NAME[label.partition(".")[0]]
            told = {"units": parameter.unit, "long_name": parameter.meaning, "identified": parameter.identified}
            data[label] = (("draw",), values, told)
        return xr.Dataset(data, {"draw": draws}, self._provenance)

    def frame(self) -> pd.DataFrame:
        """Tidy table of every outcome of every replicate: horizon, replicate, draw, outcome, value, unit."""
        import pandas as pd

        long = self.outcomes.to_dataframe().reset_index().melt(["horizon", "replicate", "draw"], var_name="outcome")
        units = pd.Series({o.name: o.unit for o in self.scenario.outcomes}, name="unit")
        return long.join(units, on="outcome")

    def summary(self) -> pd.DataFrame:
        """Mean, standard deviation and quantiles of each outcome over each horizon, over replicates."""
        import pandas as pd

        rows = []
        for h, horizon in enumerate(self.horizons):
            for i, outcome in enumerate(self.scenario.outcomes):
                rows.append({"outcome": outcome.name, "horizon": horizon, **_described(outcome, self.values[h, i])})
        return pd.DataFrame(rows)

    def vote_shares(self) -> pd.DataFrame:
        """How each member voted on each draft over all futures: draft, state, votes cast, shares of no, abstain, yes."""
        import pandas as pd

        labels, rows = self.scenario.labels, []
        for d, draft in enumerate(labels.drafts):
            for i, state in enumerate(labels.states):
                cast = int(self.votes[d, i].sum())
                if cast:
                    shares = {vote: self.votes[d, i, v] / cast for v, vote in enumerate(VOTES)}
                    rows.append({"draft": draft, "state": state, "cast": cast, **shares})
        return pd.DataFrame(rows, columns=["draft", "state", "cast", *VOTES])

    def as_json(self) -> dict[str, Any]:
        """The object that ``unsim run --json`` prints."""
        last = len(self.horizons) - 1
        return {
            "scenario": self.scenario.name,
            "replicates": self.replicates,
            "draws": self.draws,
            "seed": self.seed,
            "engine": self.engine,
            "months": self.months,
            "claim_level": self.claim_level,
            "outcomes": {o.name: _described(o, self.values[last, i]) for i, o in enumerate(self.scenario.outcomes)},
            "digest": self.digest,
        }


def _attributes(outcome: Outcome) -> dict[str, str]:
    return {"units": outcome.unit, "long_name": outcome.meaning, "aggregate": outcome.aggregate, "about": outcome.about}


def _described(outcome: Outcome, values: NDArray[np.float64]) -> dict[str, Any]:
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    quantiles = np.quantile(values, list(QUANTILES.values()))
    return {
        "unit": outcome.unit,
        "aggregate": outcome.aggregate,
        "mean": float(np.mean(values)),
        "sd": spread,
        **dict(zip(QUANTILES, map(float, quantiles), strict=True)),
    }


def design(run: Run, *, paired: bool = False) -> str:
    """What a result rests on, in words: futures, draws, seed, engine, claim level."""
    draws = {0: "parameters at their defaults", 1: "1 parameter draw"}.get(run.draws, f"{run.draws} parameter draws")
    futures = f"{run.replicates:,} {'paired ' if paired else ''}futures"
    return f"n = {futures}, {draws}, seed {run.seed}, {run.engine} engine"


def spread_of(draws: int) -> str:
    """What the spread over futures contains."""
    return "chance and parameters together" if draws > 1 else "chance only"


def horizons_within(months: int, wanted: Sequence[int] = (12, 36, 120)) -> tuple[int, ...]:
    """The usual horizons that a run reaches, and its own."""
    return tuple(sorted({horizon for horizon in (*wanted, months) if horizon <= months}))


MEMORY_SHARE = 0.8
"""Share of the memory that is free which a run may take."""


def check_memory(scenario: Scenario, replicates: int, keep: int, runs: int) -> None:
    """Raise ``ScenarioError`` where the results of ``runs`` arms, with whole paths of ``keep`` replicates, cannot be held."""
    import psutil

    outcomes, horizons = len(scenario.outcomes), len(horizons_within(scenario.months))
    kept = min(keep, replicates) * outcomes * scenario.months * 8
    each = 2 * horizons * outcomes * 8  # sums over the horizons, and the means that are made of them
    free = MEMORY_SHARE * psutil.virtual_memory().available
    if runs * (kept + replicates * each) > free:
        most = max(0, int((free / runs - kept) / each))
        need = runs * (kept + replicates * each) / 1e9
        found, allowed = (
            f"{replicates}, which needs {need:.1f} GB",
            f"at most about {most:,} in the {free / 1e9:.1f} GB that are free",
        )
        raise ScenarioError([Problem("--replicates", None, "", f"a number too large for memory: {found}", allowed)])
