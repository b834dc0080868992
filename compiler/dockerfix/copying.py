"""COPY and ADD as fal's client reads them, and how to write one so that it reads what BuildKit reads.

The client uploads only what it finds in the text of the Dockerfile with patterns of its own
(`fal-ai/fal:projects/fal/src/fal/container.py`, DockerfileParser). `client_readings` does the same, so that nothing has
to list what the client misreads: an instruction is well if both readers take the same sources from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dockerfix import variables
from dockerfix.syntax.characters import GO_SPACE
from dockerfix.syntax.instructions import Copy
from dockerfix.syntax.logical import Logical
from dockerfix.syntax.parser import parse
from dockerfix.syntax.tree import Document, Instruction
from dockerfix.syntax.words import Lexer, WordError

_JOINT = re.compile(r"\\\n\s*")
_START = re.compile(r"^(copy|add)\s+", re.MULTILINE | re.IGNORECASE)
_CLIENT_FLAG = re.compile(r'--\w+(?:=[^\s\]]+|="[^"]*")?')
_REMOTE = re.compile(r"(?:https?|git|ssh)://|git@|[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z0-9_./@%+=:,~^*?{}\[\]-]+")
_SPACE = re.compile(f"[{GO_SPACE}]")
_REMOTE_FLAGS = frozenset({"checksum", "keep-git-dir"})


class Reading(NamedTuple):
    """What the client takes for a COPY or ADD: where it begins, and the sources it would upload.

    `sources` is empty for what it passes over; `given_up` says that it couldn't divide the arguments and warned.
    """

    offset: int
    sources: tuple[str, ...]
    given_up: bool = False


def client_readings(text: str) -> tuple[Reading, ...]:
    """All that the client takes for COPY and ADD in a Dockerfile, in order."""
    joined = _joined(text)
    result: list[Reading] = []
    at = 0
    while match := _START.search(joined.text, at):
        end = joined.text.find("\n", match.end())
        end = len(joined.text) if end < 0 else end
        rest = joined.text[match.end() : end]
        if len(rest) > 1:
            rest = rest.removesuffix("\\")
        sources = _client_sources(match[1].upper(), rest.strip())
        start = match.start()
        origin = joined.origins[_piece(joined, start)] + start - joined.starts[_piece(joined, start)]
        result.append(Reading(origin, sources or (), sources is None))
        at = max(end, match.end())
    return tuple(result)


def _joined(text: str) -> Logical:
    """The text as the client joins it: a backslash at the very end of a line takes all white space that follows."""
    parts: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    length = at = 0
    for joint in _JOINT.finditer(text):
        for piece, origin in ((text[at : joint.start()], at), (" ", joint.start())):
            parts.append(piece)
            starts.append(length)
            origins.append(origin)
            length += len(piece)
        at = joint.end()
    return Logical("".join([*parts, text[at:]]), (*starts, length), (*origins, at))


def _piece(joined: Logical, offset: int) -> int:
    from bisect import bisect_right

    return bisect_right(joined.starts, offset) - 1


def _client_sources(keyword: str, rest: str) -> tuple[str, ...] | None:
    """The sources of one instruction, or None where the client gives up."""
    if keyword == "COPY" and rest[:7].lower() == "--from=":
        return ()
    if keyword == "ADD" and re.search(r"https?://", rest, re.IGNORECASE):
        return ()
    rest = _CLIENT_FLAG.sub("", rest).strip()
    if not rest:
        return ()
    words = _client_words(rest)
    if words is None or not all(isinstance(word, str) for word in words):
        return None
    return tuple(word.lstrip("/") for word in words[:-1])


def _client_words(rest: str) -> list[str] | None:
    try:
        if rest.endswith("]"):
            import json

            words = json.loads(rest)
            return words if isinstance(words, list) else None
        import shlex

        return shlex.split(rest)
    except (ValueError, RecursionError):
        return None


class ContextCopy(NamedTuple):
    """A COPY or ADD that takes files from the build context.

    `sources` are those of the context, expanded; `remotes` URLs and repositories of an ADD; `heredocs` how many files
    stand in the Dockerfile itself. `is_known` is False where a variable stands in a source that only the build knows.
    """

    instruction: Instruction
    view: Copy
    sources: tuple[str, ...]
    remotes: tuple[str, ...]
    heredocs: int
    is_known: bool

    @property
    def expected(self) -> tuple[str, ...]:
        """The sources as the client ought to read them: relative to the context."""
        return tuple(source.lstrip("/") for source in self.sources)


def context_copy(instruction: Instruction) -> ContextCopy | None:
    """The reading of a COPY or ADD; None for other instructions, for ``--from``, and for what BuildKit refuses."""
    view = instruction.view
    if not isinstance(view, Copy) or view.problem or view.flag("from") or view.destination is None:
        return None
    if variables.is_heredoc(view, view.words[-1].value):
        return None
    heredocs = sum(variables.is_heredoc(view, word.value) for word in view.sources)
    found = _words(instruction, view)
    sources = found.words[:-1]
    is_add = instruction.keyword == "ADD"
    remotes = tuple(source for source in sources if is_add and is_remote(source))
    local = tuple(source for source in sources if not (is_add and is_remote(source)))
    is_known = found.problem is None and not (found.unset and any("$" in source for source in sources))
    return ContextCopy(instruction, view, local, remotes, heredocs, is_known)


def _words(instruction: Instruction, view: Copy) -> variables.Resolved:
    written = variables.words_of(view)
    if all(_PLAIN.fullmatch(word) for word in written):
        return variables.Resolved(written, (), frozenset(), None)
    return variables.of(instruction)


def is_remote(source: str) -> bool:
    """Whether ADD takes this from the network and not from the build context."""
    return _REMOTE.match(source) is not None


def context_copies(document: Document) -> Iterator[ContextCopy]:
    """Every COPY and ADD of the build context, in order."""
    for instruction in document.instructions:
        if instruction.keyword in ("COPY", "ADD"):
            found = context_copy(instruction)
            if found is not None:
                yield found


class Form(NamedTuple):
    """A way to write an instruction, on one line; `kind` says what is different: flags, lines, words or divided."""

    kind: str
    text: str


def forms(copy: ContextCopy) -> Iterator[Form]:
    """Ways to write an instruction that both readers understand, those nearest to what is written first."""
    if copy.remotes and copy.sources:
        yield from _divided(copy)
        return
    flags = _flags(copy)
    keyword = copy.instruction.node.command.keyword
    arguments = copy.view.arguments if copy.view.is_json else " ".join(word.value for word in copy.view.words)
    written = Form("lines", _line(keyword, flags, arguments))
    if client_agrees(written.text, copy.expected) and not arguments.startswith("--"):
        yield written
    for arguments in _arguments(copy, copy.sources):
        text = _line(keyword, flags, arguments)
        if client_agrees(text, copy.expected) and buildkit_agrees(copy, text, copy.sources):
            yield Form("words", text)


def from_first(instruction: Instruction) -> str | None:
    """A COPY of another stage on one line with ``--from`` in front, where the client would else read on; else None."""
    view = instruction.view
    if not isinstance(view, Copy) or not view.flags or not view.flag("from"):
        return None
    texts = [instruction.text[flag.span.start : flag.span.end] for flag in view.flags]
    texts.sort(key=lambda text: not text.startswith("--from="))
    text = _line(instruction.node.command.keyword, tuple(texts), view.arguments)
    return text if client_agrees(text, ()) else None


def client_agrees(text: str, expected: tuple[str, ...]) -> bool:
    """Whether the client takes `expected` from an instruction, and nothing else from its lines."""
    readings = client_readings(text)
    return len(readings) == 1 and readings[0] == Reading(0, expected)


def buildkit_agrees(copy: ContextCopy, text: str, sources: tuple[str, ...]) -> bool:
    """Whether BuildKit takes `sources` and the same destination and flags from `text` as from the instruction."""
    escape = copy.instruction.document.escape
    head = f"# escape={escape}\nFROM scratch\n"
    document = parse(head + text)
    if len(document.instructions) != 2 or document.problems:
        return False
    view = document.instructions[1].view
    if not isinstance(view, Copy) or len(view.words) != len(sources) + 1:
        return False
    lexer = Lexer(escape)
    try:
        found = tuple(lexer.process_word(word.value, {}) for word in view.sources)
        target = Lexer(escape, skip_unset_env=True)
        ends = [target.process_word(each.value, {}) for each in (view.words[-1], copy.view.words[-1])]
    except WordError:
        return False
    return found == sources and ends[0] == ends[1]


def _flags(copy: ContextCopy, *, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
    text = copy.instruction.text
    return tuple(text[flag.span.start : flag.span.end] for flag in copy.view.flags if flag.name not in without)


def _line(keyword: str, flags: tuple[str, ...], arguments: str) -> str:
    text = " ".join([keyword, *flags, arguments])
    # behind a backslash at its end the client would join the next line
    return f"{text} " if text.endswith("\\") else text


def _arguments(copy: ContextCopy, sources: tuple[str, ...]) -> Iterator[str]:
    """The arguments as words, then in the JSON form."""
    destination = copy.view.words[-1].value
    words = [word_for_both(source) for source in sources]
    if not _SPACE.search(destination) and all(word is not None for word in words):
        ends = destination if not destination.endswith("]") else f'"{destination}"'
        yield " ".join([*(word or "" for word in words), ends])
    import json

    elements = json.dumps([*sources, destination], ensure_ascii=False)
    yield re.sub(r"--(?=\w)", r"-\\u002d", elements)


def is_plain(word: str) -> bool:
    """Whether a path means itself to both readers as it is."""
    return _PLAIN.fullmatch(word) is not None and not re.search(r"\A--|--\w", word)


def word_for_both(source: str) -> str | None:
    """`source` as a word that BuildKit and the client unquote alike, or None where white space needs the JSON form."""
    if not source or _SPACE.search(source):
        return None
    if is_plain(source):
        return source
    pieces = [piece.replace("--", "-''-") for piece in source.split("'")]
    return '"\'"'.join(f"'{piece}'" if piece else "" for piece in pieces)


def _divided(copy: ContextCopy) -> Iterator[Form]:
    """An ADD of URLs and files as several, in order: the client passes over an ADD with a URL, files and all."""
    lines: list[str] = []
    keyword = copy.instruction.node.command.keyword
    for remote, group in _groups(copy):
        flags = _flags(copy, without=frozenset() if remote else _REMOTE_FLAGS)
        expected = () if remote else tuple(source.lstrip("/") for source in group)
        texts = [_line(keyword, flags, arguments) for arguments in _arguments(copy, group)]
        fitting = [text for text in texts if client_agrees(text, expected) and buildkit_agrees(copy, text, group)]
        if not fitting:
            return
        lines.append(fitting[0])
    yield Form("divided", "\n".join(lines))


def _groups(copy: ContextCopy) -> list[tuple[bool, tuple[str, ...]]]:
    """Sources that follow each other, by whether they are remote."""
    result: list[tuple[bool, tuple[str, ...]]] = []
    for source in _words(copy.instruction, copy.view).words[:-1]:
        remote = is_remote(source)
        if result and result[-1][0] is remote:
            result[-1] = (remote, (*result[-1][1], source))
        else:
            result.append((remote, (source,)))
    return result
