"""What is asked of a run, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wres_analysis.reports.formats.writing import Made, RunFiles
from wres_analysis.reports.params import Params
from wres_analysis.resources import share

if TYPE_CHECKING:
    from wres_analysis.reports.site import ReportError

__all__ = ["ReportRequest", "ReportResult", "RunResult"]


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
    """What became of one request.

    Parameters
    ----------
    request
        What was asked for, its data a name and not a place on this machine.
    page, notebook
        Paths within the site; blank where there is none.
    notebook_hash
        The hash of what the notebook says, before it ran.
    error
        Why there is no report, or None.
    warnings
        What the notebook warned of.
    seconds
        How long it took; 0 for a report that was kept.
    forms
        The other forms that were made, and why one was not.
    key
        What it was made from, as hashes (:mod:`~wres_analysis.reports.keys`).
    figures
        The SHA-256 of each figure, in the order of the page.
    kept
        Whether an earlier run made it.
    """

    request: ReportRequest
    page: str
    notebook: str
    notebook_hash: str
    error: ReportError | None = None
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    forms: Made = field(default_factory=Made)
    key: Mapping[str, str] = field(default_factory=dict)
    figures: tuple[str, ...] = ()
    kept: bool = False


@dataclass(frozen=True)
class RunResult:
    """What became of a run, in the order in which it was asked for."""

    site: Path
    reports: tuple[ReportResult, ...]
    seconds: float = field(compare=False)
    tables: RunFiles = field(default_factory=RunFiles)
    #: With ``resume``: how many reports were kept, and a line for each reason for which others were made.
    resumed: tuple[str, ...] = ()

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
