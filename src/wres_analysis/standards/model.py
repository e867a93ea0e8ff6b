"""The shape of a standard: frozen records read from TOML. No numbers from any trust, no files of data.

A standard is a file of this folder. Adding one is adding a file; nothing else in the package names an
indicator or a group.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from wres_analysis.errors import RequestError

__all__ = ["Break", "Group", "Indicator", "Item", "Measure", "Standard", "load_outcomes", "load_standard", "wres_year"]

Form = Literal["share", "ratio", "gap", "difference"]
Clock = Literal["flow", "snapshot", "survey", "financial_year", "event", "month", "quarter"]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of staff: its key in data, its label in tables, its name in prose, and what follows "were"."""

    key: str
    label: str
    prose: str
    adjective: str = ""
    are: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """The survey question behind an indicator, from one survey year to another."""

    surveys: tuple[int, int]
    item: str
    grade: str


@dataclass(frozen=True, slots=True)
class Rung:
    """Pay bands that count as one step of the ladder, and what they are called."""

    key: str
    label: str
    bands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of a standard. Fields are those of the TOML file, which explains them."""

    key: str
    number: int
    title: str
    wording: str
    form: Form
    clock: Clock
    numerator: str
    denominator: str
    unit: str
    better: str
    source: str
    formula: str
    grade: str
    ratio_of: tuple[str, str] | None = None
    disadvantage: int = 0
    event: str = ""
    happened: str = ""
    people: str = ""
    body: str = ""
    whole: str = ""
    seat: str = ""
    to_get: str = ""
    parity: float | None = None
    largest_change: float | None = None
    compared_with: str = ""
    strata: tuple[str, ...] = ()
    main_stratum: str = "all"
    pooled_strata: tuple[str, ...] = ()
    rungs: tuple[Rung, ...] = ()
    rung_groups: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    checks: tuple[str, ...] = ()

    def item(self, survey: int) -> Item | None:
        """The question asked in the survey of that autumn, or None where it is not known."""
        return next((i for i in self.items if i.surveys[0] <= survey <= i.surveys[1]), None)


@dataclass(frozen=True, slots=True)
class Measure:
    """One outcome or descriptive measure. Fields are those of ``outcomes.toml``, which explains them."""

    key: str
    role: Literal["outcome", "context"]
    title: str
    label: str
    unit: str
    better: str
    clock: Clock
    combine: str
    range: tuple[float, float]
    plausible: tuple[float, float]
    sources: tuple[str, ...]
    publisher: str
    grade: str
    numerator: str = ""
    denominator: str = ""
    months: int = 1
    months_required: int = 1
    columns: dict[str, str] = field(default_factory=dict)
    strata: tuple[str, ...] = ()
    main_stratum: str = "all"
    first_period: dt.date | None = None
    last_period: dt.date | None = None
    placeholder_below: float | None = None
    same_respondents_as: tuple[str, ...] = ()
    contaminated_by: tuple[str, ...] = ()
    never_joined_with: tuple[str, ...] = ()
    caution: str = ""
    no_interval: str = ""
    phrase: str = ""
    decimals: int = 1

    def asked(self, start: dt.date, end: dt.date) -> bool:
        """Whether the measure existed at any time between two dates."""
        return (self.first_period is None or end >= self.first_period) and (
            self.last_period is None or start <= self.last_period
        )


@dataclass(frozen=True, slots=True)
class Break:
    """A date before which a measure's level cannot be compared with its level after."""

    key: str
    measure: str
    what: str
    grade: str
    first_survey: int | None = None
    first_year: int | None = None

    @property
    def first_wres_year(self) -> int | None:
        """The first WRES year after the break, or None where the year is not established."""
        if self.first_survey is not None:
            return self.first_survey + 1
        return self.first_year


@dataclass(frozen=True)
class Standard:
    """A standard: its indicators, groups, measures and breaks, by key and in order."""

    key: str
    title: str
    abbreviation: str = ""
    definition: str = ""
    reference_group: str = ""
    comparison_group: str = ""
    respondents: str = ""
    four_fifths: tuple[float, float] = (0.8, 1.25)
    plausible_ratio: tuple[float, float] = (0.2, 6.0)
    smallest_shown: int = 0
    smallest_note: str = ""
    strata_labels: dict[str, str] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    breaks: tuple[Break, ...] = ()

    def breaks_of(self, measure: str) -> tuple[Break, ...]:
        """The breaks declared for a measure."""
        return tuple(b for b in self.breaks if b.measure == measure)

    @property
    def sources(self) -> dict[tuple[str, str], int]:
        """(measure, reader) -> the reader's place in the order in which the measure's readers are believed."""
        declared: list[Indicator | Measure] = [*self.indicators.values(), *self.measures.values()]
        return {(one.key, source): rank for one in declared for rank, source in enumerate(one.sources)}

    @property
    def outcomes(self) -> dict[str, Measure]:
        """The measures whose role is ``outcome``."""
        return {key: m for key, m in self.measures.items() if m.role == "outcome"}


def _tuples(record: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in record.items():
        if key == "items":
            out[key] = tuple(Item(tuple(i["surveys"]), i["item"], i["grade"]) for i in value)
        elif key == "rungs":
            out[key] = tuple(Rung(name, label, tuple(bands)) for name, label, *bands in value)
        elif key in ("first_period", "last_period"):
            out[key] = dt.date.fromisoformat(value)
        else:
            out[key] = tuple(value) if isinstance(value, list) else value
    return out


def _load(name: str) -> Standard:
    resource = files(__package__).joinpath(f"{name}.toml")
    if not resource.is_file():
        known = sorted(p.name[:-5] for p in files(__package__).iterdir() if p.name.endswith(".toml"))
        raise RequestError(f"There is no standard '{name}'. Known: {', '.join(known)}.")
    data = tomllib.loads(resource.read_text(encoding="utf-8"))
    head = {k: v for k, v in _tuples(data["standard"]).items() if k != "year_end"}
    return Standard(
        **head,
        groups={g["key"]: Group(**g) for g in data.get("group", [])},
        indicators={i["key"]: Indicator(**_tuples(i)) for i in data.get("indicator", [])},
        measures={m["key"]: Measure(**_tuples(m)) for m in data.get("measure", [])},
        breaks=tuple(Break(**b) for b in data.get("break", [])),
    )


@cache
def load_standard(name: str = "wres") -> Standard:
    """Load a standard of indicators, such as ``"wres"``.

    Raises
    ------
    RequestError
        If there is no file of that name among the standards.
    """
    return _load(name)


@cache
def load_outcomes() -> Standard:
    """Load the outcomes and descriptive measures."""
    return _load("outcomes")


def wres_year(date: dt.date) -> int:
    """Return the WRES year of a date: year Y begins on 1 April Y-1 and ends on 31 March Y.

    A survey is fielded in the autumn of Y-1, inside that year, so the same rule serves surveys, flows, snapshots and
    financial years.
    """
    return date.year + (date.month >= 4)
