"""DF306 beyond its golden cases: the files of the project, and instructions that fal doesn't support."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockerfix
from dockerfix.text.findings import Severity
from pass_cases import (
    Edge,
    check_edge,
    findings,
)

NOTE, WARNING, ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR


def tree(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        else:
            path.write_text("x")
    return root


def found_in(project: Path, *lines: str, cog_yaml: str | None = None) -> list[tuple[Severity, str]]:
    text = "FROM x\n" + "".join(f"{line}\n" for line in lines)
    return [(each.severity, each.message) for each in findings("DF306", text, cog_yaml, project)]


def test_a_plain_project_is_fine(tmp_path: Path) -> None:
    tree(tmp_path, "predict.py", "sub/a.txt", ".git/HEAD", "README.md")
    assert found_in(tmp_path, "COPY sub /x", "COPY . /src", "COPY a*b /x/") == []


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("COPY gone /x", ERROR),
        ("COPY gone /src/gone", WARNING),
        ("COPY weights/a /src/weights/a/", WARNING),
        ("COPY ../gone /x", ERROR),
        ("COPY a/../../b /x", ERROR),
        ("COPY predict.py /x # note", ERROR),
        ("COPY README.md /x", ERROR),
        ("COPY docs /docs", ERROR),
        ("COPY empty /x", ERROR),
        ("COPY $V /x", None),
        ("COPY --from=st gone /x", None),
        ("ADD https://example.org/gone /x", None),
        ("COPY /predict.py ./sub//a.txt /x/", None),
    ],
)
def test_sources(tmp_path: Path, line: str, severity: Severity | None) -> None:
    tree(tmp_path, "predict.py", "README.md", "docs/a.md", "sub/a.txt")
    (tmp_path / "empty").mkdir()
    found = findings("DF306", f"FROM x AS st\nFROM y\n{line}\n", project=tmp_path)
    assert [each.severity for each in found if each.severity is not NOTE] == ([severity] if severity else [])


def test_links(tmp_path: Path) -> None:
    project = tree(tmp_path / "project", "a.txt", "folder/b.txt")
    tree(tmp_path, "outside.txt")
    (project / "in").symlink_to("a.txt")
    (project / "dir").symlink_to("folder")
    (project / "broken").symlink_to("nowhere")
    assert [severity for severity, _ in found_in(project, "COPY . /src")] == [WARNING, WARNING]
    assert [severity for severity, _ in found_in(project, "COPY in /x")] == [ERROR]
    assert [severity for severity, _ in found_in(project, "COPY broken /x")] == [ERROR]
    (project / "folder" / "out").symlink_to("../../outside.txt")
    severities = [severity for severity, message in found_in(project, "COPY . /src") if "folder/out" in message]
    assert severities == [ERROR]
    (project / ".dockerignore").write_text("folder/out\nbroken\nin\n/dir\n")
    assert found_in(project, "COPY . /src") == []


def test_large_files_and_empty_folders(tmp_path: Path) -> None:
    tree(tmp_path, "a.txt")
    (tmp_path / "empty").mkdir()
    with (tmp_path / "large.bin").open("wb") as stream:
        stream.truncate((1 << 30) + 1)
    with (tmp_path / "fits.bin").open("wb") as stream:
        stream.truncate(1 << 30)
    found = found_in(tmp_path, "COPY . /src")
    assert [severity for severity, _ in found] == [ERROR, NOTE]
    assert "`large.bin`" in found[0][1]
    assert "fits.bin" not in found[0][1]


def test_ignore_files(tmp_path: Path) -> None:
    tree(tmp_path, "predict.py", "keep.txt", "README.md", "sub/a.txt")
    (tmp_path / "setup.py").write_text("open('README.md')")
    cog_yaml = "build:\n  python_version: '3.11'\npredict: predict.py:Predictor\n"
    found = found_in(tmp_path, "COPY . /src", cog_yaml=cog_yaml)
    assert [severity for severity, _ in found] == [WARNING]
    assert "`setup.py` reads `README.md`" in found[0][1]
    (tmp_path / ".dockerignore").write_text("# all\n*\n!predict.py\r\n./sub\n")
    found = found_in(tmp_path, "COPY . /src", cog_yaml=cog_yaml)
    assert [severity for severity, _ in found] == [ERROR, WARNING, WARNING, WARNING]
    assert "`predict.py`" in found[0][1]
    assert "`!predict.py`" in found[2][1]
    assert "`./sub`" in found[3][1]
    (tmp_path / ".dockerignore").write_text("__pycache__\n\n*.pyc\n")
    assert found_in(tmp_path, "COPY . /src", "COPY README.md /x", cog_yaml=cog_yaml) == []


def test_without_a_project_only_the_text_is_looked_at() -> None:
    assert findings("DF306", "FROM x\nCOPY gone /x\nCOPY ../a /b\n") == []


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("COPY --from=assets a /x", WARNING),
        ("COPY --from=cog_build a /x", ERROR),
        ("COPY --from=st a /x", None),
        ("COPY --from=ST a /x", None),
        ("COPY --from=0 a /x", None),
        ("COPY --from=nginx:1 a /x", None),
        ("COPY --from=ghcr.io/a/b a /x", None),
        ("RUN --mount=type=bind,from=assets,target=/x ls", WARNING),
        ("RUN --mount=type=ssh git clone x", ERROR),
        ("ADD git@example.org:a.git /x", ERROR),
        ("ADD ssh://git@example.org/a.git /x", ERROR),
        ("ADD https://example.org/a.git /x", None),
        ("RUN --mount=type=secret,id=a cat", WARNING),
        ("RUN --mount=type=secret,target=/run/a cat", WARNING),
        ("VOLUME /data", WARNING),
        ('VOLUME ["/x", "/src/weights"]', WARNING),
        ("VOLUME /database", None),
        ("HEALTHCHECK CMD true", NOTE),
        ("HEALTHCHECK NONE", None),
        ("USER app", WARNING),
        ("USER app\nUSER root", None),
        ("USER 0:0", None),
        ("USER $USER", None),
    ],
)
def test_instructions(line: str, severity: Severity | None) -> None:
    found = findings("DF306", f"FROM x AS st\nFROM y\n{line}\n")
    assert [each.severity for each in found] == ([severity] if severity else [])


def test_a_secret_is_named_once() -> None:
    found = findings("DF306", "FROM x\n" + "RUN --mount=type=secret,id=a cat\n" * 3)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("text", "severities"),
    [
        ("FROM --platform=linux/arm64 x\n", [ERROR]),
        ("FROM --platform=linux/arm64 x AS a\nFROM y\nCOPY --from=a b /b\n", [WARNING]),
        ("FROM --platform=linux/amd64 x\n", []),
        ("FROM --platform=$BUILDPLATFORM x\n", []),
    ],
)
def test_platforms(text: str, severities: list[Severity]) -> None:
    assert [each.severity for each in findings("DF306", text)] == severities


EDGES = {
    "a stage that isn't there, by number": Edge("FROM a\nCOPY --from=3 /a /b\n", None),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str) -> None:
    check_edge("check_context", EDGES[name])


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ("models\n", [(Severity.WARNING, "`pkg/models/net.py`")]),
        ("models/\n", [(Severity.WARNING, "`pkg/models/net.py`")]),
        ("mod*\n", [(Severity.WARNING, "`pkg/models/net.py`")]),
        ("data\n", [(Severity.NOTE, "`pkg/data/x.bin`")]),
        ("/models\n/data\n", []),
        ("**/data\n", []),
        ("data\n**/data\n", []),
        ("*.pyc\n__pycache__\n", []),
        ("# models\n", []),
    ],
)
def test_bare_names_match_at_every_depth_on_fal(
    patterns: str, expected: list[tuple[Severity, str]], tmp_path: Path
) -> None:
    for name in ("models/w.bin", "pkg/models/net.py", "pkg/data/x.bin", "pkg/__init__.py", "a/b.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", "utf-8")
    (tmp_path / "predict.py").write_text("from pkg.models import net\n", "utf-8")
    (tmp_path / "cog.yaml").write_text("predict: predict.py:Predictor\n", "utf-8")
    (tmp_path / ".dockerignore").write_text(patterns, "utf-8")
    found = findings("DF306", "FROM python:3.11-slim\nCOPY . /src\n", project=tmp_path)
    shown = [(each.severity, each.message.split()[4]) for each in found if "only at the top" in each.message]
    assert shown == expected
    header = "# generated by replicate/cog\n"
    (tmp_path / ".dockerignore").write_text(f"{header}pkg/data\npkg/data/**/*\n", "utf-8")
    hidden = findings("DF306", "FROM python:3.11-slim\nCOPY . /src\n", project=tmp_path)
    assert [each.severity for each in hidden if "`pkg/data/x.bin`" in each.message] == [Severity.WARNING]


def test_a_submodule_that_is_not_checked_out(tmp_path: Path) -> None:
    """git leaves an empty folder in its place: the model's code is missing, whatever fal does."""
    tree(tmp_path, "predict.py", "LLaVA/", "lib/toolkit/", "cache/")
    assert [severity for severity, _ in found_in(tmp_path, "COPY . /src")] == [NOTE]
    (tmp_path / ".gitmodules").write_text(
        '[submodule "LLaVA"]\n\tpath = LLaVA\n\turl = git@github.com:haotian-liu/LLaVA.git\n'
        '[submodule "t"]\n\tpath=lib/toolkit/\n\turl = https://example.org/t.git\n'
    )
    first, second = found_in(tmp_path, "COPY . /src")
    assert first == (
        WARNING,
        "`lib/toolkit`, `LLaVA` are empty, git submodules that are not checked out; run `git submodule update --init "
        "--recursive`",
    )
    assert second == (
        NOTE,
        "`cache` is empty, so fal's client does not upload it; put a file in if the model needs it",
    )


@pytest.mark.parametrize(
    "line",
    [
        "COPY .cog/tmp/build1/requirements.txt /tmp/packages.txt",
        "COPY requirements.txt ./.cog/tmp/build1/other.bin /x/",
        "ADD .cog/x /x",
        "RUN --mount=type=bind,source=.cog/tmp/build1/x,target=/x cat /x",
    ],
)
def test_a_file_of_cogs_build_is_missed_without_a_project(line: str) -> None:
    result = dockerfix.rewrite(f'FROM python:3.11-slim\n{line}\nCMD ["python", "-m", "cog.server.http"]\n')
    found = [finding for finding in result.findings if "a temporary file that only Cog's build has" in finding.message]
    assert [(finding.code, finding.severity) for finding in found] == [("DF306", Severity.ERROR)]
