"""One test to its estimates: which module fits which model.

Whatever the data cannot answer comes back with a status, a sentence and no number.
"""

from __future__ import annotations

from typing import Protocol

from wres_analysis.links.design import Design
from wres_analysis.links.estimates import SENTENCES, Estimate, blank
from wres_analysis.links.fractional import fit_fractional
from wres_analysis.links.linear import fit_linear
from wres_analysis.links.mixed import fit_mixed
from wres_analysis.links.ordinal import fit_ordinal
from wres_analysis.links.plan import Test
from wres_analysis.links.ranks import fit_ranks
from wres_analysis.links.within_between import fit_within_between

__all__ = ["FITTERS", "Fitter", "estimate"]


class Fitter(Protocol):
    """Fits one model to the complete rows of a test; a keyword that it does not need is ignored."""

    def __call__(self, design: Design, test: Test, *, alpha: float, seed: int, draws: int) -> tuple[Estimate, ...]:
        """Return the estimate that answers the test, then those that stand beside it."""
        ...


FITTERS: dict[str, Fitter] = {
    "ols": fit_linear,
    "twfe": fit_linear,
    "within_between": fit_within_between,
    "mixed": fit_mixed,
    "ordinal": fit_ordinal,
    "fractional": fit_fractional,
    "spearman": fit_ranks,
}


def estimate(design: Design, test: Test, *, alpha: float, seed: int, draws: int) -> tuple[Estimate, ...]:
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

    Returns
    -------
    tuple of Estimate
        The first answers the test: its p-value is the one that the family adjusts. Others stand beside it, each with
        its ``term``.
    """
    if not design.y.size:
        lost = {why: count for why, count in list(design.lost.items())[1:] if count}
        most = max(lost, key=lambda why: lost[why], default="")
        detail = f" Most often: {most} ({lost[most]} of {design.lost['rows']} rows)." if most else ""
        return (blank("all_missing", why=SENTENCES["all_missing"] + detail),)
    return FITTERS[test.model](design, test, alpha=alpha, seed=seed, draws=draws)
