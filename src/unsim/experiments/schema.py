"""The form of an experiment file: every key with its meaning and range."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from unsim.parameters import BY_NAME, Prior, triangular
from unsim.rules.chance import MAX_WORD
from unsim.schema import MAX_LIST, MAX_MONTHS, Entry, Name, Text
from unsim.sweep import MAX_REPLICATES

MAX_ARMS = 20
MAX_FACTORS = 20
MAX_POINTS = 10_000
MAX_DRAWS = 20_000
USUAL_DRAWS = 100
GOALS = {
    "political_cost": "more",
    "economic_cost": "more",
    "cost_of_defiance": "more",
    "revenue": "less",
    "forced_labour_revenue": "less",
    "weapons_spending": "less",
    "weapons_capability": "less",
    "civilian_welfare": "more",
    "civilian_spending": "more",
    "coercion": "less",
    "extraction": "less",
    "coalition_cost": "less",
    "rights_meetings": "more",
    "evidence": "more",
}
"""What the coalition is taken to want of an outcome, for regret, where a file does not say it."""

Number = Annotated[float, Field(allow_inf_nan=False)]
Pair = Annotated[list[Number], Field(min_length=2, max_length=2)]
Three = Annotated[list[Number], Field(min_length=3, max_length=3)]
Count = Annotated[int, Field(ge=2, le=1000)]


class Arm(Entry):
    """A scenario, with some of its keys set."""

    scenario: str = Field(description="name of a shipped scenario, or the path of a file in this folder or below it")
    set: dict[str, Any] = Field(default_factory=dict, description="keys of the scenario, such as coalition.coordination: 0.5")


class Factor(Entry):
    """A key of the scenarios that the design varies: listed values, or a distribution."""

    key: str = Field(description="the key, as for --set, such as coalition.coordination or parameters.value_curvature")
    arms: list[Name] | None = Field(
        None, min_length=1, max_length=MAX_ARMS, description="the arms in which it is varied; none: all"
    )
    values: list[Any] | None = Field(None, max_length=MAX_LIST, description="the values, listed")
    range: Pair | None = Field(None, description="lowest and highest value: uniform between them, or what a distribution is cut to")
    normal: Pair | None = Field(None, description="mean and standard deviation")
    log_normal: Pair | None = Field(None, description="median and standard deviation of the log")
    triangular: Three | None = Field(None, description="lowest, most likely and highest value")
    prior: bool = Field(False, description="the prior of the parameter that the key names")
    points: Count = Field(5, description="values in a grid or one at a time where none are listed")

    @property
    def kinds(self) -> list[str]:
        """The ways in which the file says how the factor varies: one is wanted."""
        given = [kind for kind in ("values", "normal", "log_normal", "triangular", "prior") if getattr(self, kind)]
        return given or (["range"] if self.range else [])

    @property
    def distribution(self) -> Prior | None:
        """The distribution; None where values are listed. Raises ``KeyError`` for the prior of what is no parameter."""
        low, high = self.range or (float("-inf"), float("inf"))
        if self.values:
            return None
        if self.prior:
            return BY_NAME[self.key.removeprefix("parameters.")].prior
        if self.triangular:
            return triangular(*self.triangular)
        if self.log_normal:
            return Prior("log-normal", self.log_normal[0], self.log_normal[1], max(low, 0.0), high)
        if self.normal:
            return Prior("normal", self.normal[0], self.normal[1], low, high)
        return Prior("uniform", (low + high) / 2.0, 0.0, low, high)


class Design(Entry):
    """The points of the factors at which every arm is run."""

    kind: Literal["grid", "latin_hypercube", "sobol", "one_at_a_time", "table"] = Field(
        "grid",
        description="all combinations; space-filling samples of the factors; each factor alone, for teaching; the rows of a file",
    )
    points: Annotated[int, Field(ge=2, le=MAX_POINTS)] | None = Field(
        None, description="points of a latin hypercube, or of a Sobol' sequence (a power of 2)"
    )
    file: str | None = Field(
        None, description="CSV file in this folder or below it: a column for each factor, a row for each point"
    )


class Uncertainty(Entry):
    """What is not known of the parameters."""

    draws: Annotated[int, Field(ge=0, le=MAX_DRAWS)] | None = Field(
        None,
        description="draws of the parameters, shared by all arms and points; 0 holds every parameter at its default; "
        f"none: {USUAL_DRAWS}, or all of a table",
    )
    table: str | None = Field(
        None,
        alias="from",
        description="CSV file in this folder or below it, such as unsim calibrate writes: a column for each parameter that it "
        "informs, a row for each draw; none: the shipped posterior draws and the priors",
    )


class Precision(Entry):
    """When a sweep may stop: once the paired effect is known this well."""

    outcome: str = Field(description="the outcome, over the whole horizon")
    half_width: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        description="half the width of the interval of the mean effect over the draws, in the unit of the outcome; chance alone"
    )
    level: Annotated[float, Field(ge=0.5, le=0.999)] = Field(0.95, description="level of the interval, valid at every look")


class Question(Entry):
    """The effect that the experiment is about; flips of its sign are examined."""

    outcome: str = Field(description="the outcome")
    arm: Name | None = Field(None, description="the arm; none: the first that is not the reference")
    horizon: Annotated[int, Field(ge=1, le=MAX_MONTHS)] | None = Field(None, description="months; none: all")


class ExperimentFile(Entry):
    """An experiment: arms to compare, what is varied, how often, and what is kept."""

    title: Text = Field(description="title of tables and figures")
    arms: dict[Name, Arm] = Field(default_factory=dict, max_length=MAX_ARMS, description="at least two scenarios to compare")
    reference: Name = Field(description="the arm against which effects are given")
    months: Annotated[int, Field(ge=1, le=MAX_MONTHS)] | None = Field(
        None, description="horizon in months, instead of the scenarios'"
    )
    factors: dict[Name, Factor] = Field(default_factory=dict, max_length=MAX_FACTORS, description="what the design varies")
    design: Design = Field(default_factory=lambda: Design(), description="the points of the factors at which every arm is run")
    parameters: Uncertainty = Field(default_factory=lambda: Uncertainty(), description="what is not known of the parameters")
    replicates: Annotated[int, Field(ge=1, le=MAX_REPLICATES)] = Field(
        2000, description="futures of each arm at each point; with precision the most"
    )
    precision: Precision | None = Field(None, description="stop once the effect is known this well")
    seed: Annotated[int, Field(ge=0, le=MAX_WORD)] = Field(1, description="seed of all chance")
    outcomes: list[str] | None = Field(None, max_length=MAX_LIST, description="outcomes to keep; none: all that the arms share")
    horizons: list[Annotated[int, Field(ge=1, le=MAX_MONTHS)]] | None = Field(
        None, max_length=MAX_LIST, description="months over which outcomes are kept; none: 12, 36, 120 and the whole"
    )
    paths: Annotated[int, Field(ge=0, le=4000)] = Field(
        200, description="futures of each arm and point of which whole paths are kept, month by month"
    )
    bands: bool = Field(False, description="count every month of all futures in bins, for fan charts; about a tenth slower")
    question: Question | None = Field(None, description="the main effect; none: the first outcome, the first arm")
    goals: dict[str, Literal["more", "less"]] = Field(
        default_factory=dict, max_length=MAX_LIST, description="what is wanted of an outcome, for regret"
    )
