"""Two groups compared within strata, and the strata put together without comparing one stratum with another.

Adding up counts over strata compares all of one group with all of the other, wherever they are. Where the groups are
spread unevenly over strata whose rates differ, the sum shows a difference that no stratum has (Simpson's paradox).
Mantel and Haenszel (1959), Journal of the National Cancer Institute 22:719-748, weigh comparisons made inside each.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isfinite, log, nan, sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

__all__ = ["Pooled", "mantel_haenszel"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pooled:
    """A comparison of two groups put together over strata.

    Parameters
    ----------
    measure
        ``ratio`` of the two rates, ``odds_ratio``, or ``difference`` of the rates.
    estimate, low, high
        On the scale of the measure; NaN where ``status`` says why.
    std_error
        Of the logarithm of a ratio or odds ratio; of a difference itself.
    n_strata
        Strata that count: both groups are there, and for a ratio or odds ratio at least one event.
    status
        ``ok``; ``no_strata`` (no stratum has both groups); ``no_events`` (a group has none, so a ratio has no
        interval of this kind).
    """

    measure: str
    estimate: float
    low: float
    high: float
    std_error: float
    n_strata: int
    status: str


def mantel_haenszel(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    measure: Literal["ratio", "odds_ratio", "difference"] = "ratio",
    level: float = 0.95,
) -> Pooled:
    """Mantel-Haenszel ratio, odds ratio or difference of two rates.

    Parameters
    ----------
    x1, n1, x2, n2
        (k,) events and bases of the first and the second group in each stratum. A stratum with a value that is
        missing, or a base of nought, does not count.
    measure
        ``ratio``: rate of the first over that of the second; ``odds_ratio``: odds over odds; ``difference``: first
        less second.
    level
        Coverage of the interval.

    Returns
    -------
    Pooled

    Raises
    ------
    ValueError
        If ``measure`` is none of these.

    Notes
    -----
    Variances are those of Greenland and Robins (1985), Biometrics 41:55-68 for the log ratio, of Robins,
    Breslow and Greenland (1986), Biometrics 42:311-323 for the log odds ratio, and of Sato (1989), Biometrics
    45:1323-1324 for the difference: they hold for few large strata and for
    many small ones. Both suppose one true ratio (or difference) in all strata; where strata differ, the estimate is
    an average over them.
    """
    if measure not in ("ratio", "odds_ratio", "difference"):
        raise ValueError(f"measure is 'ratio', 'odds_ratio' or 'difference', not '{measure}'")
    a, m, b, n = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (x1, n1, x2, n2)))
    with np.errstate(invalid="ignore"):
        used = np.isfinite(a + m + b + n) & (m > 0) & (n > 0)
    if measure != "difference":
        used &= np.nan_to_num(a + b) > 0
    a, m, b, n = (v[used] for v in (a, m, b, n))
    count, z, total = int(used.sum()), float(norm.ppf(0.5 + level / 2)), m + n
    if not count:
        return Pooled(measure, nan, nan, nan, nan, 0, "no_strata")
    if measure == "difference":
        return _difference(a, m, b, n, z)
    if measure == "ratio":
        top, bottom = float((a * n / total).sum()), float((b * m / total).sum())
        spread = float(((m * n * (a + b) - a * b * total) / total**2).sum())
    else:
        r, s = a * (n - b) / total, b * (m - a) / total
        p, q = (a + n - b) / total, (b + m - a) / total
        top, bottom = float(r.sum()), float(s.sum())
    estimate = top / bottom if bottom > 0 else nan
    if top <= 0 or bottom <= 0:
        return Pooled(measure, estimate, nan, nan, nan, count, "no_events")
    if measure == "odds_ratio":
        variance = float((p * r).sum()) / top**2 + float((q * s).sum()) / bottom**2
        error = sqrt((variance + float((p * s + q * r).sum()) / (top * bottom)) / 2)
    else:
        error = sqrt(spread / (top * bottom))
    centre = log(estimate)
    return Pooled(measure, estimate, exp(centre - z * error), exp(centre + z * error), error, count, "ok")


def _difference(a: FloatArray, m: FloatArray, b: FloatArray, n: FloatArray, z: float) -> Pooled:
    total = m + n
    weight = m * n / total
    difference = float((weight * (a / m - b / n)).sum() / weight.sum())
    p = (m**2 * b - n**2 * a + m * n * (n - m) / 2) / total**2
    q = (a * (n - b) + b * (m - a)) / (2 * total)
    variance = (difference * float(p.sum()) + float(q.sum())) / float(weight.sum()) ** 2
    error = sqrt(variance) if isfinite(variance) and variance >= 0 else nan
    return Pooled("difference", difference, difference - z * error, difference + z * error, error, len(a), "ok")
