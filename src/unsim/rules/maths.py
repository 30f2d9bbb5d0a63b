"""Exponential, logarithm, logistic and normals from plain arithmetic: the same bits on every machine.

A processor's ``+ - * /`` and square root are exact to the last bit everywhere; a system's ``exp`` is not. Each
function here uses only the former, works on scalars, and has no branch on its argument (both arms of ``select``
are evaluated, so a denominator is guarded before the division).
"""

from __future__ import annotations

from unsim.rules.jit import rule
from unsim.rules.lanes import ROUND, exponent, mantissa, scaled
from unsim.rules.lanes import root as root
from unsim.rules.lanes import select as select

LOG2_E = 1.4426950408889634
LN2_HIGH = 0.693147180369123816490  # ln 2 in two parts: k * LN2_HIGH is exact for |k| < 2**20
LN2_LOW = 1.90821492927058770002e-10
EXP_LIMIT = 700.0
TINY = 1e-300


@rule
def smaller(a: float, b: float) -> float:
    """The smaller of two numbers."""
    return select(a < b, a, b)


@rule
def larger(a: float, b: float) -> float:
    """The larger of two numbers."""
    return select(a > b, a, b)


@rule
def clip(x: float, low: float, high: float) -> float:
    """``x`` held inside ``[low, high]``."""
    return smaller(larger(x, low), high)


@rule
def share(x: float) -> float:
    """``x`` held inside [0, 1]."""
    return clip(x, 0.0, 1.0)


@rule
def ratio(numerator: float, denominator: float) -> float:
    """``numerator / denominator`` for a non-negative denominator; 0 where the denominator is 0."""
    empty = denominator <= 0.0
    return select(empty, 0.0, numerator / select(empty, 1.0, denominator))


@rule
def exp(x: float) -> float:
    """e to the x; the argument is held inside ±700. Relative error below 1e-15.

    After reduction by powers of two, the polynomial ``1 + f + f² q(f)`` of degree 10 whose largest relative error over
    ±½ ln 2 is the least there is, 3e-16 (Remez's algorithm). It is summed in pairs, which wait for each other less than
    term by term does (Estrin 1960).
    """
    x = clip(x, -EXP_LIMIT, EXP_LIMIT)
    shifted = x * LOG2_E + ROUND
    k = shifted - ROUND
    f = (x - k * LN2_HIGH) - k * LN2_LOW
    f2 = f * f
    f4 = f2 * f2
    low = (0.49999999999998324 + f * 0.16666666666611554) + f2 * (0.04166666666813645 + f * 0.008333333370870067)
    high = (0.001388888851623632 + f * 0.00019841185236263995) + f2 * (2.4801931708105295e-05 + f * 2.7634990757133203e-06)
    return scaled((1.0 + f) + f2 * (low + f4 * (high + f4 * 2.7476800483935716e-07)), shifted)


@rule
def log(x: float) -> float:
    """Natural logarithm of a positive number (held above 1e-300). Absolute error below 1e-14."""
    x = larger(x, TINY)
    k, m = exponent(x), mantissa(x)  # x = m * 2**k, m in [sqrt 1/2, sqrt 2)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    p = 2.0 / 19.0
    p = p * z + 2.0 / 17.0
    p = p * z + 2.0 / 15.0
    p = p * z + 2.0 / 13.0
    p = p * z + 2.0 / 11.0
    p = p * z + 2.0 / 9.0
    p = p * z + 2.0 / 7.0
    p = p * z + 2.0 / 5.0
    p = p * z + 2.0 / 3.0
    p = p * z + 2.0
    return k * LN2_HIGH + (k * LN2_LOW + s * p)


@rule
def power(x: float, exponent: float) -> float:
    """``x`` to a real exponent for ``x >= 0``; 0 where ``x`` is 0."""
    return select(x > 0.0, exp(exponent * log(x)), 0.0)


@rule
def logistic(x: float) -> float:
    """``1 / (1 + exp(-x))``, a share in (0, 1)."""
    return 1.0 / (1.0 + exp(-x))


@rule
def happens(log_odds: float, uniform: float) -> float:
    """1.0 with the probability that ``log_odds`` stands for, else 0.0, from one uniform number."""
    return select(uniform * (1.0 + exp(-log_odds)) < 1.0, 1.0, 0.0)


@rule
def decay(half_life: float) -> float:
    """What is left after one month of a stock that halves in ``half_life`` months, a share."""
    return exp(-0.6931471805599453 / half_life)


@rule
def stock_next(stock: float, half_life: float, jump: float) -> float:
    """A stock in [0, 1] after a month: it decays, then a jump in [0, 1] closes that share of the gap to 1."""
    left = stock * decay(half_life)
    return left + (1.0 - left) * share(jump)


@rule
def approach(value: float, goal: float, speed: float) -> float:
    """Partial adjustment: ``value`` moves the share ``speed`` of the way to ``goal`` in a month."""
    return value + speed * (goal - value)


@rule
def cosine(turn: float) -> float:
    """Cosine of ``turn`` full turns, for ``turn`` in [0, 1]. Absolute error below 1e-15.

    It is the sine of ``|turn - 1/2| - 1/4`` turns, of which no angle is beyond a quarter: one odd polynomial of degree 15
    with the least relative error there is (Remez's algorithm), 2e-16 with coefficients of double precision.
    """
    a = larger(turn - 0.5, 0.5 - turn) - 0.25
    a2 = a * a
    a4 = a2 * a2
    low = (6.283185307179585 + a2 * -41.34170224039802) + a4 * (81.60524927551285 + a2 * -76.7058596832908)
    high = (42.058689667353136 + a2 * -15.094499474767973) + a4 * (3.8172886382222617 + a2 * -0.6921569214070049)
    return a * (low + a4 * a4 * high)


@rule
def normal(u: float, v: float) -> float:
    """A standard normal from two uniforms in (0, 1): the first of the two of Box and Muller (1958)."""
    return root(-2.0 * log(u)) * cosine(v)
