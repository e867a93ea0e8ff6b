"""NHS Staff Survey: two editions of the benchmark workbook, and the detailed spreadsheets of three surveys."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wres_analysis.sample.counts import Survey, World, draw_survey, exists
from wres_analysis.sample.documents import Document, Documents, Rows
from wres_analysis.sample.places import ICBS, PREDECESSOR, SUCCESSOR, Trust
from wres_analysis.sample.survey_layout import BACKGROUND, BASE, ETHNIC_GROUPS, HEALTH_1, HEALTH_2, ID_COLUMNS, THEMES

__all__ = ["BENCHMARK_SHEETS", "STEMS", "SUPPRESS_BELOW", "benchmark_editions", "survey_documents"]

BENCHMARK_SHEETS = (
    "Acute&Acute Community Trusts",
    "Acute Specialist Trusts",
    "MH&LD, MH, LD&Community Trusts",
    "Community Trusts",
    "Ambulance Trusts",
)
STEMS = ("har_from_pat", "har_from_staff", "equal", "q16b")
#: A group with fewer responses than this is left blank in the benchmark workbook.
SUPPRESS_BELOW = 11
#: The first edition that counts "don't know" in the base of indicator 7; it applies to all of its years.
_NEW_BASE = 2021
_DETAILED_SUPPRESS_BELOW = 10


def benchmark_editions(world: World) -> list[int]:
    """The newest survey of each edition: five surveys each, sharing one, back to the first."""
    editions = [world.last_year - 1]
    while editions[-1] - 4 > world.first_year - 1:
        editions.append(editions[-1] - 4)
    return sorted(editions)


def survey_documents(world: World) -> Documents:
    """Every file of the staff survey."""
    surveys = {year: draw_survey(world, year) for year in range(world.first_year - 1, world.last_year + 2)}
    documents: Documents = {}
    for edition in benchmark_editions(world):
        years = [year for year in range(edition - 4, edition + 1) if year in surveys]
        name = f"staff-survey/Benchmark-report-Excel-data-for-{years[0]}-{edition}.xlsx"
        documents[name] = _benchmark(world, [surveys[year] for year in years], edition)
    for year in range(world.last_year - 1, world.last_year + 2):
        name = f"staff-survey/NSS{year % 100:02d} detailed spreadsheets organisational results.xlsx"
        documents[name] = _detailed(world, surveys[year])
    return documents


def _fieldwork(year: int) -> dt.date:
    return dt.date(year, 10, 15)


# The benchmark workbook ------------------------------------------------------------------------------------


def _benchmark(world: World, surveys: list[Survey], edition: int) -> Document:
    years = [survey.year for survey in surveys]
    header: list[Any] = ["org_id", "org_name", "org_type_reporting_name"]
    for stem in STEMS:
        for digit in (1, 2):
            header += [f"{stem}_eth_summary_{digit}_{year}" for year in years]
            header += [f"{stem}_eth_summary_n_{digit}_{year}" for year in years]
    header += [f"theme_engagement_{year}" for year in years]
    header += [f"theme_engagement_n_{year}" for year in years]
    header += [f"response_rate_{year}" for year in years]
    # Older years are weighted again in each edition, so their scores move in the third decimal.
    again = {
        year: np.round(0.008 * world.stream(f"edition {edition} {year}").standard_normal(len(world.trusts)), 6)
        if year < edition
        else np.zeros(len(world.trusts))
        for year in years
    }
    columns = {survey.year: _groups(survey, new_base=edition >= _NEW_BASE) for survey in surveys}
    sheets: dict[str, Rows] = {
        "Notes": _benchmark_notes(header),
        "Organisation Benchmark groups": [["org_id", "org_name", "org_type_reporting_name"]],
    }
    members: dict[str, Rows] = {sheet: [list(header)] for sheet in BENCHMARK_SHEETS}
    for trust in world.trusts:
        if not exists(world, trust.position, _fieldwork(edition)):
            continue
        who: list[Any] = [trust.code, trust.name, trust.kind.survey_group]
        sheets["Organisation Benchmark groups"].append(who)
        members[trust.kind.survey_sheet].append(who + _values(world, surveys, columns, again, trust.position))
    sheets.update(members)
    sheets["ICBs"] = _boards(world, header, edition)
    return Document(sheets)


def _groups(survey: Survey, *, new_base: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return yes and answered, trusts x questions x groups, on the edition's base of indicator 7."""
    answered = survey.answered.copy()
    if not new_base:
        answered[:, 2] -= survey.dont_know
    return survey.yes, answered


def _values(
    world: World,
    surveys: list[Survey],
    columns: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]],
    again: dict[int, NDArray[np.float64]],
    position: int,
) -> Rows | list[Any]:
    """The value cells of one trust. A merged trust has no results from before its merger, and has blanks."""
    without_history = {
        survey.year
        for survey in surveys
        if world.merges
        and position == SUCCESSOR
        and exists(world, PREDECESSOR, _fieldwork(survey.year))
        and not exists(world, PREDECESSOR, _fieldwork(surveys[-1].year))
    }
    cells: list[Any] = []
    for question in range(len(STEMS)):
        for group in (0, 1):
            shares, bases = [], []
            for survey in surveys:
                yes, answered = columns[survey.year]
                base = int(answered[position, question, group])
                shown = base >= SUPPRESS_BELOW and survey.year not in without_history
                shares.append(int(yes[position, question, group]) / base if shown else None)
                bases.append(base if shown else None)
            cells += shares + bases
    for survey in surveys:
        blank = survey.year in without_history
        cells.append(None if blank else float(np.round(survey.engagement[position] + again[survey.year][position], 9)))
    cells += [None if s.year in without_history else int(s.respondents[position]) for s in surveys]
    return cells + [
        None if s.year in without_history else round(int(s.respondents[position]) / int(s.sent[position]), 6)
        for s in surveys
    ]


def _boards(world: World, header: list[Any], edition: int) -> Rows:
    """Two integrated care boards: organisations of the publication that are not trusts."""
    rng = world.stream(f"boards {edition}")
    rows: Rows = [list(header)]
    for icb in (ICBS[0][0], ICBS[3][0]):
        row: list[Any] = [icb.code, f"NHS {icb.name} ICB", "ICBs"]
        for name in header[3:]:
            if "_n_" in name:
                row.append(int(rng.integers(20, 60) if "_n_2_" in name else rng.integers(180, 320)))
            elif name.startswith("theme"):
                row.append(float(np.round(6.6 + 0.2 * rng.standard_normal(), 6)))
            else:
                row.append(round(float(rng.integers(30, 300)) / 1000.0, 6))
        rows.append(row)
    return rows


def _benchmark_notes(header: list[Any]) -> Rows:
    meaning = {
        "har_from_pat_eth_summary": "Harassment, bullying or abuse from patients, relatives or the public",
        "har_from_staff_eth_summary": "Harassment, bullying or abuse from staff",
        "equal_eth_summary": "Belief that the organisation provides equal opportunities",
        "q16b_eth_summary": "Discrimination from a manager, team leader or other colleagues",
        "theme_engagement": "Staff engagement theme score",
        "response_rate": "Response rate",
    }
    rows: Rows = [["FICTIONAL DATA. No organisation of this workbook exists."], [], ["Variable", "Description"]]
    for name in header[3:]:
        text = next(words for stem, words in meaning.items() if name.startswith(stem))
        group = ", White" if "_1_" in name else ", BME" if "_2_" in name else ""
        count = " (number of responses)" if "_n_" in name else ""
        rows.append([name, f"{text}{group}{count}, {name[-4:]}"])
    return rows


# The detailed spreadsheets ---------------------------------------------------------------------------------


def _detailed(world: World, survey: Survey) -> Document:
    rng = world.stream(f"detailed {survey.year}")
    shown = [t for t in world.trusts if exists(world, t.position, _fieldwork(survey.year))]
    organisations: list[tuple[list[Any], int | None]] = []
    for icb in (ICBS[0][0], ICBS[3][0]):
        organisations.append(([icb.code, f"NHS {icb.name} ICB", "ICBs", "-", "-", "Unweighted"], None))
    organisations += [(_who(trust), trust.position) for trust in shown]
    health_1: list[list[Any]] = []
    health_2: list[list[Any]] = []
    background: list[list[Any]] = []
    themes: list[list[Any]] = []
    for who, position in organisations:
        health_1.append(who + _health_1(rng, survey, position))
        health_2.append(who + _health_2(rng, survey, position))
        background.append(who + _background(rng, survey, position))
        themes.append(who + _themes(rng, survey, position))
    year = survey.year
    return Document(
        {
            "Notes": _notes(year),
            "HEALTH WELLBEING SAFETY Q13-14": _sheet(
                year, "HEALTH WELLBEING SAFETY Q13-14 Q13a-Q14d", HEALTH_1, health_1
            ),
            "HEALTH WELLBEING SAFETY Q15-17": _sheet(
                year, "HEALTH WELLBEING SAFETY Q15-17 Q15-Q17b", HEALTH_2, health_2
            ),
            "BACKGROUND INFORMATION Q27-30": _sheet(
                year, "BACKGROUND INFORMATION Q27-30 Q27a-Q30", BACKGROUND, background
            ),
            "THEMES": _sheet(year, "THEMES Staff Engagement-M_3", tuple((t, (h,)) for t, h in THEMES), themes),
        }
    )


def _who(trust: Trust) -> list[Any]:
    return [
        trust.code,
        trust.name,
        trust.kind.survey_group,
        trust.region.name,
        trust.icb.name,
        "Occupation Group",
    ]


def _notes(year: int) -> Rows:
    return [
        [],
        [None, f"NHS Staff Survey {year} - Detailed Spreadsheets"],
        [],
        [None, "Organisational results"],
        [None, "FICTIONAL DATA. No organisation of this document exists."],
        [None, "Contents"],
        [None, "The sheets contain the weighted results for each question and for the Theme scores and sub-scores."],
    ]


def _sheet(year: int, title: str, questions: tuple[tuple[str, tuple[str, ...]], ...], rows: Rows) -> Rows:
    asked: list[Any] = [f"NHS Staff Survey {year} - WEIGHTED Results", None, None, None, None, None]
    header: list[Any] = list(ID_COLUMNS)
    for question, options in questions:
        asked += [question, *[None] * len(options)]
        header += [*options, BASE]
    note = (
        "\nNote: In order to the preserve anonymity of individual staff, where there were fewer than 10 responses to "
        "a question results are not displayed"
    )
    return [asked, [title], [note], [], header, *rows]


def _percent(counts: list[int], base: int | None = None) -> list[Any]:
    """Percentages and their base, or dashes where too few answered."""
    total = sum(counts) if base is None else base
    if total < _DETAILED_SUPPRESS_BELOW:
        return ["-"] * (len(counts) + 1)
    return [100.0 * count / total for count in counts] + [total]


def _often(rng: np.random.Generator, times: int, total: int, rate: float | None = None) -> list[Any]:
    """How often it happened: never, and four amounts. ``rate`` is the published share that had it, 0-1."""
    if total < _DETAILED_SUPPRESS_BELOW:
        return ["-"] * 6
    amounts = rng.multinomial(times, [0.60, 0.22, 0.07, 0.11])
    share = times / total if rate is None else rate
    scale = 100.0 * share / times if times else 0.0
    return [100.0 - 100.0 * share, *(float(amount * scale) for amount in amounts), total]


def _pooled(
    survey: Survey, position: int, question: int, yes: NDArray[np.int64] | None = None
) -> tuple[float, int, int]:
    """Return the all-staff share, its count of White and BME answers, and the base with those of unknown group.

    The share is that of White and BME answers together, so it lies between the two groups' shares.
    """
    happened = int((survey.yes[position, question] if yes is None else yes[position]).sum())
    known = int(survey.answered[position, question].sum())
    unknown = round(0.98 * int(survey.unknown[position]))
    return happened / max(known, 1), happened, known + unknown


def _health_1(rng: np.random.Generator, survey: Survey, position: int | None) -> list[Any]:
    if position is None:
        total = int(rng.integers(200, 400))
        cells = []
        for rate in (0.005, 0.001, 0.001):
            cells += _often(rng, int(rng.binomial(total, rate)), total)
        cells += ["-"] * 7
        for rate in (0.05, 0.06, 0.08):
            cells += _often(rng, int(rng.binomial(total, rate)), total)
        return cells + _percent([int(n) for n in rng.multinomial(40, [0.4, 0.05, 0.45, 0.04, 0.02, 0.04])])
    total = int(survey.respondents[position])
    abuse, _, base = _pooled(survey, position, 0)
    cells = []
    violent = 0
    for rate in (0.5 * abuse, 0.006, 0.016):
        times = int(rng.binomial(total, rate))
        violent += times
        cells += _often(rng, times, total)
    cells += _percent([int(n) for n in rng.multinomial(violent, [0.58, 0.06, 0.22, 0.03, 0.05, 0.06])])
    cells += _often(rng, round(abuse * base), base, abuse)
    for counts in (survey.managers, survey.colleagues):
        share, _, asked = _pooled(survey, position, 1, counts)
        cells += _often(rng, round(share * asked), asked, share)
    reported = rng.multinomial(round(0.9 * abuse * base), [0.40, 0.06, 0.43, 0.04, 0.03, 0.04])
    return cells + _percent([int(n) for n in reported])


def _health_2(rng: np.random.Generator, survey: Survey, position: int | None) -> list[Any]:
    if position is None:
        total = int(rng.integers(200, 400))
        answers = rng.multinomial(total, [0.60, 0.10, 0.30])
        public, colleagues = int(rng.binomial(total, 0.005)), int(rng.binomial(total, 0.045))
        cells = _percent([int(n) for n in answers])
        cells += _percent([public, total - public]) + _percent([colleagues, total - colleagues])
        cells += _grounds(rng, colleagues) + _often(rng, 1, total) + _often(rng, 4, total)
        return cells
    fair, _, base = _pooled(survey, position, 2)
    not_known, _, _ = _pooled(survey, position, 2, survey.dont_know)
    cells = [100.0 * fair, 100.0 - 100.0 * fair - 100.0 * not_known, 100.0 * not_known, base]
    abuse, _, _ = _pooled(survey, position, 0)
    total = int(survey.respondents[position])
    public = int(rng.binomial(total, 0.35 * abuse))
    cells += _percent([public, total - public])
    share, happened, base = _pooled(survey, position, 3)
    cells += [100.0 * share, 100.0 - 100.0 * share, base]
    cells += _grounds(rng, happened + public)
    cells += _often(rng, int(rng.binomial(total, 0.3 * abuse)), total)
    return cells + _often(rng, int(rng.binomial(total, 0.037)), total)


def _grounds(rng: np.random.Generator, base: int) -> list[Any]:
    """Grounds of discrimination: 100 where ten or more name one, as the published file oddly has it, and its base."""
    cells: list[Any] = []
    for rate in (0.5, 0.2, 0.05, 0.04, 0.1, 0.2, 0.25):
        named = int(rng.binomial(base, rate))
        if base < _DETAILED_SUPPRESS_BELOW:
            cells += ["-", "-"]
        else:
            cells += ["-" if named < _DETAILED_SUPPRESS_BELOW else 100.0, base]
    return cells


def _background(rng: np.random.Generator, survey: Survey, position: int | None) -> list[Any]:
    if position is None:
        white, bme = int(rng.integers(200, 300)), int(rng.integers(30, 60))
        total = white + bme + 5
    else:
        white, bme = int(survey.white[position]), int(survey.bme[position])
        total = int(survey.respondents[position])

    def split(number: int, shares: list[float]) -> list[int]:
        # fsum: from Python 3.12 on the built-in sum rounds floats differently, and the bytes would differ with it.
        whole = math.fsum(shares)
        return [int(n) for n in rng.multinomial(number, [share / whole for share in shares])]

    ethnic = split(white, [share for _, share in ETHNIC_GROUPS[:4]]) + split(bme, [s for _, s in ETHNIC_GROUPS[4:]])
    return [
        *_percent(split(total, [0.75, 0.21, 0.002, 0.003, 0.035])),
        *_percent(split(total, [0.962, 0.003, 0.035])),
        *_percent(split(total, [0.006, 0.15, 0.24, 0.25, 0.32, 0.034])),
        *_percent(ethnic),
        *_percent(split(total, [0.88, 0.02, 0.017, 0.006, 0.077])),
        *_percent(split(total, [0.40, 0.42, 0.007, 0.025, 0.002, 0.045, 0.008, 0.015, 0.078])),
    ]


def _themes(rng: np.random.Generator, survey: Survey, position: int | None) -> list[Any]:
    score = 6.6 if position is None else float(survey.engagement[position])
    total = int(rng.integers(200, 400)) if position is None else int(survey.respondents[position])
    first, second, morale = (float(np.round(0.15 * rng.standard_normal(), 9)) for _ in range(3))
    # The score is the mean of its three parts.
    motivation, involvement = score + 0.12 + first, score + 0.02 + second
    parts = [score, motivation, involvement, 3.0 * score - motivation - involvement]
    parts += [score - 0.9 + morale, score - 0.9 + morale - 0.1, score - 1.0 + morale - 0.2, score - 0.8 + morale + 0.3]
    cells: list[Any] = []
    for part in parts:
        cells += [float(np.round(part, 9)), total]
    return cells
