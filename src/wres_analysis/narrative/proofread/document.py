"""A finished page as what a reader meets: sentences, other prose, tables, and the words for pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from wres_analysis.narrative.claims import Claim

__all__ = ["Document", "Grid", "Sentence", "Words", "read_page"]

#: Elements whose text is one piece, and what a finding calls the place.
_PIECES = {
    "p": "paragraph", "li": "list item", "figcaption": "caption of a figure", "caption": "caption of a table",
    "h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading", "summary": "summary",
    "dd": "text", "dt": "text", "blockquote": "quotation", "pre": "text",
}  # fmt: skip
#: Parts of a page that are not read: navigation, the foot, and the figures that are made from the claims themselves.
_SKIPPED_TAGS = {"nav", "header", "footer", "style", "script", "head"}
_SKIPPED_CLASSES = {"figures", "skip"}
_VOID = {"img", "br", "hr", "meta", "link", "input", "col", "wbr"}


@dataclass(frozen=True)
class Sentence:
    """A sentence that names its claim."""

    id: str
    claim: str
    text: str


@dataclass(frozen=True)
class Words:
    """Prose that names no claim: headings, fixed text, captions, notes, and the words for a picture.

    Parameters
    ----------
    kind
        ``paragraph``, ``heading``, ``note``, ``caption of a table``, ``alternative text`` and the like.
    text
        What is read.
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Grid:
    """A table as text: its caption, its headings and its rows."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Document:
    """A finished page and the claims that were written beside it.

    Parameters
    ----------
    file
        The name of the page.
    claims
        By identifier.
    told
        What the record says that the page says: sentences in order.
    sentences, words, tables
        What the page says.
    """

    file: str
    claims: dict[str, Claim] = field(default_factory=dict)
    told: tuple[Sentence, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    words: tuple[Words, ...] = ()
    tables: tuple[Grid, ...] = ()


def read_page(file: str, html: str, record: Mapping[str, Any]) -> Document:
    """Read a page and its record of claims.

    Parameters
    ----------
    file
        The name that findings give.
    html
        The page.
    record
        What stands in its ``claims.json``.

    Raises
    ------
    KeyError, TypeError
        If the record is not one of claims.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    claims = {entry["id"]: Claim.from_record(entry) for entry in record["claims"]}
    told = tuple(Sentence(entry["id"], entry["claim"], entry["text"]) for entry in record["sentences"])
    return Document(file, claims, told, tuple(reader.sentences), tuple(reader.words), tuple(reader.tables))


class _Reader(HTMLParser):
    """Cuts a page into pieces. It expects what the exporter writes: every element closed, void elements apart."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sentences: list[Sentence] = []
        self.words: list[Words] = []
        self.tables: list[Grid] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._skipping = 0
        self._piece: list[str] = []
        self._kind = ""
        self._sentence: list[str] | None = None
        self._cell: list[str] | None = None
        self._caption = ""
        self._rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a piece, a sentence, a table or a cell."""
        about = {name: value or "" for name, value in attrs}
        if tag == "img" and not self._skipping:
            self.words.append(Words("alternative text", _joined([about.get("alt", "")])))
        if tag in _VOID:
            return
        self._open.append((tag, about))
        classes = set(about.get("class", "").split())
        if self._skipping or tag in _SKIPPED_TAGS or classes & _SKIPPED_CLASSES:
            self._skipping += 1
            return
        if tag in _PIECES:
            self._flush()
            self._kind = "note" if "note" in classes else _PIECES[tag]
        elif tag == "span" and "data-claim" in about:
            self._sentence = []
        elif tag == "table":
            self._flush()
            self._caption, self._rows = "", []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("th", "td"):
            self._flush()
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        """End what was begun."""
        if tag in _VOID or not self._open:
            return
        opened, about = self._open.pop()
        while opened != tag and self._open:
            opened, about = self._open.pop()
        if self._skipping:
            self._skipping -= 1
            return
        if tag in _PIECES:
            if tag == "caption":
                self._caption = _joined(self._piece)
            self._flush()
        elif tag == "span" and self._sentence is not None and "data-claim" in about:
            self.sentences.append(Sentence(about.get("id", ""), about["data-claim"], _joined(self._sentence)))
            self._sentence = None
        elif tag in ("th", "td") and self._cell is not None:
            if self._rows:
                self._rows[-1].append(_joined(self._cell))
            self._cell = None
        elif tag == "table":
            head, *rows = [tuple(row) for row in self._rows] or [()]
            self.tables.append(Grid(self._caption, head, tuple(rows)))

    def handle_data(self, data: str) -> None:
        """Put the text where it belongs."""
        if self._skipping:
            return
        if self._sentence is not None:
            self._sentence.append(data)
        elif self._cell is not None:
            self._cell.append(data)
        elif any(tag == "body" for tag, _ in self._open):
            self._piece.append(data)

    def _flush(self) -> None:
        text = _joined(self._piece)
        if text:
            self.words.append(Words(self._kind or "text", text))
        self._piece, self._kind = [], ""


def _joined(parts: list[str]) -> str:
    return " ".join("".join(parts).split())
