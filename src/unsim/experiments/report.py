"""What a sweep is shown as: printed tables, sentences made from the numbers, and tables on disk."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from unsim.effects import LEVEL, Effect, Z, signed, unit_of_difference
from unsim.experiments.findings import Findings, chance_of
from unsim.experiments.flips import Flips
from unsim.experiments.folder import checksum_of
from unsim.report import cell, number, short_unit, signs
from unsim.words import listed, no_forecast, spoken

if TYPE_CHECKING:
    import pandas as pd

TABLES, SUMS = "tables", "SHA256SUMS"


def effects_table(found: Findings) -> Table:
    """The paired effect of each arm over the whole horizon."""
    experiment = found.experiment
    title = f"{experiment.title}: effects against {experiment.reference} over {experiment.months} months"
    table = Table(title=escape(title), caption=_caption(found), title_justify="left", caption_justify="left")
    for name in ("arm", "outcome", "unit"):
        table.add_column(name, no_wrap=True)
    for name in ("effect", "chance", "sign", "luck saves"):
        table.add_column(name, justify="right", no_wrap=True)
    for arm in experiment.strategies:
        for index, kind in enumerate(experiment.outcomes):
            effect = found.effect(arm, kind.name)
            chance, reduction = chance_of(effect), effect.variance_reduction
            table.add_row(
                escape(arm) if index == 0 else "", kind.name, short_unit(effect.unit, kind.aggregate), cell(effect),
                "–" if chance is None or not chance else f"±{number(chance)}",
                signs(effect, found.draws),
                "–" if reduction is None else _times(reduction),
                end_section=index + 1 == len(experiment.outcomes),
            )  # fmt: skip
    return table


def _times(reduction: float) -> str:
    return "over 1,000,000x" if reduction >= 1e6 else f"{reduction:,.0f}x" if reduction >= 10.0 else f"{reduction:.1f}x"


def _caption(found: Findings) -> str:
    name, arm = found.experiment.names[0], found.experiment.strategies[0]
    points = "; means over all points of the design" if len(found.points) > 1 else ""
    outside = any(found.effect(arm, kind.name).outside for arm in found.experiment.strategies for kind in found.experiment.outcomes)
    return (
        f"{found.rests_on()}\n"
        f"Intervals: {found.effect(arm, name).interval}{points}. chance: half the {LEVEL:.0%} interval of "
        "the mean from chance alone.\n"
        "sign: shares of draws whose mean has the effect's sign and the other one. luck saves: variance without shared luck "
        "and draws over that with." + ("\n* a mean outside its interval: a few draws lie far out." if outside else "")
    )


def regret_table(found: Findings) -> Table | None:
    """What choosing each arm costs against the best one; None where no outcome has a goal."""
    import pandas as pd

    regret = found.regret()
    if regret.empty:
        return None
    caption = (
        "Mean over parameter draws (worst draw ± its standard error from chance): how far an arm stays behind the best one.\n"
        "The worst of many draws is the worst of their chance, too: within a few errors it says nothing. 0: the best in all.\n"
        "What is wanted of an outcome is a key of the experiment (goals), no finding. Regrets of outcomes are not added up."
    )
    table = Table(title="Regret", caption=caption, title_justify="left", caption_justify="left")
    for name in ("outcome", "wanted", "unit"):
        table.add_column(name, no_wrap=True)
    for arm in found.experiment.arms:
        table.add_column(escape(arm), justify="right", no_wrap=True)
    for outcome, rows in regret.groupby("outcome", sort=False):
        cells = [
            f"{number(row['mean'])} ({number(row['worst'])}{'' if pd.isna(row['chance']) else ' ± ' + number(row['chance'])})"
            for _, row in rows.iterrows()
        ]
        table.add_row(
            str(outcome), rows["goal"].iloc[0], short_unit(rows["unit"].iloc[0], found.kind(str(outcome)).aggregate), *cells
        )
    return table


def finding(found: Findings, turned: Flips | None) -> list[str]:
    """Sentences on the main effect: what it is, what parts its interval, what would flip it, and what it does not say."""
    outcome, arm, horizon = found.experiment.question
    if not found.rounds:
        return ["Nothing is finished yet."]
    effect = found.effect(arm, outcome, horizon)
    return [
        f"What this says. {_says(found, effect)}{_precision(found)}",
        f"What would flip it. {would_flip(turned)}",
        f"What it does not say. {_limits(found)}",
    ]


def _says(found: Findings, effect: Effect) -> str:
    outcome, arm, horizon = found.experiment.question
    over = f"Over {horizon} months, {arm} against {found.experiment.reference}"
    if not (effect.effect or effect.low or effect.high):
        return f"{over}: {spoken(outcome)} does not differ in any mean."
    interval, chance = f"[{signed(effect.low)}, {signed(effect.high)}]", chance_of(effect)
    size = f"{signed(effect.effect)} {unit_of_difference(effect.unit)}"
    told = f"{over}: {spoken(outcome)} {size}, {effect.interval.partition(' ')[0]} {interval}"
    open_ = "a few draws far out carry the mean" if effect.outside else "the interval holds 0"
    told += "." if effect.settled else f"; {open_}, so the sign is open."
    if found.draws > 1 and chance is not None:
        part = "" if effect.chance_share is None else f"; chance makes up {effect.chance_share:.0%} of its variance"
        told += f" The interval is of draws, each the mean of {found.n // found.draws:,} pairs{part}. "
        told += f"The mean is known to ±{number(Z * effect.standard_error)}, or ±{number(chance)} for these draws."
    if found.draws > 1:
        rest = 1.0 - effect.sign_share - effect.sign_against
        told += f" The sign is the same in {effect.sign_share:.0%} of the draws and the other one in {effect.sign_against:.0%}"
        told += f"; in {rest:.0%} nothing differs." if rest > 0.005 else "."
    return told + _over_points(found, effect)


def _over_points(found: Findings, effect: Effect) -> str:
    """How the main effect differs over the design: a mean over points may hide that its sign turns."""
    outcome, arm, horizon = found.experiment.question
    if len(found.points) < 2:
        return ""
    each = [found.effect(arm, outcome, horizon, point).effect for point in found.points]
    other = sum(value * effect.effect < 0.0 for value in each)
    turned = f"its sign is the other one at {other}" if other else "its sign is the same at all"
    ends = f"from {signed(min(each))} to {signed(max(each))}"
    return f" This is a mean over {len(each)} points, at which the effect lies {ends}; {turned}."


def _precision(found: Findings) -> str:
    asked = found.experiment.file.precision
    if asked is None or not found.ended:
        return ""
    widths = [width for width in found.ended["half_widths"].values() if width is not None]
    width = f"±{number(max(widths))}" if widths else "no width"
    reached = "was reached" if found.ended["reached"] else "was not reached"
    wanted = f"±{asked.half_width:g} for {spoken(asked.outcome)}, {asked.level:.0%}, chance alone"
    return (
        f" The precision asked for ({wanted}) {reached} after {found.ended['pairs']:,} pairs at each point, at {width}: "
        "a confidence sequence, so looking many times is allowed for."
    )


def would_flip(turned: Flips | None) -> str:
    """The line on what would flip the main effect."""
    if turned is None:
        return "Not examined."
    over = f"over {turned.draws} draws" if turned.draws else "at the defaults"
    what = f"{spoken(turned.outcome)} of {turned.arm} as it is ({signed(turned.effect)} {over})"
    if not (turned.effect or turned.error):
        return f"The effect on {what} is 0 in the pairs that were examined: it has no sign that could flip."
    if not turned.settled:
        return f"The effect on {what} is within its chance error ({number(turned.error)}): it has no sign that could flip."
    move = turned.smallest
    rows = len({end.parameter for end in turned.screen})
    most = max((end.n for end in turned.screen), default=0)
    gone = [f"{end.parameter} = {end.held_at:.3g}" for end in turned.screen if end.vanishes and end.n == most]
    gone_words = f" It vanishes altogether at {listed(gone)}." if gone else ""
    if move is None:
        told = f"Nothing within the ranges: none of {rows} parameters, moved by itself, turns the sign of the effect on {what}."
        return told + gone_words
    size = f"{move.move:.0%} of its range{'' if move.clear else ', within noise'}"
    return (
        f"The smallest move found: {move.parameter} from its central value to {move.value:.3g} ({size}) turns the sign of "
        f"the effect on {what}; all other parameters are drawn. {rows} parameters were examined, each by itself.{gone_words}"
    )


def _limits(found: Findings) -> str:
    told = [no_forecast(found.experiment.arms[found.experiment.question[1]], found.claim_level)]
    if found.draws < 2:
        told.append("Parameters were not varied: the interval holds chance alone.")
    if not found.ended:
        told.append("The sweep is not finished: the same command goes on with it.")
    if len(found.experiment.points) > len(found.points):
        told.append(f"Only {len(found.points)} of {len(found.experiment.points)} points of the design are there.")
    told.append("It says nothing about whether the regime would change course.")
    return " ".join(told)


def tables(found: Findings, turned: Flips | None) -> dict[str, pd.DataFrame]:
    """All tables of a sweep by name."""
    import pandas as pd

    experiment = found.experiment
    monthly = (
        [found.monthly(arm, name) for arm in experiment.strategies for name in experiment.names] if experiment.file.paths else []
    )
    result = {
        "effects": found.effects(),
        "levels": found.levels(),
        "regret": found.regret(),
        "votes": pd.DataFrame(found.votes(), columns=["arm", "draft", "state", "cast", "no", "abstain", "yes"]),
        "design": pd.DataFrame([{"point": point, **experiment.points[point]} for point in found.points]),
    }
    if len(found.points) > 1:
        result["effects_by_point"] = found.effects(by_point=True)
    if monthly:
        result["monthly"] = pd.concat(monthly, ignore_index=True)
    if turned is not None:
        result["flips"] = turned.frame()
    return result


def write(found: Findings, turned: Flips | None, said: list[str], content: dict[str, Any]) -> Path:
    """Write ``tables/`` of a sweep: all of them or, where that fails, none anew."""
    from unsim.provenance import as_text

    place = found.folder.path / TABLES
    with tempfile.TemporaryDirectory(dir=found.folder.path, prefix=".tables-") as scratch:
        fresh = Path(scratch) / "new"
        fresh.mkdir()
        for name, table in tables(found, turned).items():
            table.to_csv(fresh / f"{name}.csv", index=False)
        (fresh / "finding.txt").write_text("\n".join(said) + "\n", encoding="utf-8")
        (fresh / "finding.json").write_text(as_text(content), encoding="utf-8")
        lines = [f"{checksum_of(path)}  {path.name}" for path in sorted(fresh.iterdir())]  # as sha256sum writes and reads them
        (fresh / SUMS).write_text("\n".join(lines) + "\n", encoding="utf-8")
        if place.exists():
            shutil.move(place, Path(scratch) / "old")
        fresh.rename(place)
    return place
