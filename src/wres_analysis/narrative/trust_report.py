"""The words of the trust report, each from the profile's frames. The notebook only shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.charts.tables import format_number
from wres_analysis.narrative.claims import Claim, note
from wres_analysis.narrative.sentences import sentences
from wres_analysis.narrative.telling import Block, Prose, Telling, bullets, fixed, heading, paragraph, tell
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

    def _note(self, topic: str, **more: Any) -> Claim:
        """A claim about this trust and year that gives no estimate."""
        base = {"subject": self.profile.code, "subject_name": self.profile.subjects[0].name}
        return note(topic, **(base | {"wres_year": self.profile.year} | more))

    def heading(self) -> Prose:
        """Title and a line that says who and when."""
        p = self.profile
        kind = p.about["trust_type"].lower()
        where = ", ".join(part for part in (f"{kind} trust" if kind else "", p.about["region"]) if part)
        who = f"{where} (code {p.code})" if where else f"code {p.code}"
        dates = (f"31 March {p.year}", f"April {p.year - 1}", f"autumn {p.year - 1}")
        about = tell(
            self._note("report", values={"year": (p.year, "year")}, phrases=(*dates, p.code)),
            f"{self.standard.title} {p.year}: {who}.",
            f"{self.year} is the position on {dates[0]}, the year from {dates[1]}, and the staff survey of {dates[2]}.",
        )
        blocks = [heading(1, p.subjects[0].name), paragraph(about)]
        if p.fictional:
            sample = tell(self._note("sample"), "It belongs to the sample that comes with the kit.")
            blocks.append(paragraph(sample, lead="This trust is fictional."))
        return Prose(tuple(blocks))

    def glance(self) -> Prose:
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
        lines: list[Telling] = []
        for key, text in words.items():
            if told := groups[key]:
                topic = f"glance_{key}"
                about = self._note(topic, kind="summary", reading=key, rests_on=tuple(claim.id for claim in told))
                lines.append(tell(about, f"{text} {self._names(told)}."))
        if missing:
            each = "its section says why" if len(missing) == 1 else "each section says why"
            text = f"There is no value for this trust and year of {plural(sorted(missing))}; {each}."
            lines.append(tell(self._note("glance_missing"), text))
        return Prose(bullets(lines))

    @property
    def _has_bands(self) -> bool:
        return bool(self.profile.bands["comparison"].notna().any())

    def _names(self, claims: Sequence[Claim]) -> str:
        indicators = [self._indicator(claim.measure) for claim in claims]
        return joined([f"indicator {i.number} ({lower_first(i.title)})" for i in indicators])

    def coverage(self) -> Prose:
        """How far the comparisons reach: which trusts the data hold."""
        frame = self.profile.indicators
        england = frame[(frame["subject"] == "england") & (frame["status"] == "observed")]
        if not len(england):
            text = "The loaded files hold no indicator of any trust for this year, so there is nothing to compare with."
            return Prose((paragraph(tell(self._note("coverage"), text)),))
        low, high, possible = (int(n) for n in (*england["n_trusts"].agg(["min", "max"]), england["n_possible"].max()))
        reach = f"{low}" if low == high else f"{low} to {high}"
        mine = ((frame["subject"] == "trust") & (frame["status"] == "observed")).any()
        text = f"Comparisons with England rest on {reach} of the {possible} trusts in the loaded files"
        said = [text + (", this trust included." if mine else ".")]
        if self.profile.uncovered:
            names = joined([kind.lower() for kind in self.profile.uncovered])
            said.append(
                f"The files have no indicator of any {names} trust, so the England figures leave those trusts out."
            )
        numbers = {"fewest": low, "most": high, "possible": possible}
        about = self._note("coverage", values={name: (n, "count") for name, n in numbers.items()})
        return Prose((paragraph(tell(about, *said)),))

    def sections(self, form: str) -> Prose:
        """A heading and the sentences of each indicator of a form; one line where none has a value."""
        mine = [c for c in self.claims if self._indicator(c.measure).form == form]
        if mine and all(c.kind == "missing" and c.status == "no_data" and not c.reason for c in mine):
            indicators = [self._indicator(c.measure) for c in mine]
            named = plural([i.number for i in indicators])
            said = tell(
                self._note(f"no_{form}"),
                f"The loaded files hold no value of {named} for this trust and year.",
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

    def hidden_bands(self) -> Prose | None:
        """Say that the smallest pay bands are shown nowhere, and record which; None where none is hidden."""
        part = self.profile.bands[self.profile.bands["status"] == "too_small"]
        if not len(part):
            return None
        i = next(one for one in self.standard.indicators.values() if one.form == "share")
        about = Claim(
            kind="missing",
            measure=i.key,
            subject=self.profile.code,
            subject_name=self.profile.subjects[0].name,
            wres_year=self.profile.year,
            period=f"31 March {self.profile.year}",
            status="suppressed",
            phrases=tuple(f"{row['staff_group']}, {row['band']}" for row in records(part)),
        )
        text = "Where a band is too small to show, no table, picture or sentence of this report holds its share."
        return Prose((paragraph(tell(about, text)),))

    def outcome_sentences(self) -> Prose:
        """A paragraph for each outcome with a value; those without are named together."""

        def is_absent(claim: Claim) -> bool:
            return claim.kind == "missing" and claim.status == "no_data" and not claim.reason

        told = [c for c in self.outcome_claims if not is_absent(c)]
        told.sort(key=lambda claim: claim.kind == "missing")
        blocks = [paragraph(tell(c, *sentences(c, self.standard, self.outcome_standard))) for c in told]
        absent = [self._measure(c.measure).label for c in self.outcome_claims if is_absent(c)]
        if absent:
            listed = absent[0] if len(absent) == 1 else f"{'; '.join(absent[:-1])}; and {absent[-1]}"
            text = f"The loaded files hold no value for this trust of: {listed}."
            blocks.append(paragraph(tell(self._note("no_outcome"), text)))
        return Prose(tuple(blocks))

    def definitions(self) -> Prose:
        """What words and numbers mean, as the standard has it."""
        blocks = [
            paragraph(tell(note("definition"), self.standard.definition), lead=f"{self.comparison}."),
        ]
        for i in self.standard.indicators.values():
            words = (f"{i.wording}.", f"Formula: {i.formula}.", f"Source: {i.source}.")
            blocks.append(paragraph(tell(note(f"definition_{i.key}"), *words), lead=f"Indicator {i.number}."))
        return Prose(tuple(blocks))

    def data_notes(self) -> Prose:
        """Findings of the quality rules about this trust and year."""
        part = self.profile.findings
        if not len(part):
            text = "No rule of the data checks was broken by this trust's values for this year."
            return Prose((paragraph(tell(self._note("data_checks"), text)),))
        lines: dict[str, Telling] = {}
        for number, row in enumerate(records(part), start=1):
            key = row["measure"]
            indicator, measure = self.standard.indicators.get(key), self.outcome_standard.measures.get(key)
            name = f"Indicator {indicator.number}" if indicator else measure.label if measure else "This trust"
            said = (
                f"{name}: {row['what']} ({row['rule'].replace('_', ' ')}).",
                f"What was done: {row['action']}.",
            )
            about = self._note(f"data_check_{number}", phrases=(row["what"], row["action"]))
            lines.setdefault(" ".join(said), tell(about, *said))
        return Prose((fixed("The data checks found:"), *bullets(lines.values())))

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
