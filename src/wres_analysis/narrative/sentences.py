"""Sentences: small, reviewed templates in plain English, each rendered from one claim.

Every sentence with an estimate carries its interval, or says why there is none. Nothing here computes: it rounds
and words what the claim holds. Trust-level results are never told as facts about a person, nor as causes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wres_analysis.charts.tables import format_number
from wres_analysis.narrative.claims import Claim
from wres_analysis.standards import Indicator, Measure, Standard, load_outcomes, load_standard

__all__ = ["RATINGS", "say", "show_text"]

#: Words for the four ratings that CQC publishes, as coded by the reader.
RATINGS = {1.0: "Inadequate", 2.0: "Requires improvement", 3.0: "Good", 4.0: "Outstanding"}

_MISSING = {
    "suppressed": "The publisher suppressed it, because too few people answered",
    "not_submitted": "It was not submitted, or not for the whole period",
    "not_applicable": "The publisher marks it as not applicable",
    "merged": "The trust had become part of another by then",
    "excluded": "The published cell cannot be used",
    "no_data": "The loaded files do not hold it",
}


def _percent(value: float, decimals: int = 1) -> str:
    return format_number(value, f",.{decimals}f") + "%"


def _points(value: float, decimals: int = 1) -> str:
    return format_number(abs(value), f".{decimals}f")


def _times(value: float) -> str:
    return format_number(value, ".2f" if value < 10 else ".0f")


def _join(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _trusts(n: int) -> str:
    return "1 trust" if n == 1 else f"{n} trusts"


def say(claim: Claim, standard: Standard | None = None, outcomes: Standard | None = None) -> str:
    """Render a claim as one to four sentences.

    Raises
    ------
    KeyError
        If the claim's measure is in neither standard.
    """
    standard, outcomes = standard or load_standard(), outcomes or load_outcomes()
    if claim.kind == "missing":
        return _say_missing(claim, standard, outcomes)
    if claim.kind == "outcome":
        return _say_outcome(claim, outcomes)
    if claim.kind == "rating":
        return _say_rating(claim, outcomes)
    indicator = standard.indicators[claim.measure]
    template = {"gap": _say_gap, "ratio": _say_ratio, "difference": _say_difference}[claim.kind]
    return template(claim, indicator, standard) + _partial(claim)


def _partial(claim: Claim) -> str:
    notes = ""
    if "partial" in claim.flags:
        notes += " The figures cover only part of the trust, because it reports in separate sectors."
    if "base_at_least" in claim.flags:
        notes += " The number who answered is known only as a lower bound, so the true interval may be a little narrower."
    return notes


def _say_missing(claim: Claim, standard: Standard, outcomes: Standard) -> str:
    if claim.measure in standard.indicators:
        i = standard.indicators[claim.measure]
        name = f"indicator {i.number} ({i.title.lower()})"
    else:
        name = outcomes.measures[claim.measure].phrase.removesuffix(" was")
        name = name if name.startswith("CQC") else name[0].lower() + name[1:]
    why = _MISSING.get(claim.status, _MISSING["no_data"])
    detail = f" ({claim.reason})" if claim.reason and claim.status not in ("suppressed", "no_data") else ""
    return f"There is no value of {name} for {_when(claim.period)}. {why}{detail}."


def _when(period: str) -> str:
    return f"the {period}" if period.startswith("survey") else period


def _opening(i: Indicator, claim: Claim) -> str:
    if i.clock == "survey":
        return f"In the NHS Staff {claim.period[0].upper()}{claim.period[1:]}"
    if i.clock == "flow":
        return f"From {claim.period}"
    return f"On {claim.period}"


def _say_gap(claim: Claim, i: Indicator, standard: Standard) -> str:
    r, c = standard.groups[standard.reference_group], standard.groups[standard.comparison_group]
    first = (
        f"{_opening(i, claim)}, {_percent(claim.values['comparison'])} of {c.prose} and "
        f"{_percent(claim.values['reference'])} of {r.prose} who answered {i.event}"
    )
    if claim.n:
        at_least = "at least " if "base_at_least" in claim.flags else ""
        first += f" ({at_least}{claim.n[c.key]:,} and {claim.n[r.key]:,} answers)"
    first += ". "
    gap = claim.estimate if claim.estimate is not None else 0.0
    if claim.low is None or claim.high is None:
        reason = claim.no_interval or "no base is published"
        second = f"The difference is {_points(gap)} percentage points. No interval is given: {reason}."
    elif claim.reading == "unclear":
        second = (
            f"The difference of {_points(gap)} percentage points is within what chance alone can produce: the data "
            f"fit anything from {_side(claim.low, i, c.prose)} to {_side(claim.high, i, c.prose)}."
        )
    else:
        low, high = sorted((abs(claim.low), abs(claim.high)))
        second = (
            f"{c.prose[0].upper()}{c.prose[1:]} fared {claim.reading}, by {_points(gap)} percentage points; the data "
            f"fit anything from {_points(low)} to {_points(high)}."
        )
    return first + second + _beside_gap(claim, i, c.prose)


def _side(value: float, i: Indicator, who: str) -> str:
    """A gap in words: which way it points for the comparison group."""
    if abs(round(value, 1)) == 0:
        return "no difference"
    worse = (value > 0) == (i.disadvantage > 0)
    return f"{_points(value)} points {'worse' if worse else 'better'} for {who}"


def _beside_gap(claim: Claim, i: Indicator, who: str) -> str:
    parts = [
        f"{_side(b['estimate'], i, who) if n == 0 else _side(b['estimate'], i, who).split(' for ')[0]} in "
        f"{_place(b)} ({_trusts(b['n_trusts'])} with data)"
        for n, b in enumerate(claim.beside)
    ]
    return f" The same difference was {_join(parts)}." if parts else ""


def _place(beside: dict[str, Any]) -> str:
    name = str(beside["name"])
    if beside["subject"] == "region" and name not in ("London", "East of England"):
        return f"the {name}"
    return name[0].lower() + name[1:] if beside["subject"] == "type" else name


def _say_ratio(claim: Claim, i: Indicator, standard: Standard) -> str:
    assert i.ratio_of is not None
    top, bottom = (standard.groups[g] for g in i.ratio_of)
    rate = {
        standard.reference_group: claim.values.get("reference"),
        standard.comparison_group: claim.values.get("comparison"),
    }
    people = i.people
    who, whom = f"{top.adjective} {people}", f"{bottom.adjective} {people}"
    who = who[0].upper() + who[1:]
    opening = _opening(i, claim)
    rates = (
        f"The rates were {_percent(rate[top.key] or 0.0)} of {claim.n[top.key]:,} {top.adjective} {people} and "
        f"{_percent(rate[bottom.key] or 0.0)} of {claim.n[bottom.key]:,} {bottom.adjective} {people}."
        if claim.n
        else ""
    )
    if claim.status == "one_sided":
        if claim.estimate is None:
            return f"{opening}, no {whom} were recorded as having done so ({i.title.lower()}), so there is no ratio. {rates}"
        return (
            f"{opening}, no {top.adjective} {people} were recorded as having done so ({i.title.lower()}); the data fit any "
            f"ratio up to {_times(claim.high or 0.0)}. {rates}"
        )
    if claim.estimate is None:
        return f"{opening}, nobody was recorded as having done so ({i.title.lower()}), so there is no ratio. {rates}"
    first = f"{opening}, {who} were about {_times(claim.estimate)} times as likely as {whom} to {i.event}"
    if claim.low is not None and claim.high is not None:
        first += f"; the data fit anything from {_times(claim.low)} to {_times(claim.high)} times"
        if claim.reading == "unclear":
            first += ", so they do not show a difference"
    else:
        first += f". No interval is given: {claim.no_interval or 'no counts are published'}"
    parts = [f"{_times(b['estimate'])} in {_place(b)} ({_trusts(b['n_trusts'])} with data)" for b in claim.beside]
    beside = f" The ratio was {_join(parts)}." if parts else ""
    return f"{first}. {rates}{beside}"


def _say_difference(claim: Claim, i: Indicator, standard: Standard) -> str:
    c = standard.groups[standard.comparison_group]
    value = claim.estimate or 0.0
    more = "more" if value > 0 else "less"
    first = (
        f"{_opening(i, claim)}, {_percent(claim.values['comparison'])} of {i.body} and "
        f"{_percent(claim.values['reference'])} of the workforce were {c.adjective}: {_points(value)} percentage points "
        f"{more} on the board than in the workforce. No interval is given: the board is {claim.no_interval}."
    )
    parts = [
        f"{format_number(b['estimate'], '+.1f')} points in {_place(b)} ({_trusts(b['n_trusts'])} with data)" for b in claim.beside
    ]
    return first + (f" The difference was {_join(parts)}." if parts else "")


def _value(value: float, m: Measure) -> str:
    return _percent(value, m.decimals) if m.unit == "percent" else format_number(value, f".{m.decimals}f")


def _say_outcome(claim: Claim, outcomes: Standard) -> str:
    m = outcomes.measures[claim.measure]
    assert claim.estimate is not None
    unit = " out of 10" if m.unit == "score" else ""
    when = f"in the {claim.period}" if m.clock == "survey" else f"from {claim.period}"
    first = f"{m.phrase} {_value(claim.estimate, m)}{unit} {when}"
    if claim.low is not None and claim.high is not None:
        low, high = _value(claim.low, m), _value(claim.high, m)
        first += f" ({claim.n['all']:,} answers; the data fit anything from {low} to {high})"
    parts = [
        f"{_value(b['estimate'], m)} in {_place(b)} ({_trusts(b['n_trusts'])} with data)" for b in claim.beside
    ]
    beside = f"; it was {_join(parts)}" if parts else ""
    notes = [first + beside + "."]
    if claim.values.get("year", claim.wres_year) != claim.wres_year:
        notes.append(
            "This is the newest value in the loaded files. It is from an earlier year than the indicators, so it cannot "
            "follow from them."
        )
    if "mean_of_monthly_rates" in claim.flags:
        notes.append("It is the mean of monthly rates, because the days themselves are not published here.")
    if "partial_year" in claim.flags and claim.reason:
        notes.append(f"It covers {claim.reason}.")
    if claim.no_interval:
        notes.append(f"No interval is given. {claim.no_interval}")
    if m.caution:
        notes.append(m.caution)
    return " ".join(notes)


def _say_rating(claim: Claim, outcomes: Standard) -> str:
    m = outcomes.measures[claim.measure]
    assert claim.estimate is not None
    first = f"{m.phrase} {RATINGS[claim.estimate]}, {claim.reason}, {claim.period}."
    notes = [first]
    if "inherited" in claim.flags:
        notes.append("The rating was carried over from a predecessor.")
    notes.append(f"No interval is given. {claim.no_interval}")
    if m.caution:
        notes.append(m.caution)
    return " ".join(notes)


def show_text(*paragraphs: str) -> None:
    """Show paragraphs of prose in a notebook and in the report made from it."""
    from IPython.display import Markdown, display

    display(Markdown("\n\n".join(paragraphs)))
