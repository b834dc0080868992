"""Compare our parsers with recorded cases that are not in the repository, such as those made of BuildKit's own tests.

    python tools/check_conformance.py FOLDER_OR_FILE ...

A case is one line of JSON in a file `*.jsonl`: a Dockerfile (`input`) with BuildKit's tree (`buildkit`) or verdict
(`ok` and `error`), or a shell text (`command`) with the commands that mvdan.cc/sh finds.
`tests/support/conformance.py` says what is compared. Prints the number of cases per file and each difference; exits
with 1 if there is one.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "support"))

import conformance


def differences(case: dict[str, Any]) -> list[str]:
    """What differs in a case."""
    return conformance.shell_differences(case) if "command" in case else conformance.dockerfile_differences(case)


def main(arguments: list[str] | None = None) -> int:
    """Compare the cases of the files that are named, and of those in the folders that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", type=Path, nargs="+", metavar="FOLDER_OR_FILE")
    files = [file for path in parser.parse_args(arguments).paths for file in (sorted(path.glob("*.jsonl")) or [path])]
    found = 0
    for file in files:
        cases = [json.loads(line) for line in file.read_bytes().splitlines()]
        lines = [f"  {case['id']}: {line}" for case in cases for line in differences(case)]
        print(f"{file.name}: {len(cases)} cases, {len(lines)} differences", *lines, sep="\n")
        found += len(lines)
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
