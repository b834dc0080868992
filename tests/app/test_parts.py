"""The App that somebody edits, when it is written again."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps import GOLDEN
from dockerfix.app import build
from dockerfix.app.write.parts import merge, recorded
from dockerfix.app.write.stamps import without_record
from dockerfix.project.project import Project
from effort import examples
from golden import project_of

OLD = '''\
"""Serves a model. Written by dockerfix."""

import os
from pathlib import Path
from typing import Optional

import fal
from fal.toolkit import File
from pydantic import BaseModel

HERE = Path(__file__).resolve().parent


class Input(BaseModel):
    text: str
    seed: Optional[int] = None


class Output(BaseModel):
    output: File


class Model(fal.App, python_version="3.11"):
    keep_alive = 60
    startup_timeout = 600

    def setup(self) -> None:
        os.environ.setdefault("A", "1")

    @fal.endpoint("/")
    def run(self, input: Input) -> Output:
        return Output(output=self.predictor.predict(text=input.text, seed=input.seed))
'''
NEW = (
    OLD.replace("seed: Optional[int] = None", "seed: Optional[int] = 1\n    size: Literal[1, 2] = 1")
    .replace("import Optional", "import Literal, Optional")
    .replace("seed=input.seed", "seed=input.seed, size=input.size")
    .replace("keep_alive = 60", "keep_alive = 90")
)


def edit(*changes: tuple[str, str]) -> str:
    text = recorded(OLD)
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    return text


def test_unchanged() -> None:
    assert merge(recorded(OLD), NEW) == (recorded(NEW), (), "")
    assert merge(recorded(OLD), OLD) == (recorded(OLD), (), "")


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (("keep_alive = 60", "keep_alive = 300"), ("`Model.keep_alive`",)),
        (("    text: str\n", '    text: str = "hi"\n'), ()),  # dockerfix would write the old text: nothing new
        (("seed: Optional[int] = None", "seed: Optional[int] = 7"), ("`Input.seed`",)),
        (("    keep_alive = 60\n", ""), ("`Model.keep_alive` (you removed it)",)),
        (("        return Output(", "        # slow\n        return Output("), ("`Model.run`",)),
        (("class Model(fal.App,", "class Mine(fal.App,"), ("`Mine`",)),
    ],
)
def test_changed_parts_stay(change: tuple[str, str], kept: tuple[str, ...]) -> None:
    found = merge(edit(change), NEW)
    if not kept:
        kept = ("`Input.text`",)
    assert tuple(name.replace("`Model", "`Mine") if "Mine" in change[1] else name for name in found.kept) == kept
    assert (change[1] or "startup_timeout = 600") in found.text
    assert "size: Literal[1, 2] = 1" in found.text
    assert "from typing import Literal, Optional\n" in found.text
    compile(found.text, "fal_app.py", "exec")
    assert merge(found.text, NEW) == found
    assert without_record(found.ours) != without_record(found.text)


def test_added_parts_stay_in_place() -> None:
    text = edit(
        ("import os\n", "import os\nimport json\n"),
        ("\n\nclass Input", '\nNAMES = json.loads("[]")\n\n\ndef helper() -> None: ...\n\n\nclass Input'),
        ("    text: str\n", "    text: str\n    mine: int = 3\n"),
        (
            "    @fal.endpoint",
            '    @fal.endpoint("/mine")\n    def other(self) -> int:\n        return 1\n\n    @fal.endpoint',
        ),
    )
    text += '\n\nif __name__ == "__main__":\n    helper()\n# the end\n'
    found = merge(text, NEW)
    assert found.kept == ()
    assert (
        found.text.index("HERE =")
        < found.text.index("NAMES =")
        < found.text.index("def helper")
        < found.text.index("class In")
    )
    assert "    text: str\n    mine: int = 3\n    seed: Optional[int] = 1\n" in found.text
    assert found.text.index("def setup") < found.text.index("def other") < found.text.index("def run")
    assert "import os\nimport json\n" in found.text
    assert "# the end\n" in found.text
    assert merge(found.text, NEW) == found


def test_a_removed_part_comes_back_only_if_it_is_used() -> None:
    gone = edit(("    seed: Optional[int] = None\n", ""))
    assert "seed: Optional[int] = 1" in merge(gone, NEW).text  # `run`, which is ours, reads it
    both = edit(("    seed: Optional[int] = None\n", ""), (", seed=input.seed", ""))
    found = merge(both, NEW)
    assert set(found.kept) == {"`Input.seed` (you removed it)", "`Model.run`"}
    assert "seed" not in without_record(found.text)
    setup = edit(('    def setup(self) -> None:\n        os.environ.setdefault("A", "1")\n\n', ""))
    found = merge(setup, NEW)
    assert found.kept == ("`Model.setup` (you removed it)",)
    assert "def setup" not in found.text


def test_what_is_no_longer_written_goes_unless_it_is_used() -> None:
    without = NEW.replace("from fal.toolkit import File\n", "").replace("output: File", "output: str")
    assert "File" not in merge(recorded(OLD), without).text
    renamed = NEW.replace("Output", "Result")
    assert "Output" not in merge(recorded(OLD), renamed).text
    mine = edit(("        return Output(", "        # slow\n        return Output("))
    found = merge(mine, renamed.replace("from fal.toolkit import File\n", "").replace("output: File", "output: str"))
    assert found.kept == ("`Model.run`",)
    for text in ("class Output(BaseModel):\n    output: File\n", "class Result(BaseModel):", "import File\n"):
        assert text in found.text


@pytest.mark.parametrize(
    ("change", "present", "absent"),
    [
        (
            ("import Optional", "import Any, Optional"),
            "from typing import Any, Optional\nfrom typing import Literal\n",
            "",
        ),
        (("import Optional", "import Optional  # noqa"), "Optional  # noqa\nfrom typing import Literal\n", ""),
        (("from fal.toolkit import File", "from mine import File"), "from mine import File\n", "fal.toolkit"),
        (("import os\n", ""), "import os\n", ""),
    ],
)
def test_imports(change: tuple[str, str], present: str, absent: str) -> None:
    found = merge(edit(change), NEW)
    assert present in found.text
    assert not absent or absent not in found.text
    assert merge(found.text, NEW).text == found.text


@pytest.mark.parametrize(
    "text",
    [
        edit(("class Input", "class Input(")),
        without_record(edit(("keep_alive = 60", "keep_alive = 61"))),
        edit(("    text: str\n    seed: Optional[int] = None\n", "    pass\n"), ("Input)", "Any)")) + "\x00",
    ],
    ids=["no Python", "no record", "a null byte"],
)
def test_a_file_that_cannot_be_merged_stays(text: str) -> None:
    assert merge(text, NEW) == (text, ("the whole file",), recorded(NEW))


def test_a_merge_that_lacks_a_name_is_not_written() -> None:
    text = edit(("HERE = Path(__file__).resolve().parent", "from mine import *"), ("output: File", "output: HERE"))
    new = NEW.replace("output: File", "output: UNKNOWN")
    assert merge(text.replace("output: HERE", "output: File"), new).kept == ("the whole file",)


def test_a_formatter_changes_no_part() -> None:
    text = recorded(OLD)
    body = ast.unparse(ast.parse(without_record(text))).replace("'", '"')
    found = merge(f"{body}\n\n{text[text.index('# dockerfix wrote') :]}", NEW)
    assert found.kept == ()
    assert "size: Literal[1, 2] = 1" in found.text


def test_semicolons_and_classes_on_one_line() -> None:
    text = edit(("HERE =", "A = 1; B = 2\nclass C: x = 1\n@property\nclass D:\n    pass\nHERE ="))
    found = merge(text, NEW)
    assert found.kept == ()
    assert "A = 1; B = 2\nclass C: x = 1\n@property\nclass D:\n    pass\nHERE =" in found.text


APPS = [build(Project.open(project_of(folder))).text for folder in GOLDEN]


def lines_removed(text: str, first: int, count: int) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(lines[:first] + lines[first + count :])


EDITS: list[Callable[[str, int], str]] = [
    lambda text, at: lines_removed(text, at, 1),
    lambda text, at: lines_removed(text, at, 3),
    lambda text, at: lines_removed(text, at, 0).replace("keep_alive = 60", "keep_alive = 1"),
    lambda text, at: "".join([*text.splitlines(keepends=True)[:at], "# mine\n", *text.splitlines(keepends=True)[at:]]),
]


@examples
@given(
    old=st.sampled_from(APPS),
    new=st.sampled_from(APPS),
    edits=st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 120)), max_size=3),
)
def test_any_edit(old: str, new: str, edits: list[tuple[Callable[[str, int], str], int]]) -> None:
    """Whatever was edited: the result is Python if the file was, a second run changes nothing, no comment is lost."""
    text = recorded(old)
    for change, at in edits:
        text = change(text, at)
    found = merge(text, new)
    assert merge(found.text, new).text == found.text
    assert found.text.count("# mine") == text.count("# mine")
    try:
        compile(text, "fal_app.py", "exec")
    except SyntaxError:
        assert found.text == text
    else:
        compile(found.text, "fal_app.py", "exec")
