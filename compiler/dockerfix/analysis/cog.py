"""Recognise what Cog writes, by what instructions do: what they copy, install, run or name.

Nothing here knows a Cog release; names and paths come from ``knowledge/cog_constructs.py``.
"""

from __future__ import annotations

from dockerfix.analysis import flow
from dockerfix.analysis.memo import per_node
from dockerfix.analysis.packages import pip
from dockerfix.analysis.packages.pip import EDITABLE, Install, after_pip
from dockerfix.knowledge.cog_constructs import (
    CFLAGS_VALUE,
    COG_BASE_IMAGE,
    ENVIRONMENT_PREFIXES,
    FRAME_MARK,
    LABEL_PREFIXES,
    MONOBASE_IMAGE,
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
    WHEEL_PREFIXES,
)
from dockerfix.project.requirements import is_cog, parse_item
from dockerfix.syntax.dockerfile.instructions import CommandView, Copy, From, Label, Run
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.syntax.shell import Command, Word


def marks_of_cog(document: Document) -> bool:
    """Whether this is a Dockerfile of Cog's, by signs that nothing else has: its server's command, its base images,
    its staged files, its frame.
    """
    return any(_is_mark(instruction) for instruction in document.instructions)


@per_node
def _is_mark(instruction: Instruction) -> bool:
    view = instruction.view
    if instruction.node.heredocs and not instruction.node.heredocs[-1].closed:
        # a user's command with `<<WORD` takes all that follows for its heredoc
        return SERVER_MODULE in instruction.node.text
    if isinstance(view, From):
        return is_cog_base(instruction) or is_monobase(instruction)
    if isinstance(view, Copy):
        return is_staged(instruction)
    if instruction.keyword in ("CMD", "ENTRYPOINT"):
        return is_server(instruction)
    return is_frame_line(instruction)


@per_node
def is_frame_line(instruction: Instruction) -> bool:
    """A line of the ``===`` frame around the documents of ``--separate-weights``."""
    return instruction.node.command.keyword == FRAME_MARK


@per_node
def is_cog_base(instruction: Instruction) -> bool:
    """A FROM of Cog's own base image, of any registry."""
    return _base_is(instruction, COG_BASE_IMAGE)


@per_node
def is_monobase(instruction: Instruction) -> bool:
    """A FROM of the base image of ``--x-fast``."""
    return _base_is(instruction, MONOBASE_IMAGE)


def _base_is(instruction: Instruction, name: str) -> bool:
    view = instruction.view
    return isinstance(view, From) and view.image is not None and view.image.name == name and "/" in view.image.text


@per_node
def is_staged(instruction: Instruction) -> bool:
    """A COPY of files that exist only while Cog builds: under ``.cog/`` or in a named context of Cog's."""
    view = instruction.view
    if not isinstance(view, Copy):
        return False
    if view.source_stage in STAGING_CONTEXTS:
        return True
    return view.source_stage is None and any(
        source.value.removeprefix("./").startswith(STAGING_PREFIXES) for source in view.sources
    )


@per_node
def staged_file(instruction: Instruction) -> str | None:
    """The name of the file or folder that a staged COPY brings (``requirements.txt``)."""
    view = instruction.view
    if not is_staged(instruction) or not isinstance(view, Copy) or not view.sources:
        return None
    return view.sources[0].value.rstrip("/").rpartition("/")[2]


def is_wheel_name(name: str) -> bool:
    """Whether a file name is that of a wheel of Cog's."""
    name = name.rpartition("/")[2]
    return name.endswith(".whl") and name.startswith(WHEEL_PREFIXES)


@per_node
def is_server(instruction: Instruction) -> bool:
    """CMD or ENTRYPOINT that starts Cog's server, in exec or shell form."""
    view = instruction.view
    if not isinstance(view, CommandView) or isinstance(view, Run):
        return False
    words = [word.value for word in view.exec_form] if view.exec_form is not None else view.arguments.split()
    if any(word == SERVER_MODULE or word in SERVER_COMMANDS or word in SERVER_ENTRYPOINT_SCRIPTS for word in words):
        return True
    return len(words) == 3 and words[1] == "-c" and ".start_server()" in words[2]


@per_node
def is_tini_entrypoint(instruction: Instruction) -> bool:
    """An ENTRYPOINT of tini alone, or with a script of Cog's behind it."""
    words = _under_tini(instruction) if instruction.keyword == "ENTRYPOINT" else None
    return words is not None and all(word in SERVER_ENTRYPOINT_SCRIPTS for word in words)


@per_node
def needs_tini(instruction: Instruction) -> bool:
    """An ENTRYPOINT, CMD or RUN that runs a program of the user's under tini."""
    if "tini" not in instruction.node.text:
        return False
    if instruction.keyword == "RUN":
        found = flow.shell(instruction)
        if found is None or found.script.opaque:
            # in the exec form, or in a shell that isn't read: a doubtful case counts
            return any(path in instruction.node.text for path in TINI_PATHS)
        return any(
            command.words[0].value in TINI_PATHS for command in flow.simple_commands(instruction) if command.words
        )
    return bool(_under_tini(instruction)) and not is_tini_entrypoint(instruction) and not is_server(instruction)


def _under_tini(instruction: Instruction) -> list[str] | None:
    """The words behind tini and its options in an ENTRYPOINT or CMD; None where the program is another."""
    view = instruction.view
    if not isinstance(view, CommandView) or isinstance(view, Run):
        return None
    words = [word.value for word in view.exec_form] if view.exec_form is not None else view.arguments.split()
    if not words or words[0] not in TINI_PATHS:
        return None
    return words[words.index("--") + 1 :] if "--" in words else [word for word in words[1:] if not word.startswith("-")]


def writes_tini(command: Command) -> bool:
    """A command that downloads tini, or makes it executable, or sets the variables for that."""
    if not command.words:
        names = {assignment.name for assignment in command.assignments}
        return bool(names) and names <= set(TINI_VARIABLES)
    texts = [word.text for word in command.words]
    if any(TINI_URL_PART in text for text in texts):
        return True
    return flow.program(command) == "chmod" and any(word.value in TINI_PATHS for word in command.words)


@per_node
def tini_commands(instruction: Instruction) -> tuple[Command, ...]:
    """The commands of a RUN that `writes_tini` names."""
    return tuple([command for command in flow.simple_commands(instruction) if writes_tini(command)])


@per_node
def is_cog_label(instruction: Instruction) -> bool:
    """A LABEL of Cog's; a value that breaks its quotes may look like more pairs, so the first name decides."""
    return isinstance(instruction.view, Label) and instruction.view.arguments.lstrip("\"'").startswith(LABEL_PREFIXES)


install = pip.install
"""How a command that installs Python packages is read."""


def installs_cog(command: Command) -> bool:
    """An install whose packages are Cog's alone (pins that Cog gives along do not count)."""
    found = install(command)
    if found is None:
        return False
    own = cog_words(found)
    others = [word for word in found.operands if word not in own and word.value not in WHEEL_COMPANIONS]
    others += [option[-1] for option in found.options if option[0].value in _NAMES_PACKAGES and option[-1] not in own]
    return bool(own) and not others


_NAMES_PACKAGES = EDITABLE | {"-r", "--requirement"}


def cog_words(found: Install) -> list[Word]:
    """The words of an install that name a package of Cog's, those behind ``-e`` included."""
    editable = [option[1] for option in found.options if option[0].value in EDITABLE and len(option) > 1]
    return [word for word in (*found.operands, *editable) if is_cog_requirement(word.value or word.text)]


def is_cog_requirement(text: str) -> bool:
    """Whether a requirement, path or URL is a package of Cog's."""
    return is_wheel_name(text.split("#", maxsplit=1)[0]) or is_cog(parse_item(text))


def is_cog_variable(name: str) -> bool:
    """Whether only Cog's runtime reads this variable."""
    return name.startswith(ENVIRONMENT_PREFIXES)


def uninstalls_cog(command: Command) -> bool:
    """``pip uninstall`` of Cog's packages and no others."""
    values = [word.value for word in flow.unwrapped(command)]
    at = after_pip(values)
    if at is None or "uninstall" not in values[at:]:
        return False
    operands = [value for value in values[values.index("uninstall") + 1 :] if not (value or "").startswith("-")]
    return bool(operands) and all(value is not None and is_cog_requirement(value) for value in operands)


def era(document: Document) -> str:
    """About which releases wrote this Dockerfile: the first era that has what is found in it.

    Used to tell what an image of that time held, never to decide what goes. Eras are those of the fact tables
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
