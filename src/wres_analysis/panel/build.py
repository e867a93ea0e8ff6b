"""The panel: one row a trust and WRES year, measures as columns, made from the annual values.

Columns are named ``measure.group`` (``ind8.bme``) or ``measure.form`` (``ind8.gap``, ``ind3.log_ratio``,
``indN.disadvantage``); an outcome's main value is named by its measure alone (``sickness``). Counts travel
beside: ``ind8.bme.numerator``, ``ind8.bme.denominator``, ``ind8.bme.base``. What is not of the main stratum has
the stratum in its name: ``ind9.board_total.bme``, ``fft_positive.ae``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wres_analysis.panel.annual import PUBLISHED_RATIO, year_end
from wres_analysis.panel.events import rating_events, ratings_in_force
from wres_analysis.panel.organisations import Organisations
from wres_analysis.standards import Indicator, Measure, Standard

__all__ = ["build_panel", "comparison_column", "pair"]

_INDEX = ["org_code", "wres_year"]
_ATTRIBUTES = ["org_name", "region", "icb", "trust_type", "trust_subtype"]
_COUNTS = {"numerator": "numerator", "denominator": "denominator", "base": "effective_base"}

Columns = dict[str, np.ndarray]


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
        values say why it is missing. ``measure.before_break`` says in which rows a measure's level cannot be compared
        with later ones, where there are such rows.
    """
    # A trust for which a year's values are all "not applicable", in every month, did not exist then: it has no row.
    existed = values[(values["status"] != "not_applicable") | (values["months"] > 0)]
    index = existed[_INDEX].drop_duplicates().sort_values(_INDEX, ignore_index=True)
    columns = _spread(values, pd.MultiIndex.from_frame(index), standard, outcomes)
    for key, indicator in standard.indicators.items():
        columns |= _forms(columns, key, indicator, standard, outcomes)
    numbers = pd.DataFrame(columns, index=index.index)
    events = rating_events(rows, organisations, outcomes)
    attributes = organisations.attributes(index["org_code"], year_end(index["wres_year"]))[_ATTRIBUTES]
    partial = _flagged(values, "partial", index)
    told = pd.DataFrame({"balanced": _balanced(index, numbers, standard), "partial": partial}, index=index.index)
    ratings = ratings_in_force(index, events, outcomes)
    return pd.concat([index, attributes, told, numbers, ratings], axis=1)


def _spread(values: pd.DataFrame, spine: pd.MultiIndex, standard: Standard, outcomes: Standard) -> Columns:
    """The values of every measure, group and stratum as columns, counts beside them."""
    keyed = {
        (str(measure), str(group), str(stratum)): part.set_index(_INDEX)
        for (measure, group, stratum), part in values.groupby(["measure", "group", "stratum"])
    }
    columns: Columns = {}
    for (measure, group, stratum), part in _in_order(keyed, standard, outcomes):
        name = _name(measure, group, stratum, standard, outcomes)
        lined = part.reindex(spine)
        columns[name] = lined["value"].to_numpy("float64")
        for extra, field in _COUNTS.items():
            if lined[field].notna().any():
                columns[f"{name}.{extra}"] = lined[field].to_numpy("float64")
    for b in standard.breaks:
        mine = values[values["measure"] == b.measure]
        old = mine[mine["flags"].str.contains("before_break", regex=False)]
        if len(old):
            columns[f"{b.measure}.before_break"] = spine.isin(pd.MultiIndex.from_frame(old[_INDEX]))
    return columns


def _in_order(
    keyed: dict[tuple[str, str, str], pd.DataFrame], standard: Standard, outcomes: Standard
) -> list[tuple[tuple[str, str, str], pd.DataFrame]]:
    """Indicators first, then outcomes, as declared; the main stratum before the others."""
    declared: list[Indicator | Measure] = [*standard.indicators.values(), *outcomes.measures.values()]
    rank = {one.key: number for number, one in enumerate(declared)}
    main = {one.key: one.main_stratum for one in declared}
    return sorted(keyed.items(), key=lambda item: (rank[item[0][0]], item[0][2] != main[item[0][0]], item[0]))


def _name(measure: str, group: str, stratum: str, standard: Standard, outcomes: Standard) -> str:
    """Name the column of a measure's group and stratum."""
    if measure in standard.indicators:
        if stratum == PUBLISHED_RATIO:
            return f"{measure}.{stratum}"
        main = standard.indicators[measure].main_stratum
        return f"{measure}.{group}" if stratum == main else f"{measure}.{stratum}.{group}"
    m = outcomes.measures[measure]
    name = measure if group == "all" else m.columns.get(group, f"{measure}.{group}")
    return name if stratum == m.main_stratum else f"{name}.{stratum}"


def comparison_column(i: Indicator, standard: Standard, outcomes: Standard) -> str:
    """Name the column that a ``share`` or ``difference`` is compared with."""
    m = outcomes.measures[i.compared_with]
    return _name(m.key, standard.comparison_group, m.main_stratum, standard, outcomes)


def _forms(columns: Columns, key: str, i: Indicator, standard: Standard, outcomes: Standard) -> Columns:
    """Gap, ratio, log ratio, difference and disadvantage from the groups' values."""
    reference = columns.get(f"{key}.{standard.reference_group}")
    comparison = columns.get(f"{key}.{standard.comparison_group}")
    if comparison is None:
        return {}
    made: Columns = {}
    if i.compared_with:
        whole = columns.get(comparison_column(i, standard, outcomes))
        if whole is not None:
            made[f"{key}.difference"] = comparison - whole
            made[f"{key}.disadvantage"] = i.disadvantage * made[f"{key}.difference"]
        return made
    if reference is None:
        return {}
    made[f"{key}.gap"] = comparison - reference
    if i.ratio_of is not None:
        by_group = {standard.reference_group: reference, standard.comparison_group: comparison}
        top, bottom = (by_group[g] for g in i.ratio_of)
        # A zero on either side leaves no ratio: its log is not a number, and no number stands in for it.
        ratio = np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)
        made[f"{key}.ratio"] = ratio
        made[f"{key}.log_ratio"] = np.log(ratio, out=np.full(len(top), np.nan), where=ratio > 0)
    main = "log_ratio" if i.form == "ratio" else "gap"
    made[f"{key}.disadvantage"] = i.disadvantage * made[f"{key}.{main}"]
    return made


def _flagged(values: pd.DataFrame, word: str, index: pd.DataFrame) -> np.ndarray:
    """Whether any value of the trust and year carries a flag."""
    flagged = values[values["flags"].str.split().map(lambda flags: word in flags).astype(bool)]
    return np.asarray(pd.MultiIndex.from_frame(index[_INDEX]).isin(pd.MultiIndex.from_frame(flagged[_INDEX])))


def _balanced(index: pd.DataFrame, numbers: pd.DataFrame, standard: Standard) -> np.ndarray:
    """Whether a trust has a disadvantage on record in every year in which any trust has one."""
    names = [f"{key}.disadvantage" for key in standard.indicators if f"{key}.disadvantage" in numbers]
    has = index[numbers[names].notna().any(axis=1)] if names else index.iloc[0:0]
    years = has.groupby("org_code")["wres_year"].nunique()
    whole = years[years == has["wres_year"].nunique()].index
    return index["org_code"].isin(whole).to_numpy()


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
