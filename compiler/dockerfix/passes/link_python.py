"""DF207: one `python`, where fal looks for it."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, placement, python, stages
from dockerfix.analysis.blocks import Messages
from dockerfix.analysis.context import Context
from dockerfix.knowledge import written_instructions as written
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.findings import Finding

CODE = "DF207"


def link_python(document: Document, context: Context) -> Iterator[Finding]:
    """Link the Python that Cog installed with pyenv or uv into `/usr/local/bin`, and let pip install into it.

    fal looks for `bin/pythonX.Y`, then `bin/python`, in one prefix (isolate 0.26.12, `backends/container.py`); Cog links
    only `python3`, and uv's Python refuses the user's `pip install` as externally managed.

    When it is wrong: If another Python is meant to be the image's own, such as one of conda that a `run` command
    installs, the links lead to the wrong one. `--ignore DF207` adds none; see to it that `python` is the one that has
    your packages.

    Before:

        FROM nvidia/cuda:12.8.1-cudnn-devel-ubuntu24.04
        RUN uv python install 3.12 && \\
        	ln -sf $(uv python find 3.12) /usr/bin/python3
        ENV UV_PYTHON=3.12
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM nvidia/cuda:12.8.1-cudnn-devel-ubuntu24.04
        RUN uv python install 3.12 && \\
        	ln -sf $(uv python find 3.12) /usr/bin/python3
        ENV UV_PYTHON=3.12
        # dockerfix[DF207]: python and pip in one folder, where fal looks for them (2 instructions)
        RUN prefix="$(dirname "$(dirname "$(readlink -f /usr/bin/python3)")")" && \\
            rm -f "$prefix"/lib/python*/EXTERNALLY-MANAGED && \\
            mkdir -p /opt/python && ln -sfn "$prefix" /opt/python/current && \\
            for name in python python3 python3.12 pip pip3; do ln -sf "$prefix/bin/$name" "/usr/local/bin/$name"; done
        ENV PATH="/opt/python/current/bin:$PATH"
        CMD ["python", "-m", "cog.server.http"]
    """
    stage = stages.final_stage(document)
    installed = python.python_install(stage) if stage is not None else None
    if stage is None or installed is None or blocks.find_block(document, "DF206", stage):
        return
    version = python.python_of(document, stage, context.config)
    if installed.kind == "uv":
        steps = [written.link_uv_python(version), written.PYTHON_PATH]
    else:
        steps = [written.link_pyenv_python(version)]  # pyenv's own folder of links is already on the path
    text = blocks.render(document, CODE, "python and pip in one folder, where fal looks for them", *steps)
    messages = Messages(
        f"links Python {version} into the folder where fal looks for it",
        f"updates the links to Python {version}",
    )
    yield from blocks.write_or_update(stage, CODE, text, placement.after(installed.last), messages)
