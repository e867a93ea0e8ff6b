"""Many reports in one run, around papermill, which executes each one.

Everything that is asked for is checked before the first kernel starts. Each report is a pure function of
its notebook, its data and its parameters, and its key says what these were: a later run makes again only what
failed or whose key changed. A report that fails never stops the others: its notebook is kept as far as it came, and an
error page stands in its place.
"""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from wres_analysis.errors import RequestError
from wres_analysis.executor import WorkerDied, each
from wres_analysis.reports import kept
from wres_analysis.reports import site as pages
from wres_analysis.reports.execute import ExecutedNotebook, run_notebook
from wres_analysis.reports.export import ExportError, Page, claims_of, claims_to_bytes, to_html
from wres_analysis.reports.figures import figures_of, shared_figures
from wres_analysis.reports.folder import COMMON, building
from wres_analysis.reports.formats import FORMATS, PER_REPORT, check_formats, normalised
from wres_analysis.reports.formats.writing import Made, write_report, write_tables
from wres_analysis.reports.guard import warnings_of
from wres_analysis.reports.keys import digest, environment, file_hashes, formats_part, kit_hash, sha256
from wres_analysis.reports.notebook import read, redact, source_hash
from wres_analysis.reports.params import check
from wres_analysis.reports.requests import ReportRequest, ReportResult, RunResult

__all__ = [
    "FORMATS",
    "ExecutedNotebook",
    "Progress",
    "ReportRequest",
    "ReportResult",
    "RunResult",
    "make_reports",
    "run_notebook",
]

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")

#: Called after each report with the result, how many are done, and how many there are.
Progress = Callable[[ReportResult, int, int], None]


@dataclass(frozen=True)
class _Job:
    """All that a worker needs to make one report, wherever it runs."""

    request: ReportRequest
    build: Path
    folder: Path | None
    data_hash: str
    formats: tuple[str, ...]
    key: Mapping[str, str]


def make_reports(
    requests: Sequence[ReportRequest],
    out: Path,
    workers: int | None = None,
    progress: Progress | None = None,
    *,
    formats: Sequence[str] = ("html",),
    data_hash: str = "",
    title: str = "Workforce race equality reports",
    sources: Sequence[Mapping[str, str]] = (),
    resume: bool = False,
    tell: Callable[[str], None] | None = None,
) -> RunResult:
    """Make a site of reports.

    The site is built beside ``out`` and swapped in when it is whole; a site that is there is replaced.
    What is published (pages, notebooks, ``manifest.json``) is the same bytes for the same request, data and
    environment, whatever the number of workers and however often the run was interrupted and resumed; how long it
    took is in ``run.json``. A run that is interrupted leaves what it finished beside ``out``, for ``resume``.

    Parameters
    ----------
    requests
        The reports to make.
    out
        The folder of the site.
    workers
        How many reports to make at once; by default one for each processor. More than one needs
        ``if __name__ == "__main__":`` in a script that calls this.
    progress
        Called after each report that is made.
    formats
        What to write, of :data:`~wres_analysis.reports.formats.FORMATS`. The pages are always written.
    data_hash
        The hash of the data, for the manifest and the foot of each page.
    title
        The title of the index.
    sources
        The published files behind the data, for the manifest: ``name`` and ``sha256`` of each.
    resume
        Keep the reports of an earlier run into ``out``, finished or killed, whose key is the same; make again only
        what failed or changed.
    tell
        Called before the first report with each line on what is kept and why the rest is made.

    Raises
    ------
    RequestError
        If something that is asked for cannot be had, or another run is working on ``out``. Nothing has run and
        nothing is written.
    """
    started = time.perf_counter()
    workers = max(1, workers or os.cpu_count() or 1)
    _check_requests(requests, formats)
    formats = normalised(formats)
    data = _data_of(requests)
    with building(out, resume=resume) as build:
        jobs = _jobs(requests, build, data_hash, formats, data)
        wanted = [kept.Wanted(job.request.slug, job.key, job.request.code or job.request.slug) for job in jobs]
        plan = kept.take_over(build, Path(out), wanted) if resume else kept.Plan({}, {}, {})
        told = plan.lines if resume else ()
        for line in told:
            (tell or _say_nothing)(line)
        (build / "notebooks").mkdir(exist_ok=True)
        (build / COMMON).mkdir()
        done = {
            job.request.slug: _kept(job, plan.kept[job.request.slug]) for job in jobs if job.request.slug in plan.kept
        }
        todo = [job for job in jobs if job.request.slug not in plan.kept]
        for number, (index, result) in enumerate(each(_make_one, todo, workers=workers), start=1):
            report = _died(todo[index]) if isinstance(result, WorkerDied) else result
            done[report.request.slug] = report
            if progress is not None:
                progress(report, number, len(todo))
        shutil.rmtree(build / COMMON)
        # The requests as they were run: their data is a name, not a place on this machine.
        reports = _each_with_figures_of_its_own(build, [done[job.request.slug] for job in jobs], data_hash)
        tables = write_tables(build, reports, formats, title=title, data_hash=data_hash)
        made_from = pages.MadeFrom(kit_hash(), environment(), tuple(sources), _files_by_name(data), formats)
        pages.write_site(build, reports, title=title, data_hash=data_hash, tables=tables, made_from=made_from)
        seconds = time.perf_counter() - started
        pages.write_run_record(build, reports, workers=workers, seconds=seconds)
        kept.drop_records(build)
    return RunResult(Path(out), reports, seconds, tables, told)


def _say_nothing(line: str) -> None:
    pass


def _check_requests(requests: Sequence[ReportRequest], formats: Sequence[str]) -> None:
    wrong = check_formats(formats)
    if not requests:
        wrong.append("No report was asked for.")
    for slug, count in Counter(request.slug.casefold() for request in requests).items():
        if count > 1:
            wrong.append(f"{count} reports would be written to '{slug}.html'. Ask for each once.")
    for request in requests:
        if not _SLUG.fullmatch(request.slug) or request.slug.casefold() == "index":
            wrong.append(f"'{request.slug}' cannot name a report's files: use letters, digits and hyphens.")
        if not request.notebook_path.is_file():
            wrong.append(f"There is no notebook '{request.notebook_path.name}'.")
        data = getattr(request.params, "data", None)
        if isinstance(data, str) and data.strip() and not Path(data).exists():
            wrong.append(f"There is no data at '{data}'. Load it first: wres load FOLDER --out {data}")
    try:
        check([request.params for request in requests])
    except RequestError as error:
        wrong += str(error).splitlines()
    if wrong:
        raise RequestError("\n".join(dict.fromkeys(wrong)))


def _data_of(requests: Sequence[ReportRequest]) -> dict[str, dict[str, str]]:
    """Hash the files of each place of data that is asked for, once."""
    places = {os.path.abspath(data) for r in requests if isinstance(data := getattr(r.params, "data", None), str)}
    return {place: file_hashes(Path(place)) for place in sorted(places)}


def _files_by_name(data: Mapping[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """The same by the names of the places, which is all that may be published of them."""
    return {Path(place).name or ".": files for place, files in data.items()}


def _jobs(
    requests: Sequence[ReportRequest],
    build: Path,
    data_hash: str,
    formats: tuple[str, ...],
    data: Mapping[str, dict[str, str]],
) -> list[_Job]:
    """Split the place of the data into a working folder and a name, and give each report its key.

    The kernel works in the folder that holds the data and is given its name: no published notebook names a
    folder of this machine, and one that is opened where the data is runs again as it stands.
    """
    forms = formats_part([name for name in formats if name in PER_REPORT])
    common = {"kit": kit_hash(), "environment": digest(environment()), "formats": forms}
    notebooks = {path: sha256(path) for path in {request.notebook_path for request in requests}}
    data_hashes = {place: digest(files) for place, files in data.items()}
    jobs = []
    for request in requests:
        folder, of_data = None, ""
        if isinstance(named := getattr(request.params, "data", None), str):
            place = Path(os.path.abspath(named))
            folder, of_data = place.parent, data_hashes[str(place)]
            params = dataclasses.replace(request.params, **{"data": place.name or "."})
            request = dataclasses.replace(request, params=params)
        key = {
            **common,
            "data": of_data,
            "notebook": notebooks[request.notebook_path],
            "parameters": digest([request.params.notebook, dataclasses.asdict(request.params)]),
            "page": digest(
                [request.slug, request.title, request.organisation, request.code, request.region, data_hash]
            ),
        }
        jobs.append(_Job(request, build, folder, data_hash, formats, key))
    return jobs


def _kept(job: _Job, entry: Mapping[str, Any]) -> ReportResult:
    """Return the result of a report that an earlier run made and that is in the site already."""
    notebook = str(entry["notebook_file"])
    forms = Made(tuple((name, entry["forms"][name]) for name in PER_REPORT if name in entry["forms"]))
    return ReportResult(
        job.request,
        f"{job.request.slug}.html",
        notebook,
        str(entry["notebook_hash"]),
        warnings=tuple(warnings_of(read(job.build / notebook))),
        forms=forms,
        key=job.key,
        figures=tuple(entry["figures"]),
        kept=True,
    )


def _make_one(job: _Job) -> ReportResult:
    """Make one report. Never raises for what can go wrong with one report."""
    started = time.perf_counter()
    request = job.request
    page, notebook = f"{request.slug}.html", f"notebooks/{request.slug}.ipynb"
    result = partial(ReportResult, request, page, notebook, source_hash(read(request.notebook_path)), key=job.key)
    error: pages.ReportError | None
    warnings: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    forms = Made()
    try:
        executed = run_notebook(
            request.notebook_path,
            request.params,
            job.build / notebook,
            folder=job.folder,
            run_folder=job.build / COMMON,
        )
        error, warnings = executed.error, tuple(warnings_of(executed.nb))
        if error is None:
            claims = f"{request.slug}.claims.json"
            about = Page(request.title, request.organisation, "index.html", notebook, job.data_hash, claims)
            html, record = to_html(executed.nb, about), claims_of(executed.nb)
            (job.build / page).write_bytes(html.encode("utf-8"))
            (job.build / claims).write_bytes(claims_to_bytes(record))
            forms = write_report(
                job.build, request.slug, executed.nb, job.formats, title=request.title, data_hash=job.data_hash
            )
            figures = figures_of(executed.nb)
    except ExportError as failure:
        error = pages.ReportError(where="The notebook ran, but no page can be made of it.", message=str(failure))
    except Exception as failure:
        error = pages.ReportError(
            where="The notebook could not be run.", message=redact(f"{type(failure).__name__}: {failure}")
        )
    if error is not None:
        pages.write_error_page(job.build, request, error, notebook, job.data_hash)
    seconds = time.perf_counter() - started
    report = result(error=error, warnings=warnings, seconds=seconds, forms=forms, figures=figures)
    if error is None and not forms.errors:
        kept.write_record(job.build, pages.entry(report, job.build))
    return report


def _died(job: _Job) -> ReportResult:
    request = job.request
    error = pages.ReportError(
        where="The process that made this report was ended from outside.",
        message="The computer may have run out of memory. Try again with --workers 1.",
    )
    pages.write_error_page(job.build, request, error, "", job.data_hash)
    said = source_hash(read(request.notebook_path))
    return ReportResult(request, f"{request.slug}.html", "", said, error=error, key=job.key)


def _each_with_figures_of_its_own(
    build: Path, reports: Sequence[ReportResult], data_hash: str
) -> tuple[ReportResult, ...]:
    """Refuse reports that show a figure of another organisation's report: nobody can say whose it is."""
    shared = shared_figures(reports)
    checked = []
    for report in reports:
        if others := shared.get(report.request.slug):
            error = pages.ReportError(
                where="The notebook ran, but a figure of it is the very picture that another report shows.",
                message=f"It is also in: {', '.join(others)}. One of the reports would show the wrong organisation.",
            )
            kept.drop_records(build, [report.request.slug])
            for name in pages.entry(report, build)["files"]:
                if name != report.notebook:
                    (build / name).unlink()
            pages.write_error_page(build, report.request, error, report.notebook, data_hash)
            report = dataclasses.replace(report, error=error, forms=Made(), figures=())
        checked.append(report)
    return tuple(checked)
