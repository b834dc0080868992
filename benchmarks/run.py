"""``make bench``: measure dockerfix beside other tools, on the same files in one run; writes ``benchmarks/README.md``.

Figures of one run can be compared with each other; those of two machines can't.
"""

from __future__ import annotations

import compileall
import io
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import flame
import inputs
import measure
import tools
from dockerfile_parse import DockerfileParser

import dockerfix
from dockerfix.syntax.dockerfile import parser

LENGTHS = (10, 100, 1_000, 10_000)
Row = tuple[str, ...]


def one_file(folder: Path) -> Iterator[Row]:
    """A whole command on one file."""
    path = inputs.sample(folder / "sample")
    costs = [(tool.name, measure.command(tool.on(path), 20)) for tool in (tools.DOCKERFIX, *tools.others())]
    version = measure.command([*tools.DOCKERFIX.words, "--version"], 20)
    floor = measure.command(tools.PASS.words, 20)
    for name, cost in ((tools.PASS.name, floor), ("`dockerfix --version`", version), *costs):
        ratio = f"{cost.wall / floor.wall:.1f}"
        yield name, f"{cost.wall * 1e3:.0f}", f"{cost.cpu * 1e3:.0f}", ratio, f"{cost.memory:.0f}"


def many_files(folder: Path) -> Iterator[Row]:
    """Hundreds of files in one call, minus the time of a call with one of them."""
    paths = inputs.tree(folder / "tree")
    calls = [
        (f"{tools.CHECK.name}, one process", tools.Tool("", (*tools.CHECK.words, "-j", "1"))),
        (f"{tools.CHECK.name}, automatic number of processes ({os.cpu_count()} cores)", tools.CHECK),
        *((tool.name, tool) for tool in tools.others()),
    ]
    for name, tool in calls:
        start, whole = measure.command(tool.on(paths[0]), 5), measure.command(tool.on(*paths), 3)
        each = [(whole.wall - start.wall) / len(paths), (whole.cpu - start.cpu) / len(paths)]
        yield name, *(f"{seconds * 1e3:.2f}" for seconds in each), f"{whole.memory:.0f}"


def lengths(folder: Path) -> Iterator[Row]:
    """Whole commands on files of growing length: milliseconds, and megabytes for the longest."""
    paths = []
    for lines in LENGTHS:
        paths.append(folder / f"{lines}.Dockerfile")
        paths[-1].write_text(inputs.of_length(lines), "utf-8")
    for tool in (tools.DOCKERFIX, *tools.others()):
        costs = [measure.command(tool.on(path), 3) for path in paths]
        yield tool.name, *(f"{cost.wall * 1e3:.0f}" for cost in costs), f"{costs[-1].memory:.0f}"


def library() -> Iterator[Row]:
    """Calls inside one process."""
    text = (inputs.SAMPLE / "input.Dockerfile").read_text("utf-8")
    data = text.encode()

    def unknown() -> None:
        parser.forget()
        dockerfix.parse(text)

    def rewrite() -> object:
        return dockerfix.rewrite(text, project=inputs.SAMPLE)

    yield f"parse {text.count(chr(10))} lines for the first time", f"{measure.call(unknown) * 1e3:.2f}"
    yield "parse the same again", f"{measure.call(lambda: dockerfix.parse(text)) * 1e3:.2f}"
    theirs = measure.call(lambda: DockerfileParser(fileobj=io.BytesIO(data)).structure)
    yield "dockerfile-parse, the same file", f"{theirs * 1e3:.2f}"
    yield "convert it: all passes, the gate, the project's files", f"{measure.call(rewrite) * 1e3:.2f}"


def growth() -> Iterator[Row]:
    """Only parsing, for the first time."""
    for lines in LENGTHS:
        text = inputs.of_length(lines)

        def call(text: str = text) -> None:
            parser.forget()
            parser.parse(text)

        seconds = measure.call(call, 5)
        yield f"{lines:,}", f"{seconds * 1e3:.2f}", f"{seconds / lines * 1e6:.1f}"


def section(title: str, head: Row, rows: Iterable[Row]) -> list[str]:
    """A heading and a table; the heading goes to standard error when its measurements begin."""
    lines = ["", f"## {title}", "", f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"]
    print(f"{title} ...", file=sys.stderr)
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows)]


def report(folder: Path) -> str:
    """The whole page."""
    length_head = ("command", *(f"{lines:,} lines" for lines in LENGTHS), "MB for the longest")
    lines = [
        "# Benchmarks",
        "",
        "`make bench` writes this page. All figures come from one machine, so compare the ratios. Each is the best of",
        "several runs. dockerfix runs as if installed from a wheel, with compiled modules.",
        "",
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} {platform.machine()}",
        *section("One file", ("command", "ms", "CPU ms", "times `pass`", "MB"), one_file(folder)),
        *section(
            "900 files in one call", ("command", "ms per file after start-up", "CPU ms", "MB"), many_files(folder)
        ),
        "",
        "The files are what 34 releases of Cog print for 20 projects, each in its own folder with a copy of its",
        "project. dockerfix reads equal texts of projects once per process. hadolint lints, dockerfile-parse splits a",
        "file into instructions, and dockerfmt formats: none of them reads a project or checks its result with a",
        "second run.",
        *section("Long files, in ms", length_head, lengths(folder)),
        *section("In one process", ("call", "CPU ms"), library()),
        *section("Growth of parsing", ("lines", "CPU ms", "µs per line"), growth()),
        "",
        *flame.words(),
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    compileall.compile_dir(inputs.ROOT / "compiler", quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        text = report(Path(folder))
        flame.draw(Path(folder))
    (inputs.ROOT / "benchmarks" / "README.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
