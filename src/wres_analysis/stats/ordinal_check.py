"""Whether the one slope of a proportional-odds model holds at every threshold: by separate fits, and by scores.

Separate fits (Brant) show the slope at each threshold, but need an estimate at each; the score test asks for one column
at a time what letting its slope vary would gain, and needs the fitted model alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from scipy.stats import chi2
from scipy.stats import f as fisher

from wres_analysis.stats.cumulative_logit import curvature
from wres_analysis.stats.linear import FloatArray, IntArray, group_codes, group_sums
from wres_analysis.stats.ordinal import OrdinalFit, cluster_scores, ordinal, ordinal_covariance, sandwich_factor

__all__ = ["ProportionalOddsCheck", "SlopeCheck", "proportional_odds_check", "slope_check"]

#: Condition of a correlation matrix above which its last direction is rounding.
_SINGULAR = 1e10


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


@dataclass(frozen=True, slots=True)
class SlopeCheck:
    """Score test of one slope for a column at every threshold.

    Parameters
    ----------
    statistic, df, p_value
        Statistic of chi-squared with J-2 degrees of freedom; NaN unless ``status`` is ``ok``.
    status
        ``ok``; the status of the fit; ``two_categories``; ``one_cluster`` or ``missing_cluster``; ``singular`` (fewer
        clusters tell of the slopes than there are degrees of freedom).
    """

    statistic: float
    df: int
    p_value: float
    status: str


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
    codes, status = _clusters(fit, cluster)
    if status != "ok":
        return none(status)
    groups = 0 if codes is None else int(codes.max()) + 1
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


def slope_check(fit: OrdinalFit, column: str, *, cluster: npt.ArrayLike | None = None) -> SlopeCheck:
    """Test by scores whether one column has the same slope at every threshold, all other columns having one.

    Parameters
    ----------
    fit
        From :func:`~wres_analysis.stats.ordinal.ordinal`.
    column
        One of ``fit.names``.
    cluster
        (n,) labels, one for each row that was given to the fit; None takes rows as independent.

    Returns
    -------
    SlopeCheck

    Notes
    -----
    The model with J-2 further slopes of the column, at all thresholds but the first, is that of partial proportional
    odds (Peterson and Harrell 1990). The test is made where these are zero, so it needs no fit of that model and has an
    answer where a threshold by itself has none. Without clusters the variance of the scores is the information; with
    clusters it is the sum over clusters of the squared scores, freed of the scores of the other parameters.
    """
    df, k = max(fit.thresholds.size - 1, 0), len(fit.names)
    place = fit.names.index(column)
    if fit.workings is None:
        return SlopeCheck(np.nan, df, np.nan, fit.status)
    if not df:
        return SlopeCheck(np.nan, df, np.nan, "two_categories")
    codes, status = _clusters(fit, cluster)
    if status != "ok":
        return SlopeCheck(np.nan, df, np.nan, status)
    w = fit.workings
    x = w.design[:, [place]]
    # A slope of its own at threshold j moves that threshold by -x.
    scores = -x * w.scores[:, k + 1 :]
    up, low, slope_up, slope_low, bend = curvature(fit.coefficients, fit.thresholds, w.design, w.codes)
    own_up, own_low = -x * up[:, k + 1 :], -x * low[:, k + 1 :]

    def information(one: tuple[FloatArray, FloatArray], other: tuple[FloatArray, FloatArray]) -> FloatArray:
        (a, b), (c, d) = one, other
        ends = a.T @ (c * (w.weights * slope_up)[:, None]) + b.T @ (d * (w.weights * slope_low)[:, None])
        return np.asarray(ends + (a - b).T @ ((c - d) * (w.weights * bend)[:, None]))

    cross = information((own_up, own_low), (up, low))
    if codes is None:
        variance = information((own_up, own_low), (own_up, own_low)) - cross @ w.inverse @ cross.T
    else:
        summed = group_sums(scores - w.scores @ w.inverse @ cross.T, codes)
        variance = summed.T @ summed
    size = np.sqrt(np.diag(variance))
    if not (size > 0).all() or np.linalg.cond(variance / size / size[:, None]) > _SINGULAR:
        return SlopeCheck(np.nan, df, np.nan, "singular")
    statistic = _wald(scores.sum(axis=0), variance)
    return SlopeCheck(statistic, df, _tail(statistic, df, np.inf), "ok")


def _clusters(fit: OrdinalFit, cluster: npt.ArrayLike | None) -> tuple[IntArray | None, str]:
    """Codes of the clusters of the used rows, None where there are none asked for; and whether they can be used."""
    if cluster is None:
        return None, "ok"
    codes = group_codes(cluster, fit.used.size)[fit.used]
    if (codes < 0).any():
        return None, "missing_cluster"
    codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    return codes, "ok" if codes.any() else "one_cluster"


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
