"""What a notebook of ours may not hold: as a committed reference, and as the source of a page.

nbval compares what is stored with what a new run gives, and passes where nothing is stored. So a committed
notebook must be proved to have something to compare.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from wres_analysis.errors import RequestError
from wres_analysis.reports.params import NOTEBOOKS, read_defaults, tagged_cell

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["compared", "output_problems", "reference_problems", "warnings_of"]

#: What nbval compares of an output. Pictures are not compared.
COMPARED = ("text/plain", "text/html", "text/markdown", "text/latex", "application/json", "image/svg+xml")
#: What a page can show.
SHOWN = ("text/html", "text/markdown", "image/png", "text/plain")

#: Folders of somebody's machine, in a source or in an output.
_PLACE = re.compile(r"(?<![\w.<>/])(?:/(?:home|Users|root|tmp|var|work|opt|usr|mnt)/\w|[A-Za-z]:\\\w|\\\\\w+\\\w)")
_LOADS = re.compile(
    r"<(?:script|link|iframe|object|embed)\b|\bsrc(?:set)?\s*=\s*[\"']?(?!data:)|url\(\s*[\"']?https?:", re.IGNORECASE
)
_HEADING = re.compile(r"^## \S", re.MULTILINE)


def output_problems(nb: NotebookNode) -> list[str]:
    """Return what is wrong with the outputs of an executed notebook that is to become a page."""
    found = []
    for number, _, output in _outputs(nb):
        where = f"cell {number}"
        if output["output_type"] == "error":
            found.append(f"{where}: it stopped with {output['ename']}: {output['evalue']}")
        data = output.get("data", {})
        if data and not any(kind in data for kind in SHOWN):
            found.append(f"{where}: a page cannot show an output of the kind {', '.join(sorted(data))}.")
        elif "text/html" in data:
            html = _text(data["text/html"])
            if "dataframe" in html:
                found.append(f"{where}: it shows a data frame as it is. Show it by charts.tables.show_table.")
            if _LOADS.search(html):
                found.append(f"{where}: its HTML runs or loads something. A page must stand alone.")
        elif "image/png" in data and not output.get("metadata", {}).get("image/png", {}).get("alt", "").strip():
            found.append(f"{where}: a figure has no alternative text. Show it by charts.figure.show.")
    return found


def warnings_of(nb: NotebookNode) -> list[str]:
    """Return what a notebook wrote to its error stream, which no page shows."""
    return [
        f"cell {number}: {_text(output['text']).strip()}"
        for number, _, output in _outputs(nb)
        if output["output_type"] == "stream" and output["name"] == "stderr"
    ]


def compared(output: NotebookNode) -> bool:
    """Say whether nbval compares anything of an output that a reader would miss."""
    if output["output_type"] == "stream":
        return output["name"] == "stdout" and bool(_text(output["text"]).strip())
    return any(_text(output.get("data", {}).get(kind, "")).strip() for kind in COMPARED)


def reference_problems(nb: NotebookNode, name: str) -> list[str]:
    """Return what is wrong with a committed notebook, one line each.

    Parameters
    ----------
    nb
        The notebook as it is in the file.
    name
        Its file name without the ending. Where :data:`~wres_analysis.reports.params.NOTEBOOKS` knows it,
        its tagged cell must be the one made from the dataclass.
    """
    found = [f"cell {number}: {reason}" for number, reason in _cell_problems(nb)]
    found += [f"{text}" for text in output_problems(nb)]
    found += [f"{text} (written to the error stream)" for text in warnings_of(nb)]
    found += _section_problems(nb)
    found += _metadata_problems(nb)
    found += _parameter_problems(nb, name)
    return found


def _cell_problems(nb: NotebookNode) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for number, cell in enumerate(nb["cells"], start=1):
        source = _text(cell["source"])
        if cell.get("id", "") in seen or not cell.get("id"):
            yield number, "it has no identifier of its own."
        seen.add(cell.get("id", ""))
        if _PLACE.search(source):
            yield number, f"it names a folder of one machine ({_PLACE.search(source)[0]}...)."  # type: ignore[index]
        if cell["cell_type"] != "code":
            continue
        if source.strip() and cell.get("execution_count") is None:
            yield number, "it was never run, so nothing would be compared."
        if re.search(r";[ \t]*$", source, re.MULTILINE):
            yield number, "a line ends in a semicolon, which nbval runs differently."
        tags = set(cell.get("metadata", {}).get("tags", []))
        if tags & {"nbval-skip", "nbval-ignore-output"} or re.search(r"#\s*NBVAL_(SKIP|IGNORE)", source):
            yield number, "it is excused from comparison."
        if set(cell.get("metadata", {})) - {"tags"}:
            yield number, f"its metadata is not clean: {', '.join(sorted(set(cell['metadata']) - {'tags'}))}."
        for output in cell.get("outputs", []):
            texts = [output.get("text", ""), *output.get("data", {}).values()]
            place = next((m for text in texts if (m := _PLACE.search(_text(text)))), None)
            if place:
                yield number, f"its output names a folder of one machine ({place[0]}...)."


def _section_problems(nb: NotebookNode) -> list[str]:
    """Each section with code in it must show something that is compared."""
    sections: list[tuple[str, list[NotebookNode]]] = [("the beginning", [])]
    for cell in nb["cells"]:
        if cell["cell_type"] == "markdown" and (heading := _HEADING.search(_text(cell["source"]))):
            line = _text(cell["source"])[heading.start() :].splitlines()[0]
            sections.append((f"section '{line.lstrip('# ')}'", []))
        elif cell["cell_type"] == "code" and _text(cell["source"]).strip():
            sections[-1][1].append(cell)
    found = []
    if not any(cells for _, cells in sections):
        found.append("the notebook has no code.")
    for title, cells in sections:
        # Before the first section there may be nothing but parameters and loading.
        if cells and title != "the beginning" and not any(compared(o) for c in cells for o in c.get("outputs", [])):
            found.append(f"{title}: nothing it shows is compared.")
    if not any(compared(output) for _, _, output in _outputs(nb)):
        found.append("the notebook stores no output to compare.")
    return found


def _metadata_problems(nb: NotebookNode) -> list[str]:
    found = []
    if nb["metadata"].get("kernelspec", {}).get("name") != "python3":
        found.append("its kernel must be called python3.")
    if set(nb["metadata"].get("language_info", {})) - {"name"}:
        found.append("its metadata holds the version of a Python.")
    extra = sorted(set(nb["metadata"]) - {"kernelspec", "language_info", "title"})
    if extra:
        found.append(f"its metadata is not clean: {', '.join(extra)}.")
    return found


def _parameter_problems(nb: NotebookNode, name: str) -> list[str]:
    try:
        read_defaults(nb)
    except RequestError as error:
        return [str(error)]
    cls = NOTEBOOKS.get(name)
    if cls is None:
        return []
    cell = next(c for c in nb["cells"] if "parameters" in c.get("metadata", {}).get("tags", []))
    if _text(cell["source"]) != tagged_cell(cls):
        return [f"the cell tagged 'parameters' is not the one that {cls.__name__} makes."]
    return []


def _outputs(nb: NotebookNode) -> Iterator[tuple[int, NotebookNode, Any]]:
    for number, cell in enumerate(nb["cells"], start=1):
        for output in cell.get("outputs", []):
            yield number, cell, output


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)
