"""Multiple imputation: Rubin's rules as R's mice has them, and planted truths that come back."""

from math import inf
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.imputation.mice import MICE, MICEData

from wres_analysis.stats.imputation import impute_panel, pool_estimates
from wres_analysis.stats.linear import ols, within

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).resolve().parents[1] / "oracle" / "imputation"


# Rubin's rules -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", pd.read_csv(ORACLE / "pooled.csv").to_dict("records"), ids=lambda one: one["case"])
def test_pooling_is_that_of_mice(case):
    estimates, squares = (np.array(case[name].split(), dtype=float) for name in ("q", "u"))
    found = pool_estimates(estimates, np.sqrt(squares), df_complete=case["df_complete"])
    ours = (found.estimate, found.within, found.between, found.std_error**2, found.df, found.relative_increase,
            found.missing_information)  # fmt: skip
    theirs = [case[n] for n in ("estimate", "within", "between", "total", "df", "increase", "missing_information")]
    assert ours == pytest.approx(theirs, rel=1e-12)


def test_where_all_agree_nothing_is_missing():
    found = pool_estimates([2.0, 2.0, 2.0], [0.5, 0.5, 0.5])
    assert (found.estimate, found.std_error, found.df, found.relative_increase) == (2.0, 0.5, inf, 0.0)
    assert (found.low, found.high) == pytest.approx((2 - 1.959963985 * 0.5, 2 + 1.959963985 * 0.5))
    assert found.missing_information == 0


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 5)), min_size=2, max_size=30), st.floats(2, 500))
def test_what_holds_for_all_pooled_estimates(pairs, df):
    estimates, errors = np.array(pairs).T
    found = pool_estimates(estimates, errors, df_complete=df)
    assert found.std_error**2 >= found.within * (1 - 1e-12)
    assert 0 < found.df <= df + 1e-9  # never more than if nothing were missing
    assert found.low <= found.estimate <= found.high
    assert (found.p_value < 0.05) == (found.low > 0 or found.high < 0)


@pytest.mark.parametrize(
    ("estimates", "errors"), [([1.0], [1.0]), ([1.0, 2.0], [1.0]), ([1.0, np.nan], [1.0, 1.0]), ([1.0, 2.0], [1.0, 0])]
)
def test_what_cannot_be_pooled_is_refused(estimates, errors):
    with pytest.raises(ValueError, match=r"pooling needs|must be finite"):
        pool_estimates(estimates, errors)


# The imputations ---------------------------------------------------------------------------------------------------


def slope_of(frame: pd.DataFrame, m: int, seed: int) -> tuple[float, float, float]:
    copies = impute_panel(frame.to_numpy(), time=np.zeros(len(frame)), m=m, seed=seed)
    fits = [sm.OLS(copy[:, 1], sm.add_constant(copy[:, 0])).fit() for copy in copies]
    found = pool_estimates([fit.params[1] for fit in fits], [fit.bse[1] for fit in fits], df_complete=len(frame) - 2)
    return found.estimate, found.std_error, found.between


def test_a_regression_on_imputed_data_is_that_of_mice_in_r():
    """Two samplers of one model: they agree to within what 400 data sets leave to chance."""
    gaps = pd.read_csv(ORACLE / "gaps.csv", skipinitialspace=True)
    theirs = pd.read_csv(ORACLE / "slope.csv").iloc[0]
    estimate, error, between = slope_of(gaps, 400, 1)
    chance = np.sqrt(2 * theirs["between"] / theirs["m"])  # standard error of the difference of the two means
    assert abs(estimate - theirs["estimate"]) < 3.5 * chance
    assert between == pytest.approx(theirs["between"], rel=0.3)  # a variance of 400 draws has an error of 7 %
    assert error == pytest.approx(theirs["std_error"], rel=0.05)


def test_a_regression_on_imputed_data_is_near_that_of_statsmodels():
    """statsmodels' MICE imputes by predictive mean matching: another model, so only near, with smaller errors."""
    gaps = pd.read_csv(ORACLE / "gaps.csv", skipinitialspace=True)
    np.random.seed(3)  # statsmodels draws from the global state
    peer = MICE("y ~ x", sm.OLS, MICEData(gaps)).fit(5, 30)
    estimate, error, _ = slope_of(gaps, 30, 2)
    assert estimate == pytest.approx(peer.params[1], abs=0.5 * error)


def panel(seed: int, trusts: int = 40, years: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome and exposure with levels of trusts and years: the slope is 0.5 within trusts and -1 between them."""
    random = np.random.default_rng(seed)
    entity, time = np.repeat(np.arange(trusts), years), np.tile(np.arange(years), trusts)
    level, year = random.normal(size=trusts), random.normal(size=years)
    change = random.normal(size=entity.size)
    x = 2 * level[entity] + change + year[time]
    y = -2 * level[entity] + 0.5 * change - year[time] + 0.5 * random.normal(size=entity.size)
    return np.column_stack([y, x]), entity, time


def test_slopes_within_and_between_trusts_are_both_kept():
    """A third of the exposures missing, more often where the outcome is high for its trust; and whole trusts."""
    values, entity, time = panel(1, 150, 6)
    random = np.random.default_rng(4)
    high = values[:, 0] - pd.Series(values[:, 0]).groupby(entity).transform("mean").to_numpy()
    gone = random.random(len(values)) < np.where(high > 0, 0.5, 0.15)
    gone |= entity < 5
    holed = values.copy()
    holed[gone, 1] = np.nan
    copies = impute_panel(holed, time=time, entity=entity, m=20, seed=1)
    assert np.isfinite(copies).all()
    assert (copies[:, ~gone] == values[~gone]).all()
    inner = np.mean([within(c[:, 0], c[:, 1], entity=entity, time=time).coefficients[0] for c in copies])
    assert inner == pytest.approx(0.5, abs=0.06)  # three standard errors of the complete data's slope
    means = [pd.DataFrame(c).groupby(entity).mean().to_numpy() for c in copies]
    outer = np.mean([ols(one[:, 0], one[:, 1]).coefficients[1] for one in means])
    whole = pd.DataFrame(values).groupby(entity).mean().to_numpy()
    assert outer == pytest.approx(ols(whole[:, 0], whole[:, 1]).coefficients[1], abs=0.05)


def test_intervals_of_imputed_data_cover_the_truth_as_often_as_they_say():
    """Over 40 panels: a coverage of 95 % gives fewer than 34 hits with a chance below 1 %."""
    hits = 0
    for seed in range(40):
        values, entity, time = panel(seed, 20, 4)
        holed = values.copy()
        holed[np.random.default_rng(seed + 1000).random(len(values)) < 0.3, 1] = np.nan
        copies = impute_panel(holed, time=time, entity=entity, m=10, seed=seed, burn_in=40, between=6)
        fits = [within(c[:, 0], c[:, 1], entity=entity, time=time) for c in copies]
        errors = [
            np.sqrt((f.residuals**2).sum() / f.df_residual / (f.workings.design**2).sum()) for f in fits if f.workings
        ]
        found = pool_estimates([f.coefficients[0] for f in fits], errors, df_complete=fits[0].df_residual)
        hits += found.low < 0.5 < found.high
    assert hits >= 34


def test_seeds_decide():
    values, entity, time = panel(3, 10, 4)
    values[::3, 1] = np.nan
    one, same, other = (impute_panel(values, time=time, entity=entity, m=2, seed=s, burn_in=5) for s in (1, 1, 2))
    assert (one == same).all()
    assert not (one == other).all()


def test_a_cross_section_has_no_levels_and_is_imputed_all_the_same():
    values, _, _ = panel(3, 200, 1)
    values[:40, 1] = np.nan
    copies = impute_panel(values, time=np.zeros(200), entity=np.arange(200), m=5, seed=1)
    slopes = [ols(c[:, 0], c[:, 1]).coefficients[1] for c in copies]
    assert np.mean(slopes) == pytest.approx(ols(values[40:, 0], values[40:, 1]).coefficients[1], abs=0.1)
    assert np.std(slopes) > 0


def test_labels_and_variables_that_cannot_be_used_are_refused():
    values = np.array([[1.0, 2.0], [1.0, np.nan], [1.0, 3.0]])
    with pytest.raises(ValueError, match="variable 0"):
        impute_panel(values, time=[1, 1, 1])
    with pytest.raises(ValueError, match="needs a period"):
        impute_panel(values, time=[1, 1, np.nan])
