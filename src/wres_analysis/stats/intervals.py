"""Intervals from counts: one proportion, the difference of two, the ratio of two.

All three keep their nominal coverage with the small counts that a single organisation has, and none needs a
correction for a zero. Counts may be half-integers, because a published two-year average of events can be one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

__all__ = ["Interval", "RatioMethod", "difference_interval", "proportion_interval", "ratio_interval"]

RatioMethod = Literal["koopman", "miettinen_nurminen", "katz"]
FloatArray = npt.NDArray[np.float64]

#: Halvings of a bracket on the log scale: enough to reach the spacing of doubles from any bracket met here.
_HALVINGS = 100
#: Log-scale steps by which a bracket may grow: 2**10 is beyond the range of a double.
_DOUBLINGS = 11


@dataclass(frozen=True, slots=True)
class Interval:
    """Estimates with their limits, element by element.

    Parameters
    ----------
    estimate, low, high
        Floats where every count given was a scalar, else float64 arrays of the broadcast shape. NaN where there
        is none; ``high`` is ``inf`` where there is no upper limit.
    method
        The name of the method: ``wilson``, ``newcombe``, ``koopman``, ``miettinen_nurminen`` or ``katz``.
    status
        A word, or an object array of words of the same shape: ``ok``; ``one_sided`` (a zero leaves one limit only);
        ``no_ratio`` (no events in either group); ``no_interval`` (the method has none for a zero);
        ``no_base`` (a base is zero, or a count is missing).
    level
        The coverage aimed at, such as 0.95.
    """

    estimate: Any
    low: Any
    high: Any
    method: str
    status: Any
    level: float = 0.95


def proportion_interval(successes: npt.ArrayLike, trials: npt.ArrayLike, *, level: float = 0.95) -> Interval:
    """Wilson's score interval for a proportion.

    Parameters
    ----------
    successes, trials
        Counts, broadcast against each other. Half-integers are allowed; NaN is a missing count.
    level
        Coverage, strictly between 0 and 1.

    Returns
    -------
    Interval
        Proportions (0-1). Status ``ok`` or ``no_base``.

    Raises
    ------
    ValueError
        If a count is negative or infinite, if successes exceed trials, or if ``level`` is out of range.

    Notes
    -----
    Wilson (1927), JASA 22:209-212: the values p that the score test does not reject,
    ``|x/n - p| <= z * sqrt(p * (1 - p) / n)``.
    """
    z = _critical_value(level)
    (x, n), scalar = _counts(successes, trials)
    usable = _usable((x, n))
    x, n = np.where(usable, x, 0.0), np.where(usable, n, 1.0)
    low, high = _wilson(x, n, z)
    return _interval(x / n, low, high, np.where(usable, "ok", "no_base"), "wilson", level, scalar)


def difference_interval(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, level: float = 0.95
) -> Interval:
    """Newcombe's hybrid score interval for a difference of two independent proportions, ``x1/n1 - x2/n2``.

    Parameters
    ----------
    x1, n1, x2, n2
        Events and bases of the two groups, broadcast against each other. NaN is a missing count.
    level
        Coverage, strictly between 0 and 1.

    Returns
    -------
    Interval
        Differences (-1 to 1). Status ``ok`` or ``no_base``.

    Raises
    ------
    ValueError
        As :func:`proportion_interval`.

    Notes
    -----
    Newcombe (1998), Statistics in Medicine 17:873-890, method 10: the distances from each proportion to its own
    Wilson limits are added in quadrature.
    """
    z = _critical_value(level)
    (a, m, b, n), scalar = _counts(x1, n1, x2, n2)
    usable = _usable((a, m), (b, n))
    a, b = np.where(usable, a, 0.0), np.where(usable, b, 0.0)
    m, n = np.where(usable, m, 1.0), np.where(usable, n, 1.0)
    p1, p2 = a / m, b / n
    low1, high1 = _wilson(a, m, z)
    low2, high2 = _wilson(b, n, z)
    low = p1 - p2 - np.hypot(p1 - low1, high2 - p2)
    high = p1 - p2 + np.hypot(high1 - p1, p2 - low2)
    return _interval(p1 - p2, low, high, np.where(usable, "ok", "no_base"), "newcombe", level, scalar)


def ratio_interval(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    level: float = 0.95,
    method: RatioMethod = "koopman",
) -> Interval:
    """Interval for a ratio of two independent proportions, ``(x1/n1) / (x2/n2)``.

    Parameters
    ----------
    x1, n1, x2, n2
        Events and bases of the two groups, broadcast against each other. Half-integers are allowed; NaN is a
        missing count.
    level
        Coverage, strictly between 0 and 1.
    method
        ``koopman`` inverts the score test; ``miettinen_nurminen`` does so with the variance times N/(N-1);
        ``katz`` is the Wald interval of the log ratio, kept to compare with published work.

    Returns
    -------
    Interval
        Ratios. Where ``x1`` is 0 the estimate and ``low`` are 0; where ``x2`` is 0 the estimate is NaN and ``high``
        is ``inf``; both have status ``one_sided``, and the limit given is that of the interval at ``level``, not
        that of a one-sided test. Where both are 0 all is NaN (``no_ratio``). Katz has no limits for a zero
        (``no_interval``).

    Raises
    ------
    ValueError
        As :func:`proportion_interval`, or if ``method`` is not one of the three.

    Notes
    -----
    Koopman (1984), Biometrics 40:513-517; Miettinen and Nurminen (1985), Statistics in Medicine 4:213-226; Katz and
    others (1978), Biometrics 34:469-474. With ``t`` the ratio under test and ``q2``, ``q1 = t * q2`` the most likely
    proportions whose ratio is ``t``, the score limits solve
    ``(p1 - t * p2)**2 = z**2 * (q1 * (1 - q1) / n1 + t**2 * q2 * (1 - q2) / n2)``.
    """
    if method not in ("koopman", "miettinen_nurminen", "katz"):
        raise ValueError(f"no such method for a ratio: {method!r}")
    z = _critical_value(level)
    (a, m, b, n), scalar = _counts(x1, n1, x2, n2)
    usable = _usable((a, m), (b, n))
    status = np.full(a.shape, "ok", dtype=object)
    status[(a == 0) | (b == 0)] = "no_interval" if method == "katz" else "one_sided"
    status[(a == 0) & (b == 0)] = "no_ratio"
    status[~usable] = "no_base"

    estimate, low, high = (np.full(a.shape, np.nan) for _ in range(3))
    has_estimate = usable & (b > 0)
    estimate[has_estimate] = (a[has_estimate] / m[has_estimate]) / (b[has_estimate] / n[has_estimate])
    if method == "katz":
        ok = status == "ok"
        spread = z * np.sqrt(1 / a[ok] - 1 / m[ok] + 1 / b[ok] - 1 / n[ok])
        low[ok], high[ok] = estimate[ok] * np.exp(-spread), estimate[ok] * np.exp(spread)
    else:
        inflate = method == "miettinen_nurminen"
        low[usable & (a == 0) & (b > 0)] = 0.0
        high[usable & (a > 0) & (b == 0)] = np.inf
        down, up = usable & (a > 0), usable & (b > 0)
        low[down] = _score_limit(a[down], m[down], b[down], n[down], z, inflate)
        # The upper limit of a ratio is one over the lower limit of its reciprocal.
        high[up] = 1.0 / _score_limit(b[up], n[up], a[up], m[up], z, inflate)
    return _interval(estimate, low, high, status, method, level, scalar)


def _critical_value(level: float) -> float:
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, such as 0.95; it is {level}")
    return float(ndtri(0.5 + level / 2.0))


def _counts(*given: npt.ArrayLike) -> tuple[list[FloatArray], bool]:
    """Broadcast counts to float64 arrays of at least one dimension; say whether all were scalars."""
    arrays = np.broadcast_arrays(*(np.asarray(counts, dtype=np.float64) for counts in given))
    return [np.atleast_1d(array) for array in arrays], arrays[0].ndim == 0


def _usable(*pairs: tuple[FloatArray, FloatArray]) -> npt.NDArray[np.bool_]:
    """Whether all counts are there and no base is zero; counts that cannot be are a ValueError."""
    usable = np.full(pairs[0][0].shape, True)
    for x, n in pairs:
        impossible = (x < 0) | (n < 0) | (x > n) | np.isinf(x) | np.isinf(n)
        if impossible.any():
            where = int(np.flatnonzero(impossible)[0])
            raise ValueError(f"impossible counts at position {where}: {x.flat[where]:g} of {n.flat[where]:g}")
        usable &= ~np.isnan(x) & (n > 0)
    return usable


def _wilson(x: FloatArray, n: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    centre = (x + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * np.sqrt(x * (n - x) / n + z * z / 4)
    # Exact at the ends, where subtraction would leave a rounding error.
    return np.where(x == 0, 0.0, centre - half), np.where(x == n, 1.0, centre + half)


def _score_limit(x1: FloatArray, n1: FloatArray, x2: FloatArray, n2: FloatArray, z: float, inflate: bool) -> FloatArray:
    """Lower score limit of a ratio, where ``x1`` > 0 (``x2`` may be 0)."""
    total = n1 + n2
    factor = total / (total - 1) if inflate else np.ones_like(total)
    p1, p2 = x1 / n1, x2 / n2

    def above(log_ratio: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether the data lie so far above the ratio under test that it is rejected."""
        ratio = np.exp(log_ratio)
        b = n1 * ratio + x1 + n2 + x2 * ratio
        root = np.sqrt(np.maximum(b * b - 4 * total * ratio * (x1 + x2), 0.0))
        # The smaller root of the quadratic, in the form that loses no digits.
        q2 = np.minimum(2 * (x1 + x2) / (b + root), 1.0)
        q1 = np.minimum(ratio * q2, 1.0)
        variance = factor * (q1 * (1 - q1) / n1 + ratio**2 * q2 * (1 - q2) / n2)
        distance = p1 - ratio * p2
        return (distance > 0) & (distance**2 > z * z * variance)

    # Without events in the second group every ratio is below the data's: start from half an event there.
    start = np.log(p1) - np.log(np.where(x2 > 0, p2, 0.5 / n2))
    return np.asarray(np.exp(_bisect(above, start)))


def _bisect(above: Callable[[FloatArray], npt.NDArray[np.bool_]], start: FloatArray) -> FloatArray:
    """Where ``above`` turns from true to false on the log scale, for each element."""
    low, high = start - 1.0, start.copy()
    for step in range(_DOUBLINGS):
        low = np.where(above(low), low, low - 2.0**step)
        high = np.where(above(high), high + 2.0**step, high)
    for _ in range(_HALVINGS):
        middle = low + (high - low) / 2
        rejected = above(middle)
        low, high = np.where(rejected, middle, low), np.where(rejected, high, middle)
    return low + (high - low) / 2


def _interval(
    estimate: FloatArray,
    low: FloatArray,
    high: FloatArray,
    status: npt.NDArray[Any],
    method: str,
    level: float,
    scalar: bool,
) -> Interval:
    """Blank what rests on no base, and give scalars back to who gave scalars."""
    missing = status == "no_base"
    estimate, low, high = (np.where(missing, np.nan, values) for values in (estimate, low, high))
    if scalar:
        return Interval(float(estimate[0]), float(low[0]), float(high[0]), method, str(status[0]), level)
    return Interval(estimate, low, high, method, status.astype(object), level)
