"""The tables of the regional report, each from the profile's frames."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wres_analysis.charts.tables import Table, format_number, table
from wres_analysis.narrative.disparity import chance, ordinal
from wres_analysis.narrative.sentences import RATINGS
from wres_analysis.narrative.trust_tables import _ROUNDED, TrustTables, _number, _spec
from wres_analysis.narrative.wording import GAP, RATIO, interval, lower_first, upper_first
from wres_analysis.profiles.frames import records
from wres_analysis.profiles.region import RegionProfile
from wres_analysis.standards import Indicator, Measure, Standard, load_outcomes, load_standard

__all__ = ["RegionTables"]

_TOLD = ("ok", "no_spread")
_FORM = {"ratio": "ratio", "gap": "gap, points", "difference": "difference, points"}
_PLACE = {"inside": "inside", "95_to_99.8": "between the limits: watch", "outside_99.8": "outside"}


class RegionTables:
    """Tables for one region.

    Parameters
    ----------
    profile
        The region's result frames.
    """

    def __init__(self, profile: RegionProfile) -> None:
        self.profile = profile
        self.standard: Standard = load_standard()
        self.outcome_standard: Standard = load_outcomes()

    @property
    def name(self) -> str:
        """The region."""
        return self.profile.region

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

    # Where the region stands ---------------------------------------------------------------------------------

    @property
    def _full_count(self) -> str:
        return next(i.title for i in self.standard.indicators.values() if i.form == "difference")

    def indicator_table(self) -> Table:
        """Each indicator that compares two numbers: the region with its interval, England with its own."""
        rows = []
        for key, part in self.profile.indicators.groupby("indicator", sort=False):
            i = self._indicator(key)
            by = {row["subject"]: row for row in records(part)}
            mine, england, spec = by["region"], by["england"], _spec(i.form)
            rows.append(
                {
                    "Indicator": f"{i.number}. {i.title} ({_FORM[i.form]})",
                    "Trusts": f"{mine['n_trusts']} of {mine['n_possible']}",
                    f"{self.reference} or workforce, %": _number(mine["reference"], ".1f", "no data"),
                    f"{self.comparison}, %": _number(mine["comparison"], ".1f", "no data"),
                    self.name: _number(mine["estimate"], spec, "no data"),
                    "95% interval": interval(mine["low"], mine["high"], spec, parity=i.parity),
                    "England": _number(england["estimate"], spec, "no data"),
                    "England, 95% interval": interval(england["low"], england["high"], spec, parity=i.parity),
                }
            )
        return table(
            pd.DataFrame(rows),
            caption=f"The region beside England, {self.year}",
            notes=[
                "England includes this region. Both add up the people of all trusts with data.",
                f"A gap is {self.comparison} % minus {self.reference} %. {_ROUNDED}",
                f"{self._full_count} is a full count, so it has no interval.",
            ],
        )

    def change_table(self) -> Table | None:
        """What changed, summed and within trusts; None where no two years can be compared."""
        part = self.profile.changes
        part = part[part["status"].isin(["ok", "full_count"])].drop_duplicates(["indicator", "basis", "from_year"])
        if not len(part):
            return None
        rows = []
        for row in records(part):
            spec = _spec(row["form"])
            by = RATIO if row["form"] == "ratio" else GAP
            limits = interval(row["low"], row["high"], by, parity=1.0 if row["form"] == "ratio" else 0.0)
            rows.append(
                {
                    "Indicator and years": f"{row['number']}. {row['title']}, {row['from_year']} to {row['wres_year']}",
                    "How it is counted": {
                        "summed": "summed over trusts", "within": "within trusts", "full_count": "full count",
                    }[row["basis"]],
                    "Trusts": int(row["n_trusts"]),
                    "First": _number(row["first"], spec),
                    "Last": _number(row["last"], spec),
                    "Change": _number(row["change"], by) + (" times" if row["form"] == "ratio" else ""),
                    "95% interval": limits,
                    "Reading": self._change_words(row["reading"]),
                }
            )  # fmt: skip
        return table(
            pd.DataFrame(rows),
            caption=f"What changed, over the same trusts, to {self.year}",
            notes=[
                "Gaps change by points; ratios by what the last is of the first, so that 1 is no change.",
                "Summed over trusts: the people of all these trusts added up (intervals of both years put together by "
                "MOVER). Within trusts: the groups compared inside each trust, then put together (Mantel-Haenszel).",
                "Intervals allow for chance in who answered or was counted. They treat the two years as independent.",
            ],
        )

    def _change_words(self, reading: str) -> str:
        return {
            "worse": f"towards more disadvantage for {self.people}",
            "better": f"towards less disadvantage for {self.people}",
            "unclear": "cannot tell",
            "no_interval": "no interval",
        }[reading]

    def within_table(self) -> Table | None:
        """People summed over trusts beside the comparison within trusts; None without two trusts with data."""
        part = self.profile.within[self.profile.within["status"] == "ok"]
        if not len(part):
            return None
        rows = []
        for row in records(part):
            spec, parity = _spec(row["form"]), 1.0 if row["form"] == "ratio" else 0.0
            rows.append(
                {
                    "Indicator and place": f"{row['number']}. {row['title']} ({_FORM[row['form']]}), "
                    f"{row['subject_name']}",
                    "Trusts": int(row["n_trusts"]),
                    "Summed over trusts": _number(row["summed"], spec),
                    "Summed, 95% interval": interval(row["summed_low"], row["summed_high"], spec, parity=parity),
                    "Within trusts": _number(row["within"], spec),
                    "Within, 95% interval": interval(row["within_low"], row["within_high"], spec, parity=parity),
                    "Does the mix of trusts matter?": "yes" if row["mix"] else "not shown",
                }
            )
        return table(
            pd.DataFrame(rows),
            caption=f"Summed over trusts and compared within trusts, {self.year}",
            notes=[
                "Summed: all people of one group against all of the other, wherever they work. Within: the two groups "
                "compared inside each trust, then put together by Mantel and Haenszel.",
                "The mix of trusts is said to matter where one figure lies outside the interval of the other.",
            ],
        )

    # By year -------------------------------------------------------------------------------------------------

    def history(self, form: str) -> pd.DataFrame | None:
        """The rows to draw of a form: indicators of which the region has at least two years."""
        part = self.profile.history
        part = part[(part["form"] == form) & (part["status"] == "observed")]
        mine = part[part["subject"] == "region"].groupby("indicator")["wres_year"].nunique()
        part = part[part["indicator"].isin(mine.index[mine >= 2])]
        titles = [f"{n}. {t}" for n, t in zip(part["number"], part["title"], strict=True)]
        return part.assign(title=titles) if len(part) else None

    def history_table(self, form: str) -> Table | None:
        """The indicators of a form year by year, the region beside England; None with fewer than two years."""
        part = self.history(form)
        if part is None:
            return None
        spec = _spec(form)
        rows = []
        for (title, year), both in part.groupby(["title", "wres_year"], sort=False):
            by = {row["subject"]: row for row in records(both)}
            cells: dict[str, object] = {"Indicator and year": f"{title}, {year}"}
            for key, name in (("region", self.name), ("england", "England")):
                row = by.get(key)
                parity = self._indicator(both["indicator"].iloc[0]).parity
                cells |= {
                    f"{name}, trusts": str(row["n_trusts"]) if row else "none",
                    name: _number(row["estimate"], spec) if row else "no data",
                    f"{name}, 95% interval": interval(row["low"], row["high"], spec, parity=parity) if row else "none",
                }
            rows.append(cells)
        old = set(part.loc[part["flags"].str.contains("before_break", regex=False), "indicator"])
        notes = [
            f"Indicator {self._indicator(b.measure).number}: {b.what}"
            + (" (Not checked against the publisher's own account.)" if b.grade == "K" else "")
            for b in self.standard.breaks
            if b.measure in old
        ]
        return table(
            pd.DataFrame(rows),
            caption=f"{'Ratios' if form == 'ratio' else 'Gaps in points'} year by year",
            notes=["Each year counts the trusts that have data in that year.", *notes],
            folded=True,
        )

    # Trusts --------------------------------------------------------------------------------------------------

    def trust_tables(self, pages: bool = False) -> list[Table]:
        """One table an indicator, trusts in the order of their names; with links to their pages if these are there."""
        return [
            self._trust_table(self._indicator(key), part, pages)
            for key, part in self.profile.trusts.groupby("indicator", sort=False)
        ]

    def _trust_table(self, i: Indicator, part: pd.DataFrame, pages: bool) -> Table:
        spec, parity = _spec(i.form), 1.0 if i.form == "ratio" else 0.0
        rows = []
        for row in records(part):
            told, small = row["status"] in _TOLD, row["status"] == "too_small"
            none = "not shown" if small else "none"
            rows.append(
                {
                    "Trust": f"{row['org_name']} ({row['org_code']})",
                    "Observed": _number(row["observed"], spec, "not shown" if small else "no data"),
                    "95% interval": none if small else interval(row["low"], row["high"], spec, parity=parity),
                    "Allowing for chance": _number(row["shrunken"], spec, none) if told else none,
                    "Its 95% interval": interval(row["shrunken_low"], row["shrunken_high"], spec, parity=parity)
                    if told
                    else none,
                    "Place among trusts of England, 95% interval": f"{ordinal(int(row['rank_low']))} to "
                    f"{ordinal(int(row['rank_high']))} of {row['n_trusts']:,}"
                    if told
                    else none,
                    "Probability of more disadvantage than the average of England": chance(row["probability_worse"])
                    if told
                    else none,
                    "Funnel": _PLACE.get(row["funnel"], none),
                    "Data": self._quality(row),
                }
            )
        hidden = (self.standard.smallest_note,) if (part["status"] == "too_small").any() else ()
        return table(
            pd.DataFrame(rows),
            caption=f"Indicator {i.number}: {lower_first(i.title)} ({_FORM[i.form]}), trust by trust, {self.year}",
            notes=[
                "Trusts stand in the order of their names. Places are counted from the least disadvantage to "
                f"{self.people}; where intervals of places overlap, the data do not tell the trusts apart.",
                *hidden,
            ],
            folded=True,
            name=f"trusts-indicator-{i.number}",
            links=[f"trust-{code}.html" for code in part["org_code"]] if pages else (),
        )

    def _quality(self, row: dict[str, object]) -> str:
        """What a reader must know of a trust's data, in a few words."""
        if row["status"] in ("no_data", "no_base", "no_ratio", "too_imprecise", "too_few_trusts", "too_small"):
            return str(row["reason"])
        flags = set(str(row["flags"]).split())
        words = [
            *(["a rule was broken: see data notes"] if row["findings"] else []),
            *(["part of the trust"] if "partial" in flags else []),
            *(["number of answers at least"] if "base_at_least" in flags else []),
        ]
        return upper_first("; ".join(words)) or "Nothing noted"

    # Pay bands and boards ------------------------------------------------------------------------------------

    def ladder_table(self) -> Table | None:
        """The ratio by rung, region and England; None where the files have no counts by band."""
        part = self.profile.ladder
        if not (part["status"] == "observed").any():
            return None
        rows = []
        for row in records(part[part["status"] != "no_data"]):
            seen = row["status"] == "observed"
            rungs = f"{lower_first(row['lower_label'])} to {lower_first(row['higher_label'])}"
            rows.append(
                {
                    "Staff, rungs and place": f"{row['staff_group']}, {rungs}, {row['subject_name']}",
                    "Trusts": int(row["n_trusts"]),
                    "Ratio, summed": _number(row["ratio"], RATIO) if seen else "not shown",
                    "95% interval": interval(row["low"], row["high"], RATIO, parity=1.0) if seen else "none",
                    "Ratio, within trusts": _number(row["within"], RATIO) if seen else "not shown",
                    "Within, 95% interval": interval(row["within_low"], row["within_high"], RATIO, parity=1.0)
                    if seen
                    else "none",
                }
            )
        small = (part["status"] == "too_small").any()
        return table(
            pd.DataFrame(rows),
            caption=f"The race disparity ratio, 31 March {self.profile.year}",
            notes=[
                f"{self.reference} staff on the higher rung for each on the lower, over the same of {self.comparison} "
                "staff: above 1 is worse for " + self.people + ".",
                "Summed adds up the staff of all trusts. Within trusts compares inside each and puts the trusts "
                "together (Mantel-Haenszel).",
                *((self.standard.smallest_note,) if small else ()),
            ],
        )

    def board_table(self) -> Table | None:
        """Board representation in its two parts; None where no trust has the seats by group."""
        part = self.profile.board[self.profile.board["status"] != "no_data"]
        if not len(part):
            return None
        rows = pd.DataFrame(
            {
                "Seats and place": part["label"] + ", " + part["subject_name"],
                "Trusts": part["n_trusts"],
                "Seats": [_number(v, ",.0f", "not shown") for v in part["seats"]],
                f"{self.comparison}, % of the seats": [_number(v, ".1f", "not shown") for v in part["body"]],
                f"{self.comparison}, % of the workforce": [_number(v, ".1f", "not shown") for v in part["workforce"]],
                "Difference, points": [_number(v, GAP, "not shown") for v in part["difference"]],
            }
        )
        return table(
            rows,
            caption=f"Seats and workforce, part by part, 31 March {self.profile.year}",
            notes=["Full counts, not samples, so no interval is given. Both parts are of the same trusts.", _ROUNDED],
        )

    # Outcomes and links --------------------------------------------------------------------------------------

    def outcome_table(self) -> Table:
        """The outcomes of the region beside England."""
        rows = []
        for key, part in self.profile.outcomes.groupby("measure", sort=False):
            m = self._measure(key)
            by = {row["subject"]: row for row in records(part)}
            mine, england = by["region"], by["england"]
            rows.append(
                {
                    "Outcome": m.label + (", %" if m.unit == "percent" else ""),
                    "Period": mine["period"],
                    "Trusts": f"{mine['n_trusts']} of {mine['n_possible']}",
                    self.name: TrustTables._outcome(mine, m),
                    "95% interval": interval(mine["low"], mine["high"], f".{m.decimals}f"),
                    "England": TrustTables._outcome(england, m),
                    "England, 95% interval": interval(england["low"], england["high"], f".{m.decimals}f"),
                }
            )
        return table(
            pd.DataFrame(rows),
            caption=f"Outcomes, {self.year}",
            notes=("Where there is no interval, the sentences below say why.",),
        )

    def rating_table(self) -> Table | None:
        """How many trusts have each rating in force; None without ratings."""
        part = self.profile.ratings
        if not len(part):
            return None
        wide = part.pivot_table(
            index=["measure", "label", "rating"], columns="subject", values="n_trusts", aggfunc="sum"
        )
        wide = wide.reindex(columns=["region", "england"]).fillna(0).astype("int64").reset_index()
        rows = pd.DataFrame(
            {
                "Rating": [f"{label}: {RATINGS[v]}" for label, v in zip(wide["label"], wide["rating"], strict=True)],
                f"Trusts of {self.name}": wide["region"],
                "Trusts of England": wide["england"],
            }
        )
        return table(
            rows,
            caption=f"Trusts by rating in force on 31 March {self.profile.year}",
            notes=("A rating may be many years old.",),
        )

    def month_table(self, measure: str) -> Table:
        """The monthly series of an outcome, the region and England side by side."""
        m = self._measure(measure)
        part = self.profile.months[self.profile.months["measure"] == measure]
        wide = part.pivot(index="month", columns="subject", values="value")
        rows = pd.DataFrame({"Month": [f"{d:%B %Y}" for d in pd.DatetimeIndex(wide.index)]})
        for subject, name in part.drop_duplicates("subject")[["subject", "subject_name"]].itertuples(index=False):
            rows[name] = [_number(v, f".{m.decimals}f", "no data") for v in wide[subject]]
        return table(rows, caption=f"{m.label} by month, %", folded=True)

    def detectable_table(self) -> Table | None:
        """What a test of links could see in one region and in England; None where no outcome stands beside any."""
        part = self.profile.detectable
        part = part[part.groupby("measure")["n"].transform("max") > 3]
        if not len(part):
            return None
        rows = []
        for label, both in part.groupby("label", sort=False):
            by = {row["subject"]: row for row in records(both)}
            rows.append(
                {
                    "Outcome": str(label),
                    f"Trusts of {self.name}": int(by["region"]["n"]),
                    "Smallest correlation it could see": self._seen(by["region"]["detectable"]),
                    "Trusts of England": int(by["england"]["n"]),
                    "Smallest correlation England could see": self._seen(by["england"]["detectable"]),
                }
            )
        return table(
            pd.DataFrame(rows),
            caption=f"What one year of so many trusts could show, {self.year}",
            notes=[
                "Trusts with the outcome and at least one indicator of both groups that year.",
            ],
        )

    @staticmethod
    def _seen(value: float) -> str:
        return format_number(value, RATIO) if np.isfinite(value) else "none: too few trusts"

    def finding_table(self) -> Table | None:
        """What the quality rules found of the region's trusts that year; None where nothing."""
        part = self.profile.findings
        if not len(part):
            return None
        rows = []
        for row in records(part.sort_values(["org_code", "measure", "rule"], kind="stable")):
            indicator, measure = (
                self.standard.indicators.get(row["measure"]),
                self.outcome_standard.measures.get(row["measure"]),
            )
            of = f"Indicator {indicator.number}" if indicator else measure.label if measure else "the trust"
            rows.append(
                {
                    "Trust and value": f"{row['org_code']}, {of}",
                    "Rule": row["rule"].replace("_", " "),
                    "What was found": row["what"],
                    "What was done": row["action"],
                }
            )
        return table(pd.DataFrame(rows).drop_duplicates(), caption="What the data checks found", folded=len(rows) > 12)

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
