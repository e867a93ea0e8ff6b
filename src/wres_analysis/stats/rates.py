"""Many rates with their counts, each shrunk to the rest: the beta-binomial model.

The events of a unit are binomial, ``x_i ~ Bin(n_i, p_i)``, and the true rates are ``p_i ~ Beta(alpha, beta)``. Zeros
need no correction, and small units are drawn to the mean the more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import betaincc, betainccinv, betaincinv, betaln, digamma, polygamma

from wres_analysis.stats.intervals import _counts, _critical_value, _usable

__all__ = ["BetaPrior", "ShrunkenRates", "beta_prior", "shrink_rates"]

RateMethod = Literal["maximum_likelihood", "moments"]
FloatArray = npt.NDArray[np.float64]

#: Slope of the log likelihood at which the search hands over to Newton's method, which is then at its best.
_NEARLY_FLAT = 1e-5
#: How far below its maximum the log likelihood may be left: 1e-10 is within a hundred-thousandth of a standard error.
_NEARLY_THERE = 1e-10
_NEWTON_STEPS = 20


@dataclass(frozen=True, slots=True)
class BetaPrior:
    """The distribution of the true rates.

    Parameters
    ----------
    alpha, beta
        Parameters of the beta distribution; NaN unless ``status`` is ``ok``. It weighs as much as ``alpha + beta``
        trials.
    mean
        The mean of the true rates (0-1); where there is no spread the pooled rate, otherwise NaN without ``ok``.
    n_units
        How many units were used: those with a base.
    method
        As asked for.
    status
        ``ok``; ``no_spread`` (the rates differ no more than chance makes them); ``no_events`` and ``all_events``
        (none, or nothing else, anywhere); ``all_or_none`` (each unit has either: the likelihood has no maximum);
        ``one_unit``; ``no_units``; ``not_converged``.
    """

    alpha: float
    beta: float
    mean: float
    n_units: int
    method: str
    status: str


@dataclass(frozen=True, slots=True)
class ShrunkenRates:
    """Each unit's true rate as the others make it likely: a beta posterior, element by element.

    Parameters
    ----------
    mean, sd, low, high
        Rates (0-1), float64 arrays, one element a unit; NaN unless the unit's status is ``ok``. The interval leaves
        out equal probability on either side.
    alpha, beta
        Parameters of each posterior: those of the prior plus events and non-events.
    status
        Object array: ``ok``; ``no_base`` (the base is zero or a count is missing); or the status of the prior, for
        all the others alike.
    level
        As asked for.
    prior
        The distribution that the rates were shrunk by.
    """

    mean: FloatArray
    sd: FloatArray
    low: FloatArray
    high: FloatArray
    alpha: FloatArray
    beta: FloatArray
    status: npt.NDArray[Any]
    level: float
    prior: BetaPrior

    def probability_above(self, threshold: npt.ArrayLike) -> Any:
        """Posterior probability that the true rate lies above a threshold.

        Parameters
        ----------
        threshold
            A rate (0-1), or an array of rates that broadcasts against the units.

        Returns
        -------
        numpy.ndarray
            Probabilities (0-1), NaN where there is no posterior.
        """
        return betaincc(self.alpha, self.beta, np.asarray(threshold, dtype=np.float64))


def beta_prior(
    successes: npt.ArrayLike, trials: npt.ArrayLike, *, method: RateMethod = "maximum_likelihood"
) -> BetaPrior:
    """Estimate the distribution of the true rates behind counts.

    Parameters
    ----------
    successes, trials
        Counts, one-dimensional, of equal length. Half-integers are allowed; NaN is a missing count.
    method
        ``maximum_likelihood`` or ``moments``.

    Returns
    -------
    BetaPrior

    Raises
    ------
    ValueError
        If a count is negative or infinite, successes exceed trials, there is more than one dimension, or ``method``
        is not one of the two.

    Notes
    -----
    Moments: Kleinman (1973), JASA 68:46-54, with the bases as weights. There is no spread where the variance that
    exceeds the binomial is not positive (moments), or where the likelihood falls from the binomial (its slope in
    ``1 / (alpha + beta)`` at 0, which is the score test of overdispersion).
    """
    if method not in ("maximum_likelihood", "moments"):
        raise ValueError(f"no such estimator of a beta distribution: {method!r}")
    x, n, _ = _units(successes, trials)
    k = len(x)
    if k < 2:
        return BetaPrior(np.nan, np.nan, np.nan, k, method, "one_unit" if k else "no_units")
    pooled = float(x.sum() / n.sum())
    if pooled in (0.0, 1.0):
        return BetaPrior(np.nan, np.nan, np.nan, k, method, "all_events" if pooled else "no_events")
    correlation = _correlation(x, n, pooled)
    spread = correlation if method == "moments" else _slope_at_binomial(x, n, pooled)
    if not spread > 0:
        return BetaPrior(np.nan, np.nan, pooled, k, method, "no_spread")
    if ((x == 0) | (x == n)).all() or (method == "moments" and correlation >= 1):
        return BetaPrior(np.nan, np.nan, np.nan, k, method, "all_or_none")
    # Where moments see no spread but the likelihood does, it is small: start from a concentrated distribution.
    weight = (1 - correlation) / correlation if 0 < correlation < 1 else float(n.mean())
    start = np.array([pooled, 1 - pooled]) * weight
    if method == "moments":
        return BetaPrior(float(start[0]), float(start[1]), pooled, k, method, "ok")
    found = _most_likely(x, n, start)
    if found is None:
        return BetaPrior(np.nan, np.nan, np.nan, k, method, "not_converged")
    a, b = found
    return BetaPrior(a, b, a / (a + b), k, method, "ok")


def shrink_rates(
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    *,
    method: RateMethod = "maximum_likelihood",
    level: float = 0.95,
) -> ShrunkenRates:
    """Shrink each rate towards the mean of all, the more the smaller its base.

    Parameters
    ----------
    successes, trials, method
        As in :func:`beta_prior`.
    level
        Probability that the intervals hold.

    Returns
    -------
    ShrunkenRates

    Raises
    ------
    ValueError
        As :func:`beta_prior`, or if ``level`` is out of range.

    Notes
    -----
    The estimated distribution is taken for the truth, so with few units the intervals are somewhat too narrow.
    """
    _critical_value(level)  # refuses a level out of range
    prior = beta_prior(successes, trials, method=method)
    _, _, usable = _units(successes, trials)
    x, n = (np.asarray(counts, dtype=np.float64) for counts in (successes, trials))
    status = np.where(usable, prior.status, "no_base").astype(object)
    # A prior of NaN makes every posterior NaN, and so does a missing count; an empty base must be made so.
    a = np.where(usable, prior.alpha + x, np.nan)
    b = np.where(usable, prior.beta + n - x, np.nan)
    beyond = (1 - level) / 2
    return ShrunkenRates(
        mean=a / (a + b),
        sd=np.sqrt(a * b / (a + b + 1)) / (a + b),
        low=betaincinv(a, b, beyond),
        high=betainccinv(a, b, beyond),
        alpha=a,
        beta=b,
        status=status,
        level=level,
        prior=prior,
    )


def _units(successes: npt.ArrayLike, trials: npt.ArrayLike) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Counts of the units that have a base, and which these are."""
    if np.ndim(successes) != 1 or np.shape(successes) != np.shape(trials):
        raise ValueError(
            f"successes and trials must be two lists of one length; they are {np.shape(successes)} and "
            f"{np.shape(trials)}"
        )
    (x, n), _ = _counts(successes, trials)
    usable = _usable((x, n))
    return x[usable], n[usable], usable


def _correlation(x: FloatArray, n: FloatArray, pooled: float) -> float:
    """Correlation of two trials of one unit by moments; it is ``1 / (alpha + beta + 1)``."""
    squares = float((n * (x / n - pooled) ** 2).sum()) / (pooled * (1 - pooled))
    spare = len(n) - 1
    room = float(n.sum() - (n**2).sum() / n.sum()) - spare
    return (squares - spare) / room if room > 0 else 0.0


def _slope_at_binomial(x: FloatArray, n: FloatArray, pooled: float) -> float:
    """Slope of the log likelihood in ``1 / (alpha + beta)``, where that is 0."""
    pairs = x * (x - 1) / pooled + (n - x) * (n - x - 1) / (1 - pooled) - n * (n - 1)
    return float(pairs.sum()) / 2


def _most_likely(x: FloatArray, n: FloatArray, start: FloatArray) -> tuple[float, float] | None:
    """Alpha and beta of highest likelihood, or None where the search does not arrive."""

    def minus_likelihood(logs: FloatArray) -> float:
        a, b = np.exp(logs)
        return -float((betaln(x + a, n - x + b) - betaln(a, b)).sum())

    def slope(logs: FloatArray) -> FloatArray:
        a, b = np.exp(logs)
        both = digamma(n + a + b) - digamma(a + b)
        by_a, by_b = digamma(x + a) - digamma(a) - both, digamma(n - x + b) - digamma(b) - both
        return -np.array([a * by_a.sum(), b * by_b.sum()])

    def curvature(logs: FloatArray) -> FloatArray:
        a, b = np.exp(logs)
        both = float((polygamma(1, n + a + b) - polygamma(1, a + b)).sum())
        own = np.array(
            [(polygamma(1, x + a) - polygamma(1, a)).sum(), (polygamma(1, n - x + b) - polygamma(1, b)).sum()]
        )
        scale = np.array([a, b])
        # In the logarithms of alpha and beta, which keeps both positive.
        return np.diag(slope(logs)) - np.outer(scale, scale) * (np.diag(own) - both)

    found = minimize(
        minus_likelihood, np.log(start), jac=slope, hess=curvature, method="trust-exact", options={"gtol": _NEARLY_FLAT}
    )
    logs = found.x
    for _ in range(_NEWTON_STEPS):
        downhill = slope(logs)
        step = np.linalg.solve(curvature(logs), downhill)
        logs = logs - step
        if 0 <= float(downhill @ step) / 2 < _NEARLY_THERE:
            return float(np.exp(logs[0])), float(np.exp(logs[1]))
    return None
