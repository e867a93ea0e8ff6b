"""What a region asks for: its own report, whose tables link to the pages made beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from wres_analysis.reports.batch import _of_region
from wres_analysis.reports.params import RegionReportParams, check

pytestmark = pytest.mark.unit


def test_the_regional_report_has_a_plain_name_and_links_to_its_trusts() -> None:
    request = _of_region("North East and Yorkshire", Path("panel"), 2025)
    assert request.slug == "region-north-east-and-yorkshire" and request.slug.isascii()
    assert isinstance(request.params, RegionReportParams) and request.params.trust_pages
    assert request.notebook_path.is_file()
    check(request.params, years=[2024, 2025])
