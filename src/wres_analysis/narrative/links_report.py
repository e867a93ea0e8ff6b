"""The words of the notebook on links, each from a plan and what it found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.links import shown
from wres_analysis.narrative.claims import note
from wres_analysis.narrative.links import name_column, tell_link
from wres_analysis.narrative.links_tables import LinksTables
from wres_analysis.narrative.telling import Block, Prose, Telling, bullets, heading, paragraph, tell
from wres_analysis.narrative.wording import joined
from wres_analysis.profiles.frames import records

__all__ = ["LinksReport"]

_NULLS = {
    "cannot_tell": "These data cannot tell whether the two go together in {n} of the {of} tests of the family "
    "{family}{which}.",
    "no_evidence": "There is no evidence that the two go together in {n} of the {of} tests of the family {family}, "
    "though an association of the smallest size of interest would probably have been seen{which}.",
    "no_meaningful_effect": "There is evidence of no meaningful association in {n} of the {of} tests of the family "
    "{family}: one of the smallest size of interest is ruled out{which}.",
    "no_answer": "There is no answer to {n} of the {of} tests of the family {family}; the table gives the reason of "
    "each.",
}
#: A longer list of pairs than this is left to the table.
_MOST_NAMED = 6


class LinksReport(LinksTables):
    """Words on what a plan found, with its tables."""

    # Names ------------------------------------------------------------------------------------------------------

    def labels(self) -> dict[str, str]:
        """Names of the primary tests for pictures, by test."""
        return {row["test_id"]: f"{row['test_id']}: {self._pair(row)}" for row in records(self.primary)}

    # What was declared ------------------------------------------------------------------------------------------

    def declared(self) -> Prose:
        """Which plan it is, its hash, and what its families hold."""
        plan = self.result.about["plan"]
        names = (plan["title"], plan["hash"], plan["file"])
        roles = {role: sum(1 for t in self.plan.tests if self.plan.family(t.family).role == role)
                 for role in ("primary", "secondary", "exploratory")}  # fmt: skip
        counts = joined([f"{n} {role}" for role, n in roles.items() if n])
        several = sum(roles.values()) != 1
        said = [
            f"The plan is \N{LEFT DOUBLE QUOTATION MARK}{plan['title']}\N{RIGHT DOUBLE QUOTATION MARK} "
            f"(`{plan['file']}`), and its hash is `{plan['hash']}`.",
            f"It declares {counts} test{'s' if several else ''}, each with its model, its adjustment and the "
            "smallest size of interest, before the outcomes are seen.",
            "What is called primary is what the plan declared under this hash; whoever changes the plan changes the "
            "hash.",
        ]
        values: dict[str, tuple[float, str]] = {role: (n, "count") for role, n in roles.items()}
        return Prose((paragraph(tell(note("plan", values=values, phrases=names), *said)),))

    # Primary ----------------------------------------------------------------------------------------------------

    def found(self) -> Prose:
        """A paragraph for each primary test: what it found, at the strength of its grade."""
        if not len(self.primary):
            return self._line("no_primary", "The plan declares no primary test.")
        return Prose(tuple(block for row in records(self.primary) for block in self._told(row)))

    def _told(self, row: Mapping[str, Any]) -> Iterable[Block]:
        yield heading(3, f"{row['test_id']}: {self._plain_pair(row)}")
        yield paragraph(self._tell(row))

    def _tell(self, row: Mapping[str, Any]) -> Telling:
        reasons = self.result.about["tests"][row["test_id"]].get("evidence", {}).get("reasons", [])
        return tell_link(row, self.standard, self.outcomes, reasons=reasons, alpha=self.alpha)

    def has_marks(self) -> bool:
        """Whether any primary test has an estimate that can be set against a smallest size of interest."""
        return len(shown.corrected(self.result)) > 0

    def alt_forest(self, frame: pd.DataFrame, what: str) -> str:
        """The words for a picture of estimates: what is in it, and which intervals leave no association out."""
        first = frame[frame["series"] == frame["series"].iloc[0]]
        clear = first[(first["low"] > 0) | (first["high"] < 0)]["test_id"]
        names = joined(list(clear)) if len(clear) else "none"
        return (
            f"Estimates with intervals, in multiples of the smallest size of interest: {what}. The interval leaves "
            f"out no "
            f"association for {names}. The table beneath holds the numbers."
        )

    # Secondary --------------------------------------------------------------------------------------------------

    def grid(self, family: str) -> tuple[pd.DataFrame, dict[str, str], dict[str, str]] | None:
        """The frame of the picture of a family with the names of its rows and columns; None without an answer."""
        frame = shown.grid(self.result, family)
        if not len(frame) or not np.isfinite(frame["std_estimate"]).any():
            return None
        mixed = [name for name in ("lag", "model") if frame[name].nunique() > 1]
        more = frame[mixed].astype(str).agg(", ".join, axis=1) if mixed else pd.Series("", index=frame.index)
        twice = frame.duplicated(["exposure", "outcome"], keep=False)
        key = np.where(twice & (more != ""), frame["exposure"] + " | " + more, frame["exposure"])
        frame = frame.assign(row=key, column=frame["outcome"]).drop_duplicates(["row", "column"])
        order = sorted(dict.fromkeys(frame["row"]))
        rows = {one: self._row_name(one) for one in order}
        columns = {one: self.title_of(one) for one in dict.fromkeys(frame["column"])}
        return frame, rows, columns

    def _row_name(self, key: str) -> str:
        column, _, more = key.partition(" | ")
        return self.title_of(column) + (f" ({more})" if more else "")

    def alt_grid(self, frame: pd.DataFrame) -> str:
        """The words for the picture of a family."""
        apart = frame[frame["told_apart"]]
        names = "; ".join(self._pair(row) for row in records(apart)) or "none"
        return (
            "Grid of tests, exposures by outcomes. In colour, where the adjusted p tells the association from none: "
            f"{names}. All others are in grey. The table beneath holds all numbers."
        )

    def family_sentences(self, family: str) -> Prose:
        """What a family shows: each association at its grade, then the nulls, each in its own sentence."""
        rows = self.answers[self.answers["family"] == family]
        told = [self._tell(row) for row in records(rows[rows["evidence"].isin(["weak", "moderate"])])]
        blocks: list[Block] = list(bullets(told))
        for grade, words in _NULLS.items():
            part = rows[rows["evidence"] == grade]
            if not len(part):
                continue
            named = grade != "no_answer" and len(part) <= _MOST_NAMED
            which = f": {'; '.join(self._words(row) for row in records(part))}" if named else ""
            text = words.format(n=len(part), of=len(rows), family=family, which=which)
            values: dict[str, tuple[float, str]] = {"these": (len(part), "count"), "all": (len(rows), "count")}
            blocks.append(paragraph(tell(note(f"{family}_{grade}", values=values, evidence=grade), text)))
        return Prose(tuple(blocks))

    def _words(self, row: Mapping[str, Any]) -> str:
        one, two = (name_column(row[name], self.standard, self.outcomes) for name in ("exposure", "outcome"))
        return f"{one} and {two}"

    def nothing_else(self) -> Prose:
        """Say that there are no other tests."""
        return self._line("no_secondary", "The plan declares no tests but the primary ones.")

    # Power ------------------------------------------------------------------------------------------------------

    def power(self) -> tuple[pd.DataFrame, dict[str, str]] | None:
        """The frame of the picture of what could have been seen, with the names of its rows."""
        frame = shown.detectable(self.result)
        if not len(frame):
            return None
        primary = frame["role"] == "primary"
        frame = frame.assign(row=np.where(primary, frame["test_id"], "family " + frame["family"]))
        counts = frame["row"].value_counts()
        labels = {name: label for name, label in self.labels().items() if name in counts}
        labels |= {row: f"all {counts[row]} tests of the {row}" for row in dict.fromkeys(frame.loc[~primary, "row"])}
        return frame, labels

    def alt_power(self) -> str:
        """The words for the picture of what could have been seen."""
        frame = shown.detectable(self.result)
        frame = frame[(frame["role"] == "primary")]
        names = (
            joined(list(frame.loc[frame["detectable"] <= 1, "test_id"])) if (frame["detectable"] <= 1).any() else "none"
        )
        return (
            "For each test, the size that would probably be seen and the size that could be ruled out, in multiples "
            "of the "
            f"smallest size of interest. Primary tests strong enough to see that size: {names}."
        )

    def power_sentences(self) -> Prose:
        """How many tests could have seen an association of the smallest size of interest."""
        frame = shown.detectable(self.result)
        if not len(frame):
            return self._line(
                "no_power", "No test has an answer and a smallest size of interest, so nothing is compared."
            )
        fine, ruled = int((frame["detectable"] <= 1).sum()), int((frame["demonstrable"] <= 1).sum())
        values: dict[str, tuple[float, str]] = {
            "tests": (len(frame), "count"), "fine": (fine, "count"), "ruled": (ruled, "count"),
        }  # fmt: skip
        return Prose(
            (
                paragraph(
                    tell(
                        note("power", values=values, phrases=("with a chance of 80%",)),
                        "An association of the smallest size of interest would be seen with a chance of 80% or more in "
                        f"{fine or 'none'} of the {len(frame)} tests.",
                        f"Data such as these could rule it out in {ruled or 'none'} of them.",
                        "Elsewhere, not to see an association says little." if fine < len(frame) else "",
                    )
                ),
            )
        )

    # Ratings ----------------------------------------------------------------------------------------------------

    def ratings(self) -> tuple[str, pd.DataFrame] | None:
        """The first ordinal test with predicted probabilities, primary ones first, and their frame."""
        frame = shown.probabilities(self.result)
        if not len(frame):
            return None
        first = frame["test_id"].iloc[0]
        return str(first), frame[frame["test_id"] == first]

    def alt_ratings(self, test_id: str) -> str:
        """The words for the picture of probabilities."""
        return (
            f"Test {test_id}: the probability of each rating with its interval, where the exposure is low, in the "
            f"middle and "
            "high. The table beneath holds the numbers."
        )

    def rating_sentences(self) -> Prose:
        """Which tests are of ratings, and whether they have probabilities."""
        rows = self.answers[self.answers["model"] == "ordinal"]
        fitted = int(np.isfinite(rows["estimate"]).sum())
        frame = shown.probabilities(self.result)
        able = frame["test_id"].nunique() if len(frame) else 0
        if not len(rows):
            return self._line("no_ratings", "The plan holds no test of ratings in order.")
        values: dict[str, tuple[float, str]] = {
            "tests": (len(rows), "count"), "fitted": (fitted, "count"), "able": (able, "count"),
        }  # fmt: skip
        first = f"The plan holds {len(rows)} test{'' if len(rows) == 1 else 's'} of ratings; {fitted} "
        first += f"{'has' if fitted == 1 else 'have'} an estimate and {able} predicted probabilities."
        again = "Where an adjustment rests on one trust alone there are none." if able < fitted else ""
        return Prose((paragraph(tell(note("ratings", values=values), first, again)),))

    # Coupling, grades -------------------------------------------------------------------------------------------

    def coupling_sentences(self) -> Prose:
        """How many pairs are refused and flagged."""
        words = self.answers["coupling"].value_counts()
        refused, flagged = int(words.get("refused", 0)), int(words.get("flagged", 0))
        values: dict[str, tuple[float, str]] = {
            "refused": (refused, "count"), "flagged": (flagged, "count"), "tests": (len(self.answers), "count"),
        }  # fmt: skip
        text = f"Of the {len(self.answers)} tests {_how_many(refused)} refused and {_how_many(flagged)} flagged."
        return Prose((paragraph(tell(note("coupling", values=values), text)),))

    def _line(self, topic: str, text: str) -> Prose:
        return Prose((paragraph(tell(note(topic), text)),))


def _how_many(n: int) -> str:
    return "none is" if n == 0 else "1 is" if n == 1 else f"{n} are"
