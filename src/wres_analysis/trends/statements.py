"""Public statements about change, such as "up 30 per cent in four years", checked: of what, and beside what.

A number of people can rise because the group's share rose or because everything grew. A statement is data; its answer
is a row that holds the count, the share, the reference group's count and the whole, from one year to the other, for
the same trusts in both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from wres_analysis.panel.annual import newest, year_of
from wres_analysis.panel.store import PanelData
from wres_analysis.standards import Standard, load_outcomes, load_standard
from wres_analysis.stats.trend import change_between, percentage_variance

__all__ = ["STATEMENT_COLUMNS", "Statement", "check_figures", "check_statements", "loaded_figures", "published_figures"]

ENGLAND = "England"

#: One row is one statement: its fields as given, then what was found. ``count``, ``base`` (people of known ethnicity),
#: ``share`` (percent) and ``reference`` (the reference group's count) are of ``n_trusts`` trusts that have both years;
#: ``trusts_left_out`` have one year only, and ``count_change_all`` is the change with them. Changes are percent of the
#: first year, ``share_points`` percentage points with an interval where the share is of a sample, else
#: ``interval_reason``. ``one_person`` is how many percent of the first count one person is.
#:
#: ``verdict`` is ``confirmed``, ``corrected`` or ``cannot_tell``; ``reason`` is ``matches``, ``differs``,
#: ``count_only`` or ``share_only`` (the statement does not say which it means, and only this one matches), ``neither``,
#: ``not_said_and_not_known`` (it does not say which, and only one is known), ``no_figures``, ``too_small`` (the base is
#: below what the standard shows) or ``no_start`` (nobody in the first year).
STATEMENT_COLUMNS = {
    "text": "str", "measure": "str", "group": "str", "stratum": "str", "area": "str", "year_from": "int64",
    "year_to": "int64", "claimed": "float64", "kind": "str", "of": "str", "tolerance": "float64",
    "count_from": "float64", "count_to": "float64", "base_from": "float64", "base_to": "float64",
    "share_from": "float64", "share_to": "float64", "reference_from": "float64", "reference_to": "float64",
    "n_trusts": "int64", "trusts_left_out": "int64", "count_change": "float64", "count_change_all": "float64",
    "share_change": "float64", "share_points": "float64", "points_low": "float64", "points_high": "float64",
    "interval_reason": "str", "base_change": "float64", "reference_change": "float64", "one_person": "float64",
    "found": "float64", "verdict": "str", "reason": "str", "source": "str",
}  # fmt: skip
_NUMBERS = ("count", "base", "share", "reference")


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody said about change.

    Parameters
    ----------
    text
        The words.
    measure, group
        Of which indicator and group.
    year_from, year_to
        WRES years.
    claimed
        The change: percent of the first year (``kind`` is ``relative``) or percentage points (``points``); down is
        negative.
    of
        What changed: the ``count`` of people, their ``share``, or ``unstated`` where the words do not say.
    stratum
        A stratum, or the last part of some (a pay band of clinical and non-clinical staff together); blank for the
        main one.
    area
        ``England`` (all trusts in the data), a region, or the code of a trust.
    tolerance
        How far what is found may lie from what is claimed: half a unit for a figure rounded to whole numbers.
    """

    text: str
    measure: str
    group: str
    year_from: int
    year_to: int
    claimed: float
    kind: Literal["relative", "points"] = "relative"
    of: Literal["count", "share", "unstated"] = "unstated"
    stratum: str = ""
    area: str = ENGLAND
    tolerance: float = 0.5


def check_statements(
    statements: Sequence[Statement], data: PanelData, *, standard: Standard | None = None
) -> pd.DataFrame:
    """Check statements against a loaded panel.

    Returns
    -------
    pandas.DataFrame
        One row a statement, columns as :data:`STATEMENT_COLUMNS` says.

    Raises
    ------
    KeyError
        If a statement's measure is no indicator of the standard.
    """
    standard = standard or load_standard()
    rows = [check_figures(s, loaded_figures(s, data, standard), standard) for s in statements]
    return pd.DataFrame(rows, columns=list(STATEMENT_COLUMNS)).astype(STATEMENT_COLUMNS)


def loaded_figures(statement: Statement, data: PanelData, standard: Standard) -> pd.DataFrame:
    """Return the counts of a statement from a loaded panel.

    Returns
    -------
    pandas.DataFrame
        ``trusts`` (``both`` or ``all``), ``wres_year, count, base, share, reference, n_trusts, source``; no rows for a
        year without any.
    """
    i = standard.indicators[statement.measure]
    groups = [statement.group, standard.reference_group]
    rows = data.observations
    rows = rows[(rows["measure"] == i.key) & rows["group"].isin(groups)]
    names = rows["stratum"].astype(str)
    wanted = statement.stratum or i.main_stratum
    pooled = i.pooled_strata if not statement.stratum else ()
    fits = names.isin(pooled) if pooled else (names == wanted) | names.str.endswith(f"|{wanted}")
    rows = rows[fits]
    rows = rows.assign(wres_year=year_of(rows["period_end"]))
    rows = rows[rows["wres_year"].isin([statement.year_from, statement.year_to])]
    rows = newest(rows, load_outcomes(), standard)
    rows = rows[(rows["status"] == "observed") & rows["numerator"].notna() & (rows["denominator"] >= 0)]
    if statement.area != ENGLAND:
        panel = data.panel.drop_duplicates(["org_code", "wres_year"]).set_index(["org_code", "wres_year"])["region"]
        region = panel.reindex(pd.MultiIndex.from_frame(rows[["org_code", "wres_year"]])).to_numpy()
        rows = rows[(region == statement.area) | (rows["org_code"] == statement.area).to_numpy()]
    sums = rows.groupby(["org_code", "wres_year", "group"])[["numerator", "denominator"]].sum().unstack("group")
    if not len(sums) or set(sums["numerator"].columns) != set(groups):
        return _figures([])
    # Bases of the group itself: those of the other are the same people, or (of a flow) others.
    told = pd.DataFrame(
        {
            "count": sums["numerator"][statement.group],
            "base": sums["denominator"][statement.group],
            "reference": sums["numerator"][standard.reference_group],
        }
    ).dropna()
    told = told.reset_index()
    years = told.groupby("org_code")["wres_year"].nunique()
    both = told[told["org_code"].isin(years[years == 2].index)]
    out = []
    for name, part in (("both", both), ("all", told)):
        for year, mine in part.groupby("wres_year"):
            count, base, reference = (float(mine[column].sum()) for column in ("count", "base", "reference"))
            out.append(
                {"trusts": name, "wres_year": year, "count": count, "base": base, "reference": reference,
                 "share": 100 * count / base if base else np.nan, "n_trusts": len(mine), "source": "the loaded files"}
            )  # fmt: skip
    return _figures(out)


def published_figures(statement: Statement, national: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of a statement as published, from the table ``data/reference/national.csv``.

    Parameters
    ----------
    statement
        Of the area England or a region.
    national
        The table, as read with ``keep_default_na=False``. Figures of grade K are not used.

    Returns
    -------
    pandas.DataFrame
        As :func:`loaded_figures`. A count is there only where the unit or the note gives the number of people.
    """
    at = national[
        (national["measure"] == statement.measure)
        & (national["area"] == statement.area)
        & (national["group"] == statement.group)
        & (national["stratum"] == (statement.stratum or "all"))
        & (national["grade"] != "K")
    ]
    out = []
    for year in (statement.year_from, statement.year_to):
        mine = at[at["wres_year"].astype(int) == year]
        shares, people = (mine[mine["unit"] == unit] for unit in ("percent", "people"))
        noted = [found[1] for note in mine["note"] if (found := re.match(r"([\d,]+) people\b", str(note)))]
        if not len(mine):
            continue
        count = float(people["value"].iloc[0]) if len(people) else float(noted[0].replace(",", "")) if noted else np.nan
        share = float(shares["value"].iloc[0]) if len(shares) else np.nan
        out.append({"trusts": "both", "wres_year": year, "count": count, "base": np.nan, "share": share,
                    "reference": np.nan, "n_trusts": 0, "source": str(mine["source"].iloc[0])})  # fmt: skip
    return _figures(out)


def check_figures(statement: Statement, figures: pd.DataFrame, standard: Standard | None = None) -> dict[str, Any]:
    """Check one statement against figures.

    Parameters
    ----------
    statement
        What was said.
    figures
        From :func:`loaded_figures` or :func:`published_figures`.
    standard
        Says what was sampled and which bases are too small to be shown; the shipped one if None.

    Returns
    -------
    dict
        A row of :data:`STATEMENT_COLUMNS`.
    """
    standard = standard or load_standard()
    row: dict[str, Any] = {name: "" if dtype == "str" else np.nan for name, dtype in STATEMENT_COLUMNS.items()}
    row |= {**asdict(statement), "n_trusts": 0, "trusts_left_out": 0}
    both, every = (
        {int(one["wres_year"]): one for one in figures[figures["trusts"] == name].to_dict("records")}
        for name in ("both", "all")
    )
    if not {statement.year_from, statement.year_to} <= set(both):
        return row | {"verdict": "cannot_tell", "reason": "no_figures"}
    first, last = both[statement.year_from], both[statement.year_to]
    row |= {"n_trusts": int(last["n_trusts"]), "source": "; ".join(dict.fromkeys([first["source"], last["source"]]))}
    if every:
        row["trusts_left_out"] = sum(int(one["n_trusts"]) for one in every.values()) - 2 * row["n_trusts"]
    if min(first["base"], last["base"]) < standard.smallest_shown:  # False where the base is not known
        return row | {"verdict": "cannot_tell", "reason": "too_small"}
    row |= {f"{name}_from": first[name] for name in _NUMBERS} | {f"{name}_to": last[name] for name in _NUMBERS}
    row |= {f"{name}_change": _percent(first[name], last[name]) for name in _NUMBERS}
    row["share_points"] = last["share"] - first["share"]
    row["one_person"] = 100 / first["count"] if first["count"] > 0 else np.nan
    if {statement.year_from, statement.year_to} <= set(every):
        row["count_change_all"] = _percent(every[statement.year_from]["count"], every[statement.year_to]["count"])
    row |= _interval(statement, first, last, standard)
    return row | _verdict(statement, row)


def _percent(first: float, last: float) -> float:
    return 100 * (last / first - 1) if first > 0 else np.nan


def _interval(statement: Statement, first: dict[Any, Any], last: dict[Any, Any], standard: Standard) -> dict[str, Any]:
    """The interval of the share's change, or why there is none."""
    if standard.indicators[statement.measure].clock == "snapshot":
        return {"interval_reason": "these are full counts, not samples"}
    if not (first["base"] > 0 and last["base"] > 0):
        return {"interval_reason": "the number of people behind the percentages is not known"}
    v0, v1 = (percentage_variance(one["count"], one["base"]) for one in (first, last))
    found = change_between(first["share"], v0, last["share"], v1)
    return {"points_low": float(found.low[0]), "points_high": float(found.high[0])}


def _verdict(statement: Statement, row: dict[str, Any]) -> dict[str, Any]:
    count = np.nan if statement.kind == "points" else row["count_change"]
    share = row["share_points"] if statement.kind == "points" else row["share_change"]
    if statement.of != "unstated" or statement.kind == "points":  # only a share has points
        found = count if statement.of == "count" else share
        if np.isnan(found):
            return {"verdict": "cannot_tell", "reason": "no_start" if row["count_from"] == 0 else "no_figures"}
        good = _close(found, statement)
        return {"found": found, "verdict": "confirmed" if good else "corrected", "reason": ("differs", "matches")[good]}
    known = [value for value in (count, share) if not np.isnan(value)]
    if not known:
        return {"verdict": "cannot_tell", "reason": "no_start" if row["count_from"] == 0 else "no_figures"}
    if len(known) == 1:
        return {"found": known[0], "verdict": "cannot_tell", "reason": "not_said_and_not_known"}
    right = (_close(count, statement), _close(share, statement))
    reason = {(True, True): "matches", (True, False): "count_only", (False, True): "share_only"}.get(right, "neither")
    found = share if right == (False, True) else count
    return {"found": found, "verdict": "confirmed" if all(right) else "corrected", "reason": reason}


def _close(found: float, statement: Statement) -> bool:
    return bool(abs(found - statement.claimed) <= statement.tolerance + 1e-9)  # a half is within half a unit


def _figures(rows: list[dict[str, Any]]) -> pd.DataFrame:
    names = ["trusts", "wres_year", "count", "base", "share", "reference", "n_trusts", "source"]
    return pd.DataFrame(rows, columns=names)
