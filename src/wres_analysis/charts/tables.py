"""The house table: rounded text, made once, the same in the notebook, on the page and in a comparison.

Every cell is turned into text here, so what a test compares is what a reader reads. The HTML has no style
of its own and no generated identifiers; the page that holds it brings the style. Beside it the notebook keeps the
table for machines (:mod:`wres_analysis.charts.blocks`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from wres_analysis.charts.blocks import BLOCK_MIME, BLOCK_SCHEMA, MISSING_WORDS, Cell, Column, make_column, slug

__all__ = ["MISSING_WORDS", "Cell", "Table", "format_number", "show_table", "table"]

Formatter = str | Callable[[Any], str]


def format_number(value: float, spec: str = ",.1f") -> str:
    """Format one number for reading: a true minus sign, and no minus before nought.

    The number is first rounded to ten decimals, so that the last bit, which differs between machines,
    never decides which way a half is rounded.

    >>> format_number(-1234.54)
    '−1,234.5'
    >>> format_number(-0.04, "+.1f")
    '0.0'
    """
    text = format(round(float(value), 10), spec)
    if not any(digit in text for digit in "123456789"):
        text = text.lstrip("+-")
    return text.replace("-", "\N{MINUS SIGN}")


@dataclass(frozen=True)
class Table:
    """A finished table: text for a reader, and what the text says for a machine.

    Parameters
    ----------
    caption
        Says what the table holds. Never empty.
    headings
        One for each column, units included.
    rows
        One tuple of texts for each row, as long as ``headings``.
    numeric
        For each column, whether it is set to the right.
    row_heading
        Whether the first column names the rows.
    notes
        Printed beneath, one paragraph each.
    folded
        Whether the table is shown only when the reader asks for it. On paper it is always shown.
    columns
        The same cells with their values, units and types.
    name
        What kind of table this is, the same in every report that holds one.
    links
        For each row, the page that its first cell links to, blank for none; empty where no row has one.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    row_heading: bool = True
    notes: tuple[str, ...] = ()
    folded: bool = False
    columns: tuple[Column, ...] = ()
    name: str = ""
    links: tuple[str, ...] = ()

    def block(self) -> dict[str, Any]:
        """Return the table for machines; the same text as the page, with the values behind it."""
        return {
            "schema": BLOCK_SCHEMA,
            "kind": "table",
            "id": self.name or slug(self.caption),
            "caption": self.caption,
            "row_heading": self.row_heading,
            "folded": self.folded,
            "columns": [column.as_json() for column in self.columns],
            "notes": list(self.notes),
        }

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {BLOCK_MIME: self.block()}

    def _repr_html_(self) -> str:
        side = ["num" if numeric else "txt" for numeric in self.numeric]
        head = "".join(
            f'<th scope="col" class="{kind}">{escape(text)}</th>'
            for text, kind in zip(self.headings, side, strict=True)
        )
        body = []
        for row, link in zip(self.rows, self.links or ("",) * len(self.rows), strict=True):
            cells = [f'<td class="{kind}">{escape(text)}</td>' for text, kind in zip(row, side, strict=True)]
            if self.row_heading:
                named = f'<a href="{escape(link)}">{escape(row[0])}</a>' if link else escape(row[0])
                cells[0] = f'<th scope="row" class="{side[0]}">{named}</th>'
            body.append(f"<tr>{''.join(cells)}</tr>\n")
        notes = "".join(f'<p class="note">{escape(note)}</p>\n' for note in self.notes)
        whole = (
            f'<div class="table" role="region" tabindex="0" aria-label="{escape(self.caption)}">\n'
            f"<table>\n<caption><span>{escape(self.caption)}</span></caption>\n"
            f"<thead>\n<tr>{head}</tr>\n</thead>\n<tbody>\n{''.join(body)}</tbody>\n</table>\n</div>\n{notes}"
        )
        if not self.folded:
            return whole
        summary = f"Show the table: {self.caption} ({len(self.rows):,} rows)"
        return f"<details>\n<summary>{escape(summary)}</summary>\n{whole}</details>\n"

    def __str__(self) -> str:
        columns = list(zip(self.headings, *self.rows, strict=True))
        widths = [max(len(text) for text in column) for column in columns]

        def line(texts: Sequence[str]) -> str:
            padded = (
                text.rjust(width) if numeric else text.ljust(width)
                for text, width, numeric in zip(texts, widths, self.numeric, strict=True)
            )
            return "  ".join(padded).rstrip()

        rule = "  ".join("-" * width for width in widths)
        return "\n".join([self.caption, "", line(self.headings), rule, *map(line, self.rows), *self.notes])

    __repr__ = __str__


_NUMBER = re.compile(r"[+\-\N{MINUS SIGN}]?\d[\d,]*(\.\d+)?%?")


def _is_numeric(texts: Sequence[str]) -> bool:
    """Say whether a column holds numbers, and besides them nothing but words for their absence."""
    numbers = sum(_NUMBER.fullmatch(text) is not None for text in texts)
    words = sum(not any(character.isdigit() for character in text) for text in texts)
    return numbers > 0 and numbers + words == len(texts)


def _texts(column: pd.Series, formatter: Formatter | None, words: Sequence[str]) -> list[str]:
    def text(value: Any, word: str) -> str:
        if not isinstance(value, (Cell, tuple)) and pd.isna(value):
            return word
        if isinstance(value, Cell):
            return value.text
        if callable(formatter):
            return formatter(value)
        if isinstance(value, str):
            return value
        if formatter is None:
            return f"{int(value):,}".replace("-", "\N{MINUS SIGN}") if pd.api.types.is_integer(value) else str(value)
        return format_number(value, formatter)

    return [text(value, word) for value, word in zip(column, words, strict=True)]


def table(
    frame: pd.DataFrame,
    *,
    caption: str,
    formats: Mapping[str, Formatter] | None = None,
    units: Mapping[str, str] | None = None,
    headings: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
    missing: str = "not published",
    status: pd.DataFrame | None = None,
    row_heading: bool = True,
    folded: bool = False,
    name: str = "",
    links: Sequence[str] = (),
) -> Table:
    """Turn a result frame into a finished table.

    Parameters
    ----------
    frame
        One row for each row of the table. The index is not shown. A column of
        :class:`~wres_analysis.charts.blocks.Cell` brings its texts and its values with it; a column of pairs of
        numbers is one of intervals, and needs a function in ``formats``.
    caption
        Says what the table holds.
    formats
        By column: a format specification such as ``",.1f"`` or ``"+.1f"`` or ``",.0f"``, or a function
        that turns one value into text. A column of floating-point numbers must have one, so that
        nothing is shown with more decimals than somebody chose.
    units
        By column: the unit, which is put after the heading in brackets.
    headings
        By column: what to print instead of the column's name.
    notes
        Sentences to print beneath.
    missing
        The words for a missing value.
    status
        A frame with the same index and some of the same columns, which holds the status of the
        observation (see :data:`MISSING_WORDS`); it decides the words for a value that is missing.
    row_heading
        Whether the first column names the rows.
    folded
        Whether to show a long table only when the reader asks for it. On paper it is always shown.
    name
        What kind of table this is, in small letters and hyphens: tables of one kind come onto one sheet of a
        workbook. By default made from the caption.
    links
        For each row, a page that its first cell links to; blank for none.

    Raises
    ------
    ValueError
        If the caption or the frame has nothing in it, a name is not a column, or a column of
        floating-point numbers has no format.
    """
    formats, units, headings = dict(formats or {}), dict(units or {}), dict(headings or {})
    if not caption.strip():
        raise ValueError("A table needs a caption.")
    if not len(frame.columns) or isinstance(frame.columns, pd.MultiIndex):
        raise ValueError("A table needs at least one column, and one row of headings.")
    unknown = sorted({*formats, *units, *headings} - set(map(str, frame.columns)))
    if unknown:
        raise ValueError(f"Not columns of this table: {', '.join(unknown)}.")

    texts, numeric, columns = [], [], []
    for key in frame.columns:
        column = frame[key]
        if pd.api.types.is_float_dtype(column.dtype) and key not in formats:
            raise ValueError(f"Column '{key}' holds floating-point numbers: say how to round it in formats.")
        why = list(status[key].reindex(frame.index)) if status is not None and key in status.columns else []
        words = [MISSING_WORDS.get(word, missing) for word in why] or [missing] * len(frame)
        texts.append(_texts(column, formats.get(key), words))
        first = row_heading and key == frame.columns[0]
        numeric.append(_is_numeric(texts[-1]) and not first)
        heading = headings.get(key, str(key)) + (f" ({units[key]})" if key in units else "")
        columns.append(
            make_column(heading, texts[-1], list(column), unit=units.get(key, ""), status=why, names_rows=first)
        )
    return Table(
        caption=" ".join(caption.split()),
        headings=tuple(column.heading for column in columns),
        rows=tuple(zip(*texts, strict=True)),
        numeric=tuple(numeric),
        row_heading=row_heading,
        notes=tuple(notes),
        folded=folded,
        columns=tuple(columns),
        name=name,
        links=tuple(links),
    )


def show_table(frame: pd.DataFrame, **options: Any) -> None:
    """Show a table in a notebook and in the report that is made from it.

    Takes what :func:`table` takes. It shows the table itself, in the middle of a cell as well as at its
    end, and returns nothing.
    """
    from IPython.display import display

    display(table(frame, **options))
