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
    w: Any, p: Any, c: Any, r: Any, seed: Any, replicates: Any, table: Any, draws: Any, horizons: Any, totals: Any, kept: Any,
    votes: Any,
) -> None:  # fmt: skip
    """Run every replicate over the horizon.

    ``w`` and ``p`` hold the world and the parameters of a block of runs (row, run) and are used again for block after
    block; ``r`` stands for all runs of a block. ``table`` has the parameter rows by draw, ``draws`` the column of each
    replicate. Written: ``totals`` (horizon, outcome, replicate), the sums of each outcome over the first months; ``kept``
    (outcome, month, replicate), whole paths of the first replicates, as many as it has room for; ``votes`` (draft, state,
    vote), counts.
    """
    at = c.at
    months = c.seats.shape[0]
    width = w.shape[1]
    number = replicates.shape[0]
    n_outcomes = totals.shape[1]
    running = np.zeros((n_outcomes, width))
    names = np.zeros(width, dtype=np.uint64)
    for first in range(0, number, width):
        runs = min(width, number - first)
        for lane in range(width):
            which = first + min(lane, runs - 1)  # the last block's spare lanes run its last replicate, and nobody records them
            names[lane] = replicates[which]
            for row in range(p.shape[0]):
                p[row, lane] = table[row, draws[which]]
        for row in range(w.shape[0]):
            w[row, r] = 0.0
        for o in range(n_outcomes):
            running[o, r] = 0.0
        replicate = names[r]
        begin(w, p, c, seed, replicate, r)
        for t in range(months):
            phase_world(w, p, c, t, seed, replicate, r)
            phase_coalition(w, p, c, t, seed, replicate, r)
            phase_council(w, p, c, t, seed, replicate, r)
            phase_sanctions(w, p, c, t, seed, replicate, r)
            phase_trade(w, p, c, t, seed, replicate, r)
            phase_regime(w, p, c, t, seed, replicate, r)
            phase_ledger(w, p, c, t, seed, replicate, r)
            for o in range(n_outcomes):
                running[o, r] = running[o, r] + w[at.outcome + o, r]
            for h in range(horizons.shape[0]):
                if horizons[h] == t + 1:
                    for o in range(n_outcomes):
                        for lane in range(runs):
                            totals[h, o, first + lane] = running[o, lane]
            for o in range(n_outcomes):
                for lane in range(min(runs, kept.shape[2] - first)):
                    kept[o, t, first + lane] = w[at.outcome + o, lane]
            for lane in range(runs):
                draft = int(w[at.tabled, lane])
                if draft >= 0:
                    for q in range(SEATS):
                        i = c.seats[t, q]
                        votes[draft, i, int(w[at.vote + i, lane])] += 1
