"""Funnel limits: which units lie further from a target than chance, and the usual spread between units, would put them.

Spiegelhalter (2005), Statistics in Medicine 24:1185-1202, and (2005), Quality and Safety in Health Care 14:347-351.
Each kind of data has a scale on which its standard error hardly depends on its value; the z-scores are taken there,
and the limits are brought back to the scale of the data.

Overdispersion follows that paper: z-scores are winsorised before the variance between units is taken, so that the few
units one looks for do not widen the limits meant to find them. The price is that the same is done to units that are
part of the usual spread. Where spread far exceeds chance and is normal, the variance comes out a third too small and
11 % of units lie outside adjusted 95 % limits, 1 % outside those of 99.8 %. ``winsorise=0`` is free of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from wres_analysis.stats.intervals import _usable

__all__ = ["Funnel", "FunnelLimits", "count_ratio_funnel", "funnel_limits", "known_error_funnel", "proportion_funnel"]

Kind = Literal["proportion", "count_ratio", "difference", "log_ratio"]
FloatArray = npt.NDArray[np.float64]

#: 1.959964 and 3.090232: chance alone passes the first 5 times in 100, the second 2 times in 1,000.
Z_95, Z_998 = float(ndtri(0.975)), float(ndtri(0.999))


@dataclass(frozen=True, slots=True)
class Funnel:
    """Units against a target, with and without allowance for the usual spread between them.

    Parameters
    ----------
    kind
        ``proportion``, ``count_ratio``, ``difference`` or ``log_ratio``.
    target
        The centre of the funnel on the scale of the data; NaN where there is none.
    estimate
        Float64 array: the value of each unit on the scale of the data (a ratio, not its logarithm).
    standard_error
        Float64 array, on the scale of the z-scores: arcsine of the root, logarithm, or as given for differences.
    z, z_adjusted
        Float64 arrays: distance from the target in standard errors, and in standard errors widened by ``tau2``.
    flag, flag_adjusted
        Object arrays: ``inside``, ``95_to_99.8`` or ``outside_99.8`` by ``z`` and by ``z_adjusted`` (the sign says on
        which side); empty text where the status is not ``ok``.
    status
        Object array: ``ok``; ``no_base`` (a base is zero, or a value is missing); ``no_events`` (neither count of a
        ratio); ``no_error`` (a standard error that is zero or infinite).
    phi
        Mean square of the winsorised z-scores. Where chance alone is at work it is 1 without winsorising and 0.68 with
        10 % at either end.
    tau2
        Variance between units on the scale of the z-scores; 0 where ``phi`` shows no more than chance.
    n_units
        How many units ``phi`` and ``tau2`` rest on: those with status ``ok``.
    overdispersion
        ``ok``; ``none`` (``tau2`` is 0: adjusted and plain are the same); ``too_few_units`` (fewer than two: ``phi``,
        ``tau2`` and all that is adjusted are missing); ``no_target``.
    """

    kind: str
    target: float
    estimate: FloatArray
    standard_error: FloatArray
    z: FloatArray
    z_adjusted: FloatArray
    flag: npt.NDArray[Any]
    flag_adjusted: npt.NDArray[Any]
    status: npt.NDArray[Any]
    phi: float
    tau2: float
    n_units: int
    overdispersion: str


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    """The curves of a funnel on the scale of the data, one element a size.

    Parameters
    ----------
    size
        Float64 array, as given to :func:`funnel_limits`.
    low_95, high_95, low_998, high_998
        Float64 arrays.
    """

    size: FloatArray
    low_95: FloatArray
    high_95: FloatArray
    low_998: FloatArray
    high_998: FloatArray


def proportion_funnel(
    successes: npt.ArrayLike, trials: npt.ArrayLike, *, target: float | None = None, winsorise: float = 0.1
) -> Funnel:
    """Compare proportions with a target on the arcsine scale.

    Parameters
    ----------
    successes, trials
        Counts, one-dimensional, of equal length. Half-integers are allowed; NaN is a missing count.
    target
        A proportion (0-1); without one, that of all units together.
    winsorise
        The share of units at either end whose z-scores are drawn in before ``phi`` is taken, below a half.

    Returns
    -------
    Funnel

    Raises
    ------
    ValueError
        If the lengths differ, counts cannot be, ``target`` is no proportion, or ``winsorise`` is out of range.

    Notes
    -----
    ``y = asin(sqrt(x / n))`` with standard error ``1 / (2 * sqrt(n))``.
    """
    x, n = _pair(successes, trials)
    told = _usable((x, n))
    status = np.where(told, "ok", "no_base").astype(object)
    x, n = np.where(told, x, np.nan), np.where(told, n, np.nan)
    if target is None:
        target = float(x[told].sum() / n[told].sum()) if told.any() else np.nan
    elif not 0 <= target <= 1:
        raise ValueError(f"the target must be a proportion from 0 to 1; it is {target}")
    return _funnel("proportion", target, x / n, np.arcsin(np.sqrt(x / n)), 0.5 / np.sqrt(n), status, winsorise)


def count_ratio_funnel(
    first: npt.ArrayLike, second: npt.ArrayLike, *, target: float | None = None, winsorise: float = 0.1
) -> Funnel:
    """Compare ratios of two counts, neither of which is a part of the other, with a target on the log scale.

    Parameters
    ----------
    first, second
        Counts, one-dimensional, of equal length; the ratio is ``first / second``. NaN is a missing count.
    target
        A positive ratio; without one, that of all units together.
    winsorise
        As in :func:`proportion_funnel`.

    Returns
    -------
    Funnel
        Where ``second`` is 0 the estimate is NaN, but the z-score stands.

    Raises
    ------
    ValueError
        If the lengths differ, a count is negative or infinite, ``target`` is not positive, or ``winsorise`` is out of
        range.

    Notes
    -----
    ``y = log((a + 0.5) / (b + 0.5))`` with standard error ``sqrt(a / (a + 0.5)**2 + b / (b + 0.5)**2)``.
    """
    a, b = _pair(first, second)
    if (impossible := (a < 0) | (b < 0) | np.isinf(a) | np.isinf(b)).any():
        where = int(np.flatnonzero(impossible)[0])
        raise ValueError(f"impossible counts at position {where}: {a[where]:g} and {b[where]:g}")
    status = np.full(a.shape, "ok", dtype=object)
    status[(a == 0) & (b == 0)] = "no_events"
    status[np.isnan(a) | np.isnan(b)] = "no_base"
    told = status == "ok"
    if target is None:
        total, of = a[told].sum(), b[told].sum()
        target = float(total / of) if total > 0 and of > 0 else np.nan
    elif not 0 < target < np.inf:
        raise ValueError(f"the target must be a positive ratio; it is {target}")
    a, b = np.where(told, a, np.nan), np.where(told, b, np.nan)
    estimate = np.divide(a, b, out=np.full(a.shape, np.nan), where=b > 0)
    y = np.log(a + 0.5) - np.log(b + 0.5)
    return _funnel("count_ratio", target, estimate, y, _count_error(a, b), status, winsorise)


def known_error_funnel(
    estimates: npt.ArrayLike,
    standard_errors: npt.ArrayLike,
    *,
    kind: Literal["difference", "log_ratio"],
    target: float | None = None,
    winsorise: float = 0.1,
) -> Funnel:
    """Compare estimates that come with standard errors with a target.

    Parameters
    ----------
    estimates, standard_errors
        One-dimensional, of equal length: differences, or logarithms of ratios, with their errors on that same scale.
        NaN is missing.
    kind
        ``difference`` or ``log_ratio``; says what the scale of the data is.
    target
        On the scale of the data: a difference, or a positive ratio (not its logarithm). Without one, the mean
        weighted by precision.
    winsorise
        As in :func:`proportion_funnel`.

    Returns
    -------
    Funnel

    Raises
    ------
    ValueError
        If the lengths differ, an estimate is infinite, a standard error is negative, or another argument is out of
        range.
    """
    if kind not in ("difference", "log_ratio"):
        raise ValueError(f"no such kind of estimate: {kind!r}")
    y, s = _pair(estimates, standard_errors)
    if (impossible := np.isinf(y) | (s < 0)).any():
        where = int(np.flatnonzero(impossible)[0])
        raise ValueError(f"impossible estimate at position {where}: {y[where]:g} with standard error {s[where]:g}")
    status = np.full(y.shape, "ok", dtype=object)
    status[(s == 0) | np.isinf(s)] = "no_error"
    status[np.isnan(y) | np.isnan(s)] = "no_base"
    told = status == "ok"
    if target is None:
        centre = float(np.average(y[told], weights=s[told] ** -2)) if told.any() else np.nan
        target = float(np.exp(centre)) if kind == "log_ratio" else centre
    elif not (np.isfinite(target) and (kind == "difference" or target > 0)):
        raise ValueError(f"the target must be a number, and a ratio positive; it is {target}")
    y, s = np.where(told, y, np.nan), np.where(told, s, np.nan)
    return _funnel(kind, target, np.exp(y) if kind == "log_ratio" else y, y, s, status, winsorise)


def funnel_limits(funnel: Funnel, sizes: npt.ArrayLike, *, adjusted: bool = True) -> FunnelLimits:
    """Draw the limits of a funnel for a range of sizes.

    Parameters
    ----------
    funnel
        Gives the kind, the target and ``tau2``.
    sizes
        Positive numbers, one-dimensional. Proportions: trials. Ratios of counts: the second count; the first is then
        taken to be ``target`` times as large. Known errors: precision, one over the squared standard error.
    adjusted
        Whether the limits allow for ``tau2``.

    Returns
    -------
    FunnelLimits
        NaN throughout where the funnel has no target, or ``adjusted`` and no ``tau2``.

    Raises
    ------
    ValueError
        If a size is not a positive number.

    Notes
    -----
    For proportions and known errors a unit is flagged exactly where it lies beyond the curve at its size. The standard
    error of a ratio of counts depends on both counts, so there the z-score decides and the curve is a guide.
    """
    size = np.asarray(sizes, dtype=np.float64)
    if size.ndim != 1 or not ((size > 0) & (size < np.inf)).all():
        raise ValueError("sizes must be a list of positive numbers")
    if funnel.kind == "proportion":
        error = 0.5 / np.sqrt(size)
    elif funnel.kind == "count_ratio":
        error = _count_error(funnel.target * size, size)
    else:
        error = 1 / np.sqrt(size)
    error = np.hypot(error, np.sqrt(funnel.tau2)) if adjusted else error
    centre = _to_working_scale(funnel.kind, funnel.target)
    curves = [_to_data_scale(funnel.kind, centre + z * error) for z in (-Z_95, Z_95, -Z_998, Z_998)]
    return FunnelLimits(size, *curves)


def _pair(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.ndim != 1 or one.shape != other.shape:
        raise ValueError(f"a funnel takes two lists of one length; they are {one.shape} and {other.shape}")
    return one, other


def _count_error(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(a / (a + 0.5) ** 2 + b / (b + 0.5) ** 2))


def _to_working_scale(kind: str, value: float) -> float:
    if kind == "proportion":
        return float(np.arcsin(np.sqrt(value)))
    return value if kind == "difference" else float(np.log(value))


def _to_data_scale(kind: str, y: FloatArray) -> FloatArray:
    if kind == "proportion":
        # Beyond either end the sine turns back; a limit there is the end itself.
        return np.asarray(np.sin(np.clip(y, 0.0, np.pi / 2)) ** 2)
    return y if kind == "difference" else np.asarray(np.exp(y))


def _funnel(
    kind: Kind,
    target: float,
    estimate: FloatArray,
    y: FloatArray,
    error: FloatArray,
    status: npt.NDArray[Any],
    winsorise: float,
) -> Funnel:
    """Z-scores, overdispersion and flags of values on the working scale, NaN where the status is not ok."""
    if not 0 <= winsorise < 0.5:
        raise ValueError(f"the share to winsorise must be from 0 to below a half; it is {winsorise}")
    told = status == "ok"
    z = (y - _to_working_scale(kind, target)) / error
    phi, tau2, word = _overdispersion(z[told], error[told], winsorise)
    if np.isnan(target):
        word = "no_target"
    z_adjusted = z * error / np.hypot(error, np.sqrt(tau2))
    return Funnel(
        kind=kind,
        target=target,
        estimate=estimate,
        standard_error=error,
        z=z,
        z_adjusted=z_adjusted,
        flag=_flags(z),
        flag_adjusted=_flags(z_adjusted),
        status=status,
        phi=phi,
        tau2=tau2,
        n_units=int(told.sum()),
        overdispersion=word,
    )


def _overdispersion(z: FloatArray, error: FloatArray, winsorise: float) -> tuple[float, float, str]:
    """Phi and tau2 by the method of moments, from winsorised z-scores, and a word about them."""
    n = len(z)
    if n < 2 or np.isnan(z).any():
        return np.nan, np.nan, "too_few_units"
    # Quantiles by linear interpolation (R's type 7).
    phi = float((np.clip(z, *np.quantile(z, [winsorise, 1 - winsorise])) ** 2).mean())
    w = error**-2.0
    tau2 = max(0.0, (n * phi - (n - 1)) / float(w.sum() - (w**2).sum() / w.sum()))
    return phi, tau2, "ok" if tau2 > 0 else "none"


def _flags(z: FloatArray) -> npt.NDArray[Any]:
    beyond = np.abs(z)
    return np.select(
        [np.isnan(z), beyond <= Z_95, beyond <= Z_998], ["", "inside", "95_to_99.8"], default="outside_99.8"
    ).astype(object)
