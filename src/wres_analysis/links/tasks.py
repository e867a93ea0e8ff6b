"""What is run for each test of a plan: the test itself, and what stands beside it to check it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wres_analysis.links.plan import EXPLORATORY, Plan, Test

__all__ = ["DECLARED", "FALSIFICATION", "NEGATIVE_CONTROL", "REVERSE_LAG", "SENSITIVITY", "Task", "tasks_of"]

#: At which the outcome comes first: a falsification of every test whose exposure comes first.
REVERSE_LAG = -1
#: The lags at which each declared test is also made, as its sensitivity.
OTHER_LAGS = (0, 1, 2)
#: Roles of tests that answer a question; only they belong to a family, with adjusted p-values.
DECLARED = ("primary", "secondary", EXPLORATORY)
FALSIFICATION, SENSITIVITY, NEGATIVE_CONTROL = "falsification", "sensitivity", "negative_control"


@dataclass(frozen=True, slots=True)
class Task:
    """One fit to be made.

    Parameters
    ----------
    test_id
        Its name in the results.
    test
        What is tested.
    lag
        Lag at which it is made, which may be another than the test's own.
    role
        One of :data:`DECLARED`, or of what checks these: ``falsification``, ``sensitivity``, ``negative_control``.
    of
        The test that it checks; empty for one that answers a question itself.
    note
        What a reader must know beside the result.
    """

    test_id: str
    test: Test
    lag: int
    role: str
    of: str = ""
    note: str = ""


def tasks_of(plan: Plan, test: Test) -> Iterator[Task]:
    """List what is run for a test of the plan, itself first.

    A test whose exposure comes first has the reverse lag as its falsification. One that the plan declared, and whose
    exposure does not come after its outcome, is made at the other lags from 0 to 2 too. Then come its controls.
    """
    role = plan.family(test.family).role
    yield Task(test.id, test, test.lag, role)
    if test.lag > 0:
        yield Task(f"{test.id}@lag{REVERSE_LAG}", test, REVERSE_LAG, FALSIFICATION, test.id)
    if role != EXPLORATORY and test.lag >= 0:
        for lag in OTHER_LAGS:
            if lag != test.lag:
                yield Task(f"{test.id}@lag{lag}", test, lag, SENSITIVITY, test.id)
    for control in plan.controls:
        if control.of == test.id:
            note = f"A negative control of {test.id}: {control.why}"
            yield Task(control.test.id, control.test, control.test.lag, NEGATIVE_CONTROL, test.id, note)
