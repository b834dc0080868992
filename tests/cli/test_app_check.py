"""``dockerfix app --check``."""

from __future__ import annotations

import pytest

from commands import COG_YAML, Here, here

__all__ = ["here"]

PREDICTOR = """\
from cog import BasePredictor


class Predictor(BasePredictor):
    def predict(self, x: str) -> str:
        return x
"""
MORE = PREDICTOR.replace("x: str", "x: str, y: int = 1")


@pytest.fixture
def models(here: Here) -> Here:
    """Two projects, of which one has an App."""
    for name in ("a", "b"):
        here.write(f"{name}/cog.yaml", COG_YAML)
        here.write(f"{name}/predict.py", PREDICTOR)
    assert here("app", "-qq", "a").code == 0
    return here


def test_up_to_date(models: Here) -> None:
    assert models("app", "--check", "a") == (0, b"", "")
    assert models("app", "--check", "a/predict.py", "b/predict.py", "a/cog.yaml", "x.py") == (0, b"", "")
    assert models("app", "--check", "b").err == (
        "b: fal_app.py, fal_call.py and fal_cog.py are out of date; run `dockerfix app b`\n"
    )


def test_out_of_date(models: Here) -> None:
    models.write("a/predict.py", MORE)
    before = (models.folder / "a/fal_app.py").read_bytes()
    done = models("app", "--check", "a/predict.py", "a/cog.yaml")
    assert done == (1, b"", "a: fal_app.py is out of date; run `dockerfix app a`\n")
    assert b"\n+    y: int = 1\n" in models("app", "--check", "--diff", "a").out
    assert (models.folder / "a/fal_app.py").read_bytes() == before
    assert models("app", "-qq", "a").code == 0
    assert models("app", "--check", "a").code == 0


def test_what_the_user_changed_is_not_out_of_date(models: Here) -> None:
    path = models.folder / "a/fal_app.py"
    path.write_text(path.read_text().replace("keep_alive = 60", "keep_alive = 300"))
    assert "300" in path.read_text()
    assert models("app", "--check", "a").code == 0


def test_the_server(models: Here) -> None:
    assert models("app", "-qq", "--target", "server", "b").code == 0
    assert models("app", "--check", "b/cog.yaml").code == 0
    models.write("b/predict.py", MORE)
    done = models("app", "--check", "b/cog.yaml")
    assert done.code == 1
    assert done.err == "b: .cog/openapi_schema.json is out of date; run `dockerfix app b --target server`\n"


def test_a_project_that_can_not_be_read(models: Here) -> None:
    models.write("a/cog.yaml", "build: [\n")
    done = models("app", "--check", "a/predict.py")
    assert done.code == 3
    assert done.err.startswith("dockerfix: cog.yaml")


def test_misuse(models: Here) -> None:
    assert "several PROJECTs require --check" in models("app", "a", "b").err
    assert models("app", "--check", "-o", "-", "a").code == 2
