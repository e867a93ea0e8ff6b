"""Monthly series with seasons and memory: what to take out before a control chart means anything.

Monthly values of many units go up and down together (season, epidemics), and each unit's distance from the others
changes slowly, so that one month resembles the last. A chart of such values marks nearly every unit. Here is what
takes out the one (month effects, or what the peers do in the same month) and allows for the other (a chart of what is
left when the month before is known), and what measures how often the result still marks a unit when nothing happens.

Arrays have the shape ``(units, periods)``, NaN where a period has no value; a gap is its missing periods.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wres_analysis.stats.xmr import XmrChart, xmr_chart

__all__ = [
    "MIN_PEERS",
    "ExpectationChart",
    "Peers",
    "expectation_chart",
    "lag1",
    "month_effects",
    "peer_median",
    "pooled_lag1",
    "segments_of",
    "surrogates",
]

#: A median of fewer peers says more of those few than of the month.
MIN_PEERS = 8
#: Periods in a year, and the half window of the moving average that spans one.
_YEAR, _HALF = 12, 6
#: Values that an effect rests on at least: one value is its own effect, and taking it out leaves nothing.
_LEAST = 2
#: Neighbouring values are taken to be correlated by no more than this: at 1 a series has no level to return to.
_MAX_LAG1 = 0.95
#: Periods that a surrogate runs before it is used, so that its start is forgotten: 0.95^100 is 0.6%.
_BURN_IN = 100


@dataclass(frozen=True)
class Peers:
    """What others did in the same period: all of shape ``(units, periods)``.

    Parameters
    ----------
    median
        Median of the peers, the unit itself left out; NaN where there are too few.
    n
        How many peers it rests on.
    own_group
        Whether they are those of the unit's group; else they are all other units, because the group is too small.
    """

    median: np.ndarray
    n: np.ndarray
    own_group: np.ndarray


def peer_median(values: np.ndarray, groups: np.ndarray, *, least: int = MIN_PEERS) -> Peers:
    """Return the median of each unit's peers in each period.

    Subtracting it takes out whatever all peers share: seasons, epidemics, changes of definition, national trends. The
    unit itself is left out, so that it cannot move what it is compared with.

    Parameters
    ----------
    values
        Shape ``(units, periods)``.
    groups
        Label of each unit, shape ``(units,)``; an empty label is no group.
    least
        With fewer peers in its group, a unit is compared with all other units; with fewer of these, with none.
    """
    values = np.asarray(values, dtype=float)
    median, n = _without_self(values)
    own = np.zeros(values.shape, dtype=bool)
    for label in set(groups) - {""}:
        rows = np.flatnonzero(groups == label)
        of_group, count = _without_self(values[rows])
        enough = count >= least
        median[rows] = np.where(enough, of_group, median[rows])
        n[rows] = np.where(enough, count, n[rows])
        own[rows] = enough
    return Peers(np.where(n >= least, median, np.nan), n, own)


def _without_self(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Median and count, in each column, of the values of the other rows."""
    order = np.sort(values, axis=0)  # NaN last
    place = np.argsort(np.argsort(values, axis=0, kind="stable"), axis=0, kind="stable")
    here = np.isfinite(values)
    n = here.sum(axis=0) - here
    # In the order without the unit itself, position j holds what stood at j, or at j + 1 from its own place on.
    place = np.where(here, place, len(values))
    last = len(values) - 1

    def at(position: np.ndarray) -> np.ndarray:
        shifted = position + (position >= place)
        return np.take_along_axis(order, np.clip(shifted, 0, last), axis=0)

    middle = (at(np.maximum(n - 1, 0) // 2) + at(n // 2)) / 2
    return np.where(n > 0, middle, np.nan), n


def month_effects(values: np.ndarray, months: np.ndarray, *, shared: bool = False) -> np.ndarray:
    """Return the effect of each month of the year, estimated beside a level that may drift.

    The level is a moving average over a year centred on the month (both ends with half weight, as in classical
    decomposition), so that a trend is not taken for a season; an effect is the median distance from it, and the
    effects of a unit add up to zero. Medians let one epidemic year pass.

    Parameters
    ----------
    values
        Shape ``(units, periods)``.
    months
        Month of the year of each period, 1 to 12, shape ``(periods,)``.
    shared
        One set of effects for all units, from all of them together. A unit's own effects need several years of its
        own; shared ones do not, but say nothing of how one unit's season differs.

    Returns
    -------
    ndarray
        Shape ``(units, 12)``; NaN in all twelve where a month of the year has fewer than two values with a level beside
        them. Months within six periods of an end or a gap have no level: it takes three years without a gap.
    """
    values = np.asarray(values, dtype=float)
    weights = np.r_[0.5, np.ones(_YEAR - 1), 0.5] / _YEAR
    level = np.full(values.shape, np.nan)
    if values.shape[1] > _YEAR:
        windows = np.lib.stride_tricks.sliding_window_view(values, _YEAR + 1, axis=1)
        level[:, _HALF:-_HALF] = windows @ weights
    distance = values - level
    if shared:
        distance = distance.reshape(1, -1)
        months = np.tile(months, len(values))
    effects = np.stack([_median(distance[:, months == month]) for month in range(1, _YEAR + 1)], axis=1)
    effects = effects - effects.mean(axis=1, keepdims=True)
    return np.broadcast_to(effects, (len(values), _YEAR)).copy() if shared else effects


def _median(values: np.ndarray) -> np.ndarray:
    """Median over the second axis of what is there; NaN where that is a single value or none."""
    out = np.full(len(values), np.nan)
    some = np.isfinite(values).sum(axis=1) >= _LEAST
    if some.any():
        out[some] = np.nanmedian(values[some], axis=1)
    return out


def segments_of(starts: Sequence[int], periods: int) -> np.ndarray:
    """Number the segment of each period, shape ``(periods,)``, from the positions at which segments begin."""
    return np.searchsorted(sorted({0, *starts}), np.arange(periods), side="right") - 1


def _centred(values: np.ndarray, segment: np.ndarray) -> np.ndarray:
    """Take the mean of each segment out of each unit."""
    out = np.full(values.shape, np.nan)
    for one in np.unique(segment):
        part = values[:, segment == one]
        count = np.isfinite(part).sum(axis=1, keepdims=True)
        out[:, segment == one] = part - np.nansum(part, axis=1, keepdims=True) / np.maximum(count, 1)
    return out


def lag1(values: np.ndarray, segment: np.ndarray | None = None) -> np.ndarray:
    """Return the correlation of each unit's values with those of the period before, shape ``(units,)``.

    Only neighbours of one segment count, and each segment has its own mean. As computed, without a correction for
    short series. NaN where a unit has fewer than three pairs or does not vary.
    """
    values = np.asarray(values, dtype=float)
    segment = np.zeros(values.shape[1], dtype=int) if segment is None else segment
    z = _centred(values, segment)
    product, pairs = _pairs(z, segment)
    square, n = np.nansum(z**2, axis=1), np.isfinite(z).sum(axis=1)
    known = (pairs >= 3) & (square > 0)
    return np.where(known, product / np.maximum(pairs, 1) / np.where(known, square / np.maximum(n, 1), 1), np.nan)


def _pairs(z: np.ndarray, segment: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sum of products of neighbours of one segment, and how many, of each unit."""
    products = np.where(np.diff(segment) == 0, z[:, 1:] * z[:, :-1], np.nan)
    return np.nansum(products, axis=1), np.isfinite(products).sum(axis=1)


def pooled_lag1(values: np.ndarray, segment: np.ndarray | None = None) -> float:
    """Return one lag-1 correlation for all units, corrected for the shortness of their series.

    The mean of a short series follows the series, which makes the correlation look smaller: by about ``(1 + 3 r) / n``
    for ``n`` values (Kendall 1954; Marriott and Pope 1954). The correction is solved for ``r``. One correlation for
    all is right where units differ in it by no more than chance makes them; then it is far better known than each
    unit's own.

    Returns
    -------
    float
        From 0 to 0.95 (a negative correlation needs no allowance); NaN where nothing can be told.
    """
    values = np.asarray(values, dtype=float)
    segment = np.zeros(values.shape[1], dtype=int) if segment is None else segment
    r = lag1(values, segment)
    parts = np.stack([np.isfinite(values[:, segment == one]).sum(axis=1) for one in np.unique(segment)])
    # The mean length of a segment, each value counting for the segment that it is in.
    n = (parts**2).sum(axis=0) / np.maximum(parts.sum(axis=0), 1)
    some = np.isfinite(r) & (n > 3)
    if not some.any():
        return float("nan")
    corrected = (r[some] + 1 / n[some]) / (1 - 3 / n[some])
    weights = n[some]
    return float(np.clip(np.average(corrected, weights=weights), 0, _MAX_LAG1))


@dataclass(frozen=True)
class ExpectationChart:
    """A chart of what is left of each value when the unit's level and its month before are known.

    Parameters
    ----------
    level
        Mean of the segment, shape ``(units, periods)``.
    expected
        ``level + r x (value before - level)``; NaN where the period before has no value, or begins a segment.
    lower, upper
        Expected, plus the limits of the chart of surprises, in the unit of the values.
    chart
        The XmR chart of the surprises, value less expected.
    r
        The correlation that was allowed for.
    """

    level: np.ndarray
    expected: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    chart: XmrChart
    r: float

    @property
    def judged(self) -> np.ndarray:
        """Whether a value can be judged: it has a value before it, and limits."""
        return np.isfinite(self.chart.values) & np.isfinite(self.chart.lower)


def expectation_chart(
    values: np.ndarray, *, r: float, rebase: Sequence[int] = (), screen: bool = True
) -> ExpectationChart:
    """Chart the surprises of series that remember the month before.

    Where neighbours are correlated by ``r``, moving ranges are too small for limits on the values, and runs on one
    side of the mean come of themselves. What is left of a value after ``level + r x (last - level)`` has neither
    fault, and the ordinary rules hold for it (Alwan and Roberts 1988). A lasting change shows in its first month by its
    full size and afterwards by ``1 - r`` of it: such a chart is quick to see jumps and slow to see small drifts.

    Parameters
    ----------
    values
        Shape ``(units, periods)``.
    r
        Lag-1 correlation to allow for, from 0 to below 1; 0 charts the values about their level.
    rebase
        Positions at which a new segment begins; nothing of one is carried into the next.
    screen
        As in :func:`~wres_analysis.stats.xmr.xmr_chart`.
    """
    values = np.asarray(values, dtype=float)
    if not 0 <= r < 1:
        raise ValueError(f"The correlation to allow for must be from 0 to below 1, not {r}.")
    segment = segments_of(rebase, values.shape[1])
    z = _centred(values, segment)
    level = values - z
    for one in np.unique(segment):  # the level of a segment also stands where a period is missing
        part = level[:, segment == one]
        mean = np.nansum(part, axis=1) / np.maximum(np.isfinite(part).sum(axis=1), 1)
        level[:, segment == one] = np.where(np.isfinite(part).any(axis=1), mean, np.nan)[:, None]
    if r == 0:
        expected = level.copy()
    else:
        expected = np.full(values.shape, np.nan)
        same = np.diff(segment) == 0
        expected[:, 1:] = np.where(same, level[:, 1:] + r * z[:, :-1], np.nan)
    chart = xmr_chart(values - expected, rebase=[s for s in rebase if s], screen=screen)
    return ExpectationChart(level, expected, expected + chart.lower, expected + chart.upper, chart, r)


def surrogates(
    like: np.ndarray, *, r: float, surprises: np.ndarray, rng: np.random.Generator, draws: int
) -> np.ndarray:
    """Make series in which nothing happens: the memory and the surprises of the real ones, at no particular time.

    Parameters
    ----------
    like
        Series whose missing periods the surrogates take over, shape ``(units, periods)``.
    r
        Lag-1 correlation.
    surprises
        Standardised surprises of the real series, any shape; drawn from with replacement, NaN left out.
    rng
        Where chance comes from.
    draws
        How many sets of units.

    Returns
    -------
    ndarray
        Shape ``(draws x units, periods)``.
    """
    pool = surprises[np.isfinite(surprises)]
    if not len(pool):
        raise ValueError("There are no surprises to draw from.")
    pool = pool - pool.mean()
    mask = np.isfinite(np.tile(like, (draws, 1)))
    length = like.shape[1] + _BURN_IN
    out = np.zeros((len(mask), length))
    drawn = rng.choice(pool, size=out.shape)
    for t in range(1, length):
        out[:, t] = r * out[:, t - 1] + drawn[:, t]
    return np.where(mask, out[:, _BURN_IN:], np.nan)
