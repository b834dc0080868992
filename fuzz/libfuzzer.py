"""One target under atheris: ``python -m fuzz.libfuzzer NAME [options and folders of libFuzzer]``."""

from __future__ import annotations

import importlib
import pkgutil
import shlex
import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[1]
NOT_FUZZED = ("dockerfix.app.runtime", "dockerfix.cli", "dockerfix.report", "dockerfix.__main__")


def instrumented() -> None:
    """Import the compiler so that libFuzzer sees which parts of it an input reaches."""
    with atheris.instrument_imports(include=["dockerfix"], enable_loader_override=False):
        package = importlib.import_module("dockerfix")
        for module in pkgutil.walk_packages(package.__path__, "dockerfix."):
            if not module.name.startswith(NOT_FUZZED):
                importlib.import_module(module.name)


def main() -> None:
    """Fuzz the target that the command line names, until libFuzzer ends."""
    sys.path[:0] = [str(ROOT / "compiler"), str(ROOT / "tests" / "support")]
    instrumented()
    from fuzz.hunts import keep_crash
    from fuzz.targets import Broken, check

    name = sys.argv.pop(1)

    def keeping(data: bytes) -> None:
        """Run the target, and write down an input that breaks it: libFuzzer's own end is not always reached."""
        try:
            check(name, data)
        except Broken as error:
            keep_crash(name, error.data)
            raise

    # a merge starts this again, by its name and through a shell
    sys.argv[0] = shlex.join([sys.executable, "-m", "fuzz.libfuzzer", name])
    atheris.Setup(sys.argv, keeping)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
