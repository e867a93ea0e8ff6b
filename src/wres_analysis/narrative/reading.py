"""How hard a text is to read: the Flesch-Kincaid grade, the names that a report cannot choose left out.

The formula is that of J. P. Kincaid, R. P. Fishburne, R. L. Rogers and B. S. Chissom, *Derivation of new readability
formulas*, Research Branch Report 8-75, Naval Technical Training, 1975: 0.39 words a sentence + 11.8 syllables a word -
15.59, a grade of American schools; a reader's age is about five years more. As in R. Flesch, *How to Write Plain
English*, 1979, a colon and a semicolon end a sentence as a full stop does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["grade", "syllables"]

_ASIDE = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*|\d[\d,.]*\d|\d")
_END = re.compile(r"[.;:?!](?=\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")
#: A last e that is not heard, and the endings in which it is.
_SILENT = re.compile(r"(?<![aeiouyl])(?:e|es|ed)$")
_HEARD = re.compile(r"(?:[td]ed|[sxz]es|[cs]hes|[cg]es)$")


def syllables(word: str) -> int:
    """Count the syllables of an English word by its vowels; a number counts as one.

    >>> [syllables(word) for word in ("staff", "percentage", "likely", "appointed", "25.7")]
    [1, 3, 2, 3, 1]
    """
    small = word.lower()
    if not _HEARD.search(small):
        small = _SILENT.sub("", small)
    return max(1, len(_VOWELS.findall(small)))


def grade(text: str, names: Iterable[str] = ()) -> float:
    """The grade of a text; NaN is never given: a text without words has grade 0.

    Parameters
    ----------
    text
        One sentence or more. What stands in brackets is passed over: figures for those who want them.
    names
        Words that the text must use as they are: each counts as one short word.
    """
    for name in sorted(set(names), key=len, reverse=True):
        text = text.replace(name, "it")
    text = _ASIDE.sub("", text)
    words = _WORD.findall(text)
    if not words:
        return 0.0
    sentences = max(1, len(_END.findall(text)))
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
