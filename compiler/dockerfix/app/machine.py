"""The machine of an App: what the model needs, as far as its code and files tell, and the machines of fal that have it.

Nothing is run, so most answers are guesses; a guess is a warning with its reason, for the user to check.
"""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from dockerfix.app.read.code import Library, Module, parse
from dockerfix.app.read.constants import evaluate
from dockerfix.app.read.model import AppError
from dockerfix.app.read.operations import Unknown
from dockerfix.app.read.scope import Scope
from dockerfix.app.read.weights import Downloads, listed
from dockerfix.knowledge import memory
from dockerfix.knowledge.downloads import CDN, WEIGHT_ADDRESS, WEIGHT_ENDINGS
from dockerfix.knowledge.fal import CPU_MACHINES, DEFAULT_MACHINE, GPU_COUNTS, PREFERRED_GPUS, Machine
from dockerfix.project.files import locate
from dockerfix.project.imports import code_of, imported_modules, is_standard
from dockerfix.project.project import CogConfig, Project
from dockerfix.project.requirements import normalize
from dockerfix.text.lazy_patterns import lazy

LOCK_FILE = "weights.lock"
GIGABYTE = 10**9
_SMALLEST_WEIGHTS = 10**6
_TELLING_WEIGHTS = GIGABYTE / 20
_PARALLEL = ("tensor_parallel_size", "pipeline_parallel_size")
_SPREADING = frozenset({"auto", "balanced", "balanced_low_0", "sequential"})
_HUB_NAME = lazy(r"[\w.-]+/[\w.-]+")
_OPTIONS = lazy(r"--(?:tensor-parallel-size|tensor_parallel_size|tp-size|tp)\b[=\s]+(\d+)")
_PROCESSES = lazy(r"--?nproc[_-]per[_-]node[=\s]+(\d+)")
_DEVICE = lazy(r"cuda:(\d+)")
_RUNS_PROGRAMS = "subprocess"


@dataclass
class Needs:
    """What a project says about the memory and the GPUs that it needs.

    `heavy` are packages with the framework that each brings, `unknown` packages whose needs aren't known, `hints`
    further signs that the model isn't tiny; `size` is that of the weights in bytes, as `source` tells it; `gpus` how
    many the code asks for, at `place`; `spreads` whether it uses all GPUs that it finds; `device` is the highest that
    it names, and where; `files` are the weights in the project with their sizes.
    """

    heavy: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    size: float = 0
    source: str = ""
    gpus: int = 1
    place: str = ""
    spreads: bool = False
    device: tuple[int, str] = (0, "")
    files: dict[str, int] = field(default_factory=dict)

    def weigh(self, size: float, source: str) -> None:
        """Take the size of weights if it is the largest so far."""
        if size > self.size:
            self.size, self.source = size, source

    def count(self, gpus: int, place: str) -> None:
        """Take a number of GPUs if it is the largest so far."""
        if gpus > self.gpus:
            self.gpus, self.place = gpus, place


def needs_of(project: Project, config: CogConfig, downloads: Downloads) -> Needs:
    """Read what the model needs from what it installs and imports, and from its files."""
    needs = Needs()
    reached = sorted(project.reached_files(config.predict))
    _take_packages(project, reached, needs)
    system = [re.split(r"[=/:<>~ ]", each, maxsplit=1)[0] for each in config.system_packages]
    needs.unknown += [f"`{name}`" for name in system if name not in memory.SMALL_SYSTEM_PACKAGES]
    needs.hints += ["its requirements can't be read"] if project.requirements_files().problems else []
    needs.hints += ["it downloads files"] if downloads.found or downloads.in_build or config.weights else []
    _weigh_files(project, needs)
    for uri in (uri for weight in config.weights for uri in weight.sources):
        _weigh_model(uri.partition("://")[2].partition("@")[0], needs)
    for name, value in config.environment:
        _weigh_model(value, needs)
        if name == "CUDA_VISIBLE_DEVICES":
            needs.count(len([part for part in value.split(",") if part.strip()]), f"{name} in cog.yaml")
    for file in reached:
        _read_file(project, file, needs)
    return needs


def _take_packages(project: Project, reached: Sequence[str], needs: Needs) -> None:
    """Take the packages that the project lists, and those whose modules the predictor imports."""
    packages = dict.fromkeys(sorted(project.declared_packages))
    heads = {head for name in packages for head in _heads(name)}
    own = {name.partition("/")[0].removesuffix(".py") for name in project.files() if name.endswith(".py")}
    for file in reached:
        source = project.read(file)
        for module, _line in imported_modules(source.text) if source is not None else ():
            if module == _RUNS_PROGRAMS:
                needs.hints.append("it runs other programs")
            elif not is_standard(module) and module not in own:
                name = normalize(memory.PACKAGE_OF_MODULE.get(module, module))
                if name not in heads:
                    packages[name] = None
                    heads.update(_heads(name))
    for name in packages:
        if name in memory.FRAMEWORKS or name in memory.BRING_FRAMEWORK:
            needs.heavy[name] = memory.BRING_FRAMEWORK.get(name, "")
        elif name not in memory.SMALL_PACKAGES:
            needs.unknown.append(f"`{name}`")


def _heads(name: str) -> Iterator[str]:
    """Yield a package's name and its beginnings: ``opentelemetry`` is the module of ``opentelemetry-api``."""
    return accumulate(name.split("-"), "{}-{}".format)


def _weigh_files(project: Project, needs: Needs) -> None:
    """Take the size of the weights in the project, and of those that weights.lock lists."""
    sizes = needs.files
    for name in project.files() if project.root is not None else ():
        if f".{name.rpartition('.')[2].lower()}" in WEIGHT_ENDINGS:
            path = locate(project.root, name) if project.root is not None else None
            size = path.stat().st_size if path is not None else 0
            if size >= _SMALLEST_WEIGHTS:
                sizes[name] = size
    if sizes:
        largest = max(sizes, key=lambda name: sizes[name])
        needs.weigh(
            sum(sizes.values()), f"weights in the project ({listed([largest, *sorted(set(sizes) - {largest})])})"
        )
    lock = project.read(LOCK_FILE)
    try:
        found = json.loads(lock.text)["weights"] if lock is not None else []
        total = sum(int(each["size"]) for each in found)
    except (ValueError, KeyError, TypeError):
        return
    needs.weigh(total, f"weights by {LOCK_FILE}")


def _weigh_model(name: str, needs: Needs) -> None:
    """Take the size of the weights that a text names: ``owner/model-7b``, or an address with such a part."""
    if re.search(WEIGHT_ADDRESS, name) or re.search(CDN, name):
        for part in name.partition("://")[2].split("/")[1:]:
            size = memory.gigabytes(part)
            if size is not None:
                needs.weigh(size * GIGABYTE, f"weights by the address `{name}`")
        return
    is_hub = _HUB_NAME.fullmatch(name) and f".{name.rpartition('.')[2].lower()}" not in WEIGHT_ENDINGS
    size = memory.gigabytes(name) if is_hub else None
    if size is not None:
        needs.weigh(size * GIGABYTE, f"weights by the name of `{name}`")


def _read_file(project: Project, file: str, needs: Needs) -> None:
    """Take the models and the numbers of GPUs that one file names."""
    source = project.read(file)
    if source is None:
        return
    try:
        tree = parse(source, file) if file in project.python_files() else None
    except AppError:
        tree = None
    if tree is not None:
        _read_code(tree, Scope(Library(project, file), Module(file, tree)), needs)
        return
    for number, line in enumerate(source.text.split("\n"), 1):
        _read_text(line.partition("#")[0], f"{file}:{number}", needs)


def _read_code(tree: ast.Module, scope: Scope, needs: Needs) -> None:
    quiet = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parallel: dict[str, tuple[int, int]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quiet:
            _weigh_model(node.value, needs)
            _read_text(node.value, f"{scope.file}:{node.lineno}", needs)
        elif isinstance(node, ast.List | ast.Tuple):
            words = [str(each.value) for each in node.elts if isinstance(each, ast.Constant)]
            _read_text(" ".join(words), f"{scope.file}:{node.lineno}", needs)
        for name, value in _settings(node):
            count = _number(value, scope) if name in _PARALLEL else None
            if count is not None:
                parallel[name] = max(parallel.get(name, (0, 0)), (count, value.lineno))
            needs.spreads |= _spreads(value)
    if parallel:
        line = min(line for _count, line in parallel.values())
        gpus = math.prod(count for count, _line in parallel.values())
        needs.count(gpus, f"`{'` and `'.join(parallel)}` in {scope.file}:{line}")


def _spreads(value: ast.expr) -> bool:
    """Whether a setting takes all GPUs that are there."""
    return "device_count" in code_of(value) or (isinstance(value, ast.Constant) and value.value in _SPREADING)


def _settings(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield what a keyword, an item of a dict or an assignment sets, of the names that matter here."""
    found: list[tuple[str, ast.expr]] = []
    if isinstance(node, ast.keyword) and node.arg is not None:
        found = [(node.arg, node.value)]
    elif isinstance(node, ast.Dict):
        found = [
            (key.value, value)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        ]
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
        found = [(node.targets[0].attr, node.value)]
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        key = node.targets[0].slice
        found = [(key.value, node.value)] if isinstance(key, ast.Constant) and isinstance(key.value, str) else []
    yield from ((name, value) for name, value in found if name in (*_PARALLEL, "device_map"))


def _number(value: ast.expr, scope: Scope) -> int | None:
    try:
        found = evaluate(value, scope)
    except Unknown:
        return None
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None


def _read_text(text: str, place: str, needs: Needs) -> None:
    for pattern, what in (
        (_OPTIONS, "`--tensor-parallel-size`"),
        (_PROCESSES, "`torchrun --nproc-per-node`"),
    ):
        for match in pattern.finditer(text):
            needs.count(int(match[1]), f"{what} in {place}")
    for match in _DEVICE.finditer(text):
        needs.device = max(needs.device, (int(match[1]), place))


class Choice(NamedTuple):
    """Machine types, of which fal takes the first that is free, and the number of GPUs.

    `reason` says why they are a guess; it is "" for a model that is plainly tiny.
    """

    names: tuple[str, ...]
    gpus: int
    reason: str


def cpu_machine(needs: Needs) -> Choice:
    """The smallest machine without a GPU that is sure to hold the model, or the largest."""
    if not (needs.heavy or needs.unknown or needs.hints or needs.size):
        return Choice((DEFAULT_MACHINE,), 1, "")
    wanted = needs.size * memory.CPU_FACTOR / 2**20
    enough = [name for name, size in CPU_MACHINES.items() if size >= max(wanted, memory.REPLICATE_CPU_MEMORY)]
    name = enough[0] if enough else max(CPU_MACHINES, key=lambda each: CPU_MACHINES[each])
    reason = f"{name}, with {_gb(CPU_MACHINES[name])} GB, is a guess: {_why(needs)}"
    if not enough:
        reason += ", which is more than the largest machine holds"
    return Choice((name,), 1, f"{reason}; Replicate's CPU machine has {_gb(memory.REPLICATE_CPU_MEMORY)} GB")


def gpu_machine(needs: Needs, fitting: Sequence[Machine], fit: str) -> Choice:
    """The machines among `fitting` that hold the model; `fit` says what they fit, "" where nothing is known of it."""
    wanted = needs.size * (100 + memory.OVERHEAD_PERCENT) / 100 / GIGABYTE
    gpus = needs.gpus
    if needs.gpus == 1 and needs.spreads and wanted > max(machine.vram for machine in fitting):
        largest = max((each.vram for each in fitting if each.name in PREFERRED_GPUS), default=fitting[0].vram)
        gpus = next((count for count in GPU_COUNTS if count * largest >= wanted), GPU_COUNTS[-1])
    large = [machine for machine in fitting if machine.vram * gpus >= wanted]
    chosen = [each for each in large if each.name in PREFERRED_GPUS] or sorted(large, key=lambda each: each.vram)[:2]
    if not large:
        chosen = [max(fitting, key=lambda each: each.vram)]
    sizes = ", ".join(f"{each.name} has {each.vram} GB" for each in chosen)
    fits = f"{'fits' if len(chosen) == 1 else 'fit'} {fit}"
    parts = [f"a guess: {_named(chosen)} {fits if fit else '(nothing names the CUDA of the model)'} ({sizes})"]
    if _counts(needs.size):
        parts.append(f"the model needs about {wanted:.{0 if wanted >= 10 else 1}f} GB, from {needs.source}")
        if not large:
            parts.append("which no machine has" if gpus == 1 else f"which {gpus} of them don't have")
    else:
        parts.append("nothing tells how much memory the model needs")
    if gpus > 1:
        parts.append(f"`num_gpus` is {gpus}, from {needs.place or 'that size'}")
    elif needs.spreads:
        parts.append("the code uses all GPUs that it finds, so set `num_gpus` if one is too small")
    if needs.device[0] >= gpus:
        device, place = needs.device
        parts.append(f"{place} names `cuda:{device}`, for which `num_gpus` would have to be {device + 1}")
    return Choice(tuple(each.name for each in chosen), gpus, "; ".join(parts))


def _counts(size: float) -> bool:
    """Whether weights of a size say something of the model: not a file beside it, such as a table or a classifier."""
    return size >= _TELLING_WEIGHTS


def _named(machines: Sequence[Machine]) -> str:
    return " and ".join(each.name for each in machines)


def _gb(megabytes: int) -> int:
    return megabytes // 1024


def _why(needs: Needs) -> str:
    reasons: list[str] = []
    if _counts(needs.size):
        reasons.append(f"{needs.size / GIGABYTE:.1f} GB of {needs.source}")
    if needs.heavy:
        shown = [f"`{name}` brings {brings}" if brings else f"it uses `{name}`" for name, brings in needs.heavy.items()]
        reasons.append(", ".join(shown[:3]))
    if not reasons and needs.unknown:
        names = list(dict.fromkeys(needs.unknown[:3]))
        verb = "takes" if len(names) == 1 else "take"
        reasons.append(f"nothing is known of the memory that {', '.join(names)} {verb}")
    if not reasons:
        reasons.append(needs.hints[0])
    return ", ".join(reasons)
