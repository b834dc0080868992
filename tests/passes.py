"""The passes as the tests see them: each alone, over a text and a project folder."""

from __future__ import annotations

import inspect
import re
import textwrap
from pathlib import Path
from typing import NamedTuple

from dockerfix.bases import base_python
from dockerfix.cog import era
from dockerfix.context import Context
from dockerfix.options import Options
from dockerfix.passes import Pass
from dockerfix.pipeline import Outcome, run
from dockerfix.project import Project
from dockerfix.syntax.parser import parse

_SECTION = re.compile(r"^(Before|After|cog\.yaml):\n\n((?:(?:    .*)?\n)+)", re.MULTILINE)


class Example(NamedTuple):
    """The example in the docstring of a pass; `cog_yaml` is None where it has none."""

    before: str
    after: str
    cog_yaml: str | None


def example(each: Pass) -> Example:
    """The example of a pass. Raises KeyError where a part of it is missing."""
    text = inspect.cleandoc(each.documentation) + "\n"
    parts = {match[1]: textwrap.dedent(match[2]).rstrip() + "\n" for match in _SECTION.finditer(text)}
    return Example(parts["Before"], parts["After"], parts.get("cog.yaml"))


def run_alone(each: Pass, source: str | bytes, project: Project) -> Outcome:
    """What a pass alone does to a Dockerfile of Cog's."""
    document = parse(source)
    context = Context(project, Options(), converting=True, era=era(document), base_python=base_python(document))
    return run(document, context, passes=[each])


def open_project(folder: Path | None, cog_yaml: str | None = None) -> Project:
    """A project folder, or none with the text of a cog.yaml."""
    return Project.open(folder, cog_yaml)
