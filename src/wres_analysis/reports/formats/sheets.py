"""The tables of all reports of a run, those of one kind on one sheet: what the workbook and the CSV files hold.

A sheet begins with the columns that say whose row it is. An interval takes two columns, one for each limit. A cell
with no number holds the words that the report shows there ("suppressed", "none", "under 1%"), so nothing looks like
a nought that is not one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from wres_analysis.charts.blocks import Column, Value
from wres_analysis.reports.document import Document, ListBlock, Paragraph, TableBlock

__all__ = ["ReportTables", "Sheet", "SheetColumn", "Workbook", "gather", "tables_of"]

#: The sections whose words belong to every table, told once in the notes.
TOLD_ONCE = ("Definitions", "What this report cannot show")

_WHO = ("Organisation code", "Organisation", "Region")
_NO_LIMIT = "no limit"
_LONGEST_NAME = 60
_MOST_NAMED = 10  # reports that a note names before it only counts them
_ISO = re.compile(r"\d{4}-\d\d-\d\d")

Row: TypeAlias = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class ReportTables:
    """What one report brings: whose it is, its tables, and the words told once."""

    code: str
    organisation: str
    region: str
    notebook: str
    tables: tuple[TableBlock, ...]
    told: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet.

    Parameters
    ----------
    name
        Its heading; no two of a sheet are alike.
    type
        ``string``, ``integer``, ``number`` or ``date``.
    unit
        The unit, or blank.
    decimals, signed
        How a number is shown; the cell holds all that is known of it.
    by_month
        Whether a date names its month and no more.
    words
        What stands in cells without a value, in order.
    """

    name: str
    type: str
    unit: str = ""
    decimals: int = 0
    signed: bool = False
    by_month: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of table, over all reports.

    Parameters
    ----------
    name
        In small letters and hyphens, the same from run to run.
    title, caption
        Where it stands in a report, and what the report calls it.
    columns
        As many as each row has cells.
    rows
        Numbers are numbers and dates are ``2025-03-31``; words stand where there is none.
    notes
        What the reports print beneath, each once; what only some print says which.
    """

    name: str
    title: str
    caption: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Workbook:
    """All sheets of a run, and the words that belong to all of them (a heading and a paragraph each)."""

    title: str
    sheets: tuple[Sheet, ...]
    told: tuple[tuple[str, str], ...]
    data_hash: str = ""


def tables_of(document: Document, *, code: str, organisation: str, region: str, notebook: str) -> ReportTables:
    """Take the tables of a report, and the words that are told once."""
    told = []
    for title, blocks in document.sections():
        if title in TOLD_ONCE:
            for block in blocks:
                parts = block.items if isinstance(block, ListBlock) else [block] if isinstance(block, Paragraph) else []
                told += [(title, part.text) for part in parts]
    return ReportTables(code, organisation, region, notebook, document.tables, tuple(told))


def gather(reports: Iterable[ReportTables], *, title: str, data_hash: str = "") -> Workbook:
    """Put the tables of one kind onto one sheet, in the order of the reports.

    Tables of one kind that have another number of columns in some reports make two sheets.
    """
    kinds: dict[tuple[str, str, int], _Kind] = {}
    told: dict[tuple[str, str], None] = {}
    for report in reports:
        told |= dict.fromkeys(report.told)
        for table in report.tables:
            key = (report.notebook, table.kind, len(table.columns))
            kinds.setdefault(key, _Kind(table)).parts.append((report, table))
    names: set[str] = set()
    sheets = []
    for kind in kinds.values():
        name = _short(kind.first.kind)
        while name in names:
            name = _next(name)
        names.add(name)
        sheets.append(kind.sheet(name))
    return Workbook(title, tuple(sheets), tuple(told), data_hash)


def _short(kind: str) -> str:
    """Return a name of a kind that a file system likes: its table, and its section where there is room."""
    section, _, table = kind.rpartition("/")
    table = table[:_LONGEST_NAME].rstrip("-")
    room = _LONGEST_NAME - len(table) - 1
    words: list[str] = []
    for word in section.split("-"):
        if sum(len(one) + 1 for one in words) + len(word) > room or table.startswith(section):
            break
        words.append(word)
    return "-".join([part for part in ("-".join(words), table) if part])


def _next(name: str) -> str:
    stem, _, number = name.rpartition("-")
    return f"{stem}-{int(number) + 1}" if stem and number.isdigit() and len(number) == 1 else f"{name}-2"


@dataclass(slots=True)
class _Kind:
    """The tables of one kind, while they are gathered."""

    first: TableBlock
    parts: list[tuple[ReportTables, TableBlock]] = field(default_factory=list)

    def sheet(self, name: str) -> Sheet:
        who: list[list[Value]] = [[], [], []]
        for report, table in self.parts:
            for column, value in zip(who, (report.code, report.organisation, report.region), strict=True):
                column += [value] * table.n_rows
        columns = [SheetColumn(heading, "string") for heading in _WHO]
        cells = list(who)
        for number in range(len(self.first.columns)):
            for made, values in self._column(number):
                columns.append(made)
                cells.append(values)
        columns = _distinct(columns)
        # What all reports leave blank, such as the code of a national report, is no column.
        kept = [n for n, values in enumerate(cells) if n >= len(_WHO) or any(values)]
        return Sheet(
            name=name,
            title=self.first.section,
            caption=self.first.caption,
            columns=tuple(columns[n] for n in kept),
            rows=tuple(zip(*(cells[n] for n in kept), strict=True)),
            notes=self._notes(),
        )

    def _notes(self) -> tuple[str, ...]:
        """What the reports print beneath, each once; what only some of them print says which."""
        codes: dict[str, list[str]] = {}
        for report, table in self.parts:
            for note in table.notes:
                codes.setdefault(note, []).append(report.code or report.organisation)
        told = []
        for note, whose in codes.items():
            named = ", ".join(whose) if len(whose) <= _MOST_NAMED else f"{len(whose)} of {len(self.parts)} reports"
            told.append(note if len(whose) == len(self.parts) else f"{named}: {note}")
        return tuple(told)

    def _column(self, number: int) -> list[tuple[SheetColumn, list[Value]]]:
        """Make one column of the reports: one of the sheet, two for an interval, and one more if its name varies."""
        parts = [(report, table.columns[number]) for report, table in self.parts]
        headings = ["This trust" if c.heading == r.organisation else c.heading for r, c in parts]
        made: list[tuple[SheetColumn, list[Value]]] = []
        name = headings[0]
        if len(set(headings)) > 1:
            # Each report sets its own region or kind of trust beside the trust.
            name = f"Column {number + 1}"
            whose: list[Value] = []
            for heading, (_, column) in zip(headings, parts, strict=True):
                whose += [heading] * len(column.text)
            made.append((SheetColumn(f"{name} is", "string"), whose))
        columns = [column for _, column in parts]
        kind = _common_type(columns)
        unit = next((column.unit for column in columns if column.unit), "")
        if unit and unit not in name and not _says_unit(name, unit):
            name = f"{name} ({unit})"
        texts = [text for column in columns for text in column.text]
        if kind == "string":
            return [*made, (SheetColumn(name, "string"), [*texts])]
        if kind == "interval":
            for side in ("low", "high"):
                values = [cell for column in columns for cell in _limits(column, side)]
                shown = [part for text in texts for part in text.split(" to ")]
                made.append((_described(f"{name}, {side}", "number", unit, shown, values), values))
            return made
        values = [cell for column in columns for cell in _cells(column)]
        return [*made, (_described(name, kind, unit, texts, values), values)]


def _common_type(columns: Sequence[Column]) -> str:
    """The type of a column over all reports; one in which a report has only words for nothing fits any other."""
    types = {c.type for c in columns if c.type != "string" or any(ch.isdigit() for text in c.text for ch in text)}
    if not types or len(types) == 1:
        return types.pop() if types else "string"
    return "number" if types == {"integer", "number"} else "string"


def _says_unit(name: str, unit: str) -> bool:
    return unit.rpartition(" ")[2].casefold() in name.casefold()


def _cells(column: Column) -> list[Value]:
    """The values of a column, with the words where there is none."""
    values = column.value or (None,) * len(column.text)
    return [text if value is None else value for value, text in zip(values, column.text, strict=True)]


def _limits(column: Column, side: str) -> list[Value]:
    """One limit of an interval: a number, a limit in words, or the words where there is no interval."""
    if column.type != "interval":
        return list(column.text)
    mine, other = (column.low, column.high) if side == "low" else (column.high, column.low)
    return [
        value if value is not None else text if beyond is None else _NO_LIMIT
        for value, beyond, text in zip(mine, other, column.text, strict=True)
    ]


def _described(name: str, kind: str, unit: str, texts: Sequence[str], values: Sequence[Value]) -> SheetColumn:
    """Say of a column with values how they are shown, and which words stand where there is none."""
    points = [len(match[1]) for text in texts if (match := re.fullmatch(r"\D{0,2}[\d,]+\.(\d+)\D?", text))]
    words = {value for value in values if isinstance(value, str) and not (kind == "date" and _ISO.fullmatch(value))}
    above = [text for text in texts if re.match(r"\+?[\d,.]*[1-9]", text)]
    dated = [text for text in texts if any(character.isdigit() for character in text)]
    return SheetColumn(
        name, kind, unit,
        decimals=max(points, default=0),
        signed=bool(above) and all(text.startswith("+") for text in above),
        by_month=kind == "date" and all(len(text.split()) == 2 for text in dated),
        words=tuple(sorted(words)),
    )  # fmt: skip


def _distinct(columns: list[SheetColumn]) -> list[SheetColumn]:
    """Number the columns that would be called the same."""
    used: set[str] = set()
    made = []
    for column in columns:
        name, number = column.name, 2
        while name in used:
            name, number = f"{column.name} ({number})", number + 1
        used.add(name)
        made.append(replace(column, name=name))
    return made
