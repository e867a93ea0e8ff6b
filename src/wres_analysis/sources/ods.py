"""Organisation Data Service: the list of NHS trusts (``etr.csv``) and who succeeded whom (``succ.csv``).

Neither file has headings, so both are known by the shape of their rows. They hold no values; they say what an
organisation is. The editions carry no date: ``as_of`` is left blank. Editions with 24 columns (seen: January 2021)
give regions as they were before April 2020; of those codes only London's means the same area as today's, and the
others are left blank.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from wres_analysis.sources.files import SourceFile
from wres_analysis.sources.observations import Reading, Tally, observations, organisation_sightings
from wres_analysis.sources.reader import Reader
from wres_analysis.sources.textcolumns import addresses, translate
from wres_analysis.sources.vocabulary import REGION_OF_CODE

__all__ = ["READERS"]

ETR, SUCC = "ods_etr", "ods_succ"
_CODE, _NAME, _REGION, _ICB, _OPENED, _CLOSED = 0, 1, 2, 3, 10, 11
_OLD_WIDTH, _NEW_WIDTH = 24, 27
_WALES = "W00"
_OLD_REGIONS = frozenset({"Y54", "Y55", "Y57"})  # North of England, Midlands and East, South of England

_IS_CODE = re.compile(r"[A-Z0-9]{3,9}")
_IS_REGION = re.compile(r"Y\d\d|W00")
_IS_DATE = re.compile(r"(19|20)\d{6}")
_LOOKED_AT = 40_000


def _first_rows(source: SourceFile) -> list[list[str]]:
    """Return the first rows of a text file, up to 60; a row that the cut went through is not among them."""
    start = source.text[:_LOOKED_AT]
    rows = list(csv.reader(io.StringIO(start, newline="")))
    return [row for row in (rows[:-1] if len(source.text) > _LOOKED_AT else rows) if row][:60]


def _most(rows: list[list[str]], widths: tuple[int, ...], fits: Callable[[list[str]], bool]) -> bool:
    """Say whether nine rows in ten have one of the widths (the same in all) and fit."""
    good = [row for row in rows if len(row) in widths and fits(row)]
    return bool(good) and len(good) >= 0.9 * len(rows) and len({len(row) for row in good}) == 1


def _is_trust_row(row: list[str]) -> bool:
    region, dates = row[_REGION], [date for date in (row[_OPENED], row[_CLOSED]) if date]
    return bool(
        _IS_CODE.fullmatch(row[_CODE])
        and re.search("[A-Za-z]{3}", row[_NAME])
        and (not region or _IS_REGION.fullmatch(region))
        and (region or dates)
        and all(map(_IS_DATE.fullmatch, dates))
    )


def _is_succession_row(row: list[str]) -> bool:
    return bool(
        _IS_CODE.fullmatch(row[0])
        and _IS_CODE.fullmatch(row[1])
        and _IS_DATE.fullmatch(row[3])
        and row[4] in ("0", "1")
    )


def _recognise_etr(source: SourceFile) -> bool:
    if source.kind != "text" or len(source.header) not in (_OLD_WIDTH, _NEW_WIDTH):
        return False
    return _most(_first_rows(source), (_OLD_WIDTH, _NEW_WIDTH), _is_trust_row)


def _recognise_succ(source: SourceFile) -> bool:
    if source.kind != "text" or len(source.header) != 5:
        return False
    return _most(_first_rows(source), (5,), _is_succession_row)


def _dates(cells: pd.Series, what: str, tally: Tally) -> np.ndarray:
    """Return dates written ``yyyymmdd``; what is neither blank nor a date is counted and becomes NaT."""
    dates = pd.to_datetime(cells.where(cells.str.fullmatch(r"(19|20)\d{6}"), ""), format="%Y%m%d", errors="coerce")
    for row, cell in cells[dates.isna() & (cells != "")].items():
        tally.skip(f"row {row}: the {what} '{cell}' is no date")
    return dates.to_numpy("datetime64[s]")


def _usable(table: pd.DataFrame, codes: list[int], tally: Tally) -> pd.DataFrame:
    """Drop the rows that are cut short or whose codes are none, and count them by number."""
    keep = ~table.index.isin(table.attrs["short_rows"])
    for row in table.attrs["short_rows"]:
        tally.skip(f"row {row}: it is cut short")
    for column in codes:
        wrong = keep & ~table[column].str.fullmatch(_IS_CODE.pattern).to_numpy()
        for row, cell in table.loc[wrong, column].items():
            tally.skip(f"row {row}: '{cell}' is no organisation code" if cell else "row without an organisation code")
        keep &= ~wrong
    return table[keep]


def _read_etr(source: SourceFile) -> Reading:
    table = source.csv(header=False)
    tally = Tally(source.name, "", ETR, rows=len(table))
    table = _usable(table, [_CODE], tally)
    welsh = table[_REGION] == _WALES
    tally.skip(f"organisation in Wales ({', '.join(table.loc[welsh, _CODE])})", welsh.sum())
    table = table[~welsh]
    for code, count in table[_REGION].value_counts().items():
        if code in _OLD_REGIONS:
            tally.skip(f"region {code}, which ended in March 2020: left blank", count)
        elif code and code not in REGION_OF_CODE:
            tally.skip(f"region {code}, which is not known: left blank", count)
    sightings = organisation_sightings(
        org_code=table[_CODE],
        org_name=table[_NAME],
        region=translate(table[_REGION], lambda code: REGION_OF_CODE.get(code, "")),
        icb=table[_ICB],
        opened=_dates(table[_OPENED], "opening date", tally),
        closed=_dates(table[_CLOSED], "closing date", tally),
        source=ETR,
        source_file=source.name,
        source_cell=addresses(("A", table.index.to_numpy())),
    )
    tally.kept = len(sightings)
    return Reading(observations(org_code=[]), sightings, (tally,))


def _read_succ(source: SourceFile) -> Reading:
    table = source.csv(header=False)
    tally = Tally(source.name, "", SUCC, rows=len(table))
    table = _usable(table, [0, 1], tally)
    date = _dates(table[3], "date of succession", tally)
    undated = np.isnat(date)
    blank = undated & (table[3] == "").to_numpy()
    tally.skip("succession without a date", blank.sum())
    table, date = table[~undated], date[~undated]
    sightings = organisation_sightings(
        org_code=table[0],
        successor=table[1],
        succession_date=date,
        source=SUCC,
        source_file=source.name,
        source_cell=addresses(("A", table.index.to_numpy())),
    )
    tally.kept = len(sightings)
    return Reading(observations(org_code=[]), sightings, (tally,))


READERS: tuple[Reader, ...] = (
    Reader(
        key=ETR,
        title="Organisation Data Service, NHS trusts (etr)",
        publisher="NHS England, Organisation Data Service",
        verified=True,
        recognise=_recognise_etr,
        read=_read_etr,
    ),
    Reader(
        key=SUCC,
        title="Organisation Data Service, successions (succ)",
        publisher="NHS England, Organisation Data Service",
        verified=True,
        recognise=_recognise_succ,
        read=_read_succ,
    ),
)
