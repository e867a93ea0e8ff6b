"""Where the files that ship with the kit are: in a checkout, or inside an installed wheel.

A wheel carries ``notebooks``, ``plans`` and ``data`` under ``wres_analysis/_share``; a checkout (and an
editable install) has them at its top level.
"""

from __future__ import annotations

from pathlib import Path

from wres_analysis.errors import RequestError

__all__ = ["share"]

_PACKAGE = Path(__file__).resolve().parent
_ROOTS = (_PACKAGE / "_share", _PACKAGE.parents[1])


def share(*parts: str) -> Path:
    """Return the path of a shipped file or folder, such as ``share("data", "reference")``.

    Raises
    ------
    RequestError
        If neither the wheel nor the checkout has it.
    """
    for root in _ROOTS:
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise RequestError(f"The installed kit has no '{'/'.join(parts)}'. Install it again, or work in a checkout.")
