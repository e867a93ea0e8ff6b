"""Panels with ratings and patients' answers that go with the survey as stated, for the tests of replications."""

from __future__ import annotations

import numpy as np
import pandas as pd
from link_panels import as_data, events_table, random_panel

from wres_analysis.panel.store import PanelData
from wres_analysis.resources import share

#: Every fifth of the shipped trusts: enough for what is asserted, and quick.
SIZES = pd.read_csv(share("data", "reference", "trust_sizes.csv")).iloc[::5]


def planted(slope: float, *, within: float = 0.0, trusts: int = 120, years: int = 5, seed: int = 3) -> PanelData:
    """A panel whose ratings go with trusts' engagement, and whose patients' answers with belief, as stated."""
    random = np.random.default_rng(seed)
    panel = random_panel(trusts, years, seed=seed)
    n = len(panel)
    panel["trust_type"] = "Acute"
    level = np.repeat(random.normal(size=trusts), years)
    panel["engagement"] = 7 + 0.3 * level + 0.1 * random.normal(size=n)
    latent = slope * level + random.logistic(size=n)
    rating = 1 + np.digitize(latent, (-3.0, 0.0, 3.0)).astype(float)
    panel["cqc_overall"] = rating
    belief = 50 + 4 * level + 3 * random.normal(size=n)
    panel["ind7.bme"] = belief
    panel["ind7.disadvantage"] = 60 - belief
    before = np.where(panel["wres_year"] > panel["wres_year"].min(), np.roll(belief, 1), 50.0)
    panel["fft_positive"] = 94 + 2 * level + within * (before - 50) + random.normal(size=n)
    rows = [
        (code, f"{year - 1}-09-15", value)
        for code, year, value in zip(panel["org_code"], panel["wres_year"], rating, strict=True)
        if year % 2
    ]
    return as_data(panel, events_table(rows, "cqc_overall"))
