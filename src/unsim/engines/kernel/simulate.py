"""All replicates, block after block: the one function of the kernel that others call."""

from __future__ import annotations

from typing import Any

from unsim.engines.kernel.begin import begin
from unsim.engines.kernel.coalition import phase_coalition
from unsim.engines.kernel.council import phase_council
from unsim.engines.kernel.ledger import phase_ledger
from unsim.engines.kernel.regime import phase_regime
from unsim.engines.kernel.sanctions import phase_sanctions
from unsim.engines.kernel.trade import phase_trade
from unsim.engines.kernel.world import phase_world
from unsim.rules.jit import kernel
from unsim.rules.lanes import bin_of
from unsim.rules.world import SEATS


@kernel
def simulate(
    w: Any, p: Any, sums: Any, c: Any, r: Any, seed: Any, replicates: Any, table: Any, draws: Any, horizons: Any,
    begins: int, ends: int, totals: Any, kept: Any, votes: Any, bins: Any, counted: Any, added_up: Any, watched: Any,
    span: int, summed: Any,
) -> None:  # fmt: skip
    """Run replicates ``begins`` to ``ends`` over the horizon.

    ``w``, ``p`` and ``sums`` hold the world, the parameters and the sums of outcomes of a block of runs (row, run) and are
    used again for block after block; ``r`` stands for all runs of a block. ``replicates`` has the number of each run in its
    address and ``draws`` its column in ``table``, the parameter rows by draw; both are filled up to whole blocks, with runs
    that nobody records. Written: ``totals`` (horizon, outcome, replicate), the sums of each outcome over the first months;
    ``kept`` (outcome, month, replicate), whole paths of as many replicates as it has room for; ``bins`` (month, outcome,
    block, run in the block), the bin of every month of the outcomes in ``counted``, and of the sum so far for those ``added_up``.
    Added to: ``votes`` (draft, state, vote), counts; ``summed`` (row, span, replicate), sums over each ``span`` of months of the
    rows of the world in ``watched``.
    """
    at = c.at
    months = c.seats.shape[0]
    width = w.shape[1]
    n_outcomes = totals.shape[1]
    for first in range(begins, ends, width):
        runs = min(width, ends - first)
        recorded = min(runs, kept.shape[2] - first)
        for row in range(p.shape[0]):
            for lane in range(width):
                p[row, lane] = table[row, draws[first - begins + lane]]
        for row in range(w.shape[0]):
            w[row, r] = 0.0
        for o in range(n_outcomes):
            sums[o, r] = 0.0
        replicate = replicates[first - begins : first - begins + width][r]
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
                sums[o, r] = sums[o, r] + w[at.outcome + o, r]
            for h in range(horizons.shape[0]):
                if horizons[h] == t + 1:
                    for o in range(n_outcomes):
                        for lane in range(runs):
                            totals[h, o, first + lane] = sums[o, lane]
            if recorded > 0:
                for o in range(n_outcomes):
                    path = kept[o, t, first : first + recorded]
                    if recorded == width:
                        path[r] = w[at.outcome + o, r]
                    else:
                        for lane in range(recorded):
                            path[lane] = w[at.outcome + o, lane]
            for q in range(watched.shape[0]):
                months_of = summed[q, t // span]
                for lane in range(runs):
                    months_of[first + lane] += w[watched[q], lane]
            block = (first - begins) // width
            for q in range(counted.shape[0]):
                o = counted[q]
                path = bins[t, q]
                if added_up[o]:
                    path[block, r] = bin_of(sums[o, r])
                else:
                    path[block, r] = bin_of(w[at.outcome + o, r])
            for lane in range(runs):
                draft = int(w[at.tabled, lane])
                if draft >= 0:
                    for q in range(SEATS):
                        i = c.seats[t, q]
                        votes[draft, i, int(w[at.vote + i, lane])] += 1
