"""What a result would need to be otherwise: hidden causes, one region less, only large bases.

None of this has an adjusted p-value, and none of it makes an association a cause. It says how easily a result could
have come out differently.
"""

from __future__ import annotations

from math import inf, isfinite, nan
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.links.design import Design
from wres_analysis.links.estimates import Estimate
from wres_analysis.links.linear import fit_least_squares
from wres_analysis.links.plan import Test
from wres_analysis.links.ranks import fit_ranks
from wres_analysis.links.subset import subset
from wres_analysis.standards import Standard
from wres_analysis.stats.confounding import e_value_odds_ratio, robustness_of_column
from wres_analysis.stats.nulls import EValue, e_value

__all__ = ["LARGE_BASE", "LARGE_BASES", "hidden_cause", "large_bases", "without_each_region"]

#: Name of the variant on large bases.
LARGE_BASES = "large_bases"
#: Fewest people of the comparison group in a row of that variant: at a rate of 28% a percentage of 100 people has a
#: standard error of 4.5 points, and that of 25 people twice as much.
LARGE_BASE = 100
#: Models whose estimates are cheap enough to make again without each region.
_QUICK = ("ols", "twfe", "spearman")
#: Models whose ``std_estimate`` is in standard deviations of both sides.
_STANDARDISED = ("ols", "twfe", "within_between", "mixed")


def hidden_cause(
    design: Design, test: Test, result: Estimate, *, alpha: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    """How strong something unmeasured would have to be to make up an estimate.

    Parameters
    ----------
    design, test, result
        The rows, the test and its estimate.
    alpha
        Level of the test.

    Returns
    -------
    tuple of dict
        The columns ``e_value, e_value_limit, robustness_value``, NaN where they are not defined; and what
        ``links.json`` says beside them.

    Notes
    -----
    E-values are for one standard deviation of the exposure, with fixed effects of what these leave. They are of
    linear models with a standardised estimate, and of ordinal ones by the odds ratio. The robustness value is of
    least squares, plain or with fixed effects: algebra that holds for the estimate whatever its standard error.
    """
    found = EValue(nan, nan, nan)
    if test.model in _STANDARDISED and isfinite(result.std_estimate) and result.estimate:
        unit = result.std_estimate / result.estimate
        found = _e_value(*(value * unit for value in (result.estimate, result.ci_low, result.ci_high)))
    elif test.model == "ordinal" and isfinite(result.estimate) and test.exposure in design.names:
        unit = float(np.std(design.x[:, design.names.index(test.exposure)]))
        found = e_value_odds_ratio(*(value * unit for value in (result.estimate, result.ci_low, result.ci_high)))
    columns = {"e_value": found.estimate, "e_value_limit": found.limit, "robustness_value": nan}
    about = {"risk_ratio": found.risk_ratio} if isfinite(found.estimate) else {}
    if test.model in ("ols", "twfe") and result.fit is not None and test.exposure in result.fit.names:
        robust = robustness_of_column(result.fit, test.exposure, alpha=alpha)
        if isfinite(result.estimate) and isfinite(robust.value):
            columns["robustness_value"] = robust.value
            about |= {"partial_r2": robust.partial_r2, "robustness_value_if_rows_are_independent": robust.limit}
    return columns, about


def _e_value(value: float, low: float, high: float) -> EValue:
    """The E-value, where a limit may be infinite: then nothing is left of it on that side."""
    return e_value(value, min(low, value) if low == -inf else low, max(high, value) if high == inf else high)


def without_each_region(design: Design, test: Test, panel: pd.DataFrame) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make the estimate again without each region in turn.

    Parameters
    ----------
    design, test
        The rows and the test.
    panel
        The panel that the rows are of.

    Returns
    -------
    tuple of dict
        The columns ``loro_low, loro_high``, the least and the greatest estimate; NaN where the rows are of fewer than
        two regions, or the model is too slow to fit so often. Beside them the region without which each was found,
        and regions without which there is no estimate. Rows without a region stay in all of them.
    """
    columns = {"loro_low": nan, "loro_high": nan}
    if test.model not in _QUICK:
        return columns, {}
    regions = panel["region"].to_numpy(dtype=object)[design.rows]
    regions = np.where(pd.isna(regions), "", regions)
    names = sorted(set(regions) - {""})
    if len(names) < 2:
        return columns, {}
    found = {}
    for name in names:
        rest = subset(design, regions != name, f"in {name}")
        found[name] = _estimate_alone(rest, test) if rest.y.size else nan
    told = {name: value for name, value in found.items() if isfinite(value)}
    about: dict[str, Any] = {"no_estimate_without": [name for name in names if name not in told]}
    if told:
        low, high = (choose(told, key=lambda name: told[name]) for choose in (min, max))
        columns = {"loro_low": told[low], "loro_high": told[high]}
        about |= {"lowest_without": low, "highest_without": high}
    return columns, about


def _estimate_alone(design: Design, test: Test) -> float:
    """The estimate of a quick model without anything beside it; NaN where there is none."""
    if test.model == "spearman":
        return fit_ranks(design, test, alpha=0.05, seed=0, draws=1)[0].estimate
    fit = fit_least_squares(design, test)
    return float(fit.coefficients[fit.names.index(test.exposure)])


def large_bases(design: Design, test: Test, panel: pd.DataFrame, standard: Standard) -> Design | None:
    """Keep the rows whose exposure rests on at least :data:`LARGE_BASE` people of the comparison group.

    Returns
    -------
    Design or None
        None where the panel holds no such base for the exposure.
    """
    name = f"{test.exposure.partition('.')[0]}.{standard.comparison_group}.base"
    if name not in panel or panel[name].isna().all():
        return None
    enough = panel[name].to_numpy("float64")[design.rows] >= LARGE_BASE
    return subset(design, enough, f"{name} below {LARGE_BASE}")
