"""Blocks: what a machine reads of a table is what a person reads, with types, units, and why a number is missing."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter

from wres_analysis.charts.blocks import BLOCK_MIME, Cell, Column, make_column, slug
from wres_analysis.charts.tables import format_number, table

pytestmark = pytest.mark.unit


def read(*texts, **more):
    return make_column("Heading", texts, list(texts), **more)


def test_numbers_come_from_the_frame_and_missing_ones_say_why():
    frame = pd.DataFrame({"who": ["a", "b"], "gap": [2 / 3, np.nan], "n": [1204, 7]})
    why = pd.DataFrame({"gap": ["observed", "suppressed"]})
    shown = table(frame, caption="C, WRES 2025", formats={"gap": "+.1f"}, units={"gap": "points"}, status=why)
    who, gap, n = shown.block()["columns"]
    assert who == {"heading": "who", "type": "string", "text": ["a", "b"]}
    # Eight digits are kept: enough for any use, and the same on every machine.
    assert gap == {
        "heading": "gap (points)", "unit": "points", "type": "number", "text": ["+0.7", "suppressed"],
        "value": [0.66666667, None], "missing": {"1": "suppressed"},
    }  # fmt: skip
    assert n["value"] == [1204, 7]
    assert shown.block()["id"] == "c-wres"


@pytest.mark.parametrize(
    ("texts", "kind", "values"),
    [
        (("1,234", "none"), "integer", (1234, None)),
        (("−10.0", "+3.9"), "number", (-10.0, 3.9)),
        (("62%", "under 1%"), "integer", (62, None)),
        (("31 March 2025", "1 May 2024"), "date", ("2025-03-31", "2024-05-01")),
        (("April 2020", "not in the files"), "date", ("2020-04-01", None)),
        (("46th to 109th of 159", "none"), "string", ()),
        (("none", "no data"), "string", ()),
        (("123456789012",), "string", ()),  # a hash, not a count
        (("RZ5", "7"), "string", ()),
    ],
)
def test_texts_of_the_house_are_read_back(texts, kind, values):
    column = read(*texts)
    assert (column.type, column.value) == (kind, values)


def test_intervals_are_read_as_two_limits_and_a_limit_in_words_stays_in_words():
    column = read("+2.5 to +9.0", "none", "0.95 or more", ">1.00 to 2.37", "suppressed")
    assert column.type == "interval"
    assert column.low == (2.5, None, 0.95, ">1.00", None)
    assert column.high == (9.0, None, None, 2.37, None)
    assert column.missing == ((1, "none"), (4, "suppressed"))


def test_column_that_names_the_rows_is_not_numbers_unless_the_frame_says_so():
    assert read("2024", "2025", names_rows=True).type == "string"
    assert make_column("Year", ["2024"], [2024], names_rows=True).value == (2024,)


def test_cells_bring_their_values_with_them():
    frame = pd.DataFrame(
        {
            "name": ["a", "b"],
            "estimate": [Cell("+0.7", 2 / 3), Cell("suppressed")],
            "interval": [Cell("+0.3 to +1.0", (1 / 3, 1.0)), Cell("none")],
        }
    )
    shown = table(frame, caption="C")
    assert shown.rows == (("a", "+0.7", "+0.3 to +1.0"), ("b", "suppressed", "none"))
    _, estimate, interval = shown.columns
    assert (estimate.value, estimate.missing) == ((0.66666667, None), ((1, "suppressed"),))
    assert (interval.type, interval.low, interval.high) == ("interval", (0.33333333, None), (1.0, None))


def test_display_holds_html_text_and_block_with_the_same_cells():
    frame = pd.DataFrame({"name": ["a"], "rate": [23.84]})
    shown = table(frame, caption="C", formats={"rate": ".1f"})
    data, _ = DisplayFormatter().format(shown)
    assert set(data) == {"text/html", "text/plain", BLOCK_MIME}
    block = json.loads(json.dumps(data[BLOCK_MIME]))  # JSON, and nothing that JSON cannot hold
    assert [column["text"] for column in block["columns"]] == [["a"], ["23.8"]]
    assert tuple(Column.from_json(column) for column in block["columns"]) == shown.columns


@given(st.floats(-1e6, 1e6), st.sampled_from([",.1f", "+.1f", ".2f", ",.0f"]))
def test_a_number_read_back_shows_the_same_text_again(value, spec):
    text = format_number(value, spec)
    (back,) = read(text).value
    assert format_number(back, spec) == text


def test_a_year_is_not_part_of_what_a_table_is_called():
    assert slug("Indicators 2 to 9, WRES 2025") == slug("Indicators 2 to 9, WRES 2024") == "indicators-2-to-9-wres"
