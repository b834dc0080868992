"""Rules about Python and CUDA of the last stage."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from functools import cache

from checker import shell
from checker.intent import DEFAULT_PYTHON
from checker.model import Case, Violation
from checker.reading import Instruction, Stage
from checker.stages import lineage

_IMAGE = re.compile(r"(?:docker\.io/)?(?:library/)?python:(\d+(?:\.\d+)*)")
_CUDA = re.compile(r"(?:docker\.io/)?nvidia/cuda:(\d+\.\d+)(?:\.\d+)?\S*")
_INSTALLS = (
    ("pyenv", re.compile(r"pyenv (?:install-latest|install|global)\s+(?:-\S+\s+)*\"?(\d+\.\d+(?:\.\d+)*)")),
    ("uv", re.compile(r"uv python install\s+(?:-\S+\s+)*\"?(\d+\.\d+(?:\.\d+)*)")),
    ("apt", re.compile(r"apt-get\b.*\binstall\b.*\bpython(3\.\d+)\b")),
)
_HARMLESS = frozenset(["[", "case", "cat", "cut", "echo", "exit", "for", "grep", "head", "printf", "sed", "test", "tr"])
_WRITES = re.compile(r">(?!&2|\s*/dev/null)|\bsed\s+(-\w*i|--in-place)|`")


def pythons(case: Case, stage: Stage) -> list[tuple[int, str, str]]:
    """How Python gets into a stage: (index in its lineage, "image" or the installer, version); the last one counts."""
    image, instructions = lineage(case, stage)
    match = _IMAGE.match(image)
    result = [(-1, "image", match[1])] if match else []
    for index, instruction in enumerate(instructions):
        if instruction.keyword == "RUN":
            for kind, pattern in _INSTALLS:
                found = pattern.search(instruction.script)
                if found:
                    result.append((index, kind, found[1]))
    return result


def check_python(case: Case) -> Iterator[Violation]:
    """Each stage that uses Python has it, first, in the version that cog.yaml or the Dockerfile before names."""
    for stage in case.output.stages:
        _, instructions = lineage(case, stage)
        users = [index for index, each in enumerate(instructions) if _uses_python(each)]
        found = pythons(case, stage)
        if not found:
            if users or stage is case.output.final:
                yield Violation("python", f"line {stage.first}: the stage has no Python")
            continue
        if users and users[0] < min(index for index, _, _ in found):
            yield Violation("python", f"line {instructions[users[0]].first}: Python is not there yet")
        expected = case.wanted.python or case.given.python or DEFAULT_PYTHON
        version = found[-1][2]
        if not _agree(expected, version):
            yield Violation("python", f"line {stage.first}: Python {version}, not {expected}")


def _agree(wanted: str, found: str) -> bool:
    """Whether a version fits: alike as far as both say."""
    return all(one == other for one, other in zip(wanted.split("."), found.split("."), strict=False))


def _uses_python(instruction: Instruction) -> bool:
    for words in shell.of(instruction):
        name = shell.program(words)
        if name == "pyenv" or (name == "uv" and words[1:2] == ("python",)):
            return False
        if re.fullmatch(r"python[\d.]*|pip[\d.]*", name) or (name == "uv" and words[1:2] in (("pip",), ("run",))):
            return True
    return False


def check_python_links(case: Case) -> Iterator[Violation]:
    """`python` names the interpreter that has the packages, also where uv installed it."""
    found = pythons(case, case.output.final)
    if not found or found[-1][1] == "image":
        return
    _, instructions = lineage(case, case.output.final)
    path = " ".join(
        value for each in instructions if each.keyword == "ENV" for name, value in each.pairs() if name == "PATH"
    )
    if found[-1][1] == "pyenv" and "pyenv/shims" in path:
        return
    scripts = [each.script for each in instructions if each.keyword == "RUN"]
    if not any(
        re.search(r"\bln\b[^;&|]*\bpython\b", text) or re.search(r"\bfor \w+ in python\b.*\bln\b", text, re.DOTALL)
        for text in scripts
    ):
        yield Violation("python-links", "no `python` on the PATH")
    if found[-1][1] == "uv" and not any("EXTERNALLY-MANAGED" in text for text in scripts):
        yield Violation("python-links", "the Python that uv installed refuses `pip install`")


def wanted_cuda(case: Case) -> str | None:
    """The CUDA (x.y) that the last stage has to have, or None where it needs none."""
    if not case.wanted.gpu or (case.given.cuda is None and not case.given.monobase):
        return None
    cuda = case.wanted.cuda or case.given.cuda
    return ".".join(cuda.split(".")[:2]) if cuda else None


def check_cuda(case: Case) -> Iterator[Violation]:
    """A model for GPUs has the CUDA that it wants, and keeps the image that it had; one for CPUs has none."""
    image = lineage(case, case.output.final)[0]
    match = _CUDA.match(image)
    cuda = wanted_cuda(case)
    if cuda is None:
        if match and image not in case.given.images:
            yield Violation("cuda-base", f"{image} for a model without CUDA")
    elif match is None:
        yield Violation("cuda-base", f"{image} has no CUDA, {cuda} is wanted")
    elif not (match[1] == cuda or match[1].startswith(f"{cuda}.")):
        yield Violation("cuda-base", f"{image} has CUDA {match[1]}, {cuda} is wanted")
    elif "devel" not in image or "cudnn" not in image:
        yield Violation("cuda-base", f"{image} is no devel image with cuDNN, which Cog's are")


def check_cuda_check(case: Case) -> Iterator[Violation]:
    """On a CUDA base a RUN fails the build, with both versions in plain words, where CUDA is not the one wanted."""
    image, instructions = lineage(case, case.output.final)
    cuda = wanted_cuda(case)
    if cuda is None or not _CUDA.match(image):
        return
    checks = [each for each in instructions if each.keyword == "RUN" and "CUDA_VERSION" in each.script]
    if not checks:
        yield Violation("cuda-check", "no RUN checks CUDA_VERSION")
        return
    script = checks[0].script
    good, _ = execute(script, f"{cuda}.1")
    bad, message = execute(script, "9.9.9")
    missing, _ = execute(script, None)
    if good != 0:
        yield Violation("cuda-check", f"line {checks[0].first}: the check refuses CUDA {cuda}.1")
    if bad == 0 or missing == 0:
        yield Violation("cuda-check", f"line {checks[0].first}: the check takes any CUDA")
    elif cuda not in message or "9.9.9" not in message:
        yield Violation("cuda-check", f"line {checks[0].first}: the message does not name both versions: {message}")


@cache
def execute(script: str, cuda: str | None) -> tuple[int, str]:
    """Run a check in `sh` as a base image with this CUDA_VERSION would: its exit code and its errors.

    Only a script that reads and compares is run; anything else counts as a failure that says so. What stands in the
    CUDA folder of this machine does not count.
    """
    if _WRITES.search(script) or not _programs(script) <= _HARMLESS:
        return 1, "not run: the check does more than compare"
    script = script.replace("/usr/local/cuda", "/nonexistent")
    environment = {"PATH": os.defpath, **({"CUDA_VERSION": cuda} if cuda else {})}
    done = subprocess.run(
        ["/bin/sh", "-c", script], env=environment, capture_output=True, text=True, timeout=10, check=False
    )
    return done.returncode, done.stderr + done.stdout


def _programs(script: str) -> set[str]:
    """What a script may call: the first word of each command, of `$(…)` and of the arms of a `case`."""
    names = {words[0] for words in shell.commands(_unquoted(script))}
    return {name for name in names if not re.fullmatch(r"[\d.*]+", name)} - {"esac", "in", ""}


def _unquoted(script: str) -> str:
    """A script with QUOTED for each quoted text; commands in `$(…)` stand alone, also those in double quotes."""
    result: list[str] = []
    quoted = [False]
    at = 0
    while at < len(script):
        character = script[at]
        if character == "\\":
            at += 1
        elif character == "'" and not quoted[-1]:
            at = max(at, script.find("'", at + 1))
            result.append("QUOTED")
        elif character == '"':
            quoted[-1] = not quoted[-1]
            result.append("QUOTED" if quoted[-1] else "")
        elif script.startswith("$(", at):
            quoted.append(False)
            result.append(";")
            at += 1
        elif character == ")" and len(quoted) > 1 and not quoted[-1]:
            quoted.pop()
            result.append(";" if not quoted[-1] else "")
        elif not quoted[-1]:
            result.append(character)
        at += 1
    return "".join(result)
