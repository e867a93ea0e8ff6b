"""Kill a run of reports at random moments; what ``--resume`` makes of it must be the site of a run left alone.

``python benchmarks/kills.py [--rounds 20] [--seed N] [--reports 3] [--trusts RZ5 TZ2 ... --data PANEL]``. Each round
starts a run in an empty folder, kills it (SIGKILL, with its workers) at a moment drawn evenly from the time that a run
takes, takes it up with ``resume``, and compares every published file with the run left alone; every fourth round kills
the resumed run too. ``run.json``, which holds the times, is not published. Rounds take one worker and two in turn.

Without ``--trusts`` the notebook is a small one, so that most of the time goes into what can go wrong between reports:
workers starting, files written, the site put in its place. With them it is the trust report, by ``wres report``.
``--operations`` draws the moment by counting file operations, and so meets the renames (not on Windows).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

CELLS = (
    "from pathlib import Path\nfigures = (Path(data) / 'figures.csv').read_text()",
    "import time\ntime.sleep(0.2)\nprint(code, len(figures))",
    "print({letter: figures.count(letter) for letter in sorted(set(figures))})",
)


def published(site: Path) -> dict[str, str]:
    """Return every file of a site but its record of times, by its hash."""
    files = (path for path in site.rglob("*") if path.is_file() and path.name != "run.json")
    return {path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def make_small(place: Path, site: Path, reports: int, workers: int) -> None:
    """Make the reports of the small notebook; this is what a round starts and kills."""
    from wres_analysis.reports.run import make_reports

    sys.path.insert(0, str(ROOT / "tests" / "unit"))
    from demo_notebook import request, write_small  # type: ignore[import-not-found]

    if not (place / "demo.ipynb").is_file():
        write_small(place, *CELLS)
        (place / "figures" / "figures.csv").write_text("code,value\nX01,1\nX02,2\n", encoding="utf-8")
    make_reports([request(place, f"X{n:02}") for n in range(1, reports + 1)], site, workers, resume=True)


def kill_after(command: list[str], seconds: float) -> bool:
    """Start a command in a group of its own and kill the group; say whether it was still running."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        process.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True


def one_round(command: list[str], site: Path, moments: list[float]) -> dict[str, Any]:
    """Kill at each moment, resume, and say what was kept."""
    shutil.rmtree(site.parent, ignore_errors=True)
    site.parent.mkdir(parents=True)
    killed = [kill_after(command, moment) for moment in moments]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    record = json.loads((site / "run.json").read_text("utf-8")) if site.is_dir() else {"reports": []}
    return {
        "killed": killed,
        "status": done.returncode,
        "seconds": time.perf_counter() - started,
        "kept": sum(report["kept"] for report in record["reports"]),
        "files": published(site),
        "left": sorted(path.name for path in site.parent.iterdir() if path != site),
        "told": done.stderr,
    }


def by_operations(place: Path, reports: int, rounds: int, seed: int) -> int:
    """Kill a run that has everything to keep at its n-th file operation, n drawn evenly; return how many sites differ.

    What a run does between and after its reports takes a hundredth of its time, so that moments drawn by the clock
    seldom meet it: taking over, copying, clearing away, records, manifest, the renames. No kernel is started.
    """
    site, whole = place / "site", place / "whole"
    make_small(place, site, reports, 1)
    expected = published(site)
    shutil.copytree(site, whole)
    total = _operations(place, reports, None)
    draw, different = random.Random(seed), 0
    for number in range(rounds):
        for folder in [path for path in place.iterdir() if path.name.startswith((".site", "site"))]:
            shutil.rmtree(folder) if folder.is_dir() else folder.unlink()
        shutil.copytree(whole, site if number % 2 else place / ".site.building")  # a finished site, or a killed run's
        for _ in range(1 + (number % 4 == 0)):
            _operations(place, reports, draw.randint(1, total))
        again = _operations(place, reports, None)
        left = sorted(path.name for path in place.iterdir() if path.name.startswith(".site"))
        different += published(site) != expected or bool(left) or not again
    print(f"{rounds} rounds, seed {seed}: killed at one of {total} file operations, {different} sites that differ")
    return different


def _operations(place: Path, reports: int, end: int | None) -> int:
    """Resume in a process of its own, killed at its ``end``-th file operation; return how many it made, 0 if killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        count = 0

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal count
            if event in _EVENTS and str(place) in str(arguments[0]):
                count += 1
                if count == end:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        make_small(place, place / "site", reports, 1)
        os.write(writing, str(count).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        return int(told.read() or 0)


_EVENTS = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.listdir", "os.scandir")


def main() -> None:
    """Run the study; exit 1 if any site differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=20_251_121)
    parser.add_argument("--reports", type=int, default=3)
    parser.add_argument("--trusts", nargs="+", default=[])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--operations", action="store_true", help="kill by file operations instead of the clock")
    parser.add_argument("--small", nargs=3, metavar=("PLACE", "SITE", "WORKERS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.small:
        place, site, workers = options.small
        return make_small(Path(place), Path(site), options.reports, int(workers))
    if options.trusts and not options.data:
        parser.error("--trusts needs --data, a folder that 'wres load' wrote")
    with tempfile.TemporaryDirectory(prefix="wres-kills-") as scratch:
        if options.operations:
            sys.exit(by_operations(Path(scratch), options.reports, options.rounds, options.seed) > 0)
        study(options, Path(scratch))


def study(options: argparse.Namespace, scratch: Path) -> None:
    """Time a run left alone, then kill and resume."""
    draw = random.Random(options.seed)

    def command(site: Path, workers: int) -> list[str]:
        if not options.trusts:
            small = ["--reports", str(options.reports), "--small", str(scratch / "place"), str(site), str(workers)]
            return [sys.executable, __file__, *small]
        asked = [option for code in options.trusts for option in ("--trust", code)]
        where = ["--data", str(options.data), "--out", str(site), "--workers", str(workers)]
        return [sys.executable, "-m", "wres_analysis", "report", *asked, *where, "--resume"]

    alone, seconds = scratch / "alone" / "site", []
    for workers in (1, 2):
        shutil.rmtree(alone, ignore_errors=True)
        started = time.perf_counter()
        subprocess.run(command(alone, workers), check=True, capture_output=True)
        seconds.append(time.perf_counter() - started)
    expected = published(alone)
    print(f"Left alone: {len(expected)} files, {seconds[0]:.0f} s by one worker, {seconds[1]:.0f} s by two", flush=True)
    different, kept, killed = 0, [], 0
    for number in range(1, options.rounds + 1):
        workers = 2 - number % 2
        moments = [draw.uniform(0, seconds[workers - 1]) for _ in range(1 + (number % 4 == 0))]
        found = one_round(command(scratch / "round" / "site", workers), scratch / "round" / "site", moments)
        same = found["files"] == expected and not found["left"] and found["status"] == 0
        different += not same
        killed += sum(found["killed"])
        kept.append(found["kept"])
        at = " and ".join(f"{moment:.1f}" for moment in moments)
        told = "the same site" if same else f"NOT THE SAME: {found['left']} {found['told']}"
        print(f"round {number}, workers {workers}: killed at {at} s; kept {found['kept']}; {told}", flush=True)
    print(
        f"{options.rounds} rounds, seed {options.seed}: {killed} kills of a running run, reports kept in "
        f"{sum(k > 0 for k in kept)} rounds (mean {statistics.mean(kept):.1f}), {different} sites that differ"
    )
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
