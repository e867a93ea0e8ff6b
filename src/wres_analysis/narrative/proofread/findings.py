"""What a proofreader hands back."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong with a finished document.

    Parameters
    ----------
    file
        The page, seen from the site.
    place
        Where in it: the identifier of a sentence, or what kind of text it is (``table 'Outcomes'``).
    rule
        The rule that it breaks, such as ``number`` or ``direction``.
    text
        What was found.
    what
        What is wrong with it.
    todo
        What to do.
    """

    file: str
    place: str
    rule: str
    text: str
    what: str
    todo: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.rule}: {self.what} Do: {self.todo} Text: {self.text}"
