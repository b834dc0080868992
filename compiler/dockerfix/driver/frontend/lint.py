"""BuildKit's own rules, where ``# check=error=true`` makes what they find stop the build.

Each rule is asked where ``dockerfile2llb/convert.go``, ``validations.go`` and ``instructions/parse.go`` ask it. The
rules about the build context and the platforms of real images are left out: neither is known here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from dockerfix.driver.frontend.dispatch import Dispatcher
from dockerfix.driver.frontend.instructions import stage_name
from dockerfix.driver.frontend.names import check_image, system_of_platform
from dockerfix.driver.frontend.options import LintOptions, options_in
from dockerfix.driver.frontend.state import Command, State
from dockerfix.syntax.characters import GO_SPACE
from dockerfix.syntax.dockerfile.instructions import Arg, CommandView, FieldsView, From, PairsView, TextView
from dockerfix.syntax.dockerfile.tree import Document, Instruction, InstructionNode
from dockerfix.syntax.words.lexer import Lexer
from dockerfix.syntax.words.scopes import GlobalScope
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

_SECRET = lazy(r"(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)", 2)
_PUBLIC = lazy(r"(?:_|^)(?:public|file|version)(?:_|$)", 2)
_UNDEFINED = "UndefinedVar"
_RESERVED = ("context", "scratch")
_NOT_IN_ENVIRONMENT = ("BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE")
_TARGET = "TARGETPLATFORM"


class Linter(Dispatcher):
    """Converts the instructions as `Dispatcher` does, and collects the rules that they break."""

    def __init__(self, document: Document, scope: GlobalScope, options: LintOptions) -> None:
        super().__init__(scope)
        self._found: set[str] = set()
        self._undefined: set[str] = set()
        self._options = options
        self._comments = dict(_comments(document))
        self._active = options
        self._with_shell: set[State] = set()
        self._with_workdir: set[State] = set()
        self._given: set[tuple[State, str]] = set()

    def _report(self, rule: str, *, experimental: bool = False) -> None:
        options = self._active
        if options.experimental_all or rule in options.experimental if experimental else options.runs(rule):
            self._found.add(rule)

    def _activate(self, instruction: Instruction | None) -> None:
        """Let a comment ``check=skip=…`` above the instruction count from here on."""
        self._active = self._options
        for comment in self._comments.get(instruction, ()) if instruction is not None else ():
            options = options_in(comment)
            if options is not None:
                self._active = self._options.merged(options)
                return

    # ---- apart from the conversion

    def rules(self, document: Document) -> Mapping[str, Sequence[str]]:
        """All rules that the file breaks, in order, each with the variables that it misses."""
        self._look_at(document)
        return {rule: sorted(self._undefined) if rule == _UNDEFINED else () for rule in sorted(self._found)}

    def _look_at(self, document: Document) -> None:
        """Ask the rules about single instructions, FROM and the names of stages."""
        self._activate(None)
        nodes = [instruction.node for instruction in document.instructions]
        if any("INNER_BLANK" in node.kinds for node in nodes):
            self._report("NoEmptyContinuation")
        for instruction in document.instructions:
            self._activate(instruction)
            self._look_at_instruction(instruction)
        self._activate(None)
        names = [stage.name for stage in document.stages if stage.name]
        if any(name in _RESERVED for name in names):
            self._report("ReservedStageName")
        if len(set(names)) < len(names):
            self._report("DuplicateStageName")
        self._look_at_casing(document)
        self._look_at_bases(document)

    def _look_at_instruction(self, instruction: Instruction) -> None:
        view = instruction.view
        if instruction.keyword == "MAINTAINER":
            self._report("MaintainerDeprecated")
        described: list[str] = []
        if isinstance(view, From):
            words = [word.value for word in view.words]
            if len(words) == len(("image", "AS", "name")):
                keyword = instruction.node.command.keyword
                if words[2] != words[2].lower():
                    self._report("StageNameCasing")
                if keyword in (keyword.lower(), keyword.upper()):
                    wanted = words[1].lower() if keyword == keyword.lower() else words[1].upper()
                    if words[1] != wanted:
                        self._report("FromAsCasing")
                described = [stage_name(view)]
        elif isinstance(view, Arg):
            described = [pair.name.value for pair in view.pairs]
        comments = self._comments.get(instruction, ())
        if described and comments and comments[-1].split(" ")[0] not in described:
            self._report("InvalidDefinitionDescription", experimental=True)

    def _look_at_casing(self, document: Document) -> None:
        names = [
            instruction.node.command.keyword
            for stage in document.stages
            for instruction in (stage.base, *stage.instructions)
        ]
        lower = sum(name == name.lower() for name in names)
        upper = sum(name == name.upper() != name.lower() for name in names)
        if any(name != (name.lower() if lower > upper else name.upper()) for name in names):
            self._report("ConsistentInstructionCasing")

    def _look_at_bases(self, document: Document) -> None:
        scope = self._outer
        known = {*scope.variables} | {
            pair.name.value
            for instruction in document.instructions[: document.stages[0].base.index]
            if isinstance(instruction.view, Arg)
            for pair in instruction.view.pairs
        }
        for stage in document.stages:
            view = stage.base.view
            if not isinstance(view, From):
                continue
            image = scope.expand(view.words[0].value)
            self._activate(None)
            if not _is_image(image.text):
                self._report("InvalidDefaultArgInFrom")
            self._activate(stage.base)
            if image.unmatched - known:
                self._report("UndefinedArgInFrom")
            if view.platform:
                self._look_at_platform(view.platform, stage_name(view), known)

    def _look_at_platform(self, word: str, name: str, known: Collection[str]) -> None:
        result = self._outer.expand(word)
        if result.unmatched - set(known):
            self._report("UndefinedArgInFrom")
        if result.matched == {_TARGET} and not result.unmatched and result.text == self._outer.variables.get(_TARGET):
            self._report("RedundantTargetPlatform")
        if not result.matched and not result.unmatched:
            system, _, machine = result.text.lower().partition("/")
            system = system_of_platform(result.text)
            machine = machine.partition("/")[0] or ("amd64" if system == result.text.lower() else result.text.lower())
            if system not in name and _MACHINES.get(machine, machine) not in name:
                self._report("FromPlatformFlagConstDisallowed")

    # ---- while instructions are converted

    def enter(self, state: State) -> None:
        """Begin a stage: it has the shell and the working folder of its base."""
        super().enter(state)
        for having in (self._with_shell, self._with_workdir):
            if state.base in having:
                having.add(state)

    def run(self, command: Command) -> None:
        """Convert one instruction and ask the rules about it; raises Refused or WordError."""
        self._activate(None if command.trigger is not None else command.instruction)
        super().run(command)
        view, state = command.view, self._state
        if isinstance(view, PairsView) and any(not pair.separator for pair in view.pairs):
            self._report("LegacyKeyValueFormat")
        if command.keyword in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
            if (state, command.keyword) in self._given:
                self._report("MultipleInstructionsDisallowed")
            self._given.add((state, command.keyword))
            if isinstance(view, CommandView) and not view.is_json and state not in self._with_shell:
                self._report("JSONArgsRecommended")
        elif command.keyword == "SHELL":
            self._with_shell.add(state)

    def _expand(self, word: str, span: Span | None) -> str:
        text = super()._expand(word, span)
        self._look_at_variables(self._scope.lexer, word)
        return text

    def _look_at_variables(self, lexer: Lexer, word: str) -> None:
        if "$" in word:
            known = {*self._scope.arguments, *_NOT_IN_ENVIRONMENT}
            unset = lexer.process(word, self._scope.variables).unmatched - known
            if unset:
                self._report(_UNDEFINED)
                self._undefined |= unset

    def _expand_heredocs(self, names: Collection[str]) -> None:
        super()._expand_heredocs(names)
        lexer = Lexer(skip_process_quotes=True)
        node = self._command.instruction.node
        for body in node.heredocs:
            if body.opener.name in names:
                self._look_at_variables(lexer, node.text[body.content.start : body.content.end])

    def _arg(self, view: Arg) -> None:
        for pair in view.pairs:
            if pair.value:
                self._look_at_variables(self._scope.lexer, pair.value.value)
        for pair in view.pairs:
            self._look_at_key(pair.name.value)
        super()._arg(view)

    def _env(self, view: PairsView) -> None:
        for pair in view.pairs:
            self._look_at_key(self._text(pair.name))
        super()._env(view)

    def _look_at_key(self, name: str) -> None:
        if _SECRET.search(name) and not _PUBLIC.search(name):
            self._report("SecretsUsedInArgOrEnv")

    def _workdir(self, view: TextView) -> None:
        if self._state not in self._with_workdir and not self._is_absolute(self._text(view.value)):
            self._report("WorkdirRelativePath")
        self._with_workdir.add(self._state)
        super()._workdir(view)

    def _is_absolute(self, path: str) -> bool:
        from dockerfix.driver.frontend.paths import without_drive

        try:
            return without_drive(path, self._state.system).startswith("/")
        except ValueError:
            return False

    def _expose(self, view: FieldsView) -> None:
        super()._expose(view)
        for word in view.words:
            for port in self._scope.lexer.process_words(word.value, self._scope.variables):
                *before, last = port.split(":")
                protocol = last.partition("/")[2]
                if protocol != protocol.lower():
                    self._report("ExposeProtoCasing")
                if any(before):
                    self._report("ExposeInvalidFormat")


_MACHINES = {"i386": "386", "x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "armhf": "arm", "armel": "arm"}


def _is_image(name: str) -> bool:
    try:
        check_image(name)
    except ValueError:
        return False
    return True


def _comments(document: Document) -> Iterator[tuple[Instruction, tuple[str, ...]]]:
    """Each instruction with the comments since the one before; an empty comment starts anew."""
    comments: list[str] = []
    instructions = iter(document.instructions)
    for node in document.nodes:
        if isinstance(node, InstructionNode):
            yield next(instructions), tuple(comments)
            comments = []
        elif node.kind == "comment":
            text = node.text[1:].strip(GO_SPACE)
            comments = [*comments, text] if text else []
