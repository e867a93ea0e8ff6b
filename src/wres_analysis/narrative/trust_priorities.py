"""What to look at first, what to ask, what has improved, and the sheets that a board paper needs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from wres_analysis.charts.blocks import Cell
from wres_analysis.charts.tables import Table, table
from wres_analysis.narrative.claims import Claim, note
from wres_analysis.narrative.disparity import chance
from wres_analysis.narrative.telling import Block, Prose, bullets, fixed, heading, paragraph, tell
from wres_analysis.narrative.trust_trends import TrustTrends
from wres_analysis.narrative.wording import joined, lower_first, plural, trusts
from wres_analysis.profiles.frames import records
from wres_analysis.profiles.priorities import MOST_PRIORITIES, PRIORITY_PROBABILITY
from wres_analysis.standards import Standard, load_standard
from wres_analysis.standards.enquiry import load_enquiry

__all__ = ["Priorities", "assurance"]

_FILL = "to fill in"
_WHY = {
    "": "priority", "not_disadvantaged": "no: not to the disadvantage of {people}", "not_clear": "no: not clear enough",
    "enough": "clear, after the first three", "not_compared": "not compared",
}  # fmt: skip


def assurance(claims: Sequence[Claim], n_priorities: int, n_possible: int) -> tuple[str, str]:
    """Propose a level of assurance by rule: ``not proposed``, ``limited``, ``partial`` or ``reasonable``.

    Parameters
    ----------
    claims
        One for each indicator that compares two numbers.
    n_priorities
        How many indicators are clearly worse than the average of trusts.
    n_possible
        How many indicators can have an interval.

    Returns
    -------
    tuple of str
        The level, and the case of the rule: ``few_data``, ``worse_than_average``, ``disadvantage``, ``unclear``.

    Notes
    -----
    Not proposed where fewer than half of the indicators have an interval; limited where an indicator is a priority;
    partial where none is and some show a disadvantage; else reasonable. There is no higher level: that no difference is
    shown is no proof that there is none.
    """
    told = [claim for claim in claims if claim.reading in ("worse", "unclear", "better")]
    if 2 * len(told) < n_possible:
        return "not proposed", "few_data"
    if n_priorities:
        return "limited", "worse_than_average"
    if any(claim.reading == "worse" for claim in told):
        return "partial", "disadvantage"
    return "reasonable", "unclear"


def _against_threshold(probability: float) -> str:
    """A probability that rounding must not bring up to the threshold.

    >>> _against_threshold(0.92), _against_threshold(0.896)
    ('92%', 'just under 90%')
    """
    text = chance(probability)
    rounded_up = probability < PRIORITY_PROBABILITY and text == chance(PRIORITY_PROBABILITY)
    return f"just under {text}" if rounded_up else text


class Priorities:
    """Priorities, lines of enquiry, improvements, the table of actions and the front sheet of one trust.

    Parameters
    ----------
    frame
        From :func:`wres_analysis.profiles.priorities.priority_rows`.
    claims
        One for each indicator of the trust that compares two numbers.
    trends
        The trust's trends.
    name, code, year
        The trust and the WRES year.
    standard
        The shipped one if None.
    """

    def __init__(
        self, frame: pd.DataFrame, claims: Sequence[Claim], trends: TrustTrends, *, name: str, code: str, year: int,
        standard: Standard | None = None,
    ) -> None:  # fmt: skip
        self.frame, self.claims, self.trends = frame, tuple(claims), trends
        self.name, self.code, self.year = name, code, year
        self.standard = standard or load_standard()
        self.enquiry = load_enquiry()
        self.chosen = records(frame[frame["chosen"]])
        self.people = self.standard.groups[self.standard.comparison_group].prose

    def _note(self, topic: str, **more: object) -> Claim:
        return note(topic, **({"subject": self.code, "wres_year": self.year} | more))  # type: ignore[arg-type]

    def _threshold(self) -> dict[str, tuple[float, str]]:
        return {"threshold": (PRIORITY_PROBABILITY, "probability"), "most": (float(MOST_PRIORITIES), "count")}

    # Priorities and enquiry -------------------------------------------------------------------------------------

    def sentences(self) -> Prose:
        """Up to three priorities with what to ask of each, or that none is clear."""
        line = chance(PRIORITY_PROBABILITY)
        compared = self.frame[self.frame["why"] != "not_compared"]
        if not len(compared):
            text = (
                "No priority is chosen, because no indicator of this trust can be compared with those of other trusts."
            )
            return Prose((paragraph(tell(self._note("priorities"), text)),))
        if not self.chosen:
            text = (
                f"No priority is clear: on no indicator is it at least {line} probable that this trust is worse "
                f"than the average of trusts, and to the disadvantage of {self.people}."
            )
            return Prose((paragraph(tell(self._note("priorities", values=self._threshold()), text)),))
        more = int((self.frame["why"] == "enough").sum())
        said = [
            f"An indicator is a priority where it is at least {line} probable that this trust's true figure is worse "
            "than the average of trusts."
        ]
        values = self._threshold()
        if more:
            values["more"] = (float(more), "count")
            said.append(f"Of those that are, the three most probable are named; {more} more would be.")
        blocks: list[Block] = [
            paragraph(tell(self._note("priorities", values=values, phrases=("the three most",)), *said))
        ]
        for row in self.chosen:
            blocks += self._priority(row)
        return Prose(tuple(blocks))

    def _priority(self, row: dict[str, object]) -> list[Block]:
        i = self.standard.indicators[str(row["indicator"])]
        p, n = float(str(row["probability_worse"])), int(str(row["n_trusts"]))
        claim = self._note(
            f"priority_{i.key}", values={"probability_worse": (p, "probability"), "trusts": (float(n), "count")}
        )
        text = f"The probability that it is worse here than on average over {trusts(n)} is {chance(p)}."
        questions = self.enquiry.questions_on(i.key)
        asked = [tell(self._note(f"enquiry_{i.key}_{k}"), q.text) for k, q in enumerate(questions, start=1)]
        return [
            heading(3, f"Priority: indicator {i.number} ({lower_first(i.title)})"), paragraph(tell(claim, text)),
            *([fixed("What to ask first:"), *bullets(asked)] if asked else []),
        ]  # fmt: skip

    def table(self) -> Table | None:
        """Every indicator that is compared with other trusts, the most probable first; None where there is none."""
        if not len(self.frame):
            return None
        rows = [
            {
                "Indicator": f"{row['number']}. {row['title']}",
                "Trusts": int(row["n_trusts"]),
                "Probability of being worse than average": (
                    Cell("none") if row["why"] == "not_compared"
                    else Cell(_against_threshold(row["probability_worse"]), 100 * row["probability_worse"])
                ),
                "Priority": _WHY[row["why"]].format(people=self.people),
            }
            for row in records(self.frame)
        ]  # fmt: skip
        left = [i.number for i in self.standard.indicators.values() if i.key not in set(self.frame["indicator"])]
        notes = [f"Not compared in this way, as full counts or without values: {plural(left)}."] if left else []
        return table(
            pd.DataFrame(rows), caption="How probable it is that this trust is worse than the average of trusts",
            notes=notes, name="priorities",
        )  # fmt: skip

    # Links ------------------------------------------------------------------------------------------------------

    def links(self) -> Prose:
        """What studies say of the links to outcomes: of many trusts, and not of this one."""
        lines = [
            tell(note(f"evidence_{k}", phrases=(one.text, one.source)), one.text, f"Source: {one.source}.")
            for k, one in enumerate(self.enquiry.evidence, start=1)
        ]
        return Prose(bullets(lines))

    # For the board ----------------------------------------------------------------------------------------------

    def action_table(self) -> Table:
        """A table to fill in: a row for each priority, or for each action of the plan where there is none."""
        blank = dict.fromkeys(
            ("What will be done", "Owner", "By when", "Measure of success", "Progress"), _FILL
        )  # fmt: skip
        if self.chosen:
            rows = [
                {
                    "Priority": f"{row['number']}. {row['title']}",
                    "High impact action": "; ".join(
                        f"{a.number}. {a.text}" for a in self.enquiry.actions_of(row["indicator"])
                    ),
                }
                | blank
                for row in self.chosen
            ]
        else:
            rows = [{"High impact action": f"{a.number}. {a.text}"} | blank for a in self.enquiry.actions]
        plan = self.enquiry.plan
        return table(
            pd.DataFrame(rows), caption="Actions, to fill in", name="actions",
            notes=(f"High impact actions: {plan['title']} ({plan['publisher']}). {plan['note']}",),
        )  # fmt: skip

    def front_sheet(self) -> Table:
        """The front sheet of a board paper; what the data cannot know is to fill in."""
        level, _ = self._assurance()
        named = [f"{row['number']} ({lower_first(row['title'])})" for row in self.chosen]
        decision = (
            f"To agree an owner, a date and a measure of success for each priority: indicator {joined(named)}"
            if named
            else "To note the results, and to agree what to look into"
        )
        entries = {
            "Title": f"{self.standard.title} {self.year}: {self.name}",
            "Meeting and date": _FILL,
            "Agenda item": _FILL,
            "Author and lead director": _FILL,
            "Purpose": "For assurance and decision" if named else "For assurance",
            "Decision asked": decision,
            "Assurance level": f"{level[:1].upper()}{level[1:]} (proposed by rule; the lead director decides)",
            "Strategic risks and objectives": _FILL,
            "CQC domain": "Well-led",
            "Equality impact": _FILL,
            "Committees that have seen this paper": _FILL,
        }
        rows = pd.DataFrame({"Item": list(entries), "Entry": list(entries.values())})
        return table(rows, caption="Front sheet of the paper", name="front-sheet")

    def _assurance(self) -> tuple[str, str]:
        possible = sum(i.form in ("gap", "ratio") for i in self.standard.indicators.values())
        return assurance(self.claims, len(self.chosen), possible)

    def assurance_sentences(self) -> Prose:
        """The proposed level of assurance and its reason, and what the other levels are."""
        level, case = self._assurance()
        compared = [i for i in self.standard.indicators.values() if i.form in ("gap", "ratio")]
        told = [claim for claim in self.claims if claim.reading in ("worse", "unclear", "better")]
        worse = sum(claim.reading == "worse" for claim in told)
        line = chance(PRIORITY_PROBABILITY)
        reason = {
            "few_data": f"Fewer than half of the {len(compared)} indicators that can have an interval have one, so no "
            "level of assurance is proposed.",
            "worse_than_average": f"The level proposed is {level}. At least one indicator is worse than the "
            f"average of trusts, with a probability of {line} or more.",
            "disadvantage": f"The level proposed is {level}, because no indicator is clearly worse than the average of "
            f"trusts, and {worse} of {len(told)} show a difference to the disadvantage of {self.people}.",
            "unclear": f"The level proposed is {level}, because none of {len(told)} indicators shows a difference to "
            f"the disadvantage of {self.people}; that is no proof that there is none.",
        }[case]
        values = self._threshold() | {
            "possible": (float(len(compared)), "count"), "told": (float(len(told)), "count"),
            "worse": (float(worse), "count"),
        }  # fmt: skip
        about = self._note("assurance", values=values, phrases=("Fewer than half", "at least one indicator", "none of"))
        rule = (
            "The rule knows no higher level than reasonable, and it knows nothing of what the trust does: the lead "
            "director decides."
        )
        return Prose((paragraph(tell(about, reason, rule)),))
