"""What a Dockerfile puts into its image, read for the account: nothing here knows what a pass does."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from dockerfix.analysis import commands, stages
from dockerfix.analysis.images import BaseImage, bottom_image
from dockerfix.analysis.packages import apt, pip
from dockerfix.analysis.python import python_install
from dockerfix.project.pip_options import Option, read_option, takes_value
from dockerfix.project.requirements import Requirement, parse_item
from dockerfix.syntax.dockerfile.instructions import Copy, Env, Run
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.text.lazy_patterns import lazy

_BETWEEN = lazy(r"[/\[;\s]+")
"""What ends a name in a path of pip."""

_QUOTES = str.maketrans("", "", "\"'")


class Reading:
    """The image that a document builds: commands, packages and variables, each with the instruction that brings it.

    Commands, Debian packages and variables count in the stages under the final one, Python packages also in those that
    it takes files from. `requirements` and `system` are by name (`system_steps` are the steps that install those),
    `words` all arguments of pip by their text, `parts` by the names in their paths, `flags` the options with a value,
    `files` the requirements files that pip reads and `copied` the files of
    the project, with their path in the image. `exact` has the requirements by name and text.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.requirements: dict[str, list[tuple[Requirement, Instruction]]] = {}
        self.exact: dict[tuple[str | None, str], Instruction] = {}
        self.words: dict[str, Instruction] = {}
        self.parts: dict[str, tuple[str, Instruction]] = {}
        self.flags: dict[str, Instruction] = {}
        self.files: dict[str, Instruction] = {}
        self.copied: dict[str, tuple[str, Instruction]] = {}
        self.system: dict[str, tuple[str, Instruction]] = {}
        self.system_steps: list[Instruction] = []
        self.variables: dict[str, list[tuple[str, Instruction]]] = {}
        self.commands: dict[str, list[Instruction]] = {}
        self.base: BaseImage | None = None
        self.python: str | None = None
        final = stages.final_stage(document)
        if final is None:
            return
        own = stages.lineage(document, final)
        self.base = bottom_image(document, final)
        installed = next((found for stage in own if (found := python_install(stage)) is not None), None)
        self.python = installed.version if installed is not None else self.base.python
        for stage in _reached(document, own):
            for instruction in stage.instructions:
                self._read(instruction, own=stage in own)

    def _read(self, instruction: Instruction, *, own: bool) -> None:
        view = instruction.view
        if isinstance(view, Copy) and view.source_stage is None:
            mark = instruction.document.escape
            target = view.destination.value.replace(f"{mark}$", "$") if view.destination is not None else ""
            for source in view.sources:
                path = source.value.replace(f"{mark}$", "$")
                place = posixpath.join(target, posixpath.basename(path)) if target.endswith("/") else target
                self.copied.setdefault(posixpath.normpath(path), (place, instruction))
        elif isinstance(view, Env) and own:
            for pair in view.pairs:
                value = pair.value.value if pair.value is not None else ""
                self.variables.setdefault(pair.name.value, []).append((value, instruction))
        elif isinstance(view, Run):
            if "pip" in instruction.node.text:
                self._packages(instruction)
            if own:
                for name in apt.installed(instruction) if "apt" in instruction.node.text else ():
                    self.system.setdefault(bare(name), (name, instruction))
                    if instruction not in self.system_steps[-1:]:
                        self.system_steps.append(instruction)
                for text in spellings(instruction):
                    self.commands.setdefault(text, []).append(instruction)

    def _packages(self, instruction: Instruction) -> None:
        for command in commands.simple_commands(instruction):
            found = pip.install(command)
            for argument in found.arguments if found is not None else ():
                self._word(argument.text, instruction)
                # quotes are left where a word has a variable, which only the shell knows
                text = argument.text.translate(_QUOTES) if "$" in argument.text else argument.text
                self._word(text, instruction)
                if argument.option is None and text.startswith("-"):
                    self._word(_spelling(read_option(text, None)[0]), instruction)
                elif argument.option is None:
                    for requirement in parse_item(text).requirements:
                        if requirement.name is not None:
                            self.requirements.setdefault(requirement.name, []).append((requirement, instruction))
                            self.exact.setdefault((requirement.name, requirement.text), instruction)
                elif argument.option.long == "--requirement":
                    self.files.setdefault(argument.text, instruction)
                else:
                    self._word(_spelling(argument.option), instruction)

    def _word(self, text: str, instruction: Instruction) -> None:
        """Note a word of an install, the parts of the paths in it, and the flag of an option with a value."""
        self.words.setdefault(text, instruction)
        for part in _BETWEEN.split(text):
            if part:
                self.parts.setdefault(part, (text, instruction))
        flag, equals, _ = text.partition("=")
        if equals:
            self.flags.setdefault(flag, instruction)

    def requirement(self, wanted: Requirement) -> tuple[str, Instruction] | None:
        """The requirement that installs `wanted`, by its name, or by its file or URL; None without one."""
        if (wanted.name, wanted.text) in self.exact:
            return wanted.text, self.exact[wanted.name, wanted.text]
        for found, instruction in self.requirements.get(wanted.name or "", ()):
            if _agree(found, wanted):
                return found.text, instruction
        if wanted.text in self.words:
            return wanted.text, self.words[wanted.text]
        path = posixpath.basename(wanted.text.partition("[")[0].partition(";")[0].strip().rstrip("/"))
        return self.parts.get(path) if wanted.is_path or wanted.is_url else None

    def option(self, option: Option) -> Instruction | None:
        """The install that has an option, however it is written."""
        text = _spelling(option)
        if option.value is None and takes_value(option.flag):  # the value is the next item
            return self.flags.get(text)
        return self.words.get(text)


def _spelling(option: Option) -> str:
    return f"{option.long}={option.value}" if option.value else option.long


def _agree(found: Requirement, wanted: Requirement) -> bool:
    """Whether a requirement is another as it was written for the image: the same release, perhaps of a local build."""
    if found.is_url or found.is_path or wanted.is_url or wanted.is_path:
        return found.is_path == wanted.is_path
    if wanted.pin is None or found.pin is None:
        return _plain(found.specifier) == _plain(wanted.specifier)
    return found.pin.partition("+")[0] == wanted.pin.partition("+")[0]


def _plain(specifier: str) -> str:
    return "".join(specifier.split())


def spellings(instruction: Instruction) -> Iterator[str]:
    """A RUN with its flags, blanks folded: as it is written, and what its exec form gives to the shell."""
    view = instruction.view
    if not isinstance(view, Run):
        return
    flags = instruction.text[len(instruction.node.command.keyword) : view.arguments_span.start]
    yield fold(f"{flags} {view.arguments}")
    words = [word.value for word in view.exec_form or ()]
    if len(words) == 3 and words[:2] == ["/bin/sh", "-c"]:
        yield fold(f"{flags} {words[2]}")


def bare(name: str) -> str:
    """A Debian package without version, release and architecture."""
    return name.partition("=")[0].partition("/")[0].partition(":")[0]


def fold(text: str) -> str:
    """A text with each run of blanks as one."""
    return " ".join(text.split())


def _reached(document: Document, own: list[Stage]) -> list[Stage]:
    """The stages of which something is in the image: those under the final one, and those that they take files from."""
    result = list(own)
    for stage in result:
        for instruction in (stage.base, *stage.instructions):
            for use in stages.uses_of(instruction):
                origin = stages.origin(document, use, stage.index)
                if origin is not None and origin not in result:
                    result.append(origin)
    return result
