"""ENV instructions for the variables in cog.yaml."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache
from itertools import groupby

from dockerfix.knowledge.written_instructions import joined
from dockerfix.syntax.dockerfile.arguments import Pair
from dockerfix.syntax.dockerfile.instructions import Env
from dockerfix.syntax.dockerfile.tree import Instruction
from dockerfix.syntax.words.lexer import Lexer, WordError
from dockerfix.text.edits import Edit
from dockerfix.text.source import Span


@cache
def _word(escape: str) -> re.Pattern[str]:
    """One word of ENV with its quotes closed."""
    mark = re.escape(escape)
    return re.compile(rf"""(?:[^\s"'{mark}]|{mark}.|"(?:[^"{mark}]|{mark}.)*"|'[^']*')*""")


def quote(value: str, escape: str = "\\") -> str:
    """Return a value as one word of ENV: as it is if that is safe, otherwise in double quotes.

    A value that is one word for Docker already, its own quotes closed, stays as Cog writes it; ``$`` and an escaped
    ``$`` are left to Docker where Docker can read them. `escape` is the escape character of the Dockerfile.
    """
    if _word(escape).fullmatch(value) and _expands(value, escape):
        return value or '""'
    text = _in_quotes(value, escape, "$")
    return text if _expands(text, escape) else _in_quotes(value, escape, f"{escape}$")


def _in_quotes(value: str, escape: str, dollar: str) -> str:
    """Return a value in double quotes, with `dollar` for each ``$`` that is not escaped."""
    escaped = {escape: escape * 2, '"': f'{escape}"', "$": dollar, escape * 2: escape * 4, f"{escape}$": f"{escape}$"}
    mark = re.escape(escape)
    special = re.compile(rf'{mark}[{mark}$]?|["$]')
    return '"' + special.sub(lambda match: escaped[match[0]], value) + '"'


def _expands(text: str, escape: str) -> bool:
    """Whether Docker can expand the variables of a word: a ``${`` without an end fails the build."""
    if "$" not in text:
        return True
    try:
        Lexer(escape).process_word(text, dict.fromkeys(re.findall(r"\w+", text), "set"))
    except WordError:
        return False
    return True


def render(pairs: Iterable[tuple[str, str]], escape: str = "\\") -> str:
    """Return the instruction that sets all pairs, of which there is one at least, each on its line."""
    first, *others = [f"{name}={quote(value, escape)}" for name, value in pairs]
    return joined(f"ENV {first}", *others)


def sets(instruction: Instruction, pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether an ENV sets exactly these names to these values, as Docker reads it."""
    view = instruction.view
    if not isinstance(view, Env) or view.problem:
        return False
    escape = instruction.document.escape
    written = [(pair.name.value, pair.value.value if pair.value else "") for pair in view.pairs]
    return written == list(pairs) and all(value in ("", quote(value, escape)) for _, value in written)


def without(instruction: Instruction, going: Collection[Pair]) -> tuple[Edit, ...]:
    """Return the edits that remove some pairs of an ENV with the blanks before them, after them at its start.

    A name that comes first then and would be a flag, such as ``--mount``, is escaped.
    """
    pairs = instruction.view.pairs if isinstance(instruction.view, Env) else ()
    result: list[Edit] = []
    at = 0
    for goes, found in groupby(pairs, key=lambda pair: pair in going):
        end = at + len(list(found))
        if goes:
            if at:
                place, text = Span(pairs[at - 1].span.end, pairs[end - 1].span.end), ""
            else:
                is_flag = pairs[end].name.value.startswith("--")
                place, text = Span(pairs[0].span.start, pairs[end].span.start), instruction.node.escape * is_flag
            result.append(Edit(instruction.original(place), text))
        at = end
    return tuple(result)
