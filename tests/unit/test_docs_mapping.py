"""The example of ``docs/mapping.md`` does what the page says that it does."""

import re
from pathlib import Path

import pytest

from wres_analysis.sources.folder import read_folder

pytestmark = pytest.mark.unit

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mapping.md"


def block(language: str) -> str:
    """The fenced block of a language; there is one."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return found


def test_the_example_is_read_as_the_page_says(tmp_path):
    (tmp_path / "cases.csv").write_text(block("csv"), encoding="utf-8")
    (tmp_path / "cases.map.toml").write_text(block("toml"), encoding="utf-8")
    rows = read_folder(tmp_path).observations
    assert rows["status"].value_counts().to_dict() == {"observed": 6, "suppressed": 2}
    assert "6 values and 2 suppressed" in PAGE.read_text(encoding="utf-8")
    (row,) = rows[(rows["org_code"] == "RU3") & (rows["group"] == "bme") & (rows["status"] == "observed")].to_dict(
        "records"
    )
    assert (row["measure"], row["numerator"], row["denominator"]) == ("ind3", 5, 433)
    assert row["value"] == pytest.approx(100 * 5 / 433)
    assert (str(row["period_start"].date()), str(row["period_end"].date())) == ("2024-04-01", "2025-03-31")
    assert row["source_cell"] == "G5,F5"
    assert row["vintage"] == "2025-06"


def table_of_cells() -> list[list[str]]:
    """The rows of the table that says what becomes of a cell."""
    section = PAGE.read_text(encoding="utf-8").split("## What becomes of a cell")[1].split("##")[0]
    return re.findall(r"^\| `(.*)` \| `(\w+)` \| (.*) \|$", section, re.MULTILINE)


@pytest.mark.parametrize(("cell", "unit", "becomes"), table_of_cells())
def test_every_cell_becomes_what_the_page_says(tmp_path, cell, unit, becomes):
    measure = "headcount" if unit == "count" else "ind7"
    (tmp_path / "own.csv").write_text(f'Trust,Value\nRZ5,"{cell}"\n', encoding="utf-8")
    (tmp_path / "own.map.toml").write_text(
        '[map]\nkey = "own"\ntitle = "t"\npublisher = "p"\n[rows]\norg_code = "Trust"\n'
        '[period]\nkind = "survey"\nis = 2024\n'
        f'[[value]]\nmeasure = "{measure}"\nvalue = "Value"\nunit = "{unit}"\n',
        encoding="utf-8",
    )
    (row,) = read_folder(tmp_path).observations.to_dict("records")
    said = {
        "observed": f"{row['value']:g}",
        "excluded": f"left out: {row['reason']}",
    }.get(row["status"], row["status"].replace("_", " "))
    assert said == becomes


def test_the_table_of_cells_is_found():
    assert len(table_of_cells()) == 11
