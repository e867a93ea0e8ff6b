"""What changed in a region between two years, over the same trusts; and what the mix of trusts has to do with it.

Two bases stand side by side. ``summed`` adds up the people of all trusts: the experience of all of them together, in
which a trust counts by its size. ``within`` compares the two groups inside each trust and puts the trusts together by
Mantel and Haenszel: where one group works more in trusts whose rates differ, the sum shows a difference that no trust
has, and this does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, hypot, isfinite, log, nan

import numpy as np
import pandas as pd

from wres_analysis.profiles.frames import Subject, typed
from wres_analysis.profiles.indicators import _BREAK, _compared, _groups, _row, _sides, _statistics
from wres_analysis.standards import Indicator, Standard
from wres_analysis.stats.mover import mover_difference
from wres_analysis.stats.stratified import mantel_haenszel

__all__ = ["CHANGE_COLUMNS", "WITHIN_COLUMNS", "after_break", "change_rows", "within_rows"]

#: ``summed`` and ``within`` are gaps in points or ratios, each with a 95% interval. ``mix`` says that the interval of
#: the one leaves the other out. ``status``: ``ok``, ``one_trust`` (nothing to put together), ``no_events`` (a group has
#: none, so a ratio within trusts has no interval), ``no_data``.
WITHIN_COLUMNS = {
    "indicator": "str", "number": "int64", "title": "str", "form": "str", "subject": "str", "subject_name": "str",
    "wres_year": "int64", "n_trusts": "int64", "people": "float64", "summed": "float64", "summed_low": "float64",
    "summed_high": "float64", "within": "float64", "within_low": "float64", "within_high": "float64", "mix": "bool",
    "status": "str",
}  # fmt: skip

#: ``span`` is ``year_before`` or ``since``; ``basis`` is ``summed`` or ``within``. ``first`` and ``last`` are gaps in
#: points or ratios of the ``n_trusts`` trusts that have both groups in both years; ``change`` is ``last - first`` or,
#: of ratios, ``last / first``. ``reading`` says which way: ``better`` is towards less disadvantage. ``n_possible``
#: counts the trusts of the region in the last year. ``status``: ``ok``; ``full_count`` (counts, not samples: no
#: interval); ``no_events`` (a ratio has no limits); ``no_trust`` (none has both years); ``break`` (levels on the two
#: sides of a break are not compared); ``same_year`` (nothing earlier was asked for or there is none).
CHANGE_COLUMNS = {
    "indicator": "str", "number": "int64", "title": "str", "form": "str", "subject": "str", "subject_name": "str",
    "span": "str", "basis": "str", "from_year": "int64", "wres_year": "int64", "n_trusts": "int64",
    "n_possible": "int64", "people_first": "float64", "people_last": "float64", "first": "float64",
    "first_low": "float64", "first_high": "float64", "last": "float64", "last_low": "float64", "last_high": "float64",
    "change": "float64", "low": "float64", "high": "float64", "reading": "str", "method": "str", "status": "str",
    "reason": "str",
}  # fmt: skip

_METHODS = {
    "summed": "Koopman (ratios) and Newcombe (gaps) intervals of both years, put together by MOVER, 95%",
    "within": "Mantel-Haenszel over trusts, each year on its own, errors of both years added, 95%",
    "full_count": "full count",
}
_REASONS = {
    "no_trust": "no trust has both groups in both years",
    "break": "the question or the rules changed between the two years",
    "same_year": "the loaded files hold no earlier year",
    "no_events": "one group has no events in one of the years",
    "full_count": "these are full counts, not samples",
}

Three = tuple[float, float, float]


def after_break(part: pd.DataFrame) -> pd.DataFrame:
    """Keep the values after a break, where a year holds values of both sides."""
    old = part["flags"].str.contains(_BREAK, regex=False)
    return part if old.all() else part[~old]


def within_rows(values: pd.DataFrame, year: int, subjects: tuple[Subject, ...], standard: Standard) -> pd.DataFrame:
    """One row per gap or ratio and subject: people summed over trusts, and compared within trusts."""
    now = values[(values["wres_year"] == year) & values["group"].isin(_groups(standard))]
    out: list[dict[str, object]] = []
    for i in _sampled(standard):
        sides = _based(_sides(after_break(now[now["measure"] == i.key]), i, standard))
        for s in subjects:
            mine = sides[sides.index.isin(s.codes)]
            row: dict[str, object] = {**_about(i, s), "wres_year": year, "n_trusts": len(mine), "status": "no_data"}
            if len(mine):
                summed, (inside, status) = _summed(mine, i, standard), _within(mine, i, standard)
                row |= {"people": float(mine[["n_reference", "n_comparison"]].to_numpy().sum())}
                row |= dict(zip(("summed", "summed_low", "summed_high"), summed, strict=True))
                row |= dict(zip(("within", "within_low", "within_high"), inside, strict=True))
                row["status"] = status if len(mine) > 1 else "one_trust"
                apart = not summed[1] <= inside[0] <= summed[2] or not inside[1] <= summed[0] <= inside[2]
                row["mix"] = len(mine) > 1 and status == "ok" and apart
            out.append(row)
    return typed(out, WITHIN_COLUMNS)


def change_rows(
    values: pd.DataFrame,
    year: int,
    since: int | None,
    subject: Subject,
    standard: Standard,
) -> pd.DataFrame:
    """One row per indicator, span and basis for one region.

    Parameters
    ----------
    values
        Annual values on one basis.
    year, since
        The last year, and the year that change is counted from; None is the first year of each indicator that may be
        compared with the last.
    subject
        The region, as it is in ``year``: its trusts are the candidates, whatever region they were in before.
    standard
        Says which indicators there are and which way is worse.
    """
    part = values[values["group"].isin(_groups(standard)) & values["org_code"].isin(subject.codes)]
    out: list[dict[str, object]] = []
    for i in _compared(standard):
        mine = part[part["measure"].isin([i.key, i.compared_with])]
        own = mine[(mine["measure"] == i.key) & (mine["status"] == "observed") & (mine["wres_year"] <= year)]
        years = sorted(int(y) for y in own["wres_year"].unique())
        old = set(own.loc[own["flags"].str.contains(_BREAK, regex=False), "wres_year"])
        alike = [y for y in years if (y in old) == (year in old)]
        first = since if since is not None else (alike[0] if alike else year)
        for span, start in (("year_before", year - 1), ("since", first)):
            out += _spans(mine, i, span, start, year, subject, bool(start in old) != bool(year in old), standard)
    return typed(out, CHANGE_COLUMNS)


def _spans(
    part: pd.DataFrame, i: Indicator, span: str, start: int, year: int, subject: Subject, broken: bool,
    standard: Standard,
) -> list[dict[str, object]]:  # fmt: skip
    row = {
        **_about(i, subject), "span": span, "from_year": start, "wres_year": year, "n_possible": len(subject.codes),
        "n_trusts": 0, "reading": "no_interval",
    }  # fmt: skip
    bases = ("full_count",) if i.form == "difference" else ("summed", "within")
    sides = {y: _based(_sides(part[part["wres_year"] == y], i, standard)) for y in (start, year)}
    both = sides[start].index.intersection(sides[year].index)
    why = "same_year" if start >= year else "break" if broken else "" if len(both) else "no_trust"
    out: list[dict[str, object]] = []
    for basis in bases:
        one: dict[str, object] = row | {"basis": basis, "method": _METHODS[basis]}
        if why:
            out.append(one | {"status": why, "reason": _REASONS[why]})
        elif i.form == "difference":
            out.append(one | _of_counts(part, i, (start, year), Subject("region", "", frozenset(both)), standard))
        else:
            at = {y: sides[y].loc[both] for y in (start, year)}
            out.append(one | _of_samples(at, i, (start, year), basis, standard))
    return out


def _of_samples(
    at: Mapping[int, pd.DataFrame], i: Indicator, years: tuple[int, int], basis: str, standard: Standard
) -> dict[str, object]:
    """First, last and change of one basis, each with its interval."""
    n = {y: float(at[y][["n_reference", "n_comparison"]].to_numpy().sum()) for y in years}
    row: dict[str, object] = {"n_trusts": len(at[years[0]]), "people_first": n[years[0]], "people_last": n[years[1]]}
    made = [_summed(at[y], i, standard) if basis == "summed" else _within(at[y], i, standard)[0] for y in years]
    for name, three in zip(("first", "last"), made, strict=True):
        row |= dict(zip((name, f"{name}_low", f"{name}_high"), three, strict=True))
    if not all(isfinite(v) and (v > 0 or i.form != "ratio") for three in made for v in three):
        return row | {"status": "no_events", "reason": _REASONS["no_events"]}
    on = [tuple(log(v) for v in three) if i.form == "ratio" else three for three in made]
    if basis == "summed":
        change = tuple(float(v) for v in mover_difference(*on[1], *on[0]))
    else:  # both intervals are symmetric on this scale
        half = hypot(*((three[2] - three[1]) / 2 for three in on))
        middle = on[1][0] - on[0][0]
        change = (middle, middle - half, middle + half)
    reading = np.select([change[1] > 0, change[2] < 0], [i.disadvantage, -i.disadvantage], default=0)
    row["reading"] = {1: "worse", -1: "better", 0: "unclear"}[int(reading)]
    if i.form == "ratio":
        change = tuple(exp(v) for v in change)
    return row | dict(zip(("change", "low", "high"), change, strict=True)) | {"status": "ok"}


def _of_counts(
    part: pd.DataFrame, i: Indicator, years: tuple[int, int], subject: Subject, standard: Standard
) -> dict[str, object]:
    """First and last of a share of a body less that of the workforce; full counts of the same trusts."""
    rows = []
    for y in years:
        now = part[part["wres_year"] == y]
        rows.append(_row(now, _sides(now, i, standard), y, i, subject, "", standard))
    if any(r["status"] != "observed" for r in rows):
        return {"status": "no_trust", "reason": _REASONS["no_trust"]}
    first, last = (float(str(r["estimate"])) for r in rows)
    return {
        "n_trusts": min(int(str(r["n_trusts"])) for r in rows), "first": first, "last": last, "change": last - first,
        "people_first": rows[0]["comparison_base"], "people_last": rows[1]["comparison_base"],
        "status": "full_count", "reason": _REASONS["full_count"],
    }  # fmt: skip


def _sampled(standard: Standard) -> list[Indicator]:
    return [i for i in _compared(standard) if i.form in ("gap", "ratio")]


def _about(i: Indicator, s: Subject) -> dict[str, object]:
    return {
        "indicator": i.key, "number": i.number, "title": i.title, "form": i.form, "subject": s.key,
        "subject_name": s.name,
    }  # fmt: skip


def _based(sides: pd.DataFrame) -> pd.DataFrame:
    known = sides[["x_reference", "x_comparison"]].notna().all(axis=1)
    return sides[known & (sides["n_reference"] > 0) & (sides["n_comparison"] > 0)].sort_index()


def _summed(sides: pd.DataFrame, i: Indicator, standard: Standard) -> Three:
    total = {str(name): float(value) for name, value in sides.sum(numeric_only=True).items()}
    made = _statistics(i, total, standard)
    return tuple(float(str(made[name])) for name in ("estimate", "low", "high"))  # type: ignore[return-value]


def _within(sides: pd.DataFrame, i: Indicator, standard: Standard) -> tuple[Three, str]:
    reference, comparison = _groups(standard)
    side = {reference: "reference", comparison: "comparison"}
    top, bottom = i.ratio_of if i.form == "ratio" and i.ratio_of else (comparison, reference)
    columns = (f"{name}_{side[group]}" for group in (top, bottom) for name in ("x", "n"))
    pooled = mantel_haenszel(
        *(sides[column].to_numpy("float64") for column in columns),
        measure="ratio" if i.form == "ratio" else "difference",
    )
    scale = 1.0 if i.form == "ratio" else 100.0
    if pooled.status != "ok":
        return (nan, nan, nan), pooled.status
    return (scale * pooled.estimate, scale * pooled.low, scale * pooled.high), "ok"
