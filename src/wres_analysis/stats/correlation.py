"""Correlations with intervals: Pearson, Spearman, partial, and within entities.

Several periods of one entity are not independent observations. So Pearson, Spearman and partial correlations are of
entities, each counted once (:func:`entity_means` makes one row of each), and :func:`within_entities` is of what
changes inside them, with errors that allow for any dependence among the periods of one.

What the data cannot answer has a named status and no number.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata
from scipy.stats import t as student

from wres_analysis.stats.covariance import cluster_factor
from wres_analysis.stats.linear import TOLERANCE, FloatArray, group_codes, group_sums, within

__all__ = ["FEWEST", "Correlation", "entity_means", "partial", "pearson", "spearman", "within_entities"]

#: Fewer entities than this, less one for each covariate, and n - 3 leaves too little to divide by.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Correlation:
    """A correlation with its interval and test against zero, or the reason why there is none.

    Parameters
    ----------
    estimate, low, high
        The correlation and its limits at ``level``; NaN unless ``status`` is ``ok``.
    p_value, df
        Two-sided, by t with ``df`` degrees of freedom.
    std_error
        Of the correlation's inverse hyperbolic tangent (Fisher's z).
    n_rows, n_entities
        Complete rows, and entities among them.
    n_effective
        How many independent pairs the interval counts: entities less covariates; within entities 3 + 1/std_error**2,
        the number for which Fisher's interval is as wide.
    n_missing
        Rows left out because a value is missing.
    method
        How interval and p were made, in words.
    status
        ``ok``; ``all_missing``; ``too_few``; ``constant_exposure``, ``constant_outcome`` (the first or the second does
        not vary, or not beside covariates or within entities); ``exact_fit`` (the one gives the other exactly).
    level
        Coverage aimed at.
    """

    estimate: float
    low: float
    high: float
    p_value: float
    df: float
    std_error: float
    n_rows: int
    n_entities: int
    n_effective: float
    n_missing: int
    method: str
    status: str
    level: float


def entity_means(values: npt.ArrayLike, *, entity: npt.ArrayLike, time: npt.ArrayLike | None = None) -> FloatArray:
    """Make one row of each entity.

    Parameters
    ----------
    values
        (n, k) complete numbers.
    entity, time
        (n,) labels. With ``time`` each value first gives up the mean of its period, so that entities that were seen in
        other periods do not differ for that alone; the mean of all is put back.

    Returns
    -------
    (m, k) array
        Means, entities in the order of their sorted labels.

    Raises
    ------
    ValueError
        If a label is missing, or lengths differ.
    """
    columns = np.array(values, dtype=np.float64)
    if not len(columns):
        return columns
    codes = group_codes(entity, len(columns))
    if (codes < 0).any():
        raise ValueError("every row needs its entity")
    codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    if time is not None:
        periods = np.unique(group_codes(time, len(columns)), return_inverse=True)[1].astype(np.int64)
        sizes = np.bincount(periods)[:, None]
        columns = columns - (group_sums(columns, periods) / sizes)[periods] + columns.mean(axis=0)
    return group_sums(columns, codes) / np.bincount(codes)[:, None]


def pearson(x: npt.ArrayLike, y: npt.ArrayLike, *, level: float = 0.95) -> Correlation:
    """Pearson's correlation of independent pairs, with Fisher's interval and the t test.

    Parameters
    ----------
    x, y
        (n,) values; NaN is missing.
    level
        Coverage, strictly between 0 and 1.

    Raises
    ------
    ValueError
        If lengths differ or the level is none. Never because of the data.
    """
    return partial(x, y, None, level=level)


def partial(
    x: npt.ArrayLike, y: npt.ArrayLike, covariates: npt.ArrayLike | None, *, level: float = 0.95
) -> Correlation:
    """Pearson's correlation of what covariates leave of two variables, for independent rows.

    Parameters
    ----------
    x, y
        (n,) values; NaN is missing.
    covariates
        (n, k) columns, or None. Columns that others give are not counted twice.
    level
        Coverage.

    Notes
    -----
    Fisher (1924): as a correlation of n - k pairs. The interval is tanh(atanh(r) +- z / sqrt(n - k - 3)), p by t with
    n - k - 2 degrees of freedom.
    """
    first, second, others, missing = _complete(x, y, covariates, level)
    n = first.size
    basis = _basis(others)
    k = basis.shape[1] - 1
    counts = {"n_rows": n, "n_entities": n, "n_effective": float(n - k), "n_missing": missing, "level": level}
    if n - k < FEWEST:
        return _none("too_few" if n else "all_missing", counts)
    left, right = (values - basis @ (basis.T @ values) for values in (first, second))
    if status := _flat(left, first, right, second):
        return _none(status, counts)
    r = float(left @ right / sqrt((left @ left) * (right @ right)))
    beside = f", {k} covariate columns" if k else ""
    said = f"Fisher's z with standard error 1/sqrt(n-k-3), n={n}{beside}; p by t with {n - k - 2} degrees of freedom"
    return _answer(r, 1 / sqrt(n - k - 3), float(n - k - 2), said.replace("n-k", "n") if not k else said, counts)


def spearman(x: npt.ArrayLike, y: npt.ArrayLike, *, level: float = 0.95) -> Correlation:
    """Spearman's rank correlation of independent pairs, ties at their mean rank.

    Parameters
    ----------
    x, y
        (n,) values; NaN is missing.
    level
        Coverage.

    Notes
    -----
    The interval is Bonett and Wright's (2000): atanh(rho) has the standard error sqrt((1 + rho^2/2)/(n - 3)). p by t
    with n - 2 degrees of freedom, as scipy and R's ``exact = FALSE``.
    """
    first, second, _, missing = _complete(x, y, None, level)
    n = first.size
    counts = {"n_rows": n, "n_entities": n, "n_effective": float(n), "n_missing": missing, "level": level}
    if n < FEWEST:
        return _none("too_few" if n else "all_missing", counts)
    left, right = (rankdata(values) - (n + 1) / 2 for values in (first, second))
    if status := _flat(left, left + n, right, right + n):
        return _none(status, counts)
    rho = float(left @ right / sqrt((left @ left) * (right @ right)))
    said = (
        f"Bonett-Wright: atanh(rho) has the standard error sqrt((1 + rho^2/2)/(n - 3)), n={n}; "
        f"p by t with {n - 2} degrees of freedom"
    )
    return _answer(rho, sqrt((1 + rho**2 / 2) / (n - 3)), float(n - 2), said, counts)


def within_entities(
    x: npt.ArrayLike, y: npt.ArrayLike, *, entity: npt.ArrayLike, time: npt.ArrayLike | None = None, level: float = 0.95
) -> Correlation:
    """Correlation of what changes inside entities: means of entities, and of periods, are taken out of both.

    Parameters
    ----------
    x, y
        (n,) values; NaN is missing.
    entity, time
        (n,) labels. Without ``time`` only entities are taken out, and the estimate is the repeated-measures
        correlation of Bland and Altman (1995).
    level
        Coverage.

    Returns
    -------
    Correlation
        Rows that are alone in their entity or period are left out (counted under ``n_missing``).

    Notes
    -----
    With x and y scaled to a mean square of one, row i moves the correlation by u = x y - r (x^2 + y^2) / 2. The sum of
    squares of u's totals by entity, over n^2, is its variance whatever the dependence inside entities is; it is
    multiplied by CR1's factor. The interval is made on Fisher's scale with t of G - 1 degrees of freedom, for G
    entities, and p comes from the same ratio.
    """
    first, second, _, _ = _complete(x, y, None, level, drop=False)
    if not first.size:
        return pearson(first, second, level=level)
    fit = within(second, first, entity=entity, time=time)
    counts = {"n_rows": fit.n_obs, "n_missing": fit.n_missing + fit.n_single, "level": level}
    counts |= {"n_entities": 0, "n_effective": np.nan}
    if fit.workings is None or fit.workings.entity is None:
        return _none(fit.status, counts)
    codes = np.unique(fit.workings.entity, return_inverse=True)[1].astype(np.int64)
    groups = int(codes.max()) + 1
    counts["n_entities"] = groups
    if groups < FEWEST:
        return _none("too_few", counts)
    n = fit.n_obs
    left = fit.workings.design[:, 0]
    right = left * fit.coefficients[0] + fit.workings.residuals
    left, right = (values * sqrt(n / (values @ values)) for values in (left, right))
    r = float(left @ right / n)
    moves = left * right - r * (left**2 + right**2) / 2
    factor, _ = cluster_factor(fit, codes, "nonnested")
    totals = group_sums(moves[:, None], codes)[:, 0]
    error = sqrt(factor * float(totals @ totals)) / n / (1 - r**2)
    if not error > 0:
        return _none("exact_fit", counts)
    counts["n_effective"] = 3 + 1 / error**2
    said = (
        f"means of {groups} entities{'' if time is None else ' and of periods'} taken out; error of Fisher's z "
        f"clustered by entity (CR1), worth {counts['n_effective']:.0f} independent pairs; interval and p by t with "
        f"{groups - 1} degrees of freedom"
    )
    return _answer(r, error, float(groups - 1), said, counts, by_error=True)


def _complete(
    x: npt.ArrayLike, y: npt.ArrayLike, covariates: npt.ArrayLike | None, level: float, *, drop: bool = True
) -> tuple[FloatArray, FloatArray, FloatArray, int]:
    """Return the arrays of complete rows, and how many rows were left out."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, such as 0.95; it is {level}")
    first, second = (np.asarray(values, dtype=np.float64) for values in (x, y))
    others = np.empty((first.size, 0)) if covariates is None else np.asarray(covariates, dtype=np.float64)
    others = others[:, None] if others.ndim == 1 else others
    if first.ndim != 1 or first.shape != second.shape or len(others) != first.size:
        raise ValueError(f"lengths differ: {first.shape}, {second.shape} and {others.shape}")
    if not drop:
        return first, second, others, 0
    good = np.isfinite(first) & np.isfinite(second) & np.isfinite(others).all(axis=1)
    return first[good], second[good], others[good], int((~good).sum())


def _basis(covariates: FloatArray) -> FloatArray:
    """Orthonormal columns for a constant and the covariates: as many as are not given by others."""
    n = len(covariates)
    constant = np.full((n, 1), 1 / sqrt(max(n, 1)))
    centred = covariates - constant @ (constant.T @ covariates)
    length = np.linalg.norm(centred, axis=0)
    varying = length > TOLERANCE * np.linalg.norm(covariates, axis=0)
    if not varying.any():
        return constant
    left, size, _ = np.linalg.svd(centred[:, varying] / length[varying], full_matrices=False)
    return np.column_stack([constant, left[:, size > TOLERANCE * size[0]]])


def _flat(left: FloatArray, first: FloatArray, right: FloatArray, second: FloatArray) -> str:
    """The status where one of two variables has nothing left that varies; empty where both have."""
    for status, rest, whole in (("constant_exposure", left, first), ("constant_outcome", right, second)):
        if np.linalg.norm(rest) <= TOLERANCE * np.linalg.norm(whole):
            return status
    return ""


def _answer(
    r: float, error: float, df: float, method: str, counts: dict[str, float], *, by_error: bool = False
) -> Correlation:
    if abs(r) > 1 - 1e-12:
        return _none("exact_fit", counts)
    z = np.arctanh(r)
    level = counts["level"]
    if by_error:
        t, half = z / error, student.ppf(0.5 + level / 2, df) * error
    else:
        t, half = r * sqrt(df / (1 - r**2)), norm.ppf(0.5 + level / 2) * error
    return Correlation(
        estimate=r,
        low=float(np.tanh(z - half)),
        high=float(np.tanh(z + half)),
        p_value=float(2 * student.sf(abs(t), df)),
        df=df,
        std_error=error,
        method=method,
        status="ok",
        **counts,  # type: ignore[arg-type]
    )


def _none(status: str, counts: dict[str, float]) -> Correlation:
    nan = float("nan")
    return Correlation(nan, nan, nan, nan, nan, nan, method="", status=status, **counts)  # type: ignore[arg-type]
