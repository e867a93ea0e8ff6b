"""Ratings as events, and the rating in force on a date as far as the loaded editions know."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wres_analysis.panel.annual import newest, year_end, year_of
from wres_analysis.panel.organisations import Organisations
from wres_analysis.standards import Measure, Standard

__all__ = ["EVENT_COLUMNS", "rating_events", "ratings_in_force", "told_by"]

EVENT_COLUMNS = (
    "org_code", "measure", "stratum", "date", "value", "flags", "known_to", "source_file", "source_cell",
)  # fmt: skip

#: Editions are monthly: one whose newest rating is up to this many days older than a date still tells of that date.
_BETWEEN_EDITIONS = pd.Timedelta(days=31)


def told_by(known_to: pd.Timestamp, date: pd.Timestamp) -> bool:
    """Whether files whose newest rating is of ``known_to`` still tell of ratings in force on a date."""
    return date <= _told_to(known_to)


def _told_to(known_to: pd.Timestamp) -> pd.Timestamp:
    return known_to + _BETWEEN_EDITIONS


def rating_events(rows: pd.DataFrame, organisations: Organisations, outcomes: Standard) -> pd.DataFrame:
    """Ratings as events: one row for each trust, measure, stratum and publication date.

    Editions of the ratings file repeat old events; an event is kept once, from the newest edition. A rating after the
    measure's last period is left out. ``known_to`` is the date of the newest edition: of what came after it, the
    files know nothing.

    Returns
    -------
    DataFrame
        Columns :data:`EVENT_COLUMNS`, by trust, measure, stratum and date.
    """
    events: dict[str, Measure] = {k: m for k, m in outcomes.measures.items() if m.clock == "event"}
    rated = rows[rows["measure"].isin(events) & rows["period_end"].notna()]
    edition = pd.to_datetime(rated["vintage"], format="ISO8601", errors="coerce").astype("datetime64[s]")
    known_to = edition.where(edition > rated["period_end"], rated["period_end"]).groupby(rated["measure"]).max()
    part = newest(rated[rated["status"] == "observed"], outcomes)
    for key, m in events.items():
        if m.last_period is not None:
            part = part[~((part["measure"] == key) & (part["period_end"] > pd.Timestamp(m.last_period)))]
    legal = organisations.legal_code(part["org_code"])
    known = pd.to_datetime(part["measure"].map(known_to.to_dict())).astype("datetime64[s]")
    part = part.assign(org_code=legal["trust"], known_to=known)
    part = part[legal["is_trust"]].rename(columns={"period_end": "date"})
    order = ["org_code", "measure", "stratum", "date"]
    return part[list(EVENT_COLUMNS)].sort_values(order, ignore_index=True)


def ratings_in_force(index: pd.DataFrame, events: pd.DataFrame, outcomes: Standard) -> pd.DataFrame:
    """Look up the rating in force on 31 March of each year, and the year in which it was published.

    Where the newest edition is older than that date nothing is said: the trust may have been rated again.

    Parameters
    ----------
    index
        ``org_code, wres_year``, one row for each row wanted.
    events
        Rating events (:func:`rating_events`).

    Returns
    -------
    DataFrame
        With the index of ``index``, for each measure that has events: ``measure`` and ``measure.published_year``.
    """
    columns: dict[str, np.ndarray] = {}
    asked = index.assign(date=year_end(index["wres_year"]), order=np.arange(len(index))).sort_values("date")
    for key, measure in outcomes.measures.items():
        mine = events[(events["measure"] == key) & (events["stratum"] == "all")]
        if measure.clock != "event" or not len(mine):
            continue
        told = mine[["org_code", "date", "value"]].assign(published=mine["date"]).sort_values("date")
        found = pd.merge_asof(asked, told, on="date", by="org_code").sort_values("order")
        known = found["date"] <= _told_to(mine["known_to"].max())
        if measure.last_period is not None:
            known &= found["date"] <= pd.Timestamp(measure.last_period)
        in_force = found["value"].where(known)
        columns[key] = in_force.to_numpy("float64")
        published = year_of(found["published"]).where(in_force.notna())
        columns[f"{key}.published_year"] = published.to_numpy("float64", na_value=np.nan)
    return pd.DataFrame(columns, index=index.index)
