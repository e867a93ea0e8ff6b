"""The difference of two independent estimates, from their own intervals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["mover_difference"]

FloatArray = npt.NDArray[np.float64]


def mover_difference(
    first: npt.ArrayLike,
    first_low: npt.ArrayLike,
    first_high: npt.ArrayLike,
    second: npt.ArrayLike,
    second_low: npt.ArrayLike,
    second_high: npt.ArrayLike,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ``first - second`` with its interval, by the method of variance estimates recovery.

    Parameters
    ----------
    first, first_low, first_high, second, second_low, second_high
        Two independent estimates with the limits of their intervals, of one level, on one scale; for a ratio of ratios
        their logarithms. Broadcast against each other.

    Returns
    -------
    tuple of numpy.ndarray
        The difference and its limits. An infinite limit gives an infinite one; NaN gives NaN.

    Notes
    -----
    Zou and Donner (2008), Statistics in Medicine 27:1693-1702: each limit takes from each estimate the distance to its
    own limit on that side, so that a lopsided interval stays lopsided. Of two Wilson intervals this is Newcombe's
    hybrid score interval.
    """
    a, a_low, a_high, b, b_low, b_high = (
        np.asarray(v, dtype=np.float64) for v in (first, first_low, first_high, second, second_low, second_high)
    )
    difference = np.asarray(a - b)
    low = difference - np.hypot(a - a_low, b_high - b)
    high = difference + np.hypot(a_high - a, b - b_low)
    return difference, np.asarray(low), np.asarray(high)
