"""DF403: the GPUs of fal that the image can use."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import commands, cuda, images
from dockerfix.analysis.context import Context
from dockerfix.analysis.cuda import Deciding
from dockerfix.analysis.images import BaseImage
from dockerfix.knowledge.cuda import newest_cuda, newest_known
from dockerfix.knowledge.fal import GPU_MACHINES, USUAL_MACHINES
from dockerfix.knowledge.gpu import (
    ARCHITECTURE_VARIABLE,
    ARCHITECTURES,
    Architecture,
    architectures_for,
)
from dockerfix.knowledge.versions import numbers, release
from dockerfix.syntax.dockerfile.instructions import Arg, Env
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.lazy_patterns import lazy

CODE = "DF403"

_ARCHITECTURE = lazy(r"(\d{1,9})\.(\d)[a-z]?")


def check_gpus(document: Document, context: Context) -> Iterator[Finding]:
    """Report which machine types of fal can run the model, given the CUDA and torch of the image.

    A toolkit compiles only for architectures that it knows, and torch's wheels contain kernels for those of their time: CUDA
    before 11.8 or torch before 2.0 rule out H100 and H200, CUDA before 12.8 or torch before 2.7 the Blackwell machines
    (NVIDIA's release notes; the machine types are those of fal's documentation). What counts is the wheel of torch that is
    installed, which contains its own CUDA, and the toolkit where other packages use it. The pass also compares
    TORCH_CUDA_ARCH_LIST with the toolkit.

    When it is wrong: The list comes from the architectures that a toolkit or a wheel was built for. Code that is
    compiled when the model starts (PTX) may run on newer GPUs too, only slower to start. Choose the machine with
    `--machine-type`; `--ignore DF403` silences the list.

    cog.yaml:

        build:
          gpu: true
          cuda: "12.1"

    Before:

        FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04
        CMD ["python", "-m", "cog.server.http"]
    """
    base = images.final_image(document)
    if base is None or not cuda.needs_gpu(context, base):
        return
    found = cuda.deciding(document, context)
    if found.text:
        yield _machines(base, found)
    toolkit = base.cuda or (context.config.cuda if context.config is not None and base.has_cuda is not False else None)
    if toolkit is not None:
        for instruction in document.instructions:
            yield from _targets(instruction, toolkit)


def _machines(base: BaseImage, found: Deciding) -> Finding:
    """Return the machines that can be used, and those that can't."""
    unknown = [
        name
        for name, version, newest in (
            ("CUDA", found.cuda, newest_cuda()),
            ("torch", found.torch, newest_known("torch")),
        )
        if version is not None and numbers(version) > numbers(newest)
    ]
    if unknown:
        message = f"{found.text}: this {unknown[0]} is newer than dockerfix knows, so its GPUs are not checked"
        return Finding(CODE, base.instruction.body_span, message)
    usable = cuda.usable(*found)
    names = {each.sm for each in usable}
    # code for an older GPU of the same generation runs on a newer one
    kin = {each.sm for each in ARCHITECTURES if _is_served(each.name, {one.name for one in usable})} - names
    able = [machine.name for machine in GPU_MACHINES if machine.arch in names]
    perhaps = [machine.name for machine in GPU_MACHINES if machine.arch in kin]
    unable = [machine.name for machine in GPU_MACHINES if machine.arch not in names | kin]
    if not able:
        message = f"{found.text} is older than every GPU on fal and may not run on any"
    else:
        message = f"{found.text} runs on {listed(able)}"
        message += f", perhaps on {listed(perhaps)}" if perhaps else ""
        message += f", not on {listed(unable)}" if unable else ""
    severity = Severity.WARNING if any(name in unable for name in USUAL_MACHINES) else Severity.NOTE
    return Finding(CODE, base.instruction.body_span, message, severity=severity)


def listed(names: list[str]) -> str:
    """``A100, H100 and B200``."""
    short = [name.removeprefix("GPU-") for name in names]
    return " and ".join(part for part in (", ".join(short[:-1]), short[-1]) if part)


def _targets(instruction: Instruction, toolkit: str) -> Iterator[Finding]:
    """Report, of a list of architectures to compile for, those the toolkit refuses and those it knows but the list lacks."""
    for value in _values(instruction):
        found = _ARCHITECTURE.findall(value)
        if not found:
            continue
        chosen = {f"{int(first)}.{second}" for first, second in found}
        known = {each.name: each for each in ARCHITECTURES}
        refused = [
            name for name in sorted(chosen, key=numbers) if name in known and not _compiles(toolkit, known[name])
        ]
        missing = [each for each in architectures_for(toolkit) if not _is_served(each.name, chosen)]
        variable = ARCHITECTURE_VARIABLE
        if refused:
            message = f"`{variable}` names {', '.join(refused)}, which the compiler of CUDA {toolkit} does not know; remove it"
            yield Finding(CODE, instruction.body_span, message, severity=Severity.WARNING)
        elif missing and "+PTX" not in value:
            wanted = [machine.name for machine in GPU_MACHINES if machine.arch in {each.sm for each in missing}]
            names = ", ".join(each.name for each in missing)
            message = f"`{variable}` leaves out {names}; what is compiled here won't run on {listed(wanted)}"
            yield Finding(CODE, instruction.body_span, message)


def _compiles(toolkit: str, architecture: Architecture) -> bool:
    return release(architecture.least_cuda) <= release(toolkit)


def _is_served(name: str, chosen: set[str]) -> bool:
    """Whether code for one of `chosen` runs on an architecture: that of the same major number, if not newer."""
    major, second = numbers(name)
    return any(numbers(each)[0] == major and numbers(each)[1] <= second for each in chosen)


def _values(instruction: Instruction) -> Iterator[str]:
    """Return the value that an instruction gives the variable."""
    view = instruction.view
    if isinstance(view, Env | Arg):
        yield from (
            pair.value.value
            for pair in view.pairs
            if pair.name.value == ARCHITECTURE_VARIABLE and pair.value is not None
        )
    elif instruction.keyword == "RUN" and ARCHITECTURE_VARIABLE in instruction.node.text:
        found = commands.shell(instruction)
        for command in found.script.walk() if found is not None else ():
            yield from (each.value.text for each in command.assignments if each.name == ARCHITECTURE_VARIABLE)
