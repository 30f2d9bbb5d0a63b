"""The form of a scenario file: every key with its meaning, unit and range."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MONTH = r"^(19|20)\d\d-(0[1-9]|1[0-2])$"
START = r"^20(0[6-9]|[1-9]\d)-(0[1-9]|1[0-2])$"  # the Council's seats are known from 2006 on
YEAR = r"^(19|20)\d\d$"
CODE = r"^[A-Z]{3}$"
NAME = r"^[a-z][a-z0-9_]{0,40}$"
MAX_MONTHS = 1200
MAX_STATES = 250
MAX_ROWS = 30
"""Partners, channels, goods, conflicts and mandates, texts on the menu: with all of them a run still fits in memory."""
MAX_TEXTS = 60
"""Texts of the record: the engines give each a row, as they do a draft on the menu."""
MAX_LIST = 240


Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False, json_schema_extra={"unit": "share"})]
Amount = Annotated[float, Field(ge=0.0, le=1e6, allow_inf_nan=False)]
Month = Annotated[str, Field(pattern=MONTH)]
Year = Annotated[str, Field(pattern=YEAR)]
Label = Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S")]
Reader = Annotated[str, Field(max_length=160)]
Text = Annotated[str, Field(min_length=1, max_length=160, pattern=r"\S")]
Code = Annotated[str, Field(pattern=CODE)]
Name = Annotated[str, Field(pattern=NAME)]
Triple = Annotated[list[Amount], Field(min_length=3, max_length=3)]
Shares = Annotated[list[Share], Field(min_length=3, max_length=3)]
Evidence: Any = Field(default_factory=list, max_length=MAX_LIST, description="rows of package data that it rests on, as table:id")


Supposed: Any = Field(False, description="supposed by this scenario, no fact: may lie after the information date")


class Entry(BaseModel):
    """Part of a scenario file: unknown keys are errors, text is never read as a number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Step(Entry):
    """A value that holds from a month on, until the next step."""

    start: Month = Field(alias="from", description="first month, YYYY-MM")
    value: Share = Field(description="share")
    supposed: bool = Supposed
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

    name: Reader | None = Field(None, description="name, for readers of the file")
    effort: Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)] = Field(
        0.0, description="campaign budget, in full efforts of one leading state"
    )
    posture: Share = Field(0.5, description="0 engagement ... 1 pressure, of the government at the start")
    other_posture: Share | None = Field(None, description="posture of the other camp; elections switch to it and back")
    sponsor: bool = Field(
        False,
        description="puts its name to the coalition's drafts and letters, and so votes for them, unless it leans to engagement",
    )
    summits: Share = Field(
        0.0, description="probability of a summit with the DPRK in a month in which it fully leans to engagement"
    )
    elections: Elections | None = None
    rivalry: list[Step] = Field(
        default_factory=list,
        max_length=MAX_LIST,
        description="rivalry towards the coalition on this file, from dated public signals",
    )
    position: Position | None = None


class Partner(Entry):
    """A buyer of what the DPRK earns by: a state, or ROW for all others."""

    name: Reader | None = Field(None, description="name, for readers of the file")
    own_government: bool = Field(False, description="belongs to the coalition's side: its trade forgone is a cost of the coalition")
    exposed: Share = Field(0.0, description="exposure of its firms and banks to the US market")
    fears: Share = Field(0.0, description="how much it fears the regime's collapse")
    supplies: Share = Field(0.0, description="share of the DPRK's imports that comes from it")
    policing: Annotated[float, Field(ge=-4, le=4, allow_inf_nan=False)] = Field(
        0.0, description="its own decision to police undeclared trade more (+) or less (-), log odds"
    )


class Coalition(Entry):
    """Who leads, how far they act as one, and what is on their menu."""

    leaders: Annotated[list[Code], Field(min_length=1, max_length=10)] = Field(description="states that campaign")
    coordination: Share = Field(description="0: efforts add ... 1: they complement each other")
    linkage: Literal["additive", "weakest_link"] = Field(
        "additive", description="how the two sides of a mixed draft combine; the record is silent, so show both"
    )
    menu: list[Name] = Field(max_length=MAX_ROWS, description="drafts that the coalition considers")
    letters: bool = Field(False, description="sponsors outside the Council ask its members by letter for meetings")
    designations: Share = Field(0.0, description="its states' own listing of evasion networks, share of full use")


class Council(Entry):
    """The Security Council at the start."""

    panel_until: Month | None = Field(
        None, description="first month without the Panel of Experts unless it is renewed; none before it was created"
    )
    panel_evidence: list[str] = Evidence
    veto_debate: bool = Field(True, description="a veto brings a debate of the General Assembly (since May 2022)")
    monitoring_team: Literal["never", "drawn", "planned", "exists"] = Field(
        "drawn", description="a monitoring team outside the UN: founded once the Panel is gone never, by chance, or as planned"
    )
    elected: dict[str, Annotated[list[Code], Field(min_length=10, max_length=10)]] = Field(
        default_factory=dict, max_length=MAX_LIST, description="year: its ten elected members, instead of the calendar"
    )


class Content(Entry):
    """What a text asks of the Council."""

    label: Label = Field(description="name in figures")
    instrument: Literal["procedural", "statement", "chapter7", "panel", "icc_referral", "tribunal"] = Field(
        description="procedural: nine votes, a veto does not count; statement: no member objects; others: nine votes and no veto"
    )
    security: Share = Field(0.0, description="security content")
    accountability: Share = Field(0.0, description="accountability content")
    linkage: Share = Field(0.0, description="how far the text links the two")
    bite: Share = Field(description="how hard it bites before dilution")


class Draft(Content):
    """A text that the coalition may table."""

    value: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = Field(
        description="worth to the coalition if adopted, at full salience and resolve"
    )
    naming: Share = Field(0.0, description="worth of naming a veto, as a share of the value")
    interval: Annotated[int, Field(ge=1, le=240)] = Field(12, description="months before it is tabled again")
    last: Month | None = Field(None, description="month in which it was last tabled before the start")
    opens: Month | None = Field(None, description="first month in which it may be tabled")
    covers: dict[str, Share] = Field(
        default_factory=dict, max_length=MAX_LIST, description="coverage added if adopted at full bite, by channel or goods:GOOD"
    )
    evidence: list[str] = Evidence


class Voted(Content):
    """A text that was put to the vote in a month. How members vote on it is drawn; the measures that it brought are those of
    measures.csv and `measures`, whatever the draw."""

    month: Month = Field(description="month in which it is put to the vote, YYYY-MM; one text a month")
    sponsors: list[Code] = Field(default_factory=list, max_length=15, description="states whose names stand under it")
    renews_panel: bool = Field(False, description="also creates or renews the Panel of Experts, as a `panel` text does")
    evidence: list[str] = Evidence


class Happening(Entry):
    """Something that happened in a month."""

    month: Month = Field(description="YYYY-MM")
    evidence: list[str] = Evidence


class Record(Entry):
    """What happened month by month, for a scenario that tells history. Up to its end nothing of the kind is drawn or decided:
    no other test, summit, election, end of a war or text. After it everything is."""

    through: Month = Field(description="last month of the record, YYYY-MM")
    missile_tests: list[Happening] = Field(default_factory=list, max_length=MAX_LIST, description="months with a long-range test")
    nuclear_tests: list[Happening] = Field(default_factory=list, max_length=MAX_LIST, description="months with a nuclear test")
    governments: dict[Code, Annotated[list[Step], Field(max_length=MAX_LIST)]] = Field(
        default_factory=dict, description="posture of each later government, from the month in which it takes office or turns"
    )
    summits: dict[Code, Annotated[list[Happening], Field(max_length=MAX_LIST)]] = Field(
        default_factory=dict, description="months in which a government met the DPRK's leader"
    )
    texts: dict[Name, Voted] = Field(
        default_factory=dict, max_length=MAX_TEXTS, description="texts that were put to the vote in the Council"
    )


class Measure(Entry):
    """A measure in force, in the form of measures.csv."""

    sender: Text = Field(description="UN, or the partner whose own trade it stops")
    channel: Reader = Field(
        description="a channel, goods:GOOD, * for all of the sender's trade, or resale: goods made with forced labour and sold on"
    )
    coverage: Share = Field(description="share of the part that the text names")
    part: Reader = Field("all", description="part of the channel; the strictest measure on a part counts")
    share_of_channel: Share = Field(1.0, description="share of the channel that the part makes up")
    clarity: Share = Field(1.0, description="how clearly the text binds")
    conditional: Share = Field(0.0, description="part of a ban on resale that eases as coercion falls")
    start: Month = Field(alias="from", description="effective month, YYYY-MM")
    until: Month | None = Field(None, description="month in which it lapses or is lifted, YYYY-MM")
    wind_down: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] = Field(
        0.0, description="months in which two thirds of it take effect; 0: all at once"
    )
    supposed: bool = Supposed
    evidence: list[str] = Evidence


class Measures(Entry):
    """Changes to the measures in force."""

    lift: list[str] = Field(default_factory=list, max_length=MAX_LIST, description="ids of measures that end with the first month")
    without: list[str] = Field(
        default_factory=list, max_length=MAX_LIST, description="ids of measures that never were, for a world without them"
    )
    add: dict[Name, Measure] = Field(
        default_factory=dict, max_length=MAX_LIST, description="further measures, by a name of one's own"
    )


class Flow(Entry):
    """What a partner would buy in a channel without measures."""

    usd_million_a_year: Amount = Field(description="USD million a year")
    past: dict[Year, Amount] = Field(
        default_factory=dict,
        max_length=MAX_LIST,
        description="the same in earlier years, by year, where the file tells history (as_it_happened)",
    )


class Channel(Entry):
    """Something the DPRK earns by; ranges are low, central, high."""

    label: Reader | None = Field(None, description="name in figures")
    merchandise: bool = Field(True, description="a closed border stops it")
    uses_cloth: bool = Field(False, description="processes imported cloth")
    takes_redirected: bool = Field(False, description="goods that no text lists, to which blocked trade turns")
    scale: Triple = Field(default=[1.0, 1.0, 1.0], description="potential against its central estimate")
    evadability: Shares = Field(default=[0.0, 0.0, 0.0], description="share of blocked trade that goes on undeclared")
    forced_labour: Shares = Field(default=[0.0, 0.0, 0.0], description="share of revenue that rests on coercion")
    text_reach: Shares = Field(default=[1.0, 1.0, 1.0], description="share that standing Council texts can name")
    for_conflicts: bool = Field(False, description="conflicts that go on buy it, beside the flows")
    flows: dict[Code, Flow] = Field(default_factory=dict, description="what each partner would buy without measures")
    sold_on: dict[Code, dict[Code, Share]] = Field(
        default_factory=dict, description="share of what a partner buys that it sells on to a market, by partner and market"
    )


class Good(Entry):
    """Something the DPRK imports."""

    label: Reader | None = Field(None, description="name in tables")
    share_of_free_spending: Share = Field(0.0, description="share of what is spent abroad beside cloth and pipeline crude")
    cloth: bool = Field(False, description="cloth that is processed and exported again")
    crude: bool = Field(False, description="crude oil by pipeline, outside the budget")


class Conflict(Entry):
    """A war whose party buys arms from the DPRK; scenarios open and close it."""

    label: Label = Field(description="name in tables")
    buyer: Code = Field(description="the partner that buys")
    arms_usd_million_a_year: Amount = Field(description="what it buys while the conflict is fully open")
    need: Share = Field(0.0, description="how far it makes the buyer need the DPRK, and so breaks its compliance")
    open: list[Step] = Field(
        max_length=MAX_LIST,
        description="how far it is open, from month to month; 0 before the first step; none: closed until it begins by chance",
    )
    begins: Share = Field(0.0, description="probability that it begins in a month while it is not going on")
    ends: Share = Field(0.0, description="probability that it ends in a month in which it is open")
    evidence: list[str] = Evidence


class Forum(Entry):
    """A body that adopts a yearly text by majority, or without a vote."""

    penholders: list[Code] = Field(max_length=MAX_ROWS, description="states, or the EU as EUU, that draft its text on the DPRK")
    month: Annotated[int, Field(ge=1, le=12)] = Field(description="month of the year in which it adopts it")


class Mandate(Entry):
    """A monitoring body that a forum renews or creates, or that states run by themselves."""

    label: Label = Field(description="name in tables")
    forum: Literal["general_assembly", "human_rights_council", "states"] = Field(
        description="who renews or creates it; states: like-minded states outside the UN, for as long as it is to run"
    )
    scope: Literal["weapons", "rights", "link"] = Field(
        description="weapons and evasion, rights, or the link from abuse into trade"
    )
    strength: Shares = Field(description="share of what is in its scope that it sees: low, central, high")
    demand: Share = Field(description="content that the forum's text needs to renew or create it")
    term: Annotated[int, Field(ge=1, le=120)] = Field(12, description="months that a renewal adds")
    start: Month | None = Field(None, alias="from", description="month in which it began, YYYY-MM; none: not yet created")
    until: Month | None = Field(None, description="first month without it unless it is renewed, YYYY-MM; none for one of states")
    supposed: bool = Supposed
    evidence: list[str] = Evidence


class Consequence(Entry):
    """A standing consequence: refused access triggers a report, an agenda item and a mandate each year; nobody can veto it."""

    forum: Literal["general_assembly", "human_rights_council"] = Field(description="where it is created and triggered")
    in_force: bool = Field(False, description="in force at the start")
    demand: Share | None = Field(None, description="content that a text of the forum needs to create it; none: it never does")
    mandate: Name | None = Field(None, description="the mandate that it begins or renews")


class Stocks(Entry):
    """Stocks in [0, 1] at the start."""

    salience: Share = Field(0.3, description="attention to weapons")
    evidence: Share = Field(0.3, description="public evidence of abuse")
    isolation: Share = Field(0.2, description="diplomatic isolation")
    credibility: Share = Field(0.1, description="of consequences for abuse")
    accountability: Share = Field(0.1, description="exposure to accountability for abuse")
    legitimacy_loss: Share = Field(0.1, description="information that has reached the population")
    designated: Share = Field(0.1, description="evasion networks that are listed")


class Surroundings(Entry):
    """The world around the file."""

    attention: list[Step] = Field(
        default_factory=list, max_length=MAX_LIST, description="attention that other crises leave; 1 before the first step"
    )
    border: list[Step] = Field(
        default_factory=list, max_length=MAX_LIST, description="openness of the border; 1 before the first step"
    )
    secondary_sanctions: list[Step] = Field(
        default_factory=list,
        max_length=MAX_LIST,
        description="share of full use at a stance of full pressure; 0 before the first step",
    )
    secondary_sender: Code = Field("USA", description="the state that imposes them, and relaxes them as it leans to engagement")
    civil_society: Share = Field(1.0, description="strength of civil society as a source of evidence, against the usual")
    stocks: Stocks = Field(default_factory=lambda: Stocks())


class ScenarioFile(Entry):
    """A scenario: the world at its start, who sits where, and what the coalition may do."""

    title: Annotated[str, Field(min_length=1, max_length=160, pattern=r"\S")] = Field(description="title of tables and figures")
    extends: str | None = Field(None, description="name or path of the scenario that this one changes")
    start: Annotated[str, Field(pattern=START)] = Field(description="first month, YYYY-MM: the information date")
    months: Annotated[int, Field(ge=1, le=MAX_MONTHS)] = Field(120, description="horizon in months, to the end of 2099 at most")
    as_it_happened: bool = Field(False, description="facts dated after the start are known (history)")
    coalition: Coalition = Field(description="who leads, how far they act as one, what is on their menu")
    states: dict[Code, State] = Field(max_length=MAX_STATES, description="states by three-letter code")
    partners: dict[Code, Partner] = Field(
        min_length=1, max_length=MAX_ROWS, description="buyers by three-letter code, ROW for the rest of the world"
    )
    council: Council = Field(description="the Security Council at the start")
    general_assembly: Forum = Field(description="its yearly resolution on human rights in the DPRK")
    human_rights_council: Forum = Field(description="its yearly resolution on human rights in the DPRK")
    mandates: dict[Name, Mandate] = Field(
        default_factory=dict, max_length=MAX_ROWS, description="monitoring bodies, of the two forums or of states"
    )
    standing_consequence: Consequence = Field(
        default_factory=lambda: Consequence(forum="general_assembly"), description="of refused access; today there is none"
    )
    drafts: dict[Name, Draft] = Field(max_length=MAX_LIST, description="texts that the coalition may table")
    record: Record | None = Field(None, description="what happened month by month, where the file tells history")
    measures: Measures = Field(default_factory=lambda: Measures())
    channels: dict[Name, Channel] = Field(
        min_length=1, max_length=MAX_ROWS, description="what the DPRK earns by, over channels.csv"
    )
    goods: dict[Name, Good] = Field(max_length=MAX_ROWS, description="what the DPRK imports, over goods.csv")
    conflicts: dict[Name, Conflict] = Field(
        default_factory=dict, max_length=MAX_ROWS, description="wars whose parties buy arms from the DPRK"
    )
    world: Surroundings = Field(default_factory=lambda: Surroundings())
    uncertainty: Literal["posterior", "prior"] = Field(
        "posterior", description="fitted parameters: joint draws given the record of votes and trade, or priors alone"
    )
    parameters: dict[str, float | dict[str, float]] = Field(
        default_factory=dict, description="parameters held at a value instead of drawn from their prior"
    )

    @property
    def texts(self) -> dict[str, Content]:
        """All texts by name: what may be tabled, and what the record tabled."""
        return {**self.drafts, **(self.record.texts if self.record else {})}
