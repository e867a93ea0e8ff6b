"""The words and tables of the data quality notebook, each from the coverage frames."""

from __future__ import annotations

import pandas as pd

from wres_analysis.charts.tables import Table, table
from wres_analysis.panel.quality import RULES
from wres_analysis.profiles.coverage import Coverage

__all__ = ["DataQuality"]

_MOST_ROWS = 40


class DataQuality:
    """Words and tables about what was loaded.

    Parameters
    ----------
    coverage
        The frames.
    """

    def __init__(self, coverage: Coverage) -> None:
        self.coverage = coverage

    def loaded(self) -> str:
        """How many files, values, trusts and years."""
        files = self.coverage.files
        read = files[files["title"] != ""]
        years = self.coverage.years
        span = f"WRES {years[0]} to {years[-1]}" if years else "no year"
        return (
            f"{len(read)} of {len(files)} files were read: {int(read['kept'].sum()):,} values, "
            f"{int(read['suppressed'].sum()):,} suppressed by their publishers and {int(read['excluded'].sum()):,} left out by the "
            f"readers. They cover {self.coverage.trusts} trusts, {span}."
        )

    def file_table(self) -> Table:
        """One row a publication: files, values, suppressed, left out, note."""
        files = self.coverage.files
        read = files[files["title"] != ""]
        rows = read.groupby(["title", "publisher", "note"], sort=False).agg(
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

    def unread(self) -> str:
        """The files that were not read, by name, with the reason."""
        files = self.coverage.files
        rest = files[files["title"] == ""]
        if not len(rest):
            return "Every file of the folder was read."
        lines = [f"- `{r.name}`: {r.note}" for r in rest[["name", "note"]].itertuples(index=False)]
        return f"{len(rest)} files were not read:\n\n" + "\n".join(lines)

    def skipped_table(self) -> Table | None:
        """What was passed over inside the files that were read, by publication and reason."""
        part = self.coverage.skipped
        if not len(part):
            return None
        rows = part.groupby(["title", "reason"], sort=False)["count"].sum().reset_index().sort_values(["title", "reason"])
        return table(
            rows.reset_index(drop=True),
            caption="Passed over inside these files",
            headings={"title": "Publication", "reason": "What and why", "count": "Rows or columns"},
        )

    def coverage_table(self) -> Table:
        """Trusts with a value, by measure and year, as in the picture."""
        frame = self.coverage.measures
        wide = frame.pivot(index="label", columns="wres_year", values="observed").loc[list(dict.fromkeys(frame["label"]))]
        total = frame.groupby("wres_year")["trusts"].max()
        wide.loc["Trusts with any value"] = total
        wide.columns = [str(c) for c in wide.columns]
        rows = wide.astype(int).reset_index().rename(columns={"label": "Measure"})
        return table(rows, caption="Number of trusts with a value, by measure and WRES year")

    def alt_coverage(self) -> str:
        """The words for the picture of coverage."""
        frame = self.coverage.measures
        best = frame.groupby("label", sort=False)["observed"].max()
        none = [label for label, n in best.items() if n == 0]
        text = f"Heat map of the number of trusts with a value, {len(best)} measures by {len(self.coverage.years)} years."
        if none:
            text += f" Without any value: {'; '.join(none)}."
        return text + " The table beneath holds all numbers."

    def missing_table(self) -> Table | None:
        """Missing values by measure and status, all years together."""
        frame = self.coverage.measures
        names = [s for s in ("suppressed", "not_submitted", "not_applicable", "merged", "excluded") if s in frame.columns]
        if not names:
            return None
        rows = frame.groupby("label", sort=False)[names].sum()
        rows = rows[rows.sum(axis=1) > 0].reset_index()
        if not len(rows):
            return None
        headings = {"label": "Measure", **{n: n.replace("_", " ").capitalize() for n in names}}
        return table(
            rows,
            caption="Values that are missing, and why: trust-years",
            headings=headings,
            notes=("Left-out cells are listed under the rules below; a trust that no file names is not counted here.",),
        )

    def succession_table(self) -> Table | None:
        """Trusts that became part of another within the years of the panel."""
        part = self.coverage.successions
        if not len(part):
            return None
        rows = pd.DataFrame(
            {
                "Trust": [f"{r.org_name} ({r.org_code})" for r in part.itertuples()],
                "Became part of": part["successor"],
                "On": [f"{d.day} {d:%B %Y}" for d in part["succession_date"]],
            }
        )
        return table(rows, caption="Trusts that were succeeded within these years")

    def rule_table(self) -> Table:
        """Every rule, and how often it was broken."""
        counts = self.coverage.findings.groupby(["rule", "severity"]).size().unstack(fill_value=0)
        rows = pd.DataFrame({"Rule": [RULES[k] for k in RULES]}, index=list(RULES))
        for severity in ("error", "warning", "note"):
            got = counts[severity] if severity in counts else pd.Series(dtype=int)
            rows[severity.capitalize() + "s"] = [int(got.get(k, 0)) for k in RULES]
        return table(
            rows.reset_index(drop=True),
            caption="The rules, and what broke them",
            notes=(
                "Error: the value is not used. Warning: the value is used, and a person should look at it. Note: nothing is "
                "wrong, but a reader should know.",
            ),
        )

    def finding_table(self) -> Table | None:
        """The errors and warnings, one row each, with file and cell; the first forty."""
        part = self.coverage.findings
        part = part[part["severity"] != "note"]
        if not len(part):
            return None
        shown = part.head(_MOST_ROWS)
        rows = pd.DataFrame(
            {
                "Rule": shown["rule"].str.replace("_", " "),
                "Trust and year": [f"{c} {'' if pd.isna(y) else y}".strip() for c, y in zip(shown["org_code"], shown["wres_year"], strict=True)],
                "What": [f"{m}: {w}" if m else w for m, w in zip(shown["measure"], shown["what"], strict=True)],
                "Done": shown["action"],
                "Where": [f"{f}, {c}" if c else f for f, c in zip(shown["source_file"], shown["source_cell"], strict=True)],
            }
        )
        rest = len(part) - len(shown)
        notes = (f"{rest} more are in quality.parquet, and 'wres check' prints all.",) if rest else ()
        return table(rows, caption="Errors and warnings", notes=notes)
