"""``make bench``: measure dockerfix beside other tools, on the same files in one run; writes ``benchmarks/README.md``.

Figures of one run can be compared with each other; those of two machines can't.
"""

from __future__ import annotations

import compileall
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
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
    """Whole commands on one file, and their CPU time as multiples of a bare Python's and of hadolint's."""
    path = inputs.sample(folder / "sample")
    others = tools.others()
    own = [tools.DOCKERFIX, *tools.with_options(folder / "review.html")]
    calls = [(tools.PASS.name, tools.PASS.words), ("`dockerfix --version`", (*tools.DOCKERFIX.words, "--version"))]
    calls += [(tool.name, tool.on(path)) for tool in (*own, *others)]
    costs = measure.side_by_side(dict(calls), 20)
    floor, rival = costs[tools.PASS.name], costs[others[0].name]
    for name, cost in costs.items():
        ratios = [f"{cost.cpu / other.cpu:.1f}" for other in (floor, rival)]
        yield name, f"{cost.wall * 1e3:.0f}", f"{cost.cpu * 1e3:.0f}", *ratios, f"{cost.memory:.0f}"


def many_files(folder: Path) -> Iterator[Row]:
    """Hundreds of files in one call, minus the time of a call with one of them; and beside a bare start of Python."""
    paths = inputs.tree(folder / "tree")
    floor = measure.command(tools.PASS.words, 20)
    calls = [
        (f"{tools.CHECK.name}, one process", tools.Tool("", (*tools.CHECK.words, "-j", "1"))),
        (f"{tools.CHECK.name}, automatic number of processes ({os.cpu_count()} cores)", tools.CHECK),
        *((tool.name, tool) for tool in tools.others()),
    ]
    for name, tool in calls:
        start, whole = measure.command(tool.on(paths[0]), 5), measure.command(tool.on(*paths), 3)
        each = [(whole.wall - start.wall) / len(paths), (whole.cpu - start.cpu) / len(paths)]
        yield name, *(f"{seconds * 1e3:.2f}" for seconds in each), f"{each[1] / floor.cpu:.2f}", f"{whole.memory:.0f}"


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

    calls: dict[str, Callable[[], object]] = {
        f"parse {text.count(chr(10))} lines for the first time": unknown,
        "parse the same again": lambda: dockerfix.parse(text),
        "dockerfile-parse, the same file": lambda: DockerfileParser(fileobj=io.BytesIO(data)).structure,
        "convert it: all passes, the gate, the project's files": rewrite,
    }
    floor = measure.command(tools.PASS.words, 20)
    for name, function in calls.items():
        seconds = measure.call(function)
        yield name, f"{seconds * 1e3:.2f}", f"{seconds / floor.cpu:.3f}"


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
        "several runs. dockerfix runs as if installed from a wheel, with compiled modules. [Surveys](survey.md) of up",
        "to 10,000 projects are measured by themselves. `make bench-growth` fails where a command takes more than",
        "linear time as one part of a project grows.",
        "",
        measure.machine(),
        *section(
            "One file", ("command", "ms", "CPU ms", "times `pass`, CPU", "times hadolint, CPU", "MB"), one_file(folder)
        ),
        *section(
            "900 files in one call",
            ("command", "ms per file after start-up", "CPU ms", "times `pass`, CPU", "MB"),
            many_files(folder),
        ),
        "",
        "The files are what 34 releases of Cog print for 20 projects, each in its own folder with a copy of its",
        "project. dockerfix reads equal texts of projects once per process. hadolint lints, dockerfile-parse splits a",
        "file into instructions, and dockerfmt formats: none of them reads a project or checks its result with a",
        "second run.",
        *section("Long files, in ms", length_head, lengths(folder)),
        *section("In one process", ("call", "CPU ms", "times `pass`, CPU"), library()),
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
