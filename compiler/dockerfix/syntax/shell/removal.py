"""Removal of commands from a shell text, so that the others keep their meaning.

The text then behaves as if a removed command were ``true``: it has no effect and succeeds. So ``a || X`` becomes
``a || true``, because X made a failure of ``a`` harmless, and ``a; X`` becomes ``a; true``, because it hid the failure.
A file that it opened is still opened (``true > f``), and ``exec X`` still ends the shell. Refused are parts of a
pipeline, commands that ``!`` negates, ``X || b`` (``b`` would never run), and what `effects` finds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple, TypeAlias

from dockerfix.syntax.shell.effects import (
    PLAIN,
    Going,
    Refusal,
    check_script,
    in_script,
    is_idle,
    reads_last_argument,
    stand_in,
)
from dockerfix.syntax.shell.parser import parse_shell
from dockerfix.syntax.shell.status import Status, errexit, status_of
from dockerfix.syntax.shell.tree import Command, Script, lists, walk
from dockerfix.text.edits import Edit, emit
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

Replacements: TypeAlias = tuple[tuple[Span, str], ...]
_Key: TypeAlias = tuple[Span, str]

_TO_OPERATOR: Final = lazy(r"(?:[ \t]|\\\n)*(?:&&|\|\||;|&)?")
_COMMENT: Final = lazy(r"[ \t]*#[^\n]*")
_Pipeline: TypeAlias = list[Command]
_Chain: TypeAlias = list[_Pipeline]


def _key(command: Command) -> _Key:
    """What identifies a command in its script."""
    return command.span, command.kind


def _kept(commands: tuple[Command, ...], keys: set[_Key]) -> Iterator[Command]:
    """The commands that stay if those with `keys` go, in the order of `walk`."""
    waiting = list(reversed(commands))
    while waiting:
        command = waiting.pop()
        if _key(command) not in keys:
            yield command
            waiting += reversed(command.parts())


class _Splice:
    """Collects the replacements that remove the commands with `keys` from `script`."""

    def __init__(self, script: Script, keys: set[_Key]) -> None:
        self._script = script
        self._keys = keys
        self._found: list[tuple[Span, str]] = []
        self._foreign: list[Span] = []  # heredoc bodies of commands that stay, with the lines that end them
        self._own: list[Span] = []  # and those of commands that go
        staying = {_key(command) for command in _kept(script.commands, keys)}
        for command in script.walk():
            bodies = self._foreign if _key(command) in staying else self._own
            for redirection in command.redirections:
                if redirection.heredoc is not None:
                    bodies.append(Span(redirection.heredoc.start, (redirection.delimiter or redirection.heredoc).end))

    def replace(self, span: Span, text: str = "") -> None:
        """Replace the text of `span`. Raises Refusal if it touches a heredoc body that stays."""
        if _touches(span, self._foreign):
            raise Refusal
        self._found.append((span, text))

    def resume(self, end: int, start: int) -> int:
        """Return where the text continues after a removed command, which ends at `end`; the next one is at `start`.

        Comments on lines of their own in between are about the next command, and stay.
        """
        text = self._script.text
        match = _TO_OPERATOR.match(text, end, start)
        newline = text.find("\n", match.end() if match else end, start)
        comment = text.find("#", newline, start) if newline >= 0 else -1
        return start if comment < 0 or _touches(Span(end, start), self._own) else comment

    def tail(self, before: int, start: int, end: int) -> Span:
        """Return what to remove so that a list ends at `before`; the rest of its commands are at `start` to `end`."""
        if "#" not in self._script.text[before:start] and not _touches(Span(before, start), self._foreign):
            start = before
        comment = _COMMENT.match(self._script.text, end)
        return Span(start, comment.end() if comment else end)

    def result(self) -> Replacements:
        """Return all replacements in order.

        Raises Refusal if the new text does not parse to exactly the commands that should stay, in their order.
        """
        replacements = self._merged()
        made = parse_shell(emit(self._script.text, [Edit(*replacement) for replacement in replacements]))
        inserted: set[int] = set()
        shift = 0
        for span, text in replacements:
            if text:
                inserted.update(range(span.start + shift, span.start + shift + len(text)))
            shift += len(text) - (span.end - span.start)
        now = [_essence(made, command) for command in made.walk() if command.span.start not in inserted]
        then = [_essence(self._script, command) for command in _kept(self._script.commands, self._keys)]
        if made.opaque or now != then:
            raise Refusal
        return tuple(replacements)

    def _merged(self) -> list[tuple[Span, str]]:
        """The replacements and the heredoc bodies that go, without overlaps."""
        result: list[tuple[Span, str]] = []
        for span, text in sorted([*self._found, *((body, "") for body in self._own)]):
            if result and span.start < result[-1][0].end:
                if text or span.end > result[-1][0].end:
                    raise Refusal
            elif result and not text and not result[-1][1] and span.start == result[-1][0].end:
                result[-1] = (Span(result[-1][0].start, span.end), "")
            else:
                result.append((span, text))
        return result


def _touches(span: Span, bodies: list[Span]) -> bool:
    return any(span.start < body.end and body.start < span.end for body in bodies)


def _essence(script: Script, command: Command) -> tuple[object, ...]:
    """The parts of a command that must not change if it stays."""
    return (
        command.kind,
        command.name,
        command.negated,
        command.background,
        [word.text for word in command.words],
        [script.slice(assignment.span) for assignment in command.assignments],
        [
            (script.slice(redirection.span), redirection.heredoc and script.slice(redirection.heredoc))
            for redirection in command.redirections
        ],
    )


def remove_commands(
    script: Script,
    drop: Collection[Command],
    *,
    exits_on_error: bool | None = False,
    going: Going | None = None,
) -> Replacements | None:
    """Return the replacements in the text of `script` that remove the commands `drop`; None if that is not safe.

    `drop` are commands at the top level or in the bodies of compound commands; one inside a word only goes along with a
    command around it. `exits_on_error` is whether the shell was started with ``-e``, None if it may have been;
    `going` is what is known about `drop`. If nothing is left, there is one replacement, which empties the text; what to
    do with the instruction is up to the caller.
    """
    keys = {_key(command) for command in drop}
    if not keys:
        return ()
    every = list(walk(script.commands))
    if not keys <= {_key(command) for command in every}:
        return None
    kept = list(_kept(script.commands, keys))
    dropped = [command for command in every if _key(command) in keys]
    going = in_script(script, going or Going())
    try:
        plan = _plan(script, dropped, kept, keys, going)
    except Refusal:
        return None
    if plan is None:
        return ((Span(0, len(script.text)), ""),)
    status = status_of(script, kept)
    if exits_on_error is not False:
        status = status._replace(may_exit=True)
    for literally in (False, True):
        if literally or not (status.is_read or any(text != PLAIN for text in plan.values())):
            try:
                return _Removal(script, plan, status, literally, bool(exits_on_error)).replacements()
            except Refusal:
                continue
    return None


def _plan(
    script: Script, dropped: list[Command], kept: list[Command], keys: set[_Key], going: Going
) -> dict[_Key, str] | None:
    """What stands for each command that goes; None if nothing is left of the script. Raises Refusal."""

    def goes(command: Command) -> bool:
        return _key(command) in keys

    check_script(script, dropped, kept)
    if script.opaque:
        return None
    if (
        any(command.words and command.words[0].value == "wait" for command in kept)
        and status_of(script, kept).jobs_are_read
    ):
        raise Refusal  # what a shell still knows of a job depends on the commands between
    if all(is_idle(script, command, goes, going) for command in script.commands):
        return None
    return {_key(command): stand_in(script, command, goes, going) for command in dropped}


class _List(NamedTuple):
    """A list of commands; `condition` is whether its status decides what runs next."""

    chains: list[_Chain]
    top: bool = False
    condition: bool = False


def _divide(commands: tuple[Command, ...]) -> list[_Chain]:
    """The chains of a list (between ``;``, ``&`` and line ends), each of pipelines (between ``&&`` and ``||``)."""
    chains: list[_Chain] = []
    for command in commands:
        if command.operator in ("", ";"):
            chains.append([[command]])
        elif command.operator in ("|", "|&"):
            chains[-1][-1].append(command)
        else:
            chains[-1].append([command])
    return chains


def _inner_lists(command: Command) -> Iterator[_List]:
    """The lists in the body of a compound command."""
    bodies = lists(command.body)
    for index, body in enumerate(bodies):
        condition = command.kind in ("while", "until") and index == 0
        condition = condition or (command.kind == "if" and index % 2 == 0 and index + 1 < len(bodies))
        yield _List(_divide(body), condition=condition)


def _span(first: _Chain, last: _Chain) -> Span:
    return Span(first[0][0].span.start, last[-1][-1].span.end)


def _end(chain: _Chain) -> int:
    """The end of a chain with its ``;`` or ``&``."""
    last = chain[-1][-1]
    return (last.terminator or last.span).end


class _Removal:
    """One attempt; `literally` replaces each pipeline that goes by its stand-in and deletes nothing.

    `plan` has what stands for each command that goes.
    """

    def __init__(
        self, script: Script, plan: dict[_Key, str], status: Status, literally: bool, exits_on_error: bool
    ) -> None:
        keys = set(plan)
        self._script = script
        self._plan = plan
        self._keys = keys
        self._status = status
        self._literally = literally
        self._exits_on_error = exits_on_error
        self._splice = _Splice(script, keys)

    def replacements(self) -> Replacements:
        """Return all replacements. Raises Refusal."""
        seen: set[_Key] = set()
        waiting = [_List(_divide(self._script.commands), top=True)]
        while waiting:
            current = waiting.pop()
            self._list(current)
            for command in (command for chain in current.chains for pipeline in chain for command in pipeline):
                if _key(command) in self._keys:
                    seen.update(_key(inside) for inside in walk((command,)))
                else:
                    waiting += _inner_lists(command)
        if not self._keys <= seen:
            raise Refusal
        return self._splice.result()

    def _goes(self, pipeline: _Pipeline) -> bool:
        going = [_key(command) in self._keys for command in pipeline]
        if any(going) and (not all(going) or (len(going) > 1 and "PIPESTATUS" in self._script.text)):
            raise Refusal
        return all(going)

    def _stand_in(self, pipeline: _Pipeline) -> str:
        """What stands for a pipeline that goes."""
        texts = [self._plan[_key(command)] for command in pipeline]
        return PLAIN if all(text == PLAIN for text in texts) else " | ".join(texts)

    def _is_plain(self, chains: list[_Chain]) -> bool:
        """Whether ``true`` stands for each pipeline."""
        return all(self._stand_in(pipeline) == PLAIN for chain in chains for pipeline in chain)

    def _check_last_arguments(self, chains: list[_Chain]) -> None:
        """Raise Refusal if ``$_`` may be an argument of a command that goes."""
        before: _Chain | None = None
        for chain in chains:
            for index, pipeline in enumerate(chain):
                if any(_key(each) not in self._keys and reads_last_argument(self._script, each) for each in pipeline):
                    self._check_last_argument(chain[:index] or before)
            before = chain

    def _check_last_argument(self, before: _Chain | None) -> None:
        if (
            before is None
            or len(before[0]) > 1
            or before[0][0].kind != "call"
            or not before[0][0].words
            or before[0][0].background
        ):
            raise Refusal  # what ran before isn't known from here
        if any(_key(each) in self._keys for pipeline in before for each in walk(tuple(pipeline))):
            raise Refusal

    def _list(self, current: _List) -> None:
        chains = current.chains
        if self._status.is_read:
            self._check_last_arguments(chains)
        going = [all(self._goes(pipeline) for pipeline in chain) for chain in chains]
        if self._status.jobs_are_read and any(
            goes and chain[0][0].background for goes, chain in zip(going, chains, strict=True)
        ):
            raise Refusal
        if all(going):
            if self._is_plain(chains):
                self._insert(_span(chains[0], chains[-1]), ":", current.condition)
                return
            for chain in chains:
                self._stand(chain, current.condition)
            return
        index = 0
        while index < len(chains):
            end = index
            while end < len(chains) and going[end]:
                end += 1
            if end > index:
                self._chains(current, index, end)
            elif any(self._goes(pipeline) for pipeline in chains[index]):
                self._chain(chains[index], self._is_exempt(current, index))
            index = max(end, index + 1)

    def _is_exempt(self, current: _List, index: int) -> bool:
        """Whether it matters that ``set -e`` ignores all pipelines of the chain `index` but the last."""
        if current.top and index == len(current.chains) - 1:
            return self._status.traps
        return self._status.may_exit and not current.condition

    def _chains(self, current: _List, first: int, end: int) -> None:
        """Remove the chains `first` to `end`; others of the list stay."""
        chains = current.chains
        if self._literally:
            for chain in chains[first:end]:
                self._stand(chain, current.condition)
        elif end < len(chains):
            start = chains[end][0][0].span.start
            self._splice.replace(
                Span(chains[first][0][0].span.start, self._splice.resume(_end(chains[end - 1]), start))
            )
        elif self._succeeds(current, first - 1):
            before = chains[first - 1]
            stop = _end(before) if before[0][0].background else before[-1][-1].span.end
            self._splice.replace(self._splice.tail(stop, chains[first][0][0].span.start, _end(chains[-1])))
        else:
            self._insert(_span(chains[first], chains[-1]), PLAIN, current.condition)

    def _stand(self, chain: _Chain, condition: bool) -> None:
        """Replace a chain that goes by what stands for it."""
        if self._is_plain([chain]):
            self._insert(_span(chain, chain), PLAIN, condition)
        elif condition:
            raise Refusal
        else:
            self._replace_each(chain)

    def _insert(self, span: Span, text: str, condition: bool = False) -> None:
        if condition:
            raise Refusal
        self._splice.replace(span, text)

    def _succeeds(self, current: _List, index: int) -> bool:
        """Whether the status after the chain `index` is 0 if the shell gets there at all."""
        chain = current.chains[index]
        last = chain[0][0]
        if last.background:
            return True
        if not current.top or len(chain) > 1 or len(chain[0]) > 1 or last.negated:
            return False
        if last.kind not in ("call", "decl", "subshell") or not self._status.surely_exits:
            return False
        return self._exits_on_error or any(
            _key(before[0][0]) not in self._keys and len(before[0]) == 1 and errexit(before[0][0])
            for before in current.chains[: index + 1]
            if not before[0][0].background
        )

    def _chain(self, chain: _Chain, exempt: bool) -> None:
        """Remove some pipelines of a chain; `exempt` is whether ``set -e`` must still ignore those before the last."""
        going = [self._goes(pipeline) for pipeline in chain]
        first = going.index(False)
        if first > 0:
            self._leading(chain, first)
        succeeded = False  # whether the status must be 0, because of what goes
        index = first + 1
        while index < len(chain):
            alternative = chain[index][0].operator == "||"
            end = index + 1
            if not going[index]:
                if succeeded and alternative:
                    raise Refusal
                succeeded = False
            elif alternative and not succeeded:
                self._splice.replace(_span([chain[index]], [chain[index]]), self._stand_in(chain[index]))
                succeeded = True
            else:
                while end < len(chain) and going[end] and (succeeded or chain[end][0].operator == "&&"):
                    end += 1
                self._inner(chain, index, end, exempt and not succeeded)
            index = end

    def _leading(self, chain: _Chain, end: int) -> None:
        """Remove the pipelines before `end`."""
        if chain[end][0].operator == "||":
            raise Refusal
        if self._literally:
            self._replace_each(chain[:end])
        else:
            start = self._splice.resume(chain[end - 1][-1].span.end, chain[end][0].span.start)
            self._splice.replace(Span(chain[0][0].span.start, start))

    def _inner(self, chain: _Chain, first: int, end: int, exempt: bool) -> None:
        """Remove the pipelines `first` to `end`, which run only if the status is 0 already, or don't run at all."""
        before, last = chain[first - 1][-1].span.end, chain[end - 1][-1].span.end
        start = chain[first][0].span.start
        if self._literally:
            self._replace_each(chain[first:end])
        elif end == len(chain) and exempt:
            self._splice.replace(Span(start, last), PLAIN)
        elif end < len(chain) and chain[first][0].operator == chain[end][0].operator:
            self._splice.replace(Span(start, self._splice.resume(last, chain[end][0].span.start)))
        else:
            self._splice.replace(Span(before, last))

    def _replace_each(self, chain: _Chain) -> None:
        for pipeline in chain:
            self._splice.replace(_span([pipeline], [pipeline]), self._stand_in(pipeline))
