"""The sanctions phase: monitoring, and the two margins of enforcement, the letter of a ban and policing."""

from __future__ import annotations

from unsim.rules.jit import rule
from unsim.rules.maths import logistic, select, share, smaller

NO_CHOICE = 0.0
"""Before the first month no government has decided anything beyond what drives it: a scenario has no effect before it begins."""


@rule
def unseen(before: float, running: float, strength: float) -> float:
    """What is left unseen after one more monitoring body: each sees what the others miss, independently."""
    return before * (1.0 - running * strength)


@rule
def seen(left: float) -> float:
    """Monitoring, a share: what is not left unseen."""
    return 1.0 - left


@rule
def secondary_now(use: float, stance: float) -> float:
    """Secondary sanctions in use, a share: as far as their sender's government presses for them."""
    return use * stance


@rule
def mandate_runs(month: float, until: float) -> float:
    """1 while the Panel's mandate runs."""
    return select(month < until, 1.0, 0.0)


@rule
def compliance_with(unclear: float, full: float, clarity: float) -> float:
    """Compliance that the Council's texts bring where nothing stands against them, a share: from an unclear text to a full ban.

    ``unclear`` and ``full`` are log odds. Seoul's and Tokyo's own full bans are the evidence for the second.
    """
    return logistic(unclear + (full - unclear) * clarity)


@rule
def compliance_goal(usual: float, need: float, break_with: float) -> float:
    """Compliance that a partner is moving to, a share: as the texts bring it; own need can break it."""
    return usual * (1.0 - need * break_with)


@rule
def letter_next(letter: float, goal: float, need: float, speed: float) -> float:
    """The letter ratchets while the measures stand: it falls only through the partner's own need."""
    moved = letter + speed * (goal - letter)
    return select((goal < letter) & (need <= 0.0), letter, moved)


@rule
def squeeze(revenue: float, shadow: float) -> float:
    """How hard measures squeeze the regime: the share of its shadow revenue that it loses."""
    lost = select(shadow > 0.0, 1.0 - revenue / select(shadow > 0.0, shadow, 1.0), 0.0)
    return share(lost)


@rule
def policing_log_odds(rivalry_slope: float, rivalry: float, monitoring_slope: float, watched: float, naming_slope: float,
                      reach: float, secondary_slope: float, secondary: float, exposed: float, fear_slope: float,
                      fears: float, squeezed: float, choice: float) -> float:  # fmt: skip
    """Log odds of policing undeclared trade; 0 at the conditions of the record's middle (rivalry and monitoring 1/2).

    ``choice`` is a government's own decision beyond what drives it here.
    """
    sight = monitoring_slope * (watched - 0.5) + naming_slope * reach + secondary_slope * secondary * exposed
    return choice + sight - rivalry_slope * (rivalry - 0.5) - fear_slope * fears * squeezed


@rule
def policing_start(log_odds: float) -> float:
    """Policing before the first month, a share: it has long answered the conditions of that time."""
    return logistic(log_odds)


@rule
def policing_next(policing: float, log_odds: float, speed: float) -> float:
    """Policing adjusts part of the way each month, a share."""
    return policing + speed * (logistic(log_odds) - policing)


@rule
def enacted_next(enacted: float, legislated: float, wind_down: float) -> float:
    """Added coverage takes effect bit by bit: two thirds of it within the wind-down that texts grant, in months."""
    return enacted + (legislated - enacted) / wind_down


@rule
def coverage(standing: float, text_reach: float, enacted: float) -> float:
    """Share of a channel that Council texts name: standing ones as far as texts reach, or what was added."""
    named = standing * text_reach
    return smaller(named + (1.0 - named) * enacted, 1.0)


@rule
def listed_share(covered: float, own_ban: float) -> float:
    """Share of a channel that Council bans or the partner's own ban name."""
    return 1.0 - (1.0 - covered) * (1.0 - own_ban)


@rule
def blocked_share(covered: float, letter: float, own_ban: float, own_compliance: float) -> float:
    """Share of declared trade that is stopped by Council bans or by the partner's own ban."""
    return 1.0 - (1.0 - covered * letter) * (1.0 - own_ban * own_compliance)


@rule
def evadable_share(covered: float, letter: float, own_ban: float, own_compliance: float, own_government: float) -> float:
    """Share of trade, stopped by Council bans alone, that may go on undeclared.

    Where the partner's own government bans the trade, or belongs to the coalition's side, there is nothing left to evade:
    Seoul's and Tokyo's own bans ended declared and undeclared trade alike.
    """
    return covered * letter * (1.0 - own_ban * own_compliance) * (1.0 - own_government)
