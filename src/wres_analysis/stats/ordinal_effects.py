"""What a proportional-odds model says in shares of rows, and whether its one slope holds at every threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from scipy.stats import chi2
from scipy.stats import f as fisher
from scipy.stats import t as student

from wres_analysis.stats.linear import FloatArray, group_codes
from wres_analysis.stats.ordinal import (
    OrdinalCovariance,
    OrdinalFit,
    OrdinalWorkings,
    cluster_scores,
    ordinal,
    ordinal_covariance,
    sandwich_factor,
)

__all__ = [
    "CategoryNumbers",
    "ProportionalOddsCheck",
    "average_effects",
    "predicted_probabilities",
    "proportional_odds_check",
]


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


@dataclass(frozen=True, slots=True)
class ProportionalOddsCheck:
    """Wald test of one slope at every threshold, from separate binary fits of J-1 splits.

    Parameters
    ----------
    splits
        (J-1,) the lowest category above each split.
    coefficients, std_errors
        (J-1, k) log odds of being above the split; NaN where ``split_status`` is not ``ok``.
    split_status
        (J-1,) status of each binary fit.
    statistic, p_values
        (k,) Wald statistic of each column by itself and its p-value; NaN unless ``status`` is ``ok``, and for a
        column that one cluster carries.
    df
        Its degrees of freedom, J-2.
    all_statistic, all_p, all_df
        The same for all columns together. NaN also where there are no more clusters than degrees of freedom, or one
        cluster carries a column.
    df_clusters
        Second degrees of freedom of F, clusters less one; infinite where the test is one of chi-squared.
    status
        ``ok``; the status of the fit; ``two_categories`` (there is one threshold only); ``degenerate_split`` (a
        binary fit has no estimate); ``one_cluster`` or ``missing_cluster``.
    """

    splits: FloatArray
    coefficients: FloatArray
    std_errors: FloatArray
    split_status: tuple[str, ...]
    statistic: FloatArray
    p_values: FloatArray
    df: int
    all_statistic: float
    all_p: float
    all_df: int
    df_clusters: float
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


def proportional_odds_check(fit: OrdinalFit, *, cluster: npt.ArrayLike | None = None) -> ProportionalOddsCheck:
    """Test whether the slopes are the same at every threshold.

    Parameters
    ----------
    fit
        From :func:`~wres_analysis.stats.ordinal.ordinal`.
    cluster
        (n,) labels, one for each row that was given to the fit; None takes rows as independent.

    Returns
    -------
    ProportionalOddsCheck

    Notes
    -----
    Brant (1990): one binary logit for each split into "above" and "not above", and a Wald test of equal slopes from
    their joint covariance. Without clusters that is Brant's, from the fitted binary probabilities, and the statistic
    is one of chi-squared. With clusters it is the sandwich of the stacked scores with the factor of CR1, and the
    statistic over its degrees of freedom is one of F with clusters less one.
    """
    above = fit.categories[1:]
    splits, k = above.size, len(fit.names)
    empty = (np.full((splits, k), np.nan), np.full((splits, k), np.nan))

    def none(
        status: str, words: tuple[str, ...] = (), numbers: tuple[FloatArray, FloatArray] = empty
    ) -> ProportionalOddsCheck:
        nan = np.full(k, np.nan)
        df = max(splits - 1, 0)
        words = words or (status,) * splits
        return ProportionalOddsCheck(above, *numbers, words, nan, nan, df, np.nan, np.nan, k * df, np.nan, status)

    if fit.workings is None:
        return none(fit.status)
    if splits < 2:
        return none("two_categories")
    codes = None if cluster is None else group_codes(cluster, fit.used.size)[fit.used]
    if codes is not None and (codes < 0).any():
        return none("missing_cluster")
    groups = 0 if codes is None else np.unique(codes).size
    if groups == 1:
        return none("one_cluster")
    w = fit.workings
    binary = [ordinal((w.codes > j).astype(float), w.design, weights=w.weights, names=fit.names) for j in range(splits)]
    words = tuple(one.status for one in binary)
    kind = "model" if codes is None else "CR1"
    told = [ordinal_covariance(one, kind=kind, cluster=codes) for one in binary]  # type: ignore[arg-type]
    slopes = np.array([one.coefficients for one in binary])
    errors = np.array([one.std_errors[:k] for one in told])
    if set(words) != {"ok"}:
        return none("degenerate_split", words, (slopes, errors))
    if codes is None:
        joint = _joint_model(binary)
    else:
        moves = np.column_stack([cluster_scores(one.workings, codes)[:, :k] for one in binary if one.workings])
        joint = sandwich_factor(fit.n_obs, groups, k + 1)[0] * moves.T @ moves
    contrast = np.column_stack([np.ones(splits - 1), -np.eye(splits - 1)])  # the first split less each other
    single = [_wald(contrast @ slopes[:, i], contrast @ joint[i::k, i::k] @ contrast.T) for i in range(k)]
    every = np.kron(contrast, np.eye(k))
    df, all_df = splits - 1, k * (splits - 1)
    carried = told[0].status[:k] != "ok"  # the scores of one cluster are zero by construction
    single = [np.nan if alone else value for alone, value in zip(carried, single, strict=True)]
    told_all = not carried.any() and (not groups or groups > all_df)
    whole = _wald(every @ slopes.ravel(), every @ joint @ every.T) if told_all else np.nan
    freedom = np.inf if not groups else groups - 1.0
    return ProportionalOddsCheck(
        splits=above,
        coefficients=slopes,
        std_errors=errors,
        split_status=words,
        statistic=np.array(single),
        p_values=np.array([_tail(value, df, freedom) for value in single]),
        df=df,
        all_statistic=whole,
        all_p=_tail(whole, all_df, freedom),
        all_df=all_df,
        df_clusters=freedom,
        status="ok",
    )


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


def _joint_model(binary: list[OrdinalFit]) -> FloatArray:
    """(k*splits, k*splits) covariance of the slopes of binary fits to the same rows, from their probabilities."""
    parts = []
    for one in binary:
        assert one.workings is not None
        z = np.column_stack([one.workings.design, -np.ones(one.n_obs)])
        parts.append((z, one.workings.weights, expit(z @ [*one.coefficients, *one.thresholds]), one.workings.inverse))
    k = len(binary[0].names)
    rows = []
    for j, (z, weights, first, left) in enumerate(parts):
        row = []
        for m, (_, _, second, right) in enumerate(parts):
            # Who is above the higher split is above the lower one too.
            together = second * (1 - first) if m >= j else first * (1 - second)
            row.append((left @ (z.T @ (z * (weights * together)[:, None])) @ right)[:k, :k])
        rows.append(row)
    return np.block(rows)


def _wald(difference: FloatArray, matrix: FloatArray) -> float:
    try:
        return float(difference @ np.linalg.solve(matrix, difference))
    except np.linalg.LinAlgError:
        return float("nan")


def _tail(statistic: float, df: int, df_clusters: float) -> float:
    if np.isinf(df_clusters):
        return float(chi2.sf(statistic, df))
    return float(fisher.sf(statistic / df, df, df_clusters))
