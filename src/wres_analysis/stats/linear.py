"""Least squares: plain, and within entities and periods (two-way fixed effects), exact for panels with gaps.

What the data cannot answer has a named status and no number. Standard errors are made in
:mod:`wres_analysis.stats.covariance` from the workings that a fit keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.linalg import solve_triangular

__all__ = ["LinearFit", "Workings", "group_codes", "group_sums", "ols", "within"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

#: What is left of a column, relative to what it was, below which nothing is left but rounding.
TOLERANCE = 1e-10
#: Share of a column in an exact combination from which it is blamed for it.
_BLAME = 1e-6


@dataclass(frozen=True, slots=True)
class Workings:
    """What standard errors and bootstraps need of a fit, for its m used rows and k columns.

    Rows are multiplied by the root of their weight, and fixed effects are taken out.

    Parameters
    ----------
    design
        (m, k) regressors.
    influence
        (m, k), ``design @ inv(design.T @ design)``: the coefficients are ``influence.T @ y``.
    residuals
        (m,) residuals.
    leverage
        (m,) diagonal of the hat matrix of the whole model, fixed effects included.
    effects
        (m, q) orthonormal columns, orthogonal to ``design``: what the periods add to the entities. ``q`` may be 0.
    entity, time
        (m,) integer codes of the fixed effects, or None where there is none.
    """

    design: FloatArray
    influence: FloatArray
    residuals: FloatArray
    leverage: FloatArray
    effects: FloatArray
    entity: IntArray | None
    time: IntArray | None


@dataclass(frozen=True, slots=True)
class LinearFit:
    """A fitted linear model, or the reason why there is none.

    Parameters
    ----------
    names
        The columns, in the order of ``coefficients``.
    coefficients
        (k,) estimates; NaN unless ``status`` is ``ok``.
    residuals
        (n,) observed minus fitted, one for each row given; NaN where the row was not used.
    used
        (n,) whether the row was used.
    n_obs, n_missing, n_single
        Rows used; rows left out because a value is missing or not finite, or the weight is zero; rows left out
        because they are the only one of their entity or period, which says nothing of a change within it.
    rank
        Parameters estimated: columns and fixed effects.
    absorbed
        Those of them that are fixed effects.
    df_residual
        ``n_obs - rank``.
    status
        ``ok``; ``all_missing`` (no complete row); ``too_few`` (no more rows than parameters);
        ``constant_exposure`` (columns do not vary, or not after the fixed effects); ``singular`` (columns are
        combinations of each other); ``constant_outcome`` (the outcome does not vary, or not after the fixed
        effects); ``exact_fit`` (the columns give the outcome exactly, so nothing tells of its uncertainty).
    blamed
        The columns that ``constant_exposure`` or ``singular`` is about.
    workings
        What standard errors need; None unless ``status`` is ``ok``.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    residuals: FloatArray
    used: BoolArray
    n_obs: int
    n_missing: int
    n_single: int
    rank: int
    absorbed: int
    df_residual: int
    status: str
    blamed: tuple[str, ...]
    workings: Workings | None


def ols(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    intercept: bool = True,
) -> LinearFit:
    """Ordinary or weighted least squares.

    Parameters
    ----------
    y
        (n,) outcome; NaN is missing.
    X
        (n, k) or (n,) regressors, without the constant; NaN is missing.
    weights
        (n,) weights, proportional to the precision of each row; their scale does not matter.
    names
        Names of the columns of ``X``; ``x0``, ``x1`` and so on if not given.
    intercept
        Whether to fit a constant. It comes first, as ``intercept``.

    Returns
    -------
    LinearFit

    Raises
    ------
    ValueError
        If lengths differ, a weight is negative, or names are not one to a column. Never because of what is missing.

    Notes
    -----
    Solved by a QR decomposition of the columns scaled to unit length, whose singular values are the check of rank.
    """
    outcome, columns, weight, labels = _arrays(y, X, weights, names)
    used = _complete(outcome, columns, weight)
    sample = _Sample(("intercept", *labels) if intercept else labels, used, int((~used).sum()))
    if not sample.names:
        raise ValueError("a model needs at least one column, or an intercept")
    if not used.any():
        return sample.no_fit("all_missing")
    root = np.sqrt(weight[used])
    y_used, x_used = outcome[used, None] * root[:, None], columns[used] * root[:, None]
    if not intercept:
        return _solve(sample, y_used, x_used, root, flat=_vanished(x_used, x_used), flat_y=bool(~y_used.any()))
    # Columns that equal a constant are named as that, not as a combination with the intercept.
    constant = root[:, None] / np.linalg.norm(root)
    flat = _vanished(x_used - constant @ (constant.T @ x_used), x_used)
    flat_y = _vanished(y_used - constant @ (constant.T @ y_used), y_used)
    x_used = np.column_stack([root, x_used])
    return _solve(sample, y_used, x_used, root, flat=np.concatenate([[False], flat]), flat_y=bool(flat_y[0]))


def within(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    entity: npt.ArrayLike,
    time: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> LinearFit:
    """Fixed effects of entities, or of entities and periods: the slopes of least squares with a dummy for each.

    Parameters
    ----------
    y
        (n,) outcome; NaN is missing.
    X
        (n, k) or (n,) regressors; NaN is missing.
    entity, time
        (n,) labels of any sort; None or NaN is missing. Without ``time`` the entities alone are taken out.
    weights, names
        As :func:`ols`.

    Returns
    -------
    LinearFit
        Slopes only. Rows that are the only one of their entity or period are left out, again and again until none
        is (``n_single``): they change no slope, and counting them would overstate what the slopes rest on.

    Raises
    ------
    ValueError
        As :func:`ols`, or without a column.

    Notes
    -----
    Everything is centred on the (weighted) means of its entity, then projected off the period dummies, themselves
    centred on entities (Frisch and Waugh 1933; Lovell 1963). That is exact in one step whatever rows are missing,
    where centring on both means in turn is exact only for complete panels. Lone rows: Correia (2015).
    """
    outcome, columns, weight, labels = _arrays(y, X, weights, names)
    if not labels:
        raise ValueError("a model within entities needs at least one column")
    n = outcome.shape[0]
    entities = group_codes(entity, n)
    times = np.zeros(n, dtype=np.int64) if time is None else group_codes(time, n)
    used = _complete(outcome, columns, weight) & (entities >= 0) & (times >= 0)
    n_missing = int((~used).sum())
    used = _without_lone_rows(used, entities, None if time is None else times)
    sample = _Sample(labels, used, n_missing, n - n_missing - int(used.sum()))
    if not used.any():
        return sample.no_fit("all_missing" if n_missing == n else "too_few", rank=len(labels))

    root = np.sqrt(weight[used])
    codes = np.unique(entities[used], return_inverse=True)[1].astype(np.int64)
    periods = None if time is None else np.unique(times[used], return_inverse=True)[1].astype(np.int64)
    mass = group_sums(root[:, None] ** 2, codes)

    def centred(values: FloatArray) -> FloatArray:
        """Columns, already times the root weights, less the weighted mean of their entity."""
        return np.asarray(values - root[:, None] * (group_sums(root[:, None] * values, codes) / mass)[codes])

    effects = np.empty((root.size, 0))
    if periods is not None:
        dummies = centred((periods[:, None] == np.arange(periods.max() + 1)) * root[:, None])
        left, size, _ = np.linalg.svd(dummies, full_matrices=False)
        # Rank is the number of periods less that of groups of entities that share no period.
        effects = left[:, size > TOLERANCE * size[0]]

    def free(values: FloatArray) -> FloatArray:
        """Columns less entity means and period effects."""
        rest = centred(values)
        return np.asarray(rest - effects @ (effects.T @ rest))

    y_raw, x_raw = outcome[used][:, None] * root[:, None], columns[used] * root[:, None]
    y_free, x_free = free(y_raw), free(x_raw)
    return _solve(
        sample,
        y_free,
        x_free,
        root,
        flat=_vanished(x_free, x_raw),
        flat_y=bool(_vanished(y_free, y_raw)[0]),
        scale=float(np.linalg.norm(y_raw)),
        absorbed=int(codes.max()) + 1 + effects.shape[1],
        absorbed_leverage=root**2 / mass[codes, 0] + (effects**2).sum(axis=1),
        effects=effects,
        entity=codes,
        time=periods,
    )


def group_codes(labels: npt.ArrayLike, n: int) -> IntArray:
    """Integers 0, 1 ... for labels of any sort, in sorted order; -1 for None and NaN.

    Raises
    ------
    ValueError
        If there are not ``n`` labels.
    """
    given = labels if isinstance(labels, pd.Series | pd.Index) else np.asarray(labels)
    if np.shape(given) != (n,):
        raise ValueError(f"{n} labels are needed, one for each row; the shape given is {np.shape(given)}")
    codes, _ = pd.factorize(given, sort=True)
    return np.asarray(codes, dtype=np.int64)


def group_sums(values: FloatArray, codes: IntArray) -> FloatArray:
    """Add the rows of (m, k) ``values`` that share a code, into a row for each code."""
    if not values.shape[1]:
        return np.zeros((int(codes.max()) + 1, 0))
    return np.column_stack([np.bincount(codes, weights=column) for column in values.T])


@dataclass(frozen=True, slots=True)
class _Sample:
    """The rows and columns of a model, before it is known whether there is an estimate."""

    names: tuple[str, ...]
    used: BoolArray
    n_missing: int
    n_single: int = 0

    def no_fit(self, status: str, rank: int = 0, absorbed: int = 0, blamed: BoolArray | None = None) -> LinearFit:
        """All that can be said where there is no estimate."""
        n_obs = int(self.used.sum())
        return LinearFit(
            names=self.names,
            coefficients=np.full(len(self.names), np.nan),
            residuals=np.full(self.used.shape, np.nan),
            used=self.used,
            n_obs=n_obs,
            n_missing=self.n_missing,
            n_single=self.n_single,
            rank=rank,
            absorbed=absorbed,
            df_residual=max(n_obs - rank, 0),
            status=status,
            blamed=() if blamed is None else tuple(np.array(self.names, dtype=object)[blamed]),
            workings=None,
        )


def _arrays(
    y: npt.ArrayLike, X: npt.ArrayLike, weights: npt.ArrayLike | None, names: Sequence[str] | None
) -> tuple[FloatArray, FloatArray, FloatArray, tuple[str, ...]]:
    """Float arrays of agreeing lengths, and the names of the columns."""
    outcome, columns = np.asarray(y, dtype=np.float64), np.asarray(X, dtype=np.float64)
    if columns.ndim == 1:
        columns = columns[:, None]
    weight = np.ones(outcome.shape) if weights is None else np.asarray(weights, dtype=np.float64)
    if outcome.ndim != 1 or columns.ndim != 2 or columns.shape[0] != outcome.size or weight.shape != outcome.shape:
        raise ValueError(f"lengths differ: y {outcome.shape}, X {columns.shape}, weights {weight.shape}")
    if (weight < 0).any():
        raise ValueError(f"negative weight at position {int(np.flatnonzero(weight < 0)[0])}")
    labels = tuple(f"x{i}" for i in range(columns.shape[1])) if names is None else tuple(names)
    if len(labels) != columns.shape[1] or len(set(labels)) != len(labels):
        raise ValueError(f"{columns.shape[1]} columns need as many different names; given are {labels}")
    return outcome, columns, weight, labels


def _complete(outcome: FloatArray, columns: FloatArray, weight: FloatArray) -> BoolArray:
    return np.isfinite(outcome) & np.isfinite(columns).all(axis=1) & np.isfinite(weight) & (weight > 0)


def _without_lone_rows(used: BoolArray, entities: IntArray, times: IntArray | None) -> BoolArray:
    """Leave out rows that are alone in their entity or period, until there is none."""
    used = used.copy()
    while True:
        alone = np.zeros(used.shape, dtype=bool)
        for codes in (entities, times):
            if codes is not None:
                alone |= used & (np.bincount(codes[used], minlength=int(codes.max()) + 1)[codes] == 1)
        if not alone.any():
            return used
        used &= ~alone


def _vanished(rest: FloatArray, before: FloatArray) -> BoolArray:
    """For each column, whether nothing but rounding is left of it."""
    return np.asarray(np.linalg.norm(rest, axis=0) <= TOLERANCE * np.linalg.norm(before, axis=0))


def _solve(
    sample: _Sample,
    y: FloatArray,
    x: FloatArray,
    root: FloatArray,
    *,
    flat: BoolArray,
    flat_y: bool,
    scale: float | None = None,
    absorbed: int = 0,
    absorbed_leverage: FloatArray | float = 0.0,
    effects: FloatArray | None = None,
    entity: IntArray | None = None,
    time: IntArray | None = None,
) -> LinearFit:
    """Least squares of (m, 1) ``y`` on (m, k) ``x``, scaled and projected, or the first reason against it."""
    rank = absorbed + len(sample.names)
    if root.size <= rank:
        return sample.no_fit("too_few", rank, absorbed)
    if flat.any():
        return sample.no_fit("constant_exposure", rank, absorbed, flat)
    length = np.linalg.norm(x, axis=0)
    q, r = np.linalg.qr(x / length)
    _, size, right = np.linalg.svd(r)
    dependent = size <= TOLERANCE * size[0]
    if dependent.any():
        return sample.no_fit("singular", rank, absorbed, (np.abs(right[dependent]) > _BLAME).any(axis=0))
    if flat_y:
        return sample.no_fit("constant_outcome", rank, absorbed)
    shadow = q.T @ y[:, 0]
    residuals = y[:, 0] - q @ shadow
    if np.linalg.norm(residuals) <= TOLERANCE * (np.linalg.norm(y) if scale is None else scale):
        return sample.no_fit("exact_fit", rank, absorbed)

    spread = np.full(sample.used.shape, np.nan)
    spread[sample.used] = residuals / root
    return LinearFit(
        names=sample.names,
        coefficients=solve_triangular(r, shadow) / length,
        residuals=spread,
        used=sample.used,
        n_obs=root.size,
        n_missing=sample.n_missing,
        n_single=sample.n_single,
        rank=rank,
        absorbed=absorbed,
        df_residual=root.size - rank,
        status="ok",
        blamed=(),
        workings=Workings(
            design=x,
            influence=solve_triangular(r, q.T).T / length,
            residuals=residuals,
            leverage=(q**2).sum(axis=1) + absorbed_leverage,
            effects=np.empty((root.size, 0)) if effects is None else effects,
            entity=entity,
            time=time,
        ),
    )
