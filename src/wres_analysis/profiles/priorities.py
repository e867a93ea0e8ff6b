"""What to look at first: indicators on which a trust is probably worse than the average of all trusts.

Never by the place of an estimate among others: places of trusts with few people are mostly chance.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["MOST_PRIORITIES", "PRIORITY_COLUMNS", "PRIORITY_PROBABILITY", "priority_rows"]

#: How probable it must be that a trust's true value is worse than the average. At the edge one such choice in ten is
#: wrong; a lower threshold would name trusts that are average, a higher one would leave small trusts out for ever.
PRIORITY_PROBABILITY = 0.90
#: More than so many cannot be acted on at once.
MOST_PRIORITIES = 3

#: ``disadvantaged``: the estimate, drawn to the average, lies on the side of disadvantage. ``chosen``: a priority.
#: ``why`` is blank for those; else ``not_disadvantaged``, ``not_clear``, ``enough`` (clear, and three others are more
#: probable) or ``not_compared`` (``reason`` says why).
PRIORITY_COLUMNS = {
    "indicator": "str", "number": "int64", "title": "str", "probability_worse": "float64", "n_trusts": "int64",
    "disadvantaged": "bool", "chosen": "bool", "why": "str", "reason": "str",
}  # fmt: skip


def priority_rows(frame: pd.DataFrame, code: str) -> pd.DataFrame:
    """Choose up to three indicators, the most probable first.

    Parameters
    ----------
    frame
        From :func:`wres_analysis.profiles.disparity.disparity`.
    code
        The trust.

    Returns
    -------
    pandas.DataFrame
        Columns as :data:`PRIORITY_COLUMNS`, the most probable first; of equals the first of the standard. Where trusts
        differ no more than chance explains none is worse than another, so no indicator of that kind is chosen.
    """
    mine = frame[frame["org_code"] == code]
    ok = (mine["status"] == "ok").to_numpy()
    # Rounded, so that the last bit, which differs between machines, never decides the order.
    out = mine[["indicator", "number", "title", "probability_worse", "n_trusts", "reason"]].assign(
        probability_worse=mine["probability_worse"].where(ok).round(6),
        disadvantaged=ok & (mine["posterior_mean"] > 0).to_numpy(),
    )
    out = out.sort_values(["probability_worse", "number"], ascending=[False, True], kind="stable", ignore_index=True)
    clear = out["probability_worse"].ge(PRIORITY_PROBABILITY).to_numpy() & out["disadvantaged"].to_numpy()
    chosen = clear & (np.cumsum(clear) <= MOST_PRIORITIES)
    why = np.select(
        [chosen, out["probability_worse"].isna(), clear, out["probability_worse"] >= PRIORITY_PROBABILITY],
        ["", "not_compared", "enough", "not_disadvantaged"],
        default="not_clear",
    )
    return out.assign(chosen=chosen, why=why)[list(PRIORITY_COLUMNS)].astype(PRIORITY_COLUMNS)
