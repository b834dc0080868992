"""DF107: pget, Replicate's downloader, if nothing uses it."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis.context import Context
from dockerfix.knowledge.cog_constructs import PGET_COMMAND
from dockerfix.passes.drop_pget import installs as pget
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.findings import Finding, Severity

CODE = "DF107"


def drop_pget(document: Document, context: Context) -> Iterator[Finding]:
    """Remove the install of pget unless the project's code or a later step calls it.

    An install of pget is any command that downloads its release asset (`replicate/pget:README.md`), from any mirror and by
    any tool, and those that make that file executable or move it. If the code calls pget, it stays, and the message names
    the first call. ``--keep pget`` and ``--drop pget`` override this.

    When it is wrong: A call is not seen if the name is put together at run time, or if it is in a file of another
    language; an old helper that nothing uses looks like a call. `--keep pget` keeps the install, `--drop pget` removes
    it despite a call; in the settings, `keep: [pget]` or `drop: [pget]`. `# dockerfix: ignore=DF107` above the RUN
    keeps it for one file.

    Before:

        FROM python:3.11-slim
        RUN curl -o /usr/local/bin/pget -L "https://github.com/replicate/pget/releases/latest/download/pget_linux_x86_64" && chmod +x /usr/local/bin/pget && mkdir /weights
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        RUN mkdir /weights
        CMD ["python", "-m", "cog.server.http"]
    """
    installs = pget.installs(document)
    if not installs:
        return
    first = installs[0]
    place = first.instruction.body_span
    if context.keeps("pget"):
        return
    call = None if context.drops("pget") else _first_call(document, context, installs)
    if call is not None:
        message, file, line = call
        yield Finding(CODE, place, message, severity=Severity.WARNING, file=file, line=line)
        return
    for install in installs:
        yield _removal(install, context)


def _first_call(
    document: Document, context: Context, installs: tuple[pget.Install, ...]
) -> tuple[str, str | None, int | None] | None:
    """Return why pget has to stay: a message, and the place in the project."""
    calls = context.project.find_calls_of_command(PGET_COMMAND)
    if calls:
        file, line = calls[0]
        more = f" and {len(calls) - 1} more" if len(calls) > 1 else ""
        return f"keeps pget: `{file}` calls it in line {line}{more}", file, line
    project = context.project
    if project.unsearched:
        return f"keeps pget: `{project.unsearched[0]}` can't be searched for calls of it", None, None
    if project.truncated:
        return "keeps pget: the project has too much code to search all of it for calls of it", None, None
    step = pget.later_call(document, installs)
    if step is not None:
        number = document.source.position(step.body_span.start).line
        return f"keeps pget: the step in line {number} calls it", None, None
    return None


def _removal(install: pget.Install, context: Context) -> Finding:
    place = install.instruction.body_span
    edits = install.edits()
    if edits is None:
        message = "this step installs pget and other things and can't be split safely; it stays as it is"
        return Finding(CODE, place, message, severity=Severity.WARNING)
    if context.drops("pget"):
        return Finding(CODE, place, "removes the install of pget, as `--drop pget` asks", edits)
    if context.project.root is None:
        message = "removes the install of pget; check that your code does not call it, or use `--keep pget`"
        return Finding(CODE, place, message, edits, Severity.WARNING)
    return Finding(CODE, place, "removes the install of pget, which nothing in the project calls", edits)
