"""Documents to proofread, made from claims alone: no kernel, no page of nbconvert, no picture."""

from __future__ import annotations

import json
from html import escape

import pandas as pd
from handmade import COMPARISON, both, missing, months, observed, organisations, panel_data, rating

from wres_analysis.narrative.disparity import AmongAll
from wres_analysis.narrative.proofread import Document, read_page
from wres_analysis.narrative.published import published_table
from wres_analysis.narrative.telling import CLAIMS_KIND
from wres_analysis.narrative.trust_ladder import TrustLadder
from wres_analysis.narrative.trust_months import TrustMonths
from wres_analysis.narrative.trust_priorities import Priorities
from wres_analysis.narrative.trust_report import TrustReport
from wres_analysis.narrative.trust_trends import TrustTrends
from wres_analysis.panel.store import PanelData
from wres_analysis.profiles.disparity import disparity
from wres_analysis.profiles.priorities import priority_rows
from wres_analysis.profiles.trust import as_of, trust_profile
from wres_analysis.reports.export import claims_of
from wres_analysis.standards import load_standard
from wres_analysis.trends.annual import annual_trends

YEAR = 2025
FORMS = ("gap", "ratio", "difference")


def trend_frame(panel: PanelData, year: int) -> pd.DataFrame:
    """The annual trends of a panel's indicators, up to a year: which each report takes its own from."""
    return annual_trends(as_of(panel, year), only=list(load_standard().indicators)).frame


def document(
    panel: PanelData, code: str, frame: pd.DataFrame | None = None, year: int | None = None,
    trends: pd.DataFrame | None = None,
) -> Document:  # fmt: skip
    """Everything that the trust report says of a trust, as the proofreader reads it from a page."""
    profile = trust_profile(panel, code, year=year)
    report = TrustReport(profile)
    if frame is None:
        frame = disparity(panel.values, profile.year, report.standard)
    among = AmongAll(frame, code, report.standard)
    change = TrustTrends(trend_frame(panel, profile.year) if trends is None else trends, code)
    months_of = TrustMonths(panel, code, profile.year)
    ladder = TrustLadder(profile)
    first = Priorities(
        priority_rows(frame, code), report.claims, change, name=profile.subjects[0].name, code=code, year=profile.year
    )
    prose = [
        report.heading(), report.glance(), report.coverage(), *(report.sections(form) for form in FORMS),
        among.sections(), report.outcome_sentences(), report.definitions(), report.data_notes(),
        change.sections(), change.celebrated(), months_of.sentences(), ladder.ladder_sentences(),
        ladder.board_sentences(),
        first.sentences(), first.links(), first.assurance_sentences(),
    ]  # fmt: skip
    tables = [
        report.indicator_table(), *(report.comparison_table(form) for form in FORMS), among.table(),
        *(report.history_table(form) for form in FORMS), report.band_table(), report.outcome_table(),
        report.rating_table(), report.trace_table(), report.source_table(), published_table(profile),
        change.table(), *(one.table() for one in months_of.drawn), ladder.ladder_table(), ladder.board_table(),
        first.table(), first.action_table(), first.front_sheet(),
    ]  # fmt: skip
    pictures = [
        *(report.alt_dots(form) for form in FORMS[:2]), *(report.alt_history(form) for form in FORMS[:2]),
        report.alt_bands(), *(among.alt(form) for form in FORMS[:2]),
        *(one.alt() for one in months_of.drawn),
    ]  # fmt: skip
    parts = [one.html() for one in prose] + [one._repr_html_() for one in tables if one is not None]
    parts += [f'<img alt="{escape(text)}">' for text in pictures if text]
    if hidden := report.hidden_bands():
        prose.append(hidden)
        parts.append(hidden.html())
    outputs = [{"data": {CLAIMS_KIND: one.record()}} for one in prose]
    record = json.loads(json.dumps(claims_of({"cells": [{"outputs": outputs}]})))  # type: ignore[arg-type]
    return read_page(f"trust-{code}.html", f"<body><main>{''.join(parts)}</main></body>", record)


def handmade_panel() -> PanelData:
    """Six trusts in two regions: differences each way, unclear and one-sided ones, hidden values, outcomes."""
    codes = [f"RZ{n}" for n in range(1, 7)]
    orgs = organisations(*((c, "London" if n < 3 else "North West", "Acute - Large") for n, c in enumerate(codes)))
    rows: list = []
    for n, code in enumerate(codes):
        size = 900 + 100 * n
        rows += [
            both(code, "ind5", YEAR, (200 + 9 * n, size), (330 + 8 * n, size)),
            both(code, "ind6", YEAR, (120, size), (126 + 20 * n, size)),
            both(code, "ind7", YEAR, (410 + 30 * n, size), (520 - 40 * n, size)),
            both(code, "ind7", YEAR - 1, (400, size), (500, size)),
            both(code, "ind2", YEAR, (300, 1000), (200 + 15 * n, 1000)),
            both(code, "ind2", YEAR - 1, (280, 1000), (210, 1000)),
            both(code, "ind3", YEAR, (20, size), (0 if n == 0 else 3 * n, 200)),
            both(code, "ind4", YEAR, (500, size), (90 + 2 * n, 200)),
            *both(code, "ind9", YEAR, (14, 16), (2 + n, 16), stratum="board_voting"),
            observed(code, "workforce_share", YEAR, 250 + 20 * n, 1000, group=COMPARISON),
            months(code, YEAR, 5 + n, 100),
            observed(code, "engagement", YEAR, value=6.789 + n / 10, base=900 + n, unit="score"),
            observed(code, "agency_share", YEAR - 1, 3e6 + n * 1e5, 1e8),
            months(code, YEAR, 95 - n, 100, measure="fft_positive", stratum="inpatient"),
        ]
        hidden = [missing(code, "ind8", YEAR, group=COMPARISON), observed(code, "ind8", YEAR, 40, 500, group="white")]
        rows += hidden if n == 1 else [both(code, "ind8", YEAR, (60, size), (90 + 15 * n, 500))]
    rows += [
        observed("RZ1", "ind1", YEAR, n + 2, 20, group=COMPARISON, stratum=s)
        for n, s in enumerate(("non_clinical|band_2", "non_clinical|vsm", "clinical|band_5"))
    ]
    rows += [observed("RZ1", "ind1", YEAR, 3, 7, group=COMPARISON, stratum="clinical|band_9")]
    rows += [rating("RZ1", "2024-05-01", 3, vintage="2025-03-31")]
    rows += [rating("RZ2", "2021-05-01", 2, vintage="2025-03-31")]
    return panel_data(*rows, orgs=orgs, checked=True)
