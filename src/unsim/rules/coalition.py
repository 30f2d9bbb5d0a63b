"""The coalition phase: who makes how much effort, what is tabled and how far it is diluted, where lobbying goes."""

from __future__ import annotations

from unsim.rules.jit import rule
from unsim.rules.maths import exp, happens, larger, log, power, ratio, select

NEVER = -1e9
NO_DRAFT = -1.0
UNCOORDINATED = 0.0
"""Before the first month nobody coordinates: a strategy has no effect before it begins."""


@rule
def campaign_effort(budget: float, engagement_cost: float, posture: float) -> float:
    """A leader's or penholder's effort: its budget, less what campaigning costs a government that leans towards engagement."""
    return budget / (1.0 + engagement_cost * (1.0 - posture))


@rule
def council_effort(effort: float, pens: float, pen_cost: float) -> float:
    """The part of a state's effort that goes to the Council: each forum's pen takes its share."""
    return effort * (1.0 - pen_cost * pens)


@rule
def sponsors(willing: float, stance: float, threshold: float) -> float:
    """1 where a state puts its name to the coalition's drafts: it is willing, and its government does not court the North."""
    return select((willing > 0.0) & (stance >= threshold), 1.0, 0.0)


@rule
def signature(text: float, signed: float, sponsors: float) -> float:
    """1 for a name under this month's text: as it stands on record where there is a text, else as the state would sign."""
    return select(text >= 0.0, signed, sponsors)


@rule
def in_tens(number: float) -> float:
    """A number of states, in tens."""
    return number / 10.0


@rule
def complementarity(coordination: float, exponent: float) -> float:
    """The CES exponent: 1 without coordination (efforts add), ``exponent`` (at most 1) at full coordination."""
    return 1.0 - coordination * (1.0 - exponent)


@rule
def effort_term(effort: float, largest: float, exponent: float) -> float:
    """One state's term in the CES sum, relative to the largest effort (so that one leader alone is exactly itself)."""
    return power(ratio(effort, largest), exponent)


@rule
def combined_effort(terms: float, largest: float, exponent: float, attention: float) -> float:
    """CES aggregate of the efforts of leaders, or of a forum's penholders, scaled by the attention that other crises leave."""
    return attention * largest * power(terms, 1.0 / exponent)


@rule
def campaign_reach(campaign: float) -> float:
    """Share of a campaign's possible effect that this much effort brings: 0 at none, towards 1."""
    return 1.0 - exp(-campaign)


@rule
def resolve(weighted: float, efforts: float) -> float:
    """Effort-weighted mean posture of the leaders; 0 where nobody makes an effort."""
    return ratio(weighted, efforts)


@rule
def resolve_left(leaders_resolve: float, relief: float, rung: float) -> float:
    """Resolve after the regime's concessions: each rung of the ladder eases it."""
    return leaders_resolve * (1.0 - relief * rung / 3.0)


@rule
def voice(seated: float, names: float, letters: float, hearing: float, procedural: float) -> float:
    """How far a text is heard, a share: by a sponsor that sits on the Council; or, for a meeting, by a letter that some sign."""
    return select(seated > 0.0, 1.0, select(names > 0.0, letters * hearing * procedural, 0.0))


@rule
def stake(security: float, accountability: float, panel: float, salience: float, evidence: float) -> float:
    """How much a draft matters this month: weapons drafts with salience, rights drafts with evidence, a mandate always."""
    answer = ratio(security * salience + accountability * evidence, security + accountability)
    return select(panel > 0.0, 1.0, answer)


@rule
def availability(month: float, opens: float, last: float, interval: float, panel: float, panel_until: float) -> float:
    """1 where a draft may be tabled this month: after its interval; a running mandate in its last month, whenever that is."""
    rested = month >= last + interval
    renewal = (month < panel_until) & (month >= panel_until - 1.0)
    lapsed = (month >= panel_until) & rested
    free = ((panel > 0.0) & (renewal | lapsed)) | ((panel <= 0.0) & rested)
    return select((month >= opens) & free, 1.0, 0.0)


@rule
def not_yet(available: float, creates: float, seised: float) -> float:
    """Availability of a draft that seises a court: only while none is seised."""
    return select((creates > 0.0) & (seised > 0.0), 0.0, available)


@rule
def on_table(record: float, text: float, draft: float, available: float) -> float:
    """Availability where there is a record: while it lasts, of the text that was put to the vote and of no other."""
    return select(record > 0.0, select(text == draft, 1.0, 0.0), available)


@rule
def kept_share(level: float, whole: float) -> float:
    """What a dilution keeps of a draft; a mandate, a court and a procedural draft are tabled ``whole``."""
    return select(whole > 0.0, 1.0, level)


@rule
def expected_value(value: float, importance: float, leaders_resolve: float, adoption: float, kept: float, naming: float,
                   veto: float, heard: float) -> float:  # fmt: skip
    """What tabling is worth: adoption of what dilution has kept, or else the naming of a veto."""
    return value * importance * leaders_resolve * (adoption * kept + naming * veto) * heard


@rule
def if_available(available: float, worth: float) -> float:
    """The worth of a draft that may be tabled this month; no draft that may not is ever chosen."""
    return select(available > 0.0, worth, NEVER)


@rule
def engagement(leaning: float, budgets: float) -> float:
    """How far the leaders' governments lean to engagement: one less posture, weighted by what each could bring to bear."""
    return ratio(leaning, budgets)


@rule
def leaning(budget: float, posture: float) -> float:
    """One government's term in that mean."""
    return budget * (1.0 - posture)


@rule
def tabling_log_odds(best: float, threshold: float, noise: float) -> float:
    """Log odds that the best draft is tabled: 0 at the threshold; a draft worth nothing is never tabled."""
    return log(larger(best, 1e-9) / threshold) / noise


@rule
def table_draft(draft: float, worth: float, log_odds: float, uniform: float) -> float:
    """The draft that is tabled, or none; a worthless draft never is."""
    return select((worth > 0.0) & (happens(log_odds, uniform) > 0.0), draft, NO_DRAFT)


@rule
def last_tabled(last: float, month: float, tabled: float, draft: float) -> float:
    """Month in which a draft was last tabled."""
    return select(tabled == draft, month, last)


@rule
def uncommitted(yes: float, permanent: float) -> float:
    """Slope of an elected member's probability of yes in its support: where a unit of lobbying moves most, p (1 - p)."""
    return yes * (1.0 - yes) * (1.0 - permanent)


@rule
def lobbying_share(slope: float, slopes: float, logits: float, reach: float) -> float:
    """Logits that lobbying adds to one elected member's support: effort goes where the slope is."""
    return logits * reach * ratio(slope, slopes)


@rule
def team_log_odds(base: float, slope: float, reach: float) -> float:
    """Log odds that like-minded states set up a monitoring team outside the UN once the Panel has lapsed."""
    return base + slope * reach


@rule
def team_next(team: float, panel: float, plan: float, log_odds: float, uniform: float) -> float:
    """1 once the team exists; it is set up only where the Panel no longer runs.

    ``plan`` 0: never; 1: when the states find together; 2: at once, as they have agreed beforehand.
    """
    founded = (plan > 1.0) | ((plan > 0.0) & (happens(log_odds, uniform) > 0.0))
    return select((panel <= 0.0) & founded, 1.0, team)
