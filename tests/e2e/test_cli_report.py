"""``wres report``, as a person calls it: on the sample, on the real files, and with requests that cannot be had."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]


def wres(*arguments):
    command = [sys.executable, "-m", "wres_analysis", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=ROOT, timeout=600, check=False)


def text_of(page: Path) -> str:
    return " ".join(BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").get_text(" ").split())


@pytest.fixture(scope="module")
def sample_panel(tmp_path_factory):
    panel = tmp_path_factory.mktemp("sample") / "panel"
    loaded = wres("load", ROOT / "data" / "sample", "--out", panel)
    assert loaded.returncode == 0, loaded.stderr
    return panel


@pytest.fixture(scope="module")
def real_panel(real_data, tmp_path_factory):
    panel = tmp_path_factory.mktemp("real") / "panel"
    loaded = wres("load", real_data, "--out", panel)
    assert loaded.returncode == 0, loaded.stderr
    return panel


def test_one_trust_of_the_sample(sample_panel, tmp_path):
    done = wres("report", "--data", sample_panel, "--trust", "rz5", "--out", tmp_path / "site")
    assert done.returncode == 0, done.stderr
    page = Path(done.stdout.strip().splitlines()[-1])
    assert page.is_file()
    text = text_of(page)
    assert "This trust is fictional." in text
    assert "Indicator 7: belief in equal opportunities" in text
    manifest = json.loads((tmp_path / "site" / "manifest.json").read_text(encoding="utf-8"))
    assert str(tmp_path) not in json.dumps(manifest)

    before = (tmp_path / "site" / "manifest.json").read_bytes()
    again = wres("report", "--data", sample_panel, "--trust", "RZ5", "--out", tmp_path / "site", "--resume")
    assert again.returncode == 0, again.stderr
    assert "Resume: 1 of 1 reports kept, 0 to make." in again.stderr
    assert "1 of 1 reports written. Kept from an earlier run: 1." in again.stdout
    assert (tmp_path / "site" / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--trust", "RZ55"], "no trust 'RZ55'"),
        (["--region", "Nowhere"], "There is no region 'Nowhere'. The data hold: East of England, London"),
        (["--trust", "RZ5", "--year", "1999"], "The data hold nothing for WRES 1999"),
        (["--trust", "RZ5", "--format", "odt"], "'odt' cannot be written"),
        ([], "Say whose report to write"),
    ],
)
def test_what_cannot_be_had_is_said_and_nothing_is_written(sample_panel, tmp_path, arguments, words):
    done = wres("report", "--data", sample_panel, "--out", tmp_path / "site", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_manchester_from_published_figures(real_panel, tmp_path):
    """The report says the published values, and names the cell of each; the cells hold them."""
    done = wres("report", "--data", real_panel, "--trust", "R0A", "--out", tmp_path / "site")
    assert done.returncode == 0, done.stderr
    text = text_of(Path(done.stdout.strip().splitlines()[-1]))
    assert "48.4% of ethnic minority staff and 58.4% of White staff who answered" in text
    assert "(4,019 and 8,783 answers)" in text
    assert "so the England figures leave those trusts out" in text
    assert "(a reverse lag)" in text
    assert not re.search(r"fictional", text)
    trace = text[text.index("Where each value of the trust was read") :]
    for value, cells in (
        ("Indicator 7", "staff_survey_2024_wres_extract/Racism_LR_Per_Trust.csv: E2, D2"),
        ("Staff engagement score", "THEMES G59,H59"),
        ("Agency and external bank spend", "agency_tac_extract/agency_by_trust_derived.csv"),
        ("Sickness absence rate", "NHS Sickness Absence benchmarking tool CSV, April 2024.csv"),
    ):
        assert value in trace
        assert cells in trace, cells


def test_published_files_need_not_be_loaded_first(real_data, tmp_path):
    """``--data`` may name a folder of published files: they are read once, and no path reaches the site."""
    done = wres("report", "--data", ROOT / "data" / "sample", "--trust", "TZ2", "--out", tmp_path / "site")
    assert done.returncode == 0, done.stderr
    published = (tmp_path / "site" / "notebooks" / "trust-TZ2.ipynb").read_text(encoding="utf-8")
    assert 'data = \\"sample\\"' in published
    assert "wres-" not in published.replace("wres-submission", "")
