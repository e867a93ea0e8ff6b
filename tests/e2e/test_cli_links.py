"""``wres links``, as a person calls it: a result, the same again, and requests that cannot be had."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wres_analysis.panel.store import ACCOUNT, FILES

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]

PLAN = """
[plan]
title = "Mine"
seed = 7
[[family]]
name = "primary"
adjust = ["holm", "romano_wolf"]
[[test]]
id = "A"
family = "primary"
exposure = "ind8.disadvantage"
outcome = "sickness"
lag = 1
model = "twfe"
sesoi = { change = 0.1, per = 10 }
[[test]]
id = "B"
family = "primary"
exposure = "ind8.disadvantage"
outcome = "cqc_well_led"
lag = 1
model = "ordinal"
"""


def wres(*arguments):
    command = [sys.executable, "-m", "wres_analysis", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=ROOT, timeout=300, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A PANEL folder with a random panel in it, and a plan beside it."""
    top = tmp_path_factory.mktemp("links")
    random = np.random.default_rng(2)
    panel = pd.DataFrame(
        {"org_code": np.repeat([f"RZ{i}" for i in range(9)], 5), "wres_year": [*range(2018, 2023)] * 9}
    )
    for name in ("region", "icb", "trust_type"):
        panel[name] = "London"
    for name in ("ind8.disadvantage", "sickness"):
        panel[name] = random.normal(5, 1, len(panel))
    (top / "panel").mkdir()
    for name in FILES:
        (panel if name.startswith("panel") else panel[["org_code"]]).to_parquet(top / "panel" / f"{name}.parquet")
    (top / "panel" / ACCOUNT).write_text(json.dumps({"data_hash": "ab" * 32}), encoding="utf-8")
    (top / "plan.toml").write_text(PLAN, encoding="utf-8")
    return top


def test_a_plan_is_run_and_run_again(folder, tmp_path):
    out = tmp_path / "out"
    done = wres("links", "--data", folder / "panel", "--plan", folder / "plan.toml", "--out", out)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in out.iterdir()) == ["links.csv", "links.json", "manifest.json"]
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    frame = pd.read_csv(out / "links.csv")
    frame = frame[frame["variant"] == "complete_case"]
    assert list(frame["test_id"]) == [f"{name}{lag}" for name in "AB" for lag in ("", "@lag-1", "@lag0", "@lag2")]
    assert list(frame["status"]) == ["ok"] * 4 + ["not_available"] * 4
    assert set(frame["plan_hash"]) == {json.loads(first["manifest.json"])["plan"]["hash"]}
    assert frame["plan_hash"][0] in done.stdout
    assert "B: ind8.disadvantage and cqc_well_led" in done.stdout
    again = wres("links", "--data", folder / "panel", "--plan", folder / "plan.toml", "--out", out, "--json")
    assert again.returncode == 0, again.stderr
    assert {path.name: path.read_bytes() for path in out.iterdir()} == first
    assert "NaN" not in again.stdout
    assert json.loads(again.stdout)["statuses"]["ok"] == 4
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_plan_of_the_kit_runs_where_data_lack_most_of_it(folder, tmp_path):
    done = wres("links", "--data", folder / "panel", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    frame = pd.read_csv(tmp_path / "out" / "links.csv")
    assert list(frame["test_id"]).count("S-ind1-sickness") == 1
    assert (frame["of"] == "P1").sum() == 4  # the reverse lag, two other lags, a control
    assert set(frame["status"]) == {"not_available"}
    assert "These data hold no workforce_bme_share or respondent_share.bme." in set(frame["message"])


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (
            PLAN.replace("twfe", "tfwe").replace('"A"', '"B"'),
            ["test 'B': The name is given to 2.", "'tfwe' is not known"],
        ),
        (PLAN.replace('"sickness"', '"sicknes"'), ["test 'A', key 'outcome': There is no column 'sicknes'."]),
        ("[plan", ["bad.toml: This is not TOML"]),
    ],
)
def test_mistakes_are_told_and_nothing_is_written(folder, tmp_path, plan, words):
    bad = tmp_path / "bad.toml"
    bad.write_text(plan, encoding="utf-8")
    done = wres("links", "--data", folder / "panel", "--plan", bad, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert all(word in done.stderr for word in words)
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"]


def test_a_folder_of_others_is_left_alone(folder, tmp_path):
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    done = wres("links", "--data", folder / "panel", "--out", tmp_path)
    assert done.returncode == 2
    assert "is not a folder that 'wres links' made" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
