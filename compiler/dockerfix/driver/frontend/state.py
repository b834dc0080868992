"""What the conversion knows of a stage or an image, and of an instruction in it."""

from __future__ import annotations

from dockerfix.syntax.dockerfile.instructions import View
from dockerfix.syntax.dockerfile.tree import Instruction
from dockerfix.syntax.words.scopes import StageScope
from dockerfix.text.source import Span

SCRATCH = "scratch"
"""The base that is not an image."""

WINDOWS = "windows"
"""The operating system whose paths have rules of their own."""


class Command:
    """An instruction of a stage, or a trigger that the stage's base left it.

    `sources` are the stages and images that it takes files from: one for ``COPY --from``, one a mount for RUN.
    """

    __slots__ = ("instruction", "keyword", "sources", "trigger", "view")

    def __init__(self, instruction: Instruction, trigger: Instruction | None = None) -> None:
        self.instruction = instruction
        self.trigger = trigger
        self.keyword = instruction.keyword
        self.view: View = instruction.view
        self.sources: list[State] = []

    def offset(self, span: Span | None) -> int:
        """Where the instruction, or `span` of its logical line, begins in the source; of a trigger its ONBUILD."""
        if self.trigger is not None:
            return self.trigger.body_span.start
        return self.instruction.body_span.start if span is None else self.instruction.original(span).start


class State:
    """A stage, or an image that instructions take files from.

    `image` is what it is FROM, expanded; `base` the stage of that name, None where it is an image. `system` is the
    operating system of its platform, `workdir` its working folder, `scope` its variables; they change with each
    instruction that is converted. `dispatched` says that files can be taken from it.
    """

    __slots__ = (
        "base",
        "commands",
        "dispatched",
        "image",
        "is_registered",
        "is_stage",
        "name",
        "needed",
        "offset",
        "resolved",
        "scope",
        "system",
        "triggered",
        "workdir",
    )

    def __init__(self, name: str, image: str | None, offset: int, *, is_stage: bool) -> None:
        self.name = name
        self.image = image
        self.offset = offset
        self.is_stage = is_stage
        self.is_registered = False
        self.base: State | None = None
        self.commands: list[Command] = []
        self.needed: dict[State, None] = {}
        self.dispatched = False
        self.resolved = False
        self.triggered = False
        self.system = "linux"
        self.workdir = "/"
        self.scope: StageScope | None = None

    @property
    def root(self) -> State:
        """The state at the bottom, which is FROM an image."""
        state = self
        while state.base is not None:
            state = state.base
        return state
