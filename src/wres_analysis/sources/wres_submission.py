"""WRES submissions in the kit's own template: indicators 1 to 4 and 9, as counts of people.

Trusts hold these counts themselves. The template (``data/reference/wres-submission-template.xlsx``) has a sheet for
the workforce by band, one for recruitment, discipline and training, and one for the board. One workbook may hold many
organisations and years. Counts are read, never ratios, but for a ratio that was published, which is kept beside them
so that the two can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.files import SourceFile, fold
from wres_analysis.sources.observations import Reading, Tally, observations, organisation_sightings, read_numbers
from wres_analysis.sources.reader import Reader
from wres_analysis.sources.submission_cells import Counts, Rows, read_rows, worst
from wres_analysis.sources.submission_layout import (
    BANDS,
    BOARD,
    BOARD_MEMBERS,
    COUNT_HEADINGS,
    FLOWS,
    INDICATORS,
    INSTRUCTIONS,
    NOT_SUBMITTED,
    POOLS,
    RATIO,
    STAFF_GROUPS,
    SUPPRESSED,
    TITLE,
    WORKFORCE,
    Layout,
)
from wres_analysis.standards import load_outcomes, load_standard

__all__ = ["PUBLISHED_RATIO", "READERS"]

KEY = "wres_submission"
#: The stratum of a ratio as the trust printed it.
PUBLISHED_RATIO = "published_ratio"

_VINTAGE = "submission"
_NUMBERS = ("numerator", "denominator", "value")
_TOTALS = (
    *("org_code", "period_start", "period_end", "measure", "group", *_NUMBERS),
    *("effective_base", "unit", "status", "reason", "source_cell"),
)

_LAYOUTS: dict[Layout, tuple[dict[str, str], ...]] = {
    WORKFORCE: (STAFF_GROUPS, BANDS),
    FLOWS: (INDICATORS,),
    BOARD: (BOARD_MEMBERS,),
}


def _version(source: SourceFile) -> str:
    """Cell A1 of the instructions, or "" where there are none."""
    name = next((s for s in source.sheet_names if fold(s) == fold(INSTRUCTIONS)), None)
    rows = source.sheet(name).rows if name is not None else []
    return " ".join(str(rows[0][0]).split()) if rows and rows[0] else ""


def recognise(source: SourceFile) -> bool:
    """Whether the instructions begin with the template's title, or its sheets of counts are there."""
    if source.kind != "workbook":
        return False
    if fold(_version(source)).startswith(fold(TITLE.partition(",")[0])):
        return True
    return {fold(layout.sheet) for layout in _LAYOUTS} <= {fold(name) for name in source.sheet_names}


def _observe(source: SourceFile, rows: Rows, letters: Sequence[str], **columns: Any) -> pd.DataFrame:
    """Build an observation for each row; a row that cannot be used has no number and says why."""
    table = rows.table
    status, reason, flags = (columns.pop(name) for name in ("status", "reason", "flags"))
    bad = table["_bad"].ne("").to_numpy()
    status[bad], reason[bad], flags[bad] = "excluded", table.loc[bad, "_bad"], table.loc[bad, "_flag"]
    seen = status == "observed"
    numbers = {name: np.where(seen, columns.pop(name), np.nan) for name in _NUMBERS if name in columns}
    ends = _year_ends(table["_year"])
    starts = ends - pd.DateOffset(years=1) + pd.DateOffset(days=1) if rows.layout is FLOWS else ends
    return observations(
        org_code=table["_code"].tolist(),
        period_start=starts,
        period_end=ends,
        status=status,
        reason=reason,
        flags=flags,
        source=KEY,
        source_file=source.name,
        source_cell=[
            f"{rows.layout.sheet}!" + ",".join(f"{letter}{row}" for letter in letters) for row in table["_row"]
        ],
        vintage=_VINTAGE,
        effective_base=numbers.get("denominator", np.nan),
        **numbers,
        **columns,
    )


def _year_ends(years: pd.Series) -> pd.Series:
    """31 March of each year; NaT where there is none."""
    return pd.to_datetime((years.astype("string") + "-03-31").reset_index(drop=True))


def _share(part: Counts, whole: Sequence[Counts], nobody: str, too_many: str) -> dict[str, Any]:
    """The share that ``part`` is of the sum of ``whole``, with the status of the worst cell."""
    status, reason, flags = worst([part, *whole])
    total = np.sum([column.value for column in whole], axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = 100.0 * part.value / total
    seen = status == "observed"
    empty, over = seen & (total == 0) & (part.value == 0), seen & (part.value > total)
    status[empty], reason[empty] = "not_applicable", nobody
    status[over], reason[over] = "excluded", too_many
    numbers = {"numerator": part.value, "denominator": total, "value": value}
    return {**numbers, "status": status, "reason": reason, "flags": flags}


def _known() -> tuple[str, str]:
    """The groups of known ethnicity."""
    standard = load_standard()
    return standard.reference_group, standard.comparison_group


def _composition(source: SourceFile, rows: Rows, measure: str) -> Iterator[pd.DataFrame]:
    """Yield the shares of each body of people: of those of known ethnicity, and the unknown of all."""
    counts = {group: rows.counts(heading) for group, heading in COUNT_HEADINGS.items()}
    for group, part in counts.items():
        whole = [counts[g] for g in (_known() if group in _known() else counts)]
        yield _observe(
            source,
            rows,
            [column.letter for column in dict.fromkeys((part, *whole))],
            measure=measure,
            group=group,
            stratum=rows.table["_key"].tolist(),
            unit="percent",
            **_share(part, whole, "there is nobody in this row", ""),
        )


def _flows(source: SourceFile, rows: Rows) -> Iterator[pd.DataFrame]:
    """Yield the rate of each group, and the ratio as printed where there is one."""
    standard = load_standard()
    measures = rows.table["_key"].tolist()
    # An indicator that was once a mean over two years has half people.
    averaged = {b.measure for b in standard.breaks if b.key.endswith("average")}
    halves = np.array([measure in averaged for measure in measures], dtype=bool)
    for group, headings in POOLS.items():
        pool, event = (rows.counts(heading, halves) for heading in headings)
        yield _observe(
            source,
            rows,
            [event.letter, pool.letter],
            measure=measures,
            group=group,
            unit="percent",
            **_share(
                event, [pool], "there is nobody in the pool", "there are more people with the event than in the pool"
            ),
        )
    if RATIO in rows.table:
        printed = rows.take(rows.table[RATIO].ne(""))
        yield _observe(
            source,
            printed,
            [printed.letters[RATIO]],
            measure=printed.table["_key"].tolist(),
            stratum=PUBLISHED_RATIO,
            unit=[standard.indicators[measure].unit for measure in printed.table["_key"]],
            **_printed(printed.table[RATIO].tolist()),
        )


def _printed(cells: list[Any]) -> dict[str, Any]:
    """Read ratios as trusts print them; a percent sign on a ratio is a slip, and is flagged."""
    value, status, reason = read_numbers(cells, suppressed=(SUPPRESSED,), low=0.0, percent_sign=True)
    absent = np.array([fold(cell) == fold(NOT_SUBMITTED) for cell in cells], dtype=bool)
    status[absent], reason[absent] = "not_submitted", "marked as not submitted"
    flags = np.array(["text_in_number" if " is not a number" in why else "" for why in reason], dtype=object)
    signed = np.array([isinstance(cell, str) and cell.endswith("%") for cell in cells], dtype=bool)
    flags[signed & (status == "observed")] = "unit_error"
    return {"value": value, "status": status, "reason": reason, "flags": flags}


@dataclass(frozen=True, eq=False)
class _Total:
    """A sum over rows: the columns that are added up, and those of the whole that they are a share of (or none)."""

    measure: str
    group: str
    part: list[Counts]
    whole: list[Counts]

    @cached_property
    def columns(self) -> list[Counts]:
        return [*self.part, *(column for column in self.whole if column not in self.part)]

    @cached_property
    def words(self) -> tuple[np.ndarray, np.ndarray]:
        """Status and reason of each row."""
        status, reason, _ = worst(self.columns)
        return status, reason

    def sums(self, at: np.ndarray) -> tuple[float, float]:
        part, whole = (sum(float(column.value[at].sum()) for column in side) for side in (self.part, self.whole))
        return part, whole if self.whole else float("nan")


def _totals(source: SourceFile, rows: Rows) -> pd.DataFrame:
    """Headcount and workforce shares: sums over all rows of an organisation and year, if every one has a number."""
    counts = {group: rows.counts(heading) for group, heading in COUNT_HEADINGS.items()}
    known = {group: counts[group] for group in _known()}
    measures = load_outcomes().measures
    totals = [
        *(_Total("headcount", group, [part], []) for group, part in counts.items()),
        _Total("headcount", "all", list(counts.values()), []),
        *(_Total("workforce_share", group, [part], list(known.values())) for group, part in known.items()),
    ]
    table = rows.table
    undated = table[table["_year"].isna()].groupby("_code")
    lost = {str(code): dict(zip(part["_key"], part["_row"], strict=True)) for code, part in undated}
    out = []
    for (code, year), mine in table[table["_year"].notna() & table["_code"].ne("")].groupby(["_code", "_year"]):
        at = mine.index.to_numpy()
        missing = [row for key, row in lost.get(str(code), {}).items() if key not in set(mine["_key"])]
        for total in totals:
            status, reason = _all_there(mine, total.words[0][at], total.words[1][at], missing)
            part, whole = total.sums(at)
            if status == "observed" and whole == 0:
                status, reason = "not_applicable", "there is nobody of known ethnicity"
            seen, letters = status == "observed", sorted(column.letter for column in total.columns)
            out.append(
                {
                    "org_code": code,
                    "period_start": f"{year}-03-31",
                    "period_end": f"{year}-03-31",
                    "measure": total.measure,
                    "group": total.group,
                    "numerator": part if seen and total.whole else np.nan,
                    "denominator": whole if seen else np.nan,
                    "effective_base": whole if seen else np.nan,
                    "value": (100.0 * part / whole if total.whole else part) if seen else np.nan,
                    "unit": measures[total.measure].unit,
                    "status": status,
                    "reason": reason,
                    "source_cell": f"{rows.layout.sheet}!{_ranges(letters, mine['_row'].tolist())}",
                }
            )
    frame = pd.DataFrame(out, columns=_TOTALS)
    columns = {name: frame[name].tolist() for name in _TOTALS if not name.startswith("period")}
    dates = {name: pd.to_datetime(frame[name]) for name in ("period_start", "period_end")}
    return observations(**columns, **dates, source=KEY, source_file=source.name, vintage=_VINTAGE)


def _all_there(mine: pd.DataFrame, status: np.ndarray, reason: np.ndarray, missing: Sequence[int]) -> tuple[str, str]:
    """Whether every row of an organisation and year has its numbers; if not, the status and the reason."""
    bad = mine["_bad"].ne("").to_numpy()
    status[bad], reason[bad] = "excluded", mine.loc[bad, "_bad"]
    for word in ("excluded", "suppressed", "not_submitted"):
        if (status == word).any():
            first = int(np.flatnonzero(status == word)[0])
            without = int((status != "observed").sum())
            return word, (
                f"{without} of {len(status)} rows of '{WORKFORCE.sheet}' have no number, "
                f"such as row {mine['_row'].iloc[first]}: {reason[first]}"
            )
    if missing:
        listed = ", ".join(map(str, missing[:5]))
        return "excluded", f"the year of row {listed} of '{WORKFORCE.sheet}' cannot be read, and may be this one"
    return "observed", ""


def _ranges(letters: Sequence[str], rows: Sequence[int]) -> str:
    """Address a block of cells: ``F4:H35``, or several such where the rows are apart."""
    runs: list[list[int]] = []
    for row in sorted(rows):
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return ",".join(f"{letters[0]}{run[0]}:{letters[-1]}{run[-1]}" for run in runs)


def _sightings(source: SourceFile, sheets: Sequence[Rows]) -> pd.DataFrame:
    seen = pd.concat(
        [
            rows.table.assign(_cell=f"{rows.layout.sheet}!A" + rows.table["_row"].astype(str)).rename(
                columns={rows.layout.name: "_name"}
            )[["_code", "_year", "_name", "_cell"]]
            for rows in sheets
        ]
    )
    seen = seen[seen["_code"].ne("") & seen["_year"].notna()].drop_duplicates(["_code", "_year"])
    return organisation_sightings(
        org_code=seen["_code"].tolist(),
        org_name=[str(name) for name in seen["_name"]],
        as_of=_year_ends(seen["_year"]),
        source=KEY,
        source_file=source.name,
        source_cell=seen["_cell"].tolist(),
    )


def read(source: SourceFile) -> Reading:
    """Read the three sheets of counts."""
    version = _version(source)
    if version and fold(version) != fold(TITLE):
        what, todo = (
            f"This is '{version}'; the kit reads '{TITLE}'.",
            "Copy the counts into the template of that version.",
        )
        raise InputError(Problem(file=source.name, sheet=INSTRUCTIONS, row=1, column="A", what=what, todo=todo))
    tallies = {fold(name): Tally(source.name, name, KEY) for name in source.sheet_names}
    frames: list[pd.DataFrame] = []
    sheets: list[Rows] = []
    for layout, words in _LAYOUTS.items():
        tally = tallies.get(fold(layout.sheet), Tally(source.name, layout.sheet, KEY))
        rows = read_rows(source, layout, words, tally)
        sheets.append(rows)
        if layout is FLOWS:
            strange = rows.table["_flag"].str.contains("unknown_row")
            for row, why in rows.table.loc[strange, ["_row", "_bad"]].itertuples(index=False):
                tally.skip(f"row {row}: {why}")
            made = list(_flows(source, rows.take(~strange)))
        elif layout is WORKFORCE:
            made = [*_composition(source, rows, "ind1"), _totals(source, rows)]
        else:
            made = list(_composition(source, rows, "ind9"))
        frames += made
        for frame in made:
            tally.count(frame)
    for name, tally in tallies.items():
        if name not in {fold(layout.sheet) for layout in _LAYOUTS}:
            tally.skip("a sheet without counts")
    return Reading(pd.concat(frames, ignore_index=True), _sightings(source, sheets), tuple(tallies.values()))


READERS = (
    Reader(
        key=KEY,
        title="WRES submission, the kit's own template",
        publisher="The organisation itself",
        verified=False,
        recognise=recognise,
        read=read,
    ),
)
