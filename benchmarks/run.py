"""``make bench``: measure dockerfix beside other tools, on the same files in one run; writes ``benchmarks/README.md``.

Whole commands are timed from outside (the least of several runs), library calls inside one process by CPU time.
Figures of one run can be compared with each other; those of two machines can't.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
SAMPLE = ROOT / "fixtures" / "pipeline" / "comfy-workflows-v0.9.6"
BIN = Path(sys.executable).parent
MANY = 900


def command(words: list[str], repeats: int = 15, stdin: bytes | None = None) -> float | None:
    """The least time of a command in milliseconds, or None where it is not installed."""
    if shutil.which(words[0]) is None:
        return None
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        subprocess.run(words, input=stdin, capture_output=True, check=False)
        times.append(time.perf_counter() - begin)
    return min(times) * 1e3


def least(call: Callable[[], object], repeats: int = 25) -> float:
    """The least CPU time of a call in milliseconds."""
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        call()
        times.append(time.process_time() - begin)
    return min(times) * 1e3


def corpus() -> list[tuple[str, Path]]:
    """Outputs of `cog debug` with the folders of their projects: the sample data beside the checkout, else fixtures."""
    found: list[tuple[str, Path]] = []
    folder = SHARED / "cog-debug"
    for path in sorted(folder.glob("*/*.Dockerfile")) if folder.is_dir() else []:
        project = SHARED / "projects" / path.name.split("--")[0].removesuffix(".Dockerfile")
        found.append((path.read_text("utf-8", "surrogateescape"), project))
    if not found:
        cases = sorted((ROOT / "fixtures" / "pipeline").iterdir())
        found = [(case.joinpath("input.Dockerfile").read_text("utf-8"), case) for case in cases]
    return (found * (MANY // len(found) + 1))[:MANY]


def dockerfmt() -> str | None:
    """The path of dockerfmt, installed from npm into a folder of its own; None without npm."""
    folder = ROOT / "build" / "bench"
    program = folder / "node_modules" / ".bin" / "dockerfmt"
    if not program.exists() and shutil.which("npm"):
        folder.mkdir(parents=True, exist_ok=True)
        words = ["npm", "install", "--silent", "--prefix", str(folder), "@reteps/dockerfmt"]
        subprocess.run(words, check=False, capture_output=True)
    return str(program) if program.exists() else None


def commands() -> list[tuple[str, float | None]]:
    source = str(SAMPLE / "input.Dockerfile")
    project = ["--project", str(SAMPLE)]
    fmt = dockerfmt()
    return [
        ("`python -c pass`", command([sys.executable, "-c", "pass"])),
        ("`dockerfix --version`", command([str(BIN / "dockerfix"), "--version"])),
        ("`dockerfix FILE`", command([str(BIN / "dockerfix"), *project, source])),
        ("`hadolint FILE`", command([str(BIN / "hadolint"), "--no-fail", source])),
        ("`dockerfmt FILE`", command([fmt, source]) if fmt else None),
        (
            "`python -c` with dockerfile-parse",
            command([sys.executable, "-c", PARSE_WITH_DOCKERFILE_PARSE, source]),
        ),
    ]


PARSE_WITH_DOCKERFILE_PARSE = """
import io, sys
from dockerfile_parse import DockerfileParser
DockerfileParser(fileobj=io.BytesIO(open(sys.argv[1], "rb").read())).structure
"""


def library() -> list[tuple[str, str]]:
    import io

    from dockerfile_parse import DockerfileParser

    import dockerfix
    from dockerfix.syntax import parser

    text = (SAMPLE / "input.Dockerfile").read_text("utf-8")
    cog_yaml = (SAMPLE / "cog.yaml").read_text("utf-8")

    def parse_unknown() -> None:
        parser.forget()
        dockerfix.parse(text)

    rows = [
        (f"parse {text.count(chr(10))} lines, nothing known", f"{least(parse_unknown):.2f} ms"),
        ("parse the same again", f"{least(lambda: dockerfix.parse(text)):.2f} ms"),
        (
            "dockerfile-parse, the same file",
            f"{least(lambda: DockerfileParser(fileobj=io.BytesIO(text.encode())).structure):.2f} ms",
        ),
        (
            "rewrite it with all passes and the gate",
            f"{least(lambda: dockerfix.rewrite(text, cog_yaml=cog_yaml)):.2f} ms",
        ),
    ]
    files = corpus()
    begin = time.process_time()
    for source, project in files:
        dockerfix.rewrite(source, project=project)
    each = (time.process_time() - begin) / len(files) * 1e3
    rows.append((f"rewrite {len(files)} files in one process, project files read, each", f"{each:.2f} ms"))
    return rows


def many_files() -> list[tuple[str, str]]:
    """`dockerfix --check` over a tree of 900 projects in one call: wall time a file, beyond that of a single file."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, (source, project) in enumerate(corpus()):
            place = Path(folder, str(number))
            shutil.copytree(project, place)
            (place / "Dockerfile").write_text(source, "utf-8", "surrogateescape")
            paths.append(str(place / "Dockerfile"))
        program = str(BIN / "dockerfix")
        start = command([program, "--check", "-q", paths[0]], 5) or 0.0
        rows = []
        for jobs in ("1", "0"):
            whole = command([program, "--check", "-q", "-j", jobs, *paths], 3) or 0.0
            name = "one process" if jobs == "1" else f"as many as pay, {os.cpu_count()} cores"
            rows.append((f"`dockerfix --check`, {len(paths)} files, {name}", f"{(whole - start) / len(paths):.2f} ms"))
        return rows


def growth() -> list[tuple[int, float]]:
    """Time to parse files of 10 to 10,000 lines whose instructions all differ, in milliseconds."""
    from dockerfix.syntax import parser

    result = []
    for lines in (10, 100, 1_000, 10_000):
        text = "FROM a\n" + "".join(f"RUN echo {number} && \\\n    true\n" for number in range(lines // 2))

        def call(text: str = text) -> None:
            parser.forget()
            parser.parse(text)

        result.append((lines, least(call, 5)))
    return result


def memory() -> float:
    """Peak memory of one rewrite in MB, read from a process of its own."""
    script = (
        "import resource, dockerfix, sys; dockerfix.rewrite(open(sys.argv[1]).read(), project=sys.argv[2]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    words = [sys.executable, "-c", script, str(SAMPLE / "input.Dockerfile"), str(SAMPLE)]
    return int(subprocess.run(words, capture_output=True, check=True, text=True).stdout) / 1024


def report() -> str:
    timed = commands()
    floor = timed[0][1] or 1.0
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; all figures are of one run on one machine, so read the ratios.",
        "",
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} {platform.machine()}",
        "",
        "## One file, whole command",
        "",
        "| command | ms | times `python -c pass` |",
        "|---|---:|---:|",
    ]
    lines += [
        f"| {name} | {value:.0f} | {value / floor:.1f} |" if value is not None else f"| {name} | not installed | |"
        for name, value in timed
    ]
    lines += ["", "## In one process", "", "| what | CPU time |", "|---|---:|"]
    lines += [f"| {name} | {value} |" for name, value in library()]
    lines += ["", "## Many files in one call", "", "| what | wall time a file, beyond start-up |", "|---|---:|"]
    lines += [f"| {name} | {value} |" for name, value in many_files()]
    lines += ["", "## Growth", "", "| lines | ms to parse | µs a line |", "|---:|---:|---:|"]
    lines += [f"| {count:,} | {value:.2f} | {value / count * 1e3:.1f} |" for count, value in growth()]
    lines += ["", f"Peak memory of one rewrite: {memory():.0f} MB.", ""]
    return "\n".join(lines)


def main() -> None:
    text = report()
    (ROOT / "benchmarks" / "README.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
