"""Mixed models: lme4, lmerTest and clubSandwich (tests/oracle/mixed), planted truths, a status for each failure."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wres_analysis.stats.covariance import Kind, covariance
from wres_analysis.stats.linear import within
from wres_analysis.stats.mixed import MixedFit, contrast, mixed

pytestmark = pytest.mark.unit

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
FILES = {"panel": "linear/panel.csv", "grunfeld": "linear/grunfeld.csv", "slopes": "mixed/slopes.csv"}
COLUMNS = {
    "panel": ("y", ["x1", "x2", "x3"]),
    "grunfeld": ("invest", ["value", "capital"]),
    "slopes": ("y", ["x1", "x2"]),
}


@pytest.fixture(scope="module")
def data():
    return {name: pd.read_csv(ORACLE / file) for name, file in FILES.items()}


ANSWERS = pd.read_csv(ORACLE / "mixed" / "answers.csv")
FITS = list(ANSWERS[["data", "model", "weighted", "reml"]].drop_duplicates().itertuples(index=False, name=None))


def fitted(frame: pd.DataFrame, name: str, model: str, weighted: bool, reml: bool) -> MixedFit:
    outcome, columns = COLUMNS[name]
    x = frame[columns].astype(float)
    if name != "slopes":
        years = pd.get_dummies(frame["time"], prefix="factor(time)", prefix_sep="", drop_first=True)
        x = pd.concat([x, years.astype(float)], axis=1)
    slope = "x1" if model == "slope" else None
    weights = frame["w"] if weighted else None
    return mixed(
        frame[outcome], x, group=frame["entity"], slope=slope, weights=weights, names=[*map(str, x)], reml=reml
    )


def answers(*which: object) -> pd.Series:
    chosen = (ANSWERS[["data", "model", "weighted", "reml"]] == list(which)).all(axis=1)
    return ANSWERS[chosen].replace("(Intercept)", "intercept").set_index(["column", "what"])["value"]


@pytest.mark.parametrize("which", FITS)
def test_estimates_errors_and_degrees_of_freedom_are_those_of_lmer(data, which):
    found, answer = fitted(data[which[0]], *which), answers(*which)
    assert found.status == "ok" and not found.boundary
    for place, name in enumerate(found.names):
        one = contrast(found, {name: 1.0})
        error = answer[name, "StdError"]
        # lme4 stops where its deviance no longer changes, about the root of rounding away from the best variances
        assert one.estimate == pytest.approx(answer[name, "Estimate"], abs=1e-6 * error)
        assert one.std_error == pytest.approx(error, rel=1e-6)
        assert one.std_error == pytest.approx(np.sqrt(found.covariance[place, place]), rel=1e-12)
        # lmerTest takes the curvature by differences, with a slope in four dimensions
        assert one.df == pytest.approx(answer[name, "df"], rel=1e-3 if which[1] == "slope" else 1e-6)
        assert one.df_method == "satterthwaite"
    for i, line in enumerate(found.group_variance):
        for j, value in enumerate(line[: i + 1]):
            assert value == pytest.approx(answer[f"group{i + 1}{j + 1}", "Variance"], rel=1e-5)
    assert found.residual_variance == pytest.approx(answer["residual", "Variance"], rel=1e-6)
    assert found.log_likelihood == pytest.approx(answer["model", "LogLikelihood"], abs=1e-9)  # flat at its best


@pytest.mark.parametrize("which", [one for one in FITS if one[1] == "intercept" and one[3] and not one[2]])
def test_sandwiches_are_those_of_clubsandwich_by_the_same_factor(data, which):
    found, answer = fitted(data[which[0]], *which), answers(*which)
    pairs: list[tuple[Kind, str]] = [("CR0", "CR0"), ("CR1", "CR1S")]
    assert found.decorrelated is not None
    for ours, theirs in pairs:
        sandwich = covariance(found.decorrelated, kind=ours, cluster=data[which[0]]["entity"])
        for name, error in zip(sandwich.names, sandwich.std_errors, strict=True):
            assert error == pytest.approx(answer[name, theirs], rel=1e-6)  # by the variances, as above


def test_decorrelated_rows_give_the_same_coefficients(data):
    for model in ("intercept", "slope"):
        found = fitted(data["slopes"], "slopes", model, True, True)
        assert found.decorrelated is not None
        assert found.decorrelated.coefficients == pytest.approx(found.coefficients, rel=1e-9)


def test_log_likelihood_is_that_of_the_normal_distribution(data):
    """From the whole covariance matrix, by other means, at the variances that were found."""
    frame = data["slopes"]
    found = fitted(frame, "slopes", "slope", True, False)
    z = np.column_stack([np.ones(len(frame)), frame["x1"]])
    same = frame["entity"].to_numpy()[:, None] == frame["entity"].to_numpy()
    v = same * (z @ found.group_variance @ z.T) + np.diag(found.residual_variance / frame["w"].to_numpy())
    x = np.column_stack([np.ones(len(frame)), frame[["x1", "x2"]]])
    rest = frame["y"].to_numpy() - x @ found.coefficients
    log_likelihood = -0.5 * (np.linalg.slogdet(2 * np.pi * v)[1] + rest @ np.linalg.solve(v, rest))
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=1e-8)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(
        np.sqrt(np.diag(np.linalg.inv(x.T @ np.linalg.solve(v, x)))), rel=1e-8
    )


def complete(groups: int = 12, rows: int = 6, *, between: float = 1.0, seed: int = 2):
    random = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), rows)
    level, change = random.normal(size=groups)[group], random.normal(size=group.size)
    change -= (np.bincount(group, change) / rows)[group]
    y = between * random.normal(size=groups)[group] + random.normal(size=group.size)
    return y, np.column_stack([level, change]), group


def test_degrees_of_freedom_of_a_complete_panel_are_those_of_the_analysis_of_variance():
    y, x, group = complete()
    found = mixed(y, x, group=group, names=["level", "change"])
    assert contrast(found, {"level": 1.0}).df == pytest.approx(12 - 2)
    assert contrast(found, {"change": 1.0}).df == pytest.approx(72 - 12 - 1)
    slopes = within(y, x[:, 1], entity=group, names=["change"])
    assert contrast(found, {"change": 1.0}).estimate == pytest.approx(slopes.coefficients[0])
    expected = np.sqrt((slopes.residuals**2).sum() / slopes.df_residual / (x[:, 1] ** 2).sum())
    assert contrast(found, {"change": 1.0}).std_error == pytest.approx(expected)


def test_variance_of_zero_is_named_and_gives_least_squares():
    y, x, group = complete(between=0.0, seed=4)
    y -= 0.9 * (np.bincount(group, y) / 6)[group]  # groups more alike than chance would have them
    found = mixed(y, x, group=group, names=["level", "change"])
    assert found.status == "ok" and found.boundary and found.group_variance[0, 0] == 0.0 == found.icc
    plain = np.linalg.lstsq(np.column_stack([np.ones(72), x]), y, rcond=None)[0]
    assert found.coefficients == pytest.approx(plain)
    level = contrast(found, {"level": 1.0})
    assert (level.df, level.df_method) == (10.0, "between_within")
    assert contrast(found, {"change": 1.0}).df == 59.0
    assert contrast(found, {"level": 1.0, "change": -1.0}).df == 10.0


def test_slope_without_variance_is_named():
    y, x, group = complete(40, 8, seed=6)
    y = y - 2 * x[:, 1]
    found = mixed(y, x, group=group, slope="change", names=["level", "change"])
    plain = mixed(y, x, group=group, names=["level", "change"])
    assert found.status == "ok"
    assert found.boundary == (found.group_variance[1, 1] < 1e-6 or abs(np.linalg.det(found.group_variance)) < 1e-6)
    assert found.log_likelihood >= plain.log_likelihood - 1e-9


def test_planted_effects_and_variances_are_covered():
    random = np.random.default_rng(8)
    group = np.repeat(np.arange(400), 8)
    x = random.normal(size=group.size) + random.normal(size=400)[group]
    slopes = 0.5 + 0.3 * random.normal(size=400)
    y = 1 + slopes[group] * x + 0.8 * random.normal(size=400)[group] + random.normal(size=group.size)
    found = mixed(y, x, group=group, slope="x", names=["x"])
    one = contrast(found, {"x": 1.0})
    assert abs(one.estimate - 0.5) < 3 * one.std_error  # one seed; three errors
    assert np.sqrt(np.diag(found.group_variance)) == pytest.approx([0.8, 0.3], rel=0.15)  # errors of about 5 %
    assert found.residual_variance == pytest.approx(1.0, rel=0.1)


def test_missing_rows_and_groups_are_left_out_and_counted():
    y, x, group = complete()
    labels = np.array([f"g{i}" for i in group], dtype=object)
    y[3], labels[10], x[20, 0] = np.nan, None, np.inf
    kept = np.delete(np.arange(72), [3, 10, 20])
    found, short = mixed(y, x, group=labels), mixed(y[kept], x[kept], group=group[kept])
    assert (found.n_obs, found.n_missing) == (69, 3)
    assert found.coefficients == pytest.approx(short.coefficients, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "status", "blamed"),
    [
        (lambda y, x, g: (y * np.nan, x, g), "all_missing", ()),
        (lambda y, x, g: (y, x * [0, 1], g), "constant_exposure", ("level",)),
        (lambda y, x, g: (y, x[:, [0, 0]], g), "singular", ("level", "change")),
        (lambda y, x, g: (y * 0 + 3, x, g), "constant_outcome", ()),
        (lambda y, x, g: (x @ [1, 2.0], x, g), "exact_fit", ()),
        (lambda y, x, g: (y[g] + x @ [1, 2.0], x, g), "exact_fit", ()),  # exact within groups
        (lambda y, x, g: (y, x, g * 0), "one_cluster", ()),
        (lambda y, x, g: (y, x, np.arange(g.size)), "too_few", ()),
        (lambda y, x, g: (y, np.column_stack([g == 1, g > 1]), np.minimum(g, 2)), "too_few", ()),
    ],
)
def test_what_cannot_be_answered_is_named_and_has_no_number(change, status, blamed):
    y, x, group = change(*complete())
    found = mixed(y, x, group=group, names=["level", "change"])
    assert (found.status, found.blamed) == (status, blamed)
    assert np.isnan([*found.coefficients, *found.covariance.ravel(), found.residual_variance, found.icc]).all()
    with pytest.raises(ValueError, match=status):
        contrast(found, {"level": 1.0})


def test_slope_must_be_a_column():
    y, x, group = complete()
    with pytest.raises(ValueError, match="no column 'z'"):
        mixed(y, x, group=group, slope="z")
