"""DF203: the Debian packages listed in cog.yaml, in the final stage."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, images, placement, stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.packages import apt
from dockerfix.knowledge.written_instructions import apt_install
from dockerfix.syntax.dockerfile.tree import Document, Stage
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

CODE = "DF203"


def install_system_packages(document: Document, context: Context) -> Iterator[Finding]:
    """Install all of `system_packages` in the final stage.

    Cog leaves out what its base image has (`replicate/cog@v0.9.7:pkg/dockerfile/base.go`), sometimes all of it, and from
    v0.9.24 to v0.13.6 it installs them only in the stage `deps`, so the image lacks them. apt takes no version ranges,
    so `name>=1.9` becomes `name`; the successor replaces a package that the image's release no longer has.

    cog.yaml:

        build:
          system_packages:
            - ffmpeg
            - tmux

    Before:

        FROM python:3.11-slim
        RUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update -qq && apt-get install -qqy tmux && rm -rf /var/lib/apt/lists/*
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        # dockerfix[DF203]: system_packages from cog.yaml
        RUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update -qq && apt-get install -qqy ffmpeg tmux && rm -rf /var/lib/apt/lists/*
        CMD ["python", "-m", "cog.server.http"]
    """
    stage = stages.final_stage(document)
    if context.config is None or stage is None:
        return
    wanted = context.config.system_packages
    yield from _odd(wanted, stage)
    distribution = images.bottom_image(document, stage).distribution
    packages = tuple(dict.fromkeys(images.successor(distribution, name) for name in apt.names(wanted)))
    yield from _gone(stage, distribution, apt.names(wanted))
    block = blocks.find_block(document, CODE)
    if block is not None:
        yield from _update(document, block, packages)
        return
    step = next((each for each in stage.instructions if apt.is_cogs_step(each, wanted)), None)
    if step is not None and packages and apt.installed(step) == packages and not apt.is_torn(step):
        return
    if step is not None:
        edit = blocks.replace(document, step, _render(document, packages) if packages else "")
        what = "installs all `system_packages`" if packages else "removes an install without packages"
        yield Finding(CODE, step.body_span, what, (edit,))
    elif packages:
        offset = placement.after_preamble(stage)
        message = "installs `system_packages` in the final stage"
        yield Finding(
            CODE, Span(offset, offset), message, (blocks.place(document, offset, _render(document, packages)),)
        )


def _odd(wanted: tuple[str, ...], stage: Stage) -> Iterator[Finding]:
    """Report items that are not package names: ranges and options, which are left out, and all that can't be read."""
    for word in (word for text in wanted for word in text.split()):
        name = apt.name_in(word)
        if name == word:
            continue
        if name is not None:
            message = f"installs `{name}` for `{word}` in `system_packages`: apt accepts no version range"
        else:
            message = f"`{word}` in `system_packages` is not a package name"
        severity = Severity.WARNING if name is not None or word.startswith("-") else Severity.ERROR
        yield Finding(CODE, stage.base.body_span, message, severity=severity)


def _gone(stage: Stage, distribution: str | None, names: tuple[str, ...]) -> Iterator[Finding]:
    for name in names:
        found = images.successor(distribution, name)
        if found != name:
            message = (
                f"installs `{found}` for `{name}` in `system_packages`, which this image's distribution no longer has"
            )
            yield Finding(CODE, stage.base.body_span, message)


def _render(document: Document, packages: tuple[str, ...]) -> str:
    return blocks.render(document, CODE, "system_packages from cog.yaml", apt_install(packages))


def _update(document: Document, block: blocks.Block, packages: tuple[str, ...]) -> Iterator[Finding]:
    if not packages:
        yield blocks.removed(CODE, block, "removes the block: cog.yaml no longer lists system packages")
        return
    edits = blocks.update(document, block, _render(document, packages))
    if edits:
        yield Finding(CODE, block.span, "updates the system packages to match cog.yaml", edits)
