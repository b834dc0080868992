"""Word expansion and splitting, as BuildKit does it.

What ``Lex`` does in ``moby/buildkit@73ed6825c4b7:frontend/dockerfile/shell/lex.go``: quotes, escapes and variables of a
Dockerfile word, with the modifiers ``:- - :+ + :? ? # ## % %% / //``. Kept on purpose, because files depend on it: a
byte that is not UTF-8 counts as U+FFFD, a U+FEFF at the very beginning is dropped, white space after ``<<`` belongs to
the word, and where words are split, a modifier's word makes the lexer forget what it had of the current word
(``a${X:-b}`` is the one word ``b`` for `Lexer.process_words`, but ``ab`` for `Lexer.process_word`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dockerfix.syntax.words.reader import Reader
from dockerfix.syntax.words.text import Budget, Settings, WordError, go_quote, plain_run

__all__ = ["Budget", "Lexer", "WordError", "WordResult", "go_quote"]


class WordResult(NamedTuple):
    """What became of a word: its text, the same split at white space, and the variables it named.

    `matched` are the names that were set, `unmatched` those that were not.
    """

    text: str
    words: tuple[str, ...]
    matched: frozenset[str]
    unmatched: frozenset[str]


class Lexer:
    """Expands words with the same settings.

    `escape` is the escape token (``\\`` or a back-tick). `raw_quotes` and `raw_escapes` keep quotes and escape tokens
    in the result, `skip_unset_env` leaves references to unset variables as they stand, `skip_process_quotes` takes
    quotes for ordinary characters. `budget` bounds how much text all calls that share it may make; without one each
    call has its own (see `Budget`).
    """

    __slots__ = ("budget", "settings")

    def __init__(
        self,
        escape: str = "\\",
        *,
        raw_quotes: bool = False,
        raw_escapes: bool = False,
        skip_unset_env: bool = False,
        skip_process_quotes: bool = False,
        budget: Budget | None = None,
    ) -> None:
        self.settings = Settings(escape, raw_quotes, raw_escapes, skip_unset_env, skip_process_quotes)
        self.budget = budget

    def process(self, text: str, env: Mapping[str, str]) -> WordResult:
        """Expand `text` with the variables `env`; raises `WordError` where BuildKit gives an error."""
        reader = Reader(self.settings, Budget() if self.budget is None else self.budget, text, env)
        reader.read()
        return WordResult(
            reader.text_read(), tuple(reader.words), frozenset(reader.matched), frozenset(reader.unmatched)
        )

    def process_word(self, text: str, env: Mapping[str, str]) -> str:
        """`text` expanded, its white space kept; raises `WordError`."""
        settings = self.settings
        if text.isascii() and plain_run("", settings.escape, settings.skip_process_quotes).fullmatch(text):
            return text
        return self.process(text, env).text

    def process_words(self, text: str, env: Mapping[str, str]) -> list[str]:
        """`text` expanded and split at white space that no quote or escape protects; raises `WordError`."""
        return list(self.process(text, env).words)
