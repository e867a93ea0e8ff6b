"""What a notebook can be asked: one typed, validated dataclass for each, declared once.

The cell tagged ``parameters`` of a notebook is made from its dataclass (:func:`tagged_cell`), and what is
asked for is checked (:func:`check`) before any kernel starts. papermill reads the tagged cell with regular
expressions and loses some annotations, so the cell holds plain literals and the types live here.
"""

from __future__ import annotations

import ast
import dataclasses
import difflib
import json
import re
import types
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

from wres_analysis.errors import RequestError

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = [
    "COMPARISONS",
    "NATIONAL_PLAN",
    "NOTEBOOKS",
    "SAMPLE_DATA",
    "SAMPLE_REGION",
    "SAMPLE_TRUST",
    "DataQualityParams",
    "ExploreParams",
    "LinksParams",
    "Params",
    "RegionReportParams",
    "ReplicationsParams",
    "TrendsParams",
    "TrustReportParams",
    "check",
    "problems",
    "read_defaults",
    "tagged_cell",
]

#: The defaults are the shipped sample, seen from the folder of the notebooks.
SAMPLE_DATA = "../data/sample"
SAMPLE_TRUST = "RZ5"
SAMPLE_REGION = "North West"
#: The plan of the kit, seen from there.
NATIONAL_PLAN = "../plans/national.toml"

Comparison = Literal["region", "type", "england"]
COMPARISONS: tuple[str, ...] = get_args(Comparison)
Covid = Literal["keep", "leave_out"]
Basis = Literal["as_published", "pooled"]
#: The outcomes that the standard's architects named, with what stands in for one of them.
FIVE_OUTCOMES = "sickness, engagement, agency_share | agency_and_external_bank_share, fft_positive, cqc_well_led"

_CODE = re.compile(r"[A-Z0-9]{3,6}")
_YEARS = range(2016, 2100)


def _parameter(default: Any, doc: str, rule: Callable[[Any], str] | None = None) -> Any:
    """Declare a parameter: its default, what it is, and a rule that says in words what is wrong with a value."""
    return dataclasses.field(default=default, metadata={"doc": doc, "rule": rule})


def _not_negative(value: int) -> str:
    return "" if value >= 0 else "A number of trusts is 0 or more."


def _needs_data(value: str) -> str:
    return "" if value.strip() else "Name a panel folder, or a folder of published files."


def _is_plan(value: str) -> str:
    return "" if value.endswith(".toml") else "Name a plan, a TOML file such as ../plans/national.toml."


def _is_code(value: str) -> str:
    return "" if _CODE.fullmatch(value) else "A code is 3 to 6 capital letters and digits, such as R0A."


def _is_code_or_none(value: str | None) -> str:
    return "" if value is None else _is_code(value)


def _is_year(value: int | None) -> str:
    if value is None or value in _YEARS:
        return ""
    return f"A WRES year is a number from {_YEARS.start} on, such as 2025 (31 March 2025)."


def _is_rate(value: float) -> str:
    return "" if 0.05 <= value <= 20 else "A rate is a percentage from 0.05 to 20, such as 1.0."


@dataclass(frozen=True, kw_only=True)
class Params:
    """Base of the parameters of a notebook."""

    #: The notebook's file name without its ending.
    notebook: ClassVar[str]


@dataclass(frozen=True, kw_only=True)
class TrustReportParams(Params):
    """What ``trust_report.ipynb`` can be asked."""

    notebook: ClassVar[str] = "trust_report"

    trust: str = _parameter(SAMPLE_TRUST, "Code of the trust, as the publishers write it.", _is_code)
    data: str = _parameter(
        SAMPLE_DATA, "Where the data is: a panel folder made by `wres load`, or published files.", _needs_data
    )
    compare: Comparison = _parameter(  # noqa: RUF009 (it returns a dataclasses.field)
        "region", 'Whom to compare the trust with besides England: "region", "type" or "england".'
    )
    year: int | None = _parameter(None, "WRES year to report on, such as 2025; None is the latest.", _is_year)


@dataclass(frozen=True, kw_only=True)
class DataQualityParams(Params):
    """What ``data_quality.ipynb`` can be asked."""

    notebook: ClassVar[str] = "data_quality"

    data: str = _parameter(
        SAMPLE_DATA, "Where the data is: a panel folder made by `wres load`, or published files.", _needs_data
    )


@dataclass(frozen=True, kw_only=True)
class LinksParams(Params):
    """What ``links.ipynb`` can be asked."""

    notebook: ClassVar[str] = "links"

    data: str = _parameter(
        SAMPLE_DATA, "Where the data is: a panel folder made by `wres load`, or published files.", _needs_data
    )
    plan: str = _parameter(NATIONAL_PLAN, "The plan of the tests: a TOML file (docs/plans.md).", _is_plan)


@dataclass(frozen=True, kw_only=True)
class TrendsParams(Params):
    """What ``trends.ipynb`` can be asked."""

    notebook: ClassVar[str] = "trends"

    data: str = _parameter(
        SAMPLE_DATA, "Where the data is: a panel folder made by `wres load`, or published files.", _needs_data
    )
    measure: str | None = _parameter(
        None, 'Indicator or annual outcome to look at closely, by its key, such as "sickness"; None chooses one.'
    )
    since: int | None = _parameter(
        None, "WRES year that change is counted from; None is the first of each series.", _is_year
    )
    covid: Covid = _parameter(  # noqa: RUF009 (it returns a dataclasses.field)
        "keep", 'Whether the year of the pandemic counts: "keep" or "leave_out". The other way is shown beside it.'
    )
    trust: str | None = _parameter(
        None, "Code of the trust whose months are shown; None is the first with a full chart.", _is_code_or_none
    )


@dataclass(frozen=True, kw_only=True)
class ReplicationsParams(Params):
    """What ``replications.ipynb`` can be asked."""

    notebook: ClassVar[str] = "replications"

    data: str = _parameter(
        SAMPLE_DATA, "Where the data is: a panel folder made by `wres load`, or published files.", _needs_data
    )
    rate: float = _parameter(
        1.0, "Percentage of staff assumed to enter the process in a year, for trusts without counts.", _is_rate
    )


@dataclass(frozen=True, kw_only=True)
class ExploreParams(Params):
    """What ``explore.ipynb`` can be asked."""

    notebook: ClassVar[str] = "explore"

    data: str = _parameter(
        SAMPLE_DATA, "Where the data is: a panel folder made by `wres load`, or published files.", _needs_data
    )
    indicators: str = _parameter(
        "",
        "Numbers of indicators (their disadvantage), or columns of the panel, with commas; blank for all indicators.",
    )
    outcomes: str = _parameter(FIVE_OUTCOMES, 'Columns, with commas; "a | b" is the first of them that the data hold.')
    kinds: str = _parameter("pearson, spearman, partial, within", "Which correlations, with commas.")
    year: int | None = _parameter(None, "WRES year of the first of each pair; None takes all years.", _is_year)
    lag: int = _parameter(
        0, "Years from an indicator to the outcome; 0 looks at every pair, another lag at indicators with outcomes."
    )
    adjust: str = _parameter(
        "region, trust_type, share",
        'What the partial correlation and the adjusted line take out; "share" is the share of the comparison group.',
    )
    sample: str = _parameter("", "A condition on the rows, such as \"trust_type != 'Ambulance'\" (docs/plans.md).")
    basis: Basis = _parameter(  # noqa: RUF009 (it returns a dataclasses.field)
        "as_published", 'Trusts as their publishers wrote them, or under their successors: "as_published" or "pooled".'
    )
    exposure: str = _parameter("5", "The pair to look at closely: number of an indicator, or a column.")
    outcome: str = _parameter("sickness", "The other one of that pair: a column.")
    trust: str | None = _parameter(SAMPLE_TRUST, "Code of a trust to mark, or None.", _is_code_or_none)
    labels: int = _parameter(5, "How many trusts are labelled: those that pull hardest at the line.", _not_negative)


def _needs_name(value: str) -> str:
    return "" if value.strip() else "Name a region as the data name it, such as North West."


@dataclass(frozen=True, kw_only=True)
class RegionReportParams(Params):
    """What ``region_report.ipynb`` can be asked."""

    notebook: ClassVar[str] = "region_report"

    region: str = _parameter(SAMPLE_REGION, "The region, as the data name it.", _needs_name)
    data: str = _parameter(
        SAMPLE_DATA, "Where the data is: a panel folder made by `wres load`, or published files.", _needs_data
    )
    year: int | None = _parameter(None, "WRES year to report on, such as 2025; None is the latest.", _is_year)
    since: int | None = _parameter(
        None, "WRES year that change is counted from, besides the year before; None is the first of each.", _is_year
    )
    trust_pages: bool = _parameter(False, "Whether the reports of the trusts lie beside this one, to be linked to.")


#: By notebook name.
NOTEBOOKS: dict[str, type[Params]] = {
    cls.notebook: cls
    for cls in (
        DataQualityParams,
        ExploreParams,
        TrustReportParams,
        LinksParams,
        TrendsParams,
        ReplicationsParams,
        RegionReportParams,
    )
}


def _fits(value: object, hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return isinstance(value, str) and value in get_args(hint)
    if get_origin(hint) in (Union, types.UnionType):
        return any(_fits(value, part) for part in get_args(hint))
    if hint is int and isinstance(value, bool):
        return False
    return isinstance(value, hint)


def _describe(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(f'"{choice}"' for choice in get_args(hint))
    if get_origin(hint) in (Union, types.UnionType):
        return " or ".join(_describe(part) for part in get_args(hint))
    return {str: "text", int: "a whole number", float: "a number", bool: "True or False", type(None): "None"}[hint]


def problems(params: Params) -> list[str]:
    """Return what is wrong with the values, one sentence or two each; an empty list if nothing is."""
    hints = get_type_hints(type(params))
    found = []
    for field in dataclasses.fields(params):
        value, hint = getattr(params, field.name), hints[field.name]
        wrong = f"{params.notebook}: {field.name} = {value!r} cannot be used."
        if not _fits(value, hint):
            found.append(f"{wrong} It must be {_describe(hint)}.")
        elif (rule := field.metadata["rule"]) and (reason := rule(value)):
            found.append(f"{wrong} {reason}")
    return found


def check(
    requests: Params | Iterable[Params],
    *,
    trusts: Collection[str] | None = None,
    years: Collection[int] | None = None,
) -> None:
    """Check everything that is asked for, before any kernel starts.

    Parameters
    ----------
    requests
        The parameters of one report or of many.
    trusts, years
        The codes and the WRES years that the data holds, if known.

    Raises
    ------
    RequestError
        With one line for each thing that is wrong, all of them at once.
    """
    found: list[str] = []
    for params in [requests] if isinstance(requests, Params) else requests:
        wrong = problems(params)
        found += wrong
        trust, year = getattr(params, "trust", None), getattr(params, "year", None)
        if not wrong and trusts is not None and trust is not None and trust not in trusts:
            near = difflib.get_close_matches(trust, sorted(trusts), n=3, cutoff=0.6)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"The data holds {len(trusts)} trusts."
            found.append(f"{params.notebook}: the data has no trust '{trust}'. {hint}")
        if not wrong and years is not None and year is not None and year not in years:
            span = f"It holds {min(years)} to {max(years)}." if years else "It holds none."
            found.append(f"{params.notebook}: the data has no WRES year {year}. {span}")
    if found:
        raise RequestError("\n".join(dict.fromkeys(found)))


def tagged_cell(cls: type[Params]) -> str:
    """Return the source of the cell tagged ``parameters`` of a notebook, made from its dataclass."""
    lines = [f"# The parameters, from {cls.__module__}.{cls.__name__}. These defaults are the shipped sample."]
    for field in dataclasses.fields(cls):
        lines += [f"# {field.metadata['doc']}", f"{field.name} = {_literal(field.default)}"]
    return "\n".join(lines)


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def read_defaults(notebook: NotebookNode | Path) -> dict[str, Any]:
    """Return the values that the cell tagged ``parameters`` of a notebook assigns.

    Raises
    ------
    RequestError
        If there is not exactly one such cell, or it does anything but assign plain values.
    """
    cells = json.loads(notebook.read_text("utf-8"))["cells"] if isinstance(notebook, Path) else notebook["cells"]
    sources = [cell["source"] for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", [])]
    if len(sources) != 1:
        raise RequestError(f"A notebook needs exactly one cell tagged 'parameters'; this one has {len(sources)}.")
    source = sources[0] if isinstance(sources[0], str) else "".join(sources[0])
    defaults: dict[str, Any] = {}
    for statement in ast.parse(source).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                try:
                    defaults[name] = ast.literal_eval(value)
                    continue
                except ValueError:
                    pass
        raise RequestError(
            f"The cell tagged 'parameters' may only assign plain values; '{ast.unparse(statement)}' does more. "
            "Make the cell again from its dataclass."
        )
    return defaults
