"""Fractional logit for outcomes that cannot leave a range, from a test's rows to its estimate in the outcome's unit."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import numpy as np
from scipy.stats import t as student

from wres_analysis.links.coupling import measure_of
from wres_analysis.links.design import Design
from wres_analysis.links.estimates import Estimate, blank, smallest, without
from wres_analysis.links.plan import Test
from wres_analysis.links.years import year_columns
from wres_analysis.standards import Standard, load_outcomes
from wres_analysis.stats.covariance import FEW_CLUSTERS, covariance
from wres_analysis.stats.fractional import average_effect, fractional
from wres_analysis.stats.nulls import assess_null

__all__ = ["bounds_of", "fit_fractional"]

_UNITS = ("percent", "score")
_PARTED = "The columns part the lowest from the highest values that {} can have, so there is no finite estimate."
_COUNTS = (".numerator", ".denominator", ".base")


def bounds_of(outcome: str, outcomes: Standard) -> tuple[float, float] | None:
    """The range that a column of the panel cannot leave, or None where none is declared."""
    measure = outcomes.measures.get(measure_of(outcome, outcomes))
    if measure is None or measure.unit not in _UNITS or outcome.endswith(_COUNTS):
        return None
    return measure.range


def fit_fractional(design: Design, test: Test, *, alpha: float, seed: int, draws: int) -> tuple[Estimate, ...]:
    """Fit a fractional logit of all trust-years together, with a dummy for each year.

    The estimate is the average effect, in the outcome's unit for one unit of the exposure; the log odds stand in
    ``detail``.
    """
    return (replace(_fit(design, test, alpha), term=test.exposure),)


def _fit(design: Design, test: Test, alpha: float) -> Estimate:
    bounds = bounds_of(test.outcome, load_outcomes())
    if bounds is None:
        why = f"This model is for shares and scores with a declared range, and '{test.outcome}' has none."
        return blank("not_available", why=why)
    if test.se == "wild":
        why = "The wild bootstrap is made for least squares, and this model is none. Write another 'se'."
        return blank("not_available", why=why)
    low, width = bounds[0], bounds[1] - bounds[0]
    years, names = year_columns(design)
    x = np.column_stack([design.x, years])
    fit = fractional((design.y - low) / width, x, weights=design.weights, names=(*design.names, *names))
    counts = Estimate("ok", "", n_obs=fit.n_obs, n_trusts=len(set(design.entity[fit.used])))
    if fit.last is None:
        nothing = without(counts, fit.status, " and ".join(fit.blamed) or test.outcome)
        return replace(nothing, message=_PARTED.format(test.outcome)) if fit.status == "separated" else nothing
    level = 1 - alpha
    clustered = test.se in ("CR0", "CR1")
    cov = covariance(fit.last, kind=test.se, cluster=design.cluster[fit.used] if clustered else None, level=level)  # type: ignore[arg-type]
    counts = replace(counts, n_clusters=cov.n_clusters)
    place = fit.names.index(test.exposure)
    bad = [str(status) for status in (cov.status[place], *cov.status) if status != "ok"]
    if bad:  # the average effect rests on all coefficients
        return without(counts, bad[0])
    found = average_effect(fit, cov, test.exposure)
    value, error = width * found.estimate, width * found.std_error
    half = float(student.ppf(1 - alpha / 2, cov.df)) * error
    p = float(2 * student.sf(abs(value) / error, cov.df)) if error > 0 else nan
    null = assess_null(value, error, cov.df, smallest_effect=smallest(test), p_value=p, alpha=alpha)
    message = ""
    if cov.few_clusters:
        message = (
            f"There are only {cov.n_clusters} clusters, fewer than {FEW_CLUSTERS}: p and interval may be too sure of "
            "themselves."
        )
    return replace(
        counts,
        message=message,
        estimate=value,
        std_error=error,
        se_convention=(
            f"{test.se} by the delta method on the average effect: {cov.convention}, factor {cov.factor:.6g}, "
            f"t with {cov.df:g} degrees of freedom"
        ),
        ci_low=value - half,
        ci_high=value + half,
        p_value=p,
        df=cov.df,
        std_estimate=value * float(design.x[:, 0].std() / design.y.std()),
        mde_80=null.minimum_detectable,
        equivalence_p=null.equivalence_p,
        smallest_demonstrable=null.smallest_demonstrable,
        verdict=null.verdict,
        effective_clusters=float(cov.effective_clusters[place]),
        detail={
            "range": list(bounds),
            "log_odds": {
                "estimate": float(cov.estimates[place]),
                "std_error": float(cov.std_errors[place]),
                "ci_low": float(cov.low[place]),
                "ci_high": float(cov.high[place]),
                "p_value": float(cov.p_values[place]),
            },
        },
    )
