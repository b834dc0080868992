"""``make mutation``: check that the tests notice a small mistake in the modules that must have none.

Each mutant of a module runs under that module's tests, in its own process, which imports the mutant's code instead of
the file; no file changes. A mutant that no test notices survives. tests/mutants.yaml lists the survivors that can't
change what the program does, and why; any other survivor is reported, and so is an entry that no longer survives.

Existing tools do not fit: mutmut takes the folder ``compiler`` for a package and skips constants and decorated
functions, cosmic-ray writes its mutants into the working tree and deletes no statement; both identify a mutant by a
number that shifts with each edit.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType
from typing import Any

import yaml

from mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "compiler" / "dockerfix"
EXPLAINED = ROOT / "tests" / "mutants.yaml"
SECONDS = 120
"""CPU time of a mutant; one that needs more is in an endless loop."""

_GOLDEN = "tests/passes/test_cases.py"
TESTS = {
    "text/edits.py": ["tests/text/test_edits.py"],
    "driver/gate.py": ["tests/driver/test_gate.py"],
    "passes/drop_tini.py": ["tests/passes/test_drop_tini.py", _GOLDEN, "-k", "tini"],
    "passes/install_python_packages.py": [
        *(
            "tests/passes/test_install_python_packages.py",
            _GOLDEN,
            "-k",
            "install_python_packages or an_install",
        ),
    ],
}
"""The tests of each module, as arguments of pytest."""

HEAVY = ("pytest", "hypothesis", "syrupy")
"""Imported once, before the processes fork."""
QUIETLY = ["-x", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "ignore::pytest.PytestAssertRewriteWarning"]


class Mistaken(SourceFileLoader, MetaPathFinder):
    """A finder and loader that gives a module the code of a mutant."""

    def __init__(self, file: str, code: CodeType) -> None:
        name = f"dockerfix.{file.removesuffix('.py').replace('/', '.')}"
        super().__init__(name, str(PACKAGE / file))
        self.code = code

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> ModuleSpec | None:
        """Return the module's spec with this loader, or None for any other module."""
        return spec_from_file_location(fullname, self.path, loader=self) if fullname == self.name else None

    def get_code(self, _fullname: str) -> CodeType:
        """Return the mutant's code, whatever the file contains."""
        return self.code


def start(file: str, code: CodeType) -> int:
    """Run the tests of a module in a new process, with `code` instead of its own; return the process id."""
    process = os.fork()
    if process:
        return process
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.meta_path.insert(0, Mistaken(file, code))
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    import pytest

    os._exit(pytest.main([*QUIETLY, *TESTS[file]]))


def survivors(found: Iterable[Mutant], jobs: int) -> Iterator[Mutant]:
    """Yield the mutants that no test notices, in the order in which they end; at most `jobs` run at a time."""
    running: dict[int, Mutant] = {}
    left = iter(found)
    while True:
        mutant = next(left, None) if len(running) < jobs else None
        if mutant is not None:
            running[start(mutant.file, mutant.code)] = mutant
        elif running:
            process, status = os.wait()
            ended = running.pop(process)
            if status == 0:
                yield ended
        else:
            return


def explained() -> dict[tuple[str, str, str], str]:
    """Return why each known survivor changes nothing, by its name."""
    listed: dict[str, list[dict[str, Any]]] = yaml.safe_load(EXPLAINED.read_text("utf-8")) or {}
    return {
        (file, mistake["at"], change): mistake["why"]
        for file, mistakes in listed.items()
        for mistake in mistakes
        for change in mistake["changes"]
    }


def report(file: str, jobs: int) -> int:
    """Run a module's mutants, print the outcome and return the number of surprises."""
    path = PACKAGE / file
    _, status = os.waitpid(start(file, compile(path.read_bytes(), path, "exec")), 0)
    if status:
        print(f"{file}: its tests fail without any mistake, so nothing can be measured: pytest {' '.join(TESTS[file])}")
        return 1
    made = list(mutants(path, file))
    alive = {mutant.name for mutant in survivors(made, jobs)}
    known = {name for name in explained() if name[0] == file}
    print(
        f"{file}: {len(made)} mutants, {len(made) - len(alive)} noticed, {len(alive)} survive, "
        f"{len(alive & known)} of them explained",
        flush=True,
    )
    for title, names in (("survives", alive - known), ("is listed and survives no more", known - alive)):
        for _file, at, change in sorted(names):
            print(f"  {title}:\n    at: {at}\n    change: {change}")
    return len(alive ^ known)


def main(files: list[str]) -> int:
    """Run every module, or those given by their names in TESTS; return the exit code."""
    for name in HEAVY:
        import_module(name)
    os.chdir(ROOT)
    surprises = sum(report(file, os.cpu_count() or 1) for file in files or TESTS)
    if surprises:
        print(f"{surprises} surprises: each needs a test that notices it, or an entry in {EXPLAINED.relative_to(ROOT)}")
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
