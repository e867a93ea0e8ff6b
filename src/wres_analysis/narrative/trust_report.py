"""The words of the trust report, each from the profile's frames. The notebook only shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.charts.tables import format_number
from wres_analysis.narrative.claims import Claim
from wres_analysis.narrative.sentences import say
from wres_analysis.narrative.trust_tables import TrustTables
from wres_analysis.narrative.wording import GAP, RATIO, interval, joined, lower_first, plural, upper_first
from wres_analysis.profiles.frames import records

__all__ = ["TrustReport"]

_BELOW = "The table beneath holds all values."


class TrustReport(TrustTables):
    """Words and tables for one trust.

    Parameters
    ----------
    profile
        The trust's result frames.
    """

    def heading(self) -> str:
        """Title and a line that says who and when."""
        p = self.profile
        kind = p.about["trust_type"].lower()
        where = ", ".join(part for part in (f"{kind} trust" if kind else "", p.about["region"]) if part)
        who = f"{where} (code {p.code})" if where else f"code {p.code}"
        return (
            f"# {p.subjects[0].name}\n\n"
            f"{self.standard.title} {p.year}: {who}. {self.year} is the position "
            f"on 31 March {p.year}, the year from April {p.year - 1}, and the staff survey of autumn {p.year - 1}."
            + (
                "\n\n**This trust is fictional.** It belongs to the sample that comes with the kit."
                if p.fictional
                else ""
            )
        )

    def glance(self) -> str:
        """What the indicators show, in a few lines: worse, unclear, better, missing."""
        groups: dict[str, list[Claim]] = {"worse": [], "unclear": [], "better": [], "no_interval": []}
        missing = [i.number for i in self.standard.indicators.values() if i.form == "share" and not self._has_bands]
        for claim in self.claims:
            if claim.kind == "missing":
                missing.append(self._indicator(claim.measure).number)
            else:
                groups[claim.reading].append(claim)
        words = {
            "worse": f"The data show a difference to the disadvantage of {self.people} on",
            "unclear": "The data do not show a difference either way on",
            "better": f"The data show a difference to the advantage of {self.people} on",
            "no_interval": "No interval can be given, so no conclusion is drawn, on",
        }
        lines = [f"- {text} {self._names(groups[key])}." for key, text in words.items() if groups[key]]
        if missing:
            each = "its section says why" if len(missing) == 1 else "each section says why"
            lines.append(f"- There is no value for this trust and year of {plural(sorted(missing))}; {each}.")
        return "\n".join(lines)

    @property
    def _has_bands(self) -> bool:
        return bool(self.profile.bands["comparison"].notna().any())

    def _names(self, claims: Sequence[Claim]) -> str:
        indicators = [self._indicator(claim.measure) for claim in claims]
        return joined([f"indicator {i.number} ({lower_first(i.title)})" for i in indicators])

    def coverage(self) -> str:
        """How far the comparisons reach: which trusts the data hold."""
        frame = self.profile.indicators
        england = frame[(frame["subject"] == "england") & (frame["status"] == "observed")]
        if not len(england):
            return "The loaded files hold no indicator of any trust for this year, so there is nothing to compare with."
        low, high, possible = (int(n) for n in (*england["n_trusts"].agg(["min", "max"]), england["n_possible"].max()))
        reach = f"{low}" if low == high else f"{low} to {high}"
        text = f"Comparisons with England rest on {reach} of the {possible} trusts in the loaded files"
        mine = ((frame["subject"] == "trust") & (frame["status"] == "observed")).any()
        text += ", this trust included." if mine else "."
        if self.profile.uncovered:
            names = joined([kind.lower() for kind in self.profile.uncovered])
            text += f" The files have no indicator of any {names} trust, so the England figures leave those trusts out."
        return text

    def sections(self, form: str) -> str:
        """A heading and the sentences of each indicator of a form; one line where none has a value."""
        mine = [c for c in self.claims if self._indicator(c.measure).form == form]
        if mine and all(c.kind == "missing" and c.status == "no_data" and not c.reason for c in mine):
            indicators = [self._indicator(c.measure) for c in mine]
            named = plural([i.number for i in indicators])
            where = " ".join(dict.fromkeys(i.to_get for i in indicators if i.to_get))
            return f"The loaded files hold no value of {named} for this trust and year. {where}".strip()
        parts = []
        for claim in mine:
            i = self._indicator(claim.measure)
            words = say(claim, self.standard, self.outcome_standard)
            parts.append(f"### Indicator {i.number}: {lower_first(i.title)}\n\n*{i.wording}.*\n\n{words}")
        return "\n\n".join(parts)

    def outcome_sentences(self) -> str:
        """A paragraph for each outcome with a value; those without are named together."""

        def is_absent(claim: Claim) -> bool:
            return claim.kind == "missing" and claim.status == "no_data" and not claim.reason

        told = [c for c in self.outcome_claims if not is_absent(c)]
        told.sort(key=lambda claim: claim.kind == "missing")
        paragraphs = [say(claim, self.standard, self.outcome_standard) for claim in told]
        absent = [self._measure(c.measure).label for c in self.outcome_claims if is_absent(c)]
        if absent:
            listed = absent[0] if len(absent) == 1 else f"{'; '.join(absent[:-1])}; and {absent[-1]}"
            paragraphs.append(f"The loaded files hold no value for this trust of: {listed}.")
        return "\n\n".join(paragraphs)

    def definitions(self) -> str:
        """What words and numbers mean."""
        lines = [f"**{self.comparison}.** {self.standard.definition}"]
        lines += [
            f"**Indicator {i.number}.** {i.wording}. Formula: {i.formula}. Source: {i.source}."
            for i in self.standard.indicators.values()
        ]
        return "\n\n".join(lines)

    def data_notes(self) -> str:
        """Findings of the quality rules about this trust and year."""
        part = self.profile.findings
        if not len(part):
            return "No rule of the data checks was broken by this trust's values for this year."
        lines = []
        for row in records(part):
            key = row["measure"]
            indicator, measure = self.standard.indicators.get(key), self.outcome_standard.measures.get(key)
            name = f"Indicator {indicator.number}" if indicator else measure.label if measure else "This trust"
            lines.append(f"- {name}: {row['what']} ({row['rule'].replace('_', ' ')}). What was done: {row['action']}.")
        return "The data checks found:\n\n" + "\n".join(dict.fromkeys(lines))

    # The pictures: what to draw, and the words for those who cannot see them -----------------------------------

    def drawn(self, form: str) -> pd.DataFrame:
        """The rows to draw as dots, turned so that right is worse for the comparison group."""
        part = self.profile.indicators
        part = part[(part["form"] == form) & (part["status"] == "observed")].copy()
        has = set(part.loc[part["subject"] == "trust", "indicator"])
        part = part[part["indicator"].isin(has)]
        part["title"] = [f"{n}. {t}" for n, t in zip(part["number"], part["title"], strict=True)]
        turned = part["indicator"].map(lambda key: self._indicator(key).disadvantage < 0).to_numpy(dtype=bool)
        for name, other in (("estimate", "estimate"), ("low", "high"), ("high", "low")):
            value, opposite = part[name].to_numpy(), self.profile.indicators.loc[part.index, other].to_numpy()
            with np.errstate(divide="ignore"):
                part[name] = np.where(turned, 1 / opposite if form == "ratio" else -opposite, value)
        return part[["title", "subject", "subject_name", "estimate", "low", "high"]]

    def alt_dots(self, form: str) -> str:
        """The words for the picture of dots; empty where there is nothing to draw."""
        part = self.drawn(form)
        if not len(part):
            return ""
        spec = RATIO if form == "ratio" else GAP
        values = "; ".join(
            f"{row['title']}: {format_number(row['estimate'], spec) if np.isfinite(row['estimate']) else 'none'}, "
            f"interval {interval(row['low'], row['high'], spec)}"
            for row in records(part[part["subject"] == "trust"])
        )
        gap = f"gap in percentage points, positive being worse for {self.people}"
        what = "ratio" if form == "ratio" else gap
        return f"Dot plot of the {what}, for the trust with its 95% interval beside its comparisons. {values}. {_BELOW}"

    def alt_history(self, form: str) -> str:
        """The words for the picture by year; empty where there is nothing to draw."""
        part = self.history(form)
        if part is None:
            return ""
        labels = f"{self.reference} and {self.comparison}"
        what = "The ratio with its 95% interval" if form == "ratio" else f"{labels} percentages"
        names = plural([int(n) for n in part["number"].unique()])
        ends = []
        for _, one in part.groupby("indicator", sort=False):
            old = one["flags"].str.contains("before_break", regex=False)
            # Levels on the two sides of a break are not to be compared, in words either.
            told = records(one[~old] if (~old).any() else one)
            note = ", not comparable with the years before" if 0 < old.sum() < len(old) else ""
            ends.append(f"indicator {told[0]['number']}: {self._ends(told[0], told[-1], form)}{note}")
        first, last = part["wres_year"].min(), part["wres_year"].max()
        return f"{what} by year, {first} to {last}, for {names}. {upper_first('; '.join(ends))}. {_BELOW}"

    def _ends(self, a: dict[str, Any], b: dict[str, Any], form: str) -> str:
        """The first and the last value of a series, in words."""
        years = f"in {a['wres_year']} and", f"in {b['wres_year']}"
        if form == "ratio":
            first, last = (
                format_number(r["estimate"], RATIO) if np.isfinite(r["estimate"]) else "none" for r in (a, b)
            )
            return f"{first} {years[0]} {last} {years[1]}"
        return (
            f"{self.comparison} {a['comparison']:.1f}% {years[0]} {b['comparison']:.1f}% {years[1]}, "
            f"{self.reference} {a['reference']:.1f}% and {b['reference']:.1f}%"
        )

    def alt_bands(self) -> str:
        """The words for the picture of the pay bands; empty where there is nothing to draw."""
        seen = self.profile.bands[self.profile.bands["comparison"].notna()]
        if not len(seen):
            return ""
        workforce = seen["workforce"].iloc[0]
        ranked = records(seen.sort_values("comparison", kind="stable"))
        line = f", beside {workforce:.1f}% of the workforce (dashed line)" if np.isfinite(workforce) else ""
        ends = [
            f"{lower_first(row['staff_group'])}, {lower_first(row['band'])} ({row['comparison']:.1f}%)"
            for row in (ranked[0], ranked[-1])
        ]
        return (
            f"Bars of the {self.comparison} share of staff in each pay band{line}. It is lowest in {ends[0]} "
            f"and highest in {ends[1]}. {_BELOW}"
        )

    def alt_months(self, measure: str) -> str:
        """The words for the picture of a monthly series; empty where there is nothing to draw."""
        m = self._measure(measure)
        part = self.profile.months
        mine = part[(part["measure"] == measure) & (part["subject"] == "trust")]
        if not len(mine):
            return ""
        ranked = records(mine.sort_values("value", kind="stable"))
        low, high = (
            f"{row['month']:%B %Y} ({format_number(row['value'], f'.{m.decimals}f')}%)"
            for row in (ranked[0], ranked[-1])
        )
        return (
            f"Lines of the {lower_first(m.label)} by month, the trust and its comparisons. The trust's lowest month is "
            f"{low}, its highest {high}. {_BELOW}"
        )
