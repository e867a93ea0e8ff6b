"""Observations: the one tidy table, one row for each published value.

Readers build their rows with :func:`observations`, read numbers with :func:`read_numbers`, and count
what they did in a :class:`Tally`. What they hand over is a :class:`Reading`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.files import SourceFile

__all__ = [
    "COLUMNS",
    "ORGANISATION_COLUMNS",
    "STATUSES",
    "Reading",
    "Tally",
    "observations",
    "organisation_sightings",
    "place_of",
    "read_numbers",
    "require_columns",
]

#: Column -> pandas dtype. One row is one published value.
#:
#: ``value`` is in the unit that the standard declares for the measure (a rate is always a percentage,
#: 0-100). ``effective_base`` is the number of people or days that the value rests on: the denominator
#: where it is published, a lower bound where only that is known (``flags`` then holds ``base_at_least``).
#: ``source_cell`` addresses the cell or cells as a spreadsheet would: ``THEMES!G61`` or ``K14,L14``.
#: ``flags`` is a space-separated set of words, ``reason`` says why a value is missing or left out.
COLUMNS: dict[str, str] = {
    "org_code": "str",
    "period_start": "datetime64[s]",
    "period_end": "datetime64[s]",
    "measure": "str",
    "group": "str",
    "stratum": "str",
    "numerator": "float64",
    "denominator": "float64",
    "value": "float64",
    "unit": "str",
    "status": "str",
    "source": "str",
    "source_file": "str",
    "source_cell": "str",
    "vintage": "str",
    "effective_base": "float64",
    "flags": "str",
    "reason": "str",
}

STATUSES = ("observed", "suppressed", "not_submitted", "not_applicable", "merged", "excluded")

#: One row says what one file says of one organisation on one date. Blank where the file does not say.
ORGANISATION_COLUMNS: dict[str, str] = {
    "org_code": "str",
    "org_name": "str",
    "region": "str",
    "icb": "str",
    "trust_type": "str",
    "as_of": "datetime64[s]",
    "opened": "datetime64[s]",
    "closed": "datetime64[s]",
    "successor": "str",
    "succession_date": "datetime64[s]",
    "source": "str",
    "source_file": "str",
    "source_cell": "str",
}

_BLANK = {
    "str": pa.scalar("", pa.large_string()),
    "float64": pa.scalar(np.nan, pa.float64()),
    "datetime64[s]": pa.scalar(None, pa.timestamp("s")),
}
_DEFAULTS: dict[str, Any] = {"group": "all", "stratum": "all", "status": "observed"}

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d*)(?:[:,].*)?")
#: 12,345 and 1,234,567.8, but not 27,5: a comma that does not part thousands is no thousands separator.
_THOUSANDS = r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?"
_LONGEST_QUOTE = 60


def _frame(schema: dict[str, str], defaults: dict[str, Any], columns: dict[str, Any]) -> pd.DataFrame:
    unknown = set(columns) - set(schema)
    if unknown:
        raise TypeError(f"not columns of this table: {sorted(unknown)}")
    lengths = {len(v) for v in columns.values() if hasattr(v, "__len__") and not isinstance(v, str)}
    if len(lengths) > 1:
        raise ValueError(f"columns of different lengths: {sorted(lengths)}")
    count = lengths.pop() if lengths else 1
    arrays = [_column(columns.get(name, defaults.get(name)), dtype, count) for name, dtype in schema.items()]
    # By way of Arrow, because the files are many and small: pandas takes as long to build a table as to read one.
    return pa.table(arrays, names=list(schema)).to_pandas(use_threads=False)


def _column(given: Any, dtype: str, count: int) -> Any:
    """Return one column of a table as an Arrow array, from an array, a list, a column, a scalar or None."""
    if given is None:
        return pa.repeat(_BLANK[dtype], count)
    if isinstance(given, pd.Series):
        given = given.array if given.dtype == "str" else given.to_numpy()
    if isinstance(given, (str, float)) or not hasattr(given, "__len__"):
        return pa.repeat(_column([given], dtype, 1)[0], count)
    if dtype != "str" and isinstance(given, np.ndarray) and given.dtype == dtype:
        return pa.array(given)
    if dtype == "str":
        try:
            text = pa.array(given, _BLANK[dtype].type, from_pandas=True)
            return text.fill_null("") if text.null_count else text
        except (pa.ArrowTypeError, pa.ArrowInvalid):
            pass  # not all of it is text
    column = pd.Series(np.asarray(given), index=pd.RangeIndex(count))
    return pa.array((column.fillna("") if dtype == "str" else column).astype(dtype))  # type: ignore[call-overload]


def observations(**columns: Any) -> pd.DataFrame:
    """Build rows of the observations table from arrays and scalars.

    Scalars are repeated; what is not given is blank, but for ``group`` and ``stratum`` (``"all"``)
    and ``status`` (``"observed"``). Order and types are those of :data:`COLUMNS`.
    """
    return _frame(COLUMNS, _DEFAULTS, columns)


def organisation_sightings(**columns: Any) -> pd.DataFrame:
    """Build rows that say what a file knows of organisations. See :data:`ORGANISATION_COLUMNS`."""
    return _frame(ORGANISATION_COLUMNS, {}, columns)


def place_of(source_cell: str) -> dict[str, Any]:
    """Take the address of an observation apart, for a :class:`~wres_analysis.errors.Problem`.

    Returns
    -------
    dict
        ``sheet`` (blank in a text file), ``row`` (None where the address has none) and ``column`` (its letter) of
        the first cell: ``THEMES!G61,H61`` is sheet THEMES, row 61, column G.
    """
    sheet, _, cells = source_cell.rpartition("!")
    match = _ADDRESS.fullmatch(cells)
    return {"sheet": sheet, "row": int(match[2]) if match else None, "column": match[1] if match else cells}


@dataclass
class Tally:
    """What was done with one sheet (or one text file): every row and value accounted for.

    ``rows`` counts the data rows. ``kept``, ``suppressed`` and ``excluded`` count values; ``skipped``
    counts rows or columns that were not read, by reason (a reason names what was skipped).
    """

    file: str
    sheet: str
    reader: str
    rows: int = 0
    kept: int = 0
    suppressed: int = 0
    excluded: int = 0
    skipped: dict[str, int] = field(default_factory=dict)

    def skip(self, reason: str, count: int = 1) -> None:
        """Count ``count`` rows or columns as not read, and why."""
        if count:
            self.skipped[reason] = self.skipped.get(reason, 0) + int(count)

    def count(self, rows: pd.DataFrame) -> None:
        """Add the statuses of finished observation rows to the tally."""
        status = rows["status"].value_counts()
        self.kept += int(status.get("observed", 0))
        self.suppressed += int(status.get("suppressed", 0))
        self.excluded += int(status.get("excluded", 0))
        for name in ("not_submitted", "not_applicable", "merged"):
            self.skip(name.replace("_", " "), int(status.get(name, 0)))


@dataclass(frozen=True)
class Reading:
    """What a reader made of one file."""

    observations: pd.DataFrame
    organisations: pd.DataFrame
    tallies: tuple[Tally, ...]

    @staticmethod
    def empty(*tallies: Tally) -> Reading:
        """A reading that yields no observations."""
        return Reading(observations(org_code=[]), organisation_sightings(org_code=[]), tallies)


def read_numbers(
    cells: pd.Series | list[Any] | np.ndarray,
    *,
    suppressed: tuple[str, ...] = (),
    not_applicable: tuple[str, ...] = (),
    not_submitted: tuple[str, ...] = (),
    low: float = -np.inf,
    high: float = np.inf,
    percent_sign: bool = False,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turn cells into numbers, and say of each cell that is not one why it is not.

    Parameters
    ----------
    cells
        Text or numbers as read from the file. Commas may part thousands (``12,345``), and nothing else.
    suppressed, not_applicable, not_submitted
        The texts (stripped) that the publisher writes for those, such as ``("-",)`` or ``("",)``.
    low, high
        The range that a value of this kind can have at all; outside it the cell is excluded.
    percent_sign
        Whether a trailing ``%`` is part of the notation.

    Returns
    -------
    value, status, reason
        Arrays of the length of ``cells``: float64 (NaN where there is no number), and object arrays of
        text. ``reason`` quotes the cell for what is excluded.
    """
    if isinstance(cells, list):
        only_numbers = {type(cell) for cell in cells} <= {int, float}  # and no True, which is no number here
        cells = np.asarray(cells, dtype="float64" if only_numbers else object)
    given = pd.Series(cells).reset_index(drop=True)
    if pd.api.types.is_numeric_dtype(given.dtype):
        text = None
        value = given.to_numpy(dtype="float64", na_value=np.nan, copy=True)
    else:
        text = given.astype(str).str.strip()
        bare = text.str.removesuffix("%").str.strip() if percent_sign else text
        commas = bare.str.contains(",", regex=False)
        if commas.any():
            bare = bare.where(~(commas & bare.str.fullmatch(_THOUSANDS)), bare.str.replace(",", "", regex=False))
        value = pd.to_numeric(bare, errors="coerce").to_numpy("float64").copy()
    status = np.full(len(given), "observed", dtype=object)
    reason = np.full(len(given), "", dtype=object)
    bad = ~np.isfinite(value)
    if text is not None:
        for words, name, why in (
            (suppressed, "suppressed", "suppressed by the publisher"),
            (not_applicable, "not_applicable", "marked as not applicable by the publisher"),
            (not_submitted, "not_submitted", "marked as not given"),
        ):
            marked = text.isin(words).to_numpy() & (status == "observed")
            status[marked], reason[marked] = name, why
            bad &= ~marked
        empty = (status == "not_submitted") & (text == "").to_numpy()
        reason[empty] = "the cell is empty"
    for index in np.flatnonzero(bad):
        shown = "" if text is None else " ".join(str(text.iloc[index]).split())
        shown = shown if len(shown) <= _LONGEST_QUOTE else f"{shown[:_LONGEST_QUOTE]}..."
        reason[index] = f"'{shown}' is not a number" if shown else "the cell is empty"
    beyond = (status == "observed") & ~bad & ((value < low) | (value > high))
    for index in np.flatnonzero(beyond):
        reason[index] = f"{value[index]:g} is outside the possible range {low:g} to {high:g}"
    excluded = bad | beyond
    status[excluded] = "excluded"
    value[status != "observed"] = np.nan
    return value, status, reason


def require_columns(source: SourceFile, have: list[str], want: list[str], *, sheet: str = "", row: int = 1) -> None:
    """Raise an :class:`InputError` that names each column of ``want`` that ``have`` lacks."""
    missing = [name for name in want if name not in have]
    if missing:
        raise InputError(
            *(
                Problem(
                    file=source.name,
                    sheet=sheet,
                    row=row,
                    column=name,
                    what="The column is missing.",
                    todo=f"The row has: {', '.join(have[:12])}{' ...' if len(have) > 12 else ''}. "
                    "Restore the heading as published, or map the file with a .map.toml.",
                )
                for name in missing
            )
        )
