"""The errors that a person reads: what is wrong, where, and what to do.

Every error that the kit raises on purpose is a :class:`WresError`. An :class:`InputError` carries one
:class:`Problem` for each thing that is wrong, so that all of them are told at once, one line each.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["InputError", "MissingExtraError", "Problem", "RequestError", "WresError"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input.

    Parameters
    ----------
    what
        What is wrong, in plain words.
    todo
        What the reader can do about it.
    file, sheet, row, column
        Where it is, as far as known. ``row`` counts from 1, as a spreadsheet does; ``column`` is the
        heading, or the letter where there is no heading.
    """

    what: str
    todo: str
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""

    def __str__(self) -> str:
        where = [self.file]
        if self.sheet:
            where.append(f"sheet '{self.sheet}'")
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.column:
            where.append(f"column '{self.column}'")
        place = ", ".join(part for part in where if part)
        return f"{place}: {self.what} {self.todo}".strip() if place else f"{self.what} {self.todo}".strip()


class WresError(Exception):
    """Base of the errors that the kit raises on purpose. ``exit_status`` is the command line's."""

    exit_status = 2


class InputError(WresError):
    """The structure of an input is wrong. Nothing has been written."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class RequestError(WresError):
    """What was asked for cannot be had: an unknown trust, a region without data, a folder in use."""


class MissingExtraError(WresError):
    """An optional part is not installed. The message names the extra."""
