"""Numbers: each is a claim's, rounded as the house rounds, beside its interval and its number of people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from wres_analysis.narrative.claims import Claim
from wres_analysis.narrative.proofread.document import Document, Words
from wres_analysis.narrative.proofread.flaws import Flaw
from wres_analysis.narrative.proofread.numbers import (
    Carried,
    Token,
    carried_beside,
    carried_by,
    find_numbers,
    mask,
    shows,
    where_near,
)
from wres_analysis.narrative.proofread.rulebook import Rulebook
from wres_analysis.narrative.wording import place

__all__ = ["numbers_of_tables", "of_completeness", "of_fixed_numbers", "of_numbers", "own_phrases", "parts"]

#: Texts that are written from tables: their numbers must stand in one.
_FROM_TABLES = {"alternative text", "caption of a figure", "caption of a table", "note", "summary"}
_NO_DIFFERENCE = re.compile(r"\bno difference\b")


def own_phrases(claim: Claim) -> list[str]:
    """Words that a claim repeats as the data have them."""
    given = [*claim.phrases, claim.period, claim.reason, claim.no_interval, claim.subject_name]
    return [text for text in (*given, *(str(b["name"]) for b in claim.beside)) if text]


def parts(claim: Claim, text: str) -> list[tuple[int, int, dict[str, Any] | None]]:
    """Cut a sentence where it turns from one place to another: start, end and whose the numbers are (None: its own).

    A comparison ends with its name, or with the bracket that follows it.
    """
    found = []
    for row in claim.beside:
        named = re.search(rf"\bin {re.escape(place(row))}\b(?: \([^)]*\))?", text)
        if named:
            found.append((named.end(), row))
    cut, start = [], 0
    for end, row in sorted(found, key=lambda pair: pair[0]):
        cut.append((start, end, row))
        start = end
    return [*cut, (start, len(text), None)]


def of_numbers(claim: Claim, text: str, rules: Rulebook) -> Iterator[Flaw]:
    """Numbers of a sentence that its claim does not carry, or carries otherwise rounded, or of the other group."""
    masked = mask(text, own_phrases(claim), rules)
    tokens = find_numbers(masked, rules)
    for start, end, row in parts(claim, text):
        carried = carried_by(claim) if row is None else carried_beside(claim, row)
        for token in tokens:
            if start <= token.start < end and not any(shows(token, one) for one in carried):
                yield _stray(token, carried, text)
    yield from _of_groups(claim, masked, text)
    if claim.kind == "rating" and claim.estimate is not None:
        for value, word in rules.ratings.items():
            if value != claim.estimate and re.search(rf"\b{word}\b", text):
                yield Flaw("number", text, f"'{word}' is not the rating that the claim holds.", "Say the rating held.")


def _stray(token: Token, carried: Sequence[Carried], text: str) -> Flaw:
    near = where_near(token, carried)
    if near is not None and token.text[0].isdigit():
        what = f"'{token.text}' is not how {near.name} ({near.value:.6g}) is rounded here."
        return Flaw("rounding", text, what, "Round it by narrative.wording, as in every table.")
    what = f"'{token.text}' is in no claim of this sentence."
    return Flaw("number", text, what, "Say a number of the claim, or put this one into it.")


def _of_groups(claim: Claim, masked: str, text: str) -> Iterator[Flaw]:
    """A rate or a base that is said of a group must be that group's."""
    for role, name in claim.groups.items():
        rate, n = claim.values.get(role), claim.n.get(claim.bases.get(role, ""))
        for match in re.finditer(rf"(?:([\d.,]+)%|none) (?:of|for) (?:([\d,]+) )?{re.escape(name)}\b", masked):
            shown = Token(match[1] or "0", float((match[1] or "0").replace(",", "")), "percent", "", 0, 0)
            right = rate is not None and shows(shown, Carried(role, rate, "percent", 1))
            if not right and not (match[1] is None and rate == 0):
                yield Flaw("group", text, f"'{match[0]}': that is not the rate of {name}.", "Say each group's own.")
            if claim.kind == "ratio" and n is not None and " of " in match[0] and not match[2]:
                yield Flaw("n", text, f"'{match[0]}': of how many is not said ({n:,}).", "Say it.")
            if match[2] and n is not None and int(match[2].replace(",", "")) != n:
                yield Flaw("group", text, f"'{match[0]}': that is not how many {name} there are.", "Say its own.")
    both = re.search(r"\((?:at least )?([\d,]+) and ([\d,]+) answers\)", masked)
    if both and claim.bases:
        order = sorted(claim.groups, key=lambda role: text.find(claim.groups[role]))
        for role, said in zip(order, both.groups(), strict=False):
            if int(said.replace(",", "")) != claim.n.get(claim.bases.get(role, "")):
                what = f"'{said} answers' are not those of {claim.groups[role]}."
                yield Flaw("group", text, what, "Give the numbers in the order of the groups.")


# What an estimate may not come without ----------------------------------------------------------------------------


def of_completeness(claim: Claim, texts: Sequence[str], rules: Rulebook) -> Iterator[Flaw]:
    """An estimate without its interval and without the reason for none, or without its number of people."""
    whole = " ".join(texts)
    own: list[Token] = []
    for text in texts:
        masked = mask(text, own_phrases(claim), rules)
        tokens = find_numbers(masked, rules)
        for start, end, row in parts(claim, text):
            here = [token for token in tokens if start <= token.start < end]
            if row is None:
                own += here
            else:
                yield from _of_comparison(claim, row, here, text[start:end])
    limits = [one for one in carried_by(claim) if one.name in ("low", "high")]
    if limits:
        lost = _lost_limits(claim, limits, own, whole)
        if lost:
            what = f"The interval is not said whole: {' and '.join(one.name for one in lost)} missing."
            yield Flaw("interval", whole, what, "Say both limits.")
    elif claim.estimate is not None and f"because {claim.no_interval}" not in whole:
        what = "There is an estimate, no interval, and not the reason why there is none."
        yield Flaw("interval", whole, what, "Say 'No interval is given, because ...'.")
    elif claim.estimate is not None and not claim.no_interval:
        yield Flaw("interval", whole, "The claim gives no reason for having no interval.", "Put one into the claim.")
    if limits or claim.estimate is not None:
        yield from _of_n(claim, own, whole, rules, bool(limits))


def _of_n(claim: Claim, own: Sequence[Token], whole: str, rules: Rulebook, has_interval: bool) -> Iterator[Flaw]:
    wanted = rules.said_n.get(claim.kind, ())
    names = sorted(claim.n) if "*" in wanted else [name for name in wanted if name in claim.n]
    if wanted and has_interval and not names:
        yield Flaw("n", whole, "The claim has an interval and no number of people.", "Put the bases into the claim.")
    for name in names:
        if not any(shows(token, Carried(name, float(claim.n[name]), "count", 0)) for token in own):
            yield Flaw("n", whole, f"The number of {name} is not said ({claim.n[name]:,}).", "Say it.")


def _lost_limits(claim: Claim, limits: Sequence[Carried], own: Sequence[Token], whole: str) -> list[Carried]:
    """The limits that no number of the text is left for: one that stands for the estimate cannot stand for a limit."""
    left = list(own)
    others = [one for one in carried_by(claim) if one.name == "estimate"]
    if claim.kind == "among_all":
        said = ("average", "observed") if "observed" in whole else ("average",)
        others += [one for one in carried_by(claim) if one.name in said]
    lost = []
    for one in (*others, *limits):
        found = next((token for token in left if shows(token, one)), None)
        if found is not None:
            left.remove(found)
        elif one in limits and not _told(one, (), whole):
            lost.append(one)
    return lost


def _told(limit: Carried, tokens: Sequence[Token], text: str) -> bool:
    if any(shows(token, limit) for token in tokens):
        return True
    return limit.unit == "points" and abs(limit.value) < 0.05 + 1e-9 and bool(_NO_DIFFERENCE.search(text))


def _of_comparison(claim: Claim, row: dict[str, Any], tokens: Sequence[Token], text: str) -> Iterator[Flaw]:
    carried = carried_beside(claim, row)
    for one in carried:
        if one.name in ("low", "high") and not _told(one, tokens, text):
            yield Flaw("interval", text, f"The interval of {row['name']} is not said whole.", "Say both limits.")
        elif one.name == "n.trusts" and not any(shows(token, one) for token in tokens):
            yield Flaw("n", text, f"The number of trusts behind {row['name']} is not said.", "Say it.")


# Texts that name no claim -----------------------------------------------------------------------------------------


def numbers_of_tables(document: Document, rules: Rulebook) -> frozenset[str]:
    """Every number that a table of the document shows, every date in it, and the same of the claims' own phrases."""
    texts = {cell for table in document.tables for row in (table.headings, *table.rows) for cell in row}
    texts |= {text for claim in document.claims.values() for text in (*claim.phrases, claim.period)}
    found = {token.text for text in texts for token in find_numbers(text.replace("\N{MINUS SIGN}", "-"), rules)}
    for claim in document.claims.values():
        found |= {f"{round(one.value)}" for one in carried_by(claim) if one.unit in ("count", "year")}
    return frozenset(found)


def of_fixed_numbers(words: Words, supported: frozenset[str], rules: Rulebook) -> Iterator[Flaw]:
    """Numbers in a text that names no claim: those of pictures and tables must stand in a table, others nowhere."""
    for token in find_numbers(mask(words.text, (), rules), rules):
        if words.kind in _FROM_TABLES and token.text in supported:
            continue
        what = (
            f"'{token.text}' stands in no table of the page."
            if words.kind in _FROM_TABLES
            else f"'{token.text}' is a number without a claim."
        )
        todo = "Make a claim of it, or, if it is no number of the data, allow it in rules.toml and say why."
        yield Flaw("number", words.text, what, todo)
