"""Values that are suppressed: nowhere said, drawn, tabulated, put into the words for a picture, or left in a record.

The value itself is not known here, so it cannot be searched for. Known is which value it is: the rows and the words in
which it would stand may hold no number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wres_analysis.narrative.claims import Claim
from wres_analysis.narrative.proofread.document import Document, Grid
from wres_analysis.narrative.proofread.flaws import Flaw
from wres_analysis.narrative.proofread.rulebook import Rulebook
from wres_analysis.standards import load_outcomes, load_standard

__all__ = ["cells_to_hide", "of_document"]

_DIGIT = re.compile(r"\d")
_TODO = "Leave the value out wherever it would stand, and say that it is suppressed."
#: Columns that hold no value of the trust: how many trusts, which period, who else.
_OTHER = re.compile(r"^(?:Trusts|Period|Measure|Reading|England|Average of the trusts|.* trusts|Place among trusts.*)$")


def cells_to_hide(claim: Claim, caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The cells of a table that show a number where a suppressed value would stand. For every kind of export.

    Parameters
    ----------
    claim
        Of kind ``missing`` and status ``suppressed``.
    caption, headings, rows
        The table as text; the first cell of a row names it.
    """
    others = {str(b["name"]) for b in claim.beside}
    shown = []
    for row in rows:
        if not row or not _names(claim, row[0], caption):
            continue
        for heading, cell in list(zip(headings, row, strict=False))[1:]:
            if heading not in others and not _OTHER.match(heading) and _is_number(cell):
                shown.append(f"{row[0]}: {heading}: {cell}")
    return shown


def _is_number(cell: str) -> bool:
    return bool(_DIGIT.search(cell)) and not cell.startswith("under ")


def _names(claim: Claim, head: str, caption: str) -> bool:
    """Whether the row of a table that begins so is the suppressed value's."""
    indicator = load_standard().indicators.get(claim.measure)
    outcome = load_outcomes().measures.get(claim.measure)
    year = str(claim.wres_year)
    if head in claim.phrases:
        return True
    if indicator:
        number, title = indicator.number, indicator.title
        if head == f"{number}. {title}, {year}":
            return True
        # Tables of one year say so in their caption; among all, the form of the indicator follows its title.
        alone = head in (f"{number}. {title}", f"{number}. {claim.subject_name}")
        return (alone or head.startswith(f"{number}. {title} (")) and year in caption
    return outcome is not None and head.removesuffix(", %") == outcome.label and year in caption


def of_document(document: Document, rules: Rulebook) -> Iterator[tuple[str, list[Flaw]]]:
    """Every place of a document in which a suppressed value shows."""
    hidden = [c for c in document.claims.values() if c.status == "suppressed"]
    for claim in hidden:
        yield "claims.json", list(_of_record(claim, document))
        for table in document.tables:
            yield f"table '{table.caption}'", _of_table(claim, table)
        for words in document.words:
            if words.kind == "alternative text":
                yield words.kind, list(_of_alternative(claim, words.text))
        for sentence in document.sentences:
            other = document.claims.get(sentence.claim)
            if sentence.claim == claim.id or (other is not None and _same_value(claim, other)):
                yield sentence.id, list(_of_sentence(claim, sentence.text, rules))


def _same_value(claim: Claim, other: Claim) -> bool:
    same = (other.measure, other.subject, other.wres_year) == (claim.measure, claim.subject, claim.wres_year)
    return same and other is not claim


def _of_record(claim: Claim, document: Document) -> Iterator[Flaw]:
    numbers = (claim.estimate, claim.low, claim.high)
    if any(number is not None for number in numbers) or claim.values or claim.n:
        yield Flaw("suppressed", claim.id, "The claim of a suppressed value holds a number.", _TODO)
    for other in document.claims.values():
        if _same_value(claim, other) and (other.estimate is not None or other.values):
            yield Flaw("suppressed", other.id, f"It holds numbers of what '{claim.id}' suppresses.", _TODO)


def _of_table(claim: Claim, table: Grid) -> list[Flaw]:
    return [
        Flaw("suppressed", text, "A suppressed value stands in a table.", _TODO)
        for text in cells_to_hide(claim, table.caption, table.headings, table.rows)
    ]


def _of_alternative(claim: Claim, text: str) -> Iterator[Flaw]:
    indicator = load_standard().indicators.get(claim.measure)
    names = [phrase.lower() for phrase in claim.phrases]
    if indicator:
        names += [f"{indicator.number}. {indicator.title.lower()}:", f"indicator {indicator.number}:"]
    for piece in re.split(r";|(?<=[^\d]\.) (?=[A-Z])", text):
        low = piece.lower().strip()
        # A whole name: "clinical, band 9" is not said where "non-clinical, band 9" is.
        named = next((name for name in names if re.search(rf"(?<![\w-]){re.escape(name)}", low)), None)
        if named is None:
            continue
        rest = re.split(rf"(?<![\w-]){re.escape(named)}", low, maxsplit=1)[1]
        # A series may be drawn up to the years around it.
        year = str(claim.wres_year)
        if _DIGIT.search(rest) and (not named.startswith("indicator") or re.search(rf"\bin {year}\b", rest)):
            yield Flaw("suppressed", piece.strip(), "A suppressed value stands in the words for a picture.", _TODO)


def _of_sentence(claim: Claim, text: str, rules: Rulebook) -> Iterator[Flaw]:
    left = text
    for phrase in (claim.period, claim.reason, *rules.numbered_texts):
        left = left.replace(phrase, "") if phrase else left
    left = re.sub(r"\bindicators? \d+\b", "", left)
    if _DIGIT.search(left):
        yield Flaw("suppressed", text, "A number is said of a suppressed value.", _TODO)
