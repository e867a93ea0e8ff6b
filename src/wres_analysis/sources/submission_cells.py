"""The cells of a WRES submission: years, counts, and rows that are there twice."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.files import SourceFile, column_letter, fold
from wres_analysis.sources.observations import Tally, read_numbers
from wres_analysis.sources.submission_layout import HEADER_ROW, NOT_SUBMITTED, SUPPRESSED, Layout

__all__ = ["Counts", "Rows", "read_counts", "read_rows", "read_year", "worst"]

_EXCEL_DAY_0 = dt.date(1899, 12, 30)
_FIRST_YEAR, _LAST_YEAR = 2010, 2099


def read_year(cell: Any) -> tuple[int | None, str]:
    """Read the year that ends on 31 March, from a date or a year.

    Returns
    -------
    tuple
        The year, and "" ; or None and the reason.
    """
    if isinstance(cell, dt.datetime | dt.date):
        date = cell.date() if isinstance(cell, dt.datetime) else cell
        if date.year >= 1950:
            return _end_of_year(date)
        cell = (date - _EXCEL_DAY_0).days  # a year typed into a cell that is formatted as a date
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    if re.fullmatch(r"\d{4}", text) and _FIRST_YEAR <= int(text) <= _LAST_YEAR:
        return int(text), ""
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return _end_of_year(dt.datetime.strptime(text, form).date())
        except ValueError:
            continue
    return None, f"'{text}' is not a year or a date such as 31/03/2025" if text else "the year is empty"


def _end_of_year(date: dt.date) -> tuple[int | None, str]:
    if (date.month, date.day) != (3, 31):
        return None, f"{date:%d/%m/%Y} is not 31 March, when the year ends"
    return date.year, ""


@dataclass(frozen=True, eq=False)
class Counts:
    """A column of counts: float64 values (NaN where there is none), with status, reason and flags of each."""

    value: np.ndarray
    status: np.ndarray
    reason: np.ndarray
    flags: np.ndarray
    letter: str


def read_counts(cells: Sequence[Any], letter: str, halves: Sequence[bool] | np.ndarray) -> Counts:
    """Read a column of counts.

    Parameters
    ----------
    cells
        As read from the sheet.
    letter
        The column's letter, for addresses.
    halves
        For each cell whether a half is allowed, as in a mean over two years.
    """
    bare = [cell.strip() if isinstance(cell, str) else cell for cell in cells]
    value, status, reason = read_numbers(bare, suppressed=(SUPPRESSED,), low=0.0)
    flags = np.full(len(bare), "", dtype=object)
    absent = np.array([cell == "" or fold(cell) == fold(NOT_SUBMITTED) for cell in bare], dtype=bool)
    status[absent] = "not_submitted"
    reason[absent] = [
        "the cell is empty" if bare[index] == "" else "marked as not submitted" for index in np.flatnonzero(absent)
    ]
    text = np.array([" is not a number" in why for why in reason], dtype=bool)
    flags[text] = "text_in_number"
    seen = status == "observed"
    twice = np.where(seen, 2.0 * value, 0.0)
    half = seen & (value % 1 != 0) & (twice % 1 == 0) & np.asarray(halves, dtype=bool)
    flags[half] = "rolling_average"
    broken = seen & (value % 1 != 0) & ~half
    reason[broken] = [f"{v:g} is not a whole number" for v in value[broken]]
    status[broken] = "excluded"
    value[broken] = np.nan
    return Counts(value, status, reason, flags, letter)


#: The status of a value made from several cells is the first of these that one of them has.
_WORST = ("excluded", "suppressed", "not_submitted", "observed")


def worst(parts: Sequence[Counts]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Join the statuses of the columns that a value is made from: the worst counts, with its reason and flags."""
    status = np.full(len(parts[0].status), "observed", dtype=object)
    reason = np.full(len(status), "", dtype=object)
    for word in reversed(_WORST[:-1]):
        for part in parts:
            here = part.status == word
            status[here], reason[here] = word, part.reason[here]
    flags = [" ".join(dict.fromkeys(filter(None, words))) for words in zip(*(p.flags for p in parts), strict=True)]
    return status, reason, np.array(flags, dtype=object)


@dataclass(frozen=True)
class Rows:
    """The rows of one sheet that are filled in.

    ``table`` has one column for each heading and ``_row`` (number in the sheet), ``_code``, ``_year`` (nullable),
    ``_key`` (what the row is, as keys joined by ``|``), ``_bad`` (why the row cannot be used, or "") and ``_flag``.
    """

    layout: Layout
    table: pd.DataFrame
    letters: dict[str, str]

    def __len__(self) -> int:
        return len(self.table)

    def take(self, use: pd.Series) -> Rows:
        """The rows that ``use`` marks."""
        return Rows(self.layout, self.table[use].reset_index(drop=True), self.letters)

    def counts(self, heading: str, halves: Sequence[bool] | np.ndarray | None = None) -> Counts:
        """Read one column of counts."""
        allowed = np.zeros(len(self), dtype=bool) if halves is None else halves
        return read_counts(self.table[heading].tolist(), self.letters[heading], allowed)


def read_rows(source: SourceFile, layout: Layout, words: Sequence[dict[str, str]], tally: Tally) -> Rows:
    """Read the rows of one sheet.

    Parameters
    ----------
    layout
        Which sheet.
    words
        For each of ``layout.row``: the words that may stand there -> their keys.
    tally
        Where rows that are passed over are counted.

    Raises
    ------
    InputError
        If the sheet or a heading is missing.
    """
    name = next((s for s in source.sheet_names if fold(s) == fold(layout.sheet)), None)
    if name is None:
        have = ", ".join(f"'{sheet}'" for sheet in source.sheet_names)
        what, todo = "The sheet is missing.", f"The sheets are: {have}. Copy it from an empty template."
        raise InputError(Problem(file=source.name, sheet=layout.sheet, what=what, todo=todo))
    sheet = source.sheet(name)
    top = sheet.find_row(layout.code, within=12)
    top = HEADER_ROW - 1 if top is None else top
    header = [str(cell).strip() for cell in sheet.rows[top]] if top < len(sheet.rows) else []
    place = _place(source, layout, header, top + 1)
    records = []
    for number, row in enumerate(sheet.rows[top + 1 :], start=top + 2):
        cells = {heading: row[at].strip() if isinstance(row[at], str) else row[at] for heading, at in place.items()}
        if cells[layout.code] == "" and all(cells[heading] == "" for heading in layout.counts):
            if any(cells[heading] != "" for heading in layout.row):  # the empty template lists the bands
                tally.skip("rows that are not filled in")
            continue
        records.append({**cells, "_row": number})
    table = pd.DataFrame(records, columns=[*place, "_row"], dtype=object)
    table["_row"] = table["_row"].astype("int64")
    tally.rows = len(table)
    table = _name_rows(table, layout, words)
    table = _settle_repeats(table, layout, tally)
    return Rows(layout, table.reset_index(drop=True), {heading: column_letter(at) for heading, at in place.items()})


def _place(source: SourceFile, layout: Layout, header: list[str], row: int) -> dict[str, int]:
    have = {fold(cell): index for index, cell in reversed(list(enumerate(header)))}
    missing = [h for h in layout.headings if fold(h) not in have and h not in layout.optional]
    if missing:
        shown = ", ".join(cell for cell in header if cell) or "nothing"
        todo = f"The row has: {shown}. Restore the heading of the template."
        what = "The column is missing."
        raise InputError(
            *(Problem(file=source.name, sheet=layout.sheet, row=row, column=h, what=what, todo=todo) for h in missing)
        )
    return {h: have[fold(h)] for h in layout.headings if fold(h) in have}


def _name_rows(table: pd.DataFrame, layout: Layout, words: Sequence[dict[str, str]]) -> pd.DataFrame:
    """Add what each row is: organisation, year and key, or why that cannot be told."""
    years = [read_year(cell) for cell in table[layout.date]]
    table["_code"] = pd.Series([str(cell).strip().upper() for cell in table[layout.code]], dtype="str")
    table["_year"] = pd.array([year for year, _ in years], dtype="Int64")
    known = [{fold(word): key for word, key in allowed.items()} for allowed in words]
    keys, bad, flags = [], [], []
    for index, (code, (year, why)) in enumerate(zip(table["_code"], years, strict=True)):
        cells = [_word(table[heading].iloc[index]) for heading in layout.row]
        named = [allowed.get(fold(cell)) for allowed, cell in zip(known, cells, strict=True)]
        strange = [
            f"'{cell}' is no {heading[0].lower()}{heading[1:]} of the template"
            for heading, cell, key in zip(layout.row, cells, named, strict=True)
            if key is None
        ]
        keys.append("|".join(key or cell for key, cell in zip(named, cells, strict=True)))
        bad.append("; ".join(filter(None, ["" if code else "the organisation code is empty", why, *strange])))
        wrong = {"unknown_code": not code, "bad_year": year is None, "unknown_row": bool(strange)}
        flags.append(" ".join(flag for flag, there in wrong.items() if there))
    for name, column in (("_key", keys), ("_bad", bad), ("_flag", flags)):
        table[name] = pd.Series(column, index=table.index, dtype="str")
    return table


def _word(cell: Any) -> str:
    """A cell of words; a number that Excel made of '2' is '2' again."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _settle_repeats(table: pd.DataFrame, layout: Layout, tally: Tally) -> pd.DataFrame:
    """Keep one of equal rows; mark rows of the same organisation, year and key that differ."""
    good = table["_bad"].eq("")
    key = ["_code", "_year", "_key"]
    numbers = [*layout.counts, *(heading for heading in layout.optional if heading in table)]
    shown = pd.Series(list(zip(*(table[heading] for heading in numbers), strict=True)), index=table.index, dtype=object)
    shown = shown.astype(str)
    differs = good & (shown.groupby([table[name] for name in key]).transform("nunique") > 1)
    table.loc[differs, "_bad"] = "the same organisation, year and row are there twice with different numbers"
    table.loc[differs, "_flag"] = "duplicate_organisation"
    again = good & ~differs & table.duplicated(key)
    tally.skip("the same row again, with the same numbers", int(again.sum()))
    return table[~again]
