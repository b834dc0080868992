"""Taking commands out of a shell text so that the others keep their meaning.

To take a command out means to behave as if it were ``true``: it has no effect and succeeds. So ``a || X`` becomes
``a || true``, since X made a failure of ``a`` harmless, and ``a; X`` becomes ``a; true``, since it hid the failure.
What can't be done is refused: a part of a pipeline, what ``!`` turns round, ``X || b`` (nothing would ever run ``b``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple, TypeAlias

from dockerfix.syntax.shell.splice import Key, Refused, Replacements, Splice, kept, key
from dockerfix.syntax.shell.status import Status, errexit, status_of
from dockerfix.syntax.shell.tree import Command, Script, lists, walk
from dockerfix.text.source import Span

_Pipeline: TypeAlias = list[Command]
_Chain: TypeAlias = list[_Pipeline]


def removal(script: Script, drop: Collection[Command], *, exits_on_error: bool = False) -> Replacements | None:
    """The replacements in the text of `script` that take the commands `drop` out; None where that isn't safe.

    `drop` are commands of lists, at the top or in the bodies of compound commands, not those inside words.
    `exits_on_error` says that the shell was started with ``-e``. Where all commands at the top go, the one replacement
    makes the text empty, and what becomes of it is up to the caller.
    """
    keys = {key(command) for command in drop}
    if not keys:
        return ()
    if not keys <= {key(command) for command in walk(script.commands)} or any(command.negated for command in drop):
        return None
    if all(key(command) in keys for command in script.commands):
        return ((Span(0, len(script.text)), ""),)
    status = status_of(script, kept(script.commands, keys))
    if exits_on_error:
        status = status._replace(may_exit=True)
    for literally in (False, True):
        if literally or not status.is_read:
            try:
                return _Removal(script, keys, status, literally, exits_on_error).replacements()
            except Refused:
                continue
    return None


class _List(NamedTuple):
    """A list of commands; the status of a `condition` decides what runs next."""

    chains: list[_Chain]
    top: bool = False
    condition: bool = False


def _divide(commands: tuple[Command, ...]) -> list[_Chain]:
    """A list as chains (between ``;``, ``&`` and line ends) of pipelines (between ``&&`` and ``||``)."""
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
    """Where a chain ends, with its ``;`` or ``&``."""
    last = chain[-1][-1]
    return (last.terminator or last.span).end


class _Removal:
    """One attempt; `literally` puts ``true`` in the place of each pipeline that goes, and deletes nothing."""

    def __init__(self, script: Script, keys: set[Key], status: Status, literally: bool, exits_on_error: bool) -> None:
        self._script = script
        self._keys = keys
        self._status = status
        self._literally = literally
        self._exits_on_error = exits_on_error
        self._splice = Splice(script, keys)

    def replacements(self) -> Replacements:
        """All that has to be replaced. Raises Refused."""
        seen: set[Key] = set()
        waiting = [_List(_divide(self._script.commands), top=True)]
        while waiting:
            current = waiting.pop()
            self._list(current)
            for command in (command for chain in current.chains for pipeline in chain for command in pipeline):
                if key(command) in self._keys:
                    seen.update(key(inside) for inside in walk((command,)))
                else:
                    waiting += _inner_lists(command)
        if not self._keys <= seen:
            raise Refused
        return self._splice.result()

    def _goes(self, pipeline: _Pipeline) -> bool:
        going = [key(command) in self._keys for command in pipeline]
        if any(going) and not all(going):
            raise Refused
        return all(going)

    def _list(self, current: _List) -> None:
        chains = current.chains
        going = [all(self._goes(pipeline) for pipeline in chain) for chain in chains]
        if self._status.jobs_are_read and any(
            goes and chain[0][0].background for goes, chain in zip(going, chains, strict=True)
        ):
            raise Refused
        if all(going):
            self._insert(_span(chains[0], chains[-1]), ":", current.condition)
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
        """Whether it matters that ``set -e`` doesn't look at any but the last pipeline of the chain `index`."""
        if current.top and index == len(current.chains) - 1:
            return self._status.traps
        return self._status.may_exit and not current.condition

    def _chains(self, current: _List, first: int, end: int) -> None:
        """Chains `first` to `end` go as a whole, others stay."""
        chains = current.chains
        if self._literally:
            for chain in chains[first:end]:
                self._insert(_span(chain, chain), "true", current.condition)
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
            self._insert(_span(chains[first], chains[-1]), "true", current.condition)

    def _insert(self, span: Span, text: str, condition: bool = False) -> None:
        if condition:
            raise Refused
        self._splice.replace(span, text)

    def _succeeds(self, current: _List, index: int) -> bool:
        """Whether the status is 0 behind the chain `index` if the shell gets there at all."""
        chain = current.chains[index]
        last = chain[0][0]
        if last.background:
            return True
        if not current.top or len(chain) > 1 or len(chain[0]) > 1 or last.negated:
            return False
        if last.kind not in ("call", "decl", "subshell") or not self._status.surely_exits:
            return False
        return self._exits_on_error or any(
            key(before[0][0]) not in self._keys and len(before[0]) == 1 and errexit(before[0][0])
            for before in current.chains[: index + 1]
            if not before[0][0].background
        )

    def _chain(self, chain: _Chain, exempt: bool) -> None:
        """Some pipelines of a chain go; `exempt` if ``set -e`` must not look at one that isn't the last so far."""
        going = [self._goes(pipeline) for pipeline in chain]
        first = going.index(False)
        if first > 0:
            self._leading(chain, first)
        succeeded = False  # the status is surely 0, because of what goes
        index = first + 1
        while index < len(chain):
            alternative = chain[index][0].operator == "||"
            end = index + 1
            if not going[index]:
                if succeeded and alternative:
                    raise Refused
                succeeded = False
            elif alternative and not succeeded:
                self._splice.replace(_span([chain[index]], [chain[index]]), "true")
                succeeded = True
            else:
                while end < len(chain) and going[end] and (succeeded or chain[end][0].operator == "&&"):
                    end += 1
                self._inner(chain, index, end, exempt and not succeeded)
            index = end

    def _leading(self, chain: _Chain, end: int) -> None:
        """The pipelines before `end` go."""
        if chain[end][0].operator == "||":
            raise Refused
        if self._literally:
            self._replace_each(chain[:end])
        else:
            start = self._splice.resume(chain[end - 1][-1].span.end, chain[end][0].span.start)
            self._splice.replace(Span(chain[0][0].span.start, start))

    def _inner(self, chain: _Chain, first: int, end: int, exempt: bool) -> None:
        """The pipelines `first` to `end` go, which run only where the status is 0 already, or don't run at all."""
        before, last = chain[first - 1][-1].span.end, chain[end - 1][-1].span.end
        start = chain[first][0].span.start
        if self._literally:
            self._replace_each(chain[first:end])
        elif end == len(chain) and exempt:
            self._splice.replace(Span(start, last), "true")
        elif end < len(chain) and chain[first][0].operator == chain[end][0].operator:
            self._splice.replace(Span(start, self._splice.resume(last, chain[end][0].span.start)))
        else:
            self._splice.replace(Span(before, last))

    def _replace_each(self, chain: _Chain) -> None:
        for pipeline in chain:
            self._splice.replace(_span([pipeline], [pipeline]), "true")
