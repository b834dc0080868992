"""Find the installs of pget in a Dockerfile by what their commands do."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from dockerfix.analysis import commands, stages
from dockerfix.knowledge.cog_constructs import PGET_COMMAND, PGET_URL_PART
from dockerfix.knowledge.commands import DOWNLOADERS
from dockerfix.syntax.dockerfile.instructions import Copy, Run
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.syntax.shell import Command, Word, own_text, unwrapped
from dockerfix.text.edits import Edit
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

_MOVES = frozenset({"cp", "install", "ln", "mv"})
_TOUCHES = frozenset({"chgrp", "chmod", "chown", "rm", "strip"})
_LONG_TARGETS = frozenset({"--output", "--output-document", "--out"})
_OTHERS = frozenset({"apt", "apt-get", "echo", "git", "mkdir", "pip", "printf", "tee"})
_SILENT = DOWNLOADERS | _MOVES | _TOUCHES | _OTHERS
"""Programs that may name pget without needing it."""
_MENTION = lazy(r"(?<![\w.-])pget(?![\w./-])")


class Install(NamedTuple):
    """The part of one instruction in the install.

    `commands` of a RUN do nothing more, `words` are operands of commands that do more; a COPY or ADD is removed whole,
    with `shell` None. `files` are the paths that it has had so far. `mixed` is a script that does this and other things,
    or one that can't be read.
    """

    instruction: Instruction
    shell: commands.Shell | None
    commands: tuple[Command, ...] = ()
    words: tuple[Word, ...] = ()
    mixed: bool = False
    files: frozenset[str] = frozenset()

    def edits(self) -> tuple[Edit, ...] | None:
        """Return the edits that remove it; None if that isn't safe."""
        if self.shell is None:
            return (commands.drop(self.instruction),)
        if self.mixed:
            return None
        spans = {word.span for word in self.words}
        edited = [
            command
            for command in commands.simple_commands(self.instruction)
            if any(word.span in spans for word in command.words)
        ]
        edits = commands.drop_commands(self.shell, self.commands, self._owns, edited) if self.commands else ()
        if edits is None:
            return None
        if not all(
            commands.may_cut(self.shell, command, tuple(word for word in command.words if word.span in spans))
            for command in edited
        ):
            return None
        text = self.shell.script.text
        cuts = [Span(len(text[: word.span.start].rstrip(" \t")), word.span.end) for word in self.words]
        return (*edits, *(Edit(self.shell.source(span), "") for span in cuts))

    def _owns(self, path: str) -> bool:
        return path.removeprefix("./") in self.files


def installs(document: Document) -> tuple[Install, ...]:
    """Return everything that installs pget, in order; nothing if nothing downloads it."""
    if PGET_URL_PART not in document.text:
        return ()
    result: list[Install] = []
    files: dict[int, set[str]] = {}
    for stage in document.stages:
        own: set[str] = set()
        for instruction in stage.instructions:
            found = _of_copy(document, stage, instruction, files, own) or _of_run(instruction, own)
            if found:
                result.append(found)
        files[stage.index] = own
    return tuple(result)


def _of_copy(
    document: Document, stage: Stage, instruction: Instruction, files: dict[int, set[str]], own: set[str]
) -> Install | None:
    """Whether an ADD, or a COPY from a stage that downloaded it, takes the binary; adds its new path to `own`."""
    view = instruction.view
    if not isinstance(view, Copy) or view.destination is None or not view.sources:
        return None
    sources = [source.value for source in view.sources]
    if view.source_stage:
        origin = stages.find_stage(document, view.source_stage, stage.index)
        if origin is None or not all(source in files.get(origin.index, set()) for source in sources):
            return None
    elif not all(PGET_URL_PART in source for source in sources):
        return None
    own.update(_places(view.destination.value, [_base_name(source) for source in sources]))
    return Install(instruction, None)


def _of_run(instruction: Instruction, own: set[str]) -> Install | None:
    found = commands.shell(instruction)
    if found is None:
        return None
    simple: list[Command] = []
    words: list[Word] = []
    mixed = False
    for command in commands.simple_commands(instruction):
        inner = commands.nested_commands(command)
        if inner:
            belongs = [_belongs(each, own) == (each.words, True) for each in inner]
            mixed = mixed or (any(is_fetch(each) for each in inner) and not all(belongs))
            if all(belongs):
                simple.append(command)
            continue
        operands, whole = _belongs(command, own)
        if whole:
            simple.append(command)
        else:
            words += operands
    if found.script.opaque or (not simple and _fetches(instruction)):
        mixed = PGET_URL_PART in found.script.text
    if not simple and not words and not mixed:
        return None
    return Install(instruction, found, tuple(simple), tuple(words), mixed, frozenset(own))


def _fetches(instruction: Instruction) -> bool:
    """Whether a download of a RUN has pget among what it fetches."""
    return any(
        commands.program(command) in DOWNLOADERS and any(PGET_URL_PART in own_text(word) for word in command.words)
        for command in commands.simple_commands(instruction)
    )


def _belongs(command: Command, own: set[str]) -> tuple[tuple[Word, ...], bool]:
    """Return the words of a command that name pget's files, and whether all do; adds new files to `own`."""
    if is_fetch(command):
        own.update(_target(command))
        return command.words, True
    name = commands.program(command)
    if name not in _MOVES and name not in _TOUCHES:
        return (), False
    operands = _operands(command)
    files = operands[:-1] if name in _MOVES and len(operands) > 1 else operands
    about = [word for word in files if _path(word) in own]
    if name in _MOVES and about:
        own.update(_places(_path(operands[-1]), [_base_name(_path(word)) for word in about]))
    whole = bool(about) and len(about) == len(files)
    return (command.words if whole else tuple(about)), whole


def _operands(command: Command) -> list[Word]:
    """Return the files that a command names: no options, no values of options of ``install``, no mode or owner."""
    words = unwrapped(command)
    valued = ("-m", "--mode", "-o", "--owner", "-g", "--group") if words[0].text.endswith("install") else ()
    operands = [
        word for before, word in pairwise(words) if not word.text.startswith(("-", "+")) and before.text not in valued
    ]
    with_mode = commands.program(command) in ("chmod", "chown", "chgrp")
    return operands[1:] if with_mode and not any(word.text.startswith("+") for word in words) else operands


def is_fetch(command: Command) -> bool:
    """Whether a command downloads pget's release asset."""
    return commands.downloads_only(command, PGET_URL_PART)


def _target(command: Command) -> list[str]:
    """Return the files that a download writes: by an option, a redirection, or under the asset's own name."""
    words = unwrapped(command)
    redirected = [_path(each.target) for each in command.redirections if each.operator in (">", ">|", ">>")]
    targets: list[str] = []
    letter = "o" if commands.program(command) in ("curl", "aria2c", "axel") else "[oO]"
    short = re.compile(rf"-[A-Za-z]*{letter}(.*)", re.DOTALL)
    for word, following in pairwise((*words, None)):
        text = word.text if word else ""
        name, equals, value = text.partition("=")
        match = None if text.startswith("--") else short.fullmatch(text)
        if equals and name in _LONG_TARGETS:
            targets.append(value.strip("\"'"))
        elif match and match[1]:
            targets.append(match[1].strip("\"'"))
        elif (match or text in _LONG_TARGETS) and following is not None:
            targets.append(_path(following))
    assets = [_base_name(re.split(r"[?#]", _path(word))[0]) for word in words if PGET_URL_PART in word.text]
    named = [target for target in targets if "://" not in target]
    return named or redirected or assets


def _path(word: Word) -> str:
    """Return a word as a path: its value, or its text without quotes if only the shell knows it."""
    path = word.value if word.value is not None else re.sub(r"[\"'\\]", "", word.text)
    return path.removeprefix("./")


def _base_name(path: str) -> str:
    return path.rpartition("/")[2]


def _places(target: str, names: list[str]) -> list[str]:
    """Return the paths that files may have after a copy to `target`, which may be a folder."""
    return [target, *(f"{target.rstrip('/')}/{name}" for name in names)]


def later_call(document: Document, found: tuple[Install, ...]) -> Instruction | None:
    """Return the first step that runs pget, other than the installs themselves; a doubtful case counts."""
    if not _MENTION.search(document.text):
        return None
    own = {id(command) for install in found for command in install.commands}
    for instruction in document.instructions:
        if PGET_COMMAND in instruction.node.text and _runs(instruction, PGET_COMMAND, own):
            return instruction
    return None


def _runs(instruction: Instruction, name: str, own: set[int]) -> bool:
    view = instruction.view
    if not isinstance(view, Run):
        return instruction.keyword in ("CMD", "ENTRYPOINT", "HEALTHCHECK") and bool(_MENTION.search(view.arguments))
    found = commands.shell(instruction)
    if found is None or found.script.opaque:
        return bool(_MENTION.search(instruction.node.text))
    return any(_calls(command, name) for command in commands.simple_commands(instruction) if id(command) not in own)


def _calls(command: Command, name: str) -> bool:
    inner = commands.nested_commands(command)
    if inner:
        return any(_calls(each, name) for each in inner)
    program = commands.program(command)
    if program == name:
        return True
    return program not in _SILENT and any(_MENTION.search(word.text) for word in command.words)
