"""DF113: a Python image without a version."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import images
from dockerfix.analysis.context import Context
from dockerfix.knowledge.cog_constructs import default_python
from dockerfix.syntax.dockerfile.instructions import From
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding
from dockerfix.text.source import Span

CODE = "DF113"
REPAIRS = ("failed to parse stage name",)


def repair_python_tag(document: Document, context: Context) -> Iterator[Finding]:
    """Name the Python version that Cog left out of its base image's tag.

    If cog.yaml has no `build`, releases from v0.17.0-alpha2 on print `FROM python:-slim`, a tag that does not exist. The
    version becomes Cog's default (`replicate/cog@v0.22.0:pkg/config/config.go`, DefaultPythonVersion).

    When it is wrong: A tag that begins with a hyphen is rejected by BuildKit, so the FROM can't stay as it is (DF003).
    For another Python, set `python_version` in cog.yaml and run `cog debug` again.

    Before:

        FROM python:-slim
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.13-slim
        CMD ["python", "-m", "cog.server.http"]
    """
    for stage in document.stages:
        view = stage.base.view
        image = view.image if isinstance(view, From) else None
        if image is None or image.tag is None or not images.base_image(document, stage).is_python:
            continue
        if not image.tag.value or image.tag.value.startswith("-"):
            configured = context.config.python_version if context.config else None
            version = configured or default_python()
            place = stage.base.original(Span(image.tag.span.start, image.tag.span.start))
            message = f"uses Python {version}: the image's tag names no version"
            yield Finding(CODE, stage.base.body_span, message, (Edit(place, version),))
