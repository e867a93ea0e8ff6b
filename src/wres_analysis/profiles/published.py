"""National and regional figures that others published, each with its source; they stand in ``data/reference``."""

from __future__ import annotations

import pandas as pd

from wres_analysis.resources import share
from wres_analysis.standards import Standard

__all__ = ["SHOWN_GRADES", "national_figures", "published_figures"]

#: Grades of facts that may be shown as sourced: read in the source named, or checked in a file or in code.
SHOWN_GRADES = frozenset({"R", "C"})


def national_figures() -> pd.DataFrame:
    """Return the table of published figures as it ships: one row a figure, with its source and grade."""
    return pd.read_csv(share("data", "reference", "national.csv"), keep_default_na=False)


def published_figures(standard: Standard, *, year: int, region: str = "") -> pd.DataFrame:
    """Return the newest published figure of England, and of a region, for each indicator up to a year.

    Parameters
    ----------
    standard
        The indicators and groups whose figures are wanted.
    year
        The newest WRES year.
    region
        A region as the panel names it; England alone if empty.

    Returns
    -------
    DataFrame
        ``measure, area, wres_year, source`` and a column each for ``ratio`` and the two groups, NaN where the source
        gives none. Figures that are not confirmed are never among them.
    """
    figures = national_figures()
    kinds = ["ratio", standard.reference_group, standard.comparison_group]
    wanted = figures[
        figures["grade"].isin(SHOWN_GRADES)
        & figures["measure"].isin(standard.indicators)
        & figures["area"].isin({"England", region} - {""})
        & figures["group"].isin(kinds)
        & (figures["stratum"] == "all")
        & (figures["wres_year"] <= year)
    ]
    newest = wanted.groupby(["measure", "area"])["wres_year"].transform("max")
    wanted = wanted[wanted["wres_year"] == newest].astype({"value": "float64"})
    place = ["measure", "area", "wres_year"]
    wide = wanted.pivot_table(index=place, columns="group", values="value").reindex(columns=kinds)
    sources = wanted.groupby(place)["source"].agg(lambda texts: "; ".join(dict.fromkeys("; ".join(texts).split("; "))))
    return wide.assign(source=sources).reset_index().rename_axis(columns=None)
