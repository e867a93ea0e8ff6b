# mypy: ignore-errors
"""The picture of funnels: limits, marked trusts, names of those beyond a limit; region and England by year."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wres_analysis.charts import style
from wres_analysis.charts.figure import picture
from wres_analysis.charts.funnel import funnel
from wres_analysis.charts.region import beside_by_year
from wres_analysis.stats.funnel import funnel_limits, known_error_funnel

pytestmark = pytest.mark.unit


def made(log: bool = False) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(5)
    error = rng.uniform(0.5, 3.0, 30) / (10 if log else 1)
    y = rng.normal(0.2 if log else 4.0, error)
    y[3] += 8 * error[3]
    f = known_error_funnel(y, error, kind="log_ratio" if log else "difference")
    codes = [f"T{n:02d}" for n in range(30)]
    points = pd.DataFrame(
        {
            "indicator": "x", "title": "1. Something", "org_code": codes, "mine": [n < 6 for n in range(30)],
            "value": np.exp(y) if log else y, "precision": 1 / error, "flag": f.flag_adjusted, "part": 0,
        }
    )  # fmt: skip
    grid = np.linspace(0.9 / error.max(), 1.05 / error.min(), 40)
    limits = funnel_limits(f, grid**2)
    curves = pd.DataFrame(
        {
            "indicator": "x", "part": 0, "precision": grid, "low_95": limits.low_95, "high_95": limits.high_95,
            "low_998": limits.low_998, "high_998": limits.high_998, "target": f.target,
        }
    )  # fmt: skip
    return points, curves


@pytest.mark.parametrize("log", [False, True])
def test_marked_trusts_beyond_a_limit_are_named_and_all_points_are_inside_the_picture(log: bool) -> None:
    style.use()
    points, curves = made(log)
    fig = funnel(points, curves, mine="Somewhere", parity=1 if log else 0, ylabel="Gap", log=log)
    (ax,) = fig.axes
    beyond = points[points["mine"] & (points["flag"] != "inside")]
    assert "T03" in set(beyond["org_code"])
    assert {text.get_text() for text in ax.texts} == set(beyond["org_code"])
    low, high = ax.get_ylim()
    assert low < points["value"].min() and points["value"].max() < high
    drawn = np.concatenate([line.get_ydata() for line in ax.lines if line.get_marker() == "o"])
    assert np.sort(drawn) == pytest.approx(np.sort(points["value"]))
    assert picture(fig)[:4] == b"\x89PNG"


def test_a_year_before_a_break_is_not_joined_with_the_years_after() -> None:
    style.use()
    rows = [
        {"title": "7. Something", "subject": s, "subject_name": s, "wres_year": y, "estimate": v, "low": v - 1,
         "high": v + 1, "flags": "before_break" if y < 2021 else ""}
        for s in ("region", "england") for y, v in ((2019, 5.0), (2020, 6.0), (2021, 2.0), (2022, 3.0))
    ]  # fmt: skip
    fig = beside_by_year(pd.DataFrame(rows), parity=0, ylabel="Gap")
    joined = [line for line in fig.axes[0].lines if line.get_marker() == "None" and len(line.get_xdata()) == 2]
    pairs = {tuple(np.round(line.get_ydata(), 6)) for line in joined}
    assert {(5.0, 6.0), (2.0, 3.0)} <= pairs and (6.0, 2.0) not in pairs
