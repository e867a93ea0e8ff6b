"""The result frame of annual trends: its columns, and the lines that it holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

__all__ = ["FEWEST_SETTLED", "HORIZON", "TREND_COLUMNS", "drawn", "fitted_lines"]

#: Fewer points than this have trial limits only (the rule of Making Data Count for control charts).
FEWEST_SETTLED = 12
#: Years beyond which a straight line is not followed.
HORIZON = 30
_Z = float(ndtri(0.975))

#: One row is one trust, region or England, and one thing that is followed.
#:
#: Whose: ``subject`` (``trust``, ``region``, ``england``), ``org_code`` (a region's is its name), ``name``,
#: ``region``, ``trust_set`` (``own``; of an area ``all`` trusts of each year or the ``constant`` set). What:
#: ``measure``, ``number``, ``title``, ``form`` (``gap``, ``log_ratio``, ``difference``, ``level``), ``group``, ``unit``
#: of the values (slopes are that a year), ``better`` (1: rising is better, -1: falling is, 0: neither).
#:
#: The series: ``first_year``, ``last_year``, ``n_years``, ``years_left_out`` ("2021 (covid); 2018 (suppressed)"),
#: ``base_low`` and ``base_high`` (people, answers or days in a year), ``trusts_low`` and ``trusts_high``, ``flags``
#: (of the values; ``joined:RXX:2021`` where another trust is part of this one from that year on), ``limits``
#: (``trial`` or ``settled``), ``covid`` (``keep`` or ``leave_out``), ``break_handling`` (``restarted`` or ``none``).
#:
#: The line: ``status`` (``ok``, ``too_few``, ``exact_fit``, ``no_values``), ``message``, ``slope``, ``slope_se``,
#: ``ci_low``, ``ci_high``, ``df``, ``method``, ``se_convention``, ``tau`` (the standard deviation of years about the
#: line beyond sampling), ``centre``, ``level``, ``level_se`` (where the line is surest), ``fitted_last`` with its
#: interval (the line in the last year), ``reading`` (``improving``, ``worsening``, ``rising``, ``falling``,
#: ``cannot_tell``, or blank), ``beyond_parity`` (the line's interval in the last year lies on the side of advantage for
#: the comparison group: no direction is called better).
#:
#: Among all trusts: ``pooled_slope``, ``pooled_se``, ``pooled_low``, ``pooled_high``, ``pooled_status``, ``pooled_n``
#: (trusts), ``pooled_tau`` (common to all), ``mean_slope`` of the trusts and ``slope_sd`` between them. ``p_improving``
#: is a posterior probability, ``p_method`` says which: ``pooled`` or ``own``.
#:
#: Change between two years: ``baseline_year``, ``change``, ``change_low``, ``change_high``, ``change_status`` (``ok``,
#: ``not_sampled``, ``no_baseline``, ``missing``), ``change_reason``.
#:
#: To parity, in years after ``last_year``: ``parity_status`` (:class:`wres_analysis.stats.trend.WayToZero`, or
#: ``not_applicable``), ``parity_years``, ``parity_low``, ``parity_high``.
#:
#: The other way with the pandemic: ``other_covid``, ``other_slope``, ``other_low``, ``other_high``, ``other_reading``.
#:
#: How years resemble one another: ``sampled`` (false: a full count, whose interval rests on the years alone), ``lag1``
#: (the correlation of a year with the year before that the line allows for), ``lag1_estimate`` and ``lag1_se`` (of all
#: trusts' series of the measure together), ``lag1_source`` (``estimated`` or ``assumed``), ``lag1_n`` (trusts),
#: ``likeness`` (mean correlation of different trusts' distances from their lines: what moves all of them at once),
#: ``pooled_shared_se`` (the error that this movement adds to every pooled slope).
#:
#: England beside a trust: ``england_slope``, ``england_low``, ``england_high``, ``england_basis`` (``counts``, of
#: ``england_first_year`` to ``england_last_year``; or ``mean_of_trusts``, over each trust's own years).
TREND_COLUMNS = {
    "subject": "str", "org_code": "str", "name": "str", "region": "str", "trust_set": "str", "measure": "str",
    "number": "int64", "title": "str", "form": "str", "group": "str", "unit": "str", "better": "int64",
    "first_year": "float64", "last_year": "float64", "n_years": "int64", "years_left_out": "str", "base_low": "float64",
    "base_high": "float64", "trusts_low": "float64", "trusts_high": "float64", "flags": "str", "limits": "str",
    "covid": "str", "break_handling": "str", "status": "str", "message": "str", "slope": "float64",
    "slope_se": "float64", "ci_low": "float64", "ci_high": "float64", "df": "float64", "method": "str",
    "se_convention": "str", "tau": "float64", "centre": "float64", "level": "float64", "level_se": "float64",
    "fitted_last": "float64", "fitted_low": "float64", "fitted_high": "float64", "reading": "str",
    "beyond_parity": "bool", "pooled_slope": "float64", "pooled_se": "float64", "pooled_low": "float64",
    "pooled_high": "float64", "pooled_status": "str", "pooled_n": "int64", "pooled_tau": "float64",
    "mean_slope": "float64", "slope_sd": "float64", "p_improving": "float64", "p_method": "str",
    "baseline_year": "float64", "change": "float64", "change_low": "float64", "change_high": "float64",
    "change_status": "str", "change_reason": "str", "parity_status": "str", "parity_years": "float64",
    "parity_low": "float64", "parity_high": "float64", "other_covid": "str", "other_slope": "float64",
    "other_low": "float64", "other_high": "float64", "other_reading": "str",
    "sampled": "bool", "lag1": "float64", "lag1_estimate": "float64", "lag1_se": "float64", "lag1_source": "str",
    "lag1_n": "int64", "likeness": "float64", "pooled_shared_se": "float64", "england_slope": "float64",
    "england_low": "float64", "england_high": "float64", "england_first_year": "float64",
    "england_last_year": "float64", "england_basis": "str",
}  # fmt: skip


def fitted_lines(rows: pd.DataFrame) -> pd.DataFrame:
    """The fitted line of each row of a trend frame in each of its years, with the interval of the line.

    Parameters
    ----------
    rows
        Rows of :data:`TREND_COLUMNS`; those without a slope and an interval are left out.

    Returns
    -------
    pandas.DataFrame
        ``measure, form, group, subject, org_code, trust_set, wres_year, fitted, low, high``.
    """
    told = rows[rows["status"] == "ok"]
    spans = [np.arange(first, last + 1) for first, last in zip(told["first_year"], told["last_year"], strict=True)]
    each = told.loc[told.index.repeat([len(span) for span in spans])].reset_index(drop=True)
    year = np.concatenate(spans) if spans else np.array([])
    ahead = year - each["centre"].to_numpy()
    fitted = each["level"].to_numpy() + each["slope"].to_numpy() * ahead
    reach = stdtrit(each["df"].to_numpy(), 0.975) * np.hypot(each["level_se"], ahead * each["slope_se"])
    names = ["measure", "form", "group", "subject", "org_code", "trust_set"]
    return each[names].assign(wres_year=year.astype("int64"), fitted=fitted, low=fitted - reach, high=fitted + reach)


def drawn(points: pd.DataFrame, rows: pd.DataFrame, labels: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Prepare the years and lines of some rows for a picture, each row under a label; ratios on their own scale.

    Parameters
    ----------
    points
        :data:`~wres_analysis.trends.series.POINT_COLUMNS`.
    rows
        Rows of :data:`TREND_COLUMNS`.
    labels
        One for each row.

    Returns
    -------
    tuple of pandas.DataFrame
        ``label, wres_year, value, low, high, used, why`` (each year with the 95% interval that sampling gives it, NaN
        where nothing was sampled) and ``label, wres_year, value, low, high`` (the line with its interval).
    """
    key = ["measure", "form", "group", "subject", "org_code", "trust_set"]
    named = rows[key].assign(label=labels)
    lines = named.merge(fitted_lines(rows).rename(columns={"fitted": "value"}), on=key)
    years = named.merge(points.rename(columns={"code": "org_code"}), on=key)
    reach = _Z * np.sqrt(years["variance"].where(years["variance"] > 0))
    years = years.assign(low=years["value"] - reach, high=years["value"] + reach)
    for frame in (lines, years):
        ratio = frame["form"] == "log_ratio"
        for name in ("value", "low", "high"):
            frame[name] = np.exp(frame[name].where(ratio, 0.0)).where(ratio, frame[name])
    names = ["label", "wres_year", "value", "low", "high"]
    return years[[*names, "used", "why"]], lines[names]
