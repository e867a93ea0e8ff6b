"""From a folder of published files to the tables of a panel."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from wres_analysis import __version__
from wres_analysis.errors import InputError, Problem
from wres_analysis.panel.annual import annual_values, rating_events
from wres_analysis.panel.build import build_panel
from wres_analysis.panel.organisations import Organisations
from wres_analysis.panel.quality import check_quality, exclude_placeholders, exclude_unknown_codes
from wres_analysis.panel.store import PanelData
from wres_analysis.sources.folder import FolderReading, read_folder
from wres_analysis.sources.registry import READERS
from wres_analysis.sources.recover import recover_counts
from wres_analysis.standards import load_outcomes, load_standard

__all__ = ["TRUSTED_FOR_CODES", "load_folder"]

#: Readers whose publishers assign organisation codes or check them. Submissions and own data are typed by hand.
TYPED_BY_HAND = frozenset({"wres_submission"})
TRUSTED_FOR_CODES = frozenset(reader.key for reader in READERS) - TYPED_BY_HAND


def load_folder(
    folder: Path,
    *,
    mappings: Iterable[Path] = (),
    strict: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
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
    standard, outcomes = load_standard(), load_outcomes()
    reading = read_folder(folder, mappings=mappings, progress=progress)
    organisations = Organisations.build(reading.organisations)
    rows = recover_counts(reading.observations)
    rows = exclude_placeholders(rows, outcomes)
    rows = exclude_unknown_codes(rows, reading.organisations, organisations, trusted=TRUSTED_FOR_CODES, typed=TYPED_BY_HAND)
    excluded = rows[rows["status"] == "excluded"]
    if strict and len(excluded):
        raise InputError(
            *(
                Problem(
                    file=row.source_file,
                    sheet=row.source_cell.rpartition("!")[0],
                    column=row.source_cell.rpartition("!")[2],
                    what=f"{row.measure} of {row.org_code or 'no organisation'}: {row.reason}.",
                    todo="Mend the cell, or load without --strict.",
                )
                for row in excluded.itertuples()
            )
        )
    tables: dict[str, pd.DataFrame] = {"observations": rows, "organisations": organisations.table()}
    for basis, suffix in (("as_published", ""), ("pooled", "_pooled")):
        values = annual_values(rows, organisations, standard=standard, outcomes=outcomes, basis=basis)
        tables[f"values{suffix}"] = values
        tables[f"panel{suffix}"] = build_panel(values, rows, organisations, standard=standard, outcomes=outcomes)
    tables["events"] = rating_events(rows, organisations, outcomes)
    tables["quality"] = check_quality(rows, tables["values"], organisations, standard=standard, outcomes=outcomes)
    return PanelData(tables, _account(reading, tables))


def _account(reading: FolderReading, tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """What was read, from what, and what was not. No clock and no path, so that it can be compared."""
    digest = hashlib.sha256()
    for file in reading.files:
        digest.update(f"{file.name}\0{file.sha256}\n".encode())
    quality = tables["quality"]
    return {
        "kit_version": __version__,
        "data_hash": digest.hexdigest(),
        "files": [
            {**asdict(file), "tallies": [{k: v for k, v in asdict(t).items() if k != "file"} for t in file.tallies]}
            for file in reading.files
        ],
        "not_recognised": [file.name for file in reading.unrecognised],
        "not_verified": sorted({file.reader for file in reading.files if file.verified is False}),
        "rows_given_alike_by_two_files": reading.repeated,
        "observations": {str(k): int(v) for k, v in tables["observations"]["status"].value_counts().sort_index().items()},
        "trusts": int(tables["panel"]["org_code"].nunique()),
        "years": sorted({int(y) for y in tables["panel"]["wres_year"]}),
        "quality": {str(k): int(v) for k, v in quality["rule"].value_counts().sort_index().items()},
    }
