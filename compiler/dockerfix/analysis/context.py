"""What a pass may read besides the document: project, options, era."""

from __future__ import annotations

from dockerfix.analysis.options import Options
from dockerfix.project.project import CogConfig, Project


class Context:
    """What a pass may read besides the document; nothing in it changes.

    `converting` is whether the input is from Cog or has blocks of dockerfix; otherwise only reporting passes run. `era`
    is about which releases wrote the input (``E13``), `base_python` the Python of its final image, and
    `debian_packages` what the steps of the input install by apt, Cog's own ones included; `own_targets` are the stages
    of the input on which nothing in it depends (`stages.target`): the user builds them with ``--target``.
    """

    __slots__ = ("base_python", "converting", "debian_packages", "era", "options", "own_targets", "project")

    def __init__(
        self,
        project: Project,
        options: Options,
        *,
        converting: bool,
        era: str,
        base_python: str | None = None,
        debian_packages: frozenset[str] = frozenset(),
        own_targets: frozenset[str] = frozenset(),
    ) -> None:
        self.project = project
        self.options = options
        self.converting = converting
        self.era = era
        self.base_python = base_python
        self.debian_packages = debian_packages
        self.own_targets = own_targets

    def for_second_run(self) -> Context:
        """Return the context for a second run, over the result of the first."""
        return Context(
            self.project, self.options, converting=self.converting, era=self.era, own_targets=self.own_targets
        )

    @property
    def config(self) -> CogConfig | None:
        """cog.yaml, or None without one."""
        return self.project.config

    def keeps(self, construct: str) -> bool:
        """Whether ``--keep`` names the construct."""
        return construct in self.options.keep

    def drops(self, construct: str) -> bool:
        """Whether ``--drop`` names the construct."""
        return construct in self.options.drop
