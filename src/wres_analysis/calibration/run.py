"""The whole study, table by table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from wres_analysis.calibration.planted import planted
from wres_analysis.calibration.study import Progress, Settings, calibrate, disattenuation, fdr, power
from wres_analysis.calibration.write import TABLES, read_tables, write_study
from wres_analysis.errors import RequestError

__all__ = ["make_tables"]


def make_tables(
    folder: Path, parts: Sequence[str] = (), *, scale: float = 1.0, workers: int = 1, progress: Progress | None = None
) -> Iterator[str]:
    """Make the tables of a study, write each as soon as it is done, and yield its name.

    Parameters
    ----------
    folder
        Where they are written, with the page and the picture.
    parts
        Which of :data:`~wres_analysis.calibration.write.TABLES`; all if empty.
    scale
        Share of the full number of replicates.
    workers
        Processes.
    progress
        Told what is done, a number and the total.

    Raises
    ------
    RequestError
        If power is asked for, and the study of which it takes the effects is neither asked for nor there.
    """
    settings = Settings(scale=scale, workers=workers)
    wanted = [name for name in TABLES if not parts or name in parts]
    if "power" in wanted and "calibration" not in wanted and "calibration" not in read_tables(folder):
        raise RequestError("The part 'power' needs the part 'calibration'. Add --part calibration.")
    for name in wanted:
        write_study(folder, {name: _MAKERS[name](folder, settings, progress)})
        yield name


_MAKERS: dict[str, Callable[[Path, Settings, Progress | None], pd.DataFrame]] = {
    "calibration": lambda folder, settings, progress: calibrate(settings, progress=progress),
    "power": lambda folder, settings, progress: power(
        read_tables(folder)["calibration"].fillna({"term": ""}), settings, progress=progress
    ),
    "fdr": lambda folder, settings, progress: fdr(settings, progress=progress),
    "disattenuation": lambda folder, settings, progress: disattenuation(settings, progress=progress),
    "planted": lambda folder, settings, progress: planted(settings, progress=progress),
}
