"""Claims: what a report says, as frozen records made from result rows only.

A claim carries its numbers, their interval and bases, and the cells they came from. A sentence is rendered from
a claim and from nothing else (:mod:`wres_analysis.narrative.sentences`), so whatever a report says can be
traced and checked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.profiles.frames import period_label, records
from wres_analysis.profiles.trust import TrustProfile
from wres_analysis.standards import Indicator, Measure, Standard, load_outcomes, load_standard

__all__ = ["Claim", "indicator_claims", "indicator_words", "note", "outcome_claims"]

_NO_BASE = "the number of people behind the percentages is not known"
#: What is known of a measure and needs no model: the figures of one organisation beside others.
_DESCRIPTIVE = "descriptive"


@dataclass(frozen=True)
class Claim:
    """One thing that a report says.

    Parameters
    ----------
    kind
        ``gap``, ``ratio``, ``difference``, ``outcome``, ``rating``, ``among_all``, ``change``, ``summary``, ``note`` or
        ``missing``: which template renders it, and what a proofreader expects of it.
    measure, subject, subject_name, wres_year, period
        What it is about, and when.
    estimate, low, high
        The main number and its 95% interval, in the units of the measure; None where there is none. A ratio whose
        ``status`` is ``one_sided`` has one limit.
    reading
        What the interval says of parity: ``worse``, ``better``, ``unclear`` or ``no_interval``.
    n
        The bases: by group, ``all``, or of a difference ``seats`` and ``workforce``. All but the last are said.
    method
        How the interval was made.
    no_interval
        Why there is no interval, where there is none: what follows "because".
    values
        Other numbers that the sentence may say, by name.
    beside
        The same for the comparisons that do not rest on this trust alone: ``subject, name, estimate, low, high,
        reading, n_trusts``.
    source_cells
        Where the trust's own numbers were published.
    status, reason
        Of a missing value; of a ratio, what became of it where a count is nought.
    flags
        Of the trust's own values.
    units
        By name (``estimate``, which stands for its interval and ``beside`` too, and each of ``values``): ``percent``,
        ``points``, ``times``, ``score``, ``count``, ``rank``, ``year``, ``probability`` or ``rating``, with the number
        of decimals after a full stop where it is not the usual one (``percent.2``).
    parity
        The estimate that means no difference, or no change.
    worse
        1 where a larger estimate is worse for the comparison group, -1 where a smaller one is, 0 where neither.
    groups, bases, ratio_of
        What the sentence calls the two groups, by ``comparison`` and ``reference``, and which of ``n`` is theirs; of a
        ratio, which of them stands above which.
    phrases
        Words that the sentence repeats as the data or the standard have them: numbers in them are not this claim's own.
    rests_on
        The identifiers of other claims that it sums up.
    evidence
        How strong the evidence is: ``descriptive``, or the grade that a result frame gives.
    """

    kind: str
    measure: str
    subject: str
    subject_name: str
    wres_year: int
    period: str
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    reading: str = "no_interval"
    n: dict[str, int] = field(default_factory=dict)
    method: str = ""
    no_interval: str = ""
    values: dict[str, float] = field(default_factory=dict)
    beside: tuple[dict[str, Any], ...] = ()
    source_cells: tuple[str, ...] = ()
    status: str = "observed"
    reason: str = ""
    flags: tuple[str, ...] = ()
    units: dict[str, str] = field(default_factory=dict)
    parity: float | None = None
    worse: int = 0
    groups: dict[str, str] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    ratio_of: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    evidence: str = _DESCRIPTIVE

    @property
    def id(self) -> str:
        """The identifier: the same for the same thing said of the same subject and year.

        >>> Claim("gap", "ind5", "RZ1", "Trust RZ1", 2025, "").id
        'ind5-gap-rz1-2025'
        """
        parts = (self.measure, self.kind, self.subject, str(self.wres_year))
        return "-".join(re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in parts if part)

    def as_record(self) -> dict[str, Any]:
        """The claim as plain data, for ``claims.json``: its identifier, and every field that is not at its default.

        Numbers are rounded to ten decimals, as they are before they are shown: the last bit differs between machines.
        """
        record = {one.name: _plain(getattr(self, one.name)) for one in fields(self)}
        record["units"] = {name: unit for name, unit in self.units.items() if name in {"estimate", *self.values}}
        return {"id": self.id} | {
            name: value for name, value in record.items() if name in _ALWAYS or value not in _EMPTY
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Claim:
        """Read back what :meth:`as_record` wrote.

        Raises
        ------
        TypeError
            If a field is missing or is not one of a claim.
        """
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in record.items() if name != "id"
        }
        return cls(**given)


_ALWAYS = ("kind", "measure", "subject", "wres_year", "period", "subject_name", "reading", "status", "evidence")
_EMPTY: tuple[Any, ...] = (None, "", (), [], {})


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 10)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _beside(rows: pd.DataFrame, estimate: str) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "subject": row["subject"],
            "name": row["subject_name"],
            "estimate": float(row[estimate]),
            "low": _number(row["low"]),
            "high": _number(row["high"]),
            "reading": row.get("reading", "no_interval"),
            "n_trusts": int(row["n_trusts"]),
        }
        for row in records(rows)
        if row["subject"] != "trust" and row["status"] == "observed" and np.isfinite(row[estimate]) and not row["alone"]
    )


def _shared(profile: TrustProfile, measure: str, row: pd.Series, period: str) -> dict[str, Any]:
    return {
        "measure": measure,
        "subject": profile.code,
        "subject_name": profile.about["org_name"],
        "wres_year": int(row["wres_year"]),
        "period": period,
        "source_cells": tuple(c for c in row["source_cells"].split("; ") if c),
        "flags": tuple(row["flags"].split()),
        "reason": row["reason"],
    }


def indicator_words(i: Indicator, standard: Standard) -> dict[str, Any]:
    """What a claim says of an indicator besides its numbers: units, parity, which way is worse, the groups."""
    unit = "times" if i.form == "ratio" else "points"
    people = {
        "reference": standard.groups[standard.reference_group], "comparison": standard.groups[standard.comparison_group]
    }  # fmt: skip
    names = {role: f"{g.adjective} {i.people}" if i.form == "ratio" else g.prose for role, g in people.items()}
    roles = {group.key: role for role, group in people.items()}
    gaps = dict.fromkeys(("gap", "gap_low", "gap_high", "one_seat"), "points")
    return {
        "units": {"estimate": unit, "reference": "percent", "comparison": "percent", "comparison_events": "count"}
        | gaps,
        "parity": i.parity,
        "worse": i.disadvantage,
        "groups": names if i.form != "difference" else {},
        "bases": {role: group.key for role, group in people.items()} if i.form != "difference" else {},
        "ratio_of": tuple(roles[g] for g in i.ratio_of) if i.form == "ratio" and i.ratio_of else (),
    }


def _outcome_words(m: Measure) -> dict[str, Any]:
    unit = {"rating": "rating", "percent": f"percent.{m.decimals}", "score": f"score.{m.decimals}"}[m.unit]
    return {"units": {"estimate": unit, "year": "year", "base": "count"}}


def note(
    topic: str,
    *,
    values: Mapping[str, tuple[float, str]] | None = None,
    phrases: tuple[str, ...] = (),
    kind: str = "note",
    **more: Any,
) -> Claim:
    """Make a claim for a sentence that gives no estimate: how many trusts, which files, what a summary rests on.

    Parameters
    ----------
    topic
        What it is about; together with ``subject`` and ``wres_year`` it names the claim.
    values
        The numbers that the sentence says, by name, each with its unit.
    phrases
        Words repeated as the data have them, such as a date or the name of a file.
    kind
        ``note``, or ``summary`` with ``reading`` and ``rests_on``.
    more
        Other fields of the claim.
    """
    values = values or {}
    base: dict[str, Any] = {"subject": "", "subject_name": "", "wres_year": 0, "period": ""}
    return Claim(
        kind=kind,
        measure=topic,
        values={name: float(value) for name, (value, _) in values.items()},
        units={name: unit for name, (_, unit) in values.items()},
        phrases=phrases,
        **(base | more),
    )


def indicator_claims(profile: TrustProfile, standard: Standard | None = None) -> list[Claim]:
    """One claim for each indicator of the trust that compares two numbers, in order."""
    standard = standard or load_standard()
    claims = []
    for key, rows in profile.indicators.groupby("indicator", sort=False):
        i = standard.indicators[str(key)]
        row = rows[rows["subject"] == "trust"].iloc[0]
        shared = _shared(profile, i.key, row, period_label(i.clock, int(row["wres_year"])))
        if row["status"] != "observed" or not np.isfinite(row["comparison"]):
            claims.append(Claim(kind="missing", status=row["status"], beside=_beside(rows, "estimate"), **shared))
            continue
        bases = {standard.reference_group: "reference_base", standard.comparison_group: "comparison_base"}
        if i.form == "difference":
            bases = {"workforce": "reference_base", "seats": "comparison_base"}
        numbers = ("reference", "comparison", "comparison_events", "gap", "gap_low", "gap_high")
        has_limits = np.isfinite(row["low"]) or np.isfinite(row["high"])
        no_interval = row["reason"] if i.form == "difference" else _NO_BASE
        claims.append(
            Claim(
                kind=i.form,
                estimate=_number(row["estimate"]),
                low=_number(row["low"]),
                high=_number(row["high"]),
                reading=row["reading"],
                n={name: round(row[column]) for name, column in bases.items() if np.isfinite(row[column])},
                method=row["method"],
                no_interval="" if has_limits else no_interval,
                values={name: float(row[name]) for name in numbers if np.isfinite(row[name])} | _one_seat(i, row),
                beside=_beside(rows, "estimate"),
                status=row["interval_status"],
                **indicator_words(i, standard),
                **shared,
            )
        )
    return claims


def _one_seat(i: Indicator, row: pd.Series) -> dict[str, float]:
    """How much one seat of a body is, in points: what makes a full count jump."""
    seats = row["comparison_base"]
    return {"one_seat": 100 / float(seats)} if i.form == "difference" and seats > 0 else {}


def outcome_claims(profile: TrustProfile, outcomes: Standard | None = None) -> list[Claim]:
    """One claim for each outcome of the trust, in order."""
    outcomes = outcomes or load_outcomes()
    claims = []
    for key, rows in profile.outcomes.groupby("measure", sort=False):
        m = outcomes.measures[str(key)]
        row = rows[rows["subject"] == "trust"].iloc[0]
        shared = _shared(profile, m.key, row, row["period"])
        if row["status"] != "observed" or not np.isfinite(row["value"]):
            claims.append(Claim(kind="missing", status=row["status"], beside=_beside(rows, "value"), **shared))
            continue
        if row["newer"]:
            shared["reason"] = row["newer"]
        base = row["base"]
        # The base of a full count (days, money) is a value like another; people who answered are an n, which is said.
        answers = bool(np.isfinite(base)) and (m.clock == "survey" or bool(np.isfinite(row["low"])))
        claims.append(
            Claim(
                kind="rating" if m.unit == "rating" else "outcome",
                estimate=float(row["value"]),
                low=_number(row["low"]),
                high=_number(row["high"]),
                n={"all": round(base)} if answers else {},
                method=row["method"],
                no_interval="" if np.isfinite(row["low"]) else row["no_interval"],
                values={"year": float(profile.year)} | ({} if answers or np.isnan(base) else {"base": float(base)}),
                beside=_beside(rows, "value"),
                **_outcome_words(m),
                **shared,
            )
        )
    return claims
