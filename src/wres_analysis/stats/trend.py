"""Straight lines through short annual series: slopes, change, and the way to zero.

The model of one series is ``y_t = a + b * t + u_t + e_t``: ``e_t`` is sampling error of known variance ``v_t``, and
``u_t`` is how far a year lies from the line for reasons other than sampling, with the variance ``tau2`` and the
correlation ``rho ** d`` with the year ``d`` years away. Series are rows, years are columns, NaN is a year without a
value. A variance of 0 says that the value was not sampled: all of its distance from the line is then ``u_t``, and the
fit is generalised least squares (with ``rho`` of 0 ordinary). :mod:`wres_analysis.stats.serial` estimates ``rho``,
:mod:`wres_analysis.stats.pooled_slopes` draws the slopes of many series together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from wres_analysis.stats.intervals import _critical_value
from wres_analysis.stats.serial_lines import excess, least_squares, turn

__all__ = [
    "FEWEST_YEARS",
    "Change",
    "Trend",
    "WayToZero",
    "change_between",
    "fit_trends",
    "percentage_variance",
    "way_to_zero",
]

FloatArray = npt.NDArray[np.float64]

#: A line has two parameters, and one year more is needed to tell how sure one may be.
FEWEST_YEARS = 3


@dataclass(frozen=True, slots=True)
class Trend:
    """One line for each series: float64 arrays with one element a series; NaN unless ``status`` says ``ok``.

    Parameters
    ----------
    slope, slope_se, low, high
        Change a unit of time, its standard error and interval (Student's t on ``df``).
    centre, level, level_se
        The precision-weighted mean time, and the height of the line there. Height and slope are uncorrelated at that
        time, so the variance of the line at time t is ``level_se**2 + (t - centre)**2 * slope_se**2``.
    tau2
        Variance between years beyond sampling.
    q
        Weighted squares about the line with ``tau2`` of 0, to compare with chi-squared on ``df``; NaN where nothing
        was sampled.
    n_years, df
        How many years have a value, and that less two. ``n_years`` is given whatever the status.
    confidence
        The coverage of the intervals.
    status
        Object array: ``ok``; ``too_few`` (under three years); ``exact_fit`` (nothing was sampled and all values lie
        on a line: slope and level are given, and nothing says how sure they are).
    """

    slope: FloatArray
    slope_se: FloatArray
    low: FloatArray
    high: FloatArray
    centre: FloatArray
    level: FloatArray
    level_se: FloatArray
    tau2: FloatArray
    q: FloatArray
    n_years: npt.NDArray[np.int64]
    df: FloatArray
    confidence: float
    status: npt.NDArray[Any]

    def at(self, time: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Height of each line at a time with its interval; ``time`` is a scalar or one for each series."""
        ahead = np.asarray(time, dtype=np.float64) - self.centre
        height = self.level + self.slope * ahead
        reach = stdtrit(self.df, 0.5 + self.confidence / 2) * np.hypot(self.level_se, ahead * self.slope_se)
        return height, height - reach, height + reach

    def probability_rising(self) -> FloatArray:
        """Posterior probability that the slope is above 0, no slope being likelier than another beforehand."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.status == "ok", stdtr(self.df, self.slope / self.slope_se), np.nan)


def fit_trends(
    y: npt.ArrayLike, v: npt.ArrayLike, time: npt.ArrayLike, *, rho: npt.ArrayLike = 0.0, least: npt.ArrayLike = 0.0,
    confidence: float = 0.95,
) -> Trend:  # fmt: skip
    """Fit a line through each series by precision, the excess variance between years estimated from that series.

    Parameters
    ----------
    y, v
        Shape (series, years): values and their sampling variances. A value without a variance is not used.
        Variances are all 0 (nothing was sampled) or none is.
    time
        Shape (years,): when, such as 2017 to 2025. Gaps between years count.
    rho
        Correlation of what moves a year with what moved the year before, from 0 to below 1; for years ``d`` apart it
        is ``rho ** d``. One for all series, or one for each.
    least
        ``tau2`` is taken as no less than this: one for all series, or one for each.
    confidence
        Coverage of the intervals, strictly between 0 and 1.

    Returns
    -------
    Trend

    Raises
    ------
    ValueError
        If shapes do not fit, times repeat, a variance is negative or infinite or 0 among others, a value is infinite,
        or ``rho`` is not from 0 to below 1.

    Notes
    -----
    A random-effects meta-regression on time. ``tau2`` is that of Paule and Mandel (1982): the one at which the
    weighted squares about the line are ``n - 2``, or 0. With it Knapp and Hartung's (2003) factor on the variance is 1
    where ``tau2`` is above 0, and where it is 0 the factor is taken as no less than 1 (Roever, Knapp and Friede 2015);
    so the standard error is the model's, with Student's t on ``n - 2`` degrees of freedom. Where all variances are 0
    all of this is generalised least squares with a known correlation, and t is exact.
    """
    _critical_value(confidence)
    y, v, t = _checked(y, v, time)
    rho = _checked_rho(rho, len(y))
    n = (~np.isnan(y)).sum(axis=1)
    df = np.where(n >= FEWEST_YEARS, n - 2.0, np.nan)
    sampled = bool((v > 0).any())
    exact = (least_squares(y, t) == 0) & (not sampled)
    series = turn(y, v, t, np.where(exact, 0.0, rho))  # values on a line need no weights, and turning them rounds
    tau2 = np.maximum(excess(series, df), np.asarray(least, dtype=np.float64))
    line = series.line(np.where(exact, 1.0, tau2))
    status = np.full(len(y), "ok", dtype=object)
    status[exact] = "exact_fit"
    status[n < FEWEST_YEARS] = "too_few"
    ok, told = status == "ok", status != "too_few"
    reach = stdtrit(df, 0.5 + confidence / 2) * line.slope_se
    q = series.line(0.0 if sampled else 1.0).squares
    return Trend(
        slope=np.where(told, line.slope, np.nan),
        slope_se=np.where(ok, line.slope_se, np.nan),
        low=np.where(ok, line.slope - reach, np.nan),
        high=np.where(ok, line.slope + reach, np.nan),
        centre=np.where(told, line.centre, np.nan),
        level=np.where(told, line.level, np.nan),
        level_se=np.where(ok, line.level_se, np.nan),
        tau2=np.where(ok, tau2, np.nan),
        q=np.where(ok & sampled, q, np.nan),
        n_years=n,
        df=df,
        confidence=confidence,
        status=status,
    )


@dataclass(frozen=True, slots=True)
class Change:
    """Differences of two values with their intervals: float64 arrays.

    ``status`` is ``ok``, ``not_sampled`` (no interval: neither value is a sample) or ``missing``.
    """

    change: FloatArray
    low: FloatArray
    high: FloatArray
    status: npt.NDArray[Any]


def change_between(
    y0: npt.ArrayLike, v0: npt.ArrayLike, y1: npt.ArrayLike, v1: npt.ArrayLike, *, confidence: float = 0.95
) -> Change:
    """From the first to the second of two independent values; the interval allows for sampling in both, by the normal.

    It does not allow for how years differ anyhow: a change that sampling does not explain may be gone a year later.
    """
    z = _critical_value(confidence)
    a, va, b, vb = np.broadcast_arrays(*(np.atleast_1d(np.asarray(x, dtype=np.float64)) for x in (y0, v0, y1, v1)))
    change = b - a
    reach = z * np.sqrt(va + vb)
    status = np.where(np.isnan(change + reach), "missing", np.where(reach > 0, "ok", "not_sampled")).astype(object)
    ok = status == "ok"
    return Change(change, np.where(ok, change - reach, np.nan), np.where(ok, change + reach, np.nan), status)


@dataclass(frozen=True, slots=True)
class WayToZero:
    """When lines reach zero, if they go on as they went: float64 arrays, in units of time from the time asked about.

    Parameters
    ----------
    estimate, low, high
        NaN where the status leaves none; ``high`` is ``inf`` where there is no latest time.
    status
        Object array: ``reached`` (zero lies within the interval of the line now: there is no way left that these data
        could show); ``in_sight`` (``low`` to ``high``); ``open_ended`` (not before ``low``, and perhaps never: the data
        do not tell which way it goes); ``beyond_horizon`` (``low`` exceeds the horizon); ``moving_away`` (no time to
        come is compatible with the data); ``no_trend``.
    horizon
        How far ahead it makes sense to say anything.
    """

    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    status: npt.NDArray[Any]
    horizon: float


def way_to_zero(trend: Trend, now: npt.ArrayLike, *, horizon: float = 30.0) -> WayToZero:
    """When each line reaches zero, by Fieller's (1954) interval for a ratio of two estimates.

    Parameters
    ----------
    trend
        The lines.
    now
        The time from which to count, a scalar or one for each series.
    horizon
        Beyond it no time is named.

    Returns
    -------
    WayToZero

    Notes
    -----
    With height h and slope b now, the set of all x for which the interval of ``h + b * x`` holds 0 solves
    ``(b^2 - q^2 var b) x^2 + 2 (h b - q^2 cov) x + (h^2 - q^2 var h) <= 0``. It is an interval only where b is
    distinguishable from 0; otherwise it has no end.
    """
    height, _, _ = trend.at(now)
    ahead = np.asarray(now, dtype=np.float64) - trend.centre
    q2 = stdtrit(trend.df, 0.5 + trend.confidence / 2) ** 2
    var_b = trend.slope_se**2
    a = trend.slope**2 - q2 * var_b
    half_b = height * trend.slope - q2 * ahead * var_b
    c = height**2 - q2 * (trend.level_se**2 + ahead**2 * var_b)
    ok = trend.status == "ok"
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(np.maximum(half_b**2 - a * c, 0.0))
        ends = np.stack([(-half_b - root) / a, (-half_b + root) / a])
        estimate = -height / trend.slope
    first, last = ends.min(axis=0), ends.max(axis=0)
    with np.errstate(invalid="ignore"):
        reached, known = c <= 0, a > 0
        away = known & (last < 0)
        # With c above 0 the roots have one sign each where a is below 0: the later one is the earliest time to come.
        low = np.where(known, first, last)
        high = np.where(known, last, np.inf)
        status = np.where(known, "in_sight", "open_ended").astype(object)
        status[low > horizon] = "beyond_horizon"
    status[away] = "moving_away"
    status[reached] = "reached"
    status[~ok] = "no_trend"
    shown = np.isin(status, ("in_sight", "open_ended", "beyond_horizon"))
    with np.errstate(invalid="ignore"):
        towards = shown & (estimate > 0)
    return WayToZero(
        np.where(towards, estimate, np.nan),
        np.where(shown, low, np.nan),
        np.where(shown, high, np.nan),
        status,
        horizon,
    )


def percentage_variance(events: npt.ArrayLike, base: npt.ArrayLike) -> FloatArray:
    """Sampling variance of a percentage, in squared points; NaN where there is no base.

    One event and one non-event are added first (Agresti and Caffo 2000): the plain variance is 0 where a small group
    has no events, and such a year would count as the most precise of all.
    """
    x, n = np.asarray(events, dtype=np.float64), np.asarray(base, dtype=np.float64)
    p = (x + 1) / (n + 2)
    return np.where(n > 0, 1e4 * p * (1 - p) / (n + 2), np.nan)


def _checked(y: npt.ArrayLike, v: npt.ArrayLike, time: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return values and variances, missing together, and times from their mean on."""
    y, v, t = (np.asarray(x, dtype=np.float64) for x in (y, v, time))
    if y.ndim != 2 or y.shape != v.shape or t.shape != y.shape[1:]:
        raise ValueError(f"values, variances and times do not fit together: {y.shape}, {v.shape}, {t.shape}")
    if len(np.unique(t)) != len(t) or not np.isfinite(t).all():
        raise ValueError("times must differ from one another and be finite")
    if (v < 0).any() or np.isinf(v).any() or np.isinf(y).any():
        raise ValueError("variances must not be negative, and nothing may be infinite")
    if (v == 0).any() and (v > 0).any():
        raise ValueError("some variances are 0 and others are not: a call takes values that are all sampled, or none")
    missing = np.isnan(y) | np.isnan(v)
    return np.where(missing, np.nan, y), np.where(missing, np.nan, v), t


def _checked_rho(rho: npt.ArrayLike, n: int) -> FloatArray:
    """Return one correlation for each series."""
    out = np.broadcast_to(np.asarray(rho, dtype=np.float64), (n,))
    if not ((out >= 0) & (out < 1)).all():
        raise ValueError("correlations of neighbouring years must be from 0 to below 1")
    return out
