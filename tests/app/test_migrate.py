"""A migration as a whole: what is planned, shown, written and left alone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from apps import run, write
from dockerfix.app import AppError, build, build_server, migrate
from dockerfix.app.write import checklist, ignored
from dockerfix.app.write.stamps import short, stamped
from dockerfix.project.files import MARK
from dockerfix.project.project import Project
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span
from golden import GoldenFile
from places import FIXTURES

PREDICTOR = "from cog import BasePredictor\n\n\nclass Predictor(BasePredictor):\n    def predict(self) -> str: ...\n"
DOCKERFILE = "FROM python:3.11-slim\n# dockerfix[DF301]: fal is installed\nRUN python -m pip install fal\n"
FINDINGS = (
    Finding("DF102", Span(0, 0), "removes tini's stage"),
    Finding("DF402", Span(0, 0), "`a` is missing", (), Severity.WARNING),
)


def make(folder: Path, *, force: bool = False, replaceable: bool = False, **files: str) -> migrate.Plan:
    project = write(folder, predict__py=PREDICTOR, **files)
    return migrate.plan(project, DOCKERFILE, build(project), FINDINGS, force=force, replaceable=replaceable)


def test_files(tmp_path: Path) -> None:
    planned = make(tmp_path / "my_model")
    assert set(planned.files) == {
        ".dockerignore", "Dockerfile", "MIGRATION.md", "fal_app.py", "fal_call.py", "fal_cog.py", "pyproject.toml",
    }  # fmt: skip
    assert planned.files["Dockerfile"] == DOCKERFILE
    assert "**/__pycache__\n" in planned.files[".dockerignore"]
    assert planned.edited == {}
    guide = planned.files["MIGRATION.md"]
    assert "\nfal run my-model --auth private\n" in guide
    assert "\nfal deploy my-model\n" in guide
    assert "- [ ] `a` is missing (DF402)\n" in guide
    assert "- removes tini's stage (DF102)\n" in guide
    assert guide.index("## Deploy") < guide.index("## Check by hand") < guide.index("## Done")


def test_writing_and_again(tmp_path: Path) -> None:
    planned = make(tmp_path)
    assert set(migrate.apply(planned)) == set(planned.files)
    assert (tmp_path / "Dockerfile").read_text(encoding="utf-8") == DOCKERFILE
    project = Project.open(tmp_path)
    again = migrate.plan(project, DOCKERFILE, build(project), FINDINGS)
    assert again.files == planned.files
    assert again.changed == ()
    assert migrate.apply(again) == ()
    assert migrate.diff(again) == ""


def test_own_files_are_updated(tmp_path: Path) -> None:
    migrate.apply(make(tmp_path))
    (tmp_path / "cog.yaml").write_text(
        'build:\n  python_version: "3.12"\npredict: "predict.py:Predictor"\n', encoding="utf-8"
    )
    project = Project.open(tmp_path)
    assert migrate.apply(migrate.plan(project, DOCKERFILE, build(project), FINDINGS)) == (
        "fal_app.py",
        "pyproject.toml",
    )


@pytest.mark.parametrize("path", ["Dockerfile", "fal_app.py", "MIGRATION.md", "fal_cog.py"])
def test_foreign_files_stay(tmp_path: Path, path: str) -> None:
    tmp_path.joinpath(path).write_text("mine\n", encoding="utf-8")
    planned = make(tmp_path)
    assert planned.foreign == (path,)
    with pytest.raises(AppError, match=f"dockerfix did not write `{path}`"):
        migrate.apply(planned)
    assert not (tmp_path / "fal_call.py").exists()
    assert tmp_path.joinpath(path).read_text(encoding="utf-8") == "mine\n"
    planned = make(tmp_path, force=True)
    migrate.apply(planned)
    assert tmp_path.joinpath(path).read_text(encoding="utf-8") == planned.files[path]


@pytest.mark.parametrize(
    ("path", "edit"),
    [
        ("fal_app.py", ("keep_alive = 60", "keep_alive = 600")),
        ("fal_call.py", ("import", "import this; import")),
        ("Dockerfile", ("FROM", "# mine\nFROM")),
        ("pyproject.toml", ("keep_alive = 60", "keep_alive = 600")),
    ],
)
@pytest.mark.parametrize("dos", [False, True])
def test_what_was_edited_stays(tmp_path: Path, path: str, edit: tuple[str, str], dos: bool) -> None:
    migrate.apply(make(tmp_path))
    ours = (tmp_path / path).read_text(encoding="utf-8")
    mine = ours.replace(*edit, 1)
    assert mine != ours
    ends = "\r\n" if dos else "\n"
    (tmp_path / path).write_text(mine, encoding="utf-8", newline=ends)
    for _ in range(2):
        planned = make(tmp_path)
        assert set(planned.edited) == {path}
        assert set(migrate.apply(planned)) <= {"MIGRATION.md"}
        assert f"- [ ] {path} keeps your changes (" in (tmp_path / "MIGRATION.md").read_text(encoding="utf-8")
        assert "\n-" in migrate.kept_diff(planned, path)
    migrate.apply(make(tmp_path, force=True))
    assert (tmp_path / path).read_bytes() == ours.replace("\n", ends).encode()
    assert "keeps your changes" not in (tmp_path / "MIGRATION.md").read_text(encoding="utf-8")


def test_ticks_and_notes_stay(tmp_path: Path) -> None:
    migrate.apply(make(tmp_path))
    guide = tmp_path / "MIGRATION.md"
    text = guide.read_text(encoding="utf-8")
    edited = text.replace("- [ ] `a` is missing", "- [x] `a` is missing").replace(
        "## Done", "Ask Anna about this.\n\n- [ ] my own task\n\n## Done"
    )
    edited = edited.replace("leaves it as it is. -->\n", "leaves it as it is. -->\n\nDeployed on Monday.\n\n- twice\n")
    guide.write_text(edited, encoding="utf-8")
    project = Project.open(tmp_path)
    moved = (*FINDINGS[:1], Finding("DF402", Span(0, 0), "`a` is missing", (), Severity.WARNING))
    for _ in range(2):
        planned = migrate.plan(project, DOCKERFILE + "ENV A=1\n", build(project), moved, force=True)
        migrate.apply(planned)
        text = guide.read_text(encoding="utf-8")
        assert text.count("- [x] `a` is missing (DF402)\n") == 1
        assert text.count("## Notes\n") == 1
        notes = text.partition("## Notes\n")[2].split("<!-- dockerfix wrote")[0]
        own = [line for line in notes.split("\n") if line][1:]
        assert own == ["Deployed on Monday.", "- twice", "Ask Anna about this.", "- [ ] my own task"]
    assert migrate.plan(project, DOCKERFILE + "ENV A=1\n", build(project), moved).changed == ()


def test_a_tick_stays_where_only_the_line_moved() -> None:
    item = "- [{}] the type is unknown (predict.py:{}, DF504)\n"
    first = checklist.carried(None, item.format(" ", 4), ("Dockerfile", ""))
    again = checklist.carried(first.replace("[ ]", "[X]"), item.format(" ", 9), ("Dockerfile", ""))
    assert again.startswith(item.format("x", 9))
    assert "predict.py:4" not in again
    other = checklist.carried(again, item.format(" ", 9).replace("unknown", "odd"), ("Dockerfile", ""))
    assert other.startswith("- [ ] the type is odd")


def test_the_input_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM r8.im/cog-base\n", encoding="utf-8")
    assert "Dockerfile" in migrate.apply(make(tmp_path, replaceable=True))


def test_files_of_the_user(tmp_path: Path) -> None:
    own = {"pyproject__toml": "[project]\nname = 'x'\n", "__dockerignore": "samples\n!.env\n.git"}
    planned = make(tmp_path, **own)
    assert planned.edited == {}
    assert planned.files["pyproject.toml"].startswith(own["pyproject__toml"] + "\n[tool.fal.apps.")
    ignored = planned.files[".dockerignore"].split("\n")
    assert ignored[:5] == ["samples", "!.env", ".git", "", "# dockerfix: files that the image does not need"]
    assert ignored[5:11] == ["/.cog", "/.venv", "/venv", "**/__pycache__", "**/*.pyc", "**/.DS_Store"]
    migrate.apply(planned)
    path = tmp_path / ".dockerignore"
    path.write_text(path.read_text(encoding="utf-8").replace("/venv\n", "\n*.tmp\n", 1), encoding="utf-8")
    again = migrate.plan(Project.open(tmp_path), DOCKERFILE, build(Project.open(tmp_path)), FINDINGS)
    text = again.files[".dockerignore"]
    assert "*.tmp" in text
    assert "\n/venv\n" not in text
    assert again.files[".dockerignore"] == path.read_text(encoding="utf-8")


def test_files_of_an_earlier_dockerfix(tmp_path: Path) -> None:
    """They have one checksum in their first lines: unchanged ones are brought up to date, an edited App stays."""
    project = write(tmp_path, predict__py=PREDICTOR)
    result = build(project)
    (tmp_path / "fal_app.py").write_text(stamped(result.text.replace("60", "61")), encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(stamped(f"# {MARK}.\n{result.toml}"), encoding="utf-8")
    (tmp_path / ".dockerignore").write_text(stamped(f"# {MARK}: files.\n/old\n"), encoding="utf-8")
    (tmp_path / "MIGRATION.md").write_text(f"# x\n\n<!-- {MARK} (00000000); -->\n", encoding="utf-8")
    planned = make(tmp_path)
    assert planned.edited == {}
    assert planned.foreign == ()
    assert "keep_alive = 60" in planned.files["fal_app.py"]
    assert "/old" not in planned.files[".dockerignore"]
    edited = stamped(result.text).replace("keep_alive = 60", "keep_alive = 61")
    (tmp_path / "fal_app.py").write_text(edited, encoding="utf-8")
    planned = make(tmp_path)
    assert planned.files["fal_app.py"] == edited
    assert planned.edited["fal_app.py"].kept == ("the whole file",)
    assert "+    keep_alive = 60\n" in migrate.kept_diff(planned, "fal_app.py")


def test_diff(tmp_path: Path) -> None:
    (tmp_path / "fal_app.py").write_text("mine", encoding="utf-8")
    planned = make(tmp_path, force=True)
    text = migrate.diff(planned)
    assert "--- /dev/null\n+++ b/Dockerfile\n" in text
    assert "--- a/fal_app.py\n+++ b/fal_app.py\n" in text
    assert "-mine\n\\ No newline at end of file\n" in text
    assert not (tmp_path / "Dockerfile").exists()
    migrate.apply(planned)
    other = tmp_path.parent / "other"
    other.mkdir()
    (other / "fal_app.py").write_text("mine", encoding="utf-8")
    patched = subprocess.run(["git", "apply", "-"], input=text, cwd=other, text=True, capture_output=True, check=False)
    assert patched.returncode == 0, patched.stderr
    for path, content in planned.files.items():
        assert (other / path).read_text(encoding="utf-8") == content


def test_link_out_of_the_project(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("# Written by dockerfix\n", encoding="utf-8")
    project = tmp_path / "project"
    project.mkdir()
    (project / "fal_cog.py").symlink_to(outside)
    with pytest.raises(AppError, match=r"`fal_cog\.py` is a link out of the project"):
        migrate.apply(make(project))
    assert outside.read_text(encoding="utf-8") == "# Written by dockerfix\n"


def test_server_target(tmp_path: Path) -> None:
    project = write(tmp_path, predict__py=PREDICTOR)
    planned = migrate.plan(project, DOCKERFILE, build_server(project))
    own = {".dockerignore", "Dockerfile", "MIGRATION.md", "pyproject.toml"}
    assert set(planned.files) == {*own, "fal_gate.py", ".cog/openapi_schema.json"}
    assert "exposed_port = 8080" in planned.files["pyproject.toml"]
    migrate.apply(planned)
    assert migrate.plan(project, DOCKERFILE, build_server(project)).changed == ()


def test_cog_debug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AppError, match="cog is not installed"):
        migrate.run_cog_debug(tmp_path)
    program = tmp_path / "cog"
    program.write_text('#!/bin/sh\n[ "$1" = debug ] && echo "FROM scratch"\n', encoding="utf-8")
    program.chmod(0o755)
    assert migrate.run_cog_debug(tmp_path) == "FROM scratch\n"
    program.write_text("#!/bin/sh\necho first >&2\necho 'no cog.yaml' >&2\nexit 1\n", encoding="utf-8")
    with pytest.raises(AppError, match=r"`cog debug` fails: no cog\.yaml"):
        migrate.run_cog_debug(tmp_path)
    program.write_text("no program", encoding="utf-8")
    with pytest.raises(AppError, match=r"`cog debug` can't be run: .*Exec format error"):
        migrate.run_cog_debug(tmp_path)


def test_without_a_folder(tmp_path: Path) -> None:
    result = build(write(tmp_path, predict__py=PREDICTOR))
    with pytest.raises(AppError, match="a migration needs the project's folder"):
        migrate.plan(Project.open(None), DOCKERFILE, result)


def test_downloads_in_the_guide(tmp_path: Path) -> None:
    load = "import os\nos.system('pget https://example.org/a b')\n"
    project = write(tmp_path, predict__py=f"import load\n{PREDICTOR}", load__py=load)
    text = migrate.plan(project, DOCKERFILE, build(project), FINDINGS).files["MIGRATION.md"]
    assert "- [ ] pget downloads this again on every new runner" in text
    assert 'target = "/data/my-model/weights.tar"' in text
    assert "/data/my-model" not in make(tmp_path / "other").files["MIGRATION.md"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# comment\n\nsamples\n./data/raw\n/weights/\n", ("/samples", "/data/raw", "/weights")),
        ("**/*.tmp\n*.md\n", ("**/*.tmp", "/*.md")),
        ("*\n!src\n", ()),
        (".git\n__pycache__\n../x\n", ("/__pycache__",)),
    ],
)
def test_ignored(tmp_path: Path, text: str, expected: tuple[str, ...]) -> None:
    project = write(tmp_path, predict__py=PREDICTOR, __dockerignore=text)
    app = build(project)
    assert app.settings.ignored[8:] == expected
    assert [each.code for each in app.findings] == (["DF530"] if "!" in text else [])


def test_ignored_deeper(tmp_path: Path) -> None:
    project = write(
        tmp_path, predict__py=PREDICTOR, __dockerignore="models\n", src___models___net__py="", __env="A=1\n"
    )
    found = {each.code: each.message for each in build(project).findings}
    assert (
        found["DF532"]
        == "for fal's client `models` matches `src/models/net.py` too; write `/models`, as Docker reads it"
    )
    assert "DF531" in found


def test_ignored_by_fal_itself(tmp_path: Path) -> None:
    """The patterns, as the released client reads them, drop and keep what they should."""
    if run("-c", "import fal").returncode:
        pytest.skip("fal isn't installed")
    project = write(tmp_path, predict__py=PREDICTOR, __dockerignore="samples\n**/*.tmp\n*.md\n")
    patterns = list(build(project).settings.ignored)
    program = (
        "import json, re, sys\n"
        "from fal.container import DockerignoreHandler\n"
        "patterns, paths = json.loads(sys.argv[1])\n"
        "expressions = DockerignoreHandler(dockerignore=patterns).get_regex_patterns()\n"
        "print(json.dumps([path for path in paths if any(re.match(each, path) for each in expressions)]))\n"
    )
    paths = [
        *("samples/a.png", "src/samples/a.png", "a/b.tmp", "README.md", "docs/README.md", "predict.py"),
        *(".git/HEAD", "src/__pycache__/a.pyc", ".env", "Dockerfile", "venv/bin/python", "src/venv/x.py"),
    ]
    found = run("-c", program, json.dumps([patterns, paths]))
    assert set(json.loads(found.stdout)) == {
        "samples/a.png", "a/b.tmp", "README.md", ".git/HEAD", "src/__pycache__/a.pyc", ".env", "venv/bin/python",
    }  # fmt: skip


def test_golden_guide(snapshot: SnapshotAssertion) -> None:
    project = Project.open(FIXTURES / "app" / "odd-inputs")
    text = migrate.plan(project, DOCKERFILE, build(project), FINDINGS).files["MIGRATION.md"]
    golden = snapshot.use_extension(GoldenFile)
    assert text.encode() == golden(name="app/odd-inputs/expected.MIGRATION.md")


def test_a_line_of_the_users_with_our_checksum_stays() -> None:
    line = "../e\ufeff"  # the same four characters as `/.git`
    assert short(line) == short("/.git")
    ours = ignored.for_docker(schema=False)
    once = ignored.merge(f"{line}\n", ours).text
    assert once.startswith(f"{line}\n")
    assert ignored.merge(once, ours).text == once
