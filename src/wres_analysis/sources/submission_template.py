"""Write the WRES submission template: an empty XLSX to fill in, and a filled example with fictional organisations.

``python -m wres_analysis.sources.submission_template`` writes both into ``data/reference``. The same version of
XlsxWriter writes the same bytes every time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from wres_analysis.resources import share
from wres_analysis.sources.submission_layout import (
    BANDS,
    BANDS_OF,
    BOARD,
    BOARD_MEMBERS,
    FLOWS,
    HEADER_ROW,
    INDICATORS,
    INSTRUCTIONS,
    NOT_SUBMITTED,
    STAFF_GROUPS,
    SUPPRESSED,
    TITLE,
    WORKFORCE,
    Layout,
)
from wres_analysis.standards import load_standard

__all__ = ["EXAMPLE_NAME", "TEMPLATE_NAME", "example_rows", "write_example", "write_template"]

TEMPLATE_NAME, EXAMPLE_NAME = "wres-submission-template.xlsx", "wres-submission-example.xlsx"

_CREATED = dt.datetime(2026, 1, 1)  # fixed, so that no clock enters the file
_LAST_ROW = 5000
_BLUE, _PALE, _GRID = "#003087", "#F0F4F5", "#AEB7BD"
_WIDTHS = {"Organisation code": 13, "Organisation name": 38, "Band": 28, "Staff group": 20, "Board members": 16}

Rows = list[list[Any]]

_HEADS = {
    WORKFORCE: (
        "Indicator 1: staff in post on 31 March, by staff group and pay band",
        "One row for each organisation, year, staff group and band. Count people, not full-time equivalents, and leave "
        "out bank-only staff. Delete the bands you do not have; write 0 where a band has nobody of a group.",
    ),
    FLOWS: (
        "Indicators 2, 3 and 4: recruitment, discipline and training in the year to 31 March",
        "One row for each organisation, year and indicator. The pool is who could have the event; the event is part of "
        "the pool.",
    ),
    BOARD: (
        "Indicator 9: board members on 31 March",
        "One row for each organisation, year and kind of member. Voting and executive members are part of the total.",
    ),
}


# Paragraphs are parted by blank lines; one that begins with # is a heading.
_HOW = f"""
For the counts behind indicators 1 to 4 and 9 of the NHS Workforce Race Equality Standard, which trusts hold
themselves. Indicators 5 to 8 come from the NHS Staff Survey and are not asked for here.

# How to fill it in

1. Keep the sheets, their names and the headings in row {HEADER_ROW} as they are. Data begin in row {HEADER_ROW + 1}.

2. Organisation code: the code of the trust in the NHS Organisation Data Service, such as R0A. One workbook may hold
several years, and several organisations: copy the rows. The order of the rows does not matter.

3. Snapshot date and year end: 31/03/2025 or the year 2025, which means 31 March 2025.

4. Counts are whole numbers. Nobody is 0, not a blank.

5. A number masked because it is small: {SUPPRESSED} (an asterisk). A number that was not collected: {NOT_SUBMITTED}.
A blank is read as not submitted. Anything else in a cell for a count is left out and reported.

6. Indicator 3 may have halves (2.5) if it was collected as a mean over two years; no other count may.

7. Ratio as published: only if you published one. The kit computes ratios from the counts, and reports where yours
differs.

8. Save the file in the folder of your data and run: wres check FOLDER. {EXAMPLE_NAME} shows a filled one.

# Definitions

{load_standard().definition}

Not known: staff whose ethnicity is not recorded or who preferred not to say. They are counted here, but left out of
the percentages and ratios, which are of people of known ethnicity.

Headcount: each person once, however many hours they work. Bank-only staff are left out.

Staff group: non-clinical and clinical staff on Agenda for Change bands or very senior manager (VSM) pay; doctors and
dentists under medical and dental. VSM includes executive board members. Other: any pay scale that is none of these.
"""
_NOT_ASKED = """
# What is not asked for

No names, no rows about single people, and no ethnic groups finer than White, BME and not known.
"""


def _instructions(filled: bool) -> Iterator[tuple[str, str]]:
    """Yield the lines of the instructions, each after its style."""
    yield "title", TITLE
    if filled:
        yield "strong", "FILLED EXAMPLE. The organisations and every number in it are fictional."
    yield from _paragraphs(_HOW)
    for key in ("ind1", *INDICATORS.values(), "ind9"):
        indicator = load_standard().indicators[key]
        yield "heading", f"Indicator {indicator.number}: {indicator.title}"
        yield "text", f"{indicator.wording}."
        if indicator.form == "ratio":
            yield "text", f"Pool: {indicator.denominator}. Event: {indicator.numerator}. Year: 1 April to 31 March."
        yield "text", f"Computed as: {indicator.formula}. Taken from: {indicator.source}."
    yield from _paragraphs(_NOT_ASKED)


def _paragraphs(text: str) -> Iterator[tuple[str, str]]:
    for paragraph in text.strip().split("\n\n"):
        line = " ".join(paragraph.split())
        yield ("heading", line.removeprefix("# ")) if line.startswith("# ") else ("text", line)


def _empty_rows() -> dict[Layout, Rows]:
    """The rows that the empty template lists, with everything to fill in left blank."""
    return {
        WORKFORCE: [["", "", "", group, band] for group in STAFF_GROUPS for band in BANDS_OF[group]],
        FLOWS: [["", "", "", int(number)] for number in INDICATORS],
        BOARD: [["", "", "", members] for members in BOARD_MEMBERS],
    }


#: Code -> name, staff in an average band, and BME staff as a share of band 5; the share falls towards the top.
_EXAMPLE_TRUSTS = {
    "R8X": ("Example Acute NHS Foundation Trust", 300, 0.40),
    "R8Y": ("Example Community NHS Trust", 60, 0.15),
    "R8Z": ("Example Ambulance Service NHS Trust", 120, 0.10),
}
_EXAMPLE_YEARS = (2024, 2025)


def _example_band(staff: int, top_share: float, year: int, place: int, bands: int) -> tuple[int, int, int]:
    """White, BME and not known in one band: the bands in the middle are the largest."""
    middle = 1.0 - abs(place - bands / 3) / bands
    people = round(staff * middle * middle * (1.02 if year == _EXAMPLE_YEARS[-1] else 1.0)) + 2
    bme = round(people * top_share * (1.0 - 0.7 * place / bands))
    unknown = round(people * 0.03)
    return people - bme - unknown, bme, unknown


def example_rows() -> dict[Layout, Rows]:
    """The rows of the filled example: fictional, and the same on every call."""
    out: dict[Layout, Rows] = {WORKFORCE: [], FLOWS: [], BOARD: []}
    for code, (name, staff, top_share) in _EXAMPLE_TRUSTS.items():
        for year in _EXAMPLE_YEARS:
            who = [code, name, dt.date(year, 3, 31) if year == _EXAMPLE_YEARS[-1] else year]
            total = [0, 0, 0]
            for group in STAFF_GROUPS:
                bands = BANDS_OF[group][:-1]
                for place, band in enumerate(bands):
                    counts = _example_band(staff, top_share, year, place, len(bands))
                    total = [a + b for a, b in zip(total, counts, strict=True)]
                    out[WORKFORCE].append([*who, group, band, *counts])
            out[FLOWS] += _example_flows(who, year, total)
            out[BOARD] += [
                [*who, "Total", 12, 2 if code == "R8X" else 1, 0],
                [*who, "Voting", 10, 2 if code == "R8X" else 1, 0],
                [*who, "Executive", 5, 1, 0],
            ]
    return out


def _example_flows(who: list[Any], year: int, staff: list[int]) -> Rows:
    if who[0] == "R8Z" and year == _EXAMPLE_YEARS[0]:
        return [[*who, int(number), *[NOT_SUBMITTED] * len(FLOWS.counts)] for number in INDICATORS]
    shortlisted = [round(0.6 * n) for n in staff]
    appointed = [round(n * rate) for n, rate in zip(shortlisted, (0.24, 0.16, 0.2), strict=True)]
    cases: list[Any] = [round(n * rate) for n, rate in zip(staff, (0.010, 0.014, 0.0), strict=True)]
    if year == _EXAMPLE_YEARS[0]:
        cases = [cases[0] + 0.5, cases[1] + 0.5, cases[2]]  # a mean over two years
    elif who[0] == "R8Y":
        cases[1] = SUPPRESSED
    trained = [round(n * rate) for n, rate in zip(staff, (0.31, 0.30, 0.25), strict=True)]
    rows = []
    for number, pool, event in ((2, shortlisted, appointed), (3, staff, cases), (4, staff, trained)):
        pairs = [cell for pair in zip(pool, event, strict=True) for cell in pair]
        rows.append([*who, number, *pairs, _printed_ratio(number, pool, event)])
    return rows


def _printed_ratio(number: int, pool: list[int], event: list[Any]) -> float | None:
    if SUPPRESSED in event:
        return None
    rates = {"white": event[0] / pool[0], "bme": event[1] / pool[1]}
    above, below = load_standard().indicators[INDICATORS[str(number)]].ratio_of or ("white", "bme")
    return round(rates[above] / rates[below], 2)


def write_template(path: Path | str) -> Path:
    """Write the empty template; an existing file is replaced."""
    return _write(Path(path), _empty_rows(), filled=False)


def write_example(path: Path | str) -> Path:
    """Write the filled example; an existing file is replaced."""
    return _write(Path(path), example_rows(), filled=True)


def _write(path: Path, sheets: dict[Layout, Rows], *, filled: bool) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        subject = "A filled example with fictional organisations" if filled else "An empty template"
        book.set_properties({"title": TITLE, "subject": subject, "author": "wres-analysis", "created": _CREATED})
        base = {"font_name": "Arial", "font_size": 11, "valign": "top"}
        box = {**base, "border": 1, "border_color": _GRID}
        formats = {
            "title": book.add_format({**base, "bold": True, "font_size": 16, "font_color": _BLUE}),
            "heading": book.add_format({**base, "bold": True, "font_size": 13, "font_color": _BLUE}),
            "strong": book.add_format({**base, "bold": True, "text_wrap": True}),
            "text": book.add_format({**base, "text_wrap": True}),
            "plain": book.add_format(base),
            "header": book.add_format(
                {**box, "bold": True, "font_color": "#FFFFFF", "bg_color": _BLUE, "text_wrap": True}
            ),
            "given": book.add_format({**box, "bg_color": _PALE}),
            "cell": book.add_format(box),
            "date": book.add_format({**box, "num_format": "dd/mm/yyyy", "align": "left"}),
        }
        _write_instructions(book.add_worksheet(INSTRUCTIONS), formats, filled)
        for layout, rows in sheets.items():
            _write_sheet(book.add_worksheet(layout.sheet), layout, rows, formats)
    return path


def _write_instructions(sheet: Worksheet, formats: dict[str, Format], filled: bool) -> None:
    sheet.set_column(0, 0, 100)
    sheet.hide_gridlines(2)
    for row, (style, text) in enumerate(_instructions(filled)):
        sheet.write_string(row, 0, text, formats[style])
        lines = -(-len(text) // 95) if style == "text" else 1
        sheet.set_row(row, {"title": 26, "heading": 24}.get(style, 16 * lines + 2))
    sheet.fit_to_pages(1, 0)


def _write_sheet(sheet: Worksheet, layout: Layout, rows: Rows, formats: dict[str, Format]) -> None:
    title, hint = _HEADS[layout]
    sheet.write_string(0, 0, title, formats["heading"])
    sheet.write_string(1, 0, hint, formats["plain"])
    for column, heading in enumerate(layout.headings):
        sheet.write_string(HEADER_ROW - 1, column, heading, formats["header"])
        sheet.set_column(column, column, _WIDTHS.get(heading, 15))
    sheet.set_row(HEADER_ROW - 1, 48)
    first_count = len(layout.headings) - len(layout.counts) - len(layout.optional)
    for number, cells in enumerate(rows, start=HEADER_ROW):
        padded = [*cells, *[""] * (len(layout.headings) - len(cells))]
        for column, cell in enumerate(padded):
            style = formats["given" if 3 <= column < first_count else "cell"]
            if isinstance(cell, dt.date):
                sheet.write_datetime(number, column, dt.datetime(cell.year, cell.month, cell.day), formats["date"])
            elif cell in ("", None):
                sheet.write_blank(number, column, None, style)
            else:
                sheet.write(number, column, cell, style)
    _validate(sheet, layout, first_count)
    sheet.freeze_panes(HEADER_ROW, 2)
    sheet.autofilter(HEADER_ROW - 1, 0, HEADER_ROW - 1 + len(rows), len(layout.headings) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW - 1)


def _validate(sheet: Worksheet, layout: Layout, first_count: int) -> None:
    """Lists for the words, and a friendly warning for a count that is no number."""
    lists = {
        "Staff group": list(STAFF_GROUPS),
        "Band": list(BANDS),
        "Indicator": [int(number) for number in INDICATORS],
        "Board members": list(BOARD_MEMBERS),
    }
    for column, heading in enumerate(layout.headings):
        rule: dict[str, Any] | None = None
        if heading in lists:
            rule = {
                "validate": "list",
                "source": lists[heading],
                "error_title": heading,
                "error_message": "Choose one.",
            }
        elif heading == layout.date:
            rule = {"validate": "any", "input_title": heading, "input_message": "31/03/2025, or the year 2025"}
        elif column >= first_count and heading in layout.counts:
            rule = {
                "validate": "decimal",
                "criteria": ">=",
                "value": 0,
                "error_type": "warning",
                "error_title": "A count",
                "error_message": f"Type a whole number, {SUPPRESSED} where it is masked, or {NOT_SUBMITTED}.",
            }
        if rule is not None:
            sheet.data_validation(HEADER_ROW, column, _LAST_ROW - 1, column, rule)


if __name__ == "__main__":
    folder = share("data", "reference")
    print(write_template(folder / TEMPLATE_NAME))
    print(write_example(folder / EXAMPLE_NAME))
