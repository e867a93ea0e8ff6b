"""Joins real published files to cross-sections for make_answers.R, which makes real.csv of them.

Run from this folder: python make_real.py PANEL OUT && Rscript make_answers.R OUT/ind8.csv OUT/sickness.csv > real.csv
PANEL is a folder of published files, or what ``wres load`` made of it; OUT must be there.

These are checks of arithmetic on real numbers, not findings: the files at hand rate locations, not trusts, and the
survey came years after the ratings.
"""

import sys
from pathlib import Path

import pandas as pd

from wres_analysis.panel.store import PanelData, open_panel


def cross_sections(data: PanelData) -> dict[str, pd.DataFrame]:
    """Ratings of locations beside their trust: y, cluster, then columns."""
    events = data.events[data.events["flags"] == ""]
    survey = data.panel.loc[data.panel["wres_year"] == 2025, ["org_code", "ind8.disadvantage", "region"]].dropna()
    one = events.merge(survey, on="org_code")
    regions = sorted(one["region"].unique())[1:]
    year = events["date"].dt.year + (events["date"].dt.month >= 4)
    absence = data.panel[["org_code", "wres_year", "sickness"]].dropna()
    two = events.assign(wres_year=year - 1).merge(absence, on=["org_code", "wres_year"])
    dummies = {f"r{number}": (one["region"] == region).astype("int64") for number, region in enumerate(regions)}
    return {
        "ind8": _table(one, {"ind8": one["ind8.disadvantage"]} | dummies),
        "sickness": _table(two, {"sickness": two["sickness"]}),
    }


def _table(rows: pd.DataFrame, columns: dict[str, pd.Series]) -> pd.DataFrame:
    y = rows["value"].astype("int64")
    return pd.DataFrame({"y": y, "cluster": pd.factorize(rows["org_code"])[0]} | columns)


if __name__ == "__main__":
    for name, table in cross_sections(open_panel(sys.argv[1])).items():
        table.to_csv(Path(sys.argv[2], f"{name}.csv"), index=False, float_format="%.17g")
