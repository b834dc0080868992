"""Kinds of input that once lost something in silence: each over several inputs, through the whole program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import buildkit
import dockerfix
from dockerfix.text.findings import Severity
from pass_cases import SERVER, TINI

TINI_STEP = (
    "RUN apt-get update -qq && apt-get install -qqy --no-install-recommends curl; "
    f'curl -sSL -o /sbin/tini "{TINI}"; chmod +x /sbin/tini\n'
)


def rewritten(text: str, cog_yaml: str = "build: {}\n") -> str:
    """The result for a text of Cog's; it is not refused."""
    result = dockerfix.rewrite(text, cog_yaml=cog_yaml)
    assert result.ok, result.findings
    return result.text


def one_line(text: str) -> str:
    """A text with each instruction on one line."""
    return re.sub(r" \\\n +", " ", text)


@pytest.mark.parametrize(
    "base",
    [
        "FROM pytorch/pytorch:2.3.0-cuda12.1-cudnn8-runtime\n",
        "FROM acme/base:1\n",
        "ARG BASE=acme/base:1\nFROM $BASE\n",
        "FROM public.ecr.aws/lambda/python:3.11\n",
        "FROM public.ecr.aws/docker/library/python:3.11-slim\n",
        "FROM acme.jfrog.io/docker-remote/python:3.11-slim\n",
        "ARG MIRROR=''\nFROM ${MIRROR}python:3.11-slim\n",
        "FROM acme/base:1 AS base\nFROM base\n",
    ],
)
@pytest.mark.parametrize("step", ["", "RUN curl -fsSL https://example.org/x -o /x\n"])
def test_what_the_step_of_tini_installed_is_installed_again(base: str, step: str) -> None:
    text = rewritten(f"{base}{TINI_STEP}{step}{SERVER}")
    assert "krallin/tini" not in text
    before = one_line(text.split("curl -fsSL")[0])
    assert "apt-get install -qqy --no-install-recommends ca-certificates curl &&" in before


def test_nothing_is_installed_on_a_base_that_is_not_known_where_no_step_went() -> None:
    assert "apt-get" not in rewritten(f"FROM acme/base:1\nRUN curl -fsSL https://example.org/x -o /x\n{SERVER}")


@pytest.mark.parametrize("name", ["cog.whl", "coglet.whl", "cog_dataclass.whl", "cog-0.16.12-py3-none-any.whl"])
@pytest.mark.parametrize("copy", ["COPY .cog/tmp/build1/{0} /tmp/{0}\n", "COPY --from=cog_build {0} /tmp/{0}\n"])
def test_a_wheel_of_cog_goes_by_any_name(name: str, copy: str) -> None:
    install = f"RUN pip install --no-cache-dir /tmp/{name} 'pydantic>=1.9,<3'\n"
    assert ".whl" not in rewritten(f"FROM python:3.11-slim\n{copy.format(name)}{install}{SERVER}")


@pytest.mark.parametrize("rest", ["", " && find / -name '*.so' -exec strip {} +"])
def test_the_exporters_of_traces_go(rest: str) -> None:
    install = "RUN uv pip install --no-cache opentelemetry-exporter-otlp-proto-http==1.44.0"
    text = f"FROM python:3.11-slim\n{install}{rest}\nENV COG_TRACE_ENABLED=true\n{SERVER}"
    result = rewritten(text, "build: {}\nobservability: {traces: {enabled: true}}\n")
    assert "opentelemetry" not in result
    assert ("strip" in result) == bool(rest)


STAGED = (
    "FROM python:3.11-slim\nCOPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt\n"
    "RUN pip install -r /tmp/requirements.txt\n"
)
"""How Cog installs packages."""


def findings(text: str, cog_yaml: str, project: Path | None = None) -> list[tuple[str, str]]:
    """Severity and message of what is more than a note."""
    result = dockerfix.rewrite(text, cog_yaml=cog_yaml, project=project)
    assert not result.internal
    return [(str(each.severity), each.message) for each in result.findings if each.severity > Severity.NOTE]


@pytest.mark.parametrize("item", [".", "./", "-e .", "--editable=.", "-e ./"])
@pytest.mark.parametrize("by", ["packages", "file"])
def test_the_project_as_a_package_is_named(item: str, by: str, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(f"numpy\n{item}\n", "utf-8")
    packages = f'python_packages: [numpy, "{item}"]' if by == "packages" else "python_requirements: requirements.txt"
    found = findings(STAGED + SERVER, f"build: {{{packages}}}\n", tmp_path)
    assert [message.partition(":")[0] for _severity, message in found] == [f"leaves out `{item}`"]


@pytest.mark.parametrize(
    "item", ["a @ https://x.org/${CHANNEL}/a-1.whl", "--index-url https://${CHANNEL}/s", "${A}/${B}"]
)
def test_what_pip_expands_in_files_the_shell_expands(item: str) -> None:
    text = rewritten(STAGED + SERVER, f'build: {{python_packages: [numpy, "{item}"]}}\n')
    for name in re.findall(r"\$\{\w+\}", item):
        assert f'"{name}"' in text
    again = dockerfix.rewrite(text, cog_yaml=f'build: {{python_packages: [numpy, "{item}"]}}\n')
    assert again.text == text


def test_nothing_else_is_expanded() -> None:
    text = rewritten(STAGED + SERVER, "build: {python_packages: ['a @ https://x.org/$A/${b}/$(id)/`id`']}\n")
    assert "'a @ https://x.org/$A/${b}/$(id)/`id`'" in text


@pytest.mark.parametrize(
    "address",
    [
        "git+ssh://git@github.com/x/y.git@0123abc",
        "y @ git+ssh://git@github.com/x/y.git",
        "-e git+git@github.com:x/y.git#egg=y",
    ],
)
@pytest.mark.parametrize("by", ["packages", "file", "run"])
def test_packages_over_ssh_are_an_error(address: str, by: str, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(f"{address}\n", "utf-8")
    packages = {"packages": f'python_packages: ["{address}"]', "file": "python_requirements: requirements.txt"}.get(
        by, ""
    )
    run = f"RUN pip install '{address}'\n" if by == "run" else ""
    found = findings(
        f"{STAGED if packages else 'FROM python:3.11-slim'}\n{run}{SERVER}", f"build: {{{packages}}}\n", tmp_path
    )
    assert [(severity, "needs SSH" in message) for severity, message in found] == [(str(Severity.ERROR), True)]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("git clone git@github.com:x/y.git", True),
        ("git clone --depth 1 ssh://git@github.com/x/y.git /y", True),
        ("--mount=type=secret,id=key git clone git@github.com:x/y.git", False),
        ("git clone https://git@github.com/x/y.git", False),
        ("git config user.email a@b.org:c", False),
        ("echo git@github.com:x/y.git", False),
    ],
)
def test_clones_over_ssh_are_an_error(command: str, expected: bool) -> None:
    found = findings(f"FROM python:3.11\nRUN {command}\n{SERVER}", "build: {}\n")
    assert any("needs SSH" in message for _severity, message in found) == expected


@pytest.mark.parametrize(
    ("items", "installed"),
    [
        (["ffmpeg=7:4.*"], "'ffmpeg=7:4.*'"),
        (["libc6:arm64=2.36*"], "'libc6:arm64=2.36*'"),
        (["-t bookworm-backports ffmpeg", "tmux"], "-t bookworm-backports ffmpeg tmux"),
        (["--target-release=sid", "tmux"], "-t sid tmux"),
        (["--no-install-recommends", "tmux"], "--no-install-recommends tmux"),
        (["-o Acquire::Retries=3 tmux"], "tmux"),
        (["-oAPT::Update::Pre-Invoke::=id", "tmux"], "tmux"),
        (["-c /tmp/x", "tmux"], "tmux"),
        (["-t $(id)", "tmux"], "tmux"),
    ],
)
def test_packages_of_debian_and_options_of_apt(items: list[str], installed: str) -> None:
    listed = ", ".join(f'"{item}"' for item in items)
    for step in (
        "",
        f"RUN apt-get update -qq && apt-get install -qqy {' '.join(items)} && rm -rf /var/lib/apt/lists/*\n",
    ):
        text = rewritten(f"FROM debian:12\n{step}{SERVER}", f"build: {{system_packages: [{listed}]}}\n")
        assert f"apt-get install -qqy {installed} && rm" in one_line(text).replace(
            "qqy ffmpeg=7:4.*", "qqy 'ffmpeg=7:4.*'"
        ).replace("qqy libc6:arm64=2.36*", "qqy 'libc6:arm64=2.36*'").replace("--target-release=sid", "-t sid")


@pytest.mark.parametrize(
    ("base", "call", "expected"),
    [
        ("python:3.11-slim", 'os.system("wget https://x.example.org/w")', ["wget"]),
        ("python:3.11-slim", 'subprocess.run(["aria2c", "-x", "8", url])', ["aria2c"]),
        ("python:3.11-slim", 'subprocess.check_call("ffmpeg -i a b", shell=True)', ["ffmpeg"]),
        ("python:3.11", 'os.system("wget https://x.example.org/w")', []),
        ("acme/base:1", 'os.system("wget https://x.example.org/w")', []),
        ("python:3.11-slim", 'print("no wget here")', []),
        ("python:3.11-slim", 'os.system("curl https://x.example.org/w")', []),
    ],
)
def test_programs_that_the_model_calls(base: str, call: str, expected: list[str], tmp_path: Path) -> None:
    (tmp_path / "predict.py").write_text(f"import os, subprocess\n{call}\n", "utf-8")
    cog_yaml = "build: {}\npredict: predict.py:Predictor\n"
    found = findings(f"FROM {base}\nCOPY . /src\n{SERVER}", cog_yaml, tmp_path)
    assert [re.findall("`([^`]*)`", message)[1] for _severity, message in found if "calls" in message] == expected
    step = f"RUN apt-get install -y {' '.join(expected)}\n"
    again = findings(f"FROM {base}\n{step}COPY . /src\n{SERVER}", cog_yaml, tmp_path)
    assert not [message for _severity, message in again if "calls" in message]


@pytest.mark.parametrize(
    "stage", ["FROM base AS dev\n", "FROM alpine:3.20 AS Tools\n", "FROM base AS dev\nFROM dev AS more\n"]
)
def test_targets_of_the_user_stay(stage: str) -> None:
    text = rewritten(f"FROM python:3.11-slim AS base\nRUN true\n{stage}FROM base\n{SERVER}")
    assert stage in text


def test_a_stage_whose_user_went_goes() -> None:
    stage = f"FROM debian:12 AS tini\nRUN curl -sSL -o /tini {TINI}\n"
    text = rewritten(f"{stage}FROM python:3.11-slim\nCOPY --from=tini /tini /sbin/tini\n{SERVER}")
    assert "AS tini" not in text


@pytest.mark.parametrize(
    "last", ["RUN ls \\", "ENV A=b \\", "COPY . /src \\", "WORKDIR /src\\", "RUN a && \\\n  b \\", "RUN b \\ "]
)
@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n# c", "\n  # c\n\n# d\n"])
def test_a_file_that_ends_in_a_continuation_converts(last: str, end: str) -> None:
    before = read_by_buildkit(f"{last}{end}")
    text = rewritten(f"FROM python:3.11-slim\n{SERVER}{last}{end}")
    assert "pip install --no-cache-dir 'fal==" in text
    assert before[-1] in read_by_buildkit(text)


def read_by_buildkit(text: str) -> list[buildkit.Line]:
    """The instructions that BuildKit's parser reads, without their places."""
    judged = buildkit.judge(text.encode())
    assert isinstance(judged, list)
    return [line._replace(start=0, end=0) for line in judged]


SDK = 'build:\n  python_version: "3.11"\n  sdk_version: "git+https://github.com/replicate/cog"\n'
PACKAGES = 'build:\n  python_version: "3.11"\n  python_packages: [numpy]\n'
COPIED = "COPY .cog/tmp/b/requirements.txt /tmp/requirements.txt\nRUN pip install -r /tmp/requirements.txt\n"
WEIGHTS = "FROM cog-weights AS weights\n"


@pytest.mark.parametrize(
    ("text", "cog_yaml", "target", "refused"),
    [
        ("FROM r8.im/cog-base:cuda11.7-python3.11\nRUN \\", "build: {}\n", "app", ""),
        (f"FROM python:3.11-slim\n{SERVER}\\\n", "build: {}\n", "app", "DF003"),
        ("FROM python:3.11-slim\n# dockerfix[DF401]: x\nRUN apt-get install curl;\n", "build: {}\n", "app", ""),
        (f"FROM python:3.11-slim\n{COPIED}# dockerfix[DF201]: x\nRUN\n", PACKAGES, "app", ""),
        (f"{WEIGHTS}COPY a /a\nFROM python:3.11-slim\n{SERVER}", "build: {}\n", "app", "DF108"),
        (f"{WEIGHTS}FROM python:3.11-slim\nCOPY --from=1 /a /b\n{SERVER}", "build: {}\n", "app", "DF003"),
        (f"FROM debian AS x\n{WEIGHTS}RUN make\nFROM python:3.11-slim\n{SERVER}", "build: {}\n", "app", "DF108"),
        (f"FROM debian AS x\n{WEIGHTS}COPY --from=x /a /a\n{SERVER}", "build: {}\n", "app", "DF108"),
        (f"FROM python:3.11-slim\n{COPIED}{SERVER}", SDK, "server", "DF311"),
        (
            f"=== Runner Dockerfile contents:\nCOPY a /a\nFROM python:3.11-slim\n{SERVER}===\n",
            "build: {}\n",
            "app",
            "DF101",
        ),
        (
            f"FROM x\n===\n=== Runner Dockerfile contents:\n{WEIGHTS}FROM a AS weights\nCOPY --from=1 /a /b\n"
            f"FROM python:3.11-slim\nCOPY --from=weights /src/a /src/a\n{SERVER}===\n",
            "build: {}\n",
            "app",
            "DF003",
        ),
        (f"FROM a AS one\n# dockerfix[DF302]: x\nFROM r8.im/x-weights AS two\n{SERVER}", "build: {}\n", "app", ""),
    ],
)
def test_no_input_ends_in_an_internal_error(text: str, cog_yaml: str, target: dockerfix.Target, refused: str) -> None:
    result = dockerfix.rewrite(text, cog_yaml=cog_yaml, target=target)
    errors = {finding.code for finding in result.findings if finding.severity is Severity.ERROR}
    assert not result.internal, result.findings
    assert result.ok == (not refused), result.findings
    assert not refused or refused in errors
    if result.ok:
        assert dockerfix.rewrite(result.text, cog_yaml=cog_yaml, target=target).text == result.text


@pytest.mark.parametrize(
    "command", ["pip install numpy", "pip install -r /tmp/requirements.txt", "apt-get install git"]
)
@pytest.mark.parametrize("target", ["app", "server"])
def test_a_word_that_is_continued_on_the_next_line(command: str, target: dockerfix.Target) -> None:
    for at in range(1, len(command)):
        text = f"FROM python:3.11-slim\n{COPIED}RUN {command[:at]}\\\n{command[at:]}\n{SERVER}"
        for cog_yaml in (PACKAGES, f"{PACKAGES}  run: ['{command}']\n"):
            result = dockerfix.rewrite(text, cog_yaml=cog_yaml, target=target)
            assert not result.internal, (text, result.findings)


ORPHAN = """\
FROM python:3.11-slim
# dockerfix[DF301]: the fal SDK, last so that its versions win
RUN python -m pip install --no-cache-dir 'fal==1.83.0'
# dockerfix[DF302]: /src on Python's path
{0}
COPY . /src
"""


@pytest.mark.parametrize(
    "own", ["WORKDIR /src", "RUN echo own", "USER own", "ENV OWN=1", "COPY own /own", "# note", "", "CMD own"]
)
def test_what_is_under_the_comment_of_a_block_that_went_stays(own: str) -> None:
    result = dockerfix.rewrite(ORPHAN.format(own), cog_yaml=PACKAGES)
    (found,) = [finding for finding in result.findings if finding.code == "DF115"]
    assert (result.source.position(found.span.start).line, found.severity) == (4, Severity.WARNING)
    assert f"\n# dockerfix[DF302]: /src on Python's path\n{own}\n" in result.rewritten
    assert result.rewritten.count("# dockerfix[DF302]") == 2
    again = dockerfix.rewrite(result.rewritten, cog_yaml=PACKAGES)
    assert again.rewritten == result.rewritten


def test_a_file_with_nothing_but_such_a_comment_is_left_alone() -> None:
    text = "FROM python:3.11-slim\n# dockerfix[DF201]: python_packages from cog.yaml\nRUN pip install own\n"
    result = dockerfix.rewrite(text, cog_yaml=PACKAGES)
    assert not result.changed
    assert [finding.code for finding in result.findings] == ["DF009", "DF115"]


def test_a_block_in_an_earlier_stage_is_none_of_the_image() -> None:
    first = rewritten(f"FROM python:3.11-slim\n{SERVER}")
    text = rewritten(f"{first}FROM python:3.11-slim\nCOPY . /src\n")
    assert text.split("FROM ")[2].count("# dockerfix[DF301]") == 1


@pytest.mark.parametrize("name", ["--mount", "--x", "--"])
@pytest.mark.parametrize("escape", ["\\", "`"])
def test_a_variable_whose_name_would_be_a_flag_stays_one(name: str, escape: str) -> None:
    text = f"# escape={escape}\nFROM python:3.11-slim\nENV COG_PREDICT_TYPE_STUB=a {name}=b c=d\n{SERVER}"
    lines = rewritten(text).splitlines()
    assert f"ENV {escape}{name}=b c=d" in lines
    assert buildkit.difference("\n".join(lines).encode()) is None
