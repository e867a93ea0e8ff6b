"""Numbers and names in words, the same in sentences and in tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from wres_analysis.charts.tables import format_number

__all__ = [
    "GAP",
    "RATIO",
    "interval",
    "joined",
    "lower_first",
    "percent",
    "place",
    "plural",
    "points",
    "times",
    "trusts",
    "upper_first",
]

#: How gaps and ratios are rounded, in every table and every sentence.
GAP, RATIO = "+.1f", ".2f"

#: The only region whose name takes no article.
_WITHOUT_ARTICLE = ("London",)


def upper_first(text: str) -> str:
    """Begin with a capital letter, and leave the rest."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """Begin with a small letter, unless the first word is an abbreviation such as CQC."""
    first = text.partition(" ")[0]
    return text if len(first) > 1 and first[:2].isupper() else text[:1].lower() + text[1:]


def joined(parts: Sequence[str]) -> str:
    """Join words: ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def trusts(n: int) -> str:
    """Count trusts: ``1 trust``, ``1,204 trusts``."""
    return "1 trust" if n == 1 else f"{n:,} trusts"


def plural(numbers: Sequence[int]) -> str:
    """Name indicators by number: ``indicator 4``, ``indicators 2, 3 and 4``."""
    return f"indicator{'' if len(numbers) == 1 else 's'} {joined([str(n) for n in numbers])}"


def percent(value: float, decimals: int = 1) -> str:
    """A percentage with its sign."""
    return format_number(value, f",.{decimals}f") + "%"


def points(value: float) -> str:
    """The size of a gap. What is not nought is never called so."""
    text = format_number(abs(value), ".1f")
    return "less than 0.1" if text == "0.0" and value else text


def times(value: float, parity: float | None = None) -> str:
    """A ratio. Where it rounds to ``parity`` and is not equal to it, the words say on which side it lies."""
    text = format_number(value, RATIO)
    if text == "0.00" and value > 0:
        return "less than 0.01"
    if parity is not None and value != parity and text == format_number(parity, RATIO):
        return f"just {'above' if value > parity else 'below'} {text}"
    return text


def interval(low: float, high: float, spec: str, *, parity: float | None = None) -> str:
    """An interval for a table; ``none`` where there is none.

    A limit that rounds to ``parity`` without reaching it is written ``>`` or ``<``, where the interval leaves parity
    out: a reader can then see why the row says that there is a difference.
    """
    if not (np.isfinite(low) or np.isfinite(high)):
        return "none"
    clear = parity is not None and (low > parity or high < parity)

    def limit(value: float) -> str:
        text = format_number(value, spec)
        if clear and parity is not None and value != parity and text == format_number(parity, spec):
            return f"{'>' if value > parity else '<'}{text}"
        return text

    if not np.isfinite(high):
        return f"{limit(low)} or more"
    if not np.isfinite(low):
        return f"{limit(high)} or less"
    return f"{limit(low)} to {limit(high)}"


def place(beside: dict[str, Any]) -> str:
    """Name a comparison after "in": ``the North West``, ``acute trusts``, ``England``."""
    name = str(beside["name"])
    if beside["subject"] == "region" and name not in _WITHOUT_ARTICLE:
        return f"the {name}"
    return lower_first(name) if beside["subject"] == "type" else name
