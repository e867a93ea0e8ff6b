"""A trust's outcomes beside those of its comparisons: the newest value by the report's year, ratings, months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd

from wres_analysis.panel.annual import newest
from wres_analysis.panel.events import told_by
from wres_analysis.profiles.frames import MONTH_COLUMNS, OUTCOME_COLUMNS, Subject, period_label, records, typed
from wres_analysis.standards import Measure, Standard
from wres_analysis.stats.intervals import proportion_interval

__all__ = ["month_rows", "outcome_rows", "rating_rows"]

Subjects = tuple[Subject, ...]


def outcome_rows(
    values: pd.DataFrame,
    events: pd.DataFrame,
    year: int,
    subjects_of: Callable[[int], Subjects],
    outcomes: Standard,
) -> pd.DataFrame:
    """One row per outcome and subject.

    Where the trust has no value for ``year``, all rows are of the newest year before it that has one; ``wres_year``
    and ``period`` say which, and ``newer`` why there is none since.

    Parameters
    ----------
    subjects_of
        Gives the subjects of a year: trusts come, merge and move.
    """
    subjects = subjects_of(year)
    (trust,) = subjects[0].codes
    out: list[dict[str, object]] = []
    for m in outcomes.outcomes.values():
        if m.clock == "event":
            # What counts is the day: an overall rating is not in force after the last of them.
            if m.asked(dt.date(year, 3, 31), dt.date(year, 3, 31)):
                out += [_rating_row(events, year, s, m) for s in subjects]
            continue
        if not m.asked(dt.date(year - 1, 4, 1), dt.date(year, 3, 31)):
            continue
        part = values[(values["measure"] == m.key) & (values["group"] == "all") & (values["stratum"] == m.main_stratum)]
        mine = part[(part["org_code"] == trust) & (part["wres_year"] <= year)]
        seen = mine[mine["status"] == "observed"]
        best = int(seen["wres_year"].max()) if len(seen) else year
        now = part[part["wres_year"] == best]
        rows = [_row(now, best, s, m, trust) for s in (subjects if best == year else subjects_of(best))]
        since = mine[(mine["wres_year"] == year) & (mine["status"] != "observed")]
        if best < year and len(since):
            rows[0] |= {"newer": since["reason"].iloc[0]}
        out += rows
    return typed(out, OUTCOME_COLUMNS)


def _blank(m: Measure, subject: Subject, year: int) -> dict[str, object]:
    return {
        "measure": m.key,
        "title": m.title,
        "label": m.label,
        "unit": m.unit,
        "better": m.better,
        "subject": subject.key,
        "subject_name": subject.name,
        "wres_year": year,
        "period": period_label(m.clock, year),
        "n_trusts": 0,
        "n_possible": len(subject.codes),
        "status": "no_data",
        "caution": m.caution,
        "no_interval": m.no_interval,
    }


def _row(part: pd.DataFrame, year: int, subject: Subject, m: Measure, trust: str) -> dict[str, object]:
    row = _blank(m, subject, year)
    part = part[part["org_code"].isin(subject.codes)]
    if subject.key == "trust" and len(part):
        row |= records(part[["status", "reason", "flags", "source_cells"]])[0]
    seen = part[part["status"] == "observed"]
    if not len(seen):
        return row
    based = seen[seen["effective_base"] > 0]
    if not len(based) and len(seen) > 1:
        return row | {"reason": "no base to pool by is published"}
    used = based if len(based) else seen
    row |= {"status": "observed", "n_trusts": len(used), "alone": set(used["org_code"]) == {trust}}
    if not len(based):
        return row | {"value": float(seen["value"].iloc[0]), "no_interval": m.no_interval or "no base is published"}
    base = float(based["effective_base"].sum())
    mean = float((based["value"] * based["effective_base"]).sum()) / base
    row |= {"value": mean, "base": base}
    if m.no_interval:
        return row
    if m.combine != "sum_ratio":
        return row | {"no_interval": "the publication gives no measure of the spread"}
    wilson = proportion_interval(min(round(mean / 100 * base), round(base)), round(base))
    return row | {"low": 100 * wilson.low, "high": 100 * wilson.high, "method": "Wilson score interval, 95%"}


def _rating_row(events: pd.DataFrame, year: int, subject: Subject, m: Measure) -> dict[str, object]:
    """The newest rating by 31 March of the year; for several trusts, how many are rated and the middle rating."""
    row = _blank(m, subject, year)
    limit = pd.Timestamp(dt.date(year, 3, 31))
    mine = events[(events["measure"] == m.key) & (events["stratum"] == "all")]
    mine = mine[mine["org_code"].isin(subject.codes) & (mine["date"] <= limit)]
    last = mine.sort_values("date", kind="stable").drop_duplicates("org_code", keep="last")
    if not len(last):
        return row
    row |= {"status": "observed", "n_trusts": len(last), "value": float(last["value"].median())}
    if subject.key == "trust":
        first = last.iloc[0]
        row["period"] = f"published on {first['date'].day} {first['date']:%B %Y}"
        row["flags"] = first["flags"]
        row["source_cells"] = f"{first['source_file']}!{first['source_cell']}"
        known = first["known_to"]
        if not told_by(known, limit):
            row["reason"] = f"the loaded files go up to {known.day} {known:%B %Y}"
    return row


def rating_rows(events: pd.DataFrame, code: str, year: int, outcomes: Standard) -> pd.DataFrame:
    """Every rating event of the trust and its locations up to 31 March of the year, with its ``label``."""
    mine = events[(events["org_code"] == code) & (events["date"] <= pd.Timestamp(f"{year}-03-31"))]
    labels = {key: m.label for key, m in outcomes.measures.items()}
    return mine.assign(label=mine["measure"].map(labels)).reset_index(drop=True)


def month_rows(
    rows: pd.DataFrame, year: int, subjects: Subjects, outcomes: Standard, standard: Standard
) -> pd.DataFrame:
    """The monthly series of the outcomes that are published monthly as counts, up to March of the year.

    Five years at most. A comparison pools the days or answers of the trusts that have them in that month. A measure
    of which the trust has no month is left out, comparisons and all.
    """
    first, last = pd.Timestamp(f"{year - 5}-04-01"), pd.Timestamp(f"{year}-03-31")
    (trust,) = subjects[0].codes
    out: list[dict[str, object]] = []
    for m in outcomes.outcomes.values():
        if m.months == 1:
            continue
        monthly = (rows["period_end"] - rows["period_start"]).dt.days <= 31
        part = rows[(rows["measure"] == m.key) & (rows["stratum"] == m.main_stratum) & monthly]
        part = newest(part[part["period_end"].between(first, last)], outcomes, standard)
        part = part[(part["status"] == "observed") & (part["denominator"] > 0)]
        if not (part["org_code"] == trust).any():
            continue
        top = part["numerator"].where(part["numerator"].notna(), part["value"] / 100 * part["denominator"])
        part = part.assign(top=top)
        for s in subjects:
            sums = part[part["org_code"].isin(s.codes)].groupby("period_end")[["top", "denominator"]].sum()
            share = 100 * sums["top"] / sums["denominator"]
            out += [
                {"measure": m.key, "subject": s.key, "subject_name": s.name, "month": month, "value": value}
                for month, value in share.items()
            ]
    return typed(out, MONTH_COLUMNS)
