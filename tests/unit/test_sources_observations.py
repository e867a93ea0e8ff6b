"""The tidy table, numbers out of cells, and addresses."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wres_analysis.sources.files import SourceFile, column_letter
from wres_analysis.sources.observations import (
    COLUMNS,
    ORGANISATION_COLUMNS,
    Tally,
    observations,
    organisation_sightings,
    place_of,
    read_numbers,
    require_columns,
)

pytestmark = pytest.mark.unit


def number(cell, **options):
    values, statuses, reasons = read_numbers([cell], **options)
    return values[0], statuses[0], reasons[0]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", 12),
        (" 12 ", 12),
        ("12.5", 12.5),
        ("-0.5", -0.5),
        ("+3", 3),
        ("1e3", 1000),
        ("12,345", 12345),
        ("1,234,567.89", 1234567.89),
        ("-1,234", -1234),
        (12, 12),
        (12.5, 12.5),
        (0, 0),
    ],
)
def test_numbers(cell, value):
    assert number(cell) == (value, "observed", "")


@pytest.mark.parametrize(
    "cell",
    [
        *("27,5", "1,23", "12,34,567", "1234,567", ",5", "1,", "1 234", "1_000", "0x10", "nan", "inf", "-Infinity"),
        *("NA", "N/A", "none", "True", "12%", "£5", "5-", "1.2.3", "１２", True, dt.date(2024, 1, 1), "#REF!"),
    ],
)
def test_what_is_no_number_is_quoted(cell):
    value, status, reason = number(cell)
    assert np.isnan(value)
    assert (status, reason) == ("excluded", f"'{cell}' is not a number")


def test_an_empty_cell_is_no_number_unless_it_is_said_to_mean_something():
    assert number("")[1:] == ("excluded", "the cell is empty")
    assert number("", suppressed=("",))[1:] == ("suppressed", "suppressed by the publisher")
    assert number("", not_submitted=("",))[1:] == ("not_submitted", "the cell is empty")
    assert number(".", not_applicable=(".",))[1:] == ("not_applicable", "marked as not applicable by the publisher")
    assert number("n.s.", not_submitted=("n.s.",))[1:] == ("not_submitted", "marked as not given")


def test_a_mark_may_look_like_a_number():
    value, status, _ = number("-999", suppressed=("-999",), low=0.0)
    assert np.isnan(value) and status == "suppressed"


def test_a_percent_sign_is_read_where_it_is_the_notation():
    assert number("12.5%", percent_sign=True)[0] == number("12.5 %", percent_sign=True)[0] == 12.5
    assert number("%", percent_sign=True)[1] == "excluded"


def test_the_range_is_closed_and_what_is_beyond_it_is_told():
    assert [number(v, low=0.0, high=100.0)[1] for v in (0.0, 100.0, 100.5, -0.1)] == [
        "observed", "observed", "excluded", "excluded",
    ]  # fmt: skip
    assert number("250", low=0.0, high=100.0)[2] == "250 is outside the possible range 0 to 100"


def test_a_long_or_broken_cell_is_quoted_in_one_short_line():
    reason = number("see\nnote 3 " + "x" * 500)[2]
    assert "\n" not in reason and len(reason) < 100
    assert reason.startswith("'see note 3 xxx")


@pytest.mark.parametrize(
    "cells",
    [
        pd.Series(["1", "x", ""], index=[7, 8, 9]),
        pd.Series(["1", "x", ""], dtype=object),
        np.array(["1", "x", ""], dtype=object),
        ["1", "x", ""],
        [1, "x", ""],
    ],
)
def test_every_kind_of_column_is_read_alike(cells):
    value, status, _ = read_numbers(cells, not_submitted=("",))
    assert value[0] == 1.0 and np.isnan(value[1:]).all()
    assert list(status) == ["observed", "excluded", "not_submitted"]


def test_numbers_in_an_array_are_not_changed_in_place():
    given_array = np.array([1.0, 200.0])
    read_numbers(given_array, high=100.0)
    assert list(given_array) == [1.0, 200.0]
    assert read_numbers([])[0].shape == (0,)


@given(st.lists(st.text(max_size=20) | st.floats() | st.integers() | st.booleans() | st.none()))
def test_no_cell_breaks_the_reading_and_each_is_a_number_or_says_why(cells):
    value, status, reason = read_numbers(cells, suppressed=("*",))
    assert len(value) == len(status) == len(reason) == len(cells)
    assert ((status == "observed") == np.isfinite(value)).all()
    assert all((text == "") == (word == "observed") for text, word in zip(reason, status, strict=True))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_back_as_it_was_written(given_number):
    assert number(repr(given_number))[0] == pytest.approx(given_number, rel=1e-15, abs=0)
    assert number(f"{given_number:,.3f}")[0] == pytest.approx(round(given_number, 3), rel=1e-12, abs=1e-9)


# -- The table ---------------------------------------------------------------------------------------------------


def test_rows_have_every_column_in_order_and_type():
    rows = observations(org_code=["RZA", "RZB"], value=[1, None], measure="ind7", period_end="2025-03-31")
    assert {name: str(dtype) for name, dtype in rows.dtypes.items()} == COLUMNS
    assert list(rows["group"]) == list(rows["stratum"]) == ["all", "all"]
    assert list(rows["status"]) == ["observed", "observed"]
    assert rows["value"].isna().tolist() == [False, True]
    assert rows["period_start"].isna().all()
    empty = organisation_sightings(org_code=[])
    assert {name: str(dtype) for name, dtype in empty.dtypes.items()} == ORGANISATION_COLUMNS
    assert len(empty) == 0


def test_a_column_that_is_not_of_the_table_or_of_another_length_is_a_mistake():
    with pytest.raises(TypeError, match="colour"):
        observations(org_code=["RZA"], colour="red")
    with pytest.raises(ValueError, match="different lengths"):
        observations(org_code=["RZA"], value=[1.0, 2.0])


def test_missing_text_is_blank():
    assert list(observations(org_code=pd.Series(["RZA", None], dtype="str"))["org_code"]) == ["RZA", ""]


def test_a_tally_counts_values_by_what_became_of_them():
    tally = Tally("f.csv", "", "x")
    statuses = ["observed", "observed", "suppressed", "excluded", "not_submitted", "merged"]
    tally.count(observations(org_code=["R"] * 6, status=statuses))
    tally.skip("nothing", 0)
    assert (tally.kept, tally.suppressed, tally.excluded) == (2, 1, 1)
    assert tally.skipped == {"not submitted": 1, "merged": 1}


# -- Addresses ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("THEMES!G61,H61", ("THEMES", 61, "G")),
        ("K14", ("", 14, "K")),
        ("Q27-30!X6:AA6,AP6", ("Q27-30", 6, "X")),
        ("What! a name!AB3", ("What! a name", 3, "AB")),
        ("", ("", None, "")),
        ("somewhere", ("", None, "somewhere")),
    ],
)
def test_an_address_is_taken_apart(address, place):
    assert tuple(place_of(address).values()) == place


@given(st.integers(0, 16383), st.integers(1, 1048576), st.text(st.characters(exclude_characters="!"), max_size=30))
def test_every_address_that_readers_make_is_taken_apart_again(column, row, sheet):
    letter = column_letter(column)
    assert place_of(f"{sheet}!{letter}{row}") == {"sheet": sheet, "row": row, "column": letter}


def test_letters_are_those_of_a_spreadsheet():
    assert [column_letter(i) for i in (0, 25, 26, 51, 52, 701, 702, 16383)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD",
    ]  # fmt: skip


def test_each_missing_column_is_a_line(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("a,b\n")
    with pytest.raises(Exception, match="The column is missing") as caught:
        require_columns(SourceFile(path, tmp_path), ["a", "b"], ["a", "c", "d"], sheet="S", row=4)
    assert str(caught.value).splitlines()[0].startswith("f.csv, sheet 'S', row 4, column 'c': The column is missing.")
    assert len(str(caught.value).splitlines()) == 2
