# mypy: ignore-errors
"""Words of the first look: exploratory by name, numbers with intervals, nothing said that the frame does not hold."""

import re

import pytest
from link_panels import as_data
from test_links_explore import found_in, made

from wres_analysis.links.scatter import scatter
from wres_analysis.narrative.explore import Exploring
from wres_analysis.narrative.proofread import Document, proofread, read_page

pytestmark = pytest.mark.unit

CAUSES = re.compile(r"leads to|because of|drives|impact of|caused|effect of", re.I)


@pytest.fixture(scope="module")
def panel():
    return made()


@pytest.fixture(scope="module")
def words(panel):
    return Exploring(found_in(panel), fictional=True)


def proofed(*proses) -> list:
    html = "<html><body><main>" + "".join(prose.html() for prose in proses) + "</main></body></html>"
    records = [prose.record() for prose in proses]
    record = {
        "schema": 1,
        "claims": [claim for one in records for claim in one["claims"]],
        "sentences": [s for one in records for block in one["blocks"] for s in block["sentences"]],
    }
    document = read_page("explore.html", html, record)
    assert isinstance(document, Document)
    return proofread(document)


def test_the_opening_says_exploratory_and_what_chance_would_give(words):
    text = str(words.opening())
    assert text.startswith("This page is exploratory: no plan named these pairs before the data were seen.")
    assert "10 pairs and 40 correlations, of which 40 have an answer" in text
    assert "about 2 of them would still pass a 5% test" in text  # 0.05 x 40
    assert "fictional trusts" in text and "Both of a pair are of the same WRES year" in text


@pytest.mark.parametrize("kind", ["pearson", "spearman", "partial", "within"])
def test_the_count_of_pairs_that_can_be_told_is_that_of_the_frame(words, kind):
    part = words.of_kind(kind)
    told = int(part["distinguishable"].sum())
    text = str(words.overview(kind))
    assert ("no pair can" if not told else f"{told} pair") in text
    coupled = int((part["distinguishable"] & (part["coupling"] != "none")).sum())
    assert told == 0 or (
        f"{coupled} are coupled" in text or f"{coupled} is coupled" in text or "no pair is coupled" in text
    )


def test_a_pair_is_told_in_each_kind_with_interval_and_trusts(words):
    text = str(words.pair("ind5.disadvantage", "sickness"))
    for row in words.found.frame.query("exposure == 'ind5.disadvantage' and outcome == 'sickness'").to_dict("records"):
        limits = f"{row['ci_low']:.2f} to {row['ci_high']:.2f}".replace("-", "−")
        assert f"(95% interval {limits}; {row['n_trusts']} trusts, {row['n_obs']} rows)" in text
    pair = words.found.frame.query("exposure == 'ind5.disadvantage' and outcome == 'sickness'")
    assert text.count("it can be told from none") == pair["distinguishable"].sum() > 0
    assert not CAUSES.search(text)


def test_a_coupled_pair_says_why_in_words(words):
    text = str(words.pair("ind8.disadvantage", "engagement"))
    assert "The pair is coupled: Exposure and outcome are answers of the same respondents in the same survey." in text
    table = words.coupling_table()
    assert "Indicator 8 and staff engagement" in str(table)
    assert "_" not in "".join(text for row in table.rows for text in row)


def test_no_answer_is_said_and_counted(panel):
    words = Exploring(found_in(panel, year=2019))
    assert not words.answers("within")
    assert str(words.overview("within")).endswith("No pair has an answer: one year only.")
    assert "no answer. These data hold both in one year only" in str(words.pair("ind5.disadvantage", "sickness"))
    lacking = Exploring(found_in(panel.drop(columns="ind5.disadvantage")))
    assert "These data hold no values of indicator 5." in str(lacking.opening())


def test_a_stand_in_is_told_by_its_name(panel):
    words = Exploring(found_in(panel.rename(columns={"workforce_bme_share": "respondent_share.bme"})))
    assert (
        "Adjusted for the ethnic minority share of survey respondents, for want of the ethnic minority share of the "
        "workforce." in str(words.opening())
    )


def test_tables_hold_every_pair_rounded_with_its_family(words):
    table = words.matrix_table("partial")
    assert len(table.rows) == 10 and table.folded
    assert table.caption.startswith("Exploratory:")
    assert {"Correlation", "95% interval", "p, adjusted", "Trusts", "Rows", "Effective n"} <= set(table.headings)


def test_words_for_pictures_name_the_direction_of_each_line(words, panel):
    one = scatter(as_data(panel), words.found, "ind5.disadvantage", "sickness")
    text = words.alt_scatter(one)
    assert "The line as the points lie slopes upward and the adjusted line slopes" in text
    assert words.axis("sickness") == "Sickness absence rate (%, lower is better)"
    assert words.axis("ind5.disadvantage") == ("Indicator 5: disadvantage of ethnic minority staff (percentage points)")
    assert "log of the ratio" in words.axis("ind3.disadvantage")
    assert "Furthest from none: " in words.alt_matrix("pearson")


def test_the_proofreader_has_nothing_against_any_of_it(panel, words):
    for one in (words, Exploring(found_in(panel, year=2019)), Exploring(found_in(panel, lag=1))):
        proses = [one.opening(), *(one.overview(kind) for kind in one.found.choices.kinds)]
        for exposure in one.found.choices.indicators:
            assert proofed(*proses, one.pair(exposure, "sickness")) == []


def test_the_proofreader_catches_another_correlation(words):
    prose = words.pair("ind5.disadvantage", "sickness")
    row = words.found.frame.query("exposure == 'ind5.disadvantage' and outcome == 'sickness'").iloc[0]
    record = prose.record()
    shown = f"{row['estimate']:.2f}"
    sentences = [s for block in record["blocks"] for s in block["sentences"]]
    sentences[0]["text"] = sentences[0]["text"].replace(f": {shown} (", ": 0.11 (")
    html = "<html><body><main>" + prose.html().replace(f": {shown} (", ": 0.11 (", 1) + "</main></body></html>"
    found = proofread(read_page("x.html", html, {"schema": 1, "claims": record["claims"], "sentences": sentences}))
    assert any(one.rule == "number" for one in found)
