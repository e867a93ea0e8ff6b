"""The words and tables of monthly outcomes in the notebook on trends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.charts.tables import Table, format_number, table
from wres_analysis.narrative.claims import note
from wres_analysis.narrative.monthly import tell_false_signals, tell_pattern
from wres_analysis.narrative.telling import Prose, paragraph, tell
from wres_analysis.narrative.wording import interval
from wres_analysis.panel.store import PanelData
from wres_analysis.profiles.frames import records
from wres_analysis.standards import load_outcomes
from wres_analysis.trends.month_series import measures
from wres_analysis.trends.monthly import false_signals, monthly_patterns, monthly_points

__all__ = ["MonthsReport"]

_SERIES = {"real": "as it was", "nothing_happening": "nothing happening"}
_ADJUSTED = {"nothing": "as published"}
_STATUSES = {
    "ok": "judged", "too_few_months": "too few months", "too_few_peers": "too few peers", "merged": "merged",
    "no_data": "no data", "suppressed": "suppressed", "parts_only": "parts only", "not_current": "no longer published",
}  # fmt: skip


class MonthsReport:
    """Words, tables and the chart of the first outcome that is published by month and is in the data.

    Parameters
    ----------
    data
        A panel.
    trust
        Whose months are shown; None is the first by code whose limits are full.
    """

    def __init__(self, data: PanelData, *, trust: str | None = None) -> None:
        self.outcomes = load_outcomes()
        held = set(data.observations["measure"])
        self.measure = next((m for m in measures(self.outcomes) if m.key in held), None)
        key = self.measure.key if self.measure else ""
        self.patterns = monthly_patterns(data, only=[key]) if key else pd.DataFrame()
        self.rates = false_signals(data, key) if key else pd.DataFrame()
        self.trust = trust or self._first()
        self.points = monthly_points(data, self.trust, key) if key and self.trust else pd.DataFrame()

    def _first(self) -> str:
        if not len(self.patterns):
            return ""
        part = self.patterns[self.patterns["status"] == "ok"]
        full = part[part["limits"] == "full"]
        part = full if len(full) else part
        return str(part["org_code"].iloc[0]) if len(part) else ""

    def rates_told(self) -> Prose:
        """How many trusts are marked, and how many would be where nothing happens."""
        if not len(self.rates):
            return Prose((paragraph(tell(note("no_months"), "The loaded files hold no outcome by month.")),))
        return Prose((paragraph(tell_false_signals(self.rates, outcomes=self.outcomes)),))

    def rate_table(self) -> Table | None:
        """The measured rates of false signals, way by way."""
        part = self.rates[self.rates["status"] == "ok"] if len(self.rates) else self.rates
        if not len(part) or self.measure is None:
            return None
        rows = [
            {
                "Charted": _ADJUSTED.get(row["adjusted"], f"less {row['adjusted']}"),
                "Rules": "all four" if row["rules"] == "all" else "outside the limits only",
                "Series": _SERIES[row["series"]] + (f", surprises {row['surprises']}" if row["surprises"] else ""),
                "Trusts with a signal in a year": f"{format_number(100 * row['share'], '.0f')}%",
                "95% interval": interval(100 * row["low"], 100 * row["high"], ".0f") + "%",
                "Left correlation with the month before": format_number(row["lag1"], ".2f"),
                "Series charted": int(row["n_trusts"]),
            }
            for row in records(part)
        ]
        return table(
            pd.DataFrame(rows), row_heading=False,
            caption=f"{self.measure.title}: how often a trust is marked within a year",
        )  # fmt: skip

    def pattern_table(self) -> Table | None:
        """Trusts by whether their months could be judged, and whether any of the last twelve is marked."""
        if not len(self.patterns) or self.measure is None:
            return None
        rows = []
        for status, part in self.patterns.groupby("status", sort=True):
            row: dict[str, Any] = {"Trusts": _STATUSES.get(str(status), str(status).replace("_", " "))}
            row |= {"Number": len(part), "With a marked month in the last year": int((part["n_signals"] > 0).sum())}
            rows.append(row | {"With full limits": int((part["limits"] == "full").sum())})
        return table(pd.DataFrame(rows), caption=f"{self.measure.title} by month: which trusts can be judged")

    def told(self) -> Prose:
        """What the months of the one trust show."""
        row = next((one for one in records(self.patterns) if one["org_code"] == self.trust), None)
        if row is None:
            return Prose((paragraph(tell(note("no_trust_months"), "No trust's months can be shown.")),))
        return Prose((paragraph(tell_pattern(row, outcomes=self.outcomes)),))

    def month_table(self) -> Table | None:
        """Every month of the trust with what was to be expected, folded."""
        if not len(self.points):
            return None
        there = self.points["value"].notna().cummax()
        rows = [
            {
                "Month": f"{row['month']:%B %Y}",
                "Value (%)": _number(row["value"]),
                "To be expected (%)": interval(row["lower"], row["upper"], ".2f"),
                "Differs": {1: "higher", -1: "lower", 0: "no"}[row["direction"]] if row["judged"] else "not judged",
            }
            for row in records(self.points[there])
        ]
        name = self.points["org_name"].iloc[0]
        return table(pd.DataFrame(rows), caption=f"{name}, month by month", folded=True)

    def alt(self) -> str:
        """The words for the chart of the months; every number in them stands in the table."""
        there = self.points[self.points["value"].notna()]
        if not len(there):
            return "A chart by month without a single value."
        order = np.argsort(there["value"].to_numpy("float64"), kind="stable")
        spots = {"lowest": order[0], "highest": order[-1], "last": -1}
        told = ", ".join(
            f"{word} {_number(there['value'].iloc[at])}% in {there['month'].iloc[at]:%B %Y}"
            for word, at in spots.items()
        )
        marked = "months that differ from it are marked" if (there["direction"] != 0).any() else "no month differs "
        "from it"
        return (
            f"{there['label'].iloc[0]} of {there['org_name'].iloc[0]} by month: {told}. A band is the range to be "
            f"expected "
            f"from its peers and its month before; {marked}."
        )


def _number(value: float) -> str:
    return format_number(value, ".2f") if np.isfinite(value) else "none"
