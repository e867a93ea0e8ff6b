"""The pages around the reports, and the records of a run: index, error pages, manifest.

The site is static and opens from a disk or a shared drive, with no server and nothing to load.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wres_analysis import __version__
from wres_analysis.reports.export import TEMPLATES, stylesheet
from wres_analysis.reports.folder import MANIFEST, RECORDS, RUN_RECORD
from wres_analysis.reports.formats.writing import RunFiles
from wres_analysis.standards import load_outcomes, load_standard

if TYPE_CHECKING:
    from jinja2 import Environment

    from wres_analysis.reports.keys import Installed
    from wres_analysis.reports.requests import ReportRequest, ReportResult

__all__ = [
    "MANIFEST_SCHEMA",
    "MadeFrom",
    "ReportError",
    "entry",
    "write_error_page",
    "write_run_record",
    "write_site",
]

#: Raised when the meaning of a field of the manifest changes. ``manifest.schema.json`` beside this module says it all.
MANIFEST_SCHEMA = 2


@dataclass(frozen=True)
class ReportError:
    """Why a report could not be made: where it stopped, what happened, and the trace for a developer."""

    where: str
    message: str
    detail: str = ""


@dataclass(frozen=True)
class MadeFrom:
    """What all reports of a run were made from, for the manifest.

    Parameters
    ----------
    kit
        The hash of the source of the kit and of its reference data.
    environment
        The Python, the platform and the packages.
    sources
        The published files: ``name`` and ``sha256`` of each.
    data
        By the name of a place of data, the hash of each file in it.
    formats
        The forms that were asked for.
    """

    kit: str
    environment: Installed
    sources: tuple[Mapping[str, str], ...]
    data: Mapping[str, Mapping[str, str]]
    formats: tuple[str, ...]


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
    build: Path,
    reports: Sequence[ReportResult],
    *,
    title: str,
    data_hash: str,
    tables: RunFiles | None = None,
    made_from: MadeFrom | None = None,
) -> None:
    """Write the index, and the manifest that says what was made from what."""
    tables = tables or RunFiles()
    made_from = made_from or MadeFrom("", {}, (), {}, ())
    left_out = dict(tables.left_out)
    rows = [
        {
            "title": report.request.organisation or report.request.title,
            "code": report.request.code,
            "region": report.request.region,
            "priorities": _priorities(build, report),
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
        provenance=_provenance(reports, made_from),
        data_hash=data_hash,
        script=(TEMPLATES / "site" / "index.js").read_text("utf-8"),
    )
    files = {
        path.relative_to(build).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(build.rglob("*"))
        if path.is_file() and RECORDS not in path.relative_to(build).parts
    }
    _write_json(
        build / MANIFEST,
        {
            "schema": MANIFEST_SCHEMA,
            "kit": {"name": "wres-analysis", "version": __version__, "sha256": made_from.kit},
            "environment": made_from.environment,
            "data_hash": data_hash,
            "data": made_from.data,
            "sources": [dict(source) for source in made_from.sources],
            "title": title,
            "formats": list(made_from.formats),
            "reports": [entry(report, build) for report in reports],
            "tables": dict(tables.made.files),
            "tables_errors": dict(tables.made.errors) | {slug: why for slug, why in tables.left_out},
            "files": files,
        },
    )


def _priorities(build: Path, report: ReportResult) -> list[str]:
    """Name what the claims of a report call priorities (claims of the kind ``priority``), in their order."""
    claims = build / f"{report.request.slug}.claims.json"
    if report.error or not claims.is_file():
        return []
    told = [claim for claim in json.loads(claims.read_text("utf-8"))["claims"] if claim["kind"] == "priority"]
    standards = (load_standard(), load_outcomes())
    measures = {key: i.title for standard in standards for key, i in (standard.indicators | standard.measures).items()}
    return list(dict.fromkeys(measures.get(claim["measure"], claim["measure"]) for claim in told if claim["measure"]))


def _provenance(reports: Sequence[ReportResult], made_from: MadeFrom) -> list[tuple[str, str]]:
    """Say in words what the reports were made from: what is the same for all of them."""
    asked = [dataclasses.asdict(report.request.params) for report in reports]
    same = {name: value for name, value in asked[0].items() if all(each.get(name) == value for each in asked)}
    notebooks = Counter(report.request.params.notebook for report in reports)
    said = [("Notebooks", ", ".join(f"{name} ({count})" for name, count in sorted(notebooks.items())))]
    if same:
        said.append(("Asked for", ", ".join(f"{name}: {value}" for name, value in sorted(same.items()))))
    if made_from.sources:
        said.append(("Data", f"published files: {len(made_from.sources)}, listed with their hashes in manifest.json"))
    if made_from.kit:
        said.append(("Kit", f"wres-analysis {__version__}, source {made_from.kit[:12]}"))
        packages = made_from.environment["packages"]
        said.append(("Environment", f"Python {made_from.environment['python']}, packages: {len(packages)}"))
    return said


def entry(report: ReportResult, build: Path) -> dict[str, Any]:
    """Return what the manifest says of one report, whose files are in ``build``."""
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
        "key": dict(report.key),
        "status": "failed" if report.error else "made",
        "error": f"{report.error.where} {report.error.message}" if report.error else "",
        "notebook_file": report.notebook,
        "files": [name for name in _files_of(report) if name and (build / name).is_file()],
        "forms": dict(report.forms.files),
        "format_errors": dict(report.forms.errors),
        "figures": list(report.figures),
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
                {
                    "slug": report.request.slug,
                    "kept": report.kept,
                    "seconds": round(report.seconds, 2),
                    "warnings": list(report.warnings),
                }
                for report in reports
            ],
        },
    )


def _write_json(path: Path, value: Any) -> None:
    path.write_bytes((json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8"))
