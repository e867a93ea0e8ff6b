"""Own data: any CSV, XLSX or ODS by a small mapping TOML, columns to measures.

A mapping says which columns hold what. Mappings for known third-party extracts ship in ``mappings/`` and are
found by the file's headings; others come with ``--map FILE`` or as ``NAME.map.toml`` beside the data file.
``docs/mapping.md`` describes the format with examples.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.files import SourceFile, column_letter, fold
from wres_analysis.sources.observations import (
    Reading,
    Tally,
    observations,
    organisation_sightings,
    read_numbers,
    require_columns,
)
from wres_analysis.standards import load_outcomes, load_standard

__all__ = ["Mapping", "load_mapping", "read_mapped", "shipped_mappings"]

_PERIODS = ("survey", "financial_year", "wres_year", "month", "date")
_SCALES = {"percent": 1.0, "fraction": 100.0, "score": 1.0, "ratio": 1.0, "gbp": 1.0, "count": 1.0}
_DECLARED_UNIT = {"percent": "percent", "fraction": "percent"}


@dataclass(frozen=True)
class Mapping:
    """One mapping: where it came from, how it recognises a file, and what its columns mean."""

    origin: str
    key: str
    title: str
    publisher: str
    columns: tuple[str, ...]
    rows: dict[str, Any]
    period: dict[str, Any]
    values: tuple[dict[str, Any], ...]
    vintage: str = ""
    sheet: str = ""
    header_row: int = 1
    ignore: tuple[str, ...] = ()
    checked: str = ""
    skip_rows: tuple[dict[str, str], ...] = field(default=())

    def matches(self, source: SourceFile) -> bool:
        """Whether the file has every heading that the mapping names."""
        have = set(source.header) if source.kind == "text" else set(self._workbook_header(source))
        return bool(self.columns) and set(self.columns) <= have

    def _workbook_header(self, source: SourceFile) -> tuple[str, ...]:
        if source.kind != "workbook":
            return ()
        try:
            name = self.sheet or source.sheet_names[0]
            if name not in source.sheet_names:
                return ()
            row = source.sheet(name).rows[self.header_row - 1]
        except (InputError, IndexError):
            return ()
        return tuple(str(cell).strip() for cell in row)


def load_mapping(text: str, origin: str) -> Mapping:
    """Parse a mapping.

    Raises
    ------
    InputError
        If the TOML is not valid, a table or key is missing, or a measure is unknown. Every problem is named.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            Problem(file=origin, what=f"The mapping is not valid TOML ({error}).", todo="Mend the line it names.")
        ) from error
    problems: list[Problem] = []

    def wrong(what: str, todo: str) -> None:
        problems.append(Problem(file=origin, what=what, todo=todo))

    head, match, rows = data.get("map", {}), data.get("match", {}), data.get("rows", {})
    period, values = data.get("period", {}), data.get("value", [])
    for table, need in ((head, ("key", "title", "publisher")), (rows, ("org_code",))):
        for name in need:
            if not table.get(name):
                wrong(f"'{name}' is missing.", "See docs/mapping.md for what a mapping must say.")
    if period.get("kind") not in _PERIODS:
        wrong(f"[period] kind must be one of {', '.join(_PERIODS)}.", "See docs/mapping.md.")
    if ("column" in period) == ("is" in period):
        wrong("[period] needs either 'column' or 'is'.", "Name the column with the period, or give the period itself.")
    if not values:
        wrong("There is no [[value]].", "Say at least one column that holds a value.")
    known = set(load_standard().indicators) | set(load_outcomes().measures)
    for number, value in enumerate(values, start=1):
        place = f"[[value]] number {number}"
        if value.get("measure") not in known:
            wrong(f"{place}: there is no measure '{value.get('measure')}'.", f"Known: {', '.join(sorted(known))}.")
        if value.get("unit") not in _SCALES:
            wrong(f"{place}: unit must be one of {', '.join(_SCALES)}.", "Say the unit the file uses.")
        if not (value.get("value") or (value.get("numerator") and value.get("denominator"))):
            wrong(f"{place}: name a 'value' column, or 'numerator' and 'denominator' columns.", "See docs/mapping.md.")
    if problems:
        raise InputError(*problems)
    used = {v for v in rows.values() if isinstance(v, str)} | ({period["column"]} if "column" in period else set())
    for value in values:
        used |= {value[k] for k in ("value", "numerator", "denominator", "base", "stratum_column") if k in value}
        used |= set(value.get("where", {}))
    return Mapping(
        origin=origin,
        key=head["key"],
        title=head["title"],
        publisher=head["publisher"],
        vintage=str(head.get("vintage", "")),
        checked=head.get("checked", ""),
        columns=tuple(match.get("columns", sorted(used))),
        sheet=match.get("sheet", ""),
        header_row=int(match.get("header_row", 1)),
        ignore=tuple(match.get("ignore", ())),
        rows=rows,
        period=period,
        values=tuple(values),
        skip_rows=tuple(data.get("skip", ())),
    )


@cache
def shipped_mappings() -> tuple[Mapping, ...]:
    """The mappings for known third-party extracts that ship with the kit."""
    folder = package_files("wres_analysis.sources").joinpath("mappings")
    found = sorted((p for p in folder.iterdir() if p.name.endswith(".map.toml")), key=lambda p: p.name)
    return tuple(load_mapping(p.read_text(encoding="utf-8"), p.name) for p in found)


def beside(source: SourceFile) -> Path | None:
    """The path of ``NAME.map.toml`` beside a data file, if it is there."""
    path = source.path.with_name(source.path.stem + ".map.toml")
    return path if path.is_file() else None


def _grid(source: SourceFile, mapping: Mapping) -> tuple[pd.DataFrame, str]:
    """The data rows as text or numbers, indexed by spreadsheet row; and the prefix of their addresses."""
    if source.kind == "text":
        return source.csv(), ""
    name = mapping.sheet or source.sheet_names[0]
    if name not in source.sheet_names:
        raise InputError(
            Problem(
                file=source.name,
                sheet=name,
                what="The workbook has no such sheet.",
                todo=f"It has: {', '.join(source.sheet_names)}. Mend 'sheet' in {mapping.origin}.",
            )
        )
    rows = source.sheet(name).rows
    header = [str(cell).strip() for cell in rows[mapping.header_row - 1]]
    frame = pd.DataFrame(rows[mapping.header_row :], columns=header, dtype=object)
    frame.index = pd.RangeIndex(mapping.header_row + 1, mapping.header_row + 1 + len(frame))
    return frame, f"{name}!"


def _period(mapping: Mapping, frame: pd.DataFrame) -> tuple[list[Any], list[Any], list[str]]:
    """Start, end and (where it cannot be read) the reason, for each row."""
    kind = mapping.period["kind"]
    column = mapping.period.get("column")
    given = frame[column].astype(str).str.strip() if column else pd.Series(str(mapping.period["is"]), index=frame.index)
    cache_: dict[str, tuple[date | None, date | None, str]] = {}
    for text in given.unique():
        cache_[text] = _one_period(kind, text)
    starts, ends, reasons = zip(*(cache_[t] for t in given), strict=True) if len(given) else ((), (), ())
    return list(starts), list(ends), list(reasons)


def _one_period(kind: str, text: str) -> tuple[date | None, date | None, str]:
    year = re.fullmatch(r"(20\d\d)(?:\.0)?", text)
    span = re.fullmatch(r"(20\d\d)[/-](\d\d|20\d\d)", text)
    try:
        if kind == "survey" and year:
            return date(int(year[1]), 10, 1), date(int(year[1]), 12, 31), ""
        if kind == "financial_year" and span and int(span[2]) % 100 == (int(span[1]) + 1) % 100:
            return date(int(span[1]), 4, 1), date(int(span[1]) + 1, 3, 31), ""
        if kind == "wres_year" and year:
            return date(int(year[1]) - 1, 4, 1), date(int(year[1]), 3, 31), ""
        if kind == "month" and (month := re.fullmatch(r"(20\d\d)-(\d\d)", text)):
            start = date(int(month[1]), int(month[2]), 1)
            end = (pd.Timestamp(start) + pd.offsets.MonthEnd(0)).date()
            return start, end, ""
        if kind == "date":
            day = pd.to_datetime(text, dayfirst="/" in text).date()
            return day, day, ""
    except ValueError:
        pass
    return None, None, f"'{text}' is not a {kind.replace('_', ' ')}"


def read_mapped(source: SourceFile, mapping: Mapping) -> Reading:
    """Read a file by a mapping.

    Raises
    ------
    InputError
        If a column that the mapping names is missing.
    """
    frame, prefix = _grid(source, mapping)
    sheet = prefix.rstrip("!")
    need = [mapping.rows["org_code"], *(v for k, v in mapping.period.items() if k == "column")]
    for value in mapping.values:
        need += [value[k] for k in ("value", "numerator", "denominator", "base", "stratum_column") if k in value]
        need += list(value.get("where", {}))
    require_columns(source, list(frame.columns), list(dict.fromkeys(need)), sheet=sheet, row=mapping.header_row)
    tally = Tally(source.name, sheet, mapping.key, rows=len(frame))
    codes = frame[mapping.rows["org_code"]].astype(str).str.strip()
    blank = codes == ""
    tally.skip("rows without an organisation code", int(blank.sum()))
    frame, codes = frame[~blank], codes[~blank]
    starts, ends, why = _period(mapping, frame)
    frame = frame.assign(__code=codes, __start=starts, __end=ends, __why=why)
    letters = {name: column_letter(i) for i, name in enumerate(frame.columns)}
    made, used = [], np.zeros(len(frame), dtype=bool)
    for value in mapping.values:
        part, member = _value(source, mapping, value, frame, letters, prefix)
        used |= member
        made.append(part)
    tally.skip("rows that no [[value]] of the mapping takes", int((~used).sum()))
    named = set(need) | {v for v in mapping.rows.values() if isinstance(v, str)} | set(mapping.ignore)
    tally.skip("columns that the mapping does not use", sum(1 for c in letters if not c.startswith("__") and c not in named))
    rows = pd.concat(made, ignore_index=True)
    tally.count(rows)
    return Reading(rows, _sightings(source, mapping, frame, letters, prefix), (tally,))


def _value(
    source: SourceFile,
    mapping: Mapping,
    value: dict[str, Any],
    frame: pd.DataFrame,
    letters: dict[str, str],
    prefix: str,
) -> tuple[pd.DataFrame, np.ndarray]:
    member = np.ones(len(frame), dtype=bool)
    for column, wanted in value.get("where", {}).items():
        member &= (frame[column].astype(str).map(fold) == fold(wanted)).to_numpy()
    part = frame[member]
    suppressed = tuple(mapping.rows.get("suppressed", ("-", "*")))
    missing = tuple(mapping.rows.get("missing", ("",)))
    scale = _SCALES[value["unit"]]
    cells: list[str] = []

    def numbers(name: str, **limits: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        cells.append(name)
        return read_numbers(part[name], suppressed=suppressed, not_applicable=missing, **limits)

    numerator = denominator = np.full(len(part), np.nan)
    base = np.full(len(part), np.nan)
    if "numerator" in value:
        numerator, status, reason = numbers(value["numerator"])
        denominator, other, other_reason = numbers(value["denominator"], low=0.0)
        worse = (status == "observed") & (other != "observed")
        status[worse], reason[worse] = other[worse], other_reason[worse]
        zero = (status == "observed") & (denominator == 0)
        status[zero], reason[zero] = "not_applicable", "the denominator is 0"
        with np.errstate(divide="ignore", invalid="ignore"):
            result = 100.0 * numerator / denominator
        base = denominator
    else:
        limit = {"percent": 100.0 + 1e-9, "fraction": 1.0 + 1e-12, "score": 10.0}.get(value["unit"], np.inf)
        result, status, reason = numbers(value["value"], low=0.0, high=limit)
        result = result * scale
        if "base" in value:
            base, _, _ = numbers(value["base"], low=0.0)
    bad_period = part["__why"].to_numpy() != ""
    status[bad_period], reason[bad_period] = "excluded", part["__why"].to_numpy()[bad_period]
    keep = status == "observed"
    row = pd.Series(part.index).astype(str)
    address = prefix + letters[cells[0]] + row
    for name in cells[1:]:
        address = address + "," + letters[name] + row
    stratum: Any = value.get("stratum", "all")
    if "stratum_column" in value:
        stratum = part[value["stratum_column"]].astype(str).str.strip().to_numpy()
    made = observations(
        org_code=part["__code"].to_numpy(),
        period_start=pd.to_datetime(part["__start"]).to_numpy(),
        period_end=pd.to_datetime(part["__end"]).to_numpy(),
        measure=value["measure"],
        group=value.get("group", "all"),
        stratum=stratum,
        numerator=np.where(keep, numerator, np.nan),
        denominator=np.where(keep, denominator, np.nan),
        value=np.where(keep, result, np.nan),
        unit="percent" if "numerator" in value else _DECLARED_UNIT.get(value["unit"], value["unit"]),
        status=status,
        source=mapping.key,
        source_file=source.name,
        source_cell=address.to_numpy(),
        vintage=mapping.vintage,
        effective_base=np.where(keep, base, np.nan),
        flags="exact_fraction" if value.get("exact_fraction") else "",
        reason=reason,
    )
    return made, member


def _sightings(
    source: SourceFile, mapping: Mapping, frame: pd.DataFrame, letters: dict[str, str], prefix: str
) -> pd.DataFrame:
    extra = {k: v for k, v in mapping.rows.items() if k in ("org_name", "region", "icb", "trust_type")}
    if not extra:
        return organisation_sightings(org_code=[])
    require_columns(source, list(frame.columns), list(extra.values()), sheet=prefix.rstrip("!"), row=mapping.header_row)
    last = frame.loc[~frame["__code"].duplicated(keep="last")]
    return organisation_sightings(
        org_code=last["__code"].to_numpy(),
        as_of=pd.to_datetime(last["__end"]).to_numpy(),
        source=mapping.key,
        source_file=source.name,
        source_cell=(prefix + letters[mapping.rows["org_code"]] + pd.Series(last.index).astype(str)).to_numpy(),
        **{k: last[v].astype(str).str.strip().replace("-", "").to_numpy() for k, v in extra.items()},
    )
