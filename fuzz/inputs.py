"""What the fuzzer begins with: inputs from the fixtures, and words that mean something."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from fuzz.targets import SEPARATOR
from golden import cases
from mutations import FRAGMENTS
from places import FIXTURES
from strategies.cog import ESCAPES, REQUIREMENTS

COG_WORDS = (
    *(
        "FROM r8.im/cog-base:cuda12.1-python3.11\n",
        "FROM python:3.11 as deps\n",
        "FROM nvidia/cuda:12.1.1-cudnn8-devel-",
    ),
    *("COPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt\n", "RUN pip install -r /tmp/requirements.txt\n"),
    *(
        "COPY --from=deps --link /dep /d\n",
        "WORKDIR /src\n",
        "EXPOSE 5000\n",
        "COPY . /src\n",
        "# dockerfix[DF201]: x\n",
    ),
    *('CMD ["python", "-m", "cog.server.http"]\n', "ENV CFLAGS=", "/sbin/tini", "pip install cog", "--from=cog_build "),
    *(
        "# dockerfix: ignore=DF104 x\n",
        "=== Runner Dockerfile contents:\n",
        "\n===\n",
        "RUN --mount=type=bind,from=deps ",
    ),
)
YAML_WORDS = (
    *("build:\n", "  run:\n", "  python_packages:\n", "    - ", "  system_packages: [", "environment:\n", "  - A="),
    *(
        '  python_version: "3.11"\n',
        "  gpu: true\n",
        '  cuda: "12.1"\n',
        "  command: ",
        "predict: predict.py:Predictor\n",
    ),
    *("  python_requirements: ", "  pre_install: [", "  python_extra_index_urls: [", "'", '"', "|-\n", ">\n", "\\n"),
)
SHELL_WORDS = (
    *("$(", "${", "$((", "))", "&&", "||", ";;", "<<E\n", "\nE\n", "x=(", "2>&1", "@(", "if a; then ", "; fi", "esac"),
    *("for x in ", "; do ", "done", "case x in ", "[[ ", " ]]", "f() { ", "; }", "`", "<(", "'\"'\"'", "\\`", "$'"),
)


def seeds(target: str) -> Iterator[bytes]:
    """The inputs of a target that the fixtures hold."""
    if target == "reading":
        yield from (path.read_bytes() for path in sorted(FIXTURES.glob("syntax/*/input.Dockerfile")))
    elif target == "shell":
        with (FIXTURES / "syntax" / "shell" / "cases.jsonl").open(encoding="utf-8") as lines:
            yield from (json.loads(line)["command"].encode() for line in lines)
    else:
        for case in cases("passes/*/*", "pipeline/*"):
            config = case / "cog.yaml"
            dockerfile = (case / "input.Dockerfile").read_bytes()
            yield dockerfile + SEPARATOR + (config.read_bytes() if config.exists() else b"build: {}\n")


def write_seeds(target: str, folder: Path) -> None:
    """Write the seeds of a target into `folder`, one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(target)):
        (folder / f"seed-{number:03}").write_bytes(data)


def write_dictionary(path: Path) -> None:
    """Write the words in libFuzzer's form: strings in double quotes, all that is not plain as ``\\xNN``."""
    texts = (*COG_WORDS, *YAML_WORDS, *SHELL_WORDS, *ESCAPES, *REQUIREMENTS)
    words = dict.fromkeys([*FRAGMENTS, *(text.encode() for text in texts)])
    path.write_text("".join([f'"{"".join(map(_escaped, word))}"\n' for word in words]), encoding="ascii")


def _escaped(byte: int) -> str:
    return chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\' else f"\\x{byte:02x}"
