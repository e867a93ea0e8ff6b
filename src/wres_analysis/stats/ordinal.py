"""Ordered categories: proportional odds (cumulative logit) by Newton's method, with errors that may be clustered.

``P(Y <= j) = F(threshold_j - x @ b)`` with F the logistic function, so a positive coefficient goes with higher
categories, and ``exp(b)`` is the factor on the odds of being above a threshold: the same for every threshold, which is
the assumption that :func:`~wres_analysis.stats.ordinal_check.proportional_odds_check` looks at. What the data
cannot answer has a named status and no number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from wres_analysis.stats.covariance import FEW_CLUSTERS, covariance
from wres_analysis.stats.cumulative_logit import climb, endless_direction, likelihood
from wres_analysis.stats.linear import BoolArray, FloatArray, IntArray, LinearFit, group_codes, group_sums, ols

__all__ = ["OrdinalCovariance", "OrdinalFit", "OrdinalKind", "OrdinalWorkings", "ordinal", "ordinal_covariance"]

OrdinalKind = Literal["model", "CR0", "CR1"]

#: A likelihood that has a maximum is at it after four to eight steps; one that has none goes up for ever, by a factor
#: on what is left with each step. From so many steps on it is worth while to look whether there is a maximum.
_SUSPICIOUS = 12


@dataclass(frozen=True, slots=True)
class OrdinalWorkings:
    """What errors, effects and checks need of a fit, for its m used rows, k columns and J categories.

    Parameters
    ----------
    design
        (m, k) columns.
    codes
        (m,) categories as 0 to J-1.
    weights
        (m,) weights.
    scores
        (m, k+J-1) gradient of each row's log likelihood, columns first, then thresholds.
    inverse
        (k+J-1, k+J-1) inverse of the observed information.
    linear
        Least squares of the codes on the columns: what it says of rank, clusters and leverage holds here too.
    """

    design: FloatArray
    codes: IntArray
    weights: FloatArray
    scores: FloatArray
    inverse: FloatArray
    linear: LinearFit


@dataclass(frozen=True, slots=True)
class OrdinalFit:
    """A fitted proportional-odds model, or the reason why there is none.

    Parameters
    ----------
    names
        The k columns, in the order of ``coefficients``.
    categories, counts
        (J,) values of the outcome in the used rows, ascending, and the rows of each.
    coefficients
        (k,) log odds of a higher category for one unit of each column; NaN unless ``status`` is ``ok``.
    thresholds
        (J-1,) the log odds, where all columns are zero, of being in the category or below; ascending; NaN unless
        ``status`` is ``ok``.
    used
        (n,) whether the row was used.
    n_obs, n_missing
        Rows used, and rows left out because a value is missing or not finite, or the weight is zero.
    log_likelihood, log_likelihood_null
        At the maximum, and of thresholds alone.
    steps
        Steps of Newton's method.
    status
        ``ok``; ``all_missing`` (no complete row); ``too_few`` (no more rows than parameters); ``constant_exposure``
        (columns do not vary); ``singular`` (columns are combinations of each other); ``constant_outcome`` (one
        category); ``separated`` (a combination of columns tells categories apart without exception, so the
        likelihood has no maximum); ``not_converged``.
    blamed
        The columns that ``constant_exposure``, ``singular`` or ``separated`` is about.
    workings
        What errors need; None unless ``status`` is ``ok``.
    """

    names: tuple[str, ...]
    categories: FloatArray
    counts: IntArray
    coefficients: FloatArray
    thresholds: FloatArray
    used: BoolArray
    n_obs: int
    n_missing: int
    log_likelihood: float
    log_likelihood_null: float
    steps: int
    status: str
    blamed: tuple[str, ...]
    workings: OrdinalWorkings | None


@dataclass(frozen=True, slots=True)
class OrdinalCovariance:
    """Standard errors, tests against zero and intervals for the columns and thresholds of a fit.

    Parameters
    ----------
    names, estimates
        (k+J-1,) the columns, then the thresholds as ``threshold 1`` and so on.
    matrix
        (k+J-1, k+J-1) covariance; NaN where a status is not ``ok``.
    std_errors, p_values, low, high
        (k+J-1,) standard errors, two-sided p-values against zero, limits at ``level``.
    df
        Degrees of freedom of t: clusters less one; infinite for ``model``; NaN where there is no covariance.
    kind
        ``model``, ``CR0`` or ``CR1``.
    factor, convention
        What the sandwich was multiplied by, and the formula of it with its numbers.
    n_clusters, few_clusters
        Clusters among the used rows (0 for ``model``), and whether they are fewer than
        :data:`~wres_analysis.stats.covariance.FEW_CLUSTERS`.
    effective_clusters
        (k+J-1,) to how many equally informative clusters those at hand amount for a column, by least squares of the
        codes; NaN for thresholds and for ``model``.
    status
        (k+J-1,) words: ``ok``; the status of the fit; ``one_cluster``; ``missing_cluster``;
        ``one_cluster_carries`` (without one of the clusters this column could not be told from the others).
    level
        Coverage aimed at.
    """

    names: tuple[str, ...]
    estimates: FloatArray
    matrix: FloatArray
    std_errors: FloatArray
    p_values: FloatArray
    low: FloatArray
    high: FloatArray
    df: float
    kind: OrdinalKind
    factor: float
    convention: str
    n_clusters: int
    few_clusters: bool
    effective_clusters: FloatArray
    status: npt.NDArray[np.object_]
    level: float


def ordinal(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> OrdinalFit:
    """Fit a proportional-odds model.

    Parameters
    ----------
    y
        (n,) outcome; its different values, in order, are the categories. NaN is missing.
    X
        (n, k) or (n,) columns, without a constant; NaN is missing.
    weights
        (n,) weights: a row of weight 2 counts as two rows. Their scale changes errors of kind ``model``, and no other
        number.
    names
        Names of the columns; ``x0``, ``x1`` and so on if not given.

    Returns
    -------
    OrdinalFit

    Raises
    ------
    ValueError
        If lengths differ, a weight is negative, or names are not one to a column. Never because of what is missing.

    Notes
    -----
    McCullagh (1980). Columns are centred and scaled, then Newton's method with the exact Hessian is run from the
    thresholds of the null model; a step that would not raise the likelihood or would cross thresholds is halved. The
    log likelihood is concave (Pratt 1981), so a stationary point is the maximum.

    ``separated`` is decided by a linear programme, not by the size of an estimate: there is no maximum if and only if
    some direction of the parameters lowers no row's likelihood and raises one (Albert and Anderson 1984; Haberman
    1977 for ordered categories). It is asked where Newton's method takes more than a dozen steps, which it does
    whenever there is such a direction, since each step then leaves a fixed share of what is to be gained.
    """
    outcome = np.asarray(y, dtype=np.float64)
    linear = ols(outcome, X, weights=weights, names=names)
    columns = np.asarray(X, dtype=np.float64).reshape(outcome.size, -1)
    weight = np.ones(outcome.shape) if weights is None else np.asarray(weights, dtype=np.float64)
    used = linear.used
    categories, codes, counts = np.unique(outcome[used], return_inverse=True, return_counts=True)
    labels = linear.names[1:]
    empty = OrdinalFit(
        names=labels,
        categories=categories,
        counts=counts.astype(np.int64),
        coefficients=np.full(len(labels), np.nan),
        thresholds=np.full(max(categories.size - 1, 0), np.nan),
        used=used,
        n_obs=linear.n_obs,
        n_missing=linear.n_missing,
        log_likelihood=np.nan,
        log_likelihood_null=np.nan,
        steps=0,
        status=linear.status,
        blamed=tuple(name for name in linear.blamed if name != "intercept"),
        workings=None,
    )
    # Categories that columns give exactly are no obstacle to least squares alone: here they are separated.
    if linear.status not in ("ok", "exact_fit"):
        return empty
    if linear.n_obs <= len(labels) + categories.size - 1:
        return replace(empty, status="too_few")
    return _fit(empty, columns[used], codes.astype(np.int64), weight[used], linear)


def ordinal_covariance(
    fit: OrdinalFit, *, kind: OrdinalKind, cluster: npt.ArrayLike | None = None, level: float = 0.95
) -> OrdinalCovariance:
    """Covariance of columns and thresholds.

    Parameters
    ----------
    fit
        From :func:`ordinal`.
    kind
        ``model``: the inverse of the observed information, as MASS's polr prints. ``CR0``: the sandwich with scores
        summed by cluster. ``CR1``: that times ``G/(G-1)*(n-1)/(n-K)``, K all columns and thresholds, which is
        sandwich's ``vcovCL(type = "HC1")``; its default has ``G/(G-1)`` alone, as has Stata.
    cluster
        (n,) labels, one for each row that was given to the fit; needed for CR0 and CR1, refused for ``model``.
    level
        Coverage, strictly between 0 and 1.

    Returns
    -------
    OrdinalCovariance

    Raises
    ------
    ValueError
        If an argument is not one of the above, or labels are missing or too few. Never because of the data.
    """
    if kind not in ("model", "CR0", "CR1"):
        raise ValueError(f"no such covariance of a proportional-odds model: {kind!r}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, such as 0.95; it is {level}")
    if (cluster is not None) != (kind != "model"):
        raise ValueError(f"{kind} {'takes no' if kind == 'model' else 'needs'} cluster")
    codes = None if cluster is None else group_codes(cluster, fit.used.size)
    size, k = fit.coefficients.size + fit.thresholds.size, fit.coefficients.size
    status, effective = np.full(size, fit.status, dtype=object), np.full(size, np.nan)
    matrix, factor, convention, df, groups = np.full((size, size), np.nan), np.nan, "", np.nan, 0
    if fit.workings is not None and codes is None:
        matrix, factor, convention, df = fit.workings.inverse, 1.0, "inverse of the observed information", np.inf
    elif fit.workings is not None and codes is not None:
        told = covariance(fit.workings.linear, kind="CR1", cluster=cluster, level=level)
        status[:k], effective[:k], groups = told.status[1:], told.effective_clusters[1:], told.n_clusters
        status[k:] = told.status[0] if told.status[0] != "one_cluster_carries" else "ok"
        if groups > 1:
            summed = cluster_scores(fit.workings, codes[fit.used])
            factor, convention = sandwich_factor(fit.n_obs, groups, size) if kind == "CR1" else (1.0, "1")
            matrix, df = factor * summed.T @ summed, groups - 1.0
    known = status == "ok"
    matrix = np.where(known[:, None] & known, matrix, np.nan)
    estimates = np.concatenate([fit.coefficients, fit.thresholds])
    errors = np.sqrt(np.diag(matrix))
    half = student.ppf(0.5 + level / 2, df) * errors
    return OrdinalCovariance(
        names=(*fit.names, *(f"threshold {j}" for j in range(1, fit.thresholds.size + 1))),
        estimates=estimates,
        matrix=matrix,
        std_errors=errors,
        p_values=2 * student.sf(np.abs(estimates / errors), df),
        low=estimates - half,
        high=estimates + half,
        df=df,
        kind=kind,
        factor=factor,
        convention=convention,
        n_clusters=groups,
        few_clusters=0 < groups < FEW_CLUSTERS,
        effective_clusters=effective,
        status=status,
        level=level,
    )


def cluster_scores(workings: OrdinalWorkings, codes: IntArray) -> FloatArray:
    """(G, k+J-1) what each cluster's scores move the estimates by: their cross product is CR0."""
    groups = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    return np.asarray(group_sums(workings.scores, groups) @ workings.inverse)


def sandwich_factor(n: int, groups: int, parameters: int) -> tuple[float, str]:
    """The factor of CR1, and its formula with its numbers."""
    factor = groups / (groups - 1) * (n - 1) / (n - parameters)
    return factor, f"G/(G-1)*(n-1)/(n-K), G={groups}, n={n}, K={parameters} (columns and thresholds)"


def _fit(empty: OrdinalFit, x: FloatArray, codes: IntArray, weights: FloatArray, linear: LinearFit) -> OrdinalFit:
    """Maximise the likelihood of (m, k) ``x`` and (m,) ``codes``, or say why not."""
    k, cuts = x.shape[1], empty.thresholds.size
    mean = np.average(x, axis=0, weights=weights)
    spread = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weights))
    scaled = (x - mean) / spread
    share = np.cumsum(np.bincount(codes, weights=weights))[:-1] / weights.sum()
    start = np.concatenate([np.zeros(k), np.log(share) - np.log1p(-share)])
    at, steps, reached = climb(start, scaled, codes, weights)
    if not reached or steps > _SUSPICIOUS:
        moving = endless_direction(scaled, codes, cuts)
        if moving is not None:
            blamed = tuple(name for name, moves in zip(empty.names, moving, strict=True) if moves)
            return replace(empty, status="separated", steps=steps, blamed=blamed)
    value, scores, information = likelihood(at, scaled, codes, weights)
    if not reached or not np.isfinite(value):
        return replace(empty, status="not_converged", steps=steps)
    # Back to the columns as they were given: b = b' / spread, threshold = threshold' + mean @ b.
    back = np.eye(k + cuts)
    back[:k, :k] = np.diag(1 / spread)
    back[k:, :k] = mean / spread
    at = back @ at
    forth = np.eye(k + cuts)
    forth[:k, :k] = np.diag(spread)
    forth[k:, :k] = -mean
    return replace(
        empty,
        coefficients=at[:k],
        thresholds=at[k:],
        log_likelihood=value,
        log_likelihood_null=likelihood(start, scaled, codes, weights)[0],
        steps=steps,
        status="ok",
        workings=OrdinalWorkings(
            design=x,
            codes=codes,
            weights=weights,
            scores=scores @ forth,
            inverse=back @ np.linalg.inv(information) @ back.T,
            linear=linear,
        ),
    )
