"""Renew tests/golden.json after a change of results that is meant; say "results change" in the CHANGELOG."""

from __future__ import annotations

import json
from pathlib import Path

import unsim

found = {}
for name in unsim.shipped():
    run = unsim.run(unsim.load(name).over(36), 40, draws=10, seed=2024)
    found[name] = {outcome.name: float(run.outcome(outcome.name).mean()) for outcome in run.scenario.outcomes}
path = Path(__file__).resolve().parents[1] / "tests" / "golden.json"
path.write_text(json.dumps(found, indent=1) + "\n")
