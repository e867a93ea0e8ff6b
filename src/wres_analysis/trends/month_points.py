"""The months of one trust's chart: value, peers, what was to be expected, marks, and why a month is not judged."""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.stats.seasonal import ExpectationChart
from wres_analysis.stats.xmr import RULES, XmrChart, variation
from wres_analysis.trends.month_series import Era, Months

__all__ = ["POINT_COLUMNS", "peer_words", "point_rows", "rule_of"]

#: One row is one month of the calendar, from the trust's first row to the newest month of the measure. ``peers`` is
#: the median of ``n_peers`` peers, ``level`` where the trust usually stands beside them, ``expected`` with its limits
#: what follows from that and from the month before; ``surprise`` is the value less what is expected. ``outside``,
#: ``trend``, ``two_of_three`` and ``run`` are 1 (high), -1 (low) or 0, ``rule`` the first that marks the month and
#: ``variation`` what it is, by which way is better. ``judged`` is false where ``why`` says so: ``no_value``,
#: ``no_month_before``, ``too_few_peers`` or ``no_limits``. ``status`` and ``reason`` are those of the published value;
#: a month without any row is ``not_submitted``.
POINT_COLUMNS = {
    "org_code": "str", "org_name": "str", "measure": "str", "label": "str", "unit": "str", "better": "str",
    "month": "datetime64[s]", "value": "float64", "status": "str", "reason": "str", "peers": "float64",
    "n_peers": "int64", "peer_group": "str", "level": "float64", "expected": "float64", "lower": "float64",
    "upper": "float64", "surprise": "float64", "outside": "int64", "trend": "int64", "two_of_three": "int64",
    "run": "int64", "direction": "int64", "rule": "str", "variation": "str", "judged": "bool", "why": "str",
    "segment": "int64", "limits": "str", "rule_set": "str", "source": "str", "source_file": "str",
    "source_cell": "str",
}  # fmt: skip

_ENGLAND = "all trusts"


def rule_of(chart: XmrChart, t: int) -> str:
    """The first rule that marks a month, blank where none does."""
    return next((name for name in RULES if getattr(chart, name)[0, t]), "")


def peer_words(charted: Months, era: Era, at: int, t: int) -> str:
    """The trusts that a trust is compared with in a month of the era: those of its type, or all."""
    return str(charted.series.groups[at]) if era.own_group[at, t] else _ENGLAND


def point_rows(charted: Months, at: int, names: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of one trust's chart, from its first row in the files to the newest month of the measure."""
    series = charted.series
    m, code = series.measure, str(series.codes[at])
    published = series.rows[series.rows["trust_at"] == at].set_index("month_at")
    if not len(published):
        return []
    head = {
        "org_code": code, "org_name": str(names.at[code, "name"]), "measure": m.key, "label": m.label, "unit": m.unit,
        "better": m.better, "peers": nan, "direction": 0, "variation": "common_cause", "limits": "none",
        "segment": -1, "why": "no_value",
    }  # fmt: skip
    rows: dict[int, dict[str, Any]] = {}
    for t in range(int(published.index.min()), len(series.months)):
        row = head | {"month": series.months[t], "value": series.values[at, t], "status": "not_submitted"}
        if t in published.index:
            seen = published.loc[t]
            row |= {name: str(seen[name]) for name in ("status", "reason", "source", "source_file", "source_cell")}
        else:
            row["reason"] = "no file has this month of the trust"
        rows[t] = row
    before = 0
    for era in charted.eras:
        before = _add_era(rows, charted, era, at, before)
    return list(rows.values())


def _add_era(rows: dict[int, dict[str, Any]], charted: Months, era: Era, at: int, before: int) -> int:
    """Put what the chart of an era says into the rows of its months; return the number of the next segment."""
    whole = era.charts[at]
    limits = charted.series.measure.range  # what is to be expected never leaves the range of the measure
    values = charted.series.values[at, era.start : era.start + era.width]
    for t in range(era.width):
        row = rows.get(era.start + t)
        if row is None:
            continue
        centre = float(era.peers[at, t])
        row |= {"peers": centre, "n_peers": int(era.n_peers[at, t]), "peer_group": peer_words(charted, era, at, t)}
        if whole is None:
            row["why"] = "no_value" if np.isnan(values[t]) else "no_limits"
            continue
        chart = whole.chart
        expected = centre + whole.expected[0, t] + chart.mean[0, t]  # the centre line of the chart
        row |= {
            "level": centre + float(whole.level[0, t]), "expected": float(np.clip(expected, *limits)),
            "lower": float(np.clip(centre + whole.lower[0, t], *limits)),
            "upper": float(np.clip(centre + whole.upper[0, t], *limits)),
            "surprise": float(chart.values[0, t] - chart.mean[0, t]), "segment": before + int(chart.segment[t]),
            "judged": bool(whole.judged[0, t]), "why": _why(whole, values, centre, t), "rule_set": chart.rule_set,
        }  # fmt: skip
        if np.isfinite(chart.lower[0, t]):
            row["limits"] = "trial" if chart.trial[0, t] else "full"
        if row["judged"]:
            direction = int(chart.direction[0, t])
            row |= {name: int(getattr(chart, name)[0, t]) for name in RULES}
            row |= {"direction": direction, "rule": rule_of(chart, t)}
            row["variation"] = variation(direction, charted.series.measure.better)
    return before + (1 if whole is None else int(whole.chart.segment[-1]) + 1)


def _why(whole: ExpectationChart, values: np.ndarray, centre: float, t: int) -> str:
    """Why a month is not judged; blank where it is."""
    if whole.judged[0, t]:
        return ""
    if np.isnan(values[t]):
        return "no_value"
    if np.isnan(centre):
        return "too_few_peers"
    return "no_month_before" if np.isnan(whole.expected[0, t]) else "no_limits"
