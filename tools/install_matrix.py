"""The wheel, installed wherever it says that it can be: every extra alone and none, every Python, TensorFlow's ends.

``make matrix`` builds source archive and wheel, lets twine check them, then makes a venv for each row and looks at what
was installed in it. Options, as in ``make matrix MATRIX=--quick``: ``--quick`` installs rows without TensorFlow only;
``--python 3.12`` only those of one Python; ``--pip`` installs with pip, which takes several times as long as uv.
Pythons are found as ``python3.x``, or below ``pyenv root``; one that is missing is a failure, or with
``--skip-missing`` a line that says so. Exit status 0 when every row is fine.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tomllib
from attrs import frozen

ROOT = Path(__file__).parent.parent
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
#: TensorFlow's oldest release that a Python has wheels of, and the newest one.
TENSORFLOW = {"3.10": "2.16.*", "3.11": "2.16.*", "3.12": "2.16.*", "3.13": "2.20.*"}
NEWEST = "<2.22"
FAILED = "FAILED"
HEAVY = ("tensorflow", "grpc", "examples")  # extras that bring TensorFlow, or other hundreds of megabytes

# What a user does first, without TensorFlow: commands, the list of plugins, a script looked at.
LOOK = """
import subprocess, sys, json
from pathlib import Path
import smtf_core
from smtf_core import PluginManager
assert "site-packages" in smtf_core.__file__, smtf_core.__file__
broken = [f"{plugin}: {plugin.error}" for plugin in PluginManager().broken]
assert not broken, broken
assert len(PluginManager().plugins) >= 8
smtf = str(Path(sys.executable).with_name("smtf"))
for arguments in (["--version"], ["--help"], ["plugins"], ["check", sys.argv[1]]):
    done = subprocess.run([smtf, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
print(smtf_core.__version__)
"""
# And with TensorFlow: a training of the testing room's script in this process.
TRAIN = """
import sys
from smtf_core import TensorFlow
from smtf_core.client.display import Display
import tensorflow
estimator = TensorFlow(sys.argv[1], training_steps=20, evaluation_steps=None, output_path=sys.argv[2])
estimator.fit(display=Display(quiet=True))
assert estimator.result.state == "Completed" and estimator.model_data
print("TensorFlow", tensorflow.__version__)
"""


@frozen
class Row:
    """One installation.

    Args:
        python: the interpreter's version.
        extra: name of the extra, or ``''``.
        constraint: of TensorFlow, or ``''``.
    """

    python: str
    extra: str = ""
    constraint: str = ""

    def __str__(self) -> str:
        wanted = f"smtf[{self.extra}]" if self.extra else "smtf"
        return (
            f"Python {self.python:5} {wanted:18} {f'tensorflow {self.constraint}' if self.constraint else ''}".rstrip()
        )


def rows(extras: list[str], *, quick: bool, python: str | None) -> Iterator[Row]:
    """All installations, the light ones first."""
    pythons = [version for version in PYTHONS if python in (None, version)]
    light = ["", *(extra for extra in extras if extra not in HEAVY)]
    yield from (Row(version, extra) for version in pythons for extra in light)
    if not quick:
        yield from (Row(version, extra) for version in pythons for extra in ("examples", "grpc"))
        for version in pythons:
            yield Row(version, "tensorflow", f"=={TENSORFLOW[version]}")
            yield Row(version, "tensorflow", NEWEST)


def interpreter(version: str) -> str:
    """The interpreter of a version.

    Raises:
        FileNotFoundError: there is none.
    """
    if found := shutil.which(f"python{version}"):
        done = subprocess.run([found, "-c", ""], capture_output=True, check=False)
        if done.returncode == 0:
            return found
    if pyenv := shutil.which("pyenv"):
        root = Path(subprocess.run([pyenv, "root"], capture_output=True, text=True, check=True).stdout.strip())
        for path in sorted((root / "versions").glob(f"{version}.*/bin/python")):
            return str(path)
    raise FileNotFoundError(f"there is no python{version} on this machine")


def build(folder: Path, installer: str) -> Path:
    """Build source archive and wheel from a copy of the tracked files, check both, return the wheel."""
    source = folder / "source"
    source.mkdir()
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", "HEAD"], capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(source)], input=archive, check=True)
    command = [sys.executable, "-m", "build", "--installer", installer, "--outdir", str(folder / "dist"), str(source)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    made = sorted(map(str, (folder / "dist").iterdir()))
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *made], check=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def install(row: Row, python3: str, wheel: Path, script: Path, folder: Path, *, pip: bool) -> str:
    """Install and look; returns what was found.

    Args:
        row: what is installed.
        python3: the interpreter.
        wheel: smtf.
        script: a training script.
        folder: where the venv is made.
        pip: install with pip, not uv.

    Raises:
        subprocess.CalledProcessError: something failed; its output says what.
    """

    def run(*command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
        return done.stdout.strip()

    venv = folder / "venv"
    python = str(venv / "bin" / "python")
    wanted = f"{wheel}[{row.extra}]" if row.extra else str(wheel)
    extra = [f"tensorflow{row.constraint}"] if row.constraint else []
    if pip:
        run(python3, "-m", "venv", str(venv))
        run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted, *extra)
        run(python, "-m", "pip", "--disable-pip-version-check", "check")
    else:
        tool = (sys.executable, "-m", "uv")
        run(*tool, "venv", "--quiet", "--python", python3, str(venv))
        run(*tool, "pip", "install", "--quiet", "--python", python, wanted, *extra)
        run(*tool, "pip", "check", "--python", python)
    found = run(python, "-c", LOOK, str(script))
    if row.extra == "tensorflow":
        found += " " + run(python, "-c", TRAIN, str(script), str(folder / "jobs")).splitlines()[-1]
    return found


def main() -> int:
    """Run the matrix; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="only rows without TensorFlow")
    parser.add_argument("--python", choices=PYTHONS, help="only rows of this Python")
    parser.add_argument("--pip", action="store_true", help="install with pip, not uv")
    parser.add_argument("--skip-missing", action="store_true", help="leave out a Python that is not on this machine")
    options = parser.parse_args()
    extras = sorted(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"])
    with tempfile.TemporaryDirectory(prefix="smtf-matrix-") as name:
        folder = Path(name)
        wheel = build(folder, "pip" if options.pip else "uv")
        from smtf_core.testing.scripts import write_line_script

        script = write_line_script(folder)

        def installed(row: Row) -> tuple[str, str]:
            try:
                python3 = interpreter(row.python)
            except FileNotFoundError as error:
                return ("skipped" if options.skip_missing else FAILED), str(error)
            place = Path(tempfile.mkdtemp(dir=folder))
            try:
                return "fine", install(row, python3, wheel, script, place, pip=options.pip)
            except subprocess.CalledProcessError as error:
                return FAILED, f"{error.stdout}{error.stderr}".strip()[-2000:]
            finally:
                shutil.rmtree(place, ignore_errors=True)

        wanted = list(rows(extras, quick=options.quick, python=options.python))
        states: Counter[str] = Counter()
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            for row, (state, found) in zip(wanted, pool.map(installed, wanted), strict=True):
                states[state] += 1
                print(f"{row}: {found}" if state == "fine" else f"{row}: {state}\n{found}", flush=True)
    print(", ".join(f"{count} {state}" for state, count in states.items()))
    return 1 if states[FAILED] else 0


if __name__ == "__main__":
    sys.exit(main())
