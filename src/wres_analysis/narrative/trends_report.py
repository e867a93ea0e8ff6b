"""The words and tables of the notebook on trends, each from the frames of annual and monthly trends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.charts.blocks import Cell
from wres_analysis.charts.tables import Table, format_number, table
from wres_analysis.narrative.claims import note
from wres_analysis.narrative.telling import Block, Prose, paragraph, tell
from wres_analysis.narrative.trends import tell_projection, tell_trend, what_is_followed
from wres_analysis.narrative.wording import interval, joined, lower_first, trusts, upper_first
from wres_analysis.profiles.frames import records
from wres_analysis.standards import load_outcomes, load_standard
from wres_analysis.trends.annual import AnnualTrends
from wres_analysis.trends.frames import drawn

__all__ = ["READINGS", "Focus", "TrendsReport"]

#: What an interval says of a direction, as a legend names it.
READINGS = {
    "improving": "improving", "worsening": "worsening", "rising": "rising", "falling": "falling",
    "cannot_tell": "cannot tell",
}  # fmt: skip
#: The same in the words for a picture.
_IN_WORDS = {
    "improving": "for the better", "worsening": "for the worse", "rising": "up", "falling": "down",
    "cannot_tell": "cannot be told",
}  # fmt: skip
_KEY = ["measure", "form", "group"]
_FORMS = {"log_ratio": "ratio", "gap": "gap", "difference": "difference", "level": "level"}
_PARITY = {
    "reached": "equality within the interval", "in_sight": "in sight", "open_ended": "perhaps never",
    "beyond_horizon": "not within 30 years", "moving_away": "moving away",
}  # fmt: skip
#: Where nothing changes, the share of trusts that an interval of 95% would still name one way or the other.
_BY_CHANCE = 0.05


@dataclass(frozen=True, slots=True)
class Focus:
    """The series that is looked at closely: what it is, how its axis is named, where equality lies."""

    measure: str
    form: str
    group: str
    name: str
    ylabel: str
    parity: float | None
    log: bool


class TrendsReport:
    """Words and tables on annual trends.

    Parameters
    ----------
    trends
        From :func:`~wres_analysis.trends.annual.annual_trends`.
    measure
        The indicator or outcome to look at closely; None chooses the one with the most trusts that can be told.
    """

    def __init__(self, trends: AnnualTrends, *, measure: str | None = None) -> None:
        self.frame, self.points, self.about = trends.frame, trends.points, trends.about
        self.standard, self.outcomes = load_standard(), load_outcomes()
        self.trusts = self.frame[self.frame["subject"] == "trust"]
        self.areas = self.frame[(self.frame["subject"] != "trust") & (self.frame["trust_set"] == "all")]
        self.england = self.areas[self.areas["subject"] == "england"]
        self.focus = self._focus(measure)

    def _focus(self, measure: str | None) -> Focus | None:
        """Choose the series: of the form nearest to what the standard publishes, and with the most answers."""
        told = self.frame[self.frame["status"] == "ok"]
        if measure is not None:
            told = told[told["measure"] == measure]
        if not len(told):
            return None
        order = {"gap": 0, "log_ratio": 0, "difference": 1, "level": 2}
        clear = told["reading"].isin(["improving", "worsening"]) & (told["subject"] == "trust")
        ranked = told.assign(order=told["form"].map(order), clear=clear).groupby(_KEY, sort=False)
        best = ranked.agg(order=("order", "first"), clear=("clear", "sum"), number=("number", "first")).reset_index()
        row = best.sort_values(["order", "clear", "number", "measure"], ascending=[True, False, True, True]).iloc[0]
        log = row["form"] == "log_ratio"
        one = told[(told[_KEY] == row[_KEY]).all(axis=1)].iloc[0]
        name = upper_first(what_is_followed(one.to_dict(), self.standard, self.outcomes))
        unit = {"percentage points": "percentage points", "percent": "%", "score": "score"}.get(one["unit"], "")
        parity = None if row["form"] == "level" else 1.0 if log else 0.0
        return Focus(
            row["measure"], row["form"], row["group"], name, f"{name}{f', {unit}' if unit else ''}", parity, log
        )

    def _focused(self, frame: pd.DataFrame) -> pd.DataFrame:
        f = self.focus
        if f is None:
            return frame.iloc[:0]
        return frame[(frame["measure"] == f.measure) & (frame["form"] == f.form) & (frame["group"] == f.group)]

    def name_of(self, row: Mapping[Any, Any]) -> str:
        """A series as a table names it: ``8. Discrimination at work (gap)``."""
        head = f"{row['number']}. {row['title']}" if row["number"] else row["title"]
        if row["form"] != "level":
            return f"{head} ({_FORMS[row['form']]})"
        if not row["number"] or row["group"] not in self.standard.groups:
            return str(head)
        label = self.standard.groups[row["group"]].label
        return f"{head} ({label if ' ' in label else f'{label} staff'})"

    # What is followed -------------------------------------------------------------------------------------------

    def followed(self) -> Prose:
        """How many series there are, and over which years."""
        ok = self.frame[self.frame["status"] == "ok"]
        if not len(ok):
            text = "No series in the loaded files has three years that can be compared, so no trend is told."
            return Prose((paragraph(tell(note("followed", phrases=("three years",)), text)),))
        first, last = int(ok["first_year"].min()), int(ok["last_year"].max())
        counts = {
            "series": len(self.frame),
            "told": len(ok),
            "trusts": ok.loc[ok["subject"] == "trust", "org_code"].nunique(),
        }
        values: dict[str, tuple[float, str]] = {name: (n, "count") for name, n in counts.items()}
        values |= {"first": (first, "year"), "last": (last, "year")}
        said = [
            f"{len(ok):,} of {len(self.frame):,} annual series have a trend, of {trusts(counts['trusts'])}, their "
            f"regions and "
            f"England, between {first} and {last}.",
            "Every one of them is short: all limits are trial limits, and may move with each year that comes.",
        ]
        return Prose((paragraph(tell(note("followed", values=values), *said)),))

    def reading_table(self) -> Table | None:
        """What the trusts' trends say, series by series."""
        rows = []
        for _, part in self.trusts.groupby(_KEY, sort=False):
            ok = part[part["status"] == "ok"]
            row: dict[str, Any] = {"Series": self.name_of(part.iloc[0].to_dict()), "Trusts with a trend": len(ok)}
            row |= {upper_first(label): int((ok["reading"] == word).sum()) for word, label in READINGS.items()}
            row["Too few years"] = int((part["status"] != "ok").sum())
            years = f"{ok['first_year'].min():.0f} to {ok['last_year'].max():.0f}" if len(ok) else "none"
            rows.append(row | {"Years": years})
        if not rows:
            return None
        return table(
            pd.DataFrame(rows), caption="What the trusts' own trends say", folded=len(rows) > 25,
            notes=(
                "A reading is for the better or the worse of "
                f"{self.standard.groups[self.standard.comparison_group].prose} where a series compares groups. A "
                "ratio always has its gap beside it. Where nothing changes, chance alone would still name some trusts.",
            ),
        )  # fmt: skip

    # Areas ------------------------------------------------------------------------------------------------------

    def england_sentences(self) -> Prose:
        """A sentence for each series of England that compares groups, and for each outcome."""
        compared = self.england[(self.england["form"] != "level") | (self.england["number"] == 0)]
        rows = [row for row in records(compared) if row["status"] == "ok"]
        if not rows:
            text = "No series of England has three years that can be compared."
            return Prose((paragraph(tell(note("england", phrases=("three years",)), text)),))
        return Prose(
            tuple(
                paragraph(tell_trend(row, self.standard, self.outcomes, remarks=False), lead=f"{self.name_of(row)}.")
                for row in rows
            )
        )

    def remark_table(self) -> Table | None:
        """What has to be known of each series of England, folded."""
        rows = [
            {"Series": self.name_of(row), "Remark": row["message"]} for row in records(self.england) if row["message"]
        ]
        return table(pd.DataFrame(rows), caption="Remarks on each series of England", folded=True) if rows else None

    def areas_drawn(self) -> tuple[pd.DataFrame, pd.DataFrame] | None:
        """Points and lines of England and the regions for the series that is looked at; None where there is no line."""
        rows = self._focused(self.areas)
        rows = rows[rows["status"] != "no_values"]
        if not len(rows) or not (rows["status"] == "ok").any():
            return None
        return drawn(self.points, rows, list(rows["name"]))

    def alt_areas(self) -> str:
        """The words for the pictures of areas."""
        rows = self._focused(self.areas)
        rows = rows[rows["status"] == "ok"]
        words = (f"{row['name']}: {_IN_WORDS[row['reading']]}" for row in records(rows))
        assert self.focus is not None
        return f"{self.focus.name} by year, with a fitted line for each area. {'; '.join(words)}."

    def area_table(self) -> Table | None:
        """The slopes of England and the regions for the series that is looked at."""
        rows = [
            {"Area": row["name"], **self._slope(row), "Years": f"{row['first_year']:.0f} to {row['last_year']:.0f}",
             "Trusts": " to ".join(dict.fromkeys(f"{row[n]:.0f}" for n in ("trusts_low", "trusts_high"))),
             "Reading": row["reading"].replace("_", " "), "Equality": _PARITY.get(row["parity_status"], "none")}
            for row in records(self._focused(self.areas))
            if row["status"] == "ok"
        ]  # fmt: skip
        if not rows or self.focus is None:
            return None
        return table(pd.DataFrame(rows), caption=f"{self.focus.name}: change a year, by area")

    def _slope(self, row: Mapping[str, Any], prefix: str = "") -> dict[str, Cell]:
        """Slope and interval as cells, a ratio's in percent."""
        names = (
            ("slope", "ci_low", "ci_high") if not prefix else tuple(f"{prefix}_{n}" for n in ("slope", "low", "high"))
        )
        slope, low, high = (row[name] for name in names)
        unit = "%" if row["form"] == "log_ratio" else ""
        spec = "+,.1f" if unit else "+,.2f"
        slope, low, high = (100 * (exp(v) - 1) if unit and np.isfinite(v) else v for v in (slope, low, high))
        if not np.isfinite(slope):
            return {"A year": Cell("none"), "95% interval": Cell("none")}
        words = interval(low, high, spec)
        return {
            "A year": Cell(format_number(slope, spec) + unit, slope),
            "95% interval": Cell(words + unit, (low, high)),
        }

    # Trusts -----------------------------------------------------------------------------------------------------

    def slopes(self) -> pd.DataFrame | None:
        """Each trust's slope, drawn to those of the others where that can be done: ``estimate, low, high, reading``."""
        rows = self._focused(self.trusts)
        rows = rows[rows["status"] == "ok"]
        if not len(rows):
            return None
        pooled = (rows["pooled_status"] == "ok").to_numpy()
        parts = {
            name: np.where(pooled, rows[one], rows[other])
            for name, one, other in (
                ("estimate", "pooled_slope", "slope"), ("low", "pooled_low", "ci_low"),
                ("high", "pooled_high", "ci_high"),
            )
        }  # fmt: skip
        frame = pd.DataFrame(parts)
        if self.focus is not None and self.focus.log:
            frame = 100 * frame.apply(np.expm1)
        better = rows["better"].where(~rows["beyond_parity"], 0).to_numpy()
        up, down = (frame["low"] > 0).to_numpy(), (frame["high"] < 0).to_numpy()
        sense = np.where(np.where(better > 0, up, down), "improving", "worsening")
        word = np.where(better == 0, np.where(up, "rising", "falling"), sense)
        return frame.assign(reading=np.where(up | down, word, "cannot_tell"), org_code=rows["org_code"].to_numpy())

    def slope_label(self) -> str:
        """What the axis of slopes holds."""
        assert self.focus is not None
        return f"{self.focus.name}: change a year, {'%' if self.focus.log else 'points'}"

    def slope_sentences(self) -> Prose:
        """How many trusts' slopes can be told from none, and how many chance alone would name."""
        frame = self.slopes()
        if frame is None:
            text = "No trust has a trend of this series."
            return Prose((paragraph(tell(note("slopes"), text)),))
        own = self._focused(self.trusts)
        own = own[own["status"] == "ok"]
        named = int((own["reading"] != "cannot_tell").sum())
        pooled = int((frame["reading"] != "cannot_tell").sum())
        chance = round(_BY_CHANCE * len(own))
        values: dict[str, tuple[float, str]] = {
            "trusts": (len(own), "count"), "named": (named, "count"), "pooled": (pooled, "count"),
            "chance": (chance, "count"),
        }  # fmt: skip
        said = [
            f"By its own years alone the trend of {named or 'none'} of {trusts(len(own))} can be told from no "
            f"change; were "
            f"nothing changing anywhere, about {chance} would still be.",
            f"Set among the others, the trend of {pooled or 'none'} can be told.",
        ]
        return Prose((paragraph(tell(note("slopes", values=values, phrases=("none of",)), *said)),))

    def alt_slopes(self) -> str:
        """The words for the picture of slopes."""
        frame = self.slopes()
        assert frame is not None
        counts = frame["reading"].value_counts()
        told = joined([f"{int(counts[w])} {label}" for w, label in _IN_WORDS.items() if w in counts])
        return f"Slopes of {len(frame)} trusts with their intervals, in order: {told}."

    def slope_table(self) -> Table | None:
        """How many trusts there are of each reading, by their own years and set among the others."""
        frame = self.slopes()
        if frame is None:
            return None
        own = self._focused(self.trusts)
        counts = own.loc[own["status"] == "ok", "reading"].value_counts()
        pooled = frame["reading"].value_counts()
        rows = [
            {
                "Reading": upper_first(label),
                "By its own years": int(counts.get(w, 0)),
                "Among all trusts": int(pooled.get(w, 0)),
            }
            for w, label in READINGS.items()
            if w in counts or w in pooled
        ]
        rows.append({"Reading": "Trusts with a trend", "By its own years": len(frame), "Among all trusts": len(frame)})
        return table(pd.DataFrame(rows), caption="Trusts by what their trend says")

    # Breaks -----------------------------------------------------------------------------------------------------

    def break_table(self) -> Table | None:
        """Series that start again after a declared break, and the years that stand before it."""
        before = self.points[(self.points["why"] == "before_break") & (self.points["subject"] == "trust")]
        rows = []
        for _, part in before.groupby(_KEY, sort=False):
            row = self.frame[(self.frame[_KEY] == part[_KEY].iloc[0]).all(axis=1)].iloc[0].to_dict()
            rows.append(
                {
                    "Series": self.name_of(row),
                    "Years before the break": f"{part['wres_year'].min()} to {part['wres_year'].max()}",
                    "Starts again in": f"{part['wres_year'].max() + 1}",
                    "Trusts": part["code"].nunique(),
                    "What changed": "; ".join(dict.fromkeys(b.what for b in self.standard.breaks_of(row["measure"]))),
                }
            )
        return table(pd.DataFrame(rows), caption="Series that start again after a break") if rows else None

    def break_drawn(self) -> tuple[pd.DataFrame, pd.DataFrame, str] | None:
        """Points and lines of the first trust with years on both sides of a break, and what the axis holds."""
        old = self.points[(self.points["why"] == "before_break") & self.points["value"].notna()]
        groups = (self.standard.reference_group, self.standard.comparison_group)
        rows = self.trusts[(self.trusts["form"] == "level") & (self.trusts["status"] == "ok")]
        rows = rows[rows["group"].isin(groups) & rows["measure"].isin(old["measure"])]
        both = rows.groupby(["measure", "org_code"])["group"].transform("nunique") == len(groups)
        rows = rows[both & rows["org_code"].isin(old["code"])]
        if not len(rows):
            return None
        first = rows.sort_values(["number", "org_code"], kind="stable").iloc[0]
        rows = rows[(rows["measure"] == first["measure"]) & (rows["org_code"] == first["org_code"])]
        labels = [upper_first(self.standard.groups[g].prose) for g in rows["group"]]
        return *drawn(self.points, rows, labels), f"{first['title']}, {first['name']}, %"

    def break_sentences(self) -> Prose:
        """How many series start again after a break."""
        handled = self.frame["break_handling"] == "restarted"
        n = int(handled.sum())
        text = f"{n:,} of {len(self.frame):,} series start again after a declared break." if n else (
            "No series in the loaded files crosses a declared break."
        )  # fmt: skip
        values: dict[str, tuple[float, str]] = {"restarted": (n, "count"), "all": (len(self.frame), "count")}
        return Prose((paragraph(tell(note("breaks", values=values), text)),))

    def alt_break(self) -> str:
        """The words for the picture of a series with a break."""
        found = self.break_drawn()
        assert found is not None
        points, lines, ylabel = found
        old = points[(points["why"] == "before_break") & np.isfinite(points["value"])]
        before = "years before the break are hollow" if len(old) else "years before the break are left out"
        first = int(lines["wres_year"].min())
        return f"{ylabel.removesuffix(', %')} by year: {before}, and the line starts in {first}."

    # The pandemic -----------------------------------------------------------------------------------------------

    def covid_sentences(self) -> Prose:
        """How many trusts' readings hang on the year of the pandemic."""
        ok = self.trusts[(self.trusts["status"] == "ok") & (self.trusts["other_reading"] != "")]
        other = int((ok["reading"] != ok["other_reading"]).sum())
        kept = self.about["covid"] == "keep"
        year = joined([str(y) for y in self.about["covid_years"]])
        values: dict[str, tuple[float, str]] = {"other": (other, "count"), "all": (len(ok), "count")}
        values |= {f"year_{y}": (y, "year") for y in self.about["covid_years"]}
        said = (
            f"In this run the WRES year {year}, that of the pandemic, is {'kept' if kept else 'left out'}. "
            f"{'Leaving it out' if kept else 'Keeping it'} would give another reading to {other:,} of {len(ok):,} "
            f"series of trusts."
        )
        return Prose((paragraph(tell(note("covid", values=values), said)),))

    def covid_table(self) -> Table | None:
        """England's slopes with the pandemic's year treated both ways."""
        kept = self.about["covid"] == "keep"
        rows = []
        for row in records(self.england):
            if row["status"] != "ok":
                continue
            mine, other = list(self._slope(row).values()), list(self._slope(row, "other").values())
            first, second = (mine, other) if kept else (other, mine)
            rows.append(
                {
                    "Series": self.name_of(row),
                    "Kept: a year": first[0], "Kept: 95% interval": first[1],
                    "Left out: a year": second[0], "Left out: 95% interval": second[1],
                    "Same reading": "yes" if row["reading"] == row["other_reading"] else "no",
                }
            )  # fmt: skip
        return table(pd.DataFrame(rows), caption="England, with the year of the pandemic and without") if rows else None

    # To parity --------------------------------------------------------------------------------------------------

    def parity_sentences(self) -> Prose:
        """When England's series would reach equality, if at all."""
        blocks: list[Block] = []
        for row in records(self.england[self.england["form"] != "level"]):
            told = tell_projection(row) if row["status"] == "ok" else None
            if told is not None:
                what = lower_first(what_is_followed(row, self.standard, self.outcomes))
                blocks.append(paragraph(told, lead=f"England, {what}."))
        if not blocks:
            text = "No series that compares groups has a trend, so no way to equality is worked out."
            blocks.append(paragraph(tell(note("parity"), text)))
        return Prose(tuple(blocks))

    def parity_table(self) -> Table | None:
        """How many trusts are how far from equality, series by series."""
        rows = []
        told = self.trusts[(self.trusts["form"] != "level") & (self.trusts["status"] == "ok")]
        for _, part in told.groupby(_KEY, sort=False):
            counts = part["parity_status"].value_counts()
            row: dict[str, Any] = {"Series": self.name_of(part.iloc[0].to_dict())}
            rows.append(row | {upper_first(label): int(counts.get(word, 0)) for word, label in _PARITY.items()})
        if not rows:
            return None
        return table(
            pd.DataFrame(rows), caption="Trusts by their way to equality, if their straight line went on",
            notes=("A straight line is no forecast. Perhaps never: the data do not tell which way the line goes.",),
        )  # fmt: skip

    # Statements -------------------------------------------------------------------------------------------------

    def rows_of(self, frame: pd.DataFrame) -> list[dict[str, Any]]:
        """The rows of a frame."""
        return records(frame)

    def statement_table(self, answers: Sequence[Mapping[str, Any]]) -> Table:
        """What was found of a statement, source by source."""
        rows = [
            {
                "Figures": row["source"] or "none",
                "Verdict": row["verdict"].replace("_", " "),
                **{
                    f"{label} {row[year]}": _count(row[f"{name}_{end}"], spec)
                    for name, label, spec in (("count", "Number in", ",.0f"), ("share", "Share in", ",.1f"))
                    for end, year in (("from", "year_from"), ("to", "year_to"))
                },
            }
            for row in answers
        ]
        return table(pd.DataFrame(rows), caption="What the statement is set beside")


def _count(value: float, spec: str) -> Cell:
    if not np.isfinite(value):
        return Cell("not known")
    return Cell(format_number(value, spec) + ("%" if spec.endswith("1f") else ""), float(value))
