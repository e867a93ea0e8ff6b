"""One workbook for a run: contents, notes, what each column holds, and a sheet for each kind of table.

Numbers are numbers and dates are dates, with units in the headings. Headings stay in sight, nothing is merged, and the
bytes are the same for the same tables.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wres_analysis import __version__
from wres_analysis.reports.formats import FormatError, fixed_time
from wres_analysis.reports.formats.sheets import Sheet, SheetColumn, Workbook

if TYPE_CHECKING:
    from xlsxwriter import Workbook as File
    from xlsxwriter.worksheet import Worksheet

__all__ = ["sheet_names", "write_xlsx"]

#: What Excel allows.
_LONGEST_SHEET_NAME, _LONGEST_CELL, _MOST_ROWS = 31, 32_767, 1_048_576
_WIDEST, _NARROWEST = 60, 8
_LINE = 13.5  # the height of a line of text, in points
_META = ("Contents", "Notes", "Columns")

_HOW_TO_READ = (
    "Each sheet after these three holds one kind of table, the rows of all reports one beneath the other.",
    "A cell with no number holds the words of the report, such as 'suppressed' or 'none': it is not nought.",
    "An interval has two columns, low and high. A limit such as '>1.00' is beyond what it rounds to.",
    "Where reports name a column differently (each has its own region beside it), 'Column 7 is' says what it holds.",
    "What the reports round is shown rounded here.",
)
_LICENCE = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Made from published figures. This is not an official statistic."
)


def sheet_names(workbook: Workbook) -> list[str]:
    """Return the name of each sheet: its number, and as much of its caption as Excel allows."""
    names = []
    for number, sheet in enumerate(workbook.sheets, start=1):
        words = re.sub(r"[\[\]:*?/\\]", " ", re.sub(r"\b(?:19|20)\d\d\b", "", sheet.caption or sheet.name))
        names.append(" ".join(f"{number} {words}".split())[:_LONGEST_SHEET_NAME].strip(" ,'"))
    return names


def write_xlsx(workbook: Workbook, path: Path) -> None:
    """Write the workbook.

    Raises
    ------
    FormatError
        If a table is longer than a sheet, or a text longer than a cell.
    """
    import xlsxwriter

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    file = xlsxwriter.Workbook(path, plain)
    file.set_properties(
        {
            "title": workbook.title,
            "author": f"wres-analysis {__version__}",
            "comments": f"Data: {workbook.data_hash}" if workbook.data_hash else "",
            "created": datetime(*fixed_time()[:6]),
        }
    )
    names = sheet_names(workbook)
    writer = _Writer(file)
    writer.contents(workbook, names)
    writer.notes(workbook, names)
    writer.columns(workbook, names)
    for sheet, name in zip(workbook.sheets, names, strict=True):
        writer.sheet(sheet, name)
    file.close()


class _Writer:
    def __init__(self, file: File) -> None:
        self.file = file
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def _format(self, **about: Any) -> Any:
        """Return a cell format; one object for each that differs."""
        key = tuple(sorted(about.items()))
        if key not in self._formats:
            self._formats[key] = self.file.add_format({"font_name": "Arial", "font_size": 10, "valign": "top", **about})
        return self._formats[key]

    def _headings(self, page: Worksheet, headings: list[str]) -> None:
        look = self._format(bold=True, text_wrap=True, bottom=2, valign="bottom")
        for column, heading in enumerate(headings):
            self._text(page, 0, column, heading, look)
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)

    def _text(self, page: Worksheet, row: int, column: int, text: str, look: Any) -> None:
        if len(text) > _LONGEST_CELL:
            raise FormatError(f"Sheet '{page.get_name()}', row {row + 1}: a text is longer than a cell can hold.")
        page.write_string(row, column, text, look)

    def _lines(self, name: str, headings: list[str], rows: Sequence[tuple[str, ...]], widths: list[int]) -> Worksheet:
        """Write a sheet that is only words."""
        page = self.file.add_worksheet(name)
        self._headings(page, headings)
        look = self._format(text_wrap=True)
        for row, texts in enumerate(rows, start=1):
            # Not every program makes a row as high as its text needs.
            lines = max(math.ceil(len(text) / width) for text, width in zip(texts, widths, strict=True))
            page.set_row(row, _LINE * max(lines, 1))
            for column, text in enumerate(texts):
                self._text(page, row, column, text, look)
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        return page

    def contents(self, workbook: Workbook, names: list[str]) -> None:
        rows = [
            (_META[1], "", "How to read this workbook, definitions, and the notes of each table", ""),
            (_META[2], "", "What each column holds: type, unit, words where there is no number", ""),
        ]
        rows += [
            (name, sheet.title, sheet.caption, f"{len(sheet.rows):,}")
            for name, sheet in zip(names, workbook.sheets, strict=True)
        ]
        page = self._lines(_META[0], ["Sheet", "Section of the report", "What it holds", "Rows"], rows, [34, 44, 60, 8])
        link = self._format(font_color="#005EB8", underline=1)
        for row, (name, *_) in enumerate(rows, start=1):
            quoted = name.replace("'", "''")
            page.write_url(row, 0, f"internal:'{quoted}'!A1", link, name)

    def notes(self, workbook: Workbook, names: list[str]) -> None:
        rows = [("This workbook", workbook.title), *(("How to read it", line) for line in _HOW_TO_READ)]
        rows += workbook.told
        for sheet, name in zip(workbook.sheets, names, strict=True):
            rows += [(f"Sheet {name}", note) for note in sheet.notes]
        rows += [("Licence", _LICENCE), ("Made with", f"wres-analysis {__version__}")]
        if workbook.data_hash:
            rows.append(("Data", workbook.data_hash))
        self._lines(_META[1], ["About", "Note"], rows, [36, 110])

    def columns(self, workbook: Workbook, names: list[str]) -> None:
        rows = [
            (name, column.name, "month" if column.by_month else column.type, column.unit, "; ".join(column.words))
            for sheet, name in zip(workbook.sheets, names, strict=True)
            for column in sheet.columns
        ]
        headings = ["Sheet", "Column", "Type", "Unit", "Words where there is no value"]
        self._lines(_META[2], headings, rows, [34, 44, 10, 18, 60])

    def sheet(self, sheet: Sheet, name: str) -> None:
        if len(sheet.rows) >= _MOST_ROWS:
            raise FormatError(
                f"Sheet '{name}' has {len(sheet.rows):,} rows, more than a workbook can hold. Ask for csv."
            )
        page = self.file.add_worksheet(name)
        self._headings(page, [column.name for column in sheet.columns])
        for number, column in enumerate(sheet.columns):
            look, words = self._format(**_look(column)), self._format(align=_side(column))
            longest = max(len(part) for part in column.name.split())
            for row, cells in enumerate(sheet.rows, start=1):
                value = cells[number]
                if isinstance(value, str) and column.type == "date" and value not in column.words:
                    page.write_datetime(row, number, date.fromisoformat(value), look)
                elif isinstance(value, str):
                    self._text(page, row, number, value, words)
                elif value is not None:
                    page.write_number(row, number, value, look)
                longest = max(longest, len(str(value)))
            page.set_column(number, number, min(max(longest + 2, len(column.name) / 2, _NARROWEST), _WIDEST))
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)


def _side(column: SheetColumn) -> str:
    return "left" if column.type in ("string", "date") else "right"


def _look(column: SheetColumn) -> dict[str, Any]:
    """The number format of a column, as the report shows it."""
    if column.type == "date":
        return {"num_format": "mmmm yyyy" if column.by_month else "d mmmm yyyy", "align": "left"}
    if column.type == "string":
        return {}
    shown = "#,##0" + ("." + "0" * column.decimals if column.decimals else "")
    return {"num_format": f"+{shown};-{shown};{shown}" if column.signed else shown}
