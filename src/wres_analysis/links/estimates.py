"""What one model says of one test: numbers, or a status, a sentence and no number."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf, isfinite, log, nan
from typing import Any

from scipy.stats import t as student

from wres_analysis.links.plan import Test
from wres_analysis.stats.linear import LinearFit
from wres_analysis.stats.nulls import assess_null

__all__ = ["SENTENCES", "Estimate", "blank", "null_columns", "smallest", "without"]

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
    "separated": "{columns} tells some categories apart without exception, so there is no finite estimate.",
    "not_converged": "The search for the estimate did not come to an end.",
    "out_of_range": "At least one value of {columns} lies outside the range that is declared for it.",
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
    term
        What it is an estimate of: ``within``, ``between``, or the exposure's name.
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
    detail
        What else a reader of ``links.json`` needs (thresholds, variances, checks): plain data, by name.
    columns
        Further columns of the row, by name.
    """

    status: str
    message: str
    term: str = ""
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
    detail: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)


def blank(status: str, columns: str = "", *, why: str = "") -> Estimate:
    """Return a result without numbers."""
    return Estimate(status, why or SENTENCES[status].format(columns=columns))


def smallest(test: Test) -> float:
    """Smallest effect of interest for one unit of the exposure, of an odds ratio its log; NaN where none is set."""
    if test.sesoi is None or not isfinite(test.sesoi.per):
        return nan
    size = log(test.sesoi.size) if test.sesoi.kind == "odds_ratio" else test.sesoi.size
    return size / test.sesoi.per


def without(counts: Estimate, status: str, columns: str = "") -> Estimate:
    """Return the counts of an estimate with a status and without numbers."""
    return replace(counts, status=status, message=blank(status, columns).message)


def null_columns(
    test: Test, value: float, error: float, df: float, *, low: float, high: float, p: float, alpha: float
) -> dict[str, Any]:
    """Fill in what a null would say (:func:`~wres_analysis.stats.nulls.assess_null`).

    Parameters
    ----------
    test
        Its smallest effect of interest and its convention of standard errors.
    value, error, df
        Estimate, standard error and degrees of freedom of t.
    low, high, p
        Interval at ``1 - alpha`` and p-value.
    alpha
        Level of the test.

    Notes
    -----
    A bootstrap's interval is wider or narrower than the standard error beside it says, so with ``wild`` the half width
    of the interval stands for the error: the smallest effect that a test would find is that of the test made. Where
    the bootstrap finds no limit, no effect is small enough to be ruled out.
    """
    if test.se == "wild":
        if not isfinite(high - low):
            verdict = "not_null" if p < alpha else "cannot_tell"
            return {"mde_80": inf, "equivalence_p": nan, "smallest_demonstrable": inf, "verdict": verdict}
        error = (high - low) / 2 / float(student.ppf(1 - alpha / 2, df))
    null = assess_null(value, error, df, smallest_effect=smallest(test), p_value=p, alpha=alpha)
    return {
        "mde_80": null.minimum_detectable,
        "equivalence_p": null.equivalence_p,
        "smallest_demonstrable": null.smallest_demonstrable,
        "verdict": null.verdict,
    }
