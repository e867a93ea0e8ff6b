"""The words for one trust among all: probabilities, places, the two forms of sentence, the table, what is drawn."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from handmade import STANDARD, annual, both, observed

from wres_analysis.charts import disparity as pictures
from wres_analysis.narrative.disparity import AmongAll, among_all_claims, chance, ordinal, say_among_all
from wres_analysis.profiles.disparity import DISPARITY_COLUMNS, disparity
from wres_analysis.profiles.frames import typed

pytestmark = pytest.mark.unit

YEAR = 2025

#: One row as the profile makes it; the numbers are chosen, so that every word can be told beforehand.
GAP = {
    "indicator": "ind8", "number": 8, "title": "Discrimination at work", "form": "gap", "org_code": "RA0",
    "wres_year": YEAR, "reference_base": 800, "comparison_base": 310, "observed": 4.3, "disadvantage": 4.3,
    "standard_error": 1.1, "shrunken": 3.8, "shrunken_low": 2.7, "shrunken_high": 4.9, "posterior_mean": 3.8,
    "posterior_sd": 0.56, "probability_worse": 0.617, "average": 3.4, "rank_low": 20, "rank_high": 64,
    "funnel": "inside", "funnel_z": 0.4, "n_trusts": 159, "tau": 2.0, "i2": 0.7, "status": "ok",
}  # fmt: skip
RATIO = GAP | {
    "indicator": "ind3", "number": 3, "title": "Entering the formal disciplinary process", "form": "ratio",
    "observed": 1.39, "disadvantage": np.log(1.39), "shrunken": 1.31, "shrunken_low": 1.02, "shrunken_high": 1.69,
    "posterior_mean": np.log(1.31), "posterior_sd": 0.13, "average": 1.18, "probability_outside": 0.911,
    "band": "above", "chance_outside_if_equal": 0.118, "chance_no_ratio_if_equal": 0.001, "n_trusts": 1204,
}  # fmt: skip


def frame(*rows: dict) -> pd.DataFrame:
    return typed(list(rows), DISPARITY_COLUMNS)


def said(row: dict, **changes) -> str:
    (claim,) = among_all_claims(frame(row | changes), "RA0")
    return say_among_all(claim)


def cells(row: dict, **changes) -> dict[str, str]:
    table = AmongAll(frame(row | changes), "RA0").table()
    assert table is not None
    return dict(zip(table.headings, table.rows[0], strict=True))


def real_frame(*more) -> pd.DataFrame:
    """Nine trusts, two indicators, through the whole way from counts."""
    counts = [(60 + 9 * k, 900 + 50 * k, 20 + 7 * ((k * 5) % 9), 300 + 20 * k) for k in range(9)]
    rows = [
        both(f"RA{k}", measure, YEAR, (a, m), (b, n))
        for measure in ("ind2", "ind7", "ind8")
        for k, (a, m, b, n) in enumerate(counts)
    ]
    return disparity(annual(*rows, *more), YEAR, STANDARD)


# Probabilities and places ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0, "under 1%"), (0.0049, "under 1%"), (0.0051, "1%"), (0.5, "50%"), (0.617, "62%"), (0.9949, "99%"),
     (0.9951, "over 99%"), (1, "over 99%")],
)  # fmt: skip
def test_a_probability_is_whole_percent_and_never_none_or_all(probability, words):
    assert chance(probability) == words


def test_no_probability_is_worded_0_or_100():
    assert not {chance(p) for p in np.linspace(0, 1, 20_001)} & {"0%", "100%"}


def test_places_in_words():
    numbers = (1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111, 112, 1003)
    words = "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 101st 111th 112th 1,003rd"
    assert " ".join(map(ordinal, numbers)) == words


# Sentences -------------------------------------------------------------------------------------------------------


def test_a_gap_in_words():
    assert said(GAP) == (
        "Allowing for chance, the gap at this trust is put at 3.8 percentage points to the disadvantage of ethnic "
        "minority staff (2.7 to 4.9). On average over the 159 trusts in the data it is put at 3.4 points to their "
        "disadvantage. The probability that it is more to their disadvantage here than on average is 62%. It is 95% "
        "likely that its true place among the 159, counted from the least disadvantage, lies between 20th and "
        "64th. That is no further from the average than chance and the usual spread between trusts explain."
    )


def test_a_ratio_in_words():
    assert said(RATIO) == (
        "Allowing for chance, the ratio at this trust is put at 1.31 (1.02 to 1.69); 1 is equality. On average over "
        "the 1,204 trusts in the data it is put at 1.18. The probability that it is more to the disadvantage of ethnic "
        "minority staff here than on average is 62%. It is 95% likely that its true place among the 1,204, counted "
        "from the least disadvantage, lies between 20th and 64th. That is no further from the average than chance and "
        "the usual spread between trusts explain. The observed ratio of 1.39 lies outside the standard's 0.80 to 1.25. "
        "Of trusts of this size with no true difference at all, 12% would fall outside by chance; the probability that "
        "the true ratio here lies outside is 91%."
    )


def test_a_gap_of_which_more_is_better_is_worded_by_whom_it_serves():
    turned = {"indicator": "ind7", "shrunken": -3.8, "shrunken_low": -4.9, "shrunken_high": -2.7, "average": 0.04}
    words = said(GAP, **turned)
    assert "3.8 percentage points to the disadvantage of ethnic minority staff (2.7 to 4.9)" in words
    assert "the average is less than 0.1 points to their advantage" in words
    assert "3.8 percentage points to the advantage of ethnic minority staff (2.7 to 4.9)" in said(GAP, indicator="ind7")


def test_limits_on_both_sides_of_no_gap_say_which_is_which():
    both_sides = {"shrunken": 0.3, "shrunken_low": -1.2, "shrunken_high": 1.8}
    words = "(from 1.2 to their advantage to 1.8 to their disadvantage)"
    assert words in said(GAP, **both_sides)
    turned = {"shrunken": -0.3, "shrunken_low": -1.8, "shrunken_high": 1.2}
    assert words in said(GAP, indicator="ind7", **turned)


@pytest.mark.parametrize(
    ("flag", "z", "words"),
    [
        ("95_to_99.8", 2.2, "beyond the 95% limits of what chance and the usual spread between trusts explain, but "
         "within those of 99.8%, on the side of more disadvantage."),
        ("outside_99.8", -4.0, "beyond the 99.8% limits of what chance and the usual spread between trusts explain, on "
         "the side of less disadvantage."),
    ],
)  # fmt: skip
def test_beyond_the_funnel_in_words(flag, z, words):
    assert said(GAP, funnel=flag, funnel_z=z).endswith(f"It lies {words}")


def test_the_band_in_words():
    assert "The observed ratio of 1.20 lies inside the standard's 0.80 to 1.25." in said(
        RATIO, band="inside", observed=1.2
    )
    assert "The observed ratio of just above 1.25 lies outside" in said(RATIO, observed=1.2504)
    assert "The observed ratio of just below 0.80 lies outside" in said(RATIO, band="below", observed=0.7999)
    rare = said(RATIO, band="below", observed=0, chance_no_ratio_if_equal=0.08, chance_outside_if_equal=0.9)
    assert "The observed ratio of 0 lies outside" in rare
    assert "90% would fall outside by chance and 8% would have no ratio; the probability" in rare
    assert "observed ratio" not in said(RATIO, band="", observed=np.nan)


def test_applicants_are_not_staff():
    assert "to the disadvantage of ethnic minority applicants than the average" in said(RATIO, indicator="ind2")


def test_what_was_done_to_the_counts_is_said():
    assert "one event was shared out between the groups by their size" in said(RATIO, flags="corrected")
    assert "known only as a lower bound" in said(GAP, flags="base_at_least")
    assert "differ no more than chance explains" in said(GAP, status="no_spread")


NOTHING = dict.fromkeys(
    ("shrunken", "shrunken_low", "shrunken_high", "posterior_mean", "posterior_sd", "probability_worse",
     "probability_outside", "rank_low", "rank_high", "average"), np.nan,
)  # fmt: skip


def test_where_nothing_can_be_said_the_reason_is():
    row = RATIO | NOTHING | {"status": "too_imprecise", "reason": "the counts of this trust are too small to tell"}
    assert said(row) == (
        "Nothing is said of this trust's place among the others, because the counts of this trust are too small to "
        "tell. The observed ratio of 1.39 lies outside the standard's 0.80 to 1.25. Of trusts of this size with no "
        "true difference at all, 12% would fall outside by chance."
    )
    assert set(list(cells(row).values())[2:]) == {"none"}
    few = GAP | NOTHING | {"status": "too_few_trusts", "reason": "there are too few trusts with data to compare with"}
    assert said(few).endswith("because there are too few trusts with data to compare with.")


def test_no_word_blames_orders_or_explains():
    frame_ = real_frame()
    words = " ".join(
        str(AmongAll(frame_, code).sections()) + str(AmongAll(frame_, code).table()) for code in ("RA0", "RA5")
    )
    assert not re.search(r"\b(best|worst|rank|league|cause[sd]?|because of|due to|leads? to|nan|none)\b", words, re.I)
    assert not re.search(r"\b(0|100)%", words)


# Claims, table, picture ------------------------------------------------------------------------------------------


def test_a_claim_holds_the_numbers_of_its_row():
    (claim,) = among_all_claims(frame(RATIO), "RA0")
    assert (claim.kind, claim.measure, claim.estimate, claim.low, claim.high) == ("among_all", "ind3", 1.31, 1.02, 1.69)
    assert claim.n == {"white": 800, "bme": 310, "trusts": 1204}
    assert claim.flags == ("funnel:inside", "band:above")
    assert claim.period == "April 2024 to March 2025"
    assert among_all_claims(frame(RATIO), "RA1") == []


def test_the_table_tells_what_the_sentences_tell():
    assert cells(GAP) == {
        "Indicator": "8. Discrimination at work (gap, points)",
        "Observed": "+4.3",
        "Allowing for chance": "+3.8",
        "95% interval": "+2.7 to +4.9",
        "Average of the trusts": "+3.4",
        "Probability of more disadvantage than average": "62%",
        "Place among trusts, 95% interval": "20th to 64th of 159",
    }
    ratio = cells(RATIO, probability_worse=0.9999)
    assert list(ratio.values())[1:6] == ["1.39", "1.31", "1.02 to 1.69", "1.18", "over 99%"]


def test_a_trust_without_both_groups_gets_one_line_and_no_table_or_picture():
    among = AmongAll(real_frame(observed("RZ9", "ind8", YEAR, 3, 40, group="bme")), "RZ9")
    assert among.table() is None
    assert str(among.sections()).startswith("The loaded files hold no indicator with both groups")
    assert not len(among.drawn("gap")) and among.alt("gap") == ""


def test_what_is_drawn_is_turned_so_that_up_is_worse_and_marks_the_trust_once_a_picture():
    whole = real_frame()
    among = AmongAll(whole, "RA4")
    drawn = among.drawn("gap")
    assert drawn.groupby("title")["mine"].sum().to_dict() == {
        "7. Belief in equal opportunities": 1,
        "8. Discrimination at work": 1,
    }
    one = drawn[drawn["title"].str.startswith("7")]
    told = whole[whole["indicator"] == "ind7"].set_index("org_code").loc[one["org_code"]]
    assert np.allclose(one["estimate"], -told["shrunken"])
    assert np.allclose(one["low"], -told["shrunken_high"])
    assert np.allclose(one["average"], -told["average"])
    assert one["estimate"].is_monotonic_increasing and one["place"].tolist() == list(range(1, 10))
    assert (drawn["low"] < drawn["estimate"]).all() and (drawn["estimate"] < drawn["high"]).all()
    mine = one[one["mine"]].iloc[0]
    assert f"7. Belief in equal opportunities: {mine['estimate']:+.1f}".replace("-", "\N{MINUS SIGN}") in among.alt(
        "gap"
    )


def test_the_picture_draws_every_trust_and_marks_one():
    among = AmongAll(real_frame(), "RA4")
    fig = pictures.caterpillar(among.drawn("gap"), parity=0, ylabel="Gap, points")
    ax: Any = fig.axes[0]
    assert [len(lines.get_segments()) for lines in ax.collections] == [8, 1]
    assert [len(line.get_xdata()) for line in ax.lines[:2]] == [9, 1]
    fig = pictures.caterpillar(among.drawn("ratio"), parity=1, ylabel="Ratio", log=True)
    assert fig.axes[0].get_yscale() == "log"
