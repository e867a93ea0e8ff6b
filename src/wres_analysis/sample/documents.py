"""Files before they are written: sheets of rows in memory, saved with the same bytes every time."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from wres_analysis.sample.ods_writer import write_ods

__all__ = ["Document", "Documents", "Rows", "save"]

Rows = list[list[Any]]

#: The one date that the properties of every workbook carry, so that no clock enters a file.
_CREATED = dt.datetime(2026, 11, 21)


@dataclass
class Document:
    """One file: its sheets (a text file has one, named ``""``) and how text is written.

    A cell is text, a number, a ``date``, or empty (``None`` or ``""``). In a text file every cell is written
    with ``str``.
    """

    sheets: dict[str, Rows]
    quote_all: bool = False
    byte_order_mark: bool = False
    line_end: str = "\n"


#: Path below the sample folder, with forward slashes -> the file.
Documents = dict[str, Document]


def save(documents: Documents, folder: Path) -> None:
    """Write every document below ``folder``; the suffix says the format."""
    for name, document in documents.items():
        path = folder.joinpath(*name.split("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".xlsx":
            _save_xlsx(path, document)
        elif path.suffix == ".ods":
            write_ods(path, document.sheets)
        else:
            _save_text(path, document)


def _save_xlsx(path: Path, document: Document) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": _CREATED})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in document.sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell is None or cell == "":
                        continue
                    if isinstance(cell, dt.date):
                        sheet.write_datetime(number, column, dt.datetime(cell.year, cell.month, cell.day), day)
                    elif isinstance(cell, str):
                        sheet.write_string(number, column, cell)
                    else:
                        sheet.write_number(number, column, float(cell))


def _save_text(path: Path, document: Document) -> None:
    (rows,) = document.sheets.values()
    text = io.StringIO()
    if document.quote_all:
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator=document.line_end).writerows(rows)
    else:
        csv.writer(text, lineterminator=document.line_end).writerows(rows)
    encoding = "utf-8-sig" if document.byte_order_mark else "utf-8"
    path.write_bytes(text.getvalue().encode(encoding))
