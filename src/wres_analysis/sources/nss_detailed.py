"""NHS Staff Survey, detailed spreadsheets, organisational results (all staff).

Each sheet has its questions in row 1 (merged over their options), its headings in the row that begins with
``ODS code``, and one organisation a row below. Headings repeat from question to question, so a column is
found by its question and its option together. Percentages are 0-100; ``-`` stands for fewer than ten answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.files import Sheet, SourceFile, column_letter, fold
from wres_analysis.sources.observations import (
    Reading,
    Tally,
    observations,
    organisation_sightings,
    read_numbers,
)
from wres_analysis.sources.reader import Reader

__all__ = ["READERS"]

KEY = "nss_detailed"
_TITLE = re.compile(r"NHS Staff Survey (20\d\d)", re.IGNORECASE)
_ID_COLUMNS = ("ODS code", "Organisation name", "Benchmarking group", "Region", "Weighting")
_BASE = "Base (number of responses)"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A value to take: a question (matched by its words) and how its options make the value."""

    measure: str
    question: str
    options: tuple[str, ...]
    complement: bool = False
    stratum: str = "all"


# Questions are matched by their words, because their numbers change from year to year.
_WANTED = (
    _Wanted(
        "ind5",
        r"personally experienced harassment, bullying or abuse at work from patients",
        ("% Never",),
        complement=True,
    ),
    _Wanted(
        "hba_managers",
        r"personally experienced harassment, bullying or abuse at work from managers",
        ("% Never",),
        complement=True,
    ),
    _Wanted(
        "hba_colleagues",
        r"personally experienced harassment, bullying or abuse at work from other colleagues",
        ("% Never",),
        complement=True,
    ),
    _Wanted("ind7", r"act fairly with regard to career progression", ("% Yes",)),
    _Wanted("ind8", r"experienced discrimination at work from (a )?manager", ("% Yes",)),
    _Wanted("engagement", r"^Staff Engagement - Staff engagement", ("Staff Engagement - score",)),
    _Wanted("engagement", r"^E_1 - Motivation", ("E_1 - score",), stratum="motivation"),
    _Wanted("engagement", r"^E_2 - Involvement", ("E_2 - score",), stratum="involvement"),
    _Wanted("engagement", r"^E_3 - Advocacy", ("E_3 - score",), stratum="advocacy"),
)
_ETHNICITY = re.compile(r"What is your ethnic group", re.IGNORECASE)


def _title(source: SourceFile) -> re.Match[str] | None:
    for name in source.sheet_names[:2]:
        for row in source.sheet(name).rows[:6]:
            for cell in row[:3]:
                if isinstance(cell, str) and (match := _TITLE.search(cell)):
                    return match
    return None


def recognise(source: SourceFile) -> bool:
    """Whether this is a detailed spreadsheet of organisational results."""
    if source.kind != "workbook" or not source.sheet_names:
        return False
    if not any(n.startswith(("THEMES", "PEOPLE PROMISE", "YOUR JOB", "HEALTH WELLBEING")) for n in source.sheet_names):
        return False
    return _title(source) is not None


@dataclass(frozen=True)
class _Table:
    """The organisations of one sheet: questions by column, and the data rows with their row numbers."""

    sheet: Sheet
    questions: list[str]
    headings: list[str]
    codes: list[str]
    first_row: int

    def column(self, question: re.Pattern[str], option: str) -> int | None:
        for index, (asked, heading) in enumerate(zip(self.questions, self.headings, strict=True)):
            if question.search(asked) and fold(heading) == fold(option):
                return index
        return None

    def cells(self, index: int) -> list[object]:
        rows = self.sheet.rows[self.first_row : self.first_row + len(self.codes)]
        return [row[index] if index < len(row) else "" for row in rows]


def _table(source: SourceFile, sheet: Sheet, tally: Tally) -> _Table:
    header = sheet.find_row("ODS code", within=12)
    if header is None:
        raise InputError(
            Problem(
                file=source.name,
                sheet=sheet.name,
                row=5,
                column="ODS code",
                what="No row of this sheet holds the heading 'ODS code'.",
                todo="Download the detailed spreadsheets again; their headings are in row 5.",
            )
        )
    headings = [str(cell).strip() for cell in sheet.rows[header]]
    missing = [name for name in _ID_COLUMNS if fold(name) not in {fold(h) for h in headings}]
    if missing:
        raise InputError(
            *(
                Problem(
                    file=source.name,
                    sheet=sheet.name,
                    row=header + 1,
                    column=name,
                    what="The column is missing.",
                    todo="Restore the heading as published, or download the workbook again.",
                )
                for name in missing
            )
        )
    questions, current = [], ""
    first = sheet.rows[0] if header else []
    for index in range(len(headings)):
        cell = str(first[index]).strip() if index < len(first) else ""
        current = cell or current
        questions.append(current if index >= 6 else "")
    codes: list[str] = []
    for row in sheet.rows[header + 1 :]:
        code = str(row[0]).strip() if row else ""
        if not code:
            break
        codes.append(code)
    rest = [row for row in sheet.rows[header + 1 + len(codes) :] if any(cell != "" for cell in row)]
    tally.skip("rows below the table", len(rest))
    tally.rows = len(codes)
    return _Table(sheet, questions, headings, codes, header + 1)


def _values(source: SourceFile, table: _Table, wanted: _Wanted, survey: int, used: set[int]) -> pd.DataFrame | None:
    question = re.compile(wanted.question, re.IGNORECASE)
    columns = [table.column(question, option) for option in wanted.options]
    if any(index is None for index in columns):
        return None
    (index,) = [c for c in columns if c is not None]
    base_index = next((i for i in range(index, len(table.headings)) if fold(table.headings[i]) == fold(_BASE)), None)
    if base_index is None:
        raise InputError(
            Problem(
                file=source.name,
                sheet=table.sheet.name,
                row=table.first_row,
                column=_BASE,
                what=f"No base follows the column '{table.headings[index]}' of '{table.questions[index][:60]}'.",
                todo="Download the workbook again.",
            )
        )
    used.update((index, base_index))
    score = not table.headings[index].startswith("%")
    value, status, reason = read_numbers(
        table.cells(index), suppressed=("-",), low=0.0, high=10.0 if score else 100.0 + 1e-9
    )
    base, base_status, base_reason = read_numbers(table.cells(base_index), suppressed=("-",), low=0.0)
    spoiled = (status == "observed") & (base_status == "excluded")
    status[spoiled], reason[spoiled] = "excluded", base_reason[spoiled]
    if wanted.complement:
        value = 100.0 - value
    rows = np.arange(table.first_row + 1, table.first_row + 1 + len(table.codes)).astype(str)
    cell = [
        f"{table.sheet.name}!{column_letter(index)}{row},{column_letter(base_index)}{row}" for row in rows
    ]
    # The published percentage is weighted to the occupation mix, so it is no fraction of the base: no numerator.
    return observations(
        org_code=table.codes,
        period_start=f"{survey}-10-01",
        period_end=f"{survey}-12-31",
        measure=wanted.measure,
        stratum=wanted.stratum,
        value=np.where(status == "observed", value, np.nan),
        unit="score" if score else "percent",
        status=status,
        source=KEY,
        source_file=source.name,
        source_cell=cell,
        vintage=str(survey),
        effective_base=np.where(status == "observed", base, np.nan),
        reason=reason,
    )


def _ethnicity(source: SourceFile, table: _Table, survey: int, used: set[int]) -> list[pd.DataFrame]:
    """Respondents by group. The question is never weighted, so counts are percentage times base."""
    options = [i for i, q in enumerate(table.questions) if _ETHNICITY.search(q)]
    if not options:
        return []
    base_index = options[-1]
    shares = options[:-1]
    used.update(options)
    base, base_status, _ = read_numbers(table.cells(base_index), suppressed=("-",), low=0.0)
    parts = np.array([read_numbers(table.cells(i), suppressed=("-",), low=0.0, high=100.0 + 1e-9)[0] for i in shares])
    white = np.array([fold(table.headings[i]).startswith(("% white -", "% white –")) for i in shares])
    rows = np.arange(table.first_row + 1, table.first_row + 1 + len(table.codes)).astype(str)
    first, last = column_letter(shares[0]), column_letter(base_index)
    out = []
    for group, member in (("white", white), ("bme", ~white)):
        percent = parts[member].sum(axis=0)
        count = np.round(percent * base / 100.0)
        exact = np.abs(count - percent * base / 100.0) < 1e-3
        good = np.isfinite(percent) & (base_status == "observed") & (base > 0)
        out.append(
            observations(
                org_code=table.codes,
                period_start=f"{survey}-10-01",
                period_end=f"{survey}-12-31",
                measure="respondent_share",
                group=group,
                numerator=np.where(good & exact, count, np.nan),
                denominator=np.where(good & exact, base, np.nan),
                value=np.where(good, percent, np.nan),
                unit="percent",
                status=np.where(good, "observed", "suppressed"),
                source=KEY,
                source_file=source.name,
                source_cell=[f"{table.sheet.name}!{first}{row}:{last}{row}" for row in rows],
                vintage=str(survey),
                effective_base=np.where(good, base, np.nan),
                flags=np.where(good & exact, "counts_derived", ""),
                reason=np.where(good, "", "at least one ethnic group is suppressed by the publisher"),
            )
        )
    return out


def read(source: SourceFile) -> Reading:
    """Read the questions that the standards use; count the others."""
    match = _title(source)
    assert match is not None
    survey = int(match.group(1))
    frames: list[pd.DataFrame] = []
    sightings: pd.DataFrame | None = None
    tallies = []
    found: set[tuple[str, str]] = set()
    for name in source.sheet_names:
        tally = Tally(source.name, name, KEY)
        tallies.append(tally)
        if fold(name) in ("notes", "contents"):
            tally.skip("a sheet of notes")
            continue
        sheet = source.sheet(name)
        asked = " ".join(str(cell) for cell in (sheet.rows[0] if sheet.rows else []))
        wanted = [w for w in _WANTED if re.search(w.question.removeprefix("^"), asked, re.IGNORECASE)]
        if not wanted and not _ETHNICITY.search(asked) and sightings is not None:
            tally.rows = max(0, len(sheet.rows) - 5)
            tally.skip("questions that no standard uses", sum(1 for c in (sheet.rows[0] if sheet.rows else [])[6:] if c))
            continue
        table = _table(source, sheet, tally)
        if sightings is None:
            sightings = _sightings(source, table, survey)
        used: set[int] = set()
        made = [frame for w in wanted if (frame := _values(source, table, w, survey, used)) is not None]
        found |= {(frame["measure"].iloc[0], frame["stratum"].iloc[0]) for frame in made if len(frame)}
        made += _ethnicity(source, table, survey, used)
        for frame in made:
            tally.count(frame)
        tally.skip("columns that no standard uses", len(table.headings) - 6 - len(used))
        frames += made
    missing = [w for w in _WANTED if (w.measure, w.stratum) not in found and w.stratum == "all"]
    if missing:
        raise InputError(
            *(
                Problem(
                    file=source.name,
                    row=1,
                    column=w.options[0],
                    what=f"No sheet asks the question behind '{w.measure}' ({w.question!r}) with this option.",
                    todo="A sheet or a heading is missing or renamed: download the workbook again.",
                )
                for w in missing
            )
        )
    assert sightings is not None
    return Reading(pd.concat(frames, ignore_index=True), sightings, tuple(tallies))


def _sightings(source: SourceFile, table: _Table, survey: int) -> pd.DataFrame:
    place = {fold(h): i for i, h in reversed(list(enumerate(table.headings[:6])))}
    icb = place.get("ics", place.get("ics/stp"))

    def text(index: int | None) -> list[str]:
        if index is None:
            return [""] * len(table.codes)
        return ["" if str(cell).strip() == "-" else str(cell).strip() for cell in table.cells(index)]

    rows = range(table.first_row + 1, table.first_row + 1 + len(table.codes))
    return organisation_sightings(
        org_code=table.codes,
        org_name=text(place["organisation name"]),
        region=text(place["region"]),
        icb=text(icb),
        trust_type=text(place["benchmarking group"]),
        as_of=f"{survey}-12-31",
        source=KEY,
        source_file=source.name,
        source_cell=[f"{table.sheet.name}!A{row}" for row in rows],
    )


READERS = (
    Reader(
        key=KEY,
        title="NHS Staff Survey, detailed spreadsheets, organisational results",
        publisher="NHS Staff Survey Coordination Centre",
        verified=True,
        recognise=recognise,
        read=read,
    ),
)
