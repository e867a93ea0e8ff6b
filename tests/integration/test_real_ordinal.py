"""Proportional odds on real ratings, against polr, vcovCL and differences in R on the same rows."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wres_analysis.panel.load import load_folder
from wres_analysis.stats.ordinal import ordinal, ordinal_covariance
from wres_analysis.stats.ordinal_check import proportional_odds_check, slope_check
from wres_analysis.stats.ordinal_effects import average_effects, predicted_probabilities

pytestmark = pytest.mark.integration

ORACLE = Path(__file__).parents[1] / "oracle" / "ordinal"


@pytest.fixture(scope="module")
def tables(real_data: Path) -> dict[str, pd.DataFrame]:
    spec = importlib.util.spec_from_file_location("make_real", ORACLE / "make_real.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.cross_sections(load_folder(real_data))


@pytest.mark.parametrize("name", ["ind8", "sickness"])
def test_real_ratings_have_the_estimates_errors_effects_and_checks_of_r(tables, name):
    answers = pd.read_csv(ORACLE / "real.csv", keep_default_na=False)
    answers = answers[answers["data"] == name]
    table = tables[name]
    columns = [str(column) for column in table.columns[2:]]
    fit = ordinal(table["y"], table[columns], names=columns)
    likelihood = answers.loc[answers["what"] == "log_likelihood", "value"].astype(float)
    assert fit.log_likelihood == pytest.approx(likelihood.iloc[0], rel=1e-10)
    for kind in ("model", "CR0", "CR1"):
        cov = ordinal_covariance(fit, kind=kind, cluster=None if kind == "model" else table["cluster"])
        mine = answers[answers["kind"] == kind]
        told = {what: part.astype({"value": float, "second": float}) for what, part in mine.groupby("what")}
        told_at = told["probability"]["at"].astype(float).unique()
        shares, effects = predicted_probabilities(fit, cov, columns[0], told_at), average_effects(fit, cov, columns[0])
        # Estimates to 1e-4 of their error and errors of one convention to 1e-5: what polr's optimiser allows. Effects
        # are central differences in R.
        for what, values, errors, rtol in (
            ("coefficient", cov.estimates, cov.std_errors, 1e-5),
            ("probability", shares.values.ravel(), shares.std_errors.ravel(), 1e-4),
            ("effect", effects.values, effects.std_errors, 1e-4),
        ):
            assert (np.abs(told[what]["value"] - values) / told[what]["second"]).max() < 1e-4
            np.testing.assert_allclose(errors, told[what]["second"], rtol=rtol)
        if "score" in told:
            for column, statistic in zip(told["score"]["column"], told["score"]["value"], strict=True):
                cluster = None if kind == "model" else table["cluster"]
                assert slope_check(fit, column, cluster=cluster).statistic == pytest.approx(statistic, rel=1e-4)
    check = proportional_odds_check(fit)
    if (answers["what"] == "no check").any():  # in R one of the glm fits runs away, and solve() stops
        assert check.status == "degenerate_split"
    else:
        wald = answers[(answers["what"] == "check") & (answers["kind"] == "model") & (answers["column"] == "all")]
        assert check.all_statistic == pytest.approx(float(wald["value"].iloc[0]), rel=1e-6)
