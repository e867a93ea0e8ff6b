"""From rating events to the arrays of a test: each rating once, beside the exposure of a year before it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wres_analysis.links.design import Design, Sieve, complete_rows
from wres_analysis.links.plan import Test
from wres_analysis.panel.annual import year_of

__all__ = ["build_event_design"]

_OF_THE_TRUST = "all"


def build_event_design(panel: pd.DataFrame, events: pd.DataFrame, test: Test, *, lag: int | None = None) -> Design:
    """Set up a test whose outcome is an event with a date.

    Parameters
    ----------
    panel
        One row a trust and year, with the columns that the test names.
    events
        Rating events (:func:`~wres_analysis.panel.events.rating_events`).
    test
        The test. Its outcome is a measure that has events; sample, adjusters, weights and clusters are those of the
        exposure's row.
    lag
        Another lag than the test's own.

    Returns
    -------
    Design
        One row for each event that has all that is needed. At lag L an event of 1 April Y+L-1 to 31 March Y+L stands
        beside row Y of its trust, so at lag 1 the exposure of row Y, which ends on 31 March Y, comes first. A trust
        rated several times has several rows; a year without a rating has none. ``lost["rows"]`` counts the ratings of
        trusts: those of single locations are another measure and not counted.

    Raises
    ------
    ExpressionError
        If the sample's condition cannot be applied to the panel.
    """
    told = events[events["measure"] == test.outcome]
    told = told[told["stratum"] == _OF_THE_TRUST].reset_index(drop=True)
    year = year_of(told["date"]) - (test.lag if lag is None else lag)
    places = pd.MultiIndex.from_frame(panel[["org_code", "wres_year"]]).get_indexer(
        pd.MultiIndex.from_arrays([told["org_code"], year])
    )
    rows = panel.iloc[places].reset_index(drop=True)  # -1 takes the last row, which is left out next
    sieve = Sieve(len(told))
    sieve.keep(~told["flags"].str.split().map(lambda flags: "inherited" in flags).astype(bool), "rating inherited")
    sieve.keep(places >= 0, "no row of the exposure's year")
    sieve.sample(rows, test)
    sieve.keep(rows[test.exposure].notna(), "exposure missing")
    never = pd.Series(np.zeros(len(told), dtype=bool))
    return complete_rows(sieve, rows, test, told["value"], before_break=never, places=np.asarray(places, np.int64))
