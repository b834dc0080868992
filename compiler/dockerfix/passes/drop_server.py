"""DF104: the settings of Cog's HTTP server and runtime."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import cog, commands, environment, placement
from dockerfix.analysis.context import Context
from dockerfix.analysis.memo import of_document, of_node
from dockerfix.analysis.packages import pip
from dockerfix.analysis.packages.requirements_copy import copy_instruction
from dockerfix.knowledge.cog_constructs import (
    MODEL_FOLDERS,
    SERVER_PORT,
    TRACES_FOLDER,
    TRACES_PACKAGES,
    TRACES_VARIABLE,
)
from dockerfix.project.requirements import parse_item
from dockerfix.syntax.dockerfile.instructions import Copy, Env, FieldsView
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.syntax.shell import Command
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity

CODE = "DF104"
REPAIRS = ("failed to process",)
"""A command of cog.yaml in Cog's label, where BuildKit reads `${…}` that only a shell knows."""


def drop_server(document: Document, context: Context) -> Iterator[Finding]:
    """Remove the server's CMD and EXPOSE, Cog's variables and labels, and the copy of its configuration.

    fal starts its own server on its own port and reads neither CMD nor EXPOSE of an app's image
    (`fal-ai/fal:projects/fal/src/fal/app.py`). Only Cog reads the variables `COG_*` and `R8_*`, the labels
    (`replicate/cog@v0.22.0:pkg/dockerfile/standard_generator.go`), and the configuration of its traces, which Cog stages
    as `/.cog/telemetry.py` with the exporters that it installs for them (v0.23). With `--target server` only the
    labels go, and the configuration of the traces comes from the project.

    When it is wrong: Another system may read what fal does not: a gateway that asks for the port, or a host where the
    image runs under its CMD. `# dockerfix: ignore=DF104` above the EXPOSE, ENV, LABEL or CMD keeps that instruction,
    `--ignore DF104` keeps all. To go on serving Cog's HTTP API, use `--target server`.

    Before:

        FROM python:3.11-slim
        WORKDIR /src
        EXPOSE 5000
        ENV COG_PREDICT_TYPE_STUB="predict.py:Predictor"
        CMD ["python", "-m", "cog.server.http"]
        COPY . /src

    After:

        FROM python:3.11-slim
        WORKDIR /src
        COPY . /src
    """
    keeps_server = context.options.target == "server"
    # the variables of monobase choose its versions, so DF111 removes them
    fast = any(cog.is_monobase(instruction) for instruction in document.instructions)
    for instruction in document.instructions:
        what = _server_part(instruction)
        if what and not keeps_server:
            yield commands.removed(CODE, instruction, f"removes {what}")
        elif cog.is_cog_label(instruction):
            yield commands.removed(CODE, instruction, "removes Cog's label")
        elif _copies_traces_config(instruction):
            yield _traces_config(instruction, context)
        elif keeps_server:
            # the server reads its variables and /src/cog.yaml
            continue
        elif isinstance(instruction.view, Env) and not fast:
            yield from _in_env(instruction, instruction.view, context)
        elif _copies_config(instruction):
            message = "removes the copy of the configuration to cog.yaml"
            yield commands.removed(CODE, instruction, message)
        elif _traces(document) and not placement.is_user_command(instruction, context.config):
            yield from _exporters(instruction)


@of_node
def _server_part(instruction: Instruction) -> str | None:
    view = instruction.view
    if instruction.keyword == "CMD" and cog.is_server(instruction):
        return "the CMD that starts Cog's server"
    if isinstance(view, FieldsView) and instruction.keyword == "EXPOSE":
        return "the EXPOSE of Cog's server" if [word.value for word in view.words] == [SERVER_PORT] else None
    return None


def _in_env(instruction: Instruction, view: Env, context: Context) -> Iterator[Finding]:
    wanted = {name for name, _value in context.config.environment} if context.config else ()
    own = [pair for pair in view.pairs if cog.is_cog_variable(pair.name.value) and pair.name.value not in wanted]
    if not own:
        return
    names = ", ".join(f"`{pair.name.value}`" for pair in own)
    if len(own) == len(view.pairs):
        yield commands.removed(CODE, instruction, f"removes {names}, which only Cog's runtime reads")
        return
    yield Finding(
        CODE,
        instruction.body_span,
        f"removes {names}, which only Cog's runtime reads",
        environment.without(instruction, own),
    )


@of_node
def _copies_traces_config(instruction: Instruction) -> bool:
    """The COPY of a staged file to the folder in which only Cog's server looks for it."""
    view = instruction.view
    if not cog.is_staged(instruction) or not isinstance(view, Copy) or view.destination is None:
        return False
    return view.destination.value.startswith(TRACES_FOLDER)


def _traces_config(instruction: Instruction, context: Context) -> Finding:
    path = context.config.traces_config if context.config is not None else None
    view = instruction.view
    if context.options.target != "server" or not path or not isinstance(view, Copy) or view.destination is None:
        message = "removes the COPY of the configuration of Cog's traces, which only its server reads"
        return commands.removed(CODE, instruction, message)
    text = copy_instruction(path, view.destination.value)
    message = f"copies `{path}` from the project instead of from Cog's temporary folder"
    return Finding(CODE, instruction.body_span, message, (Edit(instruction.body_span, text),))


@of_document
def _traces(document: Document) -> bool:
    """Whether Cog set its traces up, so that it installed their exporters, too."""
    return TRACES_VARIABLE in document.text


def _exporters(instruction: Instruction) -> Iterator[Finding]:
    """The install of exporters that the model does not ask for."""
    found = commands.shell(instruction) if TRACES_PACKAGES[0] in instruction.text else None
    if found is None:
        return
    own = [each for each in commands.simple_commands(instruction) if _installs_exporters(each)]
    if not own:
        return
    edits = commands.drop_commands(found, own)
    if edits is None:
        message = "this step installs the exporters of Cog's traces and other things and can't be split safely"
        yield Finding(CODE, instruction.body_span, f"{message}; it stays as it is", severity=Severity.WARNING)
    else:
        yield Finding(CODE, instruction.body_span, "removes the exporters of the traces of Cog's server", edits)


def _installs_exporters(command: Command) -> bool:
    reading = pip.install(command)
    if reading is None or reading.files or not reading.operands:
        return False
    return all(parse_item(each.text).name in TRACES_PACKAGES for each in reading.operands)


def _copies_config(instruction: Instruction) -> bool:
    """Whether this is ``RUN cp /src/NAME /src/cog.yaml``, which Cog appends if the configuration has another name."""
    if len(commands.simple_commands(instruction)) != 1:
        return False
    return commands.whole(instruction, _is_copy_of_config)


def _is_copy_of_config(command: Command) -> bool:
    operands = commands.arguments(command)
    if commands.program(command) != "cp" or len(operands) != 2:
        return False
    return operands[1] in [f"{folder}/cog.yaml" for folder in MODEL_FOLDERS]
