"""Making reports with real kernels: independence, the same bytes, nothing of this machine, failures kept."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import jsonschema
import nbformat
import pytest
from demo_notebook import DemoParams, parse, request, write_demo, write_small

from wres_analysis.errors import RequestError
from wres_analysis.reports import run
from wres_analysis.reports.guard import reference_problems
from wres_analysis.reports.notebook import read
from wres_analysis.reports.reference import remake
from wres_analysis.reports.run import ReportRequest, RunResult, make_reports, run_notebook

pytestmark = pytest.mark.integration

#: Each leaves a trace of whatever could differ between two processes or two people.
NOSY = """\
import os, sys
print(list({"alpha", "beta", "gamma", "delta"}))
print(os.environ["OMP_NUM_THREADS"], os.environ["OPENBLAS_NUM_THREADS"], os.environ["PYTHONHASHSEED"])
print("started" in globals(), sys.flags.utf8_mode)"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("place {of} $x")  # papermill formats paths; ours may hold anything
    write_demo(folder)
    return folder


@pytest.fixture(scope="module")
def one(folder):
    """Return a run of three reports by one worker; the data has no trust X99."""
    asked = [request(folder, code) for code in ("X01", "X99", "X02")]
    seen = []
    result = make_reports(
        asked, folder / "one", 1, lambda report, done, total: seen.append((done, total)), data_hash="f00d"
    )
    return result, seen


@pytest.fixture(scope="module")
def two(folder, one):
    """Return the same run by two workers, beside the first one."""
    return make_reports([request(folder, code) for code in ("X01", "X99", "X02")], folder / "two", 2, data_hash="f00d")


def published(site: Path) -> dict[str, bytes]:
    return {
        p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.is_file() and p.name != "run.json"
    }


def message(result: RunResult) -> str:
    """Return the message of the first report that failed."""
    error = result.failed[0].error
    return error.message if error else ""


def where(result: RunResult) -> str:
    error = result.failed[0].error
    return error.where if error else ""


def test_one_failing_report_stops_no_other(one):
    result, seen = one
    assert [report.request.code for report in result.made] == ["X01", "X02"]
    assert [report.request.code for report in result.failed] == ["X99"]
    assert result.exit_status == 1
    assert seen == [(1, 3), (2, 3), (3, 3)]
    (failed,) = result.failed
    assert failed.error.message == "LookupError: the data has no trust X99"
    assert "cell 4" in failed.error.where


def test_failed_report_has_an_error_page_and_its_partial_notebook(one):
    site = one[0].site
    soup = parse((site / "trust-X99.html").read_text("utf-8"))
    assert "LookupError: the data has no trust X99" in soup.blockquote.get_text()
    assert soup.find("a", href="notebooks/trust-X99.ipynb")
    nb = read(site / "notebooks" / "trust-X99.ipynb")
    nbformat.validate(nb)
    counts = [cell.execution_count for cell in nb.cells if cell.cell_type == "code"]
    assert counts == [1, 2, 3, None, None]
    assert nb.cells[3].outputs[-1].ename == "LookupError"


def test_index_lists_every_report_with_its_status(one):
    soup = parse(one[0].index.read_text("utf-8"))
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in soup.tbody.find_all("tr")]
    assert rows == [
        ["Northmoor & Dale", "X01", "North West", "Made"],
        ["X99", "X99", "North West", "Failed: what went wrong with X99"],
        ["Southwold <Community>", "X02", "North West", "Made"],
    ]
    for link in soup.find_all("a", href=True):
        if "://" not in link["href"] and not link["href"].startswith("#"):
            assert (one[0].site / link["href"]).is_file()


def test_report_holds_what_its_own_trust_holds(one):
    first, second = ((one[0].site / f"trust-{code}.html").read_text("utf-8") for code in ("X01", "X02"))
    assert "Harassment or bullying by the public" in first
    assert "Harassment or bullying by the public" not in second
    assert "−8.3" in second  # 51.70 - 60.02
    assert "suppressed" in first
    soup = parse(second)
    assert "2 indicators at Southwold <Community>" in soup.img["alt"]


def test_no_two_reports_share_a_figure(one):
    pictures = [parse((one[0].site / report.page).read_text("utf-8")).img["src"] for report in one[0].made]
    assert len(set(pictures)) == 2


def test_two_workers_make_the_same_bytes_as_one(one, two):
    first, second = published(one[0].site), published(two.site)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_nothing_published_names_this_machine_or_the_time(one, folder):
    places = [str(folder), str(Path.home()), sys.prefix, os.getcwd(), "ipykernel_"]
    for name, content in published(one[0].site).items():
        text = content.decode("utf-8")
        assert [place for place in places if len(place) > 3 and place in text] == [], name
        assert '"start_time"' not in text
    record = json.loads((one[0].site / "run.json").read_text("utf-8"))
    assert record["workers"] == 1
    assert all(report["seconds"] > 0 for report in record["reports"])


def test_manifest_says_what_was_made_from_what(one):
    site = one[0].site
    manifest = json.loads((site / "manifest.json").read_text("utf-8"))
    assert manifest["data_hash"] == "f00d"
    assert [report["status"] for report in manifest["reports"]] == ["made", "failed", "made"]
    assert manifest["reports"][0]["params"] == {"code": "X01", "data": "figures"}
    on_disk = {p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file()}
    assert set(manifest["files"]) == on_disk - {"manifest.json", "run.json"}
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((site / name).read_bytes()).hexdigest() == digest
    assert len({report["notebook_hash"] for report in manifest["reports"]}) == 1
    assert list(manifest["data"]) == ["figures"]
    assert manifest["environment"]["packages"]["pandas"] == version("pandas")


def test_manifest_is_as_its_schema_says_and_the_schema_lets_nothing_else_pass(one):
    schema = json.loads(Path(run.__file__).with_name("manifest.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema)
    manifest = json.loads((one[0].site / "manifest.json").read_text("utf-8"))
    assert list(judge.iter_errors(manifest)) == []
    report = manifest["reports"][0]
    wrong = [
        {**manifest, "schema": 1},
        {**manifest, "when": "today"},
        {name: value for name, value in manifest.items() if name != "data"},
        {**manifest, "reports": [{**report, "status": "late"}]},
        {**manifest, "reports": [{**report, "key": {**report["key"], "kit": "1.0"}}]},
    ]
    assert [bool(list(judge.iter_errors(one))) for one in wrong] == [True] * 5


def test_published_notebook_runs_again_where_the_data_is_and_says_the_same(one, folder, tmp_path):
    """A finished site can be checked: its notebook, its data, nothing else."""
    notebook = one[0].site / "notebooks" / "trust-X01.ipynb"
    again = run_notebook(notebook, folder=folder, output_ipynb=tmp_path / "again.ipynb")
    assert again.error is None
    assert (tmp_path / "again.ipynb").read_bytes() == notebook.read_bytes()


def test_kernel_is_this_interpreter_set_up_alike_and_without_the_persons_own_start_up(tmp_path, monkeypatch):
    startup = tmp_path / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("started = 'mine'")
    spec = tmp_path / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(json.dumps({"argv": ["no-python"], "display_name": "x", "language": "python"}))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    here = os.getcwd()
    executed = run_notebook(write_small(tmp_path / "x", NOSY, "import os, sys\nprint(sys.executable, os.getcwd())"))
    assert executed.error is None
    assert executed.nb.cells[1].outputs[0].text.splitlines()[1:] == ["1 1 0", "False 1"]
    assert executed.nb.cells[2].outputs[0].text.strip() == f"{sys.executable} {tmp_path / 'x'}"
    assert os.getcwd() == here


def test_dead_kernel_is_a_failed_report_with_what_came_before(tmp_path):
    write_small(tmp_path, "print('before')", "## Crash", "import os\nos._exit(9)", "print('after')")
    result = make_reports([request(tmp_path)], tmp_path / "site", 1)
    assert message(result).startswith("The kernel died")
    assert where(result) == "The notebook stopped in cell 5, under the heading 'Crash'."
    nb = read(tmp_path / "site" / "notebooks" / "trust-X01.ipynb")
    assert [cell.outputs[0].text for cell in nb.cells if cell.get("outputs")] == ["before\n"]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()", "no alternative text"),
        ("from IPython.display import HTML\nHTML('<script>1</script>')", "must stand alone"),
    ],
)
def test_report_that_no_page_may_be_made_of_fails_and_says_why(tmp_path, cell, words):
    write_small(tmp_path, cell)
    result = make_reports([request(tmp_path)], tmp_path / "site", 1)
    assert words in message(result)
    assert words in (tmp_path / "site" / "trust-X01.html").read_text("utf-8")


def test_warnings_are_recorded_and_not_published(tmp_path):
    write_small(tmp_path, "import warnings\nwarnings.warn('old habit')")
    result = make_reports([request(tmp_path)], tmp_path / "site", 1)
    assert result.exit_status == 0
    assert "old habit" not in (tmp_path / "site" / "trust-X01.html").read_text("utf-8")
    (report,) = json.loads((tmp_path / "site" / "run.json").read_text("utf-8"))["reports"]
    assert "old habit" in report["warnings"][0]


def test_everything_wrong_with_a_request_is_told_before_anything_runs(tmp_path):
    write_demo(tmp_path)
    good = request(tmp_path)
    asked = [
        good,
        dataclasses.replace(good, params=DemoParams(code=7, data=str(tmp_path / "nowhere"))),  # type: ignore[arg-type]
        dataclasses.replace(good, slug="../up"),
        ReportRequest("other", DemoParams(data=str(tmp_path)), "T", notebook=tmp_path / "missing.ipynb"),
    ]
    with pytest.raises(RequestError) as caught:
        make_reports(asked, tmp_path / "site", 1, formats=["html", "odt"])
    lines = str(caught.value).splitlines()
    expected = ["'odt'", "'trust-x01.html'", "'../up'", "missing.ipynb", "no data at", "code = 7"]
    for words in expected:
        assert any(words in line for line in lines), words
    assert len(lines) == len(expected)
    assert not (tmp_path / "site").exists()
    with pytest.raises(RequestError, match="No report"):
        make_reports([], tmp_path / "site")


def test_reference_is_stored_once_and_for_all_and_nbval_compares_it(tmp_path):
    """A second run makes the same bytes; nbval passes on them, and fails on a number that was changed."""
    notebook = write_demo(tmp_path)
    assert reference_problems(read(notebook), "demo")
    assert remake(notebook) == (True, [])
    assert remake(notebook) == (False, [])

    doctored = tmp_path / "doctored.ipynb"
    doctored.write_text(notebook.read_text("utf-8").replace("58.7", "58.8"), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-rA", "-p", "no:cacheprovider", "--rootdir", "."]
    done = subprocess.run(
        [*command, "demo.ipynb", "doctored.ipynb"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    verdicts = [line.split(" - ")[0] for line in done.stdout.splitlines() if line.startswith(("PASSED", "FAILED"))]
    assert sum(line.startswith("PASSED demo.ipynb") for line in verdicts) == 4, done.stdout
    assert [line for line in verdicts if line.startswith("FAILED")] == ["FAILED doctored.ipynb::Cell 2"], done.stdout


def test_reference_that_fails_is_left_as_it_was(tmp_path):
    notebook = write_small(tmp_path, "1 / 0")
    before = notebook.read_bytes()
    changed, problems = remake(notebook)
    assert not changed
    assert "ZeroDivisionError" in problems[0]
    assert notebook.read_bytes() == before
