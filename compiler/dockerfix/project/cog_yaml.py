"""cog.yaml as a frozen value, with the items in Cog's order and the line of each.

The keys are those of all versions of ``replicate/cog:pkg/config/data/config_schema_v1.0.json`` up to its branches of
2026-08 (``observability``), together with the ones of earlier releases (``pre_install``, ``python_extra_index_urls``,
the 2021 form with ``environment:`` and ``model:``). Of other keys Cog says nothing from v0.17 on: it reads the file
into a structure before it checks that (``replicate/cog@v0.17.0:pkg/config/load.go``). Values stay text: an unquoted
``3.10`` is "3.10". A mistake that Cog would accept or ignore becomes a `ConfigNote`; a value that can't be understood,
or could add an instruction to a Dockerfile, raises `ConfigError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Table
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from dockerfix.project.fields import ConfigNote, Fields, dotted, shown
from dockerfix.project.yaml_tree import ConfigError, Mapping, Node, Scalar, Sequence, is_null, read_yaml
from dockerfix.text.lazy_patterns import lazy

BUILD_KEYS = (
    *("gpu", "cuda", "cudnn", "python_version", "python_packages", "python_requirements", "python_extra_index_urls"),
    *("python_find_links", "system_packages", "run", "pre_install", "sdk_version"),
    *("fast", "cog_runtime", "python_overrides", "architectures", "build_requires_gpu"),
)
TOP_KEYS = (
    *("build", "environment", "predict", "run", "model", "train", "concurrency", "image", "weights"),
    *("tests", "name", "examples", "workdir", "observability"),
)
CONCURRENCY_KEYS = ("max", "default_target")
_HOMES = MappingProxyType({"": TOP_KEYS, "build": BUILD_KEYS, "concurrency": CONCURRENCY_KEYS})
_UNHEEDED = ("image", "name", "examples", "tests", "workdir", "sdk_version", "fast", "cog_runtime")
"""The keys on which neither an image for fal nor an App depends."""
_PARTS = {
    "observability": ("config", "traces"),
    "observability.traces": ("enabled", "sampler", "sampler_arg", "trace_header", "trace_header_format"),
    "weights": ("name", "source", "target"),
    "weights.source": ("uri", "include", "exclude"),
}
"""The keys of what is read without their help, by the place without numbers."""
_PYTHON = lazy(r"\d+\.\d+(\.\d+)?((a|b|rc)\d+)?", re.ASCII)
_NUMBER = lazy(r"\d+(\.\d+){0,2}", re.ASCII)
_ENTRY_2021 = lazy(r"[^\s]+\.py:\w+")
_VARIABLE = lazy(r"[A-Za-z_][A-Za-z0-9_]*")


class Mount(NamedTuple):
    """One mount of a `run` item; a part missing in cog.yaml is ""."""

    type: str
    id: str
    target: str


class RunItem(NamedTuple):
    """One command of `run` or `pre_install`, as written except for blanks at its ends."""

    command: str
    mounts: tuple[Mount, ...] = ()


class Filter(NamedTuple):
    """The files of a source that count, as patterns in the form of .gitignore."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class Weight(NamedTuple):
    """One managed weight with the addresses of its sources; a name or target that cog.yaml leaves out is "".

    `filters` has one for each source, or none at all if no source has patterns.
    """

    name: str
    sources: tuple[str, ...]
    target: str
    filters: tuple[Filter, ...] = ()


class Setting(NamedTuple):
    """One value of cog.yaml that is neither a list nor a mapping: its path in the present form, its line, its text.

    An empty list or mapping counts as one, with the text "", and null has this text too.
    """

    path: tuple[str | int, ...]
    line: int
    text: str

    @property
    def name(self) -> str:
        """The path for messages: ``build.run[0]``."""
        return dotted(self.path)


class CogConfig(NamedTuple):
    """What a cog.yaml says; absent text is None, absent lists are ().

    `settings` are all its values as they are written, in order, those of unknown keys included.
    `traces` is whether `observability` turns traces on, `traces_config` the Python file that it names for them.
    """

    gpu: bool = False
    cuda: str | None = None
    cudnn: str | None = None
    python_version: str | None = None
    python_packages: tuple[str, ...] = ()
    python_requirements: str | None = None
    python_extra_index_urls: tuple[str, ...] = ()
    python_find_links: tuple[str, ...] = ()
    system_packages: tuple[str, ...] = ()
    run: tuple[RunItem, ...] = ()
    pre_install: tuple[RunItem, ...] = ()
    sdk_version: str | None = None
    python_overrides: str | None = None
    traces: bool = False
    traces_config: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    predict: str | None = None
    train: str | None = None
    concurrency_max: int | None = None
    image: str | None = None
    weights: tuple[Weight, ...] = ()
    notes: tuple[ConfigNote, ...] = ()
    lines: Table[tuple[str | int, ...], int] = MappingProxyType({})
    settings: tuple[Setting, ...] = ()

    def line_of(self, *path: str | int) -> int | None:
        """Return the line (from 1) of a value: ``line_of("build", "python_packages", 2)`` for ``python_packages[2]``.

        Paths follow the present form of cog.yaml, even if the file has the one of 2021.
        """
        return self.lines.get(path)

    @property
    def commands(self) -> tuple[RunItem, ...]:
        """All user commands in the order in which Cog runs them: `run`, then the old name `pre_install`."""
        return self.run + self.pre_install


@lru_cache(maxsize=64)
def read_config(text: str, file: str = "cog.yaml") -> CogConfig:
    """Return the configuration in `text`; `file` is its name in messages.

    Raises only ConfigError, with a place if one is known.
    """
    root = read_yaml(text.removeprefix("\ufeff"), file)
    if root is None or is_null(root):
        raise ConfigError("is empty", file=file)
    if not isinstance(root, Mapping):
        raise ConfigError("must be a mapping with keys such as `build` and `predict`", root.line, root.column, file)
    return _Builder(file).config(root)


def _settings(node: Node, path: tuple[str | int, ...]) -> Iterator[Setting]:
    inner: list[tuple[str | int, Node]] = []
    if isinstance(node, Mapping):
        inner = [(name, pair.value) for name, pair in node.pairs.items()]
    elif isinstance(node, Sequence):
        inner = list(enumerate(node.items))
    if not inner:
        yield Setting(path, node.line, node.text if isinstance(node, Scalar) and not node.is_null else "")
    for name, value in inner:
        yield from _settings(value, (*path, name))


class _Builder(Fields):
    """Converts the tree of one file to a CogConfig."""

    homes = _HOMES
    unheeded = _UNHEEDED

    def config(self, root: Mapping) -> CogConfig:
        top = self.pairs(root)
        self.unknown(top, TOP_KEYS, root)
        build, environment = top.get("build"), top.get("environment")
        if is_null(build) and isinstance(environment, Mapping) and set(environment.pairs) & set(BUILD_KEYS):
            self.note("uses the key `environment` of 2021; it was read as `build`", environment.line)
            build, environment = environment, None
        values = self.pairs(build, "build")
        self.unknown(values, BUILD_KEYS, build, "build")
        self.both(values)
        self.parts("observability", top.get("observability"))
        present = {**top, "build": build, "environment": environment}
        traces, traces_config = self.observability(top.get("observability"))
        return CogConfig(
            gpu=self.gpu(values),
            cuda=self.pattern(_NUMBER, "a version such as 12.1", values.get("cuda"), "build", "cuda"),
            cudnn=self.pattern(_NUMBER, "a version such as 8", values.get("cudnn"), "build", "cudnn"),
            python_version=self.python_version(values.get("python_version")),
            python_packages=self.packages(values.get("python_packages")),
            python_requirements=self.text(values.get("python_requirements"), "build", "python_requirements"),
            python_extra_index_urls=self.texts(
                values.get("python_extra_index_urls"), "build", "python_extra_index_urls"
            ),
            python_find_links=self.texts(values.get("python_find_links"), "build", "python_find_links"),
            system_packages=self.texts(values.get("system_packages"), "build", "system_packages"),
            run=self.run(values.get("run"), "run"),
            pre_install=self.run(values.get("pre_install"), "pre_install"),
            sdk_version=self.text(values.get("sdk_version"), "build", "sdk_version"),
            python_overrides=self.text(values.get("python_overrides"), "build", "python_overrides"),
            traces=traces,
            traces_config=traces_config,
            environment=self.environment(environment),
            predict=self.predict(top),
            train=self.text(top.get("train"), "train"),
            concurrency_max=self.concurrency(top.get("concurrency")),
            image=self.text(top.get("image"), "image"),
            weights=self.weights(top.get("weights")),
            notes=tuple(sorted(self.notes, key=lambda note: note.line)),
            lines=self.lines,
            settings=tuple(
                setting for key, node in present.items() if node is not None for setting in _settings(node, (key,))
            ),
        )

    def parts(self, place: str, node: Node | None) -> None:
        """Note the unknown keys of a mapping that nothing reads, and of the mappings in it."""
        if isinstance(node, Mapping) and place in _PARTS:
            values = {name: pair.value for name, pair in node.pairs.items()}
            self.unknown(values, _PARTS[place], node, *place.split("."))
            for name, value in values.items():
                self.parts(f"{place}.{name}", value)

    def both(self, values: dict[str, Node]) -> None:
        packages, requirements = values.get("python_packages"), values.get("python_requirements")
        if requirements is not None and not is_null(packages) and not is_null(requirements):
            message = "Cog allows only one of `python_packages` and `python_requirements`; both were read"
            self.note(message, requirements.line)

    def gpu(self, values: dict[str, Node]) -> bool:
        architectures = [text.lower() for text in self.texts(values.get("architectures"), "build", "architectures")]
        needs = self.boolean(values.get("build_requires_gpu"), "build", "build_requires_gpu")
        return self.boolean(values.get("gpu"), "build", "gpu") or needs or "gpu" in architectures

    def python_version(self, node: Node | None) -> str | None:
        version = self.pattern(_PYTHON, "a version such as 3.11", node, "build", "python_version")
        if version == "3.1" and node is not None:
            self.note('`build.python_version` is 3.1; if that is 3.10 it must be written "3.10"', node.line)
        return version

    def packages(self, node: Node | None) -> tuple[str, ...]:
        """Read a list, one item for each line: Cog writes the items to a requirements file."""
        path = ("build", "python_packages")
        result: list[str] = []
        for number, item in enumerate(self.items(node, *path)):
            value = self.scalar(item, *path, len(result))
            lines = [line.strip() for line in re.split(r"[\r\n]+", value.text)] if value is not None else []
            kept = [line for line in lines if line]
            if len(kept) > 1:
                self.note(
                    f"`build.python_packages[{number}]` has {len(kept)} lines; each was read as one item", item.line
                )
            for line in kept:
                self.one_line(line, item, (*path, number))
                self.lines[(*path, len(result))] = item.line
                result.append(line)
        return tuple(result)

    def run(self, node: Node | None, name: str) -> tuple[RunItem, ...]:
        result: list[RunItem] = []
        for item in self.items(node, "build", name):
            path = ("build", name, len(result))
            self.lines[path] = item.line
            if isinstance(item, Mapping):
                result.append(self.run_mapping(item, path))
                continue
            value = self.scalar(item, *path)
            if value is not None:
                result.append(RunItem(self.command(value, path)))
        return tuple(result)

    def run_mapping(self, node: Mapping, path: tuple[str | int, ...]) -> RunItem:
        values = self.pairs(node, *path)
        self.unknown(values, ("command", "mounts"), node, *path)
        value = self.scalar(values.get("command"), *path, "command")
        if value is None:
            raise self.refuse("a `run` item that is a mapping needs a `command`; quote the item if it is text", node)
        mounts: list[Mount] = []
        for item in self.items(values.get("mounts"), *path, "mounts"):
            where = (*path, "mounts", len(mounts))
            parts = self.pairs(item, *where)
            self.unknown(parts, Mount._fields, item, *where)
            mounts.append(Mount(*(self.text(parts.get(part), *where, part) or "" for part in Mount._fields)))
        return RunItem(self.command(value, path), tuple(mounts))

    def command(self, value: Scalar, path: tuple[str | int, ...]) -> str:
        command = value.text.strip()
        if re.search(r"[\r\n]", command):
            self.note(f"`{path[0]}.{path[1]}[{path[2]}]` contains a line break, which Cog refuses", value.line)
        return command

    def environment(self, node: Node | None) -> tuple[tuple[str, str], ...]:
        result: list[tuple[str, str]] = []
        if isinstance(node, Mapping):
            self.note("`environment` must be a list of `NAME=value`; the mapping was read as such a list", node.line)
            for name, item in self.pairs(node, "environment").items():
                value = self.scalar(item, "environment", len(result))
                result.append(self.variable(name, value.text if value is not None else "", item, len(result)))
            return tuple(result)
        for item in self.items(node, "environment"):
            scalar = self.scalar(item, "environment", len(result))
            name, equals, value_text = scalar.text.partition("=") if scalar is not None else ("", "", "")
            if not equals:
                raise self.refuse(f"`environment[{len(result)}]` must have the form `NAME=value`", item)
            result.append(self.variable(name, value_text, item, len(result)))
        return tuple(result)

    def variable(self, name: str, value: str, node: Node, index: int) -> tuple[str, str]:
        if not _VARIABLE.fullmatch(name):
            raise self.refuse(
                f"`environment[{index}]` has the name `{shown(name)}`, which is not a valid variable name", node
            )
        self.one_line(value.rstrip("\r\n"), node, ("environment", index))
        return name, value.rstrip("\r\n")

    def predict(self, top: dict[str, Node]) -> str | None:
        """Read `predict`, its newer name `run` (v0.20.0), or the `model` of 2021, which later means a repository."""
        if isinstance(top.get("run"), (Sequence, Mapping)):
            raise self.refuse("`run` must name code, such as run.py:Runner; commands belong in `build.run`", top["run"])
        predict, runner = self.text(top.get("predict"), "predict"), self.text(top.get("run"), "run")
        if runner and ".py:" not in runner:
            message = f"`run` is `{shown(runner)}`, not code such as run.py:Runner; commands belong in `build.run`"
            self.notes.append(ConfigNote(message, self.lines["run",], lost=True))
        if predict and runner:
            self.note("both `predict` and `run` are given; `predict` is used", self.lines["run",])
        model = self.scalar(top["model"], "model") if isinstance(top.get("model"), Scalar) else None
        if not (predict or runner) and model is not None and _ENTRY_2021.fullmatch(model.text):
            self.lines["predict",] = model.line
            return model.text
        return predict or runner

    def concurrency(self, node: Node | None) -> int | None:
        if isinstance(node, Scalar) and not node.is_null:
            self.note("`concurrency` must be a mapping with `max`; the number was read as `max`", node.line)
            value: Scalar | None = self.scalar(node, "concurrency", "max")
        else:
            values = self.pairs(node, "concurrency")
            self.unknown(values, CONCURRENCY_KEYS, node, "concurrency")
            value = self.scalar(values.get("max"), "concurrency", "max")
        if value is None:
            return None
        if not re.fullmatch(r"[0-9]{1,6}", value.text) or int(value.text) < 1:
            raise self.refuse(
                f"`concurrency.max` must be a whole number, 1 or greater (got `{shown(value.text)}`)", value
            )
        return int(value.text)

    def weights(self, node: Node | None) -> tuple[Weight, ...]:
        result: list[Weight] = []
        for item in self.items(node, "weights"):
            path = ("weights", len(result))
            if isinstance(item, Scalar):
                result.append(Weight("", (self.text(item, *path) or "",), ""))
                continue
            values = self.pairs(item, *path)
            self.unknown(values, _PARTS["weights"], item, *path)
            source = values.get("source")
            each = source.items if isinstance(source, Sequence) else (source,)
            for one in each:
                self.parts("weights.source", one)
            found = [
                (uri, self.filter(one, *path, "source", number))
                for number, one in enumerate(each)
                if (uri := self.source(one, *path, "source", number)) is not None
            ]
            name, target = (self.text(values.get(part), *path, part) or "" for part in ("name", "target"))
            filters = tuple(chosen for _uri, chosen in found) if any(any(chosen) for _uri, chosen in found) else ()
            result.append(Weight(name, tuple(uri for uri, _chosen in found), target, filters))
        return tuple(result)

    def filter(self, node: Node | None, *path: str | int) -> Filter:
        """Return the patterns of one source of weights."""
        values = self.pairs(node, *path) if isinstance(node, Mapping) else {}
        return Filter(*(self.texts(values.get(name), *path, name) for name in Filter._fields))

    def source(self, node: Node | None, *path: str | int) -> str | None:
        """Return the address of one source of weights, which may be a plain string."""
        return self.text(self.pairs(node, *path).get("uri") if isinstance(node, Mapping) else node, *path, "uri")

    def observability(self, node: Node | None) -> tuple[bool, str | None]:
        """Whether there are traces, and the file with their configuration (v0.23)."""
        values = self.pairs(node, "observability")
        traces = self.pairs(values.get("traces"), "observability", "traces")
        enabled = self.boolean(traces.get("enabled"), "observability", "traces", "enabled")
        return enabled, self.text(values.get("config"), "observability", "config")
