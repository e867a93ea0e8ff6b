"""Funnels: every trust by its precision, between limits that narrow with it. Nothing is fitted here.

The trusts of one region stand dark among all others. Those beyond a limit are named on the picture by their code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from wres_analysis.charts.style import CATEGORICAL, TEXT, WIDTH
from wres_analysis.charts.trust import _pyplot, _ticks, _wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["funnel"]

_OTHERS = "#8A9299"  # 3.2:1 on white
_INSIDE = "inside"


def funnel(
    points: pd.DataFrame, curves: pd.DataFrame, *, mine: str, parity: float, ylabel: str, log: bool = False
) -> Figure:
    """Draw one small funnel an indicator.

    Parameters
    ----------
    points, curves
        As :func:`wres_analysis.profiles.funnels.funnels` makes them: ``title, indicator, org_code, mine, value,
        precision, flag`` and the limits. Of an indicator on two sides of a break the larger part is drawn.
    mine
        What the marked trusts are called.
    parity
        Where the line of equality is drawn.
    ylabel
        What the axis holds; up is more disadvantage.
    log
        Whether the axis is logarithmic, as a ratio's is.
    """
    titles = points.drop_duplicates("indicator")[["indicator", "title"]].itertuples(index=False)
    shown = [(str(key), str(title)) for key, title in titles]
    columns, rows = min(len(shown), 2), (len(shown) + 1) // 2
    fig, axes = _pyplot().subplots(rows, columns, figsize=(WIDTH, 0.6 + 3.1 * rows), squeeze=False)
    for ax in axes.ravel()[len(shown) :]:
        ax.set_axis_off()
    for ax, (key, title) in zip(axes.ravel(), shown, strict=False):
        part = points[points["indicator"] == key]
        side = int(part["part"].mode().iloc[0])
        part = part[part["part"] == side]
        limits = curves[(curves["indicator"] == key) & (curves["part"] == side)]
        handles = _panel(ax, part, limits, parity, log)
        ax.set_title(_wrap(title, 26 if columns > 1 else 60), fontsize=11)
    fig.supylabel(_wrap(ylabel, 60), fontsize=11)
    fig.supxlabel("Precision (1 / standard error): larger trusts to the right", fontsize=11)
    if shown:
        names = [_wrap(f"Trusts of {mine}", 30), "Other trusts", "Average of all", "95% limits", "99.8% limits"]
        fig.legend(handles, names, loc="outside upper left", ncols=2)
    return fig


def _panel(ax: Axes, part: pd.DataFrame, limits: pd.DataFrame, parity: float, log: bool) -> list[object]:
    x = limits["precision"]
    ax.axhline(parity, color=TEXT, linewidth=1)
    inner, outer = (
        ax.plot(x, limits[[f"low_{level}", f"high_{level}"]], color=CATEGORICAL[2], linewidth=1.4, linestyle=look)[0]
        for level, look in (("95", "--"), ("998", "-"))
    )
    (average,) = ax.plot(x, limits["target"], color=CATEGORICAL[3], linewidth=1.8, linestyle="-.", zorder=2)
    here = part["mine"].astype(bool)
    (others,) = ax.plot(
        part["precision"][~here], part["value"][~here], "o", color=_OTHERS, markersize=3.5, markerfacecolor="white",
        markeredgewidth=0.9, zorder=3,
    )  # fmt: skip
    (marked,) = ax.plot(part["precision"][here], part["value"][here], "o", color=CATEGORICAL[0], markersize=6, zorder=4)
    # The limits of the least precise trusts run far out; what is drawn is where the trusts are.
    near = limits[x >= part["precision"].quantile(0.25)]
    told = np.concatenate([part["value"], near["low_998"], near["high_998"], [parity]])
    low, high = (float(v) for v in np.log([told.min(), told.max()])) if log else (told.min(), told.max())
    edges = low - 0.06 * (high - low), high + 0.06 * (high - low)
    if log:
        ax.set_yscale("log")
        edges = float(np.exp(edges[0])), float(np.exp(edges[1]))
        ticks = _ticks(*edges)
        ax.set_yticks(ticks, [f"{t:g}" for t in ticks])
        ax.minorticks_off()
    ax.set_ylim(*edges)
    left, right = float(x.min()), float(x.max())
    ax.set_xlim(left, right)
    _name(ax, part[here & ~part["flag"].isin([_INSIDE, ""])], (left + right) / 2)
    return [marked, others, average, inner, outer]


def _name(ax: Axes, beyond: pd.DataFrame, middle: float) -> None:
    """Write the code beside each marked trust beyond a limit, towards the middle of the picture."""
    for one in beyond.to_dict("records"):
        right = one["precision"] < middle
        ax.annotate(
            str(one["org_code"]), (one["precision"], one["value"]), xytext=(6 if right else -6, 0),
            textcoords="offset points", fontsize=10, ha="left" if right else "right", va="center", zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.8},
        )  # fmt: skip
