"""The study of the tests: its worlds have the truth that they say, it can be had again, its page is its tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wres_analysis.calibration.methods import METHODS, available, fit
from wres_analysis.calibration.study import CALIBRATION_COLUMNS, Settings, calibrate, disattenuation
from wres_analysis.calibration.worlds import WorldSetting, draw_world
from wres_analysis.calibration.write import EXPLAINED, page, read_tables
from wres_analysis.links.models import FITTERS

pytestmark = pytest.mark.unit

DOCS = Path(__file__).resolve().parents[2] / "docs"


def world(trusts=400, seed=7, **setting):
    return draw_world(WorldSetting(trusts, **setting), np.random.default_rng(seed))


def test_the_errors_of_the_gap_have_the_variance_that_is_said():
    made = world(missing=0.0, late=0.0)
    z = (made.exposure - made.true_exposure) / np.sqrt(made.variance)
    # 3,600 squares of about 1: their mean has a standard error of 0.024. Small surveys are allowed for by smoothing.
    assert np.mean(z**2) == pytest.approx(1.0, abs=0.08)
    assert abs(z.mean()) < 0.06


def test_the_gap_does_not_act_on_the_outcome_and_the_share_does():
    made = world(trusts=3_000, missing=0.0, late=0.0)
    x = np.column_stack([np.ones_like(made.share), made.share, made.true_exposure])
    slope = np.linalg.lstsq(x, made.outcome, rcond=None)[0]
    assert slope[1] == pytest.approx(-0.02, abs=0.004)  # four standard errors of 3,000 trusts
    assert slope[2] == pytest.approx(0.0, abs=0.02)


def test_years_of_a_trust_go_together():
    made = world(missing=0.0, late=0.0)
    frame = pd.DataFrame({"trust": made.trust, "year": made.year, "y": made.outcome})
    wide = frame.pivot(index="trust", columns="year", values="y")
    wide = wide - wide.mean()
    assert np.corrcoef(wide[3], wide[4])[0, 1] > 0.8  # levels of trusts and what a year keeps


def test_missing_years_are_missing():
    assert len(world().year) < 0.96 * 400 * 9
    assert len(world(missing=0.0, late=0.0).year) == 400 * 9


def test_every_model_of_a_plan_is_calibrated():
    assert {method.model for method in METHODS} == set(FITTERS)
    assert available() == METHODS


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.key)
def test_each_method_answers(method):
    for found in fit(method, world(60, confounded=method.confounded), seed=1, draws=99):
        assert found.status in ("ok", "unbounded"), found.message
        assert 0 <= found.p_value <= 1


def test_an_effect_that_is_put_in_is_what_linear_models_find():
    method = next(one for one in METHODS if one.key == "twfe, CR1")
    without, there = (fit(method, world(60), effect=effect)[0] for effect in (0.0, 0.3))
    assert there.estimate - without.estimate == pytest.approx(0.3, rel=1e-9)  # arithmetic: rounding only
    assert there.std_error == pytest.approx(without.std_error, rel=1e-9)


#: A small part of the study: 400 replicates, in which 5% is within 2.2% to 7.8% (99% of the time).
SMALL = Settings(trusts=(60,), scale=0.04)


def test_a_small_part_of_the_study():
    chosen = [one for one in METHODS if one.key in ("ols, one year, HC3", "ols, all years, CR1", "spearman")]
    table = calibrate(SMALL, methods=chosen)
    assert list(table) == list(CALIBRATION_COLUMNS)
    assert (table["answers"] == 400).all()
    assert table["rejects"].between(0.022, 0.085).all()
    assert (table["rejects"] + table["covers"])[:2].to_numpy() == pytest.approx(1.0)  # test and interval are one


def test_the_correction_for_errors_brings_the_estimate_back():
    """Of the full study: 210 trusts; here 40 replicates of 120."""
    (row,) = disattenuation(Settings(trusts=(120,), scale=0.02)).to_dict("records")
    assert row["reliability"] == pytest.approx(0.25, abs=0.06)
    assert row["observed"] < 0.5 * row["effect"] < row["corrected"]
    assert row["bias_removed"] > 0.6


def test_the_number_of_processes_changes_nothing():
    chosen = [one for one in METHODS if one.key in ("ols, one year, HC1", "spearman")]
    one, two = (calibrate(Settings(trusts=(12,), scale=0.012, workers=n), methods=chosen) for n in (1, 2))
    pd.testing.assert_frame_equal(one, two)


def test_the_committed_page_is_that_of_the_committed_tables():
    tables = read_tables(DOCS / "calibration")
    assert {"calibration", "power", "fdr", "disattenuation", "planted"} <= set(tables)
    assert (DOCS / "calibration.md").read_text(encoding="utf-8") == page(tables)


def test_each_promise_that_is_not_kept_is_explained():
    table = read_tables(DOCS / "calibration")["calibration"]
    assert {method.key for method in METHODS} == set(table["method"])
    assert set(table.loc[table["verdict"] != "kept", "method"]) <= set(EXPLAINED)


def test_effects_that_are_promised_to_be_found_are_found():
    """All but those of sandwiches of few clusters, which say that they are too sure of themselves."""
    table = read_tables(DOCS / "calibration")["power"]
    broken = table[table["verdict"] != "kept"]
    assert set(broken["trusts"]) <= {30}
    assert set(broken["method"]) <= {one.key for one in METHODS if one.se in ("CR0", "CR1")}


def test_false_discoveries_and_errors_of_the_exposure_are_within_what_is_promised():
    tables = read_tables(DOCS / "calibration")
    assert (tables["fdr"]["rate"] <= 0.05).all()
    full = tables["disattenuation"].set_index("trusts").loc[210]
    assert full["reliability"] == pytest.approx(0.25, abs=0.03)
    assert full["bias_removed"] >= 0.8


def test_where_a_promise_is_not_kept_the_row_says_so():
    """Every method that rejects too often with 30 trusts warns there, and none warns for nothing with 210."""
    table = read_tables(DOCS / "calibration")["calibration"]
    broken = set(table.loc[(table["verdict"] != "kept") & (table["trusts"] == 30), "method"])
    assert not (table["verdict"] != "kept")[table["trusts"] == 210].any()
    for method in METHODS:
        if method.key in broken:
            assert "too sure" in fit(method, world(30), draws=99)[0].message, method.key
