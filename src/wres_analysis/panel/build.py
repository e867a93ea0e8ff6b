"""The panel: one row a trust and WRES year, measures as columns, made from the annual values.

Columns are named ``measure.group`` (``ind8.bme``) or ``measure.form`` (``ind8.gap``, ``ind3.log_ratio``,
``indN.disadvantage``); an outcome's main value is named by its measure alone (``sickness``). Counts travel
beside: ``ind8.bme.numerator``, ``ind8.bme.denominator``, ``ind8.bme.base``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wres_analysis.panel.annual import rating_events
from wres_analysis.panel.organisations import Organisations
from wres_analysis.standards import Indicator, Standard

__all__ = ["build_panel", "pair", "year_end"]

_INDEX = ["org_code", "wres_year"]


def year_end(years: pd.Series) -> pd.Series:
    """31 March of each WRES year."""
    return pd.to_datetime(years.astype(str) + "-03-31").astype("datetime64[s]")


def build_panel(
    values: pd.DataFrame,
    rows: pd.DataFrame,
    organisations: Organisations,
    *,
    standard: Standard,
    outcomes: Standard,
) -> pd.DataFrame:
    """Spread the annual values into the panel.

    Parameters
    ----------
    values
        Annual values of one basis (:func:`~wres_analysis.panel.annual.annual_values`).
    rows
        Observations, for the rating events.
    organisations
        For region, board, type and name on 31 March of each row's year.
    standard, outcomes
        What is measured.

    Returns
    -------
    DataFrame
        One row per trust and year, sorted; ``org_code, wres_year, org_name, region, icb, trust_type,
        trust_subtype, balanced, partial`` and the numeric columns. A missing number is NaN; the annual
        values say why it is missing.
    """
    # A trust for which a year's values are all "not applicable" did not exist then: it has no row.
    existed = values[values["status"] != "not_applicable"]
    index = existed[_INDEX].drop_duplicates().sort_values(_INDEX, ignore_index=True)
    columns: dict[str, np.ndarray] = {}
    keyed = {
        key: part.set_index(_INDEX) for key, part in values.groupby(["measure", "group", "stratum"], sort=True)
    }
    spine = pd.MultiIndex.from_frame(index)

    def put(name: str, key: tuple[str, str, str]) -> None:
        part = keyed.get(key)
        if part is None:
            return
        part = part.reindex(spine)
        columns[name] = part["value"].to_numpy("float64")
        for extra, field in (("numerator", "numerator"), ("denominator", "denominator"), ("base", "effective_base")):
            if part[field].notna().any():
                columns[f"{name}.{extra}"] = part[field].to_numpy("float64")

    for key, indicator in standard.indicators.items():
        if indicator.form == "share":
            continue
        groups = sorted({g for m, g, s in keyed if m == key and s == indicator.main_stratum})
        for group in groups:
            put(f"{key}.{group}", (key, group, indicator.main_stratum))
        for stratum in sorted({s for m, g, s in keyed if m == key} - {indicator.main_stratum, "published_ratio"}):
            for group in standard.groups:
                put(f"{key}.{stratum.removeprefix('board_')}.{group}", (key, group, stratum))
        put(f"{key}.published_ratio", (key, "all", "published_ratio"))
    for key, measure in outcomes.measures.items():
        strata = sorted({s for m, g, s in keyed if m == key})
        for stratum in strata:
            for group in sorted({g for m, g, s in keyed if m == key and s == stratum}):
                name = key if group == "all" else measure.columns.get(group, f"{key}.{group}")
                if stratum != measure.main_stratum:
                    name = f"{name}.{stratum}"
                put(name, (key, group, stratum))
    for key, indicator in standard.indicators.items():
        _forms(columns, key, indicator, standard, outcomes)
    panel = pd.concat([index, pd.DataFrame(columns, index=index.index)], axis=1)
    panel = _ratings(panel, rows, organisations, outcomes)
    attributes = organisations.attributes(panel["org_code"], year_end(panel["wres_year"]))
    described = attributes[["org_name", "region", "icb", "trust_type", "trust_subtype"]].reset_index(drop=True)
    flagged = values[values["flags"].str.contains(r"\bpartial\b", regex=True)]
    partial = pd.MultiIndex.from_frame(panel[_INDEX]).isin(pd.MultiIndex.from_frame(flagged[_INDEX]))
    panel = pd.concat(
        [panel[_INDEX], described, pd.DataFrame({"balanced": _balanced(panel, standard), "partial": partial}), panel.drop(columns=_INDEX)],
        axis=1,
    )
    return panel


def _forms(columns: dict[str, np.ndarray], key: str, i: Indicator, standard: Standard, outcomes: Standard) -> None:
    """Add gap, ratio, log ratio, difference and disadvantage from the groups' values."""
    reference = columns.get(f"{key}.{standard.reference_group}")
    comparison = columns.get(f"{key}.{standard.comparison_group}")
    if reference is None or comparison is None:
        return
    if i.form in ("gap", "ratio"):
        columns[f"{key}.gap"] = comparison - reference
    if i.ratio_of is not None:
        by_group = {standard.reference_group: reference, standard.comparison_group: comparison}
        top, bottom = (by_group[g] for g in i.ratio_of)
        with np.errstate(divide="ignore", invalid="ignore"):
            # A zero on either side leaves no ratio: its log is not a number, and no number stands in for it.
            ratio = np.where(bottom > 0, top / bottom, np.nan)
            columns[f"{key}.ratio"] = ratio
            columns[f"{key}.log_ratio"] = np.where(ratio > 0, np.log(np.where(ratio > 0, ratio, 1.0)), np.nan)
    if i.form == "gap":
        columns[f"{key}.disadvantage"] = i.disadvantage * columns[f"{key}.gap"]
    elif i.form == "ratio":
        columns[f"{key}.disadvantage"] = i.disadvantage * columns[f"{key}.log_ratio"]
    elif i.form == "difference":
        measure = outcomes.measures[i.compared_with]
        name = measure.columns.get(standard.comparison_group, f"{i.compared_with}.{standard.comparison_group}")
        if name in columns:
            columns[f"{key}.difference"] = comparison - columns[name]
            columns[f"{key}.disadvantage"] = i.disadvantage * columns[f"{key}.difference"]


def _ratings(panel: pd.DataFrame, rows: pd.DataFrame, organisations: Organisations, outcomes: Standard) -> pd.DataFrame:
    """Add the rating in force on 31 March of each year, and the year in which it was published."""
    events = rating_events(rows, organisations, outcomes)
    for key, measure in outcomes.measures.items():
        mine = events[(events["measure"] == key) & (events["stratum"] == "all")]
        if measure.clock != "event" or not len(mine):
            continue
        left = panel[_INDEX].assign(date=year_end(panel["wres_year"]), order=np.arange(len(panel))).sort_values("date")
        right = mine[["org_code", "date", "value"]].assign(published=mine["date"]).sort_values("date")
        found = pd.merge_asof(left, right, on="date", by="org_code").sort_values("order")
        in_force = found["value"].to_numpy("float64")
        if measure.last_period is not None:
            in_force = np.where(found["date"] > pd.Timestamp(measure.last_period), np.nan, in_force)
        published = found["published"]
        panel = panel.assign(
            **{
                key: in_force,
                f"{key}.published_year": np.where(
                    np.isfinite(in_force), published.dt.year + (published.dt.month >= 4), np.nan
                ),
            }
        )
    return panel


def _balanced(panel: pd.DataFrame, standard: Standard) -> np.ndarray:
    """Whether a trust has a disadvantage on record in every year in which any trust has one."""
    names = [c for c in panel.columns if c.endswith(".disadvantage") and c.split(".")[0] in standard.indicators]
    if not names:
        return np.zeros(len(panel), dtype=bool)
    has = panel[names].notna().any(axis=1)
    years = set(panel.loc[has, "wres_year"])
    seen = panel[has].groupby("org_code")["wres_year"].nunique()
    return (panel["org_code"].map(seen).fillna(0) == len(years)).to_numpy()


def pair(panel: pd.DataFrame, exposure: str, outcome: str, *, lag: int = 0) -> pd.DataFrame:
    """Set an exposure of row Y beside an outcome of row Y + ``lag``.

    Lag 1 puts the exposure first; lag -1 is the reverse, a falsification.

    Returns
    -------
    DataFrame
        ``org_code, wres_year`` (of the exposure), ``exposure, outcome, outcome_year, lag``, rows with both only.

    Raises
    ------
    KeyError
        If the panel has no such column.
    """
    left = panel[[*_INDEX, exposure]].rename(columns={exposure: "exposure"})
    right = panel[[*_INDEX, outcome]].rename(columns={outcome: "outcome", "wres_year": "outcome_year"})
    right = right.assign(wres_year=right["outcome_year"] - lag)
    both = left.merge(right, on=_INDEX, how="inner").dropna(subset=["exposure", "outcome"])
    return both.assign(lag=lag)[[*_INDEX, "exposure", "outcome", "outcome_year", "lag"]].reset_index(drop=True)
