"""What must hold of any cog.yaml, requirements file and .dockerignore, by PyYAML, pip, packaging and pathspec."""

from __future__ import annotations

import re
import shlex
import warnings
from collections.abc import Iterator

import yaml
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from pathspec.patterns.gitwildmatch import GitWildMatchPattern, GitWildMatchPatternError
from pip._internal.req.req_file import preprocess

from dockerfix.analysis.fal.uploads import Ignore
from dockerfix.app.write import ignored
from dockerfix.project.project import ConfigError, Project, read_config
from dockerfix.project.requirements import has_credentials, is_cog, parse_item
from dockerfix.project.requirements_files import logical_lines, read_requirements
from dockerfix.text.quoting import shell_word
from dockerfix.text.source import Source, decode

# ---- cog.yaml


def check_config(text: str) -> None:
    """The values that PyYAML finds are settings, each in its line; or the text is refused with one line."""
    try:
        config = read_config.__wrapped__(text)
    except ConfigError as error:
        assert "\n" not in str(error), "a message of several lines"  # noqa: PT017
        assert error.line is None or 1 <= error.line <= text.count("\n") + 1, "no such line"  # noqa: PT017
        return
    assert config == read_config.__wrapped__(text), "a second reading differs"
    try:
        loaded = yaml.load(text.removeprefix("\ufeff"), Loader=_Loader)  # makes nothing but texts
    except yaml.YAMLError:
        loaded = None  # an anchor that is set twice, which YAML allows
    if loaded is not None and "!" not in text:
        settings = sorted(each.text for each in config.settings if each.text)
        assert settings == sorted(filter(None, _values(loaded))), "the settings aren't the values that PyYAML finds"
    lines = text.count("\n") + 1
    assert all(1 <= each.line <= lines for each in (*config.settings, *config.notes)), "a line that isn't there"
    # everything that reaches an instruction is one line
    one_line = (*config.python_packages, *config.system_packages, *(value for _, value in config.environment))
    assert not any(re.search(r"[\r\n\0]", value) for value in one_line), "a line break in a value"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's loader, which makes texts of all values, and reads null and merged keys as such."""


def _scalar(loader: _Loader, node: yaml.ScalarNode) -> str:
    return "" if node.tag == "tag:yaml.org,2002:null" else str(loader.construct_scalar(node))


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[object, object]:
    loader.flatten_mapping(node)
    return {str(key.value): loader.construct_object(value, deep=True) for key, value in node.value}


_Loader.yaml_constructors = {}
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor(
    "tag:yaml.org,2002:seq", lambda loader, node: [loader.construct_object(each, deep=True) for each in node.value]
)
_Loader.add_constructor(None, _scalar)  # type: ignore[arg-type]


def _values(data: object) -> Iterator[str]:
    inner = list(data.values()) if isinstance(data, dict) else data if isinstance(data, list) else [data]
    for each in inner:
        if isinstance(each, dict | list):
            yield from _values(each)
        else:
            yield str(each)


# ---- requirements

ROOT_FILE = "the file itself.txt"
"""The name of the file that is read, which no line of it includes."""


def check_requirements(text: str) -> None:
    """The lines are those of pip; each is read as packaging reads it; its words come back from a shell."""
    ours = list(logical_lines(text))
    theirs = [line.strip() for _, line in preprocess(text.removeprefix("\ufeff")) if line.strip()]
    if not re.search(r"\$\{[A-Z0-9_]+\}", text):
        assert [_shown(line) for line, _ in ours] == theirs, "pip has other lines"
    for line, _ in ours:
        _check_item(line)
    read = read_requirements(ROOT_FILE, {ROOT_FILE: Source(text)}.get, lambda _: False)
    assert len(read.lines) + len(read.problems) >= len(ours) or "\0" in text, "a line is lost"


def _shown(line: str) -> str:
    """A line without the comment at its end, which ours keep."""
    return re.sub(r"(^|\s+)#.*$", "", line).strip()


def _check_item(line: str) -> None:
    item = parse_item.__wrapped__(line)
    assert item.raw == line
    is_cog(item)
    body = _shown(line)
    for word in item.words:
        if not re.search(r"[\r\n\0]", word):
            assert shlex.split(shell_word(word)) == [word], "a word leaves its quotes"
    kept, whole = "".join(item.words), re.sub(r"""[\s"'=]""", "", body)
    assert sorted(re.sub(r"""[\s"'=]""", "", kept)) == sorted(whole), "a part of the line is lost"
    try:
        judge = Requirement(body)
    except (InvalidRequirement, RecursionError):
        return
    if item.first.is_path or "====" in body or not judge.name[-1].isalnum():
        return  # a file's name, a version `=1` and a name `a_` are none to us, and all are to packaging
    assert item.name == canonicalize_name(judge.name), "packaging reads another name"
    assert (item.first.marker is None) == (judge.marker is None), "packaging reads another marker"
    assert {canonicalize_name(each) for each in item.first.extras} == set(map(canonicalize_name, judge.extras))
    if judge.url and re.match(r"https?://[^/@:]+:[^/@]+@.", judge.url):
        assert has_credentials(item), "a password is not seen"


# ---- .dockerignore

PATHS = (
    *("a", "b", "a/b", "b/a", "a/b/c", "x.md", "d/x.md", "x", "d/x", "a/q/b", "a.c", "axb", "x y", "d/a/b", "A"),
    *(".git", ".env", "d/.env", "__pycache__/x", "d/__pycache__/x.pyc", ".cog/s", "é", "[a]", "a\\b", "-", "#x", "!x"),
)


def check_ignores(text: str) -> None:
    """Each file is left out where fal's client leaves it out, and the user's lines stay where ours are added."""
    ignore = read_ignores(text.encode("utf-8", "surrogateescape"))
    for pattern in ignore.patterns:
        assert ignore.line_of(pattern), "a pattern without a line"
    by_client = _client(text)
    if by_client is not None:
        for path in (*PATHS, *_like(ignore.patterns)):
            left_out = any(each.match(path) for each in by_client)
            assert (ignore.pattern_for(path) is not None) is left_out, f"{path!r}: the client says {left_out}"
    ours = ignored.for_docker(schema=False)
    merged = ignored.merge(text, ours).text
    assert ignored.merge(merged, ours).text == merged, "a second merge differs"
    rest = iter(merged.split("\n"))
    lines = [line for line in text.rstrip("\n").split("\n") if "dockerfix" not in line]
    assert all(line in rest for line in lines) or "dockerfix" in text, "a line is lost"


def read_ignores(data: bytes) -> Ignore:
    """The patterns of a .dockerignore, as of a project that has it."""
    project = Project(None, None, None)
    project._texts[".dockerignore"] = Source(decode(data))
    ignored.read_ignored(project)
    return Ignore.of(project)


def _client(text: str) -> list[re.Pattern[str]] | None:
    """The expressions of fal's client (``DockerignoreHandler`` of fal/container.py); None where it fails."""
    stripped = [line.strip() for line in re.sub(r"\r\n?", "\n", text).splitlines()]
    try:
        found = [GitWildMatchPattern.pattern_to_regex(line)[0] for line in stripped if line and line[0] != "#"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [re.compile(each) for each in found if each]
    except (GitWildMatchPatternError, re.error):
        return None


def _like(patterns: tuple[str, ...]) -> Iterator[str]:
    """Paths that look like the patterns."""
    for pattern in patterns[:20]:
        plain = re.sub(r"\[.|[]*?!\\]", "", pattern).strip("/").replace("//", "/")
        if plain and "\n" not in plain:
            yield from (plain, f"d/{plain}", f"{plain}/e")
