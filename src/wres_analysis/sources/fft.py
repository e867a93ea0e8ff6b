"""Friends and Family Test, monthly workbooks: the share of patients whose answer was positive.

One workbook for each month and service. The title cell says both ("A&E Friends and Family Test (FFT) data - July
2025"); file names change from month to month. The organisations are on a sheet with ``Trust Code`` or ``Org Code``
and no sites or wards, under headings of two rows, below rows for England. Percentages are fractions; ``*`` and
``-`` stand for suppressed. Up to March 2020 another question was asked, whose percentage is ``Percentage
Recommended``: that is another measure.

Maternity asks four questions on four sheets, Q1 to Q4 (antenatal, birth, postnatal ward, postnatal community). The
reader takes Q2, birth, because a birth has one provider, and names the others as skipped.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.files import Sheet, SourceFile, column_letter, fold
from wres_analysis.sources.observations import Reading, Tally, observations, organisation_sightings, read_numbers
from wres_analysis.sources.reader import Reader

__all__ = ["ENGLAND", "READERS"]

KEY = "fft"
#: The code that stands for England, without independent providers where the workbook gives both.
ENGLAND = "ENG"

#: Word in the title -> the stratum of the measure, as the outcomes declare them. The first that fits counts.
_SERVICES = {
    r"mental health": "mental_health",
    r"a\s*&\s*e\b|accident|emergency": "ae",
    r"inpatient|in-patient": "inpatient",
    r"outpatient|out-patient": "outpatient",
    r"maternity": "maternity",
    r"ambulance|patient transport": "ambulance",
    r"community": "community",
}
_TITLE = re.compile(r"friends\s+(?:and|&)\s+family\s+test", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*[\s'-]+(20\d\d|\d\d)\b", re.IGNORECASE)
_STAFF = re.compile(r"\bstaff\s+friends", re.IGNORECASE)
_QUESTION = re.compile(r"^q\s*([1-4])\b", re.IGNORECASE)
_BIRTH = "2"

_CODE, _NAME = ("Trust Code", "Org Code"), ("Trust Name", "Org Name")
_BELOW = ("Site Code", "Ward Name")  # a sheet with one of these lists parts of organisations
_TOTAL = "Total Responses"
_SUPPRESSED = ("*", "-")


@dataclass(frozen=True, slots=True)
class _Era:
    """One of the two questions: the measure, its percentage, and the answers that count as positive."""

    measure: str
    percentage: str
    positive: tuple[str, str]


_ERAS = (
    _Era("fft_positive", "Percentage Positive", ("Very Good", "Good")),
    _Era("fft_recommend", "Percentage Recommended", ("Extremely Likely", "Likely")),
)


@dataclass(frozen=True)
class _Table:
    """The organisations' sheet: headings of both rows as one, and the rows below with their numbers."""

    sheet: str
    header: list[str]
    header_row: int
    rows: list[tuple[int, list[Any]]]

    def column(self, *names: str) -> int | None:
        have = [fold(cell) for cell in self.header]
        return next((have.index(fold(name)) for name in names if fold(name) in have), None)

    def cells(self, column: int) -> list[Any]:
        return [cell.strip() if isinstance(cell := row[column], str) else cell for _, row in self.rows]


def _find_title(source: SourceFile) -> tuple[str, str, int] | None:
    """The title, with its sheet and row: a short cell that names the test, one with a month if there is any."""
    found = None
    for name in source.sheet_names[:3]:
        for number, row in enumerate(source.sheet(name).rows[:12], start=1):
            for cell in row:
                if isinstance(cell, str) and len(cell) < 200 and _TITLE.search(cell):
                    if _MONTH.search(cell):
                        return cell, name, number
                    found = found or (cell, name, number)
    return found


def _organisation_header(sheet: Sheet) -> int | None:
    """The index of the first heading row of a sheet of organisations, or None."""
    for code in _CODE:
        index = sheet.find_row(code)
        if index is not None and not any(fold(cell) in map(fold, _BELOW) for cell in sheet.rows[index]):
            return index
    return None


def recognise(source: SourceFile) -> bool:
    """Whether the workbook's title names the test, and some sheet lists organisations by code."""
    if source.kind != "workbook" or not any(_may_list_organisations(name) for name in source.sheet_names):
        return False
    title = _find_title(source)
    return title is not None and not _STAFF.search(title[0])


def _may_list_organisations(name: str) -> bool:
    """Whether a sheet's name is one of those that list organisations: only these are opened."""
    return bool(_QUESTION.match(name.strip())) or any(word in fold(name) for word in ("trust", "org", "provider"))


def _service_and_month(source: SourceFile) -> tuple[str, dt.date, dt.date]:
    title = _find_title(source)
    assert title is not None
    text, sheet, row = title
    problems = []
    service = next((key for pattern, key in _SERVICES.items() if re.search(pattern, text, re.IGNORECASE)), "")
    month = _MONTH.search(text)
    if not service:
        problems.append(
            ("The title does not say which service", "Restore the service before 'Friends and Family Test'")
        )
    if month is None:
        problems.append(("The title does not say which month", "Restore the month and year, such as 'July 2025'"))
    if month is None or problems:
        raise InputError(
            *(
                Problem(file=source.name, sheet=sheet, row=row, what=f"{what}: '{text.strip()}'.", todo=f"{todo}.")
                for what, todo in problems
            )
        )
    year = int(month[2]) + (2000 if len(month[2]) == 2 else 0)
    number = _MONTHS.index(month[1].casefold()) + 1
    return service, dt.date(year, number, 1), dt.date(year, number, monthrange(year, number)[1])


def _choose(source: SourceFile, tallies: dict[str, Tally]) -> Sheet:
    """Choose the sheet of organisations; name every other sheet in its tally."""
    found: dict[str, Sheet] = {}
    for name in source.sheet_names:
        if _may_list_organisations(name):
            sheet = source.sheet(name)
            if _organisation_header(sheet) is not None:
                found[name] = sheet
                continue
        tallies[name].skip("a sheet that is not of organisations")
    questions = {name: match[1] for name in found if (match := _QUESTION.match(name.strip()))}
    if questions:
        chosen = [name for name, number in questions.items() if number == _BIRTH]
        for name, number in questions.items():
            if number != _BIRTH:
                tallies[name].skip(f"question {number} of 4: only question {_BIRTH}, birth, is used")
    else:
        chosen = list(found)
        # Ambulance services are asked of two kinds of patient; the sheet of patient transport is the one that is known.
        if len(chosen) > 1:
            preferred = [name for name in chosen if fold(name) in ("trusts", "orgs", "pts org")]
            chosen = preferred or chosen
            for name in found:
                if name not in chosen:
                    tallies[name].skip("a second sheet of organisations, which is not used")
    if len(chosen) != 1:
        have = ", ".join(f"'{name}'" for name in source.sheet_names)
        likely = next(name for name in source.sheet_names if _may_list_organisations(name))
        what = (
            "No sheet has the heading" if not chosen else f"More than one sheet ({', '.join(chosen)}) has the heading"
        )
        raise InputError(
            Problem(
                file=source.name,
                sheet=chosen[0] if chosen else likely,
                column=_CODE[0],
                what=f"{what} '{_CODE[0]}' or '{_CODE[1]}' of organisations{', question 2' if questions else ''}.",
                todo=f"The sheets are: {have}. Download the workbook again.",
            )
        )
    return found[chosen[0]]


def _table(source: SourceFile, sheet: Sheet, tally: Tally) -> tuple[_Table, _Era]:
    """Join the two heading rows, and find which question was asked."""
    top = _organisation_header(sheet)
    assert top is not None
    header = [str(cell).strip() for cell in sheet.rows[top]]
    first = top + 1
    second = [str(cell).strip() for cell in sheet.rows[first]] if first < len(sheet.rows) else []
    if any(fold(cell) in map(fold, (e for era in _ERAS for e in era.positive)) for cell in second):
        header = [below or above for above, below in zip(header, second, strict=False)]
        first += 1
    have = {fold(cell) for cell in header}
    era = next((era for era in _ERAS if fold(era.percentage) in have), None)
    missing = [names[0] for names in (_NAME, (_TOTAL,)) if not any(fold(name) in have for name in names)]
    missing += [] if era else [_ERAS[0].percentage]
    if era is None or missing:
        shown = ", ".join(cell for cell in header if cell)
        raise InputError(
            *(
                Problem(
                    file=source.name,
                    sheet=sheet.name,
                    row=top + 1,
                    column=name,
                    what="The column is missing.",
                    todo=f"The row has: {shown}. Restore the heading as published.",
                )
                for name in missing
            )
        )
    rows = [(n, row) for n, row in enumerate(sheet.rows[first:], start=first + 1) if any(cell != "" for cell in row)]
    tally.rows = len(rows)
    return _Table(sheet.name, header, top + 1, rows), era


def _codes(table: _Table, tally: Tally) -> tuple[list[str], _Table]:
    """Give each row its code, England among them, and leave out the rows that are no organisation."""
    code_at, name_at, total_at = table.column(*_CODE), table.column(*_NAME), table.column(_TOTAL)
    assert code_at is not None and name_at is not None and total_at is not None
    names = table.cells(name_at)
    both = any("excluding independent" in fold(name) for name in names)
    codes, rows = [], []
    for (number, row), code, name, total in zip(
        table.rows, table.cells(code_at), names, table.cells(total_at), strict=True
    ):
        text = fold(name)
        if code not in ("", "-"):
            codes.append(str(code))
        elif text.startswith("selection"):
            tally.skip("the row of the sheet's own selection")
            continue
        elif text.startswith("england") and both and "including independent" in text:
            tally.skip("England with independent providers")
            continue
        elif text.startswith("england") and total == "":
            tally.skip("England without a value")
            continue
        elif text.startswith("england"):
            codes.append(ENGLAND)
        else:
            tally.skip("rows without a code")
            continue
        rows.append((number, row))
    return codes, _Table(table.sheet, table.header, table.header_row, rows)


def _fractions(cells: list[Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read a column of fractions, some of which may be written with a percent sign."""
    signed = np.array([isinstance(cell, str) and cell.endswith("%") for cell in cells], dtype=bool)
    value, status, reason = read_numbers(cells, suppressed=_SUPPRESSED, low=0.0, high=100.0, percent_sign=True)
    value = np.where(signed, value / 100.0, value)
    beyond = value > 1.0
    reason[beyond] = [f"{v:g} is outside the possible range 0 to 1" for v in value[beyond]]
    status[beyond] = "excluded"
    value[beyond] = np.nan
    return value, status, reason


def _values(source: SourceFile, table: _Table, era: _Era, codes: list[str]) -> dict[str, Any]:
    """Read the values: from the counts where they are there, else the published percentage."""
    percent_at, total_at = table.column(era.percentage), table.column(_TOTAL)
    assert percent_at is not None and total_at is not None
    parts_at = [table.column(name) for name in era.positive]
    value, status, reason = _fractions(table.cells(percent_at))
    total, total_status, total_reason = read_numbers(table.cells(total_at), suppressed=_SUPPRESSED, low=0.0)
    value = 100.0 * value
    numerator = np.full(len(codes), np.nan)
    used = [percent_at, total_at]
    if all(at is not None for at in parts_at):
        used += [at for at in parts_at if at is not None]
        parts = [read_numbers(table.cells(at), suppressed=_SUPPRESSED, low=0.0)[0] for at in parts_at if at is not None]
        counted = np.sum(parts, axis=0)
        whole = np.isfinite(counted) & np.isfinite(total) & (total > 0)
        numerator = np.where(whole, counted, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(whole, 100.0 * counted / total, value)
        status[whole], reason[whole] = "observed", ""
        over = whole & (counted > total)
        status[over], reason[over] = "excluded", "there are more positive answers than answers"
    nobody = total == 0
    status[nobody], reason[nobody] = "not_applicable", "nobody answered"
    bad = (total_status == "excluded") & (status == "observed")
    status[bad], reason[bad] = "excluded", "the number of answers cannot be read: " + total_reason[bad]
    seen = status == "observed"
    return {
        "numerator": np.where(seen, numerator, np.nan),
        "denominator": np.where(seen, total, np.nan),
        "effective_base": np.where(seen, total, np.nan),
        "value": np.where(seen, value, np.nan),
        "status": status,
        "reason": reason,
        "flags": np.where([" is not a number" in text for text in reason], "text_in_number", ""),
        "source_cell": [
            f"{table.sheet}!" + ",".join(f"{column_letter(at)}{number}" for at in used) for number, _ in table.rows
        ],
    }


def _exclude_repeats(rows: pd.DataFrame, tally: Tally) -> pd.DataFrame:
    """Keep one of equal rows of an organisation; exclude rows that differ."""
    shown = rows["value"].astype(str) + rows["status"]
    differs = shown.groupby(rows["org_code"]).transform("nunique") > 1
    rows.loc[differs, ["status", "flags"]] = ["excluded", "duplicate_organisation"]
    rows.loc[differs, "reason"] = "the organisation is listed twice with different values"
    rows.loc[differs, ["numerator", "denominator", "value", "effective_base"]] = np.nan
    again = ~differs & rows["org_code"].duplicated()
    tally.skip("the same organisation again, with the same value", int(again.sum()))
    return rows[~again]


def read(source: SourceFile) -> Reading:
    """Read the organisations of one month and service."""
    service, start, end = _service_and_month(source)
    tallies = {name: Tally(source.name, name, KEY) for name in source.sheet_names}
    sheet = _choose(source, tallies)
    tally = tallies[sheet.name]
    table, era = _table(source, sheet, tally)
    codes, table = _codes(table, tally)
    if not codes:
        tally.skip("no organisation has a value")
        return Reading.empty(*tallies.values())
    rows = observations(
        org_code=codes,
        period_start=start.isoformat(),
        period_end=end.isoformat(),
        measure=era.measure,
        stratum=service,
        unit="percent",
        source=KEY,
        source_file=source.name,
        vintage=f"{start:%Y-%m}",
        **_values(source, table, era, codes),
    )
    rows = _exclude_repeats(rows, tally)
    tally.count(rows)
    name_at, icb_at = table.column(*_NAME), table.column("ICB Code", "STP Code")
    assert name_at is not None
    sightings = organisation_sightings(
        org_code=codes,
        org_name=[str(cell) for cell in table.cells(name_at)],
        icb=[str(cell) for cell in table.cells(icb_at)] if icb_at is not None else "",
        as_of=end.isoformat(),
        source=KEY,
        source_file=source.name,
        source_cell=[f"{table.sheet}!{column_letter(name_at)}{number}" for number, _ in table.rows],
    )
    sightings = sightings[sightings["org_code"] != ENGLAND].drop_duplicates("org_code", ignore_index=True)
    return Reading(rows.reset_index(drop=True), sightings, tuple(tallies.values()))


READERS = (
    Reader(
        key=KEY,
        title="Friends and Family Test, monthly workbook",
        publisher="NHS England",
        verified=False,
        recognise=recognise,
        read=read,
    ),
)
