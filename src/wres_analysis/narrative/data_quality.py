"""The words and tables of the data quality notebook, each from the coverage frames."""

from __future__ import annotations

import pandas as pd

from wres_analysis.charts.tables import Table, table
from wres_analysis.narrative.claims import note
from wres_analysis.narrative.telling import Prose, bullets, paragraph, tell
from wres_analysis.panel.quality import RULES, SEVERITIES
from wres_analysis.profiles.coverage import Coverage
from wres_analysis.profiles.frames import records
from wres_analysis.standards import load_outcomes, load_standard

__all__ = ["DataQuality"]

_MOST_ROWS = 40


def _files(n: int, verb: str) -> str:
    return f"1 file was {verb}" if n == 1 else f"{n:,} files were {verb}"


class DataQuality:
    """Words and tables about what was loaded.

    Parameters
    ----------
    coverage
        The frames.
    """

    def __init__(self, coverage: Coverage) -> None:
        self.coverage = coverage
        standard, outcomes = load_standard(), load_outcomes()
        self._names = {i.key: f"Indicator {i.number}" for i in standard.indicators.values()}
        self._names |= {m.key: m.label for m in outcomes.measures.values()}

    @property
    def _read(self) -> pd.DataFrame:
        return self.coverage.files[self.coverage.files["title"] != ""]

    def loaded(self) -> Prose:
        """How many files, values, trusts and years."""
        read, years = self._read, self.coverage.years
        first = f"{len(read):,} of {len(self.coverage.files):,} files were read:"
        counts = {
            "files_read": len(read),
            "files": len(self.coverage.files),
            **{name: int(read[name].sum()) for name in ("kept", "suppressed", "excluded")},
            "trusts": self.coverage.trusts,
            "measures": self.coverage.measures["label"].nunique(),
            "years": len(years),
        }
        values: dict[str, tuple[float, str]] = {name: (n, "count") for name, n in counts.items()}
        values |= {f"year_{year}": (year, "year") for year in years}
        about = note("loaded", values=values)
        if not years:
            return Prose((paragraph(tell(about, f"{first} no value of any trust was found in them.")),))
        span = f"WRES {years[0]}" + (f" to {years[-1]}" if len(years) > 1 else "")
        trusts = f"{counts['trusts']:,} trust{'' if counts['trusts'] == 1 else 's'}"
        said = tell(
            about,
            f"{first} {counts['kept']:,} values, {counts['suppressed']:,} suppressed by their publishers and "
            f"{counts['excluded']:,} left out by the readers.",
            f"They cover {trusts}, {span}.",
            "These are the fictional trusts of the sample that comes with the kit." if self.coverage.fictional else "",
        )
        return Prose((paragraph(said),))

    def file_table(self) -> Table:
        """One row a publication: files, values, suppressed, left out, note."""
        rows = self._read.groupby(["title", "publisher", "note"], sort=False).agg(
            files=("name", "size"), kept=("kept", "sum"), suppressed=("suppressed", "sum"), excluded=("excluded", "sum")
        )
        rows = rows.reset_index()[["title", "files", "kept", "suppressed", "excluded", "note"]]
        return table(
            rows,
            caption="What was read",
            headings={
                "title": "Publication",
                "files": "Files",
                "kept": "Values",
                "suppressed": "Suppressed",
                "excluded": "Left out",
                "note": "Note",
            },
        )

    def unread(self) -> Prose:
        """The files that were not read, by name, with the reason."""
        files = self.coverage.files
        rest = files[files["title"] == ""]
        about = note("unread", values={"files": (len(rest), "count")})
        if not len(rest):
            return Prose((paragraph(tell(about, "Every file of the folder was read.")),))
        lines = [
            tell(note(f"unread_{n}", phrases=(row["name"], row["note"])), f"`{row['name']}`: {row['note']}")
            for n, row in enumerate(records(rest), start=1)
        ]
        return Prose((paragraph(tell(about, f"{_files(len(rest), 'not read')}:")), *bullets(lines)))

    def skipped_table(self) -> Table | None:
        """What was passed over inside the files that were read, by publication and reason."""
        part = self.coverage.skipped
        if not len(part):
            return None
        rows = part.groupby(["title", "reason"], sort=False)["count"].sum().reset_index()
        return table(
            rows.sort_values(["title", "reason"], ignore_index=True),
            caption="Passed over inside these files",
            headings={"title": "Publication", "reason": "What and why", "count": "Rows or columns"},
        )

    def coverage_table(self) -> Table:
        """Trusts with a value, by measure and year, as in the picture."""
        frame = self.coverage.measures
        labels = list(dict.fromkeys(frame["label"]))
        wide = frame.pivot(index="label", columns="wres_year", values="observed").loc[labels]
        wide.loc["Trusts with any value"] = frame.groupby("wres_year")["trusts"].max()
        wide.columns = pd.Index([str(year) for year in wide.columns])
        rows = wide.astype(int).reset_index().rename(columns={"label": "Measure"})
        return table(rows, caption="Number of trusts with a value, by measure and WRES year")

    def alt_coverage(self) -> str:
        """The words for the picture of coverage."""
        best = self.coverage.measures.groupby("label", sort=False)["observed"].max()
        none = [str(label) for label in best.index[best == 0]]
        years = len(self.coverage.years)
        text = f"Heat map of the number of trusts with a value, {len(best)} measures by {years} "
        text += "year." if years == 1 else "years."
        if none:
            text += f" Without any value: {'; '.join(none)}."
        return text + " The table beneath holds all numbers."

    def missing_table(self) -> Table | None:
        """Missing values by measure and status, all years together."""
        frame = self.coverage.measures
        words = ("suppressed", "not_submitted", "not_applicable", "merged", "excluded")
        names = [word for word in words if word in frame.columns]
        rows = frame.groupby("label", sort=False)[names].sum()
        rows = rows[rows.sum(axis=1) > 0].reset_index()
        if not names or not len(rows):
            return None
        return table(
            rows,
            caption="Values that are missing, and why: trust-years",
            headings={"label": "Measure", **{name: name.replace("_", " ").capitalize() for name in names}},
            notes=(
                "Not submitted: a year that the files do not hold whole is counted here. Excluded: a cell that could "
                "not be used, listed under the rules below. A trust that no file names is not counted.",
            ),
        )

    def succession_table(self) -> Table | None:
        """Trusts that became part of another within the years of the panel."""
        part = self.coverage.successions
        if not len(part):
            return None
        rows = pd.DataFrame(
            {
                "Trust": [f"{row['org_name']} ({row['org_code']})" for row in records(part)],
                "Became part of": part["successor"],
                "On": [f"{d.day} {d:%B %Y}" for d in part["succession_date"]],
            }
        )
        return table(rows, caption="Trusts that were succeeded within these years")

    def rule_table(self) -> Table:
        """Every rule, and how often it was broken."""
        found = self.coverage.findings
        rows = pd.DataFrame({"Rule": list(RULES.values())}, index=list(RULES))
        for severity in SEVERITIES:
            counts = found.loc[found["severity"] == severity, "rule"].value_counts()
            rows[f"{severity.capitalize()}s"] = counts.reindex(rows.index).fillna(0).astype(int)
        return table(
            rows.reset_index(drop=True),
            caption="The rules, and what broke them",
            notes=(
                "Error: the value is not used. Warning: nothing was changed, and a person should look at it. Note: "
                "nothing is wrong, but a reader should know.",
            ),
        )

    def finding_table(self) -> Table | None:
        """The errors and warnings, one row each, with file and cell; the first forty."""
        part = self.coverage.findings
        part = part[part["severity"] != "note"]
        if not len(part):
            return None
        rows = pd.DataFrame(
            [
                {
                    "Rule": row["rule"].replace("_", " "),
                    "Trust and year": " ".join(str(row[n]) for n in ("org_code", "wres_year") if not pd.isna(row[n])),
                    "What": ": ".join(text for text in (self._name(row["measure"]), row["what"]) if text),
                    "Done": row["action"],
                    "Where": ", ".join(text for text in (row["source_file"], row["source_cell"]) if text),
                }
                for row in records(part.head(_MOST_ROWS))
            ]
        )
        rest = len(part) - len(rows)
        notes = (f"{rest:,} more are in quality.parquet.",) if rest else ()
        return table(rows, caption="Errors and warnings", notes=notes)

    def _name(self, measure: str) -> str:
        return self._names.get(measure, measure)
