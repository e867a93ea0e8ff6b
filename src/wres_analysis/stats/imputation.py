"""Multiple imputation of panels, and how the results of several completed data sets become one.

The model of the missing is a multivariate normal with a random level for each entity, correlated across variables,
and a fixed effect for each period: what a variable says of another may differ within entities and between them. Its
parameters are drawn anew before each imputation, so that the imputed values vary as much as they are uncertain.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from wres_analysis.stats.linear import group_codes, group_sums

__all__ = ["Pooled", "impute_panel", "pool_estimates"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_BURN_IN, _BETWEEN = 200, 20
#: Scale of the priors, in variances of the variables: half within entities and half between, with the weight of as
#: few observations as make the prior proper.
_PRIOR = 0.5


@dataclass(frozen=True, slots=True)
class Pooled:
    """What several completed data sets say together (Rubin 1987).

    Parameters
    ----------
    estimate, std_error
        Mean of the estimates; root of the mean squared standard error plus ``(1 + 1/m)`` times the variance of the
        estimates.
    df
        Degrees of freedom of Barnard and Rubin (1999).
    low, high, p_value
        Interval and two-sided p-value by t.
    within, between
        Mean squared standard error, and variance of the estimates.
    missing_information
        Fraction of information about the estimate that is missing, ``(r + 2/(df + 3)) / (r + 1)``.
    relative_increase
        ``r``: how much larger the variance is because values are missing, as a share of ``within``.
    m
        How many data sets.
    """

    estimate: float
    std_error: float
    df: float
    low: float
    high: float
    p_value: float
    within: float
    between: float
    missing_information: float
    relative_increase: float
    m: int


def pool_estimates(
    estimates: npt.ArrayLike, std_errors: npt.ArrayLike, *, df_complete: float = inf, level: float = 0.95
) -> Pooled:
    """Pool the estimates of completed data sets by Rubin's rules.

    Parameters
    ----------
    estimates, std_errors
        (m,) one from each data set, all finite, m at least 2.
    df_complete
        Degrees of freedom that the estimate would have had if nothing were missing.
    level
        Of the interval.

    Returns
    -------
    Pooled

    Raises
    ------
    ValueError
        If there are fewer than two estimates, one is not finite, or a standard error is not positive.

    Notes
    -----
    As R's ``mice::pool.scalar(rule = "rubin1987")``. Where the data sets agree exactly nothing is missing, and the
    degrees of freedom are those observed, ``(df + 1) / (df + 3) * df``.
    """
    values, errors = (np.asarray(given, dtype=np.float64) for given in (estimates, std_errors))
    m = values.size
    if m < 2 or errors.shape != values.shape or values.ndim != 1:
        raise ValueError(f"pooling needs two or more estimates with a standard error each, not {m} and {errors.size}")
    if not (np.isfinite(values).all() and np.isfinite(errors).all() and (errors > 0).all()):
        raise ValueError("estimates and standard errors must be finite, and errors positive")
    within, between = float((errors**2).mean()), float(values.var(ddof=1))
    total = within + (1 + 1 / m) * between
    share = (1 + 1 / m) * between / total
    increase = (1 + 1 / m) * between / within
    observed = inf if df_complete == inf else (df_complete + 1) / (df_complete + 3) * df_complete * (1 - share)
    between_sets = inf if share == 0 else (m - 1) / share**2
    df = observed if between_sets == inf else between_sets if observed == inf else 1 / (1 / observed + 1 / between_sets)
    middle, error = float(values.mean()), total**0.5
    half = float(stdtrit(df, 0.5 + level / 2)) * error
    return Pooled(
        estimate=middle,
        std_error=error,
        df=df,
        low=middle - half,
        high=middle + half,
        p_value=float(2 * stdtr(df, -abs(middle) / error)),
        within=within,
        between=between,
        missing_information=(increase + 2 / (df + 3)) / (increase + 1),
        relative_increase=increase,
        m=m,
    )


def impute_panel(
    values: npt.ArrayLike,
    *,
    time: npt.ArrayLike,
    entity: npt.ArrayLike | None = None,
    m: int = 20,
    seed: int | np.random.Generator = 0,
    burn_in: int = _BURN_IN,
    between: int = _BETWEEN,
) -> FloatArray:
    """Fill in the missing values of a panel, m times.

    Parameters
    ----------
    values
        (n, p) variables; NaN is missing. Each needs two different observed values. A row may lack all of them.
    time, entity
        (n,) labels of periods and of entities, none missing. Without ``entity``, or where none has two rows, there
        are no levels of entities.
    m
        How many completed copies.
    seed
        Of the draws, or a generator.
    burn_in, between
        Draws before the first copy, and from one copy to the next.

    Returns
    -------
    (m, n, p) float
        Copies of ``values`` with every NaN filled in; what is observed is untouched.

    Raises
    ------
    ValueError
        If lengths differ, a label is missing, or a variable has fewer than two different values.

    Notes
    -----
    ``y_it = period_t + b_i + e_it`` with ``b_i ~ N(0, Psi)`` and ``e_it ~ N(0, Sigma)``, both unrestricted, by Gibbs
    sampling: the model of Schafer and Yucel (2002) with periods as fixed effects. Values are assumed missing at
    random given what is observed of the same row, of the entity and of the period, and to be normal; they are not kept
    within a range, because imputed values serve to estimate, not to be shown. ``Psi`` and ``Sigma`` have inverse
    Wishart priors with p + 1 degrees of freedom, around half of each variable's variance.
    """
    data = np.array(values, dtype=np.float64)
    n, p = data.shape
    period = _codes(time, n)
    owner = None if entity is None else _codes(entity, n)
    if owner is not None and np.bincount(owner).max(initial=0) < 2:
        owner = None
    known = np.isfinite(data)
    middle, scale = np.zeros(p), np.ones(p)
    for column in range(p):
        seen = data[known[:, column], column]
        if seen.size < 2 or np.ptp(seen) == 0:
            raise ValueError(f"variable {column} has fewer than two different values")
        middle[column], scale[column] = seen.mean(), seen.std()
    chain = _Chain((data - middle) / scale, known, period, owner, np.random.default_rng(seed))
    copies = np.empty((m, n, p))
    for number in range(m):
        for _ in range(burn_in if number == 0 else between):
            chain.step()
        copies[number] = np.where(known, data, middle + scale * chain.y)
    return copies


class _Chain:
    """One Markov chain of the sampler, on variables of mean 0 and spread 1."""

    def __init__(
        self, y: FloatArray, known: BoolArray, period: IntArray, owner: IntArray | None, random: np.random.Generator
    ) -> None:
        self.random, self.period, self.owner = random, period, owner
        p = y.shape[1]
        self.y = np.where(known, y, 0.0)
        patterns, which = np.unique(~known, axis=0, return_inverse=True)
        #: Which variables are missing, and the rows of which this is true.
        self.gaps = [(gap, np.flatnonzero(which.ravel() == k)) for k, gap in enumerate(patterns) if gap.any()]
        self.in_period = np.bincount(period).astype(np.float64)
        self.effects = np.zeros((self.in_period.size, p))
        self.sigma = np.eye(p) * _PRIOR
        self.psi = np.eye(p) * _PRIOR
        if owner is not None:
            self.size = np.bincount(owner)
            self.levels = np.zeros((self.size.size, p))
        self.prior = np.eye(p) * _PRIOR * (p + 1)

    def step(self) -> None:
        """Draw periods, levels, variances and missing values, each given the others."""
        y, random = self.y, self.random
        rest = y if self.owner is None else y - self.levels[self.owner]
        noise = random.standard_normal(self.effects.shape) @ np.linalg.cholesky(self.sigma).T
        means = group_sums(rest, self.period) / self.in_period[:, None]
        self.effects = means + noise / np.sqrt(self.in_period)[:, None]
        if self.owner is not None:
            self._draw_levels(y - self.effects[self.period])
        error = y - self.fitted()
        self.sigma = _inverse_wishart(self.prior + error.T @ error, len(y) + y.shape[1] + 1, random)
        self._draw_missing()

    def fitted(self) -> FloatArray:
        """(n, p) effects of periods and entities."""
        fitted = self.effects[self.period]
        return fitted if self.owner is None else np.asarray(fitted + self.levels[self.owner])

    def _draw_levels(self, rest: FloatArray) -> None:
        assert self.owner is not None
        precision, prior = np.linalg.inv(self.sigma), np.linalg.inv(self.psi)
        sums = group_sums(rest, self.owner) @ precision
        for size in np.unique(self.size):
            mine = self.size == size
            spread = np.linalg.inv(size * precision + prior)
            noise = self.random.standard_normal((int(mine.sum()), len(spread))) @ np.linalg.cholesky(spread).T
            self.levels[mine] = sums[mine] @ spread + noise
        # The sum of squares is that of all levels; each is one draw from N(0, Psi).
        scatter = self.prior + self.levels.T @ self.levels
        self.psi = _inverse_wishart(scatter, len(self.levels) + len(scatter) + 1, self.random)

    def _draw_missing(self) -> None:
        fitted = self.fitted()
        for gap, rows in self.gaps:
            there = ~gap
            mean = fitted[np.ix_(rows, gap)]
            cover = self.sigma[np.ix_(gap, gap)]
            if there.any():
                slope = np.linalg.solve(self.sigma[np.ix_(there, there)], self.sigma[np.ix_(there, gap)])
                mean = mean + (self.y[np.ix_(rows, there)] - fitted[np.ix_(rows, there)]) @ slope
                cover = cover - self.sigma[np.ix_(gap, there)] @ slope
            noise = self.random.standard_normal(mean.shape) @ np.linalg.cholesky(cover).T
            self.y[np.ix_(rows, gap)] = mean + noise


def _inverse_wishart(scale: FloatArray, df: int, random: np.random.Generator) -> FloatArray:
    """Draw from the inverse Wishart distribution, by Bartlett's decomposition of the Wishart one."""
    p = len(scale)
    lower = np.tril(random.standard_normal((p, p)), -1)
    lower[np.diag_indices(p)] = np.sqrt(random.chisquare(df - np.arange(p)))
    # If W = (R L)(R L)' with R R' = inv(scale), then inv(W) = T'T with T = inv(R L).
    root = np.linalg.cholesky(np.linalg.inv(scale))
    back = np.linalg.inv(root @ lower)
    return np.asarray(back.T @ back)


def _codes(labels: npt.ArrayLike, n: int) -> IntArray:
    codes = group_codes(labels, n)
    if (codes < 0).any():
        raise ValueError("every row needs a period and an entity")
    return np.asarray(np.unique(codes, return_inverse=True)[1], dtype=np.int64)
