"""WRES submissions in the kit's own template: indicators 1 to 4 and 9, a workbook for each year."""

from __future__ import annotations

import datetime as dt
from typing import Any

from wres_analysis.sample.counts import BANDS, World, draw_boards, draw_pools, draw_staff, exists
from wres_analysis.sample.documents import Document, Documents, Rows
from wres_analysis.sources.submission_layout import (
    BOARD,
    FLOWS,
    INSTRUCTIONS,
    NOT_SUBMITTED,
    RATIO,
    SUPPRESSED,
    TITLE,
    WORKFORCE,
)

__all__ = ["MISSING", "PUBLISHED_RATIO", "published_ratio", "submission_documents"]

#: (position in the register, years before the last) of the trust-year that was not submitted.
MISSING = (11, 4)
#: Trusts with fewer staff than this mask small numbers of people.
_SMALL = 1000
_MASK = range(1, 5)
#: Column of the ratio as published on the sheet of indicators 2 to 4, from 0.
PUBLISHED_RATIO = FLOWS.headings.index(RATIO)


def published_ratio(indicator: int, white_pool: int, white: int, bme_pool: int, bme: int) -> float | None:
    """The ratio as trusts print it: White over BME for indicators 2 and 4, BME over White for 3; two decimals."""
    if not (white_pool and bme_pool and white and bme):
        return None
    of_white, of_bme = white / white_pool, bme / bme_pool
    return round(of_bme / of_white if indicator == 3 else of_white / of_bme, 2)


def submission_documents(world: World) -> Documents:
    """One workbook for each WRES year."""
    years = list(range(world.first_year, world.last_year + 1))
    boards = draw_boards(world, years)
    documents: Documents = {}
    missing_year = max(world.first_year, world.last_year - MISSING[1])
    for year in years:
        end = dt.date(year, 3, 31)
        staff = draw_staff(world, year)
        pools = draw_pools(world, year, staff)
        bands: Rows = [[f"Indicator 1: staff in post on 31 March {year}"], [], list(WORKFORCE.headings)]
        flows: Rows = [[f"Indicators 2 to 4: year to 31 March {year}"], [], list(FLOWS.headings)]
        seats: Rows = [[f"Indicator 9: board on 31 March {year}"], [], list(BOARD.headings)]
        for trust in world.trusts:
            if not exists(world, trust.position, end):
                continue
            p = trust.position
            missing = p == MISSING[0] and year == missing_year
            who: list[Any] = [trust.code, trust.name, end]
            for number, (group, band, _, _) in enumerate(BANDS):
                counts = [int(n) for n in staff[p, number]]
                bands.append([*who, group, band, *([NOT_SUBMITTED] * 3 if missing else counts)])
            small = int(staff[p].sum()) < _SMALL
            for indicator, table in pools.items():
                pool, event = ([int(n) for n in part[p]] for part in (table.pool, table.event))
                masked = any(n in _MASK for n in event[:2]) and small
                shown = [SUPPRESSED if small and n in _MASK else n for n in event]
                pairs = [cell for pair in zip(pool, shown, strict=True) for cell in pair]
                ratio = None if masked else published_ratio(indicator, pool[0], event[0], pool[1], event[1])
                flows.append([*who, indicator, *([NOT_SUBMITTED] * 6 + [None] if missing else [*pairs, ratio])])
            board = boards[year]
            for word, members in (("Total", board.total), ("Voting", board.voting), ("Executive", board.executive)):
                counts = [int(n) for n in members[p, 1:]]
                seats.append([*who, word, *([NOT_SUBMITTED] * 3 if missing else counts)])
        documents[f"wres/WRES-submissions-{year}.xlsx"] = Document(
            {INSTRUCTIONS: _NOTES, WORKFORCE.sheet: bands, FLOWS.sheet: flows, BOARD.sheet: seats}
        )
    return documents


_NOTES: Rows = [
    [TITLE],
    ["FICTIONAL DATA. No organisation of this workbook exists."],
    ["Counts are people. An asterisk (*) stands for a number that is masked because it is small."],
    ["'Not submitted' stands where the trust sent nothing."],
    ["Ratios as published: indicators 2 and 4 are White over BME, indicator 3 is BME over White."],
]
