"""Rules about Debian packages, tools and variables of the last stage."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker import shell
from checker.commands import is_user_run, run_places
from checker.model import Case, Violation
from checker.packages import package_step, transfers_of
from checker.reading import Instruction
from checker.stages import lineage
from checker.words import evaluate, is_word, listed

_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*(:[a-z0-9]+)?(=[A-Za-z0-9.+:~-]+|/[a-z0-9-]+)?")

COG_BASE = listed(
    """build-essential cmake curl ffmpeg g++ gcc git libavcodec-dev libcairo2-dev libfontconfig1 libgirepository1.0-dev
    libgl1 libglib2.0-0 libsm6 libsndfile1 libssl-dev libunistring-dev libxext6 libxrender1 sox unzip wget zip"""
)
"""What cog-base holds in every release (replicate/cog:pkg/dockerfile/base.go)."""

TOOLS = {"curl": "curl", "wget": "wget", "git": "git", "unzip": "unzip", "gcc": "gcc", "make": "make", "cmake": "cmake"}
"""Programs that user commands call, with the Debian package that brings each."""

SUCCESSORS = {"libgl1-mesa-glx": "libgl1"}
"""What newer releases of Debian and Ubuntu have instead of a package (packages.debian.org)."""

_ALSO = {"build-essential": ("gcc", "g++", "make")}


def wanted_names(case: Case) -> list[str]:
    """The names that apt understands of `system_packages`; of `name>=1.9` the shell would leave `name`."""
    names: list[str] = []
    for item in case.wanted.system:
        names += [match[0] for word in item.split() if (match := _PACKAGE.match(word))]
    return names


def check_system_packages(case: Case) -> Iterator[Violation]:
    """All of `system_packages` is installed in the last stage; apt orders them itself."""
    _, instructions = lineage(case, case.output.final)
    installed = [name for each in instructions for name in shell.apt_packages(each)]
    for name in wanted_names(case):
        if name not in installed and SUCCESSORS.get(name) not in installed:
            yield Violation("system-packages", f"{name} is not installed in the last stage")


def check_apt(case: Case) -> Iterator[Violation]:
    """An install names packages, each a safe word, and updates the lists first."""
    for _, instruction in case.output.instructions():
        if instruction.keyword != "RUN" or is_user_run(case, instruction):
            continue
        words = [word for command in shell.of(instruction) for word in command]
        if "apt-get" not in words or "install" not in words:
            continue
        names = shell.apt_packages(instruction)
        if not names:
            yield Violation("apt", f"line {instruction.first}: an install of no packages")
        if "update" not in words[: words.index("install")]:
            yield Violation("apt", f"line {instruction.first}: the lists are not updated before the install")
        for name in names:
            if not _PACKAGE.fullmatch(name):
                yield Violation("apt", f"line {instruction.first}: {name} is no name of a package")


def check_cog_base_extras(case: Case) -> Iterator[Violation]:
    """The Debian packages that Cog's base image brought are installed."""
    if case.given.cog_base is None or {"cog-base-extras"} & case.options.drop or "cog-base" in case.options.keep:
        return
    _, instructions = lineage(case, case.output.final)
    installed = {name for each in instructions for name in shell.apt_packages(each)}
    for name in [name for name in COG_BASE if name not in installed]:
        yield Violation("cog-base-extras", f"{name}, which {case.given.cog_base} brought, is missing")


PREAMBLE = ("PYTHONUNBUFFERED", "LD_LIBRARY_PATH", "NVIDIA_DRIVER_CAPABILITIES")


def check_preamble(case: Case) -> Iterator[Violation]:
    """The variables that Cog's base images set are set."""
    if (case.given.cog_base is None or "cog-base" in case.options.keep) and not case.given.monobase:
        return
    _, instructions = lineage(case, case.output.final)
    names = {name for each in instructions if each.keyword == "ENV" for name, _ in each.pairs()}
    for name in [name for name in PREAMBLE if name not in names]:
        yield Violation("preamble", f"{name} is not set")


def provided(case: Case, before: int) -> set[str]:
    """The tools that the last stage has in front of its instruction `before`."""
    final = case.output.final
    image, instructions = lineage(case, final)
    past = instructions[: len(instructions) - len(final.instructions) + before]
    tools: set[str] = set()
    if re.match(r"(docker\.io/)?(library/)?(python:|buildpack-deps)", image) and not re.search("slim|alpine", image):
        tools |= {"curl", "git", "wget", "gcc", "g++", "make", "unzip"}
    if "cog-base" in image:
        tools |= {"curl", "git", "wget", "gcc", "g++", "make", "unzip", "cmake"}
    for each in past:
        for word in shell.apt_packages(each):
            name = re.split("[:=/]", word, maxsplit=1)[0]
            tools |= {name, *_ALSO.get(name, ())}
        if each.keyword == "COPY" and "astral-sh/uv" in (each.flag("from") or ""):
            tools |= {"uv", "uvx"}
    return tools


def check_curl(case: Case) -> Iterator[Violation]:
    """curl is there, which fal uses when a runner starts."""
    if "curl" not in provided(case, len(case.output.final.instructions)):
        yield Violation("curl", "the last stage has no curl")


def check_tools(case: Case) -> Iterator[Violation]:
    """A command of the last stage finds the tool that it calls, if it found it before the rewrite."""
    had = _given_tools(case)
    for index, instruction in enumerate(case.output.final.instructions):
        tools = provided(case, index) | set(shell.apt_packages(instruction))
        for name in sorted(_called(instruction) - tools):
            if name in had:
                yield Violation("tools", f"line {instruction.first}: {name} is not there yet: {instruction.text[:80]}")


def _called(instruction: Instruction) -> set[str]:
    """The tools that a RUN calls itself or through pip."""
    names = {shell.program(words) for words in shell.of(instruction)} & {*TOOLS, "uv", "uvx"}
    if any(word.startswith("git+") for install in shell.installs(instruction) for word in install.requirements):
        names.add("git")
    return names


def _given_tools(case: Case) -> set[str]:
    """The tools that the Dockerfile before brought by any step of its last stage."""
    tools = {"uv", "uvx"}
    last = [each.value[0] for each in case.given.instructions if each.keyword == "FROM"]
    full = last and re.match(r"(python:|buildpack-deps)", last[-1]) and "slim" not in last[-1]
    if case.given.cog_base or full:
        tools |= {"curl", "git", "wget", "gcc", "make", "unzip"}
    for each in case.given.instructions:
        tools |= set(shell.apt_packages(each))
    return tools | ({"curl"} if "curlimages/curl" in case.given.text else set())


_UNREADABLE = re.compile(r"\$\{(?!\w+(:?[-+?][^}]*)?\})")
"""A reference that Docker stops at, or of a form that it has only lately."""


def check_environment(case: Case) -> Iterator[Violation]:
    """The variables of cog.yaml have their values in the last stage, and have them before the first user command."""
    _, instructions = lineage(case, case.output.final)
    variables: dict[str, str] = {}
    for instruction in instructions:
        if instruction.keyword == "ENV":
            state = dict(variables)
            variables.update((name, evaluate(value, state)) for name, value in instruction.pairs())
    for name, value in dict(case.wanted.environment).items():
        meant = {evaluate(value, {**variables, name: ""})} if is_word(value) else {value}
        if not is_word(value) and "$" in value:
            quoted = re.sub(r"([\\'\"])", r"\\\1", value)
            meant.add(evaluate(quoted, {**variables, name: ""}))
        if _UNREADABLE.search(value):
            meant.add(value)
        if name not in variables:
            yield Violation("environment", f"{name} is not set")
        elif variables[name] not in meant:
            yield Violation("environment", f"{name} is {variables[name]!r}, not {value!r}")


def check_order(case: Case) -> Iterator[Violation]:
    """User commands come behind the packages and variables that they may use, and in front of the code."""
    final = case.output.final
    places = [place for _, place in run_places(case) if place is not None]
    if not places:
        return
    names = {name for name, _ in case.wanted.environment}
    system = set(wanted_names(case))
    step = package_step(case)
    packages = (
        [step[1], *(each for folder in step[2].values("-t") for each in transfers_of(case, step[0], folder))]
        if step
        else []
    )
    for index, instruction in enumerate(final.instructions):
        what = None
        if instruction.keyword == "ENV" and names & {name for name, _ in instruction.pairs()}:
            what = "the variables of cog.yaml"
        elif instruction.keyword == "RUN" and index not in places and system & set(shell.apt_packages(instruction)):
            what = "system packages"
        elif instruction in packages and index not in places:
            what = "Python packages"
        if what and index > places[0]:
            yield Violation("run-order", f"line {instruction.first}: {what} come after the first user command")
        if instruction.keyword == "COPY" and instruction.value == (".", "/src") and index < places[-1]:
            yield Violation("run-order", f"line {instruction.first}: the code comes before the last user command")
