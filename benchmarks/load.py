"""How long loading takes, against a plain reading of the same files and sheets by pandas and calamine.

``python benchmarks/load.py [FOLDER] [--rounds N] [--write]``. FOLDER is what WRES_REAL_DATA names, or the sample.
Each run is a process of its own; the ways take turns, so that a machine whose speed drifts does them no favour.
"Plain" reads every file that the kit reads: a CSV by ``pd.read_csv``, a workbook's sheets that the kit reads by
``pd.read_excel(engine="calamine")``, and keeps the frames; "every" reads all sheets of those workbooks. Seconds are of
processor time without the start of Python and the imports, which are given apart. Ratios travel; seconds do not.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WAYS = ("plain", "every", "read", "load")
WORDS = {
    "plain": "plain pandas and calamine",
    "every": "the same, every sheet of the workbooks",
    "read": "reading alone (`read_folder`)",
    "load": "the whole load (`load_folder`)",
}


def one(way: str, folder: Path, plan: Path) -> dict[str, float]:
    """Do it once, in this process: processor seconds of the work and of the imports, and peak memory."""
    started = time.process_time()
    if way in ("plain", "every"):
        import pandas as pd

        ready = time.process_time()
        frames: list[object] = []
        for name, sheets in json.loads(plan.read_text(encoding="utf-8")):
            path = folder / name
            if path.suffix.lower() == ".csv":
                frames.append(pd.read_csv(path, low_memory=False))
            else:
                frames.append(
                    pd.read_excel(path, sheet_name=sheets if way == "plain" else None, engine="calamine", header=None)
                )
    elif way == "read":
        from wres_analysis.sources.folder import read_folder

        ready = time.process_time()
        read_folder(folder)
    else:
        from wres_analysis.panel.load import load_folder

        ready = time.process_time()
        load_folder(folder)
    done = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": done - ready, "imports": ready - started, "megabytes": peak}


def what_is_read(folder: Path) -> list[tuple[str, list[str]]]:
    """The files that the kit reads, and of each workbook the sheets from which it takes a value or a name."""
    from wres_analysis.sources.folder import read_folder

    plan = []
    for file in read_folder(folder).files:
        if file.reader:
            sheets = [t.sheet for t in file.tallies if t.sheet and (t.kept or t.suppressed or t.rows)]
            plan.append((file.name, sheets))
    return plan


def table(folder: Path, results: dict[str, list[dict[str, float]]]) -> str:
    """Return the medians and the ratios to plain reading, as Markdown."""
    plain, every = (statistics.median(r["seconds"] for r in results[way]) for way in ("plain", "every"))
    lines = [
        "| way | processor seconds, median (least to most) | ratio to plain | ratio to every sheet | imports, seconds "
        "| peak memory, MB |",
        "|---|---|---|---|---|---|",
    ]
    for way in WAYS:
        seconds = [r["seconds"] for r in results[way]]
        middle, imports = statistics.median(seconds), statistics.median(r["imports"] for r in results[way])
        memory = statistics.median(r["megabytes"] for r in results[way])
        lines.append(
            f"| {WORDS[way]} | {middle:.2f} ({min(seconds):.2f} to {max(seconds):.2f}) | {middle / plain:.1f} "
            f"| {middle / every:.1f} | {imports:.2f} | {memory:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one", nargs=2, metavar=("WAY", "PLAN"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    folder = arguments.folder or Path(os.environ.get("WRES_REAL_DATA", ROOT / "data" / "sample"))
    if arguments.one:
        print(json.dumps(one(arguments.one[0], folder, Path(arguments.one[1]))))
        return
    plan = ROOT / "build" / "bench-plan.json"
    plan.parent.mkdir(exist_ok=True)
    plan.write_text(json.dumps(what_is_read(folder)), encoding="utf-8")
    results: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for number in range(arguments.rounds + 1):
        for way in WAYS:
            command = [sys.executable, __file__, str(folder), "--one", way, str(plan)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            if number:  # the first round warms the file cache
                results[way].append(json.loads(done.stdout))
    size = sum((folder / name).stat().st_size for name, _ in json.loads(plan.read_text(encoding="utf-8"))) / 1e6
    print(f"{size:.1f} MB read, {arguments.rounds} rounds\n\n{table(folder, results)}")


if __name__ == "__main__":
    main()
