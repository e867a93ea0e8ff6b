"""One result in the making: a task, its rows, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wres_analysis.links.coupling import Coupling
from wres_analysis.links.design import Design
from wres_analysis.links.estimates import Estimate
from wres_analysis.links.tasks import Task

__all__ = ["COMPLETE_CASE", "Made"]

COMPLETE_CASE = "complete_case"


@dataclass(frozen=True, slots=True)
class Made:
    """A task that was carried out, in one variant.

    Parameters
    ----------
    task
        What was asked; its test names the columns that were really used.
    coupling
        The word of the coupling guard.
    design
        Its rows, or None where it was not set up.
    results
        The estimate that answers the test, then those that stand beside it.
    variant
        ``complete_case``, or how it differs from that.
    about
        What a reader of ``links.json`` needs beside the rows.
    """

    task: Task
    coupling: Coupling
    design: Design | None
    results: tuple[Estimate, ...]
    variant: str = COMPLETE_CASE
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def result(self) -> Estimate:
        """The estimate that answers the test."""
        return self.results[0]
