"""XmR charts by the Making Data Count rules: limits from moving ranges, and four rules that mark points.

All functions work on arrays whose last axis is time, one element for each period, with NaN where a period has no
value. A gap in the calendar is therefore its missing periods, and three things follow from one convention: no moving
range spans a missing period, no run, trend or two-of-three runs across one, and a missing point is never marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

__all__ = [
    "MIN_POINTS",
    "RULES",
    "RULE_SET",
    "RULE_SET_UNSCREENED",
    "SCALE",
    "XmrChart",
    "assurance",
    "mark_points",
    "moving_ranges",
    "variation",
    "xmr_chart",
]

#: The rules as applied here, by name and by the version (a commit) that they agree with; printed beside results.
RULE_SET = "Making Data Count, as NHSRplotthedots f7891af (7 on one side, trend of 7, 2 of 3; moving ranges screened)"
#: The same without screening, as the Making Data Count spreadsheets do it.
RULE_SET_UNSCREENED = RULE_SET.replace("ranges screened", "ranges not screened")
#: Limits lie this many mean moving ranges from the mean: 3 / 1.128, which estimates three standard deviations.
SCALE = 2.66
#: Near limits lie this share of the way from the mean to the limits.
NEAR = 2 / 3
#: A moving range this many times the mean moving range, or more, is left out of it where they are screened.
SCREEN = 3.267
#: Points on one side of the mean, or in a trend, that count as a signal.
RUN = 7
#: With fewer points limits are trial limits: too few to rely on.
MIN_POINTS = 12
#: The rules in the order in which they name a point that breaks several.
RULES = ("outside", "trend", "two_of_three", "run")


@dataclass(frozen=True)
class XmrChart:
    """What a chart says of each point. Arrays have the shape of the values; limits are those of the segment.

    Parameters
    ----------
    values
        The values, NaN where missing.
    segment
        Number of the segment (from 0) of each period, shape ``(time,)``.
    mean, lower, upper, near_lower, near_upper
        Centre and limits, in the unit of the values; NaN where a segment has no two neighbouring values.
    outside, trend, two_of_three, run
        1 where a rule marks the point upwards, -1 downwards, else 0.
    direction
        That of the first of :data:`RULES` that marks the point, else 0.
    n_points, n_ranges
        Values, and moving ranges used, of each point's segment.
    rule_set
        Which rules these are.
    """

    values: np.ndarray
    segment: np.ndarray
    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    near_lower: np.ndarray
    near_upper: np.ndarray
    outside: np.ndarray
    trend: np.ndarray
    two_of_three: np.ndarray
    run: np.ndarray
    direction: np.ndarray
    n_points: np.ndarray
    n_ranges: np.ndarray
    rule_set: str

    @property
    def trial(self) -> np.ndarray:
        """Whether a point's limits are trial limits: fewer than :data:`MIN_POINTS` values in its segment."""
        return self.n_points < MIN_POINTS

    @property
    def signal(self) -> np.ndarray:
        """Whether any rule marks the point."""
        return self.direction != 0


def moving_ranges(values: np.ndarray) -> np.ndarray:
    """Return the absolute change from the period before; NaN first, and wherever either period has no value."""
    values = np.asarray(values, dtype=float)
    out = np.full(values.shape, np.nan)
    out[..., 1:] = np.abs(np.diff(values, axis=-1))
    return out


def xmr_chart(
    values: np.ndarray,
    *,
    rebase: Sequence[int] = (),
    screen: bool = True,
    run: int = RUN,
    widen: np.ndarray | float = 1,
) -> XmrChart:
    """Make the chart of one series, or of many with the same periods.

    Parameters
    ----------
    values
        Shape ``(..., time)``, one element a period, NaN where missing.
    rebase
        Positions at which a new segment begins. Each segment has limits of its own, and no rule and no moving range
        runs across its beginning.
    screen
        Leave moving ranges of ``3.267`` times their mean or more out of the mean, once.
    run
        How many points on one side of the mean, or in a trend, are a signal.
    widen
        Factor on the mean moving range, such as ``1 / sqrt(1 - r)`` for values whose neighbours are correlated by
        ``r``; a number, or one for each series, shape ``(...)``.

    Raises
    ------
    ValueError
        If there are no periods, a value is infinite, ``run`` is below 3 or a rebase lies outside the series.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim == 0 or values.shape[-1] == 0:
        raise ValueError("A chart needs at least one period.")
    if np.isinf(values).any():
        raise ValueError("A value is infinite.")
    if run < 3:
        raise ValueError(f"A run of {run} points cannot be told from chance.")
    time = values.shape[-1]
    starts = sorted({0, *rebase})
    if starts[0] < 0 or starts[-1] >= time:
        raise ValueError(f"A rebase must lie from 1 to {time - 1}.")
    factor = np.broadcast_to(np.asarray(widen, dtype=float), values.shape[:-1])
    parts = [_segment(values[..., a:b], screen, run, factor) for a, b in zip(starts, [*starts[1:], time], strict=True)]
    joined = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
    segment = np.searchsorted(starts, np.arange(time), side="right") - 1
    name = RULE_SET if screen else RULE_SET_UNSCREENED
    if run != RUN:
        name += f", {run} points"
    if np.any(factor != 1):
        name += ", limits widened for autocorrelation"
    return XmrChart(values=values, segment=segment, rule_set=name, **joined)


def _segment(values: np.ndarray, screen: bool, run: int, factor: np.ndarray) -> dict[str, np.ndarray]:
    """Limits and marks of one segment."""
    ranges = moving_ranges(values)
    size = _mean(ranges)
    if screen:
        with np.errstate(invalid="ignore"):
            kept = np.where(ranges < SCREEN * size[..., None], ranges, np.nan)
        # Equal values have ranges of 0, none of which is below 0: then there is nothing to screen.
        ranges = np.where((size > 0)[..., None], kept, ranges)
        size = _mean(ranges)
    half = SCALE * size * factor
    mean = np.where(np.isfinite(half), _mean(values), np.nan)
    limits = {
        "mean": mean, "lower": mean - half, "upper": mean + half,
        "near_lower": mean - NEAR * half, "near_upper": mean + NEAR * half,
        "n_points": np.isfinite(values).sum(axis=-1), "n_ranges": np.isfinite(ranges).sum(axis=-1),
    }  # fmt: skip
    wide = {name: np.repeat(one[..., None], values.shape[-1], axis=-1) for name, one in limits.items()}
    return wide | mark_points(values, mean[..., None], half[..., None], run=run)


def _mean(values: np.ndarray) -> np.ndarray:
    """Mean over time of what is there; NaN where nothing is, without a warning."""
    count = np.isfinite(values).sum(axis=-1)
    return np.where(count > 0, np.nansum(values, axis=-1) / np.maximum(count, 1), np.nan)


def mark_points(
    values: np.ndarray, mean: np.ndarray | float, half: np.ndarray | float, *, run: int = RUN
) -> dict[str, np.ndarray]:
    """Apply the four rules to one segment whose limits are known.

    Parameters
    ----------
    values
        Shape ``(..., time)``, NaN where missing.
    mean, half
        The centre, and how far the limits lie from it; anything that broadcasts against ``values``.
    run
        How many points on one side of the mean, or in a trend, are a signal.

    Returns
    -------
    dict
        ``outside``, ``trend``, ``two_of_three``, ``run`` and ``direction``: 1, -1 or 0, the shape of ``values``.

        - A point *on* a limit is not outside it, and a point *on* the mean is on neither side: it ends a run.
        - A trend is ``run`` points each strictly above, or each strictly below, the one before: a tie ends it.
        - Two of three: three points in a row on one side of the mean, two of which lie between the near limit and the
          limit. Those two are marked. A point outside the limits is not one of the two.
        - All points of a run or trend are marked, and not only the last.
    """
    # A comparison with NaN is false, so what is missing is never marked and ends whatever runs up to it.
    values, off = np.asarray(values, dtype=float), np.asarray(values, dtype=float) - mean
    outside = (values > mean + half).astype(int) - (values < mean - half).astype(int)
    side = np.nan_to_num(np.sign(off)).astype(int)
    near = (values > mean + NEAR * half).astype(int) - (values < mean - NEAR * half).astype(int)
    near = np.where(outside == 0, near, 0)
    step = np.nan_to_num(np.sign(np.diff(values, axis=-1))).astype(int)
    runs = _cover(_windows(side, run), run, values.shape)
    trends = _cover(_windows(step, run - 1), run, values.shape)
    pairs = np.where(_windows(abs(near), 3, least=2) != 0, _windows(side, 3), 0)
    two = np.where(near != 0, _cover(pairs, 3, values.shape), 0)
    direction = outside
    for mark in (trends, two, runs):
        direction = np.where(direction != 0, direction, mark)
    return {"outside": outside, "trend": trends, "two_of_three": two, "run": runs, "direction": direction}


def _windows(marks: np.ndarray, width: int, least: int | None = None) -> np.ndarray:
    """1 or -1 for each window of ``width`` marks that are all 1 or all -1 (or that sum to ``least``), else 0."""
    if marks.shape[-1] < width:
        return np.zeros((*marks.shape[:-1], 0), dtype=int)
    total = sliding_window_view(marks, width, axis=-1).sum(axis=-1)
    least = width if least is None else least
    return (total >= least).astype(int) - (total <= -least).astype(int)


def _cover(hits: np.ndarray, width: int, shape: tuple[int, ...]) -> np.ndarray:
    """Mark every point of each window that is hit; a point of two windows takes the later one's mark."""
    out = np.zeros(shape, dtype=int)
    count = hits.shape[-1]
    for offset in range(width - 1, -1, -1) if count else ():
        place = out[..., offset : offset + count]
        place[...] = np.where(hits != 0, hits, place)
    return out


def variation(direction: int, better: str) -> str:
    """Name a mark by which way is better.

    Parameters
    ----------
    direction
        1, -1 or 0, as in :attr:`XmrChart.direction`.
    better
        ``higher``, ``lower`` or ``none``.

    Returns
    -------
    str
        ``common_cause``, ``improvement``, ``concern``, ``neutral_high`` or ``neutral_low``.
    """
    if direction == 0:
        return "common_cause"
    if better not in ("higher", "lower"):
        return "neutral_high" if direction > 0 else "neutral_low"
    return "improvement" if (direction > 0) == (better == "higher") else "concern"


def assurance(target: float, lower: float, upper: float, better: str) -> str:
    """Say whether a process within these limits meets a target.

    Returns
    -------
    str
        ``consistent_pass``, ``consistent_fail``, ``inconsistent`` (a target on a limit, too), or ``not_assessed``
        without a target, limits or a better direction.
    """
    if better not in ("higher", "lower") or not np.isfinite([target, lower, upper]).all():
        return "not_assessed"
    if target > upper:
        return "consistent_fail" if better == "higher" else "consistent_pass"
    if target < lower:
        return "consistent_pass" if better == "higher" else "consistent_fail"
    return "inconsistent"
