"""The regional report on real data: the North West, without mental health trusts, and nothing against it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))
from test_narrative_region import region_document

from wres_analysis.narrative.proofread import proofread
from wres_analysis.panel.load import load_folder

pytestmark = pytest.mark.integration


def test_the_north_west(real_data: Path) -> None:
    report, doc = region_document(load_folder(real_data), "North West")
    assert [str(one) for one in proofread(doc)] == []
    text = str(report.coverage())
    assert "mental health trust" in text  # the extract of the standard holds none
    shown = report.profile.indicators
    shown = shown[(shown["subject"] == "region") & (shown["status"] == "observed")]
    assert 0 < shown["n_trusts"].max() < len(report.profile.subjects[0].codes)
    assert "One region cannot test" in str(report.link_sentences())
