"""What a proportional-odds model says in shares of rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from scipy.stats import t as student

from wres_analysis.stats.linear import FloatArray
from wres_analysis.stats.ordinal import OrdinalCovariance, OrdinalFit, OrdinalWorkings

__all__ = ["CategoryNumbers", "average_effects", "predicted_probabilities"]


@dataclass(frozen=True, slots=True)
class CategoryNumbers:
    """A number for each of J categories, or for v values of a column and J categories, with its interval.

    Parameters
    ----------
    categories
        (J,) values of the outcome, ascending.
    at
        (v,) values of the column; empty for average effects.
    values, std_errors, low, high
        (J,) or (v, J) numbers, delta-method standard errors and limits at the level of the covariance; NaN unless
        ``status`` is ``ok``.
    status
        ``ok``, or the first status of the covariance that is not.
    """

    categories: FloatArray
    at: FloatArray
    values: FloatArray
    std_errors: FloatArray
    low: FloatArray
    high: FloatArray
    status: str


def predicted_probabilities(fit: OrdinalFit, cov: OrdinalCovariance, column: str, at: npt.ArrayLike) -> CategoryNumbers:
    """Share of each category if the column had one value in every row, and all else were as it is.

    Parameters
    ----------
    fit, cov
        A fit and its covariance.
    column
        One of ``fit.names``.
    at
        (v,) values.

    Returns
    -------
    CategoryNumbers
        Averages over the (weighted) rows. Limits are symmetric in the log odds, so they stay between 0 and 1; the
        values of the other columns are taken as given.
    """
    points = np.atleast_1d(np.asarray(at, dtype=np.float64))
    place = fit.names.index(column)
    if fit.workings is None:
        return _no_numbers(fit, points, fit.status)
    x = fit.workings.design.copy()
    values, slopes = [], []
    for point in points:
        x[:, place] = point
        share, slope = _cumulative(fit, fit.workings, x)
        values.append(_by_category(share, ends=True))
        slopes.append(_by_category(slope))
    value, error = np.array(values), _errors(np.array(slopes), cov)
    half = student.ppf(0.5 + cov.level / 2, cov.df) * error / (value * (1 - value))
    middle = np.log(value) - np.log1p(-value)
    return _numbers(fit, points, value, error, expit(middle - half), expit(middle + half), cov)


def average_effects(fit: OrdinalFit, cov: OrdinalCovariance, column: str) -> CategoryNumbers:
    """Average over the rows of what one unit of a column adds to the probability of each category.

    Parameters
    ----------
    fit, cov, column
        As :func:`predicted_probabilities`.

    Returns
    -------
    CategoryNumbers
        Slopes at each row's own values; over the categories they add up to zero.
    """
    none = np.empty(0)
    place = fit.names.index(column)
    if fit.workings is None:
        return _no_numbers(fit, none, fit.status)
    x, weights = fit.workings.design, fit.workings.weights / fit.workings.weights.sum()
    below = expit(fit.thresholds - (x @ fit.coefficients)[:, None])
    density = below * (1 - below)
    bend = weights[:, None] * density * (1 - 2 * below)
    mean = weights @ density
    beta = fit.coefficients[place]
    slope = -beta * np.column_stack([-bend.T @ x, np.diag(bend.sum(axis=0))])
    slope[:, place] -= mean
    value, error = _by_category(-beta * mean), _errors(_by_category(slope), cov)
    half = student.ppf(0.5 + cov.level / 2, cov.df) * error
    return _numbers(fit, none, value, error, value - half, value + half, cov)


def _cumulative(fit: OrdinalFit, w: OrdinalWorkings, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean probability of each category or below, and its (J-1, k+J-1) slope in the parameters."""
    weights = w.weights / w.weights.sum()
    below = expit(fit.thresholds - (x @ fit.coefficients)[:, None])
    density = weights[:, None] * below * (1 - below)
    return weights @ below, np.column_stack([-density.T @ x, np.diag(density.sum(axis=0))])


def _by_category(cumulative: FloatArray, *, ends: bool = False) -> FloatArray:
    """From J-1 rows for "category or below" to J rows for categories; ``ends`` for shares, which end at 1."""
    edge = np.zeros((1, *cumulative.shape[1:]))
    return np.asarray(np.diff(np.concatenate([edge, cumulative, edge + ends]), axis=0))


def _errors(slopes: FloatArray, cov: OrdinalCovariance) -> FloatArray:
    variance = np.einsum("...i,ij,...j->...", slopes, cov.matrix, slopes)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _numbers(
    fit: OrdinalFit,
    at: FloatArray,
    values: FloatArray,
    errors: FloatArray,
    low: FloatArray,
    high: FloatArray,
    cov: OrdinalCovariance,
) -> CategoryNumbers:
    bad = cov.status[cov.status != "ok"]
    if bad.size:
        return _no_numbers(fit, at, str(bad[0]))
    return CategoryNumbers(fit.categories, at, values, errors, low, high, "ok")


def _no_numbers(fit: OrdinalFit, at: FloatArray, status: str) -> CategoryNumbers:
    nan = np.full((at.size, fit.categories.size) if at.size else fit.categories.shape, np.nan)
    return CategoryNumbers(fit.categories, at, nan, nan, nan, nan, status)
