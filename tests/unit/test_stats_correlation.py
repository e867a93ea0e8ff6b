# mypy: ignore-errors
"""Correlations against R, scipy and simulated worlds in which the truth is known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr, spearmanr

from wres_analysis.stats.correlation import entity_means, partial, pearson, spearman, within_entities
from wres_analysis.stats.linear import within

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).resolve().parents[1] / "oracle" / "correlation"
ANSWERS = pd.read_csv(ORACLE / "answers.csv", keep_default_na=False).to_dict("records")


def rows_of(answer):
    frame = pd.read_csv(ORACLE / f"{answer['data']}.csv", skipinitialspace=True)
    if answer["data"] == "panel" and answer["kind"] != "within":
        frame = frame[frame["year"] == 2023]
    return frame


def ours(answer):
    frame = rows_of(answer)
    x, y = frame[answer["x"]], frame[answer["y"]]
    words = [word for word in answer["covariates"].split(" + ") if word]
    if answer["kind"] == "within":
        return within_entities(x, y, entity=frame[words[0]], time=frame[words[1]] if len(words) > 1 else None)
    if answer["kind"] == "partial":
        columns = []
        for word in words:
            name = word.removeprefix("factor(").removesuffix(")")
            category = name != word or not pd.api.types.is_numeric_dtype(frame[name])
            columns.append(pd.get_dummies(frame[name], drop_first=True) if category else frame[[name]])
        return partial(x, y, pd.concat(columns, axis=1).astype(float))
    return {"pearson": pearson, "spearman": spearman}[answer["kind"]](x, y)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: "-".join(str(a[k]) for k in ("data", "kind", "x", "y")))
def test_estimates_intervals_and_p_are_those_of_r(answer):
    found = ours(answer)
    assert (found.status, found.n_rows) == ("ok", answer["n"])
    # Estimates and limits agree to rounding in the order of sums; tails of t are the work of two libraries.
    for name in ("estimate", "low", "high"):
        assert getattr(found, name) == pytest.approx(answer[name], abs=1e-12)
    assert found.p_value == pytest.approx(answer["p_value"], rel=1e-8)


def test_plain_correlations_are_those_of_scipy():
    random = np.random.default_rng(3)
    x, y = random.normal(size=(2, 50)).round(1)  # rounded, so that there are ties
    peer = pearsonr(x, y)
    found = pearson(x, y)
    assert (found.estimate, found.p_value) == pytest.approx((peer.statistic, peer.pvalue))
    assert (found.low, found.high) == pytest.approx(tuple(peer.confidence_interval()))
    peer = spearmanr(x, y)
    assert (spearman(x, y).estimate, spearman(x, y).p_value) == pytest.approx((peer.statistic, peer.pvalue))


def test_missing_values_are_counted_and_change_nothing_else():
    random = np.random.default_rng(4)
    x, y = random.normal(size=(2, 30))
    gaps = np.r_[x, np.nan, 1.0], np.r_[y, 2.0, np.nan]
    for kind in (pearson, spearman):
        assert kind(*gaps).n_missing == 2
        assert kind(*gaps).estimate == kind(x, y).estimate


def test_covariates_that_others_give_are_not_counted_twice():
    random = np.random.default_rng(5)
    x, y, z, w = random.normal(size=(4, 40))
    once = partial(x, y, np.column_stack([z, w]))
    again = partial(x, y, np.column_stack([z, w, z + w, np.ones(40)]))
    assert again.n_effective == once.n_effective == 38
    assert again.estimate == pytest.approx(once.estimate)
    assert again.high == pytest.approx(once.high)


@pytest.mark.parametrize(
    ("x", "y", "status"),
    [
        ([], [], "all_missing"),
        ([np.nan] * 9, range(9), "all_missing"),
        (range(4), [1, 0, 2, 1], "too_few"),
        ([0.1] * 9, range(9), "constant_exposure"),
        (range(9), [0.3] * 9, "constant_outcome"),
        (range(9), range(9), "exact_fit"),
    ],
)
def test_what_cannot_be_answered_has_a_status_and_no_number(x, y, status):
    for kind in (pearson, spearman):
        found = kind(list(x), list(y))
        assert found.status == status
        assert np.isnan([found.estimate, found.low, found.high, found.p_value]).all()


def test_covariates_can_leave_nothing():
    x = np.arange(12.0)
    y = np.random.default_rng(6).normal(size=12)
    assert partial(x, y, 3 * x + 1).status == "constant_exposure"
    assert partial(y, x, 3 * x + 1).status == "constant_outcome"
    assert partial(x[:6], y[:6], np.random.default_rng(7).normal(size=(6, 2))).status == "too_few"


def test_within_entities_needs_change_and_entities():
    entity, time = np.repeat(np.arange(8), 4), np.tile(np.arange(4), 8)
    random = np.random.default_rng(8)
    x, y = random.normal(size=(2, 32))
    assert within_entities(x, y, entity=entity, time=time).status == "ok"
    assert within_entities(np.repeat(x[:8], 4), y, entity=entity, time=time).status == "constant_exposure"
    assert within_entities(x, np.tile(y[:4], 8), entity=entity, time=time).status == "constant_outcome"
    assert within_entities(x, x, entity=entity, time=time).status == "exact_fit"
    few = entity < 4
    assert within_entities(x[few], y[few], entity=entity[few], time=time[few]).status == "too_few"
    one_year = time == 0
    assert within_entities(x[one_year], y[one_year], entity=entity[one_year]).status == "too_few"


def test_within_has_the_sign_and_the_zero_of_two_way_fixed_effects():
    random = np.random.default_rng(9)
    entity, time = np.repeat(np.arange(20), 6), np.tile(np.arange(6), 20)
    x = random.normal(size=120) + entity
    y = -0.3 * x + 2 * entity + time + random.normal(size=120)
    found = within_entities(x, y, entity=entity, time=time)
    assert found.estimate < 0 < pearson(x, y).estimate
    assert np.sign(within(y, x, entity=entity, time=time).coefficients[0]) == -1


def test_means_of_entities_do_not_differ_for_the_periods_in_which_they_were_seen():
    """A shift of all in one period moves nobody's place."""
    entity, time = np.array(["a", "a", "b", "b", "c"]), np.array([1, 2, 1, 2, 2])
    level = np.array([1.0, 1.0, 3.0, 3.0, 2.0])
    values = np.column_stack([level, level + 10 * (time == 2)])
    plain = entity_means(values, entity=entity)
    assert plain[:, 0].tolist() == [1.0, 3.0, 2.0]
    assert plain[2, 1] - plain[0, 1] == pytest.approx(6.0)
    assert np.ptp(entity_means(values, entity=entity, time=time), axis=1) == pytest.approx(6.0)
    shifted = entity_means(values, entity=entity, time=time)
    assert shifted[:, 1] - shifted[:, 0] == pytest.approx(np.full(3, 6.0))


def series(random, entities, periods, memory):
    """Autocorrelated series about levels of their own, shape (entities, periods)."""
    out = np.empty((entities, periods))
    out[:, 0] = random.normal(size=entities)
    for period in range(1, periods):
        out[:, period] = memory * out[:, period - 1] + np.sqrt(1 - memory**2) * random.normal(size=entities)
    return out + 2 * random.normal(size=(entities, 1))


@pytest.mark.parametrize("entities", [42, 210])
def test_within_rejects_no_true_null_too_often_where_years_depend_on_each_other(entities):
    random = np.random.default_rng(10)
    entity, time = np.repeat(np.arange(entities), 8), np.tile(np.arange(8), entities)
    drawn = [
        within_entities(
            series(random, entities, 8, 0.7).ravel(), series(random, entities, 8, 0.7).ravel(), entity=entity, time=time
        )
        for _ in range(400)
    ]
    rejected = np.mean([one.p_value < 0.05 for one in drawn])
    # 400 draws of a 5% test: 2.5% to 7.5% holds 97% of such studies; the seed is fixed.
    assert 0.02 <= rejected <= 0.08
    naive = np.mean([abs(np.arctanh(one.estimate)) * np.sqrt(one.n_rows - 3) > 1.96 for one in drawn])
    assert naive > 0.08  # what clustering is for
