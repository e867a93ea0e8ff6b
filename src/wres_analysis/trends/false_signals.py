"""How often a monthly chart marks a trust: in the real series, and in series like them in which nothing happens."""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np

from wres_analysis.stats.intervals import proportion_interval
from wres_analysis.stats.seasonal import (
    ExpectationChart,
    expectation_chart,
    lag1,
    month_effects,
    pooled_lag1,
    surrogates,
)
from wres_analysis.stats.xmr import XmrChart, xmr_chart
from wres_analysis.trends.month_series import ADJUSTED, Era, Months

__all__ = ["DRAWS", "FALSE_SIGNAL_COLUMNS", "RECENT", "SEED", "false_signal_rows", "yearly_rate"]

#: A signal is told if it is among so many newest months.
RECENT = 12
#: Sets of surrogate series, and the seed that they are drawn with.
DRAWS, SEED = 20, 20261121

#: One row is a way of charting all trusts of the newest era. ``adjusted`` is what was taken out, ``rules`` is ``all``
#: or ``outside`` (the limits alone), ``series`` is ``real`` or ``nothing_happening``: surrogates with the memory, the
#: gaps and (``surprises``) the sizes of the real surprises, or normal ones. ``share`` is that of trusts with a signal
#: among the last twelve months, with a Wilson interval that takes trusts as independent, ``one_in`` its inverse;
#: ``share_any`` that of trusts with a signal in any month, ``share_points`` that of judged months. ``n_trusts`` counts
#: trusts, or surrogates of them; ``n_left_out`` trusts that are not in it, because they have no month among the last
#: twelve or more than one segment. Among real trusts a signal may be true: the real share is an upper bound.
FALSE_SIGNAL_COLUMNS = {
    "measure": "str", "first_month": "str", "last_month": "str", "adjusted": "str", "rules": "str", "series": "str",
    "surprises": "str", "n_trusts": "int64", "n_left_out": "int64", "n_points": "int64", "share": "float64",
    "low": "float64", "high": "float64", "one_in": "float64", "share_any": "float64", "share_points": "float64",
    "lag1": "float64", "seed": "int64", "status": "str", "message": "str",
}  # fmt: skip

_NAIVE = "nothing"
_PEERS = "median of peers in the same month"


def false_signal_rows(charted: Months) -> list[dict[str, Any]]:
    """The rows of :data:`FALSE_SIGNAL_COLUMNS` for the newest era."""
    series, era = charted.series, charted.eras[-1]
    used = _used(charted)
    values = series.values[used, era.start : era.start + era.width]
    head = {
        "measure": series.measure.key, "first_month": f"{series.months[era.start]:%Y-%m}",
        "last_month": f"{series.months[era.start + era.width - 1]:%Y-%m}", "series": "real", "rules": "all",
        "n_left_out": int(len(series.codes) - used.sum()), "status": "ok",
    }  # fmt: skip
    if era.width <= RECENT or not used.any():
        words = f"More than {RECENT} months in a row are needed, of at least one trust."
        return [head | {"adjusted": ADJUSTED, "status": "too_few_months", "message": words}]
    left = values - era.peers[used]
    months = series.months[era.start : era.start + era.width].month.to_numpy()
    every = series.months.month.to_numpy()
    ways = [(_NAIVE, values)]
    for words, effects in (
        ("the trust's own month effects", month_effects(values, months)),
        ("month effects shared by all trusts", month_effects(series.values, every, shared=True)[used]),
    ):
        ways.append((words, values - effects[:, months - 1]))
    ways.append((_PEERS, left))
    rows = []
    for adjusted, one in ways:
        row = head | {"adjusted": adjusted}
        if not np.isfinite(one).any():
            rows.append(row | {"status": "too_few_months", "message": "Month effects need three years without a gap."})
            continue
        chart = xmr_chart(one)
        rows.append(row | _shares(chart, np.isfinite(one), _middle(lag1(one)), "all"))
    row = head | {"adjusted": ADJUSTED}
    if not np.isfinite(era.r):
        return [
            *rows,
            row | {"status": "too_few_months", "message": "Too few months, or too few peers, to say what is usual."},
        ]
    real = expectation_chart(left, r=era.r)
    memory = _middle(lag1(real.chart.values))
    rows += [row | {"rules": rules} | _shares(real.chart, real.judged, memory, rules) for rules in ("all", "outside")]
    for surprises in ("real", "normal"):
        made = _nothing_happening(left, era.r, real, surprises)
        calm = row | {"series": "nothing_happening", "surprises": surprises, "seed": SEED}
        memory = _middle(lag1(made.chart.values))
        rows += [
            calm | {"rules": rules} | _shares(made.chart, made.judged, memory, rules) for rules in ("all", "outside")
        ]
    return rows


def yearly_rate(charted: Months) -> float:
    """The share of trusts with a signal in twelve months in which nothing happens; NaN where it cannot be told."""
    era = charted.eras[-1]
    used = _used(charted)
    if not np.isfinite(era.r) or not used.any() or era.width <= RECENT:
        return nan
    left = charted.series.values[used, era.start : era.start + era.width] - era.peers[used]
    real = expectation_chart(left, r=era.r)
    if not real.judged.any():
        return nan
    made = _nothing_happening(left, era.r, real, "real")
    return float(_shares(made.chart, made.judged, nan, "all")["share"])


def _used(charted: Months) -> np.ndarray:
    """Trusts with one segment in the newest era and a month among the last twelve."""
    era: Era = charted.eras[-1]
    there = np.isfinite(charted.series.values[:, era.start : era.start + era.width])
    return era.whole & there[:, -RECENT:].any(axis=1)


def _nothing_happening(left: np.ndarray, r: float, real: ExpectationChart, surprises: str) -> ExpectationChart:
    """Surrogates of the trusts, charted just as they are: their correlation is estimated anew."""
    rng = np.random.default_rng(SEED)
    chart = real.chart
    with np.errstate(invalid="ignore", divide="ignore"):
        size = (chart.upper - chart.mean) / 3
        pool = np.where(size > 0, (chart.values - chart.mean) / size, np.nan)
    if surprises == "normal":
        pool = rng.normal(size=pool.shape)
    made = surrogates(left, r=r, surprises=pool, rng=rng, draws=DRAWS)
    return expectation_chart(made, r=pooled_lag1(made))


def _middle(numbers: np.ndarray) -> float:
    """Median of what is there; NaN where nothing is, without a warning."""
    there = numbers[np.isfinite(numbers)]
    return float(np.median(there)) if len(there) else nan


def _shares(chart: XmrChart, judged: np.ndarray, memory: float, rules: str) -> dict[str, Any]:
    """Shares of trusts and of months that are marked."""
    marked = (chart.outside != 0 if rules == "outside" else chart.signal) & judged
    could = judged[:, -RECENT:].any(axis=1)
    n, hits = int(could.sum()), int((marked[:, -RECENT:].any(axis=1) & could).sum())
    if not n:
        return {"status": "too_few_months", "message": "No month can be judged.", "lag1": memory}
    interval = proportion_interval(hits, n)
    return {
        "n_trusts": n, "n_points": int(judged.sum()), "share": hits / n, "low": float(interval.low),
        "high": float(interval.high), "one_in": n / hits if hits else nan,
        "share_any": float(marked.any(axis=1)[could].mean()), "share_points": float(marked.sum() / judged.sum()),
        "lag1": memory,
    }  # fmt: skip
