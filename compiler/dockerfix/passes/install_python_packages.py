"""DF201: the packages of cog.yaml, which Cog had written into a file that is gone."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix import blocks, flow, packages, placing
from dockerfix.context import Context
from dockerfix.emitter import Edit
from dockerfix.findings import Finding, Severity
from dockerfix.knowledge.replacements import instruction as written
from dockerfix.packages import PipStep
from dockerfix.requirements import Item
from dockerfix.source import Span
from dockerfix.syntax.tree import Document, Instruction

CODE = "DF201"


def install_python_packages(document: Document, context: Context) -> Iterator[Finding]:
    """Install `python_packages` of cog.yaml where Cog installed its staged requirements file.

    Cog writes the packages into a requirements file under `.cog/`, which is deleted when `cog debug` ends
    (`replicate/cog@v0.5.0:pkg/dockerfile/generator.go`). They are named here instead: each a quoted word on a line of its
    own, in cog.yaml's order, behind the package index of torch that Cog would have used. Options and target folder of
    Cog's own command stay.

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
        # dockerfix[DF201]: python_packages of cog.yaml
        RUN --mount=type=cache,target=/root/.cache/pip pip install \\
            'pillow==10.4.0' \\
            'numpy>=1.26,<2'
        CMD ["python", "-m", "cog.server.http"]
    """
    step = packages.staged_install(document)
    copies = packages.staged_copies(document)
    config = context.config
    if config is None:
        if step is not None and copies and context.options.requirements_path is None:
            yield _unknown(step.instruction)
        return
    if config.python_requirements or context.options.requirements_path:
        return
    items = packages.wanted_items(config.python_packages)
    secret = packages.with_credentials(items)
    if secret:
        yield _refused(step, secret)
        return
    yield from _install(document, context, items, step, copies)


def _install(
    document: Document, context: Context, items: tuple[Item, ...], step: PipStep | None, copies: tuple[Instruction, ...]
) -> Iterator[Finding]:
    config = context.config
    block = blocks.find_block(document, CODE)
    if step is not None and not copies:
        step = None
    if step is None and block is None and config is not None and items:
        step = packages.inline_install(document, config)
    removals = tuple(flow.drop(copy) for copy in copies)
    lines = packages.lines_of(items, packages.indexes(items, document, context))
    if block is not None:
        yield from _update(document, block, lines)
    elif step is not None:
        edit = (
            (Edit(step.instruction.span, _render(document, step.head, lines)),)
            if lines
            else (flow.drop(step.instruction),)
        )
        message = (
            "the packages of cog.yaml are installed here, which Cog had staged in a file"
            if lines
            else "the install of Cog's empty requirements file is removed"
        )
        yield Finding(CODE, step.instruction.body_span, message, (*removals, *edit))
    elif lines:
        stage = flow.final_stage(document)
        if stage is not None:
            offset = placing.before_user_commands(stage, context)
            text = _render(document, written("pip"), lines)
            yield Finding(
                CODE,
                Span(offset, offset),
                "the packages of cog.yaml are installed here",
                (blocks.place(document, offset, text),),
            )


def _render(document: Document, head: str, lines: tuple[str, ...]) -> str:
    return blocks.render(document, CODE, "python_packages of cog.yaml", packages.render_install(head, lines))


def _update(document: Document, block: blocks.Block, lines: tuple[str, ...]) -> Iterator[Finding]:
    """Bring a block of an earlier run up to date with cog.yaml."""
    if not lines:
        yield Finding(
            CODE, block.span, "cog.yaml names no packages any more: the block is removed", (Edit(block.span, ""),)
        )
        return
    head = packages.head_of_block(block) or written("pip")
    edits = blocks.update(document, block, _render(document, head, lines))
    if edits:
        yield Finding(CODE, block.span, "the packages are brought up to date with cog.yaml", edits)


def _unknown(instruction: Instruction) -> Finding:
    message = (
        "the packages that are installed here stood in a file of Cog's that is gone, and there is no cog.yaml: "
        "name it with `--cog-yaml PATH`, or a requirements file with `--requirements FILE`"
    )
    return Finding(CODE, instruction.body_span, message, severity=Severity.ERROR)


def _refused(step: PipStep | None, secret: tuple[Item, ...]) -> Finding:
    span = step.instruction.body_span if step else Span(0, 0)
    name = secret[0].name or "a package"
    message = (
        f"the URL of `{name}` holds credentials, which must not stand in a Dockerfile: pass the index as a build secret "
        "and install it in a `run` command with `--mount=type=secret`"
    )
    return Finding(CODE, span, message, severity=Severity.ERROR)
