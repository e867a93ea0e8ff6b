"""Errors in variables: the numbers of a base R script, a planted truth, and what gives no number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wres_analysis.stats.covariance import covariance
from wres_analysis.stats.linear import LinearFit, ols, within
from wres_analysis.stats.measurement_error import RELIABILITY_FLOOR, errors_in_variables

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).resolve().parents[1] / "oracle" / "measurement_error"
ANSWERS = pd.read_csv(ORACLE / "answers.csv").to_dict("records")


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return pd.read_csv(ORACLE / "panel.csv")


def fitted(panel: pd.DataFrame, model: str, weights: np.ndarray | None = None) -> LinearFit:
    columns = panel[["w", "z"]].to_numpy()
    if model == "ols":
        return ols(panel["y"], columns, weights=weights, names=["w", "z"])
    return within(panel["y"], columns, entity=panel["entity"], time=panel["time"], weights=weights, names=["w", "z"])


# Against R --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: f"{a['model']}-{a['weighted']}-{a['kind']}")
def test_numbers_are_those_of_r(panel: pd.DataFrame, answer: dict[str, Any]) -> None:
    weights = panel["weight"].to_numpy("float64") if answer["weighted"] else None
    found = errors_in_variables(
        fitted(panel, answer["model"], weights),
        column="w",
        error_variance=panel["v"],
        kind=answer["kind"],
        cluster=panel["entity"] if answer["kind"].startswith("CR") else None,
        weights=weights,
    )
    assert found.status == "ok"
    for name in ("reliability", "reliability_low", "reliability_high", "observed", "estimate", "std_error", "df"):
        # Both sides work in doubles, with one matrix of 250 rows inverted: about twelve digits agree.
        assert getattr(found, name) == pytest.approx(answer[name], rel=1e-9), name
    for name in ("low", "high"):  # R searches for them, to a tolerance of 1e-15 on a flat function
        assert getattr(found, name) == pytest.approx(answer[name], rel=1e-7), name


@pytest.mark.parametrize("answer", [a for a in ANSWERS if a["kind"] == "CR1"], ids=lambda a: f"{a['model']}")
def test_simulation_and_extrapolation_lead_to_the_same(answer: dict[str, Any]) -> None:
    # SIMEX is another estimator of the same thing, known to its own simulation error.
    assert abs(answer["estimate"] - answer["simex"]) < 3 * answer["simex_error"]


# A planted truth --------------------------------------------------------------------------------------------------


def simulated(seed: int, trusts: int, conditional: float, *, years: int = 9, slope: float = 0.2) -> Any:
    """Two-way fixed effects where the exposure's reliability within trusts is ``conditional``."""
    random = np.random.default_rng(seed)
    n = trusts * years
    trust, year = np.repeat(np.arange(trusts), years), np.tile(np.arange(years), trusts)
    level = random.normal(size=trusts)[trust]
    truth = 3 * level + 2 * random.normal(size=n)
    size = np.exp(random.normal(0, 0.7, trusts))[trust]
    variance = 4 * (1 - conditional) / conditional / size / np.exp(0.7**2 / 2)
    noise = random.normal(size=(trusts, years))
    for t in range(1, years):
        noise[:, t] = 0.5 * noise[:, t - 1] + np.sqrt(0.75) * noise[:, t]
    y = slope * truth + level + 2 * noise.ravel()
    seen = truth + np.sqrt(variance) * random.normal(size=n)
    there = random.random(n) > 0.1
    fit = within(y[there], seen[there], entity=trust[there], time=year[there], names=["gap"])
    return errors_in_variables(fit, column="gap", error_variance=variance[there], kind="CR1", cluster=trust[there])


def test_at_210_trusts_the_bias_is_gone_and_the_interval_covers() -> None:
    found = [simulated(seed, 210, 0.25) for seed in range(150)]
    estimates, observed = (np.median([getattr(one, name) for one in found]) for name in ("estimate", "observed"))
    assert {one.status for one in found} == {"ok"}
    assert np.median([one.reliability for one in found]) == pytest.approx(0.25, abs=0.01)
    assert observed == pytest.approx(0.05, abs=0.01)  # a quarter of the truth is left
    assert abs(estimates - 0.2) < 0.2 * abs(observed - 0.2)
    held = np.mean([one.low <= 0.2 <= one.high for one in found])
    assert 0.90 <= held <= 0.99  # 95% with a Monte Carlo error of 1.8 points


def test_at_30_trusts_the_interval_covers_or_has_no_end() -> None:
    found = [simulated(seed, 30, 0.25) for seed in range(200)]
    told = [one for one in found if one.status != "too_unreliable"]
    unbounded = [one for one in told if one.status == "unbounded"]
    assert 0.1 < len(unbounded) / len(found) < 0.6  # 30 trusts often cannot tell truth from error
    assert all(one.low == -np.inf and one.high == np.inf and np.isfinite(one.estimate) for one in unbounded)
    # 95% with a Monte Carlo error of 1.5 points; some 30% cover because they have no end.
    assert np.mean([one.low <= 0.2 <= one.high for one in told]) > 0.92


def test_how_much_error_remains_is_exact_for_unequal_variances() -> None:
    random = np.random.default_rng(3)
    n = 30
    trust, z = np.repeat(np.arange(6), 5), random.normal(size=n)
    variance = np.where(np.arange(n) == 7, 50.0, 0.1)  # nearly all error is in one row
    draws = []
    for _ in range(1_000):
        errors = np.sqrt(variance) * random.normal(size=n)
        fit = within(random.normal(size=n), np.column_stack([errors, z]), entity=trust, names=["x", "z"])
        found = errors_in_variables(fit, column="x", error_variance=variance, kind="CR1", cluster=trust)
        slope = fit.workings.influence[:, 0]  # type: ignore[union-attr]
        draws.append(found.reliability / (slope @ slope))
    # With nothing but error, what is taken for truth is zero on average: the error is counted in full and not twice.
    assert abs(np.mean(draws)) < 4 * np.std(draws) / np.sqrt(len(draws))
    assert np.std(draws) > 10  # the check could have failed


# Bounds -----------------------------------------------------------------------------------------------------------


def test_without_error_nothing_changes(panel: pd.DataFrame) -> None:
    fit = fitted(panel, "twfe")
    zero = np.zeros(len(panel))
    found = errors_in_variables(fit, column="w", error_variance=zero, kind="CR1", cluster=panel["entity"])
    usual = covariance(fit, kind="CR1", cluster=panel["entity"])
    assert found.reliability == 1.0
    assert found.estimate == pytest.approx(fit.coefficients[0], rel=1e-12)
    assert found.std_error == pytest.approx(usual.std_errors[0], rel=1e-9)
    # Fieller's limits take the variance at each null, so they are near those of t and not the same.
    assert (found.low, found.high) == pytest.approx((usual.low[0], usual.high[0]), abs=0.5 * usual.std_errors[0])


def test_weights_and_units_do_not_matter_for_the_reliability(panel: pd.DataFrame) -> None:
    weights = panel["weight"].to_numpy("float64")

    def found(scale: float, unit: float) -> Any:
        changed = panel.assign(w=panel["w"] * unit)
        return errors_in_variables(
            fitted(changed, "twfe", scale * weights), column="w", error_variance=panel["v"] * unit**2, kind="CR1",
            cluster=panel["entity"], weights=scale * weights,
        )  # fmt: skip

    one, other = found(1.0, 1.0), found(7.0, 100.0)
    assert other.reliability == pytest.approx(one.reliability, rel=1e-9)
    assert [other.estimate * 100, other.low * 100, other.high * 100] == pytest.approx([one.estimate, one.low, one.high])


@pytest.mark.parametrize(("factor", "status"), [(1.0, "ok"), (1.58, "unbounded"), (1.75, "too_unreliable")])
def test_the_more_error_the_less_is_said(panel: pd.DataFrame, factor: float, status: str) -> None:
    found = errors_in_variables(
        fitted(panel, "twfe"), column="w", error_variance=factor * panel["v"], kind="CR1", cluster=panel["entity"]
    )
    assert found.status == status
    assert np.isfinite([found.reliability, found.reliability_low, found.observed]).all()
    if status == "too_unreliable":
        assert found.reliability < RELIABILITY_FLOOR
        assert np.isnan([found.estimate, found.std_error, found.low, found.high]).all()
    if status == "unbounded":
        assert (found.low, found.high) == (-np.inf, np.inf)


def test_an_unknown_error_of_a_used_row_is_no_number_and_of_an_unused_one_does_not_matter(panel: pd.DataFrame) -> None:
    holes = panel.assign(y=panel["y"].where(panel.index != 4))
    unknown = panel["v"].where(panel.index != 4)
    arguments: dict[str, Any] = {"column": "w", "kind": "CR1", "cluster": panel["entity"]}
    assert errors_in_variables(fitted(holes, "ols"), error_variance=unknown, **arguments).status == "ok"
    found = errors_in_variables(fitted(panel, "ols"), error_variance=unknown, **arguments)
    assert found.status == "unknown_error"
    assert np.isnan([found.reliability, found.estimate, found.low]).all()


def test_a_fit_without_standard_error_says_why(panel: pd.DataFrame) -> None:
    constant = fitted(panel.assign(w=1.0), "ols")
    alone = np.zeros(len(panel))
    for fit, cluster, status in ((constant, panel["entity"], "constant_exposure"), (None, alone, "one_cluster")):
        found = errors_in_variables(
            fit or fitted(panel, "ols"), column="w", error_variance=panel["v"], kind="CR1", cluster=cluster
        )
        assert found.status == status
        assert np.isnan(found.reliability)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"column": "q"}, "no column"), ({"error_variance": [1.0]}, "variances are needed"),
     ({"error_variance": -np.ones(250)}, "negative variance at position 0"), ({"cluster": None}, "needs cluster")],
)  # fmt: skip
def test_requests_that_make_no_sense_are_refused(panel: pd.DataFrame, changes: dict[str, Any], words: str) -> None:
    arguments: dict[str, Any] = {
        "column": "w", "error_variance": panel["v"], "kind": "CR1", "cluster": panel["entity"],
    }  # fmt: skip
    with pytest.raises(ValueError, match=words):
        errors_in_variables(fitted(panel, "ols"), **(arguments | changes))
