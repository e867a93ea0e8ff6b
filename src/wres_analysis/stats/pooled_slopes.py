"""Slopes of many short series, each drawn to their mean, with the movement that all of them share left uncertain.

The model of one series is that of :mod:`wres_analysis.stats.trend`; here all series have one excess variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from wres_analysis.stats.serial_lines import common_excess, turn
from wres_analysis.stats.shrinkage import Shrunken, shrink
from wres_analysis.stats.trend import FEWEST_YEARS, _checked, _checked_rho, fit_trends

__all__ = ["PooledSlopes", "pool_slopes", "pooled_excess"]

FloatArray = npt.NDArray[np.float64]

#: Rounds in which shared movement and lines are fitted in turn; series of the same years take one.
_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class PooledSlopes:
    """The slopes of many series, each drawn to the mean slope by its own imprecision.

    Parameters
    ----------
    slope, slope_se
        Own slope of each series and its standard error, with the excess variance that all series share.
    tau2
        That variance; NaN where no series has three years.
    df
        The degrees of freedom that ``tau2`` rests on.
    shrunken
        The posterior of each slope; its ``fit`` holds the mean slope and how far slopes differ.
    mean, sd, low, high
        That posterior together with the error that all slopes share, where years may move all series at once.
    shared_se, shared_df
        That error, a standard deviation, and its degrees of freedom; 0 and infinite where it was not asked for.
    status
        Object array: ``ok``; ``too_few`` (under three years); ``too_imprecise`` (see Notes of :func:`pool_slopes`).
        ``too_few_series`` (under four); ``exact_fit`` (nothing sampled, nothing off a line).
    """

    slope: FloatArray
    slope_se: FloatArray
    tau2: float
    df: float
    shrunken: Shrunken
    mean: FloatArray
    sd: FloatArray
    low: FloatArray
    high: FloatArray
    shared_se: float
    shared_df: float
    status: npt.NDArray[Any]

    def probability_rising(self) -> FloatArray:
        """Posterior probability that the slope is above 0, the shared error among what may be wrong."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(_t_cdf(self.mean / self.sd, _total_df(self.sd, self.shared_se, self.shared_df)))

    def mean_slope(self) -> tuple[float, float, float]:
        """Return the mean of the true slopes with its interval, the shared error in it."""
        fit = self.shrunken.fit
        sd = np.array([np.hypot(fit.mu_se, self.shared_se)])
        reach = _t_quantile(_total_df(sd, self.shared_se, self.shared_df), 0.5 + self.shrunken.level / 2) * sd
        return fit.mu, fit.mu - float(reach[0]), fit.mu + float(reach[0])


def pool_slopes(
    y: npt.ArrayLike, v: npt.ArrayLike, time: npt.ArrayLike, *, rho: float = 0.0,
    shared_rho: float | None = None,
    confidence: float = 0.95,
) -> PooledSlopes:  # fmt: skip
    """Fit a line through each series with one excess variance for all, and shrink the slopes to their mean.

    Parameters
    ----------
    y, v, time, confidence
        As in :func:`fit_trends`.
    rho
        Correlation of neighbouring years, one for all series. Here a correlation that is too high draws slopes together
        too far, as one that is too low does not draw them together enough.
    shared_rho
        That of a movement that all series may share, as in an epidemic; None if years move each series on its own.

    Returns
    -------
    PooledSlopes

    Raises
    ------
    ValueError
        As :func:`fit_trends`.

    Notes
    -----
    With three to nine years the excess variance of one series is known hardly at all, so shrinkage takes one that is
    common to all: the ``tau2`` at which the weighted squares about all lines together are the sum of their degrees of
    freedom. Slopes are then shrunk by :func:`wres_analysis.stats.shrinkage.shrink` (REML, Morris's posterior). A series
    that is drawn to the mean less than the upper limit of the variance between slopes would draw it is
    ``too_imprecise``: Morris's allowance for an uncertain variance outweighs all else there.

    With ``shared_rho`` the movement that all series share, the mean distance from their lines in each year, is taken
    out first, since no number of series makes it average out. Slopes then differ and are drawn together by what is
    left. How far the shared movement may have tilted all of them alike is the standard error of a line through it
    (:func:`fit_trends`, nothing sampled): it is added to every posterior, with Satterthwaite's degrees of freedom.
    """
    y, v, t = _checked(y, v, time)
    every = _checked_rho(rho, len(y))
    n = (~np.isnan(y)).sum(axis=1)
    enough = n >= FEWEST_YEARS
    status = np.full(len(y), "too_few", dtype=object)
    slope, slope_se = np.full(len(y), np.nan), np.full(len(y), np.nan)
    tau2, df = np.nan, float((n[enough] - 2).sum())
    shared_se, shared_df = 0.0, np.inf
    if enough.any():
        y1, v1 = y[enough], v[enough]
        if shared_rho is not None:
            shared = _shared_movement(y1, t)
            y1 = y1 - shared
            shared_df = float((~np.isnan(shared)).sum() - 2)
            shared_se = float(np.nan_to_num(fit_trends(shared[None], 0 * shared[None], t, rho=shared_rho).slope_se[0]))
            df = max(df - shared_df, 1.0)
        sampled = bool((v1 > 0).any())
        series = turn(y1, v1, t, every[enough])
        tau2 = common_excess(series, df)
        if sampled or tau2 > 0:
            line = series.line(tau2)
            slope[enough], slope_se[enough] = line.slope, line.slope_se
        else:
            status[enough] = "exact_fit"
    shrunken = shrink(slope, slope_se**2, method="reml", posterior="morris", level=confidence)
    ok = shrunken.status == "ok"
    status[ok] = "ok"
    status[np.isin(shrunken.status, ("too_few_units", "one_unit"))] = "too_few_series"
    with np.errstate(invalid="ignore"):
        blurred = ok & (shrunken.weight_of_mean < slope_se**2 / (slope_se**2 + shrunken.fit.tau2_high))
    status[blurred] = "too_imprecise"
    sd = np.hypot(shrunken.sd, shared_se)
    reach = _t_quantile(_total_df(sd, shared_se, shared_df), 0.5 + confidence / 2) * sd
    return PooledSlopes(
        slope, slope_se, tau2, df, shrunken, shrunken.mean, sd, shrunken.mean - reach, shrunken.mean + reach, shared_se,
        shared_df, status,
    )  # fmt: skip


def pooled_excess(y: npt.ArrayLike, v: npt.ArrayLike, time: npt.ArrayLike, *, rho: float = 0.0) -> float:
    """Return the one excess variance of all series, as :func:`pool_slopes` has it; 0 where no series has three years.

    Parameters
    ----------
    y, v, time, rho
        As in :func:`pool_slopes`.
    """
    y, v, t = _checked(y, v, time)
    n = (~np.isnan(y)).sum(axis=1)
    enough = n >= FEWEST_YEARS
    if not enough.any():
        return 0.0
    series = turn(y[enough], v[enough], t, _checked_rho(rho, int(enough.sum())))
    return common_excess(series, float((n[enough] - 2).sum()))


def _shared_movement(y: FloatArray, t: FloatArray) -> FloatArray:
    """Mean distance of all series from their own lines in each year, the lines fitted beside it; it has no slope."""
    given = ~np.isnan(y)
    present = given.any(axis=0)
    zero = np.zeros(len(y))
    shared = np.where(present, 0.0, np.nan)
    for _ in range(_ROUNDS):
        line = turn(y - shared, np.zeros_like(y), t, zero).line(1.0)
        rest = y - shared - line.level[:, None] - line.slope[:, None] * (t - line.centre[:, None])
        shared = shared + np.where(present, np.nansum(rest, axis=0) / np.maximum(given.sum(axis=0), 1), np.nan)
        own = turn(shared[None], np.zeros((1, len(t))), t, zero[:1]).line(1.0)
        shared = shared - own.level[0] - own.slope[0] * (t - own.centre[0])
    return shared


def _total_df(sd: FloatArray, shared_se: float, shared_df: float) -> FloatArray:
    """Satterthwaite's degrees of freedom of a variance of which only the shared part is uncertain."""
    if not shared_se > 0:
        return np.full(sd.shape, np.inf)
    return shared_df * (sd / shared_se) ** 4


def _t_quantile(df: FloatArray, share: float) -> FloatArray:
    return np.where(np.isinf(df), ndtri(share), stdtrit(np.where(np.isinf(df), 1.0, df), share))


def _t_cdf(x: FloatArray, df: FloatArray) -> FloatArray:
    return np.where(np.isinf(df), ndtr(x), stdtr(np.where(np.isinf(df), 1.0, df), x))
