"""Plans: what is read, what a mistake says, and what changes the hash."""

import math
from pathlib import Path

import pytest
from link_panels import HEAD, test_text

from wres_analysis.errors import InputError, RequestError
from wres_analysis.links.plan import parse_plan, read_plan

pytestmark = pytest.mark.unit

NATIONAL = Path(__file__).resolve().parents[2] / "plans" / "national.toml"
CROSS_SECTION = NATIONAL.with_name("cross_section.toml")

FULL = """
[plan]
title = "National plan"
standard = "wres"
alpha = 0.05
seed = 20261121
[[family]]
name = "primary"
adjust = ["holm", "romano_wolf"]
[[test]]
id = "P1"
family = "primary"
exposure = "ind8.disadvantage"
outcome = "engagement"
lag = 1
model = "twfe"                          # ols twfe within_between ordinal fractional mixed spearman
adjust = ["workforce_bme_share"]
se = "CR1"                              # HC1 HC3 CR0 CR1 wild
weights = "none"
sample = "trust_type != 'Ambulance'"    # a small, safe expression language; no eval
direction = "negative"
sesoi = { change = 0.05, per = 10 }     # smallest effect of interest: outcome units per 10 points of gap
"""


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        parse_plan(text, file="p.toml")
    return [str(problem) for problem in caught.value.problems]


def test_a_plan_is_read_in_full():
    plan = parse_plan(FULL)
    assert (plan.title, plan.alpha, plan.seed, plan.basis) == ("National plan", 0.05, 20261121, "as_published")
    assert plan.family("primary").adjust == ("holm", "romano_wolf")
    assert plan.family("primary").role == "primary"
    (test,) = plan.tests
    assert (test.exposure, test.outcome, test.lag, test.model, test.se) == (
        "ind8.disadvantage", "engagement", 1, "twfe", "CR1",
    )  # fmt: skip
    assert test.sample.columns == ("trust_type",)
    assert test.sesoi is not None
    assert (test.sesoi.size, test.sesoi.per) == (0.05, 10.0)


def test_a_doubling_is_the_log_of_two():
    plan = parse_plan(HEAD + test_text(exposure="ind3.disadvantage", sesoi='{ change = 0.1, per = "doubling" }'))
    assert plan.tests[0].sesoi is not None
    assert plan.tests[0].sesoi.per == math.log(2)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("alpha = 0.05", "alpha    =   5e-2  # five in a hundred"),
        ('standard = "wres"\nalpha = 0.05', 'alpha = 0.05\nstandard = "wres"'),
        ("per = 10 }", "per = 10.0 }"),
        ('"twfe"   ', "'twfe'"),
        ("\n", "\r\n"),
    ],
)
def test_the_hash_is_of_what_a_plan_says(old, new):
    assert FULL.replace(old, new) != FULL
    assert parse_plan(FULL.replace(old, new)).hash == parse_plan(FULL).hash


@pytest.mark.parametrize(
    ("old", "new"), [("lag = 1", "lag = 0"), ("20261121", "20261122"), ("0.05, per", "0.06, per"), ("National", "A")]
)
def test_anything_said_otherwise_changes_the_hash(old, new):
    assert parse_plan(FULL.replace(old, new)).hash != parse_plan(FULL).hash


def test_all_mistakes_are_told_at_once():
    told = problems(
        FULL.replace('title = "National plan"', "titel = 3")
        .replace("seed = 20261121", 'seed = "now"')
        .replace('"romano_wolf"]', '"romano"]')
        .replace('model = "twfe"', 'model = "tfwe"')
        .replace("lag = 1", "lag = 1.5")
        .replace('se = "CR1"', 'se = "CR2"')
        .replace("!= 'Ambulance'", "=! 'Ambulance'")
        .replace('direction = "negative"', 'direction = "down"')
        .replace("change = 0.05", "change = -0.05")
    )
    places = [line.split(":")[0] for line in told]
    assert sorted(places) == sorted(
        [
            "p.toml, [plan], key 'titel'",
            "p.toml, [plan], key 'title'",
            "p.toml, [plan], key 'seed'",
            "p.toml, family 'primary', key 'adjust'",
            *(f"p.toml, test 'P1', key '{key}'" for key in ("model", "lag", "se", "sample", "direction", "sesoi")),
        ]
    )
    text = "\n".join(told)
    assert "Did you mean 'title'?" in text
    assert "Did you mean 'twfe'?" in text
    assert "at character" in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[plan", "This is not TOML"),
        ("x = " + "9" * 5000, "This is not TOML"),
        ("x = " + "[" * 5000, "This is not TOML"),
        ("", "The plan has no [plan]."),
        ("plan = 3", "The plan has no [plan]."),
        (HEAD, "The plan has no [[test]]."),
        (HEAD + "test = 3", "There is no such key"),
        (HEAD + test_text() + test_text(), "test 'T': The name is given to 2."),
        (HEAD + test_text(id=""), "test number 1, key 'id': This is no text."),
        (HEAD + test_text(family="other"), "key 'family': 'other' is not known."),
        (HEAD + test_text(lag=None), "key 'lag'"),
        (HEAD + test_text(lag="true"), "key 'lag'"),
        (HEAD + test_text(lag=9), "key 'lag'"),
        (HEAD + test_text(exposure=None), "key 'exposure': This is needed."),
        (HEAD + test_text(adjust="region"), "key 'adjust': This is no list of texts."),
        (HEAD + test_text(adjust='["region", "region"]'), "key 'adjust': Something stands here twice."),
        (HEAD + test_text(adjust='["engagement"]'), "is the test's own exposure or outcome"),
        (HEAD + test_text(sesoi="{ odds_ratio = 1.5, per = 10 }"), "no smallest effect of interest for twfe"),
        (HEAD + test_text(model="ordinal", sesoi="{ odds_ratio = 0.5, per = 10 }"), "above 1"),
        (HEAD + test_text(sesoi='{ change = 1, per = "half" }'), "'half' is no 'per'"),
        (HEAD + test_text(sesoi="{ change = nan, per = 10 }"), "no size of a smallest effect"),
        (HEAD + test_text(model="spearman", adjust='["region"]'), "takes no 'adjust'"),
        (HEAD + test_text(model="spearman", se="HC1"), "takes no 'se'"),
        (HEAD + test_text(cluster="town"), "key 'cluster'"),
        (HEAD.replace("seed = 1", "seed = 1\nalpha = 5"), "5 is no level of a test"),
        (HEAD.replace("seed = 1", "seed = -1"), "needs a seed"),
    ],
)
def test_what_a_mistake_says(text, words):
    assert words in "\n".join(problems(text))


_KEYS = (
    "id",
    "family",
    "exposure",
    "lag",
    "model",
    "adjust",
    "se",
    "cluster",
    "weights",
    "sample",
    "direction",
    "sesoi",
)
_VALUES = (
    "3",
    "-1",
    "1e999",
    "9" * 400,
    "true",
    "nan",
    '""',
    '"x"',
    "[]",
    "[1]",
    '[["a"]]',
    "{}",
    "{ rho = true }",
    "2024-01-01",
)


@pytest.mark.parametrize("key", _KEYS)
@pytest.mark.parametrize("value", _VALUES)
def test_whatever_stands_behind_a_key_is_read_or_told(key, value):
    said = {"id": '"T"', "family": '"primary"', "exposure": '"a"', "outcome": '"b"', "lag": "1", "model": '"ols"'}
    text = HEAD + "[[test]]\n" + "\n".join(f"{name} = {one}" for name, one in {**said, key: value}.items())
    try:
        plan = parse_plan(text)
    except InputError as error:
        assert all("test" in str(problem) for problem in error.problems)
    else:
        assert len(plan.hash) == 64


@pytest.mark.parametrize("key", ["title", "seed", "alpha", "standard", "basis"])
@pytest.mark.parametrize("value", _VALUES)
def test_whatever_stands_in_the_head_is_read_or_told(key, value):
    said = {"title": '"T"', "seed": "1", key: value}
    head = "[plan]\n" + "\n".join(f"{name} = {one}" for name, one in said.items())
    try:
        parse_plan(head + HEAD[HEAD.index("\n[[family]]") :] + test_text())
    except InputError as error:
        assert all("[plan]" in str(problem) for problem in error.problems)


def test_a_plan_that_cannot_be_opened(tmp_path):
    with pytest.raises(RequestError, match="cannot be read"):
        read_plan(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    with pytest.raises(InputError, match=r"latin\.toml: The file is not UTF-8"):
        read_plan(tmp_path / "latin.toml")


def test_a_byte_order_mark_does_no_harm(tmp_path):
    (tmp_path / "p.toml").write_bytes(b"\xef\xbb\xbf" + FULL.encode())
    assert read_plan(tmp_path / "p.toml").hash == parse_plan(FULL).hash


def test_the_national_plan_declares_six_primary_tests_and_all_45_pairs():
    plan = read_plan(NATIONAL)
    primary = [test for test in plan.tests if test.family == "primary"]
    secondary = [test for test in plan.tests if test.family == "secondary"]
    assert len(primary) == 6
    assert all(test.sesoi and test.direction != "either" and test.lag == 1 for test in primary)
    outcomes = ("sickness", "engagement", "agency_share", "fft_positive", "cqc_well_led")
    pairs = {(f"ind{i}.disadvantage", outcome) for i in range(1, 10) for outcome in outcomes}
    assert {(test.exposure, test.outcome) for test in secondary} == pairs
    assert len(secondary) == 45
    assert all(test.lag == 1 and test.sesoi for test in secondary)


def test_the_plan_between_trusts_claims_no_order_in_time():
    plan = read_plan(CROSS_SECTION)
    assert all(test.lag <= 0 and test.model in ("ols", "spearman") for test in plan.tests)
    assert {control.of for control in plan.controls} == {test.id for test in plan.tests if test.family == "primary"}


def test_each_survey_indicator_of_the_primary_tests_has_a_negative_control():
    plan = read_plan(NATIONAL)
    survey = {
        test.id for test in plan.tests if test.family == "primary" and test.exposure[:4] in ("ind6", "ind7", "ind8")
    }
    assert {control.of for control in plan.controls} == survey
    for control in plan.controls:
        (test,) = (one for one in plan.tests if one.id == control.of)
        assert control.test.exposure == test.exposure.replace("disadvantage", "white")
        assert (control.test.outcome, control.test.lag, control.test.model) == (test.outcome, test.lag, test.model)
        assert control.test.sesoi == test.sesoi
