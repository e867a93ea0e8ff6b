"""Lines of enquiry, the actions that an indicator belongs to, and what studies say of links: words, as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Action", "Enquiry", "Evidence", "Question", "load_enquiry"]


@dataclass(frozen=True, slots=True)
class Action:
    """One action of the national plan, and the indicators that belong to it."""

    number: int
    text: str
    indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One line of enquiry, and the indicators of which to ask it."""

    indicators: tuple[str, ...]
    text: str
    grade: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a published study found, and which study it is."""

    text: str
    source: str
    grade: str


@dataclass(frozen=True, slots=True)
class Enquiry:
    """All of it, and the plan that the actions come from: its title, publisher and a note."""

    plan: dict[str, str]
    actions: tuple[Action, ...]
    questions: tuple[Question, ...]
    evidence: tuple[Evidence, ...]

    def actions_of(self, indicator: str) -> tuple[Action, ...]:
        """The actions that an indicator belongs to, in order."""
        return tuple(action for action in self.actions if indicator in action.indicators)

    def questions_on(self, indicator: str) -> tuple[Question, ...]:
        """What to ask of an indicator, in order."""
        return tuple(question for question in self.questions if indicator in question.indicators)


@cache
def load_enquiry() -> Enquiry:
    """Load what ``enquiry.toml`` holds."""
    data = tomllib.loads(files(__package__).joinpath("enquiry.toml").read_text(encoding="utf-8"))
    return Enquiry(
        plan=data["plan"],
        actions=tuple(Action(one["number"], one["text"], tuple(one["indicators"])) for one in data["action"]),
        questions=tuple(Question(tuple(q["indicators"]), q["text"], q["grade"]) for q in data["question"]),
        evidence=tuple(Evidence(**one) for one in data["evidence"]),
    )
