"""The proofreader, rule by rule, on sentences written by hand; what it reads of a page; a site and the command line."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from proofs import document, handmade_panel

from wres_analysis.cli import main
from wres_analysis.narrative.claims import Claim, note
from wres_analysis.narrative.proofread import Document, Finding, proofread, read_page
from wres_analysis.narrative.proofread.document import Grid, Sentence, Words
from wres_analysis.narrative.proofread.hidden import cells_to_hide
from wres_analysis.narrative.proofread.rulebook import load_rules
from wres_analysis.narrative.telling import Prose, heading, paragraph, tell

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def hidden() -> Document:
    """The report of a trust of which one indicator is suppressed."""
    return document(handmade_panel(), "RZ2")


def rules_of(found: list[Finding]) -> set[str]:
    return {one.rule for one in found}


def of_text(text: str, kind: str = "paragraph") -> set[str]:
    return rules_of(proofread(Document("x.html", words=(Words(kind, text),))))


def of_claim(claim: Claim, *texts: str) -> set[str]:
    told = tuple(Sentence(f"s-{n}", claim.id, text) for n, text in enumerate(texts, start=1))
    return rules_of(proofread(Document("x.html", {claim.id: claim}, told, told)))


# Fixed text ----------------------------------------------------------------------------------------------------------

WRONG: dict[str, list[str]] = {
    "cause": [
        "A small gap leads to better care.", "Low engagement is because of bullying.", "Discrimination drives absence.",
        "We measure the impact of the gap on ratings.", "Bullying results in more sickness.",
        "The difference is due to pay.", "Poor ratings are caused by harassment.", "Sickness rose as a result of this.",
        "The gap affects patients.", "The effect of discrimination on care is large.", "Training boosts engagement.",
        "This gap is attributable to recruitment.", "Harassment triggers sickness.", "That is why ratings are low.",
    ],
    "individual": [
        "Staff who are White are safer.", "If you are from an ethnic minority you will be disciplined.",
        "Each ethnic minority nurse is bullied.", "You are more likely to leave.", "Your manager is part of this.",
        "An employee is treated badly here.", "Those who speak up are punished.", "A White applicant does better.",
        "Staff are 1.5 times more likely to be disciplined.", "Here any nurse is at risk.",
    ],
    "league": [
        "This is the worst trust.", "The best trusts share this.", "It stands at the top of the league table.",
        "The bottom five trusts are named.", "It is ranked last.", "The trust outperformed the region.",
        "This is a failing organisation.", "It is a leading trust.", "The highest ranked trusts do this.",
        "The trust beat England.", "It is the poorest of all.", "There are winners here.",
    ],
    "change": [
        "The gap has increased.", "The share fell.", "Sickness is rising.", "The gap widened.", "It narrowed.",
        "Engagement improved.", "Harassment has declined.", "The rate dropped.", "There was growth: it grew.",
        "The difference has worsened.",
    ],
    "ethnicity": [
        "BAME staff answered.", "BME staff answered.", "Non-white staff answered.", "Coloured staff answered.",
        "Minorities answered.", "Minority staff answered.", "People of colour answered.",
        "Staff of each race answered.",
        "white staff answered.", "Racial groups differ.", "Ethnic Minority staff answered.", "Black and asian staff.",
        "Minority ethnic staff answered.", "Mixed race staff answered.", "The BMEs answered.", "Immigrants answered.",
    ],
    "number": [
        "It was 12.4%.", "There were 31 trusts.", "Twice as many answered.", "Half of all staff answered.",
        "One in five answered.", "In 2024 it was so.", "On 5 May 2025 it was published.", "Dozens of trusts answered.",
        "Two thirds agreed.", "The ratio is 1.8.", "The trust is 12th.", "Nine trusts answered.",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in WRONG.items() for text in texts])
def test_words_that_may_not_stand_are_found(rule: str, text: str) -> None:
    assert rule in of_text(text)


RIGHT = [
    "No interval is given, because these are full counts, not samples.",
    "Of trusts of this size with no true difference at all, some would fall outside by chance.",
    "An interval says which values the data fit: 95 of 100 intervals made this way hold the true value.",
    "NHS Workforce Race Equality Standard", "It says nothing about any one member of staff, ward or team.",
    "BME (Black and minority ethnic) is the reporting category of the standard; it is defined at the end.",
    "BME joins many ethnic groups whose experience differs.", "A ratio of 1 is equality.",
    "It cannot show why a difference exists, or that one figure causes another.",
    "Percentage of staff experiencing harassment, bullying or abuse from staff in last 12 months.",
    "Indicators 5 to 8: the staff survey", "They describe those who answered.", "None of this says why trusts differ.",
    "Staff whose ethnicity is not known are left out.", "31.5 full-time equivalents"[5:],
]  # fmt: skip


@pytest.mark.parametrize("text", RIGHT)
def test_words_that_mean_no_harm_are_left_alone(text: str) -> None:
    assert of_text(text) == set()


def test_bme_may_name_a_column_and_not_staff() -> None:
    for kind in ("caption of a table", "note", "alternative text", "heading"):
        assert of_text("BME share of staff in each pay band", kind) == set()
    table = Grid("Figures", ("Place", "BME, %"), (("England", "12.0"),))
    assert proofread(Document("x.html", tables=(table,))) == []
    assert of_text("BME staff said so.") == {"ethnicity"}


def test_numbers_of_a_picture_must_stand_in_a_table() -> None:
    table = Grid("Figures", ("Place", "Gap"), (("England", "\N{MINUS SIGN}3.1"),))
    said, other = (Words("alternative text", f"Dots: England {text}.") for text in ("+3.1", "+3.2"))
    assert proofread(Document("x.html", words=(said,), tables=(table,))) == []
    assert rules_of(proofread(Document("x.html", words=(other,), tables=(table,)))) == {"number"}


# A change ------------------------------------------------------------------------------------------------------------


def change(low: float, high: float, **more: Any) -> Claim:
    """A gap of which less is better, some points larger or smaller than before."""
    base: dict[str, Any] = {"kind": "change", "measure": "ind5", "subject": "RZ1", "subject_name": "", "period": ""}
    told: dict[str, Any] = {"estimate": (low + high) / 2, "low": low, "high": high, "parity": 0.0, "worse": 1}
    units = {"estimate": "points", "first": "points", "last": "points"}
    return Claim(**base, wres_year=2025, units=units, n={"all": 900}, **(told | more))


def words_for(claim: Claim, verb: str) -> str:
    limits = " to ".join(f"{abs(value):.1f}" for value in (claim.low or 0, claim.high or 0))
    return f"The gap {verb}: {abs(claim.estimate or 0):.1f} points ({limits}; 900 answers)."


def test_change_is_told_only_where_the_interval_leaves_no_change_out() -> None:
    up, down, unclear = change(1.0, 5.0), change(-5.0, -1.0), change(-1.0, 5.0)
    assert of_claim(up, words_for(up, "rose")) == set()
    assert of_claim(up, words_for(up, "widened")) == set()
    assert of_claim(up, words_for(up, "has worsened")) == set()
    assert of_claim(down, words_for(down, "narrowed")) == set()
    assert of_claim(up, words_for(up, "fell")) == {"direction"}
    assert of_claim(down, words_for(down, "widened")) == {"direction"}
    assert of_claim(down, words_for(down, "has worsened")) == {"direction"}
    assert of_claim(unclear, words_for(unclear, "rose")) == {"change"}
    assert of_claim(unclear, words_for(unclear, "shows no clear movement")) == set()
    turned = change(1.0, 5.0, values={"first": -9.0, "last": -6.0})
    assert of_claim(turned, words_for(turned, "narrowed")) == set()
    assert of_claim(turned, words_for(turned, "widened")) == {"direction"}


def test_a_change_needs_its_number_of_people() -> None:
    assert of_claim(change(1.0, 5.0), "The gap rose: 3.0 points (1.0 to 5.0).") == {"n"}


# Suppression ----------------------------------------------------------------------------------------------------------


def suppressed_of(doc: Document) -> Claim:
    (claim,) = (one for one in doc.claims.values() if one.status == "suppressed")
    return claim


def test_a_report_with_a_suppressed_value_has_nothing_against_it(hidden) -> None:
    assert suppressed_of(hidden).measure == "ind8"
    assert proofread(hidden) == []


@pytest.mark.parametrize(
    "words",
    [
        "Dot plot of the gap. 7. Belief in equal opportunities: +1.0; 8. Discrimination at work: +11.1, interval "
        "+9.7 to +12.5.",
        "BME and White percentages by year. Indicator 8: BME 12.0% in 2025, White 8.0%.",
    ],
)
def test_a_suppressed_value_in_the_words_for_a_picture(hidden, words) -> None:
    found = proofread(replace(hidden, words=(Words("alternative text", words),)))
    assert "suppressed" in rules_of(found)


@pytest.mark.parametrize(
    ("caption", "row"),
    [
        ("Indicators 2 to 9, WRES 2025", ("8. Discrimination at work", "8.0", "18.0", "ratio")),
        ("Both groups, with the trust's comparisons, WRES 2025", ("8. Trust RZ2", "1", "8.0", "18.0")),
        ("The same indicators year by year", ("8. Discrimination at work, 2025", "8.0", "18.0", "")),
        ("This trust among all trusts in the data, WRES 2025", ("8. Discrimination at work (gap)", "+3", "", "")),
    ],
)  # fmt: skip
def test_a_suppressed_value_in_a_table(hidden, caption, row) -> None:
    headings = ("Indicator", "Trust" if row[1] != "1" else "Trusts", "White, %", "BME, %")
    table = Grid(caption, headings, (row,))
    assert "suppressed" in rules_of(proofread(replace(hidden, tables=(table,))))
    empty = Grid(caption, headings, ((row[0], "suppressed", "none", "suppressed"),))
    assert "suppressed" not in rules_of(proofread(replace(hidden, tables=(empty,))))


def test_the_figures_of_others_stand_beside_a_suppressed_value(hidden) -> None:
    claim = suppressed_of(hidden)
    row = ("8. Discrimination at work", "suppressed", "+4.1")
    assert cells_to_hide(claim, "Indicators, WRES 2025", ("Indicator", "Trust", "England"), [row]) == []
    assert (
        cells_to_hide(claim, "Indicators, WRES 2024", ("Indicator", "Trust", "England"), [(row[0], "9.0", "1")]) == []
    )


def test_a_suppressed_value_said_or_left_in_the_record(hidden) -> None:
    claim = suppressed_of(hidden)
    said = tuple(replace(one, text=f"{one.text} It was 12.") if one.claim == claim.id else one for one in hidden.told)
    assert "suppressed" in rules_of(proofread(replace(hidden, told=said, sentences=said)))
    for kept in ({"estimate": 3.1}, {"values": {"comparison": 18.0}}, {"n": {"bme": 7}}):
        claims = hidden.claims | {claim.id: replace(claim, **kept)}
        assert "suppressed" in rules_of(proofread(replace(hidden, claims=claims))), kept
    other = replace(claim, kind="gap", status="ok", estimate=2.0)
    assert "suppressed" in rules_of(proofread(replace(hidden, claims=hidden.claims | {other.id: other})))


def test_a_pay_band_too_small_to_show() -> None:
    doc = document(handmade_panel(), "RZ1")
    assert suppressed_of(doc).phrases == ("Clinical, Band 9",)
    assert proofread(doc) == []
    (table,) = (one for one in doc.tables if one.caption.startswith("BME share"))
    assert ("Clinical, Band 9", "not shown", "under 11") in table.rows
    rows = tuple((row[0], "42.9", "7") if row[0] == "Clinical, Band 9" else row for row in table.rows)
    assert rules_of(proofread(replace(doc, tables=(*doc.tables, replace(table, rows=rows))))) == {"suppressed"}
    words = "Bars of the BME share of staff in each pay band. It is highest in clinical, band 9 (42.9%)."
    assert "suppressed" in rules_of(proofread(replace(doc, words=(Words("alternative text", words),))))


# The page and its record ----------------------------------------------------------------------------------------------


def shown(*sentences: str) -> tuple[str, dict[str, Any]]:
    """A page of one paragraph and its record."""
    claim = note("coverage", values={"trusts": (41, "count")})
    prose = Prose((heading(2, "Coverage"), paragraph(tell(claim, *sentences))))
    record = prose.record()
    told = [one for block in record["blocks"] for one in block["sentences"]]
    return f"<body><main>{prose.html()}</main></body>", {"schema": 1, "claims": record["claims"], "sentences": told}


def test_a_page_is_read_as_it_is_written() -> None:
    html, record = shown("The data hold 41 trusts & <others>.", "See `notes.txt`.")
    doc = read_page("x.html", html, record)
    assert [one.text for one in doc.sentences] == ["The data hold 41 trusts & <others>.", "See notes.txt."]
    assert doc.told == doc.sentences
    assert doc.words == (Words("heading", "Coverage"),)
    assert proofread(doc) == []


def test_an_edited_page_is_found_out() -> None:
    html, record = shown("The data hold 41 trusts.")
    edited = read_page("x.html", html.replace("41", "42"), record)
    assert rules_of(proofread(edited)) == {"altered", "number"}
    gone = read_page("x.html", "<body><main></main></body>", record)
    assert rules_of(proofread(gone)) == {"altered"}
    unclaimed = read_page("x.html", html, {"schema": 1, "claims": [], "sentences": []})
    assert rules_of(proofread(unclaimed)) == {"unclaimed"}


def test_tables_pictures_and_headings_are_read_apart() -> None:
    html = (
        "<body><nav><p>Contents 1</p></nav><main><h2>Head &amp; line</h2><p>One <em>two</em>.</p>"
        '<div class="table"><table><caption><span>Cap 7</span></caption><thead><tr><th>A</th><th>B</th></tr></thead>'
        '<tbody><tr><th>x</th><td>1<br>2</td></tr></tbody></table></div><p class="note">A note.</p>'
        '<figure><img alt="Lines."><figcaption>Under it.</figcaption></figure>'
        '<details class="figures"><summary>Figures</summary><dl><dt>n</dt><dd>12</dd></dl></details></main></body>'
    )
    doc = read_page("x.html", html, {"claims": [], "sentences": []})
    assert doc.tables == (Grid("Cap 7", ("A", "B"), (("x", "12"),)),)
    assert [(one.kind, one.text) for one in doc.words] == [
        ("heading", "Head & line"), ("paragraph", "One two."), ("caption of a table", "Cap 7"), ("note", "A note."),
        ("alternative text", "Lines."), ("caption of a figure", "Under it."),
    ]  # fmt: skip


def test_a_claim_survives_its_record(hidden) -> None:
    for claim in hidden.claims.values():
        again = Claim.from_record(json.loads(json.dumps(claim.as_record())))
        assert again.as_record() == claim.as_record()


def test_every_sentence_has_figures_that_a_keyboard_can_open(hidden) -> None:
    claims = [one for one in hidden.claims.values() if one.kind in ("gap", "ratio", "difference", "outcome")]
    for claim in claims:
        html = Prose((paragraph(tell(claim, "So it is.")),)).html()
        assert f'aria-details="f-{claim.id}"' in html and f'<details class="figures" id="f-{claim.id}">' in html
        assert "<summary>" in html and "<script" not in html


# A site --------------------------------------------------------------------------------------------------------------


def site(folder, html: str, record: dict[str, Any]):
    folder.mkdir(exist_ok=True)
    reports = [{"slug": "trust-X01", "status": "made"}, {"slug": "trust-X99", "status": "failed"}]
    (folder / "manifest.json").write_text(json.dumps({"reports": reports}), encoding="utf-8")
    (folder / "trust-X01.html").write_text(html, encoding="utf-8")
    (folder / "trust-X01.claims.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


def run(*arguments: object):
    return CliRunner().invoke(main, ["proofread", *map(str, arguments)])


def test_the_command_says_what_is_wrong_and_leaves_with_its_status(tmp_path) -> None:
    html, record = shown("The data hold 41 trusts.")
    good = run(site(tmp_path / "good", html, record))
    assert (good.exit_code, good.output) == (0, "Nothing is wrong.\n")
    bad = site(tmp_path / "bad", html.replace("41", "42"), record)
    told = run(bad)
    assert told.exit_code == 1 and "trust-X01.html: s-coverage-note-0-1: altered" in told.output
    listed = json.loads(run(bad, "--json").output)
    assert {one["rule"] for one in listed["findings"]} == {"altered", "number"}
    assert set(listed["findings"][0]) == {"file", "place", "rule", "text", "what", "todo"}


def test_what_is_no_site_is_said(tmp_path) -> None:
    nothing = run(tmp_path)
    assert nothing.exit_code == 2 and "There is no manifest.json" in nothing.output
    html, record = shown("The data hold 41 trusts.")
    folder = site(tmp_path / "site", html, record)
    for name in ("trust-X01.claims.json", "trust-X01.html"):
        kept = (folder / name).read_bytes()
        (folder / name).unlink()
        assert run(folder).exit_code == 2
        (folder / name).write_bytes(kept)
    (folder / "trust-X01.claims.json").write_text('{"claims": [{"id": "x"}], "sentences": []}', encoding="utf-8")
    assert run(folder).exit_code == 2


# The page that explains it -------------------------------------------------------------------------------------------


def test_the_example_of_the_documentation_is_shown_and_raises_nothing() -> None:
    text = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    *before, last = code.strip().rsplit("\n", 1)
    names: dict[str, Any] = {}
    exec(before[0], names)
    prose = eval(last, names)
    bundle = prose._repr_mimebundle_()
    record = bundle["application/vnd.wres.claims+json"]
    told = [one for block in record["blocks"] for one in block["sentences"]]
    doc = read_page("x.html", f"<body>{bundle['text/html']}</body>", {"claims": record["claims"], "sentences": told})
    assert len(doc.sentences) == 1 and proofread(doc) == []


def test_every_rule_that_is_data_is_explained() -> None:
    text = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `(\w+)`", text, flags=re.MULTILINE))
    assert {rule.rule for rule in load_rules().words} <= explained
    assert {"number", "rounding", "direction", "change", "interval", "n", "suppressed", "group"} <= explained


def test_a_comma_before_a_word_of_direction_is_no_number() -> None:
    assert of_claim(note("x"), "Between trusts, higher engagement goes with higher ratings.") == set()
