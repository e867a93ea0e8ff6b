# mypy: ignore-errors
"""Small hand-made observations for the tests of panel, quality, profile and sentences.

One call is one published value; its period follows from the clock of its measure. Trusts have fictional codes.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from itertools import count
from typing import Any

import pandas as pd

from wres_analysis.panel.annual import annual_values
from wres_analysis.panel.build import build_panel
from wres_analysis.panel.events import rating_events
from wres_analysis.panel.organisations import Organisations
from wres_analysis.panel.quality import check_quality
from wres_analysis.panel.store import PanelData
from wres_analysis.sources.observations import COLUMNS, observations, organisation_sightings
from wres_analysis.standards import load_outcomes, load_standard

STANDARD, OUTCOMES = load_standard(), load_outcomes()
REFERENCE, COMPARISON = STANDARD.reference_group, STANDARD.comparison_group

Record = dict[str, Any]
_CELL = count(1)


def _period(measure: str, year: int) -> tuple[dt.date, dt.date]:
    """The period of a WRES year, as a publication of that measure dates it."""
    declared: Any = STANDARD.indicators.get(measure) or OUTCOMES.measures[measure]
    if declared.clock == "survey":
        return dt.date(year - 1, 10, 1), dt.date(year - 1, 12, 31)
    end = dt.date(year, 3, 31)
    return (end, end) if declared.clock == "snapshot" else (dt.date(year - 1, 4, 1), end)


def observed(org: str, measure: str, year: int, *counts: float, **more: Any) -> Record:
    """One value: ``observed("RZ1", "ind5", 2025, 30, 100)`` is 30 of 100; or give ``value=`` and ``base=``."""
    start, end = _period(measure, year)
    row: Record = {
        "org_code": org,
        "measure": measure,
        "period_start": start,
        "period_end": end,
        "unit": "percent",
        "source": "handmade",
        "source_file": "made.csv",
        "source_cell": f"A{next(_CELL)}",
        "vintage": str(year),
    }
    if counts:
        top, bottom = counts
        row |= {"numerator": top, "denominator": bottom, "effective_base": bottom, "value": 100 * top / bottom}
    if "base" in more:
        row["effective_base"] = more.pop("base")
    return row | more


def missing(org: str, measure: str, year: int, status: str = "suppressed", **more: Any) -> Record:
    """One value that is not there."""
    return observed(org, measure, year, **({"status": status, "reason": f"it is {status}"} | more))


def month(org: str, year: int, number: int, *counts: float, measure: str = "sickness", **more: Any) -> Record:
    """One month of a WRES year; ``number`` is that of the calendar, so 4 to 12 lie in the year before."""
    when = year - 1 if number >= 4 else year
    last = calendar.monthrange(when, number)[1]
    dates = {"period_start": dt.date(when, number, 1), "period_end": dt.date(when, number, last)}
    return observed(org, measure, year, *counts, **(dates | {"vintage": f"{when}-{number:02d}"} | more))


def months(org: str, year: int, *counts: float, numbers: Iterable[int] = range(1, 13), **more: Any) -> list[Record]:
    """The same days lost and available in each month."""
    return [month(org, year, number, *counts, **more) for number in numbers]


def rating(
    org: str, date: str, value: float, *, measure: str = "cqc_well_led", vintage: str = "", **more: Any
) -> Record:
    """One rating, in an edition whose newest rating is of ``vintage``."""
    day = dt.date.fromisoformat(date)
    row = observed(org, measure, 2025, value=value)
    row |= {"period_start": day, "period_end": day, "vintage": vintage or date, "unit": "rating"}
    return row | more


def both(
    org: str, measure: str, year: int, reference: tuple[float, float], comparison: tuple[float, float], **more: Any
) -> list[Record]:
    """Both groups of an indicator."""
    return [
        observed(org, measure, year, *reference, group=REFERENCE, **more),
        observed(org, measure, year, *comparison, group=COMPARISON, **more),
    ]


def _flat(records: Iterable[Any]) -> list[Record]:
    return [row for record in records for row in ([record] if isinstance(record, dict) else _flat(record))]


def table(*records: Any) -> pd.DataFrame:
    """Observations from records, and from lists of records however deep."""
    frame = pd.DataFrame(_flat(records))
    columns: dict[str, Any] = {}
    for name in COLUMNS:
        if name not in frame:
            continue
        if name.startswith("period"):
            columns[name] = pd.to_datetime(frame[name]).to_numpy()
        elif COLUMNS[name] == "str":
            default = {"group": "all", "stratum": "all", "status": "observed"}.get(name, "")
            columns[name] = frame[name].where(frame[name].notna(), default).tolist()
        else:
            columns[name] = frame[name].astype("float64").to_numpy()
    return observations(**columns)


def organisations(*trusts: tuple[str, ...], mergers: Iterable[tuple[str, str, str]] = ()) -> Organisations:
    """Trusts as (code, region, type), and mergers as (old, new, date). What is not given is blank."""
    padded = [(*trust, "", "")[:3] for trust in trusts]
    seen = organisation_sightings(
        org_code=[code for code, _, _ in padded],
        org_name=[f"Trust {code}" for code, _, _ in padded],
        region=[region for _, region, _ in padded],
        trust_type=[kind for _, _, kind in padded],
        as_of="2016-03-31",
        source="sickness_benchmarking",
        source_file="orgs.csv",
        source_cell="A1",
    )
    told = organisation_sightings(
        org_code=[old for old, _, _ in mergers],
        successor=[new for _, new, _ in mergers],
        succession_date=[date for _, _, date in mergers],
        source="ods_succ",
        source_file="succ.csv",
        source_cell="A1",
    )
    return Organisations.build(pd.concat([seen, told], ignore_index=True) if len(told) else seen)


def annual(
    *records: Record | list[Record], orgs: Organisations | None = None, basis: str = "as_published"
) -> pd.DataFrame:
    """Annual values, by (org_code, wres_year, measure, group, stratum)."""
    known = orgs if orgs is not None else organisations()
    return annual_values(table(*records), known, standard=STANDARD, outcomes=OUTCOMES, basis=basis)


def only(frame: pd.DataFrame) -> pd.Series:
    """The one row of a frame."""
    assert len(frame) == 1, f"{len(frame)} rows, not one:\n{frame}"
    return frame.iloc[0]


def panel_data(*records: Any, orgs: Organisations, pooled: bool = False, checked: bool = False) -> PanelData:
    """A panel as ``wres load`` makes it, from observations in hand.

    The pooled basis, and the quality report with the table of organisations, only where they are asked for: most
    tests need neither.
    """
    rows = table(*records)
    told = {"standard": STANDARD, "outcomes": OUTCOMES}
    tables = {"observations": rows, "events": rating_events(rows, orgs, OUTCOMES)}
    for basis, suffix in (("as_published", ""), ("pooled", "_pooled"))[: 1 + pooled]:
        values = annual_values(rows, orgs, basis=basis, **told)
        tables[f"values{suffix}"] = values
        tables[f"panel{suffix}"] = build_panel(values, rows, orgs, **told)
    tables["quality"] = pd.DataFrame({"org_code": [], "wres_year": pd.array([], dtype="Int64")})
    if checked:
        tables["quality"] = check_quality(rows, tables["values"], orgs, **told)
        tables["organisations"] = orgs.table()
    file = {"name": "made.csv", "title": "Made by hand", "publisher": "Nobody", "note": "", "sha256": "ab" * 32}
    tally = {"sheet": "", "kept": len(rows), "suppressed": 0, "excluded": 0, "skipped": {"blank rows": 2}}
    unread = {"name": "notes.txt", "title": "", "publisher": "", "note": "not a data file", "sha256": "cd" * 32}
    files = [{**file, "tallies": [tally]}, {**unread, "tallies": []}]
    return PanelData(tables, {"files": files, "data_hash": "0" * 64})
