"""From a folder of published files to the tables of a panel."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.panel.account import account_of
from wres_analysis.panel.annual import annual_values, usable_rows
from wres_analysis.panel.build import build_panel
from wres_analysis.panel.events import rating_events
from wres_analysis.panel.exclude import exclude_placeholders, exclude_unknown_codes
from wres_analysis.panel.organisations import Organisations
from wres_analysis.panel.quality import check_quality
from wres_analysis.panel.store import PanelData
from wres_analysis.sources.folder import FolderReading, Progress, read_folder
from wres_analysis.sources.observations import place_of
from wres_analysis.sources.recover import recover_counts
from wres_analysis.sources.registry import READERS
from wres_analysis.standards import load_outcomes, load_standard

__all__ = ["TRUSTED_FOR_CODES", "build_data", "load_folder"]

#: Readers whose publishers assign organisation codes or check them. Submissions and own data are typed by hand.
TYPED_BY_HAND = frozenset({"wres_submission"})
TRUSTED_FOR_CODES = frozenset(reader.key for reader in READERS) - TYPED_BY_HAND


def load_folder(
    folder: Path, *, mappings: Iterable[Path] = (), strict: bool = False, progress: Progress | None = None
) -> PanelData:
    """Read a folder, build the panel on both bases and check its quality.

    Parameters
    ----------
    folder
        The published files.
    mappings
        Mapping files, as given by ``--map``.
    strict
        Whether one excluded cell is enough to refuse the load.
    progress
        Called with (file name, number, total).

    Raises
    ------
    InputError
        If the structure of a file is wrong, or with ``strict`` if any cell was excluded.
    """
    return build_data(read_folder(folder, mappings=mappings, progress=progress), strict=strict)


def build_data(reading: FolderReading, *, strict: bool = False) -> PanelData:
    """Build the panel from what was read from a folder, on both bases, and check its quality.

    Raises
    ------
    InputError
        With ``strict`` if any cell was excluded: one problem for each.
    """
    standard, outcomes = load_standard(), load_outcomes()
    organisations = Organisations.build(reading.organisations)
    rows = recover_counts(reading.observations)
    rows = exclude_placeholders(rows, outcomes)
    rows = exclude_unknown_codes(
        rows, reading.organisations, organisations, trusted=TRUSTED_FOR_CODES, typed=TYPED_BY_HAND
    )
    if strict:
        _refuse_excluded(rows)
    tables: dict[str, pd.DataFrame] = {"observations": rows, "organisations": organisations.table()}
    usable = usable_rows(rows, organisations, standard=standard, outcomes=outcomes)
    for basis, suffix in (("as_published", ""), ("pooled", "_pooled")):
        values = annual_values(rows, organisations, standard=standard, outcomes=outcomes, basis=basis, usable=usable)
        tables[f"values{suffix}"] = values
        tables[f"panel{suffix}"] = build_panel(values, rows, organisations, standard=standard, outcomes=outcomes)
    tables["events"] = rating_events(rows, organisations, outcomes)
    tables["quality"] = check_quality(rows, tables["values"], organisations, standard=standard, outcomes=outcomes)
    return PanelData(tables, account_of(reading, tables))


def _refuse_excluded(rows: pd.DataFrame) -> None:
    excluded = rows[rows["status"] == "excluded"].drop_duplicates(["source_file", "source_cell", "reason"])
    if len(excluded):
        raise InputError(
            *(
                Problem(
                    file=row["source_file"],
                    **place_of(row["source_cell"]),
                    what=f"{row['measure']} of {row['org_code'] or 'no organisation'}: {row['reason']}.",
                    todo="Mend the cell, or load without --strict.",
                )
                for row in excluded.to_dict("records")
            )
        )
