"""How far a slope could be moved by values that are not known, each within limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Extreme", "extreme_slopes"]

FloatArray = npt.NDArray[np.float64]

#: What is left of a column of other regressors, relative to the largest, below which it is a combination of others.
_RANK = 1e-10
_SWEEPS = 100


@dataclass(frozen=True, slots=True)
class Extreme:
    """Values at which a slope is as low, or as high, as was found.

    Parameters
    ----------
    slope
        The slope; NaN where the exposure does not vary beside the other regressors.
    y, x
        (n,) outcome and exposure with their gaps filled in.
    """

    slope: float
    y: FloatArray
    x: FloatArray


def extreme_slopes(
    y: npt.ArrayLike,
    x: npt.ArrayLike,
    others: npt.ArrayLike,
    *,
    y_limits: tuple[float, float],
    x_limits: tuple[float, float],
    weights: npt.ArrayLike | None = None,
) -> tuple[Extreme, Extreme]:
    """Find values for the gaps that make the slope of ``y`` on ``x`` least and greatest.

    Parameters
    ----------
    y, x
        (n,) outcome and exposure; NaN is a gap.
    others
        (n, q) the other regressors, complete, with the constant or the dummies of fixed effects.
    y_limits, x_limits
        Least and greatest value that a gap can have.
    weights
        (n,) positive weights.

    Returns
    -------
    Extreme, Extreme
        The lowest and the highest slope found.

    Notes
    -----
    The other regressors are projected out, so the slope is ``x'My / x'Mx``. In one gap of ``y`` it is linear, with its
    extremes at the limits, by the sign of that row's influence. In one gap of ``x`` it is a ratio of a linear to a
    quadratic function, with its extremes at the limits or at two roots. Each gap is put to its best value given all
    others, again and again until nothing changes, from four starts: all gaps at the lower limits, at the upper ones, in
    the middle, and where the sign of their influence points. Each slope found is attained by values within the
    limits. With gaps in ``y`` alone no slope is further out; with gaps in ``x`` another combination might be.
    """
    outcome, exposure, rest = (np.asarray(given, dtype=np.float64) for given in (y, x, others))
    root = np.ones(outcome.size) if weights is None else np.sqrt(np.asarray(weights, dtype=np.float64))
    gaps = [np.flatnonzero(np.isnan(values)) for values in (outcome, exposure)]
    pairs = zip((outcome, exposure), gaps, strict=True)
    parts = [np.column_stack([np.nan_to_num(v), np.eye(v.size)[:, gap]]) for v, gap in pairs]
    left, size, _ = np.linalg.svd(rest * root[:, None], full_matrices=False)
    basis = left[:, size > _RANK * size.max(initial=0.0)]
    free = [part * root[:, None] for part in parts]
    free = [part - basis @ (basis.T @ part) for part in free]
    length = np.linalg.norm(parts[1] * root[:, None], axis=0)
    search = _Search(free[1].T @ free[0], free[1].T @ free[1], length, y_limits, x_limits)
    found = []
    for sign in (-1.0, 1.0):
        slope, in_y, in_x = search.best(sign)
        filled = [values.copy() for values in (outcome, exposure)]
        filled[0][gaps[0]], filled[1][gaps[1]] = in_y, in_x
        found.append(Extreme(slope, *filled))
    return found[0], found[1]


class _Search:
    """Best values, one gap at a time, from products of what is known (first) and the gaps' own columns."""

    def __init__(
        self,
        cross: FloatArray,
        square: FloatArray,
        length: FloatArray,
        y_limits: tuple[float, float],
        x_limits: tuple[float, float],
    ) -> None:
        self.cross, self.square, self.length = cross, square, length
        self.limits = {"y": y_limits, "x": x_limits}
        self.gaps = {"y": cross.shape[1] - 1, "x": cross.shape[0] - 1}

    def best(self, sign: float) -> tuple[float, FloatArray, FloatArray]:
        """Slope, and values of the gaps in y and in x, that are best in the direction of ``sign``."""
        middle = self.values(0.5, 0.5)
        pull_x = self.cross[1:] @ middle[0] - self.slope(*middle) * 2 * (self.square[1:] @ middle[1])
        pull_y = self.cross[:, 1:].T @ middle[1]
        starts = [self.values(0.0, 0.0), self.values(1.0, 1.0), middle]
        starts.append(self.values((sign * pull_y > 0).astype(float), (sign * pull_x > 0).astype(float)))
        found = [self.climb(b, a, sign) for b, a in starts]
        b, a = max(found, key=lambda pair: np.nan_to_num(sign * self.slope(*pair), nan=-np.inf))
        return self.slope(b, a), b[1:], a[1:]

    def values(self, share_y: npt.ArrayLike, share_x: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """1 for what is known, then for each gap the value at a share of the way between its limits."""
        made = []
        for side, share in (("y", share_y), ("x", share_x)):
            low, high = self.limits[side]
            made.append(np.concatenate([[1.0], low + (high - low) * np.broadcast_to(share, self.gaps[side])]))
        return made[0], made[1]

    def slope(self, b: FloatArray, a: FloatArray) -> float:
        below = float(a @ self.square @ a)
        nothing = float(_RANK * np.abs(a) @ self.length) ** 2
        return float(a @ self.cross @ b) / below if below > nothing else float("nan")

    def climb(self, b: FloatArray, a: FloatArray, sign: float) -> tuple[FloatArray, FloatArray]:
        a, b = a.copy(), b.copy()
        for _ in range(_SWEEPS):
            before = self.slope(b, a)
            for gap in range(1, b.size):
                low, high = self.limits["y"]
                b[gap] = high if sign * float(a @ self.cross[:, gap]) > 0 else low
            for gap in range(1, a.size):
                a[gap] = self.best_of_one(b, a, gap, sign)
            after = self.slope(b, a)
            if not sign * (after - before) > 1e-12 * abs(after):
                break
        return b, a

    def best_of_one(self, b: FloatArray, a: FloatArray, gap: int, sign: float) -> float:
        """The best value of one gap in x: the slope is (n0 + n1 s) / (d0 + 2 d1 s + d2 s^2)."""
        rest = a.copy()
        rest[gap] = 0.0
        products = self.cross @ b
        n0, n1 = float(rest @ products), float(products[gap])
        row = self.square[gap]
        d0, d1, d2 = float(rest @ self.square @ rest), float(row @ rest), float(row[gap])
        low, high = self.limits["x"]
        # The slope in s stands still where n1 d2 s^2 + 2 n0 d2 s + 2 n0 d1 - n1 d0 = 0.
        roots = np.roots([n1 * d2, 2 * n0 * d2, 2 * n0 * d1 - n1 * d0]) if n1 * d2 else np.empty(0)
        tried = [a[gap], low, high, *(float(s.real) for s in roots if abs(s.imag) == 0 and low < s.real < high)]
        slopes = []
        for s in tried:
            below = d0 + 2 * d1 * s + d2 * s * s
            slopes.append(sign * (n0 + n1 * s) / below if below > 0 else -np.inf)
        return float(tried[int(np.argmax(slopes))])
