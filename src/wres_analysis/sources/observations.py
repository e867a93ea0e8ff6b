"""Observations: the one tidy table, one row for each published value.

Readers build their rows with :func:`observations`, read numbers with :func:`read_numbers`, and count
what they did in a :class:`Tally`. What they hand over is a :class:`Reading`.
"""

from __future__ import annotations

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
    if dtype == "str" and isinstance(given, str):
        return pa.repeat(pa.scalar(given, pa.large_string()), count)
    if dtype == "str" and isinstance(given, pd.Series) and given.dtype == "str":
        text = pa.array(given)
        return text.fill_null("") if text.null_count else text
    if dtype != "str" and isinstance(given, np.ndarray) and given.dtype == dtype:
        return pa.array(given)
    column = pd.Series(np.asarray(given) if hasattr(given, "__array__") else given, index=pd.RangeIndex(count))
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
    low: float = -np.inf,
    high: float = np.inf,
    percent_sign: bool = False,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turn cells into numbers, and say of each cell that is not one why it is not.

    Parameters
    ----------
    cells
        Text or numbers as read from the file.
    suppressed, not_applicable
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
    given = pd.Series(np.asarray(cells, dtype=object) if isinstance(cells, list) else cells).reset_index(drop=True)
    if pd.api.types.is_numeric_dtype(given.dtype):
        text = None
        value = given.to_numpy(dtype="float64", na_value=np.nan)
    else:
        text = given.astype(str).str.strip()
        bare = text.str.removesuffix("%").str.strip() if percent_sign else text
        value = pd.to_numeric(bare.str.replace(",", "", regex=False), errors="coerce").to_numpy("float64").copy()
    status = np.full(len(given), "observed", dtype=object)
    reason = np.full(len(given), "", dtype=object)
    bad = ~np.isfinite(value)
    if text is not None:
        is_suppressed = text.isin(suppressed).to_numpy()
        is_not_applicable = text.isin(not_applicable).to_numpy()
        status[is_suppressed] = "suppressed"
        reason[is_suppressed] = "suppressed by the publisher"
        status[is_not_applicable] = "not_applicable"
        reason[is_not_applicable] = "marked as not applicable by the publisher"
        bad &= ~(is_suppressed | is_not_applicable)
    for index in np.flatnonzero(bad):
        shown = "" if text is None else str(text.iloc[index])
        reason[index] = f"'{shown}' is not a number" if shown else "the cell is empty"
    beyond = np.isfinite(value) & ((value < low) | (value > high))
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
