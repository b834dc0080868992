"""DF307: packages that conflict with fal, a Python that fal no longer supports, and credentials."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import groupby

from dockerfix.analysis import python, stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.packages import requested
from dockerfix.analysis.packages.requested import Requested, RequestedLine
from dockerfix.knowledge.fal import FAL_PACKAGE, NEWEST_PYTHON, RELEASE_AS_OF, fal_conflict, fal_version
from dockerfix.knowledge.python_releases import end_of_life
from dockerfix.knowledge.versions import numbers
from dockerfix.project.requirements import has_credentials
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.credentials import secrets
from dockerfix.text.findings import Finding, Severity, placed
from dockerfix.text.source import Span

CODE = "DF307"

_REMEDY = "`RUN --mount=type=secret`: `mounts` in cog.yaml, `secrets` in fal's ContainerImage"


def check_pins(document: Document, context: Context) -> Iterator[Finding]:
    """Report packages and a Python version that conflict with fal, and credentials.

    The model and `fal` share one Python, and fal is installed last, so its versions win: a model that pins pydantic below 2
    gets a newer one (PyPI, Requires-Dist of fal; knowledge/fal.py). fal is no longer published for old versions of Python.
    Everyone who can pull the image could read a password or token in it; dockerfix never writes one, and shows none.

    When it is wrong: The pinned version may work with fal although its metadata says otherwise; `--ignore DF307`
    silences that, but pip still installs what fal needs. A password in cog.yaml stays an error, as no rule writes one
    into a Dockerfile. A text that only looks like a token is best moved out of the Dockerfile, or silenced by
    `# dockerfix: ignore=DF307` above the instruction.

    cog.yaml:

        build:
          python_version: "3.11"
          python_packages:
            - pydantic==1.10.13

    Before:

        FROM python:3.11-slim
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        CMD ["python", "-m", "cog.server.http"]
    """
    for line in requested.lines(document, context):
        if line.line is not None and has_credentials(line.item):
            yield _credentials(line)
    yield from _kept_secrets(document, context)
    stage = stages.final_stage(document)
    if stage is None or context.options.target == "server":
        return
    version = python.python_of(document, stage, context.config)
    yield from _python(stage.base, version, context)
    found = requested.requirements(document, context)
    together = _together(found)
    for pin in found:
        yield from _conflict(pin, ",".join(together.get((pin.name, pin.span), ())), version, context)


def _credentials(line: RequestedLine) -> Finding:
    """Report an item that Cog, and so dockerfix, would install from a URL with credentials."""
    name = next((requirement.name for requirement in line.item.requirements if requirement.name), None)
    what = f"the URL of `{name}`" if name else "the URL of a package index"
    message = (
        f"{what}{placed(line.file, line.line)} contains credentials, which the image would store; remove it here and install what it serves in a "
        f"`run` command that reads it from a build secret ({_REMEDY})"
    )
    return Finding(CODE, line.span, message, severity=Severity.ERROR, file=line.file, line=line.line)


def _kept_secrets(document: Document, context: Context) -> Iterator[Finding]:
    """Report each instruction that has secrets in plain text, not in a variable or a command."""
    found = secrets(document.text)
    known = _lines_of_secrets(context) if found else {}
    by_instruction = groupby(found, key=lambda each: bisect_right(document.instructions, each.span.start, key=_start))
    for number, group in by_instruction:
        instruction, inside = document.instructions[max(0, number - 1)], list(group)
        if inside[0].span.start >= instruction.span.end:
            continue  # in a comment
        holders = " and ".join(dict.fromkeys(each.holder for each in inside))
        verb = "contains" if len({each.holder for each in inside}) == 1 else "contain"
        places = (known.get(document.text[each.span.start : each.span.end]) for each in inside)
        line = next((place for place in places if place is not None), None)
        file = context.project.config_name if line is not None else None
        message = (
            f"{holders} in this {instruction.keyword}{placed(file, line)} {verb} credentials, which the image stores; read "
            f"them from a build secret ({_REMEDY}), or in the running App from what `fal secrets set` sets"
        )
        yield Finding(CODE, instruction.body_span, message, severity=Severity.WARNING, file=file, line=line)


def _start(instruction: Instruction) -> int:
    return instruction.span.start


def _lines_of_secrets(context: Context) -> dict[str, int]:
    """Return the secrets of cog.yaml with their lines."""
    result: dict[str, int] = {}
    for setting in context.config.settings if context.config is not None else ():
        last = setting.path[-1]
        text = f"{last}={setting.text}" if isinstance(last, str) else setting.text
        for each in secrets(text):
            result.setdefault(text[each.span.start : each.span.end], setting.line)
    return result


def _python(base: Instruction, python: str, context: Context) -> Iterator[Finding]:
    """Report a Python for which fal's package is no longer published, or never was."""
    config = context.config
    line = config.line_of("build", "python_version") if config is not None else None
    file = context.project.config_name if line else None
    version = fal_version(python)
    if version is None:
        message = f"no release of `{FAL_PACKAGE}` supports Python {python}; set a newer `python_version`"
        yield Finding(CODE, base.body_span, message, severity=Severity.ERROR, file=file, line=line)
    elif version != fal_version():
        message = f"`{FAL_PACKAGE}` {version} is the last release for Python {python}; set a newer `python_version` when the model allows it"
        yield Finding(CODE, base.body_span, message, severity=Severity.WARNING, file=file, line=line)
    elif numbers(python) > numbers(NEWEST_PYTHON):
        message = (
            f"Python {python} is newer than {NEWEST_PYTHON}, the newest that dockerfix knows (as of {RELEASE_AS_OF}), so it is not "
            f"checked whether `{FAL_PACKAGE}` runs on it; build the image before you depend on it"
        )
        yield Finding(CODE, base.body_span, message, severity=Severity.WARNING, file=file, line=line)
    elif (ended := end_of_life(python)) is not None:
        message = f"Python {python} has had no security fixes since {ended}; set a newer `python_version` when the model allows it"
        yield Finding(CODE, base.body_span, message, file=file, line=line)


def _together(found: Iterable[Requested]) -> dict[tuple[str, Span], list[str]]:
    """Return the versions that each install admits of each package: one may be in it several times."""
    result: dict[tuple[str, Span], list[str]] = {}
    for each in found:
        if each.requirement.specifier and each.requirement.marker is None:
            result.setdefault((each.name, each.span), []).append(each.requirement.specifier)
    return result


def _conflict(pin: Requested, specifier: str, python: str, context: Context) -> Iterator[Finding]:
    """Report a requirement that the version installed with fal does not meet."""
    requirement = pin.requirement
    if requirement.marker is not None:
        return
    if pin.name == FAL_PACKAGE and requirement.pin:
        version = context.options.fal_version or fal_version(python)
        if version is not None and requirement.pin != version:
            message = f"`{requirement.text}` gives way to fal {version}, installed last; `--fal-version {requirement.pin}` keeps it"
            yield Finding(CODE, pin.span, message, file=pin.file, line=pin.line)
        return
    needed = fal_conflict(pin.name, specifier, python)
    if needed is not None:
        message = (
            f"`{requirement.text}` gives way to the version that fal needs (`{needed.package}{needed.specifier}`), because fal is "
            "installed last; if the model needs its own, run it in a separate virtual environment"
        )
        yield Finding(CODE, pin.span, message, severity=Severity.WARNING, file=pin.file, line=pin.line)
