"""Writes the forms that were asked for. A form that fails is a named failure of its report, and stops nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wres_analysis.errors import WresError
from wres_analysis.reports.document import read_document
from wres_analysis.reports.formats import PER_REPORT, PER_RUN
from wres_analysis.reports.formats.sheets import ReportTables, gather, tables_of
from wres_analysis.reports.notebook import read, redact

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from wres_analysis.reports.run import ReportResult

__all__ = ["TABLES", "Made", "RunFiles", "write_report", "write_tables"]

#: Where the tables of all reports are, within the site.
TABLES = {"xlsx": "tables.xlsx", "csv": "csv/datapackage.json"}


@dataclass(frozen=True)
class Made:
    """What became of the forms of one report: by form its file within the site, and by form why there is none."""

    files: tuple[tuple[str, str], ...] = ()
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class RunFiles:
    """What became of the forms that hold all reports. ``left_out`` names, by report, why its tables are not there."""

    made: Made = field(default_factory=Made)
    left_out: tuple[tuple[str, str], ...] = ()


def write_report(
    build: Path, slug: str, nb: NotebookNode, formats: Sequence[str], *, title: str, data_hash: str
) -> Made:
    """Write the forms of one report beside its page, which is already written.

    Parameters
    ----------
    build
        The folder of the site.
    slug
        The name of the report's files.
    nb
        The executed notebook.
    formats
        What was asked for; what is not made for each report is passed over.
    title, data_hash
        For the properties and the end of the document.
    """
    from wres_analysis.reports.formats import pdf
    from wres_analysis.reports.formats.docx import write_docx

    def word(path: Path) -> None:
        write_docx(read_document(nb, title), path, title=title, data_hash=data_hash)

    writers: dict[str, Callable[[Path], None]] = {
        "docx": word, "pdf": partial(pdf.print_page, build / f"{slug}.html"),
    }  # fmt: skip
    files, errors = [], []
    for name in PER_REPORT:
        if name not in formats:
            continue
        path = build / name / f"{slug}.{name}"
        path.parent.mkdir(exist_ok=True)
        try:
            writers[name](path)
            files.append((name, f"{name}/{slug}.{name}"))
        except Exception as failure:
            path.unlink(missing_ok=True)
            errors.append((name, _reason(failure)))
    return Made(tuple(files), tuple(errors))


def write_tables(
    build: Path, reports: Iterable[ReportResult], formats: Sequence[str], *, title: str, data_hash: str
) -> RunFiles:
    """Write the tables of all reports of a run, read from their executed notebooks.

    So it makes no difference when, or by whom, a report was made.
    """
    from wres_analysis.reports.formats.csv import write_csv
    from wres_analysis.reports.formats.xlsx import write_xlsx

    asked = [name for name in PER_RUN if name in formats]
    if not asked:
        return RunFiles()
    parts: list[ReportTables] = []
    left_out = []
    for report in reports:
        if report.error is not None:
            continue
        request = report.request
        try:
            document = read_document(read(build / report.notebook))
            parts.append(
                tables_of(
                    document,
                    code=request.code,
                    organisation=request.organisation,
                    region=request.region,
                    notebook=request.params.notebook,
                )
            )
        except Exception as failure:
            left_out.append((request.slug, _reason(failure)))
    files, errors = [], []
    workbook = gather(parts, title=title, data_hash=data_hash)
    for name in asked:
        try:
            if name == "xlsx":
                write_xlsx(workbook, build / TABLES[name])
            else:
                write_csv(workbook, (build / TABLES[name]).parent)
            files.append((name, TABLES[name]))
        except Exception as failure:
            # What is half written is not published.
            if name == "xlsx":
                (build / TABLES[name]).unlink(missing_ok=True)
            else:
                shutil.rmtree((build / TABLES[name]).parent, ignore_errors=True)
            errors.append((name, _reason(failure)))
    return RunFiles(Made(tuple(files), tuple(errors)), tuple(left_out))


def _reason(failure: Exception) -> str:
    """Say what went wrong; the kit's own errors are sentences, and need no name before them."""
    return redact(str(failure) if isinstance(failure, WresError) else f"{type(failure).__name__}: {failure}")
