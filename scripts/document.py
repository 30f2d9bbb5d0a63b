"""Write the generated pages of the documentation, or check that they are current.

python scripts/document.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

import unsim
from unsim.parameters import PARAMETERS

DOCS = Path(__file__).resolve().parents[1] / "docs"
HEADER = "<!-- Written by scripts/document.py from the code; do not edit. -->\n\n"


def parameters() -> str:
    """Every parameter with its meaning, unit, default, prior, source, and whether the record identifies it."""
    lines = [
        "# Parameters",
        "",
        "Declared once, in `src/unsim/parameters.py`. A scenario holds one at a value with `parameters: {NAME: VALUE}`; all others",
        "are drawn from their priors. *Identified* says whether the record of votes and trade tells the parameter from its prior.",
        "",
        "| parameter | meaning | unit | default | prior | source | identified |",
        "| --- | --- | --- | ---: | --- | --- | --- |",
    ]
    for p in PARAMETERS:
        default, prior = ("by channel", "by channel") if p.axis else (f"{p.default:g}", str(p.prior))
        lines.append(f"| `{p.name}` | {p.meaning} | {p.unit} | {default} | {prior} | {p.source} | {p.identified} |")
    baseline = unsim.load("baseline_2024")
    lines += ["", "## By channel", "", "Low, central and high values of triangular priors, from `src/unsim/data/channels.csv`.", ""]
    lines += [
        "| channel | what it is | potential_scale | evadability | forced_labour | text_reach |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, channel in baseline.file.channels.items():
        triples = (channel.scale, channel.evadability, channel.forced_labour, channel.text_reach)
        cells = " | ".join(" / ".join(f"{value:g}" for value in triple) for triple in triples)
        lines.append(f"| `{name}` | {channel.label} | {cells} |")
    return "\n".join(lines) + "\n"


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


PAGES = {"parameters.md": parameters, "outcomes.md": outcomes}


def main() -> int:
    """Write the pages; with ``--check`` only say which are not current (exit 1)."""
    stale = []
    for name, write in PAGES.items():
        path, text = DOCS / name, HEADER + write()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    print("\n".join(f"docs/{name} {'is not current' if '--check' in sys.argv else 'written'}" for name in stale))
    return int(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
