"""DF305: project files that a RUN mounts."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks, variables
from dockerfix.analysis.context import Context
from dockerfix.analysis.fal import copies as copying
from dockerfix.analysis.fal import uploads
from dockerfix.analysis.fal.client import client_agrees
from dockerfix.syntax.dockerfile.instructions import Run
from dockerfix.syntax.dockerfile.references import Mount
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

CODE = "DF305"


def replace_bind_mounts(document: Document, _context: Context) -> Iterator[Finding]:
    """Copy project files into the image instead of mounting them for one RUN.

    fal's client uploads what COPY and ADD name and ignores `RUN --mount=type=bind`
    (`fal-ai/fal:projects/fal/src/fal/container.py`, DockerfileParser), so the mounted file is missing when fal builds. The
    new COPY comes right before the RUN; unlike a mount it leaves the file in the image. Mounts from other stages and
    images, caches, secrets and the command stay.

    When it is wrong: A file that must not stay in the image, such as one with a password, should not be mounted from
    the project at all: use a build secret. `# dockerfix: ignore=DF305` above the RUN keeps the mount, for an image that
    you build with Docker as well; on fal that build fails, because the file is not uploaded.

    Before:

        FROM python:3.11-slim
        RUN --mount=type=bind,source=extra.txt,target=/tmp/extra.txt pip install -r /tmp/extra.txt
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        # dockerfix[DF305]: the RUN below mounted this from the project
        COPY extra.txt /tmp/extra.txt
        RUN pip install -r /tmp/extra.txt
        CMD ["python", "-m", "cog.server.http"]
    """
    for instruction in document.instructions:
        view = instruction.view
        if isinstance(view, Run) and any(_is_of_the_context(mount) for mount in view.mounts):
            yield _replaced(document, instruction, view)


def _is_of_the_context(mount: Mount) -> bool:
    """Whether this is a bind mount of the project; one with an option that BuildKit refuses is none."""
    return mount.type == "bind" and not mount.source_stage and mount.is_known


def _replaced(document: Document, instruction: Instruction, view: Run) -> Finding:
    mounts = [mount for mount in view.mounts if _is_of_the_context(mount)]
    values = _values(instruction, view)
    shown = ", ".join(f"`{values.get(mount, (mount.source,))[0] or '.'}`" for mount in mounts)
    refusal = next((text for mount in mounts if (text := _refusal(mount, view, values))), None)
    copies = [_copy(*values[mount]) for mount in mounts] if not refusal else []
    if refusal or None in copies:
        return _left(document, instruction, shown, refusal or "its name can't be written so that the client reads it")
    message = f"copies {shown} before this RUN, and leaves it in the image: fal's client does not see the mount"
    if any(_is_writable(mount) for mount in mounts):
        message += "; what the RUN writes there stays too"
    reason = f"the RUN below mounted {'this' if len(copies) == 1 else 'these'} from the project"
    text = blocks.render(document, CODE, reason, *(copy or "" for copy in copies))
    edits = [blocks.place(document, _above(document, instruction), text)]
    edits += [_without(instruction, mount) for mount in mounts]
    return Finding(CODE, instruction.body_span, message, tuple(edits))


def _left(document: Document, instruction: Instruction, shown: str, reason: str) -> Finding:
    """Report a mount that stays: it works only if another COPY uploads the whole project."""
    message = f"this RUN mounts {shown} from the project, which fal's client does not see; {reason}"
    severity = Severity.ERROR
    if copying.uploaded(document).is_whole:
        message += "; it stays as it is, because another COPY uploads the project"
        severity = Severity.WARNING
    return Finding(CODE, instruction.body_span, message, severity=severity)


def _values(instruction: Instruction, view: Run) -> dict[Mount, tuple[str, str]]:
    """Return source and target of each mount, variables expanded, but not of mounts with unknown variables."""
    found = variables.of(instruction)
    words = iter(found.words)
    result: dict[Mount, tuple[str, str]] = {}
    for mount in view.mounts:
        own = {name: next(words) for name, value in mount.options if value and name in variables.MOUNT_WORDS}
        if found.problem is None and not (found.unset and any("$" in value for value in own.values())):
            source = own.get("src") or own.get("source") or ""
            result[mount] = (source, own.get("target") or own.get("dst") or own.get("destination") or "")
    return result


def _refusal(mount: Mount, view: Run, values: dict[Mount, tuple[str, str]]) -> str | None:
    """Return why a mount can't become a COPY; None if it can."""
    if mount not in values:
        return "a variable in it has no value in this file"
    source, target = values[mount]
    if not target.strip("/"):
        return "it has no target"
    if uploads.normal(source).split("/")[0] == "..":
        return "it is outside the project"
    for other in view.mounts:
        if _is_of_the_context(other) or other not in values:
            continue
        folder = values[other][1].rstrip("/")
        if folder and target.startswith(f"{folder}/"):
            return f"another mount, `{folder}`, would hide a copy of it"
    return None


def _copy(source: str, target: str) -> str | None:
    """Return the COPY for a mount; a slash at the end of the target matters only to COPY."""
    target = target.rstrip("/")
    source = uploads.normal(source)
    if uploads.is_pattern(source):
        return None
    if all(copying.is_plain(word) for word in (source, target)):
        return f"COPY {source} {target}"
    import json

    text = f"COPY {json.dumps([source, target], ensure_ascii=False)}"
    return text if client_agrees(text, (source,)) and "$" not in text and "'" not in text else None


def _is_writable(mount: Mount) -> bool:
    return any(name in ("rw", "readwrite") and value != "false" for name, value in mount.options)


def _above(document: Document, instruction: Instruction) -> int:
    """Return the offset above the instruction and its comments."""
    return min((offset for _node, offset in document.comments_above(instruction)), default=instruction.start)


def _without(instruction: Instruction, mount: Mount) -> Edit:
    """Return the edit that removes the flag and the blanks after it, or its whole line if only a continuation is left."""
    start, end = instruction.original(mount.span)
    text = instruction.document.text
    following = end
    while text[following : following + 1] in (" ", "\t"):
        following += 1
    line = text.rfind("\n", 0, start) + 1
    rest = text[following : text.find("\n", following) + 1]
    if not text[line:start].strip() and line > instruction.start and rest.rstrip() == instruction.node.escape:
        return Edit(Span(line, following + len(rest)), "")
    return Edit(Span(start, following), "")
