"""Rules about Python packages: each of cog.yaml's, quoted, in order, and in the image that is run."""

from __future__ import annotations

import csv
import posixpath
import re
import shlex
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from checker import shell
from checker.intent import fold, is_cog, is_requirement, package_words
from checker.model import Case, Violation
from checker.reading import Instruction, Stage
from checker.stages import lineage

_SAFE = re.compile(r"[A-Za-z0-9_.,:/@%+=-]+")
_INDEXES = frozenset(["-f", "--find-links", "-i", "--index-url", "--extra-index-url", "--index", "--default-index"])


def wanted_items(case: Case) -> Iterator[tuple[str, ...]]:
    """The words of each package, options and values as words of their own; Cog's packages are left out."""
    for item in case.wanted.packages:
        parts = package_words(item)
        if not any(is_cog(part) for part in parts if not part.startswith("-")):
            yield shell.split_options(parts)


def wanted_words(case: Case) -> tuple[str, ...]:
    """The words of all packages."""
    return tuple(word for words in wanted_items(case) for word in words)


def package_step(case: Case) -> tuple[Stage, Instruction, shell.Install] | None:
    """The install that has most of the wanted packages, if one has any."""
    wanted = set(wanted_words(case))
    best: tuple[int, Stage, Instruction, shell.Install] | None = None
    for stage, instruction in case.output.instructions():
        for install in shell.installs(instruction):
            count = len(wanted & set(install.words))
            if count and (best is None or count > best[0]):
                best = (count, stage, instruction, install)
    return best[1:] if best else None


def check_packages(case: Case) -> Iterator[Violation]:
    """All packages stand in one RUN, in order, each a quoted word, and nothing else does."""
    wanted = wanted_words(case)
    if not wanted or case.wanted.requirements:
        return
    step = package_step(case)
    if step is None:
        yield Violation("python-packages", f"no RUN installs {wanted[0]}")
        return
    stage, instruction, install = step
    for message in missing_words(wanted, install):
        yield Violation("python-packages", f"line {instruction.first}: {message}")
    expected = {word for word in wanted if not word.startswith("-")}
    for word in _sound_words(case):
        if word not in install.words or not _is_quoted(word, instruction.arguments):
            yield Violation("package-quoting", f"line {instruction.first}: {word} is no quoted word")
    for line in case.output.lines[instruction.first - 1 : instruction.last]:
        if len(expected & set(shell.words(line.removesuffix("\\")))) > 1:
            yield Violation("package-quoting", f"line {instruction.first}: more than one package in {line.strip()}")
    yield from _reach(case, stage, instruction, install)


def missing_words(wanted: tuple[str, ...], install: shell.Install) -> Iterator[str]:
    """What an install lacks of the wanted words, or has beyond them; words that hold several parts count as those."""
    parts = _parts(wanted)
    rest = iter(_parts(install.words))
    missing = next((part for part in parts if part not in rest), None)
    if missing is not None:
        yield f"{missing} is missing, changed or out of order"
    for extra in [word for word in install.requirements if not set(_parts((word,))) <= set(parts)]:
        yield f"{extra} is not wanted"


def _sound_words(case: Case) -> Iterator[str]:
    """The words of items that hold nothing but options and requirements; how to divide others is anybody's guess."""
    for words in wanted_items(case):
        values = {value for name, value in pairwise(words) if name in shell.VALUED}
        if all(word.startswith("-") or word in values or is_requirement(word) for word in words):
            yield from words


def _parts(words: tuple[str, ...]) -> tuple[str, ...]:
    return shell.split_options(tuple(part for word in words for part in word.split()))


def _is_quoted(word: str, text: str) -> bool:
    if shlex.quote(word) != word and shlex.quote(word) in text:
        return True
    if f"'{word}'" in text and "'" not in word:
        return True
    escaped = "'" + word.replace("'", "'\\''") + "'"
    plain = not re.search(r'["$`\\]', word)
    return escaped in text or (plain and f'"{word}"' in text) or (_SAFE.fullmatch(word) is not None)


def _reach(case: Case, stage: Stage, instruction: Instruction, install: shell.Install) -> Iterator[Violation]:
    """What an install brings is in the last stage, where Python looks for it."""
    target = next(reversed(install.values("-t", "--target")), None)
    place = f"line {instruction.first}"
    final = case.output.final
    if stage is final or any(each is instruction for each in lineage(case, final)[1]):
        if target is not None:
            yield Violation("packages-reach-image", f"{place}: Python does not look into {target}")
    elif target is None:
        yield Violation("packages-reach-image", f"{place}: installed in a stage whose packages stay there")
    else:
        transfers = list(transfers_of(case, stage, target))
        if not transfers:
            yield Violation("packages-reach-image", f"{place}: nothing takes {target} to the last stage")
        for transfer in transfers:
            problem = _bad_target(case, transfer)
            if problem:
                yield Violation("packages-reach-image", f"line {transfer.first}: {problem}")


def transfers_of(case: Case, stage: Stage, folder: str) -> Iterator[Instruction]:
    """The instructions of the last stage that take `folder` of `stage` over."""
    index = case.output.stages.index(stage)
    names = {str(index), (stage.name or str(index)).lower()}
    for each in case.output.final.instructions:
        if (
            each.keyword == "COPY"
            and (each.flag("from") or "").lower() in names
            and each.value[0].rstrip("/") == folder
        ):
            yield each
        for mount in each.mounts() if each.keyword == "RUN" else ():
            source = mount.get("source") or mount.get("src") or "/"
            if mount.get("from", "").lower() in names and source.rstrip("/") == folder:
                yield each


def _bad_target(case: Case, transfer: Instruction) -> str | None:
    """Why a copied folder of packages is none where the image's Python looks."""
    target = transfer.value[-1].rstrip("/")
    if transfer.keyword == "RUN":
        return None if "site-packages" in transfer.script else "nothing goes to site-packages"
    match = re.fullmatch(r"/usr/local/lib/python(\d+\.\d+)/(site|dist)-packages", target)
    if match is None:
        return f"Python does not look into {target}"
    version = re.search(r"python:(\d+\.\d+)", lineage(case, case.output.final)[0])
    return f"the image's Python is {version[1]}" if version and version[1] != match[1] else None


def check_requirements(case: Case) -> Iterator[Violation]:
    """The requirements file and all that it names are copied from the project, and installed; or its lines are.

    Its lines are named themselves where the file can't be taken as it is: with Cog's packages or local ones in it.
    """
    path = case.wanted.requirements
    if path is None:
        return
    path = posixpath.normpath(path)
    words = requirement_words(case.project, path)
    special = any(is_cog(word) or _is_local(word) for word in words)
    for stage, instruction in case.output.instructions():
        for install in shell.installs(instruction):
            if special and not list(_missing_lines(words, install)):
                yield from _reach(case, stage, instruction, install)
                return
            for value in install.values("-r", "--requirement"):
                if _source_of(stage, instruction, value) == path and not any(map(is_cog, words)):
                    yield from _reach(case, stage, instruction, install)
                    yield from _nested(case, stage, instruction, value, path)
                    return
    yield Violation("requirements-file", f"{path} is not copied from the project and installed")


def _is_local(word: str) -> bool:
    """Whether a requirement is a file or folder of the project."""
    return bool(re.match(r"\.{0,2}/|file:|\.$", word)) or (word.endswith(".whl") and "://" not in word)


def requirement_words(project: Path | None, path: str) -> list[str]:
    """The words of a requirements file and of those that it includes; nothing without a project."""
    if project is None or not (project / path).is_file():
        return []
    words: list[str] = []
    for line in (project / path).read_text(encoding="utf-8", errors="replace").replace("\\\n", " ").split("\n"):
        parts = shell.split_options(package_words(line))
        if parts[:1] in (("-r",), ("--requirement",)):
            words += requirement_words(project, posixpath.normpath(posixpath.join(posixpath.dirname(path), parts[1])))
        else:
            words += parts
    return words


def _missing_lines(words: list[str], install: shell.Install) -> Iterator[str]:
    """The lines that an install lacks, without Cog's packages and the project as a package of itself."""
    names = {posixpath.basename(word) for word in install.words}
    for word in words:
        if word.startswith("-") or is_cog(word) or word in (".", "./"):
            continue
        if posixpath.basename(word) not in names if _is_local(word) else word not in install.words:
            yield word


def _source_of(stage: Stage, user: Instruction, target: str) -> str | None:
    """The path in the project of a file that COPY put at `target` before `user`."""
    folder = "/"
    result = None
    for each in stage.instructions[: stage.instructions.index(user)]:
        if each.keyword == "WORKDIR":
            folder = posixpath.join(folder, each.value[0])
        if each.keyword != "COPY" or each.flag("from") is not None:
            continue
        place = posixpath.join(folder, each.value[-1])
        for source in each.value[:-1]:
            found = _copied(source.lstrip("/") or ".", place, posixpath.join(folder, target), len(each.value) > 2)
            result = found or result
    return result


def _copied(source: str, place: str, wanted: str, many: bool) -> str | None:
    source = posixpath.normpath(source)
    into = place.endswith("/") or many
    place, wanted = posixpath.normpath(place), posixpath.normpath(wanted)
    if wanted == (posixpath.join(place, posixpath.basename(source)) if into else place):
        return source
    if wanted.startswith(f"{place}/"):  # a folder was copied
        return posixpath.normpath(posixpath.join(source, wanted[len(place) + 1 :]))
    return None


def _nested(case: Case, stage: Stage, instruction: Instruction, target: str, path: str) -> Iterator[Violation]:
    """The files that a requirements file names are where pip looks for them."""
    for name in _named_files(case.project, path):
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        place = posixpath.join(posixpath.dirname(target), name)
        if _source_of(stage, instruction, place) != wanted:
            yield Violation("requirements-file", f"{path} names {name}, which is not copied to {place}")


def _named_files(project: Path | None, path: str) -> list[str]:
    if project is None or not (project / path).is_file():
        return []
    text = (project / path).read_text(encoding="utf-8", errors="replace")
    return re.findall(r"(?m)^\s*(?:-r|-c|--requirement|--constraint)[ =]?\s*([^\s#]+)", text)


def check_torch_index(case: Case) -> Iterator[Violation]:
    """A pinned torch comes with the package index of its CUDA (or CPU) build."""
    for version, url, step in _torch(case):
        names = [value.rstrip("/") for value in step.values(*_INDEXES)] + list(_file_urls(case))
        if url.rstrip("/") not in names:
            yield Violation("torch-index", f"torch {version} without {url}")


def _torch(case: Case) -> Iterator[tuple[str, str, shell.Install]]:
    image = lineage(case, case.output.final)[0]
    cuda = re.search(r"nvidia/cuda:(\d+\.\d+)", image)
    if case.options.torch_table is None or (case.wanted.gpu and cuda is None):
        return
    table = torch_table(case.options.torch_table)
    for _, instruction in case.output.instructions():
        for install in shell.installs(instruction):
            for version in _pins(case, install):
                url = table.get((version, cuda[1] if cuda else "cpu"))
                if url:
                    yield version, url, install


def _pins(case: Case, install: shell.Install) -> Iterator[str]:
    words = set(wanted_words(case)) & set(install.requirements)
    if case.wanted.requirements and install.values("-r", "--requirement"):
        words = {fold(line) for line in _requirements_text(case).split("\n")}
    for word in words:
        match = re.match(r"torch\s*==\s*([0-9.]+)(?![0-9.+*])", word)
        if match:
            yield match[1]


def _requirements_text(case: Case) -> str:
    path = case.project / case.wanted.requirements if case.project and case.wanted.requirements else None
    return path.read_text(encoding="utf-8", errors="replace") if path and path.is_file() else ""


def _file_urls(case: Case) -> Iterator[str]:
    for url in re.findall(r"https?://\S+", _requirements_text(case)):
        yield url.rstrip("/")


@cache
def torch_table(path: Path) -> dict[tuple[str, str], str]:
    """(torch, CUDA as x.y or cpu) to the package index that Cog uses; rows without one are left out."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return {(row["torch"], row["cuda"]): row["index_url"] for row in rows if row["index_url"] not in ("", "-")}
