"""Comma-separated text: what Python's csv module writes is what we read, and rows keep their numbers."""

import csv
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wres_analysis.errors import InputError
from wres_analysis.sources.delimited import DelimitedError, read_delimited
from wres_analysis.sources.files import SourceFile
from wres_analysis.sources.observations import read_numbers
from wres_analysis.sources.textcolumns import addresses, mostly_numbers, take_words, translate
from wres_analysis.sources.vocabulary import heading_key, month_of, region_name, staff_group

pytestmark = pytest.mark.unit

CELL = st.text(alphabet=st.sampled_from('ab1 ,"\n-£'), max_size=5)


@settings(max_examples=150, deadline=None)
@given(
    table=st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=6)
    ),
    ragged=st.booleans(),
)
def test_reads_what_the_csv_module_writes(table, ragged):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["h"] * len(table[0]), *table])
    if ragged:
        text.write('"short"\n')
        table = [*table, ["short"] + [""] * (len(table[0]) - 1)]
    frame = read_delimited(text.getvalue(), header=True)
    assert frame.to_numpy().tolist() == [[cell.strip() for cell in row] for row in table]
    assert list(frame.index) == list(range(2, len(table) + 2))
    assert frame.attrs["short_rows"] == ((len(table) + 1,) if ragged else ())


def test_blank_rows_keep_their_place_and_short_rows_are_known():
    frame = read_delimited("\na,a\n1,2\n\n3\n4,5,,\n\n\n", header=True)
    assert list(frame.columns) == ["a", "a.1"]
    assert frame.to_numpy().tolist() == [["1", "2"], ["", ""], ["3", ""], ["4", "5"]]
    assert list(frame.index) == [3, 4, 5, 6]
    assert frame.attrs["short_rows"] == (5,)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_no_headings(end):
    frame = read_delimited(end.join(["R0A,x", 'R0B,"y, z"']), header=False)
    assert frame.to_numpy().tolist() == [["R0A", "x"], ["R0B", "y, z"]]
    assert (list(frame.index), list(frame.columns)) == ([1, 2], [0, 1])


@pytest.mark.parametrize(
    ("text", "row", "what"),
    [
        ("", None, "no rows"),
        (" \n\n", None, "no rows"),
        ("a,b\n1,2\n1,2,3\n", 3, "3 cells where the first row has 2"),
        ('a,b\n1,"2\n3,4\n', 2, "quotation marks do not pair"),
    ],
)
def test_what_is_no_table_is_named(text, row, what):
    with pytest.raises(DelimitedError, match=what) as error:
        read_delimited(text, header=True)
    assert error.value.row == row


def test_nothing_is_taken_for_missing_and_any_encoding_is_read(tmp_path):
    for number, encoding in enumerate(("utf-8-sig", "utf-8", "cp1252")):
        path = tmp_path / f"{number}.csv"
        path.write_bytes("name,value\nNA,£\nnull,\n".encode(encoding))
        assert SourceFile(path, tmp_path).csv().to_dict("list") == {"name": ["NA", "null"], "value": ["£", ""]}


def test_the_file_is_named_in_the_error(tmp_path):
    (tmp_path / "x.csv").write_text("a\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"^x\.csv, row 2: The file cannot be read as a table"):
        SourceFile(tmp_path / "x.csv", tmp_path).csv()


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("31/01/2023", "2023-01"),
        ("2014-APR", "2014-04"),
        ("30-APR-18", "2018-04"),
        ("2021-03-31 00:00:00", "2021-03"),
        ("April \n2022", "2022-04"),
        ("Sept 2020", "2020-09"),
        ("202510", "2025-10"),
        ("202513", None),
        ("202", None),
        ("13/13/2020", None),
        ("29/02/2023", None),
        ("1/1/1999", None),
        ("Ma 2020", None),
        ("", None),
    ],
)
def test_months(text, month):
    found = month_of(text)
    assert (found and f"{found[0]:%Y-%m}") == month
    assert found is None or (found[0].day == 1 and found[1].day >= 28)


def test_one_spelling():
    assert heading_key("SICKNESS_ABSENCE_RATE_PERCENT") == heading_key("Sickness absence rate (%)")
    assert heading_key("Org\ncode ") == heading_key("ORG_CODE")
    assert staff_group("Nurses and health visitors") == staff_group("Nurses & health  visitors")
    assert staff_group("Support To St&T Staff") == "Support to ST&T staff"
    assert staff_group("HCHS Doctors (exc. Resident doctors and equivalents)") != staff_group("HCHS Doctors")
    assert region_name("NORTH EAST AND YORKSHIRE COMMISSIONING REGION") == "North East and Yorkshire"
    assert region_name("South East of England") == "South East"
    assert region_name("East of England") == "East of England"
    assert region_name(" Wales ") == "Wales"


def test_columns_of_text():
    words = take_words(["a", "b"], np.array([1, 0, 1]))
    assert list(words) == ["b", "a", "b"]
    assert list(translate(words, str.upper)) == ["B", "A", "B"]
    rows = np.array([2, 3])
    assert list(addresses(("K", rows), ("L", rows + 5))) == ["K2,L7", "K3,L8"]
    assert list(addresses(("AA", rows), sheet="Table 4")) == ["Table 4!AA2", "Table 4!AA3"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.floats(allow_nan=False), st.integers(-5, 200), st.sampled_from(["", ".", "4.5", "x", "inf", "NA"])
        ),
        max_size=9,
    )
)
def test_mostly_numbers_reads_what_the_slow_reader_reads(cells):
    words: dict[str, Any] = {"low": 0.0, "high": 100.0, "suppressed": ("",), "not_applicable": (".",)}
    array = np.array([*cells, None], dtype=object)[:-1]
    for quick, slow in zip(mostly_numbers(array, **words), read_numbers(list(array), **words), strict=True):
        np.testing.assert_array_equal(quick, slow)
