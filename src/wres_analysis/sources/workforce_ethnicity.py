"""NHS workforce by ethnic group, staff group and grade, England (Ethnicity facts and figures download).

National only, twice to four times a year from September 2009: the context in which a trust's workforce stands.

How the rows fit together (exact in each of the 3,009 combinations of month, role and grade of the 2022 edition):

- ``All`` is the sum of the six ``ONS 6+1`` groups: staff of known ethnicity. It is the denominator of those groups.
- ``All - Including Unknown, Not Stated And Discontinued Codes`` adds those two. It is the denominator of them.
- A group without a row has nobody: the smallest value is 1, and the sums hold without it.
- ``All Grades`` is less than the sum of the grades, because some people have posts at two grades. Grades are
  strata of their own and are never added here.

The standard's comparison group is ``All`` less ``White`` (flag ``derived``). The stratum ``all`` adds the role groups
at all grades (flags ``derived sum_of_role_groups``): a person with posts in two role groups counts twice, and
primary care is not in it.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.files import SourceFile, column_letter
from wres_analysis.sources.observations import (
    Reading,
    Tally,
    observations,
    organisation_sightings,
    require_columns,
)
from wres_analysis.sources.reader import Reader
from wres_analysis.sources.textcolumns import addresses, mostly_numbers
from wres_analysis.sources.vocabulary import heading_key, month_of
from wres_analysis.standards import load_standard

__all__ = ["READERS"]

KEY = "workforce_ethnicity"
_HEADINGS = ("Time", "Ethnicity", "Ethnicity_type", "Staff_Group", "Role_Group", "Grade", "Value")
_MARKS = frozenset(map(heading_key, _HEADINGS))
_CELL = ["time", "staff_group", "role_group", "grade"]
_KNOWN, _EVERYBODY = "all", "all including unknown not stated and discontinued codes"
_ALL_GRADES = "all grades"


def _groups() -> dict[str, str]:
    """Return the publisher's ethnic groups, folded -> their keys."""
    known = ("asian", "black", "chinese", "mixed", "other")
    aside = {"unknown not stated": "unknown", "discontinued codes": "discontinued"}
    return {"white": load_standard().reference_group} | {name: name for name in known} | aside


def _recognise(source: SourceFile) -> bool:
    if source.kind == "text":
        headings = source.header
    elif source.kind == "workbook" and len(source.sheet_names) <= 3:
        headings = tuple(str(cell) for cell in next(source.rows(source.sheet_names[0]), []))
    else:
        return False
    return len({heading_key(heading) for heading in headings} & _MARKS) >= len(_MARKS) - 1


def _table(source: SourceFile) -> tuple[pd.DataFrame, str, str]:
    """Return the table (index: row numbers), the name of its sheet, and the letter of its values."""
    if source.kind == "text":
        frame, name = source.csv(), ""
    else:
        name = source.sheet_names[0]
        head, *body = source.sheet(name).rows
        frame = pd.DataFrame(body, columns=pd.Index([str(cell).strip() for cell in head]), dtype=object)
        frame.index = pd.RangeIndex(2, len(body) + 2)
    columns = {heading_key(heading): heading for heading in reversed(list(frame.columns))}
    absent = [heading for heading in _HEADINGS if heading_key(heading) not in columns]
    require_columns(source, list(frame.columns), absent, sheet=name)
    if frame.empty:
        what, todo = "There are headings but no rows.", "Download the file again."
        raise InputError(Problem(file=source.name, sheet=name, what=what, todo=todo))
    letter = column_letter(list(frame.columns).index(columns["value"]))
    table = pd.DataFrame({heading_key(h).replace(" ", "_"): frame[columns[heading_key(h)]] for h in _HEADINGS})
    return table, name, letter


def _snapshot(cell: object) -> dt.date | None:
    """Return the day of a snapshot: the last of the month that the cell names (``2022-06-01`` is 30 June 2022)."""
    month = month_of(f"{cell:%Y-%m-%d}" if isinstance(cell, dt.date) else str(cell))
    return month[1] if month else None


def _same_place(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the first row of each place, and the number of the place of each row, white space at ends apart."""
    code = np.zeros(len(table), dtype=np.int64)
    for column in _CELL:
        codes, found = pd.factorize(table[column], use_na_sentinel=False)
        words, distinct = pd.factorize(np.array([str(word).strip() for word in found], dtype=object))
        code = code * len(distinct) + words[codes]
    _, first, number = np.unique(code, return_index=True, return_inverse=True)
    return first, number


class _Counts:
    """The counts side by side: one place for each month, staff group, role group and grade.

    ``value[group]`` is 0 and ``row[group]`` is 0 where the file has no row of the group.
    """

    def __init__(self, table: pd.DataFrame, tally: Tally) -> None:
        names = {heading_key(str(name)): str(name) for name in table["ethnicity"].unique()}
        known = _groups() | {_KNOWN: _KNOWN, _EVERYBODY: _EVERYBODY}
        ethnicity = table["ethnicity"].map(lambda name: heading_key(str(name)))
        for name in sorted(set(names) - set(known)):
            tally.skip(f"row of a group that is none of the six ('{names[name]}')", (ethnicity == name).sum())
        table = table[ethnicity.isin(known)].assign(group=ethnicity.map(known))
        first, number = _same_place(table)
        self.place = table[_CELL].iloc[first].reset_index(drop=True)
        for column in _CELL[1:]:
            self.place[column] = self.place[column].astype(str).str.strip()
        value, _, reason = mostly_numbers(table["value"].to_numpy(dtype=object), low=0.0)
        size = len(self.place)
        self.reason = np.full(size, "", dtype=object)
        self.reason[number[reason != ""]] = "Value: " + reason[reason != ""]
        undated = self.place["time"].isna().to_numpy()
        self.reason[undated] = "Time: the cell names no month"
        self.value: dict[str, np.ndarray] = {}
        self.row: dict[str, np.ndarray] = {}
        for group in known.values():
            mask = (table["group"] == group).to_numpy()
            at = number[mask]
            self.value[group], self.row[group] = np.zeros(size), np.zeros(size, np.int64)
            self.value[group][at], self.row[group][at] = value[mask], table.index.to_numpy()[mask]
            repeated = pd.Series(at).duplicated().to_numpy()
            self.reason[at[repeated]] = "the same month, role, grade and ethnic group twice"
        six = [group for group in known.values() if group not in (_KNOWN, _EVERYBODY, "unknown", "discontinued")]
        whole = self.value[_KNOWN]
        parts = np.sum([self.value[group] for group in six], axis=0)
        for wrong in np.flatnonzero((parts != whole) & (self.reason == "")):
            self.reason[wrong] = f"the ethnic groups add up to {parts[wrong]:g}, the row 'All' says {whole[wrong]:g}"

    @staticmethod
    def whole_of(group: str) -> str:
        """Return what a group is a share of."""
        return _EVERYBODY if group in ("unknown", "discontinued") else _KNOWN


def _rows(counts: _Counts, sheet: str, letter: str) -> pd.DataFrame:
    """Make the share of each group in each place that it has a row in, and of the comparison group."""
    standard = load_standard()
    white, comparison = standard.reference_group, standard.comparison_group
    parts = []
    for group in (*_groups().values(), comparison):
        derived = group == comparison
        whole = counts.whole_of(group)
        numerator = counts.value[_KNOWN] - counts.value[white] if derived else counts.value[group]
        top = counts.row[_KNOWN] if derived else counts.row[group]
        below = counts.row[white] if derived else counts.row[whole]
        there = np.flatnonzero(top > 0)
        reason = np.where(
            (counts.reason[there] == "") & (counts.row[whole][there] == 0), "there is no total", counts.reason[there]
        )
        seen = reason == ""
        count = np.where(seen, numerator[there], np.nan)
        base = np.where(seen, counts.value[whole][there], np.nan)
        place = counts.place.iloc[there]
        one_cell = addresses((letter, top[there]), sheet=sheet)
        parts.append(
            observations(
                **_share(count, base),
                period_start=place["time"].to_numpy(),
                period_end=place["time"].to_numpy(),
                group=group,
                stratum=place["staff_group"] + "|" + place["role_group"] + "|" + place["grade"],
                status=np.where(seen, "observed", "excluded"),
                reason=reason,
                flags="derived" if derived else "",
                source_cell=one_cell.where(
                    below[there] == 0, one_cell + "," + letter + pd.Series(below[there]).astype("str")
                ),
            )
        )
    return pd.concat(parts, ignore_index=True)


def _totals(counts: _Counts, sheet: str, letter: str) -> pd.DataFrame:
    """Make the shares of the whole workforce: the role groups at all grades, added, for months that have no fault."""
    standard = load_standard()
    white, comparison = standard.reference_group, standard.comparison_group
    ungraded = counts.place["grade"].str.casefold() == _ALL_GRADES
    times, groups, cells = [], [], []
    count, base = [], []
    for time, places in counts.place[ungraded & counts.place["time"].notna()].groupby("time"):
        at = places.index.to_numpy()
        if (counts.reason[at] != "").any():
            continue
        for group in (*_groups().values(), comparison):
            derived = group == comparison
            whole = counts.whole_of(group)
            top = counts.value[_KNOWN][at] - counts.value[white][at] if derived else counts.value[group][at]
            rows = np.concatenate([counts.row[white if derived else group][at], counts.row[whole][at]])
            times.append(time)
            groups.append(group)
            count.append(top.sum())
            base.append(counts.value[whole][at].sum())
            cells.append((f"{sheet}!" if sheet else "") + ",".join(f"{letter}{row}" for row in rows if row))
    return observations(
        **_share(np.array(count), np.array(base)),
        period_start=times,
        period_end=times,
        group=groups,
        flags="derived sum_of_role_groups",
        source_cell=cells,
    )


def _share(count: np.ndarray, base: np.ndarray) -> dict[str, object]:
    return {
        "org_code": "ENG",
        "measure": "national_workforce_share",
        "numerator": count,
        "denominator": base,
        "value": 100 * count / base,
        "unit": "percent",
        "effective_base": base,
    }


def _read(source: SourceFile) -> Reading:
    table, sheet, letter = _table(source)
    tally = Tally(source.name, sheet, KEY, rows=len(table))
    table["time"] = (
        table["time"].map({cell: _snapshot(cell) for cell in table["time"].unique()}).astype("datetime64[s]")
    )
    counts = _Counts(table, tally)
    for whole in (_KNOWN, _EVERYBODY):
        tally.skip("row of a total, used as a denominator", (counts.row[whole] > 0).sum())
    rows = pd.concat([_rows(counts, sheet, letter), _totals(counts, sheet, letter)], ignore_index=True)
    newest = rows["period_end"].max()
    rows = rows.assign(source=KEY, source_file=source.name, vintage="" if pd.isna(newest) else f"{newest:%Y-%m}")
    tally.count(rows)
    return Reading(rows, organisation_sightings(org_code=[]), (tally,))


READERS: tuple[Reader, ...] = (
    Reader(
        key=KEY,
        title="NHS workforce by ethnicity, staff group and grade (national)",
        publisher="Race Disparity Unit, Ethnicity facts and figures",
        verified=True,
        recognise=_recognise,
        read=_read,
    ),
)
