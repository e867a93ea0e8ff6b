"""Fractional logit: a model for shares between 0 and 1, both included, whose effects cannot leave that range.

What the data cannot answer has a named status and no number. Standard errors are made in
:mod:`wres_analysis.stats.covariance` from the least squares of the last step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from wres_analysis.stats.covariance import Covariance
from wres_analysis.stats.linear import FloatArray, LinearFit, ols

__all__ = ["AverageEffect", "FractionalFit", "average_effect", "fractional"]

_STEPS = 50
#: Change of a log odds between steps from which on nothing changes: steps come twice as close in digits each time.
_STILL = 1e-9
#: Log odds beyond which a share is 0 or 1 but for rounding: the columns part zeros from ones.
_ENDLESS = 30.0


@dataclass(frozen=True, slots=True)
class FractionalFit:
    """A fitted fractional logit, or the reason why there is none.

    Parameters
    ----------
    names
        The columns, ``intercept`` first.
    coefficients
        (k,) log odds for one unit of each column; NaN unless ``status`` is ``ok``.
    fitted
        (m,) fitted shares of the rows used.
    prior
        (m,) their weights, adding up to 1.
    used
        (n,) whether a row was used.
    n_obs, n_missing
        Rows used, and left out for a missing value or a weight of zero.
    status
        ``ok``; ``out_of_range`` (an outcome below 0 or above 1); ``separated`` (the columns part zeros from ones, and
        the best log odds are endless); ``not_converged``; else as :func:`~wres_analysis.stats.linear.ols`.
    blamed
        The columns that the status is about.
    last
        The weighted least squares of the last step, on the used rows: the same coefficients. Its
        :func:`~wres_analysis.stats.covariance.covariance` is the sandwich of this model. None unless ``status`` is
        ``ok``.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    fitted: FloatArray
    prior: FloatArray
    used: npt.NDArray[np.bool_]
    n_obs: int
    n_missing: int
    status: str
    blamed: tuple[str, ...] = ()
    last: LinearFit | None = None


@dataclass(frozen=True, slots=True)
class AverageEffect:
    """By how much the mean share changes for one more unit of a column, and the standard error of that."""

    estimate: float
    std_error: float


def fractional(
    y: npt.ArrayLike, X: npt.ArrayLike, *, weights: npt.ArrayLike | None = None, names: Sequence[str] | None = None
) -> FractionalFit:
    """Fit shares by the quasi-likelihood of a coin with the share as its chance.

    Parameters
    ----------
    y
        (n,) shares from 0 to 1; NaN is missing.
    X
        (n, k) or (n,) columns, without the constant; NaN is missing.
    weights
        (n,) weights; their scale does not matter.
    names
        Names of the columns of ``X``; ``x0``, ``x1`` and so on if not given.

    Returns
    -------
    FractionalFit

    Raises
    ------
    ValueError
        As :func:`~wres_analysis.stats.linear.ols`. Never because of the data.

    Notes
    -----
    Papke and Wooldridge (1996). The mean alone has to be right, ``E(y) = 1 / (1 + exp(-x'b))``; what spread there is
    around it, the sandwich finds out. Newton's steps, each a weighted least squares.
    """
    shares, columns = np.asarray(y, dtype=np.float64), np.asarray(X, dtype=np.float64)
    plain = ols(shares, columns, weights=weights, names=names)
    weight = np.ones(shares.size) if weights is None else np.asarray(weights, dtype=np.float64)
    used = plain.used

    def no_fit(status: str, blamed: tuple[str, ...] = ()) -> FractionalFit:
        none = np.full(plain.n_obs, np.nan)
        k = len(plain.names)
        return FractionalFit(
            plain.names, np.full(k, np.nan), none, none, used, plain.n_obs, plain.n_missing, status, blamed
        )

    if plain.status not in ("ok", "exact_fit"):  # a straight line may be exact where this curve is not
        return no_fit(plain.status, plain.blamed)
    share, prior = shares[used], weight[used] / weight[used].sum()
    if share.min() < 0 or share.max() > 1:
        return no_fit("out_of_range")
    inside = columns.reshape(shares.size, -1)[used]
    odds = logit((share + 0.5) / 2)
    for _ in range(_STEPS):
        mean = expit(odds)
        spread = mean * (1 - mean)
        if not spread.min() > 0:
            return no_fit("separated")
        step = ols(odds + (share - mean) / spread, inside, weights=prior * spread, names=plain.names[1:])
        if step.status != "ok":
            return no_fit(step.status, step.blamed)
        before, odds = odds, step.coefficients[0] + inside @ step.coefficients[1:]
        if np.abs(odds - before).max() < _STILL:
            mean = expit(odds)
            return FractionalFit(
                plain.names, step.coefficients, mean, prior, used, plain.n_obs, plain.n_missing, "ok", (), step
            )
    return no_fit("separated" if np.abs(odds).max() > _ENDLESS else "not_converged")


def average_effect(fit: FractionalFit, cov: Covariance, column: str) -> AverageEffect:
    """Average change of the share for one unit of a column, over the rows as they are.

    Parameters
    ----------
    fit
        A fit with status ``ok``.
    cov
        Covariance of its ``last``.
    column
        One of its columns, measured as a number.

    Returns
    -------
    AverageEffect

    Raises
    ------
    ValueError
        If the column is not in the fit.

    Notes
    -----
    The mean of ``m (1 - m) b`` over the rows, ``m`` their fitted shares, with the rows' weights; the error by the
    delta method, the rows taken as given.
    """
    if column not in fit.names:
        raise ValueError(f"there is no column {column!r}; the columns are {fit.names}")
    if fit.last is None or fit.last.workings is None:
        raise ValueError(f"there is no estimate: {fit.status}")
    place = fit.names.index(column)
    slope = fit.fitted * (1 - fit.fitted)
    bend = slope * (1 - 2 * fit.fitted)
    # The columns as they were: the last step has them times the root of its weights.
    columns = fit.last.workings.design / np.sqrt(fit.prior * slope)[:, None]
    gradient = fit.coefficients[place] * (fit.prior * bend) @ columns
    gradient[place] += fit.prior @ slope
    known = np.flatnonzero(gradient != 0)
    error = np.sqrt(gradient[known] @ cov.matrix[np.ix_(known, known)] @ gradient[known])
    return AverageEffect(float(fit.prior @ slope * fit.coefficients[place]), float(error))
