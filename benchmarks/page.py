"""How long the page's answers take: first pictures and full ones, with the reference remembered and with both arms run anew.

Cases are interleaved, so that what else the machine does weighs on all alike. Prints a table; p95 of N answers each.
"""

from __future__ import annotations

import argparse
import time
from itertools import count

import numpy as np
from starlette.testclient import TestClient

from unsim.app.server import site
from unsim.app.shelf import Shelf

CASES = {
    "preview, strategy moves": (250, "coalition.coordination={:.4f}"),
    "preview, both arms move": (250, "parameters.value_curvature={:.4f}"),
    "full, strategy moves": (2000, "coalition.coordination={:.4f}"),
    "full, both arms move": (2000, "parameters.value_curvature={:.4f}"),
}
BOUND_MS = {250: 150.0, 2000: 400.0}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=20, help="answers for each case (default: 20)")
    answers = parser.parse_args().answers
    client, number = TestClient(site(Shelf(), 8012), base_url="http://127.0.0.1:8012"), count(1)
    found: dict[str, list[tuple[float, float]]] = {case: [] for case in CASES}
    for turn in range(answers + 1):
        for case, (pairs, moved) in CASES.items():
            query = f"{moved.format(next(number) / 10000)}&pairs={pairs}"
            began, worked = time.perf_counter(), time.process_time()
            client.get(f"/api/run?{query}").raise_for_status()
            if turn:  # the first compiles, loads, and remembers the reference
                found[case].append((1000.0 * (time.perf_counter() - began), 1000.0 * (time.process_time() - worked)))
    print("| answer | p50 ms | p95 ms | asked for: p95 under | processor time, p50 ms |\n| --- | ---: | ---: | ---: | ---: |")
    for case, times in found.items():
        (p50, p95), cpu = np.quantile([wall for wall, _ in times], [0.5, 0.95]), np.median([used for _, used in times])
        print(f"| {case} | {p50:.0f} | {p95:.0f} | {BOUND_MS[CASES[case][0]]:.0f} | {cpu:.0f} |")


if __name__ == "__main__":
    main()
