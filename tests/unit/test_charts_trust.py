"""Every picture draws with holes, one row and long names; nothing is cut; the same frame has the same bytes."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from wres_analysis.charts import style
from wres_analysis.charts.coverage import coverage
from wres_analysis.charts.figure import picture
from wres_analysis.charts.trust import bands, dot_intervals, months, two_groups_by_year, values_by_year

pytestmark = pytest.mark.unit

LONG = "Great Western and Northern Lincolnshire Partnership Teaching Hospitals University NHS Foundation Trust"
TITLES = [
    "5. Harassment, bullying or abuse from the public",
    "6. Harassment, bullying or abuse from staff",
    "7. Belief",
]
SUBJECTS = {"trust": LONG, "region": "North East and Yorkshire", "type": "Mental health trusts", "england": "England"}


@pytest.fixture(autouse=True)
def _house_style() -> Iterator[None]:
    with plt.rc_context():
        style.use()
        yield


def dots(titles: list[str] = TITLES, **columns: Any) -> pd.DataFrame:
    rows = [
        {"title": title, "subject": key, "subject_name": name, "estimate": 1.5, "low": 1.1, "high": 2.4}
        for title in titles
        for key, name in SUBJECTS.items()
    ]
    return pd.DataFrame(rows).assign(**columns)


def by_year(years: range = range(2017, 2026), titles: list[str] = TITLES) -> pd.DataFrame:
    rows = [
        {"title": title, "wres_year": year, "reference": 58.0, "comparison": 45.0, "estimate": 1.3, "low": 0.9,
         "high": 1.9, "flags": "before_break" if year < 2021 else ""}
        for title in titles
        for year in years
    ]  # fmt: skip
    return pd.DataFrame(rows)


def band_frame() -> pd.DataFrame:
    groups = {"Non-clinical": 13, "Clinical": 13, "Medical and dental": 3}
    rows = [
        {
            "staff_group": g,
            "band": f"Band {n}" if n else "Non-consultant career grade",
            "comparison": 3.0 * n,
            "workforce": 20.0,
        }
        for g, count in groups.items()
        for n in range(count)
    ]
    return pd.DataFrame(rows)


def month_frame(count: int = 60) -> pd.DataFrame:
    days = pd.date_range("2020-04-30", periods=count, freq="ME")
    parts = [pd.DataFrame({"subject": k, "subject_name": n, "month": days, "value": 4.5}) for k, n in SUBJECTS.items()]
    return pd.concat(parts, ignore_index=True)


def cover_frame(years: range = range(2014, 2026)) -> pd.DataFrame:
    labels = [*TITLES, "Agency and external bank spend as a share of staff cost"]
    rows = [{"label": la, "wres_year": y, "observed": 100, "trusts": 210} for la in labels for y in years]
    return pd.DataFrame(rows)


def draw_gap(frame: pd.DataFrame) -> Figure:
    return dot_intervals(frame, parity=0, xlabel="Gap, percentage points", better="better for them", worse="worse")


def draw_ratio(frame: pd.DataFrame) -> Figure:
    return dot_intervals(frame, parity=1, xlabel="Ratio", better="better for them", worse="worse", log=True)


def draw_ratios(frame: pd.DataFrame) -> Figure:
    return values_by_year(frame, parity=1, ylabel="Ratio", log=True)


def draw_groups(frame: pd.DataFrame) -> Figure:
    return two_groups_by_year(frame, labels=("White staff", "BME staff"))


def holed(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Every second row without its numbers."""
    frame = frame.copy()
    frame.loc[frame.index % 2 == 0, list(columns)] = np.nan
    return frame


NUMBERS = ("estimate", "low", "high")
DRAWN: dict[str, tuple[Callable[[pd.DataFrame], Figure], pd.DataFrame]] = {
    "gaps": (draw_gap, dots()),
    "gaps, holed": (draw_gap, holed(dots(), *NUMBERS)),
    "gaps, none": (draw_gap, dots(estimate=np.nan, low=np.nan, high=np.nan)),
    "gaps, one row": (draw_gap, dots(TITLES[:1])[:1]),
    "gaps, no interval": (draw_gap, dots(low=np.nan, high=np.nan)),
    "ratios": (draw_ratio, dots()),
    "ratios, one row": (draw_ratio, dots(TITLES[:1])[:1]),
    "ratios of nought": (draw_ratio, dots(estimate=0.0, low=0.0, high=1.7)),
    "ratios without an upper limit": (draw_ratio, dots(estimate=np.nan, low=1.2, high=np.inf)),
    "ratios without limits": (draw_ratio, dots(estimate=np.nan, low=np.nan, high=np.nan)),
    "ratios, huge": (draw_ratio, dots(estimate=40.0, low=0.02, high=90.0)),
    "ratios, tight": (draw_ratio, dots(estimate=1.01, low=1.0, high=1.02)),
    "groups": (draw_groups, by_year()),
    "groups, holed": (draw_groups, holed(by_year(), "reference", "comparison")),
    "groups, none": (draw_groups, by_year().assign(reference=np.nan, comparison=np.nan)),
    "groups, one year": (draw_groups, by_year(range(2025, 2026))),
    "groups, one indicator": (draw_groups, by_year(titles=TITLES[:1])),
    "ratios by year": (draw_ratios, by_year()),
    "ratios by year, holed": (draw_ratios, holed(by_year(), *NUMBERS)),
    "ratios by year, nought": (draw_ratios, by_year().assign(estimate=0.0, low=0.0, high=3.0)),
    "ratios by year, no upper limit": (draw_ratios, by_year().assign(estimate=np.nan, high=np.inf)),
    "ratios by year, one year": (draw_ratios, by_year(range(2025, 2026), TITLES[:1])),
    "bands": (lambda frame: bands(frame, label="Share of staff, %"), band_frame()),
    "bands, holed": (lambda frame: bands(frame, label="Share of staff, %"), holed(band_frame(), "comparison")),
    "bands, none": (lambda frame: bands(frame, label="%"), band_frame().assign(comparison=np.nan, workforce=np.nan)),
    "bands, one": (lambda frame: bands(frame, label="Share of staff, %"), band_frame()[:1]),
    "months": (lambda frame: months(frame, ylabel="% of days lost"), month_frame()),
    "months, holed": (lambda frame: months(frame, ylabel="% of days lost"), holed(month_frame(), "value")),
    "months, one": (lambda frame: months(frame, ylabel="% of days lost"), month_frame(1)),
    "months, trust only": (lambda frame: months(frame, ylabel="%"), month_frame(24).query("subject == 'trust'")),
    "coverage": (coverage, cover_frame()),
    "coverage, one": (coverage, cover_frame(range(2025, 2026))[:1]),
    "coverage, no trusts": (coverage, cover_frame().assign(observed=0, trusts=0)),
}


@pytest.fixture(params=DRAWN)
def figure(request: pytest.FixtureRequest) -> Figure:
    draw, frame = DRAWN[request.param]
    fig = draw(frame)
    fig.canvas.draw()
    return fig


def shown(fig: Figure) -> list[Text]:
    return [t for t in fig.findobj(Text) if t.get_visible() and t.get_text().strip() and t.axes in (*fig.axes, None)]


def test_no_word_is_cut(figure: Figure) -> None:
    width, height = figure.canvas.get_width_height()
    ticks = {label for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for label in _outside(axis)}
    cut = []
    for text in shown(figure):
        if text in ticks:
            continue
        box = text.get_window_extent()
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1:
            cut.append((text.get_text(), box.bounds))
    assert cut == []


def _outside(axis) -> list[Text]:
    """Labels of ticks beyond the limits of their axis, which are not drawn."""
    low, high = sorted(axis.get_view_interval())
    return [t.label1 for t in axis.get_major_ticks() if not low - 1e-9 <= t.get_loc() <= high + 1e-9]


def test_titles_do_not_run_into_one_another(figure: Figure) -> None:
    boxes = [ax.title.get_window_extent() for ax in figure.axes if ax.get_title(loc="left") or ax.get_title()]
    boxes = [box for box in boxes if box.width > 0]
    assert not any(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[n + 1 :])


def test_labels_of_an_axis_do_not_run_into_one_another(figure: Figure) -> None:
    for ax in figure.axes:
        low, high = sorted(ax.get_xlim())
        ticks = [t for t in ax.xaxis.get_major_ticks() if low <= t.get_loc() <= high and t.label1.get_text()]
        boxes = sorted((t.label1.get_window_extent() for t in ticks), key=lambda box: box.x0)
        assert all(a.x1 <= b.x0 + 1 for a, b in pairwise(boxes)), [t.label1.get_text() for t in ticks]


def test_labels_of_rows_do_not_run_into_one_another(figure: Figure) -> None:
    for ax in figure.axes:
        low, high = sorted(ax.get_ylim())
        ticks = [t for t in ax.yaxis.get_major_ticks() if low <= t.get_loc() <= high and t.label1.get_text()]
        boxes = sorted((t.label1.get_window_extent() for t in ticks), key=lambda box: box.y0)
        assert all(a.y1 <= b.y0 + 2 for a, b in pairwise(boxes)), [t.label1.get_text() for t in ticks]


def test_there_is_something_to_read_on_every_axis(figure: Figure) -> None:
    for ax in figure.axes:
        if ax.axison and ax.xaxis.get_tick_params()["labelbottom"]:  # pictures that share an axis label the last
            assert [t.get_text() for t in ax.get_xticklabels() if t.get_text()]


@pytest.mark.parametrize("name", ["gaps", "ratios", "groups", "ratios by year", "bands", "months", "coverage"])
def test_the_same_frame_has_the_same_bytes(name: str) -> None:
    draw, frame = DRAWN[name]
    before = frame.copy()
    assert picture(draw(frame)) == picture(draw(frame))
    pd.testing.assert_frame_equal(frame, before)  # drawing changes nothing


# What is drawn -----------------------------------------------------------------------------------------------------


def xs(line: Line2D) -> list[float]:
    return [float(x) for x in np.asarray(line.get_xdata(), dtype="float64")]


def ys(line: Line2D) -> list[float]:
    return [float(y) for y in np.asarray(line.get_ydata(), dtype="float64")]


def marks(fig: Figure) -> list[tuple[float, float]]:
    lines = [line for line in fig.axes[0].lines if line.get_linestyle() == "None"]
    return [(xs(line)[0], round(ys(line)[0], 2)) for line in lines]


def test_dots_stand_where_the_frame_says_the_first_title_on_top() -> None:
    frame = dots(["A", "B"])
    frame["estimate"] = np.arange(1.0, 9.0)
    assert marks(draw_gap(frame)) == [
        (1.0, 1.16), (2.0, 0.92), (3.0, 0.8), (4.0, 0.68), (5.0, 0.16), (6.0, -0.08), (7.0, -0.2), (8.0, -0.32),
    ]  # fmt: skip


def test_only_the_trust_has_an_interval_and_one_limit_runs_to_the_edge() -> None:
    fig = draw_ratio(dots(TITLES[:1], estimate=np.nan, low=1.2, high=np.inf))
    (bar,) = [line for line in fig.axes[0].lines if line.get_linewidth() == 3]
    assert xs(bar) == pytest.approx([1.2, fig.axes[0].get_xlim()[1]])
    assert marks(fig) == []


def test_parity_is_always_on_the_picture() -> None:
    for estimate in (0.01, 50.0):
        ax = draw_ratio(dots(estimate=estimate, low=estimate / 1.1, high=estimate * 1.1)).axes[0]
        assert ax.get_xlim()[0] < 1 < ax.get_xlim()[1]
        assert "1" in [t.get_text() for t in ax.get_xticklabels()]
    ax = draw_gap(dots(estimate=9.0, low=8.0, high=10.0)).axes[0]
    assert ax.get_xlim()[0] <= 0 <= ax.get_xlim()[1]


def pieces(fig: Figure) -> list[list[int]]:
    """The years that each line of the first group joins."""
    lines = [line for line in fig.axes[0].lines if line.get_color() == style.DUO[0]]
    return [[int(year) for year in xs(line)] for line in lines]


def test_no_line_joins_across_a_break_or_a_missing_year() -> None:
    frame = by_year(range(2018, 2026), TITLES[:1])
    assert pieces(draw_groups(frame)) == [[2018, 2019, 2020], [2021, 2022, 2023, 2024, 2025]]
    assert pieces(draw_groups(frame[frame["wres_year"] != 2023])) == [[2018, 2019, 2020], [2021, 2022], [2024, 2025]]


def test_a_break_is_drawn_between_its_years() -> None:
    ax = draw_groups(by_year(range(2018, 2026), TITLES[:1])).axes[0]
    (dotted,) = [line for line in ax.lines if line.get_linestyle() == ":"]
    assert set(xs(dotted)) == {2020.5}


def test_a_missing_month_cuts_the_line() -> None:
    frame = month_frame(12)
    frame = frame[frame["month"] != pd.Timestamp("2020-08-31")]
    line = next(line for line in months(frame, ylabel="%").axes[0].lines if str(line.get_label()).startswith("Great"))
    assert np.isnan(ys(line)).tolist() == [n == 4 for n in range(12)]


def test_bands_keep_their_order_from_top_to_bottom() -> None:
    ax = bands(band_frame(), label="%").axes[0]
    assert [t.get_text() for t in ax.get_yticklabels()][::-1][1:3] == ["Band 1", "Band 2"]
    assert [bar.get_bbox().width for bar in ax.patches if isinstance(bar, Rectangle)][::-1][1:3] == [3.0, 6.0]


def test_each_number_of_coverage_is_written_and_can_be_read() -> None:
    frame = cover_frame(range(2024, 2026))
    frame["observed"] = np.arange(len(frame)) * 25
    fig = coverage(frame)
    assert [t.get_text() for t in fig.axes[0].texts] == [str(n) for n in frame["observed"]]


def contrast(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """The contrast ratio of WCAG 2.2."""

    def luminance(colour: tuple[float, ...]) -> float:
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3])
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_numbers_of_coverage_stand_out_from_their_cells() -> None:
    frame = pd.DataFrame({"label": "A", "wres_year": range(2000, 2050), "observed": range(50), "trusts": 49})
    ax = coverage(frame).axes[0]
    cells = np.asarray(ax.collections[0].get_facecolor())
    assert len(cells) == 50
    assert min(contrast(cell, to_rgba(t.get_color())) for cell, t in zip(cells, ax.texts, strict=True)) >= 4.5
