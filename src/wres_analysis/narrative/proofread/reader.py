"""Proofreading one document: every rule over every sentence, every other text and every table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wres_analysis.narrative.proofread import direction, hidden, house, truth
from wres_analysis.narrative.proofread.document import Document, Sentence
from wres_analysis.narrative.proofread.findings import Finding
from wres_analysis.narrative.proofread.flaws import Flaw
from wres_analysis.narrative.proofread.rulebook import Rulebook, load_rules

__all__ = ["proofread"]


def proofread(document: Document, rules: Rulebook | None = None) -> list[Finding]:
    """Re-read a finished document with its claims.

    Parameters
    ----------
    document
        As :func:`~wres_analysis.narrative.proofread.document.read_page` makes it.
    rules
        The shipped ones if None.

    Returns
    -------
    list of Finding
        In order of place; empty where nothing is wrong.
    """
    rules = rules or load_rules()
    found = [
        Finding(document.file, place, flaw.rule, flaw.text, flaw.what, flaw.todo)
        for place, flaws in _every(document, rules)
        for flaw in flaws
    ]
    return sorted(dict.fromkeys(found))


def _every(document: Document, rules: Rulebook) -> Iterator[tuple[str, Iterable[Flaw]]]:
    for place, flaw in _agreement(document):
        yield place, [flaw]
    told: dict[str, list[Sentence]] = {}
    for sentence in document.sentences:
        told.setdefault(sentence.claim, []).append(sentence)
        yield sentence.id, house.of_words(sentence.text, "sentence", rules)
    for name, sentences in told.items():
        if name not in document.claims:
            continue
        claim = document.claims[name]
        for sentence in sentences:
            yield sentence.id, truth.of_numbers(claim, sentence.text, rules)
            yield sentence.id, direction.of_sentence(claim, sentence.text, rules)
            yield sentence.id, direction.of_summary(claim, sentence.text, document.claims)
        yield sentences[0].id, truth.of_completeness(claim, [one.text for one in sentences], rules)
    supported = truth.numbers_of_tables(document, rules)
    for words in document.words:
        yield words.kind, house.of_words(words.text, words.kind, rules)
        yield words.kind, direction.of_fixed(words.text, rules)
        yield words.kind, truth.of_fixed_numbers(words, supported, rules)
    for table in document.tables:
        where = f"table '{table.caption}'"
        for text in dict.fromkeys(cell for row in (table.headings, *table.rows) for cell in row):
            yield where, house.of_words(text, "table", rules)
    yield from hidden.of_document(document, rules)


def _agreement(document: Document) -> Iterator[tuple[str, Flaw]]:
    """The page and the record say the same, and every sentence has its claim."""
    told = {one.id: one for one in document.told}
    shown = {one.id: one for one in document.sentences}
    for name, one in shown.items():
        if one.claim not in document.claims:
            yield name, Flaw("unclaimed", one.text, "No claim stands behind it.", "Make the report again.")
        elif name not in told or told[name].text != one.text or told[name].claim != one.claim:
            what = "The page says it, and the record of claims does not say the same."
            yield name, Flaw("altered", one.text, what, "Make the report again; do not edit a finished page.")
    for name, one in told.items():
        if name not in shown:
            what = "The record of claims has it, and the page does not."
            yield name, Flaw("altered", one.text, what, "Make the report again; do not edit a finished page.")
