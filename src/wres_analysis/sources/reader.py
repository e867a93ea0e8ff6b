"""What a reader is: one publication's layout, recognised by content, turned into observations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wres_analysis.sources.files import SourceFile
from wres_analysis.sources.observations import Reading

__all__ = ["Reader"]


@dataclass(frozen=True)
class Reader:
    """One reader for one published layout.

    Parameters
    ----------
    key
        The word that observations carry in ``source``.
    title
        The name of the publication, as people know it.
    publisher
        Who publishes it.
    verified
        Whether the reader has been checked against a published file with values in it.
    recognise
        Says from the content of a file whether it is this publication. Cheap; never raises for a
        file of another kind; never looks at the name. A file that is this publication but damaged
        (a heading missing) should still be recognised, so that ``read`` can say what is wrong.
    read
        Reads a recognised file. Raises :class:`~wres_analysis.errors.InputError` for bad structure;
        a bad cell becomes an observation with status ``excluded``.
    """

    key: str
    title: str
    publisher: str
    verified: bool
    recognise: Callable[[SourceFile], bool]
    read: Callable[[SourceFile], Reading]
