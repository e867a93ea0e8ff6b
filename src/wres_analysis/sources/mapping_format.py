"""The format of a mapping: what its TOML may say, and every mistake in it told at once in plain words.

``docs/mapping.md`` describes the format with an example. Reading a file by a mapping is
:mod:`wres_analysis.sources.mapping`.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

from wres_analysis.errors import InputError, Problem
from wres_analysis.sources.vocabulary import month_of
from wres_analysis.standards import Indicator, Measure, load_outcomes, load_standard

__all__ = ["PERIODS", "Mapping", "ValueRule", "load_mapping", "period_of", "read_mapping", "shipped_mappings"]

#: Kind of period -> what a cell of it looks like.
PERIODS = {
    "survey": "a survey year such as 2024 (fielded in that autumn)",
    "wres_year": "a WRES year such as 2025 (it ends on 31 March 2025)",
    "financial_year": "a financial year such as 2023/24",
    "month": "a month such as 2024-04 or April 2024",
    "date": "a date such as 2024-03-31 or 31/03/2024",
}
#: Unit of a value column -> what its numbers are multiplied by to reach the unit that measures are declared in.
UNITS = {"percent": 1.0, "fraction": 100.0, "score": 1.0, "ratio": 1.0, "count": 1.0, "rating": 1.0}
#: What a numerator and a denominator can be amounts of.
AMOUNTS = ("count", "gbp", "days")
#: Declared unit of a measure -> the units that a value column of it can have.
_TAKES = {
    "percent": ("percent", "fraction"),
    "ratio": ("ratio", "percent", "fraction"),
    "score": ("score",),
    "count": ("count",),
    "rating": ("rating",),
}

_TEXT, _TEXTS = (str,), (list,)
#: Table -> key -> the TOML types that it takes.
_KEYS: dict[str, dict[str, tuple[type, ...]]] = {
    "map": {"key": _TEXT, "title": _TEXT, "publisher": _TEXT, "vintage": (str, int), "checked": _TEXT},
    "match": {"columns": _TEXTS, "sheet": _TEXT, "header_row": (int,), "ignore": _TEXTS},
    "rows": {
        **dict.fromkeys(("org_code", "org_name", "region", "icb", "trust_type"), _TEXT),
        **dict.fromkeys(("suppressed", "missing", "not_applicable"), _TEXTS),
    },
    "period": {"kind": _TEXT, "column": _TEXT, "is": (str, int, dt.date)},
    "value": {
        **dict.fromkeys(("measure", "group", "stratum", "stratum_column"), _TEXT),
        **dict.fromkeys(("value", "numerator", "denominator", "base", "unit"), _TEXT),
        "where": (dict,),
        "exact_fraction": (bool,),
    },
}
_KINDS = {str: "text in quotation marks", int: "a whole number", list: "a list of texts", dict: "a table", bool: "true"}
_SEE = "docs/mapping.md shows a whole mapping."


@dataclass(frozen=True, slots=True)
class ValueRule:
    """One ``[[value]]``: which rows it takes, and which columns hold the value of which measure.

    ``value`` names a column, or ``numerator`` and ``denominator`` do; ``where`` is column -> wanted text.
    """

    measure: str
    unit: str
    group: str = "all"
    stratum: str = "all"
    stratum_column: str = ""
    value: str = ""
    numerator: str = ""
    denominator: str = ""
    base: str = ""
    where: tuple[tuple[str, str], ...] = ()
    exact_fraction: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the rule names."""
        named = (self.value, self.numerator, self.denominator, self.base, self.stratum_column)
        return tuple(name for name in (*named, *(column for column, _ in self.where)) if name)


@dataclass(frozen=True)
class Mapping:
    """One mapping: where it came from, how it recognises a file, and what its columns mean.

    Parameters
    ----------
    origin
        The name of the mapping file, for messages; ``sha256`` is that of its text.
    columns
        The headings that a file must have to be read by this mapping.
    attributes
        What is told of organisations -> the column that tells it.
    period
        ``kind`` and either ``column`` or ``is``.
    """

    origin: str
    sha256: str
    key: str
    title: str
    publisher: str
    columns: tuple[str, ...]
    org_code: str
    attributes: dict[str, str]
    kind: str
    period_column: str
    period_is: str
    values: tuple[ValueRule, ...]
    suppressed: tuple[str, ...] = ("-", "*")
    missing: tuple[str, ...] = ("",)
    not_applicable: tuple[str, ...] = ()
    vintage: str = ""
    sheet: str = ""
    header_row: int = 1
    ignore: tuple[str, ...] = ()
    checked: str = ""


def load_mapping(text: str, origin: str) -> Mapping:
    """Parse a mapping.

    Raises
    ------
    InputError
        If the TOML is not valid, or anything in it cannot be meant. Every mistake is named.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            Problem(file=origin, what=f"The mapping is not valid TOML: {error}.", todo="Mend the line it names.")
        ) from error
    problems: list[Problem] = []

    def wrong(what: str, todo: str = _SEE) -> None:
        problems.append(Problem(file=origin, what=what, todo=todo))

    for name in data:
        if name not in _KEYS:
            wrong(f"There is no table [{name}] in a mapping.", _meant(name, _KEYS))
    tables = {name: _table(data.get(name, {}), name, f"[{name}]", wrong) for name in ("map", "match", "rows", "period")}
    head, match, rows, period = (tables[name] for name in ("map", "match", "rows", "period"))
    for name, required in (("map", ("key", "title", "publisher")), ("rows", ("org_code",))):
        for key in required:
            if not tables[name].get(key):
                wrong(f"[{name}] says no '{key}'.")
    if head.get("key") and not re.fullmatch(r"[a-z][a-z0-9_]*", head["key"]):
        wrong(f"[map] key '{head['key']}' is not a plain word.", "Use small letters, digits and underscores.")
    if match.get("header_row", 1) < 1:
        wrong("[match] header_row counts rows from 1.")
    _check_period(period, wrong)
    given = data.get("value", [])
    if not isinstance(given, list) or not given:
        wrong("There is no [[value]].", f"Say at least one column that holds a value, under [[value]]. {_SEE}")
        given = []
    values = [_value(record, f"[[value]] number {number}", wrong) for number, record in enumerate(given, start=1)]
    if problems:
        raise InputError(*problems)
    rules = tuple(rule for rule in values if rule is not None)
    attributes = {k: _folded(v) for k, v in rows.items() if k in ("org_name", "region", "icb", "trust_type")}
    named = [_folded(rows["org_code"]), *attributes.values()]
    named += [_folded(period["column"])] if "column" in period else []
    named += [column for rule in rules for column in rule.columns]
    marks = {k: tuple(rows[k]) for k in ("suppressed", "missing", "not_applicable") if k in rows}
    return Mapping(
        origin=origin,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        key=head["key"],
        title=head["title"],
        publisher=head["publisher"],
        vintage=str(head.get("vintage", "")),
        checked=head.get("checked", ""),
        columns=tuple(map(_folded, match.get("columns", ()))) or tuple(dict.fromkeys(named)),
        sheet=match.get("sheet", ""),
        header_row=match.get("header_row", 1),
        ignore=tuple(map(_folded, match.get("ignore", ()))),
        org_code=_folded(rows["org_code"]),
        attributes=attributes,
        kind=period["kind"],
        period_column=_folded(period.get("column", "")),
        period_is=str(period.get("is", "")),
        values=rules,
        **marks,
    )


def read_mapping(path: Path, origin: str = "") -> Mapping:
    """Load a mapping from a file. ``origin`` is what messages call it; its name if not given.

    Raises
    ------
    InputError
        As :func:`load_mapping`, and if the file cannot be read as text.
    """
    origin = origin or path.name
    try:
        return load_mapping(path.read_text(encoding="utf-8-sig"), origin)
    except (OSError, UnicodeDecodeError) as error:
        what = f"The mapping cannot be read ({error.__class__.__name__})."
        raise InputError(Problem(file=origin, what=what, todo="Save it again as UTF-8 text.")) from error


@cache
def shipped_mappings() -> tuple[Mapping, ...]:
    """The mappings for known third-party extracts that ship with the kit."""
    folder = package_files("wres_analysis.sources").joinpath("mappings")
    found = sorted((p for p in folder.iterdir() if p.name.endswith(".map.toml")), key=lambda p: p.name)
    return tuple(load_mapping(p.read_text(encoding="utf-8"), p.name) for p in found)


def period_of(kind: str, text: str) -> tuple[dt.date, dt.date] | None:
    """Return the first and last day of the period that a cell names, or None if it names none of that kind."""
    year = re.fullmatch(r"20\d\d", text)
    if kind == "survey" and year:
        return dt.date(int(text), 10, 1), dt.date(int(text), 12, 31)
    if kind == "wres_year" and year:
        return dt.date(int(text) - 1, 4, 1), dt.date(int(text), 3, 31)
    if kind == "financial_year" and (span := re.fullmatch(r"(20\d\d) ?[/–-] ?(20)?(\d\d)", text)):
        first = int(span[1])
        if int(span[3]) == (first + 1) % 100 and (not span[2] or first < 2099):
            return dt.date(first, 4, 1), dt.date(first + 1, 3, 31)
    if kind == "month":
        return month_of(f"{text}-01" if re.fullmatch(r"20\d\d-\d\d", text) else text)
    if kind == "date":
        day = re.fullmatch(r"(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?:[ T]00:00(?::00)?)?", text)
        day = day or re.fullmatch(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>20\d\d)(?: 0?0:00(?::00)?)?", text)
        try:
            return (date := dt.date(int(day["y"]), int(day["m"]), int(day["d"])), date) if day else None
        except ValueError:
            return None
    return None


_Wrong = Callable[..., None]


def _table(table: Any, name: str, place: str, wrong: _Wrong) -> dict[str, Any]:
    """Return the entries of a table whose key and type are right; tell of the others."""
    if not isinstance(table, dict):
        wrong(f"{place} must be a table.")
        return {}
    good = {}
    for key, value in table.items():
        types = _KEYS[name].get(key)
        if types is None:
            wrong(f"{place} has no key '{key}'.", _meant(key, _KEYS[name]))
        elif not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            wrong(f"{place} {key} must be {_KINDS[types[0]]}, and is {value!r}.")
        elif isinstance(value, list) and not all(isinstance(item, str) for item in value):
            wrong(f"{place} {key} must be {_KINDS[list]}, and is {value!r}.")
        else:
            good[key] = value
    return good


def _check_period(period: dict[str, Any], wrong: _Wrong) -> None:
    kind = period.get("kind")
    if kind not in PERIODS:
        wrong(f"[period] kind must be one of {', '.join(PERIODS)}.")
    if ("column" in period) == ("is" in period):
        wrong("[period] needs either 'column' or 'is'.", "Name the column with the period, or give the period itself.")
    elif "is" in period and kind in PERIODS and period_of(kind, str(period["is"])) is None:
        wrong(f"[period] is: '{period['is']}' is not {PERIODS[kind]}.", "Mend it.")


def _value(record: Any, place: str, wrong: _Wrong) -> ValueRule | None:
    standard, outcomes = load_standard(), load_outcomes()
    known: dict[str, Indicator | Measure] = {**standard.indicators, **outcomes.measures}
    entry = _table(record, "value", place, wrong)
    measure = known.get(entry.get("measure", ""))
    if "measure" not in entry:
        wrong(f"{place} says no 'measure'.", f"Known: {', '.join(known)}.")
    elif measure is None:
        wrong(f"{place}: there is no measure '{entry['measure']}'.", _meant(entry["measure"], known))
    group = entry.get("group", "all")
    if group not in standard.groups:
        wrong(f"{place}: there is no group '{group}'.", f"Known: {', '.join(standard.groups)}.")
    parts = [k for k in ("numerator", "denominator") if entry.get(k)]
    if bool(entry.get("value")) == bool(parts) or len(parts) == 1:
        wrong(f"{place}: name either a 'value' column, or a 'numerator' and a 'denominator' column.")
    if parts and entry.get("base"):
        wrong(f"{place}: 'base' goes with a 'value' column; a denominator is its own base.", "Take 'base' out.")
    if "stratum" in entry and "stratum_column" in entry:
        wrong(f"{place}: 'stratum' and 'stratum_column' are two answers to one question.", "Take one of them out.")
    if measure is not None:
        _check_unit(entry, measure, place, wrong)
        strata = ("all", "published_ratio", *measure.strata)
        if measure.strata and entry.get("stratum", "all") not in strata:
            wrong(f"{place}: '{measure.key}' has no stratum '{entry['stratum']}'.", f"Known: {', '.join(strata)}.")
    where = entry.pop("where", {})
    if any(not isinstance(wanted, (str, int)) or isinstance(wanted, bool) for wanted in where.values()):
        wrong(f"{place} where: each column needs one text or whole number.")
    if measure is None:
        return None
    if entry.get("unit") == "ratio":
        entry["stratum"] = "published_ratio"  # a printed ratio stands beside the rates, and is checked against them
    columns = ("value", "numerator", "denominator", "base", "stratum_column")
    entry |= {k: _folded(entry[k]) for k in columns if k in entry}
    return ValueRule(
        **{"unit": "", **entry}, where=tuple((_folded(column), str(wanted)) for column, wanted in where.items())
    )


def _check_unit(entry: dict[str, Any], measure: Indicator | Measure, place: str, wrong: _Wrong) -> None:
    unit: str | None = entry.get("unit")
    takes: Iterable[str] = _TAKES[measure.unit]
    if entry.get("numerator"):
        if "percent" not in takes:
            wrong(
                f"{place}: '{measure.key}' is a {measure.unit}, not a share of a denominator.", "Name a 'value' column."
            )
        takes = AMOUNTS
    if unit is None or unit not in takes:
        said = "no 'unit' is said" if unit is None else f"'{unit}' is not a unit of '{measure.key}' here"
        wrong(f"{place}: {said}.", f"Say one of: {', '.join(takes)}.")
    if unit == "ratio" and (
        entry.get("group", "all") != "all" or entry.get("stratum", "") not in ("", "published_ratio")
    ):
        wrong(f"{place}: a printed ratio is of all groups together.", "Take 'group' and 'stratum' out.")
    if entry.get("exact_fraction") and (unit not in ("percent", "fraction") or entry.get("numerator")):
        wrong(f"{place}: only a rate without counts can be an exact fraction.", "Take 'exact_fraction' out.")


def _folded(heading: str) -> str:
    """Fold white space in a heading, because publishers break the lines of theirs."""
    return " ".join(heading.split())


def _meant(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"Did you mean '{close[0]}'?" if close else f"Known: {', '.join(known)}."
