"""What each instruction says: typed views over its logical line.

A view is made of the arguments alone, on first use, and kept by the node. All spans are offsets in the logical line
(``Instruction.text``); ``Instruction.original`` gives the place in the source. The dispatch is that of
``moby/buildkit@73ed6825c4b7:frontend/dockerfile/parser/parser.go`` (``dispatch``).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dockerfix.syntax.dockerfile import arguments
from dockerfix.syntax.dockerfile.arguments import ArgumentError, Pair, Text, name_of
from dockerfix.syntax.dockerfile.images import ImageReference, parse_image
from dockerfix.syntax.dockerfile.mounts import Mount, mount_options
from dockerfix.syntax.dockerfile.views import Flag, View

if TYPE_CHECKING:
    from dockerfix.syntax.dockerfile.tree import InstructionNode
    from dockerfix.syntax.shell import Script

__all__ = [
    "Arg",
    "CommandView",
    "Copy",
    "Env",
    "FieldsView",
    "Flag",
    "From",
    "Healthcheck",
    "Label",
    "ListView",
    "Mount",
    "Onbuild",
    "PairsView",
    "PathsView",
    "Run",
    "TextView",
    "View",
    "view",
]

MAX_CHAIN = 50
"""How many ONBUILDs in a row are followed."""


class FieldsView(View):
    """Words divided by white space: EXPOSE, and the base of FROM."""

    @cached_property
    def words(self) -> tuple[Text, ...]:
        """The words of the arguments."""
        return tuple([self._place(word) for word in arguments.fields(self.arguments)]) if self.arguments else ()


class From(FieldsView):
    """``FROM [--platform=…] image [AS name]``."""

    @cached_property
    def image(self) -> ImageReference | None:
        """The image or stage that is named, in parts; None where the line names none."""
        return parse_image(self.words[0]) if self.words else None

    @cached_property
    def stage_name(self) -> Text | None:
        """The name after ``AS``."""
        words = self.words
        return words[2] if len(words) == 3 and words[1].value.lower() == "as" else None

    @property
    def platform(self) -> str | None:
        """The value of ``--platform``."""
        flag = self.flag("platform")
        return flag.value if flag else None


class ListView(View):
    """Arguments that may be in the JSON form: CMD, ENTRYPOINT, SHELL, VOLUME."""

    exec_form: tuple[Text, ...] | None = None

    def read(self) -> None:
        """Decide the form, which BuildKit does while it parses."""
        found = arguments.json_form(self.arguments)
        self.exec_form = None if found is None else tuple([self._place(element) for element in found])

    @property
    def is_json(self) -> bool:
        """Whether the arguments are in the JSON form."""
        return self.exec_form is not None


class CommandView(ListView):
    """CMD, ENTRYPOINT and SHELL: the exec form, or a command for the shell."""

    @cached_property
    def script(self) -> Script | None:
        """The shell form as commands, spans relative to ``arguments_span.start``; None for the exec form."""
        from dockerfix.syntax.shell import parse_shell

        return None if self.is_json else parse_shell(self.arguments)


class Run(CommandView):
    """``RUN [--mount=…] …`` in shell, exec or heredoc form."""

    @cached_property
    def mounts(self) -> tuple[Mount, ...]:
        """The mounts, in order."""
        return tuple([Mount(mount_options(flag.value or ""), flag.span) for flag in self.flags if flag.name == "mount"])


class PathsView(ListView):
    """COPY, ADD and VOLUME: paths as words or as JSON."""

    @cached_property
    def words(self) -> tuple[Text, ...]:
        """The paths and heredoc openers."""
        if self.exec_form is not None:
            return self.exec_form
        return tuple([self._place(word) for word in arguments.fields(self.arguments)]) if self.arguments else ()


class Copy(PathsView):
    """``COPY`` and ``ADD``: sources and a destination."""

    @property
    def sources(self) -> tuple[Text, ...]:
        """What is copied, heredoc openers included."""
        return self.words[:-1]

    @property
    def destination(self) -> Text | None:
        """Where it is copied to."""
        return self.words[-1] if len(self.words) > 1 else None

    @property
    def source_stage(self) -> str | None:
        """The stage, image or named context that ``--from`` names; None for the build context."""
        flag = self.flag("from")
        return flag.value if flag else None


class PairsView(View):
    """ENV and LABEL: names and values."""

    pairs: tuple[Pair, ...] = ()
    keyword = "ENV"

    def read(self) -> None:
        """Read the pairs, which BuildKit does while it parses."""
        at = self.command.rest_at
        self.pairs = tuple([_shifted(pair, at) for pair in arguments.pairs(self.arguments, self.keyword, self.escape)])


class Env(PairsView):
    """``ENV name=value …`` and ``ENV name value``."""


class Label(PairsView):
    """``LABEL name=value …``."""

    keyword = "LABEL"


class Arg(View):
    """``ARG name[=default] …``."""

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The names, each with its default or None."""
        at = self.command.rest_at
        return tuple([_shifted(pair, at) for pair in arguments.arguments_of_arg(self.arguments, self.escape)])


def _shifted(pair: Pair, at: int) -> Pair:
    value = pair.value and Text(pair.value.value, pair.value.span.shift(at))
    return Pair(Text(pair.name.value, pair.name.span.shift(at)), value, pair.separator)


class TextView(View):
    """One text: MAINTAINER, STOPSIGNAL, USER, WORKDIR."""

    @property
    def value(self) -> Text:
        """The text."""
        return Text(self.arguments, self.arguments_span)


class Healthcheck(View):
    """``HEALTHCHECK NONE`` or ``HEALTHCHECK [options] CMD …``."""

    kind = ""
    exec_form: tuple[Text, ...] | None = None
    rest = ""

    def read(self) -> None:
        """Divide the type from the command, which may be in the JSON form."""
        text = self.arguments
        self.kind, self.rest = arguments.split_at_space(text)
        found = arguments.json_form(self.rest)
        if found is not None:
            at = self.command.rest_at + len(text) - len(self.rest)
            self.exec_form = tuple([Text(element.value, element.span.shift(at)) for element in found])


class Onbuild(View):
    """``ONBUILD`` and the instruction behind it; behind a second ONBUILD BuildKit's parser goes on, so does this.

    `inner` is the view of the instruction directly behind it, None behind ONBUILD alone.
    """

    def read(self) -> None:
        """Find what the innermost instruction of a chain of ONBUILDs is refused for.

        BuildKit follows a chain to its end but then refuses any of more than one; what stands behind MAX_CHAIN links
        is left unread, so that a long chain takes linear time.
        """
        command = self.command
        for _link in range(MAX_CHAIN):
            if name_of(command.keyword) != "onbuild" or not command.rest:
                break
            command = arguments.split_command(command.rest, self.escape)
        if name_of(command.keyword) != "onbuild":
            inner = _VIEWS.get(name_of(command.keyword), View)(command, self.escape, ())
            if inner.problem:
                raise ArgumentError(inner.problem)

    @cached_property
    def inner(self) -> View | None:
        """The view of the instruction behind ONBUILD; its spans are offsets in this view's arguments."""
        if not self.arguments:
            return None
        command = arguments.split_command(self.arguments, self.escape)
        return _VIEWS.get(name_of(command.keyword), View)(command, self.escape, ())


_VIEWS: dict[str, type[View]] = {
    "add": Copy,
    "arg": Arg,
    "cmd": CommandView,
    "copy": Copy,
    "entrypoint": CommandView,
    "env": Env,
    "expose": FieldsView,
    "from": From,
    "healthcheck": Healthcheck,
    "label": Label,
    "maintainer": TextView,
    "onbuild": Onbuild,
    "run": Run,
    "shell": CommandView,
    "stopsignal": TextView,
    "user": TextView,
    "volume": PathsView,
    "workdir": TextView,
}


def view(node: InstructionNode) -> View:
    """The view of an instruction; an unknown one gets the plain View."""
    return _VIEWS.get(name_of(node.command.keyword), View)(node.command, node.escape, node.heredocs)
