"""The FFT reader on the publisher's own empty workbooks: the layout is known, and no value is made up."""

import pandas as pd
import pytest
from workbooks import one

from wres_analysis.sources.fft import READERS, _service_and_month
from wres_analysis.sources.files import SourceFile

pytestmark = pytest.mark.integration

(READER,) = READERS


@pytest.mark.parametrize(("name", "service"), [("FFT_AE_template.xlsm", "ae"), ("FFT_IP_template.xlsm", "inpatient")])
def test_an_empty_workbook_is_known_and_yields_nothing(real_data, name, service):
    source = SourceFile(real_data / "fft_layout" / name, real_data)
    assert READER.recognise(source)
    service_found, start, end = _service_and_month(source)
    assert (service_found, f"{start}", f"{end}") == (service, "2025-07-01", "2025-07-31")
    reading = READER.read(source)
    assert len(reading.observations) == len(reading.organisations) == 0
    trusts = next(tally for tally in reading.tallies if tally.sheet == "Trusts")
    assert trusts.kept == 0 and "no organisation has a value" in trusts.skipped
    assert {tally.sheet for tally in reading.tallies} == set(source.sheet_names)


@pytest.mark.parametrize("name", ["FFT_AE_template.xlsm", "FFT_IP_template.xlsm"])
def test_values_put_into_the_publishers_workbook_are_read(real_data, tmp_path, name):
    """Fill two rows of the real workbook by openpyxl, a library of others, and read them back."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(real_data / "fft_layout" / name, keep_vba=True)
    sheet = book["Trusts"]
    start = next(row for row in range(1, 40) if str(sheet.cell(row, 3).value).startswith("Selection")) + 1
    for offset, cells in enumerate(
        [
            ["QE1", "RZA", "Fictional A", 200, 900, 0.93, 0.03, 150, 36, 4, 3, 3, 4],
            ["QE1", "RZB", "Fictional B", 3, 80, "*", "*", "*", "*", "*", "*", "*", "*"],
        ]
    ):
        for column, cell in enumerate(cells, start=1):
            sheet.cell(start + offset, column, cell)
    book.save(tmp_path / "filled.xlsm")
    rows = READER.read(SourceFile(tmp_path / "filled.xlsm", tmp_path)).observations
    assert list(rows["org_code"]) == ["RZA", "RZB"]
    a, b = one(rows, org_code="RZA"), one(rows, org_code="RZB")
    assert (a["numerator"], a["denominator"]) == (186, 200) and a["value"] == pytest.approx(93.0)
    assert a["source_cell"] == f"Trusts!F{start},D{start},H{start},I{start}"
    assert b["status"] == "suppressed" and pd.isna(b["value"])
