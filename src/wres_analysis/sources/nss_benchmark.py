"""NHS Staff Survey, benchmark workbook: indicators 5 to 8 by ethnic group, and engagement, over five surveys.

One sheet for each kind of organisation, headings in row 1, one organisation a row. A value column is
``<variable>_<year>`` and the number who answered is ``<variable>_n_<year>``; in the ethnic summaries ``_1`` is
White and ``_2`` is BME, and ``n`` stands before them. Percentages are fractions 0-1, weighted to the occupation
mix of the newest survey, so a year's value differs between editions; scores are 0-10.

The layout is known from the code of three other readers of this workbook, not from a copy of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.files import Sheet, SourceFile, column_letter, fold
from wres_analysis.sources.observations import Reading, Tally, observations, organisation_sightings, read_numbers
from wres_analysis.sources.reader import Reader
from wres_analysis.standards import load_standard

__all__ = ["READERS", "TRUST_GROUPS"]

KEY = "nss_benchmark"

#: The sheets that hold trusts. A workbook that lacks one of them is refused: another kit once lost a whole sector
#: because a sheet's name had a space more than expected.
TRUST_GROUPS = (
    "Acute&Acute Community Trusts",
    "Acute Specialist Trusts",
    "MH&LD, MH, LD&Community Trusts",
    "Community Trusts",
    "Ambulance Trusts",
)
_ID_COLUMNS = ("org_id", "org_name", "org_type_reporting_name")
_YEAR = re.compile(r"^(?P<variable>.+)_(?P<year>20\d\d)$")
_ETHNIC = re.compile(r"^(?P<stem>.+)_eth_summary_(?P<n>n_)?(?P<group>[12])_(?P<year>20\d\d)$")
#: The variable of each indicator. Indicator 8 is named after its question, whose number changes.
_STEMS = {"ind5": "har_from_pat", "ind6": "har_from_staff", "ind7": "equal"}
_BY_QUESTION = "ind8"
_SCORE = "engagement"
_GROUPS = {"1": "white", "2": "bme"}
_SUPPRESSED = ("", "-", "*", "<10", "<11")


def _squeeze(name: str) -> str:
    """A sheet's name without its accidents: white space, case, 'and' for '&', a last letter cut off by Excel."""
    return re.sub(r"\s", "", re.sub(r"\band\b", "&", name.casefold())).removesuffix("s")


_SECTORS = {_squeeze(name): name for name in TRUST_GROUPS}


def _header(sheet: Sheet) -> list[str]:
    return [str(cell).strip() for cell in sheet.rows[0]] if sheet.rows else []


def _is_table(header: list[str]) -> bool:
    return any(fold(cell) == "org_id" for cell in header) or any(_ETHNIC.match(cell) for cell in header)


def recognise(source: SourceFile) -> bool:
    """Whether a sheet of trusts has the benchmark workbook's headings in its first row."""
    if source.kind != "workbook":
        return False
    # Only sheets of trusts are looked into, so that large workbooks of another kind are not read twice.
    names = [name for name in source.sheet_names if "trust" in fold(name)]
    return any(
        _is_table(header) and any(_YEAR.match(cell) for cell in header)
        for header in (_header(source.sheet(name)) for name in names)
    )


@dataclass(frozen=True, slots=True)
class _Series:
    """The columns of one measure and group: survey year -> (value column, base column or None)."""

    measure: str
    digit: str
    columns: dict[int, tuple[int, int | None]]

    @property
    def group(self) -> str:
        return _GROUPS.get(self.digit, "all")

    @property
    def is_score(self) -> bool:
        return self.measure == _SCORE


@dataclass(frozen=True)
class _Table:
    """One sheet of organisations."""

    name: str
    header: list[str]
    rows: list[tuple[int, list[Any]]]

    def cells(self, column: int) -> list[Any]:
        return [row[column] for _, row in self.rows]

    def text(self, heading: str) -> list[str]:
        return [str(cell).strip() for cell in self.cells(self.header.index(heading))]


def _headings(measure: str, digit: str, year: int) -> list[tuple[str, str]]:
    """The headings (value, base) under which a measure can stand in a survey year, the likeliest first."""
    if measure == _SCORE:
        return [(f"theme_engagement_{year}", f"theme_engagement_n_{year}")]
    if measure in _STEMS:
        stems = [_STEMS[measure]]
    else:
        # Named after its question: by the question's number then, or by the newest number it has had.
        indicator = load_standard().indicators[measure]
        newest = max(indicator.items, key=lambda item: item.surveys)
        stems = list(dict.fromkeys(item.item.lower() for item in (indicator.item(year) or newest, newest)))
    return [(f"{stem}_eth_summary_{digit}_{year}", f"{stem}_eth_summary_n_{digit}_{year}") for stem in stems]


def _years(header: list[str]) -> list[int]:
    return sorted({int(match["year"]) for cell in header if (match := _YEAR.match(cell))})


def _find_series(header: list[str]) -> list[_Series]:
    """Find the columns that are used."""
    place = {cell: index for index, cell in enumerate(header)}
    wanted = [(measure, digit) for measure in (*_STEMS, _BY_QUESTION) for digit in _GROUPS]
    series = []
    for measure, digit in (*wanted, (_SCORE, "")):
        columns = {}
        for year in _years(header):
            value, base = next((pair for pair in _headings(measure, digit, year) if pair[0] in place), ("", ""))
            if value:
                columns[year] = (place[value], place.get(base))
        series.append(_Series(measure, digit, columns))
    return series


def _table(source: SourceFile, sheet: Sheet, tally: Tally) -> _Table:
    header = _header(sheet)
    _refuse_missing(source, sheet.name, header, [name for name in _ID_COLUMNS if name not in header])
    code = header.index("org_id")
    rows = []
    for number, row in enumerate(sheet.rows[1:], start=2):
        if str(row[code]).strip():
            rows.append((number, row))
        elif any(cell != "" for cell in row):
            tally.skip("a row without org_id")
    tally.rows = len(rows)
    if not rows:
        what, todo = "The sheet has no organisations.", "Download the workbook again."
        raise InputError(Problem(file=source.name, sheet=sheet.name, row=2, column="org_id", what=what, todo=todo))
    return _Table(sheet.name, header, rows)


def _refuse_missing(source: SourceFile, sheet: str, header: list[str], missing: list[str]) -> None:
    if missing:
        near = ", ".join(cell for cell in header if "eth_summary" in cell)[:160] or ", ".join(header[:8])
        raise InputError(
            *(
                Problem(
                    file=source.name,
                    sheet=sheet,
                    row=1,
                    column=name,
                    what="The column is missing.",
                    todo=f"The row has, among others: {near}. Restore the heading as published, or download again.",
                )
                for name in missing
            )
        )


def _require_newest(source: SourceFile, table: _Table, series: list[_Series], newest: int) -> None:
    """Refuse a sheet whose newest survey lacks a value or a base that the publication has."""
    missing = []
    for one in series:
        heading, base_heading = _headings(one.measure, one.digit, newest)[0]
        value, base = one.columns.get(newest, (None, None))
        if value is None:
            missing.append(heading)
        elif base is None and not one.is_score:
            missing.append(base_heading)
    _refuse_missing(source, table.name, table.header, missing)


def _read_series(source: SourceFile, table: _Table, one: _Series, years: list[int]) -> Iterator[pd.DataFrame]:
    """Yield the observations of one measure and group, a frame for each survey year."""
    for year in years:
        if year not in one.columns:
            continue
        value_at, base_at = one.columns[year]
        top = 10.0 if one.is_score else 1.0
        cells = [_as_text(cell) for cell in table.cells(value_at)]
        share, status, reason = read_numbers(cells, suppressed=_SUPPRESSED, low=0.0, high=top)
        base = np.full(len(cells), np.nan)
        if base_at is not None:
            base, base_status, base_reason = read_numbers(
                [_as_text(cell) for cell in table.cells(base_at)], suppressed=_SUPPRESSED, low=0.0
            )
            spoiled = (status == "observed") & (base_status == "excluded")
            status[spoiled] = "excluded"
            reason[spoiled] = "the base cannot be read: " + base_reason[spoiled]
            share[spoiled] = np.nan
        seen = status == "observed"
        base = np.where(seen, base, np.nan)
        flags = np.full(len(cells), "", dtype=object)
        flags[[" is outside the possible range" in str(text) and not one.is_score for text in reason]] = "unit_error"
        flags[[" is not a number" in str(text) for text in reason]] = "text_in_number"
        numerator = np.full(len(cells), np.nan)
        if not one.is_score:
            product = share * base
            whole = np.abs(product - np.round(product)) <= 1e-6 * np.maximum(1.0, product)
            numerator = np.where(whole, np.round(product), np.nan)
            # A weighted percentage is no fraction of its base, so it has no numerator.
            flags[seen & np.isfinite(base) & ~whole] = "weighted_rate"
        bases = f",{column_letter(base_at)}" if base_at is not None else ""
        yield observations(
            org_code=table.text("org_id"),
            period_start=f"{year}-10-01",
            period_end=f"{year}-12-31",
            measure=one.measure,
            group=one.group,
            numerator=numerator,
            denominator=np.full(len(cells), np.nan) if one.is_score else base,
            value=share if one.is_score else 100.0 * share,
            unit="score" if one.is_score else load_standard().indicators[one.measure].unit,
            status=status,
            source=KEY,
            source_file=source.name,
            source_cell=[
                f"{table.name}!{column_letter(value_at)}{row}{bases}{row if bases else ''}" for row, _ in table.rows
            ],
            vintage=str(years[-1]),
            effective_base=base,
            flags=flags,
            reason=reason,
        )


def _as_text(cell: Any) -> Any:
    return cell.strip() if isinstance(cell, str) else cell


def _mark_no_history(frame: pd.DataFrame) -> None:
    """Turn 'suppressed' into 'not applicable' before an organisation's first result of any kind, in place.

    Merged and rebuilt organisations are left blank for the surveys before; a blank after the first result is a
    suppression.
    """
    year = frame["period_end"].dt.year
    first = year.where(frame["status"].ne("suppressed")).groupby(frame["org_code"]).transform("min")
    early = frame["status"].eq("suppressed") & (year < first)
    frame.loc[early, "status"] = "not_applicable"
    frame.loc[early, "reason"] = "no history: the publisher gives no result before " + first[early].astype(int).astype(
        str
    )


def _mark_duplicates(frame: pd.DataFrame) -> None:
    """Exclude the values of an organisation that is listed more than once, in place."""
    twice = frame.duplicated(["org_code", "period_end", "measure", "group"], keep=False)
    frame.loc[twice, ["status", "flags"]] = ["excluded", "duplicate_organisation"]
    frame.loc[twice, "reason"] = "the organisation is listed more than once in the workbook"
    frame.loc[twice, ["numerator", "denominator", "value", "effective_base"]] = np.nan


def read(source: SourceFile) -> Reading:
    """Read the five sheets of trusts; name and count every other sheet and column."""
    tallies, tables = [], []
    found: dict[str, str] = {}
    for name in source.sheet_names:
        tally = Tally(source.name, name, KEY)
        tallies.append(tally)
        sheet = source.sheet(name)
        sector = _SECTORS.get(_squeeze(name))
        if sector is None:
            results = _is_table(_header(sheet)) and _years(_header(sheet))
            kind = "organisations that are not trusts" if results else "a sheet without results"
            tally.rows = max(0, len(sheet.rows) - 1)
            tally.skip(f"{kind}: '{name}'", tally.rows)
            continue
        found[sector] = name
        tables.append((_table(source, sheet, tally), tally))
    _require_sectors(source, found)
    newest = max(_years(table.header)[-1] for table, _ in tables if _years(table.header))
    frames, sightings = [], []
    for table, tally in tables:
        series, years = _find_series(table.header), _years(table.header)
        if not years or years[-1] != newest:
            last = years[-1] if years else "none"
            what = f"The newest survey of this sheet is {last}, that of the workbook {newest}."
            todo = "Sheets of two editions are mixed: download the workbook again."
            raise InputError(Problem(file=source.name, sheet=table.name, row=1, what=what, todo=todo))
        _require_newest(source, table, series, newest)
        _count_columns(table, series, years, tally)
        made = [frame for one in series for frame in _read_series(source, table, one, years)]
        frames.append(pd.concat(made, ignore_index=True).assign(_sheet=table.name))
        sightings.append(
            organisation_sightings(
                org_code=table.text("org_id"),
                org_name=table.text("org_name"),
                trust_type=table.text("org_type_reporting_name"),
                as_of=f"{newest}-12-31",
                source=KEY,
                source_file=source.name,
                source_cell=[f"{table.name}!A{row}" for row, _ in table.rows],
            )
        )
    together = pd.concat(frames, ignore_index=True)
    _mark_duplicates(together)
    _mark_no_history(together)
    for table, tally in tables:
        tally.count(together[together["_sheet"] == table.name])
    return Reading(together.drop(columns="_sheet"), pd.concat(sightings, ignore_index=True), tuple(tallies))


def _require_sectors(source: SourceFile, found: dict[str, str]) -> None:
    missing = [name for name in TRUST_GROUPS if name not in found]
    if missing:
        raise InputError(
            *(
                Problem(
                    file=source.name,
                    sheet=name,
                    what="The workbook has no sheet for this sector.",
                    todo=f"Its sheets are: {', '.join(repr(s) for s in source.sheet_names)}. "
                    "Give the sheet its published name, or download the workbook again.",
                )
                for name in missing
            )
        )


def _count_columns(table: _Table, series: list[_Series], years: list[int], tally: Tally) -> None:
    used = {index for one in series for pair in one.columns.values() for index in pair if index is not None}
    used |= {table.header.index(name) for name in _ID_COLUMNS}
    others = [cell for index, cell in enumerate(table.header) if index not in used]
    for cell in others:
        match = _ETHNIC.match(cell)
        tally.skip(f"ethnic summary that no indicator uses: {match['stem']}" if match else "columns that are not used")
    for one in series:
        for year in years:
            if year not in one.columns:
                tally.skip(f"no column for {one.measure}, {one.group}, in {year}")


READERS = (
    Reader(
        key=KEY,
        title="NHS Staff Survey, benchmark workbook",
        publisher="NHS Staff Survey Coordination Centre",
        verified=False,
        recognise=recognise,
        read=read,
    ),
)
