"""The passes as the tests see them: each alone, over a text and a project folder."""

from __future__ import annotations

import inspect
import re
import textwrap
from pathlib import Path
from typing import NamedTuple

from dockerfix.analysis.cog import era
from dockerfix.analysis.context import Context
from dockerfix.analysis.options import Options
from dockerfix.analysis.python import base_python
from dockerfix.driver.pipeline import Outcome, run
from dockerfix.passes import Pass
from dockerfix.project.project import Project
from dockerfix.syntax.dockerfile.parser import parse

_SECTION = re.compile(r"^(Options|Before|After|cog\.yaml):\n\n((?:(?:    .*)?\n)+)", re.MULTILINE)


class Example(NamedTuple):
    """The example in the docstring of a pass; `cog_yaml` is None where it has none."""

    before: str
    after: str
    cog_yaml: str | None
    options: Options


def example(each: Pass) -> Example:
    """The example of a pass. Raises KeyError where a part of it is missing."""
    text = inspect.cleandoc(each.documentation) + "\n"
    parts = {match[1]: textwrap.dedent(match[2]).rstrip() + "\n" for match in _SECTION.finditer(text)}
    return Example(parts["Before"], parts["After"], parts.get("cog.yaml"), options_of(parts.get("Options", "")))


def options_of(text: str) -> Options:
    """The options of an example or a case, as the command line has them; ``--target`` is the one that passes need."""
    words = text.split()
    assert not words or (len(words) == 2 and words[0] == "--target")
    return Options(target="server" if words[1:] == ["server"] else "app")


def options_of_case(case: Path) -> Options:
    """The options in the file ``options`` of a case."""
    file = case / "options"
    return options_of(file.read_text("utf-8")) if file.exists() else Options()


def run_alone(each: Pass, source: str | bytes, project: Project, options: Options | None = None) -> Outcome:
    """What a pass alone does to a Dockerfile of Cog's."""
    document = parse(source)
    chosen = options or Options()
    context = Context(project, chosen, converting=True, era=era(document), base_python=base_python(document))
    return run(document, context, passes=[each])


def open_project(folder: Path | None, cog_yaml: str | None = None) -> Project:
    """A project folder, or none with the text of a cog.yaml."""
    return Project.open(folder, cog_yaml)
