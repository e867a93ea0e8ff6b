"""Sample data: fictional trusts in the publishers' own file layouts, with a planted truth.

:func:`write_sample` writes a folder that ``wres load`` reads as it reads real downloads.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

from wres_analysis.errors import RequestError
from wres_analysis.sample.counts import World
from wres_analysis.sample.cqc import cqc_documents
from wres_analysis.sample.documents import Documents, save
from wres_analysis.sample.finance import finance_documents
from wres_analysis.sample.latent import make_latent
from wres_analysis.sample.organisations import organisation_documents
from wres_analysis.sample.patient import patient_documents
from wres_analysis.sample.places import FEWEST, LARGEST, register
from wres_analysis.sample.planted import DEFAULT_RULES, plant
from wres_analysis.sample.sickness import sickness_documents
from wres_analysis.sample.submissions import submission_documents
from wres_analysis.sample.survey import survey_documents
from wres_analysis.sample.truth import README, truth_toml
from wres_analysis.sample.workforce import workforce_documents

__all__ = ["DEFAULT_SEED", "make_documents", "write_sample"]

#: The year in which the National Health Service began. Chosen before any result was seen.
DEFAULT_SEED = 1948
_EARLIEST, _LATEST, _SHORTEST = 2017, 2030, 4


_WRITERS = (
    survey_documents,
    sickness_documents,
    finance_documents,
    patient_documents,
    cqc_documents,
    organisation_documents,
    submission_documents,
    workforce_documents,
)


def make_documents(
    trusts: int, first_year: int, last_year: int, seed: int, errors: Collection[str] = DEFAULT_RULES
) -> tuple[Documents, str]:
    """Make every file in memory. Parameters are those of :func:`write_sample`, unchecked.

    Returns
    -------
    tuple
        The documents by name, and the text of ``truth.toml``.
    """
    members = register(trusts)
    world = World(members, make_latent(members, first_year, last_year, seed), first_year, last_year, seed)
    documents: Documents = {}
    for make in _WRITERS:
        documents |= make(world)
    return documents, truth_toml(world, plant(world, documents, errors))


def write_sample(
    out: Path,
    *,
    trusts: int = 42,
    first_year: int = 2017,
    last_year: int = 2025,
    seed: int = DEFAULT_SEED,
    errors: Collection[str] = DEFAULT_RULES,
) -> None:
    """Write sample data to a folder. The same request writes the same bytes.

    Parameters
    ----------
    out
        The folder; it must not exist, or be empty. It appears only when it is complete.
    trusts
        How many fictional trusts.
    first_year, last_year
        WRES years of the exposures (2017: survey of autumn 2016, snapshot of 31 March 2017). Outcomes run
        two years longer.
    seed
        The seed of every draw.
    errors
        The kinds of error to plant, one of each: keys of :data:`wres_analysis.sample.planted.RULES`.

    Raises
    ------
    RequestError
        If the folder is not empty, or the numbers cannot be had.
    """
    out = Path(out)
    if not FEWEST <= trusts <= LARGEST:
        raise RequestError(f"{trusts} trusts cannot be made. Ask for {FEWEST} to {LARGEST}.")
    if not (first_year >= _EARLIEST and last_year <= _LATEST and last_year - first_year + 1 >= _SHORTEST):
        raise RequestError(
            f"WRES years {first_year} to {last_year} cannot be made. "
            f"Ask for at least {_SHORTEST} years, from {_EARLIEST} to {_LATEST}."
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RequestError(f"The folder '{out}' is not empty. Name a new folder, or empty this one.")
    documents, truth = make_documents(trusts, first_year, last_year, seed, errors)

    # Built beside and renamed, so that an interrupted run leaves no half sample under the name asked for.
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        save(documents, partial)
        (partial / "truth.toml").write_text(truth, encoding="utf-8", newline="\n")
        (partial / "README.md").write_text(README, encoding="utf-8", newline="\n")
        if out.exists():
            out.rmdir()
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
