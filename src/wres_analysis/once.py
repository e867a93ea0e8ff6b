"""What is the same for every report of a run is worked out once: by the first notebook that asks for it.

A run gives its notebooks a folder by the environment variable :data:`FOLDER`. Without it everything is simply worked
out. What is kept is known by what it was worked out from, contents and all, so it can never be somebody else's, and
the folder lives no longer than the run, so it can never be another version's.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pandas as pd

__all__ = ["FOLDER", "once"]

#: The environment variable that names the folder of the run.
FOLDER = "WRES_RUN_FOLDER"

T = TypeVar("T")


def once(name: str, inputs: tuple[object, ...], compute: Callable[[], T]) -> T:
    """Return what ``compute`` returns, from the folder of the run if another notebook has worked it out.

    Parameters
    ----------
    name
        What it is, as a name for a file.
    inputs
        Everything that the result depends on: frames, which count by columns, types, index and contents, and
        values with a ``repr`` that says all of them (numbers, text, frozen dataclasses).
    compute
        Works it out; the result can be pickled, and is treated as read-only.
    """
    folder = os.environ.get(FOLDER, "")
    if not folder:
        return compute()
    path = Path(folder, f"{name}-{_digest(inputs)}.pickle")
    try:
        return pickle.loads(path.read_bytes())
    except (OSError, EOFError, pickle.UnpicklingError):
        pass
    result = compute()
    try:
        unfinished = path.with_suffix(f".{os.getpid()}.new")
        unfinished.write_bytes(pickle.dumps(result))
        os.replace(unfinished, path)
    except OSError:  # a full disk, a folder that is gone: the result stands all the same
        pass
    return result


def _digest(inputs: tuple[object, ...]) -> str:
    total = hashlib.sha256()
    for value in inputs:
        if isinstance(value, pd.DataFrame):
            total.update(repr([(str(name), str(kind)) for name, kind in value.dtypes.items()]).encode("utf-8"))
            total.update(pd.util.hash_pandas_object(value, index=True).to_numpy().tobytes())
        else:
            total.update(repr(value).encode("utf-8"))
        total.update(b"\0")
    return total.hexdigest()
