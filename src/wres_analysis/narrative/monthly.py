"""What is said of a trust's months: whether one differs from its own pattern, and how often one would by chance.

A marked month differs from the trust's own pattern; why, a chart cannot say, and nothing is said of anyone's conduct.
The measured rate of false signals stands beside every statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.narrative.claims import note
from wres_analysis.narrative.telling import Telling, tell
from wres_analysis.narrative.wording import joined, lower_first, percent, trusts
from wres_analysis.profiles.frames import records
from wres_analysis.standards import Standard, load_outcomes

__all__ = ["tell_false_signals", "tell_pattern"]

#: What a rule found, after "because": the month or months are above or below what was to be expected.
_RULES = {
    "outside": "{it} outside the range to be expected",
    "trend": "{it} part of seven months or more that moved one way against what was to be expected",
    "two_of_three": "of three months in a row two were close to the edge of the range to be expected",
    "run": "{it} part of seven months or more in a row on one side of what was to be expected",
}
#: Numbers in these are rules of the chart and no results.
_FIXED = (
    "twelve months", "About 1 trust in", "seven months or more", "of three months in a row two were", "95% interval",
)  # fmt: skip
_MEANS = {"improvement": ", which is better", "concern": ", which is worse", "neutral_high": "", "neutral_low": ""}
_MEETS = {
    "consistent_pass": "By that range a target of {target} would be met in nearly every month.",
    "consistent_fail": "By that range a target of {target} would be missed in nearly every month.",
    "inconsistent": "By that range a target of {target} would be met in some months and missed in others.",
}
#: Columns of what was to be expected of the last month, and of the range of all.
_EXPECTED, _USUAL = ("expected_low", "expected_high"), ("baseline", "lower", "upper")


def tell_pattern(row: Mapping[str, Any], *, outcomes: Standard | None = None) -> Telling:
    """Say what the months of one trust show of one measure.

    Parameters
    ----------
    row
        A row of :func:`wres_analysis.trends.monthly.monthly_patterns`.
    outcomes
        What is measured; the shipped ones if None.
    """
    measure = (outcomes or load_outcomes()).measures[row["measure"]]
    name = str(row["org_name"])
    about = {"subject": row["org_code"], "subject_name": name}
    if row["status"] != "ok":
        words = (
            f"{measure.title}: whether months at {name} differ from its own pattern cannot be said. {row['message']}"
        )
        return tell(note(f"{measure.key}_months", phrases=(row["message"],), status=row["status"], **about), words)
    digits = measure.decimals if row["unit"] == "percent" else 2
    unit = f"{row['unit']}.{digits}"
    keys = [key for key in ("last_value", *_EXPECTED, *_USUAL) if np.isfinite(row[key])]
    shown = {key: percent(float(row[key]), digits) for key in keys}
    values = {key: (float(row[key]), unit) for key in keys} | {"months": (float(row["n_months"]), "count")}
    dates = [_month(row["first_month"]), _month(row["last_month"])]
    sentences = [f"{measure.phrase} {shown['last_value']} at {name} in {dates[1]}."]
    if set(_EXPECTED) <= set(keys):
        sentences.append(
            f"{shown['expected_low']} to {shown['expected_high']} was to be expected from {_peers(row['peers'])} in "
            "the same month and from its own month before."
        )
    if set(_USUAL) <= set(keys) and row["limits"] == "trial":
        sentences.append(
            f"Over {row['n_months']} months since {dates[0]} the mean is {shown['baseline']}: too few months to say "
            "what is usual."
        )
    elif set(_USUAL) <= set(keys):
        sentences.append(
            f"Over {row['n_months']} months since {dates[0]} the mean is {shown['baseline']}, and its months usually "
            f"lie between {shown['lower']} and {shown['upper']}."
        )
    if row["assurance"] in _MEETS:
        target = percent(float(row["target"]), digits)
        values["target"] = (float(row["target"]), unit)
        sentences.append(_MEETS[row["assurance"]].format(target=target))
    signals, phrases = _signals(str(row["signals"]))
    sentences += signals or ["In the last twelve months of the data no month differs from its own pattern."]
    rate = float(row["false_signal_rate"])
    if np.isfinite(rate) and rate > 0:
        values["one_in"] = (1 / rate, "count")
        sentences.append(
            f"About 1 trust in {round(1 / rate):,} would show such a signal in a year with nothing going on"
            + (": it is a reason to look, and not a finding." if signals else ".")
        )
    if row["limits"] == "trial":
        sentences.append("Fewer than twelve months can be judged: the limits are trial limits and may well move.")
    if row["n_gaps"]:
        values["gaps"] = (float(row["n_gaps"]), "count")
        months = "1 month has" if row["n_gaps"] == 1 else f"{row['n_gaps']} months have"
        sentences.append(f"{months} no value between; nothing is carried across.")
    return tell(note(f"{measure.key}_months", values=values, phrases=(*dates, *phrases, *_FIXED), **about), *sentences)


def tell_false_signals(frame: pd.DataFrame, *, outcomes: Standard | None = None) -> Telling:
    """Say how many trusts are marked, how many would be in a year of nothing, and what charts as published would say.

    Parameters
    ----------
    frame
        From :func:`wres_analysis.trends.monthly.false_signals`, of one measure.
    outcomes
        What is measured; the shipped ones if None.
    """
    rows = [row for row in records(frame) if row["rules"] == "all" and row["status"] == "ok"]
    if not rows:
        return tell(
            note("months_false_signals"), "How often months differ from their own pattern by chance cannot be said."
        )
    measure = (outcomes or load_outcomes()).measures[rows[0]["measure"]]
    raw = rows[0]
    real = next((r for r in reversed(rows) if r["series"] == "real"), raw)
    calm = next((r for r in rows if r["series"] == "nothing_happening" and r["surprises"] == "real"), None)
    dates = (_month(raw["first_month"]), _month(raw["last_month"]))
    values: dict[str, tuple[float, str]] = {
        "as_published": (100 * raw["share"], "percent.0"), "trusts": (raw["n_trusts"], "count"),
    }  # fmt: skip
    sentences = [
        f"{measure.title}: charted as published, {percent(100 * raw['share'], 0)} of {trusts(raw['n_trusts'])} would "
        f"show a signal in the twelve months to {dates[1]}: months have seasons and "
        "resemble the month before, which such a chart does not allow for."
    ]
    if calm is not None:
        values |= {
            "allowed": (100 * real["share"], "percent.0"), "low": (100 * real["low"], "percent.0"),
            "high": (100 * real["high"], "percent.0"), "nothing": (100 * calm["share"], "percent.0"),
        }  # fmt: skip
        limits = f"95% interval {percent(100 * real['low'], 0)} to {percent(100 * real['high'], 0)}"
        sentences.append(
            f"Set against their peers and their month before, {percent(100 * real['share'], 0)} do ({limits}). In "
            f"series like theirs in which nothing happens {percent(100 * calm['share'], 0)} would."
        )
        more = real["low"] > calm["share"]
        sentences.append(
            "More trusts are marked than chance accounts for, though it cannot be said which of them."
            if more
            else "That is no more than chance accounts for."
        )
    return tell(note(f"{measure.key}_false_signals", values=values, phrases=(*dates, *_FIXED)), *sentences)


def _signals(text: str) -> tuple[list[str], list[str]]:
    """Sentences on marked months, neighbours of one rule and direction together; and the dates that they name."""
    if not text:
        return [], []
    marked = [tuple(word.split(" ")) for word in text.split("; ")]
    spans: list[tuple[str, str, str, str, str]] = []
    for (rule, way, kind), group in groupby(marked, key=lambda one: one[1:]):
        months = [pd.Period(one[0], "M") for one in group]
        ends = [i for i, month in enumerate(months) if month + 1 not in months]
        for begin, end in zip([0, *(i + 1 for i in ends)], ends, strict=False):
            spans.append((f"{months[begin]}", f"{months[end]}", rule, way, kind))
    sentences, dates = [], []
    for first, last, rule, way, kind in spans:
        names = [_month(first)] if first == last else [_month(first), _month(last)]
        dates += names
        verb, it = ("differs", "it is") if first == last else ("differ", "they are")
        side = "higher" if way == "high" else "lower"
        why = _RULES[rule].format(it=it)
        sentences.append(
            f"{' to '.join(names)} {verb} from its own pattern ({side} than to be expected{_MEANS[kind]}): {why}."
        )
    return sentences, dates


def _month(text: str) -> str:
    return f"{pd.Period(text, 'M').to_timestamp():%B %Y}"


def _peers(word: str) -> str:
    return word if word.startswith("all ") else f"other {joined([lower_first(word)])} trusts"
