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

from wres_analysis.profiles.trust import TrustProfile, period_label
from wres_analysis.standards import Standard, load_outcomes, load_standard

__all__ = ["Claim", "indicator_claims", "outcome_claims"]


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
        The main number and its 95% interval, in the units of the measure; None where there is none.
    reading
        What the interval says of parity: ``worse``, ``better``, ``unclear`` or ``no_interval``.
    n
        The bases, by group or ``all``.
    method
        How the interval was made.
    no_interval
        Why there is no interval, where there is none.
    values
        Other numbers that the sentence may say, by name.
    beside
        The same for the comparisons: subject name, estimate, low, high, number of trusts.
    source_cells
        Where the trust's own numbers were published.
    status, reason
        Of a missing value.
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
            "n_trusts": int(row["n_trusts"]),
        }
        for _, row in rows.iterrows()
        if row["subject"] != "trust" and row["status"] == "observed" and np.isfinite(row[estimate])
    )


def indicator_claims(profile: TrustProfile, standard: Standard | None = None) -> list[Claim]:
    """One claim for each indicator of the trust that compares two groups, in order."""
    standard = standard or load_standard()
    claims = []
    for key, rows in profile.indicators.groupby("indicator", sort=False):
        i = standard.indicators[str(key)]
        row = rows[rows["subject"] == "trust"].iloc[0]
        shared: dict[str, Any] = {
            "measure": i.key,
            "subject": profile.code,
            "subject_name": profile.about["org_name"],
            "wres_year": int(row["wres_year"]),
            "period": period_label(i.clock, int(row["wres_year"])),
            "source_cells": tuple(c for c in row["source_cells"].split("; ") if c),
            "flags": tuple(row["flags"].split()),
        }
        if row["status"] != "observed" or not np.isfinite(row["comparison"]):
            claims.append(Claim(kind="missing", status=row["status"], reason=row["reason"], **shared))
            continue
        n = {
            g: int(round(row[f"{side}_base"]))
            for g, side in ((standard.reference_group, "reference"), (standard.comparison_group, "comparison"))
            if np.isfinite(row[f"{side}_base"])
        }
        values = {
            name: float(row[name]) for name in ("reference", "comparison", "gap", "gap_low", "gap_high") if np.isfinite(row[name])
        }
        claims.append(
            Claim(
                kind=i.form,
                estimate=_number(row["estimate"]),
                low=_number(row["low"]),
                high=_number(row["high"]),
                reading=row["reading"],
                n=n,
                method=row["method"],
                no_interval="" if row["reading"] != "no_interval" else row["reason"],
                values=values,
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
        shared: dict[str, Any] = {
            "measure": m.key,
            "subject": profile.code,
            "subject_name": profile.about["org_name"],
            "wres_year": int(row["wres_year"]),
            "period": row["period"],
            "source_cells": tuple(c for c in row["source_cells"].split("; ") if c),
            "flags": tuple(row["flags"].split()),
            "reason": row["reason"],
        }
        if row["status"] != "observed" or not np.isfinite(row["value"]):
            claims.append(Claim(kind="missing", status=row["status"], **shared))
            continue
        claims.append(
            Claim(
                kind="rating" if m.unit == "rating" else "outcome",
                estimate=float(row["value"]),
                low=_number(row["low"]),
                high=_number(row["high"]),
                n={"all": int(round(row["base"]))} if np.isfinite(row["base"]) else {},
                method=row["method"],
                no_interval=m.no_interval if not np.isfinite(row["low"]) else "",
                values={"year": float(profile.year)},
                beside=_beside(rows, "value"),
                **shared,
            )
        )
    return claims
