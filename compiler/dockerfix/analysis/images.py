"""Base images: what the name of the image under a stage says about it."""

from __future__ import annotations

import re
from typing import NamedTuple

from dockerfix.analysis import cog, stages, variables
from dockerfix.analysis.memo import of_document
from dockerfix.knowledge.cog_base import RENAMED_PACKAGES, CogBaseTag, parse_cog_base_tag
from dockerfix.knowledge.cog_constructs import CUDA_IMAGE, FIRST_BASE_IMAGE, PYTHON_IMAGE
from dockerfix.knowledge.commands import ImageKind, debian_of_python, image_kind, public_name
from dockerfix.knowledge.cuda import parse_cuda_tag
from dockerfix.knowledge.gpu import image_cuda, is_plain_image
from dockerfix.syntax.dockerfile.arguments import Text
from dockerfix.syntax.dockerfile.instructions import From
from dockerfix.syntax.dockerfile.references import parse_image
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

_VERSION = lazy(r"\d+\.\d+(?:\.\d+)?")
_MIRROR = lazy(r"(?P<variable>\$\w+(?=/)|\$\{\w+\})(?P<rest>/?[a-z0-9].*)")


class BaseImage(NamedTuple):
    """The image that a FROM names, with variables expanded; `place` is the name in the source.

    Where only the build knows the image, `text` is as written and the fields after `variables` are empty. A variable
    without value in front of the name is a registry or mirror. `public` is the name that the image has on Docker Hub,
    with ``library/`` left out, `repository` the one that it has in its registry. `python`,
    `cuda` and `cudnn` are the versions in the tag. `has_cuda` and `has_python` are None where the name does not say;
    `sets_cuda_version` is whether the image certainly sets the variable with its CUDA version. `kind` is the kind of a
    well-known image, `cog` the tag of Cog's own base image taken apart.
    """

    instruction: Instruction
    place: Span
    text: str
    variables: tuple[str, ...] = ()
    registry: str = ""
    repository: str = ""
    public: str = ""
    tag: str = ""
    has_digest: bool = False
    is_cog: bool = False
    cog: CogBaseTag | None = None
    is_python: bool = False
    has_python: bool | None = None
    python: str | None = None
    has_cuda: bool | None = None
    sets_cuda_version: bool = False
    cuda: str | None = None
    cudnn: str | None = None
    kind: ImageKind | None = None

    @property
    def distribution(self) -> str | None:
        """The release of Debian or Ubuntu, such as ``debian13``; None where the name does not say."""
        return distribution_of(self.public, self.tag)


@of_document
def base_image(_document: Document, stage: Stage) -> BaseImage:
    """Return the image that the FROM of a stage names."""
    base = stage.base
    view = base.view
    if not isinstance(view, From) or not view.words:
        return BaseImage(base, base.body_span, "")
    written = view.words[0]
    names, place, text = variables.names_in([written.value]), base.original(written.span), stages.base_name(base)
    mirror = "" if text else _mirror(base)
    if mirror:
        text = _expanded(base).removeprefix("/")
    if not text:
        return BaseImage(base, place, written.value, names)
    image = parse_image(Text(text, Span(0, len(text))))
    tag = image.tag.value if image.tag else ""
    registry = image.registry or mirror
    public = public_name(registry, image.repository, tag)
    is_cog = cog.is_cog_base(base)
    cog_tag = parse_cog_base_tag(tag) if is_cog else None
    is_python = image.name == PYTHON_IMAGE
    is_cuda = public.endswith(CUDA_IMAGE)
    version = _VERSION.match(tag) if is_python else None
    found = image_cuda(image.repository, tag)
    return BaseImage(
        base,
        place,
        text,
        names,
        registry,
        image.repository,
        public,
        tag,
        has_digest=image.digest is not None,
        is_cog=is_cog,
        cog=cog_tag,
        is_python=is_python,
        has_python=False if is_cuda or image.name == FIRST_BASE_IMAGE else True if is_python else None,
        python=cog_tag.python if cog_tag else version[0] if version else None,
        has_cuda=found.is_cuda if found else False if is_plain_image(public) else None,
        sets_cuda_version=found is not None and found.sets_variable,
        cuda=found.cuda if found else None,
        cudnn=found.cudnn if found else None,
        kind=image_kind(public, tag),
    )


def _expanded(base: Instruction) -> str:
    """Return the name in a FROM with variables expanded, those without a value to nothing."""
    found = variables.of(base)
    return found.words[0] if found.problem is None and found.words else ""


def _mirror(base: Instruction) -> str:
    """Return the variable in front of the name of an image, where it is the only one without a value; else ""."""
    view = base.view
    found = _MIRROR.match(view.words[0].value) if isinstance(view, From) and view.words else None
    if found is None or not variables.of(base).unset.isdisjoint(variables.names_in([found["rest"]])):
        return ""
    return found["variable"]


def bottom_image(document: Document, stage: Stage) -> BaseImage:
    """Return the image under a stage, below the stages that it is built on."""
    return base_image(document, stages.bottom(document, stage))


def final_image(document: Document) -> BaseImage | None:
    """Return the image under the last stage; None without a stage."""
    stage = stages.final_stage(document)
    return bottom_image(document, stage) if stage is not None else None


def distribution_of(repository: str, tag: str) -> str | None:
    """Return the release of Debian or Ubuntu in a public image, such as ``debian13``; None for others."""
    kind = image_kind(repository, tag)
    if kind == "cuda-devel":
        parsed = parse_cuda_tag(tag)
        return parsed.system if parsed else None
    if kind in ("python", "python-slim"):
        return debian_of_python(tag)
    number = re.match(r"\d+(?:\.\d+)?", tag)
    return f"{kind}{number[0]}" if kind in ("debian", "ubuntu") and number else None


def successor(distribution: str | None, package: str) -> str:
    """Return the Debian package to install for `package`: itself, or the one that replaced it in a release.

    The new name keeps the architecture (``:amd64``), and not a version.
    """
    name, architecture = re.match(r"([^:=/]*)(:[^=/]*)?", package).groups()  # type: ignore[union-attr]
    replacement, distributions = RENAMED_PACKAGES.get(name, (package, ()))
    return f"{replacement}{architecture or ''}" if distribution in distributions else package
