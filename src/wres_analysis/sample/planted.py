"""Errors of the kinds that real publications have had, planted in the finished files, one of each.

Every planter changes cells of the documents in memory and says which. What it says goes into ``truth.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wres_analysis.sample.counts import World
from wres_analysis.sample.documents import Documents, Rows
from wres_analysis.sample.places import PREDECESSOR, SMALLEST, SUCCESSOR
from wres_analysis.sample.submissions import MISSING, PUBLISHED_RATIO, published_ratio
from wres_analysis.sources.files import column_letter
from wres_analysis.sources.submission_layout import FLOWS, HEADER_ROW

__all__ = ["DEFAULT_RULES", "RULES", "UNKNOWN_CODE", "Planted", "plant"]

#: A code of the kind that trusts have, which no file of organisations knows.
UNKNOWN_CODE = "R9Z"
_FIRST_ROW = HEADER_ROW  # index from 0 of the first row of data on the sheets of a submission


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted error: the rule that should find it, and where it is. ``cell`` may name several."""

    rule: str
    file: str
    sheet: str
    cell: str
    org_code: str
    year: int
    what: str


@dataclass
class _Work:
    """The documents being changed, and the trust-years already used, so that no two errors meet."""

    world: World
    documents: Documents
    rng: np.random.Generator
    used: set[tuple[str, int]] = field(default_factory=set)

    def code(self, position: int) -> str:
        return self.world.trusts[position].code

    def special(self) -> set[str]:
        """Codes that keep clear of planted errors, because they are special already."""
        positions = (SUCCESSOR, PREDECESSOR, SMALLEST, MISSING[0])
        return {self.code(p) for p in positions if p < len(self.world.trusts)}

    def years(self) -> list[int]:
        return list(range(self.world.first_year, self.world.last_year + 1))

    def flows(self, year: int) -> tuple[str, Rows]:
        name = f"wres/WRES-submissions-{year}.xlsx"
        return name, self.documents[name].sheets[FLOWS.sheet]

    def pick(self, indicator: int, fits: Callable[[float], bool] = lambda ratio: True) -> tuple[str, Rows, int, int]:
        """Choose a row of indicators 2 to 4 whose printed ratio fits: (file, rows, row index, year)."""
        found = []
        for year in self.years():
            name, rows = self.flows(year)
            for number, row in enumerate(rows[_FIRST_ROW:], start=_FIRST_ROW):
                code, ratio = str(row[0]), row[PUBLISHED_RATIO]
                if row[3] != indicator or not isinstance(ratio, float) or not fits(ratio):
                    continue
                if code not in self.special() and (code, year) not in self.used:
                    found.append((name, rows, number, year))
        if not found:
            raise ValueError(f"no trust-year of this sample can take an error on indicator {indicator}")
        chosen = found[int(self.rng.integers(len(found)))]
        self.used.add((str(chosen[1][chosen[2]][0]), chosen[3]))
        return chosen


def _planted(
    rule: str, name: str, sheet: str, cells: list[tuple[int, int]], code: str, year: int, what: str
) -> Planted:
    """``cells`` are (row, column) from 0."""
    return Planted(rule, name, sheet, ",".join(f"{column_letter(c)}{r + 1}" for r, c in cells), code, year, what)


def _group_swap(work: _Work) -> Planted:
    """Swap White and BME, counts and all, on indicators 7 and 8 of one trust in one survey."""
    name = max(n for n in work.documents if n.startswith("staff-survey/Benchmark"))
    sheet = "Acute&Acute Community Trusts"
    rows = work.documents[name].sheets[sheet]
    header = rows[0]
    year = work.world.last_year - 2  # the autumn of a WRES year that only this workbook holds
    columns = {
        (stem, part, digit): header.index(f"{stem}_eth_summary_{part}{digit}_{year}")
        for stem in ("equal", "q16b")
        for part in ("", "n_")
        for digit in (1, 2)
    }

    def clear(row: list[Any]) -> bool:
        """Whether White staff are ahead by so much on both that the swap cannot be taken for chance."""
        values = [row[columns[(stem, "", digit)]] for stem in ("equal", "q16b") for digit in (1, 2)]
        return None not in values and values[0] - values[1] > 0.06 and values[3] - values[2] > 0.06

    candidates = [n for n, row in enumerate(rows) if n and row[0] not in work.special() and clear(row)]
    number = candidates[int(work.rng.integers(len(candidates)))]
    row, cells = rows[number], []
    for stem in ("equal", "q16b"):
        for part in ("", "n_"):
            first, second = columns[(stem, part, 1)], columns[(stem, part, 2)]
            row[first], row[second] = row[second], row[first]
            cells += [(number, first), (number, second)]
    work.used.add((str(row[0]), year + 1))
    what = f"White and BME are swapped on indicators 7 and 8 of the {year} survey, percentages and counts."
    return _planted("group_swap", name, sheet, cells, str(row[0]), year + 1, what)


def _retype(
    work: _Work, rule: str, indicator: int, fits: Callable[[float], bool], new: Callable[[float], Any], what: str
) -> Planted:
    """Change a printed ratio."""
    name, rows, number, year = work.pick(indicator, fits)
    row = rows[number]
    was = row[PUBLISHED_RATIO]
    row[PUBLISHED_RATIO] = new(was)
    words = what.format(was=was, now=row[PUBLISHED_RATIO])
    return _planted(rule, name, FLOWS.sheet, [(number, PUBLISHED_RATIO)], str(row[0]), year, words)


def _unit_error(work: _Work) -> Planted:
    return _retype(
        work, "unit_error", 2, lambda r: 1.3 < r < 2.2, lambda r: f"{r:.2f}%", "The ratio {was} is typed as '{now}'."
    )


def _implausible_ratio(work: _Work) -> Planted:
    return _retype(
        work, "implausible_ratio", 2, lambda r: 1.6 < r < 1.9, lambda r: 17.16, "The ratio is {was}; {now} is typed."
    )


def _direction_error(work: _Work) -> Planted:
    return _retype(
        work,
        "direction_error",
        2,
        lambda r: 1.45 < r < 2.2,
        lambda r: round(1.0 / r, 2),
        "The counts give {was} (White over BME); the printed ratio {now} is BME over White.",
    )


def _parts_contradict_ratio(work: _Work) -> Planted:
    # Not the reciprocal either, by a margin: (1.25 to 1.45) + 0.31 is far from its reciprocal.
    return _retype(
        work,
        "parts_contradict_ratio",
        2,
        lambda r: 1.25 < r < 1.45,
        lambda r: round(r + 0.31, 2),
        "The counts give {was}; the printed ratio is {now}.",
    )


def _text_in_number(work: _Work) -> Planted:
    name, rows, number, year = work.pick(4)
    row, column = rows[number], 7
    was = row[column]
    row[column], row[PUBLISHED_RATIO] = f"approx. {was}", None
    what = f"The number of BME staff trained is typed '{row[column]}'."
    return _planted("text_in_number", name, FLOWS.sheet, [(number, column)], str(row[0]), year, what)


def _duplicate_organisation(work: _Work) -> Planted:
    name, rows, number, year = work.pick(3, lambda r: 0.6 < r < 2.5)
    again = list(rows[number])
    again[7] += max(2, round(0.2 * again[7]))
    again[PUBLISHED_RATIO] = published_ratio(3, *again[4:8])
    rows.append(again)
    what = f"Indicator 3 stands twice, with {rows[number][7]} and {again[7]} ethnic minority staff disciplined."
    cells = [(number, 0), (len(rows) - 1, 0)]
    return _planted("duplicate_organisation", name, FLOWS.sheet, cells, str(again[0]), year, what)


def _unknown_code(work: _Work) -> Planted:
    year = work.years()[int(work.rng.integers(len(work.years())))]
    name, rows = work.flows(year)
    row = [UNKNOWN_CODE, "Nowhere Hospitals NHS Trust", rows[_FIRST_ROW][2], 2, 2000, 500, 400, 80, 90, 18]
    rows.append([*row, published_ratio(2, *row[4:8])])
    what = "No file of organisations knows this code."
    return _planted("unknown_code", name, FLOWS.sheet, [(len(rows) - 1, 0)], UNKNOWN_CODE, year, what)


def _bad_year(work: _Work) -> Planted:
    name, rows, number, year = work.pick(4)
    row = rows[number]
    row[2] = 202
    return _planted(
        "bad_year",
        name,
        FLOWS.sheet,
        [(number, 2)],
        str(row[0]),
        year,
        f"The year end is typed '202', not 31 March {year}.",
    )


def _placeholder(work: _Work) -> Planted:
    """GBP 10 of agency spend, as one real ambulance trust's accounts show."""
    trust = next(t for t in work.world.trusts if t.kind.key == "ambulance")
    year = work.world.last_year - 1
    found = [
        (name, sheet, number)
        for name, document in work.documents.items()
        if re.fullmatch(rf"finance/TAC_.*_{year - 1}-{year % 100:02d}\.xlsx", name)
        for sheet in ("All data",)
        for number, row in enumerate(document.sheets[sheet])
        if row[0].strip() == trust.name and row[3] == "A09CY01" and row[5] == "STA0310"
    ]
    ((name, sheet, number),) = found
    work.documents[name].sheets[sheet][number][6] = 0.01
    what = "Agency spend of GBP 10 (0.01 thousand) stands for no figure."
    return _planted("placeholder", name, sheet, [(number, 6)], trust.code, year, what)


def _printed_rate_differs(work: _Work) -> Planted:
    """A printed sickness rate that its days do not give, in a file that no other product overlaps."""
    year = work.world.last_year - 1
    names = [
        n for n in work.documents if re.fullmatch(rf"sickness/NHS Sickness Absence rates CSV, March {year}\.csv", n)
    ]
    name = names[0] if names else "sickness/ESR_ABSENCE_CSV_NHSE.csv"
    rows = work.documents[name].sheets[""]
    known = {t.code for t in work.world.trusts} - work.special()
    candidates = [n for n, row in enumerate(rows) if row[3] in known and row[8] != ""]
    number = candidates[int(work.rng.integers(len(candidates)))]
    row = rows[number]
    was = row[8]
    row[8] = f"{float(was) + 1.0:.2f}"
    what = f"The days give a rate of {was}%; {row[8]} is printed ({row[0]})."
    return _planted("printed_rate_differs", name, "", [(number, 8)], str(row[3]), year, what)


def _national_change(work: _Work) -> Planted:
    """Indicator 6 of one survey, of every trust, on a base that nobody declared."""
    name = min(n for n in work.documents if n.startswith("staff-survey/Benchmark"))
    year = work.world.first_year + 1
    sheets = work.documents[name].sheets
    for rows in sheets.values():
        if not rows or rows[0][0] != "org_id" or len(rows[0]) < 4:
            continue
        for digit in (1, 2):
            value = rows[0].index(f"har_from_staff_eth_summary_{digit}_{year}")
            base = rows[0].index(f"har_from_staff_eth_summary_n_{digit}_{year}")
            for row in rows[1:]:
                if row[value] is not None and isinstance(row[base], int) and row[base]:
                    row[value] = min(row[base], round(row[value] * row[base]) + round(0.15 * row[base])) / row[base]
    what = f"Indicator 6 of the {year} survey is 15 points too high for every trust."
    return Planted("national_change", name, "", "", "", year + 1, what)


RULES: dict[str, Callable[[_Work], Planted]] = {
    "group_swap": _group_swap,
    "unit_error": _unit_error,
    "implausible_ratio": _implausible_ratio,
    "direction_error": _direction_error,
    "parts_contradict_ratio": _parts_contradict_ratio,
    "text_in_number": _text_in_number,
    "duplicate_organisation": _duplicate_organisation,
    "unknown_code": _unknown_code,
    "bad_year": _bad_year,
    "placeholder": _placeholder,
    "printed_rate_differs": _printed_rate_differs,
    "national_change": _national_change,
}
#: ``national_change`` would spoil a whole survey of the sample, so it is planted only when asked for.
DEFAULT_RULES = tuple(rule for rule in RULES if rule != "national_change")


def plant(world: World, documents: Documents, rules: Collection[str]) -> list[Planted]:
    """Plant one error of each kind in ``rules`` and say where it is.

    Raises
    ------
    ValueError
        If a rule is not known.
    """
    unknown = sorted(set(rules) - set(RULES))
    if unknown:
        raise ValueError(f"errors that cannot be planted: {', '.join(unknown)}; there are {', '.join(RULES)}")
    work_used: set[tuple[str, int]] = set()
    return [
        planter(_Work(world, documents, world.stream(f"error {rule}"), work_used))
        for rule, planter in RULES.items()
        if rule in rules
    ]
