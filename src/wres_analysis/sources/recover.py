"""Counts behind rates that were published as exact fractions.

Some extracts keep a rate to full precision (5129/8783 as 0.5839690310827735). Where the number of people of
the group who answered the survey is known, only one such fraction usually has a base just below it: then
the counts are known exactly, and are marked ``counts_derived``. Where several fit, the smallest base is kept
as a bound (``base_at_least``) and no counts are claimed. Full-precision rates therefore disclose counts: what
the kit exports is rounded.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wres_analysis.stats.fractions import recover_fraction

__all__ = ["LOWEST_ANSWER_SHARE", "recover_counts"]

#: The smallest share of a group's respondents that is taken to have answered one question. In the survey of
#: 2024 the smallest share among the 1,148 bases that are unique without this bound is 0.936.
LOWEST_ANSWER_SHARE = 0.90


def recover_counts(rows: pd.DataFrame, *, respondents: str = "respondent_share") -> pd.DataFrame:
    """Return the observations with counts recovered where a rate is flagged ``exact_fraction``.

    Parameters
    ----------
    rows
        Observations of all files. Rates are percentages.
    respondents
        The measure whose numerator is the number of respondents of the same organisation, period and group.

    Returns
    -------
    DataFrame
        A copy; only flagged rows are changed (``numerator``, ``denominator``, ``effective_base``, ``flags``,
        ``reason``).
    """
    flagged = rows["flags"].str.contains("exact_fraction", regex=False) & (rows["status"] == "observed")
    if not flagged.any():
        return rows
    rows = rows.copy()
    key = ["org_code", "period_end", "group"]
    known = rows[(rows["measure"] == respondents) & rows["numerator"].notna()]
    people = known.drop_duplicates(key, keep="last").set_index(key)["numerator"]
    asked = rows[(rows["group"] == "all") & rows["effective_base"].notna()]
    question = asked.drop_duplicates(["org_code", "period_end", "measure"]).set_index(["org_code", "period_end", "measure"])["effective_base"]
    for index, row in rows[flagged].iterrows():
        limit = people.get((row["org_code"], row["period_end"], row["group"]))
        if limit is None or not np.isfinite(limit):
            rows.at[index, "reason"] = "no base: the number of respondents of the group is not known"
            continue
        high = int(limit)
        base = question.get((row["org_code"], row["period_end"], row["measure"]))
        if base is not None and np.isfinite(base):
            high = min(high, int(base))
        found = recover_fraction(row["value"] / 100.0, n_low=max(1, int(np.ceil(LOWEST_ANSWER_SHARE * limit))), n_high=high)
        if not len(found.denominators):
            rows.at[index, "reason"] = f"no base: no fraction with a base from {LOWEST_ANSWER_SHARE:.0%} of {int(limit)} up fits"
            continue
        rows.at[index, "effective_base"] = float(found.denominators[0])
        if found.unique:
            rows.at[index, "numerator"] = float(found.numerators[0])
            rows.at[index, "denominator"] = float(found.denominators[0])
            rows.at[index, "flags"] = f"{row['flags']} counts_derived"
        else:
            rows.at[index, "flags"] = f"{row['flags']} base_at_least"
            rows.at[index, "reason"] = (
                f"{len(found.denominators)} bases fit, {int(found.denominators[0])} to {int(found.denominators[-1])}"
            )
    return rows
