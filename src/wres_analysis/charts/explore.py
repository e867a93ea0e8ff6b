"""Pictures of a first look: which measures go together, and one pair trust by trust. Nothing is fitted here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wres_analysis.charts.coverage import _readable_on
from wres_analysis.charts.style import CATEGORICAL, DUO, TEXT, WIDTH
from wres_analysis.charts.tables import format_number
from wres_analysis.charts.trust import _pyplot, _wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["correlations", "pair_scatter", "pairs_small"]

#: What cannot be told from no correlation: a grey that is no colour of the scale, and letters that can still be read.
_MUTED, _MUTED_TEXT = "#EEF0F1", "#5A6672"
_MARK = "*"
#: With more columns than this numbers are written smaller.
_DENSE = 9
_LOOKS: dict[str, dict[str, Any]] = {
    "naive": {"color": CATEGORICAL[4], "linestyle": "--", "linewidth": 2.0},
    "adjusted": {"color": CATEGORICAL[3], "linestyle": "-", "linewidth": 2.6},
}
_POINT, _MINE = "#2073BC", CATEGORICAL[2]
#: Area of a point, in points squared, for the smallest and the largest base.
_AREAS = (14.0, 150.0)


def correlations(frame: pd.DataFrame, *, names: Sequence[str]) -> Figure:
    """Draw one kind of correlation as a heat map, each number in its cell.

    Parameters
    ----------
    frame
        ``exposure_name, outcome_name, estimate, distinguishable, coupling``, one row a pair. A cell in colour can be
        told from no correlation after adjustment; a grey one cannot; a coupled pair has a star and a hatched cell; a
        cell without an answer is empty.
    names
        The measures, in order. Where every pair of them is there the map is a triangle; else indicators stand down and
        outcomes across.
    """
    import seaborn as sns
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Rectangle

    answered = frame[frame["estimate"].notna()]
    down = [name for name in names if name in set(answered["exposure_name"]) | set(answered["outcome_name"])]
    across = down
    triangle = bool(set(answered["exposure_name"]) & set(answered["outcome_name"]))
    if triangle:
        down, across = down[1:], down[:-1]
    else:
        down = [name for name in down if name in set(answered["exposure_name"])]
        across = [name for name in across if name in set(answered["outcome_name"])]
    place = {name: number for number, name in enumerate(names)}
    values = np.full((len(down), len(across)), np.nan)
    found: dict[tuple[int, int], dict[Any, Any]] = {}
    for row in answered.to_dict("records"):
        one, other = row["exposure_name"], row["outcome_name"]
        if triangle:
            one, other = sorted((one, other), key=lambda name: -place[name])
        at = (down.index(one), across.index(other))
        values[at], found[at] = row["estimate"], row
    used = [[i for i, _ in found], [j for _, j in found]]
    rows, columns = (sorted(set(one)) for one in used)
    dense = len(columns) > _DENSE
    longest = max((len(_wrap(across[j], 24).partition("\n")[0]) for j in columns), default=0)
    fig, ax = _pyplot().subplots(figsize=(WIDTH, 0.9 + 0.36 * max(len(rows), 1) + 0.085 * longest))
    colours = LinearSegmentedColormap.from_list("correlation", [DUO[0], "#6BACE6", "#FFFFFF", "#F9A882", DUO[1]])
    told = np.array([[bool(found.get((i, j), {}).get("distinguishable")) for j in columns] for i in rows])
    sns.heatmap(
        np.where(told, values[np.ix_(rows, columns)], np.nan), cmap=colours, vmin=-1, vmax=1, cbar=False,
        linewidths=1.5, linecolor="white", xticklabels=False, yticklabels=False, ax=ax,
    )  # fmt: skip
    for (i, j), row in found.items():
        _cell(ax, columns.index(j), rows.index(i), row, colours, 7.5 if dense else 10)
    ax.set_yticks(np.arange(len(rows)) + 0.5, [_wrap(down[i], 24) for i in rows], rotation=0, fontsize=9)
    ax.set_xticks(np.arange(len(columns)) + 0.5, [_wrap(across[j], 24) for j in columns], rotation=90, fontsize=9)
    ax.grid(visible=False)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    handles = [Rectangle((0, 0), 1, 1, facecolor=colour) for colour in (DUO[1], DUO[0], _MUTED)]
    handles.append(Rectangle((0, 0), 1, 1, facecolor="white", hatch="////", edgecolor="#9AA5AC", linewidth=0))
    texts = ["Together (positive)", "Opposed (negative)", "Cannot be told from none", f"{_MARK} Coupled pair"]
    fig.legend(handles, texts, loc="outside upper left", ncols=2, fontsize=10, handlelength=1.2, columnspacing=1.5)
    return fig


def _cell(ax: Axes, x: int, y: int, row: dict[Any, Any], colours: Any, size: float) -> None:
    """One cell: muted unless told, hatched and starred where coupled, its number on top."""
    from matplotlib.patches import Rectangle

    told, coupled = bool(row["distinguishable"]), row["coupling"] != "none"
    colour = colours((row["estimate"] + 1) / 2)
    face, ink = (colour, _readable_on(colour[:3])) if told else (_MUTED, _MUTED_TEXT)
    ax.add_patch(Rectangle((x, y), 1, 1, facecolor=face, edgecolor="white", linewidth=1.5, zorder=2))
    if coupled:
        ax.add_patch(
            Rectangle((x, y), 1, 1, fill=False, hatch="////", edgecolor=ink, alpha=0.22, linewidth=0, zorder=2.5)
        )
        ax.text(x + 0.97, y + 0.08, _MARK, ha="right", va="top", fontsize=size + 1, color=ink, zorder=4)
    ax.text(
        x + 0.5, y + 0.52, format_number(row["estimate"], ".2f"), ha="center", va="center", zorder=5, fontsize=size,
        fontweight="bold" if told else "normal", color=ink, bbox={"facecolor": face, "edgecolor": "none", "pad": 0.6},
    )  # fmt: skip


def pair_scatter(points: pd.DataFrame, lines: pd.DataFrame, *, xlabel: str, ylabel: str, base: str = "") -> Figure:
    """Draw one pair, a point a trust, with the naive and the adjusted line and their bands.

    Parameters
    ----------
    points
        ``org_code, x, y, base, labelled, mine``. The area of a point grows with its base; without bases all are alike.
    lines
        ``line, x, fit, low, high``: ``naive`` and ``adjusted``.
    xlabel, ylabel
        What the axes hold.
    base
        What the sizes stand for; blank for none.
    """
    fig, ax = _pyplot().subplots(figsize=(WIDTH, 4.9))
    handles = _draw_lines(ax, lines)
    handles |= _draw_points(ax, points, base)
    _label(ax, points)
    ax.set_xlabel(_wrap(xlabel, 70))
    ax.set_ylabel(_wrap(ylabel, 44))
    ax.grid(axis="both")
    if handles:
        fig.legend(
            list(handles.values()),
            [_wrap(text, 36) for text in handles],
            loc="outside upper left",
            ncols=2,
            fontsize=10,
        )
    return fig


def pairs_small(points: pd.DataFrame, lines: pd.DataFrame, *, ylabel: str) -> Figure:
    """Draw several pairs with the same outcome, one small picture each.

    Parameters
    ----------
    points, lines
        As for :func:`pair_scatter`, with ``title``; titles in order of first appearance.
    ylabel
        What all vertical axes hold.
    """
    titles = list(dict.fromkeys(points["title"]))
    columns = min(3, max(1, len(titles)))
    rows = max(1, -(-len(titles) // columns))
    fig, axes = _pyplot().subplots(rows, columns, figsize=(WIDTH, 0.8 + 2.1 * rows), squeeze=False, sharey=True)
    handles: dict[str, Any] = {}
    for ax in axes.ravel()[len(titles) :]:
        ax.set_axis_off()
    for ax, title in zip(axes.ravel(), titles, strict=False):
        handles |= _draw_lines(ax, lines[lines["title"] == title], width=0.8)
        handles |= _draw_points(ax, points[points["title"] == title].assign(base=np.nan), "", area=9.0)
        ax.set_title(_wrap(title, 22), fontsize=10)
        ax.tick_params(labelsize=9)
        ax.locator_params(nbins=4)
        ax.grid(axis="both")
    fig.supylabel(_wrap(ylabel, 50), fontsize=11)
    if handles:
        fig.legend(list(handles.values()), list(handles), loc="outside upper left", ncols=2, fontsize=10)
    return fig


def _draw_lines(ax: Axes, lines: pd.DataFrame, width: float = 1.0) -> dict[str, Any]:
    texts = {"naive": "Line as the points lie", "adjusted": "Adjusted line"}
    handles = {}
    for name, look in _LOOKS.items():
        part = lines[lines["line"] == name]
        if not len(part):
            continue
        ax.fill_between(part["x"], part["low"], part["high"], color=look["color"], alpha=0.18, linewidth=0, zorder=1)
        (handle,) = ax.plot(part["x"], part["fit"], **look | {"linewidth": width * look["linewidth"]}, zorder=4)
        handles[f"{texts[name]}, 95% band"] = handle
    return handles


def _draw_points(ax: Axes, points: pd.DataFrame, base: str, area: float = 40.0) -> dict[str, Any]:
    sizes = pd.Series(area, index=points.index)
    known = points["base"].notna()
    if known.any():
        low, high = _AREAS
        sizes[known] = low + (high - low) * points.loc[known, "base"] / points.loc[known, "base"].max()
        sizes[~known] = low
    handles = {}
    others = ~points["mine"].astype(bool)
    dots = ax.scatter(
        points.loc[others, "x"], points.loc[others, "y"], s=sizes[others], color=_POINT, alpha=0.6, linewidth=0.6,
        edgecolor="white", zorder=3,
    )  # fmt: skip
    text = "Each trust" + (f"; area: {base}" if base and known.any() else "")
    handles[text] = dots
    mine = points[~others]
    if len(mine):
        handles[f"Trust {mine['org_code'].iloc[0]}"] = ax.scatter(
            mine["x"], mine["y"], s=sizes[~others].clip(lower=45 if area > 20 else 25), color=_MINE, marker="D",
            edgecolor="white", linewidth=0.8, zorder=6,
        )  # fmt: skip
    return handles


def _label(ax: Axes, points: pd.DataFrame) -> None:
    """Write codes beside labelled points, on the side where there is room."""
    middle = points["x"].median()
    for row in points[points["labelled"].astype(bool)].to_dict("records"):
        right = row["x"] <= middle
        ax.annotate(
            row["org_code"], (row["x"], row["y"]), xytext=(7 if right else -7, 5), textcoords="offset points",
            ha="left" if right else "right", fontsize=9, color=_MINE if row["mine"] else TEXT,
            fontweight="bold" if row["mine"] else "normal", zorder=7,
        )  # fmt: skip
