"""Annual values: what each trust's published values come to in each WRES year, one row a value.

Row Y holds the survey of autumn Y-1, the flows and outcomes of April Y-1 to March Y, and the snapshot of
31 March Y. Counts are pooled and ratios never averaged; where months or members are missing the row says so
instead of giving a number. Every row names the cells that it came from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wres_analysis.panel.organisations import Organisations
from wres_analysis.standards import Measure, Standard

__all__ = ["BASES", "VALUE_COLUMNS", "annual_values", "newest", "rating_events"]

BASES = ("as_published", "pooled")

#: Column -> dtype of the annual values. ``members`` names the published codes that the row pools.
VALUE_COLUMNS: dict[str, str] = {
    "org_code": "str",
    "wres_year": "int64",
    "measure": "str",
    "group": "str",
    "stratum": "str",
    "numerator": "float64",
    "denominator": "float64",
    "value": "float64",
    "unit": "str",
    "effective_base": "float64",
    "status": "str",
    "reason": "str",
    "flags": "str",
    "months": "int64",
    "members": "str",
    "source": "str",
    "source_cells": "str",
    "vintage": "str",
}

_KEY = ["org_code", "period_start", "period_end", "measure", "group", "stratum"]
_YEAR_KEY = ["trust", "wres_year", "measure", "group", "stratum"]


@dataclass(frozen=True, slots=True)
class _Rule:
    """How a measure's parts make a year."""

    combine: str
    months: int = 1
    months_required: int = 1


def _rules(standard: Standard, outcomes: Standard) -> tuple[dict[str, _Rule], dict[str, set[str]]]:
    rules = {key: _Rule("sum_ratio") for key, i in standard.indicators.items() if i.form != "share"}
    strata = {key: {"all", *i.strata, "published_ratio"} for key, i in standard.indicators.items()}
    for key, m in outcomes.measures.items():
        if m.clock in ("month", "quarter", "event") or m.combine == "none":
            continue
        rules[key] = _Rule(m.combine, m.months, m.months_required)
        strata[key] = {"all", *m.strata}
    return rules, strata


def newest(rows: pd.DataFrame, outcomes: Standard) -> pd.DataFrame:
    """Keep, of each published value, the one to use: the first source in the declared order, then the newest vintage.

    An older vintage stays in the observations; a newer one that suppresses a value wins over an older number.
    """
    order = {
        (key, source): rank for key, m in outcomes.measures.items() for rank, source in enumerate(m.sources)
    }
    pairs = pd.Series(list(zip(rows["measure"], rows["source"], strict=True)), index=rows.index, dtype=object)
    rank = pairs.map(order).fillna(99).astype(int)
    # Without a declared order, a source that gives counts comes before one that gives rates only.
    rank = rank + (rows["denominator"].isna() & rows["effective_base"].isna()).astype(int)
    ranked = rows.assign(__rank=rank).sort_values(
        ["__rank", "vintage"], ascending=[True, False], kind="stable", key=lambda c: c if c.name == "__rank" else c.astype(str)
    )
    return ranked.drop_duplicates(_KEY).drop(columns="__rank").sort_index()


def _wres_year(dates: pd.Series) -> pd.Series:
    return (dates.dt.year + (dates.dt.month >= 4)).astype("int64")


def annual_values(
    rows: pd.DataFrame,
    organisations: Organisations,
    *,
    standard: Standard,
    outcomes: Standard,
    basis: str = "as_published",
) -> pd.DataFrame:
    """Make the annual values of every trust.

    Parameters
    ----------
    rows
        Observations (:data:`~wres_analysis.sources.observations.COLUMNS`).
    organisations
        Who is a trust, and who succeeded whom when.
    standard, outcomes
        What is measured.
    basis
        ``as_published``: codes as the publisher wrote them, reporting sectors under their trust.
        ``pooled``: each trust under its successor on 31 March of the row's year, counts summed.

    Returns
    -------
    DataFrame
        Columns of :data:`VALUE_COLUMNS`, sorted by trust, year, measure, group, stratum.
    """
    if basis not in BASES:
        raise ValueError(f"basis must be one of {BASES}, not {basis!r}")
    rules, strata = _rules(standard, outcomes)
    wanted = rows["measure"].isin(rules) & rows["period_end"].notna() & (rows["status"] != "excluded")
    part = rows[wanted]
    part = part[[s in strata[m] for m, s in zip(part["measure"], part["stratum"], strict=True)]]
    part = newest(part, outcomes)
    legal = organisations.legal_code(part["org_code"])
    part = part.assign(
        trust=legal["trust"].to_numpy(),
        partial=legal["partial"].to_numpy(),
        wres_year=_wres_year(part["period_end"]).to_numpy(),
    )[legal["is_trust"].to_numpy()]
    if basis == "pooled":
        ends = pd.to_datetime(part["wres_year"].astype(str) + "-03-31").astype("datetime64[s]")
        part = part.assign(trust=organisations.successor(part["trust"], ends).to_numpy())
    frames = [
        _combine(part[part["measure"] == measure], rule) for measure, rule in rules.items() if (part["measure"] == measure).any()
    ]
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in VALUE_COLUMNS.items()})
    values = pd.concat(frames, ignore_index=True).rename(columns={"trust": "org_code"})
    values = _say_merged(values, organisations, basis)
    values = _say_before_break(values, standard)
    return values[list(VALUE_COLUMNS)].sort_values(
        ["org_code", "wres_year", "measure", "group", "stratum"], ignore_index=True
    ).astype(VALUE_COLUMNS)


def _combine(part: pd.DataFrame, rule: _Rule) -> pd.DataFrame:
    """Combine months and members of one measure into years."""
    # Where no exact denominator is known, value x base stands in as a pseudo-count: right for a mean of scores,
    # and for a rate whose base is only bounded from below (flagged base_at_least).
    observed = part["status"] == "observed"
    base = part["denominator"].where(part["denominator"].notna(), part["effective_base"])
    scale = 1.0 if rule.combine == "base_mean" else 100.0
    top = part["numerator"].where(part["numerator"].notna() & part["denominator"].notna(), part["value"] * base / scale)
    part = part.assign(
        observed=observed,
        top=top.where(observed),
        bottom=base.where(observed),
        counted=(part["numerator"].notna() & part["denominator"].notna() & observed),
        shown=part["value"].where(observed),
        based=(base.notna() & observed),
        is_partial=part["partial"].astype(bool),
        rank=part["status"].map({status: rank for rank, status in enumerate(_WORST)}),
        cell=part["source_file"] + "!" + part["source_cell"],
    )
    grouped = part.groupby(_YEAR_KEY, sort=True)
    out = grouped.agg(
        rows=("observed", "size"),
        n_observed=("observed", "sum"),
        n_counted=("counted", "sum"),
        n_based=("based", "sum"),
        top=("top", "sum"),
        bottom=("bottom", "sum"),
        mean=("shown", "mean"),
        first=("shown", "first"),
        unit=("unit", "first"),
        vintage=("vintage", "max"),
        partial=("is_partial", "any"),
        worst=("rank", "min"),
    )
    seen = part[part["observed"]]
    out["months"] = seen.groupby(_YEAR_KEY)["period_end"].nunique().reindex(out.index).fillna(0).astype(int)
    for name, column in (("members", "org_code"), ("source", "source"), ("source_cells", "cell"), ("words", "flags")):
        out[name] = _joined(part, column).reindex(out.index).fillna("")
    out = out.reset_index()
    single = (out["n_observed"] == 1) & (rule.months == 1)
    full = out["n_observed"] == out["rows"]
    counted = (out["n_counted"] == out["n_observed"]) & (out["n_observed"] > 0)
    based = (out["n_based"] == out["n_observed"]) & (out["n_observed"] > 0) & (out["bottom"] > 0)
    pooled = np.where(based, scale * out["top"] / out["bottom"].where(out["bottom"] > 0), np.nan)
    value = np.where(single & ~counted, out["first"], pooled)
    flags = out["words"].copy()
    if rule.months > 1:
        enough = out["months"] >= rule.months_required
        rate_only = enough & ~based
        value = np.where(rate_only, out["mean"], value)
        flags = flags.where(~rate_only, flags + " mean_of_monthly_rates")
        flags = flags.where(~(enough & (out["months"] < rule.months)), flags + " partial_year")
        value = np.where(enough, value, np.nan)
    else:
        enough = full & (single | based)
        value = np.where(enough, value, np.nan)
    flags = flags.where(~out["partial"], flags + " partial")
    out["value"] = value
    given = np.isfinite(out["value"])
    out["numerator"] = out["top"].where(given & counted)
    out["denominator"] = out["bottom"].where(given & counted)
    out["effective_base"] = out["bottom"].where(given & based)
    out["flags"] = [" ".join(dict.fromkeys(text.split())) for text in flags]
    worst = out["worst"].map(dict(enumerate(_WORST))).to_numpy()
    out["status"] = np.where(given, "observed", np.where(worst == "observed", "not_submitted", worst))
    if rule.months > 1:
        out["status"] = np.where(~given & (out["months"] > 0), "not_submitted", out["status"])
        short = [f"{m} of {rule.months} months" for m in out["months"]]
        out["reason"] = np.where(given & (out["months"] == rule.months), "", short)
    else:
        why = _joined(part[~part["observed"]], "reason").reindex(pd.MultiIndex.from_frame(out[_YEAR_KEY])).fillna("")
        notes = _joined(part[part["observed"]], "reason").reindex(pd.MultiIndex.from_frame(out[_YEAR_KEY])).fillna("")
        out["reason"] = np.where(given, notes.to_numpy(), why.to_numpy())
        unpooled = ~given & (out["n_observed"] > 1) & full
        out["reason"] = np.where(unpooled, "several parts, and no base to pool them by", out["reason"])
    return out


#: The status that stands for a group of values is the first of these that any of them has.
_WORST = ("suppressed", "not_submitted", "not_applicable", "merged", "observed")


def _joined(part: pd.DataFrame, column: str) -> pd.Series:
    """The distinct texts of a column, joined, for each trust-year-measure; most groups have one row."""
    slim = part.loc[part[column] != "", [*_YEAR_KEY, column]].drop_duplicates()
    joiner = " " if column == "flags" else "; "
    twice = slim.duplicated(_YEAR_KEY, keep=False)
    once = slim[~twice].set_index(_YEAR_KEY)[column]
    if not twice.any():
        return once
    many = slim[twice].groupby(_YEAR_KEY)[column].agg(joiner.join)
    return pd.concat([once, many])


def _say_merged(values: pd.DataFrame, organisations: Organisations, basis: str) -> pd.DataFrame:
    """Give status ``merged`` to what is missing because the trust had been succeeded by the end of the year."""
    if basis != "as_published":
        return values
    missing = values["status"] != "observed"
    if not missing.any():
        return values
    ends = pd.to_datetime(values.loc[missing, "wres_year"].astype(str) + "-03-31").astype("datetime64[s]")
    now = organisations.successor(values.loc[missing, "org_code"], ends)
    gone = (now.to_numpy() != values.loc[missing, "org_code"].to_numpy()) & (values.loc[missing, "status"] == "not_submitted").to_numpy()
    where = values.index[missing][gone]
    values.loc[where, "status"] = "merged"
    values.loc[where, "reason"] = [
        "; ".join(part for part in (f"merged into {new} before 31 March", old) if part)
        for new, old in zip(now.to_numpy()[gone], values.loc[where, "reason"], strict=True)
    ]
    return values


def _say_before_break(values: pd.DataFrame, standard: Standard) -> pd.DataFrame:
    """Flag ``before_break`` where a value's level cannot be compared with later ones.

    An edition published after the break gives earlier surveys on the new base, so the edition decides, not the year.
    """
    for b in standard.breaks:
        if b.first_survey is None:
            continue
        old = (
            (values["measure"] == b.measure)
            & (values["wres_year"] - 1 < b.first_survey)
            & (values["vintage"].str[:4] < str(b.first_survey))
        )
        values.loc[old, "flags"] = (values.loc[old, "flags"] + " before_break").str.strip()
    return values


def rating_events(rows: pd.DataFrame, organisations: Organisations, outcomes: Standard) -> pd.DataFrame:
    """Ratings as events: one row for each trust, measure, stratum and publication date.

    Editions of the ratings file repeat old events; an event is kept once, from the newest edition. An overall
    rating after the measure's last period is left out.

    Returns
    -------
    DataFrame
        ``org_code, measure, stratum, date, value, flags, source_file, source_cell``, by date.
    """
    events: dict[str, Measure] = {k: m for k, m in outcomes.measures.items() if m.clock == "event"}
    part = rows[rows["measure"].isin(events) & (rows["status"] == "observed") & rows["period_end"].notna()]
    part = newest(part, outcomes)
    for key, m in events.items():
        if m.last_period is not None:
            part = part[~((part["measure"] == key) & (part["period_end"] > pd.Timestamp(m.last_period)))]
    legal = organisations.legal_code(part["org_code"])
    part = part.assign(org_code=legal["trust"].to_numpy())[legal["is_trust"].to_numpy()]
    part = part.rename(columns={"period_end": "date"})
    return part[
        ["org_code", "measure", "stratum", "date", "value", "flags", "source_file", "source_cell"]
    ].sort_values(["org_code", "measure", "stratum", "date"], ignore_index=True)
