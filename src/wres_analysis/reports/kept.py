"""What an earlier run left that need not be made again: found, checked, and put into the site that is being built.

Each report that is finished leaves a record beside it in the folder that is being built: its entry of the manifest and
the hashes of its files. So a run that is killed loses only what it was making at that moment. A later run takes
a report over if its key is the same and its files are as their hashes say, from the folder of the killed run or from
the finished site.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from wres_analysis.reports.folder import MANIFEST, RECORDS
from wres_analysis.reports.keys import CHANGES, changed_parts, sha256

__all__ = ["Plan", "Wanted", "drop_records", "take_over", "write_record"]

_SHOWN = 5

#: An entry of the manifest and the hashes of its files.
_Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """A report that is asked for: its slug, its key, and what to call it in a line (its code, or its slug)."""

    slug: str
    key: Mapping[str, str]
    name: str


@dataclass(frozen=True)
class Plan:
    """What is kept, as entries of the manifest by slug, and why the others are made, by slug."""

    kept: dict[str, _Entry]
    reasons: dict[str, str]
    names: dict[str, str]

    @property
    def lines(self) -> tuple[str, ...]:
        """What to tell: how many are kept, how many are made again, and a line for each reason."""
        made, kept = len(self.reasons), len(self.kept)
        lines = [f"Resume: {kept} of {kept + made} reports kept, {made} to make."]
        by_reason: dict[str, list[str]] = {}
        for slug, reason in self.reasons.items():
            by_reason.setdefault(reason, []).append(self.names[slug])
        for reason, names in by_reason.items():
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            lines.append(f"  {len(names)}: {reason} ({', '.join(names[:_SHOWN])}{more})")
        return tuple(lines)


def write_record(build: Path, entry: _Entry) -> None:
    """Say that a report is finished. The record is there as a whole or not at all."""
    folder = build / RECORDS
    folder.mkdir(exist_ok=True)
    record = {"reports": [entry], "files": {name: sha256(build / name) for name in entry["files"]}}
    unfinished = folder / f"{entry['slug']}.{os.getpid()}.new"
    unfinished.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    os.replace(unfinished, folder / f"{entry['slug']}.json")


def drop_records(build: Path, slugs: Sequence[str] | None = None) -> None:
    """Remove the records of reports, or (None) of all of them: a site that is published holds none."""
    if slugs is None:
        shutil.rmtree(build / RECORDS, ignore_errors=True)
    for slug in slugs or ():
        (build / RECORDS / f"{slug}.json").unlink(missing_ok=True)


def take_over(build: Path, site: Path, wanted: Sequence[Wanted]) -> Plan:
    """Keep in ``build`` what an earlier run finished and is asked for again, and nothing else.

    Parameters
    ----------
    build
        The folder in which the site is built; a run that was killed may have left reports in it.
    site
        The finished site of an earlier run, if there is one.
    wanted
        What is asked for now.
    """
    left = [(build, record) for record in _records(build)] + [
        (folder, record) for folder in (build, site) if (record := _json(folder / MANIFEST))
    ]
    kept: dict[str, _Entry] = {}
    reasons: dict[str, str] = {}
    for want in wanted:
        found = [
            (folder, entry, record["files"])
            for folder, record in left
            for entry in record["reports"]
            if entry.get("slug") == want.slug
        ]
        told = []
        for folder, entry, hashes in found:
            if reason := _why_not(folder, entry, hashes, want):
                told.append(reason)
                continue
            _bring(folder, build, entry["files"])
            write_record(build, entry)
            kept[want.slug] = entry
            break
        else:
            reasons[want.slug] = told[0] if told else "it was not finished before"
    _clear(build, kept.values())
    return Plan(kept, reasons, {want.slug: want.name for want in wanted})


def _records(build: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((build / RECORDS).glob("*.json")):
        if record := _json(path):
            yield record


def _json(path: Path) -> dict[str, Any]:
    """Read a record or a manifest; what cannot be read, or is something else, is as good as not there."""
    with suppress(OSError, ValueError):
        value = json.loads(path.read_text("utf-8"))
        if isinstance(value, dict) and isinstance(value.get("reports"), list) and isinstance(value.get("files"), dict):
            return value
    return {}


def _why_not(folder: Path, entry: _Entry, hashes: Mapping[str, str], want: Wanted) -> str:
    """Say why a report of an earlier run does not do, or nothing if it does."""
    if entry.get("status") != "made":
        return "it failed before"
    if entry.get("format_errors"):
        return "one of its forms failed before"
    if not (key := entry.get("key")):
        return "an older kit made it"
    if changed := changed_parts(key, want.key):
        return " and ".join(CHANGES[name] for name in changed)
    try:
        whole = all(_is_inside(name) and sha256(folder / name) == hashes[name] for name in entry["files"])
    except (OSError, KeyError):
        whole = False
    return "" if whole else "its files are not as they were written"


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name


def _bring(folder: Path, build: Path, names: Sequence[str]) -> None:
    if folder == build:
        return
    for name in names:
        (build / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, build / name)


def _clear(build: Path, kept: Iterable[_Entry]) -> None:
    """Remove everything that is no part of a report that is kept."""
    names = {name for entry in kept for name in (*entry["files"], f"{RECORDS}/{entry['slug']}.json")}
    for path in sorted(build.rglob("*"), reverse=True):  # what is in a folder before the folder
        if path.is_dir():
            with suppress(OSError):
                path.rmdir()  # only where nothing is left in it
        elif path.relative_to(build).as_posix() not in names:
            path.unlink()
