"""Coverage as a picture: how many trusts have a value, by measure and year."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from wres_analysis.charts.style import WIDTH

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["coverage"]


def _luminance(colour: Sequence[float]) -> float:
    """Relative luminance of a colour (red, green, blue from 0 to 1), as the web's accessibility rules define it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _readable_on(colour: Sequence[float]) -> str:
    """Black or white, whichever stands out more: at least 4.5:1 on any colour."""
    return "black" if (_luminance(colour) + 0.05) ** 2 > 1.05 * 0.05 else "white"


def coverage(frame: pd.DataFrame) -> Figure:
    """Draw a heat map of the number of trusts with a value, each number written in its cell.

    Parameters
    ----------
    frame
        ``label, wres_year, observed, trusts``, one row for each label and year.
    """
    import matplotlib.pyplot as plt
    import seaborn as sns
    from matplotlib.colors import LinearSegmentedColormap

    labels = list(dict.fromkeys(frame["label"]))
    counts = frame.pivot(index="label", columns="wres_year", values="observed").loc[labels]
    trusts = frame.pivot(index="label", columns="wres_year", values="trusts").loc[labels]
    share = counts / trusts.where(trusts > 0)
    fig, ax = plt.subplots(figsize=(WIDTH, 0.9 + 0.52 * len(labels)))
    # White is nothing, dark blue every trust.
    colours = LinearSegmentedColormap.from_list("coverage", ["#FFFFFF", "#6BACE6", "#12436D"])
    # Ticks are set below: seaborn would lay the figure out with every label on one line, for which there is no room.
    sns.heatmap(
        share.fillna(0.0), annot=counts, fmt="d", cmap=colours, vmin=0, vmax=1, cbar=False, linewidths=1,
        linecolor="#D8DDE0", annot_kws={"fontsize": 9}, xticklabels=False, yticklabels=False, ax=ax,
    )  # fmt: skip
    for text, value in zip(ax.texts, share.fillna(0.0).to_numpy().ravel(), strict=True):
        text.set_color(_readable_on(colours(value)))
    ax.set_xlabel("WRES year (to 31 March)")
    ax.set_ylabel("")
    wrapped = ["\n".join(textwrap.wrap(label, 26)) for label in labels]
    ax.set_yticks([n + 0.5 for n in range(len(labels))], wrapped, rotation=0, fontsize=9)
    years = [str(year) for year in counts.columns]
    if len(years) > 8:
        years = [year if n % 2 == (len(years) - 1) % 2 else "" for n, year in enumerate(years)]
    ax.set_xticks([n + 0.5 for n in range(len(years))], years, rotation=0, fontsize=10)
    ax.grid(visible=False)
    ax.tick_params(length=0)
    return fig
