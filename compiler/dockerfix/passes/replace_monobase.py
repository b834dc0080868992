"""DF111: the base image of `cog debug --x-fast`, which only Replicate has."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, cog, commands, environment
from dockerfix.analysis.context import Context
from dockerfix.knowledge.cog_constructs import (
    CUDA_IMAGE,
    ENVIRONMENT_NAMES,
    FAST_CONTEXTS,
    MONOBASE_CUDA,
    MONOBASE_CUDNN,
    MONOBASE_PYTHON,
    MONOBASE_RUNNER,
    MONOBASE_USER_STEP,
    PYTHON_IMAGE,
    default_python,
)
from dockerfix.knowledge.cuda import image_tag
from dockerfix.knowledge.versions import is_version
from dockerfix.knowledge.written_instructions import PREAMBLE
from dockerfix.syntax.dockerfile.instructions import Env, From, Run
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity

CODE = "DF111"


def replace_monobase(document: Document, context: Context) -> Iterator[Finding]:
    """Replace monobase with a public image that has the CUDA and Python named by the variables `R8_*`.

    `monobase` contains many versions of Python, CUDA and torch; its scripts select them by `R8_PYTHON_VERSION`,
    `R8_CUDA_VERSION` and `R8_CUDNN_VERSION` (`replicate/cog@v0.14.4:pkg/dockerfile/fast_generator.go`). DF201 to DF203
    install the packages listed in cog.yaml, DF206 installs Python.

    When it is wrong: monobase can't be kept: its build context exists only inside Cog's builder, and `--ignore DF111`
    ends with an error (DF306). If the chosen CUDA or Python is not the one you want, set `cuda` and `python_version` in
    cog.yaml, or change the FROM in the converted Dockerfile, which later runs leave alone.

    Before:

        # syntax=docker/dockerfile:1-labs
        FROM r8.im/monobase:latest
        ENV R8_PYTHON_VERSION=3.12
        RUN --mount=from=monobase,target=/buildtmp /opt/r8/monobase/run.sh monobase.build --mini
        CMD ["python", "-m", "cog.server.http"]

    After:

        # syntax=docker/dockerfile:1-labs
        FROM python:3.12-slim
        # dockerfix[DF111]: the contents of `r8.im/monobase:latest`
        ENV DEBIAN_FRONTEND=noninteractive \\
            PYTHONUNBUFFERED=1 \\
            LD_LIBRARY_PATH=$LD_LIBRARY_PATH:/usr/lib/x86_64-linux-gnu:/usr/local/nvidia/lib64:/usr/local/nvidia/bin \\
            NVIDIA_DRIVER_CAPABILITIES=all
        CMD ["python", "-m", "cog.server.http"]
    """
    for stage in document.stages:
        if cog.is_monobase(stage.base):
            yield from _replace(document, stage, context)


def _replace(document: Document, stage: Stage, context: Context) -> Iterator[Finding]:
    base = stage.base
    variables = _variables(stage)
    view = base.view
    image = view.image if isinstance(view, From) else None
    public = _public_image(variables, context)
    if image is None or public is None:
        cuda = variables.get(MONOBASE_CUDA)
        wanted = f"CUDA {cuda}" if cuda else f"Python {variables.get(MONOBASE_PYTHON)}"
        message = f"no public image is known for {wanted}; choose one by hand"
        yield Finding(CODE, base.body_span, message, severity=Severity.ERROR)
        return
    block = blocks.render(document, CODE, f"the contents of `{image.text}`", PREAMBLE)
    edits = (Edit(base.original(image.span), public), blocks.place(document, base.span.end, block))
    yield Finding(CODE, base.body_span, f"replaces `{image.text}` by `{public}`", edits)
    for instruction in stage.instructions:
        own = _own_variables(instruction, context)
        if own:
            yield Finding(CODE, instruction.body_span, "removes a variable of monobase", own)
        elif _is_step(instruction):
            message = "removes a step of monobase; packages come from cog.yaml"
            yield commands.removed(CODE, instruction, message)
            yield from _unknown(instruction, context)


def _unknown(instruction: Instruction, context: Context) -> Iterator[Finding]:
    """Report the step that installs the user's packages if nothing says which ones."""
    known = context.config is not None or context.options.requirements_path is not None
    if not known and MONOBASE_USER_STEP in instruction.text:
        message = (
            "this step installs packages from a temporary file that no longer exists, and no cog.yaml was found; "
            "pass `--cog-yaml PATH` or `--requirements FILE`"
        )
        yield Finding(CODE, instruction.body_span, message, severity=Severity.ERROR)


def _variables(stage: Stage) -> dict[str, str]:
    result: dict[str, str] = {}
    for instruction in stage.instructions:
        if isinstance(instruction.view, Env):
            result.update({pair.name.value: pair.value.value for pair in instruction.view.pairs if pair.value})
    return result


def _public_image(variables: dict[str, str], context: Context) -> str | None:
    cuda = variables.get(MONOBASE_CUDA)
    if cuda:
        found = image_tag(cuda, variables.get(MONOBASE_CUDNN)) or image_tag(cuda)
        return f"{CUDA_IMAGE}:{found}" if found else None
    configured = context.config.python_version if context.config else None
    python = variables.get(MONOBASE_PYTHON) or configured or default_python()
    return f"{PYTHON_IMAGE}:{python}-slim" if is_version(python) else None


def _own_variables(instruction: Instruction, context: Context) -> tuple[Edit, ...]:
    """Return the edits that remove the variables of Cog's runtime and of monobase from an ENV."""
    view = instruction.view
    if not isinstance(view, Env):
        return ()
    own = [pair for pair in view.pairs if cog.is_cog_variable(pair.name.value) or pair.name.value in ENVIRONMENT_NAMES]
    if own and len(own) == len(view.pairs):
        return (commands.drop(instruction),)
    wanted = dict(context.config.environment) if context.config else {}
    return environment.without(instruction, [pair for pair in own if pair.name.value not in wanted])


def _is_step(instruction: Instruction) -> bool:
    """Whether a RUN calls monobase's scripts, or unpacks Debian packages that Cog downloaded."""
    if MONOBASE_RUNNER in instruction.text:
        return True
    view, contexts = instruction.view, FAST_CONTEXTS
    return (
        isinstance(view, Run)
        and any(mount.source_stage in contexts for mount in view.mounts)
        and any(commands.program(command) == "tar" for command in commands.simple_commands(instruction))
    )
