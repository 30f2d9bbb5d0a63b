"""What a sweep costs beside its simulations, and how much memory it takes: writes docs/sweeps_measured.md.

python benchmarks/sweeps.py [--rounds N] [--most FUTURES]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numba
import zarr

from unsim.experiments import load, sweep
from unsim.sweep import cores, run

PAGE = Path(__file__).resolve().parents[1] / "docs" / "sweeps_measured.md"
REPLICATES, DRAWS = 40_000, 200
OUTCOMES = ["political_cost", "economic_cost", "civilian_welfare", "coalition_cost", "coercion", "revenue", "weapons_spending",
            "civilian_spending", "rights_meetings", "accountability", "drafts_vetoed", "campaign"]  # fmt: skip


def timed(work: Any) -> tuple[float, float]:
    """Seconds by the clock and of processor time."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def overhead(rounds: int) -> list[dict[str, Any]]:
    """Sweeps against the kernel alone on the same futures, in turn, on all cores."""
    kinds: dict[str, list[tuple[tuple[str, ...], Any]]] = {
        "1 point, 12 outcomes, 200 paths": [(("outcomes",), OUTCOMES)],
        "1 point, all outcomes, 200 paths": [(("outcomes",), None)],
        "1 point, 12 outcomes, bands": [(("outcomes",), OUTCOMES), (("bands",), True)],
        "20 points, 12 outcomes, 200 paths": [
            (("outcomes",), OUTCOMES),
            (("replicates",), REPLICATES // 20),
            (("factors",), {"effort": {"key": "states.KOR.effort", "range": [0.0, 2.0], "points": 20}}),
        ],
    }
    base = [(("months",), 120), (("replicates",), REPLICATES), (("parameters", "draws"), DRAWS)]
    found = []
    for name, changes in kinds.items():
        experiment = load("quick_look", [*base, *changes])
        arms = list(experiment.arms.values())

        def bare(arms: Any = arms) -> None:
            for arm in arms:
                run(arm, REPLICATES, DRAWS)

        ratios = []
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                kernel = timed(bare)
                whole = timed(lambda place=Path(folder) / "sweep", experiment=experiment: sweep(experiment, place))
                size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
            ratios.append((kernel[0] / whole[0], kernel[1] / whole[1], 2 * REPLICATES / whole[0], size / 1e6))
        found.append({"what": name, "rows": ratios})
    return found


MEMORY = """
import json, sys, tempfile, time
from pathlib import Path
from unsim.experiments import load, sweep
from unsim.experiments.report import tables
def peak():  # of this process alone, kB
    return int(next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")).split()[1])

replicates = int(sys.argv[1]) // 2
changes = {"months": 1, "replicates": replicates, "paths": 20, "outcomes": json.loads(sys.argv[2])}
experiment = load("quick_look", [((key,), value) for key, value in changes.items()])
with tempfile.TemporaryDirectory() as folder:
    began = time.perf_counter()
    found = sweep(experiment, Path(folder) / "sweep")
    seconds = time.perf_counter() - began
    swept = peak()
    frame = found.effects()
    size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    files = sum(1 for path in Path(folder).rglob("*") if path.is_file())
print(json.dumps({"swept": swept, "read": peak(), "seconds": seconds, "size": size, "files": files}))
"""


def memory(most: int) -> list[dict[str, Any]]:
    """Peak memory of sweeps of one month, each in a process of its own, and of reading their effects."""
    found = []
    for futures in (number for number in (100_000, 1_000_000, 10_000_000) if number <= most):
        command = [sys.executable, "-c", MEMORY, str(futures), json.dumps(OUTCOMES)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append({"futures": futures, **json.loads(done.stdout)})
    return found


def page(costs: list[dict[str, Any]], sizes: list[dict[str, Any]], rounds: int) -> str:
    """The page."""
    where = f"{cores()} cores, load {os.getloadavg()[0]:.1f} at the end, Python {platform.python_version()}"
    lines = [
        "<!-- Written by benchmarks/sweeps.py from what it measured; do not edit. -->",
        "",
        "# Sweeps, measured",
        "",
        f"`python benchmarks/sweeps.py` on {where}, numba {numba.__version__},",
        f"zarr {zarr.__version__}. Each sweep begins in a new folder on a local disk and ends with its log on disk.",
        "",
        "## A sweep against the kernel alone",
        "",
        f"{2 * REPLICATES:,} futures of 120 months in two arms, {DRAWS} draws; {rounds} rounds, kernel and sweep in turn.",
        "Ratio: time of `unsim.run` on the same futures over that of the sweep, all writing included; median (range).",
        "",
        "| sweep | ratio, clock | ratio, processor time | futures/s | MB on disk |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for cost in costs:
        columns = list(zip(*cost["rows"], strict=True))
        cells = [f"{statistics.median(column):.2f} ({min(column):.2f}–{max(column):.2f})" for column in columns[:2]]
        lines.append(f"| {cost['what']} | {cells[0]} | {cells[1]} | {statistics.median(columns[2]):,.0f} | {columns[3][0]:.1f} |")
    lines += [
        "",
        "## Memory",
        "",
        "One month, so that the futures are many and short; 12 outcomes, 20 paths. Peak of the whole process, then with all",
        "effects read.",
        "",
        "| futures | peak of the sweep, MB | with effects read, MB | seconds | MB on disk | files |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in sizes:
        peaks = f"{row['swept'] / 1e3:.0f} | {row['read'] / 1e3:.0f}"
        lines.append(f"| {row['futures']:,} | {peaks} | {row['seconds']:.0f} | {row['size'] / 1e6:.0f} | {row['files']:,} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--most", type=int, default=10_000_000)
    given = parser.parse_args()
    run("baseline_2024", 16, 0)  # compiles
    PAGE.write_text(page(overhead(given.rounds), memory(given.most), given.rounds), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
