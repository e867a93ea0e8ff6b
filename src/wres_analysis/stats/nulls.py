"""What an estimate that shows nothing does and does not say.

"No evidence of an effect", "evidence of no meaningful effect" and "these data cannot tell" are three findings. Which
one it is depends on the standard error and on the smallest effect that anyone would care about, set beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import nctdtr, ndtr, stdtr, stdtrit

__all__ = ["EValue", "NullAssessment", "assess_null", "e_value", "minimum_detectable_effect"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_HALVINGS = 60
#: A bracket that starts above the critical value and doubles so often holds the answer for any power below 0.999.
_DOUBLINGS = 10
#: From this many degrees of freedom on t is taken as normal; the difference is below 1e-6 of a standard error.
_NORMAL_FROM = 1e6
#: Log risk ratio that goes with one standard deviation of a continuous outcome (VanderWeele and Ding 2017).
_LOG_RATIO_PER_SD = 0.91


@dataclass(frozen=True, slots=True)
class NullAssessment:
    """What was found about effects too small to matter; floats and words for scalars, else arrays of one shape.

    Parameters
    ----------
    minimum_detectable
        Effect, in units of the estimate, that a test at ``alpha`` would find with probability ``power``.
    equivalence_p
        P-value of the hypothesis that the effect is at least as large as the smallest one of interest (two one-sided
        tests). NaN where none is given.
    smallest_demonstrable
        Smallest effect of interest that such data would rule out with probability ``power`` if there were no effect
        at all.
    smallest_ruled_out
        Smallest effect of interest that these data, with the estimate as it came out, do rule out.
    verdict
        ``evidence_of_no_meaningful_effect``, ``no_evidence`` or ``cannot_tell``; ``not_null`` where there is
        evidence of an effect; ``not_available`` where there is no estimate.
    alpha, power
        As asked for.
    """

    minimum_detectable: Any
    equivalence_p: Any
    smallest_demonstrable: Any
    smallest_ruled_out: Any
    verdict: Any
    alpha: float = field(kw_only=True)
    power: float = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class EValue:
    """How strong an unmeasured confounder would have to be; floats for scalars, else arrays.

    Parameters
    ----------
    estimate
        E-value of the estimate: the risk ratio, 1 or more, that the confounder must have with exposure and with
        outcome, both, to make up the estimate alone.
    limit
        The same for the limit of the interval that is nearer to no effect: its lower limit. 1 if the interval
        includes no effect.
    risk_ratio
        The approximate risk ratio, 1 or more, that the estimate was turned into.
    """

    estimate: Any
    limit: Any
    risk_ratio: Any


def minimum_detectable_effect(
    std_error: npt.ArrayLike, df: npt.ArrayLike, *, alpha: float = 0.05, power: float = 0.8
) -> Any:
    """Effect that a two-sided t test would find with a given probability.

    Parameters
    ----------
    std_error, df
        Standard error of the estimate, and degrees of freedom of its t, broadcast against each other; ``df`` may be
        infinite. NaN is missing.
    alpha, power
        Level of the test and probability, each strictly between 0 and 1, ``power`` above ``alpha``.

    Returns
    -------
    float or ndarray
        In units of the estimate, positive; NaN where the standard error or the degrees of freedom are missing or not
        positive.

    Raises
    ------
    ValueError
        If ``alpha`` or ``power`` is out of range.

    Notes
    -----
    The noncentrality at which noncentral t exceeds the critical values with probability ``power``, times the standard
    error. An approximation: it takes the standard error that these data gave as that of the next data, and t as exact,
    which with clustered errors it is not. Of a study that is done, this says what it could have seen, not how likely
    its own result was; it is a function of the standard error alone.
    """
    _check(alpha, power)
    (error, freedom), scalar = _floats(std_error, df)
    known = _positive(error, freedom)
    result = np.full(error.shape, np.nan)
    result[known] = error[known] * _noncentrality(freedom[known], alpha, power)
    return float(result[0]) if scalar else result


def assess_null(
    estimate: npt.ArrayLike,
    std_error: npt.ArrayLike,
    df: npt.ArrayLike,
    *,
    smallest_effect: npt.ArrayLike = np.nan,
    p_value: npt.ArrayLike | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
) -> NullAssessment:
    """Judge estimates against the smallest effect of interest.

    Parameters
    ----------
    estimate, std_error, df
        Estimate, standard error and degrees of freedom of t, broadcast against each other. NaN is missing.
    smallest_effect
        Smallest effect of interest, positive, in units of the estimate; NaN where none is set.
    p_value
        Two-sided p-value of the test against zero where another than that of t is used, such as a bootstrap's.
    alpha, power
        As :func:`minimum_detectable_effect`.

    Returns
    -------
    NullAssessment

    Raises
    ------
    ValueError
        If ``alpha`` or ``power`` is out of range, or a smallest effect is not positive.

    Notes
    -----
    The verdict is the first of these that holds.

    1. ``not_available``: estimate, standard error or degrees of freedom are missing.
    2. ``evidence_of_no_meaningful_effect``: the two one-sided tests reject (``equivalence_p`` below ``alpha``). The
       effect, zero or not, is smaller than the smallest of interest.
    3. ``not_null``: the test against zero rejects. There is evidence of an effect, and nothing null to explain.
    4. ``no_evidence``: the minimum detectable effect is no larger than the smallest of interest. A meaningful effect
       would probably have been seen, and none was, though it is not ruled out.
    5. ``cannot_tell``: all else, and whenever no smallest effect is set. The data could miss an effect that matters.

    Two one-sided tests: Schuirmann (1987), Lakens (2017); p is the larger of both. ``smallest_ruled_out`` is the
    absolute estimate plus the one-sided critical t times the standard error, the far end of the interval at
    ``1 - 2 * alpha``. ``smallest_demonstrable`` takes the estimate as spread like t around zero:
    ``std_error * (t(1 - alpha) + t((1 + power) / 2))``.
    """
    _check(alpha, power)
    given = (estimate, std_error, df, smallest_effect, np.nan if p_value is None else p_value)
    (effect, error, freedom, smallest, p), scalar = _floats(*given)
    if (smallest <= 0).any():
        raise ValueError("a smallest effect of interest must be positive")
    known = _positive(error, freedom) & np.isfinite(effect)
    nan = np.full(effect.shape, np.nan)
    error, freedom = np.where(known, error, nan), np.where(known, freedom, nan)
    beside = stdtr(freedom, -np.abs(effect) / error)
    against_zero = 2 * beside if p_value is None else p
    one_sided = stdtrit(freedom, 1 - alpha)
    equivalence_p = stdtr(freedom, (np.abs(effect) - smallest) / error)
    detectable = nan.copy()
    detectable[known] = error[known] * _noncentrality(freedom[known], alpha, power)

    conditions = [~known, equivalence_p < alpha, against_zero < alpha, detectable <= smallest]
    words = ["not_available", "evidence_of_no_meaningful_effect", "not_null", "no_evidence"]
    verdict = np.select(conditions, words, default="cannot_tell").astype(object)
    demonstrable = error * (one_sided + stdtrit(freedom, (1 + power) / 2))
    ruled_out = np.abs(effect) + one_sided * error
    results: list[Any] = [detectable, equivalence_p, demonstrable, ruled_out, verdict]
    if scalar:
        results = [values.item() for values in results]
    return NullAssessment(*results, alpha=alpha, power=power)


def e_value(estimate: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> EValue:
    """E-value of a standardised effect on a continuous outcome.

    Parameters
    ----------
    estimate, low, high
        Effect of the contrast of interest (such as one standard deviation of the exposure) and its limits, in
        standard deviations of the outcome, broadcast against each other. NaN is missing.

    Returns
    -------
    EValue
        NaN where the estimate, or for ``limit`` the nearer limit, is missing.

    Raises
    ------
    ValueError
        If an estimate lies outside its limits.

    Notes
    -----
    VanderWeele and Ding (2017): a standardised difference d is about the risk ratio ``exp(0.91 * d)`` of an outcome
    split in two, taken as 1 or more, and the E-value is ``RR + sqrt(RR * (RR - 1))``. The approximation assumes a
    normal outcome and leaves the sampling of its standard deviation out. It bounds confounding only, not errors of
    measurement or selection.
    """
    (effect, lower, upper), scalar = _floats(estimate, low, high)
    if ((lower > effect) | (effect > upper)).any():
        raise ValueError("an estimate lies outside its limits")
    nearer = np.where(effect > 0, np.maximum(lower, 0.0), np.maximum(-upper, 0.0)) + 0 * effect  # NaN stays NaN
    ratio = np.exp(_LOG_RATIO_PER_SD * np.abs(effect))
    results = (_e_value(ratio), _e_value(np.exp(_LOG_RATIO_PER_SD * nearer)), ratio)
    return EValue(*(float(values[0]) for values in results)) if scalar else EValue(*results)


def _e_value(ratio: FloatArray) -> FloatArray:
    return np.asarray(ratio + np.sqrt(ratio * (ratio - 1)))


def _noncentrality(df: FloatArray, alpha: float, power: float) -> FloatArray:
    """Noncentrality at which a two-sided t test rejects with probability ``power``."""
    critical = stdtrit(df, 1 - alpha / 2)
    normal = df >= _NORMAL_FROM
    finite = np.where(normal, 1.0, df)

    def enough(noncentrality: FloatArray) -> BoolArray:
        """Whether the test rejects at least that often."""
        # Where next to nothing is left below a value, scipy 1.17 may give NaN for it.
        below, beyond = (np.nan_to_num(nctdtr(finite, noncentrality, at)) for at in (-critical, critical))
        below = np.where(normal, ndtr(-critical - noncentrality), below)
        beyond = np.where(normal, ndtr(critical - noncentrality), beyond)
        return np.asarray(below + 1 - beyond >= power)

    low, high = np.zeros(df.shape), critical + 1.0
    for _ in range(_DOUBLINGS):
        high = np.where(enough(high), high, 2 * high)
    for _ in range(_HALVINGS):
        middle = low + (high - low) / 2
        reached = enough(middle)
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return np.asarray(high)


def _check(alpha: float, power: float) -> None:
    if not 0.0 < alpha < power < 1.0:
        raise ValueError(f"alpha and power must lie between 0 and 1, alpha below power; they are {alpha} and {power}")


def _positive(error: FloatArray, df: FloatArray) -> BoolArray:
    return np.asarray((error > 0) & np.isfinite(error) & (df > 0))


def _floats(*given: npt.ArrayLike) -> tuple[list[FloatArray], bool]:
    """Broadcast to float64 arrays of at least one dimension; say whether all were scalars."""
    arrays = np.broadcast_arrays(*(np.asarray(values, dtype=np.float64) for values in given))
    return [np.atleast_1d(array) for array in arrays], arrays[0].ndim == 0
