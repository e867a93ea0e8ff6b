"""Least squares against R, certified values, dummies, and what any linear fit must satisfy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.datasets import longley

from wres_analysis.stats.linear import ols, within

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).parents[1] / "oracle" / "linear"
ANSWERS = pd.read_csv(ORACLE / "answers.csv")
DATA = {
    "panel": (pd.read_csv(ORACLE / "panel.csv"), "y", ["x1", "x2", "x3"]),
    "grunfeld": (pd.read_csv(ORACLE / "grunfeld.csv"), "invest", ["value", "capital"]),
}


def fitted(data, model, weighted):
    """Fit a model of the answers from R."""
    frame, outcome, columns = DATA[data]
    weights = frame["w"] if weighted else None
    if model == "ols":
        return ols(frame[outcome], frame[columns], weights=weights, names=columns)
    time = frame["time"] if model == "twoway" else None
    return within(frame[outcome], frame[columns], entity=frame["entity"], time=time, weights=weights, names=columns)


@pytest.mark.parametrize(
    ("data", "model", "weighted"),
    [(d, m, w) for d in DATA for m in ("ols", "entity", "twoway") for w in (False, True) if d == "panel" or not w],
)
def test_estimates_are_those_of_r(data, model, weighted):
    rows = ANSWERS[(ANSWERS.data == data) & (ANSWERS.model == model) & (ANSWERS.weighted == weighted)]
    rows = rows.assign(column=rows.column.replace("(Intercept)", "intercept"))
    fit = fitted(data, model, weighted)
    assert set(rows.column) == set(fit.names)
    for name, b in zip(fit.names, fit.coefficients, strict=True):
        of_r = rows[rows.column == name]
        assert (np.abs(of_r.estimate - b) / of_r.std_error).max() < 1e-9


def test_longley_has_the_certified_coefficients():
    """Statistical reference data of the US National Institute of Standards and Technology, known to be hard."""
    data = longley.load_pandas()
    certified = [-3482258.63459582, 15.0618722713733, -0.0358191792925910, -2.02022980381683]
    certified += [-1.03322686717359, -0.0511041056535807, 1829.15146461355]
    np.testing.assert_allclose(ols(data.endog, data.exog).coefficients, certified, rtol=1e-9)


def panel_of(seed, entities=8, periods=5, kept=0.7, weighted=True):
    """A small random panel with gaps, in no order."""
    random = np.random.default_rng(seed)
    entity, time = (codes.ravel() for codes in np.indices((entities, periods)))
    rows = random.permutation(np.flatnonzero(random.random(entity.size) < kept))
    entity, time = entity[rows], time[rows]
    x = random.normal(size=(rows.size, 2)) + random.normal(size=entities)[entity][:, None]
    y = x @ [0.5, -1.0] + random.normal(size=periods)[time] + random.normal(size=rows.size)
    return y, x, entity, time, random.uniform(0.2, 5, rows.size) if weighted else None


def dummies(*codes):
    return np.column_stack([c[:, None] == np.unique(c) for c in codes]).astype(float)


@given(st.integers(0, 10_000), st.booleans())
def test_within_is_least_squares_with_dummies(seed, weighted):
    """Frisch, Waugh and Lovell: slopes, residuals, rank and leverage, whatever rows are missing."""
    y, x, entity, time, weights = panel_of(seed, weighted=weighted)
    fit = within(y, x, entity=entity, time=time, weights=weights)
    if fit.workings is None:
        assert fit.status == "too_few"
        return
    used = fit.used
    root = np.ones(used.sum()) if weights is None else np.sqrt(weights[used])
    full = np.column_stack([x[used], dummies(entity[used], time[used])]) * root[:, None]
    b, _, rank, _ = np.linalg.lstsq(full, y[used] * root, rcond=1e-10)
    assert fit.rank == rank
    assert fit.df_residual == used.sum() - rank
    np.testing.assert_allclose(fit.coefficients, b[:2], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(fit.residuals[used], y[used] - full @ b / root, atol=1e-9)
    np.testing.assert_allclose(fit.workings.leverage, np.diag(full @ np.linalg.pinv(full, rcond=1e-10)), atol=1e-9)
    assert np.isnan(fit.residuals[~used]).all()


@given(st.integers(0, 10_000), st.floats(-1e3, 1e3))
def test_what_must_not_change_slopes(seed, shift):
    y, x, entity, time, weights = panel_of(seed, kept=0.95)
    fit = within(y, x, entity=entity, time=time, weights=weights)
    plain = ols(y, x, weights=weights)
    close: Any = {"rtol": 1e-7, "atol": 1e-9}
    moved = y + shift * np.sin(entity) + shift * time
    assert fit.status == "ok"
    np.testing.assert_allclose(
        within(moved, x, entity=entity, time=time, weights=weights).coefficients, fit.coefficients, **close
    )
    np.testing.assert_allclose(ols(y + shift, x, weights=weights).coefficients[1:], plain.coefficients[1:], **close)
    np.testing.assert_allclose(ols(y, x, weights=7 * weights).coefficients, plain.coefficients, **close)
    order = np.argsort(y)
    again = within(y[order], x[order], entity=entity[order], time=time[order], weights=weights[order])
    np.testing.assert_allclose(again.coefficients, fit.coefficients, **close)
    words = pd.Series([f"org {chr(122 - e)}" for e in entity], dtype="str")
    named = within(y, x, entity=words, time=np.datetime64("2017") + time, weights=weights)
    np.testing.assert_allclose(named.coefficients, fit.coefficients, **close)


def test_a_constant_outcome_effect_is_not_the_intercept_alone():
    fit = ols([1.0, 2.0, 4.0, 5.0], [0, 0, 1, 1])
    assert fit.names == ("intercept", "x0")
    assert fit.coefficients == pytest.approx([1.5, 3.0])
    assert fit.residuals == pytest.approx([-0.5, 0.5, -0.5, 0.5])
    without = ols([1.0, 2.0, 4.0, 5.0], [0, 0, 1, 1], intercept=False, names=["on"])
    assert (without.names, without.coefficients) == (("on",), pytest.approx([4.5]))


def test_what_is_missing_is_left_out_and_counted():
    y, x, entity, time, weights = panel_of(5, entities=12, periods=6, kept=0.9)
    y[3], x[7, 1], weights[11], weights[12] = np.nan, np.inf, 0.0, np.nan
    labels = entity.astype(object)
    labels[15] = None
    bad = [3, 7, 11, 12, 15]
    fit = within(y, x, entity=labels, time=time, weights=weights)
    good = np.delete(np.arange(y.size), bad)
    same = within(y[good], x[good], entity=entity[good], time=time[good], weights=weights[good])
    assert (fit.n_missing, fit.n_single, fit.n_obs) == (5, 0, y.size - 5)
    assert not fit.used[bad].any()
    np.testing.assert_allclose(fit.coefficients, same.coefficients, rtol=1e-12)


def test_rows_alone_in_an_entity_or_a_period_are_left_out_in_turn():
    """Entity 90 has one row; period 91 has two, one of them of entity 92, which has no other."""
    y, x, entity, time, _ = panel_of(6, entities=12, periods=6, kept=1.0)
    more = np.arange(3.0)
    fit = within(
        np.concatenate([y, more]),
        np.vstack([x, np.column_stack([more**2, more])]),
        entity=np.concatenate([entity, [90, 92, 0]]),
        time=np.concatenate([time, [0, 91, 91]]),
    )
    alone = within(y, x, entity=entity, time=time)
    assert (fit.n_obs, fit.n_single, fit.rank) == (y.size, 3, alone.rank)
    np.testing.assert_allclose(fit.coefficients, alone.coefficients, rtol=1e-12)


def test_groups_that_share_no_period_have_effects_of_their_own():
    y, x, entity, time, _ = panel_of(7, entities=12, periods=6, kept=1.0)
    apart = time + 6 * (entity >= 6)
    fit = within(y, x, entity=entity, time=apart)
    assert (fit.absorbed, fit.rank) == (12 + 12 - 2, 12 + 12 - 2 + 2)


def test_what_the_data_cannot_answer_has_a_name_and_no_number():
    y, x, entity, time, _ = panel_of(8, entities=12, periods=6, kept=0.9, weighted=False)
    region = (entity % 3).astype(float)
    twice = np.column_stack([x, x[:, 0] - 3 * x[:, 1]])
    by = {"entity": entity, "time": time}
    cases = {
        "all_missing": [ols(y * np.nan, x), within(y, x * np.nan, **by), ols([], np.empty((0, 1)))],
        "too_few": [ols(y[:3], x[:3]), within(y[:6], x[:6], entity=[1] * 6, time=[1, 2, 3, 4, 5, 6])],
        "constant_exposure": [
            within(y, np.column_stack([x, region]), **by, names=["a", "b", "region"]),
            within(y, np.column_stack([x, time * 0.1]), **by),
            ols(y, np.column_stack([x, np.full(y.size, 0.1)])),
            ols(y, np.zeros(y.size), intercept=False),
        ],
        "singular": [ols(y, twice), within(y, twice, **by), ols(y, dummies(region), names=["n", "s", "w"])],
        "constant_outcome": [ols(np.full(y.size, 0.1), x), within(entity * 0.1 + time / 7, x, **by)],
        "exact_fit": [ols(3 - x[:, 0] / 7, x), within(x[:, 0] / 7 + entity * 0.3, x, **by)],
    }
    for status, fits in cases.items():
        for fit in fits:
            assert fit.status == status
            assert fit.workings is None
            assert np.isnan(fit.coefficients).all()
            assert np.isnan(fit.residuals).all()
            assert bool(fit.blamed) == (status in ("constant_exposure", "singular"))
    assert cases["constant_exposure"][0].blamed == ("region",)
    assert cases["singular"][0].blamed == ("x0", "x1", "x2")
    assert cases["singular"][2].blamed == ("intercept", "n", "s", "w")


def test_a_column_of_almost_no_variation_is_still_estimated():
    """Seven digits are left: not many, but no rounding error."""
    random = np.random.default_rng(9)
    x = 2020 + 1e-5 * random.normal(size=50)
    y = random.normal(size=50)
    fit = ols(y, x)
    exact = np.polynomial.Polynomial.fit(x - 2020, y, 1).convert().coef[1]
    assert fit.status == "ok"
    assert fit.coefficients[1] == pytest.approx(exact, rel=1e-4)


def test_arguments_that_mean_nothing_are_refused():
    with pytest.raises(ValueError, match="lengths differ"):
        ols([1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match="lengths differ"):
        ols([1, 2, 3], [1, 2, 3], weights=[1, 2])
    with pytest.raises(ValueError, match="negative weight at position 1"):
        ols([1, 2, 3], [1, 2, 3], weights=[1, -2, 1])
    with pytest.raises(ValueError, match="as many different names"):
        ols([1, 2, 3], [1, 2, 3], names=["a", "b"])
    with pytest.raises(ValueError, match="at least one column"):
        ols([1, 2, 3], np.empty((3, 0)), intercept=False)
    with pytest.raises(ValueError, match="at least one column"):
        within([1, 2, 3], np.empty((3, 0)), entity=[1, 1, 2])
    with pytest.raises(ValueError, match="one for each row"):
        within([1, 2, 3], [1, 2, 3], entity=[1, 1])
