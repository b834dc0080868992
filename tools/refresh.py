"""``make refresh``: compare the tables of facts with PyPI and with a checkout of Cog, and write a diff for review.

    make refresh [COG=PATH] [PYTORCH=PATH]

From PyPI, by pip: the releases of torch, fal, Cog and TensorFlow for each Python, the CUDA that a wheel of torch or
TensorFlow requires, the torch that a wheel of torchvision or torchaudio requires, the versions that fal requires. From
a checkout of Cog: its tables of CUDA images and of torch, and fields of its schema that dockerfix doesn't know. From a
clone of pytorch/test-infra: the builds of each release of torch. What needs a person is printed.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Protocol

from dockerfix.knowledge import cog_server, cuda, fal
from dockerfix.knowledge.versions import numbers
from dockerfix.project.cog_yaml import BUILD_KEYS, TOP_KEYS

ROOT = Path(__file__).resolve().parents[1]
KNOWLEDGE = Path("compiler/dockerfix/knowledge")
DIFF = Path("build/refresh.diff")
REPORT = Path("build/refresh.md")
LONGEST_DIFF = 50_000
PYTHONS = tuple(f"3.{minor}" for minor in range(7, 16))
GLIBC = (39, 5)  # the newest and the oldest 2.x for which wheels are made
PLATFORMS = (
    *(f"manylinux_2_{minor}_x86_64" for minor in range(GLIBC[0], GLIBC[1] - 1, -1)),
    *("manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"),
)
OPERATORS = ("==", "~=", ">=", ">", "<=", "<", "!=")
MATRIX = "tools/scripts/generate_binary_build_matrix.py"  # in pytorch/test-infra
BY_HAND = ("pydantic",)  # fal's code needs a newer one than its metadata say


class Index(Protocol):
    """What a package index tells."""

    def versions(self, name: str, python: str) -> list[str]:
        """The releases that have a wheel for Linux and a Python."""

    def requires(self, name: str, version: str, python: str) -> list[str]:
        """The Requires-Dist of a release's wheel for Linux."""


class Pip:
    """The index that pip uses."""

    def versions(self, name: str, python: str) -> list[str]:
        """The releases that have a wheel for Linux and a Python."""
        done = self._run("index", "versions", name, *_target(python))
        found = re.search(r"^Available versions: (.*)", done, re.MULTILINE)
        return found[1].split(", ") if found else []

    def requires(self, name: str, version: str, python: str) -> list[str]:
        """The Requires-Dist of a release's wheel for Linux."""
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder, "report.json")
            options = ("--dry-run", "--ignore-installed", "--no-deps", "--quiet", f"--report={report}")
            # `==` would also take a build with a local version, such as 2.13.0+cpu
            self._run("install", *options, f"--target={folder}/t", *_target(python), f"{name}==={version}")
            if not report.exists():
                raise SystemExit(f"pip gives no metadata of {name} {version} for Python {python}")
            found: list[str] = json.loads(report.read_text("utf-8"))["install"][0]["metadata"].get("requires_dist", [])
            return found

    def _run(self, *arguments: str) -> str:
        # constraints in the configuration of pip would hide the newest releases
        environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_CONSTRAINT": os.devnull}
        command = (sys.executable, "-m", "pip", *arguments)
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment).stdout  # noqa: S603


def _target(python: str) -> list[str]:
    platforms = [f"--platform={name}" for name in PLATFORMS]
    return ["--only-binary=:all:", f"--python-version={python}", *platforms]


class Refresh:
    """New texts of the modules of facts, and notes about what a person has to decide."""

    def __init__(
        self, index: Index, cog: Path | None, today: str, root: Path = ROOT, pytorch: Path | None = None
    ) -> None:
        self.index = index
        self.cog = cog
        self.pytorch = pytorch
        self.today = today
        self.texts = {
            name: (root / KNOWLEDGE / name).read_text("utf-8") for name in ("cuda.py", "fal.py", "cog_server.py")
        }
        self.old = dict(self.texts)
        self.notes: list[str] = []

    def run(self) -> None:
        """Bring all tables up to date, and the dates of those that were compared."""
        self.torch_wheels()
        self.companions("torchvision", "TORCHVISION", cuda.TORCHVISION)
        self.companions("torchaudio", "TORCHAUDIO", cuda.TORCHAUDIO)
        self.tensorflow()
        self.fal()
        self.releases("cog_server.py", "cog", cog_server.RELEASES)
        self._date("cuda.py", "TORCH_WHEEL", "COMPANION", "TENSORFLOW")
        self._date("fal.py", "RELEASE", "REQUIREMENT")
        self._date("cog_server.py", "RELEASE")
        builds: dict[str, set[str]] = {}
        if self.cog is not None:
            config = self.cog / "pkg" / "config"
            self.images(_json(config / "cuda_compatibility.json"))
            builds = builds_of_cog(_json(config / "torch_compatibility.json"))
            self.schema(_json(config / "data" / "config_schema_v1.0.json"))
            self._date("cuda.py", "IMAGE")
        if self.pytorch is not None:
            for version, found in builds_of_pytorch(self.pytorch).items():
                builds[version] = builds.get(version, set()) | found
        self.torch_builds(builds)
        if self.cog is not None and self.pytorch is not None:
            self._date("cuda.py", "TORCH")

    def diff(self) -> str:
        """The changes as a patch for ``git apply``."""
        lines: list[str] = []
        for name, text in self.texts.items():
            path = (KNOWLEDGE / name).as_posix()
            old = self.old[name].splitlines(keepends=True)
            lines += difflib.unified_diff(old, text.splitlines(keepends=True), f"a/{path}", f"b/{path}")
        return "".join(lines)

    def torch_wheels(self) -> None:
        """`TORCH_WHEELS`: new releases, and Pythons for which there are wheels now."""
        pythons = self._pythons("torch")
        rows = dict(cuda.TORCH_WHEELS)
        for version in sorted(pythons, key=numbers):
            lowest, highest = pythons[version][0], pythons[version][-1]
            if version in rows:
                rows[version] = (rows[version][0], lowest, highest)
            elif numbers(version) > numbers(next(iter(rows))):
                needs = cuda_of(self.index.requires("torch", version, highest))
                if needs is None:
                    self.notes.append(f"torch {version}: its wheel doesn't say which CUDA it needs")
                else:
                    rows[version] = (needs, lowest, highest)
        self._table(
            "cuda.py", "TORCH_WHEELS", (f"{_quoted(key)}: {_tuple(rows[key])}" for key in sorted(rows, key=numbers))
        )

    def companions(self, name: str, table: str, known: Mapping[str, str]) -> None:
        """`TORCHVISION` and `TORCHAUDIO`: the versions of torch that a new release requires."""
        pythons = self._pythons(name)
        rows = dict(known)
        for version in sorted(pythons.keys() - known.keys(), key=numbers):
            if not known or numbers(version) > numbers(next(iter(known))):
                needed = map(requirement, self.index.requires(name, version, pythons[version][-1]))
                rows[version] = next((versions for package, versions, _ in needed if package == "torch"), "")
        self._table("cuda.py", table, (f"{_quoted(key)}: {_quoted(rows[key])}" for key in sorted(rows, key=numbers)))

    def tensorflow(self) -> None:
        """`TENSORFLOW`: the CUDA and the cuDNN that the extra and-cuda of a new release installs."""
        pythons = self._pythons("tensorflow")
        newest = max(cuda.TENSORFLOW, key=numbers)
        rows = dict(cuda.TENSORFLOW)
        for version in sorted(pythons, key=numbers):
            minor = numbers(version)[:2]
            if minor > numbers(newest)[:2] and not any(numbers(known)[:2] == minor for known in rows):
                found = self.index.requires("tensorflow", version, pythons[version][-1])
                needs, cudnn = cuda_of(found), _version_of(found, "nvidia-cudnn")
                if needs is None or cudnn is None:
                    self.notes.append(f"tensorflow {version}: its extra and-cuda names no CUDA or no cuDNN")
                else:
                    rows[version] = (needs, cudnn)
        self._table("cuda.py", "TENSORFLOW", (f"{_quoted(key)}: {_tuple(row)}" for key, row in rows.items()))

    def fal(self) -> None:
        """`RELEASES` and `REQUIREMENTS` of fal."""
        self.releases("fal.py", "fal", fal.RELEASES)
        version, python = self._newest("fal")
        found = self.index.requires("fal", version, python)
        isolate = self._newest("isolate")
        needed = [*found, *self.index.requires("isolate", *isolate)]
        rows: list[tuple[str, str, str]] = []
        for package, specifier, since in fal.REQUIREMENTS:
            now = {lowest: versions for name, versions, lowest in map(requirement, needed) if name == package}
            if package in BY_HAND:
                rows.append((package, specifier, since))
            elif since in now:
                rows.append((package, _same(specifier, now[since]), since))
            else:
                self.notes.append(
                    f"fal {version} no longer requires {package}: {specifier} from Python {since} is left as it is"
                )
                rows.append((package, specifier, since))
        self._table("fal.py", "REQUIREMENTS", (_tuple(row) for row in rows))

    def releases(self, file: str, name: str, known: Sequence[tuple[str, str]]) -> None:
        """`RELEASES`: the newest release for each Python, from the lowest Python of the table on."""
        rows: list[tuple[str, str]] = []
        for python in PYTHONS:
            found = self.index.versions(name, python)
            if found and numbers(python) >= numbers(known[0][0]) and (not rows or rows[-1][1] != found[0]):
                rows.append((python, found[0]))
        text = f"RELEASES = ({', '.join(_tuple(row) for row in rows)})"
        self.texts[file] = re.sub(r"^RELEASES = \(.*\)", lambda _: text, self.texts[file], count=1, flags=re.MULTILINE)

    def images(self, table: list[dict[str, Any]]) -> None:
        """`CUDA_IMAGES`: the tags of Cog's table beside those that are known."""
        rows = {row[0]: row for row in cuda.CUDA_IMAGES}
        systems = {version: set(row[3].split()) for version, row in rows.items()}
        for entry in table:
            parsed = cuda.parse_cuda_tag(entry["Tag"])
            if parsed is None or parsed.cudnn is None or not entry["IsDevel"]:
                continue
            version = entry["CUDA"]
            systems.setdefault(version, set()).add(entry["Ubuntu"])
            rows.setdefault(version, (version, entry["CuDNN"], f"cudnn{parsed.cudnn}", ""))
        made = ((*rows[version][:3], " ".join(sorted(systems[version]))) for version in sorted(rows, key=numbers))
        self._table("cuda.py", "CUDA_IMAGES", map(_tuple, made))

    def torch_builds(self, found: dict[str, set[str]]) -> None:
        """`TORCH`: the releases that aren't known; a known one whose builds differ is a note.

        A release that PyPI lacks is not out yet.
        """
        released = self._pythons("torch")
        # since torchvision 0.29.1 a release is for several of torch
        made_for = {specifier.removeprefix("=="): version for version, specifier in self._torchvisions().items()}
        new: dict[str, str] = {}
        for version in sorted(found, key=numbers):
            written = " ".join(sorted(found[version], key=numbers))
            if version in cuda.TORCH:
                if not found[version] <= set(cuda.TORCH[version][1].split()):
                    self.notes.append(
                        f"torch {version}: there are builds for {written}, the table has {cuda.TORCH[version][1]}"
                    )
            elif version in released:
                torchvision = made_for.get(version, "")
                new[version] = f'{_quoted(version)}: ("{torchvision}", "{written}", _INDEX_OF_BUILD, None)'
        self._insert("cuda.py", "TORCH", new)

    def _torchvisions(self) -> dict[str, str]:
        """`TORCHVISION` with what was found."""
        found = re.search(r"^TORCHVISION[^=]*= (\{.*?^\})", self.texts["cuda.py"], re.MULTILINE | re.DOTALL)
        result: dict[str, str] = ast.literal_eval(found[1]) if found is not None else {}
        return result

    def schema(self, schema: dict[str, Any]) -> None:
        """Fields of cog.yaml that dockerfix doesn't know."""
        fields = schema["properties"]
        for known, found, place in ((TOP_KEYS, fields, ""), (BUILD_KEYS, fields["build"]["properties"], "build.")):
            self.notes += [f"cog.yaml: `{place}{name}` is new in Cog's schema" for name in found if name not in known]

    def _pythons(self, name: str) -> dict[str, list[str]]:
        """The Pythons of each final release."""
        result: dict[str, list[str]] = {}
        for python in PYTHONS:
            for version in self.index.versions(name, python):
                if re.fullmatch(r"\d+(\.\d+)+", version):
                    result.setdefault(version, []).append(python)
        if not result:
            raise SystemExit(f"the package index gives no release of {name}")
        return result

    def _newest(self, name: str) -> tuple[str, str]:
        pythons = self._pythons(name)
        version = max(pythons, key=numbers)
        return version, pythons[version][0]

    def _table(self, file: str, name: str, rows: Iterable[str]) -> None:
        self._edit(file, name, lambda _: "".join(f"    {row},\n" for row in rows))

    def _insert(self, file: str, name: str, rows: Mapping[str, str]) -> None:
        """Add rows of a table that is in the order of releases."""

        def change(old: str) -> str:
            lines = {line.split('"')[1]: line for line in old.splitlines(keepends=True)}
            lines |= {version: f"    {row},\n" for version, row in rows.items()}
            return "".join(lines[version] for version in sorted(lines, key=numbers))

        if rows:
            self._edit(file, name, change)

    def _date(self, file: str, *sources: str) -> None:
        """Set the date of each of these sources."""
        for name in sources:
            self.texts[file], count = re.subn(
                rf'^{name}_AS_OF = ".*"',
                f'{name}_AS_OF = "{self.today}"',
                self.texts[file],
                count=1,
                flags=re.MULTILINE,
            )
            if count != 1:
                raise SystemExit(f"{file} has no {name}_AS_OF")

    def _edit(self, file: str, name: str, change: Callable[[str], str]) -> None:
        """Change the lines of a table; a table without new facts keeps its text to the letter."""
        table = re.compile(rf"^({name}(?:: [^=\n]*)? = [({{]\n)(.*?)^([)}}])", re.MULTILINE | re.DOTALL)
        self.texts[file], count = table.subn(
            lambda match: match[1] + change(match[2]) + match[3], self.texts[file], count=1
        )
        if count != 1:
            raise SystemExit(f"{file} has no table {name}")


def builds_of_cog(table: list[dict[str, Any]]) -> dict[str, set[str]]:
    """The builds of each release of torch, ``cpu`` or a CUDA, in Cog's table."""
    builds: dict[str, set[str]] = {}
    for entry in table:
        builds.setdefault(_public(entry["Torch"]), set()).add(entry["CUDA"] or "cpu")
    return builds


def builds_of_pytorch(clone: Path) -> dict[str, set[str]]:
    """The builds of each release of torch in the history of pytorch/test-infra.

    The file names only the stable release and the candidate of its time; the newest commit about a release counts.
    """
    builds: dict[str, set[str]] = {}
    for commit in reversed(_git(clone, "log", "--format=%H", "--", MATRIX).split()):
        facts: dict[str, Any] = {}
        with contextlib.suppress(SyntaxError):  # some commits have one
            for node in ast.parse(_git(clone, "show", f"{commit}:{MATRIX}")).body:
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    with contextlib.suppress(ValueError):
                        facts[node.targets[0].id] = ast.literal_eval(node.value)
        cudas = facts.get("CUDA_ARCHES_DICT", {})
        for version, channel in (("CURRENT_CANDIDATE_VERSION", "test"), ("CURRENT_STABLE_VERSION", "release")):
            if version in facts and channel in cudas:
                hidden = facts.get("CUDA_ARCHES_NO_GETTING_STARTED", [])  # built, and not for users yet
                builds[facts[version]] = {"cpu", *cudas[channel]} - {*hidden}
    return builds


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, check=True).stdout  # noqa: S603, S607


def cuda_of(requires: Iterable[str]) -> str | None:
    """The CUDA (``12.8``) that a wheel's Requires-Dist names; None if it names none."""
    found = list(requires)
    return _version_of(found, "cuda-toolkit") or _version_of(found, "nvidia-cuda-runtime")


def _version_of(requires: Iterable[str], name: str) -> str | None:
    """Major and minor version of the lowest release that one of the packages of this name may have."""
    for line in requires:
        match = re.match(rf"{name}(?:-cu\d+)?(?:\[[^\]]*\])?[^;]*?(?:==|>=)\s*(\d+\.\d+)", line)
        if match is not None:
            return match[1]
    return None


def requirement(line: str) -> tuple[str, str, str]:
    """Name, versions, and lowest Python of a line of Requires-Dist; the name is "" where another condition applies."""
    body, _, marker = line.partition(";")
    match = re.match(r"\s*([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*\(?([^)]*)\)?", body)
    since = re.fullmatch(r"""\s*python_version\s*(>=|<)\s*["'](3\.\d+)["']\s*""", marker)
    if match is None or (marker and since is None):
        return "", "", ""
    name = re.sub(r"[-_.]+", "-", match[1]).lower()
    return name, ordered(match[2]), since[2] if since and since[1] == ">=" else fal.RELEASES[0][0]


def ordered(specifier: str) -> str:
    """The clauses of a specifier from the lowest to the highest, exclusions last."""
    clauses = [clause.strip() for clause in specifier.split(",") if clause.strip()]
    clauses.sort(
        key=lambda clause: (
            next(at for at, each in enumerate(OPERATORS) if clause.startswith(each)),
            numbers(clause.strip("=~><! ")),
        )
    )
    return ",".join(clauses)


def _same(old: str, new: str) -> str:
    """The old spelling where only zeros at the end differ."""
    return old if re.sub(r"(\.0)+(?=,|$)", "", old) == re.sub(r"(\.0)+(?=,|$)", "", new) else new


def _public(version: str) -> str:
    return str(version).partition("+")[0]


def _quoted(text: str) -> str:
    return f'"{text}"'


def _tuple(row: Iterable[str]) -> str:
    return f"({', '.join(map(_quoted, row))})"


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def report(notes: Iterable[str], diff: str) -> str:
    """Return what was found as Markdown: the text of a pull request, of which GitHub takes 65,536 characters."""
    decide = [f"- [ ] {' '.join(note.split())}" for note in notes]
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", diff) or [""]))
    shown = diff if len(diff) <= LONGEST_DIFF else f"{diff[:LONGEST_DIFF]}\n... and more: see the files that changed\n"
    parts = [
        "`make refresh` compared the tables of facts with their sources. Look at each row before you merge.\n",
        "## To decide\n\n" + "\n".join(decide) + "\n" if decide else "",
        f"## What changed in the tables\n\n{fence}diff\n{shown}{fence}\n" if diff else "Nothing changed.\n",
    ]
    return "\n".join(filter(None, parts))


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the diff and print what a person has to decide."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cog", type=Path, metavar="PATH", help="a checkout of Cog")
    parser.add_argument("--pytorch", type=Path, metavar="PATH", help="a clone of pytorch/test-infra with its history")
    chosen = parser.parse_args(arguments)
    work = Refresh(Pip(), chosen.cog, datetime.now(timezone.utc).date().isoformat(), pytorch=chosen.pytorch)
    work.run()
    target = ROOT / DIFF
    target.parent.mkdir(exist_ok=True)
    target.write_text(work.diff(), "utf-8")
    (ROOT / REPORT).write_text(report(work.notes, work.diff()), "utf-8")
    for note in work.notes:
        print(f"to decide: {note}")
    print(f"{DIFF}: read it, then `git apply {DIFF}`")


if __name__ == "__main__":
    main()
