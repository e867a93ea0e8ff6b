"""A band around a ratio of 1, such as 0.80 to 1.25: what chance alone does to it, and where the true ratio lies.

A band is often read as "different enough to matter". With few events most ratios fall outside it although the two
groups have the same true rate, so a ratio outside says little until it stands beside that chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from scipy.stats import binom

__all__ = [
    "BandChance",
    "TrueRatio",
    "probability_in_band",
    "probability_outside_if_equal",
    "probability_true_ratio_outside",
]

FloatArray = npt.NDArray[np.float64]

#: Probability on either side of the second group's events that is left out: far below the spacing of doubles near 1.
_NEGLIGIBLE = 1e-20
#: Up to here the products of two bases and an edge's numerator are whole numbers of 64 bits.
_LARGEST_BASE = 10_000_000
_LARGEST_DENOMINATOR = 1_000


@dataclass(frozen=True, slots=True)
class BandChance:
    """Where the observed ratio of two groups with known true rates falls, element by element.

    Parameters
    ----------
    inside, below, above
        Probabilities (0-1) that there is a ratio and it lies in the band, edges included, or on either side. Floats
        where all that was given were scalars, else float64 arrays.
    no_ratio
        Probability that the second group has no events, so that nothing can be divided. The four sum to 1.
    outside
        ``below + above``: the chance of a ratio outside the band.
    outside_given_ratio
        The same among the outcomes that have a ratio; NaN where none has.
    status
        A word, or an object array of words: ``ok`` or ``no_base`` (a base is zero or a value is missing; all
        probabilities are then NaN).
    low, high
        The edges.
    """

    inside: Any
    below: Any
    above: Any
    no_ratio: Any
    outside: Any
    outside_given_ratio: Any
    status: Any
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TrueRatio:
    """Where the true ratio lies, element by element.

    Parameters
    ----------
    inside, below, above
        Probabilities (0-1) that sum to 1; NaN where the posterior is missing.
    outside
        ``below + above``.
    low, high
        The edges.
    """

    inside: Any
    below: Any
    above: Any
    outside: Any
    low: float
    high: float


def probability_outside_if_equal(
    n1: npt.ArrayLike, n2: npt.ArrayLike, p: npt.ArrayLike, *, low: float = 0.8, high: float = 1.25
) -> BandChance:
    """Chance that two groups with the same true rate show a ratio outside a band.

    Parameters
    ----------
    n1, n2
        Bases of the two groups, whole numbers up to ten million; the ratio is ``(x1/n1) / (x2/n2)``. NaN is missing.
    p
        The true rate (0-1) of both, such as that of the two together. NaN is missing. All broadcast.
    low, high
        The edges of the band, which belong to it; taken as the nearest fractions with denominators up to 1,000.

    Returns
    -------
    BandChance
        Without events in the first group alone the ratio is 0, which lies below the band; without events in the
        second, or in either, there is no ratio, and that counts apart.

    Raises
    ------
    ValueError
        If a base is negative, not whole or too large, a rate is no probability, or the edges are not in order.

    Notes
    -----
    Exact: for each number of events in the second group, its binomial probability times that of the numbers in the
    first that put the ratio in the band, whose ends are found in whole numbers. That is one sum over the second group,
    not over both, so no approximation is needed for bases of any size that occurs.
    """
    return probability_in_band(n1, n2, p, p, low=low, high=high)


def probability_in_band(
    n1: npt.ArrayLike,
    n2: npt.ArrayLike,
    p1: npt.ArrayLike,
    p2: npt.ArrayLike,
    *,
    low: float = 0.8,
    high: float = 1.25,
) -> BandChance:
    """Chance that two groups with given true rates show a ratio inside, below or above a band.

    Parameters
    ----------
    n1, n2
        Bases of the two groups; the ratio is ``(x1/n1) / (x2/n2)``.
    p1, p2
        True rates (0-1) of the first and the second group. All four broadcast; NaN is missing.
    low, high
        The edges of the band, which belong to it.

    Returns
    -------
    BandChance

    Raises
    ------
    ValueError
        As :func:`probability_outside_if_equal`, of which this is the general case.
    """
    lower, upper = _edges(low, high)
    arrays = np.broadcast_arrays(*(np.asarray(values, dtype=np.float64) for values in (n1, n2, p1, p2)))
    scalar, shape = arrays[0].ndim == 0, arrays[0].shape
    first, second, rate1, rate2 = (array.ravel() for array in arrays)
    for base in (first, second):
        if (wrong := (base < 0) | (base > _LARGEST_BASE) | (base != np.rint(base)) & ~np.isnan(base)).any():
            raise ValueError(f"a base must be a whole number from 0 to {_LARGEST_BASE}; one is {base[wrong][0]:g}")
    for rate in (rate1, rate2):
        if (wrong := (rate < 0) | (rate > 1)).any():
            raise ValueError(f"a rate must lie between 0 and 1; one is {rate[wrong][0]:g}")
    told = (first > 0) & (second > 0) & ~np.isnan(rate1) & ~np.isnan(rate2)

    inside, below, above, none = (np.full(rate1.shape, np.nan) for _ in range(4))
    if told.any():
        inside[told], below[told], above[told] = _sums(
            first[told].astype(np.int64), second[told].astype(np.int64), rate1[told], rate2[told], lower, upper
        )
        none[told] = binom.pmf(0, second[told], rate2[told])
    outside = below + above
    given = np.divide(outside, 1 - none, out=np.full(rate1.shape, np.nan), where=none < 1)
    status = np.where(told, "ok", "no_base").astype(object)

    def shaped(values: npt.NDArray[Any]) -> Any:
        return values[0] if scalar else values.reshape(shape)

    return BandChance(
        inside=shaped(inside),
        below=shaped(below),
        above=shaped(above),
        no_ratio=shaped(none),
        outside=shaped(outside),
        outside_given_ratio=shaped(given),
        status=shaped(status),
        low=low,
        high=high,
    )


def probability_true_ratio_outside(
    mean: npt.ArrayLike, variance: npt.ArrayLike, *, low: float = 0.8, high: float = 1.25
) -> TrueRatio:
    """Posterior probability that a true ratio lies outside a band.

    Parameters
    ----------
    mean, variance
        Of the posterior of the ratio's logarithm, which is taken to be normal. They broadcast; NaN is missing.
    low, high
        The edges of the band.

    Returns
    -------
    TrueRatio

    Raises
    ------
    ValueError
        If a variance is not positive, or the edges are not in order.
    """
    _edges(low, high)
    centre, spread = np.asarray(mean, dtype=np.float64), np.asarray(variance, dtype=np.float64)
    if (spread <= 0).any():
        raise ValueError("the variance of a posterior must be positive")
    below = ndtr((np.log(low) - centre) / np.sqrt(spread))
    above = ndtr((centre - np.log(high)) / np.sqrt(spread))
    return TrueRatio(1 - below - above, below, above, below + above, low, high)


def _edges(low: float, high: float) -> tuple[Fraction, Fraction]:
    if not 0 < low < high < np.inf:
        raise ValueError(f"the edges of a band must be positive and in order; they are {low} and {high}")
    return Fraction(low).limit_denominator(_LARGEST_DENOMINATOR), Fraction(high).limit_denominator(_LARGEST_DENOMINATOR)


def _sums(
    n1: npt.NDArray[np.int64],
    n2: npt.NDArray[np.int64],
    p1: FloatArray,
    p2: FloatArray,
    low: Fraction,
    high: Fraction,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Probability inside, below and above the band, over all events of the second groups at once."""
    least = np.maximum(binom.ppf(_NEGLIGIBLE, n2, p2), 1).astype(np.int64)
    # By the fewest non-events: scipy's isf takes 1 - 1e-20 for 1, and would count on to n2.
    most = np.maximum(n2 - binom.ppf(_NEGLIGIBLE, n2, 1 - p2).astype(np.int64), least)
    length = most - least + 1
    unit = np.repeat(np.arange(len(p2)), length)
    start = np.repeat(np.cumsum(length) - length, length)
    x2 = least[unit] + np.arange(len(unit)) - start
    weight = binom.pmf(x2, n2[unit], p2[unit])

    # x1 * n2 * denominator >= numerator * x2 * n1 at the lower edge, and the other way round at the upper.
    fewest = -(-low.numerator * x2 * n1[unit] // (low.denominator * n2[unit]))
    largest = high.numerator * x2 * n1[unit] // (high.denominator * n2[unit])
    under = binom.cdf(fewest - 1, n1[unit], p1[unit])
    over = binom.sf(largest, n1[unit], p1[unit])
    parts = (np.maximum(1 - under - over, 0.0), under, over)
    inside, below, above = (np.bincount(unit, weights=weight * part, minlength=len(p2)) for part in parts)
    return np.asarray(inside, np.float64), np.asarray(below, np.float64), np.asarray(above, np.float64)
