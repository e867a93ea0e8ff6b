"""The account of a load: what was read, from what, and what was not. It becomes ``load.json``."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from wres_analysis import __version__
from wres_analysis.sources.folder import FileAccount, FolderReading
from wres_analysis.sources.observations import Tally
from wres_analysis.sources.textcolumns import number_rows

__all__ = ["account_of", "as_json", "describe_files"]


def account_of(reading: FolderReading, tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Say what was read. No clock and no path, so that it can be compared.

    Returns
    -------
    dict
        ``kit_version``; ``data_hash``, one SHA-256 over the names and contents of the files that were read and of
        the mappings that read them; ``files`` with their tallies, which add up to ``observations``; and what was
        not recognised, not verified, or given again. ``fictional`` says that the folder is the kit's own sample: it
        holds the sample's ``truth.toml``, so that no report on invented trusts can be taken for a real one.
    """
    rows = tables["observations"]
    digest = hashlib.sha256()
    for file in reading.files:
        if file.reader:
            digest.update(f"{file.name}\0{file.sha256}\0{file.mapping_sha256}\n".encode())
    return {
        "kit_version": __version__,
        "fictional": any(file.name.rpartition("/")[2] == "truth.toml" for file in reading.files),
        "data_hash": digest.hexdigest(),
        "files": [as_json(file) for file in recounted(reading.files, rows, reading.repeated)],
        "not_recognised": [file.name for file in reading.unrecognised],
        "not_verified": sorted({file.reader for file in reading.files if file.verified is False}),
        "values_given_again": len(reading.repeated),
        "observations": _counts(rows["status"]),
        "trusts": int(tables["panel"]["org_code"].nunique()),
        "years": sorted({int(year) for year in tables["panel"]["wres_year"]}),
        "quality": _counts(tables["quality"]["rule"]),
    }


def describe_files(files: Iterable[dict[str, Any]]) -> list[str]:
    """Say in a line each what the files of an account (its ``files``) are, and what was made of them."""
    lines = []
    for file in files:
        if not file["reader"]:
            lines.append(f"{file['name']}: not recognised ({file['note']})")
            continue
        kept, suppressed, excluded = (
            sum(tally[name] for tally in file["tallies"]) for name in ("kept", "suppressed", "excluded")
        )
        note = f"; {file['note']}" if file["note"] else ""
        lines.append(
            f"{file['name']}: {file['title']}: {kept:,} values, {suppressed:,} suppressed, {excluded:,} left out{note}"
        )
    return lines


def as_json(file: FileAccount) -> dict[str, Any]:
    """Return the account of a file as plain data."""
    tallies = [{k: v for k, v in asdict(tally).items() if k != "file"} for tally in file.tallies]
    return {**asdict(file), "tallies": tallies}


def recounted(files: Iterable[FileAccount], rows: pd.DataFrame, repeated: pd.DataFrame) -> tuple[FileAccount, ...]:
    """Return the accounts with tallies of what became of the values in the end, not of what the readers made of them.

    Afterwards values given twice are dropped or excluded, and so are placeholders and unknown codes.
    """
    now = _by_sheet(rows)
    again = _by_sheet(repeated.assign(status="again"))
    out = []
    for file in files:
        seen = {sheet for name, sheet, _ in now if name == file.name} | {s for n, s, _ in again if n == file.name}
        out.append(
            replace(file, tallies=tuple(_recounted(tally, now, again) for tally in file.tallies)) if seen else file
        )
    return tuple(out)


def _by_sheet(rows: pd.DataFrame) -> Counter[tuple[str, str, str]]:
    """The number of rows of each file, sheet and status."""
    if not len(rows):
        return Counter()
    halves = pc.split_pattern(pa.array(rows["source_cell"]), "!", max_splits=1, reverse=True)
    sheet = pc.if_else(pc.greater(pc.list_value_length(halves), 1), pc.list_element(halves, 0), "")
    counted = pd.DataFrame({"file": rows["source_file"].array, "sheet": pd.array(sheet, dtype="str")})
    counted["status"] = rows["status"].array
    _, first, sizes = np.unique(
        number_rows(counted, ["file", "sheet", "status"]), return_index=True, return_counts=True
    )
    places = counted.iloc[first].itertuples(index=False, name=None)
    return Counter({place: int(size) for place, size in zip(places, sizes, strict=True)})


def _recounted(tally: Tally, now: Counter[tuple[str, str, str]], again: Counter[tuple[str, str, str]]) -> Tally:
    place = (tally.file, tally.sheet)
    new = replace(
        tally,
        kept=now[*place, "observed"],
        suppressed=now[*place, "suppressed"],
        excluded=now[*place, "excluded"],
        skipped=dict(tally.skipped),
    )
    new.skip("values given again with the same content", again[*place, "again"])
    return new


def _counts(words: pd.Series) -> dict[str, int]:
    return {str(word): int(count) for word, count in words.value_counts().sort_index().items()}
