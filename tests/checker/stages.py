"""Rules about stages, base images and what is copied from where."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.model import Case, Violation
from checker.reading import Instruction, Stage

_REPLICATE = re.compile(r"(^|[/.])r8\.im(/|$)|(^|/)(cog-base|monobase)([:@]|$)|\breplicate\.(com|delivery)\b")
_IMAGE = re.compile(r"[a-z0-9][a-z0-9.-]*(:\d+)?(/[a-z0-9][a-z0-9._-]*)*(:\w[\w.-]*)?(@sha256:[0-9a-f]{64})?")
_WEIGHTS = re.compile(r"-weights([:@]|$)")
PUBLIC = re.compile(
    r"(docker\.io/)?(library/)?(python|debian|ubuntu|alpine|buildpack-deps|scratch)([:@]|$)"
    r"|(docker\.io/|nvcr\.io/)?(nvidia/cuda|pytorch/pytorch|falai/base|continuumio/\w+)([:@]|$)"
    r"|ghcr\.io/astral-sh/uv([:@]|$)"
)
"""Images that everybody can pull and that an output may name unless the Dockerfile before did."""


def check_bases(case: Case) -> Iterator[Violation]:
    """Every FROM names a public image, or one that the Dockerfile before named, or an earlier stage."""
    for index, stage in enumerate(case.output.stages):
        if any(earlier.name and earlier.name.lower() == stage.image.lower() for earlier in case.output.stages[:index]):
            continue
        problem = _image_problem(case, stage.image)
        if problem:
            yield Violation("base", f"line {stage.first}: FROM {stage.image}: {problem}")
    if case.output.final.image == "scratch":
        yield Violation("base", "the last stage is made from scratch")


def _image_problem(case: Case, image: str) -> str | None:
    if "cog-base" in case.options.keep and re.search(r"(^|/)cog-base[:@]", image):
        return None
    if _REPLICATE.search(image):
        return "only Replicate has this image"
    if _WEIGHTS.search(image):
        return "an image of weights that nobody builds"
    if not _IMAGE.fullmatch(image):
        return "no name of an image"
    if PUBLIC.match(image) or image in case.given.images:
        return None
    return "neither a stage nor an image that is known to be public"


def check_sources(case: Case) -> Iterator[Violation]:
    """Every COPY --from and every mount with from= names an earlier stage or a public image."""
    for index, stage in enumerate(case.output.stages):
        for instruction in stage.instructions:
            for name in sources_of(instruction):
                position = case.output.stage_named(name)
                if position is not None and position >= index:
                    yield Violation("from-source", f"line {instruction.first}: stage {name} is no earlier stage")
                elif position is None and not ("/" in name and PUBLIC.match(name)):
                    yield Violation(
                        "from-source", f"line {instruction.first}: from {name}: no stage and no public image"
                    )


def sources_of(instruction: Instruction) -> Iterator[str]:
    """The stages and images that an instruction takes files from."""
    name = instruction.flag("from") if instruction.keyword == "COPY" else None
    if name is not None:
        yield name
    if instruction.keyword == "RUN":
        for mount in instruction.mounts():
            if mount.get("from"):
                yield mount["from"]


def check_unused_stages(case: Case) -> Iterator[Violation]:
    """Every stage but the last is used by a later one, and holds an instruction."""
    used = {name.lower() for stage, each in case.output.instructions() for name in sources_of(each)}
    used |= {stage.image.lower() for stage in case.output.stages}
    for index, stage in enumerate(case.output.stages[:-1]):
        if not used & {str(index), (stage.name or str(index)).lower()}:
            yield Violation("unused-stage", f"line {stage.first}: nothing uses the stage {stage.name or index}")
        elif not stage.instructions:
            yield Violation("unused-stage", f"line {stage.first}: the stage {stage.name or index} is empty")


def lineage(case: Case, stage: Stage) -> tuple[str, list[Instruction]]:
    """The image that `stage` is made from in the end, and all instructions that make it."""
    instructions = list(stage.instructions)
    index = case.output.stages.index(stage)
    image = stage.image
    for earlier in reversed(case.output.stages[:index]):
        if earlier.name and earlier.name.lower() == image.lower():
            image, instructions = earlier.image, [*earlier.instructions, *instructions]
    return image, instructions


_DIRECTIVE = re.compile(r"(?mi)^#\s*syntax\s*=\s*(\S+)")
_FEATURES = (("--link", (1, 4)), ("--exclude", (1, 7)), ("--parents", (1, 7)), ("--mount", (1, 2)), ("<<", (1, 4)))


def check_syntax_version(case: Case) -> Iterator[Violation]:
    """The frontend that the syntax directive names knows all that is used."""
    match = _DIRECTIVE.match(case.output.lines[0])
    if not match:
        if _DIRECTIVE.search(case.given.text):
            yield Violation("syntax-version", "the syntax directive is gone")
        return
    if not re.match(r"(docker\.io/)?docker/dockerfile(-upstream)?[:@]", match[1]):
        yield Violation("syntax-version", f"the syntax directive names {match[1]}")
        return
    version = re.search(r":(\d+)\.(\d+)", match[1])
    if not version:
        return
    known = (int(version[1]), int(version[2]))
    for _, instruction in case.output.instructions():
        words = [*instruction.flags, *("<<" for _ in instruction.heredocs)]
        for feature, since in _FEATURES:
            if since > known and any(word.startswith(feature) for word in words):
                message = f"line {instruction.first}: {feature} is newer than {match[1]}"
                yield Violation("syntax-version", message)
