"""Pictures of links: estimates with their intervals, grids of tests, what could have been seen. Nothing is fitted here.

Sizes are multiples of the smallest size of interest, so that tests of different outcomes share an axis. What cannot be
told from nothing is muted, and is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wres_analysis.charts.style import CATEGORICAL, GRID, TEXT, WIDTH
from wres_analysis.charts.tables import format_number
from wres_analysis.charts.trust import _pyplot, _wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["detectable", "forest", "grid", "probabilities"]

_BAND = "#E8EDF2"
_MARKS = ("o", "D", "s", "^", "v", "P")
_MUTED = "#6B7278"  # 4.9:1 on white
#: How far beyond the estimates the axis reaches before a limit is cut off with an arrow.
_ROOM = 1.5


def forest(frame: pd.DataFrame, *, labels: Mapping[str, str], series: Mapping[str, str], xlabel: str) -> Figure:
    """Draw estimates with intervals, a row for each test and a mark for each series, over the band of no interest.

    Parameters
    ----------
    frame
        ``test_id, series, estimate, low, high``, in multiples of the smallest size of interest. A limit beyond the
        axis ends in an arrow.
    labels
        By test, in order from top to bottom.
    series
        By series, in order: its name in the legend. Those without a mark are left out.
    xlabel
        What the axis holds.

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    if not len(frame):
        raise ValueError("There is no estimate to draw.")
    shown = [one for one in series if (frame["series"] == one).any()]
    places = {test: -at for at, test in enumerate(labels)}
    height = 0.24 * max(len(shown), 2) + 0.2
    fig, ax = _pyplot().subplots(figsize=(WIDTH, 1.7 + height * len(labels)))
    reach = _reach(frame, shown[0])
    band = ax.axvspan(-1, 1, color=_BAND, zorder=0)
    ax.axvline(0, color=TEXT, linewidth=1.2, zorder=1)
    handles: list[Any] = []
    for at, name in enumerate(shown):
        mine = frame[frame["series"] == name]
        shift = 0.78 * ((len(shown) - 1) / 2 - at) / max(len(shown), 1)
        y = mine["test_id"].map(places).to_numpy("float64") + shift
        colour, mark = CATEGORICAL[at % len(CATEGORICAL)], _MARKS[at % len(_MARKS)]
        _intervals(ax, mine, y, reach, colour)
        handles += ax.plot(
            mine["estimate"].clip(-reach, reach), y, mark, color=colour, markersize=7, zorder=4,
            markerfacecolor=colour if at == 0 else "white", markeredgewidth=1.6,
        )  # fmt: skip
    ax.set_xlim(-1.04 * reach, 1.04 * reach)
    ax.set_ylim(-len(labels) + 0.45, 0.55)
    ax.set_yticks(list(places.values()), [_wrap(text, 27) for text in labels.values()], fontsize=10)
    ax.grid(visible=False)
    for place in list(places.values())[:-1]:
        ax.axhline(place - 0.5, color=GRID, linewidth=0.8, zorder=0)
    ax.set_xlabel(_wrap(xlabel, 52), fontsize=11)
    names = [*(series[one] for one in shown), "smaller than of interest"]
    columns = 2 if max(map(len, names)) < 32 else 1
    fig.legend([*handles, band], names, loc="outside upper left", ncols=columns, fontsize=11)
    return fig


def _reach(frame: pd.DataFrame, first: str) -> float:
    """How far the axis goes: over every estimate, and the whole interval of the first series if that is not far."""
    sizes = frame["estimate"].abs()
    main = frame.loc[frame["series"] == first, ["low", "high"]].abs().to_numpy().ravel()
    main = main[np.isfinite(main)]
    most = float(sizes.max())
    wide = float(np.quantile(main, 0.9)) if len(main) else most
    return max(1.3, min(_ROOM * most, 40.0), min(wide, 3 * _ROOM * float(sizes.median()) + 1.3))


def _intervals(ax: Axes, rows: pd.DataFrame, y: np.ndarray, reach: float, colour: str) -> None:
    low, high = rows["low"].to_numpy("float64"), rows["high"].to_numpy("float64")
    given = ~(np.isnan(low) | np.isnan(high))
    ax.hlines(y[given], np.clip(low[given], -reach, reach), np.clip(high[given], -reach, reach), color=colour,
              linewidth=1.8, zorder=3)  # fmt: skip
    for beyond, mark, at in ((low < -reach, "<", -reach), (high > reach, ">", reach)):
        cut = beyond & given
        ax.plot(np.full(int(cut.sum()), at), y[cut], mark, color=colour, markersize=6, zorder=4, clip_on=False)


def grid(frame: pd.DataFrame, *, rows: Mapping[str, str], columns: Mapping[str, str]) -> Figure:
    """Draw a family of tests as a grid: colour where the adjusted p tells a test from nothing, grey figures elsewhere.

    Parameters
    ----------
    frame
        ``row, column, std_estimate, p, told_apart``, one row a test.
    rows, columns
        Names of the rows and columns, in order.
    """
    import seaborn as sns
    from matplotlib.colors import LinearSegmentedColormap

    def wide(name: str) -> pd.DataFrame:
        return frame.pivot(index="row", columns="column", values=name).reindex(index=list(rows), columns=list(columns))

    size, p, apart = wide("std_estimate").astype("float64"), wide("p"), wide("told_apart").fillna(False).astype(bool)
    # No white in the middle: a test that is told apart has a colour, however small it is.
    colours = LinearSegmentedColormap.from_list("links", ["#F46A25", "#FBD3BF", "#C3D7EA", "#12436D"])
    fig, ax = _pyplot().subplots(figsize=(WIDTH, 1.5 + 0.56 * len(rows)))
    most = max(float(size.where(apart).abs().max().max()), 0.1) if apart.to_numpy().any() else 1.0
    sns.heatmap(
        size.to_numpy(), mask=~apart.to_numpy(), cmap=colours, vmin=-most, vmax=most, cbar=False, linewidths=1,
        linecolor=GRID, xticklabels=False, yticklabels=False, ax=ax,
    )  # fmt: skip
    sizes, ps, told = size.to_numpy("float64"), p.to_numpy("float64"), apart.to_numpy()
    for i, j in np.ndindex(sizes.shape):
        dark = told[i, j] and sizes[i, j] > 0.6 * most
        ax.text(
            j + 0.5, i + 0.5, _cell(float(sizes[i, j]), float(ps[i, j])), ha="center", va="center", fontsize=9,
            color="white" if dark else TEXT if told[i, j] else _MUTED,
            fontweight="bold" if told[i, j] else "normal",
        )  # fmt: skip
    ax.hlines(np.arange(len(rows) + 1), 0, len(columns), color=GRID, linewidth=1)
    ax.vlines(np.arange(len(columns) + 1), 0, len(rows), color=GRID, linewidth=1)
    ax.set_yticks(np.arange(len(rows)) + 0.5, [_wrap(text, 26) for text in rows.values()], rotation=0, fontsize=9)
    ax.set_xticks(np.arange(len(columns)) + 0.5, [_wrap(text, 12) for text in columns.values()], rotation=0, fontsize=9)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set_xlabel("")
    ax.set_ylabel("")
    ax.grid(visible=False)
    return fig


def _cell(size: float, p: float) -> str:
    if not np.isfinite(size):
        return "no answer"
    return f"{format_number(size, '+.2f')}\n" + ("p < 0.001" if p < 0.001 else f"p {format_number(p, '.3f')}")


def detectable(frame: pd.DataFrame, *, labels: Mapping[str, str]) -> Figure:
    """Draw what tests could have seen beside the smallest size of interest, on a logarithmic axis.

    Parameters
    ----------
    frame
        ``row, detectable, demonstrable``, in multiples of the smallest size of interest; a row may have many tests.
    labels
        By row, in order from top to bottom.
    """
    fig, ax = _pyplot().subplots(figsize=(WIDTH, 1.8 + 0.42 * len(labels)))
    numbers = frame[["detectable", "demonstrable"]].to_numpy("float64")
    low, high = min(0.5, float(np.nanmin(numbers))) / 1.15, max(2.0, float(np.nanmax(numbers))) * 1.15
    inside = ax.axvspan(low, 1, color=_BAND, zorder=0)
    ax.axvline(1, color=TEXT, linewidth=1.2, zorder=1)
    places = {row: -at for at, row in enumerate(labels)}
    y = frame["row"].map(places).to_numpy("float64")
    single = frame["row"].map(frame["row"].value_counts()).to_numpy() == 1
    handles: list[Any] = []
    for part, alpha, size in ((single, 1.0, 8), (~single, 0.45, 6)):
        shift = np.where(single, 0.0, 0.16)[part]
        one = ax.plot(frame["detectable"][part], y[part] + shift, "o", color=CATEGORICAL[0], alpha=alpha,
                      markersize=size, zorder=4, markeredgewidth=0)  # fmt: skip
        two = ax.plot(frame["demonstrable"][part], y[part] - shift, "D", color=CATEGORICAL[2], alpha=alpha,
                      markerfacecolor="white", markersize=size - 1, zorder=3, markeredgewidth=1.4)  # fmt: skip
        handles = handles or ([*one, *two] if part.any() else [])
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200) if low <= t <= high]
    ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
    ax.minorticks_off()
    ax.set_ylim(-len(labels) + 0.45, 0.55)
    ax.set_yticks(list(places.values()), [_wrap(text, 27) for text in labels.values()], fontsize=10)
    ax.grid(visible=False)
    ax.set_xlabel("Multiples of the smallest size of interest", fontsize=11)
    names = ["probably seen if it were so large", "could be ruled out", "small enough"]
    fig.legend([*handles, inside], names, loc="outside upper left", ncols=2, fontsize=11)
    return fig


def probabilities(frame: pd.DataFrame, *, categories: Mapping[float, str], names: Sequence[str]) -> Figure:
    """Draw the probability of each category with its interval, where the exposure is low, middling and high.

    Parameters
    ----------
    frame
        ``quantile, category, estimate, low, high`` of one test; probabilities from 0 to 1.
    categories
        Names by category, in order.
    names
        What each quantile is called, in order.
    """
    fig, ax = _pyplot().subplots(figsize=(WIDTH, 3.6))
    for at, (quantile, name) in enumerate(zip(sorted(set(frame["quantile"])), names, strict=True)):
        mine = frame[frame["quantile"] == quantile]
        x = np.array([list(categories).index(one) for one in mine["category"]]) + 0.2 * (at - 1)
        ax.vlines(x, 100 * mine["low"].clip(0, 1), 100 * mine["high"].clip(0, 1), color=CATEGORICAL[at], linewidth=1.8)
        ax.plot(x, 100 * mine["estimate"], _MARKS[at], color=CATEGORICAL[at], markersize=8, label=name)
    ax.set_xticks(range(len(categories)), [_wrap(text, 14) for text in categories.values()])
    ax.set_ylim(0, None)
    ax.set_ylabel("Probability, %")
    fig.legend(loc="outside upper left", ncols=1)
    return fig
