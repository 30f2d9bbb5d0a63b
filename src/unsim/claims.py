"""The claims that unsim models: the switch of each mechanism, and what is moved first and at last when it is switched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from unsim.engines.model import PressureModel
from unsim.rules.world import PHASES, WORLD_AXES
from unsim.scenario import Scenario, load

START = "start"
"""Where a difference shows before the first month."""


@dataclass(frozen=True)
class Claim:
    """A mechanism behind a claim.

    ``switch``: the keys that switch it, on top of ``base`` (keys that both arms share). ``phase`` and ``rows``: where and in
    which rows of World the first difference shows. ``outcome``: what it moves in the end.
    """

    code: str
    mechanism: str
    switch: Mapping[str, Any]
    phase: str
    rows: tuple[str, ...]
    outcome: str
    base: Mapping[str, Any] = field(default_factory=dict)


FULLY = {"from": "2024-01", "value": 1.0}
USE = {"from": "2017-09", "value": 0.6}
LINK = {"forum": "states", "from": "2024-01"}
BAN = {"sender": "USA", "channel": "resale", "coverage": 1.0, "from": "2024-01"}
WITHOUT_THE_TWO = ["CHE", "DZA", "ECU", "GUY", "MLT", "MOZ", "SLE", "SVN", "IND", "IDN"]
MENU = ["rights_meeting", "sanctions", "panel"]
FRIENDS = {code: {"posture": 0.8, "sponsor": True} for code in ("AUS", "CAN", "DEU", "NZL", "NLD")}

CLAIMS = (
    Claim("C1", "penholders of the forums", {"general_assembly.penholders": ["EUU", "KOR"], "human_rights_council.penholders":
          ["EUU", "KOR"]}, START, ("pen",), "rights_council_content"),
    Claim("C1", "co-sponsors", {"states": FRIENDS}, START, ("cosponsors",), "rights_meetings"),
    Claim("C1", "efforts that complement each other", {"coalition.coordination": 0.9}, "coalition", ("campaign", "reach"),
          "rights_meetings"),
    Claim("C2", "an election in the ROK", {"states.KOR.elections": {"first": "2024-03", "every": 60, "change": 1.0}}, "world",
          ("posture", "stance"), "rights_meetings"),
    Claim("C2", "summits", {"states.KOR.summits": 0.3}, "world", ("met", "stance", "thaw"), "campaign",
          {"states.KOR.posture": 0.2, "states.KOR.other_posture": 0.9}),
    Claim("C3", "the ROK and Japan on the Council of 2024", {"council.elected": {"2024": WITHOUT_THE_TWO}}, "coalition",
          ("adoption", "lobbying"), "rights_meetings"),
    Claim("C3", "the procedural vote: a meeting on human rights", {"coalition.menu": ["sanctions", "panel"]}, "coalition",
          ("tabled",), "rights_meetings"),
    Claim("C3", "presidential statement", {"coalition.menu": [*MENU, "weapons_statement"]}, "coalition", ("bite",), "statements"),
    Claim("C3", "letters to the Council from outside", {"coalition.letters": True}, "coalition", ("tabled",), "rights_meetings",
          {"states.AUS": {"effort": 1.0, "posture": 0.9}, "coalition.leaders": ["AUS"], "states.GBR.sponsor": False,
           "states.FRA.sponsor": False}),
    Claim("C4", "a text on weapons and abuse", {"coalition.menu": ["rights_meeting", "integrated", "panel"]}, "coalition",
          ("bite",), "drafts_adopted"),
    Claim("C4", "linkage variant", {"coalition.linkage": "weakest_link"}, "coalition", ("adoption",), "drafts_tabled",
          {"coalition.menu": ["integrated"]}),
    Claim("C5", "referral to the International Criminal Court", {"coalition.menu": [*MENU, "icc_referral"]}, "coalition",
          ("bite",), "court"),
    Claim("C5", "ad hoc tribunal", {"coalition.menu": [*MENU, "tribunal"]}, "coalition", ("bite",), "court"),
    Claim("C5", "the price of a veto, and the debate it brings", {"council.veto_debate": False}, "council",
          ("debate",), "veto_debates"),
    Claim("C5", "a vetoed text shows that nothing follows", {"parameters.impunity": 0.4}, "ledger", ("credibility",),
          "accountability", {"parameters.impunity": 0.0, "coalition.menu": ["icc_referral"]}),
    Claim("C6", "Special Rapporteur", {"mandates.rapporteur.strength": [0.0, 0.0, 0.0]}, START, ("monitoring",), "evidence"),
    Claim("C6", "UN human rights office in Seoul", {"mandates.seoul_office.strength": [0.0, 0.0, 0.0]}, START, ("monitoring",),
          "evidence"),
    Claim("C6", "accountability experts", {"mandates.accountability.strength": [0.0, 0.0, 0.0]}, START, ("monitoring",),
          "evidence"),
    Claim("C6", "a vote is called on a forum's text", {"parameters.call_base": 1.0}, "council", ("agreed", "called"), "isolation"),
    Claim("C6", "a standing consequence that a majority creates", {"standing_consequence": {"forum": "general_assembly", "demand":
          0.05}}, "council", ("consequence", "triggered"), "accountability"),
    Claim("C6", "a second inquiry", {"mandates.inquiry": {"from": "2024-01", "until": "2026-01"}}, START,
          ("mandate_until",), "evidence"),
    Claim("C6", "civil society", {"world.civil_society": 0.0}, START, ("monitoring",), "evidence"),
    Claim("C6", "standing consequence of refused access", {"standing_consequence": {"forum": "general_assembly", "in_force":
          True}}, START, ("consequence",), "accountability"),
    Claim("C7", "curvature of the value of revenue", {"parameters.value_curvature": 3.0}, "regime", ("coercion",), "coercion"),
    Claim("C7", "a conflict opens", {"conflicts.syria": {"begins": 0.1, "arms_usd_million_a_year": 200}}, "world",
          ("arms_wanted",), "revenue_arms"),
    Claim("C8", "a ban on one channel (coal)", {"measures.lift": ["P027", "P038", "P045"]}, "trade", ("blocked", "listed"),
          "coercion"),
    Claim("C8", "accountability takes off what coercion earns", {"parameters.accountability_weight": 2.0}, "regime",
          ("coercion",), "coercion"),
    Claim("C9", "China's choice to police", {"partners.CHN.policing": 2.0}, "sanctions", ("policing",), "economic_cost"),
    Claim("C9", "fear of collapse", {"partners.CHN.fears": 0.0}, START, ("policing",), "economic_cost"),
    Claim("C9", "secondary sanctions", {"world.secondary_sanctions": [USE, FULLY]}, "coalition", ("secondary",), "policing_CHN"),
    Claim("C9", "Russia's war and its need", {"conflicts.ukraine.ends": 0.2}, "world", ("conflict", "need"), "letter_RUS"),
    Claim("C9", "Russia's own need alone", {"conflicts.ukraine.need": 0.0}, START, ("need",), "letter_RUS"),
    Claim("C9", "who supplies what the bans keep out", {"partners.CHN.supplies": 0.75, "partners.RUS.supplies": 0.23}, "trade",
          ("imports",), "imports"),
    Claim("C9", "states' own lists of evasion networks", {"coalition.designations": 0.8}, "council", ("designated",),
          "undeclared_revenue"),
    Claim("C12", "the 1718 Committee", {"parameters.designation_gain": 0.05}, "council", ("designated",), "undeclared_revenue"),
    Claim("C10", "import ban on goods of forced labour", {"measures.add": {"ban": BAN}}, "trade",
          ("resale_taken", "resale_lost"), "resale_lost", {"measures.lift": ["P044"]}),
    Claim("C10", "conditionality of the ban", {"measures.add": {"ban": {**BAN, "conditional": 1.0}}}, "trade",
          ("conditional", "resale_easing"), "coercion", {"measures.add": {"ban": BAN},
          "measures.lift": ["P044"], "mandates.link": LINK}),
    Claim("C11", "concession ladder", {"parameters.ladder_hazard": 0.008}, "regime", ("rung",), "concession_rung"),
    Claim("C12", "renewal of the Panel of Experts", {"coalition.menu": ["rights_meeting", "sanctions"]}, "coalition",
          ("tabled",), "monitoring"),
    Claim("C12", "monitoring team outside the UN", {"council.monitoring_team": "planned"}, "coalition", ("team",), "monitoring",
          {"coalition.menu": ["rights_meeting", "sanctions"]}),
    Claim("C13", "a body with the link in its scope", {"mandates.link": LINK}, START,
          ("mandate_until",), "traceability"),
    Claim("C13", "its scope: the link or weapons", {"mandates.link": {"scope": "weapons"}}, "sanctions", ("monitoring",),
          "traceability", {"mandates.link": LINK}),
)  # fmt: skip


def arms(claim: Claim, months: int = 120) -> tuple[Scenario, Scenario]:
    """The two scenarios of a claim: with the switch, and without."""
    base = load("baseline_2024", {**claim.base, "months": months})
    return base.override(dict(claim.switch)), base


FUTURES, MONTHS = 12, 36
"""Futures, and months of each, in which a first difference is looked for."""


def first_difference(claim: Claim) -> tuple[int, str, tuple[str, ...]] | None:
    """Month (from 1; 0 for the start), phase and rows of World in which the switch of a claim first shows; None if it does not.

    Looked for in single futures of the Mesa engine, all parameters at their defaults.
    """
    one, other = arms(claim, MONTHS)
    for replicate in range(FUTURES):
        found = difference(
            PressureModel(one, 1, replicate, -1, collect=False), PressureModel(other, 1, replicate, -1, collect=False)
        )
        if found:
            return found
    return None


def difference(one: PressureModel, other: PressureModel) -> tuple[int, str, tuple[str, ...]] | None:
    """Step two models phase by phase: month, phase and rows in which they first differ, None where they never do.

    Compared are the entries that both have by name: scenarios may differ in states, channels or drafts.
    """
    found = _differing(one, other)
    if found:
        return 0, START, found
    while one.running and other.running:
        one.begin_month()
        other.begin_month()
        for phase in PHASES:
            one.step_phase(phase)
            other.step_phase(phase)
            found = _differing(one, other)
            if found:
                return one.t + 1, phase, found
        one.end_month()
        other.end_month()
    return None


NOT_COMPARED = ("outcome", "tabled", "support")
"""Outcomes come from other rows, a tabled text is compared by name, support is that for the text considered last."""


def _differing(one: PressureModel, other: PressureModel) -> tuple[str, ...]:
    rows = {row: _common(one, other, row) for row in WORLD_AXES if row not in NOT_COMPARED}
    found = [row for row, (ours, theirs) in rows.items() if not np.array_equal(ours, theirs)]
    tabled = [None if model.tabled is None else model.labels.drafts[model.tabled] for model in (one, other)]
    return tuple(sorted([*found, *(["tabled"] if tabled[0] != tabled[1] else [])]))


def _common(one: PressureModel, other: PressureModel, row: str) -> tuple[Any, Any]:
    """The entries of a row of World that both models have, in one order."""
    ours, theirs = getattr(one.world, row), getattr(other.world, row)
    for place, axis in enumerate(WORLD_AXES[row]):
        names = [model.axis_names(axis) for model in (one, other)]
        shared = [name for name in names[0] if name in names[1]]
        ours = np.take(ours, [names[0].index(name) for name in shared], axis=place)
        theirs = np.take(theirs, [names[1].index(name) for name in shared], axis=place)
    return ours, theirs
