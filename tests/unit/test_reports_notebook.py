"""Notebook files: what changes from run to run is gone, and what matters is not."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from demo_notebook import executed_demo
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from wres_analysis.reports.notebook import read, redact, source_hash, tidy, to_bytes

pytestmark = pytest.mark.unit


def volatile(nb: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook as papermill leaves it, with all that differs between two runs."""
    nb = copy.deepcopy(nb)
    nb.metadata["papermill"] = {"start_time": "2026-01-01T00:00:00", "input_path": "/home/anne/x.ipynb"}
    nb.metadata["language_info"]["version"] = "3.14.9"
    for number, cell in enumerate(nb.cells):
        cell.metadata["papermill"] = {"duration": number}
        cell.metadata.setdefault("tags", [])
        if cell.cell_type == "code":
            cell.execution_count += 7
            for output in cell.outputs:
                output["transient"] = {"display_id": str(number)}
    marker = new_markdown_cell("error above", metadata={"tags": ["papermill-error-cell-tag"]})
    nb.cells.insert(2, marker)
    return nb


def test_two_runs_are_the_same_bytes_once_tidied():
    nb = executed_demo()
    expected = to_bytes(nb)
    assert to_bytes(volatile(nb)) != expected
    assert to_bytes(tidy(volatile(nb))) == expected


def test_tidying_twice_is_tidying_once_and_the_result_is_valid():
    nb = tidy(volatile(executed_demo()))
    once = to_bytes(nb)
    assert to_bytes(tidy(nb)) == once
    nbformat.validate(nb)


def test_file_reads_back_as_the_notebook(tmp_path):
    nb = executed_demo()
    path = tmp_path / "n.ipynb"
    path.write_bytes(to_bytes(nb))
    assert b"\r" not in path.read_bytes()
    assert read(path) == nb
    assert nbformat.read(path, as_version=4) == nb


@given(st.lists(st.sampled_from(["a", "b", "", "bad id", "cell-2", "cell-3"]), min_size=1, max_size=6))
def test_every_cell_gets_an_identifier_of_its_own(ids):
    nb = new_notebook(cells=[new_markdown_cell(str(n)) for n in range(len(ids))])
    for cell, name in zip(nb.cells, ids, strict=True):
        cell.id = name
    tidy(nb)
    nbformat.validate(nb)
    assert len({cell.id for cell in nb.cells}) == len(ids)


def test_cut_streams_are_joined_and_errors_lose_the_machine():
    error = new_output(
        "error",
        ename="OSError",
        evalue=f"no {Path.home()}/x",
        traceback=[f"File {sys.prefix}/lib/a.py", "ipykernel_99/12.py"],
    )
    streams = [new_output("stream", name="stdout", text=text) for text in ("one ", "two\n")]
    nb = tidy(new_notebook(cells=[new_code_cell("x", outputs=[*streams, error], execution_count=3)]))
    (stream, kept) = nb.cells[0].outputs
    assert stream.text == "one two\n"
    assert kept.evalue == "no <home>/x"
    assert str(sys.prefix) not in kept.traceback[0]
    assert "99" not in kept.traceback[1]


def test_redacting_leaves_other_text_alone():
    assert redact("R0A has 5129/8783 in data/figures.csv") == "R0A has 5129/8783 in data/figures.csv"


def test_hash_follows_sources_and_tags_and_not_outputs():
    nb = executed_demo()
    before = source_hash(nb)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    assert source_hash(nb) == before
    nb.cells[2].source += " "
    assert source_hash(nb) != before


def test_light_imports_leave_the_slow_grammar_out_and_validation_as_strict_as_before():
    code = (
        "import sys\n"
        "from wres_analysis.reports.kernel import light_imports\n"
        "light_imports()\n"
        "import nbformat\n"
        "nb = nbformat.v4.new_notebook()\n"
        "nb.cells = [{'cell_type': 'code'}]\n"
        "assert not nbformat.validator.isvalid(nb)\n"
        "print('lark' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False"
