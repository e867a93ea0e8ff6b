"""One notebook, run by papermill in a fresh kernel of this interpreter."""

from __future__ import annotations

import dataclasses
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wres_analysis.errors import WresError
from wres_analysis.reports.kernel import KERNEL_NAME, engine, light_imports, own_ipython_folder
from wres_analysis.reports.notebook import is_marker, read, redact, tidy, to_bytes
from wres_analysis.reports.params import Params
from wres_analysis.reports.site import ReportError

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["ExecutedNotebook", "run_notebook"]

_KERNEL_START_SECONDS = 120


@dataclass(frozen=True)
class ExecutedNotebook:
    """A notebook that was run, as far as it came.

    Parameters
    ----------
    nb
        The notebook with its outputs, tidied.
    error
        Why it stopped, or None.
    seconds
        How long it took.
    """

    nb: NotebookNode
    error: ReportError | None
    seconds: float


def run_notebook(
    notebook: Path,
    params: Params | dict[str, Any] | None = None,
    output_ipynb: Path | None = None,
    *,
    folder: Path | None = None,
    run_folder: Path | None = None,
) -> ExecutedNotebook:
    """Run one notebook by papermill, in a fresh kernel of this interpreter.

    Parameters
    ----------
    notebook
        The notebook to run; it is not changed.
    params
        What to put in place of the defaults. They are not checked here.
    output_ipynb
        Where to write the executed notebook, whether or not it failed; None for nowhere.
    folder
        The working folder of the kernel; by default the notebook's own. The working folder of this
        process is never changed, so any number of notebooks can run at once.
    run_folder
        Where the notebooks of a run keep what is the same for all of them; by default each works it out.

    Returns
    -------
    ExecutedNotebook
        A notebook that fails does not raise: ``error`` says where and why.
    """
    light_imports()
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import execute_notebook

    started = time.perf_counter()
    given = dataclasses.asdict(params) if isinstance(params, Params) else dict(params or {})
    source = read(notebook)
    error: ReportError | None = None
    with own_ipython_folder() as ipython_folder:
        engine_name, seen = engine(ipython_folder=ipython_folder, run_folder=str(run_folder or ""))
        try:
            nb = execute_notebook(
                source,
                None,
                parameters=given,
                engine_name=engine_name,
                kernel_name=KERNEL_NAME,
                language="python",
                start_timeout=_KERNEL_START_SECONDS,
                request_save_on_cell_execute=False,
                progress_bar=False,
                log_output=False,
                extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
                resources={"metadata": {"path": os.path.abspath(folder or notebook.parent)}},
            )
        except PapermillExecutionError as failure:
            nb = seen[-1]
            error = ReportError(
                where=_place(nb),
                message=redact(_message(failure.ename, failure.evalue)),
                detail=redact(_plain("\n".join(failure.traceback))),
            )
        except DeadKernelError:
            nb = seen[-1]
            error = ReportError(
                where=_place(nb),
                message="The kernel died: the computer may have run out of memory, or a library crashed.",
            )
    nb = tidy(nb)
    if output_ipynb is not None:
        output_ipynb.write_bytes(to_bytes(nb))
    return ExecutedNotebook(nb, error, time.perf_counter() - started)


def _place(nb: NotebookNode) -> str:
    """Say in which cell and under which heading papermill was when it stopped."""
    heading = under = ""
    stopped = 0
    for number, cell in enumerate((cell for cell in nb.cells if not is_marker(cell)), start=1):
        if cell.cell_type == "markdown" and (found := re.search(r"^#+ (.+)$", cell.source, re.MULTILINE)):
            heading = f", under the heading '{found[1].strip()}'"
        elif cell.cell_type == "code" and cell.metadata.get("papermill", {}).get("start_time"):
            # The last one that papermill started. What it calls failed or completed is wrong when a kernel dies.
            stopped, under = number, heading
    return f"The notebook stopped in cell {stopped}{under}."


def _message(name: str, value: str) -> str:
    """Return what an error says; the kit's own errors are sentences, and need no name before them."""
    ours = {kind.__name__ for kind in WresError.__subclasses__()}
    return value if name in ours and value else f"{name}: {value}"


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
