"""Futures per second of the kernel against ``mesa.batch_run`` of the same model: one run, side by side, as ratios.

    python benchmarks/engines.py [--rounds 5] [--months 120]

Mesa's rate is marginal: (more runs - fewer runs) / (time of more - time of fewer), on two processes, one row collected a
run, so start and import of its workers are taken out. Rounds are interleaved; the table gives medians and the range.
"""

from __future__ import annotations

import argparse
import statistics
import time

import mesa

import unsim
from unsim.engines.model import PressureModel

FEW, MANY, KERNEL = 4, 24, 2000


def batch_seconds(months: int, runs: int) -> float:
    """Wall time of a batch of the Mesa engine on two processes."""
    start = time.perf_counter()
    parameters = {"scenario": unsim.load("baseline_2024").over(months), "seed": 1, "replicate": range(runs)}
    mesa.batch_run(
        PressureModel, parameters, number_processes=2, display_progress=False, max_steps=months, data_collection_period=-1
    )
    return time.perf_counter() - start


def kernel_rate(scenario: unsim.Scenario, threads: int) -> float:
    """Futures per second of the kernel, draws of parameters included."""
    start = time.perf_counter()
    unsim.run(scenario, KERNEL, draws=100, threads=threads)
    return KERNEL / (time.perf_counter() - start)


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--months", type=int, default=120)
    options = arguments.parse_args()
    scenario = unsim.load("baseline_2024").over(options.months)
    unsim.run(scenario, 2)  # compile
    rates: dict[str, list[float]] = {"mesa.batch_run, 2 processes": [], "kernel, 1 thread": [], "kernel, 2 threads": []}
    for _ in range(options.rounds):
        few, many = batch_seconds(options.months, FEW), batch_seconds(options.months, MANY)
        rates["mesa.batch_run, 2 processes"].append((MANY - FEW) / (many - few))
        rates["kernel, 1 thread"].append(kernel_rate(scenario, 1))
        rates["kernel, 2 threads"].append(kernel_rate(scenario, 2))
    base = statistics.median(rates["mesa.batch_run, 2 processes"])
    print(f"{'engine':30} {'futures/s':>10} {'range':>16} {'x mesa':>8}   ({options.months} months, {options.rounds} rounds)")
    for name, found in rates.items():
        middle = statistics.median(found)
        print(f"{name:30} {middle:10.1f} {min(found):7.1f}-{max(found):8.1f} {middle / base:8.0f}")


if __name__ == "__main__":
    main()
