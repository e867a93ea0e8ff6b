"""Some of the rows of a test, with categories as they are among these rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from wres_analysis.links.design import Design

__all__ = ["subset"]


def subset(design: Design, keep: npt.NDArray[np.bool_], why: str) -> Design:
    """Keep some rows of a design.

    Parameters
    ----------
    design
        The rows of a test.
    keep
        (n,) which of them.
    why
        What is said in ``lost`` of those that go.

    Returns
    -------
    Design
        A category has a column for each value that is left but the first, as if these rows had been all: a value that
        is gone has no column, and where the first is gone the next stands for it.
    """
    columns: list[int] = []
    categories: dict[str, list[int]] = {}
    for place, name in enumerate(design.names):
        head, bracket, _ = name.partition("[")
        if bracket and name.endswith("]"):
            categories.setdefault(head, []).append(place)
        else:
            columns.append(place)
    for places in categories.values():
        left = [place for place in places if design.x[keep, place].any()]
        first_is_left = bool((design.x[keep][:, places] == 0).all(axis=1).any())
        columns += left if first_is_left else left[1:]
    columns.sort()
    return replace(
        design,
        y=design.y[keep],
        x=design.x[keep][:, columns],
        names=tuple(design.names[place] for place in columns),
        entity=design.entity[keep],
        time=design.time[keep],
        cluster=design.cluster[keep],
        weights=None if design.weights is None else design.weights[keep],
        rows=design.rows[keep],
        lost=design.lost | {why: int((~keep).sum())},
    )
