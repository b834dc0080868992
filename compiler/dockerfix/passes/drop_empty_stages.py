"""DF208: the package stage, if nothing is left to do in it."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, commands, stages
from dockerfix.analysis.context import Context
from dockerfix.knowledge.cog_constructs import DEPENDENCIES_FOLDER, DEPENDENCIES_STAGE
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.syntax.shell import Command, unwrapped
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding

CODE = "DF208"


def drop_empty_stages(document: Document, context: Context) -> Iterator[Finding]:
    """Remove the stage `deps` if it installed only Cog, and the steps that copy packages from it.

    Cog installs packages in a stage of their own and copies `/dep` (`replicate/cog@v0.9.6:pkg/dockerfile/generator.go`);
    a model without packages leaves that stage empty. A stage that only fetched pget or tini is removed as well; one that no
    other used in the first place stays: it is a target of yours.

    When it is wrong: A stage that you build by its name (`docker build --target deps`) and that the last stage also
    uses can't be told from Cog's. `# dockerfix: ignore=DF208` above its FROM and above each COPY from it, or
    `--ignore DF208`, keeps both.

    Before:

        FROM python:3.11 as deps
        FROM python:3.11-slim
        COPY --from=deps --link /dep /usr/local/lib/python3.11/site-packages
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        CMD ["python", "-m", "cog.server.http"]
    """
    found: dict[Stage, tuple[Instruction, ...]] = {}
    gone: set[Instruction] = set()
    last_first = sorted(document.stages[:-1], key=lambda stage: (not _is_for_packages(stage), -stage.index))
    for stage in last_first:  # what only a dropped stage uses goes with it
        if stages.target(stage) in context.own_targets:
            continue
        going = _going_along(document, stage, gone)
        if going is not None:
            found[stage] = going
            gone |= {stage.base, *going}
    renumbered = stages.renumbered(document, found, gone)
    for stage in sorted(found, key=lambda stage: stage.index):
        message = f"removes the stage `{stage.name or stage.index}`, which no longer makes anything"
        outside = [each for each in found[stage] if stages.stage_of(document, each) not in found]
        edits = (Edit(stage.span, ""), *map(commands.drop, outside), *renumbered)
        renumbered = ()
        yield Finding(CODE, stage.base.body_span, message, edits)


def _is_for_packages(stage: Stage) -> bool:
    return stage.name == DEPENDENCIES_STAGE


def _going_along(document: Document, stage: Stage, gone: set[Instruction]) -> tuple[Instruction, ...] | None:
    """Return the later instructions to remove with a stage that makes nothing; None if it stays."""
    if _is_for_packages(stage):
        return _bringing(document, stage) if _is_empty(stage) else None
    if all(each in gone or _only_checks(document, each) for each in stage.instructions):
        return () if all(user in gone for user in stages.users_of(document, stage)) else None
    return None


def _only_checks(document: Document, instruction: Instruction) -> bool:
    """Whether this is the injected check of the base image's CUDA, which makes nothing."""
    block = blocks.in_block(document, instruction)
    return block is not None and block.code == "DF401"


def _bringing(document: Document, stage: Stage) -> tuple[Instruction, ...] | None:
    """Return the later instructions that copy the packages of `stage`; None if one takes anything more."""
    users = stages.users_of(document, stage)
    if not all(DEPENDENCIES_FOLDER in user.text for user in users):
        return None
    known = set(users)
    links = [
        instruction
        for instruction in document.instructions
        if instruction not in known
        and f"{DEPENDENCIES_FOLDER}/" in instruction.node.text
        and _only_brings(instruction, DEPENDENCIES_FOLDER)
    ]
    return (*users, *links)


def _only_brings(instruction: Instruction, folder: str) -> bool:
    """Whether a RUN links or copies what is in `folder`, and does nothing more."""

    def brings(command: Command) -> bool:
        return commands.program(command) in ("ln", "cp") and any(
            word.text.startswith(f"{folder}/") for word in unwrapped(command)
        )

    return any(map(brings, commands.simple_commands(instruction))) and commands.whole(
        instruction, lambda command: brings(command) or commands.program(command) in ("true", "pyenv")
    )


def _is_empty(stage: Stage) -> bool:
    """Whether a stage makes no file; Debian packages don't count, as they do not leave it."""
    return all(
        instruction.keyword in ("ENV", "ARG", "WORKDIR") or commands.whole(instruction, _is_for_debian_packages)
        for instruction in stage.instructions
    )


def _is_for_debian_packages(command: Command) -> bool:
    return commands.program(command) in ("apt-get", "apt", "rm")
