"""What is measured, declared in TOML: indicators, groups, outcomes, breaks. No numbers, no files of data."""

from wres_analysis.standards.model import (
    Break,
    Group,
    Indicator,
    Item,
    Measure,
    Standard,
    load_outcomes,
    load_standard,
    wres_year,
)

__all__ = [
    "Break",
    "Group",
    "Indicator",
    "Item",
    "Measure",
    "Standard",
    "load_outcomes",
    "load_standard",
    "wres_year",
]
