"""On the sample, every planted error is found, and nothing else is reported."""

import re
import tomllib
from pathlib import Path

import pytest

from wres_analysis.panel.load import load_folder

pytestmark = pytest.mark.integration

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"


@pytest.fixture(scope="module")
def findings():
    quality = load_folder(SAMPLE).quality
    return quality[quality["severity"] != "note"]


@pytest.fixture(scope="module")
def planted():
    return tomllib.loads((SAMPLE / "truth.toml").read_text(encoding="utf-8"))["error"]


def rows_of(cells: str) -> set[str]:
    """The row numbers that an address names: ``Indicators 2-4!H78,G78`` gives ``{"78"}``."""
    return set(re.findall(r"[A-Z]{1,3}(\d+)", cells.rpartition("!")[2]))


def test_every_planted_error_is_found_in_its_file_and_row(findings, planted):
    for error in planted:
        same = findings[(findings["rule"] == error["rule"]) & (findings["source_file"] == error["file"])]
        rows = set().union(*(rows_of(cell) for cell in same["source_cell"])) if len(same) else set()
        assert rows & rows_of(error["cell"]), f"{error['rule']} in {error['file']} {error['cell']} was not found"
        assert set(same["org_code"]) == {error["org_code"]}


def test_nothing_else_is_reported(findings, planted):
    expected = {(e["rule"], e["file"], e["org_code"]) for e in planted}
    found = set(zip(findings["rule"], findings["source_file"], findings["org_code"], strict=True))
    assert found == expected
