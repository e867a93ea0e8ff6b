"""One trust's results: panel in, result frames out.

Every figure, table and sentence of a trust report comes from the frames made here. An estimate always travels
with its bases, interval, method and source cells; where there is no interval the reason stands in its place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from wres_analysis.errors import RequestError
from wres_analysis.panel.store import PanelData
from wres_analysis.profiles.board import board_rows
from wres_analysis.profiles.frames import SOURCE_COLUMNS, Subject, typed
from wres_analysis.profiles.indicators import band_rows, indicator_history, indicator_rows
from wres_analysis.profiles.ladder import ladder_rows
from wres_analysis.profiles.outcomes import month_rows, outcome_rows, rating_rows
from wres_analysis.standards import Standard, load_outcomes, load_standard

__all__ = ["Subject", "TrustProfile", "as_of", "trust_profile"]

_ABOUT = ("org_name", "region", "icb", "trust_type", "trust_subtype")


@dataclass(frozen=True)
class TrustProfile:
    """The result frames of one trust and year.

    Parameters
    ----------
    code, year
        The trust and the WRES year.
    about
        ``org_name, region, icb, trust_type, trust_subtype``; blank where no file says.
    subjects
        The trust, then its comparisons, the one asked for first. Each includes this trust; England is always there.
    indicators
        One row per indicator and subject (:data:`~wres_analysis.profiles.frames.INDICATOR_COLUMNS`).
    history
        One row per indicator and year, the trust alone, same columns.
    bands
        One row per staff group and pay band.
    ladder
        One row per staff group, pair of rungs and subject (:data:`~wres_analysis.profiles.ladder.LADDER_COLUMNS`).
    board
        One row per part of the board and subject (:data:`~wres_analysis.profiles.board.BOARD_COLUMNS`).
    outcomes
        One row per outcome and subject (:data:`~wres_analysis.profiles.frames.OUTCOME_COLUMNS`).
    ratings
        Rating events of the trust and its locations.
    months
        The monthly series of outcomes, of the trust and its comparisons.
    findings
        What the quality rules found of this trust and year.
    sources
        The files that the trust's values came from, with their hashes.
    uncovered
        Trust types of which no trust has an indicator that year.
    fictional
        Whether the data are the kit's own sample.
    """

    code: str
    year: int
    about: dict[str, str]
    subjects: tuple[Subject, ...]
    indicators: pd.DataFrame
    history: pd.DataFrame
    bands: pd.DataFrame
    ladder: pd.DataFrame
    board: pd.DataFrame
    outcomes: pd.DataFrame
    ratings: pd.DataFrame
    months: pd.DataFrame
    findings: pd.DataFrame
    sources: pd.DataFrame
    uncovered: tuple[str, ...] = ()
    fictional: bool = False


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
    if year is None:
        seen = values[_split(values, standard) & (values["org_code"] == code)]
        year = int((seen if len(seen) else mine)["wres_year"].max())
    if year not in set(mine["wres_year"]):
        have = ", ".join(str(y) for y in sorted(mine["wres_year"]))
        raise RequestError(f"The data hold nothing of {code} in WRES {year}. They hold {have}.")

    def subjects_of(one: int) -> tuple[Subject, ...]:
        return _subjects(panel[panel["wres_year"] == one], code, compare)

    subjects = subjects_of(year)
    row = mine[mine["wres_year"] == year].iloc[0]
    about = {name: str(row[name]) for name in _ABOUT}
    bands = band_rows(data.observations, values, code, year, standard, outcomes)
    ratings = rating_rows(data.events, code, year, outcomes)
    return TrustProfile(
        code=code,
        year=year,
        about=about,
        subjects=subjects,
        indicators=indicator_rows(values, year, subjects, standard),
        history=indicator_history(values, code, year, about["org_name"], standard),
        bands=bands,
        ladder=ladder_rows(data.observations, year, subjects, standard, outcomes),
        board=board_rows(values, year, subjects, standard),
        outcomes=outcome_rows(values, data.events, year, subjects_of, outcomes),
        ratings=ratings,
        months=month_rows(data.observations, year, subjects, outcomes, standard),
        findings=_findings(data.quality, code, year),
        sources=_sources(data, values, code, year, bands, ratings),
        uncovered=_uncovered(panel[panel["wres_year"] == year], values, year, standard),
        fictional=bool(data.account.get("fictional", False)),
    )


def as_of(data: PanelData, year: int) -> PanelData:
    """The panel as it stood in a WRES year: annual tables without the years that follow.

    A report on an earlier year must not draw a line through years that it does not know. Observations and events are
    left as they are: they are asked for by date.
    """
    later = ("values", "values_pooled", "panel", "panel_pooled")
    kept = {name: frame[frame["wres_year"] <= year] for name, frame in data.tables.items() if name in later}
    return replace(data, tables=dict(data.tables) | kept)


def _split(values: pd.DataFrame, standard: Standard) -> pd.Series:
    """Which values are an indicator's, of the comparison group, and observed."""
    of_group = values["measure"].isin(standard.indicators) & (values["group"] == standard.comparison_group)
    return of_group & (values["status"] == "observed")


def _uncovered(panel: pd.DataFrame, values: pd.DataFrame, year: int, standard: Standard) -> tuple[str, ...]:
    """Trust types of which no trust has an indicator split by group."""
    seen = values.loc[_split(values, standard) & (values["wres_year"] == year), "org_code"]
    any_trust = panel["org_code"].isin(seen).groupby(panel["trust_type"]).any()
    return tuple(str(kind) for kind, has in any_trust.items() if kind and not has)


def _subjects(panel: pd.DataFrame, code: str, compare: str) -> tuple[Subject, ...]:
    """The trust and its comparisons among the trusts of one year. A region or type that is not known is left out."""
    row = panel[panel["org_code"] == code].iloc[0]
    trust = Subject("trust", str(row["org_name"]) or code, frozenset([code]))
    places = {"region": str(row["region"]), "type": f"{row['trust_type']} trusts"}
    columns = {"region": "region", "type": "trust_type"}
    order = ("type", "region") if compare == "type" else ("region", "type")
    known = [
        Subject(key, places[key], frozenset(panel.loc[panel[columns[key]] == row[columns[key]], "org_code"]))
        for key in order
        if row[columns[key]]
    ]
    england = Subject("england", "England", frozenset(panel["org_code"]))
    return (trust, england, *known) if compare == "england" else (trust, *known, england)


def _findings(quality: pd.DataFrame, code: str, year: int) -> pd.DataFrame:
    mine = (quality["org_code"] == code) & (quality["wres_year"] == year).fillna(False)
    return quality[mine].reset_index(drop=True)


def _sources(
    data: PanelData, values: pd.DataFrame, code: str, year: int, bands: pd.DataFrame, ratings: pd.DataFrame
) -> pd.DataFrame:
    """The files behind the trust's values, with their hashes, and how many values each gave."""
    mine = values[(values["org_code"] == code) & (values["wres_year"] <= year) & (values["status"] == "observed")]
    cells = pd.concat([mine["source_cells"].str.split("; ").explode(), bands["source_cells"]])
    names = pd.concat([cells.str.split("!", n=1).str[0], ratings["source_file"]]).value_counts()
    files = [
        {name: file[name] for name in ("name", "title", "publisher", "note", "sha256")}
        | {"values": int(names[file["name"]])}
        for file in data.account["files"]
        if file["name"] in names.index
    ]
    return typed(list(files), SOURCE_COLUMNS).sort_values(["publisher", "name"], ignore_index=True)
