"""What is calibrated: the models of the plans, fitted by the same code as ``wres links``, on made-up trusts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import betaincinv, expit, logit

from wres_analysis.calibration.worlds import FloatArray, World
from wres_analysis.links.design import Design
from wres_analysis.links.estimates import Estimate
from wres_analysis.links.models import FITTERS, estimate
from wres_analysis.links.plan import Test
from wres_analysis.standards import load_outcomes

__all__ = ["ALPHA", "EXPOSURE", "METHODS", "Method", "available", "design_of", "fit"]

ALPHA = 0.05
EXPOSURE = "exposure"
#: Points of gap from which an effect is counted: it keeps the level of the outcome where it is.
CENTRE = 8.5
#: Of the beta distribution of shares.
_PRECISION = 150.0


@dataclass(frozen=True, slots=True)
class Method:
    """One way of testing.

    Parameters
    ----------
    key
        Its name in the tables.
    model, se, cluster
        As in a plan.
    rows
        ``panel`` (all years) or ``cross_section`` (the last one).
    outcome
        ``level`` (linear in what acts), ``share`` (0 to 100, linear on the logit) or ``rating`` (four ordered
        categories with proportional odds).
    terms
        What is looked at of what the model estimates, by place.
    replicates
        Of the full study.
    weights
        ``none`` or ``base``.
    """

    key: str
    model: str
    se: str
    rows: str = "panel"
    cluster: str = "org_code"
    outcome: str = "level"
    terms: tuple[str, ...] = ("",)
    replicates: int = 10_000
    weights: str = "none"

    @property
    def confounded(self) -> bool:
        """Whether it can adjust for a confounder."""
        return self.model != "spearman"


#: Where a fit is cheap, 10,000 replicates; where it is not, 2,000.
METHODS = (
    Method("ols, one year, HC1", "ols", "HC1", rows="cross_section"),
    Method("ols, one year, HC3", "ols", "HC3", rows="cross_section"),
    Method("ols, all years, CR0", "ols", "CR0"),
    Method("ols, all years, CR1", "ols", "CR1"),
    Method("spearman", "spearman", "none"),
    Method("twfe, CR0", "twfe", "CR0"),
    Method("twfe, CR1", "twfe", "CR1"),
    Method("twfe, CR1, weighted", "twfe", "CR1", weights="base"),
    Method("twfe, wild", "twfe", "wild", replicates=2_000),
    Method("twfe, CR1, by region", "twfe", "CR1", cluster="region"),
    Method("twfe, wild, by region", "twfe", "wild", cluster="region", replicates=2_000),
    Method("within_between, CR1", "within_between", "CR1", terms=("within", "between"), replicates=2_000),
    Method("within_between, model", "within_between", "model", terms=("within", "between"), replicates=2_000),
    Method("within_between, wild", "within_between", "wild", terms=("within", "between"), replicates=2_000),
    Method("mixed, model", "mixed", "model", replicates=2_000),
    Method("mixed, CR1", "mixed", "CR1", replicates=2_000),
    Method("fractional, CR1", "fractional", "CR1", outcome="share", replicates=2_000),
    Method("ordinal, CR1", "ordinal", "CR1", outcome="rating", replicates=2_000),
)


def fit(method: Method, world: World, *, effect: float = 0.0, seed: int = 0, draws: int = 999) -> tuple[Estimate, ...]:
    """Test the exposure of a world by a method.

    Parameters
    ----------
    method, world
        What to fit, to what.
    effect
        What one point of the published gap does to the outcome, within trusts and between them: in the outcome's unit
        for a level, in log odds for a share and a rating. So it is what the model's coefficient should be.
    seed, draws
        Of a bootstrap.

    Returns
    -------
    tuple of Estimate
        One for each of the method's terms.
    """
    outcome = _bounded() if method.outcome == "share" else "outcome"
    test = Test(
        id="", family="", exposure=EXPOSURE, outcome=outcome, lag=0, model=method.model,
        adjust=() if method.model == "spearman" else ("share",), se=method.se, cluster=method.cluster,
        weights=method.weights,
    )  # fmt: skip
    return estimate(design_of(method, world, effect), test, alpha=ALPHA, seed=seed, draws=draws)[: len(method.terms)]


@cache
def _bounded() -> str:
    """Name a declared measure that runs from 0 to 100: the model for shares asks the standards how far one can go."""
    return next(key for key, one in load_outcomes().outcomes.items() if one.range == (0.0, 100.0))


def available() -> tuple[Method, ...]:
    """The methods whose model this version fits."""
    return tuple(method for method in METHODS if method.model in FITTERS)


def design_of(method: Method, world: World, effect: float, *, acts: FloatArray | None = None) -> Design:
    """Set up a method on a world: what acts is the published gap, or what is given."""
    chosen = np.ones(len(world.year), dtype=bool)
    if method.rows == "cross_section":
        chosen = world.year == world.year.max()
    if method.outcome == "rating":
        # Not every trust is rated every year: one year in three, a third of the trusts each year.
        chosen &= (world.trust + world.year) % 3 == 0
    columns: dict[str, FloatArray] = {EXPOSURE: world.exposure[chosen]}
    if method.model != "spearman":
        columns["share"] = world.share[chosen]
    y = _OUTCOMES[method.outcome](world, effect * ((world.exposure if acts is None else acts) - CENTRE))[chosen]
    return Design(
        y=y,
        x=np.column_stack(list(columns.values())),
        names=tuple(columns),
        entity=world.trust[chosen].astype(object),
        time=world.year[chosen],
        cluster=(world.region if method.cluster == "region" else world.trust)[chosen].astype(object),
        weights=world.base[chosen] if method.weights == "base" else None,
        rows=np.flatnonzero(chosen),
        lost={"rows": len(chosen)},
    )


def _level(world: World, push: FloatArray) -> FloatArray:
    return world.outcome + push


def _share(world: World, push: FloatArray) -> FloatArray:
    """Shares about 95 per cent, as of patients who are content; beta with the mean that the logit gives."""
    mean = expit(logit(0.95) + 0.005 * (world.share - 25) + push)
    return 100 * betaincinv(_PRECISION * mean, _PRECISION * (1 - mean), world.chance)


def _rating(world: World, push: FloatArray) -> FloatArray:
    """Four ordered categories, about 4, 33, 56 and 7 in a hundred."""
    latent = 0.01 * (world.share - 25) + push + logit(world.chance)
    return 1.0 + np.digitize(latent, logit(np.array([0.04, 0.37, 0.93]))).astype(np.float64)


_OUTCOMES: dict[str, Callable[[World, FloatArray], FloatArray]] = {
    "level": _level, "share": _share, "rating": _rating,
}  # fmt: skip
