"""Judges of our parser: BuildKit's tree as recorded in the conformance data, and as PyPI `dockerfile` gives it today.

Both are brought into one shape, `Line`, as is our own tree. PyPI `dockerfile` 3.4.0 wraps the parser of BuildKit
v0.12.5, so it is older than the one we follow (`moby/buildkit@73ed6825c4b7`); `as_of_v0_12_5` makes our parser read as
that version did, by the differences listed there and no others.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import dockerfile

from dockerfix.syntax.dockerfile import arguments, heredocs, parser, scanner
from dockerfix.syntax.dockerfile.instructions import (
    Arg,
    FieldsView,
    Healthcheck,
    ListView,
    Onbuild,
    PairsView,
    PathsView,
    View,
)
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.syntax.words import lexer
from dockerfix.text.source import encode


class HeredocLine(NamedTuple):
    """A heredoc as BuildKit lists it; `expand` and `chomp` are None from a judge that does not tell them."""

    name: str
    fd: int
    expand: bool | None
    chomp: bool | None
    content: str


class Line(NamedTuple):
    """An instruction as BuildKit lists it; an argument of ONBUILD is a Line itself."""

    keyword: str
    arguments: tuple[Any, ...]
    flags: tuple[str, ...]
    json: bool
    start: int
    end: int
    heredocs: tuple[HeredocLine, ...]


class Refusal(NamedTuple):
    """The judge does not take the file, and says why."""

    message: str


class Unprintable(NamedTuple):
    """The judge read a text with undecodable bytes and can't hand it to Python; `text` are those bytes."""

    text: bytes


# ---- ours


def lines(document: Document) -> list[Line]:
    """Our tree in the shape of BuildKit's."""
    return [_line(document, instruction) for instruction in document.instructions]


def _line(document: Document, instruction: Instruction) -> Line:
    node = instruction.node
    start = document.source.position(instruction.body_span.start).line
    end = document.source.position(max(instruction.start, instruction.span.end - 1)).line
    heredocs = tuple(
        HeredocLine(
            readable(body.opener.name),
            body.opener.fd,
            body.opener.expand,
            body.opener.chomp,
            readable(node.text[body.content.start : body.content.end]),
        )
        for body in node.heredocs
    )
    return _of_view(instruction.view)._replace(start=start, end=end, heredocs=heredocs)


def _of_view(view: View) -> Line:
    keyword = view.command.keyword
    flags = tuple(readable(flag.value) for flag in view.command.flags)
    is_json = getattr(view, "exec_form", None) is not None
    given = tuple(readable(item) if isinstance(item, str) else item for item in _arguments(view))
    return Line(readable(keyword.upper()), given, flags, is_json, 0, 0, ())


def _arguments(view: View) -> list[Any]:  # noqa: PLR0911 - one return a kind of view
    text = view.arguments
    if isinstance(view, PairsView):
        return [part for pair in view.pairs for part in (pair.name.value, pair.value.value, pair.separator)]
    if isinstance(view, Arg):
        return [pair.name.value + (f"={pair.value.value}" if pair.value else "") for pair in view.pairs]
    if isinstance(view, Healthcheck):
        return _healthcheck(view)
    if isinstance(view, Onbuild):
        return [_of_view(view.inner)] if view.inner else []
    if isinstance(view, (PathsView, FieldsView)):
        return [word.value for word in view.words]
    if isinstance(view, ListView) and view.exec_form is not None:
        return [element.value for element in view.exec_form]
    if type(view) is View:
        return [""]  # BuildKit drops what stands behind an unknown name
    return [text] if text else []


def _healthcheck(view: Healthcheck) -> list[str]:
    if not view.kind:
        return []
    if view.exec_form is not None:
        return [view.kind, *(element.value for element in view.exec_form)]
    return [view.kind, view.rest] if view.rest else [view.kind]


def readable(text: str) -> str:
    """Undecodable bytes as a program prints them that can only print UTF-8."""
    return encode(text).decode("utf-8", "replace")


# ---- the recorded trees


def recorded(ast: list[dict[str, Any]]) -> list[Line]:
    """A tree of the conformance data."""
    return [_recorded(node) for node in ast]


def _recorded(node: dict[str, Any]) -> Line:
    return Line(
        node["cmd"],
        tuple(_recorded(item) if isinstance(item, dict) else item for item in node.get("args", ())),
        tuple(node.get("flags", ())),
        node.get("json", False),
        node.get("start", 0),
        node.get("end", 0),
        tuple(HeredocLine(**heredoc) for heredoc in node.get("heredocs", ())),
    )


# ---- PyPI dockerfile: what comes from its age


_ENV_PARTS_THEN = 2  # name and value; the separator came later
_OPENER_THEN = re.compile(r"([0-9]*)<<(-?)")
_NO_BLANKS_THEN = re.compile("")
_DIRECTIVES_THEN = frozenset({"syntax", "escape"})
_DIRECTIVE_THEN = re.compile(r"#[\t\n\f\r ]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=")


def _array_at_head(text: str) -> str:
    """The JSON value at the head of `text`, or `text` itself: what stood behind an array was ignored then."""
    if not text.startswith("["):
        return text
    try:
        _value, end = json.JSONDecoder(parse_constant=_refuse_constant).raw_decode(text)
    except (ValueError, RecursionError):
        return text
    return text[:end]


def _refuse_constant(constant: str) -> None:
    raise ValueError(constant)


class _ReaderThen(lexer.Reader):
    """The word lexer as it was: no patterns in ``${}``, other modifiers unchecked, and what is before one kept."""

    __slots__ = ()

    def _open(self, stop: str, raw: bool, name: str = "", operator: str = "", pattern: Any = "") -> None:
        if stop == "/":
            raise self._unsupported(operator)
        word = list(self._word) if hasattr(self, "_word") else []
        super()._open(stop, raw, name, operator, pattern)
        self._word[:] = word

    def _modifier(self, name: str, operator: str) -> None:
        if operator in "#%":
            raise self._unsupported(operator)
        if operator == ":":
            operator += self._take()
        self._open("}", self._lexer.raw_escapes, name, operator)

    def _close(self) -> None:
        if self._frames[-1].stop == "}":
            self._give(self._substitute(self._frames.pop()))
        else:
            super()._close()


@contextmanager
def as_of_v0_12_5() -> Iterator[None]:
    """Our parser reads as BuildKit v0.12.5 did, for as long as this lasts.

    Six things changed in the parser since: `check` became a directive; white space beyond ASCII may be before the name
    of a directive; white space may be after ``<<``; text after a JSON array makes it the shell form, where it was
    ignored; the escape directive applies to flags; and the lexer that looks for heredocs learnt modifiers with
    patterns, and began to drop what is before any modifier in its word, and escape tokens behind it. (A seventh, the
    separator that ENV and LABEL list after each value, is left out by `flattened`.)
    """
    json_form, is_json_form, scan_flag = arguments.json_form, arguments.is_json_form, arguments._scan_flag
    with (
        mock.patch.object(scanner, "DIRECTIVES", _DIRECTIVES_THEN),
        mock.patch.object(scanner, "_DIRECTIVE", _DIRECTIVE_THEN),
        mock.patch.object(scanner, "is_json_form", lambda text: is_json_form(_array_at_head(text))),
        mock.patch.object(arguments, "json_form", lambda text: json_form(_array_at_head(text))),
        mock.patch.object(arguments, "_scan_flag", lambda text, at, _escape: scan_flag(text, at, "\\")),
        mock.patch.object(heredocs, "_OPENER", _OPENER_THEN),
        mock.patch.object(lexer, "_BLANKS", _NO_BLANKS_THEN),
        mock.patch.object(lexer, "Reader", _ReaderThen),
    ):
        parser.forget()
        try:
            yield
        finally:
            parser.forget()


def flattened(line: Line) -> Line:
    """`line` as PyPI `dockerfile` lists it: no separators, of ONBUILD neither inner flags nor heredocs, C strings."""
    heredocs = tuple(heredoc._replace(expand=None, chomp=None) for heredoc in line.heredocs)
    inner = line.arguments[0] if line.keyword == "ONBUILD" and line.arguments else None
    if not isinstance(inner, Line):
        return line._replace(arguments=_without_separators(line), heredocs=heredocs)
    given = tuple("" if isinstance(item, Line) else item for item in _without_separators(inner))
    return line._replace(arguments=(inner._replace(arguments=given, flags=()),), heredocs=())


def _without_separators(line: Line) -> tuple[Any, ...]:
    is_pairs = line.keyword in ("ENV", "LABEL")
    kept = [item for number, item in enumerate(line.arguments) if not is_pairs or number % 3 < _ENV_PARTS_THEN]
    return tuple(item.partition("\0")[0] if isinstance(item, str) else item for item in kept)


def printed(document: Document) -> set[bytes]:
    """Every text of the tree that the judge hands to Python, as bytes."""
    found: set[str] = {problem.message for problem in document.problems[:1]}
    for instruction in document.instructions:
        text, bodies = instruction.node.text, instruction.node.heredocs
        contents = [text[body.content.start : body.content.end] for body in bodies]
        names = [f"{content}{body.opener.name}\n" for content, body in zip(contents, bodies, strict=True)]
        found |= {instruction.text, f"{instruction.text}\n{''.join(names)}", *contents}
        found |= {body.opener.name for body in bodies}
        view: View | None = instruction.view
        found |= {flag.value for flag in instruction.view.command.flags}
        for _ in range(2):
            if view is not None:
                found |= {view.command.keyword, *(item for item in _arguments(view) if isinstance(item, str))}
            view = view.inner if isinstance(view, Onbuild) else None
    return {encode(text) for text in found}


# ---- PyPI dockerfile


def judge(data: bytes) -> list[Line] | Refusal | Unprintable:
    """What PyPI `dockerfile` makes of a file."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        try:
            commands = dockerfile.parse_file(file.name)
        except dockerfile.GoParseError as error:
            return Refusal(str(error))
        except UnicodeDecodeError as error:
            return Unprintable(error.object)
    return [_judged(command) for command in commands]


def _judged(command: dockerfile.Command) -> Line:
    heredocs = tuple(
        # the judge gives BuildKit's unsigned number as a signed one
        HeredocLine(heredoc.name, heredoc.file_descriptor % (1 << 64), None, None, heredoc.content)
        for heredoc in command.heredocs
    )
    given: tuple[Any, ...] = command.value
    is_json = command.json
    if command.sub_cmd is not None:
        given = (Line(command.sub_cmd.upper(), given, (), is_json, 0, 0, ()),)
        is_json = False
    return Line(
        (command.cmd or "").upper(), given, command.flags, is_json, command.start_line, command.end_line, heredocs
    )


def _without_escapes(message: str) -> str:
    """A message without what newer releases of BuildKit leave out of a word that they could not expand."""
    return message.replace("\\", "")


def _is_same(message: str, problem: str | None) -> bool:
    """Whether we refuse a file for the `problem` for which the judge gives a `message`."""
    if problem is None:
        return False
    if not message and readable(problem) != problem:
        return True  # on older Pythons a message with undecodable bytes comes out empty
    if problem == "unterminated heredoc" and "arrays must be comprised of strings only" in message:
        return True  # `COPY [1] <<a` was an array of a number, and ended there; now its heredoc counts
    return _without_escapes(problem) == _without_escapes(message)


def difference(data: bytes) -> str | None:
    """What the judge sees otherwise than we do, or None; read as BuildKit of the judge's age read."""
    with as_of_v0_12_5():
        document = parser.parse(data)
        judged = judge(data)
        problem = document.problems[0].message if document.problems else None
        if isinstance(judged, Unprintable):
            # Python can't be given what the judge read; one text of it is in the exception
            return None if judged.text in printed(document) else f"{judged.text!r} is not in our tree"
        if isinstance(judged, Refusal):
            return None if _is_same(judged.message, problem) else f"judge: {judged.message}; ours: {problem}"
        if problem is not None:
            return f"we refuse it: {problem}"
        ours = [flattened(line) for line in lines(document)]
        if ours == judged:
            return None
        return next((f"{a}\n{b}" for a, b in zip(ours, judged, strict=False) if a != b), f"{len(ours)}, {len(judged)}")
