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
from dockerfix.analysis.packages import apt
from dockerfix.analysis.python import base_python
from dockerfix.driver.pipeline import Outcome, run
from dockerfix.passes import Pass, all_passes
from dockerfix.project.project import Project
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text.findings import Finding, Severity

_SECTION = re.compile(r"^(Options|Before|After|cog\.yaml):\n\n((?:(?:    .*)?\n)+)", re.MULTILINE)

COG_YAML = """\
build:
  gpu: true
  cuda: "11.2"
  python_version: "3.11"
  system_packages: [curl]
  python_packages: [fal==1.83.0, tensorflow==2.10.0]
  run: [make it]
environment: [A=b]
predict: "predict.py:Predictor"
"""
SERVER = 'CMD ["python", "-m", "cog.server.http"]\n'
TINI = "https://github.com/krallin/tini/releases/download/v0.19.0/tini-amd64"
PGET = "https://github.com/replicate/pget/releases/download/v0.8.2/pget_linux_x86_64"


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
    context = Context(
        project,
        chosen,
        converting=True,
        era=era(document),
        base_python=base_python(document),
        debian_packages=apt.installed_by(document),
    )
    return run(document, context, passes=[each])


def open_project(folder: Path | None, cog_yaml: str | None = None) -> Project:
    """A project folder, or none with the text of a cog.yaml."""
    return Project.open(folder, cog_yaml)


def alone(name: str, dockerfile: str, cog_yaml: str | None = None, options: Options | None = None) -> Outcome:
    """What the pass of a name does to a Dockerfile of Cog's without a project folder."""
    (each,) = [each for each in all_passes() if each.name == name]
    return run_alone(each, dockerfile, open_project(None, cog_yaml), options)


def outcome(
    code: str, text: str, cog_yaml: str | None = None, project: Path | None = None, options: Options | None = None
) -> Outcome:
    """What the pass of a code does to a text of Cog's; a second run has to leave the result alone."""
    passes = [each for each in all_passes() if each.code == code]
    context = Context(open_project(project, cog_yaml), options or Options(), converting=True, era="E13")
    result = run(parse(text), context, passes)
    again = run(result.document, context, passes)
    assert again.document.text == result.document.text, "a second run changes the result"
    return result


def findings(code: str, text: str, cog_yaml: str | None = None, project: Path | None = None) -> list[Finding]:
    """The findings of `outcome`."""
    return list(outcome(code, text, cog_yaml, project).findings)


def levels(found: list[Finding]) -> list[tuple[Severity, str]]:
    """Severity and message of each finding."""
    return [(each.severity, each.message) for each in found]


def gpu_yaml(*packages: str, cuda_version: str | None = None) -> str:
    """A cog.yaml that asks for a GPU."""
    lines = ["build:", "  gpu: true"]
    lines += [f'  cuda: "{cuda_version}"'] if cuda_version else []
    lines += ["  python_packages:", *(f'    - "{package}"' for package in packages)] if packages else []
    return "\n".join(lines) + "\n"


class Edge(NamedTuple):
    """A Dockerfile with COG_YAML, the one finding of a pass (None: no finding), and the result (None: no change)."""

    dockerfile: str
    found: tuple[Severity, str] | None
    result: str | None = None
    options: Options = Options()


def check_edge(name: str, edge: Edge) -> None:
    """The pass of a name finds and does what the edge says."""
    done = alone(name, edge.dockerfile, COG_YAML, edge.options)
    assert levels(list(done.findings)) == ([edge.found] if edge.found else [])
    assert done.document.text == (edge.result or edge.dockerfile)
