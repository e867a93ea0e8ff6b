"""The standards: complete, consistent with one another, and the only place that names an indicator or a group."""

import ast
import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest

import wres_analysis
from wres_analysis.errors import RequestError
from wres_analysis.sources.mapping import shipped_mappings
from wres_analysis.sources.registry import READERS
from wres_analysis.standards import Break, load_outcomes, load_standard, wres_year

pytestmark = pytest.mark.unit

PACKAGE = Path(wres_analysis.__file__).parent
STANDARD, OUTCOMES = load_standard(), load_outcomes()
INDICATORS = list(STANDARD.indicators.values())
MEASURES = list(OUTCOMES.measures.values())


def test_nine_indicators_in_order() -> None:
    assert [i.key for i in INDICATORS] == [f"ind{n}" for n in range(1, 10)]
    assert [i.number for i in INDICATORS] == list(range(1, 10))


@pytest.mark.parametrize("i", INDICATORS, ids=lambda i: i.key)
def test_an_indicator_has_what_its_form_needs(i) -> None:
    assert i.disadvantage in (-1, 1)
    assert i.title and i.wording and i.formula and i.source and i.unit and i.to_get
    assert i.grade in "RC"  # what a reader is shown as a fact has a source
    needs = {
        "share": i.compared_with and i.pooled_strata,
        "ratio": i.ratio_of and i.event and i.happened and i.people and i.parity == 1.0,
        "gap": i.ratio_of and i.event and i.parity == 0.0 and i.largest_change,
        "difference": i.compared_with and i.body and i.whole and i.seat and i.main_stratum in i.strata,
    }
    assert needs[i.form]
    if i.ratio_of:
        assert set(i.ratio_of) == {STANDARD.reference_group, STANDARD.comparison_group}
    if i.compared_with:
        assert OUTCOMES.measures[i.compared_with].columns[STANDARD.comparison_group]
    assert not set(i.pooled_strata) & {i.main_stratum}


def test_higher_is_worse_but_for_opportunity_and_representation() -> None:
    assert {i.key for i in INDICATORS if i.disadvantage < 0} == {"ind1", "ind7", "ind9"}
    assert {i.key: i.ratio_of for i in INDICATORS if i.form == "ratio"} == {
        "ind2": ("white", "bme"),
        "ind3": ("bme", "white"),
        "ind4": ("white", "bme"),
    }


@pytest.mark.parametrize("m", MEASURES, ids=lambda m: m.key)
def test_a_measure_is_consistent(m) -> None:
    assert m.range[0] <= m.plausible[0] < m.plausible[1] <= m.range[1]
    assert 1 <= m.months_required <= m.months
    assert m.main_stratum in ("all", *m.strata)
    assert m.combine in ("sum_ratio", "sum", "base_mean", "last_event", "none")
    assert (m.combine == "last_event") <= (m.clock == "event")
    for other in (*m.never_joined_with, *m.same_respondents_as, *m.contaminated_by):
        assert other in OUTCOMES.measures or other in STANDARD.indicators
    if m.role == "outcome":
        assert m.phrase.endswith((" was", " were"))
    if m.no_interval:  # what follows "because"
        assert m.no_interval[0].islower() and not m.no_interval.endswith(".")
    if m.caution:
        assert m.caution[0].isupper() and m.caution.endswith(".")


def test_labels_are_unique() -> None:
    labels = [f"{i.number}. {i.title}" for i in INDICATORS] + [m.label for m in MEASURES]
    assert len(labels) == len(set(labels))


def test_sources_are_readers_or_mappings() -> None:
    known = {reader.key for reader in READERS} | {mapping.key for mapping in shipped_mappings()}
    named = {source for _, source in (*STANDARD.sources, *OUTCOMES.sources)}
    assert named <= known, named - known


def test_the_two_eras_of_the_friends_and_family_test_never_overlap() -> None:
    new, old = OUTCOMES.measures["fft_positive"], OUTCOMES.measures["fft_recommend"]
    for year in range(2017, 2026):
        span = dt.date(year - 1, 4, 1), dt.date(year, 3, 31)
        assert new.asked(*span) != old.asked(*span)
    assert new.never_joined_with == (old.key,)


def test_breaks() -> None:
    (base,) = STANDARD.breaks_of("ind7")
    assert (base.first_survey, base.first_wres_year) == (2021, 2022)
    (average,) = STANDARD.breaks_of("ind3")
    assert average.first_wres_year is None  # the year is not established
    assert replace(average, first_year=2018).first_wres_year == 2018
    assert all(b.measure in STANDARD.indicators and isinstance(b, Break) for b in STANDARD.breaks)


@pytest.mark.parametrize(
    ("survey", "item"), [(2015, "KF21 (Q16)"), (2020, "Q14"), (2021, "Q15"), (2024, "Q15"), (2014, None)]
)
def test_the_question_behind_indicator_7(survey: int, item: str | None) -> None:
    found = STANDARD.indicators["ind7"].item(survey)
    assert (found.item if found else None) == item


@pytest.mark.parametrize(
    ("date", "year"), [("2024-03-31", 2024), ("2024-04-01", 2025), ("2024-10-01", 2025), ("2025-03-31", 2025)]
)
def test_wres_year(date: str, year: int) -> None:
    assert wres_year(dt.date.fromisoformat(date)) == year


def test_an_unknown_standard_is_refused_by_name() -> None:
    with pytest.raises(RequestError, match=r"no standard 'wdes'. Known: outcomes, wres"):
        load_standard("wdes")


# The floors: no module but `standards` names an indicator or a group ------------------------------------------------

#: Readers must know the words of a publication, and the sample is fiction about this one standard.
EXEMPT = ("standards", "sources", "sample")
NAMES = re.compile(r"\bind[1-9]\b|\bBME\b|\bbme\b|ethnic|\bWhite\b|\bdisciplin|\bboard\b|\bVSM\b|\bvsm\b", re.I)
#: A colour is no group.
COLOUR = {"white"}


def strings(path: Path) -> list[tuple[int, str]]:
    """The text constants of a module, without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


def test_no_other_module_names_an_indicator_or_a_group() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE)
        if inside.parts[0] in EXEMPT or "_share" in inside.parts:
            continue
        found += [
            f"{inside}:{line}: {text[:80]!r}"
            for line, text in strings(path)
            if text not in COLOUR and NAMES.search(text)
        ]
    assert found == []


def test_the_search_for_names_finds_them() -> None:
    assert NAMES.search("ind5") and NAMES.search("White staff") and NAMES.search("BME, %")
    assert not NAMES.search("index5") and not NAMES.search("whiteness")
