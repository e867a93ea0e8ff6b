"""Replications: the rule of the verdict, planted truth, published figures as data, and chance in a band."""

from __future__ import annotations

from math import log, nan
from pathlib import Path

import numpy as np
import pytest
from link_panels import as_data, events_table, random_panel
from rating_panels import SIZES, planted
from scipy.stats import norm

from wres_analysis.errors import InputError
from wres_analysis.links import read_plan, run_plan
from wres_analysis.replications.band_counts import COUNT_COLUMNS, FIT_COLUMNS, Bases, Curve, band_counts, fit_counts
from wres_analysis.replications.published import GRADES, load_published
from wres_analysis.replications.studies import HELD_COLUMNS, ROW_COLUMNS, VERDICT_COLUMNS, VERDICTS, judge, replicate
from wres_analysis.resources import share

pytestmark = pytest.mark.unit

PUBLISHED = load_published()
METHODS = share("data", "reference", "replications.toml")


# What was published ------------------------------------------------------------------------------------------------


def test_published_figures_are_those_of_their_sources():
    """Abstracts of BMJ Open 9:e026472 and J Healthc Qual Res 36:128; HSJ 7025477 on A fair experience for all."""
    first, second, third = PUBLISHED.studies
    assert (first.published, first.published_n) == (0.57, 97)
    assert (second.published, second.published_n) == (13.75, 129)
    assert np.isnan(third.published)
    band = PUBLISHED.band
    assert (band.inside_share, band.above, band.below, band.national) == (23.8, 135, 41, 1.24)
    # 23.8% of one whole number of trusts: 55 of 231.
    assert (band.inside, band.trusts) == (55, 231)
    assert round(100 * band.inside / band.trusts, 1) == band.inside_share
    assert {*(one.grade for one in PUBLISHED.studies), band.grade} <= set(GRADES)


def test_every_row_of_a_study_is_one_that_the_plan_gives():
    plan = read_plan(share("plans", "replications.toml"))
    result = run_plan(plan, as_data(random_panel()))
    given = set(result.frame["test_id"])
    for study in PUBLISHED.studies:
        assert set(study.tests) <= given
        assert set(study.compared) <= set(study.tests) == set(study.labels)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('grade = "R"', 'grade = "S"', "The grade 'S' is no grade of a fact"),
        ('grade = "R"', 'grade = "K"', "no grade of a fact"),
        ('scale = "sign"', 'scale = "guess"', "'scale' is none of"),
        ('direction = "positive"', "", "'direction' is missing"),
        ("national = 1.24", "nationl = 1.24", "'nationl' is not known"),
        ("[band]", "[band", "This is not TOML"),
    ],
)
def test_a_statement_that_is_no_fact_or_not_whole_is_refused(tmp_path, old, new, words):
    text = METHODS.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "replications.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=words):
        load_published(path)


# The verdict -------------------------------------------------------------------------------------------------------

CASES = [
    # estimate, low, high, published, scale, null verdict -> word
    ((0.5, 0.3, 0.7, 0.57, "standardised", ""), "replicated"),
    ((0.2, 0.1, 0.3, 0.57, "standardised", ""), "partly"),
    ((0.1, -0.1, 0.3, 0.57, "standardised", ""), "not_replicated"),
    ((0.3, -0.1, 0.7, 0.57, "standardised", ""), "cannot_be_replicated_here"),
    ((-0.3, -0.5, -0.1, 0.57, "standardised", ""), "not_replicated"),
    ((2.6, 1.0, 4.2, 13.75, "odds_ratio", ""), "partly"),
    ((0.1, -1.0, 1.2, 13.75, "odds_ratio", "cannot_tell"), "cannot_be_replicated_here"),
    ((0.1, 0.05, 0.15, nan, "sign", "not_null"), "replicated"),
    ((0.0, -0.01, 0.01, nan, "sign", "evidence_of_no_meaningful_effect"), "not_replicated"),
    ((0.0, -0.2, 0.2, nan, "sign", "no_evidence"), "cannot_be_replicated_here"),
    ((nan, nan, nan, 0.57, "standardised", "not_available"), "cannot_be_replicated_here"),
    ((0.2, -np.inf, np.inf, nan, "sign", ""), "cannot_be_replicated_here"),
]


@pytest.mark.parametrize(("given", "word"), CASES)
def test_the_rule_of_the_verdict(given, word):
    estimate, low, high, published, scale, null = given
    found = judge(estimate, low, high, published=published, scale=scale, direction="positive", null_verdict=null)
    assert found[0] == word in VERDICTS
    turned = judge(-estimate, -high, -low, published=-published, scale=scale, direction="negative", null_verdict=null)
    assert turned == found  # the rule knows no favourite sign


def test_a_planted_link_between_trusts_is_replicated_and_told_apart_from_within():
    # A slope of 1.26 on the logistic scale is a standardised coefficient of 1.26 / sqrt(1.26**2 + pi**2 / 3) = 0.57.
    found = replicate(planted(1.26))
    frame = found.frame
    assert list(frame.columns) == list(ROW_COLUMNS)
    first = frame[frame["decides"] & (frame["study"] == "engagement_ratings")].iloc[0]
    assert first["test_id"] == "WG-ordinal@lag0"
    assert first["low"] < 0.57 < first["high"] and first["low"] > 0
    verdicts = found.verdicts.set_index("study")["verdict"]
    assert list(found.verdicts.columns) == list(VERDICT_COLUMNS)
    assert verdicts["engagement_ratings"] == "replicated"
    assert verdicts["engagement_odds"] == "partly"  # the direction; its size is for another unit
    # Belief goes with patients' answers between trusts alone: one of the two that "predictor" needs.
    assert verdicts["opportunities_patients"] in ("partly", "replicated")
    between, within = (frame[(frame["test_id"] == name)].iloc[0] for name in ("PR-between", "PR-within"))
    assert between["verdict"] == "replicated" and within["verdict"] != "replicated"
    assert verdicts["opportunities_patients"] == "partly"


def test_a_planted_link_within_trusts_is_found_forward_and_not_in_reverse():
    frame = replicate(planted(0.0, within=0.3)).frame.set_index("test_id")
    forward, back = frame.loc["PR-within"], frame.loc["PR-within@lag-1"]
    assert forward["per"] == 10
    assert forward["low"] < 3.0 < forward["high"]  # 0.3 for one point, told for ten
    assert back["high"] - back["low"] > 0 and back["ours"] < 1.0


def test_nothing_planted_of_the_published_size_is_not_replicated():
    found = replicate(planted(0.0))
    verdicts = found.verdicts.set_index("study")["verdict"]
    assert verdicts["engagement_ratings"] == "not_replicated"


def test_data_without_ratings_and_patients_cannot_and_say_what_they_hold():
    panel = random_panel().drop(columns="cqc_well_led")
    near = events_table([("RZ001", "2019-01-01", 2.0)], "cqc_location_overall")
    found = replicate(as_data(panel, near))
    words = set(found.verdicts["verdict"].iloc[:-1])
    assert words == {"cannot_be_replicated_here"}
    numbers = ["ours", "low", "high", "std", "std_low", "std_high", "corrected"]
    assert found.frame[numbers].isna().all().all()
    assert (found.frame["status"] == "not_available").all()
    held = found.held
    assert list(held.columns) == list(HELD_COLUMNS)
    ratings = held[held["study"] == "engagement_ratings"].set_index("side")
    assert ratings.loc["outcome", "values"] == 0 and ratings.loc["exposure", "trusts"] == 20
    assert list(ratings.loc["near", ["column", "values", "first_year"]]) == ["cqc_location_overall", 1, 2019]


# The band ----------------------------------------------------------------------------------------------------------

BAND = PUBLISHED.band


def bases(n: int = 60, rate: float = 0.01) -> Bases:
    staff = np.linspace(1_000, 12_000, n)
    return Bases("reference", 2018, np.rint(0.2 * staff), np.rint(0.8 * staff), rate)


@pytest.mark.parametrize(("median", "spread"), [(0.0, 0.0), (0.2, 0.3), (-0.3, 0.6)])
def test_expected_shares_are_those_of_simulated_trusts(median, spread):
    one, draws = bases(), 4_000
    random = np.random.default_rng(8)
    true = np.exp(random.normal(median, spread, (draws, 60)))
    x1 = random.binomial(one.comparison.astype(int), np.minimum(one.rate * true, 1))
    x2 = random.binomial(one.reference.astype(int), one.rate, (draws, 60))
    ratio = np.divide(x1 / one.comparison, x2 / one.reference, out=np.full(x1.shape, np.nan), where=x2 > 0)
    told = np.isfinite(ratio)
    edge = 1e-9
    seen = [
        (ratio < 0.8 - edge).sum(),
        ((ratio >= 0.8 - edge) & (ratio <= 1.25 + edge)).sum(),
        (ratio > 1.25 + edge).sum(),
    ]
    ours = Curve(one, low=0.8, high=1.25).shares(median, spread)
    # 240,000 trusts: four Monte Carlo errors of a share are below 0.0041.
    assert ours == pytest.approx(np.array(seen) / told.sum(), abs=0.0042)


def test_with_many_events_chance_and_spread_add_up_as_normal_errors_do():
    one = Bases("reference", 2018, np.array([4_000.0]), np.array([16_000.0]), 0.02)
    ours = Curve(one, low=0.8, high=1.25).shares(0.1, 0.4)
    total = np.sqrt(0.4**2 + 1 / (80 * np.exp(0.1)) + 1 / 320)
    below, above = norm.cdf((log(0.8) - 0.1) / total), norm.sf((log(1.25) - 0.1) / total)
    # The normal error of a log ratio is an approximation: with some 90 events it is right to about a percentage point.
    assert ours == pytest.approx([below, 1 - below - above, above], abs=0.012)


@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_a_planted_spread_is_found(spread):
    curve = Curve(bases(), low=0.8, high=1.25)
    seen = np.rint(2_000 * curve.shares(0.25, spread)).astype(int)
    fits = {one["model"]: one for one in fit_counts(curve, list(seen), nan)}
    assert set(fits) == {"one_ratio", "free"}
    free = fits["free"]
    assert float(free["median_low"]) <= np.exp(0.25) <= float(free["median_high"])
    assert float(free["spread_low"]) <= spread <= float(free["spread_high"])
    assert free["spread"] == pytest.approx(spread, abs=0.1)  # steps of 0.02 in the median, flat near no spread
    # One ratio for all is enough where all have one, and is refused where trusts differ.
    assert (float(fits["one_ratio"]["p_fit"]) > 0.05) == (spread == 0.0)


def test_more_events_leave_less_to_chance():
    inside = [Curve(bases(rate=rate), low=0.8, high=1.25).shares(0.0, 0.0)[1] for rate in (0.005, 0.01, 0.02)]
    assert inside == sorted(inside) and inside[2] - inside[0] > 0.15


def test_the_frames_hold_what_was_published_and_add_up():
    found = band_counts(as_data(random_panel()), BAND, sizes=SIZES)
    assert list(found.counts.columns) == list(COUNT_COLUMNS) and list(found.fits.columns) == list(FIT_COLUMNS)
    assert "no counts of this indicator" in found.own_reason
    counts = found.counts
    assert (counts[["below", "inside", "above"]].sum(axis=1) - counts["trusts"]).abs().max() < 1e-6
    seen = counts[counts["scenario"] == "seen"]
    assert (seen[["below", "inside", "above"]] == [41, 55, 135]).all().all()
    equal = counts[(counts["scenario"] == "equal") & (counts["bases"] == "reference")].set_index("rate")["inside"]
    assert equal.loc[0.5] < equal.loc[1.0] < equal.loc[2.0]
    # What fits best gives back what was published, to the width of the grid.
    fitted = counts[counts["scenario"] == "fitted"]
    assert (fitted["inside"] - 55).abs().max() < 1.5 and (fitted["above"] - 135).abs().max() < 1.5


def test_loaded_counts_are_counted_and_set_beside_chance():
    panel = random_panel(4, 2)
    last = panel["wres_year"] == panel["wres_year"].max()
    for name, values in {
        "ind3.bme.numerator": [10.0, 8.0, 30.0, 4.0], "ind3.bme.denominator": [1000.0] * 4,
        "ind3.white.numerator": [40.0, 40.0, 40.0, 0.0], "ind3.white.denominator": [4000.0] * 4,
    }.items():  # fmt: skip
        panel.loc[last, name] = values
    found = band_counts(as_data(panel), BAND, sizes=SIZES.iloc[::6])
    own = found.counts[found.counts["bases"] == "own"].set_index("scenario")
    # Ratios of 1, 0.8 (an edge, which belongs to the band) and 3; the fourth trust has none.
    assert list(own.loc["seen", ["below", "inside", "above", "trusts"]]) == [0, 2, 1, 3]
    assert own.loc["seen", "ratio"] == pytest.approx((52 / 4000) / (120 / 16000))
    assert own.loc["equal", "trusts"] == 3 and not found.own_reason


def test_sizes_are_those_of_204_trusts_and_name_none():
    text = Path(share("data", "reference", "trust_sizes.csv")).read_text(encoding="utf-8")
    assert len(text.splitlines()) == 205
    assert text.splitlines()[0] == "staff,comparison_share,source,grade"
