"""The words of a document with variables expanded, by the rules of ``syntax/words/scopes``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dockerfix.analysis.memo import of_document
from dockerfix.syntax.dockerfile.heredocs import opener
from dockerfix.syntax.dockerfile.instructions import (
    Arg,
    Copy,
    FieldsView,
    From,
    Onbuild,
    PairsView,
    PathsView,
    Run,
    TextView,
    View,
)
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.syntax.words.lexer import WordError
from dockerfix.syntax.words.scopes import GlobalScope, Item, resolve
from dockerfix.text.lazy_patterns import lazy

_REFERENCE = lazy(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")

MOUNT_WORDS = ("source", "src", "target", "dst", "destination", "from")
"""The options of a mount that name something; RUN expands their values (`syntax/words/scopes.py`, EXPANDED_FLAGS)."""


class Resolved(NamedTuple):
    """The words of one instruction expanded, in the order of `words_of`.

    `unset` are the variables that nothing in the file sets; where the base image may set them, the words keep
    them as written, otherwise they are empty. `problem` is BuildKit's objection; the words are then as written.
    """

    words: tuple[str, ...]
    pairs: tuple[tuple[str, str | None], ...]
    unset: frozenset[str]
    problem: str | None


def words_of(view: View) -> tuple[str, ...]:
    """Return the words of an instruction that may contain variables, as written.

    FROM: the image, then the platform; COPY and ADD: sources but heredocs, then the destination; RUN: the values of
    MOUNT_WORDS of all mounts.
    """
    if isinstance(view, From):
        image = (view.words[0].value,) if view.words else ()
        return (*image, view.platform) if view.platform else image
    if isinstance(view, Copy):
        return tuple(word.value for word in view.words if not is_heredoc(view, word.value))
    if isinstance(view, FieldsView | PathsView):
        return tuple(word.value for word in view.words)
    if isinstance(view, TextView):
        return (view.value.value,)
    if isinstance(view, Run):
        return tuple(value for mount in view.mounts for name, value in mount.options if value and name in MOUNT_WORDS)
    return ()


def is_heredoc(view: View, word: str) -> bool:
    """Whether a word of COPY or ADD is a heredoc, not a path."""
    if "<<" not in word or not view.heredocs:
        return False
    try:
        return opener(word) is not None
    except WordError:
        return False


@of_document
def _resolved(document: Document) -> dict[int, Resolved]:
    items = [_item(instruction.keyword, instruction.view) for instruction in document.instructions]
    found = resolve(items, GlobalScope(document.escape))
    return {
        index: Resolved(each.words, each.pairs, each.unmatched, str(each.problem) if each.problem else None)
        for index, each in enumerate(found)
    }


def of(instruction: Instruction) -> Resolved:
    """Return the words of one instruction expanded."""
    return _resolved(instruction.document)[instruction.index]


def _item(keyword: str, view: View) -> Item:
    pairs: tuple[tuple[str, str | None], ...] = ()
    if isinstance(view, PairsView | Arg):
        pairs = tuple((pair.name.value, pair.value.value if pair.value else None) for pair in view.pairs)
    stage = view.stage_name.value if isinstance(view, From) and view.stage_name else None
    inner = None
    if isinstance(view, Onbuild) and view.inner is not None:
        inner = _item(view.inner.command.keyword.upper(), view.inner)
    # the words of a RUN are those of its mounts, which are expanded as those of a COPY are
    return Item("COPY" if isinstance(view, Run) else keyword, words_of(view), pairs, stage, inner)


def names_in(words: Iterable[str]) -> tuple[str, ...]:
    """Return the variables that words refer to, in order, each once."""
    return tuple(dict.fromkeys(name for word in words for name in _REFERENCE.findall(word)))
