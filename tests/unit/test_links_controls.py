"""What stands beside a test: other lags, negative controls, tests that no plan declared, and stand-in adjusters."""

import numpy as np
import pandas as pd
import pytest
from link_panels import HEAD, as_data, random_panel, row, run, test_text

from wres_analysis.errors import InputError
from wres_analysis.links import add_tests, parse_plan, run_plan
from wres_analysis.stats.multiplicity import adjust_p_values

pytestmark = pytest.mark.unit

CONTROL = """
[[control]]
id = "C"
of = "T"
exposure = "ind5.disadvantage"
why = "a link would point to something else."
"""


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        parse_plan(text, file="p.toml")
    return [str(problem) for problem in caught.value.problems]


# Lags ------------------------------------------------------------------------------------------------------------


def test_other_lags_are_the_same_test_declared_at_them():
    panel = random_panel()
    one = run(panel, test_text(adjust='["workforce_bme_share"]'))
    for lag in (0, 2):
        beside = row(one, f"T@lag{lag}")
        alone = row(run(panel, test_text(adjust='["workforce_bme_share"]', lag=lag)))
        assert (beside["role"], beside["of"], beside["lag"]) == ("sensitivity", "T", lag)
        assert beside["estimate"] == alone["estimate"]
        assert beside["n_obs"] == alone["n_obs"]
        assert beside[["p_holm", "p_bh", "p_by", "p_rw"]].isna().all()
    assert row(one)["of"] == ""


def test_sensitivity_changes_nothing_in_the_family():
    """Adjusted p-values are those of the declared tests alone, Benjamini and Hochberg's for two by hand."""
    frame = run(random_panel(), *[test_text(n, outcome=o) for n, o in (("A", "sickness"), ("B", "engagement"))]).frame
    declared = frame[(frame["of"] == "") & (frame["variant"] == "complete_case")]
    assert list(declared["family_size"]) == [2, 2]
    p = declared["p_value"].to_numpy()
    np.testing.assert_allclose(declared["p_bh"], np.minimum(p.max(), 2 * p), rtol=1e-12)


# Negative controls -----------------------------------------------------------------------------------------------


def test_a_control_is_its_test_with_another_exposure():
    panel = random_panel()
    test = test_text(adjust='["workforce_bme_share"]', sesoi="{ change = 0.05, per = 10 }")
    result = run(panel, test, CONTROL)
    found = row(result, "C")
    alone = row(run(panel, test_text("C", exposure="ind5.disadvantage", adjust='["workforce_bme_share"]')), "C")
    assert (found["role"], found["of"], found["exposure"]) == ("negative_control", "T", "ind5.disadvantage")
    assert (found["estimate"], found["std_error"]) == (alone["estimate"], alone["std_error"])
    assert found["message"] == alone["message"] + " A negative control of T: a link would point to something else."
    assert np.isnan(found["sesoi"])  # that of the test is for another exposure
    assert found[["p_holm", "p_bh", "p_by", "p_rw"]].isna().all()


def test_a_control_may_have_a_smallest_effect_and_another_outcome():
    text = CONTROL.replace('exposure = "ind5.disadvantage"', 'outcome = "sickness"\nsesoi = { change = 0.3, per = 10 }')
    found = row(run(random_panel(), test_text(), text), "C")
    assert (found["exposure"], found["outcome"]) == ("ind8.disadvantage", "sickness")
    assert found["sesoi"] == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('of = "T"', 'of = "U"', "control 'C', key 'of': There is no test 'U'"),
        ("exposure =", "lag =", "control 'C', key 'lag': There is no such key"),
        ("why =", 'outcome = "sickness"\nwhy =', "another exposure than its test, or another outcome"),
        ('why = "a link would point to something else."', "", "control 'C', key 'why': This is needed"),
        ('id = "C"', 'id = "T"', "The name is given to 2"),
        ("why =", "sesoi = { rho = 0.1 }\nwhy =", "test 'C', key 'sesoi'"),
    ],
)
def test_mistakes_in_a_control_are_told(old, new, words):
    text = HEAD + test_text() + CONTROL.replace(old, new)
    assert any(words in problem for problem in problems(text))


def test_a_control_is_part_of_the_hash():
    plain, with_control = (parse_plan(HEAD + test_text() + more) for more in ("", CONTROL))
    assert plain.hash != with_control.hash


# Stand-in adjusters ----------------------------------------------------------------------------------------------

EITHER = '["workforce_bme_share | respondent_share.bme", "region"]'


def with_respondents(panel: pd.DataFrame) -> pd.DataFrame:
    noise = np.random.default_rng(1).normal(size=len(panel))
    return panel.assign(**{"respondent_share.bme": panel["workforce_bme_share"] + noise})


def test_the_preferred_adjuster_is_used_where_there_is_one():
    panel = with_respondents(random_panel())
    found = row(run(panel, test_text(adjust=EITHER, model="ols")))
    plain = row(run(panel, test_text(adjust='["workforce_bme_share", "region"]', model="ols")))
    assert found["estimate"] == plain["estimate"]
    assert (found["adjustment"], found["message"]) == ("workforce_bme_share + region", plain["message"])


def test_a_stand_in_is_used_and_named_where_the_data_lack_the_other():
    panel = with_respondents(random_panel()).drop(columns="workforce_bme_share")
    found = row(run(panel, test_text(adjust=EITHER, model="ols")))
    plain = row(run(panel, test_text(adjust='["respondent_share.bme", "region"]', model="ols")))
    assert found["estimate"] == plain["estimate"]
    assert found["adjustment"] == "respondent_share.bme + region"
    assert "respondent_share.bme, which the plan allows instead" in found["message"]
    assert "hold no workforce_bme_share" in found["message"]


def test_without_any_of_the_alternatives_there_is_no_answer():
    found = row(run(random_panel().drop(columns="workforce_bme_share"), test_text(adjust=EITHER)))
    assert found["status"] == "not_available"
    assert found["message"] == "These data hold no workforce_bme_share or respondent_share.bme."


@pytest.mark.parametrize("adjust", ['["region | "]', '["region | engagement"]', '["region | nonsense"]'])
def test_mistakes_in_an_alternative_are_told(adjust):
    with pytest.raises(InputError):
        run(random_panel(), test_text(adjust=adjust))


# Exploratory tests -----------------------------------------------------------------------------------------------

ADDED = (
    "exposure=ind8.disadvantage; outcome=sickness; lag=1; model=ols; adjust=region, log(headcount); "
    "sample=trust_type != 'Acute; or not'; sesoi={change = 0.1, per = 10}",
    "exposure=ind5.disadvantage;outcome=engagement;lag=0;model=spearman;",
)


def test_added_tests_are_exploratory_and_adjusted_among_themselves():
    plan = parse_plan(HEAD + test_text())
    more = add_tests(plan, ADDED)
    assert more.hash == plan.hash
    assert add_tests(plan, ()) is plan
    before, after = (run_plan(one, as_data(random_panel())) for one in (plan, more))
    frame = after.frame
    added = frame[frame["family"] == "exploratory"]
    assert list(added.loc[added["of"] == "", "test_id"]) == ["exploratory-1", "exploratory-2"]
    plain = added[added["variant"] == "complete_case"]
    assert list(plain["role"]) == ["exploratory", "falsification", "exploratory"]
    own = added[added["role"] == "exploratory"]
    np.testing.assert_array_equal(own["p_bh"], adjust_p_values(own["p_value"], method="bh").p_values)
    assert own[["p_holm", "p_by", "p_rw"]].isna().all(axis=None)
    pd.testing.assert_frame_equal(frame[frame["family"] == "primary"], before.frame)
    assert (after.about["exploratory_tests_tried"], before.about["exploratory_tests_tried"]) == (2, 0)
    first = more.tests[1]
    assert first.adjust == ("region", "log(headcount)")
    assert first.sample.text == "trust_type != 'Acute; or not'"
    assert first.sesoi is not None
    assert first.sesoi.size == 0.1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("exposure", "There is no '='"),
        (ADDED[1] + "lag=1", "This stands here twice"),
        (ADDED[1] + "id=P1", "An added test has none of its own"),
        (ADDED[1] + "family=primary", "An added test has none of its own"),
        (ADDED[1].replace("lag=0", "lag=soon"), "A test needs a lag"),
        (ADDED[1].replace("spearman", "spearmann"), "Did you mean 'spearman'?"),
        (ADDED[1] + "modell=ols", "There is no such key"),
    ],
)
def test_a_mistake_in_an_added_test_is_told(text, words):
    with pytest.raises(InputError) as caught:
        add_tests(parse_plan(HEAD + test_text()), [text])
    assert words in str(caught.value)
    assert "exploratory-1" in str(caught.value)


def test_a_plan_cannot_declare_a_family_exploratory():
    assert any("This name is kept" in one for one in problems(HEAD.replace("primary", "exploratory") + test_text()))
