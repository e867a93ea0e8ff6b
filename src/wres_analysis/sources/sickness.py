"""NHS Sickness Absence Rates, the publications as CSV: benchmarking tool, monthly file and back series.

The three hold the same thing in different dress: days lost and days available, a row an organisation and month
(and staff group). The rate is recomputed from the days; the printed rate, which is rounded, only checks it.
Days that are not published (fewer than 331 available) are blank.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.files import SourceFile, column_letter
from wres_analysis.sources.observations import (
    Reading,
    Tally,
    observations,
    organisation_sightings,
    read_numbers,
    require_columns,
)
from wres_analysis.sources.reader import Reader
from wres_analysis.sources.textcolumns import addresses, take_words, translate
from wres_analysis.sources.vocabulary import heading_key, months_of, region_name, staff_group

__all__ = ["READERS"]

#: The printed rate is rounded to two decimals; more than this apart (percentage points), and it is another rate.
_PRINTED_RATE_TOLERANCE = 0.02

_STATUSES = ["observed", "suppressed", "not_applicable", "excluded"]
_OBSERVED, _SUPPRESSED, _NOT_APPLICABLE, _EXCLUDED = range(4)
_MEASURES = ("lost", "available", "rate")


@dataclass(frozen=True)
class _Layout:
    """The headings of one publication.

    Parameters
    ----------
    key, title, verified
        As in :class:`~wres_analysis.sources.reader.Reader`.
    headings
        What a column holds -> the headings that it has had, the present one first.
    marks
        Headings that only this publication has, of which one is enough.
    never
        Headings of other publications that look like this one.
    optional
        What a file may lack.
    """

    key: str
    title: str
    verified: bool
    headings: dict[str, tuple[str, ...]]
    marks: frozenset[str]
    never: frozenset[str]
    optional: frozenset[str] = frozenset()

    def columns(self, header: tuple[str, ...] | list[str]) -> dict[str, str]:
        """Return what each column that the header has holds -> its heading as written."""
        written = {heading_key(heading): heading for heading in reversed(header)}
        found = {
            role: next((written[k] for k in map(heading_key, names) if k in written), None)
            for role, names in self.headings.items()
        }
        return {role: heading for role, heading in found.items() if heading is not None}

    def recognises(self, source: SourceFile) -> bool:
        """Say whether a file is of this layout, be it one that lacks a heading."""
        keys = {heading_key(heading) for heading in source.header}
        if not keys & self.marks or keys & self.never:
            return False
        found = self.columns(source.header)
        return sum(m in found for m in _MEASURES) >= 2 and len(found) >= 0.6 * len(self.headings)


_BY_REASON = frozenset({"reason"})
_BY_STAFF_GROUP = frozenset({"staff group", "cluster group", "benchmark group"})

_BENCHMARKING = _Layout(
    key="sickness_benchmarking",
    title="NHS Sickness Absence Rates, benchmarking tool CSV",
    verified=True,
    headings={
        "date": ("DATE", "Tm End Date"),
        "region": ("NHSE_REGION_NAME",),
        "icb": ("ICS_CODE",),
        "org_code": ("ORG_CODE",),
        "org_name": ("ORG_NAME",),
        "trust_type": ("BENCHMARK_GROUP",),
        "staff_group": ("STAFF_GROUP",),
        "lost": ("FTE_DAYS_LOST",),
        "available": ("FTE_DAYS_AVAILABLE",),
        "rate": ("SICKNESS_ABSENCE_RATE_PERCENT", "Sickness absence rate (%)"),
    },
    marks=_BY_STAFF_GROUP,
    never=_BY_REASON,
    optional=frozenset({"icb"}),  # not there from April to July 2022, nor before April 2022
)
_MONTHLY = _Layout(
    key="sickness_monthly_csv",
    title="NHS Sickness Absence Rates, monthly CSV",
    verified=False,
    headings={
        "date": ("DATE",),
        "region": ("NHSE_REGION_NAME",),
        "org_code": ("ORG_CODE",),
        "org_name": ("ORG_NAME",),
        "lost": ("FTE_DAYS_LOST",),
        "available": ("FTE_DAYS_AVAILABLE",),
        "rate": ("SICKNESS_ABSENCE_RATE_PERCENT",),
    },
    marks=frozenset({"fte days lost", "sickness absence rate percent"}),
    never=_BY_STAFF_GROUP | _BY_REASON,
)
_BACK_SERIES = _Layout(
    key="sickness_back_series",
    title="NHS Sickness Absence Rates, back series CSV",
    verified=False,
    headings={
        "date": ("Date",),
        "region": ("NHSE_Region_Name", "HEE_region_name"),
        "org_code": ("Org Code",),
        "org_name": ("Org Name",),
        "lost": ("FTE Days Sick",),
        "available": ("FTE Days Available",),
        "rate": ("SA Rate (%)", "SA Rate"),
    },
    marks=frozenset({"fte days sick", "sa rate percent", "sa rate"}),
    never=_BY_STAFF_GROUP | _BY_REASON,
)


class _Verdicts:
    """The status of each row and its reason; the first thing found wrong with a row is what is told of it."""

    def __init__(self, count: int) -> None:
        self.status = np.zeros(count, dtype=np.int8)
        self._reason = np.zeros(count, dtype=np.int32)
        self._reasons = [""]

    def give(self, status: int, where: np.ndarray, reason: str) -> None:
        """Give ``status`` to the rows ``where`` (a mask) that are still observed."""
        where = where & (self.status == _OBSERVED)
        if where.any():
            self._reasons.append(reason)
            self._reason[where] = len(self._reasons) - 1
            self.status[where] = status

    def exclude(self, row: int, reason: str) -> None:
        """Exclude one row, if it is still observed."""
        if self.status[row] == _OBSERVED:
            self._reasons.append(reason)
            self._reason[row] = len(self._reasons) - 1
            self.status[row] = _EXCLUDED

    def words(self) -> tuple[pd.Series, pd.Series]:
        """Return the columns ``status`` and ``reason``."""
        return take_words(_STATUSES, self.status), take_words(self._reasons, self._reason)


def _numbers(cells: pd.Series, *, percent_sign: bool = False) -> tuple[np.ndarray, np.ndarray, dict[int, str]]:
    """Return the numbers of a column of text (NaN for none), a mask of the blank cells, and why a cell is no number.

    Nearly always every cell is blank or a plain number, which Arrow reads ten times as fast as a general reader.
    """
    text = pa.array(cells)
    empty = pc.equal(text, "")
    blank = empty.to_numpy(zero_copy_only=False)
    try:
        bare = pc.utf8_rtrim(text, "%") if percent_sign else text
        value = pc.cast(pc.if_else(empty, None, bare), pa.float64()).to_numpy(zero_copy_only=False)
        if (blank | (np.isfinite(value) & (value >= 0))).all():
            return value, blank, {}
    except pa.ArrowInvalid:
        pass
    value, status, reason = read_numbers(cells, suppressed=("",), low=0.0, percent_sign=percent_sign)
    return value, blank, {int(row): str(reason[row]) for row in np.flatnonzero(status == "excluded")}


def _letter(table: pd.DataFrame, heading: str) -> str:
    return column_letter(list(table.columns).index(heading))


def _without_notes(table: pd.DataFrame, code: str, tally: Tally) -> pd.DataFrame:
    """Drop heading rows that come again, blank rows and notes, and count them."""
    if not {code, ""} & set(table[code].unique()):
        return table
    repeated = (table[code] == code).to_numpy()
    nameless = (table[code] == "").to_numpy()
    note = nameless & ((table != "").sum(axis=1).to_numpy() <= 1)
    tally.skip("heading row repeated inside the table", repeated.sum())
    tally.skip("blank row or note", note.sum())
    return table[~(repeated | note)]


@dataclass(frozen=True)
class _Days:
    """What the measures of each row say. ``lost`` and ``available`` are NaN where the row is not observed."""

    lost: np.ndarray
    available: np.ndarray
    printed_differs: np.ndarray
    printed_unreadable: int
    verdicts: _Verdicts


def _judge_days(table: pd.DataFrame, column: dict[str, str], dated: np.ndarray) -> _Days:
    """Read the days of each row, and judge each row. ``dated`` says which rows have a month."""
    verdicts = _Verdicts(len(table))
    code, date, short = table[column["org_code"]], table[column["date"]], table.attrs["short_rows"]
    lost, lost_blank, lost_bad = _numbers(table[column["lost"]])
    available, available_blank, available_bad = _numbers(table[column["available"]])
    printed, printed_blank, printed_bad = _numbers(table[column["rate"]], percent_sign=True)

    verdicts.give(_EXCLUDED, (code == "").to_numpy(), "there is no organisation code")
    for row in np.flatnonzero(~dated).tolist():
        verdicts.exclude(row, f"{column['date']}: '{date.iloc[row]}' is no month from 2000 to 2099")
    if short:
        verdicts.give(_EXCLUDED, table.index.isin(short), "the row is cut short")
    for role, bad in (("lost", lost_bad), ("available", available_bad)):
        for row, reason in bad.items():
            verdicts.exclude(row, f"{column[role]}: {reason}")
    verdicts.give(_SUPPRESSED, lost_blank & available_blank & printed_blank, "suppressed by the publisher")
    verdicts.give(_EXCLUDED, lost_blank & available_blank, "a rate is printed without its days")
    verdicts.give(_EXCLUDED, lost_blank, f"{column['lost']}: the cell is empty")
    verdicts.give(_EXCLUDED, available_blank, f"{column['available']}: the cell is empty")
    verdicts.give(_NOT_APPLICABLE, available == 0, "no days were available")
    verdicts.give(_EXCLUDED, lost > available, "more days were lost than were available")

    seen = verdicts.status == _OBSERVED
    lost, available = np.where(seen, lost, np.nan), np.where(seen, available, np.nan)
    with np.errstate(invalid="ignore"):
        differs = np.abs(100 * lost / available - printed) > _PRINTED_RATE_TOLERANCE
    return _Days(lost, available, differs, len(printed_bad), verdicts)


def _read(source: SourceFile, layout: _Layout) -> Reading:
    table = source.csv()
    column = layout.columns(list(table.columns))
    absent = [names[0] for role, names in layout.headings.items() if role not in column.keys() | layout.optional]
    require_columns(source, list(table.columns), absent, row=int(table.index[0]) - 1 if len(table) else 1)
    tally = Tally(source.name, "", layout.key)
    table = _without_notes(table, column["org_code"], tally)
    if table.empty:
        what, todo = "The file has headings but no rows.", "Download it again."
        raise InputError(Problem(file=source.name, what=what, todo=todo))
    start, end = months_of(table[column["date"]])
    dated = ~np.isnat(end)
    days = _judge_days(table, column, dated)
    status, reason = days.verdicts.words()
    tally.rows = len(table)
    tally.skip("printed rate not used: the days give another one, which is kept", days.printed_differs.sum())
    tally.skip("printed rate not used: it is no number", days.printed_unreadable)
    row = table.index.to_numpy()
    lost_at, available_at = (_letter(table, column[role]) for role in ("lost", "available"))
    rows = observations(
        org_code=table[column["org_code"]],
        period_start=start,
        period_end=end,
        measure="sickness",
        stratum=translate(table[column["staff_group"]], staff_group) if "staff_group" in column else "all",
        numerator=days.lost,
        denominator=days.available,
        value=100 * days.lost / days.available,
        unit="percent",
        status=status,
        source=layout.key,
        source_file=source.name,
        source_cell=addresses((lost_at, row), (available_at, row)),
        vintage=str(end[dated].max())[:7] if dated.any() else "",
        effective_base=days.available,
        flags=take_words(["", "printed_rate_differs"], days.printed_differs.astype(np.int8)),
        reason=reason,
    )
    tally.count(rows)
    return Reading(rows, _sightings(source, layout, table, column, end), (tally,))


def _sightings(
    source: SourceFile, layout: _Layout, table: pd.DataFrame, column: dict[str, str], end: np.ndarray
) -> pd.DataFrame:
    """Say of each organisation what its newest row says."""
    code = table[column["org_code"]]
    numbers, codes = pd.factorize(code)
    order = np.argsort(end, kind="stable")
    order = order[~np.isnat(end[order])]
    newest = np.full(len(codes), -1)
    newest[numbers[order]] = order  # of several rows of one organisation the last, which is the newest, stays
    newest = np.sort(newest[(newest >= 0) & (codes != "")])
    last = {
        role: table[column[role]].iloc[newest]
        for role in ("org_code", "org_name", "region", "icb", "trust_type")
        if role in column
    }
    letter = _letter(table, column["org_code"])
    return organisation_sightings(
        **(last | {"region": translate(last["region"], region_name)}),
        as_of=end[newest],
        source=layout.key,
        source_file=source.name,
        source_cell=addresses((letter, table.index.to_numpy()[newest])),
    )


READERS: tuple[Reader, ...] = tuple(
    Reader(
        key=layout.key,
        title=layout.title,
        publisher="NHS England",
        verified=layout.verified,
        recognise=layout.recognises,
        read=partial(_read, layout=layout),
    )
    for layout in (_BENCHMARKING, _MONTHLY, _BACK_SERIES)
)
