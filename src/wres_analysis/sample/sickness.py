"""Sickness absence: the back series, the current monthly files, one year of the benchmarking tool, and Table 4.

All four print the same days: they are drawn once, month by month.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wres_analysis.sample.counts import World, exists, merge
from wres_analysis.sample.documents import Document, Documents, Rows
from wres_analysis.sample.places import ICBS, REGIONS, Trust

__all__ = ["MonthlyDays", "draw_days", "month_end", "sickness_documents"]

#: The publication changed its layout with this month.
_CURRENT_SINCE = dt.date(2022, 4, 1)
#: The publisher blanks all three measures at or below this many days available.
_BLANK_DAYS = 330.0
#: How far each calendar month lies from the year's mean, January to December.
_SEASON = np.array([0.42, 0.12, -0.12, -0.30, -0.30, -0.22, 0.05, -0.08, -0.05, 0.18, 0.22, 0.48])
_SEASON = _SEASON - _SEASON.mean()
#: (staff group, share of days available, rate against the trust's)
_STAFF_GROUPS = (
    ("HCHS doctors", 0.10, 0.38),
    ("Nurses & health visitors", 0.26, 1.05),
    ("Midwives", 0.02, 1.08),
    ("Support to doctors, nurses & midwives", 0.22, 1.32),
)
#: Kinds of trust that have next to no doctors, and kinds that have midwives.
_FEW_DOCTORS, _MIDWIVES = ("ambulance", "community"), ("acute", "specialist")

_BACK_HEADER = [
    *("Date", "NHSE_Region_Code", "NHSE_Region_Name", "Org Code", "Org Name", "Org Type"),
    *("FTE Days Sick", "FTE Days Available", "SA Rate (%)"),
]
_CURRENT_HEADER = [
    *("DATE", "NHSE_REGION_CODE", "NHSE_REGION_NAME", "ORG_CODE", "ORG_NAME", "ORG_TYPE"),
    *("FTE_DAYS_LOST", "FTE_DAYS_AVAILABLE", "SICKNESS_ABSENCE_RATE_PERCENT"),
]
_TOOL_HEADER = [
    *("DATE", "NHSE_REGION_CODE", "NHSE_REGION_NAME", "ICS_CODE", "ICS_NAME", "ORG_CODE", "ORG_NAME"),
    *("CLUSTER_GROUP", "BENCHMARK_GROUP", "STAFF_GROUP"),
    *("FTE_DAYS_LOST", "FTE_DAYS_AVAILABLE", "SICKNESS_ABSENCE_RATE_PERCENT"),
]


def month_end(month: dt.date) -> dt.date:
    """The last day of a month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


@dataclass(frozen=True)
class MonthlyDays:
    """Days lost and days available: trusts x months, in hundred-thousandths of a day, after the merger."""

    months: tuple[dt.date, ...]
    lost: NDArray[np.int64]
    available: NDArray[np.int64]


def draw_days(world: World) -> MonthlyDays:
    """Draw every month: the year's true rate, the season, and weather of its own that lasts a while."""
    latent = world.latent
    years = range(world.first_year, world.last_year + 3)
    months = tuple(
        dt.date(year - 1 if number >= 4 else year, number, 1)
        for year in years
        for number in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
    )
    rng = world.stream("sickness months")
    shocks = rng.standard_normal((len(world.trusts), len(months)))
    weather = np.empty_like(shocks)
    weather[:, 0] = shocks[:, 0]
    for number in range(1, len(months)):
        weather[:, number] = 0.6 * weather[:, number - 1] + 0.8 * shocks[:, number]
    columns = [latent.index(month.year + (month.month >= 4)) for month in months]
    season = np.array([_SEASON[month.month - 1] for month in months])
    rate = np.clip(latent.sickness[:, columns] + season + 0.2 * weather, 1.3, 11.5)
    length = np.array([month_end(month).day for month in months], dtype=float)
    available = np.round(
        latent.headcount[:, columns] * 0.87 * length * (1 + 0.002 * rng.standard_normal(rate.shape)), 4
    )
    lost = np.round(available * np.round(rate, 5) / 100.0, 4)
    lost_whole, available_whole = (np.round(days * 1e5).astype(np.int64) for days in (lost, available))
    for number, month in enumerate(months):
        lost_whole[:, number] = merge(world, lost_whole[:, number], month)
        available_whole[:, number] = merge(world, available_whole[:, number], month)
    return MonthlyDays(months, lost_whole, available_whole)


def _days(lost: int, available: int) -> list[Any]:
    """The three measures as printed; blank where too few days are available."""
    if available <= _BLANK_DAYS * 1e5:
        return ["", "", ""]
    return [f"{lost / 1e5:.5f}", f"{available / 1e5:.5f}", f"{100.0 * lost / available:.2f}"]


def sickness_documents(world: World) -> Documents:
    """Every file of sickness absence."""
    days = draw_days(world)
    documents: Documents = {}
    back = [n for n, month in enumerate(days.months) if month < _CURRENT_SINCE]
    if back:
        documents["sickness/ESR_ABSENCE_CSV_NHSE.csv"] = _back_series(world, days, back)
    for year in range(world.first_year, world.last_year + 3):
        current = [
            n for n, month in enumerate(days.months) if month >= _CURRENT_SINCE and _financial_year(month) == year
        ]
        if current:
            documents[f"sickness/NHS Sickness Absence rates CSV, March {year}.csv"] = _current(world, days, current)
    for number, month in enumerate(days.months):
        if _financial_year(month) == world.last_year:
            label = f"{calendar.month_name[month.month]} {month.year}"
            documents[f"sickness/NHS Sickness Absence benchmarking tool CSV, {label}.csv"] = _tool(world, days, number)
    documents["sickness/NationalAbsenceRates.xlsx"] = _workbook(world, days, back[-3:] or list(range(3)))
    return documents


def _financial_year(month: dt.date) -> int:
    return month.year + (month.month >= 4)


def _present(world: World, month: dt.date) -> list[Trust]:
    return [trust for trust in world.trusts if exists(world, trust.position, month)]


def _back_series(world: World, days: MonthlyDays, numbers: list[int]) -> Document:
    rows: Rows = [_BACK_HEADER]
    for number in numbers:
        month = days.months[number]
        if rows[1:] and month.month == 4:
            rows.append(_BACK_HEADER)  # the published series is files set one below another, headings included
        date = f"{month.year}-{calendar.month_abbr[month.month].upper()}"
        for trust in _present(world, month):
            at = (trust.position, number)
            who = [date, trust.region.code, trust.region.name, trust.code, trust.name, trust.kind.cluster_group]
            rows.append(who + _days(int(days.lost[at]), int(days.available[at])))
    return Document({"": rows}, byte_order_mark=True)


def _current(world: World, days: MonthlyDays, numbers: list[int]) -> Document:
    rows: Rows = [_CURRENT_HEADER]
    board = ICBS[0][0]  # one organisation that is not a trust
    for number in numbers:
        month = days.months[number]
        date = month_end(month).strftime("%d/%m/%Y")
        who = [date, REGIONS[0].code, REGIONS[0].name, board.code, f"NHS {board.name} ICB", "Integrated Care Board"]
        rows.append(who + _days(21_000_000 + 100_000 * number, 950_000_000 + 1_000_000 * number))
        for trust in _present(world, month):
            at = (trust.position, number)
            who = [date, trust.region.code, trust.region.name, trust.code, trust.name, trust.kind.cluster_group]
            rows.append(who + _days(int(days.lost[at]), int(days.available[at])))
    return Document({"": rows})


def _tool(world: World, days: MonthlyDays, number: int) -> Document:
    month = days.months[number]
    rng = world.stream(f"staff groups {month:%Y-%m}")
    rows: Rows = [_TOOL_HEADER]
    for trust in _present(world, month):
        lost, available = (int(table[trust.position, number]) for table in (days.lost, days.available))
        region, icb, kind = trust.region, trust.icb, trust.kind
        who = [
            month_end(month).strftime("%d/%m/%Y"),
            region.code,
            region.name,
            icb.code,
            icb.name,
            trust.code,
            trust.name,
        ]
        who += [kind.cluster_group, kind.benchmark_group]
        rows.append([*who, "All staff groups", *_days(lost, available)])
        for group, share, against in _STAFF_GROUPS:
            if group == "Midwives" and kind.key not in _MIDWIVES:
                continue
            if (group, kind.key) == ("Midwives", "specialist") or (
                group == "HCHS doctors" and kind.key in _FEW_DOCTORS
            ):
                share *= 0.002  # one or two people: their days are few, and blank
            part = round(available * share)
            times = against * (1.0 + 0.05 * float(rng.standard_normal()))
            rows.append([*who, group, *_days(round(part * lost / available * times), part)])
    return Document({"": rows})


def _workbook(world: World, days: MonthlyDays, numbers: list[int]) -> Document:
    """Table 4 of the monthly workbook: rates alone, headings with stray white space, as published."""
    months = [days.months[number] for number in numbers]
    spaces = ("    ", "\n", " \n")
    headings = [
        f"{calendar.month_name[month.month]}{space}{month.year}" for month, space in zip(months, spaces, strict=True)
    ]
    rows: Rows = [
        ["Table 4: Monthly Sickness Absence rates by Organisation (%)"],
        [],
        ["NHSE Region name", "NHSE code", "Organisation name", "Org\ncode", *headings],
    ]

    def rate(positions: list[int], number: int) -> float:
        return round(100.0 * int(days.lost[positions, number].sum()) / int(days.available[positions, number].sum()), 2)

    for region in REGIONS:
        members = [trust for trust in world.trusts if trust.region is region]
        present = [trust.position for trust in members if exists(world, trust.position, months[-1])]
        everyone = [rate(present, number) for number in numbers]
        rows.append([region.name, region.code, "All organisations", region.code, *everyone])
        for trust in members:
            cells: list[Any] = [
                rate([trust.position], number) if exists(world, trust.position, days.months[number]) else "."
                for number in numbers
            ]
            rows.append([region.name, region.code, trust.name, trust.code, *cells])
    rows += [[], ["Source: FICTIONAL DATA. No organisation of this table exists."], ["'.' denotes not applicable."]]
    title = f"NHS Sickness Absence Rates, {calendar.month_name[months[-1].month]} {months[-1].year}"
    return Document({"Title sheet": [[title], [], ["FICTIONAL DATA"]], "Table 4": rows})
