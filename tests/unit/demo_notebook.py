"""A small notebook with one of everything that a report holds, for the tests of the machinery."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import nbformat
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from wres_analysis.reports.notebook import tidy, to_bytes
from wres_analysis.reports.params import Params, _parameter, tagged_cell
from wres_analysis.reports.run import ReportRequest

FIGURES = """\
code,name,indicator,white,bme,n_white,n_bme
X01,Northmoor & Dale,Appointed from shortlisting,0.182,0.131,4210,2307
X01,Northmoor & Dale,Harassment or bullying by the public,23.81,27.74,3301,1290
X01,Northmoor & Dale,Equal opportunity,58.66,49.86,3301,1290
X01,Northmoor & Dale,Discrimination by a colleague,6.89,,3301,7
X02,Southwold <Community>,Appointed from shortlisting,0.2,0.2,100,50
X02,Southwold <Community>,Equal opportunity,60.02,51.7,801,412
"""

TABLE = """\
why = rows["n_bme"].lt(11).map({True: "suppressed", False: ""})
shown = rows[["indicator", "white", "bme", "gap", "n_white", "n_bme"]]
show_table(
    shown,
    caption="Indicators by ethnicity of staff",
    headings={"indicator": "Indicator", "white": "White", "bme": "BME", "gap": "BME minus White",
              "n_white": "White staff who answered", "n_bme": "BME staff who answered"},
    units={"white": "%", "bme": "%", "gap": "percentage points"},
    formats={"white": ".1f", "bme": ".1f", "gap": "+.1f"},
    status=pd.DataFrame({"bme": why, "gap": why}),
    notes=["Groups of fewer than 11 people are suppressed."],
)"""

FIGURE = """\
import matplotlib.pyplot as plt

from wres_analysis.charts import style
from wres_analysis.charts.figure import show

style.use()
fig, ax = plt.subplots()
for shift, (group, label) in enumerate({"white": "White", "bme": "BME"}.items()):
    ax.bar([i + 0.4 * shift for i in range(len(rows))], rows[group], width=0.38, label=label)
ax.set_xticks([i + 0.2 for i in range(len(rows))], [text.split()[0] for text in rows["indicator"]])
ax.set_ylabel("Per cent of staff")
ax.set_title("BME staff report more harassment")
ax.legend()
show(
    fig,
    alt=f"Bar chart of {len(rows)} indicators at {name}, White and BME staff side by side.",
    caption="Each indicator for both groups.",
    source="Invented figures",
)"""

COMPUTE = """\
from pathlib import Path

import pandas as pd
from IPython.display import Markdown, display

from wres_analysis.charts.tables import show_table

figures = pd.read_csv(Path(data) / "figures.csv")
rows = figures[figures["code"] == code].reset_index(drop=True)
if rows.empty:
    raise LookupError(f"the data has no trust {code}")
rows["gap"] = rows["bme"] - rows["white"]
name = rows["name"][0]
display(Markdown(f"**{name.replace('<', '&lt;')}** has {len(rows)} indicators."))"""


@dataclass(frozen=True, kw_only=True)
class DemoParams(Params):
    notebook: ClassVar[str] = "demo"

    code: str = _parameter("X01", "Code of the trust.")
    data: str = _parameter("figures", "Folder of the figures.")


def demo(*extra: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook, not yet run, with more cells at its end if they are given."""
    cells = [
        new_markdown_cell("# Demonstration report"),
        new_code_cell(tagged_cell(DemoParams), metadata={"tags": ["parameters"]}),
        new_code_cell(COMPUTE),
        new_markdown_cell("## Indicators\n\nThe figures are *invented*. From £5 to $6 is no formula.\n\n### Table"),
        new_code_cell(TABLE),
        new_markdown_cell("### Figure\n\n> What this cannot show: anything, because it is invented."),
        new_code_cell(FIGURE),
        new_markdown_cell("## Definitions\n\n| Word | Meaning |\n|---|---|\n| BME | the reporting category |"),
        *extra,
    ]
    for number, cell in enumerate(cells, start=1):
        cell.id = f"cell-{number}"
    return tidy(new_notebook(cells=cells, metadata={"widgets": {}}))


def write_demo(folder: Path, *extra: nbformat.NotebookNode) -> Path:
    """Write the notebook and its data into ``folder``, and return the path of the notebook."""
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    (folder / "figures" / "figures.csv").write_text(FIGURES, encoding="utf-8")
    path = folder / "demo.ipynb"
    path.write_bytes(to_bytes(demo(*extra)))
    return path


def parse(html: str) -> Any:
    """Parse a page or a part of one."""
    return BeautifulSoup(html, "html.parser")


def write_small(folder: Path, *sources: str) -> Path:
    """Write a notebook of a few cells that imports nothing, so that its kernel is quick."""
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    cells = [new_code_cell(tagged_cell(DemoParams), metadata={"tags": ["parameters"]})]
    cells += [new_markdown_cell(text) if text.startswith("#") else new_code_cell(text) for text in sources]
    for number, cell in enumerate(cells, start=1):
        cell.id = f"cell-{number}"
    path = folder / "demo.ipynb"
    path.write_bytes(to_bytes(tidy(new_notebook(cells=cells))))
    return path


def request(folder: Path, code: str = "X01", **more: str) -> ReportRequest:
    """Ask for the report of one trust of the demonstration."""
    names = {"X01": "Northmoor & Dale", "X02": "Southwold <Community>"}
    return ReportRequest(
        slug=f"trust-{code}",
        params=DemoParams(code=code, data=str(folder / "figures")),
        title=f"{names.get(code, code)}: workforce race equality",
        organisation=names.get(code, code),
        code=code,
        region="North West",
        notebook=folder / "demo.ipynb",
    )


def displayed(shown: Any) -> dict[str, Any]:
    """Return the data that a notebook keeps of what is displayed in it."""
    from IPython.core.formatters import DisplayFormatter

    return DisplayFormatter().format(shown)[0]


def executed_demo() -> nbformat.NotebookNode:
    """Return the notebook with outputs that a run would give, made here without a kernel."""
    import matplotlib.pyplot as plt
    import pandas as pd
    from nbformat.v4 import new_output

    from wres_analysis.charts import style
    from wres_analysis.charts.figure import mime_bundle
    from wres_analysis.charts.tables import table

    style.use()
    fig, ax = plt.subplots()
    ax.bar(["White", "BME"], [23.8, 27.7])
    data, metadata = mime_bundle(fig, alt='Bars: "White" 23.8, BME 27.7', caption="A & B", source="Invented <figures>")
    plt.close(fig)
    frame = pd.DataFrame({"indicator": ["Harassment"], "white": [23.81], "bme": [27.74]})
    shown = table(frame, caption="Indicators", formats={"white": ".1f", "bme": ".1f"})
    outputs = {
        "cell-3": [new_output("display_data", {"text/markdown": "**Northmoor**", "text/plain": "<Markdown>"})],
        "cell-5": [new_output("display_data", displayed(shown))],
        "cell-7": [new_output("display_data", data, metadata=metadata)],
    }
    nb = demo()
    for count, cell in enumerate((cell for cell in nb.cells if cell.cell_type == "code"), start=1):
        cell.execution_count = count
        cell.outputs = outputs.get(cell.id, [])
    return nb
