"""A comparison in sentences made from its numbers: what it says, what it does not say, and what would flip it."""

from __future__ import annotations

from collections.abc import Sequence

from unsim.effects import Comparison, Effect
from unsim.parameters import BY_NAME
from unsim.structure import RHO, Structure

HEADLINE = ("political_cost", "economic_cost", "civilian_welfare", "coalition_cost")
"""What is put into words: what the regime bears in both ways, what civilians bear, and what the coalition pays."""
NEGLIGIBLE = 0.01
"""A share of the reference's mean below which an effect is called small, however sure its sign."""


def finding(comparison: Comparison, found: Structure | None = None) -> list[str]:
    """Sentences on a comparison; without ``found`` nothing is known of what would flip it, and that is said."""
    if comparison.strategy.digest == comparison.reference.digest:
        same = "The two scenarios are equal in every outcome of every future: what differs between them has no effect here."
        return [f"What this says. {same}"]
    parts = {
        "What this says": says(comparison),
        "What it does not say": does_not_say(comparison, found),
        "What would flip it": would_flip(comparison, found),
    }
    return [f"{label}. {' '.join(sentences)}" for label, sentences in parts.items()]


def says(comparison: Comparison) -> list[str]:
    """Direction, size and interval of the headline outcomes over the whole horizon."""
    moved, unclear, still = [], [], []
    for name in HEADLINE:
        effect = comparison.effect(name)
        if not (effect.effect or effect.low or effect.high):
            still.append(spoken(name))
        elif effect.low > 0.0 or effect.high < 0.0:
            moved.append(f"{spoken(name)} {'rises' if effect.effect > 0.0 else 'falls'} by {_size(comparison, name, effect)}")
        else:
            unclear.append(f"{spoken(name)} ({_interval(effect)} {_unit(effect)})")
    months = comparison.strategy.months
    told = [f"Over {months} month{'s' * (months > 1)}, {listed(moved)}." if moved else ""]
    if unclear:
        told.append(
            f"{'For' if moved else f'Over {months} months, for'} {listed(unclear)} the sign is open: the interval includes 0."
        )
    told.append(f"{listed(still).capitalize()} {'does' if len(still) == 1 else 'do'} not differ in any future." if still else "")
    return [sentence for sentence in told if sentence]


def does_not_say(comparison: Comparison, found: Structure | None) -> list[str]:
    """The limits of the claim: its level, its interval, and what else differs between the arms."""
    told = []
    if comparison.claim_level == "exploration":
        told.append("It is an exploration, no forecast: parameters come from priors, and intervals show what these leave open.")
    else:
        told.append(
            f"Its claim level is {comparison.claim_level}: it speaks of the model, and of the world as far as the record goes."
        )
    if comparison.strategy.draws < 2:
        told.append("Parameters were not varied: the intervals hold chance alone.")
    if comparison.menus_differ:
        told.append("It does not part the effect of acting together from that of asking for other texts: the menus differ.")
    if found is not None and found.first_month:
        told.append("It is no effect of a decision alone: the arms differ in the first month already.")
    told.append("It says nothing about whether the regime would change course.")
    return told


def would_flip(comparison: Comparison, found: Structure | None) -> list[str]:
    """What the signs of the headline outcomes depend on."""
    if found is None:
        return ["Not examined (--structure)."]
    names = [name for name in HEADLINE if comparison.effect(name).effect]
    told = []
    if found.variant is not None:
        turned = [spoken(n) for n in names if comparison.effect(n).effect * found.variant.effect(n).effect < 0.0]
        other = found.variant.strategy.scenario.file.coalition.linkage.replace("_", " ")
        told.append(f"The other linkage variant ({other}) turns the sign for {listed(turned)}." if turned else
                    f"The other linkage variant ({other}) keeps these signs.")  # fmt: skip
    prior = BY_NAME[RHO].prior
    turned = [f"{spoken(name)} at {flip.rho:+.4f}{'' if flip.clear else ' (within noise)'}" for name, flip in found.flips.items()
              if name in names and flip.rho is not None]  # fmt: skip
    if turned:
        told.append(
            f"An answer of rivals to pressure ({RHO}, prior {prior.low:g} to {prior.high:g}) turns the sign for {listed(turned)}."
        )
    elif found.flips:
        told.append(f"No answer of rivals to pressure ({RHO}, prior {prior.low:g} to {prior.high:g}) turns a sign.")
    shares = {name: part.share for name in names if (part := found.unidentified.get(name)) is not None}
    most = [f"{spoken(name)} ({share:.0%})" for name, share in shares.items() if share >= 0.5]
    if most:
        told.append(f"Most of the spread over parameters comes from those that no record identifies for {listed(most)}.")
    return told or ["Nothing was found that turns a sign."]


def _size(comparison: Comparison, name: str, effect: Effect) -> str:
    """A size with its interval, and as a share of the reference's mean."""
    usual = float(comparison.reference.outcome(name).mean())
    share = abs(effect.effect / usual) if usual else None
    relative = ""
    if share is not None:
        amount = f"{share:.1%}" if share >= 0.001 else "under 0.1%"
        relative = f"; {amount} of the reference's mean{', which is small' if share < NEGLIGIBLE else ''}"
    return f"{abs(effect.effect):.2g} {_unit(effect)} ({_interval(effect)}{relative})"


def _unit(effect: Effect) -> str:
    return "index points" if effect.unit.startswith("index 0") else effect.unit


def _interval(effect: Effect) -> str:
    kind = effect.interval.partition(" ")[0]
    return f"{kind} [{effect.low:+.2g}, {effect.high:+.2g}]"


def spoken(outcome: str) -> str:
    """The name of an outcome as it stands in a sentence."""
    return outcome.replace("_", " ")


def listed(items: Sequence[str]) -> str:
    """``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
