"""Which fraction a published decimal is: the counts behind a rate that was printed in full precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["RecoveredFraction", "recover_fraction"]


@dataclass(frozen=True, slots=True)
class RecoveredFraction:
    """The fractions that a value can be.

    Parameters
    ----------
    denominators, numerators
        int64 arrays of equal length, in ascending order of denominator; empty where there is none.
    unique
        Whether there is exactly one.
    """

    denominators: npt.NDArray[np.int64]
    numerators: npt.NDArray[np.int64]
    unique: bool


def recover_fraction(value: float, *, n_low: int, n_high: int, tolerance: float = 1e-12) -> RecoveredFraction:
    """Find the fractions ``k/n``, ``n_low <= n <= n_high``, that equal a value to within floating point.

    Parameters
    ----------
    value
        A share from 0 to 1, in full precision.
    n_low, n_high
        The denominators to try, both included. The narrower the range is known to be, the fewer the candidates.
    tolerance
        The largest distance between ``value`` and ``k/n`` that is put down to rounding.

    Returns
    -------
    RecoveredFraction
        Every candidate. If ``value`` is ``k/n`` in lowest terms these are the multiples of ``n`` in the range, so
        a value is unique when only one multiple falls there.

    Raises
    ------
    ValueError
        If ``value`` is not a share, the range is empty, or the tolerance could join two different fractions.

    Notes
    -----
    A quotient held as a double is off by at most half the spacing of doubles, 5.6e-17 just below 1. A publisher who
    turns it into a percentage and back, or prints 15 digits, adds up to about 5e-16 more. Two different fractions with
    denominators up to N lie at least ``1/N**2`` apart: 1e-10 for a base of 100,000. The default tolerance sits between
    the two, so rounding is forgiven and no two fractions are confused.
    """
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"value must be a share from 0 to 1; it is {value}")
    if not 1 <= n_low <= n_high:
        raise ValueError(f"no denominators from {n_low} to {n_high}")
    if not 0.0 < 2.0 * tolerance * n_high**2 < 1.0:
        raise ValueError(f"a tolerance of {tolerance} cannot tell apart fractions with denominators up to {n_high}")
    denominators = np.arange(n_low, n_high + 1, dtype=np.int64)
    numerators = np.rint(value * denominators).astype(np.int64)
    fits = np.abs(numerators / denominators - value) <= tolerance
    return RecoveredFraction(denominators[fits], numerators[fits], int(fits.sum()) == 1)
