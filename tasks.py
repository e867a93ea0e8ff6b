"""The chores of the project, one command each, on any machine with Python 3.11 or later.

``python tasks.py report`` (or ``python -m tasks report``) does what ``make report`` does. Nothing but the
standard library is needed to begin: each task first sees to it that ``.venv`` holds what ``requirements.lock``
pins. ``python tasks.py help`` lists the tasks.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import inspect
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PYTHONS = (3, 11), (3, 14)  # oldest and newest that requirements.lock resolves for
LOCK = ROOT / "requirements.lock"
VENV = ROOT / ".venv"
STAMP = VENV / "wres-setup"
WHEELHOUSE = ROOT / "wheelhouse"
SAMPLE_REGION = "North West"  # the region that `report` makes: its fictional trusts show every kind of result

# Platform tag of a wheel -> what that platform calls itself in environment markers.
OS_NAMES = {
    "win": ("nt", "win32", "Windows"),
    "macosx": ("posix", "darwin", "Darwin"),
    "manylinux": ("posix", "linux", "Linux"),
    "musllinux": ("posix", "linux", "Linux"),
    "linux": ("posix", "linux", "Linux"),
}
MACHINES = {"win_amd64": "AMD64", "win_arm64": "ARM64", "win32": "x86"}


def help_() -> None:
    """List the tasks."""
    print("Usage: python tasks.py TASK   (or: make TASK)\n")
    for name, task in TASKS.items():
        print(f"  {name:<11}{(task.__doc__ or '').splitlines()[0]}")


def setup() -> None:
    """Install into .venv what requirements.lock pins; every other task does this first."""
    if in_prepared_conda() or (venv_python().exists() and STAMP.is_file() and STAMP.read_text() == fingerprint()):
        return
    uv = shutil.which("uv")
    if not importlib.util.find_spec("venv") or not (uv or importlib.util.find_spec("ensurepip")):
        sys.exit("This Python cannot make a virtual environment. Debian and Ubuntu: apt install python3-venv")
    say("Installing into .venv: about a minute or two, once. Later runs skip this.")
    if not venv_python().exists():
        run(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)
    install("--require-hashes", "-r", LOCK, *offline_source(), uv=uv)
    # hatchling and editables are in the lock, so that the kit itself builds without internet.
    install("--no-deps", "--no-build-isolation", "-e", ROOT, uv=uv)
    STAMP.write_text(fingerprint())


def report() -> None:
    """Load the sample data and write the reports of one region; the last line is the page to open."""
    wres("load", "data/sample", "--out", "out/sample-panel")
    wres("report", "--data", "out/sample-panel", "--region", SAMPLE_REGION, "--out", "out/sample-site")


def test(*args: str) -> None:
    """Run the tests, then compare every notebook with its stored outputs. Arguments go to pytest instead."""
    if args:
        return run(python(), "-m", "pytest", *args)
    # loadscope keeps the cells of one notebook (and the tests of one module) on one worker.
    pytest = [python(), "-m", "pytest", "-q", "-n", "2", "--dist", "loadscope"]
    status = call(*pytest, "tests")
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    if notebooks:
        sanitise = ROOT / "notebooks" / ".nbval-sanitise.cfg"
        rules = ["--nbval-sanitize-with", sanitise] if sanitise.exists() else []
        status = call(*pytest, "--nbval", *rules, *notebooks) or status
    else:
        say("There is no notebook to compare yet.")
    sys.exit(status)


def notebooks() -> None:
    """Execute the reference notebooks again and rewrite their outputs; then read the difference."""
    run(python(), "-m", "wres_analysis.reports.reference")


def lab() -> None:
    """Open JupyterLab on the notebooks."""
    wres("lab")


def docs(*args: str) -> None:
    """Write the generated pages of docs/ again."""
    run_script("docs/generate.py", *args)


def bench(*args: str) -> None:
    """Measure loading against a plain pandas and calamine read of the same sheets."""
    run_script("benchmarks/load.py", *args)


def lint() -> None:
    """Check style, format and types."""
    sys.exit(
        call(python(), "-m", "ruff", "check", "--quiet", ".")
        or call(python(), "-m", "ruff", "format", "--check", "--quiet", ".")
        or call(python(), "-m", "mypy")
    )


def wheelhouse(*args: str) -> None:
    """Gather every locked package for a machine without internet (by default Windows, this Python)."""
    parser = argparse.ArgumentParser(prog="tasks.py wheelhouse", description=wheelhouse.__doc__)
    parser.add_argument("--platform", default="win_amd64", help="platform tag of the other machine (%(default)s)")
    parser.add_argument("--python", default=this_python(), help="its Python, such as 3.12 (%(default)s)")
    options = parser.parse_args(args)
    if not importlib.util.find_spec("packaging"):  # reads the markers; .venv has it, a bare Python does not
        return run(python(), ROOT / "tasks.py", "wheelhouse", *args)
    environment = target_environment(options.platform, options.python)
    folder = WHEELHOUSE / target_name(environment)
    started = time.perf_counter()
    ensure_pip()
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "requirements.txt"
        wanted.write_text(locked_for(LOCK.read_text(encoding="utf-8"), environment), encoding="utf-8")
        run(
            *(python(), "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--progress-bar", "off"),
            *("--no-deps", "--require-hashes", "--only-binary=:all:", "-r", wanted, "-d", folder),
            *("--python-version", options.python, "--implementation", "cp"),
            *(f"--platform={tag}" for tag in wheel_tags(options.platform)),
        )
    run(python(), "-m", "pip", "wheel", "-qq", "--no-deps", "--no-build-isolation", "-w", folder, ROOT)
    wheels = list(folder.glob("*.whl"))
    megabytes = sum(wheel.stat().st_size for wheel in wheels) / 1e6
    seconds = time.perf_counter() - started
    print(f"{len(wheels)} wheels, {megabytes:.0f} MB, {seconds:.0f} s: {folder.relative_to(ROOT)}")
    print("Copy the whole project folder, without .venv, to that machine and run there: python tasks.py report")


TASKS: dict[str, Callable[..., None]] = {
    "help": help_,
    "setup": setup,
    "report": report,
    "test": test,
    "notebooks": notebooks,
    "lab": lab,
    "docs": docs,
    "bench": bench,
    "lint": lint,
    "wheelhouse": wheelhouse,
}


# -- The environment -------------------------------------------------------------------------------------------


def venv_python() -> Path:
    """Return where the Python of .venv is, or would be."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def in_prepared_conda() -> bool:
    """Tell whether this is a conda environment that already has the kit, so that nothing needs installing."""
    return (Path(sys.prefix) / "conda-meta").is_dir() and importlib.util.find_spec("wres_analysis") is not None


def python() -> Path:
    """Return the Python that has the kit."""
    return Path(sys.executable) if in_prepared_conda() else venv_python()


def this_python() -> str:
    """Return the version of the running Python as ``3.11``."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def fingerprint() -> str:
    """Return what .venv depends on: the lock, the project file, and where the checkout is."""
    parts = (LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def offline_source() -> list[object]:
    """Return the options that install from ``wheelhouse/``, if it holds the wheels for this machine and Python."""
    here = f"{platform.system()}-{platform.machine()}-{this_python()}".lower()
    if (WHEELHOUSE / here).is_dir():
        return ["--no-index", "--find-links", WHEELHOUSE / here]
    if WHEELHOUSE.is_dir():
        found = ", ".join(sorted(folder.name for folder in WHEELHOUSE.iterdir())) or "nothing"
        say(f"wheelhouse/ holds {found}, but not {here}; installing from the package index instead.")
    return []


def install(*args: object, uv: str | None) -> None:
    """Install into .venv, with uv where it is at hand (five to forty times faster) and otherwise with pip."""
    if uv:
        if not call(uv, "pip", "install", "--quiet", "--python", venv_python(), "--compile-bytecode", *args):
            return
        say("uv could not install; trying pip, which may know another package index.")
    ensure_pip()
    run(venv_python(), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *args)


def ensure_pip() -> None:
    """Give the kit's Python pip, from the copy that comes with Python, where it has none."""
    if call(python(), "-c", "import importlib.util as u, sys; sys.exit(not u.find_spec('pip'))"):
        run(python(), "-m", "ensurepip", quiet=True)


# -- Wheels for another machine --------------------------------------------------------------------------------


def target_environment(tag: str, version: str) -> dict[str, str]:
    """Return the environment markers of a CPython ``version`` ("3.12") on the platform of a wheel ``tag``."""
    system = next((system for system in OS_NAMES if tag.startswith(system)), None)
    if system is None:
        sys.exit(f"Unknown platform tag '{tag}'. Try win_amd64, win_arm64, macosx_14_0_arm64 or manylinux_2_28_x86_64.")
    os_name, sys_platform, platform_system = OS_NAMES[system]
    machine = next((machine for machine in ("x86_64", "aarch64", "arm64") if tag.endswith(machine)), "")
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{version}.0",
        "os_name": os_name,
        "platform_machine": MACHINES.get(tag, machine),
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": platform_system,
        "platform_version": "",
        "python_full_version": f"{version}.0",
        "python_version": version,
        "sys_platform": sys_platform,
    }


def wheel_tags(tag: str) -> list[str]:
    """Return the platform tags that a platform accepts: a manylinux takes the wheels of every older one too."""
    newest = re.fullmatch(r"manylinux_2_(\d+)_(\w+)", tag)
    if not newest:
        return [tag]
    minor, machine = int(newest[1]), newest[2]
    perennial = [f"manylinux_2_{older}_{machine}" for older in range(minor, 4, -1)]
    return [*perennial, *(f"{name}_{machine}" for name in ("manylinux2014", "manylinux2010", "manylinux1"))]


def target_name(environment: dict[str, str]) -> str:
    """Return the folder name of a target, the same that ``offline_source`` looks for on that machine."""
    keys = ("platform_system", "platform_machine", "python_version")
    return "-".join(environment[key] for key in keys).lower()


def locked_for(lock: str, environment: dict[str, str]) -> str:
    """Return the requirements of a lock, with their hashes, that apply in an environment.

    ``pip download --platform`` evaluates markers for the machine it runs on, not for the one asked for: on
    Linux it would leave out pywinpty and colorama and take pexpect. So they are evaluated here.
    """
    from packaging.requirements import Requirement

    kept = []
    for line in lock.replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        text, *hashes = line.split(" --hash=")
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            pins = [f"--hash={pin.strip()}" for pin in hashes]
            kept.append(" ".join([f"{requirement.name}{requirement.specifier}", *pins]))
    return "\n".join(kept) + "\n"


# -- Running things --------------------------------------------------------------------------------------------


def call(*command: object, quiet: bool = False) -> int:
    """Run a command at the top of the checkout and return its exit status."""
    sys.stdout.flush()
    environment = {**os.environ, "PYTHONUTF8": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # without byte code every process compiles the stack anew
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=environment, stdout=output).returncode


def run(*command: object, quiet: bool = False) -> None:
    """Run a command as ``call`` does and stop with its exit status if it fails."""
    status = call(*command, quiet=quiet)
    if status:
        sys.exit(status)


def run_script(script: str, *args: str) -> None:
    """Run a script of the checkout, or say that there is none yet."""
    if (ROOT / script).exists():
        run(python(), ROOT / script, *args)
    else:
        say(f"There is no {script} yet.")


def wres(*args: str) -> None:
    """Run the kit's own command line."""
    run(python(), "-m", "wres_analysis", *args)


def say(text: str) -> None:
    """Tell the reader something, apart from the results on standard output."""
    print(text, file=sys.stderr, flush=True)


def main(arguments: list[str]) -> None:
    """Run one task."""
    oldest, newest = (".".join(map(str, version)) for version in PYTHONS)
    if not PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        sys.exit(f"wres-analysis needs Python {oldest} to {newest}; {sys.executable} is {platform.python_version()}.")
    name, *rest = arguments or ["help"]
    if name not in TASKS:
        sys.exit(f"There is no task '{name}'. Tasks: {', '.join(TASKS)}.")
    task = TASKS[name]
    if rest and not inspect.signature(task).parameters:
        sys.exit(f"The task '{name}' takes no arguments.")
    try:
        if name not in ("help", "setup"):
            setup()
        task(*rest)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1:])
