"""The variables that each line sees, and its words expanded: ARG and ENV as BuildKit scopes them.

The rules are those of ``moby/buildkit@73ed6825c4b7:frontend/dockerfile/dockerfile2llb/convert.go`` (``buildMetaArgs``,
``buildDispatchStates``, ``dispatch``, ``dispatchArg``, ``dispatchEnv``, ``dispatchState.init``):

- Only FROM lines see the ARGs before the first FROM and the platform arguments. A bare ``ARG X`` in a stage imports one
  into the stage; ``ARG X=default`` ignores it. A build argument overrides every default and is not expanded.
- A stage starts with the ENV *and* the ARG values of the stage it is FROM. In a stage ARG and ENV set the same names:
  the later line wins (so an ARG after an ENV with the same name does change it, despite the manual).
- An ENV or LABEL line sees only earlier lines; an ARG line also sees the arguments before it on the same line.
- ``ONBUILD`` lines of a stage run first in the stages that are FROM it, but not in the stages FROM those.

This module does not know the tree: the caller passes each instruction as an `Item`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from dockerfix.syntax.words.lexer import Budget, Lexer, WordError, WordResult

EXPANDED_KEYWORDS = frozenset(["ADD", "COPY", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"])
"""Instructions whose words BuildKit expands in a stage; FROM and ARG have other rules, the rest is not expanded."""

EXPANDED_FLAGS: Mapping[str, frozenset[str]] = {
    "ADD": frozenset(["chown", "chmod", "checksum"]),
    "COPY": frozenset(["chown", "chmod"]),
    "RUN": frozenset(["mount"]),
}
"""Flags whose values BuildKit expands, by instruction; of a mount it expands the value of each option."""

PROXY_NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
"""Build arguments, in any case, that are in the environment of a RUN without an ARG."""

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""PATH of a stage whose base image does not set it (``moby/buildkit:util/system/path.go``)."""

_COPY_COST = 4
_HEREDOC_ESCAPE = "\\"

Pair = tuple[str, "str | None"]


class Item(NamedTuple):
    """One instruction as it is written, quotes included; `keyword` is in upper case.

    `words` are the image and, if given, the platform of FROM; the words of EXPOSE and VOLUME; the sources (without
    heredocs) and the destination of COPY and ADD; the argument of USER, WORKDIR and STOPSIGNAL. `pairs` are the names
    and values of ENV, LABEL and ARG; an ARG without a value has None. `stage` is the name of the stage that FROM
    starts, `inner` the instruction after ONBUILD.
    """

    keyword: str
    words: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    stage: str | None = None
    inner: Item | None = None


class Resolution(NamedTuple):
    """An `Item` with its words and pairs expanded; if there is a `problem`, they are as written.

    `scope` is that of the stage, None before the first FROM; the lines that follow change it. `unmatched` are the names
    of variables that are not set. An EXPOSE may have more or fewer words than were written. The pairs of an ARG have
    the values that it got.
    """

    item: Item
    scope: StageScope | None
    words: tuple[str, ...]
    pairs: tuple[Pair, ...]
    unmatched: frozenset[str] = frozenset()
    problem: WordError | None = None


class GlobalScope:
    """The variables that FROM lines see, and the settings of all stages.

    `build_args` are the values from the command line. `platform` is the platform of the image (``linux/arm64/v8``),
    `build_platform` that of the builder, by default the same. `target` is the name of the stage to build.
    """

    def __init__(
        self,
        escape: str = "\\",
        *,
        build_args: Mapping[str, str] | None = None,
        platform: str = "linux/amd64",
        build_platform: str | None = None,
        target: str | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.build_args = dict(build_args or {})
        self.budget = Budget() if budget is None else budget
        self.lexer = Lexer(escape, budget=self.budget)
        self.careful_lexer = Lexer(escape, skip_unset_env=True, budget=self.budget)
        predefined = {
            **_platform_arguments("BUILD", build_platform or platform),
            **_platform_arguments("TARGET", platform),
            "TARGETSTAGE": target or "default",
        }
        self.variables = {name: self.build_args.get(name, value) for name, value in predefined.items()}

    def define_arg(self, name: str, default: str | None) -> str | None:
        """Define an ARG before the first FROM; return its value, None without one. Raises `WordError`."""
        value = self.build_args.get(name)
        if value is None and default is not None:
            value = self.lexer.process_word(default, self.variables)
        if value is not None:
            self.variables[name] = value
        return value

    def expand(self, word: str) -> WordResult:
        """Expand an image or platform of a FROM line. Raises `WordError`."""
        return self.lexer.process(word, self.variables)

    def enter_stage(self, base: StageScope | None = None, environment: Mapping[str, str] | None = None) -> StageScope:
        """Return the scope of a stage that is FROM the stage `base`, or FROM an image with this `environment`.

        The environment of ``scratch`` is empty; pass None for an image whose environment is not known.
        """
        return StageScope(self, base, environment)


class StageScope:
    """The variables of one stage after the line that was read last.

    `variables` is what words see, `environment` what the image gets (ENV only, with that of its base), `arguments` the
    ARGs of the stage and its bases. `complete` is False if the variables of the base image are not known: a reference
    to a variable that no line sets then stays as written, because its value is not known.
    """

    def __init__(self, outer: GlobalScope, base: StageScope | None, environment: Mapping[str, str] | None) -> None:
        self.outer = outer
        self.base = base
        self.triggers: list[Item] = []
        self.arguments: dict[str, str | None] = {}
        self.complete: bool = environment is not None
        self.environment: dict[str, str] = dict(environment or {})
        if self.complete:
            self.environment.setdefault("PATH", DEFAULT_PATH)
        self.variables: dict[str, str] = dict(self.environment)
        self._shared: bool = base is not None
        if base is not None:
            base._shared = True
            self.complete = base.complete
            self.variables, self.environment, self.arguments = base.variables, base.environment, base.arguments

    @property
    def lexer(self) -> Lexer:
        """The lexer that reads the words of this stage."""
        return self.outer.lexer if self.complete else self.outer.careful_lexer

    def define_arg(self, name: str, default: str | None) -> str | None:
        """Define an ARG; return its value, None without one. Raises `WordError`."""
        outer = self.outer
        value = outer.build_args.get(name)
        if value is None:
            value = outer.variables.get(name) if default is None else self.lexer.process_word(default, self.variables)
        self._own(name)
        self.arguments[name] = value
        if value is not None:
            self.variables[name] = value
        return value

    def store_env(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Set the variables of an ENV, whose words are expanded. Raises `WordError` if the `Budget` is spent."""
        for name, value in pairs:
            self._own(name)
            self.variables[name] = self.environment[name] = value

    def expand(self, word: str) -> WordResult:
        """Expand a word of an instruction in `EXPANDED_KEYWORDS`. Raises `WordError`."""
        return self.lexer.process(word, self.variables)

    def expand_heredoc(self, content: str) -> str:
        """Expand the content of a heredoc of COPY or ADD whose `expand` is set. Raises `WordError`.

        Quotes are ordinary characters in it, and the escape token is always a backslash.
        """
        lexer = Lexer(
            _HEREDOC_ESCAPE, skip_process_quotes=True, skip_unset_env=not self.complete, budget=self.outer.budget
        )
        return lexer.process_word(content, self.variables)

    def run_environment(self) -> dict[str, str]:
        """Return the environment of a RUN: ARG, ENV, and the proxies in upper and lower case."""
        found = dict(self.variables)
        for name, value in sorted(self.outer.build_args.items()):
            if name.upper() in PROXY_NAMES and value:
                found.setdefault(name.upper(), value)
                found.setdefault(name.lower(), value)
        return found

    def _own(self, name: str) -> None:
        """Copy the dictionaries that other stages share, before `name` is set."""
        if not self._shared:
            return
        if not self.outer.budget.spend(_COPY_COST * (len(self.variables) + len(self.environment))):
            raise WordError(Budget.exhausted, name)
        self._shared = False
        self.variables = dict(self.variables)
        self.environment = dict(self.environment)
        self.arguments = dict(self.arguments)


def resolve(
    items: Iterable[Item], scope: GlobalScope, environments: Mapping[str, Mapping[str, str]] | None = None
) -> list[Resolution]:
    """Return what each instruction of a file becomes, in order; never raises.

    `environments` are the variables of known base images, by the name in FROM, expanded. BuildKit would stop at a
    problem; this continues as if the line set nothing.
    """
    stages: dict[str, StageScope] = {}
    known: dict[str, Mapping[str, str]] = {"scratch": {}, **(environments or {})}
    current: StageScope | None = None
    found: list[Resolution] = []
    for item in items:
        if item.keyword == "FROM":
            resolution = _read_from(item, scope, stages, known)
            current = resolution.scope
            if item.stage and current is not None:
                stages[item.stage.lower()] = current
        else:
            resolution = _read_line(item, scope, current)
        found.append(resolution)
    return found


def _read_from(
    item: Item, scope: GlobalScope, stages: Mapping[str, StageScope], known: Mapping[str, Mapping[str, str]]
) -> Resolution:
    try:
        results = [scope.expand(word) for word in item.words]
    except WordError as error:
        return Resolution(item, scope.enter_stage(), item.words, item.pairs, problem=error)
    image = results[0].text if results else ""
    base = stages.get(image)
    stage = scope.enter_stage(base, None if base is not None else known.get(image))
    problem: WordError | None = None
    for trigger in base.triggers if base is not None else ():
        problem = problem or _read_line(trigger, scope, stage).problem
    texts = tuple([result.text for result in results])
    return Resolution(item, stage, texts, item.pairs, _unmatched(results), problem)


def _read_line(item: Item, scope: GlobalScope, stage: StageScope | None) -> Resolution:
    try:
        if item.keyword == "ARG":
            holder = scope if stage is None else stage
            pairs = tuple([(name, holder.define_arg(name, default)) for name, default in item.pairs])
            return Resolution(item, stage, item.words, pairs)
        if stage is not None:
            return _read_in_stage(item, stage)
    except WordError as error:
        return Resolution(item, stage, item.words, item.pairs, problem=error)
    return Resolution(item, stage, item.words, item.pairs)


def _read_in_stage(item: Item, stage: StageScope) -> Resolution:
    if item.keyword == "ONBUILD" and item.inner is not None:
        stage.triggers.append(item.inner)
    if item.keyword not in EXPANDED_KEYWORDS:
        return Resolution(item, stage, item.words, item.pairs)
    results = [stage.expand(word) for word in item.words]
    if item.keyword == "EXPOSE":
        words = tuple([word for result in results for word in result.words])
    else:
        words = tuple([result.text for result in results])
    names = [stage.expand(name) for name, _ in item.pairs]
    values = [stage.expand(value or "") for _, value in item.pairs]
    pairs = tuple([(name.text, value.text) for name, value in zip(names, values, strict=True)])
    if item.keyword == "ENV":
        stage.store_env(pairs)
    return Resolution(item, stage, words, pairs, _unmatched([*results, *names, *values]))


def _unmatched(results: Iterable[WordResult]) -> frozenset[str]:
    return frozenset().union(*[result.unmatched for result in results])


def _platform_arguments(prefix: str, platform: str) -> dict[str, str]:
    system, architecture, variant, *_ = [*platform.split("/"), "", ""]
    return {
        f"{prefix}PLATFORM": platform,
        f"{prefix}OS": system,
        f"{prefix}OSVERSION": "",
        f"{prefix}ARCH": architecture,
        f"{prefix}VARIANT": variant,
    }
