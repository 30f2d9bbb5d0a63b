"""Write the generated pages of the documentation, or check that they are current.

python scripts/document.py [--check] [--claims] [--gallery] [--validation]

Without --claims the page of claims and its maps, which take minutes, are left as they are; likewise the gallery and the
back-test of votes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from validation import validation

import unsim
from unsim import guide, plots, report, structure
from unsim.claims import CLAIMS, arms, first_difference
from unsim.parameters import PARAMETERS
from unsim.posterior import FITS, fitted, marginals
from unsim.schema import ScenarioFile
from unsim.tables import DATA

DOCS = Path(__file__).resolve().parents[1] / "docs"
HEADER = "<!-- Written by scripts/document.py from the code; do not edit. -->\n\n"


def parameters() -> str:
    """Every parameter with its meaning, unit, default, prior, source, and whether the record identifies it."""
    lines = [
        "# Parameters",
        "",
        "Declared once, in `src/unsim/parameters.py`. A scenario holds one at a value with `parameters: {NAME: VALUE}`;",
        "all others are drawn: jointly from its posterior where a fit ships (*draws*: median, 5% and 95%), else from priors.",
        "With `draws=0` a parameter stands at the median of its draws, or at the default of its prior. *Identified* says",
        "whether the record of votes and trade tells it from its prior.",
        "",
        "| parameter | meaning | unit | default of the prior | prior | draws | source | identified |",
        "| --- | --- | --- | ---: | --- | --- | --- | --- |",
    ]
    for p in PARAMETERS:
        default, prior = ("by channel", "by channel") if p.axis else (f"{p.default:g}", str(p.prior))
        draws = "by channel" if any(name.startswith(f"{p.name}.") for name in marginals()) else drawn_from(p.name)
        lines.append(f"| `{p.name}` | {p.meaning} | {p.unit} | {default} | {prior} | {draws} | {p.source} | {p.identified} |")
    baseline = unsim.load("baseline_2024")
    lines += [
        "",
        "## By mandate",
        "",
        "`mandate_strength`: low, central, high of a triangular prior, in the scenario file.",
        "",
    ]
    lines += ["| mandate | what it is | scope | mandate_strength |", "| --- | --- | --- | --- |"]
    for name, mandate in baseline.file.mandates.items():
        lines.append(f"| `{name}` | {mandate.label} | {mandate.scope} | {' / '.join(f'{v:g}' for v in mandate.strength)} |")
    lines += ["", "## By channel", "", "Low, central and high values of triangular priors, from `src/unsim/data/channels.csv`.", ""]
    lines += [
        "| channel | what it is | potential_scale | evadability | forced_labour | text_reach |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, channel in baseline.file.channels.items():
        triples = (channel.scale, channel.evadability, channel.forced_labour, channel.text_reach)
        cells = " | ".join(" / ".join(f"{value:g}" for value in triple) for triple in triples)
        lines.append(f"| `{name}` | {channel.label} | {cells} |")
    lines += ["", "Draws from the fit of trade:", ""]
    lines += [f"* `{name}`: {drawn_from(name)}" for name in marginals() if "." in name]
    return "\n".join(lines) + "\n"


def drawn_from(name: str) -> str:
    """Median, 5% and 95% of the shipped draws of a parameter row."""
    found = [values[name] for values in map(fitted, FITS) if name in values]
    return "{1:.3g} [{0:.3g}, {2:.3g}]".format(*np.quantile(found[0], [0.05, 0.5, 0.95])) if found else "–"


def outcomes() -> str:
    """Every outcome with its unit, how it is taken over the horizon, and whom it is about."""
    baseline = unsim.load("baseline_2024")
    lines = [
        "# Outcomes",
        "",
        "Defined once, in `src/unsim/rules/ledger.py` (`measure`). Means and sums are over the months of a horizon.",
        "",
        "| outcome | meaning | unit | over the horizon | about |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [f"| `{o.name}` | {o.meaning} | {o.unit} | {o.aggregate} | {o.about} |" for o in baseline.outcomes]
    return "\n".join(lines) + "\n"


def keys() -> str:
    """Every key of a scenario file with its meaning, what is allowed, and its default."""
    needed = ", ".join(f"`{key}`" for key, field in ScenarioFile.model_fields.items() if field.is_required())
    lines = [
        "# Keys of a scenario file",
        "",
        "A file states only what differs from the one that it `extends`; `null` takes a key away. `unsim explain KEY` says the",
        "same of one key, with its value in the baseline and the files that set it; `unsim schema` prints it for an editor.",
        f"A file that extends nothing needs {needed}.",
        "",
    ]
    schema = guide.json_schema()
    sections = {"At the top": schema, **{place: schema["$defs"][name] for name, place in _places(schema).items()}}
    for title, form in sections.items():
        lines += [f"## {title}", ""] + ([form["description"], ""] if form is not schema else [])
        lines += ["| key | meaning | allowed | default |", "| --- | --- | --- | --- |"]
        for key, below in form["properties"].items():
            whole = guide.resolved(below)
            default = whole.get("default")
            shown = "" if default is None else f"`{str(default).lower() if isinstance(default, bool) else default}`"
            lines.append(f"| `{key}` | {whole.get('description', '')} | {guide.allowed(whole).replace('|', '&#124;')} | {shown} |")
        lines.append("")
    return "\n".join(lines)


def _places(schema: dict[str, Any]) -> dict[str, str]:
    """Where each kind of entry stands in a file, by the name of its definition."""
    found: dict[str, str] = {}

    def walk(form: Any, place: str) -> None:
        if isinstance(form, dict):
            if "$ref" in form:
                name = form["$ref"].rpartition("/")[2]
                first = name not in found
                found.setdefault(name, f"`{place}`")
                if first:
                    walk(schema["$defs"][name], place)
            for below in form.get("patternProperties", {}).values():
                walk(below, f"{place}.NAME")
            for key, below in {} if "patternProperties" in form else form.get("properties", {}).items():
                walk(below, f"{place}.{key}".lstrip("."))
            for below in [*form.get("anyOf", []), form.get("items")]:
                walk(below, place)

    walk({key: value for key, value in schema.items() if key != "$defs"}, "")
    return found


def data() -> str:
    """The description of the fact tables, which stands beside them."""
    return (DATA / "README.md").read_text(encoding="utf-8")


GALLERY = ("tripartite_2024", "baseline_2024")
GALLERY_PAIRS = 2000


def gallery() -> str:
    """Every figure of a comparison, drawn anew (with --check: the page alone)."""
    comparison = unsim.compare(*GALLERY, GALLERY_PAIRS, keep=GALLERY_PAIRS if "--check" not in sys.argv else 1)
    command = f"unsim compare {GALLERY[0]} --against {GALLERY[1]} --replicates {GALLERY_PAIRS} --out DIR"
    lines = [
        "# Gallery",
        "",
        f"Every figure that `{command}` leaves in DIR as PNG, SVG and PDF, each with its numbers in a CSV file of the same name.",
        "`--figures column` draws them for a column of a printed page, with letters of the same size. `unsim run` draws those of",
        "one arm alone, and `unsim map` the map.",
        "",
    ]
    for picture in plots.pictures(comparison):
        if "--check" not in sys.argv:
            (DOCS / "gallery").mkdir(exist_ok=True)
            picture.draw().savefig(DOCS / "gallery" / f"{picture.name}.png", dpi=110)
        lines += [f"## `{picture.name}`", "", f"{picture.caption}.", "", f"![{picture.caption}](gallery/{picture.name}.png)", ""]
    return "\n".join(lines[:-1]) + "\n"


PAIRS, DRAWS = 2000, 200
SHOWN = ("political_cost", "economic_cost", "civilian_welfare", "coalition_cost", "coercion")
POINTS, MAP_PAIRS = 5, 400
COAL = {"measures.lift": ["P027", "P038", "P045"], "title": "Baseline with the bans on coal lifted"}
MAPPED = {
    "coal_ban": ("baseline_2024", "baseline_2024", COAL),
    "integrated": ("integrated", "baseline_2024", {}),
    "supply_chain": ("supply_chain", "baseline_2024", {}),
}
"""Maps by the name of their picture: strategy, reference, and what the reference sets."""


def _reference(name: str) -> str:
    """The scenario that another is compared with; history with nothing but itself."""
    return name if name.startswith("history") else "outlook_2027" if name.startswith("outlook") else "baseline_2024"


def _same_menu(name: str) -> unsim.Scenario | None:
    """The reference with the scenario's menu; None where it has that already, or has no such text."""
    menu, reference = list(unsim.load(name).file.coalition.menu), unsim.load(_reference(name))
    same, known = set(menu) == set(reference.file.coalition.menu), set(menu) <= set(reference.file.drafts)
    return None if same or not known else reference.override({"coalition.menu": menu})


def _value(value: object) -> str:
    return f" = {str(value).lower()}" if isinstance(value, bool | float | int | str) else ""


def _interval(effect: unsim.Effect) -> str:
    return f"{effect.effect:+.2g} [{effect.low:+.2g}, {effect.high:+.2g}]" if effect.effect or effect.low or effect.high else "0"


def claims() -> str:
    """Each claim with its switch, what it moves first and at last; every scenario; what results rest on."""
    design = f"n = {PAIRS:,} paired futures over 120 months, {DRAWS} parameter draws, seed 1; intervals: 90% of draw means"
    lines = [
        "# Claims",
        "",
        "What each claim's mechanism is, how to switch it, where a switched mechanism shows first, and what it moves in the end.",
        "Effects are consequences of assumptions (claim level: exploration); the model may find against a claim.",
        "",
        "## Mechanisms",
        "",
        f"On top of `baseline_2024`. First difference: month, phase and rows of World, in single futures. {design}.",
        "",
        "| claim | mechanism | switch | first: month, phase, rows | outcome | unit | effect |",
        "| --- | --- | --- | --- | --- | --- | ---: |",
    ]
    for claim in CLAIMS:
        found = first_difference(claim)
        assert found is not None, claim
        month, phase, rows = found
        comparison = unsim.compare(*arms(claim), replicates=PAIRS, draws=DRAWS)
        effect = comparison.effect(claim.outcome)
        keys = ", ".join(f"`{key}`{_value(value)}" for key, value in claim.switch.items())
        base = f" (with {', '.join(f'`{key}`' for key in claim.base)})" if claim.base else ""
        first = f"{month}, {phase}: {', '.join(f'`{row}`' for row in rows[:4])}{', …' if len(rows) > 4 else ''}"
        moved = f"`{claim.outcome}` | {effect.unit} | {_interval(effect)}"
        lines.append(f"| {claim.code} | {claim.mechanism} | {keys}{base} | {first} | {moved} |")
    return "\n".join([*lines, "", *_scenarios(design), "", *_rests_on()]) + "\n"


def _scenarios(design: str) -> list[str]:
    lines = [
        "## Scenarios",
        "",
        f"Each against `baseline_2024`, the outlook against `outlook_2027`. {design}.",
        "Where a scenario has another menu than its reference, the effect includes the texts that one of them alone may ask for: a",
        "second row gives the reference the scenario's menu (`--set coalition.menu=[…]` on `unsim compare` sets it for both arms).",
        "†: the arms differ in the first month already, before any decision acts: two worlds, not one world and a decision.",
        "‡: the world without measures differs between the arms, so economic cost hides the change of revenue: read `revenue`.",
        "",
        f"| scenario | {' | '.join(f'`{name}`' for name in SHOWN)} |",
        f"| --- | {' | '.join('---:' for _ in SHOWN)} |",
    ]
    for name in unsim.shipped():
        if name == _reference(name):
            continue
        against = {"": unsim.load(_reference(name)), ", the same menu": _same_menu(name)}
        for words, reference in against.items():
            if reference is not None:
                comparison = unsim.compare(name, reference, PAIRS, DRAWS)
                mark = (" †" if structure.first_month(comparison) else "") + (" ‡" if comparison.shadow_differs else "")
                cells = " | ".join(_interval(comparison.effect(outcome)) for outcome in SHOWN)
                lines.append(f"| `{name}`{words}{mark} | {cells} |")
    return lines


def _rests_on() -> list[str]:
    lines = [
        "## What results rest on",
        "",
        "**Linkage.** As coded, no draft on record has both contents. Under both variants, as above:",
        "",
        "| scenario | outcome | additive | weakest link |",
        "| --- | --- | ---: | ---: |",
    ]
    for name in ("integrated", "trace_the_link"):
        comparison = unsim.compare(name, _reference(name), PAIRS, DRAWS)
        other = structure.other_variant(comparison)
        assert other is not None
        for outcome in ("drafts_adopted", "drafts_vetoed", *SHOWN):
            lines.append(
                f"| `{name}` | `{outcome}` | {_interval(comparison.effect(outcome))} | {_interval(other.effect(outcome))} |"
            )
    lines += [
        "",
        "**Rivals' answer to pressure (rho, `rivalry_response`).** Where the sign of an effect flips, within the prior's range:",
        "",
        "| scenario | outcome | flips at rho |",
        "| --- | --- | ---: |",
    ]
    for name in ("tripartite_2024", "china_enforces", "integrated", "icc_referral", "outlook_2027_coordinated"):
        for outcome, flip in structure.flips(unsim.compare(name, _reference(name), PAIRS, DRAWS)).items():
            where = "keeps its sign" if flip.rho is None else f"{flip.rho:+.4f}"
            lines.append(f"| `{name}` | `{outcome}` | {where}{'' if flip.clear else ' (within noise)'} |")
    lines += [
        "",
        "**Displacement (sigma and lambda-A).** No series identifies the curvature of the value of revenue (`value_curvature`)",
        "or the weight of accountability (`accountability_weight`); the sign of an effect on coercion is a statement about them:",
        "",
    ]
    for picture, (name, reference_name, changes) in MAPPED.items():
        strategy, reference = unsim.load(name), unsim.load(reference_name, changes)
        table = structure.surface(strategy, reference, points=POINTS, replicates=MAP_PAIRS)
        note = report.surface_note(table, "value_curvature", "accountability_weight")
        if "--check" not in sys.argv:
            figure = plots.surface(table, "value_curvature", "accountability_weight", "coercion", strategy, reference, note)
            figure.savefig(DOCS / f"map_{picture}.png", dpi=110)
        command = f"unsim map {name} --against {reference_name} --points {POINTS}"
        in_python = f'structure.surface("{name}", unsim.load("{reference_name}", {changes}), points={POINTS})'
        lines += [
            f"![{plots.map_title('coercion', strategy, reference)}](map_{picture}.png)",
            "",
            f"`{in_python if changes else command}`: {note}",
            "",
        ]
    return lines[:-1]


PAGES = {"parameters.md": parameters, "outcomes.md": outcomes, "keys.md": keys, "data.md": data}
LONG = {"--claims": {"claims.md": claims}, "--gallery": {"gallery.md": gallery}, "--validation": {"validation.md": validation}}


def main() -> int:
    """Write the pages; with ``--check`` only say which are not current (exit 1)."""
    stale = []
    pages = dict(PAGES)
    for option, more in LONG.items():
        pages |= more if option in sys.argv else {}
    for name, write in pages.items():
        path, text = DOCS / name, HEADER + write()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    print("\n".join(f"docs/{name} {'is not current' if '--check' in sys.argv else 'written'}" for name in stale))
    return int(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
