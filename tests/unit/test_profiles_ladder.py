"""The race disparity ratio: worked out by hand, and its laws."""

from __future__ import annotations

import pandas as pd
import pytest

from wres_analysis.profiles.frames import Subject
from wres_analysis.profiles.ladder import LADDER_COLUMNS, ladder_rows
from wres_analysis.standards import load_outcomes, load_standard

pytestmark = pytest.mark.unit

#: Staff by rung: 400 of 1,000 White staff of the lower rung are above it in the middle one, and so on.
WHITE = {"band_5": 1000, "band_6": 300, "band_7": 100, "band_8a": 60, "vsm": 40}
BME = {"band_5": 500, "band_6": 80, "band_7": 20, "band_8a": 15, "vsm": 5}


def observations(counts, *, code="RZ0", status=None):
    rows = [
        {
            "org_code": code,
            "period_end": pd.Timestamp("2025-03-31"),
            "measure": "ind1",
            "group": group,
            "stratum": f"clinical|{band}",
            "numerator": float(n),
            "denominator": float(n),
            "effective_base": float("nan"),
            "status": (status or {}).get((group, band), "observed"),
            "source": "wres_submission",
            "vintage": "2025",
        }
        for group, bands in counts.items()
        for band, n in bands.items()
    ]
    return pd.DataFrame(rows)


def ladder(*frames, codes=("RZ0",)):
    subject = Subject("region" if len(codes) > 1 else "trust", "Name", frozenset(codes))
    frame = ladder_rows(pd.concat(frames, ignore_index=True), 2025, (subject,), load_standard(), load_outcomes())
    return frame[frame["staff_group"] == "Clinical"].set_index(["lower", "higher"])


def test_it_is_that_worked_out_by_hand():
    found = ladder(observations({"white": WHITE, "bme": BME}))
    assert found.loc[("lower", "middle"), "ratio"] == pytest.approx((400 / 1000) / (100 / 500))
    assert found.loc[("middle", "upper"), "ratio"] == pytest.approx((100 / 400) / (20 / 100))
    assert found.loc[("lower", "upper"), "ratio"] == pytest.approx((100 / 1000) / (20 / 500))
    assert list(found.reset_index()) == [*found.index.names, *(c for c in LADDER_COLUMNS if c not in found.index.names)]


def test_its_interval_is_that_of_a_logistic_regression():
    """Woolf's interval is Wald's of the slope of a logistic regression on the group, which statsmodels fits."""
    import numpy as np
    import statsmodels.api as sm

    row = ladder(observations({"white": WHITE, "bme": BME})).loc[("lower", "middle")]
    higher = np.repeat([1.0, 0.0, 1.0, 0.0], [400, 1000, 100, 500])
    white = np.repeat([1.0, 0.0], [1400, 600])
    fit = sm.Logit(higher, sm.add_constant(white)).fit(disp=False, tol=1e-12)
    # The fit is by iteration, ours is closed.
    assert np.exp(fit.conf_int()[1]) == pytest.approx([row["low"], row["high"]], rel=1e-8)


def test_the_two_steps_multiply_to_the_whole():
    found = ladder(observations({"white": WHITE, "bme": BME}))["ratio"]
    assert found["lower", "middle"] * found["middle", "upper"] == pytest.approx(found["lower", "upper"])


def test_small_rungs_are_not_given():
    row = ladder(observations({"white": WHITE, "bme": BME | {"band_8a": 6, "vsm": 4}})).loc[("middle", "upper")]
    assert (row["status"], row["reason"]) == ("too_small", "a rung has fewer than 11 staff of a group")
    assert row[["ratio", "low", "high", "comparison_higher"]].isna().all()


def test_a_band_that_is_not_published_is_named_and_not_taken_for_nought():
    part = observations({"white": WHITE, "bme": BME}, status={("bme", "band_7"): "suppressed"})
    found = ladder(part)
    assert found.loc[("lower", "middle"), ["status", "reason"]].tolist() == ["incomplete", "no count of band 7"]
    assert found.loc[("lower", "upper"), "status"] == "observed"


def test_a_band_that_does_not_apply_is_no_gap():
    part = observations({"white": WHITE | {"band_1": 0}, "bme": BME}, status={("white", "band_1"): "not_applicable"})
    assert (ladder(part)["status"] == "observed").all()


def test_nothing_published_is_said():
    part = observations({"white": WHITE, "bme": BME})
    assert set(ladder(part[:0])["status"]) == {"no_data"}


def test_trusts_with_unlike_ladders_and_equal_groups_are_equal_within():
    """One trust has few high posts and many of one group: added up, the groups differ; inside each they do not."""
    here = observations({"white": {"band_5": 100, "band_6": 100}, "bme": {"band_5": 900, "band_6": 900}}, code="RZ0")
    there = observations({"white": {"band_5": 100, "band_6": 900}, "bme": {"band_5": 20, "band_6": 180}}, code="RZ1")
    row = ladder(here, there, codes=("RZ0", "RZ1")).loc[("lower", "middle")]
    assert row["within"] == pytest.approx(1.0)
    assert row["ratio"] > 3
    assert row["n_trusts"] == 2
