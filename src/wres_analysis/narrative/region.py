"""The words of the regional report, each from the profile's frames. The notebook only shows them.

Trusts are named where they lie beyond a limit, in the order of their names, and never put in order.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.charts.tables import format_number
from wres_analysis.narrative.claims import Claim, note
from wres_analysis.narrative.disparity import chance
from wres_analysis.narrative.region_claims import (
    change_claims,
    ladder_claims,
    level_claims,
    outcome_level_claims,
    say_change,
    say_ladder,
)
from wres_analysis.narrative.region_tables import RegionTables
from wres_analysis.narrative.sentences import RATINGS, sentences
from wres_analysis.narrative.telling import Block, Prose, Telling, bullets, fixed, heading, paragraph, tell
from wres_analysis.narrative.trust_tables import _spec
from wres_analysis.narrative.wording import (
    RATIO,
    interval,
    joined,
    lower_first,
    percent,
    place,
    plural,
    times,
    trusts,
    upper_first,
)
from wres_analysis.profiles.frames import records
from wres_analysis.profiles.region import RegionProfile
from wres_analysis.stats.nulls import minimum_detectable_effect

__all__ = ["RegionReport"]

_BELOW = "The table beneath holds all values."
_FIXED = ("last twelve months",)


class RegionReport(RegionTables):
    """Words and tables for one region.

    Parameters
    ----------
    profile
        The region's result frames.
    """

    def __init__(self, profile: RegionProfile) -> None:
        super().__init__(profile)
        self.claims = level_claims(profile, self.standard)
        self.changes = change_claims(profile, self.standard)
        self.outcome_claims = outcome_level_claims(profile, self.outcome_standard)

    @property
    def where(self) -> str:
        """The region after "in": ``the North West``."""
        return place({"subject": "region", "name": self.name})

    def _note(self, topic: str, **more: Any) -> Claim:
        base: dict[str, Any] = {"subject": self.name, "subject_name": self.name, "wres_year": self.profile.year}
        return note(topic, **(base | more))

    # What stands first -------------------------------------------------------------------------------------------

    def heading(self) -> Prose:
        """Title and lines that say who and when."""
        p, n = self.profile, len(self.profile.subjects[0].codes)
        dates = (f"31 March {p.year}", f"April {p.year - 1}", f"autumn {p.year - 1}")
        about = tell(
            self._note("report", values={"year": (p.year, "year"), "trusts": (n, "count")}, phrases=dates),
            f"{self.standard.title} {p.year}: the {trusts(n)} of {self.where} in the loaded files.",
            f"{self.year} is the position on {dates[0]}, the year from {dates[1]}, and the staff survey of {dates[2]}.",
        )
        blocks = [heading(1, self.name), paragraph(about)]
        if p.fictional:
            sample = tell(self._note("sample"), "They belong to the sample that comes with the kit.")
            blocks.append(paragraph(sample, lead="These trusts are fictional."))
        return Prose(tuple(blocks))

    def glance(self) -> Prose:
        """What the indicators show and what changed, in a few lines."""
        lines: list[Telling] = []
        words = {
            "worse": f"The data show a difference to the disadvantage of {self.people} on",
            "unclear": "The data do not show a difference either way on",
            "better": f"The data show a difference to the advantage of {self.people} on",
            "no_interval": "No interval can be given, so no conclusion is drawn, on",
        }
        for key, text in words.items():
            lines += self._sum_up(f"glance_{key}", key, text, [c for c in self.claims if c.kind != "missing"])
        for year in sorted({int(c.values["from_year"]) for c in self.changes}, reverse=True):
            told = [c for c in self.changes if c.values["from_year"] == year and "beyond_parity" not in c.flags]
            since = {"year_from": (float(year), "year")}
            for key, text in {
                "worse": f"From {year} to {self.profile.year} the data show a change to the disadvantage of "
                f"{self.people} on",
                "better": f"From {year} to {self.profile.year} the data show a change to the advantage of "
                f"{self.people} on",
                "unclear": f"From {year} to {self.profile.year} the data do not show a change on",
            }.items():
                lines += self._sum_up(f"change_{key}_{year}", key, text, told, values=since)
        missing = sorted(self._indicator(c.measure).number for c in self.claims if c.kind == "missing")
        if missing:
            text = f"The loaded files hold no value for this region and year of {plural(missing)}."
            lines.append(tell(self._note("glance_missing"), text))
        if mixed := sorted(p for p in self._mixed_numbers()):
            text = f"Compared inside each trust, {plural(mixed)} would read otherwise: the mix of trusts matters there."
            lines.append(tell(self._note("glance_mix"), text))
        if not self.changes:
            text = "The loaded files hold no years that can be compared, so nothing is said of change."
            lines.append(tell(self._note("glance_change"), text))
        return Prose(bullets(lines))

    def _mixed_numbers(self) -> list[int]:
        """Indicators of which the region's summed figure and that within trusts read otherwise."""
        part = self.profile.within
        part = part[(part["subject"] == "region") & (part["status"] == "ok")]
        parity = np.where(part["form"] == "ratio", 1.0, 0.0)
        sides = [
            np.sign((part[f"{name}_low"] > parity).astype(int) - (part[f"{name}_high"] < parity).astype(int))
            for name in ("summed", "within")
        ]
        return [int(n) for n in part.loc[sides[0] != sides[1], "number"]]

    def _sum_up(self, topic: str, key: str, text: str, claims: list[Claim], **more: Any) -> list[Telling]:
        told = [claim for claim in claims if claim.reading == key]
        if not told:
            return []
        about = self._note(topic, kind="summary", reading=key, rests_on=tuple(c.id for c in told), **more)
        indicators = [self._indicator(claim.measure) for claim in told]
        return [
            tell(about, f"{text} {joined([f'indicator {i.number} ({lower_first(i.title)})' for i in indicators])}.")
        ]

    def coverage(self) -> Prose:
        """How many trusts the figures rest on, and which kinds are not there."""
        p = self.profile
        frame = p.indicators[(p.indicators["status"] == "observed")]
        if not len(frame):
            text = "The loaded files hold no indicator of any trust for this year."
            return Prose((paragraph(tell(self._note("coverage"), text)),))
        values: dict[str, tuple[float, str]] = {}
        parts = []
        for s, name in zip(p.subjects, (self.where, "England"), strict=True):
            part = frame[frame["subject"] == s.key]
            low, high = (int(part["n_trusts"].min()), int(part["n_trusts"].max())) if len(part) else (0, 0)
            values |= {f"{s.key}_{k}": (v, "count") for k, v in (("low", low), ("high", high), ("all", len(s.codes)))}
            reach = f"{low}" if low == high else f"{low} to {high}"
            parts.append(f"on {reach} of {trusts(len(s.codes))} in {name}")
        said = [f"The figures for the indicators rest {joined(parts)}, this region included."]
        if p.uncovered:
            names = joined([kind.lower() for kind in p.uncovered])
            here = f" ({trusts(p.uncovered_here)} of this region)" if p.uncovered_here else ""
            said.append(
                f"The files have no indicator of any {names} trust, so all figures leave those trusts out{here}."
            )
            values["uncovered"] = (p.uncovered_here, "count")
        return Prose((paragraph(tell(self._note("coverage", values=values), *said)),))

    # Indicators and change ---------------------------------------------------------------------------------------

    def change_sentences(self) -> Prose:
        """A paragraph for each indicator with two years to compare; why not, where there is none."""
        blocks = []
        for i in self.standard.indicators.values():
            told = [c for c in self.changes if c.measure == i.key]
            if said := [tell(c, *say_change(c, self.standard)) for c in told]:
                blocks.append(
                    paragraph(*said, *self._mixed(i.key), lead=f"Indicator {i.number}: {lower_first(i.title)}.")
                )
        part = self.profile.changes
        part = part[~part["status"].isin(["ok", "full_count"]) & (part["basis"] != "within")]
        for (span, reason), rows in part.groupby(["span", "reason"], sort=False):
            numbers = sorted(rows["number"].unique().tolist())
            years = sorted(rows["from_year"].unique().tolist())
            against = (
                "the year before" if span == "year_before" else f"{years[0]}" if len(years) == 1 else "an earlier year"
            )
            values = {f"y{y}": (float(y), "year") for y in years}
            about = self._note(f"no_change_{span}_{numbers[0]}", values=values, phrases=(str(reason),))
            text = f"{upper_first(plural(numbers))} cannot be compared with {against}, because {reason}."
            if span == "year_before" or years != [self.profile.year]:
                blocks.append(paragraph(tell(about, text)))
        return Prose(tuple(blocks))

    def _mixed(self, key: str) -> list[Telling]:
        """Say where the change within trusts reads otherwise than that of the people summed."""
        part = self.profile.changes
        part = part[(part["indicator"] == key) & (part["status"] == "ok")].drop_duplicates(["from_year", "basis"])
        said = []
        for year, rows in part.groupby("from_year"):
            by = {row["basis"]: row for row in records(rows)}
            if len(by) < 2 or by["summed"]["reading"] == by["within"]["reading"]:
                continue
            one = by["within"]
            ratio = one["form"] == "ratio"
            unit = "times" if ratio else "points"
            numbers = {name: (float(one[name]), unit) for name in ("change", "low", "high")}
            shown = [self._signed(one[name], ratio) for name in ("change", "low", "high")]
            word = {"unclear": "cannot tell", "worse": "show more disadvantage", "better": "show less disadvantage"}
            text = (
                f"Compared inside each trust, the data {word[one['reading']]}: {shown[0]} from {year} "
                f"({shown[1]} to {shown[2]}); the mix of trusts matters here."
            )
            about = self._note(f"{key}_mixed_{year}", values=numbers | {"from": (float(year), "year")})  # type: ignore[arg-type]
            said.append(tell(about, text))
        return said

    @staticmethod
    def _signed(value: float, ratio: bool) -> str:
        return f"{times(value)} times" if ratio else f"{format_number(value, '+.1f')} points"

    def within_sentences(self) -> Prose:
        """Where the mix of trusts moves the summed figure."""
        part = self.profile.within[(self.profile.within["subject"] == "region")]
        mixed = part[part["mix"]]
        if not (part["status"] == "ok").any():
            text = "No indicator has two trusts of this region with data, so nothing can be compared within trusts."
            return Prose((paragraph(tell(self._note("within"), text)),))
        if not len(mixed):
            text = f"For {self.where} the two ways agree, within their intervals, on all indicators that have both."
            return Prose((paragraph(tell(self._note("within"), text)),))
        said = []
        for row in records(mixed):
            spec, ratio = _spec(row["form"]), row["form"] == "ratio"
            unit, names = "times" if ratio else "points", ("summed", "within")
            values = {f"{n}{e}": (float(row[f"{n}{e}"]), unit) for n in names for e in ("", "_low", "_high")}
            texts = [
                f"{format_number(row[n], spec)} ({interval(row[f'{n}_low'], row[f'{n}_high'], spec)})" for n in names
            ]
            what = "ratio" if ratio else "gap, in points,"
            said.append(
                tell(
                    self._note(f"{row['indicator']}_mix", values=values),
                    f"On indicator {row['number']} ({lower_first(row['title'])}) the {what} is {texts[0]} summed over "
                    f"trusts and {texts[1]} within trusts.",
                    "The mix of trusts matters here: read the figure within trusts for how the two groups compare in "
                    "one place of work.",
                )
            )
        return Prose(bullets(said))

    def sections(self, form: str) -> Prose:
        """A heading and the sentences of each indicator of a form; one line where none has a value."""
        mine = [c for c in self.claims if self._indicator(c.measure).form == form]
        if mine and all(c.kind == "missing" for c in mine):
            indicators = [self._indicator(c.measure) for c in mine]
            said = tell(
                self._note(f"no_{form}"),
                f"The loaded files hold no value of {plural([i.number for i in indicators])} for this region and year.",
                *dict.fromkeys(i.to_get for i in indicators),
            )
            return Prose((paragraph(said),))
        blocks: list[Block] = []
        for claim in mine:
            i = self._indicator(claim.measure)
            said = tell(claim, *sentences(claim, self.standard, self.outcome_standard))
            title = heading(3, f"Indicator {i.number}: {lower_first(i.title)}")
            blocks += [title, fixed(f"{i.wording}.", "em"), paragraph(said)]
        return Prose(tuple(blocks))

    # Trusts ------------------------------------------------------------------------------------------------------

    def funnel_sentences(self) -> Prose:
        """Which trusts of the region lie beyond a limit of each indicator's funnel."""
        points_ = self.profile.funnels.points
        mine = points_[points_["mine"]]
        if not len(mine):
            text = "No indicator has enough trusts with data for a funnel."
            return Prose((paragraph(tell(self._note("funnel"), text)),))
        names = self.profile.trusts.drop_duplicates("org_code").set_index("org_code")["org_name"]
        blocks = []
        for key, part in mine.groupby("indicator", sort=False):
            i = self._indicator(key)
            placed = part[part["flag"] != ""]
            said = [f"The funnel holds {trusts(len(placed))} of the region."]
            phrases = []
            for flag, words in (
                (
                    "outside_99.8",
                    "Outside the 99.8% limits, with {side} disadvantage for {who} than the average: {names}.",
                ),
                (
                    "95_to_99.8",
                    "To watch, between the 95% limits and those of 99.8%, with {side} disadvantage: {names}.",
                ),
            ):
                for side in ("more", "less"):
                    codes = placed.loc[(placed["flag"] == flag) & (placed["side"] == side), "org_code"]
                    listed = sorted(f"{names.get(code, code)} ({code})" for code in codes)
                    phrases += listed
                    if listed:
                        said.append(words.format(side=side, who=self.people, names=joined(listed)))
            if len(said) == 1 and len(placed):
                said.append(
                    "None lies beyond the 95% limits of what chance and the usual spread between trusts explain."
                )
            about = self._note(f"{key}_funnel", values={"placed": (len(placed), "count")}, phrases=tuple(phrases))
            blocks.append(paragraph(tell(about, *said), lead=f"Indicator {i.number}: {lower_first(i.title)}."))
        return Prose(tuple(blocks))

    def drawn_funnels(self, form: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Points and limits of a form, with titles, for the picture."""
        points_ = self.profile.funnels.points
        part = points_[points_["form"] == form]
        titles = [f"{n}. {t}" for n, t in zip(part["number"], part["title"], strict=True)]
        curves = self.profile.funnels.curves
        return part.assign(title=titles), curves[curves["indicator"].isin(part["indicator"])]

    def alt_funnels(self, form: str) -> str:
        """The words for the picture of the funnels of a form."""
        part, _ = self.drawn_funnels(form)
        what = "ratio" if form == "ratio" else "gap in percentage points"
        mine = part[part["mine"] & (part["flag"] == "outside_99.8")]
        said = [f"{title}: {joined(sorted(rows['org_code']))}" for title, rows in mine.groupby("title", sort=False)]
        outside = (
            f"Outside the 99.8% limits: {'; '.join(said)}."
            if said
            else "No trust of the region lies outside the 99.8% limits."
        )
        return (
            f"Funnel plots of the {what}: each trust by its precision, trusts of {self.where} dark, between limits "
            f"that narrow to the right. Up is worse for {self.people}. {outside} "
            "The sentences beneath name those beyond a limit."
        )

    def alt_history(self, form: str) -> str:
        """The words for the picture by year."""
        part = self.history(form)
        if part is None:
            return ""
        spec = _spec(form)
        ends = []
        for title, rows in part[part["subject"] == "region"].groupby("title", sort=False):
            old = rows["flags"].str.contains("before_break", regex=False)
            told = records(rows[~old] if (~old).any() else rows)
            ends.append(
                f"{title}: {_shown(told[0]['estimate'], spec)} in {told[0]['wres_year']} and "
                f"{_shown(told[-1]['estimate'], spec)} in {told[-1]['wres_year']}"
            )
        return (
            f"The {'ratio' if form == 'ratio' else 'gap in percentage points'} by year with 95% intervals, "
            f"{self.where} beside England, a small picture an indicator. {'; '.join(ends)}. {_BELOW}"
        )

    # Pay bands, boards, outcomes ---------------------------------------------------------------------------------

    def ladder_sentences(self) -> Prose:
        """A line for each staff group and pair of rungs; what to get where there is none."""
        claims = ladder_claims(self.profile, self.standard)
        if claims:
            return Prose(bullets([tell(c, *say_ladder(c, self.standard)) for c in claims]))
        text = "The loaded files hold no counts by pay band for this region and year that can be shown."
        return Prose((paragraph(tell(self._note("no_ladder"), text)),))

    def board_sentences(self) -> Prose:
        """The two parts for each kind of seat."""
        part = self.profile.board
        part = part[(part["subject"] == "region") & (part["status"] == "observed")]
        are = self.standard.groups[self.standard.comparison_group].are
        said = []
        for row in records(part):
            values = {
                "seats": (row["seats"], "count"), "trusts": (row["n_trusts"], "count"),
                "body": (row["body"], "percent"), "workforce": (row["workforce"], "percent"),
            }  # fmt: skip
            said.append(
                tell(
                    self._note(f"board_{row['stratum']}", values=values),
                    f"{row['label']} ({row['seats']:,.0f} seats of {trusts(row['n_trusts'])}): {percent(row['body'])} "
                    f"were {are}, beside {percent(row['workforce'])} of the workforce.",
                )
            )
        return Prose(bullets(said))

    def outcome_sentences(self) -> Prose:
        """A paragraph for each outcome with a value; those without are named together."""
        told = [c for c in self.outcome_claims if c.kind != "missing"]
        blocks = [paragraph(tell(c, *sentences(c, self.standard, self.outcome_standard))) for c in told]
        for key, part in self.profile.ratings.groupby("measure", sort=False):
            rows = records(part[part["subject"] == "region"])
            if rows:
                values = {f"r{row['rating']:.0f}": (row["n_trusts"], "count") for row in rows}
                listed = joined([f"{row['n_trusts']} {RATINGS[row['rating']]}" for row in rows])
                text = f"{self._measure(key).label}: of the rated trusts of the region, {listed}."
                blocks.append(paragraph(tell(self._note(f"{key}_ratings", values=values), text)))
        absent = [self._measure(c.measure).label for c in self.outcome_claims if c.kind == "missing"]
        if absent:
            text = f"The loaded files hold no value for this region of: {'; '.join(absent)}."
            blocks.append(paragraph(tell(self._note("no_outcome"), text)))
        return Prose(tuple(blocks))

    def alt_months(self, measure: str) -> str:
        """The words for the picture of a monthly series."""
        m = self._measure(measure)
        part = self.profile.months[self.profile.months["measure"] == measure]
        mine = part[part["subject"] == "region"].sort_values("month")
        first, last = records(mine)[0], records(mine)[-1]
        shown = [f"{_shown(r['value'], f'.{m.decimals}f')}% in {r['month']:%B %Y}" for r in (first, last)]
        return f"{m.label} by month, {self.where} beside England: in the region {joined(shown)}. {_BELOW}"

    def month_signals(self, patterns: pd.DataFrame) -> Prose:
        """How many trusts of the region have a month off their own pattern, and how many would by chance."""
        mine = patterns[patterns["org_code"].isin(self.profile.subjects[0].codes) & (patterns["status"] == "ok")]
        if not len(mine):
            text = "No trust of the region has enough months for a pattern of its own."
            return Prose((paragraph(tell(self._note("months"), text)),))
        marked, rate = int((mine["n_signals"] > 0).sum()), float(mine["false_signal_rate"].iloc[0])
        values: dict[str, tuple[float, str]] = {"trusts": (len(mine), "count"), "marked": (marked, "count")}
        have = "has a month" if marked == 1 else "have a month"
        said = [
            f"Of {trusts(len(mine))} of the region with a chart, {marked} {have} in the last twelve months of the data "
            "that differs from its own pattern."
        ]
        if np.isfinite(rate):
            values["by_chance"] = (rate, "probability")
            said.append(f"Where nothing happens, {chance(rate)} of trusts would have one.")
        return Prose((paragraph(tell(self._note("months", values=values, phrases=_FIXED), *said)),))

    # Links -------------------------------------------------------------------------------------------------------

    def link_sentences(self) -> Prose:
        """That one region cannot test links, what it could see at best, and where the national result stands."""
        part = self.profile.detectable
        best = {
            s: records(part[part["subject"] == s].sort_values(["n", "measure"], kind="stable"))[-1]
            for s in ("region", "england")
            if len(part)
        }
        first = "One region cannot test whether an indicator and an outcome go together."
        if not best or not np.isfinite(best["region"]["detectable"]):
            said = [first, "It has too few trusts with both for even one number."]
            values: dict[str, tuple[float, str]] = {}
        else:
            n, seen = best["region"]["n"], best["region"]["detectable"]
            values = {
                "n": (n, "count"), "seen": (seen, "score.2"), "power": (0.8, "probability"),
                "alpha": (0.05, "probability"), "errors": (minimum_detectable_effect(1.0, inf), "score.2"),
                "lost": (3, "count"),
            }  # fmt: skip
            said = [
                first,
                f"With {trusts(n)}, a correlation must be {format_number(seen, RATIO)} or more for a test at the 5% "
                "level to find it with a probability of 80%.",
                "A weaker link would most likely stay unseen, and many pairs would be tried.",
                "So no link is tested here.",
            ]
            wide = best["england"]
            if np.isfinite(wide["detectable"]) and wide["n"] > n:
                values |= {"n_england": (wide["n"], "count"), "seen_england": (wide["detectable"], "score.2")}
                said.append(
                    f"The {trusts(wide['n'])} of England in the data could see one of "
                    f"{format_number(wide['detectable'], RATIO)} in one year; over years they see more."
                )
            said += [
                "It is worked out so: on Fisher's scale a correlation over n trusts has the standard error of one over "
                "the root of n less 3.",
                f"What is {format_number(values['errors'][0], RATIO)} such errors from nothing is found so often; the "
                "hyperbolic tangent makes a correlation of it again.",
            ]
        national = tell(
            self._note("national"),
            "The national result is in the report on links: all planned tests, those that show nothing among them.",
            "It is about the trusts of England together and is not about this region.",
        )
        return Prose((paragraph(tell(self._note("links", values=values), *said)), paragraph(national)))

    # Where it comes from -----------------------------------------------------------------------------------------

    def definitions(self) -> Prose:
        """What words and numbers mean, as the standard has it."""
        blocks = [paragraph(tell(note("definition"), self.standard.definition), lead=f"{self.comparison}.")]
        for i in self.standard.indicators.values():
            words = (f"{i.wording}.", f"Formula: {i.formula}.", f"Source: {i.source}.")
            blocks.append(paragraph(tell(note(f"definition_{i.key}"), *words), lead=f"Indicator {i.number}."))
        return Prose(tuple(blocks))

    def data_notes(self) -> Prose:
        """How much the rules found of the region's trusts."""
        n, of = len(self.profile.findings), self.profile.findings["org_code"].nunique()
        if not n:
            text = "No rule of the data checks was broken by the values of this region's trusts for this year."
            return Prose((paragraph(tell(self._note("data_checks"), text)),))
        values = {"findings": (n, "count"), "trusts": (of, "count")}
        found = "1 finding" if n == 1 else f"{n:,} findings"
        text = f"The data checks have {found} on {trusts(of)} of this region for this year."
        return Prose((paragraph(tell(self._note("data_checks", values=values), text)),))


def _shown(value: float, spec: str) -> str:
    return format_number(value, spec) if np.isfinite(value) else "none"
