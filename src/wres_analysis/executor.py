"""The one place where work is handed out: a pure function of its input, over processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import TypeVar

__all__ = ["WorkerDied", "each"]

J = TypeVar("J")
R = TypeVar("R")


class WorkerDied(Exception):
    """The process that did the work was ended from outside, usually for want of memory."""


def each(work: Callable[[J], R], jobs: Sequence[J], *, workers: int) -> Iterator[tuple[int, R | WorkerDied]]:
    """Do ``work`` on each job, and yield its index and its result as soon as it is done, in any order.

    Parameters
    ----------
    work
        A function of a module (it is sent by name), which must not raise for what can go wrong with a job.
    jobs
        What to send; each must be picklable.
    workers
        How many processes; one works in this process.

    Notes
    -----
    Processes are spawned, never forked, so it is the same on Windows, macOS and Linux; a script that calls
    this needs ``if __name__ == "__main__":``. If a worker dies, nobody can say which job killed it, so
    what was not finished is done again, one job to a process; a job whose own process dies too yields
    :class:`WorkerDied`.
    """
    if workers <= 1 or len(jobs) <= 1:
        for index, job in enumerate(jobs):
            yield index, work(job)
        return
    unfinished = set(range(len(jobs)))
    with _pool(min(workers, len(jobs))) as pool:
        futures = {}
        try:
            with suppress(BrokenProcessPool):
                for index, job in enumerate(jobs):
                    futures[pool.submit(work, job)] = index
            for future in as_completed(futures):
                try:
                    result = future.result()
                except BrokenProcessPool:
                    continue
                index = futures[future]
                unfinished.discard(index)
                yield index, result
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    for index in sorted(unfinished):
        with _pool(1) as pool:
            try:
                yield index, pool.submit(work, jobs[index]).result()
            except BrokenProcessPool as error:
                yield index, WorkerDied(str(error))


def _pool(workers: int) -> ProcessPoolExecutor:
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=spawn, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """End this worker when the process that started it is gone; it would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait_and_end() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait_and_end, daemon=True).start()
