"""The language of a sample's condition: what it says, what missing values do, and what it refuses."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wres_analysis.links.expression import ExpressionError, parse_expression

pytestmark = pytest.mark.unit

FRAME = pd.DataFrame(
    {
        "trust_type": pd.Series(["Acute", "Ambulance", None, "Acute"], dtype="str"),
        "wres_year": [2023, 2024, 2024, 2025],
        "ind8.gap": [-1.0, 2.0, 3.0, np.nan],
        "partial": [True, False, False, False],
    }
)


@pytest.mark.parametrize(
    ("text", "chosen", "unknown"),
    [
        ("", [0, 1, 2, 3], []),
        ("  \n ", [0, 1, 2, 3], []),
        ("trust_type != 'Ambulance'", [0, 3], [2]),
        ("trust_type == 'Ambulance'", [1], [2]),
        ("not trust_type == 'Ambulance'", [0, 3], [2]),
        ("ind8.gap > -1", [1, 2], [3]),
        ("ind8.gap >= -1.0", [0, 1, 2], [3]),
        ("0 < ind8.gap < 2.5", [1], [3]),
        ("wres_year in [2023, 2025]", [0, 3], []),
        ("wres_year not in (2023, 2025)", [1, 2], []),
        ("trust_type not in ['Acute']", [1], [2]),
        ("partial", [0], []),
        ("not partial and wres_year == 2024", [1, 2], []),
        ("wres_year == 2024 or trust_type == 'Acute'", [0, 1, 2, 3], []),  # unknown or true is true
        ("wres_year == 2023 and trust_type == 'Acute'", [0], []),  # unknown and false is false
        ("not (wres_year == 2023 or ind8.gap > 2.5)", [1], [3]),
        ("wres_year == 2024\n and trust_type == 'Ambulance'", [1], [2]),
    ],
)
def test_what_a_condition_chooses(text, chosen, unknown):
    yes, cannot_tell = parse_expression(text).select(FRAME)
    assert list(np.flatnonzero(yes)) == chosen
    assert list(np.flatnonzero(cannot_tell)) == unknown


def test_the_columns_of_a_condition():
    assert parse_expression("a.b > 1 and c in ['x'] and a.b < 3").columns == ("a.b", "c")


@pytest.mark.parametrize(
    ("text", "words", "place"),
    [
        ("trust_type = 'Acute'", "this is no condition", None),
        ("a > ", "this is no condition", None),
        ("a > 1) or (b > 2", "this is no condition", None),
        ("a > 1 # old\n and b > 2", "a condition holds no comment", "# old"),
        ("(a := 1) > 2", "only a column", None),
        ("__import__('os').system('true')", "only comparisons", "__import__"),
        ("a > len(b)", "only a column, a text in quotes or a number", "len(b)"),
        ("a > 1 and b + 1 > 2", "only a column, a text in quotes or a number", "b + 1"),
        ("é == 'ü' and f(x)", "only comparisons", "f(x)"),
        ("a in b", "after 'in' comes a list", "b"),
        ("a in []", "after 'in' comes a list", "[]"),
        ("a in ['x', y]", "a list holds", "y]"),
        ("a is 1", "'is' is not of this language", "a is 1"),
        ("a == True", "only a column, a text in quotes or a number", "True"),
        ("a == 1j", "only a column", "1j"),
        ("a.b[0] == 1", "only a column", "a.b[0]"),
        ("(lambda: 1)() == 1", "only a column", None),
        ("[x for x in a]", "only comparisons", None),
        ("a == 'x' if b else c", "only comparisons", None),
        ("'x'", "only comparisons", None),
        ("not " * 60 + "a", "more than 50 deep", None),
        ("a == 1 or " * 400 + "a == 2", "longer than 2000", None),
        ("a == 1\x00", "this is no condition", None),
    ],
)
def test_what_is_refused_and_where(text, words, place):
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    assert words in caught.value.what
    if place is not None:
        assert text[caught.value.position :].startswith(place)
        assert f"at character {caught.value.position + 1}" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wres_yaer == 2024", "no column 'wres_yaer'"),
        ("wres_year == '2024'", "text is compared with numbers"),
        ("trust_type > 3", "text is compared with numbers"),
        ("wres_year", "only if it holds yes or no"),
    ],
)
def test_what_does_not_fit_the_panel(text, words):
    with pytest.raises(ExpressionError, match=words):
        parse_expression(text).select(FRAME)
    if "column" not in words:
        with pytest.raises(ExpressionError, match=words):
            parse_expression(text).select(FRAME.iloc[:0])


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        parse_expression(text)
    except ExpressionError as error:
        assert 0 <= error.position <= len(text)
        assert error.what


_LEAVES = st.sampled_from(["a > 0", "b > 0", "a == b", "flag", "b in [1, 2]"])
_CONDITIONS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda one: f"not ({one})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
    ),
    max_leaves=8,
)


@given(_CONDITIONS)
def test_complete_rows_are_chosen_as_python_would(text):
    """Against Python's own reading of the same words, row by row, where nothing is missing."""
    frame = pd.DataFrame({"a": [0, 1, -1, 2], "b": [1, 1, 0, 2], "flag": [True, False, True, False]})
    yes, unknown = parse_expression(text).select(frame)
    assert not unknown.any()
    assert list(yes) == [
        bool(eval(text, {}, dict(zip(frame.columns, values, strict=True)))) for values in frame.to_numpy(dtype=object)
    ]
