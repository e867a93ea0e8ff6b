# mypy: ignore-errors
"""Pictures of the first look: what is muted, what is marked, what is labelled."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from wres_analysis.charts.explore import correlations, pair_scatter, pairs_small
from wres_analysis.charts.figure import picture
from wres_analysis.charts.style import use

pytestmark = pytest.mark.unit

NAMES = ("Indicator 5", "Indicator 6", "Sickness absence", "Staff engagement")
PAIRS = [
    ("Indicator 5", "Indicator 6", 0.61, True, "flagged"),
    ("Indicator 5", "Sickness absence", -0.004, False, "none"),
    ("Indicator 5", "Staff engagement", -0.72, True, "none"),
    ("Indicator 6", "Sickness absence", 0.2, False, "flagged"),
    ("Indicator 6", "Staff engagement", np.nan, False, "refused"),
    ("Sickness absence", "Staff engagement", -0.31, True, "none"),
]


def matrix(pairs=PAIRS):
    use()
    columns = ["exposure_name", "outcome_name", "estimate", "distinguishable", "coupling"]
    return correlations(pd.DataFrame(pairs, columns=columns), names=NAMES)


def cells(fig):
    """Number -> colour of its cell, whether it is starred, and weight of its letters."""
    ax = fig.axes[0]
    stars = {(int(t.get_position()[0]), int(t.get_position()[1])) for t in ax.texts if t.get_text() == "*"}
    faces = {
        (int(p.get_x()), int(p.get_y())): to_hex(p.get_facecolor())
        for p in ax.patches
        if isinstance(p, Rectangle) and p.get_fill()
    }
    found = {}
    for text in ax.texts:
        at = (int(text.get_position()[0]), int(text.get_position()[1]))
        if text.get_text() != "*":
            found[text.get_text()] = (faces[at], at in stars, text.get_fontweight())
    return found


def test_what_cannot_be_told_is_grey_and_thin_and_coupled_pairs_are_starred():
    found = cells(matrix())
    assert set(found) == {"0.61", "0.00", "−0.72", "0.20", "−0.31"}
    assert found["0.00"] == ("#eef0f1", False, "normal")
    assert found["0.20"] == ("#eef0f1", True, "normal")
    assert found["0.61"][1:] == (True, "bold")
    assert found["−0.31"][1:] == (False, "bold")
    colours = {text: found[text][0] for text in ("0.61", "−0.72", "−0.31")}
    red, blue = (int(colours["0.61"][i : i + 2], 16) for i in (1, 5))
    assert red > blue  # positive is orange
    red, blue = (int(colours["−0.72"][i : i + 2], 16) for i in (1, 5))
    assert blue > red  # negative is blue
    assert len(set(colours.values())) == 3


def test_coupled_cells_are_hatched_so_that_no_colour_is_needed():
    hatched = [p for p in matrix().axes[0].patches if p.get_hatch()]
    assert len(hatched) == 2  # the refused pair has no answer and no cell


def test_matrix_is_a_triangle_of_all_or_a_rectangle_of_indicators_and_outcomes():
    ax = matrix().axes[0]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Indicator 6", "Sickness absence", "Staff engagement"]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["Indicator 5", "Indicator 6", "Sickness absence"]
    ax = matrix([pair for pair in PAIRS if pair[0][0] == "I" and pair[1][0] == "S"]).axes[0]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Indicator 5", "Indicator 6"]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["Sickness absence", "Staff engagement"]


def test_letters_can_be_read_on_their_cell():
    """At least 4.5:1, as the web's accessibility rules ask of small text."""

    def luminance(colour):
        parts = [int(to_hex(colour)[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    pairs = [
        (NAMES[0], NAMES[2], r, told, "none") for r in (-0.95, -0.6, -0.3, 0.3, 0.6, 0.95) for told in (True, False)
    ]
    for pair in pairs:
        (text,) = matrix([pair]).axes[0].texts
        pair_of = sorted((luminance(text.get_color()), luminance(text.get_bbox_patch().get_facecolor())))
        assert (pair_of[1] + 0.05) / (pair_of[0] + 0.05) >= 4.5


def points(n=12, base=True):
    random = np.random.default_rng(2)
    x = random.normal(size=n)
    return pd.DataFrame(
        {
            "org_code": [f"RZ{i}" for i in range(n)], "x": x, "y": x + random.normal(size=n),
            "base": np.arange(n) * 10.0 + 10 if base else np.nan,
            "labelled": [i < 3 for i in range(n)], "mine": [i == 1 for i in range(n)],
        }
    )  # fmt: skip


LINES = pd.DataFrame(
    {
        "line": ["naive", "naive", "adjusted", "adjusted"], "x": [-1.0, 1.0] * 2, "fit": [-1.0, 1.0, 0.0, 0.1],
        "low": [-1.5, 0.5, -0.5, -0.4], "high": [-0.5, 1.5, 0.5, 0.6],
    }
)  # fmt: skip


def test_scatter_has_both_lines_bands_labels_and_areas_by_base():
    use()
    fig = pair_scatter(points(), LINES, xlabel="x", ylabel="y", base="answers")
    (ax,) = fig.axes
    assert [line.get_linestyle() for line in ax.lines] == ["--", "-"]
    assert {text.get_text() for text in ax.texts} == {"RZ0", "RZ1", "RZ2"}
    dots, mine = [c for c in ax.collections if len(c.get_offsets()) and c.get_sizes().size]
    assert (len(dots.get_offsets()), len(mine.get_offsets())) == (11, 1)
    assert (np.diff(dots.get_sizes()) > 0).all()
    names = [text.get_text().replace("\n", " ") for text in fig.legends[0].get_texts()]
    assert names == [
        "Line as the points lie, 95% band",
        "Adjusted line, 95% band",
        "Each trust; area: answers",
        "Trust RZ1",
    ]


def test_scatter_without_bases_has_dots_of_one_size_and_says_nothing_of_area():
    use()
    fig = pair_scatter(points(base=False), LINES.iloc[:0], xlabel="x", ylabel="y", base="answers")
    names = [text.get_text() for text in fig.legends[0].get_texts()]
    assert names == ["Each trust", "Trust RZ1"]


def test_small_multiples_have_a_picture_for_each_title():
    use()
    many = pd.concat([points().assign(title=f"Indicator {k}") for k in (1, 2, 3, 4)])
    lines = pd.concat([LINES.assign(title=f"Indicator {k}") for k in (1, 2, 3, 4)])
    fig = pairs_small(many, lines, ylabel="y")
    shown = [ax.get_title(loc="left") for ax in fig.axes if ax.axison]
    assert shown == [f"Indicator {k}" for k in (1, 2, 3, 4)]
    assert all(len(ax.lines) == 2 for ax in fig.axes if ax.axison)


def test_the_same_picture_has_the_same_bytes():
    assert picture(matrix()) == picture(matrix())
