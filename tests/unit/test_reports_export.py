"""The page of a report: stands alone, can be read aloud, says what the notebook says, same bytes every time."""

from __future__ import annotations

import base64
import re

import pytest
from demo_notebook import executed_demo, parse
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from wres_analysis import __version__
from wres_analysis.reports.export import ExportError, Page, stylesheet, to_html

pytestmark = pytest.mark.unit

PAGE = Page("Northmoor & Dale: equality", "Northmoor & Dale", "index.html", "notebooks/trust-X01.ipynb", "ab12")


@pytest.fixture(scope="module")
def html():
    return to_html(executed_demo(), PAGE)


@pytest.fixture(scope="module")
def soup(html):
    return parse(html)


def test_language_title_and_landmarks(soup):
    assert soup.html["lang"] == "en-GB"
    assert soup.title.get_text() == PAGE.title
    assert [len(soup.find_all(name)) for name in ("header", "nav", "main", "footer", "h1")] == [1] * 5
    assert soup.header.find(class_="organisation").get_text() == "Northmoor & Dale"
    assert soup.h1.get_text() == "Demonstration report"
    assert soup.body.find("a")["href"] == "#main"
    assert soup.main["id"] == "main"


def test_footer_has_licence_version_data_and_notebook(soup):
    text = soup.footer.get_text()
    assert "Open Government Licence v3.0" in text
    assert f"wres-analysis {__version__}" in text
    assert "ab12" in text
    assert soup.footer.find("a", href="notebooks/trust-X01.ipynb")
    assert soup.header.find("a", href="index.html")


def test_no_code_no_prompts_no_warnings(html):
    nb = executed_demo()
    nb.cells[2].outputs.append(new_output("stream", name="stderr", text="FutureWarning: secret"))
    page = to_html(nb, PAGE)
    assert "FutureWarning" not in page
    assert page == html
    for trace in ("import pandas", "In&nbsp;[", "Out[", "show_table("):
        assert trace not in page


def test_nothing_is_loaded_from_anywhere(html, soup):
    assert not soup.find_all(["script", "link", "iframe", "object", "embed", "base"])
    assert all(tag["src"].startswith("data:") for tag in soup.find_all(src=True))
    assert not re.search(r"@import|url\(", stylesheet())
    links = {tag["href"] for tag in soup.find_all(href=True)}
    assert {link for link in links if "://" in link} == {
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
    }


def test_every_link_within_the_page_has_its_target_and_identifiers_are_unique(soup):
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {tag["href"][1:] for tag in soup.find_all(href=re.compile("^#"))} <= set(ids)


def test_contents_are_the_headings_in_their_order(soup):
    headings = soup.main.find("div", class_="body").find_all(["h2", "h3"])
    assert [link.get_text() for link in soup.nav.find_all("a")] == [heading.get_text() for heading in headings]
    nested = [link.get_text() for link in soup.nav.select("ul ul a")]
    assert nested == ["Table", "Figure"]


def test_headings_with_the_same_words_are_told_apart_and_a_second_h1_is_lowered():
    nb = executed_demo()
    nb.cells += [
        new_markdown_cell(text, id=f"m{n}") for n, text in enumerate(["## Table", "# Another", "## A & *B* <i>c</i>"])
    ]
    soup = parse(to_html(nb, PAGE))
    assert len(soup.find_all("h1")) == 1
    assert {heading["id"] for heading in soup.find_all(["h2", "h3"])} >= {"table", "table-2", "another", "a-b-c"}
    assert soup.nav.find("a", href="#a-b-c").get_text() == "A & B c"


def test_figure_has_its_words_caption_and_source(soup):
    image = soup.figure.img
    assert image["alt"] == 'Bars: "White" 23.8, BME 27.7'
    assert soup.figure.figcaption.get_text() == "A & B Source: Invented <figures>"
    assert (image["width"], image["height"]) == ("614", "369")
    assert base64.b64decode(image["src"].partition(",")[2]).startswith(b"\x89PNG")


def test_tables_can_be_scrolled_by_keyboard_and_have_scopes(soup):
    for table in soup.find_all("table"):
        region = table.parent
        assert (region["role"], region["tabindex"]) == ("region", "0")
        assert region["aria-label"]
        assert all(th.get("scope") in ("col", "row") for th in table.find_all("th"))
    assert len(soup.find_all("table")) == 2


def test_regions_of_tables_are_told_apart():
    nb = executed_demo()
    nb.cells += [new_markdown_cell("|A|\n|-|\n|1|\n\ntext\n\n|B|\n|-|\n|2|", id="t")]
    nb.cells[4].outputs *= 2
    labels = [div["aria-label"] for div in parse(to_html(nb, PAGE)).find_all(role="region")]
    assert labels == ["Indicators", "Indicators (2)", "Table", "Table (2)", "Table (3)"]


def test_money_is_no_formula(soup):
    assert "From £5 to $6 is no formula." in soup.get_text()


def test_cells_tagged_for_removal_are_not_on_the_page():
    nb = executed_demo()
    nb.cells.append(new_markdown_cell("For the analyst only", id="x", metadata={"tags": ["remove-cell"]}))
    assert "analyst only" not in to_html(nb, PAGE)


def test_title_is_the_first_heading_where_none_is_given_and_the_other_way_round():
    soup = parse(to_html(executed_demo(), Page()))
    assert soup.title.get_text() == "Demonstration report"
    nb = executed_demo()
    del nb.cells[0]
    soup = parse(to_html(nb, PAGE))
    assert soup.h1.get_text() == PAGE.title


def test_same_notebook_is_the_same_bytes_whatever_was_exported_before(html):
    other = executed_demo()
    other.cells = other.cells[:2]
    to_html(other, Page("Other"))
    assert to_html(executed_demo(), PAGE) == html


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (new_output("error", ename="KeyError", evalue="'x'", traceback=[]), "KeyError"),
        (new_output("display_data", {"image/png": "iVBO", "text/plain": "<Figure>"}), "no alternative text"),
        (new_output("display_data", {"text/html": "<script>1</script>"}), "must stand alone"),
        (new_output("display_data", {"text/html": "<table class='dataframe'>"}), "show_table"),
        (new_output("display_data", {"application/vnd.x+json": {}}), "application/vnd.x+json"),
    ],
)
def test_what_no_page_may_carry_is_refused(output, words):
    nb = executed_demo()
    nb.cells.append(new_code_cell("x", id="x", execution_count=9, outputs=[output]))
    with pytest.raises(ExportError, match="cell 9") as caught:
        to_html(nb, PAGE)
    assert words in str(caught.value)
