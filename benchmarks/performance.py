"""Measure the engines side by side and write docs/performance.md.

    python benchmarks/performance.py [--rounds 5] [--quick]

Rounds are interleaved, so that what else the machine does falls on all alike; the tables give medians and the range. Read
ratios: futures per second move with the machine. Rates stand by the clock and by processor time, of all processes and threads
together; the second says what a core does even where other work shares it. ``--quick`` prints the page and writes nothing.
"""

from __future__ import annotations

import argparse
import inspect
import os
import platform
import resource
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mesa
import numba
import numpy as np
from numpy.typing import NDArray

import unsim
from unsim import sweep
from unsim.engines import kernel
from unsim.engines.model import PressureModel
from unsim.rules import chance, lanes
from unsim.rules.world import PHASES

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "performance.md"
FEW, MANY, RUNS = 4, 64, 2000
RIVAL_RUNS = 24_000  # the quickest of 500 to 48,000, by benchmarks/numpy_rival.py
MONTHS = 120

Rates = dict[str, list[float]]
Both = NDArray[np.float64]  # by the clock, by processor time
COMPARED = "Mesa engine, `mesa.batch_run`, 2 processes"
RIVAL = "NumPy over runs, 2 processes"


def now() -> Both:
    """Seconds by the clock, and of the processor in this process and in those that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return np.array([time.perf_counter(), time.process_time() + children.ru_utime + children.ru_stime])


def seconds(job: Callable[[], object]) -> Both:
    """What a job takes."""
    start = now()
    job()
    return now() - start


def kernel_rate(scenario: unsim.Scenario, threads: int = 1, runs: int = RUNS, keep: int = 0, bands: bool = False) -> Both:
    """Futures per second of the kernel, with all that a sweep does."""
    return runs / seconds(lambda: unsim.run(scenario, runs, draws=100, threads=threads, keep=keep, bands=bands))


class OneRow(PressureModel):
    """A run that collects its last month alone, where ``mesa.batch_run`` looks for it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, collect=False)

    def end_month(self) -> None:
        """Collect at the horizon."""
        super().end_month()
        if not self.running:
            self.datacollector.collect(self)
            for values in self.datacollector.model_vars.values():
                values[:0] = [None] * (self.scenario.months - 1)


def mesa_rate(scenario: unsim.Scenario) -> Both:
    """Marginal futures per second of ``mesa.batch_run`` on two processes, one row collected a run.

    The difference of two batches leaves the start and import of the processes out.
    """

    def batch(runs: int) -> None:
        parameters = {"scenario": scenario, "seed": 1, "replicate": range(runs)}
        rows = mesa.batch_run(
            OneRow, parameters, number_processes=2, display_progress=False, max_steps=MONTHS, data_collection_period=-1
        )
        assert len(rows) == runs

    few, many = seconds(lambda: batch(FEW)), seconds(lambda: batch(MANY))
    return (MANY - FEW) / (many - few)


def script(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    """A Python of its own, started."""
    command = [sys.executable, *map(str, arguments)]
    return subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)


def numpy_rate(processes: int) -> Both:
    """Futures of the whole horizon per second of the NumPy version, on so many processes at once."""
    started = [script(HERE / "numpy_rival.py", RIVAL_RUNS, MONTHS) for _ in range(processes)]
    taken = [np.array(one.communicate()[0].split(), dtype=float) for one in started]
    by_clock, by_processor = (RIVAL_RUNS / np.array(taken)).T
    return np.array([by_clock.sum(), by_processor.mean()])


@numba.njit(error_model="numpy")
def draw_only(r: Any, seed: Any, replicates: Any, months: int, number: int, found: Any) -> None:
    """The draws of a block of runs and nothing else."""
    replicate = replicates[r]
    for t in range(months):
        for who in range(number):
            u = chance.uniforms(seed, replicate, np.uint64(t), chance.PRICE, np.uint64(who), chance.NOBODY)
            found[0, r] = found[0, r] + ((u[0] + u[1]) + (u[2] + u[3]))


def draw_rate(number: int) -> Both:
    """Futures per second if the draws were all there is to do, one thread."""
    r, found = lanes.all_of(sweep.BLOCK), sweep.aligned(1, sweep.BLOCK)
    replicates = np.arange(sweep.BLOCK, dtype=np.uint64)
    draw_only(r, np.uint64(1), replicates, 1, 1, found)
    blocks = 100
    taken = seconds(lambda: [draw_only(r, np.uint64(1), replicates, MONTHS, number, found) for _ in range(blocks)])
    return blocks * sweep.BLOCK / taken


def engines(scenario: unsim.Scenario, rounds: int, number: int) -> dict[str, Both]:
    """Futures per second of everything, round by round."""
    found: dict[str, list[Both]] = {}
    for _ in range(rounds):
        for name, rate in (
            (COMPARED, lambda: mesa_rate(scenario)),
            ("NumPy over runs, 1 process", lambda: numpy_rate(1)),
            (RIVAL, lambda: numpy_rate(2)),
            ("kernel, 1 thread", lambda: kernel_rate(scenario, 1)),
            ("kernel, 2 threads", lambda: kernel_rate(scenario, 2)),
            ("kernel, 2 threads, every path kept", lambda: kernel_rate(scenario, 2, keep=RUNS)),
            ("the draws alone, 1 thread", lambda: draw_rate(number)),
        ):
            found.setdefault(name, []).append(rate())
    return {name: np.array(rows) for name, rows in found.items()}


def months_kept(scenario: unsim.Scenario, rounds: int) -> dict[tuple[int, int], Both]:
    """What monthly bands cost a sweep, as a share of one that keeps summaries: by runs and threads, round by round.

    Each round runs the two side by side, now one first and now the other; small sweeps are repeated to last as long.
    """
    found: dict[tuple[int, int], list[Both]] = {}
    for round_ in range(rounds):
        for runs in (RUNS, 10 * RUNS):
            for threads in (1, 2):
                taken: dict[bool, Both] = {}
                for _ in range(10 * RUNS // runs):
                    for bands in (True, False) if round_ % 2 else (False, True):
                        taken[bands] = taken.get(bands, 0.0) + runs / kernel_rate(scenario, threads, runs, bands=bands)
                found.setdefault((runs, threads), []).append(taken[True] / taken[False] - 1.0)
    return {design: np.array(rows) for design, rows in found.items()}


def bands_read(scenario: unsim.Scenario) -> tuple[float, float]:
    """Seconds that all quantiles of all outcomes by month take from the bands of a sweep, and megabytes of these."""
    kept = unsim.run(scenario, RUNS, draws=100, bands=True)
    assert kept.counted is not None
    return float(seconds(lambda: kept.bands)[0]), kept.counted.nbytes / 1e6


def without(phase: str) -> Any:
    """The kernel less one phase."""
    source = textwrap.dedent(inspect.getsource(kernel.simulate.py_func)).splitlines()
    left = [line for line in source if not line.startswith("@") and f" phase_{phase}(" not in line]
    module = sys.modules["unsim.engines.kernel.simulate"]
    names = dict(vars(module))
    exec("from __future__ import annotations\n" + "\n".join(left), names)
    return numba.njit(nogil=True, error_model="numpy")(names["simulate"])


def phases(scenario: unsim.Scenario, rounds: int) -> Rates:
    """Microseconds a run-month that leaving a phase out saves, one thread."""
    usual = kernel.simulate
    variants = {"": usual} | {phase: without(phase) for phase in PHASES}
    costs: Rates = {phase: [] for phase in variants}
    try:
        for round_ in range(rounds + 1):
            for phase, variant in variants.items():
                kernel.simulate = variant
                cost = 1e6 / kernel_rate(scenario, runs=4 * RUNS)[1] / MONTHS
                if round_:  # the first one compiles
                    costs[phase].append(cost)
    finally:
        kernel.simulate = usual
    whole = costs.pop("")
    return {"all": whole} | {phase: [a - b for a, b in zip(whole, found, strict=True)] for phase, found in costs.items()}


def fewer_channels(scenario: unsim.Scenario, left: int) -> dict[str, None]:
    """The changes that leave a scenario its first channels; the texts then cover no others."""
    gone = scenario.labels.channels[left:]
    covers = [f"drafts.{name}.covers.{k}" for name, draft in scenario.file.drafts.items() for k in gone if k in draft.covers]
    return dict.fromkeys([*covers, *(f"channels.{k}" for k in gone)])


def sizes(scenario: unsim.Scenario, rounds: int) -> dict[str, Rates]:
    """Futures per second against months, states, channels and replicates, one thread."""
    minerals = scenario.file.channels["minerals"].model_dump(exclude_unset=True)
    where = {"mean": 0.1, "sd": 0.1}
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    states = {n: {f"states.Q{letters[i // 26]}{letters[i % 26]}": {"position": where} for i in range(n)} for n in (0, 43, 86)}
    channels: dict[int, dict[str, Any]] = {n: {f"channels.more_{i}": minerals for i in range(n)} for n in (0, 5, 10)}
    channels = {-8: fewer_channels(scenario, 2), -5: fewer_channels(scenario, 5)} | channels
    tables: dict[str, dict[str, tuple[unsim.Scenario, int]]] = {
        "months": {str(months): (scenario.over(months), RUNS) for months in (12, 36, 60, 120)},
        "states": {str(made.sizes.state): (made, RUNS) for made in (scenario.override(change) for change in states.values())},
        "channels": {str(made.sizes.channel): (made, RUNS) for made in (scenario.override(change) for change in channels.values())},
        "replicates": {str(runs): (scenario, runs) for runs in (100, 500, 2000, 8000)},
    }
    found: dict[str, Rates] = {axis: {size: [] for size in rows} for axis, rows in tables.items()}
    for _ in range(rounds):
        for axis, rows in tables.items():
            for size, (made, runs) in rows.items():
                found[axis][size].append(kernel_rate(made, runs=runs)[1])
    return found


MEMORY = """
import sys, unsim
months, runs = map(int, sys.argv[1:])
unsim.run(unsim.load("baseline_2024").over(months), runs, draws=100)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""


def peaks() -> dict[tuple[int, int], float]:
    """Peak of the memory of a whole process that runs so many futures of so many months, MB; empty without /proc."""
    if not Path("/proc/self/status").exists():
        return {}
    designs = ((12, RUNS), (MONTHS, RUNS), (MONTHS, 10 * RUNS), (MONTHS, 100 * RUNS))
    return {design: float(script("-c", MEMORY, *design).communicate()[0]) / 1000.0 for design in designs}


def slope(rows: Rates) -> str:
    """What a future costs by size: a straight line through the medians, µs of processor time, and how far they lie off it."""
    size, cost = np.array([float(n) for n in rows]), np.array([1e6 / np.median(found) for found in rows.values()])
    each, fixed = np.polyfit(size, cost, 1)
    off = np.abs(each * size + fixed - cost).max() / cost.mean()
    return f"{fixed:,.1f} {each:+,.3g} each | {100.0 * off:.0f} %"


def starts() -> dict[str, Both]:
    """Seconds of whole processes: the first use, which compiles, and the next."""
    command = ("-m", "unsim", "run", "baseline_2024", "--replicates", "1000", "--json")
    with tempfile.TemporaryDirectory() as folder:
        first, *later = (seconds(lambda: script(*command, UNSIM_CACHE_DIR=folder).communicate()) for _ in range(4))
    return {"first use, which compiles": first, "later, compiled code from the cache": np.median(later, axis=0)}


def ratio(ours: Any, theirs: Any, digits: int) -> str:
    """Median and range of what was measured in the same round."""
    found = ours / theirs
    return f"{np.median(found):,.{digits}f} ({found.min():,.{digits}f}–{found.max():,.{digits}f})"


def spread(values: Any, digits: int = 0) -> str:
    """Median and range."""
    middle, least, most = (f"{number:z,.{digits}f}" for number in (np.median(values), min(values), max(values)))
    return f"{middle} | {least}–{most}"


def processor_name() -> str:
    """The processor's name, where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def page(
    scenario: unsim.Scenario,
    rates: dict[str, Both],
    number: int,
    kept: dict[tuple[int, int], Both],
    read: tuple[float, float],
    costs: Rates,
    against: dict[str, Rates],
    one: list[Both],
    processes: dict[str, Both],
    memory: dict[tuple[int, int], float],
) -> str:
    """The page."""
    paired = (rates["kernel, 2 threads"] / rates["kernel, 2 threads, every path kept"] - 1.0)[:, 1]
    lines = [
        "<!-- Written by benchmarks/performance.py from what it measured; do not edit. -->",
        "",
        "# Performance",
        "",
        f"`python benchmarks/performance.py` on {processor_name()}, {os.cpu_count()} cores, Python {platform.python_version()},",
        f"numba {numba.__version__}, NumPy {np.__version__}, Mesa {mesa.__version__}; scenario `baseline_2024`, {MONTHS} months, "
        f"{len(rates[RIVAL])} interleaved rounds.",
        "Read the ratios: futures per second move with the machine and with what else it does.",
        "",
        "## Engines",
        "",
        "| engine | futures/s | range | x Mesa | x NumPy on 2 | per s of processor time | range | x Mesa | x NumPy |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, found in rates.items():
        cells = [
            f"{spread(found[:, kind], 1)} | {ratio(found[:, kind], rates[COMPARED][:, kind], 0)} | "
            f"{ratio(found[:, kind], rates[RIVAL][:, kind], 1)}"
            for kind in (0, 1)
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += [
        "",
        "* *Mesa*: marginal rate, one row collected a run; the start and import of the processes are taken out.",
        "* Ratios are those of one round; median and range.",
        f"* *NumPy*: the same rules on arrays of {RIVAL_RUNS:,} runs, with NumPy's own functions and generator in place of those",
        "  that give equal bits. See `benchmarks/numpy_rival.py`.",
        f"* *Draws alone*: {number} addresses a month, what a block of sixteen runs draws; no engine with this luck can be faster.",
        f"* Keeping every path of every outcome costs {100 * np.median(paired):.0f} % more processor time "
        f"(rounds: {100 * paired.min():.0f} to {100 * paired.max():.0f} %).",
        "",
        "## Months",
        "",
        "What a sweep that keeps monthly bands (`bands=True`) costs more than one that keeps summaries, per cent.",
        "",
        "| replicates | threads | by the clock | range | of processor time | range |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for (runs, threads), rows in kept.items():
        lines.append(f"| {runs:,} | {threads} | {spread(100 * rows[:, 0], 1)} | {spread(100 * rows[:, 1], 1)} |")
    lines += [
        "",
        f"The bands of a sweep of {RUNS:,} take {read[1]:.1f} MB; five quantiles of every outcome and month are read from them in "
        f"{1000 * read[0]:.0f} ms.",
        "",
        "## Phases",
        "",
        "What leaving a phase out saves, one thread, processor time. Phases read each other, so the parts need not add up.",
        "",
        "| phase | µs a run-month | range |",
        "| --- | ---: | ---: |",
    ]
    lines += [f"| {phase} | {spread(found, 2)} |" for phase, found in costs.items()]
    lines += [
        "",
        "## Sizes",
        "",
        "Kernel, one thread, futures per second of processor time.",
        "",
        "| axis | size | futures/s | range |",
        "| --- | ---: | ---: | ---: |",
    ]
    lines += [f"| {axis} | {size} | {spread(found)} |" for axis, rows in against.items() for size, found in rows.items()]
    lines += [
        "",
        "What a future costs by size, µs of processor time: a straight line through the medians, and how far they lie off it.",
        "",
        "| axis | µs a future | off by |",
        "| --- | ---: | ---: |",
        *(f"| {axis} | {slope(rows)} |" for axis, rows in against.items()),
        "",
        "Channels are taken away or added. States are added, and cost little where they never sit; there cannot be fewer than sit",
        f"on the Council over the horizon ({scenario.over(12).sizes.state} in 12 months, {scenario.sizes.state} in {MONTHS}).",
        "",
        "## Fixed costs",
        "",
        "| what | seconds | of processor time |",
        "| --- | ---: | ---: |",
        "| a run of one future, in a process that has run before | {:.3f} | {:.3f} |".format(*np.median(one, axis=0)),
    ]
    command = "`unsim run baseline_2024 --replicates 1000`"
    lines += [f"| {command}, {name} | {clock:.1f} | {processor:.1f} |" for name, (clock, processor) in processes.items()]
    if memory:
        lines += [
            "",
            "## Memory",
            "",
            "Peak of a whole process that keeps summaries, two threads. What grows with the replicates are the sums of",
            "every one over each horizon; `unsim sweep` writes these to disk as it goes, and its memory stays level",
            "([measured](sweeps_measured.md)).",
            "",
        ]
        lines += ["| months | replicates | MB |", "| ---: | ---: | ---: |"]
        lines += [f"| {months} | {runs:,} | {peak:.0f} |" for (months, runs), peak in memory.items()]
    limits = (HERE / "limits.md").read_text()
    return "\n".join(lines) + "\n\n" + limits


def main() -> None:
    """Measure and write."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--quick", action="store_true")
    options = arguments.parse_args()
    scenario = unsim.load("baseline_2024").over(MONTHS)
    unsim.run(scenario, 2)  # compile
    number = round(float(script(HERE / "numpy_rival.py", "--draws", MONTHS).communicate()[0]))
    rates = engines(scenario, options.rounds, number)
    kept, read = months_kept(scenario, options.rounds), bands_read(scenario)
    one = [seconds(lambda: unsim.run(scenario, 1)) for _ in range(9)]
    against = sizes(scenario, options.rounds)
    costs = phases(scenario, options.rounds)
    text = page(scenario, rates, number, kept, read, costs, against, one, starts(), peaks())
    print(text)
    if not options.quick:
        PAGE.write_text(text)


if __name__ == "__main__":
    main()
