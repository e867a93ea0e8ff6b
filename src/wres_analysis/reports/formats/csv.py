"""CSV with a schema: one file for each kind of table, and a data package that says what each column holds.

``datapackage.json`` follows the Data Package standard of the Open Knowledge Foundation, which Frictionless, R and
pandas read. Numbers have a point and no separators; dates are ``2025-03-31``. The words that stand where there is no
number are listed as missing values, so that a column of numbers stays one.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

from wres_analysis import __version__
from wres_analysis.charts.blocks import Value
from wres_analysis.reports.formats.sheets import Sheet, SheetColumn, Workbook

__all__ = ["PACKAGE", "write_csv"]

#: The file that describes the others.
PACKAGE = "datapackage.json"

_LICENCE = {
    "name": "OGL-UK-3.0",
    "title": "Open Government Licence v3.0",
    "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}


def write_csv(workbook: Workbook, folder: Path) -> None:
    """Write the files into ``folder``, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    resources = []
    for sheet in workbook.sheets:
        content = _content(sheet)
        (folder / f"{sheet.name}.csv").write_bytes(content)
        resources.append(_resource(sheet, content))
    package: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": "wres-analysis-tables",
        "title": workbook.title,
        "description": "\n\n".join(f"{heading}: {text}" for heading, text in workbook.told),
        "licenses": [_LICENCE],
        "contributors": [{"title": f"wres-analysis {__version__}", "role": "wrangler"}],
        "resources": resources,
    }
    if workbook.data_hash:
        package["data_hash"] = workbook.data_hash
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    (folder / PACKAGE).write_bytes(text.encode("utf-8"))


def _content(sheet: Sheet) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([column.name for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_cell(value) for value in row])
    return buffer.getvalue().encode("utf-8")


def _cell(value: Value) -> str:
    return "" if value is None else value if isinstance(value, str) else repr(value)


def _resource(sheet: Sheet, content: bytes) -> dict[str, Any]:
    words = {word for column in sheet.columns for word in column.words}
    return {
        "profile": "tabular-data-resource",
        "name": sheet.name,
        "path": f"{sheet.name}.csv",
        "title": sheet.caption,
        "description": "\n\n".join(part for part in (sheet.title, *sheet.notes) if part),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {"fields": [_field(column) for column in sheet.columns], "missingValues": ["", *sorted(words)]},
    }


def _field(column: SheetColumn) -> dict[str, Any]:
    made: dict[str, Any] = {"name": column.name, "type": column.type}
    if column.unit:
        made["unit"] = column.unit
    if column.by_month:
        made["description"] = "The first day of the month."
    return made
