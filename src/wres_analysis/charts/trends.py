"""Pictures of annual trends: years with their intervals, the fitted line with its band. Nothing is fitted here.

A break is a gap: no line crosses it, and years that a trend leaves out are hollow. Lines are named where they end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wres_analysis.charts.style import CATEGORICAL, TEXT, WIDTH
from wres_analysis.charts.trust import _log_limits, _pyplot, _ticks, _wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["annual_trend", "regions", "slopes"]

_MARKS = ("o", "s", "^", "D", "v", "P")
_BREAK = "before_break"


def annual_trend(
    points: pd.DataFrame, lines: pd.DataFrame, *, ylabel: str, parity: float | None = None, log: bool = False
) -> Figure:
    """Draw one picture of a few series: each year with its interval, and the fitted line with its band.

    Parameters
    ----------
    points, lines
        From :func:`wres_analysis.trends.frames.drawn`; labels name the series where they end.
    ylabel
        What the axis holds.
    parity
        Where equality lies, if anywhere.
    log
        Whether the axis is logarithmic, as a ratio's is.
    """
    fig, ax = _pyplot().subplots(figsize=(WIDTH, 3.9))
    ends = []
    for n, label in enumerate(dict.fromkeys(points["label"])):
        mine, line = points[points["label"] == label], lines[lines["label"] == label]
        colour = CATEGORICAL[n % len(CATEGORICAL)]
        _series(ax, mine, line, colour, _MARKS[n % len(_MARKS)], shift=0.1 * n)
        last = line if len(line) else mine[mine["used"]]
        if len(last):
            ends.append((float(last["value"].iloc[-1]), str(label), colour))
    _finish(ax, points, lines, parity, log)
    years = points["wres_year"]
    ax.set_xlim(years.min() - 0.5, years.max() + 0.5)
    _name_ends(ax, ends)
    ax.set_ylabel(_wrap(ylabel, 42))
    return fig


def regions(
    points: pd.DataFrame,
    lines: pd.DataFrame,
    *,
    beside: str,
    ylabel: str,
    parity: float | None = None,
    log: bool = False,
) -> Figure:
    """Draw one small picture a label, all on one scale, with the line of ``beside`` behind each.

    Parameters
    ----------
    points, lines
        As in :func:`annual_trend`.
    beside
        The label whose line stands in every picture, such as that of England.
    ylabel, parity, log
        As in :func:`annual_trend`.
    """
    labels = list(dict.fromkeys(points["label"]))
    rows = (len(labels) + 1) // 2
    fig, axes = _pyplot().subplots(rows, 2, figsize=(WIDTH, 0.4 + 2.1 * rows), squeeze=False, sharex=True, sharey=True)
    for ax in axes.ravel()[len(labels) :]:
        ax.set_axis_off()
    other = lines[lines["label"] == beside]
    for ax, label in zip(axes.ravel(), labels, strict=False):
        mine, line = points[points["label"] == label], lines[lines["label"] == label]
        if label != beside:
            ax.plot(other["wres_year"], other["value"], color=CATEGORICAL[3], linewidth=1.8, linestyle="--", zorder=3)
        _series(ax, mine, line, CATEGORICAL[0] if label != beside else CATEGORICAL[3], "o", shift=0.0, size=5)
        ax.set_title(_wrap(str(label), 30), fontsize=11)
    first = axes[0, 0]
    _finish(first, points, lines, parity, log)
    for ax, label in list(zip(axes.ravel(), labels, strict=False))[1:]:
        _rules(ax, points[points["label"] == label], parity)
    if len(other):
        handle = first.plot([], [], color=CATEGORICAL[3], linewidth=1.8, linestyle="--")
        fig.legend(handle, [f"{beside}, fitted line"], loc="outside upper left")
    fig.supylabel(_wrap(ylabel, 60), fontsize=11)
    return fig


def _series(
    ax: Axes, points: pd.DataFrame, line: pd.DataFrame, colour: str, mark: str, *, shift: float, size: float = 7
) -> None:
    """One series: the band, the line, the years that it rests on, and hollow ones that it leaves out."""
    if len(line):
        x = line["wres_year"].to_numpy("float64")
        ax.fill_between(x, line["low"].to_numpy(), line["high"].to_numpy(), color=colour, alpha=0.15, linewidth=0)
        ax.plot(x, line["value"], color=colour, linewidth=2, zorder=3)
    for used, face in ((True, colour), (False, "white")):
        part = points[(points["used"] == used) & np.isfinite(points["value"])]
        x = part["wres_year"].to_numpy("float64") + shift
        limited = np.isfinite(part["low"].to_numpy())
        ax.vlines(x[limited], part["low"][limited], part["high"][limited], color=colour, linewidth=1.4, zorder=2)
        ax.plot(
            x, part["value"], mark, color=colour, markerfacecolor=face, markersize=size, markeredgewidth=1.4, zorder=4
        )


def _finish(ax: Axes, points: pd.DataFrame, lines: pd.DataFrame, parity: float | None, log: bool) -> None:
    """Scale, ticks, the line of equality and the break."""
    if log:
        shown = pd.concat([points, lines]).rename(columns={"value": "estimate"})
        edges = _log_limits(shown, 1.0 if parity is None else parity)
        ax.set_yscale("log")
        ax.set_ylim(*edges)
        ticks = _ticks(*edges)
        ax.set_yticks(ticks, [f"{t:g}" for t in ticks])
        ax.minorticks_off()
    years = sorted(set(points["wres_year"]))
    ticks_at = years if len(years) <= 6 else years[::-1][::2][::-1]
    ax.set_xticks(ticks_at, [str(y) for y in ticks_at])
    _rules(ax, points, parity)


def _rules(ax: Axes, points: pd.DataFrame, parity: float | None) -> None:
    if parity is not None:
        ax.axhline(parity, color=TEXT, linewidth=1.2, zorder=1)
    before = points[points["why"] == _BREAK]
    if len(before):
        ax.axvline(before["wres_year"].max() + 0.5, color=TEXT, linewidth=1, linestyle=":")


def _name_ends(ax: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Name each series to the right of its end, none upon another."""
    if len(ends) < 2:
        return
    low, high = ax.get_ylim()
    to_axis: Any = np.log if ax.get_yscale() == "log" else np.asarray
    start, height = float(to_axis(low)), float(to_axis(high)) - float(to_axis(low))
    placed = -np.inf
    for value, label, colour in sorted(ends):
        place = max((float(to_axis(value)) - start) / height, placed + 0.09)
        placed = place + 0.05 * label.count("\n")
        ax.annotate(
            _wrap(label, 16), (1.01, place), xycoords="axes fraction", color=colour, fontsize=11, va="center",
            annotation_clip=False,
        )  # fmt: skip


def slopes(frame: pd.DataFrame, *, xlabel: str, names: Mapping[str, str]) -> Figure:
    """Draw the slope of every trust with its interval, in order, coloured by what the interval says.

    Parameters
    ----------
    frame
        ``estimate, low, high, reading``, one row a trust. A limit beyond the axis ends in an arrow.
    xlabel
        What the axis holds.
    names
        By reading, in the order of the legend; those that no trust has are left out.
    """
    told = frame.sort_values("estimate", kind="stable").reset_index(drop=True)
    fig, ax = _pyplot().subplots(figsize=(WIDTH, min(2.6 + 0.05 * len(told), 7.0)))
    colours = {"improving": CATEGORICAL[0], "worsening": CATEGORICAL[3], "rising": CATEGORICAL[2],
               "falling": CATEGORICAL[1], "cannot_tell": "#8A9196"}  # fmt: skip
    handles, labels = [], []
    ends = told[["low", "high"]].abs().max(axis=1)
    reach = max(1.1 * float(ends.quantile(0.9)), 1.2 * float(told["estimate"].abs().max()))
    for reading, label in names.items():
        mine = told[told["reading"] == reading]
        if not len(mine):
            continue
        quiet = reading == "cannot_tell"
        low, high = mine["low"].clip(-reach, reach), mine["high"].clip(-reach, reach)
        ax.hlines(mine.index, low, high, color=colours[reading], linewidth=1.1 if quiet else 2)
        handles += ax.plot(mine["estimate"], mine.index, "o", color=colours[reading], markersize=3.5 if quiet else 5.5)
        labels.append(f"{label}: {len(mine)}")
        for cut, mark, at in ((mine["low"] < -reach, "<", -reach), (mine["high"] > reach, ">", reach)):
            ax.plot(np.full(int(cut.sum()), at), mine.index[cut], mark, color=colours[reading], markersize=5)
    ax.set_xlim(-1.05 * reach, 1.05 * reach)
    ax.axvline(0, color=TEXT, linewidth=1.2, zorder=1)
    ax.set_yticks([])
    ax.set_ylabel(f"{len(told)} trusts, in order")
    ax.grid(visible=False)
    ax.set_xlabel(_wrap(xlabel, 60), fontsize=11)
    fig.legend(handles, labels, loc="outside upper left", ncols=2)
    return fig
