"""What a pass may know beside the document: the project, the options, and whether this is Cog's Dockerfile."""

from __future__ import annotations

from functools import cached_property

from dockerfix.analysis.options import Options
from dockerfix.project.project import CogConfig, Project


class Context:
    """Read-only company of a document on its way through the passes.

    `converting` is whether the input is Cog's or carries blocks of ours; on anything else only reporting passes run.
    `era` is about which releases wrote the input (``E13``), `base_python` the Python that its final image had.
    """

    def __init__(
        self, project: Project, options: Options, *, converting: bool, era: str, base_python: str | None = None
    ) -> None:
        self.project = project
        self.options = options
        self.converting = converting
        self.era = era
        self.base_python = base_python

    def again(self) -> Context:
        """The context of a second run, over the result of the first."""
        context = Context(self.project, self.options, converting=self.converting, era=self.era)
        if "calls_of_pget" in self.__dict__:
            context.__dict__["calls_of_pget"] = self.calls_of_pget
        return context

    @property
    def config(self) -> CogConfig | None:
        """cog.yaml, or None where there is none."""
        return self.project.config

    def keeps(self, construct: str) -> bool:
        """Whether ``--keep`` names the construct."""
        return construct in self.options.keep

    def drops(self, construct: str) -> bool:
        """Whether ``--drop`` names the construct."""
        return construct in self.options.drop

    @cached_property
    def calls_of_pget(self) -> tuple[tuple[str, int], ...]:
        """Where the project's code calls pget: files relative to the project, with lines from 1."""
        return tuple(self.project.find_calls_of_command("pget")) if self.project.root else ()
