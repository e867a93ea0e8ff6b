"""True reports raise no finding: the committed notebooks as pages, trusts of the sample and of real data, a site."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))
from proofs import document, trend_frame

from wres_analysis.cli import main
from wres_analysis.narrative.proofread import Document, proofread, read_page
from wres_analysis.panel.load import load_folder
from wres_analysis.panel.store import PanelData, open_panel
from wres_analysis.profiles.disparity import disparity
from wres_analysis.reports.export import Page, claims_of, claims_to_bytes, to_html
from wres_analysis.reports.notebook import read
from wres_analysis.reports.proofread import open_report
from wres_analysis.standards import load_standard

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]


def committed(name: str) -> Document:
    """A notebook of the repository, with the outputs that it stores, as the page that would be made of it."""
    nb = read(ROOT / "notebooks" / f"{name}.ipynb")
    return read_page(f"{name}.html", to_html(nb, Page(name)), claims_of(nb))


@pytest.mark.parametrize("name", ["trust_report", "data_quality", "links", "trends"])
def test_committed_notebooks_have_nothing_against_them(name: str) -> None:
    doc = committed(name)
    assert [str(one) for one in proofread(doc)] == []
    assert len(doc.sentences) > (100 if name == "trust_report" else 2)


def test_every_link_from_a_sentence_has_its_target() -> None:
    nb = read(ROOT / "notebooks" / "trust_report.ipynb")
    html = to_html(nb, Page("Report"))
    names = re.findall(r' id="([^"]+)"', html)
    assert len(names) == len(set(names))
    links = re.findall(r' (?:href="#|aria-details=")([^"]+)"', html)
    assert {link for link in links if link.startswith("s-")} and set(links) <= set(names)


def test_every_number_of_a_report_is_a_claims_or_a_tables() -> None:
    """The proof of the proof: with the claims taken away, almost every sentence of the report is found fault with."""
    doc = committed("trust_report")
    blank = {
        name: type(claim)(claim.kind, claim.measure, claim.subject, "", 0, "") for name, claim in doc.claims.items()
    }
    bare = Document(doc.file, blank, doc.told, doc.sentences, doc.words, doc.tables)
    told = {one.place for one in proofread(bare)}
    numbered = [one for one in doc.sentences if any(c.isdigit() for c in one.text) and doc.claims[one.claim].estimate]
    assert len([one for one in numbered if one.id in told]) > 0.8 * len(numbered)


def trusts_of(panel: PanelData, every: int) -> list[str]:
    return sorted(set(panel.panel.loc[panel.panel["wres_year"] == panel.panel["wres_year"].max(), "org_code"]))[::every]


def found_in(panel: PanelData, codes: list[str]) -> list[str]:
    year = int(panel.panel["wres_year"].max())
    frame = disparity(panel.values, year, load_standard())
    trends = trend_frame(panel, year)
    documents = [document(panel, code, frame, year, trends) for code in codes]
    assert sum(len(doc.sentences) for doc in documents) > 40 * len(codes)
    return [str(one) for doc in documents for one in proofread(doc)]


def test_trusts_of_the_sample_have_nothing_against_them() -> None:
    panel = open_panel(ROOT / "data" / "sample")
    assert found_in(panel, trusts_of(panel, 5)) == []


def test_real_trusts_have_nothing_against_them(real_data: Path) -> None:
    panel = load_folder(real_data)
    codes = [*trusts_of(panel, 40), "R0A"]
    assert found_in(panel, codes) == []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of one report, made by a kernel as a person would make it."""
    out = tmp_path_factory.mktemp("proofread") / "site"
    arguments = ["report", "--data", str(ROOT / "data" / "sample"), "--trust", "TZ2", "--out", str(out)]
    done = CliRunner().invoke(main, [*arguments, "--workers", "1"])
    assert done.exit_code == 0, done.output
    return out


def test_a_site_in_full(site: Path) -> None:
    done = CliRunner().invoke(main, ["proofread", str(site)])
    assert (done.exit_code, done.output) == (0, "Nothing is wrong.\n")


def test_the_claims_of_a_site_are_those_of_its_notebook(site: Path) -> None:
    record = (site / "trust-TZ2.claims.json").read_bytes()
    nb = read(site / "notebooks" / "trust-TZ2.ipynb")
    assert claims_to_bytes(claims_of(nb)) == record
    assert b"TZ2" in record and str(ROOT).encode() not in record
    doc = open_report(site, "trust-TZ2")
    assert {one.id for one in doc.told} == {one.id for one in doc.sentences}
    assert all(claim.evidence == "descriptive" for claim in doc.claims.values())
