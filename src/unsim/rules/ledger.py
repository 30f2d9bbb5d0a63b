"""The ledger phase: what the month cost the regime, the population and the coalition.

What the UN puts out (drafts, meetings, monitoring) is reported apart from what the regime loses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from unsim.rules.jit import rule
from unsim.rules.lanes import each
from unsim.rules.maths import log, logistic, ratio, select, share
from unsim.rules.world import LINK, REAL, RIGHTS, SHADOW, WEAPONS


class Outcome(NamedTuple):
    """A metric of every run: what it is, its unit, how it is taken over the horizon, and whose side it describes."""

    name: str
    unit: str
    aggregate: str  # mean or sum over the months of the horizon
    about: str  # regime, civilians, coalition, enforcement, UN output
    meaning: str


USD = "USD million a month"
INDEX = "index 0-100"

OUTCOMES = (
    Outcome("political_cost", INDEX, "mean", "regime", "weighted mean of its four components"),
    Outcome("isolation", INDEX, "mean", "regime", "component: diplomatic isolation, a stock of what the UN put out"),
    Outcome("accountability", INDEX, "mean", "regime", "component: credible exposure to accountability for abuse"),
    Outcome("cohesion_loss", INDEX, "mean", "regime", "component: loss of elite cohesion"),
    Outcome("legitimacy_loss", INDEX, "mean", "regime", "component: information reaching the population"),
    Outcome("economic_cost", USD, "mean", "regime", "revenue in the shadow book less revenue, both before the cost of cloth"),
    Outcome("revenue_without_measures", USD, "mean", "regime", "revenue in the shadow book: the same month without any measure"),
    Outcome("economic_cost_share", "share of national income", "mean", "regime", "economic cost over national income"),
    Outcome("cost_of_defiance", INDEX, "mean", "regime", "political cost and revenue share lost, joined as one minus the "
            "product of what is left; no forecast of concessions"),
    Outcome("revenue", USD, "mean", "regime", "hard currency from all channels, declared and undeclared"),
    Outcome("undeclared_revenue", USD, "mean", "regime", "part of revenue from blocked trade that goes on undeclared"),
    Outcome("forced_labour_revenue", USD, "mean", "regime", "part of revenue that rests on forced labour"),
    Outcome("resale_lost", USD, "mean", "regime", "earnings that import bans abroad take away"),
    Outcome("imports", USD, "mean", "regime", "imports of all goods, pipeline crude included"),
    Outcome("reserves", "USD million", "mean", "regime", "hard-currency reserves"),
    Outcome("weapons_spending", USD, "mean", "regime", "spending on weapons"),
    Outcome("weapons_capability", "index, 1 at the start", "mean", "regime", "slow stock of weapons spending"),
    Outcome("missile_tests", "months", "sum", "regime", "months with a long-range missile test"),
    Outcome("nuclear_tests", "months", "sum", "regime", "months with a nuclear test"),
    Outcome("concession_rung", "rung 0-3", "mean", "regime", "rung of the concession ladder under the prior of no event in "
            "twenty years; no forecast of reform"),
    Outcome("civilian_welfare", INDEX, "mean", "civilians", "share of the population not undernourished, as imports, "
            "extraction and harvests move it"),
    Outcome("civilian_spending", USD, "mean", "civilians", "what the budget leaves for civilians"),
    Outcome("coercion", "index, 1 without measures", "mean", "civilians", "coercion of labour; 1 also needs no accountability, "
            "conditional ban or reform"),
    Outcome("extraction", USD, "mean", "civilians", "taken from the population"),
    Outcome("coalition_cost", USD, "mean", "coalition", "margin on trade forgone or shut out, effort, retaliation"),
    Outcome("campaign", "full efforts of one state", "mean", "coalition", "combined campaign effort"),
    Outcome("engagement", "share", "mean", "coalition", "how far the leaders' governments lean to engagement"),
    Outcome("summits", "meetings", "sum", "coalition", "summits of states with the DPRK"),
    Outcome("sponsors", "states", "mean", "UN output", "states that put their name to the coalition's drafts"),
    Outcome("monitoring", "share", "mean", "UN output", "monitoring of weapons and evasion: Panel, team outside, open sources"),
    Outcome("rights_monitoring", "share", "mean", "UN output", "monitoring of abuse: mandates and civil society"),
    Outcome("traceability", "share", "mean", "UN output", "goods that can be traced to abuse"),
    Outcome("evidence", "share", "mean", "UN output", "public evidence of abuse"),
    Outcome("mandates", "mandates", "mean", "UN output", "mandates of monitoring bodies that run"),
    Outcome("designated", "share", "mean", "UN output", "evasion networks that are listed"),
    Outcome("court", "share", "mean", "UN output", "how far a court or tribunal has come"),
    Outcome("drafts_tabled", "drafts", "sum", "UN output", "drafts put to the vote"),
    Outcome("drafts_adopted", "drafts", "sum", "UN output", "drafts adopted"),
    Outcome("drafts_vetoed", "drafts", "sum", "UN output", "drafts with nine votes stopped by a permanent member"),
    Outcome("drafts_failed", "drafts", "sum", "UN output", "drafts without nine votes, and statements to which a member objects"),
    Outcome("rights_meetings", "meetings", "sum", "UN output", "Council meetings on human rights won by a vote"),
    Outcome("statements", "statements", "sum", "UN output", "presidential statements of the Council"),
    Outcome("veto_debates", "debates", "sum", "UN output", "debates of the General Assembly that a veto brought"),
    Outcome("assembly_resolutions", "resolutions", "sum", "UN output", "yearly texts that the General Assembly adopted"),
    Outcome("assembly_content", "share", "sum", "UN output", "content of those texts, added up"),
    Outcome("rights_council_resolutions", "resolutions", "sum", "UN output", "yearly texts that the Human Rights Council adopted"),
    Outcome("rights_council_content", "share", "sum", "UN output", "content of those texts, added up"),
    Outcome("votes_called", "votes", "sum", "UN output", "votes called on a forum's yearly text"),
    Outcome("consequences", "events", "sum", "UN output", "times that refused access had a standing consequence"),
)  # fmt: skip

PER_PARTNER = (
    Outcome("letter", "share", "mean", "enforcement", "compliance of {}'s declared trade with Council bans"),
    Outcome("policing", "share", "mean", "enforcement", "{}'s policing effort against undeclared trade"),
    Outcome("enforcement", "share", "mean", "enforcement", "share of {}'s listed potential that is not realised"),
    Outcome("revenue_from", USD, "mean", "regime", "revenue from {}"),
)
PER_CHANNEL = (Outcome("revenue", USD, "mean", "regime", "revenue from {}"),)


def outcomes(partners: Sequence[str], channels: Sequence[str]) -> tuple[Outcome, ...]:
    """All outcomes of a scenario in the fixed order in which ``measure`` writes them."""
    found = list(OUTCOMES)
    for kinds, names in ((PER_PARTNER, partners), (PER_CHANNEL, channels)):
        for kind in kinds:
            found += [kind._replace(name=f"{kind.name}_{n}", meaning=kind.meaning.format(n)) for n in names]
    return tuple(found)


@rule
def isolation_jump(yes: float, bite: float, adopted: float, statement: float, vetoed: float, adopted_weight: float,
                   vetoed_weight: float) -> float:  # fmt: skip
    """What a vote adds to diplomatic isolation: the share of the fifteen that said yes to a text, weighted by its bite and
    by the result.

    The routine renewal of a mandate therefore adds little. A presidential statement is adopted without a vote and counts apart.
    """
    return yes / 15.0 * bite * ((adopted - statement) * adopted_weight + vetoed * vetoed_weight)


@rule
def isolation_around(statement: float, statement_weight: float, adopted_weight: float, debate: float, debate_weight: float,
                     texts: float, text_weight: float) -> float:  # fmt: skip
    """What is said without a vote of the Council adds: statements, debates on a veto, texts of the forums by their content."""
    return statement * statement_weight * adopted_weight + debate * debate_weight + texts * text_weight


@rule
def joined(one: float, other: float) -> float:
    """Two causes of the same thing, each of which may do what the other leaves: a share."""
    return 1.0 - (1.0 - share(one)) * (1.0 - share(other))


@rule
def credibility_jump(meeting: float, meeting_weight: float, adopted: float, content: float, text_weight: float,
                     statement: float, statement_weight: float) -> float:  # fmt: skip
    """What the Council adds to the credibility of consequences: taking abuse up, or a text or statement that names it."""
    text = select(statement > 0.0, statement_weight, 1.0) * content * text_weight
    return meeting * meeting_weight + (1.0 - meeting) * adopted * text


@rule
def credibility_left(credibility: float, vetoed: float, content: float, impunity: float) -> float:
    """Credibility after a text on abuse was vetoed: it shows that nothing follows."""
    return credibility * (1.0 - vetoed * content * impunity)


@rule
def agenda_jump(triggered: float, weight: float) -> float:
    """What a triggered standing consequence adds to credibility: an agenda item that no state can keep off."""
    return triggered * weight


@rule
def credible(credibility: float, court: float) -> float:
    """Credibility of consequences, a share: what was said in public, or a court that works."""
    return joined(credibility, court)


@rule
def accountability_jump(exposure: float, gain: float, least: float, credibility: float) -> float:
    """Exposure counts as far as it is credible; without any follow-up only ``least`` of it does."""
    return exposure * gain * (least + (1.0 - least) * credibility)


@rule
def court_jump(court: float, gain: float) -> float:
    """What the work of a court adds to accountability exposure in a month, with or without an event."""
    return court * gain


@rule
def legitimacy_jump(exposure: float, leak: float, openness: float) -> float:
    """What an exposure event that leaks through the border adds to the loss of legitimacy."""
    return exposure * leak * openness


@rule
def political_cost(isolation: float, accountability: float, cohesion_loss: float, legitimacy_loss: float,
                   w_isolation: float, w_accountability: float, w_cohesion: float, w_legitimacy: float) -> float:  # fmt: skip
    """Political cost, index 0-100: weighted mean of four components in [0, 1]; the weights need not add to one."""
    first = w_isolation * isolation + w_accountability * accountability
    second = w_cohesion * cohesion_loss + w_legitimacy * legitimacy_loss
    return 100.0 * ratio(first + second, (w_isolation + w_accountability) + (w_cohesion + w_legitimacy))


@rule
def civilian_welfare(usual: float, import_slope: float, spending: float, spending_base: float, extraction_slope: float,
                     taken: float, taken_base: float, harvest_slope: float, harvest: float) -> float:  # fmt: skip
    """Civilian welfare, index 0-100, at ``usual`` (log odds) where spending and extraction are at their base.

    The base is fixed: spending and extraction without measures and with an open border.
    """
    goods = import_slope * log(ratio(spending, spending_base) + 1e-3)
    burden = extraction_slope * (ratio(taken, taken_base) - 1.0)
    return 100.0 * logistic(usual + goods - burden + harvest_slope * harvest)


@rule
def coalition_cost(forgone: float, margin: float, efforts: float, effort_cost: float, coordination_cost: float,
                   coordination: float, leaders: float, retaliation: float, secondary: float, reach: float,
                   rivalry: float) -> float:  # fmt: skip
    """What pressure costs the coalition, USD million a month: margin on trade forgone or sold on no longer, effort, rivals'
    retaliation.

    Acting as one costs extra effort where there is more than one; rivals retaliate against secondary sanctions and against
    the campaign.
    """
    together = select(leaders > 1.0, coordination, 0.0)
    campaign = efforts * effort_cost * (1.0 + coordination_cost * together)
    pressure = 1.0 - (1.0 - secondary) * (1.0 - reach)
    return forgone * margin + campaign + retaliation * pressure * rivalry


@rule
def cost_of_defiance(political: float, lost: float) -> float:
    """Cost of defiance, a share: what is not left of standing (``political``, index 0-100) and of revenue together."""
    return joined(political / 100.0, lost)


@rule
def enforcement(prevented: float, listed: float) -> float:
    """Share of listed potential that is not realised, declared or undeclared; 1 where nothing is listed to be realised."""
    return select(listed > 0.0, share(ratio(prevented, listed)), 1.0)


@rule
def total(w: Any, first: int, number: int, r: Any) -> float:
    """Sum of consecutive rows of the world in run ``r``, in their order."""
    found: float = each(0.0, r)
    for row in range(first, first + number):
        found = found + w[row, r]
    return found


@rule
def measure(w: Any, p: Any, c: Any, t: int, r: Any) -> None:
    """Write this month's outcomes of each run into ``w.outcome``, in the order of :func:`outcomes`.

    The one place where a metric is defined; both engines call it at the end of the ledger phase.
    """
    s, at, st, pt, n = c.settings, c.at, c.st, c.pt, c.sizes
    own_forgone = each(0.0, r)
    undeclared = each(0.0, r)
    imports = total(w, at.imports + REAL * n.good, n.good, r)
    rivalry, efforts, met = each(0.0, r), each(0.0, r), each(0.0, r)
    for i in range(n.state):  # of most states these rows are 0
        if s[st.rival + i] > 0.0:
            rivalry = rivalry + w[at.rivalry + i, r]
        if s[st.campaigns + i] > 0.0:
            efforts = efforts + w[at.effort + i, r]
        if s[st.meets + i] > 0.0:
            met = met + w[at.met + i, r]
    first = len(OUTCOMES)
    for j in range(n.partner):
        listed = each(0.0, r)
        prevented = each(0.0, r)
        received = each(0.0, r)
        for k in range(n.channel):
            if s[st.trades + k * n.partner + j] <= 0.0:
                continue
            cell = (REAL * n.channel + k) * n.partner + j
            trade = w[at.declared + cell, r] + w[at.undeclared + cell, r]
            listed = listed + w[at.potential + cell, r] * w[at.listed + cell, r]
            prevented = prevented + (w[at.potential + cell, r] * w[at.blocked + cell, r] - w[at.undeclared + cell, r])
            received = received + trade
            undeclared = undeclared + w[at.undeclared + cell, r]
            forgone = w[at.potential + cell, r] * w[at.blocked + cell, r]
            own_forgone = own_forgone + s[st.own_government + j] * forgone
        w[at.outcome + first + j, r] = w[at.letter + j, r]
        w[at.outcome + first + n.partner + j, r] = w[at.policing + j, r]
        w[at.outcome + first + 2 * n.partner + j, r] = enforcement(prevented, listed)
        w[at.outcome + first + 3 * n.partner + j, r] = received
    first = first + 4 * n.partner
    for k in range(n.channel):
        w[at.outcome + first + k, r] = w[at.receipts + REAL * n.channel + k, r]

    cohesion_loss = 1.0 - w[at.cohesion, r]
    economic = w[at.revenue + SHADOW, r] - w[at.revenue + REAL, r]
    tabled = select(w[at.tabled, r] >= 0.0, 1.0, 0.0)
    values = (
        w[at.political, r],
        100.0 * w[at.isolation, r],
        100.0 * w[at.accountability, r],
        100.0 * cohesion_loss,
        100.0 * w[at.legitimacy_loss, r],
        economic,
        w[at.revenue + SHADOW, r],
        ratio(economic, p[pt.national_income, r]),
        100.0 * w[at.defiance, r],
        w[at.revenue + REAL, r],
        undeclared,
        w[at.coerced + REAL, r],
        w[at.resale_lost + REAL, r],
        imports,
        w[at.reserves + REAL, r],
        w[at.weapons + REAL, r],
        w[at.capability, r],
        w[at.missile, r],
        w[at.nuclear, r],
        w[at.rung, r],
        civilian_welfare(p[pt.welfare_usual, r], p[pt.welfare_goods, r], w[at.civilian + REAL, r],
                         w[at.civilian_reference, r], p[pt.welfare_extraction, r], w[at.extraction + REAL, r],
                         p[pt.extraction_base, r], p[pt.welfare_harvest, r], w[at.harvest, r]),
        w[at.civilian + REAL, r],
        w[at.coercion + REAL, r],
        w[at.extraction + REAL, r],
        coalition_cost(own_forgone + w[at.resale_lost + REAL, r], p[pt.trade_margin, r], efforts, p[pt.effort_cost, r],
                       p[pt.coordination_cost, r], s[st.coordination + t], float(n.leader), p[pt.retaliation, r],
                       w[at.secondary, r], w[at.reach, r], rivalry),
        w[at.campaign, r],
        w[at.engagement, r],
        met,
        total(w, at.sponsors, n.state, r),
        w[at.monitoring + WEAPONS, r],
        w[at.monitoring + RIGHTS, r],
        w[at.monitoring + LINK, r],
        w[at.evidence, r],
        w[at.mandates, r],
        w[at.designated, r],
        w[at.court, r],
        tabled,
        w[at.adopted, r],
        w[at.vetoed, r],
        w[at.failed, r],
        w[at.meeting, r],
        w[at.statement, r],
        w[at.debate, r],
        w[at.resolved, r],
        w[at.text, r],
        w[at.resolved + 1, r],
        w[at.text + 1, r],
        total(w, at.called, n.forum, r),
        w[at.triggered, r],
    )  # fmt: skip
    for i in range(len(values)):
        w[at.outcome + i, r] = values[i]
