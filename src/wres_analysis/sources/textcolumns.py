"""Columns made and read a column at a time, without a Python object for each cell: the files have many rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from wres_analysis.sources.observations import read_numbers

__all__ = ["addresses", "look_up", "mostly_numbers", "number_rows", "take_words", "translate"]


def take_words(words: Sequence[str], codes: np.ndarray) -> pd.Series:
    """Return ``words[codes]`` as a column of text."""
    return pd.Series(pa.array(words, pa.large_string()).take(pa.array(codes)), dtype="str")


def translate(cells: pd.Series, spelling: Callable[[str], str]) -> pd.Series:
    """Return ``spelling(cell)`` of each cell; it is called once for each distinct text."""
    codes, found = pd.factorize(cells)
    return take_words([spelling(str(text)) for text in found], codes)


def addresses(*columns: tuple[str, np.ndarray], sheet: str = "") -> pd.Series:
    """Return the addresses of cells: letters ``K`` and ``L`` with rows ``[2, 3]`` give ``K2,L2`` and ``K3,L3``.

    Parameters
    ----------
    columns
        For each cell of an address its letter and its row numbers, from 1. All of the same length.
    sheet
        The name of the sheet, for ``THEMES!G61``.
    """
    parts: list[object] = []
    for position, (letter, rows) in enumerate(columns):
        before = f"{sheet}!" if sheet and position == 0 else ("," if position else "")
        parts += [pa.scalar(before + letter, pa.large_string()), pc.cast(pa.array(rows), pa.large_string())]
    joined = pc.binary_join_element_wise(*parts, pa.scalar("", pa.large_string()))
    return pd.Series(joined, dtype="str")


def number_rows(frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Number the distinct rows of some columns: equal rows have equal numbers, in no particular order.

    Grouping by one column of whole numbers costs a fraction of grouping by several of text.
    """
    number = np.zeros(len(frame), dtype=np.int64)
    size = 1
    for name in columns:
        codes, found = pd.factorize(frame[name], use_na_sentinel=False)
        if size * len(found) > 2**62:
            kept, number = np.unique(number, return_inverse=True)
            size = len(kept)
        number = number * len(found) + codes
        size *= len(found)
    return number


def look_up(first: pd.Series, second: pd.Series, table: Mapping[tuple[str, str], Any], default: Any) -> np.ndarray:
    """Return ``table[first, second]`` of each row, or ``default``; each distinct pair is looked up once."""
    codes, names = pd.factorize(first)
    others, other_names = pd.factorize(second)
    cells = [[table.get((name, other), default) for other in other_names] for name in names]
    return np.array(cells).reshape(len(names), len(other_names))[codes, others]


def mostly_numbers(
    cells: np.ndarray,
    *,
    low: float,
    high: float = np.inf,
    suppressed: tuple[str, ...] = (),
    not_applicable: tuple[str, ...] = (),
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Do what :func:`~wres_analysis.sources.observations.read_numbers` does, for cells that are nearly all numbers.

    Only those that are not (or lie outside ``low`` to ``high``) are looked at one by one.
    """
    value = np.array(pd.to_numeric(pd.Series(cells, dtype=object), errors="coerce"), dtype="float64")
    status = np.full(len(cells), "observed", dtype=object)
    reason = np.full(len(cells), "", dtype=object)
    odd = ~(np.isfinite(value) & (value >= low) & (value <= high))
    if odd.any():
        value[odd], status[odd], reason[odd] = read_numbers(
            list(cells[odd]), low=low, high=high, suppressed=suppressed, not_applicable=not_applicable
        )
    return value, status, reason
