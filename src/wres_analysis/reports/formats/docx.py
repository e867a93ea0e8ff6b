"""Word documents: real headings, headings of tables that repeat on each page, pictures with their words.

Nothing of the clock is in the bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wres_analysis import __version__
from wres_analysis.reports.document import Document, Figure, Heading, ListBlock, Paragraph, Run, TableBlock
from wres_analysis.reports.formats import FormatError, fixed_time
from wres_analysis.reports.formats.docx_parts import add_footer, add_link, new_list, set_styles, table_xml

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph as WordParagraph

__all__ = ["write_docx"]

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
#: The width of the text on A4, in inches, and the tallest that a picture may be.
_TEXT_WIDTH, _TALLEST = 6.7, 5.2
_CSS_PIXELS_PER_INCH = 96
_PARAGRAPH_STYLES = {"body": "Normal", "quote": "Quote", "note": "Note", "code": "Code"}
_DEEPEST_LIST = 2


def write_docx(document: Document, path: Path, *, title: str = "", data_hash: str = "") -> None:
    """Write a report as a Word document.

    Parameters
    ----------
    document
        What the report says.
    path
        The file to write.
    title
        The title in the file's properties; by default the document's own.
    data_hash
        The hash of the data, told at the end.

    Raises
    ------
    FormatError
        If a figure has no words for those who cannot see it.
    """
    import docx

    word = docx.Document()
    set_styles(word)
    page = _Pages(word)
    page.paragraph(document.title, "Title")
    for block in document.blocks:
        if isinstance(block, Heading):
            # A Word document has its title apart, so its headings begin at 1.
            page.paragraph(block.text, f"Heading {min(block.level - 1, 9)}")
        elif isinstance(block, Paragraph):
            _add_runs(page.paragraph(style=_PARAGRAPH_STYLES[block.style]), block.runs)
        elif isinstance(block, ListBlock):
            _add_list(page, block)
        elif isinstance(block, TableBlock):
            _add_table(page, block)
        else:
            _add_figure(page, block)
    _add_provenance(page, data_hash)
    add_footer(word, document.title)
    _set_properties(word, title or document.title)
    buffer = io.BytesIO()
    word.save(buffer)
    path.write_bytes(_without_clock(buffer.getvalue()))


class _Pages:
    """The document while it is written.

    python-docx looks through all styles for each paragraph that it is given by name, which is most of what a document
    costs; so the names are looked up once.
    """

    def __init__(self, word: WordDocument) -> None:
        self.word = word
        self.pictures = 0
        self._styles = {style.name: style.style_id for style in word.styles}

    def paragraph(self, text: str = "", style: str = "Normal") -> WordParagraph:
        """Add a paragraph at the end."""
        made = self.word.add_paragraph(text)
        made._p.style = self._styles[style]
        return made


def _add_runs(paragraph: WordParagraph, runs: Iterable[Run]) -> None:
    for run in runs:
        if run.link:
            add_link(paragraph, run.text, run.link)
            continue
        made = paragraph.add_run(run.text)
        # None leaves it to the style: a heading may be bold already.
        made.bold, made.italic = run.bold or None, run.italic or None
        if run.code:
            made.style = "Code words"


def _add_list(page: _Pages, block: ListBlock) -> None:
    number = new_list(page.word) if block.ordered else None
    for item in block.items:
        depth = min(item.depth, _DEEPEST_LIST)
        kind = "List Number" if block.ordered else "List Bullet"
        paragraph = page.paragraph(style=f"{kind} {depth + 1}" if depth else kind)
        if number is not None and not depth:
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = 0
            properties.get_or_add_numId().val = number
        _add_runs(paragraph, item.runs)
    paragraph.paragraph_format.space_after = page.word.styles["Normal"].paragraph_format.space_after


def _add_table(page: _Pages, block: TableBlock) -> None:
    if block.caption:
        page.paragraph(block.caption, "Table caption")
    notes = block.notes or ("",)
    # A paragraph after each table: without one, two tables that touch become one.
    after = page.paragraph(notes[0], "Note" if block.notes else "After table")
    after._p.addprevious(table_xml(block, _TEXT_WIDTH))
    for note in notes[1:]:
        page.paragraph(note, "Note")


def _add_figure(page: _Pages, figure: Figure) -> None:
    from docx.shared import Inches

    if not figure.alt.strip():
        raise FormatError(f"The figure '{figure.id}' has no words for those who cannot see it.")
    wide, tall = figure.width or 640, figure.height or 400
    width = min(_TEXT_WIDTH, wide / _CSS_PIXELS_PER_INCH, _TALLEST * wide / tall)
    shape = page.paragraph(style="Figure").add_run().add_picture(io.BytesIO(figure.image), width=Inches(width))
    page.pictures += 1
    properties = shape._inline.docPr
    properties.set("descr", figure.alt)
    properties.set("name", f"Figure {page.pictures}")
    source = f"Source: {figure.source}" if figure.source else ""
    page.paragraph(" ".join(part for part in (figure.caption, source) if part), "Figure caption")


def _add_provenance(page: _Pages, data_hash: str) -> None:
    """Say at the end what the foot of the page says."""
    page.paragraph("About this document", "Heading 1")
    licence = page.paragraph("Contains public sector information licensed under the ")
    add_link(licence, "Open Government Licence v3.0", LICENCE)
    licence.add_run(".")
    page.paragraph(f"Made with wres-analysis {__version__} from published figures. This is not an official statistic.")
    if data_hash:
        page.paragraph(f"Data: {data_hash}")


def _set_properties(word: WordDocument, title: str) -> None:
    told: Any = word.core_properties
    moment = datetime(*fixed_time()[:6])
    told.title, told.language, told.author = title, "en-GB", f"wres-analysis {__version__}"
    told.created = told.modified = moment
    told.last_modified_by, told.revision, told.comments, told.keywords = "", 1, "", ""


def _without_clock(content: bytes) -> bytes:
    """Pack the parts again, each with the fixed time, in the same order, the same on every system."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(buffer, "w") as packed:
        for name in parts.namelist():
            about = zipfile.ZipInfo(name, date_time=tuple(fixed_time()[:6]))  # type: ignore[arg-type]
            about.compress_type, about.create_system, about.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            packed.writestr(about, parts.read(name))
    return buffer.getvalue()
