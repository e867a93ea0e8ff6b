"""An exposure that is measured with error of a known variance: its reliability, and the slope without the error.

Errors of the exposure that are independent of everything else draw a slope towards zero. How far is told by the
reliability: the share of the exposure's variance that is not error. What matters is the variance that a model leaves
of the exposure once fixed effects and covariates are out: they take away much of the truth and little of the error, so
the reliability of a change within a trust is far below that of a difference between trusts. Errors of the outcome
widen the interval and bias nothing, as long as they are independent of those of the exposure.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import inf, nan, sqrt

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from wres_analysis.stats.covariance import Kind, covariance
from wres_analysis.stats.linear import FloatArray, LinearFit, group_codes, group_sums

__all__ = ["RELIABILITY_FLOOR", "ErrorsInVariables", "errors_in_variables"]

#: Below this reliability there is no corrected estimate: it would be more than ten times the one that was observed,
#: and rest on a difference between two nearly equal variances.
RELIABILITY_FLOOR = 0.10


@dataclass(frozen=True, slots=True)
class ErrorsInVariables:
    """A slope corrected for the known error of its exposure; NaN where the status gives no number.

    Parameters
    ----------
    reliability, reliability_low, reliability_high
        Of the exposure in this model, conditional on its fixed effects and other columns, and its limits at ``level``
        (cluster-robust, by the delta method, not above 1). At most 1; by chance it can be negative.
    observed
        The slope of the fit, as it stands.
    estimate, std_error
        The slope divided by the reliability, and its standard error.
    low, high
        Fieller's limits at ``level``; both infinite where the data cannot exclude that all of the variance is error.
    df, kind, level
        Degrees of freedom of t, the convention of the standard error, and the coverage aimed at.
    status
        ``ok``; ``unbounded`` (there is an estimate, and no limit to it); ``too_unreliable`` (the reliability is
        below :data:`RELIABILITY_FLOOR`); ``unknown_error`` (the variance of the error is missing for a used row); or
        why the fit has no standard error (:func:`~wres_analysis.stats.covariance.covariance`).
    """

    reliability: float
    reliability_low: float
    reliability_high: float
    observed: float
    estimate: float
    std_error: float
    low: float
    high: float
    df: float
    kind: str
    level: float
    status: str


def errors_in_variables(
    fit: LinearFit,
    *,
    column: str,
    error_variance: npt.ArrayLike,
    kind: Kind,
    cluster: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> ErrorsInVariables:
    """Correct a slope for the error of its exposure by moments.

    Parameters
    ----------
    fit
        From :func:`~wres_analysis.stats.linear.ols` or :func:`~wres_analysis.stats.linear.within`.
    column
        The exposure: the one column that has errors. The others are taken as free of them.
    error_variance
        (n,) variance of the error of each row given to the fit, in squared units of the exposure; 0 is a value known
        exactly, NaN an unknown one. Errors have mean zero and are independent between rows, whatever their variances.
    kind, cluster
        As :func:`~wres_analysis.stats.covariance.covariance`.
    weights
        (n,) those of the fit, or None if it had none.
    level
        Coverage, strictly between 0 and 1.

    Returns
    -------
    ErrorsInVariables

    Raises
    ------
    ValueError
        If ``column`` is not in the fit, lengths differ, a variance is negative, or as ``covariance``. Never because
        of what the data cannot answer.

    Notes
    -----
    Let ``x`` be what the other columns and the fixed effects leave of the exposure (times the root weights ``r``), M
    the matrix that leaves it, and ``v`` the variances. Of each row's error variance a part of exactly ``M[i, i]``
    remains on average, so ``E(x @ x)`` is the sum of squares of the truth plus ``e = sum(M[i, i] * r[i]**2 * v[i])``.
    The reliability is ``1 - e / (x @ x)``, and the estimate solves ``sum(psi) = 0`` with
    ``psi[i] = x[i] * (y[i] - b * x[i]) + b * M[i, i] * r[i]**2 * v[i]`` (Fuller 1987, sections 2.2 and 3.1). With
    fixed effects of entities each cluster's ``psi`` has mean zero whatever the length of the panel.

    The limits are those of Fieller (1954): all ``b`` at which ``sum(psi)`` differs from zero by less than t times its
    standard error, which is taken from the sums of ``psi`` by cluster at that ``b``, about their mean, with the factor
    that ``kind`` names. They allow for the error of the reliability, and for variances that were themselves estimated
    row by row. The limits are infinite if and only if the true variance, what remains of ``x @ x`` without ``e``, does
    not differ from zero by the same test: then no ratio to it has a limit on at least one side.
    """
    if column not in fit.names:
        raise ValueError(f"no column {column!r} in the fit, which has {', '.join(fit.names)}")
    variance = np.asarray(error_variance, dtype=np.float64)
    weight = np.ones(fit.used.shape) if weights is None else np.asarray(weights, dtype=np.float64)
    if variance.shape != fit.used.shape or weight.shape != fit.used.shape:
        raise ValueError(f"{fit.used.size} variances are needed, one for each row; the shape given is {variance.shape}")
    if (variance < 0).any():
        raise ValueError(f"negative variance at position {int(np.flatnonzero(variance < 0)[0])}")
    position = fit.names.index(column)
    usual = covariance(fit, kind=kind, cluster=cluster, level=level)
    status = str(usual.status[position])
    if fit.workings is None or status != "ok":
        return _none(status, kind, level)
    variance, weight = variance[fit.used], weight[fit.used]
    if not np.isfinite(variance).all():
        return _none("unknown_error", kind, level)

    slope = fit.workings.influence[:, position]
    x = slope / (slope @ slope)
    y = fit.workings.residuals + fit.coefficients[position] * x
    remains = 1 - fit.workings.leverage + x**2 / (x @ x)  # the diagonal of M, which leaves the exposure itself in
    squares = x**2
    truth = squares - remains * weight * variance
    parts = np.column_stack([x * y, truth, squares])
    if kind == "HC3":
        scores = parts / (1 - fit.workings.leverage)[:, None]
    elif cluster is None:
        scores = parts
    else:
        codes = np.unique(group_codes(cluster, fit.used.size)[fit.used], return_inverse=True)[1].astype(np.int64)
        scores = group_sums(parts, codes)
    together, left, whole = (float(total) for total in parts.sum(axis=0))
    spread = usual.factor * np.cov(scores, rowvar=False, ddof=0) * len(scores)
    critical = float(student.ppf(0.5 + level / 2, usual.df))

    reliability = left / whole
    half = critical * sqrt(_variance(spread[1:, 1:], reliability)) / whole
    result = {
        "reliability": reliability,
        "reliability_low": reliability - half,
        "reliability_high": min(reliability + half, 1.0),
        "observed": float(fit.coefficients[position]),
        "df": usual.df,
    }
    if reliability < RELIABILITY_FLOOR:
        return _none("too_unreliable", kind, level, **result)
    estimate = together / left
    low, high = _fieller(together, left, spread[:2, :2], critical)
    return ErrorsInVariables(
        **result,
        estimate=estimate,
        std_error=sqrt(_variance(spread[:2, :2], estimate)) / left,
        low=low,
        high=high,
        kind=kind,
        level=level,
        status="ok" if np.isfinite(low) else "unbounded",
    )


def _variance(spread: FloatArray, ratio: float) -> float:
    """Variance of a total less ``ratio`` times another, from their (2, 2) covariance."""
    return max(float(spread[0, 0] - 2 * ratio * spread[0, 1] + ratio**2 * spread[1, 1]), 0.0)


def _fieller(top: float, bottom: float, spread: FloatArray, critical: float) -> tuple[float, float]:
    """Limits of ``top / bottom`` from their (2, 2) covariance; infinite where ``bottom`` cannot be told from zero."""
    a = bottom**2 - critical**2 * spread[1, 1]
    if a <= 0:
        return -inf, inf
    b = top * bottom - critical**2 * spread[0, 1]
    c = top**2 - critical**2 * spread[0, 0]
    root = sqrt(max(b**2 - a * c, 0.0))
    return float((b - root) / a), float((b + root) / a)


def _none(status: str, kind: str, level: float, **known: float) -> ErrorsInVariables:
    """A result without an estimate."""
    words = ("kind", "level", "status")
    numbers = {one.name: nan for one in fields(ErrorsInVariables) if one.name not in words}
    return ErrorsInVariables(**(numbers | known), kind=kind, level=level, status=status)
