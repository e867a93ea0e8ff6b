"""Every trust among all: planted truth, other libraries' errors, the numerics called directly, what cannot be had."""

import numpy as np
import pandas as pd
import pytest
from handmade import COMPARISON, STANDARD, annual, both, missing, observed, only
from scipy.optimize import minimize_scalar
from scipy.stats import binom
from statsmodels.stats.proportion import confint_proportions_2indep

from wres_analysis.profiles.disparity import DISPARITY_COLUMNS, RANK_DRAWS, RANK_SEED, disparity, gap_and_error
from wres_analysis.stats.band import probability_true_ratio_outside
from wres_analysis.stats.funnel import known_error_funnel
from wres_analysis.stats.ranks import normal_draws, rank_intervals
from wres_analysis.stats.shrinkage import log_ratio_and_variance, shrink

pytestmark = pytest.mark.unit

YEAR = 2025
MODEL = ["shrunken", "shrunken_low", "probability_worse", "rank_low", "rank_high"]


def codes(n: int) -> list[str]:
    return [f"R{a}{b}" for a in "ABCDEFGH" for b in range(10)][:n]


def among(*records, year: int = YEAR) -> pd.DataFrame:
    return disparity(annual(*records), year, STANDARD)


def of(frame: pd.DataFrame, code: str) -> pd.Series:
    return only(frame[frame["org_code"] == code])


def some_gaps(measure: str = "ind8") -> list:
    """Eight trusts, from a small gap at a large trust to a large one at a small."""
    shares = [(60, 800, 30, 310), (70, 900, 50, 400), (40, 700, 28, 150), (66, 1000, 12, 90), (55, 650, 44, 250),
              (80, 990, 9, 120), (50, 720, 60, 260), (71, 840, 31, 200)]  # fmt: skip
    return [both(code, measure, YEAR, (a, m), (b, n)) for code, (a, m, b, n) in zip(codes(8), shares, strict=True)]


def some_ratios(measure: str = "ind3", *more) -> list:
    cells = [(60, 8000, 30, 2100), (10, 1900, 20, 900), (40, 7000, 8, 950), (16, 4000, 12, 990), (55, 6500, 14, 2250),
             (8, 990, 5, 320), (50, 7200, 40, 2600), (31, 5400, 6, 1200)]  # fmt: skip
    return [both(code, measure, YEAR, (a, m), (b, n)) for code, (a, m, b, n) in zip(codes(8), cells, strict=True)]


# What the numbers are ------------------------------------------------------------------------------------------


def test_columns_and_order_do_not_depend_on_the_order_of_the_values():
    values = annual(*some_ratios(), *some_gaps(), *some_gaps("ind7"))
    frame = disparity(values, YEAR, STANDARD)
    assert dict(frame.dtypes.astype(str)) == DISPARITY_COLUMNS
    assert frame["number"].tolist() == [3] * 8 + [7] * 8 + [8] * 8
    assert frame["org_code"].tolist() == codes(8) * 3
    pd.testing.assert_frame_equal(frame, disparity(values.sample(frac=1, random_state=3), YEAR, STANDARD))


def test_the_error_of_a_gap_is_that_of_agresti_and_caffo():
    for counts in ((30, 310, 60, 800), (0, 11, 5, 900), (11, 11, 5, 900)):
        x1, n1, x2, n2 = counts
        gap, error = gap_and_error(*counts)
        low, high = confint_proportions_2indep(x1, n1, x2, n2, compare="diff", method="agresti-caffo")
        assert gap == pytest.approx(100 * (x1 / n1 - x2 / n2))
        assert error == pytest.approx(100 * (high - low) / 2 / 1.959963984540054)
        assert error > 0


def test_the_error_of_a_ratio_is_that_of_katz():
    row = of(among(*some_ratios()), "RA0")
    low, high = confint_proportions_2indep(30, 2100, 60, 8000, compare="ratio", method="log")
    assert row["observed"] == pytest.approx((30 / 2100) / (60 / 8000))
    assert row["disadvantage"] == pytest.approx(np.log(row["observed"]))
    assert row["standard_error"] == pytest.approx(np.log(high / low) / 2 / 1.959963984540054)


def test_positive_is_worse_for_the_comparison_group_whichever_way_the_indicator_points():
    frame = among(*some_gaps("ind8"), *some_gaps("ind7"), *some_ratios("ind2"))
    harm, belief = frame[frame["indicator"] == "ind8"], frame[frame["indicator"] == "ind7"]
    assert np.allclose(harm["disadvantage"], harm["observed"])
    assert np.allclose(belief["disadvantage"], -belief["observed"])
    assert np.allclose(belief["observed"].to_numpy(), harm["observed"].to_numpy())
    assert (belief["shrunken_low"] < belief["shrunken"]).all() and (belief["shrunken"] < belief["shrunken_high"]).all()
    assert np.allclose(belief["probability_worse"].to_numpy(), 1 - harm["probability_worse"].to_numpy())
    appointed = of(frame[frame["indicator"] == "ind2"], "RA0")  # White over BME: above 1 is worse
    assert appointed["observed"] == pytest.approx((60 / 8000) / (30 / 2100))
    assert appointed["disadvantage"] == pytest.approx(np.log(appointed["observed"]))


@pytest.mark.parametrize(("measure", "form"), [("ind8", "gap"), ("ind7", "gap"), ("ind3", "ratio")])
def test_all_that_is_told_is_what_the_numerics_say(measure, form):
    frame = among(*(some_gaps(measure) if form == "gap" else some_ratios(measure)))
    y, s = frame["disadvantage"].to_numpy(), frame["standard_error"].to_numpy()
    shrunk = shrink(y, s**2, method="reml", posterior="morris")
    sign = STANDARD.indicators[measure].disadvantage
    back = np.exp if form == "ratio" else lambda value: sign * value
    assert (frame["status"] == "ok").all()
    assert np.array_equal(frame["posterior_mean"], shrunk.mean)
    assert np.array_equal(frame["posterior_sd"], shrunk.sd)
    assert np.allclose(frame["shrunken"], back(shrunk.mean))
    limits = np.sort([back(shrunk.low), back(shrunk.high)], axis=0)
    assert np.allclose(frame[["shrunken_low", "shrunken_high"]].to_numpy().T, limits)
    assert np.allclose(frame["average"], back(shrunk.fit.mu))
    assert np.allclose(frame["tau"], shrunk.fit.tau2**0.5)
    assert np.allclose(frame["i2"], shrunk.fit.i2)
    assert np.array_equal(frame["probability_worse"], shrunk.probability_above(shrunk.fit.mu))
    ranks = rank_intervals(normal_draws(shrunk.mean, shrunk.sd, seed=RANK_SEED, n_draws=RANK_DRAWS))
    assert np.array_equal(frame[["rank_low", "rank_high"]].to_numpy().T, [ranks.low, ranks.high])
    if form == "ratio":
        funnel = known_error_funnel(y, s, kind="log_ratio", target=float(np.exp(shrunk.fit.mu)))
    else:
        funnel = known_error_funnel(y, s, kind="difference", target=shrunk.fit.mu)
    assert frame["funnel"].tolist() == funnel.flag_adjusted.tolist()
    assert np.allclose(frame["funnel_z"], funnel.z_adjusted)
    assert (frame["n_trusts"] == 8).all()


def test_tau_and_average_are_the_highest_point_of_the_restricted_likelihood():
    frame = among(*some_gaps())
    y, v = frame["disadvantage"].to_numpy(), frame["standard_error"].to_numpy() ** 2

    def minus_likelihood(tau: float) -> float:
        total = v + tau**2
        mu = np.average(y, weights=1 / total)
        return float(np.log(total).sum() + np.log((1 / total).sum()) + ((y - mu) ** 2 / total).sum())

    best = minimize_scalar(minus_likelihood, bounds=(0, 30), method="bounded", options={"xatol": 1e-9}).x
    assert frame["tau"].iloc[0] == pytest.approx(best, rel=1e-5)
    assert frame["average"].iloc[0] == pytest.approx(np.average(y, weights=1 / (v + best**2)), rel=1e-6)


def test_planted_truth_is_found():
    rng, n = np.random.default_rng(8), 80
    truth, base = rng.normal(4, 3, n), rng.integers(80, 900, n)
    white, bme = rng.binomial(4 * base, 0.10), rng.binomial(base, 0.10 + truth.clip(-9) / 100)
    frame = among(*[
        both(code, "ind8", YEAR, (w, 4 * m), (b, m)) for code, w, b, m in zip(codes(n), white, bme, base, strict=True)
    ])  # fmt: skip
    covered = ((frame["shrunken_low"] <= truth) & (truth <= frame["shrunken_high"])).mean()
    assert binom.ppf(0.001, n, 0.95) / n <= covered
    assert ((frame["shrunken"] - truth) ** 2).mean() < 0.8 * ((frame["observed"] - truth) ** 2).mean()
    assert frame["tau"].iloc[0] == pytest.approx(3, abs=0.7)
    assert frame["average"].iloc[0] == pytest.approx(4, abs=1)
    place = pd.Series(truth).rank()
    in_interval = ((frame["rank_low"] <= place) & (place <= frame["rank_high"])).mean()
    assert in_interval >= binom.ppf(0.001, n, 0.95) / n
    worse = truth > truth.mean()
    assert frame["probability_worse"][worse].mean() > 0.7 > 0.3 > frame["probability_worse"][~worse].mean()


# The band ------------------------------------------------------------------------------------------------------


def test_the_band_beside_the_chance_of_an_equal_trust_and_the_true_ratio():
    frame = among(*some_ratios())
    row = of(frame, "RA5")  # 8 of 990 and 5 of 320
    p = 13 / 1310
    x1, x2 = np.arange(321)[:, None], np.arange(991)[None]
    weight = binom.pmf(x1, 320, p) * binom.pmf(x2, 990, p)
    outside = (x2 > 0) & ((5 * x1 * 990 < 4 * x2 * 320) | (4 * x1 * 990 > 5 * x2 * 320))
    assert row["chance_outside_if_equal"] == pytest.approx(weight[outside].sum(), abs=1e-12)
    assert row["chance_no_ratio_if_equal"] == pytest.approx(weight[:, 0].sum(), abs=1e-12)
    assert row["band"] == "above"
    true = probability_true_ratio_outside(frame["posterior_mean"], frame["posterior_sd"] ** 2)
    assert np.array_equal(frame["probability_outside"], true.outside)
    assert set(frame["band"]) == {"above", "below", "inside"}


def test_the_edges_belong_to_the_band():
    edges = [(50, 1000, 40, 1000), (40, 1000, 50, 1000), (50, 1000, 39, 1000), (40, 1000, 51, 1000)]
    frame = among(*[both(c, "ind3", YEAR, (a, m), (b, n)) for c, (a, m, b, n) in zip(codes(4), edges, strict=True)])
    assert frame["band"].tolist() == ["inside", "inside", "below", "above"]


def test_a_gap_has_no_band():
    frame = among(*some_gaps())
    assert (frame["band"] == "").all()
    assert frame[["probability_outside", "chance_outside_if_equal", "chance_no_ratio_if_equal"]].isna().all(axis=None)


# What cannot be had ----------------------------------------------------------------------------------------------


def test_a_trust_without_one_of_the_groups_has_no_row_and_changes_nothing():
    alone = observed("RZ9", "ind8", YEAR, 3, 40, group=COMPARISON)
    hidden = missing("RZ8", "ind8", YEAR, group=COMPARISON)
    whole = observed("RZ8", "ind8", YEAR, 3, 40, group=STANDARD.reference_group)
    pd.testing.assert_frame_equal(among(*some_gaps(), alone, hidden, whole), among(*some_gaps()))


def test_percentages_without_bases_are_named_and_left_out_of_the_rest():
    bare = [observed("RZ9", "ind8", YEAR, value=v, group=g) for v, g in ((7, "white"), (30, "bme"))]
    frame = among(*some_gaps(), *bare)
    row = of(frame, "RZ9")
    assert (row["status"], row["n_trusts"]) == ("no_base", 8)
    assert row["reason"] == "the number of people behind the percentages is not known"
    assert row[[*MODEL, "observed", "standard_error"]].isna().all()
    pd.testing.assert_frame_equal(frame[frame["org_code"] != "RZ9"], among(*some_gaps()))


def test_no_events_in_either_group_is_no_ratio():
    row = of(among(*some_ratios(), both("RZ9", "ind3", YEAR, (0, 900), (0, 100))), "RZ9")
    assert (row["status"], row["band"], row["funnel"], row["n_trusts"]) == ("no_ratio", "", "", 8)
    assert row[[*MODEL, "observed", "probability_outside"]].isna().all()
    assert row["chance_no_ratio_if_equal"] == 1


def test_a_nought_is_corrected_by_size_and_says_so():
    frame = among(*some_ratios(), both("RZ9", "ind3", YEAR, (4, 1000), (0, 800)))
    row, direct = of(frame, "RZ9"), log_ratio_and_variance(0, 800, 4, 1000, correction="by_size")
    assert (row["flags"], row["observed"], row["band"]) == ("corrected", 0, "below")
    assert (row["disadvantage"], row["standard_error"] ** 2) == pytest.approx((direct.estimate, direct.variance))
    assert frame["flags"].tolist() == [""] * 8 + ["corrected"]
    other_way = of(among(*some_ratios(), both("RZ9", "ind3", YEAR, (0, 1000), (4, 800))), "RZ9")
    assert np.isnan(other_way["observed"]) and (other_way["band"], other_way["flags"]) == ("", "corrected")


def test_a_trust_whose_counts_say_almost_nothing_is_told_nothing():
    spread = [both(f"T{c[1:]}", "ind3", YEAR, (400, 50_000), (70 + 2 * k, 12_000)) for k, c in enumerate(codes(30))]
    frame = among(*some_ratios(), *spread, both("RZ9", "ind3", YEAR, (5, 600), (0, 25)))
    row = of(frame, "RZ9")
    shrunk = shrink(frame["disadvantage"], frame["standard_error"] ** 2)
    assert shrunk.sd[frame["org_code"] == "RZ9"] > 4 * frame["tau"].iloc[0]  # what would have been told
    assert (row["status"], row["n_trusts"]) == ("too_imprecise", 39)
    assert row[[*MODEL, "posterior_sd", "probability_outside"]].isna().all()
    assert 0.9 < row["chance_outside_if_equal"] < 1
    assert (frame.loc[frame["org_code"] != "RZ9", "status"] == "ok").all()


def test_three_trusts_are_too_few_and_four_are_enough():
    three = among(*some_ratios()[:3])
    assert set(three["status"]) == {"too_few_trusts"}
    assert three[[*MODEL, "average", "tau"]].isna().all(axis=None)
    assert three["chance_outside_if_equal"].notna().all()
    assert three["observed"].notna().all()
    assert set(among(*some_ratios()[:4])["status"]) <= {"ok", "no_spread"}
    assert set(among(*some_gaps()[:1])["status"]) == {"too_few_trusts"}


def test_trusts_alike_show_no_spread_and_keep_their_numbers():
    frame = among(*[both(c, "ind8", YEAR, (50 + k % 2, 700), (30, 200)) for k, c in enumerate(codes(9))])
    assert set(frame["status"]) == {"no_spread"}
    assert (frame["tau"] == 0).all() and frame[MODEL].notna().all(axis=None)
    assert set(frame["reason"]) == {"the trusts in the data differ no more than chance explains"}


def test_trusts_before_and_after_a_break_are_not_compared():
    old = [both(f"T{c[1:]}", "ind7", YEAR, (600, 800), (100, 300), flags="before_break") for c in codes(5)]
    frame = among(*some_gaps("ind7"), *old)
    assert frame.groupby("n_trusts").size().to_dict() == {5: 5, 8: 8}
    now = frame[frame["n_trusts"] == 8].reset_index(drop=True)
    pd.testing.assert_frame_equal(now, among(*some_gaps("ind7")))


def test_lower_bounds_of_bases_are_flagged():
    less = [
        observed("RZ9", "ind8", YEAR, value=v, base=200, group=g, flags="base_at_least")
        for v, g in ((7.0, "white"), (12.0, "bme"))
    ]
    row = of(among(*some_gaps(), *less), "RZ9")
    assert (row["status"], row["flags"]) == ("ok", "base_at_least")
    assert row["observed"] == pytest.approx(5)


def test_another_year_and_other_forms_make_no_rows():
    frame = among(*some_gaps(), both("RA0", "ind9", YEAR, (9, 12), (3, 12), stratum="board_voting"), year=2024)
    assert len(frame) == 0
    assert dict(frame.dtypes.astype(str)) == DISPARITY_COLUMNS
    assert set(among(*some_gaps(), both("RA0", "ind9", YEAR, (9, 12), (3, 12)))["indicator"]) == {"ind8"}
