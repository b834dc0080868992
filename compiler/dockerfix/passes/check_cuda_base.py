"""DF402: whether the base image has the CUDA that the model needs."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import cuda, images, stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.cuda import TorchWheel
from dockerfix.analysis.images import BaseImage
from dockerfix.analysis.packages import requested
from dockerfix.analysis.packages.requested import Requested
from dockerfix.analysis.python import minor, python_of
from dockerfix.knowledge.cog_constructs import CUDA_IMAGE
from dockerfix.knowledge.cuda import (
    COMPANION_AS_OF,
    COMPANIONS,
    IMAGE_AS_OF,
    TENSORFLOW,
    TENSORFLOW_AS_OF,
    TORCH,
    TORCH_AS_OF,
    TORCH_WHEEL_AS_OF,
    TORCH_WHEELS,
    image_tag,
    known_tag,
    newest_cuda,
    newest_known,
    newest_torch,
    parse_cuda_tag,
    tensorflow_row,
    torch_for,
    torch_rows,
)
from dockerfix.knowledge.fal import NEWEST_CUDA_SEEN
from dockerfix.knowledge.gpu import (
    ARCHITECTURES,
    COMPILE_CUDA,
    CUDA_EXTRAS,
    INSTALL_CUDA,
    TENSORFLOW_PACKAGES,
    USE_CUDA_OF_IMAGE,
)
from dockerfix.knowledge.versions import admits, numbers, release
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.findings import Finding, Severity

CODE = "DF402"


def check_cuda_base(document: Document, context: Context) -> Iterator[Finding]:
    """Compare the CUDA of the base image with cog.yaml and with the packages that need it.

    Cog chooses the image (`replicate/cog@v0.22.0:pkg/config/config.go`, validateAndCompleteCUDA), but a saved Dockerfile
    may be older than its cog.yaml. A version that cog.yaml does not ask for is an error, as DF401 would fail the build.
    The pass also reports a GPU model on an image without CUDA, packages that find no CUDA or another version, a CUDA newer
    than any seen on fal's hosts, and tags that may not exist.

    Wheels of torch contain their own CUDA: those on PyPI are for CUDA 13 since torch 2.11, which needs another driver than
    CUDA 12, and were for CUDA 10.2 to torch 1.12, which has no code for the GPUs of fal (PyPI, Requires-Dist). For a range,
    or a package that only needs torch, pip takes the newest release for the image's Python.

    When it is wrong: torch brings a CUDA of its own, so an image with another one often works; what the message says is
    the risk. A range is judged by the newest release that pip would take: pin the version that you tested.
    `--ignore DF402`, or `# dockerfix: ignore=DF402` above the FROM, silences the rule; DF401 still checks the image
    when it is built.

    cog.yaml:

        build:
          gpu: true
          cuda: "11.8"

    Before:

        FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04
        CMD ["python", "-m", "cog.server.http"]
    """
    base = images.final_image(document)
    if base is None:
        return
    if not cuda.needs_gpu(context, base):
        if base.has_cuda and context.config is not None:
            yield _finding(base, f"cog.yaml asks for no GPU, but `{base.text}` has CUDA; a smaller image is enough")
        return
    found = requested.requirements(document, context)
    wheel = cuda.torch_wheel(document, context)
    trouble = list(_wheel(document, context, base, wheel)) if wheel is not None else []
    yield from trouble
    if base.has_cuda:
        yield from _version(context, base)
        yield from _tag(base)
        if not trouble:
            yield from _torch(document, context, base, found)
        yield from _tensorflow(base, found)
    elif base.has_cuda is False:
        yield from _without_cuda(base, found)
    else:
        yield _unknown(context, base)


def _finding(
    base: BaseImage, message: str, severity: Severity = Severity.NOTE, pin: Requested | None = None
) -> Finding:
    span = base.instruction.body_span
    return Finding(
        CODE, span, message, severity=severity, file=pin.file if pin else None, line=pin.line if pin else None
    )


def _version(context: Context, base: BaseImage) -> Iterator[Finding]:
    """Compare the tag with cog.yaml, and with the CUDA versions seen on fal's hosts."""
    want = cuda.wanted(context, base)
    if base.variables and base.cuda:
        names = ", ".join(f"`{name}`" for name in base.variables)
        message = f"the base image depends on {names}; dockerfix checks the default, `{base.text}`"
        yield _finding(base, message)
    if want is not None and want.by_config and base.cuda and not cuda.agrees(base.cuda, want.version):
        newest = image_tag(minor(want.version))
        advice = "run `cog debug` again or correct one of the two"
        if newest is not None and image_tag(want.version) is None:
            advice = f"dockerfix knows no image with {want.version} (as of {IMAGE_AS_OF}); set `cuda` to `{minor(want.version)}`"
        message = f"{want.reason}, but `{base.text}` has {base.cuda}; {advice}"
        yield _finding(base, message, Severity.ERROR)
    version = base.cuda or (want.version if want else None)
    if version and numbers(version) > numbers(newest_cuda()):
        message = (
            f"CUDA {version} is newer than {newest_cuda()}, the newest that dockerfix knows (as of {IMAGE_AS_OF}), so neither its image "
            "nor its GPUs are checked"
        )
        yield _finding(base, message, Severity.WARNING)
    if version and _is_too_new(version):
        message = (
            f"CUDA {version} is newer than {NEWEST_CUDA_SEEN}, the newest seen on fal's hosts, whose driver version is not "
            "published; try it on fal before you depend on it"
        )
        yield _finding(base, message, Severity.WARNING)


def _tag(base: BaseImage) -> Iterator[Finding]:
    """Report a tag that NVIDIA may not publish, by a table of devel images with cuDNN."""
    if not base.repository.endswith(CUDA_IMAGE) or base.has_digest:
        return
    parsed = parse_cuda_tag(base.tag)
    if known_tag(base.tag) or (parsed is not None and (parsed.flavour != "devel" or parsed.cudnn is None)):
        return
    if parsed is not None and numbers(parsed.cuda) > numbers(newest_cuda()):
        return
    nearest = image_tag(minor(parsed.cuda), parsed.cudnn) or image_tag(minor(parsed.cuda)) if parsed else None
    advice = f"; `{base.repository}:{nearest}` is" if nearest else ""
    message = f"`{base.text}` is not a known tag of NVIDIA's CUDA images{advice}"
    yield _finding(base, message, Severity.WARNING)


def _wheel(document: Document, context: Context, base: BaseImage, wheel: TorchWheel) -> Iterator[Finding]:
    """The wheel of torch that pip takes: whether a driver of fal's hosts and its GPUs run it."""
    pin, where = wheel.pin, " from PyPI" if wheel.from_pypi else ""
    text = f"`{pin.requirement.text}`"
    if not wheel.is_known and wheel.cuda is None:
        name, as_of, its = (
            ("torch", TORCH_WHEEL_AS_OF, "its") if wheel.version else (pin.name, COMPANION_AS_OF, "torch's")
        )
        message = (
            f"{text} asks for a {name} newer than {newest_known(name)}, the newest that dockerfix knows (as of {as_of}), so the "
            f"CUDA of {its} wheels is not checked; try it on fal, where the newest CUDA seen is {NEWEST_CUDA_SEEN}"
        )
    elif wheel.cuda is None:
        return
    elif release(wheel.cuda) > release(NEWEST_CUDA_SEEN) and (base.cuda is None or not _is_too_new(base.cuda)):
        message = (
            f"{text} installs torch {wheel.version}{where}, whose wheels need a driver for CUDA {numbers(wheel.cuda)[0]} (they contain "
            f"{wheel.cuda}), but the newest CUDA seen on fal's hosts is {NEWEST_CUDA_SEEN}; {_older(document, context, wheel)}"
        )
    elif not wheel.is_known and _is_too_new(TORCH_WHEELS[wheel.version][0]) and not _is_too_new(wheel.cuda):
        newest = list(TORCH)[-1]
        message = (
            f"{text} admits torch {wheel.version}, but dockerfix knows the builds on its index only to {newest} (as of {TORCH_AS_OF}); "
            f"if the index lacks a newer one, pip takes that of PyPI, which needs a driver for CUDA "
            f"{numbers(TORCH_WHEELS[wheel.version][0])[0]}; pin `torch=={newest}` to be sure"
        )
    elif not cuda.usable(wheel.cuda, None):
        message = (
            f"{text} installs torch {wheel.version}{where}, whose wheels for CUDA {wheel.cuda} have no code for the GPUs of fal "
            f"({ARCHITECTURES[0].sm} and newer); {_newer(wheel, base)}"
        )
    else:
        return
    yield _finding(base, message, Severity.WARNING, pin)


def _is_too_new(version: str) -> bool:
    return release(minor(version)) > release(NEWEST_CUDA_SEEN)


def _older(document: Document, context: Context, wheel: TorchWheel) -> str:
    """What to do about a wheel for a CUDA that is too new: an older release, or the build of this one for an older CUDA."""
    stage = stages.final_stage(document)
    python = python_of(document, stage, context.config) if stage is not None else ""
    name, pinned = wheel.pin.name, wheel.pin.requirement.pin or ""
    specifier = wheel.pin.requirement.specifier if name == "torch" else torch_for(name, pinned) or ""
    fitting = newest_torch(specifier, python, NEWEST_CUDA_SEEN)
    if fitting is not None:
        return f"pin `torch=={fitting}`, the newest release with wheels on PyPI for CUDA {TORCH_WHEELS[fitting][0]}"
    builds = [row for row in torch_rows(wheel.version) if row.cuda and release(row.cuda) <= release(NEWEST_CUDA_SEEN)]
    if builds:
        return f"pin `torch=={wheel.version}+{builds[0].local}`, which dockerfix takes from {builds[0].index_url}"
    fitting = newest_torch("", python, NEWEST_CUDA_SEEN)
    if fitting is None:
        return "pin an older torch"
    return f"pin `torch=={fitting}`" + (f" and the {name} for it" if name in COMPANIONS else "")


def _newer(wheel: TorchWheel, base: BaseImage) -> str:
    """What to do about a wheel for a CUDA that is too old: the build of that release, or of one near it, for a newer CUDA."""
    specifier = wheel.pin.requirement.specifier
    if wheel.pin.requirement.pin or wheel.pin.name != "torch":
        specifier = f"=={'.'.join(wheel.version.split('.')[:2])}.*"
    for version in reversed(TORCH):
        builds = [row for row in torch_rows(version) if row.cuda and row.index_url and cuda.usable(row.cuda, version)]
        fitting = [row for row in builds if base.cuda is None or release(row.cuda or "") <= release(minor(base.cuda))]
        if fitting and admits(specifier, version):
            row = fitting[-1]
            return f"pin `torch=={version}+{row.local}`, which dockerfix takes from {row.index_url}"
    return "use a newer release"


def _torch(document: Document, context: Context, base: BaseImage, found: tuple[Requested, ...]) -> Iterator[Finding]:
    """Report a pinned torch that has no build for the image's CUDA."""
    pin = requested.find(found, "torch")
    if pin is None or pin.requirement.pin is None or base.cuda is None:
        return
    version = pin.requirement.pin.partition("+")[0]
    known = [row.cuda for row in torch_rows(version) if row.cuda]
    row = cuda.torch_build(document, context, found)
    if not known or (row is not None and row.cuda and minor(row.cuda) == minor(base.cuda)):
        return
    builds = ", ".join(known)
    got = f"pip installs the build for CUDA {row.cuda}" if row is not None and row.cuda else "none of these is older"
    message = (
        f"torch {version} is built for CUDA {builds}, but the base image has {base.cuda}: {got}; its wheels contain their own CUDA, "
        "so this matters only where CUDA code is compiled"
    )
    severity = Severity.WARNING if row is None or _compiles(found) else Severity.NOTE
    yield _finding(base, message, severity, pin)


def _compiles(found: tuple[Requested, ...]) -> bool:
    return any(pin.name in COMPILE_CUDA for pin in found)


def _tensorflow(base: BaseImage, found: tuple[Requested, ...]) -> Iterator[Finding]:
    """Report a pinned TensorFlow that was built for another CUDA or cuDNN."""
    pin = requested.find(found, *TENSORFLOW_PACKAGES)
    if pin is None or _carries_cuda(pin) or base.cuda is None:
        return
    version = pin.requirement.pin or max(cuda.lower_bounds(pin.requirement.specifier), key=numbers, default="")
    row = tensorflow_row(pin.requirement.pin) if pin.requirement.pin else None
    newest = list(TENSORFLOW)[-1]
    if row is None and numbers(version) > numbers(newest):
        message = (
            f"TensorFlow {version} is newer than {newest}, the newest that dockerfix knows (as of {TENSORFLOW_AS_OF}), so the CUDA "
            "that it needs is not checked; compare it with TensorFlow's table of tested builds"
        )
        yield _finding(base, message, Severity.WARNING, pin)
    if row is None:
        return
    wrong = minor(base.cuda) != minor(row.cuda)
    if base.cudnn and numbers(base.cudnn)[:1] != numbers(row.cudnn)[:1]:
        wrong = True
    if wrong:
        message = (
            f"TensorFlow {pin.requirement.pin} was built for CUDA {row.cuda} and cuDNN {row.cudnn} and finds no others; "
            f"`{base.text}` has other versions, so it may run only on the CPU"
        )
        yield _finding(base, message, Severity.WARNING, pin)


def _carries_cuda(pin: Requested) -> bool:
    extra = CUDA_EXTRAS.get(pin.name)
    return extra is not None and any(each.startswith(extra) for each in pin.requirement.extras)


def _without_cuda(base: BaseImage, found: tuple[Requested, ...]) -> Iterator[Finding]:
    """Report a GPU model on an image without CUDA, as ``--use-cuda-base-image=false`` makes one."""
    lacking = [pin for pin in found if pin.name in USE_CUDA_OF_IMAGE | COMPILE_CUDA and not _carries_cuda(pin)]
    for pin in lacking:
        message = f"`{pin.name}` needs CUDA in the image, but `{base.text}` has none; use a CUDA image"
        yield _finding(base, message, Severity.WARNING, pin)
    if lacking:
        return
    bringing = next((pin for pin in found if pin.name in INSTALL_CUDA or _carries_cuda(pin)), None)
    if bringing is not None:
        message = f"`{base.text}` has no CUDA; the wheels that `{bringing.name}` installs contain it, which is enough"
        yield _finding(base, message, pin=bringing)
        return
    message = f"cog.yaml asks for a GPU, but `{base.text}` has no CUDA and no package is known to contain it; use a CUDA image"
    yield _finding(base, message, Severity.WARNING)


def _unknown(context: Context, base: BaseImage) -> Finding:
    if context.config is not None and context.config.cuda:
        message = f"the name `{base.text}` does not show whether it has CUDA {context.config.cuda}; the build checks it"
        return _finding(base, message)
    return _finding(base, f"the name `{base.text}` does not show whether it has CUDA; set `cuda` in cog.yaml")
