"""DF204: packages that the code imports and only Cog installed."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, placement, stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.packages import install_step
from dockerfix.knowledge.cog_dependencies import PACKAGE_OF_MODULE
from dockerfix.knowledge.written_instructions import PIP_INSTALL
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.quoting import shell_word
from dockerfix.text.source import Span

CODE = "DF204"


def install_undeclared_imports(document: Document, context: Context) -> Iterator[Finding]:
    """Install packages that the project imports but does not list because Cog depends on them.

    Of 212 projects, 22 import requests, pydantic, yaml or httpx without listing them; they came with Cog's package
    (`replicate/cog@v0.9.26:pyproject.toml`), which DF103 removes.

    When it is wrong: An import that is optional (inside `try`), or that belongs to a script which never runs on fal, is
    counted as well. List the package in cog.yaml with the version that you want, and the rule has nothing to do; or use
    `--ignore DF204`. The block can't be protected by a comment before it exists.

    Before:

        FROM python:3.11-slim
        WORKDIR /src
        COPY . /src
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        WORKDIR /src
        COPY . /src
        CMD ["python", "-m", "cog.server.http"]
    """
    stage = stages.final_stage(document)
    if stage is None or context.project.root is None:
        return
    imports = context.project.undeclared_imports(only=set(PACKAGE_OF_MODULE))
    names = dict.fromkeys(name for found in imports if (name := PACKAGE_OF_MODULE.get(found.module)) is not None)
    block = blocks.find_block(document, CODE, stage)
    if not names:
        if block is not None:
            yield blocks.removed(CODE, block, "removes the packages, which nothing needs any more")
        return
    head = PIP_INSTALL.replace(" pip install", " python -m pip install")
    install = install_step.render_install(head, [shell_word(name) for name in names])
    text = blocks.render(document, CODE, "imported by the code, installed by Cog until now", install)
    if block is not None:
        edits = blocks.update(document, block, text)
        if edits:
            yield Finding(CODE, block.span, "updates the packages that the code imports", edits)
        return
    first = imports[0]
    listed = ", ".join(f"`{name}`" for name in names)
    message = (
        f"installs {listed}: `{first.file}` imports `{first.module}`, which only Cog installed; list it in cog.yaml"
    )
    offset = placement.before_user_commands(stage, context)
    edits = (blocks.place(document, offset, text),)
    yield Finding(CODE, Span(offset, offset), message, edits, Severity.WARNING, first.file, first.line)
