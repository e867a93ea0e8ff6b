"""The words of the WRES submission template, version 1: its sheets, headings and rows.

Both the reader and the writer of the template take them from here. A template with other words is another
version.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BANDS",
    "BOARD",
    "BOARD_MEMBERS",
    "COUNT_HEADINGS",
    "FLOWS",
    "HEADER_ROW",
    "INDICATORS",
    "INSTRUCTIONS",
    "NOT_SUBMITTED",
    "POOLS",
    "RATIO",
    "STAFF_GROUPS",
    "SUPPRESSED",
    "TITLE",
    "WORKFORCE",
    "Layout",
]

INSTRUCTIONS = "Instructions"
#: Cell A1 of the instructions.
TITLE = "WRES submission template, version 1"
#: The row of the headings on every sheet of counts, from 1.
HEADER_ROW = 3
SUPPRESSED = "*"
NOT_SUBMITTED = "Not submitted"

#: Group of the standard -> heading, on the sheets of indicators 1 and 9.
COUNT_HEADINGS = {"white": "White", "bme": "BME", "unknown": "Not known"}
#: Group of the standard -> headings of the pool and of the event.
POOLS = {
    group: (f"{label}: number in the pool", f"{label}: number with the event")
    for group, label in COUNT_HEADINGS.items()
}
RATIO = "Ratio as published (optional)"

STAFF_GROUPS = {"Non-clinical": "non_clinical", "Clinical": "clinical", "Medical and dental": "medical_and_dental"}
_AGENDA_FOR_CHANGE = ("Under band 1", *(f"Band {b}" for b in ("1", "2", "3", "4", "5", "6", "7")))
_SENIOR = ("Band 8a", "Band 8b", "Band 8c", "Band 8d", "Band 9", "VSM")
_MEDICAL = ("Consultant", "Non-consultant career grade", "Trainee")
#: Band as written -> its key.
BANDS = {
    word: word.casefold().replace("-", "_").replace(" ", "_")
    for word in (*_AGENDA_FOR_CHANGE, *_SENIOR, *_MEDICAL, "Other")
}
#: Staff group -> the bands that the empty template lists for it.
BANDS_OF = {
    "Non-clinical": (*_AGENDA_FOR_CHANGE, *_SENIOR, "Other"),
    "Clinical": (*_AGENDA_FOR_CHANGE, *_SENIOR, "Other"),
    "Medical and dental": (*_MEDICAL, "Other"),
}
INDICATORS = {"2": "ind2", "3": "ind3", "4": "ind4"}
BOARD_MEMBERS = {"Total": "board_total", "Voting": "board_voting", "Executive": "board_executive"}


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet of counts.

    Parameters
    ----------
    sheet
        Its name.
    date
        The heading of the column with the year.
    row
        The headings that say, with organisation and year, which row this is.
    counts
        The headings of the counts.
    optional
        Headings that need not be there.
    """

    sheet: str
    date: str
    row: tuple[str, ...]
    counts: tuple[str, ...]
    optional: tuple[str, ...] = ()
    code: str = "Organisation code"
    name: str = "Organisation name"

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading, in order."""
        return (self.code, self.name, self.date, *self.row, *self.counts, *self.optional)


WORKFORCE = Layout("Indicator 1", "Snapshot date", ("Staff group", "Band"), tuple(COUNT_HEADINGS.values()))
FLOWS = Layout(
    "Indicators 2-4",
    "Year end",
    ("Indicator",),
    tuple(heading for pair in POOLS.values() for heading in pair),
    optional=(RATIO,),
)
BOARD = Layout("Indicator 9", "Snapshot date", ("Board members",), tuple(COUNT_HEADINGS.values()))
