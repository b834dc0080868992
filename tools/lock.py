"""Write action-requirements.txt: the versions, with hashes, of what action.yml installs besides dockerfix itself.

They are what `[project] dependencies` and `[build-system] requires` of pyproject.toml ask for, and what these need, for
every Python that dockerfix runs on. Run by `make lock`; the new file is to be read before it is committed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "action-requirements.txt"
HEAD = """\
# What action.yml installs besides dockerfix itself, each file by its hash: the dependencies in pyproject.toml and what
# builds the wheel. `make lock` writes it; tests/repository/test_supply_chain.py compares it with pyproject.toml.
"""


def asked() -> list[str]:
    """The requirements in pyproject.toml, and those of the build."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [*settings["project"]["dependencies"], *settings["build-system"]["requires"]]


def main() -> None:
    """Write the file."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.in"
        wanted.write_text("\n".join(asked()) + "\n", encoding="utf-8")
        options = ["--universal", "--python-version=3.10", "--generate-hashes", "--no-header", "--no-annotate"]
        index = subprocess.run(
            [sys.executable, "-m", "pip", "config", "get", "global.index-url"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
        options += ["--no-emit-index-url", *(["--index-url", index] if index else [])]
        found = subprocess.run(  # noqa: S603
            [Path(sys.executable).with_name("uv"), "pip", "compile", *options, wanted],
            capture_output=True,
            text=True,
            check=True,
        )
    FILE.write_text(HEAD + found.stdout, encoding="utf-8")


if __name__ == "__main__":
    main()
