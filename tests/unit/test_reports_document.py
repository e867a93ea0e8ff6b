"""The document model: an executed notebook read as headings, paragraphs, lists, tables and figures, nothing lost."""

from __future__ import annotations

import base64

import pandas as pd
import pytest
from demo_notebook import displayed, executed_demo, parse
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from wres_analysis.charts.tables import table
from wres_analysis.reports.document import Figure, Heading, ListBlock, Paragraph, TableBlock, read_document
from wres_analysis.reports.export import Page, to_html
from wres_analysis.reports.notebook import read, to_bytes
from wres_analysis.reports.prose import MarkupTable, Run, blocks_of
from wres_analysis.resources import share

pytestmark = pytest.mark.unit


def notebook(*cells):
    for number, cell in enumerate(cells, start=1):
        cell.id = f"cell-{number}"
    return new_notebook(cells=list(cells))


def shown(*data, tags=()):
    outputs = [new_output("display_data", one) for one in data]
    return new_code_cell("x", outputs=outputs, execution_count=1, metadata={"tags": list(tags)})


def test_demonstration_is_read_in_order():
    document = read_document(executed_demo())
    assert document.title == "Demonstration report"
    kinds = [type(block).__name__ for block in document.blocks]
    assert kinds == [
        "Paragraph", "Heading", "Paragraph", "Heading", "TableBlock", "Heading", "Paragraph", "Figure", "Heading",
        "TableBlock",
    ]  # fmt: skip
    headings = [(block.level, block.text) for block in document.blocks if isinstance(block, Heading)]
    assert headings == [(2, "Indicators"), (3, "Table"), (3, "Figure"), (2, "Definitions")]
    assert [title for title, _ in document.sections()] == ["", "Indicators", "Definitions"]
    quote = document.blocks[6]
    assert isinstance(quote, Paragraph) and quote.style == "quote"


def test_figure_keeps_its_bytes_and_its_words():
    nb = executed_demo()
    figure = next(block for block in read_document(nb).blocks if isinstance(block, Figure))
    assert figure.image == base64.b64decode(nb.cells[6].outputs[0].data["image/png"])
    assert (figure.alt, figure.caption, figure.source) == (
        'Bars: "White" 23.8, BME 27.7',
        "A & B",
        "Invented <figures>",
    )
    assert (figure.id, figure.width > 0) == ("a-b", True)


def test_table_is_the_one_that_was_shown_after_a_trip_through_the_file(tmp_path):
    frame = pd.DataFrame({"who": ["a", "b"], "gap": [1.25, None], "when": ["April 2024", "May 2024"]})
    made = table(frame, caption="Gaps, 2025", formats={"gap": "+.1f"}, notes=["A note."], name="gaps")
    path = tmp_path / "nb.ipynb"
    path.write_bytes(to_bytes(notebook(new_markdown_cell("## Pay gaps"), shown(displayed(made), displayed(made)))))
    first, second = read_document(read(path)).tables
    assert first.columns == second.columns == made.columns
    assert (first.caption, first.notes, first.n_rows) == ("Gaps, 2025", ("A note.",), 2)
    assert (first.kind, second.kind, first.section) == ("pay-gaps/gaps", "pay-gaps/gaps-2", "Pay gaps")
    assert first.id != second.id


def test_what_the_page_leaves_out_is_left_out():
    nb = notebook(
        shown({"text/plain": "hidden"}, tags=["remove-cell"]),
        shown({"text/plain": "hidden too"}, tags=["remove-output"]),
        new_code_cell("x", outputs=[new_output("stream", name="stderr", text="warned")]),
        new_code_cell("x", outputs=[new_output("stream", name="stdout", text="printed\n  so")]),
        shown({"text/plain": "One\nparagraph.\n\nAnother."}),
    )
    document = read_document(nb, title="Given")
    assert document.title == "Given"
    assert [(block.style, block.text) for block in document.blocks if isinstance(block, Paragraph)] == [
        ("code", "printed\n  so"), ("body", "One paragraph."), ("body", "Another."),
    ]  # fmt: skip


def test_sentences_with_their_figures_folded_beneath_are_read_without_the_figures():
    html = (
        '<p><span class="said" id="s-1">Of 780, 26.2% said so.</span> <span class="said">It is <b>clear</b>.</span></p>'
        '<details class="figures" id="f-1"><summary>Figures</summary><dl><dt>Number</dt><dd>780</dd></dl></details>'
        "<p>After.</p>"
    )
    first, second = read_document(notebook(shown({"text/html": html, "text/plain": "x"}))).blocks
    assert isinstance(first, Paragraph) and isinstance(second, Paragraph)
    assert first.runs == (Run("Of 780, 26.2% said so. It is "), Run("clear", bold=True), Run("."))
    assert second.text == "After."


def test_prose_keeps_looks_links_and_lists_within_lists():
    blocks = blocks_of(
        '<h3 id="x">A &amp; B<a class="anchor-link" href="#x">¶</a></h3>'
        '<p>See <a href="https://example.org/a">this</a>, <a href="#here">that</a> and <code>a_b</code>.<br>Next</p>'
        "<ol><li>one<ul><li>inner <em>word</em></li></ul></li><li><p>two</p></li></ol>"
        "<table><caption>C</caption><thead><tr><th>h</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
    )
    assert blocks[0] == Heading(3, "A & B")
    paragraph, listed = blocks[1], blocks[2]
    assert isinstance(paragraph, Paragraph) and isinstance(listed, ListBlock)
    assert paragraph.text == "See this, that and a_b. Next"
    assert [(run.text, run.link) for run in paragraph.runs if run.link] == [("this", "https://example.org/a")]
    assert [run.text for run in paragraph.runs if run.code] == ["a_b"]
    assert listed.ordered
    assert [(item.depth, item.text) for item in listed.items] == [(0, "one"), (1, "inner word"), (0, "two")]
    assert blocks[3] == MarkupTable("C", ("h",), (("1",),))


@pytest.mark.parametrize("name", ["trust_report", "data_quality"])
def test_shipped_notebook_says_the_same_as_its_page(name):
    """Every heading, cell, alternative text and paragraph of the page is in the document, in the same order."""
    nb = read(share("notebooks", f"{name}.ipynb"))
    document = read_document(nb)
    soup = parse(to_html(nb, Page("T")))
    for folded in soup.select("details.figures"):
        folded.decompose()
    body = soup.select_one(".body")
    words = {
        "headings": [h.get_text() for h in body.find_all(["h2", "h3", "h4"])],
        "cells": [cell.get_text() for row in body.select("tbody tr") for cell in row.find_all(["th", "td"])],
        "captions": [caption.get_text() for caption in body.find_all("caption")],
        "pictures": [image["alt"] for image in body.find_all("img")],
        "items": [" ".join(item.get_text().split()) for item in body.find_all("li")],
    }
    assert words["headings"] == [block.text for block in document.blocks if isinstance(block, Heading)]
    assert words["captions"] == [block.caption for block in document.tables if block.caption]
    rows = [row for block in document.tables for row in zip(*(c.text for c in block.columns), strict=True)]
    assert words["cells"] == [cell for row in rows for cell in row]
    assert words["pictures"] == [block.alt for block in document.blocks if isinstance(block, Figure)]
    lists = [item.text for block in document.blocks if isinstance(block, ListBlock) for item in block.items]
    assert words["items"] == lists
    told = " ".join(" ".join(p.get_text().split()) for p in body.find_all("p", class_=lambda c: c != "note"))
    mine = " ".join(block.text for block in document.blocks if isinstance(block, Paragraph))
    assert told.replace(" ", "") == mine.replace(" ", "")
    assert all(isinstance(block, TableBlock) and block.id for block in document.tables)
