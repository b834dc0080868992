"""Insertion points for injected blocks."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks
from dockerfix.analysis.blocks import Block
from dockerfix.analysis.context import Context
from dockerfix.analysis.memo import of_node
from dockerfix.knowledge.cog_constructs import MODEL_FOLDERS
from dockerfix.project.project import CogConfig
from dockerfix.syntax.dockerfile.instructions import Run, TextView
from dockerfix.syntax.dockerfile.tree import Instruction, Stage


def after(instruction: Instruction) -> int:
    """Return the offset after an instruction, or after the block that contains it."""
    block = blocks.in_block(instruction.document, instruction)
    return block.span.end if block else instruction.span.end


def is_user_command(instruction: Instruction, config: CogConfig | None) -> bool:
    """Whether a RUN is one of the commands in cog.yaml."""
    return config is not None and any(is_command(instruction, item.command) for item in config.commands)


def is_command(instruction: Instruction, command: str) -> bool:
    """Whether a RUN only runs a command of cog.yaml, blanks aside; both may begin with flags of RUN."""
    wanted = " ".join(command.split())
    return any(shown.endswith(wanted) and _is_flags(shown.removesuffix(wanted)) for shown in _shown(instruction))


@of_node
def _shown(instruction: Instruction) -> tuple[str, ...]:
    """Return the flags of a RUN with its arguments, and with what the shell gets; one blank between words."""
    view = instruction.view
    if not isinstance(view, Run):
        return ()
    flags = instruction.text[len(instruction.node.command.keyword) : view.arguments_span.start]
    return tuple([" ".join(f"{flags} {script}".split()) for script in _scripts(view)])


def _scripts(view: Run) -> Iterator[str]:
    """Yield the arguments of RUN, and what the shell gets where DF100 wrote a command in the exec form."""
    yield view.arguments
    words = [word.value for word in view.exec_form or ()]
    if len(words) == 3 and words[:2] == ["/bin/sh", "-c"]:
        yield words[2]


def _is_flags(text: str) -> bool:
    """Whether a text is only flags of RUN and ends in a blank."""
    return text[-1:] in ("", " ") and all(word.startswith("--") for word in text.split())


def before_user_commands(stage: Stage, context: Context) -> int:
    """Return where to install packages: before the first user command or the WORKDIR of the code, outside blocks."""
    previous = stage.base
    for instruction in stage.instructions:
        if is_user_command(instruction, context.config) or is_workdir(instruction):
            break
        previous = instruction
    return after(previous)


def is_workdir(instruction: Instruction) -> bool:
    """Whether this is the WORKDIR of the model's code."""
    view = instruction.view
    if instruction.keyword != "WORKDIR" or not isinstance(view, TextView):
        return False
    if blocks.in_block(instruction.document, instruction):
        # it belongs to the replaced base image; the WORKDIR of the code comes later
        return False
    value, folders = view.value.value, MODEL_FOLDERS
    return any(value == folder or value.startswith(f"{folder}/") for folder in folders)


def after_preamble(stage: Stage) -> int:
    """Return the offset after FROM and the ARG and ENV instructions that follow it, blocks included."""
    previous = stage.base
    for instruction in stage.instructions:
        block = blocks.in_block(instruction.document, instruction)
        if instruction.keyword not in ("ARG", "ENV", "LABEL", "SHELL") and (block is None or not _is_head(block)):
            break
        previous = instruction
    return after(previous)


def _is_head(block: Block) -> bool:
    """Whether a block belongs to the base image."""
    return block.code in ("DF110", "DF111", "DF401")


def after_installs(stage: Stage) -> int:
    """Return where to install what fal needs: after the last RUN, or before the code's WORKDIR if no RUN follows it."""
    runs = [instruction for instruction in stage.instructions if instruction.keyword == "RUN"]
    workdirs = [instruction for instruction in stage.instructions if is_workdir(instruction)]
    if workdirs and (not runs or runs[-1].index < workdirs[0].index):
        return after(workdirs[0].previous or stage.base)
    return after(runs[-1] if runs else (stage.instructions[-1] if stage.instructions else stage.base))
