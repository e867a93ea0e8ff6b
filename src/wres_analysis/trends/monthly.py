"""Monthly outcomes of each trust: whether a month differs from its own pattern, and how often one would by chance.

A panel in, frames out. Raw monthly values have seasons and resemble the month before, and a control chart of them
marks nearly every trust. So a value is judged after taking out what the trust's peers did in the same month, where
the trust usually stands beside them, and what follows from its month before. What is left is charted by the Making
Data Count rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.errors import RequestError
from wres_analysis.panel.store import PanelData
from wres_analysis.standards import Standard, load_outcomes
from wres_analysis.stats.seasonal import MIN_PEERS, lag1, pooled_lag1
from wres_analysis.stats.xmr import XmrChart, assurance, variation, xmr_chart
from wres_analysis.trends.false_signals import FALSE_SIGNAL_COLUMNS, RECENT, false_signal_rows, yearly_rate
from wres_analysis.trends.month_points import POINT_COLUMNS, peer_words, point_rows, rule_of
from wres_analysis.trends.month_series import (
    ADJUSTED,
    WINDOW,
    Era,
    Months,
    chart_months,
    measures,
    of_trust,
    read_months,
)

__all__ = ["MONTHLY_COLUMNS", "POINT_COLUMNS", "false_signals", "monthly_patterns", "monthly_points"]

#: One row is a trust and a measure, on the trust's newest segment. ``first_month`` and ``last_month`` are its first
#: and last month with a value, ``n_months`` how many have one and ``n_gaps`` how many between have none; ``n_judged``
#: have a month before them too. ``baseline``, ``lower`` and ``upper`` are the mean of the values as published and the
#: range that its months usually lie in, allowing for their correlation; target and assurance are judged by them.
#: ``expected``, ``expected_low`` and ``expected_high`` are for the last month, by ``adjusted``. ``signals`` lists the
#: marked months among the last twelve of the data, as ``2024-11 outside high concern``. ``lag1`` is the trust's own,
#: as published; ``allowed_lag1`` the one allowed for, after the peers; ``left_lag1`` what is left.
#: ``false_signal_rate`` is the share of trusts that would have a signal in twelve months of nothing happening.
#: ``limits`` is ``full``, ``trial`` (fewer than 12 judged months) or ``none``. Where there is no answer ``status`` and
#: ``message`` say why.
MONTHLY_COLUMNS = {
    "org_code": "str", "org_name": "str", "measure": "str", "label": "str", "unit": "str", "better": "str",
    "kind": "str", "first_month": "str", "last_month": "str", "n_months": "int64", "n_gaps": "int64",
    "n_judged": "int64", "n_partial": "int64", "baseline": "float64", "lower": "float64", "upper": "float64",
    "expected": "float64", "expected_low": "float64", "expected_high": "float64", "last_value": "float64",
    "rule_set": "str", "adjusted": "str", "peers": "str", "n_peers": "int64", "limits": "str", "n_signals": "int64",
    "signals": "str", "target": "float64", "assurance": "str", "lag1": "float64", "allowed_lag1": "float64",
    "left_lag1": "float64", "false_signal_rate": "float64", "n_rebased": "int64", "rebased": "str", "status": "str",
    "message": "str", "source": "str", "data_hash": "str",
}  # fmt: skip


def monthly_patterns(
    data: PanelData,
    *,
    only: Sequence[str] = (),
    targets: Mapping[str, float] | None = None,
    rebase: Mapping[str, Sequence[str]] | None = None,
    months: int = WINDOW,
    until: str | None = None,
    outcomes: Standard | None = None,
) -> pd.DataFrame:
    """Return one row for each trust and each measure that is published by month.

    Parameters
    ----------
    data
        A panel.
    only
        Keys of the measures; all that are published by month if none are given.
    targets
        Measure -> target, in its unit.
    rebase
        Trust code -> months (``2024-04``) at which its process is known to have changed. A trust that another one
        joined begins a new segment in that month without being asked.
    months
        How many months, up to the newest of each measure, are looked at.
    until
        The newest month to look at (``2020-02``); the newest that there is if None.
    outcomes
        What is measured; the shipped ones if None.

    Returns
    -------
    DataFrame
        Columns of :data:`MONTHLY_COLUMNS`, sorted by measure (in the order of the standard) and trust. Every trust of
        the panel has its row for every measure of which any trust has a month.
    """
    outcomes = outcomes or load_outcomes()
    rows: list[dict[str, Any]] = []
    for key in only or [m.key for m in measures(outcomes)]:
        charted = _charted(data, key, rebase, months, until, outcomes)
        if charted is None:
            continue
        rate = yearly_rate(charted)
        target = (targets or {}).get(key, nan)
        names = data.organisations.drop_duplicates("code").set_index("code")
        order = np.argsort(charted.series.codes, kind="stable")
        rows += [_pattern(charted, int(at), names, target, rate, data.data_hash) for at in order]
    return _frame(rows, MONTHLY_COLUMNS)


def monthly_points(
    data: PanelData,
    org_code: str,
    measure: str,
    *,
    rebase: Mapping[str, Sequence[str]] | None = None,
    months: int = WINDOW,
    until: str | None = None,
    outcomes: Standard | None = None,
) -> pd.DataFrame:
    """Return one trust's months of one measure: what a chart shows.

    Returns
    -------
    DataFrame
        Columns of :data:`POINT_COLUMNS`, one row a month in order, those without a value among them; no row where the
        trust, or any trust, has no month of the measure.

    Raises
    ------
    RequestError
        If the panel has no such trust, or the measure is not published by month.
    """
    outcomes = outcomes or load_outcomes()
    charted = _charted(data, measure, rebase, months, until, outcomes)
    if charted is None:
        return _frame([], POINT_COLUMNS)
    at = of_trust(charted, org_code)
    names = data.organisations.drop_duplicates("code").set_index("code")
    return _frame(point_rows(charted, at, names), POINT_COLUMNS)


def false_signals(
    data: PanelData,
    measure: str,
    *,
    months: int = WINDOW,
    until: str | None = None,
    outcomes: Standard | None = None,
) -> pd.DataFrame:
    """Measure how often trusts are marked: in the real series by each adjustment, and where nothing happens.

    Returns
    -------
    DataFrame
        Columns of :data:`~wres_analysis.trends.false_signals.FALSE_SIGNAL_COLUMNS`; no row where no trust has a month.

    Raises
    ------
    RequestError
        If the measure is not published by month.
    """
    charted = _charted(data, measure, None, months, until, outcomes or load_outcomes())
    return _frame([] if charted is None else false_signal_rows(charted), FALSE_SIGNAL_COLUMNS)


def _charted(
    data: PanelData,
    key: str,
    rebase: Mapping[str, Sequence[str]] | None,
    months: int,
    until: str | None,
    outcomes: Standard,
) -> Months | None:
    if months < RECENT:
        raise RequestError(f"A pattern needs at least {RECENT} months, not {months}.")
    series = read_months(data, key, months=months, until=until, outcomes=outcomes)
    return None if series is None else chart_months(series, data.organisations, rebase=rebase)


def _frame(rows: list[dict[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Make a frame with these columns and types; what a row does not give is blank, nan or 0."""
    blank = {"str": "", "float64": nan, "int64": 0, "bool": False}
    frame = pd.DataFrame(
        {name: [row.get(name, blank.get(kind)) for row in rows] for name, kind in columns.items()},
        columns=list(columns), dtype="object",
    )  # fmt: skip
    return frame.astype(dict(columns))


@dataclass(frozen=True)
class _Newest:
    """A trust's newest segment: the era, the columns of it that the segment holds, its chart of surprises."""

    era: Era
    columns: np.ndarray
    chart: XmrChart


def _newest_segment(charted: Months, at: int) -> _Newest | None:
    """The segment of the trust's last month with a value; None where it has none, or nothing can be charted."""
    for era in reversed(charted.eras):
        chart = era.charts[at]
        there = np.isfinite(charted.series.values[at, era.start : era.start + era.width])
        if there.any():
            if chart is None:
                return None
            segment = chart.chart.segment
            return _Newest(era, np.flatnonzero(segment == segment[np.flatnonzero(there)[-1]]), chart.chart)
    return None


def _pattern(
    charted: Months, at: int, names: pd.DataFrame, target: float, rate: float, data_hash: str
) -> dict[str, Any]:
    """The row of one trust."""
    series = charted.series
    m, code = series.measure, str(series.codes[at])
    row = {
        "org_code": code, "org_name": str(names.at[code, "name"]), "measure": m.key, "label": m.label, "unit": m.unit,
        "better": m.better, "kind": "monthly", "limits": "none", "target": target, "assurance": "not_assessed",
        "n_partial": int(series.partial[at]), "data_hash": data_hash,
    }  # fmt: skip
    there = np.flatnonzero(np.isfinite(series.values[at]))
    mine = series.rows[series.rows["trust_at"] == at]
    row["source"] = " ".join(sorted(mine.loc[mine["status"] == "observed", "source"].unique()))
    if not len(there):
        return row | _no_value(mine, _known(names, code), series.months[-1], int(series.partial[at]))
    newest = _newest_segment(charted, at)
    if newest is None:
        return row | _span(series.months, there) | {"status": "too_few_months", "message": _TOO_FEW}
    era, inside = newest.era, newest.columns
    part = series.values[at, era.start + inside]
    held = era.start + inside[np.isfinite(part)]
    row |= _span(series.months, held) | _starts(charted, at)
    if held[-1] < len(series.months) - RECENT:
        return row | _gone(_known(names, code), series.months[held[-1]], series.months[-1])
    chart = era.charts[at]
    assert chart is not None  # a newest segment has a chart
    judged = chart.judged[0, inside]
    row["n_judged"] = int(judged.sum())
    if not np.isfinite(era.peers[at, inside]).any():
        words = f"Fewer than {MIN_PEERS} other trusts have a value in the same months."
        return row | {"status": "too_few_peers", "message": words}
    if not judged.any():
        return row | {"status": "too_few_months", "message": _TOO_FEW}
    return row | _answer(charted, at, newest, rate, target)


_TOO_FEW = "Too few of its months follow one another to say what is usual."


def _answer(charted: Months, at: int, newest: _Newest, rate: float, target: float) -> dict[str, Any]:
    """What the chart says, where it says something."""
    series, era, inside, chart = charted.series, newest.era, newest.columns, newest.chart
    whole = era.charts[at]
    assert whole is not None
    values = series.values[:, era.start : era.start + era.width]
    # The range of the values as published, which have more memory than what is left of them after the peers.
    memory = pooled_lag1(values[era.whole])
    widen = 1 / np.sqrt(1 - memory) if np.isfinite(memory) else 1.0
    part = values[at, inside]
    usual = xmr_chart(part, widen=widen)
    last = inside[np.flatnonzero(np.isfinite(part))[-1]]
    recent = range(max(0, len(series.months) - RECENT - era.start), era.width)
    marked = [t for t in recent if t in set(inside) and whole.judged[0, t] and chart.direction[0, t]]
    words = [_signal_words(series.months[era.start + t], chart, t, series.measure.better) for t in marked]
    centre = era.peers[at]

    def within(number: float) -> float:
        """No limit leaves the range that the measure can have."""
        return float(np.clip(number, *series.measure.range))

    return {
        "baseline": float(usual.mean[0]),
        "lower": within(float(usual.lower[0])), "upper": within(float(usual.upper[0])),
        "expected": within(float((centre + whole.expected[0] + chart.mean[0])[last])),
        "expected_low": within(float((centre + whole.lower[0])[last])),
        "expected_high": within(float((centre + whole.upper[0])[last])), "last_value": float(values[at, last]),
        "rule_set": chart.rule_set, "adjusted": ADJUSTED, "peers": peer_words(charted, era, at, int(last)),
        "n_peers": int(era.n_peers[at, last]), "limits": "trial" if chart.trial[0, last] else "full",
        "n_signals": len(words), "signals": "; ".join(words), "lag1": float(lag1(part[None, :])[0]),
        "assurance": assurance(target, float(usual.lower[0]), float(usual.upper[0]), series.measure.better),
        "allowed_lag1": era.r, "left_lag1": float(lag1(chart.values[:, inside])[0]), "false_signal_rate": rate,
        "status": "ok", "message": "",
    }  # fmt: skip


def _signal_words(month: pd.Timestamp, chart: XmrChart, t: int, better: str) -> str:
    direction = int(chart.direction[0, t])
    way = "high" if direction > 0 else "low"
    return f"{month:%Y-%m} {rule_of(chart, t)} {way} {variation(direction, better)}"


def _span(months: pd.DatetimeIndex, held: np.ndarray) -> dict[str, Any]:
    first, last = int(held[0]), int(held[-1])
    return {
        "first_month": f"{months[first]:%Y-%m}", "last_month": f"{months[last]:%Y-%m}", "n_months": len(held),
        "n_gaps": last - first + 1 - len(held),
    }  # fmt: skip


def _starts(charted: Months, at: int) -> dict[str, Any]:
    """The months at which a segment of the trust begins, after the first."""
    starts = [era.start for era in charted.eras[1:]]
    starts += [era.start + one for era in charted.eras for one in era.rebase[at]]
    words = [f"{charted.series.months[start]:%Y-%m}" for start in sorted(set(starts))]
    return {"n_rebased": len(words), "rebased": " ".join(words)}


def _no_value(mine: pd.DataFrame, known: dict[str, Any], newest: pd.Timestamp, partial: int) -> dict[str, Any]:
    """Why a trust has no month at all."""
    if partial:
        return {
            "status": "parts_only",
            "message": f"Values are published for parts of the trust only ({partial} months).",
        }
    told = _succeeded(known, newest)
    if told:
        return {"status": "merged", "message": told}
    statuses = [status for status in mine["status"].unique() if status != "observed"]
    if not statuses:
        return {"status": "no_data", "message": "The files hold no month of this trust."}
    status = "suppressed" if "suppressed" in statuses else str(statuses[0])
    reason = str(mine.loc[mine["status"] == status, "reason"].iloc[0])
    return {"status": status, "message": f"No month has a value: {reason or status.replace('_', ' ')}."}


def _known(names: pd.DataFrame, code: str) -> dict[str, Any]:
    return {str(name): value for name, value in names.loc[[code]].iloc[0].items()}


def _gone(known: dict[str, Any], last: pd.Timestamp, newest: pd.Timestamp) -> dict[str, Any]:
    """Why a trust has no month among the newest."""
    told = _succeeded(known, newest)
    if told:
        return {"status": "merged", "message": told}
    words = f"Its last value is of {last:%B %Y}; those of others go up to {newest:%B %Y}."
    return {"status": "no_recent_months", "message": words}


def _succeeded(known: dict[str, Any], newest: pd.Timestamp) -> str:
    date = known["succession_date"]
    if not known["successor"] or pd.isna(date) or date > newest:
        return ""
    return f"The trust became part of {known['successor']} on {date.day} {date:%B %Y}."
