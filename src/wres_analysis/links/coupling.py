"""The coupling guard: pairs that go together because of how they are made, told by rules that the standards declare.

``refused`` is a pair whose association is arithmetic; ``flagged`` one that has a reason of its own to be associated,
which a reader must know; ``none`` one of which no rule speaks, which is not the same as independence.
"""

from __future__ import annotations

from dataclasses import dataclass

from wres_analysis.links.plan import Test
from wres_analysis.panel.build import comparison_column
from wres_analysis.standards import Indicator, Measure, Standard

__all__ = ["Coupling", "declared", "judge_coupling", "measure_of", "same_respondents"]


@dataclass(frozen=True, slots=True)
class Coupling:
    """``none``, ``flagged`` or ``refused``, and why, in sentences."""

    word: str
    reason: str = ""


def measure_of(column: str, outcomes: Standard) -> str:
    """Return the key of the measure that a column of the panel belongs to."""
    head = column.removeprefix("log(").removesuffix(")").partition(".")[0]
    return next((key for key, m in outcomes.measures.items() if head in m.columns.values()), head)


def declared(key: str, standard: Standard, outcomes: Standard) -> Indicator | Measure | None:
    """Return the indicator or measure of a key, or None where the standards have none."""
    return standard.indicators.get(key) or outcomes.measures.get(key)


def judge_coupling(test: Test, lag: int, standard: Standard, outcomes: Standard) -> Coupling:
    """Judge a test by the rules.

    Parameters
    ----------
    test
        The test.
    lag
        The lag at which it is made, which may be another than the test's own.
    standard, outcomes
        What declares ``same_respondents_as``, ``contaminated_by`` and ``compared_with``.

    Returns
    -------
    Coupling
    """
    exposure, outcome = (measure_of(column, outcomes) for column in (test.exposure, test.outcome))
    whole = {name: _compared_with(name, standard, outcomes) for name in (test.exposure, test.outcome)}
    if exposure == outcome and lag == 0:
        return Coupling("refused", f"Exposure and outcome are both made from {_title(exposure, standard, outcomes)}.")
    for one, other in ((test.exposure, test.outcome), (test.outcome, test.exposure)):
        if whole[one] == other:
            return Coupling("refused", f"{one} is a difference from {other}, so the two go together by arithmetic.")

    reasons = []
    if exposure == outcome:
        reasons.append("The outcome is the exposure of another year, which regresses to its mean.")
    for one in dict.fromkeys(whole.values()):
        if one and one not in test.adjust:
            names = " and ".join(name for name, share in whole.items() if share == one)
            verb = "is a difference" if list(whole.values()).count(one) == 1 else "are differences"
            reasons.append(f"{names} {verb} from {one}, which is not adjusted for, so it may stand for {one}.")
    if lag == 0 and exposure != outcome and same_respondents(exposure, outcome, standard, outcomes):
        reasons.append("Exposure and outcome are answers of the same respondents in the same survey.")
    result = outcomes.measures.get(outcome)
    if result is not None and exposure in result.contaminated_by and lag >= 0:
        reasons.append(result.caution or f"Those who made {outcome} had seen {exposure}.")
    for name in test.adjust:
        if measure_of(name, outcomes) in (exposure, outcome):
            reasons.append(f"The adjustment {name} is made from the same measure as the exposure or the outcome.")
    return Coupling("flagged", " ".join(reasons)) if reasons else Coupling("none")


def _compared_with(column: str, standard: Standard, outcomes: Standard) -> str:
    """The column from which another one is a difference; empty where it is none."""
    key, _, form = column.partition(".")
    indicator = standard.indicators.get(key)
    if indicator is None or not indicator.compared_with or form not in ("difference", "disadvantage"):
        return ""
    return comparison_column(indicator, standard, outcomes)


def same_respondents(one: str, other: str, standard: Standard, outcomes: Standard) -> bool:
    """Whether two columns or measures of one year are answers of the same people in the same survey."""
    one, other = (measure_of(column, outcomes) for column in (one, other))
    for a, b in ((one, other), (other, one)):
        measure = outcomes.measures.get(a)
        if measure is not None and b in measure.same_respondents_as:
            return True
    both = [standard.indicators.get(key) for key in (one, other)]
    return all(indicator is not None and indicator.clock == "survey" for indicator in both)


def _title(key: str, standard: Standard, outcomes: Standard) -> str:
    found = declared(key, standard, outcomes)
    return f"'{found.title}'" if found else f"'{key}'"
