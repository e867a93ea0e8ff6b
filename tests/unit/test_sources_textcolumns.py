# mypy: ignore-errors
"""Rows numbered and pairs looked up a column at a time, against pandas' own grouping and a plain dict."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wres_analysis.sources.textcolumns import look_up, number_rows

pytestmark = pytest.mark.unit

WORDS = st.sampled_from(["", "a", "b", "ab", "ba", " "])
ROWS = st.lists(st.tuples(WORDS, WORDS, st.sampled_from([0.5, 1.0, float("nan")])), max_size=30)


def frame(rows):
    return pd.DataFrame(
        {
            "first": pd.Series([row[0] for row in rows], dtype="str"),
            "second": pd.Series([row[1] for row in rows], dtype="str"),
            "third": np.array([row[2] for row in rows], dtype="float64"),
        }
    )


@given(ROWS)
def test_equal_rows_have_equal_numbers_and_no_others(rows):
    table = frame(rows)
    ours = number_rows(table, ["first", "second", "third"])
    peers = table.groupby(["first", "second", "third"], dropna=False).ngroup().to_numpy()
    assert len(ours) == len(rows)
    assert ((ours[:, None] == ours[None, :]) == (peers[:, None] == peers[None, :])).all()


def test_many_long_columns_do_not_overflow():
    """Twelve columns of 200 words have more combinations than a whole number can count."""
    random = np.random.default_rng(1)
    table = pd.DataFrame({str(i): random.integers(0, 200, 500).astype(str) for i in range(12)})
    table = pd.concat([table, table], ignore_index=True)
    numbers = number_rows(table, list(table))
    assert (numbers[:500] == numbers[500:]).all()
    assert len(np.unique(numbers)) == 500
    assert (numbers >= 0).all()


@given(ROWS)
def test_pairs_are_looked_up_as_in_a_dict(rows):
    table = frame(rows)
    known = {("a", "b"): 3, ("", ""): 7, ("ab", " "): 1}
    assert list(look_up(table["first"], table["second"], known, 99)) == [known.get(row[:2], 99) for row in rows]


def test_words_can_be_looked_up_too():
    found = look_up(pd.Series(["x", "y"]), pd.Series(["p", "p"]), {("x", "p"): "long word"}, "")
    assert list(found) == ["long word", ""]
