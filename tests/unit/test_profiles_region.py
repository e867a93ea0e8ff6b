# mypy: ignore-errors
"""A region's frames: change over the same trusts, within trusts, funnels that agree with the flags, what links need."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from handmade import COMPARISON, STANDARD, both, observed, organisations, panel_data
from proofs import YEAR, handmade_panel

from wres_analysis.errors import RequestError
from wres_analysis.panel.store import PanelData
from wres_analysis.profiles.disparity import disparity
from wres_analysis.profiles.funnels import funnels
from wres_analysis.profiles.region import detectable_correlation, region_profile
from wres_analysis.stats.funnel import funnel_limits, known_error_funnel
from wres_analysis.stats.intervals import difference_interval, proportion_interval
from wres_analysis.stats.mover import mover_difference

pytestmark = pytest.mark.unit


def test_mover_of_wilson_intervals_is_newcombes_interval() -> None:
    """Newcombe (1998), Statistics in Medicine 17:873-890, method 10: his 56/70 and 48/80, 0.0524 to 0.3339."""
    one, other = proportion_interval(56, 70), proportion_interval(48, 80)
    d, low, high = mover_difference(one.estimate, one.low, one.high, other.estimate, other.low, other.high)
    assert (float(d), float(low), float(high)) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)  # as printed
    mine = difference_interval(56, 70, 48, 80)
    assert (float(low), float(high)) == pytest.approx((mine.low, mine.high), rel=1e-12)


@pytest.mark.parametrize(("n", "r"), [(783, 0.10), (85, 0.30), (28, 0.50)])
def test_detectable_correlations_are_those_of_cohen(n: int, r: float) -> None:
    """Cohen (1992), Psychological Bulletin 112:155-159, table 2: 80% power at 5%, rounded up to whole pairs."""
    assert detectable_correlation(n) == pytest.approx(r, abs=0.01)  # his r is that of a whole n; ours is for that n


def test_three_pairs_detect_nothing() -> None:
    assert np.isnan(detectable_correlation(3)) and np.isnan(detectable_correlation(0))


def moved(panel_rows: list) -> PanelData:
    orgs = organisations(("RA1", "North West"), ("RA2", "North West"), ("RA3", "North West"), ("RB1", "London"))
    return panel_data(*panel_rows, orgs=orgs, checked=True)


def test_change_counts_the_same_trusts_and_no_other() -> None:
    """RA3 comes in the last year only, with a gap of its own that would look like change."""
    rows = [
        *(
            both(code, "ind8", year, (60, 1000), (130, 1000))
            for code in ("RA1", "RA2", "RB1")
            for year in (YEAR - 1, YEAR)
        ),
        both("RA3", "ind8", YEAR, (60, 1000), (600, 1000)),
    ]
    profile = region_profile(moved(rows), "North West")
    row = profile.changes.query("indicator == 'ind8' and span == 'year_before'").set_index("basis")
    assert list(row["n_trusts"]) == [2, 2] and list(row["n_possible"]) == [3, 3]
    assert row["change"].to_numpy() == pytest.approx([0.0, 0.0], abs=1e-9)
    assert set(row["reading"]) == {"unclear"}
    level = profile.indicators.query("indicator == 'ind8' and subject == 'region'").iloc[0]
    assert level["n_trusts"] == 3 and level["estimate"] > 20


def test_a_planted_change_is_found_on_both_bases_with_its_sign() -> None:
    rows = [both(c, "ind8", YEAR - 1, (60, 1000), (80, 1000)) for c in ("RA1", "RA2")]
    rows += [both(c, "ind8", YEAR, (60, 1000), (160, 1000)) for c in ("RA1", "RA2")]
    part = region_profile(moved(rows), "north west").changes.query("indicator == 'ind8' and span == 'year_before'")
    assert set(part["reading"]) == {"worse"}
    assert part["change"].to_numpy() == pytest.approx([8.0, 8.0])  # 16% less 8%; equal trusts, so both ways agree
    error = 100 * np.sqrt(sum(p * (1 - p) / 2000 for p in (0.06, 0.06, 0.08, 0.16)))
    half = (part["high"] - part["low"]).to_numpy() / 2
    assert half == pytest.approx([1.96 * error] * 2, rel=0.02)  # score intervals differ from Wald's a little


def test_simpson_s_paradox_shows_in_the_sum_and_not_within() -> None:
    """No gap in either trust; ethnic minority staff work where everybody fares worse."""
    rows = [both("RA1", "ind8", YEAR, (40, 2000), (2, 100)), both("RA2", "ind8", YEAR, (20, 100), (400, 2000))]
    row = region_profile(moved(rows), "North West").within.query("indicator == 'ind8' and subject == 'region'").iloc[0]
    assert row["summed"] > 15 and row["within"] == pytest.approx(0.0, abs=1e-9)
    assert row["mix"] and row["within_low"] < 0 < row["within_high"]


def test_levels_on_two_sides_of_a_break_are_not_compared() -> None:
    broken = 0
    for declared in STANDARD.breaks:
        i, first = STANDARD.indicators.get(declared.measure), declared.first_wres_year
        if i is None or i.form != "gap" or first is None:
            continue
        rows = [
            both(c, i.key, y, (500, 1000), (400, 1000), vintage=str(y - 1))
            for c in ("RA1", "RA2")
            for y in (first - 1, first)
        ]
        panel = moved(rows)
        part = region_profile(panel, "North West", year=first).changes
        part = part[(part["indicator"] == i.key) & (part["span"] == "year_before")]
        assert set(part["status"]) == {"break"} and part["change"].isna().all()
        broken += 1
    assert broken


def test_limits_of_the_funnel_part_trusts_as_the_flags_do() -> None:
    panel = handmade_panel()
    frame = disparity(panel.values, YEAR, STANDARD)
    made = funnels(frame, ["RZ1"], STANDARD)
    assert set(made.points["org_code"][made.points["mine"]]) == {"RZ1"}
    for (key, _), part in made.points.groupby(["indicator", "part"]):
        placed = part[part["flag"] != ""]
        ratio = placed["form"].iloc[0] == "ratio"
        y = np.log(placed["value"]) if ratio else placed["value"]
        of = frame[frame["indicator"] == key]
        f = known_error_funnel(
            of["disadvantage"], of["standard_error"],
            kind="log_ratio" if ratio else "difference", target=float(part["target"].iloc[0]),
        )  # fmt: skip
        limits = funnel_limits(f, placed["precision"].to_numpy() ** 2)
        y = np.exp(y) if ratio else y
        outside = (y < limits.low_998) | (y > limits.high_998)
        assert list(outside) == list(placed["flag"] == "outside_99.8")


def test_groups_smaller_than_the_standard_shows_give_no_number() -> None:
    small = STANDARD.smallest_shown - 1
    rows = [both(c, "ind8", YEAR, (60, 1000), (130, 1000)) for c in ("RA1", "RA3", "RB1")]
    rows.append(both("RA2", "ind8", YEAR, (60, 1000), (2, small)))
    profile = region_profile(moved(rows), "North West")
    row = profile.trusts.query("indicator == 'ind8' and org_code == 'RA2'").iloc[0]
    assert row["status"] == "too_small"
    numbers = profile.trusts.select_dtypes("float64").columns
    assert row[numbers].isna().all()
    assert "RA2" not in set(profile.funnels.points["org_code"])


def test_board_stands_in_two_parts() -> None:
    rows = [observed(c, "workforce_share", YEAR, 300, 1000, group=COMPARISON) for c in ("RA1", "RA2")]
    for stratum, seats in (("board_total", 16), ("board_voting", 12), ("board_executive", 6)):
        rows += [both(c, "ind9", YEAR, (seats - 2, seats), (2, seats), stratum=stratum) for c in ("RA1", "RA2")]
    part = region_profile(moved(rows), "North West", year=YEAR).board.query("subject == 'region'").set_index("stratum")
    assert part.loc["board_total", ["seats", "body", "workforce"]].tolist() == pytest.approx([32, 12.5, 30.0])
    assert part.loc["board_executive", "difference"] == pytest.approx(100 * 4 / 12 - 30)


def test_what_cannot_be_asked_is_said() -> None:
    panel = handmade_panel()
    with pytest.raises(RequestError, match="Did you mean North West"):
        region_profile(panel, "North Wst")
    with pytest.raises(RequestError, match="Choose an earlier one"):
        region_profile(panel, "North West", year=YEAR, since=YEAR)


def test_every_trust_of_the_region_has_its_row() -> None:
    profile = region_profile(handmade_panel(), "North West")
    for _, part in profile.trusts.groupby("indicator"):
        assert set(part["org_code"]) == set(profile.subjects[0].codes)
    assert isinstance(profile.months, pd.DataFrame) and profile.uncovered == ()
