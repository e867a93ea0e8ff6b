"""How much a year resembles the year before, estimated from the distances of many short series from their lines.

A line through nine points follows them: the residuals of neighbouring years look less alike than the deviations that
they come from, by so much that without any memory their correlation is about -0.2. So the estimate does not correct a
correlation afterwards: it takes the correlation at which products of neighbouring residuals, all series together,
would come to what they came to, given that each series had its own line fitted and its known sampling variances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wres_analysis.stats.serial_lines import correlations

__all__ = ["ASSUMED", "MOST", "SUREST", "Memory", "pooled_memory"]

FloatArray = npt.NDArray[np.float64]

#: The correlation that is taken where the data give none.
ASSUMED = 0.6
#: A standard error above this leaves the correlation unknown.
SUREST = 0.3
#: Years are taken to be correlated by no more than this: at 1 a series has no line to return to.
MOST = 0.95
_HALVINGS = 50


@dataclass(frozen=True, slots=True)
class Memory:
    """The correlation of a year with the year before, one for all series.

    Parameters
    ----------
    estimate, se
        From 0 to :data:`MOST`, and its standard error; NaN where nothing can be told.
    rho
        What to allow for: the estimate and one standard error, since a correlation that is too low gives intervals
        that are too narrow; :data:`ASSUMED` where the estimate is not known to within :data:`SUREST`.
    n_series
        How many series have the three years and more that a residual takes.
    likeness
        How much the residuals of different series move together: their mean correlation, 0 or more.
    status
        ``estimated`` or ``assumed``.
    """

    estimate: float
    se: float
    rho: float
    n_series: int
    likeness: float
    status: str


def pooled_memory(y: npt.ArrayLike, v: npt.ArrayLike, time: npt.ArrayLike) -> Memory:
    """Estimate one correlation of neighbouring years for all series.

    Parameters
    ----------
    y, v, time
        As in :func:`wres_analysis.stats.trend.fit_trends`. Neighbours are one unit of time apart.

    Notes
    -----
    With ``M`` the matrix that takes the line out of a series and ``A`` the one that sums products of neighbours, the
    expected sums over series are ``tr(M A M V)`` and ``tr(M V)``, ``V = tau2 * R(rho) + diag(v)``. Sampling is taken
    off both; the ratio of the rest depends on ``rho`` alone. The standard error is that of normal deviations with the
    estimated covariance. Series that all move together count for less: products of two series whose residuals
    correlate by c correlate by about c squared.
    """
    y, v, t = (np.asarray(x, dtype=np.float64) for x in (y, v, time))
    given = ~(np.isnan(y) | np.isnan(v))
    given &= given.sum(axis=1, keepdims=True) >= 3
    keep = given.any(axis=1)
    y, v, given = np.where(given, y, 0.0)[keep], np.where(given, v, 0.0)[keep], given[keep]
    n = len(y)
    if not n:
        return Memory(np.nan, np.nan, ASSUMED, 0, np.nan, "assumed")
    off = _off_the_line(given, t)
    residual = np.einsum("sij,sj->si", off, y)
    neighbours = 0.5 * (np.abs(np.abs(t[:, None] - t[None, :]) - 1) < 1e-9)
    product = off @ neighbours @ off
    variances = _diagonal(v)
    found = np.einsum("si,ij,sj->", residual, neighbours, residual) - (product * variances).sum()
    squares = (residual**2).sum()
    rest = squares - (off * variances).sum()
    likeness = max(0.0, float(((residual.sum(axis=0) ** 2).sum() - squares) / (max(n - 1, 1) * squares + 1e-300)))
    products, lines = product.sum(axis=0), off.sum(axis=0)

    def expected(rho: float) -> tuple[float, float]:
        r = correlations(t, rho)[0]
        return float((products * r).sum()), float((lines * r).sum())

    def ratio(rho: float) -> float:
        one, other = expected(rho)
        return one / other

    # Residuals of three neighbours have one pattern only, whatever the correlation: nothing to solve then.
    if rest <= 1e-12 * squares or ratio(MOST) - ratio(0.0) < 1e-6:
        return Memory(np.nan, np.nan, ASSUMED, n, likeness, "assumed")
    low, high = 0.0, MOST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if ratio(middle) < found / rest else (low, middle)
    rho = (low + high) / 2
    target, step = ratio(rho), 1e-4
    tau2 = rest / expected(rho)[1]
    form = product - target * off
    spread = form @ (tau2 * correlations(t, rho) + variances)
    variance = 2 * np.einsum("sij,sji->", spread, spread) * (1 + (n - 1) * likeness**2)
    (p1, s1), (p0, s0) = expected(rho + step), expected(rho - step)
    steep = tau2 * ((p1 - p0) - target * (s1 - s0)) / (2 * step)
    se = float(np.sqrt(variance) / abs(steep)) if steep else np.inf
    if se > SUREST:
        return Memory(rho, se, ASSUMED, n, likeness, "assumed")
    return Memory(rho, se, min(rho + se, MOST), n, likeness, "estimated")


def _off_the_line(given: npt.NDArray[np.bool_], t: FloatArray) -> FloatArray:
    """For each series the matrix that takes its ordinary line out; 0 in years without a value."""
    n = given.sum(axis=1)
    centred = np.where(given, t - (given @ t / n)[:, None], 0.0)
    spread = (centred**2).sum(axis=1)
    level = given[:, :, None] * given[:, None, :] / n[:, None, None]
    slope = centred[:, :, None] * centred[:, None, :] / spread[:, None, None]
    return _diagonal(given.astype(np.float64)) - level - slope


def _diagonal(rows: FloatArray) -> FloatArray:
    """Each row as a diagonal matrix."""
    return rows[:, :, None] * np.eye(rows.shape[1])
