"""What each instruction says: typed views of its logical line.

A view is made from the arguments only, at its first use, and kept by the node. All spans are offsets in the logical
line (``Instruction.text``); ``Instruction.original`` returns the place in the source. The dispatch is that of
``moby/buildkit@73ed6825c4b7:frontend/dockerfile/parser/parser.go`` (``dispatch``).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from dockerfix.syntax.dockerfile import arguments
from dockerfix.syntax.dockerfile.arguments import ArgumentError, CommandLine, Pair, Text, name_of
from dockerfix.syntax.dockerfile.heredocs import HeredocBody
from dockerfix.syntax.dockerfile.references import ImageReference, Mount, mount_options, parse_image
from dockerfix.text.source import Span

if TYPE_CHECKING:
    from dockerfix.syntax.shell import Script

MAX_CHAIN = 50
"""How many ONBUILDs in a row are followed."""


class Flag(NamedTuple):
    """A flag such as ``--from=deps``: name without dashes, value or None, and the span of the whole."""

    name: str
    value: str | None
    span: Span


class View:
    """The arguments of an instruction; the base class is the view of an unknown instruction.

    `problem` is the message with which BuildKit's parser refuses them, or None.
    """

    def __init__(self, command: CommandLine, escape: str, heredocs: tuple[HeredocBody, ...]) -> None:
        self.command = command
        self.escape = escape
        self.heredocs = heredocs
        self.problem: str | None = None
        try:
            self.read()
        except ArgumentError as error:
            self.problem = str(error)

    def read(self) -> None:
        """Read the arguments, if BuildKit's parser reads them too and may refuse them. Raises ArgumentError."""

    @property
    def arguments(self) -> str:
        """The arguments after the flags, as one text."""
        return self.command.rest

    @property
    def arguments_span(self) -> Span:
        """The span of the arguments."""
        return Span(self.command.rest_at, self.command.rest_at + len(self.command.rest))

    @cached_property
    def flags(self) -> tuple[Flag, ...]:
        """The flags, in order."""
        result: list[Flag] = []
        for word in self.command.flags:
            name, separator, value = word.value[2:].partition("=")
            result.append(Flag(name, value if separator else None, word.span))
        return tuple(result)

    def flag(self, name: str) -> Flag | None:
        """Return the last flag with that name."""
        found = [flag for flag in self.flags if flag.name == name]
        return found[-1] if found else None

    def _fields(self) -> tuple[Text, ...]:
        return tuple([word.shift(self.command.rest_at) for word in arguments.fields(self.arguments)])


class FieldsView(View):
    """Words divided by white space: EXPOSE, and the base of FROM."""

    @cached_property
    def words(self) -> tuple[Text, ...]:
        """The words of the arguments."""
        return self._fields()


class From(FieldsView):
    """``FROM [--platform=…] image [AS name]``."""

    @cached_property
    def image(self) -> ImageReference | None:
        """The image or stage it names, in parts; None if it names none."""
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
        """Find out the form, as BuildKit does while it parses."""
        found = arguments.json_form(self.arguments)
        if found is not None:
            self.exec_form = tuple([element.shift(self.command.rest_at) for element in found])

    @property
    def is_json(self) -> bool:
        """Whether the arguments are in the JSON form."""
        return self.exec_form is not None


class CommandView(ListView):
    """CMD, ENTRYPOINT and SHELL: the exec form, or a command for the shell."""

    @cached_property
    def script(self) -> Script | None:
        """The commands of the shell form, with spans relative to ``arguments_span.start``; None for the exec form."""
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
        return self._fields() if self.exec_form is None else self.exec_form


class Copy(PathsView):
    """``COPY`` and ``ADD``: sources and a destination."""

    @property
    def sources(self) -> tuple[Text, ...]:
        """What it copies, with the heredoc openers."""
        return self.words[:-1]

    @property
    def destination(self) -> Text | None:
        """The path it copies to."""
        return self.words[-1] if len(self.words) > 1 else None

    @property
    def source_stage(self) -> str | None:
        """The stage, image or named context that ``--from`` names; None for the build context."""
        flag = self.flag("from")
        return flag.value if flag else None


class PairsView(View):
    """ENV and LABEL: names and values."""

    pairs: tuple[Pair, ...] = ()

    def read(self) -> None:
        """Read the pairs, as BuildKit does while it parses."""
        found = arguments.pairs(self.arguments, name_of(self.command.keyword).upper(), self.escape)
        self.pairs = tuple([pair.shift(self.command.rest_at) for pair in found])


class Env(PairsView):
    """``ENV name=value …`` and ``ENV name value``."""


class Label(PairsView):
    """``LABEL name=value …``."""


class Arg(View):
    """``ARG name[=default] …``."""

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The names, each with its default or None."""
        found = arguments.arguments_of_arg(self.arguments, self.escape)
        return tuple([pair.shift(self.command.rest_at) for pair in found])


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
        self.kind, self.rest = arguments.split_at_space(self.arguments)
        found = arguments.json_form(self.rest)
        if found is not None:
            at = self.arguments_span.end - len(self.rest)
            self.exec_form = tuple([element.shift(at) for element in found])


class Onbuild(View):
    """``ONBUILD`` and the instruction after it.

    `inner` is the view of the instruction directly after it, which may be another ONBUILD; None without one.
    """

    def read(self) -> None:
        """Raise the ArgumentError of the innermost instruction in a chain of ONBUILDs.

        BuildKit's parser follows a chain to its end, but the build then refuses any chain of more than one. A chain of
        more than MAX_CHAIN is not read further, so that it takes linear time.
        """
        command = self.command
        for _link in range(MAX_CHAIN):
            if name_of(command.keyword) != "onbuild" or not command.rest:
                break
            command = arguments.split_command(command.rest, self.escape)
        if name_of(command.keyword) != "onbuild":
            inner = view_of(command, self.escape)
            if inner.problem:
                raise ArgumentError(inner.problem)

    @cached_property
    def inner(self) -> View | None:
        """The view of the instruction after ONBUILD; its spans are offsets in this view's arguments."""
        if not self.arguments:
            return None
        return view_of(arguments.split_command(self.arguments, self.escape), self.escape)


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


def view_of(command: CommandLine, escape: str, heredocs: tuple[HeredocBody, ...] = ()) -> View:
    """Return the view of an instruction; an unknown one gets a plain View."""
    return _VIEWS.get(name_of(command.keyword), View)(command, escape, heredocs)
