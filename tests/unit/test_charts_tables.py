"""Tables: what is read is what is compared, missing values say why, and a screen reader finds the headings."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from demo_notebook import parse
from hypothesis import given
from hypothesis import strategies as st

from wres_analysis.charts.tables import format_number, show_table, table

pytestmark = pytest.mark.unit

FRAME = pd.DataFrame(
    {
        "indicator": ["Harassment <b>", "Discrimination"],
        "white": [23.84, 6.9],
        "bme": [np.nan, 15.6],
        "gap": [np.nan, -0.04],
        "n": [13301, 7],
    }
)
FORMATS = {"white": ".1f", "bme": ".1f", "gap": "+.1f"}
STATUS = pd.DataFrame({"bme": ["suppressed", "observed"], "gap": ["not_submitted", "observed"]})


def made(**more):
    return table(FRAME, **{"caption": "Indicators", "formats": FORMATS, "status": STATUS, **more})


def test_cells_are_rounded_texts_and_missing_ones_say_why():
    assert made().rows == (
        ("Harassment <b>", "23.8", "suppressed", "not submitted", "13,301"),
        ("Discrimination", "6.9", "15.6", "0.0", "7"),
    )
    assert made(status=None).rows[0][2] == "not published"


def test_html_has_caption_and_scopes_and_right_aligned_numbers():
    soup = parse(made(units={"white": "%"}, notes=["A note & more."])._repr_html_())
    assert soup.caption.get_text() == "Indicators"
    assert [th.get_text() for th in soup.thead.find_all("th", scope="col")] == [
        "indicator",
        "white (%)",
        "bme",
        "gap",
        "n",
    ]
    assert [th.get_text() for th in soup.tbody.find_all("th", scope="row")] == ["Harassment <b>", "Discrimination"]
    assert {td["class"][0] for td in soup.tbody.find_all("td")} == {"num"}
    assert soup.find("b") is None
    region = soup.find("div", class_="table")
    assert (region["role"], region["tabindex"], region["aria-label"]) == ("region", "0", "Indicators")
    assert soup.find("p", class_="note").get_text() == "A note & more."
    assert soup.find("style") is None
    assert not soup.find_all(id=True)


def test_text_has_the_same_cells_as_html():
    shown = made(notes=["A note."])
    lines = str(shown).splitlines()
    assert lines[0] == "Indicators"
    assert lines[-1] == "A note."
    for row, line in zip(shown.rows, lines[4:], strict=False):
        assert [part.strip() for part in line.split("  ") if part.strip()] == list(row)


def test_numbers_given_as_text_are_right_aligned_unless_they_name_the_row():
    columns = {
        "year": ["2024", "2025"],
        "rate": ["+1.5", "suppressed"],
        "base": ["1,234", "7"],
        "interval": ["1.2 to 1.6", "none"],
        "date": ["31 March 2024", "1 May"],
        "words": ["a", "b"],
    }
    assert table(pd.DataFrame(columns), caption="C").numeric == (False, True, True, False, False, False)


def test_folded_table_opens_without_a_script_and_says_how_long_it_is():
    soup = parse(made(folded=True)._repr_html_())
    assert soup.details.summary.get_text() == "Show the table: Indicators (2 rows)"
    assert soup.details.find("table")
    assert not soup.details.has_attr("open")
    assert str(made(folded=True)) == str(made())


def test_show_table_shows_the_table_itself(capsys):
    show_table(FRAME, caption="Indicators", formats=FORMATS)
    assert "13,301" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"caption": " "}, "caption"),
        ({"formats": {"white": ".1f"}}, "'bme'"),
        ({"formats": FORMATS | {"nowhere": ".1f"}}, "nowhere"),
        ({"units": {"nowhere": "%"}}, "nowhere"),
        ({"headings": {"nowhere": "x"}}, "nowhere"),
    ],
)
def test_what_cannot_be_right_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        made(**wrong)


def test_formatter_may_be_a_function_and_integers_are_grouped():
    frame = pd.DataFrame({"who": ["a"], "value": [0.25], "count": [-1234]})
    shown = table(frame, caption="C", formats={"value": lambda v: f"1 in {1 / v:.0f}"})
    assert shown.rows == (("a", "1 in 4", "−1,234"),)


@given(st.floats(-1e9, 1e9), st.sampled_from([".0f", ",.1f", "+.1f", "+,.2f"]))
def test_a_number_reads_back_as_the_number_rounded(value, spec):
    text = format_number(value, spec)
    decimals = int(spec[-2])
    back = float(text.replace(",", "").replace("−", "-"))
    assert "-" not in text
    assert math.isclose(back, value, abs_tol=0.5 * 10**-decimals + 1e-6)
    if back == 0:
        assert text[0] not in "+−"


@given(st.integers(-(10**6), 10**6), st.sampled_from([1, 2]))
def test_the_last_bit_never_decides_which_way_a_half_goes(number, decimals):
    half = (number + 0.5) / 10**decimals
    texts = {format_number(x, f".{decimals}f") for x in (half, np.nextafter(half, 1e9), np.nextafter(half, -1e9))}
    assert len(texts) == 1
