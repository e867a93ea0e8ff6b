"""The codes that the TAC reader relies on, against the publisher's illustrative files of two years."""

import pytest

from wres_analysis.sources.files import SourceFile, fold
from wres_analysis.sources.tac import AGENCY, EXTERNAL_BANK, GROSS_STAFF_COST, READERS, SCHEDULE

pytestmark = pytest.mark.integration

YEARS = [
    ("2021-22-NHS-provider-TAC-ilustrative-file.xlsx", "2021/22"),
    ("2023-24-NHS-Provider-TAC-illustrative-file.xlsx", "2023/24"),
]


@pytest.fixture(params=YEARS, ids=[year for _, year in YEARS])
def file(request, real_data):
    name, year = request.param
    return SourceFile(real_data / "agency_tac_layout" / name, real_data), year


def test_the_lines_mean_what_the_reader_takes_them_for(file):
    source, year = file
    rows = source.sheet(SCHEDULE).rows
    columns = next(number for number, row in enumerate(rows) if "A09CY01" in row)
    total = rows[columns].index("A09CY01")
    assert fold(rows[columns][1]).startswith("note 5.2 employee expenses")
    assert fold(rows[columns + 1][total]).startswith("total")
    assert (rows[columns + 2][total], rows[columns + 3][total]) == (year, "£000")
    labels = {row[-1] if row[-1] else row[10]: fold(row[1]) for row in rows[columns : columns + 25]}
    assert labels[AGENCY] == "temporary staff - agency/contract staff"
    assert labels[EXTERNAL_BANK] == "temporary staff - external bank"
    assert labels[GROSS_STAFF_COST] == "total gross staff costs"
    # The parts come before the total, the deductions after it.
    order = list(labels)
    assert order.index(EXTERNAL_BANK) < order.index(AGENCY) < order.index(GROSS_STAFF_COST) < order.index("STA0340")


def test_a_line_code_is_used_once_in_its_column(file):
    source, _ = file
    codes = [cell for row in source.sheet(SCHEDULE).rows for cell in row]
    assert [codes.count(code) for code in (AGENCY, EXTERNAL_BANK, GROSS_STAFF_COST)] == [1, 1, 1]


def test_an_illustrative_file_is_not_taken_for_data(file):
    assert not any(reader.recognise(file[0]) for reader in READERS)
