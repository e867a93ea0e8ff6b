"""How one trust's indicators change from year to year: table and sentences, from the frame of annual trends.

What is said of one indicator is short. What is true of all (trial limits, likeness of neighbouring years) is said
once.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, isfinite
from typing import Any

import pandas as pd

from wres_analysis.charts.blocks import Cell
from wres_analysis.charts.tables import Table, format_number, table
from wres_analysis.narrative.claims import note
from wres_analysis.narrative.disparity import chance
from wres_analysis.narrative.telling import Block, Prose, Telling, bullets, fixed, paragraph, tell
from wres_analysis.narrative.trends import tell_projection, tell_trend, what_is_followed
from wres_analysis.narrative.wording import interval, plural
from wres_analysis.profiles.frames import records
from wres_analysis.standards import Standard, load_standard
from wres_analysis.trends.frames import HORIZON

__all__ = ["CELEBRATED", "TrustTrends"]

#: How probable it must be, among all trusts, that a series goes the better way before it is called an improvement.
CELEBRATED = 0.95
#: The form in which an indicator's trend is told; the gap of a ratio stands beside it in the table.
_TOLD_AS = {"ratio": "log_ratio", "gap": "gap", "difference": "difference", "share": "difference"}
_FORMS = {"log_ratio": "ratio", "gap": "gap, points", "difference": "difference, points"}
_EQUALITY = {
    "reached": "within the interval of the line", "open_ended": "cannot tell",
    "beyond_horizon": f"not within {HORIZON} years", "moving_away": "not at this pace",
}  # fmt: skip


class TrustTrends:
    """Words and table on the annual trends of one trust's indicators.

    Parameters
    ----------
    frame
        Of annual trends, with all trusts (:data:`~wres_analysis.trends.frames.TREND_COLUMNS`).
    code
        The trust.
    standard
        The shipped one if None.
    """

    def __init__(self, frame: pd.DataFrame, code: str, standard: Standard | None = None) -> None:
        self.standard = standard or load_standard()
        self.code = code
        mine = frame[(frame["subject"] == "trust") & (frame["org_code"] == code) & (frame["form"] != "level")]
        # The message of a row says what holds for every row, and is put into the notes of the table.
        self.rows = [
            row | {"name": "this trust"} for row in records(mine) if row["measure"] in self.standard.indicators
        ]
        self.told = [row for row in self.rows if row["status"] == "ok"]

    def _main(self, row: Mapping[str, Any]) -> bool:
        return bool(row["form"] == _TOLD_AS[self.standard.indicators[row["measure"]].form])

    def table(self) -> Table | None:
        """Each series with a trend; None where there is none."""
        if not self.told:
            return None
        rows = []
        for row in self.told:
            rows.append(
                {
                    "Indicator": f"{row['number']}. {row['title']} ({_FORMS[row['form']]})",
                    "Years": f"{row['first_year']:.0f} to {row['last_year']:.0f}",
                    "A year": _slope(row, "slope"),
                    "95% interval": _limits(row, "ci_low", "ci_high"),
                    "Reading": row["reading"].replace("_", " "),
                    "Among all trusts, a year": _slope(row, "pooled_slope"),
                    "Its 95% interval": _limits(row, "pooled_low", "pooled_high"),
                    "Chance that it goes the better way": _chance(row),
                    "Equality": _equality(row),
                }
            )
        return table(
            pd.DataFrame(rows), caption="Change a year of each indicator", notes=self._notes(), name="trust-trends"
        )  # fmt: skip

    def _notes(self) -> list[str]:
        broken = [row["measure"] for row in self.told if row["break_handling"] == "restarted"]
        undated = [b for b in self.standard.breaks if b.first_wres_year is None]
        of = {row["measure"] for row in self.told}
        notes = [
            "A ratio changes by a percentage of itself, and its gap in points stands beneath it. Points are percentage "
            "points.",
            "Among all trusts: the slope drawn to those of the other trusts, the more the less these data can tell.",
            "The intervals allow for chance and for years that resemble the year before.",
        ]
        for key in dict.fromkeys(broken):
            notes.append(
                f"Indicator {self.standard.indicators[key].number}: the series starts after a break, because earlier "
                "values are on another base."
            )
        for b in undated:
            if b.measure in of:
                notes.append(f"Indicator {self.standard.indicators[b.measure].number}: {b.what}")
        return notes

    def sections(self) -> Prose:
        """A sentence or two for each indicator, and why others have none."""
        if not self.told:
            text = (
                "The loaded files hold fewer than three comparable years of every indicator of this trust, so no "
                "trend is told."
            )
            return Prose((paragraph(tell(self._note("trends", "fewer than three comparable years"), text)),))
        trial = [row for row in self.told if row["limits"] == "trial"]
        blocks: list[Block] = []
        if trial:
            text = (
                "Every one of these series is short: its limits are trial limits, and may move with each year that "
                "comes. A straight line is a summary of the past and no forecast."
            )
            blocks.append(paragraph(tell(self._note("trends_trial"), text)))
        for row in self.told:
            if self._main(row):
                told = [tell_trend(row | {"message": "", "change": float("nan")}, self.standard)]
                way = tell_projection(row)
                blocks.append(paragraph(*told, *([way] if way else [])))
        without = sorted({row["number"] for row in self.rows} - {row["number"] for row in self.told})
        if without:
            text = f"There are fewer than three comparable years of {plural(without)}, so no trend is told."
            blocks.append(paragraph(tell(self._note("trends_few", "fewer than three comparable years"), text)))
        return Prose(tuple(blocks))

    def _note(self, topic: str, *phrases: str) -> Any:
        return note(topic, subject=self.code, phrases=phrases)

    # Improvements -----------------------------------------------------------------------------------------------

    def improvements(self) -> list[dict[str, Any]]:
        """The series that improved beyond doubt, in order: see :data:`CELEBRATED` and the notes.

        Notes
        -----
        The interval of the trust's own years leaves out no change; set among all trusts the better way is as probable
        as :data:`CELEBRATED`; and treating the year of the pandemic the other way gives the same reading.
        """
        return [
            row
            for row in self.told
            if self._main(row)
            and row["reading"] == "improving"
            and row["other_reading"] in ("improving", "")
            and row["p_improving"] >= CELEBRATED
        ]

    def celebrated(self) -> Prose:
        """Improvements that the trends support, or that there is none."""
        rows = self.improvements()
        if not rows:
            text = (
                "No trend clearly goes the better way, so there is none to celebrate yet."
                if self.told
                else "There are fewer than three comparable years of each indicator, so there is no trend to celebrate."
            )
            return Prose((paragraph(tell(self._note("celebrated", "fewer than three comparable years"), text)),))
        return Prose(
            (
                fixed("These trends go the better way, clear of chance, and are worth celebrating:"),
                *bullets(map(self._one, rows)),
            )
        )

    def _one(self, row: dict[str, Any]) -> Telling:
        what = what_is_followed(row, self.standard)
        values = {"first": (row["first_year"], "year"), "last": (row["last_year"], "year"),
                  "p": (row["p_improving"], "probability")}  # fmt: skip
        text = (
            f"{what[:1].upper()}{what[1:]}: {row['first_year']:.0f} to {row['last_year']:.0f}, towards less "
            f"disadvantage, with a probability of {chance(row['p_improving'])}."
        )
        return tell(note(f"celebrated_{row['measure']}", values=values, subject=self.code), text)


def _shown(row: Mapping[str, Any], name: str) -> float:
    value = float(row[name])
    return 100 * (exp(value) - 1) if row["form"] == "log_ratio" and isfinite(value) else value


def _spec(row: Mapping[str, Any]) -> tuple[str, str]:
    return ("+,.1f", "%") if row["form"] == "log_ratio" else ("+,.2f", "")


def _slope(row: Mapping[str, Any], name: str) -> Cell:
    value = _shown(row, name)
    spec, unit = _spec(row)
    return Cell(format_number(value, spec) + unit, value) if isfinite(value) else Cell("none")


def _limits(row: Mapping[str, Any], low: str, high: str) -> Cell:
    ends = _shown(row, low), _shown(row, high)
    spec, unit = _spec(row)
    return Cell(interval(*ends, spec) + unit, ends) if isfinite(ends[0]) else Cell("none")


def _chance(row: Mapping[str, Any]) -> Cell:
    p = float(row["p_improving"])
    return Cell(chance(p), 100 * p) if isfinite(p) else Cell("none")


def _equality(row: Mapping[str, Any]) -> str:
    if row["parity_status"] != "in_sight":
        return _EQUALITY.get(row["parity_status"], "none")
    far = f"more than {HORIZON}" if row["parity_high"] > HORIZON else f"{row['parity_high']:.0f}"
    return f"{int(row['parity_low'])} to {far} years, if the line went on"
