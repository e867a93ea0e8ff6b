"""Numbers in a text, and the numbers that a claim carries: found, matched and compared as they are rounded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wres_analysis.charts.tables import format_number
from wres_analysis.narrative.claims import Claim
from wres_analysis.narrative.proofread.rulebook import Rulebook

__all__ = ["Carried", "Token", "carried_beside", "carried_by", "find_numbers", "mask", "shows", "where_near"]

#: Decimals of each unit where the claim does not say.
_DECIMALS = {"percent": 1, "points": 1, "times": 2, "score": 2, "count": 0, "rank": 0, "year": 0}
_NUMBER = re.compile(
    r"(?<![\w.,])(?:[+\-])?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(%|(?:st|nd|rd|th)\b)?(?![\d]|[A-Za-z])"
)
_AFTER = re.compile(r"\s*(?:to [\d.,]+ )?((?:percentage )?points?|times)\b")
_LIKELY = re.compile(r"\s*(?:times|as likely)\b")
_BEFORE = re.compile(r"(less than|under|over|just above|just below)\s*$")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(rf"\b(?:\d{{1,2}} )?(?:{_MONTHS}) \d{{4}}\b")


@dataclass(frozen=True)
class Token:
    """A number as a text shows it.

    Parameters
    ----------
    text
        The number, without sign and unit.
    value
        What it says.
    unit
        ``percent``, ``rank``, ``points``, ``times``, ``date``, ``word``, or blank where the text does not say.
    hedge
        ``less than``, ``under``, ``over``, ``just above`` or ``just below`` before it; blank for none.
    start, end
        Where it stands.
    """

    text: str
    value: float
    unit: str
    hedge: str
    start: int
    end: int

    @property
    def decimals(self) -> int:
        """How many decimals it is shown with."""
        return len(self.text.partition(".")[2])


@dataclass(frozen=True)
class Carried:
    """A number that a claim holds: its name, its value and unit, and the decimals that it is shown with."""

    name: str
    value: float
    unit: str
    decimals: int


def _carry(name: str, value: float | None, unit: str) -> list[Carried]:
    if value is None:
        return []
    kind, _, decimals = unit.partition(".")
    return [Carried(name, float(value), kind, int(decimals) if decimals else _DECIMALS.get(kind, 0))]


def carried_by(claim: Claim) -> list[Carried]:
    """The numbers of a claim's own: estimate, limits, values, bases, year."""
    unit = claim.units.get("estimate", "")
    found = [c for name in ("estimate", "low", "high") for c in _carry(name, getattr(claim, name), unit)]
    for name, value in claim.values.items():
        found += _carry(name, value, claim.units.get(name, ""))
    found += [Carried(f"n.{name}", float(n), "count", 0) for name, n in claim.n.items()]
    return [*found, Carried("year", float(claim.wres_year), "year", 0)] if claim.wres_year else found


def carried_beside(claim: Claim, row: Mapping[str, Any]) -> list[Carried]:
    """The numbers of one comparison of a claim."""
    unit = claim.units.get("estimate", "")
    found = [c for name in ("estimate", "low", "high") for c in _carry(name, row[name], unit)]
    return [*found, Carried("n.trusts", float(row["n_trusts"]), "count", 0)]


def mask(text: str, phrases: Iterable[str], rules: Rulebook) -> str:
    """Blot out what is no number of the claim: phrases of the data, names of the standard, what the rules allow.

    Lengths stay. The longest phrase comes first, for it may hold a shorter one.
    """
    text = rules.numbered.sub(lambda m: "x" * len(m[0]), text.replace("\N{MINUS SIGN}", "-"))
    for phrase in sorted(set(phrases), key=len, reverse=True):
        phrase = phrase.replace("\N{MINUS SIGN}", "-")
        if len(phrase) > 1:
            text = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", lambda m: "x" * len(m[0]), text, flags=re.IGNORECASE)
    for pattern in rules.allowed:
        text = pattern.sub(lambda m: "x" * len(m[0]), text)
    return text


def find_numbers(text: str, rules: Rulebook) -> list[Token]:
    """Find the numbers of a text, words of number and whole dates among them, in order."""
    found: list[Token] = []
    for match in _DATE.finditer(text):
        found.append(Token(match[0], 0.0, "date", "", match.start(), match.end()))
    dated = [(token.start, token.end) for token in found]
    for match in _NUMBER.finditer(text):
        if any(a <= match.start() < b for a, b in dated):
            continue
        digits, suffix = match[1], match[2] or ""
        after = _AFTER.match(text, match.end())
        unit = "percent" if suffix == "%" else "rank" if suffix else ""
        if not unit and after:
            unit = "times" if after[1] == "times" else "points"
        before = _BEFORE.search(text[: match.start()])
        value = float(digits.replace(",", ""))
        found.append(Token(digits, value, unit, before[1] if before else "", match.start(), match.end()))
    for match in rules.number_words.finditer(text):
        if any(a <= match.start() < b for a, b in dated):
            continue
        value = rules.word_values[" ".join(match[0].lower().split())]
        unit = "times" if _LIKELY.match(text, match.end()) else "word"
        found.append(Token(match[0], value, unit, "", match.start(), match.end()))
    return sorted(found, key=lambda token: token.start)


def _size(token: Token, carried: Carried) -> float:
    return 100 * carried.value if carried.unit == "probability" else abs(carried.value)


def _fits(token: Token, carried: Carried) -> bool:
    """Whether a token may stand for a number of this unit at all."""
    if token.unit == "date":
        return False
    if token.unit == "percent":
        return carried.unit in ("percent", "probability")
    if token.unit == "rank":
        return carried.unit == "rank"
    if token.unit == "word":
        return carried.unit in ("count", "percent", "times")
    if token.unit in ("points", "times"):
        # "12.0 to 18.8 points": the first of a range takes the unit of the second; a ratio may stand before "times".
        return carried.unit == token.unit
    return carried.unit in ("points", "times", "score", "count", "year", "z")


def shows(token: Token, carried: Carried) -> bool:
    """Whether a token is this number, rounded as the house rounds and hedged as the house hedges."""
    if not _fits(token, carried):
        return False
    size = _size(token, carried)
    decimals = 0 if carried.unit == "probability" else carried.decimals
    text = format_number(size, f"{',' if carried.unit in ('count', 'rank', 'percent') else ''}.{decimals}f")
    if not token.text[0].isdigit():
        return size == token.value
    if token.hedge in ("less than", "under"):
        # A probability can be so small that the machine holds nought; it is never called so.
        return (size > 0 or carried.unit == "probability") and size < token.value and not text.strip("0.,")
    if token.hedge == "over" and carried.unit == "probability":
        return token.text == "99" and text == "100"
    if token.hedge in ("just above", "just below"):
        return text == token.text and (size > token.value) == (token.hedge == "just above")
    if carried.unit == "probability" and text in ("0", "100"):
        return False
    return text == token.text or (size == 0 and token.text == "0")


def where_near(token: Token, carried: Sequence[Carried]) -> Carried | None:
    """The number that a token seems to mean but is not rounded as; None where there is none."""
    for one in carried:
        if not _fits(token, one):
            continue
        step = 10.0 ** -min(token.decimals, 0 if one.unit == "probability" else one.decimals)
        if abs(_size(token, one) - token.value) < step:
            return one
    return None
