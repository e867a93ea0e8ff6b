"""All trusts in order with their intervals, one of them marked. Nothing is fitted here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from wres_analysis.charts.style import CATEGORICAL, FOCUS, TEXT, WIDTH
from wres_analysis.charts.trust import _log_limits, _pyplot, _ticks, _wrap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["caterpillar"]


def caterpillar(frame: pd.DataFrame, *, parity: float, ylabel: str, log: bool = False) -> Figure:
    """Draw one small picture a title: every trust's estimate with its interval, in order, the marked one dark.

    Parameters
    ----------
    frame
        ``title, place, estimate, low, high, average, mine``; up is worse for the comparison group.
    parity
        Where the line of equality is drawn.
    ylabel
        What the axis holds.
    log
        Whether the axis is logarithmic, as a ratio's is.
    """
    titles = list(dict.fromkeys(frame["title"]))
    rows = (len(titles) + 1) // 2
    columns = min(len(titles), 2)
    fig, axes = _pyplot().subplots(rows, columns, figsize=(WIDTH, 2.9 * rows), squeeze=False)
    for ax in axes.ravel()[len(titles) :]:
        ax.set_axis_off()
    for ax, title in zip(axes.ravel(), titles, strict=False):
        part = frame[frame["title"] == title]
        for one, look in (
            (part[~part["mine"]], {"color": FOCUS[1], "linewidth": 1.2, "zorder": 2}),
            (part[part["mine"]], {"color": CATEGORICAL[0], "linewidth": 3, "zorder": 4}),
        ):
            ax.vlines(one["place"], one["low"], one["high"], **look)
        (others,) = ax.plot(part["place"], part["estimate"], ".", color=CATEGORICAL[4], markersize=2.5, zorder=3)
        mine = part[part["mine"]]
        (marked,) = ax.plot(mine["place"], mine["estimate"], "o", color=CATEGORICAL[0], markersize=8, zorder=5)
        average = ax.axhline(part["average"].iloc[0], color=CATEGORICAL[2], linewidth=1.8, linestyle="--", zorder=3)
        ax.axhline(parity, color=TEXT, linewidth=1.2, zorder=1)
        if log:
            edges = _log_limits(part, parity)
            ax.set_yscale("log")
            ax.set_ylim(*edges)
            ticks = _ticks(*edges)
            ax.set_yticks(ticks, [f"{t:g}" for t in ticks])
            ax.minorticks_off()
        ax.set_xticks([])
        ax.set_xlabel(f"{len(part)} trusts", fontsize=11)
        ax.set_title(_wrap(title, 26 if columns > 1 else 60), fontsize=11)
    fig.supylabel(ylabel, fontsize=11)
    if titles:
        names = ["This trust, with 95% interval", "Each other trust", "Average of the trusts"]
        fig.legend([marked, others, average], names, loc="outside upper left", ncols=2)
    return fig
