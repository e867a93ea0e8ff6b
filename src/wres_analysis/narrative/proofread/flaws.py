"""What a rule finds, before it is known in which document."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Flaw"]


@dataclass(frozen=True)
class Flaw:
    """A rule that is broken: which, by what words, what is wrong, and what to do."""

    rule: str
    text: str
    what: str
    todo: str
