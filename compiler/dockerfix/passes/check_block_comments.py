"""DF115: the comment of a block above something else."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import blocks
from dockerfix.analysis.context import Context
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.findings import Finding, Severity

CODE = "DF115"
CONVERTS = False


def check_block_comments(document: Document, _context: Context) -> Iterator[Finding]:
    """Report a comment `# dockerfix[CODE]: …` that is not above a block as dockerfix writes it.

    A later run updates or removes the instructions under such a comment, so it must not stand above yours. An edit or a
    merge may leave it behind or copy it. Dockerfix takes instructions for its own only if they have the form that it
    writes for the code, and as many as the comment says; all others stay as they are. Remove the comment. If you changed
    the instructions under it, they are yours now, and dockerfix adds its own again if the image needs them.

    When it is wrong: A comment that only quotes such a line, in a note of yours, looks the same. Change its wording,
    remove it, or use `--ignore DF115`. Nothing is changed in any case.

    Before:

        FROM python:3.11-slim
        # dockerfix[DF302]: /src on Python's path
        WORKDIR /data
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        # dockerfix[DF302]: /src on Python's path
        WORKDIR /data
        CMD ["python", "-m", "cog.server.http"]
    """
    for mark in blocks.bare_marks(document):
        message = "this comment is not above a block as dockerfix writes it; what is below it stays; remove the comment"
        yield Finding(CODE, mark, message, severity=Severity.WARNING)
