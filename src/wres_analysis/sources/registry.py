"""Every reader, and the names that publications are known by.

Files are recognised by content. Names serve one purpose: a file that carries a publication's usual name but
is something else (an error page saved as CSV, last year's layout) is an error, not an unknown file.
"""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import PurePosixPath

from wres_analysis.sources import (
    cqc,
    fft,
    nqps,
    nss_benchmark,
    nss_detailed,
    ods,
    sickness,
    sickness_workbook,
    tac,
    turnover,
    workforce_ethnicity,
    wres_submission,
)
from wres_analysis.sources.files import SourceFile
from wres_analysis.sources.reader import Reader

__all__ = ["READERS", "expected_reader", "find_reader"]

READERS: tuple[Reader, ...] = tuple(
    reader
    for module in (
        nss_benchmark,
        nss_detailed,
        nqps,
        sickness,
        sickness_workbook,
        cqc,
        fft,
        tac,
        turnover,
        workforce_ethnicity,
        wres_submission,
        ods,
    )
    for reader in module.READERS
)

_KNOWN_NAMES: dict[str, tuple[str, ...]] = {
    "nss_benchmark": ("*benchmark*report*excel*data*.xlsx",),
    "nss_detailed": ("nss?? detailed spreadsheets organisational results*.xlsx",),
    "sickness_benchmarking": ("nhs sickness absence benchmarking tool*.csv",),
    "sickness_monthly_csv": ("nhs sickness absence rates csv*.csv",),
    "sickness_back_series": ("esr_absence_csv*.csv",),
    "cqc_ratings": ("*latest_ratings.ods",),
    "fft": ("fft_*macrowebfile*.xls*", "fft-*data*.xls*", "friends-and-family-test-*data*.xls*"),
    "nqps": ("national quarterly pulse survey*.xls*",),
    "sickness_monthly_workbook": ("nationalabsencerates*.xls*",),
    "workforce_ethnicity": ("nhsworkforcedata*.xls*",),
    "tac": ("tac_nhs_*trusts_20*.xlsx",),
    "turnover": ("turnover benchmarking 2*.csv",),
    "ods_etr": ("etr.csv", "etr_20*.csv"),
    "ods_succ": ("succ.csv", "succarc.csv"),
}


def find_reader(source: SourceFile) -> Reader | None:
    """Return the reader whose publication this file is, by content; None where none knows it."""
    return next((reader for reader in READERS if reader.recognise(source)), None)


def expected_reader(name: str) -> Reader | None:
    """Return the reader whose publication usually carries this file name, or None."""
    base = PurePosixPath(name).name.casefold()
    for key, patterns in _KNOWN_NAMES.items():
        if any(fnmatch(base, pattern) for pattern in patterns):
            return next((reader for reader in READERS if reader.key == key), None)
    return None
