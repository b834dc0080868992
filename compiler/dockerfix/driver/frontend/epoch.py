"""SOURCE_DATE_EPOCH before the first FROM: a number, ``context``, or a stage that only adds a remote file."""

from __future__ import annotations

from dockerfix.driver.frontend import go
from dockerfix.driver.frontend.git import git_source
from dockerfix.driver.frontend.instructions import heredoc_of, stage_name
from dockerfix.driver.frontend.names import check_digest
from dockerfix.driver.frontend.refusal import Refused
from dockerfix.driver.frontend.state import SCRATCH
from dockerfix.syntax.dockerfile.instructions import Arg, Copy, From
from dockerfix.syntax.dockerfile.tree import Document, Stage
from dockerfix.syntax.words.scopes import GlobalScope

_NAME = "SOURCE_DATE_EPOCH"
_ONE_ADD = "SOURCE_DATE_EPOCH stage must contain exactly one remote ADD"


def check_epoch(document: Document, scope: GlobalScope) -> None:
    """Raise Refused for a value that BuildKit does not take (``dockerfile2llb/epoch.go``).

    Where the value is not a number, BuildKit takes the variable away from what follows.
    """
    value = scope.variables.get(_NAME)
    if not value:
        return
    try:
        go.parse_int(value)
        return
    except ValueError:
        del scope.variables[_NAME]
    if value == "context":
        return
    for stage in document.stages:
        if (stage.name or "") == value.lower():
            _check_stage(stage, scope)
            return
    raise Refused(f"invalid {_NAME}: {value}")


def _check_stage(stage: Stage, scope: GlobalScope) -> None:
    view = stage.base.view
    stage_name(view)
    if not isinstance(view, From) or scope.expand(view.words[0].value).text != SCRATCH:
        raise Refused(f"{_NAME} stage must use FROM scratch")
    variables = dict(scope.variables)
    added = False
    for instruction in stage.instructions:
        inner = instruction.view
        if isinstance(inner, Arg):
            for pair in inner.pairs:
                if pair.value:
                    variables[pair.name.value] = scope.lexer.process_word(pair.value.value, variables)
        elif instruction.keyword == "ADD" and isinstance(inner, Copy):
            if added:
                raise Refused(_ONE_ADD)
            added = True
            _check_add(inner, scope, variables)
        else:
            message = "stage does not meet source-only requirements: unsupported"
            raise Refused(f"{_NAME} {message} {instruction.node.command.keyword} instruction")
    if not added:
        raise Refused(_ONE_ADD)


def _check_add(view: Copy, scope: GlobalScope, variables: dict[str, str]) -> None:
    sources = [word.value for word in view.sources]
    if len(sources) != 1 or heredoc_of(sources[0]):
        raise Refused(f"{_ONE_ADD} source")
    source = scope.lexer.process_word(sources[0], variables)
    flag = view.flag("checksum")
    checksum = scope.lexer.process_word(flag.value, variables) if flag and flag.value else ""
    try:
        git = git_source(source)
        if git is None and source.startswith(("http://", "https://")):
            if checksum:
                check_digest(checksum)
            return
    except ValueError as error:
        raise Refused(str(error)) from None
    if git is None or git.is_local:
        raise Refused(f"{_NAME} stage source must be a single HTTP(S) or Git ADD")
