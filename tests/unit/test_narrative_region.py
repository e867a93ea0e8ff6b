"""The regional report: what it says of change, of trusts beyond a limit, of links; the proofreader finds nothing."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from html import escape
from pathlib import Path

import pandas as pd
import pytest
from proofs import handmade_panel

from wres_analysis.narrative.proofread import Document, proofread, read_page
from wres_analysis.narrative.reading import grade
from wres_analysis.narrative.region import RegionReport
from wres_analysis.narrative.region_claims import say_change
from wres_analysis.narrative.telling import CLAIMS_KIND
from wres_analysis.panel.store import PanelData, open_panel
from wres_analysis.profiles.region import region_profile
from wres_analysis.reports.export import claims_of

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]


def region_document(panel: PanelData, region: str) -> tuple[RegionReport, Document]:
    """Everything that the regional report says, as the proofreader reads it from a page."""
    report = RegionReport(region_profile(panel, region))
    prose = [
        report.heading(), report.glance(), report.coverage(), report.change_sentences(), report.within_sentences(),
        *(report.sections(form) for form in ("gap", "ratio", "difference")), report.funnel_sentences(),
        report.ladder_sentences(), report.board_sentences(), report.outcome_sentences(), report.link_sentences(),
        report.definitions(), report.data_notes(),
    ]  # fmt: skip
    tables = [
        report.indicator_table(), report.change_table(), report.within_table(),
        *(report.history_table(form) for form in ("gap", "ratio")), *report.trust_tables(pages=True),
        report.ladder_table(), report.board_table(), report.outcome_table(), report.rating_table(),
        report.detectable_table(), report.finding_table(), report.source_table(),
    ]  # fmt: skip
    pictures = [report.alt_history(form) for form in ("gap", "ratio")]
    pictures += [report.alt_funnels(form) for form in ("gap", "ratio") if len(report.drawn_funnels(form)[0])]
    parts = [one.html() for one in prose] + [one._repr_html_() for one in tables if one is not None]
    parts += [f'<img alt="{escape(text)}">' for text in pictures if text]
    outputs = [{"data": {CLAIMS_KIND: one.record()}} for one in prose]
    record = json.loads(json.dumps(claims_of({"cells": [{"outputs": outputs}]})))  # type: ignore[arg-type]
    return report, read_page("region.html", f"<body><main>{''.join(parts)}</main></body>", record)


@cache
def sample() -> tuple[RegionReport, Document]:
    return region_document(open_panel(ROOT / "data" / "sample"), "North West")


@cache
def made() -> tuple[RegionReport, Document]:
    return region_document(handmade_panel(), "North West")


@pytest.mark.parametrize("which", [sample, made])
def test_the_proofreader_finds_nothing(which) -> None:
    _, doc = which()
    assert [str(one) for one in proofread(doc)] == []
    assert len(doc.sentences) > 30


def test_the_proofreader_would_find_a_change_turned_round() -> None:
    report, _ = sample()
    told = [c for c in report.changes if c.reading == "worse"]
    assert told
    for claim in told:
        turned = say_change(dataclasses.replace(claim, reading="better"), report.standard)
        assert "improved" in turned[0] and "got worse" in say_change(claim, report.standard)[0]
        said = f'<span class="said" id="s-{claim.id}-1" data-claim="{claim.id}">{turned[0]}</span>'
        page = f"<body><main><p>{said}</p></main></body>"
        record = {
            "schema": 1, "claims": [claim.as_record()],
            "sentences": [{"id": f"s-{claim.id}-1", "claim": claim.id, "text": turned[0]}],
        }  # fmt: skip
        assert "direction" in {one.rule for one in proofread(read_page("x.html", page, record))}


def test_where_the_interval_spans_no_change_no_direction_is_named() -> None:
    report, _ = sample()
    told = [c for c in report.changes if c.reading == "unclear"]
    assert told
    for claim in told:
        text = say_change(claim, report.standard)[0]
        assert ("cannot" in text or "no clear change" in text) and "improved" not in text and "got worse" not in text


def test_every_trust_beyond_a_limit_is_named_and_no_other() -> None:
    report, _ = sample()
    points = report.profile.funnels.points
    blocks = {b.fixed.partition(":")[0]: str(b) for b in report.funnel_sentences().blocks}
    for key, part in points[points["mine"]].groupby("indicator"):
        text = blocks[f"Indicator {report.standard.indicators[str(key)].number}"]
        for row in part.itertuples():
            assert (f"({row.org_code})" in text) == (row.flag in ("95_to_99.8", "outside_99.8"))


def test_one_region_cannot_test_links_and_says_so() -> None:
    report, _ = sample()
    text = str(report.link_sentences())
    assert text.startswith("One region cannot test whether")
    assert "is not about this region" in text and "0.92" in text  # tanh(2.80 / sqrt(6 - 3))


def test_a_trusts_page_is_linked_only_where_it_is_there() -> None:
    report, _ = sample()
    assert all('<a href="trust-RZ5.html">' in one._repr_html_() for one in report.trust_tables(pages=True))
    assert not any("<a " in one._repr_html_() for one in report.trust_tables())


def test_trusts_stand_in_the_order_of_their_names() -> None:
    report, _ = sample()
    for one in report.trust_tables():
        names = [row[0] for row in one.rows]
        assert names == sorted(names) and len(names) == 6


def test_a_trust_with_few_people_shows_no_number() -> None:
    report, _ = sample()
    profile = report.profile
    trusts = profile.trusts.copy()
    first = trusts.index[0]
    numbers = [name for name, dtype in trusts.dtypes.items() if pd.api.types.is_float_dtype(dtype)]
    trusts.loc[first, numbers] = float("nan")
    trusts.loc[first, ["status", "reason", "funnel"]] = ["too_small", "a group has fewer than 10 people", ""]
    row = RegionReport(dataclasses.replace(profile, trusts=trusts)).trust_tables()[0].rows[0]
    assert set(row[1:-1]) == {"not shown", "none"} - {"none"} | ({"none"} if "none" in row else set())
    assert not any(c.isdigit() for text in row[1:-1] for c in text)


def test_sentences_can_be_read_at_fourteen() -> None:
    _, doc = sample()
    names = [i.title for i in RegionReport(sample()[0].profile).standard.indicators.values()]
    told = [one.text for one in doc.sentences if not one.claim.startswith("definition") and "glance" not in one.claim]
    lower = [n.lower() for n in names]
    grades = [grade(text, [*names, *lower, "ethnic minority staff"]) for text in told]
    assert sum(grades) / len(grades) < 9  # the house's limit for a report (docs/claims.md)
