"""A funnel for each indicator: every trust by its precision, and the limits of chance and the usual spread.

Points and limits are those of :func:`wres_analysis.profiles.disparity.disparity`: the target is the average of its
model, and the limits allow for the spread between trusts as its flags do.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from wres_analysis.profiles.frames import typed
from wres_analysis.standards import Standard
from wres_analysis.stats.funnel import funnel_limits, known_error_funnel

__all__ = ["CURVE_COLUMNS", "FUNNEL_COLUMNS", "Funnels", "funnels"]

#: One row a trust: ``value`` is turned so that up is more disadvantage for the comparison group (points, or a ratio),
#: ``precision`` is one over the standard error (of the points, or of the log ratio), ``flag`` is ``inside``,
#: ``95_to_99.8`` or ``outside_99.8``; blank where the trust is too imprecise to be placed. ``side`` is ``more`` or
#: ``less`` disadvantage than the average.
FUNNEL_COLUMNS = {
    "indicator": "str", "number": "int64", "title": "str", "form": "str", "org_code": "str", "mine": "bool",
    "value": "float64", "observed": "float64", "precision": "float64", "target": "float64", "flag": "str",
    "side": "str", "z": "float64", "n_trusts": "int64", "part": "int64",
}  # fmt: skip

#: The limits on the same scale, for a grid of precisions. ``part`` tells apart the two sides of a break.
CURVE_COLUMNS = {
    "indicator": "str", "part": "int64", "precision": "float64", "low_95": "float64", "high_95": "float64",
    "low_998": "float64", "high_998": "float64", "target": "float64",
}  # fmt: skip

_GRID = 60


@dataclass(frozen=True)
class Funnels:
    """Points (:data:`FUNNEL_COLUMNS`) and limits (:data:`CURVE_COLUMNS`)."""

    points: pd.DataFrame
    curves: pd.DataFrame


def funnels(frame: pd.DataFrame, mine: Collection[str], standard: Standard) -> Funnels:
    """Make the funnels of all indicators of a year.

    Parameters
    ----------
    frame
        As :func:`~wres_analysis.profiles.disparity.disparity` makes it, of all trusts.
    mine
        The codes of the region.
    standard
        The one that the frame was made with. Trusts with fewer people of a group than it shows are left out.

    Returns
    -------
    Funnels
        Empty where no indicator has an average.
    """
    points: list[pd.DataFrame] = []
    curves: list[pd.DataFrame] = []
    told = frame[np.isfinite(frame["average"]) & np.isfinite(frame["standard_error"])]
    small = told[["reference_base", "comparison_base"]].min(axis=1) < standard.smallest_shown
    for (key, _), rows in told.groupby(["indicator", "average"], sort=False):
        i = standard.indicators[str(key)]
        ratio = i.form == "ratio"
        part = sum(p["indicator"].iloc[0] == key for p in points)
        kind: Literal["difference", "log_ratio"] = "log_ratio" if ratio else "difference"
        average = float(rows["average"].iloc[0])
        target = average**i.disadvantage if ratio else average * i.disadvantage
        funnel = known_error_funnel(rows["disadvantage"], rows["standard_error"], kind=kind, target=target)
        value = np.exp(rows["disadvantage"]) if ratio else rows["disadvantage"]
        precision = 1 / rows["standard_error"]
        made = rows[["indicator", "number", "title", "form", "org_code", "observed", "n_trusts"]].assign(
            mine=rows["org_code"].isin(set(mine)), value=value, precision=precision, target=target,
            flag=rows["funnel"], side=np.where(rows["funnel_z"] > 0, "more", "less"), z=rows["funnel_z"], part=part,
        )  # fmt: skip
        made = made[~small.loc[rows.index]]
        if not len(made):
            continue
        points.append(made)
        grid = np.linspace(0.9 * made["precision"].min(), 1.05 * made["precision"].max(), _GRID)
        limits = funnel_limits(funnel, grid**2)
        curves.append(
            pd.DataFrame(
                {
                    "indicator": key,
                    "part": part,
                    "precision": grid,
                    "low_95": limits.low_95,
                    "high_95": limits.high_95,
                    "low_998": limits.low_998,
                    "high_998": limits.high_998,
                    "target": target,
                }
            )
        )
    if not points:
        return Funnels(typed([], FUNNEL_COLUMNS), typed([], CURVE_COLUMNS))
    whole = pd.concat(points, ignore_index=True)[list(FUNNEL_COLUMNS)].astype(FUNNEL_COLUMNS)
    return Funnels(whole, pd.concat(curves, ignore_index=True)[list(CURVE_COLUMNS)].astype(CURVE_COLUMNS))
