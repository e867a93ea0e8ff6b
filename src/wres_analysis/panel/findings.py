"""What a quality rule is given, and the shape of what it finds."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from wres_analysis.panel.annual import year_of
from wres_analysis.panel.organisations import Organisations
from wres_analysis.standards import Indicator, Standard

__all__ = ["QUALITY_COLUMNS", "Inputs", "from_rows", "from_values", "indicator_names"]

QUALITY_COLUMNS = (
    "rule", "severity", "org_code", "wres_year", "measure", "group", "what", "action", "source_file", "source_cell",
)  # fmt: skip


@dataclass(frozen=True)
class Inputs:
    """What every rule is given.

    Parameters
    ----------
    rows
        Observations, after exclusion.
    values
        Annual values as published.
    organisations, standard, outcomes
        Who and what.
    """

    rows: pd.DataFrame
    values: pd.DataFrame
    organisations: Organisations
    standard: Standard
    outcomes: Standard

    @property
    def groups(self) -> list[str]:
        """The two groups that the standard compares, the reference first."""
        return [self.standard.reference_group, self.standard.comparison_group]


def indicator_names(indicators: list[Indicator]) -> str:
    """Name indicators by number: ``indicators 7 and 8``."""
    numbers = [str(i.number) for i in indicators]
    if len(numbers) == 1:
        return f"indicator {numbers[0]}"
    return f"indicators {', '.join(numbers[:-1])} and {numbers[-1]}"


def from_rows(
    part: pd.DataFrame, rule: pd.Series | str, severity: str, what: pd.Series | str, action: pd.Series | str
) -> pd.DataFrame:
    """Make a finding of each observation."""
    return pd.DataFrame(
        {
            "rule": rule,
            "severity": severity,
            "org_code": part["org_code"],
            "wres_year": year_of(part["period_end"]),
            "measure": part["measure"],
            "group": part["group"],
            "what": what,
            "action": action,
            "source_file": part["source_file"],
            "source_cell": part["source_cell"],
        }
    )


def from_values(
    part: pd.DataFrame, rule: str, severity: str, what: pd.Series | str, action: pd.Series | str
) -> pd.DataFrame:
    """Make a finding of each annual value. The first of its cells stands for all."""
    first = part["source_cells"].str.split("; ").str[0].fillna("")
    return pd.DataFrame(
        {
            "rule": rule,
            "severity": severity,
            "org_code": part["org_code"],
            "wres_year": part["wres_year"].astype("Int64"),
            "measure": part["measure"],
            "group": part["group"],
            "what": what,
            "action": action,
            "source_file": first.str.split("!", n=1).str[0],
            "source_cell": first.str.split("!", n=1).str[1].fillna(""),
        }
    )
