"""The form of a scenario file: every key with its meaning, unit and range."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MONTH = r"^(19|20)\d\d-(0[1-9]|1[0-2])$"
CODE = r"^[A-Z]{3}$"
NAME = r"^[a-z][a-z0-9_]{0,40}$"
MAX_MONTHS = 1200


def _month_text(value: Any) -> Any:
    return value if isinstance(value, str) else str(value)


Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0.0, le=1e6, allow_inf_nan=False)]
Month = Annotated[str, BeforeValidator(_month_text), Field(pattern=MONTH)]
Code = Annotated[str, Field(pattern=CODE)]
Name = Annotated[str, Field(pattern=NAME)]
Triple = Annotated[list[Amount], Field(min_length=3, max_length=3)]
Evidence: Any = Field(default_factory=list, description="rows of package data that it rests on, as table:id")


class Entry(BaseModel):
    """Part of a scenario file: unknown keys are errors, text is never read as a number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class Step(Entry):
    """A value that holds from a month on, until the next step."""

    start: Month = Field(alias="from", description="first month, YYYY-MM")
    value: Share = Field(description="share")
    evidence: list[str] = Evidence


class Elections(Entry):
    """Months in which a government may change camp."""

    first: Month = Field(description="month in which the first elected government takes office, YYYY-MM")
    every: Annotated[int, Field(ge=1, le=240)] = Field(description="months between them")
    change: Share = Field(description="probability that the other camp takes office")
    evidence: list[str] = Evidence


class Position(Entry):
    """A state's record on DPRK human rights, for a state without a row in positions.csv."""

    mean: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)] = Field(description="-1 against ... 1 in favour")
    sd: Share = Field(description="standard error")


class State(Entry):
    """A state: what it wants and how much it does about it."""

    name: str | None = Field(None, description="name in tables and figures")
    effort: Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)] = Field(
        0.0, description="campaign budget, in full efforts of one leading state"
    )
    posture: Share = Field(0.5, description="0 engagement ... 1 pressure, of the government at the start")
    other_posture: Share | None = Field(None, description="posture of the other camp; elections switch to it and back")
    sponsor: bool = Field(False, description="sponsors the coalition's drafts, and so votes for them; every leader does")
    elections: Elections | None = None
    rivalry: list[Step] = Field(
        default_factory=list, description="rivalry towards the coalition on this file, from dated public signals"
    )
    position: Position | None = None


class Partner(Entry):
    """A buyer of what the DPRK earns by: a state, or ROW for all others."""

    name: str | None = Field(None, description="name in tables and figures")
    own_government: bool = Field(False, description="belongs to the coalition's side: its trade forgone is a cost of the coalition")
    exposed: Share = Field(0.0, description="exposure of its firms and banks to the US market")
    fears: Share = Field(0.0, description="how much it fears the regime's collapse")
    supplies: Share = Field(0.0, description="share of the DPRK's imports that comes from it")
    need: list[Step] = Field(default_factory=list, description="own need that can break its compliance")


class Coalition(Entry):
    """Who leads, how far they act as one, and what is on their menu."""

    leaders: Annotated[list[Code], Field(min_length=1, max_length=10)] = Field(description="states that campaign")
    coordination: Share = Field(description="0: efforts add ... 1: they complement each other")
    linkage: Literal["additive", "weakest_link"] = Field(
        "additive", description="how the two sides of a mixed draft combine; the record is silent, so show both"
    )
    menu: list[Name] = Field(description="drafts that the coalition considers")


class Council(Entry):
    """The Security Council at the start."""

    panel_until: Month = Field(description="first month without the Panel of Experts unless it is renewed")
    panel_evidence: list[str] = Evidence
    veto_debate: bool = Field(True, description="a veto brings a debate of the General Assembly (since 2022)")
    monitoring_team: bool = Field(False, description="a monitoring team outside the UN exists")
    elected: dict[str, Annotated[list[Code], Field(min_length=10, max_length=10)]] = Field(
        default_factory=dict, description="year: its ten elected members, instead of the calendar"
    )


class Draft(Entry):
    """A text that the coalition may table."""

    label: str = Field(description="name in figures")
    instrument: Literal["procedural", "chapter7", "panel"] = Field(
        description="procedural: nine votes, no veto; chapter7 and panel: nine votes and no veto"
    )
    security: Share = Field(0.0, description="security content")
    accountability: Share = Field(0.0, description="accountability content")
    linkage: Share = Field(0.0, description="how far the text links the two")
    bite: Share = Field(description="how hard it bites before dilution")
    value: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = Field(
        description="worth to the coalition if adopted, at full salience and resolve"
    )
    naming: Share = Field(0.0, description="worth of naming a veto, as a share of the value")
    interval: Annotated[int, Field(ge=1, le=240)] = Field(12, description="months before it is tabled again")
    last: Month | None = Field(None, description="month in which it was last tabled before the start")
    opens: Month | None = Field(None, description="first month in which it may be tabled")
    covers: dict[str, Share] = Field(
        default_factory=dict, description="coverage added if adopted at full bite, by channel or goods:GOOD"
    )
    evidence: list[str] = Evidence


class Measure(Entry):
    """A measure in force, in the form of measures.csv."""

    sender: str = Field(description="UN, or the partner whose own trade it stops")
    channel: str = Field(description="a channel, goods:GOOD, or * for all of the sender's trade")
    coverage: Share = Field(description="share of the part that the text names")
    part: str = Field("all", description="part of the channel; the strictest measure on a part counts")
    share_of_channel: Share = Field(1.0, description="share of the channel that the part makes up")
    clarity: Share = Field(1.0, description="how clearly the text binds")
    start: Month = Field(alias="from", description="effective month, YYYY-MM")
    evidence: list[str] = Evidence


class Measures(Entry):
    """Changes to the measures in force."""

    lift: list[str] = Field(default_factory=list, description="ids of measures that do not apply")
    add: dict[Name, Measure] = Field(default_factory=dict)


class Flow(Entry):
    """What a partner would buy in a channel without measures."""

    usd_million_a_year: Amount
    with_need: bool = Field(False, description="demand follows the partner's own need")


class Channel(Entry):
    """Something the DPRK earns by; ranges are low, central, high."""

    label: str | None = None
    merchandise: bool = Field(True, description="a closed border stops it")
    uses_cloth: bool = Field(False, description="processes imported cloth")
    takes_redirected: bool = Field(False, description="goods that no text lists, to which blocked trade turns")
    scale: Triple = Field(default=[1.0, 1.0, 1.0], description="potential against its central estimate")
    evadability: Triple = Field(default=[0.0, 0.0, 0.0], description="share of blocked trade that goes on undeclared")
    forced_labour: Triple = Field(default=[0.0, 0.0, 0.0], description="share of revenue that rests on coercion")
    text_reach: Triple = Field(default=[1.0, 1.0, 1.0], description="share that standing Council texts can name")
    flows: dict[Code, Flow] = Field(default_factory=dict)


class Good(Entry):
    """Something the DPRK imports."""

    label: str | None = None
    share_of_free_spending: Share = 0.0
    cloth: bool = False
    crude: bool = False


class Stocks(Entry):
    """Stocks in [0, 1] at the start."""

    salience: Share = Field(0.3, description="attention to weapons")
    evidence: Share = Field(0.3, description="public evidence of abuse")
    isolation: Share = 0.2
    credibility: Share = Field(0.1, description="of consequences for abuse")
    accountability: Share = 0.1
    legitimacy_loss: Share = 0.1


class Surroundings(Entry):
    """The world around the file."""

    attention: list[Step] = Field(default_factory=list, description="attention that other crises leave; 1 before the first step")
    border: list[Step] = Field(default_factory=list, description="openness of the border; 1 before the first step")
    secondary_sanctions: list[Step] = Field(default_factory=list, description="share of full use; 0 before the first step")
    stocks: Stocks = Field(default_factory=lambda: Stocks())


class ScenarioFile(Entry):
    """A scenario: the world at its start, who sits where, and what the coalition may do."""

    title: str = Field(description="title of tables and figures")
    extends: str | None = Field(None, description="name or path of the scenario that this one changes")
    start: Month = Field(description="first month, YYYY-MM: the information date")
    months: Annotated[int, Field(ge=1, le=MAX_MONTHS)] = Field(120, description="horizon in months")
    as_it_happened: bool = Field(False, description="facts dated after the start are known (history)")
    coalition: Coalition = Field(description="who leads, how far they act as one, what is on their menu")
    states: dict[Code, State] = Field(description="states by three-letter code")
    partners: dict[Code, Partner] = Field(description="buyers by three-letter code, ROW for the rest of the world")
    council: Council = Field(description="the Security Council at the start")
    drafts: dict[Name, Draft] = Field(description="texts that the coalition may table")
    measures: Measures = Field(default_factory=lambda: Measures())
    channels: dict[Name, Channel] = Field(description="what the DPRK earns by, over channels.csv")
    goods: dict[Name, Good] = Field(description="what the DPRK imports, over goods.csv")
    world: Surroundings = Field(default_factory=lambda: Surroundings())
    parameters: dict[str, float | dict[str, float]] = Field(
        default_factory=dict, description="parameters held at a value instead of drawn from their prior"
    )
