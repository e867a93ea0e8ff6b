"""How strong something unmeasured would have to be to make up an estimate: partial R-squared and robustness value."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan, sqrt

import numpy as np
from scipy.stats import t as student

from wres_analysis.stats.linear import LinearFit
from wres_analysis.stats.nulls import EValue, e_value

__all__ = ["Robustness", "e_value_odds_ratio", "robustness", "robustness_of_column"]

#: What ``e_value`` multiplies a standardised difference by; half a log odds ratio over it goes in as one.
_LOG_RATIO_PER_SD = 0.91


@dataclass(frozen=True, slots=True)
class Robustness:
    """How much of the rest an omitted variable would have to explain (Cinelli and Hazlett 2020); all from 0 to 1.

    Parameters
    ----------
    partial_r2
        The share of what the other columns leave of the outcome that the exposure explains. Something omitted that
        explained all of the outcome that is left would need to explain at least this share of the exposure.
    value
        Robustness value: something omitted that explains this share of what is left of the exposure and of the
        outcome, both, would bring the estimate to zero.
    limit
        The same for bringing the test at ``alpha`` to just not rejecting; 0 where it does not reject.
    alpha
        Level of that test.
    """

    partial_r2: float
    value: float
    limit: float
    alpha: float


def robustness(t: float, df: float, *, alpha: float = 0.05) -> Robustness:
    """Robustness value from the t statistic of least squares.

    Parameters
    ----------
    t, df
        The classical t statistic and the residual degrees of freedom. Of a robust or clustered t the partial
        R-squared would not be one.
    alpha
        Level of the test for ``limit``.

    Returns
    -------
    Robustness
        NaN where ``t`` is missing or ``df`` is not above 1.

    Raises
    ------
    ValueError
        If ``alpha`` does not lie between 0 and 1.

    Notes
    -----
    With ``f = abs(t) / sqrt(df)``, the value is ``(sqrt(f**4 + 4 * f**2) - f**2) / 2``. For ``limit`` f is less by the
    critical value of t with ``df - 1`` over ``sqrt(df - 1)``; where f is larger than the inverse of that, the
    confounder need not explain the exposure that well and the limit is ``(f**2 - c**2) / (1 + f**2)``.
    """
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha must lie between 0 and 1; it is {alpha}")
    if not isfinite(t) or not df > 1:
        return Robustness(nan, nan, nan, alpha)
    f = abs(t) / sqrt(df)
    critical = float(student.ppf(1 - alpha / 2, df - 1)) / sqrt(df - 1)
    if f <= critical:
        limit = 0.0
    elif f * critical > 1:
        limit = (f**2 - critical**2) / (1 + f**2)
    else:
        limit = _value(f - critical)
    return Robustness(t**2 / (t**2 + df), _value(f), limit, alpha)


def robustness_of_column(fit: LinearFit, column: str, *, alpha: float = 0.05) -> Robustness:
    """Robustness value of one column of a linear fit, whatever standard error is reported beside it.

    Parameters
    ----------
    fit
        A fit; fixed effects and weights may be in it.
    column
        One of its names.
    alpha
        Level of the test for ``limit``, which takes rows as independent and equally spread.

    Returns
    -------
    Robustness
        NaN where there is no fit.

    Raises
    ------
    ValueError
        If ``column`` is not in the fit, or as :func:`robustness`.
    """
    if column not in fit.names:
        raise ValueError(f"no column {column!r} in the fit, which has {', '.join(fit.names)}")
    if fit.workings is None:
        return robustness(nan, nan, alpha=alpha)
    position = fit.names.index(column)
    variance = float(np.sum(fit.workings.residuals**2)) / fit.df_residual
    error = sqrt(variance) * float(np.linalg.norm(fit.workings.influence[:, position]))
    return robustness(float(fit.coefficients[position]) / error, fit.df_residual, alpha=alpha)


def e_value_odds_ratio(log_odds: float, low: float, high: float) -> EValue:
    """E-value of a log odds ratio of an outcome that is not rare.

    Parameters
    ----------
    log_odds, low, high
        Log odds ratio of the contrast of interest, and its limits. NaN is missing.

    Returns
    -------
    EValue

    Raises
    ------
    ValueError
        If the estimate lies outside its limits.

    Notes
    -----
    VanderWeele and Ding (2017): the odds ratio of a common outcome is about the square of a risk ratio, so the
    E-value is that of its square root. For an ordinal outcome the odds are those of any cut between two of its values.
    """
    return e_value(*(value / 2 / _LOG_RATIO_PER_SD for value in (log_odds, low, high)))


def _value(f: float) -> float:
    return (sqrt(f**4 + 4 * f**2) - f**2) / 2
