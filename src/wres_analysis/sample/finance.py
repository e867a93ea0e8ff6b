"""Trust accounts (TAC): two workbooks a year, NHS trusts and NHS foundation trusts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wres_analysis.sample.counts import MERGER, World, exists
from wres_analysis.sample.documents import Document, Documents, Rows
from wres_analysis.sample.places import PREDECESSOR, SUCCESSOR

__all__ = ["finance_documents"]

#: The year whose data sheet has other headings.
_OTHER_HEADINGS = 2022
_STAFF_SHEET, _SPEND_SHEET = "TAC09 Staff", "TAC08 Op Exp"
_CURRENT, _PREVIOUS = "A09CY01", "A09PY01"


def finance_documents(world: World) -> Documents:
    """Two workbooks for each financial year."""
    documents: Documents = {}
    rng = world.stream("finance")
    shape = (len(world.trusts), world.last_year + 3 - world.first_year)
    cost = 44.0 + 3.0 * rng.standard_normal((shape[0], 1))  # thousand pounds a head, at 2017 prices
    bank = np.round(np.exp(0.4 * rng.standard_normal((shape[0], 1)) - 4.6) * (1 + 0.1 * rng.standard_normal(shape)), 6)
    previous: dict[str, NDArray[np.int64]] | None = None
    for number, year in enumerate(range(world.first_year, world.last_year + 3)):
        column = world.latent.index(year)
        staff = world.latent.headcount[:, column]
        gross = np.round(staff * 0.87 * np.round(cost[:, 0], 3) * 1.035 ** (year - 2017))
        agency = np.round(gross * world.latent.agency[:, column] / 100.0)
        external = np.round(gross * bank[:, number])
        accounts = {
            name: _merged(world, values.astype(np.int64), year)
            for name, values in (("gross", gross), ("agency", agency), ("external", external), ("staff", staff * 0.87))
        }
        for foundation, words in ((False, "NHS_trusts"), (True, "NHS_foundation_trusts")):
            name = f"finance/TAC_{words}_{year - 1}-{year % 100:02d}.xlsx"
            documents[name] = _workbook(world, year, foundation, accounts, previous)
        previous = accounts
    return documents


def _merged(world: World, values: NDArray[np.int64], year: int) -> NDArray[np.int64]:
    """A year's accounts: a trust that ended halfway accounts for its half, its successor for the other."""
    start, end = dt.date(year - 1, 4, 1), dt.date(year, 3, 31)
    if not world.merges or end < MERGER:
        return values
    out = values.copy()
    kept = values[PREDECESSOR] // 2 if start < MERGER else 0
    out[SUCCESSOR] += values[PREDECESSOR] - kept
    out[PREDECESSOR] = kept
    return out


def _workbook(
    world: World,
    year: int,
    foundation: bool,
    accounts: dict[str, NDArray[np.int64]],
    previous: dict[str, NDArray[np.int64]] | None,
) -> Document:
    label = f"{year - 1}/{year % 100:02d}"
    sector = "NHS foundation trusts" if foundation else "NHS trusts"
    name_heading = "Organisation Name" if year == _OTHER_HEADINGS else "OrganisationName"
    value_heading = "Value number" if year == _OTHER_HEADINGS else "Total"
    providers: Rows = [
        [f"List of Providers: {sector} {label}"],
        [],
        ["Full name of Provider", "NHS code", "Region", "Sector"],
    ]
    data: Rows = [[name_heading, "WorkSheetName", "TableID", "MainCode", "RowNumber", "SubCode", value_heading]]
    start = dt.date(year - 1, 4, 1)
    for trust in world.trusts:
        if trust.foundation is not foundation or not exists(world, trust.position, start):
            continue
        providers.append([trust.name, trust.code, trust.region.name, trust.kind.sector])
        # Some names of the data sheet carry a space at their end, as some published ones do.
        printed = f"{trust.name} " if trust.position % 7 == 2 else trust.name
        for main, table in ((_CURRENT, accounts), (_PREVIOUS, previous)):
            if table is not None:
                figures = {name: int(values[trust.position]) for name, values in table.items()}
                data += [[printed, *row] for row in _rows(main, figures)]
    return Document(
        {
            "Intro": [
                ["NHS England"],
                [f"Trust accounts consolidation (TAC) data {label}: {sector}"],
                ["FICTIONAL DATA. No organisation of this workbook exists. Values are in thousands of pounds."],
            ],
            "List of Providers": providers,
            "All data": data,
        }
    )


def _rows(main: str, figures: dict[str, int]) -> Rows:
    """The rows of one trust and one year, in thousands of pounds; numbers of staff in whole-time equivalents."""
    gross, agency, external = figures["gross"], figures["agency"], figures["external"]
    rest = gross - agency - external
    security, pension = round(rest * 0.085), round(rest * 0.125)
    recovered = round(gross * 0.004)
    notes: list[tuple[int, str, int]] = [
        (10, "STA0230", rest - security - pension),
        (11, "STA0240", security),
        (13, "STA0250", pension),
        (19, "STA0300", external),
        (20, "STA0310", agency),
        (22, "STA0330", gross),
        (23, "STA0340", -recovered),
        (25, "STA0360", gross - recovered),
    ]
    rows: list[list[Any]] = [[_STAFF_SHEET, 2, main, row, code, value] for row, code, value in notes]
    if main == _CURRENT:
        rows.append([_STAFF_SHEET, 2, f"{main}P", 22, "STA0330", rest])
        rows.append([_STAFF_SHEET, 2, f"{main}O", 22, "STA0330", agency + external])
        rows.append([_STAFF_SHEET, 3, main, 44, "STA0490", figures["staff"]])
        rows.append([_SPEND_SHEET, 1, "A08CY01", 45, "EXP0390", round(gross * 1.52)])
    return rows
