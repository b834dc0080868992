"""What Cog writes, recognised by what instructions copy, install, run or name.

Nothing here depends on a release of Cog; names and paths come from ``knowledge/cog_constructs``.
"""

from __future__ import annotations

from dockerfix.analysis import commands
from dockerfix.analysis.memo import of_node
from dockerfix.analysis.packages import pip
from dockerfix.analysis.packages.pip import Argument, PipCommand
from dockerfix.knowledge.cog_constructs import (
    CFLAGS_VALUE,
    COG_BASE_IMAGE,
    ENVIRONMENT_PREFIXES,
    FRAME_MARK,
    LABEL_PREFIXES,
    MONOBASE_IMAGE,
    RELEASES,
    RELEASES_OF_COG_BASE,
    RELEASES_OF_MONOBASE,
    SERVER_COMMANDS,
    SERVER_ENTRYPOINT_SCRIPTS,
    SERVER_MODULE,
    STAGING_CONTEXTS,
    STAGING_PREFIXES,
    TINI_PATHS,
    TINI_URL_PART,
    TINI_VARIABLES,
    UV_IMAGE,
    WHEEL_COMPANIONS,
    WHEEL_NAMES,
    WHEEL_PREFIXES,
)
from dockerfix.project.requirements import is_cog, parse_item
from dockerfix.syntax.dockerfile.instructions import CommandView, Copy, From, Label, Run
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.syntax.shell import Command, unwrapped
from dockerfix.text.lazy_patterns import lazy

_NAMED = lazy(r"[\"']?([A-Za-z0-9._-]+)\s*[=<>~!\[@]").match
"""The name of a requirement."""


def marks_of_cog(document: Document) -> bool:
    """Whether Cog wrote this Dockerfile: it has its server's command, base images, staged files or frame."""
    return any(_is_mark(instruction) for instruction in document.instructions)


@of_node
def _is_mark(instruction: Instruction) -> bool:
    view = instruction.view
    if instruction.node.heredocs and not instruction.node.heredocs[-1].closed:
        # after a user's command with `<<WORD` everything is part of its heredoc
        return SERVER_MODULE in instruction.node.text
    if isinstance(view, From):
        return is_cog_base(instruction) or is_monobase(instruction)
    if isinstance(view, Copy):
        return is_staged(instruction)
    if instruction.keyword in ("CMD", "ENTRYPOINT"):
        return is_server(instruction)
    return is_frame_line(instruction)


@of_node
def is_frame_line(instruction: Instruction) -> bool:
    """Whether this is a line of the ``===`` frame around the documents of ``--separate-weights``."""
    return instruction.node.command.keyword == FRAME_MARK


@of_node
def is_cog_base(instruction: Instruction) -> bool:
    """Whether a FROM names Cog's own base image, in any registry."""
    return _base_is(instruction, COG_BASE_IMAGE)


@of_node
def is_monobase(instruction: Instruction) -> bool:
    """Whether a FROM names the base image of ``--x-fast``."""
    return _base_is(instruction, MONOBASE_IMAGE)


def _base_is(instruction: Instruction, name: str) -> bool:
    view = instruction.view
    return isinstance(view, From) and view.image is not None and view.image.name == name and "/" in view.image.text


@of_node
def is_staged(instruction: Instruction) -> bool:
    """Whether a COPY takes files that exist only while Cog builds: under ``.cog/`` or in one of its named contexts."""
    view = instruction.view
    if not isinstance(view, Copy):
        return False
    if view.source_stage in STAGING_CONTEXTS:
        return True
    return view.source_stage is None and any(
        source.value.removeprefix("./").startswith(STAGING_PREFIXES) for source in view.sources
    )


@of_node
def staged_file(instruction: Instruction) -> str | None:
    """Return the name of the file or folder that a staged COPY copies (``requirements.txt``)."""
    view = instruction.view
    if not is_staged(instruction) or not isinstance(view, Copy) or not view.sources:
        return None
    return view.sources[0].value.rstrip("/").rpartition("/")[2]


def is_wheel_name(name: str) -> bool:
    """Whether a file name belongs to a wheel of Cog."""
    name = name.rpartition("/")[2]
    return name in WHEEL_NAMES or (name.endswith(".whl") and name.startswith(WHEEL_PREFIXES))


@of_node
def is_server(instruction: Instruction) -> bool:
    """Whether a CMD or ENTRYPOINT starts Cog's server, in exec or shell form."""
    words = _words(instruction)
    if any(word == SERVER_MODULE or word in SERVER_COMMANDS or word in SERVER_ENTRYPOINT_SCRIPTS for word in words):
        return True
    return len(words) == 3 and words[1] == "-c" and ".start_server()" in words[2]


@of_node
def is_tini_entrypoint(instruction: Instruction) -> bool:
    """Whether an ENTRYPOINT starts tini alone, or tini with a script of Cog."""
    words = _under_tini(instruction) if instruction.keyword == "ENTRYPOINT" else None
    return words is not None and all(word in SERVER_ENTRYPOINT_SCRIPTS for word in words)


@of_node
def needs_tini(instruction: Instruction) -> bool:
    """Whether an ENTRYPOINT, CMD or RUN runs a program of the user under tini."""
    if "tini" not in instruction.node.text:
        return False
    if instruction.keyword == "RUN":
        found = commands.shell(instruction)
        if found is None or found.script.opaque:
            # in the exec form, or in a shell that isn't read: a doubtful case counts
            return any(path in instruction.node.text for path in TINI_PATHS)
        return any(commands.program_path(command) in TINI_PATHS for command in commands.simple_commands(instruction))
    return bool(_under_tini(instruction)) and not is_tini_entrypoint(instruction) and not is_server(instruction)


@of_node
def reads_tini(instruction: Instruction) -> bool:
    """Whether a RUN that doesn't download tini names its file, as for a copy of it."""
    if instruction.keyword != "RUN" or "tini" not in instruction.node.text or TINI_URL_PART in instruction.node.text:
        return False
    return any(word.value in TINI_PATHS for command in commands.simple_commands(instruction) for word in command.words)


def _words(instruction: Instruction) -> list[str]:
    """Return the words of an ENTRYPOINT or CMD in exec or shell form; none of another instruction."""
    view = instruction.view
    if not isinstance(view, CommandView) or isinstance(view, Run):
        return []
    return [word.value for word in view.exec_form] if view.exec_form is not None else view.arguments.split()


def _under_tini(instruction: Instruction) -> list[str] | None:
    """Return the words after tini and its options in an ENTRYPOINT or CMD; None for another program."""
    words = _words(instruction)
    if not words or words[0] not in TINI_PATHS:
        return None
    return words[words.index("--") + 1 :] if "--" in words else [word for word in words[1:] if not word.startswith("-")]


def is_tini(path: str) -> bool:
    """Whether a path is where Cog puts tini."""
    return path in TINI_PATHS


def writes_tini(command: Command) -> bool:
    """Whether a command downloads tini, makes it executable, or sets the variables for that."""
    if not command.words:
        names = {assignment.name for assignment in command.assignments}
        return bool(names) and names <= set(TINI_VARIABLES)
    if commands.program(command) == "chmod":
        files = [word.value for word in unwrapped(command)[2:]]
        return bool(files) and all(file in TINI_PATHS for file in files)
    return commands.downloads_only(command, TINI_URL_PART)


@of_node
def tini_commands(instruction: Instruction) -> tuple[Command, ...]:
    """Return the commands of a RUN that install tini."""
    return tuple([command for command in commands.simple_commands(instruction) if writes_tini(command)])


@of_node
def is_cog_label(instruction: Instruction) -> bool:
    """Whether a LABEL is from Cog. The first name decides: a value that breaks its quotes may look like more pairs."""
    prefixes = LABEL_PREFIXES
    return isinstance(instruction.view, Label) and instruction.view.arguments.lstrip("\"'").startswith(prefixes)


def installs_cog(command: Command) -> bool:
    """Whether a command installs Cog's packages and no others; the pins that Cog adds for itself do not count."""
    found = pip.install(command)
    if found is None or found.files:
        return False
    is_own = [is_cog_requirement(each.text) for each in found.packages]
    others = (each.text for each, own in zip(found.packages, is_own, strict=True) if not own)
    return any(is_own) and all(text in WHEEL_COMPANIONS for text in others)


def cog_packages(found: PipCommand) -> tuple[Argument, ...]:
    """The arguments of pip that name a package of Cog, editable ones included."""
    return tuple(each for each in found.packages if is_cog_requirement(each.text))


def is_cog_requirement(text: str) -> bool:
    """Whether a requirement, path or URL names a package of Cog, whatever the version that only the shell knows."""
    named = _NAMED(text) if "$" in text or "`" in text else None
    text = named[1] if named is not None else text
    return is_wheel_name(text.split("#", maxsplit=1)[0]) or is_cog(parse_item(text))


def is_cog_variable(name: str) -> bool:
    """Whether only Cog's runtime reads this variable."""
    return name.startswith(ENVIRONMENT_PREFIXES)


def uninstalls_cog(command: Command) -> bool:
    """Whether a command is a ``pip uninstall`` of Cog's packages and no others."""
    found = pip.read(command)
    if found is None or found.verb != "uninstall" or found.files:
        return False
    return bool(found.operands) and all(is_cog_requirement(each.text) for each in found.operands)


def era(document: Document) -> str:
    """Return about which releases wrote this Dockerfile: the first era with the constructs that it contains.

    It says what an image of that time contained, and never decides what is removed. Eras are those of the fact tables
    (``E13`` is v0.9.21 to v0.9.26).
    """
    text = document.text
    uv, cflags = UV_IMAGE in text, CFLAGS_VALUE in text
    if uv:
        return "E21" if any(f"--from={name}" in text for name in STAGING_CONTEXTS) else "E20"
    if any(f"'{pin}'" in text for pin in WHEEL_COMPANIONS[1:]):
        return "E16"
    if any(f"'{pin}'" in text for pin in WHEEL_COMPANIONS):
        return "E14"
    if " cog==" in text:
        return "E19"
    return "E13" if cflags else "E11"


def releases(document: Document) -> tuple[str | None, str | None] | None:
    """Return about the first and the last release of Cog that print this Dockerfile; None if Cog didn't write it.

    An open end is None.
    """
    if not marks_of_cog(document):
        return None
    if any(is_monobase(each) for each in document.instructions):
        return RELEASES_OF_MONOBASE
    found = era(document)
    on_cog_base = any(is_cog_base(each) for each in document.instructions)
    return RELEASES_OF_COG_BASE.get(found, RELEASES[found]) if on_cog_base else RELEASES[found]
