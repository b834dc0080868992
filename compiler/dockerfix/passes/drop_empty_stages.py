"""DF109: the stage for packages, where nothing is left to do in it."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix import flow
from dockerfix.context import Context
from dockerfix.emitter import Edit
from dockerfix.findings import Finding
from dockerfix.knowledge.idioms import idioms
from dockerfix.syntax.shell import Command
from dockerfix.syntax.tree import Document, Stage

CODE = "DF109"


def drop_empty_stages(document: Document, _context: Context) -> Iterator[Finding]:
    """Remove the stage `deps` when it installed nothing but Cog, and the steps that bring its packages over.

    Cog installs packages in a stage of their own and copies `/dep` (`replicate/cog@v0.9.6:pkg/dockerfile/generator.go`);
    a model without packages leaves that stage empty.

    Before:

        FROM python:3.11 as deps
        FROM python:3.11-slim
        COPY --from=deps --link /dep /usr/local/lib/python3.11/site-packages
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        CMD ["python", "-m", "cog.server.http"]
    """
    for stage in document.stages[:-1]:
        if stage.name != idioms().staging.dependencies_stage or not _is_empty(stage):
            continue
        users = flow.users_of(document, stage)
        if all(idioms().staging.dependencies_folder in user.text for user in users):
            message = f"the stage `{stage.name}` is removed: it installs nothing any more"
            edits = (Edit(stage.span, ""), *[flow.drop(user) for user in users])
            yield Finding(CODE, stage.base.body_span, message, edits)


def _is_empty(stage: Stage) -> bool:
    """A stage that makes no file: packages of Debian alone do not leave it."""
    return all(
        instruction.keyword in ("ENV", "ARG", "WORKDIR")
        or _only_installs_debian_packages(flow.simple_commands(instruction))
        for instruction in stage.instructions
    )


def _only_installs_debian_packages(commands: tuple[Command, ...]) -> bool:
    programs = [flow.program(command) for command in commands]
    return bool(programs) and set(programs) <= {"apt-get", "apt", "rm"}
