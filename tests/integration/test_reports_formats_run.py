"""A run in every form: made beside the page, listed, the same bytes; what fails is named and stops nothing else."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
from demo_notebook import executed_demo, parse, request, write_demo, write_small

from wres_analysis.reports.document import read_document
from wres_analysis.reports.formats import pdf
from wres_analysis.reports.formats.docx import write_docx
from wres_analysis.reports.notebook import read
from wres_analysis.reports.run import make_reports
from wres_analysis.resources import share

pytestmark = pytest.mark.integration

FORMS = ["docx", "xlsx", "csv"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("place")
    write_demo(folder)
    return folder


@pytest.fixture(scope="module")
def forms():
    return [*FORMS, "pdf"] if pdf.find_browser() else FORMS


def run(place, name, forms, workers=1):
    asked = [request(place, code) for code in ("X01", "X99", "X02")]
    with pytest.MonkeyPatch.context() as patch:  # a fixture of a module is made outside the settings of a test
        patch.setenv("SOURCE_DATE_EPOCH", "1767225600")
        return make_reports(asked, place / name, workers, formats=forms, data_hash="f00d")


@pytest.fixture(scope="module")
def made(place, forms):
    return run(place, "one", forms)


def published(site: Path) -> dict[str, bytes]:
    return {
        p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.is_file() and p.name != "run.json"
    }


def test_every_form_is_there_listed_and_linked(made, forms):
    assert made.format_errors == ()
    assert made.exit_status == 1  # X99 has no data, and so no report in any form
    manifest = json.loads((made.site / "manifest.json").read_text("utf-8"))
    first, failed, _ = manifest["reports"]
    per_report = {f"{name}/trust-X01.{name}" for name in ("docx", "pdf") if name in forms}
    assert per_report <= set(first["files"]) <= set(manifest["files"])
    assert (first["format_errors"], failed["files"]) == ({}, ["trust-X99.html", "notebooks/trust-X99.ipynb"])
    assert manifest["tables"] == {"xlsx": "tables.xlsx", "csv": "csv/datapackage.json"}
    links = {link["href"] for link in parse(made.index.read_text("utf-8")).main.find_all("a")}
    assert per_report | {"tables.xlsx", "csv/datapackage.json"} <= links
    assert all((made.site / link).is_file() for link in links)


def test_workbook_holds_the_rows_of_all_reports(made):
    page = openpyxl.load_workbook(made.site / "tables.xlsx").worksheets[3]
    rows = list(page.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == ["X01"] * 4 + ["X02"] * 2
    assert [row[3] for row in rows if row[0] == "X02"] == ["Appointed from shortlisting", "Equal opportunity"]


def test_two_workers_make_the_same_bytes_in_every_form(made, place, forms):
    again = published(run(place, "two", forms, workers=2).site)
    first = published(made.site)
    assert first.keys() == again.keys()
    assert [name for name in first if first[name] != again[name]] == []


def test_a_form_that_fails_is_named_and_the_page_stands(tmp_path):
    """A table whose machine-readable half is broken: the page shows its words, and no other form can be made."""
    write_small(
        tmp_path,
        "from IPython.display import display\n"
        "mime = 'application/vnd.wres.block+json'\n"
        "broken = {'kind': 'table', 'id': 't', 'caption': 'C', 'columns': [{'heading': 'no type'}]}\n"
        "display({mime: broken, 'text/html': '<p>words</p>', 'text/plain': 'words'}, raw=True)",
    )
    result = make_reports([request(tmp_path)], tmp_path / "site", 1, formats=FORMS)
    assert result.failed == () and result.exit_status == 1
    assert "words" in (tmp_path / "site" / "trust-X01.html").read_text("utf-8")
    assert not (tmp_path / "site" / "docx" / "trust-X01.docx").exists()
    lines = result.format_errors
    assert [line.partition(":")[0] for line in lines] == ["X01 has no docx", "The tables of trust-X01 are left out"]
    manifest = json.loads((tmp_path / "site" / "manifest.json").read_text("utf-8"))
    assert set(manifest["reports"][0]["format_errors"]) == {"docx"}
    assert "no Word:" in result.index.read_text("utf-8")


# Seen by other programs ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def converted(tmp_path_factory) -> str:
    """Return the text of the shipped trust report's Word document, as LibreOffice lays it out."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None or shutil.which("pdftotext") is None:
        pytest.skip("LibreOffice and pdftotext are not both installed: no Word document was opened by another program")
    folder = tmp_path_factory.mktemp("office")
    document = read_document(read(share("notebooks", "trust_report.ipynb")))
    write_docx(document, folder / "report.docx")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    done = subprocess.run(
        [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(folder / "report.docx")],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert (folder / "report.pdf").is_file(), done.stdout + done.stderr
    command = ["pdftotext", "-layout", str(folder / "report.pdf"), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_libreoffice_opens_word_with_headings_tables_and_page_numbers(converted):
    document = read_document(read(share("notebooks", "trust_report.ipynb")))
    sheets = converted.rstrip("\f\n").split("\f")
    words = " ".join(converted.split())
    assert [title for title, _ in document.sections() if title and title not in words] == []
    assert [table.caption for table in document.tables if table.caption not in words] == []
    numbers = [re.search(r"Page (\d+) of (\d+)", sheet) for sheet in sheets]
    assert [match and match[1] for match in numbers] == [str(n) for n in range(1, len(sheets) + 1)]
    # The longest table takes more than one page, and its headings stand on each.
    longest = max(document.tables, key=lambda table: table.n_rows)
    last = longest.columns[0].text[-1]
    ends = next(sheet for sheet in reversed(sheets) if last in sheet)
    assert longest.n_rows > 40
    assert longest.columns[0].heading in ends.split(last)[0]


def test_browser_prints_a_page_with_its_title_and_language(made, forms):
    if "pdf" not in forms:
        pytest.skip("no Chromium, Chrome or Edge is installed: nothing was printed")
    content = (made.site / "pdf" / "trust-X01.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert b"/Lang (en-GB)" in content
    assert b"/StructTreeRoot" in content  # tagged: a screen reader finds headings and tables
    assert b"/Outlines" in content
    assert b"nationalarchives" in content
    assert b"file:" not in content  # no address on the machine that made it


def test_word_of_the_demonstration_is_small_enough_to_send(tmp_path):
    write_docx(read_document(executed_demo()), tmp_path / "r.docx")
    assert (tmp_path / "r.docx").stat().st_size < 100_000
