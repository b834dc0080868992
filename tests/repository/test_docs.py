"""The documentation: it builds, what it shows runs, and what it lists is there."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
import yaml

import dockerfix
from commands import COG_YAML, DOCKERFILE, Here, here, project
from dockerfix.cli import config
from dockerfix.cli.command import cli
from dockerfix.report.rules import all_rules
from places import FIXTURES, PROJECTS, ROOT
from shown import DOCS, PAGES, Block, bash, block, blocks, tools

__all__ = ["here", "project", "tools"]

CASE = FIXTURES / "pipeline" / "comfy-workflows-v0.9.6"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestGenerated:
    def test_every_code_has_a_page(self, generate: ModuleType) -> None:
        pages = generate.pages()
        assert set(pages) == {"reference/codes/index.md", *(f"reference/codes/{code}.md" for code in all_rules())}
        for code, rule in all_rules().items():
            assert f"# {code} {rule.name}" in pages[f"reference/codes/{code}.md"]
            assert f"[{code}]({code}.md)" in pages["reference/codes/index.md"]

    def test_the_examples_are_blocks(self, generate: ModuleType) -> None:
        page = generate.pages()["reference/codes/DF102.md"]
        assert re.search(
            r"## Before\n\n```dockerfile\nFROM .*\n```\n\n## After\n\n```dockerfile\nFROM ", page, re.DOTALL
        )
        assert "\n    FROM" not in page

    def test_markup_in_a_docstring_is_text(self, generate: ModuleType) -> None:
        assert generate._escaped("a <b> `c <d>`\n    <e>") == "a &lt;b> `c <d>`\n    <e>"


def options_of(command: click.Command) -> set[str]:
    return {name for each in command.params for name in (*each.opts, *each.secondary_opts)} | {"--help", "--version"}


def commands_shown() -> Iterator[tuple[Path, list[str]]]:
    """Each call of dockerfix in a block of shell, YAML or make."""
    for each in blocks("sh", "yaml", "make"):
        for line in each.text.split("\n"):
            match = re.search(r"(?:^|[|&] |- |\t|xargs [\w -]*)dockerfix (.*)", line.split(" #")[0])
            if match:
                yield each.page, re.split(r"[|<>&]", match[1])[0].split()


SHOWN = list(commands_shown())


@pytest.mark.parametrize(("page", "words"), SHOWN, ids=[" ".join(words) for _page, words in SHOWN])
def test_options_exist(page: Path, words: list[str]) -> None:
    context = click.Context(cli)
    command = cli.get_command(context, words[0]) if words and not words[0].startswith("-") else None
    command = command or cli.get_command(context, "rewrite")
    assert command
    known = options_of(command)
    for word in words:
        assert not word.startswith("-") or word in known, f"{page.name}: {word}"


def test_commands_of_the_index(tmp_path: Path, tools: Path) -> None:
    folder = tmp_path / "my-model"
    shutil.copytree(CASE, folder)
    (folder / "input.Dockerfile").rename(folder / "Dockerfile.cog")
    done = bash(f"cd {tmp_path} || exit 9\n{block(DOCS / 'index.md', 'sh')}", tmp_path, tools)
    assert done.returncode == 0, done.stdout
    assert (folder / "Dockerfile").read_bytes() == (CASE / "expected.Dockerfile").read_bytes()


def test_the_makefile(tmp_path: Path, tools: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(CASE, folder)
    (folder / "input.Dockerfile").rename(folder / "Dockerfile.cog")
    (folder / "Makefile").write_text(block(DOCS / "how-to/makefile.md", "make", "Makefile"))
    assert bash("make dockerfile check-dockerfile", folder, tools).returncode == 0
    before = (folder / "Dockerfile").read_bytes()
    (folder / "cog.yaml").write_text((folder / "cog.yaml").read_text().replace("- scipy", "- scipy==1.13.1"))
    done = bash("make check-dockerfile", folder, tools)
    assert done.returncode != 0
    assert "+    'scipy==1.13.1' \\" in done.stdout
    (tools / "cog").write_text("#!/bin/bash\nexit 1\n")
    assert bash("make dockerfile", folder, tools).returncode != 0
    assert (folder / "Dockerfile").read_bytes() == before


def test_pages_and_codes_that_are_named() -> None:
    for page in [*PAGES, ROOT / "mkdocs.yml"]:
        for code in re.findall(r"\bDF[0-4]\d\d\b", page.read_text("utf-8")):
            assert code in all_rules() or code == "DF190", f"{page.name} names {code}"


def test_the_rules_of_fal_are_all_there() -> None:
    text = (DOCS / "fal-rules.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+) \| (.+) \|$", text, re.MULTILINE)
    assert [int(number) for number, _rule, _answer in rows] == list(range(1, 47))
    assert all(rule.strip() and answer.strip() for _number, rule, answer in rows)


@pytest.mark.parametrize(
    "each", [each for each in blocks("yaml", "toml") if each.title], ids=lambda each: each.page.stem
)
def test_files_that_are_shown(each: Block, tmp_path: Path) -> None:
    path = tmp_path / each.title.rpartition("/")[2]
    path.write_text(each.text)
    if path.name in (".dockerfix.yaml", "pyproject.toml"):
        assert set(config.load(path) or {}) > {"config"}
    else:
        assert yaml.safe_load(each.text)


class TestConfiguration:
    def test_both_forms_say_the_same(self, tmp_path: Path) -> None:
        found = []
        for name, language in ((".dockerfix.yaml", "yaml"), ("pyproject.toml", "toml")):
            (tmp_path / name).write_text(block(DOCS / "how-to/configuration.md", language, name))
            found.append({**(config.load(tmp_path / name) or {}), "config": None})
        assert found[0] == found[1]

    def test_the_ignore_comment(self, project: Here) -> None:
        shown = block(DOCS / "how-to/configuration.md", "dockerfile")
        project.write("Dockerfile", DOCKERFILE.replace("EXPOSE 5000\n", shown))
        assert shown.encode() in project("Dockerfile").out


def test_hooks_and_inputs_exist() -> None:
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    page = (DOCS / "how-to" / "pre-commit.md").read_text("utf-8")
    assert set(re.findall(r"- id: ([\w-]+)", page)) == hooks
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    rows = re.findall(r"^\| `([\w-]+)` \|", (DOCS / "how-to" / "github-action.md").read_text("utf-8"), re.MULTILINE)
    assert rows == list(inputs)


class TestPrivateIndexes:
    def test_a_secret_of_the_build_is_left_alone(self, tmp_path: Path) -> None:
        command = "RUN --mount=type=secret,id=pip,target=/etc/pip.conf pip install our-package==1.2.0\n"
        assert command.strip() in (DOCS / "how-to" / "private-indexes.md").read_text("utf-8")
        cog_yaml = block(DOCS / "how-to/private-indexes.md", "yaml", "cog.yaml")
        text = f'FROM python:3.11-slim\n{command}WORKDIR /src\nCMD ["python", "-m", "cog.server.http"]\nCOPY . /src\n'
        result = dockerfix.rewrite(text, cog_yaml=cog_yaml)
        assert result.ok
        assert command in result.text
        assert "DF306" in [finding.code for finding in result.findings]

    def test_credentials_are_an_error(self) -> None:
        cog_yaml = COG_YAML.replace("requests==2.32.3", "--index-url=https://u:secret@example.org/simple x==1")
        result = dockerfix.rewrite(DOCKERFILE, cog_yaml=cog_yaml)
        assert not result.ok
        assert "secret@" not in result.rewritten


def app_project(parent: Path) -> Path:
    folder = parent / "model"
    shutil.copytree(PROJECTS / "hello-text", folder, ignore=shutil.ignore_patterns("expected.*"))
    (folder / "Dockerfile").write_text(DOCKERFILE)
    return folder


class TestPython:
    def test_the_library(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        (tmp_path / "cog.yaml").write_text(COG_YAML)
        (tmp_path / "Dockerfile.cog").write_text(DOCKERFILE)
        source = block(DOCS / "reference/library.md", "python").replace("path/to/model", str(tmp_path))
        exec(source.replace('"Dockerfile.cog"', repr(str(tmp_path / "Dockerfile.cog"))), {})
        out = capsys.readouterr().out
        assert "6 DF104 note removes the CMD that starts Cog's server" in out
        exec(block(DOCS / "reference/library.md", "python", number=1), {})
        assert capsys.readouterr().out == "base ['RUN']\n"

    @pytest.mark.parametrize("number", [0, 1])
    def test_the_library_has_types(self, tmp_path: Path, number: int) -> None:
        (tmp_path / "example.py").write_text(block(DOCS / "reference/library.md", "python", number=number))
        checkers = [["mypy", "--strict"], ["basedpyright", "--level", "error", "--pythonpath", sys.executable]]
        for checker in checkers:
            command = [sys.executable, "-m", *checker, "example.py"]
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
            assert done.returncode == 0, done.stdout + done.stderr

    def test_the_app(self, tmp_path: Path, tools: Path) -> None:
        folder = app_project(tmp_path)
        (folder / "make_app.py").write_text(block(DOCS / "how-to/app.md", "python", "make_app.py"))
        done = bash("python make_app.py", folder, tools)
        assert done.returncode == 0, done.stdout
        assert "[tool.fal.apps." in done.stdout
        made = {name: (folder / name).read_text() for name in ("fal_app.py", "fal_cog.py", "fal_call.py")}
        assert 'app_auth = "private"' in made["fal_app.py"]
        other = app_project(tmp_path / "other")
        done = bash(block(DOCS / "how-to/app.md", "sh", number=1), other, tools)
        assert done.returncode == 0, done.stdout
        assert "[tool.fal.apps." in (other / "pyproject.toml").read_text()
        for name in made:
            compile((other / name).read_text(), name, "exec")

    def test_the_migration(self, tmp_path: Path, tools: Path) -> None:
        folder = app_project(tmp_path)
        (folder / "Dockerfile").rename(folder / "Dockerfile.cog")
        look, write = block(DOCS / "how-to/app.md", "sh").splitlines()
        before = sorted(path.name for path in folder.iterdir())
        assert bash(look, folder, tools).returncode == 0
        assert sorted(path.name for path in folder.iterdir()) == before
        done = bash(write, folder, tools)
        assert done.returncode == 0, done.stdout
        for name in ("Dockerfile", "fal_app.py", ".dockerignore", "pyproject.toml", "MIGRATION.md"):
            assert (folder / name).is_file(), name

    def test_the_new_pass(self) -> None:
        from dockerfix.passes import Pass
        from dockerfix.project.project import Project
        from pass_cases import example, run_alone

        names: dict[str, object] = {"__name__": "drop_volume"}
        exec(block(DOCS / "explanation/add-a-pass.md", "python"), names)
        each = Pass("DF190", "drop_volume", True, names["drop_volume"])  # type: ignore[arg-type]
        shown = example(each)
        outcome = run_alone(each, shown.before, Project.open(None, None))
        assert outcome.document.text == shown.after != shown.before


class TestTheCompiler:
    """docs/explanation/compiler.md against the package that it explains."""

    PAGE = DOCS / "explanation" / "compiler.md"
    PACKAGE = ROOT / "compiler" / "dockerfix"

    def sections(self) -> dict[str, str]:
        parts = re.split(r"^## (.+)$", self.PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
        return dict(zip(parts[::2], parts[1::2], strict=True))

    def test_a_heading_for_each_folder_in_the_order_of_work(self) -> None:
        order = ["text", "syntax", "knowledge", "project", "analysis", "passes", "driver", "report", "app", "cli"]
        assert list(self.sections()) == order
        assert {path.name for path in self.PACKAGE.iterdir() if path.is_dir() and path.name[0] != "_"} == set(order)

    def test_what_goes_in_and_comes_out(self) -> None:
        for name, text in self.sections().items():
            assert re.match(r"\n\nIn: .+ Out: .+\.\n", text), name

    def test_the_types_are_defined_in_their_folder(self) -> None:
        for name, text in self.sections().items():
            code = "\n".join(path.read_text("utf-8") for path in (self.PACKAGE / name).rglob("*.py"))
            types = re.search(r"^Types: (?:.+\n)+", text, re.MULTILINE)
            assert (types is None) == (name == "knowledge")
            for named in re.findall(r"`(\w+)`", types[0] if types else ""):
                if named != "import dockerfix":
                    assert re.search(rf"^(?:class|def) {named}\b", code, re.MULTILINE), f"{name}: {named}"
