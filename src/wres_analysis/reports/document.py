"""An executed notebook as a sequence of blocks: what a report says, whatever form it is then written in.

Headings, paragraphs and lists are read from the HTML that the page shows; tables and figures from the blocks that
:mod:`wres_analysis.charts` keeps beside them. A Word document and a workbook are made from this and from nothing else,
so they cannot say what the page does not.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from wres_analysis.charts.blocks import BLOCK_MIME, Column, make_column, slug
from wres_analysis.reports.kernel import light_imports
from wres_analysis.reports.notebook import has_tag
from wres_analysis.reports.prose import Heading, ListBlock, MarkupTable, Paragraph, Run, blocks_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["Block", "Document", "Figure", "Heading", "ListBlock", "Paragraph", "Run", "TableBlock", "read_document"]


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table. ``id`` is its own within the document; ``kind`` is shared by tables of its kind in other reports.

    ``section`` is the heading of level 2 that it stands under, or blank.
    """

    id: str
    kind: str
    caption: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    row_heading: bool = True
    section: str = ""

    @property
    def n_rows(self) -> int:
        """The number of rows beneath the headings."""
        return len(self.columns[0].text) if self.columns else 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture, with the words for those who cannot see it. Sizes are in CSS pixels, of which 96 are an inch."""

    id: str
    alt: str
    caption: str
    source: str
    image: bytes = field(repr=False)
    width: int = 0
    height: int = 0


Block: TypeAlias = Heading | Paragraph | ListBlock | TableBlock | Figure


@dataclass(frozen=True, slots=True)
class Document:
    """What a report says, in order. The first heading, of level 1, is its title and not among the blocks."""

    title: str
    blocks: tuple[Block, ...]

    def sections(self) -> Iterator[tuple[str, list[Block]]]:
        """Yield each section of level 2 with its heading's words; what stands before the first has blank words."""
        title, inside = "", list[Block]()
        for block in self.blocks:
            if isinstance(block, Heading) and block.level == 2:
                yield title, inside
                title, inside = block.text, []
            else:
                inside.append(block)
        yield title, inside

    @property
    def tables(self) -> tuple[TableBlock, ...]:
        """The tables, in order."""
        return tuple(block for block in self.blocks if isinstance(block, TableBlock))


def read_document(nb: NotebookNode, title: str = "") -> Document:
    """Read what an executed notebook says.

    Parameters
    ----------
    nb
        The notebook with its outputs.
    title
        The title where the notebook has no first heading.

    Returns
    -------
    Document
        Code, warnings and what is tagged ``remove-cell`` or ``remove-output`` is left out, as it is on the page.
    """
    blocks = [block for cell in nb["cells"] for block in _of_cell(cell)]
    first = next((b for b in blocks if isinstance(b, Heading) and b.level == 1), None)
    rest = [
        # A document has one title: another first heading stands a level below it.
        replace(block, level=max(block.level, 2)) if isinstance(block, Heading) else block
        for block in blocks
        if block is not first
    ]
    return Document(first.text if first else title or "Report", tuple(_named(rest)))


def _of_cell(cell: NotebookNode) -> Iterator[Block]:
    if has_tag(cell, "remove-cell"):
        return
    if cell["cell_type"] == "markdown":
        yield from _of_html(_rendered(_text(cell["source"])))
    elif cell["cell_type"] == "code" and not has_tag(cell, "remove-output"):
        for output in cell.get("outputs", []):
            yield from _of_output(output)


def _of_output(output: Any) -> Iterator[Block]:
    if output["output_type"] == "stream":
        if output["name"] == "stdout" and _text(output["text"]).strip():
            yield Paragraph((Run(_text(output["text"]).rstrip(), code=True),), "code")
        return
    data = output.get("data", {})
    block = data.get(BLOCK_MIME, {})
    if block.get("kind") == "table":
        columns = tuple(Column.from_json(column) for column in block["columns"])
        yield TableBlock(
            block["id"], block["id"], block["caption"], columns, tuple(block["notes"]), block["row_heading"]
        )
    elif "image/png" in data:
        yield _figure(data, output.get("metadata", {}).get("image/png", {}), block)
    elif "text/html" in data:
        yield from _of_html(_text(data["text/html"]))
    elif "text/markdown" in data:
        yield from _of_html(_rendered(_text(data["text/markdown"])))
    elif "text/plain" in data:
        for part in _text(data["text/plain"]).split("\n\n"):
            if part.strip():
                yield Paragraph((Run(" ".join(part.split())),))


def _figure(data: dict[str, Any], about: dict[str, Any], block: dict[str, Any]) -> Figure:
    said = about | block
    return Figure(
        id=said.get("id") or slug(said.get("caption") or "figure"),
        alt=said.get("alt", ""),
        caption=said.get("caption", ""),
        source=said.get("source", ""),
        image=base64.b64decode(_text(data["image/png"])),
        width=int(said.get("width", 0)),
        height=int(said.get("height", 0)),
    )


def _of_html(html: str) -> Iterator[Block]:
    for block in blocks_of(html):
        if isinstance(block, MarkupTable):
            yield _from_markup(block)
        else:
            yield block


def _from_markup(block: MarkupTable) -> TableBlock:
    """Make a table of one that was written as markdown: its cells are words."""
    width = max(len(row) for row in (block.headings, *block.rows))
    rows = [(*row, *[""] * (width - len(row))) for row in block.rows]
    heads = (*block.headings, *[""] * (width - len(block.headings)))
    texts = [[row[number] for row in rows] for number in range(width)]
    columns = tuple(make_column(head, text, text) for head, text in zip(heads, texts, strict=True))
    name = slug(block.caption or " ".join(heads))
    return TableBlock(name, name, block.caption, columns, row_heading=False)


def _named(blocks: list[Block]) -> Iterator[Block]:
    """Give each table and figure an identifier of its own, and each table the section that it stands in as its kind."""
    counts: Counter[str] = Counter()
    section = ""
    for block in blocks:
        if isinstance(block, Heading) and block.level == 2:
            section = block.text
        if isinstance(block, TableBlock):
            kind = f"{slug(section)}/{block.id}" if section else block.id
            counts[kind] += 1
            again = f"-{counts[kind]}" if counts[kind] > 1 else ""
            block = replace(block, id=(kind + again).replace("/", "-"), kind=kind + again, section=section)
        elif isinstance(block, Figure):
            counts[f"figure {block.id}"] += 1
            again = f"-{counts[f'figure {block.id}']}" if counts[f"figure {block.id}"] > 1 else ""
            block = replace(block, id=block.id + again)
        yield block


def _rendered(markdown: str) -> str:
    light_imports()
    from nbconvert.filters import markdown2html

    return markdown2html(markdown)


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)
