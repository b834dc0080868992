"""The entry in pyproject.toml: added, brought up to date, and left where the user changed it."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from dockerfix.app import AppError
from dockerfix.app.write.pyproject import edit

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ENTRY = """\
[tool.fal.apps.my-model]
python_entry_point = "fal_app:MyModel"
auth = "private"
keep_alive = 60

[tool.fal.apps.my-model.image]
dockerfile = "Dockerfile"
"""
SERVER = """\
[tool.fal.apps.my-model]
exposed_port = 8080
auth = "private"
keep_alive = 60

[tool.fal.apps.my-model.image]
dockerfile = "Dockerfile"
cmd = ["python", "gate.py"]

[tool.fal.apps.my-model.health_check]
path = "/health"
"""


def app(text: str, name: str = "my-model") -> Any:
    return tomllib.loads(text)["tool"]["fal"]["apps"][name]


WANTED = app(ENTRY)


@pytest.mark.parametrize(
    "present",
    [
        "",
        "# only a comment",
        "[project]\nname = 'x'",
        "[tool.ruff]\nline-length = 120\n",
        "[tool]\nother.key = 1\n",
        "[tool.fal]\nx = 1\n",
        "[tool.fal.apps]\n",
        "[tool.fal.apps.other]\nauth = 'public'\n\n[project]\nname = 'x'\n",
        "[tool.fal.apps.other]\nauth = 'public'\n[project]\nname = 'x'\n[tool.fal.apps.third]\nauth = 'shared'\n",
        "[tool.fal]\napps.other.auth = 'public'\n",
        "[tool]\nfal.apps.other.auth = 'public'\n",
        "[tool.fal.apps]\nother = { auth = 'public' }\n",
        "[tool.fal]\napps = { other = { auth = 'public' } }\n",
        "tool = { fal = { apps = { other = { auth = 'public' } } } }\n",
        "[tool.fal.apps.my-model]\n",
        "[tool.fal]\napps = { my-model = {} } # here\n",
        '[tool."fal".apps."my-model"]\nmin_concurrency = 1 # warm\n',
        "[tool.fal.apps]\nmy-model.min_concurrency = 1\n",
        "[tool.fal.apps.my-model.image]\nbuild_args = {A = '1'}\n",
    ],
)
def test_added_in_every_form(present: str) -> None:
    before = tomllib.loads(present)
    found = edit(present, ENTRY, "my-model")
    assert found.kept == ()
    after = tomllib.loads(found.text)
    old = before.get("tool", {}).get("fal", {}).get("apps", {}).pop("my-model", {})
    new = after["tool"]["fal"]["apps"].pop("my-model")
    assert new == {**old, **WANTED, "image": {**old.get("image", {}), **WANTED["image"]}}
    for line in present.split("\n"):
        assert line.partition("#")[2] in found.text
    expected = {**before, "tool": {**before.get("tool", {})}}
    expected["tool"]["fal"] = {**expected["tool"].get("fal", {})}
    expected["tool"]["fal"]["apps"] = expected["tool"]["fal"].get("apps", {})
    assert after == expected
    assert edit(found.text, ENTRY, "my-model") == found


def test_updated_key_by_key() -> None:
    text = edit("[project]\nname = 'x'\n", ENTRY, "my-model").text
    text = text.replace("keep_alive = 60", "keep_alive = 300  # busy").replace('auth = "private"\n', "")
    text = text.replace("[tool.fal.apps.my-model.image]", "min_concurrency = 1\n\n[tool.fal.apps.my-model.image]")
    new = (
        ENTRY.replace("keep_alive = 60", "keep_alive = 90")
        .replace("MyModel", "Mine")
        .replace('"Dockerfile"', '"D.fal"')
    )
    found = edit(text, new, "my-model")
    assert found.kept == ("`auth` (you removed it)", "`keep_alive`")
    assert app(found.text) == {
        "python_entry_point": "fal_app:Mine", "keep_alive": 300, "min_concurrency": 1, "image": {"dockerfile": "D.fal"},
    }  # fmt: skip
    assert "keep_alive = 300  # busy\n" in found.text
    assert app(found.ours) == {**app(new), "min_concurrency": 1}
    assert edit(found.text, new, "my-model") == found
    forced = edit(found.text, new, "my-model", force=True)
    assert (app(forced.text), forced.kept) == ({**app(new), "min_concurrency": 1}, ())


def test_from_one_target_to_the_other() -> None:
    first = edit("[project]\nname = 'x'\n", ENTRY, "my-model").text
    second = edit(first, SERVER, "my-model")
    assert (app(second.text), second.kept) == (app(SERVER), ())
    third = edit(second.text, ENTRY, "my-model")
    assert (app(third.text), third.kept) == (WANTED, ())


def test_several_apps() -> None:
    text = edit("", ENTRY, "my-model").text
    other = ENTRY.replace("my-model", "other").replace("MyModel", "Other")
    both = edit(text, other, "other").text
    assert (app(both), app(both, "other")) == (WANTED, app(other, "other"))
    changed = edit(both, ENTRY.replace("60", "61"), "my-model")
    assert (app(changed.text)["keep_alive"], app(changed.text, "other")["keep_alive"]) == (61, 60)
    assert changed.kept == ()
    assert edit(changed.text, other, "other").text.count("# dockerfix wrote") == 2


def test_an_entry_of_the_user() -> None:
    """fal refuses `ref` beside `python_entry_point`, and an image beside a Dockerfile."""
    own = "[tool.fal.apps.my-model]\nref = 'app.py::App'\nauth = 'public'\nimage = {image = 'x/y'}\n"
    found = edit(own, ENTRY, "my-model")
    assert app(found.text) == {"ref": "app.py::App", "auth": "public", "image": {"image": "x/y"}, "keep_alive": 60}
    assert found.kept == (
        "`python_entry_point` (you have `ref`)",
        "`auth`",
        "`image.dockerfile` (you have `image.image`)",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[project\n", "not valid TOML .*line 1"),
        ("a = 1\na = 2\n", "not valid TOML"),
        ("tool = 1\n", "`tool` must be a table"),
        ("[tool.fal]\napps = []\n", "`apps` must be a table"),
        ("[tool.fal.apps]\nmy-model = 1\n", "`my-model` must be a table"),
    ],
)
def test_what_cannot_be_edited(text: str, message: str) -> None:
    with pytest.raises(AppError, match=f"pyproject.toml: {message}.*; nothing was written"):
        edit(text, ENTRY, "my-model")
