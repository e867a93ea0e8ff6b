"""Score bootstrap of one slope of a proportional-odds model, for few clusters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from wres_analysis.stats.bootstrap import wild_multipliers
from wres_analysis.stats.cumulative_logit import climb, likelihood
from wres_analysis.stats.linear import group_sums
from wres_analysis.stats.ordinal import OrdinalFit, ordinal_covariance

__all__ = ["ScoreBootstrap", "score_bootstrap"]

#: Limits are found to this share of CR1's standard error.
_FINE = 1e-3
#: A limit so many standard errors away is none.
_FAR = 64.0
#: Statistics closer than this, relative to the observed one, are the same: sums of equal numbers in other orders.
_TIE = 1e-10


@dataclass(frozen=True, slots=True)
class ScoreBootstrap:
    """Test and interval of one slope.

    Parameters
    ----------
    p_value
        Two-sided, against zero. Enumerated: the share of draws at least as large as the data; sampled: the same with
        the data counted as one more draw.
    low, high
        Limits between which lie the nulls that are not rejected; infinite where none on that side is.
    draws, scheme
        How many draws, of which sort.
    n_clusters
        Clusters among the used rows.
    status
        ``ok``; ``unbounded`` (there is a p-value, but a limit is infinite); else as
        :func:`~wres_analysis.stats.ordinal.ordinal_covariance`. Numbers are NaN unless ``ok`` or ``unbounded``.
    """

    p_value: float
    low: float
    high: float
    draws: int
    scheme: Literal["rademacher", "webb"]
    n_clusters: int
    status: str


def score_bootstrap(
    fit: OrdinalFit, column: str, *, cluster: npt.ArrayLike, draws: int = 999, seed: int, level: float = 0.95
) -> ScoreBootstrap:
    """Test one slope by multiplying the scores of clusters at the null by random numbers.

    Parameters
    ----------
    fit
        From :func:`~wres_analysis.stats.ordinal.ordinal`.
    column
        One of ``fit.names``.
    cluster
        (n,) labels, one for each row that was given to the fit.
    draws, seed
        Of the multipliers (:func:`~wres_analysis.stats.bootstrap.wild_multipliers`).
    level
        Coverage, strictly between 0 and 1.

    Returns
    -------
    ScoreBootstrap

    Raises
    ------
    ValueError
        If labels are too few, or ``level`` is out of range.

    Notes
    -----
    Kline and Santos (2012). The model is fitted with the slope held at the null; the score of the slope, freed of those
    of the other parameters, is summed by cluster; the statistic is the absolute sum over the root of the sum of
    squares. Draws multiply the sums of clusters. Nothing is fitted in a draw, so separation in a resample, the bane of
    other bootstraps of such models, cannot occur. Limits are where the p-value crosses ``1 - level``.
    """
    cov = ordinal_covariance(fit, kind="CR1", cluster=cluster, level=level)
    place = fit.names.index(column)
    multipliers = wild_multipliers(max(cov.n_clusters, 1), draws=draws, seed=seed)
    count = len(multipliers.values)
    if fit.workings is None or cov.status[place] != "ok":
        status = str(cov.status[place])
        return ScoreBootstrap(np.nan, np.nan, np.nan, count, multipliers.scheme, cov.n_clusters, status)
    w = fit.workings
    labels = np.asarray(cluster)[fit.used]
    codes = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    mean, spread = w.design.mean(axis=0), w.design.std(axis=0)
    x = (w.design - mean) / spread
    near = np.concatenate([fit.coefficients * spread, fit.thresholds - mean @ fit.coefficients])

    def p_value(null: float) -> float:
        """P-value of the null that the slope, for the column as given, is this."""
        start = near.copy()
        start[place] = null * spread[place]
        # Thresholds and other slopes start where they are best for the estimate: close enough for Newton's method.
        at, _, _ = climb(start, x, w.codes, w.weights, held=place)
        _, scores, information = likelihood(at, x, w.codes, w.weights)
        free = np.arange(at.size) != place
        beside = np.linalg.solve(information[np.ix_(free, free)], information[free, place])
        sums = group_sums((scores[:, place] - scores[:, free] @ beside)[:, None], codes)[:, 0]
        seen = abs(sums.sum()) / np.linalg.norm(sums)
        drawn = np.abs(multipliers.values @ sums) / np.sqrt((multipliers.values**2) @ sums**2)
        larger = int((drawn >= seen * (1 - _TIE)).sum())
        return larger / count if multipliers.enumerated else (larger + 1) / (count + 1)

    low, high = (
        _crossing(p_value, float(fit.coefficients[place]), side * float(cov.std_errors[place]), 1 - level)
        for side in (-1, 1)
    )
    status = "ok" if np.isfinite([low, high]).all() else "unbounded"
    return ScoreBootstrap(p_value(0.0), low, high, count, multipliers.scheme, cov.n_clusters, status)


def _crossing(p_value: Callable[[float], float], estimate: float, step: float, alpha: float) -> float:
    """Go from the estimate by steps that double until a null is rejected, then halve to where that begins."""
    inside, away = 0.0, 1.0
    while p_value(estimate + away * step) > alpha:
        inside, away = away, 2 * away
        if away > _FAR:
            return float(np.copysign(np.inf, step))
    while away - inside > _FINE:
        middle = (inside + away) / 2
        if p_value(estimate + middle * step) > alpha:
            inside = middle
        else:
            away = middle
    return estimate + inside * step
