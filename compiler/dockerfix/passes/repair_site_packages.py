"""DF112: packages copied into a folder that no Python reads."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import stages
from dockerfix.analysis.context import Context
from dockerfix.knowledge.cog_constructs import DEPENDENCIES_STAGE
from dockerfix.syntax.dockerfile.instructions import Copy
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

CODE = "DF112"

_PATCH = lazy(r"(?<=/lib/python)(\d+\.\d+)\.\d+(?=/site-packages)")


def repair_site_packages(document: Document, _context: Context) -> Iterator[Finding]:
    """Copy the packages of the stage `deps` into the folder that the image's Python reads.

    With `python_version: "3.11.4"` Cog names `/usr/local/lib/python3.11.4/site-packages`, which does not exist
    (`replicate/cog@v0.9.6:pkg/dockerfile/generator.go`, a fault of E10 to E14): the image would lack every package.

    When it is wrong: A base image of your own may really have its packages in a folder with the full version.
    `# dockerfix: ignore=DF112` above the COPY leaves the path as it is.

    Before:

        FROM python:3.11.4 as deps
        RUN pip install -t /dep numpy
        FROM python:3.11.4-slim
        COPY --from=deps --link /dep /usr/local/lib/python3.11.4/site-packages
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11.4 as deps
        RUN pip install -t /dep numpy
        FROM python:3.11.4-slim
        COPY --from=deps --link /dep /usr/local/lib/python3.11/site-packages
        CMD ["python", "-m", "cog.server.http"]
    """
    for use in stages.uses(document):
        view = use.instruction.view
        if use.name != DEPENDENCIES_STAGE or not isinstance(view, Copy) or view.destination is None:
            continue
        match = _PATCH.search(view.destination.value)
        if match:
            start = view.destination.span.start
            span = use.instruction.original(Span(start + match.start(), start + match.end()))
            message = f"copies the packages to the folder of Python {match[1]}, which the image reads"
            yield Finding(CODE, span, message, (Edit(span, match[1]),))
