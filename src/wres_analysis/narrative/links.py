"""What a test of a plan found, in sentences that say no more than its evidence grade."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from wres_analysis.charts.tables import format_number
from wres_analysis.links.coupling import declared, measure_of
from wres_analysis.narrative.wording import interval, lower_first, trusts
from wres_analysis.standards import Indicator, Standard

__all__ = ["CLAIMING", "say_link"]

#: Words that claim an association. They stand in no sentence of a grade below weak.
CLAIMING = ("linked", "associated with", "related to", "weak evidence", "moderate evidence", "strong")

_GRADED = {
    "cannot_tell": "These data cannot tell whether {exposure} and {outcome} go together {where}, {when}.",
    "no_evidence": "There is no evidence that {exposure} and {outcome} go together {where}, {when}; had there been an "
    "association of {smallest}, it would probably have been seen.",
    "no_meaningful_effect": "There is evidence of no meaningful association between {exposure} and {outcome} {where}, "
    "{when}: one of {smallest} is ruled out.",
    "weak": "There is weak evidence that {exposure} is linked with {higher} {bare} {where}, {when}.",
    "moderate": "There is moderate evidence that {exposure} is linked with {higher} {bare} {where}, {when}.",
}
#: What stands before a noun and not after "a higher": an article, or whose it is.
_ARTICLE = re.compile(r"^(the|[\w]+'s) ")
_COUNTED = re.compile(r"\b(point|step|unit)\b")
_LIMITS = "This says nothing of individual members of staff, and nothing of causes."
_FORMS = {
    "gap": "the gap on",
    "ratio": "the ratio of",
    "log_ratio": "the log ratio of",
    "difference": "the difference on",
}
_WHEN = {-1: "in the year before", 0: "in the same year", 1: "in the year after"}


def say_link(
    row: Mapping[str, Any],
    standard: Standard,
    outcomes: Standard,
    *,
    reasons: Sequence[str] = (),
    alpha: float = 0.05,
) -> str:
    """Say what a row of the links found.

    Parameters
    ----------
    row
        A row of the result frame.
    standard, outcomes
        For the names of what was measured.
    reasons
        The reservations under ``evidence`` in ``links.json``; told where the grade is weak.
    alpha
        Level of the plan, for the interval.

    Returns
    -------
    str
        Sentences. A row that has no grade makes no claim, and the sentence says so.
    """
    exposure, outcome = (_named(row[name], standard, outcomes) for name in ("exposure", "outcome"))
    if row["evidence"] == "no_answer":
        return f"There is no answer on {exposure} and {outcome}. {row['message']}".strip()
    if row["evidence"] not in _GRADED:
        return f"This row checks the test {row['of'] or row['test_id']} and makes no claim of its own."
    sentence = _GRADED[row["evidence"]].format(
        exposure=exposure,
        outcome=outcome,
        bare=_ARTICLE.sub("", outcome),
        where="within trusts" if row["term"] == "within" else "between trusts",
        when=_WHEN.get(row["lag"], f"{abs(row['lag'])} years {'later' if row['lag'] > 0 else 'before'}"),
        higher="a higher" if row["estimate"] > 0 else "a lower",
        smallest=_amount(row, row["sesoi"]),
    )
    said = [sentence, _numbers(row, alpha)]
    if row["evidence"] in ("weak", "moderate"):
        said += [*(reasons if row["evidence"] == "weak" else ()), _LIMITS]
    return " ".join(said)


def _named(column: str, standard: Standard, outcomes: Standard) -> str:
    """A column of the panel in words."""
    one = declared(measure_of(column, outcomes), standard, outcomes)
    if one is None:
        return column
    parts = column.split(".")[1:]
    if not isinstance(one, Indicator):
        name = lower_first(one.phrase.removesuffix(" was")) or f"the {lower_first(one.label)}"
        return " ".join([name, *(f"({part})" for part in parts)])
    name = f"indicator {one.number} ({lower_first(one.title)})"
    group = next((standard.groups[part].prose for part in parts if part in standard.groups), "")
    if group:
        return f"{name} among {group}"
    if "disadvantage" in parts:
        return f"disadvantage of {standard.groups[standard.comparison_group].prose} on {name}"
    return f"{next((_FORMS[part] for part in parts if part in _FORMS), '')} {name}".strip()


def _amount(row: Mapping[str, Any], size: float) -> str:
    """A size of the estimate with its unit, for as much of the exposure as the plan speaks of."""
    if not isfinite(size):
        return "the smallest size of interest"
    if not isfinite(row["per"]):
        return f"{_number(size)} ({row['unit']})"
    unit = _COUNTED.sub(r"\1s", row["unit"].partition(" per ")[0], count=1)
    return f"{_number(size * row['per'])} {unit} for {'a ' if row['per_words'][:1].isalpha() else ''}{row['per_words']}"


def _numbers(row: Mapping[str, Any], alpha: float) -> str:
    per = row["per"] if isfinite(row["per"]) else 1.0
    limits = interval(row["ci_low"] * per, row["ci_high"] * per, ".3g")
    level = format_number(100 * (1 - alpha), "g")
    return (
        f"The estimate is {_amount(row, row['estimate'])} ({level}% interval {limits}), from {row['n_obs']:,} rows of "
        f"{trusts(row['n_trusts'])}."
    )


def _number(value: float) -> str:
    return format_number(value, ".3g")
