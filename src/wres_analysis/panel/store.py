"""The PANEL folder: what ``wres load`` writes and everything after it reads."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from wres_analysis.errors import RequestError

__all__ = ["FILES", "PanelData", "open_panel", "write_panel"]

#: The tables of a PANEL folder, each a Parquet file.
FILES = ("observations", "values", "values_pooled", "panel", "panel_pooled", "quality", "organisations", "events")


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

    An older PANEL folder of the same name is replaced; any other folder is refused.

    Raises
    ------
    RequestError
        If ``out`` exists and is not a PANEL folder.
    """
    out = out.resolve()
    if out.exists() and not (out / "load.json").is_file() and (not out.is_dir() or any(out.iterdir())):
        raise RequestError(f"'{out}' exists and is not a folder that 'wres load' made. Choose another --out.")
    building = out.with_name(f".{out.name}.building")
    if building.exists():
        shutil.rmtree(building)
    building.mkdir(parents=True)
    for name in FILES:
        data.tables[name].to_parquet(building / f"{name}.parquet", index=False)
    text = json.dumps(data.account, indent=1, ensure_ascii=False, sort_keys=True)
    (building / "load.json").write_text(text + "\n", encoding="utf-8")
    old = out.with_name(f".{out.name}.old")
    if old.exists():
        shutil.rmtree(old)
    if out.exists():
        out.rename(old)
    building.rename(out)
    if old.exists():
        shutil.rmtree(old)


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
    if (folder / "load.json").is_file():
        account = json.loads((folder / "load.json").read_text(encoding="utf-8"))
        missing = [name for name in FILES if not (folder / f"{name}.parquet").is_file()]
        if missing:
            raise RequestError(
                f"'{folder}' lacks {', '.join(m + '.parquet' for m in missing)}. Run 'wres load' into it again."
            )
        return PanelData({name: pd.read_parquet(folder / f"{name}.parquet") for name in FILES}, account)
    from wres_analysis.panel.load import load_folder

    return load_folder(folder)
