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
    parts = [part for _, part in frame.groupby("title", sort=False)]
    rows = [len(part) for part in parts]
    fig, axes = _pyplot().subplots(
        len(parts), 1, figsize=(WIDTH, 0.42 * sum(rows) + 0.5 * len(parts) + 1.2), squeeze=False, sharex=True,
        gridspec_kw={"height_ratios": rows},
    )  # fmt: skip
    for ax, part in zip(axes.ravel(), parts, strict=True):
        places = -np.arange(len(part), dtype=float)
        for place, row in zip(places, part.itertuples(), strict=True):
            look = _LOOKS[str(row.kind)]
            ax.hlines(place, row.low, row.high, color=look["color"], linewidth=2.2, zorder=2)
            ax.plot([row.estimate], [place], linestyle="none", markersize=9, zorder=3, **look)
        ax.axvline(0, color=TEXT, linewidth=1.2, zorder=1)
        ax.set_yticks(places, [_wrap(str(label), 34) for label in part["label"]], fontsize=10)
        ax.set_ylim(places[-1] - 0.6, 0.6)
        ax.grid(axis="x")
        ax.grid(visible=False, axis="y")
        ax.set_title(_wrap(str(part["title"].iloc[0]), 40), fontsize=11)
        if ax is not axes[-1, 0]:
            ax.spines["bottom"].set_visible(False)
            ax.tick_params(axis="x", length=0)
    axes[-1, 0].set_xlabel(_wrap(xlabel, 40))
    kinds = [kind for kind in _LOOKS if (frame["kind"] == kind).any()]
    handles = [axes[0, 0].plot([], [], linestyle="none", markersize=9, **_LOOKS[kind])[0] for kind in kinds]
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
