"""What a user is shown at the end: tables with what they rest on."""

from __future__ import annotations

from typing import Any

from rich.markup import escape
from rich.table import Table

from unsim.effects import Comparison, Effect, signed
from unsim.parameters import BY_NAME
from unsim.results import Run, claimed, design, spread_of
from unsim.rules.ledger import OUTCOMES
from unsim.structure import FEWEST_DRAWS, RHO, VARIANTS, Structure

MAIN = tuple(outcome.name for outcome in OUTCOMES)
PER_RIVAL = ("letter", "policing", "enforcement")


def _shown(run: Run) -> list[str]:
    """Outcomes of the printed table: the main ones, and enforcement by each rival that trades."""
    rivals = [f"{kind}_{rival}" for rival in run.scenario.labels.rivals for kind in PER_RIVAL]
    return [o.name for o in run.scenario.outcomes if o.name in MAIN or o.name in rivals]


def number(value: float) -> str:
    """A number with three or four significant digits, as tables show it."""
    if value == 0.0:
        return "0"
    size = abs(value)
    return f"{value:,.0f}" if size >= 1000 else f"{value:.1f}" if size >= 100 else f"{value:.2f}" if size >= 1 else f"{value:.3g}"


def run_table(run: Run) -> Table:
    """Mean and quantiles of each outcome over the whole horizon."""
    table = Table(
        title=escape(f"{run.scenario.title}: {run.months} months"),
        caption=_caption(run),
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("outcome", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    for name in ("mean", "sd", "5%", "50%", "95%"):
        table.add_column(name, justify="right", no_wrap=True)
    described = run.as_json()["outcomes"]
    for name, section in _sections(run):
        row = described[name]
        cells = [number(row[key]) for key in ("mean", "sd", "q05", "q50", "q95")]
        table.add_row(name, short_unit(row["unit"], row["aggregate"]), *cells, end_section=section)
    return table


def effects_table(comparison: Comparison) -> Table:
    """Each effect with its interval, by horizon."""
    arm = comparison.strategy
    title = f"Effect of “{arm.scenario.title}” against “{comparison.reference.scenario.title}”"
    table = Table(title=escape(title), caption=_caption(arm, comparison), title_justify="left", caption_justify="left")
    table.add_column("outcome", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    for horizon in comparison.horizons:
        table.add_column(f"{horizon} months", justify="right", no_wrap=True)
    table.add_column(f"sign ({comparison.horizons[-1]})", justify="right", no_wrap=True)
    for name, section in _sections(arm):
        if name in comparison.shared and name not in _unchanged(comparison):
            effects = [comparison.effect(name, horizon) for horizon in comparison.horizons]
            unit = short_unit(effects[-1].unit, arm.scenario.outcomes[arm.row(name)].aggregate)
            table.add_row(
                name,
                unit,
                *map(cell, effects),
                signs(effects[-1], arm.draws),
                end_section=section,
            )
    return table


def signs(effect: Effect, draws: int) -> str:
    """Shares of the draws with the effect's sign and with the other one."""
    return f"{effect.sign_share:.0%}/{effect.sign_against:.0%}" if effect.effect and draws > 1 else "–"


def structure_table(comparison: Comparison, found: Structure) -> Table:
    """What each effect over the whole horizon rests on: the share through unidentified parameters, the other variant."""
    arm, variant = comparison.strategy, found.variant
    names = {variant: variant.replace("_", " ") for variant in VARIANTS}
    own = names[arm.scenario.file.coalition.linkage]
    table = Table(title="What the effects rest on", caption=_structure_caption(comparison, found), title_justify="left",
                  caption_justify="left")  # fmt: skip
    table.add_column("outcome", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    table.add_column(f"effect over {arm.months} months" + (f", {own}" if variant else ""), justify="right", no_wrap=True)
    if variant:
        table.add_column(f"the same, {names[variant.strategy.scenario.file.coalition.linkage]}", justify="right", no_wrap=True)
    table.add_column("unidentified", justify="right", no_wrap=True)
    for name, section in _sections(arm):
        effect = comparison.effect(name) if name in comparison.shared else None
        if effect is None or not (effect.effect or effect.low or effect.high):
            continue
        part = found.unidentified.get(name)
        share = "–" if part is None else f"{part.share:.0%} [{part.low:.0%}, {part.high:.0%}]"
        cells = [cell(effect), *([cell(variant.effect(name))] if variant else [])]
        unit = short_unit(effect.unit, arm.scenario.outcomes[arm.row(name)].aggregate)
        table.add_row(name, unit, *cells, share, end_section=section)
    return table


def _structure_caption(comparison: Comparison, found: Structure) -> str:
    lines = [
        "unidentified: share of the variance of an effect over draws that comes from parameters which no record identifies,",
        "even in part, with 90% bootstrap interval (– where the effect hardly varies, or with too few draws);",
        f"closed Sobol' index over {comparison.strategy.draws} draws, from {FEWEST_DRAWS} on.",
    ]
    if found.variant is not None:
        lines.append("A text on a menu has both contents, and no record says how they join: an effect must hold in both variants.")
    prior = BY_NAME[RHO].prior
    if found.flips:
        lines.append(f"Rivals' answer to pressure (rho, {RHO}), held at values in [{prior.low:g}, {prior.high:g}]:")
    for name, flip in found.flips.items():
        where = "keeps its sign" if flip.rho is None else f"flips sign at {flip.rho:+.4f}"
        lines.append(f"  {name} {where}{'' if flip.clear else ', within noise'}.")
    begun = [f"{name} {cell(found.first_month[name])}" for name in _shown(comparison.strategy) if name in found.first_month]
    if begun:
        lines.append("The arms are two worlds from the start, not one world and a decision: they differ in the first month by")
        lines.append(f"  {'; '.join(begun)}.")
    return "\n".join(lines)


def surface_note(table: Any, x: str, y: str) -> str:
    """In words: over how much of the grid an effect is positive, and what the points rest on."""
    share = float((table["effect"] > 0.0).mean())
    first = table.iloc[0]
    points = f"{share:.0%} of {len(table)} points of ({x}, {y})"
    each = f"n = {first['n']:,} paired futures, {first['interval']}, seed {first['seed']}"
    return f"Positive at {points}; each: {each}. Claim level: {first['claim_level']}."


def surface_table(table: Any, x: str, y: str, outcome: str, note: str) -> Table:
    """A map as a table: one row for each value of ``y``, one column for each of ``x``."""
    grid = table.pivot(index=y, columns=x, values="effect")
    found = Table(title=f"Effect on {outcome}", caption=note, title_justify="left", caption_justify="left")
    found.add_column(f"{y} \\ {x}", no_wrap=True)
    for value in grid.columns:
        found.add_column(f"{value:.3g}", justify="right", no_wrap=True)
    for value, row in grid.iloc[::-1].iterrows():
        found.add_row(f"{value:.3g}", *(signed(cell) for cell in row))
    return found


def _sections(run: Run) -> list[tuple[str, bool]]:
    shown = _shown(run)
    about = [run.scenario.outcomes[run.row(name)].about for name in shown]
    return [(name, index + 1 < len(shown) and about[index] != about[index + 1]) for index, name in enumerate(shown)]


def _unchanged(comparison: Comparison) -> list[str]:
    """Outcomes of the printed table that are equal in both arms in every future."""
    return [name for name in _shown(comparison.strategy) if name in comparison.shared and comparison.unchanged(name)]


SHORT_UNITS = {
    "USD million a month": "USD m/month",
    "index 0-100": "index",
    "index, 1 at the start": "start = 1",
    "index, 1 without measures": "no measures = 1",
    "share of national income": "share of income",
    "full efforts of one state": "full efforts",
}


def short_unit(unit: str, aggregate: str) -> str:
    """A unit as tables show it."""
    short = SHORT_UNITS.get(unit, unit)
    return short if aggregate == "mean" else f"{short}, sum"


def cell(effect: Effect) -> str:
    """An effect with its interval."""
    if not (effect.effect or effect.low or effect.high):
        return "0"
    if effect.n == 1:
        return signed(effect.effect)
    mark = "*" if effect.outside else ""
    return f"{signed(effect.effect)}{mark} [{signed(effect.low)}, {signed(effect.high)}]"


def _caption(run: Run, comparison: Comparison | None = None) -> str:
    level = comparison.claim_level if comparison else run.claim_level
    text = f"{design(run, paired=comparison is not None)}. {claimed(run.scenario, level)}.\n"
    if comparison:
        interval = comparison.effect(MAIN[0]).interval
        text += f"Intervals: {interval}. sign: shares of draws whose mean has the effect's sign and the other one"
        text += f", over {run.months} months."
        shown = [comparison.effect(name, h) for name, _ in _sections(run) if name in comparison.shared for h in comparison.horizons]
        unchanged = _unchanged(comparison)
        text += f"\nNo difference in any future: {', '.join(unchanged)}." if unchanged else ""
        if comparison.menus_differ and run.digest != comparison.reference.digest:
            text += (
                "\nThe menus differ: effects include texts that one arm alone asks for (the same for both: --set coalition.menu=…)."
            )
        alone = comparison.alone
        text += f"\nIn one arm only, so without an effect: {', '.join(alone)}." if alone else ""
        if comparison.shadow_differs:
            text += "\nThe world without measures differs between the arms: read revenue rather than economic_cost."
        outside = any(effect.outside for effect in shown)
        return text + ("\n* a mean outside its interval: a few draws lie far out." if outside else "")
    return text + f"Spread over futures: {spread_of(run.draws)}."
