"""Fit what trade can inform, as ``unsim calibrate`` does, and write the draws that ship: data/posterior_economy*.csv.

``posterior_economy.csv`` knows the whole record and is what simulations draw from; ``posterior_economy_2016.csv`` knows it to
2016 and is what the back-test replays. ``posterior_fits.csv`` says how the sampler went. Takes some minutes each.
"""

from __future__ import annotations

import csv
from typing import Any

from unsim.history.calibrate import AT_THE_START, Calibration, calibrate
from unsim.history.economy import ORIGIN
from unsim.tables import DATA

SEED, DRAWS, ROUNDS = 1, 1000, 14
FITS = {"posterior_economy_2016": ORIGIN, "posterior_economy": 2024}
DIGITS = 5


def main() -> None:
    """Make both fits and write them."""
    told = []
    for name, until in FITS.items():
        made = calibrate(until, DRAWS, ROUNDS, SEED)
        _write_draws(name, made, () if until == ORIGIN else AT_THE_START)
        told.append(_how(name, made))
    with (DATA / "posterior_fits.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, list(told[0]), lineterminator="\n")
        rows.writeheader()
        rows.writerows(told)


def _write_draws(name: str, made: Calibration, left_out: tuple[str, ...]) -> None:
    kept = [i for i, parameter in enumerate(made.names) if parameter not in left_out]
    with (DATA / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow([made.names[i] for i in kept])
        rows.writerows([[f"{row[i]:.{DIGITS}g}" for i in kept] for row in made.draws])


def _how(name: str, made: Calibration) -> dict[str, Any]:
    sampler = made.posterior
    return {
        "fit": name,
        "until": made.until,
        "draws": len(made.draws),
        "effective": round(sampler.effective),
        "simulations": sampler.simulations,
        "rounds": len(sampler.tolerances) - 1,
        "first_tolerance": round(sampler.tolerances[0], 2),
        "last_tolerance": round(sampler.tolerances[-1], 2),
        "last_acceptance": round(sampler.acceptance[-1], 3),
        "seed": SEED,
    }


if __name__ == "__main__":
    main()
