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


ADDED = "exposure=ind8.disadvantage; outcome=sickness; lag=0; model=spearman; sample=region == 'London'"


def test_tests_of_the_command_line_are_exploratory_and_counted(folder, tmp_path):
    plan, out = folder / "plan.toml", tmp_path / "out"
    done = wres(
        "links", "--data", folder / "panel", "--plan", plan, "--out", out, "--test", ADDED, "--test", ADDED
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    frame = pd.read_csv(out / "links.csv", keep_default_na=False)
    added = frame[frame["family"] == "exploratory"]
    assert list(added["test_id"].unique()) == ["exploratory-1", "exploratory-2"]
    assert set(added.loc[added["of"] == "", "role"]) == {"exploratory"}
    assert set(added["evidence"]) <= {"", "cannot_tell", "no_evidence", "no_meaningful_effect", "weak", "no_answer"}
    assert "Exploratory: 2 of the tests were declared by no plan." in done.stdout
    said = json.loads((out / "links.json").read_text(encoding="utf-8"))
    assert said["exploratory_tests_tried"] == 2
    assert set(frame["plan_hash"]) == {said["plan"]["hash"]}


@pytest.mark.parametrize("text", ["model=ols", ADDED.replace("sickness", "sicknes"), ADDED + "; alpha=1"])
def test_a_mistake_in_an_added_test_is_told_and_nothing_is_written(folder, tmp_path, text):
    out = tmp_path / "out"
    done = wres("links", "--data", folder / "panel", "--plan", folder / "plan.toml", "--out", out, "--test", text)
    assert done.returncode == 2
    assert "exploratory-1" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


def test_variants_and_grades_are_in_the_file(folder, tmp_path):
    out = tmp_path / "out"
    done = wres("links", "--data", folder / "panel", "--plan", folder / "plan.toml", "--out", out)
    assert done.returncode == 0, done.stderr
    frame = pd.read_csv(out / "links.csv", keep_default_na=False)
    mine = frame[frame["test_id"] == "A"].set_index("variant")
    assert set(mine.index) >= {"complete_case", "imputed", "bound_low", "bound_high"}
    assert set(mine.loc[["imputed", "bound_low", "bound_high"], "of"]) == {"A"}
    assert mine.loc["complete_case", "evidence"] != ""
    said = json.loads((out / "links.json").read_text(encoding="utf-8"))["tests"]["A"]
    assert said["evidence"]["grade"] == mine.loc["complete_case", "evidence"]
    assert said["missing"]["outcome"] == {"not_yet_published": 9}


def test_a_folder_of_others_is_left_alone(folder, tmp_path):
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    done = wres("links", "--data", folder / "panel", "--out", tmp_path)
    assert done.returncode == 2
    assert "is not a folder that 'wres links' made" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
