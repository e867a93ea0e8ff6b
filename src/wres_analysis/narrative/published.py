"""A table of the figures that others published for England and the region."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wres_analysis.charts.tables import Table, format_number, table
from wres_analysis.profiles.published import published_figures
from wres_analysis.profiles.trust import TrustProfile
from wres_analysis.standards import Standard, load_standard

__all__ = ["published_table"]


def published_table(profile: TrustProfile, standard: Standard | None = None) -> Table | None:
    """Return the table, or None: for a fictional trust, and where nothing was published up to the year.

    The figures are repeated as their sources print them. They were not made from the loaded files.
    """
    standard = standard or load_standard()
    if profile.fictional:
        return None
    figures = published_figures(standard, year=profile.year, region=profile.about["region"])
    if not len(figures):
        return None

    def shown(value: float, spec: str) -> str:
        return format_number(value, spec) if np.isfinite(value) else "none"

    reference, comparison = standard.groups[standard.reference_group], standard.groups[standard.comparison_group]
    rows = pd.DataFrame(
        {
            "Indicator and place": [
                f"{standard.indicators[m].number}. {standard.indicators[m].title}, {area}"
                for m, area in zip(figures["measure"], figures["area"], strict=True)
            ],
            "Year": figures["wres_year"].astype(str),
            f"{reference.label}, %": [shown(v, ".1f") for v in figures[reference.key]],
            f"{comparison.label}, %": [shown(v, ".1f") for v in figures[comparison.key]],
            "Ratio": [shown(v, ".2f") for v in figures["ratio"]],
            "Source": figures["source"],
        }
    )
    return table(
        rows,
        caption=f"Figures that others published, newest up to {standard.abbreviation} {profile.year}",
        notes=("Repeated as the sources print them, without intervals, because the sources give none.",),
    )
