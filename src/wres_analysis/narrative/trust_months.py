"""One trust's months: the chart's words and table, and whether a month differs from the trust's own pattern."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wres_analysis.charts.tables import Table, format_number, table
from wres_analysis.narrative.claims import note
from wres_analysis.narrative.monthly import tell_pattern
from wres_analysis.narrative.telling import Prose, paragraph, tell
from wres_analysis.narrative.wording import joined, lower_first
from wres_analysis.panel.store import PanelData
from wres_analysis.profiles.frames import records
from wres_analysis.standards import Measure, Standard, load_outcomes
from wres_analysis.trends.month_series import measures
from wres_analysis.trends.monthly import monthly_patterns, monthly_points

__all__ = ["MonthsDrawn", "TrustMonths"]


@dataclass(frozen=True)
class MonthsDrawn:
    """One measure's months, ready to draw: the points, and the words and table that go with the picture."""

    measure: Measure
    points: pd.DataFrame

    @property
    def source(self) -> str:
        """The publication that the months are from."""
        return f"{self.measure.publisher}, {lower_first(self.measure.title)}"

    @property
    def caption(self) -> str:
        """What stands beneath the picture."""
        return f"{self.measure.label} by month, with the range that was to be expected of each month."

    def alt(self) -> str:
        """The words for those who cannot see the picture; every number stands in the table."""
        there = self.points[self.points["value"].notna()]
        ordered = records(there.sort_values("value", kind="stable"))
        low, high, last = (
            f"{self._text(row['value'])}% in {row['month']:%B %Y}"
            for row in (ordered[0], ordered[-1], records(there)[-1])
        )
        marked = [f"{month:%B %Y}" for month in there.loc[there["direction"] != 0, "month"]]
        told = f"Months that differ from its own pattern: {joined(marked)}" if marked else (
            "No month differs from its own pattern"
        )  # fmt: skip
        return (
            f"Chart of the {lower_first(self.measure.label)} by month with a band for what was to be expected. Lowest "
            f"{low}, highest {high}, last {last}. {told}. The table beneath holds all values."
        )

    def _text(self, value: float) -> str:
        return format_number(value, f".{self.measure.decimals}f")

    def table(self) -> Table:
        """Every month: its value, what was to be expected, and whether it differs."""
        rows = pd.DataFrame(
            {
                "Month": [f"{month:%B %Y}" for month in self.points["month"]],
                "Value": [self._text(v) if np.isfinite(v) else "no data" for v in self.points["value"]],
                "Range to be expected": [
                    f"{self._text(low)} to {self._text(high)}" if np.isfinite(low) else "none"
                    for low, high in zip(self.points["lower"], self.points["upper"], strict=True)
                ],
                "Differs from its own pattern": [
                    {1: "yes, higher", -1: "yes, lower"}.get(int(way), "no" if judged else "not judged")
                    for way, judged in zip(self.points["direction"], self.points["judged"], strict=True)
                ],
            }
        )
        return table(
            rows, caption=f"{self.measure.label} by month, %", folded=True, name=f"months-{self.measure.key}",
            notes=(
                "To be expected: from other trusts of its kind in the same month, and from its own month before.",
            ),
        )  # fmt: skip


class TrustMonths:
    """What the months of one trust show, up to the end of a year of the standard.

    Parameters
    ----------
    data
        A panel.
    code
        The trust.
    year
        The WRES year; months after its end are not looked at.
    outcomes
        What is measured; the shipped ones if None.
    """

    def __init__(self, data: PanelData, code: str, year: int, outcomes: Standard | None = None) -> None:
        self.outcomes = outcomes or load_outcomes()
        self.code, self.year = code, year
        start, end = dt.date(year - 1, 4, 1), dt.date(year, 3, 31)
        asked = [m.key for m in measures(self.outcomes) if m.asked(start, end)]
        frame = monthly_patterns(data, only=asked, until=f"{year}-03", outcomes=self.outcomes)
        self.rows = records(frame[frame["org_code"] == code])
        self.drawn: list[MonthsDrawn] = []
        for row in self.rows:
            points = monthly_points(data, code, row["measure"], until=f"{year}-03", outcomes=self.outcomes)
            if points["value"].notna().any():
                self.drawn.append(MonthsDrawn(self.outcomes.measures[row["measure"]], points))

    def sentences(self) -> Prose:
        """A paragraph for each measure that is published by month, or that the files hold none."""
        if not self.rows:
            text = "The loaded files hold no outcome by month, so no month can be set against a trust's own pattern."
            return Prose((paragraph(tell(note("months", subject=self.code, wres_year=self.year), text)),))
        return Prose(tuple(paragraph(tell_pattern(row, outcomes=self.outcomes)) for row in self.rows))
