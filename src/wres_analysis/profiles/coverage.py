"""What a panel holds and what it lacks: result frames for the data quality notebook."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from wres_analysis.panel.store import PanelData
from wres_analysis.profiles.frames import records
from wres_analysis.standards import Standard, load_outcomes, load_standard

__all__ = ["FILE_COLUMNS", "SKIPPED_COLUMNS", "Coverage", "data_coverage"]

FILE_COLUMNS = ("name", "title", "publisher", "kept", "suppressed", "excluded", "skipped", "note")
SKIPPED_COLUMNS = ("name", "title", "sheet", "reason", "count")
_MEASURE_COLUMNS = ("measure", "label", "wres_year", "trusts", "observed")


@dataclass(frozen=True)
class Coverage:
    """Frames about a panel.

    Parameters
    ----------
    files
        One row a file: :data:`FILE_COLUMNS`. A file that was not read has no title; its note says why.
    skipped
        One row a reason: :data:`SKIPPED_COLUMNS`.
    measures
        One row a measure and year: ``measure, label, wres_year, trusts, observed`` and a column for each status
        that occurs, counting trusts. An indicator counts where its comparison group has a value; a rating where it
        is known to be in force at the end of the year.
    findings
        The quality report.
    successions
        Trusts succeeded within the years of the panel: ``org_code, org_name, successor, succession_date`` and more.
    years
        The years of the panel, in order.
    trusts
        How many trusts have a row in any year.
    fictional
        Whether the data are the kit's own sample.
    """

    files: pd.DataFrame
    skipped: pd.DataFrame
    measures: pd.DataFrame
    findings: pd.DataFrame
    successions: pd.DataFrame
    years: tuple[int, ...]
    trusts: int
    fictional: bool = False


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
        fictional=bool(data.account.get("fictional", False)),
    )


def _files(data: PanelData) -> pd.DataFrame:
    rows = [
        {
            **{name: file[name] for name in ("name", "title", "publisher", "note")},
            **{name: sum(t[name] for t in file["tallies"]) for name in ("kept", "suppressed", "excluded")},
            "skipped": sum(sum(t["skipped"].values()) for t in file["tallies"]),
        }
        for file in data.account["files"]
    ]
    return pd.DataFrame(rows, columns=list(FILE_COLUMNS))


def _skipped(data: PanelData) -> pd.DataFrame:
    rows = [
        {"name": f["name"], "title": f["title"], "sheet": t["sheet"], "reason": reason, "count": int(count)}
        for f in data.account["files"]
        for t in f["tallies"]
        for reason, count in t["skipped"].items()
    ]
    return pd.DataFrame(rows, columns=list(SKIPPED_COLUMNS))


def _measures(data: PanelData, standard: Standard, outcomes: Standard) -> pd.DataFrame:
    """Trusts with each measure in each year, by status."""
    trusts = data.panel.groupby("wres_year")["org_code"].nunique()
    rows: list[dict[str, object]] = []
    for key, label, group, stratum in _wanted(standard, outcomes):
        part = data.values[data.values["measure"] == key]
        part = part[(part["group"] == group) & (part["stratum"] == stratum)]
        status = part.groupby(["wres_year", "status"])["org_code"].nunique().reset_index()
        seen = {(int(r["wres_year"]), str(r["status"])): int(r["org_code"]) for r in records(status)}
        if key in outcomes.measures and outcomes.measures[key].clock == "event" and key in data.panel:
            rated = data.panel[data.panel[key].notna()].groupby("wres_year")["org_code"].nunique()
            seen = {(int(year), "observed"): int(n) for year, n in zip(rated.index, rated, strict=True)}
        for year, n in zip(trusts.index, trusts, strict=True):
            counts = {word: count for (when, word), count in seen.items() if when == year}
            row = {"measure": key, "label": label, "wres_year": int(year), "trusts": int(n), "observed": 0}
            rows.append(row | counts)
    statuses = sorted({name for row in rows for name in row} - set(_MEASURE_COLUMNS))
    frame = pd.DataFrame(rows, columns=[*_MEASURE_COLUMNS, *statuses])
    counted = ["wres_year", "trusts", "observed", *statuses]
    frame[counted] = frame[counted].fillna(0).astype(int)
    return frame


def _wanted(standard: Standard, outcomes: Standard) -> list[tuple[str, str, str, str]]:
    """Key, label, group and stratum of each row of the picture."""
    group = standard.comparison_group
    wanted = [(i.key, f"{i.number}. {i.title}", group, i.main_stratum) for i in standard.indicators.values()]
    return [*wanted, *((m.key, m.label, "all", m.main_stratum) for m in outcomes.outcomes.values())]


def _successions(data: PanelData, years: tuple[int, ...]) -> pd.DataFrame:
    orgs = data.organisations.rename(columns={"code": "org_code", "name": "org_name"})
    if not years:
        return orgs.iloc[0:0]
    first, last = pd.Timestamp(f"{years[0] - 1}-04-01"), pd.Timestamp(f"{years[-1]}-03-31")
    moved = orgs[orgs["succession_date"].between(first, last)]
    return moved.sort_values(["succession_date", "org_code"], ignore_index=True)
