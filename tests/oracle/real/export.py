"""Write the rows of real published data that make_answers.R fits. The rows stay out of the repository.

Run from this folder, with WRES_REAL_DATA naming the folder of published files:

    python export.py rows.csv && Rscript make_answers.R rows.csv > answers.csv && rm rows.csv
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pandas as pd

from wres_analysis.panel.load import load_folder
from wres_analysis.panel.store import PanelData

COLUMNS = {
    "org_code": "trust",
    "wres_year": "year",
    "region": "region",
    "sickness": "sickness",
    "engagement": "engagement",
    "respondent_share.bme": "share",
    "ind8.all": "level",
    "ind8.gap": "gap",
    "ind8.bme.numerator": "x1",
    "ind8.bme.denominator": "n1",
    "ind8.white.numerator": "x2",
    "ind8.white.denominator": "n2",
}


def rows(data: PanelData) -> pd.DataFrame:
    """Trust-years with the columns of the fits, in the order of trust and year."""
    panel = data.panel.sort_values(["org_code", "wres_year"], ignore_index=True)
    return panel[list(COLUMNS)].rename(columns=COLUMNS)


if __name__ == "__main__":
    table = rows(load_folder(Path(os.environ["WRES_REAL_DATA"])))
    table.to_csv(Path(sys.argv[1]), index=False, float_format="%.17g")
