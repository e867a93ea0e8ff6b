"""The folder of a site: built beside, swapped in when it is whole, one run at a time."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from wres_analysis.errors import RequestError

__all__ = ["COMMON", "MANIFEST", "RECORDS", "RUN_RECORD", "building", "foreign_files"]

MANIFEST = "manifest.json"
RUN_RECORD = "run.json"
#: Where, in a folder that is being built, the records of what is finished are. A site that is published has none.
RECORDS = ".made"
#: Where the notebooks of a run keep what is the same for all of them, as long as it runs.
COMMON = ".common"


@contextmanager
def building(site: Path, *, resume: bool = False) -> Iterator[Path]:
    """Give a folder to build a site in; when the block ends well, it becomes ``site``.

    A site that is already there is replaced as a whole, and only then. Two runs for one site refuse each
    other. If the block fails, ``site`` stays as it was. The folder is empty, unless ``resume`` asks for what a run
    that was killed, or a block that failed, left in it; only a folder with records of what is finished
    (:data:`RECORDS`) is left.

    Raises
    ------
    RequestError
        If another run is working on ``site``, or ``site`` holds files that no run put there.
    """
    site = Path(os.path.abspath(site))
    try:
        site.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RequestError(f"{site}: the folder above it cannot be made ({error.strerror}).") from error
    _refuse_foreign_files(site)
    with _lock(site):
        build = site.with_name(f".{site.name}.building")
        _put_back(site)
        if not resume:
            _remove(build)
        build.mkdir(exist_ok=resume)
        try:
            yield build
            _refuse_foreign_files(site)
            _swap(build, site)
        finally:
            if not any((build / RECORDS).glob("*.json")):
                _remove(build)


def foreign_files(site: Path) -> list[str]:
    """Return the files in ``site`` that its manifest does not know; all of them where there is no manifest."""
    if not site.exists():
        return []
    if not site.is_dir():
        return [site.name]
    known = {MANIFEST, RUN_RECORD}
    with suppress(OSError, ValueError, KeyError, TypeError):
        known |= set(json.loads((site / MANIFEST).read_text("utf-8"))["files"])
    return sorted(
        name for path in site.rglob("*") if path.is_file() and (name := path.relative_to(site).as_posix()) not in known
    )


def _refuse_foreign_files(site: Path) -> None:
    foreign = foreign_files(site)
    if foreign:
        shown = ", ".join(foreign[:3]) + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else "")
        raise RequestError(
            f"{site}: the folder holds files that are not part of a site ({shown}), and a new site replaces the "
            "folder. Name another folder, or move those files."
        )


def _put_back(site: Path) -> None:
    """Give a site its name again that a run was just replacing when it was killed."""
    old = site.with_name(f".{site.name}.old")
    if old.exists() and not site.exists():
        _rename(old, site)


def _swap(build: Path, site: Path) -> None:
    old = site.with_name(f".{site.name}.old")
    _remove(old)
    if site.exists():
        _rename(site, old)
    try:
        _rename(build, site)
    except OSError:
        if old.exists():
            _rename(old, site)
        raise
    _remove(old)


def _rename(folder: Path, name: Path) -> None:
    """Rename a folder; on Windows a virus scanner may hold a new file for a moment."""
    for wait in (0.1, 0.3, 1.0, 3.0):
        try:
            folder.rename(name)
            return
        except PermissionError:
            time.sleep(wait)
    folder.rename(name)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _lock(site: Path) -> Iterator[None]:
    lock = site.with_name(f".{site.name}.lock")
    owner: dict[str, object] = {"pid": os.getpid(), "started": _started(os.getpid()), "computer": socket.gethostname()}
    try:
        _take(lock, owner)
    except FileExistsError:
        # Whoever holds the claim, and only they, may remove the lock of a run that died. The lock is read
        # under the claim: it may have become a living run's since.
        claim = lock.with_name(f"{lock.name}.claim")
        try:
            _take(claim, owner)
        except FileExistsError as error:
            raise RequestError(
                f"{site}: another run is just starting on this folder. Wait for it to end; if there is none, delete "
                f"the files {claim.name} and {lock.name} beside the folder."
            ) from error
        try:
            _refuse_living(lock, site)
            lock.unlink(missing_ok=True)
            _take(lock, owner)
        finally:
            claim.unlink(missing_ok=True)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _take(lock: Path, owner: dict[str, object]) -> None:
    handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(owner, file)


def _refuse_living(lock: Path, site: Path) -> None:
    """Return if the run that owns the lock is known to have died (or has just ended); else say who it is."""
    try:
        owner = json.loads(lock.read_text("utf-8"))
        pid, started, computer = int(owner["pid"]), owner["started"], str(owner["computer"])
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RequestError(
            f"{site}: the lock file {lock.name} beside it cannot be read. If no other run is working on this folder, "
            "delete that file and start again."
        ) from error
    if computer != socket.gethostname():
        raise RequestError(
            f"{site}: a run on the computer {computer} (process {pid}) is working on this folder, or died there. If "
            f"it is not running any more, delete the file {lock.name} beside the folder and start again."
        )
    if _started(pid) == started:
        raise RequestError(
            f"{site}: another run (process {pid}) is working on this folder. Wait for it to end; if there is none, "
            f"delete the file {lock.name} beside the folder."
        )


def _started(pid: int) -> float | None:
    """Return when a process started, or None if there is none: a number may have been used again."""
    import psutil  # type: ignore[import-untyped]  # ipykernel brings it

    try:
        return round(psutil.Process(pid).create_time(), 2)
    except psutil.Error:
        return None
