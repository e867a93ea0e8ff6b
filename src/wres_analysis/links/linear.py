"""Least squares and two-way fixed effects, from a test's rows to its estimate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wres_analysis.links.design import Design
from wres_analysis.links.estimates import SENTENCES, Estimate, null_columns, without
from wres_analysis.links.plan import Test
from wres_analysis.stats.bootstrap import wild_cluster_test
from wres_analysis.stats.covariance import FEW_CLUSTERS, covariance
from wres_analysis.stats.linear import LinearFit, ols, within

__all__ = ["fit_least_squares", "fit_linear"]

#: With 30 rows a 5% test by HC1 rejects 7.4% of true nulls, with 210 it rejects 5.7% (docs/calibration.md).
_FEW_ROWS = 100


def fit_linear(design: Design, test: Test, *, alpha: float, seed: int, draws: int) -> tuple[Estimate, ...]:
    """Fit least squares, or two-way fixed effects (``twfe``), with the standard error that the test names."""
    return (_fit(design, test, alpha, seed, draws),)


def fit_least_squares(design: Design, test: Test) -> LinearFit:
    """Fit the rows of a test, without anything that tells of uncertainty."""
    if test.model == "twfe":
        return within(
            design.y, design.x, entity=design.entity, time=design.time, weights=design.weights, names=design.names
        )
    return ols(design.y, design.x, weights=design.weights, names=design.names)


def _fit(design: Design, test: Test, alpha: float, seed: int, draws: int) -> Estimate:
    fit = fit_least_squares(design, test)
    counts = Estimate(
        "ok", "", "within" if test.model == "twfe" else test.exposure,
        n_obs=fit.n_obs, n_trusts=len(set(design.entity[fit.used])), fit=fit, lone=fit.n_single,
    )  # fmt: skip
    if fit.status != "ok":
        return without(counts, fit.status, " and ".join(fit.blamed) or test.exposure)
    position = fit.names.index(test.exposure)
    level = 1 - alpha
    clustered = test.se in ("CR0", "CR1", "wild")
    kind = "CR1" if test.se == "wild" else test.se
    cov = covariance(fit, kind=kind, cluster=design.cluster if clustered else None, level=level)  # type: ignore[arg-type]
    counts = replace(counts, n_clusters=cov.n_clusters)
    status = str(cov.status[position])
    if status != "ok":
        return without(counts, status)
    low, high, p = (float(values[position]) for values in (cov.low, cov.high, cov.p_values))
    convention = f"{kind}: {cov.convention}, factor {cov.factor:.6g}, t with {cov.df:g} degrees of freedom"
    message = ""
    if test.se == "wild":
        wild = wild_cluster_test(fit, column=test.exposure, cluster=design.cluster, seed=seed, draws=draws, level=level)
        if wild.status not in ("ok", "unbounded"):
            return without(counts, wild.status)
        status, low, high, p = wild.status, wild.low, wild.high, wild.p_value
        message = SENTENCES[status]
        convention = (
            f"wild cluster bootstrap for p and interval ({wild.draws} draws, {wild.scheme}, seed {seed}); "
            f"the standard error is that of {convention}"
        )
    elif cov.few_clusters:
        message = (
            f"There are only {cov.n_clusters} clusters, fewer than {FEW_CLUSTERS}: p and interval may be too sure of "
            'themselves. With se = "wild" they come from a bootstrap instead.'
        )
    elif kind == "HC1" and fit.n_obs < _FEW_ROWS:
        message = (
            f"There are only {fit.n_obs} rows, fewer than {_FEW_ROWS}: with HC1, p and interval may be too sure of "
            'themselves. Those of se = "HC3" are not.'
        )
    value, error = float(fit.coefficients[position]), float(cov.std_errors[position])
    return replace(
        counts,
        status=status,
        message=message,
        estimate=value,
        std_error=error,
        se_convention=convention,
        ci_low=low,
        ci_high=high,
        p_value=p,
        df=cov.df,
        std_estimate=value * _relative_spread(fit, position, design.weights),
        **null_columns(test, value, error, cov.df, low=low, high=high, p=p, alpha=alpha),
        effective_clusters=float(cov.effective_clusters[position]),
    )


def _relative_spread(fit: LinearFit, position: int, weights: np.ndarray | None) -> float:
    """Spread of the exposure over that of the outcome, after fixed effects, or about the mean where there are none."""
    assert fit.workings is not None
    x = fit.workings.design[:, position]
    y = fit.workings.design @ fit.coefficients + fit.workings.residuals
    if fit.workings.entity is None:
        root = np.ones(fit.n_obs) if weights is None else np.sqrt(weights[fit.used])
        x, y = (values - root * (root @ values) / (root @ root) for values in (x, y))
    return float(np.linalg.norm(x) / np.linalg.norm(y))
