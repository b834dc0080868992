"""What the Dockerfile has beyond cog.yaml: a value that was taken out of cog.yaml, or a step of somebody else."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

from dockerfix.analysis import blocks, commands
from dockerfix.analysis.cog import is_cog_requirement, marks_of_cog
from dockerfix.analysis.context import Context
from dockerfix.analysis.packages import apt, install_step, pip
from dockerfix.driver.account_result import bare, fold, spellings
from dockerfix.driver.account_settings import Settings, script, short
from dockerfix.driver.account_types import CONTRADICTION, KEY
from dockerfix.knowledge.cog_constructs import (
    CERTIFICATE_VARIABLES,
    CFLAGS_NAME,
    ENVIRONMENT_NAMES,
    ENVIRONMENT_PREFIXES,
    IMAGE_VARIABLES,
    REQUIREMENTS_TARGET,
    UV_VARIABLES,
)
from dockerfix.project.project import CogConfig
from dockerfix.project.requirements import parse_item
from dockerfix.syntax.dockerfile.instructions import Env, Run
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span


def surplus(document: Document, settings: Settings, context: Context) -> Iterator[Finding]:
    """Report what stays in the image although cog.yaml doesn't ask for it, and what cog.yaml doesn't decide."""
    config = context.config
    if config is None:
        return
    yield from _code(context, config)
    if not marks_of_cog(document):
        return  # it was converted before; what is beyond cog.yaml now is the user's
    if config.python_version is None and settings.result.python:
        message = f"keeps Python {settings.result.python} of the Dockerfile: cog.yaml names no `python_version`"
        yield Finding(CONTRADICTION, Span(0, 0), message)
    staying = {fold(instruction.text) for instruction in settings.outcome.document.instructions}
    edits = _Edits(edit for finding in settings.outcome.findings for edit in finding.edits)
    known = _Known(settings, context, config)
    for instruction in document.instructions:
        if instruction.keyword not in ("RUN", "ENV"):
            continue
        if fold(instruction.text) in staying or _stays(instruction, settings, edits):
            for finding in known.beyond(instruction):
                if context.options.target == "app" or finding.severity is Severity.ERROR:
                    yield finding  # for the other target steps of Cog's own stay


class _Known:
    """What cog.yaml asks for, by which a step of the Dockerfile is explained."""

    def __init__(self, settings: Settings, context: Context, config: CogConfig) -> None:
        self.commands = {script(item.command) for item in config.commands if item.command}
        self.variables = {name for name, _value in config.environment}
        self.system = set(map(bare, apt.names(config.system_packages)))
        self.python = context.project.declared_packages if config.python_packages else frozenset()
        self.requirements = settings.requirements_path is not None
        self.empty = not config.python_packages
        self.staged = install_step.staged_install(settings.source) is not None

    def beyond(self, instruction: Instruction) -> Iterator[Finding]:
        if blocks.in_block(instruction.document, instruction) is not None:
            return
        if isinstance(instruction.view, Env):
            names = [pair.name.value for pair in instruction.view.pairs if self._is_foreign(pair.name.value)]
            if names:
                yield _beyond(instruction, f"sets {_names(names)}, which")
            return
        if any(script(text) in self.commands for text in spellings(instruction)):
            return
        view = instruction.view
        if self._installs_python(instruction) or (isinstance(view, Run) and any(m.source_stage for m in view.mounts)):
            return  # Cog takes the packages from another stage so
        calls = [call for call in commands.calls(instruction) if call.program]
        installs = [found for call in calls if (found := pip.install(call.command)) is not None]
        packages = [name for call in calls for name in apt.installs(call) or ()]
        for found in installs:
            yield from self._packages(instruction, found)
        if foreign := [package for package in packages if bare(package) not in self.system]:
            yield _beyond(instruction, f"installs {_names(foreign)}, which")
        if not installs and not packages:
            yield _beyond(instruction, f"runs `{short(instruction.view.arguments)}`, which")

    def _is_foreign(self, variable: str) -> bool:
        cogs = variable in _COGS or variable.startswith(ENVIRONMENT_PREFIXES)
        return not cogs and variable not in self.variables

    def _installs_python(self, instruction: Instruction) -> bool:
        """Whether a step belongs to Cog's install of Python, in front of which is what Python is built from."""
        following = instruction.next
        while following is not None and following.keyword in ("COPY", "ENV"):
            following = following.next
        if "/usr/bin/python3" in instruction.text or _is_python(instruction):
            return True
        return following is not None and following.keyword == "RUN" and _is_python(following)

    def _packages(self, instruction: Instruction, found: pip.PipCommand) -> Iterator[Finding]:
        if any(file.text == REQUIREMENTS_TARGET for file in found.files) and not self.requirements and self.empty:
            message = "the Dockerfile installs a requirements file, but cog.yaml names none; run `cog debug` again"
            yield _finding(instruction, message, Severity.ERROR)
        elif found.files and not any(file.text == REQUIREMENTS_TARGET for file in found.files):
            yield _beyond(instruction, f"installs `{found.files[0].text}`, which")
        names = {
            argument.text: requirement.name
            for argument in found.packages
            for requirement in parse_item(argument.text).requirements
            if not is_cog_requirement(argument.text)
        }
        foreign = [text for text, name in names.items() if name not in self.python]
        if not foreign:
            return
        if len(names) > 2 * len(foreign) and pip.is_plain(found.command) and not self.staged:
            message = f"the Dockerfile installs {_names(foreign)}, but cog.yaml does not; run `cog debug` again"
            yield _finding(instruction, message, Severity.ERROR)
        else:
            yield _beyond(instruction, f"installs {_names(foreign)}, which")


_COGS = frozenset({*IMAGE_VARIABLES, *UV_VARIABLES, *CERTIFICATE_VARIABLES, *ENVIRONMENT_NAMES, CFLAGS_NAME})
"""The variables that Cog sets, whether or not they stay."""


def _is_python(instruction: Instruction) -> bool:
    return "pyenv install" in instruction.text or "uv python install" in instruction.text


class _Edits:
    """Edits by their starts, with the furthest end of each and those before it."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        spans = sorted(edit.span for edit in edits)
        self.starts = [span.start for span in spans]
        self.ends = list(accumulate((span.end for span in spans), max))

    def touch(self, span: Span) -> bool:
        """Whether an edit changes something inside `span`."""
        count = bisect_left(self.starts, span.end)
        return count > 0 and span.start < self.ends[count - 1]

    def cover(self, span: Span) -> bool:
        """Whether an edit replaces all of `span`."""
        count = bisect_right(self.starts, span.start)
        return count > 0 and span.end <= self.ends[count - 1]


def _stays(instruction: Instruction, settings: Settings, edits: _Edits) -> bool:
    """Whether a step is in the result, be it with other flags or without some of its commands."""
    if any(script(text) in settings.scripts for text in spellings(instruction)):
        return True
    body = instruction.body_span
    return edits.touch(body) and not edits.cover(body)


def _names(names: list[str]) -> str:
    """Names in a message, each once."""
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


def _beyond(instruction: Instruction, what: str) -> Finding:
    return _finding(instruction, f"keeps this instruction: it {what} cog.yaml does not ask for", Severity.NOTE)


def _finding(instruction: Instruction, message: str, severity: Severity) -> Finding:
    return Finding(CONTRADICTION, instruction.body_span, message, severity=severity)


def _code(context: Context, config: CogConfig) -> Iterator[Finding]:
    """`predict` and `train` name code of the project."""
    file = context.project.config_name
    if config.predict is None and config.train is None:
        yield Finding(KEY, Span(0, 0), "cog.yaml names no `predict`; `dockerfix app` needs it", file=file)
    for key, value in (("predict", config.predict), ("train", config.train)):
        if value is None or context.project.root is None:
            continue
        path, _colon, name = value.partition(":")
        source = context.project.read(path)
        line = config.line_of(key) or config.line_of("run")
        if source is None:
            message = f"`{key}` names `{path}`, which is not a file of the project; correct it in cog.yaml"
            severity = Severity.NOTE
        elif name and not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", source.text) and "import *" not in source.text:
            message = f"`{key}` names `{name}`, which `{path}` does not define; correct it in cog.yaml"
            severity = Severity.WARNING
        else:
            continue
        yield Finding(KEY, Span(0, 0), message, severity=severity, file=file, line=line)
