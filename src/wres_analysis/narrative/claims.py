"""Claims: what a report says, as frozen records made from result rows only.

A claim carries its numbers, their interval and bases, and the cells they came from. A sentence is rendered from
a claim and from nothing else (:mod:`wres_analysis.narrative.sentences`), so whatever a report says can be
traced and checked.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.profiles.frames import period_label, records
from wres_analysis.profiles.trust import TrustProfile
from wres_analysis.standards import Standard, load_outcomes, load_standard

__all__ = ["Claim", "indicator_claims", "outcome_claims"]

_NO_BASE = "the number of people behind the percentages is not known"


@dataclass(frozen=True)
class Claim:
    """One thing that a report says.

    Parameters
    ----------
    kind
        ``gap``, ``ratio``, ``difference``, ``outcome``, ``rating`` or ``missing``: which template renders it.
    measure, subject, subject_name, wres_year, period
        What it is about, and when.
    estimate, low, high
        The main number and its 95% interval, in the units of the measure; None where there is none. A ratio whose
        ``status`` is ``one_sided`` has one limit.
    reading
        What the interval says of parity: ``worse``, ``better``, ``unclear`` or ``no_interval``.
    n
        The bases: by group, ``all``, or of a difference ``seats`` and ``workforce``.
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

    def as_record(self) -> dict[str, Any]:
        """The claim as plain data, for ``claims.json``."""
        return asdict(self)


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


def indicator_claims(profile: TrustProfile, standard: Standard | None = None) -> list[Claim]:
    """One claim for each indicator of the trust that compares two numbers, in order."""
    standard = standard or load_standard()
    claims = []
    for key, rows in profile.indicators.groupby("indicator", sort=False):
        i = standard.indicators[str(key)]
        row = rows[rows["subject"] == "trust"].iloc[0]
        shared = _shared(profile, i.key, row, period_label(i.clock, int(row["wres_year"])))
        if row["status"] != "observed" or not np.isfinite(row["comparison"]):
            claims.append(Claim(kind="missing", status=row["status"], **shared))
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
                values={name: float(row[name]) for name in numbers if np.isfinite(row[name])},
                beside=_beside(rows, "estimate"),
                status=row["interval_status"],
                **shared,
            )
        )
    return claims


def outcome_claims(profile: TrustProfile, outcomes: Standard | None = None) -> list[Claim]:
    """One claim for each outcome of the trust, in order."""
    outcomes = outcomes or load_outcomes()
    claims = []
    for key, rows in profile.outcomes.groupby("measure", sort=False):
        m = outcomes.measures[str(key)]
        row = rows[rows["subject"] == "trust"].iloc[0]
        shared = _shared(profile, m.key, row, row["period"])
        if row["status"] != "observed" or not np.isfinite(row["value"]):
            claims.append(Claim(kind="missing", status=row["status"], **shared))
            continue
        if row["newer"]:
            shared["reason"] = row["newer"]
        claims.append(
            Claim(
                kind="rating" if m.unit == "rating" else "outcome",
                estimate=float(row["value"]),
                low=_number(row["low"]),
                high=_number(row["high"]),
                n={"all": round(row["base"])} if np.isfinite(row["base"]) else {},
                method=row["method"],
                no_interval="" if np.isfinite(row["low"]) else row["no_interval"],
                values={"year": float(profile.year)},
                beside=_beside(rows, "value"),
                **shared,
            )
        )
    return claims
