# mypy: ignore-errors
"""Sentences on links: none says more than its grade, and the three nulls are three sentences."""

from math import nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from link_panels import random_panel, row, run, test_text

from wres_analysis.links.evidence import GRADES, RESERVATIONS
from wres_analysis.narrative.links import CLAIMING, say_link
from wres_analysis.standards import load_outcomes, load_standard

pytestmark = pytest.mark.unit

STANDARD, OUTCOMES = load_standard("wres"), load_outcomes()
BANNED = ("leads to", "because of", "drives", "impact of", "causes ", "due to", "effect of", "proves", "staff who")
ROW: dict[str, Any] = {
    "test_id": "P1", "of": "", "exposure": "ind8.disadvantage", "outcome": "engagement", "lag": 1, "term": "within",
    "estimate": -0.0064, "ci_low": -0.009, "ci_high": -0.0037, "sesoi": 0.005, "per": 10.0, "per_words": "10 points",
    "unit": "point of the score per percentage point", "n_obs": 1364, "n_trusts": 210, "message": "",
}  # fmt: skip


def said(evidence: str, **changes: Any) -> str:
    return say_link(ROW | {"evidence": evidence} | changes, STANDARD, OUTCOMES)


def test_the_nulls_are_three_sentences():
    null = {"estimate": 0.001, "ci_low": -0.003, "ci_high": 0.005}
    pair = "disadvantage of ethnic minority staff on indicator 8 (discrimination at work)"
    cannot, nothing, small = (said(word, **null) for word in ("cannot_tell", "no_evidence", "no_meaningful_effect"))
    assert cannot.startswith(f"These data cannot tell whether {pair}")
    assert nothing.startswith(f"There is no evidence that {pair}")
    assert "association of 0.05 points of the score for 10 points, it would probably have been seen" in nothing
    assert small.startswith(f"There is evidence of no meaningful association between {pair}")
    assert small.partition(". ")[0].endswith("for 10 points is ruled out")


def test_an_association_is_told_with_its_direction_its_numbers_and_its_reservations():
    text = say_link(ROW | {"evidence": "weak"}, STANDARD, OUTCOMES, reasons=["No plan declared the test."])
    assert "weak evidence that disadvantage of ethnic minority staff on indicator 8" in text
    assert "is linked with a lower the" not in text
    assert "linked with a lower staff engagement score within trusts, in the year after." in text
    assert "The estimate is \N{MINUS SIGN}0.064 points of the score for 10 points" in text
    assert "(95% interval \N{MINUS SIGN}0.090 to \N{MINUS SIGN}0.037), from 1,364 rows of 210 trusts." in text
    assert text.endswith(
        "No plan declared the test. This says nothing of individual members of staff, and nothing of causes."
    )
    assert "moderate evidence" in said("moderate")


def test_names_are_those_of_prose():
    text = said("weak", outcome="fft_positive", estimate=0.01, unit="percentage point per percentage point")
    assert "a higher share of positive answers to the Friends and Family Test" in text
    assert "0.100 percentage points for 10 points" in text
    assert "and agency spend as a share of staff cost go" in said("cannot_tell", outcome="agency_share")
    rating = said("weak", outcome="cqc_well_led", unit="log odds of a higher category")
    assert "a lower well-led rating of the trust" in rating
    assert "log odds of a higher category for 10 points" in rating
    assert "and CQC's well-led rating of the trust go together" in said("cannot_tell", outcome="cqc_well_led")


def test_a_row_that_checks_another_claims_nothing():
    assert said("", of="P1") == "This row checks the test P1 and makes no claim of its own."


def test_a_row_without_an_answer_gives_its_reason():
    text = said("no_answer", estimate=nan, message="These data hold no agency_share.")
    assert text.startswith("There is no answer on")
    assert text.endswith("These data hold no agency_share.")


@given(
    st.sampled_from([*GRADES, ""]),
    st.floats(-2, 2),
    st.integers(-3, 3),
    st.sampled_from(["ind8.disadvantage", "ind3.log_ratio", "ind6.white", "ind5.gap", "ind9.difference", "headcount"]),
    st.sampled_from(["engagement", "sickness", "agency_share", "fft_positive.ae", "cqc_well_led"]),
    st.sampled_from(["within", "between", "ind8.disadvantage"]),
    st.sampled_from([(10.0, "10 points"), (0.693, "doubling of the ratio"), (nan, "")]),
    st.lists(st.sampled_from([sentence for sentence, _ in RESERVATIONS.values()]), max_size=3),
)
def test_no_sentence_says_more_than_its_grade(grade, estimate, lag, exposure, outcome, term, per, reasons):
    one = ROW | {
        "evidence": grade, "estimate": estimate, "ci_low": estimate - 1, "ci_high": estimate + 1, "lag": lag,
        "exposure": exposure, "outcome": outcome, "term": term, "per": per[0], "per_words": per[1],
    }  # fmt: skip
    text = say_link(one, STANDARD, OUTCOMES, reasons=reasons)
    low = text.lower()
    assert not any(word in low for word in BANNED)
    claims = [word for word in CLAIMING if word in low]
    if grade not in ("weak", "moderate"):
        assert claims == []
    else:
        assert claims == ["linked", f"{grade} evidence"]
        assert "nothing of causes" in text
    assert "  " not in text
    assert "nan" not in low.replace("finan", "")
    assert text.endswith(".")


def test_a_row_as_it_comes_from_a_plan():
    result = run(random_panel(60, 8), test_text(adjust='["workforce_bme_share"]', sesoi="{ change = 0.2, per = 10 }"))
    found = row(result)
    text = say_link(found.to_dict(), STANDARD, OUTCOMES)
    assert text.startswith("There is moderate evidence that disadvantage of ethnic minority staff on indicator 8")
    reverse = row(result, "T@lag-1").to_dict()
    assert say_link(reverse, STANDARD, OUTCOMES) == "This row checks the test T and makes no claim of its own."
