"""The profiled likelihood of a linear mixed model of one grouping, on sums by group, with exact derivatives.

Used by :mod:`wres_analysis.stats.mixed`. The deviance is minus twice the log likelihood, less what does not depend on
the variances.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log, nan, pi, sqrt

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.optimize import brentq, minimize

from wres_analysis.stats.linear import FloatArray, IntArray, LinearFit, group_sums

__all__ = ["At", "Profile", "best_intercept", "best_slope"]

#: Ratios of the variance between groups to that of a group's mean, at which the likelihood is looked at first.
_GRID = np.concatenate([[0.0], 10.0 ** np.arange(-3.0, 9.0)])
#: Root of a relative variance below which it is called zero, as in lme4, for scaled columns.
_ZERO = 1e-4
#: Slope of minus twice the log likelihood, by roots of relative variances, up to which it counts as a minimum.
_LEVEL = 1e-3
#: The squared residuals of a model are never taken as less, so that they have a log.
_NOTHING = 1e-300
#: Share of the squared residuals that lies within groups, below which that is rounding.
_EXACT = 1e-12
#: By size, what an element of a covariance changes.
_DIRECTIONS = {1: [np.eye(1)], 2: [np.diag([1.0, 0.0]), np.array([[0.0, 1.0], [1.0, 0.0]]), np.diag([0.0, 1.0])]}


@dataclass(frozen=True, slots=True)
class At:
    """The model at one relative group variance: its deviance and what goes into its derivatives."""

    deviance: float
    b: FloatArray
    rss: float
    factor: tuple[FloatArray, bool]
    spread: FloatArray  # (G, q, q) inv(inv(D) + relative)
    cross: FloatArray  # (G, q, k + 1) sums by group, with the random effects taken out


@dataclass(frozen=True, slots=True)
class Profile:
    """Sums by group of a model in orthonormal columns, of which the residual of least squares is the last.

    ``random`` are the (n, q) columns whose coefficients vary between groups, ``gram`` (G, q, q) their products in
    each group, ``cross`` (G, q, k + 1) those with the orthonormal columns and the residual. ``relative`` variances, in
    the methods, are (q, q) of the scaled random columns over the residual variance.
    """

    k: int
    df: int
    reml: bool
    upper: FloatArray
    random: FloatArray
    codes: IntArray
    gram: FloatArray
    cross: FloatArray
    rss: float
    constant: float
    unscale: FloatArray
    varying: npt.NDArray[np.bool_]
    df_within: int
    df_between: int

    @classmethod
    def of(
        cls,
        plain: LinearFit,
        root: FloatArray,
        codes: IntArray,
        varying: npt.NDArray[np.bool_],
        slope: str | None,
        reml: bool,
    ) -> Profile:
        """Add up a least squares fit by group; ``root`` are the roots of the weights."""
        assert plain.workings is not None
        n, k = plain.workings.design.shape
        basis, upper = np.linalg.qr(plain.workings.design)
        random, unscale = root[:, None], np.eye(1)
        if slope is not None:
            raw = plain.workings.design[:, plain.names.index(slope)] / root
            middle, scale = raw.mean(), raw.std()
            random = np.column_stack([root, root * (raw - middle) / scale])
            unscale = np.array([[1.0, -middle / scale], [0.0, 1.0 / scale]])
        residuals = plain.workings.residuals
        q, groups = random.shape[1], int(codes.max()) + 1
        everything = np.column_stack([basis, residuals])
        df = n - k if reml else n
        constant = df * (1 + log(2 * pi)) - 2 * np.log(root).sum()
        if reml:
            constant += 2 * float(np.log(np.abs(np.diag(upper))).sum())
        within = int(varying.sum())
        return cls(
            k, df, reml, upper, random, codes,
            _by_group(random, random, codes, groups, q), _by_group(random, everything, codes, groups, q),
            float(residuals @ residuals), float(constant), unscale, varying,
            n - groups - within, groups - (k - within),
        )  # fmt: skip

    def at(self, relative: FloatArray) -> At:
        """The model at one relative variance, fixed coefficients and residual variance at their best."""
        q = len(relative)
        outside = np.eye(q) + self.gram @ relative
        keep = 1 / outside if q == 1 else np.linalg.inv(outside)
        cross = keep @ self.cross
        taken = self._product(self.cross, relative @ cross)
        left = np.eye(self.k + 1) - (taken + taken.T) / 2
        left[-1, -1] += self.rss - 1
        factor = cho_factor(left[:-1, :-1], lower=True)
        b = cho_solve(factor, left[:-1, -1])
        rss = float(left[-1, -1] - b @ left[:-1, -1])
        volume = outside if q == 1 else np.linalg.det(outside)
        deviance = float(np.log(volume).sum()) + self.df * log(max(rss, _NOTHING) / self.df)
        if self.reml:
            deviance += 2 * float(np.log(np.diag(factor[0])).sum())
        return At(deviance, b, rss, factor, keep @ self.gram, cross)

    def slopes(self, at: At) -> FloatArray:
        """Derivative of the deviance by the relative variance, (q, q), at its best residual variance."""
        apart = at.cross @ np.append(-at.b, 1.0)
        result = at.spread.sum(axis=0) - apart.T @ apart * (self.df / at.rss)
        if self.reml:
            half = solve_triangular(at.factor[0], at.cross[:, :, :-1].reshape(-1, self.k).T, lower=True)
            half = half.reshape(self.k, -1, len(result))
            result = result - np.einsum("agi,agj->ij", half, half)
        return np.asarray(result)

    def satterthwaite(self, relative: FloatArray, picked: FloatArray) -> float:
        """Degrees of freedom of the variance of a combination of coefficients; NaN where there is no maximum.

        The parameters are the elements of the relative variance and the log of the residual variance.
        """
        at, k = self.at(relative), self.k
        sigma2, residual = at.rss / self.df, np.append(-at.b, 1.0)
        steps = _DIRECTIONS[len(relative)]
        first = [-self._product(at.cross, step @ at.cross) for step in steps]
        solved = [cho_solve(at.factor, one[:k, :k]) for one in first]
        hessian = np.empty((len(steps) + 1, len(steps) + 1))
        hessian[-1, -1] = self.df
        for i, one in enumerate(steps):
            hessian[i, -1] = hessian[-1, i] = -(residual @ first[i] @ residual) / sigma2
            for j, other in enumerate(steps):
                both = one @ at.spread @ other
                second = self._product(at.cross, (both + both.swapaxes(1, 2)) @ at.cross)
                rss = residual @ second @ residual - 2 * (first[i] @ residual)[:k] @ cho_solve(
                    at.factor, (first[j] @ residual)[:k]
                )
                hessian[i, j] = rss / sigma2 - np.einsum("gij,gji->", at.spread @ one, at.spread @ other)
                if self.reml:
                    hessian[i, j] += np.trace(cho_solve(at.factor, second[:k, :k])) - np.sum(solved[i] * solved[j].T)
        if np.linalg.eigvalsh(hessian)[0] <= 0:
            return nan
        given = solve_triangular(self.upper, picked, trans="T")
        turned = cho_solve(at.factor, given)
        variance = given @ turned
        gradient = np.array([*(-turned @ one[:k, :k] @ turned for one in first), variance])
        return float(variance**2 / (gradient @ np.linalg.solve(hessian, gradient)))

    def _product(self, one: FloatArray, other: FloatArray) -> FloatArray:
        """Sum over groups of ``one.T @ other``."""
        width = self.k + 1
        return np.asarray(one.reshape(-1, width).T @ other.reshape(-1, width))

    def decorrelate(self, columns: FloatArray, relative: FloatArray) -> FloatArray:
        """Multiply rows by the inverse symmetric root of their covariance over the residual variance."""
        size, turn = np.linalg.eigh(relative)
        half = turn * np.sqrt(np.maximum(size, 0.0))
        e, vectors = np.linalg.eigh(half.T @ self.gram @ half)
        s = np.sqrt(1 + np.maximum(e, 0.0))
        groups, q = e.shape
        sums = half.T @ _by_group(self.random, columns, self.codes, groups, q)
        taken = half @ (vectors @ ((vectors.swapaxes(1, 2) @ sums) / (s * (s + 1))[:, :, None]))
        return np.asarray(columns - np.einsum("ni,nia->na", self.random, taken[self.codes]))


def _by_group(one: FloatArray, other: FloatArray, codes: IntArray, groups: int, q: int) -> FloatArray:
    """Sum by group of the products of (n, q) and (n, k) columns: (G, q, k)."""
    return np.stack([group_sums(one[:, [i]] * other, codes) for i in range(q)], axis=1)


def best_intercept(profile: Profile) -> tuple[FloatArray, bool] | str:
    """The best relative variance of a random intercept and whether it is zero, or the reason why there is none."""

    def square(value: float) -> FloatArray:
        return np.array([[value]])

    def slope(value: float) -> float:
        return float(profile.slopes(profile.at(square(value)))[0, 0])

    grid = _GRID / profile.gram.mean()
    ends = [profile.at(square(value)) for value in grid]
    if ends[-1].rss <= _EXACT * profile.rss:
        return "exact_fit"
    best = int(np.argmin([end.deviance for end in ends]))
    if best == len(grid) - 1:
        return "exact_fit"
    here = slope(grid[best])
    if best == 0 and here >= 0:
        return square(0.0), True
    low, high = (grid[best - 1], grid[best]) if here > 0 else (grid[best], grid[best + 1])
    if here == 0:
        return square(grid[best]), False
    if slope(low) * slope(high) > 0:
        return "not_converged"
    found = float(brentq(slope, low, high, xtol=1e-15 * high, rtol=1e-13))
    return square(found), sqrt(found) < _ZERO


def best_slope(profile: Profile) -> tuple[FloatArray, bool] | str:
    """The same for an intercept and a slope; sought among the lower triangular roots of the relative variance."""
    alone = best_intercept(replace(profile, gram=profile.gram[:, :1, :1], cross=profile.cross[:, :1]))
    if isinstance(alone, str):
        return alone
    level = max(sqrt(alone[0][0, 0]), 0.1)

    def half(parts: FloatArray) -> FloatArray:
        return np.array([[parts[0], 0.0], [parts[1], parts[2]]])

    def deviance(parts: FloatArray) -> tuple[float, FloatArray]:
        lower = half(parts)
        at = profile.at(lower @ lower.T)
        steep = 2 * profile.slopes(at) @ lower
        return at.deviance, np.array([steep[0, 0], steep[1, 0], steep[1, 1]])

    runs = [
        minimize(
            deviance,
            np.array([level, 0.0, start * level]),
            jac=True,
            method="L-BFGS-B",
            bounds=[(0, None), (None, None), (0, None)],
            options={"ftol": 0.0, "gtol": 1e-8, "maxiter": 500, "maxls": 50},
        )
        for start in (1.0, 0.1)
    ]
    best = min(runs, key=lambda run: float(run.fun))
    steep = deviance(best.x)[1]
    at_border = np.array([best.x[0] <= 0, False, best.x[2] <= 0])
    if not np.isfinite(best.fun) or np.abs(np.where(at_border, np.minimum(steep, 0.0), steep)).max() > _LEVEL:
        return "not_converged"
    lower = half(best.x)
    return lower @ lower.T, bool(min(best.x[0], best.x[2]) < _ZERO)
