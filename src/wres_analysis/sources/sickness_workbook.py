"""NHS Sickness Absence Rates, monthly workbook: Table 4, the rate of every organisation in every month.

The workbook prints rates only, no days, so its values carry the flag ``rate_only``. ``.`` is not applicable (the
organisation did not exist, or had no data). Blank cells are read as suppressed: the workbook's notes say that data
are obscured below 330 days available, and in the edition of April 2022 the 222 blank cells belong to fourteen
organisations at the edges of their lives (commissioning groups and support units, small providers), none a trust.
The regions' own rows ("All organisations", the region's code for a code) are counted and left out.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.files import Sheet, SourceFile, column_letter
from wres_analysis.sources.observations import Reading, Tally, observations, organisation_sightings
from wres_analysis.sources.reader import Reader
from wres_analysis.sources.textcolumns import addresses, mostly_numbers, take_words
from wres_analysis.sources.vocabulary import heading_key, month_of, region_name

__all__ = ["READERS"]

KEY = "sickness_monthly_workbook"
_TITLE = re.compile(r"sickness absence rates, ([a-z]+\s+20\d\d)", re.IGNORECASE)
_BY_ORGANISATION = re.compile(r"sickness absence rates by organisation\b", re.IGNORECASE)
_COLUMNS = {"region": "NHSE Region name", "area": "NHSE code", "org_name": "Organisation name", "org_code": "Org code"}
_TABLE = "table 4"


def _front_texts(source: SourceFile) -> list[str]:
    """Return the texts of the first sheet's first two columns: title, date, contents."""
    rows = source.sheet(source.sheet_names[0]).rows[:60] if source.sheet_names else []
    return [cell for row in rows for cell in row[:2] if isinstance(cell, str) and cell]


def _recognise(source: SourceFile) -> bool:
    if source.kind != "workbook":
        return False
    texts = _front_texts(source)
    if not any(_TITLE.search(text) for text in texts[:4]):
        return False
    return any(heading_key(name) == _TABLE for name in source.sheet_names) or any(map(_BY_ORGANISATION.search, texts))


def _vintage(source: SourceFile) -> str:
    title = next(match for text in _front_texts(source) if (match := _TITLE.search(text)))
    month = month_of(title[1])
    if month is None:
        raise InputError(
            Problem(
                file=source.name,
                sheet=source.sheet_names[0],
                what=f"The title names no month ('{title[0]}').",
                todo="Restore it as published, such as 'NHS Sickness Absence Rates, April 2022'.",
            )
        )
    return f"{month[0]:%Y-%m}"


def _table(source: SourceFile) -> tuple[Sheet, int, dict[str, int]]:
    """Return Table 4, the index of its heading row, and where its four columns of names are."""
    name = next((name for name in source.sheet_names if heading_key(name) == _TABLE), None)
    if name is None:
        raise InputError(
            Problem(
                file=source.name,
                sheet="Table 4",
                what="The sheet is missing.",
                todo=f"The workbook has: {', '.join(source.sheet_names)}. Restore its name as published.",
            )
        )
    sheet = source.sheet(name)
    wanted = {heading_key(heading): role for role, heading in _COLUMNS.items()}
    best: tuple[int, dict[str, int]] = (2, {})
    for index, row in enumerate(sheet.rows[:12]):
        keys = [heading_key(cell) if isinstance(cell, str) else "" for cell in row]
        found = {wanted[key]: place for place, key in enumerate(keys) if key in wanted}
        if len(found) > len(best[1]):
            best = index, found
    index, found = best
    missing = [heading for role, heading in _COLUMNS.items() if role not in found]
    if missing:
        raise InputError(
            *(
                Problem(
                    file=source.name,
                    sheet=name,
                    row=index + 1,
                    column=heading,
                    what="The column is missing.",
                    todo="Restore the heading as published.",
                )
                for heading in missing
            )
        )
    return sheet, index, found


def _months(source: SourceFile, sheet: Sheet, index: int, first: int, tally: Tally) -> tuple[list[int], list[Any]]:
    """Return the columns that are months, and their first and last days. Other columns are counted."""
    places, months = [], []
    heading = sheet.rows[index]
    width = max(map(len, sheet.rows))
    for place in range(first, width):
        text = str(heading[place]).strip() if place < len(heading) else ""
        month = month_of(text)
        if month is not None:
            places.append(place)
            months.append(month)
        elif text:
            tally.skip(f"column {column_letter(place)}: its heading '{' '.join(text.split())}' is no month")
        elif any(len(row) > place and row[place] != "" for row in sheet.rows[index + 1 :]):
            tally.skip(f"column {column_letter(place)}: it has values and no heading")
    if not months:
        raise InputError(
            Problem(
                file=source.name,
                sheet=sheet.name,
                row=index + 1,
                what="No column is headed by a month.",
                todo="Restore the headings as published, such as 'April 2013'.",
            )
        )
    return places, months


def _read(source: SourceFile) -> Reading:
    vintage = _vintage(source)
    sheet, index, at = _table(source)
    tally = Tally(source.name, sheet.name, KEY)
    places, months = _months(source, sheet, index, max(at.values()) + 1, tally)

    kept: list[int] = []
    for number in range(index + 1, len(sheet.rows)):
        row = sheet.rows[number]
        code, area = str(row[at["org_code"]]).strip(), str(row[at["area"]]).strip()
        if code and code != area:
            kept.append(number)
        elif code:
            tally.skip("row of a whole region ('All organisations')")
        elif any(row[place] != "" for place in places):
            kept.append(number)  # values without a code: excluded below
        else:
            tally.skip("blank row or note")
    tally.rows = len(kept)

    def names(role: str) -> np.ndarray:
        return np.array([" ".join(str(sheet.rows[n][at[role]]).split()) for n in kept], dtype=object)

    codes = names("org_code")
    cells = np.array([[sheet.rows[n][place] for n in kept] for place in places], dtype=object).ravel()
    value, status, reason = mostly_numbers(cells, low=0.0, high=100.0, suppressed=("",), not_applicable=(".",))
    nameless = np.tile(codes == "", len(places))
    status[nameless], reason[nameless], value[nameless] = "excluded", "there is no organisation code", np.nan
    start, end = (np.repeat(np.array([m[i] for m in months], dtype="datetime64[s]"), len(kept)) for i in (0, 1))
    row_numbers = np.array(kept, dtype=np.int64) + 1
    rows = observations(
        org_code=take_words(list(codes), np.tile(np.arange(len(kept)), len(places))),
        period_start=start,
        period_end=end,
        measure="sickness",
        value=value,
        unit="percent",
        status=status,
        source=KEY,
        source_file=source.name,
        source_cell=pd.concat([addresses((column_letter(p), row_numbers), sheet=sheet.name) for p in places]),
        vintage=vintage,
        flags=take_words(["", "rate_only"], (status == "observed").astype(np.int8)),
        reason=reason,
    )
    rows = _without_second_listings(rows, tally)
    tally.count(rows)
    seen = pd.Series(codes).duplicated(keep="last").to_numpy() | (codes == "")
    sightings = organisation_sightings(
        org_code=codes[~seen],
        org_name=names("org_name")[~seen],
        region=np.array([region_name(name) for name in names("region")[~seen]], dtype=object),
        as_of=end.max(),
        source=KEY,
        source_file=source.name,
        source_cell=addresses((column_letter(at["org_code"]), row_numbers[~seen]), sheet=sheet.name),
    )
    return Reading(rows, sightings, (tally,))


def _without_second_listings(rows: pd.DataFrame, tally: Tally) -> pd.DataFrame:
    """Drop the ``.`` of an organisation that is listed under two regions and has its values under the other.

    Values that contradict each other are left for whoever reads the folder to judge.
    """
    key = ["org_code", "period_end"]
    spare = (rows["status"] == "not_applicable") & rows.duplicated(key, keep=False)
    if not spare.any():
        return rows
    told = pd.MultiIndex.from_frame(rows.loc[rows["status"] != "not_applicable", key])
    spare &= pd.MultiIndex.from_frame(rows[key]).isin(told) | rows.assign(spare=~spare).duplicated([*key, "spare"])
    for code, count in rows.loc[spare, "org_code"].value_counts().items():
        tally.skip(f"not applicable, {code} being listed twice", count)
    return rows[~spare].reset_index(drop=True)


READERS: tuple[Reader, ...] = (
    Reader(
        key=KEY,
        title="NHS Sickness Absence Rates, monthly workbook",
        publisher="NHS England (to 2023 NHS Digital)",
        verified=True,
        recognise=_recognise,
        read=_read,
    ),
)
