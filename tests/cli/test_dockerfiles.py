"""Which Dockerfiles a folder, cog.yaml or another file of a project means."""

from __future__ import annotations

import json
import subprocess

import pytest

from commands import COG_YAML, DOCKERFILE, Here, here
from dockerfix.cli.dockerfiles import expand, is_dockerfile, is_source

__all__ = ["here"]


@pytest.fixture
def monorepo(here: Here) -> Here:
    for name in ("a", "b/deep"):
        here.write(f"models/{name}/cog.yaml", COG_YAML)
        here.write(f"models/{name}/Dockerfile", DOCKERFILE)
        here.write(f"models/{name}/Dockerfile.cog", DOCKERFILE)
        here.write(f"models/{name}/Dockerfile.dockerignore", "x\n")
        here.write(f"models/{name}/requirements-dev.txt", "x\n")
        here.write(f"models/{name}/src/predict.py", "x = 1\n")
    here.write("models/a/gpu.Dockerfile", DOCKERFILE)
    here.write("tools/make.py", "x = 1\n")
    here.write("ignored/Dockerfile", DOCKERFILE)
    here.write(".gitignore", "ignored/\n")
    return here


A, GPU, B = "models/a/Dockerfile", "models/a/gpu.Dockerfile", "models/b/deep/Dockerfile"


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("Dockerfile", True),
        ("dockerfile", True),
        ("Dockerfile.gpu", True),
        ("gpu.Dockerfile", True),
        ("Dockerfile.dockerignore", False),
        ("Dockerfile.md", False),
        ("Dockerfile.j2", False),
        ("Dockerfile.cog", False),
        ("Dockerfiles", False),
        ("cog.yaml", False),
    ],
)
def test_names_of_dockerfiles(name: str, *, is_one: bool) -> None:
    assert is_dockerfile(name) is is_one


def test_names_of_what_a_dockerfile_follows_from() -> None:
    assert [
        name for name in ("cog.yaml", "cog.yml", "requirements.txt", "a.py", "Dockerfile", "a.txt") if is_source(name)
    ] == [
        "cog.yaml",
        "cog.yml",
        "requirements.txt",
        "a.py",
    ]


class TestExpand:
    @pytest.mark.parametrize("git", [True, False], ids=["in git", "without git"])
    def test_a_folder(self, monorepo: Here, monkeypatch: pytest.MonkeyPatch, *, git: bool) -> None:
        if git:
            subprocess.run(["git", "init", "-q"], cwd=monorepo.folder, check=True)
        else:
            monkeypatch.setenv("PATH", "")
        monkeypatch.chdir(monorepo.folder)
        ignored = [] if git else ["ignored/Dockerfile"]
        files, found = expand(["."])
        assert list(files) == [*ignored, A, GPU, B]
        assert found == set(files)
        assert expand(["models/b"])[0] == (B,)

    @pytest.mark.parametrize("name", ["cog.yaml", "requirements-dev.txt", "src/predict.py"])
    def test_a_file_of_a_project(self, monorepo: Here, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.chdir(monorepo.folder)
        assert expand([f"models/a/{name}"]) == ((A, GPU), frozenset({A, GPU}))
        assert expand([A, f"models/a/{name}", B, f"models/b/deep/{name}"]) == ((A, GPU, B), frozenset({GPU}))

    def test_a_file_of_no_project(self, monorepo: Here) -> None:
        assert monorepo("--check", "tools/make.py").err == "dockerfix: tools/make.py: no Dockerfile beside a cog.yaml\n"

    def test_what_is_named_is_meant(self, monorepo: Here, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(monorepo.folder)
        files = ["-", "models/a/Dockerfile.cog", "missing", "missing.py"]
        assert expand(files) == (tuple(files), frozenset())


class TestThroughTheCommand:
    def test_a_folder(self, monorepo: Here) -> None:
        subprocess.run(["git", "init", "-q"], cwd=monorepo.folder, check=True)
        done = monorepo("--check", ".")
        assert done.code == 1
        assert [line.partition(":")[0] for line in done.err.splitlines()[:-1]] == [A, GPU, B]
        assert monorepo("--check", "--exclude", "models/a", ".").err.startswith(f"{B}:")
        monorepo("-i", ".")
        assert monorepo("--check", ".").code == 0

    def test_cog_yaml(self, monorepo: Here) -> None:
        assert monorepo("-i", "models/b/deep/cog.yaml").code == 1
        text = (monorepo.folder / B).read_text()
        assert "'requests==2.32.3'" in text
        monorepo.write("models/b/deep/cog.yaml", COG_YAML.replace("2.32.3", "2.32.4"))
        assert monorepo("--check", "models/b/deep/cog.yaml").code == 1
        assert (monorepo.folder / B).read_text() == text

    def test_the_settings_exclude(self, monorepo: Here) -> None:
        monorepo.write(".dockerfix.yaml", "exclude: ['models/a/*', ignored]\n")
        assert monorepo("--check", "-q", "models").code == 1
        monorepo("-i", ".")
        changed = [path for path in (A, GPU, B) if (monorepo.folder / path).read_text() != DOCKERFILE]
        assert changed == [B]
        assert monorepo("--check", "-q", A).code == 1

    def test_nothing_to_do(self, here: Here) -> None:
        here.write("cog.yaml", COG_YAML)
        assert here("--check", "cog.yaml") == (0, b"", "dockerfix: cog.yaml: no Dockerfile beside its cog.yaml\n")
        assert here("--check", ".") == (0, b"", "dockerfix: no Dockerfile found\n")
        assert json.loads(here("--check", "--output-format", "sarif", ".").out)["runs"][0]["results"] == []
