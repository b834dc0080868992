"""DF401: a step that fails the build if the base image lacks the CUDA that the model needs."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, cuda, images, stages
from dockerfix.analysis.blocks import Block
from dockerfix.analysis.context import Context
from dockerfix.analysis.cuda import Wanted
from dockerfix.analysis.images import BaseImage
from dockerfix.analysis.python import minor
from dockerfix.knowledge import written_instructions as written
from dockerfix.syntax.dockerfile.tree import Document, Stage
from dockerfix.text.findings import Finding

CODE = "DF401"


def inject_cuda_check(document: Document, context: Context) -> Iterator[Finding]:
    """Insert a step that checks the CUDA version of the base image during the build.

    Tags move, FROM lines use build arguments, mirrors keep old images: the image that is pulled may not be what the tag
    promises, and a wrong CUDA shows only when the model is loaded on a GPU. The step comes right after FROM, so a wrong
    base image fails at once. It needs only sh, without a GPU or packages: CUDA images have their version in a variable
    (`nvidia/container-images/cuda:dist`), the toolkit in a file. It checks the version in cog.yaml, or the tag's version
    without its patch number. An image without CUDA gets no check, as torch's wheels contain their own CUDA (see DF402).

    When it is wrong: If the model works with another CUDA than cog.yaml says, correct `cuda` there: the step follows.
    `--ignore DF401` leaves the step out, for example while you try an image whose CUDA is not in one of the two known
    places.

    cog.yaml:

        build:
          gpu: true
          cuda: "12.1"

    Before:

        FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04
        # dockerfix[DF401]: cog.yaml asks for CUDA 12.1
        RUN cuda="${CUDA_VERSION:-}"; \\
            for file in /usr/local/cuda/version.json /usr/local/cuda/version.txt; do \\
            if [ -z "$cuda" ] && [ -f "$file" ]; then \\
            cuda="$(sed -n '/[0-9][.][0-9]/{s/^[^0-9]*\\([0-9]*[.][0-9]*\\).*/\\1/p;q;}' "$file")"; fi; \\
            done; \\
            case "$cuda" in \\
            12.1|12.1.*) ;; \\
            *) echo "dockerfix: cog.yaml asks for CUDA 12.1, but this base image has ${cuda:-none}" >&2; exit 1 ;; \\
            esac
        CMD ["python", "-m", "cog.server.http"]
    """
    stage, base = stages.final_stage(document), images.final_image(document)
    present = [block for block in blocks.find_blocks(document) if block.code == CODE]
    want = _wanted(context, base) if base is not None else None
    kept = next((block for block in present if stage is not None and _is_in(stage, block)), None) if want else None
    for block in present:
        if block is not kept:
            yield blocks.removed(CODE, block, "removes the CUDA check, which this image does not need")
    if want is None or stage is None:
        return
    text = blocks.render(document, CODE, want.reason, step(want))
    if kept is not None:
        edits = blocks.update(document, kept, text)
        if edits:
            yield Finding(CODE, kept.span, f"updates the CUDA check: {want.reason}", edits)
        return
    message = f"adds a CUDA check to the build: {want.reason}"
    yield Finding(CODE, stage.base.body_span, message, (blocks.place(document, stage.base.span.end, text),))


def _wanted(context: Context, base: BaseImage) -> Wanted | None:
    """Return the version to check; None if the image needs no CUDA, has none, or does not name it."""
    if not cuda.needs_gpu(context, base) or base.has_cuda is False or (base.has_cuda and not base.sets_cuda_version):
        return None
    return cuda.wanted(context, base)


def _is_in(stage: Stage, block: Block) -> bool:
    return bool(block.instructions) and all(instruction in stage.instructions for instruction in block.instructions)


def step(want: Wanted) -> str:
    """Return the RUN that checks for a version; files have no patch number, so only the variable is compared with it."""
    patterns = [want.version, f"{want.version}.*"]
    if minor(want.version) != want.version:
        patterns.append(minor(want.version))
    return written.cuda_check(patterns, want.reason)
