"""One region beside England, year by year. Nothing is fitted here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from wres_analysis.charts.style import CATEGORICAL, TEXT
from wres_analysis.charts.trust import _broken, _log_limits, _pieces, _pyplot, _small_multiples, _ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["beside_by_year"]

#: The region is a filled circle on a full line, England a hollow square on a dashed one.
_LOOKS = {
    "england": {"color": CATEGORICAL[3], "marker": "s", "face": "white", "style": "--", "shift": 0.12},
    "region": {"color": CATEGORICAL[0], "marker": "o", "face": CATEGORICAL[0], "style": "-", "shift": -0.12},
}


def beside_by_year(frame: pd.DataFrame, *, parity: float, ylabel: str, log: bool = False) -> Figure:
    """Draw each indicator's estimate by year with its 95% interval, the region and England together.

    Parameters
    ----------
    frame
        ``title, subject, subject_name, wres_year, estimate, low, high, flags``. A line is cut at a break and where a
        year is missing.
    parity
        Where the line of equality is drawn.
    ylabel
        What the axis holds.
    log
        Whether the axis is logarithmic, as a ratio's is.
    """

    def draw(ax: Axes, part: pd.DataFrame) -> None:
        ax.axhline(parity, color=TEXT, linewidth=1)
        for key, look in _LOOKS.items():
            mine = part[(part["subject"] == key) & np.isfinite(part["estimate"])]
            years, values = mine["wres_year"].to_numpy(), mine["estimate"].to_numpy("float64")
            x = years + float(str(look["shift"]))
            for piece in _pieces(years, _broken(mine)) if len(mine) else []:
                ax.plot(x[piece], values[piece], color=look["color"], linestyle=look["style"], linewidth=1.4, zorder=3)
            told = np.isfinite(mine["low"].to_numpy()) & np.isfinite(mine["high"].to_numpy())
            ax.vlines(x[told], mine["low"][told], mine["high"][told], color=look["color"], linewidth=1.6, zorder=2)
            ax.plot(
                x,
                values,
                str(look["marker"]),
                color=look["color"],
                markerfacecolor=look["face"],
                markersize=5,
                zorder=4,
            )
        if log:
            edges = _log_limits(part, parity)
            ax.set_yscale("log")
            ax.set_ylim(*edges)
            ticks = _ticks(*edges)
            ax.set_yticks(ticks, [f"{t:g}" for t in ticks])
            ax.minorticks_off()

    fig = _small_multiples(frame, draw, ylabel)
    names = dict(zip(frame["subject"], frame["subject_name"], strict=True))
    handles = [
        _pyplot().Line2D(
            [], [], color=look["color"], marker=look["marker"], markerfacecolor=look["face"], linestyle=look["style"],
            label=f"{names[key]}, with 95% interval",
        )
        for key, look in reversed(_LOOKS.items())
        if key in names
    ]  # fmt: skip
    fig.legend(handles=handles, loc="outside upper left", ncols=1)
    return fig
