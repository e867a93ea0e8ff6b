"""Running notebooks: papermill executes each one, and what it lacks for running many is here.

Everything that is asked for is checked before the first kernel starts. Each report is a pure function of
its notebook, its data and its parameters. A report that fails never stops the others: its notebook is kept
as far as it came, and an error page stands in its place.
"""

from __future__ import annotations

import dataclasses
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wres_analysis.errors import RequestError, WresError
from wres_analysis.executor import WorkerDied, each
from wres_analysis.reports import site as pages
from wres_analysis.reports.export import ExportError, Page, claims_of, claims_to_bytes, to_html
from wres_analysis.reports.folder import building
from wres_analysis.reports.formats import FORMATS, check_formats, normalised
from wres_analysis.reports.formats.writing import Made, RunFiles, write_report, write_tables
from wres_analysis.reports.guard import warnings_of
from wres_analysis.reports.kernel import KERNEL_NAME, engine, light_imports, own_ipython_folder
from wres_analysis.reports.notebook import is_marker, read, redact, source_hash, tidy, to_bytes
from wres_analysis.reports.params import Params, check
from wres_analysis.resources import share

if TYPE_CHECKING:
    from nbformat import NotebookNode

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
_KERNEL_START_SECONDS = 120


@dataclass(frozen=True)
class ExecutedNotebook:
    """A notebook that was run, as far as it came.

    Parameters
    ----------
    nb
        The notebook with its outputs, tidied.
    error
        Why it stopped, or None.
    seconds
        How long it took.
    """

    nb: NotebookNode
    error: pages.ReportError | None
    seconds: float


@dataclass(frozen=True)
class ReportRequest:
    """One report to make.

    Parameters
    ----------
    slug
        The name of its files, such as ``trust-R0A``.
    params
        What to ask of the notebook. If it has ``data``, that is a path, seen from where we are now.
    title
        The title of the page.
    organisation, code, region
        What the report is about, for its banner and for the index.
    notebook
        The notebook to run; by default the shipped one of the parameters.
    """

    slug: str
    params: Params
    title: str
    organisation: str = ""
    code: str = ""
    region: str = ""
    notebook: Path | None = None

    @property
    def notebook_path(self) -> Path:
        """Where the notebook is."""
        return self.notebook or share("notebooks", f"{self.params.notebook}.ipynb")


@dataclass(frozen=True)
class ReportResult:
    """What became of one request. ``page`` and ``notebook`` are paths within the site, ``forms`` the rest."""

    request: ReportRequest
    page: str
    notebook: str
    notebook_hash: str
    error: pages.ReportError | None = None
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    forms: Made = field(default_factory=Made)


@dataclass(frozen=True)
class RunResult:
    """What became of a run, in the order in which it was asked for."""

    site: Path
    reports: tuple[ReportResult, ...]
    seconds: float = field(compare=False)
    tables: RunFiles = field(default_factory=RunFiles)

    @property
    def index(self) -> Path:
        """The page to open."""
        return self.site / "index.html"

    @property
    def made(self) -> tuple[ReportResult, ...]:
        """The reports that were made."""
        return tuple(report for report in self.reports if report.error is None)

    @property
    def failed(self) -> tuple[ReportResult, ...]:
        """The reports that could not be made."""
        return tuple(report for report in self.reports if report.error is not None)

    @property
    def format_errors(self) -> tuple[str, ...]:
        """A line for each report, and for each form of all reports, that could not be written in a form asked for."""
        lines = [
            f"{r.request.code or r.request.slug} has no {name}: {why}"
            for r in self.made
            for name, why in r.forms.errors
        ]
        lines += [f"The tables of {slug} are left out: {why}" for slug, why in self.tables.left_out]
        return (*lines, *(f"There is no {name}: {why}" for name, why in self.tables.made.errors))

    @property
    def exit_status(self) -> int:
        """0 if every report was made in every form that was asked for, else 1."""
        return 1 if self.failed or self.format_errors else 0


#: Called after each report with the result, how many are done, and how many there are.
Progress = Callable[[ReportResult, int, int], None]


def run_notebook(
    notebook: Path,
    params: Params | dict[str, Any] | None = None,
    output_ipynb: Path | None = None,
    *,
    folder: Path | None = None,
) -> ExecutedNotebook:
    """Run one notebook by papermill, in a fresh kernel of this interpreter.

    Parameters
    ----------
    notebook
        The notebook to run; it is not changed.
    params
        What to put in place of the defaults. They are not checked here.
    output_ipynb
        Where to write the executed notebook, whether or not it failed; None for nowhere.
    folder
        The working folder of the kernel; by default the notebook's own. The working folder of this
        process is never changed, so any number of notebooks can run at once.

    Returns
    -------
    ExecutedNotebook
        A notebook that fails does not raise: ``error`` says where and why.
    """
    light_imports()
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import execute_notebook

    started = time.perf_counter()
    given = dataclasses.asdict(params) if isinstance(params, Params) else dict(params or {})
    source = read(notebook)
    error: pages.ReportError | None = None
    with own_ipython_folder() as ipython_folder:
        engine_name, seen = engine(ipython_folder=ipython_folder)
        try:
            nb = execute_notebook(
                source,
                None,
                parameters=given,
                engine_name=engine_name,
                kernel_name=KERNEL_NAME,
                language="python",
                start_timeout=_KERNEL_START_SECONDS,
                request_save_on_cell_execute=False,
                progress_bar=False,
                log_output=False,
                extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
                resources={"metadata": {"path": os.path.abspath(folder or notebook.parent)}},
            )
        except PapermillExecutionError as failure:
            nb = seen[-1]
            error = pages.ReportError(
                where=_place(nb),
                message=redact(_message(failure.ename, failure.evalue)),
                detail=redact(_plain("\n".join(failure.traceback))),
            )
        except DeadKernelError:
            nb = seen[-1]
            error = pages.ReportError(
                where=_place(nb),
                message="The kernel died: the computer may have run out of memory, or a library crashed.",
            )
    nb = tidy(nb)
    if output_ipynb is not None:
        output_ipynb.write_bytes(to_bytes(nb))
    return ExecutedNotebook(nb, error, time.perf_counter() - started)


def _place(nb: NotebookNode) -> str:
    """Say in which cell and under which heading papermill was when it stopped."""
    heading = under = ""
    stopped = 0
    for number, cell in enumerate((cell for cell in nb.cells if not is_marker(cell)), start=1):
        if cell.cell_type == "markdown" and (found := re.search(r"^#+ (.+)$", cell.source, re.MULTILINE)):
            heading = f", under the heading '{found[1].strip()}'"
        elif cell.cell_type == "code" and cell.metadata.get("papermill", {}).get("start_time"):
            # The last one that papermill started. What it calls failed or completed is wrong when a kernel dies.
            stopped, under = number, heading
    return f"The notebook stopped in cell {stopped}{under}."


def _message(name: str, value: str) -> str:
    """Return what an error says; the kit's own errors are sentences, and need no name before them."""
    ours = {kind.__name__ for kind in WresError.__subclasses__()}
    return value if name in ours and value else f"{name}: {value}"


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@dataclass(frozen=True)
class _Job:
    """All that a worker needs to make one report, wherever it runs."""

    request: ReportRequest
    build: Path
    folder: Path | None
    data_hash: str
    formats: tuple[str, ...] = ()


def make_reports(
    requests: Sequence[ReportRequest],
    out: Path,
    workers: int | None = None,
    progress: Progress | None = None,
    *,
    formats: Sequence[str] = ("html",),
    data_hash: str = "",
    title: str = "Workforce race equality reports",
) -> RunResult:
    """Make a site of reports.

    The site is built beside ``out`` and swapped in when it is whole; a site that is there is replaced.
    What is published (pages, notebooks, ``manifest.json``) is the same bytes for the same request, data and
    environment, whatever the number of workers; how long it took is in ``run.json``.

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
        Called after each report.
    formats
        What to write, of :data:`~wres_analysis.reports.formats.FORMATS`. The pages are always written.
    data_hash
        The hash of the data, for the manifest and the foot of each page.
    title
        The title of the index.

    Raises
    ------
    RequestError
        If something that is asked for cannot be had. Nothing has run and nothing is written.
    """
    started = time.perf_counter()
    workers = max(1, workers or os.cpu_count() or 1)
    _check_requests(requests, formats)
    formats = normalised(formats)
    with building(out) as build:
        (build / "notebooks").mkdir()
        jobs = [_job(request, build, data_hash, formats) for request in requests]
        done: dict[int, ReportResult] = {}
        for index, result in each(_make_one, jobs, workers=workers):
            done[index] = _died(jobs[index]) if isinstance(result, WorkerDied) else result
            if progress is not None:
                progress(done[index], len(done), len(jobs))
        # The requests as they were run: their data is a name, not a place on this machine.
        reports = tuple(done[index] for index in range(len(jobs)))
        tables = write_tables(build, reports, formats, title=title, data_hash=data_hash)
        pages.write_site(build, reports, title=title, data_hash=data_hash, tables=tables)
        seconds = time.perf_counter() - started
        pages.write_run_record(build, reports, workers=workers, seconds=seconds)
    return RunResult(Path(out), reports, seconds, tables)


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


def _job(request: ReportRequest, build: Path, data_hash: str, formats: tuple[str, ...]) -> _Job:
    """Split the place of the data into a working folder and a name.

    The kernel works in the folder that holds the data and is given its name: no published notebook names a
    folder of this machine, and one that is opened where the data is runs again as it stands.
    """
    folder = None
    data = getattr(request.params, "data", None)
    if isinstance(data, str):
        place = Path(os.path.abspath(data))
        folder = place.parent
        request = dataclasses.replace(
            request, params=dataclasses.replace(request.params, **{"data": place.name or "."})
        )
    return _Job(request, build, folder, data_hash, formats)


def _make_one(job: _Job) -> ReportResult:
    """Make one report. Never raises for what can go wrong with one report."""
    started = time.perf_counter()
    request = job.request
    page, notebook = f"{request.slug}.html", f"notebooks/{request.slug}.ipynb"
    result = partial(ReportResult, request, page, notebook, source_hash(read(request.notebook_path)))
    error: pages.ReportError | None
    warnings: tuple[str, ...] = ()
    forms = Made()
    try:
        executed = run_notebook(request.notebook_path, request.params, job.build / notebook, folder=job.folder)
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
    except ExportError as failure:
        error = pages.ReportError(where="The notebook ran, but no page can be made of it.", message=str(failure))
    except Exception as failure:
        error = pages.ReportError(
            where="The notebook could not be run.", message=redact(f"{type(failure).__name__}: {failure}")
        )
    if error is not None:
        pages.write_error_page(job.build, request, error, notebook, job.data_hash)
    return result(error=error, warnings=warnings, seconds=time.perf_counter() - started, forms=forms)


def _died(job: _Job) -> ReportResult:
    request = job.request
    error = pages.ReportError(
        where="The process that made this report was ended from outside.",
        message="The computer may have run out of memory. Try again with --workers 1.",
    )
    pages.write_error_page(job.build, request, error, "", job.data_hash)
    digest = source_hash(read(request.notebook_path))
    return ReportResult(request, f"{request.slug}.html", "", digest, error=error)
