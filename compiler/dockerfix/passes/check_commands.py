"""DF100: commands of cog.yaml that the Dockerfile lacks."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.cog import marks_of_cog
from dockerfix.context import Context
from dockerfix.findings import Finding, Severity
from dockerfix.source import Span
from dockerfix.syntax.tree import Document

CODE = "DF100"


def check_commands(document: Document, context: Context) -> Iterator[Finding]:
    """Refuse a Dockerfile of Cog's that lacks a command of cog.yaml: an image without it would fail later.

    So it is when the Dockerfile is older than cog.yaml, or when Cog did not know `run` yet (before v0.0.10,
    `replicate/cog@v0.0.7:pkg/config/config.go`).

    cog.yaml:

        build:
          run:
            - mkdir /weights

    Before:

        FROM python:3.11-slim
        RUN mkdir /weights
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        RUN mkdir /weights
        CMD ["python", "-m", "cog.server.http"]
    """
    if context.config is None or not marks_of_cog(document):
        return
    for item in context.config.commands:
        if item.command and item.command not in document.text:
            shown = item.command if len(item.command) <= 60 else item.command[:57] + "..."
            message = f"`{shown}` of cog.yaml is not in this Dockerfile: run `cog debug` again, with a release that knows `run`"
            yield Finding(CODE, Span(0, 0), message, severity=Severity.ERROR)
