"""Fractional logit: R's glm and sandwich (tests/oracle/fractional), statsmodels, and a status for each failure."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import expit

from wres_analysis.stats.covariance import Kind, covariance
from wres_analysis.stats.fractional import average_effect, fractional

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
ANSWERS = pd.read_csv(ORACLE / "fractional" / "answers.csv").replace("(Intercept)", "intercept")
KINDS: tuple[Kind, ...] = ("HC1", "HC3", "CR0", "CR1")


def data(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    if name == "shares":
        frame = pd.read_csv(ORACLE / "fractional" / "shares.csv")
        years = pd.get_dummies(frame["time"], prefix="factor(time)", prefix_sep="", drop_first=True)
        return frame, pd.concat([frame[["x1", "x2"]], years.astype(float)], axis=1)
    frame = pd.read_csv(ORACLE / "linear" / "panel.csv")
    return frame.assign(y=expit((frame["y"] - 3) / 2).round(6)), frame[["x1", "x2", "x3"]]


@pytest.mark.parametrize("name", ["shares", "panel"])
@pytest.mark.parametrize("weighted", [False, True])
def test_log_odds_effects_and_errors_are_those_of_r(name, weighted):
    frame, x = data(name)
    fit = fractional(frame["y"], x, weights=frame["w"] if weighted else None, names=[*map(str, x)])
    assert fit.status == "ok" and fit.last is not None
    answer = ANSWERS[(ANSWERS["data"] == name) & (ANSWERS["weighted"] == weighted)]
    answers = answer.set_index(["column", "what"])["value"]
    for kind in KINDS:
        cov = covariance(fit.last, kind=kind, cluster=frame["entity"] if kind.startswith("CR") else None)
        for place, column in enumerate(fit.names):
            error = answers[column, kind]
            # Both iterate until nothing changes; what is left is rounding.
            assert fit.coefficients[place] == pytest.approx(answers[column, "coefficient"], abs=1e-8 * error)
            assert cov.std_errors[place] == pytest.approx(error, rel=1e-7)
            if place:
                effect, its_error = answers[column, "effect"], answers[column, f"effect_{kind}"]
                found = average_effect(fit, cov, column)
                assert found.estimate == pytest.approx(effect, abs=1e-8 * its_error)
                assert found.std_error == pytest.approx(its_error, rel=1e-7)


def test_log_odds_are_those_of_statsmodels():
    frame, x = data("shares")
    peer = sm.GLM(frame["y"], sm.add_constant(x), family=sm.families.Binomial()).fit(tol=1e-14)
    assert fractional(frame["y"], x).coefficients == pytest.approx(peer.params.to_numpy(), rel=1e-9)


def test_average_effect_is_the_mean_change_of_the_fitted_shares():
    frame, x = data("shares")
    fit = fractional(frame["y"], x, weights=frame["w"], names=[*map(str, x)])
    assert fit.last is not None
    cov = covariance(fit.last, kind="HC1")
    moved = x.assign(x1=x["x1"] + 1e-5)
    shares = [expit(fit.coefficients[0] + one.to_numpy() @ fit.coefficients[1:]) for one in (x, moved)]
    change = np.average(shares[1] - shares[0], weights=frame["w"]) / 1e-5
    assert average_effect(fit, cov, "x1").estimate == pytest.approx(change, rel=1e-4)  # a difference, not a derivative
    with pytest.raises(ValueError, match="no column 'z'"):
        average_effect(fit, cov, "z")


def test_planted_log_odds_are_covered():
    random = np.random.default_rng(4)
    group = np.repeat(np.arange(300), 6)
    x = random.normal(size=group.size)
    mean = expit(0.5 - 0.7 * x)
    fit = fractional(random.beta(8 * mean, 8 * (1 - mean)), x)
    assert fit.last is not None
    cov = covariance(fit.last, kind="CR1", cluster=group)
    assert abs(fit.coefficients[1] + 0.7) < 3 * cov.std_errors[1]  # one seed; three errors


X = np.column_stack([np.arange(12.0), np.tile([0.0, 1.0, 4.0], 4)])
Y = np.linspace(0.2, 0.7, 12) + 0.05 * np.tile([1, -1, 1, -1, 0, 0], 2)


@pytest.mark.parametrize(
    ("y", "x", "status", "blamed"),
    [
        (Y * np.nan, X, "all_missing", ()),
        (Y[:2], X[:2], "too_few", ()),
        (Y, X * [1, 0], "constant_exposure", ("x1",)),
        (Y, X[:, [0, 0]], "singular", ("x0", "x1")),
        (Y * 0 + 0.4, X, "constant_outcome", ()),
        (Y + 0.5, X, "out_of_range", ()),
        (-Y, X, "out_of_range", ()),
        ((X[:, 0] > 5).astype(float), X, "separated", ()),
        (expit(0.3 * X[:, 0] - 2), X[:, :1], "exact_fit", ()),
    ],
)
def test_what_cannot_be_answered_is_named_and_has_no_number(y, x, status, blamed):
    fit = fractional(y, x)
    assert (fit.status, fit.blamed, fit.last) == (status, blamed, None)
    assert np.isnan(fit.coefficients).all()


def test_shares_on_a_straight_line_are_no_exact_fit_of_a_curve():
    assert fractional(0.1 + 0.05 * X[:, 0], X[:, :1]).status == "ok"
