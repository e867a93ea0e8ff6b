"""A trust's indicators beside those of its comparisons: counts pooled, intervals from counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wres_analysis.panel.annual import newest
from wres_analysis.profiles.frames import BAND_COLUMNS, INDICATOR_COLUMNS, Subject, records, typed
from wres_analysis.standards import Indicator, Standard
from wres_analysis.stats.intervals import difference_interval, ratio_interval

__all__ = ["band_rows", "indicator_history", "indicator_rows"]

_BREAK = "before_break"


def indicator_rows(values: pd.DataFrame, year: int, subjects: tuple[Subject, ...], standard: Standard) -> pd.DataFrame:
    """One row per indicator that compares two numbers, and subject.

    A comparison pools the people of all its trusts that have both groups and their bases, this trust included.
    Trusts whose level cannot be compared with this trust's, because a break lies between, are left out.
    """
    now = values[(values["wres_year"] == year) & values["group"].isin(_groups(standard))]
    (code,) = subjects[0].codes
    rows = []
    for i in _compared(standard):
        alike = _same_level(now[now["measure"].isin([i.key, i.compared_with])], code)
        sides = _sides(alike, i, standard)
        mine = now[now["org_code"] == code]
        rows += [_row(mine if s.key == "trust" else alike, sides, year, i, s, code, standard) for s in subjects]
    return typed(rows, INDICATOR_COLUMNS)


def indicator_history(values: pd.DataFrame, code: str, year: int, name: str, standard: Standard) -> pd.DataFrame:
    """One row per indicator and year up to ``year``, the trust alone."""
    subject = Subject("trust", name, frozenset([code]))
    mine = values[(values["org_code"] == code) & (values["wres_year"] <= year)]
    mine = mine[mine["group"].isin(_groups(standard))]
    rows = []
    years = {one: part for one, part in mine.groupby("wres_year", sort=True)}
    for i in _compared(standard):
        of_indicator = mine[mine["measure"] == i.key]
        # The sides of all years at once: with one trust, the year stands where the code does.
        sides = _sides(of_indicator.assign(org_code=of_indicator["wres_year"]), i, standard)
        for one in sorted(of_indicator["wres_year"].unique()):
            of_year = sides[sides.index == one].set_axis([code] * int((sides.index == one).sum()))
            rows.append(_row(years[one], of_year, int(one), i, subject, code, standard))
    return typed(rows, INDICATOR_COLUMNS)


def _compared(standard: Standard) -> list[Indicator]:
    """The indicators that compare two numbers."""
    return [i for i in standard.indicators.values() if i.form != "share"]


def _groups(standard: Standard) -> list[str]:
    return [standard.reference_group, standard.comparison_group]


def _same_level(part: pd.DataFrame, code: str) -> pd.DataFrame:
    """Keep the values that lie on the same side of a break as this trust's."""
    old = part["flags"].str.contains(_BREAK, regex=False)
    mine = old[(part["org_code"] == code) & (part["status"] == "observed")]
    return part[old == (bool(mine.any()) if len(mine) else bool(old.all()))]


def _blank(i: Indicator, subject: Subject, year: int) -> dict[str, object]:
    return {
        "indicator": i.key,
        "number": i.number,
        "title": i.title,
        "form": i.form,
        "subject": subject.key,
        "subject_name": subject.name,
        "wres_year": year,
        "n_trusts": 0,
        "n_possible": len(subject.codes),
        "status": "no_data",
        "reading": "no_interval",
        "interval_status": "no_base",
    }


def _row(
    part: pd.DataFrame,
    sides: pd.DataFrame,
    year: int,
    i: Indicator,
    subject: Subject,
    code: str,
    standard: Standard,
) -> dict[str, object]:
    row = _blank(i, subject, year)
    if subject.key == "trust":
        mine = part[(part["measure"] == i.key) & (part["stratum"] == i.main_stratum)]
        row["flags"] = " ".join(dict.fromkeys(" ".join(mine["flags"]).split()))
        row["source_cells"] = "; ".join(text for text in mine["source_cells"] if text)
        missing = mine[mine["status"] != "observed"]
        if len(missing):
            reason = "; ".join(dict.fromkeys(text for text in missing["reason"] if text))
            return row | {"status": str(missing["status"].iloc[0]), "reason": reason}
    sides = sides[sides.index.isin(subject.codes)]
    if not len(sides):
        return row
    if i.form == "difference":
        return row | _difference(part[part["org_code"].isin(subject.codes)], i, sides, subject, code, standard)
    based = sides[(sides["n_reference"] > 0) & (sides["n_comparison"] > 0)]
    if not len(based):
        return row | _baseless(i, sides, standard)
    row |= {"status": "observed", "n_trusts": len(based), "alone": set(based.index) == {code}}
    total = {str(name): float(value) for name, value in based.sum(numeric_only=True).items()}
    row |= {
        "reference": 100 * total["x_reference"] / total["n_reference"],
        "comparison": 100 * total["x_comparison"] / total["n_comparison"],
        "reference_base": total["n_reference"],
        "comparison_base": total["n_comparison"],
        "comparison_events": total["x_comparison"],
    }
    row |= _statistics(i, total, standard)
    row["reading"] = _reading(i, float(row["low"]), float(row["high"]))  # type: ignore[arg-type]
    return row


def _sides(part: pd.DataFrame, i: Indicator, standard: Standard) -> pd.DataFrame:
    """One row a trust in which both groups are observed.

    Events (``x``), base (``n``), ``value`` and ``reason`` of each side: ``x_reference``, ``x_comparison`` and so on.
    """
    part = part[(part["measure"] == i.key) & (part["stratum"] == i.main_stratum)]
    part = part[(part["status"] == "observed") & part["value"].notna()].set_index("org_code")
    base = part["denominator"].where(part["denominator"].notna(), part["effective_base"])
    # A weighted rate has a base and no count: value x base stands in, never more than the base.
    top = part["numerator"].where(part["numerator"].notna(), np.minimum(part["value"] / 100 * base, base))
    told = part.assign(x=top, n=base)
    reference, comparison = (
        told.loc[told["group"] == group, ["x", "n", "value", "reason"]].add_suffix(f"_{side}")
        for group, side in zip(_groups(standard), ("reference", "comparison"), strict=True)
    )
    return reference.join(comparison, how="inner")


def _by_group(name: str, total: dict[str, float], standard: Standard) -> dict[str, float]:
    """A number of each group, by the group's key."""
    sides = dict(zip(_groups(standard), ("reference", "comparison"), strict=True))
    return {group: total[f"{name}_{side}"] for group, side in sides.items()}


def _baseless(i: Indicator, sides: pd.DataFrame, standard: Standard) -> dict[str, object]:
    """Rates without bases: those of one trust stand without an interval; several are not pooled."""
    if len(sides) > 1:
        return {"status": "no_data", "reason": "no base to pool by is published"}
    only = records(sides)[0]
    reasons = dict.fromkeys(only[f"reason_{side}"] for side in ("reference", "comparison"))
    reference, comparison = only["value_reference"], only["value_comparison"]
    row: dict[str, object] = {
        "status": "observed",
        "n_trusts": 1,
        "reference": reference,
        "comparison": comparison,
        "gap": comparison - reference,
        "statistic": i.form,
        "reason": "; ".join(text for text in reasons if text) or "no base is published",
    }
    if i.form == "gap":
        row["estimate"] = row["gap"]
    elif i.ratio_of is not None:
        value = _by_group("value", only, standard)
        top, bottom = (value[group] for group in i.ratio_of)
        row["estimate"] = top / bottom if bottom > 0 else np.nan
    return row


def _statistics(i: Indicator, total: dict[str, float], standard: Standard) -> dict[str, object]:
    """The main statistic and the gap from the counts of the two groups."""
    x, n = _by_group("x", total, standard), _by_group("n", total, standard)
    reference, comparison = _groups(standard)
    gap = difference_interval(x[comparison], n[comparison], x[reference], n[reference])
    out: dict[str, object] = {"gap": 100 * gap.estimate, "gap_low": 100 * gap.low, "gap_high": 100 * gap.high}
    if i.form == "ratio" and i.ratio_of is not None:
        top, bottom = i.ratio_of
        ratio = ratio_interval(x[top], n[top], x[bottom], n[bottom])
        return out | {
            "statistic": "ratio",
            "estimate": ratio.estimate,
            "low": ratio.low,
            "high": ratio.high,
            "method": "Koopman score interval, 95%",
            "interval_status": ratio.status,
        }
    return out | {
        "statistic": "gap",
        "estimate": out["gap"],
        "low": out["gap_low"],
        "high": out["gap_high"],
        "method": "Newcombe hybrid score interval, 95%",
        "interval_status": gap.status,
    }


def _reading(i: Indicator, low: float, high: float) -> str:
    if not (np.isfinite(low) or np.isfinite(high)):
        return "no_interval"
    parity = i.parity if i.parity is not None else 0.0
    if low > parity:
        return "worse" if i.disadvantage > 0 else "better"
    if high < parity:
        return "better" if i.disadvantage > 0 else "worse"
    return "unclear"


def _difference(
    theirs: pd.DataFrame, i: Indicator, sides: pd.DataFrame, subject: Subject, code: str, standard: Standard
) -> dict[str, object]:
    """A group's share of one body less its share of the workforce, over trusts that have both. No interval."""
    group = standard.comparison_group
    whole = theirs[(theirs["measure"] == i.compared_with) & (theirs["group"] == group)]
    whole = whole[(whole["status"] == "observed") & (whole["denominator"] > 0)].set_index("org_code")
    body = sides[(sides["n_comparison"] > 0) & sides.index.isin(whole.index)]
    if not len(body):
        lacks = "the workforce share" if (sides["n_comparison"] > 0).any() else "the number of members"
        return {"status": "no_data", "reason": f"{lacks} is not in the loaded files"}
    whole = whole.loc[body.index]
    seats, people = float(body["n_comparison"].sum()), float(whole["denominator"].sum())
    share = 100 * float(body["x_comparison"].sum()) / seats
    workforce = 100 * float(whole["numerator"].sum()) / people
    body_rows = theirs[(theirs["measure"] == i.key) & (theirs["stratum"] == i.main_stratum)]
    cells = dict.fromkeys([*body_rows.loc[body_rows["group"] == group, "source_cells"], *whole["source_cells"]])
    return {
        "status": "observed",
        "n_trusts": len(body),
        "alone": set(body.index) == {code},
        "statistic": "difference",
        "comparison": share,
        "comparison_base": seats,
        "comparison_events": float(body["x_comparison"].sum()),
        "reference": workforce,
        "reference_base": people,
        "estimate": share - workforce,
        "method": "full count",
        "reason": "these are full counts, not samples",
        **({"source_cells": "; ".join(text for text in cells if text)} if subject.key == "trust" else {}),
    }


def _label(stratum: str, standard: Standard) -> str:
    return standard.strata_labels.get(stratum, stratum.replace("_", " ").capitalize())


def band_rows(
    rows: pd.DataFrame, values: pd.DataFrame, code: str, year: int, standard: Standard, outcomes: Standard
) -> pd.DataFrame:
    """The comparison group's share of each pay band on 31 March, in the order of the publication.

    A band of fewer people than the standard shows has no numbers and the status ``too_small``: its share would say
    what somebody's ethnicity is.
    """
    share = next((i for i in standard.indicators.values() if i.form == "share"), None)
    if share is None:
        return typed([], BAND_COLUMNS)
    group = standard.comparison_group
    at = (rows["measure"] == share.key) & (rows["period_end"] == pd.Timestamp(f"{year}-03-31"))
    part = newest(rows[at & (rows["org_code"] == code) & (rows["group"] == group)], outcomes, standard)
    whole = values[
        (values["org_code"] == code)
        & (values["wres_year"] == year)
        & (values["measure"] == share.compared_with)
        & (values["group"] == group)
    ]
    workforce = float(whole["value"].iloc[0]) if len(whole) else np.nan
    out: list[dict[str, object]] = []
    for row in records(part):
        staff_group, _, band = str(row["stratum"]).partition("|")
        small = row["denominator"] < standard.smallest_shown
        out.append(
            {
                "staff_group": _label(staff_group, standard),
                "band": _label(band, standard),
                "comparison": np.nan if small else row["value"],
                "comparison_n": np.nan if small else row["numerator"],
                "known_n": np.nan if small else row["denominator"],
                "workforce": workforce,
                "status": "too_small" if small else row["status"],
                "source_cells": f"{row['source_file']}!{row['source_cell']}",
            }
        )
    return typed(out, BAND_COLUMNS)
