"""DF205: the `environment` of cog.yaml, quoted for Docker."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, environment, placement, stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.shapes import environment_reason
from dockerfix.syntax.dockerfile.instructions import Env
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.text.credentials import is_secret
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity, placed
from dockerfix.text.source import Span

CODE = "DF205"
REPAIRS = ("Syntax error - can't find = in",)


def quote_environment(document: Document, context: Context) -> Iterator[Finding]:
    """Set the variables of `environment` with values quoted for Docker.

    Cog writes `NAME=value` unquoted (`replicate/cog@v0.14.9:pkg/dockerfile/env.go`), so a value with a blank fails the
    build; earlier releases leave the variables out. A variable that contains credentials is refused.

    When it is wrong: Variables in a value still expand (`A=$HOME/x`), as in Cog's line. `# dockerfix: ignore=DF205`
    above the ENV keeps your form; one that BuildKit can't read is refused all the same (DF003).

    cog.yaml:

        environment:
          - GREETING=hello world

    Before:

        FROM python:3.11-slim
        ENV GREETING=hello world
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        # dockerfix[DF205]: environment from cog.yaml: GREETING
        ENV GREETING="hello world"
        CMD ["python", "-m", "cog.server.http"]
    """
    stage = stages.final_stage(document)
    if context.config is None or stage is None:
        return
    block = blocks.find_block(document, CODE, stage)
    given = dict(context.config.environment)
    step = next((each for each in stage.instructions if _is_cogs(each, sorted(given.items()))), None)
    secret = {name for name, value in given.items() if is_secret(name, value)}
    if secret and (step is None or not environment.sets(step, sorted(given.items()))):
        ours = [step, *(block.instructions if block is not None else ())]
        yield from _refused(stage, context, secret, [each for each in stage.instructions if each not in ours])
        pairs = sorted((name, value) for name, value in given.items() if name not in secret)
    else:
        pairs = sorted(given.items())
    text = (
        blocks.render(document, CODE, environment_reason(dict(pairs)), environment.render(pairs, document.escape))
        if pairs
        else ""
    )
    if block is not None:
        edits = blocks.update(document, block, text) if pairs else (Edit(block.span, ""),)
        if edits:
            yield Finding(CODE, block.span, "updates the variables to match cog.yaml", edits)
        return
    if not pairs:
        return
    if step is None:
        offset = placement.after_preamble(stage)
        message = "sets the variables in `environment`"
        yield Finding(CODE, Span(offset, offset), message, (blocks.place(document, offset, text),))
    elif not environment.sets(step, pairs):
        message = "quotes the variables in `environment`: Docker would read other values, or none"
        yield Finding(CODE, step.body_span, message, (blocks.replace(document, step, text),))


def _refused(stage: Stage, context: Context, names: set[str], staying: list[Instruction]) -> Iterator[Finding]:
    """Refuse to write variables that are secrets, unless an instruction that stays as it is sets them."""
    config = context.config
    for index, (name, value) in enumerate(config.environment if config is not None else ()):
        if name not in names or any(_sets(each, name, value) for each in staying):
            continue
        line = config.line_of("environment", index) if config is not None else None
        file = context.project.config_name
        message = (
            f"`{name}`{placed(file, line)} contains credentials, which the image would store; remove it there, set it for "
            f"the running App with `fal secrets set {name}=…`, and let a step of the build read it from a build secret "
            "(`RUN --mount=type=secret`: `mounts` in cog.yaml, `secrets` in fal's ContainerImage)"
        )
        yield Finding(CODE, stage.base.body_span, message, severity=Severity.ERROR, file=file, line=line)


def _sets(instruction: Instruction, name: str, value: str) -> bool:
    pairs = instruction.view.pairs if isinstance(instruction.view, Env) else ()
    return any(pair.name.value == name and pair.value is not None and pair.value.value == value for pair in pairs)


def _is_cogs(instruction: Instruction, pairs: list[tuple[str, str]]) -> bool:
    """Whether this is the ENV that Cog writes, however Docker reads it: its text is that of cog.yaml. Or one as good."""
    if not isinstance(instruction.view, Env):
        return False
    if environment.sets(instruction, pairs):
        return True
    written = " ".join(f"{name}={value}" for name, value in pairs)
    return instruction.view.arguments == written.strip()
