"""What BuildKit refuses in one instruction, whatever the others are (``instructions/parse.go``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from dockerfix.analysis.memo import of_node
from dockerfix.driver.frontend import go, mounts
from dockerfix.driver.frontend.flags import check_flags
from dockerfix.driver.frontend.refusal import Refused, suggest
from dockerfix.syntax.characters import GO_SPACE, go_quote
from dockerfix.syntax.dockerfile.arguments import Text, name_of
from dockerfix.syntax.dockerfile.heredocs import Heredoc, opener
from dockerfix.syntax.dockerfile.instructions import (
    Arg,
    Copy,
    FieldsView,
    Healthcheck,
    ListView,
    Onbuild,
    PairsView,
    PathsView,
    View,
)
from dockerfix.syntax.dockerfile.tree import Instruction
from dockerfix.syntax.words.lexer import WordError
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span


class Refusal(NamedTuple):
    """Why an instruction is refused; `span` is the part of its logical line that is wrong, None for all of it."""

    message: str
    span: Span | None


@of_node
def refusal(instruction: Instruction) -> Refusal | None:
    """Why BuildKit refuses the instruction, None if it takes it; the parser has nothing against it."""
    check = CHECKS.get(instruction.keyword)
    try:
        if check is None:
            name = instruction.node.command.keyword
            raise Refused(f"unknown instruction: `{name}`{suggest(name, _NAMES, ignore_case=True)}")
        check(instruction.view, instruction.keyword)
    except Refused as refused:
        return Refusal(refused.message, refused.span)
    return None


def stage_name(view: View) -> str:
    """The name that FROM gives its stage, in lower case; "" where it gives none. Raises Refused."""
    words = view.words if isinstance(view, FieldsView) else ()
    if len(words) == _WITH_NAME and name_of(words[1].value).replace("\u017f", "s") == "as":
        name = name_of(words[2].value)
        if not _STAGE_NAME.fullmatch(name):
            shown = go_quote(words[2].value)
            message = f"invalid name for build stage: {shown}, name can't start with a number or contain symbols"
            raise Refused(message, words[2].span)
        return name
    if len(words) != 1:
        raise Refused("FROM requires either one or three arguments")
    return ""


_WITH_NAME = 3
_STAGE_NAME = lazy(r"[a-z][a-z0-9_.-]*")


def heredoc_of(word: str) -> Heredoc | None:
    """The heredoc that a word of COPY or ADD opens, None for a path."""
    if "<<" not in word:
        return None
    try:
        return opener(word)
    except WordError:
        return None


def _at_least_one(view: View, keyword: str) -> None:
    if not view.arguments:
        raise Refused(f"{keyword} requires at least one argument")


def _exactly_one(view: View, keyword: str) -> None:
    if not view.arguments:
        raise Refused(f"{keyword} requires exactly one argument")


def _check_pairs(view: View, keyword: str) -> None:
    check_flags(view, keyword)
    if isinstance(view, PairsView):
        if not view.pairs:
            raise Refused(f"{keyword} requires at least one argument")
        _check_names(view, keyword)


def _check_arg(view: View, keyword: str) -> None:
    if isinstance(view, Arg):
        if not view.pairs:
            raise Refused(f"{keyword} requires at least one argument")
        _check_names(view, keyword)


def _check_names(view: PairsView | Arg, keyword: str) -> None:
    for pair in view.pairs:
        if not pair.name.value:
            raise Refused(f"{keyword} names can not be blank", pair.span)


def _check_copy(view: View, keyword: str) -> None:
    words: tuple[Text, ...] = view.words if isinstance(view, Copy) else ()
    if len(words) <= 1:
        message = "requires at least two arguments, but only one was provided. Destination could not be determined"
        raise Refused(f"{keyword} {message}")
    check_flags(view, keyword)
    if heredoc_of(words[-1].value):
        raise Refused(f"{keyword} cannot accept a heredoc as a destination", words[-1].span)


def _check_from(view: View, keyword: str) -> None:
    stage_name(view)
    check_flags(view, keyword)


def _check_run(view: View, keyword: str) -> None:
    check_flags(view, keyword)
    for flag in view.flags if view.command.flags else ():
        value = flag.value or ""
        try:
            if flag.name == "device":
                mounts.check_device(value)
            elif flag.name == "mount":
                mounts.origin_of(value)
        except Refused as refused:
            raise Refused(refused.message, flag.span) from None
    _check_mode(view, "network", ("default", "none", "host"), "invalid network mode {}")
    _check_mode(view, "security", ("insecure", "sandbox"), "security {} is not valid")


def _check_mode(view: View, name: str, values: tuple[str, ...], message: str) -> None:
    flag = view.flag(name) if view.command.flags else None
    if flag and flag.value not in values:
        raise Refused(message.format(go_quote(flag.value or "")), flag.span)


def _check_shell(view: View, keyword: str) -> None:
    check_flags(view, keyword)
    if isinstance(view, ListView):
        if not (view.arguments if view.exec_form is None else view.exec_form):
            raise Refused("SHELL requires at least one argument")
        if view.exec_form is None:
            raise Refused("SHELL requires the arguments to be in JSON form")


def _check_expose(view: View, keyword: str) -> None:
    _at_least_one(view, keyword)
    check_flags(view, keyword)


def _check_volume(view: View, keyword: str) -> None:
    words: tuple[Text, ...] = view.words if isinstance(view, PathsView) else ()
    if not words:
        raise Refused(f"{keyword} requires at least one argument")
    check_flags(view, keyword)
    for word in words:
        if not word.value.strip(GO_SPACE):
            raise Refused("VOLUME specified can not be an empty string", word.span)


def _check_text(view: View, keyword: str) -> None:
    _exactly_one(view, keyword)
    check_flags(view, keyword)


def _check_healthcheck(view: View, keyword: str) -> None:
    if not isinstance(view, Healthcheck):
        return
    if not view.kind:
        raise Refused("HEALTHCHECK requires at least one argument")
    kind = view.kind.upper()
    has_command = bool(view.rest if view.exec_form is None else view.exec_form)
    if kind == "NONE":
        if has_command:
            raise Refused("HEALTHCHECK NONE takes no arguments")
        return
    check_flags(view, keyword)
    if kind != "CMD":
        raise Refused(f"Unknown type {go_quote(kind)} in HEALTHCHECK (try CMD)")
    if not has_command:
        raise Refused("Missing command after HEALTHCHECK CMD")
    for name in ("interval", "timeout", "start-period", "start-interval"):
        _check_interval(view, name)
    retries = view.flag("retries")
    if retries and retries.value:
        try:
            number = go.parse_int(retries.value, 32)
        except ValueError as error:
            raise Refused(str(error), retries.span) from None
        if number < 0:
            raise Refused(f"--retries cannot be negative ({number})", retries.span)


_MILLISECOND = 1_000_000


def _check_interval(view: View, name: str) -> None:
    flag = view.flag(name)
    if not flag or not flag.value:
        return
    try:
        duration = go.parse_duration(flag.value)
    except ValueError as error:
        raise Refused(str(error), flag.span) from None
    if duration != 0 and duration < _MILLISECOND:
        raise Refused(f"Interval {go_quote(name)} cannot be less than 1ms", flag.span)


def _check_onbuild(view: View, keyword: str) -> None:
    _at_least_one(view, keyword)
    check_flags(view, keyword)
    inner = view.inner if isinstance(view, Onbuild) else None
    trigger = inner.command.keyword.upper().strip(GO_SPACE) if inner else ""
    if trigger == "ONBUILD":
        raise Refused("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if trigger in ("MAINTAINER", "FROM"):
        raise Refused(f"{trigger} isn't allowed as an ONBUILD trigger")


CHECKS: Mapping[str, Callable[[View, str], None]] = {
    "ADD": _check_copy,
    "ARG": _check_arg,
    "CMD": check_flags,
    "COPY": _check_copy,
    "ENTRYPOINT": check_flags,
    "ENV": _check_pairs,
    "EXPOSE": _check_expose,
    "FROM": _check_from,
    "HEALTHCHECK": _check_healthcheck,
    "LABEL": _check_pairs,
    "MAINTAINER": _check_text,
    "ONBUILD": _check_onbuild,
    "RUN": _check_run,
    "SHELL": _check_shell,
    "STOPSIGNAL": _exactly_one,
    "USER": _check_text,
    "VOLUME": _check_volume,
    "WORKDIR": _check_text,
}
"""How each instruction of ``command/command.go`` is checked; Refused is raised for what is wrong."""

_NAMES = [name.lower() for name in CHECKS]
