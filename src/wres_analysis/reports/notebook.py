"""Notebooks as files that can be compared: read, cleaned of what changes from run to run, written."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wres_analysis.reports.kernel import KERNEL_NAME, light_imports

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["has_tag", "is_marker", "read", "redact", "source_hash", "tidy", "to_bytes"]

_KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": KERNEL_NAME}
_KEPT_METADATA = ("title",)
_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def read(path: Path) -> NotebookNode:
    """Read a notebook from disk."""
    light_imports()
    import nbformat

    return nbformat.reads(path.read_text("utf-8"), as_version=4)


def to_bytes(nb: NotebookNode) -> bytes:
    """Return the file of a notebook: sorted keys, one line for each line of text, one line end everywhere."""
    light_imports()
    from nbformat.v4 import writes_json

    return (writes_json(nb).rstrip("\n") + "\n").encode("utf-8")


def has_tag(cell: NotebookNode, tag: str) -> bool:
    """Say whether a cell carries a tag."""
    return tag in cell.get("metadata", {}).get("tags", [])


def is_marker(cell: NotebookNode) -> bool:
    """Say whether papermill put this cell in to point at an error."""
    return has_tag(cell, "papermill-error-cell-tag")


def source_hash(nb: NotebookNode) -> str:
    """Return the SHA-256 of what a notebook says, whatever its stored outputs are."""
    said = [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in nb.cells]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode("utf-8")).hexdigest()


def redact(text: str) -> str:
    """Replace the folders of this machine in a message by what they are."""
    places = {
        str(Path(__file__).resolve().parents[1]): "<wres_analysis>",
        sysconfig.get_path("purelib"): "<site-packages>",
        sysconfig.get_path("stdlib"): "<python>",
        sys.prefix: "<python>",
        str(Path.home()): "<home>",
    }
    for place, name in sorted(places.items(), key=lambda item: -len(item[0])):
        if len(place) > 3:
            text = text.replace(place, name)
    # ipykernel names the file of a cell after its process.
    return re.sub(r"\S*ipykernel_\d+\S*?(\d+)\.py", r"<cell>", text)


def _tidy_outputs(outputs: list[NotebookNode], count: int | None) -> list[NotebookNode]:
    kept: list[NotebookNode] = []
    for output in outputs:
        output.pop("transient", None)
        if output.output_type == "execute_result":
            output.execution_count = count
        elif output.output_type == "error":
            output.evalue = redact(output.evalue)
            output.traceback = [redact(line) for line in output.traceback]
        elif output.output_type == "stream":
            if output.name == "stderr":
                output.text = redact(output.text)
            # How a stream is cut into messages depends on the clock.
            if kept and kept[-1].output_type == "stream" and kept[-1].name == output.name:
                kept[-1].text += output.text
                continue
        kept.append(output)
    return kept


def tidy(nb: NotebookNode) -> NotebookNode:
    """Clean an executed notebook, in place, of everything that another run would write differently.

    Keeps sources, tags, outputs and identifiers of cells. Numbers the cells that were run 1, 2, 3 ...
    """
    light_imports()
    from nbformat import from_dict

    metadata: dict[str, Any] = {"kernelspec": dict(_KERNELSPEC), "language_info": {"name": "python"}}
    metadata |= {name: nb.metadata[name] for name in _KEPT_METADATA if name in nb.metadata}
    nb.metadata = from_dict(metadata)
    nb.nbformat, nb.nbformat_minor = 4, 5
    nb.cells = [cell for cell in nb.cells if not is_marker(cell)]

    given = {cell.get("id", "") for cell in nb.cells}
    used: set[str] = set()
    count = 0
    for number, cell in enumerate(nb.cells, start=1):
        wanted = "injected-parameters" if has_tag(cell, "injected-parameters") else cell.get("id", "")
        if not _CELL_ID.fullmatch(wanted) or wanted in used:
            wanted = next(name for n in itertools.count(number) if (name := f"cell-{n}") not in given | used)
        used.add(wanted)
        cell.id = wanted
        tags = _tags(cell)
        cell.metadata = from_dict({"tags": tags} if tags else {})
        if cell.cell_type == "code":
            was_run = cell.get("execution_count") is not None
            count += was_run
            cell.execution_count = count if was_run else None
            cell.outputs = _tidy_outputs(cell.outputs, cell.execution_count)
    return nb


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.get("metadata", {}).get("tags", []))
