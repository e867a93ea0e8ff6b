"""Words that no report may use: of cause, of persons, of leagues, and words for ethnicity that are not the house's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wres_analysis.narrative.proofread.flaws import Flaw
from wres_analysis.narrative.proofread.rulebook import Rulebook

__all__ = ["blot", "of_words"]

#: Shorter names of the standard hold no word that a rule looks for.
_SHORTEST = 12


def blot(text: str, phrases: Iterable[str]) -> str:
    """Replace phrases by crosses of the same length, so that no rule looks into them."""
    for phrase in phrases:
        if len(phrase) >= _SHORTEST and phrase in text:
            text = text.replace(phrase, "x" * len(phrase))
    return text


def of_words(text: str, place: str, rules: Rulebook) -> Iterator[Flaw]:
    """Words that may not stand in a text of this place; the names that the standards declare are exempt."""
    text = blot(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"), rules.standard_texts)
    for rule in rules.words:
        if rule.places and place not in rule.places:
            continue
        left = text
        for exception in rule.exceptions:
            left = exception.sub(lambda match: "x" * len(match[0]), left)
        for match in rule.pattern.finditer(left):
            yield Flaw(rule.rule, text, f"'{match[0]}': {rule.what}", rule.todo)
