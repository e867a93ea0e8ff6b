"""Taking up an earlier run: only what failed or changed is made again, each reason is said, the bytes are the same."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from demo_notebook import request, write_small

from wres_analysis.errors import RequestError
from wres_analysis.reports.folder import RECORDS
from wres_analysis.reports.run import RunResult, make_reports

pytestmark = pytest.mark.integration

CODES = ("X01", "X02", "X03")
#: A notebook that says what it was asked, fails where its data says so, and takes a moment.
CELLS = (
    "from pathlib import Path\nprint(code, (Path(data) / 'figures.csv').read_text())",
    "if code in (Path(data) / 'broken.txt').read_text(): raise LookupError('no figures of ' + code)",
)


def write_place(folder: Path, *more: str) -> Path:
    write_small(folder, *CELLS, *more)
    (folder / "figures" / "figures.csv").write_text("1,2\n")
    (folder / "figures" / "broken.txt").write_text("X02")
    return folder


def published(site: Path) -> dict[str, bytes]:
    return {
        p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.name != "run.json" and p.is_file()
    }


def run(
    place: Path, site: str = "site", *, codes: tuple[str, ...] = CODES, **options: object
) -> tuple[RunResult, list[str]]:
    """Make the reports, and return what was made by which run: the codes for which a kernel was started."""
    made: list[str] = []
    asked = [request(place, code) for code in codes]
    result = make_reports(
        asked, place / site, 1, lambda report, done, total: made.append(report.request.code),
        resume=True, **options,  # type: ignore[arg-type]
    )  # fmt: skip
    return result, made


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a place with a site of three reports, of which one failed."""
    place = write_place(tmp_path_factory.mktemp("finished"))
    result, made = run(place)
    assert made == list(CODES)
    assert [report.request.code for report in result.failed] == ["X02"]
    return place


@pytest.fixture
def place(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "place"))


def test_only_what_failed_is_made_again_and_the_site_stays_the_same(place):
    before = published(place / "site")
    result, made = run(place)
    assert made == ["X02"]
    assert result.resumed == ("Resume: 2 of 3 reports kept, 1 to make.", "  1: it failed before (X02)")
    assert result.exit_status == 1
    assert published(place / "site") == before
    record = json.loads((place / "site" / "run.json").read_text())
    assert [report["kept"] for report in record["reports"]] == [True, False, True]


def test_what_failed_for_want_of_data_is_made_when_the_data_is_put_right(place):
    (place / "figures" / "broken.txt").write_text("")
    result, made = run(place)
    assert made == list(CODES)  # the data of all changed: nobody can say which report read what of it
    assert result.resumed[1:] == ("  2: the data changed (X01, X03)", "  1: it failed before (X02)")
    assert result.exit_status == 0
    again, made = run(place)
    assert made == [] and again.resumed == ("Resume: 3 of 3 reports kept, 0 to make.",)


def test_each_change_is_told_and_leads_to_the_bytes_of_a_new_run(place):
    """The notebook, then a title, then another report asked for; the resumed site is that of a run from nothing."""
    write_place(place, "print('one line more')")
    shutil.copytree(place / "figures", place / "elsewhere" / "figures")
    _, made = run(place, codes=("X01", "X03"))
    assert made == ["X01", "X03"]

    asked = [request(place, code) for code in ("X01", "X03", "X04")]
    asked[1] = dataclasses.replace(asked[1], region="London")
    told: list[str] = []
    resumed = make_reports(asked, place / "site", 1, resume=True, tell=told.append)
    assert tuple(told) == resumed.resumed == (
        "Resume: 1 of 3 reports kept, 2 to make.",
        "  1: its title, name, region or data hash changed (X03)",
        "  1: it was not finished before (X04)",
    )  # fmt: skip
    make_reports(asked, place / "new", 1)
    assert published(place / "site") == published(place / "new")
    assert "trust-X02.html" not in published(place / "site")


KILLED = """\
import os, pathlib, sys
sys.path.insert(0, sys.argv[1])
from demo_notebook import request
from wres_analysis.reports.run import make_reports
def end(report, done, total):
    if done == 2 and sys.argv[3] == "kill":
        os.kill(os.getpid(), 9)
if __name__ == "__main__":
    place = pathlib.Path(sys.argv[2])
    make_reports([request(place, c) for c in ("X01", "X02", "X03")], place / "site", int(sys.argv[4]), end, resume=True)
"""


def start(place: Path, *arguments: str) -> subprocess.Popen[bytes]:
    script = place / "killed.py"
    script.write_text(KILLED)
    tests = Path(__file__).resolve().parents[1] / "unit"
    return subprocess.Popen([sys.executable, script, tests, place, *arguments], start_new_session=True)


def test_killed_run_keeps_its_finished_reports(tmp_path, finished):
    place = write_place(tmp_path / "place")
    assert start(place, "kill", "1").wait(60) == -9
    assert not (place / "site").exists()
    assert [path.stem for path in (place / ".site.building" / RECORDS).iterdir()] == ["trust-X01"]
    result, made = run(place)
    assert made == ["X02", "X03"]
    assert result.resumed[1:] == ("  2: it was not finished before (X02, X03)",)
    assert published(place / "site") == published(finished / "site")
    assert sorted(path.name for path in place.iterdir() if "site" in path.name) == ["site"]


def test_run_killed_while_it_replaces_a_site_loses_neither(place, finished):
    """The moment between the two renames: the old site is aside, the new one not yet in its place."""
    before = published(place / "site")
    (place / "site").rename(place / ".site.old")
    shutil.copytree(place / ".site.old", place / ".site.building")
    _, made = run(place)
    assert made == ["X02"]
    assert published(place / "site") == before
    assert sorted(path.name for path in place.iterdir() if "site" in path.name) == ["site"]


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="this system cannot end a group of processes at once")
@pytest.mark.parametrize("seed", [20251121])
def test_run_killed_at_any_moment_resumes_to_the_same_site(tmp_path, finished, seed):
    """The quick form of ``benchmarks/kills.py``, whose result is in docs/benchmarks.md."""
    place = write_place(tmp_path / "place")
    process = start(place, "run", "2")
    time.sleep(random.Random(seed).uniform(0.5, 6))
    os.killpg(process.pid, 9)
    process.wait(30)
    run(place)
    assert published(place / "site") == published(finished / "site")


def test_a_run_that_is_interrupted_keeps_what_it_finished(tmp_path):
    place = write_place(tmp_path / "place")

    def stop(report, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_reports([request(place, "X02")], place / "site", 1, stop)  # it fails: nothing was finished
    assert [path.name for path in place.iterdir() if "site" in path.name] == []
    with pytest.raises(KeyboardInterrupt):
        make_reports([request(place, code) for code in CODES], place / "site", 1, stop)
    assert run(place, codes=("X01",))[1] == []


def test_two_runs_into_one_folder_refuse_each_other(place):
    def another(report, done, total):
        with pytest.raises(RequestError, match=f"process {os.getpid()}"):
            run(place)

    assert make_reports([request(place)], place / "site", 1, another).exit_status == 0


def test_reports_that_show_one_figure_are_refused(tmp_path):
    """A notebook that draws the same picture whomever it is about: neither report may say that it is its own."""
    picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    shown = {"image/png": picture, "text/plain": "A dot."}
    write_small(tmp_path, f"display({shown}, raw=True, metadata={{'image/png': {{'alt': 'A dot.'}}}})")
    result = make_reports([request(tmp_path, code) for code in ("X01", "X02")], tmp_path / "site", 1)
    assert result.exit_status == 1
    assert [report.request.code for report in result.failed] == ["X01", "X02"]
    assert "also in: trust-X02" in (tmp_path / "site" / "trust-X01.html").read_text("utf-8")
    manifest = json.loads((tmp_path / "site" / "manifest.json").read_text("utf-8"))
    assert sorted(manifest["files"]) == [
        "index.html", "notebooks/trust-X01.ipynb", "notebooks/trust-X02.ipynb", "trust-X01.html", "trust-X02.html",
    ]  # fmt: skip
    alone = make_reports([request(tmp_path, "X01")], tmp_path / "site", 1)
    assert alone.exit_status == 0
