"""Monthly patterns of a panel with planted months: what is marked, what is named, and what is said of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wres_analysis.charts.monthly import alternative_text, xmr_months
from wres_analysis.errors import RequestError
from wres_analysis.narrative.monthly import tell_false_signals, tell_pattern
from wres_analysis.narrative.proofread import proofread, read_page
from wres_analysis.narrative.telling import Prose, paragraph
from wres_analysis.panel.store import PanelData
from wres_analysis.trends.false_signals import FALSE_SIGNAL_COLUMNS
from wres_analysis.trends.month_points import POINT_COLUMNS
from wres_analysis.trends.monthly import MONTHLY_COLUMNS, false_signals, monthly_patterns, monthly_points

pytestmark = pytest.mark.unit

MONTHS = pd.period_range("2020-04", "2025-03", freq="M")
GAP = pd.period_range("2022-05", "2023-03", freq="M")
#: Nothing happens, a jump, joined by another in 2024, gone in 2023, months missing, suppressed, parts only, not there.
PLAIN, JUMP, JOINED, GONE, HOLED, HIDDEN, PARTS, ABSENT = "RA1", "RA2", "RA3", "RA4", "RA5", "RA6", "RA7", "RA8"
#: Names without digits, as those of trusts are.
LETTERS = str.maketrans("0123456789", "abcdefghij")
OTHERS = tuple(f"RB{n}" for n in range(10))


def rates() -> dict[str, pd.Series]:
    """Ten ordinary trusts and the eight odd ones: season and level, and chance with a memory of 0.6."""
    rng = np.random.default_rng(20)
    season = 0.5 * np.cos(2 * np.pi * (MONTHS.month.to_numpy() - 1) / 12)
    out = {}
    for code in (*OTHERS, PLAIN, JUMP, JOINED, GONE, HOLED, HIDDEN, PARTS):
        noise = 0.1 * rng.normal(size=len(MONTHS))
        for t in range(1, len(MONTHS)):
            noise[t] += 0.6 * noise[t - 1]
        out[code] = pd.Series(rng.uniform(4, 6) + season + noise, index=MONTHS).drop(GAP)
    out[JUMP]["2024-11":] += 1.5
    out[HOLED] = out[HOLED].drop(pd.PeriodIndex(["2024-06", "2024-07"], freq="M"))
    out[GONE] = out[GONE][:"2023-12"]
    return out


def observations(measure: str = "sickness", stratum: str = "all") -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for code, series in rates().items():
        names = [f"{code}01", f"{code}02"] if code == PARTS else [code]
        for name in names:
            for month, value in series.items():
                hidden = code == HIDDEN
                assert isinstance(month, pd.Period)
                rows.append({
                    "org_code": name, "period_start": month.start_time.normalize(),
                    "period_end": month.end_time.normalize(), "measure": measure, "group": "all", "stratum": stratum,
                    "numerator": np.nan, "denominator": np.nan, "value": np.nan if hidden else value,
                    "unit": "percent", "status": "suppressed" if hidden else "observed",
                    "source": "sickness_benchmarking", "source_file": "made.csv", "source_cell": f"B{len(rows)}",
                    "vintage": "2025-03", "effective_base": np.nan, "flags": "",
                    "reason": "suppressed by the publisher" if hidden else "",
                })  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def panel() -> PanelData:
    codes = [*OTHERS, PLAIN, JUMP, JOINED, GONE, HOLED, HIDDEN, PARTS, ABSENT]
    organisations = pd.DataFrame({
        "code": codes, "name": [f"Trust {code.translate(LETTERS)}" for code in codes],
        "trust_type": "Acute", "successor": "",
        "succession_date": pd.Series([pd.NaT] * len(codes), dtype="datetime64[s]"),
    }).set_index("code")  # fmt: skip
    organisations.loc[GONE, "successor"] = JOINED
    organisations.loc[GONE, "succession_date"] = pd.Timestamp("2024-01-01")
    values = pd.DataFrame(
        {"org_code": [PARTS, PLAIN], "measure": "sickness", "members": [f"{PARTS}01 {PARTS}02", PLAIN]}
    )
    tables = {"observations": observations(), "organisations": organisations.reset_index(), "values": values}
    return PanelData(tables, {"data_hash": "0" * 64})


@pytest.fixture(scope="module")
def patterns(panel: PanelData) -> pd.DataFrame:
    return monthly_patterns(panel, targets={"sickness": 9.0})


def row_of(frame: pd.DataFrame, code: str) -> dict[str, Any]:
    (row,) = frame[frame["org_code"] == code].to_dict("records")
    return {str(name): value for name, value in row.items()}


def test_every_trust_has_a_row_with_the_columns_promised(patterns: pd.DataFrame) -> None:
    assert dict(patterns.dtypes.astype(str)) == MONTHLY_COLUMNS
    assert len(patterns) == 18
    assert patterns["org_code"].is_monotonic_increasing
    assert set(patterns["kind"]) == {"monthly"}
    told = patterns.set_index("org_code")["status"]
    assert told[[ABSENT, HIDDEN, GONE, PARTS]].to_dict() == {
        ABSENT: "no_data", HIDDEN: "suppressed", GONE: "merged", PARTS: "parts_only",
    }  # fmt: skip
    assert set(told.drop([ABSENT, HIDDEN, GONE, PARTS])) == {"ok"}
    assert (patterns.loc[patterns["status"] != "ok", "message"].str.len() > 20).all()
    assert row_of(patterns, PARTS)["n_partial"] == 49
    assert "RA3 on 1 January 2024" in row_of(patterns, GONE)["message"]


def test_the_planted_jump_is_outside_from_its_first_month_on(patterns: pd.DataFrame) -> None:
    row = row_of(patterns, JUMP)
    words = row["signals"].split("; ")
    assert next(word for word in words if "outside" in word) == "2024-11 outside high concern"
    assert row["n_signals"] == len(words)


def test_limits_pattern_and_memory(patterns: pd.DataFrame) -> None:
    row = row_of(patterns, PLAIN)
    assert (row["first_month"], row["last_month"], row["n_months"], row["n_gaps"]) == ("2023-04", "2025-03", 24, 0)
    assert row["n_judged"] == 23  # the first month after the gap has none before it
    assert row["limits"] == "full"
    assert row["lower"] < row["baseline"] < row["upper"]
    assert row["expected_low"] < row["expected"] < row["expected_high"]
    # The width of what is to be expected rests on the size of surprises, 0.1 (and the peers' median): 3 x 0.1 or so,
    # known from 23 months to a fifth; the range of the months as published holds the season too.
    assert 0.2 < (row["expected_high"] - row["expected_low"]) / 2 < 0.6
    assert row["upper"] - row["lower"] > row["expected_high"] - row["expected_low"]
    # Planted 0.6; thirteen series of 24 months know it to about 0.05, and the median of few peers takes some away.
    assert 0.4 < row["allowed_lag1"] < 0.75
    assert 0 < row["false_signal_rate"] < 0.35
    assert row["assurance"] == "consistent_pass"
    assert row["rebased"] == "2023-04"


def test_missing_months_are_counted_and_not_reached_across(panel: PanelData, patterns: pd.DataFrame) -> None:
    row = row_of(patterns, HOLED)
    assert (row["n_months"], row["n_gaps"], row["n_judged"]) == (22, 2, 20)
    points: Any = monthly_points(panel, HOLED, "sickness").set_index("month")
    assert points.loc["2024-06-30", "status"] == "not_submitted"
    assert points.loc[["2024-06-30", "2024-08-31"], "why"].tolist() == ["no_value", "no_month_before"]
    assert np.isnan(points.loc["2024-08-31", "expected"])
    assert not points.loc["2022-05-31":"2023-03-31", "judged"].any()
    assert points.loc["2022-05-31":"2023-03-31", "value"].isna().all()


def test_what_lies_before_the_long_gap_changes_nothing_after_it(panel: PanelData) -> None:
    rows = panel.observations
    early = rows["period_end"] < "2023-01-01"
    moved = rows.assign(value=rows["value"].where(~early, rows["value"] * 2))
    other = PanelData(panel.tables | {"observations": moved}, panel.account)
    for code in (PLAIN, JUMP):
        was, now = (monthly_points(p, code, "sickness").query("month > '2023-03-31'") for p in (panel, other))
        pd.testing.assert_frame_equal(was, now)


def test_a_trust_that_another_joined_begins_anew(patterns: pd.DataFrame) -> None:
    row = row_of(patterns, JOINED)
    assert row["rebased"] == "2023-04 2024-01"
    assert (row["first_month"], row["n_months"]) == ("2024-01", 15)


def test_rebase_gives_new_limits_and_is_checked(panel: PanelData) -> None:
    row = row_of(monthly_patterns(panel, rebase={JUMP: ["2024-11"]}), JUMP)
    assert (row["first_month"], row["n_months"], row["limits"], row["n_signals"]) == ("2024-11", 5, "trial", 0)
    words = tell_pattern(row).text
    assert "too few months to say what is usual" in words
    assert "usually" not in words
    with pytest.raises(RequestError, match="2024-04"):
        monthly_patterns(panel, rebase={JUMP: ["November"]})
    with pytest.raises(RequestError, match="RXX"):
        monthly_patterns(panel, rebase={"RXX": ["2024-11"]})


def test_points_have_the_columns_promised_and_agree_with_the_pattern(panel: PanelData, patterns: pd.DataFrame) -> None:
    points: Any = monthly_points(panel, JUMP, "sickness")
    assert dict(points.dtypes.astype(str)) == POINT_COLUMNS
    assert len(points) == 60
    last, row = points.iloc[-1], row_of(patterns, JUMP)
    assert (last["value"], last["expected"]) == (row["last_value"], row["expected"])
    recent = points[(points["month"] > "2024-03-31") & (points["direction"] != 0)]
    said = [f"{m:%Y-%m} {r} {'high' if d > 0 else 'low'} {v}"
            for m, r, d, v in recent[["month", "rule", "direction", "variation"]].itertuples(index=False)]  # fmt: skip
    assert "; ".join(said) == row["signals"]
    assert (points["judged"] == (points["why"] == "")).all()
    np.testing.assert_allclose(points["surprise"], points["value"] - points["expected"], atol=1e-12)
    # Limits run parallel to what is expected: a month is outside where the value is.
    outside = (points["value"] > points["upper"]).astype(int) - (points["value"] < points["lower"]).astype(int)
    assert (outside == points["outside"]).all()


def test_who_and_what_is_asked_for_is_checked(panel: PanelData) -> None:
    with pytest.raises(RequestError, match="RXX"):
        monthly_points(panel, "RXX", "sickness")
    with pytest.raises(RequestError, match="not published by month"):
        monthly_points(panel, PLAIN, "engagement")
    with pytest.raises(RequestError, match="at least 12"):
        monthly_patterns(panel, months=6)
    assert not len(monthly_points(panel, ABSENT, "sickness"))
    assert not len(monthly_points(panel, PLAIN, "fft_positive"))
    assert not len(false_signals(panel, "fft_positive"))


def test_two_questions_are_two_series(panel: PanelData) -> None:
    """The measure before and after the question changed: each has its own months, joined by nothing."""
    rows = observations(measure="fft_positive", stratum="inpatient").assign(source="fft")
    late = rows["period_end"] > "2023-01-01"
    both = pd.concat([rows[late], rows[~late].assign(measure="fft_recommend")])
    made = monthly_patterns(PanelData(panel.tables | {"observations": both}, panel.account))
    spans: Any = made[made["org_code"] == PLAIN].set_index("measure")[["first_month", "last_month"]]
    assert spans.loc["fft_positive"].tolist() == ["2023-04", "2025-03"]
    assert spans.loc["fft_recommend"].tolist() == ["2020-04", "2022-04"]


def test_limits_never_leave_the_range_of_the_measure(panel: PanelData) -> None:
    rows = observations(measure="fft_positive", stratum="inpatient").assign(source="fft")
    made = monthly_patterns(
        PanelData(panel.tables | {"observations": rows.assign(value=94.5 + rows["value"])}, {"data_hash": ""})
    )
    ok = made[made["status"] == "ok"]
    assert ok["upper"].max() == 100.0 >= ok["expected_high"].max()


def test_a_panel_without_months_gives_empty_frames(panel: PanelData) -> None:
    bare = PanelData(panel.tables | {"observations": panel.observations.iloc[:0]}, panel.account)
    made = monthly_patterns(bare)
    assert dict(made.dtypes.astype(str)) == MONTHLY_COLUMNS
    assert len(made) == len(monthly_points(bare, PLAIN, "sickness")) == len(false_signals(bare, "sickness")) == 0


def test_few_trusts_have_no_peers(panel: PanelData) -> None:
    few = panel.observations[panel.observations["org_code"].isin([PLAIN, JUMP, HOLED])]
    made: Any = monthly_patterns(PanelData(panel.tables | {"observations": few}, panel.account)).set_index("org_code")
    assert made.loc[PLAIN, "status"] in ("too_few_peers", "too_few_months")
    assert np.isnan(made.loc[PLAIN, "expected"])


@pytest.fixture(scope="module")
def rates_of_signals(panel: PanelData) -> pd.DataFrame:
    return false_signals(panel, "sickness")


def test_false_signals_are_fewest_where_peers_and_memory_are_allowed_for(rates_of_signals: pd.DataFrame) -> None:
    frame = rates_of_signals
    assert dict(frame.dtypes.astype(str)) == FALSE_SIGNAL_COLUMNS
    real = frame[(frame["series"] == "real") & (frame["rules"] == "all") & (frame["status"] == "ok")]
    assert real["share"].iloc[0] == real["share"].max() > 2 * real["share"].iloc[-1]
    assert (frame["n_trusts"] + frame["n_left_out"])[real.index[0]] == 18
    short = frame[frame["adjusted"] == "the trust's own month effects"].iloc[0]
    assert short["status"] == "too_few_months"
    calm: Any = frame[(frame["series"] == "nothing_happening") & (frame["rules"] == "all")].set_index("surprises")
    assert 0.05 < calm.loc["normal", "share"] < 0.25
    assert calm.loc["normal", "low"] < calm.loc["normal", "share"] < calm.loc["normal", "high"]


def test_the_same_panel_gives_the_same_rates(panel: PanelData, rates_of_signals: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(rates_of_signals, false_signals(panel, "sickness"))


def test_until_looks_back(panel: PanelData) -> None:
    row = row_of(monthly_patterns(panel, until="2022-04"), PLAIN)
    assert (row["first_month"], row["last_month"], row["n_months"]) == ("2020-04", "2022-04", 25)


BANNED = re.compile(r"special cause|\bcaused?\b|because of|leads? to|drives?|impact of|\bnan\b|significant", re.I)


def test_sentences(patterns: pd.DataFrame, rates_of_signals: pd.DataFrame) -> None:
    texts = [tell_pattern(row_of(patterns, code)).text for code in patterns["org_code"]]
    texts.append(tell_false_signals(rates_of_signals).text)
    assert [text for text in texts if BANNED.search(text)] == []
    jump = tell_pattern(row_of(patterns, JUMP)).text
    assert "November 2024" in jump
    assert "own pattern (higher than to be expected, which is worse)" in jump
    rate = row_of(patterns, JUMP)["false_signal_rate"]
    assert f"About 1 trust in {round(1 / rate)} would show such a signal in a year with nothing going on" in jump
    assert (
        "no month differs from its own pattern"
        in tell_pattern(row_of(patterns, PLAIN) | {"signals": "", "n_signals": 0}).text
    )
    assert "2 months have no value between" in tell_pattern(row_of(patterns, HOLED)).text
    assert "cannot be said" in tell_pattern(row_of(patterns, HIDDEN)).text


def test_every_number_of_a_sentence_is_in_its_claim(patterns: pd.DataFrame) -> None:
    telling = tell_pattern(row_of(patterns, JUMP))
    text = re.sub(r"[A-Z][a-z]+ \d{4}|Trust R\w+", "", telling.text)
    shown = set(re.findall(r"\d+\.\d+", text))
    carried = {f"{value:.2f}" for value in telling.claim.values.values()}
    assert shown <= carried


def test_proofreader_finds_every_number_in_a_claim_and_no_banned_word(
    patterns: pd.DataFrame, rates_of_signals: pd.DataFrame
) -> None:
    tellings = [tell_pattern(row_of(patterns, code)) for code in patterns["org_code"]]
    tellings.append(tell_false_signals(rates_of_signals))
    prose = Prose(tuple(paragraph(telling) for telling in tellings))
    record = prose.record()
    sentences = [sentence for block in record["blocks"] for sentence in block["sentences"]]
    assert proofread(read_page("page.html", prose.html(), record | {"sentences": sentences})) == []


def test_neighbouring_months_of_one_rule_are_told_together(patterns: pd.DataFrame) -> None:
    signals = "; ".join(f"2024-{month:02d} run low improvement" for month in (4, 5, 6, 9))
    text = tell_pattern(row_of(patterns, PLAIN) | {"signals": signals, "n_signals": 4}).text
    assert "April 2024 to June 2024 differ from" in text
    assert "September 2024 differs from" in text


def test_figure_has_a_gap_where_there_are_no_months_and_marks_what_is_marked(panel: PanelData) -> None:
    points: Any = monthly_points(panel, JUMP, "sickness")
    ax: Any = xmr_months(points, target=5).axes[0]
    joined = [line.get_xdata() for line in ax.lines if line.get_marker() == "o"]
    assert sorted(len(line) for line in joined) == [24, 25]
    triangles = [line for line in ax.lines if line.get_marker() in ("^", "v")]
    assert sum(len(line.get_xdata()) for line in triangles) == (points["direction"] != 0).sum() > 0
    assert "no values\npublished" in [text.get_text() for text in ax.texts]
    words = alternative_text(points)
    assert "49 months with a value and 11 without" in words
    assert f"{points['value'].max():.2f}%" in words
    with pytest.raises(ValueError, match="no month"):
        xmr_months(points.iloc[:0])


def test_figure_of_a_trust_without_peers_or_values_does_not_fail(panel: PanelData) -> None:
    few = panel.observations[panel.observations["org_code"].isin([PLAIN, HIDDEN])]
    alone = replace(panel, tables=panel.tables | {"observations": few})
    for code in (PLAIN, HIDDEN):
        points: Any = monthly_points(alone, code, "sickness")
        xmr_months(points)
        assert len(alternative_text(points)) > 20
