"""What a pass may know beside the document: the project, the options, and whether this is Cog's Dockerfile."""

from __future__ import annotations

from functools import cached_property

from dockerfix.options import Options
from dockerfix.project import CogConfig, Project


class Context:
    """Read-only company of a document on its way through the passes.

    `converting` is whether the input is Cog's or carries blocks of ours; on anything else only reporting passes run.
    `had_cog` is whether anything of Cog was there before the first pass.
    """

    def __init__(self, project: Project, options: Options, *, converting: bool, had_cog: bool, origin: object = None) -> None:
        self.project = project
        self.options = options
        self.converting = converting
        self.had_cog = had_cog
        self.origin = origin

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
