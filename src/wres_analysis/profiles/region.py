"""One region's results: panel in, result frames out.

The region stands beside England, which includes it. Pictures and tables of levels take every trust with values in a
year; change is counted over the trusts that have both years (:mod:`wres_analysis.profiles.region_change`).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
from dataclasses import dataclass
from math import inf, sqrt, tanh

import numpy as np
import pandas as pd

from wres_analysis.errors import RequestError
from wres_analysis.panel.annual import newest
from wres_analysis.panel.store import PanelData
from wres_analysis.profiles.disparity import disparity
from wres_analysis.profiles.frames import (
    INDICATOR_COLUMNS,
    MONTH_COLUMNS,
    OUTCOME_COLUMNS,
    SOURCE_COLUMNS,
    Subject,
    typed,
)
from wres_analysis.profiles.funnels import Funnels, funnels
from wres_analysis.profiles.indicators import _compared, _groups, _row, _sides
from wres_analysis.profiles.ladder import ladder_rows
from wres_analysis.profiles.outcomes import _rating_row
from wres_analysis.profiles.outcomes import _row as _outcome_row
from wres_analysis.profiles.region_change import after_break, change_rows, within_rows
from wres_analysis.profiles.trust import _split, _uncovered
from wres_analysis.standards import Standard, load_outcomes, load_standard
from wres_analysis.stats.intervals import difference_interval, ratio_interval
from wres_analysis.stats.nulls import minimum_detectable_effect

__all__ = [
    "BOARD_COLUMNS", "DETECTABLE_COLUMNS", "RATING_COLUMNS", "REGION_TRUST_COLUMNS", "RegionProfile",
    "detectable_correlation", "region_profile",
]  # fmt: skip

#: One row is one trust of the region and one indicator, in the order of the trusts' names. ``observed`` has the
#: interval of the trust's own counts; all else is from :data:`~wres_analysis.profiles.disparity.DISPARITY_COLUMNS`.
#: ``findings`` counts what the quality rules found of the trust's values of this indicator and year, ``flags`` are
#: those of the values. ``status`` is that of the disparity, or ``no_data`` (no value of both groups), or ``too_small``
#: (fewer people of a group than the standard shows: nothing is given).
REGION_TRUST_COLUMNS = {
    "indicator": "str", "number": "int64", "title": "str", "form": "str", "org_code": "str", "org_name": "str",
    "trust_type": "str", "reference_base": "float64", "comparison_base": "float64", "observed": "float64",
    "low": "float64", "high": "float64", "shrunken": "float64", "shrunken_low": "float64", "shrunken_high": "float64",
    "rank_low": "float64", "rank_high": "float64", "n_trusts": "int64", "probability_worse": "float64",
    "funnel": "str", "findings": "int64", "flags": "str", "status": "str", "reason": "str",
}  # fmt: skip

#: The two parts of board representation: a share of the seats and of the workforce of the same trusts, in percent.
#: Full counts. ``status``: ``observed``, ``too_small``, ``no_data``.
BOARD_COLUMNS = {
    "stratum": "str", "label": "str", "subject": "str", "subject_name": "str", "wres_year": "int64",
    "n_trusts": "int64", "seats": "float64", "workforce_n": "float64", "body": "float64", "workforce": "float64",
    "difference": "float64", "status": "str", "reason": "str",
}  # fmt: skip

#: How many trusts of a subject have each rating in force at the end of the year.
RATING_COLUMNS = {
    "measure": "str", "label": "str", "subject": "str", "subject_name": "str", "rating": "float64", "n_trusts": "int64",
}  # fmt: skip

#: The smallest correlation between an indicator and an outcome that so many trusts would show at the 5% level with a
#: probability of 80%. ``n`` counts the trusts with the outcome and at least one indicator of both groups that year:
#: a test of one indicator has no more.
DETECTABLE_COLUMNS = {
    "measure": "str", "label": "str", "subject": "str", "subject_name": "str", "wres_year": "int64", "n": "int64",
    "detectable": "float64",
}  # fmt: skip

_MONTHS_BACK = 5


@dataclass(frozen=True)
class RegionProfile:
    """The result frames of one region and year.

    Parameters
    ----------
    region, year, since
        The region as the data name it, the WRES year, and the year that change is counted from (None: the first).
    subjects
        The region and England, with the codes of their trusts that year.
    indicators
        One row per indicator and subject, all trusts with values
        (:data:`~wres_analysis.profiles.frames.INDICATOR_COLUMNS`).
    history
        The same for each year up to ``year``; the trusts of each year.
    within
        People summed over trusts beside the comparison within trusts.
    changes
        Since the year before and since the chosen year, over the same trusts.
    funnels
        Every trust of England by its precision, with limits.
    trusts
        One row per trust of the region and indicator (:data:`REGION_TRUST_COLUMNS`).
    ladder
        The race disparity ratio by rung (:data:`~wres_analysis.profiles.ladder.LADDER_COLUMNS`).
    board
        Board representation in its two parts (:data:`BOARD_COLUMNS`).
    outcomes, ratings, months
        Outcomes of the region beside England; trusts by rating; monthly series.
    detectable
        What a test of links over so few trusts could see (:data:`DETECTABLE_COLUMNS`).
    findings
        What the quality rules found of the region's trusts that year.
    sources
        The files behind the region's values, with their hashes.
    uncovered
        Trust types of which no trust has an indicator that year.
    uncovered_here
        How many trusts of the region are of those types.
    fictional
        Whether the data are the kit's own sample.
    """

    region: str
    year: int
    since: int | None
    subjects: tuple[Subject, Subject]
    indicators: pd.DataFrame
    history: pd.DataFrame
    within: pd.DataFrame
    changes: pd.DataFrame
    funnels: Funnels
    trusts: pd.DataFrame
    ladder: pd.DataFrame
    board: pd.DataFrame
    outcomes: pd.DataFrame
    ratings: pd.DataFrame
    months: pd.DataFrame
    detectable: pd.DataFrame
    findings: pd.DataFrame
    sources: pd.DataFrame
    uncovered: tuple[str, ...]
    uncovered_here: int
    fictional: bool


def region_profile(
    data: PanelData,
    region: str,
    *,
    year: int | None = None,
    since: int | None = None,
    standard: Standard | None = None,
    outcomes: Standard | None = None,
) -> RegionProfile:
    """Compute the result frames of a region.

    Parameters
    ----------
    data
        A panel.
    region
        The region's name; capital letters do not matter.
    year
        The WRES year; the newest with an indicator value of a trust of the region if None.
    since
        The year that change is counted from, before ``year``; the first of each indicator if None.
    standard, outcomes
        What is measured; the shipped ones if None.

    Raises
    ------
    RequestError
        If the panel has no such region, nothing of it in that year, or ``since`` is not before ``year``.
    """
    standard, outcomes = standard or load_standard(), outcomes or load_outcomes()
    panel, values = data.panel, data.values
    region = _named(panel, region)
    if year is None:
        codes = set(panel.loc[panel["region"] == region, "org_code"])
        seen = values.loc[_split(values, standard) & values["org_code"].isin(codes), "wres_year"]
        year = int((seen if len(seen) else panel.loc[panel["region"] == region, "wres_year"]).max())
    if since is not None and since >= year:
        raise RequestError(f"Change is counted from a year before {year}; {since} is not. Choose an earlier one.")

    def subjects_of(one: int) -> tuple[Subject, Subject]:
        now = panel[panel["wres_year"] == one]
        here = frozenset(now.loc[now["region"] == region, "org_code"])
        return Subject("region", region, here), Subject("england", "England", frozenset(now["org_code"]))

    subjects = subjects_of(year)
    if not subjects[0].codes:
        raise RequestError(f"The data hold no trust of the {region} in WRES {year}.")
    now = panel[panel["wres_year"] == year]
    every = disparity(values, year, standard)
    uncovered = _uncovered(now, values, year, standard)
    in_region = now[now["org_code"].isin(subjects[0].codes)]
    quality = data.quality
    findings = quality[quality["org_code"].isin(subjects[0].codes) & (quality["wres_year"] == year).fillna(False)]
    return RegionProfile(
        region=region,
        year=year,
        since=since,
        subjects=subjects,
        indicators=_levels(values, year, subjects, standard),
        history=_history(values, year, subjects_of, standard),
        within=within_rows(values, year, subjects, standard),
        changes=change_rows(values, year, since, subjects[0], standard),
        funnels=funnels(every, subjects[0].codes, standard),
        trusts=_trusts(every, in_region, values, findings, year, standard),
        ladder=ladder_rows(data.observations, year, subjects, standard, outcomes),
        board=_board(values, year, subjects, standard),
        outcomes=_outcomes(values, data.events, year, subjects_of, outcomes),
        ratings=_ratings(data.events, year, subjects, outcomes),
        months=_months(data.observations, year, subjects, outcomes, standard),
        detectable=_detectable(values, year, subjects, standard, outcomes),
        findings=findings.reset_index(drop=True),
        sources=_sources(data, values, subjects[0], year),
        uncovered=uncovered,
        uncovered_here=int(in_region["trust_type"].isin(uncovered).sum()),
        fictional=bool(data.account.get("fictional", False)),
    )


def _named(panel: pd.DataFrame, region: str) -> str:
    names = {str(name).casefold(): str(name) for name in panel["region"].unique() if name}
    if region.casefold() in names:
        return names[region.casefold()]
    near = difflib.get_close_matches(region.casefold(), sorted(names), n=1, cutoff=0.6)
    hint = f"Did you mean {names[near[0]]}?" if near else f"The data hold: {', '.join(sorted(names.values()))}."
    raise RequestError(f"There is no region '{region}'. {hint}")


# Indicators ----------------------------------------------------------------------------------------------------


def _levels(values: pd.DataFrame, year: int, subjects: tuple[Subject, ...], standard: Standard) -> pd.DataFrame:
    now = values[(values["wres_year"] == year) & values["group"].isin(_groups(standard))]
    rows = []
    for i in _compared(standard):
        mine = after_break(now[now["measure"].isin([i.key, i.compared_with])])
        sides = _sides(mine, i, standard)
        flags = " ".join(sorted(set(" ".join(mine.loc[mine["measure"] == i.key, "flags"]).split()) & {"before_break"}))
        rows += [_row(mine, sides, year, i, s, "", standard) | {"flags": flags} for s in subjects]
    return typed(rows, INDICATOR_COLUMNS)


def _history(values: pd.DataFrame, year: int, subjects_of: object, standard: Standard) -> pd.DataFrame:
    split = values[_split(values, standard) & (values["wres_year"] <= year)]
    frames = [
        _levels(values, one, subjects_of(one), standard)  # type: ignore[operator]
        for one in sorted(int(y) for y in split["wres_year"].unique())
    ]
    whole = pd.concat(frames, ignore_index=True) if frames else typed([], INDICATOR_COLUMNS)
    return whole.sort_values(["number", "subject", "wres_year"], kind="stable", ignore_index=True)


def _trusts(
    every: pd.DataFrame, here: pd.DataFrame, values: pd.DataFrame, findings: pd.DataFrame, year: int, standard: Standard
) -> pd.DataFrame:
    """Every trust of the region for every gap or ratio that any trust has, those without a value too."""
    now = values[(values["wres_year"] == year) & values["group"].isin(_groups(standard))]
    out: list[dict[str, object]] = []
    for key, part in every.groupby("indicator", sort=False):
        i = standard.indicators[str(key)]
        mine = now[(now["measure"] == key) & (now["stratum"] == i.main_stratum)]
        found = findings.loc[findings["measure"] == key, "org_code"].value_counts()
        for trust in here.sort_values(["org_name", "org_code"]).itertuples():
            code = str(trust.org_code)
            own = mine[mine["org_code"] == code]
            row: dict[str, object] = {
                "indicator": i.key, "number": i.number, "title": i.title, "form": i.form, "org_code": code,
                "org_name": str(trust.org_name) or code, "trust_type": str(trust.trust_type), "n_trusts": 0,
                "findings": int(found.get(code, 0)), "status": "no_data",
                "flags": " ".join(dict.fromkeys(" ".join(own["flags"]).split())),
                "reason": _why_not(own),
            }  # fmt: skip
            placed = part[part["org_code"] == code]
            out.append(row | (_placed(placed.iloc[0], i.form, standard) if len(placed) else {}))
    return typed(out, REGION_TRUST_COLUMNS)


def _why_not(own: pd.DataFrame) -> str:
    missing = own[own["status"] != "observed"]
    return "; ".join(dict.fromkeys(t for t in missing["reason"] if t)) or "the loaded files hold no value"


def _placed(row: pd.Series, form: str, standard: Standard) -> dict[str, object]:
    """What the disparity frame says of a trust, with the interval of its own counts."""
    bases = float(row["reference_base"]), float(row["comparison_base"])
    if np.isfinite(bases).all() and min(bases) < standard.smallest_shown:
        return {"status": "too_small", "reason": f"a group has fewer than {standard.smallest_shown} people"}
    names = (
        "observed", "shrunken", "shrunken_low", "shrunken_high", "rank_low", "rank_high", "n_trusts",
        "probability_worse", "funnel", "status", "reason", "reference_base", "comparison_base",
    )  # fmt: skip
    out: dict[str, object] = {name: row[name] for name in names}
    counts = {"reference": (row["reference_events"], bases[0]), "comparison": (row["comparison_events"], bases[1])}
    if row["status"] == "no_base":
        return out
    if form == "gap":
        made = difference_interval(*counts["comparison"], *counts["reference"])
        return out | {"low": 100 * made.low, "high": 100 * made.high}
    roles = {standard.reference_group: "reference", standard.comparison_group: "comparison"}
    top, bottom = (roles[g] for g in standard.indicators[str(row["indicator"])].ratio_of or ())
    made = ratio_interval(*counts[top], *counts[bottom])
    return out | {"low": made.low, "high": made.high}


def _board(values: pd.DataFrame, year: int, subjects: tuple[Subject, ...], standard: Standard) -> pd.DataFrame:
    """Each kind of board seat, and the workforce of the same trusts."""
    now = values[(values["wres_year"] == year) & values["group"].isin(_groups(standard))]
    out: list[dict[str, object]] = []
    for i in standard.indicators.values():
        if i.form != "difference":
            continue
        for stratum in i.strata:
            kind = dataclasses.replace(i, main_stratum=stratum)
            part = now[now["measure"].isin([i.key, i.compared_with])]
            sides = _sides(part, kind, standard)
            for s in subjects:
                made = _row(part, sides, year, kind, s, "", standard)
                row: dict[str, object] = {
                    "stratum": stratum, "label": standard.strata_labels.get(stratum, stratum), "subject": s.key,
                    "subject_name": s.name, "wres_year": year, "n_trusts": 0, "status": made["status"],
                    "reason": made.get("reason", ""),
                }  # fmt: skip
                if made["status"] == "observed":
                    seats = float(str(made["comparison_base"]))
                    row["n_trusts"] = made["n_trusts"]
                    if seats < standard.smallest_shown:
                        row |= {"status": "too_small", "reason": f"fewer than {standard.smallest_shown} seats"}
                    else:
                        row |= {
                            "seats": seats, "workforce_n": made["reference_base"], "body": made["comparison"],
                            "workforce": made["reference"], "difference": made["estimate"],
                        }  # fmt: skip
                out.append(row)
    return typed(out, BOARD_COLUMNS)


# Outcomes and links --------------------------------------------------------------------------------------------


def _outcomes(
    values: pd.DataFrame, events: pd.DataFrame, year: int, subjects_of: object, outcomes: Standard
) -> pd.DataFrame:
    """The newest value of each outcome by the year, of the region beside England."""
    rows: list[dict[str, object]] = []
    for m in outcomes.outcomes.values():
        if m.clock == "event":
            if m.asked(dt.date(year, 3, 31), dt.date(year, 3, 31)):
                rows += [_rating_row(events, year, s, m) for s in subjects_of(year)]  # type: ignore[operator]
            continue
        if not m.asked(dt.date(year - 1, 4, 1), dt.date(year, 3, 31)):
            continue
        part = values[(values["measure"] == m.key) & (values["group"] == "all") & (values["stratum"] == m.main_stratum)]
        codes = subjects_of(year)[0].codes  # type: ignore[operator]
        seen = part[part["org_code"].isin(codes) & (part["wres_year"] <= year) & (part["status"] == "observed")]
        best = int(seen["wres_year"].max()) if len(seen) else year
        now = part[part["wres_year"] == best]
        rows += [_outcome_row(now, best, s, m, "") for s in subjects_of(best)]  # type: ignore[operator]
    return typed(rows, OUTCOME_COLUMNS)


def _ratings(events: pd.DataFrame, year: int, subjects: tuple[Subject, ...], outcomes: Standard) -> pd.DataFrame:
    out: list[dict[str, object]] = []
    limit = pd.Timestamp(dt.date(year, 3, 31))
    for m in outcomes.outcomes.values():
        if m.clock != "event" or not m.asked(limit.date(), limit.date()):
            continue
        part = events[(events["measure"] == m.key) & (events["stratum"] == "all") & (events["date"] <= limit)]
        last = part.sort_values("date", kind="stable").drop_duplicates("org_code", keep="last")
        for s in subjects:
            counted = last.loc[last["org_code"].isin(s.codes), "value"].value_counts().sort_index()
            out += [
                {"measure": m.key, "label": m.label, "subject": s.key, "subject_name": s.name, "rating": value,
                 "n_trusts": int(n)}
                for value, n in counted.items()
            ]  # fmt: skip
    return typed(out, RATING_COLUMNS)


def _months(
    rows: pd.DataFrame, year: int, subjects: tuple[Subject, ...], outcomes: Standard, standard: Standard
) -> pd.DataFrame:
    """The monthly outcomes of the region and England, days or answers of all their trusts pooled; five years."""
    first, last = pd.Timestamp(f"{year - _MONTHS_BACK}-04-01"), pd.Timestamp(f"{year}-03-31")
    out: list[dict[str, object]] = []
    for m in outcomes.outcomes.values():
        if m.months == 1:
            continue
        monthly = (rows["period_end"] - rows["period_start"]).dt.days <= 31
        part = rows[(rows["measure"] == m.key) & (rows["stratum"] == m.main_stratum) & monthly]
        part = newest(part[part["period_end"].between(first, last)], outcomes, standard)
        part = part[(part["status"] == "observed") & (part["denominator"] > 0)]
        top = part["numerator"].where(part["numerator"].notna(), part["value"] / 100 * part["denominator"])
        part = part.assign(top=top)
        if not part["org_code"].isin(subjects[0].codes).any():
            continue
        for s in subjects:
            sums = part[part["org_code"].isin(s.codes)].groupby("period_end")[["top", "denominator"]].sum()
            share = 100 * sums["top"] / sums["denominator"]
            out += [
                {"measure": m.key, "subject": s.key, "subject_name": s.name, "month": month, "value": value}
                for month, value in share.items()
            ]
    return typed(out, MONTH_COLUMNS)


def detectable_correlation(n: int, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return the smallest correlation that ``n`` pairs would show at level ``alpha`` with a probability of ``power``.

    Fisher's transformation of a correlation has the standard error ``1 / sqrt(n - 3)``, known beforehand; the smallest
    detectable effect on that scale is brought back. NaN for three pairs or fewer.

    >>> round(detectable_correlation(85), 2), round(detectable_correlation(28), 2)
    (0.3, 0.51)
    """
    if n <= 3:
        return float("nan")
    return tanh(minimum_detectable_effect(1 / sqrt(n - 3), inf, alpha=alpha, power=power))


def _detectable(
    values: pd.DataFrame, year: int, subjects: tuple[Subject, ...], standard: Standard, outcomes: Standard
) -> pd.DataFrame:
    """How many trusts have an outcome beside an indicator, and what so few could show."""
    split = values.loc[_split(values, standard) & (values["wres_year"] == year), "org_code"]
    exposed = set(split)
    out: list[dict[str, object]] = []
    for m in outcomes.outcomes.values():
        if m.clock == "event":
            continue
        part = values[(values["measure"] == m.key) & (values["group"] == "all") & (values["stratum"] == m.main_stratum)]
        part = part[(part["status"] == "observed") & (part["wres_year"] == year)]
        told = exposed & set(part["org_code"])
        for s in subjects:
            n = len(told & s.codes)
            out.append(
                {"measure": m.key, "label": m.label, "subject": s.key, "subject_name": s.name, "wres_year": year,
                 "n": n, "detectable": detectable_correlation(n)}
            )  # fmt: skip
    return typed(out, DETECTABLE_COLUMNS)


def _sources(data: PanelData, values: pd.DataFrame, subject: Subject, year: int) -> pd.DataFrame:
    """The files behind the values of the region's trusts, with their hashes."""
    mine = values["org_code"].isin(subject.codes) & (values["wres_year"] <= year) & (values["status"] == "observed")
    cells = values.loc[mine, "source_cells"].str.split("; ").explode()
    names = cells.str.split("!", n=1).str[0].value_counts()
    files = [
        {name: file[name] for name in ("name", "title", "publisher", "note", "sha256")}
        | {"values": int(names[file["name"]])}
        for file in data.account["files"]
        if file["name"] in names.index
    ]
    return typed(list(files), SOURCE_COLUMNS).sort_values(["publisher", "name"], ignore_index=True)
