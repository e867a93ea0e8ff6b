"""The committed notebook on replications as a page: the proofreader has nothing against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from wres_analysis.narrative.proofread import proofread, read_page
from wres_analysis.reports.export import Page, claims_of, to_html
from wres_analysis.reports.notebook import read

pytestmark = pytest.mark.integration

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "replications.ipynb"


def test_the_committed_notebook_has_nothing_against_it() -> None:
    nb = read(NOTEBOOK)
    page = read_page("replications.html", to_html(nb, Page("Replications")), claims_of(nb))
    assert [str(one) for one in proofread(page)] == []
    assert len(page.sentences) > 40
    assert any(claim.kind == "replication" for claim in page.claims.values())
