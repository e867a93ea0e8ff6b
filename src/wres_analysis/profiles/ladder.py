"""The race disparity ratio: how staff of two groups are spread over the rungs of the pay bands.

It compares where staff are on one day, and not who was promoted. Recruitment of many into a low rung, as from
abroad, raises it with no change in promotion.
"""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pandas as pd
from scipy.special import ndtri

from wres_analysis.panel.annual import newest
from wres_analysis.profiles.frames import Subject, typed
from wres_analysis.standards import Indicator, Standard
from wres_analysis.standards.model import Rung
from wres_analysis.stats.stratified import mantel_haenszel

__all__ = ["LADDER_COLUMNS", "ladder_rows"]

#: ``ratio`` is (reference higher / reference lower) / (comparison higher / comparison lower): above 1 the reference
#: group stands higher. Where several trusts are counted, ``within`` compares the groups inside each trust and puts
#: the trusts together (Mantel-Haenszel): a trust that has many of one group and few high posts does not move it.
#: Counts are staff on 31 March. ``status``: ``observed``; ``too_small`` (a rung has fewer of a group than the standard
#: shows; nothing is given); ``incomplete`` (a band of the rung is not published as a count, and ``reason`` names it);
#: ``no_data``.
LADDER_COLUMNS = {
    "staff_group": "str", "lower": "str", "higher": "str", "lower_label": "str", "higher_label": "str",
    "subject": "str", "subject_name": "str", "wres_year": "int64", "n_trusts": "int64", "n_possible": "int64",
    "reference_lower": "float64", "reference_higher": "float64", "comparison_lower": "float64",
    "comparison_higher": "float64", "ratio": "float64", "low": "float64", "high": "float64", "within": "float64",
    "within_low": "float64", "within_high": "float64", "reading": "str",
    "method": "str", "status": "str", "reason": "str",
}  # fmt: skip

METHOD = (
    "Woolf interval of the odds ratio, 95%; staff of one day taken as one draw of what the same practice could give"
)


def ladder_rows(
    rows: pd.DataFrame, year: int, subjects: tuple[Subject, ...], standard: Standard, outcomes: Standard
) -> pd.DataFrame:
    """One row per staff group, pair of rungs and subject.

    Parameters
    ----------
    rows
        Observations.
    year
        The WRES year; the counts are those of its 31 March.
    subjects
        Whom to count; the counts of their trusts that have all bands are added up.
    standard, outcomes
        The standard's share indicator declares the rungs.

    Returns
    -------
    pandas.DataFrame
        Columns as :data:`LADDER_COLUMNS`; empty where the standard declares no rungs.

    Notes
    -----
    The variance of the log odds ratio is the sum of the reciprocals of the four counts (Woolf 1955, Annals of Human
    Genetics 19:251-253). No count is below the smallest that the standard shows, so it needs no correction.
    """
    share = next((i for i in standard.indicators.values() if i.rungs), None)
    if share is None:
        return typed([], LADDER_COLUMNS)
    at = (rows["measure"] == share.key) & (rows["period_end"] == pd.Timestamp(f"{year}-03-31"))
    groups = [standard.reference_group, standard.comparison_group]
    codes = frozenset().union(*(subject.codes for subject in subjects))
    part = rows[at & rows["group"].isin(groups) & rows["org_code"].isin(codes)]
    counted = _counts(newest(part, outcomes, standard), share)
    out = []
    for staff_group in share.rung_groups:
        for place, lower in enumerate(share.rungs):
            for higher in share.rungs[place + 1 :]:
                for subject in subjects:
                    out.append(_row(counted, staff_group, lower, higher, subject, year, standard))
    return typed(out, LADDER_COLUMNS)


def _counts(rows: pd.DataFrame, share: Indicator) -> pd.DataFrame:
    """Staff by trust, staff group, rung and ethnic group; NaN and the bands' names where a band has no count."""
    rung = {band: one.key for one in share.rungs for band in one.bands}
    told = rows["stratum"].str.split("|", n=1, expand=True).reindex(columns=[0, 1])
    out = rows[["org_code", "group", "status", "numerator"]].assign(
        staff_group=told[0].to_numpy(), band=told[1].to_numpy(), rung=told[1].map(rung).to_numpy()
    )
    out = out[out["rung"].notna() & (out["status"] != "not_applicable")]
    known = (out["status"] == "observed") & out["numerator"].notna()
    out = out.assign(n=out["numerator"].where(known), lacks=out["band"].where(~known, ""))
    return out.groupby(["org_code", "staff_group", "rung", "group"], as_index=False).agg(
        n=("n", lambda counts: counts.sum(skipna=False)), lacks=("lacks", lambda names: " ".join(filter(None, names)))
    )


def _row(
    counted: pd.DataFrame, staff_group: str, lower: Rung, higher: Rung, subject: Subject, year: int, standard: Standard
) -> dict[str, object]:
    row: dict[str, object] = {
        "staff_group": standard.strata_labels.get(staff_group, staff_group.replace("_", " ").capitalize()),
        "lower": lower.key,
        "higher": higher.key,
        "lower_label": lower.label,
        "higher_label": higher.label,
        "subject": subject.key,
        "subject_name": subject.name,
        "wres_year": year,
        "n_trusts": 0,
        "n_possible": len(subject.codes),
        "reading": "no_interval",
        "status": "no_data",
    }
    here = counted[(counted["staff_group"] == staff_group) & counted["rung"].isin([lower.key, higher.key])]
    here = here[here["org_code"].isin(subject.codes)]
    if not len(here):
        return row
    table = here.pivot(index="org_code", columns=["rung", "group"], values="n")
    cells = [(r.key, g) for r in (lower, higher) for g in (standard.reference_group, standard.comparison_group)]
    table = table.reindex(columns=pd.MultiIndex.from_tuples(cells))
    whole = table.dropna()
    if not len(whole):
        names = sorted({name for text in here["lacks"] for name in text.split()})
        reason = f"no count of {', '.join(names).replace('_', ' ')}" if names else "a rung has no counts"
        return row | {"status": "incomplete", "reason": reason}
    row["n_trusts"] = len(whole)
    a_low, b_low, a_high, b_high = (float(whole[cell].sum()) for cell in cells)
    if min(a_low, b_low, a_high, b_high) < max(standard.smallest_shown, 1):
        reason = f"a rung has fewer than {standard.smallest_shown} staff of a group"
        return row | {"status": "too_small", "reason": reason}
    ratio = (a_high / a_low) / (b_high / b_low)
    half = float(ndtri(0.975)) * sqrt(1 / a_low + 1 / b_low + 1 / a_high + 1 / b_high)
    low, high = exp(log(ratio) - half), exp(log(ratio) + half)
    n_a, n_b = whole[cells[0]] + whole[cells[2]], whole[cells[1]] + whole[cells[3]]
    within = mantel_haenszel(whole[cells[2]], n_a, whole[cells[3]], n_b, measure="odds_ratio")
    several = len(whole) > 1
    return row | {
        "reference_lower": a_low,
        "reference_higher": a_high,
        "comparison_lower": b_low,
        "comparison_higher": b_high,
        "ratio": ratio,
        "low": low,
        "high": high,
        "within": within.estimate if several else np.nan,
        "within_low": within.low if several else np.nan,
        "within_high": within.high if several else np.nan,
        "reading": str(np.select([low > 1, high < 1], ["worse", "better"], default="unclear")),
        "method": METHOD,
        "status": "observed",
    }
