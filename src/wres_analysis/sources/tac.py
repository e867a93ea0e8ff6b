"""Trust Accounts Consolidation data: what trusts spent on agency and external bank staff.

Two workbooks a year, of NHS trusts and of NHS foundation trusts. ``All data`` has one row for each cell of each
trust's return (about a million), in thousands of pounds, by the trust's name; ``List of Providers`` gives the NHS
code of each name. A cell is known by its schedule (``TAC09 Staff``), its column (``A09CY01``: this year, total) and
its line. Headings differ between years and may carry spaces at the end.

The denominator is STA0330, total gross staff costs: the agency and bank lines are parts of that total, while the
totals after it (STA0360, STA0366) take off recoveries and capitalised cost and so are not wholes of which these
lines are parts. The labels of the lines were checked in the publisher's illustrative files for 2021/22 and 2023/24.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.files import SourceFile, column_letter, fold
from wres_analysis.sources.observations import Reading, Tally, observations, organisation_sightings, read_numbers
from wres_analysis.sources.reader import Reader

__all__ = ["AGENCY", "EXTERNAL_BANK", "GROSS_STAFF_COST", "READERS", "SCHEDULE"]

KEY = "tac"
SCHEDULE = "TAC09 Staff"
_THIS_YEAR_TOTAL = "A09CY01"
AGENCY, EXTERNAL_BANK, GROSS_STAFF_COST = "STA0310", "STA0300", "STA0330"
_LINES = (AGENCY, EXTERNAL_BANK, GROSS_STAFF_COST)
#: Measure -> the lines that are added up in its numerator; the first of them must be there.
_MEASURES = {"agency_share": (AGENCY,), "agency_and_external_bank_share": (AGENCY, EXTERNAL_BANK)}
_GBP = 1000.0

_ALL_DATA, _PROVIDERS = "all data", "list of providers"
#: Column -> its headings, newest first.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "organisation": ("OrganisationName", "Organisation Name"),
    "schedule": ("WorkSheetName", "Work Sheet Name"),
    "column": ("MainCode", "Main Code"),
    "line": ("SubCode", "Sub Code"),
    "value": ("Total", "Value number"),
}
_PROVIDER_COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("Full name of Provider", "Name of Provider", "Provider"),
    "code": ("NHS code",),
}
_YEAR = re.compile(r"\b(20\d\d)\s*[/–-]\s*(?:20)?(\d\d)\b")


def _sheet(source: SourceFile, name: str) -> str | None:
    return next((sheet for sheet in source.sheet_names if fold(sheet) == name), None)


def recognise(source: SourceFile) -> bool:
    """Whether the workbook has a sheet of all data with the headings, or beside a list of providers."""
    if source.kind != "workbook" or (data := _sheet(source, _ALL_DATA)) is None:
        return False
    if _sheet(source, _PROVIDERS) is not None:
        return True
    first = next(iter(source.rows(data)), [])
    return {fold("MainCode"), fold("SubCode")} <= {fold(cell) for cell in first}


def _place(
    source: SourceFile, sheet: str, row: int, header: list[Any], wanted: dict[str, tuple[str, ...]]
) -> dict[str, int]:
    """Find each wanted column by any of its headings, or say which are missing."""
    have = {fold(cell): index for index, cell in reversed(list(enumerate(header)))}
    place = {key: next((have[fold(n)] for n in names if fold(n) in have), None) for key, names in wanted.items()}
    missing = [wanted[key][0] for key, index in place.items() if index is None]
    if missing:
        shown = ", ".join(str(cell).strip() for cell in header[:12])
        raise InputError(
            *(
                Problem(
                    file=source.name,
                    sheet=sheet,
                    row=row,
                    column=name,
                    what="The column is missing.",
                    todo=f"The row has: {shown}. Restore the heading as published, or download the workbook again.",
                )
                for name in missing
            )
        )
    return {key: index for key, index in place.items() if index is not None}


def _text(row: list[Any], index: int | None) -> str:
    return " ".join(str(row[index]).split()) if index is not None and index < len(row) else ""


@dataclass
class _Providers:
    """The list of providers: folded name -> (code, row), and what else it says."""

    codes: dict[str, set[str]] = field(default_factory=dict)
    listed: list[dict[str, Any]] = field(default_factory=list)


def _read_providers(source: SourceFile, name: str, tally: Tally) -> _Providers:
    sheet = source.sheet(name)
    top = sheet.find_row("NHS code")
    top = top if top is not None else 0
    place = _place(source, name, top + 1, sheet.rows[top] if sheet.rows else [], _PROVIDER_COLUMNS)
    have = {fold(cell): index for index, cell in enumerate(sheet.rows[top])}
    out = _Providers()
    for number, row in enumerate(sheet.rows[top + 1 :], start=top + 2):
        if not any(cell != "" for cell in row):
            continue
        tally.rows += 1
        organisation, code = _text(row, place["name"]), _text(row, place["code"])
        if not organisation or not code:
            tally.skip("rows without a name or a code")
            continue
        out.codes.setdefault(fold(organisation), set()).add(code)
        out.listed.append(
            {
                "org_code": code,
                "org_name": organisation,
                "region": _text(row, have.get("region")),
                "trust_type": _text(row, have.get("sector")),
                "source_cell": f"{name}!{column_letter(place['code'])}{number}",
            }
        )
    return out


def _years_in(texts: Iterable[Any]) -> set[int]:
    """The financial years named, by the calendar year in which each ends."""
    found = (match for text in texts if isinstance(text, str) for match in _YEAR.finditer(text))
    return {int(m[1]) + 1 for m in found if (int(m[1]) + 1) % 100 == int(m[2])}


def _year_end(source: SourceFile) -> tuple[int, str]:
    """The calendar year in which the accounts end, and a flag if only the file's name says so.

    A workbook that names several years does not say which is its own; then the name decides.
    """
    inside: set[int] = set()
    for name in source.sheet_names:
        if fold(name) != _ALL_DATA:
            inside |= _years_in([name, *(cell for row in source.sheet(name).rows for cell in row)])
    if len(inside) == 1:
        return inside.pop(), ""
    named = _years_in([PurePosixPath(source.name).name.replace("_", " ")])
    if len(named) == 1 and (not inside or named <= inside):
        return named.pop(), "period_from_file_name"
    several = ", ".join(_label(year) for year in sorted(inside))
    raise InputError(
        Problem(
            file=source.name,
            what=f"The workbook names several years ({several})." if inside else "No cell says which year it is.",
            todo="Give the file its published name, which carries the year, such as TAC_NHS_trusts_2023-24.xlsx.",
        )
    )


def _label(year: int) -> str:
    return f"{year - 1}/{year % 100:02d}"


def _collect(source: SourceFile, name: str, tally: Tally) -> tuple[pd.DataFrame, str]:
    """Collect the wanted lines of each organisation.

    Returns
    -------
    tuple
        Columns ``organisation, line, value, row``, one row for each cell; and the letter of the value column.
    """
    rows = source.rows(name)
    header = next(rows, [])
    place = _place(source, name, 1, header, _COLUMNS)
    organisation, schedule, column, line, value = (place[key] for key in _COLUMNS)
    wanted, kept = set(_LINES), []
    others = elsewhere = 0
    for number, row in enumerate(rows, start=2):
        if str(row[schedule]).strip() != SCHEDULE:
            elsewhere += row[schedule] != ""
        elif str(row[column]).strip() == _THIS_YEAR_TOTAL and str(row[line]).strip() in wanted:
            kept.append((_text(row, organisation), str(row[line]).strip(), row[value], number))
        else:
            others += 1
    tally.rows = len(kept) + others + elsewhere
    tally.skip("cells of other schedules", elsewhere)
    tally.skip(f"other cells of {SCHEDULE}", others)
    if not kept:
        what = f"No row has {SCHEDULE}, {_THIS_YEAR_TOTAL} and one of {', '.join(_LINES)}."
        todo = "The codes may have changed: compare with the year's illustrative file, and tell the maintainers."
        raise InputError(Problem(file=source.name, sheet=name, row=1, column="SubCode", what=what, todo=todo))
    return pd.DataFrame(kept, columns=["organisation", "line", "value", "row"]), column_letter(value)


def _organisation(cells: pd.DataFrame) -> tuple[dict[str, float], dict[str, str], dict[str, int], bool]:
    """Read the lines of one organisation: values in pounds, reasons, rows, and whether a line is there twice."""
    amount, status, reason = read_numbers(cells["value"].tolist(), low=0.0)
    values: dict[str, float] = {}
    reasons: dict[str, str] = {}
    rows: dict[str, int] = {}
    differs = False
    for line, number, bad, why, raw in zip(
        cells["line"], cells["row"], status != "observed", reason, amount, strict=True
    ):
        if bad and why == "the cell is empty":
            continue  # an empty cell of the return is no line at all
        if line in rows and values.get(line) != raw * _GBP:
            differs = True
        rows.setdefault(line, int(number))
        if bad:
            reasons[line] = f"{line}: {why}"
        else:
            values[line] = raw * _GBP
    return values, reasons, rows, differs


def _shares(source: SourceFile, name: str, cells: pd.DataFrame, letter: str, providers: _Providers) -> pd.DataFrame:
    """Both measures of every organisation, as records."""
    out: list[dict[str, Any]] = []
    for organisation, mine in cells.groupby("organisation", sort=False):
        values, reasons, rows, differs = _organisation(mine)
        codes = providers.codes.get(fold(organisation), set())
        for measure, lines in _MEASURES.items():
            status, reason, flags = "observed", "", ""
            used = [*lines, GROSS_STAFF_COST]
            bad = [reasons[line] for line in used if line in reasons]
            whole = values.get(GROSS_STAFF_COST, np.nan)
            part = sum(values.get(line, 0.0) for line in lines)
            if len(codes) != 1:
                listed = f"several NHS codes for '{organisation}': {', '.join(sorted(codes))}"
                status, flags = "excluded", "unknown_code"
                reason = listed if codes else f"no NHS code for '{organisation}'"
            elif differs:
                status, flags = "excluded", "duplicate_organisation"
                reason = "a line is there twice with different values"
            elif bad:
                status, reason = "excluded", "; ".join(bad)
                flags = "text_in_number" if "is not a number" in reason else ""
            elif AGENCY not in values or GROSS_STAFF_COST not in values:
                absent = [line for line in (AGENCY, GROSS_STAFF_COST) if line not in values]
                status, reason = "not_submitted", f"the accounts have no line {' and '.join(absent)}"
            elif whole <= 0 or part > whole:
                status, reason = "excluded", f"{part:,.0f} of a gross staff cost of {whole:,.0f} is no share"
            elif any(line not in values for line in lines):
                flags = "line_absent"  # an absent line of the return is nil: many trusts have no external bank
            seen = status == "observed"
            out.append(
                {
                    "org_code": next(iter(codes)) if len(codes) == 1 else "",
                    "measure": measure,
                    "numerator": part if seen else np.nan,
                    "denominator": whole if seen else np.nan,
                    "value": 100.0 * part / whole if seen else np.nan,
                    "status": status,
                    "source_cell": f"{name}!" + ",".join(f"{letter}{rows[line]}" for line in used if line in rows),
                    "flags": flags,
                    "reason": reason,
                }
            )
    return pd.DataFrame(out)


def read(source: SourceFile) -> Reading:
    """Read the agency and external bank shares of one year."""
    tallies = {name: Tally(source.name, name, KEY) for name in source.sheet_names}
    data, listing = _sheet(source, _ALL_DATA), _sheet(source, _PROVIDERS)
    assert data is not None
    if listing is None:
        have = ", ".join(f"'{sheet}'" for sheet in source.sheet_names)
        what = "The workbook has no list of providers, so no name has its NHS code."
        todo = f"The sheets are: {have}. Download the workbook again."
        raise InputError(Problem(file=source.name, sheet="List of Providers", what=what, todo=todo))
    providers = _read_providers(source, listing, tallies[listing])
    year, from_name = _year_end(source)
    for name, tally in tallies.items():
        if name not in (data, listing):
            tally.skip("a sheet without data")
    cells, letter = _collect(source, data, tallies[data])
    shares = _shares(source, data, cells, letter, providers)
    if from_name:
        shares["flags"] = (shares["flags"] + " " + from_name).str.strip()
    rows = observations(
        **{name: shares[name].tolist() for name in shares.columns},
        period_start=f"{year - 1}-04-01",
        period_end=f"{year}-03-31",
        unit="percent",
        source=KEY,
        source_file=source.name,
        vintage=_label(year),
    )
    tallies[data].count(rows)
    with_data = set(map(fold, cells["organisation"]))
    absent = [p["org_name"] for p in providers.listed if fold(p["org_name"]) not in with_data]
    if absent:
        tallies[listing].skip(f"listed, but without staff costs: {'; '.join(absent)}", len(absent))
    listed = pd.DataFrame(providers.listed).drop_duplicates("org_code")
    sightings = organisation_sightings(
        **{name: listed[name].tolist() for name in listed.columns},
        as_of=f"{year}-03-31",
        source=KEY,
        source_file=source.name,
    )
    return Reading(rows, sightings, tuple(tallies.values()))


READERS = (
    Reader(
        key=KEY,
        title="Trust Accounts Consolidation (TAC) data",
        publisher="NHS England",
        verified=False,
        recognise=recognise,
        read=read,
    ),
)
