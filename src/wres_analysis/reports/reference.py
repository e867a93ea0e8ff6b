"""Re-run the notebooks of the repository and store what they show, for nbval and for review.

``python -m wres_analysis.reports.reference [NAME ...]`` runs the named notebooks, or all of them, with
their defaults, and rewrites them so that a second run makes the same bytes and a review sees only what
changed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from wres_analysis.errors import RequestError
from wres_analysis.reports.guard import reference_problems
from wres_analysis.reports.notebook import to_bytes
from wres_analysis.reports.run import run_notebook
from wres_analysis.resources import share

__all__ = ["main", "remake"]


def remake(notebook: Path) -> tuple[bool, list[str]]:
    """Run a notebook with its defaults in its own folder, and rewrite it if it ran to its end.

    Returns
    -------
    changed
        Whether the file has other bytes than before.
    problems
        Why it could not be run, in which case it is left as it was; or what the guard has against it.
    """
    executed = run_notebook(notebook)
    if executed.error is not None:
        return False, [f"{executed.error.where} {executed.error.message}"]
    content = to_bytes(executed.nb)
    changed = content != notebook.read_bytes()
    if changed:
        notebook.write_bytes(content)
    return changed, reference_problems(executed.nb, notebook.stem)


def main(names: Sequence[str] | None = None) -> int:
    """Run as a program. Returns 0, or 1 if something is wrong with a notebook."""
    names = list(sys.argv[1:] if names is None else names)
    folder = share("notebooks")
    paths = [folder / f"{Path(name).stem}.ipynb" for name in names] or sorted(folder.glob("*.ipynb"))
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise RequestError(f"There is no notebook {', '.join(missing)} in {folder.name}/.")
    status = 0
    for path in paths:
        changed, problems = remake(path)
        print(f"{path.name}: {'rewritten' if changed else 'failed' if problems else 'unchanged'}")
        for problem in problems:
            print(f"  {problem}")
            status = 1
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RequestError as error:
        sys.exit(str(error))
