"""Rules about published cells: what was left out, printed ratios, periods, and publications that disagree."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wres_analysis.panel.annual import PUBLISHED_RATIO, fits_year, year_of
from wres_analysis.panel.findings import Inputs, from_rows
from wres_analysis.sources.textcolumns import look_up

__all__ = ["excluded_cells", "flagged_cells", "printed_ratios", "source_disagreements", "wrong_periods"]

#: Flags of readers and exclusions that name a rule. A cell that is left out for another reason is a ``bad_cell``.
_NAMED = ("bad_year", "duplicate_organisation", "placeholder", "text_in_number", "unit_error", "unknown_code")

#: Half a unit in the last printed place, and the distance at which a printed ratio contradicts its counts.
_PRINTED_ROUNDING, _RATIO_TOLERANCE = 0.005, 0.05
#: How far apart two publications of one value may be: percentage points, and points of a score.
_SOURCE_TOLERANCE = {"percent": 0.1, "score": 0.05}


def excluded_cells(given: Inputs) -> pd.DataFrame:
    """Every cell that is left out, under the rule that its flag names; the cells of one problem together."""
    part = given.rows[given.rows["status"] == "excluded"]
    rule = part["flags"].map(lambda flags: next((f for f in _NAMED if f in flags.split()), "bad_cell"))
    is_text = part["reason"].str.contains("is not a number", regex=False)
    rule = rule.where(~((rule == "bad_cell") & is_text), "text_in_number")
    found = from_rows(part, rule, "error", part["reason"], "left out").fillna({"source_cell": ""})
    if not len(found):
        return found
    one = ["rule", "severity", "org_code", "wres_year", "measure", "what", "action", "source_file"]
    groups = found.groupby(one, dropna=False, sort=False)
    joined = groups["source_cell"].agg(lambda cells: "; ".join(dict.fromkeys(cells))).reset_index()
    group = groups["group"].agg(lambda names: names.iloc[0] if names.nunique() == 1 else "")
    return joined.assign(group=group.to_numpy())


def flagged_cells(given: Inputs) -> pd.DataFrame:
    """Cells that a reader kept but flagged."""
    part = given.rows[given.rows["flags"].str.contains("printed_rate_differs", regex=False)]
    what = "the printed rate is not days lost over days available"
    return from_rows(part, "printed_rate_differs", "warning", what, "recomputed from the days")


def wrong_periods(given: Inputs) -> pd.DataFrame:
    """Values of a period that their measure cannot have: a quarter for a year, a snapshot of another day."""
    part = given.rows[(given.rows["status"] == "observed") & ~fits_year(given.rows, given.standard, given.outcomes)]
    what = [
        f"{a.day} {a:%B %Y} to {b.day} {b:%B %Y} is not a period of this measure"
        for a, b in zip(part["period_start"], part["period_end"], strict=True)
    ]
    return from_rows(part, "wrong_period", "error", pd.Series(what, index=part.index, dtype="str"), "left out")


def printed_ratios(given: Inputs) -> pd.DataFrame:
    """Printed ratios against the counts that they claim to come from."""
    observed = given.rows[(given.rows["status"] == "observed") & given.rows["measure"].isin(given.standard.indicators)]
    printed = observed[observed["stratum"] == PUBLISHED_RATIO]
    keys = ["org_code", "period_end", "measure"]
    rates = observed[observed["stratum"] == "all"].pivot_table(
        index=keys, columns="group", values="value", aggfunc="first"
    )
    found = []
    for key, part in printed.groupby("measure"):
        indicator = given.standard.indicators.get(str(key))
        if indicator is None or indicator.ratio_of is None:
            continue
        mine = rates.reindex(pd.MultiIndex.from_frame(part[keys]), columns=list(indicator.ratio_of))
        top, bottom = (mine[group].to_numpy() for group in indicator.ratio_of)
        shown = part["value"].to_numpy()
        counted = np.divide(top, bottom, out=np.full(len(part), np.nan), where=bottom > 0)
        for rule, where in _faults(part, shown, counted, given.standard.plausible_ratio).items():
            what = [
                f"printed {s:g}, " + (f"the counts give {c:.2f}" if np.isfinite(c) else "and there are no counts")
                for s, c in zip(shown[where], counted[where], strict=True)
            ]
            some = part[where]
            told = pd.Series(what, index=some.index, dtype="str")
            found.append(from_rows(some, rule, "warning", told, "the printed ratio is not used"))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def _faults(
    part: pd.DataFrame, shown: np.ndarray, counted: np.ndarray, plausible: tuple[float, float]
) -> dict[str, np.ndarray]:
    """The rule that each printed ratio breaks, if any: at most one."""
    unit = part["flags"].str.contains("unit_error", regex=False).to_numpy()
    beyond = ~unit & ~((shown >= plausible[0]) & (shown <= plausible[1]))
    apart = ~unit & ~beyond & np.isfinite(counted) & (np.abs(counted - shown) > _RATIO_TOLERANCE + 1e-9)
    turned = np.divide(1.0, counted, out=np.full(len(shown), np.nan), where=counted > 0)
    reverse = np.abs(turned - shown) <= _PRINTED_ROUNDING + 1e-9
    return {
        "unit_error": unit,
        "implausible_ratio": beyond,
        "direction_error": apart & reverse,
        "parts_contradict_ratio": apart & ~reverse,
    }


def source_disagreements(given: Inputs) -> pd.DataFrame:
    """Two publications that give different values of one thing; one finding a trust, year and measure."""
    order = {**given.standard.sources, **given.outcomes.sources}
    part = given.rows[(given.rows["status"] == "observed") & (given.rows["stratum"] == "all")]
    part = part.assign(rank=look_up(part["measure"], part["source"], order, np.nan)).dropna(subset="rank")
    keys = ["org_code", "measure", "group", "period_end"]
    part = part.sort_values("vintage", kind="stable").drop_duplicates([*keys, "source"], keep="last")
    part = part.sort_values("rank", kind="stable")
    by = [part[name] for name in keys]
    low, high = (part["value"].groupby(by).transform(how) for how in ("min", "max"))
    apart = (high - low) > part["unit"].map(_SOURCE_TOLERANCE).astype("float64")
    part = part.assign(low=low, high=high, wres_year=year_of(part["period_end"]))[apart]
    part = part.drop_duplicates(keys)
    year = ["org_code", "measure", "group", "wres_year"]
    periods = part.groupby(year)["period_end"].transform("size")
    widest = part.assign(spread=part["high"] - part["low"], periods=periods)
    widest = widest.sort_values("spread", ascending=False, kind="stable").drop_duplicates(year)
    what = [
        f"publications give {a:.2f} and {b:.2f}" + (f", and differ in {n} months" if n > 1 else "")
        for a, b, n in zip(widest["low"], widest["high"], widest["periods"], strict=True)
    ]
    told = pd.Series(what, index=widest.index, dtype="str")
    return from_rows(widest, "source_disagreement", "warning", told, "used: that of " + widest["source"])
