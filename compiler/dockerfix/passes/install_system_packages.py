"""DF203: the Debian packages listed in cog.yaml, in the final stage."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, commands, images, placement, stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.packages import apt
from dockerfix.knowledge.written_instructions import apt_install
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

CODE = "DF203"


def install_system_packages(document: Document, context: Context) -> Iterator[Finding]:
    """Install all of `system_packages` in the final stage.

    Cog leaves out what its base image has (`replicate/cog@v0.9.7:pkg/dockerfile/base.go`), sometimes all of it, and from
    v0.9.24 to v0.13.6 installs them in the stage `deps` alone, so that the image lacks them. apt takes no version ranges,
    so `name>=1.9` becomes `name`; a package that the image's release no longer has is replaced by its successor. Of the
    options of apt-get those stay that choose packages, such as `-t bookworm-backports`, with their values.

    When it is wrong: A package that you install in another stage on purpose is installed again in the last one, and a
    successor may not be the package that you want. Write the right name in cog.yaml, or put `# dockerfix: ignore=DF203`
    above the RUN or the block's comment; `--ignore DF203` turns the rule off.

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
        RUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update -qq && \\
            apt-get install -qqy \\
            ffmpeg \\
            tmux \\
            && rm -rf /var/lib/apt/lists/*
        CMD ["python", "-m", "cog.server.http"]
    """
    stage = stages.final_stage(document)
    if context.config is None or stage is None:
        return
    wanted = context.config.system_packages
    yield from _odd(wanted, stage)
    distribution = images.bottom_image(document, stage).distribution
    packages = tuple(dict.fromkeys(images.successor(distribution, name) for name in apt.names(wanted)))
    options = apt.options(wanted) if packages else ()
    yield from _gone(stage, distribution, apt.names(wanted))
    block = blocks.find_block(document, CODE, stage)
    if block is not None:
        yield from _update(document, block, options, packages)
        return
    step = next((each for each in stage.instructions if apt.is_cogs_step(each, wanted)), None)
    if step is not None and packages and apt.installed(step) == packages and _is_right(step, wanted):
        return
    if step is not None:
        edit = blocks.replace(document, step, _render(document, options, packages) if packages else "")
        what = "installs all `system_packages`" if packages else "removes an install without packages"
        yield Finding(CODE, step.body_span, what, (edit,))
    elif packages:
        offset = placement.after_preamble(stage)
        message = "installs `system_packages` in the final stage"
        yield Finding(
            CODE,
            Span(offset, offset),
            message,
            (blocks.place(document, offset, _render(document, options, packages)),),
        )


def _odd(wanted: tuple[str, ...], stage: Stage) -> Iterator[Finding]:
    """What is no package name: a range or an option is left out, and anything else can't be understood."""
    for part in apt.parts(wanted):
        name = part.words[0] if part.words else None
        if name is not None and (part.is_option or name == part.text):
            continue
        if name is not None:
            message = f"installs `{name}` for `{part.text}` in `system_packages`: apt accepts no version range"
        elif part.is_option:
            message = f"leaves out `{part.text}` in `system_packages`: only options that choose packages are kept"
        else:
            message = f"`{part.text}` in `system_packages` is not a package name"
        severity = Severity.WARNING if name is not None or part.is_option else Severity.ERROR
        yield Finding(CODE, stage.base.body_span, message, severity=severity)


def _is_right(step: Instruction, wanted: tuple[str, ...]) -> bool:
    """Whether a step has the options that stay, none that is left out, and no range that the shell takes apart."""
    if apt.is_torn(step):
        return False
    words = {word for call in commands.calls(step) for word in call.arguments}
    parts = [part for part in apt.parts(wanted) if part.is_option]
    return all(part.words and words.issuperset(part.text.split()) for part in parts)


def _gone(stage: Stage, distribution: str | None, names: tuple[str, ...]) -> Iterator[Finding]:
    for name in names:
        found = images.successor(distribution, name)
        if found != name:
            message = (
                f"installs `{found}` for `{name}` in `system_packages`, which this image's distribution no longer has"
            )
            yield Finding(CODE, stage.base.body_span, message)


def _render(document: Document, options: tuple[str, ...], packages: tuple[str, ...]) -> str:
    words = [f"'{word}'" if "*" in word else word for word in packages]
    return blocks.render(document, CODE, "system_packages from cog.yaml", apt_install(words, options))


def _update(
    document: Document, block: blocks.Block, options: tuple[str, ...], packages: tuple[str, ...]
) -> Iterator[Finding]:
    if not packages:
        yield blocks.removed(CODE, block, "removes the block: cog.yaml no longer lists system packages")
        return
    edits = blocks.update(document, block, _render(document, options, packages))
    if edits:
        yield Finding(CODE, block.span, "updates the system packages to match cog.yaml", edits)
