"""What a table or a figure says, for machines: kept in the notebook beside what a person sees.

A page shows text. A workbook needs numbers, units, and the reason where a number is missing. So the same display
carries both: :data:`BLOCK_MIME` holds a JSON object that says of each column what it holds, and every cell twice, as
the text that a reader sees and as the value behind it. Nothing is in it that the text does not show.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import pandas as pd

__all__ = ["BLOCK_MIME", "BLOCK_SCHEMA", "MISSING_WORDS", "Cell", "Column", "make_column", "slug"]

#: The kind of representation under which a notebook keeps a block.
BLOCK_MIME = "application/vnd.wres.block+json"

#: Raised when the meaning of a field of a block changes.
BLOCK_SCHEMA = 1

#: What a reader sees where there is no value, by the status of the observation.
MISSING_WORDS = {
    "suppressed": "suppressed",
    "not_submitted": "not submitted",
    "not_applicable": "not applicable",
    "merged": "merged",
    "excluded": "excluded",
}

#: A value as it is kept: a number, a date as ``2025-03-31``, a limit in words such as ``>1.00``, or None.
Value: TypeAlias = float | int | str | None

#: Digits that are kept of a value. The last ones differ between machines, and nothing is shown with so many.
_DIGITS = 8

_NUMBER = r"[+\-\N{MINUS SIGN}]?\d[\d,]*(?:\.\d+)?"
_PLAIN = re.compile(rf"({_NUMBER})(%?)")
_LIMIT = rf"[<>]?{_NUMBER}"
_BETWEEN = re.compile(rf"({_LIMIT}) to ({_LIMIT})")
_OPEN = re.compile(rf"({_LIMIT}) or (more|less)")
#: More digits than that without a point are a name (a hash, a code) and not a count.
_LONGEST_NUMBER = 9
_DATE_FORMATS = ("%d %B %Y", "%B %Y", "%Y-%m-%d")
_UNIT_WORDS = {"%": "%", "points": "percentage points"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is more than its text: what a reader sees, and the value behind it.

    Parameters
    ----------
    text
        What the table shows.
    value
        A number, or the two limits of an interval; None where there is none.
    """

    text: str
    value: float | tuple[float, float] | None = None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: what it is called, what it holds, and each cell as text and as value.

    Parameters
    ----------
    heading, unit
        As the reader sees it; ``unit`` is also part of the heading, or blank.
    type
        ``string``, ``integer``, ``number``, ``date`` or ``interval``.
    text
        One text for each row.
    value
        One value for each row; empty for ``string`` and ``interval``.
    low, high
        The limits of an ``interval``, one for each row.
    missing
        By row, why a column with values has none there: a status of an observation, ``bound`` where the text is
        itself a limit ("under 1%"), or ``none``.
    """

    heading: str
    unit: str
    type: str
    text: tuple[str, ...]
    value: tuple[Value, ...] = ()
    low: tuple[Value, ...] = ()
    high: tuple[Value, ...] = ()
    missing: tuple[tuple[int, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the column as it is kept in a notebook; what is empty is left out."""
        out: dict[str, Any] = {"heading": self.heading, "type": self.type, "text": list(self.text)}
        if self.unit:
            out["unit"] = self.unit
        for name in ("value", "low", "high"):
            if values := getattr(self, name):
                out[name] = list(values)
        if self.missing:
            out["missing"] = {str(row): status for row, status in self.missing}
        return out

    @classmethod
    def from_json(cls, block: dict[str, Any]) -> Column:
        """Read a column back."""
        values, low, high = (tuple(block.get(name, ())) for name in ("value", "low", "high"))
        missing = tuple((int(row), status) for row, status in block.get("missing", {}).items())
        return cls(
            block["heading"], block.get("unit", ""), block["type"], tuple(block["text"]), values, low, high, missing
        )


def slug(text: str) -> str:
    """Return a name for what a caption names, without its year.

    >>> slug("Outcomes, WRES 2025")
    'outcomes-wres'
    """
    bare = re.sub(r"\b(?:19|20)\d\d\b|['\N{RIGHT SINGLE QUOTATION MARK}]", "", text.casefold())
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-") or "table"


def make_column(
    heading: str, texts: Sequence[str], raw: Sequence[Any], *, unit: str = "", status: Sequence[str] = (),
    names_rows: bool = False,
) -> Column:  # fmt: skip
    """Find out what a column holds, and keep each cell as text and as value.

    A value that the frame holds as a number is taken from there. A text that is a number, an interval or a date, as
    the house writes them, is read back: the value is then as exact as the text, no more.

    Parameters
    ----------
    heading, unit
        Without a unit, the words after the last comma of the heading may name one.
    texts, raw
        What is shown and what the frame holds, one for each row.
    status
        The status of each row, if known.
    names_rows
        Whether the column names the rows; numbers written as text are then names.
    """
    unit = unit or _UNIT_WORDS.get(heading.rpartition(", ")[2], "")
    texts = tuple(texts)

    def built(kind: str, values: Sequence[Value], *, low: Sequence[Value] = (), high: Sequence[Value] = ()) -> Column:
        pairs = values or [a if a is not None else b for a, b in zip(low, high, strict=True)]
        missing = tuple(
            (row, _status(texts[row], status[row] if row < len(status) else ""))
            for row, value in enumerate(pairs)
            if value is None
        )
        return Column(heading, unit, kind, texts, tuple(values), tuple(low), tuple(high), missing)

    values = [value.value if isinstance(value, Cell) else value for value in raw]
    values = [None if _is_missing(value) else value for value in values]
    given = [value for value in values if value is not None]
    if given and all(isinstance(value, tuple) for value in given):
        low, high = zip(*(value or (None, None) for value in values), strict=True)
        return built("interval", (), low=[_kept(v) for v in low], high=[_kept(v) for v in high])
    if given and all(pd.api.types.is_number(value) and not isinstance(value, bool) for value in given):
        kind = "integer" if all(pd.api.types.is_integer(value) for value in given) else "number"
        return built(kind, [_kept(value) for value in values])
    if given and all(isinstance(value, (datetime, pd.Timestamp)) for value in given):
        return built("date", [value and f"{value:%Y-%m-%d}" for value in values])
    if any(isinstance(value, tuple) or not isinstance(value, str) for value in given):
        return Column(heading, unit, "string", texts)
    return _read_back(texts, built, heading, unit, names_rows)


def _read_back(
    texts: tuple[str, ...], built: Callable[..., Column], heading: str, unit: str, names_rows: bool
) -> Column:
    """Make the column of texts: what every text that holds a digit can be read as, it is."""
    plain = Column(heading, unit, "string", texts)
    told = [text for text in texts if any(character.isdigit() for character in text)]
    if dates := _all(told, _date):
        return built("date", [dates.get(text) for text in texts])
    if names_rows:
        return plain
    if limits := _all(told, _limits):
        pairs = [limits.get(text, (None, None)) for text in texts]
        return built("interval", (), low=[low for low, _ in pairs], high=[high for _, high in pairs])
    numbers = _all([text for text in told if not _is_bound(text)], _number)
    if not numbers:
        return plain
    whole = all(isinstance(value, int) for value in numbers.values())
    column = built("integer" if whole else "number", [numbers.get(text) for text in texts])
    if not unit and all(text.endswith("%") for text in numbers):
        return Column(heading, "%", column.type, texts, column.value, missing=column.missing)
    return column


def _all(texts: Sequence[str], read: Callable[[str], Any]) -> dict[str, Any]:
    """Return each text with what it is read as; nothing at all if one cannot be read."""
    found = {text: read(text) for text in texts}
    return {} if any(value is None for value in found.values()) else found


def _is_missing(value: Any) -> bool:
    return value is None or (not isinstance(value, (str, tuple)) and bool(pd.isna(value)))


def _kept(value: Any) -> Value:
    if _is_missing(value):
        return None
    if pd.api.types.is_integer(value):
        return int(value)
    number = float(f"{float(value):.{_DIGITS}g}")
    return number + 0.0 if number == number and abs(number) != float("inf") else None


def _number(text: str) -> Value:
    """Read one number as the house writes it; None if the text is anything else."""
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    digits = match[1].replace(",", "").replace("\N{MINUS SIGN}", "-")
    if "." in digits:
        return float(digits)
    return int(digits) if len(digits.lstrip("+-")) <= _LONGEST_NUMBER else None


def _limit(text: str) -> Value:
    """Read one limit. One that only rounds to what it says (``>1.00``) stays in words."""
    return text if text[0] in "<>" else _number(text)


def _limits(text: str) -> tuple[Value, Value] | None:
    if match := _BETWEEN.fullmatch(text):
        return _limit(match[1]), _limit(match[2])
    if match := _OPEN.fullmatch(text):
        return (_limit(match[1]), None) if match[2] == "more" else (None, _limit(match[1]))
    return None


def _is_bound(text: str) -> bool:
    """Say whether a text is a limit in words, such as ``under 1%``."""
    return re.fullmatch(rf"(?:under|over|at least|at most|[<>]) ?{_NUMBER}%?", text) is not None


def _date(text: str) -> str | None:
    for form in _DATE_FORMATS:
        try:
            return f"{datetime.strptime(text, form):%Y-%m-%d}"
        except ValueError:
            continue
    return None


def _status(text: str, status: str) -> str:
    if status in MISSING_WORDS:
        return status
    if _is_bound(text):
        return "bound"
    return next((key for key, words in MISSING_WORDS.items() if words == text), "none")
