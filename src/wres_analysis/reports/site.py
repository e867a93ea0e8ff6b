"""The pages around the reports, and the records of a run: index, error pages, manifest.

The site is static and opens from a disk or a shared drive, with no server and nothing to load.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wres_analysis import __version__
from wres_analysis.reports.export import TEMPLATES, stylesheet
from wres_analysis.reports.folder import MANIFEST, RUN_RECORD
from wres_analysis.reports.formats.writing import RunFiles

if TYPE_CHECKING:
    from jinja2 import Environment

    from wres_analysis.reports.run import ReportRequest, ReportResult

__all__ = ["MANIFEST_SCHEMA", "ReportError", "write_error_page", "write_run_record", "write_site"]

#: Raised when the meaning of a field of the manifest changes.
MANIFEST_SCHEMA = 1


@dataclass(frozen=True)
class ReportError:
    """Why a report could not be made: where it stopped, what happened, and the trace for a developer."""

    where: str
    message: str
    detail: str = ""


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES / "site"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


def _write(build: Path, name: str, template: str, **values: Any) -> None:
    html = _environment().get_template(template).render(css=stylesheet(), version=__version__, **values)
    (build / name).write_bytes(html.encode("utf-8"))


def write_error_page(build: Path, request: ReportRequest, error: ReportError, notebook: str, data_hash: str) -> None:
    """Write the page that stands in the place of a report that could not be made."""
    _write(
        build,
        f"{request.slug}.html",
        "error.html.j2",
        title=f"{request.title}: this report could not be made",
        banner=request.organisation,
        error=error,
        notebook=notebook if notebook and (build / notebook).exists() else "",
        data_hash=data_hash,
    )


#: What a reader calls the forms of a report.
_FORM_NAMES = {"docx": "Word", "pdf": "PDF", "xlsx": "one workbook (XLSX)", "csv": "CSV files with a schema"}


def write_site(
    build: Path, reports: Sequence[ReportResult], *, title: str, data_hash: str, tables: RunFiles | None = None
) -> None:
    """Write the index, and the manifest that says what was made from what."""
    tables = tables or RunFiles()
    left_out = dict(tables.left_out)
    rows = [
        {
            "title": report.request.organisation or report.request.title,
            "code": report.request.code,
            "region": report.request.region,
            "page": report.page,
            "error": report.error,
            "files": [(_FORM_NAMES[name], path) for name, path in report.forms.files],
            "missing": [
                *((_FORM_NAMES[name], why) for name, why in report.forms.errors),
                *([("tables", left_out[report.request.slug])] if report.request.slug in left_out else []),
            ],
        }
        for report in reports
    ]
    failed = sum(report.error is not None for report in reports)
    _write(
        build,
        "index.html",
        "index.html.j2",
        title=title,
        banner=title,
        reports=rows,
        made=len(reports) - failed,
        failed=failed,
        tables=[(_FORM_NAMES[name], path) for name, path in tables.made.files],
        no_tables=[(_FORM_NAMES[name], why) for name, why in tables.made.errors],
        data_hash=data_hash,
        script=(TEMPLATES / "site" / "index.js").read_text("utf-8"),
    )
    files = {
        path.relative_to(build).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(build.rglob("*"))
        if path.is_file()
    }
    _write_json(
        build / MANIFEST,
        {
            "schema": MANIFEST_SCHEMA,
            "kit": {"name": "wres-analysis", "version": __version__},
            "data_hash": data_hash,
            "title": title,
            "reports": [_entry(report, files) for report in reports],
            "tables": dict(tables.made.files),
            "tables_errors": dict(tables.made.errors) | {slug: why for slug, why in tables.left_out},
            "files": files,
        },
    )


def _entry(report: ReportResult, files: dict[str, str]) -> dict[str, Any]:
    request = report.request
    return {
        "slug": request.slug,
        "title": request.title,
        "organisation": request.organisation,
        "code": request.code,
        "region": request.region,
        "notebook": request.params.notebook,
        "notebook_hash": report.notebook_hash,
        "params": dataclasses.asdict(request.params),
        "status": "failed" if report.error else "made",
        "error": f"{report.error.where} {report.error.message}" if report.error else "",
        "files": [name for name in _files_of(report) if name in files],
        "format_errors": dict(report.forms.errors),
    }


def _files_of(report: ReportResult) -> list[str]:
    written = (path for _, path in report.forms.files)
    return [report.page, f"{report.request.slug}.claims.json", report.notebook, *written]


def write_run_record(build: Path, reports: Sequence[ReportResult], *, workers: int, seconds: float) -> None:
    """Write what differs from run to run: times, workers, and what the notebooks warned of."""
    _write_json(
        build / RUN_RECORD,
        {
            "seconds": round(seconds, 2),
            "workers": workers,
            "reports": [
                {"slug": report.request.slug, "seconds": round(report.seconds, 2), "warnings": list(report.warnings)}
                for report in reports
            ],
        },
    )


def _write_json(path: Path, value: Any) -> None:
    path.write_bytes((json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8"))
