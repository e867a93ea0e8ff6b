"""NHS Workforce Statistics, turnover benchmarking CSV: leavers of one month, by organisation and staff group.

``PERIOD`` is ``202509 to 202510``: the denominators are the staff in post at the end of September and at the end of
October, and leavers and joiners are those of October. That this is one month's window shows in the published file:
leavers are 1.0% of staff (two months, or a year, would be 2% or 11%), and start + joiners - leavers gives the end:
over 247 organisations of 1.5 million staff all differences together are 137 people.

The file has no row where a count is zero. Counts of 1 are printed, so small counts are not hidden, and in the 748
groups without a row of leavers start + joiners gives the end too (mean difference 0.03 of a person). So where both
denominators are there and no row of leavers is, nobody left: 0, flagged ``no_row_means_zero`` - but not in a group
of a thousand, for the leavers stand last in the file and a download cut short would lose them. Where a denominator is
missing the group had no staff at that moment, and there is no rate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

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
from wres_analysis.sources.textcolumns import addresses, translate
from wres_analysis.sources.vocabulary import heading_key, month_of, region_name, staff_group

__all__ = ["READERS"]

KEY = "turnover"
_HEADINGS = {
    "period": "PERIOD",
    "type": "TYPE",
    "region": "NHSE_REGION_NAME",
    "icb": "ICS_CODE",
    "org_name": "REPORTING_ORG_NAME",
    "org_code": "REPORTING_ORG_CODE",
    "trust_type": "BENCHMARK_GROUP",
    "staff_group": "STAFF_GROUP_1_NAME",
    "headcount": "HC",
}
_MARKS = frozenset(map(heading_key, ("PERIOD", "TYPE", "REPORTING_ORG_CODE", "STAFF_GROUP_1_NAME", "HC", "FTE")))
_WINDOW = re.compile(r"(20\d{4}) to (20\d{4})")
_TYPES = {
    "leavers": "leavers",
    "denominator at start of period": "at_start",
    "denominator at end of period": "at_end",
}
#: So many staff, and somebody leaves in a month: at 1% a month the chance of none is one in twenty thousand.
_SOMEBODY_LEAVES = 1000
_CELL = ["period", "org_code", "staff_group"]


def _recognise(source: SourceFile) -> bool:
    return len({heading_key(heading) for heading in source.header} & _MARKS) >= len(_MARKS) - 1


def _window(period: str) -> tuple[pd.Timestamp, pd.Timestamp, str]:
    """Return the first and last day of a window, and what is wrong with it (blank where nothing is)."""
    match = _WINDOW.fullmatch(period)
    months = [month_of(text) for text in match.groups()] if match else []
    if len(months) != 2 or months[0] is None or months[1] is None:
        return pd.NaT, pd.NaT, f"PERIOD: '{period}' is no pair of months"  # type: ignore[return-value]
    start = pd.Timestamp(months[0][1]) + pd.Timedelta(days=1)
    end = pd.Timestamp(months[1][1])
    length = (end.year - start.year) * 12 + end.month - start.month + 1
    return start, end, "" if length == 1 else f"PERIOD: '{period}' is a window of {length} months, not of one"


def _read(source: SourceFile) -> Reading:
    table = source.csv()
    columns = {heading_key(heading): heading for heading in reversed(list(table.columns))}
    absent = [heading for heading in _HEADINGS.values() if heading_key(heading) not in columns]
    require_columns(source, list(table.columns), absent)
    if table.empty:
        what, todo = "The file has headings but no rows.", "Download it again."
        raise InputError(Problem(file=source.name, what=what, todo=todo))
    long = pd.DataFrame({role: table[columns[heading_key(heading)]] for role, heading in _HEADINGS.items()})
    code = columns[heading_key(_HEADINGS["org_code"])]
    letter = column_letter(list(table.columns).index(columns[heading_key(_HEADINGS["headcount"])]))
    tally = Tally(source.name, "", KEY, rows=len(long))

    kind = long["type"].str.casefold().map(_TYPES).fillna("")
    lost = sorted(name for name, role in _TYPES.items() if not (kind == role).any())
    if lost:
        what = f"No row is of the type {' or '.join(repr(name) for name in lost)}."
        todo = "The file may be cut short, or its words have changed: download it again."
        raise InputError(Problem(file=source.name, column=columns["type"], what=what, todo=todo))
    for name, count in long.loc[kind == "", "type"].value_counts().items():
        tally.skip(f"row of another kind ('{name}')", count)
    used = long.assign(kind=kind)[kind != ""].sort_values(_CELL, kind="stable")
    rows = _rates(used, table.attrs["short_rows"], letter, source, tally)
    tally.count(rows)
    return Reading(rows, _sightings(source, long, column_letter(list(table.columns).index(code)), rows), (tally,))


@dataclass(frozen=True)
class _Counts:
    """The counts of one kind, one for each window, organisation and staff group; ``row`` is 0 where there is none."""

    value: np.ndarray
    row: np.ndarray
    reason: np.ndarray

    @property
    def given(self) -> np.ndarray:
        """Whether the file has a row of this kind."""
        return self.row > 0


def _counts(used: pd.DataFrame, place: np.ndarray, size: int, short: tuple[int, ...], tally: Tally) -> _Counts:
    """Spread the rows of one kind over ``size`` places. A count that two rows give differently is no count."""
    value, status, reason = read_numbers(used["headcount"], low=0.0)
    row = used.index.to_numpy()
    cut = np.isin(row, short) & (status == "observed")
    value[cut], reason[cut] = np.nan, "the row is cut short"
    out = _Counts(np.full(size, np.nan), np.zeros(size, np.int64), np.full(size, "", dtype=object))
    out.value[place[::-1]] = value[::-1]  # backwards, so that of two rows the first stays
    out.row[place[::-1]] = row[::-1]
    out.reason[place[::-1]] = reason[::-1]
    differs = ~np.isclose(value, out.value[place], equal_nan=True)
    out.value[place[differs]] = np.nan
    out.reason[place[differs]] = "two rows give different counts"
    tally.skip("row given again", len(place) - int(out.given.sum()))
    return out


def _rates(used: pd.DataFrame, short: tuple[int, ...], letter: str, source: SourceFile, tally: Tally) -> pd.DataFrame:
    """Make the rates: a row for each window, organisation and staff group."""
    groups = used.groupby(_CELL, sort=False, dropna=False)
    place = groups.ngroup().to_numpy()
    each = used[_CELL].drop_duplicates()
    size = len(each)
    of = {}
    for kind in _TYPES.values():
        mask = (used["kind"] == kind).to_numpy()
        of[kind] = _counts(used[mask], place[mask], size, short, tally)
    leavers, at_start, at_end = (of[kind] for kind in ("leavers", "at_start", "at_end"))
    left = np.where(leavers.given, leavers.value, 0.0)
    mean = (at_start.value + at_end.value) / 2

    windows = {str(period): _window(str(period)) for period in each["period"].unique()}
    starts, ends, wrong = (
        each["period"].map({period: window[part] for period, window in windows.items()}) for part in range(3)
    )
    bad_window = wrong.to_numpy(dtype=object)
    bad_count = np.full(size, "", dtype=object)
    for counts in of.values():
        bad_count = np.where((bad_count == "") & (counts.reason != ""), "HC: " + counts.reason, bad_count)
    verdicts = [
        ((each["org_code"] == "").to_numpy(), "excluded", "there is no organisation code"),
        (bad_window != "", "excluded", bad_window),
        (bad_count != "", "excluded", bad_count),
        (~at_start.given, "not_applicable", "no staff in the group at the start"),
        (~at_end.given, "not_applicable", "no staff in the group at the end"),
        (mean == 0, "not_applicable", "no staff in the group"),
        (
            ~leavers.given & (mean >= _SOMEBODY_LEAVES),
            "excluded",
            f"no row of leavers for {_SOMEBODY_LEAVES} staff or more: the file may be cut short",
        ),
        (left > mean, "excluded", "more staff left than were in post"),
    ]
    where = [mask for mask, _, _ in verdicts]
    status = np.select(where, [word for _, word, _ in verdicts], "observed")
    reason = np.select(where, [np.broadcast_to(np.asarray(why, dtype=object), size) for *_, why in verdicts], "")
    seen = status == "observed"
    mean, left = np.where(seen, mean, np.nan), np.where(seen, left, np.nan)
    rows = np.column_stack([leavers.row, at_start.row, at_end.row])
    return observations(
        org_code=each["org_code"],
        period_start=starts,
        period_end=ends,
        measure="leaver_rate",
        stratum=translate(each["staff_group"], staff_group),
        numerator=left,
        denominator=mean,
        value=100 * left / mean,
        unit="percent",
        status=status,
        source=KEY,
        source_file=source.name,
        source_cell=[",".join(f"{letter}{row}" for row in three if row) for three in rows],
        vintage=f"{ends.max():%Y-%m}" if ends.notna().any() else "",
        effective_base=mean,
        flags=np.where(seen & ~leavers.given, "no_row_means_zero", ""),
        reason=reason,
    )


def _sightings(source: SourceFile, long: pd.DataFrame, letter: str, rows: pd.DataFrame) -> pd.DataFrame:
    first = long[(long["org_code"] != "") & ~long["org_code"].duplicated()]
    return organisation_sightings(
        org_code=first["org_code"],
        org_name=first["org_name"],
        region=translate(first["region"], region_name),
        icb=first["icb"],
        trust_type=first["trust_type"],
        as_of=rows["period_end"].max(),
        source=KEY,
        source_file=source.name,
        source_cell=addresses((letter, first.index.to_numpy())),
    )


READERS: tuple[Reader, ...] = (
    Reader(
        key=KEY,
        title="NHS Workforce Statistics, turnover benchmarking CSV",
        publisher="NHS England",
        verified=True,
        recognise=_recognise,
        read=_read,
    ),
)
