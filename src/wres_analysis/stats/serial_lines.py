"""Weighted lines through short series whose years resemble one another: the linear algebra of annual trends.

The covariance of a series is ``tau2 * R + D``: ``R`` holds ``rho ** distance`` for two years that far apart, and ``D``
the known sampling variances, or nothing where nothing was sampled. Each series is turned once, so that the covariance
is diagonal whatever ``tau2`` is; every line after that is an ordinary weighted one. With ``rho`` of 0 nothing turns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

__all__ = ["TurnedSeries", "WeightedLine", "common_excess", "correlations", "excess", "least_squares", "turn"]

FloatArray = npt.NDArray[np.float64]

#: Halvings of the bracket of an excess variance: down to 1e-30 of its upper bound.
_HALVINGS = 100
#: A sum of squares about the line smaller than this share of the sum of squares is rounding.
_EXACT = 1e-24


@dataclass(frozen=True, slots=True)
class WeightedLine:
    """One line a series: height at ``centre``, where height and slope are uncorrelated, and the weighted squares."""

    slope: FloatArray
    slope_se: FloatArray
    centre: FloatArray
    level: FloatArray
    level_se: FloatArray
    squares: FloatArray


@dataclass(frozen=True, slots=True)
class TurnedSeries:
    """Series in directions in which their years are uncorrelated: arrays of shape (series, years).

    Parameters
    ----------
    y, one, time
        Values, the constant and the time, turned; 0 in directions that a series has not.
    share
        What a direction gets of ``tau2``.
    noise
        Its sampling variance: 1, or 0 where nothing was sampled.
    origin
        The time that ``time`` counts from.
    """

    y: FloatArray
    one: FloatArray
    time: FloatArray
    share: FloatArray
    noise: FloatArray
    origin: float

    def line(self, tau2: npt.ArrayLike) -> WeightedLine:
        """Fit the weighted line of each series, ``tau2`` known: one for all series or one for each."""
        with np.errstate(divide="ignore", invalid="ignore"):
            w = 1 / (self.noise + np.reshape(np.asarray(tau2, dtype=np.float64), (-1, 1)) * self.share)
            total = (w * self.one**2).sum(axis=1)
            centre = (w * self.one * self.time).sum(axis=1) / total
            level = (w * self.one * self.y).sum(axis=1) / total
            ahead = self.time - centre[:, None] * self.one
            spread = (w * ahead**2).sum(axis=1)
            rest = self.y - level[:, None] * self.one
            slope = (w * ahead * rest).sum(axis=1) / spread
            squares = (w * (rest - slope[:, None] * ahead) ** 2).sum(axis=1)
            return WeightedLine(slope, spread**-0.5, centre + self.origin, level, total**-0.5, squares)

    def unsampled(self) -> TurnedSeries:
        """Take all of the distance from the line for excess."""
        return replace(self, noise=np.zeros_like(self.noise))


def correlations(time: FloatArray, rho: npt.ArrayLike) -> FloatArray:
    """Return ``rho ** distance`` of all pairs of times, shape (series, years, years), for each of ``rho``."""
    distance = np.abs(time[:, None] - time[None, :])
    return np.reshape(np.asarray(rho, dtype=np.float64), (-1, 1, 1)) ** distance


def turn(y: FloatArray, v: FloatArray, time: FloatArray, rho: FloatArray) -> TurnedSeries:
    """Turn each series so that its covariance is diagonal for every ``tau2``; ``rho`` has one element a series."""
    given = ~np.isnan(y)
    sampled = np.where(given, v > 0, False)
    origin = float(time.mean())
    scale = np.where(sampled, np.sqrt(np.where(sampled, v, 1.0)), 1.0)
    y, one, ahead = (np.where(given, part, 0.0) / scale for part in (y, np.ones_like(y), time - origin + 0 * scale))
    noise = np.broadcast_to(sampled.any(axis=1, keepdims=True), y.shape).astype(np.float64)
    if not rho.any():
        return TurnedSeries(y, one, ahead, 1 / scale**2, noise, origin)
    both = given[:, :, None] & given[:, None, :]
    alone = ~given[:, :, None] & np.eye(len(time), dtype=bool)
    matrix = np.where(both, correlations(time, rho), 0.0) / (scale[:, :, None] * scale[:, None, :])
    share, directions = np.linalg.eigh(matrix + alone)
    y, one, ahead = (np.einsum("sij,si->sj", directions, part) for part in (y, one, ahead))
    return TurnedSeries(y, one, ahead, share, noise, origin)


def least_squares(y: FloatArray, time: FloatArray) -> FloatArray:
    """Sum of squares about each ordinary line; 0 where it is but rounding."""
    squares = turn(y, np.zeros_like(y), time, np.zeros(len(y))).line(1.0).squares
    return np.where(squares <= _EXACT * np.nansum(y**2, axis=1), 0.0, squares)


def excess(series: TurnedSeries, df: FloatArray) -> FloatArray:
    """Paule and Mandel's variance of each series: the one at which the weighted squares are ``df``, or 0."""
    # The whole covariance is never less than tau2 * R, and squares are least about the weighted line: here they are
    # within their target.
    top = series.unsampled().line(1.0).squares / df
    sampled = series.noise.any(axis=1)
    low = np.where(sampled, 0.0, top)
    with np.errstate(invalid="ignore"):
        none = series.line(low).squares <= df
        high = np.where(none | ~sampled, low, top)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            over = series.line(middle).squares > df
            low, high = np.where(over, middle, low), np.where(over, high, middle)
    return np.where(sampled, high, top)


def common_excess(series: TurnedSeries, df: float) -> float:
    """Find the one variance of all series at which their weighted squares together are the degrees of freedom."""
    high = float(series.unsampled().line(1.0).squares.sum()) / df
    if not series.noise.any():
        return high
    if series.line(0.0).squares.sum() <= df:
        return 0.0
    low = 0.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if series.line(middle).squares.sum() > df else (low, middle)
    return high
