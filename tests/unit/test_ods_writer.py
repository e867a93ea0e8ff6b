# mypy: ignore-errors
"""The ODS writer: what it writes, calamine (another program's reader) reads back, types and all."""

import datetime as dt
import zipfile

import numpy as np
import pandas as pd
import pytest
import python_calamine as calamine

from wres_analysis.sample.ods_writer import write_ods

pytestmark = pytest.mark.unit

STAMP = dt.datetime(2021, 1, 30, 12, 5, 1)
ROWS = [
    ["Location ID", "two\nlines", " x  y ", 'R&D <"q">', None, 1],
    [1, 2.5, True, dt.date(2021, 1, 30), STAMP, 0.1 + 0.2],
    [],
    ["NA", "-", "01/02/2020", "", np.int64(3), np.float64(1e-9)],
    [pd.NaT, float("nan"), pd.Timestamp("2024-03-31"), "last", "", ""],
]


def read(path, name):
    return calamine.load_workbook(str(path)).get_sheet_by_name(name).to_python(skip_empty_area=False)


def test_calamine_reads_back_every_cell_with_its_type(tmp_path):
    rows = read(write_ods(tmp_path / "a.ods", {"Locations": ROWS}), "Locations")
    assert rows[0] == ["Location ID", "two\nlines", " x  y ", 'R&D <"q">', "", 1.0]
    assert rows[1] == [1.0, 2.5, True, dt.date(2021, 1, 30), STAMP, 0.1 + 0.2]
    assert rows[2] == [""] * 6
    assert rows[3] == ["NA", "-", "01/02/2020", "", 3.0, 1e-9]
    assert rows[4][:4] == ["", "", dt.datetime(2024, 3, 31), "last"]


def test_sheets_keep_their_order_and_names(tmp_path):
    path = write_ods(tmp_path / "a.ods", {"Providers": [["x"]], 'A & "B"': [["y"]]})
    assert calamine.load_workbook(str(path)).sheet_names == ["Providers", 'A & "B"']
    assert read(path, 'A & "B"') == [["y"]]


def test_same_rows_same_bytes_and_the_media_type_first(tmp_path):
    one, two = (write_ods(tmp_path / name, {"S": ROWS}).read_bytes() for name in ("1.ods", "2.ods"))
    assert one == two
    with zipfile.ZipFile(tmp_path / "1.ods") as archive:
        first = archive.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)


def test_a_cell_of_another_type_is_refused(tmp_path):
    with pytest.raises(TypeError, match="list"):
        write_ods(tmp_path / "a.ods", {"S": [[[1]]]})
