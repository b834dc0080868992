"""DF303: tools that no step installs any longer, and curl."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, placement, stages
from dockerfix.analysis.blocks import Messages
from dockerfix.analysis.context import Context
from dockerfix.analysis.packages import apt
from dockerfix.knowledge.written_instructions import NO_RECOMMENDED, apt_install
from dockerfix.passes.install_tools import missing as tools
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.findings import Finding

CODE = "DF303"


def install_tools(document: Document, context: Context) -> Iterator[Finding]:
    """Install curl, which fal needs, and any tool that the remaining commands use but no step installs any longer.

    Cog's step for tini installs curl, and users' commands rely on it; the cog-base images contain git, wget and
    compilers. fal's documentation asks for curl in every image. A `git+https://…` needs git, in a requirements file of the
    project as well. An unknown base image is assumed to have every tool except those that a removed step installed.

    When it is wrong: An image of your own is expected to have every tool, so one that lacks curl gets none: install it
    in a `run` command. For an image that has the tools already, `--ignore DF303` leaves the step out.

    Before:

        FROM python:3.11-slim
        RUN wget https://weights.example.org/model.bin
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        # dockerfix[DF303]: tools that later steps and fal call
        RUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update -qq && \\
            apt-get install -qqy --no-install-recommends \\
            ca-certificates \\
            curl \\
            wget \\
            && rm -rf /var/lib/apt/lists/*
        RUN wget https://weights.example.org/model.bin
        CMD ["python", "-m", "cog.server.http"]
    """
    stage = stages.final_stage(document)
    if stage is None:
        return
    block = blocks.find_block(document, CODE, stage)
    own = block.instructions if block else ()
    gone = context.debian_packages.union(*map(apt.installed, own))
    missing = tools.missing_packages(document, stage, own, context.project, gone)
    if not missing:
        if block is not None:
            yield blocks.removed(CODE, block, "removes the tools, which nothing needs any more")
        return
    text = blocks.render(document, CODE, "tools that later steps and fal call", apt_install(missing, [NO_RECOMMENDED]))
    listed = ", ".join(f"`{name}`" for name in missing)
    messages = Messages(f"installs {listed}, which nothing else does", "updates the tools")
    yield from blocks.write_or_update(stage, CODE, text, placement.after_preamble(stage), messages)
