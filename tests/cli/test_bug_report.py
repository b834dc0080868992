"""``dockerfix bug-report``."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import dockerfix
from commands import COG_YAML, DOCKERFILE, Here, here, project, run
from dockerfix.cli.bug_report import _sections
from dockerfix.cli.rewrite import Request
from dockerfix.driver import rewrite
from dockerfix.report.bug_report import as_markdown
from effort import examples
from secret_texts import FOUND, with_value

__all__ = ["here", "project"]


def sections(report: bytes) -> dict[str, str]:
    """The text below each heading."""
    tokens = MarkdownIt().parse(report.decode())
    found: dict[str, str] = {}
    title = ""
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "inline" and before is not None and before.type == "heading_open":
            title = "".join(child.content for child in token.children or ())
        elif token.type == "fence":
            found[title] = token.content
    return found


def test_what_is_in_it(project: Here) -> None:
    done = project("bug-report", "--target", "server", "--keep", "pget", "Dockerfile")
    assert (done.code, done.err) == (0, "")
    found = sections(done.out)
    assert list(found) == ["Versions", "Run", "Findings", "Dockerfile", "cog.yaml"]
    assert found["Versions"].startswith(f"dockerfix {dockerfix.__version__}\n")
    assert re.search(r"^tables of facts as of 20\d\d-\d\d-\d\d: \w+", found["Versions"], re.MULTILINE)
    for module in ("cog_base", "cuda", "python_releases"):
        assert module in found["Versions"]
    assert found["Run"].startswith("$ dockerfix bug-report --target server --keep pget Dockerfile\n")
    assert "\nkeep: pget\n" in found["Run"]
    assert "\ntarget: server\n" in found["Run"]
    assert found["Findings"].startswith("rewritten, ")
    assert "Dockerfile:6:1: DF312 starts the gate" in found["Findings"]
    assert found["Dockerfile"] == DOCKERFILE
    assert found["cog.yaml"] == COG_YAML
    assert (project.folder / "Dockerfile").read_text() == DOCKERFILE


def test_standard_input_and_a_file(project: Here) -> None:
    done = project("bug-report", "-o", "report.md", stdin=DOCKERFILE.encode())
    assert (done.code, done.out) == (0, b"")
    assert done.err == "dockerfix: report.md written; read it before you post it\n"
    found = sections((project.folder / "report.md").read_bytes())
    assert "<stdin>:3:1: DF201" in found["Findings"]
    assert found["Dockerfile"] == DOCKERFILE


def test_the_requirements_with_what_they_include(project: Here) -> None:
    project.write(
        "cog.yaml", COG_YAML.replace("python_packages:\n    - requests==2.32.3", "python_requirements: r.txt")
    )
    project.write("r.txt", "-r more.txt\nrequests\n")
    project.write("more.txt", "numpy\n")
    found = sections(project("bug-report", "Dockerfile").out)
    assert (found["r.txt"], found["more.txt"]) == ("-r more.txt\nrequests\n", "numpy\n")
    project.write("other.txt", "scipy\n")
    found = sections(project("bug-report", "Dockerfile", "--requirements", "other.txt").out)
    assert found["other.txt"] == "scipy\n"
    assert "\nrequirements: other.txt\n" in found["Run"]


def test_the_configuration(project: Here) -> None:
    project.write(".dockerfix.yaml", "ignore: [DF403]\nfail-on: warning\n")
    found = sections(project("bug-report", "Dockerfile").out)["Run"]
    assert ".dockerfix.yaml\nignore: DF403\nfail-on: warning\n" in found
    assert "configuration file: none\n" in sections(project("bug-report", "--no-config", "Dockerfile").out)["Run"]


def test_a_broken_configuration(project: Here) -> None:
    project.write(".dockerfix.yaml", "ignor: [DF403]\n")
    done = project("bug-report", "Dockerfile")
    assert done.code == 0
    found = sections(done.out)
    assert "configuration file: .dockerfix.yaml:1: unknown setting `ignor`; did you mean `ignore`?\n" in found["Run"]
    assert found["Findings"].startswith("rewritten, ")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("Dockerfile", "hello\n", "Dockerfile:1:1: DF002 error: not a Dockerfile"),
        ("Dockerfile", "", "DF001 error: the input is empty"),
        ("Dockerfile", "FROM a\nRUN --mount=type=x y\n", "DF003 error: "),
        ("cog.yaml", "build: [", "DF004 error: "),
    ],
)
def test_a_refused_input(project: Here, name: str, text: str, said: str) -> None:
    project.write(name, text)
    assert project("Dockerfile").code == 3
    done = project("bug-report", "Dockerfile")
    assert done.code == 0
    found = sections(done.out)
    assert found["Findings"].startswith("refused, 1 error")
    assert said in found["Findings"]
    assert found[name].rstrip("\n") == text.rstrip("\n")


def test_a_crash(project: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_named: object) -> rewrite.Result:
        raise RuntimeError("oh dear")

    monkeypatch.setattr(rewrite, "rewrite", broken)
    said = project("-i", "Dockerfile")
    assert said.code == 4
    assert "please report this with what `dockerfix bug-report Dockerfile` prints" in said.err
    done = project("bug-report", "Dockerfile")
    assert (done.code, done.err) == (0, "")
    found = sections(done.out)
    assert list(found) == ["Versions", "Run", "Error", "Dockerfile", "cog.yaml"]
    assert 'File "dockerfix/cli/job.py", line ' in found["Error"]
    assert found["Error"].endswith("RuntimeError: oh dear\n")
    assert found["Dockerfile"] == DOCKERFILE


def test_a_crash_outside_of_a_conversion(project: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("https://me:hunter2@h for hunter2")

    monkeypatch.setattr("dockerfix.passes.all_passes", broken)
    done = project("passes")
    assert (done.code, done.out) == (4, b"")
    assert done.err.startswith("Traceback ")
    assert done.err.endswith(
        "RuntimeError: https://***@h for ***\ndockerfix: internal error; please report this with the lines above\n"
    )


def test_a_project(project: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("predict.py", "from cog import BasePredictor\n\nclass Predictor(BasePredictor):\n    pass\n")
    found = sections(project("bug-report", ".").out)
    assert list(found) == ["Versions", "Run", "Findings", "App", "Dockerfile", "cog.yaml"]
    assert "AppError: " in found["App"]

    def broken(*_arguments: object) -> None:
        raise RuntimeError("oh dear")

    monkeypatch.setattr("dockerfix.app.build", broken)
    said = project("app")
    assert said.code == 4
    assert "what `dockerfix bug-report .` prints" in said.err
    assert sections(project("bug-report", ".").out)["Error in the App"].endswith("RuntimeError: oh dear\n")


def test_a_project_without_a_dockerfile(project: Here) -> None:
    (project.folder / "Dockerfile").unlink()
    assert list(sections(project("bug-report", ".").out)) == ["Versions", "Run", "App", "cog.yaml"]


def test_the_home_folder_is_not_named(tmp_path: Path) -> None:
    home = tmp_path / "alice"
    (home / "model").mkdir(parents=True)
    (home / "model" / "Dockerfile").write_text(f"{DOCKERFILE}ENV A={home}/x\n")
    (home / "model" / "cog.yaml").write_text(COG_YAML)
    done = run("bug-report", home / "model" / "Dockerfile", HOME=str(home))
    assert done.code == 0
    found = sections(done.out)
    assert found["Run"].startswith("$ dockerfix bug-report ~/model/Dockerfile\nproject: ~/model\n")
    assert "alice" not in found["Run"] + found["Findings"]
    assert f"ENV A={home}/x\n" in found["~/model/Dockerfile"]  # a path in an image is as it is


def test_misuse(project: Here) -> None:
    done = project("bug-report", "-o", "Dockerfile", "Dockerfile")
    assert done.code == 2
    assert "the report would replace Dockerfile" in done.err
    assert (project.folder / "Dockerfile").read_text() == DOCKERFILE
    assert project("bug-report", "missing").code == 3
    assert project("bug-report", "--config", "x", "--no-config", "Dockerfile").code == 2


def test_a_report_too_long_for_an_issue(project: Here) -> None:
    project.write("Dockerfile", DOCKERFILE + "RUN echo hello\n" * 5000)
    done = project("bug-report", "Dockerfile")
    assert done.code == 0
    assert re.fullmatch(r"dockerfix: the report has [\d,]+ characters, and GitHub takes 65,536 in .*\n", done.err)


ANYWHERE = sorted(text for text in FOUND if "escape=" not in text)
"""The forms but that of a directive, which means something only at the beginning of a Dockerfile."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("model")


@examples
@given(st.lists(st.sampled_from(ANYWHERE), min_size=3, max_size=3), st.booleans())
def test_no_secret_is_in_the_report(folder: Path, texts: list[str], crashes: bool) -> None:
    """In whatever file, by whatever form, and whether or not the conversion crashes on it."""
    values = ["q1Zk0x7Wv", "q2Zk0x7Wv", "q3Zk0x7Wv"]
    dockerfile, environment, requirements = map(with_value, texts, values)
    (folder / "Dockerfile").write_text(f"{DOCKERFILE}{dockerfile}\n")
    (folder / "cog.yaml").write_text(f"{COG_YAML}environment:\n  - |\n{indent(environment, '    ')}\n")
    (folder / "r.txt").write_text(f"{requirements}\n")

    def broken(source: bytes, **_named: object) -> rewrite.Result:
        raise RuntimeError(source.decode())

    with pytest.MonkeyPatch.context() as patch:
        if crashes:
            patch.setattr(rewrite, "rewrite", broken)
        file = str(folder / "Dockerfile")
        found = list(_sections(file, Request(files=(file,)), {"requirements": folder / "r.txt"}))
    assert [each.title for each in found][-3:] == [file, "cog.yaml", "r.txt"]
    assert ("Error" in [each.title for each in found]) is crashes
    report = as_markdown(found)
    assert not [value for value in values if value in report]
    assert report.count("***") >= 3
