"""What of an earlier run is kept, and why the rest is not: no kernel, only files and records."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from wres_analysis.reports.folder import MANIFEST, RECORDS
from wres_analysis.reports.kept import Wanted, drop_records, take_over, write_record
from wres_analysis.reports.keys import CHANGES, file_hashes, formats_part, kit_hash, place_hash, sha256

pytestmark = pytest.mark.unit

KEY = dict.fromkeys(CHANGES, "a")


def made(folder: Path, slug: str, **other: Any) -> dict[str, Any]:
    """Write the files of a report and return its entry."""
    (folder / "notebooks").mkdir(parents=True, exist_ok=True)
    for name in (f"{slug}.html", f"notebooks/{slug}.ipynb"):
        (folder / name).write_text(f"{slug} {name}")
    files = [f"{slug}.html", f"notebooks/{slug}.ipynb"]
    return {"slug": slug, "key": KEY, "status": "made", "format_errors": {}, "files": files} | other


def finish(site: Path, *entries: dict[str, Any]) -> None:
    files = {name: sha256(site / name) for entry in entries for name in entry["files"]}
    (site / MANIFEST).write_text(json.dumps({"reports": entries, "files": files}))


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a finished site of two reports."""
    site = tmp_path / "site"
    finish(site, made(site, "one"), made(site, "two"))
    return site


@pytest.fixture
def build(tmp_path: Path) -> Path:
    (tmp_path / "build").mkdir()
    return tmp_path / "build"


def take(build: Path, site: Path, *slugs: str, **changed: str) -> Any:
    return take_over(build, site, [Wanted(slug, KEY | changed, slug.upper()) for slug in slugs])


def test_finished_reports_are_copied_and_the_site_is_left_alone(build, site):
    before = names(site)
    plan = take(build, site, "one", "three")
    assert list(plan.kept) == ["one"]
    assert plan.lines == ("Resume: 1 of 2 reports kept, 1 to make.", "  1: it was not finished before (THREE)")
    assert names(build) == [f"{RECORDS}/one.json", "notebooks/one.ipynb", "one.html"]
    assert names(site) == before


@pytest.mark.parametrize(("part", "words"), CHANGES.items())
def test_each_part_of_a_key_that_differs_is_named(build, site, part, words):
    plan = take(build, site, "one", "two", **{part: "b"})
    assert plan.lines == ("Resume: 0 of 2 reports kept, 2 to make.", f"  2: {words} (ONE, TWO)")
    assert names(build) == []


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"status": "failed"}, "it failed before"),
        ({"format_errors": {"pdf": "no paper"}}, "one of its forms failed before"),
        ({"key": {}}, "an older kit made it"),
        ({"key": KEY | {"kit": "b", "data": "b"}}, "the kit changed and the data changed"),
        ({"files": ["one.html", "../elsewhere.txt"]}, "its files are not as they were written"),
    ],
)
def test_report_that_does_not_do_is_made_again(build, site, entry, words):
    (site.parent / "elsewhere.txt").write_text("mine")
    finish(site, made(site, "one", **entry))
    assert take(build, site, "one").reasons == {"one": words}


def test_file_that_was_altered_or_is_gone_is_noticed(build, site):
    (site / "one.html").write_text("altered")
    (site / "notebooks" / "two.ipynb").unlink()
    words = "its files are not as they were written"
    assert take(build, site, "one", "two").reasons == {"one": words, "two": words}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"reports": 1, "files": {}}', '{"reports": []}'])
def test_manifest_that_cannot_be_read_is_as_good_as_none(build, site, content):
    (site / MANIFEST).write_text(content)
    assert take(build, site, "one").reasons == {"one": "it was not finished before"}


def test_what_a_killed_run_left_is_kept_and_what_it_had_half_done_is_not(build, site):
    write_record(build, made(build, "three"))
    made(build, "four")  # its files, and no record: it was being made
    (build / "docx").mkdir()
    (build / "docx" / "four.docx").write_text("half")
    (build / RECORDS / "five.99.new").write_text("{")
    plan = take(build, site, "one", "three", "four")
    assert list(plan.kept) == ["one", "three"]
    assert names(build) == [
        f"{RECORDS}/one.json", f"{RECORDS}/three.json", "notebooks/one.ipynb", "notebooks/three.ipynb", "one.html",
        "three.html",
    ]  # fmt: skip
    assert not (build / "docx").exists()
    assert take(build, site, "one", "three", "four").kept == plan.kept  # killed again before anything was made
    drop_records(build, ["one"])
    assert list(take(build, site.parent / "none", "one", "three").kept) == ["three"]


def test_site_that_was_whole_when_the_run_was_killed_is_kept_by_its_manifest(build, site):
    """The records are dropped just before the site gets its name."""
    finish(build, made(build, "three"))
    drop_records(build)
    assert list(take(build, site, "three").kept) == ["three"]
    assert MANIFEST not in names(build)


def test_hash_of_a_place_sees_names_and_contents_and_no_litter(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.csv").write_text("1")
    first = place_hash(tmp_path)
    (tmp_path / ".DS_Store").write_text("litter")
    (tmp_path / "deep" / "__pycache__").mkdir()
    (tmp_path / "deep" / "__pycache__" / "a.pyc").write_text("compiled")
    assert place_hash(tmp_path) == first
    assert list(file_hashes(tmp_path)) == ["deep/a.csv"]
    os.replace(tmp_path / "deep" / "a.csv", tmp_path / "deep" / "b.csv")
    assert place_hash(tmp_path) != first
    assert len(kit_hash()) == 64


def test_date_that_files_carry_counts_only_where_a_form_carries_one(monkeypatch):
    page, word = formats_part(["html"]), formats_part(["docx"])
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert formats_part(["html"]) == page
    assert formats_part(["docx"]) != word
