"""No two reports share a figure: if they did, one of them would show another organisation's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from wres_analysis.reports.requests import ReportResult

__all__ = ["figures_of", "shared_figures"]


def figures_of(nb: NotebookNode) -> tuple[str, ...]:
    """Return the SHA-256 of each picture in the outputs of a notebook, in order."""
    found = []
    for cell in nb["cells"]:
        for output in cell.get("outputs", []):
            for kind, picture in sorted(output.get("data", {}).items()):
                if kind.startswith("image/"):
                    found.append(hashlib.sha256(str(picture).encode("utf-8")).hexdigest())
    return tuple(found)


def shared_figures(reports: Iterable[ReportResult]) -> dict[str, tuple[str, ...]]:
    """Find reports that show a figure which the report of another organisation, by the same notebook, shows too.

    Returns
    -------
    dict
        By slug, the slugs of the other reports. Reports of one organisation (of two years, say) may share figures,
        and so may different notebooks, such as a regional report and a national one.
    """
    by_figure: dict[tuple[str, str], list[ReportResult]] = {}
    for report in reports:
        if report.error is None:
            for figure in report.figures:
                by_figure.setdefault((report.request.params.notebook, figure), []).append(report)
    shared: dict[str, set[str]] = {}
    for together in by_figure.values():
        for one in together:
            others = {other.request.slug for other in together if other.request.code != one.request.code}
            if others:
                shared.setdefault(one.request.slug, set()).update(others)
    return {slug: tuple(sorted(others)) for slug, others in shared.items()}
