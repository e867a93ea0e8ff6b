"""The sentences of a report are plain English: the Flesch-Kincaid grade of what is said, names left out."""

from __future__ import annotations

import re
from collections import Counter
from statistics import mean

import pytest
from proofs import document, handmade_panel

from wres_analysis.narrative.proofread.rulebook import load_rules
from wres_analysis.narrative.reading import grade, syllables
from wres_analysis.standards import load_standard

pytestmark = pytest.mark.unit

#: A reader of about 14: five years more than the grade.
GRADE = 9.0
#: No single sentence is much harder than that; a list of indicators is as long as it is.
HARDEST = 10.5


def names() -> list[str]:
    """What the standards call things: indicators, measures, questions, groups."""
    groups = load_standard().groups.values()
    people = {i.people for i in load_standard().indicators.values() if i.people}
    said = [text for g in groups for text in (g.prose, g.are, *(f"{g.adjective} {who}" for who in people))]
    return [*said, *(text for text in load_rules().standard_texts if len(text) > 8)]


@pytest.fixture(scope="module")
def graded() -> dict[str, float]:
    panel, known = handmade_panel(), names()
    said = {
        one.text: one.claim
        for code in ("RZ1", "RZ2", "RZ6")
        for one in document(panel, code).sentences
        if not one.claim.startswith(("definition", "glance"))
    }
    return {text: grade(text, known) for text in said}


def test_syllables_of_words_that_reports_use() -> None:
    """Counted by hand from a dictionary's hyphens."""
    by_hand = {
        "staff": 1, "minority": 4, "percentage": 3, "points": 1, "worse": 1, "better": 2, "difference": 3, "chance": 1,
        "interval": 3, "given": 2, "counts": 1, "samples": 2, "answered": 2, "appointed": 3, "rates": 1, "average": 3,
        "probability": 5, "autumn": 2, "included": 3, "trusts": 1, "available": 4, "comes": 1, "least": 1,
    }  # fmt: skip
    wrong = {word: syllables(word) for word, n in by_hand.items() if abs(syllables(word) - n) > 1}
    assert wrong == {}
    # A rule by vowels misses some: "average" is said with three, "difference" with three or two.
    assert sum(syllables(word) for word in by_hand) == pytest.approx(sum(by_hand.values()), abs=2)


def test_grades_of_sentences_whose_grade_is_known() -> None:
    """0.39 words a sentence + 11.8 syllables a word - 15.59, worked out by hand."""
    assert grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    assert grade("The cat sat; the dog ran.") == pytest.approx(0.39 * 3 + 11.8 - 15.59)
    assert grade("The difference was 5.7 points (2.5 to 9.0; 780 answers).") == grade("The difference was 5 points.")
    assert grade("") == 0.0


def test_sentences_are_for_a_reader_of_fourteen(graded) -> None:
    assert len(graded) > 150
    assert mean(graded.values()) <= GRADE
    assert {text: value for text, value in graded.items() if value > HARDEST} == {}


def test_neighbours_are_not_worded_alike() -> None:
    """Numbers and names taken out, no frame of words opens more than two in five sentences of a kind."""
    doc = document(handmade_panel(), "RZ6")
    for kind in ("gap", "among_all"):
        told = [one.text for one in doc.sentences if doc.claims[one.claim].kind == kind]
        seconds = [text for text in told if re.search(r"percentage points", text)]
        frames = Counter(" ".join(text.split()[:3]) for text in seconds)
        assert len(frames) >= 3, (kind, frames)
        assert max(frames.values()) <= 0.5 * len(seconds), (kind, frames)
