"""Parameters: declared once, the tagged cell made from them, everything wrong told at once."""

from __future__ import annotations

import dataclasses

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from wres_analysis.errors import RequestError
from wres_analysis.reports.params import (
    NOTEBOOKS,
    SAMPLE_TRUST,
    DataQualityParams,
    TrustReportParams,
    check,
    problems,
    read_defaults,
    tagged_cell,
)
from wres_analysis.sample.places import register

pytestmark = pytest.mark.unit


def with_cells(*sources: str) -> nbformat.NotebookNode:
    return new_notebook(cells=[new_code_cell(source, metadata={"tags": ["parameters"]}) for source in sources])


@pytest.mark.parametrize("cls", NOTEBOOKS.values(), ids=NOTEBOOKS)
def test_cell_made_from_the_class_reads_back_as_its_defaults(cls, tmp_path):
    nb = with_cells(tagged_cell(cls))
    assert read_defaults(nb) == dataclasses.asdict(cls())
    path = tmp_path / "n.ipynb"
    nbformat.write(nb, path)
    assert read_defaults(path) == dataclasses.asdict(cls())
    assert problems(cls()) == []


@pytest.mark.parametrize("cls", NOTEBOOKS.values(), ids=NOTEBOOKS)
def test_papermill_finds_every_parameter_in_the_cell(cls):
    """The peer that reads the cell must see all of it, or it would warn of unknown parameters."""
    from papermill.inspection import _infer_parameters

    nb = with_cells(tagged_cell(cls))
    nb.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    found = _infer_parameters(nb, name="python3", language="python")
    assert [parameter.name for parameter in found] == [field.name for field in dataclasses.fields(cls)]


def test_default_trust_is_one_of_the_sample():
    assert SAMPLE_TRUST in {trust.code for trust in register(42)}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"trust": "r0a"}, "capital letters"),
        ({"trust": ""}, "capital letters"),
        ({"trust": 5}, "must be text"),
        ({"data": " "}, "panel folder"),
        ({"compare": "nearest"}, 'one of "region", "type", "england"'),
        ({"year": 202}, "WRES year"),
        ({"year": "2025"}, "a whole number or None"),
        ({"year": True}, "a whole number or None"),
    ],
)
def test_each_wrong_value_is_named_with_what_it_should_be(values, words):
    (problem,) = problems(TrustReportParams(**values))
    (name,) = values
    assert name in problem
    assert words in problem


def test_everything_wrong_is_told_at_once():
    asked = [
        TrustReportParams(trust="R0A", year=2025),
        TrustReportParams(trust="RBX", year=2031),
        TrustReportParams(trust="??", compare="x"),  # type: ignore[arg-type]
        DataQualityParams(data=""),
    ]
    with pytest.raises(RequestError) as caught:
        check(asked, trusts={"R0A", "RBV", "RBT"}, years=range(2019, 2026))
    lines = str(caught.value).splitlines()
    assert len(lines) == 5
    assert "no trust 'RBX'" in lines[0]
    assert "Did you mean" in lines[0]
    assert "RBV" in lines[0]
    assert "no WRES year 2031" in lines[1]
    assert "2019 to 2025" in lines[1]
    check(asked[0], trusts={"R0A"}, years=[2025])


@pytest.mark.parametrize(
    "sources",
    [
        (),
        ("a = 1", "b = 2"),
        ("import os",),
        ("a = 1 + 1\nb = a",),
        ("a = b = 1",),
        ("a: int = 1",),
    ],
)
def test_cell_that_is_more_than_plain_values_is_refused(sources):
    with pytest.raises(RequestError, match="parameters"):
        read_defaults(with_cells(*sources))
