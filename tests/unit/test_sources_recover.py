# mypy: ignore-errors
"""Counts behind exact fractions: what is claimed is the planted truth, or is not claimed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wres_analysis.sources.observations import observations
from wres_analysis.sources.recover import LOWEST_ANSWER_SHARE, fewest_answers, recover_counts

pytestmark = pytest.mark.unit

MEASURES = ("ind5", "ind6", "ind7", "ind8")


def rates(values, *, measure="ind7", group="white", code="R0A", flags="exact_fraction", **more):
    return observations(
        org_code=code, period_end="2024-12-31", measure=measure, group=group,
        value=[100.0 * v for v in values], unit="percent", source="x", flags=flags, **more,
    )  # fmt: skip


def people(count, *, group="white", code="R0A", status="observed"):
    return observations(
        org_code=code, period_end="2024-12-31", measure="respondent_share", group=group,
        numerator=[float(count)], denominator=[float(count)], value=[50.0], status=status,
    )  # fmt: skip


def asked(base, *, measure="ind7", code="R0A"):
    return observations(
        org_code=code, period_end="2024-12-31", measure=measure, value=[50.0], effective_base=[float(base)]
    )


def recovered(*frames):
    rows = pd.concat(frames, ignore_index=True)
    return recover_counts(rows)[rows["flags"].str.contains("exact_fraction").to_numpy()]


def test_manchester_as_published():
    """R0A in 2024: 0.5839690310827735 of the White respondents, of whom the detailed spreadsheets count 8,899."""
    row = recovered(rates([0.5839690310827735]), people(8899)).iloc[0]
    assert (row["numerator"], row["denominator"], row["effective_base"]) == (5129, 8783, 8783)
    assert row["flags"] == "exact_fraction counts_derived"
    assert row["reason"] == ""


def test_several_bases_give_a_bound_and_no_counts():
    row = recovered(rates([0.5]), people(100)).iloc[0]
    assert np.isnan(row["numerator"]) and np.isnan(row["denominator"])
    assert (row["effective_base"], row["flags"]) == (90, "exact_fraction base_at_least")
    assert row["reason"] == "6 bases fit, 90 to 100"


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_nobody_and_everybody_fit_every_base(value):
    row = recovered(rates([value]), people(1000)).iloc[0]
    assert np.isnan(row["numerator"])
    assert row["effective_base"] == 900


def test_without_respondents_nothing_is_claimed_and_the_reason_says_so():
    row = recovered(rates([5129 / 8783])).iloc[0]
    assert row[["numerator", "denominator", "effective_base"]].isna().all()
    assert row["reason"] == "no base: the number of respondents of the group is not known"
    assert row["flags"] == "exact_fraction"


def test_suppressed_respondents_are_not_respondents():
    row = recovered(rates([5129 / 8783]), people(8899, status="suppressed")).iloc[0]
    assert "is not known" in row["reason"]


def test_the_base_of_the_question_narrows_the_search():
    """19/38 of 40 people, of whom the question has 39 answers from all staff: 40 is no base."""
    assert recovered(rates([0.5]), people(40)).iloc[0]["reason"] == "6 bases fit, 30 to 40"
    assert recovered(rates([0.5]), people(40), asked(39)).iloc[0]["reason"] == "5 bases fit, 30 to 38"


def test_the_largest_base_that_any_source_gives_is_the_bound():
    row = recovered(rates([7 / 95]), people(95), people(100), asked(94), asked(97)).iloc[0]
    assert (row["numerator"], row["denominator"]) == (7, 95)


@pytest.mark.parametrize(
    ("count", "base", "reason"),
    [
        (0, None, "no base: the number of respondents of the group is not known"),
        (9_999_999, None, "no base: the number of respondents of the group is not known"),
        (1000, 100, "no base: 100 people answered the question, and 1000 are in the group"),
        (50, None, "no base: no fraction with a base from 40 to 50 fits"),
    ],
)
def test_a_base_that_cannot_be_is_no_crash_and_no_claim(count, base, reason):
    frames = [rates([0.123456789]), people(count), *([asked(base)] if base else [])]
    row = recovered(*frames).iloc[0]
    assert row["reason"] == reason
    assert np.isnan(row["numerator"])


def test_a_value_that_floats_just_above_everybody_is_everybody():
    row = recovered(rates([1.0000000000000002]), people(1000)).iloc[0]
    assert row["effective_base"] == 900


def test_one_rate_that_fits_no_base_puts_the_others_of_the_group_in_doubt():
    rows = recovered(rates([5129 / 8783, 0.123456789]), people(8899))
    assert rows["numerator"].isna().all()
    assert rows.iloc[0]["reason"].startswith("no base: another rate fits none")
    other = recovered(rates([5129 / 8783]), rates([0.123456789], code="R0B"), people(8899), people(100, code="R0B"))
    assert list(other["numerator"].notna()) == [True, False]


def test_groups_that_together_have_more_answers_than_all_staff_are_withdrawn():
    both = [rates([5129 / 8783]), rates([1944 / 4019], group="bme"), people(8899), people(4111, group="bme")]
    assert recovered(*both, asked(12802))["numerator"].notna().all()
    rows = recovered(*both, asked(12801))
    assert rows["numerator"].isna().all()
    assert set(rows["reason"]) == {"no base: the groups' bases together exceed that of all staff"}
    assert rows["effective_base"].isna().all()


def test_only_flagged_and_observed_rows_are_touched():
    plain = [rates([0.25], flags=""), rates([0.25], status="suppressed"), people(100)]
    rows = pd.concat(plain, ignore_index=True)
    pd.testing.assert_frame_equal(recover_counts(rows), rows)


# -- Can a claim be wrong? ---------------------------------------------------------------------------------------


@st.composite
def counts(draw):
    """A group, how many of it answered (at least as many as are taken to be possible), and how many said yes."""
    group = draw(st.integers(1, 3000))
    base = draw(st.integers(fewest_answers(group), group))
    return group, base, draw(st.integers(0, base)), draw(st.none() | st.integers(base, 2 * group))


@given(st.lists(counts(), min_size=1, max_size=15))
@settings(max_examples=40)
def test_while_enough_answered_a_claim_is_the_truth(cases):
    frames = []
    for number, (group, base, yes, question) in enumerate(cases):
        code = f"R{number}"
        frames += [people(group, code=code), *([asked(question, code=code)] if question else [])]
        frames += [rates([yes / base], code=code)]
    for (_, base, yes, _), row in zip(cases, recovered(*frames).to_dict("records"), strict=True):
        if "counts_derived" in row["flags"]:
            assert (row["numerator"], row["denominator"]) == (yes, base)
        else:
            assert "base_at_least" in row["flags"]
            assert row["effective_base"] <= base


def test_at_least_ten_people_may_pass_a_question_over():
    assert [fewest_answers(n) for n in (1, 10, 11, 47, 100, 101, 1000, 8899)] == [1, 1, 1, 37, 90, 91, 900, 8010]
    assert LOWEST_ANSWER_SHARE == 0.90


def world(seed, low, high, organisations=300, swapped=False, last=None):
    """Planted answers: groups of the sizes of the 2024 survey, shares that answered between two bounds.

    ``last`` gives other bounds to the share that answered the last question.

    Returns the recovered rows, and whether each claims counts, and whether those are the planted ones.
    """
    random = np.random.default_rng(seed)
    sizes = np.exp(random.normal(np.log([2200, 900]), 0.8, size=(organisations, 2))).clip(47, 9000).astype(int)
    shape = (organisations, 2, len(MEASURES))
    share = random.uniform(low, high, shape)
    if last is not None:
        share[:, :, -1] = random.uniform(*last, shape[:2])
    bases = np.floor(sizes[:, :, None] * share).astype(int)
    yes = random.binomial(bases, random.uniform(0.04, 0.6, shape))
    codes, groups = np.array([f"R{n}" for n in range(organisations)]), np.array(["white", "bme"])
    known = sizes[:, ::-1] if swapped else sizes
    respondents = observations(
        org_code=np.repeat(codes, 2),
        period_end="2024-12-31",
        measure="respondent_share",
        group=np.tile(groups, organisations),
        numerator=known.ravel().astype(float),
    )
    published = observations(
        org_code=np.repeat(codes, 8),
        period_end="2024-12-31",
        measure=np.tile(MEASURES, 2 * organisations),
        group=np.tile(np.repeat(groups, 4), organisations),
        value=(100 * yes / bases).ravel(),
        flags="exact_fraction",
    )
    rows = recovered(respondents, published)
    claimed = rows["numerator"].notna().to_numpy()
    right = (rows["numerator"] == yes.ravel()) & (rows["denominator"] == bases.ravel())
    return rows, claimed, right.to_numpy()


def test_planted_counts_come_back_and_none_is_wrong():
    """Shares as in 2024, where 0.936 to 1.000 of a group answered a question."""
    _, claimed, right = world(seed=1, low=0.936, high=1.0)
    assert (claimed == right).all()
    assert claimed.mean() > 0.94  # 1,217 of 1,272, 0.957, in the survey of 2024


@pytest.mark.parametrize(("low", "high"), [(0.5, 0.9), (0.7, 0.89), (0.85, 0.899)])
def test_where_fewer_answered_than_is_taken_to_be_possible_claims_are_withdrawn(low, high):
    """One of an organisation's rates is then sure to fit no base, and takes the others with it."""
    _, claimed, _ = world(seed=2, low=low, high=high)
    assert claimed.mean() < 0.001


def test_one_question_that_few_answered_is_the_worst_case():
    """Seven of eight rates fit, and the eighth has to find an impostor: this is the only way to a wrong count."""
    _, claimed, right = world(seed=3, low=0.936, high=1.0, last=(0.80, 0.899), organisations=1000)
    wrong = claimed & ~right
    assert 0 < wrong.mean() < 0.005
    assert wrong.reshape(-1, 4)[:, :3].sum() == 0  # the questions that enough people answered are right all the same


def test_weighted_rates_are_no_fractions_and_get_no_counts():
    """A weighted rate is any number; that one of the bases tried fits it by chance happens about once in 100,000."""
    random = np.random.default_rng(3)
    frames = [rates(random.uniform(0.05, 0.6, size=2000)), people(9000)]
    rows = recovered(*frames)
    assert rows["numerator"].isna().all()
    assert rows["reason"].str.startswith("no base").all()


@pytest.mark.parametrize(("digits", "claimed"), [(17, True), (15, True), (10, False), (6, False)])
def test_digits_needed(digits, claimed):
    """Printed to 15 digits a fraction is still told; shorter ones claim nothing rather than something near."""
    value = float(f"{5129 / 8783:.{digits}g}")
    assert (recovered(rates([value]), people(8899))["numerator"].notna() == claimed).all()


def test_swapped_groups_are_noticed():
    """With the groups' respondents the wrong way round nearly every organisation's claims are withdrawn."""
    _, claimed, _ = world(seed=4, low=0.97, high=1.0, swapped=True)
    assert claimed.mean() < 0.02
