"""What the fuzzer begins with: inputs from the fixtures, and words that mean something."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from fuzz.parts import NAMES, join
from golden import cases, project_of
from mutations import FRAGMENTS
from places import FIXTURES, PROJECTS, ROOT
from strategies.cog import ESCAPES, REQUIREMENTS

CORPUS = ROOT / "fuzz" / "corpus"

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


YAML_CASES = (
    "build: {gpu: yes, run: [a, {command: b, mounts: [{type: secret, id: t, target: /t}]}]}\nenvironment: [A=1]\n",
    "a: &x {b: 1}\nbuild: {<<: *x, python_packages: ['a==1', null, ~, \"b\\n\"]}\n",
    "weights: [{name: b, source: {uri: hf://x/y, include: ['*']}, target: /w}, c]\nconcurrency: {max: 3}\n",
    "environment:\n  python_version: 3.10\n  python_packages:\n  - a\nmodel: predict.py:Model\n",
)
REQUIREMENT_CASES = (
    "-r more.txt\n-c more.txt\n-e git+https://u:p@x.example.org/a.git@main#egg=b\n",
    "a==1 \\\n    --hash=sha256:ab \\\n    --hash=sha256:cd\nb[c,d]>=1,<2 ; python_version < '3.8' # e\n",
    "./a-1.0-py3-none-any.whl\nfile:///x/y.tar.gz\nname @ https://x.example.org/y.zip\na=1.0=py3\nb c\n",
)
IGNORE_CASES = (
    *("# c\n*.md\n!keep.md\n", "/a/\nb/**\n**/c\n[ab].c\n[!x]y\n", "a\\*\n\\!x\n \t\n./d\n../e\n", "*\n!a\r\n"),
    *("**/__pycache__\n.env\n/.cog\n", "***\n//\n[\n[]\n[]a]\na//b\n?"),
)
PYTHON_WORDS = (
    *(
        "def predict(self, ",
        "class Predictor(BasePredictor):\n",
        "    def setup(self):\n        pass\n",
        "@cog.input('x', ",
    ),
    *(
        "from cog import *\n",
        "x: int = Input(",
        "default=",
        "description=",
        "ge=",
        "choices=[",
        ") -> str:\n",
        "Optional[",
    ),
    *(
        "List[Path]",
        "Literal[",
        "ConcatenateIterator[str]",
        "BaseModel",
        "async ",
        "yield ",
        "return ",
        "lambda: ",
        "*args",
    ),
    *(
        "**kwargs",
        '"""',
        "\x1b",
        "self",
        "None",
        "True",
        "1e999",
        "-",
        "f'{x}'",
        "{x: y for x in ",
        "    ",
        "import os\n",
    ),
)
FILE_WORDS = (
    *("#--- cog.yaml\n", "#--- requirements.txt\n", "#--- .dockerignore\n", "#--- server\n", "#--- other.py\n"),
    *("**/", "!", "/**", "[!", "*", "-r more.txt\n", "-c ", "--index-url ", "-e ", "https://u:p@x.example.org/"),
    "--hash=",
)
WORDS = tuple(
    text.encode()
    for texts in (COG_WORDS, YAML_WORDS, SHELL_WORDS, PYTHON_WORDS, FILE_WORDS, ESCAPES, REQUIREMENTS)
    for text in texts
)
ENTRIES = ("predict.py", "run.py")
MOST = 3_000
"""The longest cog.yaml of the fixtures that is a seed."""


def seeds(target: str) -> Iterator[bytes]:
    """The inputs of a target that the fixtures hold."""
    if target == "reading":
        yield from (path.read_bytes() for path in sorted(FIXTURES.glob("syntax/*/input.Dockerfile")))
    elif target == "shell":
        with (FIXTURES / "syntax" / "shell" / "cases.jsonl").open(encoding="utf-8") as lines:
            yield from (json.loads(line)["command"].encode() for line in lines)
    elif target == "rewriting":
        for case in cases("passes/*/*", "pipeline/*"):
            yield join((case / "input.Dockerfile").read_bytes(), _project(case) or {"cog.yaml": b"build: {}\n"})
    elif target == "app":
        for folder in _apps():
            files = _project(folder)
            named = next(name for name in ENTRIES if (folder / name).is_file())
            files["cog.yaml"] = files["cog.yaml"].replace(named.encode(), b"predict.py")
            yield join((folder / named).read_bytes(), {name: files[name] for name in files if name not in ENTRIES})
    else:
        name, more = {
            "config": ("cog.yaml", YAML_CASES),
            "requirements": ("requirements*.txt", REQUIREMENT_CASES),
            "ignores": (".dockerignore", IGNORE_CASES),
        }[target]
        found = {path.read_bytes() for path in sorted(FIXTURES.rglob(name))}
        yield from sorted(data for data in found if len(data) < MOST)
        yield from map(str.encode, more)


def _apps() -> list[Path]:
    folders = {path.parent for place in (PROJECTS, FIXTURES / "app") for path in place.glob("*/cog.yaml")}
    return sorted(each for each in folders if any((each / name).is_file() for name in ENTRIES))


def _project(case: Path) -> dict[str, bytes]:
    """The files of a case that an input can have."""
    folder = project_of(case)
    paths = [folder / name for name in NAMES if name != "Dockerfile"]
    return {path.name: path.read_bytes() for path in paths if path.is_file()}


def kept(target: str) -> list[bytes]:
    """The inputs of a target that the kept corpus holds, in the order of their names."""
    return [path.read_bytes() for path in sorted((CORPUS / target).iterdir())]


def write_seeds(target: str, folder: Path) -> None:
    """Write the seeds of a target into `folder`, one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(target)):
        (folder / f"seed-{number:03}").write_bytes(data)


def write_dictionary(path: Path) -> None:
    """Write the words in libFuzzer's form: strings in double quotes, all that is not plain as ``\\xNN``."""
    words = dict.fromkeys([*FRAGMENTS, *WORDS])
    path.write_text("".join([f'"{"".join(map(_escaped, word))}"\n' for word in words]), encoding="ascii")


def _escaped(byte: int) -> str:
    return chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\' else f"\\x{byte:02x}"
