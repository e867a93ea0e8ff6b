"""A result and what stands beside it: the same row with more said of it, and the same test on fewer rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

import pandas as pd

from wres_analysis.links.estimates import Estimate
from wres_analysis.links.made import COMPLETE_CASE, Made
from wres_analysis.links.measurement import corrected
from wres_analysis.links.models import estimate
from wres_analysis.links.plan import Plan
from wres_analysis.links.sensitivity import LARGE_BASE, LARGE_BASES, hidden_cause, large_bases, without_each_region
from wres_analysis.links.tasks import DECLARED, SENSITIVITY
from wres_analysis.standards import Standard

__all__ = ["with_checks"]


def with_checks(
    one: Made, plan: Plan, panel: pd.DataFrame, standard: Standard, outcomes: Standard, *, draws: int
) -> Iterator[Made]:
    """Give a result with what can be said of its exposure's errors and of hidden causes, then its variants.

    A test that answers a question is also made again without each region, and on large bases. A variant has the role
    of a sensitivity, and the test's own name.
    """
    if one.design is None:
        yield one
        return
    answers = one.task.role in DECLARED and one.variant == COMPLETE_CASE
    yield replace(one, results=tuple(_checked(one, result, plan, panel, standard, outcomes) for result in one.results))
    if not answers or not one.design.y.size:
        return
    design = large_bases(one.design, one.task.test, panel, standard)
    if design is not None:
        task = replace(one.task, role=SENSITIVITY, of=one.task.test_id)
        results = estimate(design, task.test, alpha=plan.alpha, seed=plan.seed, draws=draws)
        note = f"Only rows whose exposure rests on at least {LARGE_BASE} people of the comparison group."
        results = tuple(replace(result, message=f"{note} {result.message}".strip()) for result in results)
        variant = replace(one, task=task, design=design, results=results, variant=LARGE_BASES)
        yield replace(
            variant,
            results=tuple(_checked(variant, result, plan, panel, standard, outcomes) for result in results),
        )


def _checked(
    one: Made, result: Estimate, plan: Plan, panel: pd.DataFrame, standard: Standard, outcomes: Standard
) -> Estimate:
    """Add the columns and the details of all checks to an estimate."""
    assert one.design is not None
    test = one.task.test
    checks = {
        "measurement_error": corrected(
            one.design, test, result, lag=one.task.lag, panel=panel, standard=standard, outcomes=outcomes,
            alpha=plan.alpha,
        ),
        "hidden_cause": hidden_cause(one.design, test, result, alpha=plan.alpha),
    }  # fmt: skip
    if result is one.result and one.task.role in DECLARED and one.variant == COMPLETE_CASE:
        checks["without_each_region"] = without_each_region(one.design, test, panel)
    columns = {name: value for more, _ in checks.values() for name, value in more.items()}
    detail = {name: about for name, (_, about) in checks.items() if about and isfinite(result.estimate)}
    return replace(result, columns=result.columns | columns, detail=result.detail | detail)
