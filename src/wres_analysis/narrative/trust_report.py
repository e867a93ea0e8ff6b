"""The words and tables of the trust report, each from the profile's frames. The notebook only shows them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wres_analysis.charts.tables import Table, format_number, table
from wres_analysis.narrative.claims import Claim, indicator_claims, outcome_claims
from wres_analysis.narrative.sentences import RATINGS, say
from wres_analysis.profiles.trust import TrustProfile
from wres_analysis.standards import Standard, load_outcomes, load_standard

__all__ = ["TrustReport"]

_READING_WORDS = {
    "worse": "worse for ethnic minority staff",
    "better": "better for ethnic minority staff",
    "unclear": "no difference shown",
    "no_interval": "no interval",
}


def _listed(numbers: Sequence[int]) -> str:
    texts = [str(n) for n in numbers]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def _interval(low: float, high: float, spec: str) -> str:
    if not (np.isfinite(low) or np.isfinite(high)):
        return "none"
    if not np.isfinite(high):
        return f"{format_number(low, spec)} or more"
    if not np.isfinite(low):
        return f"{format_number(high, spec)} or less"
    return f"{format_number(low, spec)} to {format_number(high, spec)}"


class TrustReport:
    """Words and tables for one trust.

    Parameters
    ----------
    profile
        The trust's result frames.
    """

    def __init__(self, profile: TrustProfile) -> None:
        self.profile = profile
        self.standard: Standard = load_standard()
        self.outcome_standard: Standard = load_outcomes()
        self.claims: list[Claim] = indicator_claims(profile, self.standard)
        self.outcome_claims: list[Claim] = outcome_claims(profile, self.outcome_standard)

    def heading(self) -> str:
        """Title and a line that says who and when."""
        p = self.profile
        kind = p.about["trust_type"].lower()
        where = ", ".join(part for part in (f"{kind} trust" if kind else "", p.about["region"]) if part)
        return (
            f"# {p.about['org_name']}\n\n"
            f"{self.standard.title} {p.year}: {where} (code {p.code}). {self.standard.abbreviation} {p.year} is the position "
            f"on 31 March {p.year}, the year from April {p.year - 1}, and the staff survey of autumn {p.year - 1}."
        )

    def glance(self) -> str:
        """What the indicators show, in a few lines: worse, unclear, better, missing."""
        lines = []
        groups: dict[str, list[Claim]] = {"worse": [], "unclear": [], "better": [], "no_interval": [], "missing": []}
        for claim in self.claims:
            groups["missing" if claim.kind == "missing" else claim.reading].append(claim)
        words = {
            "worse": "The data show a difference to the disadvantage of ethnic minority staff on",
            "better": "The data show a difference to the advantage of ethnic minority staff on",
            "unclear": "The data do not show a difference either way on",
            "no_interval": "No interval can be given, so no conclusion is drawn, on",
        }
        for key, text in words.items():
            if groups[key]:
                lines.append(f"- {text} {self._names(groups[key])}.")
        if groups["missing"]:
            numbers = [self.standard.indicators[c.measure].number for c in groups["missing"]]
            if not len(self.profile.bands):
                numbers = [i.number for i in self.standard.indicators.values() if i.form == "share"] + numbers
            plural = "indicators" if len(numbers) > 1 else "indicator"
            lines.append(f"- There is no value for this trust and year of {plural} {_listed(numbers)}; each section says why.")
        return "\n".join(lines)

    def _names(self, claims: Sequence[Claim]) -> str:
        names = [f"indicator {self.standard.indicators[c.measure].number} ({self.standard.indicators[c.measure].title.lower()})" for c in claims]
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

    def coverage(self) -> str:
        """How far the comparisons reach: which trusts the data hold."""
        england = self.profile.indicators[self.profile.indicators["subject"] == "england"]
        held = england[england["n_trusts"] > 0]
        if not len(held):
            return "The loaded files hold no indicator of any trust for this year, so there is nothing to compare with."
        low, high, possible = int(held["n_trusts"].min()), int(held["n_trusts"].max()), int(held["n_possible"].max())
        reach = f"{low}" if low == high else f"{low} to {high}"
        text = f"Comparisons with England rest on {reach} of the {possible} trusts in the loaded files."
        without = self.profile.uncovered
        if without:
            names = [t.lower() for t in without]
            listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
            text += f" The files have no indicator of any {listed} trust, so the England figures leave those trusts out."
        return text

    def indicator_table(self) -> Table:
        """The indicators that compare two groups: trust, interval, comparison, England."""
        rows = []
        frame = self.profile.indicators
        for key, part in frame.groupby("indicator", sort=False):
            i = self.standard.indicators[str(key)]
            by = part.set_index("subject")
            mine = by.loc["trust"]
            spec = ".2f" if i.form == "ratio" else "+.1f"
            other = self.profile.subjects[1].key

            def shown(subject: str, by: pd.DataFrame = by, spec: str = spec) -> str:
                if subject not in by.index or not np.isfinite(by.loc[subject, "estimate"]):
                    return "no data"
                return format_number(by.loc[subject, "estimate"], spec)

            rows.append(
                {
                    "Indicator": f"{i.number}. {i.title}",
                    "White": self._rate(mine["reference"], i.form == "difference"),
                    "BME": self._rate(mine["comparison"]),
                    "Measure": {"ratio": "ratio", "gap": "gap, points", "difference": "difference, points"}[i.form],
                    "Trust": shown("trust"),
                    "95% interval": _interval(mine["low"], mine["high"], spec),
                    "Other": shown(other),
                    "England": shown("england"),
                    "Reading": _READING_WORDS[mine["reading"]] if mine["status"] == "observed" else self._why(str(mine["status"])),
                }
            )
        name = self.profile.subjects[1].name
        headings = {"White": "White, %", "BME": "BME, %", "Other": name}
        if name == "England":
            rows = [{k: v for k, v in row.items() if k != "Other"} for row in rows]
            headings.pop("Other")
        return table(
            pd.DataFrame(rows),
            caption=f"Indicators 2 to 9, {self.standard.abbreviation} {self.profile.year}",
            headings=headings,
            notes=(
                "Ratio: indicators 2 and 4 are White over BME, indicator 3 is BME over White; above 1 is worse for BME staff. "
                "Gap: BME minus White. Difference: BME share of voting board members minus BME share of the workforce, which "
                "stands in the White column of indicator 9.",
            ),
        )

    def _rate(self, value: float, workforce: bool = False) -> str:
        if not np.isfinite(value):
            return "no data"
        return format_number(value, ".1f") + (" (workforce)" if workforce else "")

    def _why(self, status: str) -> str:
        return {"no_data": "not in the files", "suppressed": "suppressed"}.get(status, status.replace("_", " "))

    def sections(self, form: str) -> str:
        """A heading and the sentences of each indicator of a form; one line where none has a value."""
        mine = [c for c in self.claims if self.standard.indicators[c.measure].form == form]
        parts = []
        if not any(c.kind != "missing" for c in mine) and all(c.status == "no_data" for c in mine):
            numbers = [self.standard.indicators[c.measure].number for c in mine]
            one = len(numbers) == 1
            return (
                f"The loaded files hold no value of indicator{'' if one else 's'} {_listed(numbers)} for this trust and year. "
                f"Trusts hold the counts behind {'it' if one else 'them'}: they come in by the submission template."
            )
        for claim in mine:
            i = self.standard.indicators[claim.measure]
            parts.append(f"### Indicator {i.number}: {i.title.lower()}\n\n*{i.wording}.*\n\n{say(claim, self.standard, self.outcome_standard)}")
        return "\n\n".join(parts)

    def comparison_table(self, form: str) -> Table | None:
        """Every subject of the indicators of a form, with bases and intervals; None where nothing has a value."""
        frame = self.profile.indicators
        part = frame[(frame["form"] == form) & (frame["status"] == "observed")]
        if not len(part):
            return None
        ratio = form == "ratio"
        spec = ".2f" if ratio else "+.1f"
        rows = pd.DataFrame(
            {
                "Indicator and place": [f"{r.number}. {r.subject_name}" for r in part.itertuples()],
                "Trusts": part["n_trusts"].to_numpy(),
                "White, %": [format_number(v, ".1f") for v in part["reference"]],
                "BME, %": [format_number(v, ".1f") for v in part["comparison"]],
                "White, number": [_count(v) for v in part["reference_base"]],
                "BME, number": [_count(v) for v in part["comparison_base"]],
            }
        )
        if ratio:
            rows["Ratio"] = [format_number(v, spec) if np.isfinite(v) else "none" for v in part["estimate"]]
            rows["95% interval"] = [_interval(a, b, spec) for a, b in zip(part["low"], part["high"], strict=True)]
        rows["Gap, points"] = [format_number(v, "+.1f") if np.isfinite(v) else "none" for v in part["gap"]]
        rows["Gap, 95% interval"] = [_interval(a, b, "+.1f") for a, b in zip(part["gap_low"], part["gap_high"], strict=True)]
        method = "; ".join(dict.fromkeys(m for m in part["method"] if m))
        return table(
            rows,
            caption=f"Both groups, with the trust's comparisons, {self.standard.abbreviation} {self.profile.year}",
            notes=(f"{method}. Comparisons pool the people of all trusts with data, this trust included.",) if method else (),
        )

    def history_table(self, form: str) -> Table | None:
        """The trust's values of the indicators of a form, year by year; None with fewer than two years."""
        part = self.history(form)
        if part is None:
            return None
        ratio = form == "ratio"
        spec = ".2f" if ratio else "+.1f"
        rows = pd.DataFrame(
            {
                "Indicator and year": [f"{r.number}. {r.title}, {r.wres_year}" for r in part.itertuples()],
                "White, %": [format_number(v, ".1f") for v in part["reference"]],
                "BME, %": [format_number(v, ".1f") for v in part["comparison"]],
                "Ratio" if ratio else "Gap, points": [format_number(v, spec) if np.isfinite(v) else "none" for v in part["estimate"]],
                "95% interval": [_interval(a, b, spec) for a, b in zip(part["low"], part["high"], strict=True)],
            }
        )
        notes = []
        if part["flags"].str.contains("before_break", regex=False).any():
            notes += [b.what for b in self.standard.breaks if b.first_survey and b.measure in set(part["indicator"])]
        return table(rows, caption="The same indicators year by year", notes=tuple(notes))

    def history(self, form: str) -> pd.DataFrame | None:
        """The rows of the trust's history to draw: indicators of a form with at least two years."""
        part = self.profile.history
        part = part[(part["form"] == form) & (part["status"] == "observed")]
        years = part.groupby("indicator")["wres_year"].transform("nunique")
        part = part[years >= 2]
        return part if len(part) else None

    def drawn(self, form: str) -> pd.DataFrame:
        """The rows to draw as dots: gaps turned so that right is worse for the comparison group; ratios as they are."""
        part = self.profile.indicators
        part = part[(part["form"] == form) & (part["status"] == "observed")].copy()
        has = set(part.loc[part["subject"] == "trust", "indicator"])
        part = part[part["indicator"].isin(has)]
        part["title"] = [f"{n}. {t}" for n, t in zip(part["number"], part["title"], strict=True)]
        if form == "gap":
            sign = part["indicator"].map({k: i.disadvantage for k, i in self.standard.indicators.items()}).to_numpy()
            low, high = part["low"].to_numpy(), part["high"].to_numpy()
            part["estimate"] = sign * part["estimate"]
            part["low"], part["high"] = np.where(sign > 0, low, -high), np.where(sign > 0, high, -low)
        return part[["title", "subject", "subject_name", "estimate", "low", "high"]]

    def alt_dots(self, form: str) -> str:
        """The words for the picture of dots."""
        part = self.drawn(form)
        mine = part[part["subject"] == "trust"]
        spec = ".2f" if form == "ratio" else "+.1f"
        values = "; ".join(
            f"{r.title}: {format_number(r.estimate, spec)}, interval {_interval(r.low, r.high, spec)}" for r in mine.itertuples()
        )
        what = "ratio" if form == "ratio" else "gap in percentage points, positive being worse for ethnic minority staff"
        return f"Dot plot of the {what}, for the trust with its 95% interval beside its comparisons. {values}. The table beneath holds all values."

    def alt_history(self, form: str) -> str:
        """The words for the picture by year."""
        part = self.history(form)
        assert part is not None
        first, last = int(part["wres_year"].min()), int(part["wres_year"].max())
        what = "White and BME percentages" if form == "gap" else "The ratio with its 95% interval"
        names = ", ".join(f"indicator {n}" for n in dict.fromkeys(part["number"]))
        ends = []
        for _, one in part.groupby("indicator", sort=False):
            a, b = one.iloc[0], one.iloc[-1]
            if form == "gap":
                ends.append(
                    f"indicator {a['number']}: BME {a['comparison']:.1f}% in {a['wres_year']} and {b['comparison']:.1f}% in "
                    f"{b['wres_year']}, White {a['reference']:.1f}% and {b['reference']:.1f}%"
                )
            else:
                ends.append(f"indicator {a['number']}: {a['estimate']:.2f} in {a['wres_year']} and {b['estimate']:.2f} in {b['wres_year']}")
        return f"{what} by year, {first} to {last}, for {names}. {'; '.join(ends)}. The table beneath holds all values."

    def band_table(self) -> Table | None:
        """Indicator 1: the BME share of each band; None where the files have none."""
        part = self.profile.bands
        if not len(part):
            return None
        rows = pd.DataFrame(
            {
                "Staff group and band": part["staff_group"] + ", " + part["band"],
                "BME, %": [format_number(v, ".1f") if np.isfinite(v) else self._why(s) for v, s in zip(part["comparison"], part["status"], strict=True)],
                "Staff of known ethnicity": [_count(v) for v in part["known_n"]],
            }
        )
        workforce = part["workforce"].iloc[0]
        note = f"BME share of the whole workforce of known ethnicity: {workforce:.1f}%." if np.isfinite(workforce) else "The share of the whole workforce is not known."
        return table(
            rows,
            caption=f"Indicator 1: BME share of staff in each pay band, 31 March {self.profile.year}",
            notes=(note, "A full count of staff, not a sample, so no interval is given. Small bands move much with one person."),
        )

    def alt_bands(self) -> str:
        """The words for the picture of the pay bands."""
        part = self.profile.bands
        seen = part[np.isfinite(part["comparison"])]
        workforce = part["workforce"].iloc[0]
        low, high = seen.loc[seen["comparison"].idxmin()], seen.loc[seen["comparison"].idxmax()]
        line = f", beside {workforce:.1f}% of the workforce (dashed line)" if np.isfinite(workforce) else ""
        return (
            f"Bars of the BME share of staff in each pay band{line}. It is lowest in {low['staff_group'].lower()} "
            f"{low['band']} ({low['comparison']:.1f}%) and highest in {high['staff_group'].lower()} {high['band']} "
            f"({high['comparison']:.1f}%). The table beneath holds all values."
        )

    def outcome_table(self) -> Table:
        """The outcomes: trust, comparison, England."""
        rows = []
        other = self.profile.subjects[1]
        for key, part in self.profile.outcomes.groupby("measure", sort=False):
            m = self.outcome_standard.measures[str(key)]
            by = part.set_index("subject")
            mine = by.loc["trust"]

            def shown(subject: str, by: pd.DataFrame = by, decimals: int = m.decimals, unit: str = m.unit) -> str:
                if subject not in by.index or not np.isfinite(by.loc[subject, "value"]):
                    return "no data"
                value = float(by.loc[subject, "value"])
                if unit == "rating":
                    return RATINGS[value] if subject == "trust" else f"{by.loc[subject, 'n_trusts']} rated"
                return format_number(value, f".{decimals}f")

            rows.append(
                {
                    "Outcome": m.label + (", %" if m.unit == "percent" else ""),
                    "Period": mine["period"],
                    "Trust": shown("trust"),
                    "95% interval": _interval(mine["low"], mine["high"], f".{m.decimals}f"),
                    **({} if other.key == "england" else {other.name: shown(other.key)}),
                    "England": shown("england"),
                }
            )
        return table(
            pd.DataFrame(rows),
            caption=f"Outcomes, {self.standard.abbreviation} {self.profile.year}",
            notes=("Where there is no interval, the sentences below say why.",),
        )

    def outcome_sentences(self) -> str:
        """A paragraph for each outcome with a value; those without are named together."""
        given = [c for c in self.outcome_claims if c.kind != "missing"]
        paragraphs = [say(c, self.standard, self.outcome_standard) for c in given]
        missing = [c for c in self.outcome_claims if c.kind == "missing"]
        paragraphs += [say(c, self.standard, self.outcome_standard) for c in missing if c.status != "no_data"]
        absent = [self.outcome_standard.measures[c.measure].title.replace("CQC rating: ", "CQC rating, ") for c in missing if c.status == "no_data"]
        if absent:
            listed = absent[0] if len(absent) == 1 else f"{'; '.join(absent[:-1])}; and {absent[-1]}"
            paragraphs.append(f"The loaded files hold no value for this trust of: {listed}.")
        return "\n\n".join(paragraphs)

    def month_table(self, measure: str) -> Table:
        """The monthly series of an outcome, the trust and its comparisons side by side."""
        m = self.outcome_standard.measures[measure]
        part = self.profile.months[self.profile.months["measure"] == measure]
        wide = part.pivot(index="month", columns="subject_name", values="value")
        wide = wide[[n for n in dict.fromkeys(part["subject_name"])]]
        rows = pd.DataFrame({"Month": [f"{d:%B %Y}" for d in wide.index]})
        for name in wide.columns:
            rows[name] = [format_number(v, f".{m.decimals}f") if np.isfinite(v) else "no data" for v in wide[name]]
        return table(rows, caption=f"{m.label} by month, %")

    def alt_months(self, measure: str) -> str:
        """The words for the picture of a monthly series."""
        m = self.outcome_standard.measures[measure]
        mine = self.profile.months[(self.profile.months["measure"] == measure) & (self.profile.months["subject"] == "trust")]
        low, high = mine.loc[mine["value"].idxmin()], mine.loc[mine["value"].idxmax()]
        return (
            f"Lines of the {m.label[0].lower()}{m.label[1:]} by month, the trust and its comparisons. The trust's lowest month is "
            f"{low['month']:%B %Y} ({low['value']:.{m.decimals}f}%), its highest {high['month']:%B %Y} "
            f"({high['value']:.{m.decimals}f}%). The table beneath holds all values."
        )

    def rating_table(self) -> Table | None:
        """Rating events of the trust and its locations; None where there are none."""
        part = self.profile.ratings.sort_values("date", ascending=False)
        if not len(part):
            return None
        rows = pd.DataFrame(
            {
                "What was rated": [r.label if r.stratum == "all" else f"Location {r.stratum}, overall" for r in part.itertuples()],
                "Rating": part["value"].map(RATINGS),
                "Published": [f"{d.day} {d:%B %Y}" for d in part["date"]],
            }
        )
        return table(
            rows,
            caption="CQC ratings in the loaded files, newest first",
            notes=("The rating of a location is of one site, not of the trust.",) if (part["stratum"] != "all").any() else (),
        )

    def definitions(self) -> str:
        """What words and numbers mean."""
        lines = [f"**BME.** {self.standard.definition}"]
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
        lines = [f"- {r.what[0].upper()}{r.what[1:]} ({r.measure}, {r.rule.replace('_', ' ')}): {r.action}." for r in part.itertuples()]
        return "The data checks found:\n\n" + "\n".join(dict.fromkeys(lines))

    def trace_table(self) -> Table:
        """Each of the trust's values: the file and the cell that it was read from."""
        rows = []
        for claim in [*self.claims, *self.outcome_claims]:
            if claim.kind == "missing" or not claim.source_cells:
                continue
            name = (
                f"Indicator {self.standard.indicators[claim.measure].number}"
                if claim.measure in self.standard.indicators
                else self.outcome_standard.measures[claim.measure].label
            )
            cells = [c.split("!", 1) for c in claim.source_cells]
            files = list(dict.fromkeys(c[0] for c in cells))
            shown = [f"{f}: {', '.join(c[1].replace('!', ' ') for c in cells if c[0] == f)}" for f in files]
            if len(shown) > 3:
                shown = [shown[0], f"and {len(shown) - 2} more of the same kind", shown[-1]]
            rows.append({"Value": name, "File and cells": "; ".join(shown)})
        return table(pd.DataFrame(rows or [{"Value": "none", "File and cells": ""}]), caption="Where each value of the trust was read")

    def source_table(self) -> Table:
        """The files behind the report, with the beginning of each hash."""
        part = self.profile.sources
        by_title = part.groupby(["publisher", "title", "note"], sort=False)
        rows = [
            {
                "Publication": f"{title} ({publisher})",
                "Files": len(group),
                "First file": group["name"].iloc[0],
                "SHA-256 begins": group["sha256"].str[:12].iloc[0],
                "Note": str(note) or "read in the publisher's layout",
            }
            for (publisher, title, note), group in by_title
        ]
        return table(pd.DataFrame(rows), caption="Publications that this report rests on")


def _count(value: float) -> str:
    return format_number(value, ",.0f") if np.isfinite(value) else "not known"
