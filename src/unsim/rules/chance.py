"""Chance by address: every random number is a function of (seed, replicate; month, purpose, who, whom).

Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): the key is (seed, replicate),
the counter (month, purpose, who, whom). A draw depends on nothing else: not on the engine, the thread, the chunk,
or whether another rule drew before it. Two scenarios run with one seed therefore share all their luck.
"""

from __future__ import annotations

import zlib

import numpy as np

from unsim.rules.jit import rule
from unsim.rules.lanes import number

# Purposes. Append only: a changed number is changed luck in every published result.
PROVOCATION = np.uint64(1)
EXPOSURE = np.uint64(2)
RIVALRY_LEVEL = np.uint64(3)
RIVALRY_WALK = np.uint64(4)
ELECTION = np.uint64(5)
POSITION = np.uint64(6)
PRICE = np.uint64(7)
WORLD_PRICE = np.uint64(8)
HARVEST = np.uint64(9)
TABLING = np.uint64(10)
TEAM = np.uint64(11)
VOTE = np.uint64(12)
PARAMETER = np.uint64(13)
SUMMIT = np.uint64(14)
CONFLICT = np.uint64(15)
FORUM = np.uint64(16)
LADDER = np.uint64(17)

NOBODY = np.uint64(0)
MAX_WORD = 2**32 - 1
"""The largest seed or replicate: a word of an address."""

MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)
WEYL_1 = np.uint64(0xBB67AE85)
WORD = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


@rule
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Ten rounds of Philox4x32: four 32-bit words (held in uint64) of a counter under a key."""
    for _ in range(10):
        p0 = MULTIPLIER_0 * (c0 & WORD)
        p1 = MULTIPLIER_1 * (c2 & WORD)
        c0 = (p1 >> HALF) ^ c1 ^ k0
        c1 = p1 & WORD
        c2 = (p0 >> HALF) ^ c3 ^ k1
        c3 = p0 & WORD
        k0 = (k0 + WEYL_0) & WORD
        k1 = (k1 + WEYL_1) & WORD
    return c0, c1, c2, c3


@rule
def unit(word: np.uint64) -> float:
    """A 32-bit word as a uniform number in (0, 1): ``(word + 1/2) / 2**32``, never 0 or 1."""
    return (number(word) + 0.5) * 2.3283064365386963e-10


@rule
def uniforms(
    seed: np.uint64, replicate: np.uint64, month: np.uint64, purpose: np.uint64, who: np.uint64, whom: np.uint64
) -> tuple[float, float, float, float]:
    """The four uniforms in (0, 1) of one address; all six numbers are uint64 below 2**32."""
    a, b, c, d = philox(month, purpose, who, whom, seed, replicate)
    return unit(a), unit(b), unit(c), unit(d)


def permanent_code(name: str) -> int:
    """The number that stands for an actor in an address; it never depends on the actor's row.

    A state's is its ISO 3166 alpha-3 code read in base 26 (below 17,576); any other name is hashed above that.
    """
    if len(name) == 3 and name.isascii() and name.isalpha() and name.isupper():
        first, second, third = (ord(letter) - ord("A") for letter in name)
        return (first * 26 + second) * 26 + third
    return 26**3 + zlib.crc32(name.encode()) % (2**32 - 26**3)
