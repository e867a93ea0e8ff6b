"""The rules that are data, read once from ``rules.toml``, and the names that are exempt from them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

from wres_analysis.narrative.sentences import RATINGS
from wres_analysis.standards import Standard, load_outcomes, load_standard

__all__ = ["Rulebook", "WordRule", "load_rules"]


@dataclass(frozen=True)
class WordRule:
    """Words that may not stand: a pattern, the words in which it means no harm, and what to say and do."""

    rule: str
    pattern: re.Pattern[str]
    exceptions: tuple[re.Pattern[str], ...]
    places: frozenset[str]
    what: str
    todo: str


@dataclass(frozen=True)
class Rulebook:
    """Every rule that is data.

    Parameters
    ----------
    words
        Words that may not stand.
    allowed
        Numbers that are nobody's claim.
    number_words, word_values
        Words of number, and what they say.
    said_n
        By kind of claim: which bases its sentences must give; ``*`` for all.
    change, change_exceptions
        Words of change by what they say (``up``, ``down``, ``wider`` ...), and where they mean none.
    standard_texts
        Words that the standards declare: names, wordings, cautions. They are what they are.
    numbered_texts, numbered
        Those of them with a number in them, and the pattern of any of them.
    ratings
        The words of a rating, by its number.
    """

    words: tuple[WordRule, ...]
    allowed: tuple[re.Pattern[str], ...]
    number_words: re.Pattern[str]
    word_values: dict[str, float]
    said_n: dict[str, tuple[str, ...]]
    change: dict[str, re.Pattern[str]]
    change_exceptions: tuple[re.Pattern[str], ...]
    standard_texts: tuple[str, ...]
    numbered_texts: tuple[str, ...]
    numbered: re.Pattern[str]
    ratings: dict[float, str]


def _compiled(pattern: str, *, cased: bool = False) -> re.Pattern[str]:
    return re.compile(pattern, 0 if cased else re.IGNORECASE)


@cache
def load_rules() -> Rulebook:
    """Read the rules and the names that the standards declare."""
    data = tomllib.loads(files(__package__).joinpath("rules.toml").read_text(encoding="utf-8"))
    words = tuple(
        WordRule(
            rule=entry["rule"],
            pattern=_compiled(entry["pattern"], cased=entry.get("cased", False)),
            exceptions=tuple(_compiled(text) for text in entry.get("except", [])),
            places=frozenset(entry.get("places", [])),
            what=entry["what"],
            todo=entry["todo"],
        )
        for entry in data["words"]
    )
    values = {str(word): float(value) for word, value in data["number_words"].items()}
    spelt = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(values, key=len, reverse=True))
    number_words = _compiled(rf"\b(?:{spelt})\b")
    every = {text for one in (load_standard(), load_outcomes()) for text in _texts(one)}
    texts = tuple(sorted(every, key=lambda text: (-len(text), text)))  # a longer one may hold a shorter one
    numbered = tuple(t for t in texts if re.search(r"\d", t) or number_words.search(t))
    change = data["change"]
    return Rulebook(
        words=words,
        allowed=tuple(re.compile(entry["pattern"]) for entry in data["allowed"]),
        number_words=number_words,
        word_values=values,
        said_n={kind: tuple(names) for kind, names in data["said_n"].items()},
        change={name: _compiled(rf"\b(?:{p})\b") for name, p in change.items() if isinstance(p, str)},
        change_exceptions=tuple(_compiled(text) for text in (*change["except"], *change["allowed"])),
        standard_texts=texts,
        numbered_texts=numbered,
        numbered=_compiled(rf"(?<!\w)(?:{'|'.join(map(re.escape, numbered))})(?!\w)"),
        ratings=RATINGS,
    )


def _texts(standard: Standard) -> Iterator[str]:
    """Every text of a standard that a report may repeat, as it stands and with a small first letter."""
    records: list[Any] = [*standard.indicators.values(), *standard.measures.values(), *standard.breaks]
    found = [standard.title, standard.smallest_note]
    # Each sentence of a longer text stands alone too.
    for text in (standard.definition, *(getattr(r, f.name) for r in records for f in fields(r))):
        if isinstance(text, str) and len(text) > 5:
            found += [text, *re.split(r"(?<=\.) (?=[A-Z])", text)]
    for text in found:
        for one in (text, text.rstrip(".")):
            if one:
                yield one
                yield one[:1].lower() + one[1:]
