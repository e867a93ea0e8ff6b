"""A published file as readers see it: opened once, recognised by content, every cell with an address.

Readers ask a :class:`SourceFile` for what it is (``kind``), for its sheets, or for its first lines, and
never look at its name. Workbooks of every kind (xlsx, xlsm, xlsb, xls, ods) are read by calamine.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import python_calamine as calamine

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.delimited import DelimitedError, read_delimited

__all__ = ["Sheet", "SourceFile", "column_letter"]

_ZIP, _OLE2 = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def column_letter(index: int) -> str:
    """Return the spreadsheet letter of a column counted from 0: 0 is ``A``, 26 is ``AA``."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as a list of rows, ``rows[0][0]`` being cell A1. Empty cells are ``""``."""

    name: str
    rows: list[list[Any]]

    def find_row(self, *headings: str, within: int = 40) -> int | None:
        """Return the index from 0 of the first row that holds all ``headings``, or None.

        White space and line breaks inside a cell are folded, and case is ignored, because publishers
        break the lines of their headings differently from month to month.
        """
        wanted = {fold(heading) for heading in headings}
        for index, row in enumerate(self.rows[:within]):
            if wanted <= {fold(cell) for cell in row if isinstance(cell, str) and cell}:
                return index
        return None


def fold(text: Any) -> str:
    """Fold white space and case, for comparing headings."""
    return " ".join(str(text).split()).casefold()


class SourceFile:
    """A file in the folder that is being loaded.

    Parameters
    ----------
    path
        Where the file is.
    root
        The folder being loaded; ``name`` is the path below it, with forward slashes, and is what
        every message and every observation calls the file.
    """

    def __init__(self, path: Path, root: Path) -> None:
        self.path = path
        self.name = path.relative_to(root).as_posix()
        self._last: calamine.CalamineSheet | None = None

    def __repr__(self) -> str:
        return f"SourceFile({self.name!r})"

    @cached_property
    def content(self) -> bytes:
        """The bytes of the file."""
        return self.path.read_bytes()

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the file, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def kind(self) -> str:
        """``workbook``, ``text`` or ``other``, told from the first bytes."""
        head = self.content[:4096]
        if head.startswith((_ZIP, _OLE2)):
            return "workbook"
        return "other" if b"\x00" in head else "text"

    @cached_property
    def text(self) -> str:
        """The text of the file: UTF-8 with or without a byte-order mark, else Windows-1252."""
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.content.decode("cp1252", errors="replace")

    @cached_property
    def first_line(self) -> str:
        """The first line of a text file that is not empty."""
        return next((line for line in self.text[:20000].splitlines() if line.strip()), "")

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The cells of the first line of a text file read as CSV, stripped; empty for other kinds."""
        if self.kind != "text" or not self.first_line:
            return ()
        import csv

        try:
            return tuple(cell.strip() for cell in next(csv.reader([self.first_line])))
        except csv.Error:
            return ()

    def csv(self, *, header: bool = True, skip: int = 0) -> pd.DataFrame:
        """Read a CSV as text: every cell a string without white space at its ends, nothing taken for missing.

        The index is the row's number as a spreadsheet would show it (the first row is 1). Rows with fewer
        cells than the first are filled up with ``""``; ``frame.attrs["short_rows"]`` holds their numbers.
        ``skip`` is the number of lines above the table.

        Raises
        ------
        InputError
            If the file cannot be read as a table.
        """
        text = "".join(self.text.splitlines(keepends=True)[skip:]) if skip else self.text
        try:
            frame = read_delimited(text, header=header)
        except DelimitedError as error:
            raise InputError(
                Problem(
                    file=self.name,
                    row=error.row and error.row + skip,
                    what=f"The file cannot be read as a table: {error}.",
                    todo="Download it again, or open it and save it as CSV.",
                )
            ) from error
        if skip:
            frame.index += skip
            frame.attrs["short_rows"] = tuple(row + skip for row in frame.attrs["short_rows"])
        return frame

    @cached_property
    def _workbook(self) -> calamine.CalamineWorkbook:
        try:
            return calamine.load_workbook(io.BytesIO(self.content))
        except Exception as error:  # calamine raises several unrelated types
            raise InputError(
                Problem(
                    file=self.name,
                    what=f"The workbook cannot be opened ({error}).",
                    todo="It is probably cut short: download it again.",
                )
            ) from error

    @cached_property
    def sheet_names(self) -> tuple[str, ...]:
        """The names of the sheets, hidden ones included; empty for a text file."""
        return tuple(self._workbook.sheet_names) if self.kind == "workbook" else ()

    def sheet(self, name: str) -> Sheet:
        """Read one sheet. ``name`` is exact.

        Raises
        ------
        InputError
            If the sheet cannot be read.
        """
        try:
            rows = self._opened(name).to_python(skip_empty_area=False)
        except Exception as error:
            raise self._unreadable(name, error) from error
        return Sheet(name, rows)

    def _opened(self, name: str) -> calamine.CalamineSheet:
        """The sheet as calamine parsed it; the last one is kept, because a look at its top comes before reading it."""
        if self._last is None or self._last.name != name:
            self._last = self._workbook.get_sheet_by_name(name)
        return self._last

    def _unreadable(self, sheet: str, error: Exception) -> InputError:
        what = f"The sheet cannot be read ({error})."
        return InputError(Problem(file=self.name, sheet=sheet, what=what, todo="Download the workbook again."))

    def rows(self, name: str) -> Iterator[list[Any]]:
        """Yield the rows of one sheet, A1 first in the first, without holding the sheet as a table.

        For sheets of a million rows of which few are wanted. ``name`` is exact.

        Raises
        ------
        InputError
            If the sheet cannot be read.
        """
        try:
            sheet = self._opened(name)
        except Exception as error:
            raise self._unreadable(name, error) from error
        before = [""] * (sheet.start[1] if sheet.start else 0)  # calamine leaves out empty columns on the left
        for row in sheet.iter_rows():
            yield before + row

    def release(self) -> None:
        """Forget the bytes and the workbook, so that a folder of large files fits in memory."""
        for attribute in ("content", "text", "_workbook"):
            self.__dict__.pop(attribute, None)
        self._last = None
