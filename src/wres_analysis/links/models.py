"""One test to one estimate: least squares, two-way fixed effects, rank correlation of trusts' means.

Whatever the data cannot answer comes back with a status, a sentence and no number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atanh, inf, isfinite, nan, sqrt, tanh

import numpy as np
import pandas as pd
from scipy.stats import norm, spearmanr

from wres_analysis.links.design import Design
from wres_analysis.links.plan import Test
from wres_analysis.stats.bootstrap import wild_cluster_test
from wres_analysis.stats.covariance import FEW_CLUSTERS, covariance
from wres_analysis.stats.linear import LinearFit, ols, within
from wres_analysis.stats.nulls import assess_null

__all__ = ["SENTENCES", "Estimate", "blank", "estimate"]

#: Bonett and Wright's standard error of the transformed rank correlation divides by n - 3; with fewer than this many
#: trusts there is too little left to divide by.
_FEWEST_RANKED = 5
#: Where this little of the spread is left, there is nothing but rounding.
_FLAT = 1e-12

#: What each status means for a reader. ``{columns}`` are the columns that it is about.
SENTENCES = {
    "ok": "",
    "unbounded": "The bootstrap cannot exclude any value on at least one side, so that limit is infinite.",
    "all_missing": "No row has all the values that this test needs.",
    "too_few": "There are too few rows for the number of things to estimate.",
    "constant_exposure": "There is nothing to compare: {columns} does not vary, or not after the fixed effects.",
    "singular": "The data cannot tell these columns apart: {columns}.",
    "constant_outcome": "The outcome does not vary, or not after the fixed effects.",
    "exact_fit": "The columns give the outcome exactly, so nothing tells how uncertain the estimate is.",
    "one_cluster": "All rows are of one cluster, so nothing tells how clusters differ.",
    "missing_cluster": "At least one row belongs to no cluster.",
    "one_cluster_carries": "Without one of the clusters there is no estimate, so nothing tells how clusters differ.",
    "full_leverage": "At least one row is fitted exactly by a parameter of its own, so HC3 cannot be worked out.",
    "not_nested": "A trust lies in more than one cluster, for which this bootstrap is not made.",
    "not_available": "This is not available.",
    "refused": "This pair is refused.",
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """The result of one test; numbers are NaN where ``status`` is neither ``ok`` nor ``unbounded``.

    Parameters
    ----------
    status, message
        A word, and sentences for a reader.
    estimate, std_error, se_convention, ci_low, ci_high, p_value, df
        In units of the outcome for one unit of the exposure, or a rank correlation.
    std_estimate
        In standard deviations of the outcome for one of the exposure; with fixed effects, of what these leave.
    n_obs, n_trusts, n_clusters
        Rows, trusts and clusters that the estimate rests on; 0 clusters where rows count as independent.
    mde_80, equivalence_p, smallest_demonstrable, verdict
        What a null would say (:func:`~wres_analysis.stats.nulls.assess_null`).
    effective_clusters
        To how many equally informative clusters those at hand amount.
    fit
        The linear fit, for what is resampled.
    lone
        Rows left out because they were the only one of their trust or year.
    """

    status: str
    message: str
    estimate: float = nan
    std_error: float = nan
    se_convention: str = ""
    ci_low: float = nan
    ci_high: float = nan
    p_value: float = nan
    df: float = nan
    std_estimate: float = nan
    n_obs: int = 0
    n_trusts: int = 0
    n_clusters: int = 0
    mde_80: float = nan
    equivalence_p: float = nan
    smallest_demonstrable: float = nan
    verdict: str = "not_available"
    effective_clusters: float = nan
    fit: LinearFit | None = None
    lone: int = 0


def blank(status: str, columns: str = "", *, why: str = "") -> Estimate:
    """Return a result without numbers."""
    return Estimate(status, why or SENTENCES[status].format(columns=columns))


def estimate(design: Design, test: Test, *, alpha: float, seed: int, draws: int) -> Estimate:
    """Make a test.

    Parameters
    ----------
    design
        Its rows.
    test
        With a model of :data:`~wres_analysis.links.plan.MODELS`.
    alpha
        Level of the test; the interval is at ``1 - alpha``.
    seed, draws
        Of the bootstrap, where ``se`` is ``wild``.
    """
    if not design.y.size:
        lost = {why: count for why, count in list(design.lost.items())[1:] if count}
        most = max(lost, key=lambda why: lost[why], default="")
        detail = f" Most often: {most} ({lost[most]} of {design.lost['rows']} rows)." if most else ""
        return blank("all_missing", why=SENTENCES["all_missing"] + detail)
    if test.model == "spearman":
        return _ranks(design, test, alpha)
    return _linear(design, test, alpha, seed, draws)


def _linear(design: Design, test: Test, alpha: float, seed: int, draws: int) -> Estimate:
    if test.model == "twfe":
        fit = within(
            design.y, design.x, entity=design.entity, time=design.time, weights=design.weights, names=design.names
        )
    else:
        fit = ols(design.y, design.x, weights=design.weights, names=design.names)
    counts = Estimate("ok", "", n_obs=fit.n_obs, n_trusts=len(set(design.entity[fit.used])), fit=fit, lone=fit.n_single)
    if fit.status != "ok":
        return _without(counts, fit.status, " and ".join(fit.blamed) or test.exposure)
    position = fit.names.index(test.exposure)
    level = 1 - alpha
    clustered = test.se in ("CR0", "CR1", "wild")
    kind = "CR1" if test.se == "wild" else test.se
    cov = covariance(fit, kind=kind, cluster=design.cluster if clustered else None, level=level)  # type: ignore[arg-type]
    counts = replace(counts, n_clusters=cov.n_clusters)
    status = str(cov.status[position])
    if status != "ok":
        return _without(counts, status)
    low, high, p = (float(values[position]) for values in (cov.low, cov.high, cov.p_values))
    convention = f"{kind}: {cov.convention}, factor {cov.factor:.6g}, t with {cov.df:g} degrees of freedom"
    message = ""
    if test.se == "wild":
        wild = wild_cluster_test(fit, column=test.exposure, cluster=design.cluster, seed=seed, draws=draws, level=level)
        if wild.status not in ("ok", "unbounded"):
            return _without(counts, wild.status)
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
    value, error = float(fit.coefficients[position]), float(cov.std_errors[position])
    null = assess_null(value, error, cov.df, smallest_effect=_smallest(test), p_value=p, alpha=alpha)
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
        mde_80=null.minimum_detectable,
        equivalence_p=null.equivalence_p,
        smallest_demonstrable=null.smallest_demonstrable,
        verdict=null.verdict,
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


def _ranks(design: Design, test: Test, alpha: float) -> Estimate:
    """Spearman's rank correlation of trusts' means: each trust counts once, however many years it has."""
    frame = pd.DataFrame({"trust": design.entity, "x": design.x[:, 0], "y": design.y})
    means = frame.groupby("trust", sort=True).mean()
    n = len(means)
    counts = Estimate("ok", "", n_obs=len(frame), n_trusts=n)
    if n < _FEWEST_RANKED:
        return _without(counts, "too_few")
    for name, status in (("x", "constant_exposure"), ("y", "constant_outcome")):
        values = means[name].to_numpy()
        if np.ptp(values) <= _FLAT * np.abs(values).max():
            return _without(counts, status, test.exposure)
    found = spearmanr(means["x"], means["y"])
    rho = float(found.statistic)
    if abs(rho) > 1 - _FLAT:
        return _without(counts, "exact_fit")
    z, error = atanh(rho), sqrt((1 + rho**2 / 2) / (n - 3))
    half = float(norm.ppf(1 - alpha / 2)) * error
    smallest = atanh(test.sesoi.size) if test.sesoi else nan
    p = float(found.pvalue)
    null = assess_null(z, error, inf, smallest_effect=smallest, p_value=p, alpha=alpha)
    return replace(
        counts,
        message=f"Each of {n} trusts counts once, by its means over {len(frame)} rows.",
        estimate=rho,
        se_convention=f"Bonett-Wright: atanh(rho) has the standard error sqrt((1 + rho^2/2)/(n - 3)), n={n}; "
        f"p by t with {n - 2} degrees of freedom",
        ci_low=tanh(z - half),
        ci_high=tanh(z + half),
        p_value=p,
        df=float(n - 2),
        std_estimate=rho,
        mde_80=tanh(null.minimum_detectable),
        equivalence_p=null.equivalence_p,
        smallest_demonstrable=tanh(null.smallest_demonstrable),
        verdict=null.verdict,
    )


def _smallest(test: Test) -> float:
    """Smallest effect of interest for one unit of the exposure; NaN where none is set."""
    if test.sesoi is None or not isfinite(test.sesoi.per):
        return nan
    return test.sesoi.size / test.sesoi.per


def _without(counts: Estimate, status: str, columns: str = "") -> Estimate:
    return replace(counts, status=status, message=blank(status, columns).message)
