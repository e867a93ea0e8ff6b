"""Comma-separated text as a table of strings, each row numbered as a spreadsheet would number it.

Arrow reads what is rectangular, which published files nearly always are. What is not - a row cut short, a blank
line, a note below the table - is read again row by row, so that every row keeps its number and none is lost.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

__all__ = ["DelimitedError", "distinct", "read_delimited"]

_FIRST_RECORD = 1 << 16


class DelimitedError(ValueError):
    """The text is no table. ``row`` is the row that shows it, from 1, or None."""

    def __init__(self, what: str, row: int | None = None) -> None:
        super().__init__(what)
        self.row = row


def read_delimited(text: str, *, header: bool) -> pd.DataFrame:
    """Read comma-separated text; every cell a string without white space at its ends, none missing.

    Parameters
    ----------
    text
        The text of the file, without a byte-order mark.
    header
        Whether the first row that is not blank holds headings. A heading that comes again becomes ``NAME.1``,
        ``NAME.2`` and so on.

    Returns
    -------
    frame
        The index counts rows as a spreadsheet does: the first row of the text is 1. ``frame.attrs["short_rows"]``
        is a tuple of the numbers of rows with fewer cells than the first row (their missing cells are ``""``);
        a blank row inside the table is kept, blank rows at its end are not.

    Raises
    ------
    DelimitedError
        If the text is blank, its quotation marks do not pair, or a row has more cells than the first.
    """
    if not text or text.isspace():
        raise DelimitedError("it holds no rows")
    first = next(csv.reader(io.StringIO(text[:_FIRST_RECORD], newline="")), [])
    table = _read_rectangle(text, len(first)) if first else None
    before: int = 0
    short: tuple[int, ...] = ()
    if table is None:
        table, before, short = _read_ragged(text)
    names: list[Any] = list(range(table.num_columns))
    if header:
        names = distinct([column[0].as_py() for column in table.columns])
        table = table.slice(1)
        before += 1
    frame = table.to_pandas(use_threads=False)
    frame.columns = pd.Index(names)
    frame.index = pd.RangeIndex(before + 1, before + 1 + len(frame))
    frame.attrs["short_rows"] = short
    return frame


def _read_rectangle(text: str, width: int) -> pa.Table | None:
    """Return the table of a text whose rows all have ``width`` cells, or None where they have not."""
    # Arrow knows no quoted cell that begins after a blank, and lets an unpaired mark swallow the rest of the file.
    marks = text.count('"')
    if marks and (marks % 2 or ', "' in text):
        return None
    names = [str(i) for i in range(width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text.encode()),
            read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.large_string() for name in names}, strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    return pa.table([pc.utf8_trim_whitespace(column) for column in table.columns], names=names)


def _read_ragged(text: str) -> tuple[pa.Table, int, tuple[int, ...]]:
    """Return the table of any text, how many blank rows stand before it, and the rows that are cut short."""
    rows: list[list[str]] = []
    try:
        # Strict, for the same reason: an unpaired mark must be an error.
        for row in csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True):
            rows.append([cell.strip() for cell in row])
    except csv.Error as error:
        raise DelimitedError(f"its quotation marks do not pair ({error})", len(rows) + 1) from error
    while rows and not any(rows[-1]):
        rows.pop()
    before = next((i for i, row in enumerate(rows) if any(row)), len(rows))
    rows = rows[before:]
    width = len(rows[0])
    short = []
    for number, row in enumerate(rows, start=before + 1):
        if len(row) > width:
            if any(row[width:]):
                raise DelimitedError(f"it has {len(row)} cells where the first row has {width}", number)
            del row[width:]
        elif len(row) < width:
            if any(row):
                short.append(number)
            row.extend([""] * (width - len(row)))
    columns = [pa.array(column, pa.large_string()) for column in zip(*rows, strict=True)]
    return pa.table(columns, names=[str(i) for i in range(width)]), before, tuple(short)


def distinct(names: list[str]) -> list[str]:
    """Number the names that come again: ``a, a`` becomes ``a, a.1``."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        count = seen.get(name, 0)
        seen[name] = count + 1
        out.append(f"{name}.{count}" if count else name)
    return out
