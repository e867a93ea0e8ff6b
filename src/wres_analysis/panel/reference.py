"""The reference files about organisations: what counts as a trust, who succeeded whom, how publishers spell things.

They lie in ``data/reference`` and are data: a new code, merger or spelling is a new line there.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.resources import share
from wres_analysis.sources.files import fold

__all__ = ["Alias", "Choice", "Reference", "load_reference"]

#: Kinds of succession: the whole organisation went to one other or took a new code; it was divided; a part of it moved.
KINDS = ("merger", "rename", "split", "transfer")
_MERGER_COLUMNS = ("old_code", "new_code", "date", "kind", "share", "note", "source", "grade")
_SPELLINGS = {"region": "regions.csv", "icb": "icbs.csv", "trust_type": "trust_types.csv"}


@dataclass(frozen=True, slots=True)
class Alias:
    """A code that a publisher uses for a trust, or (``partial``) for a part of it."""

    code: str
    trust: str
    partial: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Which sighting is believed about an attribute: the first ``source`` that has it, or the nearest ``date``."""

    prefer: str
    sources: tuple[str, ...]
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reference:
    """What the reference files say.

    Parameters
    ----------
    patterns, codes, listed_in
        A trust's code fits a pattern, is one of the codes, or is listed by one of those readers.
    exclusions
        Code -> why it is not a trust although it fits.
    aliases
        Code -> the trust that it stands for.
    choices
        Attribute -> which sighting is believed.
    mergers
        The dated table of successions. ``date`` is datetime64, the rest text.
    spellings
        Attribute -> folded spelling -> the kit's own word, empty where the spelling stands for none.
    """

    patterns: tuple[str, ...]
    codes: frozenset[str]
    listed_in: frozenset[str]
    exclusions: dict[str, str]
    aliases: dict[str, Alias]
    choices: dict[str, Choice]
    mergers: pd.DataFrame
    spellings: dict[str, dict[str, str]]

    def is_trust(self, code: str, listed: frozenset[str] = frozenset()) -> bool:
        """Whether a code is a trust's. ``listed`` holds the codes that a list of trusts has."""
        if code in self.exclusions:
            return False
        return code in self.codes or code in listed or any(fnmatchcase(code, p) for p in self.patterns)


def load_reference(folder: Path | None = None) -> Reference:
    """Load the reference files about organisations.

    Parameters
    ----------
    folder
        Where they are; the shipped ``data/reference`` if not given.

    Raises
    ------
    InputError
        If a file lacks a column, or a row of the mergers table cannot be read.
    """
    folder = share("data", "reference") if folder is None else folder
    rule = tomllib.loads((folder / "organisation_rule.toml").read_text(encoding="utf-8"))
    return Reference(
        patterns=tuple(rule["trusts"]["patterns"]),
        codes=frozenset(rule["trusts"]["codes"]),
        listed_in=frozenset(rule["trusts"]["listed_in"]),
        exclusions={e["code"]: e["reason"] for e in rule.get("exclusion", [])},
        aliases={a["code"]: Alias(a["code"], a["trust"], a["partial"], a["reason"]) for a in rule.get("alias", [])},
        choices={name: _choice(record) for name, record in rule["attribute"].items()},
        mergers=_mergers(folder / "mergers.csv"),
        spellings={name: _spellings(folder / file, name) for name, file in _SPELLINGS.items()},
    )


def _choice(record: dict[str, Any]) -> Choice:
    return Choice(record["prefer"], tuple(record["sources"]), tuple(record.get("ignore", [])))


def _read(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    missing = [name for name in columns if name not in frame]
    if missing:
        raise InputError(
            *(
                Problem(what="The column is missing.", todo="Restore it.", file=path.name, row=1, column=name)
                for name in missing
            )
        )
    return frame


def _spellings(path: Path, attribute: str) -> dict[str, str]:
    frame = _read(path, ("spelling", attribute, "source"))
    return {fold(spelling): word for spelling, word in zip(frame["spelling"], frame[attribute], strict=True)}


def _mergers(path: Path) -> pd.DataFrame:
    frame = _read(path, _MERGER_COLUMNS)
    problems = []
    for row, (date, kind) in enumerate(zip(frame["date"], frame["kind"], strict=True), start=2):
        try:
            dt.date.fromisoformat(date)
        except ValueError:
            problems.append(
                Problem(f"'{date}' is not a date.", "Write it as 2024-10-01.", path.name, row=row, column="date")
            )
        if kind not in KINDS:
            problems.append(
                Problem(f"'{kind}' is not a kind.", f"Use {', '.join(KINDS)}.", path.name, row=row, column="kind")
            )
    if problems:
        raise InputError(*problems)
    return frame.assign(date=pd.to_datetime(frame["date"]).astype("datetime64[s]"))
