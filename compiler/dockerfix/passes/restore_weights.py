"""DF108: weights that Cog kept in a separate image."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import cog, commands, stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.memo import of_node
from dockerfix.analysis.packages.requirements_copy import copy_instruction
from dockerfix.knowledge.cog_constructs import (
    MODEL_FOLDER,
    MODEL_FOLDERS,
    MONOBASE_WEIGHTS_FOLDER,
    WEIGHTS_STAGE,
    WEIGHTS_SUFFIX,
)
from dockerfix.syntax.dockerfile.instructions import Copy, From
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.syntax.shell import Command
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity

CODE = "DF108"
REPAIRS = ("circular dependency detected on stage",)


def restore_weights(document: Document, _context: Context) -> Iterator[Finding]:
    """Copy weights from the project instead of Cog's weights image, and remove links to Replicate's cache.

    `--separate-weights` copies them from an image `NAME-weights` that only Replicate's build makes
    (`replicate/cog@v0.8.0-beta4:pkg/dockerfile/generator.go`), with the paths of the project. `--x-fast` links to a cache
    on Replicate's hosts and excludes them from the COPY of the project
    (`replicate/cog@v0.14.4:pkg/dockerfile/fast_generator.go`); the pass removes the links and the exclusion. With weights
    on the machine that builds (v0.14.4 to v0.16.12) Cog stages the project in a folder `src` and copies that. A stage of the
    weights image that does more than Cog makes it do is an error.

    When it is wrong: If you publish the weights image where fal's builder can pull it, the stage is right as it is:
    `# dockerfix: ignore=DF108` above its FROM and above each COPY from it, or `--ignore DF108`. The links to
    Replicate's cache lead nowhere on fal, whatever the settings.

    Before:

        FROM r8.im/acme/model-weights AS weights
        FROM python:3.11-slim
        COPY --from=weights --link /src/checkpoints/sub dir /src/checkpoints/sub dir
        COPY --from=weights --link /src/big.ckpt /src/big.ckpt
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        COPY ["checkpoints/sub dir", "/src/checkpoints/sub dir"]
        COPY big.ckpt /src/big.ckpt
        CMD ["python", "-m", "cog.server.http"]
    """
    weights = [stage for stage in document.stages if _is_weights_stage(stage.base)]
    names = {WEIGHTS_STAGE, *(str(stage.index) for stage in weights)} if weights else set()
    replaced = {each for each in document.instructions if _is_from_weights(each, names)}
    gone = [stage for stage in weights if len(weights) < len(document.stages) and _is_only_weights(stage, replaced)]
    bases = {stage.base for stage in gone}
    for stage in weights:
        if stage.base not in bases:
            message = (
                "only Replicate's build makes the image of this stage; remove the stage, or what it does beside weights"
            )
            yield Finding(CODE, stage.base.body_span, message, severity=Severity.ERROR)
    numbers = stages.renumbered(document, gone, replaced)
    for instruction in document.instructions:
        if instruction in bases:
            edits = (commands.drop(instruction), *(numbers if instruction is gone[0].base else ()))
            yield Finding(CODE, instruction.body_span, "removes the stage of Cog's weights image", edits)
        elif instruction in replaced:
            yield _from_project(instruction)
        elif _goes_to_cache(instruction) or _links_to_cache(instruction):
            yield commands.removed(CODE, instruction, "removes a link into Replicate's weights cache")
        elif _leaves_out(instruction):
            yield _whole_project(instruction)
        elif _is_staged_project(instruction):
            message = "copies the project instead of Cog's copy of it"
            yield Finding(
                CODE, instruction.body_span, message, (Edit(instruction.body_span, f"COPY . {MODEL_FOLDER}"),)
            )


def _is_weights_stage(instruction: Instruction) -> bool:
    view = instruction.view
    return (
        isinstance(view, From)
        and view.image is not None
        and view.stage_name is not None
        and view.stage_name.value.lower() == WEIGHTS_STAGE
        and view.image.repository.endswith(WEIGHTS_SUFFIX)
    )


def _is_only_weights(stage: Stage, replaced: set[Instruction]) -> bool:
    """Whether a stage can go without its instructions, which would then belong to the stage above.

    It has none, or is the last one with the COPYs of the weights: so some `cog debug` prints it in the middle of another.
    """
    document = stage.base.document
    if not stage.instructions:
        return True
    if stage.index != len(document.stages) - 1 or not any(each in replaced for each in stage.instructions):
        return False
    above = stages.users_of(document, document.stages[stage.index - 1]) if stage.index else stage.instructions
    return set(stage.instructions).isdisjoint(above)


def _is_from_weights(instruction: Instruction, names: set[str]) -> bool:
    """Whether a COPY takes from the weights stage, whose name and numbers are `names`, wherever that stage is."""
    view = instruction.view
    return isinstance(view, Copy) and view.source_stage in names and view.destination is not None


def _from_project(instruction: Instruction) -> Finding:
    view = instruction.view
    text = view.arguments
    half = len(text) // 2
    path = text[:half] if text[half : half + 1] == " " and text[:half] == text[half + 1 :] else text.split()[0]
    target = path if text.endswith(path) else text.split()[-1]
    source = path
    for folder in MODEL_FOLDERS:
        source = source.removeprefix(f"{folder}/")
    message = f"copies `{source}` from the project instead of from Cog's weights image"
    return Finding(
        CODE, instruction.body_span, message, (Edit(instruction.body_span, copy_instruction(source, target)),)
    )


@of_node
def _goes_to_cache(instruction: Instruction) -> bool:
    view = instruction.view
    return (
        isinstance(view, Copy)
        and view.destination is not None
        and view.destination.value.strip('"').startswith(MONOBASE_WEIGHTS_FOLDER)
    )


def _links_to_cache(instruction: Instruction) -> bool:
    return MONOBASE_WEIGHTS_FOLDER in instruction.node.text and commands.whole(instruction, _is_link_to_cache)


def _is_link_to_cache(command: Command) -> bool:
    return commands.program(command) == "ln" and any(
        word and word.startswith(MONOBASE_WEIGHTS_FOLDER) for word in commands.arguments(command)
    )


def _leaves_out(instruction: Instruction) -> bool:
    """Whether this is the COPY with which `--x-fast` excludes the weights and Cog's folder."""
    view = instruction.view
    if not isinstance(view, Copy) or view.source_stage or not any(flag.name == "exclude" for flag in view.flags):
        return False
    return any(cog.is_monobase(other) for other in instruction.document.instructions)


def _is_staged_project(instruction: Instruction) -> bool:
    """The COPY of the folder in which `--x-fast` stages the project beside its weights."""
    view = instruction.view
    if not isinstance(view, Copy) or view.source_stage or not view.flag("link") or view.destination is None:
        return False
    words = [word.value for word in view.words]
    return words == ["src/.", MODEL_FOLDER] and any(map(cog.is_monobase, instruction.document.instructions))


def _whole_project(instruction: Instruction) -> Finding:
    view = instruction.view
    message = "includes the weights in the COPY of the project"
    return Finding(CODE, instruction.body_span, message, (Edit(instruction.body_span, f"COPY {view.arguments}"),))
