"""Monthly series of all trusts, and the chart of what their peers and their month before do not foretell.

A month is taken as its publisher gave it for the whole trust. The calendar is complete: a month without a value stands
there with the reason, and nothing reaches across it. After a long gap, and where another trust joins, a new segment
begins, with a level and limits of its own.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wres_analysis.errors import RequestError
from wres_analysis.panel.annual import newest
from wres_analysis.panel.store import PanelData
from wres_analysis.standards import Measure, Standard, load_outcomes
from wres_analysis.stats.seasonal import ExpectationChart, expectation_chart, peer_median, pooled_lag1

__all__ = [
    "ADJUSTED",
    "LONG_GAP",
    "WINDOW",
    "Era",
    "MonthSeries",
    "Months",
    "chart_months",
    "measures",
    "of_trust",
    "read_months",
]

#: How many months up to the newest are charted: a level of ten years ago is nobody's present pattern.
WINDOW = 60
#: So many months without a value end a segment: the trust after them is not taken to be as it was before.
LONG_GAP = 6
#: A month of the publisher's has at most so many days between its first and its last.
_MONTH_DAYS = 31
#: What is taken out of a value before it is judged.
ADJUSTED = "median of peers in the same month; level; month before"


@dataclass(frozen=True)
class MonthSeries:
    """All trusts' months of one measure.

    Parameters
    ----------
    measure
        What is measured.
    codes
        Trusts, shape (n,), those without a single row among them.
    months
        Last day of each month, complete from first to last, shape (t,).
    values
        Percent, shape (n, t); NaN where there is none.
    rows
        The observations used, one a trust and month, with ``place`` (trust, month) as two columns.
    partial
        Months of each trust for which only parts of it were published, shape (n,).
    groups
        Trust type of each, blank where it is not known.
    """

    measure: Measure
    codes: np.ndarray
    months: pd.DatetimeIndex
    values: np.ndarray
    rows: pd.DataFrame
    partial: np.ndarray
    groups: np.ndarray


@dataclass(frozen=True)
class Era:
    """A stretch of the calendar without a long gap common to all trusts, charted by itself.

    Parameters
    ----------
    start
        Position of its first month.
    peers, n_peers, own_group
        Median of the peers, how many, and whether of the trust's type, shape (n, months).
    r
        Lag-1 correlation of what is left after the peers, one for all trusts; NaN where nothing can be told.
    rebase
        Positions within the era at which a trust's segments begin, by trust.
    charts
        The chart of each trust, in points above or below its peers; None where ``r`` is not known.
    """

    start: int
    peers: np.ndarray
    n_peers: np.ndarray
    own_group: np.ndarray
    r: float
    rebase: tuple[tuple[int, ...], ...]
    charts: tuple[ExpectationChart | None, ...]

    @property
    def width(self) -> int:
        """Months."""
        return int(self.peers.shape[1])

    @property
    def whole(self) -> np.ndarray:
        """Which trusts have one segment in the era, shape (n,)."""
        return np.array([not starts for starts in self.rebase])


@dataclass(frozen=True)
class Months:
    """The series and their eras, in order."""

    series: MonthSeries
    eras: tuple[Era, ...]


def measures(outcomes: Standard | None = None) -> tuple[Measure, ...]:
    """The outcomes that are published by month, in the order of the standard."""
    return tuple(m for m in (outcomes or load_outcomes()).outcomes.values() if m.months > 1)


def read_months(
    data: PanelData,
    measure: str,
    *,
    months: int = WINDOW,
    until: str | None = None,
    outcomes: Standard | None = None,
) -> MonthSeries | None:
    """Return the months of a measure for every trust of the panel; None if no trust has a month of it.

    Parameters
    ----------
    data
        A panel.
    measure
        Key of an outcome that is published by month.
    months
        How many months, up to the newest month that any trust has.
    until
        The newest month to look at (``2020-02``); the newest that there is if None.
    outcomes
        What is measured; the shipped ones if None.

    Raises
    ------
    RequestError
        If the measure is not published by month, or ``until`` is not a month.
    """
    outcomes = outcomes or load_outcomes()
    known = {m.key: m for m in measures(outcomes)}
    if measure not in known:
        raise RequestError(f"'{measure}' is not published by month. These are: {', '.join(known)}.")
    m = known[measure]
    rows = data.observations
    rows = rows[(rows["measure"] == m.key) & (rows["group"] == "all") & (rows["stratum"] == m.main_stratum)]
    rows = rows[(rows["period_end"] - rows["period_start"]).dt.days <= _MONTH_DAYS]
    if until is not None:
        rows = rows[rows["period_end"] <= _month(until).end_time]
    organisations = data.organisations.drop_duplicates("code")
    codes = organisations["code"].to_numpy(dtype=str)
    part_of = _parts(data.values, m.key)
    rows = newest(rows, outcomes)
    parts = rows[rows["org_code"].isin(part_of) & (rows["status"] == "observed")]
    rows = rows[rows["org_code"].isin(set(codes))]
    seen = rows[(rows["status"] == "observed") & rows["value"].notna()]
    if not len(seen):
        return None
    last = seen["period_end"].max()
    calendar = pd.date_range(end=last, periods=months, freq="ME")
    calendar = calendar[calendar >= rows["period_end"].min()]
    rows = rows[rows["period_end"].isin(calendar)].drop_duplicates(["org_code", "period_end"])
    at = pd.Index(codes).get_indexer(rows["org_code"])
    when = calendar.get_indexer(pd.DatetimeIndex(rows["period_end"]))
    rows = rows.assign(trust_at=at, month_at=when)
    values = np.full((len(codes), len(calendar)), np.nan)
    given = (rows["status"] == "observed").to_numpy()
    values[at[given], when[given]] = rows["value"].to_numpy("float64")[given]
    partial = np.zeros(len(codes), dtype=int)
    of_parts = parts[parts["period_end"].isin(calendar)]
    of_parts = of_parts.assign(trust=of_parts["org_code"].map(part_of)).drop_duplicates(["trust", "period_end"])
    for code, end in zip(of_parts["trust"], of_parts["period_end"], strict=True):
        found = np.flatnonzero(codes == code)
        if len(found):
            partial[found[0]] += int(np.isnan(values[found[0], calendar.get_loc(end)]))
    groups = organisations["trust_type"].fillna("").to_numpy(dtype=str)
    return MonthSeries(m, codes, calendar, values, rows.reset_index(drop=True), partial, groups)


def _parts(values: pd.DataFrame, measure: str) -> dict[str, str]:
    """Codes that were published for parts of a trust, and the trust."""
    mine = values.loc[values["measure"] == measure, ["org_code", "members"]].drop_duplicates()
    pairs = ((m, code) for code, members in mine.itertuples(index=False) for m in str(members).split())
    return {part: code for part, code in pairs if part != code}


def chart_months(
    series: MonthSeries, organisations: pd.DataFrame, *, rebase: Mapping[str, Sequence[str]] | None = None
) -> Months:
    """Chart every trust, era by era.

    Parameters
    ----------
    series
        From :func:`read_months`.
    organisations
        The panel's table of organisations, which says who joined whom and when.
    rebase
        Trust code -> months (``2024-04``) at which its process is known to have changed: a new segment begins there.

    Raises
    ------
    RequestError
        If a month of ``rebase`` is not a month, or a trust in it is not known.
    """
    begins = _begins(series, organisations, rebase or {})
    edges = _eras(series.values)
    eras = tuple(_era(series, a, b, begins) for a, b in edges)
    return Months(series, eras)


def _month(word: str) -> pd.Period:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", word):
        raise RequestError(f"'{word}' is not a month. Write it as 2024-04.")
    return pd.Period(word, "M")


def _eras(values: np.ndarray) -> list[tuple[int, int]]:
    """First and one past the last month of each era: stretches without a long gap that all trusts have."""
    there = np.flatnonzero(np.isfinite(values).any(axis=0))
    cuts = np.flatnonzero(np.diff(there) > LONG_GAP)
    return [(int(part[0]), int(part[-1]) + 1) for part in np.split(there, cuts + 1) if len(part)]


def _begins(
    series: MonthSeries, organisations: pd.DataFrame, rebase: Mapping[str, Sequence[str]]
) -> dict[str, set[int]]:
    """Positions of the calendar at which a trust's segment begins because of what is known of it."""
    out: dict[str, set[int]] = {str(code): set() for code in series.codes}
    firsts = [pd.Period(month, "M") for month in series.months]
    joined = organisations[(organisations["successor"] != "") & organisations["succession_date"].notna()]
    for into, date in zip(joined["successor"], joined["succession_date"], strict=True):
        at = bisect_left(firsts, pd.Period(date, "M"))
        if into in out and 0 < at < len(firsts):
            out[into].add(at)
    for code, wanted in rebase.items():
        if code not in out:
            raise RequestError(f"A rebase names '{code}', of which the data hold nothing.")
        for word in wanted:
            at = bisect_left(firsts, _month(word))
            if 0 < at < len(firsts):
                out[code].add(at)
    return out


def _era(series: MonthSeries, first: int, end: int, begins: Mapping[str, set[int]]) -> Era:
    values = series.values[:, first:end]
    peers = peer_median(values, series.groups)
    left = values - peers.median
    rebase = tuple(
        tuple(sorted({at - first for at in begins[code] if first < at < end} | _after_long_gaps(one)))
        for code, one in zip(series.codes, left, strict=True)
    )
    whole = np.array([not starts for starts in rebase])
    r = pooled_lag1(left[whole]) if whole.any() else float("nan")
    charts: list[ExpectationChart | None] = [None] * len(left)
    if np.isfinite(r):
        charts = [expectation_chart(one[None, :], r=r, rebase=at) for one, at in zip(left, rebase, strict=True)]
    return Era(first, peers.median, peers.n, peers.own_group, r, rebase, tuple(charts))


def _after_long_gaps(values: np.ndarray) -> set[int]:
    """Positions of the first value after each long gap of one trust."""
    there = np.flatnonzero(np.isfinite(values))
    return {int(there[i + 1]) for i in np.flatnonzero(np.diff(there) > LONG_GAP)}


def of_trust(months: Months, code: str) -> int:
    """Position of a trust.

    Raises
    ------
    RequestError
        If the panel has no such trust.
    """
    found = np.flatnonzero(months.series.codes == code)
    if not len(found):
        raise RequestError(f"The data hold nothing of a trust '{code}'.")
    return int(found[0])
