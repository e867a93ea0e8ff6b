"""What is left out before anything is computed: placeholders, and codes that no publisher knows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wres_analysis.panel.organisations import Organisations
from wres_analysis.standards import Standard

__all__ = ["exclude_placeholders", "exclude_unknown_codes"]


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
            reason = rows.loc[low, "numerator"].map("{:g} is a placeholder, not an amount".format)
            rows = _excluded(rows, low, "placeholder", reason)
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
    known = set(sightings.loc[sightings["source"].isin(trusted), "org_code"].unique())
    known |= set(rows.loc[rows["source"].isin(trusted), "org_code"].unique())
    if not known:
        return rows
    doubtful = (rows["status"] != "excluded") & ~rows["source"].isin(trusted)
    codes = pd.Series(rows.loc[doubtful, "org_code"].unique(), dtype="str")
    legal = organisations.legal_code(codes)
    is_known = np.array([code in known or trust in known for code, trust in zip(codes, legal["trust"], strict=True)])
    strange = codes[~is_known.astype(bool)]
    ours = rows["org_code"].isin(codes[legal["is_trust"]]) | rows["source"].isin(typed)
    unknown = doubtful & rows["org_code"].isin(strange) & ours
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
