"""Sentences: small, reviewed templates in plain English, each rendered from one claim.

Every sentence with an estimate carries its interval, or says why there is none. Nothing here computes: it rounds
and words what the claim holds. Trust-level results are never told as facts about a person, nor as causes.
"""

from __future__ import annotations

from typing import Any

from wres_analysis.charts.tables import format_number
from wres_analysis.narrative.claims import Claim
from wres_analysis.narrative.wording import (
    joined,
    lower_first,
    percent,
    place,
    points,
    times,
    trusts,
    upper_first,
)
from wres_analysis.standards import Indicator, Measure, Standard, load_outcomes, load_standard

__all__ = ["RATINGS", "say", "sentences", "show_text"]

#: Words for the four ratings that CQC publishes, as coded by the reader.
RATINGS = {1.0: "Inadequate", 2.0: "Requires improvement", 3.0: "Good", 4.0: "Outstanding"}


def say(claim: Claim, standard: Standard | None = None, outcomes: Standard | None = None) -> str:
    """Render a claim as one text: its :func:`sentences`, one after the other."""
    return " ".join(sentences(claim, standard, outcomes))


def sentences(claim: Claim, standard: Standard | None = None, outcomes: Standard | None = None) -> tuple[str, ...]:
    """Render a claim as one sentence or a few.

    Raises
    ------
    KeyError
        If the claim's measure is in neither standard.
    """
    standard, outcomes = standard or load_standard(), outcomes or load_outcomes()
    if claim.kind == "missing":
        return _say_missing(claim, standard, outcomes)
    if claim.kind == "outcome":
        said = _say_outcome(claim, outcomes.measures[claim.measure])
    elif claim.kind == "rating":
        said = _say_rating(claim, outcomes.measures[claim.measure])
    else:
        template = {"gap": _say_gap, "ratio": _say_ratio, "difference": _say_difference}[claim.kind]
        said = template(claim, standard.indicators[claim.measure], standard)
    return (*said, *_notes(claim))


def _notes(claim: Claim) -> list[str]:
    notes = []
    if "partial" in claim.flags:
        notes.append(
            "The trust reports in separate sectors; these figures cover the sectors that the loaded files hold."
        )
    if "base_at_least" in claim.flags:
        notes.append(
            "The number who answered is known only as a lower bound, so the true interval may be a little narrower."
        )
    return notes


# Missing values ----------------------------------------------------------------------------------------------


def _say_missing(claim: Claim, standard: Standard, outcomes: Standard) -> tuple[str, ...]:
    if claim.measure in standard.indicators:
        i = standard.indicators[claim.measure]
        name = f"indicator {i.number} ({lower_first(i.title)})"
    else:
        name = lower_first(outcomes.measures[claim.measure].phrase.removesuffix(" was"))
    what = f"{name} for {_when(claim.period)}"
    if claim.status == "no_data" and not claim.reason:
        return (f"The loaded files do not hold {what}.",)
    return (f"There is no value of {what}.", f"{_why(claim.status, claim.reason)}.")


def _why(status: str, reason: str) -> str:
    detail = f" ({reason})" if reason else ""
    if status == "suppressed":
        return "The publisher suppressed it, because it rests on small numbers"
    if status == "not_submitted" and "months" in reason:
        return f"The loaded files do not cover the whole period ({reason})"
    if status == "merged":
        return upper_first(reason) if reason else "The trust had become part of another by then"
    words = {
        "not_submitted": "It was not submitted",
        "not_applicable": "The publisher marks it as not applicable",
        "excluded": "The published value cannot be used",
    }
    if status in words:
        return words[status] + detail
    return upper_first(reason) or "The loaded files do not hold it"


def _when(period: str) -> str:
    return f"the {period}" if period.startswith("survey") else period


def _opening(i: Indicator, claim: Claim) -> str:
    if i.clock == "survey":
        return f"In the NHS Staff {upper_first(claim.period)}"
    return f"From {claim.period}" if i.clock == "flow" else f"On {claim.period}"


def _vary(i: Indicator, *ways: str) -> str:
    """One of several ways to say the same: neighbours in a report differ, an indicator is worded alike everywhere."""
    return ways[i.number % len(ways)]


def _no_interval(claim: Claim) -> str:
    return f"No interval is given, because {claim.no_interval}."


def _counted(n: int, first: bool) -> str:
    return f"{trusts(n)} with data" if first else trusts(n)


# A gap between two percentages --------------------------------------------------------------------------------


def _say_gap(claim: Claim, i: Indicator, standard: Standard) -> list[str]:
    r, c = standard.groups[standard.reference_group], standard.groups[standard.comparison_group]
    first = (
        f"{_opening(i, claim)}, {percent(claim.values['comparison'])} of {c.prose} and "
        f"{percent(claim.values['reference'])} of {r.prose} who answered {i.event}"
    )
    if claim.n:
        at_least = "at least " if "base_at_least" in claim.flags else ""
        first += f" ({at_least}{claim.n[c.key]:,} and {claim.n[r.key]:,} answers)"
    assert claim.estimate is not None
    size = points(claim.estimate)
    if claim.low is None or claim.high is None:
        second = [f"The difference is {size} percentage points.", _no_interval(claim)]
    elif claim.reading == "unclear":
        fit = _range(claim.low, claim.high, i, c.prose)
        of = "less than 0.1" if size in ("0.0", "less than 0.1") else size
        second = [
            _vary(
                i,
                f"Chance alone can produce a difference of {of} percentage points: the data fit {fit}.",
                f"The difference of {of} percentage points is within what chance alone can produce: the data fit "
                f"{fit}.",
                f"A difference of {of} percentage points can be chance: the data fit {fit}.",
                f"The data do not tell the difference of {of} percentage points from chance: they fit {fit}.",
            )
        ]
    else:
        near, far = (points(limit) for limit in sorted((abs(claim.low), abs(claim.high))))
        second = [
            _vary(
                i,
                f"The gap is {size} percentage points {claim.reading} for {c.prose}: anything from {near} to {far} "
                f"points {claim.reading} fits the data.",
                f"That is {size} percentage points {claim.reading} for {c.prose}; the data fit anything from "
                f"{near} to {far} points {claim.reading}.",
                f"So the result is {size} percentage points {claim.reading} for {c.prose}; it may be anything from "
                f"{near} to {far} points {claim.reading} and still fit the data.",
                f"This makes it {size} percentage points {claim.reading} for {c.prose}, though anything from {near} to "
                f"{far} points {claim.reading} fits the data.",
            )
        ]
    return [f"{first}.", *second, *_gap_beside(claim, i, c.prose)]


def _side(value: float, i: Indicator) -> str:
    """A gap in words: how large it is, and which way it points for the comparison group."""
    if points(value) in ("0.0", "less than 0.1"):
        return "no difference"
    return f"{points(value)} points {'worse' if (value > 0) == (i.disadvantage > 0) else 'better'}"


def _range(low: float, high: float, i: Indicator, who: str) -> str:
    """Limits on both sides of parity, in words; the group is named once."""
    a, b = _side(low, i), _side(high, i)
    if a == b:
        return "no difference as large as 0.1 points"
    if b == "no difference":
        return f"anything from {a} for {who} to {b}"
    return f"anything from {a} to {b} for {who}"


def _gap_beside(claim: Claim, i: Indicator, who: str) -> list[str]:
    parts: list[str] = []
    for number, b in enumerate(claim.beside):
        count = _counted(b["n_trusts"], number == 0)
        if b["reading"] in ("worse", "better"):
            near, far = sorted((abs(b["low"]), abs(b["high"])))
            named = any(" for " in part for part in parts)
            side = f"{points(b['estimate'])} points {b['reading']}" + ("" if named else f" for {who}")
            parts.append(f"{side} in {place(b)} ({points(near)} to {points(far)}; {count})")
        elif b["low"] is not None and b["high"] is not None:
            parts.append(f"not clear in {place(b)} ({_side(b['low'], i)} to {_side(b['high'], i)}; {count})")
        else:
            parts.append(f"{points(b['estimate'])} points in {place(b)} (no interval; {count})")
    opening = _vary(i, "The gap was", "The same difference was", "Elsewhere it was", "Set beside this, the gap was")
    return [f"{opening} {joined(parts)}."] if parts else []


# A ratio of two rates -----------------------------------------------------------------------------------------


def _say_ratio(claim: Claim, i: Indicator, standard: Standard) -> list[str]:
    assert i.ratio_of is not None
    top, bottom = (standard.groups[g] for g in i.ratio_of)
    c = standard.groups[standard.comparison_group]
    whose = f"{c.adjective} {i.people}"
    if claim.status in ("one_sided", "no_ratio"):
        return [*_say_nought(claim, i, standard), *_ratio_beside(claim, i)]
    assert claim.estimate is not None
    parity = i.parity
    first = (
        f"{_opening(i, claim)}, {top.adjective} {i.people} were about {times(claim.estimate)} times as likely as "
        f"{bottom.adjective} {i.people} to {i.event}"
    )
    if claim.low is None or claim.high is None:
        return [f"{first}.", _no_interval(claim), _rates(claim, i, standard), *_ratio_beside(claim, i)]
    clear = parity if claim.reading in ("worse", "better") else None
    first += f"; the data fit anything from {times(claim.low, clear)} to {times(claim.high, clear)} times, "
    verdict = "so they do not show a difference" if clear is None else f"which is {claim.reading} for {whose}"
    return [f"{first}{verdict}.", _rates(claim, i, standard), *_ratio_beside(claim, i)]


def _rates(claim: Claim, i: Indicator, standard: Standard) -> str:
    """The two rates, and the absolute gap that belongs beside every ratio."""
    r, c = standard.groups[standard.reference_group], standard.groups[standard.comparison_group]
    rates = ((claim.values["reference"], r), (claim.values["comparison"], c))
    opening = _vary(i, "As rates, these are", "Put another way, it was", "The rates were")
    if not claim.n:
        said = joined([f"{percent(rate)} for {g.adjective} {i.people}" for rate, g in rates])
        return f"{opening} {said}."
    said = joined([f"{percent(rate)} of {claim.n[g.key]:,} {g.adjective} {i.people}" for rate, g in rates])
    low, high = claim.values["gap_low"], claim.values["gap_high"]
    gap = points(claim.values["gap"])
    if low <= 0 <= high:
        fit = f"{points(low)} points lower to {points(high)} points higher for {c.adjective} {i.people}"
    else:
        near, far = sorted((abs(low), abs(high)))
        fit = f"{points(near)} to {points(far)} points"
    return f"{opening} {said}, a gap of {gap} percentage points (the data fit anything from {fit})."


def _say_nought(claim: Claim, i: Indicator, standard: Standard) -> list[str]:
    """Where a count is nought: what happened, and what the data still say."""
    assert i.ratio_of is not None
    r, c = standard.groups[standard.reference_group], standard.groups[standard.comparison_group]
    said = []
    for g, name in ((r, "reference"), (c, "comparison")):
        rate = claim.values[name]
        of = f"{claim.n[g.key]:,} {g.adjective} {i.people}"
        said.append(f"{percent(rate)} of {of}" if rate > 0 else f"none of {of}")
    first = f"{_opening(i, claim)}, {joined(said)} {i.happened}"
    if claim.status == "no_ratio":
        return [f"{first}, so there is no ratio and the data do not show a difference."]
    top, bottom = (f"{standard.groups[g].adjective} {i.people}" for g in i.ratio_of)
    clear = i.parity if claim.reading in ("worse", "better") else None
    if claim.estimate is None:
        assert claim.low is not None
        fit = f"There is no ratio, because the number for {bottom} is nought; the data fit any ratio from "
        fit += f"{times(claim.low, clear)} up"
    else:
        assert claim.high is not None
        fit = f"The ratio is 0, because the number for {top} is nought; the data fit any ratio up to "
        fit += times(claim.high, clear)
    whose = f"{c.adjective} {i.people}"
    verdict = "so they do not show a difference" if clear is None else f"which is {claim.reading} for {whose}"
    return [f"{first}.", f"{fit}, {verdict}."]


def _ratio_beside(claim: Claim, i: Indicator) -> list[str]:
    parts = []
    for number, b in enumerate(claim.beside):
        count = _counted(b["n_trusts"], number == 0)
        limits = "no interval" if b["low"] is None else f"{times(b['low'])} to {times(b['high'])}"
        parts.append(f"{times(b['estimate'])} in {place(b)} ({limits}; {count})")
    opening = _vary(i, "The same ratio was", "Elsewhere the ratio was", "The ratio was")
    return [f"{opening} {joined(parts)}."] if parts else []


# A share less another share -----------------------------------------------------------------------------------


def _say_difference(claim: Claim, i: Indicator, standard: Standard) -> list[str]:
    c = standard.groups[standard.comparison_group]
    assert claim.estimate is not None
    seats = claim.n["seats"]
    reason = f"{claim.no_interval}; with {seats:,} {i.body}, one {i.seat} is {points(100 / seats)} percentage points"
    parts = [
        f"{_higher(b['estimate'], 'points')} in {place(b)} ({_counted(b['n_trusts'], number == 0)})"
        for number, b in enumerate(claim.beside)
    ]
    size = _higher(claim.estimate, "percentage points")
    return [
        f"{_opening(i, claim)}, {percent(claim.values['comparison'])} of {i.body} and "
        f"{percent(claim.values['reference'])} of the workforce were {c.are}.",
        f"The share on {i.whole} was {size} {'as' if size == 'the same' else 'than'} in the workforce.",
        f"No interval is given, because {reason}.",
        *([f"The same difference was {joined(parts)}."] if parts else []),
    ]


def _higher(value: float, unit: str) -> str:
    return f"{points(value)} {unit} {'lower' if value < 0 else 'higher'}" if value else "the same"


# Outcomes -----------------------------------------------------------------------------------------------------


def _value(value: float, m: Measure) -> str:
    return percent(value, m.decimals) if m.unit == "percent" else format_number(value, f".{m.decimals}f")


def _say_outcome(claim: Claim, m: Measure) -> list[str]:
    assert claim.estimate is not None
    unit = " out of 10" if m.unit == "score" else ""
    when = f"in the {claim.period}" if m.clock == "survey" else f"from {claim.period}"
    first = f"{m.phrase} {_value(claim.estimate, m)}{unit} {when}"
    if claim.low is not None and claim.high is not None:
        fit = f"the data fit anything from {_value(claim.low, m)} to {_value(claim.high, m)}"
        first += f" ({claim.n['all']:,} answers; {fit})"
    elif claim.n:
        first += f" ({claim.n['all']:,} answers)"
    said = [f"{first}."]
    if claim.beside:
        said.append(f"It was {joined([_outcome_beside(b, m, n == 0) for n, b in enumerate(claim.beside)])}.")
    if claim.values.get("year", claim.wres_year) != claim.wres_year:
        said.append(
            "This is the newest value in the loaded files; it is from an earlier year than the indicators (a reverse "
            "lag), so it cannot have followed from them."
        )
        if claim.reason:
            said.append(f"There is none since then: {claim.reason}.")
    elif "partial_year" in claim.flags and claim.reason:
        said.append(f"It covers {claim.reason}.")
    if "mean_of_monthly_rates" in claim.flags:
        said.append("It is the mean of monthly rates, because the loaded files do not hold the days themselves.")
    if claim.no_interval:
        said.append(_no_interval(claim))
    return [*said, m.caution] if m.caution else said


def _outcome_beside(b: dict[str, Any], m: Measure, first: bool) -> str:
    count = _counted(b["n_trusts"], first)
    limits = "" if b["low"] is None else f"{_value(b['low'], m)} to {_value(b['high'], m)}; "
    return f"{_value(b['estimate'], m)} in {place(b)} ({limits}{count})"


def _say_rating(claim: Claim, m: Measure) -> list[str]:
    assert claim.estimate is not None
    said = [f"{m.phrase} {RATINGS[claim.estimate]}, {claim.period}."]
    if claim.reason:
        said.append(f"{upper_first(claim.reason)}, so a newer rating may be missing.")
    if "inherited" in claim.flags:
        said.append("The rating was carried over from a predecessor.")
    said.append(_no_interval(claim))
    return [*said, m.caution] if m.caution else said


def show_text(*paragraphs: str) -> None:
    """Show paragraphs of prose in a notebook and in the report made from it."""
    from IPython.display import Markdown, display

    display(Markdown("\n\n".join(paragraphs)))
