"""``wres trends``, as a person calls it: a result, the same again, and requests that cannot be had."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from wres_analysis.sample import write_sample
from wres_analysis.trends.frames import TREND_COLUMNS

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
FILES = ["false_signals.csv", "manifest.json", "monthly.csv", "points.csv", "trends.csv", "trends.json"]


def wres(*arguments):
    command = [sys.executable, "-m", "wres_analysis", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=ROOT, timeout=300, check=False)


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    """A PANEL folder of fourteen fictional trusts and five years."""
    top = tmp_path_factory.mktemp("trends")
    write_sample(top / "files", trusts=14, first_year=2019, last_year=2023)
    done = wres("load", top / "files", "--out", top / "panel")
    assert done.returncode == 0, done.stderr
    return top / "panel"


def test_trends_are_written_and_the_same_again(panel, tmp_path):
    out = tmp_path / "out"
    done = wres("trends", "--data", panel, "--out", out, "--since", 2020)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in out.iterdir()) == FILES
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    frame = pd.read_csv(out / "trends.csv", keep_default_na=False)
    assert list(frame.columns) == list(TREND_COLUMNS)
    assert set(frame["subject"]) == {"trust", "region", "england"}
    assert set(frame.loc[frame["status"] == "ok", "limits"]) == {"trial"}
    assert set(frame["baseline_year"]) == {2020.0}
    rates = pd.read_csv(out / "false_signals.csv", keep_default_na=False)
    assert {"real", "nothing_happening"} <= set(rates.loc[rates["measure"] == "sickness", "series"])
    rows = json.loads(first["trends.json"])["rows"]
    assert len(rows) == len(frame)
    assert "5% of trusts would still be named" in done.stdout
    again = wres("trends", "--data", panel, "--out", out, "--since", 2020, "--json")
    assert again.returncode == 0, again.stderr
    assert {path.name: path.read_bytes() for path in out.iterdir()} == first
    assert "NaN" not in again.stdout
    assert json.loads(again.stdout)["covid"] == "keep"


def test_the_year_of_the_pandemic_can_be_left_out(panel, tmp_path):
    done = wres("trends", "--data", panel, "--out", tmp_path / "out", "--covid", "leave_out")
    assert done.returncode == 0, done.stderr
    frame = pd.read_csv(tmp_path / "out" / "trends.csv", keep_default_na=False)
    assert set(frame["covid"]) == {"leave_out"}
    assert frame["years_left_out"].str.contains("2021 (covid)", regex=False).any()
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["covid"] == "leave_out"


def test_a_folder_of_others_is_left_alone(panel, tmp_path):
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    done = wres("trends", "--data", panel, "--out", tmp_path)
    assert done.returncode == 2
    assert "is not a folder that 'wres trends' made" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    inside = wres("trends", "--data", panel, "--out", panel / "trends")
    assert inside.returncode == 2
    assert "lie in one another" in inside.stderr
