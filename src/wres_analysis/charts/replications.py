"""Pictures of replications: estimates between and within trusts beside what was published, and trusts in a band.

Nothing is fitted here. Between and within are told apart by shape as well as colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from wres_analysis.charts.style import CATEGORICAL, TEXT, WIDTH
from wres_analysis.charts.trust import _pyplot, _wrap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["estimates", "in_band"]

_LOOKS = {
    "between": {"marker": "o", "color": CATEGORICAL[0], "markerfacecolor": CATEGORICAL[0]},
    "within": {"marker": "D", "color": CATEGORICAL[3], "markerfacecolor": "white"},
    "published": {"marker": "*", "color": CATEGORICAL[2], "markerfacecolor": CATEGORICAL[2]},
}
_NAMES = {"between": "Between trusts", "within": "Within trusts", "published": "Published"}
#: From few to many in the order of the ratio; the middle one is light, so that its number can be read.
_PLACES = {"below": (CATEGORICAL[0], "white"), "inside": ("#D8DDE0", TEXT), "above": (CATEGORICAL[3], TEXT)}


def estimates(frame: pd.DataFrame, *, xlabel: str) -> Figure:
    """Draw each estimate with its interval, from the top, under the title of its study.

    Parameters
    ----------
    frame
        ``title, label, kind, estimate, low, high``; ``kind`` is ``between``, ``within`` or ``published``, which needs
        no interval.
    xlabel
        What the axis holds.
    """
    titles = list(dict.fromkeys(frame["title"]))
    height = 0.42 * len(frame) + 0.45 * len(titles) + 1.2
    fig, ax = _pyplot().subplots(figsize=(WIDTH, height))
    places, labels, y = [], [], 0.0
    for title in titles:
        ax.annotate(title, (0.0, y), xycoords=("axes fraction", "data"), fontsize=11, weight="bold", va="center")
        y -= 0.9
        for row in frame[frame["title"] == title].itertuples():
            look = _LOOKS[str(row.kind)]
            if np.isfinite(row.low) and np.isfinite(row.high):
                ax.hlines(y, row.low, row.high, color=look["color"], linewidth=2.2, zorder=2)
            ax.plot([row.estimate], [y], linestyle="none", markersize=9, zorder=3, **look)
            places.append(y)
            labels.append(_wrap(str(row.label), 34))
            y -= 1.0
        y -= 0.2
    ax.axvline(0, color=TEXT, linewidth=1.2, zorder=1)
    ax.set_yticks(places, labels, fontsize=10)
    ax.set_ylim(y + 0.2, 0.6)
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_wrap(xlabel, 56))
    kinds = [kind for kind in _LOOKS if (frame["kind"] == kind).any()]
    handles = [ax.plot([], [], linestyle="none", markersize=9, **_LOOKS[kind])[0] for kind in kinds]
    fig.legend(handles, [_NAMES[kind] for kind in kinds], loc="outside upper left", ncols=3)
    return fig


def in_band(frame: pd.DataFrame, *, band: str) -> Figure:
    """Draw numbers of trusts below, inside and above a band, one bar a row, each part with its number.

    Parameters
    ----------
    frame
        ``label, below, inside, above``, from the top.
    band
        The band in words, for the legend.
    """
    fig, ax = _pyplot().subplots(figsize=(WIDTH, 0.75 * len(frame) + 1.5))
    places = -np.arange(len(frame), dtype=float)
    left = np.zeros(len(frame))
    bars = {}
    for name, (colour, ink) in _PLACES.items():
        values = frame[name].to_numpy("float64")
        bars[name] = ax.barh(places, values, left=left, color=colour, height=0.62, edgecolor="white", linewidth=1.2)
        for place, value, start in zip(places, values, left, strict=True):
            if value >= 0.04 * values.sum() / len(values):
                ax.text(start + value / 2, place, f"{value:,.0f}", ha="center", va="center", color=ink, fontsize=11)
        left = left + values
    ax.set_yticks(places, [_wrap(str(label), 26) for label in frame["label"]], fontsize=11)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    ax.set_xlabel("Number of trusts")
    names = {"below": f"Below {band}", "inside": "Inside", "above": "Above"}
    fig.legend(list(bars.values()), [names[name] for name in bars], loc="outside upper left", ncols=3)
    return fig
