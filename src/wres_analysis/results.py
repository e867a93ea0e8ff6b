"""Folders of results: a frame as CSV and JSON with a manifest, the same bytes from the same inputs.

Knows nothing of what a frame is about. The manifest says what kind of folder it is and what was made from what, and
holds no clock and no path.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from wres_analysis import __version__
from wres_analysis.errors import RequestError

__all__ = ["MANIFEST", "check_target", "write_results"]

MANIFEST = "manifest.json"
#: Significant digits of a number in a file: more than any machine's arithmetic differs by.
_DIGITS = 12


def check_target(out: Path, data: Path, *, kind: str) -> None:
    """Refuse an ``--out`` that must not be written, before anything is worked out.

    Parameters
    ----------
    out
        The folder to be written.
    data
        The folder that is read.
    kind
        What a folder of ours calls itself; the command of the same name makes it.

    Raises
    ------
    RequestError
        If ``out`` holds something else than an earlier result of the same kind, or lies in the data.
    """
    out, data = out.resolve(), data.resolve()
    if out == data or out in data.parents or data in out.parents:
        raise RequestError(f"'{out}' and the data lie in one another. Choose another --out.")
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    try:
        manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        ours = manifest["kind"] == kind
    except (OSError, ValueError, KeyError, TypeError):
        ours = False
    if not ours:
        raise RequestError(f"'{out}' exists and is not a folder that 'wres {kind}' made. Choose another --out.")


def write_results(
    folder: Path,
    kind: str,
    frames: Mapping[str, pd.DataFrame],
    about: Mapping[str, Any],
    *,
    made_from: Mapping[str, Any],
) -> None:
    """Write one CSV a frame, the main frame as JSON too, and the manifest, into an empty folder.

    Parameters
    ----------
    folder
        Where.
    kind
        Names the main frame, ``kind.json`` and the kind in the manifest.
    frames
        Name -> frame; each becomes ``name.csv``.
    about
        What stands above the rows in the JSON.
    made_from
        What else the manifest says, such as the hash of the data.
    """
    for name, frame in frames.items():
        _write(folder / f"{name}.csv", frame.to_csv(index=False, float_format=f"%.{_DIGITS}g", lineterminator="\n"))
    _write(folder / f"{kind}.json", _json({**about, "rows": frames[kind].to_dict("records")}))
    files = sorted([*(f"{name}.csv" for name in frames), f"{kind}.json"])
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files}
    _write(folder / MANIFEST, _json({"kind": kind, "kit": __version__, **made_from, "files": hashes}))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _json(value: Any) -> str:
    return json.dumps(_strict(value), indent=1, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"


def _strict(value: Any) -> Any:
    """Numbers as JSON has them: missing is null, an infinite limit is a word."""
    if isinstance(value, dict):
        return {key: _strict(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(one) for one in value]
    if isinstance(value, float):
        if math.isfinite(value):
            return float(f"{value:.{_DIGITS}g}")
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value
