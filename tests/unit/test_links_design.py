"""From the panel to arrays: which row meets which, what is lost and why, and which pairs are coupled."""

import numpy as np
import pandas as pd
import pytest
from link_panels import HEAD, random_panel, test_text

from wres_analysis.links.coupling import judge_coupling
from wres_analysis.links.design import absent_columns, build_design, check_columns, is_log, unit_words
from wres_analysis.links.plan import parse_plan
from wres_analysis.panel.build import pair
from wres_analysis.standards import load_outcomes, load_standard

pytestmark = pytest.mark.unit

STANDARD, OUTCOMES = load_standard(), load_outcomes()


def a_test(**changes):
    return parse_plan(HEAD + test_text(**changes)).tests[0]


def small():
    """Two trusts and three years, every value its own."""
    return pd.DataFrame(
        {
            "org_code": ["RZ1"] * 3 + ["RZ2"] * 3,
            "wres_year": [2020, 2021, 2022] * 2,
            "region": ["London"] * 3 + ["Midlands"] * 3,
            "ind8.disadvantage": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            "engagement": [10.0, 20.0, 30.0, 40.0, 50.0, 60.0],
            "headcount": [100.0, 200.0, 300.0, 400.0, 0.0, 600.0],
        }
    )


@pytest.mark.parametrize(
    ("lag", "x", "y", "years"),
    [
        (0, [1, 2, 3, 4, 5, 6], [10, 20, 30, 40, 50, 60], [2020, 2021, 2022] * 2),
        (1, [1, 2, 4, 5], [20, 30, 50, 60], [2020, 2021] * 2),
        (-1, [2, 3, 5, 6], [10, 20, 40, 50], [2021, 2022] * 2),
        (2, [1, 4], [30, 60], [2020, 2020]),
    ],
)
def test_exposure_of_a_year_meets_the_outcome_of_another(lag, x, y, years):
    made = build_design(small(), a_test(lag=lag))
    assert list(made.x[:, 0]) == x
    assert list(made.y) == y
    assert list(made.time) == years
    assert made.names == ("ind8.disadvantage",)


def test_every_row_is_used_or_lost_for_one_reason():
    panel = random_panel()
    random = np.random.default_rng(1)
    for name in ("ind8.disadvantage", "engagement", "headcount", "region", "ind8.bme.base"):
        panel[name] = panel[name].where(random.random(len(panel)) > 0.1)
    test = a_test(adjust='["log(headcount)", "region"]', weights="ind8.bme.base", sample="trust_type != 'Ambulance'")
    made = build_design(panel, test)
    assert made.lost["rows"] == len(panel)
    assert len(made.y) + sum(list(made.lost.values())[1:]) == len(panel)
    assert made.lost["not in the sample"] == (panel["trust_type"] == "Ambulance").sum()
    for why in ("exposure missing", "outcome missing", "log(headcount) missing", "region missing"):
        assert made.lost[why] > 0
    assert np.isfinite(made.x).all()
    assert made.weights is not None
    assert (made.weights > 0).all()


def test_adjusters_are_of_the_exposures_row():
    made = build_design(small(), a_test(adjust='["log(headcount)", "region"]'))
    assert made.names == ("ind8.disadvantage", "log(headcount)", "region[Midlands]")
    np.testing.assert_allclose(made.x[:, 1], np.log([100, 200, 400]))
    assert list(made.x[:, 2]) == [0, 0, 1]
    assert made.lost["log(headcount) missing"] == 1  # the log of no staff at all


def test_years_are_categories():
    made = build_design(small(), a_test(model="ols", adjust='["wres_year"]', lag=0))
    assert made.names == ("ind8.disadvantage", "wres_year[2021]", "wres_year[2022]")


def test_levels_before_a_break_are_left_out():
    panel = small().assign(**{"ind8.before_break": [True, False, False] * 2})
    made = build_design(panel, a_test())
    assert list(made.time) == [2021, 2021]
    assert made.lost["ind8.disadvantage before a break"] == 2
    of_outcome = build_design(small().assign(**{"engagement.before_break": [True, True, False] * 2}), a_test())
    assert list(of_outcome.time) == [2021, 2021]
    assert of_outcome.lost["engagement before a break"] == 2


def test_columns_that_these_data_lack_and_columns_that_nobody_has():
    panel = small().assign(icb="QZ1")
    lacking = a_test(exposure="ind2.disadvantage", adjust='["workforce_bme_share"]')
    assert absent_columns(panel, lacking) == ["ind2.disadvantage", "workforce_bme_share"]
    plan = parse_plan(
        HEAD
        + test_text("A", exposure="ind2.disadvantage", adjust='["workforce_bme_share", "fft_positive.ae"]')
        + test_text("B", exposure="ind2.disadvantge", adjust='["sicknes"]', sample="regoin == 'x'")
        + test_text("C", outcome="region", sample="wres_year == 'x'")
        + test_text("D", sesoi='{ change = 1, per = "doubling" }')
        + test_text("E", exposure="ind3.disadvantage", sesoi="{ change = 1, per = 10 }"),
        file="p.toml",
    )
    told = [str(problem).split(":")[0] for problem in check_columns(plan, panel, STANDARD, OUTCOMES)]
    assert told == [
        "p.toml, test 'B', key 'exposure'",
        "p.toml, test 'B', key 'adjust'",
        "p.toml, test 'B', key 'sample'",
        "p.toml, test 'C', key 'outcome'",
        "p.toml, test 'C', key 'sample'",
        "p.toml, test 'D', key 'sesoi'",
        "p.toml, test 'E', key 'sesoi'",
    ]


def test_negative_weights_are_a_mistake():
    plan = parse_plan(HEAD + test_text(weights="headcount"))
    (problem,) = check_columns(plan, small().assign(icb="Q", headcount=-1.0), STANDARD, OUTCOMES)
    assert "negative" in str(problem)


@pytest.mark.parametrize(
    ("exposure", "outcome", "lag", "adjust", "word", "reason"),
    [
        ("ind8.disadvantage", "engagement", 1, None, "none", ""),
        ("ind8.disadvantage", "engagement", 0, None, "flagged", "same respondents"),
        ("ind8.disadvantage", "engagement", -1, None, "none", ""),
        ("ind2.disadvantage", "engagement", 0, None, "none", ""),
        ("ind7.gap", "ind8.gap", 0, None, "flagged", "same respondents"),
        ("ind7.gap", "cqc_well_led", 1, None, "flagged", "Inspectors read"),
        ("ind7.gap", "cqc_well_led", -1, None, "none", ""),
        ("ind9.disadvantage", "sickness", 1, None, "flagged", "not adjusted for"),
        ("ind9.disadvantage", "sickness", 1, '["workforce_bme_share"]', "none", ""),
        ("ind9.bme", "sickness", 1, None, "none", ""),
        ("ind9.disadvantage", "workforce_bme_share", 1, None, "refused", "by arithmetic"),
        ("workforce_bme_share", "ind9.difference", 0, None, "refused", "by arithmetic"),
        ("ind9.disadvantage", "ind1.disadvantage", 0, None, "flagged", "are differences from workforce_bme_share"),
        ("ind8.gap", "ind8.bme", 0, None, "refused", "both made from"),
        ("ind8.gap", "ind8.bme", 1, None, "flagged", "another year"),
        ("ind8.gap", "sickness", 1, '["ind8.white"]', "flagged", "same measure"),
    ],
)
def test_the_coupling_guard(exposure, outcome, lag, adjust, word, reason):
    test = a_test(exposure=exposure, outcome=outcome, adjust=adjust)
    found = judge_coupling(test, lag, STANDARD, OUTCOMES)
    assert found.word == word
    assert reason in found.reason
    assert bool(found.reason) == (word != "none")


@pytest.mark.parametrize(
    ("column", "log"),
    [("ind3.disadvantage", True), ("ind8.log_ratio", True), ("ind8.disadvantage", False), ("sickness", False)],
)
def test_which_columns_are_logs(column, log):
    assert is_log(column, STANDARD) == log


def test_units_in_words():
    assert unit_words(a_test(), STANDARD, OUTCOMES) == "point of the score per percentage point"
    ratio = a_test(exposure="ind3.disadvantage", outcome="sickness")
    assert unit_words(ratio, STANDARD, OUTCOMES) == "percentage point per log unit of the ratio"


@pytest.mark.parametrize("lag", [-3, -1, 0, 1, 2])
def test_rows_stand_beside_those_that_the_panel_pairs(lag):
    """In shuffled order, with years and trusts missing here and there."""
    panel = random_panel(12, 6).sample(frac=0.7, random_state=lag + 3)
    panel = panel.assign(engagement=panel["engagement"].where(panel["engagement"] > panel["engagement"].quantile(0.2)))
    panel = panel.reset_index(drop=True)
    (test,) = parse_plan(HEAD + test_text()).tests
    design = build_design(panel, test, lag=lag)
    peer = pair(panel, test.exposure, test.outcome, lag=lag).set_index(["org_code", "wres_year"])["outcome"]
    keys = pd.MultiIndex.from_arrays([design.entity, design.time])
    assert len(peer) == len(design.y) > 0
    assert (peer.reindex(keys).to_numpy() == design.y).all()
