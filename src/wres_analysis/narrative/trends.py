"""Sentences of annual trends, of the way to parity and of checked statements, each from one row of a result frame.

A direction is named only where the interval leaves out no change; otherwise the data cannot tell. A straight line is
never called a forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, floor, isfinite
from typing import Any

from wres_analysis.charts.tables import format_number
from wres_analysis.narrative.claims import Claim, note
from wres_analysis.narrative.disparity import chance
from wres_analysis.narrative.telling import Telling, tell
from wres_analysis.narrative.wording import joined, lower_first, percent, place, trusts
from wres_analysis.standards import Standard, load_outcomes, load_standard
from wres_analysis.trends.frames import HORIZON

__all__ = [
    "say_projection", "say_statement", "say_trend", "tell_projection", "tell_statement", "tell_trend",
    "what_is_followed",
]  # fmt: skip

Row = Mapping[Any, Any]

_UNITS = {"percentage points": "percentage points", "percent": "percentage points", "score": "points of the score"}
#: A slope is a small number: one decimal more than its measure has.
_SLOPE = ",.2f"
#: What a claim carries besides the slope and its interval.
_POOLED = ("pooled_slope", "pooled_low", "pooled_high")
_ENGLAND = ("england_slope", "england_low", "england_high")
_YEARS = ("first_year", "last_year", "baseline_year", "england_first_year", "england_last_year")
_COVID = {"keep": "With the year of the pandemic kept in", "leave_out": "With the year of the pandemic left out"}


def what_is_followed(row: Row, standard: Standard | None = None, outcomes: Standard | None = None) -> str:
    """Name what a row follows, as it stands within a sentence: ``the gap in indicator 8 (discrimination at work)``."""
    standard, outcomes = standard or load_standard(), outcomes or load_outcomes()
    if row["measure"] not in standard.indicators:
        m = outcomes.measures[row["measure"]]
        return lower_first(m.phrase.removesuffix(" was")) if m.phrase else f"the figure for {lower_first(m.title)}"
    i = standard.indicators[row["measure"]]
    name = f"indicator {i.number} ({lower_first(i.title)})"
    if row["form"] == "level":
        return f"the percentage of {standard.groups[row['group']].prose} in {name}"
    if row["form"] == "difference":
        whole = lower_first(outcomes.measures[i.compared_with].title)
        return f"the difference between {name} and the {whole}"
    return f"the {'ratio' if row['form'] == 'log_ratio' else 'gap'} in {name}"


def say_trend(row: Row, standard: Standard | None = None, outcomes: Standard | None = None) -> str:
    """Say what a row of annual trends tells, with its interval, or why it tells nothing.

    Parameters
    ----------
    row
        A row of :data:`~wres_analysis.trends.frames.TREND_COLUMNS`.
    standard, outcomes
        The shipped ones if None.
    """
    return " ".join(_sentences(row, standard or load_standard(), outcomes or load_outcomes()))


def tell_trend(
    row: Row, standard: Standard | None = None, outcomes: Standard | None = None, *, remarks: bool = True
) -> Telling:
    """Say what a row tells, as :func:`say_trend`, with the claim behind it; ``remarks`` adds what has to be known."""
    standard, outcomes = standard or load_standard(), outcomes or load_outcomes()
    said = _sentences(row, standard, outcomes)
    if not remarks and row["status"] == "ok" and row["message"]:
        said = said[:-1]
    words = tuple(text for text in (row["message"], row["change_reason"], row["name"]) if text)
    topic = "_".join(filter(None, (row["measure"], row["form"], row["group"], row["trust_set"])))
    subject = str(row["org_code"])
    if row["status"] != "ok":
        return tell(note(f"{topic}_trend", phrases=words, subject=subject), *said)
    ratio = row["form"] == "log_ratio"

    def shown(name: str) -> float:
        return _percent_a_year(row[name]) if ratio else float(row[name])

    small, large = ("percent.1", "percent.1") if ratio else ("points.2", "points.1")
    values = {name: (shown(name), small) for name in (*_POOLED, *_ENGLAND)}
    values |= {name: (shown(name), large) for name in ("change", "change_low", "change_high")}
    values |= {name: (float(row[name]), "year") for name in _YEARS if name in row}
    values |= {name: (float(row[name]), "count") for name in ("trusts_low", "trusts_high", "pooled_n")}
    values["p_improving"] = (float(row["p_improving"]), "probability")
    values = {name: pair for name, pair in values.items() if isfinite(pair[0])}
    claim = Claim(
        kind="change", measure=topic, subject=subject, subject_name=str(row["name"]), wres_year=0, period="",
        estimate=shown("slope"), low=shown("ci_low"), high=shown("ci_high"), parity=0.0, worse=-int(row["better"]),
        reading=str(row["reading"]), n={"years": int(row["n_years"])}, method=row["method"], phrases=words,
        values={name: value for name, (value, _) in values.items()},
        units={"estimate": small} | {name: unit for name, (_, unit) in values.items()},
    )  # fmt: skip
    return tell(claim, *said)


def _sentences(row: Row, standard: Standard, outcomes: Standard) -> list[str]:
    what = what_is_followed(row, standard, outcomes)
    where = _where(row)
    if row["status"] != "ok":
        return [f"{where}, no trend is told of {what}.", *([row["message"]] if row["message"] else [])]
    span = f"from {row['first_year']:.0f} to {row['last_year']:.0f} ({row['n_years']} years with values)"
    said = [
        _direction(row, where, what, span, standard), _england(row), _pooled(row), _change(row), _other(row),
        row["message"],
    ]  # fmt: skip
    return [text for text in said if text]


def _where(row: Row) -> str:
    """Whom a row is about, at the beginning of a sentence."""
    if row["subject"] == "trust":
        return f"At {row['name']}"
    named = place({"subject": row["subject"], "name": row["name"]})
    low, high = row["trusts_low"], row["trusts_high"]
    if not isfinite(low):
        return f"In {named}"
    n = trusts(int(low)) if low == high else f"{low:.0f} to {high:.0f} trusts"
    return f"In {named}, over the {n} in the data{' every year' if row['trust_set'] == 'constant' else ''}"


def _direction(row: Row, where: str, what: str, span: str, standard: Standard) -> str:
    low, high = row["ci_low"], row["ci_high"]
    if row["reading"] == "cannot_tell":
        return (
            f"{where}, these data cannot tell whether {what} is changing: {span} the slope is "
            f"{_signed(row, row['slope'])} a year, and the 95% interval runs from {_end(row, low)} to "
            f"{_end(row, high)}."
        )
    near, far = sorted((low, high), key=abs)
    much = f"by {_size(row, row['slope'])} a year (95% interval {_number(row, near)} to {_number(row, far)})"
    verb = "rose" if row["slope"] > 0 else "fell"
    if row["reading"] in ("rising", "falling"):
        return f"{where}, {what} {verb} {span}, {much}."
    if row["form"] == "level":
        return f"{where}, {what} is {row['reading']}: it {verb} {span}, {much}."
    people = standard.groups[standard.comparison_group]
    who = f"{people.adjective} {standard.indicators[row['measure']].people or 'staff'}"
    side = "less" if row["reading"] == "improving" else "more"
    return f"{where}, {what} is {row['reading']}: it {verb} {span}, {much}, towards {side} disadvantage for {who}."


def _percent_a_year(slope: float) -> float:
    return 100 * (exp(slope) - 1)


def _number(row: Row, slope: float) -> str:
    if row["form"] == "log_ratio":
        return percent(abs(_percent_a_year(slope)))
    return format_number(abs(slope), _SLOPE)


def _size(row: Row, slope: float) -> str:
    return _number(row, slope) + ("" if row["form"] == "log_ratio" else f" {_UNITS[row['unit']]}")


def _signed(row: Row, slope: float) -> str:
    return _end(row, slope) + ("" if row["form"] == "log_ratio" else f" {_UNITS[row['unit']]}")


def _end(row: Row, slope: float) -> str:
    """A limit of an interval: with its sign, and without its unit."""
    if row["form"] == "log_ratio":
        return format_number(_percent_a_year(slope), "+,.1f") + "%"
    return format_number(slope, f"+{_SLOPE}")


def _england(row: Row) -> str:
    """Beside one trust's full counts: what moved everywhere at once, so that nobody takes it for the trust's own."""
    if row["subject"] != "trust" or row["sampled"]:
        return ""
    said = "This slope includes whatever moved trusts everywhere in the same years"
    if not isfinite(row["england_slope"]):
        return f"{said}; there is no slope of England to set beside it."
    if row["england_basis"] == "counts":
        whole = f"in England the slope from {row['england_first_year']:.0f} to {row['england_last_year']:.0f}"
    else:
        whole = f"the mean slope of the {trusts(int(row['pooled_n']))} with a trend"
    slope, low, high = (row[f"england_{name}"] for name in ("slope", "low", "high"))
    return f"{said}: {whole} is {_signed(row, slope)} a year ({_end(row, low)} to {_end(row, high)})."


def _pooled(row: Row) -> str:
    if row["p_method"] != "pooled" or not isfinite(row["p_improving"]):
        return ""
    return (
        f"Set among the {trusts(int(row['pooled_n']))} with a trend, the slope is put at "
        f"{_signed(row, row['pooled_slope'])} a year ({_end(row, row['pooled_low'])} to "
        f"{_end(row, row['pooled_high'])}); the probability that it goes the better way is "
        f"{chance(row['p_improving'])}."
    )


def _change(row: Row) -> str:
    if not isfinite(row["change"]):
        return ""
    if row["form"] == "log_ratio":
        by = format_number(_percent_a_year(row["change"]), "+,.1f") + "%"
        ends = [format_number(_percent_a_year(row[end]), "+,.1f") + "%" for end in ("change_low", "change_high")]
    else:
        unit = _UNITS[row["unit"]]
        by, *ends = (format_number(row[name], "+,.1f") for name in ("change", "change_low", "change_high"))
        by = f"{by} {unit}"
    span = f"Between {row['baseline_year']:.0f} and {row['last_year']:.0f} alone it changed by {by}"
    if isfinite(row["change_low"]):
        return f"{span} (95% interval {ends[0]} to {ends[1]})."
    return f"{span}; there is no interval for it, because {row['change_reason']}."


def _other(row: Row) -> str:
    """How the answer would change with the pandemic's year treated the other way; blank where it would not."""
    if row["other_reading"] == row["reading"]:
        return ""
    start = _COVID[row["other_covid"]]
    if row["other_reading"] == "":
        return f"{start}, too few years are left for a trend."
    if row["other_reading"] == "cannot_tell":
        return f"{start}, these data cannot tell whether it is changing."
    return f"{start}, it would be read in another way."


def say_projection(row: Row) -> str:
    """Say when the line of a row would reach equality, if at all; blank where there is no parity or no trend."""
    last = f"{row['last_year']:.0f}"
    word = row["parity_status"]
    if word == "reached":
        return f"Equality lies within the interval of the line in {last}, so there is no distance left to project."
    if word == "moving_away":
        return f"Equality is not reached at this pace: since {row['first_year']:.0f} the line moves away from it."
    if word == "beyond_horizon":
        return f"Equality is not within {HORIZON} years at this pace."
    if word == "open_ended":
        start = (
            f"no earlier than {_years(floor(row['parity_low']))} after {last}"
            if row["parity_low"] >= 1
            else (f"in the first year after {last} at the earliest")
        )
        return (
            f"On a straight line equality would be reached {start}, and perhaps never: these data cannot tell which "
            "way the line goes."
        )
    if word != "in_sight":
        return ""
    far = f"more than {HORIZON}" if row["parity_high"] > HORIZON else f"{row['parity_high']:.0f}"
    near = f"{floor(row['parity_low']):.0f}"
    span = _years(int(near)) if near == far else f"{near} to {far} years"
    return (
        f"If the same straight line went on, which nobody can promise, equality would be reached {span} after {last} "
        "(95% interval)."
    )


def tell_projection(row: Row) -> Telling | None:
    """Say when equality would be reached, as :func:`say_projection`, with a note behind it; None if it says nothing."""
    said = say_projection(row)
    if not said:
        return None
    topic = f"{row['measure']}_{row['form']}_{row['trust_set']}_parity"
    numbers = {"first_year": (row["first_year"], "year"), "last_year": (row["last_year"], "year")}
    numbers |= {"horizon": (float(HORIZON), "count")}
    for name, cut in (("parity_low", floor), ("parity_high", round)):
        if isfinite(row[name]):
            numbers[name] = (float(cut(row[name])), "count")
    return tell(note(topic, values=numbers, subject=str(row["org_code"])), said)


def _years(n: int) -> str:
    return "1 year" if n == 1 else f"{n:,} years"


# Statements ----------------------------------------------------------------------------------------------------


def say_statement(row: Row, standard: Standard | None = None) -> str:
    """Say what became of a checked statement.

    Parameters
    ----------
    row
        A row of :data:`~wres_analysis.trends.statements.STATEMENT_COLUMNS`.
    standard
        The shipped one if None.
    """
    standard = standard or load_standard()
    head = f"\N{LEFT DOUBLE QUOTATION MARK}{row['text']}\N{RIGHT DOUBLE QUOTATION MARK}"
    if row["reason"] == "too_small":
        return f"{head}: this cannot be told. {standard.smallest_note}"
    if row["reason"] == "no_figures" and not isfinite(row["share_from"]):
        years = f"{row['year_from']} and {row['year_to']}"
        return f"{head}: this cannot be told, because there are no figures of the same trusts for both {years}."
    verdict = {"confirmed": "the figures confirm this", "corrected": "the figures correct this"}
    said = [f"{head}: {verdict.get(row['verdict'], 'this cannot be told')}.", _found(row, standard), _why(row)]
    if row["n_trusts"]:
        others = (
            f"; {trusts(int(row['trusts_left_out']))} with one year only left out" if row["trusts_left_out"] else ""
        )
        said.append(f"The figures are of the {trusts(int(row['n_trusts']))} with both years{others}.")
    said.append(_uncertainty(row))
    return " ".join(text for text in said if text)


def tell_statement(row: Row, standard: Standard | None = None, *, figures: str = "") -> Telling:
    """Say what became of a statement, as :func:`say_statement`, with a note behind it; ``figures`` names whose."""
    units = {
        **dict.fromkeys(("count_from", "count_to", "n_trusts", "trusts_left_out"), "count"),
        **dict.fromkeys(("year_from", "year_to"), "year"), **dict.fromkeys(("share_points", "points_low"), "points"),
        **dict.fromkeys(("share_from", "share_to", "count_change", "share_change", "reference_change"), "percent"),
        **dict.fromkeys(("base_change", "one_person"), "percent"), "points_high": "points",
    }  # fmt: skip
    values = {name: (float(row[name]), unit) for name, unit in units.items() if isfinite(row[name])}
    places = len(format(row["claimed"], ".4g").partition(".")[2])
    values["claimed"] = (float(row["claimed"]), f"{'percent' if row['kind'] == 'relative' else 'points'}.{places}")
    words = tuple(text for text in (row["text"], row["interval_reason"]) if text)
    topic = f"statement_{row['measure']}_{row['stratum']}_{figures}"
    return tell(note(topic, values=values, phrases=words, subject=str(row["area"])), say_statement(row, standard))


def _found(row: Row, standard: Standard) -> str:
    group, reference = standard.groups[row["group"]], standard.groups[standard.reference_group]
    stratum = row["stratum"].rpartition("|")[2]
    label = standard.strata_labels.get(stratum, stratum.replace("_", " "))
    inside = f" in {label}" if label else ""
    i = standard.indicators[row["measure"]]
    if i.clock != "snapshot":  # then the count is of those to whom it happened
        inside += f" ({i.numerator})"
    parts = []
    if isfinite(row["count_change"]):
        parts.append(
            f"the number of {group.prose}{inside} went from {row['count_from']:,.0f} to {row['count_to']:,.0f} "
            f"({_moved(row['count_change'])})"
        )
    if isfinite(row["share_points"]):
        went = "" if parts else " went"
        parts.append(
            f"the share of {group.prose}{inside}{went} from {percent(row['share_from'])} to {percent(row['share_to'])} "
            f"({format_number(row['share_points'], '+,.1f')} percentage points, which is "
            f"{_moved(row['share_change'])} of the share itself)"
        )
    for name, who in (("reference_change", reference.prose), ("base_change", i.denominator)):
        if isfinite(row[name]):
            parts.append(f"the number of {who} moved by {_moved(row[name])}")
    if not parts:
        return ""
    return f"Between {row['year_from']} and {row['year_to']} {joined(parts)}."


def _moved(change: float) -> str:
    return format_number(change, "+,.1f") + "%"


def _why(row: Row) -> str:
    claimed = format_number(row["claimed"], "+,.4g") + ("%" if row["kind"] == "relative" else " percentage points")
    neither = "The statement does not say whether it means people or their share"
    return {
        "count_only": f"{neither}: {claimed} is right of the number of people, and not of their share.",
        "share_only": f"{neither}: {claimed} is right of the share, and not of the number of people.",
        "neither": f"{neither}, and {claimed} is right of neither.",
        "not_said_and_not_known": f"{neither}, and the figures at hand hold only one of the two.",
        "differs": f"The statement says {claimed}.",
        "no_start": "There was nobody in the first year, so no percentage can be made of the change.",
    }.get(row["reason"], "")


def _uncertainty(row: Row) -> str:
    if isfinite(row["points_low"]):
        ends = (format_number(row[name], "+,.1f") for name in ("points_low", "points_high"))
        return f"The 95% interval of the change in the share is {' to '.join(ends)} percentage points."
    if not row["interval_reason"]:
        return ""
    said = f"There is no interval, because {row['interval_reason']}."
    if isfinite(row["one_person"]) and row["one_person"] >= 1:
        said += f" One person is {percent(row['one_person'])} of the first number."
    return said
