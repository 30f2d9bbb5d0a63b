"""The kernel: the same month as the Mesa engine's, for many runs at once; one file a phase.

Each phase calls the rules for all runs of a block at once (:mod:`unsim.rules.lanes`). ``w`` holds the rows of World, ``p``
those of Params (both: row, run), ``c`` the case: the settings in one array, and where each field of the three begins. ``t``
is the month of the horizon, ``r`` the runs of the block, ``b`` the book; ``i``, ``j``, ``k``, ``g``, ``d`` are rows of
states, partners, channels, goods and drafts. No rule of behaviour stands here: no constant, no function of a parameter.
"""

from unsim.engines.kernel.simulate import simulate as simulate
