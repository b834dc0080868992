"""One instruction in many forms: shell and exec form, scripts of other shells, heredocs; what is found is the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dockerfix

HEAD = "FROM python:3.11-slim\n"
TAIL = 'WORKDIR /src\nCMD ["python", "-m", "cog.server.http"]\nCOPY . /src\n'


def forms(command: str) -> list[str]:
    """A RUN of a command in all the forms that reach a shell."""
    words = command.split()
    return [
        f"RUN {command}\n",
        f"run set -ex; \\\n  {' '.join(words[:-1])} \\\n  {words[-1]}\n",
        f"RUN {json.dumps(words)}\n",
        f"RUN {json.dumps(['/bin/bash', '-ec', command])}\n",
        f"RUN bash -o pipefail -c '{command}'\n",
        f"RUN <<EOF\n{command}\nEOF\n",
        f"RUN <<EOF\n#!/bin/bash -e\n{command}\nEOF\n",
        f"RUN bash -e <<EOF\n{command}\nEOF\n",
    ]


def rewritten(project: Path, *lines: str, packages: str = "[]") -> dockerfix.Result:
    cog_yaml = f"build:\n  python_version: '3.11'\n  python_packages: {packages}\npredict: predict.py:Predictor\n"
    (project / "cog.yaml").write_text(cog_yaml)
    (project / "predict.py").write_text("class Predictor: ...\n")
    return dockerfix.rewrite(HEAD + "".join(lines) + TAIL, project=project)


def codes(result: dockerfix.Result, code: str) -> list[str]:
    return [finding.message for finding in result.findings if finding.code == code]


@pytest.mark.parametrize("line", forms("git clone git@example.org:a/b.git"))
def test_a_clone_over_ssh(tmp_path: Path, line: str) -> None:
    assert any("`git@example.org:a/b.git` needs SSH" in each for each in codes(rewritten(tmp_path, line), "DF306"))


@pytest.mark.parametrize(
    ("line", "needs"),
    [
        ("RUN export R=git@x.org:a/b && git clone $R\n", True),
        ("RUN git remote add o git@x.org:a/b && git pull o\n", True),
        ("RUN git remote add o git@x.org:a/b\n", False),
        ("RUN scp -r me@x.org:/a /b\n", True),
        ("RUN git config user.email me@x.org\n", False),
        ("RUN git clone https://me@x.org/a/b\n", False),
        ("RUN --mount=type=ssh git clone git@x.org:a/b\n", False),
    ],
)
def test_what_goes_over_ssh(tmp_path: Path, line: str, needs: bool) -> None:
    assert any("needs SSH" in each for each in codes(rewritten(tmp_path, line), "DF306")) is needs


@pytest.mark.parametrize("line", forms("python scripts/get.py"))
def test_a_file_that_is_copied_later(tmp_path: Path, line: str) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "get.py").touch()
    (message,) = codes(rewritten(tmp_path, line), "DF309")
    assert "reads `scripts/get.py`" in message


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("cd scripts && python get.py", "scripts/get.py"),
        ("cd /src/scripts && ./get.py", "scripts/get.py"),
        ("cd /opt && python scripts/get.py", None),
        ("python -m scripts.get", "scripts/get.py"),
        ("python -m pip list", None),
        ("python < scripts/get.py", "scripts/get.py"),
        ("pip install .", "setup.py"),
        ("pip install -e './scripts[x]'", "scripts/pyproject.toml"),
        ("pip install numpy", None),
        ("python ../scripts/get.py", None),
    ],
)
def test_files_by_other_words(tmp_path: Path, command: str, file: str | None) -> None:
    (tmp_path / "scripts").mkdir()
    for name in ("scripts/get.py", "scripts/pyproject.toml", "setup.py"):
        (tmp_path / name).touch()
    assert [each.split("`")[1] for each in codes(rewritten(tmp_path, f"RUN {command}\n"), "DF309")] == [file] * bool(
        file
    )


@pytest.mark.parametrize("line", forms("wget https://x.org/a"))
def test_a_tool_that_nothing_installs(tmp_path: Path, line: str) -> None:
    (message,) = codes(rewritten(tmp_path, line), "DF303")
    assert "`wget`" in message


@pytest.mark.parametrize("line", forms("apt-get install -y wget"))
def test_a_tool_that_a_step_installs(tmp_path: Path, line: str) -> None:
    (message,) = codes(rewritten(tmp_path, line, "RUN wget https://x.org/a\n"), "DF303")
    assert "`wget`" not in message


@pytest.mark.parametrize("line", forms("pip install fastapi==0.120.0"))
def test_a_package_that_fal_replaces(tmp_path: Path, line: str) -> None:
    (message,) = codes(rewritten(tmp_path, line), "DF307")
    assert "`fastapi==0.120.0` gives way" in message


@pytest.mark.parametrize(
    "line",
    [
        *forms("git clone https://me:secret@x.org/a"),
        "COPY <<EOF /etc/pip.conf\nindex-url = https://me:secret@x.org/simple\nEOF\n",
        "ADD https://me:secret@x.org/a /a\n",
        "ENV A=1 \\\n  PIP_INDEX_URL=https://me:secret@x.org/simple\n",
    ],
)
def test_credentials(tmp_path: Path, line: str) -> None:
    assert any("contains credentials" in each for each in codes(rewritten(tmp_path, line), "DF307"))


@pytest.mark.parametrize("line", forms("pip install cog==0.9"))
def test_cog_goes_or_is_reported(tmp_path: Path, line: str) -> None:
    assert codes(rewritten(tmp_path, line), "DF103")


def test_versions_that_only_together_conflict(tmp_path: Path) -> None:
    result = rewritten(tmp_path, "RUN pip install 'fastapi>=0.119' 'fastapi<0.122'\n")
    assert len(codes(result, "DF307")) == 2
    assert not codes(rewritten(tmp_path, "RUN pip install 'fastapi>=0.119'\n"), "DF307")


STAGED = """\
FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04
COPY .cog/tmp/build20261123170155.653287/requirements.txt /tmp/requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip pip install -r /tmp/requirements.txt
"""


def required(project: Path, requirements: str, **files: str) -> dockerfix.Result:
    """A project of which `requirements` are the requirements file."""
    cog_yaml = (
        "build:\n  gpu: true\n  cuda: '12.4'\n  python_version: '3.11'\n  python_requirements: requirements.txt\n"
    )
    (project / "cog.yaml").write_text(f"{cog_yaml}predict: predict.py:Predictor\n")
    (project / "predict.py").write_text("class Predictor: ...\n")
    (project / "requirements.txt").write_text(requirements)
    for name, text in files.items():
        (project / f"{name}.txt").write_text(text)
    return dockerfix.rewrite(STAGED + TAIL, project=project)


def test_a_constraint_decides_about_the_version(tmp_path: Path) -> None:
    assert any("CUDA 13" in each for each in codes(required(tmp_path, "torch\n"), "DF402"))
    limited = required(tmp_path, "-c limits.txt\ntorch\n", limits="torch==2.4.0\n")
    assert not any("CUDA 13" in each for each in codes(limited, "DF402"))
    limited = required(tmp_path, "-c limits.txt\nfastapi\n", limits="fastapi==0.120.1\n")
    assert any("`fastapi` gives way" in each for each in codes(limited, "DF307"))


def test_the_marker_of_an_editable_package_is_no_package(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "setup.py").touch()
    result = required(tmp_path, '-e . ; python_version > "3"\n-e ./a ; python_version > "3"\nnumpy\n')
    assert result.ok
    assert "'; " not in result.text
    assert "'/tmp/local_package_artifacts/a'" in result.text


def test_one_local_package_written_twice(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "setup.py").touch()
    assert required(tmp_path, "-e ./a\n./a/\n").ok


def test_a_pattern_that_hides_part_of_a_copied_folder(tmp_path: Path) -> None:
    for name in ("pkg/models/net.py", "models/x", "other/models/y"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".dockerignore").write_text("models\n")
    (tmp_path / "cog.yaml").write_text("predict: predict.py:Predictor\n")
    (tmp_path / "predict.py").write_text("import pkg.models.net\nclass Predictor: ...\n")
    text = HEAD + 'copy ["pkg", "/src/pkg"]\nCOPY predict.py /src/\nCMD ["python", "-m", "cog.server.http"]\n'
    messages = codes(dockerfix.rewrite(text, project=tmp_path), "DF306")
    assert any("leaves out `pkg/models/net.py` for `models`" in each for each in messages)
    assert not any("other/" in each for each in messages)


@pytest.mark.parametrize(
    ("mount", "refused"),
    [
        ("typ=cache,target=/c", "unexpected key 'typ'"),
        ("type=bind,sorce=a,target=/c", "unexpected key 'sorce'"),
        ("type=bind,target=/c,r", "invalid field 'r'"),
    ],
)
def test_a_misspelt_mount_is_refused_and_not_replaced(tmp_path: Path, mount: str, refused: str) -> None:
    result = rewritten(tmp_path, f"RUN --mount={mount} ls\n")
    assert any(refused in each for each in codes(result, "DF003"))
    assert not codes(result, "DF305")
    assert codes(rewritten(tmp_path, "RUN --mount=Type=BIND,target=/c ls\n"), "DF305")


@pytest.mark.parametrize(
    "line",
    [
        "RUN ln -sf /usr/bin/python3 /usr/local/bin/python\n",
        'RUN ["ln", "-s", "/usr/bin/python3", "/usr/bin/python"]\n',
        "run ln -sf /usr/bin/python3 /usr/local/bin/python && ln -sf /usr/bin/pip3 /usr/local/bin/pip\n",
    ],
)
def test_the_link_to_the_python_of_cogs_base(line: str) -> None:
    base = "FROM r8.im/cog-base:cuda13.0-python3.13-torch2.11.0\n"
    assert line not in dockerfix.rewrite(base + line + TAIL).rewritten
    kept = "RUN ln -sf /usr/bin/python3 /opt/python\n"
    assert kept in dockerfix.rewrite(base + kept + TAIL).rewritten
