"""Projects that nobody wrote, and what Cog prints for them.

The Dockerfiles are the outputs of Cog under ``fixtures/pipeline``, of many releases, with the user's part exchanged as
Cog would write it: commands as they are, Debian packages and variables without quotes, one line each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from hypothesis import assume
from hypothesis import strategies as st

import dockerfix
from golden import cases, project_of
from pass_cases import options_of_case
from strategies.dockerfiles import comments, instructions
from strategies.shell import commands

MARKER = "pwned"
"""The program that every hostile item tries to run."""

NASTY = "ab1 '\"$`;|&<>(){}#\\=!*~-@[].,%^?+é"
ESCAPES = [
    *(
        f"'; {MARKER} #",
        f"$({MARKER})",
        f"`{MARKER}`",
        f'"; {MARKER}; "',
        f"&& {MARKER}",
        f"|| {MARKER}",
        f"| {MARKER}",
    ),
    *(
        f"\\'; {MARKER}",
        f"'\"'\"'; {MARKER}",
        f"${{x:-$({MARKER})}}",
        f"<({MARKER})",
        f"& {MARKER}",
        "> f",
        "a\\",
        "\\",
    ),
    *("# comment", "<<EOF", "$'\\n'", f"a #\\' ; {MARKER}", f"{MARKER}`", f"$(({MARKER}))", "--", "é\u00a0x", "~", "*"),
]
REQUIREMENTS = [
    *("numpy", "torch==2.1.2", "torch", "pillow>=10,<11", "a[b]==1", "--pre", "-f https://x.example.org", "-e ."),
    *("==1", "git+https://github.com/a/b@c#egg=d", "./wheels/a-1.0-py3-none-any.whl", "cog==0.9", "-r other.txt"),
    *("; python_version < '3.12'", 'x ; python_version < "3.8"', "--extra-index-url=https://x.example.org/${T}"),
]
KNOWN = ("numpy", "scipy==1.11.4", "torch==2.1.2")
"""Plain requirements, of which a test can say how they have to come out."""

_lines = st.one_of(
    st.text(NASTY, min_size=1, max_size=16),
    st.lists(st.sampled_from(ESCAPES + REQUIREMENTS), min_size=1, max_size=3).map(" ".join),
)
_debian = st.sampled_from(["ffmpeg", "libgl1", "git", "libtag1-dev>=1.9", "g++", "python3-dev", "curl=7.88.1-10"])


class Project(NamedTuple):
    """What a cog.yaml asks for; every item is one line without blanks at its ends."""

    packages: list[str]
    system: list[str]
    run: list[str]
    environment: dict[str, str]


class Case(NamedTuple):
    """What Cog printed for a project, the same without the user's commands, its cog.yaml, and the fixture behind it."""

    text: str
    bare: str
    cog_yaml: str
    project: Project
    folder: Path

    @property
    def lists_packages(self) -> bool:
        """Whether cog.yaml names the packages itself, not in a requirements file."""
        return "python_packages" in self.cog_yaml

    def rewrite(self, text: str | None = None) -> dockerfix.Result:
        """What dockerfix makes of it, or of another text."""
        source = self.text if text is None else text
        options = options_of_case(self.folder)
        return dockerfix.rewrite(source, project=project_of(self.folder), cog_yaml=self.cog_yaml, options=options)


def _one_line(text: str) -> bool:
    return bool(text) and text == text.strip()


_packages = st.lists((_lines | st.sampled_from(KNOWN)).filter(_one_line), max_size=5)
_system = st.lists(_debian, max_size=3, unique=True)
_values = (st.just("") | _lines).filter(lambda text: text == text.strip() and not text.endswith("\\"))
"""Without a backslash at the end, with which Cog's ENV takes the next instruction along and BuildKit may refuse it."""
_environment = st.dictionaries(st.sampled_from(["A", "GREETING", "X_1"]), _values)
projects = st.builds(Project, _packages, _system, st.lists(commands(), max_size=4, unique=True), _environment)
hostile_to_apt = st.builds(
    Project,
    st.just([]),
    st.lists(_debian | st.sampled_from(ESCAPES).map("x{}".format), min_size=1, max_size=3, unique=True),
    st.just([]),
    st.just({}),
)
"""Debian packages can't be quoted in every era of Cog: what is no name has to be refused or left out."""


class Skeleton(NamedTuple):
    """An output of Cog with gaps for the user's parts, and the settings of its cog.yaml."""

    folder: Path
    text: str
    config: dict[str, Any]
    writes_environment: bool

    def fill(self, project: Project) -> str:
        """The Dockerfile that this release of Cog prints for `project`."""
        pairs = " ".join([f"{name}={value}" for name, value in sorted(project.environment.items())])
        names = " ".join(project.system)
        apt = f"RUN apt-get update -qq && apt-get install -qqy {names} && rm -rf /var/lib/apt/lists/*\n"
        parts = {
            _ENVIRONMENT: f"ENV {pairs}\n" if pairs and self.writes_environment else "",
            _SYSTEM: apt if names else "",
            _PACKAGES: " ".join(project.packages),
            _RUN: "".join([f"RUN {command}\n" for command in project.run]),
        }
        return re.sub("\0[a-z]+\0", lambda match: parts[match[0]], self.text)

    def hides_packages(self, project: Project) -> bool:
        """Whether a ``#`` makes a comment of packages: before v0.5.0 Cog wrote them into a RUN as they were."""
        return _PACKAGES in self.text and any(re.search(r"(^|\s)#", item) for item in project.packages)

    def case(self, project: Project, write: Callable[[dict[str, Any]], str] = json.dumps) -> Case:
        """All that there is of a project: what `fill` and `settings` give."""
        bare = self.fill(project._replace(run=[]))
        return Case(self.fill(project), bare, write(self.settings(project)), project, self.folder)

    def settings(self, project: Project) -> dict[str, Any]:
        """The content of cog.yaml."""
        kept = {key: value for key, value in self.config["build"].items() if key != "pre_install"}
        packages = {} if "python_requirements" in kept else {"python_packages": project.packages}
        build = {**kept, **packages, "system_packages": project.system, "run": project.run}
        variables = [f"{name}={value}" for name, value in project.environment.items()]
        return {**self.config, "build": build, "environment": variables}


_ENVIRONMENT, _SYSTEM, _PACKAGES, _RUN = "\0environment\0", "\0system\0", "\0packages\0", "\0run\0"
_APT = re.compile(r"^RUN [^\n]*apt-get install -qqy (?!--)[^\n]*/lists/\*\n", re.MULTILINE)
_INLINE = re.compile(r"(?<=pip install   )[^\n]+")  # what releases before v0.5.0 write
_SINCE_V0_14_9 = re.compile(r"v0\.(14\.(9|1\d)|1[5-9]|2\d)")


@cache
def skeletons() -> tuple[Skeleton, ...]:
    """One for each output of Cog in the fixtures."""
    return tuple(_skeleton(folder) for folder in cases("pipeline/*-v*"))


def _last_stage(text: str) -> int:
    """Where the last FROM begins."""
    return f"\n{text}".rindex("\nFROM ")


def _skeleton(folder: Path) -> Skeleton:
    text = (folder / "input.Dockerfile").read_text("utf-8")
    config = yaml.load((project_of(folder) / "cog.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)
    build = config["build"]
    for item in [*build.get("run", ()), *build.get("pre_install", ())]:
        command = item["command"] if isinstance(item, dict) else item
        text = re.sub(rf"^RUN (--mount=type=secret\S+ )?{re.escape(command)}\n", "", text, flags=re.MULTILINE)
    text = _INLINE.sub(_PACKAGES, _APT.sub(_SYSTEM, text))
    if config.get("environment"):
        text = re.sub(r"^ENV EMPTY=[^\n]*\n", "", text, flags=re.MULTILINE)
    code = re.compile(r"^(COPY [^\n]*\. /src|WORKDIR /src)\n", re.MULTILINE).search(text, _last_stage(text))
    assert code is not None
    commands_at = _RUN if _SYSTEM in text else _SYSTEM + _RUN
    text = text[: code.start()] + commands_at + text[code.start() :]
    base = text.index("\n", _last_stage(text)) + 1
    return Skeleton(folder, text[:base] + _ENVIRONMENT + text[base:], config, bool(_SINCE_V0_14_9.search(folder.name)))


def _in_blocks(settings: dict[str, Any]) -> str:
    return yaml.safe_dump(settings, allow_unicode=True)


def _in_quotes(settings: dict[str, Any]) -> str:
    return yaml.safe_dump(settings, default_style='"', width=20)


@st.composite
def outputs(draw: st.DrawFn, project: st.SearchStrategy[Project] = projects) -> Case:
    """A project, its cog.yaml in one of the ways of writing YAML, and what some release of Cog prints for it."""
    skeleton = draw(st.sampled_from(skeletons()))
    chosen = draw(project)
    assume(not skeleton.hides_packages(chosen))
    return skeleton.case(chosen, draw(st.sampled_from([json.dumps, _in_blocks, _in_quotes])))


_HALF_COGS = [
    *(
        "ENV COG_A=1 R8_B=2 FOO=3 COG_C=4\n",
        "FROM debian:12 AS own\n",
        "FROM 0\n",
        "COPY --from=0 /a /b\n",
        "EXPOSE 5000 80\n",
    ),
    *(
        "RUN --mount=from=1,target=/m ls /m\n",
        "RUN pip install cog x\n",
    ),
    *(
        "RUN apt-get install -y tini &\\\n true\n",
        "LABEL run.cog.a=b c=d\n",
    ),
    *(
        "# dockerfix: ignore=DF104 reason\n",
        "RUN --mount=type=bind,source=a,target=/a ls /a\n",
        "WORKDIR /src\n",
        "CMD ls\n",
    ),
    *(
        'ENTRYPOINT ["/sbin/tini", "--", "ls"]\n',
        "COPY .cog/x /x\n",
        "ENV CFLAGS= A=b\n",
        'SHELL ["/bin/bash", "-c"]\n',
    ),
]
"""Lines of a user's that have something of Cog's or of ours in them."""


@st.composite
def edited_outputs(draw: st.DrawFn) -> Case:
    """An output of Cog into which someone wrote instructions and comments of their own, below the last FROM."""
    case = draw(outputs(st.just(Project([], [], ["true"], {}))))
    at = case.text.index("\n", _last_stage(case.text)) + 1
    lines = re.split(r"(?<=(?<!\\)\n)(?!\t|    )", case.text[at:])
    for _ in range(draw(st.integers(1, 3))):
        text = draw(st.one_of(comments, st.sampled_from(_HALF_COGS), instructions("\\").map(lambda pair: pair[0])))
        lines.insert(draw(st.integers(0, len(lines) - 1)), text)
    return case._replace(text=case.text[:at] + "".join(lines))


_BREAKS = st.sampled_from(["\n", "\r\n", "\r", "\u2028", "\x85", "\nRUN ", "\n\nFROM x\n", "\\\n", "\x0b", "\t"])
_broken = st.builds("{}{}{}".format, _lines, _BREAKS, _lines)
_odd = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.just([]), st.just({}), st.sampled_from(ESCAPES), st.text(max_size=8)),
    st.lists(st.one_of(_broken, commands(), st.none(), st.integers(), st.just({"command": 1})), max_size=3),
)
_mounts = st.lists(st.fixed_dictionaries({"type": st.just("secret"), "id": _lines, "target": _lines}), max_size=2)
_run = commands() | st.fixed_dictionaries({"command": commands()}, optional={"mounts": _mounts})
_build = {
    "gpu": st.booleans(),
    "cuda": st.sampled_from(["12.1", "11.8", "99"]),
    "python_version": st.sampled_from(["3.11", "3.10", "3.8", "4.0"]),
    "python_packages": st.lists(_lines | _broken, max_size=3),
    "python_requirements": st.sampled_from(["predict.py"] * 5 + ["../x", "a b", f"$({MARKER})", "'; x", "/etc/passwd"]),
    "python_extra_index_urls": st.lists(_lines, max_size=2),
    "python_find_links": st.lists(_lines, max_size=2),
    "system_packages": st.lists(_lines, max_size=2),
    "run": st.lists(_run, max_size=3),
    "pre_install": st.lists(commands(), max_size=2),
}
_top = {
    "environment": st.dictionaries(st.sampled_from("AB"), _lines | _broken).map(
        lambda pairs: [f"{name}={value}" for name, value in pairs.items()]
    ),
    "predict": st.sampled_from(["predict.py:Predictor", "x.py:A'; b", "../a.py:B", f"$({MARKER}).py:P", "$x.py:A"]),
    "concurrency": st.just({"max": 3}),
    "image": _lines,
    "weights": st.lists(_lines, max_size=2),
}


_seldom = st.sampled_from([False] * 7 + [True])


@st.composite
def odd_outputs(draw: st.DrawFn) -> Case:
    """A hostile cog.yaml, at times with values of the wrong kind or cut off, and an output with its commands alone."""
    settings = draw(st.fixed_dictionaries({}, optional=_top))
    settings["build"] = draw(st.fixed_dictionaries({}, optional=_build))
    items = settings["build"].get("run", []) + settings["build"].get("pre_install", [])
    project = Project([], [], [item if isinstance(item, str) else item["command"] for item in items], {})
    case = draw(outputs(st.just(project)))
    if draw(_seldom):
        settings["build"][draw(st.sampled_from(sorted(_build)))] = draw(_odd)
    text = yaml.safe_dump(settings, allow_unicode=draw(st.booleans()), default_flow_style=draw(st.booleans()))
    cut = draw(st.integers(0, len(text))) if draw(_seldom) else None
    return case._replace(cog_yaml=text[:cut])
