"""The pages that are made from code say what the code says."""

import importlib.util
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

DOCS = Path(__file__).resolve().parents[2] / "docs"


def _generator():
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = _generator()


@pytest.mark.parametrize("name", sorted(GENERATOR.PAGES))
def test_generated_page_is_up_to_date(name):
    made = GENERATOR.PAGES[name]()
    assert (DOCS / name).read_text(encoding="utf-8") == made, f"run: python docs/generate.py, then review docs/{name}"


def test_every_reader_that_is_not_verified_is_named_as_such():
    page = (DOCS / "readers.md").read_text(encoding="utf-8")
    for reader in GENERATOR.READERS:
        line = next(line for line in page.splitlines() if f"`{reader.key}` | {reader.title} |" in line)
        assert ("not yet verified" in line) == (not reader.verified)
