"""The packages that a project asks for."""

from __future__ import annotations

from dockerfix import parse
from dockerfix.analysis.context import Context
from dockerfix.analysis.options import Options
from dockerfix.analysis.packages import requested
from dockerfix.project.project import Project


def context_of(package: str, requirements: str | None = None) -> Context:
    project = Project.open(None, f"build:\n  python_packages:\n    - {package}\n")
    return Context(project, Options(requirements=requirements), converting=True, era="E13")


def test_each_of_many_projects_over_one_document_gets_its_own_packages() -> None:
    """The answers were kept by the `id` of a project, which Python gives to the next project once one is freed."""
    document = parse("FROM python:3.11-slim\nRUN pip install mine\n")
    for number in range(50):
        names = [each.name for each in requested.requirements(document, context_of(f"package-{number}"))]
        assert names == [f"package-{number}", "mine"]
        lines = [line.item.name for line in requested.lines(document, context_of(f"package-{number}"))]
        assert lines == [f"package-{number}", "mine"]


def test_the_options_count_too() -> None:
    document = parse("FROM python:3.11-slim\n")
    for number in range(50):
        context = context_of("torch", f"other-{number}")
        assert [each.name for each in requested.requirements(document, context)] == ["torch", f"other-{number}"]
