"""A dummy for each year but the first, for the models that take years out by columns of their own."""

from __future__ import annotations

import numpy as np

from wres_analysis.links.design import Design, FloatArray

__all__ = ["is_year", "year_columns"]

_YEAR = "wres_year"


def year_columns(design: Design) -> tuple[FloatArray, tuple[str, ...]]:
    """Make the dummies of years.

    Parameters
    ----------
    design
        The rows of a test.

    Returns
    -------
    tuple
        (n, t) columns and their t names; none where the test's adjusters have them already.
    """
    if any(is_year(name) for name in design.names):
        return np.empty((design.y.size, 0)), ()
    years = np.unique(design.time)[1:]
    return (design.time[:, None] == years).astype(np.float64), tuple(f"{_YEAR}[{year}]" for year in years)


def is_year(name: str) -> bool:
    """Whether a column of a design is the dummy of a year."""
    return name.startswith(f"{_YEAR}[")
