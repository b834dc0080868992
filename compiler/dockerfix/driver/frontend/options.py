"""The options of the ``check`` directive (``linter/linter.go``, ParseLintOptions)."""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.driver.frontend import go
from dockerfix.driver.frontend.refusal import Refused
from dockerfix.syntax.characters import GO_SPACE, go_quote
from dockerfix.syntax.dockerfile.scanner import BOM, DIRECTIVES
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.lazy_patterns import lazy

_MOST_PARTS = 3
_DIRECTIVE = lazy(rf"#[{GO_SPACE}]*([a-zA-Z][a-zA-Z0-9]*)[\t\f\r ]*=[\t\f\r ]*(.+?)[\t\f\r ]*")


class LintOptions(NamedTuple):
    """Which rules are left out, which experimental ones are asked, and whether what is found stops the build."""

    skip: frozenset[str] = frozenset()
    skip_all: bool = False
    error: bool = False
    experimental: frozenset[str] = frozenset()
    experimental_all: bool = False

    def runs(self, rule: str) -> bool:
        """Whether a rule that is not experimental is asked."""
        return not self.skip_all and rule not in self.skip

    def merged(self, other: LintOptions) -> LintOptions:
        """These options with those of a comment above an instruction."""
        return LintOptions(
            self.skip | other.skip,
            self.skip_all or other.skip_all,
            self.error,
            self.experimental | other.experimental,
            self.experimental_all or other.experimental_all,
        )


def options_in(comment: str) -> LintOptions | None:
    """The options of a comment ``check=…`` above an instruction, None for another or an unusable one."""
    found = _DIRECTIVE.fullmatch(f"#{comment}")
    if not found or found[1].lower() != "check":
        return None
    try:
        return _read(found[2].partition(" ")[0].strip(GO_SPACE))
    except Refused:
        return LintOptions()


def lint_options(document: Document) -> LintOptions:
    """The options of the ``check`` directive; raises Refused for one that does not exist.

    BuildKit looks for it on its own (``parser.ParseDirective``): behind a first line ``#!…``, and only in lines that
    begin with ``#``. Of the value it reads the part before the first blank.
    """
    text = document.text.removeprefix(BOM)
    if not text.startswith("#"):
        return LintOptions()
    seen: set[str] = set()
    for line in text.partition("\n")[2].split("\n") if text.startswith("#!") else text.split("\n"):
        found = _DIRECTIVE.fullmatch(line)
        name = found[1].lower() if found else ""
        if found is None or name not in DIRECTIVES or name in seen:
            break
        if name == "check":
            return _read(found[2].partition(" ")[0].strip(GO_SPACE))
        seen.add(name)
    return LintOptions()


def _read(text: str) -> LintOptions:
    options = LintOptions()
    for part in text.split(";", _MOST_PARTS - 1) if text else ():
        name, equals, given = part.partition("=")
        name, given = name.strip(GO_SPACE), given.strip(GO_SPACE)
        if not equals:
            raise Refused(f"failed to parse check options: invalid check option {go_quote(part)}")
        if name == "skip":
            names = frozenset(rule.strip(GO_SPACE) for rule in given.split(","))
            options = options._replace(skip_all=given == "all", skip=names)
        elif name == "error":
            try:
                options = options._replace(error=go.parse_bool(given))
            except ValueError as error:
                message = f"failed to parse check option {go_quote(part)}: {error}"
                raise Refused(f"failed to parse check options: {message}") from None
        elif name == "experimental":
            names = frozenset(rule.strip(GO_SPACE) for rule in given.split(","))
            options = options._replace(experimental_all=given == "all", experimental=names)
        else:
            raise Refused(f"failed to parse check options: invalid check option {go_quote(name)}")
    return options
