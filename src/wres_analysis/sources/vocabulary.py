"""What publishers spell in several ways, in one spelling: headings, staff groups, regions and months."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from functools import lru_cache

import numpy as np
import pandas as pd

__all__ = [
    "REGION_OF_CODE",
    "heading_key",
    "month_of",
    "months_of",
    "region_name",
    "staff_group",
]

#: The seven NHS England regions of 1 April 2020 and later, by code.
REGION_OF_CODE: dict[str, str] = {
    "Y56": "London",
    "Y58": "South West",
    "Y59": "South East",
    "Y60": "Midlands",
    "Y61": "East of England",
    "Y62": "North West",
    "Y63": "North East and Yorkshire",
}

_STAFF_GROUPS = (
    "HCHS doctors",
    "Nurses & health visitors",
    "Midwives",
    "Ambulance staff",
    "Scientific, therapeutic & technical staff",
    "Support to doctors, nurses & midwives",
    "Support to ambulance staff",
    "Support to ST&T staff",
    "Central functions",
    "Hotel, property & estates",
    "Senior managers",
    "Managers",
    "Unknown classification",
)
# Doctors without resident doctors are another group of people than all doctors, so they keep a name of their own.
_STAFF_GROUP_ALIASES = {
    "all staff groups": "all",
    "other staff or those with unknown classification": "Unknown classification",
    "unknown": "Unknown classification",
    "hchs doctors (exc. resident doctors and equivalents)": "HCHS doctors (excluding resident doctors)",
}
_STAFF_GROUP_OF = {name.casefold(): name for name in _STAFF_GROUPS} | _STAFF_GROUP_ALIASES

_REGION_OF_NAME = {name.casefold(): name for name in REGION_OF_CODE.values()}
_REGION_ENDINGS = re.compile(r" (commissioning region|region)$")

# English in every locale, unlike calendar.month_name.
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4})(?: 0?0:00(?::00)?)?")
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:[ T]00:00(?::00)?)?")
_YEAR_WORD = re.compile(r"(?P<year>\d{4})[- ](?P<month>[a-z]{3,9})")
_WORD_YEAR = re.compile(r"(?:(?P<day>\d{1,2})[- ])?(?P<month>[a-z]{3,9})[- ](?P<year>\d{4}|\d{2})")
_YEAR_MONTH = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})")


@lru_cache(maxsize=4096)
def heading_key(heading: str) -> str:
    """Fold a heading: ``SICKNESS_ABSENCE_RATE_PERCENT`` and ``Sickness absence rate (%)`` are the same."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", heading.casefold().replace("%", " percent ")).split())


@lru_cache(maxsize=1024)
def staff_group(name: str) -> str:
    """Return the one spelling of a staff group of the Electronic Staff Record; ``"all"`` for all of them.

    A group that is not known is returned as published, without white space at its ends.
    """
    folded = " ".join(name.split())
    key = folded.casefold()
    return _STAFF_GROUP_OF.get(key) or _STAFF_GROUP_OF.get(key.replace(" and ", " & "), folded)


@lru_cache(maxsize=1024)
def region_name(name: str) -> str:
    """Return the one spelling of a region: ``SOUTH WEST COMMISSIONING REGION`` is ``South West``.

    What is none of the seven regions is returned as published.
    """
    folded = " ".join(name.split())
    key = _REGION_ENDINGS.sub("", folded.casefold()).replace(" & ", " and ")
    return _REGION_OF_NAME.get(key) or _REGION_OF_NAME.get(key.removesuffix(" of england"), folded)


@lru_cache(maxsize=65536)
def month_of(text: str) -> tuple[dt.date, dt.date] | None:
    """Return the first and last day of the month that a cell names, or None.

    Understood are ``31/01/2023`` (day first), ``2023-01-31``, ``2014-APR``, ``31-JAN-23``, ``April 2013`` and
    ``202301``, in years 2000 to 2099.
    """
    folded = " ".join(text.split()).casefold()
    for pattern in (_DAY_FIRST, _ISO, _YEAR_WORD, _WORD_YEAR, _YEAR_MONTH):
        if match := pattern.fullmatch(folded):
            parts = match.groupdict()
            break
    else:
        return None
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
    word = parts["month"]
    month = int(word) if word.isdigit() else next((i for i, m in enumerate(_MONTHS, 1) if m.startswith(word)), 0)
    if not (2000 <= year <= 2099 and 1 <= month <= 12):
        return None
    last = calendar.monthrange(year, month)[1]
    if not 1 <= int(parts.get("day") or 1) <= last:
        return None
    return dt.date(year, month, 1), dt.date(year, month, last)


def months_of(cells: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last day of the month of each cell, as ``datetime64[s]``; NaT where there is none."""
    codes, found = pd.factorize(cells)
    months = [month_of(str(cell)) for cell in found]
    starts = np.array([m[0] if m else None for m in months], dtype="datetime64[s]")
    ends = np.array([m[1] if m else None for m in months], dtype="datetime64[s]")
    return starts[codes], ends[codes]
