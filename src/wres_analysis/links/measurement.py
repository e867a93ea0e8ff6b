"""How exactly an exposure is known: its sampling variance row by row, and what a link would be without that error.

A percentage of 40 respondents is known to within 15 points. Taken as an exposure it draws every slope towards zero, and
within trusts, where the truth changes little, by far the most. The variance comes from the counts beside the column.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.links.coupling import declared, measure_of, same_respondents
from wres_analysis.links.design import Design
from wres_analysis.links.estimates import Estimate
from wres_analysis.links.plan import Test
from wres_analysis.standards import Indicator, Measure, Standard
from wres_analysis.stats.linear import FloatArray
from wres_analysis.stats.measurement_error import RELIABILITY_FLOOR, errors_in_variables

__all__ = ["MOST_FILLED", "SamplingVariance", "corrected", "sampling_variance"]

#: Largest share of rows whose variance is not known that may take the mean of the others. The correction rests on the
#: mean over all rows, which so few rows hardly move; where more are unknown, nothing is corrected.
MOST_FILLED = 0.05
_POINTS = 100.0**2
#: Models whose slope is corrected: those that are linear in the exposure and have one slope for it.
_CORRECTED = ("ols", "twfe")
#: The log of a positive count varies by no more than this, whatever is expected: the greatest variance of the log of a
#: Poisson count that is not zero (at an expected count of 2.87).
_MOST_OF_A_LOG = 0.3175
_OF_BOTH_GROUPS = ("gap", "ratio", "log_ratio", "disadvantage")

_NOT_CORRECTED = {
    "spearman": "Errors of the exposure mix up its ranks, and how much does not follow from their variances, so a rank "
    "correlation is not corrected.",
    "": "Only slopes of linear models with one slope for the exposure are corrected for its errors.",
}
_SENTENCES = {
    "ok": "",
    "unbounded": "Chance in the counts could make up all that varies in the exposure, so the corrected estimate has "
    "no limits.",
    "too_unreliable": "{share:.0%} of what varies in the exposure is more than chance in the counts, which is below "
    "{floor:.0%}: too little to correct by.",
    "same_respondents": "Exposure and outcome are answers of the same respondents, so their errors go together and "
    "nothing is corrected.",
}


@dataclass(frozen=True, slots=True)
class SamplingVariance:
    """The sampling variance of a column of the panel.

    Parameters
    ----------
    values
        Variance of each row asked for, in squared units of the column: percentage points, or log units of a ratio. 0
        for a full count; NaN where the counts are not known.
    status
        ``ok``; ``full_count`` (there is no sampling); ``no_base`` (nothing is known of the counts, in any row, or of
        such a column at all).
    reason
        A sentence; empty where the status is ``ok``.
    at_least
        (n,) whether a base is known and the events are not: it may then be a lower bound, and the variance is at most
        this.
    """

    values: FloatArray
    status: str
    reason: str
    at_least: np.ndarray


def sampling_variance(
    panel: pd.DataFrame, rows: np.ndarray, column: str, standard: Standard, outcomes: Standard
) -> SamplingVariance:
    """Work out the sampling variance of a column from the counts that travel beside it.

    Parameters
    ----------
    panel
        The panel.
    rows
        (n,) places of the rows, as :attr:`~wres_analysis.links.design.Design.rows`.
    column
        An exposure: a form of an indicator (gap, ratio, log ratio, disadvantage), a group's percentage, or a measure.
    standard, outcomes
        What is measured, and what is a full count.

    Returns
    -------
    SamplingVariance

    Notes
    -----
    A percentage has ``p * (1 - p) / (n - 1)``: on average exactly the variance, also where nobody said yes, which is
    what a mean over many rows needs. A gap has the sum over both groups. A log ratio has that of the delta method,
    ``1/x - 1/n`` for x events of n people, where 1/x counts as no more than :data:`_MOST_OF_A_LOG`; on average over
    what may be observed this is within 10% of the truth from eight expected events on, and within 20% from two. A
    ratio has its square times that. A ratio without events on one side is missing in the panel, and no row.

    Those who answered are taken as a sample of the experience of staff of such a trust at such a time, so there is no
    correction for a finite number of staff: it would make variances smaller, and reliabilities larger.
    """
    head = column.partition(".")[0]
    part = panel[[name for name in panel.columns.astype(str) if name.partition(".")[0] == head]].iloc[rows]
    one = declared(measure_of(column, outcomes), standard, outcomes)
    unknown = np.zeros(len(part), dtype=bool)
    if one is not None and (why := _full_count(one)):
        reason = f"{column} has no sampling error, because {why}: its reliability counts as 1."
        return SamplingVariance(np.zeros(len(part)), "full_count", reason, unknown)
    values = None if one is None else _from_counts(part, column, one, standard)
    if values is None or not np.isfinite(values).any():
        why = getattr(one, "no_interval", "") or "these data have no number of people behind it"
        missing = np.full(len(part), np.nan)
        return SamplingVariance(missing, "no_base", f"The error of {column} is not known, because {why}.", unknown)
    at_least = unknown
    if isinstance(one, Indicator):
        for group in _groups(column, one, standard):
            if f"{group}.base" in part:
                at_least = at_least | (part[f"{group}.base"].notna() & _column(part, f"{group}.denominator").isna())
    return SamplingVariance(values, "ok", "", np.asarray(at_least))


def corrected(
    design: Design,
    test: Test,
    result: Estimate,
    *,
    lag: int,
    panel: pd.DataFrame,
    standard: Standard,
    outcomes: Standard,
    alpha: float,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Correct the estimate of a test for the sampling error of its exposure.

    Parameters
    ----------
    design, test, result
        The rows, the test and its estimate.
    lag
        The lag at which it was made.
    panel
        The panel that the rows are of.
    standard, outcomes
        What is measured.
    alpha
        The interval is at ``1 - alpha``.

    Returns
    -------
    tuple of dict
        The columns ``reliability, estimate_disattenuated, dis_ci_low, dis_ci_high, dis_status`` of the row; and what
        ``links.json`` says beside them. ``dis_status`` is ``ok``, ``unbounded`` (the estimate has no limits),
        ``too_unreliable``, ``full_count``, ``no_base``, ``same_respondents`` or ``not_available``; only the first two
        have a corrected estimate.
    """

    def said(status: str, message: str, reliability: float = nan) -> tuple[dict[str, Any], dict[str, Any]]:
        return _columns(status, reliability), {"status": status, "message": message}

    if test.model not in _CORRECTED:
        return said("not_available", _NOT_CORRECTED.get(test.model, _NOT_CORRECTED[""]))
    if result.status not in ("ok", "unbounded") or result.fit is None:
        return said("not_available", "There is no estimate to correct.")
    known = sampling_variance(panel, design.rows, test.exposure, standard, outcomes)
    if known.status == "full_count":
        return said("full_count", known.reason, 1.0)
    if lag == 0 and same_respondents(test.exposure, test.outcome, standard, outcomes):
        return said("same_respondents", _SENTENCES["same_respondents"])
    used = result.fit.used
    if known.status == "no_base":
        return said("no_base", known.reason)
    holes = used & np.isnan(known.values)
    if holes.sum() > MOST_FILLED * used.sum():
        return said("no_base", f"The error of {test.exposure} is not known in {holes.sum()} of {used.sum()} rows.")

    values = np.where(holes, np.mean(known.values[used & ~holes]), known.values)
    found = errors_in_variables(
        result.fit,
        column=test.exposure,
        error_variance=values,
        kind="CR1" if test.se == "wild" else test.se,  # type: ignore[arg-type]
        cluster=None if test.se.startswith("HC") else design.cluster,
        weights=design.weights,
        level=1 - alpha,
    )
    if found.status not in _SENTENCES:
        return said("not_available", "There is no standard error to correct with.")
    sentences = [_SENTENCES[found.status].format(share=max(found.reliability, 0.0), floor=RELIABILITY_FLOOR)]
    if holes.any():
        sentences.append(
            f"In {holes.sum()} of {used.sum()} rows the error is not known; they take the mean of the others."
        )
    bounds = int((known.at_least & used).sum())
    if bounds:
        sentences.append(
            f"In {bounds} of {used.sum()} rows more people may have answered than was counted on, so the reliability "
            "is at least this, and the correction at most."
        )
    columns = _columns(found.status, found.reliability) | {
        "estimate_disattenuated": found.estimate,
        "dis_ci_low": found.low,
        "dis_ci_high": found.high,
    }
    about = {
        "status": found.status,
        "message": " ".join(filter(None, sentences)),
        "reliability_low": found.reliability_low,
        "reliability_high": found.reliability_high,
        "std_error": found.std_error,
        "mean_error_variance": float(np.mean(values[used])),
        "interval": f"Fieller, {found.kind}, t with {found.df:g} degrees of freedom",
    }
    return columns, about


def _columns(status: str, reliability: float) -> dict[str, Any]:
    empty = dict.fromkeys(("estimate_disattenuated", "dis_ci_low", "dis_ci_high"), nan)
    return {"reliability": reliability, **empty, "dis_status": status}


def _full_count(one: Indicator | Measure) -> str:
    """Why there is no sampling error; empty where there is."""
    if isinstance(one, Indicator):
        return "it is a full count of staff" if one.clock == "snapshot" else ""
    return "" if one.clock == "survey" else one.no_interval


def _groups(column: str, i: Indicator, standard: Standard) -> tuple[str, ...]:
    """The columns of the groups whose percentages a column is made from."""
    _, _, form = column.partition(".")
    if form.rpartition(".")[2] in standard.groups:
        return (column,)
    order = i.ratio_of or (standard.comparison_group, standard.reference_group)
    return tuple(f"{i.key}.{group}" for group in order) if form in _OF_BOTH_GROUPS else ()


def _from_counts(part: pd.DataFrame, column: str, one: Indicator | Measure, standard: Standard) -> FloatArray | None:
    """Variances, or None where no formula speaks of such a column."""
    if isinstance(one, Measure):
        plain = one.unit == "percent" and not one.no_interval and column in part
        return _of_percentage(part, column) if plain else None
    groups = _groups(column, one, standard)
    if not groups or any(group not in part for group in groups):
        return None
    _, _, form = column.partition(".")
    if len(groups) == 1 or form == "gap" or (form == "disadvantage" and one.form == "gap"):
        return np.sum([_of_percentage(part, group) for group in groups], axis=0)
    (x1, n1), (x2, n2) = (_counts(part, group) for group in groups)
    log = _of_log(x1, n1) + _of_log(x2, n2)
    return log * part[column].to_numpy("float64") ** 2 if form == "ratio" else log


def _of_log(events: FloatArray, base: FloatArray) -> FloatArray:
    """Variance of the log of a share; NaN where there are no events, of which there is no log."""
    one = np.divide(1.0, events, out=np.full(events.shape, np.nan), where=events > 0)
    return np.asarray(np.minimum(one, _MOST_OF_A_LOG) * (1 - events / base))


def _of_percentage(part: pd.DataFrame, column: str) -> FloatArray:
    share, base = part[column].to_numpy("float64") / 100, _base(part, column)
    more = np.where(base > 1, base - 1, np.nan)
    return np.asarray(_POINTS * share * (1 - share) / more)


def _counts(part: pd.DataFrame, column: str) -> tuple[FloatArray, FloatArray]:
    """Events and base; where only rate and base are published, their product."""
    base = _base(part, column)
    events = _column(part, f"{column}.numerator").to_numpy("float64")
    product = part[column].to_numpy("float64") / 100 * base
    return np.where(np.isnan(events), np.minimum(product, base), events), base


def _base(part: pd.DataFrame, column: str) -> FloatArray:
    exact, known = (_column(part, f"{column}.{name}").to_numpy("float64") for name in ("denominator", "base"))
    return np.where(np.isnan(exact), known, exact)


def _column(part: pd.DataFrame, name: str) -> pd.Series:
    return part[name] if name in part else pd.Series(np.nan, index=part.index)
