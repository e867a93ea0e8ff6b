"""The likelihood of the cumulative logit model: its value, where it is largest, and whether it is so anywhere.

Parameters are the coefficients of k columns, then J-1 ascending thresholds; categories are the codes 0 to J-1, and
``P(Y <= j) = F(threshold_j - x @ b)``.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.special import expit

from wres_analysis.stats.linear import BoolArray, FloatArray, IntArray

__all__ = ["category_limits", "climb", "curvature", "endless_direction", "likelihood"]

#: The square of the distance to the maximum, in standard errors, at which it is taken as reached.
_REACHED = 1e-18
_STEPS = 100
_HALVINGS = 40
#: How far a row moves along a direction of length 1 before this is more than rounding of the linear programme.
_MOVES = 1e-6


def category_limits(thresholds: FloatArray, eta: FloatArray, codes: IntArray) -> tuple[FloatArray, FloatArray]:
    """Upper and lower limit of each row's category on the latent scale, less its linear predictor ``eta``."""
    edges = np.concatenate([[-np.inf], thresholds, [np.inf]])
    return edges[codes + 1] - eta, edges[codes] - eta


def climb(
    at: FloatArray, x: FloatArray, codes: IntArray, weights: FloatArray, *, held: int | None = None
) -> tuple[FloatArray, int, bool]:
    """Newton's method, one parameter held where it is if asked; the place, the steps, and whether it came to an end."""
    value, scores, information = likelihood(at, x, codes, weights)
    free = np.arange(at.size) != (-1 if held is None else held)
    for step in range(1, _STEPS + 1):
        gradient = scores.sum(axis=0)[free]
        move = np.zeros(at.size)
        try:
            move[free] = np.linalg.solve(information[np.ix_(free, free)], gradient)
        except np.linalg.LinAlgError:
            return at, step, False
        gain = float(gradient @ move[free])
        if not np.isfinite(gain) or gain < 0:
            return at, step, False
        for _ in range(_HALVINGS):
            tried = likelihood(at + move, x, codes, weights)
            if tried[0] >= value - 1e-12 * abs(value):
                break
            move = move / 2
        else:
            return at, step, False
        at, (value, scores, information) = at + move, tried
        if gain < _REACHED * max(1.0, abs(value)):
            return at, step, True
    return at, _STEPS, False


def likelihood(
    at: FloatArray, x: FloatArray, codes: IntArray, weights: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Log likelihood, (m, k+J-1) gradient of each row, and observed information.

    With limits ``a`` and ``b`` of a row's category, ``F(a) - F(b) = F(a) F(-b) (1 - exp(b - a))``: no difference of
    two numbers near one is taken, and ``a - b`` is a difference of thresholds alone.
    """
    k = x.shape[1]
    thresholds = at[k:]
    if (np.diff(thresholds) <= 0).any():
        return -np.inf, np.empty((0, at.size)), np.empty((0, 0))
    upper, lower = category_limits(thresholds, x @ at[:k], codes)
    width = upper - lower
    with np.errstate(over="ignore"):  # next to a far threshold this is zero, as it should be
        between = 1 / np.expm1(width)
    value = weights @ (np.log(-np.expm1(-width)) - np.logaddexp(0, -upper) - np.logaddexp(0, lower))
    below, above = expit(upper), expit(lower)
    up, low, slope_up, slope_low, bend = curvature(at[:k], thresholds, x, codes)
    scores = np.column_stack(
        [
            x * (below + above - 1)[:, None],
            up[:, k:] * (1 - below + between)[:, None] - low[:, k:] * (above + between)[:, None],
        ]
    )
    information = up.T @ (up * (weights * slope_up)[:, None]) + low.T @ (low * (weights * slope_low)[:, None])
    cuts = up[:, k:] - low[:, k:]
    information[k:, k:] += cuts.T @ (cuts * (weights * bend)[:, None])
    return float(value), scores * weights[:, None], information


def curvature(
    coefficients: FloatArray, thresholds: FloatArray, x: FloatArray, codes: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Slopes of each row's upper and lower limit in the parameters, and what the information is made of.

    Returns
    -------
    tuple of ndarray
        (m, k+J-1) ``up`` and ``low``; (m,) ``slope_up``, ``slope_low`` and ``bend``. A row's observed information is
        ``slope_up * up up' + slope_low * low low' + bend * (up - low) (up - low)'``.
    """
    upper, lower = category_limits(thresholds, x @ coefficients, codes)
    with np.errstate(over="ignore"):
        between = 1 / np.expm1(upper - lower)
    up, low = (np.column_stack([-x, codes[:, None] == np.arange(thresholds.size) + shift]) for shift in (0, 1))
    slopes = (expit(limit) * expit(-limit) for limit in (upper, lower))
    return up, low, *slopes, between * (1 + between)


def endless_direction(x: FloatArray, codes: IntArray, cuts: int) -> BoolArray | None:
    """Find a direction in which the likelihood never falls and somewhere rises; say which columns it moves.

    Along a direction of coefficients and thresholds a row's likelihood never falls if its upper limit never falls and
    its lower limit never rises. One linear programme looks for the direction, no coordinate above 1, in which limits
    move most; where none moves there is a maximum. Another one then looks for a direction with small coefficients,
    which moves few columns, to blame only those.
    """
    k = x.shape[1]
    here, beneath = (codes[:, None] == np.arange(cuts) + shift for shift in (0, 1))
    up = np.column_stack([-x, here])[codes < cuts]
    low = np.column_stack([x, -beneath.astype(float)])[codes > 0]
    moves = np.concatenate([up, low])
    total, none = moves.sum(axis=0), np.zeros(len(moves))
    found = linprog(-total, A_ub=-moves, b_ub=none, bounds=(-1, 1), method="highs")
    if found.status != 0 or -found.fun <= _MOVES:
        return None
    # Coefficients as a positive less a negative part, so that their size is a sum.
    parts = np.column_stack([moves[:, :k], -moves[:, :k], moves[:, k:]])
    cost = np.concatenate([np.ones(2 * k), np.zeros(cuts)])
    rows = np.concatenate([-parts, -parts.sum(axis=0, keepdims=True)])
    limits = [(0, None)] * (2 * k) + [(None, None)] * cuts
    small = linprog(cost, A_ub=rows, b_ub=np.append(none, -1.0), bounds=limits, method="highs")
    direction = found.x[:k] if small.status != 0 else small.x[:k] - small.x[k : 2 * k]
    return np.asarray(np.abs(direction) > _MOVES * np.abs(direction).max())
