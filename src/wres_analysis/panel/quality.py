"""The quality report: every rule that a published value can break, and what was done about it.

Each rule comes from an error that somebody really published. ``error``: the value is not used. ``warning``: the
value is used, and a person should look at it. ``note``: nothing is wrong, but a reader should know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wres_analysis.panel.organisations import Organisations
from wres_analysis.standards import Standard

__all__ = ["QUALITY_COLUMNS", "RULES", "check_quality", "exclude_placeholders", "exclude_unknown_codes"]

QUALITY_COLUMNS = (
    "rule", "severity", "org_code", "wres_year", "measure", "group", "what", "action", "source_file", "source_cell",
)  # fmt: skip

#: What each rule looks for, for the data-quality notebook.
RULES: dict[str, str] = {
    "bad_cell": "A cell that cannot be read as what its column holds.",
    "bad_year": "A year or date that cannot be read.",
    "between_groups": "An all-staff rate outside the range of the groups' rates.",
    "declared_break": "A change of level that the breaks register declares.",
    "direction_error": "A printed ratio that is the reciprocal of what its counts give.",
    "duplicate_organisation": "An organisation given twice with different values.",
    "group_swap": "Both groups of two indicators the wrong way round, against the region.",
    "groups_exceed_base": "Groups that together have more answers than the question.",
    "implausible_ratio": "A printed ratio beyond anything a trust has had.",
    "implausible_value": "A value outside the range that trusts have had.",
    "merged": "A trust that was succeeded before its year was complete.",
    "missing_months": "A year with fewer months than it takes.",
    "national_change": "A national value that changes by more than is plausible, with no break declared.",
    "parts_contradict_ratio": "A printed ratio that its own counts contradict.",
    "placeholder": "An amount that stands for 'not given'.",
    "printed_rate_differs": "A printed rate that its own days contradict.",
    "source_disagreement": "Two publications that give different values for the same thing.",
    "text_in_number": "Words where a number belongs.",
    "unit_error": "A ratio printed as a percentage.",
    "unknown_code": "A code that no organisation file and no publisher's file knows.",
}

#: Half a unit in the last printed place, and the distance at which a printed ratio contradicts its counts.
_PRINTED_ROUNDING, _RATIO_TOLERANCE = 0.005, 0.05
#: Points. All-staff rates are weighted to the occupation mix, group rates are not. Among the 159 trusts of the 2024
#: survey the all-staff rate of indicator 7 lies at most 1.6 points outside the groups' range; that of indicator 5,
#: which differs more between occupations, up to 4.2, so the rule is for the indicators that declare it.
_WEIGHTING_TOLERANCE = 2.0
_SOURCE_TOLERANCE = 0.1


@dataclass(frozen=True)
class _Inputs:
    rows: pd.DataFrame
    values: pd.DataFrame
    organisations: Organisations
    standard: Standard
    outcomes: Standard


def exclude_placeholders(rows: pd.DataFrame, outcomes: Standard) -> pd.DataFrame:
    """Exclude amounts below the placeholder limit that a measure declares (GBP 10 of agency spend)."""
    for key, measure in outcomes.measures.items():
        if measure.placeholder_below is None:
            continue
        low = (
            (rows["measure"] == key)
            & (rows["status"] == "observed")
            & (rows["numerator"].abs() < measure.placeholder_below)
            & (rows["numerator"] != 0)
        )
        if low.any():
            rows = _excluded(rows, low, "placeholder", rows.loc[low, "numerator"].map("{:g} is a placeholder, not an amount".format))
    return rows


def exclude_unknown_codes(
    rows: pd.DataFrame,
    sightings: pd.DataFrame,
    organisations: Organisations,
    *,
    trusted: frozenset[str],
    typed: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Exclude rows under a code that no trusted source knows.

    A code in own data that does not look like a trust's belongs to another kind of organisation: it stays among
    the observations and never reaches the panel.

    Parameters
    ----------
    rows, sightings
        Observations and what files say of organisations.
    organisations
        Turns reporting sectors into trusts.
    trusted
        Readers whose publishers assign or check codes. Where none of their files was loaded nothing can be
        judged, and nothing is excluded.
    typed
        Readers of files for trusts only, whose codes were typed by hand: any unknown code there is an error.
    """
    known = set(sightings.loc[sightings["source"].isin(trusted), "org_code"])
    known |= set(rows.loc[rows["source"].isin(trusted), "org_code"])
    if not known:
        return rows
    legal = organisations.legal_code(rows["org_code"])
    is_known = rows["org_code"].isin(known).to_numpy() | np.isin(legal["trust"].to_numpy(dtype=object), list(known))
    ours = legal["is_trust"].to_numpy() | rows["source"].isin(typed)
    unknown = ~is_known & ~rows["source"].isin(trusted) & ours & (rows["status"] != "excluded")
    if unknown.any():
        reason = rows.loc[unknown, "org_code"].map("no organisation file knows the code '{}'".format)
        rows = _excluded(rows, unknown, "unknown_code", reason)
    return rows


def _excluded(rows: pd.DataFrame, where: pd.Series, flag: str, reason: pd.Series) -> pd.DataFrame:
    rows = rows.copy()
    rows.loc[where, "status"] = "excluded"
    rows.loc[where, "reason"] = reason
    rows.loc[where, "flags"] = (rows.loc[where, "flags"] + f" {flag}").str.strip()
    rows.loc[where, ["value", "numerator", "denominator", "effective_base"]] = np.nan
    return rows


def check_quality(
    rows: pd.DataFrame,
    values: pd.DataFrame,
    organisations: Organisations,
    *,
    standard: Standard,
    outcomes: Standard,
) -> pd.DataFrame:
    """Apply every rule.

    Parameters
    ----------
    rows
        Observations, after exclusion.
    values
        Annual values as published.
    organisations, standard, outcomes
        Who and what.

    Returns
    -------
    DataFrame
        Columns :data:`QUALITY_COLUMNS`, errors first. One row a finding.
    """
    given = _Inputs(rows, values, organisations, standard, outcomes)
    found = [frame for check in _CHECKS if len(frame := check(given))]
    if not found:
        return pd.DataFrame({name: pd.Series(dtype="Int64" if name == "wres_year" else "str") for name in QUALITY_COLUMNS})
    report = pd.concat(found, ignore_index=True)
    for name in QUALITY_COLUMNS:
        if name not in report:
            report[name] = ""
        if name != "wres_year":
            report[name] = report[name].fillna("").astype("str")
    report["wres_year"] = report["wres_year"].astype("Int64")
    rank = report["severity"].map({"error": 0, "warning": 1, "note": 2})
    order = report.assign(__rank=rank).sort_values(
        ["__rank", "rule", "org_code", "wres_year", "measure", "group", "source_file", "source_cell"], kind="stable"
    )
    return order[list(QUALITY_COLUMNS)].reset_index(drop=True)


def _years(ends: pd.Series) -> pd.Series:
    return (ends.dt.year + (ends.dt.month >= 4)).astype("Int64")


def _from_rows(part: pd.DataFrame, rule: pd.Series | str, severity: str, what: pd.Series | str, action: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "rule": rule,
            "severity": severity,
            "org_code": part["org_code"],
            "wres_year": _years(part["period_end"]),
            "measure": part["measure"],
            "group": part["group"],
            "what": what,
            "action": action,
            "source_file": part["source_file"],
            "source_cell": part["source_cell"],
        }
    )


def _from_values(part: pd.DataFrame, rule: str, severity: str, what: pd.Series | str, action: str) -> pd.DataFrame:
    first = part["source_cells"].str.split("; ").str[0].fillna("")
    return pd.DataFrame(
        {
            "rule": rule,
            "severity": severity,
            "org_code": part["org_code"],
            "wres_year": part["wres_year"].astype("Int64"),
            "measure": part["measure"],
            "group": part["group"],
            "what": what,
            "action": action,
            "source_file": first.str.split("!", n=1).str[0],
            "source_cell": first.str.split("!", n=1).str[1].fillna(""),
        }
    )


_EXCLUDED_FLAGS = ("bad_year", "duplicate_organisation", "placeholder", "text_in_number", "unknown_code")


def _excluded_cells(given: _Inputs) -> pd.DataFrame:
    """Every excluded cell, once for each place, under the rule that its flag names."""
    part = given.rows[given.rows["status"] == "excluded"].drop_duplicates(["source_file", "source_cell", "reason"])
    words = part["flags"].str.split()
    rule = words.map(lambda flags: next((f for f in _EXCLUDED_FLAGS if f in flags), "bad_cell"))
    rule = rule.where(~((rule == "bad_cell") & part["reason"].str.contains("is not a number", regex=False)), "text_in_number")
    return _from_rows(part, rule, "error", part["reason"], "left out")


def _flagged_cells(given: _Inputs) -> pd.DataFrame:
    """Cells that a reader kept but flagged."""
    flags = given.rows["flags"]
    part = given.rows[flags.str.contains("printed_rate_differs", regex=False)]
    return _from_rows(
        part, "printed_rate_differs", "warning", "the printed rate is not days lost over days available", "recomputed from the days"
    )


def _printed_ratios(given: _Inputs) -> pd.DataFrame:
    """Printed ratios against the counts they claim to come from."""
    printed = given.rows[(given.rows["stratum"] == "published_ratio") & (given.rows["status"] == "observed")]
    if not len(printed):
        return pd.DataFrame()
    keys = ["org_code", "period_end", "measure"]
    main = given.rows[(given.rows["stratum"] == "all") & (given.rows["status"] == "observed")]
    rates = main.pivot_table(index=keys, columns="group", values="value", aggfunc="first").reset_index()
    both = printed.merge(rates, on=keys, how="left", suffixes=("", "_rate"))
    low, high = given.standard.plausible_ratio
    found = []
    for key, part in both.groupby("measure"):
        ratio_of = given.standard.indicators[str(key)].ratio_of
        if ratio_of is None or not set(ratio_of) <= set(part.columns):
            continue
        counted = part[ratio_of[0]] / part[ratio_of[1]].where(part[ratio_of[1]] > 0)
        shown = part["value"]
        reverse = (1 / counted.where(counted > 0) - shown).abs() <= _PRINTED_ROUNDING + 1e-9
        agrees = (counted - shown).abs() <= _RATIO_TOLERANCE
        unit = part["flags"].str.contains("unit_error", regex=False)
        beyond = ~shown.between(low, high) & ~unit
        contradicts = ~agrees & counted.notna() & ~beyond & ~unit
        for rule, where in (
            ("unit_error", unit),
            ("implausible_ratio", beyond),
            ("direction_error", contradicts & reverse),
            ("parts_contradict_ratio", contradicts & ~reverse),
        ):
            some = part[where]
            what = [
                f"printed {s:g}, the counts give {c:.2f}" if np.isfinite(c) else f"printed {s:g}, and there are no counts"
                for s, c in zip(shown[where], counted[where], strict=True)
            ]
            found.append(_from_rows(some, rule, "warning", pd.Series(what, index=some.index), "the printed ratio is not used"))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def _group_swaps(given: _Inputs) -> pd.DataFrame:
    """A trust whose comparison group fares better on both opportunity and discrimination, in a region that does not."""
    s = given.standard
    pair = [k for k, i in s.indicators.items() if i.form == "gap" and "swap_check" in i.checks]
    part = given.values[(given.values["measure"].isin(pair)) & (given.values["stratum"] == "all")]
    wide = part.pivot_table(index=["org_code", "wres_year"], columns=["measure", "group"], values="value", aggfunc="first")
    if len(pair) < 2 or not len(wide):
        return pd.DataFrame()
    worse = pd.DataFrame(
        {
            k: s.indicators[k].disadvantage * (wide[(k, s.comparison_group)] - wide[(k, s.reference_group)])
            for k in pair
            if (k, s.comparison_group) in wide and (k, s.reference_group) in wide
        }
    ).dropna()
    if worse.shape[1] < len(pair):
        return pd.DataFrame()
    index = worse.index.to_frame(index=False)
    ends = pd.to_datetime(index["wres_year"].astype(str) + "-03-31").astype("datetime64[s]")
    region = given.organisations.attributes(index["org_code"], ends)["region"].to_numpy()
    regional = worse.groupby([region, index["wres_year"].to_numpy()]).transform("median")
    swapped = ((worse < 0) & (regional > 0)).all(axis=1)
    rows = part.merge(worse[swapped].reset_index()[["org_code", "wres_year"]], on=["org_code", "wres_year"])
    rows = rows[(rows["measure"] == pair[0]) & (rows["group"] == s.comparison_group)]
    return _from_values(
        rows,
        "group_swap",
        "warning",
        f"{s.groups[s.comparison_group].label} fares better than {s.groups[s.reference_group].label} on "
        f"{' and '.join(pair)}, against the region: the groups may be swapped",
        "used as published",
    )


def _between_groups(given: _Inputs) -> pd.DataFrame:
    s = given.standard
    checked = [k for k, i in s.indicators.items() if "between_groups" in i.checks]
    part = given.values[given.values["measure"].isin(checked) & (given.values["status"] == "observed") & (given.values["stratum"] == "all")]
    wide = part.pivot_table(index=["org_code", "wres_year", "measure"], columns="group", values="value", aggfunc="first")
    if not {"all", s.reference_group, s.comparison_group} <= set(wide.columns):
        return pd.DataFrame()
    wide = wide.dropna(subset=["all", s.reference_group, s.comparison_group])
    low = wide[[s.reference_group, s.comparison_group]].min(axis=1) - _WEIGHTING_TOLERANCE
    high = wide[[s.reference_group, s.comparison_group]].max(axis=1) + _WEIGHTING_TOLERANCE
    outside = wide[(wide["all"] < low) | (wide["all"] > high)].reset_index()
    rows = part[part["group"] == "all"].merge(outside[["org_code", "wres_year", "measure"]], on=["org_code", "wres_year", "measure"])
    what = rows["value"].map("the all-staff rate of {:.1f}% lies outside the two groups' rates".format)
    return _from_values(rows, "between_groups", "warning", what, "used as published")


def _groups_exceed_base(given: _Inputs) -> pd.DataFrame:
    """White and BME answers together against everyone who gave an ethnic group."""
    s = given.standard
    gaps = [k for k, i in s.indicators.items() if i.form == "gap"]
    v = given.values[(given.values["stratum"] == "all") & given.values["denominator"].notna()]
    groups = v[v["measure"].isin(gaps) & v["group"].isin([s.reference_group, s.comparison_group])]
    total = groups.groupby(["org_code", "wres_year", "measure"])["denominator"].sum()
    base = v[v["measure"] == "respondent_share"].drop_duplicates(["org_code", "wres_year"]).set_index(["org_code", "wres_year"])["denominator"]
    frame = total.reset_index()
    frame["limit"] = base.reindex(pd.MultiIndex.from_frame(frame[["org_code", "wres_year"]])).to_numpy()
    over = frame[frame["denominator"] > frame["limit"]]
    rows = groups[groups["group"] == s.comparison_group].merge(over[["org_code", "wres_year", "measure"]], on=["org_code", "wres_year", "measure"])
    return _from_values(rows, "groups_exceed_base", "warning", "the groups have more answers than the survey has respondents", "used as published")


def _implausible_values(given: _Inputs) -> pd.DataFrame:
    found = []
    for key, m in given.outcomes.measures.items():
        part = given.values[(given.values["measure"] == key) & (given.values["status"] == "observed")]
        # The range is for the main value: that of all staff, or of the comparison group where there is none.
        main = "all" if (part["group"] == "all").any() else given.standard.comparison_group
        part = part[(part["group"] == main) & (part["stratum"] == m.main_stratum)]
        beyond = part[~part["value"].between(*m.plausible)]
        what = beyond["value"].map(f"{{:.2f}} is outside {m.plausible[0]:g} to {m.plausible[1]:g}".format)
        found.append(_from_values(beyond, "implausible_value", "warning", what, "used as published"))
    return pd.concat(found, ignore_index=True)


def _national_changes(given: _Inputs) -> pd.DataFrame:
    """Year-on-year change of each group's national percentage, over trusts that have both years."""
    s, found = given.standard, []
    for key, i in s.indicators.items():
        if i.largest_change is None:
            continue
        part = given.values[
            (given.values["measure"] == key) & (given.values["stratum"] == "all") & given.values["group"].isin([s.reference_group, s.comparison_group])
        ]
        declared = next((b for b in s.breaks_of(key) if b.first_survey is not None), None)
        for group, mine in part.groupby("group"):
            wide = mine.pivot(index="org_code", columns="wres_year", values="value")
            old = mine.assign(old=mine["flags"].str.contains("before_break", regex=False))
            old = old.pivot(index="org_code", columns="wres_year", values="old").fillna(False).astype(bool)
            years = sorted(wide.columns)
            for before, after in zip(years[:-1], years[1:], strict=True):
                change = (wide[after] - wide[before]).dropna()
                crosses = (old[before] != old[after]).reindex(change.index)
                # Trusts whose values lie on both sides of a declared break move for a known reason; the others do not.
                for is_declared, moved in ((True, change[crosses]), (False, change[~crosses])):
                    if not len(moved) or abs(moved.mean()) < i.largest_change:
                        continue
                    why = f". {declared.what}" if is_declared and declared else ", and no break is declared"
                    found.append(
                        {
                            "rule": "declared_break" if is_declared else "national_change",
                            "severity": "note" if is_declared else "error",
                            "org_code": "",
                            "wres_year": after,
                            "measure": key,
                            "group": group,
                            "what": f"the mean over {len(moved)} trusts with both years moves by {moved.mean():+.1f} points from {before} to {after}{why}",
                            "action": "no trend is drawn across it" if is_declared else "declare the break in the standard, or mend the file",
                        }
                    )
    return pd.DataFrame(found)


def _source_disagreements(given: _Inputs) -> pd.DataFrame:
    found = []
    for key, m in given.outcomes.measures.items():
        if len(m.sources) < 2:
            continue
        part = given.rows[(given.rows["measure"] == key) & (given.rows["status"] == "observed") & (given.rows["stratum"] == "all")]
        keys = ["org_code", "period_end", "group"]
        part = part.sort_values("vintage").drop_duplicates([*keys, "source"], keep="last")
        spread = part.groupby(keys)["value"].agg(["min", "max", "size"])
        apart = spread[(spread["size"] > 1) & (spread["max"] - spread["min"] > _SOURCE_TOLERANCE)].reset_index()
        rank = part["source"].map({name: n for n, name in enumerate(m.sources)}).fillna(99)
        rows = part.assign(__r=rank).sort_values("__r").drop_duplicates(keys).merge(apart, on=keys)
        what = [f"publications give {a:.2f} and {b:.2f}" for a, b in zip(rows["min"], rows["max"], strict=True)]
        found.append(_from_rows(rows, "source_disagreement", "warning", pd.Series(what, index=rows.index), f"used: {m.sources[0]} where it has a value"))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def _incomplete_years(given: _Inputs) -> pd.DataFrame:
    part = given.values[given.values["group"].eq("all")]
    gone = part[part["status"] == "merged"]
    short = part[part["reason"].str.contains(" of 12 months", regex=False) & (part["months"] > 0) & (part["status"] != "merged")]
    return pd.concat(
        [
            _from_values(gone, "merged", "note", gone["reason"], "no annual value as published; pooled with its successor"),
            _from_values(short, "missing_months", "note", short["reason"], "see the value's status"),
        ],
        ignore_index=True,
    )


_CHECKS: tuple[Callable[[_Inputs], pd.DataFrame], ...] = (
    _excluded_cells,
    _flagged_cells,
    _printed_ratios,
    _group_swaps,
    _between_groups,
    _groups_exceed_base,
    _implausible_values,
    _national_changes,
    _source_disagreements,
    _incomplete_years,
)
