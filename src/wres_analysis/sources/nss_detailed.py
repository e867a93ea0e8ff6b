"""NHS Staff Survey, detailed spreadsheets, organisational results (all staff).

Each sheet has its questions in row 1 (merged over their options), its headings in the row that begins with
``ODS code``, and one organisation a row below. Headings repeat from question to question, so a column is
found by its question and its option together. Percentages are 0-100; ``-`` stands for fewer than ten answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.files import SourceFile, column_letter, fold
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
_CODE = "ODS code"
_ID_COLUMNS = (_CODE, "Organisation name", "Benchmarking group", "Region", "Weighting")
_BOARD = ("ICS", "ICS/STP")
_BASE = "Base (number of responses)"
_AGAIN = "Restore the heading as published, or download the workbook again."
#: Before this survey the detailed spreadsheets are not weighted to the occupation mix: not comparable with later ones.
_FIRST_WEIGHTED = 2021


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A value to take: a question (matched by its words), its option, and whether all others make the value."""

    measure: str
    question: str
    option: str
    complement: bool = False
    stratum: str = "all"


# Questions are matched by their words, because their numbers change from year to year.
_WANTED = (
    _Wanted(
        "ind5",
        r"personally experienced harassment, bullying or abuse at work from patients",
        "% Never",
        complement=True,
    ),
    _Wanted(
        "hba_managers",
        r"personally experienced harassment, bullying or abuse at work from managers",
        "% Never",
        complement=True,
    ),
    _Wanted(
        "hba_colleagues",
        r"personally experienced harassment, bullying or abuse at work from other colleagues",
        "% Never",
        complement=True,
    ),
    _Wanted("ind7", r"act fairly with regard to career progression", "% Yes"),
    _Wanted("ind8", r"experienced discrimination at work from (a )?manager", "% Yes"),
    _Wanted("engagement", r"^Staff Engagement - Staff engagement", "Staff Engagement - score"),
    _Wanted("engagement", r"^E_1 - Motivation", "E_1 - score", stratum="motivation"),
    _Wanted("engagement", r"^E_2 - Involvement", "E_2 - score", stratum="involvement"),
    _Wanted("engagement", r"^E_3 - Advocacy", "E_3 - score", stratum="advocacy"),
)
_ETHNICITY = r"What is your ethnic group"
_WHITE = re.compile(r"% White [-–] ", re.IGNORECASE)
_WHITE_GROUPS = 4


def _title(source: SourceFile) -> re.Match[str] | None:
    for name in source.sheet_names[:2]:
        for row in islice(source.rows(name), 6):
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
    """The organisations of one sheet: questions and headings by column, and the data rows with their numbers."""

    sheet: str
    questions: list[str]
    headings: list[str]
    header_row: int
    rows: list[tuple[int, list[Any]]]

    @property
    def codes(self) -> list[str]:
        return self.texts(self.place(_CODE))

    def place(self, *names: str) -> int | None:
        """The column of the first of ``names`` that is a heading."""
        folded = [fold(heading) for heading in self.headings]
        return next((folded.index(fold(name)) for name in names if fold(name) in folded), None)

    def asking(self, question: str) -> list[int]:
        """The columns of the first question whose words fit."""
        found = next((asked for asked in self.questions if re.search(question, asked, re.IGNORECASE)), None)
        return [] if found is None else [i for i, asked in enumerate(self.questions) if asked == found]

    def cells(self, index: int) -> list[Any]:
        return [row[index] for _, row in self.rows]

    def texts(self, index: int | None) -> list[str]:
        """The texts of a column; the mark for nothing becomes blank."""
        return ["" if index is None or (text := str(row[index]).strip()) == "-" else text for _, row in self.rows]

    def addresses(self, *columns: int | list[int]) -> list[str]:
        """The addresses of the rows' cells; several columns side by side become a range."""
        ends = [
            (column_letter(c),) if isinstance(c, int) else (column_letter(c[0]), column_letter(c[-1])) for c in columns
        ]
        return [
            f"{self.sheet}!" + ",".join(":".join(f"{letter}{number}" for letter in end) for end in ends)
            for number, _ in self.rows
        ]


def _table(source: SourceFile, name: str, tally: Tally) -> _Table:
    """Find the headings, which question each column belongs to, and the organisations.

    Raises
    ------
    InputError
        If the row of headings or one of the columns that say whose the row is cannot be found.
    """
    sheet = source.sheet(name)
    header = sheet.find_row(_CODE, within=12)
    if header is None:
        what, todo = f"No row of this sheet holds the heading '{_CODE}'.", f"It is in row 5 as published. {_AGAIN}"
        raise InputError(Problem(file=source.name, sheet=name, row=5, column=_CODE, what=what, todo=todo))
    headings = [str(cell).strip() for cell in sheet.rows[header]]
    have = [fold(heading) for heading in headings]
    missing = [column for column in _ID_COLUMNS if fold(column) not in have]
    if missing:
        raise InputError(
            *(
                Problem(
                    file=source.name,
                    sheet=name,
                    row=header + 1,
                    column=column,
                    what="The column is missing.",
                    todo=_AGAIN,
                )
                for column in missing
            )
        )
    first = 1 + max(have.index(fold(c)) for c in (*_ID_COLUMNS, *_BOARD) if fold(c) in have)
    questions, current = [], ""
    for index in range(len(headings)):
        cell = str(sheet.rows[0][index]).strip() if header else ""
        current = (cell or current) if index >= first else ""
        questions.append(current)
    at, named = have.index(fold(_CODE)), have.index(fold("Organisation name"))
    rows, other = [], 0
    for number, row in enumerate(sheet.rows[header + 1 :], start=header + 2):
        if str(row[at]).strip() and str(row[named]).strip():
            rows.append((number, row))
        else:
            other += any(cell != "" for cell in row)
    tally.rows = len(rows)
    tally.skip("rows without a code and a name", other)
    return _Table(name, questions, headings, header + 1, rows)


def _values(source: SourceFile, table: _Table, wanted: _Wanted, survey: int, used: set[int]) -> pd.DataFrame:
    asked = table.asking(wanted.question)
    index = next((i for i in asked if fold(table.headings[i]) == fold(wanted.option)), None)
    base_index = next((i for i in asked if fold(table.headings[i]) == fold(_BASE)), None)
    missing = [name for name, at in ((wanted.option, index), (_BASE, base_index)) if at is None]
    if index is None or base_index is None:
        question = table.questions[asked[0]][:60]
        raise InputError(
            *(
                Problem(
                    file=source.name,
                    sheet=table.sheet,
                    row=table.header_row,
                    column=name,
                    what=f"The column is missing from the question '{question}'.",
                    todo=_AGAIN,
                )
                for name in missing
            )
        )
    used.update((index, base_index))
    score = not wanted.option.startswith("%")
    value, status, reason = read_numbers(table.cells(index), suppressed=("-",), low=0.0, high=10.0 if score else 100.0)
    base, base_status, base_reason = read_numbers(table.cells(base_index), suppressed=("-",), low=0.0)
    spoiled = (status == "observed") & (base_status == "excluded")
    status[spoiled], reason[spoiled] = "excluded", "base: " + base_reason[spoiled]
    seen = status == "observed"
    # The published percentage is weighted to the occupation mix, so it is no fraction of the base: no numerator.
    return observations(
        org_code=table.codes,
        period_start=f"{survey}-10-01",
        period_end=f"{survey}-12-31",
        measure=wanted.measure,
        stratum=wanted.stratum,
        value=np.where(seen, 100.0 - value if wanted.complement else value, np.nan),
        unit="score" if score else "percent",
        status=status,
        source=KEY,
        source_file=source.name,
        source_cell=table.addresses(index, base_index),
        vintage=str(survey),
        effective_base=np.where(seen, base, np.nan),
        reason=reason,
    )


def _ethnicity(source: SourceFile, table: _Table, survey: int, used: set[int]) -> pd.DataFrame:
    """Respondents by group. The question is never weighted, so counts are percentage times base."""
    options = table.asking(_ETHNICITY)
    shares = [i for i in options if table.headings[i].startswith("%")]
    white = np.array([bool(_WHITE.match(table.headings[i])) for i in shares])
    base_index = next((i for i in options if fold(table.headings[i]) == fold(_BASE)), None)
    if base_index is None or white.sum() != _WHITE_GROUPS or white.all():
        shown = ", ".join(table.headings[i][:30] for i in shares[:6])
        raise InputError(
            Problem(
                file=source.name,
                sheet=table.sheet,
                row=table.header_row,
                column=_BASE if base_index is None else "% White - ...",
                what=f"These are not {_WHITE_GROUPS} White groups, other groups and a base (they begin: {shown}).",
                todo=_AGAIN,
            )
        )
    used.update((*shares, base_index))
    read = [read_numbers(table.cells(i), suppressed=("-",), low=0.0, high=100.0) for i in shares]
    base, base_status, base_reason = read_numbers(table.cells(base_index), suppressed=("-",), low=0.0)
    status = np.where((base_status == "observed") & (base == 0), "not_applicable", base_status).astype(object)
    reason = np.where(status == "not_applicable", "nobody answered", base_reason).astype(object)
    for _, one_status, one_reason in read:
        worse = (one_status == "excluded") | ((one_status != "observed") & (status == "observed"))
        worse &= status != "excluded"
        status[worse], reason[worse] = one_status[worse], one_reason[worse]
    seen = status == "observed"
    percent = np.array([value for value, _, _ in read])
    out = []
    for group, member in (("white", white), ("bme", ~white)):
        share = percent[member].sum(axis=0)
        count = np.round(share * base / 100.0)
        exact = seen & (np.abs(count - share * base / 100.0) < 1e-3)
        out.append(
            observations(
                org_code=table.codes,
                period_start=f"{survey}-10-01",
                period_end=f"{survey}-12-31",
                measure="respondent_share",
                group=group,
                numerator=np.where(exact, count, np.nan),
                denominator=np.where(exact, base, np.nan),
                value=np.where(seen, share, np.nan),
                unit="percent",
                status=status,
                source=KEY,
                source_file=source.name,
                source_cell=table.addresses([i for i, m in zip(shares, member, strict=True) if m], base_index),
                vintage=str(survey),
                effective_base=np.where(seen, base, np.nan),
                flags=np.where(exact, "counts_derived", ""),
                reason=reason,
            )
        )
    return pd.concat(out, ignore_index=True)


def read(source: SourceFile) -> Reading:
    """Read the questions that the standards use; count the others.

    Raises
    ------
    InputError
        If a heading or a question that the standards use is missing. Every such fault of every sheet is named.
    """
    match = _title(source)
    assert match is not None
    survey = int(match.group(1))
    tallies = {name: Tally(source.name, name, KEY) for name in source.sheet_names}
    if survey < _FIRST_WEIGHTED:
        for tally in tallies.values():
            tally.skip(f"a survey before {_FIRST_WEIGHTED}: not weighted, so not comparable with later ones")
        return Reading.empty(*tallies.values())
    frames: list[pd.DataFrame] = []
    sightings: list[pd.DataFrame] = []
    problems: list[Problem] = []
    found: set[str] = set()
    for name, tally in tallies.items():
        questions = [str(cell) for cell in next(iter(source.rows(name)), []) if cell != ""]
        wanted = [w for w in _WANTED if any(re.search(w.question, asked, re.IGNORECASE) for asked in questions)]
        ethnicity = any(re.search(_ETHNICITY, asked, re.IGNORECASE) for asked in questions)
        if fold(name) in ("notes", "contents"):
            tally.skip("a sheet of notes")
            continue
        if not wanted and not ethnicity:
            tally.skip("questions that no standard uses", max(0, len(questions) - 1))
            continue
        found |= {w.question for w in wanted} | ({_ETHNICITY} if ethnicity else set())
        used: set[int] = set()
        try:
            table = _table(source, name, tally)
        except InputError as error:
            problems += error.problems
            continue
        for want in (*wanted, *([None] if ethnicity else [])):
            try:
                made = _values(source, table, want, survey, used) if want else _ethnicity(source, table, survey, used)
            except InputError as error:
                problems += error.problems
                continue
            tally.count(made)
            frames.append(made)
        tally.skip("columns that no standard uses", sum(asked != "" for asked in table.questions) - len(used))
        sightings.append(_sightings(source, table, survey))
    absent = [(w.question.lstrip("^"), w.option) for w in _WANTED if w.question not in found]
    absent += [] if _ETHNICITY in found else [(_ETHNICITY, "% White - ...")]
    problems += [
        Problem(
            file=source.name,
            row=1,
            column=option,
            what=f"No sheet has the question '{question}' in its first row.",
            todo="A sheet is missing, or the question was renamed: download the workbook again.",
        )
        for question, option in absent
    ]
    if problems:
        raise InputError(*problems)
    seen = pd.concat(sightings, ignore_index=True).drop_duplicates("org_code", ignore_index=True)
    return Reading(pd.concat(frames, ignore_index=True), seen, tuple(tallies.values()))


def _sightings(source: SourceFile, table: _Table, survey: int) -> pd.DataFrame:
    at = table.place(_CODE)
    assert at is not None
    return organisation_sightings(
        org_code=table.codes,
        org_name=table.texts(table.place("Organisation name")),
        region=table.texts(table.place("Region")),
        icb=table.texts(table.place(*_BOARD)),
        trust_type=table.texts(table.place("Benchmarking group")),
        as_of=f"{survey}-12-31",
        source=KEY,
        source_file=source.name,
        source_cell=table.addresses(at),
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
