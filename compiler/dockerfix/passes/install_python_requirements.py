"""DF202: the project's requirements file, instead of Cog's copy."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, commands, placement, stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.packages import install_step, requirements_copy
from dockerfix.analysis.packages.requirements_copy import Plan
from dockerfix.analysis.packages.torch_index import TorchSource, torch_source
from dockerfix.knowledge.written_instructions import PIP_INSTALL
from dockerfix.project.requirements import Item, Requirement
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

CODE = "DF202"


def install_python_requirements(document: Document, context: Context) -> Iterator[Finding]:
    """Copy the requirements file from the project and install it where Cog installed its temporary copy.

    Cog stages a rewritten copy under `.cog/`, which it deletes (`replicate/cog@v0.5.0:pkg/dockerfile/generator.go`). Files
    that it includes are copied beside it; the package index that Cog would use for torch stays. If the file names Cog or
    a local wheel, the step installs its lines one by one instead.

    When it is wrong: If the file in the project is not the one to install, for example because another tool writes a
    locked one, name that with `--requirements FILE`. `# dockerfix: ignore=DF202` above the block's comment keeps a
    block that you changed; `--ignore DF202` leaves Cog's step, whose file is gone.

    cog.yaml:

        build:
          python_requirements: requirements.txt

    Before:

        FROM python:3.11-slim
        COPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt
        RUN --mount=type=cache,target=/root/.cache/pip pip install -r /tmp/requirements.txt
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        # dockerfix[DF202]: python_requirements from cog.yaml (2 instructions)
        COPY requirements.txt /tmp/requirements.txt
        RUN --mount=type=cache,target=/root/.cache/pip pip install -r /tmp/requirements.txt
        CMD ["python", "-m", "cog.server.http"]
    """
    block = blocks.find_block(document, CODE)
    path = context.options.requirements_path or (context.config.python_requirements if context.config else None)
    if path is None:
        if block is not None and context.config is not None:
            message = "removes the block: cog.yaml no longer names a requirements file"
            yield blocks.removed(CODE, block, message)
        return
    block = block or blocks.find_block(document, "DF201")
    step = install_step.staged_install(document)
    copies = install_step.staged_copies(document)
    if block is None and not copies and step is not None:
        # before v0.5.0 Cog copies the project's own file, which works as it is
        return
    place = block.span if block else step.instruction.body_span if step else Span(0, 0)
    plan = requirements_copy.make(context, path)
    for problem in plan.problems:
        yield Finding(CODE, place, problem.message, severity=Severity.ERROR, file=problem.file, line=problem.line)
    if plan.problems:
        return
    for line in plan.lines:
        if requirements_copy.is_project(line.item) and not line.constraint:
            yield requirements_copy.left_out(CODE, place, line.item, line.file, line.line)
    if plan.inline and any(install_step.for_command_line(item) != item for item in plan.items):
        message = f"leaves out the hashes in `{plan.path}`: pip accepts them only in a requirements file"
        yield Finding(CODE, place, message, severity=Severity.WARNING)
    yield from _install(document, context, plan, block)


def _install(document: Document, context: Context, plan: Plan, block: blocks.Block | None) -> Iterator[Finding]:
    head = PIP_INSTALL
    step = install_step.staged_install(document)
    if block is not None:
        head = install_step.head_of_block(block) or head
    elif step is not None:
        head = step.head
    text = _render(document, context, plan, head)
    if block is not None:
        edits = blocks.update(document, block, text)
        if edits:
            yield Finding(CODE, block.span, "updates the requirements to match cog.yaml", edits)
        return
    removals = [commands.drop(copy) for copy in install_step.staged_copies(document)]
    if step is not None:
        what = f"the packages listed in `{plan.path}`" if plan.inline else f"`{plan.path}` from the project"
        message = (
            f"installs {what} (Cog installed a temporary copy that no longer exists)"
            if text
            else f"removes the install of `{plan.path}`, which lists only Cog or the project itself"
        )
        edit = blocks.replace(document, step.instruction, text)
        yield Finding(CODE, step.instruction.body_span, message, (*removals, edit))
        return
    stage = stages.final_stage(document)
    if stage is not None and text:
        offset = placement.before_user_commands(stage, context)
        message = f"installs `{plan.path}` from the project"
        yield Finding(CODE, Span(offset, offset), message, (*removals, blocks.place(document, offset, text)))


def _render(document: Document, context: Context, plan: Plan, head: str) -> str:
    """Return the block; "" if there is nothing to install."""
    source = torch_source(plan.items, document, context)
    if plan.inline:
        lines = install_step.lines_of(plan.items, source)
    else:
        renamed = [Item("", (Requirement(new),)) for _old, new in source.renamed]
        option = requirements_copy.install_option(plan.target)
        lines = (*install_step.lines_of_source(source), *install_step.lines_of(renamed, TorchSource()), option)
    if not lines:
        return ""
    install = install_step.render_install(head, lines) if plan.inline or len(lines) > 1 else f"{head} {lines[0]}"
    return blocks.render(document, CODE, "python_requirements from cog.yaml", *plan.copies, install)
