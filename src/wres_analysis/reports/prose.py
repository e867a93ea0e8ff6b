"""HTML prose as blocks: headings, paragraphs, lists and simple tables, with what is bold, slanted, code or a link.

It reads what nbconvert makes of markdown and what the kit shows as HTML: well-formed, without scripts. A tag that it
does not know is passed over and its words are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import TypeAlias

__all__ = ["Heading", "ListBlock", "ListItem", "MarkupTable", "Paragraph", "ProseBlock", "Run", "blocks_of"]


@dataclass(frozen=True, slots=True)
class Run:
    """Words that look alike. ``link`` is an address elsewhere; places on the page itself are no links."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    link: str = ""


Runs: TypeAlias = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, of level 1 to 6."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``style`` is ``body``, ``quote``, ``note`` or ``code``."""

    runs: Runs
    style: str = "body"

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class ListItem:
    """One item, with how deep it stands in lists within lists (0 is the outermost)."""

    runs: Runs
    depth: int = 0

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list, with numbers or with bullets."""

    items: tuple[ListItem, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class MarkupTable:
    """A table that is only words."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


ProseBlock: TypeAlias = Heading | Paragraph | ListBlock | MarkupTable

_BLOCKS = {"p", "div", "section", "blockquote", "details", "dt", "dd", "pre", "summary"}
_LOOKS = {"strong": "bold", "b": "bold", "em": "italic", "i": "italic", "code": "code"}
#: Left out: nbconvert's sign beside a heading, and the figures behind a sentence, which a reader opens on the page and
#: which claims.json holds; and what is said only to open something.
_HIDDEN = {("a", "anchor-link"), ("details", "figures")}
_WORDLESS = {"script", "style", "summary"}
_VOID = {"br", "hr", "img", "wbr"}


def blocks_of(html: str) -> list[ProseBlock]:
    """Read HTML as blocks, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.flush()
    return reader.blocks


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[ProseBlock] = []
        self._open: list[str] = []
        self._runs: list[Run] = []
        self._links: list[str] = []
        self._items: list[ListItem] = []
        self._ordered = False
        self._note = False
        self._table: list[list[str]] | None = None
        self._headings: list[str] = []
        self._caption = ""
        self._hidden = 0  # how many tags are open within what is left out; 0 where nothing is

    # Tags -----------------------------------------------------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        if tag == "br":
            self._runs.append(Run(" "))
        if tag in _VOID:
            return
        if tag in ("ul", "ol"):
            self.flush()
            if not self._lists:
                self._ordered = tag == "ol"
        elif tag in _BLOCKS or tag == "li" or (len(tag) == 2 and tag[0] == "h" and tag[1].isdigit()):
            self.flush()
            self._note = tag == "p" and "note" in (about.get("class") or "").split()
        elif tag == "table":
            self.flush()
            self._table, self._headings, self._caption = [], [], ""
        elif tag == "tr" and self._table is not None:
            self._table.append([])
        elif tag == "a":
            address = about.get("href") or ""
            self._links.append(address if "://" in address else "")
        self._open.append(tag)
        if (tag, *(about.get("class") or "").split()) in _HIDDEN or tag in _WORDLESS:
            self._hidden = self._hidden or len(self._open)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open[-1:] == ["a-sign"]:
            self._links.pop()
            self._open.pop()
            return
        if tag in _VOID or tag not in self._open:
            return
        if tag in ("td", "th", "caption") and self._table is not None:
            self._end_cell(tag)
        elif tag in _BLOCKS or tag in ("li", "ul", "ol") or (len(tag) == 2 and tag[0] == "h" and tag[1].isdigit()):
            self.flush()
        elif tag == "table" and self._table is not None:
            rows = tuple(tuple(row) for row in self._table if row)
            self.blocks.append(MarkupTable(self._caption, tuple(self._headings), rows))
            self._table = None
        elif tag == "a" and self._links:
            self._links.pop()
        while self._open and self._open.pop() != tag:
            pass
        if len(self._open) < self._hidden:
            self._hidden = 0
        if tag in ("ul", "ol") and not self._lists and self._items:
            self.blocks.append(ListBlock(tuple(self._items), self._ordered))
            self._items = []

    def _end_cell(self, tag: str) -> None:
        words = "".join(run.text for run in _trimmed(self._runs))
        self._runs = []
        if tag == "caption":
            self._caption = words
        elif "thead" in self._open:
            self._headings.append(words)
            if self._table and not self._table[-1]:
                self._table.pop()
                self._table.append([])
        elif self._table:
            self._table[-1].append(words)

    # Words ----------------------------------------------------------------------------------------------------

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if "pre" not in self._open:
            lead, tail = data[:1].isspace(), data[-1:].isspace()
            words = " ".join(data.split())
            data = f"{' ' if lead else ''}{words}{' ' if tail and words else ''}"
        looks = {_LOOKS[tag] for tag in self._open if tag in _LOOKS}
        if data:
            link = self._links[-1] if self._links else ""
            self._runs.append(Run(data, "bold" in looks, "italic" in looks, "code" in looks, link))

    @property
    def _lists(self) -> int:
        return sum(tag in ("ul", "ol") for tag in self._open)

    def flush(self) -> None:
        """End what is being read, and keep it if it says anything."""
        pre = "pre" in self._open
        runs, self._runs = tuple(self._runs), []
        if not pre:
            runs = _trimmed(list(runs))
        if not any(run.text.strip() for run in runs):
            return
        heading = next((tag for tag in self._open if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit()), "")
        if heading:
            self.blocks.append(Heading(int(heading[1]), "".join(run.text for run in runs)))
        elif self._lists:
            self._items.append(ListItem(runs, self._lists - 1))
        else:
            quote = "quote" if "blockquote" in self._open else "note" if self._note else "body"
            self.blocks.append(Paragraph(runs, "code" if pre else quote))


def _trimmed(runs: list[Run]) -> Runs:
    """Join runs that look alike, and drop the space at both ends and beside another space."""
    joined: list[Run] = []
    for run in runs:
        text = run.text
        if not joined or joined[-1].text.endswith(" "):
            text = text.lstrip()
        if not text:
            continue
        if joined and replace(joined[-1], text="") == replace(run, text=""):
            joined[-1] = replace(run, text=joined[-1].text + text)
        else:
            joined.append(replace(run, text=text))
    if joined:
        joined[-1] = replace(joined[-1], text=joined[-1].text.rstrip())
    return tuple(run for run in joined if run.text)
