"""Spearman's rank correlation, from a test's rows to its estimate."""

from __future__ import annotations

from dataclasses import replace
from math import atanh, inf, nan, sqrt, tanh

import numpy as np
import pandas as pd
from scipy.stats import norm, spearmanr

from wres_analysis.links.design import Design
from wres_analysis.links.estimates import Estimate, without
from wres_analysis.links.plan import Test
from wres_analysis.stats.nulls import assess_null

__all__ = ["fit_ranks"]

#: Bonett and Wright's standard error of the transformed rank correlation divides by n - 3; with fewer than this many
#: trusts there is too little left to divide by.
_FEWEST_RANKED = 5
#: Where this little of the spread is left, there is nothing but rounding.
_FLAT = 1e-12


def fit_ranks(design: Design, test: Test, *, alpha: float, seed: int, draws: int) -> tuple[Estimate, ...]:
    """Spearman's rank correlation of trusts' means: each trust counts once, however many years it has."""
    return (_correlate(design, test, alpha),)


def _correlate(design: Design, test: Test, alpha: float) -> Estimate:
    frame = pd.DataFrame({"trust": design.entity, "x": design.x[:, 0], "y": design.y})
    means = frame.groupby("trust", sort=True).mean()
    n = len(means)
    counts = Estimate("ok", "", "between", n_obs=len(frame), n_trusts=n)
    if n < _FEWEST_RANKED:
        return without(counts, "too_few")
    for name, status in (("x", "constant_exposure"), ("y", "constant_outcome")):
        values = means[name].to_numpy()
        if np.ptp(values) <= _FLAT * np.abs(values).max():
            return without(counts, status, test.exposure)
    found = spearmanr(means["x"], means["y"])
    rho = float(found.statistic)
    if abs(rho) > 1 - _FLAT:
        return without(counts, "exact_fit")
    z, error = atanh(rho), sqrt((1 + rho**2 / 2) / (n - 3))
    half = float(norm.ppf(1 - alpha / 2)) * error
    least = atanh(test.sesoi.size) if test.sesoi else nan
    p = float(found.pvalue)
    null = assess_null(z, error, inf, smallest_effect=least, p_value=p, alpha=alpha)
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
