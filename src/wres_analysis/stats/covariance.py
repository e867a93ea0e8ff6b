"""Standard errors of a linear fit that say by which convention they were made.

Programs differ by up to 14 % in the standard error that they print for one and the same panel, because each counts
the parameters of fixed effects in its own way. So the small-sample factor is part of the result, in words and as a
number, and :func:`small_sample_factors` gives what the other conventions would have been.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular
from scipy.stats import t as student

from wres_analysis.stats.linear import FloatArray, IntArray, LinearFit, Workings, group_codes, group_sums

__all__ = ["FEW_CLUSTERS", "Counting", "Covariance", "Kind", "covariance", "small_sample_factors"]

Kind = Literal["HC0", "HC1", "HC3", "CR0", "CR1"]
Counting = Literal["nonnested", "slopes", "all"]

#: Below this many clusters CR1 with t(G - 1) rejects too often in most designs, and a wild cluster bootstrap is the
#: better test. The literature puts the border between 20 and 50 (Cameron and Miller 2015, section VI).
FEW_CLUSTERS = 40
#: A row, or a direction of a cluster, with this leverage or more is fitted exactly, by a parameter of its own.
_EXACT = 1 - 1e-10
#: Share of a column in such a direction from which it is the one.
_PART = 1e-6


@dataclass(frozen=True, slots=True)
class Covariance:
    """Standard errors, tests against zero and intervals for the k coefficients of a fit.

    Parameters
    ----------
    names, estimates
        As in the fit.
    matrix
        (k, k) covariance; NaN where ``status`` is not ``ok``.
    std_errors, t, p_values, low, high
        (k,) standard errors, t statistics, two-sided p-values and limits at ``level``.
    df
        Degrees of freedom of t: clusters less one, or rows less parameters; NaN where there is no covariance.
    kind
        ``HC0``, ``HC1``, ``HC3``, ``CR0`` or ``CR1``.
    factor, convention
        What the sandwich was multiplied by, and the formula of it with its numbers, such as
        ``G/(G-1)*(n-1)/(n-K), G=210, n=1890, K=12 (nonnested)``.
    n_clusters
        Clusters among the used rows; 0 for HC.
    few_clusters
        Whether they are fewer than :data:`FEW_CLUSTERS`.
    effective_clusters
        (k,) to how many equally informative clusters those at hand amount for each coefficient: far fewer than
        ``n_clusters`` is a warning of its own. NaN for HC.
    status
        (k,) words: ``ok``; the status of the fit where that is not ``ok``; ``one_cluster``; ``missing_cluster`` (a
        used row has none); ``one_cluster_carries`` (without one of the clusters this coefficient could not be
        estimated, so nothing tells how clusters differ); ``full_leverage`` (HC3: a row is fitted exactly by a
        parameter of its own).
    level
        Coverage aimed at.
    """

    names: tuple[str, ...]
    estimates: FloatArray
    matrix: FloatArray
    std_errors: FloatArray
    t: FloatArray
    p_values: FloatArray
    low: FloatArray
    high: FloatArray
    df: float
    kind: Kind
    factor: float
    convention: str
    n_clusters: int
    few_clusters: bool
    effective_clusters: FloatArray
    status: npt.NDArray[Any]
    level: float = 0.95


def covariance(
    fit: LinearFit,
    *,
    kind: Kind,
    cluster: npt.ArrayLike | None = None,
    counting: Counting = "nonnested",
    level: float = 0.95,
) -> Covariance:
    """Sandwich covariance of the coefficients of a fit.

    Parameters
    ----------
    fit
        From :func:`~wres_analysis.stats.linear.ols` or :func:`~wres_analysis.stats.linear.within`.
    kind
        ``HC0``, ``HC1``, ``HC3``: rows are independent. ``CR0``, ``CR1``: rows of one cluster may depend on each
        other in any way. The 0 has no factor; HC1 has ``n/(n-K)`` with all parameters; CR1 has
        ``G/(G-1)*(n-1)/(n-K)``; HC3 divides each residual by one less its leverage in the whole model.
    cluster
        (n,) labels, one for each row that was given to the fit; needed for CR0 and CR1, refused for the others.
    counting
        What K of CR1 counts: ``nonnested`` all parameters, but a fixed effect whose groups each lie within one
        cluster counts only as one; ``slopes`` the columns alone; ``all`` every parameter.
    level
        Coverage, strictly between 0 and 1.

    Returns
    -------
    Covariance

    Raises
    ------
    ValueError
        If an argument is not one of the above, or labels are missing or too few. Never because of the data.

    Notes
    -----
    White (1980); MacKinnon and White (1985); Liang and Zeger (1986); Cameron and Miller (2015). With entities that
    are also the clusters, ``nonnested`` makes K the slopes plus the periods: what fixest and reghdfe do, since
    clustering already allows for the mean of each entity. Effective clusters: Carter, Schnepel and Steigerwald (2017)
    with errors taken as independent.
    """
    if kind not in ("HC0", "HC1", "HC3", "CR0", "CR1"):
        raise ValueError(f"no such covariance: {kind!r}")
    if counting not in ("nonnested", "slopes", "all"):
        raise ValueError(f"no such way of counting parameters: {counting!r}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, such as 0.95; it is {level}")
    if (cluster is not None) != kind.startswith("CR"):
        raise ValueError(f"{kind} {'needs' if kind.startswith('CR') else 'takes no'} cluster")
    codes = None if cluster is None else group_codes(cluster, fit.used.size)
    if fit.workings is None:
        return _none(fit, kind, level, fit.status)
    if codes is None:
        return _by_row(fit, fit.workings, kind, level)
    codes = codes[fit.used]
    if (codes < 0).any():
        return _none(fit, kind, level, "missing_cluster")
    codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    if not codes.any():
        return _none(fit, kind, level, "one_cluster", n_clusters=1)
    return _by_cluster(fit, fit.workings, codes, kind, counting, level)


def small_sample_factors(fit: LinearFit, *, cluster: npt.ArrayLike) -> dict[str, float]:
    """What each convention would multiply the clustered sandwich by, to compare programs.

    Parameters
    ----------
    fit
        A fit with status ``ok``.
    cluster
        (n,) labels, as for :func:`covariance`.

    Returns
    -------
    dict of str to float
        ``none`` (CR0; plm's vcovHC "HC0"); ``slopes`` (plm's "sss", clubSandwich's CR1S, pyfixest's
        ``k_fixef="none"``); ``nonnested`` (ours; fixest, reghdfe, pyfixest's ``"nonnested"``); ``all`` (statsmodels
        and R's lm on dummies; pyfixest's ``"full"``). Empty where there is no covariance.

    Raises
    ------
    ValueError
        As :func:`covariance`.
    """
    codes = group_codes(cluster, fit.used.size)[fit.used]
    if fit.workings is None or (codes < 0).any() or np.unique(codes).size < 2:
        return {}
    codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    every: tuple[Counting, ...] = ("slopes", "nonnested", "all")
    return {"none": 1.0} | {counting: cluster_factor(fit, codes, counting)[0] for counting in every}


def cluster_factor(fit: LinearFit, codes: IntArray, counting: Counting) -> tuple[float, str]:
    """CR1's factor, and its formula with numbers, for clusters coded 0 to G - 1 on the used rows."""
    n, groups = fit.n_obs, int(codes.max()) + 1
    parameters = len(fit.names) if counting == "slopes" else fit.rank
    if counting == "nonnested" and fit.workings is not None:
        for effect in (fit.workings.entity, fit.workings.time):
            if effect is not None and nested(effect, codes):
                parameters -= int(effect.max())  # groups less one
    factor = groups / (groups - 1) * (n - 1) / (n - parameters)
    return factor, f"G/(G-1)*(n-1)/(n-K), G={groups}, n={n}, K={parameters} ({counting})"


def nested(effect: IntArray, clusters: IntArray) -> bool:
    """Whether each group of a fixed effect lies within one cluster."""
    of_group = np.empty(int(effect.max()) + 1, dtype=np.int64)
    of_group[effect] = clusters
    return bool((of_group[effect] == clusters).all())


def _by_row(fit: LinearFit, workings: Workings, kind: Kind, level: float) -> Covariance:
    residuals, factor, convention = workings.residuals, 1.0, "1"
    if kind == "HC1":
        factor = fit.n_obs / fit.df_residual
        convention = f"n/(n-K), n={fit.n_obs}, K={fit.rank} (all)"
    elif kind == "HC3":
        if (workings.leverage >= _EXACT).any():
            return _none(fit, kind, level, "full_leverage")
        residuals = residuals / (1 - workings.leverage)
        convention = "1, each residual over one less its leverage"
    scores = workings.influence * residuals[:, None]
    status = np.full(len(fit.names), "ok", dtype=object)
    return _tested(fit, factor * scores.T @ scores, float(fit.df_residual), kind, factor, convention, status, level)


def _by_cluster(
    fit: LinearFit, workings: Workings, codes: IntArray, kind: Kind, counting: Counting, level: float
) -> Covariance:
    scores = group_sums(workings.influence * workings.residuals[:, None], codes)
    factor, convention = cluster_factor(fit, codes, counting) if kind == "CR1" else (1.0, "1")
    groups = len(scores)
    status = np.full(len(fit.names), "ok", dtype=object)
    status[_carried_by_one(workings, codes)] = "one_cluster_carries"
    share = group_sums(workings.influence**2, codes)
    effective = share.sum(axis=0) ** 2 / (share**2).sum(axis=0)
    return _tested(
        fit, factor * scores.T @ scores, groups - 1.0, kind, factor, convention, status, level, groups, effective
    )


def _carried_by_one(workings: Workings, codes: IntArray) -> npt.NDArray[np.bool_]:
    """For each column, whether it could not be told from the others without some one cluster.

    Then the scores of that cluster are zero whatever its errors are, and the sandwich is far too small. It is so where
    a combination of columns is zero outside the cluster: where the cluster's part of the hat matrix has an eigenvalue
    of 1. Few clusters have as much leverage, and only those are looked at. Where clusters cut across entities, a
    cluster without which the means of entities would explain the rest goes unnoticed.
    """
    carried = np.zeros(workings.design.shape[1], dtype=bool)
    q, r = np.linalg.qr(workings.design / np.linalg.norm(workings.design, axis=0))
    basis = np.column_stack([q, workings.effects])
    leverage = np.bincount(codes, weights=(basis**2).sum(axis=1))
    for group in np.flatnonzero(leverage >= _EXACT):
        size, vectors = np.linalg.eigh(basis[codes == group].T @ basis[codes == group])
        directions = vectors[: q.shape[1], size >= _EXACT]
        carried |= (np.abs(solve_triangular(r, directions)) > _PART).any(axis=1)
    return carried


def _tested(
    fit: LinearFit,
    matrix: FloatArray,
    df: float,
    kind: Kind,
    factor: float,
    convention: str,
    status: npt.NDArray[Any],
    level: float,
    n_clusters: int = 0,
    effective: FloatArray | None = None,
) -> Covariance:
    """Tests and intervals from a covariance, blank where there is none."""
    known = status == "ok"
    matrix = np.where(known[:, None] & known, matrix, np.nan)
    std_errors = np.sqrt(np.diag(matrix))
    t = fit.coefficients / std_errors
    half = student.ppf(0.5 + level / 2, df) * std_errors
    return Covariance(
        names=fit.names,
        estimates=fit.coefficients,
        matrix=matrix,
        std_errors=std_errors,
        t=t,
        p_values=2 * student.sf(np.abs(t), df),
        low=fit.coefficients - half,
        high=fit.coefficients + half,
        df=df,
        kind=kind,
        factor=factor,
        convention=convention,
        n_clusters=n_clusters,
        few_clusters=0 < n_clusters < FEW_CLUSTERS,
        effective_clusters=np.full(len(fit.names), np.nan) if effective is None else effective,
        status=status,
        level=level,
    )


def _none(fit: LinearFit, kind: Kind, level: float, why: str, n_clusters: int = 0) -> Covariance:
    """A result without a number."""
    k = len(fit.names)
    status = np.full(k, why, dtype=object)
    return _tested(fit, np.full((k, k), np.nan), np.nan, kind, np.nan, "", status, level, n_clusters)
