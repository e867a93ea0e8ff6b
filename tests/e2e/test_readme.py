"""What the README and the pages of docs/ tell a person to type or to open exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from types import ModuleType

import click
import pytest

from wres_analysis.cli import main

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
# `python tasks.py X`, `python -m tasks X`, `py -3.12 -m tasks X` and `make X` name a task.
TASK = re.compile(r"^(?:(?:python3?|py(?: -\d[\d.]*)?) (?:tasks\.py|-m tasks)|make) +(.*)$")
WRES = re.compile(r"^(?:wres|(?:python3?|py(?: -\d[\d.]*)?) -m wres_analysis) +(.*)$")


def commands(page: Path) -> list[str]:
    """Return the lines of the fenced blocks of a page, each without its prompt and its comment."""
    blocks = re.findall(r"^[ \t]*```\w*\n(.*?)^[ \t]*```", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    lines = (line.strip().removeprefix("$ ").removeprefix("> ") for block in blocks for line in block.splitlines())
    return [part.strip() for line in lines for part in re.split(r"\s#\s", line)[0].split("&&") if part.strip()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_task_named_exists(page: Path, tasks: ModuleType) -> None:
    named = [match[1].split()[0] for command in commands(page) if (match := TASK.match(command))]
    assert [name for name in named if name not in tasks.TASKS] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_wres_command_parses(page: Path) -> None:
    problems = []
    for command in commands(page):
        match = WRES.match(command)
        if not match or match[1].startswith("-"):
            continue
        name, *arguments = shlex.split(match[1])
        asked = main.commands.get(name)
        if asked is None:
            problems.append(f"{command}: there is no 'wres {name}'")
            continue
        try:
            asked.make_parser(click.Context(asked)).parse_args(arguments)
        except click.UsageError as error:
            problems.append(f"{command}: {error.format_message()}")
    assert problems == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_into_the_project_leads_somewhere(page: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.S)
    targets = re.findall(r"\]\(\s*<?([^)\s>]+)", prose) + re.findall(r'(?:src|href)="([^"]+)"', prose)
    inside = {target.split("#")[0] for target in targets if not re.match(r"\w+:", target)} - {""}
    assert [target for target in sorted(inside) if not (page.parent / target).exists()] == []


def test_the_readme_begins_with_the_two_commands() -> None:
    typed = commands(ROOT / "README.md")
    assert {"make report", "make test", "python -m tasks report", "python -m tasks test"} <= set(typed)
