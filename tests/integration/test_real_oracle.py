"""Real published data fitted by this package and by R (tests/oracle/real): the same answers."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wres_analysis.panel.load import load_folder
from wres_analysis.profiles.disparity import gap_and_error
from wres_analysis.stats.covariance import covariance
from wres_analysis.stats.fractional import average_effect, fractional
from wres_analysis.stats.funnel import known_error_funnel
from wres_analysis.stats.linear import ols, within
from wres_analysis.stats.mixed import mixed
from wres_analysis.stats.shrinkage import random_effects

pytestmark = pytest.mark.integration

ORACLE = Path(__file__).parent.parent / "oracle" / "real"
ANSWERS = {
    key: part["value"].to_numpy()
    for key, part in pd.read_csv(ORACLE / "answers.csv").groupby(["fit", "quantity"], sort=False)
}
#: Estimates differ by less than this part of their standard error, and standard errors by this part of themselves:
#: what is asked of the kit. Closed formulas come much closer.
OF_ERROR, OF_ITSELF = 1e-6, 1e-5


@pytest.fixture(scope="module")
def rows(real_data: Path) -> pd.DataFrame:
    spec = importlib.util.spec_from_file_location("export", ORACLE / "export.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.rows(load_folder(real_data))


@pytest.fixture(scope="module")
def gaps(rows: pd.DataFrame) -> pd.DataFrame:
    counted = rows.dropna(subset=["x1", "n1", "x2", "n2"])
    gap, error = gap_and_error(*(counted[name] for name in ("x1", "n1", "x2", "n2")))
    return counted.assign(gap=gap, error=error)


def test_a_cross_section_is_that_of_lm_and_sandwich(rows):
    now = rows[rows["year"] == 2025].dropna(subset=["sickness", "gap", "share", "region"])
    regions = pd.get_dummies(now["region"], drop_first=True)
    x = np.column_stack([now["gap"], now["share"], regions.astype(float)])
    fit = ols(now["sickness"], x, names=["gap", "share", *regions])
    assert fit.n_obs == ANSWERS["cross_section", "n"][0]
    assert fit.names[1:3] == ("gap", "share")  # after the intercept
    for kind in ("HC3", "HC1"):
        expected = ANSWERS["cross_section", kind]
        assert covariance(fit, kind=kind).std_errors[1:3] == pytest.approx(expected, rel=OF_ITSELF)
        difference = np.abs(fit.coefficients[1:3] - ANSWERS["cross_section", "coefficients"])
        assert (difference < OF_ERROR * expected).all()


def test_two_way_fixed_effects_are_those_of_plm(rows):
    fit = within(
        rows["sickness"], rows[["level", "share"]], entity=rows["trust"], time=rows["year"], names=["level", "share"]
    )
    assert [fit.n_obs, rows["trust"][fit.used].nunique()] == ANSWERS["two_way", "n"].tolist()
    for kind in ("CR0", "CR1"):
        expected = ANSWERS["two_way", kind]
        found = covariance(fit, kind=kind, cluster=rows["trust"])
        assert found.std_errors == pytest.approx(expected, rel=OF_ITSELF)
        assert (np.abs(fit.coefficients - ANSWERS["two_way", "coefficients"]) < OF_ERROR * expected).all()


def test_the_spread_of_gaps_is_that_of_metafor(gaps):
    found = random_effects(gaps["gap"], gaps["error"] ** 2, method="reml")
    mean, error = ANSWERS["gaps", "mu"]
    assert len(gaps) == ANSWERS["gaps", "n"][0]
    # tau2 is where a search ends, on both sides: the mean follows it.
    assert abs(found.mu - mean) < OF_ERROR * error
    assert found.tau2 == pytest.approx(ANSWERS["gaps", "tau2"][0], rel=OF_ITSELF)


def test_funnel_limits_are_those_of_the_published_formula(gaps):
    found = known_error_funnel(gaps["gap"], gaps["error"], kind="difference", target=ANSWERS["gaps", "mu"][0])
    assert found.phi == pytest.approx(ANSWERS["funnel", "phi"][0], rel=1e-9)  # closed formulas: rounding only
    assert found.tau2 == pytest.approx(ANSWERS["funnel", "tau2"][0], rel=1e-9)
    trusts = [quantity for fit, quantity in ANSWERS if fit == "funnel" and quantity not in ("phi", "tau2")]
    assert trusts
    for trust in trusts:
        error = gaps.loc[gaps["trust"] == trust, "error"].to_numpy()
        half = np.array([1.959963984540054, 3.090232306167813]) * np.sqrt(error**2 + found.tau2)
        assert half == pytest.approx(ANSWERS["funnel", trust], rel=1e-9)


@pytest.fixture(scope="module")
def full(rows: pd.DataFrame) -> pd.DataFrame:
    """Trust-years that have all, with a dummy for each year but the first."""
    kept = rows.dropna(subset=["sickness", "level", "share"])
    years = pd.get_dummies(kept["year"], prefix="year", drop_first=True).astype(float)
    return pd.concat([kept, years], axis=1)


def years_of(full: pd.DataFrame) -> list[str]:
    return [str(name) for name in full if str(name).startswith("year_")]


@pytest.mark.parametrize("name", ["mixed", "parts"])
def test_random_intercepts_are_those_of_lmer(full, name):
    columns = ["level", "share"]
    if name == "parts":
        means = full.groupby("trust")[columns].transform("mean")
        full = full.assign(**{f"{one}_mean": means[one] for one in columns})
        full = full.assign(**{f"{one}_rest": full[one] - means[one] for one in columns})
        columns = ["level_rest", "share_rest", "level_mean", "share_mean"]
    fit = mixed(full["sickness"], full[[*columns, *years_of(full)]], group=full["trust"])
    assert [fit.n_obs, fit.n_groups] == ANSWERS[name, "n"].tolist()
    places = slice(1, 1 + len(columns))  # after the intercept
    errors = ANSWERS[name, "errors"]
    assert np.sqrt(np.diag(fit.covariance))[places] == pytest.approx(errors, rel=OF_ITSELF)
    # Where a search ends, on lme4's side: a hundred times nearer than is asked of likelihood models.
    assert (np.abs(fit.coefficients[places] - ANSWERS[name, "coefficients"]) < OF_ERROR * errors).all()
    variances = [fit.group_variance[0, 0], fit.residual_variance]
    assert variances == pytest.approx(ANSWERS[name, "variances"], rel=OF_ITSELF)


def test_a_fractional_logit_is_that_of_glm_and_sandwich(full):
    names = ["level", "share", *years_of(full)]
    fit = fractional(full["sickness"] / 100, full[names], names=names)
    assert fit.n_obs == ANSWERS["fractional", "n"][0] and fit.last is not None
    cov = covariance(fit.last, kind="CR1", cluster=full["trust"])
    expected = ANSWERS["fractional", "CR1"]
    assert cov.std_errors[1:3] == pytest.approx(expected, rel=OF_ITSELF)
    assert (np.abs(fit.coefficients[1:3] - ANSWERS["fractional", "coefficients"]) < OF_ERROR * expected).all()
    for place, name in enumerate(("level", "share")):
        found = average_effect(fit, cov, name)
        error = ANSWERS["fractional", "effect_errors"][place]
        assert 100 * found.std_error == pytest.approx(error, rel=OF_ITSELF)
        assert abs(100 * found.estimate - ANSWERS["fractional", "effects"][place]) < OF_ERROR * error
