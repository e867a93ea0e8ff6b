"""The parts of a Word document that python-docx has no word for: styles, footer, links, lists, tables at speed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from wres_analysis.charts.blocks import Column
from wres_analysis.reports.document import TableBlock

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph as WordParagraph

__all__ = ["add_footer", "add_link", "new_list", "set_styles", "table_xml"]

_TEXT, _SOFT, _DARK, _LINK = "212B32", "4C6272", "003087", "005EB8"
_FONT = "Arial"
_HEADINGS = ((1, 16, 18), (2, 13, 14), (3, 11.5, 12))  # level, size and space before in points
#: Points: the margins of the page at the sides, what a table is set in by how many columns it has.
_SIDE = 0.785  # inches; leaves 6.7 of the 8.27 of A4
_SIZES = ((5, 9.0), (7, 8.5), (9, 8.0), (12, 7.0), (99, 6.0))
#: How many characters of a table's text go onto an inch at one point; Arial is about half as wide as it is high.
_CHARACTERS_PER_INCH_AT_ONE_POINT = 72 / 0.54
_WIDEST = 44  # characters that a column may ask for before its cells take a second line
_WHOLE = 20  # rows: a table of so many is never cut by a page
_CELL_PADDING = 0.12  # inches, both sides together
_TWIPS_PER_INCH = 1440


# Styles ------------------------------------------------------------------------------------------------------


def set_styles(word: WordDocument) -> None:
    """Set the page to A4, the language to British English, and the styles that a report uses."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.oxml.ns import qn
    from docx.shared import Inches, Mm, Pt, RGBColor

    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Inches(_SIDE)
    section.top_margin = section.bottom_margin = Mm(18)

    styles: Any = word.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    language = defaults.find(qn("w:lang"))
    for name in ("val", "eastAsia"):
        language.set(qn(f"w:{name}"), "en-GB")

    known = {one.name: one for one in styles}

    def style(name: str, *, based: str = "Normal", kind: Any = WD_STYLE_TYPE.PARAGRAPH) -> Any:
        if name in known:
            return known[name]
        made = styles.add_style(name, kind)
        made.base_style = known[based] if based else None
        known[name] = made
        return made

    def dress(
        name: str, *, size: float, colour: str = _TEXT, bold: bool = False, before: float = 0, after: float = 0,
        with_next: bool = False,
    ) -> Any:  # fmt: skip
        made = style(name)
        made.font.name, made.font.size, made.font.bold, made.font.italic = _FONT, Pt(size), bold, False
        made.font.color.rgb = RGBColor.from_string(colour)
        # The template's headings take their font from a theme, which would win.
        fonts = made.element.get_or_add_rPr().get_or_add_rFonts()
        for key in [key for key in fonts.attrib if "Theme" in key]:
            del fonts.attrib[key]
        for key in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{key}"), _FONT)
        paragraph = made.paragraph_format
        paragraph.space_before, paragraph.space_after = Pt(before), Pt(after)
        paragraph.keep_with_next = with_next
        return made

    body = dress("Normal", size=10.5, after=7)
    body.paragraph_format.line_spacing = 1.15
    body.paragraph_format.widow_control = True
    title = dress("Title", size=22, colour=_DARK, bold=True, after=10)
    border = title.element.pPr.find(qn("w:pBdr"))
    if border is not None:
        title.element.pPr.remove(border)
    for level, size, before in _HEADINGS:
        dress(f"Heading {level}", size=size, colour=_DARK, bold=True, before=before, after=5, with_next=True)
    for level in range(_HEADINGS[-1][0] + 1, 10):
        dress(f"Heading {level}", size=10.5, colour=_DARK, bold=True, before=10, after=4, with_next=True)
    dress("Table caption", size=10, bold=True, before=8, after=4, with_next=True)
    dress("After table", size=4)
    dress("Note", size=9, colour=_SOFT, before=2, after=4)
    dress("Figure", size=10.5, before=6, after=2, with_next=True)
    dress("Figure caption", size=9, colour=_SOFT, after=10)
    # One tab stop, at the right edge; the template's own are for another page. One beyond the margin is ignored.
    stops = dress("Footer", size=8.5, colour=_SOFT).paragraph_format.tab_stops
    stops.clear_all()
    stops.add_tab_stop(Inches(8.26 - 2 * _SIDE), WD_TAB_ALIGNMENT.RIGHT)
    quote = dress("Quote", size=10.5, after=7)
    quote.paragraph_format.left_indent = Inches(0.3)
    dress("Code", size=9, after=7).font.name = "Consolas"
    style("Code words", based="", kind=WD_STYLE_TYPE.CHARACTER).font.name = "Consolas"
    for name in ("List Bullet", "List Bullet 2", "List Bullet 3", "List Number", "List Number 2", "List Number 3"):
        dress(name, size=10.5, after=3)


# Footer, links, lists ----------------------------------------------------------------------------------------


def add_footer(word: WordDocument, title: str) -> None:
    """Put the title and "Page 2 of 9" at the foot of each page; Word and LibreOffice count the pages."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    paragraph = word.sections[0].footer.paragraphs[0]
    paragraph.add_run(f"{title}\tPage ")
    for field, between in (("PAGE", " of "), ("NUMPAGES", "")):
        paragraph._p.append(
            parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" {field} "><w:r><w:t>1</w:t></w:r></w:fldSimple>')
        )
        paragraph.add_run(between)


def add_link(paragraph: WordParagraph, text: str, address: str) -> None:
    """Add words that are a link."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    relation = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    paragraph._p.append(
        parse_xml(
            f"<w:hyperlink {nsdecls('w', 'r')} r:id={quoteattr(relation)}><w:r><w:rPr>"
            f'<w:color w:val="{_LINK}"/><w:u w:val="single"/></w:rPr>'
            f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:hyperlink>'
        )
    )


def new_list(word: WordDocument) -> int:
    """Return the number of a list that counts from 1 again."""
    styles: Any = word.styles
    numbering: Any = word.part.numbering_part.element
    used = styles["List Number"].element.pPr.numPr.numId.val
    abstract = next(one.abstractNumId.val for one in numbering.num_lst if one.numId == used)
    made = numbering.add_num(abstract)
    made.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(made.numId)


# Tables ------------------------------------------------------------------------------------------------------


def table_xml(block: TableBlock, width: float) -> Any:
    """Return a table as an element of a Word document, ``width`` inches wide.

    Written as XML at once: through python-docx a table of a thousand cells takes seconds. The first row repeats on
    each page and no row is cut by one.
    """
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    size = next(points for columns, points in _SIZES if len(block.columns) <= columns)
    widths = [round(inches * _TWIPS_PER_INCH) for inches in _widths(block.columns, width, size)]
    right = [column.type in ("integer", "number") for column in block.columns]
    heads = [column.heading for column in block.columns]
    rows = [_row(heads, widths, right, size, head=True, keep=True)]
    for number, texts in enumerate(zip(*(column.text for column in block.columns), strict=True), start=1):
        # A short table stays whole: each of its rows stays with the next.
        keep = number < block.n_rows <= _WHOLE
        rows.append(_row(texts, widths, right, size, head=False, keep=keep))
    look = f'w:firstRow="1" w:lastRow="0" w:firstColumn="{int(block.row_heading)}" w:lastColumn="0"'
    grid = "".join(f'<w:gridCol w:w="{one}"/>' for one in widths)
    line = 'w:val="single" w:sz="4" w:space="0" w:color="D8DDE0"'
    return parse_xml(
        f"<w:tbl {nsdecls('w')}><w:tblPr>"
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f"<w:tblBorders><w:bottom {line}/><w:insideH {line}/></w:tblBorders>"
        '<w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
        f'<w:tblLook w:val="04A0" {look} w:noHBand="1" w:noVBand="1"/>'
        f"<w:tblCaption w:val={quoteattr(block.caption or 'Table')}/>"
        "</w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>"
        f"{''.join(rows)}</w:tbl>"
    )


def _row(texts: Any, widths: list[int], right: list[bool], size: float, *, head: bool, keep: bool) -> str:
    about = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if head else "<w:trPr><w:cantSplit/></w:trPr>"
    border = f'<w:tcBorders><w:bottom w:val="single" w:sz="8" w:space="0" w:color="{_TEXT}"/></w:tcBorders>'
    look = f'<w:rPr>{"<w:b/>" if head else ""}<w:sz w:val="{round(2 * size)}"/></w:rPr>'
    cells = []
    for text, width, to_right in zip(texts, widths, right, strict=True):
        side = '<w:jc w:val="right"/>' if to_right else '<w:jc w:val="left"/>'
        cells.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{border if head else ""}'
            f'<w:vAlign w:val="{"bottom" if head else "top"}"/></w:tcPr>'
            f"<w:p><w:pPr>{'<w:keepNext/>' if keep else ''}"
            f'<w:spacing w:before="30" w:after="30" w:line="240" w:lineRule="auto"/>{side}</w:pPr>'
            f'<w:r>{look}<w:t xml:space="preserve">{escape(_breakable(text))}</w:t></w:r></w:p></w:tc>'
        )
    return f"<w:tr>{about}{''.join(cells)}</w:tr>"


def _breakable(text: str) -> str:
    """Let a long name of a file break after a slash or an underscore: without a space a word runs out of its cell."""
    return " ".join(
        word.replace("/", "/\N{ZERO WIDTH SPACE}").replace("_", "_\N{ZERO WIDTH SPACE}") if len(word) > 18 else word
        for word in text.split(" ")
    )


def _parts(text: str) -> list[str]:
    """Return the pieces of a text that no line ends within."""
    return _breakable(text).replace("\N{ZERO WIDTH SPACE}", " ").replace("-", "- ").split()


def _widths(columns: tuple[Column, ...], width: float, size: float) -> list[float]:
    """Share out the width: each column has room for its longest word, and the rest goes where the text is."""
    per_inch = _CHARACTERS_PER_INCH_AT_ONE_POINT / size
    least: list[float] = []
    wanted: list[float] = []
    for column in columns:
        words = [len(part) for text in column.text for part in _parts(text)]
        # Numbers and intervals stay on one line. A heading is bold and often in capitals, so its words are wider.
        whole = column.type in ("integer", "number", "interval")
        longest = max(
            max((len(text) for text in column.text), default=0) if whole else 0,
            *words,
            *(1.3 * len(part) for part in _parts(column.heading)),
            1,
        )
        least.append(longest / per_inch + _CELL_PADDING)
        # One very long cell does not make its column wide: it takes more lines.
        usual = min(max((len(text) for text in column.text), default=0), _WIDEST)
        wanted.append(max(usual, len(column.heading) / 2, longest) / per_inch + _CELL_PADDING)
    if sum(wanted) <= width:
        spare = (width - sum(wanted)) * 0.25 if sum(wanted) < 0.6 * width else width - sum(wanted)
        return [one + spare * one / sum(wanted) for one in wanted]
    if sum(least) >= width:
        return [one * width / sum(least) for one in least]
    more = [max(0.0, want - need) for want, need in zip(wanted, least, strict=True)]
    spare = width - sum(least)
    return [need + spare * extra / sum(more) for need, extra in zip(least, more, strict=True)]
