"""Handing out work: every job comes back, whatever happens to the processes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import jobs
import psutil  # type: ignore[import-untyped]
import pytest
from jobs import die_the_first_time, square, square_or_die

from wres_analysis.executor import WorkerDied, each

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("workers", [1, 2])
def test_every_job_comes_back_with_its_index(workers):
    assert dict(each(square, range(5), workers=workers)) == {0: 0, 1: 1, 2: 4, 3: 9, 4: 16}


def test_job_that_kills_its_process_stops_no_other():
    results = dict(each(square_or_die, range(5), workers=2))
    assert isinstance(results.pop(3), WorkerDied)
    assert results == {0: 0, 1: 1, 2: 4, 4: 16}


def test_process_that_was_killed_once_is_replaced(tmp_path):
    jobs = [tmp_path / "dies once", tmp_path / "never dies"]
    jobs[1].write_text("tried")
    assert dict(each(die_the_first_time, jobs, workers=2)) == {0: "done", 1: "done"}


def test_no_job_is_no_work():
    assert list(each(square, [], workers=4)) == []


def test_workers_end_when_the_process_that_started_them_is_killed(tmp_path):
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from jobs import tell_and_wait; from wres_analysis.executor import each\n"
        "if __name__ == '__main__': list(each(tell_and_wait, [Path(name) for name in sys.argv[2:]], workers=2))\n"
    )
    script, files = tmp_path / "main.py", [tmp_path / "a", tmp_path / "b"]
    script.write_text(code)
    run = subprocess.Popen([sys.executable, script, Path(jobs.__file__).parent, *files], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not all(file.exists() and file.read_text() for file in files) and time.monotonic() < deadline:
        time.sleep(0.05)
    workers = [psutil.Process(int(file.read_text())) for file in files]
    run.kill()
    run.wait()
    assert psutil.wait_procs(workers, timeout=10)[1] == []
