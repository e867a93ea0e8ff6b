"""One trust's results: panel in, result frames out.

Every figure, table and sentence of a trust report comes from the frames made here. An estimate always travels
with its bases, interval, method and source cells; where there is no interval the reason stands in its place.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wres_analysis.errors import RequestError
from wres_analysis.panel.annual import newest
from wres_analysis.panel.store import PanelData
from wres_analysis.stats.intervals import difference_interval, proportion_interval, ratio_interval
from wres_analysis.standards import Indicator, Measure, Standard, load_outcomes, load_standard

__all__ = ["Subject", "TrustProfile", "trust_profile"]

#: What the interval says of parity.
READINGS = ("worse", "better", "unclear", "no_interval")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a row is about: the trust, its region, trusts of its type, or England."""

    key: str
    name: str
    codes: frozenset[str]


@dataclass(frozen=True)
class TrustProfile:
    """The result frames of one trust and year.

    ``indicators``: one row per indicator and subject. ``history``: one row per indicator and year, the trust alone.
    ``bands``: one row per staff group and pay band. ``outcomes``: one row per outcome and subject.
    ``ratings``: rating events. ``months``: the monthly series of an outcome for the trust and its comparison.
    ``about``: code, name, region, board, type. ``sources``: the files that the values came from. ``uncovered``: trust
    types of which no trust has an indicator that year.
    """

    code: str
    year: int
    about: dict[str, str]
    subjects: tuple[Subject, ...]
    indicators: pd.DataFrame
    history: pd.DataFrame
    bands: pd.DataFrame
    outcomes: pd.DataFrame
    ratings: pd.DataFrame
    months: pd.DataFrame
    findings: pd.DataFrame
    sources: pd.DataFrame
    uncovered: tuple[str, ...] = ()


def trust_profile(
    data: PanelData,
    code: str,
    *,
    year: int | None = None,
    compare: str = "region",
    standard: Standard | None = None,
    outcomes: Standard | None = None,
) -> TrustProfile:
    """Compute the result frames of a trust.

    Parameters
    ----------
    data
        A panel.
    code
        The trust's code.
    year
        The WRES year; the newest with an indicator value of this trust if None.
    compare
        ``region``, ``type`` or ``england``: which comparison comes first. England is always there.
    standard, outcomes
        What is measured; the shipped ones if None.

    Raises
    ------
    RequestError
        If the panel has no such trust, or nothing of it in that year.
    """
    standard, outcomes = standard or load_standard(), outcomes or load_outcomes()
    panel, values = data.panel, data.values
    mine = panel[panel["org_code"] == code]
    if not len(mine):
        raise RequestError(f"The data hold nothing of a trust '{code}'.")
    year = year or _newest_year(values, code, standard) or int(mine["wres_year"].max())
    row = mine[mine["wres_year"] == year]
    if not len(row):
        have = ", ".join(str(y) for y in sorted(mine["wres_year"]))
        raise RequestError(f"The data hold nothing of {code} in WRES {year}. They hold {have}.")
    row = row.iloc[0]
    about = {name: str(row[name]) for name in ("org_name", "region", "icb", "trust_type", "trust_subtype")}
    subjects = _subjects(panel[panel["wres_year"] == year], row, compare)
    return TrustProfile(
        code=code,
        year=year,
        about=about,
        subjects=subjects,
        indicators=_indicators(values, year, subjects, standard, outcomes),
        history=_history(values, code, year, about["org_name"], standard, outcomes),
        bands=_bands(data.observations, code, year, standard, outcomes),
        outcomes=_outcomes(values, data.events, year, subjects, standard, outcomes),
        ratings=_ratings(data.events, code, year, outcomes),
        months=_months(data.observations, year, subjects, outcomes),
        findings=data.quality[(data.quality["org_code"] == code) & (data.quality["wres_year"] == year)].reset_index(drop=True),
        sources=_sources(data, values, code, year),
        uncovered=_uncovered(panel[panel["wres_year"] == year], values, year, standard),
    )


def _uncovered(panel: pd.DataFrame, values: pd.DataFrame, year: int, standard: Standard) -> tuple[str, ...]:
    """Trust types of which no trust has an indicator split by group."""
    seen = values[
        (values["wres_year"] == year)
        & values["measure"].isin(standard.indicators)
        & (values["group"] == standard.comparison_group)
        & (values["status"] == "observed")
    ]["org_code"]
    has = panel["org_code"].isin(seen)
    share = has.groupby(panel["trust_type"]).any()
    return tuple(kind for kind, any_trust in share.items() if kind and not any_trust)


def _newest_year(values: pd.DataFrame, code: str, standard: Standard) -> int | None:
    """The newest year with an indicator of the trust that is split by group."""
    part = values[
        (values["org_code"] == code)
        & values["measure"].isin(standard.indicators)
        & (values["group"] == standard.comparison_group)
        & (values["status"] == "observed")
    ]
    return int(part["wres_year"].max()) if len(part) else None


def _subjects(panel: pd.DataFrame, row: pd.Series, compare: str) -> tuple[Subject, ...]:
    trust = Subject("trust", str(row["org_name"]), frozenset([str(row["org_code"])]))
    region = Subject("region", str(row["region"]), frozenset(panel.loc[panel["region"] == row["region"], "org_code"]))
    kind = Subject(
        "type", f"{row['trust_type']} trusts", frozenset(panel.loc[panel["trust_type"] == row["trust_type"], "org_code"])
    )
    england = Subject("england", "England", frozenset(panel["org_code"]))
    known = [s for s, value in ((region, row["region"]), (kind, row["trust_type"])) if value]
    if compare == "type":
        known.reverse()
    return (trust, *known, england)


def _statistics(
    i: Indicator, standard: Standard, ref: tuple[float, float], com: tuple[float, float]
) -> dict[str, object]:
    """Main statistic and gap from the counts (numerator, denominator) of the two groups."""
    x, n = {standard.reference_group: ref[0], standard.comparison_group: com[0]}, {
        standard.reference_group: ref[1],
        standard.comparison_group: com[1],
    }
    gap = difference_interval(x[standard.comparison_group], n[standard.comparison_group], x[standard.reference_group], n[standard.reference_group])
    out: dict[str, object] = {
        "gap": 100 * gap.estimate,
        "gap_low": 100 * gap.low,
        "gap_high": 100 * gap.high,
    }
    if i.form == "ratio" and i.ratio_of is not None:
        top, bottom = i.ratio_of
        ratio = ratio_interval(x[top], n[top], x[bottom], n[bottom])
        out |= {
            "statistic": "ratio",
            "estimate": ratio.estimate,
            "low": ratio.low,
            "high": ratio.high,
            "method": "Koopman score interval, 95%",
            "interval_status": ratio.status,
        }
    else:
        out |= {
            "statistic": "gap",
            "estimate": out["gap"],
            "low": out["gap_low"],
            "high": out["gap_high"],
            "method": "Newcombe hybrid score interval, 95%",
            "interval_status": gap.status,
        }
    return out


def _reading(i: Indicator, row: dict[str, object]) -> str:
    low, high = float(row["low"]), float(row["high"])  # type: ignore[arg-type]
    if not (np.isfinite(low) or np.isfinite(high)):
        return "no_interval"
    parity = i.parity if i.parity is not None else 0.0
    if low > parity or high < parity:
        above = low > parity
        return "worse" if above == (i.disadvantage > 0) else "better"
    return "unclear"


_INDICATOR_COLUMNS = {
    "indicator": "str", "number": "int64", "title": "str", "form": "str", "subject": "str", "subject_name": "str",
    "wres_year": "int64", "n_trusts": "int64", "n_possible": "int64", "reference": "float64", "comparison": "float64",
    "reference_base": "float64", "comparison_base": "float64", "comparison_events": "float64", "statistic": "str",
    "estimate": "float64", "low": "float64", "high": "float64", "gap": "float64", "gap_low": "float64",
    "gap_high": "float64", "method": "str", "interval_status": "str", "reading": "str", "status": "str",
    "reason": "str", "flags": "str", "source_cells": "str",
}  # fmt: skip


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


def _indicators(
    values: pd.DataFrame, year: int, subjects: tuple[Subject, ...], standard: Standard, outcomes: Standard
) -> pd.DataFrame:
    now = values[values["wres_year"] == year]
    rows = []
    for i in standard.indicators.values():
        if i.form == "share":
            continue
        for subject in subjects:
            rows.append(_indicator_row(now, year, i, subject, standard, outcomes))
    return _typed(rows, _INDICATOR_COLUMNS)


def _typed(rows: list[dict[str, object]], schema: dict[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(schema))
    for name, dtype in schema.items():
        if dtype == "str":
            frame[name] = frame[name].fillna("")
    return frame.astype(schema)


def _sides(part: pd.DataFrame, standard: Standard) -> pd.DataFrame:
    """One row a trust: numerator, base and value of the two groups, for trusts in which both are observed."""
    part = part[(part["status"] == "observed") & part["group"].isin([standard.reference_group, standard.comparison_group])]
    base = part["denominator"].where(part["denominator"].notna(), part["effective_base"])
    top = part["numerator"].where(part["numerator"].notna(), part["value"] / 100 * base)
    wide = part.assign(x=top, n=base).pivot(index="org_code", columns="group", values=["x", "n", "value"])
    have = wide.columns.get_level_values("group")
    if not {standard.reference_group, standard.comparison_group} <= set(have):
        return pd.DataFrame()
    return wide[
        wide[("value", standard.reference_group)].notna() & wide[("value", standard.comparison_group)].notna()
    ]


def _indicator_row(
    now: pd.DataFrame, year: int, i: Indicator, subject: Subject, standard: Standard, outcomes: Standard
) -> dict[str, object]:
    r, c = standard.reference_group, standard.comparison_group
    row = _blank(i, subject, year)
    part = now[(now["measure"] == i.key) & (now["stratum"] == i.main_stratum) & now["org_code"].isin(subject.codes)]
    if subject.key == "trust":
        row["flags"] = " ".join(dict.fromkeys(" ".join(part.loc[part["group"].isin([r, c]), "flags"]).split()))
        row["source_cells"] = "; ".join(part.loc[part["group"].isin([r, c]), "source_cells"])
        missing = part[part["group"].isin([r, c]) & (part["status"] != "observed")]
        if len(missing):
            row["status"] = str(missing["status"].iloc[0])
            row["reason"] = "; ".join(dict.fromkeys(missing["reason"]))
            return row
    sides = _sides(part, standard) if len(part) else part
    if not len(sides):
        return row
    based = sides[sides[("n", r)].gt(0) & sides[("n", c)].gt(0)]
    row |= {"status": "observed", "n_trusts": len(based) or len(sides)}
    if not len(based):
        # Rates without bases: the gap of one trust stands without an interval; several are not pooled.
        if len(sides) > 1:
            return row | {"status": "no_data", "reason": "no bases to pool by"}
        reference, comparison = float(sides[("value", r)].iloc[0]), float(sides[("value", c)].iloc[0])
        why = "; ".join(dict.fromkeys(reason for reason in part["reason"] if reason))
        row |= {"reference": reference, "comparison": comparison, "statistic": i.form, "reason": why or "no base is published"}
        if i.form == "gap":
            row |= {"estimate": comparison - reference, "gap": comparison - reference}
        return row
    counts = {g: (float(based[("x", g)].sum()), float(based[("n", g)].sum())) for g in (r, c)}
    row |= {
        "reference": 100 * counts[r][0] / counts[r][1],
        "comparison": 100 * counts[c][0] / counts[c][1],
        "reference_base": counts[r][1],
        "comparison_base": counts[c][1],
        "comparison_events": counts[c][0],
    }
    if i.form == "difference":
        return row | _difference(now, i, frozenset(based.index), row, standard, outcomes)
    row |= _statistics(i, standard, counts[r], counts[c])
    row["reading"] = _reading(i, row)
    return row


def _difference(
    now: pd.DataFrame, i: Indicator, codes: frozenset[str], row: dict[str, object], standard: Standard, outcomes: Standard
) -> dict[str, object]:
    """A group's share of one body less its share of the workforce; both are full counts, so no interval."""
    c = standard.comparison_group
    part = now[(now["measure"] == i.compared_with) & (now["group"] == c) & now["org_code"].isin(codes) & now["denominator"].notna()]
    if len(part) < len(codes):
        return {"status": "no_data", "reason": "the workforce share is missing for at least one trust"}
    workforce = 100 * float(part["numerator"].sum()) / float(part["denominator"].sum())
    seats = float(row["reference_base"]) if np.isfinite(float(row["reference_base"])) else np.nan  # type: ignore[arg-type]
    return {
        "statistic": "difference",
        "reference": workforce,
        "reference_base": float(part["denominator"].sum()),
        "estimate": float(row["comparison"]) - workforce,  # type: ignore[arg-type]
        "method": "full count",
        "reason": f"a full count of {seats:.0f} members, not a sample: one seat is {100 / seats:.1f} points" if seats > 0 else "",
    }


def _history(
    values: pd.DataFrame, code: str, year: int, name: str, standard: Standard, outcomes: Standard
) -> pd.DataFrame:
    subject = Subject("trust", name, frozenset([code]))
    mine = values[(values["org_code"] == code) & (values["wres_year"] <= year)]
    rows = []
    for i in standard.indicators.values():
        if i.form == "share":
            continue
        for one in sorted(mine.loc[mine["measure"] == i.key, "wres_year"].unique()):
            rows.append(_indicator_row(mine[mine["wres_year"] == one], int(one), i, subject, standard, outcomes))
    return _typed(rows, _INDICATOR_COLUMNS)


_BAND_COLUMNS = {
    "staff_group": "str", "band": "str", "comparison": "float64", "comparison_n": "float64", "known_n": "float64",
    "workforce": "float64", "status": "str", "source_cells": "str",
}  # fmt: skip


def _bands(rows: pd.DataFrame, code: str, year: int, standard: Standard, outcomes: Standard) -> pd.DataFrame:
    """The comparison group's share of each pay band, in the order of the publication."""
    share = next((i for i in standard.indicators.values() if i.form == "share"), None)
    if share is None:
        return _typed([], _BAND_COLUMNS)
    date = pd.Timestamp(f"{year}-03-31")
    part = rows[(rows["measure"] == share.key) & (rows["org_code"] == code) & (rows["period_end"] == date) & (rows["group"] == standard.comparison_group)]
    whole = rows[
        (rows["measure"] == "workforce_share") & (rows["org_code"] == code) & (rows["period_end"] == date) & (rows["group"] == standard.comparison_group)
    ]
    workforce = float(whole["value"].iloc[0]) if len(whole) else np.nan
    out = []
    for row in part.itertuples():
        staff_group, _, band = row.stratum.partition("|")
        out.append(
            {
                "staff_group": staff_group.replace("_", " ").capitalize(),
                "band": band.replace("_", " ").capitalize().replace("Vsm", "VSM"),
                "comparison": row.value,
                "comparison_n": row.numerator,
                "known_n": row.denominator,
                "workforce": workforce,
                "status": row.status,
                "source_cells": f"{row.source_file}!{row.source_cell}",
            }
        )
    return _typed(out, _BAND_COLUMNS)


_OUTCOME_COLUMNS = {
    "measure": "str", "title": "str", "label": "str", "unit": "str", "better": "str", "subject": "str",
    "subject_name": "str", "wres_year": "Int64", "period": "str", "value": "float64", "low": "float64", "high": "float64",
    "base": "float64", "n_trusts": "int64", "n_possible": "int64", "method": "str", "status": "str", "reason": "str",
    "flags": "str", "caution": "str", "no_interval": "str", "source_cells": "str",
}  # fmt: skip


def period_label(clock: str, year: int) -> str:
    """Name the period of a WRES year in words.

    >>> period_label("financial_year", 2025)
    'April 2024 to March 2025'
    """
    if clock in ("financial_year", "flow"):
        return f"April {year - 1} to March {year}"
    if clock == "survey":
        return f"survey of autumn {year - 1}"
    return f"31 March {year}"


def _outcomes(
    values: pd.DataFrame,
    events: pd.DataFrame,
    year: int,
    subjects: tuple[Subject, ...],
    standard: Standard,
    outcomes: Standard,
) -> pd.DataFrame:
    (trust,) = subjects[0].codes
    out = []
    for m in outcomes.outcomes.values():
        if not m.asked(dt.date(year - 1, 4, 1), dt.date(year, 3, 31)):
            continue
        if m.clock == "event":
            out += [_rating_row(events, year, s, m) for s in subjects]
            continue
        part = values[(values["measure"] == m.key) & (values["group"] == "all") & (values["stratum"] == m.main_stratum)]
        mine = part[(part["org_code"] == trust) & (part["wres_year"] <= year) & (part["status"] == "observed")]
        # The same year if it is there; else the newest before it, which the label then names.
        best = int(mine["wres_year"].max()) if len(mine) else year
        out += [_outcome_row(part[part["wres_year"] == best], best, s, m) for s in subjects]
    return _typed(out, _OUTCOME_COLUMNS)


def _outcome_blank(m: Measure, subject: Subject, year: int) -> dict[str, object]:
    return {
        "measure": m.key,
        "title": m.title,
        "label": m.label,
        "unit": m.unit,
        "better": m.better,
        "subject": subject.key,
        "subject_name": subject.name,
        "wres_year": year,
        "period": period_label(m.clock, year),
        "n_trusts": 0,
        "n_possible": len(subject.codes),
        "status": "no_data",
        "caution": m.caution,
        "no_interval": m.no_interval,
    }


def _outcome_row(part: pd.DataFrame, year: int, subject: Subject, m: Measure) -> dict[str, object]:
    row = _outcome_blank(m, subject, year)
    part = part[part["org_code"].isin(subject.codes)]
    if subject.key == "trust" and len(part):
        first = part.iloc[0]
        row |= {"status": first["status"], "reason": first["reason"], "flags": first["flags"], "source_cells": first["source_cells"]}
    seen = part[part["status"] == "observed"]
    if not len(seen):
        return row
    based = seen[seen["effective_base"].gt(0)]
    row |= {"status": "observed", "n_trusts": len(based) or len(seen)}
    if not len(based):
        if len(seen) == 1:
            row["value"] = float(seen["value"].iloc[0])
        else:
            row |= {"status": "no_data", "reason": "no bases to pool by"}
        return row
    base = float(based["effective_base"].sum())
    if m.combine == "base_mean":
        row |= {"value": float((based["value"] * based["effective_base"]).sum() / base), "base": base}
        return row
    top = float((based["value"] / 100 * based["effective_base"]).sum())
    row |= {"value": 100 * top / base, "base": base}
    if not m.no_interval:
        wilson = proportion_interval(round(top), round(base))
        row |= {"low": 100 * wilson.low, "high": 100 * wilson.high, "method": "Wilson score interval, 95%"}
    return row


def _rating_row(events: pd.DataFrame, year: int, subject: Subject, m: Measure) -> dict[str, object]:
    """The rating in force on 31 March of the year; for several trusts, how many are rated and the middle rating."""
    row = _outcome_blank(m, subject, year)
    limit = pd.Timestamp(dt.date(year, 3, 31))
    mine = events[(events["measure"] == m.key) & events["org_code"].isin(subject.codes) & (events["date"] <= limit)]
    last = mine.sort_values("date").drop_duplicates("org_code", keep="last")
    if not len(last):
        return row | {"reason": "no rating of the trust in the loaded files" if subject.key == "trust" else ""}
    row |= {"status": "observed", "n_trusts": len(last), "value": float(last["value"].median())}
    row["period"] = f"in force on {limit.day} {limit:%B %Y}"
    if subject.key == "trust":
        first = last.iloc[0]
        row |= {
            "flags": first["flags"],
            "source_cells": f"{first['source_file']}!{first['source_cell']}",
            "reason": f"published {first['date'].day} {first['date']:%B %Y}",
        }
    return row


def _ratings(events: pd.DataFrame, code: str, year: int, outcomes: Standard) -> pd.DataFrame:
    """Every rating event of the trust and its locations up to 31 March of the year."""
    mine = events[(events["org_code"] == code) & (events["date"] <= pd.Timestamp(f"{year}-03-31"))]
    titles = {k: m.label for k, m in outcomes.measures.items()}
    return mine.assign(label=mine["measure"].map(titles)).reset_index(drop=True)


def _months(rows: pd.DataFrame, year: int, subjects: tuple[Subject, ...], outcomes: Standard) -> pd.DataFrame:
    """The monthly series of the outcomes that are published monthly as counts, up to March of the year, five years at most.

    Returns ``measure, subject, subject_name, month, value``; a comparison pools the days or answers of its trusts.
    """
    first, last = pd.Timestamp(f"{year - 5}-04-01"), pd.Timestamp(f"{year}-03-31")
    out = []
    for m in outcomes.outcomes.values():
        if m.months == 1:
            continue
        part = rows[
            (rows["measure"] == m.key)
            & (rows["stratum"] == m.main_stratum)
            & (rows["status"] == "observed")
            & rows["denominator"].notna()
            & rows["period_end"].between(first, last)
        ]
        part = newest(part, outcomes)
        for s in subjects:
            mine = part[part["org_code"].isin(s.codes)]
            if not len(mine):
                continue
            sums = mine.groupby("period_end")[["numerator", "denominator"]].sum()
            out.append(
                pd.DataFrame(
                    {
                        "measure": m.key,
                        "subject": s.key,
                        "subject_name": s.name,
                        "month": sums.index,
                        "value": 100 * sums["numerator"].to_numpy() / sums["denominator"].to_numpy(),
                    }
                )
            )
    if not out:
        return pd.DataFrame({"measure": [], "subject": [], "subject_name": [], "month": [], "value": []})
    return pd.concat(out, ignore_index=True)


def _sources(data: PanelData, values: pd.DataFrame, code: str, year: int) -> pd.DataFrame:
    """The files behind the trust's values, with their hashes: file, title, publisher, note, sha256, values."""
    mine = values[(values["org_code"] == code) & (values["wres_year"] <= year) & (values["status"] == "observed")]
    cells = mine["source_cells"].str.split("; ").explode().dropna()
    names = cells.str.split("!", n=1).str[0].value_counts()
    files = pd.DataFrame(
        [{k: f[k] for k in ("name", "title", "publisher", "note", "sha256")} for f in data.account["files"] if f["name"] in names.index]
    )
    if not len(files):
        return pd.DataFrame({c: [] for c in ("name", "title", "publisher", "note", "sha256", "values")})
    return files.assign(values=files["name"].map(names).astype(int)).sort_values(["publisher", "name"], ignore_index=True)
