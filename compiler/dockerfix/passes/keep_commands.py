"""DF100: every command of cog.yaml, as an instruction of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerfix.analysis import blocks
from dockerfix.analysis.cog import marks_of_cog
from dockerfix.analysis.context import Context
from dockerfix.analysis.placement import is_command
from dockerfix.syntax.dockerfile.arguments import split_command
from dockerfix.syntax.dockerfile.heredocs import heredoc_openers
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

CODE = "DF100"

_SECRETS = r"(?:--mount=type=secret,\S+ )*[ \t]*"


def keep_commands(document: Document, context: Context) -> Iterator[Finding]:
    """Keep a command of cog.yaml from swallowing what follows it, and refuse a Dockerfile that lacks one.

    Cog writes commands out as they are (`replicate/cog@v0.9.26:pkg/dockerfile/generator.go`, runCommands): one that ends
    in a backslash takes the next line along, one with `<<EOF` all lines up to `EOF`. In the exec form the shell gets the
    same text and Docker reads no more than that. A command that is missing means that the Dockerfile is older than
    cog.yaml, or that Cog did not know `run` yet (before v0.0.10).

    cog.yaml:

        build:
          run:
            - echo a \\
            - mkdir /weights

    Before:

        FROM python:3.11-slim
        RUN echo a \\
        RUN mkdir /weights
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        RUN ["/bin/sh", "-c", "echo a \\\\"]
        RUN mkdir /weights
        CMD ["python", "-m", "cog.server.http"]
    """
    if context.config is None or not marks_of_cog(document):
        return
    # then a command may be gone for good: one that only fetched pget
    rewritten_before = bool(blocks.find_blocks(document))
    done = 0
    for item in context.config.commands:
        if not item.command:
            continue
        line = _line(document, item.command, done)
        if line is not None:
            if _runs_on(item.command, document.escape):
                done = line.end
                yield _closed(document.source.slice(line), line)
        elif not (rewritten_before or any(is_command(each, item.command) for each in document.instructions)):
            yield _missing(item.command)


def _line(document: Document, command: str, start: int) -> Span | None:
    """The first RUN behind `start` that is the command to the letter: as Cog wrote it, whatever Docker reads of it.

    Of the mounts of an item Cog writes the secrets; two blanks stand where none of them is one.
    """
    expression = rf"^RUN {_SECRETS}{re.escape(command)}(?=[ \t]*\r?$)"
    match = re.compile(expression, re.MULTILINE).search(document.text, start)
    return Span(*match.span()) if match else None


def _missing(command: str) -> Finding:
    shown = command if len(command) <= 60 else command[:57] + "..."
    message = (
        f"`{shown}` from cog.yaml is not in this Dockerfile; run `cog debug` again, with a release that knows `run`"
    )
    return Finding(CODE, Span(0, 0), message, severity=Severity.ERROR)


def _runs_on(command: str, escape: str) -> bool:
    """Whether Docker would read on behind the end of a command: into the next line, or into a heredoc."""
    if "\n" in command:
        return False
    ends = len(command) - len(command.rstrip(escape))
    if ends == 1:
        return True
    try:
        return bool(heredoc_openers(f"RUN {command}"))
    except ValueError:
        return False


def _closed(line: str, span: Span) -> Finding:
    rest = split_command(line)
    import json

    text = json.dumps(["/bin/sh", "-c", rest.rest], ensure_ascii=False)
    message = "writes this command in exec form, unchanged: as it was, it would absorb the next instruction"
    return Finding(CODE, span, message, (Edit(Span(span.start + rest.rest_at, span.end), text),))
