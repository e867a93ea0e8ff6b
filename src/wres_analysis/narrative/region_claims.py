"""Claims of the regional report, made from the rows of a region's frames only, and the sentences on change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.narrative.claims import _NO_BASE, Claim, _beside, _number, _one_seat, _outcome_words, indicator_words
from wres_analysis.narrative.wording import points, times, trusts
from wres_analysis.profiles.frames import period_label, records
from wres_analysis.profiles.region import RegionProfile
from wres_analysis.standards import Indicator, Standard

__all__ = ["change_claims", "ladder_claims", "level_claims", "outcome_level_claims", "say_change", "say_ladder"]


def _shared(profile: RegionProfile, subject: str = "") -> dict[str, Any]:
    return {"subject": subject or profile.region, "subject_name": profile.region, "wres_year": profile.year}


def level_claims(profile: RegionProfile, standard: Standard) -> list[Claim]:
    """One claim for each indicator of the region that compares two numbers, England beside it, in order."""
    claims = []
    for key, rows in profile.indicators.groupby("indicator", sort=False):
        i = standard.indicators[str(key)]
        row = rows[rows["subject"] == "region"].iloc[0]
        shared = _shared(profile) | {"measure": i.key, "period": period_label(i.clock, profile.year)}
        if row["status"] != "observed" or not np.isfinite(row["comparison"]):
            claims.append(Claim(kind="missing", status=row["status"], reason=row["reason"], **shared))
            continue
        bases = {standard.reference_group: "reference_base", standard.comparison_group: "comparison_base"}
        if i.form == "difference":
            bases = {"workforce": "reference_base", "seats": "comparison_base"}
        numbers = ("reference", "comparison", "comparison_events", "gap", "gap_low", "gap_high")
        has_limits = np.isfinite(row["low"]) or np.isfinite(row["high"])
        claims.append(
            Claim(
                kind=i.form,
                estimate=_number(row["estimate"]),
                low=_number(row["low"]),
                high=_number(row["high"]),
                reading=row["reading"],
                n={name: round(row[column]) for name, column in bases.items() if np.isfinite(row[column])},
                method=row["method"],
                no_interval="" if has_limits else row["reason"] if i.form == "difference" else _NO_BASE,
                values={name: float(row[name]) for name in numbers if np.isfinite(row[name])} | _one_seat(i, row),
                beside=_beside(rows[rows["subject"] == "england"], "estimate"),
                status=row["interval_status"],
                **indicator_words(i, standard),
                **shared,
            )
        )
    return claims


# Change --------------------------------------------------------------------------------------------------------


def change_claims(profile: RegionProfile, standard: Standard) -> list[Claim]:
    """One claim for each indicator and span that has an answer, people summed over the same trusts, in order."""
    part = profile.changes
    part = part[part["basis"].isin(["summed", "full_count"]) & part["status"].isin(["ok", "full_count"])]
    claims = []
    for row in records(part.drop_duplicates(["indicator", "from_year"])):
        i = standard.indicators[row["indicator"]]
        ratio, counted = i.form == "ratio", row["status"] == "full_count"
        own = "times" if ratio else "points"
        base = {"seats": round(row["people_last"])} if counted else {"people": round(row["people_last"])}
        claims.append(
            Claim(
                kind="change",
                measure=i.key,
                period=f"{row['from_year']} to {row['wres_year']}",
                estimate=float(row["change"]),
                low=_number(row["low"]),
                high=_number(row["high"]),
                parity=1.0 if ratio else 0.0,
                worse=i.disadvantage,
                reading=row["reading"],
                n={"trusts": int(row["n_trusts"])} | base,
                method=row["method"],
                no_interval=row["reason"] if counted else "",
                values={"from_year": float(row["from_year"]), "first": float(row["first"]), "last": float(row["last"])}
                | ({"one_seat": 100 / row["people_last"]} if counted else {}),
                units={"estimate": own, "first": own, "last": own, "from_year": "year", "one_seat": "points"},
                flags=tuple(
                    word for word, so in (("beyond_parity", _beyond(row, i)), ("long", row["span"] == "since")) if so
                ),
                **_shared(profile, f"{profile.region} since {row['from_year']}"),
            )
        )
    return claims


def _beyond(row: dict[str, Any], i: Indicator) -> bool:
    """Whether the last value lies on the side of advantage, all of its interval: no direction is called better."""
    parity = 1.0 if i.form == "ratio" else 0.0
    return bool(row["last_high"] < parity if i.disadvantage > 0 else row["last_low"] > parity)


def say_change(claim: Claim, standard: Standard) -> tuple[str, ...]:
    """Render a claim of change: how much with its interval, or that the data cannot tell."""
    i = standard.indicators[claim.measure]
    who = standard.groups[standard.comparison_group].prose
    assert claim.estimate is not None
    first, last, n = claim.values["first"], claim.values["last"], claim.n
    year, to = f"{claim.values['from_year']:.0f}", f"{claim.wres_year}"
    if i.form == "difference":
        return (
            f"Over the same {trusts(n['trusts'])}, the share on {i.whole} was {_than(first)} in the workforce in "
            f"{year} and {_than(last).removesuffix(' than')} in {to}.",
            f"No interval is given, because {claim.no_interval}; with {n['seats']:,} seats, one seat is "
            f"{points(claim.values['one_seat'])} percentage points.",
        )
    base = f"the same {trusts(n['trusts'])}; {n['people']:,} {'answers' if i.clock == 'survey' else 'people'} in {to}"
    if claim.low is None or claim.high is None:
        return ()
    unclear, long = claim.reading == "unclear", "long" in claim.flags
    if i.form == "ratio":
        clear = None if unclear else 1.0
        fit = f"95% interval {times(claim.low, clear)} to {times(claim.high, clear)}; {base}"
        much = f"that of {to} is {times(claim.estimate, clear)} times that of {year} ({fit})"
        if unclear and long:
            return (f"Counted from {year} there is no clear change in the ratio: {much}.",)
        if unclear:
            return (f"The data cannot tell whether the ratio has changed: {much}.",)
        return (f"{'Counted from ' + year + ', the' if long else 'The'} ratio {_way(claim, who)}: {much}.",)
    near, far = (points(v) for v in sorted((abs(claim.low), abs(claim.high))))
    size = points(claim.estimate)
    if unclear:
        good, bad = sorted((claim.low, claim.high), key=lambda v: v * i.disadvantage)
        opening = (
            f"Counted from {year} there is no clear change in the gap"
            if long
            else f"Whether the gap has changed from {year} to {to} cannot be told"
            if i.number % 2
            else f"The data cannot tell whether the gap has changed from {year} to {to}"
        )
        return (
            f"{opening}: the years differ by {size} points, and the data fit anything from {points(good)} points "
            f"better to {points(bad)} points worse for {who} ({base}).",
        )
    return (
        f"{'Counted from' if long else 'From'} {year} to {to} the gap {_way(claim, who)} by {size} percentage points "
        f"(95% interval {near} to {far}; {base}).",
    )


def _way(claim: Claim, who: str) -> str:
    if "beyond_parity" in claim.flags:
        return f"moved {'further ' if claim.reading == 'better' else 'less '}to the advantage of {who}"
    return "improved" if claim.reading == "better" else "got worse"


def _than(value: float) -> str:
    side = "lower" if value < 0 else "higher"
    return f"{points(value)} points {side} than" if value else "the same as"


# Outcomes ------------------------------------------------------------------------------------------------------


def outcome_level_claims(profile: RegionProfile, outcomes: Standard) -> list[Claim]:
    """One claim for each outcome of the region that is a number, England beside it, in order."""
    claims = []
    for key, rows in profile.outcomes.groupby("measure", sort=False):
        m = outcomes.measures[str(key)]
        row = rows[rows["subject"] == "region"].iloc[0]
        if m.unit == "rating":
            continue
        shared = _shared(profile) | {"measure": m.key, "period": row["period"], "wres_year": int(row["wres_year"])}
        if row["status"] != "observed" or not np.isfinite(row["value"]):
            claims.append(Claim(kind="missing", status=row["status"], reason=row["reason"], **shared))
            continue
        answers = bool(np.isfinite(row["base"])) and (m.clock == "survey" or bool(np.isfinite(row["low"])))
        claims.append(
            Claim(
                kind="outcome",
                estimate=float(row["value"]),
                low=_number(row["low"]),
                high=_number(row["high"]),
                n={"all": round(row["base"])} if answers else {},
                method=row["method"],
                no_interval="" if np.isfinite(row["low"]) else row["no_interval"],
                values={"year": float(profile.year)},
                beside=_beside(rows[rows["subject"] == "england"], "value"),
                **_outcome_words(m),
                **shared,
            )
        )
    return claims


# The ladder ----------------------------------------------------------------------------------------------------


def ladder_claims(profile: RegionProfile, standard: Standard) -> list[Claim]:
    """One claim for each staff group and pair of rungs of the region that is shown."""
    share = next((i for i in standard.indicators.values() if i.rungs), None)
    part = profile.ladder
    part = part[(part["subject"] == "region") & (part["status"] == "observed")]
    if share is None:
        return []
    claims = []
    for row in records(part):
        staff = sum(row[f"{g}_{r}"] for g in ("reference", "comparison") for r in ("lower", "higher"))
        inside = {name: float(row[name]) for name in ("within", "within_low", "within_high") if pd.notna(row[name])}
        claims.append(
            Claim(
                kind="ratio",
                measure=share.key,
                period=f"31 March {profile.year}",
                estimate=float(row["ratio"]),
                low=float(row["low"]),
                high=float(row["high"]),
                parity=1.0,
                worse=1,
                reading=row["reading"],
                n={"staff": round(staff), "trusts": int(row["n_trusts"])},
                method=row["method"],
                values=inside,
                units={"estimate": "times", **dict.fromkeys(inside, "times")},
                phrases=(row["staff_group"], row["lower_label"], row["higher_label"]),
                **_shared(profile, f"{profile.region} {row['staff_group']} {row['lower']} {row['higher']}"),
            )
        )
    return claims


def say_ladder(claim: Claim, standard: Standard) -> tuple[str, ...]:
    """Render a claim of the ratio between two rungs."""
    who = standard.groups[standard.comparison_group].prose
    assert claim.estimate is not None and claim.low is not None and claim.high is not None
    group, lower, higher = claim.phrases
    clear = 1.0 if claim.reading != "unclear" else None
    verdict = f"which is {claim.reading} for {who}" if clear else "so they do not show a difference"
    said = [
        f"{group} staff, {higher.lower()} against {lower.lower()}: the ratio is {times(claim.estimate, clear)} "
        f"({claim.n['staff']:,} staff of {trusts(claim.n['trusts'])}); the data fit anything from "
        f"{times(claim.low, clear)} to {times(claim.high, clear)}, {verdict}."
    ]
    if "within_high" in claim.values:
        low, high = (times(claim.values[name]) for name in ("within_low", "within_high"))
        said.append(f"Compared inside each trust, it is {times(claim.values['within'])} ({low} to {high}).")
    return tuple(said)
