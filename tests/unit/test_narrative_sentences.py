"""Every sentence against the numbers of its claim: direction, interval, rounding, grammar and words."""

import re
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from handmade import COMPARISON, OUTCOMES, REFERENCE, STANDARD
from hypothesis import given, settings
from hypothesis import strategies as st

from wres_analysis.narrative.claims import Claim
from wres_analysis.narrative.sentences import RATINGS, say
from wres_analysis.narrative.wording import interval, joined, lower_first, place, plural, points, times, trusts
from wres_analysis.profiles.frames import period_label
from wres_analysis.stats.intervals import difference_interval, ratio_interval

pytestmark = pytest.mark.unit

GAPS = [i for i in STANDARD.indicators.values() if i.form == "gap"]
RATIOS = [i for i in STANDARD.indicators.values() if i.form == "ratio"]
WHO = STANDARD.groups[COMPARISON].prose

LONDON = {"subject": "region", "name": "London", "n_trusts": 1}
NORTH_WEST = {"subject": "region", "name": "North West", "n_trusts": 26}
ACUTE = {"subject": "type", "name": "Acute trusts", "n_trusts": 119}
ENGLAND = {"subject": "england", "name": "England", "n_trusts": 1204}


def claim(measure: str, kind: str, **more) -> Claim:
    declared = STANDARD.indicators.get(measure) or OUTCOMES.measures[measure]
    base: dict[str, Any] = {
        "subject": "RZ1",
        "subject_name": "Trust RZ1",
        "wres_year": 2025,
        "period": period_label(declared.clock, 2025),
    }
    return Claim(kind=kind, measure=measure, **(base | more))


def reading_of(i, low: float, high: float) -> str:
    """What an interval says, worked out anew: is parity inside, and if not, which way is it worse?"""
    if low <= i.parity <= high:
        return "unclear"
    return "worse" if (low > i.parity) == (i.disadvantage > 0) else "better"


def gap_claim(i, reference: tuple[int, int], comparison: tuple[int, int], **more) -> Claim:
    found = difference_interval(*comparison, *reference)
    gap, low, high = 100 * found.estimate, 100 * found.low, 100 * found.high
    values = {
        "reference": 100 * reference[0] / reference[1],
        "comparison": 100 * comparison[0] / comparison[1],
        "gap": gap,
        "gap_low": low,
        "gap_high": high,
    }
    told = {"estimate": gap, "low": low, "high": high, "reading": reading_of(i, low, high), "values": values}
    told |= {"n": {REFERENCE: reference[1], COMPARISON: comparison[1]}, "status": "ok"}
    return claim(i.key, "gap", **(told | more))


def ratio_claim(i, reference: tuple[int, int], comparison: tuple[int, int], **more) -> Claim:
    by = {REFERENCE: reference, COMPARISON: comparison}
    found = ratio_interval(*by[i.ratio_of[0]], *by[i.ratio_of[1]])
    gap = gap_claim(i, reference, comparison)

    def number(value: float) -> float | None:
        return value if np.isfinite(value) else None

    has = np.isfinite(found.low) or np.isfinite(found.high)
    told = {
        "estimate": number(found.estimate),
        "low": number(found.low),
        "high": number(found.high),
        "reading": reading_of(i, found.low, found.high) if has else "no_interval",
        "values": gap.values,
        "n": gap.n,
        "status": found.status,
    }
    return claim(i.key, "ratio", **(told | more))


def beside(
    b: dict, estimate: float, low: float | None = None, high: float | None = None, reading: str = "no_interval"
) -> dict:
    return b | {"estimate": estimate, "low": low, "high": high, "reading": reading}


# Every kind and status ------------------------------------------------------------------------------------------

COUNTS = [
    ((200, 1000), (300, 1000)),
    ((300, 1000), (200, 1000)),
    ((20, 100), (22, 100)),
    ((0, 50), (0, 40)),
    ((5000, 100000), (5210, 100000)),
    ((0, 900), (30, 900)),
    ((30, 900), (0, 900)),
    ((1, 10), (0, 10)),
    ((10, 10), (10, 10)),
]
STATUSES = ["suppressed", "not_submitted", "not_applicable", "merged", "excluded", "no_data"]


def every_claim() -> list[Claim]:
    made = [gap_claim(i, *counts) for i, counts in product(GAPS, COUNTS)]
    made += [ratio_claim(i, *counts) for i, counts in product(RATIOS, COUNTS)]
    made += [replace(c, flags=("base_at_least", "partial")) for c in made[:3]]
    rows: tuple[dict[str, Any], ...] = (
        beside(LONDON, 2.0, 1.0, 3.0, "worse"),
        beside(ACUTE, 0.1, -1.0, 1.2, "unclear"),
        beside(ENGLAND, 4.0, 3.0, 5.0, "better"),
    )
    made += [replace(gap_claim(i, *COUNTS[0]), beside=rows) for i in GAPS]
    made += [replace(gap_claim(i, *COUNTS[0]), beside=rows[1:]) for i in GAPS]
    made += [replace(ratio_claim(i, *COUNTS[0]), beside=rows) for i in RATIOS]
    why = "the number of people behind the percentages is not known"
    bare: dict[str, Any] = {"low": None, "high": None, "n": {}, "reading": "no_interval", "no_interval": why}
    made += [replace(gap_claim(i, *COUNTS[0]), **bare) for i in GAPS] + [
        replace(ratio_claim(i, *COUNTS[0]), **bare) for i in RATIOS
    ]
    board = {"n": {"seats": 16, "workforce": 9000}, "no_interval": "these are full counts, not samples"}
    for share in (12.5, 25.0, 37.5):
        values = {"comparison": share, "reference": 25.0}
        made.append(
            claim(
                "ind9", "difference", estimate=share - 25.0, values=values, beside=(beside(NORTH_WEST, -9.1),), **board
            )
        )
    for m in OUTCOMES.outcomes.values():
        if m.unit == "rating":
            made += [
                claim(m.key, "rating", estimate=v, period="published on 5 March 2019", no_interval=m.no_interval)
                for v in RATINGS
            ]
            continue
        interval_or_not = (
            {"no_interval": m.no_interval} if m.no_interval else {"low": 94.0, "high": 95.0, "n": {"all": 1200}}
        )
        value = 6.79 if m.unit == "score" else 94.46
        rows = (beside(NORTH_WEST, value), beside(ENGLAND, value))
        made.append(claim(m.key, "outcome", estimate=value, beside=rows, values={"year": 2025.0}, **interval_or_not))
        made.append(
            claim(m.key, "outcome", estimate=value, values={"year": 2026.0}, reason="it is merged", **interval_or_not)
        )
        flags = ("partial_year", "mean_of_monthly_rates", "partial")
        made.append(claim(m.key, "outcome", estimate=value, flags=flags, reason="7 of 12 months", **interval_or_not))
    measures = [*(i.key for i in STANDARD.indicators.values()), *OUTCOMES.outcomes]
    reasons = {
        "not_submitted": ["9 of 12 months", "marked as not submitted", ""],
        "merged": ["the trust became part of RZ2 before 31 March 2025; 6 of 12 months", ""],
        "excluded": ["10 is a placeholder, not an amount"],
        "no_data": ["", "the workforce share is not in the loaded files"],
    }
    made += [
        claim(key, "missing", status=status, reason=reason)
        for key in measures
        for status in STATUSES
        for reason in reasons.get(status, ["suppressed by the publisher"])
    ]
    return made


EVERY = every_claim()
SAID = [say(one) for one in EVERY]


def test_there_are_enough_of_them() -> None:
    assert len(EVERY) > 200
    assert {one.kind for one in EVERY} == {"gap", "ratio", "difference", "outcome", "rating", "missing"}


#: Marks of a template that went wrong; words of cause; words of the standard's tables, which prose does not use.
BROKEN = (r"\bnan\b", r"\bNone\b", r"\binf\b", r"  ", r"\.\.", r" [.,;:)]", r"\( ", r"\(\)", r"-\d", "\u22120\\.0")
PLURALS = (r"\b1 trusts\b", r"\b[2-9] trust\b", r"\d\d trust\b")
CAUSES = (
    *(r"\bbecause of\b", r"\bcaus", r"\bleads? to\b", r"\bdue to\b", r"\bresult(s|ed) (in|from)\b", r"\bimpact\b"),
    *(r"\beffect\b", r"\bdriv(es|en)\b", r"\bworst\b", r"\bsignifican"),
)
TABLE_WORDS = (r"\bBAME\b", r"\bBME\b", r"non-White", r"\brace\b", r"\bminorities staff\b")


@pytest.mark.parametrize("pattern", [*BROKEN, *PLURALS, *CAUSES, *TABLE_WORDS])
def test_what_no_sentence_may_hold(pattern: str) -> None:
    caught = [text for text in SAID if re.search(pattern, text)]
    assert caught == []


def test_sentences_are_sentences() -> None:
    for text in SAID:
        assert text == text.strip() and text.endswith(".")
        for sentence in re.split(r"(?<=[a-z0-9)%])\. ", text):
            assert sentence[0].isupper(), text
            assert sentence.count("(") == sentence.count(")"), text


def test_no_sentence_is_told_twice() -> None:
    for text in SAID:
        sentences = re.split(r"(?<=[a-z)])\. ", text)
        assert len(sentences) == len(set(sentences)), text


def test_the_group_is_named_once_in_a_sentence_about_its_gap() -> None:
    for one, text in zip(EVERY, SAID, strict=True):
        if one.kind == "gap" and one.low is not None:
            second = text.split(". ")[1]
            assert second.count(f"for {WHO}") <= 1, second


def test_an_estimate_never_comes_without_interval_or_reason() -> None:
    for one, text in zip(EVERY, SAID, strict=True):
        if one.kind == "missing":
            continue
        shown = re.search(r"the data fit|fits the data|fit the data|they fit|so there is no ratio", text) is not None
        reason = "No interval is given, because" in text
        assert shown != reason, text


def test_sentences_are_short_enough_to_read() -> None:
    """Words between full stops; comparisons, which are lists, may be longer."""
    for text in SAID:
        for sentence in re.split(r"(?<=[a-z)%0-9])\. ", text):
            assert len(sentence.split()) <= 65, sentence


# Direction ------------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(
    i=st.sampled_from(GAPS),
    reference=st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    comparison=st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
)
def test_words_of_a_gap_agree_with_its_numbers(i, reference, comparison) -> None:
    one = gap_claim(i, reference, comparison)
    assert one.low is not None and one.high is not None
    text = say(one)
    second = text.split(". ", 1)[1]
    worse_side, better_side = "points worse" in second, "points better" in second
    if one.low <= 0 <= one.high:
        assert re.search(r"within what chance alone can produce|Chance alone can|can be chance|from chance", second)
        assert "That is" not in second
        most = max(one.high, -one.low)
        if most >= 0.05:
            assert worse_side or better_side
        if min(one.high, -one.low) >= 0.05:
            assert worse_side and better_side  # one limit on each side
    else:
        is_worse = (comparison[0] / comparison[1] > reference[0] / reference[1]) == (i.better == "lower")
        assert worse_side == is_worse and better_side != is_worse
        assert f"percentage points {'worse' if is_worse else 'better'} for {WHO}" in second
    assert f"{100 * comparison[0] / comparison[1]:.1f}% of {WHO}" in text or comparison[0] * 1000 % comparison[1] != 0


@settings(max_examples=100, deadline=None)
@given(
    i=st.sampled_from(RATIOS),
    reference=st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    comparison=st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
)
def test_words_of_a_ratio_agree_with_its_numbers(i, reference, comparison) -> None:
    one = ratio_claim(i, reference, comparison)
    text = say(one)
    if one.reading in ("unclear", "no_interval"):
        assert "do not show a difference" in text
        assert "worse" not in text and "better" not in text
        return
    by = {REFERENCE: reference[0] / reference[1], COMPARISON: comparison[0] / comparison[1]}
    is_worse = by[i.ratio_of[0]] > by[i.ratio_of[1]]  # each is published so that above 1 is worse
    assert f"which is {'worse' if is_worse else 'better'} for" in text
    assert "do not show a difference" not in text


def test_a_gap_against_the_group_and_one_for_it() -> None:
    ind5, ind7 = STANDARD.indicators["ind5"], STANDARD.indicators["ind7"]
    more, fewer = ((200, 1000), (300, 1000)), ((300, 1000), (200, 1000))
    assert "10.0 percentage points worse for ethnic minority staff" in say(gap_claim(ind5, *more))
    assert "10.0 percentage points better for ethnic minority staff" in say(gap_claim(ind7, *more))
    assert "10.0 percentage points better for ethnic minority staff" in say(gap_claim(ind5, *fewer))
    assert "10.0 percentage points worse for ethnic minority staff" in say(gap_claim(ind7, *fewer))


# Sentences in full ------------------------------------------------------------------------------------------------


def test_a_gap_in_full() -> None:
    rows = (
        beside(NORTH_WEST, 4.32, 3.57, 5.08, "worse"),
        beside(ACUTE, 0.12, -0.9, 1.2, "unclear"),
        beside(ENGLAND, 3.97, 3.72, 4.21, "worse"),
    )
    one = replace(gap_claim(STANDARD.indicators["ind5"], (1923, 8846), (1039, 4050)), beside=rows)
    assert say(one) == (
        "In the NHS Staff Survey of autumn 2024, 25.7% of ethnic minority staff and 21.7% of White staff who "
        "answered said "
        "they had experienced harassment, bullying or abuse from patients, relatives or the public in the last 12 "
        "months "
        "(4,050 and 8,846 answers). That is 3.9 percentage points worse for ethnic minority staff; the data fit "
        "anything "
        "from 2.3 to 5.5 points worse. The same difference was 4.3 points worse for ethnic minority staff in the "
        "North West "
        "(3.6 to 5.1; 26 trusts with data), not clear in acute trusts (0.9 points better to 1.2 points worse; 119 "
        "trusts) "
        "and 4.0 points worse in England (3.7 to 4.2; 1,204 trusts)."
    )


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-2.1, 3.0, "anything from 2.1 points better to 3.0 points worse for ethnic minority staff"),
        (-0.04, 3.0, "anything from no difference to 3.0 points worse for ethnic minority staff"),
        (-2.1, 0.04, "anything from 2.1 points better for ethnic minority staff to no difference"),
        (-0.04, 0.04, "no difference as large as 0.1 points"),
    ],
)
def test_limits_on_both_sides(low: float, high: float, words: str) -> None:
    one = replace(gap_claim(STANDARD.indicators["ind5"], (10, 100), (11, 100)), low=low, high=high, reading="unclear")
    assert f"the data fit {words}." in say(one)


def test_numbers_that_round_to_nought_are_not_called_nought() -> None:
    ind5 = STANDARD.indicators["ind5"]
    tiny = replace(gap_claim(ind5, (10, 100), (11, 100)), estimate=-0.03, low=-1.0, high=0.9, reading="unclear")
    assert "The difference of less than 0.1 percentage points is within" in say(tiny)
    near = replace(tiny, estimate=0.6, low=0.02, high=1.2, reading="worse")
    assert "the data fit anything from less than 0.1 to 1.2 points worse" in say(near)


def test_a_ratio_in_full() -> None:
    one = ratio_claim(STANDARD.indicators["ind2"], (300, 1000), (200, 1000))
    assert say(one) == (
        "From April 2024 to March 2025, White applicants were about 1.50 times as likely as ethnic minority "
        "applicants to "
        "be appointed from shortlisting; the data fit anything from 1.28 to 1.75 times, which is worse for ethnic "
        "minority "
        "applicants. The rates were 30.0% of 1,000 White applicants and 20.0% of 1,000 ethnic minority "
        "applicants, a gap of "
        "10.0 percentage points (the data fit anything from 6.2 to 13.7 points)."
    )


def test_a_ratio_that_shows_nothing_says_so() -> None:
    one = ratio_claim(STANDARD.indicators["ind3"], (17, 2505), (9, 725))
    assert say(one) == (
        "From April 2024 to March 2025, ethnic minority staff were about 1.83 times as likely as White staff to "
        "enter the "
        "formal disciplinary process; the data fit anything from 0.83 to 4.00 times, so they do not show a "
        "difference. As "
        "rates, these are 0.7% of 2,505 White staff and 1.2% of 725 ethnic minority staff, a gap of 0.6 percentage "
        "points (the "
        "data fit anything from 0.2 points lower to 1.7 points higher for ethnic minority staff)."
    )


DISCIPLINED = "entered the formal disciplinary process"


@pytest.mark.parametrize(
    ("reference", "comparison", "words"),
    [
        (
            (20, 900),
            (0, 100),
            f"2.2% of 900 White staff and none of 100 ethnic minority staff {DISCIPLINED}. The ratio is 0, because the "
            "number for ethnic minority staff is nought; the data fit any ratio up to 1.67, so they do not show a "
            "difference.",
        ),
        (
            (0, 900),
            (5, 100),
            f"none of 900 White staff and 5.0% of 100 ethnic minority staff {DISCIPLINED}. There is no ratio, because "
            "the number for White staff is nought; the data fit any ratio from 11.74 up, which is worse for ethnic "
            "minority staff.",
        ),
        (
            (0, 900),
            (0, 100),
            f"none of 900 White staff and none of 100 ethnic minority staff {DISCIPLINED}, so there is no ratio and "
            "the data do not show a difference.",
        ),
    ],
)
def test_a_ratio_with_a_nought(reference, comparison, words: str) -> None:
    one = ratio_claim(STANDARD.indicators["ind3"], reference, comparison)
    assert say(one) == f"From April 2024 to March 2025, {words}"


def test_limits_that_round_to_parity_say_on_which_side_they_lie() -> None:
    one = ratio_claim(STANDARD.indicators["ind3"], (100, 1000), (150, 1000))
    assert "from just above 1.00 to" in say(replace(one, low=1.002, reading="worse"))
    assert "from 1.00 to" in say(replace(one, low=0.998, reading="unclear"))


def test_rates_only() -> None:
    i = STANDARD.indicators["ind2"]
    why = "the number of people behind the percentages is not known"
    one = replace(
        ratio_claim(i, (30, 100), (20, 100)), low=None, high=None, n={}, reading="no_interval", no_interval=why
    )
    assert say(one) == (
        "From April 2024 to March 2025, White applicants were about 1.50 times as likely as ethnic minority "
        "applicants to "
        "be appointed from shortlisting. No interval is given, because the number of people behind the "
        "percentages is not "
        "known. The rates were 30.0% for White applicants and 20.0% for ethnic minority applicants."
    )


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (12.5, "12.5 percentage points lower than"),
        (37.5, "12.5 percentage points higher than"),
        (25.0, "the same as"),
        (25.03, "less than 0.1 percentage points higher than"),
    ],
)
def test_the_board(share: float, words: str) -> None:
    values = {"comparison": share, "reference": 25.0}
    n = {"seats": 16, "workforce": 9000}
    one = claim(
        "ind9",
        "difference",
        estimate=share - 25.0,
        values=values,
        n=n,
        no_interval="these are full counts, not samples",
    )
    assert say(one) == (
        f"On 31 March 2025, {share:.1f}% of voting board members and 25.0% of the workforce were from ethnic "
        "minorities. "
        f"The share on the board was {words} in the workforce. No interval is given, because these are full "
        "counts, not "
        "samples; with 16 voting board members, one seat is 6.2 percentage points."
    )


def test_an_outcome_in_full() -> None:
    m = OUTCOMES.measures["sickness"]
    one = claim(
        m.key,
        "outcome",
        estimate=6.106,
        no_interval=m.no_interval,
        beside=(beside(LONDON, 4.0), beside(ENGLAND, 5.237)),
    )
    assert say(one) == (
        "The sickness absence rate was 6.11% from April 2024 to March 2025. It was 4.00% in London (1 trust with "
        "data) and "
        "5.24% in England (1,204 trusts). No interval is given, because the rate counts every recorded day of "
        "every member "
        "of staff and is not a sample. A low rate can mean little absence or poor recording. Bank staff are not "
        "counted."
    )


def test_an_older_outcome_says_that_it_is_older() -> None:
    m = OUTCOMES.measures["agency_share"]
    one = claim(
        m.key,
        "outcome",
        estimate=3.1,
        wres_year=2024,
        period="April 2023 to March 2024",
        values={"year": 2025.0},
        no_interval=m.no_interval,
    )
    assert "it is from an earlier year than the indicators (a reverse lag), so it cannot have followed" in say(one)
    assert "There is none since then: it is merged." in say(replace(one, reason="it is merged"))
    assert "earlier year" not in say(replace(one, values={"year": 2024.0}))


def test_a_rating_in_full() -> None:
    one = claim(
        "cqc_well_led",
        "rating",
        estimate=3.0,
        period="published on 5 March 2019",
        no_interval="a rating is a judgement, not a sample",
    )
    told = say(replace(one, reason="the loaded files go up to 1 February 2021", flags=("inherited",)))
    assert told.startswith(
        "CQC's well-led rating of the trust was Good, published on 5 March 2019. The loaded files go up to 1 "
        "February 2021, "
        "so a newer rating may be missing. The rating was carried over from a predecessor. No interval is given, "
        "because a "
        "rating is a judgement, not a sample. Inspectors read"
    )


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        ("no_data", "", "from the public) for the survey of autumn 2024."),
        ("suppressed", "by the publisher", "The publisher suppressed it, because it rests on small numbers."),
        ("not_submitted", "the cell is empty", "It was not submitted (the cell is empty)."),
        ("not_submitted", "9 of 12 months", "The loaded files do not cover the whole period (9 of 12 months)."),
        ("merged", "the trust became part of RZ2", "The trust became part of RZ2."),
        ("excluded", "10 is a placeholder", "The published value cannot be used (10 is a placeholder)."),
        ("not_applicable", "", "The publisher marks it as not applicable."),
        ("no_data", "no base to pool by is published", "No base to pool by is published."),
    ],
)
def test_a_missing_value_says_why(status: str, reason: str, words: str) -> None:
    text = say(claim("ind5", "missing", status=status, reason=reason))
    assert text.endswith(words)
    assert text.startswith(("There is no value of indicator 5 (harassment", "The loaded files do not hold"))


def test_a_measure_of_neither_standard_is_an_error() -> None:
    with pytest.raises(KeyError):
        say(replace(claim("ind5", "missing"), measure="ind99"))


# Words of numbers ------------------------------------------------------------------------------------------------


def test_wording() -> None:
    assert [trusts(n) for n in (0, 1, 2, 1204)] == ["0 trusts", "1 trust", "2 trusts", "1,204 trusts"]
    assert [joined(list("abc")[:n]) for n in (1, 2, 3)] == ["a", "a and b", "a, b and c"]
    assert (plural([4]), plural([2, 3, 4])) == ("indicator 4", "indicators 2, 3 and 4")
    assert [points(v) for v in (-3.04, 0.0, 0.04, 0.05, -0.01)] == [
        "3.0",
        "0.0",
        "less than 0.1",
        "0.1",
        "less than 0.1",
    ]
    assert [times(v) for v in (1.234, 0.004, 0.0, 12.345)] == ["1.23", "less than 0.01", "0.00", "12.35"]
    assert (times(1.001, 1.0), times(0.999, 1.0), times(1.0, 1.0), times(1.1, 1.0)) == (
        "just above 1.00",
        "just below 1.00",
        "1.00",
        "1.10",
    )
    assert [lower_first(text) for text in ("Sickness absence", "CQC's rating", "", "A gap")] == [
        "sickness absence",
        "CQC's rating",
        "",
        "a gap",
    ]
    east = {"subject": "region", "name": "East of England"}
    assert [place(b) for b in (LONDON, NORTH_WEST, east, ACUTE, ENGLAND)] == [
        "London", "the North West", "the East of England", "acute trusts", "England",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "parity", "text"),
    [
        (1.2, 3.4, 0.0, "+1.2 to +3.4"),
        (-0.02, 3.4, 0.0, "0.0 to +3.4"),
        (0.02, 3.4, 0.0, ">0.0 to +3.4"),
        (-3.4, -0.02, 0.0, "\u22123.4 to <0.0"),
        (np.nan, np.nan, 0.0, "none"),
        (1.2, np.inf, 0.0, "+1.2 or more"),
        (np.nan, 1.2, None, "+1.2 or less"),
    ],
)
def test_intervals_in_tables(low: float, high: float, parity: float | None, text: str) -> None:
    assert interval(low, high, "+.1f", parity=parity) == text
