"""Direction: what words say of which way and whether at all, against the sign and the interval of the claim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from wres_analysis.narrative.claims import Claim
from wres_analysis.narrative.proofread.flaws import Flaw
from wres_analysis.narrative.proofread.house import blot
from wres_analysis.narrative.proofread.numbers import Carried, Token, carried_beside, carried_by, mask, shows
from wres_analysis.narrative.proofread.rulebook import Rulebook
from wres_analysis.narrative.proofread.truth import own_phrases, parts
from wres_analysis.standards import load_standard

__all__ = ["of_fixed", "of_sentence", "of_summary"]

_SIDED = re.compile(
    r"(\d[\d,]*(?:\.\d+)?)(?: percentage)? ?(?:points? )?(?:of a point )?"
    r"(worse|better|lower|higher|more|fewer|less|above|below|to (?:the|their) (?:dis)?advantage)\b"
)
_WORSE = re.compile(r"\b(?:worse|disadvantage[ds]?|unfavourabl[ey])\b")
_BETTER = re.compile(r"\b(?:better|(?<!dis)advantage[ds]?|favourabl[ey])\b")
_UNSURE = re.compile(
    r"chance alone|can be chance|from chance|do not show|not clear|no difference|no conclusion",
    re.IGNORECASE,
)
_VERDICT = re.compile(r"which is (?:worse|better)|(?:That is|gap is|result is|makes it) .*?(?:worse|better)")
_SHOWN = re.compile(r"(?<!not )\bshows? a (?:clear )?difference")
_RANGE = re.compile(r"(?:anything from|\(from|\() ?.*?(?:to|up) .*?(?:fits? the data|(?=[.;,)]|$))")
_TIMES = re.compile(r"(?:^|, )([^,]+?) were about [^,;]*? times as likely as (.+?) to ")
_MORE_LIKELY = re.compile(r"\b(more|less) likely\b")
_TODO = "Let the words follow the sign and the interval of the claim."


def of_sentence(claim: Claim, text: str, rules: Rulebook) -> Iterator[Flaw]:
    """Words of direction that contradict the claim, and words of change where no change is shown."""
    masked = mask(text, own_phrases(claim), rules)
    cut = parts(claim, text)
    for start, end, row in cut:
        carried = carried_by(claim) if row is None else carried_beside(claim, row)
        yield from _of_sides(claim, masked[start:end], carried, text)
        if row is not None and claim.parity is not None:
            yield from _of_place(claim, str(row["reading"]), masked[start:end], text)
    if len(cut) == 1:
        yield from _of_reading(claim, masked, text)
        yield from _of_likelihood(claim, masked, text)
        yield from _of_funnel(claim, masked, text)
    yield from _of_change(claim, text, rules)


def _of_sides(claim: Claim, masked: str, carried: Sequence[Carried], text: str) -> Iterator[Flaw]:
    """``3.8 points worse``: some number of the claim is shown so and lies on that side."""
    for match in _SIDED.finditer(masked):
        token = Token(match[1], float(match[1].replace(",", "")), "points", "", match.start(1), match.end(1))
        names = _meant(masked, match)
        meant = [one for one in carried if shows(token, one) and abs(one.value) >= 0.05]
        meant = [one for one in meant if one.name in names] or meant
        if meant and not any(_agrees(match[2], one.value, claim) for one in meant):
            yield Flaw("direction", text, f"'{match[0]}' contradicts {meant[0].name} ({meant[0].value:+.3g}).", _TODO)


def _meant(masked: str, match: re.Match[str]) -> tuple[str, ...]:
    """What a number with a side is likely to be: in a bracket or a range a limit, before it the estimate."""
    before = masked[: match.start()]
    inside = before.rfind("(") > before.rfind(")") or "anything from" in before
    return ("low", "high", "gap_low", "gap_high") if inside else ("estimate", "average", "gap")


def _agrees(word: str, value: float, claim: Claim) -> bool:
    if word in ("lower", "fewer", "less", "below"):
        return value < 0
    if word in ("higher", "more", "above"):
        return value > 0
    bad = value * claim.worse > 0
    return bad if word == "worse" or word.endswith("disadvantage") else not bad


def _of_place(claim: Claim, reading: str, masked: str, text: str) -> Iterator[Flaw]:
    """What is said of a comparison against what its interval says."""
    unsure = bool(re.search(r"not clear", masked))
    if claim.kind == "gap" and unsure != (reading == "unclear"):
        what = "It is called not clear." if unsure else "Its interval holds no difference, and it is called one."
        if unsure or re.search(r"points (?:worse|better)[^(]* in ", masked):
            yield Flaw("direction", text, what, _TODO)


def _of_reading(claim: Claim, masked: str, text: str) -> Iterator[Flaw]:
    """The verdict of the trust's own sentence against the reading of its interval."""
    if claim.kind not in ("gap", "ratio"):
        return
    worse, better, unsure = (bool(p.search(masked)) for p in (_WORSE, _BETTER, _UNSURE))
    if claim.reading in ("worse", "better"):
        wrong = better if claim.reading == "worse" else worse
        if wrong or (unsure and claim.status != "no_ratio"):
            yield Flaw("direction", text, f"The interval reads '{claim.reading}', and the words do not.", _TODO)
    elif claim.reading == "unclear":
        bare = _RANGE.sub(" ", masked)
        sided = (_WORSE.search(bare) or _BETTER.search(bare)) and not unsure
        if sided or _VERDICT.search(masked) or _SHOWN.search(masked):
            yield Flaw("direction", text, "The interval includes no difference, and the words tell one.", _TODO)
    elif worse or better:
        yield Flaw("direction", text, "There is no interval, and the words tell which way.", _TODO)


def _of_likelihood(claim: Claim, masked: str, text: str) -> Iterator[Flaw]:
    if claim.kind == "ratio" and claim.ratio_of and (match := _TIMES.search(masked)):
        top, bottom = (claim.groups[role] for role in claim.ratio_of)
        if not match[1].endswith(top) or match[2] != bottom:
            yield Flaw("direction", text, f"The ratio is {top} over {bottom}, and the words say otherwise.", _TODO)
    if claim.estimate is not None and claim.parity is not None and (match := _MORE_LIKELY.search(masked)):
        spans = claim.low is None or claim.high is None or claim.low <= claim.parity <= claim.high
        if spans or (match[1] == "more") != (claim.estimate > claim.parity):
            yield Flaw("direction", text, f"'{match[0]}' is not what the interval says.", _TODO)


def _of_funnel(claim: Claim, masked: str, text: str) -> Iterator[Flaw]:
    """Where a trust lies among all: the place in the funnel and in the band, and on which side."""
    if claim.kind != "among_all":
        return
    funnel = next((f.removeprefix("funnel:") for f in claim.flags if f.startswith("funnel:")), "")
    band = next((f.removeprefix("band:") for f in claim.flags if f.startswith("band:")), "")
    if (funnel == "inside" and "It lies beyond" in masked) or (
        funnel not in ("inside", "") and "no further from the average" in masked
    ):
        yield Flaw("direction", text, f"The trust lies '{funnel}' in the funnel, and the words say otherwise.", _TODO)
    side = re.search(r"side of (more|less) disadvantage", masked)
    if side and (side[1] == "more") != (claim.values.get("funnel_z", 0.0) > 0):
        yield Flaw("direction", text, "It is on the other side of the average.", _TODO)
    where = re.search(r"observed ratio of .* lies (inside|outside)", masked)
    if where and (where[1] == "inside") != (band == "inside"):
        yield Flaw("direction", text, f"The observed ratio lies '{band}', and the words say otherwise.", _TODO)


# Change -----------------------------------------------------------------------------------------------------------


def _change_words(text: str, rules: Rulebook) -> list[tuple[str, str]]:
    text = blot(text, rules.standard_texts)
    for exception in rules.change_exceptions:
        text = exception.sub(lambda match: "x" * len(match[0]), text)
    return [(kind, match[0]) for kind, pattern in rules.change.items() for match in pattern.finditer(text)]


def _of_change(claim: Claim, text: str, rules: Rulebook) -> Iterator[Flaw]:
    for phrase in (claim.reason, claim.no_interval, claim.subject_name, *claim.phrases):
        text = text.replace(phrase, "x" * len(phrase)) if phrase else text
    for kind, word in _change_words(text, rules):
        if claim.kind != "change" or claim.estimate is None:
            yield Flaw("change", text, f"'{word}': no claim of a change stands behind it.", "Compare, without change.")
            continue
        parity = claim.parity or 0.0
        if claim.low is None or claim.high is None or claim.low <= parity <= claim.high:
            yield Flaw("change", text, f"'{word}': the interval includes no change.", "Say that no change is shown.")
        elif not _changed_so(kind, claim, parity):
            yield Flaw("direction", text, f"'{word}' contradicts the change ({claim.estimate:+.3g}).", _TODO)


def _changed_so(kind: str, claim: Claim, parity: float) -> bool:
    assert claim.estimate is not None
    if kind in ("wider", "narrower"):
        first, last = claim.values.get("first"), claim.values.get("last")
        wider = claim.estimate > parity if first is None or last is None else abs(last) > abs(first)
        return wider == (kind == "wider")
    if kind in ("better", "worse"):
        return (claim.estimate - parity) * claim.worse > 0 if kind == "worse" else (
            claim.estimate - parity
        ) * claim.worse < 0  # fmt: skip
    return (claim.estimate > parity) == (kind == "up")


def of_fixed(text: str, rules: Rulebook) -> Iterator[Flaw]:
    """Words of change in a text that names no claim."""
    for _, word in _change_words(text, rules):
        yield Flaw("change", text, f"'{word}': no claim of a change stands behind it.", "Compare, without change.")


# Summaries ----------------------------------------------------------------------------------------------------------


def of_summary(claim: Claim, text: str, claims: Mapping[str, Claim]) -> Iterator[Flaw]:
    """A summary names exactly the claims that it sums up, and what it says of them is what they say."""
    if claim.kind != "summary":
        return
    rested = [claims[name] for name in claim.rests_on if name in claims]
    lost = set(claim.rests_on) - set(claims)
    if lost or any(one.reading != claim.reading for one in rested):
        yield Flaw("direction", text, "It sums up claims that say something else, or are not there.", _TODO)
    indicators = load_standard().indicators
    numbers = {str(indicators[one.measure].number) for one in rested if one.measure in indicators}
    named = set(re.findall(r"\bindicator (\d+)", text))
    if numbers and named != numbers:
        yield Flaw("number", text, "It does not name the indicators that it sums up.", "Name those, and no other.")
    worse, better, unsure = (bool(p.search(text)) for p in (_WORSE, _BETTER, _UNSURE))
    right = {"worse": (True, False, False), "better": (False, True, False)}.get(claim.reading, (False, False, True))
    if (worse, better, unsure) != right:
        yield Flaw("direction", text, f"The claims read '{claim.reading}', and the words do not.", _TODO)
