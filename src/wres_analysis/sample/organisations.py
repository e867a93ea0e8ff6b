"""The Organisation Data Service's files: NHS trusts (``etr.csv``) and successions (``succ.csv``)."""

from __future__ import annotations

import datetime as dt

from wres_analysis.sample.counts import MERGER, World
from wres_analysis.sample.documents import Document, Documents, Rows
from wres_analysis.sample.places import PREDECESSOR, SUCCESSOR

__all__ = ["organisation_documents"]

#: Government office region letter of each region, in the register's order.
_LETTERS = "HKJFGBD"


def organisation_documents(world: World) -> Documents:
    """Both files. Trusts with a T code are not in the first, as in the published ones."""
    rows: Rows = []
    for trust in world.trusts:
        if trust.code.startswith("T"):
            continue
        closes = world.merges and trust.position == PREDECESSOR
        row = [""] * 27
        row[:4] = [trust.code, trust.name.upper(), trust.region.code, trust.icb.code]
        row[4:10] = ["TRUST HEADQUARTERS", "1 INVENTED STREET", "", trust.place.upper(), "", "ZZ99 9ZZ"]
        row[10] = f"20{1 + trust.position % 12:02d}0401"
        row[11] = (MERGER - dt.timedelta(days=1)).strftime("%Y%m%d") if closes else ""
        row[21], row[23] = "1", _LETTERS[trust.region_number]
        rows.append(row)
    successions: Rows = [["9ZZ1", "9ZZ2", "", "20130401", "0"]]  # not trusts: the file has every kind of organisation
    if world.merges:
        old, new = world.trusts[PREDECESSOR].code, world.trusts[SUCCESSOR].code
        successions.append([old, new, "", MERGER.strftime("%Y%m%d"), "0"])
    return {
        "organisations/etr.csv": Document({"": rows}, quote_all=True, line_end="\r\n"),
        "organisations/succ.csv": Document({"": successions}, quote_all=True, line_end="\r\n"),
    }
