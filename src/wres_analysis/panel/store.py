"""The PANEL folder: what ``wres load`` writes and everything after it reads."""

from __future__ import annotations

import errno
import json
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from wres_analysis.errors import RequestError

__all__ = ["ACCOUNT", "FILES", "PanelData", "check_target", "is_panel", "open_panel", "write_panel"]

#: The tables of a PANEL folder, each a Parquet file.
FILES = ("observations", "values", "values_pooled", "panel", "panel_pooled", "quality", "organisations", "events")
#: What makes a folder a PANEL folder: the account of the load.
ACCOUNT = "load.json"
#: Why a folder cannot get a name that another folder has (Windows says that access is denied).
_TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.EACCES) if os.name == "nt" else (errno.EEXIST, errno.ENOTEMPTY)
#: What file managers leave in any folder.
_LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class PanelData:
    """A loaded panel: the tables by name, and the account of the load.

    ``values`` and ``panel`` are on the basis ``as_published``; ``values_pooled`` and ``panel_pooled`` on the other.
    """

    tables: dict[str, pd.DataFrame]
    account: dict[str, Any]

    def __getattr__(self, name: str) -> pd.DataFrame:
        try:
            return self.__dict__["tables"][name]
        except KeyError:
            raise AttributeError(name) from None

    @cached_property
    def data_hash(self) -> str:
        """One SHA-256 over the files that were loaded: same files, same hash."""
        return str(self.account["data_hash"])

    def on(self, basis: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The annual values and the panel on a basis."""
        suffix = "" if basis == "as_published" else f"_{basis}"
        return self.tables[f"values{suffix}"], self.tables[f"panel{suffix}"]


def write_panel(data: PanelData, out: Path) -> None:
    """Write a PANEL folder: built beside, then renamed, so that it is never half there.

    An older PANEL folder of the same name is replaced; any other folder is refused. Where two loads write the same
    folder at once, each writes all of its tables, and the one that ends last stays.

    Raises
    ------
    RequestError
        If ``out`` exists and is not a PANEL folder, or cannot be written.
    """
    out = out.resolve()
    check_target(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent, ignore_cleanup_errors=True) as scratch:
            building = Path(scratch, "new")
            building.mkdir()
            for name in FILES:
                data.tables[name].to_parquet(building / f"{name}.parquet", index=False)
            text = json.dumps(data.account, indent=1, ensure_ascii=False, sort_keys=True)
            (building / ACCOUNT).write_text(text + "\n", encoding="utf-8", newline="\n")
            _put(building, out, Path(scratch))
    except OSError as error:
        raise RequestError(f"'{out}' cannot be written ({error.strerror or error}). Choose another --out.") from error


def check_target(out: Path, folder: Path | None = None) -> None:
    """Refuse an ``--out`` that a load must not write, before anything is read.

    Parameters
    ----------
    out
        The PANEL folder to be.
    folder
        The folder of published files, which ``out`` must neither be nor lie in, nor hold.

    Raises
    ------
    RequestError
        If ``out`` is something else than a PANEL folder or an empty one, or would mix with the published files.
    """
    out = out.resolve()
    if folder is not None:
        folder = folder.resolve()
        if out == folder or out in folder.parents or folder in out.parents:
            raise RequestError(f"'{out}' and the folder of published files lie in one another. Choose another --out.")
    ours = {ACCOUNT, *(f"{name}.parquet" for name in FILES), *_LITTER}
    for _ in range(5):  # a folder that another load is just replacing looks like no panel, for a moment
        held = _names(out)
        if not held or (held <= ours and ACCOUNT in held):
            return
        time.sleep(0.02)
    strange = ", ".join(sorted(held - ours - {""})[:5])
    what = f" (it holds {strange})" if strange else ""
    raise RequestError(f"'{out}' exists and is not a folder that 'wres load' made{what}. Choose another --out.")


def _names(folder: Path) -> set[str]:
    """Return the names in a folder: none where there is no folder, and an empty name where it is a file."""
    try:
        return {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        return set()
    except NotADirectoryError:
        return {""}


def _put(building: Path, out: Path, scratch: Path) -> None:
    """Put a finished folder in its place, the one before it out of the way; another load may do the same meanwhile."""
    for attempt in range(100):
        aside = scratch / f"old{attempt}"
        with suppress(FileNotFoundError):
            out.rename(aside)
        try:
            building.rename(out)
            return
        except OSError as error:
            # Another load put its folder there between the two renames; by now a third may have taken that one away.
            if error.errno not in _TAKEN:
                if aside.exists() and not out.exists():
                    aside.rename(out)
                raise
    raise RequestError(f"'{out}' is being written by another 'wres load' all the time. Try again.")


def is_panel(folder: Path) -> bool:
    """Whether a folder is one that ``wres load`` wrote, and not a folder of published files."""
    return (folder / ACCOUNT).is_file()


def open_panel(folder: str | Path) -> PanelData:
    """Open a PANEL folder, or load a folder of published files in memory.

    Raises
    ------
    RequestError
        If the folder is not there.
    InputError
        If published files in it are damaged.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise RequestError(f"There is no folder '{folder}'. Run: wres load FOLDER --out {folder}")
    if is_panel(folder):
        account = json.loads((folder / ACCOUNT).read_text(encoding="utf-8"))
        missing = [name for name in FILES if not (folder / f"{name}.parquet").is_file()]
        if missing:
            raise RequestError(
                f"'{folder}' lacks {', '.join(m + '.parquet' for m in missing)}. Run 'wres load' into it again."
            )
        return PanelData({name: _read_table(folder / f"{name}.parquet") for name in FILES}, account)
    from wres_analysis.panel.load import load_folder

    return load_folder(folder)


def _read_table(path: Path) -> pd.DataFrame:
    """Read a table with the types that it was written with; Parquet has no seconds, and gives milliseconds back."""
    table = pd.read_parquet(path)
    dates = table.select_dtypes("datetime64[ms]").columns
    return table.astype(dict.fromkeys(dates, "datetime64[s]"))
