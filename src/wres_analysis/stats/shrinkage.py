"""Many estimates with known variances: what they have in common, how far they differ, and each one shrunk to the rest.

The model is normal at both levels: estimate ``y_i ~ N(theta_i, s_i**2)`` with ``s_i**2`` known, and
``theta_i ~ N(mu, tau2)``. Rates with their counts have a model of their own in :mod:`wres_analysis.stats.rates`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import chdtri, ndtr, stdtrit

from wres_analysis.stats.intervals import _counts, _critical_value, _usable

__all__ = ["LogRatio", "RandomEffects", "Shrunken", "log_ratio_and_variance", "random_effects", "shrink"]

Tau2Method = Literal["reml", "paule_mandel", "dersimonian_laird"]
MuInterval = Literal["hartung_knapp", "normal"]
PosteriorMethod = Literal["morris", "plug_in"]
Correction = Literal["none", "half", "by_size"]
FloatArray = npt.NDArray[np.float64]

#: Points of the grid on which the restricted likelihood is searched for more than one maximum.
_GRID = 300
#: Units below which Morris's correction (k - 3) leaves nothing.
_FEWEST_FOR_MORRIS = 4


@dataclass(frozen=True, slots=True)
class LogRatio:
    """Log ratios of two proportions with their variances, element by element.

    Parameters
    ----------
    estimate, variance
        Floats where every count given was a scalar, else float64 arrays; NaN where there is none.
    status
        ``ok``; ``corrected`` (a zero was there and the correction was applied); ``zero_count`` (a zero was there and
        ``correction`` is ``none``); ``no_events`` (none in either group: no ratio, corrected or not); ``no_base``.
    correction
        The convention asked for.
    """

    estimate: Any
    variance: Any
    status: Any
    correction: str


def log_ratio_and_variance(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, *, correction: Correction
) -> LogRatio:
    """Log of ``(x1/n1) / (x2/n2)`` and its variance by the delta method.

    Parameters
    ----------
    x1, n1, x2, n2
        Events and bases of the two groups, broadcast against each other. Half-integers are allowed; NaN is a
        missing count.
    correction
        What to do where one of the four cells (events and non-events of the two groups) is zero: ``none`` gives no
        estimate; ``half`` adds half to each cell; ``by_size`` adds ``n1/(n1+n2)`` to both cells of the first group
        and ``n2/(n1+n2)`` to both of the second. Other elements are never corrected.

    Returns
    -------
    LogRatio

    Raises
    ------
    ValueError
        If a count is negative or infinite, events exceed their base, or ``correction`` is not one of the three.

    Notes
    -----
    ``variance = 1/x1 - 1/n1 + 1/x2 - 1/n2``. Half an event is a larger rate in a small group than in a large one, so
    ``half`` pulls the ratio towards n2/n1: without events among 100 people against 3 among 1,000 it gives 1.4, where
    the data say 0. ``by_size`` pulls towards 1 (here 0.23): Sweeting, Sutton and Lambert (2004), Statistics in
    Medicine 23:1351-1375, their treatment arm correction.
    """
    if correction not in ("none", "half", "by_size"):
        raise ValueError(f"no such correction for a zero: {correction!r}")
    (a, m, b, n), scalar = _counts(x1, n1, x2, n2)
    usable = _usable((a, m), (b, n))
    zero = (a == 0) | (a == m) | (b == 0) | (b == n)
    no_events = (a == 0) & (b == 0)
    status = np.full(a.shape, "ok", dtype=object)
    status[zero] = "zero_count" if correction == "none" else "corrected"
    status[no_events] = "no_events"
    status[~usable] = "no_base"

    told = usable & ~no_events & ~(zero & (correction == "none"))
    a, m, b, n = (np.where(told, values, 1.0) for values in (a, m, b, n))
    first, second = (0.5, 0.5) if correction == "half" else (m / (m + n), n / (m + n))
    first, second = np.where(zero & told, first, 0.0), np.where(zero & told, second, 0.0)
    a, m, b, n = a + first, m + 2 * first, b + second, n + 2 * second
    estimate = np.where(told, np.log(a / m) - np.log(b / n), np.nan)
    variance = np.where(told, 1 / a - 1 / m + 1 / b - 1 / n, np.nan)
    if scalar:
        return LogRatio(float(estimate[0]), float(variance[0]), str(status[0]), correction)
    return LogRatio(estimate, variance, status, correction)


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """What many estimates have in common (``mu``) and how far the truth behind them differs (``tau2``).

    Parameters
    ----------
    mu, mu_low, mu_high, mu_se
        The mean of the true values, its interval and standard error, in the units of the estimates.
    tau2, tau2_low, tau2_high
        The variance of the true values and its Q-profile interval, in squared units; the limits are NaN where no
        variance fits (the estimates lie closer together than their variances allow).
    q
        Cochran's Q, to compare with chi-squared on ``n_units - 1`` degrees of freedom.
    i2
        The share (0-1) of the variance of the estimates that is not sampling: ``tau2`` over ``tau2`` plus a typical
        sampling variance, as Higgins and Thompson define it.
    n_units
        How many estimates were used.
    unit_status
        Object array, one word a unit given: ``ok``; ``missing`` (a NaN); ``zero_variance`` (a variance of 0 would
        claim to be known exactly); ``infinite_variance``. Only ``ok`` units are used.
    method, interval, level
        As asked for.
    status
        ``ok``; ``no_spread`` (the estimate of tau2 is 0: mu and the limits of tau2 stand); ``one_unit``;
        ``no_variance`` (nothing but variances of zero); ``no_units``. With the last three all numbers are NaN.
    """

    mu: float
    mu_low: float
    mu_high: float
    mu_se: float
    tau2: float
    tau2_low: float
    tau2_high: float
    q: float
    i2: float
    n_units: int
    unit_status: npt.NDArray[Any]
    method: str
    interval: str
    level: float
    status: str


def random_effects(
    estimates: npt.ArrayLike,
    variances: npt.ArrayLike,
    *,
    method: Tau2Method = "reml",
    interval: MuInterval = "hartung_knapp",
    level: float = 0.95,
) -> RandomEffects:
    """Estimate the mean and the variance of the true values behind estimates of known variance.

    Parameters
    ----------
    estimates, variances
        One-dimensional, of equal length. NaN is missing.
    method
        The estimator of tau2: ``reml``, ``paule_mandel`` or ``dersimonian_laird``.
    interval
        ``hartung_knapp`` takes Student's t on ``n_units - 1`` degrees of freedom and the observed scatter, but never
        less than the known variances imply; ``normal`` takes these and the normal distribution.
    level
        Coverage, strictly between 0 and 1, of both intervals.

    Returns
    -------
    RandomEffects

    Raises
    ------
    ValueError
        If the lengths differ, a variance is negative, an estimate is infinite, or an argument is not one offered.

    Notes
    -----
    With ``w_i = 1 / (s_i**2 + tau2)`` and mu the mean weighted by these: Paule and Mandel (1982) choose the tau2 at
    which ``sum(w * (y - mu)**2)`` is ``k - 1``; the Q-profile interval (Viechtbauer 2007, Statistics in Medicine
    26:37-52) the two at which it is a quantile of chi-squared. The restricted likelihood can have more than one
    maximum; the highest is taken. Knapp and Hartung (2003), Statistics in Medicine 22:2693-2710; the floor is that of
    Roever, Knapp and Friede (2015), BMC Medical Research Methodology 15:99.
    """
    if method not in ("paule_mandel", "reml", "dersimonian_laird"):
        raise ValueError(f"no such estimator of the variance between units: {method!r}")
    if interval not in ("hartung_knapp", "normal"):
        raise ValueError(f"no such interval for a mean: {interval!r}")
    z = _critical_value(level)
    y, v, unit_status = _estimates(estimates, variances)
    used = unit_status == "ok"
    y, v, k = y[used], v[used], int(used.sum())
    if k < 2:
        only_zeros = k == 0 and bool((unit_status == "zero_variance").any())
        status = "one_unit" if k == 1 else "no_variance" if only_zeros else "no_units"
        nothing = dict.fromkeys(
            ("mu", "mu_low", "mu_high", "mu_se", "tau2", "tau2_low", "tau2_high", "q", "i2"), np.nan
        )
        return RandomEffects(
            **nothing,
            n_units=k,
            unit_status=unit_status,
            method=method,
            interval=interval,
            level=level,
            status=status,
        )

    tau2 = {"paule_mandel": _paule_mandel, "reml": _reml, "dersimonian_laird": _dersimonian_laird}[method](y, v)
    w = 1 / (v + tau2)
    mu, mu_se = float(w @ y / w.sum()), float(w.sum() ** -0.5)
    reach = z * mu_se
    if interval == "hartung_knapp":
        scatter = _weighted_squares(tau2, y, v) / (k - 1)
        reach = float(stdtrit(k - 1, 0.5 + level / 2)) * mu_se * max(1.0, scatter) ** 0.5
    tau2_low, tau2_high = _q_profile(y, v, level)
    known = 1 / v
    typical = (k - 1) * known.sum() / (known.sum() ** 2 - (known**2).sum())
    return RandomEffects(
        mu=mu,
        mu_low=mu - reach,
        mu_high=mu + reach,
        mu_se=mu_se,
        tau2=tau2,
        tau2_low=tau2_low,
        tau2_high=tau2_high,
        q=_weighted_squares(0.0, y, v),
        i2=float(tau2 / (tau2 + typical)),
        n_units=k,
        unit_status=unit_status,
        method=method,
        interval=interval,
        level=level,
        status="ok" if tau2 > 0 else "no_spread",
    )


@dataclass(frozen=True, slots=True)
class Shrunken:
    """Each unit's true value as the others make it likely: a normal posterior, element by element.

    Parameters
    ----------
    mean, sd, low, high
        Float64 arrays, one element a unit; NaN unless the unit's status is ``ok``.
    weight_of_mean
        How far each unit is drawn to ``fit.mu``, from 0 (not at all) to 1.
    status
        Object array: ``ok``; what :class:`RandomEffects` says of a unit left out; or, for all the others alike,
        ``no_spread`` (plug-in only: with a tau2 of 0 it would claim that all units are exactly the same),
        ``too_few_units`` (Morris needs four), ``one_unit``.
    posterior, level
        As asked for.
    fit
        The mean and variance that the units were shrunk by.
    """

    mean: FloatArray
    sd: FloatArray
    low: FloatArray
    high: FloatArray
    weight_of_mean: FloatArray
    status: npt.NDArray[Any]
    posterior: str
    level: float
    fit: RandomEffects

    def probability_above(self, threshold: npt.ArrayLike) -> Any:
        """Posterior probability that the true value lies above a threshold.

        Parameters
        ----------
        threshold
            A scalar, or an array that broadcasts against the units (one each, or a column of several for all).

        Returns
        -------
        numpy.ndarray
            Probabilities (0-1), NaN where there is no posterior.
        """
        return ndtr((self.mean - np.asarray(threshold, dtype=np.float64)) / self.sd)


def shrink(
    estimates: npt.ArrayLike,
    variances: npt.ArrayLike,
    *,
    method: Tau2Method = "reml",
    posterior: PosteriorMethod = "morris",
    level: float = 0.95,
) -> Shrunken:
    """Shrink each estimate towards the mean of all, the more the less precise it is.

    Parameters
    ----------
    estimates, variances
        One-dimensional, of equal length. NaN is missing.
    method
        The estimator of tau2, as in :func:`random_effects`.
    posterior
        ``plug_in`` allows for the uncertainty of mu and takes the estimate of tau2 for the truth; ``morris`` allows
        for that of both.
    level
        Probability that the intervals hold.

    Returns
    -------
    Shrunken

    Raises
    ------
    ValueError
        As :func:`random_effects`, or if ``posterior`` is not one of the two.

    Notes
    -----
    With ``w_i = 1 / (s_i**2 + tau2)`` and ``B_i = c * s_i**2 * w_i``, the mean is ``(1 - B_i) * y_i + B_i * mu`` and
    the variance ``s_i**2 * (1 - B_i) + B_i * s_i**2 * w_i / sum(w) + v_i * (y_i - mu)**2``.
    Plug-in: ``c = 1`` and ``v_i = 0``, so the second term is ``B_i**2`` times the variance of mu.
    Morris (1983), JASA 78:47-55: ``c = (k - 3) / (k - 1)``, because the average of 1/tau2 is not 1 over the average,
    and ``v_i = 2 / (k - 3) * B_i**2 * w_i / mean(w)``, the variance of the shrinkage itself. With equal variances the
    mean is the estimator of James and Stein. It stands with a tau2 of 0 too: no unit is drawn in quite to the mean.
    """
    if posterior not in ("morris", "plug_in"):
        raise ValueError(f"no such posterior: {posterior!r}")
    fit = random_effects(estimates, variances, method=method, interval="normal", level=level)
    y, v, _ = _estimates(estimates, variances)
    k, usable = fit.n_units, fit.unit_status == "ok"
    status = fit.unit_status.copy()
    if fit.status == "one_unit":
        status[usable] = "one_unit"
    elif posterior == "morris" and k < _FEWEST_FOR_MORRIS:
        status[usable] = "too_few_units"
    elif posterior == "plug_in" and fit.status == "no_spread":
        status[usable] = "no_spread"
    ok = status == "ok"
    mean, sd, drawn = (np.full(y.shape, np.nan) for _ in range(3))
    if ok.any():
        y, v = y[ok], v[ok]
        w = 1 / (v + fit.tau2)
        b = v * w * ((k - 3) / (k - 1) if posterior == "morris" else 1.0)
        uncertain = 2 / (k - 3) * b**2 * w / w.mean() if posterior == "morris" else np.zeros_like(b)
        variance = v * (1 - b) + b * v * w / w.sum() + uncertain * (y - fit.mu) ** 2
        mean[ok], sd[ok], drawn[ok] = (1 - b) * y + b * fit.mu, np.sqrt(variance), b
    reach = _critical_value(level) * sd
    return Shrunken(mean, sd, mean - reach, mean + reach, drawn, status, posterior, level, fit)


def _estimates(estimates: npt.ArrayLike, variances: npt.ArrayLike) -> tuple[FloatArray, FloatArray, npt.NDArray[Any]]:
    """Check estimates and variances, and say of each whether it can be used."""
    y, v = np.asarray(estimates, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if y.ndim != 1 or y.shape != v.shape:
        raise ValueError(f"estimates and variances must be two lists of one length; they are {y.shape} and {v.shape}")
    impossible = (v < 0) | np.isinf(y)
    if impossible.any():
        where = int(np.flatnonzero(impossible)[0])
        raise ValueError(f"impossible estimate at position {where}: {y[where]:g} with variance {v[where]:g}")
    status = np.full(y.shape, "ok", dtype=object)
    status[v == 0] = "zero_variance"
    status[np.isinf(v)] = "infinite_variance"
    status[np.isnan(y) | np.isnan(v)] = "missing"
    return y, v, status


def _weighted_squares(tau2: float, y: FloatArray, v: FloatArray) -> float:
    """Sum of squares about the weighted mean; it falls as ``tau2`` grows."""
    w = 1 / (v + tau2)
    return float(w @ (y - w @ y / w.sum()) ** 2)


def _tau2_where_squares_are(target: float, y: FloatArray, v: FloatArray) -> float:
    """Find the ``tau2`` at which the weighted squares fall to a target; NaN if they are below it even at 0."""
    if _weighted_squares(0.0, y, v) < target:
        return np.nan
    # Weighted squares are least about the weighted mean, and no weight exceeds 1/tau2: here they are under the target.
    top = float(((y - y.mean()) ** 2).sum()) / target
    return float(brentq(lambda tau2: _weighted_squares(tau2, y, v) - target, 0.0, top, xtol=1e-300, rtol=1e-15))


def _paule_mandel(y: FloatArray, v: FloatArray) -> float:
    tau2 = _tau2_where_squares_are(len(y) - 1.0, y, v)
    return 0.0 if np.isnan(tau2) else tau2


def _q_profile(y: FloatArray, v: FloatArray, level: float) -> tuple[float, float]:
    beyond = (1 - level) / 2
    high = _tau2_where_squares_are(float(chdtri(len(y) - 1, 1 - beyond)), y, v)
    low = _tau2_where_squares_are(float(chdtri(len(y) - 1, beyond)), y, v)
    return (np.nan if np.isnan(high) else 0.0) if np.isnan(low) else low, high


def _dersimonian_laird(y: FloatArray, v: FloatArray) -> float:
    w = 1 / v
    excess = _weighted_squares(0.0, y, v) - (len(y) - 1)
    return float(max(0.0, excess / (w.sum() - (w**2).sum() / w.sum())))


def _reml(y: FloatArray, v: FloatArray) -> float:
    """Highest maximum of the restricted likelihood: the ends of the stretches where it rises, compared."""
    mean_square = float(((y - y.mean()) ** 2).sum()) / (len(y) - 1)
    if mean_square == 0.0:
        return 0.0

    def slope_at(tau2: float) -> float:
        return float(_restricted(np.array([tau2]), y, v)[1][0])

    # Beyond this the likelihood falls: bound the squares by 1/tau2 and the weights but the largest by the smallest.
    top = mean_square + (mean_square * float(v.max())) ** 0.5
    grid = np.concatenate([[0.0], np.geomspace(top * 1e-9, top, _GRID)])
    slope = _restricted(grid, y, v)[1]
    peaks = [0.0] if slope[0] <= 0 else []
    for i in np.flatnonzero((slope[:-1] > 0) & (slope[1:] <= 0)):
        peaks.append(float(brentq(slope_at, grid[i], grid[i + 1], xtol=1e-300, rtol=1e-15)))
    return peaks[int(np.argmax(_restricted(np.array(peaks), y, v)[0]))]


def _restricted(tau2: FloatArray, y: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Twice the restricted log likelihood, but for a constant, and its slope, at each of several ``tau2``."""
    w = 1 / (v + tau2[:, None])
    total = w.sum(axis=1)
    squares = (y - (w @ y / total)[:, None]) ** 2
    likelihood = np.log(w).sum(axis=1) - np.log(total) - (w * squares).sum(axis=1)
    slope = -total + (w**2).sum(axis=1) / total + (w**2 * squares).sum(axis=1)
    return likelihood, slope
