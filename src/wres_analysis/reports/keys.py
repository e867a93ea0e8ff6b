"""What a report is made from, as hashes: two reports of the same key are the same bytes.

A key has named parts, so that it can be said which of them changed. No part holds a clock or a place.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from wres_analysis.errors import RequestError
from wres_analysis.reports.formats import pdf
from wres_analysis.resources import share

__all__ = [
    "CHANGES",
    "Installed",
    "changed_parts",
    "digest",
    "environment",
    "file_hashes",
    "formats_part",
    "kit_hash",
    "place_hash",
    "sha256",
]

#: By the name of a part of a key, what is said when it differs.
CHANGES = {
    "notebook": "the notebook changed",
    "kit": "the kit changed",
    "data": "the data changed",
    "parameters": "its parameters changed",
    "page": "its title, name, region or data hash changed",
    "formats": "other forms are asked for",
    "environment": "the environment changed",
}

#: Folders of shipped files that reports read besides the package itself.
_READ = ("data/reference", "plans")

_TRIAL = '<!DOCTYPE html><html lang="en-GB"><title>Trial</title><p>Trial: <b>one</b> line of 1.234.</p></html>'

#: ``python``, ``platform``, and ``packages`` by name.
Installed = dict[str, Any]


def digest(value: object) -> str:
    """Return the SHA-256 of a value, written as JSON with sorted keys."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode("utf-8")).hexdigest()


def file_hashes(place: Path) -> dict[str, str]:
    """Return the SHA-256 of a file, or of each file of a folder, by its path seen from there.

    Hidden files (what file managers leave, checkpoints) and compiled Python do not count.
    """
    if place.is_file():
        return {place.name: sha256(place)}
    inside = ((path.relative_to(place), path) for path in place.rglob("*") if path.is_file())
    kept = ((name, path) for name, path in inside if not any(_passed_over(part) for part in name.parts))
    return {name.as_posix(): sha256(path) for name, path in sorted(kept, key=lambda pair: pair[0].as_posix())}


def place_hash(place: Path) -> str:
    """Return one SHA-256 over a file, or over the names and contents of all files of a folder."""
    return digest(file_hashes(place))


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _passed_over(part: str) -> bool:
    return part.startswith(".") or part in {"__pycache__", "_share"}


@cache
def kit_hash() -> str:
    """Return one SHA-256 over the source of the kit and the reference data that ship with it."""
    places = {"package": Path(__file__).resolve().parents[1]}
    for name in _READ:
        try:
            places[name] = share(*name.split("/"))
        except RequestError:  # a kit that ships without it makes its reports without it
            continue
    return digest({name: file_hashes(place) for name, place in places.items()})


@cache
def environment() -> Installed:
    """Return the Python, the platform and the packages that are installed, by name and version."""
    installed = distributions(path=sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}))
    packages = {d.metadata["Name"].lower().replace("_", "-"): d.version for d in installed if d.metadata["Name"]}
    packages.pop("wres-analysis", None)  # its source has a hash of its own
    return {
        "python": platform.python_version(),
        "platform": f"{sys.platform} {platform.machine()}".strip(),
        "packages": dict(sorted(packages.items())),
    }


def formats_part(formats: Iterable[str]) -> str:
    """Return the part of a key that says in which forms a report is written, and what writes them.

    The browser that prints is known by what it makes of one line: its version and its fonts are in that.
    """
    formats = sorted(set(formats) - {"html"})
    date = os.environ.get("SOURCE_DATE_EPOCH", "") if formats else ""  # a page holds none
    return digest([formats, _trial_print() if "pdf" in formats else "", date])


@cache
def _trial_print() -> str:
    with tempfile.TemporaryDirectory(prefix="wres-pdf-") as folder:
        page = Path(folder, "trial.html")
        page.write_text(_TRIAL, encoding="utf-8")
        pdf.print_page(page, page.with_suffix(".pdf"))
        return sha256(page.with_suffix(".pdf"))


def changed_parts(before: Mapping[str, str], now: Mapping[str, str]) -> Sequence[str]:
    """Return the names of the parts in which two keys differ, in the order of :data:`CHANGES`."""
    return [name for name in CHANGES if before.get(name) != now.get(name)]
