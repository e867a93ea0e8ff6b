"""Spearman's rank correlation, from a test's rows to its estimate."""

from __future__ import annotations

from dataclasses import replace
from math import atanh, inf, nan, tanh

import numpy as np

from wres_analysis.links.design import Design
from wres_analysis.links.estimates import Estimate, without
from wres_analysis.links.plan import Test
from wres_analysis.stats.correlation import entity_means, spearman
from wres_analysis.stats.nulls import assess_null

__all__ = ["fit_ranks"]


def fit_ranks(design: Design, test: Test, *, alpha: float, seed: int, draws: int) -> tuple[Estimate, ...]:
    """Spearman's rank correlation of trusts' means: each trust counts once, however many years it has."""
    return (_correlate(design, test, alpha),)


def _correlate(design: Design, test: Test, alpha: float) -> Estimate:
    means = entity_means(np.column_stack([design.x[:, 0], design.y]), entity=design.entity)
    found = spearman(means[:, 0], means[:, 1], level=1 - alpha)
    counts = Estimate("ok", "", "between", n_obs=design.y.size, n_trusts=found.n_entities)
    if found.status != "ok":
        return without(counts, found.status, test.exposure)
    least = atanh(test.sesoi.size) if test.sesoi else nan
    null = assess_null(
        atanh(found.estimate), found.std_error, inf, smallest_effect=least, p_value=found.p_value, alpha=alpha
    )
    return replace(
        counts,
        message=f"Each of {found.n_entities} trusts counts once, by its means over {design.y.size} rows.",
        estimate=found.estimate,
        se_convention=found.method,
        ci_low=found.low,
        ci_high=found.high,
        p_value=found.p_value,
        df=found.df,
        std_estimate=found.estimate,
        mde_80=tanh(null.minimum_detectable),
        equivalence_p=null.equivalence_p,
        smallest_demonstrable=tanh(null.smallest_demonstrable),
        verdict=null.verdict,
    )
