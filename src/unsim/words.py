"""A comparison in sentences made from its numbers: what it says, what it does not say, and what would flip it."""

from __future__ import annotations

from collections.abc import Sequence

from unsim.effects import FEWEST_DRAWS, Comparison, Effect, signed, unit_of_difference
from unsim.parameters import BY_NAME
from unsim.results import ClaimLevel, claimed
from unsim.rules.ledger import OUTCOMES
from unsim.scenario import Scenario
from unsim.structure import RHO, Structure

HEADLINE = ("political_cost", "economic_cost", "civilian_welfare", "coalition_cost")
"""What is put into words: what the regime bears in both ways, what civilians bear, and what the coalition pays."""
NEGLIGIBLE = 0.01
"""A share of the reference's mean below which an effect is called small, however sure its sign."""
MOST = 0.5
NOTABLE_CHANCE = 0.1
"""Share of chance in the variance of draw means from which it is told."""
FEWEST_FOR_ENDS = 100
"""Draws below which each end of a 90% interval rests on fewer than five of them."""
NAMED = 4
"""Outcomes beyond the headline that are named; the rest are counted."""


def finding(comparison: Comparison, found: Structure | None = None) -> list[str]:
    """Sentences on a comparison; without ``found`` nothing is known of what would flip it, and that is said."""
    if comparison.strategy.digest == comparison.reference.digest:
        return ["What this says. The two scenarios are equal in every outcome of every future: what differs has no effect here."]
    if comparison.strategy.replicates == 1:
        return ["What this says. One pair of futures tells nothing of an effect: ask for more replicates."]
    parts = {
        "What this says": says(comparison),
        "What it does not say": does_not_say(comparison, found),
        "What would flip it": would_flip(comparison, found),
    }
    return [f"{label}. {' '.join(sentences)}" for label, sentences in parts.items()]


def headline(comparison: Comparison) -> tuple[str, ...]:
    """The outcomes that are put into words; revenue stands for economic cost where the world without measures differs, too."""
    return tuple(in_place_of(name, comparison) for name in HEADLINE)


def in_place_of(name: str, comparison: Comparison) -> str:
    """The outcome that stands for another one: revenue for economic cost where the world without measures differs."""
    return "revenue" if name == "economic_cost" and comparison.shadow_differs else name


def says(comparison: Comparison) -> list[str]:
    """Direction, size and interval of the headline outcomes over the whole horizon, and what else is settled."""
    moved, unclear, still = [], [], []
    for name in headline(comparison):
        effect = comparison.effect(name)
        if comparison.unchanged(name):
            still.append(spoken(name))
        elif effect.settled:
            moved.append(f"{spoken(name)} {'rises' if effect.effect > 0.0 else 'falls'} by {_size(comparison, name, effect)}")
        else:
            carried = f"; a few draws far out carry the mean of {effect.effect:+.2g}" if effect.outside else ""
            unclear.append(f"{spoken(name)} ({_interval(effect)} {unit_of_difference(effect.unit)}{carried})")
    months = comparison.strategy.months
    over = f"Over {months} month{'' if months == 1 else 's'}"
    told = [f"{over}, {listed(moved)}." if moved else ""]
    if unclear:
        told.append(f"{'For' if moved else f'{over}, for'} {listed(unclear)} the sign is open.")
    told.append(f"{listed(still).capitalize()} {'does' if len(still) == 1 else 'do'} not differ in any future." if still else "")
    told_already = {*headline(comparison), *(("economic_cost", "economic_cost_share") if comparison.shadow_differs else ())}
    others = [outcome.name for outcome in OUTCOMES if outcome.name in comparison.shared and outcome.name not in told_already]
    rest = [name for name in others if comparison.effect(name).settled]
    if rest:
        more = f" and {len(rest) - NAMED} more" if len(rest) > NAMED else ""
        names = ", ".join(map(spoken, rest[:NAMED])) if more else listed([spoken(name) for name in rest])
        told.append(f"Beside these, the sign is settled for {names}{more}.")
    return [sentence for sentence in told if sentence]


def no_forecast(scenario: Scenario, level: ClaimLevel) -> str:
    """How far a claim goes."""
    if level == "exploration":
        return "It is an exploration, no forecast."
    return f"{claimed(scenario, level)}. The effect itself was never seen, and it is no forecast."


def does_not_say(comparison: Comparison, found: Structure | None) -> list[str]:
    """The limits of the claim: its level, its interval, and what else differs between the arms."""
    draws = comparison.strategy.draws
    told = [no_forecast(comparison.strategy.scenario, comparison.claim_level)]
    if draws < 2:
        told.append("Parameters were not varied: the intervals hold chance alone, and narrow with more futures.")
    elif draws < FEWEST_DRAWS:
        told.append(f"Parameters were varied {draws} times only: the intervals are of a mean, and narrow with more draws.")
    else:
        rough = f", roughly: their ends rest on few of the {draws} draws" if draws < FEWEST_FOR_ENDS else ""
        told.append(f"Parameters come from priors and from what the record says; the intervals show what these leave open{rough}.")
        shares = [share for name in headline(comparison) if (share := comparison.effect(name).chance_share) is not None]
        if shares and max(shares) >= NOTABLE_CHANCE:
            told.append(f"Chance makes up to {max(shares):.0%} of their variance: more futures a draw would narrow them.")
    if comparison.menus_differ:
        told.append("It does not part the effect of the texts that one arm alone may ask for from all else: the menus differ.")
    if comparison.shadow_differs:
        told.append("The world without measures differs between the arms, so economic cost is left out.")
    if found is not None and found.first_month:
        told.append("It is no effect of a decision alone: the arms differ in the first month already.")
    told.append("It says nothing about whether the regime would change course.")
    return told


def would_flip(comparison: Comparison, found: Structure | None) -> list[str]:
    """What the signs of the headline outcomes depend on, as far as it was examined."""
    if found is None:
        return ["Not examined (--structure)."]
    names = [name for name in headline(comparison) if comparison.effect(name).effect]
    told = []
    if found.variant is not None:
        turned = [spoken(n) for n in names if comparison.effect(n).effect * found.variant.effect(n).effect <= 0.0]
        other = found.variant.strategy.scenario.file.coalition.linkage.replace("_", " ")
        words = f"does not keep the sign for {listed(turned)}" if turned else f"keeps the signs of the means of {_named(names)}"
        told.append(f"The other linkage variant ({other}) {words}.")
    held = {name: flip for name, flip in found.flips.items() if name in names}
    if held:
        prior = BY_NAME[RHO].prior
        answer = f"answer of rivals to pressure ({RHO}, prior {prior.low:g} to {prior.high:g})"
        turned = [f"{spoken(name)} at {flip.rho:+.4f}{'' if flip.clear else ' (within noise)'}" for name, flip in held.items()
                  if flip.rho is not None]  # fmt: skip
        kept = [f"{spoken(name)}{'' if flip.clear else ' (within noise)'}" for name, flip in held.items() if flip.rho is None]
        told.append(
            f"An {answer} turns the sign of the mean for {listed(turned)}."
            if turned
            else f"No {answer} turns the sign of the mean for {listed(kept)}."
        )
    shares = {name: part.share for name in names if (part := found.unidentified.get(name)) is not None}
    most = [f"{spoken(name)} ({share:.0%})" for name, share in shares.items() if share >= MOST]
    if most:
        told.append(f"Most of the spread over parameters comes from those that no record identifies for {listed(most)}.")
    if not (held or shares or found.variant):
        return ["Nothing could be examined with this design: too few draws, or parameters that are held."]
    return told or ["Nothing of what was examined turns a sign."]


def _named(names: Sequence[str]) -> str:
    return listed([spoken(name) for name in names])


def _size(comparison: Comparison, name: str, effect: Effect) -> str:
    """A size with its interval, and as a share of the reference's mean."""
    usual = float(comparison.reference.outcome(name).mean())
    share = abs(effect.effect / usual) if usual else None
    relative = ""
    if share is not None:
        amount = f"{share:.1%}" if share >= 0.001 else "under 0.1%"
        relative = f"; {amount} of the reference's mean{', which is small' if share < NEGLIGIBLE else ''}"
    return f"{abs(effect.effect):.2g} {unit_of_difference(effect.unit)} ({_interval(effect)}{relative})"


def _interval(effect: Effect) -> str:
    kind = effect.interval.partition(" ")[0]
    return f"{kind} [{signed(effect.low)}, {signed(effect.high)}]"


def spoken(outcome: str) -> str:
    """The name of an outcome as it stands in a sentence."""
    return outcome.replace("_", " ")


def listed(items: Sequence[str]) -> str:
    """``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
