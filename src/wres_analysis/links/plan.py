"""A plan: which tests are made, stated in full in TOML before the data are seen.

Every mistake of a plan is told at once. The hash of a plan is that of what it says, not of how it is typed.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite, log
from pathlib import Path
from typing import Any

from wres_analysis.errors import InputError, Problem, RequestError
from wres_analysis.links.expression import Expression, ExpressionError, parse_expression

__all__ = [
    "EXPLORATORY", "MIXED_MODELS", "MODELS", "Control", "Family", "Plan", "Sesoi", "Test",
    "alternatives", "parse_plan", "read_plan", "read_test",
]  # fmt: skip

#: Models with a random intercept for each trust; they alone have a standard error from the model itself.
MIXED_MODELS = ("within_between", "mixed")
MODELS = ("ols", "twfe", *MIXED_MODELS, "ordinal", "fractional", "spearman")
STANDARD_ERRORS = ("HC1", "HC3", "CR0", "CR1", "wild", "model")
ADJUSTMENTS = ("holm", "bh", "by", "romano_wolf")
DIRECTIONS = ("positive", "negative", "either")
ROLES = ("primary", "secondary")
#: Name and role of the family of tests that no plan declared.
EXPLORATORY = "exploratory"
CLUSTERS = ("org_code", "region", "icb")
BASES = ("as_published", "pooled")
LAGS = range(-3, 4)
#: In natural logs, what a doubling of a ratio is.
DOUBLING = log(2.0)

_PLAN_KEYS = ("title", "standard", "alpha", "seed", "basis")
_FAMILY_KEYS = ("name", "adjust", "role")
_TEST_KEYS = (
    "id", "family", "exposure", "outcome", "lag", "model", "adjust", "se", "cluster", "weights", "sample", "direction",
    "sesoi",
)  # fmt: skip
_CONTROL_KEYS = ("id", "of", "exposure", "outcome", "sesoi", "why")


@dataclass(frozen=True, slots=True)
class Sesoi:
    """The smallest effect of interest of a test.

    Parameters
    ----------
    kind
        ``change`` (of the outcome, in its unit), ``odds_ratio`` or ``rho`` (a rank correlation).
    size
        How large, positive; an odds ratio is above 1.
    per
        For how many units of the exposure: 10 points, or the log of 2 for a doubling; NaN for ``rho``.
    per_words
        The same in words.
    """

    kind: str
    size: float
    per: float
    per_words: str


@dataclass(frozen=True, slots=True)
class Family:
    """Tests that are judged together.

    Parameters
    ----------
    name
        Its name.
    adjust
        How their p-values are adjusted: ``holm``, ``bh``, ``by``, ``romano_wolf``.
    role
        ``primary`` or ``secondary``; ``exploratory`` for tests added to a plan.
    """

    name: str
    adjust: tuple[str, ...]
    role: str


@dataclass(frozen=True, slots=True)
class Test:
    """One test of a plan, stated in full.

    Parameters
    ----------
    id, family
        Its own name, and the name of its family.
    exposure, outcome
        Columns of the panel.
    lag
        Rows of the panel from the exposure's year to the outcome's.
    model
        One of :data:`MODELS`.
    adjust
        Columns of the exposure's row; ``log(column)`` for the log of one. ``a | b`` is the first of them that the
        data hold (:func:`alternatives`).
    se, cluster
        Convention of the standard error, and the column whose values are the clusters.
    weights
        ``none``, or a column of the exposure's row.
    sample
        Condition on the exposure's row.
    direction
        Sign that is expected: ``positive``, ``negative``, ``either``.
    sesoi
        Smallest effect of interest, or None.
    """

    __test__ = False  # for pytest, which takes every Test for its own

    id: str
    family: str
    exposure: str
    outcome: str
    lag: int
    model: str
    adjust: tuple[str, ...] = ()
    se: str = "CR1"
    cluster: str = "org_code"
    weights: str = "none"
    sample: Expression = field(default_factory=lambda: Expression(""))
    direction: str = "either"
    sesoi: Sesoi | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """A negative control: a test with another exposure or outcome, for which the reason for an effect is missing.

    Parameters
    ----------
    of
        The test that it checks.
    test
        That test with one column replaced, and an id of its own.
    why
        What a link in the control would say, in words.
    """

    of: str
    test: Test
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: its head, its families and its tests, in the order in which they are written.

    Parameters
    ----------
    title, standard, alpha, seed, basis
        Head of the plan. ``alpha`` is the level of tests, and ``1 - alpha`` that of intervals; ``basis`` says whether
        trusts are taken ``as_published`` or ``pooled`` under successors.
    families, tests
        What is tested.
    hash
        SHA-256 of what the plan says.
    file
        Name of the file that it was read from, without folders.
    controls
        Negative controls of the tests.
    """

    title: str
    standard: str
    alpha: float
    seed: int
    basis: str
    families: tuple[Family, ...]
    tests: tuple[Test, ...]
    hash: str
    file: str
    controls: tuple[Control, ...] = ()

    def family(self, name: str) -> Family:
        """Return the family of that name."""
        return next(family for family in self.families if family.name == name)


def read_plan(path: Path) -> Plan:
    """Read a plan from a file.

    Raises
    ------
    RequestError
        If there is no such file.
    InputError
        If it is no TOML, or no plan: each mistake with its place and what to do.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RequestError(f"The plan '{path}' cannot be read ({error.strerror}). Name another with --plan.") from error
    except UnicodeDecodeError as error:
        problem = Problem("The file is not UTF-8 text.", "Save it as UTF-8.", file=path.name)
        raise InputError(problem) from error
    return parse_plan(text, file=path.name)


def parse_plan(text: str, *, file: str = "plan") -> Plan:
    """Read a plan from text; see :func:`read_plan`."""
    try:
        said = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # beside its own errors: numbers of thousands of digits, deep nesting
        raise InputError(Problem(f"This is not TOML: {error}.", "Mend that place.", file=file)) from None
    reader = _Reader(file)
    plan = reader.plan(said)
    if reader.problems:
        raise InputError(*reader.problems)
    return plan


def read_test(said: dict[str, Any], *, family: str, file: str) -> tuple[Test, list[Problem]]:
    """Read one parsed ``[[test]]`` by itself, for a family; what is wrong with it comes beside."""
    reader = _Reader(file)
    return reader.test(said | {"family": family}, 1, [family]), reader.problems


def alternatives(adjuster: str) -> tuple[str, ...]:
    """Split ``a | b``, in the order in which they are preferred; one adjuster is its own only alternative."""
    return tuple(name.strip() for name in adjuster.split("|"))


def plan_hash(said: dict[str, Any]) -> str:
    """SHA-256 of what a plan says: white space, comments, the order of keys, and 10 or 10.0 make no difference."""
    text = json.dumps(_plain(said), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, float) and isfinite(value) and value == int(value):
        return int(value)
    return value if isinstance(value, bool | int | float | str) else str(value)


class _Reader:
    """Reads a parsed TOML file into a plan, and keeps a list of what is wrong."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def wrong(self, what: str, todo: str, *, at: str = "", key: str = "") -> None:
        place = ", ".join(part for part in (self.file, at, f"key '{key}'" if key else "") if part)
        self.problems.append(Problem(what, todo, file=place))

    def plan(self, said: dict[str, Any]) -> Plan:
        self.unknown(said, ("plan", "family", "test", "control"), "")
        head = self.table(said, "plan")
        self.unknown(head, _PLAN_KEYS, "[plan]")
        alpha = self.number(head, "alpha", "[plan]", default=0.05)
        if not 0.0 < alpha <= 0.2:
            what = f"{alpha:g} is no level of a test."
            self.wrong(what, "Write one above 0 and up to 0.2.", at="[plan]", key="alpha")
        seed = head.get("seed")
        if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
            self.wrong("A plan needs a seed.", "Write a whole number, 0 or more.", at="[plan]", key="seed")
            seed = 0
        families = tuple(self.family(one, n) for n, one in enumerate(self.tables(said, "family"), 1))
        self.once([family.name for family in families], "family")
        names = [family.name for family in families]
        tests = tuple(self.test(one, n, names) for n, one in enumerate(self.tables(said, "test"), 1))
        controls = self.controls(said, {test.id: raw for test, raw in zip(tests, said.get("test", []), strict=False)})
        self.once([test.id for test in (*tests, *(control.test for control in controls))], "test")
        return Plan(
            title=self.text(head, "title", "[plan]", required=True),
            standard=self.text(head, "standard", "[plan]", default="wres"),
            alpha=alpha,
            seed=seed,
            basis=self.choice(head, "basis", BASES, "[plan]", default="as_published"),
            families=families,
            tests=tests,
            hash=plan_hash(said),
            file=self.file,
            controls=controls,
        )

    def controls(self, said: dict[str, Any], tests: dict[str, dict[str, Any]]) -> tuple[Control, ...]:
        read = []
        for number, one in enumerate(self.tables(said, "control") if "control" in said else [], 1):
            at = f"control '{one.get('id', number)}'"
            self.unknown(one, _CONTROL_KEYS, at)
            of, why = (self.text(one, key, at, required=True) for key in ("of", "why"))
            changed: dict[str, Any] = {key: one[key] for key in ("exposure", "outcome") if key in one}
            if of and of not in tests:
                self.wrong(f"There is no test '{of}'.", _instead(of, list(tests)), at=at, key="of")
            elif len(changed) != 1:
                what = "A control has another exposure than its test, or another outcome."
                self.wrong(what, "Write the key 'exposure' or the key 'outcome', and not both.", at=at)
            elif of:
                # A smallest effect is for one exposure and one outcome: that of the test is not the control's.
                kept = {key: value for key, value in tests[of].items() if key != "sesoi"}
                own: dict[str, Any] = {key: one[key] for key in ("id", "sesoi") if key in one}
                read.append(Control(of, self.test({**kept, "id": "", **own, **changed}, number, [kept["family"]]), why))
        return tuple(read)

    def family(self, said: dict[str, Any], number: int) -> Family:
        at = f"family '{said.get('name', number)}'"
        self.unknown(said, _FAMILY_KEYS, at)
        name = self.text(said, "name", at, required=True)
        adjust = self.texts(said, "adjust", at)
        if name == EXPLORATORY:
            what = "This name is kept for tests that no plan declared."
            self.wrong(what, "Give the family another name.", at=at, key="name")
        for method in adjust:
            self.member(method, ADJUSTMENTS, at, "adjust")
        role = self.choice(said, "role", ROLES, at, default="primary" if name == "primary" else "secondary")
        return Family(name, adjust, role)

    def test(self, said: dict[str, Any], number: int, families: Sequence[str]) -> Test:
        at = f"test '{said['id']}'" if isinstance(said.get("id"), str) and said["id"] else f"test number {number}"
        self.unknown(said, _TEST_KEYS, at)
        model = self.choice(said, "model", MODELS, at)
        ranks = model == "spearman"
        family = self.text(said, "family", at, required=True)
        if family:
            self.member(family, families, at, "family")
        lag = said.get("lag")
        if not isinstance(lag, int) or isinstance(lag, bool) or lag not in LAGS:
            self.wrong("A test needs a lag.", "Write a whole number from -3 to 3.", at=at, key="lag")
            lag = 0
        adjust = self.texts(said, "adjust", at)
        weights = self.text(said, "weights", at, default="none")
        if ranks:
            for key, given in (("adjust", bool(adjust)), ("weights", weights != "none"), ("se", "se" in said)):
                if given:
                    what = f"A rank correlation takes no '{key}'."
                    self.wrong(what, "Leave it out, or choose the model ols.", at=at, key=key)
        if said.get("se") == "model" and model in MODELS and model not in MIXED_MODELS:
            what = f"A standard error from the model itself is for {' and '.join(MIXED_MODELS)}."
            self.wrong(what, "Write CR1, or choose one of these models.", at=at, key="se")
        exposure = self.text(said, "exposure", at, required=True)
        outcome = self.text(said, "outcome", at, required=True)
        for name in [one for adjuster in adjust for one in alternatives(adjuster)]:
            if not name:
                self.wrong("A name is missing beside '|'.", 'Write "a | b".', at=at, key="adjust")
            elif name in (exposure, outcome):
                what = f"'{name}' is the test's own exposure or outcome."
                self.wrong(what, "Adjust for other columns.", at=at, key="adjust")
        return Test(
            id=self.text(said, "id", at, required=True),
            family=family,
            exposure=exposure,
            outcome=outcome,
            lag=lag,
            model=model,
            adjust=adjust,
            se="none" if ranks else self.choice(said, "se", STANDARD_ERRORS, at, default="CR1"),
            cluster=self.choice(said, "cluster", CLUSTERS, at, default="org_code"),
            weights=weights,
            sample=self.sample(said, at),
            direction=self.choice(said, "direction", DIRECTIONS, at, default="either"),
            sesoi=self.sesoi(said, at, model),
        )

    def sample(self, said: dict[str, Any], at: str) -> Expression:
        try:
            return parse_expression(self.text(said, "sample", at))
        except ExpressionError as error:
            todo = "Write a condition such as trust_type != 'Ambulance'."
            self.wrong(f"The condition cannot be read: {error}.", todo, at=at, key="sample")
            return Expression("")

    def sesoi(self, said: dict[str, Any], at: str, model: str) -> Sesoi | None:
        if "sesoi" not in said:
            return None
        kind = {"ordinal": "odds_ratio", "spearman": "rho"}.get(model, "change")
        example = "{ rho = 0.2 }" if kind == "rho" else f'{{ {kind} = 1.5, per = 10 }}, or per = "doubling"'
        given = said["sesoi"]
        keys = {kind} if kind == "rho" else {kind, "per"}
        if not isinstance(given, dict) or set(given) != keys:
            self.wrong(f"This is no smallest effect of interest for {model}.", f"Write {example}.", at=at, key="sesoi")
            return None
        size: Any = given[kind]
        per: Any = given.get("per")
        low, high = {"change": (0.0, float("inf")), "odds_ratio": (1.0, float("inf")), "rho": (0.0, 1.0)}[kind]
        if not _is_number(size) or not low < size < high:
            what = f"'{size}' is no size of a smallest effect."
            self.wrong(what, f"Write a number above {low:g}; the sign is for 'direction'.", at=at, key="sesoi")
            return None
        if kind == "rho":
            return Sesoi(kind, float(size), float("nan"), "")
        if per == "doubling":
            return Sesoi(kind, float(size), DOUBLING, "doubling of the ratio")
        if not _is_number(per) or per <= 0:
            self.wrong(f"'{per}' is no 'per'.", 'Write a number of points, or "doubling".', at=at, key="sesoi")
            return None
        return Sesoi(kind, float(size), float(per), f"{per:g} points")

    def once(self, names: list[str], sort: str) -> None:
        for name, count in Counter(names).items():
            if name and count > 1:
                what = f"The name is given to {count}."
                self.wrong(what, f"Give each {sort} a name of its own.", at=f"{sort} '{name}'")

    def unknown(self, said: dict[str, Any], known: Sequence[str], at: str) -> None:
        for key in said:
            if key not in known:
                self.wrong("There is no such key.", _instead(key, known), at=at, key=key)

    def table(self, said: dict[str, Any], name: str) -> dict[str, Any]:
        given = said.get(name)
        if isinstance(given, dict):
            return given
        self.wrong(f"The plan has no [{name}].", f"Write a table [{name}].")
        return {}

    def tables(self, said: dict[str, Any], name: str) -> list[dict[str, Any]]:
        given = said.get(name)
        if isinstance(given, list) and given and all(isinstance(one, dict) for one in given):
            return given
        self.wrong(f"The plan has no [[{name}]].", f"Write at least one table [[{name}]].")
        return []

    def text(self, said: dict[str, Any], key: str, at: str, *, required: bool = False, default: str = "") -> str:
        given = said.get(key, default)
        if isinstance(given, str) and (given or not required):
            return given
        what = "This is needed." if key not in said else "This is no text."
        self.wrong(what, "Write a text in quotes.", at=at, key=key)
        return ""

    def texts(self, said: dict[str, Any], key: str, at: str) -> tuple[str, ...]:
        given = said.get(key, [])
        if isinstance(given, list) and all(isinstance(one, str) and one for one in given):
            if len(set(given)) == len(given):
                return tuple(given)
            self.wrong("Something stands here twice.", "Name each once.", at=at, key=key)
            return tuple(dict.fromkeys(given))
        self.wrong("This is no list of texts.", 'Write a list such as ["region"].', at=at, key=key)
        return ()

    def number(self, said: dict[str, Any], key: str, at: str, *, default: float) -> float:
        given = said.get(key, default)
        if _is_number(given):
            return float(given)
        self.wrong("This is no number.", "Write a number.", at=at, key=key)
        return default

    def choice(self, said: dict[str, Any], key: str, known: Sequence[str], at: str, *, default: str = "") -> str:
        given = said.get(key, default)
        if not isinstance(given, str) or not given:
            self.wrong("This is needed.", f"Write one of {', '.join(known)}.", at=at, key=key)
            return ""
        self.member(given, known, at, key)
        return given

    def member(self, given: str, known: Sequence[str], at: str, key: str) -> None:
        if given not in known:
            self.wrong(f"'{given}' is not known.", _instead(given, known), at=at, key=key)


def _instead(given: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(given, known, n=1)
    return f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."


def _is_number(value: object) -> bool:
    """Whether a value is a number of a size that a float can have; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
