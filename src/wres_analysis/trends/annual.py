"""Annual trends: of each trust, region and England, for each indicator and annual outcome; panel in, result frame out.

Nine annual points are few. Every row says "trial limits" for fewer than twelve, as control charts do, and a row that
cannot be answered has a status and a sentence instead of numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from wres_analysis.errors import RequestError
from wres_analysis.panel.store import PanelData
from wres_analysis.standards import Standard, load_outcomes, load_standard, wres_year
from wres_analysis.stats.trend import Trend, change_between, way_to_zero
from wres_analysis.trends.frames import FEWEST_SETTLED, HORIZON, TREND_COLUMNS
from wres_analysis.trends.line_fits import (
    Grids,
    england_columns,
    fit_lines,
    memory_columns,
    pooled_columns,
    say_memory,
)
from wres_analysis.trends.series import COVID_YEARS, Followed, annual_points, followed

__all__ = ["COVID_CHOICES", "AnnualTrends", "annual_trends"]

COVID_CHOICES = ("keep", "leave_out")

_KEY = ["measure", "form", "group", "subject", "code", "trust_set"]
_METHOD = {
    True: "random-effects meta-regression on the year, Paule-Mandel excess variance, lag-1 correlation of years",
    False: "generalised least squares on the year, nothing sampled, lag-1 correlation of years",
}
_SE = {
    True: "Knapp-Hartung with a factor of no less than 1, t on n - 2",
    False: "residual variance, t on n - 2",
}
_TRIAL = f"Trial limits: fewer than {FEWEST_SETTLED} points."

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AnnualTrends:
    """Annual trends and what they rest on.

    Parameters
    ----------
    frame
        The result frame (:data:`~wres_analysis.trends.frames.TREND_COLUMNS`).
    points
        Every year of every series (:data:`~wres_analysis.trends.series.POINT_COLUMNS`).
    about
        How it was made, ready for JSON: covid handling, baseline, basis, horizon, hash of the data.
    """

    frame: pd.DataFrame
    points: pd.DataFrame
    about: dict[str, Any]


def annual_trends(
    data: PanelData,
    *,
    standard: Standard | None = None,
    outcomes: Standard | None = None,
    basis: str = "as_published",
    since: int | None = None,
    covid: str = "keep",
    covid_years: Sequence[int] = COVID_YEARS,
    only: Sequence[str] | None = None,
) -> AnnualTrends:
    """Fit a line to every annual series of a panel.

    Parameters
    ----------
    data
        A loaded panel.
    standard, outcomes
        What is measured; the shipped ones if None.
    basis
        ``as_published`` or ``pooled``.
    since
        The year that change is counted from; if None, the first of each series.
    covid
        ``keep`` the years of the pandemic, or ``leave_out``. The other choice stands beside it in each row.
    covid_years
        The WRES years meant.
    only
        Keys of indicators and measures, if not all.

    Returns
    -------
    AnnualTrends

    Raises
    ------
    RequestError
        If ``covid`` is not one of the two, or ``only`` names what nobody measures.
    """
    if covid not in COVID_CHOICES:
        raise RequestError(f"The pandemic's years are kept or left out ({', '.join(COVID_CHOICES)}), not '{covid}'.")
    standard, outcomes = standard or load_standard(), outcomes or load_outcomes()
    what = followed(standard, outcomes)
    if only is not None:
        unknown = sorted(set(only) - {one.measure for one in what})
        if unknown:
            raise RequestError(f"There is no annual series of {', '.join(unknown)}.")
        what = [one for one in what if one.measure in only]
    other = COVID_CHOICES[covid == "keep"]
    gone = {"keep": (), "leave_out": tuple(covid_years)}
    points = annual_points(data, what, standard, outcomes, basis=basis, leave_out=gone[covid])
    beside = points.copy()
    # The other choice differs in the use of these years only.
    pandemic = beside["wres_year"].isin(covid_years) & beside["why"].isin(["", "covid"])
    beside["used"] = beside["used"].where(~pandemic, other == "keep")
    frame = _frame(points, beside, {one.key: one for one in what}, data, basis, since, covid, other)
    about = {
        "covid": covid, "covid_years": list(covid_years), "since": since, "basis": basis, "standard": standard.key,
        "horizon_years": HORIZON, "fewest_settled": FEWEST_SETTLED, "data_hash": data.data_hash,
        "statuses": {str(k): int(v) for k, v in frame["status"].value_counts().sort_index().items()},
    }  # fmt: skip
    return AnnualTrends(frame, points, about)


def _frame(
    points: pd.DataFrame, beside: pd.DataFrame, what: dict[tuple[str, str, str], Followed], data: PanelData, basis: str,
    since: int | None, covid: str, other: str,
) -> pd.DataFrame:  # fmt: skip
    """One row a series, in the order of the points."""
    if not len(points):
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in TREND_COLUMNS.items()})
    place = points.groupby(_KEY, sort=False).ngroup().to_numpy()
    row = points.drop_duplicates(_KEY).reset_index(drop=True)[_KEY]
    row = row.merge(
        _names(data.on(basis)[1]), left_on=["subject", "code"], right_on=["subject", "org_code"], how="left"
    )
    row["org_code"] = row["code"]
    row["name"] = row["name"].where(row["name"].notna(), row["code"])
    about = [what[key] for key in zip(row["measure"], row["form"], row["group"], strict=True)]
    row["region"] = np.where(row["subject"] == "region", row["code"], row["region"].fillna(""))
    for name in ("number", "title", "unit", "better"):
        row[name] = [getattr(one, name) for one in about]
    years = np.arange(points["wres_year"].min(), points["wres_year"].max() + 1)
    grids = Grids(points, place, len(row), years)
    sampled = np.array([not one.no_sampling for one in about])
    fit, memories = fit_lines(row, grids, sampled)
    better = row["better"].to_numpy()
    row = row.assign(**_series_columns(points, place, grids, about, covid), **_line_columns(fit, grids, sampled))
    parity = np.array([one.parity for one in about])
    row["beyond_parity"] = parity & (np.where(better > 0, row["fitted_low"], -row["fitted_high"]) > 0)
    sense = np.where(row["beyond_parity"], 0, better)
    row["reading"] = _reading(row["ci_low"].to_numpy(), row["ci_high"].to_numpy(), sense, fit.status)
    row = row.assign(**memory_columns(memories, fit, sampled), **pooled_columns(row, grids, memories, sense, fit))
    row = row.assign(**england_columns(row))
    row = row.assign(**_change_columns(grids, years, since, about))
    row = row.assign(**_parity_columns(fit, grids.last, parity))
    again = Grids(beside, place, len(row), years)
    second, _ = fit_lines(row, again, sampled)
    row = row.assign(
        other_covid=other, other_slope=second.slope, other_low=second.low, other_high=second.high,
        other_reading=_reading(second.low, second.high, sense, second.status),
    )  # fmt: skip
    joined = _joined(row, data)
    row["flags"] = [f"{flags} {words}".strip() for flags, words in zip(row["flags"], joined, strict=True)]
    row["message"] = _messages(row, about)
    return row[list(TREND_COLUMNS)].astype(TREND_COLUMNS)


def _names(panel: pd.DataFrame) -> pd.DataFrame:
    """Name and region of each trust as of its last year."""
    last = panel.sort_values("wres_year", kind="stable").drop_duplicates("org_code", keep="last")
    return last[["org_code", "org_name", "region"]].rename(columns={"org_name": "name"}).assign(subject="trust")


def _joined(row: pd.DataFrame, data: PanelData) -> list[str]:
    """Say of each trust which others became part of it within its series: ``joined:RXX:2021``, from that WRES year."""
    table = data.tables.get("organisations")
    if table is None or "successor" not in table:
        return [""] * len(row)
    gone = table[(table["successor"] != "") & table["succession_date"].notna()]
    joiners: dict[str, list[tuple[int, str]]] = {}
    for code, old, date in zip(gone["successor"], gone["code"], gone["succession_date"], strict=True):
        joiners.setdefault(code, []).append((wres_year(date), old))
    return [
        " ".join(f"joined:{old}:{year}" for year, old in sorted(joiners.get(code, [])) if first < year <= last)
        if subject == "trust"
        else ""
        for subject, code, first, last in zip(
            row["subject"], row["org_code"], row["first_year"], row["last_year"], strict=True
        )
    ]


def _reading(low: FloatArray, high: FloatArray, better: npt.NDArray[Any], status: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What an interval says of the direction; blank where there is no interval."""
    up, down = low > 0, high < 0
    with_sense = np.where(np.where(better > 0, up, down), "improving", "worsening")
    word = np.where(better == 0, np.where(up, "rising", "falling"), with_sense)
    return np.where(status == "ok", np.where(up | down, word, "cannot_tell"), "").astype(object)


def _series_columns(
    points: pd.DataFrame, place: npt.NDArray[Any], grids: Grids, about: list[Followed], covid: str
) -> dict[str, Any]:
    told = points.assign(place=place)
    used = told[told["used"]].groupby("place")
    every = pd.RangeIndex(len(about))
    left = told[~told["used"]]
    text: dict[int, list[str]] = {}
    for at, year, why in zip(left["place"], left["wres_year"], left["why"], strict=True):
        text.setdefault(at, []).append(f"{year} ({why})")
    crossed = set(left.loc[left["why"] == "before_break", "place"])
    flags: dict[int, dict[str, None]] = {}
    flagged = told[told["used"] & (told["flags"] != "")]
    for at, words in zip(flagged["place"], flagged["flags"], strict=True):
        flags.setdefault(at, {}).update(dict.fromkeys(words.split()))
    n = (~np.isnan(grids.y)).sum(axis=1)
    return {
        "first_year": grids.first,
        "last_year": grids.last,
        "n_years": n,
        "years_left_out": ["; ".join(text.get(at, [])) for at in every],
        "base_low": used["base"].min().reindex(every).to_numpy(),
        "base_high": used["base"].max().reindex(every).to_numpy(),
        "trusts_low": used["n_trusts"].min().reindex(every).to_numpy("float64"),
        "trusts_high": used["n_trusts"].max().reindex(every).to_numpy("float64"),
        "flags": [" ".join(flags.get(at, {})) for at in every],
        "limits": np.where(n < FEWEST_SETTLED, "trial", "settled"),
        "covid": covid,
        "break_handling": ["restarted" if at in crossed else "none" for at in every],
    }


def _line_columns(fit: Trend, grids: Grids, sampled: npt.NDArray[np.bool_]) -> dict[str, Any]:
    ok = fit.status == "ok"
    fitted, low, high = fit.at(grids.last)
    return {
        "status": np.where(grids.some, fit.status, "no_values"),
        "slope": fit.slope,
        "slope_se": fit.slope_se,
        "ci_low": fit.low,
        "ci_high": fit.high,
        "df": fit.df,
        "method": np.where(ok, np.where(sampled, _METHOD[True], _METHOD[False]), ""),
        "se_convention": np.where(ok, np.where(sampled, _SE[True], _SE[False]), ""),
        "tau": np.sqrt(fit.tau2),
        "centre": fit.centre,
        "level": fit.level,
        "level_se": fit.level_se,
        "fitted_last": fitted,
        "fitted_low": low,
        "fitted_high": high,
    }


def _change_columns(grids: Grids, years: npt.NDArray[Any], since: int | None, about: list[Followed]) -> dict[str, Any]:
    """From the baseline year to the last."""
    n = len(about)
    start = grids.first if since is None else np.full(n, float(since))
    within = (start >= years[0]) & (start <= years[-1])
    first = np.where(within, start - years[0], 0).astype(int)
    last = np.where(grids.some, grids.last - years[0], 0).astype(int)
    each = np.arange(n)
    y0, v0 = (np.where(within, grid[each, first], np.nan) for grid in (grids.y, grids.v))
    found = change_between(y0, v0, grids.y[each, last], grids.v[each, last])
    status = found.status.copy()
    status[np.isnan(y0) & grids.some] = "no_baseline"
    same = grids.some & (start == grids.last)
    status[same] = "one_year"
    change = np.where(same, np.nan, found.change)
    reasons = {
        "ok": lambda one: "", "missing": lambda one: "there is no value",
        "not_sampled": lambda one: one.no_sampling, "one_year": lambda one: "the first year is the last",
        "no_baseline": lambda one: f"there is no value of {since} that can be compared with the last",
    }  # fmt: skip
    return {
        "baseline_year": start,
        "change": change,
        "change_low": np.where(same, np.nan, found.low),
        "change_high": np.where(same, np.nan, found.high),
        "change_status": status,
        "change_reason": [reasons[word](one) for word, one in zip(status, about, strict=True)],
    }


def _parity_columns(fit: Trend, last: FloatArray, parity: npt.NDArray[np.bool_]) -> dict[str, Any]:
    way = way_to_zero(fit, last, horizon=HORIZON)
    return {
        "parity_status": np.where(parity, way.status, "not_applicable"),
        "parity_years": np.where(parity, way.estimate, np.nan),
        "parity_low": np.where(parity, way.low, np.nan),
        "parity_high": np.where(parity, way.high, np.nan),
    }


def _messages(row: pd.DataFrame, about: list[Followed]) -> list[str]:
    """What must be known with a row, in sentences."""
    out = []
    names = ["status", "flags", "n_years", "break_handling", "limits", "subject", "trust_set"]
    columns = (row[name] for name in names)
    memory = map(say_memory, *(row[f"lag1{name}"] for name in ("", "_estimate", "_se", "_n", "_source")))
    for status, flags, n, restarted, limits, subject, chosen, lag1, one in zip(*columns, memory, about, strict=True):
        said = []
        if status == "no_values":
            said.append("No year has a value that can be used.")
        elif status == "too_few":
            said.append(f"{n} year{' has' if n == 1 else 's have'} a value; a trend needs three.")
        elif status == "exact_fit":
            said.append("All values lie on one line, so nothing says how sure it is.")
        if restarted == "restarted":
            said.append("The series starts after a break: earlier values are on another base.")
        joiners = [word.split(":")[1:] for word in flags.split() if word.startswith("joined:")]
        said += [f"{old} became part of this trust: years before {year} are without it." for old, year in joiners]
        said += [f"A change without an established date is on record: {what}" for what in one.breaks]
        if one.no_sampling and status == "ok":
            said.append(f"The interval rests on how years lie about the line alone, because {one.no_sampling}.")
        if lag1:
            said.append(lag1)
        if subject != "trust" and chosen == "all":
            said.append("Trusts enter and leave: beside it stands the constant set.")
        if limits == "trial" and status == "ok":
            said.append(_TRIAL)
        out.append(" ".join(said))
    return out
