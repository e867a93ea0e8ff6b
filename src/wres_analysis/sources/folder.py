"""A folder of published files in; observations, organisations and a full account of what was read out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from wres_analysis.errors import InputError, Problem, RequestError
from wres_analysis.sources.files import SourceFile
from wres_analysis.sources.mapping import Mapping, beside, load_mapping, read_mapped, shipped_mappings
from wres_analysis.sources.observations import Reading, Tally, observations, organisation_sightings
from wres_analysis.sources.reader import Reader
from wres_analysis.sources.registry import expected_reader, find_reader

__all__ = ["FileAccount", "FolderReading", "identify", "read_folder"]

_DATA_SUFFIXES = frozenset({".csv", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
_KEY = ["source", "vintage", "org_code", "period_start", "period_end", "measure", "group", "stratum"]


@dataclass(frozen=True)
class FileAccount:
    """What one file of the folder is, and what was made of it."""

    name: str
    sha256: str
    bytes: int
    reader: str = ""
    title: str = ""
    publisher: str = ""
    verified: bool | None = None
    note: str = ""
    tallies: tuple[Tally, ...] = ()


@dataclass(frozen=True)
class FolderReading:
    """Everything that was read from a folder, and everything that was not."""

    observations: pd.DataFrame
    organisations: pd.DataFrame
    files: tuple[FileAccount, ...]
    repeated: int = 0
    conflicts: tuple[Problem, ...] = field(default=())

    @property
    def unrecognised(self) -> tuple[FileAccount, ...]:
        """The files that no reader and no mapping knows."""
        return tuple(f for f in self.files if not f.reader)


def _list_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise RequestError(f"There is no folder '{folder}'. Give the folder that holds the published files.")
    found = sorted(
        (p for p in folder.rglob("*") if p.is_file() and not any(part.startswith(".") for part in p.relative_to(folder).parts)),
        key=lambda p: p.relative_to(folder).as_posix(),
    )
    if not found:
        raise RequestError(f"The folder '{folder}' holds no files. Put the published files there first.")
    return found


def identify(source: SourceFile, mappings: Iterable[Mapping] = ()) -> tuple[Reader | Mapping | None, str]:
    """Return what reads a file (a reader or a mapping, or None) and a note for the account.

    Raises
    ------
    InputError
        If the file is empty, is not what its name says, or cannot be opened.
    """
    if source.path.name.endswith(".map.toml"):
        return None, "a mapping, not data"
    if source.path.suffix.lower() not in _DATA_SUFFIXES:
        return None, "not a data file"
    if source.path.stat().st_size == 0:
        raise InputError(
            Problem(file=source.name, what="The file is empty.", todo="Download it again, or take it out of the folder.")
        )
    own = beside(source)
    if own is not None:
        return load_mapping(own.read_text(encoding="utf-8"), own.name), ""
    for mapping in mappings:
        if mapping.matches(source):
            return mapping, ""
    reader = find_reader(source)
    expected = expected_reader(source.name)
    if expected is not None and (reader is None or (reader.key != expected.key)):
        seen = f"its content is '{reader.title}'" if reader else "its content is not that"
        first = source.first_line[:60] if source.kind == "text" else ", ".join(source.sheet_names[:4])
        raise InputError(
            Problem(
                file=source.name,
                row=1 if source.kind == "text" else None,
                what=f"The name says '{expected.title}', but {seen} (it begins: {first!r}).",
                todo="Download the file again, or rename it if it is something else.",
            )
        )
    if reader is not None:
        return reader, ""
    mapped = next((m for m in shipped_mappings() if m.matches(source)), None)
    return mapped, "" if mapped else "no reader and no mapping knows this layout"


def read_folder(
    folder: Path,
    *,
    mappings: Iterable[Path] = (),
    progress: Callable[[str, int, int], None] | None = None,
) -> FolderReading:
    """Read every file of a folder that a reader or a mapping knows.

    Parameters
    ----------
    folder
        The folder; its sub-folders are read too. Names that begin with a dot are passed over.
    mappings
        Mapping files given on the command line; they go before the readers.
    progress
        Called with (file name, number, total) before each file.

    Raises
    ------
    InputError
        With every problem of structure in every file, one line each.
    """
    given = [load_mapping(p.read_text(encoding="utf-8"), p.name) for p in mappings]
    paths = _list_files(folder)
    accounts: list[FileAccount] = []
    readings: list[Reading] = []
    problems: list[Problem] = []
    for number, path in enumerate(paths, start=1):
        source = SourceFile(path, folder)
        if progress:
            progress(source.name, number, len(paths))
        try:
            account, reading = _read_file(source, given)
        except InputError as error:
            problems.extend(error.problems)
            continue
        finally:
            source.release()
        accounts.append(account)
        if reading is not None:
            readings.append(reading)
    for mapping in given:
        if not any(account.reader == mapping.key for account in accounts):
            problems.append(
                Problem(
                    file=mapping.origin,
                    what="No file of the folder has the headings that this mapping names.",
                    todo=f"It looks for: {', '.join(mapping.columns[:8])}.",
                )
            )
    rows, repeated = _without_repeats([r.observations for r in readings], problems)
    if problems:
        raise InputError(*problems)
    sightings = [r.organisations for r in readings if len(r.organisations)]
    return FolderReading(
        observations=rows,
        organisations=pd.concat(sightings, ignore_index=True) if sightings else organisation_sightings(org_code=[]),
        files=tuple(accounts),
        repeated=repeated,
    )


def _read_file(source: SourceFile, mappings: list[Mapping]) -> tuple[FileAccount, Reading | None]:
    size = source.path.stat().st_size
    what, note = identify(source, mappings)
    if what is None:
        return FileAccount(source.name, source.sha256, size, note=note), None
    if isinstance(what, Mapping):
        reading = read_mapped(source, what)
        account = FileAccount(
            source.name,
            source.sha256,
            size,
            reader=what.key,
            title=what.title,
            publisher=what.publisher,
            note=f"by the mapping {what.origin}",
            tallies=reading.tallies,
        )
        return account, reading
    reading = what.read(source)
    note = "" if what.verified else "this layout is not yet verified against a published file"
    account = FileAccount(
        source.name,
        source.sha256,
        size,
        reader=what.key,
        title=what.title,
        publisher=what.publisher,
        verified=what.verified,
        note=note,
        tallies=reading.tallies,
    )
    return account, reading


def _without_repeats(frames: list[pd.DataFrame], problems: list[Problem]) -> tuple[pd.DataFrame, int]:
    """Drop rows that two files give alike; two files that differ without a vintage to decide are a problem."""
    frames = [f for f in frames if len(f)]
    if not frames:
        return observations(org_code=[]), 0
    rows = pd.concat(frames, ignore_index=True)
    repeat = rows.duplicated(_KEY, keep=False) & rows["period_start"].notna() & (rows["status"] != "excluded")
    if not repeat.any():
        return rows, 0
    twice = rows[repeat].sort_values(["source_file", "source_cell"], kind="stable")
    drop: list[int] = []
    for _, same in twice.groupby(_KEY, sort=False, dropna=False):
        first = same.iloc[0]
        agree = (same["status"] == first["status"]) & (
            np.isclose(same["value"], first["value"], rtol=1e-9, atol=1e-12) | same["value"].isna() & pd.isna(first["value"])
        )
        if agree.all():
            drop.extend(same.index[1:])
        elif same["source_file"].nunique() > 1:
            other = same[~agree].iloc[0]
            problems.append(
                Problem(
                    file=str(other["source_file"]),
                    sheet=str(other["source_cell"]).rpartition("!")[0],
                    column=str(other["source_cell"]).rpartition("!")[2],
                    what=f"{other['measure']} of {other['org_code']} for {other['period_end']:%d/%m/%Y} is "
                    f"{_shown(other)} here and {_shown(first)} in {first['source_file']} ({first['source_cell']}), "
                    "and nothing says which is newer.",
                    todo="Take one of the two files out of the folder.",
                )
            )
        else:
            drop_reason = "the same organisation and period twice with different values"
            rows.loc[same.index, ["status", "reason"]] = ["excluded", drop_reason]
            rows.loc[same.index, ["value", "numerator", "denominator", "effective_base"]] = np.nan
            rows.loc[same.index, "flags"] = (rows.loc[same.index, "flags"] + " duplicate_organisation").str.strip()
    return rows.drop(index=drop).reset_index(drop=True), len(drop)


def _shown(row: pd.Series) -> str:
    return f"{row['value']:g}" if row["status"] == "observed" else str(row["status"]).replace("_", " ")
