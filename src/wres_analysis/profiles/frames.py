"""The columns of a trust's result frames, and whom their rows are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

__all__ = [
    "BAND_COLUMNS",
    "INDICATOR_COLUMNS",
    "MONTH_COLUMNS",
    "OUTCOME_COLUMNS",
    "SOURCE_COLUMNS",
    "Subject",
    "period_label",
    "records",
    "typed",
]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a row is about: the trust (``trust``), its ``region``, trusts of its ``type``, or ``england``."""

    key: str
    name: str
    codes: frozenset[str]


#: ``alone`` says that the row rests on this trust and no other. ``reading`` is what the interval says of parity:
#: ``worse``, ``better``, ``unclear`` or ``no_interval``. For a ``difference`` the reference is the comparison group's
#: share of the workforce, and the bases are the seats of the body and the workforce.
INDICATOR_COLUMNS = {
    "indicator": "str", "number": "int64", "title": "str", "form": "str", "subject": "str", "subject_name": "str",
    "wres_year": "int64", "n_trusts": "int64", "n_possible": "int64", "alone": "bool", "reference": "float64",
    "comparison": "float64", "reference_base": "float64", "comparison_base": "float64", "comparison_events": "float64",
    "statistic": "str", "estimate": "float64", "low": "float64", "high": "float64", "gap": "float64",
    "gap_low": "float64", "gap_high": "float64", "method": "str", "interval_status": "str", "reading": "str",
    "status": "str", "reason": "str", "flags": "str", "source_cells": "str",
}  # fmt: skip

BAND_COLUMNS = {
    "staff_group": "str", "band": "str", "comparison": "float64", "comparison_n": "float64", "known_n": "float64",
    "workforce": "float64", "status": "str", "source_cells": "str",
}  # fmt: skip

#: ``wres_year`` is that of the value, which may be older than the report; ``newer`` then says why there is none since.
OUTCOME_COLUMNS = {
    "measure": "str", "title": "str", "label": "str", "unit": "str", "better": "str", "subject": "str",
    "subject_name": "str", "wres_year": "int64", "period": "str", "value": "float64", "low": "float64",
    "high": "float64", "base": "float64", "n_trusts": "int64", "n_possible": "int64", "alone": "bool", "method": "str",
    "status": "str", "reason": "str", "newer": "str", "flags": "str", "caution": "str", "no_interval": "str",
    "source_cells": "str",
}  # fmt: skip

MONTH_COLUMNS = {
    "measure": "str", "subject": "str", "subject_name": "str", "month": "datetime64[s]", "value": "float64",
}  # fmt: skip

SOURCE_COLUMNS = {
    "name": "str", "title": "str", "publisher": "str", "note": "str", "sha256": "str", "values": "int64",
}  # fmt: skip


def typed(rows: list[dict[str, object]], schema: dict[str, str]) -> pd.DataFrame:
    """Make a frame of records with the columns and types of ``schema``; text that is not given is blank."""
    frame = pd.DataFrame(rows, columns=list(schema), dtype="object")
    for name, dtype in schema.items():
        if dtype in ("str", "bool"):
            frame[name] = frame[name].where(frame[name].notna(), "" if dtype == "str" else False)
    return frame.astype(schema)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as dictionaries."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def period_label(clock: str, year: int) -> str:
    """Name the period of a WRES year in words.

    >>> period_label("financial_year", 2025)
    'April 2024 to March 2025'
    >>> period_label("survey", 2025)
    'survey of autumn 2024'
    """
    if clock in ("financial_year", "flow"):
        return f"April {year - 1} to March {year}"
    if clock == "survey":
        return f"survey of autumn {year - 1}"
    return f"31 March {year}"
