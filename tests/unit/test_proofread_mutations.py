"""Wrong sentences are planted in true reports, of each kind that no report may hold; every one must be caught.

The mutations are made from sentences that the kit itself produced, by a seeded choice, and the wrong words go into the
page and into the record alike: as if a template were wrong, not as if a page had been edited. Each must be caught by a
rule of its own kind, in its own place. The true sentences must raise nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from proofs import document, handmade_panel

from wres_analysis.narrative.claims import Claim
from wres_analysis.narrative.proofread import Document, proofread
from wres_analysis.narrative.proofread.document import Sentence
from wres_analysis.narrative.proofread.numbers import carried_beside, carried_by, find_numbers, mask, shows
from wres_analysis.narrative.proofread.rulebook import load_rules
from wres_analysis.narrative.proofread.truth import own_phrases

pytestmark = pytest.mark.unit

RULES = load_rules()
#: A wrong number shows as a number of nobody, as one wrongly rounded, as another group's, or as a limit that is lost.
NUMBER = frozenset({"number", "rounding", "group", "interval", "n", "direction"})
CODES = ("RZ1", "RZ2", "RZ4", "RZ6")
#: How many of each kind are planted, drawn from all that can be made.
OF_EACH = 30


@dataclass(frozen=True)
class Planted:
    """A wrong sentence: where, what it says instead, and which rules may catch it."""

    kind: str
    code: str
    sentence: Sentence
    text: str
    rules: frozenset[str]


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    panel = handmade_panel()
    return {code: document(panel, code) for code in CODES}


def of_claim(doc: Document, name: str) -> Document:
    """The sentences of one claim, with every claim at hand."""
    return replace(
        doc,
        told=tuple(one for one in doc.told if one.claim == name),
        sentences=tuple(one for one in doc.sentences if one.claim == name),
        words=(),
        tables=(),
    )


def with_text(doc: Document, name: str, text: str | None) -> Document:
    """The document with other words for a sentence, on the page and in the record; None leaves it out."""

    def changed(sentences: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
        return tuple(
            one if one.id != name else replace(one, text=text or "")
            for one in sentences
            if one.id != name or text is not None
        )

    return replace(doc, told=changed(doc.told), sentences=changed(doc.sentences))


# What is planted ---------------------------------------------------------------------------------------------------


def at(one: Sentence, start: int, old: str, new: str) -> str:
    """The sentence with other words from a place on, once."""
    return one.text[:start] + one.text[start:].replace(old, new, 1)


def other_numbers(claim: Claim, one: Sentence, chance: random.Random) -> Iterator[str]:
    """A number of the sentence replaced by one that no part of the claim is shown as."""
    every = [*carried_by(claim), *(c for row in claim.beside for c in carried_beside(claim, row))]
    for token in find_numbers(mask(one.text, own_phrases(claim), RULES), RULES):
        if token.unit in ("word", "date"):
            continue
        for _ in range(20):
            step = chance.choice((0.3, 1, 2, 7, 11)) if token.decimals else chance.choice((1, 2, 5, 9, 13))
            value = abs(token.value + chance.choice((-1, 1)) * step)
            text = f"{value:,.{token.decimals}f}"
            wrong = replace(token, text=text, value=value)
            if text != token.text and not any(shows(wrong, c) for c in every):
                yield at(one, token.start, token.text, text)
                break


def other_rounding(claim: Claim, one: Sentence, chance: random.Random) -> Iterator[str]:
    """A number of the sentence with fewer or more decimals than the house shows."""
    for token in find_numbers(mask(one.text, own_phrases(claim), RULES), RULES):
        if not token.decimals or token.unit == "date":
            continue
        for decimals in {token.decimals - 1, token.decimals + 1}:
            value = next((abs(c.value) for c in carried_by(claim) if shows(token, c)), None)
            if value is not None:
                text = f"{value:.{decimals}f}"
                yield at(one, token.start, token.text, text)


def other_direction(claim: Claim, one: Sentence, chance: random.Random) -> Iterator[str]:
    """One word of direction turned round."""
    pairs = [
        ("worse", "better"), ("lower than", "higher than"), ("disadvantage of", "advantage of"),
        ("their disadvantage", "their advantage"), ("more disadvantage", "less disadvantage"), ("inside", "outside"),
        ("points lower", "points higher"),
    ]  # fmt: skip
    if claim.kind not in ("gap", "ratio", "difference", "among_all", "summary"):
        return
    for a, b in [*pairs, *((b, a) for a, b in pairs)]:
        # What a probability is of, and from which end places are counted, are words of the method.
        if re.search(r"probability|ounted from", one.text):
            continue
        for found in re.finditer(rf"(?<![a-z]){a}\b", one.text):
            yield one.text[: found.start()] + b + one.text[found.end() :]


def other_groups(claim: Claim, one: Sentence, chance: random.Random) -> Iterator[str]:
    """The two groups of the first sentence, or of the rates, exchanged."""
    if claim.kind in ("gap", "ratio") and all(name in one.text for name in claim.groups.values()):
        a, b = claim.groups["comparison"], claim.groups["reference"]
        distinct = round(claim.values["reference"], 1) != round(claim.values["comparison"], 1)
        if distinct and "lower to" not in one.text:
            yield one.text.replace(a, "\0").replace(b, a).replace("\0", b)


def other_places(claim: Claim, one: Sentence, chance: random.Random) -> Iterator[str]:
    """What is said of England said of the region, and the other way round."""
    if len(claim.beside) > 1 and "in England" in one.text and "in London" in one.text:
        first, last = claim.beside[0], claim.beside[-1]
        if first["n_trusts"] != last["n_trusts"]:
            yield one.text.replace("in London", "\0").replace("in England", "in London").replace("\0", "in England")


def other_time(claim: Claim, one: Sentence, chance: random.Random) -> Iterator[str]:
    """Another year or month than the claim's."""
    for old, new in (("2024", "2019"), ("2025", "2026"), ("April", "May"), ("autumn 2024", "autumn 2023")):
        if old in one.text and claim.kind in ("gap", "ratio", "outcome", "difference", "rating"):
            yield one.text.replace(old, new, 1)


def certain(claim: Claim, one: Sentence, chance: random.Random) -> Iterator[str]:
    """A difference that the interval does not show is told as one."""
    if claim.reading == "unclear" and claim.kind == "ratio" and "so they do not show a difference" in one.text:
        yield one.text.replace("so they do not show a difference", f"which is worse for {claim.groups['comparison']}")
        yield one.text.replace("so they do not show", "so they show")
    if claim.reading == "unclear" and claim.kind == "gap" and "fit anything" in one.text:
        said = re.sub(r"^.*?(\d[\d.]*) percentage points.*?: ", r"That is \1 percentage points worse; ", one.text)
        yield said
    if claim.kind == "gap" and claim.reading in ("worse", "better") and "points worse" in one.text:
        yield one.text.replace("That is", "Chance alone can produce")


def without_interval(claim: Claim, one: Sentence, chance: random.Random) -> Iterator[str]:
    """The interval is left out, or the reason why there is none."""
    for pattern in (
        r"[;:,] ?(?:though )?(?:it may be )?(?:the data fit )?(?:they fit )?anything from [^.]*?\d[\d.]*[^.]*(?=\.$)",
        r" \((?:from )?\d[\d.]* to [^)]*\)",
        r" \([^)]*the data fit[^)]*\)",
        r"No interval is given, because [^.;]*",
        r" \(\d[\d.]*%? to \d[\d.]*%?; (?=\d+ trusts)",
    ):
        found = re.search(pattern, one.text)
        if found and "gap of" not in one.text:
            text = one.text[: found.start()] + ("(" if pattern.endswith("trusts)") else "") + one.text[found.end() :]
            if text.strip(" ."):
                yield text


def without_n(claim: Claim, one: Sentence, chance: random.Random) -> Iterator[str]:
    """The number of people, or of trusts, is left out."""
    for pattern in (
        r" \((?:at least )?[\d,]+ and [\d,]+ answers\)", r"(?<=% of )[\d,]{3,} (?=[A-Z]|ethnic)", r"[\d,]+ answers; ",
        r" \([\d,]+ answers\)", r"; \d+ trusts?(?: with data)?(?=\))", r"with \d+ voting", r" \(\d+ trusts[^)]*\)",
    ):  # fmt: skip
        text = re.sub(pattern, "with some voting" if "voting" in pattern else "", one.text, count=1)
        if text != one.text:
            yield text


CHANGES = [
    "The gap has widened since then.", "This is an increase.", "The difference fell.", "It rose in the last year.",
    "The gap narrowed.", "The rate has improved.", "The share dropped.", "The score is rising.",
    "The gap has grown.", "It declined over the year.", "The difference has closed.", "Things have got worse.",
]  # fmt: skip
CAUSES = [
    "This leads to more absence.", "That is because of poor leadership.", "Harassment drives people away.",
    "This shows the impact of bullying.", "It results in worse care.", "This is due to under-reporting.",
    "Discrimination causes sickness.", "As a result of this, morale is low.", "This affects engagement.",
    "The gap is explained by age.", "It contributes to turnover.", "This has an effect on care.",
    "Thanks to training the gap is small.", "Poor engagement stems from this.",
]  # fmt: skip
PERSONS = [
    "Staff who are from ethnic minorities are bullied here.", "If you are White you do better here.",
    "An ethnic minority nurse is at risk.", "People who work here face this.",
    "Ethnic minority staff are more likely to be disciplined.", "Your chance of being appointed is small.",
    "You are less safe in this trust.", "Each member of staff is affected alike, and an employee is disciplined.",
    "Any ethnic minority applicant will find it harder.", "Staff members who speak up have this.",
]  # fmt: skip
LEAGUES = [
    "This is the worst trust in the region.", "It is among the best trusts.", "The trust ranks first of all.",
    "It is in the bottom ten.", "The trust is top of the league.", "It outperforms its neighbours.",
    "This is a failing trust.", "The trust is ranked by this.", "It is the lowest scoring trust.",
    "The trust beats England.",
]  # fmt: skip
WORDS = [
    "BAME staff", "BME staff", "non-white staff", "coloured staff", "minority staff", "minorities",
    "Ethnic Minority staff", "people of colour", "staff of another race", "non-White staff",
    "minority ethnic staff", "mixed-race staff",
    "black staff and asian staff", "racial groups",
]  # fmt: skip


def appended(phrases: list[str]):
    def plant(claim: Claim, one: Sentence, chance: random.Random) -> Iterator[str]:
        """A true sentence that goes on with wrong words."""
        if claim.kind in ("gap", "ratio", "outcome", "difference", "among_all", "note"):
            yield f"{one.text} {chance.choice(phrases)}"

    return plant


def other_words(claim: Claim, one: Sentence, chance: random.Random) -> Iterator[str]:
    """Another word for the group."""
    for name in ("ethnic minority staff", "from ethnic minorities"):
        if name in one.text:
            yield one.text.replace(name, chance.choice(WORDS))
    if "White staff" in one.text:
        yield one.text.replace("White staff", "white staff")


def other_rating(claim: Claim, one: Sentence, chance: random.Random) -> Iterator[str]:
    if claim.kind == "rating":
        for _, word in sorted(RULES.ratings.items()):
            changed = re.sub(r"was [A-Z][a-z]+(?: improvement)?,", f"was {word},", one.text)
            if changed != one.text:
                yield changed


def in_words(claim: Claim, one: Sentence, chance: random.Random) -> Iterator[str]:
    """A number in words that the claim does not carry."""
    if claim.kind == "ratio" and "times as likely" in one.text:
        for word in ("twice", "half", "three times", "a dozen times"):
            yield re.sub(r"[\d.]+ times as likely", f"{word} as likely", one.text)
    if claim.kind == "gap" and "% of" in one.text:
        yield re.sub(r"^(.*?)\d+\.\d%", r"\1half", one.text)
        yield re.sub(r"^(.*?)\d+\.\d%", r"\1one in three", one.text)


def other_summary(claim: Claim, one: Sentence, chance: random.Random) -> Iterator[str]:
    if claim.kind == "summary":
        yield re.sub(r"indicator \d", "indicator 1", one.text, count=1)
        yield one.text.replace("do not show a difference either way", "show a difference to the disadvantage of all")


PLANTS = {
    "number": (other_numbers, NUMBER),
    "rounding": (other_rounding, NUMBER),
    "direction": (other_direction, frozenset({"direction"})),
    "groups": (other_groups, frozenset({"group", "direction", "interval"})),
    "places": (other_places, NUMBER),
    "time": (other_time, frozenset({"number", "rounding"})),
    "certain": (certain, frozenset({"direction", "interval"})),
    "interval": (without_interval, frozenset({"interval"})),
    "n": (without_n, frozenset({"n"})),
    "change": (appended(CHANGES), frozenset({"change"})),
    "cause": (appended(CAUSES), frozenset({"cause"})),
    "person": (appended(PERSONS), frozenset({"individual"})),
    "league": (appended(LEAGUES), frozenset({"league"})),
    "ethnicity": (other_words, frozenset({"ethnicity"})),
    "rating": (other_rating, frozenset({"number"})),
    "words": (in_words, frozenset({"number", "interval"})),
    "summary": (other_summary, frozenset({"number", "direction"})),
}


def planted(documents: dict[str, Document]) -> list[Planted]:
    chance = random.Random(20261122)
    every: list[Planted] = []
    for kind, (plant, rules) in PLANTS.items():
        made = [
            Planted(kind, code, one, text, rules)
            for code, doc in documents.items()
            for one in doc.sentences
            for text in plant(doc.claims[one.claim], one, chance)
            if text != one.text
        ]
        every += chance.sample(made, min(OF_EACH, len(made)))
    return every


def test_true_reports_raise_nothing(documents) -> None:
    assert [str(one) for doc in documents.values() for one in proofread(doc)] == []
    assert sum(len(doc.sentences) for doc in documents.values()) > 450


def test_every_planted_sentence_is_caught_in_its_place_by_a_rule_of_its_kind(documents) -> None:
    every = planted(documents)
    assert len(every) >= 300
    kinds = {kind: sum(one.kind == kind for one in every) for kind in PLANTS}
    assert min(kinds.values()) >= 3, kinds
    missed = []
    for one in every:
        doc = with_text(of_claim(documents[one.code], one.sentence.claim), one.sentence.id, one.text)
        first = doc.sentences[0].id  # what is missing from a whole claim is told at its first sentence
        rules = {found.rule for found in proofread(doc) if found.place in (one.sentence.id, first)}
        if not rules & one.rules:
            missed.append(f"{one.kind}: {one.text} ({rules})")
    assert missed == []
