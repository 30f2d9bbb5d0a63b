"""What a sweep finds: paired effects at each point and over all, regret of arms, and what they rest on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from unsim.bands import Bands
from unsim.effects import ROUNDING, Effect, Z, paired_effect, told_apart
from unsim.experiments.experiment import Block, Experiment
from unsim.experiments.folder import RESULTS, Folder
from unsim.results import ClaimLevel, claim_level, claimed, lowest
from unsim.rules.ledger import Outcome

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]


class Pairs:
    """The numbers on disk, read as they are needed."""

    def __init__(self, folder: Folder) -> None:
        import zarr

        self.experiment = folder.experiment
        whole = zarr.open_group(str(folder.path / RESULTS), mode="r")
        self._arrays: dict[tuple[str, str], Any] = {
            (arm, name): whole[arm][name]  # type: ignore[index]
            for arm in self.experiment.arms
            for name in ("values", "votes", *(name for name in ("paths", "bands") if getattr(self.experiment.file, name)))
        }

    def _row(self, arm: str, point: int) -> int:
        return self.experiment.cells(arm).index(self.experiment.own[arm][point])

    def values(self, arm: str, point: int, outcome: str, span: tuple[int, int]) -> Array:
        """An outcome over each horizon (replicate, horizon)."""
        column = self.experiment.names.index(outcome)
        values: Array = self._arrays[arm, "values"][self._row(arm, point), column, :, slice(*span)]
        return values.T

    def paths(self, arm: str, point: int, outcome: str) -> Array:
        """Kept paths (replicate, month)."""
        paths: Array = self._arrays[arm, "paths"][self._row(arm, point), self.experiment.names.index(outcome)]
        return paths.T

    def votes(self, arm: str, point: int, rounds: int) -> NDArray[np.int64]:
        """Counts of votes (draft, state, vote) over the first rounds."""
        votes: NDArray[np.int64] = self._arrays[arm, "votes"][self._row(arm, point), :rounds].sum(axis=0)
        return votes

    def bands(self, arm: str, point: int, outcome: str, rounds: int) -> NDArray[np.int64]:
        """Futures by bin and month over the first rounds."""
        column = self.experiment.names.index(outcome)
        counts: NDArray[np.int64] = self._arrays[arm, "bands"][self._row(arm, point), :rounds, column].sum(axis=0, dtype=np.int64)
        return counts

    def differences(self, arm: str, outcome: str, span: tuple[int, int]) -> Array:
        """An arm less the reference over the whole horizon, mean over all points (replicate)."""
        total = np.zeros(span[1] - span[0])
        points = range(len(self.experiment.points))
        for point in points:  # in the order of points, so that sums have the same bits
            ours, theirs = (self.values(name, point, outcome, span)[:, -1] for name in (arm, self.experiment.reference))
            total += ours - theirs
        return total / len(points)


@dataclass(frozen=True)
class Findings:
    """A sweep that was run, wholly or in part.

    ``rounds``: blocks of each arm at each of ``points`` that count: all of a finished sweep, and of one cut short as many as
    every point has, or, before the first round is complete, one at the points that have one.
    """

    folder: Folder
    rounds: int
    points: tuple[int, ...]
    ended: dict[str, Any] | None

    @property
    def experiment(self) -> Experiment:
        """The experiment, as its folder holds it."""
        return self.folder.experiment

    @property
    def n(self) -> int:
        """Pairs at each point."""
        return self.experiment.span(self.rounds - 1)[1] if self.rounds else 0

    @property
    def draws(self) -> int:
        """Draws of the parameters."""
        return self.experiment.draws

    @property
    def claim_level(self) -> ClaimLevel:
        """How far the findings can be claimed: the lowest of the arms'."""
        return lowest(map(claim_level, self.experiment.arms.values()))

    @property
    def claimed(self) -> str:
        """The claim level in words, with the number of parameters of the main effect's arm that are fitted."""
        return claimed(self.experiment.arms[self.experiment.question[1]], self.claim_level)

    @cached_property
    def pairs(self) -> Pairs:
        """The numbers on disk."""
        return Pairs(self.folder)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all raw results that count: the digests of paths, values and votes, by arm, point and round."""
        finished = self.folder.finished()
        digest = hashlib.sha256()
        for arm in self.experiment.arms:
            for point in self.experiment.cells(arm):
                if point in {self.experiment.own[arm][p] for p in self.points}:
                    for number in range(self.rounds):
                        for _, part in sorted(finished[Block(arm, point, number)]["digests"].items()):
                            digest.update(part.encode())
        return digest.hexdigest()

    def kind(self, outcome: str) -> Outcome:
        """What an outcome is. Raises ``KeyError`` with the names of those that were kept."""
        if outcome not in self.experiment.names:
            raise KeyError(f"no outcome {outcome!r}; there are {', '.join(self.experiment.names)}")
        return self.experiment.outcomes[self.experiment.names.index(outcome)]

    def values(self, arm: str, outcome: str, point: int | None = None) -> Array:
        """An outcome over each horizon (replicate, horizon), at a point or as the mean over all."""
        if point is not None:
            return self.pairs.values(arm, point, outcome, (0, self.n))
        return self._mean_over_points(arm, lambda at: self.pairs.values(arm, at, outcome, (0, self.n)))

    def paths(self, arm: str, outcome: str, point: int | None = None) -> Array:
        """The outcome month by month over the kept futures (replicate, month), at a point or as the mean over all."""
        if point is not None:
            return self.pairs.paths(arm, point, outcome)
        return self._mean_over_points(arm, lambda at: self.pairs.paths(arm, at, outcome))

    def quantiles(self, arm: str, outcome: str, levels: Sequence[float]) -> Array:
        """Quantiles (level, month) over the futures of all points: of all of them where months were counted, else of kept ones.

        What is counted in the outcome adds up over the months.
        """
        if self.experiment.file.bands:
            counts = sum(times * self.pairs.bands(arm, point, outcome, self.rounds) for point, times in self._own(arm).items())
            used = np.flatnonzero(np.any(counts, axis=1))
            return Bands(1, used, np.asarray(counts)[used].astype(np.uint32)).quantiles(levels)[:, 0]
        paths = np.concatenate([self.paths(arm, outcome, point) for point in self._own(arm).elements()])
        added = np.cumsum(paths, axis=1) if self.kind(outcome).aggregate == "sum" else paths
        found: Array = np.quantile(added, levels, axis=0)
        return found

    def counted(self, arm: str) -> int:
        """Futures of an arm on which :meth:`quantiles` rests: those of points at which no factor acts in it are counted once."""
        each = self.n if self.experiment.file.bands else min(self.experiment.file.paths, self.experiment.block_size)
        return each * len(self._own(arm))

    def _own(self, arm: str) -> Counter[int]:
        """The points at which an arm has futures of its own, each as often as it stands for others, divided by what all share."""
        times = Counter(self.experiment.own[arm][point] for point in self.points)
        common = gcd(*times.values())
        return Counter({point: number // common for point, number in times.items()})

    def _mean_over_points(self, arm: str, read: Any) -> Array:
        total: Any = 0.0
        last, values = -1, None
        for point in self.points:
            own = self.experiment.own[arm][point]
            if own != last:
                last, values = own, read(point)
            total = total + values
        mean: Array = total / len(self.points)
        return mean

    def effect(self, arm: str, outcome: str, horizon: int | None = None, point: int | None = None) -> Effect:
        """The paired effect of an arm on an outcome over a horizon (default: the whole), at a point or over all.

        Raises ``KeyError`` for an arm, outcome or horizon that is not there, with those that are.
        """
        self.kind(outcome)
        found, wanted = self._effects_on(outcome, point), (arm, horizon or self.experiment.months)
        if wanted not in found:
            arms, horizons = ", ".join(self.experiment.strategies), ", ".join(map(str, self.experiment.horizons))
            raise KeyError(f"no effect of {wanted[0]!r} over {wanted[1]} months; there are arms {arms} and horizons {horizons}")
        return found[wanted]

    @cached_property
    def _known(self) -> dict[tuple[str, int | None], dict[tuple[str, int], Effect]]:
        return {}

    def _effects_on(self, outcome: str, point: int | None) -> dict[tuple[str, int], Effect]:
        """Effects on an outcome by arm and horizon, read and computed once."""
        if (outcome, point) not in self._known:
            unit, found = self.kind(outcome).unit, {}
            theirs = self.values(self.experiment.reference, outcome, point)
            for arm in self.experiment.strategies:
                ours = self.values(arm, outcome, point)
                for column, horizon in enumerate(self.experiment.horizons):
                    found[arm, horizon] = paired_effect(ours[:, column], theirs[:, column], self.draws, unit)
            self._known[outcome, point] = found
        return self._known[outcome, point]

    def effects(self, by_point: bool = False) -> pd.DataFrame:
        """Every paired effect as a tidy table: arm, point and its factors (``by_point``), outcome, horizon, and the effect.

        ``chance``: half the width of the interval that chance alone leaves around the mean, while ``low`` and ``high`` hold what
        the parameters leave open, and the chance in each draw's mean (``chance_share``); more pairs narrow both.
        """
        import pandas as pd

        points: tuple[int | None, ...] = self.points if by_point else (None,)
        rows = []
        for point in points:
            place = {} if point is None else {"point": point, **self.experiment.points[point]}
            for kind in self.experiment.outcomes:
                for (arm, horizon), effect in self._effects_on(kind.name, point).items():
                    told = {"outcome": kind.name, "aggregate": kind.aggregate, "about": kind.about, "horizon": horizon}
                    rows.append({"arm": arm, **place, **told, **asdict(effect), "chance": chance_of(effect)})
        return pd.DataFrame(rows)

    def levels(self) -> pd.DataFrame:
        """Mean, standard deviation and 5, 50 and 95 % quantiles of every outcome in every arm over all futures of all points.

        ``n``: futures of the arm's own. Where no factor acts in it, those of one point stand for all.
        """
        import pandas as pd

        rows = []
        for kind in self.experiment.outcomes:
            for arm in self.experiment.arms:
                own = self._own(arm)
                values = np.concatenate([self.values(arm, kind.name, point) for point in own.elements()])
                for column, horizon in enumerate(self.experiment.horizons):
                    low, middle, high = np.quantile(values[:, column], [0.05, 0.5, 0.95])
                    row = {"arm": arm, "outcome": kind.name, "unit": kind.unit, "aggregate": kind.aggregate, "horizon": horizon}
                    mean, sd = float(values[:, column].mean()), float(values[:, column].std(ddof=1)) if len(values) > 1 else 0.0
                    rows.append({**row, "n": self.n * len(own), "mean": mean, "sd": sd, "q05": low, "q50": middle, "q95": high})
        return pd.DataFrame(rows)

    def monthly(self, arm: str, outcome: str) -> pd.DataFrame:
        """The effect month by month over the kept paths: month, effect, low, high, interval, n. Empty where none were kept."""
        import pandas as pd

        if not self.experiment.file.paths:
            return pd.DataFrame(columns=["arm", "outcome", "month", "effect", "low", "high", "interval", "n"])
        both = (self.paths(name, outcome).T for name in (arm, self.experiment.reference))
        (ours, draws), (theirs, _) = (told_apart(paths, self.draws) for paths in both)
        rows = []
        for month in range(len(ours)):
            effect = paired_effect(ours[month], theirs[month], draws, "")
            told = {key: getattr(effect, key) for key in ("effect", "low", "high", "interval", "n")}
            rows.append({"arm": arm, "outcome": outcome, "month": month + 1, **told})
        return pd.DataFrame(rows)

    def regret(self) -> pd.DataFrame:
        """What choosing an arm costs against the best arm of all, by outcome: outcome, goal, arm, unit, mean, worst, best_in.

        In each draw of the parameters the best arm is the one with the best mean over chance; ``mean`` and ``worst`` are over
        draws, ``best_in`` the share of draws in which no arm is better. ``chance``: standard error, from chance alone, of how far
        the arm stays behind the best one in a draw; a worst case within a few of it says nothing.
        """
        import pandas as pd

        rows = []
        for outcome, goal in self.experiment.goals.items():
            sign = 1.0 if goal == "more" else -1.0
            groups = max(self.draws, 1)
            whole = np.stack([self.values(arm, outcome)[:, -1].reshape(-1, groups) for arm in self.experiment.arms])
            means = sign * whole.mean(axis=1)
            regret = means.max(axis=0) - means
            regret[regret <= ROUNDING * np.abs(means).max()] = 0.0
            best = np.take_along_axis(whole, means.argmax(axis=0)[None, None, :], axis=0)[0]
            each = self.n // groups
            for index, arm in enumerate(self.experiment.arms):
                behind = regret[index] > 0.0
                apart = (whole[index] - best)[:, behind]
                spread = float(apart.var(axis=0, ddof=1).mean() / each) ** 0.5 if each > 1 and behind.any() else None
                row = {"outcome": outcome, "goal": goal, "arm": arm, "unit": self.kind(outcome).unit}
                found = {"mean": float(regret[index].mean()), "worst": float(regret[index].max())}
                rows.append({**row, **found, "best_in": float((regret[index] == 0.0).mean()), "chance": spread})
        return pd.DataFrame(rows)

    def votes(self) -> Iterator[dict[str, Any]]:
        """How each member voted on each draft in each arm, over all futures of all points (those of one that stands for others
        once, or as often as it must so that all points weigh the same)."""
        for arm, scenario in self.experiment.arms.items():
            counts = sum(times * self.pairs.votes(arm, point, self.rounds) for point, times in self._own(arm).items())
            for d, draft in enumerate(scenario.labels.drafts):
                for s, state in enumerate(scenario.labels.states):
                    no, abstain, yes = (int(count) for count in counts[d, s])  # type: ignore[index]
                    if cast := no + abstain + yes:
                        yield {"arm": arm, "draft": draft, "state": state, "cast": cast, "no": no / cast, "abstain": abstain / cast,
                               "yes": yes / cast}  # fmt: skip

    def rests_on(self) -> str:
        """Pairs, points, draws, seed and claim level, in words."""
        draws = {0: "parameters at their defaults", 1: "1 parameter draw"}.get(self.draws, f"{self.draws} parameter draws")
        points = f" at each of {len(self.points)} points" if len(self.points) > 1 else ""
        cut = "" if self.ended else f", of {self.experiment.file.replicates:,} planned: the sweep is not finished"
        said = f"n = {self.n:,} paired futures{points}{cut}, {draws}, seed {self.experiment.file.seed}"
        return f"{said}. {self.claimed}."

    def as_json(self) -> dict[str, Any]:
        """The object that ``unsim sweep --json`` prints."""
        effects: dict[str, Any] = {}
        for arm in self.experiment.strategies if self.rounds else ():
            effects[arm] = {}
            for kind in self.experiment.outcomes:
                by_horizon = {str(h): self._told(arm, kind.name, h) for h in self.experiment.horizons}
                effects[arm][kind.name] = {"aggregate": kind.aggregate, **self._told(arm, kind.name, self.experiment.months),
                                           "horizons": by_horizon}  # fmt: skip
        return {
            "experiment": self.experiment.name,
            "arms": {name: arm.name for name, arm in self.experiment.arms.items()},
            "reference": self.experiment.reference,
            "points": len(self.points),
            "replicates": self.n,
            "planned": self.experiment.file.replicates,
            "finished": self.ended is not None,
            "precision": {key: value for key, value in (self.ended or {}).items() if key != "ended"} or None,
            "draws": self.draws,
            "seed": self.experiment.file.seed,
            "months": self.experiment.months,
            "claim_level": self.claim_level,
            "effects": effects,
            "digest": self.digest,
        }

    def _told(self, arm: str, outcome: str, horizon: int) -> dict[str, Any]:
        effect = self.effect(arm, outcome, horizon)
        return {**asdict(effect), "chance": chance_of(effect)}


def chance_of(effect: Effect) -> float | None:
    """Half the width of the interval of a mean from chance alone; None where chance and parameters cannot be told apart."""
    if effect.sd_chance is None:
        return None
    return float(Z * effect.sd_chance / np.sqrt(effect.n))


def open_sweep(path: Path | str, check: bool = True) -> Findings:
    """Open what ``unsim sweep`` has written, finished or not.

    Raises ``ScenarioError`` where there is no sweep, and, unless told not to ``check``, where a file of it is missing or changed.
    """
    folder = Folder(Path(path))
    if check:
        folder.check()
    experiment = folder.experiment
    finished = set(folder.finished())
    ended = folder.ended()
    points = range(len(experiment.points))

    def complete(point: int) -> int:
        """Rounds that every arm has at a point."""
        number = 0
        while number < experiment.rounds and all(
            Block(arm, experiment.own[arm][point], number) in finished for arm in experiment.arms
        ):
            number += 1
        return number

    rounds = [complete(point) for point in points]
    if ended is not None and min(rounds) >= ended["ended"]:
        return Findings(folder, ended["ended"], tuple(points), ended)
    if min(rounds) > 0:
        return Findings(folder, min(rounds), tuple(points), None)
    some = tuple(point for point in points if rounds[point] > 0)
    return Findings(folder, min((rounds[point] for point in some), default=0), some, None)
