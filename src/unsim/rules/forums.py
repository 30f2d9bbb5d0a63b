"""The bodies around the Council, in the council phase: General Assembly, Human Rights Council, 1718 Committee, courts.

A forum adopts by majority, and without a vote unless somebody calls one; nobody has a veto. What its penholders change is
the content of the text: which mandates it renews or creates, and whether refused access has a consequence.
"""

from __future__ import annotations

from unsim.rules.jit import rule
from unsim.rules.maths import larger, logistic, select


@rule
def content(pen: float, least: float, evidence: float) -> float:
    """Content of a forum's text, a share: what its penholders bring to bear, the more the evidence supports them."""
    return pen * (least + (1.0 - least) * evidence)


@rule
def call_log_odds(base: float, slope: float, text: float, names_slope: float, names: float) -> float:
    """Log odds that somebody calls a vote on a text: likelier the stronger it is and the fewer names stand under it."""
    return base + slope * text - names_slope * names


@rule
def yes_share(base: float, cost: float, text: float) -> float:
    """Share of yes among those voting yes or no, where a vote is called."""
    return logistic(base - cost * text)


@rule
def agreed(called: float, yes: float) -> float:
    """Share that agrees to a text: all without a vote."""
    return select(called > 0.0, yes, 1.0)


@rule
def is_resolved(text: float, agreement: float) -> float:
    """1 where a yearly text is adopted: without a vote, or by a majority of those present and voting. No pen, no text."""
    return select((text > 0.0) & (agreement > 0.5), 1.0, 0.0)


@rule
def granted(text: float, demand: float) -> float:
    """1 where an adopted text is strong enough for what is asked of it."""
    return select((text > 0.0) & (text >= demand), 1.0, 0.0)


@rule
def mandate_next(until: float, month: float, grant: float, term: float, begins: float) -> float:
    """Month in which a mandate ends: a grant renews it from its old end, or begins it now; before it began on record it does
    nothing."""
    return select((grant > 0.0) & (month >= begins), larger(until, month) + term, until)


@rule
def mandate_running(month: float, begins: float, until: float) -> float:
    """1 while a mandate runs."""
    return select((month >= begins) & (month < until), 1.0, 0.0)


@rule
def in_force(before: float, grant: float) -> float:
    """1 once the standing consequence is in force."""
    return larger(before, grant)


@rule
def is_triggered(consequence: float, meets: float, rung: float) -> float:
    """1 where refused access triggers the standing consequence, once a year: a report, an agenda item."""
    return select((consequence > 0.0) & (meets > 0.0) & (rung < 2.0), 1.0, 0.0)


@rule
def evidence_next(evidence: float, triggered: float, report: float) -> float:
    """Public evidence after the report that a triggered consequence brings, a share."""
    return evidence + (1.0 - evidence) * triggered * report


@rule
def no_objection(before: float, no: float) -> float:
    """Probability that nobody up to this member objects to a listing: the Committee decides by consensus."""
    return before * (1.0 - no)


@rule
def listing_jump(consensus: float, sight: float, panel: float, without: float, gain: float, autonomous: float,
                 autonomous_gain: float) -> float:  # fmt: skip
    """Share of the unlisted evasion networks that are listed this month: by the Committee, or by states themselves.

    Both list what is seen; the Committee needs consensus, and has less to go on without the Panel's reports.
    """
    committee = gain * consensus * select(panel > 0.0, 1.0, without)
    states = autonomous_gain * autonomous
    return sight * (1.0 - (1.0 - committee) * (1.0 - states))


@rule
def court_next(court: float, seised: float, lag: float) -> float:
    """How far a court has come, a share: towards the strength with which it was seised, over its lag in months."""
    return court + (seised - court) / lag
