"""The Friends and Family Test: monthly inpatient workbooks, three months of A&E, three of the older question."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wres_analysis.sample.counts import World, exists, merge
from wres_analysis.sample.documents import Document, Documents, Rows
from wres_analysis.sample.places import ICBS, Trust

__all__ = ["patient_documents"]

#: Fewer responses than this are not shown.
_SUPPRESS_BELOW = 5
_FIRST_MONTH = dt.date(2021, 4, 1)
_OLD_MONTHS = (dt.date(2020, 1, 1), dt.date(2020, 2, 1), dt.date(2020, 3, 1))
_ANSWERS = ("Very Good", "Good", "Neither Good nor Poor", "Poor", "Very Poor", "Don't Know")
_OLD_ANSWERS = (
    *("Extremely Likely", "Likely", "Neither Likely nor Unlikely"),
    *("Unlikely", "Extremely Unlikely", "Don't Know"),
)
_MODES = (
    "SMS",
    "Electronic Discharge",
    "Electronic Home",
    "Paper Discharge",
    "Paper Home",
    "Telephone",
    "Online",
    "Other",
)
_MODE_SHARES = (0.42, 0.06, 0.03, 0.22, 0.02, 0.05, 0.17, 0.03)
#: Of positive answers "very good"; of the others: neither, poor, very poor, don't know.
_VERY_GOOD, _OTHERS = 0.82, (0.45, 0.22, 0.20, 0.13)
#: A provider of the independent sector, which the publication lists among the trusts.
_INDEPENDENT = ("NZZ9Z", "PRIMROSE QUAY INDEPENDENT HOSPITAL")


def patient_documents(world: World) -> Documents:
    """Every workbook of the Friends and Family Test."""
    documents: Documents = {}
    last = dt.date(world.last_year + 2, 3, 1)
    for year in range(world.first_year, world.last_year + 3):
        for number in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3):
            month = dt.date(year - 1 if number >= 4 else year, number, 1)
            if _FIRST_MONTH <= month <= last:
                documents[f"patient/FFT-inpatient-data-{month:%Y-%m}.xlsx"] = _inpatient(world, month)
            elif month in _OLD_MONTHS:
                documents[f"patient/FFT-inpatient-data-{month:%Y-%m}.xlsx"] = _inpatient(world, month, old=True)
            if month.year == world.last_year and month.month <= 3:
                documents[f"patient/FFT-AE-data-{month:%Y-%m}.xlsx"] = _emergency(world, month)
    return documents


def _draw(world: World, month: dt.date, name: str, each: float, lower: float = 0.0) -> tuple[NDArray[np.int64], ...]:
    """Draw one month: answers (trusts x six), modes (trusts x eight), patients who could have answered."""
    rng = world.stream(f"{name} {month:%Y-%m}")
    column = world.latent.index(month.year + (month.month >= 4))
    habit = np.exp(0.4 * world.stream(f"{name} responses").standard_normal(len(world.trusts)))
    # Specialist hospitals have few inpatients; the smallest have too few to show in some months.
    few = np.array([(0.3 if t.staff >= 2000 else 0.08) if t.kind.key == "specialist" else 1.0 for t in world.trusts])
    expected = np.round(world.latent.headcount[:, column] * each * habit * few, 3)
    total = rng.poisson(expected)
    positive = rng.binomial(total, np.round((world.latent.fft[:, column] - lower) / 100.0, 8))
    very = rng.binomial(positive, _VERY_GOOD)
    others = np.stack([rng.multinomial(n, _OTHERS) for n in total - positive])
    modes = np.stack([rng.multinomial(n, _MODE_SHARES) for n in total])
    eligible = total + rng.poisson(np.maximum(total, 1) * 3.2)
    answers = np.column_stack([very, positive - very, others])
    return tuple(merge(world, table.astype(np.int64), month) for table in (answers, modes, eligible))


def _row(answers: NDArray[np.int64], modes: list[int], eligible: int) -> list[Any]:
    """The value cells of one row; asterisks where there are too few responses."""
    total = int(answers.sum())
    if total < _SUPPRESS_BELOW:
        return ["*", eligible, *["*"] * (2 + len(answers) + len(modes))]
    shares = [int(answers[:2].sum()) / total, int(answers[3:5].sum()) / total]
    return [total, eligible, *shares, *(int(n) for n in answers), *modes]


def _members(world: World, month: dt.date) -> list[Trust]:
    return [t for t in world.trusts if t.kind.key in ("acute", "specialist") and exists(world, t.position, month)]


def _inpatient(world: World, month: dt.date, *, old: bool = False) -> Document:
    answers, modes, eligible = _draw(world, month, "inpatient recommend" if old else "inpatient", 0.045)
    members = _members(world, month)
    at = [trust.position for trust in members]
    who: Rows = [[trust.icb.code, trust.code, trust.name.upper()] for trust in members]
    independent = np.array([88, 6, 1, 0, 0, 1])
    trusts_only = _row(answers[at].sum(axis=0), [int(n) for n in modes[at].sum(axis=0)], int(eligible[at].sum()))
    everyone = _row(
        answers[at].sum(axis=0) + independent,
        [int(n) for n in modes[at].sum(axis=0) + np.array([96, 0, 0, 0, 0, 0, 0, 0])],
        int(eligible[at].sum()) + 210,
    )
    rows = [[*w, *_row(answers[p], [int(n) for n in modes[p]], int(eligible[p]))] for w, p in zip(who, at, strict=True)]
    rows.append([ICBS[0][0].code, *_INDEPENDENT, *_row(independent, [96, 0, 0, 0, 0, 0, 0, 0], 210)])
    codes = ["ICB Code", "Trust Code", "Trust Name", "Total Responses", "Total Eligible"]
    title = f"Inpatient Friends and Family Test (FFT) Data - {calendar.month_name[month.month]} {month.year}"
    if old:
        # The older layout has a response rate, and the answers to another question.
        percent = ["Percentage Recommended", "Percentage Not Recommended"]
        header: Rows = [
            ["STP Code", *codes[1:], "Response Rate", *percent, "Breakdown of Responses"],
            [None] * 8 + [*_OLD_ANSWERS],
        ]
        rows = [[*row[:3], *_old(row[3:])] for row in rows]
        trusts_only, everyone = _old(trusts_only), _old(everyone)
    else:
        percent = ["Percentage Positive", "Percentage Negative"]
        modes_header = [f"Mode {mode}" for mode in _MODES]
        header = [
            [*codes, *percent, "Breakdown of Responses", *[None] * 5, *modes_header],
            [None] * 7 + [*_ANSWERS],
        ]
    sheet: Rows = [
        [],
        [],
        [None, None, "Show data for:"],
        *[[] for _ in range(5)],
        [*[None] * 13, "" if old else "Mode of Collection"],
        *header,
        [None, None, "England (including Independent Sector Providers)", *everyone],
        [None, None, "England (excluding Independent Sector Providers)", *trusts_only],
        [None, None, "Selection (excluding suppressed data)", *trusts_only],
        *rows,
    ]
    return Document({"Notes": _notes(title), "Trusts": sheet})


def _old(cells: list[Any]) -> list[Any]:
    """The value cells in the older layout: a response rate more, no modes."""
    total, eligible = cells[:2]
    return [total, eligible, "*" if total == "*" else total / eligible, *cells[2:10]]


def _emergency(world: World, month: dt.date) -> Document:
    answers, modes, eligible = _draw(world, month, "emergency", 0.05, lower=14.0)
    keep = [number for number, mode in enumerate(_MODES) if mode != "Electronic Home"]
    members = [trust for trust in _members(world, month) if trust.kind.key == "acute"]
    at = [trust.position for trust in members]

    def cells(table: NDArray[np.int64], mode: NDArray[np.int64], patients: int) -> list[Any]:
        return _row(table, [int(mode[number]) for number in keep], patients)

    england = cells(answers[at].sum(axis=0), modes[at].sum(axis=0), int(eligible[at].sum()))
    codes = ["ICB Code", "Trust Code", "Trust Name", "Total Responses", "Total Eligible"]
    sheet: Rows = [
        [],
        [None, "          Sort data by:"],
        [
            *codes,
            "Percentage Positive",
            "Percentage Negative",
            "Breakdown of Responses",
            *[None] * 5,
            "Mode of Collection",
        ],
        [*[None] * 7, *_ANSWERS, *(f"Mode {_MODES[number]}" for number in keep)],
        [None, None, "England", *england],
        [None, None, "Selection (excluding suppressed data)", *england],
    ]
    for trust in members:
        p = trust.position
        sheet.append([trust.icb.code, trust.code, trust.name.upper(), *cells(answers[p], modes[p], int(eligible[p]))])
    title = f"A&E Friends and Family Test (FFT) data - {calendar.month_name[month.month]} {month.year}"
    return Document({"Notes": _notes(title, indent=1), "Trusts": sheet})


def _notes(title: str, indent: int = 0) -> Rows:
    return [[], [*[None] * indent, title], [], ["FICTIONAL DATA. No organisation of this workbook exists."]]
