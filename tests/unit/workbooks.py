"""Small workbooks and text files for the tests of the readers, written with XlsxWriter (not with our own code)."""

import datetime as dt
from pathlib import Path

import xlsxwriter

from wres_analysis.sources.files import SourceFile


def write_xlsx(path: Path, sheets: dict) -> Path:
    """Write ``{sheet name: rows}``; dates are written as dates, None as an empty cell."""
    book = xlsxwriter.Workbook(str(path))
    dates = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(r, c, dt.datetime(cell.year, cell.month, cell.day), dates)
                elif cell is not None:
                    sheet.write(r, c, cell)
    book.close()
    return path


def source(path: Path) -> SourceFile:
    """The file as readers see it."""
    return SourceFile(path, path.parent)


def read(reader, path: Path):
    """Recognise and read."""
    file = source(path)
    assert reader.recognise(file)
    return reader.read(file)


def one(frame, **where):
    """The single row of a frame that fits; fails if there is none or more than one."""
    for column, value in where.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1, f"{len(frame)} rows for {where}"
    return frame.iloc[0]
