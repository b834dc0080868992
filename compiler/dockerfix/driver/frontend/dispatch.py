"""Each instruction of a stage that is built, its variables expanded (``dispatch`` in ``dockerfile2llb/convert.go``)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from dockerfix.analysis.variables import names_in
from dockerfix.driver.frontend.flags import is_switched_on
from dockerfix.driver.frontend.instructions import heredoc_of
from dockerfix.driver.frontend.mounts import Mount, read_mount
from dockerfix.driver.frontend.names import check_digest, check_mode, check_port, check_signal
from dockerfix.driver.frontend.refusal import Refused
from dockerfix.driver.frontend.state import SCRATCH, WINDOWS, Command, State
from dockerfix.syntax.characters import go_quote
from dockerfix.syntax.dockerfile.arguments import Text
from dockerfix.syntax.dockerfile.instructions import Arg, Copy, FieldsView, PairsView, PathsView, Run, TextView
from dockerfix.syntax.words.lexer import WordError
from dockerfix.syntax.words.scopes import GlobalScope, StageScope
from dockerfix.text.source import Span

if TYPE_CHECKING:
    from dockerfix.driver.frontend.git import GitSource
    from dockerfix.syntax.dockerfile.tree import Document

_NOT_IN_ENVIRONMENT = ("BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE")


class Dispatcher:
    """Converts the instructions of one stage after the other."""

    def __init__(self, scope: GlobalScope) -> None:
        self._span: Span | None = None
        self._outer = scope
        self._state = State("", SCRATCH, 0, is_stage=True)
        self._scope: StageScope = scope.enter_stage(None, {})
        self._command: Command
        self._word = ""

    def enter(self, state: State) -> None:
        """Begin a stage: it has what its base left."""
        state.dispatched = True
        base = state.base
        if base is not None and base.scope is not None:
            state.scope = self._outer.enter_stage(base.scope)
            state.system, state.workdir = base.system, base.workdir
        else:
            state.system = "linux" if state.image == SCRATCH else state.system
            state.scope = self._outer.enter_stage(None, {})
            if state.system == WINDOWS:
                state.scope.variables.pop("PATH")  # there BuildKit leaves it to the system
        self._state, self._scope = state, state.scope

    def run(self, command: Command) -> None:
        """Convert one instruction of the stage; raises Refused or WordError."""
        step = _STEPS.get(command.keyword)
        if step is not None:
            self._span, self._command = None, command
            getattr(self, step)(command.view)

    def rules(self, document: Document) -> Mapping[str, Sequence[str]]:
        """The rules of BuildKit's own that the file breaks, where that stops the build, each with the variables that it
        misses: here none are asked.
        """
        del document
        return {}

    def place(self, error: Refused | WordError) -> Span | None:
        """The place of an error: the word that was read last, unless the error knows better."""
        return (error.span if isinstance(error, Refused) else None) or self._span

    def unset(self, error: Refused | WordError) -> tuple[str, ...]:
        """The variables that the last word named and nothing in the file sets, where the error comes of that."""
        names = tuple(name for name in names_in([self._word]) if name not in self._scope.variables)
        if isinstance(error, WordError):
            names = tuple(name for name in names if error.reason.startswith(f"{name}: "))
        is_image = self._state.root.image != SCRATCH
        return tuple(name for name in names if is_image or name in self._scope.arguments)

    def _expand(self, word: str, span: Span | None) -> str:
        self._word, self._span = word, span
        return self._scope.lexer.process_word(word, self._scope.variables)

    def _text(self, word: Text) -> str:
        return self._expand(word.value, word.span)

    # ---- variables

    def _arg(self, view: Arg) -> None:
        for pair in view.pairs:
            value = pair.value.value if pair.value else None
            self._word, self._span = value or "", pair.span
            if pair.name.value in _NOT_IN_ENVIRONMENT:
                self._expand(value or "", pair.span)
            else:
                self._scope.define_arg(pair.name.value, value)

    def _label(self, view: PairsView) -> None:
        self._expanded_pairs(view)

    def _env(self, view: PairsView) -> None:
        self._scope.store_env(self._expanded_pairs(view))

    def _expanded_pairs(self, view: PairsView) -> list[tuple[str, str]]:
        return [(self._text(pair.name), self._text(pair.value) if pair.value else "") for pair in view.pairs]

    # ---- one value

    def _workdir(self, view: TextView) -> None:
        path, state = self._text(view.value), self._state
        if path.startswith("/") and state.system != WINDOWS:
            state.workdir = path
            return
        from dockerfix.driver.frontend.paths import normalised

        try:
            state.workdir = normalised(state.workdir, path, state.system)
        except ValueError as error:
            raise Refused(f"normalizing workdir: normalizing working directory: {error}", self._span) from None

    def _user(self, view: TextView) -> None:
        self._text(view.value)

    def _stop_signal(self, view: TextView) -> None:
        self._check(check_signal, self._text(view.value))

    def _volume(self, view: PathsView) -> None:
        for word, path in [(word, self._text(word)) for word in view.words]:
            if not path:
                self._word = word.value
                raise Refused("VOLUME specified can not be an empty string", word.span)

    def _expose(self, view: FieldsView) -> None:
        ports: list[tuple[Text, str]] = []
        for word in sorted(view.words, key=lambda word: word.value):
            self._word, self._span = word.value, word.span
            found = self._scope.lexer.process_words(word.value, self._scope.variables)
            ports += [(word, port) for port in found]
        for word, port in ports:
            self._word, self._span = word.value, word.span
            self._check(check_port, port)

    def _check(self, check: Callable[[str], None], value: str) -> None:
        try:
            check(value)
        except ValueError as error:
            raise Refused(str(error), self._span) from None

    # ---- RUN

    def _run(self, view: Run) -> None:
        if not view.command.flags:
            return
        flags = [flag for flag in view.flags if flag.name == "mount"]
        mounts = [read_mount(flag.value or "", partial(self._expand, span=flag.span)) for flag in flags]
        for flag, mount, source in zip(flags, mounts, self._command.sources, strict=True):
            self._word, self._span = flag.value or "", flag.span
            self._mount(mount, source)

    def _mount(self, mount: Mount, source: State) -> None:
        if (mount.origin or mount.type == "cache") and not source.dispatched:
            origin = go_quote(mount.origin or SCRATCH)
            what = "stage needs to be defined before current command"
            raise Refused(f"cannot mount from stage {origin} to {go_quote(mount.target)}, {what}")
        if mount.type == "secret":
            return
        if mount.type == "ssh":
            if mount.source:
                raise Refused("ssh does not support source")
            return
        target = mount.target
        if not target.startswith("/"):
            from dockerfix.driver.frontend.paths import joined

            target = joined("/", self._state.workdir, target)
        if target == "/":
            raise Refused('invalid mount target "/"')

    # ---- COPY and ADD

    def _copy(self, view: Copy) -> None:
        command = self._command
        self._flag(view, "chown")
        mode = self._flag(view, "chmod")
        checksum = self._flag(view, "checksum")
        heredocs = [heredoc for word in view.sources if (heredoc := heredoc_of(word.value))]
        paths = [(word, self._text(word)) for word in view.sources if not heredoc_of(word.value)]
        target = self._text(view.words[-1])
        self._check_path(target, "removing drive letter: ")
        self._expand_heredocs([heredoc.name for heredoc in heredocs if heredoc.expand])
        if command.sources and not command.sources[0].dispatched:
            origin = go_quote((view.flag("from") or view.flags[0]).value or "")
            message = f"it needs to be defined before current stage {go_quote(self._state.name)}"
            raise Refused(f"cannot copy from stage {origin}, {message}")
        flag = view.flag("chmod") if mode else None
        if flag:
            self._word, self._span = flag.value or "", flag.span
            self._check(check_mode, mode)
        self._check_remote(view, paths, checksum)
        for word, path in paths:
            if not _is_remote(path):
                self._word, self._span = word.value, word.span
                self._check_path(path, "removing drive letter: removing drive letter: ")
        for heredoc in heredocs:
            self._check_path(heredoc.name, "removing drive letter: ")

    def _flag(self, view: Copy, name: str) -> str:
        flag = view.flag(name) if view.command.flags else None
        return self._expand(flag.value, flag.span) if flag and flag.value else ""

    def _expand_heredocs(self, names: Collection[str]) -> None:
        node = self._command.instruction.node
        bodies = {body.opener.name: node.text[body.content.start : body.content.end] for body in node.heredocs}
        for name in names:
            self._word, self._span = bodies.get(name, ""), None
            self._scope.expand_heredoc(self._word)

    def _check_path(self, path: str, prefix: str) -> None:
        """Raise Refused for a path that Windows does not have."""
        if self._state.system != WINDOWS:
            return
        from dockerfix.driver.frontend.paths import without_drive

        try:
            without_drive(path, self._state.system)
        except ValueError as error:
            raise Refused(f"{prefix}{error}", self._span) from None

    def _check_remote(self, view: Copy, paths: Collection[tuple[Text, str]], checksum: str) -> None:
        """What is asked of git repositories and URLs, which only ADD takes (``dispatchCopy``)."""
        if checksum and len(paths) != 1:
            raise Refused("checksum can't be specified for multiple sources")
        keep = is_switched_on(view, "keep-git-dir") if view.command.flags else None
        for word, path in paths:
            self._word, self._span = word.value, word.span
            if checksum and not _is_remote(path):
                raise Refused("checksum requires HTTP(S) or Git sources", word.span)
            try:
                git = _git_source(path)
                if git is not None and not git.is_local:
                    if self._command.keyword == "COPY":
                        raise ValueError("source can't be a git ref for COPY")
                    if keep is not None and git.keep_git_dir not in (None, keep):
                        raise ValueError("inconsistent keep-git-dir configuration")
                    if checksum and git.checksum not in ("", checksum):
                        raise ValueError(f"checksum mismatch {go_quote(checksum)} != {go_quote(git.checksum)}")
                    keep = keep if git.keep_git_dir is None else git.keep_git_dir
                    checksum = git.checksum or checksum
                elif path.startswith(_WEB):
                    if self._command.keyword == "COPY":
                        raise ValueError("source can't be a URL for COPY")
                    if checksum:
                        check_digest(checksum)
            except ValueError as error:
                raise Refused(str(error), word.span) from None


_WEB = ("http://", "https://")


def _git_source(path: str) -> GitSource | None:
    """The git repository that a source names; raises ValueError for a query that is refused."""
    if not (":" in path or path.startswith("github.com/")):
        return None
    from dockerfix.driver.frontend.git import git_source

    return git_source(path)


def _is_remote(path: str) -> bool:
    """Whether a source is a URL or a git repository."""
    try:
        return path.startswith(_WEB) or _git_source(path) is not None
    except ValueError:
        return False


_STEPS: Mapping[str, str] = {
    "ADD": "_copy",
    "ARG": "_arg",
    "COPY": "_copy",
    "ENV": "_env",
    "EXPOSE": "_expose",
    "LABEL": "_label",
    "RUN": "_run",
    "STOPSIGNAL": "_stop_signal",
    "USER": "_user",
    "VOLUME": "_volume",
    "WORKDIR": "_workdir",
}
"""The methods for the instructions whose words BuildKit expands; it has nothing against the others."""
