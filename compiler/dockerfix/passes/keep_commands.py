"""DF100: every `run` command of cog.yaml as an instruction of its own."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks
from dockerfix.analysis.cog import marks_of_cog
from dockerfix.analysis.context import Context
from dockerfix.analysis.placement import is_command
from dockerfix.syntax.dockerfile.arguments import split_command
from dockerfix.syntax.dockerfile.heredocs import heredoc_openers
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.credentials import shortened
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.quoting import SHORT
from dockerfix.text.source import Span

CODE = "DF100"

_HEAD = lazy(r"RUN (?:--mount=type=secret,\S+ )*[ \t]*")
_LINE_END = lazy(r"[ \t]*\r?(?:\n|\Z)")


def keep_commands(document: Document, context: Context) -> Iterator[Finding]:
    """Stop a `run` command from absorbing the next instruction; refuse a Dockerfile that is missing one.

    Cog writes commands as they are (`replicate/cog@v0.9.26:pkg/dockerfile/generator.go`, runCommands): one that ends in a
    backslash continues on the next line, one with `<<EOF` reads all lines up to `EOF`. In the exec form the shell gets the
    same text, and Docker reads nothing beyond it. If a command is missing, the Dockerfile is older than cog.yaml, or comes
    from a Cog without `run` (before v0.0.10).

    When it is wrong: A command that ends in a backslash on purpose, to continue in the next item of `run`, is one
    command to you and two to dockerfix: write it as one item. `# dockerfix: ignore=DF100` above the RUN, or
    `--ignore DF100`, leaves the lines as Cog printed them; it also silences the error about a missing command, so that
    the image lacks it.

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
    # an earlier run may have removed a command for good, such as one that only fetched pget
    rewritten_before = bool(blocks.find_blocks(document))
    done = 0
    for item in context.config.commands:
        if not item.command:
            continue
        line = _line(document, item.command, done)
        if line is not None:
            if _runs_on(item.command, document.escape):
                done = line.end
                yield _closed(document.source.slice(line), line, document.escape)
        elif not (rewritten_before or any(is_command(each, item.command) for each in document.instructions)):
            yield _missing(item.command)


def _line(document: Document, command: str, start: int) -> Span | None:
    """Return the first RUN after `start` with exactly the command's text, however Docker reads it.

    Of an item's mounts Cog writes only the secrets; without any it leaves two blanks.
    """
    text = document.text
    at = text.find(command, start)
    while at >= 0:
        line, end = text.rfind("\n", 0, at) + 1, at + len(command)
        if line >= start and _HEAD.fullmatch(text, line, at) and _LINE_END.match(text, end):
            return Span(line, end)
        at = text.find(command, at + 1)
    return None


def _missing(command: str) -> Finding:
    message = f"`{shortened(command, SHORT)}` from cog.yaml is not in this Dockerfile; run `cog debug` again, with a release that knows `run`"
    return Finding(CODE, Span(0, 0), message, severity=Severity.ERROR)


def _runs_on(command: str, escape: str) -> bool:
    """Whether Docker would read beyond the end of a command: into the next line or a heredoc."""
    if "\n" in command:
        return False
    ends = len(command) - len(command.rstrip(escape))
    if ends == 1:
        return True
    try:
        return bool(heredoc_openers(f"RUN {command}"))
    except ValueError:
        return False


def _closed(line: str, span: Span, escape: str) -> Finding:
    rest = split_command(line, escape)
    import json

    text = json.dumps(["/bin/sh", "-c", rest.rest], ensure_ascii=False)
    message = "writes this command in exec form, unchanged: as it was, it would absorb the next instruction"
    return Finding(CODE, span, message, (Edit(Span(span.start + rest.rest_at, span.end), text),))
