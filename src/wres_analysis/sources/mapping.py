"""Own data: any CSV, XLSX or ODS by a small mapping TOML, columns to measures.

A mapping says which columns hold what. Mappings for known third-party extracts ship in ``mappings/`` and are
found by the file's headings; others come with ``--map FILE`` or as ``NAME.map.toml`` beside the data file.
``docs/mapping.md`` describes the format with an example.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.delimited import distinct
from wres_analysis.sources.files import SourceFile, column_letter, fold
from wres_analysis.sources.mapping_format import (
    PERIODS,
    UNITS,
    Mapping,
    ValueRule,
    load_mapping,
    period_of,
    read_mapping,
    shipped_mappings,
)
from wres_analysis.sources.observations import (
    Reading,
    Tally,
    observations,
    organisation_sightings,
    read_numbers,
    require_columns,
)
from wres_analysis.sources.textcolumns import translate
from wres_analysis.standards import load_outcomes, load_standard

__all__ = ["Mapping", "beside", "lacks", "load_mapping", "read_mapped", "read_mapping", "shipped_mappings"]


def beside(source: SourceFile) -> Path | None:
    """The path of ``NAME.map.toml`` beside a data file, if it is there."""
    path = source.path.with_name(source.path.stem + ".map.toml")
    return path if path.is_file() else None


def lacks(mapping: Mapping, source: SourceFile) -> tuple[str, ...]:
    """The headings that the mapping names and the file does not have; none of them: the file is meant."""
    have = set(_header(mapping, source))
    return tuple(name for name in mapping.columns if name not in have)


def _header(mapping: Mapping, source: SourceFile) -> list[str]:
    try:
        if source.kind == "text":
            first = mapping.header_row == 1
            return [fold_heading(cell) for cell in (source.header if first else _grid(source, mapping)[0].columns)]
        if source.kind == "workbook":
            name = mapping.sheet or source.sheet_names[0]
            rows = source.rows(name) if name in source.sheet_names else iter(())
            return _headings(next((row for n, row in enumerate(rows, start=1) if n == mapping.header_row), []))
    except InputError:
        pass
    return []


def fold_heading(cell: Any) -> str:
    """Fold the white space of a heading."""
    return " ".join(as_text(cell).split())


def _headings(row: list[Any]) -> list[str]:
    return distinct([fold_heading(cell) for cell in row])


def as_text(cell: Any) -> str:
    """Return a cell as a person would type it: ``2024`` for the number 2024.0, ``2024-03-31`` for a date."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return str(cell).strip()


def _texts(cells: pd.Series) -> pd.Series:
    """The cells of a column as a person would type them; those of a text file are that already."""
    return cells if cells.dtype == "str" else cells.map(as_text).astype("str")


@dataclass(frozen=True)
class _Rows:
    """The data rows that have an organisation code: cells as read, and what each row says of itself.

    ``numbers`` are the rows' numbers in the file; ``cut`` says which are cut short.
    """

    frame: pd.DataFrame
    prefix: str
    letters: dict[str, str]
    numbers: np.ndarray
    codes: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    undated: np.ndarray
    cut: np.ndarray

    def address(self, columns: list[str], member: np.ndarray) -> list[str]:
        letters = [self.letters[name] for name in columns]
        return [self.prefix + ",".join(f"{letter}{row}" for letter in letters) for row in self.numbers[member]]


def read_mapped(source: SourceFile, mapping: Mapping) -> Reading:
    """Read a file by a mapping.

    Raises
    ------
    InputError
        If a column that the mapping names is missing, or a ``[[value]]`` of it takes no row.
    """
    frame, sheet, short = _grid(source, mapping)
    _require(source, mapping, frame, sheet)
    tally = Tally(source.name, sheet, mapping.key, rows=len(frame))
    rows, blank = _rows(mapping, frame, sheet, short)
    tally.skip("rows without an organisation code", blank)
    problems: list[Problem] = []
    made, used = [], np.zeros(len(rows.codes), dtype=bool)
    for number, rule in enumerate(mapping.values, start=1):
        member = _member(rule, rows.frame)
        if len(member) and not member.any():
            problems.append(_takes_nothing(source, mapping, rule, number, rows, sheet))
        used |= member
        made.append(_values(source, mapping, rule, rows, member, problems))
    if problems:
        raise InputError(*problems)
    tally.skip("rows that no [[value]] of the mapping takes", int((~used).sum()))
    named = {*_columns(mapping), *mapping.ignore}
    tally.skip("columns that the mapping does not use", sum(column not in named for column in frame.columns))
    result = pd.concat(made, ignore_index=True)
    tally.count(result)
    return Reading(result, _sightings(source, mapping, rows), (tally,))


def _grid(source: SourceFile, mapping: Mapping) -> tuple[pd.DataFrame, str, frozenset[int]]:
    """The data rows by their numbers in the file; the sheet's name; the numbers of the rows that are cut short."""
    if source.kind == "text":
        frame = source.csv(skip=mapping.header_row - 1)
        frame.columns = pd.Index([fold_heading(name) for name in frame.columns])
        return frame, "", frozenset(frame.attrs["short_rows"])
    name = mapping.sheet or (source.sheet_names[0] if source.sheet_names else "")
    if name not in source.sheet_names:
        what = "The workbook has no such sheet." if source.sheet_names else "The file is neither a workbook nor text."
        todo = f"It has: {', '.join(source.sheet_names)}. Mend 'sheet' in {mapping.origin}."
        raise InputError(Problem(file=source.name, sheet=name, what=what, todo=todo))
    rows = source.sheet(name).rows
    if len(rows) < mapping.header_row:
        what = f"The sheet has {len(rows)} rows, so row {mapping.header_row} holds no headings."
        todo = f"Mend 'header_row' in {mapping.origin}."
        raise InputError(Problem(file=source.name, sheet=name, row=mapping.header_row, what=what, todo=todo))
    data = pd.DataFrame(rows[mapping.header_row :], columns=_headings(rows[mapping.header_row - 1]), dtype=object)
    data.index = pd.RangeIndex(mapping.header_row + 1, mapping.header_row + 1 + len(data))
    return data, name, frozenset()


def _require(source: SourceFile, mapping: Mapping, frame: pd.DataFrame, sheet: str) -> None:
    want = list(dict.fromkeys([*mapping.columns, *_columns(mapping)]))
    require_columns(source, list(frame.columns), want, sheet=sheet, row=mapping.header_row)


def _columns(mapping: Mapping) -> list[str]:
    """The columns that are read."""
    named = [mapping.org_code, mapping.period_column, *mapping.attributes.values()]
    named += [column for rule in mapping.values for column in rule.columns]
    return [name for name in dict.fromkeys(named) if name]


def _rows(mapping: Mapping, frame: pd.DataFrame, sheet: str, short: frozenset[int]) -> tuple[_Rows, int]:
    codes = _texts(frame[mapping.org_code]).str.upper()
    kept = (codes != "").to_numpy()
    some = frame.loc[kept, _columns(mapping)]
    if mapping.period_column:
        given = _texts(some[mapping.period_column])
    else:
        given = pd.Series(mapping.period_is, index=some.index, dtype=object)
    periods = {text: period_of(mapping.kind, text) for text in given.unique()}
    found = [periods[text] or (None, None) for text in given]
    why = {text: "" if p else f"'{text[:40]}' is not {PERIODS[mapping.kind]}" for text, p in periods.items()}
    rows = _Rows(
        frame=some,
        prefix=f"{sheet}!" if sheet else "",
        letters={name: column_letter(i) for i, name in enumerate(frame.columns)},
        numbers=some.index.to_numpy(),
        codes=codes[kept].to_numpy(dtype=object),
        starts=np.array([start for start, _ in found], dtype="datetime64[s]"),
        ends=np.array([end for _, end in found], dtype="datetime64[s]"),
        undated=np.array([why[text] for text in given], dtype=object),
        cut=some.index.isin(list(short)),
    )
    return rows, int((~kept).sum())


def _member(rule: ValueRule, frame: pd.DataFrame) -> np.ndarray:
    member = np.ones(len(frame), dtype=bool)
    for column, wanted in rule.where:
        member &= (translate(_texts(frame[column]), fold) == fold(wanted)).to_numpy(dtype=bool)
    return member


def _takes_nothing(
    source: SourceFile, mapping: Mapping, rule: ValueRule, number: int, rows: _Rows, sheet: str
) -> Problem:
    column, wanted = next(
        ((c, w) for c, w in rule.where if not _member(ValueRule("", "", where=((c, w),)), rows.frame).any()),
        rule.where[0],
    )
    seen = list(dict.fromkeys(_texts(rows.frame[column])))
    return Problem(
        file=source.name,
        sheet=sheet,
        column=column,
        what=f"[[value]] number {number} of {mapping.origin} wants rows where this is '{wanted}', and takes none.",
        todo=f"The column holds: {', '.join(seen[:8])}{' ...' if len(seen) > 8 else ''}.",
    )


def _values(
    source: SourceFile,
    mapping: Mapping,
    rule: ValueRule,
    rows: _Rows,
    member: np.ndarray,
    problems: list[Problem],
) -> pd.DataFrame:
    part = rows.frame[member]
    cells = [rule.numerator, rule.denominator] if rule.numerator else [rule.value]
    if rule.numerator:
        value, numerator, base, status, reason = _from_amounts(rule, mapping, part)
        denominator = base
    else:
        value, status, reason = _from_column(rule, mapping, part)
        numerator = denominator = base = np.full(len(part), np.nan)
        if _looks_like_fractions(rule, value[status == "observed"]):
            what = "Every value is between 0 and 1, although the mapping says 'percent'."
            todo = f'Say unit = "fraction" in {mapping.origin}, or look at the column.'
            problems.append(Problem(file=source.name, sheet=rows.prefix[:-1], column=rule.value, what=what, todo=todo))
        if rule.base:
            cells.append(rule.base)
            base, base_status, base_reason = _numbers(part[rule.base], mapping, low=0.0)
            spoiled = (status == "observed") & (base_status == "excluded")
            status[spoiled], reason[spoiled] = "excluded", "base: " + base_reason[spoiled]
    bad_period, cut = rows.undated[member] != "", rows.cut[member]
    status[bad_period], reason[bad_period] = "excluded", rows.undated[member][bad_period]
    status[cut], reason[cut] = "excluded", "the row is cut short"
    keep = status == "observed"
    flags = np.where(bad_period, "bad_year", np.where(keep & rule.exact_fraction, "exact_fraction", ""))
    return observations(
        org_code=rows.codes[member],
        period_start=rows.starts[member],
        period_end=rows.ends[member],
        measure=rule.measure,
        group=rule.group,
        stratum=_texts(part[rule.stratum_column]).to_numpy() if rule.stratum_column else rule.stratum,
        numerator=np.where(keep, numerator, np.nan),
        denominator=np.where(keep, denominator, np.nan),
        value=np.where(keep, value, np.nan),
        unit="percent" if rule.numerator or rule.unit == "fraction" else rule.unit,
        status=status,
        source=mapping.key,
        source_file=source.name,
        source_cell=rows.address(cells, member),
        vintage=mapping.vintage,
        effective_base=np.where(keep, base, np.nan),
        flags=flags,
        reason=reason,
    )


def _numbers(cells: pd.Series, mapping: Mapping, **options: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if cells.dtype != "str":  # of a workbook: a mark such as -999 may be a number there
        cells = cells.map(lambda cell: as_text(cell) if isinstance(cell, float) and cell.is_integer() else cell)
    return read_numbers(
        cells,
        suppressed=mapping.suppressed,
        not_applicable=mapping.not_applicable,
        not_submitted=mapping.missing,
        **options,
    )


def _from_column(rule: ValueRule, mapping: Mapping, part: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The values of a column in the measure's unit. A cell that says ``%`` is a percentage in any case."""
    cells = part[rule.value]
    rate = rule.unit in ("percent", "fraction")
    value, status, reason = _numbers(cells, mapping, percent_sign=rate)
    signed = cells.astype(str).str.rstrip().str.endswith("%").to_numpy(dtype=bool)
    value = np.where(signed & rate, value, value * UNITS[rule.unit])
    low, high = _range(rule)
    # Room for the last digit of a float: 100 times 1.0000000000000002 is still everybody.
    beyond = (status == "observed") & ~((value >= low) & (value <= high * (1 + 1e-12)))
    shown = _texts(cells[beyond])
    status[beyond] = "excluded"
    reason[beyond] = [f"{text} is outside the possible range of a {rule.unit}" for text in shown]
    return np.minimum(value, high), status, reason


def _from_amounts(
    rule: ValueRule, mapping: Mapping, part: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Percentage, numerator and denominator from two columns of amounts."""
    numerator, status, reason = _numbers(part[rule.numerator], mapping)
    denominator, other, other_reason = _numbers(part[rule.denominator], mapping)
    worse = (status == "observed") & (other != "observed")
    status[worse], reason[worse] = other[worse], other_reason[worse]
    seen = status == "observed"
    zero = seen & (denominator == 0)
    status[zero], reason[zero] = "not_applicable", "the denominator is 0"
    negative = seen & ((numerator < 0) | (denominator < 0))
    status[negative], reason[negative] = "excluded", "an amount is negative"
    over = seen & ~negative & (numerator > denominator)
    status[over] = "excluded"
    reason[over] = [
        f"the numerator {n:g} is larger than the denominator {d:g}"
        for n, d in zip(numerator[over], denominator[over], strict=True)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        return 100.0 * numerator / denominator, numerator, denominator, status, reason


def _range(rule: ValueRule) -> tuple[float, float]:
    measures = load_outcomes().measures
    if rule.measure in measures:
        return measures[rule.measure].range
    return 0.0, np.inf if rule.unit == "ratio" else 100.0


def _looks_like_fractions(rule: ValueRule, value: np.ndarray) -> bool:
    """Whether percentages of a survey indicator are all so small that they must be fractions."""
    indicator = load_standard().indicators.get(rule.measure)
    if indicator is None or indicator.form != "gap" or rule.unit != "percent":
        return False
    some = value[value != 0]
    return len(some) > 0 and bool((some <= 1.0).all())


def _sightings(source: SourceFile, mapping: Mapping, rows: _Rows) -> pd.DataFrame:
    """What the last row of each organisation says of it."""
    if not mapping.attributes:
        return organisation_sightings(org_code=[])
    last = ~pd.Series(rows.codes, dtype=object).duplicated(keep="last").to_numpy()
    return organisation_sightings(
        org_code=rows.codes[last],
        as_of=rows.ends[last],
        source=mapping.key,
        source_file=source.name,
        source_cell=rows.address([mapping.org_code], last),
        **{
            name: _texts(rows.frame.loc[last, column]).replace("-", "").to_numpy()
            for name, column in mapping.attributes.items()
        },
    )
