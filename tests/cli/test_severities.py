"""`severity` and `per-file-ignores` in files and on the command line, in every output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import COG_YAML, DOCKERFILE, Here, here, project
from dockerfix.cli import config
from dockerfix.cli.config import FORMATS

__all__ = ["here", "project"]

SECRET = f"{DOCKERFILE}ENV HF_TOKEN=hf_abcdef1\n"
"""With a warning, DF307."""


def configure(here: Here, text: str, name: str = ".dockerfix.yaml") -> None:
    """Write settings, which a process otherwise reads once."""
    here.write(name, text)
    config._search.cache_clear()


@pytest.fixture
def model(project: Here) -> Here:
    project.write("Dockerfile", SECRET)
    return project


@pytest.mark.parametrize("code", ["DF307", "check-pins", "check_pins", "DF30"])
@pytest.mark.parametrize("form", ["yaml", "toml", "option"])
def test_a_warning_becomes_an_error(model: Here, form: str, code: str) -> None:
    words = []
    if form == "yaml":
        configure(model, f"severity:\n  {code}: error\n")
    elif form == "toml":
        configure(model, f'[tool.dockerfix]\nseverity = {{ {code} = "error" }}\n', "pyproject.toml")
    else:
        words = ["--severity", f"{code}=error"]
    assert "DF307 warning: " in model("--no-config", "--check", "Dockerfile").err
    done = model("--check", *words, "Dockerfile")
    assert "Dockerfile:8:1: DF307 error: " in done.err
    done = model("-i", *words, "Dockerfile")
    assert done.code == 1
    assert "not written" in done.err
    assert (model.folder / "Dockerfile").read_text() == SECRET


@pytest.mark.parametrize("form", FORMATS)
def test_every_output_has_it(model: Here, form: str) -> None:
    def out(level: str) -> str:
        done = model("--check", "-v", "--output-format", form, "--severity", f"DF307={level}", "Dockerfile")
        return done.out.decode() + done.err

    assert len({out(level) for level in ("error", "warning", "note", "off")}) == 4 - (form == "junit")
    said = "DF307 names them"  # in the help of another rule, which SARIF has
    assert "DF307" in out("error").replace(said, "")
    assert "DF307" not in out("off").replace(said, "")


def test_levels_of_machines(model: Here) -> None:
    done = model("--check", "--output-format", "sarif", "--severity", "DF307=note", "Dockerfile")
    results = json.loads(done.out)["runs"][0]["results"]
    assert {each["level"] for each in results if each["ruleId"] == "DF307"} == {"note"}
    done = model("--check", "--output-format", "json", "--severity", "DF307=error", "Dockerfile")
    (file,) = json.loads(done.out)["files"]
    assert file["status"] == "not-written"
    assert {each["severity"] for each in file["findings"] if each["code"] == "DF307"} == {"error"}


def test_fail_on_counts_the_new_severity(model: Here) -> None:
    def code(*words: str) -> int:
        return model("-o", "out", "--fail-on", "warning", *words, "Dockerfile").code

    assert code() == 1
    assert code("--severity", "DF307=note") == 0
    assert code("--severity", "DF307=off") == 0
    assert code("--severity", "DF307=off,DF301=warning") == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("severity: {DF307: fatal}", "unknown severity `fatal` for `severity`; choose from error, warning, note, off"),
        ("severity: {DF307: eror}", "unknown severity `eror` for `severity`; did you mean `error`?"),
        ("severity: {DF999: error}", "unknown code `DF999`; `dockerfix passes` lists the codes"),
        ("severity: {chek-pins: error}", "unknown name `chek-pins`; did you mean `check-pins`?"),
        ("severity: {DF003: warning}", "`DF003` can't be lowered to `warning`: what it reports can't be converted"),
        ("severity: {unaccounted: off}", "`unaccounted` can't be lowered to `off`: what it reports can't be converted"),
        ("severity: [DF307]", "`severity` must be a table of `code: severity`"),
        ("severity: {DF307: [error]}", "the severity of `DF307` must be one of error, warning, note, off"),
        ("severity: {DF307: error, DF307: note}", "`DF307` is given twice in `severity`"),
        ("per-file-ignores: [DF307]", "`per-file-ignores` must be a table of `pattern: [code, ...]`"),
        ("per-file-ignores: {a: {b: c}}", "each pattern in `per-file-ignores` needs a list of codes"),
        ("per-file-ignores: {a: [chek-pins]}", "unknown name `chek-pins`; did you mean `check-pins`?"),
    ],
)
def test_what_is_wrong(model: Here, text: str, message: str) -> None:
    configure(model, f"{text}\n")
    done = model("Dockerfile")
    assert (done.code, done.out, done.err) == (2, b"", f"dockerfix: .dockerfix.yaml:1: {message}\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--severity", "DF307"], "must be CODE=LEVEL, such as DF307=error (got `DF307`)"),
        (["--severity", "DF003=off"], "`DF003` can't be lowered to `off`"),
        (["--per-file-ignores", "DF307"], "must be PATTERN:CODE, such as `training/**:DF307` (got `DF307`)"),
        (["--per-file-ignores", "a:chek-pins"], "did you mean `check-pins`?"),
    ],
)
def test_what_is_wrong_on_the_command_line(model: Here, words: list[str], message: str) -> None:
    done = model(*words, "Dockerfile")
    assert done.code == 2
    assert message in done.err


class TestPerFile:
    @pytest.fixture
    def many(self, here: Here) -> Here:
        for name in ("training/a", "serving/b"):
            here.write(f"{name}/cog.yaml", COG_YAML)
            here.write(f"{name}/predict.py", "class Predictor:\n    pass\n")
            here.write(f"{name}/Dockerfile", SECRET)
        return here

    def reported(self, many: Here, *words: str, cwd: str = ".") -> list[str]:
        """The Dockerfiles for which DF307 is reported."""
        done = many("--check", "-v", "--output-format", "concise", *words, cwd)
        return [line.partition(":")[0] for line in done.err.splitlines() if " DF307 " in line]

    @pytest.mark.parametrize("pattern", ["training/**", "training", "./training/**", "training/a/Dockerfile"])
    def test_a_pattern(self, many: Here, pattern: str) -> None:
        assert len(self.reported(many)) == 2
        configure(many, f"per-file-ignores:\n  {pattern}: [check-pins]\n")
        assert self.reported(many) == ["serving/b/Dockerfile"]
        # relative to the file with the settings
        assert self.reported(many, cwd="training") == []

    def test_toml(self, many: Here) -> None:
        configure(many, '[tool.dockerfix.per-file-ignores]\n"serving/**" = ["DF307", "DF104"]\n', "pyproject.toml")
        assert self.reported(many) == ["training/a/Dockerfile"]
        many("-i", ".")
        assert "EXPOSE" in (many.folder / "serving/b/Dockerfile").read_text()
        assert "EXPOSE" not in (many.folder / "training/a/Dockerfile").read_text()

    def test_an_option(self, many: Here) -> None:
        words = ["--per-file-ignores", "training/**:DF307,serving/**:DF104"]
        assert self.reported(many, *words) == ["serving/b/Dockerfile"]

    def test_a_file_of_the_project(self, many: Here) -> None:
        """DF012 is about predict in cog.yaml."""
        for name in ("training/a", "serving/b"):
            (many.folder / name / "predict.py").unlink()
        words = ["--check", "-v", "--output-format", "concise"]
        assert many(*words, ".").err.count(" DF012 ") == 2
        configure(many, "per-file-ignores: {'serving/**/cog.yaml': [DF012]}\n")
        done = many(*words, ".")
        assert next(line for line in done.err.splitlines() if " DF012 " in line).startswith("training/a/cog.yaml:5:")
        assert done.err.count(" DF012 ") == 1
        configure(many, "per-file-ignores: {cog.yaml: [DF012]}\n")
        assert " DF012 " not in many(*words, ".").err


def test_the_app_has_them_too(project: Here) -> None:
    predictor = (
        "from cog import BasePredictor\n\n\nclass Predictor(BasePredictor):\n    def predict(self, x: str) -> str:\n"
    )
    project.write(
        "predict.py", f"{predictor}        import os\n        os.system('pget https://h/w w')\n        return x\n"
    )
    code = "DF520"
    assert f" {code} warning: " in project("app", "-o", "-").err
    assert f" {code} error: " in project("app", "-o", "-", "--severity", f"{code}=error").err
    assert project("app", "-o", "-", "--severity", f"{code}=error").code == 1
    assert code not in project("app", "-o", "-", "--severity", f"{code}=off").err
    assert code not in project("app", "-o", "-", "--per-file-ignores", f"predict.py:{code}").err
    configure(project, f"severity: {{{code}: error}}\n")
    assert project("migrate", "--dockerfile", "Dockerfile").code == 1
    assert not Path(project.folder / "fal_app.py").exists()
