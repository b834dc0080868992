"""What the user asked for (cog.yaml, read with PyYAML) and what the Dockerfile before says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from checker.reading import Instruction, Unreadable, parse
from checker.shell import VALUED

_NULLS = ("", "~", "null", "Null", "NULL")
_COMMENT = re.compile(r"(^|\s)#.*$")
_COG = re.compile(r"(cog|coglet|cog[-_.]dataclass)", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_COG_ADDRESS = re.compile(
    r"(^|/)(cog|coglet|cog_dataclass)-[0-9][^/]*\.(whl|tar\.gz)|github\.com/replicate/cog(-runtime)?(\.git)?([@#/]|$)"
)


@dataclass(frozen=True, slots=True)
class RunItem:
    """A command of `run` or `pre_install`, with the flags that Cog writes for its mounts."""

    command: str
    flags: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What stands behind RUN."""
        return " ".join([*self.flags, self.command])


@dataclass(frozen=True, slots=True)
class Wanted:
    """The intent of a cog.yaml. Versions are text; `python` and `cuda` are None where it does not say."""

    gpu: bool
    python: str | None
    cuda: str | None
    packages: tuple[str, ...]
    requirements: str | None
    system: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    run: tuple[RunItem, ...]


def read_wanted(text: str) -> Wanted:
    """Read cog.yaml; every scalar stays text, so that an unquoted 3.10 stays 3.10."""
    document = yaml.load(text, Loader=yaml.BaseLoader)  # BaseLoader builds nothing but str, list and dict
    top = document if isinstance(document, dict) else {}
    build = top.get("build")
    build = build if isinstance(build, dict) else {}
    variables = [item.partition("=") for item in _items(top.get("environment")) if isinstance(item, str)]
    return Wanted(
        gpu=str(build.get("gpu", "")).lower() in ("true", "yes", "on"),
        python=_scalar(build.get("python_version")),
        cuda=_scalar(build.get("cuda")),
        packages=_strings(build.get("python_packages")),
        requirements=_scalar(build.get("python_requirements")),
        system=_strings(build.get("system_packages")),
        environment=tuple((name, value) for name, equals, value in variables if equals),
        run=(*_run_items(build.get("run")), *_run_items(build.get("pre_install"))),
    )


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _scalar(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() not in _NULLS else None


def _strings(value: Any) -> tuple[str, ...]:
    lines = [line.strip() for item in _items(value) if isinstance(item, str) for line in item.split("\n")]
    return tuple(line for line in lines if line not in _NULLS)


def _run_items(value: Any) -> tuple[RunItem, ...]:
    result: list[RunItem] = []
    for item in _items(value):
        if isinstance(item, str) and item.strip():
            result.append(RunItem(item.strip()))
        elif isinstance(item, dict) and isinstance(item.get("command"), str):
            mounts = [mount for mount in _items(item.get("mounts")) if mount.get("type") == "secret"]
            flags = [f"--mount=type=secret,id={mount.get('id')},target={mount.get('target')}" for mount in mounts]
            result.append(RunItem(item["command"].strip(), tuple(flags)))
    return tuple(result)


def package_words(item: str) -> tuple[str, ...]:
    """The words of an item of `python_packages`: a requirement is one word, each option and each value another."""
    words: list[str] = []
    requirement: list[str] = []
    takes_value = False
    for part in re.split(r"(\s+)", _COMMENT.sub("", item.strip())):
        if not part.strip():
            requirement.append(part)
        elif part.startswith("-"):
            _close(words, requirement)
            words.append(part)
            takes_value = part in VALUED
        elif takes_value:
            requirement.clear()
            words.append(part)
            takes_value = False
        else:
            requirement.append(part)
    _close(words, requirement)
    return tuple(words)


def _close(words: list[str], requirement: list[str]) -> None:
    text = "".join(requirement).strip()
    if text:
        words.append(text)
    requirement.clear()


_REQUIREMENT = re.compile(
    r"[A-Za-z0-9][\w.-]*\s*(\[[^\]]*\])?\s*(@\s*\S+|\(?\s*(===?|~=|!=|[<>]=?)[^;\"']*)?\s*(;.*)?"
    r"|([a-z]+\+|https?://|file:|\.{0,2}/)\S+(\s*;.*)?"
)


def is_requirement(word: str) -> bool:
    """Whether a word is a requirement of a package as PEP 508 or pip define it."""
    return _REQUIREMENT.fullmatch(word) is not None


def is_cog(requirement: str) -> bool:
    """Whether a requirement is one of Cog's own packages, by name, wheel or repository."""
    if _COG_ADDRESS.search(requirement):
        return True
    name = _NAME.match(requirement)
    return bool(name and _COG.fullmatch(name[0])) and "://" not in requirement.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Given:
    """What the Dockerfile before the rewrite says.

    `texts` are the logical lines of its instructions with their blanks folded; `images` all its base images;
    `weights` the paths that came from a weights image or cache, below the project's folder; `text` the whole input.
    """

    text: str
    instructions: tuple[Instruction, ...]
    texts: frozenset[str]
    images: tuple[str, ...]
    python: str | None
    cuda: str | None
    weights: tuple[str, ...]
    comments: tuple[str, ...]

    @property
    def cog_base(self) -> str | None:
        """Its cog-base image."""
        return next((image for image in self.images if re.search(r"(^|/)cog-base(:|$)", image)), None)

    @property
    def monobase(self) -> bool:
        """Whether it builds on monobase."""
        return any(re.search(r"(^|/)monobase(:|@|$)", image) for image in self.images)


def read_given(text: str) -> Given:
    """Read the Dockerfile before the rewrite, of which BuildKit need not take all."""
    text = text.replace("\r\n", "\n")
    runner = _runner(text)
    instructions = _parse_leniently(runner)
    return Given(
        text=text,
        instructions=tuple(instructions),
        texts=frozenset(fold(each.text) for each in instructions),
        images=tuple(re.findall(r"(?mi)^FROM\s+(?:--\S+\s+)*(\S+)", runner)),
        python=_first(runner, _PYTHONS),
        cuda=_first(runner, _CUDAS),
        weights=tuple(_weights(runner)),
        comments=tuple(_comments(runner, instructions)),
    )


_PYTHONS = (
    r'pyenv install-latest "([0-9.]+)"',
    r"uv python install ([0-9.]+)",
    r"cog-base:\S*python([0-9.]+)",
    r"R8_PYTHON_VERSION=([0-9.]+)",
    r"(?mi)^FROM python:([0-9.]+)",
)
DEFAULT_PYTHON = "3.13"
"""Cog's default since v0.17.0-alpha2, which writes `FROM python:-slim` where cog.yaml names no version."""
_CUDAS = (r"nvidia/cuda:([0-9.]+)", r"cog-base:cuda([0-9.]+)", r"R8_CUDA_VERSION=([0-9.]+)")


def _first(text: str, patterns: tuple[str, ...]) -> str | None:
    return next((match[1].strip(".") for pattern in patterns if (match := re.search(pattern, text))), None)


def fold(text: str) -> str:
    """A text with every run of blanks as one."""
    return " ".join(text.split())


def _runner(text: str) -> str:
    """The runner's document of the three that stand in a frame of ``===`` lines, else the text."""
    match = re.search(r"(?ms)^=== Runner Dockerfile contents:\n(.*?)^===$", text)
    return match[1] if match else text


def _parse_leniently(text: str) -> list[Instruction]:
    """The instructions, without the ENV lines that BuildKit refuses."""
    try:
        return parse(text)
    except Unreadable:
        kept = "".join(line for line in text.splitlines(keepends=True) if not _is_bad_variable(line))
    try:
        return parse(kept)
    except Unreadable:
        return []


def _is_bad_variable(line: str) -> bool:
    if not line.startswith("ENV "):
        return False
    try:
        parse(f"FROM scratch\n{line}")
    except Unreadable:
        return True
    return False


def _weights(text: str) -> list[str]:
    found: list[str] = re.findall(r"(?mi)^COPY --from=weights (?:--link )?/(?:src|code)/(.+?) /(?:src|code)/\1$", text)
    return found + re.findall(r'(?mi)^COPY --link "([^"]+)" "/srv/r8/fuse-rpc/weights/', text)


def _comments(text: str, instructions: list[Instruction]) -> list[str]:
    """The comment lines outside instructions, without the parser directives at the top."""
    inside = {number for each in instructions for number in range(each.first, each.last + 1)}
    lines = text.split("\n")
    result: list[str] = []
    directives = True
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if directives and re.match(r"#\s*(syntax|escape|check)\s*=", stripped, re.IGNORECASE):
            continue
        directives = False
        if stripped.startswith("#") and number not in inside:
            result.append(stripped)
    return result
