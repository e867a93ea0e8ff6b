"""How far ranks can be told: intervals for the place of each unit among all.

A rank drawn from data looks exact, and is not: where the true values of many units lie closer together than their
errors, almost any order fits. What is worked out here is the distribution of each unit's rank under what is known of
all units at once, by simulation.

An interval for a rank says: given the data and the model, the unit's true place among these units lies between the two
with the probability asked for. It is about each unit by itself; the intervals of all units together do not make an
order. Ranks count from 1 for the lowest true value; whether low is good is for the caller to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from wres_analysis.stats.intervals import _critical_value

__all__ = ["RankIntervals", "beta_draws", "normal_draws", "rank_intervals"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RankIntervals:
    """The place of each unit among all, one element a unit.

    Parameters
    ----------
    mean, median, low, high
        Ranks, 1 for the lowest true value, as float64 arrays; the limits leave out equal probability on either side
        and are whole numbers. Expected ranks (``mean``) are the best single order.
    probability_lowest, probability_highest
        Probability (0-1) that the unit is truly among the ``n_tail`` lowest, or highest.
    status
        Object array: ``ok``, ``missing`` (the unit has no posterior and is not ranked) or, for all others alike,
        ``one_unit``. All numbers are NaN unless ``ok``.
    n_units
        How many units were ranked.
    n_tail
        How many units make up a tail: the share asked for, rounded down, but at least one.
    n_draws, level
        As given.
    """

    mean: FloatArray
    median: FloatArray
    low: FloatArray
    high: FloatArray
    probability_lowest: FloatArray
    probability_highest: FloatArray
    status: npt.NDArray[Any]
    n_units: int
    n_tail: int
    n_draws: int
    level: float


def normal_draws(mean: npt.ArrayLike, sd: npt.ArrayLike, *, seed: int, n_draws: int = 10_000) -> FloatArray:
    """Draw the true values of all units from normal posteriors.

    Parameters
    ----------
    mean, sd
        One-dimensional, of equal length; NaN where a unit has no posterior.
    seed
        Of the random numbers. The same seed gives the same draws, in whatever order the units come.
    n_draws
        How many times to draw.

    Returns
    -------
    numpy.ndarray
        Float64, one row a draw, one column a unit; NaN for units without a posterior.

    Raises
    ------
    ValueError
        If the lengths differ, a standard deviation is negative, or there is nothing to draw.
    """
    centre, spread = _parameters(mean, sd, n_draws)
    if (spread < 0).any():
        raise ValueError("a standard deviation is negative")
    return _in_order(centre, spread, lambda rng, a, b: a + b * rng.standard_normal((n_draws, len(a))), seed, n_draws)


def beta_draws(alpha: npt.ArrayLike, beta: npt.ArrayLike, *, seed: int, n_draws: int = 10_000) -> FloatArray:
    """Draw the true rates of all units from beta posteriors.

    Parameters
    ----------
    alpha, beta
        One-dimensional, of equal length; NaN where a unit has no posterior.
    seed, n_draws
        As in :func:`normal_draws`.

    Returns
    -------
    numpy.ndarray
        Float64, one row a draw, one column a unit; NaN for units without a posterior.

    Raises
    ------
    ValueError
        If the lengths differ, a parameter is not positive, or there is nothing to draw.
    """
    a, b = _parameters(alpha, beta, n_draws)
    if ((a <= 0) | (b <= 0)).any():
        raise ValueError("a parameter of a beta distribution is not positive")
    return _in_order(a, b, lambda rng, one, other: rng.beta(one, other, (n_draws, len(one))), seed, n_draws)


def rank_intervals(draws: npt.ArrayLike, *, level: float = 0.95, tail: float = 0.1) -> RankIntervals:
    """Rank the units within each draw, and sum up each unit's ranks.

    Parameters
    ----------
    draws
        True values, one row a draw, one column a unit; a column of NaN is a unit without a posterior.
    level
        Probability that an interval holds, strictly between 0 and 1.
    tail
        The share of units that makes up the lowest, and the highest: above 0 and up to a half.

    Returns
    -------
    RankIntervals

    Raises
    ------
    ValueError
        If there are no draws, a unit has some draws and lacks others, or an argument is out of range.

    Notes
    -----
    The limits are quantiles of the simulated ranks that some draw attained, so they hold at least the probability
    asked for. The standard error of a probability p from simulation is ``sqrt(p * (1 - p) / n_draws)``: 0.005 at worst
    for 10,000 draws.
    """
    _critical_value(level)  # refuses a level out of range
    if not 0 < tail <= 0.5:
        raise ValueError(f"a tail must be a share above 0 and up to a half; it is {tail}")
    values = np.asarray(draws, dtype=np.float64)
    if values.ndim != 2 or len(values) == 0:
        raise ValueError(f"draws must be a table, one row a draw; its shape is {values.shape}")
    missing = np.isnan(values).any(axis=0)
    if not np.isnan(values[:, missing]).all():
        raise ValueError("a unit has some draws and lacks others")
    n_draws, k = len(values), int((~missing).sum())
    status = np.where(missing, "missing", "ok" if k > 1 else "one_unit").astype(object)
    n_tail = max(1, int(tail * k + 1e-9))  # 0.1 * 30 is 3, whatever the rounding

    def over_all_units(of_ranked: FloatArray) -> FloatArray:
        told = np.full(missing.shape, np.nan)
        if k > 1:
            told[~missing] = of_ranked
        return told

    ranks = np.empty((n_draws, k))
    np.put_along_axis(
        ranks, np.argsort(values[:, ~missing], axis=1, kind="stable"), np.arange(1.0, k + 1)[None], axis=1
    )
    beyond = (1 - level) / 2
    # For each unit, the quantiles of its ranks that some draw attained, not points between two ranks.
    low, high = np.quantile(ranks, [beyond, 1 - beyond], axis=0, method="inverted_cdf")
    return RankIntervals(
        mean=over_all_units(ranks.mean(axis=0)),
        median=over_all_units(np.median(ranks, axis=0)),
        low=over_all_units(low),
        high=over_all_units(high),
        probability_lowest=over_all_units((ranks <= n_tail).mean(axis=0)),
        probability_highest=over_all_units((ranks > k - n_tail).mean(axis=0)),
        status=status,
        n_units=k,
        n_tail=n_tail,
        n_draws=n_draws,
        level=level,
    )


def _parameters(first: npt.ArrayLike, second: npt.ArrayLike, n_draws: int) -> tuple[FloatArray, FloatArray]:
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.ndim != 1 or one.shape != other.shape:
        raise ValueError(f"posteriors take two lists of one length; they are {one.shape} and {other.shape}")
    if n_draws < 1:
        raise ValueError(f"there must be at least one draw; {n_draws} were asked for")
    return one, other


def _in_order(first: FloatArray, second: FloatArray, draw: Any, seed: int, n_draws: int) -> FloatArray:
    """Draw for the units sorted by their parameters, so that the order in which they come does not matter."""
    values = np.full((n_draws, len(first)), np.nan)
    order = np.lexsort((second, first))
    order = order[~(np.isnan(first) | np.isnan(second))[order]]
    values[:, order] = draw(np.random.default_rng(seed), first[order], second[order])
    return values
