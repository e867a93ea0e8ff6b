# mypy: ignore-errors
"""Pictures of trends: what is in them, and that no line crosses a break."""

import numpy as np
import pandas as pd
import pytest
from handmade import both, organisations, panel_data

from wres_analysis.charts.figure import picture
from wres_analysis.charts.style import use
from wres_analysis.charts.trends import annual_trend, regions
from wres_analysis.trends.annual import annual_trends
from wres_analysis.trends.frames import drawn

pytestmark = pytest.mark.unit

ORGS = organisations(("RAA", "London", "Acute"), ("RBB", "Midlands", "Acute"))


@pytest.fixture(scope="module")
def trends():
    rows = []
    for code, shift in (("RAA", 0), ("RBB", 60)):
        for y in range(2018, 2026):
            vintage, level = (str(y - 1), 800) if y <= 2021 else (str(y), 560)
            white, other = level * 4 + shift, level - 80 + 9 * (y % 3) + shift
            rows.append(both(code, "ind7", y, (white, 4000), (other, 1000), vintage=vintage))
    use()
    return annual_trends(panel_data(*rows, orgs=ORGS), only=["ind7"])


def rows_of(trends, form, subjects, trust_set=("own", "all")):
    frame = trends.frame
    at = (frame["form"] == form) & frame["subject"].isin(subjects) & frame["trust_set"].isin(trust_set)
    return frame[at]


def curves(ax):
    return [line for line in ax.lines if line.get_linestyle() == "-" and len(line.get_xdata()) > 2]


def test_no_line_crosses_a_break_and_the_years_before_it_are_hollow(trends):
    rows = rows_of(trends, "gap", ["trust"])
    points, lines = drawn(trends.points, rows[rows["org_code"] == "RAA"], ["gap"])
    (ax,) = annual_trend(points, lines, ylabel="Points", parity=0.0).axes
    (curve,) = curves(ax)
    assert min(curve.get_xdata()) == 2022
    marks = [line for line in ax.lines if line.get_marker() == "o"]
    assert [(len(m.get_xdata()), m.get_markerfacecolor()) for m in marks] == [(4, "#12436D"), (4, "white")]
    assert any(line.get_linestyle() == ":" and line.get_xdata()[0] == 2021.5 for line in ax.lines)
    band = [c for c in ax.collections if c.get_paths()[0].vertices[:, 0].min() == 2022]
    assert band


def test_series_are_named_where_they_end_and_never_upon_one_another(trends):
    rows = rows_of(trends, "level", ["trust"])
    rows = rows[rows["org_code"] == "RAA"]
    labels = ["White staff", "Ethnic minority staff"]
    (ax,) = annual_trend(*drawn(trends.points, rows, labels), ylabel="Percentage").axes
    told = {text.get_text().replace("\n", " "): text.xy[1] for text in ax.texts}
    assert set(told) == set(labels)
    assert told["White staff"] - told["Ethnic minority staff"] >= 0.09
    assert len({text.get_color() for text in ax.texts}) == 2


def test_regions_stand_beside_england_on_one_scale(trends):
    rows = rows_of(trends, "gap", ["region", "england"])
    fig = regions(*drawn(trends.points, rows, list(rows["name"])), beside="England", ylabel="Points", parity=0.0)
    shown = [ax for ax in fig.axes if ax.axison]
    assert [ax.get_title(loc="left") for ax in shown] == ["London", "Midlands", "England"]
    assert len({ax.get_ylim() for ax in shown}) == 1
    dashed = [[line for line in ax.lines if line.get_linestyle() == "--" and len(line.get_xdata())] for ax in shown]
    assert [len(found) for found in dashed] == [1, 1, 0]
    np.testing.assert_array_equal(dashed[0][0].get_ydata(), dashed[1][0].get_ydata())
    assert picture(fig).startswith(b"\x89PNG")


def test_a_ratio_is_drawn_as_a_ratio():
    years = np.arange(2020, 2026)
    rows = [both("RAA", "ind2", int(y), (round(300 - 20 * (y - 2020)), 1000), (150, 1000)) for y in years]
    made = annual_trends(panel_data(*rows, orgs=ORGS), only=["ind2"])
    mine = made.frame[(made.frame["form"] == "log_ratio") & (made.frame["subject"] == "trust")]
    points, lines = drawn(made.points, mine, ["ratio"])
    assert points["value"].iloc[0] == pytest.approx(2.0)
    assert (points["low"] < points["value"]).all() and (points["value"] < points["high"]).all()
    (ax,) = annual_trend(points, lines, ylabel="Ratio", parity=1.0, log=True).axes
    assert ax.get_yscale() == "log"
    assert ax.get_ylim()[0] < 1 < ax.get_ylim()[1]


def test_a_series_without_a_trend_is_points_alone(trends):
    few = trends.points[trends.points["wres_year"] >= 2024]
    row = rows_of(trends, "gap", ["trust"]).iloc[:1].assign(status="too_few")
    points, lines = drawn(few, row, ["gap"])
    assert isinstance(lines, pd.DataFrame) and not len(lines)
    (ax,) = annual_trend(points, lines, ylabel="Points").axes
    assert not curves(ax)
    assert len(ax.lines[0].get_xdata()) == 2
