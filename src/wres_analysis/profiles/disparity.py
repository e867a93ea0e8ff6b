"""Each trust among all trusts of one year: estimates shrunk to the rest, rank intervals, funnel limits, the band.

Everything rests on the counts of each trust's two groups. A trust is compared with the trusts that have both groups
with bases and lie on the same side of a break; nothing is pooled here.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from wres_analysis.once import once
from wres_analysis.profiles.frames import typed
from wres_analysis.profiles.indicators import _BREAK, _groups, _sides
from wres_analysis.standards import Indicator, Standard
from wres_analysis.stats.band import probability_outside_if_equal, probability_true_ratio_outside
from wres_analysis.stats.funnel import known_error_funnel
from wres_analysis.stats.ranks import normal_draws, rank_intervals
from wres_analysis.stats.shrinkage import log_ratio_and_variance, shrink

__all__ = ["DISPARITY_COLUMNS", "RANK_DRAWS", "RANK_SEED", "disparity", "gap_and_error"]

#: Rank intervals come from simulation: the same seed gives the same ranks. With so many draws the probability beyond
#: either limit of a 95% interval has a standard error of 0.0025.
RANK_SEED, RANK_DRAWS = 20_251, 4_000

#: ``observed``, ``shrunken`` with its limits and ``average`` are on the scale that the standard publishes: percentage
#: points, comparison less reference group, or a ratio. ``disadvantage``, ``standard_error``, ``posterior_mean`` and
#: ``posterior_sd`` are on the scale of the model, points or the log ratio, turned so that positive is worse for the
#: comparison group. Probabilities run from 0 to 1. Rank 1 is the least disadvantage.
#:
#: ``average`` is the mean of the true values of the ``n_trusts`` trusts as the model estimates it (each counts by its
#: precision and the spread between trusts), not a figure of all people pooled. ``tau`` is the standard deviation of
#: the true values, ``i2`` the share of the variance of the estimates that is not chance.
#:
#: ``funnel`` is ``inside``, ``95_to_99.8`` or ``outside_99.8``: limits about ``average``, widened by the usual spread
#: between trusts. The sign of ``funnel_z`` says on which side, positive being worse. ``band`` is where the observed
#: ratio lies: ``inside``, ``below``, ``above`` or blank.
#:
#: ``status``: ``ok``; ``no_spread`` (all numbers stand, and the trusts differ no more than chance explains);
#: ``too_imprecise`` (see :func:`disparity`); ``too_few_trusts``; ``no_base``; ``no_ratio`` (no events in either
#: group). ``reason`` says it in words.
#: ``flags``: ``corrected`` (a count of nought was corrected), ``base_at_least`` (a base is a lower bound).
DISPARITY_COLUMNS = {
    "indicator": "str", "number": "int64", "title": "str", "form": "str", "org_code": "str", "wres_year": "int64",
    "reference_base": "float64", "comparison_base": "float64", "reference_events": "float64",
    "comparison_events": "float64", "observed": "float64", "disadvantage": "float64", "standard_error": "float64",
    "shrunken": "float64", "shrunken_low": "float64", "shrunken_high": "float64", "posterior_mean": "float64",
    "posterior_sd": "float64", "probability_worse": "float64", "average": "float64", "probability_outside": "float64",
    "band": "str", "chance_outside_if_equal": "float64", "chance_no_ratio_if_equal": "float64", "rank_low": "float64",
    "rank_high": "float64", "funnel": "str", "funnel_z": "float64", "n_trusts": "int64", "tau": "float64",
    "i2": "float64", "status": "str", "reason": "str", "flags": "str",
}  # fmt: skip

_REASONS = {
    "ok": "",
    "no_spread": "the trusts in the data differ no more than chance explains",
    "too_imprecise": "the counts of this trust are too small to tell",
    "too_few_trusts": "there are too few trusts with data to compare with",
    "no_base": "the number of people behind the percentages is not known",
    "no_ratio": "there were no events in either group, so there is no ratio",
}
#: What the numerics say of a unit, in the words of the frame.
_STATUS = {"ok": "ok", "one_unit": "too_few_trusts", "too_few_units": "too_few_trusts"}

FloatArray = npt.NDArray[np.float64]


def disparity(values: pd.DataFrame, year: int, standard: Standard) -> pd.DataFrame:
    """One row per trust and indicator that is a gap or a ratio, for the trusts with both groups.

    Parameters
    ----------
    values
        Annual values on one basis (``values`` or ``values_pooled`` of a panel).
    year
        The WRES year.
    standard
        Says which indicators there are, which way is worse, and where the band lies.

    Returns
    -------
    pandas.DataFrame
        Columns as :data:`DISPARITY_COLUMNS` says; empty where no trust has both groups. In the order of the standard,
        then of the codes, whatever the order of ``values``.

    Notes
    -----
    Morris's posterior gives part of each trust's own estimate back, as an allowance for an uncertain ``tau2``. Where
    the variance of a trust is many times ``tau2`` the part given back outweighs all else, and the posterior grows far
    wider than trusts differ. So a trust that is drawn to the mean less than even the upper 95% limit of ``tau2`` would
    draw it is ``too_imprecise``: it counts in the average and in the ranks of others, and is told nothing of its own.
    (Estimates that lie closer together than their variances allow have no such limit, and the rule is not applied.)
    """
    compared = [i.key for i in standard.indicators.values() if i.form in ("gap", "ratio")]
    now = values[(values["wres_year"] == year) & values["group"].isin(_groups(standard))]
    now = now[now["measure"].isin(compared)]
    return once("disparity", (now, year, standard), lambda: _disparity(now, year, standard))


def _disparity(now: pd.DataFrame, year: int, standard: Standard) -> pd.DataFrame:
    frames = []
    for i in standard.indicators.values():
        if i.form not in ("gap", "ratio"):
            continue
        mine = now[(now["measure"] == i.key) & (now["stratum"] == i.main_stratum)]
        old = mine["flags"].str.contains(_BREAK, regex=False)
        for part in (mine[old], mine[~old]):
            if len(sides := _sides(part, i, standard)):
                frames.append(_of_indicator(sides.sort_index(), _lower_bounds(part), i, year, standard))
    whole = pd.concat(frames, ignore_index=True) if frames else typed([], DISPARITY_COLUMNS)
    return whole.sort_values(["number", "org_code"], kind="stable", ignore_index=True)


def gap_and_error(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Difference of two percentages and its standard error, in percentage points.

    Parameters
    ----------
    x1, n1, x2, n2
        Events and bases of the two groups; NaN where a base is missing.

    Returns
    -------
    tuple of numpy.ndarray
        ``100 * (x1/n1 - x2/n2)`` and its standard error.

    Notes
    -----
    The error is that of Agresti and Caffo (2000), The American Statistician 54:280-288: one event and one non-event
    are added to each group before ``p * (1 - p) / n`` is taken; the difference itself is left as it is. The plain error
    is 0 where a small group has no events, and too small where it has few: such a trust would then count as the most
    precise of all.
    """
    a, m, b, n = (np.asarray(counts, dtype=np.float64) for counts in (x1, n1, x2, n2))
    variance = np.zeros(np.broadcast_shapes(a.shape, m.shape, b.shape, n.shape))
    for x, base in ((a, m), (b, n)):
        p = (x + 1) / (base + 2)
        variance = variance + p * (1 - p) / (base + 2)
    return 100 * (a / m - b / n), 100 * np.sqrt(variance)


def _lower_bounds(part: pd.DataFrame) -> set[str]:
    """Find the trusts of which a base is known only as a lower bound."""
    return set(part.loc[part["flags"].str.contains("base_at_least", regex=False), "org_code"])


def _of_indicator(sides: pd.DataFrame, bounds: set[str], i: Indicator, year: int, standard: Standard) -> pd.DataFrame:
    """The rows of one indicator; the trusts of ``sides`` are those compared with one another."""
    based = ((sides["n_reference"] > 0) & (sides["n_comparison"] > 0)).to_numpy(dtype=bool)
    based = based & sides[["x_reference", "x_comparison"]].notna().all(axis=1).to_numpy(dtype=bool)
    count = {
        f"{name}_{side}": np.where(based, sides[f"{name}_{side}"].to_numpy("float64"), np.nan)
        for name in ("x", "n")
        for side in ("reference", "comparison")
    }
    own = _gaps(count, i) if i.form == "gap" else _ratios(count, i, standard)
    compared = _among_all(own["disadvantage"], own["standard_error"], i)
    status = np.where(based, compared.pop("status"), "no_base")
    status[based & (own.pop("no_ratio", np.zeros(len(sides), dtype=bool)))] = "no_ratio"
    if i.form == "ratio":
        own |= _band(compared, count, i, standard)
    corrected = own.pop("corrected", np.zeros(len(sides), dtype=bool))
    flags = [
        " ".join(word for word, so in (("corrected", one), ("base_at_least", code in bounds)) if so)
        for code, one in zip(sides.index, corrected, strict=True)
    ]
    columns: dict[str, object] = {
        "indicator": i.key,
        "number": i.number,
        "title": i.title,
        "form": i.form,
        "org_code": sides.index,
        "wres_year": year,
        "reference_base": count["n_reference"],
        "comparison_base": count["n_comparison"],
        "reference_events": count["x_reference"],
        "comparison_events": count["x_comparison"],
        **own,
        **compared,
        "status": status,
        "reason": [_REASONS[word] for word in status],
        "flags": flags,
    }
    frame = pd.DataFrame(columns, index=range(len(sides)))
    for name, dtype in DISPARITY_COLUMNS.items():
        if name not in frame:
            frame[name] = "" if dtype == "str" else np.nan
    return frame[list(DISPARITY_COLUMNS)].astype(DISPARITY_COLUMNS)


def _gaps(count: dict[str, FloatArray], i: Indicator) -> dict[str, npt.NDArray[Any]]:
    gap, error = gap_and_error(count["x_comparison"], count["n_comparison"], count["x_reference"], count["n_reference"])
    return {"observed": gap, "disadvantage": i.disadvantage * gap, "standard_error": error}


def _ratios(count: dict[str, FloatArray], i: Indicator, standard: Standard) -> dict[str, npt.NDArray[Any]]:
    x1, n1, x2, n2 = _in_order(count, i, standard)
    log = log_ratio_and_variance(x1, n1, x2, n2, correction="by_size")
    observed = np.divide(x1 * n2, n1 * x2, out=np.full(x1.shape, np.nan), where=x2 > 0)
    return {
        "observed": observed,
        "disadvantage": i.disadvantage * log.estimate,
        "standard_error": np.sqrt(log.variance),
        "corrected": log.status == "corrected",
        "no_ratio": log.status == "no_events",
    }


def _in_order(count: dict[str, FloatArray], i: Indicator, standard: Standard) -> tuple[FloatArray, ...]:
    """Events and base of the group above the line of the ratio, then of the one below."""
    assert i.ratio_of is not None
    side = dict(zip(_groups(standard), ("reference", "comparison"), strict=True))
    return tuple(count[f"{name}_{side[group]}"] for group in i.ratio_of for name in ("x", "n"))


def _among_all(disadvantage: FloatArray, error: FloatArray, i: Indicator) -> dict[str, npt.NDArray[Any]]:
    """What the other trusts make of each trust's estimate."""
    shrunk = shrink(disadvantage, error**2, method="reml", posterior="morris")
    fit = shrunk.fit
    status = np.array([_STATUS.get(word, "no_base") for word in shrunk.status], dtype=object)
    ok = status == "ok"
    if fit.status == "no_spread":
        status[ok] = "no_spread"
    with np.errstate(invalid="ignore"):
        blurred = ok & (shrunk.weight_of_mean < error**2 / (error**2 + fit.tau2_high))
    status[blurred] = "too_imprecise"
    ranks = rank_intervals(normal_draws(shrunk.mean, shrunk.sd, seed=RANK_SEED, n_draws=RANK_DRAWS))
    # One average for all that is said of a trust: the funnel stands on that of the model.
    target = None if np.isnan(fit.mu) else fit.mu if i.form == "gap" else float(np.exp(fit.mu))
    kind: Literal["difference", "log_ratio"] = "difference" if i.form == "gap" else "log_ratio"
    funnel = known_error_funnel(disadvantage, error, kind=kind, target=target)
    enough = bool(ok.any())

    def natural(values: FloatArray | float) -> FloatArray:
        turned = np.asarray(values, dtype=np.float64) * i.disadvantage
        return np.exp(turned) if i.form == "ratio" else turned

    ends = (natural(shrunk.low), natural(shrunk.high))
    alone = {"average": float(natural(fit.mu)), "tau": float(np.sqrt(fit.tau2)), "i2": fit.i2}
    of_each: dict[str, npt.NDArray[Any]] = {
        "shrunken": natural(shrunk.mean),
        "shrunken_low": np.minimum(*ends),
        "shrunken_high": np.maximum(*ends),
        "posterior_mean": shrunk.mean,
        "posterior_sd": shrunk.sd,
        "probability_worse": shrunk.probability_above(fit.mu),
        "rank_low": ranks.low,
        "rank_high": ranks.high,
    }
    return {
        **{name: np.where(blurred, np.nan, numbers) for name, numbers in of_each.items()},
        "funnel": np.where(ok, funnel.flag_adjusted, ""),
        "funnel_z": np.where(ok, funnel.z_adjusted, np.nan),
        "n_trusts": np.full(disadvantage.shape, fit.n_units),
        **{name: np.full(disadvantage.shape, value if enough else np.nan) for name, value in alone.items()},
        "status": status,
    }


def _band(
    compared: dict[str, npt.NDArray[Any]], count: dict[str, FloatArray], i: Indicator, standard: Standard
) -> dict[str, npt.NDArray[Any]]:
    """Where the observed and the true ratio lie, and where that of an equal trust of the same size would."""
    low, high = standard.four_fifths
    x1, n1, x2, n2 = _in_order(count, i, standard)
    # Ratios of small counts meet the edges exactly; the last bit must not decide.
    ratio = np.round(np.divide(x1 * n2, n1 * x2, out=np.full(x1.shape, np.nan), where=x2 > 0), 12)
    place = np.select([np.isnan(ratio), ratio < low, ratio > high], ["", "below", "above"], default="inside")
    # An equal trust has the rate of its two groups together. A base that is not a whole number is the nearest one.
    chance = probability_outside_if_equal(np.rint(n1), np.rint(n2), (x1 + x2) / (n1 + n2), low=low, high=high)
    mean = i.disadvantage * compared["posterior_mean"]
    true = probability_true_ratio_outside(mean, compared["posterior_sd"] ** 2, low=low, high=high)
    return {
        "band": place,
        "probability_outside": true.outside,
        "chance_outside_if_equal": chance.outside,
        "chance_no_ratio_if_equal": chance.no_ratio,
    }
