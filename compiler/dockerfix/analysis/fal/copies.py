"""COPY and ADD of the build context, and forms of them that fal's client reads as BuildKit does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dockerfix.analysis import variables
from dockerfix.analysis.fal.client import client_agrees
from dockerfix.analysis.fal.uploads import Coverage
from dockerfix.syntax.characters import GO_SPACE
from dockerfix.syntax.dockerfile.instructions import Copy
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.syntax.words.lexer import Lexer, WordError
from dockerfix.text.lazy_patterns import lazy

_REMOTE = lazy(r"(?:https?|git|ssh)://|git@|[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:", re.IGNORECASE)
_PLAIN = lazy(r"[A-Za-z0-9_./@%+=:,~^*?{}\[\]-]+")
_SPACE = lazy(f"[{GO_SPACE}]")
_REMOTE_FLAGS = frozenset({"checksum", "keep-git-dir"})


class ContextCopy(NamedTuple):
    """A COPY or ADD that takes files from the build context.

    `words` are its sources except heredocs, expanded, in order; `heredocs` counts the files in the Dockerfile itself.
    `problem` says why the sources are unknown: a word that can't be read, at which the build `fails`, or variables
    that only the build knows.
    """

    instruction: Instruction
    view: Copy
    words: tuple[str, ...]
    heredocs: int
    problem: str | None = None
    fails: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources in the build context."""
        return tuple(word for word in self.words if not self.is_remote(word))

    @property
    def remotes(self) -> tuple[str, ...]:
        """URLs and repositories of an ADD."""
        return tuple(word for word in self.words if self.is_remote(word))

    @property
    def expected(self) -> tuple[str, ...]:
        """The sources as the client should read them: relative to the context."""
        return tuple(source.lstrip("/") for source in self.sources)

    def is_remote(self, word: str) -> bool:
        """Whether a source comes from the network."""
        return self.instruction.keyword == "ADD" and is_remote(word)


def context_copy(instruction: Instruction) -> ContextCopy | None:
    """Return a COPY or ADD as a ContextCopy; None for others, for ``--from``, and for what BuildKit refuses."""
    view = instruction.view
    if not isinstance(view, Copy) or view.problem or view.flag("from") or view.destination is None:
        return None
    if variables.is_heredoc(view, view.words[-1].value):
        return None
    heredocs = sum(variables.is_heredoc(view, word.value) for word in view.sources)
    found = _words(instruction, view)
    if found.problem is not None:
        return ContextCopy(instruction, view, found.words[:-1], heredocs, found.problem, fails=True)
    unset = sorted(name for name in found.unset if any(name in word for word in found.words[:-1] if "$" in word))
    problem = ", ".join(f"`{name}`" for name in unset) + " has no value in this file" if unset else None
    return ContextCopy(instruction, view, found.words[:-1], heredocs, problem)


def _words(instruction: Instruction, view: Copy) -> variables.Resolved:
    written = variables.words_of(view)
    if all(_PLAIN.fullmatch(word) for word in written):
        return variables.Resolved(written, (), frozenset(), None)
    return variables.of(instruction)


def is_remote(source: str) -> bool:
    """Whether ADD downloads this instead of taking it from the build context."""
    return _REMOTE.match(source) is not None


def context_copies(document: Document) -> Iterator[ContextCopy]:
    """Yield every COPY and ADD of the build context, in order."""
    for instruction in document.instructions:
        if instruction.keyword in ("COPY", "ADD"):
            found = context_copy(instruction)
            if found is not None:
                yield found


def client_sees(document: Document, copy: ContextCopy) -> bool:
    """Whether the client finds the sources if it reads only the lines of the instruction."""
    start, end = body(copy.instruction)
    return client_agrees(document.text[start:end], copy.expected)


def body(instruction: Instruction) -> tuple[int, int]:
    """Return the span from an instruction's keyword to before its last line end, without heredocs."""
    end = next(token for token in instruction.node.tokens if token.kind == "END")
    return instruction.body_span.start, instruction.start + end.span.start


def uploaded(document: Document) -> Coverage:
    """Return what the client uploads once COPY and ADD are in its form: all that it can read in some form."""
    result: list[str] = []
    for copy in context_copies(document):
        if copy.problem is None and not copy.heredocs and (client_sees(document, copy) or any(forms(copy))):
            result += copy.expected
    return Coverage(result)


class Form(NamedTuple):
    """A way to write an instruction on one line; `kind` says what differs: flags, lines, words or divided."""

    kind: str
    text: str


def forms(copy: ContextCopy) -> Iterator[Form]:
    """Yield ways to write an instruction that both readers understand, those closest to the source first."""
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
    """Return a COPY from another stage on one line, ``--from`` first; None if the client misreads that too."""
    view = instruction.view
    if not isinstance(view, Copy) or not view.flags or not view.flag("from"):
        return None
    texts = [instruction.text[flag.span.start : flag.span.end] for flag in view.flags]
    texts.sort(key=lambda text: not text.startswith("--from="))
    text = _line(instruction.node.command.keyword, tuple(texts), view.arguments)
    return text if client_agrees(text, ()) else None


def buildkit_agrees(copy: ContextCopy, text: str, sources: tuple[str, ...]) -> bool:
    """Whether BuildKit finds `sources` in `text`, and the destination and flags of the instruction."""
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
    # the client joins the next line to a backslash at the end
    return f"{text} " if text.endswith("\\") else text


def _arguments(copy: ContextCopy, sources: tuple[str, ...]) -> Iterator[str]:
    """Yield the arguments as words, then in the JSON form."""
    destination = copy.view.words[-1].value
    words = [word_for_both(source) for source in sources]
    if not _SPACE.search(destination) and all(word is not None for word in words):
        ends = destination if not destination.endswith("]") else f'"{destination}"'
        yield " ".join([*(word or "" for word in words), ends])
    import json

    elements = json.dumps([*sources, destination], ensure_ascii=False)
    yield re.sub(r"--(?=\w)", r"-\\u002d", elements)


def is_plain(word: str) -> bool:
    """Whether both readers take a path as it is."""
    return _PLAIN.fullmatch(word) is not None and not re.search(r"\A--|--\w", word)


def word_for_both(source: str) -> str | None:
    """Return `source` as a word that BuildKit and the client unquote alike; None if blanks need the JSON form."""
    if not source or _SPACE.search(source):
        return None
    parted = re.sub(r"(?<=-)(?=-)", "''", source)
    if _PLAIN.fullmatch(source):
        return source if is_plain(source) else parted
    if re.fullmatch(r"[\w./'&()!, -]+", source) and parted == source:
        return f'"{source}"'
    pieces = [piece.replace("--", "-''-") for piece in source.split("'")]
    return '"\'"'.join(f"'{piece}'" if piece else "" for piece in pieces)


def _divided(copy: ContextCopy) -> Iterator[Form]:
    """Yield an ADD of URLs and files divided in order, as the client skips an ADD with a URL, files included."""
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
    """Group neighbouring sources by whether they are remote."""
    result: list[tuple[bool, tuple[str, ...]]] = []
    for source in copy.words:
        remote = copy.is_remote(source)
        if result and result[-1][0] is remote:
            result[-1] = (remote, (*result[-1][1], source))
        else:
            result.append((remote, (source,)))
    return result
