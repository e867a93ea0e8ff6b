# mypy: ignore-errors
"""The evidence grade: a table of cases, and what holds for every row there can be."""

from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from link_panels import HEAD, random_panel, row, run, test_text

from wres_analysis.links.evidence import GRADES, RESERVATIONS, STEPS, grade

pytestmark = pytest.mark.unit

DOCS = Path(__file__).resolve().parents[2] / "docs"

#: A clear association within trusts, with nothing against it.
BEST: dict[str, Any] = {
    "role": "primary", "term": "within", "lag": 1, "estimate": -0.02, "std_estimate": -0.3, "ci_low": -0.03,
    "ci_high": -0.01, "p_value": 0.001, "p_holm": 0.004, "p_bh": 0.002, "p_by": nan, "p_rw": nan, "sesoi": 0.005,
    "mde_80": 0.014, "equivalence_p": 0.99, "reliability": 0.5, "dis_ci_low": -0.06, "dis_ci_high": -0.02,
    "dis_status": "ok", "coupling": "none", "n_obs": 1400, "n_trusts": 200, "n_clusters": 200, "direction": "negative",
    "se_convention": "CR1: ...", "loro_low": -0.022, "loro_high": -0.018, "robustness_value": 0.2,
    "variant": "complete_case",
}  # fmt: skip
REVERSE = BEST | {
    "role": "falsification", "estimate": 0.001, "ci_low": -0.009, "ci_high": 0.011, "p_value": 0.8, "lag": -1,
}  # fmt: skip
CONTROL = REVERSE | {"role": "negative_control", "std_estimate": 0.02}
IMPUTED = BEST | {"role": "sensitivity", "variant": "imputed"}
LAG_2 = REVERSE | {"role": "sensitivity", "lag": 2}
ALL = [REVERSE, CONTROL, IMPUTED, LAG_2]


def graded(beside: list[dict[str, Any]] | None = None, deciding: str = "p_holm", **changes: Any) -> str:
    return grade(BEST | changes, ALL if beside is None else beside, deciding=deciding, alpha=0.05).grade


def applying(beside: list[dict[str, Any]] | None = None, **changes: Any) -> list[str]:
    said = grade(BEST | changes, ALL if beside is None else beside, deciding="p_holm", alpha=0.05).reasons
    return [name for name, (sentence, _) in RESERVATIONS.items() if sentence in said]


def test_with_nothing_against_it_an_association_is_moderate_and_no_more():
    assert graded() == "moderate"
    assert list(GRADES)[-1] == "moderate"
    assert not any(word in " ".join(GRADES).lower() for word in ("strong", "caus", "proven"))


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("exploratory", {"role": "exploratory"}),
        ("between", {"term": "between"}),
        ("between", {"term": "ind8.disadvantage"}),
        ("order", {"lag": 0}),
        ("coupled", {"coupling": "flagged"}),
        ("clusters", {"n_clusters": 30}),
        ("clusters", {"n_clusters": 0, "n_trusts": 30, "n_obs": 210}),
        ("size", {"sesoi": 0.03}),
        ("size", {"sesoi": nan}),
        ("direction", {"direction": "positive"}),
        ("regions", {"loro_high": 0.001}),
        ("hidden", {"robustness_value": 0.05}),
    ],
)
def test_each_reservation_alone_makes_it_weak(name, changes):
    assert applying(**changes) == [name]
    assert graded(**changes) == "weak"


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("reverse", [CONTROL, IMPUTED]),
        ("reverse", [REVERSE | {"estimate": -0.02, "ci_low": -0.03, "ci_high": -0.01}]),
        ("control", [REVERSE, CONTROL | {"p_value": 0.01, "std_estimate": 0.2}]),
        ("lags", [REVERSE, LAG_2 | {"estimate": 0.02, "ci_low": 0.01, "ci_high": 0.03}]),
        ("variants", [REVERSE, IMPUTED | {"p_value": 0.2}]),
        ("variants", [REVERSE, IMPUTED | {"variant": "bound_high", "estimate": 0.001, "p_value": 0.9}]),
    ],
)
def test_rows_beside_the_test_make_it_weak(name, beside):
    assert applying(beside) == [name]
    assert graded(beside) == "weak"


def test_without_an_order_in_time_there_is_no_reverse_to_miss():
    assert applying([], lag=0) == ["order"]


def test_rows_beside_the_test_that_say_nothing_against_it():
    assert graded([REVERSE, CONTROL | {"p_value": 0.01, "std_estimate": 0.1}]) == "moderate"
    assert graded([REVERSE, LAG_2 | {"estimate": -0.02, "ci_low": -0.03, "ci_high": -0.01}]) == "moderate"
    assert graded([REVERSE, IMPUTED | {"variant": "bound_high", "estimate": -0.001, "p_value": 0.9}]) == "moderate"
    assert graded([REVERSE, IMPUTED | {"status": "nothing_missing", "estimate": nan, "p_value": nan}]) == "moderate"


def test_the_reverse_lag_may_be_as_large_as_few_years_make_it():
    """With seven years, taking out the means gives up to a sixth of the forward estimate in reverse."""
    within = REVERSE | {"estimate": 0.0033, "ci_low": 0.0030, "ci_high": 0.0036, "p_value": 0.001}
    assert graded([within]) == "moderate"
    assert graded([REVERSE, within | {"role": "sensitivity", "lag": 2}]) == "moderate"
    beyond = REVERSE | {"estimate": 0.0040, "ci_low": 0.0036, "ci_high": 0.0044, "p_value": 0.001}
    assert applying([beyond]) == ["reverse"]
    # Between trusts no means are taken out, and nothing is allowed for.
    assert applying([within], term="between") == ["between", "reverse"]


def test_few_clusters_do_not_matter_where_p_is_that_of_a_bootstrap():
    assert graded(n_clusters=20, se_convention="wild cluster bootstrap for p and interval") == "moderate"


def test_the_adjusted_p_decides():
    assert graded(p_holm=0.06) == "cannot_tell"
    assert graded(p_holm=0.06, deciding="p_bh") == "moderate"


@pytest.mark.parametrize(
    ("word", "changes"),
    [
        ("no_answer", {"estimate": nan}),
        ("no_evidence", {"mde_80": 0.0024}),
        ("cannot_tell", {"mde_80": 0.0026}),  # enough for the exposure as measured, not for the one behind it
        ("cannot_tell", {"mde_80": 0.0024, "reliability": nan}),
        ("cannot_tell", {"mde_80": 0.0024, "sesoi": nan}),
        ("no_meaningful_effect", {"equivalence_p": 0.01, "dis_ci_low": -0.004, "dis_ci_high": 0.004}),
        ("cannot_tell", {"equivalence_p": 0.01, "dis_ci_low": -0.006, "dis_ci_high": 0.004}),
        ("cannot_tell", {"equivalence_p": 0.01, "dis_ci_low": nan, "dis_ci_high": nan, "dis_status": "no_base"}),
        ("cannot_tell", {"equivalence_p": 0.01, "dis_ci_low": -inf, "dis_ci_high": inf, "dis_status": "unbounded"}),
        ("no_meaningful_effect", {"equivalence_p": 0.01, "dis_ci_low": nan, "dis_status": "full_count"}),
    ],
)
def test_nulls_are_three(word, changes):
    null = {"p_value": 0.4, "p_holm": 0.9}
    assert graded([], **null | changes) == word


def test_a_null_must_hold_in_all_variants():
    small = {"p_holm": 0.9, "equivalence_p": 0.01, "dis_ci_low": -0.004, "dis_ci_high": 0.004}
    assert graded([IMPUTED | {"equivalence_p": 0.02}], **small) == "no_meaningful_effect"
    assert graded([IMPUTED | {"equivalence_p": 0.2}], **small) == "cannot_tell"


numbers = st.one_of(st.floats(-1, 1), st.just(nan), st.just(inf))
shares = st.one_of(st.floats(0, 1), st.just(nan))
ROWS = st.fixed_dictionaries(
    {name: numbers for name in ("estimate", "ci_low", "ci_high", "std_estimate", "loro_low", "loro_high", "dis_ci_low")}
    | {name: shares for name in ("p_value", "p_holm", "p_bh", "equivalence_p", "reliability", "sesoi", "mde_80")}
    | {"lag": st.integers(-1, 2), "n_clusters": st.integers(0, 99), "role": st.sampled_from(["primary", "exploratory"])}
    | {"coupling": st.sampled_from(["none", "flagged"]), "term": st.sampled_from(["within", "between"])}
)  # fmt: skip
BESIDE = st.lists(
    st.builds(
        lambda more, role, variant: BEST | more | {"role": role, "variant": variant},
        ROWS,
        st.sampled_from(["falsification", "sensitivity", "negative_control"]),
        st.sampled_from(["complete_case", "imputed", "bound_low", "large_bases"]),
    ),
    max_size=4,
)


@given(ROWS, BESIDE)
def test_an_association_is_claimed_only_where_the_deciding_p_says_so(changes, beside):
    one = BEST | changes
    found = grade(one, beside, deciding="p_holm", alpha=0.05)
    assert found.grade in GRADES
    assert found.reasons
    if found.grade in ("weak", "moderate"):
        assert one["p_holm"] < 0.05
        assert np.isfinite(one["estimate"])
    if found.grade == "moderate":
        assert (one["role"], one["term"], one["coupling"]) == ("primary", "within", "none")
        assert one["lag"] > 0
        assert abs(one["estimate"]) >= one["sesoi"]


@given(ROWS, BESIDE, st.integers(0, 3))
def test_more_beside_a_test_never_raises_its_grade(changes, beside, kept):
    """Except for the reverse lag, without which nothing is moderate."""
    order = list(GRADES)
    fewer = [REVERSE, *beside[:kept]]
    more = [REVERSE, *beside]
    few, many = (grade(BEST | changes, rows, deciding="p_holm", alpha=0.05).grade for rows in (fewer, more))
    assert order.index(many) <= order.index(few)


def test_the_docs_hold_the_rule_word_for_word():
    text = (DOCS / "plans.md").read_text(encoding="utf-8").replace("\n", " ")
    for word, meaning in GRADES.items():
        assert f"| `{word}` | {meaning} |" in text
    for sentence, _ in RESERVATIONS.values():
        assert f"| {sentence} |" in text
    for word, sentence in STEPS:
        assert f"{sentence} `{word}`" in text


def test_rows_of_a_plan_are_graded_and_what_checks_them_is_not():
    result = run(random_panel(60, 8), test_text(adjust='["workforce_bme_share"]', sesoi="{ change = 0.2, per = 10 }"))
    found = row(result)
    about = result.about["tests"]["T"]["evidence"]
    assert found["evidence"] == about["grade"] == "moderate"
    assert about["p"] == "p_holm"
    rest = result.frame[(result.frame["of"] != "") | (result.frame["test_id"] != "T")]
    assert set(rest["evidence"]) == {""}


def test_a_family_that_adjusts_for_nothing_has_no_moderate_evidence():
    head = HEAD.replace('"holm", "bh", "by", "romano_wolf"', "")
    result = run(random_panel(60, 8), test_text(sesoi="{ change = 0.2, per = 10 }"), head=head)
    assert row(result)["evidence"] == "weak"
    assert RESERVATIONS["unadjusted"][0] in result.about["tests"]["T"]["evidence"]["reasons"]
