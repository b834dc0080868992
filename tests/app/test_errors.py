"""Projects that can't have an App: one line each, with a place."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from apps import write
from dockerfix.app import AppError, build
from dockerfix.project.project import Project

PREDICTOR = """from cog import BasePredictor


class Predictor(BasePredictor):
    def predict(self) -> str:
        return ''
"""
COG = 'build:\n  python_version: "3.11"\n'


def fail(folder: Path, **files: str) -> AppError:
    with pytest.raises(AppError) as caught:
        build(write(folder, **files))
    assert "\n" not in str(caught.value)
    return caught.value


def test_missing_file(tmp_path: Path) -> None:
    error = fail(tmp_path)
    assert str(error) == "cog.yaml:3: there is no file `predict.py` in the project"


@pytest.mark.parametrize("path", ["../predict.py", "/etc/predict.py", "a/../../predict.py", "outside/predict.py"])
def test_leaves_the_project(tmp_path: Path, path: str) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "predict.py").write_text(PREDICTOR, encoding="utf-8")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "outside").symlink_to(tmp_path / "other", target_is_directory=True)
    error = fail(tmp_path / "project", cog__yaml=f'{COG}predict: "{path}:Predictor"\n')
    assert (error.file, error.line) == ("cog.yaml", 3)
    assert "is outside the project" in error.message


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("predict:Predictor", "`predict:Predictor` must be a Python file and a name, such as `predict.py:Predictor`"),
        ("predict.py:a-b", "`a-b` is not the name of a class or function"),
    ],
)
def test_odd_references(tmp_path: Path, reference: str, message: str) -> None:
    error = fail(tmp_path, predict__py=PREDICTOR, cog__yaml=f'{COG}predict: "{reference}"\n')
    assert (error.file, error.line, error.message) == ("cog.yaml", 3, message)


def test_too_large_a_file(tmp_path: Path) -> None:
    error = fail(tmp_path, predict__py=PREDICTOR + "#" * (2 << 20))
    assert str(error) == "predict.py: no such file, or too large to be a predictor"


def test_missing_class(tmp_path: Path) -> None:
    error = fail(tmp_path, predict__py="class Other:\n    pass\n")
    assert str(error) == "predict.py: there is no `Predictor` in this file; its classes are `Other`"


def test_no_method(tmp_path: Path) -> None:
    error = fail(tmp_path, predict__py="class Predictor:\n    def forward(self) -> str: ...\n")
    assert str(error) == "predict.py:1: `Predictor` has neither `predict` nor `run`"


def test_syntax_error(tmp_path: Path) -> None:
    error = fail(tmp_path, predict__py="class Predictor:\n    def predict(self) -> str\n        return ''\n")
    assert (error.file, error.line) == ("predict.py", 2)
    assert error.message.startswith("not valid Python (")


@pytest.mark.parametrize(
    "text",
    ["print 'hello'\n", "try:\n    x()\nexcept IOError, e:\n    pass\n", "x = 0777\n", 'raise ValueError, "no"\n'],
)
def test_python_2(tmp_path: Path, text: str) -> None:
    error = fail(tmp_path, predict__py=text + PREDICTOR)
    assert error.message == "this is Python 2; Cog and fal run Python 3"
    assert error.line is not None


def test_python_2_asked_for(tmp_path: Path) -> None:
    error = fail(
        tmp_path, cog__yaml='build:\n  python_version: "2.7"\npredict: "predict.py:Predictor"\n', predict__py=PREDICTOR
    )
    assert str(error) == "cog.yaml:2: cog.yaml asks for Python 2.7; Cog and fal run Python 3"


def test_python_without_fal(tmp_path: Path) -> None:
    error = fail(
        tmp_path, cog__yaml='build:\n  python_version: "3.7"\npredict: "predict.py:Predictor"\n', predict__py=PREDICTOR
    )
    assert str(error) == "cog.yaml:2: Python 3.7 is too old: fal runs 3.8 and later"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads it")
@pytest.mark.parametrize("text", ["type Embedding = list[float]\n", "def first[T](items: list[T]) -> T: ...\n"])
def test_newer_python(tmp_path: Path, text: str) -> None:
    error = fail(tmp_path, predict__py=text + PREDICTOR)
    assert error.message.startswith("reading this file needs Python 3.12")


def test_no_config(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "cog.yaml").unlink()
    with pytest.raises(AppError, match=r"no cog\.yaml"):
        build(Project.open(tmp_path))


def test_no_predictor(tmp_path: Path) -> None:
    error = fail(tmp_path, cog__yaml="build:\n  gpu: false\n")
    assert str(error) == "cog.yaml: names no predictor: neither `predict` nor `run` is set"


@pytest.mark.parametrize("text", ["Predictor = make()\n", "Predictor = [1][0]\n"])
def test_made_at_run_time(tmp_path: Path, text: str) -> None:
    error = fail(tmp_path, predict__py="x = 1\n" + text)
    assert str(error) == "predict.py:2: `Predictor` is created at run time, so its inputs can't be read"


def test_star_arguments(tmp_path: Path) -> None:
    error = fail(tmp_path, predict__py="def predict(**kwargs): ...\n", cog__yaml=COG + "predict: predict.py:predict\n")
    assert str(error) == "predict.py:1: `predict` takes `*` arguments, so its inputs can't be read"


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"x = '\xff'\n", b"x = 1\0\n"])
def test_not_text(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "predict.py").write_bytes(data)
    error = fail(tmp_path)
    assert error.file == "predict.py"


def test_deep_nesting(tmp_path: Path) -> None:
    error = fail(tmp_path, predict__py="x = " + "(" * 5000 + ")" * 5000 + "\n")
    assert error.file == "predict.py"


@pytest.mark.parametrize("setting", ["choices", "default", "description", "ge"])
@pytest.mark.parametrize("depth", [400, 900])
def test_a_deep_expression_is_reported(tmp_path: Path, setting: str, depth: int) -> None:
    """It is too deep for Python to evaluate or to write again, and not too deep to parse."""
    deep = " + ".join(["[1]"] * depth)
    code = (
        "from cog import BasePredictor, Input\n\n\nclass Predictor(BasePredictor):\n"
        f"    def predict(self, x: str = Input({setting}={deep})) -> str: ...\n"
    )
    result = build(write(tmp_path, predict__py=code, cog__yaml=COG + "predict: predict.py:Predictor\n"))
    (found,) = [each for each in result.findings if each.code in ("DF501", "DF502", "DF503")]
    assert "is nested too deeply" in found.message


def test_reference_without_name(tmp_path: Path) -> None:
    project = write(tmp_path, predict__py=PREDICTOR, cog__yaml=COG + "predict: predict.py\n")
    assert build(project).predictor.name == "Predictor"
    error = fail(tmp_path / "b", predict__py="x = 1\n", cog__yaml=COG + "predict: predict.py\n")
    assert "neither `Runner` nor `Predictor`" in error.message
