"""Tests that no plan declared: read from short texts, and labelled exploratory whatever they show."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wres_analysis.errors import InputError, Problem
from wres_analysis.links.plan import EXPLORATORY, Family, Plan, Test, read_test

__all__ = ["add_tests"]

#: What stands between semicolons; one within quotes separates nothing.
_PART = re.compile(r"""(?:[^;'"]|'[^']*'|"[^"]*"|['"])+""")


def add_tests(plan: Plan, texts: Sequence[str]) -> Plan:
    """Add tests that the plan did not declare, as a family of their own.

    Parameters
    ----------
    plan
        The plan; its hash stays that of what was declared.
    texts
        One test each, as ``exposure=ind8.gap; outcome=sickness; lag=1; model=ols; adjust=region, log(headcount)``:
        keys of a test with their values, without quotes around names. A semicolon within quotes is part of a value.

    Returns
    -------
    Plan
        With the tests ``exploratory-1``, ``exploratory-2`` and so on, whose p-values are adjusted by ``bh`` among
        themselves alone.

    Raises
    ------
    InputError
        If a text is no test: each mistake with what to do.
    """
    if not texts:
        return plan
    read = [_read(text, f"{EXPLORATORY}-{number}") for number, text in enumerate(texts, 1)]
    problems = [problem for _, wrong in read for problem in wrong]
    if problems:
        raise InputError(*problems)
    family = Family(EXPLORATORY, ("bh",), EXPLORATORY)
    return replace(plan, families=(*plan.families, family), tests=(*plan.tests, *(test for test, _ in read)))


def _read(text: str, name: str) -> tuple[Test, list[Problem]]:
    said: dict[str, Any] = {}
    problems = []
    for part in filter(str.strip, _PART.findall(text)):
        key, equals, value = (piece.strip() for piece in part.partition("="))
        what = "" if equals else "There is no '='."
        what = what or ("This stands here twice." if key in said else "")
        what = what or ("An added test has none of its own." if key in ("id", "family") else "")
        if what:
            problems.append(Problem(what, "Write key=value; key=value.", file=f"--test, test '{name}', key '{key}'"))
        said[key] = _typed(key, value)
    test, wrong = read_test(said | {"id": name}, family=EXPLORATORY, file="--test")
    return test, problems + wrong


def _typed(key: str, value: str) -> Any:
    """A value of an added test as TOML would have given it."""
    if key == "adjust":
        return [name.strip() for name in value.split(",") if name.strip()]
    if key in ("lag", "sesoi"):
        try:
            return tomllib.loads(f"value = {value}")["value"]
        except ValueError:
            return value
    return value
