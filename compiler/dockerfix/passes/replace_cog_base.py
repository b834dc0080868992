"""DF110: Cog's base image, which exists only in Replicate's registry."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, images, python
from dockerfix.analysis.context import Context
from dockerfix.analysis.images import BaseImage
from dockerfix.analysis.packages import install_step
from dockerfix.knowledge.cog_base import PACKAGES_SIZE, CogBaseTag, cog_base_packages
from dockerfix.knowledge.cog_constructs import CUDA_IMAGE, MODEL_FOLDER, PYTHON_IMAGE
from dockerfix.knowledge.cuda import image_tag
from dockerfix.knowledge.versions import begins_with
from dockerfix.knowledge.written_instructions import PREAMBLE, apt_install
from dockerfix.syntax.dockerfile.tree import Document, Stage
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity

CODE = "DF110"


def replace_cog_base(document: Document, context: Context) -> Iterator[Finding]:
    """Replace Cog's base image with the public image it was built on, and add what else it contained.

    `cog-base` is what Cog builds for a model without code: the CUDA image or python-slim, four variables, Python, a list
    of Debian packages, and `/src` as the working directory (`replicate/cog@v0.9.7:pkg/dockerfile/base.go`). DF206 installs
    Python if needed. ``--keep cog-base`` keeps the image, ``--drop cog-base-extras`` leaves out the Debian packages.

    When it is wrong: The list of Debian packages is that of Cog's own images, so it is longer than most models need:
    `--drop cog-base-extras` leaves it out, and DF203 still installs what cog.yaml names. If fal can pull the image for
    you, `--keep cog-base` keeps it (`keep: [cog-base]` in the settings); so does `# dockerfix: ignore=DF110` above the
    FROM.

    Before:

        FROM r8.im/cog-base:python3.11
        RUN pip install numpy
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        # dockerfix[DF110]: the contents of `r8.im/cog-base:python3.11` (3 instructions)
        ENV DEBIAN_FRONTEND=noninteractive \\
            PYTHONUNBUFFERED=1 \\
            LD_LIBRARY_PATH=$LD_LIBRARY_PATH:/usr/lib/x86_64-linux-gnu:/usr/local/nvidia/lib64:/usr/local/nvidia/bin \\
            NVIDIA_DRIVER_CAPABILITIES=all
        RUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update -qq && \\
            apt-get install -qqy \\
            build-essential \\
            cmake \\
            curl \\
            ffmpeg \\
            g++ \\
            gcc \\
            git \\
            libavcodec-dev \\
            libcairo2-dev \\
            libfontconfig1 \\
            libgirepository1.0-dev \\
            libgl1 \\
            libglib2.0-0 \\
            libsm6 \\
            libsndfile1 \\
            libssl-dev \\
            libunistring-dev \\
            libxext6 \\
            libxrender1 \\
            python3-opencv \\
            sox \\
            unzip \\
            wget \\
            zip \\
            && rm -rf /var/lib/apt/lists/*
        WORKDIR /src
        RUN pip install numpy
        CMD ["python", "-m", "cog.server.http"]
    """
    if context.keeps("cog-base"):
        return
    for stage in document.stages:
        base = images.base_image(document, stage)
        if base.is_cog:
            yield _replace(document, stage, base, context)
            yield from _torch(document, base, context)


def _torch(document: Document, base: BaseImage, context: Context) -> Iterator[Finding]:
    """Yield the torch packages that releases before v0.9.21 leave to this image; only cog.yaml has their versions."""
    tag = base.cog
    if tag is None or tag.torch is None or context.config is not None or context.options.requirements_path:
        return
    if not install_step.staged_copies(document):
        message = (
            f"this Cog image contains torch {tag.torch}, and no cog.yaml was found that lists the packages; pass "
            "`--cog-yaml PATH` or `--requirements FILE`"
        )
        yield Finding(CODE, base.instruction.body_span, message, severity=Severity.ERROR)


def _replace(document: Document, stage: Stage, image: BaseImage, context: Context) -> Finding:
    base, tag = stage.base, image.cog
    if tag is None and context.config is None:
        message = "this Cog image names no Python version, and no cog.yaml was found to take it from"
        return Finding(CODE, base.body_span, message, severity=Severity.ERROR)
    public = public_image(document, stage, tag, context)
    if public is None:
        cuda = tag.cuda if tag else None
        message = f"no public image is known for CUDA {cuda}; choose one by hand, or use `--keep cog-base`"
        return Finding(CODE, base.body_span, message, severity=Severity.ERROR)
    instructions = [PREAMBLE]
    if not context.drops("cog-base-extras"):
        distribution = images.distribution_of(*public.split(":"))
        names = dict.fromkeys(images.successor(distribution, name) for name in cog_base_packages(context.era))
        instructions.append(apt_install(names))
    # the image ends like every output of Cog: its commands run in the folder of the code
    instructions.append(f"WORKDIR {MODEL_FOLDER}")
    block = blocks.render(document, CODE, f"the contents of `{image.text}`", *instructions)
    edits = (Edit(image.place, public), blocks.place(document, base.span.end, block))
    what = "variables" if context.drops("cog-base-extras") else "packages and variables"
    message = f"replaces `{image.text}` by `{public}`, plus the {what} that `{image.text}` contained"
    if not context.drops("cog-base-extras"):
        message += f"; the packages take {PACKAGES_SIZE}, and `--drop cog-base-extras` leaves them out"
    return Finding(CODE, base.body_span, message, edits)


def public_image(document: Document, stage: Stage, tag: CogBaseTag | None, context: Context) -> str | None:
    """Return the public image for a cog-base tag; None if no CUDA image is known."""
    config = context.config
    cuda = tag.cuda if tag else (config.cuda if config and config.gpu else None)
    if config and config.cuda and cuda and begins_with(config.cuda, cuda) and image_tag(config.cuda):
        cuda = config.cuda  # the tag has no patch version
    if cuda is not None:
        found = image_tag(cuda, config.cudnn if config else None) or image_tag(cuda)
        return f"{CUDA_IMAGE}:{found}" if found else None
    version = tag.python if tag else python.python_of(document, stage, config)
    return f"{PYTHON_IMAGE}:{version}-slim"
