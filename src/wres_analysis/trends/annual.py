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
from wres_analysis.stats.trend import Trend, change_between, fit_trends, pool_slopes, way_to_zero
from wres_analysis.trends.frames import FEWEST_SETTLED, HORIZON, TREND_COLUMNS
from wres_analysis.trends.series import COVID_YEARS, Followed, annual_points, followed

__all__ = ["COVID_CHOICES", "AnnualTrends", "annual_trends"]

COVID_CHOICES = ("keep", "leave_out")

_KEY = ["measure", "form", "group", "subject", "code", "trust_set"]
_METHOD = {
    True: "random-effects meta-regression on the year, Paule-Mandel excess variance",
    False: "least squares on the year, nothing sampled",
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
    grids = _Grids(points, place, len(row), years)
    sampled = np.array([not one.no_sampling for one in about])
    fit = _fit(grids.y, grids.v, years, sampled)
    better = row["better"].to_numpy()
    row = row.assign(**_series_columns(points, place, grids, about, covid), **_line_columns(fit, grids, sampled))
    parity = np.array([one.parity for one in about])
    row["beyond_parity"] = parity & (np.where(better > 0, row["fitted_low"], -row["fitted_high"]) > 0)
    sense = np.where(row["beyond_parity"], 0, better)
    row["reading"] = _reading(row["ci_low"].to_numpy(), row["ci_high"].to_numpy(), sense, fit.status)
    row = row.assign(**_pooled_columns(row, grids, years, sense, fit))
    row = row.assign(**_change_columns(grids, years, since, about))
    row = row.assign(**_parity_columns(fit, grids.last, parity))
    again = _Grids(beside, place, len(row), years)
    second = _fit(again.y, again.v, years, sampled)
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


class _Grids:
    """The used values and variances of series by year, and the first and last year of each."""

    def __init__(self, points: pd.DataFrame, place: npt.NDArray[Any], n: int, years: npt.NDArray[Any]) -> None:
        used = points["used"].to_numpy()
        column = points["wres_year"].to_numpy() - years[0]
        self.y, self.v = np.full((n, len(years)), np.nan), np.full((n, len(years)), np.nan)
        self.y[place[used], column[used]] = points["value"].to_numpy()[used]
        self.v[place[used], column[used]] = points["variance"].to_numpy()[used]
        given = ~np.isnan(self.y)
        self.some = given.any(axis=1)
        self.first = np.where(self.some, years[given.argmax(axis=1)], np.nan)
        self.last = np.where(self.some, years[::-1][given[:, ::-1].argmax(axis=1)], np.nan)


def _fit(y: FloatArray, v: FloatArray, years: npt.NDArray[Any], sampled: npt.NDArray[np.bool_]) -> Trend:
    """Fit the series that rest on samples and those that do not, and put them together again."""
    parts = [fit_trends(y[rows], v[rows], years) for rows in (sampled, ~sampled)]
    order = np.argsort(np.concatenate([np.flatnonzero(sampled), np.flatnonzero(~sampled)]))
    together = {
        name: np.concatenate([getattr(part, name) for part in parts])[order]
        for name in (
            "slope", "slope_se", "low", "high", "centre", "level", "level_se", "tau2", "q", "n_years", "df", "status",
        )
    }  # fmt: skip
    return Trend(**together, confidence=parts[0].confidence)


def _reading(low: FloatArray, high: FloatArray, better: npt.NDArray[Any], status: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What an interval says of the direction; blank where there is no interval."""
    up, down = low > 0, high < 0
    with_sense = np.where(np.where(better > 0, up, down), "improving", "worsening")
    word = np.where(better == 0, np.where(up, "rising", "falling"), with_sense)
    return np.where(status == "ok", np.where(up | down, word, "cannot_tell"), "").astype(object)


def _series_columns(
    points: pd.DataFrame, place: npt.NDArray[Any], grids: _Grids, about: list[Followed], covid: str
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


def _line_columns(fit: Trend, grids: _Grids, sampled: npt.NDArray[np.bool_]) -> dict[str, Any]:
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


def _pooled_columns(
    row: pd.DataFrame, grids: _Grids, years: npt.NDArray[Any], sense: npt.NDArray[Any], fit: Trend
) -> dict[str, Any]:
    """The slope of each trust drawn to those of the others; areas have none."""
    n = len(row)
    names = ("pooled_slope", "pooled_se", "pooled_low", "pooled_high", "pooled_tau", "mean_slope", "slope_sd")
    out: dict[str, Any] = {name: np.full(n, np.nan) for name in names}
    status, count = np.full(n, "not_applicable", dtype=object), np.zeros(n, dtype=np.int64)
    rising, method = fit.probability_rising(), np.where(fit.status == "ok", "own", "").astype(object)
    trusts = row["subject"].to_numpy() == "trust"
    for _, part in row[trusts].groupby(["measure", "form", "group"], sort=False):
        at = part.index.to_numpy()
        pooled = pool_slopes(grids.y[at], grids.v[at], years)
        ok, shrunk = pooled.status == "ok", pooled.shrunken
        for name, numbers in (
            ("pooled_slope", shrunk.mean), ("pooled_se", shrunk.sd), ("pooled_low", shrunk.low),
            ("pooled_high", shrunk.high),
        ):  # fmt: skip
            out[name][at] = np.where(ok, numbers, np.nan)
        for name, number in (
            ("pooled_tau", pooled.tau2**0.5), ("mean_slope", shrunk.fit.mu), ("slope_sd", shrunk.fit.tau2**0.5)
        ):  # fmt: skip
            out[name][at] = np.where(ok, number, np.nan)
        status[at], count[at] = pooled.status, shrunk.fit.n_units
        rising[at] = np.where(ok, shrunk.probability_above(0.0), rising[at])
        method[at] = np.where(ok, "pooled", method[at])
    has_sense = (sense != 0) & ~np.isnan(rising)
    return {
        **out,
        "pooled_status": status,
        "pooled_n": count,
        "p_improving": np.where(has_sense, np.where(sense > 0, rising, 1 - rising), np.nan),
        "p_method": np.where(has_sense, method, ""),
    }


def _change_columns(grids: _Grids, years: npt.NDArray[Any], since: int | None, about: list[Followed]) -> dict[str, Any]:
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
    for status, flags, n, restarted, limits, subject, chosen, one in zip(*columns, about, strict=True):
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
        if subject != "trust" and chosen == "all":
            said.append("Trusts enter and leave: beside it stands the constant set.")
        if limits == "trial" and status == "ok":
            said.append(_TRIAL)
        out.append(" ".join(said))
    return out
