"""What a test of a plan found, in sentences that say no more than its evidence grade."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import floor, isfinite, log10
from typing import Any

from wres_analysis.charts.tables import format_number
from wres_analysis.links.coupling import declared, measure_of
from wres_analysis.narrative.claims import Claim, note
from wres_analysis.narrative.telling import Telling, tell
from wres_analysis.narrative.wording import interval, lower_first, trusts
from wres_analysis.standards import Indicator, Standard

__all__ = ["CLAIMING", "decimals_for", "name_column", "say_link", "tell_link"]

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
    return " ".join(_sentences(row, standard, outcomes, reasons, alpha))


def tell_link(
    row: Mapping[str, Any],
    standard: Standard,
    outcomes: Standard,
    *,
    reasons: Sequence[str] = (),
    alpha: float = 0.05,
) -> Telling:
    """Say what a row found, as :func:`say_link`, with the claim behind it."""
    said = _sentences(row, standard, outcomes, reasons, alpha)
    about: dict[str, Any] = {"subject": str(row["term"]), "evidence": row["evidence"]}
    words = tuple(
        text for text in (row["message"], *reasons, f"{format_number(100 * (1 - alpha), 'g')}% interval") if text
    )
    if row["evidence"] not in _GRADED:
        return tell(note(f"{row['test_id']}_link", phrases=words, **about), *said)
    per = row["per"] if isfinite(row["per"]) else 1.0
    unit = "points" if _COUNTED.search(row["unit"].partition(" per ")[0]) else "score"
    digits = decimals_for(row["ci_low"] * per, row["ci_high"] * per)
    values, units = {}, {"estimate": f"{unit}.{digits}"}
    if isfinite(row["sesoi"]):
        values["smallest"] = row["sesoi"] * per
        units["smallest"] = f"{unit}.{_places(values['smallest'])}"
    if isfinite(row["per"]) and row["per_words"][:1].isdigit():
        values["step"], units["step"] = per, "points"
        units["step"] += f".{_places(per)}"
    claim = Claim(
        kind="link", measure=str(row["test_id"]), subject=about["subject"], subject_name="", wres_year=0, period="",
        estimate=row["estimate"] * per,
        low=row["ci_low"] * per if isfinite(row["ci_low"]) else None,
        high=row["ci_high"] * per if isfinite(row["ci_high"]) else None,
        reading="unclear" if row["ci_low"] <= 0 <= row["ci_high"] else "not_null",
        n={"rows": int(row["n_obs"]), "trusts": int(row["n_trusts"])}, method=row["se_convention"], values=values,
        parity=0.0, units=units, phrases=words, evidence=row["evidence"],
    )  # fmt: skip
    return tell(claim, *said)


def _sentences(
    row: Mapping[str, Any], standard: Standard, outcomes: Standard, reasons: Sequence[str], alpha: float
) -> list[str]:
    exposure, outcome = (name_column(row[name], standard, outcomes) for name in ("exposure", "outcome"))
    if row["evidence"] == "no_answer":
        return [f"There is no answer on {exposure} and {outcome}.", *([row["message"]] if row["message"] else [])]
    if row["evidence"] not in _GRADED:
        return [f"This row checks the test {row['of'] or row['test_id']} and makes no claim of its own."]
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
    return said


def name_column(column: str, standard: Standard, outcomes: Standard) -> str:
    """Name a column of the panel as it stands within a sentence."""
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


def _amount(row: Mapping[str, Any], size: float, digits: int | None = None) -> str:
    """A size of the estimate with its unit, for as much of the exposure as the plan speaks of."""
    if not isfinite(size):
        return "the smallest size of interest"
    if not isfinite(row["per"]):
        return f"{_number(size, digits)} ({row['unit']})"
    size *= row["per"]
    unit = _COUNTED.sub(r"\1s", row["unit"].partition(" per ")[0], count=1)
    return f"{_number(size, digits)} {unit} for {'a ' if row['per_words'][:1].isalpha() else ''}{row['per_words']}"


def _numbers(row: Mapping[str, Any], alpha: float) -> str:
    per = row["per"] if isfinite(row["per"]) else 1.0
    low, high = row["ci_low"] * per, row["ci_high"] * per
    digits = decimals_for(low, high)
    level = format_number(100 * (1 - alpha), "g")
    return (
        f"The estimate is {_amount(row, row['estimate'], digits)} ({level}% interval "
        f"{interval(low, high, f'.{digits}f')}), from {row['n_obs']:,} rows of {trusts(row['n_trusts'])}."
    )


def decimals_for(low: float, high: float) -> int:
    """How many decimals an estimate and its interval deserve: half its width with two digits.

    >>> decimals_for(-0.09, -0.037), decimals_for(120.0, 480.0), decimals_for(0.1, float("inf"))
    (3, 0, 3)
    """
    half = abs(high - low) / 2
    if not isfinite(half) or half == 0:
        return 3
    return min(max(0, 1 - floor(log10(half))), 8)


def _places(size: float) -> int:
    """Decimals of a number with three digits, and none that are nought at its end."""
    if size == 0 or not isfinite(size):
        return 0
    most = min(max(0, 2 - floor(log10(abs(size)))), 8)
    return len(f"{size:.{most}f}".rstrip("0").partition(".")[2]) if most else 0


def _number(value: float, digits: int | None) -> str:
    return format_number(value, f".{_places(value) if digits is None else digits}f")
