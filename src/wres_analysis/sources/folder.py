"""A folder of published files in; observations, organisations and a full account of what was read out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import pandas as pd

from wres_analysis.errors import InputError, Problem, RequestError
from wres_analysis.sources.files import SourceFile
from wres_analysis.sources.mapping import Mapping, beside, lacks, read_mapped, read_mapping, shipped_mappings
from wres_analysis.sources.observations import Reading, Tally, organisation_sightings
from wres_analysis.sources.reader import Reader
from wres_analysis.sources.registry import READERS, expected_reader, find_reader
from wres_analysis.sources.repeats import without_repeats

__all__ = ["FileAccount", "FolderReading", "examine_folder", "identify", "read_folder"]

Progress = Callable[[str, int, int], None]

_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
_DATA_SUFFIXES = _WORKBOOKS | {".csv"}
_MAPPING_SUFFIX = ".map.toml"
#: The share of a shipped mapping's headings from which a file is taken to be meant, and the missing ones to be a fault.
_NEARLY = 0.75


@dataclass(frozen=True)
class FileAccount:
    """What one file of the folder is, and what was made of it.

    ``reader`` is blank for a file that nothing reads; ``note`` then says why. ``mapping_sha256`` is that of the
    mapping that read the file, because what is made of the file depends on it.
    """

    name: str
    sha256: str
    bytes: int
    reader: str = ""
    title: str = ""
    publisher: str = ""
    verified: bool | None = None
    note: str = ""
    mapping_sha256: str = ""
    tallies: tuple[Tally, ...] = ()


@dataclass(frozen=True)
class FolderReading:
    """Everything that was read from a folder, and everything that was not.

    Parameters
    ----------
    observations, organisations
        The rows of all files.
    files
        One account for each file that has no problem.
    repeated
        The rows that came again with the same content, and were dropped.
    problems
        What is wrong with the structure of files. With any of these the rows are not to be used.
    """

    observations: pd.DataFrame
    organisations: pd.DataFrame
    files: tuple[FileAccount, ...]
    repeated: pd.DataFrame
    problems: tuple[Problem, ...] = ()

    @property
    def unrecognised(self) -> tuple[FileAccount, ...]:
        """The files that no reader and no mapping knows, mappings themselves apart."""
        return tuple(f for f in self.files if not f.reader and not f.name.endswith(_MAPPING_SUFFIX))


def list_files(folder: Path) -> list[Path]:
    """Return the files of a folder and its sub-folders by name, without hidden ones.

    Raises
    ------
    RequestError
        If there is no such folder, it cannot be read, or it holds no file.
    """
    if not folder.is_dir():
        raise RequestError(f"There is no folder '{folder}'. Give the folder that holds the published files.")
    found = [
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    if not found:
        raise RequestError(f"The folder '{folder}' holds no files. Put the published files there first.")
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def identify(source: SourceFile, mappings: Iterable[Mapping] = ()) -> tuple[Reader | Mapping | None, str]:
    """Return what reads a file (a reader or a mapping, or None) and a note for the account.

    Raises
    ------
    InputError
        If the file is empty, is not what its name says, or cannot be opened.
    """
    name, suffix = source.path.name, source.path.suffix.lower()
    if name.endswith(_MAPPING_SUFFIX):
        stem = name.removesuffix(_MAPPING_SUFFIX)
        used = any(source.path.with_name(stem + s).is_file() for s in sorted(_DATA_SUFFIXES))
        return None, "a mapping, not data" if used else f"a mapping, and no data file '{stem}' is beside it"
    if name.startswith("~$"):
        return None, "a lock that a spreadsheet program leaves while a file is open"
    if suffix not in _DATA_SUFFIXES:
        return None, "not a data file"
    _refuse_empty(source)
    own = beside(source)
    if own is not None:
        return read_mapping(own, PurePosixPath(source.name).with_name(own.name).as_posix()), ""
    for mapping in mappings:
        if not lacks(mapping, source):
            return mapping, ""
    _refuse_misnamed(source, suffix)
    reader = find_reader(source)
    expected = expected_reader(source.name)
    if expected is not None and (reader is None or reader.key != expected.key):
        raise InputError(_another_publication(source, expected, reader))
    if reader is not None:
        return reader, ""
    for mapping in shipped_mappings():
        if len(lacks(mapping, source)) <= (1 - _NEARLY) * len(mapping.columns):
            return mapping, ""  # reading it says which heading is missing, if one is
    return None, "no reader and no mapping knows this layout"


def _refuse_empty(source: SourceFile) -> None:
    blank = source.kind == "text" and not source.text.strip()
    if blank or (source.kind == "workbook" and not source.sheet_names):
        what = "The file is empty." if blank else "The workbook has no sheets."
        todo = "Download it again, or take it out of the folder."
        raise InputError(Problem(file=source.name, what=what, todo=todo))


def _refuse_misnamed(source: SourceFile, suffix: str) -> None:
    if suffix in _WORKBOOKS and source.kind != "workbook":
        begins = f" (it begins: '{source.first_line[:60]}')" if source.kind == "text" else ""
        raise InputError(
            Problem(
                file=source.name,
                row=1 if source.kind == "text" else None,
                what=f"The name says it is a workbook, and its content is none{begins}.",
                todo="Download it again; a web page may have been saved in its place.",
            )
        )
    if suffix == ".csv" and source.kind == "other":
        what = "The name says it is text, and its content is none that can be read (UTF-16, or cut out of a workbook?)."
        raise InputError(Problem(file=source.name, what=what, todo="Open it and save it as CSV UTF-8."))


def _another_publication(source: SourceFile, expected: Reader, reader: Reader | None) -> Problem:
    seen = f"its content is '{reader.title}'" if reader else "its content is not that"
    first = source.first_line[:60] if source.kind == "text" else ", ".join(source.sheet_names[:4])
    return Problem(
        file=source.name,
        sheet=source.sheet_names[0] if source.sheet_names else "",
        row=1,
        what=f"The name says '{expected.title}', but {seen} (it begins: '{first}').",
        todo="Download the file again, or rename it if it is something else.",
    )


def read_folder(folder: Path, *, mappings: Iterable[Path] = (), progress: Progress | None = None) -> FolderReading:
    """Read every file of a folder that a reader or a mapping knows; parameters as :func:`examine_folder`.

    Raises
    ------
    InputError
        With every problem of structure in every file, one line each.
    """
    reading = examine_folder(folder, mappings=mappings, progress=progress)
    if reading.problems:
        raise InputError(*reading.problems)
    return reading


def examine_folder(folder: Path, *, mappings: Iterable[Path] = (), progress: Progress | None = None) -> FolderReading:
    """Read every file of a folder that a reader or a mapping knows, and gather what is wrong with the others.

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
    RequestError
        If there is no folder, or nothing in it.
    """
    paths = list_files(folder)
    problems: list[Problem] = []
    given = _given_mappings(mappings, problems)
    accounts: list[FileAccount] = []
    readings: list[Reading] = []
    missed: dict[str, list[tuple[int, str, tuple[str, ...]]]] = {mapping.origin: [] for mapping in given}
    for number, path in enumerate(paths, start=1):
        source = SourceFile(path, folder)
        if progress:
            progress(source.name, number, len(paths))
        try:
            account, reading = _read_file(source, given)
        except InputError as error:
            problems.extend(error.problems)
            continue
        except OSError as error:
            what = f"The file cannot be read ({error.strerror or error.__class__.__name__})."
            problems.append(Problem(file=source.name, what=what, todo="Close it in other programs, or take it out."))
            continue
        else:
            if not account.reader:
                for mapping in given:
                    lacking = lacks(mapping, source)
                    missed[mapping.origin].append((len(lacking), source.name, lacking))
        finally:
            source.release()
        accounts.append(account)
        if reading is not None:
            readings.append(reading)
    used = {account.mapping_sha256 for account in accounts}
    problems += [_unused(m, missed[m.origin]) for m in given if m.sha256 not in used and not problems]
    rows, repeated, conflicts = without_repeats([r.observations for r in readings])
    sightings = [r.organisations for r in readings if len(r.organisations)]
    return FolderReading(
        observations=rows,
        organisations=pd.concat(sightings, ignore_index=True) if sightings else organisation_sightings(org_code=[]),
        files=tuple(accounts),
        repeated=repeated,
        problems=(*problems, *conflicts),
    )


def _given_mappings(paths: Iterable[Path], problems: list[Problem]) -> list[Mapping]:
    found: dict[str, Mapping] = {}
    for path in paths:
        try:
            mapping = read_mapping(path)
            _refuse_taken_key(mapping)
            found[mapping.sha256] = mapping
        except InputError as error:
            problems.extend(error.problems)
    return list(found.values())


def _refuse_taken_key(mapping: Mapping) -> None:
    """Refuse a mapping that calls itself like a publication: its rows would be trusted and ranked as that one's."""
    taken = {reader.key for reader in READERS} | {m.key for m in shipped_mappings() if m.sha256 != mapping.sha256}
    if mapping.key in taken:
        what = f"[map] key '{mapping.key}' is the name of a source that the kit knows."
        raise InputError(Problem(file=mapping.origin, what=what, todo="Choose another, such as 'our_trust_data'."))


def _unused(mapping: Mapping, missed: list[tuple[int, str, tuple[str, ...]]]) -> Problem:
    nearest = min(missed, default=None)
    todo = f"It looks for: {', '.join(mapping.columns[:8])}."
    if nearest is not None and nearest[0] < len(mapping.columns):
        todo += f" The nearest is {nearest[1]}, which lacks: {', '.join(nearest[2])}."
    return Problem(file=mapping.origin, what="No file has the headings that this mapping names.", todo=todo)


def _read_file(source: SourceFile, mappings: list[Mapping]) -> tuple[FileAccount, Reading | None]:
    what, note = identify(source, mappings)
    account = FileAccount(source.name, source.sha256, len(source.content), note=note)
    if what is None:
        return account, None
    account = replace(account, reader=what.key, title=what.title, publisher=what.publisher)
    if isinstance(what, Mapping):
        if what not in mappings:
            _refuse_taken_key(what)
        reading = read_mapped(source, what)
        account = replace(account, note=f"by the mapping {what.origin}", mapping_sha256=what.sha256)
    else:
        reading = what.read(source)
        note = "" if what.verified else "this layout is not yet verified against a published file"
        account = replace(account, verified=what.verified, note=note)
    return replace(account, tallies=reading.tallies), reading
