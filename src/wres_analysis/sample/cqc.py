"""The Care Quality Commission's latest ratings: four editions, so that ratings accumulate from one to the next."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from wres_analysis.sample.counts import MERGER, World, exists
from wres_analysis.sample.documents import Document, Documents, Rows
from wres_analysis.sample.places import PREDECESSOR, SUCCESSOR, Trust

__all__ = ["NEVER_RATED", "cqc_documents", "draw_ratings"]

RATINGS = ("Inadequate", "Requires improvement", "Good", "Outstanding")
#: Log odds at which one rating becomes the next.
_THRESHOLDS = np.array([-3.2, -0.1, 3.0])
_QUESTIONS = ("Safe", "Effective", "Caring", "Responsive", "Well-led")
#: How much kinder each question's ratings are than those of well-led.
_KINDER = {"Safe": -0.8, "Effective": 0.6, "Caring": 2.2, "Responsive": 0.0, "Well-led": 0.0, "Overall": 0.0}
#: Positions of trusts that no edition rates.
NEVER_RATED = (9, 20)

#: (date, chance that a trust is inspected between the date before and this, months before the date it is spread over)
_ROUNDS = (
    (dt.date(2018, 5, 1), 0.90, 20),
    (dt.date(2020, 2, 1), 0.75, 18),
    (dt.date(2023, 11, 1), 0.70, 26),
    (dt.date(2026, 4, 1), 0.55, 24),
)
_EDITIONS = (dt.date(2018, 6, 1), dt.date(2021, 2, 1), dt.date(2023, 12, 1), dt.date(2026, 5, 5))
#: Trusts have had no new overall rating since the end of this year.
_LAST_OVERALL = 2023


@dataclass(frozen=True)
class Rating:
    """One inspection of one trust: domain -> rating, published on a date."""

    position: int
    published: dt.date
    ratings: dict[str, str]


def draw_ratings(world: World) -> list[Rating]:
    """Draw every inspection: an ordinal answer to what is true of the trust, with logistic noise."""
    rng = world.stream("inspections")
    inspections = []
    for end, chance, spread in _ROUNDS:
        held = rng.random(len(world.trusts)) < chance
        back = rng.integers(0, spread * 30, len(world.trusts))
        noise = rng.logistic(size=(len(world.trusts), len(_QUESTIONS) + 1))
        for trust in world.trusts:
            published = end - dt.timedelta(days=int(back[trust.position]))
            if not held[trust.position] or trust.position in NEVER_RATED:
                continue
            if not exists(world, trust.position, published):
                continue
            own = float(world.latent.well_led[trust.position])
            domains = [*_QUESTIONS, *(["Overall"] if published.year <= _LAST_OVERALL else [])]
            score = {
                domain: own
                + _KINDER[domain]
                + float(noise[trust.position, number]) * (1.0 if domain == "Well-led" else 0.7)
                for number, domain in enumerate(domains)
            }
            ratings = {domain: RATINGS[int(np.searchsorted(_THRESHOLDS, value))] for domain, value in score.items()}
            inspections.append(Rating(trust.position, published, ratings))
    return inspections


def cqc_documents(world: World) -> Documents:
    """The editions that fall into the sample's years."""
    inspections = draw_ratings(world)
    last = dt.date(world.last_year + 2, 3, 31)
    documents: Documents = {}
    for edition in _EDITIONS:
        if dt.date(world.first_year - 1, 4, 1) <= edition <= last:
            known = [rating for rating in inspections if rating.published < edition]
            documents[f"cqc/{edition:%d}_{edition:%B}_{edition.year}_Latest_ratings.ods"] = _edition(
                world, edition, known
            )
    return documents


def _edition(world: World, edition: dt.date, inspections: list[Rating]) -> Document:
    newer = edition.year >= 2023
    banner: Rows = []
    if newer:
        banner = [
            ["CQC latest ratings"],
            [f"Published {edition:%d/%m/%Y}. FICTIONAL DATA: no organisation of this file exists."],
            [],
            ["Ratings are those in force on the day of publication."],
            [],
        ]
    return Document(
        {
            "Locations": banner + _locations(world, edition, inspections),
            "Providers": banner + _providers(world, edition, inspections),
        }
    )


def _latest(inspections: list[Rating], position: int) -> dict[str, tuple[str, dt.date]]:
    """Domain -> (rating, date) as it stands: an overall rating stays when later inspections give none."""
    latest: dict[str, tuple[str, dt.date]] = {}
    for rating in sorted(inspections, key=lambda r: r.published):
        if rating.position == position:
            latest |= {domain: (word, rating.published) for domain, word in rating.ratings.items()}
    return latest


def _question_heading(edition: dt.date) -> str:
    return "Key Question" if edition.year < 2020 else "Domain"


def _providers(world: World, edition: dt.date, inspections: list[Rating]) -> Rows:
    rows: Rows = [
        [
            *("Provider ID", "Provider Name", "Provider Type", "Provider Primary Inspection Category"),
            *("Service / Population Group", _question_heading(edition), "Latest Rating", "Publication Date"),
            *("Report Type", "URL", "Brand ID", "Brand Name"),
        ]
    ]
    for trust in world.trusts:
        if not exists(world, trust.position, edition):
            continue
        who: list[Any] = [trust.code, trust.name, "NHS Healthcare Organisation", trust.kind.inspection_category]
        for domain, (word, published) in _latest(inspections, trust.position).items():
            rows.append(
                [*who, "Overall", domain, word, f"{published:%d/%m/%Y}", "Provider", _url(trust.code), "-", "-"]
            )
    independent = [
        "1-9990000001",
        "Primrose Quay Care Limited",
        "Independent Healthcare Organisation",
        "Hospice services",
    ]
    rows.append([*independent, "Overall", "Overall", "Good", "14/02/2018", "Provider", _url("1-9990000001"), "-", "-"])
    return rows


def _url(code: str) -> str:
    return f"https://www.cqc.org.uk/provider/{code}"


def _locations(world: World, edition: dt.date, inspections: list[Rating]) -> Rows:
    """One main location for each rated trust; the merged trust's hospital carries its rating to the successor."""
    newer, inherits = edition.year >= 2023, edition.year >= 2020
    header: list[Any] = ["Location ID", *(["Location ODS Code"] if newer else []), "Location Name", "Care Home?"]
    header += [
        "Location Type",
        "Location Primary Inspection Category",
        "Location Street Address",
        "Location Address Line 2",
    ]
    header += ["Location City", "Location Post Code", "Location Local Authority", "Location Region"]
    header += [*(["Location NHS Region"] if newer else []), "Location ONSPD CCG Code", "Location ONSPD CCG"]
    header += ["Location Commissioning CCG Code", "Location Commissioning CCG Name"]
    header += [
        "Service / Population Group",
        _question_heading(edition),
        "Latest Rating",
        "Publication Date",
        "Report Type",
    ]
    header += [*(["Inherited Rating (Y/N)"] if inherits else []), "URL", "Provider ID", "Provider Name"]
    header += ["Brand ID", "Brand Name"]
    rows: Rows = [header]
    for trust in world.trusts:
        gone = world.merges and trust.position == PREDECESSOR and edition >= MERGER
        owner: Trust = world.trusts[SUCCESSOR] if gone else trust
        code = f"{trust.code}01"
        for domain, (word, published) in _latest(inspections, trust.position).items():
            if domain != "Overall":
                continue
            row: list[Any] = [code, *([code] if newer else []), f"{trust.place} Main Site", "N"]
            row += ["NHS Healthcare Organisation", trust.kind.inspection_category, "1 Invented Street", ""]
            row += [trust.place, "ZZ99 9ZZ", trust.place, trust.region.name]
            row += [*([trust.region.name] if newer else []), "", "", "", ""]
            row += ["Overall", domain, word, f"{published:%d/%m/%Y}", "Location"]
            row += [*(["Y" if gone else "N"] if inherits else []), f"https://www.cqc.org.uk/location/{code}"]
            rows.append([*row, owner.code, owner.name, "-", "-"])
    return rows
