"""Care Quality Commission, latest ratings: dated ratings of NHS providers and of their locations.

Published as ODS with the sheets ``Locations`` and ``Providers``; either may also come as CSV. Newer files have
banner rows above the headings, so the headings are looked for. Each row is one rating of one service and one
domain (a key question, or ``Overall``) with its publication date; the reader keeps a provider's own ``Overall``
and ``Well-led`` ratings and a location's own ``Overall`` rating, as events with dates.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.files import SourceFile, column_letter, fold
from wres_analysis.sources.observations import Reading, Tally, observations, organisation_sightings
from wres_analysis.sources.reader import Reader

__all__ = ["RATINGS", "READERS"]

KEY = "cqc_ratings"
#: The four ratings, worst first, and the number that stands for each.
RATINGS = {"inadequate": 1.0, "requires improvement": 2.0, "good": 3.0, "outstanding": 4.0}
_NO_RATING = {
    "insufficient evidence to rate",
    "inspected but not rated",
    "not rated",
    "no published rating",
    "not applicable",
}
_NHS = "nhs healthcare organisation"
_HEADER_WITHIN = 60
_SHEETS = {"locations", "providers"}


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the two tables: its headings (each with its older names) and the domains that are kept."""

    name: str
    marker: str
    columns: dict[str, tuple[str, ...]]
    measures: dict[str, str]
    optional: tuple[str, ...] = ("inherited",)


_COMMON = {
    "service": ("Service / Population Group",),
    "domain": ("Domain", "Key Question"),
    "rating": ("Latest Rating",),
    "published": ("Publication Date",),
    "inherited": ("Inherited Rating (Y/N)",),
    "code": ("Provider ID",),
    "provider": ("Provider Name",),
}
_PROVIDERS = _Kind(
    "Providers",
    "Provider ID",
    {"type": ("Provider Type",), **_COMMON},
    {"overall": "cqc_overall", "well-led": "cqc_well_led"},
)
_LOCATIONS = _Kind(
    "Locations",
    "Location ID",
    {"type": ("Location Type",), "location": ("Location ID",), "location_name": ("Location Name",), **_COMMON},
    {"overall": "cqc_location_overall"},
)
#: A directory of locations has Location ID too; only ratings have one of these.
_OF_RATINGS = ("Latest Rating", "Service / Population Group")


@dataclass
class _Table:
    """A table that was found: its kind, the rows after its headings, and where each column is."""

    kind: _Kind
    sheet: str
    header: list[str]
    header_row: int
    rows: Iterator[tuple[int, list[Any]]]
    place: dict[str, int] = field(default_factory=dict)

    def cell(self, row: list[Any], name: str) -> Any:
        index = self.place.get(name)
        value = row[index] if index is not None and index < len(row) else ""
        return value.strip() if isinstance(value, str) else value

    def address(self, number: int) -> str:
        rating, date = (column_letter(self.place[name]) for name in ("rating", "published"))
        return f"{self.sheet}!{rating}{number},{date}{number}".removeprefix("!")


def _parts(source: SourceFile) -> tuple[str, ...]:
    """The sheets to look into; a text file is one part without a name."""
    return ("",) if source.kind == "text" else source.sheet_names


def _rows(source: SourceFile, part: str) -> Iterable[list[Any]]:
    return csv.reader(io.StringIO(source.text)) if source.kind == "text" else source.rows(part)


def _find_table(source: SourceFile, part: str) -> _Table | None:
    """Find the headings of a table of ratings in a sheet or text file, or return None."""
    numbered = enumerate(_rows(source, part), start=1)
    try:
        for number, row in islice(numbered, _HEADER_WITHIN):
            have = {fold(cell) for cell in row if cell}
            if not any(fold(name) in have for name in _OF_RATINGS):
                continue
            for kind in (_LOCATIONS, _PROVIDERS):  # a row of locations names its provider too
                if fold(kind.marker) in have:
                    return _Table(kind, part, [str(cell).strip() for cell in row], number, numbered)
    except csv.Error:
        return None
    return None


@lru_cache(maxsize=1)  # both readers ask, and opening the sheets of a full edition takes seconds
def _kinds(source: SourceFile) -> set[str]:
    """The kinds of table in a file."""
    if source.kind == "other" or (source.kind == "workbook" and not _SHEETS & {fold(n) for n in source.sheet_names}):
        return set()
    return {table.kind.name for part in _parts(source) if (table := _find_table(source, part))}


def recognise_providers(source: SourceFile) -> bool:
    """Whether this is a file of ratings that rates providers (it may rate locations too)."""
    return "Providers" in _kinds(source)


def recognise_locations(source: SourceFile) -> bool:
    """Whether this is a file of ratings of locations only."""
    return _kinds(source) == {"Locations"}


def _refuse_headless(source: SourceFile, part: str) -> None:
    what = f"None of the first {_HEADER_WITHIN} rows holds the headings 'Latest Rating' and '{part.strip(' s')} ID'."
    todo = "Restore the headings as published, or download the file again."
    raise InputError(Problem(file=source.name, sheet=part, row=1, what=what, todo=todo))


def _locate(source: SourceFile, table: _Table) -> None:
    """Find every column of the table, or say which are missing."""
    have = {fold(cell): index for index, cell in reversed(list(enumerate(table.header)))}
    problems = []
    for name, headings in table.kind.columns.items():
        index = next((have[fold(h)] for h in headings if fold(h) in have), None)
        if index is not None:
            table.place[name] = index
        elif name not in table.kind.optional:
            problems.append(
                Problem(
                    file=source.name,
                    sheet=table.sheet,
                    row=table.header_row,
                    column=headings[0],
                    what="The column is missing.",
                    todo=f"The row has: {', '.join(table.header[:30])}. Restore the heading, or download again.",
                )
            )
    if problems:
        raise InputError(*problems)


def _date(cell: Any) -> dt.date | None:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(str(cell), form).date()
        except ValueError:
            continue
    return None


def _record(table: _Table, number: int, row: list[Any], measure: str) -> dict[str, Any]:
    """One rating as a record: its value, or why it has none."""
    text, published = str(table.cell(row, "rating")), table.cell(row, "published")
    date = _date(published)
    status, reason, value = "observed", "", RATINGS.get(fold(text), float("nan"))
    if fold(text) in _NO_RATING:
        status, reason = "not_applicable", text
    elif fold(text) not in RATINGS:
        status, reason = "excluded", f"'{text}' is not a rating that is known"
    elif date is None:
        status, reason, value = "excluded", f"'{published}' is not a date (day/month/year)", float("nan")
    location = f"{table.cell(row, 'location')} {table.cell(row, 'location_name')}".strip()
    return {
        "org_code": str(table.cell(row, "code")),
        "date": date,
        "measure": measure,
        "stratum": location if table.kind is _LOCATIONS else "all",
        "value": value,
        "status": status,
        "source_cell": table.address(number),
        "flags": "inherited" if fold(table.cell(row, "inherited")) == "y" else "",
        "reason": reason,
    }


def _read_table(table: _Table, tally: Tally) -> tuple[list[dict[str, Any]], dict[str, tuple[str, str]], dt.date]:
    """Read one table.

    Returns
    -------
    tuple
        The ratings kept; provider code -> (name, cell); the newest publication date in the table.
    """
    records: list[dict[str, Any]] = []
    providers: dict[str, tuple[str, str]] = {}
    newest = dt.date.min
    seen: dict[Any, dt.date | None] = {}
    for number, row in table.rows:
        if not any(cell not in ("", None) for cell in row):
            continue
        tally.rows += 1
        published = table.cell(row, "published")
        if published not in seen:  # a file has hundreds of thousands of rows and a few thousand dates
            seen[published] = _date(published)
        newest = max(newest, seen[published] or newest)
        if fold(table.cell(row, "type")) != _NHS:
            tally.skip(f"{table.kind.name.lower()} outside the NHS")
            continue
        code, name = str(table.cell(row, "code")), str(table.cell(row, "provider"))
        column = column_letter(table.place["code"])
        providers.setdefault(code, (name, f"{table.sheet}!{column}{number}".removeprefix("!")))
        if fold(table.cell(row, "service")) != "overall":
            tally.skip("ratings of one service or population group")
            continue
        domain = fold(table.cell(row, "domain"))
        if domain not in table.kind.measures:
            tally.skip(f"ratings of the key question '{table.cell(row, 'domain')}'")
            continue
        records.append(_record(table, number, row, table.kind.measures[domain]))
    return records, providers, newest


def _settle_repeats(frame: pd.DataFrame, tallies: dict[str, Tally]) -> pd.DataFrame:
    """Keep one of several equal ratings of one thing on one date; exclude those that differ."""
    key = ["org_code", "measure", "stratum", "date"]
    dated = frame["date"].notna()
    shown = frame["value"].astype(str) + frame["status"] + frame["reason"]
    differs = dated & (shown.groupby([frame[name] for name in key]).transform("nunique") > 1)
    frame.loc[differs, "status"] = "excluded"
    frame.loc[differs, "value"] = float("nan")
    frame.loc[differs, "flags"] = (frame.loc[differs, "flags"] + " duplicate_organisation").str.strip()
    frame.loc[differs, "reason"] = "two different ratings of the same thing on one date"
    again = dated & ~differs & frame.duplicated(key)
    for sheet, count in frame.loc[again, "sheet"].value_counts().items():
        tallies[str(sheet)].skip("the same rating again", int(count))
    return frame[~again]


def read(source: SourceFile) -> Reading:
    """Read the ratings of providers and of locations that are in the file."""
    records: list[dict[str, Any]] = []
    providers: dict[str, tuple[str, str]] = {}
    newest = dt.date.min
    tallies: dict[str, Tally] = {}
    for part in _parts(source):
        tally = tallies[part] = Tally(source.name, part, KEY)
        table = _find_table(source, part)
        if table is None:
            if fold(part) in _SHEETS:
                _refuse_headless(source, part)
            tally.skip(f"a sheet without ratings: '{part}'")
            continue
        _locate(source, table)
        found, named, last = _read_table(table, tally)
        records += [{**record, "sheet": part} for record in found]
        providers = {**named, **providers}
        newest = max(newest, last)
    if newest == dt.date.min:
        what, todo = "No row has a publication date.", "Dates are written day/month/year: download the file again."
        raise InputError(Problem(file=source.name, column="Publication Date", what=what, todo=todo))
    if not records:
        return Reading.empty(*tallies.values())
    frame = _settle_repeats(pd.DataFrame(records), tallies)
    rows = observations(
        **{name: frame[name].tolist() for name in ("org_code", "measure", "stratum", "value", "status")},
        period_start=pd.to_datetime(frame["date"]).to_numpy(),
        period_end=pd.to_datetime(frame["date"]).to_numpy(),
        unit="rating",
        source=KEY,
        source_file=source.name,
        source_cell=frame["source_cell"].tolist(),
        vintage=newest.isoformat(),
        flags=frame["flags"].tolist(),
        reason=frame["reason"].tolist(),
    )
    for part, tally in tallies.items():
        tally.count(rows[(frame["sheet"] == part).to_numpy()])
    codes = sorted(providers)
    sightings = organisation_sightings(
        org_code=codes,
        org_name=[providers[code][0] for code in codes],
        as_of=newest.isoformat(),
        source=KEY,
        source_file=source.name,
        source_cell=[providers[code][1] for code in codes],
    )
    return Reading(rows, sightings, tuple(tallies.values()))


_TITLE, _PUBLISHER = "CQC latest ratings", "Care Quality Commission"
READERS = (
    Reader(
        key=KEY,
        title=f"{_TITLE}, locations",
        publisher=_PUBLISHER,
        verified=True,
        recognise=recognise_locations,
        read=read,
    ),
    Reader(
        key=KEY,
        title=f"{_TITLE}, providers and locations",
        publisher=_PUBLISHER,
        verified=False,
        recognise=recognise_providers,
        read=read,
    ),
)
