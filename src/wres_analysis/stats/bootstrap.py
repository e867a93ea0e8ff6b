"""Wild cluster bootstrap of one coefficient, with the null imposed, for all draws at once.

Where clusters are few, the bootstrap's p-value and interval are to be preferred to those of CR1 with t(G - 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from wres_analysis.stats.covariance import Counting, covariance, nested
from wres_analysis.stats.linear import FloatArray, IntArray, LinearFit, Workings, group_codes, group_sums

__all__ = ["WEBB_BELOW", "Multipliers", "Scheme", "WildTest", "wild_cluster_test", "wild_multipliers"]

Scheme = Literal["auto", "rademacher", "webb"]

#: Below this many clusters signs alone give too few different draws (2**11 = 2,048), and Webb's six points are used.
WEBB_BELOW = 12
_WEBB = np.array([-1.5, -1.0, -0.5, 0.5, 1.0, 1.5])
_WEBB = np.sign(_WEBB) * np.sqrt(np.abs(_WEBB))
#: Two statistics that are equal but for rounding are equal.
_TIE = 1e-10
#: Share of the largest score below which a score is rounding.
_NOTHING = 1e-12
#: 2 to this power is so many standard errors away that a null farther still would be judged no differently.
_DOUBLINGS = 40
#: Halvings of a step: enough for ten digits.
_HALVINGS = 36


@dataclass(frozen=True, slots=True)
class Multipliers:
    """Random numbers with mean 0 and variance 1, by which bootstrap draws multiply the residuals of a cluster.

    Parameters
    ----------
    values
        (draws, clusters).
    scheme
        ``rademacher`` (a fair sign) or ``webb`` (six points).
    enumerated
        Whether these are all combinations of signs, each once, instead of a sample of them.
    """

    values: FloatArray
    scheme: Literal["rademacher", "webb"]
    enumerated: bool


@dataclass(frozen=True, slots=True)
class WildTest:
    """Bootstrap test and interval of one coefficient.

    Parameters
    ----------
    estimate, std_error, t
        The estimate, CR1's standard error, and their quotient against ``null``. The error is not the bootstrap's.
    p_value
        Two-sided, by absolute t. Enumerated: the share of draws at least as far from zero as ``t``. Sampled: the
        same with the data themselves counted as one more draw, so it is never zero.
    low, high
        Limits between which lie all nulls with a p-value above ``1 - level``; infinite where the draws cannot reject
        any null on that side.
    null
        The value under test.
    level
        Coverage aimed at.
    draws, scheme, enumerated
        How many draws, of which sort, and whether they are all that there are.
    n_clusters, few_clusters
        Clusters among the used rows, and whether they are fewer than
        :data:`~wres_analysis.stats.covariance.FEW_CLUSTERS`.
    t_draws
        (draws,) t statistics of the draws under ``null``, by the same convention as ``t``; for
        :func:`~wres_analysis.stats.multiplicity.romano_wolf`. Infinite where a draw has no variance.
    status
        ``ok``; ``unbounded`` (there is a p-value, but a limit is infinite); ``not_nested`` (an entity of the fixed
        effects lies in more than one cluster: not offered); else as :func:`~wres_analysis.stats.covariance.covariance`.
        All numbers are NaN unless it is ``ok`` or ``unbounded``.
    """

    estimate: float
    std_error: float
    t: float
    p_value: float
    low: float
    high: float
    null: float
    level: float
    draws: int
    scheme: str
    enumerated: bool
    n_clusters: int
    few_clusters: bool
    t_draws: FloatArray
    status: str


def wild_multipliers(n_clusters: int, *, draws: int = 999, seed: int, scheme: Scheme = "auto") -> Multipliers:
    """Draw multipliers for a number of clusters.

    Parameters
    ----------
    n_clusters
        How many clusters.
    draws
        How many draws; ``alpha * (draws + 1)`` should be whole, as with 999.
    seed
        Seed of the draws.
    scheme
        ``rademacher``: signs; if there are no more than ``draws`` combinations of signs, all of them once, in a fixed
        order. ``webb``: plus or minus the roots of 1/2, 1 and 3/2. ``auto``: ``webb`` below :data:`WEBB_BELOW`
        clusters, else ``rademacher``.

    Returns
    -------
    Multipliers

    Raises
    ------
    ValueError
        Without a cluster or a draw, or for another scheme.

    Notes
    -----
    Davidson and Flachaire (2008) for signs; Webb (2023) for the six points.
    """
    if n_clusters < 1 or draws < 1:
        raise ValueError(f"no multipliers for {n_clusters} clusters and {draws} draws")
    if scheme not in ("auto", "rademacher", "webb"):
        raise ValueError(f"no such scheme of multipliers: {scheme!r}")
    random = np.random.default_rng(seed)
    if scheme == "webb" or (scheme == "auto" and n_clusters < WEBB_BELOW):
        return Multipliers(np.take(_WEBB, random.integers(0, 6, (draws, n_clusters), dtype=np.int8)), "webb", False)
    if n_clusters < 63 and 2**n_clusters <= draws:
        bits = np.arange(2**n_clusters)[:, None] >> np.arange(n_clusters) & 1
        return Multipliers(np.where(bits, -1.0, 1.0), "rademacher", True)
    bits = random.integers(0, 2, (draws, n_clusters), dtype=np.int8)
    return Multipliers(np.where(bits, -1.0, 1.0), "rademacher", False)


def wild_cluster_test(
    fit: LinearFit,
    *,
    column: str,
    cluster: npt.ArrayLike,
    seed: int | None = None,
    draws: int = 999,
    scheme: Scheme = "auto",
    multipliers: Multipliers | None = None,
    null: float = 0.0,
    level: float = 0.95,
    counting: Counting = "nonnested",
) -> WildTest:
    """Restricted wild cluster bootstrap (WCR) of one coefficient.

    Parameters
    ----------
    fit
        From :func:`~wres_analysis.stats.linear.ols` or :func:`~wres_analysis.stats.linear.within`.
    column
        Name of the column whose coefficient is tested.
    cluster
        (n,) labels, one for each row that was given to the fit. With ``multipliers``: integers, which column of
        theirs belongs to the row, so that tests on different rows can share one resampling of clusters.
    seed, draws, scheme
        As :func:`wild_multipliers`, drawn for the clusters among the used rows; not used with ``multipliers``.
    multipliers
        Draws made elsewhere.
    null
        Value of the coefficient under test.
    level
        Coverage of the interval, strictly between 0 and 1.
    counting
        How CR1 counts parameters (:func:`~wres_analysis.stats.covariance.covariance`). It changes neither p-value nor
        interval: the same factor stands in every draw.

    Returns
    -------
    WildTest

    Raises
    ------
    ValueError
        If ``column`` is not in the fit, labels are too few, a label has no multiplier, or neither ``seed`` nor
        ``multipliers`` is given. Never because of what the data cannot answer.

    Notes
    -----
    Cameron, Gelbach and Miller (2008); Roodman and others (2019). A draw multiplies the residuals of the model with
    the null imposed by one number for each cluster, is fitted anew, and its t statistic is taken against the null.
    The refit needs sums by cluster only, and these are linear in the null, so that numerator and variance of each
    draw are polynomials in it: the interval, all nulls that are not rejected, costs hardly more than the test.
    With very few clusters, or where few of them carry the coefficient, this too rejects too seldom or too often
    (MacKinnon and Webb 2018).
    """
    if column not in fit.names:
        raise ValueError(f"no column {column!r} in the fit, which has {', '.join(fit.names)}")
    if seed is None and multipliers is None:
        raise ValueError("a bootstrap needs a seed, or multipliers")
    position = fit.names.index(column)
    usual = covariance(fit, kind="CR1", cluster=cluster, counting=counting, level=level)
    status = str(usual.status[position])
    if fit.workings is None or status != "ok":
        return _none(status, null, level, usual.n_clusters, usual.few_clusters)
    if multipliers is None:
        codes = np.unique(group_codes(cluster, fit.used.size)[fit.used], return_inverse=True)[1].astype(np.int64)
        assert seed is not None  # said above; for the type checker
        multipliers = wild_multipliers(usual.n_clusters, draws=draws, seed=seed, scheme=scheme)
        values = multipliers.values
    else:
        codes, values = _chosen(np.asarray(cluster)[fit.used], multipliers.values)
    if fit.workings.entity is not None and not nested(fit.workings.entity, codes):
        return _none("not_nested", null, level, usual.n_clusters, usual.few_clusters)

    draws_of = _Draws.made(fit.workings, position, codes, values, multipliers.enumerated)
    estimate = float(fit.coefficients[position])
    alpha = round(1.0 - level, 12)  # 1 - 0.9 is not 0.1
    std_error = float(usual.std_errors[position])
    below = draws_of.limit(alpha, std_error)
    above = draws_of.limit(alpha, -std_error)
    return WildTest(
        estimate=estimate,
        std_error=std_error,
        t=(estimate - null) / std_error,
        p_value=float(draws_of.p_values(np.array([estimate - null]))[0]),
        low=estimate - below,
        high=estimate - above,
        null=null,
        level=level,
        draws=len(values),
        scheme=multipliers.scheme,
        enumerated=multipliers.enumerated,
        n_clusters=usual.n_clusters,
        few_clusters=usual.few_clusters,
        t_draws=draws_of.t(estimate - null) / np.sqrt(usual.factor),
        status="ok" if np.isfinite(below) and np.isfinite(above) else "unbounded",
    )


@dataclass(frozen=True, slots=True)
class _Draws:
    """Numerators and (factorless) variances of all draws, as polynomials in d, the estimate less the null.

    The coefficient of draw b differs from the null by ``top0[b] + d * top1[b]``, with the variance
    ``var0[b] + 2 * d * var1[b] + d**2 * var2[b]``. That of the data differs by d, with the variance ``var``.
    """

    top0: FloatArray
    top1: FloatArray
    var0: FloatArray
    var1: FloatArray
    var2: FloatArray
    var: float
    enumerated: bool

    @classmethod
    def made(
        cls, workings: Workings, position: int, codes: IntArray, multipliers: FloatArray, enumerated: bool
    ) -> _Draws:
        a = workings.influence[:, position]
        # With the null imposed, the residuals are those of the model plus d times what the other columns leave of this.
        own = a / (a @ a)
        columns = np.column_stack([workings.design, workings.effects])
        inverse = np.column_stack([workings.influence, workings.effects])
        left = group_sums(a[:, None] * columns, codes)

        def scores(residuals: FloatArray) -> tuple[FloatArray, FloatArray]:
            """Numerator of each draw (draws,), and its scores by cluster after the refit (draws, clusters)."""
            by_cluster = group_sums(a[:, None] * residuals[:, None], codes)[:, 0]
            refit = multipliers @ group_sums(inverse * residuals[:, None], codes)
            return multipliers @ by_cluster, multipliers * by_cluster - refit @ left.T

        (top0, part0), (top1, part1) = scores(workings.residuals), scores(own)
        # Where all multipliers are equal nothing is left here but rounding, which a distant null would blow up.
        part1[np.abs(part1) <= _NOTHING * np.abs(part1).max()] = 0.0
        return cls(
            top0=top0,
            top1=top1,
            var0=(part0**2).sum(axis=1),
            var1=(part0 * part1).sum(axis=1),
            var2=(part1**2).sum(axis=1),
            var=float((group_sums((a * workings.residuals)[:, None], codes) ** 2).sum()),
            enumerated=enumerated,
        )

    def _at(self, d: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Numerators and variances (m, draws) for (m,) distances."""
        d = d[:, None]
        variance = self.var0 + d * (2 * self.var1 + d * self.var2)
        return self.top0 + d * self.top1, np.maximum(variance, 0.0)

    def t(self, d: float) -> FloatArray:
        """T statistics (draws,) before the factor; infinite where a draw has no variance."""
        top, variance = self._at(np.array([d]))
        with np.errstate(divide="ignore", invalid="ignore"):
            t = top[0] / np.sqrt(variance[0])
        return np.where(np.isnan(t), np.inf, t)

    def p_values(self, d: FloatArray) -> FloatArray:
        """P-values (m,) of the nulls at (m,) distances below the estimate."""
        top, variance = self._at(d)
        # Multiplied out, so that a draw without variance counts against the hypothesis that there is an effect.
        reaches = top**2 * self.var >= (1 - _TIE) * d[:, None] ** 2 * variance
        count, draws = reaches.sum(axis=1), self.top0.size
        return np.asarray(count / draws if self.enumerated else (count + 1) / (draws + 1))

    def limit(self, alpha: float, step: float) -> float:
        """Farthest distance, in the direction of ``step``, at which the null is not rejected; may be infinite."""
        # In steps of a fifth, then in doublings, to where nothing changes any more: p need not fall evenly, and the
        # farthest null that is kept counts.
        grid = step * np.concatenate([[0.0], np.geomspace(0.25, 16.0, 25), 2.0 ** np.arange(5, _DOUBLINGS)])
        kept = np.flatnonzero(self.p_values(grid) > alpha)
        last = int(kept[-1])  # at distance 0 p is 1
        if last == grid.size - 1:
            return float(np.copysign(np.inf, step))
        inside, outside = grid[last], grid[last + 1]
        for _ in range(_HALVINGS):
            middle = inside + (outside - inside) / 2
            if self.p_values(np.array([middle]))[0] > alpha:
                inside = middle
            else:
                outside = middle
        return float(inside)


def _chosen(cluster: npt.NDArray[np.generic], values: FloatArray) -> tuple[IntArray, FloatArray]:
    """Codes 0 to G - 1 for the clusters that occur, and their columns of the multipliers."""
    if not np.issubdtype(cluster.dtype, np.integer) or cluster.min() < 0 or cluster.max() >= values.shape[1]:
        raise ValueError(f"with multipliers, cluster must hold integers from 0 to {values.shape[1] - 1}")
    present, codes = np.unique(cluster, return_inverse=True)
    return codes.astype(np.int64), values[:, present]


def _none(status: str, null: float, level: float, n_clusters: int, few_clusters: bool) -> WildTest:
    """A result without a number."""
    nan = float("nan")
    return WildTest(
        estimate=nan,
        std_error=nan,
        t=nan,
        p_value=nan,
        low=nan,
        high=nan,
        null=null,
        level=level,
        draws=0,
        scheme="",
        enumerated=False,
        n_clusters=n_clusters,
        few_clusters=few_clusters,
        t_draws=np.empty(0),
        status=status,
    )
