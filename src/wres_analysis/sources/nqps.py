"""National Quarterly Pulse Survey: engagement and its three parts by trust, one quarter a workbook.

Scores are 0-10 and ``-`` stands for suppressed. ``Total Responses`` is the number who answered the engagement
questions; each part was answered by a few more or fewer, which its own sheet says and this one does not.
An Excel error (``#REF!``) reaches us as an empty cell; an empty cell is excluded. So is a score of 0 on no
responses, which is how the publisher's formula prints a trust whose parts are all suppressed.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re

import numpy as np
import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.files import Sheet, SourceFile, column_letter
from wres_analysis.sources.observations import (
    Reading,
    Tally,
    observations,
    organisation_sightings,
    read_numbers,
    require_columns,
)
from wres_analysis.sources.reader import Reader
from wres_analysis.sources.textcolumns import addresses
from wres_analysis.sources.vocabulary import heading_key, region_name

__all__ = ["READERS"]

KEY = "nqps"
_TITLE = re.compile(r"national quarterly pulse survey", re.IGNORECASE)
_QUARTER = re.compile(r"\bQ(?P<quarter>[1-4])\s+(?P<year>20\d\d)\s*[-/]\s*(?:20)?(?P<next>\d\d)\b", re.IGNORECASE)
_PARTS = frozenset({"advocacy", "involvement", "motivation"})

#: The headings of the sheet that has all four scores. "STP" columns hold ICBs from July 2022.
_HEADINGS = {
    "region": "Region Name",
    "icb": "STP Code",
    "org_code": "Org Code",
    "org_name": "Org Name",
    "trust_type": "Care Setting",
    "responses": "Total Responses",
    "all": "Engagement Score",
    "advocacy": "Advocacy",
    "involvement": "Involvement",
    "motivation": "Motivation",
}
_OTHER_HEADINGS = {"icb code": "icb", "ics code": "icb", "org type": "trust_type", "engagement": "all"}
_STRATA = ("all", "advocacy", "involvement", "motivation")


def _front_texts(source: SourceFile) -> list[str]:
    texts = []
    for name in source.sheet_names[:2]:
        for row in source.sheet(name).rows[:12]:
            texts += [cell for cell in row[:4] if isinstance(cell, str) and cell]
    return texts


def _recognise(source: SourceFile) -> bool:
    if source.kind != "workbook":
        return False
    if {heading_key(name) for name in source.sheet_names} >= _PARTS:
        return True
    return any(_TITLE.search(text) for text in _front_texts(source))


def _quarter(source: SourceFile) -> tuple[dt.date, dt.date]:
    """Return the first and last day of the quarter that the notes or the summary name (``Q4 2021-22``)."""
    for text in _front_texts(source):
        match = _QUARTER.search(text)
        if match and (int(match["year"]) + 1) % 100 == int(match["next"]):
            first_month = 3 * int(match["quarter"]) + 1  # Q1 begins in April
            year = int(match["year"]) + (first_month > 12)
            first_month = (first_month - 1) % 12 + 1
            last_month = first_month + 2
            return dt.date(year, first_month, 1), dt.date(year, last_month, calendar.monthrange(year, last_month)[1])
    raise InputError(
        Problem(
            file=source.name,
            sheet=source.sheet_names[0],
            what="Neither this sheet nor the summary says which quarter it is.",
            todo="Restore the title as published, such as 'National Quarterly Pulse Survey Data - Q4 2021-22'.",
        )
    )


def _table(source: SourceFile) -> tuple[Sheet, int, dict[str, int]]:
    """Return the sheet with all four scores, the index of its heading row, and where each column is."""
    wanted = {heading_key(heading): role for role, heading in _HEADINGS.items()} | _OTHER_HEADINGS
    best: tuple[Sheet, int, dict[str, int]] | None = None
    for name in source.sheet_names:
        sheet = source.sheet(name)
        for index, row in enumerate(sheet.rows[:30]):
            keys = [heading_key(cell) if isinstance(cell, str) else "" for cell in row]
            found = {wanted[key]: place for place, key in reversed(list(enumerate(keys))) if key in wanted}
            if len(found) >= 6 and (best is None or len(found) > len(best[2])):
                best = sheet, index, found
    if best is None:
        raise InputError(
            Problem(
                file=source.name,
                what="No sheet has the headings of the engagement scores.",
                todo=f"It should have, in one row: {', '.join(_HEADINGS.values())}. Download the workbook again.",
            )
        )
    sheet, index, found = best
    have = [" ".join(str(cell).split()) for cell in sheet.rows[index] if cell != ""]
    absent = [heading for role, heading in _HEADINGS.items() if role not in found]
    require_columns(source, have, absent, sheet=sheet.name, row=index + 1)
    return sheet, index, found


def _read(source: SourceFile) -> Reading:
    start, end = _quarter(source)
    sheet, index, at = _table(source)
    tally = Tally(source.name, sheet.name, KEY)

    def text(number: int, role: str) -> str:
        return " ".join(str(sheet.rows[number][at[role]]).split())

    kept, codes = [], []
    for number in range(index + 1, len(sheet.rows)):
        labels = {text(number, role) for role in ("region", "icb", "org_code", "org_name", "trust_type")}
        code = text(number, "org_code") or ("ENG" if "England" in labels else "")
        if code:
            kept.append(number)
            codes.append(code)
        elif labels == {""}:
            tally.skip("blank row")
        else:
            tally.skip(f"row without an organisation code ({', '.join(sorted(labels - {''}))})")
    tally.rows = len(kept)
    row_numbers = np.array(kept, dtype=np.int64) + 1
    responses, *_ = read_numbers([sheet.rows[n][at["responses"]] for n in kept], suppressed=("-",), low=0.0)

    parts = []
    for stratum in _STRATA:
        cells = [sheet.rows[n][at[stratum]] for n in kept]
        value, status, reason = read_numbers(cells, suppressed=("-",), low=0.0, high=10.0)
        empty = (responses == 0) & (status == "observed")
        value[empty], status[empty], reason[empty] = np.nan, "excluded", "a score that rests on no responses"
        parts.append(
            observations(
                org_code=codes,
                period_start=start,
                period_end=end,
                measure="pulse_engagement",
                stratum=stratum,
                value=value,
                unit="score",
                status=status,
                source=KEY,
                source_file=source.name,
                source_cell=addresses((column_letter(at[stratum]), row_numbers), sheet=sheet.name),
                vintage=f"{end:%Y-%m}",
                effective_base=np.where(status == "observed", responses, np.nan),
                reason=reason,
            )
        )
    rows = pd.concat(parts, ignore_index=True)
    tally.count(rows)
    first = ~pd.Series(codes, dtype="str").duplicated().to_numpy() & (np.array(codes, dtype=object) != "ENG")
    known = [(n, c) for n, c, is_first in zip(kept, codes, first, strict=True) if is_first]
    sightings = organisation_sightings(
        org_code=[code for _, code in known],
        org_name=[text(n, "org_name") for n, _ in known],
        region=[region_name(text(n, "region")) for n, _ in known],
        icb=[text(n, "icb") for n, _ in known],
        trust_type=[text(n, "trust_type") for n, _ in known],
        as_of=end,
        source=KEY,
        source_file=source.name,
        source_cell=[f"{sheet.name}!{column_letter(at['org_code'])}{n + 1}" for n, _ in known],
    )
    return Reading(rows, sightings, (tally,))


READERS: tuple[Reader, ...] = (
    Reader(
        key=KEY,
        title="National Quarterly Pulse Survey",
        publisher="NHS England",
        verified=True,
        recognise=_recognise,
        read=_read,
    ),
)
