"""DF206: Python for an image without it."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, commands, images, placement, python, stages
from dockerfix.analysis.blocks import Messages
from dockerfix.analysis.context import Context
from dockerfix.analysis.packages import apt
from dockerfix.knowledge import written_instructions as written
from dockerfix.knowledge.cog_constructs import default_python
from dockerfix.syntax.dockerfile.tree import Document, Stage
from dockerfix.text.findings import Finding
from dockerfix.text.lazy_patterns import lazy

CODE = "DF206"

_DEBIAN_PYTHON = lazy(r"python3(\.\d+)?(-full|-venv|-dev|-pip)?")


def install_python(document: Document, context: Context) -> Iterator[Finding]:
    """Install Python if neither the base image nor a step of Cog provides it.

    Python is missing after NVIDIA's image replaced cog-base or monobase, and in what Cog v0.9.20 prints if no base image
    fits (`replicate/cog@v0.9.20:pkg/dockerfile/generator.go`). uv downloads a complete Python of the right version; the
    step links it into `/usr/local/bin`, where fal looks for it, and allows `pip install` to change it.

    When it is wrong: The rule looks only at images whose content it knows, so it can be wrong if you build and push one
    under such a name with Python added. `--ignore DF206` installs none. To choose the version, set `python_version` in
    cog.yaml.

    cog.yaml:

        build:
          gpu: true
          python_version: "3.11"

    Before:

        FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04
        # dockerfix[DF206]: Python 3.11, which the base image lacks (3 instructions)
        COPY --from=ghcr.io/astral-sh/uv:0.9.26 /uv /uvx /usr/local/bin/
        RUN UV_PYTHON_INSTALL_DIR=/opt/python uv python install 3.11 && \\
            python="$(readlink -f /opt/python/cpython-3.11*/bin/python3 | head -n 1)" && \\
            prefix="${python%/bin/*}" && \\
            rm -f "$prefix"/lib/python*/EXTERNALLY-MANAGED && \\
            ln -sfn "$prefix" /opt/python/current && \\
            for name in python python3 python3.11 pip pip3; do ln -sf "$prefix/bin/$name" "/usr/local/bin/$name"; done && \\
            python -m pip --version
        ENV PATH="/opt/python/current/bin:$PATH"
        CMD ["python", "-m", "cog.server.http"]
    """
    stage = stages.final_stage(document)
    if stage is None:
        return
    block = blocks.find_block(document, CODE, stage)
    if block is None and (images.base_image(document, stage).has_python is not False or _has_python(stage, context)):
        return
    version = _wanted(stage, context)
    copies = any(python.copies_uv(each) and not blocks.in_block(document, each) for each in stage.instructions)
    steps = [] if copies else [written.COPY_UV]
    steps.append(written.install_python(version, python.minor(version)))
    steps.append(written.PYTHON_PATH)
    text = blocks.render(document, CODE, f"Python {version}, which the base image lacks", *steps)
    messages = Messages(f"installs Python {version}, which the base image lacks", f"updates Python to {version}")
    yield from blocks.write_or_update(stage, CODE, text, _place(stage), messages)


def _wanted(stage: Stage, context: Context) -> str:
    """Return the version in cog.yaml, of an earlier run, of Cog's base image, or Cog's default at the time."""
    if context.config is not None and context.config.python_version:
        return context.config.python_version
    installed = python.python_install(stage)
    if installed is not None:
        return installed.version
    return context.base_python or default_python(context.era)


def _has_python(stage: Stage, context: Context) -> bool:
    """Whether a step installs Python: by pyenv, uv or conda, or as a Debian package.

    `system_packages` don't count: Cog installs them beside its own Python, which has the wanted version.
    """
    if python.python_install(stage) is not None:
        return True
    calls = [call for instruction in stage.instructions for call in commands.calls(instruction)]
    beside = apt.names(context.config.system_packages) if context.config is not None else ()
    names = {name for call in calls for name in apt.installs(call) or ()}.difference(beside)
    return any(map(_DEBIAN_PYTHON.fullmatch, names)) or any(call.program == "conda" for call in calls)


def _place(stage: Stage) -> int:
    """Return the offset after the preamble, or after Cog's COPY of uv and its variable."""
    last = None
    for instruction in stage.instructions:
        if python.copies_uv(instruction) or (
            last is not None and last.index == instruction.index - 1 and python.sets_uv(instruction)
        ):
            last = instruction
    return placement.after(last) if last is not None else placement.after_preamble(stage)
