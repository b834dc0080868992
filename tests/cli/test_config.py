"""Settings from files: where they are looked for, what may stand in them, and what takes precedence."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import COG_YAML, DOCKERFILE, Done, Here, here, project
from dockerfix.cli import config
from dockerfix.cli.config import KEYS, Settings, SettingsError, find, load, merge

__all__ = ["here", "project"]


def wrong(done: Done) -> str:
    """The one line of a run that ended because of its settings."""
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith("dockerfix: ")
    assert done.err.count("\n") == 1
    return done.err.removeprefix("dockerfix: ").removesuffix("\n")


def ignores(found: object) -> set[str]:
    assert isinstance(found, dict)
    return set(found["ignore"])


class TestSearch:
    @pytest.mark.parametrize("name", [".dockerfix.yaml", "pyproject.toml"])
    def test_a_file_decides(self, project: Here, name: str) -> None:
        text = "ignore: [DF104]\n" if name.endswith("yaml") else '[tool.dockerfix]\nignore = ["DF104"]\n'
        project.write(name, text)
        assert b"EXPOSE 5000" in project("-q", "Dockerfile").out
        assert b"EXPOSE 5000" in project("-q", stdin=DOCKERFILE.encode()).out
        assert b"EXPOSE 5000" not in project("-q", "--no-config", "Dockerfile").out

    def test_the_nearest_one_counts(self, here: Here) -> None:
        here.write(".dockerfix.yaml", "ignore: [DF101]\n")
        here.write("a/pyproject.toml", '[tool.dockerfix]\nignore = ["DF102"]\n')
        here.write("a/b/pyproject.toml", "[tool.other]\n# nothing of dockerfix here\n")
        assert ignores(find(here.folder)) == {"DF101"}
        assert ignores(find(here.folder / "a" / "b")) == {"DF102"}

    def test_nothing_beyond_the_repository(self, here: Here) -> None:
        here.write(".dockerfix.yaml", "ignore: [DF101]\n")
        (here.folder / "inner" / ".git").mkdir(parents=True)
        (here.folder / "inner" / "deep").mkdir()
        # a worktree has a file there
        here.write("tree/.git", "gitdir: elsewhere\n")
        assert find(here.folder / "inner" / "deep") == {}
        assert find(here.folder / "tree") == {}

    def test_outside_of_a_repository_only_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / ".dockerfix.yaml").write_text("ignore: [DF101]\n")
        (tmp_path / "deep").mkdir()
        assert find(tmp_path / "deep") == {}
        assert ignores(find(tmp_path)) == {"DF101"}

    def test_each_file_has_its_own(self, here: Here) -> None:
        for name in ("one", "two"):
            here.write(f"{name}/cog.yaml", COG_YAML)
            here.write(f"{name}/Dockerfile", DOCKERFILE)
        here.write("one/.dockerfix.yaml", "ignore: [DF104]\n")
        assert here("-i", "-q", "one/Dockerfile", "two/Dockerfile").code == 1
        assert "EXPOSE" in (here.folder / "one/Dockerfile").read_text()
        assert "EXPOSE" not in (here.folder / "two/Dockerfile").read_text()

    def test_two_files_in_one_folder(self, project: Here) -> None:
        project.write(".dockerfix.yaml", "ignore: [DF104]\n")
        project.write("pyproject.toml", "[tool.dockerfix]\n")
        assert wrong(project("Dockerfile")) == (
            ".dockerfix.yaml: [tool.dockerfix] in pyproject.toml beside it has settings too; keep only one of them"
        )
        project.write("pyproject.toml", "[tool.dockerfixer]\n")
        config._search.cache_clear()
        assert project("-q", "Dockerfile").code == 0

    def test_a_file_that_is_named(self, project: Here) -> None:
        project.write("ci/strict.toml", '[tool.dockerfix]\nfail-on = "note"\n')
        project.write("ci/lax.yml", "ignore: [DF104]\n")
        assert project("-q", "--config", "ci/strict.toml", "Dockerfile").code == 1
        assert b"EXPOSE" in project("-q", "--config", "ci/lax.yml", "Dockerfile").out
        assert wrong(project("--config", "ci/none.yml", "Dockerfile")) == "ci/none.yml: No such file or directory"

    def test_other_peoples_toml_is_not_read(self, project: Here) -> None:
        project.write("pyproject.toml", "this is [not TOML\n")
        assert project("-q", "Dockerfile").code == 0

    def test_an_empty_file_sets_nothing(self, project: Here) -> None:
        expected = project("-q", "Dockerfile")
        for text in ("", "# nothing\n", "---\n", "~\n"):
            project.write(".dockerfix.yaml", text)
            config._search.cache_clear()
            assert project("-q", "Dockerfile") == expected


class TestPrecedence:
    def test_the_command_line_over_the_file_over_the_defaults(self, project: Here) -> None:
        assert b"'fal==9.9'" not in project("-q", "Dockerfile").out
        project.write(".dockerfix.yaml", "fal-version: 9.9\nquiet: true\nignore: [DF104]\n")
        config._search.cache_clear()
        done = project("Dockerfile")
        assert b"'fal==9.9'" in done.out
        assert b"EXPOSE" in done.out
        assert done.err == ""
        done = project("--fal-version", "8.8", "--no-quiet", "--ignore", "DF110", "Dockerfile")
        assert b"'fal==8.8'" in done.out
        assert b"EXPOSE" not in done.out
        assert done.err != ""

    def test_keep_and_drop_undo_each_other(self) -> None:
        file = {"keep": frozenset({"tini"}), "drop": frozenset({"pget", "cog-base"})}
        assert merge(file, {"keep": frozenset({"pget"})}) == Settings(
            keep=frozenset({"pget"}), drop=frozenset({"cog-base"})
        )
        assert merge(file, {"drop": frozenset({"tini"})}) == Settings(keep=frozenset(), drop=frozenset({"tini"}))
        assert merge({}, {}) == Settings()

    def test_paths_are_relative_to_the_file(self, here: Here) -> None:
        here.write(".dockerfix.yaml", "project: models/one\nrequirements: models/one/needs.txt\n")
        here.write("models/one/needs.txt", "flask==3.0.0\n")
        here.write("models/one/cog.yaml", COG_YAML)
        here.write("docker/Dockerfile", DOCKERFILE)
        done = here("-q", "docker/Dockerfile")
        assert done.code == 0
        assert b"\nCOPY needs.txt " in done.out


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("kep: [tini]", ".dockerfix.yaml:1: unknown setting `kep`; did you mean `keep`?"),
            ("quiet: true\nfail_on: note", ".dockerfix.yaml:2: unknown setting `fail_on`; did you mean `fail-on`?"),
            ("zzz: 1", ".dockerfix.yaml:1: unknown setting `zzz`"),
            ("keep: tini", ".dockerfix.yaml:1: `keep` must be a list of strings"),
            ("keep: {tini: 1}", ".dockerfix.yaml:1: `keep` must be a list of strings"),
            ("keep: [[tini]]", ".dockerfix.yaml:1: `keep` must be a list of strings"),
            ("keep: [tinny]", ".dockerfix.yaml:1: unknown construct `tinny` for `keep`; did you mean `tini`?"),
            ("ignore: [DF999]", ".dockerfix.yaml:1: unknown code `DF999`; `dockerfix passes` lists the codes"),
            ("ignore: [drop-tini]", ".dockerfix.yaml:1: unknown code `drop-tini`; did you mean `DF102`?"),
            ("quiet: perhaps", ".dockerfix.yaml:1: `quiet` must be true or false"),
            ('quiet: "true"', ".dockerfix.yaml:1: `quiet` must be true or false"),
            ("jobs: -1", ".dockerfix.yaml:1: `jobs` must be a whole number, 0 or greater"),
            ('jobs: "2"', ".dockerfix.yaml:1: `jobs` must be a whole number, 0 or greater"),
            ("jobs: yes", ".dockerfix.yaml:1: `jobs` must be a whole number, 0 or greater"),
            ("fail-on: [error]", ".dockerfix.yaml:1: `fail-on` must be a string"),
            (
                "fail-on: fatal",
                ".dockerfix.yaml:1: unknown severity `fatal` for `fail-on`; choose from error, warning, note",
            ),
            ("fal-version: latest", ".dockerfix.yaml:1: `latest` is not a version such as 1.2.3"),
            ("cog-yaml:", ".dockerfix.yaml:1: `cog-yaml` must be a string"),
            ('cog-yaml: ""', ".dockerfix.yaml:1: `cog-yaml` must name a file or folder"),
            ("keep: [tini]\ndrop: [tini]", ".dockerfix.yaml: `tini` is in both `keep` and `drop`"),
            ("quiet: true\nquiet: false", ".dockerfix.yaml:2: `quiet` is given twice"),
            ("- quiet", ".dockerfix.yaml:1: must consist of `name: value` lines"),
            ("a: {", ".dockerfix.yaml:2:1: not valid YAML: did not find expected node content"),
            (
                "a: !!python/object:os.system x",
                ".dockerfix.yaml:1:4: the tag `!!python/object:os.system` is not allowed",
            ),
        ],
    )
    def test_yaml(self, project: Here, text: str, message: str) -> None:
        project.write(".dockerfix.yaml", text + "\n")
        assert wrong(project("-i", "Dockerfile")) == message
        assert (project.folder / "Dockerfile").read_text() == DOCKERFILE

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("[tool.dockerfix]\nkep = []", "pyproject.toml: unknown setting `kep`; did you mean `keep`?"),
            ("[tool.dockerfix]\nkeep = 'tini'", "pyproject.toml: `keep` must be a list of strings"),
            ("[tool.dockerfix]\nkeep = [1]", "pyproject.toml: `keep` must be a list of strings"),
            ("[tool.dockerfix]\nquiet = 'true'", "pyproject.toml: `quiet` must be true or false"),
            ("[tool.dockerfix]\nquiet = 1", "pyproject.toml: `quiet` must be true or false"),
            ("[tool.dockerfix]\njobs = true", "pyproject.toml: `jobs` must be a whole number, 0 or greater"),
            ("[tool.dockerfix]\njobs = 1.5", "pyproject.toml: `jobs` must be a whole number, 0 or greater"),
            ("[tool.dockerfix]\nfal-version = 1.2", "pyproject.toml: `fal-version` must be a string"),
            ("[tool]\ndockerfix = 3", "pyproject.toml: [tool.dockerfix] must be a table"),
        ],
    )
    def test_toml(self, project: Here, text: str, message: str) -> None:
        project.write("pyproject.toml", text + "\n")
        assert wrong(project("-i", "Dockerfile")) == message
        assert (project.folder / "Dockerfile").read_text() == DOCKERFILE

    def test_toml_that_is_none(self, project: Here) -> None:
        project.write("pyproject.toml", "[tool.dockerfix\n")
        assert wrong(project("Dockerfile")).startswith("pyproject.toml: not valid TOML: ")
        project.write("pyproject.toml", b"[tool.dockerfix]\nproject = '\xff'\n")
        config._search.cache_clear()
        assert wrong(project("Dockerfile")).startswith("pyproject.toml: not valid TOML: ")

    def test_a_huge_file(self, project: Here) -> None:
        project.write(".dockerfix.yaml", "#" * ((1 << 20) + 1))
        assert wrong(project("Dockerfile")) == ".dockerfix.yaml: must be at most 1 MiB large"

    def test_one_bad_file_stops_all_before_anything_is_written(self, here: Here) -> None:
        for name in ("one", "two"):
            here.write(f"{name}/cog.yaml", COG_YAML)
            here.write(f"{name}/Dockerfile", DOCKERFILE)
        here.write("two/.dockerfix.yaml", "kep: 1\n")
        done = here("-i", "one/Dockerfile", "two/Dockerfile")
        assert wrong(done).startswith("two/.dockerfix.yaml:1: unknown setting `kep`")
        assert (here.folder / "one/Dockerfile").read_text() == DOCKERFILE


def test_every_setting_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    path.write_text(
        """\
keep: [tini]
drop: [pget]
select: [DF1]
ignore: [DF104, DF2]
fail-on: warning
target: server
fal-version: 1.80
require-reason: true
output-format: sarif
show-source: false
verify: on
jobs: 3
exclude: [old/*]
verbose: false
quiet: true
color: never
cog-yaml: a/cog.yaml
requirements: ../needs.txt
project: a
"""
    )
    found = load(path)
    assert found is not None
    settings = merge(found, {})
    assert settings == Settings(
        keep=frozenset({"tini"}),
        drop=frozenset({"pget"}),
        select=frozenset({"DF1"}),
        ignore=frozenset({"DF104", "DF2"}),
        fail_on="warning",
        target="server",
        fal_version="1.80",
        require_reason=True,
        output_format="sarif",
        show_source=False,
        verify=True,
        jobs=3,
        exclude=frozenset({"old/*"}),
        quiet=True,
        color="never",
        cog_yaml=tmp_path / "a" / "cog.yaml",
        requirements=tmp_path / ".." / "needs.txt",
        project=tmp_path / "a",
        config=path,
    )
    assert {key.name.replace("-", "_") for key in KEYS} | {"config", "notes"} == set(Settings._fields)


def test_every_setting_is_an_option_too() -> None:
    from dockerfix.cli.command import main_command

    options = {name for parameter in main_command.params for name in parameter.opts}
    assert {f"--{key.name}" for key in KEYS} <= options


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Is a directory"):
        load(tmp_path)
