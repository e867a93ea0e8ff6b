"""Figures that others published: only confirmed ones, the newest, as the sources print them."""

import numpy as np
import pandas as pd
import pytest

from wres_analysis.profiles.published import published_figures
from wres_analysis.resources import share
from wres_analysis.standards import load_standard

pytestmark = pytest.mark.unit

STANDARD = load_standard()


def figure(measure, area, year, region=""):
    frame = published_figures(STANDARD, year=year, region=region).set_index(["measure", "area"])
    return frame.loc[(measure, area)]


def test_the_newest_confirmed_figure_stands_and_an_unconfirmed_newer_one_does_not():
    # 1.62 for 2024 is in the file with grade K: 1.59 for 2023 is the newest that may be shown.
    row = figure("ind2", "England", 2025)
    assert (row["wres_year"], row["ratio"]) == (2023, 1.59)
    assert figure("ind2", "England", 2022)["ratio"] == 1.54


def test_both_groups_of_one_year_share_a_row_and_name_their_sources():
    row = figure("ind8", "England", 2025)
    assert (row["white"], row["bme"]) == (6.2, 16.7)
    assert row["source"].split("; ") == ["nuffieldtrust.org.uk, chart of the week", "hrreview.co.uk 141474"]


def test_a_region_stands_beside_england():
    assert figure("ind2", "North West", 2025, region="North West")["ratio"] == 2.01
    assert set(published_figures(STANDARD, year=2025)["area"]) == {"England"}


def test_no_unconfirmed_figure_is_ever_shown():
    figures = pd.read_csv(share("data", "reference", "national.csv"), keep_default_na=False)
    unconfirmed = figures[figures["grade"] == "K"]
    assert len(unconfirmed)
    for year in range(2016, 2027):
        shown = published_figures(STANDARD, year=year)
        both = shown.merge(unconfirmed, on=["measure", "area", "wres_year"])
        assert not np.isclose(both["ratio"], both["value"]).any()
