"""The folder of a site: whole or as it was, one run at a time, nobody's files lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from wres_analysis.errors import RequestError
from wres_analysis.reports.folder import MANIFEST, RUN_RECORD, building, foreign_files

pytestmark = pytest.mark.unit


def build(site, *names):
    with building(site) as folder:
        for name in names:
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(name)
        (folder / RUN_RECORD).write_text("{}")
        (folder / MANIFEST).write_text(json.dumps({"files": dict.fromkeys(names, "")}))


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_new_site_replaces_the_old_one_and_leaves_nothing_beside_it(tmp_path):
    site = tmp_path / "deep" / "site"
    build(site, "a.html", "notebooks/a.ipynb")
    build(site, "b.html")
    assert names(site) == ["b.html", MANIFEST, RUN_RECORD]
    assert [path.name for path in site.parent.iterdir()] == ["site"]


def test_failed_build_leaves_the_old_site(tmp_path):
    site = tmp_path / "site"
    build(site, "a.html")
    with pytest.raises(ZeroDivisionError), building(site) as folder:
        (folder / "b.html").write_text("half")
        raise ZeroDivisionError
    assert names(site) == ["a.html", MANIFEST, RUN_RECORD]
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_folder_with_other_files_is_refused_and_untouched(tmp_path):
    site = tmp_path / "site"
    build(site, "a.html")
    (site / "board paper.docx").write_text("mine")
    assert foreign_files(site) == ["board paper.docx"]
    with pytest.raises(RequestError, match=r"board paper\.docx"):
        build(site, "b.html")
    assert (site / "board paper.docx").read_text() == "mine"
    with pytest.raises(RequestError, match="not part of a site"):
        build(tmp_path, "b.html")
    assert (tmp_path / "site").is_dir()


def test_file_that_appears_while_building_is_not_lost(tmp_path):
    site = tmp_path / "site"
    build(site, "a.html")
    with pytest.raises(RequestError, match="late"), building(site):
        (site / "late.txt").write_text("mine")
    assert (site / "late.txt").read_text() == "mine"


def test_two_runs_refuse_each_other(tmp_path):
    site = tmp_path / "site"
    with building(site) as folder:
        (folder / MANIFEST).write_text('{"files": {}}')
        with pytest.raises(RequestError, match=f"process {os.getpid()}"):
            build(site, "b.html")
    assert names(site) == [MANIFEST]


def test_run_that_was_killed_does_not_block_the_next(tmp_path):
    """A real process takes the lock and is ended without a chance to give it back."""
    site = tmp_path / "site"
    code = (
        "import os, pathlib, sys\n"
        "from wres_analysis.reports.folder import building\n"
        "with building(pathlib.Path(sys.argv[1])) as folder:\n"
        "    (folder / 'half.html').write_text('half')\n"
        "    os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(site)], check=False).returncode == 9
    assert (tmp_path / ".site.lock").exists()
    build(site, "a.html")
    assert names(site) == ["a.html", MANIFEST, RUN_RECORD]
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize(
    ("owner", "words"),
    [
        ({"pid": 4, "started": 1.0, "computer": "ward-pc-17"}, "ward-pc-17"),
        ("not a lock", "cannot be read"),
    ],
)
def test_lock_that_cannot_be_judged_is_explained(tmp_path, owner, words):
    lock = tmp_path / ".site.lock"
    lock.write_text(json.dumps(owner))
    with pytest.raises(RequestError, match=words) as caught:
        build(tmp_path / "site", "a.html")
    assert "delete" in str(caught.value)
    assert ".site.lock" in str(caught.value)
    assert lock.exists()


def test_run_that_is_just_starting_is_left_alone(tmp_path):
    (tmp_path / ".site.lock").write_text("{}")
    (tmp_path / ".site.lock.claim").write_text("{}")
    with pytest.raises(RequestError, match="just starting"):
        build(tmp_path / "site", "a.html")
