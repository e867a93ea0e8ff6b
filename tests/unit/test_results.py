"""Folders of results: what is in them, what JSON has no number for, and which folders are left alone."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from wres_analysis.errors import RequestError
from wres_analysis.results import check_target, write_results

pytestmark = pytest.mark.unit


@pytest.fixture
def folder(tmp_path):
    frame = pd.DataFrame({"code": ["NA", "RAA"], "low": [0.1 + 0.2, np.nan], "high": [np.inf, -np.inf]})
    (tmp_path / "out").mkdir()
    write_results(
        tmp_path / "out", "trends", {"trends": frame, "more": frame[:1]}, {"note": 1}, made_from={"data": "ab"}
    )
    return tmp_path / "out"


def test_the_manifest_knows_every_file_by_its_hash(folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["data"]) == ("trends", "ab")
    assert sorted(manifest["files"]) == ["more.csv", "trends.csv", "trends.json"]
    for name, told in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == told


def test_numbers_are_as_json_and_csv_have_them(folder):
    told = json.loads((folder / "trends.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert told["note"] == 1
    assert told["rows"] == [{"code": "NA", "low": 0.3, "high": "inf"}, {"code": "RAA", "low": None, "high": "-inf"}]
    assert (folder / "trends.csv").read_bytes() == b"code,low,high\nNA,0.3,inf\nRAA,,-inf\n"


def test_only_an_earlier_result_of_the_same_kind_is_replaced(folder, tmp_path):
    data = tmp_path / "data"
    check_target(folder, data, kind="trends")
    check_target(tmp_path / "new", data, kind="trends")
    with pytest.raises(RequestError, match="not a folder that 'wres links' made"):
        check_target(folder, data, kind="links")
    with pytest.raises(RequestError, match="lie in one another"):
        check_target(data / "inside", data, kind="trends")
    (folder / "manifest.json").write_text("[]", encoding="utf-8")
    with pytest.raises(RequestError, match="not a folder that 'wres trends' made"):
        check_target(folder, data, kind="trends")
