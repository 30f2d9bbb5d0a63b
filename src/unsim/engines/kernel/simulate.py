"""All replicates, block after block: the one function of the kernel that others call."""

from __future__ import annotations

from typing import Any

import numpy as np

from unsim.engines.kernel.begin import begin
from unsim.engines.kernel.coalition import phase_coalition
from unsim.engines.kernel.council import phase_council
from unsim.engines.kernel.ledger import phase_ledger
from unsim.engines.kernel.regime import phase_regime
from unsim.engines.kernel.sanctions import phase_sanctions
from unsim.engines.kernel.trade import phase_trade
from unsim.engines.kernel.world import phase_world
from unsim.rules.jit import kernel
from unsim.rules.world import SEATS


@kernel
def simulate(
    w: Any, p: Any, c: Any, seed: Any, replicates: Any, table: Any, draws: Any, horizons: Any, totals: Any, kept: Any, votes: Any
) -> None:
    """Run every replicate over the horizon.

    ``w`` and ``p`` hold the world and the parameters of a block of runs (row, run) and are used again for block after
    block. ``table`` has the parameter rows by draw, ``draws`` the column of each replicate. Written: ``totals`` (horizon,
    outcome, replicate), the sums of each outcome over the first months; ``kept`` (outcome, month, replicate), whole paths
    of the first replicates, as many as it has room for; ``votes`` (draft, state, vote), counts.
    """
    at, n = c.at, c.sizes
    months = c.seats.shape[0]
    width = w.shape[1]
    number = replicates.shape[0]
    n_outcomes = totals.shape[1]
    running = np.zeros((n_outcomes, width))
    for first in range(0, number, width):
        runs = min(width, number - first)
        block = replicates[first : first + runs]
        w[:] = 0.0
        running[:] = 0.0
        for r in range(runs):
            p[:, r] = table[:, draws[first + r]]
        begin(w, p, c, seed, block, runs)
        for t in range(months):
            phase_world(w, p, c, t, seed, block, runs)
            phase_coalition(w, p, c, t, seed, block, runs)
            phase_council(w, p, c, t, seed, block, runs)
            phase_sanctions(w, p, c, t, seed, block, runs)
            phase_trade(w, p, c, t, seed, block, runs)
            phase_regime(w, p, c, t, seed, block, runs)
            phase_ledger(w, p, c, t, seed, block, runs)
            for o in range(n_outcomes):
                for r in range(runs):
                    running[o, r] = running[o, r] + w[at.outcome + o, r]
            for h in range(horizons.shape[0]):
                if horizons[h] == t + 1:
                    totals[h, :, first : first + runs] = running[:, :runs]
            for r in range(min(runs, kept.shape[2] - first)):
                for o in range(n_outcomes):
                    kept[o, t, first + r] = w[at.outcome + o, r]
            for r in range(runs):
                for d in range(n.draft):
                    if w[at.tabled, r] == np.float64(d):
                        for q in range(SEATS):
                            i = c.seats[t, q]
                            votes[d, i, int(w[at.vote + i, r])] += 1
