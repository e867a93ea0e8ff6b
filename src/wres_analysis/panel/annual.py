"""Annual values: what each trust's published values come to in each WRES year, one row a value.

Row Y holds the survey of autumn Y-1, the flows and outcomes of April Y-1 to March Y, and the snapshot of
31 March Y. Counts are pooled and ratios never averaged; where months or members are missing the row says so
instead of giving a number. Every row names the cells that it came from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wres_analysis.panel.organisations import Organisations
from wres_analysis.sources.textcolumns import look_up, number_rows
from wres_analysis.standards import Standard

__all__ = ["BASES", "VALUE_COLUMNS", "annual_values", "fits_year", "newest", "usable_rows", "year_end", "year_of"]

BASES = ("as_published", "pooled")

#: Column -> dtype of the annual values. ``months`` counts the months that are complete, of a measure that has one
#: value a year 1. ``members`` names the published codes that the row pools.
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

#: The stratum of a ratio as printed, kept beside the counts that the kit's own ratio is made from.
PUBLISHED_RATIO = "published_ratio"

_YEAR_KEY = ["trust", "wres_year", "measure", "group", "stratum"]
_SLOT_KEY = [*_YEAR_KEY, "slot"]

#: The status that stands for several missing parts is the first of these that one of them has.
_WORST = ("suppressed", "excluded", "not_submitted", "not_applicable", "merged")
#: A part with such a status says that there is nothing here, which another part or an older edition may have.
_SILENT = ("not_applicable", "not_submitted", "merged", "excluded")
_WHOLE_YEAR = 360  # days: shorter than any financial year, longer than any part of one


@dataclass(frozen=True, slots=True)
class _Rule:
    """How a measure's parts make a year."""

    combine: str
    clock: str = ""
    months: int = 1
    months_required: int = 1


def _rules(standard: Standard, outcomes: Standard) -> tuple[dict[str, _Rule], dict[tuple[str, str], str]]:
    """The rule of each measure; and (measure, published stratum) -> the stratum of the annual value."""
    rules: dict[str, _Rule] = {}
    strata: dict[tuple[str, str], str] = {}
    for key, i in standard.indicators.items():
        rules[key] = _Rule("sum_ratio", i.clock)
        own = i.strata if i.pooled_strata else ("all", *i.strata, PUBLISHED_RATIO)
        strata |= {(key, s): s for s in own} | {(key, s): i.main_stratum for s in i.pooled_strata}
    for key, m in outcomes.measures.items():
        if m.clock in ("month", "quarter", "event") or m.combine == "none":
            continue
        rules[key] = _Rule(m.combine, m.clock, m.months, m.months_required)
        strata |= {(key, s): s for s in ("all", *m.strata)}
    return rules, strata


def year_of(dates: pd.Series) -> pd.Series:
    """The WRES year of each date, Int64, missing where the date is."""
    return (dates.dt.year + (dates.dt.month >= 4)).astype("Int64")


def year_end(years: pd.Series) -> pd.Series:
    """31 March of each WRES year."""
    return pd.to_datetime(years.astype(str) + "-03-31").astype("datetime64[s]")


def fits_year(rows: pd.DataFrame, standard: Standard, outcomes: Standard) -> pd.Series:
    """Say of each observation whether its period is one that its measure can have.

    A snapshot is of 31 March; a flow is of a whole April to March, or of a month where the measure is published by
    month; a survey is of an autumn. A quarter, or a snapshot of September, is nothing that row Y can hold.

    Returns
    -------
    Series
        Booleans with the index of ``rows``; True for measures that have no annual value.
    """
    rules, _ = _rules(standard, outcomes)
    start, end = rows["period_start"], rows["period_end"]
    days = (end - start).dt.days
    at_end = (end.dt.month == 3) & (end.dt.day == 31)
    whole = at_end & (days >= _WHOLE_YEAR)
    fits = {
        "snapshot": at_end,
        "survey": end.dt.month.isin((9, 10, 11, 12, 1)),
        "flow": whole,
        "financial_year": whole,
        "by month": whole | (days.between(27, 30) & end.dt.is_month_end),
    }
    clocks = {key: "by month" if rule.months > 1 else rule.clock for key, rule in rules.items()}
    clock = rows["measure"].map(clocks)
    out = pd.Series(True, index=rows.index)
    for name, fit in fits.items():
        out = out.where(clock != name, fit)
    return out | end.isna()


def newest(rows: pd.DataFrame, outcomes: Standard, standard: Standard | None = None) -> pd.DataFrame:
    """Keep, of each published value, the one to use: the first source in the declared order, then the newest vintage.

    An older vintage stays in the observations. A newer one that suppresses a value wins over an older number; one
    that merely has nothing there (not applicable, not submitted, a cell that cannot be read) does not.

    Parameters
    ----------
    rows
        Observations. A column ``slot``, if there, stands for the period; else ``period_end`` does.
    outcomes, standard
        Where the order of the sources is declared.
    """
    order = outcomes.sources | (standard.sources if standard is not None else {})
    # Without a declared order, a source that gives counts comes before one that gives rates only.
    bare = (rows["status"] == "observed") & rows["denominator"].isna() & rows["effective_base"].isna()
    rank = look_up(rows["measure"], rows["source"], order, len(order)) + bare.to_numpy() / 2
    vintage, _ = pd.factorize(rows["vintage"], sort=True)
    best_first = np.lexsort((-vintage, rank, rows["status"].isin(_SILENT)))
    period = "slot" if "slot" in rows else "period_end"
    place = number_rows(rows, ["org_code", period, "measure", "group", "stratum"])
    _, best = np.unique(place[best_first], return_index=True)
    return rows.iloc[np.sort(best_first[best])]


def annual_values(
    rows: pd.DataFrame,
    organisations: Organisations,
    *,
    standard: Standard,
    outcomes: Standard,
    basis: str = "as_published",
    usable: pd.DataFrame | None = None,
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
    usable
        What :func:`usable_rows` makes of the other arguments, for who wants both bases; made here if not given.

    Returns
    -------
    DataFrame
        Columns of :data:`VALUE_COLUMNS`, sorted by trust, year, measure, group, stratum.
    """
    if basis not in BASES:
        raise ValueError(f"basis must be one of {BASES}, not {basis!r}")
    rules, _ = _rules(standard, outcomes)
    frames = []
    part = usable_rows(rows, organisations, standard=standard, outcomes=outcomes) if usable is None else usable
    if basis == "pooled":
        part = part.assign(trust=organisations.successor(part["trust"], year_end(part["wres_year"])))
    part = part.assign(year_id=number_rows(part, _YEAR_KEY), slot_id=number_rows(part, _SLOT_KEY))
    alike: dict[_Rule, list[str]] = {}
    for measure in part["measure"].unique():
        alike.setdefault(replace(rules[measure], clock=""), []).append(measure)
    for rule, measures in alike.items():
        mine = part[part["measure"].isin(measures)]
        # A year given as a whole stands beside its months; it is used where the months do not make a year.
        by_month, whole = mine[~mine["whole"]], mine[mine["whole"]]
        made = [_combine(by_month, rule)] if len(by_month) else []
        made += [_combine(whole, _Rule(rule.combine)).assign(months=rule.months)] if len(whole) else []
        values = pd.concat(made, ignore_index=True) if len(made) > 1 else made[0]
        values = values.assign(__missing=values["value"].isna()).sort_values("__missing", kind="stable")
        frames.append(values.drop_duplicates("year_id"))
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in VALUE_COLUMNS.items()})
    values = pd.concat(frames, ignore_index=True).rename(columns={"trust": "org_code"})
    if basis == "as_published":
        values = _say_merged(values, organisations)
    values = _say_before_break(values, standard)
    order = ["org_code", "wres_year", "measure", "group", "stratum"]
    return values[list(VALUE_COLUMNS)].sort_values(order, ignore_index=True).astype(VALUE_COLUMNS)


def usable_rows(
    rows: pd.DataFrame, organisations: Organisations, *, standard: Standard, outcomes: Standard
) -> pd.DataFrame:
    """The observations of trusts that have a place in some year, one for each published value, under their trust."""
    rules, strata = _rules(standard, outcomes)
    annual = look_up(rows["measure"], rows["stratum"], strata, "")
    known = (annual != "") & rows["period_end"].notna() & organisations.legal_code(rows["org_code"])["is_trust"]
    part = rows[known].assign(annual=annual[known])
    unknown_code = part["flags"].str.contains("unknown_code", regex=False)
    part = part[~unknown_code & fits_year(part, standard, outcomes)]
    year = year_of(part["period_end"]).astype("int64")
    monthly = part["measure"].map({key: rule.months > 1 for key, rule in rules.items()}).astype(bool)
    whole = monthly & ((part["period_end"] - part["period_start"]).dt.days >= _WHOLE_YEAR)
    # One value a year fills one slot, however its publisher dates it; a month fills its own.
    slot = year_end(year).where(~monthly | whole, part["period_end"])
    part = part.assign(wres_year=year, whole=whole, slot=slot)
    part = pd.concat(
        [newest(part[~part["whole"]], outcomes, standard), newest(part[part["whole"]], outcomes, standard)]
    )
    legal = organisations.legal_code(part["org_code"])
    part = part.assign(trust=legal["trust"], partial=legal["partial"].astype(bool), published=part["stratum"])
    part = part.assign(stratum=part["annual"])
    # Where a trust is given as a whole and by its sectors, the whole is used: the sectors are in it.
    place = number_rows(part, ["trust", "slot", "whole", "measure", "group", "published"])
    given_whole = (part["status"] == "observed") & ~part["partial"]
    has_whole = given_whole.groupby(place).transform("any")
    return part[~(part["partial"] & has_whole)].sort_index()


def _combine(part: pd.DataFrame, rule: _Rule) -> pd.DataFrame:
    """Combine months and members of one measure into years.

    A month counts where every member that exists has a value for it; only complete months are added up.
    """
    parts = _parts(part, rule)
    # Who is "not applicable" beside a member with a value did not exist then: nothing of it is missing.
    beside = parts["observed"].groupby(parts["slot_id"]).transform("any") & parts["status"].eq("not_applicable")
    parts = parts[~beside]
    members = parts.groupby("slot_id")["observed"]
    complete = members.transform("all")
    used = parts[complete].assign(single=(members.transform("size") == 1)[complete])
    out = parts.drop_duplicates("year_id").set_index("year_id")[[*_YEAR_KEY, "unit"]]
    sums = used.groupby("year_id").agg(
        top=("top", "sum"),
        bottom=("bottom", "sum"),
        total=("shown", "sum"),
        mean=("shown", "mean"),
        counted=("counted", "all"),
        based=("based", "all"),
        single=("single", "all"),
        months=("slot_id", "nunique"),
        partial=("partial", "any"),
    )
    out = out.join(sums)
    for name in ("counted", "based", "single", "partial"):
        out[name] = out[name].astype("boolean").fillna(False).astype(bool)
    out["months"] = out["months"].fillna(0).astype(int)
    out["vintage"] = (
        parts.sort_values("vintage").drop_duplicates("year_id", keep="last").set_index("year_id")["vintage"]
    )
    out["lost"] = (~parts["observed"]).groupby(parts["year_id"]).any()
    enough = (out["months"] >= rule.months_required) & ((rule.months > 1) | ~out["lost"])
    out["value"] = _value(out, rule).where(enough)
    given = out["value"].notna()
    counts = given & out["counted"]
    out["numerator"], out["denominator"] = out["top"].where(counts), out["bottom"].where(counts)
    out["effective_base"] = out["bottom"].where(given & out["based"] & (out["bottom"] > 0))
    for name, column in (("members", "org_code"), ("source", "source"), ("source_cells", "cell")):
        out[name] = _joined(parts, column, out.index)
    words = _joined(used, "flags", out.index)
    words = words.where(~(given & (rule.months > 1) & ~out["based"]), words + " mean_of_monthly_rates")
    words = words.where(~(given & (out["months"] < rule.months)), words + " partial_year")
    words = words.where(~(given & out["partial"]), words + " partial")
    out["flags"] = [" ".join(dict.fromkeys(text.split())) for text in words]
    return _explained(out, parts, used, rule, enough).reset_index()


def _parts(part: pd.DataFrame, rule: _Rule) -> pd.DataFrame:
    """Add to each row what it gives to a sum.

    Where no exact denominator is known, value x base stands in as a pseudo-count: right for a mean of scores, and for
    a rate whose base is only bounded from below (flagged ``base_at_least``).
    """
    observed = (part["status"] == "observed") & part["value"].notna()
    base = part["denominator"].where(part["denominator"].notna(), part["effective_base"])
    counted = part["numerator"].notna() & part["denominator"].notna() & observed & (rule.combine == "sum_ratio")
    top = part["numerator"].where(counted, part["value"] * base / _scale(rule))
    return part.assign(
        observed=observed,
        top=top.where(observed),
        bottom=base.where(observed),
        shown=part["value"].where(observed),
        counted=counted & (base > 0),
        based=base.notna() & (base > 0) & observed,
        cell=part["source_file"] + "!" + part["source_cell"],
    )


def _scale(rule: _Rule) -> float:
    """What a share is multiplied by: rates are percentages, means are in their own unit."""
    return 100.0 if rule.combine == "sum_ratio" else 1.0


def _value(out: pd.DataFrame, rule: _Rule) -> pd.Series:
    """The value of each year; missing where parts have no base to pool them by."""
    if rule.combine == "sum":
        return out["total"]
    based = out["based"] & (out["bottom"] > 0)
    pooled = _scale(rule) * out["top"] / out["bottom"].where(based)
    # One published value without exact counts is kept as published; months without days are averaged and flagged.
    alone = out["single"] & ~(out["counted"] if rule.months == 1 else based)
    return pooled.where(~alone, out["mean"])


def _explained(
    out: pd.DataFrame, parts: pd.DataFrame, used: pd.DataFrame, rule: _Rule, enough: pd.Series
) -> pd.DataFrame:
    """Give each row its status and reason: what is missing always says why."""
    given = out["value"].notna()
    gone = parts[~parts["observed"]]
    rank = gone["status"].map({status: rank for rank, status in enumerate(_WORST)})
    worst = rank.groupby(gone["year_id"]).min().reindex(out.index)
    missing = worst.map(dict(enumerate(_WORST))).fillna("not_submitted")
    why = _joined(gone, "reason", out.index)
    notes = _joined(used, "reason", out.index)
    if rule.months > 1:
        short = out["months"].map(f"{{}} of {rule.months} months".format)
        why = short.where(why == "", short + "; " + why)
        notes = short.where(out["months"] < rule.months, "")
    baseless = ~given & enough
    missing = missing.where(~baseless, "excluded")
    why = why.where(~baseless, "several parts, and no base to pool them by")
    return out.assign(status=missing.where(~given, "observed"), reason=why.where(~given, notes))


def _joined(part: pd.DataFrame, column: str, years: pd.Index) -> pd.Series:
    """The distinct texts of a column, joined, for each year of ``years`` (``year_id``); blank where there is none."""
    found: dict[int, dict[str, None]] = {}
    for year, text in zip(part["year_id"].to_list(), part[column].to_list(), strict=True):
        if text:
            found.setdefault(year, {})[text] = None
    joiner = " " if column in ("flags", "org_code") else "; "
    joined = {year: joiner.join(texts) for year, texts in found.items()}
    return pd.Series([joined.get(year, "") for year in years], index=years, dtype="str")


def _say_merged(values: pd.DataFrame, organisations: Organisations) -> pd.DataFrame:
    """Give status ``merged`` to what is missing because the trust had been succeeded by the end of the year.

    A trust whose every value is "not applicable" had gone before the year began, or not come yet: it stays so.
    """
    begun = (values["status"] == "not_submitted") | ((values["status"] == "not_applicable") & (values["months"] > 0))
    if not begun.any():
        return values
    ends = year_end(values.loc[begun, "wres_year"])
    now = organisations.successor(values.loc[begun, "org_code"], ends)
    gone = now != values.loc[begun, "org_code"]
    where = gone.index[gone]
    values.loc[where, "status"] = "merged"
    values.loc[where, "reason"] = [
        f"the trust became part of {new} before {end.day} {end:%B %Y}" + (f"; {old}" if old else "")
        for new, end, old in zip(now[where], ends[where], values.loc[where, "reason"], strict=True)
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
