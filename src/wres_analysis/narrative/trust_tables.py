"""The tables of the trust report, each from the profile's frames."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wres_analysis.charts.tables import MISSING_WORDS, Table, format_number, table
from wres_analysis.narrative.claims import Claim, indicator_claims, outcome_claims
from wres_analysis.narrative.sentences import RATINGS
from wres_analysis.narrative.wording import GAP, RATIO, interval, joined, percent, plural, upper_first
from wres_analysis.profiles.frames import records
from wres_analysis.profiles.trust import TrustProfile
from wres_analysis.standards import Indicator, Measure, Standard, load_outcomes, load_standard

__all__ = ["TrustTables"]

_ROUNDED = "A difference is worked out before rounding, so it can differ by 0.1 from that of the rounded percentages."


def _pooled(part: pd.DataFrame) -> str:
    """What the comparisons of a table are made of."""
    mine = ", this trust included" if (part["subject"] == "trust").any() else ""
    return f"Comparisons pool the people of all trusts with data{mine}."


def _number(value: float, spec: str, missing: str = "none") -> str:
    return format_number(value, spec) if np.isfinite(value) else missing


def _spec(form: str) -> str:
    return RATIO if form == "ratio" else GAP


class TrustTables:
    """Tables for one trust.

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

    @property
    def reference(self) -> str:
        """What the reference group is called in tables."""
        return self.standard.groups[self.standard.reference_group].label

    @property
    def comparison(self) -> str:
        """What the comparison group is called in tables."""
        return self.standard.groups[self.standard.comparison_group].label

    @property
    def people(self) -> str:
        """What the comparison group is called in prose."""
        return self.standard.groups[self.standard.comparison_group].prose

    @property
    def year(self) -> str:
        """The year of the standard, such as ``WRES 2025``."""
        return f"{self.standard.abbreviation} {self.profile.year}"

    def _indicator(self, key: object) -> Indicator:
        return self.standard.indicators[str(key)]

    def _measure(self, key: object) -> Measure:
        return self.outcome_standard.measures[str(key)]

    def reading_words(self, reading: str) -> str:
        """What an interval says, in a few words."""
        return {
            "worse": f"worse for {self.people}",
            "better": f"better for {self.people}",
            "unclear": "no difference shown",
            "no_interval": "no interval",
        }[reading]

    @staticmethod
    def missing_words(status: str) -> str:
        """Why there is no value, in a word or two."""
        return "not in the files" if status == "no_data" else MISSING_WORDS.get(status, status.replace("_", " "))

    # The indicators ------------------------------------------------------------------------------------------

    def indicator_table(self) -> Table:
        """The indicators that compare two numbers: trust, interval, comparison, England."""
        names = {s.key: s.name for s in self.profile.subjects}
        others = list(dict.fromkeys([self.profile.subjects[1].key, "england"]))
        rows = []
        for key, part in self.profile.indicators.groupby("indicator", sort=False):
            i = self._indicator(key)
            by = {row["subject"]: row for row in records(part)}
            mine, spec = by["trust"], _spec(i.form)
            seen = mine["status"] == "observed"
            words = self.missing_words(mine["status"])
            rows.append(
                {
                    "Indicator": f"{i.number}. {i.title}",
                    "Reference": _number(mine["reference"], ".1f", "no data"),
                    "Comparison": _number(mine["comparison"], ".1f", "no data"),
                    "Measure": {"ratio": "ratio", "gap": "gap, points"}.get(i.form, "difference, points"),
                    "Trust": _number(mine["estimate"], spec, "no data" if not seen else "none"),
                    "95% interval": interval(mine["low"], mine["high"], spec, parity=i.parity),
                    **{names[o]: _number(by[o]["estimate"], spec, "no data") for o in others},
                    "Reading": self.reading_words(mine["reading"]) if seen else words,
                }
            )
        frame = self.profile.indicators
        forms = set(frame.loc[frame["status"] == "observed", "form"])
        beside = f"{self.reference} or workforce" if "difference" in forms else self.reference
        numbers = sorted(self.profile.indicators["number"].unique())
        return table(
            pd.DataFrame(rows),
            caption=f"Indicators {numbers[0]} to {numbers[-1]}, {self.year}",
            headings={"Reference": f"{beside}, %", "Comparison": f"{self.comparison}, %"},
            notes=self._indicator_notes(forms),
        )

    def _indicator_notes(self, forms: set[str]) -> list[str]:
        """What each kind of row holds."""
        s = self.standard
        ratios: dict[str, dict[str, list[int]]] = {}
        for i in s.indicators.values():
            if i.form == "ratio" and i.ratio_of is not None and i.form in forms:
                labels = " over ".join(s.groups[g].label for g in i.ratio_of)
                way = f"{'above' if i.disadvantage > 0 else 'below'} {i.parity:g} is worse for {self.people}"
                ratios.setdefault(way, {}).setdefault(labels, []).append(i.number)
        lines = []
        for way, of in ratios.items():
            named = [f"{plural(numbers)} {'is' if len(numbers) == 1 else 'are'} {what}" for what, numbers in of.items()]
            told = "the two percentages are the rates of the groups"
            lines.append(f"Ratios: {told}. {upper_first(joined(named))}; {way}.")
        if "gap" in forms:
            lines.append(f"Gaps: {self.comparison} % minus {self.reference} %. {_ROUNDED}")
        for i in s.indicators.values():
            if i.form == "difference" and i.form in forms:
                lines.append(
                    f"Indicator {i.number}: {self.comparison} % of {i.body} minus {self.comparison} % of the "
                    "workforce, which stands first in its row."
                )
        return lines

    def comparison_table(self, form: str) -> Table | None:
        """Every subject of the indicators of a form, with bases and intervals; None where nothing has a value."""
        frame = self.profile.indicators
        part = frame[(frame["form"] == form) & (frame["status"] == "observed")]
        if not len(part):
            return None
        if form == "difference":
            return self._difference_table(part)
        rows = []
        for row in records(part):
            i = self._indicator(row["indicator"])
            ratio = {
                "Ratio": _number(row["estimate"], RATIO),
                "95% interval": interval(row["low"], row["high"], RATIO, parity=i.parity),
            }
            rows.append(
                {
                    "Indicator and place": f"{row['number']}. {row['subject_name']}",
                    "Trusts": int(row["n_trusts"]),
                    f"{self.reference}, %": _number(row["reference"], ".1f"),
                    f"{self.comparison}, %": _number(row["comparison"], ".1f"),
                    f"{self.reference}, number": _number(row["reference_base"], ",.0f", "not known"),
                    f"{self.comparison}, number": _number(row["comparison_base"], ",.0f", "not known"),
                    **(ratio if form == "ratio" else {}),
                    "Gap, points": _number(row["gap"], GAP),
                    "Gap, 95% interval": interval(row["gap_low"], row["gap_high"], GAP, parity=0.0),
                }
            )
        methods = list(dict.fromkeys(m for m in part["method"] if m))
        if form == "ratio" and methods:
            methods = [f"Ratio: {joined(methods)}", "gap: Newcombe hybrid score interval, 95%"]
        made = pd.DataFrame(rows)
        return table(
            made,
            caption=f"Both groups, with the trust's comparisons, {self.year}",
            notes=[*([f"{'; '.join(methods)}."] if methods else []), _pooled(part), _ROUNDED],
        )

    def _difference_table(self, part: pd.DataFrame) -> Table:
        """A share of one body beside the share of the workforce."""
        i = self._indicator(part["indicator"].iloc[0])
        body, workforce = f"{self.comparison}, % of {i.body}", f"{self.comparison}, % of the workforce"
        rows = pd.DataFrame(
            {
                "Place": part["subject_name"],
                "Trusts": part["n_trusts"],
                "Seats": part["comparison_base"],
                body: part["comparison"],
                workforce: part["reference"],
                "Difference, points": part["estimate"],
            }
        )
        return table(
            rows,
            caption=f"Indicator {i.number}: {i.title.lower()}, {self.year}",
            formats={"Seats": ",.0f", body: ".1f", workforce: ".1f", "Difference, points": GAP},
            notes=["These are full counts, not samples, so no interval is given.", _pooled(part), _ROUNDED],
        )

    def history(self, form: str) -> pd.DataFrame | None:
        """The rows of the trust's history to draw: indicators of a form with at least two years."""
        part = self.profile.history
        part = part[(part["form"] == form) & (part["status"] == "observed")]
        years = part.groupby("indicator")["wres_year"].transform("nunique")
        part = part[years >= 2]
        return part if len(part) else None

    def history_table(self, form: str) -> Table | None:
        """The trust's values of the indicators of a form, year by year; None with fewer than two years."""
        part = self.history(form)
        if part is None:
            return None
        name = "Ratio" if form == "ratio" else "Gap, points"
        rows = [
            {
                "Indicator and year": f"{row['number']}. {row['title']}, {row['wres_year']}"
                + (" (before the break)" if "before_break" in row["flags"] else ""),
                f"{self.reference}, %": _number(row["reference"], ".1f"),
                f"{self.comparison}, %": _number(row["comparison"], ".1f"),
                name: _number(row["estimate"], _spec(form)),
                "95% interval": interval(
                    row["low"], row["high"], _spec(form), parity=self._indicator(row["indicator"]).parity
                ),
            }
            for row in records(part)
        ]
        made = pd.DataFrame(rows)
        old = set(part.loc[part["flags"].str.contains("before_break", regex=False), "indicator"])
        notes = [
            f"Indicator {self._indicator(b.measure).number}: {b.what}"
            + (" (Not checked against the publisher's own account.)" if b.grade == "K" else "")
            for b in self.standard.breaks
            if b.measure in old
        ]
        return table(made, caption="The same indicators year by year", notes=notes, folded=True)

    def band_table(self) -> Table | None:
        """The comparison group's share of each pay band; None where the files have none."""
        part = self.profile.bands
        if not len(part):
            return None
        i = next(one for one in self.standard.indicators.values() if one.form == "share")
        rows = pd.DataFrame(
            {
                "Staff group and band": part["staff_group"] + ", " + part["band"],
                f"{self.comparison}, %": [
                    _number(v, ".1f", "not shown" if s == "too_small" else self.missing_words(s))
                    for v, s in zip(part["comparison"], part["status"], strict=True)
                ],
                upper_first(i.denominator): [
                    _number(v, ",.0f", f"under {self.standard.smallest_shown}" if s == "too_small" else "not known")
                    for v, s in zip(part["known_n"], part["status"], strict=True)
                ],
            }
        )
        whole, workforce = self._measure(i.compared_with).label, part["workforce"].iloc[0]
        hidden = (self.standard.smallest_note,) if (part["status"] == "too_small").any() else ()
        return table(
            rows,
            caption=f"{self.comparison} share of staff in each pay band, 31 March {self.profile.year}",
            notes=(
                f"{whole}: {percent(workforce)}." if np.isfinite(workforce) else f"{whole}: not in the loaded files.",
                "A full count of staff, not a sample, so no interval is given. One person moves a small band a lot.",
                *hidden,
            ),
        )

    # The outcomes --------------------------------------------------------------------------------------------

    def outcome_table(self) -> Table:
        """The outcomes: trust, comparison, England."""
        names = {s.key: s.name for s in self.profile.subjects}
        others = list(dict.fromkeys([self.profile.subjects[1].key, "england"]))
        rows = []
        for key, part in self.profile.outcomes.groupby("measure", sort=False):
            m = self._measure(key)
            by = {row["subject"]: row for row in records(part)}
            mine = by["trust"]
            seen = mine["status"] == "observed"
            rows.append(
                {
                    "Outcome": m.label + (", %" if m.unit == "percent" else ""),
                    "Period": mine["period"],
                    "Trust": self._outcome(mine, m) if seen else self.missing_words(mine["status"]),
                    "95% interval": interval(mine["low"], mine["high"], f".{m.decimals}f"),
                    **{names[o]: self._outcome(by[o], m) if o in by else "no data" for o in others},
                }
            )
        made = pd.DataFrame(rows)
        return table(
            made,
            caption=f"Outcomes, {self.year}",
            notes=("Where there is no interval, the sentences below say why.",),
        )

    @staticmethod
    def _outcome(row: dict[str, object], m: Measure) -> str:
        value = float(str(row["value"]))
        if not np.isfinite(value):
            return "no data"
        if m.unit == "rating":
            return RATINGS[value] if row["subject"] == "trust" else f"{row['n_trusts']} rated"
        return format_number(value, f".{m.decimals}f")

    def rating_table(self) -> Table | None:
        """Rating events of the trust and its locations; None where there are none."""
        part = self.profile.ratings.sort_values("date", ascending=False, kind="stable")
        if not len(part):
            return None
        local = part["stratum"] != "all"
        what = part["label"].where(~local, "Location " + part["stratum"] + ", overall")
        rows = pd.DataFrame(
            {
                "What was rated": what,
                "Rating": part["value"].map(RATINGS),
                "Published": [f"{d.day} {d:%B %Y}" for d in part["date"]],
            }
        )
        return table(
            rows,
            caption="CQC ratings in the loaded files, newest first",
            notes=("The rating of a location is of one site, not of the trust.",) if local.any() else (),
        )

    # Where it comes from -------------------------------------------------------------------------------------

    def trace_table(self) -> Table:
        """Each of the trust's values: the file and the cell that it was read from."""
        rows = []
        for claim in [*self.claims, *self.outcome_claims]:
            if claim.kind == "missing" or not claim.source_cells:
                continue
            indicator = self.standard.indicators.get(claim.measure)
            name = f"Indicator {indicator.number}" if indicator else self._measure(claim.measure).label
            rows.append({"Value": name, "File and cells": _addresses(claim.source_cells)})
        if len(self.profile.bands):
            rows.append({"Value": "Pay bands", "File and cells": _addresses(tuple(self.profile.bands["source_cells"]))})
        made = pd.DataFrame(rows or [{"Value": "none", "File and cells": ""}])
        return table(made, caption="Where each value of the trust was read")

    def source_table(self) -> Table:
        """The files behind the report, with the beginning of each hash."""
        by_title = self.profile.sources.groupby(["publisher", "title", "note"], sort=False)
        rows = [
            {
                "Publication": f"{title} ({publisher})",
                "Files": len(group),
                "First file": group["name"].iloc[0],
                "SHA-256 begins": group["sha256"].iloc[0][:12],
                "Note": str(note) or "read in the publisher's layout",
            }
            for (publisher, title, note), group in by_title
        ]
        columns = ["Publication", "Files", "First file", "SHA-256 begins", "Note"]
        return table(pd.DataFrame(rows, columns=columns), caption="Publications that this report rests on")


def _addresses(cells: tuple[str, ...]) -> str:
    """Name the cells of each file; of many files alike, the first and the last."""
    pairs = [cell.partition("!")[::2] for cell in cells]
    files = list(dict.fromkeys(file for file, _ in pairs))
    shown = [f"{f}: {', '.join(cell.replace('!', ' ') for file, cell in pairs if file == f)}" for f in files]
    if len(shown) > 3:
        shown = [shown[0], f"and {len(shown) - 2} more of the same kind", shown[-1]]
    return "; ".join(shown)
