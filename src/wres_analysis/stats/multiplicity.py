"""P-values for families of tests: Holm, Benjamini-Hochberg, Benjamini-Yekutieli, Romano-Wolf.

Which tests make up a family is for the caller to say, before the data are seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from statsmodels.stats.multitest import fdrcorrection

__all__ = ["Adjusted", "Method", "adjust_p_values", "romano_wolf"]

FloatArray = npt.NDArray[np.float64]
Method = Literal["holm", "bh", "by"]

#: Two statistics that are equal but for rounding are equal.
_TIE = 1e-10


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Adjusted p-values of one family.

    Parameters
    ----------
    p_values
        (m,) in the order given; NaN where there was none to adjust. Reject where it is at most the level.
    method
        ``holm`` (no false finding in the family), ``bh``, ``by`` (share of false findings), ``romano_wolf``.
    family_size
        Tests that the adjustment counted.
    n_missing
        Tests of the family that have no p-value or statistic.
    """

    p_values: FloatArray
    method: str
    family_size: int
    n_missing: int


def adjust_p_values(p_values: npt.ArrayLike, *, method: Method) -> Adjusted:
    """Adjust the p-values of a family.

    Parameters
    ----------
    p_values
        (m,) p-values. NaN is a test of the family that could not be made: it stays NaN, and it counts. The family
        was declared with it, and which tests fail may depend on the data, so the others are not let off for it.
    method
        ``holm``: chance of any false finding, whatever the dependence (Holm 1979). ``bh``: expected share of false
        findings, for independent or positively dependent tests (Benjamini and Hochberg 1995). ``by``: the same
        whatever the dependence (Benjamini and Yekutieli 2001).

    Returns
    -------
    Adjusted
        ``family_size`` is m, with those missing.

    Raises
    ------
    ValueError
        If a p-value lies outside 0 to 1, or for another method.
    """
    if method not in ("holm", "bh", "by"):
        raise ValueError(f"no such adjustment: {method!r}")
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1 or ((p < 0) | (p > 1)).any():
        raise ValueError("p-values must be a list of numbers from 0 to 1, or NaN")
    missing = np.isnan(p)
    adjusted = np.full(p.shape, np.nan)
    if not missing.all():
        # A missing p-value counts like one of 1: it ranks last and changes nothing but the size of the family.
        counted = np.where(missing, 1.0, p)
        if method == "holm":
            counted = _holm(counted)
        else:
            counted = fdrcorrection(counted, method="indep" if method == "bh" else "negcorr")[1]
        adjusted = np.where(missing, np.nan, counted)
    return Adjusted(adjusted, method, p.size, int(missing.sum()))


def _holm(p: FloatArray) -> FloatArray:
    """Holm's adjusted p-values: those of statsmodels 0.15, which collects garbage at each call and takes 0.1 s."""
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)), 1.0)
    return adjusted


def romano_wolf(t: npt.ArrayLike, *, t_draws: npt.ArrayLike, enumerated: bool = False) -> Adjusted:
    """Step-down adjustment by the largest statistic of each draw (max-t).

    Parameters
    ----------
    t
        (m,) t statistics; NaN is a test that could not be made.
    t_draws
        (draws, m) t statistics of the same tests under their null hypotheses, in each row from one and the same
        resampling, so that the tests depend on each other in the draws as they do in the data
        (:attr:`~wres_analysis.stats.bootstrap.WildTest.t_draws` with shared multipliers). NaN counts as infinite: a
        draw that has no statistic speaks for no test.
    enumerated
        Whether the draws are all that there are, the data themselves among them. Else the data are counted as one
        more draw, so that no p-value is zero.

    Returns
    -------
    Adjusted
        ``family_size`` is the number of tests with a statistic. A test without one cannot be a false finding and has
        no draws by which it could be counted.

    Raises
    ------
    ValueError
        If shapes do not agree or there is no draw.

    Notes
    -----
    Romano and Wolf (2005, 2016, algorithm 4.2). The tests are taken by falling absolute t. Each is compared with the
    largest among itself and those after it in each draw, and no p-value may be smaller than the one before.
    """
    observed = np.abs(np.asarray(t, dtype=np.float64))
    drawn = np.abs(np.asarray(t_draws, dtype=np.float64))
    if observed.ndim != 1 or drawn.ndim != 2 or drawn.shape[1] != observed.size or not len(drawn):
        raise ValueError(f"t_draws must be draws x tests; shapes are {drawn.shape} and {observed.shape}")
    missing = np.isnan(observed)
    adjusted = np.full(observed.shape, np.nan)
    order = np.flatnonzero(~missing)[np.argsort(-observed[~missing], kind="stable")]
    if order.size:
        # From the last test to the first, the largest so far is the largest among a test and those after it.
        ranked = np.nan_to_num(drawn[:, order], nan=np.inf, posinf=np.inf)
        largest = np.maximum.accumulate(ranked[:, ::-1], axis=1)[:, ::-1]
        count = (largest >= observed[order] * (1 - _TIE)).sum(axis=0)
        share = count / len(drawn) if enumerated else (count + 1) / (len(drawn) + 1)
        adjusted[order] = np.maximum.accumulate(share)
    return Adjusted(adjusted, "romano_wolf", order.size, int(missing.sum()))
