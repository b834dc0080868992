"""Which variables a line sees, and what its words become: ARG and ENV as BuildKit scopes them.

The rules are those of ``moby/buildkit@73ed6825c4b7:frontend/dockerfile/dockerfile2llb/convert.go`` (``buildMetaArgs``,
``buildDispatchStates``, ``dispatch``, ``dispatchArg``, ``dispatchEnv``, ``dispatchState.init``):

- ARGs before the first FROM, and the platform arguments, are seen by FROM lines only. A bare ``ARG X`` in a stage
  brings one in; ``ARG X=default`` does not look at it. A build argument beats every default and is not expanded.
- A stage begins with the ENV *and* the ARG values of the stage it is FROM. In a stage ARG and ENV set the same names,
  the later line wins (so an ARG after an ENV of that name does change it, whatever the manual says).
- An ENV or LABEL line sees earlier lines only; an ARG line sees the arguments before it on its own line.
- ``ONBUILD`` lines of a stage run first in the stages that are FROM it, and not in their children.

Nothing here knows the tree: the caller gives each instruction as an `Item`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from dockerfix.syntax.words.lexer import Budget, Lexer, WordError, WordResult

EXPANDED_KEYWORDS = frozenset(["ADD", "COPY", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"])
"""Instructions whose words BuildKit expands in a stage; FROM and ARG have rules of their own, all others none."""

EXPANDED_FLAGS: Mapping[str, frozenset[str]] = {
    "ADD": frozenset(["chown", "chmod", "checksum"]),
    "COPY": frozenset(["chown", "chmod"]),
    "RUN": frozenset(["mount"]),
}
"""Flags whose values are expanded (of a mount the value of each option), by instruction."""

PROXY_NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
"""Build arguments that RUN gets in its environment without an ARG, whatever their case."""

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""PATH of a stage whose base image sets none (``moby/buildkit:util/system/path.go``)."""

_COPY_COST = 4
_HEREDOC_ESCAPE = "\\"

Pair = tuple[str, "str | None"]


class Item(NamedTuple):
    """One instruction: `keyword` in upper case with what stands behind it.

    `words` are FROM's image and, if it has one, its platform; the words of EXPOSE and VOLUME; sources (but heredocs)
    and destination of COPY and ADD; the one argument of USER, WORKDIR and STOPSIGNAL. `pairs` are names and values of
    ENV, LABEL and ARG, a value None where an ARG has none; all as written, quotes included. `stage` is the name that
    FROM gives, `inner` the instruction behind ONBUILD.
    """

    keyword: str
    words: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    stage: str | None = None
    inner: Item | None = None


class Resolution(NamedTuple):
    """What an `Item` became: its words and pairs expanded, or, with the `problem`, as they were written.

    `scope` is the stage's, None before the first FROM; it goes on changing with the lines that follow. `unmatched` are
    the names that were not set. The words of an EXPOSE may be more or fewer than were written. The pairs of an ARG
    hold the values it got.
    """

    item: Item
    scope: StageScope | None
    words: tuple[str, ...]
    pairs: tuple[Pair, ...]
    unmatched: frozenset[str]
    problem: WordError | None


class GlobalScope:
    """What FROM lines see, and the settings that all stages share.

    `build_args` are the values given on the command line, `platform` what is built for (``linux/arm64/v8``),
    `build_platform` where (the same without it), `target` the name of the stage that is built.
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
        """An ARG before the first FROM; gives its value, None where it has none. Raises `WordError`."""
        value = self.build_args.get(name)
        if value is None and default is not None:
            value = self.lexer.process_word(default, self.variables)
        if value is not None:
            self.variables[name] = value
        return value

    def expand(self, word: str) -> WordResult:
        """An image or platform of a FROM line; raises `WordError`."""
        return self.lexer.process(word, self.variables)

    def enter_stage(self, base: StageScope | None = None, environment: Mapping[str, str] | None = None) -> StageScope:
        """The scope of a stage that is FROM the stage `base`, or FROM an image with this `environment`.

        Give an empty environment for ``scratch``, and none for an image of which it is not known.
        """
        return StageScope(self, base, environment)


class StageScope:
    """The variables of one stage, at the line that was read last.

    `variables` is what words see, `environment` what the image gets (ENV alone, and its base's), `arguments` the ARGs
    of the stage and its bases. `complete` is False where the base image's own variables are not known: a reference to
    a variable that no line sets then stays as it is written, as BuildKit would put something there that is not known
    here.
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
        """What words of this stage are read with."""
        return self.outer.lexer if self.complete else self.outer.careful_lexer

    def define_arg(self, name: str, default: str | None) -> str | None:
        """An ARG; gives its value, None where nothing gives it one. Raises `WordError`."""
        outer = self.outer
        value = outer.build_args.get(name)
        if value is None:
            value = outer.variables.get(name) if default is None else self.lexer.process_word(default, self.variables)
        self._own(name)
        self.arguments[name] = value
        if value is not None:
            self.variables[name] = value
        return value

    def define_env(self, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """One ENV line; gives names and values, expanded. Raises `WordError`, and then nothing is set."""
        expanded = tuple([(self.expand(name).text, self.expand(value).text) for name, value in pairs])
        self.store_env(expanded)
        return expanded

    def store_env(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Set variables to values that are expanded already. Raises `WordError` if the `Budget` is spent."""
        for name, value in pairs:
            self._own(name)
            self.variables[name] = self.environment[name] = value

    def expand(self, word: str) -> WordResult:
        """A word of an instruction in `EXPANDED_KEYWORDS`; raises `WordError`."""
        return self.lexer.process(word, self.variables)

    def expand_heredoc(self, content: str) -> str:
        """The content of a heredoc of COPY or ADD whose `expand` is set; raises `WordError`.

        Quotes are ordinary characters in it, and the escape token is a backslash in every file.
        """
        lexer = Lexer(
            _HEREDOC_ESCAPE, skip_process_quotes=True, skip_unset_env=not self.complete, budget=self.outer.budget
        )
        return lexer.process_word(content, self.variables)

    def run_environment(self) -> dict[str, str]:
        """What a RUN finds in its environment: ARG, ENV and proxies, in either case of their names."""
        found = dict(self.variables)
        for name, value in sorted(self.outer.build_args.items()):
            if name.upper() in PROXY_NAMES and value:
                found.setdefault(name.upper(), value)
                found.setdefault(name.lower(), value)
        return found

    def _own(self, name: str) -> None:
        """Copy what is shared with other stages before `name` is set."""
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
    """Read all instructions of a file in order; never raises.

    `environments` are the variables of base images that are known, by the image's name as FROM gives it, expanded.
    After a problem, at which BuildKit would stop, reading goes on as if that line set nothing.
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
        return Resolution(item, scope.enter_stage(), item.words, item.pairs, frozenset(), error)
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
            return Resolution(item, stage, item.words, pairs, frozenset(), None)
        if stage is not None:
            return _read_in_stage(item, stage)
    except WordError as error:
        return Resolution(item, stage, item.words, item.pairs, frozenset(), error)
    return Resolution(item, stage, item.words, item.pairs, frozenset(), None)


def _read_in_stage(item: Item, stage: StageScope) -> Resolution:
    if item.keyword == "ONBUILD" and item.inner is not None:
        stage.triggers.append(item.inner)
    if item.keyword not in EXPANDED_KEYWORDS:
        return Resolution(item, stage, item.words, item.pairs, frozenset(), None)
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
    return Resolution(item, stage, words, pairs, _unmatched([*results, *names, *values]), None)


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
