"""What was published: statements with their source, grade and numbers, read from ``data/reference/replications.toml``.

Only statements that were read in their source (``R``) or checked in a published file (``C``) may be shown as facts; any
other grade is refused.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from math import nan
from pathlib import Path
from typing import Any

from wres_analysis.errors import InputError, Problem
from wres_analysis.resources import share

__all__ = ["GRADES", "SCALES", "BandClaim", "Published", "Study", "load_published"]

#: Grades of what may be told as a fact.
GRADES = ("R", "C")
#: How ours is put beside a published number; ``sign`` is for a statement that gives none.
SCALES = ("standardised", "odds_ratio", "sign")
_DIRECTIONS = ("positive", "negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A published statement on what goes with what.

    Parameters
    ----------
    id, title, authors, source, grade, claim
        What was said, by whom, and where it was read.
    published, published_n
        The number that the source gives and the number of trusts behind it; NaN and 0 where it gives none.
    scale, direction
        What sort of number it is (:data:`SCALES`), and which sign it has.
    exposure, outcome
        Columns of the panel that stand for the two sides.
    exposure_words, outcome_words, outcome_short
        The same in words.
    tests, compared, labels, needs
        Rows of the plan; those nearest to the study; what each is, in words; and which comparisons (``between``,
        ``within``) the statement must hold in.
    same, differs
        What is alike in the replication and what is not.
    """

    id: str
    title: str
    authors: str
    source: str
    grade: str
    claim: str
    scale: str
    direction: str
    exposure: str
    outcome: str
    exposure_words: str
    outcome_words: str
    outcome_short: str
    compared: tuple[str, ...]
    tests: tuple[str, ...]
    labels: dict[str, str]
    needs: tuple[str, ...]
    same: str
    differs: str
    published: float = nan
    published_n: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BandClaim:
    """Published numbers of trusts inside, above and below a band.

    Parameters
    ----------
    id, title, authors, source, grade, claim, same, differs
        As of :class:`Study`.
    indicator, year
        What was counted, and of which year of the standard.
    low, high
        The edges of the band.
    inside_share, above, below
        Percentage of trusts inside; numbers of trusts above and below.
    national
        The ratio of the country.
    aspiration
        What was hoped for: records of ``year`` and ``share`` inside, in percent.
    earlier_share, earlier_share_source
        Percentage of the comparison group among staff nearer to that year, and where it was read.
    """

    id: str
    title: str
    authors: str
    source: str
    grade: str
    claim: str
    indicator: str
    year: int
    low: float
    high: float
    inside_share: float
    above: int
    below: int
    national: float
    aspiration: tuple[dict[str, int], ...]
    earlier_share: float
    earlier_share_source: str
    same: str
    differs: str

    @property
    def trusts(self) -> int:
        """How many trusts there were: the shares and numbers that were published leave one whole number."""
        return round((self.above + self.below) / (1 - self.inside_share / 100))

    @property
    def inside(self) -> int:
        """How many trusts lay inside."""
        return self.trusts - self.above - self.below


@dataclass(frozen=True, slots=True)
class Published:
    """All that was published and is made again."""

    studies: tuple[Study, ...]
    band: BandClaim


def load_published(path: Path | None = None) -> Published:
    """Read the published statements.

    Parameters
    ----------
    path
        The shipped file if None.

    Raises
    ------
    InputError
        If a statement lacks something, has something unknown, or has a grade that is no fact: each with what to do.
    """
    path = path or share("data", "reference", "replications.toml")
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(Problem(f"This is not TOML: {error}.", "Mend that place.", file=path.name)) from None
    problems: list[Problem] = []
    studies = tuple(_read(Study, one, path, problems) for one in said.get("study", []))
    band = _read(BandClaim, said.get("band", {}), path, problems)
    if problems:
        raise InputError(*problems)
    return Published(studies, band)


def _read(cls: Any, said: dict[str, Any], path: Path, problems: list[Problem]) -> Any:
    at = f"{path.name}, '{said.get('id', '?')}'"
    names = {one.name for one in fields(cls)}
    needed = {one.name for one in fields(cls) if one.name not in ("published", "published_n")}
    for name in sorted(needed - set(said)):
        problems.append(Problem(f"'{name}' is missing.", "Write it; the comments of the file say what it is.", file=at))
    for name in sorted(set(said) - names):
        problems.append(Problem(f"'{name}' is not known.", "Take it out, or correct its spelling.", file=at))
    if said.get("grade") not in GRADES:
        what = f"The grade '{said.get('grade', '')}' is no grade of a fact."
        problems.append(Problem(what, "Show only what was read (R) or checked (C).", file=at))
    for name, known in (("scale", SCALES), ("direction", _DIRECTIONS)):
        if name in names and said.get(name) not in known:
            problems.append(Problem(f"'{name}' is none of {', '.join(known)}.", "Write one of these.", file=at))
    if problems:
        return None
    return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in said.items()})
