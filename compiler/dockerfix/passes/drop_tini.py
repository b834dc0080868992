"""DF102: tini, the init process under which Cog starts its server."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import cog, commands, stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.memo import of_node
from dockerfix.knowledge.cog_constructs import TINI_PATHS, TINI_URL_PART
from dockerfix.syntax.dockerfile.instructions import Copy
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.syntax.shell import Command
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity

CODE = "DF102"


def drop_tini(document: Document, context: Context) -> Iterator[Finding]:
    """Remove tini: the step or stage that downloads it, and the ENTRYPOINT that starts it.

    fal starts its own runner in the image, so an init process for Cog's server has no use. Cog installs tini
    in a RUN that also installs curl (`replicate/cog@v0.6.0:pkg/dockerfile/generator.go`), or in a stage of its own
    (`replicate/cog@v0.8.0-beta12`). DF303 installs again what later steps need from that RUN. ``--keep tini`` keeps all.

    When it is wrong: tini is worth keeping if the image also runs outside of fal, where nobody else collects the
    processes that your code starts. `--keep tini`, or `keep: [tini]` in the settings, keeps all of it.
    `# dockerfix: ignore=DF102` keeps one instruction: put it above the download too, not only above the ENTRYPOINT. A
    tini that starts a program of yours stays anyway, with a warning.

    Before:

        FROM python:3.11-slim
        RUN curl -sSL -o /sbin/tini "https://github.com/krallin/tini/releases/download/v0.19.0/tini-amd64"; chmod +x /sbin/tini
        ENTRYPOINT ["/sbin/tini", "--"]
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        CMD ["python", "-m", "cog.server.http"]
    """
    if context.keeps("tini") or context.options.target == "server" or "tini" not in document.text:
        return
    user = next((each for each in document.instructions if cog.needs_tini(each)), None)
    if user is not None:
        message = "keeps tini: this instruction runs a program of yours under it"
        yield Finding(CODE, user.body_span, message, severity=Severity.WARNING)
        return
    user = next((each for each in document.instructions if cog.reads_tini(each)), None)
    if user is not None:
        message = "keeps tini: this instruction names its file"
        yield Finding(CODE, user.body_span, message, severity=Severity.WARNING)
        return
    going = [stage for stage in document.stages if _is_tini_stage(document, stage)]
    renumbered = stages.renumbered(document, going)
    for stage in going:
        yield Finding(CODE, stage.base.body_span, "removes tini's stage", (Edit(stage.span, ""), *renumbered))
        renumbered = ()
    inside = {instruction.index for stage in going for instruction in stage.instructions}
    for instruction in document.instructions:
        if instruction.index in inside:
            continue
        if cog.is_tini_entrypoint(instruction):
            yield commands.removed(CODE, instruction, "removes tini's ENTRYPOINT")
        elif _copies_tini(instruction):
            yield commands.removed(CODE, instruction, "removes the COPY of tini")
        elif TINI_URL_PART in instruction.node.text:
            yield from _in_run(instruction)


def _is_tini_stage(document: Document, stage: Stage) -> bool:
    """Whether a stage only downloads tini, and others take only tini from it."""
    runs = [instruction for instruction in stage.instructions if instruction.keyword == "RUN"]
    if not any(map(cog.tini_commands, runs)):
        return False
    if any(instruction.keyword not in ("RUN", "ARG", "ENV", "WORKDIR") for instruction in stage.instructions):
        return False  # somebody else has written in it
    if not all(_only_installs_tini(run, relative=True) for run in runs):
        return False
    users = stages.users_of(document, stage)
    return bool(users) and all(_copies_tini(user) for user in users)


@of_node
def _copies_tini(instruction: Instruction) -> bool:
    view = instruction.view
    return (
        isinstance(view, Copy)
        and bool(view.source_stage)
        and view.destination is not None
        and view.destination.value in TINI_PATHS
    )


def _only_installs_tini(instruction: Instruction, *, relative: bool = False) -> bool:
    return commands.whole(
        instruction,
        lambda command: (
            cog.writes_tini(command) or _prepares(command) or (relative and commands.program(command) == "chmod")
        ),
        cog.is_tini,
    )


def _prepares(command: Command) -> bool:
    """Whether a command is one that Cog writes around the download: shell options, and curl by apt."""
    name, words = commands.program(command), commands.arguments(command)
    if name == "set" or (name == "dpkg" and "--print-architecture" in words):
        return True
    operands = [word for word in words if word is None or not word.startswith("-")]
    if name == "rm":
        return all(word and word.startswith("/var/lib/apt/lists") for word in operands)
    return name == "apt-get" and operands in (["update"], ["install", "curl"])


def _makes_executable(command: Command) -> bool:
    """Whether a command is the chmod of a tini in the working directory."""
    return commands.program(command) == "chmod" and commands.arguments(command)[1:] in (("tini",), ("./tini",))


def _in_run(instruction: Instruction) -> Iterator[Finding]:
    found = commands.shell(instruction)
    if found is None:
        return
    every, own = commands.simple_commands(instruction), cog.tini_commands(instruction)
    simple = [command for command in every if command in own or _makes_executable(command)]
    if not any(command.words for command in own):
        if _names_tini(instruction, found):
            message = "this step names a release of tini, and is not read as its download; it stays as it is"
            yield Finding(CODE, instruction.body_span, message, severity=Severity.WARNING)
        return
    if _only_installs_tini(instruction):
        yield commands.removed(CODE, instruction, "removes the step that downloads tini")
        return
    edits = commands.drop_commands(found, simple, cog.is_tini)
    if edits is None:
        message = "this step downloads tini and other things and can't be split safely; it stays as it is"
        yield Finding(CODE, instruction.body_span, message, severity=Severity.WARNING)
    else:
        yield Finding(CODE, found.source(simple[0].span), "removes the commands that download tini", edits)


def _names_tini(instruction: Instruction, found: commands.Shell) -> bool:
    """Whether a word of a RUN, and not only a comment, has the address of tini's releases."""
    if found.script.opaque:
        return True
    return any(TINI_URL_PART in word.text for each in commands.simple_commands(instruction) for word in each.words)
