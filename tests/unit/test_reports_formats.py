"""XLSX, CSV and DOCX: opened by other libraries, they hold what the frame holds; the same bytes every time."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import openpyxl  # type: ignore[import-untyped]
import pandas as pd
import pytest
from demo_notebook import displayed, executed_demo
from docx import Document as open_docx
from docx.oxml.ns import qn
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from wres_analysis.charts.tables import Cell, table
from wres_analysis.errors import RequestError
from wres_analysis.reports import formats
from wres_analysis.reports.document import read_document
from wres_analysis.reports.formats import FormatError, check_formats, normalised, pdf
from wres_analysis.reports.formats.csv import PACKAGE, write_csv
from wres_analysis.reports.formats.docx import write_docx
from wres_analysis.reports.formats.sheets import ReportTables, gather, tables_of
from wres_analysis.reports.formats.xlsx import write_xlsx

pytestmark = pytest.mark.unit

RATES = {"R01": [23.8123456, 6.9], "R02": [np.nan, -0.25]}
#: Eight digits of a value are kept (charts.blocks): no more than that can be asked back.
KEPT = 1e-7


def frame_of(code):
    rates = pd.Series(RATES[code])
    limits = [Cell("none") if np.isnan(r) else Cell(f"{r - 1:+.1f} to {r + 1:+.1f}", (r - 1, r + 1)) for r in rates]
    return pd.DataFrame(
        {"indicator": ["First", "Second"], "rate": rates, "interval": limits, "month": ["April 2024", "May 2024"]}
    )


def report(code, name, beside):
    frame = frame_of(code).assign(**{beside: [1, 2_000], name: ["10%", "under 1%"]})
    why = pd.DataFrame({"rate": ["suppressed", "observed"]})
    shown = table(
        frame, caption="Rates, WRES 2025", formats={"rate": "+.1f"}, units={"rate": "points"}, status=why,
        notes=["A note of all.", f"Of {code} alone."], headings={"rate": "Rate"},
    )  # fmt: skip
    nb = new_notebook(
        cells=[
            new_markdown_cell("# T\n\n## Section one"),
            new_code_cell("x", outputs=[new_output("display_data", displayed(shown))]),
            new_markdown_cell("## Definitions\n\n**Rate.** What it is."),
        ]
    )
    return tables_of(read_document(nb), code=code, organisation=name, region="Here", notebook="demo")


@pytest.fixture(scope="module")
def workbook():
    reports = [report("R01", "Northmoor & Dale", "North"), report("R02", "=Southwold", "South")]
    return gather(reports, title="Two reports", data_hash="f00d")


@pytest.fixture(scope="module")
def opened(workbook, tmp_path_factory):
    path = tmp_path_factory.mktemp("xlsx") / "tables.xlsx"
    write_xlsx(workbook, path)
    return openpyxl.load_workbook(path)


def columns_of(page):
    rows = list(page.iter_rows(values_only=True))
    return dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))


def test_workbook_holds_the_frames_as_numbers(opened):
    page = opened["1 Rates, WRES"]
    columns = columns_of(page)
    assert columns["Organisation code"] == ("R01", "R01", "R02", "R02")
    assert columns["Organisation"][2] == "=Southwold"  # words, not a formula
    for row, expected in enumerate([*RATES["R01"], *RATES["R02"]]):
        got, low, high = (columns[name][row] for name in ("Rate (points)", "interval, low", "interval, high"))
        if np.isnan(expected):
            assert (got, low, high) == ("suppressed", "none", "none")
        else:
            assert got == pytest.approx(expected, rel=KEPT)
            assert (low, high) == (pytest.approx(expected - 1, rel=KEPT), pytest.approx(expected + 1, rel=KEPT))
    assert columns["month"] == (datetime(2024, 4, 1), datetime(2024, 5, 1)) * 2
    assert columns["Column 5 is"] == ("North", "North", "South", "South")
    assert columns["Column 5"] == (1, 2000, 1, 2000)
    assert columns["This trust (%)"] == (10, "under 1%", 10, "under 1%")
    types = {page.cell(row, column).data_type for row in range(2, 6) for column in range(1, page.max_column + 1)}
    assert types == {"s", "n", "d"}


def test_cells_are_shown_as_the_report_shows_them(opened):
    page = opened["1 Rates, WRES"]
    looks = {page.cell(1, n).value: page.cell(2, n).number_format for n in range(1, page.max_column + 1)}
    assert looks["month"] == "mmmm yyyy"
    assert looks["Column 5"] == "#,##0"
    assert looks["interval, low"] == "+#,##0.0;-#,##0.0;#,##0.0"


def test_every_sheet_has_one_row_of_headings_in_sight_and_nothing_merged(opened):
    for page in opened:
        assert page.freeze_panes == "A2"
        assert not page.merged_cells.ranges
        assert all(cell.value for cell in page[1])
        assert page.print_title_rows == "$1:$1"


def test_notes_tell_definitions_provenance_and_the_notes_of_tables(opened):
    assert opened.sheetnames[:3] == ["Contents", "Notes", "Columns"]
    notes = {(about, note) for about, note in opened["Notes"].iter_rows(min_row=2, values_only=True)}
    assert ("Definitions", "Rate. What it is.") in notes
    assert ("Sheet 1 Rates, WRES", "A note of all.") in notes
    assert ("Sheet 1 Rates, WRES", "R02: Of R02 alone.") in notes
    assert ("Data", "f00d") in notes
    described = {row[1]: row[2:] for row in opened["Columns"].iter_rows(min_row=2, values_only=True)}
    assert described["Rate (points)"] == ("number", "points", "suppressed")
    assert described["month"][0] == "month"
    contents = {row[0].value: row[0].hyperlink for row in opened["Contents"].iter_rows(min_row=2)}
    assert all(link.location.startswith("'") for link in contents.values())
    assert set(contents) == set(opened.sheetnames) - {"Contents"}


def test_tables_with_another_number_of_columns_are_another_sheet():
    def tables(code, width):
        shown = table(pd.DataFrame({f"c{n}": ["x"] for n in range(width)}), caption="C")
        nb = new_notebook(cells=[new_code_cell("x", outputs=[new_output("display_data", displayed(shown))])])
        return tables_of(read_document(nb), code=code, organisation=code, region="", notebook="n")

    made = gather([tables("A", 2), tables("B", 3)], title="T")
    assert [(sheet.name, len(sheet.rows)) for sheet in made.sheets] == [("c", 1), ("c-2", 1)]
    assert [column.name for column in made.sheets[0].columns] == ["Organisation code", "Organisation", "c0", "c1"]


def test_a_text_that_no_cell_can_hold_is_a_named_failure(tmp_path):
    frame = pd.DataFrame({"long": ["x" * 40_000]})
    nb = new_notebook(
        cells=[new_code_cell("x", outputs=[new_output("display_data", displayed(table(frame, caption="C")))])]
    )
    made = tables_of(read_document(nb), code="A", organisation="A", region="", notebook="n")
    with pytest.raises(FormatError, match=r"'1 C', row 2: a text is longer"):
        write_xlsx(gather([made], title="T"), tmp_path / "t.xlsx")


def test_csv_is_what_its_schema_says(workbook, tmp_path):
    write_csv(workbook, tmp_path)
    package = json.loads((tmp_path / PACKAGE).read_text("utf-8"))
    (resource,) = package["resources"]
    content = (tmp_path / resource["path"]).read_bytes()
    assert resource["bytes"] == len(content)
    header, *rows = csv.reader(io.StringIO(content.decode(resource["encoding"]), newline=""))
    fields = resource["schema"]["fields"]
    assert header == [field["name"] for field in fields]
    missing = set(resource["schema"]["missingValues"])
    assert missing == {"", "none", "suppressed", "under 1%"}
    read_as: dict[str, Callable[[str], object]] = {
        "string": str,
        "integer": int,
        "number": float,
        "date": datetime.fromisoformat,
    }
    for row in rows:
        for text, field in zip(row, fields, strict=True):
            if text not in missing:
                read_as[field["type"]](text)  # raises if the column is not what the schema says
    rates = [row[header.index("Rate (points)")] for row in rows]
    assert [float(text) for text in rates if text not in missing] == pytest.approx([23.8123456, 6.9, -0.25], rel=KEPT)
    assert next(field for field in fields if field["name"] == "Rate (points)")["unit"] == "points"


# Word --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def word(tmp_path_factory):
    path = tmp_path_factory.mktemp("docx") / "report.docx"
    write_docx(read_document(executed_demo()), path, title="Northmoor & Dale: equality", data_hash="f00d")
    return open_docx(str(path))


def test_word_has_a_title_and_an_outline_that_skips_no_level(word):
    outline = [(p.style.name, p.text) for p in word.paragraphs if p.style.name.startswith(("Title", "Heading"))]
    assert outline == [
        ("Title", "Demonstration report"), ("Heading 1", "Indicators"), ("Heading 2", "Table"),
        ("Heading 2", "Figure"), ("Heading 1", "Definitions"), ("Heading 1", "About this document"),
    ]  # fmt: skip


def test_word_speaks_british_english_and_carries_its_title(word):
    assert word.core_properties.title == "Northmoor & Dale: equality"
    assert word.core_properties.language == "en-GB"
    assert word.styles.element.xpath("//w:rPrDefault//w:lang/@w:val") == ["en-GB"]
    assert "Data: f00d" in [paragraph.text for paragraph in word.paragraphs]
    fields = word.sections[0].footer._element.xpath(".//w:fldSimple/@w:instr")
    assert [field.strip() for field in fields] == ["PAGE", "NUMPAGES"]


def test_word_pictures_have_words(word):
    (picture,) = word.inline_shapes
    assert picture._inline.docPr.get("descr") == 'Bars: "White" 23.8, BME 27.7'
    assert picture.width <= word.sections[0].page_width - 2 * word.sections[0].left_margin


def test_word_tables_have_the_cells_and_a_heading_that_repeats(word):
    first = word.tables[0]
    assert [[cell.text for cell in row.cells] for row in first.rows] == [
        ["indicator", "white", "bme"], ["Harassment", "23.8", "27.7"],
    ]  # fmt: skip
    for made in word.tables:
        heads = [row._tr.xpath("./w:trPr/w:tblHeader") for row in made.rows]
        assert [bool(head) for head in heads] == [True] + [False] * (len(heads) - 1)
        assert all(row._tr.xpath("./w:trPr/w:cantSplit") for row in made.rows)
    assert first._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "Indicators"
    assert first._tbl.tblPr.find(qn("w:tblLook")).get(qn("w:firstRow")) == "1"


@pytest.mark.parametrize(("rows", "whole"), [(3, True), (20, True), (21, False)])
def test_short_tables_are_kept_whole_and_long_ones_may_be_cut(tmp_path, rows, whole):
    shown = table(pd.DataFrame({"n": range(rows)}), caption="C")
    nb = new_notebook(cells=[new_code_cell("x", outputs=[new_output("display_data", displayed(shown))])])
    write_docx(read_document(nb), tmp_path / "t.docx")
    made = open_docx(str(tmp_path / "t.docx")).tables[0]
    kept = [bool(row._tr.xpath(".//w:keepNext")) for row in made.rows]
    assert kept == [True, *[whole] * (rows - 1), False]


def test_numbered_lists_count_from_one_each(tmp_path):
    nb = new_notebook(cells=[new_markdown_cell("# T\n\n1. one\n2. two\n\nBetween\n\n1. again\n\n- bullet\n  - inner")])
    write_docx(read_document(nb), tmp_path / "l.docx")
    made = open_docx(str(tmp_path / "l.docx"))
    paragraphs: list[Any] = made.paragraphs
    items = [p for p in paragraphs if p.style.name.startswith("List")]
    assert [p.style.name for p in items] == ["List Number"] * 3 + ["List Bullet", "List Bullet 2"]
    numbers = [p._p.pPr.numPr.numId.val for p in items[:3]]
    assert numbers[0] == numbers[1] != numbers[2]


def test_a_figure_without_words_is_a_named_failure(tmp_path):
    nb = executed_demo()
    output = nb.cells[6].outputs[0]
    output.metadata["image/png"]["alt"] = ""
    output.data.pop("application/vnd.wres.block+json")
    with pytest.raises(FormatError, match="no words"):
        write_docx(read_document(nb), tmp_path / "x.docx")


# Bytes and requests -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("epoch", [None, "1700000000"])
def test_bytes_hold_no_clock_but_the_one_that_is_set(workbook, tmp_path, monkeypatch, epoch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    if epoch:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    made = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        write_docx(read_document(executed_demo()), folder / "r.docx")
        write_xlsx(workbook, folder / "t.xlsx")
        write_csv(workbook, folder / "csv")
        made.append({p.relative_to(folder): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()})
    assert made[0] == made[1]
    created = open_docx(str(tmp_path / "a" / "r.docx")).core_properties.created
    assert created.year == (2023 if epoch else 1980)
    with zipfile.ZipFile(tmp_path / "a" / "r.docx") as parts:
        assert {info.date_time[0] for info in parts.infolist()} == {2023 if epoch else 1980}


def test_pdf_dates_are_replaced_and_no_offset_moves(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    content = b"1 0 obj\n<</CreationDate (D:20261122010659+00'00')\n/ModDate (D:20261122010659Z)>>\n"
    fixed = pdf._without_clock(content)
    assert len(fixed) == len(content)
    assert b"2026" not in fixed and fixed.count(b"(D:19800101000000") == 2


def test_names_of_cells_in_a_pdf_are_counted_from_one_in_the_same_order():
    first, second = (b"/ID (node%08d) /ID (node%08d) /Headers [(node%08d)]" % (n + 7, n, n + 7) for n in (135, 136))
    counted = b"/ID (node00000002) /ID (node00000001) /Headers [(node00000002)]"
    assert pdf._renumbered(first) == pdf._renumbered(second) == counted


def test_formats_are_put_in_order_and_the_unknown_refused():
    assert normalised(["CSV", "docx "]) == ("html", "docx", "csv")
    (line,) = check_formats(["html", "odt"])
    assert "'odt' cannot be written. Ask for: html, docx, pdf, xlsx, csv." in line


def test_missing_extra_is_one_line_before_anything_runs(monkeypatch):
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    (line,) = check_formats(["docx"])
    assert "extra 'office'" in line and "\n" not in line


def test_missing_browser_is_one_line_before_anything_runs(monkeypatch):
    monkeypatch.setenv(pdf.BROWSER, "no-such-browser")
    pdf.try_printing.cache_clear()
    with pytest.raises(RequestError, match="WRES_BROWSER names 'no-such-browser', which is not there"):
        pdf.try_printing()
    (line,) = check_formats(["pdf"])
    assert "\n" not in line


def test_browser_that_will_not_print_is_found_out_before_anything_runs(monkeypatch):
    """A program that ends well and prints nothing, as a browser does that a policy forbids to."""
    monkeypatch.setenv(pdf.BROWSER, "git")
    pdf.try_printing.cache_clear()
    with pytest.raises(RequestError, match="made no PDF"):
        pdf.try_printing()


def test_report_without_tables_makes_no_sheet(tmp_path):
    made = gather([ReportTables("A", "A", "", "n", ())], title="T")
    write_xlsx(made, tmp_path / "t.xlsx")
    assert openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames == ["Contents", "Notes", "Columns"]
