"""What a panel holds and what it lacks: result frames for the data quality notebook."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from wres_analysis.panel.store import PanelData
from wres_analysis.standards import Standard, load_outcomes, load_standard

__all__ = ["Coverage", "data_coverage"]


@dataclass(frozen=True)
class Coverage:
    """Frames about a panel.

    ``files``: one row a file, ``name, title, publisher, kept, suppressed, excluded, skipped, note``.
    ``skipped``: one row a reason, ``name, sheet, reason, count``.
    ``measures``: one row a measure and year, ``measure, label, wres_year, trusts, observed`` and a column a status.
    ``findings``: the quality report. ``successions``: trusts succeeded within the years of the panel.
    """

    files: pd.DataFrame
    skipped: pd.DataFrame
    measures: pd.DataFrame
    findings: pd.DataFrame
    successions: pd.DataFrame
    years: tuple[int, ...]
    trusts: int


def data_coverage(data: PanelData, standard: Standard | None = None, outcomes: Standard | None = None) -> Coverage:
    """Compute the frames of the data quality notebook from a panel."""
    standard, outcomes = standard or load_standard(), outcomes or load_outcomes()
    years = tuple(sorted(int(y) for y in data.panel["wres_year"].unique()))
    return Coverage(
        files=_files(data),
        skipped=_skipped(data),
        measures=_measures(data, standard, outcomes),
        findings=data.quality,
        successions=_successions(data, years),
        years=years,
        trusts=int(data.panel["org_code"].nunique()),
    )


def _files(data: PanelData) -> pd.DataFrame:
    rows = []
    for file in data.account["files"]:
        tallies = file["tallies"]
        rows.append(
            {
                "name": file["name"],
                "title": file["title"],
                "publisher": file["publisher"],
                "kept": sum(t["kept"] for t in tallies),
                "suppressed": sum(t["suppressed"] for t in tallies),
                "excluded": sum(t["excluded"] for t in tallies),
                "skipped": sum(sum(t["skipped"].values()) for t in tallies),
                "note": file["note"],
            }
        )
    return pd.DataFrame(rows)


def _skipped(data: PanelData) -> pd.DataFrame:
    rows = [
        {"name": f["name"], "title": f["title"], "sheet": t["sheet"], "reason": reason, "count": int(count)}
        for f in data.account["files"]
        for t in f["tallies"]
        for reason, count in t["skipped"].items()
    ]
    return pd.DataFrame(rows, columns=["name", "title", "sheet", "reason", "count"])


def _measures(data: PanelData, standard: Standard, outcomes: Standard) -> pd.DataFrame:
    """Trusts with each measure in each year; an indicator counts where its comparison group is there."""
    trusts = data.panel.groupby("wres_year")["org_code"].nunique()
    rows = []
    for key, label, group, stratum, clock in _wanted(standard, outcomes):
        if clock == "event":
            column = data.panel[key] if key in data.panel else pd.Series(dtype=float)
            counts = data.panel.loc[column.notna(), "wres_year"].value_counts() if len(column) else column
            rows += [
                {"measure": key, "label": label, "wres_year": int(y), "trusts": int(n), "observed": int(counts.get(y, 0))}
                for y, n in trusts.items()
            ]
            continue
        part = data.values[(data.values["measure"] == key) & (data.values["group"] == group) & (data.values["stratum"] == stratum)]
        status = part.groupby(["wres_year", "status"])["org_code"].nunique().unstack(fill_value=0)
        for year, n in trusts.items():
            seen = status.loc[year].to_dict() if year in status.index else {}
            rows.append({"measure": key, "label": label, "wres_year": int(year), "trusts": int(n), "observed": 0, **seen})
    frame = pd.DataFrame(rows)
    numeric = [c for c in frame.columns if c not in ("measure", "label", "wres_year")]
    frame[numeric] = frame[numeric].fillna(0).astype(int)
    return frame


def _wanted(standard: Standard, outcomes: Standard) -> list[tuple[str, str, str, str, str]]:
    wanted = [
        (i.key, f"{i.number}. {i.title}", standard.comparison_group, i.main_stratum, i.clock)
        for i in standard.indicators.values()
        if i.form != "share"
    ]
    wanted += [(m.key, m.label, "all", m.main_stratum, m.clock) for m in outcomes.outcomes.values()]
    return wanted


def _successions(data: PanelData, years: tuple[int, ...]) -> pd.DataFrame:
    orgs = data.organisations
    if not years:
        return orgs.iloc[0:0]
    first, last = pd.Timestamp(f"{years[0] - 1}-04-01"), pd.Timestamp(f"{years[-1]}-03-31")
    moved = orgs[orgs["succession_date"].between(first, last)]
    return moved.rename(columns={"code": "org_code", "name": "org_name"}).sort_values(["succession_date", "org_code"], ignore_index=True)
