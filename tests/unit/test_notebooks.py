"""The guard of the committed notebooks, and the proof that it catches what it is for.

nbval passes where a notebook stores nothing to compare; these tests fail there.
"""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from demo_notebook import executed_demo
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from wres_analysis.reports.guard import reference_problems
from wres_analysis.reports.notebook import read, tidy, to_bytes
from wres_analysis.reports.params import NOTEBOOKS, tagged_cell

pytestmark = pytest.mark.unit

COMMITTED = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_committed_notebook_has_something_to_compare_and_nothing_volatile(path):
    nb = read(path)
    assert reference_problems(nb, path.stem) == []
    assert to_bytes(tidy(copy.deepcopy(nb))) == path.read_bytes(), "run: make notebooks"


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_guard_fails_on_a_stripped_copy(path):
    nb = read(path)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    assert reference_problems(nb, path.stem)


def strip_all(nb):
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def strip_one_section(nb):
    for cell in nb.cells[3:7]:
        if cell.cell_type == "code":
            cell.outputs = []


def count_lost(nb):
    nb.cells[4].execution_count = None


def semicolon(nb):
    nb.cells[6].source += "\nfig.legend();"


def warning(nb):
    nb.cells[2].outputs.append(new_output("stream", name="stderr", text="FutureWarning: old"))


def excused(nb):
    nb.cells[4].metadata.tags = ["nbval-ignore-output"]


def excused_in_a_comment(nb):
    nb.cells[4].source = "# NBVAL_SKIP\n" + nb.cells[4].source


def other_kernel(nb):
    nb.metadata.kernelspec.name = "my-env"


def version(nb):
    nb.metadata.language_info["version"] = "3.12.1"


def run_times(nb):
    nb.metadata["papermill"] = {"duration": 1.5}


def cell_run_times(nb):
    nb.cells[2].metadata["papermill"] = {"duration": 1.5}


def own_folder(nb):
    nb.cells[2].source += '\nmore = "/home/anne/data"'


def own_windows_folder(nb):
    nb.cells[2].source += '\nmore = r"C:\\Users\\anne"'


def folder_in_an_output(nb):
    nb.cells[2].outputs.append(new_output("stream", name="stdout", text="read /home/anne/data/x.csv"))


def error(nb):
    nb.cells[2].outputs.append(new_output("error", ename="KeyError", evalue="x", traceback=[]))


def silent_figure(nb):
    nb.cells[6].outputs[0].metadata["image/png"]["alt"] = " "


def data_frame(nb):
    nb.cells[4].outputs[0].data["text/html"] = '<table class="dataframe"></table>'


def load(nb):
    nb.cells[4].outputs[0].data["text/html"] += '<img src="https://example.org/x.png">'


def no_parameters(nb):
    nb.cells[1].metadata = {}


def section_without_outputs(nb):
    nb.cells += [new_markdown_cell("## More", id="x1"), new_code_cell("x = 1", id="x2", execution_count=9)]


def same_identifier(nb):
    nb.cells[3].id = nb.cells[2].id


DOCTORED = {
    strip_all: "never run",
    strip_one_section: "section 'Indicators': nothing it shows is compared",
    count_lost: "cell 5: it was never run",
    semicolon: "cell 7: a line ends in a semicolon",
    warning: "cell 3: FutureWarning",
    excused: "cell 5: it is excused",
    excused_in_a_comment: "cell 5: it is excused",
    other_kernel: "python3",
    version: "version of a Python",
    run_times: "papermill",
    cell_run_times: "cell 3: its metadata",
    own_folder: "cell 3: it names a folder of one machine (/home/a",
    own_windows_folder: "cell 3: it names a folder of one machine (C:\\U",
    folder_in_an_output: "cell 3: its output names a folder",
    error: "cell 3: it stopped with KeyError",
    silent_figure: "cell 7: a figure has no alternative text",
    data_frame: "cell 5: it shows a data frame as it is",
    load: "cell 5: its HTML runs or loads something",
    no_parameters: "exactly one cell tagged 'parameters'",
    section_without_outputs: "section 'More'",
    same_identifier: "cell 4: it has no identifier of its own",
}


def test_guard_has_nothing_against_a_good_notebook():
    assert reference_problems(executed_demo(), "demo") == []


@pytest.mark.parametrize(("doctor", "words"), DOCTORED.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_guard_catches_each_violation(doctor, words):
    nb = executed_demo()
    doctor(nb)
    assert words in "\n".join(reference_problems(nb, "demo"))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_guard_wants_the_cell_that_the_dataclass_makes(name):
    nb = executed_demo()
    nb.cells[1].source = tagged_cell(NOTEBOOKS[name])
    assert reference_problems(nb, name) == []
    nb.cells[1].source += "\nextra = 1"
    assert NOTEBOOKS[name].__name__ in "\n".join(reference_problems(nb, name))


def test_a_url_is_no_folder_of_a_machine():
    nb = executed_demo()
    nb.cells[0].source += "\n\nSee https://example.org/home/page and ../data/sample and 5129/8783 and and/or/opt."
    assert reference_problems(nb, "demo") == []
