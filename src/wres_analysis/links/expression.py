"""The small language in which a plan says which rows of the panel a test looks at.

``trust_type != 'Ambulance' and wres_year in [2023, 2024]``: comparisons, ``in`` lists, ``and``, ``or``, ``not``,
parentheses, names of columns (``ind8.gap``), text and numbers. It is read as Python is, and nothing of it is run as
Python: each part is looked up among the few that are allowed.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Expression", "ExpressionError", "parse_expression"]

BoolArray = npt.NDArray[np.bool_]

#: Deeper or longer than any condition that a person would write.
_LONGEST = 2000
_DEEPEST = 50

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}


class ExpressionError(ValueError):
    """A condition that cannot be read, or not be applied to the columns: what is wrong, and at which character.

    Parameters
    ----------
    what
        What is wrong, in plain words.
    text
        The condition.
    position
        The place in ``text`` that is meant, from 0.
    """

    def __init__(self, what: str, text: str, position: int) -> None:
        super().__init__(what)
        self.what, self.text, self.position = what, text, position

    def __str__(self) -> str:
        near = self.text[self.position :].strip()
        where = f"at character {self.position + 1}, '{near[:30]}'" if near else "at the end"
        return f"{self.what} ({where})"


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition that has been read, ready to be applied to any panel.

    Parameters
    ----------
    text
        As it was written; empty for "every row".
    columns
        The columns it names, each once, in order.
    """

    text: str
    columns: tuple[str, ...] = ()
    _tree: ast.expr | None = field(default=None, repr=False, compare=False)

    def select(self, frame: pd.DataFrame) -> tuple[BoolArray, BoolArray]:
        """Apply the condition.

        Parameters
        ----------
        frame
            n rows with the columns named.

        Returns
        -------
        (n,) bool, (n,) bool
            Whether the condition holds, and whether it cannot be told because a value is missing. As in logic, a
            missing value decides nothing: it is neither equal nor unequal to anything, and "unknown or true" is true.

        Raises
        ------
        ExpressionError
            If a column is not in the frame, or text is compared with numbers.
        """
        if self._tree is None:
            return np.ones(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
        yes, no = _Evaluator(self.text, frame).truth(self._tree)
        return yes, ~(yes | no)


def parse_expression(text: str) -> Expression:
    """Read a condition.

    Parameters
    ----------
    text
        The condition; nothing but white space means every row.

    Raises
    ------
    ExpressionError
        If it is no condition in this language. The message points at the place.
    """
    if not text.strip():
        return Expression("")
    stripped = text.strip()
    if len(stripped) > _LONGEST:
        raise ExpressionError(f"the condition is longer than {_LONGEST} characters", stripped, _LONGEST)
    # One line of the same length, so that a condition may run over several and places stay what they are.
    line = "".join(" " if character.isspace() else character for character in stripped)
    try:
        tree = ast.parse(line, mode="eval").body
        tokens = list(tokenize.generate_tokens(io.StringIO(line).readline))
    except SyntaxError as error:
        raise ExpressionError("this is no condition", stripped, min((error.offset or 1) - 1, len(stripped))) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("this is no condition", stripped, 0) from None
    for token in tokens:
        if token.type == tokenize.COMMENT:
            raise ExpressionError("a condition holds no comment", stripped, token.start[1])
    reader = _Reader(line)
    reader.condition(tree, 0)
    return Expression(line, tuple(dict.fromkeys(reader.columns)), tree)


def _place(text: str, node: ast.AST) -> int:
    """Where in the condition a node begins; ``ast`` counts bytes."""
    return len(text.encode()[: getattr(node, "col_offset", 0)].decode(errors="ignore"))


def _column(node: ast.expr) -> str | None:
    """The name of a column, dots and all, or None."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        stem = _column(node.value)
        return None if stem is None else f"{stem}.{node.attr}"
    return None


def _literal(node: ast.expr) -> str | int | float | None:
    """Text or a number (true and false are neither), or None."""
    if isinstance(node, ast.Constant) and type(node.value) in (str, int, float):
        return node.value  # type: ignore[return-value]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _literal(node.operand)
        return -inner if isinstance(inner, int | float) else None
    return None


class _Reader:
    """Walks a condition once, refuses what is not of the language, and collects the columns."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.columns: list[str] = []

    def refuse(self, what: str, node: ast.AST) -> ExpressionError:
        return ExpressionError(what, self.text, _place(self.text, node))

    def condition(self, node: ast.expr, depth: int) -> None:
        if depth > _DEEPEST:
            raise self.refuse(f"conditions stand in one another more than {_DEEPEST} deep", node)
        if isinstance(node, ast.BoolOp):
            for part in node.values:
                self.condition(part, depth + 1)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self.condition(node.operand, depth + 1)
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
                self.operand(left)
                if isinstance(operator, ast.In | ast.NotIn):
                    self.members(right)
                elif type(operator) in _COMPARE:
                    self.operand(right)
                else:
                    raise self.refuse("'is' is not of this language; write == or !=", node)
        elif (name := _column(node)) is not None:
            self.columns.append(name)
        else:
            raise self.refuse(
                "only comparisons, 'in' lists, 'and', 'or', 'not' and names of yes-or-no columns can stand here", node
            )

    def operand(self, node: ast.expr) -> None:
        if (name := _column(node)) is not None:
            self.columns.append(name)
        elif _literal(node) is None:
            raise self.refuse("only a column, a text in quotes or a number can be compared", node)

    def members(self, node: ast.expr) -> None:
        if not isinstance(node, ast.List | ast.Tuple) or not node.elts:
            raise self.refuse("after 'in' comes a list, such as ['London', 'Midlands']", node)
        for member in node.elts:
            if _literal(member) is None:
                raise self.refuse("a list holds texts in quotes and numbers only", member)


class _Evaluator:
    """Applies a condition that was read to a frame; each part is a pair: surely true, surely false."""

    def __init__(self, text: str, frame: pd.DataFrame) -> None:
        self.text, self.frame = text, frame

    def truth(self, node: ast.expr) -> tuple[BoolArray, BoolArray]:
        if isinstance(node, ast.BoolOp):
            parts = [self.truth(part) for part in node.values]
            if isinstance(node.op, ast.And):
                return _all(parts)
            no, yes = _all([(no, yes) for yes, no in parts])  # "a or b" is "not (not a and not b)"
            return yes, no
        if isinstance(node, ast.UnaryOp):
            yes, no = self.truth(node.operand)
            return no, yes
        if isinstance(node, ast.Compare):
            return self.chain(node)
        values = self.values(node)
        if not pd.api.types.is_bool_dtype(values):
            raise self.refuse("a column can stand alone only if it holds yes or no; compare it with something", node)
        missing = values.isna().to_numpy()
        yes = values.fillna(False).to_numpy(dtype=bool)
        return yes & ~missing, ~yes & ~missing

    def chain(self, node: ast.Compare) -> tuple[BoolArray, BoolArray]:
        sides = [node.left, *node.comparators]
        return _all([self.compare(a, op, b) for a, op, b in zip(sides, node.ops, sides[1:], strict=False)])

    def compare(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> tuple[BoolArray, BoolArray]:
        if isinstance(operator, ast.In | ast.NotIn):
            assert isinstance(right, ast.List | ast.Tuple)  # the reader saw to it
            other, member = _all([self.compare(left, ast.NotEq(), one) for one in right.elts])
            return (member, other) if isinstance(operator, ast.In) else (other, member)
        a, b = self.values(left), self.values(right)
        if _is_text(a) != _is_text(b):
            raise self.refuse("text is compared with numbers", left)
        known = (a.notna() & b.notna()).to_numpy()
        holds = np.zeros(len(self.frame), dtype=bool)
        x, y = (side.to_numpy()[known] for side in (a, b))
        holds[known] = np.asarray(_COMPARE[type(operator)](x, y), dtype=bool)
        return holds & known, ~holds & known

    def values(self, node: ast.expr) -> pd.Series:
        name = _column(node)
        if name is None:
            value = _literal(node)
            repeated = [value] * len(self.frame)
            return pd.Series(repeated, index=self.frame.index, dtype="str" if isinstance(value, str) else "float64")
        if name not in self.frame.columns:
            raise self.refuse(f"the panel has no column '{name}'", node)
        return self.frame[name]

    def refuse(self, what: str, node: ast.AST) -> ExpressionError:
        return ExpressionError(what, self.text, _place(self.text, node))


def _all(parts: list[tuple[BoolArray, BoolArray]]) -> tuple[BoolArray, BoolArray]:
    """Surely all true; surely one false."""
    yes, no = (np.stack(side) for side in zip(*parts, strict=True))
    return np.asarray(yes.all(axis=0)), np.asarray(no.any(axis=0))


def _is_text(values: pd.Series) -> bool:
    return not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values))
