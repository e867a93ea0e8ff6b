# mypy: ignore-errors
"""What the notebooks on links and trends say, read by the proofreader; and that nothing is left unsaid."""

import json
from html import escape

import pytest
from link_panels import HEAD, random_panel, run, test_text

from wres_analysis.links import parse_plan, shown
from wres_analysis.narrative.links_report import LinksReport
from wres_analysis.narrative.proofread import proofread, read_page
from wres_analysis.narrative.telling import CLAIMS_KIND
from wres_analysis.reports.export import claims_of

pytestmark = pytest.mark.unit

SECOND = HEAD + '\n[[family]]\nname = "others"\nrole = "secondary"\nadjust = ["bh"]\n'
SESOI = "{ change = 0.2, per = 10 }"
TESTS = [
    test_text("P", sesoi=SESOI),
    test_text("Q", exposure="ind5.disadvantage", outcome="sickness", sesoi="{ change = 20.0, per = 10 }"),
    test_text(
        "A", family="others", exposure="ind6.disadvantage", outcome="sickness", sesoi="{ change = 0.001, per = 10 }"
    ),
    test_text("B", family="others", exposure="ind9.disadvantage", outcome="agency_share", sesoi=SESOI),
    test_text("C", family="others", exposure="ind7.disadvantage", outcome="engagement", lag=0, sesoi=SESOI),
    test_text("D", family="others", outcome="engagement", model="spearman", se=None, sesoi="{ rho = 0.2 }"),
]


@pytest.fixture(scope="module")
def report():
    """Tests of each kind: an association, nulls, no answer, a pair of the same respondents, ranks."""
    plan = parse_plan(SECOND + "".join(TESTS), file="plan.toml")
    return LinksReport(plan, run(random_panel(60, 8), *TESTS, head=SECOND))


def read(proses, tables, pictures):
    parts = [one.html() for one in proses] + [one._repr_html_() for one in tables if one is not None]
    parts += [f'<img alt="{escape(text)}">' for text in pictures]
    outputs = [{"data": {CLAIMS_KIND: one.record()}} for one in proses]
    record = json.loads(json.dumps(claims_of({"cells": [{"outputs": outputs}]})))
    return read_page("links.html", f"<body><main>{''.join(parts)}</main></body>", record)


def test_the_proofreader_has_nothing_against_it(report):
    proses = [
        report.declared(), report.found(), report.family_sentences("others"), report.power_sentences(),
        report.rating_sentences(), report.coupling_sentences(),
    ]  # fmt: skip
    tables = [
        report.family_table(), report.primary_table(), report.result_table(), report.correction_table(),
        report.beside_table(), report.variant_table(), report.family_results("others"), report.power_table(),
        report.coupling_table(), report.grade_table(),
    ]  # fmt: skip
    frame, _, _ = report.grid("others")
    pictures = [report.alt_forest(shown.corrected(report.result), "all"), report.alt_grid(frame), report.alt_power()]
    doc = read(proses, tables, pictures)
    assert [str(one) for one in proofread(doc)] == []
    assert len(doc.sentences) > 15
    links = [claim for claim in doc.claims.values() if claim.kind == "link"]
    assert {claim.evidence for claim in links} <= {
        "weak",
        "moderate",
        "cannot_tell",
        "no_evidence",
        "no_meaningful_effect",
    }


def test_a_wrong_number_of_a_link_is_found(report):
    doc = read([report.found()], [], [])
    page = doc.sentences[1]
    assert page.text.startswith("The estimate is")
    wrong = page.text.replace("The estimate is \N{MINUS SIGN}", "The estimate is \N{MINUS SIGN}7")
    assert wrong != page.text
    html = "".join(one.html() for one in [report.found()]).replace(page.text, wrong)
    record = json.loads(
        json.dumps(claims_of({"cells": [{"outputs": [{"data": {CLAIMS_KIND: report.found().record()}}]}]}))
    )
    found = proofread(read_page("links.html", f"<body><main>{html}</main></body>", record))
    assert {"number", "altered"} <= {one.rule for one in found}


def test_every_test_of_a_family_is_told_once(report):
    prose = report.family_sentences("others")
    told = [claim for claim in prose.claims if claim.kind == "link"]
    nulls = [claim for claim in prose.claims if claim.kind == "note"]
    assert len(told) + sum(claim.values["these"] for claim in nulls) == 4
    assert "There is no answer to 1 of the 4 tests" in str(prose)
    assert len(report.family_results("others").rows) == 4


def test_names_keep_their_capitals(report):
    row = {"exposure": "ind7.disadvantage", "outcome": "fft_positive"}
    assert report._pair(row).endswith("; Friends and Family Test")
    assert report.title_of("ind8.white").endswith("(White staff alone)")


def test_a_plan_without_answers_is_told_too():
    tests = [test_text("P", outcome="agency_share", sesoi=SESOI)]
    report = LinksReport(parse_plan(HEAD + tests[0], file="p.toml"), run(random_panel(12, 3), *tests))
    assert not report.has_marks()
    assert "There is no answer on disadvantage" in str(report.found())
    assert report.power() is None and report.correction_table() is None and report.secondary == []
    proses = [report.declared(), report.found(), report.power_sentences(), report.nothing_else()]
    assert [str(one) for one in proofread(read(proses, [report.result_table()], []))] == []
