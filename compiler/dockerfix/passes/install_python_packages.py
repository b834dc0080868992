"""DF201: the packages listed in cog.yaml, which Cog kept in a temporary file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dockerfix.analysis import blocks, commands, placement, stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.packages import install_step, requirements_copy
from dockerfix.analysis.packages.install_step import PipStep
from dockerfix.analysis.packages.torch_index import torch_source
from dockerfix.knowledge.written_instructions import PIP_INSTALL
from dockerfix.project.requirements import Item, has_credentials, parse_item
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.text.findings import Finding, Severity, placed
from dockerfix.text.source import Span

CODE = "DF201"


def install_python_packages(document: Document, context: Context) -> Iterator[Finding]:
    """Install the `python_packages` of cog.yaml where Cog installed its temporary requirements file.

    Cog writes the packages into a requirements file under `.cog/`, which is deleted when `cog debug` ends
    (`replicate/cog@v0.5.0:pkg/dockerfile/generator.go`). The step names them instead, each a quoted word on its own line,
    in the order of cog.yaml, after the package index that Cog would use for torch. The options and target folder of Cog's
    command stay.

    When it is wrong: Your edits inside the block go with the next run, because the block follows cog.yaml: change
    cog.yaml instead. To keep a block that you wrote differently on purpose, put `# dockerfix: ignore=DF201` above its
    comment. To install other packages than cog.yaml names, use `--requirements FILE`. With `--ignore DF201` on fresh
    output of Cog, the image lacks the packages.

    cog.yaml:

        build:
          python_version: "3.11"
          python_packages:
            - pillow==10.4.0
            - numpy>=1.26,<2

    Before:

        FROM python:3.11-slim
        COPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt
        RUN --mount=type=cache,target=/root/.cache/pip pip install -r /tmp/requirements.txt
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        # dockerfix[DF201]: python_packages from cog.yaml
        RUN --mount=type=cache,target=/root/.cache/pip pip install \\
            'pillow==10.4.0' \\
            'numpy>=1.26,<2'
        CMD ["python", "-m", "cog.server.http"]
    """
    step = install_step.staged_install(document)
    copies = install_step.staged_copies(document)
    config = context.config
    if config is None:
        if step is not None and copies and context.options.requirements_path is None:
            yield _unknown(step.instruction)
        return
    if config.python_requirements or context.options.requirements_path:
        return
    items = install_step.wanted_items(config.python_packages)
    options = install_step.option_items(config) if items else ()
    secret = next((item for item in (*options, *items) if has_credentials(item)), None)
    if secret is not None:
        yield _refused(step, secret, context)
        return
    yield from _hashes(stages.final_stage(document), items)
    yield from _project(stages.final_stage(document), context)
    local, items = requirements_copy.localised(items, "")
    source = torch_source(items, document, context)
    lines = install_step.lines_of(items, source)
    wanted = _Wanted(items, local, (*install_step.lines_of_options(options), *lines) if lines else ())
    yield from _install(document, context, wanted, step if copies else None, copies)


class _Wanted(NamedTuple):
    """Return what to install: the items, COPY instructions for local packages, the lines of the install."""

    items: tuple[Item, ...]
    copies: tuple[str, ...]
    lines: tuple[str, ...]


def _install(
    document: Document, context: Context, wanted: _Wanted, step: PipStep | None, copies: tuple[Instruction, ...]
) -> Iterator[Finding]:
    block = blocks.find_block(document, CODE) or blocks.find_block(document, "DF202")
    if block is not None:
        yield from _update(document, block, wanted)
        return
    if step is None and context.config is not None:
        step = install_step.inline_install(document, context.config, wanted.items)
    removals = tuple(commands.drop(copy) for copy in copies)
    if step is not None:
        text = _render(document, step.head, wanted) if wanted.lines else ""
        message = (
            "installs the packages listed in cog.yaml (Cog kept them in a temporary requirements file)"
            if wanted.lines
            else "removes the install of Cog's empty requirements file"
        )
        edit = blocks.replace(document, step.instruction, text)
        yield Finding(CODE, step.instruction.body_span, message, (*removals, edit))
    elif wanted.lines:
        stage = stages.final_stage(document)
        if stage is not None:
            offset = placement.before_user_commands(stage, context)
            text = _render(document, PIP_INSTALL, wanted)
            edits = (*removals, blocks.place(document, offset, text))
            yield Finding(CODE, Span(offset, offset), "installs the packages listed in cog.yaml", edits)


def _render(document: Document, head: str, wanted: _Wanted) -> str:
    install = install_step.render_install(head, wanted.lines)
    return blocks.render(document, CODE, "python_packages from cog.yaml", *wanted.copies, install)


def _update(document: Document, block: blocks.Block, wanted: _Wanted) -> Iterator[Finding]:
    """Update a block of an earlier run to match cog.yaml."""
    if not wanted.lines:
        message = "removes the block: cog.yaml no longer lists packages"
        yield blocks.removed(CODE, block, message)
        return
    head = install_step.head_of_block(block) or PIP_INSTALL
    edits = blocks.update(document, block, _render(document, head, wanted))
    if edits:
        yield Finding(CODE, block.span, "updates the packages to match cog.yaml", edits)


def _hashes(stage: Stage | None, items: tuple[Item, ...]) -> Iterator[Finding]:
    if stage is None:
        return
    for item in items:
        if install_step.for_command_line(item) != item:
            message = f"leaves out the hash of `{item.name}`: pip accepts hashes only in a requirements file"
            yield Finding(CODE, stage.base.body_span, message, severity=Severity.WARNING)


def _project(stage: Stage | None, context: Context) -> Iterator[Finding]:
    """The project itself among the packages."""
    config, file = context.config, context.project.config_name
    if stage is None or config is None:
        return
    for index, text in enumerate(config.python_packages):
        item, line = parse_item(text), config.line_of("build", "python_packages", index)
        if requirements_copy.is_project(item):
            yield requirements_copy.left_out(CODE, stage.base.body_span, item, file, line)


def _unknown(instruction: Instruction) -> Finding:
    message = (
        "this step installs packages from a temporary file that no longer exists, and no cog.yaml was found; "
        "pass `--cog-yaml PATH` or `--requirements FILE`"
    )
    return Finding(CODE, instruction.body_span, message, severity=Severity.ERROR)


def _refused(step: PipStep | None, secret: Item, context: Context) -> Finding:
    span = step.instruction.body_span if step else Span(0, 0)
    name = secret.name or "a package"
    config = context.config
    texts = config.python_packages if config is not None else ()
    index = next((at for at, text in enumerate(texts) if parse_item(text).raw == secret.raw), None)
    line = config.line_of("build", "python_packages", index) if config is not None and index is not None else None
    file = context.project.config_name if line is not None else None
    message = (
        f"the URL of `{name}`{placed(file, line)} contains credentials, which must not be in a Dockerfile; pass the index as a build secret "
        "and install it in a `run` command with `RUN --mount=type=secret` (`mounts` in cog.yaml)"
    )
    return Finding(CODE, span, message, severity=Severity.ERROR, file=file, line=line)
