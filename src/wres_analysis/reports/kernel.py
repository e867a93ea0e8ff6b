"""The kernel that a report runs in: this very interpreter, alone with the notebook, the same every time."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from wres_analysis import once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode

__all__ = ["KERNEL_NAME", "engine", "light_imports", "own_ipython_folder"]

KERNEL_NAME = "python3"

#: What every kernel is given. Reports run beside one another, so linear algebra takes one thread each;
#: sets and dictionaries keep their order from run to run; text is UTF-8 on Windows too; nothing of the
#: person who runs it (start-up files) gets into a report.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "PYTHONSTARTUP": "",
    # A figure that is not shown by charts.figure.show must be seen, so that it can be refused.
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}


def light_imports() -> None:
    """Make ``import nbformat``, and all that stands on it, about one second faster.

    JupyterLab brings ``rfc3987_syntax``, which builds a grammar when it is imported. jsonschema imports it
    wherever it finds it, to check strings of the format "iri", of which a notebook has none, and does
    without where it is absent. Call this before anything imports nbformat; a process that already has the
    module keeps it.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    logging.getLogger("papermill").setLevel(logging.ERROR)


@contextmanager
def own_ipython_folder() -> Iterator[str]:
    """Give a kernel an empty IPython folder, so that a person's IPython profile changes no report."""
    with TemporaryDirectory(prefix="wres-kernel-", ignore_cleanup_errors=True) as folder:
        yield folder


def _kernel_manager() -> type[Any]:
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class ThisInterpreter(AsyncKernelManager):
        """Starts the interpreter that is running now.

        A kernel called ``python3`` that somebody once installed for another Python would otherwise win.
        """

        ipython_folder = ""
        run_folder = ""

        @property
        def kernel_spec(self) -> KernelSpec:
            if self._kernel_spec is None:
                self._kernel_spec = KernelSpec(
                    argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
                    display_name="Python 3 (ipykernel)",
                    language="python",
                    env=ENVIRONMENT | {"IPYTHONDIR": self.ipython_folder, once.FOLDER: self.run_folder},
                )
            return self._kernel_spec

    return ThisInterpreter


def engine(*, ipython_folder: str, run_folder: str = "") -> tuple[str, list[NotebookNode]]:
    """Register a papermill engine that starts :func:`this interpreter <_kernel_manager>`.

    Parameters
    ----------
    ipython_folder
        An empty folder for IPython.
    run_folder
        Where the notebooks of a run keep what is the same for all of them (:mod:`wres_analysis.once`); blank for
        nowhere.

    Returns
    -------
    name
        What to give papermill as ``engine_name``.
    seen
        A list that will hold the notebook being executed, with the outputs so far. papermill loses it when
        a kernel dies; we keep it, because a partial notebook says where that happened.
    """
    from papermill.engines import NBClientEngine, papermill_engines

    seen: list[NotebookNode] = []
    manager = type("KernelManager", (_kernel_manager(),), {"ipython_folder": ipython_folder, "run_folder": run_folder})

    class OwnKernel(NBClientEngine):
        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
            seen.append(nb_man.nb)
            return super().execute_managed_notebook(nb_man, kernel_name, kernel_manager_class=manager, **options)

    name = "wres"
    papermill_engines.register(name, OwnKernel)
    return name, seen
