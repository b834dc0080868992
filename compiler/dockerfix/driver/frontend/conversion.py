"""What BuildKit refuses once it has read the whole file: the conversion of its stages into a build.

As ``Dockerfile2LLB`` of ``moby/buildkit@73ed6825c4b7:frontend/dockerfile/dockerfile2llb/convert.go`` does it, for a
build without arguments on images that set nothing but PATH: first the variables before the first FROM, then every FROM,
which stages take files from which, the names of all images, and at last each instruction of the stages that are built.
BuildKit stops at the first fault; this finds all.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

from dockerfix.driver.frontend.dispatch import Dispatcher
from dockerfix.driver.frontend.instructions import refusal, stage_name
from dockerfix.driver.frontend.mounts import origin_of
from dockerfix.driver.frontend.names import check_image, system_of_platform
from dockerfix.driver.frontend.refusal import Refused, suggest
from dockerfix.driver.frontend.state import SCRATCH, Command, State
from dockerfix.syntax.characters import go_quote
from dockerfix.syntax.dockerfile.instructions import Arg, From, Run
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.syntax.words.lexer import Budget, WordError
from dockerfix.syntax.words.scopes import GlobalScope
from dockerfix.text.lazy_patterns import lazy


class Fault(NamedTuple):
    """What the conversion refuses: its message, and where in the source.

    `unset` are variables that the fault is due to and that nothing in the file sets: the base image or a build argument
    may set them.
    """

    message: str
    offset: int
    unset: tuple[str, ...] = ()


def has_options(document: Document) -> bool:
    """Whether there may be a ``check`` directive, which sets the options of BuildKit's own rules."""
    has_check = any(directive.name == "check" for directive in document.directives)
    return has_check or document.text.startswith(("#!", "\ufeff#!"))


def faults(document: Document) -> list[Fault]:
    """Everything that the conversion refuses. Instructions that are refused by themselves are left out."""
    if document.stages:
        return _Conversion(document).run()
    only_arguments = all(instruction.keyword == "ARG" for instruction in document.instructions)
    return [Fault("dockerfile contains no stages to build", 0)] if document.instructions and only_arguments else []


class _OutOfBudget(Exception):
    """The variables expand to more text than is worth the reading; BuildKit has no such bound."""


class _Conversion:
    """One reading of a document, step by step in BuildKit's order."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.found: list[Fault] = []
        self.states: list[State] = []
        self.by_name: dict[str, State] = {}
        self.scope = GlobalScope(document.escape, target=document.stages[-1].name)

    def run(self) -> list[Fault]:
        with suppress(_OutOfBudget):
            self._run()
        return self.found

    def _run(self) -> None:
        self._read_arguments()
        for stage in self.document.stages:
            self._read_from(stage)
        own = tuple(self.states)
        for state in own:
            self._connect_all(state, state.commands)
        if self._has_circle(own):
            return
        if len(self.states) == 1:
            own[0].name = ""
        reachable = self._resolve(own[-1])
        dispatcher = self._dispatcher()
        for state in tuple(self.states):
            if state in reachable and not state.dispatched:
                dispatcher.enter(state)
                for command in state.commands:
                    self._dispatch(dispatcher, command)
        if not (self.found or self.document.problems or self._refuses()):
            for rule, unset in dispatcher.rules(self.document).items():  # BuildKit names them in one message
                self.found.append(Fault(f"lint violation found for rules: {rule}", 0, tuple(unset)))

    def _refuses(self) -> bool:
        return any(refusal(instruction) for instruction in self.document.instructions)

    def _dispatcher(self) -> Dispatcher:
        """What converts the instructions, with BuildKit's own rules where what they find is to stop the build."""
        if has_options(self.document):
            from dockerfix.driver.frontend.lint import Linter
            from dockerfix.driver.frontend.options import lint_options

            with suppress(Refused):
                options = lint_options(self.document)
                if options.error:
                    return Linter(self.document, self.scope, options)
        return Dispatcher(self.scope)

    def _dispatch(self, dispatcher: Dispatcher, command: Command) -> None:
        try:
            dispatcher.run(command)
        except (Refused, WordError) as error:
            self._add(error, command.offset(dispatcher.place(error)), dispatcher.unset(error))

    def _add(self, error: Refused | WordError | ValueError, offset: int, unset: tuple[str, ...] = ()) -> None:
        if isinstance(error, WordError) and error.reason == Budget.exhausted:
            raise _OutOfBudget
        self.found.append(Fault(str(error), offset, unset))

    # ---- before the first FROM

    def _read_arguments(self) -> None:
        """The ARGs before the first FROM (``buildMetaArgs``), and SOURCE_DATE_EPOCH among them."""
        for instruction in self.document.instructions[: self.document.stages[0].base.index]:
            view = instruction.view
            if not isinstance(view, Arg) or refusal(instruction):
                continue
            try:
                for pair in view.pairs:
                    self.scope.define_arg(pair.name.value, pair.value.value if pair.value else None)
            except WordError as error:
                self._add(error, instruction.body_span.start)
        if "SOURCE_DATE_EPOCH" not in self.scope.variables:
            return
        from dockerfix.driver.frontend.epoch import check_epoch

        try:
            check_epoch(self.document, self.scope)
        except (Refused, WordError) as error:
            self._add(error, self.document.instructions[0].body_span.start)

    # ---- FROM

    def _read_from(self, stage: Stage) -> None:
        """A stage, as far as its FROM decides it (``buildDispatchStates``)."""
        instruction = stage.base
        view = instruction.view
        offset = instruction.body_span.start
        refused = refusal(instruction) is not None
        name = "" if refused else stage_name(view)
        state = State(name or f"stage-{stage.index}", None, offset, is_stage=True)
        state.commands = [Command(each) for each in stage.instructions if not _is_refused(each)]
        if not refused and isinstance(view, From):
            try:
                state.image = self._expanded(view.words[0].value, "base name ({}) should not be blank")
                state.system = self._system(view)
            except (Refused, WordError, _Blank) as error:
                unset = error.unset if isinstance(error, _Blank) else ()
                self._add(error, offset, unset)
        self._register(state, name)

    def _expanded(self, word: str, message: str) -> str:
        """A word of FROM, expanded; raises _Blank where nothing is left."""
        if _PLAIN.fullmatch(word) and word:
            return word
        result = self.scope.expand(word)
        if result.text:
            return result.text
        declared = {
            pair.name.value
            for instruction in self.document.instructions[: self.document.stages[0].base.index]
            if isinstance(instruction.view, Arg)
            for pair in instruction.view.pairs
        }
        raise _Blank(message.format(word), tuple(sorted(result.unmatched & declared)))

    def _system(self, view: From) -> str:
        """The operating system of ``--platform``."""
        word = view.platform
        if not word:
            return "linux"
        try:
            platform = self._expanded(word, "empty platform value from expression {}")
        except WordError as error:
            raise Refused(f"failed to process arguments for platform : {error}") from None
        except _Blank as blank:
            names = self.scope.expand(word).unmatched
            near = next((found for name in sorted(names) if (found := suggest(name, self.scope.variables))), "")
            raise _Blank(f"{blank}{near}", blank.unset) from None
        try:
            return system_of_platform(platform)
        except ValueError as error:
            raise Refused(f"failed to parse platform {word}: {error}") from None

    def _register(self, state: State, name: str = "") -> None:
        """Count the state among those that a number names, and note what it is FROM."""
        self.states.append(state)
        state.is_registered = True
        state.base = self.by_name.get(state.image) if state.image is not None else None
        if name:
            self.by_name[name] = state

    # ---- which takes files from which

    def _connect_all(self, state: State, commands: Iterable[Command]) -> None:
        for command in commands:
            self._connect(state, command)

    def _connect(self, state: State, command: Command) -> None:
        """Find what a COPY or a mount takes files from (``toCommand``)."""
        view = command.view
        if not view.command.flags:
            return
        flag = view.flag("from") if command.keyword == "COPY" else None
        try:
            if flag and flag.value:
                if self.scope.lexer.process_word(flag.value, {}) != flag.value:
                    raise Refused(_NO_EXPANSION)
                command.sources = [self._origin(flag.value, command)]
            elif isinstance(view, Run):
                origins = [origin_of(flag.value or "") for flag in view.flags if flag.name == "mount"]
                command.sources = [self._named(origin or SCRATCH, command) for origin in origins]
        except (Refused, WordError) as error:
            self._add(error, command.offset(flag.span if flag else None))
        for source in command.sources:
            state.needed[source] = None
            if not source.is_registered:
                self._register(source)

    def _origin(self, name: str, command: Command) -> State:
        if not _NUMBER.fullmatch(name):
            return self._named(name, command)
        index = int(name)
        if not 0 <= index < len(self.states):
            raise Refused(f"invalid stage index {index}")
        return self.states[index]

    def _named(self, name: str, command: Command) -> State:
        """The stage of that name, else a new image."""
        found = self.by_name.get(name.lower())
        return found or State("", name, command.offset(None), is_stage=False)

    def _has_circle(self, states: Iterable[State]) -> bool:
        """Whether a stage takes files from itself, at any distance (``validateCircularDependency``)."""
        done: set[State] = set()
        for start in states:
            path: dict[State, list[State]] = {}
            pending = [start] if start not in done else []
            while pending:
                state = pending[-1]
                if state not in path:
                    done.add(state)
                    path[state] = list(state.needed)
                if not path[state]:
                    del path[state]
                    pending.pop()
                    continue
                other = path[state].pop()
                if other in path:
                    message = f"circular dependency detected on stage: {start.name}"
                    self.found.append(Fault(message, _user(state, other).offset(None)))
                    return True
                if other not in done:
                    pending.append(other)
        return False

    # ---- what is built

    def _resolve(self, target: State) -> set[State]:
        """Look at the names of all images, and give the states that the target needs (``resolveStages``)."""
        while True:
            reachable = _reachable(target)
            for state in self.states:
                if state.base is None and not state.dispatched:
                    self._resolve_image(state)
            new = False
            for state in tuple(self.states):
                if state in reachable and state.base is not None and not state.triggered:
                    state.triggered = True
                    new = self._add_triggers(state) or new
            if not new:
                return reachable

    def _resolve_image(self, state: State) -> None:
        if not state.is_stage:
            state.dispatched = True
        if state.image is None or state.image == SCRATCH or state.resolved:
            return
        state.resolved = True
        try:
            check_image(state.image)
        except ValueError as error:
            self._add(Refused(f"failed to parse stage name {go_quote(state.image)}: {error}"), state.offset)

    def _add_triggers(self, state: State) -> bool:
        """Put what ONBUILD in the base left before the stage's own instructions; whether they need other states."""
        commands: list[Command] = []
        for command in state.base.commands if state.base else ():
            if command.keyword == "ONBUILD":
                try:
                    commands.append(Command(_trigger(command.instruction), command.instruction))
                except Refused as refused:
                    self._add(refused, command.offset(None))
        self._connect_all(state, commands)
        state.commands = [*commands, *state.commands]
        return any(command.sources for command in commands)


_NO_EXPANSION = (
    "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a "
    "workaround"
)
_NUMBER = lazy(r"[+-]?[0-9]{1,18}")
_PLAIN = lazy(r"[A-Za-z0-9_./:@-]*")
_ONBUILD = lazy(r"[\t\n\f\r ]*ONBUILD[\t\n\f\r ]*", 2)


class _Blank(ValueError):
    """A word of FROM of which nothing is left; `unset` are the build arguments that may fill it."""

    def __init__(self, message: str, unset: tuple[str, ...]) -> None:
        super().__init__(message)
        self.unset = unset


def _is_refused(instruction: Instruction) -> bool:
    return bool(instruction.view.problem) or refusal(instruction) is not None


def _user(state: State, other: State) -> Command:
    """The instruction with which `state` takes files from `other`."""
    return next(command for command in state.commands if other in command.sources)


def _reachable(target: State) -> set[State]:
    result: set[State] = set()
    pending = [target]
    while pending:
        state = pending.pop()
        if state not in result:
            result.add(state)
            pending += state.needed
            if state.base is not None:
                pending.append(state.base)
    return result


def _trigger(instruction: Instruction) -> Instruction:
    """The instruction behind ONBUILD, read by itself as BuildKit reads it; raises Refused."""
    node = instruction.node
    text = _ONBUILD.sub("", node.line.text, count=1)
    for body in node.heredocs:
        text += f"\n{node.text[body.content.start : body.content.end]}{body.opener.name}"
    document = parse(text)
    if document.problems:
        raise Refused(document.problems[0].message)
    if len(document.instructions) != 1:
        raise Refused("onbuild trigger should be a single expression")
    refused = refusal(document.instructions[0])
    if refused:
        raise Refused(refused.message)
    return document.instructions[0]
