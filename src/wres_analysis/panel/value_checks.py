"""Rules about annual values: groups against each other, against the region, against other years."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from wres_analysis.panel.annual import year_end
from wres_analysis.panel.findings import Inputs, from_values, indicator_names

__all__ = [
    "between_groups",
    "group_swaps",
    "groups_exceed_base",
    "implausible_values",
    "incomplete_years",
    "national_changes",
]

#: Points. All-staff rates are weighted to the occupation mix, group rates are not. Among the 159 trusts of the 2024
#: survey the all-staff rate of indicator 7 lies at most 1.6 points outside the groups' range; that of indicator 5,
#: which differs more between occupations, up to 4.2, so the rule is for the indicators that declare it.
_WEIGHTING_TOLERANCE = 2.0
#: So few other trusts are no region to compare with: then it is England, if that has so many.
_FEWEST_OTHERS = 3
#: The mean of fewer trusts moves by as much from chance alone.
_FEWEST_TRUSTS = 10

_TRUST_YEAR = ["org_code", "wres_year"]


def _main(given: Inputs, *, groups: list[str]) -> pd.DataFrame:
    """Observed values of the main stratum of the indicators that are gaps between percentages."""
    gaps = [key for key, i in given.standard.indicators.items() if i.form == "gap"]
    v = given.values
    wanted = v["measure"].isin(gaps) & (v["stratum"] == "all") & v["group"].isin(groups) & (v["status"] == "observed")
    return v[wanted]


def _disadvantages(given: Inputs, checked: list[str]) -> pd.DataFrame:
    """By trust and year, a column an indicator: the gap turned so that positive is worse for the comparison group."""
    reference, comparison = given.groups
    part = _main(given, groups=given.groups)
    wide = part[part["measure"].isin(checked)].pivot(index=_TRUST_YEAR, columns=["measure", "group"], values="value")
    pairs = [(key, group) for key in checked for group in given.groups]
    if not set(pairs) <= set(wide.columns):
        return pd.DataFrame()
    signs = {key: given.standard.indicators[key].disadvantage for key in checked}
    return pd.DataFrame({k: s * (wide[(k, comparison)] - wide[(k, reference)]) for k, s in signs.items()}).dropna()


def group_swaps(given: Inputs) -> pd.DataFrame:
    """Find trusts whose comparison group fares better on every indicator of the check, among others that do not.

    The others are those of the region, or of England where the region has too few; the trust is not among them.
    """
    s = given.standard
    checked = [key for key, i in s.indicators.items() if i.form == "gap" and "swap_check" in i.checks]
    worse = _disadvantages(given, checked) if len(checked) > 1 else pd.DataFrame()
    if not len(worse):
        return pd.DataFrame()
    index = worse.index.to_frame(index=False)
    region = given.organisations.attributes(index["org_code"], year_end(index["wres_year"]))["region"].to_numpy()
    year = index["wres_year"].to_numpy()
    swapped = []
    for n in (int(n) for n in np.flatnonzero((worse < 0).all(axis=1))):
        others = (year == year[n]) & (np.arange(len(worse)) != n)
        near = others & (region == region[n]) & (region[n] != "")
        compared = near if near.sum() >= _FEWEST_OTHERS else others
        if compared.sum() >= _FEWEST_OTHERS and (worse[compared].median() > 0).all():
            swapped.append(worse.index[n])
    part = _main(given, groups=[s.comparison_group])
    rows = part[(part["measure"] == checked[0]) & pd.MultiIndex.from_frame(part[_TRUST_YEAR]).isin(swapped)]
    labels = [s.groups[group].label for group in given.groups]
    names = indicator_names([s.indicators[key] for key in checked])
    what = f"{labels[1]} fares better than {labels[0]} on {names}, unlike other trusts: the groups may be swapped"
    return from_values(rows, "group_swap", "warning", what, "used as published")


def between_groups(given: Inputs) -> pd.DataFrame:
    """All-staff rates that lie outside the range of the groups' rates by more than weighting explains."""
    s = given.standard
    part = _main(given, groups=["all", *given.groups])
    checked = [key for key, i in s.indicators.items() if "between_groups" in i.checks]
    wide = part[part["measure"].isin(checked)].pivot(index=[*_TRUST_YEAR, "measure"], columns="group", values="value")
    wide = wide.reindex(columns=["all", *given.groups]).dropna()
    low = wide[given.groups].min(axis=1) - _WEIGHTING_TOLERANCE
    high = wide[given.groups].max(axis=1) + _WEIGHTING_TOLERANCE
    outside = wide.index[(wide["all"] < low) | (wide["all"] > high)]
    everyone = part[part["group"] == "all"]
    rows = everyone[pd.MultiIndex.from_frame(everyone[[*_TRUST_YEAR, "measure"]]).isin(outside)]
    what = rows["value"].map("the all-staff rate of {:.1f}% lies outside the two groups' rates".format)
    return from_values(rows, "between_groups", "warning", what, "used as published")


def groups_exceed_base(given: Inputs) -> pd.DataFrame:
    """Answers of the groups together against everyone who gave an ethnic group."""
    s, v = given.standard, given.values
    part = _main(given, groups=given.groups)
    together = part.groupby([*_TRUST_YEAR, "measure"])["denominator"].sum().reset_index()
    known = v[(v["measure"] == s.respondents) & v["denominator"].notna()].drop_duplicates(_TRUST_YEAR)
    limit = known.set_index(_TRUST_YEAR)["denominator"]
    together["limit"] = limit.reindex(pd.MultiIndex.from_frame(together[_TRUST_YEAR])).to_numpy()
    over = together[together["denominator"] > together["limit"]]
    comparison = part[part["group"] == s.comparison_group]
    rows = comparison.merge(over[[*_TRUST_YEAR, "measure"]], on=[*_TRUST_YEAR, "measure"])
    what = "the groups have more answers than the survey has respondents"
    return from_values(rows, "groups_exceed_base", "warning", what, "used as published")


def implausible_values(given: Inputs) -> pd.DataFrame:
    """Values outside the range that trusts have had."""
    found = []
    for key, m in given.outcomes.measures.items():
        part = given.values[(given.values["measure"] == key) & (given.values["status"] == "observed")]
        # The range is for the main value: that of all staff, or of the comparison group where there is none.
        main = "all" if (part["group"] == "all").any() else given.standard.comparison_group
        part = part[(part["group"] == main) & (part["stratum"] == m.main_stratum)]
        beyond = part[~part["value"].between(*m.plausible)]
        what = beyond["value"].map(f"{{:.2f}} is outside {m.plausible[0]:g} to {m.plausible[1]:g}".format)
        found.append(from_values(beyond, "implausible_value", "warning", what, "used as published"))
    return pd.concat(found, ignore_index=True)


def national_changes(given: Inputs) -> pd.DataFrame:
    """Year-on-year change of each group's mean percentage, over trusts that have both years.

    Trusts whose values lie on both sides of a declared break move for a known reason and are told apart.
    """
    found: list[dict[str, object]] = []
    for (key, group), mine in _main(given, groups=given.groups).groupby(["measure", "group"]):
        limit = given.standard.indicators[str(key)].largest_change
        if limit is None:
            continue
        is_old = mine["flags"].str.contains("before_break", regex=False)
        wide = mine.assign(old=is_old).pivot(index="org_code", columns="wres_year", values=["value", "old"])
        for before, after in pairwise(sorted(mine["wres_year"].unique())):
            both = wide.dropna(subset=[("value", before), ("value", after)])
            change = (both[("value", after)] - both[("value", before)]).astype("float64")
            crosses = both[("old", before)] != both[("old", after)]
            for declared, moved in ((True, change[crosses]), (False, change[~crosses])):
                fewest = 1 if declared else _FEWEST_TRUSTS
                if len(moved) >= fewest and abs(moved.mean()) >= limit * (after - before):
                    found.append(_change(given, str(key), str(group), (before, after), moved, declared))
    return pd.DataFrame(found)


def _change(
    given: Inputs, key: str, group: str, years: tuple[int, int], moved: pd.Series, declared: bool
) -> dict[str, object]:
    what = f"the mean of {len(moved)} trusts with both years moves by {moved.mean():+.1f} points"
    what += f" from {years[0]} to {years[1]}"
    register = next((b.what for b in given.standard.breaks_of(key) if b.first_survey is not None), "")
    return {
        "rule": "declared_break" if declared else "national_change",
        "severity": "note" if declared else "error",
        "org_code": "",
        "wres_year": years[1],
        "measure": key,
        "group": group,
        "what": f"{what}. {register}" if declared else f"{what}, and no break is declared",
        "action": "no trend is drawn across it" if declared else "declare the break in the standard, or mend the file",
    }


def incomplete_years(given: Inputs) -> pd.DataFrame:
    """Years that lack months, and trusts that were succeeded before their year was complete."""
    main = {m.key: m.main_stratum for m in given.outcomes.measures.values()}
    part = given.values[
        (given.values["group"] == "all") & (given.values["stratum"] == given.values["measure"].map(main))
    ]
    gone = part[part["status"] == "merged"]
    lacks = part["reason"].str.contains(r"\b\d+ of 12 months", regex=True) & (part["months"] > 0)
    short = part[lacks & (part["status"] != "merged")]
    done = pd.Series("used as published", index=short.index).where(short["value"].notna(), "no annual value")
    pooled = "no annual value as published; pooled with its successor"
    return pd.concat(
        [
            from_values(gone, "merged", "note", gone["reason"], pooled),
            from_values(short, "missing_months", "note", short["reason"], done),
        ],
        ignore_index=True,
    )
