"""Write an OpenDocument spreadsheet of plain typed cells, with the same bytes every time.

The Care Quality Commission publishes its ratings as ODS. This writer makes files of that kind for the
sample data and for tests; the kit reads ODS with calamine, as it reads every workbook.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

__all__ = ["write_ods"]

_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
#: The oldest time that a zip can carry, so that no clock enters the file.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIMETYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<office:document-content xmlns:office="{_OASIS}:office:1.0" xmlns:table="{_OASIS}:table:1.0"'
    f' xmlns:text="{_OASIS}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
)
_EMPTY = "<table:table-cell/>"
_TAIL = "</office:spreadsheet></office:body></office:document-content>"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_ods(path: Path | str, sheets: Mapping[str, Iterable[Sequence[Any]]]) -> Path:
    """Write sheets of rows to an ODS file.

    Parameters
    ----------
    path
        Where to write; an existing file is replaced.
    sheets
        Name of each sheet -> its rows, in order. A cell is text, a number, a ``bool``, a ``date``, a
        ``datetime``; ``None``, ``""`` and NaN make an empty cell. Rows may differ in length.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    TypeError
        If a cell is of another type.
    """
    path = Path(path)
    content = "".join((_HEAD, *(_table(name, rows) for name, rows in sheets.items()), _TAIL))
    with zipfile.ZipFile(path, "w") as archive:
        # The format wants the media type first and uncompressed, so that a file can be told by its first bytes.
        _add(archive, "mimetype", _MIMETYPE, zipfile.ZIP_STORED)
        _add(archive, "content.xml", content, zipfile.ZIP_DEFLATED)
        _add(archive, "META-INF/manifest.xml", _MANIFEST, zipfile.ZIP_DEFLATED)
    return path


def _add(archive: zipfile.ZipFile, name: str, text: str, method: int) -> None:
    entry = zipfile.ZipInfo(name, _ZIP_TIME)
    entry.compress_type = method
    entry.create_system = 3  # the same on every system
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, text.encode("utf-8"))


def _table(name: str, rows: Iterable[Sequence[Any]]) -> str:
    lines = (_row("".join(map(_cell, row))) for row in rows)
    return f"<table:table table:name={quoteattr(name)}>{''.join(lines)}</table:table>"


def _row(cells: str) -> str:
    return f"<table:table-row>{cells or _EMPTY}</table:table-row>"


def _cell(value: Any) -> str:
    if value is None or value == "" or value != value:  # NaN and NaT are not equal to themselves
        return _EMPTY
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string">{_paragraphs(value)}</table:table-cell>'
    if isinstance(value, bool):
        return _typed("boolean", "boolean-value", str(value).lower(), str(value).upper())
    if isinstance(value, dt.datetime):
        return _typed("date", "date-value", value.isoformat(timespec="seconds"), value.isoformat(" ", "seconds"))
    if isinstance(value, dt.date):
        return _typed("date", "date-value", value.isoformat(), value.strftime("%d/%m/%Y"))
    if isinstance(value, Integral):
        return _typed("float", "value", str(int(value)), str(int(value)))
    if isinstance(value, Real):
        return _typed("float", "value", repr(float(value)), repr(float(value)))
    raise TypeError(f"a cell cannot hold a {type(value).__name__}: {value!r}")


def _typed(kind: str, attribute: str, value: str, shown: str) -> str:
    cell = f'<table:table-cell office:value-type="{kind}" office:{attribute}="{value}">'
    return f"{cell}<text:p>{shown}</text:p></table:table-cell>"


def _paragraphs(text: str) -> str:
    # ODS folds runs of spaces, so each space after the first (and any at an end) is written as an element.
    lines = _NOT_XML.sub("", text).split("\n")
    spaced = (re.sub(r"^ | $|(?<= ) ", "<text:s/>", escape(line)) for line in lines)
    return "".join(f"<text:p>{line}</text:p>" for line in spaced)
