# mypy: ignore-errors
"""Pictures of links and the frames behind them: what is of interest, what is muted, what is cut off."""

import numpy as np
import pandas as pd
import pytest
from link_panels import HEAD, random_panel, run, test_text
from matplotlib.colors import to_hex

from wres_analysis.charts.figure import picture
from wres_analysis.charts.links import detectable, forest, grid, probabilities
from wres_analysis.charts.style import use
from wres_analysis.errors import RequestError
from wres_analysis.links import shown
from wres_analysis.resources import share

pytestmark = pytest.mark.unit

SECOND = HEAD + '\n[[family]]\nname = "others"\nrole = "secondary"\nadjust = ["holm"]\n'
PAIRS = [(e, o) for e in ("ind5.disadvantage", "ind8.disadvantage") for o in ("engagement", "sickness")]


@pytest.fixture(scope="module")
def result():
    """One primary test with a planted effect, and four others of which one has it too."""
    use()
    sesoi = "{ change = 0.2, per = 10 }"
    tests = [test_text("P", sesoi=sesoi)]
    tests += [test_text(f"S{n}", family="others", exposure=e, outcome=o, sesoi=sesoi) for n, (e, o) in enumerate(PAIRS)]
    return run(random_panel(60, 8), *tests, head=SECOND)


def marks(ax):
    return {line.get_marker(): line for line in ax.lines if line.get_linestyle() == "None"}


def test_estimates_are_multiples_of_the_smallest_size_of_interest(result):
    frame = shown.standing_beside(result)
    row = result.frame.iloc[0]
    first = frame[frame["series"] == "test"].iloc[0]
    assert first["estimate"] == pytest.approx(row["estimate"] / 0.02)  # 0.2 for 10 points is 0.02 for one
    assert (first["low"], first["high"]) == pytest.approx((row["ci_low"] / 0.02, row["ci_high"] / 0.02))
    assert list(frame["series"]) == ["test", "reverse"]
    assert set(frame["test_id"]) == {"P"}


def test_a_forest_draws_every_estimate_where_it_is(result):
    frame = shown.standing_beside(result)
    fig = forest(frame, labels={"P": "The test"}, series={"test": "a", "reverse": "b", "control": "c"}, xlabel="x")
    (ax,) = fig.axes
    drawn = marks(ax)
    assert drawn["o"].get_xdata() == pytest.approx(frame.loc[frame["series"] == "test", "estimate"])
    assert drawn["D"].get_xdata() == pytest.approx(frame.loc[frame["series"] == "reverse", "estimate"])
    names = [text.get_text() for text in fig.legends[0].get_texts()]
    assert names == ["a", "b", "smaller than of interest"]  # a series without a mark is not in the legend
    assert picture(fig).startswith(b"\x89PNG")


def test_a_limit_beyond_the_axis_ends_in_an_arrow():
    frame = pd.DataFrame(
        {"test_id": ["A", "B"], "series": "one", "estimate": [1.0, -0.5], "low": [0.5, -np.inf], "high": [1.5, 0.2]}
    )
    (ax,) = forest(frame, labels={"A": "A", "B": "B"}, series={"one": "one"}, xlabel="x").axes
    arrows = marks(ax)
    assert len(arrows["<"].get_xdata()) == 1
    assert ax.get_xlim()[0] < arrows["<"].get_xdata()[0] < -1
    assert np.isfinite(ax.get_xlim()).all()
    with pytest.raises(ValueError, match="no estimate"):
        forest(frame.iloc[:0], labels={}, series={}, xlabel="x")


def test_a_grid_mutes_what_is_not_told_from_nothing_and_leaves_nothing_out(result):
    frame = shown.grid(result, "others")
    assert list(frame["told_apart"]) == [p < 0.05 for p in frame["p"]]
    assert frame.loc[frame["test_id"] == "S2", "told_apart"].all()  # the planted one
    frame = frame.assign(row=frame["exposure"], column=frame["outcome"])
    fig = grid(frame, rows={e: e for e, _ in PAIRS}, columns={o: o for _, o in PAIRS})
    texts = fig.axes[0].texts
    assert len(texts) == len(PAIRS)
    told = [text for text in texts if text.get_fontweight() == "bold"]
    assert len(told) == int(frame["told_apart"].sum())
    muted = {to_hex(text.get_color()) for text in texts if text not in told}
    assert muted <= {"#6b7278"}
    coloured = np.ma.asarray(fig.axes[0].collections[0].get_array())
    assert int((~np.ma.getmaskarray(coloured)).sum()) == len(told)


def test_what_could_have_been_seen_stands_beside_what_is_of_interest(result):
    frame = shown.detectable(result)
    row = result.frame[result.frame["test_id"] == "P"].iloc[0]
    assert frame.loc[frame["test_id"] == "P", "detectable"].item() == pytest.approx(row["mde_80"] / row["sesoi"])
    assert len(frame) == 1 + len(PAIRS)
    frame = frame.assign(row=np.where(frame["role"] == "primary", frame["test_id"], "others"))
    (ax,) = detectable(frame, labels={"P": "P", "others": "the others"}).axes
    assert ax.get_xscale() == "log"
    assert sum(len(line.get_xdata()) for line in ax.lines if line.get_marker() == "o") == len(frame)


def test_probabilities_have_a_mark_for_each_rating_and_place():
    frame = pd.DataFrame(
        [
            {"quantile": q, "category": c, "estimate": 0.25, "low": 0.1, "high": 0.4}
            for q in (0.1, 0.5, 0.9)
            for c in (1.0, 2.0, 3.0, 4.0)
        ]
    )
    (ax,) = probabilities(frame, categories={1.0: "a", 2.0: "b", 3.0: "c", 4.0: "d"}, names=("x", "y", "z")).axes
    assert [len(line.get_xdata()) for line in ax.lines] == [4, 4, 4]
    assert set(ax.lines[0].get_ydata()) == {25.0}


def test_a_plan_of_the_kit_is_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert shown.open_plan("../plans/national.toml").hash == shown.open_plan(str(share("plans", "national.toml"))).hash
    with pytest.raises(RequestError, match=r"no plan 'mine\.toml'"):
        shown.open_plan("mine.toml")
    with pytest.raises(RequestError, match="no plan"):
        shown.open_plan("../plans/mine.toml")
