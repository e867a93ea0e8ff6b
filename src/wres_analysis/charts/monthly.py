"""The control chart of one trust's months: result frame in, figure out. Nothing is fitted here.

What the trust published is a line with dots; the range that its peers and its month before foretold is a band about
it. A marked month is told by shape as well as colour, as Making Data Count does: a triangle up is above what was to be
expected, a triangle down below. Where months are missing nothing is drawn.
"""

from __future__ import annotations

import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wres_analysis.charts.style import CATEGORICAL, FOCUS, SEQUENTIAL, TEXT, WIDTH
from wres_analysis.charts.tables import format_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["alternative_text", "xmr_months"]

_BAND = "#DCE7F3"  # paler than any line upon it
_EDGE = "#4F86B5"  # 3.9:1 on white
#: Fill of a marked month, by what it means; the shape says which way it lies.
_FILLS = {
    "improvement": SEQUENTIAL[1], "concern": CATEGORICAL[3], "neutral_high": "#7A3E9D", "neutral_low": "#7A3E9D",
}  # fmt: skip
_WORDS = {
    "improvement": "differs from its own pattern: better",
    "concern": "differs from its own pattern: worse",
    "neutral_high": "differs from its own pattern: higher",
    "neutral_low": "differs from its own pattern: lower",
}
#: Months either side of the first and the last, as room.
_ROOM = 25


def xmr_months(frame: pd.DataFrame, *, target: float = np.nan) -> Figure:
    """Draw one trust's months.

    Parameters
    ----------
    frame
        From :func:`wres_analysis.trends.monthly.monthly_points`, with at least one row.
    target
        A target, drawn as a dashed line; none if NaN.

    Raises
    ------
    ValueError
        If the frame has no month.
    """
    if not len(frame):
        raise ValueError("There is no month to draw.")
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots(figsize=(WIDTH, 4.4))
    frame = frame.reset_index(drop=True)
    shown = frame[frame["value"].notna().cummax()] if frame["value"].notna().any() else frame
    seen = {"band": _band(ax, shown), "value": _values(ax, shown), **_marks(ax, shown)}
    if np.isfinite(target):
        (seen["target"],) = ax.plot(
            [shown["month"].iloc[0], shown["month"].iloc[-1]], [target] * 2,
            color=TEXT, linewidth=1.6, linestyle=(0, (6, 3)), zorder=2,
        )  # fmt: skip
    _say_gaps(ax, shown)
    _axes(ax, shown)
    _legend(fig, seen, frame, target)
    return fig


def _pieces(there: np.ndarray, segment: np.ndarray) -> list[np.ndarray]:
    """Positions that may be joined by a line: neighbours of one segment, all of them there."""
    at = np.flatnonzero(there)
    cut = (np.diff(at) > 1) | (np.diff(segment[at]) != 0)
    return [piece for piece in np.split(at, np.flatnonzero(cut) + 1) if len(piece)]


def _band(ax: Axes, frame: pd.DataFrame) -> Any:
    """Draw the range to be expected as a band with edges, and its middle as a thin dashed line."""
    month, segment = frame["month"].to_numpy(), frame["segment"].to_numpy()
    low, high = frame["lower"].to_numpy("float64"), frame["upper"].to_numpy("float64")
    middle = frame["expected"].to_numpy("float64")
    band = None
    for piece in _pieces(np.isfinite(low) & np.isfinite(high), segment):
        band = ax.fill_between(
            month[piece], low[piece], high[piece], facecolor=_BAND, edgecolor=_EDGE, linewidth=0.8, zorder=1
        )
        ax.plot(month[piece], middle[piece], color=_EDGE, linewidth=1.1, linestyle=(0, (4, 2)), zorder=2)
    return band


def _values(ax: Axes, frame: pd.DataFrame) -> Any:
    month, segment = frame["month"].to_numpy(), frame["segment"].to_numpy()
    value = frame["value"].to_numpy("float64")
    line = None
    for piece in _pieces(np.isfinite(value), segment):
        (line,) = ax.plot(
            month[piece], value[piece], color=FOCUS[0], linewidth=1.8, marker="o", markersize=4.5, zorder=3
        )
    return line


def _marks(ax: Axes, frame: pd.DataFrame) -> dict[str, Any]:
    """Lay triangles over the months that differ, pointing the way in which they do."""
    seen: dict[str, Any] = {}
    for (kind, way), part in frame[frame["direction"] != 0].groupby(["variation", "direction"], sort=True):
        (seen[str(kind)],) = ax.plot(
            part["month"], part["value"], linestyle="none", marker="^" if int(str(way)) > 0 else "v", markersize=10,
            markerfacecolor=_FILLS[str(kind)], markeredgecolor=TEXT, markeredgewidth=1.1, zorder=4,
        )  # fmt: skip
    return seen


def _say_gaps(ax: Axes, frame: pd.DataFrame) -> None:
    """Name each stretch of at least three months without a value, where it lies."""
    there = frame["value"].notna().to_numpy()
    at = np.flatnonzero(there)
    for before, after in pairwise(at):
        if after - before <= 3:
            continue
        left, right = frame["month"].iloc[before], frame["month"].iloc[after]
        ax.text(
            left + (right - left) / 2, 0.5, "no values\npublished", transform=ax.get_xaxis_transform(),
            ha="center", va="center", fontsize=10, color=TEXT, rotation=0 if after - before > 8 else 90,
        )  # fmt: skip


def _axes(ax: Axes, frame: pd.DataFrame) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    numbers = frame[["value", "lower", "upper"]].to_numpy("float64")
    shown = numbers[np.isfinite(numbers)]
    if len(shown):
        room = 0.06 * max(float(shown.max() - shown.min()), 0.1)
        ax.set_ylim(float(shown.min()) - room, float(shown.max()) + room)
    day = pd.Timedelta(days=_ROOM)
    ax.set_xlim(frame["month"].iloc[0] - day, frame["month"].iloc[-1] + day)
    locator = AutoDateLocator(minticks=3, maxticks=7)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    unit = "%" if frame["unit"].iloc[0] == "percent" else str(frame["unit"].iloc[0])
    ax.set_ylabel("\n".join(textwrap.wrap(f"{frame['label'].iloc[0]} ({unit})", 34)))


def _legend(fig: Figure, seen: dict[str, Any], frame: pd.DataFrame, target: float) -> None:
    names = {
        "value": str(frame["org_name"].iloc[0]), "band": "range to be expected from its peers and its month before",
        "target": f"target: {format_number(target, '.1f')}", **_WORDS,
    }  # fmt: skip
    order = [key for key in ("value", "band", "concern", "improvement", "neutral_high", "neutral_low", "target")
             if seen.get(key) is not None]  # fmt: skip
    fig.legend(
        [seen[key] for key in order], ["\n".join(textwrap.wrap(names[key], 62)) for key in order],
        loc="outside upper left", ncols=1, handletextpad=0.6, labelspacing=0.35,
    )  # fmt: skip


def alternative_text(frame: pd.DataFrame) -> str:
    """Say in words what :func:`xmr_months` draws, from the same frame."""
    there = frame[frame["value"].notna()]
    if not len(there):
        return "A chart by month without a single value."
    unit = "%" if frame["unit"].iloc[0] == "percent" else f" ({frame['unit'].iloc[0]})"
    first, last = there.iloc[0], there.iloc[-1]
    marked = there[there["direction"] != 0]
    span = len(frame[frame["month"].between(first["month"], last["month"])])
    order = np.argsort(there["value"].to_numpy("float64"), kind="stable")
    low, high = there.iloc[order[0]], there.iloc[order[-1]]

    def said(row: pd.Series) -> str:
        return f"{format_number(row['value'], '.2f')}{unit} in {row['month']:%B %Y}"

    parts = [
        f"{frame['label'].iloc[0]} of {frame['org_name'].iloc[0]} by month, {first['month']:%B %Y} to "
        f"{last['month']:%B %Y}: {len(there)} months with a value"
        + (f" and {span - len(there)} without." if span > len(there) else "."),
        f"Lowest {said(low)}, highest {said(high)}, last {said(last)}.",
    ]
    if not there["judged"].any():
        return " ".join([*parts, "No month can be set against a range to be expected."])
    parts.append(f"{int(there['judged'].sum())} months are set against the range to be expected.")
    if not len(marked):
        return " ".join([*parts, "None differs from the trust's own pattern."])
    dates = f"the last in {marked['month'].iloc[-1]:%B %Y}"
    counts = f"{int((marked['direction'] > 0).sum())} above and {int((marked['direction'] < 0).sum())} below it"
    return " ".join([*parts, f"{len(marked)} differ from the trust's own pattern, {counts}, {dates}."])
