"""Interrupted time series: segmented regression of a monthly series, with errors that allow for autocorrelation.

The model is ``value = level + slope x t + sum of (step_k + change_k x months since break k) + month effects``. Errors
are Newey and West's: neighbouring residuals may be correlated up to a lag that is set by a stated rule.

With a hundred months or fewer these errors are still too small: where errors resemble the month before by 0.6, the 5%
test rejects in about 20% of series without a break. So beside them stand p-values and limits whose critical values
come from series of the same months with the same memory and no break.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy.stats import t as student

__all__ = ["MIN_BEFORE", "MIN_TOTAL", "InterruptedFit", "fit_interrupted", "newey_west_lag"]

#: Months with a value on either side of each break, and in all. Fewer tell no slope apart from noise.
MIN_BEFORE, MIN_TOTAL = 12, 36
_YEAR = 12
#: Simulated series behind calibrated p-values, and their seed.
DRAWS, SEED = 999, 20261121
#: Memory is looked for up to here; beyond, a series has no level.
_MOST_MEMORY = 0.95


def _nothing() -> np.ndarray:
    return np.empty(0)


@dataclass(frozen=True)
class InterruptedFit:
    """What the regression says. Arrays have one element a term; ``names`` gives their order.

    Parameters
    ----------
    status
        ``ok``, ``not_monthly``, ``all_missing``, ``too_short`` (in all), ``too_short_segment`` (about a break),
        ``bad_break``, ``no_full_year`` (a month of the year has no value), ``constant`` or ``singular``.
    message
        Why there is no answer; blank where there is one.
    names
        ``level``, ``slope`` (a month), and for each break ``step_1``, ``change_1``, ...; then ``month_2`` ...
        ``month_12``, against the first month of the year.
    estimate, std_error, ci_low, ci_high, p_value
        By term; NaN where there is no answer. ``level`` is that of the first period in the first month of the year.
    n
        Periods with a value.
    df
        Residual degrees of freedom, of the t distribution that intervals and p-values are taken from.
    lag
        Largest lag of the Newey-West errors.
    se_convention
        How the errors were made, in words.
    fitted
        The fitted value of each period, missing ones too, shape ``(periods,)``.
    without
        What the line before the first break comes to if followed on, shape ``(periods,)``.
    lag1
        Lag-1 correlation of the residuals, over neighbouring periods.
    memory
        The lag-1 correlation of the errors that would leave such residuals.
    p_calibrated, cal_low, cal_high
        As ``p_value`` and the interval, with critical values of the t statistic from simulated series of that memory;
        empty where no draws were asked for.
    """

    status: str
    message: str = ""
    names: tuple[str, ...] = ()
    estimate: np.ndarray = field(default_factory=_nothing)
    std_error: np.ndarray = field(default_factory=_nothing)
    ci_low: np.ndarray = field(default_factory=_nothing)
    ci_high: np.ndarray = field(default_factory=_nothing)
    p_value: np.ndarray = field(default_factory=_nothing)
    n: int = 0
    df: int = 0
    lag: int = 0
    se_convention: str = ""
    fitted: np.ndarray = field(default_factory=_nothing)
    without: np.ndarray = field(default_factory=_nothing)
    lag1: float = np.nan
    memory: float = np.nan
    p_calibrated: np.ndarray = field(default_factory=_nothing)
    cal_low: np.ndarray = field(default_factory=_nothing)
    cal_high: np.ndarray = field(default_factory=_nothing)

    def of(self, name: str) -> dict[str, float]:
        """The numbers of one term, by the names of the arrays.

        Raises
        ------
        KeyError
            If the fit has no such term.
        """
        if name not in self.names:
            raise KeyError(name)
        at = self.names.index(name)
        fields = ("estimate", "std_error", "ci_low", "ci_high", "p_value", "p_calibrated", "cal_low", "cal_high")
        return {one: float(getattr(self, one)[at]) if getattr(self, one).size else np.nan for one in fields}


def newey_west_lag(n: int) -> int:
    """Return the lag to allow for: the whole part of ``4 (n / 100)^(2/9)`` (Newey and West 1994), and at least 3.

    The rule gives 3 lags for 60 months. It was made for weak dependence; three is the least that lets a season's
    quarter through.
    """
    return max(3, int(4 * (n / 100) ** (2 / 9)))


def fit_interrupted(
    values: np.ndarray,
    breaks: Sequence[int],
    *,
    months: np.ndarray | None,
    effects: bool = True,
    lag: int | None = None,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = SEED,
) -> InterruptedFit:
    """Fit a segmented regression with a change of level and of slope at each break.

    Parameters
    ----------
    values
        One series, one element a month without gaps in the calendar, NaN where a month has no value, shape
        ``(periods,)``. Missing months keep their place: residuals on either side of one are not neighbours.
    breaks
        Positions of the first period after each break.
    months
        Month of the year of each period, 1 to 12, each following the last. None says that the series is not monthly,
        and is refused: an annual series has too few points for two lines and their errors.
    effects
        Include an effect for each month of the year.
    lag
        Largest lag of the Newey-West errors; :func:`newey_west_lag` of the periods with a value if None.
    level
        Coverage of the intervals.
    draws, seed
        Simulated series for the calibrated p-values and limits (0: none), and where their chance comes from.

    Returns
    -------
    InterruptedFit
        Its ``status`` says whether there is an answer. Never raises for what the data lack.
    """
    values = np.asarray(values, dtype=float)
    refused = _refuse(values, breaks, months, effects)
    if refused is not None:
        return refused
    assert months is not None
    design, names = _design(len(values), sorted(breaks), np.asarray(months), effects)
    here = np.isfinite(values)
    x, y = design[here], values[here]
    n, k = x.shape
    if np.linalg.matrix_rank(x) < k:
        return InterruptedFit("singular", "The terms cannot be told apart with these months and breaks.")
    q, r = np.linalg.qr(x)
    beta = np.linalg.solve(r, q.T @ y)
    lag = newey_west_lag(n) if lag is None else lag
    inverse = np.linalg.inv(r)
    residual = np.full(len(values), np.nan)
    residual[here] = y - x @ beta
    cov = _newey_west(design, residual, inverse @ inverse.T, lag) * n / (n - k)
    se = np.sqrt(np.diag(cov))
    margin = student.ppf((1 + level) / 2, n - k) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * student.sf(abs(beta / se), n - k)
    before = np.array([name in ("level", "slope") or name.startswith("month_") for name in names])
    lag1, memory = _neighbours(residual), np.nan
    p_calibrated = cal_low = cal_high = _nothing()
    if draws:
        memory = _memory(design, here, lag1)
        t_null = abs(_null_statistics(design, here, memory, lag, draws, np.random.default_rng(seed)))
        extreme = (t_null >= abs(beta / se)[:, None]).sum(axis=1)
        reach = np.quantile(t_null, level, axis=1, method="higher") * se
        p_calibrated, cal_low, cal_high = (1 + extreme) / (1 + draws), beta - reach, beta + reach
    return InterruptedFit(
        status="ok", names=names, estimate=beta, std_error=se, ci_low=beta - margin, ci_high=beta + margin, p_value=p,
        n=n, df=n - k, lag=lag, fitted=design @ beta, without=design[:, before] @ beta[before],
        se_convention=f"Newey-West, Bartlett weights, lag {lag}, factor n/(n-k), t with {n - k} df",
        lag1=lag1, memory=memory, p_calibrated=p_calibrated, cal_low=cal_low, cal_high=cal_high,
    )  # fmt: skip


def _memory(design: np.ndarray, here: np.ndarray, lag1: float) -> float:
    """Find the memory of the errors whose residuals are expected to have this lag-1 correlation.

    Residuals of a short series with many terms show less memory than its errors have. With errors of correlation matrix
    ``R`` and residual maker ``M``, a product of two residuals has expectation ``(M R M)_ij``, so that what is expected
    follows from the months and terms alone; it rises with the memory and is solved for by halving.
    """
    x = design[here]
    q, _ = np.linalg.qr(x)
    maker = np.eye(len(x)) - q @ q.T
    when = np.flatnonzero(here)
    apart = abs(when[:, None] - when[None, :])
    near = np.flatnonzero(np.diff(when) == 1)

    def expected(memory: float) -> float:
        spread = maker @ memory**apart @ maker
        return float(spread[near, near + 1].mean() / np.diag(spread).mean())

    if not np.isfinite(lag1) or lag1 <= expected(0.0):
        return 0.0
    low, high = 0.0, _MOST_MEMORY
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if expected(middle) < lag1 else (low, middle)
    return (low + high) / 2


def _null_statistics(
    design: np.ndarray, here: np.ndarray, memory: float, lag: int, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """The t statistics of every term in series of pure memory, shape ``(terms, draws)``."""
    periods = len(design)
    noise = rng.normal(size=(periods, draws))
    for t in range(1, periods):
        noise[t] = memory * noise[t - 1] + np.sqrt(1 - memory**2) * noise[t]
    x = np.where(here[:, None], design, 0.0)
    solve = np.linalg.pinv(x)
    beta = solve @ noise
    residual = np.where(here[:, None], noise - design @ beta, 0.0)
    n, k = int(here.sum()), x.shape[1]
    out = np.empty((k, draws))
    for term in range(k):
        scores = solve[term][:, None] * residual
        variance = (scores**2).sum(axis=0)
        for step in range(1, lag + 1):
            variance += 2 * (1 - step / (lag + 1)) * (scores[step:] * scores[:-step]).sum(axis=0)
        out[term] = beta[term] / np.sqrt(variance * n / (n - k))
    return out


def _refuse(
    values: np.ndarray, breaks: Sequence[int], months: np.ndarray | None, effects: bool
) -> InterruptedFit | None:
    """Say why there can be no answer; None where there may be one."""
    if months is None:
        return InterruptedFit("not_monthly", "Interrupted time series are for monthly series only.")
    months = np.asarray(months)
    if values.ndim != 1 or months.shape != values.shape:
        raise ValueError("Give one series, and the month of the year of each of its periods.")
    if np.isinf(values).any():
        raise ValueError("A value is infinite.")
    if len(months) and ((months < 1).any() or (months > _YEAR).any() or (np.diff(months) % _YEAR != 1).any()):
        return InterruptedFit("not_monthly", "The periods do not follow each other month by month.")
    here = np.isfinite(values)
    n = int(here.sum())
    if not n:
        return InterruptedFit("all_missing", "No month has a value.")
    if not breaks or len(set(breaks)) != len(breaks) or min(breaks) < 1 or max(breaks) >= len(values):
        return InterruptedFit("bad_break", "A break must lie within the series, and no two may be the same.", n=n)
    if n < MIN_TOTAL:
        words = f"{n} months have a value; at least {MIN_TOTAL} are needed."
        return InterruptedFit("too_short", words, n=n)
    edges = [0, *sorted(breaks), len(values)]
    sizes = [int(here[a:b].sum()) for a, b in pairwise(edges)]
    if min(sizes) < MIN_BEFORE:
        words = f"A stretch beside a break has {min(sizes)} months with a value; at least {MIN_BEFORE} are needed."
        return InterruptedFit("too_short_segment", words, n=n)
    if effects and len(set(months[here])) < _YEAR:
        return InterruptedFit("no_full_year", "A month of the year has no value, so it has no effect.", n=n)
    if np.ptp(values[here]) == 0:
        return InterruptedFit("constant", "All months have the same value.", n=n)
    return None


def _design(periods: int, breaks: list[int], months: np.ndarray, effects: bool) -> tuple[np.ndarray, tuple[str, ...]]:
    """The columns of the regression and their names."""
    t = np.arange(periods, dtype=float)
    columns, names = [np.ones(periods), t], ["level", "slope"]
    for number, at in enumerate(breaks, start=1):
        columns += [(t >= at).astype(float), np.where(t >= at, t - at, 0.0)]
        names += [f"step_{number}", f"change_{number}"]
    if effects:
        columns += [(months == month).astype(float) for month in range(2, _YEAR + 1)]
        names += [f"month_{month}" for month in range(2, _YEAR + 1)]
    return np.column_stack(columns), tuple(names)


def _newey_west(design: np.ndarray, residual: np.ndarray, bread: np.ndarray, lag: int) -> np.ndarray:
    """Newey and West's covariance; a product of scores across a missing month is left out, as it is not known."""
    scores = np.where(np.isfinite(residual), residual, 0.0)[:, None] * design
    meat = scores.T @ scores
    for step in range(1, min(lag, len(scores) - 1) + 1):
        cross = scores[step:].T @ scores[:-step]
        meat += (1 - step / (lag + 1)) * (cross + cross.T)
    return bread @ meat @ bread


def _neighbours(residual: np.ndarray) -> float:
    """Lag-1 correlation of residuals, over pairs that are both there."""
    pairs = residual[1:] * residual[:-1]
    there = np.isfinite(pairs)
    if not there.any():
        return float("nan")
    return float(pairs[there].mean() / np.nanmean(residual**2))
