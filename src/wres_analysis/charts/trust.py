"""The pictures of a trust report: result frame in, figure out. Nothing is fitted here.

Subjects are told apart by shape as well as colour, and named on the picture. The trust is always the filled dark
circle with its 95% interval; comparisons are hollow.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wres_analysis.charts.style import CATEGORICAL, DUO, FOCUS, TEXT, WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["bands", "dot_intervals", "months", "two_groups_by_year", "values_by_year"]

_MARKS: dict[str, dict[str, Any]] = {
    "trust": {"marker": "o", "color": CATEGORICAL[0], "markerfacecolor": CATEGORICAL[0], "markersize": 9, "zorder": 4},
    "region": {"marker": "D", "color": CATEGORICAL[3], "markerfacecolor": "white", "markersize": 8, "zorder": 3},
    "type": {"marker": "^", "color": CATEGORICAL[2], "markerfacecolor": "white", "markersize": 9, "zorder": 3},
    "england": {"marker": "s", "color": CATEGORICAL[4], "markerfacecolor": "white", "markersize": 8, "zorder": 3},
}
_LINES: dict[str, dict[str, Any]] = {
    "england": {"color": CATEGORICAL[4], "linewidth": 1.8, "linestyle": ":"},
    "type": {"color": CATEGORICAL[2], "linewidth": 1.8, "linestyle": "-."},
    "region": {"color": CATEGORICAL[3], "linewidth": 1.8, "linestyle": "--"},
    "trust": {"color": FOCUS[0], "linewidth": 2.8, "linestyle": "-", "marker": "o", "markersize": 4},
}
#: Comparisons stand a little below the trust, so that equal values do not hide one another.
_SHIFT = {"trust": 0.16, "region": -0.08, "type": -0.2, "england": -0.32}
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 1, 1.25, 2, 3, 5, 10, 20, 50, 100)
_BREAK = "before_break"


def _pyplot() -> Any:
    import matplotlib.pyplot as plt

    return plt


def _wrap(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width)) or text


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _log_limits(frame: pd.DataFrame, parity: float) -> tuple[float, float]:
    """Room on a logarithmic axis for every finite positive number of the frame and for parity."""
    numbers = frame[["estimate", "low", "high"]].to_numpy("float64").ravel()
    shown = np.append(numbers[np.isfinite(numbers) & (numbers > 0)], [parity / 1.25, parity * 1.25])
    low, high = np.log(shown.min()), np.log(shown.max())
    margin = 0.06 * (high - low)
    return float(np.exp(low - margin)), float(np.exp(high + margin))


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers within the limits, far enough apart to be read."""
    inside = [t for t in _TICKS if low <= t <= high]
    gap = np.log(high / low) / 9
    kept: list[float] = []
    for tick in sorted(inside, key=lambda t: (abs(np.log(t)), t)):  # parity first, then outward
        if all(abs(np.log(tick / other)) >= gap for other in kept):
            kept.append(tick)
    return sorted(kept)


def dot_intervals(
    frame: pd.DataFrame, *, parity: float, xlabel: str, better: str, worse: str, log: bool = False
) -> Figure:
    """Draw one row for each title: the trust's estimate with its interval, and the comparisons as hollow marks.

    Parameters
    ----------
    frame
        ``title, subject, subject_name, estimate, low, high``; subjects ``trust, region, type, england``. An interval
        with one limit runs to the edge; a ratio of 0 has no place on a logarithmic axis and only its interval is drawn.
    parity
        Where the line of equality is drawn.
    xlabel, better, worse
        The axis, and the words at its two ends: left is better for the comparison group, right worse.
    log
        Whether the axis is logarithmic, as a ratio's is.
    """
    titles = list(dict.fromkeys(frame["title"]))
    names = {row["subject"]: row["subject_name"] for row in _records(frame)}
    legend = {key: _wrap(names[key] + (" (with 95% interval)" if key == "trust" else ""), 34) for key in names}
    lines = sum(text.count("\n") + 1 for text in legend.values()) - len(legend)
    fig, ax = _pyplot().subplots(figsize=(WIDTH, 1.7 + 0.2 * lines + 0.8 * max(1, len(titles))))
    place = {title: len(titles) - 1 - n for n, title in enumerate(titles)}
    edges = _log_limits(frame, parity) if log else (-np.inf, np.inf)
    if log:
        ax.set_xscale("log")
        ax.set_xlim(*edges)
    seen: dict[str, Any] = {}
    for row in _records(frame):
        y = place[row["title"]] + _SHIFT[row["subject"]]
        low, high = max(row["low"], edges[0]), min(row["high"], edges[1])
        if row["subject"] == "trust" and np.isfinite(low) and np.isfinite(high):
            (bar,) = ax.plot([low, high], [y, y], color=CATEGORICAL[0], linewidth=3, zorder=2)
            seen.setdefault("trust", bar)
        if not np.isfinite(row["estimate"]) or (log and row["estimate"] <= 0):
            continue
        (mark,) = ax.plot([row["estimate"]], [y], linestyle="none", markeredgewidth=2, **_MARKS[row["subject"]])
        seen[row["subject"]] = mark
    ax.axvline(parity, color=TEXT, linewidth=1.2, zorder=1)
    if log:
        ticks = _ticks(*edges)
        ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
        ax.minorticks_off()
    ax.set_ylim(-0.6, max(1, len(titles)) - 0.4)
    ax.set_yticks([place[t] for t in titles], [_wrap(t, 22) for t in titles])
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(f"{xlabel}\n\u2190 {better}    {worse} \u2192")
    order = [key for key in _MARKS if key in seen]
    if order:
        handles, texts = [seen[key] for key in order], [legend[key] for key in order]
        fig.legend(handles, texts, loc="outside upper left", ncols=2, handletextpad=0.4, columnspacing=1.2)
    return fig


def _year_axis(ax: Axes, years: Sequence[int]) -> None:
    shown = sorted(set(years))
    if len(shown) > 5:
        shown = shown[::-1][::2][::-1]
    ax.set_xticks(shown, [str(y) for y in shown])
    ax.set_xlim(min(years) - 0.5, max(years) + 0.5)


def _pieces(years: np.ndarray, broken: np.ndarray) -> list[np.ndarray]:
    """Cut a series where a break lies or a year is missing: no line joins across either."""
    cut = (np.diff(years) > 1) | (np.diff(broken.astype(int)) != 0)
    return np.split(np.arange(len(years)), np.flatnonzero(cut) + 1)


def _broken(part: pd.DataFrame) -> np.ndarray:
    return part["flags"].str.contains(_BREAK, regex=False).to_numpy(dtype=bool)


def _small_multiples(frame: pd.DataFrame, draw: Callable[[Axes, pd.DataFrame], None], ylabel: str) -> Figure:
    titles = list(dict.fromkeys(frame["title"]))
    rows = (len(titles) + 1) // 2
    fig, axes = _pyplot().subplots(rows, min(len(titles), 2), figsize=(WIDTH, 2.9 * rows), squeeze=False)
    for ax in axes.ravel()[len(titles) :]:
        ax.set_axis_off()
    for ax, title in zip(axes.ravel(), titles, strict=False):
        part = frame[frame["title"] == title].sort_values("wres_year")
        draw(ax, part)
        ax.set_title(_wrap(title, 26 if len(titles) > 1 else 60), fontsize=11)
        _year_axis(ax, [int(y) for y in part["wres_year"]])
        broken = _broken(part)
        if broken.any() and not broken.all():
            ax.axvline(part["wres_year"].to_numpy()[broken].max() + 0.5, color=TEXT, linewidth=1, linestyle=":")
    fig.supylabel(ylabel, fontsize=11)
    return fig


def two_groups_by_year(frame: pd.DataFrame, *, labels: tuple[str, str]) -> Figure:
    """Draw each indicator's two percentages by year, one small picture an indicator.

    Parameters
    ----------
    frame
        ``title, wres_year, reference, comparison, flags``. A line is cut at a break (``before_break``), which is
        drawn dotted, and where a year is missing.
    labels
        What the reference and the comparison group are called on the picture.
    """

    def draw(ax: Axes, part: pd.DataFrame) -> None:
        years, broken = part["wres_year"].to_numpy(), _broken(part)
        for column, colour, marker in (("reference", DUO[0], "o"), ("comparison", DUO[1], "D")):
            values = part[column].to_numpy("float64")
            for piece in _pieces(years, broken):
                ax.plot(years[piece], values[piece], color=colour, marker=marker, markersize=5)
        both = part[["reference", "comparison"]].to_numpy("float64")
        top = both[np.isfinite(both)].max(initial=0.0)
        ax.set_ylim(0, top * 1.18 if top > 0 else 1)

    fig = _small_multiples(frame, draw, "% of those who answered")
    handles = [
        _pyplot().Line2D([], [], color=colour, marker=marker, label=label)
        for label, colour, marker in zip(labels, DUO, ("o", "D"), strict=True)
    ]
    fig.legend(handles=handles, loc="outside upper left", ncols=2)
    return fig


def values_by_year(frame: pd.DataFrame, *, parity: float, ylabel: str, log: bool = False) -> Figure:
    """Draw each indicator's estimate by year with its 95% interval, one small picture an indicator.

    Parameters
    ----------
    frame
        ``title, wres_year, estimate, low, high, flags``. An interval with one limit runs to the edge.
    parity
        Where the line of equality is drawn.
    ylabel
        What the axis holds.
    log
        Whether the axis is logarithmic.
    """

    def draw(ax: Axes, part: pd.DataFrame) -> None:
        edges = _log_limits(part, parity) if log else (-np.inf, np.inf)
        ax.axhline(parity, color=TEXT, linewidth=1.2)
        if log:
            ax.set_yscale("log")
            ax.set_ylim(*edges)
        for row in _records(part):
            low, high = max(row["low"], edges[0]), min(row["high"], edges[1])
            if np.isfinite(low) and np.isfinite(high):
                ax.plot([row["wres_year"]] * 2, [low, high], color=CATEGORICAL[0], linewidth=2)
        given = part[np.isfinite(part["estimate"]) & ((part["estimate"] > 0) | (not log))]
        ax.plot(given["wres_year"], given["estimate"], linestyle="none", marker="o", color=CATEGORICAL[0])
        if log:
            ticks = _ticks(*edges)
            ax.set_yticks(ticks, [f"{t:g}" for t in ticks])
            ax.minorticks_off()

    return _small_multiples(frame, draw, ylabel)


def bands(frame: pd.DataFrame, *, label: str) -> Figure:
    """Draw a group's share of each pay band, one picture a staff group, with the workforce's share as a line.

    Parameters
    ----------
    frame
        ``staff_group, band, comparison, workforce``, bands in order.
    label
        What the axis holds.
    """
    groups = list(dict.fromkeys(frame["staff_group"]))
    sizes = [max(2, int((frame["staff_group"] == group).sum())) for group in groups]
    fig, axes = _pyplot().subplots(
        len(groups), 1, figsize=(WIDTH, 0.9 + 0.33 * sum(sizes) + 0.55 * len(groups)), squeeze=False, sharex=True,
        gridspec_kw={"height_ratios": sizes},
    )  # fmt: skip
    shown = frame[["comparison", "workforce"]].to_numpy("float64")
    top = shown[np.isfinite(shown)].max(initial=1.0)
    for ax, group in zip(axes[:, 0], groups, strict=True):
        part = frame[frame["staff_group"] == group].iloc[::-1]
        y = np.arange(len(part))
        ax.barh(y, part["comparison"].to_numpy("float64"), color=CATEGORICAL[0], height=0.65)
        ax.set_yticks(y, [_wrap(band, 24) for band in part["band"]], fontsize=10)
        ax.set_title(_wrap(group, 60), fontsize=11)
        ax.grid(axis="x")
        ax.grid(visible=False, axis="y")
        ax.set_xlim(0, min(100, top * 1.1))
        share = part["workforce"].iloc[0]
        if np.isfinite(share):
            ax.axvline(share, color=CATEGORICAL[3], linewidth=2.5, linestyle="--")
    axes[-1, 0].set_xlabel(label)
    return fig


def months(frame: pd.DataFrame, *, ylabel: str) -> Figure:
    """Draw a monthly series of the trust and its comparisons. A missing month cuts the line.

    Parameters
    ----------
    frame
        ``subject, subject_name, month, value`` of one measure.
    ylabel
        What the axis holds.
    """
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    fig, ax = _pyplot().subplots(figsize=(WIDTH, 3.6))
    for key, look in _LINES.items():
        part = frame[frame["subject"] == key].sort_values("month")
        if not len(part):
            continue
        every = pd.date_range(part["month"].min(), part["month"].max(), freq="ME")
        values = part.set_index("month")["value"].reindex(every)
        ax.plot(every, values, label=_wrap(part["subject_name"].iloc[0], 34), **look)
    first, last = frame["month"].min(), frame["month"].max()
    if first == last:  # one month: an axis as narrow as a point has no ticks
        ax.set_xlim(first - pd.Timedelta(days=45), last + pd.Timedelta(days=45))
    locator = AutoDateLocator(minticks=3, maxticks=6)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    ax.set_ylim(bottom=0)
    ax.set_ylabel(ylabel)
    handles, names = ax.get_legend_handles_labels()
    fig.legend(handles[::-1], names[::-1], loc="outside upper left", ncols=2)
    return fig
