"""Counts behind rates that were published as exact fractions.

Some extracts keep a rate to full precision (5129/8783 as 0.5839690310827735). Where the number of people of
the group who answered the survey is known, only one such fraction usually has a base just below it: then
the counts are known, and are marked ``counts_derived``. Where several fit, the smallest base is kept
as a bound (``base_at_least``) and no counts are claimed. Full-precision rates therefore disclose counts: what
the kit exports is rounded.

What is claimed can be wrong in one way only: fewer people answered than :func:`fewest_answers` allows, a multiple of
the true fraction falls in the range that is searched, and yet every other rate of the organisation fits. A rate in
lowest terms whose base is more than half of the respondents has no such multiple: in the survey of 2024 that is so for
781 of 1,272 rates, and the shares that answered are 0.940 to 1.000 among them, while the search goes down to 0.90. With
planted shares of 0.80 to 0.90 for one question in four, 0.2% of all rates get wrong counts; where a whole organisation
answers so little, its claims are withdrawn.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.stats.fractions import recover_fraction

__all__ = ["LOWEST_ANSWER_SHARE", "fewest_answers", "recover_counts"]

#: The smallest share of a group's respondents that is taken to have answered one question.
LOWEST_ANSWER_SHARE = 0.90
#: In a small group the share varies by chance, so at least this many people may always have passed a question over.
_ALWAYS_ALLOWED = 10
#: Beyond this, neighbouring fractions are too close together to tell them apart in a float.
_LARGEST_GROUP = 500_000

_PLACE = ["org_code", "period_end"]


def fewest_answers(respondents: int) -> int:
    """Return the fewest answers to one question that are taken to be possible among so many respondents."""
    passed_over = max(math.floor((1 - LOWEST_ANSWER_SHARE) * respondents + 1e-9), _ALWAYS_ALLOWED)
    return max(1, respondents - passed_over)


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

    Notes
    -----
    Nothing is claimed for an organisation if any of its flagged rates fits no base, nor for its question if its
    groups' bases together exceed the base of all staff: either shows that the numbers of respondents are of
    something else, such as of the groups the wrong way round.
    """
    flagged = rows["flags"].str.contains("exact_fraction", regex=False) & (rows["status"] == "observed")
    if not flagged.any():
        return rows
    people = _bases(rows[(rows["measure"] == respondents)], [*_PLACE, "group"], "numerator")
    part = rows.loc[flagged, [*_PLACE, "measure", "group", "value"]]
    of_all = rows[rows["measure"].isin(part["measure"].unique()) & (rows["group"] == "all")]
    asked = _bases(of_all[of_all["stratum"] == "all"], [*_PLACE, "measure"], "effective_base")
    found = [
        _search(value / 100.0, people.get((code, end, group)), asked.get((code, end, measure)))
        for code, end, measure, group, value in part.itertuples(index=False)
    ]
    part = part.assign(
        numerator=[f.get("numerator", np.nan) for f in found],
        base=[f.get("base", np.nan) for f in found],
        reason=[f["reason"] for f in found],
        fits=[f["fits"] for f in found],
    )
    part["all_staff"] = [
        asked.get((code, end, measure), np.inf)
        for code, end, measure in zip(part["org_code"], part["period_end"], part["measure"], strict=True)
    ]
    _withdraw(part)
    return _written(rows, part)


def _bases(rows: pd.DataFrame, key: list[str], column: str) -> dict[tuple[Any, ...], float]:
    """The largest base that any source gives for each key: it has to be an upper bound."""
    known = rows[rows[column].notna() & (rows["status"] == "observed")]
    return {tuple(k): float(v) for *k, v in known.groupby(key)[column].max().reset_index().itertuples(index=False)}


def _search(value: float, group: float | None, question: float | None) -> dict[str, Any]:
    """Find what a rate can be a fraction of. ``fits`` is how many bases fit, or -1 where none could be tried."""
    if group is None or not 1 <= group <= _LARGEST_GROUP:
        return {"fits": -1, "reason": "no base: the number of respondents of the group is not known"}
    low, high = fewest_answers(int(group)), int(group if question is None else min(group, question))
    if low > high:
        return {"fits": 0, "reason": f"no base: {high} people answered the question, and {int(group)} are in the group"}
    tried = recover_fraction(min(value, 1.0), n_low=low, n_high=high)
    bases = tried.denominators
    if not len(bases):
        return {"fits": 0, "reason": f"no base: no fraction with a base from {low} to {high} fits"}
    if tried.unique:
        return {"fits": 1, "base": float(bases[0]), "numerator": float(tried.numerators[0]), "reason": ""}
    return {"fits": len(bases), "base": float(bases[0]), "reason": f"{len(bases)} bases fit, {bases[0]} to {bases[-1]}"}


def _withdraw(part: pd.DataFrame) -> None:
    """Take back what is contradicted elsewhere, in place."""
    odd = (part["fits"] == 0).groupby([part["org_code"], part["period_end"]]).transform("any") & (part["fits"] > 0)
    part.loc[odd, "reason"] = "no base: another rate fits none, so the numbers of respondents are in doubt"
    together = part["base"].groupby([part["org_code"], part["period_end"], part["measure"]]).transform("sum")
    over = (part["fits"] > 0) & ~odd & (together > part["all_staff"])
    part.loc[over, "reason"] = "no base: the groups' bases together exceed that of all staff"
    part.loc[odd | over, ["numerator", "base"]] = np.nan
    part.loc[odd | over, "fits"] = 0


def _written(rows: pd.DataFrame, part: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with what is claimed of some of them."""
    claimed = part["fits"] == 1
    word = np.select([claimed, part["fits"] > 1], [" counts_derived", " base_at_least"], "")
    changed = {
        "numerator": part["numerator"],
        "denominator": part["base"].where(claimed),
        "effective_base": part["base"],
        "reason": part["reason"].astype("str"),
        "flags": rows.loc[part.index, "flags"] + word,
    }
    return rows.assign(**{name: column.reindex(rows.index).fillna(rows[name]) for name, column in changed.items()})
