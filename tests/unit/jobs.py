"""Work for the tests of the executor: functions of a module, so that a spawned process can find them."""

from __future__ import annotations

import os
import time
from pathlib import Path


def square(number: int) -> int:
    """Return the square."""
    return number * number


def square_or_die(number: int) -> int:
    """Return the square, but end the process without a word for 3."""
    if number == 3:
        os._exit(7)
    return number * number


def die_the_first_time(path: Path) -> str:
    """End the process unless it has been tried before."""
    if not path.exists():
        path.write_text("tried")
        os._exit(7)
    return "done"


def tell_and_wait(path: Path) -> None:
    """Write the number of this process into a file, and wait."""
    path.write_text(str(os.getpid()))
    time.sleep(60)
