"""The model in NumPy, vectorised over runs: what the kernel is measured against. Prints the
seconds that a number of runs takes, by the clock and of the processor.

    python benchmarks/numpy_rival.py RUNS MONTHS

The kernel's own source, not compiled, with a slice in place of the index of a run: every rule works on arrays of ``RUNS``
numbers. It is tuned: NumPy's own exponential, logarithm, extremes and generator stand in for those that the kernel needs
for its equal bits, and wide blocks let the calls into NumPy cost little beside the work: 24,000 runs are quickest, 48,000 no
quicker.

    python benchmarks/numpy_rival.py --draws MONTHS

counts the addresses at which a block of sixteen runs draws.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

os.environ["NUMBA_DISABLE_JIT"] = "1"

import numpy as np

from unsim.rules import chance, maths

generator = np.random.default_rng(1)
exact = chance.uniforms
drawn = 0


def counted(*address: Any) -> Any:
    """Uniforms at an address, counted."""
    global drawn
    drawn += 1
    return exact(*address)


def quick_uniforms(seed: Any, replicate: Any, *address: Any) -> Any:
    """Uniforms for all runs from NumPy's generator."""
    return generator.random((4, len(replicate))) if isinstance(replicate, np.ndarray) else exact(seed, replicate, *address)


def quick_normal(u: Any, v: Any) -> Any:
    """The first of Box and Muller's normals by NumPy's functions."""
    return np.sqrt(-2.0 * np.log(u)) * np.cos(2.0 * np.pi * v)


def tune() -> None:
    """Put NumPy's functions in place of ours, before the rules take their names."""
    maths.exp = np.exp
    maths.log = lambda x: np.log(np.maximum(x, 1e-300))
    maths.power = lambda x, exponent: np.power(np.maximum(x, 0.0), exponent)
    maths.smaller, maths.larger = np.minimum, np.maximum
    maths.clip = lambda x, low, high: np.minimum(np.maximum(x, low), high)
    maths.normal = quick_normal
    chance.uniforms = quick_uniforms


def main() -> None:
    """Run once and print the seconds, or count draws."""
    counting, months = sys.argv[1] == "--draws", int(sys.argv[2])
    if counting:
        chance.uniforms = counted
    else:
        tune()
    import unsim
    from unsim import sweep

    scenario = unsim.load("baseline_2024").over(months)
    runs = 16 if counting else int(sys.argv[1])
    if not counting:
        sweep.BLOCK, sweep.all_of = runs, lambda number: slice(0, number)
    global drawn
    drawn = 0
    start = np.array([time.perf_counter(), time.process_time()])
    unsim.run(scenario, runs, draws=1, threads=1, chunk=runs)
    taken = np.array([time.perf_counter(), time.process_time()]) - start
    print(*([drawn / months] if counting else taken))


if __name__ == "__main__":
    np.seterr(all="ignore")
    main()
