"""The world phase, and what a world is: its rows, the order of a month, and the settings that all runs share."""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, get_type_hints

import numpy as np
from numpy.typing import NDArray

from unsim.rules.jit import rule
from unsim.rules.maths import clip, exp, larger, log, root, select, share

PHASES = ("world", "coalition", "council", "sanctions", "trade", "regime", "ledger")
"""The order of a month. Both engines follow it; a test holds them to it."""

REAL, SHADOW = 0, 1
"""The two books of trade and budget: as it is, and the same month with the same shocks but no measure in force."""
BOOKS = (REAL, SHADOW)

FORUMS = ("general_assembly", "human_rights_council")
"""Bodies that adopt by majority, or without a vote: no veto."""
SCOPES = ("weapons", "rights", "link")
"""What a monitoring body looks at: weapons programmes and evasion, abuse of rights, or the link from abuse into trade."""
WEAPONS, RIGHTS, LINK = range(3)

YEAR = 12
"""Months in a year."""
SEATS = 15
"""Members of the Security Council (Charter, Article 23)."""

NO, ABSTAIN, YES, NOT_CAST = 0.0, 1.0, 2.0, -1.0
"""How a vote is written in the world's rows."""

Rows = NDArray[np.float64]


class World(NamedTuple):
    """The state of one or many runs: arrays of float64 whose last axis is the run.

    The annotation of each row names its other axes: state, partner, channel, draft, good (a kind of import) or
    book (real, shadow). A Mesa agent holds views of its rows with one run; the kernel works on several runs at once.
    """

    # world
    salience: Annotated[Rows, ()]  # attention to weapons, share
    evidence: Annotated[Rows, ()]  # public evidence of abuse, share
    missile: Annotated[Rows, ()]  # 1 in a month with a long-range missile test
    nuclear: Annotated[Rows, ()]  # 1 in a month with a nuclear test
    exposure: Annotated[Rows, ()]  # 1 in a month with an exposure event
    harvest: Annotated[Rows, ()]  # this year's harvest, in standard deviations
    rivalry: Annotated[Rows, ("state",)]  # towards the coalition on this file, share; 0 for non-rivals
    posture: Annotated[Rows, ("state",)]  # of the government, 0 engagement ... 1 pressure
    thaw: Annotated[Rows, ("state",)]  # what summits have left of goodwill, share
    stance: Annotated[Rows, ("state",)]  # posture after summits, 0 engagement ... 1 pressure
    met: Annotated[Rows, ("state",)]  # 1 in a month with a summit with the DPRK
    conflict: Annotated[Rows, ("conflict",)]  # 1 while it goes on
    need: Annotated[Rows, ("partner",)]  # a patron's own need, share
    arms_wanted: Annotated[Rows, ("partner",)]  # what conflicts that go on buy, USD million a month
    position: Annotated[Rows, ("state",)]  # record on DPRK human rights, -1 ... 1
    shock: Annotated[Rows, ("channel",)]  # log deviation of price and demand
    # coalition
    sponsors: Annotated[Rows, ("state",)]  # 1 for states whose names stand under the coalition's drafts this month
    cosponsors: Annotated[Rows, ()]  # sponsors that do not lead, in tens
    names: Annotated[Rows, ()]  # states that would sponsor, in tens
    effort: Annotated[Rows, ("state",)]  # campaign effort, in full efforts of one leading state
    council_effort: Annotated[Rows, ("state",)]  # part of it that goes to the Council
    pen: Annotated[Rows, ("forum",)]  # share of a penholders' possible effect in a forum
    campaign: Annotated[Rows, ()]  # combined effort after crowding out
    reach: Annotated[Rows, ()]  # share of the campaign's possible effect, also "coalition pressure"
    resolve: Annotated[Rows, ()]  # effort-weighted posture of the leaders, share
    engagement: Annotated[Rows, ()]  # one less the leaders' mean posture, share
    engagement_reference: Annotated[Rows, ()]  # the same before the first month
    adoption: Annotated[Rows, ("draft",)]  # probability of adoption of the draft as it would be tabled
    tabled: Annotated[Rows, ()]  # row of the draft tabled this month, -1 for none
    bite: Annotated[Rows, ()]  # its bite after dilution, share
    last_tabled: Annotated[Rows, ("draft",)]  # absolute month
    lobbying: Annotated[Rows, ("draft", "state")]  # logits that lobbying adds to this member's support for the draft
    team: Annotated[Rows, ()]  # 1 once the monitoring team outside the UN exists
    # council
    support: Annotated[Rows, ("state",)]  # latent support for the tabled draft, logits
    vote: Annotated[Rows, ("state",)]  # NO, ABSTAIN, YES or NOT_CAST, this month
    yes: Annotated[Rows, ()]  # yes votes on the tabled draft
    adopted: Annotated[Rows, ()]
    vetoed: Annotated[Rows, ()]
    failed: Annotated[Rows, ()]
    added: Annotated[Rows, ()]  # bite of the measures that the Council has added this month, share
    meeting: Annotated[Rows, ()]  # 1 if the Council took up human rights this month
    abuse: Annotated[Rows, ()]  # accountability content of the tabled text, share
    statement: Annotated[Rows, ()]  # 1 in a month with a presidential statement
    debate: Annotated[Rows, ()]  # 1 in a month in which a veto brings a debate of the General Assembly
    seised: Annotated[Rows, ()]  # strength of the court or tribunal that the Council has seised of abuse, share
    designated: Annotated[Rows, ()]  # share of evasion networks that are listed
    text: Annotated[Rows, ("forum",)]  # content of the resolution that a forum adopts this month, share; 0 for none
    called: Annotated[Rows, ("forum",)]  # 1 where a vote is called on it
    agreed: Annotated[Rows, ("forum",)]  # share of yes among yes and no, 1 without a vote
    resolved: Annotated[Rows, ("forum",)]  # 1 where it is adopted
    mandate_until: Annotated[Rows, ("mandate",)]  # absolute month in which a forum's mandate ends
    consequence: Annotated[Rows, ()]  # 1 once the standing consequence of refused access is in force
    triggered: Annotated[Rows, ()]  # 1 in a month in which it is triggered
    panel_until: Annotated[Rows, ()]  # absolute month in which the Panel of Experts' mandate ends
    legislated: Annotated[Rows, ("channel",)]  # coverage that the Council added in this run, share of the channel
    legislated_goods: Annotated[Rows, ("good",)]  # the same for imports
    # sanctions
    enacted: Annotated[Rows, ("channel",)]  # added coverage that has taken effect
    enacted_goods: Annotated[Rows, ("good",)]
    mandates: Annotated[Rows, ()]  # monitoring bodies with a mandate that run
    monitoring: Annotated[Rows, ("scope",)]  # share of what there is to see; of the link: traceability of goods
    secondary: Annotated[Rows, ()]  # secondary sanctions, share of full use
    letter: Annotated[Rows, ("partner",)]  # compliance of declared trade with standing Council bans, share
    policing: Annotated[Rows, ("partner",)]  # share of policing effort against undeclared trade
    # trade
    potential: Annotated[Rows, ("book", "channel", "partner")]  # USD million a month
    blocked: Annotated[Rows, ("book", "channel", "partner")]  # share
    listed: Annotated[Rows, ("book", "channel", "partner")]  # share that bans name
    lost: Annotated[Rows, ("book", "channel", "partner")]  # stopped and not evaded, USD million a month
    evadable: Annotated[Rows, ("book", "channel", "partner")]  # share
    declared: Annotated[Rows, ("book", "channel", "partner")]  # USD million a month
    undeclared: Annotated[Rows, ("book", "channel", "partner")]  # USD million a month
    taken: Annotated[Rows, ("book", "channel", "partner")]  # share of demand that import bans abroad take away
    resale_taken: Annotated[Rows, ("book", "channel", "partner")]  # earnings that import bans abroad take, USD million a month
    resale_easing: Annotated[Rows, ("book", "channel", "partner")]  # part that comes back as coercion falls, likewise
    resale_lost: Annotated[Rows, ("book",)]  # sum of the former, USD million a month
    conditional: Annotated[Rows, ("book",)]  # sum of the latter, USD million a month
    redirected: Annotated[Rows, ("book", "channel")]  # looking for another partner, USD million a month
    unlisted: Annotated[Rows, ("book",)]  # moved to goods that no text lists, USD million a month
    receipts: Annotated[Rows, ("book", "channel")]  # USD million a month
    revenue: Annotated[Rows, ("book",)]  # USD million a month
    coerced: Annotated[Rows, ("book",)]  # revenue that rests on forced labour, USD million a month
    imports: Annotated[Rows, ("book", "good")]  # USD million a month
    free: Annotated[Rows, ("book",)]  # foreign spending planned out of income and reserves, USD million a month
    cloth: Annotated[Rows, ("book",)]  # paid for cloth to process, USD million a month
    paid: Annotated[Rows, ("book",)]  # paid for imports other than cloth, USD million a month
    cash: Annotated[Rows, ("book",)]  # hard currency earned after the cost of cloth, USD million a month
    # regime
    resources: Annotated[Rows, ("book",)]  # what there is to spend, USD million a month
    income: Annotated[Rows, ("book",)]  # smoothed cash, USD million a month
    reserves: Annotated[Rows, ("book",)]  # USD million
    coercion: Annotated[Rows, ("book",)]  # 1 = without measures
    skill: Annotated[Rows, ("book",)]  # evasion skill, share
    extraction: Annotated[Rows, ("book",)]  # taken from the population, USD million a month
    apparatus: Annotated[Rows, ("book",)]  # spending on coercion, USD million a month
    patronage: Annotated[Rows, ("book",)]  # spending on the elite, USD million a month
    weapons: Annotated[Rows, ("book",)]  # spending on weapons, USD million a month
    civilian: Annotated[Rows, ("book",)]  # spending on civilian imports, USD million a month
    expectation: Annotated[Rows, ("book",)]  # patronage that the elite expects, USD million a month
    cohesion: Annotated[Rows, ()]  # elite cohesion, share
    rally: Annotated[Rows, ()]  # rallying under fresh pressure, share
    weapons_reference: Annotated[Rows, ()]  # spending on weapons in the first month, USD million a month
    civilian_reference: Annotated[Rows, ()]  # spending on civilians without measures, with an open border, USD million
    capability: Annotated[Rows, ()]  # weapons capability, 1 at the start
    rung: Annotated[Rows, ()]  # of the concession ladder: 0 defiance, 1 procedure, 2 access, 3 reform
    # ledger
    court: Annotated[Rows, ()]  # how far a court or tribunal has come, share
    isolation: Annotated[Rows, ()]  # diplomatic isolation, share
    credibility: Annotated[Rows, ()]  # of consequences for abuse, share
    accountability: Annotated[Rows, ()]  # accountability exposure, share
    legitimacy_loss: Annotated[Rows, ()]  # information and legitimacy, share
    political: Annotated[Rows, ()]  # political cost, index 0-100
    defiance: Annotated[Rows, ()]  # cost of defiance, share
    defiance_reference: Annotated[Rows, ()]  # the same in the first month
    outcome: Annotated[Rows, ("outcome",)]  # this month's outcomes, in the order of ledger.outcome_names


class Setting(NamedTuple):
    """What a scenario fixes for all its runs: arrays without a run axis.

    ``month`` is the number of months of the horizon; rows of states, partners, channels, goods and drafts follow the
    scenario's order, and the codes are the permanent ones used in addresses.
    """

    first_month: Annotated[int, ()]  # absolute month (year * 12 + month - 1) of the first step
    state_code: Annotated[NDArray[np.uint64], ("state",)]
    channel_code: Annotated[NDArray[np.uint64], ("channel",)]
    draft_code: Annotated[NDArray[np.uint64], ("draft",)]
    conflict_code: Annotated[NDArray[np.uint64], ("conflict",)]
    forum_code: Annotated[NDArray[np.uint64], ("forum",)]
    seats: Annotated[NDArray[np.int64], ("month", "seat")]  # state row of each of the fifteen seats
    permanent: Annotated[Rows, ("state",)]  # 1 for permanent members
    rival: Annotated[Rows, ("state",)]  # 1 for states whose rivalry matters
    sponsor: Annotated[Rows, ("state",)]  # 1 for states that sponsor the coalition's drafts while their stance allows
    leads: Annotated[Rows, ("state",)]  # 1 for leaders
    campaigns: Annotated[Rows, ("state",)]  # 1 for leaders and penholders
    pens: Annotated[Rows, ("forum", "state")]  # 1 for a forum's penholders
    forum_meets: Annotated[Rows, ("month", "forum")]  # 1 in the month of its yearly resolution
    term_begins: Annotated[Rows, ("month", "state")]  # 1 where an unknown member's term begins
    position_mean: Annotated[Rows, ("month", "state")]  # as it is known
    position_sd: Annotated[Rows, ("month", "state")]
    position_years: Annotated[Rows, ("month",)]  # from the last roll call on the DPRK that is known
    position_known: Annotated[Rows, ("month",)]  # 1 where the estimates change: a new roll call, or another year since the last
    leaders: Annotated[NDArray[np.int64], ("leader",)]  # state rows
    budget: Annotated[Rows, ("state",)]  # full efforts of one leading state
    posture: Annotated[Rows, ("state",)]  # at the start
    camp: Annotated[Rows, ("state",)]  # posture of the last government on record, from which elections switch
    other_posture: Annotated[Rows, ("state",)]  # of the next government of the other camp
    takes_office: Annotated[Rows, ("month", "state")]  # 1 where the record has a government take office
    posture_record: Annotated[Rows, ("month", "state")]  # its posture
    meets: Annotated[Rows, ("state",)]  # 1 where summits happened on record or may happen
    summit_rate: Annotated[Rows, ("state",)]  # probability of a summit in a month at full engagement
    change: Annotated[Rows, ("month", "state")]  # probability that the government changes camp; 0 while the record lasts
    rivalry_path: Annotated[Rows, ("month", "state")]  # dated signals up to the information date, then level
    rivalry_open: Annotated[Rows, ("month",)]  # 1 where the record has ended and rivalry walks
    record: Annotated[Rows, ("month",)]  # 1 while the record lasts: what is in it happens, nothing of its kind is drawn
    missile_record: Annotated[Rows, ("month",)]  # 1 in a month with a long-range missile test on record
    nuclear_record: Annotated[Rows, ("month",)]  # 1 in a month with a nuclear test on record
    met_record: Annotated[Rows, ("month", "state")]  # 1 in a month with a summit on record
    text_record: Annotated[Rows, ("month",)]  # row of the text that was put to the vote, -1 for none
    signed: Annotated[Rows, ("month", "state")]  # 1 for a state whose name stands under it
    attention: Annotated[Rows, ("month",)]  # share of attention that other crises leave
    open: Annotated[Rows, ("month",)]  # openness of the border, share
    harvest_month: Annotated[Rows, ("month",)]  # 1 in October
    conflict_path: Annotated[Rows, ("month", "conflict")]  # how far it is open while it goes on, share
    conflict_begins: Annotated[Rows, ("month", "conflict")]  # probability that it begins; 0 while the record lasts
    conflict_start: Annotated[Rows, ("conflict",)]  # 1 where its path says when it is open, 0 where it begins by chance
    conflict_ends: Annotated[Rows, ("month", "conflict")]  # probability that it ends, likewise
    conflict_buyer: Annotated[Rows, ("conflict", "partner")]  # 1 for the partner that buys arms for it
    conflict_arms: Annotated[Rows, ("conflict",)]  # what it buys, USD million a month
    conflict_need: Annotated[Rows, ("conflict",)]  # how far it makes its buyer need the DPRK, share
    secondary_use: Annotated[Rows, ("month",)]  # secondary sanctions at a stance of full pressure, share of full use
    secondary_sender: Annotated[Rows, ("state",)]  # 1 for the state that imposes them
    designated: Annotated[float, ()]  # evasion networks that are listed at the start, share
    designations: Annotated[Rows, ("month",)]  # autonomous listing of evasion networks, share of what the coalition could list
    civil_society: Annotated[float, ()]  # its strength against the usual, share
    partner_state: Annotated[NDArray[np.int64], ("partner",)]  # state rows
    own_government: Annotated[Rows, ("partner",)]  # 1 where the partner belongs to the coalition's side
    exposed: Annotated[Rows, ("partner",)]  # exposure of its firms and banks to the US market, share
    fears: Annotated[Rows, ("partner",)]  # how much it fears the regime's collapse, share
    standing: Annotated[Rows, ("month", "channel")]  # coverage of standing Council measures, share of what texts can name
    own_ban: Annotated[Rows, ("month", "channel", "partner")]  # coverage of a partner's own measures, share
    standing_goods: Annotated[Rows, ("month", "good")]
    base_potential: Annotated[Rows, ("month", "channel", "partner")]  # without measures, USD million a month
    trades: Annotated[Rows, ("channel", "partner")]  # 1 where the partner ever buys; elsewhere all rows of the trade stay empty
    merchandise: Annotated[Rows, ("channel",)]  # 1 where a closed border stops the trade
    takes_redirected: Annotated[Rows, ("channel",)]  # 1 for the channel of goods that no text lists
    uses_cloth: Annotated[Rows, ("channel",)]  # 1 where the cloth is imported
    good_share: Annotated[Rows, ("good",)]  # share of free foreign spending
    draft_procedural: Annotated[Rows, ("draft",)]  # 1: nine votes, no veto
    draft_panel: Annotated[Rows, ("draft",)]  # 1: extends or creates the Panel of Experts
    draft_statement: Annotated[Rows, ("draft",)]  # 1: presidential statement, adopted where nobody objects
    draft_referral: Annotated[Rows, ("draft",)]  # 1: refers abuse to the International Criminal Court
    draft_tribunal: Annotated[Rows, ("draft",)]  # 1: sets up an ad hoc tribunal
    draft_whole: Annotated[Rows, ("draft",)]  # 1: tabled whole or not at all, and adds no measures
    draft_security: Annotated[Rows, ("draft",)]  # a: security content, share
    draft_accountability: Annotated[Rows, ("draft",)]  # h: accountability content, share
    draft_linkage: Annotated[Rows, ("draft",)]  # l, share
    draft_bite: Annotated[Rows, ("draft",)]  # before dilution, share
    draft_value: Annotated[Rows, ("draft",)]  # to the coalition if adopted, at full salience and resolve
    draft_naming: Annotated[Rows, ("draft",)]  # value of naming a veto, as a share of draft_value
    draft_interval: Annotated[Rows, ("draft",)]  # months that must pass before it is tabled again
    draft_last: Annotated[Rows, ("draft",)]  # absolute month in which it was last tabled before the start
    draft_opens: Annotated[Rows, ("draft",)]  # absolute month
    draft_covers: Annotated[Rows, ("draft", "channel")]  # coverage if adopted at full bite
    draft_covers_goods: Annotated[Rows, ("draft", "good")]
    dilution: Annotated[Rows, ("level",)]  # shares of a draft's bite at which it may be tabled
    weakest_link: Annotated[float, ()]  # 1: the smaller side of a linked draft rules; 0: the sides add
    coordination: Annotated[Rows, ("month",)]  # 0: efforts add ... 1: they complement each other
    letters: Annotated[float, ()]  # 1 where states outside the Council ask its members by letter
    audience: Annotated[Rows, ("month",)]  # 1 where a veto brings a debate of the General Assembly
    panel_until: Annotated[float, ()]  # absolute month in which the mandate in force at the start ends
    team: Annotated[float, ()]  # 1 where a monitoring team outside the UN exists at the start
    clarity: Annotated[Rows, ("month",)]  # how clearly the strictest standing Council text binds, share
    team_plan: Annotated[float, ()]  # probability scale of its founding once the Panel is gone: 0 never, 1 drawn, 2 at once
    mandate_from: Annotated[Rows, ("mandate",)]  # absolute month in which it begins
    mandate_until: Annotated[Rows, ("mandate",)]  # absolute month in which it ends, as known at the start
    mandate_forum: Annotated[Rows, ("forum", "mandate")]  # 1 for the forum that renews or creates it
    mandate_scope: Annotated[Rows, ("scope", "mandate")]  # 1 for what it looks at
    mandate_demand: Annotated[Rows, ("mandate",)]  # content that a resolution needs to renew or create it, share
    mandate_term: Annotated[Rows, ("mandate",)]  # months that a renewal adds
    consequence: Annotated[float, ()]  # 1 where the standing consequence is in force at the start
    consequence_forum: Annotated[Rows, ("forum",)]  # 1 for the forum that may create it, and where it is triggered
    consequence_mandate: Annotated[Rows, ("mandate",)]  # 1 for the mandate that it begins or renews
    consequence_demand: Annotated[float, ()]  # content that a resolution needs to create it; above 1: never
    policing_choice: Annotated[Rows, ("month", "partner")]  # a government's own decision, log odds
    for_conflicts: Annotated[Rows, ("channel",)]  # 1 where conflicts buy
    resale: Annotated[Rows, ("month", "channel", "partner")]  # share of sales that import bans abroad name, fixed part
    resale_conditional: Annotated[Rows, ("month", "channel", "partner")]  # part that eases as coercion falls
    supplies: Annotated[Rows, ("partner",)]  # share of imports that comes from the partner
    good_cloth: Annotated[Rows, ("good",)]  # 1 for cloth that is processed for re-export
    good_crude: Annotated[Rows, ("good",)]  # 1 for pipeline crude, outside the budget
    start: Annotated[Rows, ("stock",)]  # stocks at the start, in the order of STOCKS


STOCKS = ("salience", "evidence", "isolation", "credibility", "accountability", "legitimacy_loss", "designated")
"""Stocks in [0, 1] that a scenario sets at its start; each is a row of ``World`` without further axes."""

Axes = Mapping[str, tuple[str, ...]]


def declared_axes(kind: type[Any]) -> Axes:
    """The axes of each field of ``World`` or ``Setting``, as its annotation declares them."""
    return {name: hint.__metadata__[0] for name, hint in get_type_hints(kind, include_extras=True).items()}


class Sizes(NamedTuple):
    """How long each axis is."""

    month: int
    state: int
    seat: int
    leader: int
    partner: int
    channel: int
    good: int
    draft: int
    level: int
    book: int
    stock: int
    scope: int
    forum: int
    mandate: int
    conflict: int
    outcome: int


class Case(NamedTuple):
    """A scenario as the kernel and ``ledger.measure`` read it: flat arrays, and where each field begins.

    ``at``, ``st`` and ``pt`` have the fields of World, Setting and Params; a field's first row plus the position in its
    axes (the last one fastest) is its row in the world's block, in ``settings``, or in the block of parameters.
    """

    settings: Rows
    seats: NDArray[np.int64]
    leaders: NDArray[np.int64]
    partner_state: NDArray[np.int64]
    state_code: NDArray[np.uint64]
    channel_code: NDArray[np.uint64]
    draft_code: NDArray[np.uint64]
    conflict_code: NDArray[np.uint64]
    forum_code: NDArray[np.uint64]
    sizes: Sizes
    at: Any
    st: Any
    pt: Any


WORLD_AXES = declared_axes(World)
WORKING = ("adoption", "lobbying", "support")
"""What the agenda works with. Of a draft that a run may not table it holds what runs beside it needed: nobody may read it."""
SETTING_AXES = declared_axes(Setting)
_named_tuple: Any = namedtuple
At = _named_tuple("At", World._fields, module=__name__)
St = _named_tuple("St", Setting._fields, module=__name__)


def offsets(axes: Axes, sizes: Sizes) -> tuple[dict[str, int], int]:
    """The first row of each field, and how many rows there are in all."""
    first, found = 0, {}
    for name, names in axes.items():
        found[name] = first
        first += math.prod(getattr(sizes, axis) for axis in names)
    return found, first


def case(setting: Setting, sizes: Sizes, pt: Any) -> Case:
    """The case of a setting; ``pt`` says where each parameter begins."""
    settings = np.concatenate([np.ravel(np.asarray(field, dtype=np.float64)) for field in setting])
    whole = {name: getattr(setting, name) for name in Case._fields if name in SETTING_AXES}
    at, st = At(**offsets(WORLD_AXES, sizes)[0]), St(**offsets(SETTING_AXES, sizes)[0])
    return Case(settings=settings, sizes=sizes, at=at, st=st, pt=pt, **whole)


def views(kind: Any, axes: Axes, sizes: Sizes, block: Rows) -> Any:
    """The fields of a block of memory (row, run) as arrays with their own axes, the run last: one memory, two ways in."""
    first, _ = offsets(axes, sizes)
    shapes = {name: [getattr(sizes, axis) for axis in names] for name, names in axes.items()}
    return kind(**{n: block[first[n] : first[n] + math.prod(s)].reshape(*s, block.shape[1]) for n, s in shapes.items()})


@rule
def as_recorded(record: float, given: float, drawn: float) -> float:
    """What the record says while it lasts; what is drawn or decided after it."""
    return select(record > 0.0, given, drawn)


@rule
def test_log_odds(base: float, slope: float, capability: float, backlash: float, pressure: float, calming: float,
                     engagement: float) -> float:  # fmt: skip
    """Log odds of a test this month: up with capability, up or down with pressure, down with engagement."""
    return base + slope * (capability - 1.0) + backlash * pressure - calming * engagement


@rule
def weapons_jump(missile: float, nuclear: float, missile_weight: float, nuclear_weight: float) -> float:
    """Share of the remaining attention that this month's tests take."""
    return larger(missile * missile_weight, nuclear * nuclear_weight)


@rule
def exposure_log_odds(base: float, monitoring_slope: float, monitoring: float, abuse_slope: float, coercion: float,
                      access_slope: float, rung: float) -> float:  # fmt: skip
    """Log odds of testimony, satellite evidence or a report: up with monitoring, with the abuse itself, and with access."""
    access = select(rung >= 2.0, access_slope, 0.0)
    return base + monitoring_slope * monitoring + abuse_slope * log(coercion) + access


@rule
def rivalry_start(path: float, spread: float, normal: float) -> float:
    """Rivalry at the start: the coded path with log-normal uncertainty, a share."""
    return share(path * exp(spread * normal))


@rule
def rivalry_next(rivalry: float, path_step: float, walk: float, normal: float, response: float,
                 pressure: float) -> float:  # fmt: skip
    """Rivalry follows the coded path while the record lasts, walks afterwards, and may answer pressure."""
    return share(rivalry + path_step + walk * normal + response * pressure)


@rule
def posture_next(posture: float, one: float, other: float, change: float, uniform: float) -> float:
    """An election brings the other camp to power with probability ``change``."""
    far = select(posture == one, other, one)
    return select(uniform < change, far, posture)


@rule
def summit_happens(rate: float, posture: float, uniform: float) -> float:
    """1 where a government meets the DPRK's leader this month: the likelier the more it leans to engagement (squared)."""
    return select(uniform < rate * (1.0 - posture) * (1.0 - posture), 1.0, 0.0)


@rule
def stance(posture: float, thaw: float) -> float:
    """What a government does this month: its posture, less what a summit has thawed."""
    return posture * (1.0 - thaw)


@rule
def conflict_next(going_on: float, begins: float, ends: float, opened: float, uniform: float) -> float:
    """1 while a conflict goes on: it may begin, and once its path has opened it may end."""
    over = (uniform < ends) & (opened > 0.0)
    return select(going_on > 0.0, select(over, 0.0, 1.0), select(uniform < begins, 1.0, 0.0))


@rule
def position_spread(estimate: float, drift: float, years: float) -> float:
    """Standard deviation of a member's position: the estimate's own, and a random walk since the last roll call."""
    return root(estimate * estimate + drift * drift * years)


@rule
def member_position(mean: float, spread: float, normal: float) -> float:
    """A member's record on DPRK human rights: the estimate with its uncertainty, held inside [-1, 1]."""
    return clip(mean + spread * normal, -1.0, 1.0)


@rule
def price_shock_start(spread: float, common_share: float, common: float, own: float) -> float:
    """A log price shock drawn from its stationary distribution."""
    return spread * (root(common_share) * common + root(1.0 - common_share) * own)


@rule
def price_shock_next(shock: float, persistence: float, spread: float, common_share: float, common: float,
                     own: float) -> float:  # fmt: skip
    """AR(1) log price shock with stationary standard deviation ``spread`` and a share common to all channels."""
    fresh = root(common_share) * common + root(1.0 - common_share) * own
    return persistence * shock + root(1.0 - persistence * persistence) * spread * fresh
