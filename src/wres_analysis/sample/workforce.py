"""One month of the turnover benchmarking file and one quarter of the National Quarterly Pulse Survey."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wres_analysis.sample.counts import World, exists, merge
from wres_analysis.sample.documents import Document, Documents, Rows

__all__ = ["workforce_documents"]

_TURNOVER_HEADER = [
    *("PERIOD", "TYPE", "NHSE_REGION_CODE", "NHSE_REGION_NAME", "ICS_CODE", "ICS_NAME"),
    *(
        "REPORTING_ORG_NAME",
        "REPORTING_ORG_CODE",
        "CLUSTER_GROUP",
        "BENCHMARK_GROUP",
        "STAFF_GROUP_1_NAME",
        "HC",
        "FTE",
    ),
]
_START, _END = "Denominator at start of period", "Denominator at end of period"
_STAFF_GROUPS = (
    ("All staff groups", 1.0),
    ("Nurses & health visitors", 0.27),
    ("Support to doctors, nurses & midwives", 0.22),
)
_PULSE_HEADER = [
    *("Region Code", "Region Name", "STP Code", "STP Name", "Org Code", "Org Name", "Care Setting"),
    *("Total Responses", "HSCIC Workforce Headcount"),
]
_PULSE_SUPPRESS_BELOW = 11


def workforce_documents(world: World) -> Documents:
    """Both files, for the last year of exposures."""
    year = world.last_year
    turnover = f"Turnover benchmarking 2. Staff group and organisation, monthly, Mar-{year % 100:02d}.csv"
    pulse = f"National Quarterly Pulse Survey Q4 {year - 1}-{year % 100:02d}.xlsx"
    return {f"workforce/{turnover}": _turnover(world, year), f"workforce/{pulse}": _pulse(world, year)}


def _headcount(world: World, year: int) -> NDArray[np.int64]:
    return merge(world, world.latent.headcount[:, world.latent.index(year)].astype(np.int64), dt.date(year, 3, 31))


def _turnover(world: World, year: int) -> Document:
    rng = world.stream("turnover")
    headcount = _headcount(world, year)
    rows: dict[str, Rows] = {kind: [] for kind in (_END, _START, "Joiners", "Leavers")}
    for trust in world.trusts:
        if not exists(world, trust.position, dt.date(year, 3, 1)):
            continue
        who = [trust.region.code, trust.region.name, trust.icb.code, trust.icb.name, trust.name, trust.code]
        who += [trust.kind.cluster_group, trust.kind.benchmark_group]
        staff = headcount[trust.position]
        for group, share in _STAFF_GROUPS:
            start = round(int(staff) * share)
            joiners, leavers = int(rng.binomial(start, 0.011)), int(rng.binomial(start, 0.009))
            for kind, people in (
                (_END, start + joiners - leavers),
                (_START, start),
                ("Joiners", joiners),
                ("Leavers", leavers),
            ):
                cells = [f"{year}02 to {year}03", kind, *who, group, people, f"{people * 0.87:.5f}"]
                rows[kind].append(cells)
    return Document({"": [_TURNOVER_HEADER, *(row for kind in rows.values() for row in kind)]})


def _pulse(world: World, year: int) -> Document:
    rng = world.stream("pulse")
    rows: list[tuple[list[Any], list[float] | None]] = []
    responses, people, weighted = 0, 0, np.zeros(4)
    headcount = _headcount(world, year)
    for trust in world.trusts:
        if not exists(world, trust.position, dt.date(year, 1, 1)):
            continue
        staff = int(headcount[trust.position])
        answered = int(rng.binomial(staff, 0.10 if staff > 1000 else 0.012))
        parts = world.latent.engagement[trust.position, world.latent.index(year)] - 0.15 + 0.12 * rng.standard_normal(3)
        scores = [float(np.round(value, 9)) for value in (parts.mean(), *parts)]
        who = [trust.region.code, f"{trust.region.name.upper()} COMMISSIONING REGION", trust.icb.code]
        who += [f"NHS {trust.icb.name} ICB", trust.code, trust.name.upper(), trust.kind.survey_group]
        shown = answered >= _PULSE_SUPPRESS_BELOW
        rows.append(([*who, answered if shown else "-", staff], scores if shown else None))
        responses, people = responses + answered, people + staff
        weighted += answered * np.array(scores)
    england = [float(np.round(value, 9)) for value in weighted / max(responses, 1)]
    total = [*[None] * 6, "England", responses, people]
    quarter = f"Q4 {year - 1}-{year % 100:02d}"

    def sheet(headings: list[str], parts: list[int]) -> Rows:
        values = [[*who, *(scores[n] if scores else "-" for n in parts)] for who, scores in rows]
        return [
            *[[] for _ in range(6)],
            [*_PULSE_HEADER, *headings],
            [],
            [*total, *(england[n] for n in parts)],
            *values,
        ]

    return Document(
        {
            "Notes": [[], [f"National Quarterly Pulse Survey Data - {quarter}"], ["FICTIONAL DATA"]],
            "Summary": [[], [], [], [None, "National level headline figures for Quarter 4"]],
            "Engagement Score Breakdown": sheet(
                ["Engagement Score", "Advocacy", "Involvement", "Motivation"], [0, 1, 2, 3]
            ),
            "Advocacy": sheet(["Advocacy Score"], [1]),
            "Involvement": sheet(["Involvement Score"], [2]),
            "Motivation": sheet(["Motivation Score"], [3]),
        }
    )
