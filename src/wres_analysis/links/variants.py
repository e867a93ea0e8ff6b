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
    one: Made, plan: Plan, panel: pd.DataFrame, standard: Standard, outcomes: Standard, *, draws: int, again: bool
) -> Iterator[Made]:
    """Give a result with what can be said of its exposure's errors and of hidden causes, then its variants.

    Parameters
    ----------
    one
        A result.
    plan, panel, standard, outcomes
        What it was made from.
    draws
        Of every bootstrap.
    again
        Whether a test that answers a question is also made again, without each region and on large bases.

    Yields
    ------
    Made
        The result, with further columns and details. Then its variant on large bases, where there is one: under the
        test's own name, in the role of a sensitivity.
    """
    if one.design is None:
        yield one
        return
    again = again and one.task.role in DECLARED and one.variant == COMPLETE_CASE and one.design.y.size > 0

    def checked(made: Made, result: Estimate) -> Estimate:
        """Add the columns and the details of all checks to an estimate."""
        assert made.design is not None
        test = made.task.test
        checks = {
            "measurement_error": corrected(
                made.design, test, result, lag=made.task.lag, panel=panel, standard=standard, outcomes=outcomes,
                alpha=plan.alpha,
            ),
            "hidden_cause": hidden_cause(made.design, test, result, alpha=plan.alpha),
        }  # fmt: skip
        if again and result is one.result:
            checks["without_each_region"] = without_each_region(made.design, test, panel)
        columns = {name: value for more, _ in checks.values() for name, value in more.items()}
        detail = {name: about for name, (_, about) in checks.items() if about and isfinite(result.estimate)}
        return replace(result, columns=result.columns | columns, detail=result.detail | detail)

    yield replace(one, results=tuple(checked(one, result) for result in one.results))
    design = large_bases(one.design, one.task.test, panel, standard) if again else None
    if design is not None:
        task = replace(one.task, role=SENSITIVITY, of=one.task.test_id)
        note = f"Only rows whose exposure rests on at least {LARGE_BASE} people of the comparison group."
        results = tuple(
            replace(result, message=f"{note} {result.message}".strip())
            for result in estimate(design, task.test, alpha=plan.alpha, seed=plan.seed, draws=draws)
        )
        variant = replace(one, task=task, design=design, results=results, variant=LARGE_BASES)
        yield replace(variant, results=tuple(checked(variant, result) for result in results))
